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
mod share;

use std::sync::Arc;

pub(crate) use self::capture::Piece;
pub(crate) use self::compose::trimmed;
use self::data::{Spot, Step, Target};
use self::layout::Item;
pub use self::share::Shared;
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
    /// What was written out to make the place of an edit its own, one phrase each:
    /// `wrote out *d in line 5`.
    pub written_out: Vec<String>,
}

/// What to do where an edit meets what several places share: aliases, anchors, merges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// Refuse with [`EditError::Shared`], so that a person can be asked.
    Ask,
    /// Write out what the edit needs to be the place's own; all other places keep their data.
    WriteOut,
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
    /// The place shares its value with others; with [`Sharing::WriteOut`] it gets its own.
    #[error("{0}")]
    Shared(Shared),
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

/// How many aliases, anchors and merged keys one edit writes out, at most.
const MAX_SHARED: usize = 1000;

/// A set of splices that may do what is wanted.
type Candidate = Vec<Splice>;

/// One step of an edit, below the operations that a person means.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// An operation of a patch.
    Patch(PatchOp),
    /// Inserts a piece of source: before an item of a list, or as a new key.
    InsertPiece {
        /// The place.
        path: Pointer,
        /// Where a new key will be among those of its mapping, at the end where there is none.
        index: Option<usize>,
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

/// Applies a patch: all of it or nothing. As on data, other places that share a
/// value with the one that is changed keep theirs: it is written out.
///
/// # Errors
///
/// Returns [`EditError`] where an operation cannot be done, or not without risk.
pub fn apply(document: &Document, patch: &[PatchOp]) -> Result<Edited, EditError> {
    let actions: Vec<Action> = patch.iter().cloned().map(Action::Patch).collect();
    run(document, &actions, Sharing::WriteOut)
}

/// Takes steps one after the other: all of them or none.
pub(crate) fn run(document: &Document, actions: &[Action], sharing: Sharing) -> Result<Edited, EditError> {
    Editor::new(document)?;
    let mut session = Session {
        original: document,
        now: None,
        splices: Vec::new(),
        sharing,
        written_out: Vec::new(),
        left: MAX_SHARED,
    };
    actions.iter().try_for_each(|action| session.action(action))?;
    let Session { now, splices, written_out, .. } = session;
    let splices = trimmed(document.text(), splices);
    let new = now.unwrap_or_else(|| Arc::new(Document::parse(document.text())));
    Ok(Edited { document: new, splices, written_out })
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
    let item = layout::walk(text, tree, parent).find(|item| item.value == node || item.key == Some(node))?;
    let line = layout::line_start(text, item.start);
    if !item.own_line || item.lead >= line {
        return None;
    }
    let start = item.lead + text[item.lead..line].find('#')?;
    Some(Span::new(start, layout::previous(text, line)))
}

/// Returns the item of a block collection that has a node as its value.
fn item_of(text: &str, tree: &Tree, parent: NodeId, node: NodeId) -> Option<Item> {
    let step = if tree.is_mapping(parent) { 2 } else { 1 };
    let place = tree.children(parent).iter().skip(step - 1).step_by(step).position(|child| *child == node)?;
    layout::item_at(text, tree, parent, place).map(|(_, item)| item)
}

/// Returns the whole lines of an item of a block list, with its comments; none
/// where it shares a line with something else.
#[must_use]
pub fn lines_of(document: &Document, node: NodeId) -> Option<Span> {
    let tree = document.tree().ok()?;
    let text = document.text();
    let parent = tree.parent(node).filter(|&parent| !tree.is_flow(parent))?;
    let item = item_of(text, tree, parent, node)?;
    item.own_line.then(|| Span::new(item.lead, item.tail))
}

/// The text so far and how it came about.
struct Session<'d> {
    original: &'d Document,
    now: Option<Arc<Document>>,
    splices: Vec<Splice>,
    sharing: Sharing,
    written_out: Vec<String>,
    /// How many shared things may still be written out.
    left: usize,
}

/// What a step wants and how it may be had.
struct Plan {
    wanted: Value,
    ways: Vec<Candidate>,
    /// What to say where no way leads there.
    problem: EditError,
}

impl Session<'_> {
    fn action(&mut self, action: &Action) -> Result<(), EditError> {
        match action {
            Action::Patch(PatchOp::Move { from, path }) => self.relocate(from, path),
            Action::Patch(PatchOp::Copy { from, path }) => {
                let piece = self.editor()?.capture(from, true)?;
                self.step(|editor| editor.add_piece(path, piece.clone(), None))?;
                Ok(())
            }
            Action::Patch(op) => self.step(|editor| editor.simple(op)).map(drop),
            Action::InsertPiece { path, index, piece } => {
                self.step(|editor| editor.add_piece(path, piece.clone(), *index)).map(drop)
            }
            Action::InsertKey { path, index, value } => {
                self.step(|editor| editor.add(path, value, Some(*index))).map(drop)
            }
            Action::MoveKey { path, to } => self.move_key(path, *to),
        }
    }

    fn editor(&self) -> Result<Editor<'_>, EditError> {
        Editor::new(self.now.as_deref().unwrap_or(self.original))
    }

    /// Does what `attempt` does, once all that it must not share is written out.
    fn settled<T>(&mut self, attempt: impl Fn(&Editor<'_>) -> Result<T, EditError>) -> Result<T, EditError> {
        loop {
            match attempt(&self.editor()?) {
                Err(EditError::Shared(shared)) if self.sharing == Sharing::WriteOut && self.left > 0 => {
                    self.left -= 1;
                    self.write_out(&shared)?;
                }
                outcome => return outcome,
            }
        }
    }

    /// Plans on the text so far and takes the first way that leads to what is
    /// wanted; tells whether there was something to do.
    fn step(&mut self, plan: impl Fn(&Editor<'_>) -> Result<Option<Plan>, EditError>) -> Result<bool, EditError> {
        let proved = self.settled(|editor| plan(editor)?.map(|plan| editor.prove(plan)).transpose())?;
        let done = proved.is_some();
        if let Some((way, document)) = proved {
            self.take(&way, document);
        }
        Ok(done)
    }

    fn take(&mut self, way: &[Splice], document: Document) {
        self.splices = compose::compose(self.original.text().len(), &self.splices, way);
        self.now = Some(Arc::new(document));
    }

    /// Takes a plan as it is; tells whether a way leads to what is wanted.
    fn try_plan(&mut self, plan: Plan) -> Result<bool, EditError> {
        let proved = self.editor()?.prove(plan);
        Ok(proved.is_ok_and(|(way, document)| {
            self.take(&way, document);
            true
        }))
    }

    /// Makes something this place's own. What stands in its way goes first: the
    /// caller comes again.
    fn write_out(&mut self, shared: &Shared) -> Result<(), EditError> {
        let editor = self.editor()?;
        let outcome = editor.own(shared).and_then(|plan| {
            let problem = plan.problem.clone();
            let proved = editor.prove(plan)?;
            // What leads no further would be asked for again, and again.
            let is_step = !shared.is_merge() || share::merged(&proved.1) < share::merged(editor.document);
            is_step.then_some(proved).ok_or(problem)
        });
        match outcome {
            Ok((way, document)) => {
                self.take(&way, document);
                let done = shared.done();
                if !self.written_out.contains(&done) {
                    self.written_out.push(done);
                }
                Ok(())
            }
            Err(EditError::Shared(other)) if other != *shared && self.left > 0 => {
                self.left -= 1;
                self.write_out(&other)
            }
            Err(error) => Err(error),
        }
    }

    fn relocate(&mut self, from: &Pointer, path: &Pointer) -> Result<(), EditError> {
        self.settled(|editor| editor.existing(from))?;
        if from == path {
            return Ok(());
        }
        if path.starts_with(from) {
            return Err(EditError::IntoItself(from.clone()));
        }
        if self.step(|editor| editor.rename(from, path))? {
            return Ok(());
        }
        let reordered = self.settled(|editor| editor.reorder(from, path))?;
        if let Some(plan) = reordered
            && self.try_plan(plan)?
        {
            return Ok(());
        }
        self.replant(from, path, None)
    }

    fn move_key(&mut self, path: &Pointer, to: usize) -> Result<(), EditError> {
        let Some(plan) = self.settled(|editor| editor.reorder_key(path, to))? else { return Ok(()) };
        if self.try_plan(plan)? {
            return Ok(());
        }
        self.replant(path, path, Some(to))
    }

    /// Takes something out of its place and puts it into another one.
    fn replant(&mut self, from: &Pointer, path: &Pointer, index: Option<usize>) -> Result<(), EditError> {
        self.settled(|editor| editor.may_go(from))?;
        let piece = self.editor()?.capture(from, false)?;
        self.step(|editor| editor.remove(from))?;
        self.step(|editor| editor.add_piece(path, piece.clone(), index))?;
        Ok(())
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
            let document = self.document.edited(text);
            if document.data().is_ok_and(|data| data.same(&plan.wanted)) {
                return Ok((way, document));
            }
            tried.push(document.text().to_owned());
        }
        Err(plan.problem)
    }

    /// Returns the steps to what is at a pointer, to be changed.
    fn existing(&self, path: &Pointer) -> Result<Vec<Step>, EditError> {
        self.steps(path, data::target)
    }

    /// Returns the steps to what is at a pointer, to be looked at.
    fn seen(&self, path: &Pointer) -> Result<Vec<Step>, EditError> {
        self.steps(path, data::seen)
    }

    fn steps(
        &self,
        path: &Pointer,
        target: fn(&Document, &Pointer) -> Result<Target, EditError>,
    ) -> Result<Vec<Step>, EditError> {
        if path.is_root() {
            return Ok(Vec::new());
        }
        let target = target(self.document, path)?;
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
        item_of(self.text, self.tree, parent, node)
    }
}
