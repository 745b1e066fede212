//! The first frame while the files are parsed: the rows that the lists seem to hold.

use ratatui::layout::Rect;

use super::lists::pane_name;
use super::paper::{self, Paper, width};
use crate::app::layout::Size;
use crate::app::{Pane, State};
use crate::config::Role;
use crate::config::glimpse::Glimpse;

/// Draws what is known before the files are read.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let areas = state.areas();
    let told = "skyplug-tui: reading the files...";
    if !state.has_something_to_show() {
        paper.write(area, 0, 1, told, paper.theme.text());
        return;
    }
    paper.write(areas.header, 0, 1, told, paper.theme.heading());
    for (role, glimpse) in Role::ALL.into_iter().zip(&state.glimpses) {
        let area = areas.lists[Pane::of(role).index()];
        if !area.is_empty() {
            rows(paper, state, role, area, glimpse);
        }
    }
}

fn rows(paper: &mut Paper<'_>, state: &State, role: Role, area: Rect, glimpse: &Glimpse) {
    let size = state.layout_size();
    let title = pane_name(role, role.file_name(), size);
    let inside = if size == Size::One { area } else { paper.frame(area, &title, "", state.focus == Pane::of(role)) };
    // The rows stand where the list has them.
    let top = u16::from(size == Size::Full);
    for (line, (number, class)) in (top..inside.height).zip((1..).zip(&glimpse.rows)) {
        let number = format!("  {number:>3}   ");
        let class = class.as_deref().unwrap_or("...");
        let class = paper::fit_path(class, inside.width.saturating_sub(width(&number) + 1));
        paper.pieces(inside, line, 0, &[(&number, paper.theme.dim()), (&class, paper.theme.text())]);
    }
}
