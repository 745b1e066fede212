//! `--verify`, with a stand-in for the other Python: what it gets, what its answer leads to.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::{Duration, Instant};

use assert_cmd::Command;
use serde_json::{Value as Json, json};
use skyplug_tui::app::Settings;
use skyplug_tui::check::verify::Mode;
use skyplug_tui::config::Environment;
use skyplug_tui::io::verify::{Question, verify};
use skyplug_tui::io::{self, Options};
use tempfile::TempDir;

use crate::cli::NO_SERVER;
use crate::driver::Driver;

const API: &str = "plugins:\n- class: acme.Audit\n  parameters: {api_token: s3cr3t-value}\n";

/// A home with an API list and a stand-in for Python that runs `script`, a shell script.
struct Stage(TempDir);

impl Stage {
    fn new(api: &str, script: &str) -> Self {
        let stage = Self(tempfile::tempdir().expect("a directory"));
        fs::create_dir(stage.path(".sky")).expect("made");
        fs::write(stage.path(".sky/plugins.yaml"), api).expect("written");
        stage.set_script(script);
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn set_script(&self, script: &str) {
        write_script(&self.path("python"), &script.replace("{HOME}", &self.0.path().display().to_string()));
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skyplug-tui"));
        command
            .env_clear()
            .envs([NO_SERVER])
            .env("HOME", self.0.path())
            .env("PATH", "/usr/bin:/bin")
            .current_dir(self.0.path());
        command.env("AWS_SECRET_ACCESS_KEY", "of-the-person").env("SKYPILOT_DB_CONNECTION_URI", "postgres://x");
        command.args(["--sky-version", "0.14.1", "--python", "python"]).args(args).output().expect("started")
    }

    /// Asks from here, with another limit of time.
    fn ask(&self, limit: Duration) -> Result<skyplug_tui::check::verify::Verified, String> {
        let mut environment = Environment { cwd: self.0.path().to_owned(), ..Environment::default() };
        environment.variables.insert("HOME".into(), self.0.path().into());
        environment.variables.insert("PATH".into(), "/usr/bin:/bin".into());
        let options = Options { python: Some("python".into()), ..Options::default() };
        let (workspace, facts) = io::open(&options, environment);
        let python = facts.python.clone().expect("a Python");
        let question = Question { python, mode: Mode::Config, limit, show_secrets: false, python_path: Vec::new() };
        verify(&question, &workspace, &facts)
    }
}

fn write_script(path: &Path, script: &str) {
    fs::write(path, format!("#!/bin/sh\n{script}\n")).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("changed");
}

/// An answer that agrees with the API list above and no remote list.
fn answer() -> Json {
    let file = |status: &str, plugins: usize| json!({"status": status, "exception": null, "message": null, "plugins": plugins});
    json!({"sky_version": "0.14.1", "api": file("ok", 1), "remote": file("absent", 0),
           "upload": {"status": "ok", "exception": null, "message": null, "file_mounts": {}, "config_uploaded": null, "warnings": []}})
}

/// A script that reads the request and prints `answer`, with noise around it.
fn says(answer: &Json) -> String {
    format!("read request\n{}", prints(answer))
}

fn prints(answer: &Json) -> String {
    format!("echo noise\necho complaint >&2\ncat <<'END'\n{answer}\nEND\n")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("no signal")
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

#[test]
fn an_answer_that_agrees_stands_beside_ours() {
    let stage = Stage::new(API, &says(&answer()));
    let output = stage.run(&["check", "--verify"]);
    assert_eq!(status(&output), 0, "{output:?}");
    assert!(stdout(&output).contains("verified with SkyPilot 0.14.1 ("), "{output:?}");
    assert!(stdout(&output).contains("): agrees\n"), "{output:?}");
    for command in ["check", "preview"] {
        let output = stage.run(&[command, "--verify", "--format", "json"]);
        assert_eq!(status(&output), 0, "{output:?}");
        let json: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(json["verify"]["mode"], "config");
        assert_eq!(json["verify"]["sky_version"], "0.14.1");
        assert_eq!(json["verify"]["answer"]["api"]["plugins"], 1);
        assert_eq!(json["verify"]["differences"], json!([]));
    }
    let without = stage.run(&["check", "--format", "json"]);
    assert!(!stdout(&without).contains("verify"), "{without:?}");
}

#[test]
fn differences_are_marked_and_end_with_1() {
    let mut other = answer();
    other["sky_version"] = "0.13.0".into();
    other["api"] = json!({"status": "crash", "exception": "KeyError", "message": "'s3cr3t-value'", "plugins": 0});
    other["upload"]["warnings"] = json!(["new\u{1b}[31m words"]);
    let stage = Stage::new(API, &says(&other));
    let output = stage.run(&["check", "--verify"]);
    assert_eq!(status(&output), 1, "{output:?}");
    let text = stdout(&output);
    assert!(text.contains("differs: plugins.yaml: here ok, SkyPilot crash: KeyError"), "{text}");
    assert!(text.contains("differs: upload: warnings: here none, SkyPilot new\\x1b[31m words"), "{text}");
    assert!(
        text.contains("note: the rules here are those of SkyPilot 0.14.1, the one that was asked is 0.13.0"),
        "{text}"
    );
    assert!(!text.contains("s3cr3t"), "{text}");
    let output = stage.run(&["preview", "--verify", "--format", "json"]);
    assert_eq!(status(&output), 1, "{output:?}");
    assert!(!stdout(&output).contains("s3cr3t"), "{output:?}");
}

#[test]
fn the_process_gets_little_and_starts_in_the_root() {
    let script = "read request\npwd > {HOME}/cwd\nenv > {HOME}/env\necho \"$request\" > {HOME}/request\n\
                  echo \"$1 $2\" > {HOME}/args\nstat -c %a \"$(dirname \"$2\")\" \"$HOME\" > {HOME}/modes\n\
                  cut -d' ' -f1,5 /proc/$$/stat > {HOME}/group\n";
    let stage = Stage::new(API, &format!("{script}{}", prints(&answer())));
    assert_eq!(status(&stage.run(&["check", "--verify"])), 0);
    let read = |name: &str| fs::read_to_string(stage.path(name)).expect("read");
    assert_eq!(read("cwd"), "/\n");
    let environment = read("env");
    assert!(environment.contains("SKYPILOT_DISABLE_USAGE_COLLECTION=1\n"), "{environment}");
    assert!(environment.contains(&format!("PYTHONUSERBASE={}/.local\n", stage.0.path().display())), "{environment}");
    assert!(!environment.contains(&format!("\nHOME={}\n", stage.0.path().display())), "{environment}");
    assert!(!environment.contains("AWS_") && !environment.contains("DB_CONNECTION"), "{environment}");
    assert!(!read("request").contains("AWS_"));
    assert!(read("args").starts_with("-B /"), "{}", read("args"));
    let args = read("args");
    let folder = Path::new(args.trim_start_matches("-B ").trim_end()).parent().expect("a folder").to_owned();
    assert!(!folder.exists(), "{} is left", folder.display());
    assert_eq!(read("modes"), "700\n700\n");
    let group = read("group");
    let numbers: Vec<&str> = group.split_whitespace().collect();
    assert!(numbers.len() == 2 && numbers[0] == numbers[1], "no group of its own: {group}");
    // For an import it gets the person's variables too, but for those of SkyPilot.
    assert_eq!(status(&stage.run(&["check", "--verify=import"])), 0);
    assert!(read("request").contains("AWS_SECRET_ACCESS_KEY") && !read("request").contains("DB_CONNECTION"));
}

#[test]
fn a_process_that_hangs_is_ended_with_all_it_started() {
    let stage = Stage::new(API, "echo waiting >&2\nsleep 300 & echo $! > {HOME}/child\nsleep 300");
    let started = Instant::now();
    let why = stage.ask(Duration::from_secs(1)).expect_err("no answer");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(why.contains("gave no answer within 1 seconds: it was ended\n  waiting"), "{why}");
    let child: u32 = fs::read_to_string(stage.path("child")).expect("read").trim().parse().expect("a number");
    let gone = |pid: u32| fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "));
    let until = Instant::now() + Duration::from_secs(5);
    while !gone(child) && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(gone(child), "process {child} is left");
}

#[test]
fn failures_end_with_2_and_say_why() {
    let stage = Stage::new(API, "echo 'Traceback: api_token s3cr3t-value' >&2\nexit 3");
    for args in [&["check", "--verify"][..], &["preview", "--verify"], &["check", "--verify", "--format", "json"]] {
        let output = stage.run(args);
        assert_eq!(status(&output), 2, "{output:?}");
        assert!(
            stderr(&output).contains("gave no answer (exit status: 3)\n  Traceback: api_token ********"),
            "{output:?}"
        );
        assert!(!stdout(&output).contains("s3cr3t"), "{output:?}");
    }
    stage.set_script("kill -9 $$");
    assert!(stderr(&stage.run(&["check", "--verify"])).contains("signal: 9"));
    stage.set_script("yes | head -c 20000000");
    assert!(stderr(&stage.run(&["check", "--verify"])).contains("more than 16 MiB"));
    stage.set_script("yes complaint | head -c 20000000 >&2");
    assert!(stderr(&stage.run(&["check", "--verify"])).contains("\n  complaint\n"));
    stage
        .set_script(&says(&json!({"error": {"exception": "ModuleNotFoundError", "message": "No module named 'sky'"}})));
    let output = stage.run(&["check", "--verify"]);
    assert!(
        stderr(&output).contains("cannot import SkyPilot: ModuleNotFoundError: No module named 'sky'"),
        "{output:?}"
    );
    let mut part = answer();
    part["upload"] = json!({"status": "unanswered"});
    stage.set_script(&says(&part));
    assert_eq!(status(&stage.run(&["check", "--verify"])), 2);
    fs::remove_file(stage.path("python")).expect("removed");
    assert!(stderr(&stage.run(&["check", "--verify"])).contains("did not start"));
}

#[test]
fn nobody_is_asked_where_that_is_ruled_out() {
    let stage = Stage::new(API, "touch {HOME}/ran");
    let output = stage.run(&["--read-only", "check", "--verify"]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("--read-only"), "{output:?}");
    assert_eq!(status(&stage.run(&["--read-only", "preview", "--verify"])), 2);
    assert_eq!(status(&stage.run(&["check", "--verify", "--format", "sarif"])), 2);
    assert_eq!(status(&stage.run(&["check", "-", "--verify"])), 2);
    assert_eq!(status(&stage.run(&["check", "--verify=everything"])), 2);
    fs::remove_file(stage.path(".sky/plugins.yaml")).expect("removed");
    let list = stage.path(".sky/plugins.yaml");
    rustix::fs::mknodat(rustix::fs::CWD, &list, rustix::fs::FileType::Fifo, 0o600.into(), 0).expect("made");
    let output = stage.run(&["check", "--verify"]);
    assert_eq!(status(&output), 1, "{output:?}");
    assert!(stdout(&output).contains("note: not asked: SkyPilot would wait for plugins.yaml for ever"), "{output:?}");
    assert!(!stage.path("ran").exists());
}

#[test]
fn without_a_python_there_is_nobody_to_ask() {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_skyplug-tui"));
    command.env_clear().envs([NO_SERVER]).env("HOME", home.path()).env("PATH", "/nowhere").current_dir(home.path());
    let output = command.args(["check", "--verify"]).output().expect("started");
    assert!(stderr(&output).contains("--python"), "{output:?}");
}

#[test]
fn the_screens_ask_once_and_show_the_answer() {
    let python = Stage::new("", &format!("echo >> {{HOME}}/asked\n{}", says(&answer())));
    let mut driver = Driver::open(Some(API), None);
    driver.press(":verify<Enter>");
    assert!(driver.status().contains("no Python with SkyPilot is known"), "{}", driver.status());
    driver.set_python(&python.path("python"));
    driver.press(":verify<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("Ask a real SkyPilot?") && screen.contains("verify.py"), "{screen}");
    assert!(screen.contains("in    /"), "{screen}");
    driver.press("<Esc>");
    assert!(!python.path("asked").exists());
    driver.press(":verify<Enter>a");
    assert!(driver.screen().contains("What SkyPilot says"), "{}", driver.screen());
    assert_eq!(driver.status(), "SkyPilot agrees.");
    driver.press("<Esc>:verify<Enter>");
    assert!(driver.screen().contains("agrees"), "{}", driver.screen());
    assert_eq!(fs::read_to_string(python.path("asked")).expect("read").lines().count(), 2);
    driver.press("<Esc>D:verify<Enter>");
    assert!(driver.screen().contains("without your unsaved edits"), "{}", driver.screen());
}

#[test]
fn the_screens_ask_nobody_in_read_only_mode() {
    let python = Stage::new("", "touch {HOME}/asked");
    let settings = Settings { read_only: true, ..Settings::default() };
    let mut driver = Driver::open_with(Some(API), None, settings, |_| {});
    driver.set_python(&python.path("python"));
    driver.press(":verify<Enter>");
    assert!(driver.status().contains("read-only"), "{}", driver.status());
    assert!(!python.path("asked").exists());
}
