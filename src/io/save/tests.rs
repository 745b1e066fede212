//! Saves in throw-away directories.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::place::MODE_BITS;
use super::*;

/// Returns an environment whose state directory is below another one.
fn environment(home: &Path) -> Environment {
    let mut environment = Environment { cwd: home.to_owned(), ..Environment::default() };
    environment.variables.insert("XDG_STATE_HOME".into(), home.join("state").into());
    environment
}

/// Saves with the backups in a directory that nobody looks at.
fn save(path: &Path, text: &str, expected: Expected<'_>) -> Result<Saved, SaveError> {
    let home = tempfile::tempdir().expect("a directory");
    super::save(&Request { path, text, expected, in_place: false, environment: &environment(home.path()) })
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

#[test]
fn mode_and_link_are_kept_and_nothing_else_is_left() {
    let at = tempfile::tempdir().expect("a directory");
    let file = at.path().join("real.yaml");
    fs::write(&file, "old\n").expect("written");
    fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("set");
    symlink("real.yaml", at.path().join("plugins.yaml")).expect("linked");
    let saved = save(&at.path().join("plugins.yaml"), "new\n", Expected::Text("old\n")).expect("saved");
    assert_eq!((saved.path.file_name(), saved.created), (file.file_name(), false));
    assert_eq!(fs::read_to_string(&file).expect("read"), "new\n");
    assert_eq!(fs::metadata(&file).expect("there").mode() & MODE_BITS, 0o640);
    assert!(fs::symlink_metadata(at.path().join("plugins.yaml")).expect("there").is_symlink());
    assert_eq!(names(at.path()), ["plugins.yaml", "real.yaml"]);
}

#[test]
fn a_new_file_and_its_directory_are_made_private() {
    let at = tempfile::tempdir().expect("a directory");
    let file = at.path().join(".sky/plugins.yaml");
    assert!(save(&file, "a: 1\n", Expected::Absent).expect("saved").created);
    assert_eq!(fs::metadata(&file).expect("there").mode() & MODE_BITS, 0o600);
}

#[test]
fn a_file_that_changed_or_appeared_is_not_replaced() {
    let at = tempfile::tempdir().expect("a directory");
    let file = at.path().join("plugins.yaml");
    fs::write(&file, "theirs\n").expect("written");
    for expected in [Expected::Absent, Expected::Text("ours\n")] {
        assert!(matches!(save(&file, "new\n", expected), Err(SaveError::Changed(_))));
    }
    assert_eq!(fs::read_to_string(&file).expect("read"), "theirs\n");
    assert_eq!(names(at.path()), ["plugins.yaml"]);
    save(&file, "new\n", Expected::Anything).expect("a person said so");
}

#[test]
fn what_is_read_only_or_no_file_stays() {
    let at = tempfile::tempdir().expect("a directory");
    let file = at.path().join("plugins.yaml");
    fs::write(&file, "old\n").expect("written");
    fs::set_permissions(&file, Permissions::from_mode(0o444)).expect("set");
    assert!(matches!(
        save(&file, "new\n", Expected::Text("old\n")),
        Err(SaveError::ReadOnly { why: ReadOnly::Mode, .. })
    ));
    assert!(matches!(save(at.path(), "new\n", Expected::Anything), Err(SaveError::NoFile(_))));
}

#[test]
fn a_dangling_link_creates_what_it_names_and_a_cycle_is_an_error() {
    let at = tempfile::tempdir().expect("a directory");
    symlink("there.yaml", at.path().join("plugins.yaml")).expect("linked");
    save(&at.path().join("plugins.yaml"), "x: 1\n", Expected::Absent).expect("saved");
    assert_eq!(names(at.path()), ["plugins.yaml", "there.yaml"]);
    symlink("loop", at.path().join("loop")).expect("linked");
    assert!(matches!(save(&at.path().join("loop"), "", Expected::Absent), Err(SaveError::Io { .. })));
}

#[test]
fn a_file_with_two_names_is_written_in_place_once_that_is_agreed_to() {
    let at = tempfile::tempdir().expect("a directory");
    let (file, other) = (at.path().join("plugins.yaml"), at.path().join("other.yaml"));
    for (old, new) in [("a: 1\n", "a: 1\nb: 2\n"), ("a: 1\nb: 2\n", "b: 2\n")] {
        fs::write(&file, old).expect("written");
        let _ = fs::hard_link(&file, &other);
        let refused = save(&file, new, Expected::Text(old));
        assert!(matches!(refused, Err(SaveError::InPlace { why: InPlace::HardLinks(2), .. })), "{refused:?}");
        assert_eq!(fs::read_to_string(&file).expect("read"), old);
        let environment = environment(at.path());
        let request = Request {
            path: &file,
            text: new,
            expected: Expected::Text(old),
            in_place: true,
            environment: &environment,
        };
        let saved = super::save(&request).expect("saved");
        assert_eq!(fs::read_to_string(&other).expect("read"), new, "both names have the new text");
        assert_eq!(fs::read_to_string(saved.backup.expect("a backup")).expect("read"), old);
    }
}

#[test]
fn a_link_of_a_configmap_is_read_only() {
    let at = tempfile::tempdir().expect("a directory");
    fs::create_dir(at.path().join("..2026")).expect("made");
    fs::write(at.path().join("..2026/plugins.yaml"), "old\n").expect("written");
    symlink("..2026", at.path().join("..data")).expect("linked");
    symlink("..data/plugins.yaml", at.path().join("plugins.yaml")).expect("linked");
    let refused = save(&at.path().join("plugins.yaml"), "new\n", Expected::Text("old\n"));
    assert!(matches!(refused, Err(SaveError::ReadOnly { why: ReadOnly::ConfigMap, .. })), "{refused:?}");
}

#[test]
fn attributes_are_kept() {
    use xattr::FileExt as _;
    let at = tempfile::tempdir().expect("a directory");
    let file = at.path().join("plugins.yaml");
    fs::write(&file, "old\n").expect("written");
    if File::open(&file).expect("open").set_xattr("user.origin", b"ansible").is_err() {
        return; // This file system has none.
    }
    save(&file, "new\n", Expected::Text("old\n")).expect("saved");
    assert_eq!(xattr::get(&file, "user.origin").expect("read").as_deref(), Some(&b"ansible"[..]));
}

#[test]
fn leftovers_of_ours_go_and_nothing_else() {
    let at = tempfile::tempdir().expect("a directory");
    let home = tempfile::tempdir().expect("a directory");
    let file = at.path().join("plugins.yaml");
    let names_before = [".skyplug-tui.12.0.tmp", ".skyplug-tui..x y.tmp", ".skyplug-tui.tmp", "skyplug-tui.1.tmp"];
    for name in names_before {
        fs::write(at.path().join(name), "").expect("written");
    }
    symlink("plugins.yaml", at.path().join(".skyplug-tui.13.0.tmp")).expect("linked");
    fs::create_dir(at.path().join(".skyplug-tui.14.0.tmp")).expect("made");
    let place = Place::open(&file).expect("a directory");
    let live = Temporary::create(&place.directory).expect("made");
    assert_eq!(tidy(&file, &environment(home.path())), Vec::<String>::new());
    let left = names(at.path());
    for name in [".skyplug-tui..x y.tmp", ".skyplug-tui.tmp", "skyplug-tui.1.tmp", ".skyplug-tui.13.0.tmp"] {
        assert!(left.iter().any(|one| one == name), "{name} is none of ours: {left:?}");
    }
    assert!(!left.iter().any(|one| one == names_before[0]), "{left:?}");
    assert!(at.path().join(".skyplug-tui.14.0.tmp").is_dir());
    assert_eq!(left.len(), 6, "a live copy holds the last: {left:?}");
    drop(live);
    assert_eq!(names(at.path()).len(), 5);
}

#[test]
fn what_an_interrupted_write_in_place_left_is_put_back() {
    let at = tempfile::tempdir().expect("a directory");
    let environment = environment(at.path());
    let file = at.path().join("plugins.yaml");
    let (old, new) = ("plugins: []\n# the tail\n", "plugins: [x]\n");
    let shelf = Shelf::make(&file_of(&file).expect("a path"), &environment).expect("a shelf");
    let version = shelf.keep(&file, old.as_bytes()).expect("kept");
    let note = serde_json::json!({"old": version.name.to_str(), "new": new}).to_string();
    let pending = version.path.with_file_name("pending");
    for (found, after) in [("plugins: [x]\n the tail\n", old), (old, old), (new, new), ("theirs: 1\n", "theirs: 1\n")] {
        fs::write(&file, found).expect("written");
        fs::write(&pending, &note).expect("written");
        let told = tidy(&file, &environment);
        assert_eq!(fs::read_to_string(&file).expect("read"), after, "{found:?}: {told:?}");
        assert_eq!(told.is_empty(), found == after && found != "theirs: 1\n");
        assert!(!pending.exists());
    }
    let held = File::open({
        fs::write(&pending, &note).expect("written");
        &pending
    })
    .expect("open");
    held.lock().expect("locked");
    fs::write(&file, "plugins: [x]\n the tail\n").expect("written");
    assert!(tidy(&file, &environment).is_empty(), "a live copy is at it");
    assert_ne!(fs::read_to_string(&file).expect("read"), old);
}

#[test]
fn the_last_ten_versions_are_kept_and_none_twice_in_a_row() {
    let at = tempfile::tempdir().expect("a directory");
    let environment = environment(at.path());
    let file = at.path().join("plugins.yaml");
    fs::write(&file, "v: 0\n").expect("written");
    for number in 1..=13 {
        let (old, new) = (format!("v: {}\n", number - 1), format!("v: {number}\n"));
        let expected = Expected::Text(&old);
        let request = Request { path: &file, text: &new, expected, in_place: false, environment: &environment };
        super::save(&request).expect("saved");
    }
    let texts = |environment| -> Vec<_> {
        let versions = super::super::backup::read_all(&file, environment).expect("read");
        versions.into_iter().map(|version| version.text.expect("a text").to_string()).collect()
    };
    let want: Vec<String> = (3..=12).rev().map(|number| format!("v: {number}\n")).collect();
    assert_eq!(texts(&environment), want);
    // What is on disk again is the version that was put away last.
    fs::write(&file, "v: 12\n").expect("written");
    let request = Request {
        path: &file,
        text: "v: 14\n",
        expected: Expected::Anything,
        in_place: false,
        environment: &environment,
    };
    super::save(&request).expect("saved");
    assert_eq!(texts(&environment), want);
}

#[test]
fn a_state_directory_that_is_not_safe_is_not_used() {
    let at = tempfile::tempdir().expect("a directory");
    let environment = environment(at.path());
    let file = at.path().join("plugins.yaml");
    let away = at.path().join("away");
    fs::create_dir_all(at.path().join("state")).expect("made");
    fs::create_dir(&away).expect("made");
    symlink(&away, at.path().join("state/skyplug-tui")).expect("linked");
    let try_it = |expected| {
        fs::write(&file, "old\n").expect("written");
        super::save(&Request { path: &file, text: "new\n", expected, in_place: false, environment: &environment })
    };
    let saved = try_it(Expected::Text("old\n")).expect("saved");
    assert!(saved.notes[0].contains("no backup"), "{:?}", saved.notes);
    assert!(names(&away).is_empty());
    assert!(matches!(try_it(Expected::Anything), Err(SaveError::Backup { .. })));
    assert_eq!(fs::read_to_string(&file).expect("read"), "old\n");

    fs::remove_file(at.path().join("state/skyplug-tui")).expect("removed");
    fs::create_dir(at.path().join("state/skyplug-tui")).expect("made");
    fs::set_permissions(at.path().join("state/skyplug-tui"), Permissions::from_mode(0o777)).expect("set");
    assert!(matches!(try_it(Expected::Anything), Err(SaveError::Backup { .. })));
    fs::set_permissions(at.path().join("state/skyplug-tui"), Permissions::from_mode(0o700)).expect("set");
    let backup = try_it(Expected::Anything).expect("saved").backup.expect("a backup");
    assert_eq!(fs::metadata(&backup).expect("there").mode() & MODE_BITS, 0o600);
    assert_eq!(fs::metadata(backup.parent().expect("a folder")).expect("there").mode() & MODE_BITS, 0o700);
}
