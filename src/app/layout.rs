//! Where things stand on the screen: the breakpoints, as areas.
//!
//! Pure arithmetic on the size, shared by the drawing and by the scrolling.

use ratatui::layout::{Position, Rect};

/// The smallest screen that is drawn on, in cells.
pub const MIN_WIDTH: u16 = 40;
/// The smallest screen that is drawn on, in rows.
pub const MIN_HEIGHT: u16 = 8;
/// Below this width, dialogs take the whole screen.
const DIALOG_FULL_BELOW: u16 = 60;

/// How much the screen holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Size {
    /// Less than [`MIN_WIDTH`] by [`MIN_HEIGHT`]: a message only.
    TooSmall,
    /// One pane.
    One,
    /// One list and the detail.
    Narrow,
    /// Two lists, detail, one problem.
    Compact,
    /// Two lists, detail and problems side by side, the upload.
    Full,
}

impl Size {
    /// Returns what a screen of this size holds.
    #[must_use]
    pub const fn of(width: u16, height: u16) -> Self {
        if width < MIN_WIDTH || height < MIN_HEIGHT {
            Self::TooSmall
        } else if width >= 100 && height >= 30 {
            Self::Full
        } else if width >= 80 && height >= 22 {
            Self::Compact
        } else if width >= 60 && height >= 16 {
            Self::Narrow
        } else {
            Self::One
        }
    }
}

/// The areas of the main screen; those that are not shown are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// The line on top.
    pub header: Rect,
    /// A line below it for what makes the files matter less.
    pub notes: Rect,
    /// The two lists.
    pub lists: [Rect; 2],
    /// The detail of the entry.
    pub detail: Rect,
    /// The problems.
    pub problems: Rect,
    /// The text of the file at the cursor, on a screen that is wide and high enough.
    pub source: Rect,
    /// The upload.
    pub upload: Rect,
    /// What was done last.
    pub status: Rect,
    /// The keys.
    pub bar: Rect,
}

/// What decides the main layout beside the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The rows of the notes.
    pub notes: u16,
    /// The rows of the status line: 1 or 2.
    pub status: u16,
    /// The pane with the focus, from 0.
    pub focus: usize,
    /// The list shown where there is room for one only.
    pub list: usize,
    /// The rows that the longer list wants.
    pub rows: u16,
    /// The list whose file is shown as text, which wants the width.
    pub text: Option<usize>,
    /// Where borders were dragged to.
    pub splits: Splits,
}

/// A border that can be dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Between the two lists.
    Lists,
    /// Below the lists.
    Below,
    /// Between detail and problems.
    Problems,
    /// Between all of them and the text.
    Source,
}

/// Where borders were dragged to, in thousandths of what they divide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Splits {
    lists: Option<u16>,
    below: Option<u16>,
    problems: Option<u16>,
    source: Option<u16>,
}

impl Splits {
    /// Moves a border to a cell.
    pub fn move_to(&mut self, edge: Edge, areas: &Areas, x: u16, y: u16) {
        let [left, right] = areas.lists;
        match edge {
            Edge::Lists => self.lists = Some(thousandths(x.saturating_sub(left.x), left.width + right.width)),
            Edge::Below => {
                let top = left.y.max(right.y);
                self.below = Some(thousandths(y.saturating_sub(top), areas.detail.bottom().saturating_sub(top)));
            }
            Edge::Problems => {
                let whole = areas.detail.width + areas.problems.width;
                self.problems = Some(thousandths(x.saturating_sub(areas.detail.x), whole));
            }
            Edge::Source => {
                let whole = areas.source.right().saturating_sub(left.x);
                self.source = Some(thousandths(x.saturating_sub(left.x), whole));
            }
        }
    }
}

/// The least width and height that a dragged border leaves to either side, frames included.
const LEAST: (u16, u16) = (20, 5);

fn thousandths(part: u16, whole: u16) -> u16 {
    // Rounded up, so that the way back meets the same cell.
    let whole = u32::from(whole.max(1));
    u16::try_from((u32::from(part) * 1000).div_ceil(whole)).map_or(1000, |part| part.min(1000))
}

/// Returns the part of `whole` that a border was dragged to, or the usual one.
fn part(whole: u16, dragged: Option<u16>, least: u16, usual: u16) -> u16 {
    let Some(dragged) = dragged else { return usual };
    let least = least.min(whole / 2);
    let part = u32::from(whole) * u32::from(dragged) / 1000;
    u16::try_from(part).unwrap_or(whole).clamp(least, whole - least)
}

/// Returns the border at a cell: both lines of two frames that touch count.
#[must_use]
pub fn edge_at(areas: &Areas, size: Size, x: u16, y: u16) -> Option<Edge> {
    let [left, right] = areas.lists;
    if size < Size::Narrow || areas.detail.is_empty() {
        return None;
    }
    let beside = |left: Rect, right: Rect| {
        let rows = left.y + 1..left.bottom().saturating_sub(1);
        !left.is_empty() && !right.is_empty() && rows.contains(&y) && (x + 1 == left.right() || x == right.x)
    };
    if areas.source.rows().any(|row| row.y == y) && (x == areas.source.x || x + 1 == areas.source.x) {
        Some(Edge::Source)
    } else if areas.source.contains(Position { x, y }) {
        None
    } else if y == areas.detail.y || (y + 1 == areas.detail.y && x < left.right().max(right.right())) {
        Some(Edge::Below)
    } else if beside(left, right) {
        Some(Edge::Lists)
    } else if size >= Size::Full && beside(areas.detail, areas.problems) {
        Some(Edge::Problems)
    } else {
        None
    }
}

/// Cuts `height` rows off the top of `area`.
const fn top(area: &mut Rect, height: u16) -> Rect {
    let height = if height < area.height { height } else { area.height };
    let cut = Rect { height, ..*area };
    area.y += height;
    area.height -= height;
    cut
}

/// Cuts `height` rows off the bottom of `area`.
const fn bottom(area: &mut Rect, height: u16) -> Rect {
    let height = if height < area.height { height } else { area.height };
    area.height -= height;
    Rect { y: area.y + area.height, height, ..*area }
}

/// Cuts `area` in two at `width` cells from the left.
const fn split(area: Rect, width: u16) -> (Rect, Rect) {
    let width = if width < area.width { width } else { area.width };
    (Rect { width, ..area }, Rect { x: area.x + width, width: area.width - width, ..area })
}

/// Returns the areas of the main screen.
#[must_use]
pub fn main(screen: Rect, needs: Needs) -> Areas {
    let mut rest = screen;
    let mut areas = Areas { header: top(&mut rest, 1), notes: top(&mut rest, needs.notes), ..Areas::default() };
    areas.bar = bottom(&mut rest, 1);
    areas.status = bottom(&mut rest, needs.status);
    match Size::of(screen.width, screen.height) {
        Size::TooSmall => {}
        Size::One => {
            // Where the list keeps enough rows, what is uploaded is told below it.
            if rest.height >= 8 && needs.focus != 4 {
                areas.upload = bottom(&mut rest, 1);
            }
            let place = match needs.focus {
                0 | 1 => &mut areas.lists[needs.focus],
                2 => &mut areas.detail,
                3 => &mut areas.problems,
                _ => &mut areas.upload,
            };
            *place = rest;
        }
        Size::Narrow => {
            areas.upload = bottom(&mut rest, 1);
            areas.problems = bottom(&mut rest, 1);
            let list = part(rest.height, needs.splits.below, LEAST.1, rest.height / 2);
            areas.lists[needs.list] = top(&mut rest, list);
            areas.detail = rest;
        }
        Size::Compact => {
            areas.upload = bottom(&mut rest, 1);
            areas.problems = bottom(&mut rest, 4);
            if let Some(text) = needs.text {
                areas.lists[1 - text] = bottom(&mut rest, 5);
                areas.lists[text] = rest;
                return areas;
            }
            areas.lists = lists(&mut rest, needs, 8);
            areas.detail = rest;
        }
        Size::Full => {
            areas.upload = bottom(&mut rest, 4);
            if let Some(text) = needs.text {
                let below = bottom(&mut rest, 12);
                (areas.lists[1 - text], areas.problems) = split(below, below.width / 2);
                areas.lists[text] = rest;
                return areas;
            }
            if has_source(screen) {
                let left = part(rest.width, needs.splits.source, LEAST.0, rest.width * 13 / 20);
                (rest, areas.source) = split(rest, left);
            }
            areas.lists = lists(&mut rest, needs, 13);
            let detail = part(rest.width, needs.splits.problems, LEAST.0, rest.width * 3 / 5);
            (areas.detail, areas.problems) = split(rest, detail);
        }
    }
    areas
}

/// Cuts the two lists off the top.
fn lists(rest: &mut Rect, needs: Needs, usual: u16) -> [Rect; 2] {
    let usual = list_height(rest.height, needs.rows, usual);
    let height = part(rest.height, needs.splits.below, LEAST.1, usual);
    let both = top(rest, height);
    split(both, part(both.width, needs.splits.lists, LEAST.0, both.width / 2)).into()
}

/// Tells whether the text of a file has room beside the lists.
const fn has_source(screen: Rect) -> bool {
    screen.width >= 160 && screen.height >= 40
}

/// Returns the height of the lists: what they want, between a minimum and what leaves the detail its part.
fn list_height(rest: u16, rows: u16, usual: u16) -> u16 {
    // Frame, heading and legend.
    let wanted = rows.saturating_add(4);
    let most = rest.saturating_sub(usual.min(rest / 2));
    wanted.clamp(usual.min(most), most.max(usual.min(most)))
}

/// The areas of a screen with a title line, a body, a status line and a key bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Inner {
    /// The title line.
    pub title: Rect,
    /// The rest.
    pub body: Rect,
    /// What was done last.
    pub status: Rect,
    /// The keys.
    pub bar: Rect,
}

/// Returns the list of the wheels and, where there is room, what is told of the one under the cursor.
#[must_use]
pub fn wheels(body: Rect) -> (Rect, Rect) {
    const FEWEST: u16 = 78;
    if body.width < FEWEST {
        return (body, Rect::default());
    }
    let left = body.width / 2;
    (Rect { width: left, ..body }, Rect { x: body.x + left, width: body.width - left, ..body })
}

/// Returns the areas of an inner screen.
#[must_use]
pub const fn inner(screen: Rect) -> Inner {
    let mut rest = screen;
    let title = top(&mut rest, 1);
    let bar = bottom(&mut rest, 1);
    let status = bottom(&mut rest, 1);
    Inner { title, body: rest, status, bar }
}

/// Returns the table of the conflict screen and what is told of the row under the cursor.
#[must_use]
pub fn conflict(body: Rect, has_detail: bool) -> [Rect; 2] {
    let is_small = Size::of(body.width, body.height + 3) <= Size::One;
    let (height, least) = if is_small { (3, 7) } else { (6, 15) };
    let mut rest = body;
    let below = if has_detail && body.height >= least { bottom(&mut rest, height) } else { Rect::default() };
    [rest, below]
}

/// Returns the two parts of the parameter screen: the tree and what is said of a value.
#[must_use]
pub fn parameters(body: Rect) -> (Rect, Rect) {
    if body.width >= 100 {
        split(body, body.width * 57 / 100)
    } else if body.height >= 12 {
        let mut rest = body;
        let below = bottom(&mut rest, 6);
        (rest, below)
    } else {
        let mut rest = body;
        let below = bottom(&mut rest, 2);
        (rest, below)
    }
}

/// Returns the area of a dialog with a body of `width` by `height` cells, frame included.
#[must_use]
pub fn dialog(screen: Rect, width: u16, height: u16) -> Rect {
    if screen.width < DIALOG_FULL_BELOW || screen.height < MIN_HEIGHT + 8 {
        return screen;
    }
    let width = width.min(screen.width.saturating_sub(2));
    let height = height.min(screen.height.saturating_sub(2));
    let x = screen.x + (screen.width - width) / 2;
    // A little above the middle, where people look.
    let y = screen.y + (screen.height - height) * 2 / 5;
    Rect { x, y, width, height }
}

/// Returns the rows inside a frame of `area`.
#[must_use]
pub const fn rows_in(area: Rect) -> usize {
    area.height.saturating_sub(2) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_those_of_the_design() {
        for (width, height, size) in [
            (120, 36, Size::Full),
            (100, 30, Size::Full),
            (120, 29, Size::Compact),
            (80, 24, Size::Compact),
            (79, 24, Size::Narrow),
            (80, 16, Size::Narrow),
            (60, 15, Size::One),
            (40, 8, Size::One),
            (39, 50, Size::TooSmall),
            (0, 0, Size::TooSmall),
        ] {
            assert_eq!(Size::of(width, height), size, "{width}x{height}");
        }
    }

    #[test]
    fn areas_stay_on_the_screen_at_any_size() {
        for width in (0..130).chain([159, 160, 161, 200, 300]) {
            for height in 0..50 {
                let screen = Rect::new(0, 0, width, height);
                for focus in 0..5 {
                    let dragged = Some(u16::try_from(focus * 250).expect("small"));
                    let splits = Splits { lists: dragged, below: dragged, problems: dragged, source: dragged };
                    let list = focus % 2;
                    let areas = main(screen, Needs { notes: 1, status: 2, focus, list, rows: 40, text: None, splits });
                    let all = [
                        areas.header,
                        areas.lists[0],
                        areas.lists[1],
                        areas.detail,
                        areas.problems,
                        areas.source,
                        areas.upload,
                        areas.bar,
                    ];
                    assert!(
                        all.iter().all(|area| screen.union(*area) == screen || area.is_empty()),
                        "{width}x{height}"
                    );
                }
                assert_eq!(screen.union(dialog(screen, 70, 20)), screen);
            }
        }
    }
}
