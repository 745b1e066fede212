//! Forms: fields, choices, and what is said below them.

use ratatui::layout::Rect;

use super::modal::dialog;
use super::paper::{self, Paper, width};
use crate::app::command::{Context, Id, table};
use crate::app::form::{Form, FormKind, FormRow, Note};
use crate::check::Severity;

/// The width of forms, frame included.
const FORM_WIDTH: u16 = 84;

/// The column behind the labels of a form.
const LABELS: u16 = 16;

pub(super) fn draw_form(paper: &mut Paper<'_>, form: &Form, screen: Rect) {
    let theme = paper.theme;
    let room = FORM_WIDTH.min(screen.width).saturating_sub(LABELS + 4);
    let notes: Vec<(&Note, Vec<String>)> = form
        .notes
        .iter()
        .map(|note| (note, note_lines(note, if note.label.is_empty() { room + LABELS } else { room })))
        .collect();
    let note_rows: usize = notes.iter().map(|(_, lines)| lines.len()).sum();
    let rows = form.rows.len() + 1 + note_rows.max(5) + 1 + 2;
    let (area, inside) = dialog(paper, screen, FORM_WIDTH, u16::try_from(rows).unwrap_or(u16::MAX), &form.title, "");
    let mut at = 0;
    for (number, row) in form.rows.iter().enumerate() {
        let active = number == form.active;
        form_row(paper, inside, at, row, active);
        at += 1;
    }
    at += u16::from(usize::from(inside.height) > form.rows.len() + note_rows);
    for (note, lines) in &notes {
        let style = note.severity.map_or(theme.text(), |severity| theme.severity(severity));
        let column =
            if note.severity.is_none() && (!note.label.is_empty() || lines_up(note, form)) { LABELS } else { 0 };
        if !note.label.is_empty() {
            paper.write(inside, at, 0, note.label, theme.dim());
        }
        for line in lines {
            if at + 1 >= inside.height && form.refused.is_some() {
                break;
            }
            paper.write(inside, at, column, line, style);
            at += 1;
        }
    }
    if let Some(why) = &form.refused {
        let row = inside.height.saturating_sub(1);
        paper.write(inside, row, 0, &paper::fit(&format!("! {why}"), inside.width), theme.severity(Severity::Error));
    }
    let keys = form_keys(form);
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, label)| (key.as_str(), *label)).collect();
    paper.footer(area, &keys);
}

/// Tells whether a line without a label continues one with a label.
fn lines_up(note: &Note, form: &Form) -> bool {
    let before = form.notes.iter().position(|one| std::ptr::eq(one, note)).and_then(|at| at.checked_sub(1));
    before.and_then(|at| form.notes.get(at)).is_some_and(|before| {
        before.label == "written as"
            || (before.label.is_empty()
                && before.severity.is_none()
                && form.notes.iter().any(|n| n.label == "written as"))
    })
}

fn note_lines(note: &Note, room: u16) -> Vec<String> {
    const LONGEST: usize = 3;
    let text = match note.severity {
        Some(severity) => format!("{} {}", severity.letter(), note.text),
        None => note.text.clone(),
    };
    if note.label == "written as" || text.starts_with(' ') {
        // YAML keeps its indentation.
        return vec![paper::fit(&text, room)];
    }
    let mut lines = paper::wrap(&text, room);
    if lines.len() > LONGEST {
        lines.truncate(LONGEST);
        if let Some(last) = lines.last_mut() {
            *last = paper::fit(&format!("{last} ..."), room);
        }
    }
    lines
}

fn form_row(paper: &mut Paper<'_>, area: Rect, at: u16, row: &FormRow, active: bool) {
    let theme = paper.theme;
    let label_style = if active { theme.heading() } else { theme.dim() };
    let arrow = if active { "> " } else { "  " };
    match row {
        FormRow::Text { label, field } => {
            paper.pieces(area, at, 0, &[(arrow, label_style), (label, label_style)]);
            let room = area.width.saturating_sub(LABELS + 1);
            let view = field.view(room);
            if view.cut_left {
                paper.write(area, at, LABELS - 2, "..", theme.dim());
            }
            let end = paper.write(area, at, LABELS, &view.text, theme.text());
            // The rest of the field, so that it is seen as one.
            let left = usize::from(area.width.saturating_sub(end));
            paper.write(area, at, end, &"_".repeat(left), theme.dim());
            if active && at < area.height {
                paper.cursor = Some((area.x + LABELS + view.cursor.min(room), area.y + at));
            }
        }
        FormRow::Choice { label, options, at: chosen } => {
            paper.pieces(area, at, 0, &[(arrow, label_style), (label, label_style)]);
            choice(paper, area, at, options, *chosen, active);
        }
    }
}

/// Draws the options of a choice, the chosen one in brackets; those around it where not all fit.
fn choice(paper: &mut Paper<'_>, area: Rect, at: u16, options: &[String], chosen: usize, active: bool) {
    let theme = paper.theme;
    let room = area.width.saturating_sub(LABELS);
    let total: u16 = options.iter().map(|option| width(option) + 3).sum();
    let mut first = 0;
    if total > room {
        let mut used = 0;
        first = chosen;
        while first > 0 && used + width(&options[first - 1]) + 3 < room / 2 {
            first -= 1;
            used += width(&options[first]) + 3;
        }
    }
    let mut column = LABELS;
    for (number, option) in options.iter().enumerate().skip(first) {
        let text = if number == chosen { format!("({option})") } else { format!(" {option} ") };
        if column + width(&text) > area.width {
            break;
        }
        let style = match (number == chosen, active) {
            (true, true) => theme.selected(true),
            (true, false) => theme.heading(),
            (false, _) => theme.dim(),
        };
        column = paper.write(area, at, column, &text, style) + 1;
    }
}

/// Returns the keys of a form, by what it holds.
fn form_keys(form: &Form) -> Vec<(String, &'static str)> {
    let mut keys: Vec<(String, &'static str)> = Vec::new();
    let has = |wanted: &str| form.row_of(wanted).is_some();
    let commands =
        table().iter().filter(|command| !command.bar.is_empty() && command.contexts.contains(&Context::Field));
    for command in commands {
        let label = match command.id {
            Id::Accept => accept_label(&form.kind),
            Id::NextRow if form.rows.len() < 2 => continue,
            Id::CycleType if !has("type") => continue,
            Id::Browse if !form.is_directory() => continue,
            Id::ShowHidden if !is_hidden(form) => continue,
            _ => command.bar,
        };
        keys.push((command.keys[0].to_owned(), label));
    }
    keys
}

fn is_hidden(form: &Form) -> bool {
    form.rows.iter().any(|row| matches!(row, FormRow::Text { field, .. } if field.hidden))
}

const fn accept_label(kind: &FormKind) -> &'static str {
    match kind {
        FormKind::AddClass { .. } | FormKind::AddValue { .. } => "add",
        FormKind::Rename { .. } => "rename",
        FormKind::Project => "go on",
        FormKind::Force(_) | FormKind::SavePath(_) => "save",
        _ => "change",
    }
}
