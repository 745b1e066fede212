//! Forms: fields, choices, and what is said below them.

use ratatui::layout::Rect;

use super::modal::dialog;
use super::paper::{self, Paper, width};
use crate::app::bindings::Keymap;
use crate::app::command::{Context, Id, table};
use crate::app::completion::Completion;
use crate::app::form::{Form, FormKind, FormRow, Note};
use crate::app::layout;
use crate::app::mouse::Target;
use crate::app::offers;
use crate::check::Severity;
use crate::text::visible::visible;

/// The width of forms, frame included.
const FORM_WIDTH: u16 = 84;

/// The column behind the labels of a form.
const LABELS: u16 = 16;
/// The most suggestions that are shown at once.
const MOST_OFFERED: usize = 7;
/// The rows that suggestions leave to what is told below.
const FEWEST_NOTES: usize = 4;

pub(super) fn draw_form(paper: &mut Paper<'_>, form: &Form, screen: Rect) {
    let theme = paper.theme;
    let room = layout::dialog(screen, FORM_WIDTH, 1).width.saturating_sub(LABELS + 4);
    let notes: Vec<(&Note, Vec<String>)> = form
        .notes
        .iter()
        .map(|note| (note, note_lines(note, if note.label.is_empty() { room + LABELS } else { room })))
        .collect();
    let note_rows: usize = notes.iter().map(|(_, lines)| lines.len()).sum();
    let offered = if form.offers() { form.completion.rows.len().min(MOST_OFFERED) + 1 } else { 0 };
    let rows = form.rows.len() + offered + 1 + note_rows.max(5) + 1 + 2;
    let (area, inside) = dialog(paper, screen, FORM_WIDTH, u16::try_from(rows).unwrap_or(u16::MAX), &form.title, "");
    let mut at = 0;
    for (number, row) in form.rows.iter().enumerate() {
        let active = number == form.active;
        form_row(paper, inside, at, row, active);
        paper.mark_row(inside, at, Target::Item(number));
        at += 1;
        if active && offered > 0 {
            let room = usize::from(inside.height).saturating_sub(form.rows.len() + FEWEST_NOTES);
            at += offers(paper, inside, at, &form.completion, offered.min(room));
        }
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
    let keys = form_keys(form, paper.keymap);
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, label)| (key.as_str(), *label)).collect();
    paper.footer(area, &keys);
}

/// Draws what a field offers below it; returns the number of rows.
fn offers(paper: &mut Paper<'_>, area: Rect, at: u16, completion: &Completion, rows: usize) -> u16 {
    let theme = paper.theme;
    let Some(shown) = rows.checked_sub(1).filter(|shown| *shown > 0) else { return 0 };
    let all = &completion.rows;
    let first = completion.cursor.map_or(0, |at| at.saturating_sub(shown / 2)).min(all.len().saturating_sub(shown));
    let left = if area.width >= 60 { LABELS } else { 2 };
    let room = area.width.saturating_sub(left);
    let text_room = if room >= 50 { room * 3 / 5 } else { room * 2 / 3 };
    let mut row = at;
    for (number, one) in all.iter().enumerate().skip(first).take(shown) {
        let is_current = completion.cursor == Some(number);
        let text = visible(&one.text);
        let shown_text = paper::fit_path(&text, text_room.saturating_sub(3));
        let whole = shown_text == text && text == one.text;
        let column = paper.write(area, row, left - 2, if is_current { "> " } else { "  " }, theme.heading());
        let mut end = column;
        for (place, letter) in shown_text.chars().enumerate() {
            let hit = whole && one.hits.binary_search(&place).is_ok();
            end = paper.write(
                area,
                row,
                end,
                letter.encode_utf8(&mut [0; 4]),
                if hit { theme.key() } else { theme.text() },
            );
        }
        let from_at = left + text_room;
        let note = if one.note.is_empty() { String::new() } else { format!("  {}", one.note) };
        let about = paper::fit(&format!("{}{note}", one.from), area.width.saturating_sub(from_at));
        paper.write(area, row, from_at.max(end + 1), &about, theme.dim());
        if is_current {
            paper.style_row(area, row, theme.selected(true));
        }
        row += 1;
    }
    let count = match (all.len() > shown, all.len() == completion.total) {
        (true, _) => format!("{} of {} match, Down takes one", all.len(), completion.total),
        (false, true) => "Down takes one; anything else may be typed".to_owned(),
        (false, false) => format!("{} of {} match", all.len(), completion.total),
    };
    paper.write(area, row, left, &paper::fit(&count, room), theme.dim());
    u16::try_from(shown.min(all.len()) + 1).unwrap_or(0)
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
            *last = paper::more(last, room);
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
    // Where not all fit, they stand closer; where they do not fit then, those around the chosen one are shown.
    let number = u16::try_from(options.len()).unwrap_or(u16::MAX);
    let gap = u16::from(total.saturating_sub(1) <= room);
    let is_cut = total.saturating_sub(number) > room;
    let mut first = 0;
    if is_cut {
        let mut used = 0;
        first = chosen;
        while first > 0 && used + width(&options[first - 1]) + 2 < room / 2 {
            first -= 1;
            used += width(&options[first]) + 2;
        }
    }
    let mut column = LABELS;
    if first > 0 {
        paper.write(area, at, LABELS - 2, "<", theme.dim());
    }
    // The last cell tells that there are more.
    let end = if is_cut { area.width.saturating_sub(2) } else { area.width };
    for (number, option) in options.iter().enumerate().skip(first) {
        let text = if number == chosen { format!("({option})") } else { format!(" {option} ") };
        if column + width(&text) > end {
            paper.write(area, at, area.width.saturating_sub(1), ">", theme.dim());
            break;
        }
        let style = match (number == chosen, active) {
            (true, true) => theme.selected(true),
            (true, false) => theme.heading(),
            (false, _) => theme.dim(),
        };
        column = paper.write(area, at, column, &text, style) + gap;
    }
}

/// Returns the keys of a form, by what it holds.
fn form_keys(form: &Form, keymap: &Keymap) -> Vec<(String, &'static str)> {
    let mut keys: Vec<(String, &'static str)> = Vec::new();
    let has = |wanted: &str| form.row_of(wanted).is_some();
    let commands =
        table().iter().filter(|command| !command.bar.is_empty() && command.contexts.contains(&Context::Field));
    for command in commands {
        let label = match command.id {
            Id::Accept => accept_label(&form.kind),
            Id::NextSuggestion if !form.offers() => continue,
            Id::NextRow if form.rows.len() < 2 => continue,
            Id::CycleType if !has("type") => continue,
            Id::Browse if !form.is_directory() => continue,
            Id::ShowHidden if !is_hidden(form) => continue,
            Id::DeleteToStart if offers::not_in_form(form, command.id).is_some() => continue,
            _ => command.bar,
        };
        let Some(key) = keymap.first(command.id, Context::Field) else { continue };
        // What is typed goes behind what stands there: that comes before the ways to fill the field.
        let at = if command.id == Id::DeleteToStart { keys.len().min(2) } else { keys.len() };
        keys.insert(at, (key, label));
    }
    keys
}

fn is_hidden(form: &Form) -> bool {
    form.rows.iter().any(|row| matches!(row, FormRow::Text { field, .. } if field.hidden))
}

const fn accept_label(kind: &FormKind) -> &'static str {
    match kind {
        FormKind::AddClass { .. } | FormKind::AddValue { .. } | FormKind::Required { .. } => "add",
        FormKind::Rename { .. } => "rename",
        FormKind::Find => "find",
        FormKind::Project => "go on",
        FormKind::Export => "export",
        FormKind::Force(_) | FormKind::SavePath(_) => "save",
        _ => "change",
    }
}
