//! Exports read back by another reader of YAML, and what is told of lists and wheels.

use serde_yaml::Value as Yaml;

use super::*;

fn wishes() -> Wishes {
    Wishes { name: DEFAULT_NAME.to_owned(), ..Wishes::default() }
}

fn request(api: &[u8], remote: Option<&[u8]>) -> Request {
    Request { wishes: wishes(), lists: [Some(api.into()), remote.map(Into::into)], ..Request::default() }
}

fn file<'a>(export: &'a Export, name: &str) -> &'a str {
    let file = export.files.iter().find(|file| file.name == name).expect("a file of this name");
    std::str::from_utf8(&file.bytes).expect("UTF-8")
}

fn yaml(text: &str) -> Yaml {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Returns what the pod will have as `plugins.yaml`.
fn read_back(manifest: &str) -> Vec<u8> {
    use base64::Engine as _;
    let manifest = yaml(manifest);
    let (texts, binary) = if manifest["kind"] == "Secret" { ("stringData", "data") } else { ("data", "binaryData") };
    match (&manifest[texts]["plugins.yaml"], &manifest[binary]["plugins.yaml"]) {
        (Yaml::String(text), Yaml::Null) => text.clone().into_bytes(),
        (Yaml::Null, Yaml::String(text)) => base64::engine::general_purpose::STANDARD.decode(text).expect("base64"),
        other => panic!("{other:?}"),
    }
}

/// Files that are hard to carry.
const ODD: [&[u8]; 25] = [
    b"",
    b"\n",
    b"\n\n\n",
    b" ",
    b"plugins: []",
    b"plugins: []\n",
    b"plugins:\n- class: a.B   # why\n",
    b"plugins:\r\n- class: a.B\r\n",
    b"plugins:\r- class: a.B\r",
    b"\xef\xbb\xbfplugins: []\n",
    b"plugins: [\xff]\n",
    b"a: 1\0\n",
    b"# \x1b[31m\n",
    b"\n\nplugins: []\n\n\n",
    b"  plugins: []\n  x: 1\n",
    b"\tplugins: []\n",
    b"plugins: [] \n",
    b"a: |\n  x  \n\n   y\n",
    b"--- \nplugins: []\n...\n",
    b"a: \"\\\"\" # ' \\\n",
    b"#\xc2\x85\xe2\x80\xa8\xe2\x80\xae\n",
    "a: \u{1f600} \u{fffd} \u{e000}\n".as_bytes(),
    "# \u{200d}\u{fe0f}\u{3164}\u{e0100} \u{1d173}\n".as_bytes(),
    b"%YAML 1.1\n---\nplugins: []\n",
    b"\x80\x81\x82",
];

#[test]
fn each_byte_of_a_list_comes_back() {
    for bytes in ODD {
        for kind in [Kind::ConfigMap, Kind::Secret] {
            let mut request = request(bytes, None);
            request.wishes.kind = kind;
            let export = export(&request, &[]).expect("exported");
            let manifest = file(&export, kind.file_name());
            assert_eq!(read_back(manifest), bytes, "{manifest}");
            let shown = |c: char| c == '\n' || c == '\t' || !crate::text::visible::is_invisible(c);
            assert!(manifest.chars().all(shown), "{manifest:?}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn each_byte_of_any_text_comes_back(text in "([ \t\n#:|>'\"\\\\a-c\r\u{85}\u{feff}é-]|- |: ){0,24}") {
        let export = export(&request(text.as_bytes(), None), &[]).expect("exported");
        proptest::prop_assert_eq!(read_back(file(&export, "configmap.yaml")), text.as_bytes());
    }
}

#[test]
fn a_text_that_can_be_is_a_block_as_it_is_written() {
    let export =
        export(&request(b"plugins:\n  # why\n  - class: a.B\n", Some(b"plugins: []\n")), &[]).expect("exported");
    assert_eq!(
        file(&export, "configmap.yaml"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: skypilot-plugins\ndata:\n  plugins.yaml: |\n    \
         plugins:\n      # why\n      - class: a.B\n  remote_plugins.yaml: |\n    plugins: []\n"
    );
}

#[test]
fn the_values_name_what_the_manifest_holds() {
    let mut request = request(b"controller_wheel_path: /srv/wheels\n", Some(b"plugins:\n- class: a.B\n"));
    for (wheels, volumes) in [(Wheels::Image, 1), (Wheels::Volume, 2), (Wheels::BinaryData, 2)] {
        request.wishes.wheels = wheels;
        let wheel = WheelFile { name: "a-1+x-py3-none-any.whl".to_owned(), bytes: vec![0, 255] };
        let export = export(&request, &[wheel]).expect("exported");
        let values = yaml(file(&export, "values-plugins.yaml"));
        let api = &values["apiService"];
        let (names, mounts) = (api["extraVolumes"].as_sequence(), api["extraVolumeMounts"].as_sequence());
        let (names, mounts) = (names.expect("volumes"), mounts.expect("mounts"));
        assert_eq!((names.len(), mounts.len()), (volumes, volumes));
        for (volume, mount) in names.iter().zip(mounts) {
            assert_eq!(volume["name"], mount["name"]);
        }
        assert_eq!(names[0]["configMap"]["name"], "skypilot-plugins");
        let variables = api["extraEnvs"].as_sequence().expect("variables");
        let at = |i: usize| {
            variables[i]["value"].as_str().and_then(|path| path.strip_prefix(mounts[0]["mountPath"].as_str()?))
        };
        assert_eq!((at(0), at(1)), (Some("/plugins.yaml"), Some("/remote_plugins.yaml")));
        if wheels == Wheels::BinaryData {
            assert_eq!(mounts[1]["mountPath"], "/srv/wheels");
            let item = &names[1]["configMap"]["items"][0];
            assert_eq!(
                (item["key"].as_str(), item["path"].as_str()),
                (Some("a-1_x-py3-none-any.whl"), Some("a-1+x-py3-none-any.whl"))
            );
            let second = file(&export, "configmap.yaml").split("---\n").nth(1).expect("a second document");
            assert_eq!(yaml(second)["binaryData"]["a-1_x-py3-none-any.whl"], "AP8=");
        }
    }
}

#[test]
fn wheels_are_mounted_where_the_list_says_if_that_can_be() {
    for (written, want) in [
        (None, WHEEL_MOUNT),
        (Some("dist"), WHEEL_MOUNT),
        (Some(""), WHEEL_MOUNT),
        (Some("/srv/wheels/"), "/srv/wheels"),
        (Some("~/wheels"), "/root/wheels"),
        (Some("~"), WHEEL_MOUNT),
        (Some("~ann/wheels"), WHEEL_MOUNT),
        (Some("/"), WHEEL_MOUNT),
        (Some("/usr/lib/"), WHEEL_MOUNT),
        (Some("/etc/skypilot"), WHEEL_MOUNT),
        (Some("/etc/skypilot/plugins/wheels"), WHEEL_MOUNT),
        (Some("/srv/../etc"), WHEEL_MOUNT),
        (Some("/srv/a:b"), WHEEL_MOUNT),
    ] {
        assert_eq!(mount(written), want, "{written:?}");
    }
}

#[test]
fn what_does_not_fit_is_told_and_nothing_is_rewritten() {
    let api = b"controller_wheel_path: dist\nplugins: []\n";
    let mut request = request(api, Some(b"plugins:\n- class: a.B\n"));
    request.wishes.wheels = Wheels::Volume;
    let export = super::export(&request, &[]).expect("exported");
    assert_eq!(read_back(file(&export, "configmap.yaml")), api);
    assert!(export.notes.iter().any(|note| note.contains("controller_wheel_path is dist")), "{:?}", export.notes);
    request.lists[0] = Some(b"controller_wheel_path: /etc/skypilot/wheels\n".as_slice().into());
    assert_eq!(super::export(&request, &[]).expect("exported").notes, Vec::<String>::new());
    request.lists[0] = Some(b"plugins: []\n".as_slice().into());
    let notes = super::export(&request, &[]).expect("exported").notes;
    assert!(notes.iter().any(|note| note.contains("nothing is sent to controllers")), "{notes:?}");
}

#[test]
fn a_configmap_with_secrets_is_warned_of() {
    let mut request = request(b"plugins:\n- class: a.B\n  parameters: {api_token: abc}\n", Some(b"plugins: []\n"));
    let notes = export(&request, &[]).expect("exported").notes;
    assert!(notes.iter().any(|note| note.contains("a ConfigMap is no Secret")), "{notes:?}");
    request.wishes.kind = Kind::Secret;
    let export = export(&request, &[]).expect("exported");
    assert!(export.notes.iter().all(|note| !note.contains("no Secret")), "{:?}", export.notes);
    let values = yaml(file(&export, "values-plugins.yaml"));
    assert_eq!(values["apiService"]["extraVolumes"][0]["secret"]["secretName"], "skypilot-plugins");
}

#[test]
fn more_than_kubernetes_holds_is_refused_with_its_size() {
    let limit = |size: usize| {
        let mut request = request(b"plugins: []\n", None);
        request.wishes.wheels = Wheels::BinaryData;
        let wheel = |bytes| WheelFile { name: "a-1-py3-none-any.whl".to_owned(), bytes: vec![0; bytes] };
        export(&request, &[wheel(size / 2), wheel(size - size / 2)])
    };
    assert!(limit(MOST_BYTES).is_ok());
    assert!(limit(MOST_BYTES + 1).expect_err("too large").to_string().contains("1048577 bytes"));
    let large = vec![b' '; MOST_BYTES + 1];
    assert!(matches!(export(&request(&large, None), &[]), Err(ExportError::TooLarge { .. })));
}

#[test]
fn names_are_those_of_kubernetes_and_stay_strings() {
    for (name, namespace, fine) in [
        ("a", None, true),
        ("a.b-c.1", Some("sky-1"), true),
        ("1e3", Some("123"), true),
        ("no", Some("y"), true),
        ("A", None, false),
        ("a_b", None, false),
        ("-a", None, false),
        ("a.", None, false),
        ("", None, false),
        ("a", Some("a.b"), false),
        ("a", Some(""), false),
    ] {
        let mut request = request(b"plugins: []\n", None);
        request.wishes.name = name.to_owned();
        request.wishes.namespace = namespace.map(str::to_owned);
        let result = export(&request, &[]);
        assert_eq!(result.is_ok(), fine, "{name:?} {namespace:?}");
        if let Ok(export) = result {
            let manifest = yaml(file(&export, "configmap.yaml"));
            assert_eq!(manifest["metadata"]["name"], name);
            assert_eq!(manifest["metadata"]["namespace"].as_str(), namespace);
        }
    }
}

#[test]
fn a_kustomization_lies_beside_the_files_as_they_are() {
    let mut request = request(b"plugins: [\xff]\n", Some(b"plugins: []\n"));
    request.wishes.kustomize = true;
    request.wishes.wheels = Wheels::BinaryData;
    let wheel = WheelFile { name: "a-1-py3-none-any.whl".to_owned(), bytes: vec![1] };
    let export = export(&request, &[wheel]).expect("exported");
    let names: Vec<&str> = export.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "kustomization.yaml",
            "api-server-patch.yaml",
            "plugins.yaml",
            "remote_plugins.yaml",
            "wheels/a-1-py3-none-any.whl"
        ]
    );
    assert_eq!(export.files[2].bytes, b"plugins: [\xff]\n");
    let kustomization = yaml(file(&export, "kustomization.yaml"));
    let generated = kustomization["configMapGenerator"].as_sequence().expect("a list");
    assert_eq!(generated[0]["files"][1], "remote_plugins.yaml");
    assert_eq!(generated[1]["files"][0], "wheels/a-1-py3-none-any.whl");
    let patch = yaml(file(&export, "api-server-patch.yaml"));
    let pod = &patch["spec"]["template"]["spec"];
    assert_eq!(pod["volumes"][1]["configMap"]["name"], generated[1]["name"]);
    assert_eq!(pod["containers"][0]["volumeMounts"].as_sequence().map(Vec::len), Some(2));
}
