//! Reports as JSON and as text: the answers of `check` and `preview`.

mod plain;

use std::fmt::Write as _;
use std::path::Path;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json, json};

use crate::check::{
    Consolidation, Controller, CwdSource, Diagnostic, Facts, FileKind, Load, Report, Severity, Status, Verdict,
    VersionSource,
};
use crate::config::{Content, PathSource, Role, Workspace, secret};
use crate::preview::{Launch, Preview, Reason, WheelDirectory};
use crate::text::visible::{visible, visible_name};
use crate::text::{Position, Span};

/// Bytes of a line that are shown on either side of a place, at most.
const MAX_SHOWN: usize = 160;

/// The version of all JSON answers.
pub(super) const SCHEMA_VERSION: u32 = 1;

/// Returns the release in force, and the one that it is judged as.
fn version(facts: &Facts) -> Json {
    json!({
        "value": facts.version.to_string(),
        "source": match facts.version_source {
            VersionSource::Detected => "detected",
            VersionSource::Assumed => "assumed",
            VersionSource::Flag => "flag",
        },
        "judged_as": facts.version.judged_as().to_string(),
    })
}

/// Returns a path for JSON; bytes that are no UTF-8 are escaped.
pub(super) fn path(path: &Path) -> String {
    path.to_str().map_or_else(|| visible_name(path.as_os_str()), str::to_owned)
}

/// Returns the answer of `check`.
pub(super) fn check(workspace: &Workspace, facts: &Facts, report: &Report) -> Json {
    let file = |role| {
        let location = &workspace.file(role).location;
        let verdict = report.verdict(role);
        json!({
            "path": location.path.as_deref().map(path),
            "path_source": match location.source {
                PathSource::Flag => "flag",
                PathSource::Env => "env",
                PathSource::Default => "default",
                PathSource::ConfigMap => "configmap",
            },
            "status": verdict.status.name(),
            "exception": verdict.exception,
            "message": verdict.message,
            "plugins": verdict.plugins,
        })
    };
    json!({
        "schema_version": SCHEMA_VERSION,
        "sky_version": version(facts),
        "files": {"api": file(Role::Api), "remote": file(Role::Remote)},
        "load": load(&report.load),
        "controller_load": report.controller_load.as_ref().map(load),
        "diagnostics": report.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
        "ignored": report.ignored.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

fn load(load: &Load) -> Json {
    let entries: Vec<Json> = load
        .entries()
        .iter()
        .map(|entry| json!({"index": entry.index, "class": entry.class, "outcome": entry.outcome.name()}))
        .collect();
    json!({
        "status": if load.exception.is_some() { "crash" } else { "ok" },
        "exception": load.exception,
        "message": load.message,
        "entries": entries,
    })
}

/// Returns one diagnostic for JSON.
pub(super) fn diagnostic(diagnostic: &Diagnostic) -> Json {
    let place = &diagnostic.place;
    let (start, end) = place.positions.unzip();
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits: Vec<Json> = fix
            .edits
            .iter()
            .map(|edit| json!({"start": edit.span.start, "end": edit.span.end, "text": edit.text}))
            .collect();
        json!({"label": fix.label, "safe": fix.safe, "edits": edits, "patch": fix.patch})
    });
    json!({
        "code": diagnostic.code.name(),
        "severity": diagnostic.severity.name(),
        "file": place.file.name(),
        "path": place.path.as_deref().map(path),
        "pointer": place.pointer.as_ref().map(ToString::to_string),
        "line": start.map(|p| p.line),
        "column": start.map(|p| p.column),
        "end_line": end.map(|p| p.line),
        "end_column": end.map(|p| p.column),
        "message": diagnostic.message,
        "effect": diagnostic.effect,
        "hint": diagnostic.hint,
        "fix": fix,
    })
}

/// Returns the answer of `show`.
pub(super) fn show(workspace: &Workspace, role: Role, verdict: &Verdict) -> Json {
    let mut answer = json!({
        "schema_version": SCHEMA_VERSION,
        "status": verdict.status.name(),
        "exception": verdict.exception,
        "message": verdict.message,
    });
    if let Some(data) = data(workspace, role, verdict) {
        answer["data"] = data;
    }
    answer
}

/// Returns the data of a file as SkyPilot loads it, none where it does not.
pub(super) fn data(workspace: &Workspace, role: Role, verdict: &Verdict) -> Option<Json> {
    if verdict.status != Status::Ok {
        return None;
    }
    Some(crate::config::model::effective(workspace.document(role)?).to_json())
}

/// Returns the answer of `preview`.
pub(super) fn preview(facts: &Facts, preview: &Preview) -> Json {
    let mounts: Map<String, Json> =
        preview.mounts.iter().map(|mount| (mount.remote.clone(), json!(path(&mount.local)))).collect();
    let launches = preview.launches.as_ref().map(|launches| launches.iter().map(launch).collect::<Vec<_>>());
    json!({
        "schema_version": SCHEMA_VERSION,
        "status": preview.status.name(),
        "exception": preview.exception,
        "message": preview.message,
        "sky_version": version(facts),
        "controller": controller_name(facts.controller),
        "consolidation": consolidation(facts.consolidation),
        "verdict": preview.verdict.name(),
        "reason": preview.reason.map(Reason::name),
        "wheel_dir": preview.wheel_dir.as_ref().map(|directory| wheel_dir(facts, directory)),
        "file_mounts": mounts,
        "config_uploaded": preview.config_uploaded.as_deref().map(path),
        "warnings": preview.warnings,
        "launches": launches,
        "not_sent": preview.not_sent.iter().map(|one| {
            let mut row = json!({"path": path(&one.path), "why": one.why});
            if one.path.to_str().is_none() {
                let name = one.path.file_name().unwrap_or_default();
                row["name_base64"] = json!(BASE64.encode(std::os::unix::ffi::OsStrExt::as_bytes(name)));
            }
            row
        }).collect::<Vec<_>>(),
        "diagnostics": preview.diagnostics.iter().map(diagnostic).collect::<Vec<_>>(),
    })
}

const fn controller_name(controller: Controller) -> &'static str {
    match controller {
        Controller::Jobs => "jobs",
        Controller::Serve => "serve",
    }
}

/// Returns the consolidation mode for JSON.
pub(super) fn consolidation(mode: Consolidation) -> Json {
    json!({
        "jobs": mode.jobs,
        "serve": mode.serve,
        "source": if mode.from_signal_file { "signal-file" } else { "default" },
    })
}

/// Returns the wheel directory for JSON.
pub(super) fn wheel_dir(facts: &Facts, directory: &WheelDirectory) -> Json {
    json!({
        "written": directory.written,
        "resolved": path(&directory.resolved),
        "base": match facts.cwd_source {
            CwdSource::Server => "server",
            CwdSource::Flag => "flag",
            CwdSource::CurrentDirectory => "current-directory",
        },
    })
}

fn launch(launch: &Launch) -> Json {
    json!({
        "exit_code": launch.exit_code,
        "installs": launch.installs,
        "stamp": launch.stamp,
        "wheels_left": launch.wheels_left,
    })
}

/// Returns a diagnostic as rustc prints one: what, where, the line, the effect, the help.
pub(super) fn diagnostic_text(sources: &Sources<'_>, one: &Diagnostic, color: bool) -> String {
    if !color
        && let (Some(origin), Some(line)) = (origin(one), sources.line(one))
        && let Some(text) = plain::render(one, &words(one), &origin, &line)
    {
        return text;
    }
    library_text(sources, one, color)
}

/// Returns the title, the effect and the hint, empty where there is none.
fn words(one: &Diagnostic) -> [String; 3] {
    let hint = one.hint.as_ref().or(one.fix.as_ref().map(|fix| &fix.label));
    let hint = hint.map(|hint| visible(hint).into_owned()).unwrap_or_default();
    [visible(&one.message).into_owned(), format!("SkyPilot: {}", visible(&one.effect)), hint]
}

fn library_text(sources: &Sources<'_>, one: &Diagnostic, color: bool) -> String {
    let level = match one.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO.with_name("info"),
    };
    let [title, effect, hint] = words(one);
    let origin = origin(one);
    let shown = sources.line(one);
    let mut group =
        level.clone().primary_title(title).id(one.code.name()).elements(None::<annotate_snippets::Origin<'_>>);
    if let Some((line, text, span)) = &shown {
        let annotation = AnnotationKind::Primary.span(span.start..span.end);
        group =
            group.element(Snippet::source(text.as_str()).line_start(*line).path(origin.clone()).annotation(annotation));
    } else if let Some(origin) = origin.clone() {
        group = group.element(annotate_snippets::Origin::path(origin));
    }
    group = group.element(Level::NOTE.message(effect));
    if !hint.is_empty() {
        group = group.element(Level::HELP.message(hint));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

fn origin(one: &Diagnostic) -> Option<String> {
    let path = one.place.path.as_deref().map(|path| visible_name(path.as_os_str()));
    path.or_else(|| (one.place.file == FileKind::Server).then(|| "the API server".to_owned()))
}

/// The texts that diagnostics point into, with what of them is masked.
pub(super) struct Sources<'w> {
    workspace: &'w Workspace,
    show_secrets: bool,
}

impl<'w> Sources<'w> {
    pub(super) fn new(workspace: &'w Workspace, show_secrets: bool) -> Self {
        Self { workspace, show_secrets }
    }

    fn secrets(&self, role: Role) -> &[Span] {
        match self.workspace.document(role) {
            Some(document) if !self.show_secrets => secret::all_spans(document),
            _ => &[],
        }
    }

    /// Returns the line of a diagnostic, made visible and masked, and the bytes in it
    /// to point at. Of a very long line what is around the place is shown.
    fn line(&self, one: &Diagnostic) -> Option<(usize, String, Span)> {
        let role = one.place.file.role()?;
        let Content::Text(document) = &self.workspace.file(role).content else { return None };
        let text = document.text();
        let span = one.place.span?;
        let Position { line, .. } = document.position(span.start);
        let bytes = document.lines().line(text, line - 1);
        // A place may be a line break, which is not of the line itself.
        let start = span.start.clamp(bytes.start, bytes.end);
        let end = span.end.clamp(start, bytes.end).min(start + MAX_SHOWN);
        let from = text.floor_char_boundary(start.saturating_sub(MAX_SHOWN).max(bytes.start));
        let to = text.ceil_char_boundary((end + MAX_SHOWN).min(bytes.end));
        let end = text.floor_char_boundary(end);
        let mut before = self.masked(role, text, Span::new(from, start));
        if from > bytes.start {
            before.insert_str(0, "..");
        }
        let inside = self.masked(role, text, Span::new(start, end));
        let mut after = self.masked(role, text, Span::new(end, to));
        if to < bytes.end {
            after.push_str("..");
        }
        let marked = Span::new(before.len(), before.len() + inside.len().max(usize::from(!after.is_empty())));
        Some((line, format!("{before}{inside}{after}"), marked))
    }

    fn masked(&self, role: Role, text: &str, range: Span) -> String {
        let secrets = self.secrets(role);
        let first = secrets.partition_point(|secret| secret.end <= range.start);
        let mut out = String::new();
        let mut at = range.start;
        for secret in secrets[first..].iter().take_while(|secret| secret.start < range.end) {
            out.push_str(&visible(Span::new(at, secret.start.max(at)).of(text)));
            out.push_str(secret::MASK);
            at = secret.end.min(range.end);
        }
        out.push_str(&visible(Span::new(at, range.end).of(text)));
        out
    }
}

/// Returns one line that sums up: `2 errors, 1 warning`.
pub(super) fn summary(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for (severity, one, many) in [
        (Severity::Error, "error", "errors"),
        (Severity::Warning, "warning", "warnings"),
        (Severity::Info, "note", "notes"),
    ] {
        let count = diagnostics.iter().filter(|d| d.severity == severity).count();
        if count > 0 {
            let comma = if out.is_empty() { "" } else { ", " };
            let _ = write!(out, "{comma}{count} {}", if count == 1 { one } else { many });
        }
    }
    if out.is_empty() { "no problems".to_owned() } else { out }
}
