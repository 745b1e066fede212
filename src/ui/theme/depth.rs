//! How many colours a terminal has, and what becomes of others.
//!
//! Read from `COLORTERM` and `TERM` alone: nothing is asked of the terminal.

use ratatui::style::Color;

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// Eight: the Linux console.
    Eight,
    /// Sixteen.
    Sixteen,
    /// 256.
    Many,
    /// All of them.
    True,
}

/// A colour by its parts.
pub type Rgb = (u8, u8, u8);

/// The sixteen colours as xterm has them; terminals may have others.
const NAMED: [(Color, Rgb); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];
/// The least contrast of text among few colours, whose exact values only the terminal knows.
const READABLE: f64 = 3.0;
/// The steps of the colour cube, which begins at 16.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
const CUBE: u8 = 16;
/// Where the greys begin: 24 of them, from 8 in steps of 10.
const GREYS: u8 = 232;

impl Depth {
    /// Returns what the environment variables tell of the terminal.
    #[must_use]
    pub fn of(term: &str, colorterm: &str) -> Self {
        if term == "linux" {
            Self::Eight
        } else if matches!(colorterm, "truecolor" | "24bit") || term.ends_with("-direct") {
            Self::True
        } else if term.contains("256color") {
            Self::Many
        } else {
            Self::Sixteen
        }
    }

    /// Returns the colour of the terminal that is nearest to one.
    #[must_use]
    pub fn nearest(self, color: Color) -> Color {
        match (self, color) {
            (Self::Many, Color::Rgb(r, g, b)) => nearest_of_many((r, g, b)),
            (Self::Sixteen, Color::Rgb(..)) => nearest_named(color, NAMED.iter()),
            (Self::Sixteen, Color::Indexed(index)) if usize::from(index) >= NAMED.len() => {
                nearest_named(color, NAMED.iter())
            }
            (Self::True | Self::Many | Self::Sixteen, _) | (_, Color::Reset) => color,
            (Self::Eight, _) => nearest_named(color, NAMED[..8].iter()),
        }
    }

    /// Returns the nearest one that can be read on a background of the terminal's.
    ///
    /// Among few colours the nearest to a dark green may be one that white swallows.
    #[must_use]
    pub fn nearest_on(self, color: Color, background: Color) -> Color {
        let (Self::Eight | Self::Sixteen, Some(behind)) = (self, rgb(background)) else { return self.nearest(color) };
        let all = if self == Self::Eight { &NAMED[..8] } else { &NAMED[..] };
        nearest_named(color, all.iter().filter(|(_, parts)| contrast(*parts, behind) >= READABLE))
    }
}

/// Returns the parts of a colour, those of xterm where only the terminal knows them.
#[must_use]
pub fn rgb(color: Color) -> Option<Rgb> {
    match color {
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(index) if index >= GREYS => {
            let grey = 8 + 10 * (index - GREYS);
            Some((grey, grey, grey))
        }
        Color::Indexed(index) if index >= CUBE => {
            let place = index - CUBE;
            let step = |at: u8| STEPS[usize::from(at % 6)];
            Some((step(place / 36), step(place / 6), step(place)))
        }
        Color::Indexed(index) => Some(NAMED[usize::from(index)].1),
        named => NAMED.iter().find(|(one, _)| *one == named).map(|(_, parts)| *parts),
    }
}

/// Returns the contrast of two colours, from 1 to 21 (WCAG 2.2).
#[must_use]
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance((r, g, b): Rgb) -> f64 {
    let part = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b)
}

fn nearest_of_many(color: Rgb) -> Color {
    let all = (CUBE..=u8::MAX).map(Color::Indexed);
    let near = all.min_by_key(|one| rgb(*one).map_or(u32::MAX, |parts| distance(parts, color)));
    near.unwrap_or(Color::Reset)
}

fn nearest_named<'a>(color: Color, among: impl Iterator<Item = &'a (Color, Rgb)>) -> Color {
    let Some(wanted) = rgb(color) else { return color };
    among.min_by_key(|(_, parts)| distance(*parts, wanted)).map_or(color, |(near, _)| *near)
}

/// The squares of the differences, green counting most as for eyes.
fn distance(a: Rgb, b: Rgb) -> u32 {
    let part = |a: u8, b: u8, weight: u32| weight * u32::from(a.abs_diff(b)).pow(2);
    part(a.0, b.0, 3) + part(a.1, b.1, 4) + part(a.2, b.2, 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_how_many_colours_there_are() {
        assert_eq!(Depth::of("xterm-256color", "truecolor"), Depth::True);
        assert_eq!(Depth::of("xterm-256color", ""), Depth::Many);
        assert_eq!(Depth::of("xterm", ""), Depth::Sixteen);
        assert_eq!(Depth::of("linux", "truecolor"), Depth::Eight);
        assert_eq!(Depth::of("", ""), Depth::Sixteen);
    }

    #[test]
    fn colours_become_the_nearest_ones_there_are() {
        let orange = Color::Rgb(255, 135, 0);
        assert_eq!(Depth::True.nearest(orange), orange);
        assert_eq!(Depth::Many.nearest(orange), Color::Indexed(208));
        assert_eq!(Depth::Many.nearest(Color::Rgb(128, 128, 128)), Color::Indexed(244));
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(250, 10, 10)), Color::LightRed);
        assert_eq!(Depth::Eight.nearest(Color::LightRed), Color::Red);
        assert_eq!(Depth::Sixteen.nearest(Color::Indexed(208)), Color::Yellow);
        assert_eq!(Depth::Eight.nearest(Color::Reset), Color::Reset);
    }

    #[test]
    fn contrast_goes_from_one_to_twenty_one() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((contrast((9, 9, 9), (9, 9, 9)) - 1.0).abs() < 0.01);
        assert!((contrast((119, 119, 119), (255, 255, 255)) - 4.48).abs() < 0.01);
    }
}
