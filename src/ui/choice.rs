//! A list to choose from.

use ratatui::layout::Rect;

use super::modal::dialog;
use super::paper::{self, Paper, width};
use crate::app::choice::{self, Choice};
use crate::app::mouse::Target;
use crate::app::pages::COMMANDS_WIDTH;

/// Draws the dialog.
pub(super) fn draw(paper: &mut Paper<'_>, choice: &Choice, screen: Rect) {
    let theme = paper.theme;
    let height = choice::height(choice.rows.len());
    let (area, inside) = dialog(paper, screen, COMMANDS_WIDTH, height, &choice.title, &choice.right);
    for line in 0..inside.height {
        let at = choice.offset + usize::from(line);
        let Some(row) = choice.rows.get(at) else { break };
        let is_current = at == choice.cursor;
        let arrow = if is_current { "> " } else { "  " };
        let number = if line < 9 { format!("{} ", line + 1) } else { "  ".to_owned() };
        let room = inside.width.saturating_sub(4);
        // The detail gets what the label leaves, and a third in any case.
        let detail = paper::fit(&row.detail, room.saturating_sub(width(&row.label) + 2).max(room / 3));
        let label = paper::fit(&row.label, room.saturating_sub(width(&detail) + 2));
        paper.pieces(inside, line, 0, &[(arrow, theme.heading()), (&number, theme.key()), (&label, theme.text())]);
        paper.write_right(inside, line, &detail, theme.dim());
        paper.mark_row(inside, line, Target::Item(at));
        if is_current {
            paper.style_row(inside, line, theme.selected(true));
        }
    }
    let mut keys = vec![("Enter", "go there"), ("Esc", "close"), ("1-9", "go")];
    if choice.rows.len() > usize::from(inside.height) {
        keys.push(("j/k", "scroll"));
    }
    paper.footer(area, &keys);
}
