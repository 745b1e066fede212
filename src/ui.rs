//! The screens, drawn from the state.
//!
//! [`draw_on`] reads the state and writes the frame; it changes nothing, and it does
//! work only for the rows that are shown. Everything that comes from outside was
//! made visible where the state was built, or is here.

mod backups;
mod bars;
mod choice;
mod chord;
mod clipboard;
mod conflict;
mod detail;
mod first_run;
mod form;
mod glimpse;
mod lists;
mod look;
mod modal;
mod paper;
mod parameters;
mod preview;
mod problems;
mod review;
mod run;
mod sides;
mod source;
pub mod theme;
mod wheels;

/// What the screens say in words, for line mode to say the same.
pub mod words {
    pub use super::detail::{known, source};
    pub use super::lists::{shown_line, verdict};
}

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use self::paper::Paper;
use self::theme::Theme;
use crate::app::layout::Size;
use crate::app::mouse::Marks;
use crate::app::{Screen, State};
use crate::config::Role;

/// What there is of a frame beside its cells.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    /// Where things are, for the mouse.
    pub marks: Marks,
    /// Where the cursor belongs, where it is to be seen.
    pub cursor: Option<Position>,
}

/// Draws the state.
pub fn draw(state: &State, theme: &Theme, frame: &mut Frame<'_>) {
    if let Some(cursor) = draw_on(state, theme, frame.buffer_mut()).cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws the state on a blank frame.
pub fn draw_on(state: &State, theme: &Theme, buffer: &mut Buffer) -> Drawn {
    let area = buffer.area;
    let keymap = &state.preferences.keymap;
    let marks = Marks::new(state.context());
    let mut paper = Paper { buffer, theme, keymap, cursor: None, marks };
    // Most themes leave the ground to the terminal, and this is every cell.
    if theme.ground() != Style::new() {
        paper.buffer.set_style(area, theme.ground());
    }
    if Size::of(area.width, area.height) == Size::TooSmall {
        too_small(&mut paper, state, area);
    } else if !state.ready {
        glimpse::draw(&mut paper, state, area);
    } else {
        screen(&mut paper, state, area);
        for modal in &state.modals {
            paper.marks.clear();
            modal::draw(&mut paper, modal, state, area);
        }
        chord::draw(&mut paper, state, area);
    }
    paper.unstyle_blanks();
    Drawn { cursor: paper.cursor.map(Position::from), marks: paper.marks }
}

fn screen(paper: &mut Paper<'_>, state: &State, area: Rect) {
    match state.screen {
        Screen::Main if state.is_first_run() => {
            bars::main_header(paper, state, Rect { height: 1, ..area });
            first_run::first_run(paper, state, area);
            bars::status(paper, state, state.areas().status);
            bars::keys(paper, state, state.areas().bar);
        }
        Screen::Main => main(paper, state),
        Screen::Parameters => parameters::draw(paper, state, area),
        Screen::Wheels => wheels::draw(paper, state, area),
        Screen::Preview => preview::draw(paper, state, area),
        Screen::Review => review::draw(paper, state, area),
        Screen::Conflict => conflict::draw(paper, state, area),
        Screen::Source => source::screen(paper, state, area),
    }
}

fn main(paper: &mut Paper<'_>, state: &State) {
    let areas = state.areas();
    bars::main_header(paper, state, areas.header);
    bars::notes(paper, state, areas.notes);
    for role in Role::ALL {
        lists::draw(paper, state, role, areas.lists[crate::app::Pane::of(role).index()]);
    }
    detail::draw(paper, state, areas.detail);
    problems::draw(paper, state, areas.problems);
    source::pane(paper, state, areas.source);
    bars::upload(paper, state, areas.upload);
    bars::status(paper, state, areas.status);
    bars::keys(paper, state, areas.bar);
}

/// Says that nothing is drawn, and which keys still work.
fn too_small(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let (width, height) = (area.width, area.height);
    let leaving = matches!(state.modals.last(), Some(crate::app::modal::Modal::Menu(menu)) if menu.leaving);
    let lines = if leaving {
        [
            "Edits are not saved.".to_owned(),
            "x discard them and leave".to_owned(),
            "Ctrl-C leave, keep edits".to_owned(),
            "Esc stay".to_owned(),
        ]
    } else {
        [
            format!("skyplug-tui: window is {width} x {height}"),
            "Needs 40 x 8. Keys are off".to_owned(),
            "until it is larger, except:".to_owned(),
            "q quit (asks if unsaved)".to_owned(),
        ]
    };
    for (row, line) in (0..).zip(lines) {
        paper.write(area, row, 0, &line, paper.theme.text());
    }
}
