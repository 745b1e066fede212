//! The review before a save: what changed in each file, as text and as data, and what of it is saved.

use std::sync::Arc;

use super::needle::Sieve;
use super::value::count;
use super::{Cursor, State, Tone, filters, later, meaning, writing};
use crate::check::{self, Diagnostic, FileKind, Report, Severity};
use crate::config::diff::{self, DiffKind, DiffLine};
use crate::config::partial::Partial;
use crate::config::writing::Strategy;
use crate::config::{Content, Role, Workspace};
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
    /// A change that can be left out, in words.
    Part,
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
    /// The changes that it belongs to.
    pub parts: Vec<usize>,
    /// Where in `text` a changed line begins to differ from the other one of its pair, in bytes.
    pub differs: Option<usize>,
}

/// The changes of one file.
#[derive(Clone, Debug)]
pub struct ReviewFile {
    /// Which file.
    pub role: Role,
    /// The rows that are shown.
    pub rows: Vec<ReviewRow>,
    /// All rows.
    pub all: Vec<ReviewRow>,
    /// How many lines come.
    pub added: usize,
    /// How many lines go.
    pub removed: usize,
    /// The errors that stop a save: they follow from the text, and are new in it.
    pub errors: Vec<Diagnostic>,
    /// Whether there was no file before.
    pub created: bool,
    partial: Partial,
    /// For each change whether it is saved.
    taken: Vec<bool>,
    /// What is saved, where that is not the whole text.
    document: Option<Arc<Document>>,
}

impl ReviewFile {
    /// Tells whether a row belongs to changes that are left out.
    #[must_use]
    pub fn is_left_out(&self, row: &ReviewRow) -> bool {
        !row.parts.is_empty() && row.parts.iter().all(|part| !self.taken[*part])
    }

    /// Returns how many changes are left out.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.taken.iter().filter(|taken| !**taken).count()
    }

    /// Leaves out the rows that a filter does not let through.
    fn sift(&mut self, filter: &str) {
        if filter.is_empty() {
            self.rows.clone_from(&self.all);
            return;
        }
        let sieve = Sieve::of(filter);
        let lets = |row: &ReviewRow| {
            let severity = if let RowKind::Problem(severity) = row.kind { Some(severity) } else { None };
            !row.text.is_empty() && sieve.lets(severity, !row.parts.is_empty(), &row.text)
        };
        let is_heading = |row: &ReviewRow| matches!(row.kind, RowKind::Hunk | RowKind::Heading);
        self.rows = filters::keep_with_headings(self.all.clone(), is_heading, lets);
        // Of what a filter hides nothing is left out of the save.
        let end = self.rows.iter().position(|row| row.kind == RowKind::Heading).unwrap_or(self.rows.len());
        tell_hunks(&mut self.rows[..end]);
    }

    /// Tells whether anything is saved.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        self.taken.is_empty() || self.taken.contains(&true)
    }
}

/// The review.
#[derive(Clone, Debug, Default)]
pub struct Review {
    /// The changed files.
    pub files: Vec<ReviewFile>,
    /// The one that is shown.
    pub file: usize,
    /// The cursor among its rows.
    pub cursor: Cursor,
    /// What the shown rows hold; empty where all are shown.
    pub filter: String,
}

impl Review {
    /// Returns the review of all unsaved edits.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let before = check::check(&state.disk, &state.facts);
        let roles = state.unsaved_roles().into_iter();
        Self { files: roles.map(|role| file(state, role, &before)).collect(), ..Self::default() }
    }

    /// Returns the review as it is now: what was left out of the same texts is left out still.
    #[must_use]
    pub fn again(&self, state: &State) -> Self {
        let mut new = Self::of(state);
        let before = check::check(&state.disk, &state.facts);
        for file in &mut new.files {
            let same = |a: &Document, b: &Document| a.text() == b.text();
            let old = self.files.iter().find(|old| {
                same(old.partial.before(), file.partial.before()) && same(old.partial.after(), file.partial.after())
            });
            if let Some(old) = old {
                file.taken.clone_from(&old.taken);
                file.document.clone_from(&old.document);
                tell(state, file, &before);
            }
        }
        new.file = self.file.min(new.files.len().saturating_sub(1));
        new.set_filter(self.filter.clone());
        new
    }

    /// Returns the file that is shown.
    #[must_use]
    pub fn current(&self) -> Option<&ReviewFile> {
        self.files.get(self.file)
    }

    /// Returns the rows of the file that is shown.
    #[must_use]
    pub fn rows(&self) -> &[ReviewRow] {
        self.current().map_or(&[], |file| &file.rows)
    }

    /// Returns the first error that stops a save, with its file.
    #[must_use]
    pub fn first_error(&self) -> Option<(Role, &Diagnostic)> {
        self.files.iter().find_map(|file| file.errors.first().map(|error| (file.role, error)))
    }

    /// Returns the files of which something is saved.
    pub fn saved(&self) -> impl Iterator<Item = &ReviewFile> {
        self.files.iter().filter(|file| file.is_saved())
    }

    /// Returns how many changes are left out of all files.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.files.iter().map(ReviewFile::left_out).sum()
    }

    /// Returns the text that is saved, where it is not the whole one.
    #[must_use]
    pub fn text(&self, role: Role) -> Option<&str> {
        let file = self.files.iter().find(|file| file.role == role)?;
        file.document.as_ref().map(|document| document.text())
    }

    /// Shows only the rows that hold a text.
    pub fn set_filter(&mut self, filter: String) {
        let current = self.rows().get(self.cursor.at).cloned();
        self.filter = filter;
        for file in &mut self.files {
            file.sift(&self.filter);
        }
        let at = current.and_then(|current| self.rows().iter().position(|row| *row == current));
        self.cursor.at = at.unwrap_or(0);
    }

    /// Goes to the first line of the next or the previous change; tells whether there is one.
    pub fn step(&mut self, forward: bool) -> bool {
        let rows = self.rows();
        let is_changed = |row: usize| matches!(rows[row].kind, RowKind::Removed | RowKind::Added);
        let is_first = |row: &usize| is_changed(*row) && row.checked_sub(1).is_none_or(|before| !is_changed(before));
        let at = self.cursor.at;
        let next =
            if forward { (at + 1..rows.len()).find(is_first) } else { (0..at.min(rows.len())).rev().find(is_first) };
        if let Some(next) = next {
            self.cursor.at = next;
        }
        next.is_some()
    }
}

/// Leaves the changes under the cursor out of the save, or takes them in again.
pub fn toggle(state: &mut State) {
    let Some(mut review) = state.review.take() else { return };
    let told = toggle_in(state, &mut review);
    state.review = Some(review);
    let (tone, text) = told;
    state.say(tone, text);
}

fn toggle_in(state: &State, review: &mut Review) -> (Tone, String) {
    let at = review.cursor.at;
    let Some(file) = review.files.get_mut(review.file) else { return (Tone::Told, "Nothing is shown.".to_owned()) };
    let parts = file.rows.get(at).map(|row| row.parts.clone()).unwrap_or_default();
    if parts.is_empty() {
        return (
            Tone::Told,
            "No change on this row: Space works on lines with + or -, and in the list below.".to_owned(),
        );
    }
    let before = file.taken.clone();
    let leaves = parts.iter().any(|part| file.taken[*part]);
    for part in &parts {
        file.taken[*part] = !leaves;
    }
    let Some(text) = file.partial.text(&file.taken) else {
        file.taken = before;
        return (Tone::Failed, "These changes cannot be told apart: nothing was left out.".to_owned());
    };
    let is_whole = !file.taken.contains(&false);
    file.document = (!is_whole).then_some(text.document);
    tell(state, file, &check::check(&state.disk, &state.facts));
    file.sift(&review.filter);
    let what = match parts.len() {
        1 => "the change".to_owned(),
        several => format!("{} that lie together", count(several, "change")),
    };
    let waits = if text.is_whole { "" } else { " Comments on its lines wait with the rest." };
    match (leaves, file.left_out()) {
        (_, 0) => (Tone::Done, "All changes will be saved.".to_owned()),
        (true, _) if !file.is_saved() => {
            (Tone::Done, format!("All changes are left out: {} is not saved.", file.role.file_name()))
        }
        (true, left) => (Tone::Done, format!("Left out {what}; {left} in all stay unsaved.{waits}")),
        (false, left) => (Tone::Done, format!("Took in {what}; {left} stay unsaved.{waits}")),
    }
}

fn file(state: &State, role: Role, before: &Report) -> ReviewFile {
    let document =
        |workspace: &Workspace| workspace.document(role).cloned().unwrap_or_else(|| Arc::new(Document::parse("")));
    let partial = Partial::of(&document(&state.disk), &document(&state.workspace));
    let mut file = ReviewFile {
        role,
        rows: Vec::new(),
        all: Vec::new(),
        added: 0,
        removed: 0,
        errors: Vec::new(),
        created: state.disk.document(role).is_none(),
        taken: vec![true; partial.parts().len()],
        partial,
        document: None,
    };
    tell(state, &mut file, before);
    file
}

/// Writes the rows of a file for what is taken.
fn tell(state: &State, file: &mut ReviewFile, before: &Report) {
    let role = file.role;
    let show_secrets = state.settings.show_secrets;
    let (report, problems);
    if let Some(document) = &file.document {
        let workspace = state.workspace.with_content(role, Content::Text(document.clone()));
        report = check::check(&workspace, &state.facts);
        problems = &report.diagnostics;
        file.errors = if file.is_saved() { blocking(before, &report, role) } else { Vec::new() };
    } else {
        problems = &state.problems;
        file.errors = blocking(before, &state.report, role);
    }
    let mut rows = diff_rows(&file.partial, show_secrets);
    let saved = |kind| rows.iter().filter(|row| row.kind == kind && !file.is_left_out(row)).count();
    (file.added, file.removed) = (saved(RowKind::Added), saved(RowKind::Removed));
    let mut push = |kind, text: String, parts: Vec<usize>| rows.push(ReviewRow { kind, text, parts, differs: None });
    push(RowKind::Plain, String::new(), Vec::new());
    push(RowKind::Heading, "What that means".to_owned(), Vec::new());
    let disabled = meaning::MoreDisabled::of(&file.partial);
    for part in 0..file.partial.parts().len() {
        for (at, line) in meaning::of_part(&file.partial, part, &disabled, show_secrets).into_iter().enumerate() {
            push(if at == 0 { RowKind::Part } else { RowKind::Plain }, line, vec![part]);
        }
    }
    if file.partial.is_writing() {
        push(RowKind::Plain, "  the same data: only the writing differs".to_owned(), Vec::new());
    }
    let kind = FileKind::of(role);
    let problems: Vec<&Diagnostic> = problems.iter().filter(|one| one.place.file == kind).collect();
    if !problems.is_empty() {
        push(RowKind::Plain, String::new(), Vec::new());
        push(RowKind::Heading, "Problems in this file".to_owned(), Vec::new());
        for one in problems {
            push(RowKind::Problem(one.severity), problem_text(one), Vec::new());
        }
    }
    if let Some(target) = writing::target(state, role) {
        push(RowKind::Plain, String::new(), Vec::new());
        push(RowKind::Heading, "How it is saved".to_owned(), Vec::new());
        push(RowKind::Plain, format!("  {}", target.told()), Vec::new());
        if Some(&target.file) != state.path(role).as_ref() {
            let leads = format!("  the link stays; it leads to {}", state.shown_path(&target.file));
            push(RowKind::Plain, leads, Vec::new());
        }
        if matches!(target.strategy, Strategy::ReadOnly(why) if later::needs_rights(why)) {
            let later = "  d keeps a draft, and tells the `sudo install` command that puts it in place later";
            push(RowKind::Plain, later.to_owned(), Vec::new());
        }
        if target.mode.is_some() && !matches!(target.strategy, Strategy::ReadOnly(_)) {
            push(RowKind::Plain, "  the text on disk is kept as a backup (:backups)".to_owned(), Vec::new());
        }
    }
    file.rows.clone_from(&rows);
    file.all = rows;
}

/// Returns the difference of both texts, each line with the changes that it belongs to.
fn diff_rows(partial: &Partial, show_secrets: bool) -> Vec<ReviewRow> {
    let lines = diff::unified(partial.before(), partial.after(), show_secrets);
    let mut rows: Vec<ReviewRow> = lines.iter().map(|line| diff_row(partial, line)).collect();
    tell_hunks(&mut rows);
    rows
}

/// Has the head of each hunk stand for all that is in it.
fn tell_hunks(rows: &mut [ReviewRow]) {
    let mut below: Vec<usize> = Vec::new();
    for row in rows.iter_mut().rev() {
        if row.kind == RowKind::Hunk {
            below.sort_unstable();
            below.dedup();
            row.parts = std::mem::take(&mut below);
        } else {
            below.extend(&row.parts);
        }
    }
}

fn diff_row(partial: &Partial, line: &DiffLine) -> ReviewRow {
    let at = |line: Option<usize>| line.unwrap_or(usize::MAX);
    let (kind, parts) = match line.kind {
        DiffKind::Hunk => (RowKind::Hunk, &[][..]),
        DiffKind::Context => (RowKind::Context, &[][..]),
        DiffKind::Removed => (RowKind::Removed, partial.parts_of_old(at(line.old_line))),
        DiffKind::Added => (RowKind::Added, partial.parts_of_new(at(line.new_line))),
    };
    let differs = line.signed_differs();
    ReviewRow { kind, text: format!("{}{}", line.sign(), line.text), parts: parts.to_vec(), differs }
}

/// Returns a problem as one line: place, message, effect.
#[must_use]
pub fn problem_text(one: &Diagnostic) -> String {
    visible(&format!("{}  {}", place_text(one), sentences(one))).into_owned()
}

/// Returns what is wrong and what SkyPilot does about it, as sentences.
#[must_use]
pub fn sentences(one: &Diagnostic) -> String {
    let message = counted(one.message.trim_end());
    let (message, effect) = (message.as_str(), one.effect.trim());
    match (effect.is_empty(), message.ends_with(['.', ':', '!', '?'])) {
        (true, _) => message.to_owned(),
        (false, true) => format!("{message} {effect}"),
        (false, false) => format!("{message}. {effect}"),
    }
}

/// Returns a text with entries as the screens count them: `#1 parameters.x` for `plugins[0].parameters.x`.
///
/// What stands behind `$.` is SkyPilot's own wording and stays.
#[must_use]
pub fn counted(text: &str) -> String {
    const LIST: &str = "plugins[";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(LIST) {
        let (before, behind) = (&rest[..at], &rest[at + LIST.len()..]);
        let index = behind.split_once(']').and_then(|(index, tail)| Some((index.parse::<usize>().ok()?, tail)));
        let is_word = before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_'));
        out.push_str(before);
        if let Some((index, tail)) = index.filter(|_| !is_word) {
            out.push('#');
            out.push_str(&index.saturating_add(1).to_string());
            let below = tail.strip_prefix('.').filter(|tail| tail.starts_with(char::is_alphabetic));
            out.push_str(if below.is_some() { " " } else { "" });
            rest = below.unwrap_or(tail);
        } else {
            out.push_str(LIST);
            rest = behind;
        }
    }
    out + rest
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
