//! Themes as files: a style in words for each meaning.
//!
//! `error = "bold red"`, `selection = "on #30394d"`: modifiers, a colour, `on` and
//! a background. A file of one's own may give some meanings alone, the rest comes
//! from `base` (else `terminal`).

use std::str::FromStr as _;
use std::sync::OnceLock;

use ratatui::style::{Color, Modifier, Style};
use toml_edit::{Document, Item};

use super::depth::Depth;
use crate::check::nearest;
use crate::text::LineIndex;

macro_rules! meanings {
    ($($(#[$doc:meta])* $name:ident, $word:literal;)*) => {
        /// What a colour can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Meaning {
            $($(#[$doc])* $name,)*
        }

        impl Meaning {
            /// All meanings with their names in a file.
            pub const ALL: &[(&'static str, Self)] = &[$(($word, Self::$name),)*];
        }
    };
}

meanings! {
    /// Ordinary text.
    Text, "text";
    /// What matters less.
    Dim, "dim";
    /// Headings and names of panes.
    Title, "title";
    /// SkyPilot refuses it.
    Error, "error";
    /// Probably not what was meant.
    Warning, "warning";
    /// Worth knowing.
    Info, "info";
    /// What was added.
    Added, "added";
    /// What was removed.
    Removed, "removed";
    /// What was changed.
    Changed, "changed";
    /// The row under the cursor where the keys go.
    Selection, "selection";
    /// The row under the cursor elsewhere.
    Current, "current";
    /// Frames.
    Border, "border";
    /// The frame where the keys go.
    Focus, "focus";
    /// Keys to press.
    Key, "key";
    /// Types, and what SkyPilot reads.
    Kind, "kind";
    /// Something was done.
    Done, "done";
    /// Something was refused or failed.
    Failed, "failed";
    /// A string among values.
    String, "string";
    /// A number among values.
    Number, "number";
    /// True or false among values.
    Bool, "bool";
    /// Nothing among values.
    Null, "null";
}

const COUNT: usize = Meaning::ALL.len();
/// The themes of the program with their files, the one that holds without a choice first.
pub const BUILT_IN: [(&str, &str); 6] = [
    ("terminal", include_str!("../../../assets/themes/terminal.toml")),
    ("light", include_str!("../../../assets/themes/light.toml")),
    ("dark", include_str!("../../../assets/themes/dark.toml")),
    ("high-contrast", include_str!("../../../assets/themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../../assets/themes/colour-blind.toml")),
    ("mono", include_str!("../../../assets/themes/mono.toml")),
];
/// Those of them that were read so far.
static PALETTES: [OnceLock<Option<Palette>>; BUILT_IN.len()] = [const { OnceLock::new() }; BUILT_IN.len()];

/// What is wrong with a theme file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct ThemeError {
    /// The line, from 1.
    pub line: usize,
    /// What, and what to write instead.
    pub message: String,
}

/// A style for each meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    styles: [Style; COUNT],
    background: Option<Color>,
}

impl Palette {
    /// Returns a theme of the program.
    #[must_use]
    pub fn built_in(name: &str) -> Option<Self> {
        let name = name.replace("color", "colour");
        let (palette, (_, text)) = PALETTES.iter().zip(BUILT_IN).find(|(_, (known, _))| *known == name)?;
        // A test reads them all.
        *palette.get_or_init(|| Self::read(text, Self::default()).ok())
    }

    /// Reads a theme file.
    ///
    /// # Errors
    ///
    /// Returns what is wrong first, and where.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        Self::read(text, Self::built_in("terminal").unwrap_or_default())
    }

    fn read(text: &str, mut palette: Self) -> Result<Self, ThemeError> {
        let lines = LineIndex::new(text);
        let wrong = |at: usize, message: String| ThemeError { line: lines.line_of(at) + 1, message };
        let document = Document::parse(text).map_err(|error| {
            wrong(
                error.span().map_or(0, |span| span.start),
                format!("no TOML: {}", error.message().replace('\n', ", ")),
            )
        })?;
        let table = document.as_table();
        if let Some(item) = table.get("base") {
            let at = item.span().map_or(0, |span| span.start);
            let base = item.as_str().and_then(Self::built_in);
            palette = base.ok_or_else(|| wrong(at, format!("base is one of {}", names())))?;
        }
        for (name, item) in table {
            let at = table.key(name).and_then(toml_edit::Key::span).map_or(0, |span| span.start);
            let told = |message| wrong(at, message);
            match (Meaning::ALL.iter().find(|(known, _)| *known == name), name) {
                (Some((_, meaning)), _) => palette.styles[*meaning as usize] = style_of(item).map_err(told)?,
                (None, "background") => palette.background = style_of(item).map_err(told)?.fg,
                (None, "base") => {}
                (None, name) => return Err(told(unknown(name))),
            }
        }
        Ok(palette)
    }

    /// Returns the style of a meaning.
    #[must_use]
    pub const fn style(&self, meaning: Meaning) -> Style {
        self.styles[meaning as usize]
    }

    /// Returns the background, where the theme sets one.
    #[must_use]
    pub const fn background(&self) -> Option<Color> {
        self.background
    }

    /// Returns the style of everything on which nothing else is drawn.
    #[must_use]
    pub fn ground(&self) -> Style {
        match self.background {
            Some(background) => self.style(Meaning::Text).bg(background),
            None => Style::new(),
        }
    }

    /// Returns it with the colours that a terminal has.
    #[must_use]
    pub fn reduced(mut self, depth: Depth) -> Self {
        self.background = self.background.map(|color| depth.nearest(color));
        for style in &mut self.styles {
            style.bg = style.bg.map(|color| depth.nearest(color));
            let behind = style.bg.or(self.background);
            style.fg =
                style.fg.map(|color| behind.map_or(depth.nearest(color), |behind| depth.nearest_on(color, behind)));
        }
        let selection = &mut self.styles[Meaning::Selection as usize];
        // Where it would be the background itself, it would not be seen.
        if selection.bg.is_some() && selection.fg.is_none() && depth <= Depth::Sixteen {
            *selection = Style::new().add_modifier(Modifier::REVERSED);
        }
        self
    }
}

/// Returns the names of the themes of the program, for a sentence.
#[must_use]
pub fn names() -> String {
    BUILT_IN.map(|(name, _)| name).join(", ")
}

fn unknown(name: &str) -> String {
    let known = Meaning::ALL.iter().map(|(known, _)| *known).chain(["background", "base"]);
    let near = nearest(name, known).map_or_else(String::new, |near| format!(", did you mean {near:?}?"));
    format!("there is no meaning {name:?}{near}")
}

/// Reads a style in words.
fn style_of(item: &Item) -> Result<Style, String> {
    let Some(text) = item.as_str() else {
        return Err("a style is a text: \"bold red\", \"#ff8f87\", \"on #30394d\"".to_owned());
    };
    let mut style = Style::new();
    let mut behind = false;
    for word in text.split_whitespace() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            "on" => {
                behind = true;
                continue;
            }
            color => {
                let color = Color::from_str(color).map_err(|_| {
                    format!("{color:?} is no colour: write red, light-blue, 208 or #ff8f87; before it bold, dim, italic, underlined, reversed")
                })?;
                *if std::mem::take(&mut behind) { &mut style.bg } else { &mut style.fg } = Some(color);
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    if behind { Err("a background is missing behind \"on\"".to_owned()) } else { Ok(style) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::depth::{contrast, rgb};

    #[test]
    fn each_theme_of_the_program_gives_each_meaning() {
        for (name, text) in BUILT_IN {
            let document = Document::parse(text).expect(name);
            for (meaning, _) in Meaning::ALL {
                assert!(document.as_table().contains_key(meaning), "{name} has no {meaning}");
            }
            assert!(Palette::built_in(name).is_some());
        }
    }

    /// Returns each meaning with the least contrast that its text has, on the background or on the selected row.
    fn contrasts(palette: &Palette) -> Vec<(&'static str, f64)> {
        let Some(background) = palette.background.and_then(rgb) else { return Vec::new() };
        let selection = palette.style(Meaning::Selection);
        let mut out = Vec::new();
        for (name, meaning) in Meaning::ALL {
            let style = palette.style(*meaning);
            let text = style.fg.or(palette.style(Meaning::Text).fg).and_then(rgb).expect("a colour");
            if *meaning == Meaning::Selection {
                let behind = style.bg.and_then(rgb).unwrap_or(background);
                out.push((*name, contrast(text, behind)));
                continue;
            }
            out.push((*name, contrast(text, background)));
            // A selection with a text colour of its own covers that of the row.
            if let (Some(behind), None) = (selection.bg.and_then(rgb), selection.fg) {
                out.push((*name, contrast(text, behind)));
            }
        }
        out
    }

    #[test]
    fn all_text_of_a_theme_with_a_background_is_readable() {
        for (name, least) in [("light", 4.5), ("dark", 4.5), ("high-contrast", 7.0), ("colour-blind", 4.5)] {
            let palette = Palette::built_in(name).expect(name);
            for depth in [Depth::True, Depth::Many] {
                let told = contrasts(&palette.reduced(depth));
                assert!(told.len() >= COUNT, "{name}");
                for (meaning, ratio) in told {
                    assert!(ratio >= least, "{name}, {depth:?}: {meaning} has {ratio:.2}:1");
                }
            }
            for depth in [Depth::Sixteen, Depth::Eight] {
                for (meaning, ratio) in contrasts(&palette.reduced(depth)) {
                    assert!(ratio >= 3.0, "{name}, {depth:?}: {meaning} has {ratio:.2}:1");
                }
            }
        }
    }

    #[test]
    fn the_terminals_own_theme_sets_no_background() {
        for name in ["terminal", "mono"] {
            let palette = Palette::built_in(name).expect(name);
            assert_eq!(palette.ground(), Style::new());
            assert!(palette.styles.iter().all(|style| style.bg.is_none()), "{name}");
        }
        let mono = Palette::built_in("mono").expect("there");
        assert!(mono.styles.iter().all(|style| style.fg.is_none()));
    }

    #[test]
    fn a_theme_of_ones_own_gives_what_it_changes() {
        let palette = Palette::parse("base = \"dark\"\nerror = \"bold #ff0000 on black\"\n").expect("a theme");
        let dark = Palette::built_in("dark").expect("there");
        let error = palette.style(Meaning::Error);
        assert_eq!((error.fg, error.bg), (Some(Color::Rgb(255, 0, 0)), Some(Color::Black)));
        assert_eq!(palette.style(Meaning::Added), dark.style(Meaning::Added));
        assert_eq!(palette.background, dark.background);
    }

    #[test]
    fn what_is_wrong_with_a_theme_is_told_with_its_line() {
        let told = |text: &str| Palette::parse(text).expect_err("wrong").to_string();
        assert_eq!(
            told("text = \"\"\neror = \"red\"\n"),
            "line 2: there is no meaning \"eror\", did you mean \"error\"?"
        );
        assert!(told("\n\nerror = \"bold redd\"\n").starts_with("line 3: \"redd\" is no colour"));
        assert!(told("error = 3\n").starts_with("line 1: a style is a text"));
        assert!(told("error = \"red on\"\n").contains("behind \"on\""));
        assert!(told("base = \"drak\"\n").starts_with("line 1: base is one of terminal"));
        assert!(told("text = \"red\"\nerror = \n").starts_with("line 2: no TOML"));
    }
}
