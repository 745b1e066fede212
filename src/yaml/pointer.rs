//! JSON Pointer (RFC 6901), and the dotted path of the command line.

use std::fmt;
use std::str::FromStr;

/// A path from the root of a document to a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(Vec<String>);

/// Why a text is no pointer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PointerError {
    /// A pointer starts with `/` or is empty.
    #[error("a JSON Pointer starts with '/': {0:?}")]
    NoSlash(String),
    /// `~` stands only in `~0` and `~1`.
    #[error("'~' stands only in '~0' and '~1': {0:?}")]
    BadEscape(String),
    /// `[` without a number and `]`.
    #[error("'[' must be followed by a list index and ']': {0:?}")]
    BadIndex(String),
    /// A name between dots is empty.
    #[error("a name is missing in the path {0:?}")]
    EmptyName(String),
}

impl Pointer {
    /// Returns the pointer to the whole document.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Returns the pointer with these tokens, unescaped.
    pub fn from_tokens(tokens: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(tokens.into_iter().map(Into::into).collect())
    }

    /// Returns the tokens, unescaped.
    #[must_use]
    pub fn tokens(&self) -> &[String] {
        &self.0
    }

    /// Tells whether it points at the whole document.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the pointer one step below.
    #[must_use]
    pub fn join(&self, token: impl fmt::Display) -> Self {
        let mut tokens = self.0.clone();
        tokens.push(format!("{token}"));
        Self(tokens)
    }

    /// Returns the pointer that continues with all of `below`.
    #[must_use]
    pub fn extend(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }

    /// Returns the pointer one step above and the last token.
    #[must_use]
    pub fn split_last(&self) -> Option<(Self, &str)> {
        let (last, head) = self.0.split_last()?;
        Some((Self(head.to_vec()), last))
    }

    /// Tells whether it points at `ancestor` or below it.
    #[must_use]
    pub fn starts_with(&self, ancestor: &Self) -> bool {
        self.0.starts_with(&ancestor.0)
    }

    /// Reads the path of the command line: `parameters.notify[0]`, or a JSON
    /// Pointer where it starts with `/`. `\.`, `\[` and `\\` stand for themselves.
    ///
    /// # Errors
    ///
    /// Returns [`PointerError`] where the text is neither.
    pub fn from_path(path: &str) -> Result<Self, PointerError> {
        if path.starts_with('/') {
            return path.parse();
        }
        let mut tokens = Vec::new();
        let mut name = String::new();
        let mut behind_index = false;
        let mut rest = path.chars();
        while let Some(c) = rest.next() {
            match c {
                '\\' => name.push(rest.next().unwrap_or('\\')),
                '.' if behind_index && name.is_empty() => behind_index = false,
                '.' if name.is_empty() => return Err(PointerError::EmptyName(path.to_owned())),
                '.' => {
                    tokens.push(std::mem::take(&mut name));
                    behind_index = false;
                }
                '[' => {
                    if !name.is_empty() {
                        tokens.push(std::mem::take(&mut name));
                    } else if !behind_index {
                        return Err(PointerError::EmptyName(path.to_owned()));
                    }
                    let index: String = rest.by_ref().take_while(|&c| c != ']').collect();
                    if !is_index(&index) && index != "-" {
                        return Err(PointerError::BadIndex(path.to_owned()));
                    }
                    tokens.push(index);
                    behind_index = true;
                }
                _ if behind_index && name.is_empty() => return Err(PointerError::BadIndex(path.to_owned())),
                _ => name.push(c),
            }
        }
        if !name.is_empty() {
            tokens.push(name);
        } else if !behind_index {
            return Err(PointerError::EmptyName(path.to_owned()));
        }
        Ok(Self(tokens))
    }

    /// Returns the form that people read: `plugins[2].parameters.dry_run`.
    #[must_use]
    pub fn to_path(&self) -> String {
        let mut out = String::new();
        for token in &self.0 {
            if is_index(token) && !out.is_empty() {
                out.push('[');
                out.push_str(token);
                out.push(']');
            } else {
                if !out.is_empty() {
                    out.push('.');
                }
                for c in token.chars() {
                    if matches!(c, '.' | '[' | '\\') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
        out
    }
}

/// Tells whether a token is an array index of RFC 6901: `0`, or digits without a leading zero.
#[must_use]
pub fn is_index(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_digit()) && (token == "0" || !token.starts_with('0'))
}

impl FromStr for Pointer {
    type Err = PointerError;

    fn from_str(text: &str) -> Result<Self, PointerError> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let Some(rest) = text.strip_prefix('/') else {
            return Err(PointerError::NoSlash(text.to_owned()));
        };
        rest.split('/').map(|token| unescape(token, text)).collect::<Result<_, _>>().map(Self)
    }
}

fn unescape(token: &str, whole: &str) -> Result<String, PointerError> {
    let mut out = String::with_capacity(token.len());
    let mut rest = token.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '~' { rest.next() } else { None }) {
            ('~', Some('0')) => out.push('~'),
            ('~', Some('1')) => out.push('/'),
            ('~', _) => return Err(PointerError::BadEscape(whole.to_owned())),
            _ => out.push(c),
        }
    }
    Ok(out)
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|token| write!(f, "/{}", token.replace('~', "~0").replace('/', "~1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_those_of_rfc_6901() {
        for text in ["", "/", "/a~1b", "/m~0n", "/plugins/0/class"] {
            assert_eq!(text.parse::<Pointer>().expect("valid").to_string(), text);
        }
        assert!("a".parse::<Pointer>().is_err());
        assert!("/a~2".parse::<Pointer>().is_err());
    }

    #[test]
    fn paths_of_the_command_line_become_pointers() {
        for (path, pointer) in [
            ("class", "/class"),
            ("parameters.limits.team-a", "/parameters/limits/team-a"),
            ("parameters.notify[0]", "/parameters/notify/0"),
            ("parameters.m[0][1].x", "/parameters/m/0/1/x"),
            (r"parameters.a\.b", "/parameters/a.b"),
            ("/parameters/a", "/parameters/a"),
        ] {
            let read = Pointer::from_path(path).expect(path);
            assert_eq!(read.to_string(), pointer);
        }
        for bad in ["", "a..b", "a.", "[0]", "a[x]", "a[0]b"] {
            assert!(Pointer::from_path(bad).is_err(), "{bad}");
        }
    }
}
