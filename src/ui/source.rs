//! The text of a file: as a pane beside the lists, or as a screen of its own.

use ratatui::layout::Rect;

use super::bars;
use super::paper::{self, Paper, width};
use crate::app::layout::{self, Size};
use crate::app::{State, source};
use crate::config::Role;
use crate::text::Span;
use crate::text::visible::visible;

/// Draws the pane on a wide screen.
pub(super) fn pane(paper: &mut Paper<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let (role, mark) = source::shown(state);
    let star = if state.is_unsaved(role) { " *" } else { "" };
    let title = format!("{}{star} as written", role.file_name());
    let inside = paper.frame(area, &title, &source::lines_text(state), false);
    if state.workspace.document(role).is_none() {
        let text = format!("{} does not exist yet.", role.file_name());
        paper.write(inside, 0, 1, &text, paper.theme.dim());
        return;
    }
    lines(paper, state, inside, (role, mark), state.source.top, None);
}

/// Draws the screen.
pub(super) fn screen(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let areas = layout::inner(area);
    let (role, mark) = source::shown(state);
    let star = if state.is_unsaved(role) { " *" } else { "" };
    let path = state.path(role).map_or(String::new(), |path| state.shown_path(&path));
    bars::title(paper, areas.title, &format!("Source: {}{star}", role.file_name()), &path);
    let inside = if state.layout_size() == Size::One {
        areas.body
    } else {
        let inside = paper.frame(areas.body, "As written, unsaved edits included", &source::lines_text(state), true);
        let all = state.workspace.document(role).map_or(0, |document| document.lines().count());
        paper.count(areas.body, &format!("{}/{all}", state.source.cursor.at + 1));
        inside
    };
    lines(paper, state, inside, (role, mark), state.source.cursor.offset, Some(state.source.cursor.at));
    bars::status(paper, state, areas.status);
    bars::keys(paper, state, areas.bar);
}

/// Draws lines from `top` on, what is marked set off.
fn lines(
    paper: &mut Paper<'_>,
    state: &State,
    area: Rect,
    (role, mark): (Role, Option<Span>),
    top: usize,
    cursor: Option<usize>,
) {
    let theme = paper.theme;
    let Some(document) = state.workspace.document(role) else { return };
    let secrets = source::secrets(state, document);
    let marked = mark.map(|mark| source::lines_of(document, mark));
    let is_short = marked.is_some_and(|(first, last)| first == last);
    let all = document.lines().count();
    let digits = usize::from(width(&all.to_string())).max(3);
    // Some characters take no cell.
    let most = usize::from(area.width) * 8;
    for (row, line) in (0..area.height).zip(top..all) {
        let is_marked = marked.is_some_and(|(first, last)| (first..=last).contains(&line));
        let number = format!("{}{:>digits$}  ", if is_marked { ">" } else { " " }, line + 1);
        let mut at = paper.write(area, row, 0, &number, if is_marked { theme.heading() } else { theme.dim() });
        for (text, in_mark) in source::pieces(document, line, secrets, mark, most) {
            let style = match (in_mark, is_short && cursor.is_none()) {
                (true, true) => theme.selected(true),
                (true, false) => theme.heading(),
                (false, _) if mark.is_some() => theme.dim(),
                (false, _) => theme.text(),
            };
            let text = paper::fit(&visible(&text), area.width.saturating_sub(at));
            at = paper.write(area, row, at, &text, style);
        }
        if cursor == Some(line) {
            paper.style_row(area, row, theme.selected(true));
        }
    }
}
