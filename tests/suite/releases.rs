//! Which release is judged as which: by the flag and by what is installed, in every answer.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rstest::rstest;
use skyplug_tui::check::VersionSource;
use tempfile::TempDir;

use super::cli::{Home, json, status, stderr, stdout};
use super::driver::Driver;

const TWO: [&str; 2] = ["acme_audit-1.1-py3-none-any.whl", "acme_audit-1.2-py3-none-any.whl"];

/// A home whose launch sends two wheels of one package: their fate tells the eras apart.
fn home() -> Home {
    let home = Home::new("controller_wheel_path: dist\nplugins: []\n", "plugins:\n- class: acme_audit.Audit\n");
    fs::create_dir(home.path("dist")).expect("made");
    for name in TWO {
        fs::write(home.path("dist").join(name), "").expect("written");
    }
    home
}

/// An interpreter beside a SkyPilot of this name, with the program that starts it.
fn install(top: &Path, package: &str) -> PathBuf {
    let packages = top.join("lib/python3.11/site-packages").join(format!("{package}.dist-info"));
    fs::create_dir_all(packages).expect("made");
    fs::create_dir_all(top.join("bin")).expect("made");
    fs::write(top.join("pyvenv.cfg"), "").expect("written");
    let (python, sky) = (top.join("bin/python3"), top.join("bin/sky"));
    fs::write(&python, "").expect("written");
    fs::write(&sky, format!("#!{}\nimport sky\n", python.display())).expect("written");
    fs::set_permissions(&sky, fs::Permissions::from_mode(0o755)).expect("changed");
    python
}

/// Looks at every answer of the command line.
fn answers(arguments: &[&str], source: &str, version: &str, judged: &str, stamp: bool) {
    let home = home();
    let run = |args: &[&str]| home.run(&[args, &["--server-cwd", "."], arguments].concat());
    let shown = if version == judged {
        format!("(SkyPilot {version})")
    } else {
        format!("(SkyPilot {version}, judged as {judged})")
    };
    let is_other = version != judged;
    let note = format!(": it is judged as {judged}");

    let check = json(&run(&["check", "--format", "json"]));
    let want = serde_json::json!({"value": version, "source": source, "judged_as": judged});
    assert_eq!(check["sky_version"], want);
    let told = check["diagnostics"].as_array().expect("a list").iter().find(|one| one["code"] == "other-release");
    assert_eq!(told.is_some(), is_other, "{check}");
    assert!(
        told.is_none_or(|one| one["severity"] == "info" && one["message"].as_str().expect("text").ends_with(&note))
    );
    let text = stdout(&run(&["check"]));
    assert!(text.ends_with(&format!("{shown}\n")) && text.contains(&note) == is_other, "{text}");

    let preview = json(&run(&["preview", "--format", "json"]));
    assert_eq!(preview["sky_version"], want);
    assert_eq!(preview["launches"][0]["exit_code"], if stamp { 2 } else { 0 }, "{preview}");
    let text = stdout(&run(&["preview"]));
    assert!(text.ends_with(&format!("{shown}\n")) && text.contains(&note) == is_other, "{text}");
}

#[rstest]
#[case("0.11.1", "0.11.1", "0.11.2", false)]
#[case("0.11.2", "0.11.2", "0.11.2", false)]
#[case("0.12.1", "0.12.1", "0.12.1", false)]
#[case("0.12.2", "0.12.2", "0.12.2", true)]
#[case("0.14.0", "0.14.0", "0.14.0", true)]
#[case("0.14.1", "0.14.1", "0.14.1", true)]
#[case("0.15.0", "0.15.0", "0.14.1", true)]
#[case("1.0.0.dev20260101", "1.0.0.dev20260101", "0.14.1", true)]
#[case("1.0.0-dev0", "1.0.0.dev0", "0.14.1", true)]
fn the_release_of_the_flag_and_the_one_installed_choose_the_era(
    #[case] text: &str,
    #[case] version: &str,
    #[case] judged: &str,
    #[case] stamp: bool,
) {
    answers(&["--sky-version", text], "flag", version, judged, stamp);
    let top = tempfile::tempdir().expect("a directory");
    // A wheel of a nightly build is named so, and its version is normalized.
    let package = if text.starts_with("1.0.0.dev") { "skypilot_nightly" } else { "skypilot" };
    let python = install(top.path(), &format!("{package}-{version}"));
    answers(&["--python", python.to_str().expect("UTF-8")], "detected", version, judged, stamp);
}

#[test]
fn what_is_no_release_is_wrong_usage() {
    let output = home().run(&["check", "--sky-version", "latest"]);
    assert_eq!(status(&output), 2);
    assert!(stderr(&output).contains("a release looks like 0.14.1"), "{output:?}");
}

/// The screens where this is what `sky` on PATH starts.
fn screens(package: &str) -> (Driver, TempDir) {
    let top = tempfile::tempdir().expect("a directory");
    install(top.path(), package);
    let bin = top.path().join("bin");
    let api = "plugins:\n- class: acme.Audit\n";
    let driver = Driver::open_where(api, |environment| drop(environment.variables.insert("PATH".into(), bin.into())));
    (driver, top)
}

#[test]
fn the_screens_say_what_it_is_judged_as() {
    let (mut driver, _top) = screens("skypilot_nightly-1.0.0.dev20260101");
    assert_eq!(driver.state.facts.version_source, VersionSource::Detected);
    let screen = driver.screen();
    assert!(screen.lines().next().is_some_and(|line| line.contains("SkyPilot 1.0.0.dev20260101 ")), "{screen}");
    assert!(screen.contains("is a development version: it is judged as 0.14.1"), "{screen}");
    driver.press("p");
    let screen = driver.screen();
    assert!(screen.contains("SkyPilot 1.0.0.dev20260101, judged as 0.14.1"), "{screen}");
    let (known, _top) = screens("skypilot-0.12.1");
    let screen = known.screen();
    assert!(screen.contains("SkyPilot 0.12.1") && !screen.contains("judged"), "{screen}");
}
