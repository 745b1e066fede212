//! The upload preview: the verdict, the files, what happens step by step, the config.

use ratatui::layout::Rect;

use super::bars;
use super::paper::{self, Paper, readable};
use crate::app::layout::{self, Size};
use crate::app::mouse::Target;
use crate::app::pages::{self, LineKind};
use crate::app::{State, filters, form::Filtered, value};
use crate::check::Controller;
use crate::config::Role;
use crate::text::visible::visible;

/// Draws the screen.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let areas = layout::inner(area);
    let theme = paper.theme;
    let launch = match state.facts.controller {
        Controller::Jobs => "the next `sky jobs launch`",
        Controller::Serve => "the next `sky serve up`",
    };
    let edits = if state.unsaved_roles().is_empty() { "" } else { "   with the unsaved edits" };
    let rest = format!("{launch}, SkyPilot {}{edits}", state.facts.version.shown());
    bars::title(paper, areas.title, "Upload preview", &rest);
    let height = pages::verdict_height(state).min(areas.body.height);
    verdict(paper, state, Rect { height, ..areas.body });
    let sections = pages::section_areas(state);
    for (section, place) in sections.into_iter().enumerate() {
        if place.is_empty() {
            continue;
        }
        let focused = section == state.sections.0;
        paper.mark(place, Target::Section(section));
        let title = title(state, section);
        let inside = match state.layout_size() {
            Size::One => place,
            _ => paper.frame(place, &title, "", focused),
        };
        lines(paper, state, section, inside);
    }
    let filter = filters::told(state, Filtered::Preview);
    if let Some(filter) = filter.filter(|_| state.status.is_none() && state.modals.is_empty()) {
        let text = format!("{filter}   Esc shows all");
        paper.write(areas.status, 0, 1, &paper::fit(&text, areas.status.width.saturating_sub(2)), theme.dim());
    } else if state.status.is_none() && state.modals.is_empty() && state.layout_size() < Size::Full {
        let names: Vec<String> = pages::SECTIONS
            .iter()
            .enumerate()
            .map(|(at, name)| if at == state.sections.0 { format!("[{name}]") } else { format!(" {name} ") })
            .collect();
        paper.write(areas.status, 0, 0, &format!("{}  (Tab)", names.join(" ")), theme.dim());
    } else {
        bars::status(paper, state, areas.status);
    }
    bars::keys(paper, state, areas.bar);
}

fn verdict(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let theme = paper.theme;
    let (severity, text) = pages::verdict(state);
    let style = severity.map_or(theme.added(), |severity| theme.severity(severity));
    let letter = severity.map_or("  ".to_owned(), |severity| format!("{} ", severity.letter()));
    let inside = if state.layout_size() == Size::One { area } else { paper.frame(area, "Verdict", "", false) };
    let mut row = 0;
    let room = readable(inside.width.saturating_sub(2));
    let parts = paper::wrap(&format!("{letter}{text}"), room);
    for part in parts.iter().take(usize::from(inside.height)) {
        let is_cut = row + 1 == inside.height && parts.len() > usize::from(inside.height);
        paper.write(inside, row, 1, &if is_cut { paper::more(part, room) } else { part.clone() }, style);
        row += 1;
    }
    for warning in state.preview.warnings.iter().take(2) {
        let text = format!("SkyPilot logs: {}", visible(warning));
        paper.write(inside, row, 1, &paper::fit(&text, inside.width.saturating_sub(2)), theme.dim());
        row += 1;
    }
}

fn title(state: &State, section: usize) -> String {
    let name = pages::SECTIONS[section];
    match section {
        0 => format!("{name}: {}", value::count(state.preview.mounts.len(), "wheel")),
        2 => format!("{name} the controller will read: {}", Role::Remote.file_name()),
        _ => name.to_owned(),
    }
}

fn lines(paper: &mut Paper<'_>, state: &State, section: usize, area: Rect) {
    let theme = paper.theme;
    let mut skip = state.sections.1[section];
    let mut row = 0;
    for line in pages::section_lines(state, section) {
        let (prefix, style) = match line.kind {
            LineKind::Plain => (String::new(), theme.text()),
            LineKind::Heading => (String::new(), theme.heading()),
            LineKind::Dim => (String::new(), theme.dim()),
            LineKind::Problem(severity) => (format!("{} ", severity.letter()), theme.severity(severity)),
        };
        let indent = if line.kind == LineKind::Heading || section == 2 { 1 } else { 3 };
        let room = readable(area.width.saturating_sub(indent + 1));
        for part in paper::wrap(&format!("{prefix}{}", line.text), room) {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if row >= area.height {
                return;
            }
            paper.write(area, row, indent, &part, style);
            row += 1;
        }
    }
}
