//! Edits of the two files: before, patch, after.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use skyplug_tui::config::operation::{self, Operation, OperationError};
use skyplug_tui::config::{ConfigFile, Content, Location, PathSource, Role, Workspace};
use skyplug_tui::yaml::edit::{self, EditError, NewValue, Sharing};
use skyplug_tui::yaml::{Document, Value, patch};

fn apply(before: &str, operations: &Json) -> Result<String, EditError> {
    let document = Document::parse(before);
    let patch = patch::parse(operations).expect("a patch");
    let edited = edit::apply(&document, &patch)?;
    assert_eq!(
        skyplug_tui::text::splice(before, &edited.splices).expect("sorted"),
        edited.document.text(),
        "the splices lead to the new text"
    );
    Ok(edited.document.text().to_owned())
}

#[track_caller]
fn gives(before: &str, operations: &Json, after: &str) {
    let got = apply(before, operations).unwrap_or_else(|e| panic!("{before:?} {operations}: {e}"));
    assert_eq!(got, after, "{operations}");
}

#[track_caller]
fn refuses(before: &str, operations: &Json, why: &str) {
    match apply(before, operations) {
        Ok(after) => panic!("not refused: {after}"),
        Err(error) => assert!(error.to_string().contains(why), "{error}"),
    }
}

const TEAM: &str = "\
# Plugins of the team.
plugins:  # in order
  # Writes one line per call.
  - class: acme.Audit  # v2
    parameters:
      level: info  # not debug

  # - class: acme.Old

  # Quotas.
  - class: acme.Quota

# The end.
";

#[test]
fn an_entry_is_appended_like_its_neighbours() {
    gives(
        TEAM,
        &json!([{"op": "add", "path": "/plugins/-", "value": {"class": "acme.New", "parameters": {"a": [1, "no"]}}}]),
        &TEAM.replace(
            "acme.Quota\n",
            "acme.Quota\n\n  - class: acme.New\n    parameters:\n      a:\n        - 1\n        - 'no'\n",
        ),
    );
    gives(
        "plugins:\n-   class: a.A\n",
        &json!([{"op": "add", "path": "/plugins/0", "value": {"class": "b.B", "parameters": {"x": {"y": 1}}}}]),
        "plugins:\n-   class: b.B\n    parameters:\n      x:\n        y: 1\n-   class: a.A\n",
    );
}

#[test]
fn comments_go_with_their_entry() {
    gives(
        TEAM,
        &json!([{"op": "remove", "path": "/plugins/0"}]),
        "# Plugins of the team.\nplugins:  # in order\n  # - class: acme.Old\n\n  # Quotas.\n  - class: acme.Quota\n\n# The end.\n",
    );
    gives(
        TEAM,
        &json!([{"op": "remove", "path": "/plugins/1"}]),
        &TEAM.replace("  # Quotas.\n  - class: acme.Quota\n\n", ""),
    );
    gives(
        TEAM,
        &json!([{"op": "move", "from": "/plugins/1", "path": "/plugins/0"}]),
        "# Plugins of the team.
plugins:  # in order
  # Quotas.
  - class: acme.Quota

  # Writes one line per call.
  - class: acme.Audit  # v2
    parameters:
      level: info  # not debug

  # - class: acme.Old

# The end.
",
    );
}

#[test]
fn values_change_in_their_place() {
    for (before, path, value, after) in [
        ("a: 1  # c\n", "/a", json!(2), "a: 2  # c\n"),
        ("a: '1'\n", "/a", json!("b"), "a: 'b'\n"),
        ("a: \"1\"\n", "/a", json!("b"), "a: \"b\"\n"),
        ("a: x\n", "/a", json!("no"), "a: 'no'\n"),
        ("a:   # c\nb: 1\n", "/a", json!([1]), "a:   # c\n  - 1\nb: 1\n"),
        ("a: []  # c\n", "/a", json!([1]), "a:  # c\n  - 1\n"),
        ("a: [1]  # c\n", "/a", json!([2, 3]), "a: [2, 3]  # c\n"),
        ("a: |  # c\n  x\n  y\nb: 1\n", "/a", json!("z"), "a: z  # c\nb: 1\n"),
        ("a: x  # c\nb: 1\n", "/a", json!("x\ny\n"), "a: |  # c\n  x\n  y\nb: 1\n"),
        ("a:\n  b: 1\n  c: 2\nd: 1\n", "/a", json!(5), "a: 5\nd: 1\n"),
        ("a:  # c\n- 1\n- 2\n", "/a", json!({"x": 1}), "a:  # c\n  x: 1\n"),
        ("a:\n    b: 1\n", "/a", json!({"x": 1}), "a:\n    x: 1\n"),
        ("- 1\n- b: 1\n  c: 2\n- 3\n", "/1", json!({"x": [1, 2]}), "- 1\n- x:\n    - 1\n    - 2\n- 3\n"),
        ("-\n- 1\n", "/0", json!({"x": 1, "y": 2}), "- x: 1\n  y: 2\n- 1\n"),
        ("{a: 1, b: }\n", "/b", json!([1, {}]), "{a: 1, b: [1, {}]}\n"),
        ("{a: 1, b}\n", "/b", json!("x, y"), "{a: 1, b: 'x, y'}\n"),
        ("a: 1", "/a", json!(["x"]), "a:\n  - x"),
    ] {
        gives(before, &json!([{"op": "replace", "path": path, "value": value}]), after);
    }
}

#[test]
fn flow_collections_stay_flow_collections() {
    for (before, operation, after) in [
        ("a: [1, 2]\n", json!({"op": "add", "path": "/a/-", "value": 3}), "a: [1, 2, 3]\n"),
        ("a: [1, 2]\n", json!({"op": "add", "path": "/a/0", "value": "x: y"}), "a: ['x: y', 1, 2]\n"),
        ("a: [1, 2,]\n", json!({"op": "remove", "path": "/a/1"}), "a: [1,]\n"),
        ("a: [1, 2]\n", json!({"op": "remove", "path": "/a/0"}), "a: [2]\n"),
        ("a: [1]\n", json!({"op": "remove", "path": "/a/0"}), "a: []\n"),
        ("a: {b: }\n", json!({"op": "add", "path": "/a/c", "value": 1}), "a: {b: , c: 1 }\n"),
        ("a: {b: 1}\n", json!({"op": "add", "path": "/a/c", "value": {"d": []}}), "a: {b: 1, c: {d: []}}\n"),
        ("a: [b: 1]\n", json!({"op": "add", "path": "/a/0/c", "value": 2}), "a: [{b: 1, c: 2}]\n"),
        ("a: [b: 1]\n", json!({"op": "remove", "path": "/a/0/b"}), "a: [{}]\n"),
        (
            "a: [\n  1,  # one\n  2   # two\n]\n",
            json!({"op": "add", "path": "/a/-", "value": 3}),
            "a: [\n  1,  # one\n  2,   # two\n  3\n]\n",
        ),
        ("a: [\n  1,  # one\n  2   # two\n]\n", json!({"op": "remove", "path": "/a/1"}), "a: [\n  1  # one\n]\n"),
        ("a: [\n  1,\n]\n", json!({"op": "add", "path": "/a/0", "value": 0}), "a: [\n  0,\n  1,\n]\n"),
        ("a: [1, 2, 3]\n", json!({"op": "move", "from": "/a/2", "path": "/a/0"}), "a: [3, 1, 2]\n"),
    ] {
        gives(before, &json!([operation]), after);
    }
}

#[test]
fn a_bare_pair_that_ends_in_a_wide_character_takes_a_second_one() {
    let add = json!([{"op": "add", "path": "/k/0/new", "value": "s"}]);
    gives("k: [a: 日本, 1]\n", &add, "k: [{a: 日本, new: s}, 1]\n");
}

#[test]
fn keys_with_a_tag_go_by_their_text_where_they_are_strings() {
    for key in ["!!str -", "!!str 8", "! '-'", "!!value -"] {
        let token = key.rsplit(' ').next().expect("a text").trim_matches('\'');
        let remove = json!([{"op": "remove", "path": format!("/{token}")}]);
        gives(&format!("{key}: 1\nb: 2\n"), &remove, "b: 2\n");
    }
}

#[test]
fn a_first_entry_finds_its_place() {
    let add = json!([{"op": "add", "path": "/plugins", "value": [{"class": "a.B"}]}]);
    let append = json!([{"op": "add", "path": "/plugins/-", "value": {"class": "a.B"}}]);
    for (before, operations, after) in [
        ("", &add, "plugins:\n  - class: a.B\n"),
        ("# only a comment", &add, "# only a comment\nplugins:\n  - class: a.B\n"),
        ("---\n# c\n", &add, "---\n# c\nplugins:\n  - class: a.B\n"),
        ("plugins:  # none\n  # - class: out\n", &add, "plugins:  # none\n  - class: a.B\n  # - class: out\n"),
        ("plugins: []  # none\n", &append, "plugins:  # none\n  - class: a.B\n"),
        ("plugins: [ ]\n", &append, "plugins:\n  - class: a.B\n"),
        ("plugins: []", &append, "plugins:\n  - class: a.B"),
        ("{}\n", &add, "plugins:\n  - class: a.B\n"),
        ("{plugins: []}\n", &append, "{plugins: [{class: a.B}]}\n"),
        ("a: 1\n", &add, "a: 1\nplugins:\n  - class: a.B\n"),
        ("a: 1\r\n", &add, "a: 1\r\nplugins:\r\n  - class: a.B\r\n"),
        ("\u{feff}a: 1", &add, "\u{feff}a: 1\nplugins:\n  - class: a.B"),
        ("a: 1\n...\n# end\n", &add, "a: 1\nplugins:\n  - class: a.B\n...\n# end\n"),
    ] {
        gives(before, operations, after);
    }
}

#[test]
fn the_last_entry_leaves_an_empty_list() {
    let remove = json!([{"op": "remove", "path": "/plugins/0"}]);
    for (before, after) in [
        ("plugins:\n  - class: a.B\n    parameters: {}\n", "plugins: []\n"),
        (
            "plugins:  # c\n  # - class: out\n  # more\n\n  # one\n  - a\n# end\n",
            "plugins: []  # c\n  # - class: out\n  # more\n\n# end\n",
        ),
        ("plugins:\n- a", "plugins: []"),
        ("plugins: &x\n- a\nb: 1\n", "plugins: &x []\nb: 1\n"),
        ("b: 1\nplugins: !!seq  # c\n- a\n", "b: 1\nplugins: !!seq []  # c\n"),
    ] {
        gives(before, &remove, after);
    }
    let remove = json!([{"op": "remove", "path": "/a/0/b"}]);
    gives("a:\n- b: 1  # c\n- 2\n", &remove, "a:\n- {}  # c\n- 2\n");
    gives("a: 1\n", &json!([{"op": "remove", "path": "/a"}]), "{}\n");
    gives("# c\n\na: 1", &json!([{"op": "remove", "path": "/a"}]), "# c\n\n{}");
}

#[test]
fn keys_are_added_removed_and_renamed() {
    for (before, operation, after) in [
        (
            "plugins:\n- class: a.A\n- class: b.B\n",
            json!({"op": "add", "path": "/plugins/0/parameters", "value": {"k": "v"}}),
            "plugins:\n- class: a.A\n  parameters:\n    k: v\n- class: b.B\n",
        ),
        ("- a: 1\n  # on b\n  b: 2\n", json!({"op": "remove", "path": "/0/a"}), "- # on b\n  b: 2\n"),
        ("- a: 1\n  b: 2\n", json!({"op": "remove", "path": "/0/b"}), "- a: 1\n"),
        ("a: 1\nb: 2", json!({"op": "remove", "path": "/b"}), "a: 1"),
        ("a: 1\nb: 2\na: 3\n", json!({"op": "remove", "path": "/a"}), "b: 2\n"),
        ("a: 1  # c\nb: 2\n", json!({"op": "move", "from": "/a", "path": "/c"}), "c: 1  # c\nb: 2\n"),
        ("'a': 1\n", json!({"op": "move", "from": "/a", "path": "/c d"}), "'c d': 1\n"),
        ("? a\n: 1\n", json!({"op": "move", "from": "/a", "path": "/c"}), "? c\n: 1\n"),
        ("on: 1\n", json!({"op": "move", "from": "/on", "path": "/off"}), "'off': 1\n"),
        ("{\"a\":1}\n", json!({"op": "move", "from": "/a", "path": "/c"}), "{\"c\":1}\n"),
        ("a: 1\nb: 2\n", json!({"op": "move", "from": "/a", "path": "/b"}), "b: 1\n"),
        ("a: |\n  x", json!({"op": "add", "path": "/b", "value": 1}), "a: |-\n  x\nb: 1"),
        ("a: |+\n  x\n\n", json!({"op": "add", "path": "/b", "value": 1}), "a: |+\n  x\n\nb: 1\n"),
        ("a: |\n  x\n\n\n# c\n", json!({"op": "add", "path": "/b", "value": 1}), "a: |\n  x\nb: 1\n\n\n# c\n"),
    ] {
        gives(before, &json!([operation]), after);
    }
}

#[test]
fn copies_take_the_source_along() {
    gives(
        "a:\n  # one\n  - x: 'q'  # c\n    y: [1,  2]\n",
        &json!([{"op": "copy", "from": "/a/0", "path": "/a/-"}]),
        "a:\n  # one\n  - x: 'q'  # c\n    y: [1,  2]\n  # one\n  - x: 'q'  # c\n    y: [1,  2]\n",
    );
    gives(
        "a: &x {b: 1}\nc: *x\n",
        &json!([{"op": "copy", "from": "/a", "path": "/d"}]),
        "a: &x {b: 1}\nc: *x\nd: {b: 1}\n",
    );
    // The comment has no break, the text above it has two.
    gives(
        "- k: >+\n    folded\n\n  # c",
        &json!([{"op": "copy", "from": "/0", "path": "/1"}]),
        "- k: >+\n    folded\n\n  # c\n- k: >+\n    folded\n\n  # c",
    );
    gives(
        "a:\n- k: |\n    t\n\n    u\nb:\n    m: {}\n",
        &json!([{"op": "move", "from": "/a/0", "path": "/b/m/n"}]),
        "a: []\nb:\n    m:\n        n:\n            k: |\n              t\n\n              u\n",
    );
}

#[test]
fn anchors_and_merges_are_not_broken() {
    let shared = "d: &d\n  x: 1\na:\n  p: *d\nm:\n  <<: *d\n  y: 2\n";
    for (operation, after) in [
        (json!({"op": "remove", "path": "/d"}), "a:\n  p: &d\n    x: 1\nm:\n  <<: *d\n  y: 2\n"),
        (
            json!({"op": "replace", "path": "/d/x", "value": 2}),
            "d:\n  x: 2\na:\n  p: &d\n    x: 1\nm:\n  <<: *d\n  y: 2\n",
        ),
        (
            json!({"op": "replace", "path": "/a/p/x", "value": 2}),
            "d: &d\n  x: 1\na:\n  p:\n    x: 2\nm:\n  <<: *d\n  y: 2\n",
        ),
        (json!({"op": "remove", "path": "/m/x"}), "d: &d\n  x: 1\na:\n  p: *d\nm:\n  y: 2\n"),
        (
            json!({"op": "copy", "from": "/a/p/x", "path": "/a/q"}),
            "d: &d\n  x: 1\na:\n  p: *d\n  q: 1\nm:\n  <<: *d\n  y: 2\n",
        ),
    ] {
        gives(shared, &json!([operation]), after);
    }
    gives(shared, &json!([{"op": "replace", "path": "/m/x", "value": 3}]), &shared.replace("y: 2\n", "y: 2\n  x: 3\n"));
    gives(shared, &json!([{"op": "replace", "path": "/a/p", "value": 3}]), &shared.replace("p: *d", "p: 3"));
    gives("- &a 1\n- *a\n- 2\n", &json!([{"op": "move", "from": "/2", "path": "/0"}]), "- 2\n- &a 1\n- *a\n");
    gives(
        "- &a {x: 1}\n# c\n- k: *a  # d\n",
        &json!([{"op": "move", "from": "/1", "path": "/0"}]),
        "# c\n- k: {x: 1}  # d\n- &a {x: 1}\n",
    );
    gives("- &a 1\n- *a\n- 2\n", &json!([{"op": "move", "from": "/0", "path": "/2"}]), "- &a 1\n- 2\n- 1\n");
    gives(
        "l:\n- &a {x: 1}  # one\n- k: *a  # two\n- *a\n",
        &json!([{"op": "remove", "path": "/l/0"}]),
        "l:\n- k: &a {x: 1}  # two\n- *a\n",
    );
    gives(
        "d: &d\n  x: 1\n  y: 2\n  z: 3\nl:\n- *d  # of the alias\n",
        &json!([{"op": "remove", "path": "/l/0/x"}]),
        "d: &d\n  x: 1\n  y: 2\n  z: 3\nl:\n-  # of the alias\n  y: 2\n  z: 3\n",
    );
    gives(
        "d: &d {x: 1,\n  x: 2}\nl:\n- *d  # of the alias\n",
        &json!([{"op": "remove", "path": "/l/0/x"}]),
        "d: &d {x: 1,\n  x: 2}\nl:\n- {}  # of the alias\n",
    );
}

#[test]
fn what_cannot_be_written_out_is_refused_at_once() {
    // The key that the merge brings in is null: its name leads to no key of the mapping's own.
    refuses("s:\n<<:\n- ?\n", &json!([{"op": "remove", "path": "/"}]), "cannot be changed");
}

#[test]
fn what_is_shared_is_asked_about_and_told() {
    let text = "d: &d {x: {y: 1}}\nplugins:\n- class: a.B\n  parameters: *d\n- class: c.D\n  parameters:\n    <<: *d\n";
    let file = |name: &str| ConfigFile {
        location: Location { path: Some(name.into()), source: PathSource::Default },
        content: Content::Text(Arc::new(Document::parse(text))),
    };
    let workspace = Workspace::new(file("plugins.yaml"), file("remote_plugins.yaml"));
    for (pointer, asked, told, after) in [
        (
            "/plugins/0/parameters/x/y",
            "*d in line 4 stands for what line 1 has",
            "wrote out *d in line 4",
            text.replace("parameters: *d", "parameters: {x: {y: 2}}"),
        ),
        (
            "/d/x/y",
            "&d in line 1 is used again in line 4",
            "&d is now in line 4",
            text.replace("&d {x: {y: 1}}", "{x: {y: 2}}").replace("parameters: *d", "parameters: &d {x: {y: 1}}"),
        ),
        (
            "/plugins/1/parameters/x/y",
            "'x' comes into line 7 by a merge (<<)",
            "wrote 'x' into line 7",
            text.replace("<<: *d\n", "<<: *d\n    x: {y: 2}\n"),
        ),
    ] {
        let set = Operation::Set {
            role: Role::Api,
            pointer: pointer.parse().expect("a pointer"),
            value: NewValue::of(Value::Int(2)),
        };
        match operation::apply(&workspace, &set, Sharing::Ask) {
            Err(OperationError::Edit { source: EditError::Shared(shared), .. }) => {
                assert!(shared.to_string().starts_with(asked), "{shared}");
            }
            other => panic!("not asked: {other:?}"),
        }
        let change = operation::apply(&workspace, &set, Sharing::WriteOut).expect("can be written out");
        assert!(change.label.ends_with(&format!("; {told}")), "{}", change.label);
        assert_eq!(change.workspace.text(Role::Api), Some(after.as_str()));
    }
}

#[test]
fn the_comment_above_an_entry_is_found() {
    let document = Document::parse(TEAM);
    let above = |pointer: &str| {
        let node = document.find(&pointer.parse().expect("a pointer")).expect("found");
        edit::comment_above(&document, node).map(|span| span.of(TEAM))
    };
    assert_eq!(above("/plugins/0"), Some("# Writes one line per call."));
    assert_eq!(above("/plugins/1"), Some("# Quotas."));
    assert_eq!(above("/plugins/0/parameters"), None);
}

#[test]
fn a_patch_is_applied_whole_or_not_at_all() {
    let before = "a: 1\nb: [1, 2]\n";
    gives(
        before,
        &json!([{"op": "test", "path": "/a", "value": 1.0}, {"op": "add", "path": "/c", "value": 3},
                {"op": "remove", "path": "/a"}, {"op": "replace", "path": "/c", "value": 4}]),
        "b: [1, 2]\nc: 4\n",
    );
    refuses(before, &json!([{"op": "remove", "path": "/a"}, {"op": "remove", "path": "/z"}]), "nothing at z");
    refuses(before, &json!([{"op": "test", "path": "/a", "value": "1"}]), "expects");
    refuses(before, &json!([{"op": "move", "from": "/b", "path": "/b/0"}]), "itself");
    refuses(before, &json!([{"op": "add", "path": "/b/3", "value": 1}]), "nothing at b[3]");
    refuses("a: [\n", &json!([]), "does not parse");
}

/// Operations on both files.
mod operations {
    use std::path::PathBuf;

    use skyplug_tui::config::operation::{Change, Direction};
    use skyplug_tui::yaml::Pointer;

    use super::*;

    fn workspace(api: Option<&str>, remote: Option<&str>) -> Workspace {
        let file = |name: &str, text: Option<&str>| ConfigFile {
            location: Location { path: Some(PathBuf::from(name)), source: PathSource::Default },
            content: text.map_or(Content::Absent, |text| Content::Text(Arc::new(Document::parse(text)))),
        };
        Workspace::new(file("plugins.yaml", api), file("remote_plugins.yaml", remote))
    }

    #[track_caller]
    fn change(workspace: &Workspace, operation: &Operation) -> Change {
        let change =
            operation::apply(workspace, operation, Sharing::WriteOut).unwrap_or_else(|e| panic!("{operation:?}: {e}"));
        // Undo and redo give the exact bytes.
        let back = operation::replay(&change.workspace, &change.files, Direction::Backward);
        let again = operation::replay(&back, &change.files, Direction::Forward);
        for role in Role::ALL {
            assert_eq!(back.text(role), workspace.text(role));
            assert_eq!(again.text(role), change.workspace.text(role));
        }
        change
    }

    fn at(path: &str) -> Pointer {
        path.parse().expect("a pointer")
    }

    fn yaml(source: &str) -> NewValue {
        NewValue::from_yaml(source).expect("valid")
    }

    #[test]
    fn an_absent_file_is_made() {
        let new = change(
            &workspace(None, None),
            &Operation::Add {
                role: Role::Remote,
                at: None,
                class: "x.Y".to_owned(),
                parameters: vec![
                    (at("/k"), yaml("v")),
                    (at("/limits/team-a"), yaml("5")),
                    (at("/notify/0"), yaml("'a'")),
                ],
            },
        );
        assert_eq!(
            new.workspace.text(Role::Remote),
            Some(
                "plugins:\n  - class: x.Y\n    parameters:\n      k: v\n      limits:\n        team-a: 5\n      notify:\n        - 'a'\n"
            )
        );
        assert_eq!(new.label, "added x.Y to remote_plugins.yaml");
        assert!(new.files[0].created);
        assert_eq!(new.focus, Some((Role::Remote, at("/plugins/0"))));
    }

    #[test]
    fn entries_travel_with_source_and_comments() {
        let api =
            "plugins:\n- class: a.A\n# Why B.\n-   class: 'b.B'  # v2\n    parameters: {x: [1,  2]}\n    # deep\n";
        let before = workspace(Some(api), Some("# remote\r\nplugins:  # none\r\n"));
        let moved = change(&before, &Operation::Transfer { from: Role::Api, indices: vec![1], at: None });
        assert_eq!(
            moved.workspace.text(Role::Remote),
            Some(
                "# remote\r\nplugins:  # none\r\n  # Why B.\r\n  - class: 'b.B'  # v2\r\n    parameters: {x: [1,  2]}\r\n    # deep\r\n"
            )
        );
        assert_eq!(moved.workspace.text(Role::Api), Some("plugins:\n- class: a.A\n"));
        assert_eq!(moved.label, "moved b.B from plugins.yaml to remote_plugins.yaml");
        let copied = change(&before, &Operation::Copy { from: Role::Api, indices: vec![1, 0], at: None });
        assert_eq!(copied.files.len(), 1);
        assert_eq!(copied.label, "copied 2 entries from plugins.yaml to remote_plugins.yaml");
    }

    #[test]
    fn aliases_are_written_out_where_their_anchor_stays_behind() {
        let api =
            "d: &d {x: 1}\nplugins:\n- class: a.A\n  parameters: *d\n- class: b.B\n  parameters: {<<: *d, y: 2}\n";
        let copied =
            change(&workspace(Some(api), None), &Operation::Copy { from: Role::Api, indices: vec![0, 1], at: None });
        assert_eq!(
            copied.workspace.text(Role::Remote),
            Some(
                "plugins:\n  - class: a.A\n    parameters: {x: 1}\n  - class: b.B\n    parameters: {<<: {x: 1}, y: 2}\n"
            )
        );
    }

    #[test]
    fn several_entries_go_at_once() {
        let before = workspace(Some("plugins:\n- class: a.A\n- class: b.B\n- class: c.C\n"), None);
        let removed = change(&before, &Operation::Remove { role: Role::Api, indices: vec![2, 0] });
        assert_eq!(removed.workspace.text(Role::Api), Some("plugins:\n- class: b.B\n"));
        assert_eq!(removed.label, "removed 2 entries from plugins.yaml");
        let all = change(&before, &Operation::Remove { role: Role::Api, indices: vec![0, 1, 2] });
        assert_eq!(all.workspace.text(Role::Api), Some("plugins: []\n"));
        let twice = change(&before, &Operation::Duplicate { role: Role::Api, indices: vec![0, 2] });
        assert_eq!(
            twice.workspace.text(Role::Api),
            Some("plugins:\n- class: a.A\n- class: a.A\n- class: b.B\n- class: c.C\n- class: c.C\n")
        );
        let error =
            operation::apply(&before, &Operation::Remove { role: Role::Api, indices: vec![3] }, Sharing::WriteOut);
        assert!(matches!(error, Err(OperationError::NoEntry { index: 3, count: 3, .. })));
    }

    #[test]
    fn values_are_set_and_secrets_are_not_told() {
        let before = workspace(Some("# head\nplugins:\n- class: a.A\n"), None);
        let set = |path: &str, value: &str| {
            change(&before, &Operation::Set { role: Role::Api, pointer: at(path), value: yaml(value) })
        };
        let token = set("/plugins/0/parameters/api_token", "abc");
        assert_eq!(token.label, "set api_token of a.A to ******** in plugins.yaml");
        assert_eq!(
            token.workspace.text(Role::Api),
            Some("# head\nplugins:\n- class: a.A\n  parameters:\n    api_token: abc\n")
        );
        assert_eq!(set("/plugins/0/class", "b.B").label, "set class of a.A to b.B in plugins.yaml");
        let wheel = change(&before, &Operation::SetWheelPath(Some("dist".to_owned())));
        assert_eq!(
            wheel.workspace.text(Role::Api),
            Some("# head\ncontroller_wheel_path: dist\nplugins:\n- class: a.A\n")
        );
        let gone = change(&wheel.workspace, &Operation::SetWheelPath(None));
        assert_eq!(gone.workspace.text(Role::Api), before.text(Role::Api));
        assert!(change(&before, &Operation::SetWheelPath(None)).files.is_empty());
    }

    #[test]
    fn keys_move_and_are_renamed_in_their_mapping() {
        let before =
            workspace(Some("plugins:\n- class: a.A\n  parameters:\n    # on a\n    a: 1\n    b: 2  # on b\n"), None);
        let a = at("/plugins/0/parameters/a");
        let moved = change(&before, &Operation::ReorderValue { role: Role::Api, pointer: a.clone(), to: 1 });
        assert_eq!(
            moved.workspace.text(Role::Api),
            Some("plugins:\n- class: a.A\n  parameters:\n    b: 2  # on b\n    # on a\n    a: 1\n")
        );
        let renamed = change(&before, &Operation::Rename { role: Role::Api, pointer: a.clone(), name: "c".to_owned() });
        assert_eq!(renamed.focus, Some((Role::Api, at("/plugins/0/parameters/c"))));
        let taken = Operation::Rename { role: Role::Api, pointer: a.clone(), name: "b".to_owned() };
        assert!(operation::apply(&before, &taken, Sharing::WriteOut).is_err());
        let there = Operation::Insert { role: Role::Api, pointer: a, value: yaml("1") };
        assert!(operation::apply(&before, &there, Sharing::WriteOut).is_err());
        let class = change(
            &workspace(Some("plugins:\n- parameters: {}  # c\n"), None),
            &Operation::SetClass { role: Role::Api, index: 0, class: "a.A".to_owned() },
        );
        assert_eq!(class.workspace.text(Role::Api), Some("plugins:\n- class: a.A\n  parameters: {}  # c\n"));
    }

    #[test]
    fn a_text_from_an_editor_is_one_small_change() {
        let before = workspace(Some("plugins: [\n# broken\n"), None);
        let text: Arc<str> = Arc::from("plugins: []\n# broken\n");
        let new = change(&before, &Operation::ReplaceText { role: Role::Api, text });
        assert_eq!(new.files[0].forward.len(), 1);
        assert_eq!(new.files[0].forward[0].text, "]");
        assert!(
            operation::apply(&before, &Operation::Remove { role: Role::Api, indices: vec![0] }, Sharing::WriteOut)
                .is_err()
        );
    }
}

/// The edits of the corpus, as `score.py` turns them into patches.
mod corpus {
    use super::*;

    fn escaped(token: &Json) -> String {
        let text = token.as_str().map_or_else(|| token.to_string(), str::to_owned);
        text.replace('~', "~0").replace('/', "~1")
    }

    fn index(edit: &Json, member: &str) -> String {
        edit[member].to_string()
    }

    fn to_patch(data: &Json, edit: &Json) -> Json {
        let plugins = &data["plugins"];
        match edit["op"].as_str().expect("an operation") {
            "append_plugin" | "insert_plugin" if !plugins.is_array() => {
                json!([{"op": "add", "path": "/plugins", "value": [edit["plugin"]]}])
            }
            "append_plugin" => json!([{"op": "add", "path": "/plugins/-", "value": edit["plugin"]}]),
            "insert_plugin" => {
                json!([{"op": "add", "path": format!("/plugins/{}", index(edit, "index")), "value": edit["plugin"]}])
            }
            "remove_plugin" => json!([{"op": "remove", "path": format!("/plugins/{}", index(edit, "index"))}]),
            "move_plugin" => json!([{"op": "move", "from": format!("/plugins/{}", index(edit, "from")),
                                     "path": format!("/plugins/{}", index(edit, "to"))}]),
            "set_class" => json!([{"op": "replace", "path": format!("/plugins/{}/class", index(edit, "index")),
                                   "value": edit["value"]}]),
            "set_controller_wheel_path" => {
                json!([{"op": "add", "path": "/controller_wheel_path", "value": edit["value"]}])
            }
            "remove_controller_wheel_path" => json!([{"op": "remove", "path": "/controller_wheel_path"}]),
            op => parameter(plugins, edit, op == "remove_parameter"),
        }
    }

    fn parameter(plugins: &Json, edit: &Json, remove: bool) -> Json {
        let mut full = vec![json!("parameters")];
        full.extend(edit["path"].as_array().expect("a path").iter().cloned());
        let mut path = format!("/plugins/{}", index(edit, "index"));
        let place = full.iter().fold(String::new(), |place, token| format!("{place}/{}", escaped(token)));
        if remove {
            return json!([{"op": "remove", "path": path + &place}]);
        }
        let mut node = &plugins[usize::try_from(edit["index"].as_u64().expect("an index")).expect("small")];
        let child = |node: &Json, token: &Json| -> bool {
            let below = token.as_str().map_or_else(|| node.get(at(token)), |key| node.get(key));
            below.is_some_and(|below| below.is_object() || below.is_array())
        };
        for (i, token) in full[..full.len() - 1].iter().enumerate() {
            path = format!("{path}/{}", escaped(token));
            if !child(node, token) {
                let mut value = edit["value"].clone();
                for token in full[i + 1..].iter().rev() {
                    value = json!({ token.as_str().expect("a key"): value });
                }
                return json!([{"op": "add", "path": path, "value": value}]);
            }
            node = token.as_str().map_or_else(|| &node[at(token)], |key| &node[key]);
        }
        let last = &full[full.len() - 1];
        let present = last.as_str().map_or_else(|| node.get(at(last)), |key| node.get(key)).is_some();
        json!([{"op": if present { "replace" } else { "add" }, "path": format!("{path}/{}", escaped(last)),
                "value": edit["value"]}])
    }

    fn at(token: &Json) -> usize {
        token.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX)
    }

    fn strings(json: &Json) -> Vec<&str> {
        json.as_array().into_iter().flatten().filter_map(Json::as_str).collect()
    }

    fn survives(before: &str, after: &str, case: &Json) -> Result<(), String> {
        let split = |text: &str| -> Vec<String> { text.split('\n').map(str::to_owned).collect() };
        let (source, mut left) = (split(before), split(after));
        let need = case["survive"].as_array().into_iter().flatten().map(|line| &source[at(line) - 1]);
        for line in need {
            let found = left.iter().position(|have| have == line);
            let place = found.ok_or_else(|| format!("lost line {line:?}"))?;
            if case["order"] == "preserved" {
                left.drain(..=place);
            } else {
                left.remove(place);
            }
        }
        match strings(&case["keep_text"]).into_iter().find(|text| !after.contains(text)) {
            Some(text) => Err(format!("lost text {text:?}")),
            None => Ok(()),
        }
    }

    #[test]
    fn every_edit_is_right_or_refused_where_it_may_be() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/editcases");
        let mut count = 0;
        for entry in fs::read_dir(folder).expect("the corpus") {
            let folder = entry.expect("a folder").path();
            let read = |name: &str| fs::read_to_string(folder.join(name)).expect("text");
            let case: Json = serde_json::from_str(&read("edit.json")).expect("JSON");
            let name = case["name"].as_str().expect("a name");
            let before = read(case["file"].as_str().expect("a file"));
            let data = Document::parse(before.as_str()).data().expect("valid").to_json();
            let operations = to_patch(&data, &case["edit"]);
            count += 1;
            let after = match apply(&before, &operations) {
                Ok(after) => after,
                Err(error) => {
                    assert!(case["may_refuse"] == true, "{name}: {error}");
                    continue;
                }
            };
            let got = Document::parse(after.as_str()).data().expect("valid").to_json();
            let accept = case["accept"].as_array().expect("data");
            assert!(accept.contains(&got), "{name}: {operations}\n{after}");
            survives(&before, &after, &case).unwrap_or_else(|why| panic!("{name}: {why}\n{operations}\n{after}"));
        }
        assert!(count >= 32, "only {count} cases");
    }
}
