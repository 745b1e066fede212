//! The subcommands that only look: `check`, `show`, `preview`, `keys`.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::json;

use super::output::Output;
use super::{CheckFormat, Exit, Format, Session, report, verify};
use crate::app::value::count;
use crate::check::verify::Mode;
use crate::check::{self, Code, Diagnostic, Facts, Report, Severity, Status};
use crate::config::{ConfigFile, Content, Location, PathSource, Role, Workspace};
use crate::io::{self, classes::Extent};
use crate::preview::{self, Outcome};
use crate::text::visible::{visible, visible_name};
use crate::yaml::Document;

/// The name of the file that stands for standard input.
const STDIN: &str = "-";

/// How `check` answers.
#[derive(Clone, Copy)]
pub(super) struct Check {
    pub(super) format: CheckFormat,
    pub(super) strict: bool,
    /// Which list standard input is.
    pub(super) stdin: Role,
    /// Whether a real SkyPilot is asked too.
    pub(super) verify: Option<Mode>,
}

pub(super) fn check(session: &Session, files: &[PathBuf], how: Check, out: &mut Output) -> anyhow::Result<Exit> {
    if how.verify.is_some() {
        verify::may_ask(session)?;
        if matches!(how.format, CheckFormat::Github | CheckFormat::Sarif) {
            bail!("--verify answers in --format text and json");
        }
        if files.iter().any(|file| file.as_os_str() == STDIN) {
            bail!("--verify asks about files on disk, not about standard input");
        }
    }
    let judged = if files.is_empty() {
        vec![session.open_with_classes(Extent::Named)]
    } else {
        given_files(session, files, how.stdin)?
    };
    if matches!(how.format, CheckFormat::Json) && judged.len() != 1 {
        bail!("--format json answers for one file of each list at a time");
    }
    let mut reports: Vec<(Workspace, Facts, Report)> = Vec::new();
    let mut asked = Vec::new();
    for (workspace, facts) in judged {
        let report = check::check(&workspace, &facts);
        asked.push(how.verify.map(|mode| verify::ask(session, mode, &workspace, &facts)).transpose()?);
        reports.push((workspace, facts, report));
    }
    match how.format {
        CheckFormat::Text => {
            for ((workspace, facts, report), asked) in reports.iter().zip(&asked) {
                let verified = asked.as_ref().map(verify::Asked::text).unwrap_or_default();
                out.text(&(check_text(workspace, facts, report, out) + &verified))?;
            }
        }
        CheckFormat::Json => {
            for ((workspace, facts, report), asked) in reports.iter().zip(&asked) {
                let answer = report::check(workspace, facts, report);
                out.json(&verify::with(answer, asked.as_ref()))?;
            }
        }
        CheckFormat::Github => reports.iter().try_for_each(|(_, _, r)| out.text(&github(&r.diagnostics)))?,
        CheckFormat::Sarif => {
            let all: Vec<&Diagnostic> = reports.iter().flat_map(|(_, _, r)| &r.diagnostics).collect();
            out.json(&sarif(&all))?;
        }
    }
    let least = if how.strict { Severity::Warning } else { Severity::Error };
    let found = reports.iter().flat_map(|(_, _, r)| &r.diagnostics).any(|d| d.severity >= least);
    // The process ends here: to take a large tree apart node by node would be for nothing.
    std::mem::forget(reports);
    verify::exit(if found { Exit::Findings } else { Exit::Fine }, asked.iter().flatten())
}

/// Reads the files that were named: at most one of each list is judged together.
fn given_files(session: &Session, files: &[PathBuf], stdin: Role) -> anyhow::Result<Vec<(Workspace, Facts)>> {
    let facts = io::scan::facts(&session.options(), session.environment.clone());
    let mut rows: Vec<(Option<ConfigFile>, Option<ConfigFile>)> = Vec::new();
    for path in files {
        let (role, file) = if path.as_os_str() == STDIN {
            (stdin, read_stdin()?)
        } else {
            let location = Location { path: Some(path.clone()), source: PathSource::Flag };
            let file = io::load::load(location, role_of(path), &session.environment.cwd);
            if matches!(file.content, Content::Absent) {
                bail!("{}: no such file", path.display());
            }
            (role_of(path), file)
        };
        let slot = |row: &mut (Option<ConfigFile>, Option<ConfigFile>), file| match role {
            Role::Api => row.0 = Some(file),
            Role::Remote => row.1 = Some(file),
        };
        let free = |row: &&mut (Option<ConfigFile>, Option<ConfigFile>)| match role {
            Role::Api => row.0.is_none(),
            Role::Remote => row.1.is_none(),
        };
        if let Some(row) = rows.iter_mut().find(free) {
            slot(row, file);
        } else {
            let mut row = (None, None);
            slot(&mut row, file);
            rows.push(row);
        }
    }
    let absent =
        || ConfigFile { location: Location { path: None, source: PathSource::Flag }, content: Content::Absent };
    let open = |(api, remote): (Option<ConfigFile>, Option<ConfigFile>)| {
        let workspace = Workspace::new(api.unwrap_or_else(absent), remote.unwrap_or_else(absent));
        let mut facts = facts.clone();
        io::refresh(&session.options(), &workspace, &mut facts);
        io::inspect::read_all(&workspace, &mut facts);
        io::classes::add_to(&session.options(), &workspace, &mut facts, Extent::Named);
        (workspace, facts)
    };
    Ok(rows.into_iter().map(open).collect())
}

fn role_of(path: &Path) -> Role {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.contains("remote_plugins") { Role::Remote } else { Role::Api }
}

fn read_stdin() -> anyhow::Result<ConfigFile> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).context("cannot read standard input")?;
    Ok(ConfigFile {
        location: Location { path: Some(PathBuf::from(STDIN)), source: PathSource::Flag },
        content: io::load::decode(bytes),
    })
}

fn check_text(workspace: &Workspace, facts: &Facts, report: &Report, out: &Output) -> String {
    let mut text = String::new();
    for role in Role::ALL {
        let verdict = report.verdict(role);
        let location = &workspace.file(role).location;
        let Some(path) = location.told(role) else {
            if location.source == PathSource::Env {
                let _ = writeln!(
                    text,
                    "{}: {} is set to nothing: SkyPilot reads no file",
                    role.file_name(),
                    crate::config::locate::variable(role)
                );
            }
            continue;
        };
        let state = match (verdict.status, verdict.exception) {
            (Status::Absent, _) => "no such file: no plugins".to_owned(),
            (Status::Ok, _) => format!("ok, {}", count(verdict.plugins, "plugin")),
            (status, Some(exception)) => {
                format!("{}: SkyPilot raises {exception}", status.name().replace('_', " "))
            }
            (Status::Hang, None) => "SkyPilot would wait for it for ever".to_owned(),
            (_, None) => "SkyPilot's process would die on it".to_owned(),
        };
        let _ = writeln!(text, "{}: {state}", visible_name(path.as_os_str()));
    }
    if !report.diagnostics.is_empty() {
        text.push('\n');
    }
    let sources = report::Sources::new(workspace, out.show_secrets);
    for one in &report.diagnostics {
        text.push_str(&report::diagnostic_text(&sources, one, out.color));
        text.push('\n');
    }
    let ignored = match report.ignored.len() {
        0 => String::new(),
        ignored => format!(", {ignored} ignored by comments"),
    };
    let summary = report::summary(&report.diagnostics);
    let _ = writeln!(text, "{summary}{ignored} (SkyPilot {})", facts.version.shown());
    text
}

/// Writes workflow commands as GitHub documents them: data escaped by `%`.
fn github(diagnostics: &[Diagnostic]) -> String {
    let data = |text: &str| visible(text).replace('%', "%25");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let mut out = String::new();
    for one in diagnostics {
        let command = match one.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut properties = vec![format!("title={}", one.code.name())];
        if let Some(path) = &one.place.path {
            properties.push(format!("file={}", property(&report::path(path))));
        }
        if let Some((start, end)) = one.place.positions {
            properties.push(format!(
                "line={},col={},endLine={},endColumn={}",
                start.line, start.column, end.line, end.column
            ));
        }
        let _ = writeln!(out, "::{command} {}::{} {}", properties.join(","), data(&one.message), data(&one.effect));
    }
    out
}

fn sarif(diagnostics: &[&Diagnostic]) -> serde_json::Value {
    let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    let rules: Vec<_> =
        codes.iter().map(|code| json!({"id": code.name(), "fullDescription": {"text": code.explanation()}})).collect();
    let results: Vec<_> = diagnostics
        .iter()
        .map(|one| {
            let level = match one.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "note",
            };
            let mut result = json!({
                "ruleId": one.code.name(),
                "level": level,
                "message": {"text": format!("{} {}", one.message, one.effect)},
            });
            if let Some(path) = &one.place.path {
                let mut place = json!({"artifactLocation": {"uri": uri(path)}});
                if let Some((start, end)) = one.place.positions {
                    place["region"] = json!({"startLine": start.line, "startColumn": start.column,
                                             "endLine": end.line, "endColumn": end.column});
                }
                result["locations"] = json!([{"physicalLocation": place}]);
            }
            result
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "skyplug-tui", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// Returns a path as a URI reference: all but unreserved characters and `/` percent-encoded.
fn uri(path: &Path) -> String {
    let mut out = if path.is_absolute() { "file://".to_owned() } else { String::new() };
    for &byte in std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()) {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

pub(super) fn show(session: &Session, role: Role, format: Format, out: &mut Output) -> anyhow::Result<Exit> {
    let (workspace, facts) = session.open();
    let verdict = check::verdict(workspace.file(role), role);
    let exit = if matches!(verdict.status, Status::Ok | Status::Absent) { Exit::Fine } else { Exit::Findings };
    if format == Format::Json {
        out.json(&report::show(&workspace, role, &verdict))?;
        return Ok(exit);
    }
    if let Some(data) = report::data(&workspace, role, &verdict) {
        out.json(&data)?;
    } else if verdict.status == Status::Absent {
        out.text("no file: no plugins\n")?;
    } else {
        let report = check::check(&workspace, &facts);
        let mine = |d: &&Diagnostic| d.severity == Severity::Error && d.place.file.name() == role.name();
        let sources = report::Sources::new(&workspace, out.show_secrets);
        for one in report.diagnostics.iter().filter(mine) {
            out.text(&report::diagnostic_text(&sources, one, out.color))?;
        }
    }
    Ok(exit)
}

pub(super) fn preview(
    session: &Session,
    format: Format,
    verify: Option<Mode>,
    out: &mut Output,
) -> anyhow::Result<Exit> {
    if verify.is_some() {
        verify::may_ask(session)?;
    }
    // What the classes are is a matter of the check.
    let (workspace, facts) = session.open_with_wheels();
    let preview = preview::preview(&workspace, &facts);
    let asked = verify.map(|mode| verify::ask(session, mode, &workspace, &facts)).transpose()?;
    if format == Format::Json {
        out.json(&verify::with(report::preview(&facts, &preview), asked.as_ref()))?;
    } else {
        let mut text = String::new();
        let mut part = None;
        for step in preview::steps(&preview, &facts) {
            if part != Some(step.kind) {
                let gap = if part.is_some() { "\n" } else { "" };
                let _ = writeln!(text, "{gap}{}:", step.kind.heading());
                part = Some(step.kind);
            }
            let mark = step.severity.map_or(' ', Severity::letter);
            let _ = writeln!(text, "{mark} {}", visible(&step.text));
        }
        text.push('\n');
        let sources = report::Sources::new(&workspace, out.show_secrets);
        for one in &preview.diagnostics {
            text.push_str(&report::diagnostic_text(&sources, one, out.color));
            text.push('\n');
        }
        let _ = writeln!(text, "(SkyPilot {})", facts.version.shown());
        if let Some(asked) = &asked {
            let _ = write!(text, "\n{}", asked.text());
        }
        out.text(&text)?;
    }
    let bad = preview.verdict == Outcome::Fails || preview.status != Status::Ok;
    // As above.
    std::mem::forget((workspace, facts, preview));
    verify::exit(if bad { Exit::Findings } else { Exit::Fine }, &asked)
}

/// Returns a document for a diff where there is no file.
pub(super) fn document_or_empty(workspace: &Workspace, role: Role) -> Arc<Document> {
    workspace.document(role).cloned().unwrap_or_else(|| Arc::new(Document::parse("")))
}
