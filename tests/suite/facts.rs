//! A machine made by hand: both files, and what is known outside them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use skyplug_tui::check::{self, Code, CwdSource, Diagnostic, Facts, Report, VersionSource};
use skyplug_tui::config::{ConfigFile, Content, Environment, Location, PathSource, Role, Workspace};
use skyplug_tui::io::load;
use skyplug_tui::python::{Answer, LoadContext, Origin, Parameter, ParameterKind, PluginClass, SourceKind};
use skyplug_tui::wheel::{Directory, DirectoryEntry, EntryKind, Found};
use skyplug_tui::yaml::Document;

/// A machine without a server, on which nothing was looked at.
pub(crate) fn facts() -> Facts {
    let environment = Environment {
        variables: BTreeMap::from([("HOME".into(), "/home/ada".into())]),
        cwd: PathBuf::from("/srv"),
        ..Environment::default()
    };
    let facts = Facts::unseen(environment, PathBuf::from("/srv"));
    Facts { version_source: VersionSource::Flag, cwd_source: CwdSource::Flag, ..facts }
}

/// Returns a directory with these names, in the order of their bytes.
pub(crate) fn listed(path: &str, names: &[(&str, EntryKind)]) -> Directory {
    let entry = |(name, kind): &(&str, EntryKind)| DirectoryEntry {
        name: name.into(),
        kind: *kind,
        size: 1000,
        modified: None,
    };
    let mut entries: Vec<DirectoryEntry> = names.iter().map(entry).collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Directory { path: path.into(), found: Found::Listed(entries) }
}

pub(crate) fn text(text: &str) -> Content {
    Content::Text(Arc::new(Document::parse(text)))
}

pub(crate) fn workspace(api: Content, remote: Content) -> Workspace {
    let file = |path: &str, content| ConfigFile {
        location: Location { path: Some(path.into()), source: PathSource::Default },
        content,
    };
    Workspace::new(file("/home/ada/.sky/plugins.yaml", api), file("/home/ada/.sky/remote_plugins.yaml", remote))
}

/// The workspace in which one file has this text and the other is absent.
pub(crate) fn with(role: Role, source: &str) -> Workspace {
    workspace(Content::Absent, Content::Absent).with_content(role, text(source))
}

pub(crate) fn check_text(role: Role, source: &str) -> Report {
    check::check(&with(role, source), &facts())
}

/// Where classes are found.
pub(crate) fn origin() -> Origin {
    Origin {
        kind: SourceKind::Python,
        from: "/opt/sky/lib/python3.11/site-packages".into(),
        distribution: Some("acme".to_owned()),
        version: Some("1.1".to_owned()),
    }
}

/// `acme.Audit`, a plugin class without parameters.
pub(crate) fn class() -> PluginClass {
    PluginClass {
        class: "acme.Audit".to_owned(),
        defined_in: "acme.Audit".to_owned(),
        bases: vec!["sky.server.plugins.BasePlugin".to_owned()],
        origin: origin(),
        place: ("acme/__init__.py".to_owned(), 7),
        is_abstract: Some(false),
        load_contexts: Some(LoadContext::ALL.to_vec()),
        parameters: Some(Vec::new()),
        doc: None,
    }
}

pub(crate) fn plugin() -> Answer {
    Answer::Plugin(Box::new(class()))
}

pub(crate) fn plugin_with(change: impl FnOnce(&mut PluginClass)) -> Answer {
    let mut class = class();
    change(&mut class);
    Answer::Plugin(Box::new(class))
}

pub(crate) fn parameter(name: &str, annotation: Option<&str>, default: Option<&str>) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind: ParameterKind::PositionalOrKeyword,
        annotation: annotation.map(str::to_owned),
        default: default.map(str::to_owned),
        doc: None,
    }
}

/// Returns the one diagnostic of this kind.
pub(crate) fn only(report: &Report, code: Code) -> &Diagnostic {
    let found: Vec<&Diagnostic> = report.diagnostics.iter().filter(|one| one.code == code).collect();
    assert_eq!(found.len(), 1, "{}: {:#?}", code.name(), report.diagnostics);
    found[0]
}

/// Reads an example of `explain` as a file, none where it is what a shell shows.
pub(crate) fn example(code: Code) -> Option<(Role, String)> {
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

/// The files of the corpus, by the name of the case; those that are too large to be tried often are left out.
pub(crate) fn corpus() -> Vec<(String, Workspace)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/cases");
    let mut cases = Vec::new();
    for entry in std::fs::read_dir(corpus).expect("the corpus") {
        let case = entry.expect("a case").path();
        let read = |role: Role| match std::fs::read(case.join(role.file_name())) {
            Ok(bytes) if bytes.len() < 20_000 => load::decode(bytes),
            _ => Content::Absent,
        };
        let name = case.file_name().expect("a name").to_string_lossy().into_owned();
        cases.push((name, workspace(read(Role::Api), read(Role::Remote))));
    }
    cases.sort_by(|a, b| a.0.cmp(&b.0));
    cases
}
