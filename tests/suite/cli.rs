//! The command line as scripts see it: answers, files, exit statuses.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use assert_cmd::Command;
use serde_json::Value as Json;
use tempfile::TempDir;

const API: &str = "plugins:\n  # audits\n  - class: acme.Audit\n    parameters:\n      api_token: abc # mine\n";
const REMOTE: &str = "plugins: []\n";

/// A port where no server listens: one that runs on this machine is not told of.
pub(crate) const NO_SERVER: (&str, &str) = ("SKYPILOT_API_SERVER_LOCAL_PORT", "9");

/// A home directory with both files, and nothing else of this machine.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new(api: &str, remote: &str) -> Self {
        let home = Self(tempfile::tempdir().expect("a directory"));
        fs::create_dir(home.path(".sky")).expect("made");
        fs::write(home.path(".sky/plugins.yaml"), api).expect("written");
        fs::write(home.path(".sky/remote_plugins.yaml"), remote).expect("written");
        home
    }

    pub(crate) fn empty() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skyplug-tui"));
        command.env_clear().envs([NO_SERVER]);
        command.env("HOME", self.0.path()).env("PATH", "/usr/bin:/bin").current_dir(self.0.path());
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command().args(args).output().expect("started")
    }

    fn api(&self) -> String {
        fs::read_to_string(self.path(".sky/plugins.yaml")).expect("read")
    }

    fn remote(&self) -> String {
        fs::read_to_string(self.path(".sky/remote_plugins.yaml")).expect("read")
    }
}

pub(crate) fn status(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

pub(crate) fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn check_answers_in_json_and_by_its_status() {
    let good = Home::new(API, REMOTE);
    let output = good.run(&["check", "--format", "json"]);
    assert_eq!(status(&output), 0, "{output:?}");
    let answer = json(&output);
    assert_eq!(answer["schema_version"], 1);
    assert_eq!(answer["files"]["api"]["status"], "ok");
    assert_eq!(answer["files"]["api"]["plugins"], 1);
    assert_eq!(answer["load"]["entries"][0]["outcome"], "would_import");

    let bad = Home::new("plugins:\n", REMOTE);
    let output = bad.run(&["check", "--format", "json"]);
    assert_eq!(status(&output), 1);
    let answer = json(&output);
    assert_eq!(answer["load"]["exception"], "TypeError");
    assert_eq!(answer["diagnostics"][0]["code"], "plugins-null");
    assert_eq!(
        (&answer["diagnostics"][0]["line"], &answer["diagnostics"][0]["severity"]),
        (&1.into(), &"error".into())
    );
}

#[test]
fn check_judges_standard_input_and_named_files() {
    let home = Home::new(API, REMOTE);
    let output = home
        .command()
        .args(["check", "-", "--as", "remote", "--format", "json"])
        .write_stdin("controller_wheel_path: x\n")
        .output();
    let output = output.expect("started");
    assert_eq!(json(&output)["files"]["remote"]["status"], "schema_error");
    assert_eq!(status(&output), 1);
    let output = home.run(&["check", "nowhere.yaml"]);
    assert_eq!(status(&output), 2, "{output:?}");
}

#[test]
fn check_escapes_what_could_reach_the_terminal() {
    let home = Home::new("plugins:\n- class: \"a.\\e[31m\\u202e\"\n  \u{1b}: 1\n", REMOTE);
    for format in ["text", "json", "github", "sarif"] {
        let output = home.run(&["check", "--format", format]);
        assert_eq!(status(&output), 1);
        let text = stdout(&output);
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{format}: {text:?}");
    }
}

#[test]
fn edits_change_only_their_own_lines() {
    let home = Home::new(API, REMOTE);
    let output =
        home.run(&["add", "acme.Retry", "--to", "remote", "--param", "limits.team-a=5", "--param-str", "when=yes"]);
    assert_eq!(status(&output), 0, "{output:?}");
    assert_eq!(
        home.remote(),
        "plugins:\n  - class: acme.Retry\n    parameters:\n      limits:\n        team-a: 5\n      when: 'yes'\n"
    );
    assert_eq!(status(&home.run(&["set", "api", "acme.Audit", "parameters.api_token", "12:30"])), 0);
    assert_eq!(home.api(), API.replace("abc", "12:30"));
    assert_eq!(status(&home.run(&["copy", "api", "0", "--to", "remote"])), 0);
    assert!(
        home.remote().ends_with("  # audits\n  - class: acme.Audit\n    parameters:\n      api_token: 12:30 # mine\n")
    );
    assert_eq!(status(&home.run(&["move", "remote", "1", "0"])), 0);
    assert!(home.remote().starts_with("plugins:\n  # audits\n  - class: acme.Audit\n"));
    assert_eq!(status(&home.run(&["unset", "remote", "acme.Retry", "parameters.limits"])), 0);
    assert!(home.remote().ends_with("    parameters:\n      when: 'yes'\n"));
    assert_eq!(status(&home.run(&["remove", "api", "0"])), 0);
    assert_eq!(home.api(), "plugins: []\n");
    assert_eq!(status(&home.run(&["wheel-path", "~/wheels"])), 0);
    assert_eq!(json(&home.run(&["show", "api"]))["controller_wheel_path"], "~/wheels");
    assert_eq!(status(&home.run(&["wheel-path", "--unset"])), 0);
    assert_eq!(home.api(), "plugins: []\n");
}

#[test]
fn a_first_entry_creates_the_file() {
    let home = Home::empty();
    let output = home.run(&["add", "acme.Audit", "--to", "api"]);
    assert_eq!(status(&output), 0, "{output:?}");
    assert_eq!(home.api(), "plugins:\n  - class: acme.Audit\n");
}

#[test]
fn a_result_that_skypilot_would_refuse_needs_force() {
    let home = Home::new(API, REMOTE);
    let output = home.run(&["set", "api", "0", "class", "NoDot"]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("nothing was written"), "{output:?}");
    assert_eq!(home.api(), API);
    assert_eq!(status(&home.run(&["set", "api", "0", "class", "NoDot", "--force"])), 0);
    // The text had that error before: other edits of it are not stopped.
    assert_eq!(status(&home.run(&["set", "api", "0", "parameters.n", "1"])), 0);
}

#[test]
fn dry_runs_print_a_masked_diff_and_write_nothing() {
    let home = Home::new(API, REMOTE);
    let output = home.run(&["set", "api", "0", "parameters.api_token", "xyz", "--dry-run"]);
    assert_eq!(status(&output), 0, "{output:?}");
    let diff = stdout(&output);
    assert!(diff.contains("-      api_token: ******** # mine\n+      api_token: ******** # mine\n"), "{diff}");
    assert!(!diff.contains("xyz"));
    assert_eq!(home.api(), API);
    let read_only = home.run(&["remove", "api", "0", "--read-only"]);
    assert_eq!((status(&read_only), home.api().as_str()), (2, API));
}

#[test]
fn patches_are_applied_whole_or_not_at_all() {
    let home = Home::new(API, REMOTE);
    let patch =
        r#"[{"op": "add", "path": "/plugins/-", "value": {"class": "a.B"}}, {"op": "remove", "path": "/plugins/7"}]"#;
    let output = home.command().args(["patch", "api", "-"]).write_stdin(patch).output().expect("started");
    assert_eq!((status(&output), home.api().as_str()), (1, API));
    let patch = r#"[{"op": "test", "path": "/plugins/0/class", "value": "acme.Audit"}, {"op": "add", "path": "/plugins/-", "value": {"class": "a.B"}}]"#;
    let output = home.command().args(["patch", "api"]).write_stdin(patch).output().expect("started");
    assert_eq!(status(&output), 0, "{output:?}");
    assert_eq!(home.api(), format!("{API}  - class: a.B\n"));
}

#[test]
fn usage_errors_are_2_and_ambiguous_classes_are_refused() {
    let home = Home::new("plugins:\n- class: a.B\n- class: a.B\n", REMOTE);
    assert_eq!(status(&home.run(&["frobnicate"])), 2);
    let output = home.run(&["remove", "api", "a.B"]);
    assert_eq!(status(&output), 1);
    assert!(stderr(&output).contains("0, 1"), "{output:?}");
}

#[test]
fn a_variable_set_to_nothing_reads_as_absent_and_is_not_saved_to() {
    let home = Home::new(API, REMOTE);
    let run =
        |args: &[&str]| home.command().env("SKYPILOT_SERVER_PLUGINS_CONFIG", "").args(args).output().expect("started");
    assert_eq!(json(&run(&["check", "--format", "json"]))["files"]["api"]["status"], "absent");
    let output = run(&["add", "a.B", "--to", "api"]);
    assert_eq!(status(&output), 2, "{output:?}");
    assert!(stderr(&output).contains("SKYPILOT_SERVER_PLUGINS_CONFIG"));
    assert_eq!(home.api(), API);
}

#[test]
fn the_ui_without_a_terminal_names_check() {
    let output = Home::new(API, REMOTE).run(&[]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("check"), "{output:?}");
}

#[test]
fn previews_answer_in_json() {
    let home = Home::new("controller_wheel_path: wheels\n", "plugins:\n- class: a.B\n");
    fs::create_dir(home.path("wheels")).expect("made");
    fs::write(home.path("wheels/a-1.0-py3-none-any.whl"), "").expect("written");
    let output = home.run(&["preview", "--format", "json"]);
    let answer = json(&output);
    assert_eq!(answer["verdict"], "sent", "{output:?}");
    assert_eq!(answer["file_mounts"]["~/.sky/plugins/wheels/a-1.0-py3-none-any.whl"], "wheels/a-1.0-py3-none-any.whl");
    assert_eq!(answer["launches"][0]["installs"][0], "a-1.0-py3-none-any.whl");
    assert!(stdout(&home.run(&["preview"])).contains("a-1.0-py3-none-any.whl"));
}

#[test]
fn messages_hold_no_line_and_no_control_character_of_an_argument() {
    let home = Home::new(API, REMOTE);
    let patch = r#"[{"op": "remove", "path": "/a\nskyplug-tui: all fine\tx"}]"#;
    let output = home.command().args(["patch", "api"]).write_stdin(patch).output().expect("started");
    assert_eq!(stderr(&output).lines().count(), 1, "{output:?}");
    assert!(!stderr(&home.run(&["a\u{202e}b\u{9b}c\rd\u{7}e"])).contains(['\u{202e}', '\u{9b}', '\r', '\u{7}']));
}

#[test]
fn aliases_that_multiply_are_not_written_out() {
    use std::fmt::Write as _;

    let mut bomb = "plugins:\n- class: a.B\n  parameters:\n    a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let row = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "    a{level}: &a{level} [{row}]").expect("written");
    }
    bomb.push_str("- class: c.D\n  parameters: {x: *a29}\n");
    let home = Home::new(&bomb, REMOTE);
    for entry in ["0", "1"] {
        assert_eq!(status(&home.run(&["copy", "api", entry, "--to", "remote"])), 1);
    }
    assert_eq!((home.api(), home.remote()), (bomb, REMOTE.to_owned()));
}

#[test]
fn purge_deletes_what_is_kept_and_says_how_much() {
    let home = Home::new(API, REMOTE);
    let told = |args: &[&str]| String::from_utf8(home.run(args).stdout).expect("UTF-8");
    assert_eq!(told(&["purge"]), "nothing is kept\n");
    for name in ["drafts/plugins.x.yaml", "replaced/plugins.y.yaml", "replaced/plugins.z.yaml"] {
        let path = home.path(".local/state/skyplug-tui").join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, "1234567").expect("written");
    }
    assert_eq!(
        told(&["purge", "--dry-run"]),
        "would delete 2 replaced texts (14 bytes)\nwould delete 1 draft (7 bytes)\n"
    );
    assert_eq!(status(&home.run(&["purge", "--read-only"])), 2);
    assert_eq!(told(&["purge"]), "deleted 2 replaced texts (14 bytes)\ndeleted 1 draft (7 bytes)\n");
    assert_eq!(told(&["purge"]), "nothing is kept\n");
}

#[test]
fn shells_complete_what_the_help_names_and_each_subcommand_has_a_man_page() {
    let home = Home::empty();
    let printed = |args: &[&str]| String::from_utf8(home.run(args).stdout).expect("UTF-8");
    let help = printed(&["--help"]);
    let section = help.split_once("Commands:\n").expect("commands").1.split_once("\n\n").expect("an end").0;
    let name = |line: &str| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')).map(str::to_owned);
    let names: Vec<String> =
        section.lines().filter_map(name).filter_map(|line| line.split(' ').next().map(str::to_owned)).collect();
    assert!(names.len() >= 20, "{names:?}");
    assert!(home.run(&["man", "--out", "man"]).status.success());
    for shell in ["bash", "zsh", "fish"] {
        let script = printed(&["completions", shell]);
        for name in &names {
            assert!(script.contains(name.as_str()), "{shell} does not complete {name}");
        }
    }
    for name in &names {
        let page = fs::read_to_string(home.path(&format!("man/skyplug-tui-{name}.1"))).expect("a page");
        assert!(page.contains(".SH SYNOPSIS"), "{name}");
    }
    assert!(printed(&["man"]).contains(".SH NAME"));
}

#[test]
fn a_line_that_does_not_parse_is_told_without_its_secret() {
    let home = Home::new("plugins:\n- class: a.B\n  parameters:\n    api_token: s3cr3tvalue: x\n", REMOTE);
    let output = home.run(&["check"]);
    assert_eq!(status(&output), 1, "{output:?}");
    assert!(stdout(&output).contains("api_token: ********"), "{output:?}");
    assert!(!stdout(&output).contains("s3cr3tvalue"), "{output:?}");
}
