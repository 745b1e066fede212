//! `wheels`: what the wheels of the wheel directory are, whether they are sent or not.

use std::fmt::Write as _;
use std::path::Path;
use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value as Json, json};

use super::output::Output;
use super::{Exit, Format, Session, report};
use crate::app::pages::size_text;
use crate::check::{Diagnostic, Facts};
use crate::config::Workspace;
use crate::io::inspect;
use crate::preview;
use crate::python::SourceKind;
use crate::text::visible::{visible, visible_name};
use crate::wheel::contents::{Contents, Inspection, Record};
use crate::wheel::filename::{Architecture, WheelName};
use crate::wheel::{Directory, DirectoryEntry, install};

/// All that is known of one wheel.
struct Wheel<'a> {
    entry: &'a DirectoryEntry,
    name: Option<WheelName>,
    inspection: Option<&'a Inspection>,
    classes: Vec<&'a str>,
    diagnostics: Vec<&'a Diagnostic>,
}

pub(super) fn wheels(session: &Session, format: Format, out: &mut Output) -> anyhow::Result<Exit> {
    let (workspace, mut facts) = session.open_with_classes(crate::io::classes::Extent::Named);
    inspect::add_digests(&mut facts);
    let diagnostics = preview::wheel_problems(&workspace, &facts);
    let directory = preview::listed_wheels(&workspace, &facts);
    let wheels: Vec<Wheel<'_>> = directory.map_or_else(Vec::new, |directory| {
        directory.wheels().map(|entry| Wheel::new(directory, entry, &facts, &diagnostics)).collect()
    });
    let of_none =
        |one: &&Diagnostic| !wheels.iter().any(|wheel| wheel.diagnostics.iter().any(|its| std::ptr::eq(*its, *one)));
    let general: Vec<&Diagnostic> = diagnostics.iter().filter(of_none).collect();
    if format == Format::Json {
        out.json(&json!({
            "schema_version": report::SCHEMA_VERSION,
            "directory": preview::wheel_directory(&workspace, &facts).map(|named| report::wheel_dir(&facts, &named)),
            "wheels": wheels.iter().map(Wheel::json).collect::<Vec<_>>(),
            "diagnostics": general.into_iter().map(report::diagnostic).collect::<Vec<_>>(),
        }))?;
    } else {
        out.text(&text(&workspace, &facts, &wheels, &general, out))?;
    }
    Ok(Exit::Fine)
}

impl<'a> Wheel<'a> {
    fn new(directory: &Directory, entry: &'a DirectoryEntry, facts: &'a Facts, diagnostics: &'a [Diagnostic]) -> Self {
        let path = directory.path.join(&entry.name);
        let is_in_it = |origin: &crate::python::Origin| origin.kind == SourceKind::Wheel && origin.from == path;
        let found = facts.catalog.found.iter().filter(|one| is_in_it(&one.origin));
        // Problems name a wheel by the path as it is written in the file.
        let is_its = |one: &&Diagnostic| one.place.path.as_deref().and_then(Path::file_name) == Some(&entry.name);
        Self {
            entry,
            name: entry.name.to_str().and_then(|name| WheelName::parse(name).ok()),
            inspection: facts.wheels.get(&path).map(|inspection| &**inspection),
            classes: found.map(|one| one.class.as_str()).collect(),
            diagnostics: diagnostics.iter().filter(is_its).collect(),
        }
    }

    fn contents(&self) -> Option<&Contents> {
        self.inspection?.contents.as_ref().ok()
    }

    /// Returns the name and the version, as `METADATA` has them or else the file name.
    fn is_called(&self) -> (Option<&str>, Option<&str>) {
        let metadata = self.contents().map(|contents| &contents.metadata).filter(|metadata| !metadata.name.is_empty());
        let named = self.name.as_ref();
        (
            metadata.map(|metadata| metadata.name.as_str()).or(named.map(|name| name.distribution.as_str())),
            metadata.map(|metadata| metadata.version.as_str()).or(named.map(|name| name.version.as_str())),
        )
    }

    fn installs_on(&self, architecture: Architecture) -> bool {
        let file_name = self.entry.name.to_str();
        let contents = self.inspection.map(|inspection| &inspection.contents);
        file_name.zip(contents).is_some_and(|(name, contents)| install::installs_on(name, contents, architecture))
    }

    fn json(&self) -> Json {
        let contents = self.contents();
        let (name, version) = self.is_called();
        let problem = self.inspection.and_then(|inspection| inspection.contents.as_ref().err());
        let [x86_64, aarch64] = Architecture::ALL.map(|architecture| self.installs_on(architecture));
        let since = self.entry.modified.and_then(|date| date.duration_since(UNIX_EPOCH).ok());
        let mut row = json!({
            "file": report::path(Path::new(&self.entry.name)),
            "kind": self.entry.kind.name(),
            "name": name,
            "version": version,
            "build": self.name.as_ref().and_then(|name| name.build.as_deref()),
            "tags": self.name.iter().flat_map(|name| &name.tags).map(ToString::to_string).collect::<Vec<_>>(),
            "summary": contents.and_then(|contents| contents.metadata.summary.as_deref()),
            "requires_python": contents.and_then(|contents| contents.metadata.requires_python.as_deref()),
            "requires_dist": contents.map(|contents| contents.metadata.requires_dist.as_slice()).unwrap_or_default(),
            "entry_points": contents.map(|contents| contents.entry_points.as_slice()).unwrap_or_default(),
            "modules": contents.map(|contents| contents.modules.as_slice()).unwrap_or_default(),
            "classes": self.classes,
            "files": contents.map(|contents| contents.members.len()),
            "record": contents.map(|contents| match &contents.record {
                Record::Complete => "complete",
                Record::Differs(_) => "differs",
                Record::Missing => "missing",
            }),
            "size": self.entry.size,
            "modified": since.map(|since| since.as_secs()),
            "sha256": self.inspection.and_then(|inspection| inspection.sha256.as_deref()),
            "problem": problem,
            "installs_on_controller": {"x86_64": x86_64, "aarch64": aarch64},
            "diagnostics": self.diagnostics.iter().map(|one| report::diagnostic(one)).collect::<Vec<_>>(),
        });
        if self.entry.name.to_str().is_none() {
            row["name_base64"] =
                json!(BASE64.encode(std::os::unix::ffi::OsStrExt::as_bytes(self.entry.name.as_os_str())));
        }
        row
    }

    /// Returns its lines.
    fn text(&self) -> String {
        let installs = Architecture::ALL.map(|architecture| self.installs_on(architecture));
        let installs = match installs {
            [true, true] => "installs on controllers",
            [true, false] => "installs on x86_64 controllers only",
            [false, true] => "installs on aarch64 controllers only",
            [false, false] => "does not install on controllers",
        };
        let mut out = format!("{}\n", visible_name(&self.entry.name));
        let mut line = |label: &str, value: String| {
            if !value.is_empty() {
                let _ = writeln!(out, "  {label:<9} {}", visible(&value));
            }
        };
        if let (Some(name), Some(version)) = self.is_called() {
            line("package", format!("{name} {version}"));
        }
        let tags: Vec<String> = self.name.iter().flat_map(|name| &name.tags).map(ToString::to_string).collect();
        line("tags", tags.join(" "));
        line("size", format!("{} ({})", size_text(self.entry.size), self.entry.kind.name()));
        if let Some(contents) = self.contents() {
            line("about", contents.metadata.summary.clone().unwrap_or_default());
            line("python", contents.metadata.requires_python.clone().unwrap_or_default());
            line("needs", contents.metadata.requires_dist.join("; "));
            line("modules", contents.modules.join(" "));
        }
        line("classes", self.classes.join(" "));
        line("sha256", self.inspection.and_then(|inspection| inspection.sha256.clone()).unwrap_or_default());
        line("install", installs.to_owned());
        out
    }
}

fn text(workspace: &Workspace, facts: &Facts, wheels: &[Wheel<'_>], general: &[&Diagnostic], out: &Output) -> String {
    let mut text = match preview::wheel_directory(workspace, facts) {
        None => "controller_wheel_path is not set: there is no wheel directory.\n".to_owned(),
        Some(named) => {
            let path = visible_name(named.resolved.as_os_str());
            let size = size_text(wheels.iter().map(|wheel| wheel.entry.size).sum());
            match preview::listed_wheels(workspace, facts) {
                Some(directory) if matches!(directory.found, crate::wheel::Found::Listed(_)) => {
                    format!("{path}: {}, {size}\n", crate::app::value::count(wheels.len(), "wheel"))
                }
                _ => format!("{path} cannot be listed.\n"),
            }
        }
    };
    let sources = report::Sources::new(workspace, out.show_secrets);
    for wheel in wheels {
        text.push('\n');
        text.push_str(&wheel.text());
    }
    let diagnostics = wheels.iter().flat_map(|wheel| &wheel.diagnostics).chain(general);
    for one in diagnostics {
        text.push('\n');
        text.push_str(&report::diagnostic_text(&sources, one, out.color));
    }
    text
}
