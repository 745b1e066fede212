//! A class in both lists: its parameters side by side.

use ratatui::layout::Rect;

use super::modal::dialog;
use super::paper::{self, Paper};
use crate::app::pages::COMMANDS_WIDTH;
use crate::app::sides::Sides;

/// The rows of the dialog that hold no parameter: frame, heads, a blank.
const AROUND: usize = 5;

/// Draws the dialog.
pub(super) fn draw(paper: &mut Paper<'_>, sides: &Sides, screen: Rect) {
    let theme = paper.theme;
    let differing = sides.rows.iter().filter(|row| row.differs).count();
    let right = format!("{differing} of {} differ", sides.rows.len());
    let height = u16::try_from(sides.rows.len() + AROUND).unwrap_or(u16::MAX);
    let (area, inside) = dialog(paper, screen, COMMANDS_WIDTH, height, &sides.class, &right);
    let name = (inside.width / 3).min(36);
    let column = inside.width.saturating_sub(name + 2) / 2;
    let starts = [name + 2, name + 2 + column];
    paper.write(inside, 0, 2, "parameter", theme.dim());
    for (head, start) in sides.heads.iter().zip(starts) {
        paper.write(inside, 0, start, &paper::fit(head, column.saturating_sub(1)), theme.heading());
    }
    let body = Rect { y: inside.y + 1.min(inside.height), height: inside.height.saturating_sub(1), ..inside };
    if sides.rows.is_empty() {
        paper.write(body, 0, 2, "Neither has parameters.", theme.dim());
    }
    for (row, side) in (0..body.height).zip(sides.rows.iter().skip(sides.offset)) {
        let sign = if side.differs { "~ " } else { "  " };
        let style = if side.differs { theme.text() } else { theme.dim() };
        let path = paper::fit_path(&side.path, name.saturating_sub(2));
        paper.pieces(body, row, 0, &[(sign, theme.sign(sign.trim_end())), (&path, style)]);
        for (text, start) in side.texts.iter().zip(starts) {
            let (text, style) = text.as_deref().map_or(("(not set)", theme.dim()), |text| (text, style));
            paper.write(body, row, start, &paper::fit(text, column.saturating_sub(1)), style);
        }
    }
    let scrolls = sides.rows.len() > usize::from(body.height);
    let keys: &[(&str, &str)] = if scrolls { &[("j/k", "scroll"), ("Esc", "close")] } else { &[("Esc", "close")] };
    paper.footer(area, keys);
}
