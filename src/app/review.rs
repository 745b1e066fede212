//! The review before a save: what changed in each file, as text and as data.

use super::{State, meaning, writing};
use crate::check::{self, Diagnostic, FileKind, Report, Severity};
use crate::config::diff::{self, DiffKind, DiffLine};
use crate::config::writing::Strategy;
use crate::config::{Role, Workspace};
use crate::text::visible::visible;
use crate::yaml::Document;

/// How a row of the review is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// `@@ -1,3 +1,4 @@`
    Hunk,
    /// In both texts.
    Context,
    /// Only in the old text.
    Removed,
    /// Only in the new text.
    Added,
    /// A heading.
    Heading,
    /// Told in words.
    Plain,
    /// A problem.
    Problem(Severity),
}

/// One row of the review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReviewRow {
    /// How it is shown.
    pub kind: RowKind,
    /// The text, made visible, secrets masked.
    pub text: String,
}

/// The changes of one file.
#[derive(Clone, Debug)]
pub struct ReviewFile {
    /// Which file.
    pub role: Role,
    /// The rows.
    pub rows: Vec<ReviewRow>,
    /// How many lines came.
    pub added: usize,
    /// How many lines went.
    pub removed: usize,
    /// The errors that stop a save: they follow from the text, and are new in it.
    pub errors: Vec<Diagnostic>,
    /// Whether there was no file before.
    pub created: bool,
}

/// The review.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// The changed files.
    pub files: Vec<ReviewFile>,
    /// The one that is shown.
    pub file: usize,
    /// The first row on the screen.
    pub offset: usize,
}

impl Review {
    /// Returns the review of all unsaved edits.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let before = check::check(&state.disk, &state.facts);
        let files = state.unsaved_roles().into_iter().map(|role| file(state, role, &before)).collect();
        Self { files, file: 0, offset: 0 }
    }

    /// Returns the rows of the file that is shown.
    #[must_use]
    pub fn rows(&self) -> &[ReviewRow] {
        self.files.get(self.file).map_or(&[], |file| &file.rows)
    }

    /// Returns the first error that stops a save, with its file.
    #[must_use]
    pub fn first_error(&self) -> Option<(Role, &Diagnostic)> {
        self.files.iter().find_map(|file| file.errors.first().map(|error| (file.role, error)))
    }

    /// Goes to the next or the previous change.
    pub fn step(&mut self, forward: bool) {
        let rows = self.rows();
        let is_hunk = |row: &usize| rows[*row].kind == RowKind::Hunk;
        let at = self.offset;
        let next =
            if forward { (at + 1..rows.len()).find(is_hunk) } else { (0..at.min(rows.len())).rev().find(is_hunk) };
        if let Some(next) = next {
            self.offset = next;
        }
    }
}

fn file(state: &State, role: Role, before: &Report) -> ReviewFile {
    let document = |workspace: &Workspace| {
        workspace.document(role).cloned().unwrap_or_else(|| std::sync::Arc::new(Document::parse("")))
    };
    let lines = diff::unified(&document(&state.disk), &document(&state.workspace), state.settings.show_secrets);
    let count = |kind| lines.iter().filter(|line| line.kind == kind).count();
    let (added, removed) = (count(DiffKind::Added), count(DiffKind::Removed));
    let errors: Vec<Diagnostic> = blocking(before, &state.report, role);
    let mut rows: Vec<ReviewRow> = lines.iter().map(diff_row).collect();
    let mut push = |kind, text: String| rows.push(ReviewRow { kind, text });
    push(RowKind::Plain, String::new());
    push(RowKind::Heading, "What that means".to_owned());
    let meaning = meaning::changes(&state.disk, &state.workspace, role, state.list(role), state.settings.show_secrets);
    if meaning.is_empty() {
        push(RowKind::Plain, "  the same data: only the writing differs".to_owned());
    }
    for line in meaning {
        push(RowKind::Plain, format!("  {line}"));
    }
    let kind = FileKind::of(role);
    let problems: Vec<&Diagnostic> = state.problems.iter().filter(|one| one.place.file == kind).collect();
    if !problems.is_empty() {
        push(RowKind::Plain, String::new());
        push(RowKind::Heading, "Problems in this file".to_owned());
        for one in problems {
            push(RowKind::Problem(one.severity), problem_text(one));
        }
    }
    if let Some(target) = writing::target(state, role) {
        push(RowKind::Plain, String::new());
        push(RowKind::Heading, "How it is saved".to_owned());
        push(RowKind::Plain, format!("  {}", target.told()));
        if Some(&target.file) != state.path(role).as_ref() {
            push(RowKind::Plain, format!("  the link stays; it leads to {}", state.shown_path(&target.file)));
        }
        if target.mode.is_some() && !matches!(target.strategy, Strategy::ReadOnly(_)) {
            push(RowKind::Plain, "  the text on disk is kept as a backup (:backups)".to_owned());
        }
    }
    ReviewFile { role, rows, added, removed, errors, created: state.disk.document(role).is_none() }
}

fn diff_row(line: &DiffLine) -> ReviewRow {
    let kind = match line.kind {
        DiffKind::Hunk => RowKind::Hunk,
        DiffKind::Context => RowKind::Context,
        DiffKind::Removed => RowKind::Removed,
        DiffKind::Added => RowKind::Added,
    };
    ReviewRow { kind, text: format!("{}{}", line.sign(), line.text) }
}

/// Returns a problem as one line: place, message, effect.
#[must_use]
pub fn problem_text(one: &Diagnostic) -> String {
    visible(&format!("{}  {}", place_text(one), sentences(one))).into_owned()
}

/// Returns what is wrong and what SkyPilot does about it, as sentences.
#[must_use]
pub fn sentences(one: &Diagnostic) -> String {
    let (message, effect) = (one.message.trim_end(), one.effect.trim());
    match (effect.is_empty(), message.ends_with(['.', ':', '!', '?'])) {
        (true, _) => message.to_owned(),
        (false, true) => format!("{message} {effect}"),
        (false, false) => format!("{message}. {effect}"),
    }
}

/// Returns where a problem is: `plugins.yaml:18`.
#[must_use]
pub fn place_text(one: &Diagnostic) -> String {
    let name = match one.place.file {
        FileKind::Api => Role::Api.file_name(),
        FileKind::Remote => Role::Remote.file_name(),
        FileKind::Wheels => "wheels",
        FileKind::Server => "server",
    };
    match &one.place.positions {
        Some((start, _)) => format!("{name}:{}", start.line),
        None => name.to_owned(),
    }
}

/// Returns the errors that stop a save of a file: they follow from its text, and it did not have them.
#[must_use]
pub fn blocking(before: &Report, after: &Report, role: Role) -> Vec<Diagnostic> {
    check::new_errors(before, after, role).into_iter().cloned().collect()
}
