//! Key scripts that find: filters, the search over everything, the edits of the session.

use skyplug_tui::app::{Pane, Screen, Settings};
use skyplug_tui::config::Role;

use crate::driver::Driver;
use crate::zip;

const API: &str = "\
controller_wheel_path: ~/dist
plugins:
- class: acme_audit.Audit
  parameters: {level: info, sinks: [stdout, {file: /var/log/x}]}
- class: acme_cost.CostGuard
  parameters: {api_token: s3cret}
- class: Legacy
";
const REMOTE: &str = "plugins:\n- class: acme_audit.Audit\n";

fn open() -> Driver {
    Driver::open_with(Some(API), Some(REMOTE), Settings::default(), |home| {
        std::fs::create_dir(home.join("dist")).expect("made");
        let bytes = zip::wheel("acme_audit", "1.0", "");
        std::fs::write(home.join("dist/acme_audit-1.0-py3-none-any.whl"), bytes).expect("written");
    })
}

fn shown(driver: &Driver) -> Vec<usize> {
    let list = driver.state.list(Role::Api);
    (0..list.len()).filter_map(|row| list.entry_at(row)).collect()
}

#[test]
fn filters_know_case_patterns_and_states() {
    let after = |keys: &str| {
        let mut driver = open();
        driver.press(keys);
        shown(&driver)
    };
    assert_eq!(after("/cost"), [1]);
    assert_eq!(after("/Cost"), [1]);
    assert_eq!(after("/COST"), [0; 0]);
    assert_eq!(after("/'cost"), [1], "as it is: acme_cost");
    assert_eq!(after("/'legacy"), [0; 0]);
    assert_eq!(after("/re:^acme.*(t|d)$"), [0, 1]);
    assert_eq!(after("/re:("), [0; 0]);
    assert_eq!(after("/e:"), [2], "it has no module part");
    assert_eq!(after("/e: acme"), [0; 0]);
    assert_eq!(after("Gaacme.New<Enter>/~"), [3]);
    let mut driver = open();
    driver.press("/acme<Enter>");
    assert!(driver.screen().contains("/acme  2 of 3 shown"), "{}", driver.screen());
}

#[test]
fn a_search_lists_classes_parameters_values_and_files_of_wheels() {
    let mut driver = open();
    driver.press(":find audit<Enter>");
    let screen = driver.screen();
    for text in ["1 acme_audit.Audit", "API #1", "remote #1", "acme_audit-1.0-py3-none-any.whl", "dist-info/"] {
        assert!(screen.contains(text), "{text}: {screen}");
    }
    driver.press("<Esc>Fvar/log<Enter>");
    assert!(driver.screen().contains("sinks[1].file: /var/log/x"), "{}", driver.screen());
    driver.press("1");
    assert_eq!(driver.state.screen, Screen::Parameters);
    assert_eq!(driver.state.tree.current().map(|row| row.name.as_str()), Some("file"));
    driver.press("<Esc>");
    assert_eq!(driver.state.modals.len(), 1, "back at what was found");
    driver.press("<Esc><Esc>");
    assert_eq!((driver.state.modals.len(), driver.state.screen), (0, Screen::Main));
    driver.press(":find nowhere<Enter>");
    assert!(driver.status().starts_with("Nothing holds nowhere"), "{}", driver.status());
}

#[test]
fn what_was_found_leads_to_each_place_by_number() {
    let mut driver = open();
    driver.press(":find audit<Enter>2");
    assert_eq!((driver.state.role, driver.state.focus), (Role::Remote, Pane::Remote));
    assert!(driver.status().starts_with("2 of "), "{}", driver.status());
    driver.press("<Esc>3");
    assert_eq!(driver.state.screen, Screen::Wheels);
    driver.press("<Esc>G<Enter>");
    assert!(driver.status().contains("It holds acme_audit"), "{}", driver.status());
    // An edit ends the search.
    driver.press("<Esc>1d<Esc>");
    assert!(driver.state.modals.is_empty());
}

#[test]
fn a_key_that_is_no_string_goes_by_its_source() {
    let api = "plugins:\n- class: acme.A\n  parameters:\n    limits: {first: 1, 0x10: {yes: here}}\n";
    let mut driver = Driver::open(Some(api), None);
    driver.press(":find here<Enter>");
    assert!(driver.screen().contains("limits.0x10.yes: here"), "{}", driver.screen());
    driver.press("1");
    assert_eq!(driver.state.tree.current().map(|row| row.name.as_str()), Some("yes"));
}

#[test]
fn a_masked_value_is_not_looked_through() {
    let mut driver = open();
    driver.press(":find s3cret<Enter>");
    assert!(driver.status().starts_with("Nothing holds"), "{}", driver.status());
    driver.press(":find token<Enter>");
    assert!(driver.screen().contains("api_token: ********"), "{}", driver.screen());
}

#[test]
fn the_history_goes_to_any_point_and_marks_the_one_on_disk() {
    let mut driver = open();
    driver.press("H");
    assert_eq!(driver.status(), "Nothing was edited yet.");
    driver.press("dddH");
    let screen = driver.screen();
    let line = |text: &str| screen.lines().find(|line| line.contains(text)).unwrap_or_default().to_owned();
    assert!(line("before the first edit").contains("as on disk"), "{screen}");
    assert_eq!(screen.matches("here ┃").count(), 1, "{screen}");
    driver.press("1");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
    assert_eq!(driver.status(), "Undid 3 edits; U does them again.");
    driver.press("H3");
    assert_eq!(driver.state.history.undo_count(), 2);
    driver.press("ss<Esc>H");
    let screen = driver.screen();
    let line = screen.lines().find(|line| line.contains("as on disk")).unwrap_or_default();
    assert!(line.contains("3 "), "the point that was saved: {screen}");
}

#[test]
fn forward_undoes_back() {
    let mut driver = open();
    driver.press("w[");
    assert_eq!(driver.state.screen, Screen::Main);
    driver.press("]");
    assert_eq!(driver.state.screen, Screen::Wheels);
    driver.press("[<Enter><Esc>]");
    assert_eq!(driver.state.screen, Screen::Parameters);
    driver.press("[]]");
    assert_eq!(driver.status(), "There is no screen to go forward to.");
    driver.press("Z");
    assert_eq!(driver.status(), "Z: no action here (? shows the keys).");
}
