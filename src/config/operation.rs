//! The edits that a person means, on both files at once.
//!
//! An [`Operation`] becomes JSON Patches, those become splices, and the result
//! is a [`Change`]: the new workspace, what to say of it, and what undo needs.
//! The screens and every editing subcommand share this path.

mod label;
mod plan;

use std::sync::Arc;

use super::comment::Which;
use super::{Content, Role, Workspace};
use crate::text::Splice;
use crate::yaml::edit::{EditError, NewValue, PatchOp, Sharing};
use crate::yaml::{Document, Pointer};

/// An edit as a person means it. Indices count from 0.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Adds an entry, at the end where there is no index. Makes the file and
    /// the `plugins` key where they are missing.
    Add {
        /// The list.
        role: Role,
        /// Where the entry will be.
        at: Option<usize>,
        /// Its class path.
        class: String,
        /// Its parameters: dotted or pointer paths below `parameters`, in order.
        parameters: Vec<(Pointer, NewValue)>,
    },
    /// Changes the class of an entry.
    SetClass {
        /// The list.
        role: Role,
        /// The entry.
        index: usize,
        /// The new class path.
        class: String,
    },
    /// Removes entries with their comments.
    Remove {
        /// The list.
        role: Role,
        /// The entries, in any order.
        indices: Vec<usize>,
    },
    /// Puts entries that were copied elsewhere into a list, as they are written.
    Paste {
        /// The list.
        role: Role,
        /// Where the first will be, at the end where there is none.
        at: Option<usize>,
        /// The text, as [`super::pasted::read`] reads it.
        text: Arc<str>,
    },
    /// Gives an entry another comment.
    SetComment {
        /// The list.
        role: Role,
        /// The entry.
        index: usize,
        /// Which comment.
        which: Which,
        /// Its lines without marks; an empty text takes it away.
        text: String,
    },
    /// Makes a file name its schema for editors.
    SetModeline {
        /// The list.
        role: Role,
        /// A path or an address; none takes the line away.
        schema: Option<String>,
    },
    /// Comments out entries in their place.
    Disable {
        /// The list.
        role: Role,
        /// The entries.
        indices: Vec<usize>,
    },
    /// Brings back an entry that is commented out.
    Enable {
        /// The list.
        role: Role,
        /// Which one, of those that are commented out.
        number: usize,
    },
    /// Puts a copy of each entry behind it.
    Duplicate {
        /// The list.
        role: Role,
        /// The entries.
        indices: Vec<usize>,
    },
    /// Moves an entry within its list.
    Reorder {
        /// The list.
        role: Role,
        /// Where it is.
        from: usize,
        /// Where it will be.
        to: usize,
    },
    /// Copies entries with their source and comments into the other list.
    Copy {
        /// The list they are in.
        from: Role,
        /// The entries, in the order in which they arrive.
        indices: Vec<usize>,
        /// Where the first will be, at the end where there is none.
        at: Option<usize>,
    },
    /// Copies entries into the other list and removes them here.
    Transfer {
        /// The list they are in.
        from: Role,
        /// The entries.
        indices: Vec<usize>,
        /// Where the first will be, at the end where there is none.
        at: Option<usize>,
    },
    /// Puts a value at a pointer: replaces what is there, or adds it with the
    /// mappings that are missing on the way (an index equal to the length appends).
    Set {
        /// The list.
        role: Role,
        /// The place, from the root of the file.
        pointer: Pointer,
        /// The value.
        value: NewValue,
    },
    /// Inserts a value before an item of a list, or as a new key of a mapping
    /// (refused where the key is there).
    Insert {
        /// The list.
        role: Role,
        /// The place.
        pointer: Pointer,
        /// The value.
        value: NewValue,
    },
    /// Gives a key another name, in its place.
    Rename {
        /// The list.
        role: Role,
        /// The place of its value.
        pointer: Pointer,
        /// The new name.
        name: String,
    },
    /// Removes a key or an item.
    Unset {
        /// The list.
        role: Role,
        /// The place.
        pointer: Pointer,
    },
    /// Moves an item of a list, or a key within its mapping, to another place of it.
    ReorderValue {
        /// The list.
        role: Role,
        /// The place of the value.
        pointer: Pointer,
        /// The index that it will have among its siblings.
        to: usize,
    },
    /// Sets or removes `controller_wheel_path`.
    SetWheelPath(Option<String>),
    /// Applies an RFC 6902 patch as it is.
    Patch {
        /// The list.
        role: Role,
        /// The operations.
        patch: Vec<PatchOp>,
    },
    /// Applies byte edits that a diagnostic offers.
    Splices {
        /// The list.
        role: Role,
        /// The edits, sorted.
        splices: Vec<Splice>,
        /// What they do.
        label: String,
    },
    /// Takes a whole text, as an external editor leaves it.
    ReplaceText {
        /// The list.
        role: Role,
        /// The new text.
        text: Arc<str>,
    },
    /// Follows a file that is gone from disk.
    Vanish {
        /// The list.
        role: Role,
    },
    /// Takes the whole texts that an earlier run has left unsaved.
    Recover(Vec<(Role, Arc<str>)>),
}

/// What an operation did to one file.
#[derive(Clone, Debug)]
pub struct FileChange {
    /// The file.
    pub role: Role,
    /// Whether there was no file before.
    pub created: bool,
    /// Whether there is no file afterwards.
    pub removed: bool,
    /// The splices from the old text to the new one.
    pub forward: Vec<Splice>,
    /// The splices back.
    pub backward: Vec<Splice>,
}

/// What an operation did.
#[derive(Clone, Debug)]
pub struct Change {
    /// Both files afterwards.
    pub workspace: Workspace,
    /// One sentence without a period: `removed acme.Audit from plugins.yaml`.
    /// Holds values of parameters only where they are no secrets.
    pub label: String,
    /// What changed, at most one for each file; empty where nothing did.
    pub files: Vec<FileChange>,
    /// Where the cursor belongs afterwards.
    pub focus: Option<(Role, Pointer)>,
}

/// Why an operation is refused; nothing has changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum OperationError {
    /// The file is no text.
    #[error("{} cannot be edited: {problem}", role.file_name())]
    Unreadable {
        /// The file.
        role: Role,
        /// What keeps it from being read.
        problem: String,
    },
    /// There is no such entry.
    #[error("{} has no entry {index}: it has {count}", role.file_name())]
    NoEntry {
        /// The list.
        role: Role,
        /// The index asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// A pasted text is no entries.
    #[error("the text cannot be pasted: {0}")]
    Paste(#[from] super::pasted::PasteError),
    /// The edit below cannot be done safely.
    #[error("{}: {source}", role.file_name())]
    Edit {
        /// The file.
        role: Role,
        /// Why.
        source: EditError,
    },
}

/// Applies an operation.
///
/// # Errors
///
/// Returns [`OperationError`] where it is refused; the workspace is unchanged.
pub fn apply(workspace: &Workspace, operation: &Operation, sharing: Sharing) -> Result<Change, OperationError> {
    plan::apply(workspace, operation, sharing)
}

/// Which way [`replay`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Does the change again.
    Forward,
    /// Takes the change back.
    Backward,
}

/// Applies or takes back a recorded change; the bytes are exactly those of then.
///
/// # Panics
///
/// Panics where the workspace is not the one that the change led to or from.
#[must_use]
pub fn replay(workspace: &Workspace, files: &[FileChange], direction: Direction) -> Workspace {
    replay_all(workspace, [files], direction)
}

/// Applies or takes back changes one after another, and parses what they lead to alone.
///
/// # Panics
///
/// Panics where the workspace is not the one that the first change led to or from.
#[must_use]
pub fn replay_all<'c>(
    workspace: &Workspace,
    steps: impl IntoIterator<Item = &'c [FileChange]>,
    direction: Direction,
) -> Workspace {
    // The text of each file that was touched, none where there is no file.
    let mut texts: Vec<(Role, Option<String>)> = Vec::new();
    for change in steps.into_iter().flatten() {
        let (splices, is_absent) = match direction {
            Direction::Forward => (&change.forward, change.removed),
            Direction::Backward => (&change.backward, change.created),
        };
        let at = texts.iter().position(|(role, _)| *role == change.role);
        let text = (!is_absent).then(|| {
            let now = at.map_or_else(|| workspace.text(change.role), |at| texts[at].1.as_deref());
            crate::text::splice(now.unwrap_or(""), splices)
                .expect("recorded splices fit the text they were recorded on")
        });
        match at {
            Some(at) => texts[at].1 = text,
            None => texts.push((change.role, text)),
        }
    }
    texts.into_iter().fold(workspace.clone(), |new, (role, text)| {
        let document = |text: String| match workspace.document(role) {
            Some(old) => old.edited(text),
            None => Document::parse(text),
        };
        new.with_content(role, text.map_or(Content::Absent, |text| Content::Text(Arc::new(document(text)))))
    })
}
