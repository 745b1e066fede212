//! What stops PyYAML's `CSafeLoader`, under PyYAML's names.

use std::fmt::{self, Write as _};

use crate::text::visible::is_invisible;

/// A place as libyaml counts: everything from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// The byte offset in the text.
    pub offset: usize,
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// The Python exception that ends the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `yaml.reader.ReaderError`: a character that YAML does not allow.
    Reader,
    /// `yaml.scanner.ScannerError`.
    Scanner,
    /// `yaml.parser.ParserError`.
    Parser,
    /// `yaml.composer.ComposerError`: aliases, anchors, a second document.
    Composer,
    /// `yaml.constructor.ConstructorError`: tags, keys, merges.
    Constructor,
    /// A bare `ValueError` from Python's own conversion, such as a day 32.
    Value,
    /// A bare `KeyError`, from `!!bool` on other text.
    Key,
    /// A bare `IndexError`, from `!!int` on nothing.
    Index,
    /// A bare `TypeError`.
    Type,
    /// A bare `OverflowError`.
    Overflow,
    /// A bare `UnicodeEncodeError`.
    UnicodeEncode,
    /// An `AttributeError` inside the loader: `SkyPilot` falls back to another
    /// loader on a half-read stream, what follows cannot be predicted.
    Attribute,
    /// Nesting so deep that Python's C stack overflows and the process dies.
    TooDeep,
}

impl ErrorKind {
    /// Returns the name of the Python exception, none where the process dies.
    #[must_use]
    pub const fn exception(self) -> Option<&'static str> {
        Some(match self {
            Self::Reader => "ReaderError",
            Self::Scanner => "ScannerError",
            Self::Parser => "ParserError",
            Self::Composer => "ComposerError",
            Self::Constructor => "ConstructorError",
            Self::Value => "ValueError",
            Self::Key => "KeyError",
            Self::Index => "IndexError",
            Self::Type => "TypeError",
            Self::Overflow => "OverflowError",
            Self::UnicodeEncode => "UnicodeEncodeError",
            Self::Attribute => "AttributeError",
            Self::TooDeep => return None,
        })
    }

    /// Tells whether the exception is one of PyYAML's own.
    #[must_use]
    pub const fn is_yaml(self) -> bool {
        matches!(self, Self::Reader | Self::Scanner | Self::Parser | Self::Composer | Self::Constructor)
    }
}

/// Why PyYAML does not load a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// The exception.
    pub kind: ErrorKind,
    /// What is wrong, in the words of libyaml, PyYAML or Python.
    pub problem: String,
    /// What was being read.
    pub context: Option<String>,
    /// Where the problem is.
    pub mark: Option<Mark>,
    /// Where what was being read starts.
    pub context_mark: Option<Mark>,
}

impl YamlError {
    /// Returns an error without context.
    #[must_use]
    pub fn new(kind: ErrorKind, problem: impl Into<String>, mark: Mark) -> Self {
        Self { kind, problem: problem.into(), context: None, mark: Some(mark), context_mark: None }
    }

    /// Returns the message as Python prints it for a stream of this name.
    #[must_use]
    pub fn python_message(&self, stream: &str) -> String {
        if !self.kind.is_yaml() {
            return self.problem.clone();
        }
        let place = |mark: Mark| format!("  in \"{stream}\", line {}, column {}", mark.line + 1, mark.column + 1);
        // libyaml-rs mends a word that libyaml 0.2.5 misspells.
        let problem = self.problem.replace("hexadecimal", "hexdecimal");
        match self.mark {
            None => problem,
            Some(mark) if self.kind == ErrorKind::Reader => {
                format!("{problem}\n  in \"{stream}\", position {}", mark.offset)
            }
            Some(mark) => {
                let before = self.context_mark.filter(|c| (c.line, c.column) != (mark.line, mark.column));
                let lines = [self.context.clone(), before.map(place), Some(problem), Some(place(mark))];
                lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
            }
        }
    }
}

/// Returns a string as Python's `repr` writes it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        let code = u32::from(c);
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if c == quote => out.extend(['\\', c]),
            // Python escapes what is not printable: separators other than the blank too.
            _ if is_invisible(c) || (c.is_whitespace() && c != ' ') => {
                let _ = match code {
                    0..0x100 => write!(out, "\\x{code:02x}"),
                    0x100..0x1_0000 => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
            _ => out.push(c),
        }
    }
    out.push(quote);
    out
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(context) = &self.context {
            write!(f, "{context}: ")?;
        }
        f.write_str(&self.problem)?;
        if let Some(mark) = self.mark {
            write!(f, " (line {}, column {})", mark.line + 1, mark.column + 1)?;
        }
        Ok(())
    }
}

impl std::error::Error for YamlError {}

#[cfg(test)]
mod tests {
    use super::super::Document;

    #[test]
    fn messages_are_pyyamls() {
        for (text, message) in [
            ("a: b: c\n", "mapping values are not allowed in this context\n  in \"f\", line 1, column 5"),
            ("a: \x07\n", "unacceptable character #x0007: control characters are not allowed\n  in \"f\", position 3"),
            (
                "a: &x 1\nb: &x 2\n",
                "found duplicate anchor; first occurrence\n  in \"f\", line 1, column 4\n\
                 second occurrence\n  in \"f\", line 2, column 4",
            ),
            ("a: 2026-02-30\n", "day is out of range for month"),
        ] {
            let document = Document::parse(text);
            assert_eq!(document.error().expect("invalid").python_message("f"), message);
        }
    }
}
