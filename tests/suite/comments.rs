//! The comments of an entry as data: shown, added, changed, removed.

use skyplug_tui::config::comment::{self, Which};
use skyplug_tui::config::{Role, model};
use skyplug_tui::text;
use skyplug_tui::yaml::Document;

use crate::driver::Driver;

const API: &str = "plugins:\n  #  two blanks\n  #none\n  - class: acme.A   #  first\n    parameters: {x: '#1'}\n  - class: \"acme.B#\"\n  - {class: acme.C}\n";

#[track_caller]
fn set(source: &str, index: usize, which: Which, new: &str) -> String {
    let splices = comment::set(&Document::parse(source), index, which, new).expect("an edit");
    text::splice(source, &splices).expect("sorted")
}

#[test]
fn comments_are_read_without_their_marks() {
    let document = Document::parse(API);
    let entries = model::entries(&document);
    assert_eq!(comment::above(&document, &entries[0]), [" two blanks", "none"]);
    let behind: Vec<&str> = entries.iter().map(|entry| comment::behind(&document, entry)).collect();
    assert_eq!(behind, [" first", "", ""]);
}

#[test]
fn lines_that_stay_keep_their_bytes() {
    assert_eq!(set(API, 0, Which::Above, " two blanks\nnew\n\nnone"), API.replace("  #none", "  # new\n  #\n  #none"));
    assert_eq!(set(API, 0, Which::Above, "none"), API.replace("  #  two blanks\n", ""));
    assert_eq!(set(API, 0, Which::Above, " \n"), API.replace("  #  two blanks\n  #none\n", ""));
    assert_eq!(
        set(API, 1, Which::Above, "about B"),
        API.replace("  - class: \"acme.B", "  # about B\n  - class: \"acme.B")
    );
    let crlf = API.replace('\n', "\r\n");
    assert_eq!(set(&crlf, 2, Which::Above, "C"), crlf.replace("  - {class", "  # C\r\n  - {class"));
    // What is set to what it is stays as it is.
    assert_eq!(set(API, 0, Which::Above, " two blanks\nnone"), API);
}

#[test]
fn the_comment_behind_a_class_is_added_changed_and_removed() {
    assert_eq!(set(API, 0, Which::Behind, "1st"), API.replace("#  first", "# 1st"));
    assert_eq!(set(API, 0, Which::Behind, ""), API.replace("   #  first", ""));
    assert_eq!(set(API, 1, Which::Behind, "b"), API.replace("B#\"", "B#\"  # b"));
    assert_eq!(set(API, 2, Which::Behind, "c"), API.replace("C}", "C}  # c"));
    assert_eq!(set("plugins:\n- class: a.A #x", 0, Which::Behind, "y"), "plugins:\n- class: a.A # y");
}

#[test]
fn what_would_change_the_data_is_refused() {
    let refused = |source: &str, which, new: &str| {
        comment::set(&Document::parse(source), 0, which, new).expect_err("refused").to_string()
    };
    assert!(refused("plugins: [{class: a.A}]\n", Which::Above, "x").contains("shares its line"));
    assert!(refused("plugins:\n- class: >-\n    a.A\n", Which::Behind, "x").contains("does not end on its line"));
    assert!(refused("plugins:\n- class: a.A\n", Which::Behind, "a\nb: c").contains("file"));
    assert!(refused("plugins:\n- class: a.A\n", Which::Above, "bell \u{7}").contains("does not parse"));
}

#[test]
fn the_palette_edits_both_comments_and_the_detail_shows_them() {
    let mut driver = Driver::open(Some(API), None);
    assert!(driver.screen().contains("two blanks none   behind: # first"), "{}", driver.screen());
    driver.press("j:edit comment<Enter>");
    driver.press("about B<Enter>and more<F2>");
    assert_eq!(driver.status(), "Changed the comment of acme.B# in plugins.yaml.");
    driver.press(":edit comment behind<Enter>last<Enter>");
    let want = API.replace("  - class: \"acme.B#\"", "  # about B\n  # and more\n  - class: \"acme.B#\"  # last");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(&*want));
    driver.press("uu");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
}
