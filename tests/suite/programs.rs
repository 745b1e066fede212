//! Programs that run after a question: keys in, effects out, and what is said at the end.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use skyplug_tui::app::Settings;
use skyplug_tui::app::message::{Effect, Message};
use skyplug_tui::app::modal::Modal;
use skyplug_tui::app::run::{Ended, How, Program};

use crate::driver::Driver;

const API: &str = "controller_wheel_path: ~/wheels\nplugins:\n- class: acme.Audit\n";
const WHEEL: &str = "acme-1.0-py3-none-any.whl";

fn executable(path: &Path, script: &str) {
    fs::write(path, script).expect("written");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("set");
}

/// Makes a wheel directory, a project, and a Python with SkyPilot that runs `script`.
fn prepare(home: &Path, script: &str) {
    for folder in ["wheels", "project", "venv/bin", "venv/lib/python3.11/site-packages/skypilot-0.14.1.dist-info"] {
        fs::create_dir_all(home.join(folder)).expect("made");
    }
    fs::write(home.join("wheels").join(WHEEL), "old").expect("written");
    fs::write(home.join("project/pyproject.toml"), "").expect("written");
    executable(&home.join("venv/bin/python3"), script);
}

fn open_with(settings: Settings, script: &str) -> Driver {
    let mut driver = Driver::open_with(Some(API), None, settings, |home| prepare(home, script));
    let python = driver.home().join("venv/bin/python3");
    driver.set_python(&python);
    driver
}

fn open(script: &str) -> Driver {
    open_with(Settings::default(), script)
}

/// Returns the program that was asked to run.
fn program(driver: &Driver) -> &Program {
    match driver.asked.first() {
        Some(Effect::Run(program)) => program,
        other => panic!("no program: {other:?}"),
    }
}

fn end(driver: &mut Driver, how: How, written: &[&str]) {
    driver.send(Message::RunEnded(Ended { how, written: written.iter().map(OsString::from).collect(), server: None }));
}

#[test]
fn a_build_shows_what_it_runs_and_runs_it_after_a_yes() {
    let mut driver = open("#!/bin/sh\n");
    driver.holds = true;
    driver.press("wB~/project<Enter>");
    let home = driver.home().display().to_string();
    let shown = format!("runs  {home}/venv/bin/python3 -m build --wheel --outdir {home}/wheels {home}/project");
    let Some(Modal::Menu(menu)) = driver.state.modals.last() else { panic!("no question") };
    assert!(menu.text.contains(&shown), "{:?}", menu.text);
    assert!(driver.screen().contains("the project's own code"), "{}", driver.screen());
    // Neither Enter nor Escape runs anything.
    driver.press("<Enter>");
    assert!(driver.asked.is_empty() && driver.status().contains("Press y itself"), "{}", driver.status());
    driver.press("<Esc>B<Enter>y");
    let argv: Vec<String> = program(&driver).argv.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    assert_eq!(argv.join(" "), shown.trim_start_matches("runs  "));
    assert_eq!(program(&driver).directory, Path::new("/"));
}

#[test]
fn what_is_not_shown_whole_is_not_run() {
    let mut driver = open("#!/bin/sh\n");
    driver.holds = true;
    let project = format!("project/{}", "a_long_name/".repeat(30));
    fs::create_dir_all(driver.home().join(&project)).expect("made");
    fs::write(driver.home().join(&project).join("setup.py"), "").expect("written");
    driver.press(&format!("wB~/{project}<Enter>")).resize(40, 12);
    assert!(driver.screen().contains(".. ┃"), "{}", driver.screen());
    driver.press("y");
    assert!(driver.asked.is_empty() && driver.status().contains("too small"), "{}", driver.status());
    driver.resize(120, 36).press("y");
    assert_eq!(driver.asked.len(), 1);
}

#[test]
fn what_is_no_project_stays_in_the_form_with_the_reason() {
    let mut driver = open("#!/bin/sh\n");
    driver.press("wB~/wheels<Enter>");
    assert!(driver.screen().contains("neither pyproject.toml nor setup.py"), "{}", driver.screen());
    driver.press("<Ctrl-U><Enter>");
    assert!(driver.screen().contains("Type the directory of a project"), "{}", driver.screen());
    driver.press("~/project<Enter>");
    assert!(driver.screen().contains("Build a wheel?"), "{}", driver.screen());
}

#[test]
fn the_project_is_picked_as_the_wheel_directory_is() {
    let mut driver = open("#!/bin/sh\n");
    driver.press("wB~<F3>");
    assert!(driver.screen().contains("Choose the project directory"), "{}", driver.screen());
    // Behind the directory itself and its hidden one.
    let rows: Vec<String> = driver.screen().lines().filter(|line| line.contains("/  ")).map(str::to_owned).collect();
    let row = rows.iter().position(|line| line.contains("project/")).expect("a row");
    driver.press(&"j".repeat(row + 1)).press("<Space><Enter>");
    assert!(driver.screen().contains("Build a wheel?"), "{}", driver.screen());
}

#[test]
fn a_built_wheel_is_told_and_the_directory_is_looked_at_again() {
    let mut driver = open("#!/bin/sh\necho building\necho new > \"$5/acme-1.1-py3-none-any.whl\"\n");
    driver.press("wB~/project<Enter>y");
    assert_eq!(driver.status(), "Built acme-1.1-py3-none-any.whl.");
    assert!(driver.screen().contains("building"), "{}", driver.screen());
    driver.press("<Esc>");
    assert!(driver.state.modals.is_empty());
    assert!(driver.screen().contains("1.1"), "{}", driver.screen());
}

#[test]
fn a_missing_module_is_told_with_what_gets_it() {
    let mut driver = open("#!/bin/sh\necho \"$0: No module named build\" >&2\nexit 1\n");
    driver.press("wB~/project<Enter>y");
    assert!(driver.status().contains("-m pip install build"), "{}", driver.status());
    assert!(driver.status().starts_with("No wheel was built"), "{}", driver.status());
}

#[test]
fn a_program_that_runs_is_stopped_after_a_question_or_by_its_key() {
    let mut driver = open("#!/bin/sh\n");
    driver.holds = true;
    driver.press("wB~/project<Enter>y<Esc>");
    assert!(driver.screen().contains("Stop it?"), "{}", driver.screen());
    driver.press("k");
    assert_eq!(driver.asked.len(), 1, "it runs still");
    driver.press("s<Esc>");
    assert!(matches!(driver.asked[..], [Effect::Run(_), Effect::StopRun]), "{:?}", driver.asked);
    // The end makes the question moot.
    end(&mut driver, How::Stopped, &[]);
    assert!(!driver.screen().contains("Stop it?"), "{}", driver.screen());
    assert_eq!(driver.status(), "Stopped. No wheel was built.");
    driver.press("s<Enter>");
    assert!(driver.state.modals.is_empty());
    assert_eq!(driver.asked.len(), 2, "what has ended is not stopped");
}

#[test]
fn output_follows_its_end_unless_a_person_scrolls() {
    let mut driver = open("#!/bin/sh\n");
    driver.holds = true;
    driver.press("wB~/project<Enter>y");
    let print = |driver: &mut Driver, from: usize, to: usize| {
        let lines = (from..to).map(|number| format!("line {number}.")).collect();
        driver.send(Message::Printed { lines, dropped: 0 });
    };
    print(&mut driver, 0, 100);
    assert!(driver.screen().contains("line 99."));
    driver.press("g");
    print(&mut driver, 100, 110);
    assert!(driver.screen().contains("line 0.") && !driver.screen().contains("line 109."), "{}", driver.screen());
    driver.press("G");
    print(&mut driver, 110, 120);
    assert!(driver.screen().contains("line 119."), "{}", driver.screen());
}

#[test]
fn a_wheel_is_installed_into_the_servers_python() {
    let mut driver = open("#!/bin/sh\necho \"$@\"\n");
    driver.press("wI");
    assert!(driver.screen().contains("changes the API server's Python"), "{}", driver.screen());
    driver.press("y");
    let wheel = driver.home().join("wheels").join(WHEEL);
    assert!(driver.screen().contains(&format!("-m pip install {}", wheel.display())), "{}", driver.screen());
    assert!(driver.status().starts_with(&format!("Installed {WHEEL} into ")), "{}", driver.status());
}

#[test]
fn what_cannot_run_says_why() {
    let mut driver = open_with(Settings { read_only: true, ..Settings::default() }, "#!/bin/sh\n");
    driver.press("wB");
    assert_eq!(driver.status(), "No wheel is built: read-only (--read-only).");
    driver.press("I");
    assert_eq!(driver.status(), "Nothing is installed: read-only (--read-only).");
    let mut driver = Driver::open_with(Some(API), None, Settings::default(), |home| prepare(home, ""));
    driver.press("wI");
    assert!(driver.status().contains("Python is not known (--python)"), "{}", driver.status());
    let mut driver = Driver::open(Some("plugins: []\n"), None);
    driver.press(":build a wheel<Enter>");
    assert!(driver.status().contains("controller_wheel_path is not set"), "{}", driver.status());
}
