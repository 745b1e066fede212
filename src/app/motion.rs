//! Moving cursors and scrolling, in every context the same way.

use ratatui::layout::Rect;

use super::command::{Context, Id};
use super::layout::{self, Size};
use super::list::Body;
use super::modal::{Menu, Modal};
use super::{Pane, Screen, State, choice, filters, pages, source};
use crate::config::{Content, Role};

/// The rows that an error in a text takes below its line.
const ERROR_ROWS: usize = 4;

/// A cursor to be moved: where it is, how many rows there are, how many fit.
struct Moving<'a> {
    at: &'a mut usize,
    rows: usize,
    page: usize,
}

/// Returns how many rows of a list fit into its pane.
#[must_use]
pub fn list_rows(state: &State, role: Role) -> usize {
    let area = state.areas().lists[Pane::of(role).index()];
    match state.layout_size() {
        Size::Full => layout::rows_in(area).saturating_sub(2),
        Size::One => usize::from(area.height),
        _ => layout::rows_in(area),
    }
}

/// Returns how many rows the detail has above the tree.
#[must_use]
pub const fn detail_head(size: Size) -> usize {
    match size {
        Size::Full => 5,
        Size::One | Size::TooSmall => 1,
        Size::Compact | Size::Narrow => 2,
    }
}

/// Returns how many rows of the tree fit.
#[must_use]
pub fn tree_rows(state: &State) -> usize {
    if state.screen == Screen::Parameters {
        let (tree, _) = layout::parameters(layout::inner(state.screen_area()).body);
        return match state.layout_size() {
            Size::One => usize::from(tree.height),
            _ => layout::rows_in(tree),
        };
    }
    let size = state.layout_size();
    let area = state.areas().detail;
    let rows = if size == Size::One { usize::from(area.height) } else { layout::rows_in(area) };
    rows.saturating_sub(detail_head(size))
}

/// Returns how many rows an inner screen's body holds inside its frame.
#[must_use]
pub fn body_rows(state: &State) -> usize {
    let body = layout::inner(state.screen_area()).body;
    if state.layout_size() == Size::One { usize::from(body.height) } else { layout::rows_in(body) }
}

/// Returns how many rows of the conflict screen fit: those of the table, those of the text.
#[must_use]
pub fn conflict_rows(state: &State) -> (usize, usize) {
    let body = layout::inner(state.screen_area()).body;
    let [table, _] = layout::conflict(body, true);
    if state.layout_size() == Size::One {
        (usize::from(table.height), usize::from(body.height))
    } else {
        // Below the heads of the columns.
        (layout::rows_in(table).saturating_sub(1), layout::rows_in(body))
    }
}

/// Tells whether a command moves a cursor, and nothing else.
#[must_use]
pub const fn is_motion(id: Id) -> bool {
    matches!(id, Id::Down | Id::Up | Id::PageDown | Id::PageUp | Id::First | Id::Last)
}

/// Moves the cursor of the context; tells whether the command is a motion.
pub fn apply(state: &mut State, id: Id) -> bool {
    if !is_motion(id) {
        return false;
    }
    if state.context() == Context::Problems {
        filters::step_problem(state, id, 4);
        return true;
    }
    let screen = state.screen_area();
    let body = body_rows(state);
    let sections = pages::section_rows(state);
    let tree = tree_rows(state);
    // There may be thousands.
    let wheels = if state.screen == Screen::Wheels { pages::wheel_rows(state) } else { 0 };
    let role = state.role;
    let rows = list_rows(state, role);
    let text_rows = match &state.workspace.file(role).content {
        Content::Text(document) => document.lines().count(),
        _ => 0,
    };
    let moving = match state.context() {
        Context::Menu => match state.modals.last_mut() {
            Some(Modal::Menu(menu)) => Some(in_menu(menu, id, screen)),
            _ => None,
        },
        Context::Browse => match state.modals.last_mut() {
            Some(Modal::Browse(browse)) => {
                let rows = browse.listing.as_ref().map_or(0, |listing| listing.entries.len() + 1);
                Some(Moving { rows, page: 10, at: &mut browse.cursor })
            }
            _ => None,
        },
        Context::Notice => match state.modals.last_mut() {
            Some(Modal::Sides(sides)) => {
                let rows = sides.rows.len().saturating_sub(body / 2);
                Some(Moving { rows, page: body / 2, at: &mut sides.offset })
            }
            Some(Modal::Notice(notice)) => {
                let framed = usize::from(screen.width.saturating_sub(8)).clamp(20, 76);
                let width = if notice.bare { usize::from(screen.width).max(1) } else { framed };
                let height = |line: &String| if notice.is_diff { 1 } else { line.chars().count() / width + 1 };
                let rows: usize = notice.text.iter().map(height).sum();
                Some(Moving { rows: rows.saturating_sub(body / 2), page: body / 2, at: &mut notice.offset })
            }
            _ => None,
        },
        Context::Choice => match state.modals.last_mut() {
            Some(Modal::Choice(choice)) => {
                let page = choice::page(screen, choice.rows.len());
                Some(Moving { rows: choice.rows.len(), page, at: &mut choice.cursor })
            }
            _ => None,
        },
        Context::Run => match state.modals.last_mut() {
            Some(Modal::Run(run)) => {
                let (last, page) = run.extent(screen);
                Some(Moving { rows: last + 1, page, at: &mut run.offset })
            }
            _ => None,
        },
        Context::List => {
            let list = state.list_mut(role);
            Some(Moving { rows: list.len(), page: rows, at: &mut list.cursor })
        }
        Context::Text => Some(Moving { rows: text_rows, page: rows, at: &mut state.text[Pane::of(role).index()].at }),
        Context::Parameters => Some(Moving { rows: state.tree.rows.len(), page: tree, at: &mut state.tree.cursor }),
        Context::Wheels => Some(Moving { rows: wheels, page: body, at: &mut state.wheel.at }),
        Context::Preview => {
            let (section, offsets) = &mut state.sections;
            // A section scrolls as long as more than a page is left.
            let (rows, page) = sections[*section];
            Some(Moving { rows: (rows + 1).saturating_sub(page.max(1)), page, at: &mut offsets[*section] })
        }
        Context::Review => state.review.as_mut().map(|review| Moving {
            rows: review.rows().len(),
            page: body,
            at: &mut review.cursor.at,
        }),
        Context::Source => {
            let rows = source::shown(state).0;
            let rows = state.workspace.document(rows).map_or(0, |document| document.lines().count());
            Some(Moving { rows, page: body, at: &mut state.source.cursor.at })
        }
        Context::Conflict => {
            let (page, text_page) = conflict_rows(state);
            state.conflict.as_mut().map(|view| match &mut view.diff {
                Some((lines, offset)) => {
                    Moving { rows: (lines.len() + 1).saturating_sub(text_page.max(1)), page: text_page, at: offset }
                }
                None => Moving { rows: view.rows.len(), page, at: &mut view.cursor.at },
            })
        }
        _ => None,
    };
    if let Some(moving) = moving {
        step(id, moving);
    }
    after(state);
    true
}

/// Returns what moves in a question: the cursor, or by pages a text that is longer than its room.
fn in_menu(menu: &mut Menu, id: Id, screen: Rect) -> Moving<'_> {
    let frame = layout::dialog(screen, pages::MENU_WIDTH, screen.height);
    let width = usize::from(frame.width.saturating_sub(4)).max(1);
    let room = layout::rows_in(frame).saturating_sub(menu.items.len());
    let text: usize = menu.text.iter().map(|line| line.chars().count() / width + 1).sum();
    let rows = text + menu.diff.len() + 2;
    if matches!(id, Id::PageDown | Id::PageUp) && rows > room {
        return Moving { rows: (rows + 1).saturating_sub(room.max(1)), page: room, at: &mut menu.offset };
    }
    Moving { rows: menu.items.len(), page: 5, at: &mut menu.cursor }
}

fn step(id: Id, moving: Moving<'_>) {
    let Moving { at, rows, page } = moving;
    let last = rows.saturating_sub(1);
    let page = page.max(2) - 1;
    *at = match id {
        Id::Down => (*at + 1).min(last),
        Id::Up => at.saturating_sub(1).min(last),
        Id::PageDown => (*at + page).min(last),
        Id::PageUp => at.saturating_sub(page).min(last),
        Id::First => 0,
        _ => last,
    };
}

/// Moves a cursor in so many rows, of which a page is shown.
pub(super) fn step_in(id: Id, at: &mut usize, rows: usize, page: usize) {
    step(id, Moving { at, rows, page });
}

/// Extends a range that is being marked; a shown secret is hidden again; output
/// follows its end from where that is on the screen.
fn after(state: &mut State) {
    let screen = state.screen_area();
    if let Some(Modal::Run(run)) = state.modals.last_mut() {
        run.follows = run.offset >= run.extent(screen).0;
    }
    let role = state.role;
    if state.context() == Context::List {
        let list = state.list_mut(role);
        if let (Some(anchor), Some(_)) = (list.anchor, list.current()) {
            let (from, to) = (anchor.min(list.cursor), anchor.max(list.cursor));
            list.selected = (from..=to).filter_map(|row| list.entry_at(row)).collect();
        }
    }
    if state.tree.current().map(|row| &row.pointer) != state.tree.revealed.as_ref() {
        state.tree.revealed = None;
    }
}

/// Scrolls every pane so that its cursor is on the screen.
pub fn settle(state: &mut State) {
    for role in Role::ALL {
        let page = list_rows(state, role);
        let list = state.list_mut(role);
        list.offset = scrolled(list.offset, list.cursor, list.len(), page);
        let lines = state.workspace.document(role).map_or(0, |document| document.lines().count());
        let is_broken = matches!(state.list(role).body, Body::Broken { .. });
        let text = &mut state.text[Pane::of(role).index()];
        // Below the line of an error stands what it is.
        let page = if is_broken { page.saturating_sub(ERROR_ROWS).max(1) } else { page };
        text.offset = scrolled(text.offset, text.at, lines, page);
    }
    let page = tree_rows(state);
    state.tree.offset = scrolled(state.tree.offset, state.tree.cursor, state.tree.rows.len(), page);
    let page = body_rows(state);
    if state.screen == Screen::Wheels {
        let wheels = pages::wheel_rows(state);
        state.wheel.offset = scrolled(state.wheel.offset, state.wheel.at, wheels, page);
    }
    if let Some(review) = &mut state.review {
        let rows = review.rows().len();
        review.cursor.offset = scrolled(review.cursor.offset, review.cursor.at, rows, page);
    }
    let (page, _) = conflict_rows(state);
    if let Some(view) = &mut state.conflict {
        view.cursor.offset = scrolled(view.cursor.offset, view.cursor.at, view.rows.len(), page);
    }
    let screen = state.screen_area();
    for modal in &mut state.modals {
        if let Modal::Run(run) = modal {
            run.settle(screen);
        }
    }
    match state.modals.last_mut() {
        Some(Modal::Commands(commands)) => {
            let page = usize::from(layout::dialog(screen, pages::COMMANDS_WIDTH, screen.height).height)
                .saturating_sub(4 + pages::commands_foot(screen));
            commands.offset = scrolled(commands.offset, commands.cursor, commands.rows.len(), page);
        }
        Some(Modal::Choice(choice)) => {
            let page = choice::page(screen, choice.rows.len());
            choice.offset = scrolled(choice.offset, choice.cursor, choice.rows.len(), page);
        }
        Some(Modal::Browse(browse)) => {
            let rows = browse.listing.as_ref().map_or(0, |listing| listing.entries.len() + 1);
            let page =
                usize::from(layout::dialog(screen, pages::BROWSE_WIDTH, pages::BROWSE_HEIGHT).height).saturating_sub(4);
            browse.offset = scrolled(browse.offset, browse.cursor, rows, page);
        }
        _ => {}
    }
}

/// Returns the first row to show so that the cursor is on the screen and no rows are wasted.
#[must_use]
pub fn scrolled(offset: usize, cursor: usize, rows: usize, page: usize) -> usize {
    let page = page.max(1);
    let least = (cursor + 1).saturating_sub(page);
    offset.clamp(least, cursor.max(least)).min(rows.saturating_sub(page).max(least))
}

#[cfg(test)]
mod tests {
    use super::scrolled;

    #[test]
    fn the_cursor_stays_on_the_screen() {
        assert_eq!(scrolled(0, 9, 20, 5), 5);
        assert_eq!(scrolled(5, 3, 20, 5), 3);
        assert_eq!(scrolled(18, 19, 20, 5), 15);
        assert_eq!(scrolled(7, 2, 3, 10), 0);
        assert_eq!(scrolled(0, 0, 0, 0), 0);
    }
}
