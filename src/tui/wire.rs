//! What is sent to the terminal for a frame: what differs from the one before, in few bytes.
//!
//! A cell that stays is written again where that is shorter than to move over it,
//! styles are changed by the shorter of what differs and of all anew, and a frame
//! begins and ends in the terminal's own style. Behind a cell whose width terminals
//! may see in another way the place is named again. No theme colours underlines.

use ratatui::buffer::{Buffer, Cell, CellWidth as _};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The modifiers with the numbers that set them and take them away; both intensities have one end.
const MODIFIERS: [(Modifier, u16, u16); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The named colours in the order of their numbers.
const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// Writes what turns one frame into another of the same size.
pub(super) fn changes(before: &Buffer, now: &Buffer, out: &mut Vec<u8>) {
    let width = usize::from(now.area.width);
    let mut pen = Pen { out, at: None, look: Look::PLAIN, anew: Vec::new() };
    let rows = before.content.chunks(width.max(1)).zip(now.content.chunks(width.max(1)));
    for (y, (old, new)) in (0..).zip(rows).filter(|(_, (old, new))| !are_same(old, new)) {
        row(&mut pen, y, old, new);
    }
    pen.change_to(Look::PLAIN);
}

/// Tells whether two rows show the same.
fn are_same(old: &[Cell], new: &[Cell]) -> bool {
    old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(old, new))
}

/// Tells whether two cells show the same: most symbols are one byte, which needs no call to compare.
fn is_same(old: &Cell, new: &Cell) -> bool {
    Look::of(old) == Look::of(new)
        && match (old.symbol().as_bytes(), new.symbol().as_bytes()) {
            ([old], [new]) => old == new,
            (old, new) => old == new,
        }
}

/// Writes the cells of a row that differ.
fn row(pen: &mut Pen<'_>, y: u16, old: &[Cell], new: &[Cell]) {
    // Up to here the terminal may show a half of what was written over.
    let mut torn = 0;
    let mut x = 0;
    while x < new.len() {
        let end = (x + cells(&new[x])).min(new.len());
        if !is_same(&old[x], &new[x]) || x < torn {
            pen.put(x, y, new);
            torn = (x..end).map(|at| at + cells(&old[at])).fold(torn, usize::max);
            // Some terminals take an emoji for narrow that is one by its selector alone.
            if end > x + 1 && new[x].symbol().contains('\u{fe0f}') {
                let behind = (x + 1..end).filter(|at| old[*at].symbol() != new[*at].symbol());
                behind.for_each(|at| pen.put(at, y, new));
            }
        }
        x = end;
    }
}

/// Returns how many cells of a row a cell fills.
fn cells(cell: &Cell) -> usize {
    if cell.symbol().len() == 1 { 1 } else { usize::from(cell.cell_width().max(1)) }
}

/// Tells whether all terminals take a cell for one that is one cell wide.
fn is_one_cell(cell: &Cell) -> bool {
    let symbol = cell.symbol();
    symbol.len() == 1 || (symbol.chars().nth(1).is_none() && symbol.width() == 1)
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Look {
    const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    const fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }
}

/// Where the next cell goes, and how it will look.
struct Pen<'a> {
    out: &'a mut Vec<u8>,
    at: Option<(u16, u16)>,
    look: Look,
    /// Room for a style that is set anew.
    anew: Vec<u8>,
}

impl Pen<'_> {
    /// Writes a cell of a row.
    fn put(&mut self, at: usize, y: u16, row: &[Cell]) {
        let (cell, x) = (&row[at], column(at));
        let look = Look::of(cell);
        if !self.at.is_some_and(|(before, line)| line == y && self.writes_up_to(before.into(), at, row, look)) {
            self.go_to(x, y);
        }
        self.change_to(look);
        self.out.extend_from_slice(cell.symbol().as_bytes());
        // Behind the last column terminals wait before they go to the next row.
        self.at = (is_one_cell(cell) && at + 1 < row.len()).then_some((x + 1, y));
    }

    /// Gets to a cell further right in its row by writing those before it again; tells whether that is shorter.
    fn writes_up_to(&mut self, from: usize, to: usize, row: &[Cell], look: Look) -> bool {
        let Some(between) = row.get(from..to) else { return false };
        let moving = match between.len() {
            0 => return true,
            1 => 3,
            2..10 => 4,
            _ => 5,
        };
        if between.len() > moving {
            return false;
        }
        let all = |look| between.iter().all(|cell| cell.symbol().len() == 1 && Look::of(cell) == look);
        // In the style before the cell or in its own: a third one would cost more than the move.
        if !all(self.look) {
            if !all(look) {
                return false;
            }
            self.change_to(look);
        }
        self.out.extend(between.iter().flat_map(|cell| cell.symbol().bytes()));
        true
    }

    /// Goes to a cell, from one before it in its row by the columns between them.
    fn go_to(&mut self, x: u16, y: u16) {
        self.out.extend_from_slice(b"\x1b[");
        match self.at {
            Some((column, row)) if row == y && column < x => {
                if x - column > 1 {
                    number(self.out, x - column);
                }
                self.out.push(b'C');
            }
            _ => {
                number(self.out, y + 1);
                if x > 0 {
                    self.out.push(b';');
                    number(self.out, x + 1);
                }
                self.out.push(b'H');
            }
        }
    }

    fn change_to(&mut self, look: Look) {
        if look == self.look {
            return;
        }
        let start = self.out.len();
        select(self.out, Some(self.look), look);
        self.anew.clear();
        select(&mut self.anew, None, look);
        if self.anew.len() < self.out.len() - start {
            self.out.truncate(start);
            self.out.extend_from_slice(&self.anew);
        }
        self.look = look;
    }
}

/// Writes the sequence that leads from one look to another, or to it from any.
fn select(out: &mut Vec<u8>, from: Option<Look>, to: Look) {
    out.extend_from_slice(b"\x1b[");
    let start = out.len();
    // Without a number it is all reset.
    if from.is_none() && to != Look::PLAIN {
        out.extend_from_slice(b"0;");
    }
    let old = from.unwrap_or(Look::PLAIN);
    let lost = old.modifier - to.modifier;
    // Both intensities have one end, and so has what blinks.
    let is_over = |its| MODIFIERS.iter().any(|(one, _, end)| *end == its && lost.contains(*one));
    let mut ended = 0;
    for (_, _, end) in MODIFIERS {
        if end != ended && is_over(end) {
            number(out, end);
            out.push(b';');
        }
        ended = end;
    }
    for (modifier, begin, end) in MODIFIERS {
        if to.modifier.contains(modifier) && (!old.modifier.contains(modifier) || is_over(end)) {
            number(out, begin);
            out.push(b';');
        }
    }
    if old.fg != to.fg {
        color(out, 38, to.fg);
    }
    if old.bg != to.bg {
        color(out, 48, to.bg);
    }
    if out.len() > start {
        out.pop();
    }
    out.push(b'm');
}

/// Writes a colour as text has it (38) or what is behind it (48).
fn color(out: &mut Vec<u8>, base: u16, color: Color) {
    let index = match color {
        Color::Reset => {
            number(out, base + 1);
            return out.push(b';');
        }
        Color::Rgb(r, g, b) => {
            for part in [base, 2, r.into(), g.into(), b.into()] {
                number(out, part);
                out.push(b';');
            }
            return;
        }
        Color::Indexed(index) => index,
        // By their numbers among 256: what the terminal makes of bold must not change them.
        named => NAMED.iter().position(|one| *one == named).and_then(|at| u8::try_from(at).ok()).unwrap_or_default(),
    };
    for part in [base, 5, index.into()] {
        number(out, part);
        out.push(b';');
    }
}

fn column(at: usize) -> u16 {
    u16::try_from(at).expect("a row has at most as many cells as its width, which has 16 bits")
}

fn number(out: &mut Vec<u8>, number: u16) {
    let mut divisor = 10_000;
    while divisor > 1 && number < divisor {
        divisor /= 10;
    }
    while divisor > 0 {
        let digit = number / divisor % 10;
        out.push(b"0123456789"[usize::from(digit)]);
        divisor /= 10;
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    const AREA: Rect = Rect { x: 0, y: 0, width: 40, height: 6 };
    const MODIFIERS_SEEN: [Modifier; 5] =
        [Modifier::BOLD, Modifier::DIM, Modifier::ITALIC, Modifier::UNDERLINED, Modifier::REVERSED];

    /// Numbers that look random, the same in each run.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, sides: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % sides
        }

        fn color(&mut self) -> Color {
            match self.roll(8) {
                0..5 => Color::Reset,
                5 => NAMED[usize::try_from(self.roll(16)).expect("few")],
                6 => Color::Indexed(u8::try_from(self.roll(256)).expect("a byte")),
                _ => Color::Rgb(u8::try_from(self.roll(256)).expect("a byte"), 7, 200),
            }
        }

        fn style(&mut self) -> Style {
            let mut style = Style::reset().fg(self.color()).bg(self.color());
            for modifier in MODIFIERS_SEEN {
                // This terminal knows one intensity at a time.
                let is_second = modifier == Modifier::DIM && style.add_modifier.contains(Modifier::BOLD);
                if self.roll(4) == 0 && !is_second {
                    style = style.add_modifier(modifier);
                }
            }
            style
        }

        /// Writes some texts on a frame, as a screen does that has changed a little.
        fn draw(&mut self, frame: &mut Buffer) {
            for _ in 0..=self.roll(6) {
                let texts = ["quota_000012", "a  b   c", "日本語 長い", "├─ é ▸", "                ", "e\u{301}x"];
                let text = texts[usize::try_from(self.roll(6)).expect("few")];
                let x = u16::try_from(self.roll(40)).expect("few");
                let y = u16::try_from(self.roll(6)).expect("few");
                let style = self.style();
                frame.set_stringn(x, y, text, usize::from(AREA.width - x), style);
            }
            // Half of a wide character is nothing that a screen draws.
            for at in 1..frame.content.len() {
                if frame.content[at - 1].symbol().width() > 1 && frame.content[at].symbol() != " " {
                    frame.content[at - 1].set_symbol(" ");
                }
            }
        }
    }

    fn shown(color: vt100::Color) -> Color {
        match color {
            vt100::Color::Default => Color::Reset,
            vt100::Color::Idx(index) => Color::Indexed(index),
            vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
        }
    }

    fn numbered(color: Color) -> Color {
        let at = NAMED.iter().position(|named| *named == color);
        at.map_or(color, |at| Color::Indexed(u8::try_from(at).expect("few")))
    }

    /// Holds what a terminal shows to a frame, cell by cell.
    fn compare(terminal: &vt100::Parser, frame: &Buffer, what: &str) {
        for y in 0..AREA.height {
            let mut x = 0;
            while x < AREA.width {
                let (cell, wanted) = (terminal.screen().cell(y, x).expect("a cell"), &frame[(x, y)]);
                let place = format!("{what}, column {x}, row {y}");
                let text = if cell.has_contents() { cell.contents() } else { " " };
                assert_eq!(text, wanted.symbol(), "{place}");
                let look = (shown(cell.fgcolor()), shown(cell.bgcolor()));
                assert_eq!(look, (numbered(wanted.fg), numbered(wanted.bg)), "{place}");
                let has = [cell.bold(), cell.dim(), cell.italic(), cell.underline(), cell.inverse()];
                assert_eq!(has, MODIFIERS_SEEN.map(|one| wanted.modifier.contains(one)), "{place}");
                x += u16::try_from(wanted.symbol().width()).expect("narrow").max(1);
            }
        }
    }

    #[test]
    fn a_terminal_shows_each_frame_whatever_was_before_it() {
        let mut dice = Dice(7);
        let mut terminal = vt100::Parser::new(AREA.height, AREA.width, 0);
        let mut before = Buffer::empty(AREA);
        for number in 0..2_000 {
            // Most frames are the last one with little changed, some are new.
            let mut now = if dice.roll(10) == 0 { Buffer::empty(AREA) } else { before.clone() };
            dice.draw(&mut now);
            let mut bytes = Vec::new();
            changes(&before, &now, &mut bytes);
            terminal.process(&bytes);
            compare(&terminal, &now, &format!("frame {number}, {:?}", String::from_utf8_lossy(&bytes)));
            before = now;
        }
    }

    fn sent(before: &[(u16, &str)], now: &[(u16, &str, Style)]) -> String {
        let mut frames = [Buffer::empty(AREA), Buffer::empty(AREA)];
        for (x, text) in before {
            frames[0].set_string(*x, 0, text, Style::new());
        }
        for (x, text, style) in now {
            frames[1].set_string(*x, 0, text, *style);
        }
        let mut bytes = Vec::new();
        changes(&frames[0], &frames[1], &mut bytes);
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn no_byte_is_sent_that_is_not_needed() {
        let (plain, dim) = (Style::new(), Style::new().add_modifier(Modifier::DIM));
        assert_eq!(sent(&[(0, "same")], &[(0, "same", plain)]), "");
        assert_eq!(sent(&[(0, "a.b.c")], &[(0, "x.y.z", plain)]), "\x1b[1Hx.y.z", "what stays is written again");
        assert_eq!(sent(&[(0, "a...........c")], &[(0, "x...........z", plain)]), "\x1b[1Hx\x1b[11Cz");
        assert_eq!(sent(&[(3, "a")], &[(3, "b", dim)]), "\x1b[1;4H\x1b[2mb\x1b[m");
        let bold = Style::new().add_modifier(Modifier::BOLD);
        assert_eq!(sent(&[], &[(0, "a", dim), (1, "b", bold)]), "\x1b[1H\x1b[2ma\x1b[0;1mb\x1b[m");
        let both = bold.add_modifier(Modifier::DIM).fg(Color::Rgb(1, 2, 3));
        let left = bold.fg(Color::Rgb(1, 2, 3));
        assert_eq!(
            sent(&[], &[(0, "a", both), (1, "b", left)]),
            "\x1b[1H\x1b[1;2;38;2;1;2;3ma\x1b[22;1mb\x1b[m",
            "one end for both intensities"
        );
        assert_eq!(sent(&[], &[(0, "👩‍👩‍👧b", plain)]), "\x1b[1H👩‍👩‍👧\x1b[1;3Hb", "terminals differ in its width");
        let red = |style: Style| style.fg(Color::Red);
        assert_eq!(sent(&[], &[(0, "a", dim), (1, "b", red(dim))]), "\x1b[1H\x1b[2ma\x1b[38;5;1mb\x1b[m");
    }

    #[test]
    fn numbers_are_written_without_zeros_before_them() {
        for (one, text) in [(0, "0"), (7, "7"), (10, "10"), (999, "999"), (1_000, "1000"), (u16::MAX, "65535")] {
            let mut out = Vec::new();
            number(&mut out, one);
            assert_eq!(out, text.as_bytes());
        }
    }
}
