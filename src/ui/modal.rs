//! What lies over a screen: forms, questions, help, texts, the area, directories.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget as _;

use super::backups;
use super::choice;
use super::clipboard;
use super::form;
use super::look;
use super::paper::{self, Paper};
use super::run;
use super::sides;
use super::theme::Theme;
use crate::app::command::{Command, Context, table};
use crate::app::form::FormKind;
use crate::app::layout::{self};
use crate::app::modal::{Area, AreaOf, Browse, CommandRow, Commands, Menu, Modal, Notice};
use crate::app::mouse::Target;
use crate::app::pages::{BROWSE_HEIGHT, BROWSE_WIDTH, COMMANDS_WIDTH, MENU_WIDTH, commands_foot};
use crate::app::value::count;
use crate::app::{State, target};
use crate::check::Severity;
use crate::config::diff::{DiffKind, DiffLine};
use crate::text::visible::{visible, visible_name};

/// Draws what lies over the screen.
pub(super) fn draw(paper: &mut Paper<'_>, modal: &Modal, state: &State, screen: Rect) {
    match modal {
        // The filter is typed in the status line.
        Modal::Form(form) if matches!(form.kind, FormKind::Filter(_)) => {}
        Modal::Form(form) => form::draw_form(paper, form, screen),
        Modal::Menu(menu) => draw_menu(paper, menu, screen),
        Modal::Commands(commands) => draw_commands(paper, state, commands, screen),
        Modal::Notice(notice) if notice.bare => clipboard::draw(paper, notice, screen),
        Modal::Notice(notice) => draw_notice(paper, notice, screen),
        Modal::Area(area) => draw_area(paper, area, screen),
        Modal::Browse(browse) => draw_browse(paper, browse, screen),
        Modal::Backups(backups) => backups::draw(paper, backups, screen),
        Modal::Run(run) => run::draw(paper, run, screen),
        Modal::Themes(choice) => look::draw(paper, state, *choice, screen),
        Modal::Choice(choice) => choice::draw(paper, choice, screen),
        Modal::Sides(sides) => sides::draw(paper, sides, screen),
    }
}

/// Clears the place of a dialog and draws its frame.
pub(super) fn dialog(
    paper: &mut Paper<'_>,
    screen: Rect,
    width: u16,
    height: u16,
    title: &str,
    right: &str,
) -> (Rect, Rect) {
    let area = layout::dialog(screen, width, height);
    paper.clear(area);
    let inside = paper.frame(area, title, right, true);
    // A cell of air at both sides.
    let air = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    (area, if inside.width > 2 { air } else { inside })
}

fn draw_menu(paper: &mut Paper<'_>, menu: &Menu, screen: Rect) {
    let theme = paper.theme;
    let width = layout::dialog(screen, MENU_WIDTH, 1).width;
    let room = width.saturating_sub(4);
    let mut text: Vec<String> = menu.text.iter().flat_map(|line| paper::wrap(line, room)).collect();
    // The question is read whole, if not in the frame.
    if paper::width(&menu.title) + 7 > width {
        text.splice(0..0, paper::wrap(&menu.title, room));
    }
    let diff = menu.diff.len() + usize::from(!menu.diff.is_empty());
    let rows = text.len() + usize::from(!text.is_empty()) + diff + menu.items.len() + 3;
    let (area, inside) = dialog(paper, screen, MENU_WIDTH, u16::try_from(rows).unwrap_or(u16::MAX), &menu.title, "");
    // Where there is no room for both, the answers count.
    let items = u16::try_from(menu.items.len()).unwrap_or(0);
    let room_for_both = inside.height.saturating_sub(items);
    let told = Rect { height: room_for_both, ..inside };
    let is_cut = text.len() + menu.diff.len() > usize::from(room_for_both);
    let first = if is_cut && menu.offset > 0 {
        scrolled_text(paper, menu, &text, told)
    } else {
        menu_text(paper, menu, &text, told)
    };
    let widest = menu.items.iter().map(|item| paper::width(&item.label)).max().unwrap_or(0);
    for (at, (number, item)) in (first..).zip(menu.items.iter().enumerate()) {
        let is_current = number == menu.cursor;
        let arrow = if is_current { "> " } else { "  " };
        let key = format!("[{}] ", item.key);
        let column =
            paper.pieces(inside, at, 0, &[(arrow, theme.heading()), (&key, theme.key()), (&item.label, theme.text())]);
        if !item.detail.is_empty() && column + 4 < inside.width {
            let column = column.max((widest + 6).min(inside.width / 2)).max(22) + 2;
            paper.write(
                inside,
                at,
                column,
                &paper::fit(&item.detail, inside.width.saturating_sub(column)),
                theme.dim(),
            );
        }
        paper.mark_row(inside, at, Target::Item(number));
        if is_current {
            paper.style_row(inside, at, theme.selected(item.by_enter));
        }
    }
    let keys = [("PgDn", "more"), ("Esc", menu.escape)];
    paper.footer(area, &keys[usize::from(!is_cut)..]);
}

/// Draws the text of a question and what its first answer would change, as much as fits; returns the rows.
fn menu_text(paper: &mut Paper<'_>, menu: &Menu, text: &[String], area: Rect) -> u16 {
    let theme = paper.theme;
    let diff = menu.diff.len() + usize::from(!menu.diff.is_empty());
    // A diff says more than the words above it: they keep one line.
    let room_for_diff = u16::try_from(diff).unwrap_or(u16::MAX).min(area.height.saturating_sub(1));
    let room_for_text = area.height - room_for_diff;
    let mut at = 0;
    for line in text.iter().take(usize::from(room_for_text)) {
        let is_cut = at + 1 == room_for_text && text.len() > usize::from(room_for_text);
        let line = if is_cut { paper::more(line, area.width) } else { line.clone() };
        paper.write(area, at, 0, &line, theme.text());
        at += 1;
    }
    at += u16::from(at > 0 && at < room_for_text);
    at + draw_diff(paper, &menu.diff, Rect { y: area.y + at, height: area.height - at, ..area })
}

/// Draws text and diff from a row on; returns the rows.
fn scrolled_text(paper: &mut Paper<'_>, menu: &Menu, text: &[String], area: Rect) -> u16 {
    let theme = paper.theme;
    let words = text.iter().map(|line| (line.clone(), theme.text()));
    let changes = menu.diff.iter().map(|line| (paper::diff_line(line, area.width), diff_style(theme, line.kind)));
    let lines: Vec<(String, Style)> = words.chain(changes).collect();
    let offset = menu.offset.min(lines.len().saturating_sub(usize::from(area.height)));
    for (row, (line, style)) in (0..area.height).zip(lines.iter().skip(offset)) {
        paper.write(area, row, 0, line, *style);
    }
    area.height
}

const fn diff_style(theme: &Theme, kind: DiffKind) -> Style {
    match kind {
        DiffKind::Added => theme.added(),
        DiffKind::Removed => theme.removed(),
        DiffKind::Hunk => theme.kind(),
        DiffKind::Context => theme.text(),
    }
}

/// Draws what an answer would change; returns the rows with the blank one below.
fn draw_diff(paper: &mut Paper<'_>, diff: &[DiffLine], area: Rect) -> u16 {
    let mut at = 0;
    for line in diff {
        if at + 1 == area.height && diff.len() > usize::from(at) + 1 {
            let more = format!("... {}", count(diff.len() - usize::from(at), "more line"));
            paper.write(area, at, 0, &more, paper.theme.dim());
            return area.height;
        }
        let style = diff_style(paper.theme, line.kind);
        paper.write(area, at, 0, &paper::diff_line(line, area.width), style);
        at += 1;
    }
    at + u16::from(at > 0 && at < area.height)
}

fn draw_commands(paper: &mut Paper<'_>, state: &State, commands: &Commands, screen: Rect) {
    let theme = paper.theme;
    let title = match (commands.palette, commands.all) {
        (true, _) => "Commands".to_owned(),
        (false, true) => "Help: all keys".to_owned(),
        (false, false) => format!("Help: {}", commands.context.title()),
    };
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
        let command = (&table()[row.command], commands.context);
        let target = acts_on(state, commands, row);
        command_row(paper, body, line, command, (row.unavailable, target.as_deref()), at == commands.cursor);
        paper.mark_row(body, line, Target::Item(at));
    }
    let more: &[(&str, &str)] = match (commands.palette, commands.all) {
        (true, _) => &[],
        (false, true) => &[("?", "keys here")],
        (false, false) => &[("?", "all keys")],
    };
    let keys: Vec<(&str, &str)> = [("Enter", "run it"), ("Esc", "close")].iter().chain(more).copied().collect();
    paper.footer(area, &keys);
    tell_command(paper, state, commands, told);
}

/// Tells whether sentences have room beside the names.
const fn is_wide(area: Rect) -> bool {
    area.width >= 70
}

/// Tells whether a column beside the names has room for what commands would act on.
const fn has_targets(area: Rect) -> bool {
    area.width >= 90
}

/// Returns what a row of the palette would act on: what cannot run acts on nothing.
fn acts_on(state: &State, commands: &Commands, row: &CommandRow) -> Option<String> {
    (commands.palette && row.unavailable.is_none()).then(|| target::of(state, table()[row.command].id)).flatten()
}

/// Tells the whole sentence of the command under the cursor, and what the signs mean.
fn tell_command(paper: &mut Paper<'_>, state: &State, commands: &Commands, area: Rect) {
    let theme = paper.theme;
    let Some(row) = commands.rows.get(commands.cursor) else { return };
    let why = row.unavailable.map_or(String::new(), |why| format!("  (not now: {why})"));
    let command = &table()[row.command];
    let target = if has_targets(area) { None } else { acts_on(state, commands, row) };
    let target = target.map_or(String::new(), |target| format!("{target}: "));
    let text = format!("{target}{}{why}", command.sentence);
    let lines = paper::wrap(&text, area.width);
    for (line, text) in (0..area.height).zip(&lines) {
        let is_cut = line + 1 == area.height && lines.len() > usize::from(area.height);
        let text = if is_cut { paper::more(text, area.width) } else { text.clone() };
        paper.write(area, line, 0, &text, theme.heading());
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
    (command, context): (&Command, Context),
    (unavailable, target): (Option<&'static str>, Option<&str>),
    is_current: bool,
) {
    let theme = paper.theme;
    let keys: Vec<String> = paper.keymap.of_row(command, context).iter().take(3).map(ToString::to_string).collect();
    let wide = is_wide(area);
    let key_room = if wide { 18 } else { 9 };
    let keys =
        paper::column(&if wide { keys.join(" ") } else { keys.into_iter().next().unwrap_or_default() }, key_room);
    let name_room = match (wide, has_targets(area)) {
        (true, true) => 26,
        (true, false) => 32,
        (false, _) => area.width.saturating_sub(key_room + 4),
    };
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
        // The sentence stands whole below the list.
        let mut column = column;
        if let Some(target) = target.filter(|_| has_targets(area)) {
            let target = paper::fit_path(target, area.width.saturating_sub(column + 2));
            column = paper.write(area, line, column, &target, theme.text()) + 2;
        }
        let text = paper::fit_words(command.sentence, area.width.saturating_sub(column));
        paper.write(area, line, column, &text, theme.dim());
    }
    if is_current {
        paper.style_row(area, line, theme.selected(true));
    }
}

fn draw_notice(paper: &mut Paper<'_>, notice: &Notice, screen: Rect) {
    let theme = paper.theme;
    let room = layout::dialog(screen, 80, 1).width.saturating_sub(4);
    let cut = |(number, line): (usize, &String)| {
        if notice.is_diff {
            vec![paper::signed(line, notice.differs.get(&number).copied(), room)]
        } else {
            paper::wrap(line, room)
        }
    };
    let lines: Vec<String> = notice.text.iter().enumerate().flat_map(cut).collect();
    let height = u16::try_from(lines.len() + 3).unwrap_or(u16::MAX);
    let (area, inside) = dialog(paper, screen, 80, height, &notice.title, "");
    let last = lines.len().saturating_sub(usize::from(inside.height));
    for (row, line) in (0..inside.height).zip(lines.iter().skip(notice.offset.min(last))) {
        let style = match line.as_bytes().first().filter(|_| notice.is_diff) {
            Some(b'+') => theme.added(),
            Some(b'-') => theme.removed(),
            Some(b'@') => theme.kind(),
            _ => theme.text(),
        };
        paper.write(inside, row, 0, line, style);
    }
    let keys = [("f", "fix"), ("j/k", "scroll"), ("Esc", "close")];
    let works = |key: &str| match key {
        "f" => notice.fixes.is_some(),
        "j/k" => last > 0,
        _ => true,
    };
    let keys: Vec<(&str, &str)> = keys.into_iter().filter(|(key, _)| works(key)).collect();
    paper.footer(area, &keys);
}

/// Returns how many lines the text of an area has, and where the style of a string is chosen.
fn lines_of(area: &Area) -> String {
    let lines = count(area.editor.lines().len(), "line");
    match area.about {
        AreaOf::Value { .. } => format!("{lines}   t on the row chooses | or >"),
        _ => lines,
    }
}

fn draw_area(paper: &mut Paper<'_>, area: &Area, screen: Rect) {
    let width = screen.width.saturating_sub(4).min(100);
    let (outer, inside) = dialog(paper, screen, width, screen.height.saturating_sub(4), &area.title, &lines_of(area));
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
    let (area, inside) = dialog(paper, screen, BROWSE_WIDTH, BROWSE_HEIGHT, browse.title, &right);
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
        paper.mark_row(body, line, Target::Item(at));
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
