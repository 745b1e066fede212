//! Holds the source against the module directions that `src/lib.rs` states.

use std::fs;
use std::path::{Path, PathBuf};

/// For each room: the rooms it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("yaml", &["text"]),
    ("wheel", &["text"]),
    ("python", &["text"]),
    ("config", &["text", "yaml"]),
    // Each needs the other: the upload depends on the verdicts, the verdict on
    // the controllers' load on the upload.
    ("check", &["text", "yaml", "wheel", "python", "config", "preview"]),
    ("preview", &["text", "yaml", "wheel", "python", "config", "check"]),
    ("app", &["text", "yaml", "wheel", "python", "config", "check", "preview"]),
    ("ui", &["text", "yaml", "wheel", "python", "config", "check", "preview", "app"]),
    ("settings", &["text", "config", "check", "app"]),
    ("io", &["text", "yaml", "wheel", "python", "config", "check", "preview", "app"]),
    ("tui", &["text", "yaml", "wheel", "python", "config", "check", "preview", "app", "ui", "settings", "io", "cli"]),
    ("cli", &["text", "yaml", "wheel", "python", "config", "check", "preview", "app", "ui", "settings", "io", "tui"]),
];

/// The rooms that may touch the outside.
const OUTSIDE: &[&str] = &["io", "tui", "cli", "main", "lib"];

/// What touches the outside.
const TOUCHES: &[&str] = &["std::fs", "fs::read", "std::env", "std::process", "println!", "eprintln!", "print!("];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("src") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Returns each source file with its room and its text outside tests.
fn rooms() -> Vec<(PathBuf, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    assert!(found.len() > 20, "the sources were not found");
    found
        .into_iter()
        .map(|path| {
            let below = path.strip_prefix(&root).expect("below src");
            let first = below.components().next().expect("a name").as_os_str().to_string_lossy().into_owned();
            let name = first.trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).expect("a source");
            let code = text.split("#[cfg(test)]").next().unwrap_or("").to_owned();
            (below.to_owned(), name, code)
        })
        .collect()
}

#[test]
fn rooms_use_only_what_lies_below_them() {
    let mut wrong = Vec::new();
    for (path, room, code) in rooms() {
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let (_, allowed) = MAY_USE.iter().find(|(name, _)| *name == room).expect("a room of the table");
        for (number, line) in code.lines().enumerate() {
            let mut rest = line;
            while let Some(at) = rest.find("crate::") {
                rest = &rest[at + "crate::".len()..];
                let used: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let known = MAY_USE.iter().any(|(name, _)| *name == used);
                if known && used != room && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{}:{}: {room} uses {used}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn only_the_outer_rooms_touch_the_outside() {
    let mut wrong = Vec::new();
    for (path, room, code) in rooms() {
        if OUTSIDE.contains(&room.as_str()) {
            continue;
        }
        for (number, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for touch in TOUCHES.iter().filter(|touch| line.contains(*touch)) {
                wrong.push(format!("{}:{}: {touch}", path.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_owns() {
    let silent: Vec<String> = rooms()
        .into_iter()
        .filter(|(_, _, code)| !code.starts_with("//!"))
        .map(|(p, _, _)| p.display().to_string())
        .collect();
    assert!(silent.is_empty(), "no //! at the top of: {}", silent.join(", "));
}

#[test]
fn unsafe_code_stands_in_one_module() {
    let found: Vec<String> = rooms()
        .into_iter()
        .filter(|(_, _, code)| code.lines().any(|l| l.contains("unsafe {") || l.contains("unsafe fn")))
        .map(|(path, _, _)| path.display().to_string())
        .collect();
    assert_eq!(found, ["yaml/event.rs"]);
}
