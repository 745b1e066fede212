//! RFC 6902 operations as splices, proved by parsing the result again.

mod compose;
mod layout;

use std::sync::Arc;

use super::{Document, Pointer, Value};
use crate::text::{Span, Splice};

/// A value to be written.
#[derive(Clone, Debug)]
pub struct NewValue {
    /// The data.
    pub value: Value,
    /// How it should be written, where a person said so: a flow value or a
    /// scalar on one line, or a block scalar's style. Taken where it reads back as
    /// `value` in its place, else the value is written afresh.
    pub written: Option<Written>,
}

/// How a person wants a value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// This source, on one line.
    Source(String),
    /// `'single'`.
    SingleQuoted,
    /// `"double"`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

impl NewValue {
    /// Returns the value without a wish how it is written.
    #[must_use]
    pub const fn of(value: Value) -> Self {
        Self { value, written: None }
    }

    /// Reads the YAML of a command line or of a field: one value, in PyYAML's types.
    ///
    /// # Errors
    ///
    /// Returns what stops PyYAML on it.
    pub fn from_yaml(source: &str) -> Result<Self, super::YamlError> {
        let document = Document::parse(source);
        let value = document.data().map_err(Clone::clone)?.clone();
        let plain = source.trim();
        let one_line =
            !plain.is_empty() && !plain.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '#', '&', '*']);
        Ok(Self { value, written: one_line.then(|| Written::Source(plain.to_owned())) })
    }
}

/// One operation of a JSON Patch (RFC 6902).
#[derive(Clone, Debug)]
pub enum PatchOp {
    /// `add`
    Add {
        /// The place.
        path: Pointer,
        /// The value.
        value: NewValue,
    },
    /// `remove`
    Remove {
        /// The place.
        path: Pointer,
    },
    /// `replace`
    Replace {
        /// The place.
        path: Pointer,
        /// The value.
        value: NewValue,
    },
    /// `move`
    Move {
        /// Where the value is.
        from: Pointer,
        /// Where it will be.
        path: Pointer,
    },
    /// `copy`
    Copy {
        /// Where the value is.
        from: Pointer,
        /// Where the copy will be.
        path: Pointer,
    },
    /// `test`
    Test {
        /// The place.
        path: Pointer,
        /// What must be there.
        value: Value,
    },
}

/// What a patch made of a document.
#[derive(Clone, Debug)]
pub struct Edited {
    /// The new document.
    pub document: Arc<Document>,
    /// The splices from the old text to the new one, sorted.
    pub splices: Vec<Splice>,
}

/// Why an edit is refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditError {
    /// The text is no YAML that PyYAML loads.
    #[error("the file does not parse: {0}")]
    NotYaml(super::YamlError),
    /// There is nothing at a pointer.
    #[error("there is nothing at {}", .0.to_path())]
    NotFound(Pointer),
    /// The edit cannot be done without risk to other bytes.
    #[error("{reason}")]
    Unsafe {
        /// Why, and what can be done instead.
        reason: String,
        /// The bytes that stand in the way.
        span: Span,
    },
}
