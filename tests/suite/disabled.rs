//! Entries that are commented out in their place, and brought back.

use skyplug_tui::config::{Role, disabled};
use skyplug_tui::text;
use skyplug_tui::yaml::Document;

use crate::driver::Driver;

/// Comments out an entry of a text and returns the new one.
#[track_caller]
fn out(source: &str, index: usize) -> String {
    let splices = disabled::comment_out(&Document::parse(source), &[index]).expect("commented out");
    text::splice(source, &splices).expect("sorted")
}

/// Brings an entry back.
#[track_caller]
fn back(source: &str, number: usize) -> String {
    let splices = disabled::bring_back(&Document::parse(source), number).expect("brought back");
    text::splice(source, &splices).expect("sorted")
}

#[track_caller]
fn there_and_back(source: &str, index: usize, want: &str) {
    assert_eq!(out(source, index), want);
    assert_eq!(back(want, 0), source);
}

#[test]
fn each_line_of_an_entry_gets_a_mark() {
    let source = "plugins:\n  # about A\n  - class: a.A   # first\n    parameters:\n\t\n      x: |\n        text\n\n        more\n  # zero\n      y: 1\n      # deep\n\n  # about B\n  - class: b.B\n";
    let source = source.replace("\t\n", "");
    let want = "plugins:\n  # # about A\n  # - class: a.A   # first\n  #   parameters:\n  #     x: |\n  #       text\n  #\n  #       more\n  # # zero\n  #     y: 1\n  #     # deep\n\n  # about B\n  - class: b.B\n";
    there_and_back(&source, 0, want);
}

#[test]
fn the_only_entry_leaves_an_empty_list() {
    there_and_back(
        "plugins:   # mine\n- class: a.A\nother: 1\n",
        0,
        "plugins: []   # mine\n# - class: a.A\nother: 1\n",
    );
    there_and_back("plugins:\n- class: a.A", 0, "plugins: []\n# - class: a.A");
    there_and_back(
        "plugins:\r\n- class: a.A\r\n  parameters:\r\n\r\n    x: 1\r\n",
        0,
        "plugins: []\r\n# - class: a.A\r\n#   parameters:\r\n#\r\n#     x: 1\r\n",
    );
}

#[test]
fn an_entry_may_end_with_any_character() {
    there_and_back(
        "plugins:\n- class: a.日本\n- class: b.B   # é\n",
        0,
        "plugins:\n# - class: a.日本\n- class: b.B   # é\n",
    );
    there_and_back("plugins:\n- class: a.A\n- class: b.é", 1, "plugins:\n- class: a.A\n# - class: b.é");
}

#[test]
fn entries_next_to_each_other_stay_apart() {
    let source = "plugins:\n- class: a.A\n# about B\n- class: b.B\n- class: c.C\n";
    let one = out(source, 1);
    assert_eq!(one, "plugins:\n- class: a.A\n# # about B\n# - class: b.B\n- class: c.C\n");
    let two = out(&one, 0);
    let found: Vec<(String, usize)> =
        disabled::find(&Document::parse(two.as_str())).into_iter().map(|one| (one.class, one.before)).collect();
    assert_eq!(found, [("a.A".to_owned(), 0), ("b.B".to_owned(), 0)]);
    assert_eq!(back(&two, 1), "plugins:\n# - class: a.A\n# about B\n- class: b.B\n- class: c.C\n");
    assert_eq!(back(&back(&two, 1), 0), source);
}

#[test]
fn marks_of_others_are_taken_off_too() {
    let source = "plugins:\n  - class: a.A\n#  - class: b.B\n#    parameters: {x: 1}\n";
    assert_eq!(back(source, 0), "plugins:\n  - class: a.A\n  - class: b.B\n    parameters: {x: 1}\n");
    assert_eq!(
        back("plugins:\n- class: a.A\n#- class: b.B\n#  parameters: {x: 1}\n", 0),
        "plugins:\n- class: a.A\n- class: b.B\n  parameters: {x: 1}\n"
    );
    assert_eq!(back("plugins:\n- class: a.A\n#\t- class: b.B\n", 0), "plugins:\n- class: a.A\n- class: b.B\n");
    // A list that has comments alone is null: SkyPilot stops at it.
    assert_eq!(back("plugins:\n  # - class: b.B\n", 0), "plugins:\n  - class: b.B\n");
}

#[test]
fn comments_that_are_no_entry_are_left_alone() {
    for source in [
        "# - class: a.A\nplugins:\n- class: b.B\n",
        "plugins:\n# - a.A\n- class: b.B\n",
        "plugins:\n# - class: [a\n- class: b.B\n",
        "plugins:\n- class: b.B\nother: 1\n# - class: a.A\n",
        "plugins: [{class: b.B}]\n# - class: a.A\n",
    ] {
        assert_eq!(disabled::find(&Document::parse(source)), [], "{source}");
    }
}

#[test]
fn what_others_need_is_not_commented_out() {
    let refused =
        |source: &str| disabled::comment_out(&Document::parse(source), &[0]).expect_err("refused").to_string();
    let shared = "plugins:\n- class: a.A\n  parameters: &p {x: 1}\n- class: b.B\n  parameters: *p\n";
    assert!(refused(shared).contains("something in them needs this one"), "{}", refused(shared));
    assert!(refused("plugins: [{class: a.A}]\n").contains("a line for each"));
    // The comment below would be read as a line of the entry.
    assert!(refused("plugins:\n- class: a.A\n#   and so on\n- class: b.B\n").contains("told from other comments"));
}

const API: &str = "plugins:\n  - class: acme.A\n  # about B\n  - class: acme.B\n    parameters:\n      api_token: s3cret\n  - class: acme.C\n";

#[test]
fn a_key_comments_an_entry_out_and_brings_it_back() {
    let mut driver = Driver::open(Some(API), None);
    driver.press("j#");
    assert_eq!(driver.status(), "Commented out acme.B in plugins.yaml.");
    let screen = driver.screen();
    assert!(screen.contains("#   acme.B") && screen.contains("Commented out: SkyPilot does not see it."), "{screen}");
    assert!(!screen.contains("s3cret") && screen.contains("api_token: ********"), "{screen}");
    // It is no entry: nothing else acts on it.
    driver.press("d");
    assert_eq!(driver.status(), "This entry is commented out: # brings it back.");
    driver.press("s");
    let screen = driver.screen();
    assert!(screen.contains("acme.B  commented out (it was #2)") && !screen.contains("s3cret"), "{screen}");
    driver.press("s");
    assert_eq!(
        driver.api(),
        API.replace(
            "  # about B\n  - class: acme.B\n    parameters:\n      api_token",
            "  # # about B\n  # - class: acme.B\n  #   parameters:\n  #     api_token"
        )
    );
    driver.press("#");
    assert_eq!(driver.status(), "Brought back acme.B in plugins.yaml.");
    driver.press("ss");
    assert_eq!(driver.api(), API);
}

#[test]
fn marked_entries_are_commented_out_together_and_undone_as_one() {
    let mut driver = Driver::open(Some(API), None);
    driver.press("*#");
    let text = driver.state.workspace.text(Role::Api).expect("a text").to_owned();
    assert!(text.starts_with("plugins: []\n  # - class: acme.A\n  # # about B\n"), "{text}");
    driver.press("/acme.C<Enter>#");
    assert!(driver.state.workspace.text(Role::Api).expect("a text").ends_with("\n  - class: acme.C\n"));
    driver.press("uu");
    assert_eq!(driver.state.workspace.text(Role::Api), Some(API));
}

#[test]
fn nothing_chosen_is_refused() {
    for source in ["plugins:\n", "plugins: []\n", "plugins:\n- class: a.A\n"] {
        let refused = disabled::comment_out(&Document::parse(source), &[]).expect_err("refused").to_string();
        assert!(refused.contains("no entry is chosen"), "{refused}");
    }
}

#[test]
fn an_entry_of_more_lines_than_any_screen_is_shown() {
    let long = format!("plugins: []\n# - class: a.Long\n#   parameters:\n#     x: |\n{}", "#       y\n".repeat(66_000));
    let driver = Driver::open(Some(&long), None);
    let screen = driver.screen();
    assert!(screen.contains("Commented out:") && screen.contains("class: a.Long"), "{screen}");
}
