//! Line mode: transcripts of every task of the screens, and what never comes out of it.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, BufRead, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use proptest::prelude::*;
use skyplug_tui::app::command::{Context, table};
use skyplug_tui::app::message::{Effect, Message};
use skyplug_tui::app::{Settings, State};
use skyplug_tui::cli::plain::{Ended, Talk};
use skyplug_tui::config::{Environment, Role};
use skyplug_tui::io::Options;
use skyplug_tui::io::perform::{Outside, perform};
use skyplug_tui::plain::is_here;
use tempfile::TempDir;

use super::cli::{Home, status, stderr, stdout};
use super::{hostile, zip};

const API: &str = "\
controller_wheel_path: dist
plugins:
  # for audits
  - class: acme.Audit
    parameters:
      level: info
      limits:
        team-a: 500
      dry_run: yes
      api_token: s3cret
  - class: acme.Cost
";
const REMOTE: &str = "plugins:\n- class: acme.Audit\n  parameters:\n    level: debug\n";
const WHEEL: &str = "\
from sky.server.plugins import BasePlugin
class Audit(BasePlugin):
    '''Writes a line for each request.'''
    def __init__(self, level: str, limits: dict = None, dry_run: bool = False, api_token: str = ''):
        pass
    def install(self, app):
        pass
class Cost(BasePlugin):
    def __init__(self, currency: str = 'EUR'):
        pass
    def install(self, app):
        pass
class Retry(BasePlugin):
    def __init__(self, attempts: int, backoff: dict = None):
        pass
    def install(self, app):
        pass
";

/// Something that happens while a dialogue waits for a line.
enum Step {
    Say(String),
    Do(Box<dyn FnOnce(&Path)>),
}

/// A standard input that does other things between its lines.
struct Script {
    home: PathBuf,
    steps: VecDeque<Step>,
    waiting: Vec<u8>,
}

impl Read for Script {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Script {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.waiting.is_empty() {
            match self.steps.pop_front() {
                Some(Step::Say(line)) => self.waiting = format!("{line}\n").into_bytes(),
                Some(Step::Do(happens)) => happens(&self.home),
                None => break,
            }
        }
        Ok(&self.waiting)
    }

    fn consume(&mut self, count: usize) {
        self.waiting.drain(..count);
    }
}

/// A home directory with the two files and a wheel.
struct Place {
    home: TempDir,
    settings: Settings,
    /// The Python that is asked to build.
    python: Option<PathBuf>,
}

struct Talked {
    transcript: String,
    ended: Ended,
    state: State,
}

impl Place {
    fn new(api: Option<&str>, remote: Option<&str>) -> Self {
        let home = tempfile::Builder::new()
            .prefix("home")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in("/tmp")
            .expect("a directory");
        fs::create_dir(home.path().join(".sky")).expect("made");
        for (name, text) in [("plugins.yaml", api), ("remote_plugins.yaml", remote)] {
            if let Some(text) = text {
                let path = home.path().join(".sky").join(name);
                fs::write(&path, text).expect("written");
                fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set");
            }
        }
        let dist = home.path().join("dist");
        fs::create_dir(&dist).expect("made");
        let mut files = vec![zip::File::deflated("acme.py", WHEEL)];
        files.extend(zip::wheel_files("acme-1.0", &zip::metadata("acme", "1.0", ""), &[]));
        files.retain(|file| file.name != "acme/__init__.py");
        fs::write(dist.join("acme-1.0-py3-none-any.whl"), zip::archive(&files)).expect("written");
        Self { home, settings: Settings::default(), python: None }
    }

    fn outside(&self) -> Outside {
        let mut environment = Environment { cwd: self.home.path().to_owned(), ..Environment::default() };
        environment.variables.insert("HOME".into(), self.home.path().into());
        environment.variables.insert("EDITOR".into(), "true".into());
        let server_cwd = Some(self.home.path().to_owned());
        let options = Options { server_cwd, python: self.python.clone(), ..Options::default() };
        Outside::new(options, environment)
    }

    /// Has a dialogue; the journal ends as it does with the program.
    fn talk(&self, steps: Vec<Step>) -> Talked {
        let outside = self.outside();
        let mut opened = perform(Effect::Open, &outside).expect("an answer");
        if let Message::Opened(opened) = &mut opened {
            // Servers that happen to run on this machine are none of the test's.
            opened.1.servers.clear();
        }
        let mut output = Vec::new();
        let mut talk = Talk::new(&outside, self.settings, &mut output, true);
        let mut script = Script { home: self.home.path().to_owned(), steps: steps.into(), waiting: Vec::new() };
        let ended = talk.run(opened, &mut script).expect("written");
        let state = talk.state;
        let _ = outside.journal().close(ended == Ended::Lost);
        let transcript = String::from_utf8(output).expect("UTF-8");
        assert_eq!(transcript.chars().find(|c| c.is_control() && *c != '\n'), None, "{transcript}");
        let transcript = transcript.replace(self.home.path().to_str().expect("UTF-8"), "HOME");
        Talked { transcript, ended, state }
    }

    fn say(&self, lines: &[&str]) -> Talked {
        self.talk(said(lines))
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.home.path().join(".sky").join(name)).unwrap_or_default()
    }
}

fn said(lines: &[&str]) -> Vec<Step> {
    lines.iter().map(|line| Step::Say((*line).to_owned())).collect()
}

fn sample() -> Place {
    Place::new(Some(API), Some(REMOTE))
}

/// Leaves out what depends on the moment.
fn steady(transcript: &str) -> String {
    let moment = |line: &&str| !line.starts_with("date ") && !line.starts_with("sha256 ");
    transcript.lines().filter(moment).map(str::trim_end).collect::<Vec<_>>().join("\n")
}

#[test]
fn lists_entries_and_parameters_are_edited_and_saved() {
    let place = sample();
    let lines = [
        // A value, a nested one in another spelling, another key.
        "api|1|1|1|1|?|debug||y|back|3|edit value|0x10|||undo|redo|2|add inside|team-b|010|auto|y|back",
        // A secret is not told but where that is asked for.
        "6|edit|=n3w|||show secret|back|back|back",
        // A class of the suggestions, which needs something.
        "add|ret|1|2|4|5|y",
        // Copied, moved, marked, removed, put first.
        "remote|2|copy to the other list|move up|remote|mark 1 2|move to the other list|undo|api|2|delete|2|to 1",
        "wheel directory|~/dist||save|save|quit",
    ];
    let talked = place.say(&lines.join("|").split('|').collect::<Vec<_>>());
    assert_snapshot!(steady(&talked.transcript));
    assert_eq!(talked.ended, Ended::Left);
    assert!(!talked.transcript.contains("s3cret"), "a secret was told");
    assert_snapshot!("saved_api", place.read("plugins.yaml"));
    assert_snapshot!("saved_remote", place.read("remote_plugins.yaml"));
}

#[test]
fn everything_that_is_shown_is_told() {
    let api = API.replace("  - class: acme.Cost\n", "  - class: acme.Cost\n  - class: Legacy\n  - calss: acme.Cost\n");
    let talked = Place::new(Some(&api), Some(REMOTE)).say(&[
        "problems",
        "1",
        "explain",
        "go to",
        "back",
        "back",
        "problems",
        "?",
        "n",
        "f",
        "undo",
        "preview",
        "config",
        "wheels",
        "1",
        "add a class",
        "back",
        "back",
        "sort",
        "filter ac",
        "back",
        "back",
        "commands",
        "y",
        "i",
        "api",
        "filter cost",
        "back",
        "mark 1 x",
        "home",
        "what?",
        "99",
        "back",
        "quit",
        "x",
    ]);
    assert_snapshot!(steady(&talked.transcript));
    assert_eq!(talked.ended, Ended::Left);
}

#[test]
fn entries_are_commented_out_found_compared_and_left_out_of_a_save() {
    let place = sample();
    let lines = [
        // Out, and back by its own number.
        "api|2|comment out|# 1|2|#|back",
        // The two lists, the comment, a search, the text.
        "1|1|compare with the other list|edit comment|1|for the audit|.|keep|find|team|1|back|back|source|4|back",
        // One change stays for later; the session goes back to its start.
        "save|leave out 9|leave out 1|save|home|history|1|quit|x",
    ];
    let talked = place.say(&lines.join("|").split('|').collect::<Vec<_>>());
    assert_snapshot!(steady(&talked.transcript));
    assert_snapshot!("saved_in_part", place.read("plugins.yaml"));
}

#[test]
fn why_nothing_is_uploaded_is_told() {
    let talked = Place::new(Some("plugins: []\n"), Some(REMOTE)).say(&["preview", "wheels", "quit"]);
    assert!(talked.transcript.contains("controller_wheel_path is not set in plugins.yaml"), "{}", talked.transcript);
    assert_snapshot!(steady(&talked.transcript));
}

#[test]
fn a_file_that_changed_on_disk_is_merged_by_answers() {
    let place = sample();
    let mut steps = said(&["api", "1", "1", "1", "1", "debug", "", "y", "back", "back", "back"]);
    steps.push(Step::Do(Box::new(|home| {
        let theirs = API.replace("info", "warning").replace("acme.Cost", "acme.Costs");
        fs::write(home.join(".sky/plugins.yaml"), theirs).expect("written");
    })));
    let more = ["2", "M", "accept", "1", "mine", "2", "theirs", "as text", "accept", "save", "save", "quit"];
    steps.extend(said(&more));
    let talked = place.talk(steps);
    assert_snapshot!(steady(&talked.transcript));
    let saved = place.read("plugins.yaml");
    assert!(saved.contains("level: debug") && saved.contains("acme.Costs"), "{saved}");
}

#[test]
fn an_answer_about_what_is_gone_is_not_taken() {
    let place = sample();
    let mut steps = said(&["api"]);
    let replace =
        |home: &Path| fs::write(home.join(".sky/plugins.yaml"), "plugins:\n- class: a.New\n").expect("written");
    steps.push(Step::Do(Box::new(replace)));
    steps.extend(said(&["2", "1", "delete", "quit", "x"]));
    let talked = place.talk(steps);
    let told = &talked.transcript;
    assert!(told.contains("plugins.yaml read again from disk.\nYour answer was not taken: look again."), "{told}");
    assert!(told.contains("Removed a.New"), "{told}");
}

#[test]
fn unsaved_edits_are_asked_about_kept_and_offered() {
    let place = sample();
    let lost = place.say(&["api", "2", "delete", "quit", "back"]);
    assert_eq!(lost.ended, Ended::Lost);
    assert!(
        lost.transcript.contains("only by x: discard the edits and leave, cannot be undone"),
        "{}",
        lost.transcript
    );
    let again = place.say(&["look", "take", "save", "1", "quit"]);
    assert_eq!(again.ended, Ended::Left);
    let told: Vec<&str> = again.transcript.lines().collect();
    assert!(told.iter().any(|line| line.contains("ended without saving 1 edit in plugins.yaml")), "{told:#?}");
    assert!(told.contains(&"line 11 removed:   - class: acme.Cost"), "{told:#?}");
    assert!(!place.read("plugins.yaml").contains("acme.Cost"));
}

#[test]
fn numbers_never_choose_what_loses_something() {
    let place = sample();
    let talked = place.say(&["api", "2", "delete", "quit", "2", "", "dis", "quit"]);
    assert!(talked.transcript.contains("2 is no answer to this question."), "{}", talked.transcript);
    assert_eq!(talked.ended, Ended::Left);
    assert_eq!(place.read("plugins.yaml"), API);
}

#[test]
fn nothing_is_changed_where_that_is_not_allowed() {
    let mut place = sample();
    place.settings.read_only = true;
    let talked = place.say(&["api", "add", "1", "delete", "change class", "1", "1", "edit", "wheel path", "quit"]);
    assert_snapshot!(steady(&talked.transcript));
    assert_eq!(place.read("plugins.yaml"), API);
}

#[test]
fn a_broken_file_is_mended_by_its_lines() {
    let place = Place::new(Some("plugins:\n- class: acme.Audit\n - class: acme.Cost\n"), None);
    let talked = place.say(&["api", "3", "- class: acme.Cost", "", "save", "save", "quit"]);
    assert_snapshot!(steady(&talked.transcript));
    assert_eq!(place.read("plugins.yaml"), "plugins:\n- class: acme.Audit\n- class: acme.Cost\n");
}

#[test]
fn a_save_that_skypilot_would_refuse_is_asked_about() {
    let place = sample();
    let talked = place.say(&[
        "api",
        "2",
        "change class",
        "Legacy",
        "y",
        "save",
        "save",
        "go to the error",
        "save",
        "save",
        "save it although broken",
        "plugins",
        "plugins.yaml",
        "quit",
    ]);
    assert_snapshot!(steady(&talked.transcript));
    assert!(place.read("plugins.yaml").contains("class: Legacy"));
}

#[test]
fn files_are_made_where_there_are_none_and_come_back_from_backups() {
    let place = Place::new(None, None);
    let talked = place.say(&[
        "remote",
        "add",
        "acme.Cost",
        "",
        "",
        "save",
        "save",
        "remote",
        "1",
        "duplicate",
        "save",
        "save",
        "backups",
        "1",
        "restore",
        "undo",
        "quit",
        "about",
        "quit",
    ]);
    assert_snapshot!(steady(&talked.transcript).replace(|c: char| c.is_ascii_digit(), "0"));
    assert_eq!(place.read("remote_plugins.yaml"), "plugins:\n  - class: acme.Cost\n  - class: acme.Cost\n");
}

#[test]
fn a_text_of_several_lines_is_typed_line_by_line() {
    let place = Place::new(Some("plugins:\n- class: a.B\n  parameters:\n    note: |\n      one\n      two\n"), None);
    let talked =
        place.say(&["api", "1", "1", "1", "edit", "1", "first", "", "..", "quit", ".", "keep", "save", "save", "quit"]);
    assert_snapshot!(steady(&talked.transcript));
    let saved = "plugins:\n- class: a.B\n  parameters:\n    note: |-\n      first\n\n      .\n      quit\n";
    assert_eq!(place.read("plugins.yaml"), saved);
}

#[test]
fn a_program_is_shown_asked_about_and_its_output_told() {
    let mut place = sample();
    let python = place.home.path().join("python");
    let script = "#!/bin/sh\necho building\nprintf 'a\\033[31mb\\n'\n: > \"$5/new-1.0-py3-none-any.whl\"\n";
    fs::write(&python, script).expect("written");
    fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).expect("set");
    place.python = Some(python);
    fs::create_dir(place.home.path().join("project")).expect("made");
    fs::write(place.home.path().join("project/setup.py"), "").expect("written");
    let talked = place.say(&["wheels", "build a wheel", "~/project", "1", "run it", "", "quit"]);
    let told = &talked.transcript;
    assert!(told.contains("runs  HOME/python -m build --wheel --outdir HOME/dist HOME/project"), "{told}");
    assert!(told.contains("only by y: run it") && told.contains("1 is no answer to this question."), "{told}");
    let output = "Ctrl-C stops it. Its output:\nbuilding\na\\x1b[31mb\nBuilt new-1.0-py3-none-any.whl.\n";
    assert!(told.contains(output), "{told}");
    assert!(told.contains("2 new-1.0-py3-none-any.whl, 0 B"), "{told}");
}

#[test]
fn a_long_list_is_told_in_parts() {
    let entries: Vec<String> = (1..=1_000).map(|number| format!("- class: acme.Audit{number}")).collect();
    let place = Place::new(Some(&format!("plugins:\n{}\n", entries.join("\n"))), None);
    let talked = place.say(&["api", "more", "filter 99", "999", "back", "quit"]);
    let told = &talked.transcript;
    assert!(told.contains("20 of 1,000 shown; more shows the next ones, filter TEXT shows fewer."), "{told}");
    assert!(told.contains("\n40 acme.Audit40") && !told.contains("\n41 "), "{told}");
    assert!(told.contains("Filter 99: 19 of 1000 shown."), "{told}");
    assert!(told.contains("Entry 999 of plugins.yaml: acme.Audit999"), "{told}");
}

#[test]
fn every_command_of_the_screens_is_understood() {
    let broken = "plugins:\n - class: a\n- b\n";
    for command in table() {
        for context in command.contexts {
            let (place, way): (_, &[&str]) = match context {
                Context::List => (sample(), &["api", "1"]),
                Context::Parameters => (sample(), &["api", "1", "1", "1"]),
                Context::Problems => (sample(), &["problems", "1"]),
                Context::Wheels => (sample(), &["wheels", "1"]),
                Context::Preview => (sample(), &["preview"]),
                Context::Review => (sample(), &["api", "2", "delete", "save"]),
                Context::Text => (Place::new(Some(broken), None), &["api"]),
                Context::FirstRun => (Place::new(None, None), &[]),
                // Upload has the same as the lists; the conflict and the dialogs have their own tests.
                _ => continue,
            };
            if !is_here(command.id) {
                continue;
            }
            let mut lines = way.to_vec();
            lines.push(command.name);
            let talked = place.say(&lines);
            let told = &talked.transcript;
            assert!(!told.contains("is no answer here"), "{} in {context:?}:\n{told}", command.name);
        }
    }
}

#[test]
fn nothing_hostile_comes_through() {
    let directory = tempfile::tempdir().expect("a directory");
    let wheels = hostile::wheels(directory.path());
    let place = Place::new(Some(&hostile::api(&wheels)), Some(&hostile::remote()));
    let walk = [
        "api",
        "1",
        "1",
        "1",
        "edit",
        "back",
        "back",
        "2",
        "back",
        "3",
        "back",
        "4",
        "edit",
        "back",
        "back",
        "back",
        "2",
        "delete",
        "undo",
        "add",
        "acme",
        "?",
        "\u{1b}[31m\u{202e}",
        "y",
        "\u{1b}[2J",
        "y",
        "n",
        "back",
        "problems",
        "1",
        "explain",
        "y",
        "back",
        "2",
        "back",
        "3",
        "back",
        "preview",
        "y",
        "config",
        "y",
        "wheels",
        "1",
        "y",
        "back",
        "2",
        "y",
        "back",
        "remote",
        "1",
        "change class",
        "?",
        "back",
        "home",
        "browse",
        "up",
        "back",
        "filter \u{1b}",
        "\u{9b}31m",
        "api",
        "2",
        "delete",
        "commands",
        "y",
        "y",
        "save",
        "y",
        "save",
        "\u{1b}",
        "keep a draft",
    ];
    let talked = place.say(&walk);
    for c in talked.transcript.chars() {
        assert!(c == '\n' || !hostile::is_unsafe(c), "{c:?}");
    }
    assert!(talked.transcript.contains("\\x1b"), "it is told, not left out");
}

#[test]
fn a_pipe_is_answered_without_a_terminal() {
    let home = Home::new(API, REMOTE);
    let run = |args: &[&str], input: &str| home.command().args(args).write_stdin(input).output().expect("started");
    let saved = run(&["--plain"], "api\n2\ndelete\nsave\nsave\n");
    assert_eq!(status(&saved), 0, "{saved:?}");
    assert!(stdout(&saved).contains("Saved ~/.sky/plugins.yaml"), "{saved:?}");
    assert!(!fs::read_to_string(home.path(".sky/plugins.yaml")).expect("read").contains("acme.Cost"));
    let lost = run(&["--plain"], "api\n1\ndelete\n");
    assert_eq!(status(&lost), 2, "{lost:?}");
    assert!(stderr(&lost).contains("the unsaved edits of plugins.yaml are kept in"), "{lost:?}");
    let demo = run(&["demo", "--plain"], "api\n1\ndelete\n\u{ff}\n");
    assert_eq!(status(&demo), 0, "{demo:?}");
    let screens = run(&[], "q");
    assert_eq!(status(&screens), 2);
    assert!(stderr(&screens).contains("`skyplug-tui check` works without one"), "{screens:?}");
}

fn line() -> impl Strategy<Value = String> {
    let words = [
        "",
        "1",
        "2",
        "3",
        "9",
        "api",
        "remote",
        "problems",
        "preview",
        "wheels",
        "save",
        "quit",
        "back",
        "home",
        "more",
        "?",
        "undo",
        "redo",
        "delete",
        "add",
        "add inside",
        "edit",
        "y",
        "n",
        "x",
        "u",
        "M",
        "f",
        "c",
        "m",
        "K",
        "J",
        "t",
        "s",
        "d",
        "e",
        "mark all",
        "mark 1 2",
        "filter a",
        "to 1",
        "change type",
        "rename",
        "copy to",
        "move to",
        "browse",
        "backups",
        "commands",
        "wheel directory",
        "keep",
        "take",
        "look",
        "explain",
        "acme.Retry",
        "=",
        "=back",
        ".",
        "010",
        "[1, 2]",
        "level",
        "reload",
        "B",
        "I",
        "!",
        "plugins.yaml",
        "restore",
        "up",
        "choose",
        "type",
        "unfold",
    ];
    prop_oneof![
        8 => proptest::sample::select(words.map(str::to_owned).to_vec()),
        1 => "\\PC{0,12}",
        1 => any::<String>().prop_map(|text| text.replace('\n', " ")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn random_answers_neither_panic_nor_hang(lines in proptest::collection::vec(line(), 1..60)) {
        let place = sample();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let talked = place.say(&lines);
        // What is unsaved is either given up by a word or kept.
        prop_assert!(talked.ended == Ended::Lost || talked.state.exit.is_some() || talked.state.unsaved_roles().is_empty());
        for role in Role::ALL {
            let text = talked.state.workspace.text(role).unwrap_or_default().to_owned();
            prop_assert!(!text.contains('\u{1b}'), "a control character was typed into a file");
        }
    }
}

#[test]
fn secrets_of_what_is_not_read_are_not_told() {
    for text in crate::screens::ASIDE {
        let talked = Place::new(Some(text), None).say(&["api", "source", "back", "quit"]);
        assert!(talked.transcript.contains("as text") && talked.transcript.contains("api_token: ********"));
        assert!(!talked.transcript.contains("s3cr3tvalue"), "{}", talked.transcript);
    }
}
