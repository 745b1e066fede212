//! Screens as SVG: cells with their colours, frames as lines, several screens as a walk.
//!
//! Nothing in it depends on time, chance or the machine, so that the same
//! screen is the same bytes. Text is placed by the cell and stretched to its
//! cells, whatever font the viewer has; frames are drawn as lines, since the
//! characters for them leave gaps between rows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr as _;

/// The size of a cell, in pixels at full size.
const CELL: (u16, u16) = (9, 20);
/// From the top of a row to the line that letters stand on.
const BASELINE: u16 = 15;
/// Around the screen.
const MARGIN: u16 = 14;
/// What stands below a walk, for its keys.
const CAPTION: u16 = 34;
/// The ground of the pictures, and what is written on it without a colour.
const GROUND: u32 = 0x1b_1e25;
const INK: u32 = 0xd7_dae0;
/// The sixteen colours of a terminal, each readable on the ground.
const PALETTE: [u32; 16] = [
    GROUND, 0xff_7b72, 0x7e_e083, 0xe8_c25a, 0x79_b8ff, 0xd2_a8ff, 0x5e_d3e0, INK, 0x8b_93a3, 0xff_9d96, 0xa5_edaa,
    0xf5_d98c, 0xa5_cfff, 0xe2_c5ff, 0x9b_e7ef, 0xff_ffff,
];
/// How much of the ink is left of what is dim, in percent.
const DIM: u32 = 66;
/// The font, and classes of what is written bold and underlined.
const SHEET: &str = "text{font:15px 'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',ui-monospace,monospace}\
                     .b{font-weight:700}.u{text-decoration:underline}path{shape-rendering:crispEdges}";

/// A screen at one moment.
pub(crate) struct Shot {
    pub(crate) buffer: Buffer,
    /// Where the cursor of the terminal is, if it is shown.
    pub(crate) cursor: Option<Position>,
}

/// One moment of a walk.
pub(crate) struct Moment {
    pub(crate) shot: Shot,
    /// The keys that led to it, and what they do.
    pub(crate) keys: String,
    pub(crate) caption: String,
    /// How long it is shown, in tenths of a second.
    pub(crate) tenths: u32,
}

/// How something is drawn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    ink: u32,
    ground: u32,
    bold: bool,
    underlined: bool,
}

fn colour(color: Color, otherwise: u32) -> u32 {
    let at = match color {
        Color::Reset => return otherwise,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
        other => panic!("{other:?} is none of the sixteen colours of the theme that pictures are in"),
    };
    PALETTE[at]
}

/// Mixes an ink into a ground, channel by channel: two that lie over each other stay as they are.
fn faded(ink: u32, ground: u32) -> u32 {
    [16, 8, 0].iter().fold(0, |all, shift| {
        let (of, on) = ((ink >> shift) & 0xff, (ground >> shift) & 0xff);
        (all << 8) | ((of * DIM + on * (100 - DIM)) / 100)
    })
}

fn look(cell: &Cell, under_cursor: bool) -> Look {
    let (ink, ground) = (colour(cell.fg, INK), colour(cell.bg, GROUND));
    let swapped = cell.modifier.contains(Modifier::REVERSED) != under_cursor;
    let (ink, ground) = if swapped { (ground, ink) } else { (ink, ground) };
    Look {
        ink: if cell.modifier.contains(Modifier::DIM) { faded(ink, ground) } else { ink },
        ground,
        bold: cell.modifier.contains(Modifier::BOLD),
        underlined: cell.modifier.contains(Modifier::UNDERLINED),
    }
}

/// Tells which arms a character of a frame has (left, right, up, down), and how thick they are.
fn arms(symbol: &str) -> Option<([bool; 4], u16)> {
    Some(match symbol {
        "─" => ([true, true, false, false], 1),
        "│" => ([false, false, true, true], 1),
        "┌" => ([false, true, false, true], 1),
        "┐" => ([true, false, false, true], 1),
        "└" => ([false, true, true, false], 1),
        "┘" => ([true, false, true, false], 1),
        "━" => ([true, true, false, false], 2),
        "┃" => ([false, false, true, true], 2),
        "┏" => ([false, true, false, true], 2),
        "┓" => ([true, false, false, true], 2),
        "┗" => ([false, true, true, false], 2),
        "┛" => ([true, false, true, false], 2),
        _ => return None,
    })
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// What stands at one column of a row.
struct Piece {
    x: u16,
    cells: u16,
    text: String,
    look: Look,
    /// Whether it is ordinary text, which the next character may join.
    joins: bool,
}

/// Cuts a row into runs of one look; what is wide or part of a frame is a run of its own.
fn pieces(shot: &Shot, y: u16) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut x = 0;
    while x < shot.buffer.area.width {
        let cell = &shot.buffer[(x, y)];
        let look = look(cell, shot.cursor == Some(Position { x, y }));
        let cells = u16::try_from(cell.symbol().width()).expect("small").max(1);
        let joins = cells == 1 && arms(cell.symbol()).is_none();
        match pieces.last_mut() {
            Some(last) if last.joins && joins && last.look == look => {
                last.text.push_str(cell.symbol());
                last.cells += 1;
            }
            _ => pieces.push(Piece { x, cells, text: cell.symbol().to_owned(), look, joins }),
        }
        x += cells;
    }
    pieces
}

/// Draws the lines of a row's frames, those of one look and thickness in one path.
fn frames(pieces: &[Piece]) -> String {
    let mut paths: BTreeMap<(Look, u16), String> = BTreeMap::new();
    // A horizontal line goes on over several cells.
    let mut open: Option<((Look, u16), u16, u16)> = None;
    let (half_x, half_y) = (CELL.0 / 2, CELL.1 / 2);
    for piece in pieces {
        let Some(([left, right, up, down], thick)) = arms(&piece.text) else { continue };
        let (key, x) = ((piece.look, thick), piece.x * CELL.0);
        let from = if left { x } else { x + half_x };
        let to = if right { x + CELL.0 } else { x + half_x };
        match &mut open {
            Some((of, _, end)) if left && *of == key && *end == from => *end = to,
            _ if left || right => {
                if let Some((of, start, end)) = open.replace((key, from, to)) {
                    let _ = write!(paths.entry(of).or_default(), "M{start} {half_y}h{}", end - start);
                }
            }
            _ => {}
        }
        let (top, bottom) = (if up { 0 } else { half_y }, if down { CELL.1 } else { half_y });
        if up || down {
            let _ = write!(paths.entry(key).or_default(), "M{} {top}v{}", x + half_x, bottom - top);
        }
    }
    if let Some((of, start, end)) = open {
        let _ = write!(paths.entry(of).or_default(), "M{start} {half_y}h{}", end - start);
    }
    let mut out = String::new();
    for ((look, thick), path) in paths {
        let _ = write!(
            out,
            "<path d=\"{path}\" stroke=\"#{:06x}\" stroke-width=\"{thick}\" stroke-linecap=\"square\"/>",
            look.ink
        );
    }
    out
}

/// Draws one row, as if it were the first.
fn row(shot: &Shot, y: u16) -> String {
    let pieces = pieces(shot, y);
    let mut out = String::new();
    for piece in pieces.iter().filter(|piece| piece.look.ground != GROUND) {
        let (x, width) = (piece.x * CELL.0, piece.cells * CELL.0);
        let _ = write!(
            out,
            "<rect x=\"{x}\" width=\"{width}\" height=\"{}\" fill=\"#{:06x}\"/>",
            CELL.1, piece.look.ground
        );
    }
    out.push_str(&frames(&pieces));
    for piece in pieces.iter().filter(|piece| arms(&piece.text).is_none()) {
        let classes = [(piece.look.bold, "b"), (piece.look.underlined, "u")];
        let classes: Vec<&str> = classes.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
        let class = if classes.is_empty() { String::new() } else { format!(" class=\"{}\"", classes.join(" ")) };
        let ink = if piece.look.ink == INK { String::new() } else { format!(" fill=\"#{:06x}\"", piece.look.ink) };
        for (at, words) in words(&piece.text) {
            let x = usize::from(CELL.0) * (usize::from(piece.x) + at);
            let length = usize::from(CELL.0) * words.width();
            let _ = write!(
                out,
                "<text x=\"{x}\" y=\"{BASELINE}\" textLength=\"{length}\"{class}{ink}>{}</text>",
                escaped(words)
            );
        }
    }
    out
}

/// Cuts a text where two blanks or more stand, since viewers make one of them; each with its column.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut at = 0;
    for part in text.split("  ") {
        let words = part.trim();
        if !words.is_empty() {
            found.push((text[..at + part.find(words).unwrap_or_default()].width(), words));
        }
        at += part.len() + 2;
    }
    found
}

/// Begins a picture of a size in pixels.
fn head(title: &str, width: u16, height: u16, sheet: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\" fill=\"#{INK:06x}\">\n<title>{}</title>\n<style>{SHEET}{sheet}</style>\n<rect \
         width=\"{width}\" height=\"{height}\" rx=\"9\" fill=\"#{GROUND:06x}\"/>\n",
        escaped(title)
    )
}

/// Draws a screen.
pub(crate) fn picture(title: &str, shot: &Shot) -> String {
    let (width, height) = (shot.buffer.area.width, shot.buffer.area.height);
    let mut out = head(title, width * CELL.0 + 2 * MARGIN, height * CELL.1 + 2 * MARGIN, "");
    for y in 0..height {
        let row = row(shot, y);
        if !row.is_empty() {
            let _ = writeln!(out, "<g transform=\"translate({MARGIN},{})\">{row}</g>", MARGIN + y * CELL.1);
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Draws several screens of one size, one after the other, each row that they share once.
pub(crate) fn walk(title: &str, moments: &[Moment]) -> String {
    let area = moments[0].shot.buffer.area;
    let (width, height) = (area.width * CELL.0, area.height * CELL.1 + CAPTION);
    let total: u32 = moments.iter().map(|moment| moment.tenths).sum();
    let (mut times, mut passed, mut last) = (String::new(), 0, 0);
    for (at, moment) in (0..).zip(moments) {
        last = u32::from(width) * at;
        let thousandths = passed * 100_000 / total;
        let _ = write!(times, "{}.{:03}%{{transform:translateX(-{last}px)}}", thousandths / 1000, thousandths % 1000);
        passed += moment.tenths;
    }
    let sheet = format!(
        "@keyframes w{{{times}}}.w{{animation:w {}.{}s step-end infinite}}@media \
         (prefers-reduced-motion:reduce){{.w{{animation:none;transform:translateX(-{last}px)}}}}",
        total / 10,
        total % 10
    );
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    let (mut kept, mut film) = (String::new(), String::new());
    for (at, moment) in (0..).zip(moments) {
        let left = u32::from(width) * at;
        let _ = write!(film, "<g transform=\"translate({left})\">");
        for y in 0..area.height {
            let row = row(&moment.shot, y);
            if row.is_empty() {
                continue;
            }
            let next = rows.len();
            let number = *rows.entry(row.clone()).or_insert(next);
            if number == next {
                let _ = writeln!(kept, "<g id=\"r{number}\">{row}</g>");
            }
            let _ = write!(film, "<use href=\"#r{number}\" y=\"{}\"/>", y * CELL.1);
        }
        film.push_str(&caption(moment, area.height * CELL.1));
        film.push_str("</g>\n");
    }
    let mut out = head(title, width + 2 * MARGIN, height + 2 * MARGIN, &sheet);
    let _ = write!(
        out,
        "<defs>\n{kept}</defs>\n<svg x=\"{MARGIN}\" y=\"{MARGIN}\" width=\"{width}\" height=\"{height}\">\n<g \
         class=\"w\">\n{film}</g>\n</svg>\n</svg>\n"
    );
    out
}

/// Draws the keys that were pressed, and what they do, below a screen.
fn caption(moment: &Moment, top: u16) -> String {
    let mut out = String::new();
    let cells = u16::try_from(moment.keys.width()).expect("short");
    let mut x = 0;
    if cells > 0 {
        let (y, width) = (top + 9, (cells + 2) * CELL.0);
        let _ = write!(
            out,
            "<rect y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"#{:06x}\"/><text x=\"{}\" y=\"{base}\" \
             textLength=\"{}\" class=\"b\" fill=\"#{:06x}\">{}</text>",
            PALETTE[6],
            CELL.0,
            cells * CELL.0,
            GROUND,
            escaped(&moment.keys),
            height = CAPTION - 9,
            base = y + 17,
        );
        x = width + CELL.0;
    }
    let _ = write!(out, "<text x=\"{x}\" y=\"{}\">{}</text>", top + 26, escaped(&moment.caption));
    out
}
