//! Problems that a comment in the file silences.

use skyplug_tui::check::{Code, Severity};
use skyplug_tui::config::Role;

use crate::driver::Driver;
use crate::facts::check_text;

/// Returns the names of what is told and of what is ignored.
fn names(source: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let report = check_text(Role::Api, source);
    let names = |all: &[skyplug_tui::check::Diagnostic]| all.iter().map(|one| one.code.name()).collect();
    (names(&report.diagnostics), names(&report.ignored))
}

const TWICE: &str = "plugins:\n- class: a.B\n- class: a.B\n  parameters:\n    x: 010\n";

#[test]
fn a_comment_silences_its_line_or_the_next_or_its_entry() {
    let (told, ignored) = names(TWICE);
    assert_eq!((told.as_slice(), ignored.len()), (&["duplicate-class", "yaml-surprise"][..], 0));
    for (from, to) in [
        ("- class: a.B\n  p", "- class: a.B   # skyplug: ignore[duplicate-class, yaml-surprise] wanted\n  p"),
        (
            "- class: a.B\n  p",
            "# skyplug: ignore[duplicate-class] wanted\n# skyplug: ignore[ yaml-surprise ]\n- class: a.B\n  p",
        ),
    ] {
        let (told, ignored) = names(&TWICE.replace(from, to));
        assert_eq!((told.len(), ignored.len()), (0, 2), "{to} {told:?} {ignored:?}");
    }
    let line = TWICE.replace("010", "010   # skyplug: ignore[yaml-surprise]");
    assert_eq!(names(&line), (vec!["duplicate-class"], vec!["yaml-surprise"]));
}

#[test]
fn errors_and_what_is_not_there_are_told() {
    let error = "plugins:\n- class: nodots   # skyplug: ignore[class-path]\n";
    let report = check_text(Role::Api, error);
    let [first, second] = report.diagnostics.as_slice() else { panic!("{:?}", report.diagnostics) };
    assert_eq!((first.severity, second.code, second.severity), (Severity::Error, Code::UnusedIgnore, Severity::Info));
    assert!(second.message.contains("errors cannot be ignored"), "{}", second.message);
    assert!(report.ignored.is_empty());
    assert_eq!(names("plugins:\n- class: a.B   # skyplug: ignore[no-such]\n").0, ["unused-ignore"]);
    // In a string it is no comment.
    assert_eq!(names("plugins:\n- class: a.B\n  parameters: {x: 'a # skyplug: ignore[no-such]'}\n").0.len(), 0);
}

#[test]
fn the_problems_pane_counts_what_is_ignored_and_shows_it() {
    let mut driver = Driver::open(Some(&TWICE.replace("010", "010   # skyplug: ignore[yaml-surprise]")), None);
    driver.press("4");
    assert!(driver.screen().contains("1 ignored (.)"), "{}", driver.screen());
    driver.press(".");
    assert!(driver.screen().contains("yaml-surprise"), "{}", driver.screen());
}
