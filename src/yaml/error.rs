//! What stops PyYAML's `CSafeLoader`, under PyYAML's names.

use std::fmt;

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
