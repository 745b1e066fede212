//! Forms: text fields and choices in a dialog, with what SkyPilot would do.
//!
//! What a form means and what accepting it does is `edits`'s; here is its shape.

use std::borrow::Cow;

use super::completion::{Completion, completed_label};
use super::field::Field;
use super::value::Type;
use crate::check::Severity;
use crate::config::Role;
use crate::yaml::{Pointer, Value};

/// What a form is for.
#[derive(Clone, Debug, PartialEq)]
pub enum FormKind {
    /// A new entry.
    AddClass {
        /// The entry to stand behind (or in front of, for `before`).
        beside: Option<usize>,
        /// Whether it goes in front of that one.
        before: bool,
    },
    /// What a new entry must give its class.
    Required {
        /// The list.
        role: Role,
        /// Where it goes, at the end where there is none.
        at: Option<usize>,
        /// Its class.
        class: String,
    },
    /// Another class for an entry.
    ChangeClass {
        /// The list.
        role: Role,
        /// The entry.
        index: usize,
    },
    /// A new key or item.
    AddValue {
        /// The list.
        role: Role,
        /// The level, which may not be there yet.
        level: Pointer,
        /// The number of items where the level is a list.
        items: Option<usize>,
    },
    /// Another value.
    EditValue {
        /// The list.
        role: Role,
        /// The place.
        pointer: Pointer,
        /// The value before.
        was: Value,
    },
    /// Another name for a key.
    Rename {
        /// The list.
        role: Role,
        /// The place.
        pointer: Pointer,
    },
    /// The comment behind the class of an entry.
    CommentBehind {
        /// The list.
        role: Role,
        /// The entry.
        index: usize,
    },
    /// The schema that a file names for editors.
    Modeline(Role),
    /// `controller_wheel_path`
    WheelPath,
    /// The project directory that a wheel is built of.
    Project,
    /// What is exported for Kubernetes, and whereto.
    Export,
    /// One line of a file that is shown as text.
    Line {
        /// The file.
        role: Role,
        /// The line, from 0.
        line: usize,
    },
    /// What is looked for everywhere.
    Find,
    /// What a list is filtered by.
    Filter(Filtered),
    /// A path for a file that has none.
    SavePath(Role),
    /// The name of a file that is saved although SkyPilot would refuse it.
    Force(Role),
}

/// What a filter leaves rows out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filtered {
    /// The entries of a list.
    Entries(Role),
    /// The parameters of an entry.
    Values,
    /// The problems.
    Problems,
    /// The wheel list.
    Wheels,
    /// The upload preview.
    Preview,
    /// The review.
    Review,
}

/// A row of a form.
#[derive(Clone, Debug)]
pub enum FormRow {
    /// A text field.
    Text {
        /// What it holds.
        label: Cow<'static, str>,
        /// The field.
        field: Field,
    },
    /// A choice.
    Choice {
        /// What is chosen.
        label: Cow<'static, str>,
        /// What there is to choose from.
        options: Vec<String>,
        /// Which one is chosen.
        at: usize,
    },
}

/// One line below the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// How bad it is; none for what is merely told.
    pub severity: Option<Severity>,
    /// What stands in front: `SkyPilot reads`; empty for a problem.
    pub label: &'static str,
    /// The text, made visible.
    pub text: String,
}

impl Note {
    /// Returns a line that tells something.
    #[must_use]
    pub fn told(label: &'static str, text: impl Into<String>) -> Self {
        Self { severity: None, label, text: text.into() }
    }

    /// Returns a line about a problem.
    #[must_use]
    pub fn problem(severity: Severity, text: impl Into<String>) -> Self {
        Self { severity: Some(severity), label: "", text: text.into() }
    }
}

/// A dialog with fields.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is for.
    pub kind: FormKind,
    /// The title, made visible.
    pub title: String,
    /// The rows.
    pub rows: Vec<FormRow>,
    /// The row with the cursor.
    pub active: usize,
    /// What the field with the cursor offers.
    pub completion: Completion,
    /// What SkyPilot would do with it, for the state as it is.
    pub notes: Vec<Note>,
    /// Why Enter is refused, since it was tried.
    pub refused: Option<String>,
}

impl Form {
    /// Returns a form with the cursor in its first row.
    #[must_use]
    pub fn new(kind: FormKind, title: impl Into<String>, rows: Vec<FormRow>) -> Self {
        Self {
            kind,
            title: title.into(),
            rows,
            active: 0,
            completion: Completion::default(),
            notes: Vec::new(),
            refused: None,
        }
    }

    /// Returns a text field as a row.
    #[must_use]
    pub fn text_row(label: impl Into<Cow<'static, str>>, text: impl Into<String>) -> FormRow {
        FormRow::Text { label: label.into(), field: Field::new(text) }
    }

    /// Returns a choice as a row.
    #[must_use]
    pub fn choice_row(label: &'static str, options: impl IntoIterator<Item = impl Into<String>>, at: usize) -> FormRow {
        FormRow::Choice { label: label.into(), options: options.into_iter().map(Into::into).collect(), at }
    }

    /// Returns the choice of a type as a row.
    #[must_use]
    pub fn type_row(kind: Type) -> FormRow {
        let at = Type::ALL.iter().position(|one| *one == kind).unwrap_or(0);
        Self::choice_row("type", Type::ALL.iter().map(|one| one.name()), at)
    }

    /// Returns the text of the field with this label.
    #[must_use]
    pub fn text(&self, wanted: &str) -> &str {
        self.rows
            .iter()
            .find_map(|row| match row {
                FormRow::Text { label, field } if label == wanted => Some(field.text()),
                _ => None,
            })
            .unwrap_or("")
    }

    /// Returns what is chosen under this label.
    #[must_use]
    pub fn choice(&self, wanted: &str) -> Option<usize> {
        self.rows.iter().find_map(|row| match row {
            FormRow::Choice { label, at, .. } if label == wanted => Some(*at),
            _ => None,
        })
    }

    /// Returns the chosen type.
    #[must_use]
    pub fn chosen_type(&self) -> Type {
        self.choice("type").and_then(|at| Type::ALL.get(at)).copied().unwrap_or_default()
    }

    /// Tells whether it asks for a directory.
    #[must_use]
    pub const fn is_directory(&self) -> bool {
        matches!(self.kind, FormKind::WheelPath | FormKind::Project | FormKind::Export)
    }

    /// Returns the field with the cursor.
    pub fn field(&mut self) -> Option<&mut Field> {
        match self.rows.get_mut(self.active)? {
            FormRow::Text { field, .. } => Some(field),
            FormRow::Choice { .. } => None,
        }
    }

    /// Tells whether the field with the cursor offers something.
    #[must_use]
    pub fn offers(&self) -> bool {
        let label = completed_label(&self.kind);
        !self.completion.rows.is_empty() && label.is_some_and(|label| self.row_of(label) == Some(self.active))
    }

    /// Goes to the next or the previous row, around the end.
    pub fn step(&mut self, forward: bool) {
        let count = self.rows.len().max(1);
        self.active = (self.active + if forward { 1 } else { count - 1 }) % count;
    }

    /// Chooses the next or the previous option of a row, around the end.
    pub fn turn(&mut self, row: usize, forward: bool) {
        if let Some(FormRow::Choice { options, at, .. }) = self.rows.get_mut(row) {
            let count = options.len().max(1);
            *at = (*at + if forward { 1 } else { count - 1 }) % count;
        }
    }

    /// Returns the row of the choice with this label.
    #[must_use]
    pub fn row_of(&self, wanted: &str) -> Option<usize> {
        self.rows.iter().position(|row| match row {
            FormRow::Text { label, .. } | FormRow::Choice { label, .. } => label == wanted,
        })
    }
}
