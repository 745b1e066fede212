//! What may follow the first key of a chord, shown at once.

use ratatui::layout::Rect;

use super::paper::{self, Paper, width};
use crate::app::State;

/// Draws the choices above the lower edge, over whatever is there.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, screen: Rect) {
    let Some(first) = state.preferences.pending else { return };
    let choices = paper.keymap.choices(state.context(), first);
    let keys = choices.iter().map(|(key, _)| width(&key.to_string())).max().unwrap_or(0);
    let names = choices.iter().map(|(_, command)| width(command.name)).max().unwrap_or(0);
    let title = first.to_string();
    let wide = (keys + names + 6).max(width(&title) + 6).min(screen.width);
    // The status line and the key bar stay.
    let high = u16::try_from(choices.len() + 2).unwrap_or(u16::MAX).min(screen.height.saturating_sub(2));
    let area = Rect { x: screen.right() - wide, y: screen.bottom() - high - 2, width: wide, height: high };
    paper.clear(area);
    let inside = paper.frame(area, &title, "", true);
    for (row, (key, command)) in (0..inside.height).zip(&choices) {
        let key = paper::column(&key.to_string(), keys);
        let (strong, text) = (paper.theme.key(), paper.theme.text());
        paper.pieces(inside, row, 1, &[(&key, strong), ("  ", text), (command.name, text)]);
    }
}
