//! The screen for the first run: neither file is there.

use ratatui::layout::Rect;

use super::lists;
use super::paper::{self, Paper};
use crate::app::State;
use crate::app::layout::{self, MIN_HEIGHT};
use crate::config::{Role, locate};
use crate::text::visible::{visible, visible_name};

/// Draws the screen for the first run: neither file is there.
pub(super) fn first_run(paper: &mut Paper<'_>, state: &State, screen: Rect) {
    let theme = paper.theme;
    let mut place = screen;
    place.y += 1;
    place.height = place.height.saturating_sub(3);
    let area = layout::dialog(place, 78, 20);
    let area = if screen.height < MIN_HEIGHT + 8 { place } else { area };
    let inside = paper.frame(area, "No plugin files yet", "nothing is written until you save", true);
    let is_small = inside.width < 60;
    let mut lines: Vec<(String, bool)> = Vec::new();
    for role in Role::ALL {
        let path = state.path(role).map_or("(no path)".to_owned(), |path| state.shown_path(&path));
        let what = if role == Role::Api { "the API server loads no plugins" } else { "controllers get none" };
        let what = if is_small { String::new() } else { format!(": {what}") };
        lines.push((format!("{path}  does not exist{what}"), false));
    }
    lines.push((String::new(), false));
    for (key, text, short) in [
        ("a", "add a plugin class for the API server", "add a class for the API server"),
        ("r", "add a plugin class for remote controllers", "add a class for controllers"),
        ("b", "choose the wheel directory (controller_wheel_path)", "choose the wheel directory"),
        ("e", "write plugins.yaml in your editor", "write it in your editor"),
        ("x", "open an example: try every key, save is off", "open an example, save is off"),
        ("i", "what are plugins? (one page)", "what are plugins? (one page)"),
    ] {
        lines.push((format!("[{key}] {}", if is_small { short } else { text }), true));
    }
    lines.push((String::new(), false));
    lines.push(("looked in".to_owned(), false));
    for role in Role::ALL {
        let name = locate::variable(role);
        let value = state.facts.environment.variables.get(std::ffi::OsStr::new(name));
        let value = value.map_or("not set".to_owned(), |value| format!("'{}'", visible_name(value)));
        lines.push((format!("  {name}  {value}"), false));
    }
    lines.push((format!("  {}", lists::upload_note(state)), false));
    let mut row = u16::from(inside.height > 14);
    for (line, is_key) in lines {
        if line.is_empty() && inside.height < 14 {
            continue;
        }
        let style = if is_key { theme.text() } else { theme.dim() };
        let text = paper::fit_words(&visible(&line), inside.width.saturating_sub(3));
        paper.write(inside, row, 2, &text, style);
        if is_key {
            paper.write(inside, row, 3, &text[1..2], theme.key());
        }
        row += 1;
    }
}
