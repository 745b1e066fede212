//! The list of themes, with a sample of each meaning; what is behind it shows the theme as well.

use ratatui::layout::Rect;

use super::modal::dialog;
use super::paper::{self, Paper, Piece};
use crate::app::State;
use crate::app::look::Choice;
use crate::app::mouse::Target;
use crate::check::Severity;
use crate::text::visible::visible;

/// How wide the list is, in cells.
const WIDTH: u16 = 42;

/// Draws the list.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, choice: Choice, screen: Rect) {
    let theme = *paper.theme;
    let names = &state.preferences.themes.names;
    let rows = u16::try_from(names.len()).unwrap_or(u16::MAX);
    let (area, inside) = dialog(paper, screen, WIDTH, rows.saturating_add(7), "Theme", "");
    let samples = samples(paper);
    let room = inside.height.saturating_sub(if inside.height > rows { 4 } else { 0 }).max(1);
    let first = (choice.cursor + 1).saturating_sub(usize::from(room));
    let mut row = 0;
    for (at, name) in names.iter().enumerate().skip(first).take(usize::from(room)) {
        let arrow = if at == choice.cursor { "> " } else { "  " };
        let mark = if at == state.preferences.themes.chosen { "  (in force)" } else { "" };
        let name = paper::fit(&visible(name), inside.width.saturating_sub(14));
        paper.pieces(inside, row, 0, &[(arrow, theme.heading()), (&name, theme.text()), (mark, theme.dim())]);
        paper.mark_row(inside, row, Target::Item(at));
        if at == choice.cursor {
            paper.style_row(inside, row, theme.selected(true));
        }
        row += 1;
    }
    for line in &samples {
        row += 1;
        paper.pieces(inside, row, 0, line);
    }
    paper.footer(area, &[("Enter", "take it"), ("j/k", "show"), ("Esc", "back")]);
}

fn samples(paper: &Paper<'_>) -> [Vec<Piece<'static>>; 3] {
    let theme = paper.theme;
    let gap = ("  ", theme.text());
    [
        vec![
            ("E error", theme.severity(Severity::Error)),
            gap,
            ("W warning", theme.severity(Severity::Warning)),
            gap,
            ("i note", theme.severity(Severity::Info)),
        ],
        vec![("+ added", theme.added()), gap, ("~ changed", theme.changed()), gap, ("- removed", theme.removed())],
        vec![
            ("'text'", theme.value("str")),
            gap,
            ("12", theme.value("int")),
            gap,
            ("true", theme.value("bool")),
            gap,
            ("null", theme.value("null")),
            gap,
            ("int", theme.kind()),
            gap,
            ("key", theme.key()),
        ],
    ]
}
