//! The header, the notes below it, the upload, the status line and the key bar.

use ratatui::layout::Rect;

use super::paper::{self, Paper, Piece, width};
use super::problems;
use crate::app::command::{Context, Id};
use crate::app::layout::Size;
use crate::app::list::Body;
use crate::app::mouse::Target;
use crate::app::{Pane, State, Tone, filters, form::FormKind, history, modal::Modal, offers, pages, review, value};
use crate::check::{Severity, VersionSource};
use crate::config::Role;
use crate::text::visible::visible;

/// Draws the line on top of the main screen.
pub(super) fn main_header(paper: &mut Paper<'_>, state: &State, area: Rect) {
    if state.layout_size() == Size::One && !state.is_first_run() {
        tabs(paper, state, area);
        return;
    }
    let theme = paper.theme;
    let wide = state.layout_size() == Size::Full;
    let gap = if wide { "   " } else { "  " };
    let [errors, warnings, notes] = state.counts;
    let error_text = if wide { value::count(errors, "error") } else { format!("{errors}E") };
    let warning_text = if wide { value::count(warnings, "warning") } else { format!("{warnings}W") };
    let note_text = if wide { value::count(notes, "note") } else { format!("{notes}i") };
    let unsaved = unsaved_text(state, wide);
    let keys = if wide { "? help   : commands   q quit " } else { "? help  q quit " };
    let place = place(state);
    let error_style = if errors > 0 { theme.severity(Severity::Error) } else { theme.dim() };
    let warning_style = if warnings > 0 { theme.severity(Severity::Warning) } else { theme.dim() };
    let mut pieces: Vec<Piece<'_>> = vec![(" skyplug-tui", theme.heading())];
    let unsaved_style = if unsaved.is_empty() { theme.dim() } else { theme.changed() };
    let room = area.width.saturating_sub(width(keys) + 2);
    let fixed = 12 + width(&unsaved) + width(&error_text) + width(&warning_text) + 4 * width(gap);
    let place = paper::fit_path(&place, room.saturating_sub(fixed).max(8));
    pieces.extend([(gap, theme.text()), (place.as_str(), theme.text())]);
    if !unsaved.is_empty() {
        pieces.extend([(gap, theme.text()), (unsaved.as_str(), unsaved_style)]);
    }
    pieces.extend([(gap, theme.text()), (error_text.as_str(), error_style)]);
    pieces.extend([(" ", theme.text()), (warning_text.as_str(), warning_style)]);
    if notes > 0 {
        pieces.extend([(" ", theme.text()), (note_text.as_str(), theme.dim())]);
    }
    let used: u16 = pieces.iter().map(|(text, _)| width(text)).sum();
    let versions = versions(state);
    if let Some(version) = versions.iter().find(|version| used + width(version) + width(gap) < room) {
        pieces.extend([(gap, theme.text()), (version.as_str(), theme.dim())]);
    }
    paper.pieces(area, 0, 0, &pieces);
    if area.width > width(keys) + 20 {
        paper.write_right(area, 0, keys, theme.dim());
    }
}

/// Returns the release in force, as long as there may be room for first.
fn versions(state: &State) -> [String; 2] {
    let version = state.facts.version;
    let assumed = if state.facts.version_source == VersionSource::Assumed { " assumed" } else { "" };
    [format!("SkyPilot {}{assumed}", version.shown()), format!("SkyPilot {version}{assumed}")]
}

fn unsaved_text(state: &State, wide: bool) -> String {
    match (state.unsaved_roles().as_slice(), wide) {
        ([], _) => String::new(),
        ([role], true) => format!("unsaved: {}", role.file_name()),
        (_, true) => "unsaved: both files".to_owned(),
        (roles, false) => format!("{} unsaved", value::count(roles.len(), "file")),
    }
}

/// Returns where the files are: the directory that both share, or the path of the list at hand.
fn place(state: &State) -> String {
    let path = |role| state.path(role);
    let text = match (path(Role::Api), path(Role::Remote)) {
        // A manifest holds both.
        (Some(api), Some(remote)) if api == remote => Some(api),
        (Some(api), Some(remote)) if api.parent() == remote.parent() => api.parent().map(std::path::Path::to_owned),
        _ => path(state.role),
    };
    let Some(path) = text else { return "(no path)".to_owned() };
    state.shown_path(&path)
}

/// The panes as tabs, where there is room for one pane only.
fn tabs(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let [errors, warnings, _] = state.counts;
    let star = |role| if state.is_unsaved(role) { "*" } else { "" };
    let labels = [
        format!("1 API{} {}", star(Role::Api), state.list(Role::Api).entries.len()),
        format!("2 Rem{} {}", star(Role::Remote), state.list(Role::Remote).entries.len()),
        "3 Det".to_owned(),
        format!("4 Prob {errors}E{warnings}W"),
        "5 Up".to_owned(),
    ];
    let mut at = 0;
    for (pane, label) in Pane::ALL.into_iter().zip(labels) {
        let (text, style) = if pane == state.focus {
            (format!("[{label}]"), paper.theme.heading())
        } else {
            (format!(" {label} "), paper.theme.dim())
        };
        if at + width(&text) > area.width {
            break;
        }
        let start = at;
        at = paper.write(area, 0, at, &text, style);
        paper.mark(Rect { x: area.x + start, width: at - start, ..area }, Target::Pane(pane));
    }
}

/// Draws what makes the files matter less, or not at all.
pub(super) fn notes(paper: &mut Paper<'_>, state: &State, area: Rect) {
    for (row, one) in (0..area.height).zip(state.server_notes()) {
        let letter = format!(" {} ", one.severity.letter());
        let text = paper::fit_words(&visible(&review::sentences(one)), area.width.saturating_sub(4));
        let style = paper.theme.severity(one.severity);
        paper.pieces(area, row, 0, &[(&letter, style), (&text, paper.theme.text())]);
    }
}

/// Draws what the next launch uploads.
pub(super) fn upload(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let theme = paper.theme;
    paper.mark(area, Target::Pane(Pane::Upload));
    let (severity, verdict) = pages::verdict(state);
    let letter = severity.map_or(String::new(), |severity| format!("{} ", severity.letter()));
    let style = severity.map_or(theme.text(), |severity| theme.severity(severity));
    match state.layout_size() {
        Size::Full => {
            let focused = state.focus == Pane::Upload;
            let hint = hint(paper, state, Id::Preview, "preview");
            let inside = paper.frame(area, "5 Controller upload", &hint, focused);
            let wheels = wheels_text(state);
            paper.pieces(
                inside,
                0,
                1,
                &[("wheels  ", theme.dim()), (&paper::fit(&wheels, inside.width.saturating_sub(9)), theme.text())],
            );
            paper.pieces(
                inside,
                1,
                1,
                &[(&letter, style), (&paper::fit_words(&verdict, inside.width.saturating_sub(4)), theme.text())],
            );
        }
        Size::One if state.focus != Pane::Upload => {
            let text = format!("{letter}{}", pages::verdict_in_short(state));
            let end = paper.write(area, 0, 1, &paper::fit_words(&text, area.width.saturating_sub(2)), style);
            let hint = paper.keymap.first(Id::Preview, Context::List).map_or_else(String::new, |key| format!("{key} "));
            if end + 2 + width(&hint) <= area.width {
                paper.write_right(area, 0, &hint, theme.dim());
            }
        }
        Size::One => {
            let lines = [wheels_text(state), format!("{letter}{verdict}")];
            let mut row = 0;
            for line in lines.iter().flat_map(|line| paper::wrap(line, area.width)) {
                paper.write(area, row, 0, &line, theme.text());
                row += 1;
            }
            let hints = [(Id::Preview, "preview"), (Id::WheelPath, "wheel directory")];
            let hints = hints.map(|(id, label)| hint(paper, state, id, label)).join("   ");
            paper.write(area, row + 1, 0, hints.trim(), theme.dim());
        }
        _ => {
            let hint = format!("{} ", hint(paper, state, Id::Preview, "preview"));
            let focused = state.focus == Pane::Upload;
            let label = if focused { "> upload  " } else { "  upload  " };
            let label_style = if focused { theme.heading() } else { theme.dim() };
            let room = area.width.saturating_sub(width(label) + width(&letter) + width(&hint) + 2);
            paper.pieces(
                area,
                0,
                0,
                &[(label, label_style), (&letter, style), (&paper::fit_words(&verdict, room), theme.text())],
            );
            paper.write_right(area, 0, &hint, theme.dim());
        }
    }
}

/// Returns a key with what it does; nothing where no key does it.
fn hint(paper: &Paper<'_>, state: &State, id: Id, label: &str) -> String {
    // In the pane itself Enter does it as well: the letter tells more.
    let context =
        if id == Id::Preview && state.layout_size() != Size::One { Context::List } else { state.screen_context() };
    paper.keymap.first(id, context).map_or_else(String::new, |key| format!("{key} {label}"))
}

fn wheels_text(state: &State) -> String {
    let is_readable = matches!(state.list(Role::Api).body, Body::Absent | Body::Entries);
    let Some(named) = &state.preview.wheel_dir else {
        if !is_readable {
            return "plugins.yaml cannot be read, and with it controller_wheel_path".to_owned();
        }
        return "controller_wheel_path is not set (b sets it)".to_owned();
    };
    let (number, size) = pages::wheel_directory(state)
        .map_or((0, 0), |directory| directory.wheels().fold((0, 0), |(n, size), one| (n + 1, size + one.size)));
    let resolved = pages::resolved_text(state).map_or(String::new(), |text| format!(" -> {text}"));
    format!("{}{resolved}   {}, {}", visible(&named.written), value::count(number, "wheel"), pages::size_text(size))
}

/// Draws what happened last, or the filter while it is typed.
pub(super) fn status(paper: &mut Paper<'_>, state: &State, area: Rect) {
    let theme = paper.theme;
    if let Some(Modal::Form(form)) = state.modals.last()
        && let FormKind::Filter(filtered) = form.kind
    {
        let (shown, all) = filters::shown_of(state, filtered);
        // What is typed needs the room of a narrow screen.
        let place = if area.width >= 60 { filters::of_all_sections(filtered) } else { "" };
        let count = format!("{shown} of {all}{place} shown ");
        let start = paper.write(area, 0, 0, " / ", theme.key());
        if let Some(crate::app::form::FormRow::Text { field, .. }) = form.rows.first() {
            let view = field.view(area.width.saturating_sub(width(&count) + start + 3));
            paper.write(area, 0, start, &view.text, theme.text());
            paper.cursor = Some((area.x + start + view.cursor, area.y));
        }
        paper.write_right(area, 0, &count, theme.dim());
        return;
    }
    if let Some(status) = &state.status {
        let sign = match status.tone {
            Tone::Failed => "! ",
            Tone::Done | Tone::Told => "",
        };
        let text = format!("{sign}{}", status.text);
        let style = theme.tone(status.tone);
        let lines = paper::wrap(&text, area.width.saturating_sub(2));
        for (row, line) in (0..area.height).zip(&lines) {
            let last = row + 1 == area.height && lines.len() > usize::from(area.height);
            let line = if last { paper::more(line, area.width - 2) } else { line.clone() };
            paper.write(area, row, 1, &line, style);
        }
        if lines.len() > 1 {
            return;
        }
    } else if !state.saving.is_empty() {
        paper.write(area, 0, 1, "saving...", theme.text());
    } else if let Some(filter) = filters::here(state)
        .filter(|_| state.layout_size() == Size::One)
        .and_then(|filtered| filters::told(state, filtered))
    {
        // There is no title to tell it.
        paper.write(area, 0, 1, &paper::fit(&filter, area.width.saturating_sub(2)), theme.dim());
        return;
    } else if state.layout_size() == Size::One && state.screen == crate::app::Screen::Main {
        problems::one_line(paper, state, area);
        return;
    }
    let used = state.status.as_ref().map_or(0, |status| width(&status.text));
    let left = undo_hint(paper, &state.history, area, used);
    let fits = matches!(state.layout_size(), Size::Compact | Size::Narrow);
    if state.status.is_none() && state.saving.is_empty() && fits && is_on_list(state) {
        // The lists have no row to spare for it.
        paper.write(area, 0, 1, &paper::fit_words(LEGEND, left.saturating_sub(3)), theme.dim());
    }
}

/// Tells whether the status line is where a filter is typed, or told.
pub(super) fn tells_filter(state: &State) -> bool {
    let is_typed = matches!(state.modals.last(), Some(Modal::Form(form)) if matches!(form.kind, FormKind::Filter(_)));
    let is_told = || filters::here(state).is_some_and(|filtered| !filters::text(state, filtered).is_empty());
    is_typed || (state.layout_size() == Size::One && is_told())
}

/// What the signs in front of and behind the rows of a list mean.
const LEGEND: &str = "+ added  ~ changed  * marked, unsaved  E error  W warning  i note";

fn is_on_list(state: &State) -> bool {
    state.screen == crate::app::Screen::Main && state.screen_context() == Context::List
}

/// Tells what can be taken back; returns the cells in front of it.
fn undo_hint(paper: &mut Paper<'_>, history: &history::History, area: Rect, used: u16) -> u16 {
    let text = match (history.undo_count(), history.redo_count()) {
        (0, 0) => return area.width,
        (0, _) => "U redo ".to_owned(),
        (undo, 0) => format!("u undo ({undo}) "),
        (undo, redo) => format!("u undo ({undo})  U redo ({redo}) "),
    };
    if used + width(&text) + 4 < area.width {
        return paper.write_right(area, 0, &text, paper.theme.dim());
    }
    area.width
}

/// Draws the keys that work now, whole entries only, `? help` always at the end.
pub(super) fn keys(paper: &mut Paper<'_>, state: &State, area: Rect) {
    // A dialog tells its keys itself, but for the filter, which has no frame.
    let is_filter = matches!(state.modals.last(), Some(Modal::Form(form)) if matches!(form.kind, FormKind::Filter(_)));
    if !state.modals.is_empty() && !is_filter {
        return;
    }
    let theme = paper.theme;
    let help = if state.modals.is_empty() { "? help" } else { "" };
    let room = area.width.saturating_sub(width(help) + 2);
    let mut at = 1;
    for command in offers::bar(state) {
        let Some(first) = paper.keymap.first(command.id, state.context()) else { continue };
        let bar = offers::label(state, command);
        // Where the label names its keys itself: "K/J order".
        let named = bar
            .split_once(' ')
            .filter(|(keys, _)| command.keys.first().is_some_and(|key| keys.contains('/') || keys.starts_with(key)));
        let is_usual = command.keys.first().is_some_and(|key| *key == first);
        let (key, label) = match named {
            Some(named) if is_usual => named,
            Some((_, label)) => (first.as_str(), label),
            None => (first.as_str(), bar),
        };
        let long = width(key) + 1 + width(label);
        if at + long > room {
            continue;
        }
        let start = at;
        at = paper.pieces(area, 0, at, &[(key, theme.key()), (" ", theme.text()), (label, theme.text())]);
        paper.mark_key(area, 0, (start, at), key);
        at += 2;
    }
    if !help.is_empty() {
        let column = area.width.saturating_sub(width(help) + 1);
        let end = paper.pieces(area, 0, column, &[("?", theme.key()), (" help", theme.text())]);
        paper.mark_key(area, 0, (column, end), "?");
    }
}

/// Draws the title line of an inner screen.
pub(super) fn title(paper: &mut Paper<'_>, area: Rect, name: &str, rest: &str) {
    let theme = paper.theme;
    let right = if area.width >= 60 { "Esc back  ? help " } else { "Esc back " };
    let room = area.width.saturating_sub(width(right) + 1);
    let name = paper::fit(name, room.saturating_sub(1));
    let at = paper.write(area, 0, 1, &name, theme.heading());
    let left = room.saturating_sub(at + 3);
    // Where it is narrow, half a word tells nothing.
    if area.width >= 60 || width(rest) <= left {
        paper.write(area, 0, at + 3, &paper::fit(rest, left), theme.text());
    }
    let column = paper.write_right(area, 0, right, theme.dim());
    paper.mark_key(area, 0, (column, column + 8), "Esc");
}
