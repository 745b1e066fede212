//! How files are written: what is told before, what is asked, the ways out, the backups.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use skyplug_tui::app::Settings;
use skyplug_tui::app::message::{Message, SaveFailure};
use skyplug_tui::config::Role;
use skyplug_tui::config::writing::ReadOnly;

use crate::driver::Driver;

const API: &str = "plugins:\n- class: acme.Audit   # first\n- class: acme.Cost\n";
const API_WITHOUT_FIRST: &str = "plugins:\n- class: acme.Cost\n";
const REMOTE: &str = "plugins:\n- class: acme.Retry\n";

fn open(prepare: impl FnOnce(&Path)) -> Driver {
    Driver::open_with(Some(API), Some(REMOTE), Settings::default(), prepare)
}

/// Gives `plugins.yaml` a second name.
fn hard_link(home: &Path) {
    fs::hard_link(home.join(".sky/plugins.yaml"), home.join("other.yaml")).expect("linked");
}

/// Puts `plugins.yaml` into a volume as Kubernetes lays it out.
fn config_map(home: &Path) {
    let sky = home.join(".sky");
    fs::create_dir(sky.join("..2026_11")).expect("made");
    fs::rename(sky.join("plugins.yaml"), sky.join("..2026_11/plugins.yaml")).expect("moved");
    symlink("..2026_11", sky.join("..data")).expect("linked");
    symlink("..data/plugins.yaml", sky.join("plugins.yaml")).expect("linked");
}

#[test]
fn the_review_says_how_a_file_is_saved() {
    let mut driver = open(|_| {});
    driver.press("ds");
    let screen = driver.screen();
    assert!(screen.contains("replaced as a whole, owner and mode 0644 kept"), "{screen}");
    assert!(screen.contains("the text on disk is kept as a backup"), "{screen}");
}

#[test]
fn a_file_with_two_names_is_written_in_place_after_one_question() {
    let mut driver = open(hard_link);
    assert!(driver.screen().contains("1 API server: plugins.yaml  in place"), "{}", driver.screen());
    assert!(driver.status().contains("it has 2 names"), "{}", driver.status());
    driver.press("ds");
    assert!(driver.screen().contains("written in place after a question, backup first"), "{}", driver.screen());
    driver.press("s");
    assert!(driver.screen().contains("Write plugins.yaml in place?"), "{}", driver.screen());
    driver.press("<Esc>");
    assert_eq!(driver.api(), API, "nothing is written without an answer");
    driver.press("sw");
    assert_eq!(fs::read_to_string(driver.home().join("other.yaml")).expect("read"), API_WITHOUT_FIRST);
    assert_eq!(fs::metadata(driver.path("plugins.yaml")).expect("there").nlink(), 2);
    // Once is enough.
    driver.press("uss");
    assert_eq!(driver.api(), API, "{}", driver.screen());
}

#[test]
fn a_configmap_is_told_at_once_and_its_edits_go_elsewhere() {
    let mut driver = open(config_map);
    assert!(driver.screen().contains("plugins.yaml  read-only: ConfigMap"), "{}", driver.screen());
    assert!(driver.status().contains("cannot be saved where it is"), "{}", driver.status());
    driver.press("d2dss");
    assert!(driver.screen().contains("plugins.yaml is read-only"), "{}", driver.screen());
    // The text to the clipboard, the other file alone, another path.
    driver.press("y");
    assert_eq!(driver.copied, [API_WITHOUT_FIRST]);
    driver.press("so");
    assert_eq!((driver.api().as_str(), driver.remote().as_str()), (API, "plugins: []\n"));
    // As the ConfigMap that it comes from.
    driver.press("ssx<Ctrl-U>~/out<Enter>");
    let manifest = fs::read_to_string(driver.home().join("out/configmap.yaml")).expect("written");
    assert!(manifest.contains("    plugins:\n    - class: acme.Cost\n"), "{manifest}");
    driver.press("<Esc><Esc>");
    let other = driver.home().join("mine.yaml");
    driver.press("ssp<Ctrl-U>~/mine.yaml<Enter>s");
    assert_eq!(fs::read_to_string(other).expect("read"), API_WITHOUT_FIRST, "{}", driver.screen());
    assert_eq!(driver.api(), API);
    assert!(driver.state.unsaved_roles().is_empty());
}

#[test]
fn what_follows_a_failure_is_not_tried_and_what_was_written_is_told() {
    let mut driver = open(|_| {});
    driver.press("d2d");
    fs::write(driver.path("remote_plugins.yaml"), "theirs: 1\n").expect("written");
    driver.press("ss");
    let screen = driver.screen();
    assert!(screen.contains("remote_plugins.yaml changed on disk"), "{screen}");
    assert!(screen.contains("Written before that: saved"), "{screen}");
    assert_eq!(driver.api(), API_WITHOUT_FIRST);
    assert_eq!(driver.state.unsaved_roles(), [Role::Remote]);

    let mut driver = open(|_| {});
    driver.press("d2d");
    fs::write(driver.path("plugins.yaml"), "theirs: 1\n").expect("written");
    driver.press("ss");
    assert!(driver.screen().contains("remote_plugins.yaml was not tried"), "{}", driver.screen());
    assert_eq!(driver.remote(), REMOTE);
}

#[test]
fn a_draft_of_what_may_not_be_written_comes_with_the_command_for_it() {
    let mut driver = open(|home| {
        let path = home.join(".sky/plugins.yaml");
        fs::set_permissions(path, fs::Permissions::from_mode(0o444)).expect("set");
    });
    driver.press("ds");
    assert!(driver.screen().contains("`sudo install` command"), "{}", driver.screen());
    driver.press("sd");
    let screen = driver.screen();
    assert!(screen.contains("Draft kept in") && screen.contains("sudo install -m 444"), "{screen}");
    driver.press("y");
    let file = driver.path("plugins.yaml");
    let words: Vec<&str> = driver.copied[0].split(' ').collect();
    let ["sudo", "install", "-m", "444", draft, target] = words.as_slice() else { panic!("{words:?}") };
    assert_eq!(fs::read_to_string(draft).expect("a draft"), API_WITHOUT_FIRST);
    assert_eq!(Path::new(target), file);
    assert_eq!(driver.api(), API, "nothing is run");
    // A save that finds out at the last moment says the same.
    let mut driver = open(|_| {});
    driver.press("ds");
    let result = Err(SaveFailure::ReadOnly(ReadOnly::Permission));
    driver.send(Message::Saved { role: Role::Api, text: API_WITHOUT_FIRST.into(), result });
    driver.press("d");
    assert!(driver.screen().contains("sudo install -m 644"), "{}", driver.screen());
}

#[test]
fn a_first_file_can_be_put_back_where_the_second_one_failed() {
    let fail = || {
        let mut driver = open(|_| {});
        driver.press("d2d");
        fs::write(driver.path("remote_plugins.yaml"), "theirs: 1\n").expect("written");
        driver.press("ss");
        assert_eq!(driver.api(), API_WITHOUT_FIRST);
        assert!(driver.screen().contains("put plugins.yaml back"), "{}", driver.screen());
        driver
    };
    let mut driver = fail();
    driver.press("<Enter>");
    assert_eq!(driver.api(), API_WITHOUT_FIRST, "it is kept where nothing else is asked for");
    let mut driver = fail();
    driver.press("b");
    assert_eq!(driver.api(), API, "{}", driver.screen());
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API_WITHOUT_FIRST), "the edits stay");
    assert_eq!(driver.state.unsaved_roles(), [Role::Api, Role::Remote]);
    assert!(driver.status().starts_with("Put plugins.yaml back as it was"), "{}", driver.status());
}

#[test]
fn a_failed_save_says_why_and_offers_ways_out() {
    let mut driver = open(|_| {});
    driver.press("ds");
    let why = "cannot write to a temporary file in /x: No space left on device; the file is as it was".to_owned();
    let result = Err(SaveFailure::Other(why));
    driver.send(Message::Saved { role: Role::Api, text: API_WITHOUT_FIRST.into(), result });
    let screen = driver.screen();
    assert!(screen.contains("No space left on device"), "{screen}");
    for way in ["another path", "copy the text", "keep a draft"] {
        assert!(screen.contains(way), "{screen}");
    }
    driver.press("y");
    assert_eq!(driver.copied, [API_WITHOUT_FIRST]);
    assert_eq!(driver.state.unsaved_roles(), [Role::Api]);
}

#[test]
fn a_saved_version_is_listed_compared_and_taken_back() {
    let mut driver = open(|_| {});
    driver.press(":backups<Enter>");
    assert!(driver.status().contains("has no backup yet"), "{}", driver.status());
    driver.press("dssdss");
    assert_eq!(driver.api(), "plugins: []\n");
    driver.press(":backups<Enter>");
    let screen = driver.screen();
    assert!(screen.contains("Backups of plugins.yaml"), "{screen}");
    assert!(screen.contains("2 versions"), "{screen}");
    assert!(screen.contains("+- class: acme.Cost") && !screen.contains("acme.Audit   # first"), "{screen}");
    driver.press("j");
    assert!(driver.screen().contains("+- class: acme.Audit   # first"), "{}", driver.screen());
    driver.press("<Enter>");
    assert!(driver.status().contains("u takes that back"), "{}", driver.status());
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
    driver.press("u");
    assert_eq!(driver.state.workspace.text(Role::Api), Some("plugins: []\n"));
    driver.press("Uss");
    assert_eq!(driver.api(), API);
}

#[test]
fn what_an_interrupted_save_left_is_removed_at_the_start() {
    let driver = open(|home| fs::write(home.join(".sky/.skyplug-tui.1.0.tmp"), "half").expect("written"));
    assert!(!driver.home().join(".sky/.skyplug-tui.1.0.tmp").exists());
    let settings = Settings { read_only: true, ..Settings::default() };
    let left = |home: &Path| fs::write(home.join(".sky/.skyplug-tui.1.0.tmp"), "half").expect("written");
    let driver = Driver::open_with(Some(API), None, settings, left);
    assert!(driver.home().join(".sky/.skyplug-tui.1.0.tmp").exists(), "nothing is touched with --read-only");
}

#[test]
fn a_half_written_file_is_put_back_at_the_start_and_told_of() {
    let mut driver = open(hard_link);
    driver.press("dssw");
    assert_eq!(driver.api(), API_WITHOUT_FIRST);
    // As if the program had died within the write: the note that it goes on, and half of it done.
    let shelf = fs::read_dir(driver.home().join(".local/state/skyplug-tui/backup")).expect("a folder");
    let shelf = shelf.map(|entry| entry.expect("an entry").path()).next().expect("a shelf");
    let names = fs::read_dir(&shelf).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let version = names.filter_map(|name| name.into_string().ok()).find(|name| name != "path");
    let note = format!(r#"{{"old": {:?}, "new": {:?}}}"#, version.expect("a version"), API_WITHOUT_FIRST);
    fs::write(shelf.join("pending"), note).expect("written");
    let torn = format!("{}{}", &API_WITHOUT_FIRST[..26], &API[26..]);
    assert_ne!(torn, API);
    fs::write(driver.path("plugins.yaml"), &torn).expect("written");
    driver.reopen();
    assert!(driver.screen().contains("was put back"), "{}", driver.screen());
    assert_eq!(driver.api(), API);
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
    assert!(!shelf.join("pending").exists());
}
