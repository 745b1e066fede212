//! The view of a file that changed on disk while it has unsaved edits.

use ratatui::layout::Rect;

use super::bars;
use super::paper::{self, Paper, column, fit};
use crate::app::State;
use crate::app::conflict::{Conflict, Line, Row};
use crate::app::layout::{self, Size};
use crate::app::value::count;
use crate::config::diff::DiffKind;
use crate::config::merge::{Side, Whose};

/// Columns in front of a place: the cursor and whose the change is.
const SIGNS: u16 = 4;

/// Draws the screen.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let Some(view) = &state.conflict else { return };
    let areas = layout::inner(area);
    let name = format!("{} changed on disk", view.role.file_name());
    bars::title(paper, areas.title, &name, &summary(view));
    let size = state.layout_size();
    let [body, below] = layout::conflict(areas.body, view.merge.is_ok() && view.diff.is_none());
    if let Some((lines, offset)) = &view.diff {
        let title = match (view.merge.is_ok(), view.undecided()) {
            (false, _) => "What yours changes on disk".to_owned(),
            (true, 0) => "What the merge changes on disk".to_owned(),
            (true, open) => format!("What the merge changes on disk, {open} to choose: theirs so far"),
        };
        let inside = inside(paper, body, size, &title);
        for (row, line) in (0..inside.height).zip(lines.iter().skip(*offset)) {
            let theme = paper.theme;
            let style = match line.kind {
                DiffKind::Hunk => theme.kind(),
                DiffKind::Context => theme.text(),
                DiffKind::Removed => theme.removed(),
                DiffKind::Added => theme.added(),
            };
            paper.write(inside, row, 1, &paper::diff_line(line, inside.width.saturating_sub(2)), style);
        }
        if lines.is_empty() {
            paper.write(inside, 0, 1, "Nothing: it is the text on disk.", paper.theme.text());
        }
        counted(paper, body, inside, *offset, lines.len());
    } else if let Err(why) = &view.merge {
        let inside = inside(paper, body, size, "No merge by entries");
        no_merge(paper, view, why, inside);
    } else {
        table(paper, view, size, body);
        detail(paper, view, size, below);
    }
    if state.status.is_some() || !state.saving.is_empty() {
        bars::status(paper, state, areas.status);
    } else {
        let text = match (view.merge.is_ok(), size) {
            (true, Size::Full | Size::Compact) => {
                "* taken   C conflict   ~ one side   = both.  Nothing is written by merging."
            }
            _ => "Nothing is written by merging.",
        };
        paper.write(areas.status, 0, 1, &fit(text, areas.status.width.saturating_sub(2)), paper.theme.dim());
    }
    bars::keys(paper, state, areas.bar);
}

fn summary(view: &Conflict) -> String {
    if view.merge.is_err() {
        return String::new();
    }
    let changes = count(view.lines().count(), "change");
    match (view.undecided(), view.conflicts()) {
        (0, 0) => format!("{changes}, no conflict"),
        (0, all) => format!("{} chosen, {changes}", count(all, "conflict")),
        (open, _) => format!("{} to choose, {changes}", count(open, "conflict")),
    }
}

/// Draws a frame where there is room for one; returns the area inside.
fn inside(paper: &mut Paper<'_>, area: Rect, size: Size, title: &str) -> Rect {
    if size == Size::One { area } else { paper.frame(area, title, "", true) }
}

fn counted(paper: &mut Paper<'_>, body: Rect, inside: Rect, offset: usize, total: usize) {
    if body != inside && total > usize::from(inside.height) {
        let last = (offset + usize::from(inside.height)).min(total);
        paper.count(body, &format!("{last}/{total}"));
    }
}

/// Says why nothing is merged, and what can be done.
fn no_merge(paper: &mut Paper<'_>, view: &Conflict, why: &str, area: Rect) {
    let ways = [
        why,
        "",
        "r  take what is on disk; your text stays in the undo list",
        "o  overwrite it with yours; it is kept among the backups",
        "d  only keep yours as a draft in the state directory",
        "v  show the difference as text",
        "Esc  decide later: a save asks again",
    ];
    let ways = ways.iter().filter(|way| view.theirs_is_text() || !way.starts_with('v'));
    let lines: Vec<String> = ways.flat_map(|way| paper::wrap(way, area.width.saturating_sub(2))).collect();
    // Where there is little room the key bar tells the ways.
    for (row, line) in (0..area.height).zip(&lines) {
        paper.write(area, row, 1, line, paper.theme.text());
    }
}

/// Returns the widths of place, mine, theirs, merged; the last ones are 0 where they have no room.
fn widths(width: u16) -> [u16; 4] {
    let rest = width.saturating_sub(SIGNS + 1);
    if rest >= 100 {
        let place = rest * 28 / 100;
        let each = (rest - place) / 3;
        [place, each, each, each]
    } else if rest >= 56 {
        let place = rest * 36 / 100;
        let each = (rest - place) / 2;
        [place, each, each, 0]
    } else {
        let place = rest / 2;
        [place, 0, 0, rest - place]
    }
}

fn table(paper: &mut Paper<'_>, view: &Conflict, size: Size, body: Rect) {
    let theme = paper.theme;
    let mut area = inside(paper, body, size, "Mine, theirs, merged");
    let widths = widths(area.width);
    if size != Size::One {
        let heads = ["", "  mine (here)", "  theirs (on disk now)", "  merged"];
        let mut at = SIGNS;
        for (head, width) in heads.iter().zip(widths) {
            paper.write(area, 0, at, &column(head, width), theme.dim());
            at += width;
        }
        area.y += 1;
        area.height = area.height.saturating_sub(1);
    }
    if view.rows.is_empty() {
        let text = "The data is the same: only comments or layout differ.";
        paper.write(area, 0, 1, &fit(text, area.width.saturating_sub(2)), theme.text());
    }
    for (row, at) in (0..area.height).zip(view.cursor.offset..view.rows.len()) {
        match &view.rows[at] {
            Row::Heading(text, _) => {
                paper.write(area, row, 1, &paper::fit_path(text, area.width.saturating_sub(2)), theme.heading());
            }
            Row::Change(line) => change(paper, view, line, widths, Rect { y: area.y + row, height: 1, ..area }),
        }
        if at == view.cursor.at {
            paper.write(area, row, 0, ">", theme.heading());
            paper.style_row(area, row, theme.selected(true));
        }
    }
    counted(paper, body, area, view.cursor.offset, view.rows.len());
}

fn change(paper: &mut Paper<'_>, view: &Conflict, line: &Line, widths: [u16; 4], area: Rect) {
    let theme = paper.theme;
    let choice = view.choice(line);
    let (sign, style) = match (line.whose, choice) {
        (Whose::Conflict, None) => ("C", theme.severity(crate::check::Severity::Error)),
        (Whose::Conflict, Some(_)) => ("c", theme.changed()),
        (Whose::Mine | Whose::Theirs, _) => ("~", theme.changed()),
        (Whose::Both, _) => ("=", theme.dim()),
    };
    paper.write(area, 0, 2, sign, style);
    let [place, mine, theirs, merged] = widths;
    paper.write(area, 0, SIGNS, &column(&line.place, place.saturating_sub(1)), theme.text());
    let mut at = SIGNS + place;
    for (side, text, width) in [(Side::Mine, &line.mine, mine), (Side::Theirs, &line.theirs, theirs)] {
        if width > 2 {
            let is_taken = choice == Some(side) || line.whose == Whose::Both;
            let is_base = *text == line.base;
            let style = if is_taken {
                theme.heading()
            } else if is_base {
                theme.dim()
            } else {
                theme.text()
            };
            let mark = if is_taken { "* " } else { "  " };
            paper.write(area, 0, at, &column(&format!("{mark}{text}"), width.saturating_sub(1)), style);
        }
        at += width;
    }
    if merged > 2 {
        let (text, style) = match view.outcome(line) {
            Some(text) => (text, theme.text()),
            None => ("? m or t", theme.severity(crate::check::Severity::Error)),
        };
        paper.write(area, 0, at, &fit(&format!("  {text}"), merged), style);
    }
}

/// Shows the values under the cursor at their length.
fn detail(paper: &mut Paper<'_>, view: &Conflict, size: Size, area: Rect) {
    let theme = paper.theme;
    if area.height == 0 {
        return;
    }
    let title = view.current().map_or(String::new(), |line| line.place.clone());
    let area = if size == Size::One { area } else { paper.frame(area, &title, "", false) };
    let Some(line) = view.current() else {
        let text = if view.rows.is_empty() { "a puts both together" } else { "m mine, t theirs: all of this entry" };
        paper.write(area, 0, 1, &fit(text, area.width.saturating_sub(2)), theme.dim());
        return;
    };
    let undecided = "not chosen yet: m takes mine, t takes theirs";
    let outcome = view.outcome(line).unwrap_or(undecided);
    let all = [("base", line.base.as_str()), ("mine", &line.mine), ("theirs", &line.theirs), ("merged", outcome)];
    let skipped = all.len().saturating_sub(usize::from(area.height));
    // Where rows are short, what both come from goes first.
    for (row, (name, text)) in (0..area.height).zip(all.iter().skip(skipped)) {
        let at = paper.write(area, row, 1, &column(name, 8), theme.dim());
        paper.write(area, row, at, &fit(text, area.width.saturating_sub(at + 1)), theme.text());
    }
}
