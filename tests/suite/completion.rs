//! Adding classes and parameters from what was found of them.

use std::sync::Arc;

use insta::assert_snapshot;
use skyplug_tui::app::modal::Modal;
use skyplug_tui::check::Code;
use skyplug_tui::check::classes::site;
use skyplug_tui::config::Role;
use skyplug_tui::python::{Answer, Catalog, Origin, PluginClass, SourceKind};

use super::driver::Driver;
use super::facts::{class, parameter};

const LIST: &str = "plugins:\n- class: acme_cost.CostGuard\n  parameters:\n    limits: {team-a: 500}\n";

fn guard() -> PluginClass {
    let mut limits = parameter("limits", Some("dict[str, int]"), Some("{}"));
    limits.doc = Some("Monthly limit per team, in dollars.".to_owned());
    PluginClass {
        class: "acme_cost.CostGuard".to_owned(),
        parameters: Some(vec![
            limits,
            parameter("webhook_url", Some("str"), None),
            parameter("daily_at", Some("str"), Some("'09:00'")),
        ]),
        ..class()
    }
}

fn report() -> PluginClass {
    PluginClass {
        class: "acme_cost.CostReport".to_owned(),
        parameters: Some(vec![
            parameter("webhook_url", Some("str"), None),
            parameter("daily_at", Some("str"), Some("'09:00'")),
            parameter("days", Some("int"), None),
        ]),
        doc: Some("Posts a daily cost report to a webhook.\n\nMore of it.".to_owned()),
        origin: Origin {
            kind: SourceKind::Wheel,
            from: "/srv/dist/acme_cost-0.9.1-py3-none-any.whl".into(),
            distribution: Some("acme_cost".to_owned()),
            version: Some("0.9.1".to_owned()),
        },
        ..class()
    }
}

/// Opens a list whose class names all values of a parameter.
fn levels() -> Driver {
    let mut driver =
        Driver::open(Some("plugins:\n- class: acme_cost.CostGuard\n  parameters:\n    level: 'info'\n"), None);
    let level = parameter("level", Some("Optional[Literal['debug', 'info', 'error']]"), Some("'info'"));
    let class = PluginClass { parameters: Some(vec![level]), ..guard() };
    let answers = [((site(Role::Api), class.class.clone()), Answer::Plugin(Box::new(class.clone())))];
    let mut facts = driver.state.facts.clone();
    facts.catalog = Arc::new(Catalog { found: vec![class], answers: answers.into(), complete: true, gathered: true });
    driver.state.take_facts(facts);
    driver.state.touch_tree();
    driver
}

#[test]
fn enter_takes_the_next_value_that_the_class_names() {
    let mut driver = levels();
    driver.press("<Enter><Enter>");
    let text = |driver: &Driver| driver.state.workspace.text(Role::Api).unwrap_or_default().to_owned();
    assert!(text(&driver).contains("level: 'error'"), "{}", text(&driver));
    assert!(driver.status().ends_with("Value 3 of 4: Enter takes the next one."), "{}", driver.status());
    driver.press("<Enter>");
    assert!(text(&driver).contains("level: null"), "{}", text(&driver));
    driver.press("<Enter>");
    assert!(text(&driver).contains("level: debug"), "{}", text(&driver));
    driver.press("uuu");
    assert!(text(&driver).contains("level: 'info'") && driver.state.unsaved_roles().is_empty());
}

fn open() -> Driver {
    let mut driver = Driver::open(Some(LIST), None);
    let found =
        vec![report(), guard(), PluginClass { class: "zeta.Core".to_owned(), is_abstract: Some(true), ..class() }];
    let answers = [guard(), report()].map(|one| ((site(Role::Api), one.class.clone()), Answer::Plugin(Box::new(one))));
    let mut facts = driver.state.facts.clone();
    facts.python = Some("/opt/sky/bin/python".into());
    facts.catalog = Arc::new(Catalog { found, answers: answers.into(), complete: true, gathered: true });
    driver.state.take_facts(facts);
    driver.state.touch_tree();
    driver
}

fn field(driver: &Driver, label: &str) -> String {
    match driver.state.modals.last() {
        Some(Modal::Form(form)) => form.text(label).to_owned(),
        other => panic!("no form: {other:?}"),
    }
}

fn api(driver: &Driver) -> &str {
    driver.state.workspace.text(Role::Api).expect("a text")
}

#[test]
fn a_class_is_found_and_asks_for_what_it_needs() {
    let mut driver = open();
    driver.press("accrep<Down>");
    assert_eq!(field(&driver, "class"), "acme_cost.CostReport");
    driver.press("<Enter>");
    assert_eq!(api(&driver), LIST, "nothing is written before it is asked");
    driver.press("12:30<Enter>7<Enter>");
    let added = "- class: acme_cost.CostReport\n  parameters:\n    webhook_url: \"12:30\"\n    days: 7\n";
    assert_eq!(
        api(&driver).replace('\'', "\""),
        format!("{LIST}{added}"),
        "a str stays one, whatever YAML makes of it"
    );
    assert!(driver.state.modals.is_empty());
    driver.press("u");
    assert_eq!(api(&driver), LIST, "one edit");
}

#[test]
fn what_can_be_no_class_finds_the_only_one_that_it_matches() {
    let mut driver = open();
    driver.press("aCostRep<Enter>");
    assert_eq!(api(&driver), LIST, "its parameters are asked for");
    driver.press("<Esc>");
    assert_eq!(field(&driver, "class"), "acme_cost.CostReport");
}

#[test]
fn what_is_asked_for_can_be_left_out_or_left() {
    let mut driver = open();
    driver.press("aacme_cost.CostReport<Enter><Esc>");
    assert_eq!(field(&driver, "class"), "acme_cost.CostReport", "back to the class");
    driver.press("<Enter><Enter><Enter>");
    assert!(api(&driver).ends_with("- class: acme_cost.CostReport\n"), "{}", api(&driver));
    let found = driver.state.problems.iter().find(|one| one.code == Code::ParameterMissing);
    assert!(found.is_some_and(|one| one.message.contains("`webhook_url`")), "the list says what is missing");
}

#[test]
fn what_is_typed_is_taken_whatever_is_offered() {
    let mut driver = open();
    driver.press("aacme_c<Down><Down><Up><Up>");
    assert_eq!(field(&driver, "class"), "acme_c", "before the first suggestion stands what was typed");
    driver.press("<Ctrl-U>other.Plugin<Enter>");
    assert!(api(&driver).ends_with("- class: other.Plugin\n"));
    driver.press("a<Down><Down><Down>.Sub<Enter>");
    assert!(api(&driver).contains(".Sub\n"), "typing on starts from the suggestion: {}", api(&driver));
}

#[test]
fn parameters_are_offered_with_their_kind() {
    let mut driver = open();
    driver.press("<Enter>Ga");
    assert!(driver.screen().contains("> name"), "{}", driver.screen());
    driver.press("daily<Down><Enter>");
    assert_eq!(field(&driver, "name"), "daily_at");
    driver.press("12:30<Enter>");
    assert!(api(&driver).contains("daily_at: '12:30'") || api(&driver).contains("daily_at: \"12:30\""));
}

#[test]
fn a_value_is_held_against_the_annotation() {
    let mut driver = open();
    driver.press("<Enter>l<Down><Enter><Ctrl-U>25o");
    assert!(driver.screen().contains("int is asked for"), "{}", driver.screen());
}

#[test]
fn the_dialog_of_classes() {
    for (width, height) in [(120, 36), (80, 24), (40, 12)] {
        let mut driver = open();
        driver.resize(width, height).press("acost<Down><Down>");
        assert_snapshot!(format!("class_completion_{width}x{height}"), driver.screen());
        driver.press("<Esc>aacme_cost.CostReport<Enter>");
        assert_snapshot!(format!("required_parameters_{width}x{height}"), driver.screen());
        driver.press("<Esc><Esc>");
        assert_snapshot!(format!("class_source_{width}x{height}"), driver.screen());
        driver.press("<Enter>G");
        assert_snapshot!(format!("known_parameters_{width}x{height}"), driver.screen());
    }
}

#[test]
fn parameters_that_are_not_given_have_rows_where_asked_for() {
    let mut driver = open();
    driver.resize(80, 24).press("<Enter>");
    let line = |driver: &Driver, text: &str| driver.screen().lines().any(|line| line.contains(text));
    assert!(!line(&driver, "+ webhook_url"));
    driver.press(".");
    assert!(line(&driver, "+ webhook_url  not set   str, required"), "{}", driver.screen());
    assert!(line(&driver, "+ daily_at  not set   str = '09:00'"), "{}", driver.screen());
    // Enter on one asks for its value alone.
    driver.press("Gk<Enter>10:00<Enter>");
    assert!(driver.state.workspace.text(Role::Api).is_some_and(|text| text.contains("daily_at: '10:00'")));
    assert!(!line(&driver, "+ daily_at"), "{}", driver.screen());
    driver.press(".");
    assert!(!line(&driver, "+ webhook_url  not set"), "{}", driver.screen());
}
