//! Every kind of problem by example: what produces it, what it says, what its fix makes of the text.

use std::collections::BTreeSet;

use skyplug_tui::check::{self, Code, FileKind, Report, Severity};
use skyplug_tui::config::Role;
use skyplug_tui::text::splice;
use skyplug_tui::text::visible::is_invisible;

use super::facts::{check_text, example, only};

fn codes(report: &Report) -> BTreeSet<Code> {
    report.diagnostics.iter().map(|one| one.code).collect()
}

/// Returns the text with the fix of the one diagnostic of this kind.
fn fixed(role: Role, source: &str, code: Code) -> String {
    let report = check_text(role, source);
    let one = only(&report, code);
    let fix = one.fix.as_ref().unwrap_or_else(|| panic!("no fix: {one:#?}"));
    splice(source, &fix.edits).expect("edits of this text")
}

#[test]
fn every_example_of_a_text_has_the_problem_that_it_explains() {
    let mut count = 0;
    for &code in Code::ALL {
        let Some((role, source)) = example(code) else { continue };
        count += 1;
        let report = check_text(role, &source);
        let found = report.diagnostics.iter().find(|one| one.code == code);
        let found = found.unwrap_or_else(|| panic!("{}: {:#?}", code.name(), report.diagnostics));
        assert_eq!(found.severity, code.severity(), "{}", code.name());
        assert_eq!(found.place.file, FileKind::of(role), "{}", code.name());
        assert!(found.place.positions.is_some() && found.from_text == (code != Code::WheelPathUnused));
    }
    assert!(count > 25, "only {count} examples are texts");
}

#[test]
fn all_problems_are_told_not_only_the_first() {
    let report = check_text(
        Role::Api,
        "controller_wheel_path: 7\nplugin: []\nplugins:\n- clas: a.B\n- class: on\n  parameters: []\n  name: x\n- ''\n",
    );
    let errors = report.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    let told: Vec<String> =
        errors.map(|one| format!("{} {}", one.place.positions.expect("a place").0, one.message)).collect();
    assert_eq!(
        told,
        [
            "1:24 controller_wheel_path is a whole number, not a string: `7`",
            "2:1 unknown key 'plugin' at the top of this file",
            "4:3 this entry has no `class`",
            "4:3 unknown key 'clas' in an entry",
            "5:10 plugins[1].class is a boolean, not a string: `on`",
            "6:15 plugins[1].parameters is a list, not a mapping",
            "7:3 unknown key 'name' in an entry",
            "8:3 plugins[2] is a string, not a mapping: `''`",
        ]
    );
}

#[test]
fn fixes_write_what_was_meant() {
    let fixed_api = |source, code| fixed(Role::Api, source, code);
    for (code, before, after) in [
        (Code::PluginsNull, "plugins: # none\n# - class: a.B\n", "plugins: [] # none\n# - class: a.B\n"),
        (Code::PluginsNull, "plugins: ~\n", "plugins: []\n"),
        (Code::TopLevel, "# mine\n- class: a.B\n", "# mine\nplugins:\n- class: a.B\n"),
        (Code::TopLevel, "[{class: a.B}]\n", "plugins: [{class: a.B}]\n"),
        (Code::UnknownKey, "plugin:\n- class: a.B\n", "plugins:\n- class: a.B\n"),
        (Code::UnknownKey, "plugins:\n-class: a.B\n", "plugins:\n- class: a.B\n"),
        (Code::UnknownKey, "plugins:\n- classs: a.B # one\n", "plugins:\n- class: a.B # one\n"),
        (Code::UnknownKey, "plugins:\n- class: a.B\n  package: x\n", "plugins:\n- class: a.B\n"),
        (
            Code::MissingClass,
            "plugins:\n- class: a.B\n- parameters:\n    x: 1\n",
            "plugins:\n- class: a.B\n  parameters:\n    x: 1\n",
        ),
        (Code::WrongType, "plugins:\n  class: a.B\n  parameters: {}\n", "plugins:\n- class: a.B\n  parameters: {}\n"),
        (Code::WrongType, "plugins:\n- a.B\n", "plugins:\n- class: a.B\n"),
        (Code::WrongType, "plugins:\n- class:a.B\n", "plugins:\n- class: a.B\n"),
        (Code::WrongType, "plugins:\n- class: a.B\n  parameters:\n", "plugins:\n- class: a.B\n"),
        (Code::WrongType, "controller_wheel_path: 2026-01-01\n", "controller_wheel_path: '2026-01-01'\n"),
        (Code::KeyNotString, "plugins: []\non: 1\n", "plugins: []\n"),
        (Code::ClassPath, "plugins:\n- class: acme:Audit\n", "plugins:\n- class: acme.Audit\n"),
        (Code::ClassBlank, "plugins:\n- class: 'a.B '\n", "plugins:\n- class: 'a.B'\n"),
        (
            Code::ParameterName,
            "plugins:\n- class: a.B\n  parameters: {on: 1}\n",
            "plugins:\n- class: a.B\n  parameters: {'on': 1}\n",
        ),
        (Code::DuplicateKey, "plugins: []\nplugins:\n- class: a.B\n", "plugins:\n- class: a.B\n"),
        (
            Code::ForgottenDash,
            "plugins:\n- class: a.B\n  parameters: {x: 1}\n  class: c.D\n",
            "plugins:\n- class: a.B\n  parameters: {x: 1}\n- class: c.D\n",
        ),
        (Code::DuplicateClass, "plugins:\n- class: a.B\n- class: a.B\n", "plugins:\n- class: a.B\n"),
        (Code::IgnoredKey, "plugins: []\ninclude:\n", "plugins: []\n"),
        (Code::NoExpansion, "controller_wheel_path: $HOME/w\n", "controller_wheel_path: ~/w\n"),
        (Code::PathBlank, "controller_wheel_path: 'w '\n", "controller_wheel_path: 'w'\n"),
        (Code::YamlDirective, "%YAML 1.2\n---\nplugins: []\n", "---\nplugins: []\n"),
        (Code::ByteOrderMark, "\u{feff}plugins: []\n", "plugins: []\n"),
        (Code::Invisible, "plugins:\n- class: a\u{200b}.B\n", "plugins:\n- class: a.B\n"),
        (Code::Invisible, "plugins:\n- class:\u{a0} a.B\n", "plugins:\n- class:  a.B\n"),
        (
            Code::YamlSyntax,
            "plugins:\n- class: a.B\n  parameters\n    x: 1\n",
            "plugins:\n- class: a.B\n  parameters:\n    x: 1\n",
        ),
        (Code::YamlSyntax, "plugins:\n\t- class: a.B\n", "plugins:\n  - class: a.B\n"),
        (Code::YamlSyntax, "plugins:\n  - class: a.B\n  -class: c.D\n", "plugins:\n  - class: a.B\n  - class: c.D\n"),
        (Code::YamlSyntax, "plugins:\n- class: a.B\n   parameters: {}\n", "plugins:\n- class: a.B\n  parameters: {}\n"),
        (Code::YamlSyntax, "plugins:\n- class: 'a.B\n", "plugins:\n- class: 'a.B'\n"),
        (
            Code::YamlSyntax,
            "plugins:\n- class: a.B\n  parameters:\n    dir: \"C:\\dir\"\n",
            "plugins:\n- class: a.B\n  parameters:\n    dir: 'C:\\dir'\n",
        ),
        (Code::YamlCharacter, "plugins: []\n# \x07\x08\n", "plugins: []\n# \n"),
        (
            Code::YamlComposition,
            "plugins:\n- class: a.B\n  parameters:\n    glob: *logs\n",
            "plugins:\n- class: a.B\n  parameters:\n    glob: '*logs'\n",
        ),
        (
            Code::YamlConstruction,
            "plugins:\n- class: a.B\n  parameters:\n    x: !env HOME\n",
            "plugins:\n- class: a.B\n  parameters:\n    x: HOME\n",
        ),
        (
            Code::YamlConversion,
            "plugins:\n- class: a.B\n  parameters:\n    x: 2026-02-30\n",
            "plugins:\n- class: a.B\n  parameters:\n    x: '2026-02-30'\n",
        ),
    ] {
        assert_eq!(fixed_api(before, code), after, "{} of {before:?}", code.name());
    }
    assert_eq!(fixed(Role::Remote, "controller_wheel_path: w\nplugins: []\n", Code::UnknownKey), "plugins: []\n");
}

#[test]
fn no_fix_brings_another_problem() {
    for (source, code) in [
        // A class without a dot is refused, too.
        ("plugins:\n- class: on\n", Code::WrongType),
        ("plugins:\n- class:2026-01-01\n", Code::WrongType),
        ("- class: 7\n", Code::TopLevel),
    ] {
        let report = check_text(Role::Api, source);
        assert_eq!(only(&report, code).fix, None, "{source:?}");
    }
}

#[test]
fn what_is_told_can_be_shown_and_tells_no_secret() {
    let report = check_text(
        Role::Api,
        "plugins:\n- class: \"a\\e[31m.B\"\n  parameters:\n    api_token: 0755\n    nested:\n      password: yes\n- x\x1b: 1\n",
    );
    assert!(!report.diagnostics.is_empty());
    let report2 = check_text(
        Role::Api,
        "plugins:\n- class: \"a\\e[31m.B\"\n  parameters:\n    api_token: 0755\n    nested:\n      password: yes\n",
    );
    assert!(codes(&report2).contains(&Code::YamlSurprise));
    for one in report.diagnostics.iter().chain(&report2.diagnostics) {
        let label = one.fix.as_ref().map_or("", |fix| &fix.label);
        for text in [&one.message, &one.effect, one.hint.as_deref().unwrap_or(""), label] {
            assert!(!text.chars().any(is_invisible), "{text:?}");
        }
        assert!(!format!("{one:?}").contains("0755"), "{one:#?}");
    }
}

#[test]
fn a_save_is_stopped_by_new_errors_alone() {
    let before = check_text(Role::Api, "plugins:\n- class: a.B\n- class: 7\n- class: NoDot\n");
    let same = |source: &str| {
        let after = check_text(Role::Api, source);
        check::new_errors(&before, &after, Role::Api).iter().map(|one| one.message.clone()).collect::<Vec<_>>()
    };
    // The first entry removed: the others have moved, their errors are the old ones.
    assert_eq!(same("plugins:\n- class: 7\n- class: NoDot\n"), Vec::<String>::new());
    assert_eq!(same("plugins:\n- class: 7\n- class: 7\n"), ["plugins[1].class is a whole number, not a string: `7`"]);
    assert_eq!(same("plugins:\n"), ["`plugins:` has no value"]);
    assert_eq!(before.blocking(Role::Api).count(), 2, "what stops the load is told of a refused file too");
    assert_eq!(before.blocking(Role::Remote).count(), 0);
}

#[test]
fn values_that_surprise_are_notes_with_what_python_reads() {
    let report = check_text(
        Role::Api,
        "plugins:\n- class: a.B\n  parameters:\n    a: no\n    b: [0755, 1_000]\n    c: {on: 1e3}\n    d: 12:30\n    e: true\n",
    );
    let told: Vec<&str> = report.diagnostics.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "`no` is the boolean false to YAML 1.1",
            "`0755` is the number 493 to YAML 1.1",
            "`1_000` is the number 1000 to YAML 1.1",
            "`on` is the boolean true to YAML 1.1",
            "`1e3` is a string to YAML 1.1, not a number",
            "`12:30` is the number 750 to YAML 1.1",
        ]
    );
    assert!(report.diagnostics.iter().all(|one| one.severity == Severity::Info));
}

#[test]
fn hints_know_the_usual_mistakes() {
    for (role, source, code, words) in [
        (Role::Remote, "controller_wheel_path: w\n", Code::UnknownKey, "plugins.yaml"),
        (Role::Api, "plugins:\n- class: a.B\n  upload_to_controller: true\n", Code::UnknownKey, "development format"),
        (Role::Api, "class: a.B\n", Code::UnknownKey, "below `plugins:`"),
        (Role::Api, "plugins:\n- class: a.B\n  parameters:\n    c: #fff\n", Code::EmptyValue, "comment"),
        (Role::Api, "a: 1\n---\nb: 2\n", Code::YamlComposition, "one document"),
        (Role::Api, "plugins:\n- class: a.B\n  parameters: {x: =}\n", Code::YamlConstruction, "quotes"),
        (Role::Api, "plugins: !include x.yaml\n", Code::YamlConstruction, "expands nothing"),
    ] {
        let report = check_text(role, source);
        let hint = report.diagnostics.iter().find(|one| one.code == code).and_then(|one| one.hint.clone());
        assert!(hint.as_ref().is_some_and(|hint| hint.contains(words)), "{source:?}: {hint:?}");
    }
}
