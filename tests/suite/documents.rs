//! The documents for people: their links lead somewhere, their command lines are understood.

use std::fs;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use skyplug_tui::app::command::{Command, Context, table};
use skyplug_tui::cli::Cli;

use crate::cli::{Home, status};

const DOCUMENTS: [&str; 4] = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "assets/comparison.md"];

fn read(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect(name)
}

/// Returns the lines of the code blocks in these languages.
fn code<'t>(text: &'t str, languages: &[&str]) -> Vec<&'t str> {
    let mut inside = None;
    let mut out = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("```"), inside) {
            (Some(language), None) => inside = Some(language),
            (Some(_), Some(_)) => inside = None,
            (None, Some(language)) if languages.contains(&language) => out.push(line),
            (None, _) => {}
        }
    }
    out
}

/// Returns the text without its code blocks.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// Returns what GitHub calls the headings of a text in links.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_local_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for document in DOCUMENTS {
        let text = prose(&read(document));
        let targets = text.match_indices("](").map(|(at, _)| text[at + 2..].split(')').next().expect("a part"));
        for target in targets.filter(|target| !target.contains("://")) {
            count += 1;
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let folder = Path::new(document).parent().expect("a folder");
            let file = if file.is_empty() { Path::new(document).to_owned() } else { folder.join(file) };
            assert!(root.join(&file).exists(), "{document}: {target} is not there");
            let leads = anchor.is_empty()
                || anchors(&prose(&read(file.to_str().expect("UTF-8")))).iter().any(|one| one == anchor);
            assert!(leads, "{document}: {target} has no such heading");
        }
    }
    assert!(count > 20, "only {count} links were found");
}

/// Returns the arguments of a command line of ours; none for those of other programs.
fn arguments(line: &str) -> Option<Vec<String>> {
    let line = line.split("  #").next()?.split(" > ").next()?.trim();
    let line = line
        .strip_prefix("cargo run --release -- ")
        .map_or_else(|| line.to_owned(), |rest| format!("skyplug-tui {rest}"));
    let words = shell_words::split(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    (words.first().is_some_and(|word| word == "skyplug-tui")).then_some(words)
}

#[test]
fn every_command_line_is_understood() {
    let mut count = 0;
    for document in DOCUMENTS {
        let text = read(document);
        let inline = prose(&text);
        let inline = inline.split('`').skip(1).step_by(2);
        for line in code(&text, &["sh"]).into_iter().chain(inline.filter(|code| code.starts_with("skyplug-tui "))) {
            let Some(words) = arguments(line) else { continue };
            count += 1;
            if let Err(error) = Cli::try_parse_from(words) {
                // Help and version are no errors.
                assert!(!error.use_stderr(), "{document}: {line}\n{error}");
            }
        }
    }
    assert!(count > 20, "only {count} command lines were found");
}

#[test]
fn the_readme_names_every_subcommand_and_no_other() {
    let readme = read("README.md");
    let command = Cli::command();
    let mut named: Vec<&str> = code(&readme, &["text"])
        .into_iter()
        .filter_map(|line| line.strip_prefix("skyplug-tui ")?.split_whitespace().next())
        .flat_map(|names| names.split('|'))
        .filter(|name| !name.starts_with('['))
        .collect();
    named.sort_unstable();
    let mut there: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    there.sort_unstable();
    assert_eq!(named, there);
}

#[test]
fn the_keys_of_the_readme_are_those_of_the_lists() {
    let readme = read("README.md");
    let section = readme.split("| key | command | what it does |").nth(1).expect("the table");
    let rows: Vec<&str> = section.lines().skip(2).take_while(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 15, "{rows:?}");
    let shown = |command: &Command| {
        let key = command.keys.first()?;
        Some(format!("| `{key}` | {} | {} |", command.name, command.sentence))
    };
    let here = table().iter().filter(|command| command.contexts.contains(&Context::List));
    let there: Vec<String> = here.filter_map(shown).collect();
    for row in rows {
        assert!(there.iter().any(|one| one == row), "no command of the lists is this:\n{row}");
    }
}

#[test]
fn the_five_tasks_work_as_the_readme_writes_them() {
    let readme = read("README.md");
    let section = readme.split("## Five tasks").nth(1).and_then(|rest| rest.split("The keys").next()).expect("it");
    let home = Home::empty();
    for folder in [".sky", "plugin-wheels"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample/home").join(folder);
        fs::create_dir(home.path(folder)).expect("made");
        for entry in fs::read_dir(from).expect("the sample").map(|entry| entry.expect("an entry")) {
            fs::copy(entry.path(), home.path(folder).join(entry.file_name())).expect("copied");
        }
    }
    let lines: Vec<&str> = section.split('`').filter(|code| code.starts_with("skyplug-tui ")).collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    for line in lines {
        let words = shell_words::split(line).expect("words");
        let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        let output = home.run(&words);
        assert_eq!(status(&output), 0, "{line}: {output:?}");
    }
    let remote = fs::read_to_string(home.path(".sky/remote_plugins.yaml")).expect("read");
    assert!(remote.contains("acme_retry.RetryPatch") && remote.contains("aws: 30"), "{remote}");
}

#[test]
fn the_map_and_the_dependencies_are_whole() {
    let contributing = read("CONTRIBUTING.md");
    for room in read("src/lib.rs").lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(contributing.contains(&format!("\n| `{room}` | ")), "the map has no room {room}");
    }
    let manifest = read("Cargo.toml");
    let part = |name: &str| manifest.split(name).nth(1).expect(name).split("\n[").next().expect("a part").to_owned();
    assert!(!part("[dependencies]\n").contains("\nzip "), "deny.toml lets it through for the benches alone");
    let both = part("[dependencies]\n") + &part("[dev-dependencies]\n");
    for crate_name in both.lines().filter_map(|line| line.split_once(" = ").map(|(name, _)| name)) {
        assert!(contributing.contains(&format!("`{crate_name}`")), "{crate_name} has no reason");
    }
}
