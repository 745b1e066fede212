//! The two lists, and a file that is shown as text instead.

use ratatui::layout::Rect;

use super::paper::{self, Paper, width};
use crate::app::completion::origin_text;
use crate::app::layout::Size;
use crate::app::list::{Body, List, Marker, Row};
use crate::app::{Pane, State, manifest, mouse, pages, review, value, writing};
use crate::check::classes::site;
use crate::check::{self, FileKind, Severity};
use crate::config::writing::Target;
use crate::config::{Role, secret};
use crate::python::Answer;
use crate::text::visible::{visible, visible_name};
use crate::yaml::Document;

/// Draws one of the lists.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, role: Role, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = state.focus == Pane::of(role);
    let list = state.list(role);
    paper.mark(area, mouse::Target::Pane(Pane::of(role)));
    let inside = if state.layout_size() == Size::One {
        area
    } else {
        let title = title(state, role);
        let right = if list.filter.is_empty() {
            match list.selected.len() {
                0 => list.entries.len().to_string(),
                marked => format!("{marked} marked of {}", list.entries.len()),
            }
        } else {
            format!("/{}  {} of {} shown", visible(&list.filter), list.len(), list.entries.len())
        };
        paper.frame(area, &title, &right, focused)
    };
    match &list.body {
        Body::Entries if list.entries.is_empty() && list.disabled.is_empty() => {
            empty(paper, state, role, inside, false);
        }
        Body::Absent => empty(paper, state, role, inside, true),
        Body::Entries => entries(paper, state, role, inside),
        Body::Broken { .. } => text(paper, state, role, inside),
        Body::Unreadable(why) => {
            let lines = [
                format!("E  {} cannot be read: {}", role.file_name(), visible(why)),
                verdict(state, role),
                "This program does not change it. The other file is open as usual.".to_owned(),
            ];
            paragraph(paper, inside, &lines);
        }
        Body::NoList(why) => {
            let lines = [
                format!("E  {}", visible(why)),
                verdict(state, role),
                "Enter edits a line, e opens the text in your editor.".to_owned(),
            ];
            let used = paragraph(paper, inside, &lines);
            let below = Rect { y: inside.y + used, height: inside.height.saturating_sub(used), ..inside };
            text(paper, state, role, below);
        }
    }
}

fn title(state: &State, role: Role) -> String {
    let star = if state.is_unsaved(role) { " *" } else { "" };
    let mark = writing::target(state, role).and_then(Target::mark).map_or(String::new(), |mark| format!("  {mark}"));
    let on_disk = if state.theirs(role).is_some() { "  changed on disk" } else { "" };
    let name =
        state.path(role).and_then(|path| path.file_name().map(visible_name)).unwrap_or_else(|| "(no path)".to_owned());
    // The manifest stands in the header; its key says which list this is.
    let name = if manifest::holds(state, role) { role.file_name().to_owned() } else { name };
    format!("{}{star}{mark}{on_disk}", pane_name(role, &name, state.layout_size()))
}

/// Returns how a list is called on the screen, with its key.
pub(super) fn pane_name(role: Role, name: &str, size: Size) -> String {
    let who = match role {
        Role::Api => "1 API server",
        Role::Remote => "2 Remote controllers",
    };
    if matches!(size, Size::Full | Size::Narrow) || name != role.file_name() {
        format!("{who}: {name}")
    } else {
        who.to_owned()
    }
}

/// Returns what SkyPilot makes of the file, in one sentence.
#[must_use]
pub fn verdict(state: &State, role: Role) -> String {
    let verdict = state.report.verdict(role);
    match (&verdict.message, verdict.exception) {
        (Some(message), _) => format!("SkyPilot: {}", visible(&check::one_line(message))),
        (None, Some(exception)) => format!("SkyPilot ends with {exception}."),
        (None, None) => String::new(),
    }
}

/// Writes paragraphs; returns the rows they took.
fn paragraph(paper: &mut Paper<'_>, area: Rect, lines: &[String]) -> u16 {
    let mut row = 0;
    for line in lines.iter().filter(|line| !line.is_empty()) {
        for part in paper::wrap(line, area.width.saturating_sub(2)) {
            paper.write(area, row, 1, &part, paper.theme.text());
            row += 1;
        }
    }
    (row + 1).min(area.height)
}

fn empty(paper: &mut Paper<'_>, state: &State, role: Role, area: Rect, absent: bool) {
    let first = match (role, absent) {
        (Role::Api, true) => "No file: the API server loads no plugins.",
        (Role::Api, false) => "No entries: the API server loads no plugins.",
        (Role::Remote, true) => "No file: nothing is sent to controllers.",
        (Role::Remote, false) => "No entries: nothing is sent to controllers.",
    };
    let no_path = state.path(role).is_none();
    let second = match (absent, no_path) {
        (true, true) => "The environment variable names no file: a save asks for a path.",
        (true, false) => "a adds a class; the file is made at the save.",
        (false, _) => "a adds a class.",
    };
    let mut lines = vec![first.to_owned(), second.to_owned()];
    let removed = state.list(role).removed;
    if removed > 0 {
        lines.push(format!("- {} removed", value::count(removed, "entry").replace("entrys", "entries")));
    }
    let used = paragraph(paper, area, &lines);
    let kind = FileKind::of(role);
    let error = state.problems.iter().find(|one| one.place.file == kind && one.severity == Severity::Error);
    let Some(error) = error else { return };
    let fix = error.fix.as_ref().map_or(String::new(), |fix| format!("  [f] {}", fix.label));
    let text = visible(&format!("E {}{fix}", review::sentences(error))).into_owned();
    for (row, line) in (used..area.height).zip(paper::wrap(&text, area.width.saturating_sub(2))) {
        paper.write(area, row, 1, &line, paper.theme.severity(Severity::Error));
    }
}

fn entries(paper: &mut Paper<'_>, state: &State, role: Role, area: Rect) {
    let list = state.list(role);
    let full = state.layout_size() == Size::Full;
    let theme = paper.theme;
    let digits = width(&list.entries.len().to_string()).max(3);
    let mut row = 0;
    if full {
        let heading = format!("{:>digits$}   class", "#", digits = usize::from(digits) + 2);
        paper.write(area, 0, 0, &heading, theme.dim());
        let source = source(state, role, None, area.width).is_some();
        let source = if source { format!(" {}", paper::column("source", SOURCE_WIDTH + 1)) } else { String::new() };
        paper.write_right(area, 0, &format!("parameters {source}"), theme.dim());
        row = 1;
    }
    let rows = if full { area.height.saturating_sub(2) } else { area.height };
    let body = Rect { y: area.y + row, height: rows, ..area };
    for line in 0..rows {
        let at = list.offset + usize::from(line);
        match list.row_at(at) {
            None => break,
            Some(Row::Entry(index)) => entry(paper, state, role, body, line, (at, index, digits)),
            Some(Row::Disabled(number)) => commented_out(paper, state, role, body, line, (at, number, digits)),
        }
        paper.mark_row(body, line, mouse::Target::Entry(role, at));
    }
    if full {
        legend(paper, list, area, role);
    } else if state.layout_size() > Size::One && list.len() > usize::from(rows) {
        let frame = Rect { x: area.x - 1, y: area.y - 1, width: area.width + 2, height: area.height + 2 };
        paper.count(frame, &format!("{}/{}", list.cursor + 1, list.len()));
    }
}

fn entry(
    paper: &mut Paper<'_>,
    state: &State,
    role: Role,
    area: Rect,
    line: u16,
    (at, index, digits): (usize, usize, u16),
) {
    let theme = paper.theme;
    let list = state.list(role);
    let Some(entry) = list.entries.get(index) else { return };
    let is_current = at == list.cursor;
    let focused = state.focus == Pane::of(role);
    let marked = list.selected.contains(&index);
    let change = list.markers.get(index).copied().unwrap_or_default();
    let arrow = if is_current && (focused || state.role == role) { ">" } else { " " };
    let parameters = match entry.parameter_count {
        0 => "-".to_owned(),
        1 if state.layout_size() == Size::Full => "1 param".to_owned(),
        number if state.layout_size() == Size::Full => format!("{number} params"),
        number => number.to_string(),
    };
    let severity = list.severity(index);
    let letter = severity.map_or(' ', crate::check::Severity::letter).to_string();
    let source = source(state, role, entry.class.as_deref(), area.width);
    let source_room = if source.is_some() { SOURCE_WIDTH + 2 } else { 0 };
    let tail = source_room + if state.layout_size() == Size::Full { 11 } else { 4 };
    let room = area.width.saturating_sub(digits + 5 + tail + 3);
    let class = entry.class.as_deref().map_or_else(|| "(no class)".to_owned(), |class| visible(class).into_owned());
    let class = paper::fit_path(if class.is_empty() { "(empty)" } else { &class }, room);
    let number = format!("{:>width$} ", index + 1, width = usize::from(digits));
    let mark = if marked { "*" } else { " " };
    let at_column = paper.pieces(
        area,
        line,
        0,
        &[
            (arrow, theme.heading()),
            (mark, theme.key()),
            (&number, theme.dim()),
            (change.sign(), theme.sign(change.sign())),
            (" ", theme.text()),
            (&class, theme.text()),
        ],
    );
    let column = area.width.saturating_sub(tail + 2).max(at_column + 1);
    if let Some(severity) = severity {
        paper.write(area, line, column, &letter, theme.severity(severity));
    }
    if let Some(text) = source {
        let at = area.width.saturating_sub(SOURCE_WIDTH + 1);
        paper.write(area, line, at, &paper::column(&text, SOURCE_WIDTH), theme.dim());
    }
    let right = Rect { width: area.width.saturating_sub(1 + source_room), ..area };
    if column + 2 + width(&parameters) <= right.width {
        paper.write_right(right, line, &parameters, theme.text());
    }
    if is_current && (focused || state.role == role) {
        paper.style_row(area, line, theme.selected(focused));
    } else if marked {
        paper.style_row(area, line, theme.selected(false));
    }
}

/// Draws an entry that is commented out, at its place.
fn commented_out(
    paper: &mut Paper<'_>,
    state: &State,
    role: Role,
    area: Rect,
    line: u16,
    (at, number, digits): (usize, usize, u16),
) {
    let theme = paper.theme;
    let list = state.list(role);
    let Some(one) = list.disabled.get(number) else { return };
    let focused = state.focus == Pane::of(role);
    let is_current = at == list.cursor && (focused || state.role == role);
    let arrow = if is_current { ">" } else { " " };
    let told = if state.layout_size() == Size::Full { "commented out" } else { "" };
    let room = area.width.saturating_sub(digits + 6 + width(told) + 2);
    let class = paper::fit_path(&visible(&one.class), room);
    let mark = format!(" {:>width$} ", "#", width = usize::from(digits));
    let pieces = [(arrow, theme.heading()), (&*mark, theme.dim()), ("  ", theme.text()), (&*class, theme.dim())];
    paper.pieces(area, line, 0, &pieces);
    paper.write_right(Rect { width: area.width.saturating_sub(1), ..area }, line, told, theme.dim());
    if is_current {
        paper.style_row(area, line, theme.selected(focused));
    }
}

/// The width of the column that says where classes come from.
const SOURCE_WIDTH: u16 = 13;
/// Lists narrower than this have no such column, in cells.
const WIDE_LIST: u16 = 54;

/// Returns where a class comes from, none where there is no room or nothing was looked at.
fn source(state: &State, role: Role, class: Option<&str>, width: u16) -> Option<String> {
    let catalog = &state.facts.catalog;
    if width < WIDE_LIST || (catalog.found.is_empty() && catalog.answers.is_empty()) {
        return None;
    }
    let Some(class) = class else { return Some(String::new()) };
    Some(match (catalog.answer(site(role), class), catalog.class(site(role), class)) {
        (Answer::NoModule, _) if role == Role::Remote => "in no wheel".to_owned(),
        (Answer::NoModule | Answer::NoAttribute { .. }, _) => "not found".to_owned(),
        (Answer::NotAPlugin { .. }, _) => "no plugin".to_owned(),
        (_, Some(found)) => origin_text(&found.origin),
        (_, None) => String::new(),
    })
}

fn legend(paper: &mut Paper<'_>, list: &List, area: Rect, role: Role) {
    let theme = paper.theme;
    let row = area.height.saturating_sub(1);
    let changed = list.markers.iter().any(|marker| *marker != Marker::Same) || list.removed > 0;
    let count = if list.len() > usize::from(area.height.saturating_sub(2)) {
        format!("{}/{} ", list.cursor + 1, list.len())
    } else {
        String::new()
    };
    if changed {
        let removed = format!("- {} removed", list.removed);
        let mut pieces = vec![(" + added  ", theme.added()), ("~ changed  ", theme.changed())];
        if list.removed > 0 {
            pieces.push((&removed, theme.removed()));
        }
        paper.pieces(area, row, 0, &pieces);
    } else {
        let text = match role {
            Role::Api => " order = load order   E error  W warning",
            Role::Remote => " becomes ~/.sky/plugins.yaml on controllers",
        };
        paper.write(area, row, 0, text, theme.dim());
    }
    paper.write_right(area, row, &count, theme.dim());
}

/// Draws the text of a file around the cursor, and the error where it is.
fn text(paper: &mut Paper<'_>, state: &State, role: Role, area: Rect) {
    let Some(document) = state.workspace.document(role) else { return };
    let theme = paper.theme;
    let focused = state.focus == Pane::of(role);
    let cursor = state.text[Pane::of(role).index()];
    let lines = document.lines();
    let error = match &state.list(role).body {
        Body::Broken { offset, problem } => Some((lines.line_of(*offset), document.position(*offset), problem)),
        _ => None,
    };
    let kind = FileKind::of(role);
    let fix =
        state.problems.iter().find(|one| one.place.file == kind && one.fix.is_some()).and_then(|one| one.fix.as_ref());
    let fix = fix.map(|fix| visible(&fix.label).into_owned());
    let fix = fix.as_deref();
    let digits = usize::from(width(&lines.count().to_string())).max(4);
    let mut row = 0;
    let mut line = cursor.offset;
    while row < area.height && line < lines.count() {
        let shown = shown_line(document, line, state.settings.show_secrets);
        let arrow = if line == cursor.at { ">" } else { " " };
        let number = format!("{:>digits$}  ", line + 1);
        let text = paper::fit(&shown, area.width.saturating_sub(width(&number) + 1));
        paper.pieces(area, row, 0, &[(arrow, theme.heading()), (&number, theme.dim()), (&text, theme.text())]);
        if line == cursor.at {
            paper.style_row(area, row, theme.selected(focused));
        }
        row += 1;
        if let Some((error_line, position, problem)) = error
            && error_line == line
        {
            row += error_lines(paper, area, row, digits, (position.line, position.column), (problem, fix));
        }
        line += 1;
    }
    // An error behind the page still has to be told.
    if let Some((error_line, position, problem)) = error
        && (error_line < cursor.offset || error_line >= line)
    {
        let text = format!(" E line {}, column {}: {}", position.line, position.column, visible(problem));
        let row = area.height.saturating_sub(1);
        paper.write(area, row, 0, &paper::column(&text, area.width), theme.severity(crate::check::Severity::Error));
    }
}

fn error_lines(
    paper: &mut Paper<'_>,
    area: Rect,
    row: u16,
    digits: usize,
    place: (usize, usize),
    (problem, fix): (&str, Option<&str>),
) -> u16 {
    let style = paper.theme.severity(crate::check::Severity::Error);
    let gutter = u16::try_from(digits + 3).unwrap_or(7);
    let (line, column) = place;
    let caret = gutter + u16::try_from(column - 1).unwrap_or(0);
    let mut used = 0;
    if caret + 1 < area.width {
        paper.write(area, row, caret, "^", style);
        used = 1;
    }
    let text = format!("E line {line}, column {column}: {}", visible(problem));
    for part in paper::wrap(&text, area.width.saturating_sub(gutter + 1)) {
        paper.write(area, row + used, gutter, &part, style);
        used += 1;
    }
    if let Some(fix) = fix {
        paper.pieces(area, row + used, gutter, &[("[f] ", paper.theme.key()), (fix, paper.theme.text())]);
        used += 1;
    }
    let hint = "The list view needs valid YAML. Enter edits the line, e opens your editor; the file is untouched.";
    for part in paper::wrap(hint, area.width.saturating_sub(gutter + 1)) {
        paper.write(area, row + used, gutter, &part, paper.theme.dim());
        used += 1;
    }
    used
}

/// Returns one line of a text as it may be shown.
#[must_use]
pub fn shown_line(document: &Document, line: usize, show_secrets: bool) -> String {
    let text = document.lines().line(document.text(), line).of(document.text());
    let text = if show_secrets { text.to_owned() } else { secret::masked_line(text) };
    visible(&text.replace('\t', "    ")).into_owned()
}

/// Returns whether anything is uploaded, for the empty remote list.
#[must_use]
pub(super) fn upload_note(state: &State) -> String {
    pages::verdict(state).1
}
