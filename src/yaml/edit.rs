//! RFC 6902 operations as splices, proved by parsing the result again.
//!
//! For each operation the wanted data is computed first; then come one or more
//! ways to have it, as splices on the text. A way is taken where its result
//! reads, whole, as what is wanted; where none does, the edit is refused and
//! nothing has changed.

mod block;
mod capture;
mod compose;
mod data;
mod flow;
mod layout;
mod order;
mod plan;
mod refusal;

use std::sync::Arc;

pub(crate) use self::capture::Piece;
pub(crate) use self::compose::trimmed;
use self::data::{Spot, Step, Target};
use self::layout::Item;
use super::node::{NodeId, Tree};
use super::write::Style;
use super::{Document, Pointer, Value};
use crate::text::{Span, Splice, splice};

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
    #[error("there is nothing at {}", place(.0))]
    NotFound(Pointer),
    /// A `test` of a patch does not hold.
    #[error("the value at {} is not the one that the patch expects", place(.0))]
    TestFailed(Pointer),
    /// A value cannot move into itself.
    #[error("{} cannot be moved into itself", place(.0))]
    IntoItself(Pointer),
    /// The edit cannot be done without risk to other bytes.
    #[error("{reason}")]
    Unsafe {
        /// Why, and what can be done instead.
        reason: String,
        /// The bytes that stand in the way.
        span: Span,
    },
}

/// Characters of a place that a message shows.
const MAX_SHOWN_PLACE: usize = 200;

/// Returns how people call a place.
fn place(pointer: &Pointer) -> String {
    if pointer.is_root() {
        return "the top of the file".to_owned();
    }
    let path = pointer.to_path();
    match path.char_indices().nth(MAX_SHOWN_PLACE) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path,
    }
}

/// A set of splices that may do what is wanted.
type Candidate = Vec<Splice>;

/// One step of an edit, below the operations that a person means.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// An operation of a patch.
    Patch(PatchOp),
    /// Inserts a piece of source into a list.
    InsertPiece {
        /// The list.
        list: Pointer,
        /// Where it will be.
        index: usize,
        /// What comes.
        piece: Piece,
    },
    /// Inserts a key before another one of its mapping.
    InsertKey {
        /// The place of the new value.
        path: Pointer,
        /// Where the pair will be among those of its mapping.
        index: usize,
        /// The value.
        value: NewValue,
    },
    /// Moves a pair to another place of its mapping.
    MoveKey {
        /// The place of its value.
        path: Pointer,
        /// Where the pair will be.
        to: usize,
    },
}

/// Applies a patch: all of it or nothing.
///
/// # Errors
///
/// Returns [`EditError`] where an operation cannot be done, or not without risk.
pub fn apply(document: &Document, patch: &[PatchOp]) -> Result<Edited, EditError> {
    let actions: Vec<Action> = patch.iter().cloned().map(Action::Patch).collect();
    run(document, &actions)
}

/// Takes steps one after the other: all of them or none.
pub(crate) fn run(document: &Document, actions: &[Action]) -> Result<Edited, EditError> {
    Editor::new(document)?;
    let mut now: Option<Arc<Document>> = None;
    let mut splices: Vec<Splice> = Vec::new();
    for action in actions {
        let mut session = Session { now, splices };
        session.action(document, action)?;
        Session { now, splices } = session;
    }
    let splices = trimmed(document.text(), splices);
    let new = now.unwrap_or_else(|| Arc::new(Document::parse(document.text())));
    Ok(Edited { document: new, splices })
}

impl Piece {
    /// Takes a copy of what is at a pointer, for another place or another file.
    pub(crate) fn capture(document: &Document, path: &Pointer) -> Result<Self, EditError> {
        Editor::new(document)?.capture(path, true)
    }
}

/// Returns the comment lines directly above a node, an item of a list or the
/// value of a key, from the first `#` to the end of the last line.
#[must_use]
pub fn comment_above(document: &Document, node: NodeId) -> Option<Span> {
    let tree = document.tree().ok()?;
    let text = document.text();
    let parent = tree.parent(node).filter(|&parent| !tree.is_flow(parent))?;
    let item =
        layout::items(text, tree, parent).into_iter().find(|item| item.value == node || item.key == Some(node))?;
    let line = layout::line_start(text, item.start);
    if !item.own_line || item.lead >= line {
        return None;
    }
    let start = item.lead + text[item.lead..line].find('#')?;
    Some(Span::new(start, layout::previous(text, line)))
}

/// The text so far and how it came about.
struct Session {
    now: Option<Arc<Document>>,
    splices: Vec<Splice>,
}

/// What a step wants and how it may be had.
struct Plan {
    wanted: Value,
    ways: Vec<Candidate>,
    /// What to say where no way leads there.
    problem: EditError,
}

impl Session {
    fn action(&mut self, original: &Document, action: &Action) -> Result<(), EditError> {
        match action {
            Action::Patch(PatchOp::Move { from, path }) => self.relocate(original, from, path),
            Action::Patch(PatchOp::Copy { from, path }) => {
                let piece = self.editor(original)?.capture(from, true)?;
                self.step(original, |editor| editor.add_piece(path, piece.clone(), None))
            }
            Action::Patch(op) => self.step(original, |editor| editor.simple(op)),
            Action::InsertPiece { list, index, piece } => {
                self.step(original, |editor| editor.add_piece(&list.join(index), piece.clone(), None))
            }
            Action::InsertKey { path, index, value } => {
                self.step(original, |editor| editor.add(path, value, Some(*index)))
            }
            Action::MoveKey { path, to } => self.move_key(original, path, *to),
        }
    }

    fn document<'d>(&'d self, original: &'d Document) -> &'d Document {
        self.now.as_deref().unwrap_or(original)
    }

    fn editor<'d>(&'d self, original: &'d Document) -> Result<Editor<'d>, EditError> {
        Editor::new(self.document(original))
    }

    /// Plans on the text so far, takes the first way that leads to what is wanted.
    fn step(
        &mut self,
        original: &Document,
        plan: impl FnOnce(&Editor<'_>) -> Result<Option<Plan>, EditError>,
    ) -> Result<(), EditError> {
        let editor = self.editor(original)?;
        let Some(plan) = plan(&editor)? else { return Ok(()) };
        let (way, document) = editor.prove(plan)?;
        self.splices = compose::compose(original.text().len(), &self.splices, &way);
        self.now = Some(Arc::new(document));
        Ok(())
    }

    fn relocate(&mut self, original: &Document, from: &Pointer, path: &Pointer) -> Result<(), EditError> {
        let editor = self.editor(original)?;
        editor.existing(from)?;
        if from == path {
            return Ok(());
        }
        if path.starts_with(from) {
            return Err(EditError::IntoItself(from.clone()));
        }
        if let Some(plan) = editor.rename(from, path)? {
            return self.step(original, |_| Ok(Some(plan)));
        }
        if let Some(plan) = editor.reorder(from, path)?
            && self.step(original, |_| Ok(Some(plan))).is_ok()
        {
            return Ok(());
        }
        let piece = self.editor(original)?.capture(from, false)?;
        self.step(original, |editor| editor.remove(from))?;
        self.step(original, |editor| editor.add_piece(path, piece, None))
    }

    fn move_key(&mut self, original: &Document, path: &Pointer, to: usize) -> Result<(), EditError> {
        let editor = self.editor(original)?;
        let Some(plan) = editor.reorder_key(path, to)? else { return Ok(()) };
        if self.step(original, |_| Ok(Some(plan))).is_ok() {
            return Ok(());
        }
        let piece = self.editor(original)?.capture(path, false)?;
        self.step(original, |editor| editor.remove(path))?;
        self.step(original, |editor| editor.add_piece(path, piece, Some(to)))
    }
}

/// Plans edits of one document.
struct Editor<'d> {
    document: &'d Document,
    text: &'d str,
    tree: &'d Tree,
    data: &'d Value,
    /// The line break of the file.
    le: &'d str,
    style: Style,
}

impl<'d> Editor<'d> {
    fn new(document: &'d Document) -> Result<Self, EditError> {
        let tree = document.tree().map_err(|e| EditError::NotYaml(e.clone()))?;
        let data = document.data().map_err(|e| EditError::NotYaml(e.clone()))?;
        let text = document.text();
        Ok(Self { document, text, tree, data, le: layout::line_end(text), style: layout::style(text, tree) })
    }

    /// Returns the first way whose result reads as what is wanted.
    fn prove(&self, plan: Plan) -> Result<(Candidate, Document), EditError> {
        let mut tried: Vec<String> = Vec::new();
        for mut way in plan.ways {
            way.sort_by_key(|one| (one.span.start, one.span.end));
            let Ok(text) = splice(self.text, &way) else { continue };
            if tried.contains(&text) {
                continue;
            }
            let document = Document::parse(text);
            if document.data().is_ok_and(|data| data.same(&plan.wanted)) {
                return Ok((way, document));
            }
            tried.push(document.text().to_owned());
        }
        Err(plan.problem)
    }

    /// Returns the steps to what is at a pointer.
    fn existing(&self, path: &Pointer) -> Result<Vec<Step>, EditError> {
        if path.is_root() {
            return Ok(Vec::new());
        }
        let target = data::target(self.document, path)?;
        let mut steps = target.path;
        steps.extend(target.spot.step());
        if data::get(self.data, &steps).is_none() {
            return Err(EditError::NotFound(path.clone()));
        }
        Ok(steps)
    }

    /// Returns the node at a target, none where only a merge or nothing is there.
    fn node_at(&self, target: &Target) -> Option<NodeId> {
        let children = |parent: NodeId| self.tree.children(parent);
        match (&target.spot, target.parent) {
            (Spot::Root, _) => self.tree.root(),
            (Spot::Item(index), Some(parent)) => children(parent).get(*index).copied(),
            (Spot::Pair { index, .. }, Some(parent)) => children(parent).get(2 * index + 1).copied(),
            _ => None,
        }
    }

    /// Returns the item that holds a collection in a block collection.
    fn holder(&self, node: NodeId) -> Option<Item> {
        let parent = self.tree.parent(node)?;
        layout::items(self.text, self.tree, parent).into_iter().find(|item| item.value == node)
    }
}
