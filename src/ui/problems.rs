//! The problems: a list, one, or one line, as there is room.

use ratatui::layout::Rect;

use super::paper::{self, Paper, width};
use crate::app::layout::Size;
use crate::app::mouse::Target;
use crate::app::{Pane, State, filters, form::Filtered, review};
use crate::check::Diagnostic;
use crate::text::visible::visible;
use crate::yaml::Pointer;

/// What is said where there is no problem.
const NONE_FOUND: &str = "No problem found.";
/// What is said where a filter shows none.
const NONE_SHOWN: &str = "No problem holds the text of the filter. Esc shows all.";

/// Draws the problems pane.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = state.focus == Pane::Problems;
    paper.mark(area, Target::Pane(Pane::Problems));
    let [errors, warnings, notes] = state.counts;
    let total = state.problems.len();
    let ignored = match state.report.ignored.len() {
        0 => String::new(),
        ignored => format!("{ignored} ignored (.)  "),
    };
    let filter = filters::told(state, Filtered::Problems);
    match state.layout_size() {
        Size::Full => {
            let right = filter.unwrap_or_else(|| format!("{ignored}{errors} E  {warnings} W  {notes} i"));
            let inside = paper.frame(area, "4 Problems", &right, focused);
            list(paper, state, inside, focused);
        }
        Size::Compact => {
            let right = match filter {
                Some(filter) => filter,
                None if total == 0 => ignored,
                None => format!("{ignored}{}/{total}  n/N next", state.problem.at + 1),
            };
            let inside = paper.frame(area, "4 Problems", &right, focused);
            one(paper, state, inside);
        }
        Size::One => list(paper, state, area, focused),
        Size::Narrow | Size::TooSmall => one_line(paper, state, area),
    }
}

/// Returns the lines of a problem with their styles' kind: heading first.
fn lines(one: &Diagnostic, room: u16) -> Vec<String> {
    let mut head = review::place_text(one);
    if let Some(pointer) = &one.place.pointer {
        head = format!("{head}  {}", visible(&place(pointer)));
    }
    let mut out = vec![paper::fit(&head, room)];
    out.extend(paper::wrap(&visible(&review::sentences(one)), room.saturating_sub(2)));
    if let Some(fix) = &one.fix {
        out.push(paper::fit(&format!("[f] {}", visible(&fix.label)), room.saturating_sub(2)));
    }
    out
}

/// Returns where a pointer leads, as the lists count: `#3 dry_run`.
fn place(pointer: &Pointer) -> String {
    match pointer.tokens() {
        [list, index, rest @ ..] if list == "plugins" => {
            let number = index.parse::<usize>().map_or_else(|_| index.clone(), |index| (index + 1).to_string());
            let below = rest.strip_prefix(&["parameters".to_owned()]).unwrap_or(rest);
            format!("#{number} {}", Pointer::from_tokens(below).to_path())
        }
        _ => pointer.to_path(),
    }
}

fn list(paper: &mut Paper<'_>, state: &State, area: Rect, focused: bool) {
    let theme = paper.theme;
    if state.problems.is_empty() {
        paper.write(area, 0, 1, NONE_FOUND, theme.added());
        return;
    }
    let room = area.width.saturating_sub(4);
    let shown = filters::problems(state);
    let Some(cursor) = shown.iter().position(|number| *number == state.problem.at) else {
        paper.write(area, 0, 1, NONE_SHOWN, theme.dim());
        return;
    };
    // From the cursor upwards as much as leaves room for it.
    let mut first = cursor;
    let mut used = lines(&state.problems[shown[cursor]], room).len();
    while first > 0 {
        let more = lines(&state.problems[shown[first - 1]], room).len();
        if used + more > usize::from(area.height) {
            break;
        }
        used += more;
        first -= 1;
    }
    let mut row = 0;
    for index in shown.iter().copied().skip(first) {
        if row >= area.height {
            break;
        }
        let one = &state.problems[index];
        let is_current = focused && index == state.problem.at;
        for (number, line) in lines(one, room).into_iter().enumerate() {
            if number == 0 {
                let letter = format!("{}{} ", if is_current { ">" } else { " " }, one.severity.letter());
                paper.pieces(area, row, 0, &[(&letter, theme.severity(one.severity)), (&line, theme.heading())]);
            } else {
                paper.write(area, row, 4, &line, theme.text());
            }
            if is_current && number == 0 {
                paper.style_row(area, row, theme.selected(true));
            }
            paper.mark_row(area, row, Target::Problem(index));
            row += 1;
        }
    }
}

/// Draws the problem under the cursor in two rows.
fn one(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let theme = paper.theme;
    let Some(one) = state.problems.get(state.problem.at) else {
        let is_none = state.problems.is_empty();
        let (text, style) = if is_none { (NONE_FOUND, theme.added()) } else { (NONE_SHOWN, theme.dim()) };
        paper.write(area, 0, 1, text, style);
        return;
    };
    paper.mark(area, Target::Problem(state.problem.at));
    let fix = one.fix.as_ref().map_or(String::new(), |fix| format!("  [f] {}", fix.label));
    let text = format!("{}{}", review::problem_text(one), visible(&fix));
    let parts = paper::wrap(&text, area.width.saturating_sub(5));
    for (row, part) in (0..area.height).zip(&parts) {
        let cut = row + 1 == area.height && parts.len() > usize::from(area.height);
        let part = if cut { paper::more(part, area.width.saturating_sub(5)) } else { part.clone() };
        paper.write(area, row, 3, &part, theme.text());
    }
    paper.write(area, 0, 1, &one.severity.letter().to_string(), theme.severity(one.severity));
}

/// Draws the problem under the cursor in one row.
pub(super) fn one_line(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let theme = paper.theme;
    let Some(one) = state.problems.get(state.problem.at) else {
        let text = if state.problems.is_empty() { "no problem found" } else { NONE_SHOWN };
        paper.write(area, 0, 1, text, theme.dim());
        return;
    };
    let fix = if one.fix.is_some() { "  [f]ix" } else { "" };
    if state.layout_size() == Size::One {
        // What it is comes first: the name of the file is in the list of all problems.
        let number = one.place.pointer.as_ref().map_or_else(String::new, place);
        let number = number.split_once(' ').map_or(number.as_str(), |(entry, _)| entry);
        let lead = if number.starts_with('#') {
            format!("{} {number} ", one.severity.letter())
        } else {
            format!("{} ", one.severity.letter())
        };
        let text = visible(&review::sentences(one)).into_owned();
        let room = area.width.saturating_sub(width(&lead) + width(fix) + 2);
        let text = paper::fit_words(&text, room);
        let pieces = [(&*lead, theme.severity(one.severity)), (&*text, theme.text()), (fix, theme.key())];
        paper.pieces(area, 0, 1, &pieces);
        return;
    }
    let text = format!("{}{fix}", review::problem_text(one));
    let focused = state.focus == Pane::Problems && state.layout_size() == Size::Narrow;
    let letter = format!("{}{}", if focused { "> " } else { "" }, one.severity.letter());
    let text = paper::fit_words(&text, area.width.saturating_sub(5));
    paper.pieces(area, 0, 1, &[(&letter, theme.severity(one.severity)), (" ", theme.text()), (&text, theme.text())]);
}
