//! Lists inside a manifest of Kubernetes, on the command line and on the screens.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use skyplug_tui::config::{Content, Role};
use skyplug_tui::io::manifest;

use crate::cli::{Home, json, status, stderr, stdout};
use crate::driver::Driver;

const MANIFEST: &str = "# ours\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: lists   # two\ndata:\n  plugins.yaml: |\n    \
                        plugins:\n    # audits\n    - class: acme.Audit   # first\n    - class: acme.Cost\n  other: x\n  \
                        remote_plugins.yaml: |\n    plugins: []\n---\nkind: Service\n";

fn home(manifest: &str) -> Home {
    let home = Home::empty();
    fs::write(home.path("lists.yaml"), manifest).expect("written");
    home
}

fn run(home: &Home, args: &[&str]) -> std::process::Output {
    home.run(&[&["--configmap", "lists.yaml"], args].concat())
}

fn text(home: &Home) -> String {
    fs::read_to_string(home.path("lists.yaml")).expect("read")
}

#[test]
fn the_command_line_edits_inside_the_manifest() {
    let home = home(MANIFEST);
    let output = run(&home, &["set", "api", "acme.Cost", "parameters.limit", "5"]);
    assert_eq!(status(&output), 0, "{output:?}");
    let cost = "    - class: acme.Cost\n";
    assert_eq!(text(&home), MANIFEST.replace(cost, &format!("{cost}      parameters:\n        limit: 5\n")));
    let output = run(&home, &["copy", "api", "acme.Audit", "--to", "remote", "--dry-run"]);
    assert!(stdout(&output).contains("lists.yaml[remote_plugins.yaml]"), "{output:?}");
    let answer = json(&run(&home, &["check", "--format", "json"]));
    assert_eq!(
        (&answer["files"]["api"]["path_source"], &answer["files"]["api"]["plugins"]),
        (&"configmap".into(), &2.into())
    );
    let diagnostics = answer["diagnostics"].as_array().expect("a list");
    assert!(diagnostics.iter().all(|one| one["code"] != "same-file"), "{diagnostics:?}");
}

#[test]
fn what_is_no_manifest_is_refused_at_once() {
    for (manifest, want) in [
        ("plugins: []\n", "it holds no ConfigMap"),
        ("kind: ConfigMap\nbinaryData: {plugins.yaml: eA==}\n", "base64"),
        ("a: [\n", "it is no YAML"),
    ] {
        for command in [&["check"][..], &["add", "a.B", "--to", "api"], &["show", "api"]] {
            let home = home(manifest);
            let output = run(&home, command);
            assert_eq!(status(&output), 1, "{output:?}");
            assert!(stderr(&output).contains(want), "{output:?}");
            assert_eq!(text(&home), manifest);
        }
    }
    let output = Home::empty().run(&["--configmap", "none.yaml", "check"]);
    assert_eq!((status(&output), stderr(&output).contains("none.yaml: no such file")), (1, true), "{output:?}");
    let output = home(MANIFEST).run(&["--configmap", "lists.yaml", "--plugins", "x", "check"]);
    assert_eq!(status(&output), 2, "{output:?}");
    let output = run(&home(MANIFEST), &["check", "--verify"]);
    assert_eq!(status(&output), 2, "{output:?}");
}

#[test]
fn a_text_that_no_block_holds_is_refused() {
    let home = home(MANIFEST);
    let patch = r#"[{"op": "add", "path": "/plugins/0/parameters", "value": {"x": "a"}}]"#;
    let output = home.command().args(["--configmap", "lists.yaml", "patch", "api"]).write_stdin(patch).output();
    assert_eq!(status(&output.expect("started")), 0);
    let crlf = home_with_crlf();
    let output = run(&crlf, &["add", "a.B", "--to", "api"]);
    assert_eq!(status(&output), 0, "{output:?}");
    // In quotes it stays as it is: carriage returns and all.
    assert!(text(&crlf).contains("plugins.yaml: \"plugins:\\r\\n  - class: a.B\\r\\n\"  # crlf\n"), "{}", text(&crlf));
}

fn home_with_crlf() -> Home {
    home("kind: ConfigMap\ndata:\n  plugins.yaml: \"plugins: []\\r\\n\"  # crlf\n")
}

#[test]
fn a_list_that_the_manifest_lacks_is_added_to_it() {
    let home = home("kind: ConfigMap\ndata:\n  plugins.yaml: |\n    plugins: []\n# end\n");
    let output = run(&home, &["add", "a.B", "--to", "remote"]);
    assert_eq!(status(&output), 0, "{output:?}");
    let added = "  remote_plugins.yaml: |\n    plugins:\n      - class: a.B\n";
    assert_eq!(text(&home), format!("kind: ConfigMap\ndata:\n  plugins.yaml: |\n    plugins: []\n{added}# end\n"));
}

#[test]
fn both_lists_are_one_write_and_one_backup() {
    let mut driver = Driver::open_manifest(MANIFEST);
    driver.press("mss");
    let new = fs::read_to_string(driver.home().join("lists.yaml")).expect("read");
    let want = MANIFEST
        .replace("    # audits\n    - class: acme.Audit   # first\n", "")
        .replace("    plugins: []\n", "    plugins:\n      # audits\n      - class: acme.Audit   # first\n");
    assert_eq!(new, want, "{}", driver.screen());
    assert!(driver.state.unsaved_roles().is_empty());
    assert!(driver.status().contains("once the manifest is applied"), "{}", driver.status());
    assert!(driver.screen().contains("~/lists.yaml") && driver.screen().contains("API server: plugins.yaml"));
    let mut backups = Vec::new();
    files(&driver.home().join(".local/state/skyplug-tui/backup"), &mut backups);
    assert_eq!(backups.iter().filter(|text| *text == MANIFEST).count(), 1, "{backups:?}");
    // The versions of the manifest are those of the list.
    driver.press("1:backups<Enter><Enter>");
    assert!(
        driver.state.workspace.text(Role::Api).is_some_and(|text| text.contains("acme.Audit")),
        "{}",
        driver.screen()
    );
    driver.press("uU");
    assert_eq!(driver.state.unsaved_roles(), [Role::Api]);
}

fn files(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files(&path, found) } else { found.push(fs::read_to_string(path).unwrap_or_default()) }
    }
}

#[test]
fn what_others_change_beside_the_lists_stays_and_in_them_is_compared() {
    let mut driver = Driver::open_manifest(MANIFEST);
    let path = driver.home().join("lists.yaml");
    driver.press("d");
    fs::write(&path, MANIFEST.replace("other: x", "other: theirs")).expect("written");
    driver.press("ss");
    let new = fs::read_to_string(&path).expect("read");
    assert!(new.contains("other: theirs") && !new.contains("acme.Audit"), "{new}");
    driver.press("d");
    fs::write(&path, new.replace("acme.Cost", "acme.Theirs")).expect("written");
    driver.press("ss");
    assert!(driver.screen().contains("changed on disk"), "{}", driver.screen());
    assert!(fs::read_to_string(&path).expect("read").contains("acme.Theirs"));
}

#[test]
fn a_list_can_leave_the_manifest_for_a_file_of_its_own() {
    let mut driver = Driver::open_manifest(MANIFEST);
    let path = driver.home().join("lists.yaml");
    driver.press("d");
    // No ConfigMap any more: nothing is written, and the text is there still.
    fs::write(&path, "kind: Service\n").expect("written");
    driver.press("ss");
    assert_eq!(driver.state.unsaved_roles(), [Role::Api], "{}", driver.screen());
    assert!(driver.screen().contains("it holds no ConfigMap"), "{}", driver.screen());
    driver.press("p<Ctrl-U>~/own.yaml<Enter>s");
    assert_eq!(fs::read_to_string(&path).expect("read"), "kind: Service\n");
    let own = fs::read_to_string(driver.home().join("own.yaml")).expect("written");
    assert_eq!(own, "plugins:\n- class: acme.Cost\n", "{}", driver.screen());
    assert!(driver.state.unsaved_roles().is_empty());
}

#[test]
fn what_is_left_out_of_a_save_of_both_lists_is_told() {
    let mut driver = Driver::open_manifest(MANIFEST);
    // An entry at the end of each list, and one that goes from the first.
    driver.press("aacme.New<Enter>ggd").press("<Tab>aacme.There<Enter>s");
    driver.press("<Space>s");
    assert!(driver.status().ends_with("1 change left out: still unsaved."), "{}", driver.screen());
    assert_eq!(driver.state.unsaved_roles(), [Role::Api]);
}

#[test]
fn an_overwrite_says_that_the_manifest_is_gone() {
    let mut driver = Driver::open_manifest(MANIFEST);
    let path = driver.home().join("lists.yaml");
    driver.press("d");
    fs::remove_file(&path).expect("removed");
    driver.press("ss");
    assert!(driver.screen().contains("changed on disk"), "{}", driver.screen());
    driver.press("o");
    assert!(driver.screen().contains("is not there any more"), "{}", driver.screen());
    assert_eq!((path.exists(), driver.state.unsaved_roles()), (false, vec![Role::Api]));
    // The way out that it names.
    driver.press("p<Ctrl-U>~/own.yaml<Enter>s");
    let own = fs::read_to_string(driver.home().join("own.yaml")).expect("written");
    assert_eq!(own, "plugins:\n- class: acme.Cost\n", "{}", driver.screen());
}

#[test]
fn a_manifest_that_comes_back_meanwhile_is_never_read_as_a_list() {
    let home = home(MANIFEST);
    let (path, away) = (home.path("lists.yaml"), home.path("away.yaml"));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                fs::rename(&path, &away).expect("moved");
                fs::rename(&away, &path).expect("moved back");
            }
        });
        let wrong = (0..10_000).find_map(|_| match manifest::read(&path, Role::Api, &Content::Absent) {
            Content::Text(document) if document.text().contains("ConfigMap") => Some(document.text().to_owned()),
            _ => None,
        });
        done.store(true, Ordering::Relaxed);
        assert_eq!(wrong, None);
    });
}
