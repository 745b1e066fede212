//! The line that tells editors the schema of a file: put in, changed and taken away without touching another byte.

use std::fs;

use skyplug_tui::config::{Role, modeline};
use skyplug_tui::text;
use skyplug_tui::yaml::Document;

use crate::cli::{Home, status, stderr, stdout};
use crate::driver::Driver;

const LIST: &str = "# ours\nplugins:\n- class: acme.A   # first\n";
const LINE: &str = "# yaml-language-server: $schema=plugins.schema.json";

#[track_caller]
fn set(source: &str, schema: Option<&str>) -> String {
    let splices = modeline::set(&Document::parse(source), schema).expect("an edit");
    text::splice(source, &splices).expect("sorted")
}

#[test]
fn it_becomes_the_first_line_in_the_style_of_the_file() {
    let schema = Some("plugins.schema.json");
    assert_eq!(set(LIST, schema), format!("{LINE}\n{LIST}"));
    let crlf = LIST.replace('\n', "\r\n");
    assert_eq!(set(&crlf, schema), format!("{LINE}\r\n{crlf}"));
    assert_eq!(set(&format!("\u{feff}{LIST}"), schema), format!("\u{feff}{LINE}\n{LIST}"));
    let directive = "%YAML 1.1\n---\nplugins: []\n";
    assert_eq!(set(directive, schema), format!("{LINE}\n{directive}"));
    assert_eq!(set("", schema), format!("{LINE}\n"));
}

#[test]
fn one_that_is_there_is_changed_in_its_place_or_goes() {
    let below = format!("# ours\r\n\r\n{LINE}  # for helix\r\nplugins: []\r\n");
    assert_eq!(
        set(&below, Some("https://a.example/s.json")),
        below.replace("plugins.schema.json", "https://a.example/s.json")
    );
    assert_eq!(set(&below, Some("plugins.schema.json")), below);
    assert_eq!(set(&below, None), "# ours\r\n\r\nplugins: []\r\n");
    assert_eq!(set(LIST, None), LIST);
    assert_eq!(set(&set(LIST, Some("x")), None), LIST);
}

#[test]
fn a_value_that_looks_like_it_is_none() {
    let value = format!("plugins:\n- class: a.A\n  parameters:\n    note: |\n      {LINE}\n");
    assert_eq!(modeline::find(&value), None);
    assert_eq!(set(&value, Some("x")), format!("# yaml-language-server: $schema=x\n{value}"));
}

#[test]
fn places_that_an_editor_could_not_read_are_refused() {
    for schema in ["", "my schema.json", "a\nplugins: [1]", "a\u{7}", "a\u{85}b"] {
        let refused = modeline::set(&Document::parse(LIST), Some(schema)).expect_err(schema);
        assert!(refused.to_string().contains("without blanks"), "{refused}");
    }
    modeline::set(&Document::parse("plugins: [\n"), Some("x")).expect_err("does not parse");
}

#[test]
fn the_command_line_writes_and_removes_it() {
    let home = Home::new(LIST, "plugins: []\n");
    let file = home.path(".sky/plugins.yaml");
    let dry = home.run(&["modeline", "api", "plugins.schema.json", "--dry-run"]);
    assert_eq!(status(&dry), 0, "{dry:?}");
    assert!(stdout(&dry).contains(&format!("\n+{LINE}\n")), "{dry:?}");
    assert_eq!(fs::read_to_string(&file).expect("read"), LIST);
    let written = home.run(&["modeline", "api", "plugins.schema.json"]);
    assert!(stdout(&written).ends_with("named the schema of plugins.yaml for editors\n"), "{written:?}");
    assert_eq!(fs::read_to_string(&file).expect("read"), format!("{LINE}\n{LIST}"));
    assert_eq!(stdout(&home.run(&["modeline", "api", "plugins.schema.json"])), "nothing to change\n");
    assert_eq!(status(&home.run(&["modeline", "api", "--unset"])), 0);
    assert_eq!(fs::read_to_string(&file).expect("read"), LIST);
    let refused = Home::empty().run(&["modeline", "remote", "x"]);
    assert_eq!(status(&refused), 1);
    assert!(stderr(&refused).contains("there is no file"), "{refused:?}");
}

#[test]
fn the_palette_names_a_schema_and_undo_takes_it_back() {
    let mut driver = Driver::open(Some(LIST), None);
    driver.press(":schema for editors<Enter>");
    assert!(driver.screen().contains("A path that counts from plugins.yaml, or an address."), "{}", driver.screen());
    driver.press("my schema<Enter>");
    assert!(driver.screen().contains("without blanks"), "{}", driver.screen());
    driver.press("<Ctrl-U>plugins.schema.json<Enter>");
    assert_eq!(driver.status(), "Named the schema of plugins.yaml for editors.");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(&*format!("{LINE}\n{LIST}")));
    driver.press("u");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(LIST));
    driver.press("U:schema for editors<Enter><Ctrl-U><Enter>");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(LIST));
}

#[test]
fn without_a_file_nothing_is_made() {
    let mut driver = Driver::open(Some(LIST), None);
    driver.press("<Tab>:schema for editors<Enter>");
    assert_eq!(driver.status(), "There is no remote_plugins.yaml yet that could name a schema.");
}
