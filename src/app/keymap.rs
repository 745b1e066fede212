//! Keys: what they are and what they are called.
//!
//! Which command they run where is in `bindings`. Nothing here knows a
//! terminal: `tui` translates its events into [`Key`]s, tests write them as text.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

/// A key without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// A character.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// The arrow to the left.
    Left,
    /// The arrow to the right.
    Right,
    /// The arrow up.
    Up,
    /// The arrow down.
    Down,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// The named keys.
const NAMES: [(Code, &str); 16] = [
    (Code::Enter, "Enter"),
    (Code::Esc, "Esc"),
    (Code::Tab, "Tab"),
    (Code::BackTab, "Shift-Tab"),
    (Code::Backspace, "Backspace"),
    (Code::Delete, "Delete"),
    (Code::Insert, "Insert"),
    (Code::Left, "Left"),
    (Code::Right, "Right"),
    (Code::Up, "Up"),
    (Code::Down, "Down"),
    (Code::Home, "Home"),
    (Code::End, "End"),
    (Code::PageUp, "PgUp"),
    (Code::PageDown, "PgDn"),
    (Code::Char(' '), "Space"),
];

/// A key as it was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which one. Shift is part of a character.
    pub code: Code,
    /// Whether Control was held.
    pub ctrl: bool,
    /// Whether Alt was held, or Escape came right before.
    pub alt: bool,
}

impl Key {
    /// Returns a key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// Returns the character that this key types, none for all others.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match self.code {
            Code::F(number) => write!(f, "F{number}"),
            Code::Char(c) if c != ' ' => f.write_char(if self.ctrl { c.to_ascii_uppercase() } else { c }),
            code => f.write_str(NAMES.iter().find(|(named, _)| *named == code).map_or("?", |(_, name)| name)),
        }
    }
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no key")]
pub struct NoKey(String);

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Self, NoKey> {
        let mut rest = text;
        let (mut ctrl, mut alt) = (false, false);
        while rest.len() > 1 {
            if let Some(behind) = rest.strip_prefix("Ctrl-").or_else(|| rest.strip_prefix("C-")) {
                (ctrl, rest) = (true, behind);
            } else if let Some(behind) =
                rest.strip_prefix("Alt-").or_else(|| rest.strip_prefix("A-")).or_else(|| rest.strip_prefix("M-"))
            {
                (alt, rest) = (true, behind);
            } else {
                break;
            }
        }
        let named = NAMES.iter().find(|(_, name)| *name == rest).map(|(code, _)| *code);
        let mut chars = rest.chars();
        let code = match (named, chars.next(), chars.as_str()) {
            (Some(code), ..) => code,
            (None, Some(c), "") => Code::Char(if ctrl { c.to_ascii_lowercase() } else { c }),
            (None, Some('F'), number) => Code::F(number.parse().map_err(|_| NoKey(text.to_owned()))?),
            _ => return Err(NoKey(text.to_owned())),
        };
        Ok(Self { code, ctrl, alt })
    }
}

/// Reads keys as tests and the documentation write them: `a`, `acme.X<Enter>`,
/// `<Ctrl-S>`; `<lt>` is the character `<`.
///
/// # Errors
///
/// Returns the first name in angle brackets that is no key.
pub fn script(text: &str) -> Result<Vec<Key>, NoKey> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let ('<', Some(end)) = (c, rest.find('>')) {
            let name = &rest[1..end];
            keys.push(if name == "lt" { Key::plain(Code::Char('<')) } else { name.parse()? });
            rest = &rest[end + 1..];
        } else {
            keys.push(Key::plain(Code::Char(c)));
            rest = &rest[c.len_utf8()..];
        }
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for text in ["a", "K", "Ctrl-S", "Alt-Up", "Enter", "Space", "F10", "Shift-Tab", "Ctrl-_", "-"] {
            assert_eq!(text.parse::<Key>().expect(text).to_string(), text);
        }
        assert!("Hyper-x".parse::<Key>().is_err());
    }

    #[test]
    fn scripts_mix_text_and_names() {
        let keys = script("a<lt>b<Enter><C-s>").expect("keys");
        let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["a", "<", "b", "Enter", "Ctrl-S"]);
    }
}
