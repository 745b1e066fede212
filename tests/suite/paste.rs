//! Pasted text: entries for a list, lines for a field.

use skyplug_tui::app::message::Message;
use skyplug_tui::config::Role;

use crate::driver::Driver;

const API: &str = "plugins:\n  - class: acme.A\n  - class: acme.B\n";

fn paste(driver: &mut Driver, text: &str) {
    driver.send(Message::Pasted(text.to_owned()));
}

fn text(driver: &Driver) -> &str {
    driver.state.workspace.text(Role::Api).expect("a text")
}

#[test]
fn entries_are_shown_and_inserted_behind_the_cursor_as_they_are_written() {
    let mut driver = Driver::open(Some(API), None);
    paste(&mut driver, "# mine\r\n- class: 'x.One'   # one\r\n  parameters: {api_token: s3cret}\r\n- class: x.Two\r\n");
    let screen = driver.screen();
    assert!(screen.contains("Paste 2 entries into plugins.yaml?") && screen.contains("behind #1"), "{screen}");
    assert!(screen.contains("'x.One'   # one") && !screen.contains("s3cret"), "{screen}");
    assert_eq!(text(&driver), API, "nothing before the answer");
    driver.press("<Enter>");
    assert_eq!(driver.status(), "Pasted 2 entries into plugins.yaml.");
    let want = "plugins:\n  - class: acme.A\n  # mine\n  - class: 'x.One'   # one\n    parameters: {api_token: s3cret}\n  - class: x.Two\n  - class: acme.B\n";
    assert_eq!(text(&driver), want);
    driver.press("u");
    assert_eq!(text(&driver), API);
}

#[test]
fn what_was_copied_here_can_be_pasted_here() {
    let source = "plugins:\n  - class: acme.A\n    parameters:\n      x: 1\n      l:\n        - 2\n";
    let mut driver = Driver::open(Some(source), None);
    driver.press("Y");
    let copied = driver.copied.pop().expect("copied");
    paste(&mut driver, &copied);
    driver.press("<Enter>");
    let entry = source.strip_prefix("plugins:\n").expect("a list");
    assert_eq!(text(&driver), format!("plugins:\n{entry}{entry}"));
}

#[test]
fn the_last_line_break_of_a_pasted_text_is_kept() {
    let block =
        "plugins:\n  - class: acme.A\n  - class: p.P\n    parameters:\n      x: |\n        y\n  - class: acme.B\n";
    for (pasted, want) in [
        ("class: p.P\nparameters:\n  x: |\n    y\n", block.to_owned()),
        ("  class: p.P\n  parameters:\n    x: |\n      y\n", block.to_owned()),
        ("    - class: p.P\n      parameters:\n        x: |\n          y\n", block.to_owned()),
        ("class: p.P\nparameters:\n  x: |\n    y", block.replace("x: |", "x: |-")),
    ] {
        let mut driver = Driver::open(Some(API), None);
        paste(&mut driver, pasted);
        driver.press("<Enter>");
        assert_eq!(text(&driver), want, "{pasted}");
    }
}

#[test]
fn what_is_no_entry_is_told_and_changes_nothing() {
    let mut driver = Driver::open(Some(API), None);
    paste(&mut driver, "dddq");
    assert_eq!(
        driver.status(),
        "Not pasted: as YAML it is a str; a list of mappings with a class is wanted, or one of them. Text for a field goes into one: a or Enter first."
    );
    paste(&mut driver, "- class: a.A\n- x: 1\n");
    assert!(driver.status().starts_with("Not pasted: as YAML item 2 has no class."), "{}", driver.status());
    assert_eq!(text(&driver), API);
}

#[test]
fn problems_of_pasted_entries_are_told_before() {
    let mut driver = Driver::open(Some(API), None);
    paste(&mut driver, "class: nodots\nnme: 1\n");
    let screen = driver.screen();
    assert!(screen.contains("Paste 1 entry into plugins.yaml?") && screen.contains("E "), "{screen}");
    // The text can be mended first.
    driver.press("e<Ctrl-U><Backspace><F2>");
    assert!(driver.screen().contains("Paste 1 entry"), "{}", driver.screen());
    driver.press("<Esc>");
    assert_eq!(text(&driver), API);
}

#[test]
fn comments_that_do_not_come_along_are_told_before() {
    for (pasted, want) in [
        ("# head comment\n# - class: off.Off\n\n- class: q.Q\n# tail\n", "3 lines of comments do not come along."),
        (
            "# head\nplugins:\n  # mine\n  - class: q.Q\n    parameters:\n      x: |\n        # text\n",
            "1 line of comments does not come along.",
        ),
    ] {
        let mut driver = Driver::open(Some(API), None);
        paste(&mut driver, pasted);
        assert!(driver.screen().contains(want), "{}", driver.screen());
    }
    let mut driver = Driver::open(Some(API), None);
    paste(&mut driver, "# mine\n- class: q.Q   # behind\n");
    assert!(!driver.screen().contains("come along"), "{}", driver.screen());
    driver.press("<Enter>");
    assert!(text(&driver).contains("  # mine\n  - class: q.Q   # behind\n"), "{}", text(&driver));
}

#[test]
fn the_palette_has_a_field_for_entries() {
    let mut driver = Driver::open(None, None);
    driver.press(":paste entries<Enter>no list");
    driver.press("<F2>");
    assert!(driver.status().starts_with("Not pasted:"), "{}", driver.status());
    driver.press("<Ctrl-U>class: acme.New<F2><Enter>");
    assert_eq!(text(&driver), "plugins:\n- class: acme.New\n".replace("\n- ", "\n  - "));
}

#[test]
fn lines_for_a_field_of_one_are_asked_about() {
    let source = "plugins:\n  - class: acme.A\n    parameters:\n      x: a\n";
    let mut driver = Driver::open(Some(source), None);
    driver.press("l<Enter><Ctrl-U>");
    paste(&mut driver, "one\ntwo\n");
    assert!(driver.screen().contains("2 lines for a field of one"), "{}", driver.screen());
    driver.press("j<Enter>");
    assert_eq!(text(&driver), source.replace("x: a", "x: one two"));
    driver.press("u<Enter><Ctrl-U>");
    paste(&mut driver, "one\ntwo\n");
    driver.press("m<F2>");
    let value = driver.state.workspace.document(Role::Api).and_then(|document| document.data().ok().cloned());
    let data = value.expect("data");
    let entry = &data.get("plugins").and_then(|list| list.as_list()).expect("a list")[0];
    assert_eq!(entry.get("parameters").and_then(|p| p.get("x")).and_then(|x| x.as_str()), Some("one\ntwo"));
    // Other fields say what they did.
    driver.press("<Esc>a");
    paste(&mut driver, "acme.\nB");
    assert_eq!(driver.status(), "2 pasted lines became one: this field has one line.");
}
