//! The text that was copied, alone in its rows, so that the terminal can select it.

use ratatui::layout::Rect;
use unicode_segmentation::UnicodeSegmentation as _;

use super::bars;
use super::paper::{Paper, width};
use crate::app::layout;
use crate::app::modal::Notice;

/// Draws the text over the whole screen, without a frame.
pub(super) fn draw(paper: &mut Paper<'_>, notice: &Notice, screen: Rect) {
    let areas = layout::inner(screen);
    paper.clear(screen);
    bars::title(paper, areas.title, &notice.title, "");
    let lines: Vec<String> = notice.text.iter().flat_map(|line| cells(line, screen.width)).collect();
    let last = lines.len().saturating_sub(usize::from(areas.body.height));
    for (row, line) in (0..areas.body.height).zip(lines.iter().skip(notice.offset.min(last))) {
        paper.write(areas.body, row, 0, line, paper.theme.text());
    }
    let how = if last > 0 { "j/k scroll   select it with the terminal" } else { "select it with the terminal" };
    paper.write(areas.bar, 0, 1, how, paper.theme.dim());
}

/// Cuts a line where the screen ends, inside words too: what is selected holds no blank that is not there.
fn cells(line: &str, room: u16) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for grapheme in line.graphemes(true) {
        let wide = width(grapheme);
        if used + wide > room.max(1) && used > 0 {
            lines.push(String::new());
            used = 0;
        }
        if let Some(last) = lines.last_mut() {
            last.push_str(grapheme);
        }
        used += wide;
    }
    lines
}
