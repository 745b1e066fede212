//! The review: changes that are left out of a save.

use skyplug_tui::config::Role;

use crate::driver::Driver;

/// The edits of the review's tests: one value on its line, another one, an entry at the end.
const PARTS: &str = "plugins:\n  - class: acme.A\n    parameters:\n      low: 1\n      high: 9\n";

#[test]
fn space_in_the_review_leaves_a_change_out_of_the_save() {
    let mut driver = Driver::open(Some(PARTS), None);
    driver.press("l<Down>+jk").press("<Esc>aacme.B<Enter>");
    let whole = driver.state.workspace.text(Role::Api).expect("a text").to_owned();
    driver.press("s");
    let row = |driver: &Driver, text: &str| {
        let review = driver.state.review.as_ref().expect("a review");
        review
            .rows()
            .iter()
            .position(|row| row.text.contains(text))
            .unwrap_or_else(|| panic!("{text}: {}", driver.screen()))
    };
    let at = row(&driver, "+      high: 10");
    driver.press(&"j".repeat(at)).press("<Space>");
    assert_eq!(driver.status(), "Left out the change; 1 in all stay unsaved.");
    assert!(driver.screen().contains("[ ] #1 acme.A  high  9 -> 10"), "{}", driver.screen());
    driver.press("s");
    assert_eq!(driver.api(), whole.replace("high: 10", "high: 9"));
    assert_eq!(driver.state.workspace.text(Role::Api), Some(&*whole), "what was left out is still an edit");
    assert!(driver.status().ends_with("1 change left out: still unsaved."), "{}", driver.status());
    assert!(driver.state.is_unsaved(Role::Api));
    // The rest is saved like any other edit.
    driver.press("ss");
    assert_eq!(driver.api(), whole);
    driver.press("uu");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(PARTS), "undo goes on from there");
}

#[test]
fn space_takes_a_change_in_again_and_nothing_is_saved_without_any() {
    let mut driver = Driver::open(Some(PARTS), None);
    driver.press("aacme.B<Enter>s");
    // The head of a hunk stands for all of it.
    driver.press("<Space>s");
    assert_eq!(driver.status(), "Every change is left out: Space takes one in, Esc goes back.");
    assert_eq!(driver.api(), PARTS);
    driver.press("<Space>");
    assert_eq!(driver.status(), "All changes will be saved.");
    driver.press("s");
    assert_eq!(driver.api(), format!("{PARTS}  - class: acme.B\n"));
}

#[test]
fn an_error_that_is_left_out_does_not_stop_the_save() {
    let mut driver = Driver::open(Some(PARTS), None);
    driver.press("aacme.B<Enter>r<Ctrl-U>nodots<Enter>kl<Down>+").press("<Esc>s");
    let errors = |driver: &Driver| driver.state.review.as_ref().map_or(0, |review| review.files[0].errors.len());
    assert_eq!(errors(&driver), 1, "{}", driver.screen());
    let rows = driver.state.review.as_ref().expect("a review").rows().to_vec();
    let at = rows.iter().position(|row| row.text.contains("nodots")).expect("a row");
    driver.press(&"j".repeat(at)).press("<Space>");
    assert_eq!(errors(&driver), 0, "{}", driver.screen());
    driver.press("s");
    assert!(driver.api().contains("high: 10") && !driver.api().contains("nodots"), "{}", driver.api());
}
