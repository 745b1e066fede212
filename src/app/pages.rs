//! What the wheel list and the upload preview say, as lines.

use ratatui::layout::Rect;

use super::layout::{self, Size};
use super::review::sentences;
use super::value::count;
use super::{State, filters};
use crate::check::{CwdSource, Severity};
use crate::config::{Role, secret};
use crate::preview::{Outcome, Reason};
use crate::preview::{StepKind, steps};
use crate::text::visible::{visible, visible_name};
use crate::wheel::contents::Inspection;
use crate::wheel::filename::WheelName;
use crate::wheel::{Directory, DirectoryEntry, EntryKind, Found};

/// The width of help and palette, frame included.
pub const COMMANDS_WIDTH: u16 = 104;
/// Returns the width that sentences take of a room, in cells: where it is very wide, long lines are hard to read on.
#[must_use]
pub const fn readable(room: u16) -> u16 {
    if room > 120 { 100 } else { room }
}

/// The width of questions.
pub const MENU_WIDTH: u16 = 78;
/// The width of the choice of a directory.
pub const BROWSE_WIDTH: u16 = 76;
/// The height of the choice of a directory.
pub const BROWSE_HEIGHT: u16 = 20;

/// Returns the rows below the list of help and palette.
#[must_use]
pub const fn commands_foot(screen: Rect) -> usize {
    match screen.height {
        0..12 => 0,
        12..16 => 2,
        _ => 4,
    }
}

/// How a line is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// As it is.
    Plain,
    /// A heading.
    Heading,
    /// Less important.
    Dim,
    /// A problem.
    Problem(Severity),
}

/// One line of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageLine {
    /// How it is shown.
    pub kind: LineKind,
    /// The text, made visible.
    pub text: String,
}

impl PageLine {
    pub(super) fn new(kind: LineKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// The names of the sections of the preview.
pub const SECTIONS: [&str; 3] = ["Files", "Step by step", "Config"];

/// Returns the areas of the sections; where there is room for one, the others are empty.
#[must_use]
pub fn section_areas(state: &State) -> [Rect; 3] {
    let mut body = layout::inner(state.screen_area()).body;
    // The verdict stands above.
    let verdict = body.height.min(verdict_height(state));
    body.y += verdict;
    body.height -= verdict;
    let mut areas = [Rect::default(); 3];
    if state.layout_size() < Size::Full {
        areas[state.sections.0] = body;
        return areas;
    }
    let above = body.height * 9 / 20;
    let left = body.width / 2;
    areas[0] = Rect { height: above, width: left, ..body };
    areas[2] = Rect { height: above, x: body.x + left, width: body.width - left, ..body };
    areas[1] = Rect { y: body.y + above, height: body.height - above, ..body };
    areas
}

/// Returns how many rows the verdict takes.
#[must_use]
pub fn verdict_height(state: &State) -> u16 {
    match (state.layout_size(), verdict(state).0) {
        // The verdict keeps its end where that leaves the section enough.
        (Size::One, _) => 2 + u16::from(state.size.1 >= 12 && verdict(state).1.chars().count() > 70),
        (Size::Full, Some(_)) => 6,
        (_, Some(_)) => 5,
        (_, None) => 4,
    }
}

/// Returns how many lines each section has, and how many fit.
#[must_use]
pub fn section_rows(state: &State) -> [(usize, usize); 3] {
    if state.screen != super::Screen::Preview {
        return [(0, 0); 3];
    }
    let areas = section_areas(state);
    std::array::from_fn(|section| {
        let area = areas[section];
        let page = if state.layout_size() == Size::One { usize::from(area.height) } else { layout::rows_in(area) };
        let lines = section_lines(state, section);
        // Long lines wrap.
        let width = usize::from(readable(area.width.saturating_sub(4))).max(1);
        (lines.iter().map(|line| line.text.chars().count() / width + 1).sum(), page)
    })
}

/// Returns the lines of a section of the preview.
#[must_use]
pub fn section_lines(state: &State, section: usize) -> Vec<PageLine> {
    filters::lines(all_lines(state, section), &state.filters.preview)
}

/// Returns how many lines of how many a filter leaves, without headings and blank ones.
#[must_use]
pub fn shown_lines(state: &State) -> (usize, usize) {
    let count = |lines: Vec<PageLine>| {
        lines.iter().filter(|line| line.kind != LineKind::Heading && !line.text.is_empty()).count()
    };
    let sections = 0..SECTIONS.len();
    let shown = sections.clone().map(|section| count(section_lines(state, section))).sum();
    (shown, sections.map(|section| count(all_lines(state, section))).sum())
}

fn all_lines(state: &State, section: usize) -> Vec<PageLine> {
    match section {
        0 => files(state),
        1 => account(state),
        _ => config(state),
    }
}

/// Returns what the next launch comes to, in one sentence, and how bad that is.
#[must_use]
pub fn verdict(state: &State) -> (Option<Severity>, String) {
    let preview = &state.preview;
    let wheels = preview.mounts.len();
    match preview.verdict {
        Outcome::Sent => {
            let size = size_text(preview.total_size());
            let sent = format!("A launch sends {}, {size}, and {}.", count(wheels, "wheel"), Role::Remote.file_name());
            // What is sent may still not install.
            let worst = preview.diagnostics.iter().max_by_key(|one| one.severity);
            match worst.filter(|one| one.severity > Severity::Info) {
                Some(one) => (Some(one.severity), format!("{sent} But {}", visible(&sentences(one)))),
                None => (None, sent),
            }
        }
        Outcome::Fails => {
            // SkyPilot's own message goes over several lines; the problems have it.
            let exception = preview.exception.map_or(String::new(), |name| format!(" ({name})"));
            let why = reason_text(preview.reason);
            (Some(Severity::Error), format!("The launch fails{exception}: {why}"))
        }
        Outcome::Nothing => {
            let severity = match preview.reason {
                Some(Reason::NoRemotePlugins | Reason::Consolidation) => None,
                _ => Some(Severity::Warning),
            };
            (severity, format!("Nothing is sent: {}", reason_text(preview.reason)))
        }
    }
}

/// Returns what the next launch comes to in as few words as a narrow screen holds.
#[must_use]
pub fn verdict_in_short(state: &State) -> String {
    let preview = &state.preview;
    let why = match preview.reason {
        None => "see the preview",
        Some(Reason::NoRemotePlugins) => "no remote entry",
        Some(Reason::NoWheelPath) => "no wheel path",
        Some(Reason::MissingDirectory) => "no wheel directory",
        Some(Reason::NotADirectory) => "not a directory",
        Some(Reason::UnreadableDirectory) => "not readable",
        Some(Reason::NoWheels) => "no wheels",
        Some(Reason::Consolidation) => "consolidation",
        Some(Reason::RefusedFile) => "a file is refused",
        Some(Reason::BrokenTask) => "a path breaks it",
        Some(Reason::DanglingWheel) => "a dangling wheel",
        Some(Reason::BrokenPath) => "the wheel path",
    };
    match preview.verdict {
        Outcome::Sent => {
            format!("upload: {}, {}", count(preview.mounts.len(), "wheel"), size_text(preview.total_size()))
        }
        Outcome::Fails => format!("upload fails: {why}"),
        Outcome::Nothing => format!("upload: nothing, {why}"),
    }
}

/// Returns why not everything is sent, in words.
#[must_use]
pub const fn reason_text(reason: Option<Reason>) -> &'static str {
    match reason {
        None => "see the problems.",
        Some(Reason::NoRemotePlugins) => "the remote list has no entry.",
        Some(Reason::NoWheelPath) => "controller_wheel_path is not set in plugins.yaml (b sets it).",
        Some(Reason::MissingDirectory) => "the wheel directory does not exist.",
        Some(Reason::NotADirectory) => "controller_wheel_path is no directory.",
        Some(Reason::UnreadableDirectory) => "the wheel directory cannot be listed.",
        Some(Reason::NoWheels) => "the wheel directory holds no *.whl.",
        Some(Reason::Consolidation) => "controllers run inside the API server and load its own plugins.yaml.",
        Some(Reason::RefusedFile) => "SkyPilot refuses one of the files.",
        Some(Reason::BrokenTask) => "a path breaks the task that is made for the controller.",
        Some(Reason::DanglingWheel) => "a wheel is a link to nothing.",
        Some(Reason::BrokenPath) => "SkyPilot fails on the path of the wheel directory itself.",
    }
}

/// Returns a size as people read it: `210 KiB`.
#[must_use]
pub fn size_text(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut unit = 0;
    let mut tenths = bytes.saturating_mul(10) / 1024;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1024;
        unit += 1;
    }
    if tenths < 100 {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", tenths / 10, UNITS[unit])
    }
}

fn files(state: &State) -> Vec<PageLine> {
    let preview = &state.preview;
    let mut out = Vec::new();
    if !preview.mounts.is_empty() {
        out.push(PageLine::new(LineKind::Heading, "from (API server)  ->  to (controller)"));
    }
    for mount in &preview.mounts {
        let kind = if mount.kind == EntryKind::File { LineKind::Plain } else { LineKind::Problem(Severity::Warning) };
        let note = if mount.kind == EntryKind::File { String::new() } else { format!("  ({})", mount.kind.name()) };
        let name = visible_name(&mount.name);
        let size = size_text(mount.size);
        out.push(PageLine::new(kind, format!("{name}  {size}{note}  -> {}", visible(directory_of(&mount.remote)))));
    }
    if let Some(config) = &preview.config_uploaded {
        let text = format!("{}  -> ~/.sky/plugins.yaml", visible_name(config.as_os_str()));
        out.push(PageLine::new(LineKind::Plain, text));
    }
    if preview.mounts.is_empty() {
        out.push(PageLine::new(LineKind::Plain, "No file is sent."));
    }
    out.push(PageLine::new(LineKind::Plain, ""));
    out.push(PageLine::new(LineKind::Heading, "not sent"));
    out.push(PageLine::new(LineKind::Dim, "plugins.yaml: it is the API server's own"));
    for one in &preview.not_sent {
        out.push(PageLine::new(LineKind::Dim, format!("{}: {}", visible_name(one.path.as_os_str()), one.why)));
    }
    out
}

fn directory_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(head, _)| head)
}

fn account(state: &State) -> Vec<PageLine> {
    let mut out = Vec::new();
    let mut part: Option<StepKind> = None;
    for step in steps(&state.preview, &state.facts) {
        if part != Some(step.kind) {
            if part.is_some() {
                out.push(PageLine::new(LineKind::Plain, ""));
            }
            out.push(PageLine::new(LineKind::Heading, step.kind.heading()));
            part = Some(step.kind);
        }
        let kind = step.severity.map_or(LineKind::Plain, LineKind::Problem);
        out.push(PageLine::new(kind, step.text));
    }
    out
}

fn config(state: &State) -> Vec<PageLine> {
    let Some(document) = state.workspace.document(Role::Remote) else {
        return vec![PageLine::new(LineKind::Dim, "There is no remote_plugins.yaml.")];
    };
    let text = if state.settings.show_secrets { document.text().to_owned() } else { secret::masked(document) };
    let mut out = Vec::new();
    if state.preview.config_uploaded.is_none() {
        out.push(PageLine::new(LineKind::Dim, "(not sent at present)"));
    }
    for (number, line) in text.lines().enumerate() {
        out.push(PageLine::new(
            LineKind::Plain,
            format!("{:>4} | {}", number + 1, visible(&line.replace('\t', "    "))),
        ));
    }
    out
}

/// Returns the wheel directory as it was looked at.
#[must_use]
pub fn wheel_directory(state: &State) -> Option<&Directory> {
    let named = state.preview.wheel_dir.as_ref()?;
    state.facts.directories.get(&named.resolved)
}

/// Returns how many rows the wheel list has.
#[must_use]
pub fn wheel_rows(state: &State) -> usize {
    state.wheel_view.rows().len()
}

/// Returns a row of the wheel list.
#[must_use]
pub fn wheel_row(state: &State, row: usize) -> Option<&DirectoryEntry> {
    wheel_directory(state)?.entries().get(*state.wheel_view.rows().get(row)?)
}

/// Returns what was read of a wheel of the list.
#[must_use]
pub fn inspection<'a>(state: &'a State, entry: &DirectoryEntry) -> Option<&'a Inspection> {
    let path = wheel_directory(state)?.path.join(&entry.name);
    state.facts.wheels.get(&path).map(|inspection| &**inspection)
}

/// Returns why there is no wheel list, in words.
#[must_use]
pub fn no_wheels(state: &State) -> String {
    let Some(named) = &state.preview.wheel_dir else {
        return "controller_wheel_path is not set: nothing is uploaded. b sets it.".to_owned();
    };
    let path = visible_name(named.resolved.as_os_str());
    match state.facts.directories.get(&named.resolved).map(|directory| &directory.found) {
        None => format!("{path} has not been looked at yet."),
        Some(Found::Missing) => format!("{path} does not exist: nothing is uploaded."),
        Some(Found::NotADirectory) => format!("{path} is no directory: nothing is uploaded."),
        Some(Found::Unreadable(why)) => format!("{path} cannot be listed: {}", visible(why)),
        Some(Found::Failed { problem, .. }) => format!("{path}: {}", visible(problem)),
        Some(Found::Listed(all)) if !all.is_empty() => {
            "No name holds the text of the filter. Esc shows all.".to_owned()
        }
        Some(Found::Listed(_)) => format!("{path} is empty: nothing is uploaded."),
    }
}

/// Returns what a file name says of a wheel: name, version, tags.
#[must_use]
pub fn wheel_name(entry: &DirectoryEntry) -> Option<(String, String, String)> {
    let name = entry.name.to_str()?;
    let parsed = WheelName::parse(name).ok()?;
    let tags = WheelName::tag_text(name).unwrap_or_default();
    let (name, version) = (visible(&parsed.distribution), visible(&parsed.version));
    Some((name.into_owned(), version.into_owned(), visible(&tags).into_owned()))
}

/// Returns how a relative wheel path is resolved, where that needs saying.
#[must_use]
pub fn resolved_text(state: &State) -> Option<String> {
    let named = state.preview.wheel_dir.as_ref()?;
    // What is absolute, or below the home directory, means the same everywhere.
    if named.written.starts_with(['/', '~']) && !named.written.starts_with("~root") {
        return None;
    }
    let from = match state.facts.cwd_source {
        CwdSource::Server => "the running API server's directory",
        CwdSource::Flag => "--server-cwd",
        CwdSource::CurrentDirectory => "this directory; the API server uses its own",
    };
    let resolved = visible_name(named.resolved.as_os_str());
    Some(format!("{resolved} (from {from})"))
}
