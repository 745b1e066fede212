//! The export for Kubernetes: its structure by JSON Schemas of our own, its answers to scripts, its way through the screens.

use std::fs;
use std::path::Path;

use serde::Deserialize as _;
use serde_json::Value as Json;
use skyplug_tui::app::Settings;

use crate::cli::{Home, status, stderr, stdout};
use crate::driver::Driver;

const API: &str = "controller_wheel_path: /srv/wheels\nplugins:\n- class: acme.Audit   # first\n- class: acme.Cost\n";
const REMOTE: &str = "plugins:\n- class: acme.Retry\n";

/// Returns the documents of a stream of YAML.
fn documents(text: &str) -> Vec<Json> {
    let parse = |document| Json::deserialize(document).unwrap_or_else(|error| panic!("{error}\n{text}"));
    serde_yaml::Deserializer::from_str(text).map(parse).collect()
}

/// Says what of a value a JSON Schema refuses: the keywords that ours use.
fn refused(schema: &Json, value: &Json, place: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    if let Some(kind) = schema["type"].as_str() {
        let is = match kind {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "boolean" => value.is_boolean(),
            other => panic!("the schema has a type {other}"),
        };
        if !is {
            return vec![format!("{place} is no {kind}: {value}")];
        }
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        wrong.push(format!("{place} is {value}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        if value.get(name).is_none() {
            wrong.push(format!("{place} lacks {name}"));
        }
    }
    for (name, below) in value.as_object().into_iter().flatten() {
        let place = format!("{place}/{name}");
        match schema["properties"].get(name).or_else(|| schema.get("additionalProperties")) {
            Some(Json::Bool(false)) => wrong.push(format!("{place} is unknown")),
            Some(schema) => wrong.extend(refused(schema, below, &place)),
            None => {}
        }
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        wrong.extend(refused(&schema["items"], item, &format!("{place}/{number}")));
    }
    wrong
}

fn schema(name: &str) -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kubernetes").join(name);
    serde_json::from_str(&fs::read_to_string(path).expect("a schema")).expect("JSON")
}

/// Reads an export of a directory, and holds it against both schemas.
fn read(directory: &Path, manifest: &str) -> (Vec<Json>, Json) {
    let text = |name: &str| fs::read_to_string(directory.join(name)).expect("written");
    let (objects, values) = (documents(&text(manifest)), documents(&text("values-plugins.yaml")));
    for object in &objects {
        assert_eq!(refused(&schema("objects.schema.json"), object, ""), Vec::<String>::new(), "{object}");
    }
    let [values] = <[Json; 1]>::try_from(values).expect("one document");
    assert_eq!(refused(&schema("values.schema.json"), &values, ""), Vec::<String>::new(), "{values}");
    (objects, values)
}

#[test]
fn the_schemas_refuse_what_is_wrong() {
    let schema = schema("values.schema.json");
    let wrong = serde_json::json!({"apiService": {"extraEnvs": [{"name": "X", "value": 1}], "extraVolume": []}});
    let found = refused(&schema, &wrong, "");
    assert_eq!(found.len(), 5, "{found:?}");
}

#[test]
fn each_kind_of_export_fits_the_schemas() {
    let home = Home::new(API, REMOTE);
    fs::create_dir(home.path("wheels")).expect("made");
    fs::write(home.path("wheels/a-1+local-py3-none-any.whl"), [0, 159, 146]).expect("written");
    let here = format!("controller_wheel_path: {}\n", home.path("wheels").display());
    fs::write(home.path(".sky/plugins.yaml"), here).expect("written");
    for (number, kind) in ["configmap", "secret"].into_iter().enumerate() {
        for wheels in ["image", "volume", "binary-data"] {
            let directory = format!("{kind}-{wheels}");
            let output = home.run(&[
                "export",
                "configmap",
                "--kind",
                kind,
                "--wheels",
                wheels,
                "--output",
                &directory,
                "--namespace",
                "sky",
            ]);
            assert_eq!(status(&output), 0, "{output:?}");
            let (objects, values) = read(&home.path(&directory), &format!("{kind}.yaml"));
            assert_eq!(objects[0]["kind"], ["ConfigMap", "Secret"][number]);
            assert_eq!(objects[0][["data", "stringData"][number]]["remote_plugins.yaml"], REMOTE);
            assert_eq!(objects.len(), 1 + usize::from(wheels == "binary-data"));
            let mounts = values["apiService"]["extraVolumeMounts"].as_array().expect("mounts").len();
            assert_eq!(mounts, 1 + usize::from(wheels != "image"));
        }
    }
}

#[test]
fn standard_output_can_be_applied_as_it_is() {
    let home = Home::new(API, REMOTE);
    let output = home.run(&["export", "configmap"]);
    assert_eq!(status(&output), 0, "{output:?}");
    let documents = documents(&stdout(&output));
    assert_eq!(documents.len(), 1);
    assert_eq!(
        (&documents[0]["data"]["plugins.yaml"], &documents[0]["metadata"]["name"]),
        (&API.into(), &"skypilot-plugins".into())
    );
    assert!(stdout(&output).contains("#   apiService:"), "{output:?}");
}

#[test]
fn exports_end_with_the_promised_statuses() {
    let home = Home::new(API, REMOTE);
    let run = |args: &[&str]| {
        let output = home.run(&[&["export", "configmap"], args].concat());
        (status(&output), stderr(&output))
    };
    for (args, want, said) in [
        (&["--name", "Not_A_Name"][..], 2, "no name of a ConfigMap"),
        (&["--namespace", "a.b"], 2, "no name of a namespace"),
        (&["--kustomize"], 2, "--output"),
        (&["--read-only", "--output", "out"], 2, "nothing was written"),
        (&["--wheels", "binary-data"], 1, "no wheels"),
        (&["--output", ".sky/plugins.yaml"], 2, "cannot write"),
        (&["--kustomize", "--output", ".sky", "--force"], 1, "is the list itself"),
        (&["--output", "out"], 0, "expected in the image"),
        (&["--output", "out"], 0, "expected in the image"),
        (&["--output", "out", "--name", "other"], 1, "there already"),
        (&["--output", "out", "--name", "other", "--force"], 0, "expected in the image"),
    ] {
        let (status, text) = run(args);
        assert_eq!(status, want, "{args:?}: {text}");
        assert!(text.contains(said), "{args:?}: {text}");
    }
    assert_eq!(status(&Home::empty().run(&["export", "configmap"])), 1);
    assert_eq!(fs::read_to_string(home.path(".sky/plugins.yaml")).expect("read"), API);
}

#[test]
fn what_would_not_work_in_the_pod_is_told() {
    let home = Home::new("controller_wheel_path: dist\nplugins:\n- class: a.B\n  parameters: {api_token: x}\n", REMOTE);
    let output = home.run(&["export", "configmap", "--wheels", "volume"]);
    let told = stderr(&output);
    assert!(told.contains("a ConfigMap is no Secret"), "{told}");
    assert!(
        told.contains("controller_wheel_path is dist, and the wheels are mounted at /etc/skypilot/wheels"),
        "{told}"
    );
    let home = Home::new("plugins:\n", REMOTE);
    assert!(stderr(&home.run(&["export", "configmap"])).contains("SkyPilot refuses these lists"));
}

#[test]
fn edits_that_are_not_saved_are_exported_from_the_screens() {
    let mut driver = Driver::open_with(Some(API), Some(REMOTE), Settings::default(), |_| {});
    driver.press("d:export configmap<Enter>");
    assert!(driver.screen().contains("Your edits are in it"), "{}", driver.screen());
    driver.press("<Ctrl-U>~/out<Tab><Tab><Tab><Right><Tab><Ctrl-U>My_Name<Enter>");
    assert!(driver.screen().contains("no name of a ConfigMap"), "{}", driver.screen());
    driver.press("<Ctrl-U>mine<Enter>");
    let out = driver.home().join("out");
    let (objects, values) = read(&out, "configmap.yaml");
    assert_eq!(objects[0]["data"]["plugins.yaml"], API.replace("- class: acme.Audit   # first\n", ""));
    assert_eq!(values["apiService"]["extraVolumeMounts"][1]["mountPath"], "/srv/wheels");
    assert!(driver.screen().contains("configmap.yaml"), "{}", driver.screen());
    assert_eq!((driver.api().as_str(), driver.state.unsaved_roles().len()), (API, 1), "nothing is saved by that");
    // Once more, after another edit: what is there is replaced only when told so.
    driver.press("<Esc>d:export configmap<Enter><Ctrl-U>~/out<Enter>");
    assert!(driver.screen().contains("Replace these files?"), "{}", driver.screen());
    driver.press("<Esc><Esc>");
    assert_eq!(read(&out, "configmap.yaml").0, objects);
    driver.press(":export configmap<Enter><Ctrl-U>~/out<Enter>r");
    assert_ne!(read(&out, "configmap.yaml").0, objects);
}

#[test]
fn a_directory_for_the_export_is_browsed_to_and_read_only_writes_none() {
    let mut driver = Driver::open_with(Some(API), None, Settings::default(), |home| {
        fs::create_dir(home.join("deploy")).expect("made");
    });
    driver.press(":export configmap<Enter><Ctrl-U>~<F3>jjj<Space>");
    assert!(driver.screen().contains("~/deploy"), "{}", driver.screen());
    driver.press("<Enter>");
    assert!(driver.home().join("deploy/configmap.yaml").exists(), "{}", driver.screen());
    let settings = Settings { read_only: true, ..Settings::default() };
    let mut driver = Driver::open_with(Some(API), None, settings, |_| {});
    driver.press(":export configmap<Enter>");
    assert!(driver.state.modals.len() <= 1 && !driver.screen().contains("Export both lists"), "{}", driver.screen());
}

#[test]
fn a_list_is_private_by_secrets_that_are_commented_out_or_cannot_be_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let unread = "plugins:\n- class: a.B\n  parameters: {x: s3cr3tvalue\n- [\n";
    for text in crate::screens::ASIDE.into_iter().chain([unread]) {
        let home = Home::new(text, REMOTE);
        let output = home.run(&["export", "configmap", "--output", "out"]);
        let told = format!("{}{}", stdout(&output), stderr(&output));
        assert!(told.contains("a ConfigMap is no Secret"), "{text}\n{told}");
        let mode = fs::metadata(home.path("out/configmap.yaml")).expect("written").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{text}");
        let mut driver = Driver::open(Some(text), None);
        driver.press(":export configmap<Enter>");
        assert!(driver.screen().contains("Writes secret.yaml"), "{}", driver.screen());
    }
    let home = Home::new(API, REMOTE);
    assert_eq!(status(&home.run(&["export", "configmap", "--output", "out"])), 0);
    let mode = fs::metadata(home.path("out/configmap.yaml")).expect("written").permissions().mode();
    assert_ne!(mode & 0o777, 0o600);
}
