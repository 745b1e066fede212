//! The review before a save.

use ratatui::layout::Rect;
use ratatui::style::Style;

use super::bars;
use super::paper::{self, Paper, readable};
use super::theme::Theme;
use crate::app::layout::{self, Size};
use crate::app::review::{Review, ReviewFile, ReviewRow, RowKind, sentences};
use crate::app::value::count;
use crate::app::{Cursor, State, Tone, filters, form::Filtered, manifest, writing};
use crate::check::Severity;
use crate::config::writing::Strategy;

/// Draws the screen.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let Some(review) = &state.review else { return };
    let theme = paper.theme;
    let areas = layout::inner(area);
    let errors: usize = review.files.iter().map(|file| file.errors.len()).sum();
    let left_out = review.left_out();
    let rest = format!(
        "{}{}{}",
        count(review.files.len(), "file"),
        if errors > 0 { format!("   {}", count(errors, "new error")) } else { String::new() },
        if left_out > 0 { format!("   {} left out", count(left_out, "change")) } else { String::new() }
    );
    bars::title(paper, areas.title, "Review before save", &rest);
    let mut body = areas.body;
    let question = question(paper, state, review, &mut body);
    let Some(file) = review.current() else { return };
    let name = manifest::shown(state, file.role);
    let created = if file.created { "  (new file)" } else { "" };
    let title = format!("{name}{created}  +{} -{}", file.added, file.removed);
    let files = format!("{} of {}  Tab", review.file + 1, review.files.len());
    let right = [filters::told(state, Filtered::Review), (review.files.len() > 1).then_some(files)];
    let right = right.into_iter().flatten().collect::<Vec<_>>().join("   ");
    let inside = match state.layout_size() {
        Size::One => {
            let mut rest = body;
            paper.write(rest, 0, 0, &paper::fit_path(&title, rest.width), theme.heading());
            rest.y += 1;
            rest.height = rest.height.saturating_sub(1);
            rest
        }
        _ => paper.frame(body, &title, &right, true),
    };
    rows(paper, file, review.cursor, inside);
    let total = review.rows().len();
    if total > usize::from(inside.height) {
        paper.count(body, &format!("{}/{total}", review.cursor.at + 1));
    }
    if state.status.is_some() || !state.saving.is_empty() || question || bars::tells_filter(state) {
        bars::status(paper, state, areas.status);
    } else {
        let (text, style) = match writing::target(state, file.role) {
            Some(target) if target.strategy != Strategy::Rename => (target.told(), theme.tone(Tone::Told)),
            _ => ("What is not in this diff stays byte for byte. Space leaves a change out.".to_owned(), theme.dim()),
        };
        paper.write(areas.status, 0, 1, &paper::fit(&text, areas.status.width.saturating_sub(2)), style);
    }
    bars::keys(paper, state, areas.bar);
}

/// Says what can be done; tells whether something stops the save.
fn question(paper: &mut Paper<'_>, state: &State, review: &Review, body: &mut Rect) -> bool {
    let theme = paper.theme;
    let small = state.layout_size() == Size::One;
    let Some((_, error)) = review.first_error() else { return false };
    let text = format!("E {}", sentences(error));
    let width = body.width.saturating_sub(2);
    let mut lines = paper::wrap(&crate::text::visible::visible(&text), width);
    let most = if small { 1 } else { 2 };
    if lines.len() > most {
        lines.truncate(most);
        lines[most - 1] = paper::more(&lines[most - 1], width);
    }
    let height = u16::try_from(lines.len()).unwrap_or(0) + 1;
    if body.height < height + 4 {
        return true;
    }
    body.height -= height;
    for (row, line) in (0..).zip(&lines) {
        let place = Rect { y: body.bottom() + row, height: 1, ..*body };
        paper.write(place, 0, 1, line, theme.severity(Severity::Error));
    }
    let place = Rect { y: body.bottom() + height - 1, height: 1, ..*body };
    let other = review.files.len() > 1 && review.files.iter().any(|file| file.errors.is_empty());
    let keys: &[(&str, &str)] = if small {
        &[("e", "rror"), ("d", "raft"), ("!", " force")]
    } else {
        &[
            ("e", " go to the error"),
            ("o", " save the other file"),
            ("d", " keep a draft"),
            ("!", " save although broken"),
        ]
    };
    let mut at = if small { 1 } else { paper.write(place, 0, 1, "What now?  ", theme.heading()) };
    for (key, label) in keys.iter().filter(|(key, _)| other || *key != "o") {
        at = paper.pieces(
            place,
            0,
            at,
            &[("[", theme.text()), (key, theme.key()), ("]", theme.text()), (label, theme.text())],
        ) + 2;
    }
    true
}

/// Draws the rows from the offset on, or from further below where rows of several lines hide the cursor.
fn rows(paper: &mut Paper<'_>, file: &ReviewFile, cursor: Cursor, area: Rect) {
    let width = area.width.saturating_sub(2);
    let at = cursor.at.saturating_sub(cursor.offset);
    let shown = file.rows.iter().skip(cursor.offset).take(at + usize::from(area.height) + 1);
    let lines: Vec<Vec<String>> = shown.map(|row| lines(file, row, width)).collect();
    let mut first = 0;
    let height = |first: usize| lines.iter().take(at + 1).skip(first).map(Vec::len).sum::<usize>();
    while first < at && height(first) > usize::from(area.height) {
        first += 1;
    }
    let mut row = 0;
    for (number, parts) in lines.iter().enumerate().skip(first) {
        let line = &file.rows[cursor.offset + number];
        let is_out = file.is_left_out(line);
        for (part_number, part) in parts.iter().enumerate() {
            if row >= area.height {
                return;
            }
            if is_out && part_number == 0 && line.kind != RowKind::Part {
                paper.write(area, row, 0, "o", paper.theme.key());
            }
            paper.write(area, row, 1, part, style(paper.theme, line.kind, is_out));
            if number == at {
                paper.style_row(area, row, paper.theme.selected(true));
            }
            row += 1;
        }
    }
}

fn style(theme: &Theme, kind: RowKind, is_out: bool) -> Style {
    match kind {
        _ if is_out => theme.dim(),
        RowKind::Hunk => theme.kind(),
        RowKind::Removed => theme.removed(),
        RowKind::Added => theme.added(),
        RowKind::Heading => theme.heading(),
        RowKind::Context | RowKind::Plain | RowKind::Part => theme.text(),
        RowKind::Problem(severity) => theme.severity(severity),
    }
}

/// Returns a row as it stands on the screen: lines of the files stay on one line each, words wrap.
fn lines(file: &ReviewFile, row: &ReviewRow, width: u16) -> Vec<String> {
    let words = readable(width);
    let lead = match row.kind {
        RowKind::Part if file.is_left_out(row) => "[ ] ",
        RowKind::Part => "[x] ",
        RowKind::Plain if !row.parts.is_empty() => "    ",
        RowKind::Problem(severity) => return paper::wrap(&format!("{} {}", severity.letter(), row.text), words),
        RowKind::Plain => return paper::wrap(&row.text, words),
        _ => return vec![paper::signed(&row.text, row.differs, width)],
    };
    // What wraps stays behind its box.
    let wrapped = paper::wrap(&row.text, words.saturating_sub(4)).into_iter().enumerate();
    wrapped.map(|(at, line)| format!("{}{line}", if at == 0 { lead } else { "    " })).collect()
}
