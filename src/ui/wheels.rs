//! The wheel list: what is uploaded, what is not, and why.

use ratatui::layout::Rect;

use super::bars;
use super::paper::{self, Paper};
use crate::app::layout::{self, Size};
use crate::app::mouse::Target;
use crate::app::pages::LineKind;
use crate::app::wheels::WheelOrder;
use crate::app::{State, pages, review, value, wheels};
use crate::check::FileKind;
use crate::text::visible::{visible, visible_name};
use crate::wheel::contents::Inspection;
use crate::wheel::filename::{Architecture, WheelName};
use crate::wheel::{DirectoryEntry, EntryKind, install};

/// Draws the screen.
pub(super) fn draw(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let theme = paper.theme;
    let areas = layout::inner(area);
    let one = state.layout_size() == Size::One;
    let written = state.preview.wheel_dir.as_ref().map_or(String::new(), |named| visible(&named.written).into_owned());
    let resolved = pages::resolved_text(state).map_or(String::new(), |text| format!(" -> {text}"));
    let progress = state.reading.progress();
    // Without a frame the heading is the only place for it.
    let told = progress.as_ref().filter(|_| one).map_or(String::new(), |progress| format!("{progress}  "));
    let rest = if written.is_empty() { String::new() } else { format!("{told}{written}{resolved}") };
    bars::title(paper, areas.title, "Wheels", &rest);
    let wheels = pages::wheel_directory(state).map_or(0, |directory| directory.wheels().count());
    let size: u64 = pages::wheel_directory(state).map_or(0, |directory| directory.wheels().map(|one| one.size).sum());
    let rows = pages::wheel_rows(state);
    let mut body = areas.body;
    let problems = problems(state, body.width);
    let below = u16::try_from(problems.len()).unwrap_or(0).min(body.height / 3);
    if below > 0 {
        body.height -= below;
        for (row, (style, line)) in (0..below).zip(&problems) {
            let place = Rect { y: body.bottom() + row, height: 1, ..body };
            paper.write(place, 0, 1, line, *style);
        }
    }
    let (body, aside) = layout::wheels(body);
    if let Some(entry) = pages::wheel_row(state, state.wheel.at).filter(|_| !aside.is_empty()) {
        detail(paper, state, aside, entry);
    }
    let inside = if one {
        body
    } else {
        let mut title = format!("{}, {}", value::count(wheels, "wheel"), pages::size_text(size));
        if let Some(progress) = &progress {
            title = format!("{title}, {progress}");
        }
        let filter = &state.wheel_view.filter;
        let filter = if filter.is_empty() { String::new() } else { format!("/{}  ", visible(filter)) };
        let order = state.wheel_view.order;
        let order = if order == WheelOrder::Name { String::new() } else { format!("{}  ", order.name()) };
        let place = if rows == 0 { String::new() } else { format!("{}/{rows}", state.wheel.at + 1) };
        let right = format!("{filter}{order}{place}");
        paper.frame(body, &title, &right, true)
    };
    if rows == 0 {
        for (row, line) in (0..).zip(paper::wrap(&pages::no_wheels(state), inside.width.saturating_sub(2))) {
            paper.write(inside, row, 1, &line, theme.text());
        }
    }
    for line in 0..inside.height {
        let at = state.wheel.offset + usize::from(line);
        let Some(entry) = pages::wheel_row(state, at) else { break };
        let inspection = pages::inspection(state, entry);
        row(paper, inside, line, entry, inspection, at == state.wheel.at);
        paper.mark_row(inside, line, Target::Wheel(at));
        if at == state.wheel.at {
            paper.style_row(inside, line, theme.selected(true));
        }
    }
    bars::status(paper, state, areas.status);
    bars::keys(paper, state, areas.bar);
}

/// Tells what is known of the wheel under the cursor.
fn detail(paper: &mut Paper<'_>, state: &State, area: Rect, entry: &DirectoryEntry) {
    let theme = paper.theme;
    let inside = paper.frame(area, &paper::fit(&visible_name(&entry.name), area.width.saturating_sub(6)), "", false);
    let mut row = 0;
    for line in wheels::detail(state, entry) {
        let style = match line.kind {
            LineKind::Plain => theme.text(),
            LineKind::Heading => theme.heading(),
            LineKind::Dim => theme.dim(),
            LineKind::Problem(severity) => theme.severity(severity),
        };
        let wrapped = if line.text.is_empty() {
            vec![String::new()]
        } else {
            paper::wrap(&line.text, inside.width.saturating_sub(2))
        };
        for text in wrapped {
            if row >= inside.height {
                return;
            }
            paper.write(inside, row, 1, &text, style);
            row += 1;
        }
    }
}

fn row(
    paper: &mut Paper<'_>,
    area: Rect,
    line: u16,
    entry: &DirectoryEntry,
    inspection: Option<&Inspection>,
    is_current: bool,
) {
    let theme = paper.theme;
    let arrow = if is_current { "> " } else { "  " };
    let size = pages::size_text(entry.size);
    let file = visible_name(&entry.name);
    if !entry.is_wheel() {
        let why =
            if entry.kind == EntryKind::Directory { "not uploaded: a directory" } else { "not uploaded: no *.whl" };
        let file = paper::fit(&file, area.width / 2);
        paper.pieces(
            area,
            line,
            0,
            &[
                (arrow, theme.heading()),
                (". ", theme.dim()),
                (&file, theme.dim()),
                ("  ", theme.dim()),
                (why, theme.dim()),
            ],
        );
        return;
    }
    let (name, version, tags) =
        pages::wheel_name(entry).unwrap_or_else(|| (file.clone(), "?".to_owned(), "no wheel name".to_owned()));
    let note = note(entry, inspection);
    let wide = area.width >= 70;
    let name_room = if wide { (area.width / 3).min(36) } else { area.width.saturating_sub(25) };
    let mut pieces = vec![
        (arrow.to_owned(), theme.heading()),
        (paper::column(&name, name_room.saturating_sub(1)), theme.text()),
        (" ".to_owned(), theme.text()),
        (paper::column(&version, 10), theme.text()),
    ];
    if wide {
        pieces.push((paper::column(&tags, 22), theme.dim()));
    }
    pieces.push((format!("{size:>9}  "), theme.text()));
    if let Some(note) = note {
        // The whole sentence stands among the problems below.
        let note = if area.width < 100 { "W".to_owned() } else { note };
        pieces.push((note, theme.severity(crate::check::Severity::Warning)));
    }
    let pieces: Vec<_> = pieces.iter().map(|(text, style)| (text.as_str(), *style)).collect();
    paper.pieces(area, line, 0, &pieces);
}

/// Returns what is unusual about a wheel, as far as its name, its kind and what was read of it say.
fn note(entry: &DirectoryEntry, inspection: Option<&Inspection>) -> Option<String> {
    if !matches!(entry.kind, EntryKind::File | EntryKind::Symlink) {
        return Some(format!("{}: not a file", entry.kind.name()));
    }
    let parsed = entry.name.to_str().and_then(|name| WheelName::parse(name).ok());
    let Some(name) = parsed else { return Some("no valid wheel name".to_owned()) };
    if inspection.is_some_and(|inspection| inspection.contents.is_err()) {
        return Some("no sound archive".to_owned());
    }
    let file_name = entry.name.to_str().unwrap_or_default();
    let installs = |architecture| match inspection {
        Some(inspection) => install::installs_on(file_name, &inspection.contents, architecture),
        None => name.installs_on(architecture),
    };
    let fits: Vec<&str> =
        Architecture::ALL.into_iter().filter(|architecture| installs(*architecture)).map(Architecture::name).collect();
    match fits.len() {
        2 => None,
        0 => Some("does not install on controllers".to_owned()),
        _ => Some(format!("{} controllers only", fits[0])),
    }
}

/// Returns the problems of the wheel directory as lines.
fn problems(state: &State, room: u16) -> Vec<(ratatui::style::Style, String)> {
    state
        .problems
        .iter()
        .filter(|one| one.place.file == FileKind::Wheels)
        .flat_map(|one| {
            let text = format!("{} {}", one.severity.letter(), visible(&review::sentences(one)));
            paper::wrap(&text, room.saturating_sub(2)).into_iter().map(|line| (ratatui::style::Style::new(), line))
        })
        .collect()
}
