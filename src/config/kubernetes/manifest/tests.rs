//! Edits of manifests: what is outside a scalar stays, and a reader of YAML finds the text that was meant.

use proptest::prelude::*;

use super::*;

const MANIFEST: &str = "# ours\nkind: Service\n---\napiVersion: v1\nkind: ConfigMap   # the lists\nmetadata: {name: x}\ndata:\n  \
                        other: |\n    plugins.yaml: no\n  plugins.yaml: |-  # api\n      plugins:\n      # why\n      - class: a.B\n\n  \
                        # between\n  remote_plugins.yaml: \"plugins: []\\n\"  # remote\n\nimmutable: false\n---\nkind: Secret\n";

fn edited(manifest: &str, role: Role, text: &str) -> String {
    Manifest::parse(manifest).expect("a manifest").with(role, text).expect("edited")
}

/// Returns the lists as another reader finds them.
fn read(manifest: &str) -> [Option<String>; 2] {
    let mut found = [None, None];
    for document in serde_yaml::Deserializer::from_str(manifest) {
        let value: serde_yaml::Value = serde::Deserialize::deserialize(document).expect("YAML");
        let below = if value["kind"] == "ConfigMap" { "data" } else { "stringData" };
        for (slot, key) in found.iter_mut().zip(KEYS) {
            if let Some(text) = value.get(below).and_then(|data| data.get(key)).and_then(|text| text.as_str()) {
                *slot = Some(text.to_owned());
            }
        }
    }
    found
}

#[test]
fn the_lists_are_found_among_other_documents() {
    let manifest = Manifest::parse(MANIFEST).expect("a manifest");
    assert_eq!(manifest.list(Role::Api), Some("plugins:\n# why\n- class: a.B"));
    assert_eq!(manifest.list(Role::Remote), Some("plugins: []\n"));
}

#[test]
fn an_edit_changes_its_own_lines_of_a_block() {
    let new = edited(MANIFEST, Role::Api, "plugins:\n# why\n- class: a.C\n- class: a.B");
    assert_eq!(new, MANIFEST.replace("      - class: a.B\n", "      - class: a.C\n      - class: a.B\n"));
    let new = edited(MANIFEST, Role::Api, "plugins:\n# why\n- class: a.B\n");
    assert_eq!(new, MANIFEST.replace("|-  # api", "|  # api"));
}

#[test]
fn a_quoted_text_becomes_a_block_and_keeps_its_comment() {
    let new = edited(MANIFEST, Role::Remote, "plugins:\n- class: c.D\n");
    let block = "remote_plugins.yaml: |  # remote\n    plugins:\n    - class: c.D\n";
    assert_eq!(new, MANIFEST.replace("remote_plugins.yaml: \"plugins: []\\n\"  # remote\n", block));
    let crlf = edited(MANIFEST, Role::Remote, "plugins: []\r\n");
    assert_eq!(crlf, MANIFEST.replace("\"plugins: []\\n\"", "\"plugins: []\\r\\n\""));
}

#[test]
fn a_list_that_is_missing_is_put_behind_the_other() {
    let manifest = "kind: ConfigMap\ndata:\n    plugins.yaml: |\n        plugins: []\n    z: 1\n";
    assert_eq!(
        edited(manifest, Role::Remote, "plugins:\n- class: a.B\n"),
        "kind: ConfigMap\ndata:\n    plugins.yaml: |\n        plugins: []\n    remote_plugins.yaml: |\n      plugins:\n      \
         - class: a.B\n    z: 1\n"
    );
    let manifest = "kind: ConfigMap\ndata:\n  remote_plugins.yaml: 'plugins: []'   # end";
    let new = edited(manifest, Role::Api, "plugins: []\n");
    assert_eq!(new, format!("{manifest}\n  plugins.yaml: |\n    plugins: []\n"));
}

#[test]
fn what_is_not_edited_is_refused_with_its_place() {
    for (manifest, want) in [
        ("a: [\n", "it is no YAML"),
        ("kind: ConfigMap\ndata: {x: y}\n", "it holds no ConfigMap"),
        ("kind: Deployment\ndata:\n  plugins.yaml: x\n", "it holds no ConfigMap"),
        ("kind: ConfigMap\nbinaryData:\n  plugins.yaml: eA==\n", "line 3 is in base64"),
        ("kind: Secret\ndata:\n  plugins.yaml: eA==\n", "line 3 is in base64"),
        ("kind: ConfigMap\ndata:\n  plugins.yaml: [x]\n", "line 3 is no text"),
        ("kind: ConfigMap\ndata:\n  plugins.yaml: 12\n", "line 3 is no text"),
        ("kind: ConfigMap\ndata:\n  plugins.yaml: &a x\n", "line 3 is no text"),
        ("kind: ConfigMap\ndata:\n  plugins.yaml: x\n  plugins.yaml: y\n", "twice, at lines 3 and 4"),
        ("kind: ConfigMap\ndata: {plugins.yaml: x}\n---\nkind: ConfigMap\ndata: {plugins.yaml: x}\n", "lines 2 and 5"),
    ] {
        let error = Manifest::parse(manifest).expect_err(manifest).to_string();
        assert!(error.contains(want), "{manifest}: {error}");
    }
    let block = Manifest::parse("kind: ConfigMap\ndata:\n  plugins.yaml: |\n    x\n").expect("a manifest");
    for text in ["a\r\n", "a: \u{85}\n", "\u{feff}a\n", "a\u{7}\n"] {
        assert!(matches!(block.with(Role::Api, text), Err(ManifestError::Unwritable { .. })), "{text:?}");
    }
}

/// A text as people write it, with what is hard for a block.
const TEXTS: &str = "((  |\t|# |- |a: |x|\"|'|é){0,4}\n){0,6}(x|  |#|é)?";

proptest! {
    #[test]
    fn bytes_outside_the_scalar_never_change(
        before in "(# [a-z]{0,3}\n){0,2}",
        indent in 1usize..5,
        header in prop_oneof!["\\|[+-]?(  # c)?", "'x'", "\"y\"( # c)?", "x y", ">[+-]?"],
        old in TEXTS,
        after in "((  )?# [a-z]{0,3}\n|\n){0,2}(immutable: true\n)?(---\nkind: X\n)?",
        crlf in any::<bool>(),
        new in TEXTS,
    ) {
        let pad = " ".repeat(indent);
        let is_block = header.starts_with(['|', '>']);
        let mut body = String::new();
        for line in old.lines().filter(|_| is_block) {
            let line = if line.trim().is_empty() { String::new() } else { format!("{pad}  {line}") };
            body.extend([line.as_str(), "\n"]);
        }
        let head = format!("{before}kind: ConfigMap\ndata:\n{pad}plugins.yaml: ");
        let last = format!("{pad}other: z\n{after}");
        let manifest = format!("{head}{header}\n{body}{last}");
        let manifest = if crlf { manifest.replace('\n', "\r\n") } else { manifest };
        let (head, last) = if crlf { (head.replace('\n', "\r\n"), last.replace('\n', "\r\n")) } else { (head, last) };
        // What libyaml refuses is no manifest: texts that start with more blanks than follow.
        let Ok(parsed) = Manifest::parse(&manifest) else { return Ok(()) };
        let [found, _] = read(&manifest);
        prop_assert_eq!(found.as_deref(), parsed.list(Role::Api));
        match parsed.with(Role::Api, &new) {
            Ok(edited) => {
                prop_assert!(edited.starts_with(&head) && edited.ends_with(&last), "{manifest}\n->\n{edited}");
                let [found, _] = read(&edited);
                prop_assert_eq!(found.as_deref(), Some(new.as_str()), "{}", edited);
            }
            Err(error) => prop_assert!(false, "{error}: {new:?}\n{manifest}"),
        }
    }
}
