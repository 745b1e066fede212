//! The detail of one entry, and the rows of its parameters.

use ratatui::layout::Rect;

use super::paper::{self, Paper, width};
use crate::app::comments;
use crate::app::completion::{self, origin_words};
use crate::app::layout::Size;
use crate::app::motion;
use crate::app::mouse::Target;
use crate::app::tree::{Row, Shape};
use crate::app::{Pane, State, filters, form::Filtered, sides};
use crate::check::classes::site;
use crate::config::secret::MASK;
use crate::python::Answer;
use crate::text::visible::{visible, visible_name};

/// The cells that a level is indented by.
const INDENT: u16 = 2;

/// Draws the detail pane of the main screen.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = state.focus == Pane::Detail;
    paper.mark(area, Target::Pane(Pane::Detail));
    let size = state.layout_size();
    let entry = state.current_entry();
    let class = class(state);
    let inside = if size == Size::One {
        area
    } else {
        let place = || entry.map_or(String::new(), |(role, index)| place(state, role, index));
        let right = filters::told(state, Filtered::Values).unwrap_or_else(place);
        let title = if entry.is_some() { format!("3 Detail: {class}") } else { "3 Detail".to_owned() };
        paper.frame(area, &title, &right, focused)
    };
    if let Some(number) = state.list(state.role).current_disabled() {
        return commented_out(paper, state, inside, number);
    }
    let Some((role, index)) = entry else {
        paper.write(inside, 0, 1, "No entry here. a in a list adds a class.", paper.theme.dim());
        return;
    };
    let theme = paper.theme;
    let also = sides::told(state, role, index);
    let comment = comments::told(state, role, index);
    match size {
        Size::Full => {
            let mut told = vec![("class   ", class.clone()), ("source  ", source(state)), ("also in ", also)];
            told.push(("comment ", if comment.is_empty() { "-".to_owned() } else { comment }));
            for (row, (label, text)) in (0..).zip(told) {
                let text = paper::fit(&text, inside.width.saturating_sub(10));
                paper.pieces(inside, row, 1, &[(label, theme.dim()), (&text, theme.text())]);
            }
            heading(paper, state, Rect { y: inside.y + 4, height: inside.height.saturating_sub(4).min(1), ..inside });
        }
        Size::One | Size::TooSmall => {
            let level = state.tree.level.as_ref().map_or(String::new(), |level| {
                let below = level.tokens().iter().skip(3).cloned();
                format!(" > {}", visible(&crate::yaml::Pointer::from_tokens(below).to_path()))
            });
            let text = paper::fit_path(&format!("{class}{level}"), inside.width);
            paper.write(inside, 0, 0, &text, theme.heading());
        }
        Size::Compact | Size::Narrow => {
            let source = source(state);
            let parts: Vec<&str> = [&source, &also, &comment]
                .into_iter()
                .map(String::as_str)
                .filter(|part| !matches!(*part, "" | "-"))
                .collect();
            let text = parts.join("   ");
            paper.write(inside, 0, 1, &paper::fit(&text, inside.width.saturating_sub(2)), theme.dim());
            heading(paper, state, Rect { y: inside.y + 1, height: inside.height.saturating_sub(1).min(1), ..inside });
        }
    }
    let head = u16::try_from(motion::detail_head(size)).unwrap_or(0).min(inside.height);
    let rows = Rect { y: inside.y + head, height: inside.height - head, ..inside };
    tree(paper, state, rows, focused);
    if size > Size::One {
        tree_count(paper, state, area, rows.height);
    }
}

/// Shows an entry that is commented out as it is written.
fn commented_out(paper: &mut Paper<'_>, state: &State, area: Rect, number: usize) {
    let Some(one) = state.list(state.role).disabled.get(number) else { return };
    let theme = paper.theme;
    let told = "Commented out: SkyPilot does not see it. # brings it back.";
    let mut row = 0;
    for line in paper::wrap(told, area.width.saturating_sub(2)) {
        paper.write(area, row, 1, &line, theme.text());
        row += 1;
    }
    for line in one.shown(state.settings.show_secrets).into_iter().take(usize::from(area.height)) {
        row += 1;
        paper.write(area, row, 1, &paper::fit(&line, area.width.saturating_sub(2)), theme.dim());
    }
}

/// Writes which row the cursor is on into the frame, where not all rows are shown.
pub(super) fn tree_count(paper: &mut Paper<'_>, state: &State, frame: Rect, shown: u16) {
    let rows = state.tree.rows.len();
    if rows > usize::from(shown) {
        paper.count(frame, &format!("{}/{rows}", state.tree.cursor + 1));
    }
}

/// Returns the class of the entry that is shown.
pub(super) fn class(state: &State) -> String {
    let class = state
        .current_entry()
        .and_then(|(role, index)| state.list(role).entries.get(index))
        .and_then(|entry| entry.class.as_deref())
        .map(|class| visible(class).into_owned());
    class.unwrap_or_else(|| "(no class)".to_owned())
}

/// Returns where the class comes from and where it loads, as far as that is known.
#[must_use]
pub fn source(state: &State) -> String {
    let Some((role, index)) = state.current_entry() else { return String::new() };
    let Some(class) = state.list(role).entries.get(index).and_then(|entry| entry.class.as_deref()) else {
        return "-".to_owned();
    };
    let catalog = &state.facts.catalog;
    let Some(found) = catalog.class(site(role), class) else {
        return match catalog.answer(site(role), class) {
            Answer::NoModule | Answer::NoAttribute { .. } => "not found".to_owned(),
            Answer::NotAPlugin { what, .. } => format!("{what}, no plugin class"),
            Answer::Plugin(_) | Answer::Unknown => "-".to_owned(),
        };
    };
    let place = visible_name(std::ffi::OsStr::new(&found.place.0));
    let loads = found.loads().unwrap_or_else(|| "where it loads is not known".to_owned());
    format!("{}   {loads}   {place}:{}", origin_words(&found.origin), found.place.1)
}

/// Returns the lines of an entry: `plugins.yaml:11-17`.
fn place(state: &State, role: crate::config::Role, index: usize) -> String {
    let list = state.list(role);
    let (Some(entry), Some(document)) = (list.entries.get(index), state.workspace.document(role)) else {
        return String::new();
    };
    let first = document.position(entry.span.start).line;
    let end = document.position(entry.span.end.saturating_sub(1).max(entry.span.start)).line;
    if first == end {
        return format!("{}:{first}", role.file_name());
    }
    format!("{}:{first}-{end}", role.file_name())
}

/// The columns of the rows: where value, type and reading start.
struct Columns {
    value: u16,
    kind: u16,
    reads: u16,
}

/// The most rows that the columns are measured by: those behind them are cut where they are longer.
const MEASURED: usize = 500;
/// The width of the types, with a blank.
const TYPES: u16 = 7;
/// The heading of what SkyPilot reads.
const READS: &str = "SkyPilot reads";

/// Returns what is said of how SkyPilot reads a row.
fn reads(state: &State, row: &Row) -> String {
    if row.shadowed {
        "overridden below".to_owned()
    } else if row.stray {
        "unknown key".to_owned()
    } else if state.tree.masks(row, state.settings.show_secrets) {
        "v shows it".to_owned()
    } else {
        row.reads.clone().unwrap_or_default()
    }
}

/// Gives names and readings what they need, and values the rest.
fn columns(state: &State, area: Rect) -> Columns {
    let inner = area.width.saturating_sub(2);
    let rows = || state.tree.rows.iter().take(MEASURED).filter(|row| row.shape != Shape::Add);
    let name = |row: &Row| depth(row, area) * INDENT + 5 + width(&row.name);
    let names = rows().map(name).max().unwrap_or(0).clamp(16, (inner * 2 / 5).clamp(16, 44));
    let longest = rows().map(|row| width(&reads(state, row))).max().unwrap_or(0);
    let room = if longest == 0 || inner < 60 { 0 } else { (longest + 1).clamp(width(READS) + 1, inner / 4) };
    let kind = inner.saturating_sub(TYPES + room).max(names);
    Columns { value: names, kind, reads: if room > 0 { kind + TYPES } else { 0 } }
}

fn depth(row: &Row, area: Rect) -> u16 {
    u16::try_from(row.depth).unwrap_or(u16::MAX).min(area.width / INDENT / 3)
}

/// Draws the headings of the columns.
pub(super) fn heading(paper: &mut Paper<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let columns = columns(state, area);
    let style = paper.theme.dim();
    paper.write(area, 0, 3, "parameter", style);
    paper.write(area, 0, columns.value, "value", style);
    paper.write(area, 0, columns.kind, "type", style);
    if columns.reads > 0 {
        paper.write(area, 0, columns.reads, READS, style);
    }
}

/// Draws the rows of the parameters.
pub(super) fn tree(paper: &mut Paper<'_>, state: &State, area: Rect, focused: bool) {
    let columns = columns(state, area);
    let lines = |row: &Row| value_lines(state, row, area, &columns);
    let mut at = state.tree.offset;
    if state.tree.wraps {
        // The row under the cursor is on the screen, however many lines those above take.
        let height = |row: &Row| lines(row).len().max(1);
        let shown = || state.tree.rows.get(at..=state.tree.cursor).unwrap_or_default();
        let mut used: usize = shown().iter().map(height).sum();
        for row in shown() {
            if used <= usize::from(area.height) || at == state.tree.cursor {
                break;
            }
            used -= height(row);
            at += 1;
        }
    }
    let mut line = 0;
    while let Some(row) = state.tree.rows.get(at).filter(|_| line < area.height) {
        let is_current = at == state.tree.cursor;
        let values = lines(row);
        draw_row(paper, state, area, line, (row, &values), &columns, is_current && focused);
        for _ in 0..values.len().max(1) {
            paper.mark_row(area, line, Target::Value(at));
            if is_current && focused {
                paper.style_row(area, line, paper.theme.selected(true));
            }
            line += 1;
        }
        at += 1;
    }
}

/// Returns where the value of a row starts.
fn value_start(row: &Row, area: Rect, columns: &Columns) -> u16 {
    let room = columns.value.saturating_sub(5 + depth(row, area) * INDENT).max(6);
    columns.value.max(depth(row, area) * INDENT + 4 + width(&row.name).min(room) + 1)
}

/// Returns the value of a row in the lines that it takes; none for what is only added.
fn value_lines(state: &State, row: &Row, area: Rect, columns: &Columns) -> Vec<String> {
    if row.shape == Shape::Add {
        return Vec::new();
    }
    let value = if state.tree.masks(row, state.settings.show_secrets) { MASK } else { &row.text };
    let room = columns.kind.saturating_sub(value_start(row, area, columns) + 3);
    if !state.tree.wraps {
        return vec![paper::fit(value, room)];
    }
    let most = usize::from(area.height).max(1);
    let mut lines = paper::wrap(value, room);
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = paper::more(last, room);
        }
    }
    lines
}

/// Returns the parameters that the class knows and the entry does not give.
#[must_use]
pub fn known(state: &State, row: &Row) -> String {
    let missing = completion::missing(state, state.role, &row.pointer);
    let words: Vec<String> = missing
        .iter()
        .map(|one| format!("{} ({})", visible(&one.name), visible(&completion::kind_text(one))))
        .collect();
    if words.is_empty() { String::new() } else { format!("known: {}", words.join(", ")) }
}

fn draw_row(
    paper: &mut Paper<'_>,
    state: &State,
    area: Rect,
    line: u16,
    (row, values): (&Row, &[String]),
    columns: &Columns,
    is_current: bool,
) {
    let theme = paper.theme;
    let arrow = if is_current { ">" } else { " " };
    let depth = depth(row, area);
    let fold = if matches!(row.shape, Shape::Map(_) | Shape::List(_)) { theme.fold(row.open) } else { "  " };
    let indent = " ".repeat(usize::from(depth * INDENT));
    let name_room = columns.value.saturating_sub(5 + depth * INDENT);
    // Where something can be added, the name has the whole row.
    let name_room = if row.shape == Shape::Add { area.width } else { name_room.max(6) };
    let name = paper::fit(&row.name, name_room);
    let name_style = match row.shape {
        Shape::Add => theme.dim(),
        _ if row.stray => theme.severity(crate::check::Severity::Warning),
        _ => theme.text(),
    };
    paper.pieces(
        area,
        line,
        0,
        &[
            (arrow, theme.heading()),
            (row.sign, theme.sign(row.sign)),
            (&indent, theme.text()),
            (fold, theme.dim()),
            (&name, name_style),
        ],
    );
    if row.shape == Shape::Add {
        let known = match &row.unset {
            Some((_, about)) => format!("not set   {}", visible(about)),
            None => known(state, row),
        };
        let at = 4 + width(&indent) + width(&name) + 2;
        paper.write(area, line, at, &paper::fit(&known, area.width.saturating_sub(at + 1)), theme.dim());
        return;
    }
    let value_style = match row.shape {
        Shape::Map(_) | Shape::List(_) => theme.dim(),
        _ if state.tree.masks(row, state.settings.show_secrets) => theme.text(),
        _ => theme.value(row.kind),
    };
    let start = value_start(row, area, columns);
    for (line, value) in (line..area.height).zip(values) {
        paper.write(area, line, start, value, value_style);
    }
    if let Some(severity) = row.severity {
        paper.write(
            area,
            line,
            columns.kind.saturating_sub(2),
            &severity.letter().to_string(),
            theme.severity(severity),
        );
    }
    paper.write(area, line, columns.kind, row.kind, theme.kind());
    if columns.reads > 0 {
        let reads = reads(state, row);
        let style =
            if row.shadowed || row.stray { theme.severity(crate::check::Severity::Warning) } else { theme.kind() };
        let room = area.width.saturating_sub(columns.reads + 1);
        paper.write(area, line, columns.reads, &paper::fit(&reads, room), style);
    }
}
