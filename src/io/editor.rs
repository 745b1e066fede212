//! The external editor: which program, on which copy, and what it left.
//!
//! The editor never sees the real file: it gets a private copy of the text with
//! its unsaved edits, and what it leaves becomes one edit that can be undone.

use std::ffi::{OsStr, OsString};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::app::message::{EditTarget, Staged};
use crate::config::Environment;

/// Editors that take `+12` in front of the file.
const PLUS_LINE: [&str; 14] =
    ["vi", "vim", "nvim", "view", "nano", "pico", "emacs", "emacsclient", "micro", "kak", "joe", "ne", "mg", "jed"];
/// Editors that take `file:12`.
const COLON_LINE: [&str; 2] = ["hx", "helix"];
/// What is tried where neither variable is set.
const FALLBACKS: [&str; 4] = ["vi", "nano", "vim", "emacs"];

/// An editor that ends sooner has shown nothing, or goes on without being waited for.
const AT_ONCE: Duration = Duration::from_millis(500);

/// Writes a copy of `text` for the editor, and says how that is run.
///
/// # Errors
///
/// Returns why there is no editor or no copy, in words.
pub fn stage(target: EditTarget, text: &str, line: usize, environment: &Environment) -> Result<Staged, String> {
    let words = program(environment)?;
    let directory = tempfile::Builder::new()
        .prefix("skyplug-tui.")
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .map_err(|error| format!("Cannot make a directory for the editor's copy: {error}."))?;
    let name = match &target {
        EditTarget::File(role) | EditTarget::Entry(role, _) => role.file_name(),
        EditTarget::Area => "value.txt",
    };
    let path = directory.path().join(name);
    fs::write(&path, text).map_err(|error| format!("Cannot write the editor's copy: {error}."))?;
    // Kept until the editor has ended or was called off.
    let _ = directory.keep();
    Ok(Staged { argv: arguments(words, &path, line), target, path, directory: environment.cwd.clone() })
}

/// Removes the copy.
pub fn unstage(staged: &Staged) {
    if let Some(directory) = staged.path.parent() {
        let _ = fs::remove_dir_all(directory);
    }
}

/// Runs the editor and returns the text that it left; the copy stays.
///
/// # Errors
///
/// Returns why there is none, in words.
pub fn run(staged: &Staged) -> Result<String, String> {
    let (program, arguments) = staged.argv.split_first().ok_or("There is no editor.")?;
    let before = fs::read(&staged.path).ok();
    let started = Instant::now();
    let status = Command::new(program).args(arguments).current_dir(&staged.directory).status();
    let copy = staged.path.display();
    match status {
        Err(error) => Err(format!("{} did not start: {error}.", program.to_string_lossy())),
        Ok(status) if !status.success() => {
            Err(format!("The editor ended with {status}: nothing was taken from it. Its copy is {copy}."))
        }
        Ok(_) => {
            let text = fs::read_to_string(&staged.path)
                .map_err(|error| format!("The editor's copy {copy} cannot be read: {error}."))?;
            if started.elapsed() < AT_ONCE && before.as_deref() == Some(text.as_bytes()) {
                return Err(format!(
                    "The editor ended at once and changed nothing. One that goes on in a window must be told to wait, \
                     as `code --wait` is; what it still writes stays in its copy {copy}."
                ));
            }
            Ok(text)
        }
    }
}

/// Returns the words of `VISUAL` or `EDITOR`, else the first editor on PATH.
fn program(environment: &Environment) -> Result<Vec<String>, String> {
    for name in ["VISUAL", "EDITOR"] {
        let Some(value) = environment.variables.get(OsStr::new(name)).filter(|value| !value.is_empty()) else {
            continue;
        };
        let text = value.to_str().ok_or_else(|| format!("${name} is no UTF-8."))?;
        let words = shell_words::split(text).map_err(|_| format!("${name} has a quote that is not closed: {text}"))?;
        if !words.is_empty() {
            return Ok(words);
        }
    }
    let path = environment.variables.get(OsStr::new("PATH")).cloned().unwrap_or_default();
    let there = |name: &&str| std::env::split_paths(&path).any(|directory| directory.join(name).is_file());
    let found = FALLBACKS.iter().find(|name| there(name));
    found.map(|name| vec![(*name).to_owned()]).ok_or_else(|| "Set $VISUAL or $EDITOR: no editor was found.".to_owned())
}

/// Returns the argument vector that opens `path` at `line`, from 1.
fn arguments(words: Vec<String>, path: &Path, line: usize) -> Vec<OsString> {
    let name = Path::new(&words[0]).file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
    let mut argv: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    if line > 1 && PLUS_LINE.contains(&name.as_str()) {
        argv.push(format!("+{line}").into());
        argv.push(path.into());
    } else if line > 1 && COLON_LINE.contains(&name.as_str()) {
        let mut place = path.as_os_str().to_owned();
        place.push(format!(":{line}"));
        argv.push(place);
    } else {
        argv.push(path.into());
    }
    argv
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Role;

    fn environment(editor: &str) -> Environment {
        let mut environment = Environment { cwd: "/".into(), ..Environment::default() };
        environment.variables.insert("EDITOR".into(), editor.into());
        environment
    }

    #[test]
    fn the_line_goes_where_the_editor_takes_it() {
        let argv = |words: &[&str], line| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            let argv = arguments(words, Path::new("/t/p.yaml"), line);
            argv.into_iter().map(|word| word.into_string().expect("UTF-8")).collect::<Vec<_>>()
        };
        assert_eq!(argv(&["/usr/bin/vim", "-n"], 7), ["/usr/bin/vim", "-n", "+7", "/t/p.yaml"]);
        assert_eq!(argv(&["hx"], 7), ["hx", "/t/p.yaml:7"]);
        assert_eq!(argv(&["code", "--wait"], 7), ["code", "--wait", "/t/p.yaml"]);
    }

    #[test]
    fn an_editor_with_arguments_changes_a_copy() {
        let staged =
            stage(EditTarget::File(Role::Api), "a: 1\n", 1, &environment("sed -i -e 's/1/2 3/'")).expect("staged");
        assert_eq!(run(&staged), Ok("a: 2 3\n".to_owned()));
        unstage(&staged);
        assert!(!staged.path.exists());
    }

    #[test]
    fn a_failed_editor_changes_nothing_and_its_copy_stays() {
        let staged = stage(EditTarget::Area, "x", 1, &environment("false")).expect("staged");
        assert!(run(&staged).expect_err("a status").contains("nothing was taken"));
        assert!(staged.path.exists());
        unstage(&staged);
        assert!(stage(EditTarget::Area, "x", 1, &environment("vi 'x")).is_err());
    }
}
