//! What the screens show: snapshots at the sizes of the design, and a sweep over all sizes.

use std::fs;
use std::time::{Duration, SystemTime};

use insta::assert_snapshot;
use skyplug_tui::app::Settings;
use skyplug_tui::app::message::{Message, SavedVersion};
use unicode_width::UnicodeWidthStr as _;

use crate::driver::Driver;
use crate::zip;

pub(crate) const API: &str = "\
# What the API server loads.
controller_wheel_path: ~/wheels

plugins:
  # Writes one line for each request.
  - class: acme_audit.AuditPlugin
    parameters:
      path: /var/log/audit.log
      level: info

  # agreed with finance, 2026-02
  - class: acme_cost.CostGuard
    parameters:
      limits: {team-a: 500, team-b: 250}   # dollars a month
      dry_run: yes
      notify:
        - '#cost'
        - null
      api_token: example-not-a-real-token
      window: 12:30
";
pub(crate) const REMOTE: &str = "\
# What controllers load.
plugins:
- class: acme_audit.AuditPlugin
  parameters:
    path: /tmp/audit.log
";
pub(crate) const SIZES: [(u16, u16); 3] = [(120, 36), (80, 24), (40, 12)];

pub(crate) fn sample() -> Driver {
    Driver::open_with(Some(API), Some(REMOTE), Settings::default(), |home| {
        let wheels = home.join("wheels");
        fs::create_dir(&wheels).expect("made");
        for (name, version, tags) in
            [("acme_audit", "1.2.0", "py3-none-any"), ("acme_cost", "0.9.1", "cp311-cp311-linux_x86_64")]
        {
            let bytes = zip::padded(zip::wheel(name, version, ""), 2_000);
            let path = wheels.join(format!("{name}-{version}-{tags}.whl"));
            fs::write(&path, bytes).expect("written");
            let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
            fs::File::options().append(true).open(path).and_then(|file| file.set_modified(date)).expect("dated");
        }
        fs::write(wheels.join("notes.txt"), vec![0; 2_000]).expect("written");
    })
}

/// Returns the screen, with the name of the home directory replaced by one of the same length.
pub(crate) fn shown(driver: &Driver) -> String {
    let home = driver.home().to_str().expect("UTF-8");
    let name = "/home/user".to_owned() + &"_".repeat(home.len().saturating_sub(10));
    driver.screen().replace(home, &name)
}

/// Takes snapshots of a screen at the sizes of the design.
fn snapshots(name: &str, keys: &str) {
    let mut driver = sample();
    driver.press(keys);
    snapshots_of(name, &mut driver);
}

/// Takes snapshots of what is on the screen now at the sizes of the design.
fn snapshots_of(name: &str, driver: &mut Driver) {
    for (width, height) in SIZES {
        driver.resize(width, height);
        assert_snapshot!(format!("{name}_{width}x{height}"), shown(driver));
    }
}

#[test]
fn main_screen() {
    snapshots("main", "jaAcmeLegacy<Enter>");
}

#[test]
fn source_beside_the_lists() {
    let mut driver = sample();
    driver.press("j3").resize(160, 40);
    assert_snapshot!("wide_160x40", shown(&driver));
    assert!(!driver.screen().contains("example-not-a-real-token"));
    // It follows the cursor and the edits.
    driver.press("<Down><Down><Down><Down><Enter>");
    let line = shown(&driver).lines().find(|line| line.contains("dry_run: ")).expect("the line").to_owned();
    assert!(line.contains("> 15        dry_run: no"), "{line}");
    driver.press("2");
    assert!(driver.screen().contains("remote_plugins.yaml as written"), "{}", driver.screen());
}

#[test]
fn source() {
    snapshots("source", "jS");
    let mut driver = sample();
    driver.press("jS").resize(80, 24);
    assert!(!driver.screen().contains("example-not-a-real-token"));
    driver.press("<Tab>");
    assert!(driver.screen().contains("What controllers load"), "{}", driver.screen());
    driver.press("<Tab>gjjjjjj<Enter>");
    assert_eq!(driver.state.list(skyplug_tui::config::Role::Api).cursor, 0, "the entry on that line");
    assert!(driver.screen().contains("1 API server"));
    driver.press("<Enter>S<Esc>");
    assert_eq!(driver.state.screen, skyplug_tui::app::Screen::Parameters, "back to where it was opened");
}

#[test]
fn side_by_side() {
    snapshots("side_by_side", "=");
    let mut driver = sample();
    let told = "remote list #1, parameters differ: path, level";
    assert!(driver.screen().contains(told), "{}", driver.screen());
    driver.press("j=");
    assert!(driver.state.modals.is_empty(), "{}", driver.screen());
    assert!(driver.status().starts_with("The other list does not have this class"), "{}", driver.status());
    driver.press("c<Tab>");
    driver.press("j");
    assert!(driver.screen().contains("same parameters"), "{}", driver.screen());
}

#[test]
fn find() {
    snapshots("find", ":find acme<Enter>");
}

#[test]
fn history() {
    snapshots("history", "jdaacme_new.Plugin<Enter>uu<Esc>U:history<Enter>");
}

#[test]
fn long_values_wrap_and_known_parameters_show() {
    let long = API.replace("/var/log/audit.log", &"/very/long/path of many words ".repeat(9));
    let mut driver = Driver::open(Some(&long), Some(REMOTE));
    driver.resize(80, 24).press("<Enter>");
    // The row takes one line, as the one below it shows.
    let row = |driver: &Driver, text: &str| driver.screen().lines().position(|line| line.contains(text));
    assert_eq!(row(&driver, "  level"), row(&driver, ">   path").map(|row| row + 1));
    driver.press("z");
    assert_snapshot!("wrapped_80x24", shown(&driver));
    assert!(row(&driver, "  level") > row(&driver, ">   path").map(|row| row + 3));
    driver.press("j");
    assert!(driver.screen().lines().any(|line| line.contains(">   level")), "{}", driver.screen());
    driver.press("z");
    assert_eq!(driver.status(), "Values take one line.");
    driver.press(".");
    assert_eq!(driver.status(), "No parameter is known that is not given.");
}

#[test]
fn all_keys() {
    let mut driver = sample();
    driver.press("??");
    assert!(driver.screen().contains("Help: all keys"), "{}", driver.screen());
    driver.press("?");
    assert!(driver.screen().contains("Help: Lists"), "{}", driver.screen());
}

#[test]
fn fix() {
    snapshots("fix", "j<Enter>jjjjf");
}

#[test]
fn add_class() {
    snapshots("add_class", "aacme_new.Plugin");
}

#[test]
fn parameters() {
    snapshots("parameters", "j<Enter>");
}

#[test]
fn edit_value() {
    snapshots("edit_value", "j<Enter>jj<Enter><Ctrl-U>25o");
}

#[test]
fn wheels() {
    snapshots("wheels", "w");
}

/// Opens the wheels with a project directory of a fixed name beside them, `y` starts its build.
pub(crate) fn build() -> Driver {
    let mut driver = sample();
    let project = driver.home().join("acme-audit");
    fs::create_dir(&project).expect("made");
    fs::write(project.join("pyproject.toml"), "").expect("written");
    let python = driver.home().join("python3");
    driver.set_python(&python);
    driver.holds = true;
    driver.press("wB~/acme-audit<Enter>");
    driver
}

#[test]
fn build_question() {
    let mut driver = build();
    snapshots_of("build_question", &mut driver);
}

#[test]
fn build_output() {
    let mut driver = build();
    driver.press("y");
    let lines = [
        "* Creating isolated environment: venv+pip...",
        "* Installing packages in isolated environment:",
        "  - setuptools>=77",
        "* Building wheel...",
        "adding \\x1b[1m'acme_audit/__init__.py'",
        "a long line, which goes on and on and on and on and on and on and on and on and on and on and on and on and on and on",
        "/usr/bin/python3: No module named build",
    ];
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    driver.send(Message::Printed { lines, dropped: 2 });
    driver.resize(80, 24);
    assert_snapshot!("build_running_80x24", shown(&driver));
    let how = skyplug_tui::app::run::How::Badly("exit status: 1".to_owned());
    driver.send(Message::RunEnded(skyplug_tui::app::run::Ended { how, written: Vec::new(), server: None }));
    snapshots_of("build_output", &mut driver);
}

#[test]
fn preview() {
    snapshots("preview", "p");
}

#[test]
fn review() {
    snapshots("review", "jcdaAcmeLegacy<Enter>s");
}

#[test]
fn stopped_save() {
    snapshots("stopped_save", "jcdaAcmeLegacy<Enter>ss");
}

#[test]
fn help() {
    snapshots("help", "?");
}

#[test]
fn palette() {
    snapshots("palette", ":cop");
}

/// Opens the saved versions, as of a time that stays.
pub(crate) fn backups() -> Driver {
    let mut driver = sample();
    let version = |when: &str, text: &str| SavedVersion { when: when.to_owned(), text: Ok(text.into()) };
    let versions = vec![
        version("2026-11-25 09:30:00", &API.replace("dry_run: yes", "dry_run: no")),
        version("2026-11-24 18:05:12", "plugins: []\n"),
    ];
    driver.send(Message::BackupsRead { role: skyplug_tui::config::Role::Api, result: Ok(versions) });
    driver
}

#[test]
fn saved_versions() {
    let mut driver = backups();
    snapshots_of("backups", &mut driver);
}

#[test]
fn problems() {
    snapshots("problems", "jaAcmeLegacy<Enter>4");
    snapshots("explain", "4x");
}

#[test]
fn value_and_filter() {
    snapshots("change_type", "j<Enter>jjt");
    snapshots("filter", "/cost");
    snapshots("wheel", "w<Enter>");
}

#[test]
fn export() {
    snapshots("export", ":export configmap<Enter>");
}

#[test]
fn quit_question() {
    snapshots("quit_question", "dq");
}

/// Opens the sample with edits, and with a file that somebody else has changed meanwhile.
pub(crate) fn conflicting() -> Driver {
    let mut driver = sample();
    driver.press("j<Enter>jjjj<Enter><Esc><Esc>aacme_new.Plugin<Enter>");
    let theirs = API
        .replace("team-a: 500", "team-a: 650")
        .replace("dry_run: yes", "dry_run: 'no'")
        .replace("level: info", "level: debug")
        .replace("example-not-a-real-token", "example-of-another-token");
    fs::write(driver.path("plugins.yaml"), theirs).expect("written");
    driver.press("ss");
    driver
}

#[test]
fn conflict() {
    let mut driver = conflicting();
    snapshots_of("conflict", &mut driver);
    driver.press("m").resize(80, 24);
    assert_snapshot!("conflict_chosen_80x24", shown(&driver));
    driver.press("v");
    assert_snapshot!("conflict_text_80x24", shown(&driver));
}

#[test]
fn conflict_without_a_merge() {
    let mut driver = sample();
    driver.press("d");
    fs::write(driver.path("plugins.yaml"), "plugins: [\n").expect("written");
    driver.press("ss");
    for (width, height) in [(80, 24), (40, 12)] {
        driver.resize(width, height);
        assert_snapshot!(format!("conflict_no_merge_{width}x{height}"), shown(&driver));
    }
}

#[test]
fn first_run() {
    let mut driver = Driver::open(None, None);
    snapshots_of("first_run", &mut driver);
}

#[test]
fn broken_file() {
    let broken = API.replace("parameters:\n      path", "parameters\n      path");
    let mut driver = Driver::open(Some(&broken), Some(REMOTE));
    snapshots_of("broken", &mut driver);
}

#[test]
fn too_small() {
    let mut driver = sample();
    driver.press("d").resize(30, 6);
    assert_snapshot!("too_small_30x6", shown(&driver));
    // Keys are off until the window is larger, but for leaving.
    driver.press("dsu").resize(120, 36);
    assert!(driver.screen().contains("acme_cost.CostGuard"));
    assert_eq!(driver.state.unsaved_roles().len(), 1);
    driver.resize(30, 6).press("q");
    assert!(driver.screen().contains("x discard"), "{}", driver.screen());
    driver.press("<Esc>").resize(120, 36);
    assert_eq!(driver.state.exit, None);
}

#[test]
fn frames_stay_whole_beside_wide_characters() {
    let api = "plugins:\n- class: 日本語日本語日本語日本語日本語日本語.日本語日本語\n";
    let mut driver = Driver::open(Some(api), Some(REMOTE));
    for width in 100..122 {
        driver.resize(width, 36);
        for line in driver.screen().lines().skip(1).take(12) {
            assert_eq!(line.width(), usize::from(width), "{line}");
        }
    }
}

/// Lists whose secrets stand in no value that is read.
pub(crate) const ASIDE: [&str; 2] = [
    "plugins:\n  - class: a.B\n#   - class: c.D\n#     parameters:\n#       api_token: s3cr3tvalue\n",
    "plugins:\n  - class: a.B\n    parameters:\n      api_token: s3cr3tvalue\n      nested: {password: s3cr3tvalue}\n  - [\n",
];

#[test]
fn secrets_of_what_is_not_read_are_masked_in_the_text() {
    for text in ASIDE {
        for (width, height, keys) in [(160, 40, "3"), (120, 36, "3"), (160, 40, ""), (80, 24, "")] {
            let mut driver = Driver::open(Some(text), None);
            let screen = driver.resize(width, height).press(keys).screen();
            assert!(!screen.contains("s3cr3tvalue"), "{width}x{height}\n{screen}");
            driver.press("S");
            let screen = driver.screen();
            assert!(screen.contains("Source: plugins.yaml") && screen.contains("api_token: ********"), "{screen}");
            assert!(!screen.contains("s3cr3tvalue"), "{screen}");
        }
    }
}
