//! Colours by meaning, and the characters that frames are made of.
//!
//! A theme gives each [`Meaning`] a style; where none is chosen it is the
//! terminal's own sixteen colours without a background, so that light and dark
//! terminals both stay readable. Nothing is told by colour alone: `mono` has
//! none.

pub mod depth;
pub mod palette;

use ratatui::style::Style;

use self::depth::Depth;
use self::palette::{Meaning, Palette};

use crate::app::Tone;
use crate::check::Severity;

/// The characters of a frame.
#[derive(Clone, Copy, Debug)]
pub struct Border {
    /// The horizontal line.
    pub horizontal: &'static str,
    /// The vertical line.
    pub vertical: &'static str,
    /// The corners: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
}

const PLAIN: Border = Border { horizontal: "─", vertical: "│", corners: ["┌", "┐", "└", "┘"] };
const HEAVY: Border = Border { horizontal: "━", vertical: "┃", corners: ["┏", "┓", "┗", "┛"] };
const ASCII: Border = Border { horizontal: "-", vertical: "|", corners: ["+", "+", "+", "+"] };
const ASCII_HEAVY: Border = Border { horizontal: "=", vertical: "#", corners: ["#", "#", "#", "#"] };

/// How things look.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// Whether frames are made of ASCII.
    pub ascii: bool,
    palette: Palette,
}

/// Where a theme comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// It is one of the program's, by its name.
    BuiltIn(&'static str),
    /// It was read from a file.
    File(Box<Palette>),
}

/// The themes to choose from: each is made as it is shown, for most never are.
#[derive(Debug)]
pub struct Themes {
    origins: Vec<Origin>,
    depth: Depth,
    ascii: bool,
    made: Option<(usize, Theme)>,
}

impl Themes {
    /// Returns the themes of a terminal with that many colours.
    #[must_use]
    pub const fn new(origins: Vec<Origin>, depth: Depth, ascii: bool) -> Self {
        Self { origins, depth, ascii, made: None }
    }

    /// Returns a theme by its number, the first one where there is none of that number.
    pub fn get(&mut self, at: usize) -> Option<&Theme> {
        if self.made.as_ref().is_none_or(|(made, _)| *made != at) {
            let palette = match self.origins.get(at).or(self.origins.first())? {
                Origin::BuiltIn(name) => Palette::built_in(name)?,
                Origin::File(palette) => **palette,
            };
            self.made = Some((at, Theme::of(palette, self.depth, self.ascii)));
        }
        self.made.as_ref().map(|(_, theme)| theme)
    }
}

impl Theme {
    /// Returns the theme in the terminal's own colours, or without any.
    #[must_use]
    pub fn new(color: bool, ascii: bool) -> Self {
        Self::of(Palette::built_in(if color { "terminal" } else { "mono" }).unwrap_or_default(), Depth::Sixteen, ascii)
    }

    /// Returns a theme as a terminal with that many colours can show it.
    #[must_use]
    pub fn of(palette: Palette, depth: Depth, ascii: bool) -> Self {
        Self { ascii, palette: palette.reduced(depth) }
    }

    /// Returns the characters of a frame; heavy where the keys go.
    #[must_use]
    pub const fn border(&self, focused: bool) -> Border {
        match (self.ascii, focused) {
            (false, false) => PLAIN,
            (false, true) => HEAVY,
            (true, false) => ASCII,
            (true, true) => ASCII_HEAVY,
        }
    }

    /// Returns the sign of a level that is open or folded, two cells: never that of the cursor.
    #[must_use]
    pub const fn fold(&self, open: bool) -> &'static str {
        match (self.ascii, open) {
            (false, true) => "▾ ",
            (false, false) => "▸ ",
            (true, true) => "v ",
            (true, false) => "+ ",
        }
    }

    /// Returns the style of a meaning.
    #[must_use]
    pub const fn style(&self, meaning: Meaning) -> Style {
        self.palette.style(meaning)
    }

    /// Returns the style of everything on which nothing else is drawn.
    #[must_use]
    pub fn ground(&self) -> Style {
        self.palette.ground()
    }

    /// Returns the style of ordinary text.
    #[must_use]
    pub const fn text(&self) -> Style {
        self.style(Meaning::Text)
    }

    /// Returns the style of what matters less.
    #[must_use]
    pub const fn dim(&self) -> Style {
        self.style(Meaning::Dim)
    }

    /// Returns the style of headings and names of panes.
    #[must_use]
    pub const fn heading(&self) -> Style {
        self.style(Meaning::Title)
    }

    /// Returns the style of a frame.
    #[must_use]
    pub const fn frame(&self, focused: bool) -> Style {
        self.style(if focused { Meaning::Focus } else { Meaning::Border })
    }

    /// Returns the style of the row under the cursor.
    #[must_use]
    pub const fn selected(&self, focused: bool) -> Style {
        self.style(if focused { Meaning::Selection } else { Meaning::Current })
    }

    /// Returns the style of a key to press.
    #[must_use]
    pub const fn key(&self) -> Style {
        self.style(Meaning::Key)
    }

    /// Returns the style of a severity.
    #[must_use]
    pub const fn severity(&self, severity: Severity) -> Style {
        self.style(match severity {
            Severity::Error => Meaning::Error,
            Severity::Warning => Meaning::Warning,
            Severity::Info => Meaning::Info,
        })
    }

    /// Returns the style of what was added.
    #[must_use]
    pub const fn added(&self) -> Style {
        self.style(Meaning::Added)
    }

    /// Returns the style of what was removed.
    #[must_use]
    pub const fn removed(&self) -> Style {
        self.style(Meaning::Removed)
    }

    /// Returns the style of what was changed.
    #[must_use]
    pub const fn changed(&self) -> Style {
        self.style(Meaning::Changed)
    }

    /// Returns the style of a sign in front of a row.
    #[must_use]
    pub fn sign(&self, sign: &str) -> Style {
        match sign {
            "+" => self.added(),
            "-" => self.removed(),
            "~" => self.changed(),
            _ => self.text(),
        }
    }

    /// Returns the style of types and of what SkyPilot reads.
    #[must_use]
    pub const fn kind(&self) -> Style {
        self.style(Meaning::Kind)
    }

    /// Returns the style of a value of the type that the types column names.
    #[must_use]
    pub fn value(&self, kind: &str) -> Style {
        self.style(match kind {
            "str" => Meaning::String,
            "int" | "float" => Meaning::Number,
            "bool" => Meaning::Bool,
            "null" => Meaning::Null,
            _ => Meaning::Text,
        })
    }

    /// Returns the style of a status line.
    #[must_use]
    pub const fn tone(&self, tone: Tone) -> Style {
        self.style(match tone {
            Tone::Done => Meaning::Done,
            Tone::Told => Meaning::Text,
            Tone::Failed => Meaning::Failed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_of_a_number_is_made_and_the_first_one_where_there_is_none() {
        let origins = vec![Origin::BuiltIn("dark"), Origin::File(Box::default()), Origin::BuiltIn("mono")];
        let mut themes = Themes::new(origins, Depth::True, true);
        let mut ground = |at: usize| themes.get(at).map(|theme| (theme.ground(), theme.ascii));
        let dark = Palette::built_in("dark").expect("there").ground();
        assert_ne!(dark, Style::new());
        assert_eq!(ground(0), Some((dark, true)));
        assert_eq!(ground(1), Some((Palette::default().ground(), true)));
        assert_eq!(ground(2), Some((Style::new(), true)));
        assert_eq!(ground(7), Some((dark, true)));
        assert!(Themes::new(Vec::new(), Depth::True, false).get(0).is_none());
    }
}
