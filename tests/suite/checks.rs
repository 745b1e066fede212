//! Every kind of problem by example: what produces it, what it says, what its fix makes of the text.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skyplug_tui::check::{
    self, Code, Consolidation, Controller, CwdSource, Diagnostic, Facts, FileKind, NEWEST, Report, Server, Severity,
    VersionSource,
};
use skyplug_tui::config::{
    ConfigFile, Content, Environment, Location, PathSource, Role, Unreadable, UnreadableReason, Workspace,
};
use skyplug_tui::io::load;
use skyplug_tui::python::Module;
use skyplug_tui::text::splice;
use skyplug_tui::text::visible::is_invisible;
use skyplug_tui::wheel::{Directory, DirectoryEntry, EntryKind, Found};
use skyplug_tui::yaml::{Document, edit, patch};

/// A machine without a server, on which nothing was looked at.
fn facts() -> Facts {
    Facts {
        environment: Environment {
            variables: BTreeMap::from([("HOME".into(), "/home/ada".into())]),
            cwd: PathBuf::from("/srv"),
            ..Environment::default()
        },
        version: NEWEST,
        version_source: VersionSource::Flag,
        server_cwd: PathBuf::from("/srv"),
        cwd_source: CwdSource::Flag,
        servers: Vec::new(),
        remote_endpoint: None,
        consolidation: Consolidation::default(),
        controller: Controller::Jobs,
        modules: BTreeMap::new(),
        directories: BTreeMap::new(),
    }
}

fn file(path: &str, content: Content) -> ConfigFile {
    ConfigFile { location: Location { path: Some(path.into()), source: PathSource::Default }, content }
}

fn text(text: &str) -> Content {
    Content::Text(Arc::new(Document::parse(text)))
}

fn workspace(api: Content, remote: Content) -> Workspace {
    Workspace::new(file("/home/ada/.sky/plugins.yaml", api), file("/home/ada/.sky/remote_plugins.yaml", remote))
}

/// The workspace in which one file has this text and the other is absent.
fn with(role: Role, source: &str) -> Workspace {
    workspace(Content::Absent, Content::Absent).with_content(role, text(source))
}

fn check_text(role: Role, source: &str) -> Report {
    check::check(&with(role, source), &facts())
}

fn codes(report: &Report) -> BTreeSet<Code> {
    report.diagnostics.iter().map(|one| one.code).collect()
}

fn only(report: &Report, code: Code) -> &Diagnostic {
    let found: Vec<&Diagnostic> = report.diagnostics.iter().filter(|one| one.code == code).collect();
    assert_eq!(found.len(), 1, "{}: {:#?}", code.name(), report.diagnostics);
    found[0]
}

/// Returns the text with the fix of the one diagnostic of this kind.
fn fixed(role: Role, source: &str, code: Code) -> String {
    let report = check_text(role, source);
    let one = only(&report, code);
    let fix = one.fix.as_ref().unwrap_or_else(|| panic!("no fix: {one:#?}"));
    splice(source, &fix.edits).expect("edits of this text")
}

/// Reads an example of `explain` as a file, none where it is what a shell shows.
fn example(code: Code) -> Option<(Role, String)> {
    let (role, source) = Role::ALL.iter().find_map(|role| {
        let head = format!("# {}\n", role.file_name());
        Some((*role, code.example().strip_prefix(&head)?))
    })?;
    let mut out = String::new();
    let mut rest = source;
    while let Some((head, tail)) = rest.split_once('\\') {
        out.push_str(head);
        let digits = if tail.starts_with('x') { 2 } else { 4 };
        let code = u32::from_str_radix(&tail[1..=digits], 16).expect("an escape");
        out.push(char::from_u32(code).expect("a character"));
        rest = &tail[1 + digits..];
    }
    Some((role, out + rest))
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

/// What surrounds the files, one scene for each kind of problem that no text has.
fn scenes() -> Vec<(Code, Workspace, Facts)> {
    let empty = || workspace(Content::Absent, Content::Absent);
    let unreadable = |reason| {
        let why = Unreadable { reason, problem: "it is broken".to_owned(), bytes: None };
        workspace(Content::Unreadable(why), Content::Absent)
    };
    let at = |workspace: Workspace, role, path: Option<&str>, source| {
        workspace.with_location(role, Location { path: path.map(PathBuf::from), source })
    };
    let variable = |path| at(empty(), Role::Api, path, PathSource::Env);
    let server = |pid, name: &str, value: &str| Server {
        pid,
        cwd: Some(PathBuf::from("/srv")),
        variables: BTreeMap::from([(name.to_owned(), value.to_owned())]),
    };
    let listed = |path: &str, name: &str| {
        let entry = DirectoryEntry { name: name.into(), kind: EntryKind::File, size: 1, modified: None };
        BTreeMap::from([(PathBuf::from(path), Directory { path: path.into(), found: Found::Listed(vec![entry]) })])
    };
    let same = at(variable(Some("/etc/p.yaml")), Role::Remote, Some("/etc/p.yaml"), PathSource::Env);
    let class = workspace(text("plugins:\n- class: acme.Audit\n"), Content::Absent);
    vec![
        (Code::NotUtf8, workspace(load::decode(b"a: \xfc\n".to_vec()), Content::Absent), facts()),
        (Code::Unreadable, unreadable(UnreadableReason::Directory), facts()),
        (Code::Unreadable, unreadable(UnreadableReason::TooLarge), facts()),
        (Code::Endless, unreadable(UnreadableReason::Endless), facts()),
        (Code::TooDeep, with(Role::Api, &"[".repeat(30_000)), facts()),
        (Code::VariableEmpty, variable(None), facts()),
        (Code::VariableMissing, variable(Some("/etc/none.yaml")), facts()),
        (Code::VariableRelative, variable(Some("conf/plugins.yaml")), facts()),
        (Code::SameFile, same, facts()),
        (Code::SingularName, empty(), Facts { directories: listed("/home/ada/.sky", "remote_plugin.yaml"), ..facts() }),
        (
            Code::ModuleMissing,
            class,
            Facts { modules: BTreeMap::from([("acme".to_owned(), Module::NotInstalled)]), ..facts() },
        ),
        (
            Code::RemoteServer,
            empty(),
            Facts { remote_endpoint: Some("https://ada:pw@sky.example.com".to_owned()), ..facts() },
        ),
        (
            Code::ServerElsewhere,
            empty(),
            Facts { servers: vec![server(7, "SKYPILOT_SERVER_PLUGINS_CONFIG", "/etc/p.yaml")], ..facts() },
        ),
        (
            Code::SeveralServers,
            empty(),
            Facts { servers: vec![server(7, "HOME", "/h"), server(8, "HOME", "/h")], ..facts() },
        ),
    ]
}

#[test]
fn every_kind_of_problem_is_produced_by_an_example_or_a_scene() {
    let mut produced: BTreeSet<Code> = Code::ALL.iter().copied().filter(|&code| example(code).is_some()).collect();
    for (code, workspace, facts) in scenes() {
        let report = check::check(&workspace, &facts);
        assert!(codes(&report).contains(&code), "{}: {:#?}", code.name(), report.diagnostics);
        let one = report.diagnostics.iter().find(|one| one.code == code).expect("it is there");
        assert_eq!(one.severity, code.severity(), "{}", code.name());
        assert!(!format!("{one:?}").contains("pw"), "a password is told");
        produced.insert(code);
    }
    // Those of the wheel directory and the task are `tests/suite/preview.rs`'s.
    let first = Code::ALL.iter().position(|code| *code == Code::WheelPathUnset).expect("it is a code");
    let missing: Vec<&str> =
        Code::ALL[..first].iter().filter(|code| !produced.contains(code)).map(|code| code.name()).collect();
    assert!(missing.is_empty(), "not produced: {missing:?}");
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

/// Applies every fix that a workspace is offered and looks whether its problem is gone.
fn prove_fixes(workspace: &Workspace, facts: &Facts, name: &str) -> usize {
    let report = check::check(workspace, facts);
    let mut count = 0;
    for one in &report.diagnostics {
        let (Some(fix), Some(role)) = (&one.fix, one.place.file.role()) else { continue };
        count += 1;
        let document = workspace.document(role).expect("a fix is one of a text");
        let new = splice(document.text(), &fix.edits).expect("sorted edits of this text");
        let document_of = |text: &str| Content::Text(Arc::new(Document::parse(text)));
        let after = check::check(&workspace.with_content(role, document_of(&new)), facts);
        let of_kind = |report: &Report, same_words: bool| {
            let equal = |other: &&Diagnostic| other.code == one.code && (!same_words || other.message == one.message);
            report.diagnostics.iter().filter(equal).count()
        };
        let gone = of_kind(&after, true) < of_kind(&report, true) || of_kind(&after, false) < of_kind(&report, false);
        assert!(gone, "{name}: {} {:?} leaves it:\n{new}\n{:#?}", one.code.name(), fix.label, after.diagnostics);
        if one.severity != Severity::Error {
            let new_errors = check::new_errors(&report, &after, role);
            let refused = report.verdict(role).exception.is_some();
            assert!(refused || new_errors.is_empty(), "{name}: {} {:?}: {new_errors:#?}", one.code.name(), fix.label);
        }
        if let Some(patch) = &fix.patch {
            let operations = patch::parse(patch).expect("a patch");
            let patched = edit::apply(document, &operations).unwrap_or_else(|error| panic!("{name}: {error}\n{patch}"));
            let document = Document::parse(new.as_str());
            assert_eq!(patched.document.data().ok(), document.data().ok(), "{name}: {patch} is another edit");
        }
    }
    count
}

#[test]
fn every_fix_takes_its_problem_away() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/cases");
    let mut count = 0;
    for entry in std::fs::read_dir(corpus).expect("the corpus") {
        let case = entry.expect("a case").path();
        let read = |role: Role| match std::fs::read(case.join(role.file_name())) {
            Ok(bytes) if bytes.len() < 20_000 => load::decode(bytes),
            _ => Content::Absent,
        };
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        count += prove_fixes(&workspace(read(Role::Api), read(Role::Remote)), &facts(), &name);
    }
    for &code in Code::ALL {
        if let Some((role, source)) = example(code) {
            count += prove_fixes(&with(role, &source), &facts(), code.name());
        }
    }
    assert!(count > 200, "only {count} fixes");
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
    assert_eq!(before.blocking(Role::Api).count(), 1, "a refused file is not loaded");
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
