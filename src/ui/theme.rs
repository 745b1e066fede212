//! Colours by meaning, and the characters that frames are made of.
//!
//! Only the terminal's own sixteen colours, and no background: so that light
//! and dark terminals both stay readable. Nothing is told by colour alone.

use ratatui::style::{Color, Modifier, Style};

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
    color: bool,
}

impl Theme {
    /// Returns the theme in the terminal's own colours, or without any.
    #[must_use]
    pub const fn new(color: bool, ascii: bool) -> Self {
        Self { ascii, color }
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

    const fn colored(self, color: Color, modifier: Modifier) -> Style {
        let style = Style::new().add_modifier(modifier);
        if self.color { style.fg(color) } else { style }
    }

    /// Returns the style of ordinary text.
    #[must_use]
    pub const fn text(&self) -> Style {
        Style::new()
    }

    /// Returns the style of what matters less.
    #[must_use]
    pub const fn dim(&self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Returns the style of headings and names of panes.
    #[must_use]
    pub const fn heading(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Returns the style of a frame.
    #[must_use]
    pub const fn frame(&self, focused: bool) -> Style {
        if focused { self.colored(Color::Cyan, Modifier::BOLD) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// Returns the style of the row under the cursor.
    #[must_use]
    pub const fn selected(&self, focused: bool) -> Style {
        if focused { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new().add_modifier(Modifier::BOLD) }
    }

    /// Returns the style of a key to press.
    #[must_use]
    pub const fn key(&self) -> Style {
        self.colored(Color::Cyan, Modifier::BOLD)
    }

    /// Returns the style of a severity.
    #[must_use]
    pub const fn severity(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.colored(Color::Red, Modifier::BOLD),
            Severity::Warning => self.colored(Color::Yellow, Modifier::BOLD),
            Severity::Info => self.colored(Color::Blue, Modifier::empty()),
        }
    }

    /// Returns the style of what was added.
    #[must_use]
    pub const fn added(&self) -> Style {
        self.colored(Color::Green, Modifier::empty())
    }

    /// Returns the style of what was removed.
    #[must_use]
    pub const fn removed(&self) -> Style {
        self.colored(Color::Red, Modifier::empty())
    }

    /// Returns the style of what was changed.
    #[must_use]
    pub const fn changed(&self) -> Style {
        self.colored(Color::Yellow, Modifier::empty())
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
        self.colored(Color::Magenta, Modifier::empty())
    }

    /// Returns the style of a status line.
    #[must_use]
    pub const fn tone(&self, tone: Tone) -> Style {
        match tone {
            Tone::Done => self.colored(Color::Green, Modifier::empty()),
            Tone::Told => Style::new(),
            Tone::Failed => self.colored(Color::Red, Modifier::BOLD),
        }
    }
}
