//! The GitHub Action of `action.yml`: its metadata, and what its check does, run by bash.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value as Json;
use tempfile::TempDir;

fn action() -> Json {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).expect("read");
    serde_yaml::from_str(&text).expect("YAML")
}

fn steps(action: &Json) -> &Vec<Json> {
    action["runs"]["steps"].as_array().expect("steps")
}

/// Returns the names behind `prefix` in a text.
fn named(text: &str, prefix: &str) -> BTreeSet<String> {
    let name =
        |rest: &str| rest.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_').next().map(str::to_owned);
    text.match_indices(prefix).filter_map(|(at, _)| name(&text[at + prefix.len()..])).collect()
}

#[test]
fn its_metadata_is_whole() {
    let action = action();
    assert_eq!(action["runs"]["using"], "composite");
    for key in ["name", "description"] {
        assert!(action[key].as_str().is_some_and(|text| text.len() > 10), "{key}");
    }
    for (name, input) in action["inputs"].as_object().expect("inputs") {
        assert!(input["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}: {input}");
        assert!(input["default"].is_string() && input["required"] == false, "{name}: {input}");
    }
    for step in steps(&action) {
        assert!(step["uses"].is_string() != step["run"].is_string(), "one of both: {step}");
        // A composite action has no shell of its own.
        assert!(step["run"].is_null() || step["shell"] == "bash", "{step}");
        // What somebody else gives must not become part of a script.
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step}");
    }
}

#[test]
fn each_input_is_used_and_none_is_made_up() {
    let action = action();
    let text = action["runs"].to_string();
    let declared: BTreeSet<String> = action["inputs"].as_object().expect("inputs").keys().cloned().collect();
    assert_eq!(named(&text, "inputs."), declared);
    let ids: BTreeSet<String> =
        steps(&action).iter().filter_map(|step| step["id"].as_str()).map(str::to_owned).collect();
    assert_eq!(named(&action.to_string(), "steps."), ids);
}

/// Runs the step that checks, on a repository with these files.
fn check(files: &[(&str, &str)], inputs: &[(&str, &str)]) -> (TempDir, Output) {
    let folder = tempfile::tempdir().expect("a directory");
    let repository = folder.path().join("work tree");
    for (name, text) in files {
        let path = repository.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }
    let git = |command: &[&str]| {
        let done = Command::new("git").args(command).current_dir(&repository).output().expect("git");
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    let action = action();
    let step = steps(&action).iter().find(|step| step["id"] == "check").expect("the step");
    let mut command = Command::new("bash");
    command.args(["-c", step["run"].as_str().expect("a script")]).current_dir(&repository);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", folder.path()).env("RUNNER_TEMP", folder.path());
    command.env("GITHUB_OUTPUT", folder.path().join("output"));
    for (variable, value) in step["env"].as_object().expect("variables") {
        let input = named(value.as_str().expect("a text"), "inputs.").pop_first().expect("an input");
        let default = action["inputs"][&input]["default"].as_str().expect("a default");
        let given = inputs.iter().find(|(name, _)| *name == input).map(|(_, value)| *value);
        let program = (input == "program").then_some(env!("CARGO_BIN_EXE_skyplug-tui"));
        command.env(variable, given.or(program).unwrap_or(default));
    }
    let output = command.output().expect("bash");
    (folder, output)
}

const GOOD: &str = "plugins:\n- class: acme.Audit\n";
const BROKEN: &str = "plugins:\n- class: Audit\n";
const WARNED: &str = "plugins:\n- class: acme.Audit\n- class: acme.Audit\n";

#[test]
fn it_finds_the_lists_and_annotates_their_lines() {
    let files = [("a b/plugins.yaml", GOOD), ("deploy/remote_plugins.yml", BROKEN), ("my-plugins.yaml", BROKEN)];
    let (folder, output) = check(&files, &[]);
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("::error title=class-path,file=deploy/remote_plugins.yml,line=2,"), "{told}");
    assert!(!told.contains("my-plugins"), "{told}");
    let sarif: Json =
        serde_json::from_slice(&fs::read(folder.path().join("skyplug-tui.sarif")).expect("written")).expect("JSON");
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().any(|one| one["ruleId"] == "class-path"), "{sarif}");
    let outputs = fs::read_to_string(folder.path().join("output")).expect("written");
    assert_eq!(outputs, format!("sarif-file={}\n", folder.path().join("skyplug-tui.sarif").display()));
}

#[test]
fn it_takes_the_files_that_it_is_given_and_may_be_strict() {
    let files = [("plugins.yaml", BROKEN), ("lists/plugins.yaml", WARNED)];
    let given = ("files", "\nlists/plugins.yaml\n");
    assert_eq!(check(&files, &[given]).1.status.code(), Some(0));
    assert_eq!(check(&files, &[given, ("strict", "true")]).1.status.code(), Some(1));
    assert_eq!(check(&files, &[("files", "lists/plugins.yaml\nplugins.yaml")]).1.status.code(), Some(1));
}

#[test]
fn it_says_that_there_is_no_list() {
    let (_, output) = check(&[("README", "")], &[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("::warning::"), "{output:?}");
}
