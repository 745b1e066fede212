//! What lies over a screen: forms, questions, help, texts, the area, directories.

use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;

use super::lists;
use super::paper::{self, Paper, width};
use crate::app::State;
use crate::app::command::{Command, Context, Id, table};
use crate::app::form::{Form, FormKind, FormRow, Note};
use crate::app::layout::{self, MIN_HEIGHT};
use crate::app::modal::{Area, Browse, Commands, Menu, Modal, Notice};
use crate::app::pages::{BROWSE_HEIGHT, BROWSE_WIDTH, COMMANDS_WIDTH, commands_foot};
use crate::app::value::count;
use crate::check::Severity;
use crate::config::{Role, locate};
use crate::text::visible::{visible, visible_name};

/// The width of forms, frame included.
const FORM_WIDTH: u16 = 84;
/// The width of questions.
const MENU_WIDTH: u16 = 78;
/// The column behind the labels of a form.
const LABELS: u16 = 16;

/// Draws what lies over the screen.
pub(super) fn draw(paper: &mut Paper<'_>, modal: &Modal, screen: Rect) {
    match modal {
        // The filter is typed in the status line.
        Modal::Form(form) if matches!(form.kind, FormKind::Filter(_)) => {}
        Modal::Form(form) => draw_form(paper, form, screen),
        Modal::Menu(menu) => draw_menu(paper, menu, screen),
        Modal::Commands(commands) => draw_commands(paper, commands, screen),
        Modal::Notice(notice) => draw_notice(paper, notice, screen),
        Modal::Area(area) => draw_area(paper, area, screen),
        Modal::Browse(browse) => draw_browse(paper, browse, screen),
    }
}

/// Clears the place of a dialog and draws its frame.
fn dialog(paper: &mut Paper<'_>, screen: Rect, width: u16, height: u16, title: &str, right: &str) -> (Rect, Rect) {
    let area = layout::dialog(screen, width, height);
    paper.clear(area);
    let inside = paper.frame(area, title, right, true);
    // A cell of air at both sides.
    let air = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    (area, if inside.width > 2 { air } else { inside })
}

fn draw_form(paper: &mut Paper<'_>, form: &Form, screen: Rect) {
    let theme = paper.theme;
    let room = FORM_WIDTH.min(screen.width).saturating_sub(LABELS + 4);
    let notes: Vec<(&Note, Vec<String>)> = form
        .notes
        .iter()
        .map(|note| (note, note_lines(note, if note.label.is_empty() { room + LABELS } else { room })))
        .collect();
    let note_rows: usize = notes.iter().map(|(_, lines)| lines.len()).sum();
    let rows = form.rows.len() + 1 + note_rows.max(5) + 1 + 2;
    let (area, inside) = dialog(paper, screen, FORM_WIDTH, u16::try_from(rows).unwrap_or(u16::MAX), &form.title, "");
    let mut at = 0;
    for (number, row) in form.rows.iter().enumerate() {
        let active = number == form.active;
        form_row(paper, inside, at, row, active);
        at += 1;
    }
    at += u16::from(usize::from(inside.height) > form.rows.len() + note_rows);
    for (note, lines) in &notes {
        let style = note.severity.map_or(theme.text(), |severity| theme.severity(severity));
        let column =
            if note.severity.is_none() && (!note.label.is_empty() || lines_up(note, form)) { LABELS } else { 0 };
        if !note.label.is_empty() {
            paper.write(inside, at, 0, note.label, theme.dim());
        }
        for line in lines {
            if at + 1 >= inside.height && form.refused.is_some() {
                break;
            }
            paper.write(inside, at, column, line, style);
            at += 1;
        }
    }
    if let Some(why) = &form.refused {
        let row = inside.height.saturating_sub(1);
        paper.write(inside, row, 0, &paper::fit(&format!("! {why}"), inside.width), theme.severity(Severity::Error));
    }
    let keys = form_keys(form);
    let keys: Vec<(&str, &str)> = keys.iter().map(|(key, label)| (key.as_str(), *label)).collect();
    paper.footer(area, &keys);
}

/// Tells whether a line without a label continues one with a label.
fn lines_up(note: &Note, form: &Form) -> bool {
    let before = form.notes.iter().position(|one| std::ptr::eq(one, note)).and_then(|at| at.checked_sub(1));
    before.and_then(|at| form.notes.get(at)).is_some_and(|before| {
        before.label == "written as"
            || (before.label.is_empty()
                && before.severity.is_none()
                && form.notes.iter().any(|n| n.label == "written as"))
    })
}

fn note_lines(note: &Note, room: u16) -> Vec<String> {
    const LONGEST: usize = 3;
    let text = match note.severity {
        Some(severity) => format!("{} {}", severity.letter(), note.text),
        None => note.text.clone(),
    };
    if note.label == "written as" || text.starts_with(' ') {
        // YAML keeps its indentation.
        return vec![paper::fit(&text, room)];
    }
    let mut lines = paper::wrap(&text, room);
    if lines.len() > LONGEST {
        lines.truncate(LONGEST);
        if let Some(last) = lines.last_mut() {
            *last = paper::fit(&format!("{last} ..."), room);
        }
    }
    lines
}

fn form_row(paper: &mut Paper<'_>, area: Rect, at: u16, row: &FormRow, active: bool) {
    let theme = paper.theme;
    let label_style = if active { theme.heading() } else { theme.dim() };
    let arrow = if active { "> " } else { "  " };
    match row {
        FormRow::Text { label, field } => {
            paper.pieces(area, at, 0, &[(arrow, label_style), (label, label_style)]);
            let room = area.width.saturating_sub(LABELS + 1);
            let view = field.view(room);
            if view.cut_left {
                paper.write(area, at, LABELS - 2, "..", theme.dim());
            }
            let end = paper.write(area, at, LABELS, &view.text, theme.text());
            // The rest of the field, so that it is seen as one.
            let left = usize::from(area.width.saturating_sub(end));
            paper.write(area, at, end, &"_".repeat(left), theme.dim());
            if active && at < area.height {
                paper.cursor = Some((area.x + LABELS + view.cursor.min(room), area.y + at));
            }
        }
        FormRow::Choice { label, options, at: chosen } => {
            paper.pieces(area, at, 0, &[(arrow, label_style), (label, label_style)]);
            choice(paper, area, at, options, *chosen, active);
        }
    }
}

/// Draws the options of a choice, the chosen one in brackets; those around it where not all fit.
fn choice(paper: &mut Paper<'_>, area: Rect, at: u16, options: &[String], chosen: usize, active: bool) {
    let theme = paper.theme;
    let room = area.width.saturating_sub(LABELS);
    let total: u16 = options.iter().map(|option| width(option) + 3).sum();
    let mut first = 0;
    if total > room {
        let mut used = 0;
        first = chosen;
        while first > 0 && used + width(&options[first - 1]) + 3 < room / 2 {
            first -= 1;
            used += width(&options[first]) + 3;
        }
    }
    let mut column = LABELS;
    for (number, option) in options.iter().enumerate().skip(first) {
        let text = if number == chosen { format!("({option})") } else { format!(" {option} ") };
        if column + width(&text) > area.width {
            break;
        }
        let style = match (number == chosen, active) {
            (true, true) => theme.selected(true),
            (true, false) => theme.heading(),
            (false, _) => theme.dim(),
        };
        column = paper.write(area, at, column, &text, style) + 1;
    }
}

/// Returns the keys of a form, by what it holds.
fn form_keys(form: &Form) -> Vec<(String, &'static str)> {
    let mut keys: Vec<(String, &'static str)> = Vec::new();
    let has = |wanted: &str| form.row_of(wanted).is_some();
    let commands =
        table().iter().filter(|command| !command.bar.is_empty() && command.contexts.contains(&Context::Field));
    for command in commands {
        let label = match command.id {
            Id::Accept => accept_label(&form.kind),
            Id::NextRow if form.rows.len() < 2 => continue,
            Id::CycleType if !has("type") => continue,
            Id::Browse if form.kind != FormKind::WheelPath => continue,
            Id::ShowHidden if !is_hidden(form) => continue,
            _ => command.bar,
        };
        keys.push((command.keys[0].to_owned(), label));
    }
    keys
}

fn is_hidden(form: &Form) -> bool {
    form.rows.iter().any(|row| matches!(row, FormRow::Text { field, .. } if field.hidden))
}

const fn accept_label(kind: &FormKind) -> &'static str {
    match kind {
        FormKind::AddClass { .. } | FormKind::AddValue { .. } => "add",
        FormKind::Rename { .. } => "rename",
        FormKind::Force(_) | FormKind::SavePath(_) => "save",
        _ => "change",
    }
}

fn draw_menu(paper: &mut Paper<'_>, menu: &Menu, screen: Rect) {
    let theme = paper.theme;
    let room = MENU_WIDTH.min(screen.width).saturating_sub(4);
    let text: Vec<String> = menu.text.iter().flat_map(|line| paper::wrap(line, room)).collect();
    let rows = text.len() + usize::from(!text.is_empty()) + menu.items.len() + 3;
    let (area, inside) = dialog(paper, screen, MENU_WIDTH, u16::try_from(rows).unwrap_or(u16::MAX), &menu.title, "");
    // Where there is no room for both, the answers count.
    let items = u16::try_from(menu.items.len()).unwrap_or(0);
    let room_for_text = inside.height.saturating_sub(items);
    let mut at = 0;
    for line in text.iter().take(usize::from(room_for_text)) {
        paper.write(inside, at, 0, line, theme.text());
        at += 1;
    }
    at += u16::from(at > 0 && at < room_for_text);
    for (number, item) in menu.items.iter().enumerate() {
        let is_current = number == menu.cursor;
        let arrow = if is_current { "> " } else { "  " };
        let key = format!("[{}] ", item.key);
        let column =
            paper.pieces(inside, at, 0, &[(arrow, theme.heading()), (&key, theme.key()), (&item.label, theme.text())]);
        if !item.detail.is_empty() && column + 4 < inside.width {
            let column = column.max(22) + 1;
            paper.write(
                inside,
                at,
                column,
                &paper::fit(&item.detail, inside.width.saturating_sub(column)),
                theme.dim(),
            );
        }
        if is_current {
            paper.style_row(inside, at, if item.by_enter { theme.selected(true) } else { theme.heading() });
        }
        at += 1;
    }
    let leave = if menu.leaving { "stay" } else { "back" };
    paper.footer(area, &[("Esc", leave)]);
}

fn draw_commands(paper: &mut Paper<'_>, commands: &Commands, screen: Rect) {
    let theme = paper.theme;
    let title = if commands.palette { "Commands".to_owned() } else { format!("Help: {}", commands.context.title()) };
    let (here, all) = commands.counts;
    let right = if commands.palette {
        format!("{} of {all}", commands.rows.len())
    } else {
        format!("{here} here, {all} in all")
    };
    let (area, inside) = dialog(paper, screen, COMMANDS_WIDTH, screen.height, &title, &right);
    let label = if commands.palette { ": " } else { "find: " };
    let column = paper.write(inside, 0, 0, label, theme.key());
    let view = commands.field.view(inside.width.saturating_sub(column + 1));
    paper.write(inside, 0, column, &view.text, theme.text());
    if inside.height > 0 {
        paper.cursor = Some((inside.x + column + view.cursor, inside.y));
    }
    let told = u16::try_from(commands_foot(screen)).unwrap_or(0).min(inside.height);
    let told = Rect { y: inside.bottom() - told, height: told, ..inside };
    let body =
        Rect { y: inside.y + 2.min(inside.height), height: inside.height.saturating_sub(2 + told.height), ..inside };
    if commands.rows.is_empty() {
        paper.write(body, 0, 0, "Nothing matches. Backspace widens the search.", theme.dim());
    }
    for line in 0..body.height {
        let at = commands.offset + usize::from(line);
        let Some(row) = commands.rows.get(at) else { break };
        command_row(paper, body, line, &table()[row.command], row.unavailable, at == commands.cursor);
    }
    let more: &[(&str, &str)] = if commands.palette { &[] } else { &[("?", "all keys")] };
    let keys: Vec<(&str, &str)> = [("Enter", "run it"), ("Esc", "close")].iter().chain(more).copied().collect();
    paper.footer(area, &keys);
    tell_command(paper, commands, told);
}

/// Tells the whole sentence of the command under the cursor, and what the signs mean.
fn tell_command(paper: &mut Paper<'_>, commands: &Commands, area: Rect) {
    let theme = paper.theme;
    let Some(row) = commands.rows.get(commands.cursor) else { return };
    let why = row.unavailable.map_or(String::new(), |why| format!("  (not now: {why})"));
    let text = format!("{}{why}", table()[row.command].sentence);
    let lines = paper::wrap(&text, area.width);
    for (line, text) in (0..area.height).zip(&lines) {
        paper.write(area, line, 0, text, theme.heading());
    }
    if area.height > 2 && lines.len() < usize::from(area.height) {
        let legend = "+ added  ~ changed  - removed   E error  W warning  i note   * marked, or not saved";
        paper.write(area, area.height - 1, 0, &paper::fit(legend, area.width), theme.dim());
    }
}

fn command_row(
    paper: &mut Paper<'_>,
    area: Rect,
    line: u16,
    command: &Command,
    unavailable: Option<&'static str>,
    is_current: bool,
) {
    let theme = paper.theme;
    let keys = command.keys.iter().take(3).copied().collect::<Vec<_>>().join(" ");
    let wide = area.width >= 70;
    let key_room = if wide { 18 } else { 9 };
    let keys = paper::column(if wide { &keys } else { command.keys.first().copied().unwrap_or("") }, key_room);
    let name_room = if wide { 26 } else { area.width.saturating_sub(key_room + 4) };
    let name = paper::column(command.name, name_room);
    let arrow = if is_current { "> " } else { "  " };
    let style = if unavailable.is_some() { theme.dim() } else { theme.text() };
    let column = paper.pieces(
        area,
        line,
        0,
        &[(arrow, theme.heading()), (&keys, theme.key()), (" ", style), (&name, style), (" ", style)],
    );
    if wide {
        let text = paper::fit(command.sentence, area.width.saturating_sub(column));
        paper.write(area, line, column, &text, theme.dim());
    }
    if is_current {
        paper.style_row(area, line, theme.selected(true));
    }
}

fn draw_notice(paper: &mut Paper<'_>, notice: &Notice, screen: Rect) {
    let theme = paper.theme;
    let room = 80.min(screen.width).saturating_sub(4);
    let lines: Vec<String> = notice.text.iter().flat_map(|line| paper::wrap(line, room)).collect();
    let height = u16::try_from(lines.len() + 3).unwrap_or(u16::MAX);
    let (area, inside) = dialog(paper, screen, 80, height, &notice.title, "");
    let last = lines.len().saturating_sub(usize::from(inside.height));
    for (row, line) in (0..inside.height).zip(lines.iter().skip(notice.offset.min(last))) {
        paper.write(inside, row, 0, line, theme.text());
    }
    let keys: &[(&str, &str)] = if last > 0 { &[("j/k", "scroll"), ("Esc", "close")] } else { &[("Esc", "close")] };
    paper.footer(area, keys);
}

fn draw_area(paper: &mut Paper<'_>, area: &Area, screen: Rect) {
    let width = screen.width.saturating_sub(4).min(100);
    let (outer, inside) = dialog(
        paper,
        screen,
        width,
        screen.height.saturating_sub(4),
        &area.title,
        &count(area.editor.lines().len(), "line"),
    );
    (&area.editor).render(inside, paper.buffer);
    let (top, left) = area.editor.scroll_offset();
    let caret = area.editor.screen_cursor();
    let place = |at: usize, scrolled: u16| u16::try_from(at).unwrap_or(u16::MAX).saturating_sub(scrolled);
    let (row, column) = (place(caret.row, top), place(caret.col, left));
    if row < inside.height && column < inside.width {
        paper.cursor = Some((inside.x + column, inside.y + row));
    }
    paper.footer(outer, &[("F2", "keep"), ("Esc", "leave"), ("F4", "editor")]);
}

fn draw_browse(paper: &mut Paper<'_>, browse: &Browse, screen: Rect) {
    let theme = paper.theme;
    let path =
        browse.listing.as_ref().map_or("reading...".to_owned(), |listing| visible_name(listing.path.as_os_str()));
    let right = browse.listing.as_ref().map_or(String::new(), |listing| {
        count(listing.entries.len(), "directory").replace("directorys", "directories")
    });
    let (area, inside) = dialog(paper, screen, BROWSE_WIDTH, BROWSE_HEIGHT, "Choose the wheel directory", &right);
    paper.write(inside, 0, 0, &paper::fit_path(&path, inside.width), theme.heading());
    let Some(listing) = &browse.listing else { return };
    let body = Rect { y: inside.y + 1.min(inside.height), height: inside.height.saturating_sub(1), ..inside };
    let wheels = |number: usize| if number == 0 { "-".to_owned() } else { count(number, "wheel") };
    for line in 0..body.height {
        let at = browse.offset + usize::from(line);
        let (name, number) = match at.checked_sub(1) {
            None => (". (this directory)".to_owned(), listing.wheels_here),
            Some(index) => match listing.entries.get(index) {
                Some(entry) => (format!("{}/", visible_name(&entry.name)), entry.wheels),
                None => break,
            },
        };
        let arrow = if at == browse.cursor { "> " } else { "  " };
        let name = paper::fit(&name, body.width.saturating_sub(16));
        paper.pieces(body, line, 0, &[(arrow, theme.heading()), (&name, theme.text())]);
        paper.write_right(body, line, &wheels(number), if number > 0 { theme.added() } else { theme.dim() });
        if at == browse.cursor {
            paper.style_row(body, line, theme.selected(true));
        }
    }
    if let Some(problem) = &listing.problem {
        let row = body.height.saturating_sub(1);
        paper.write(
            body,
            row,
            0,
            &paper::fit(&format!("! {}", visible(problem)), body.width),
            theme.severity(Severity::Error),
        );
    } else if listing.truncated {
        let row = body.height.saturating_sub(1);
        paper.write(body, row, 0, "(not all names were looked at)", theme.dim());
    }
    paper.footer(area, &[("Space", "choose"), ("l", "open"), ("h", "up"), ("Esc", "back")]);
}

/// Draws the screen for the first run: neither file is there.
pub(super) fn first_run(paper: &mut Paper<'_>, state: &State, screen: Rect) {
    let theme = paper.theme;
    let mut place = screen;
    place.y += 1;
    place.height = place.height.saturating_sub(3);
    let area = layout::dialog(place, 78, 19);
    let area = if screen.height < MIN_HEIGHT + 8 { place } else { area };
    let inside = paper.frame(area, "No plugin files yet", "nothing is written until you save", true);
    let mut lines: Vec<(String, bool)> = Vec::new();
    for role in Role::ALL {
        let path = state.path(role).map_or("(no path)".to_owned(), |path| state.shown_path(&path));
        let what = if role == Role::Api { "the API server loads no plugins" } else { "nothing is sent to controllers" };
        lines.push((format!("{path}  does not exist: {what}"), false));
    }
    lines.push((String::new(), false));
    for (key, text) in [
        ("a", "add a plugin class for the API server"),
        ("r", "add a plugin class for remote controllers"),
        ("b", "choose the wheel directory (controller_wheel_path)"),
        ("e", "write plugins.yaml in your editor"),
        ("i", "what are plugins? (one page)"),
    ] {
        lines.push((format!("[{key}] {text}"), true));
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
        let text = paper::fit(&visible(&line), inside.width.saturating_sub(3));
        paper.write(inside, row, 2, &text, style);
        if is_key {
            paper.write(inside, row, 3, &text[1..2], theme.key());
        }
        row += 1;
    }
}
