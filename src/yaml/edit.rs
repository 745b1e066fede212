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

use std::collections::HashMap;
use std::sync::Arc;

pub(crate) use self::capture::Piece;
pub(crate) use self::compose::trimmed;
use self::data::{Spot, Step, Target, refused};
use self::layout::Item;
use super::node::{Kind, NodeId, Tree};
use super::write::{self, Fragment, Key, Shape, Style, WriteError};
use super::{Document, Pointer, ScalarStyle, Value};
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

    fn simple(&self, op: &PatchOp) -> Result<Option<Plan>, EditError> {
        match op {
            PatchOp::Add { path, value } => self.add(path, value, None),
            PatchOp::Remove { path } => self.remove(path),
            PatchOp::Replace { path, value } => {
                self.existing(path)?;
                self.replace(path, value)
            }
            PatchOp::Test { path, value } => {
                let found = self.existing(path)?;
                let same = data::get(self.data, &found).is_some_and(|found| patch_equal(found, value));
                if same { Ok(None) } else { Err(EditError::TestFailed(path.clone())) }
            }
            PatchOp::Move { .. } | PatchOp::Copy { .. } => Ok(None),
        }
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

    fn add(&self, path: &Pointer, value: &NewValue, index: Option<usize>) -> Result<Option<Plan>, EditError> {
        if self.is_present_key(path) && index.is_none() {
            return self.replace(path, value);
        }
        let fragments = self.fragments(value, None)?;
        self.add_piece(path, Piece::new(None, value.value.clone(), fragments), index)
    }

    fn is_present_key(&self, path: &Pointer) -> bool {
        let target = data::target(self.document, path);
        target.is_ok_and(|target| match target.spot {
            Spot::Pair { .. } => true,
            Spot::Root => self.tree.root().is_some(),
            _ => false,
        })
    }

    /// Returns the sources of a new value in the order to be tried; `old` is what it replaces.
    fn fragments(&self, value: &NewValue, old: Option<NodeId>) -> Result<Vec<Fragment>, EditError> {
        let write = |error: WriteError| refused(error.to_string(), Span::empty(0));
        let mut wish = value.clone();
        if wish.written.is_none()
            && let Some(old) = old
        {
            wish.written = self.habit(old, &wish.value);
        }
        let mut out = vec![write::wished(&wish, self.style).map_err(write)?];
        out.extend(write::block(&value.value, self.style));
        out.extend(write::flow(&value.value).map(Fragment::inline));
        out.dedup();
        Ok(out)
    }

    /// Returns how a new value is written where an old one tells.
    fn habit(&self, old: NodeId, new: &Value) -> Option<Written> {
        match (self.tree.kind(old), new) {
            (Kind::Scalar(ScalarStyle::SingleQuoted), Value::Str(_)) => Some(Written::SingleQuoted),
            (Kind::Scalar(ScalarStyle::DoubleQuoted), Value::Str(text)) if !text.contains('\n') => {
                Some(Written::DoubleQuoted)
            }
            (Kind::Scalar(ScalarStyle::Folded), Value::Str(text)) if text.contains('\n') => Some(Written::Folded),
            (Kind::Sequence { flow: true } | Kind::Mapping { flow: true }, Value::List(_) | Value::Map(_)) => {
                let empty = self.tree.children(old).is_empty();
                write::flow(new).ok().filter(|_| !empty).map(Written::Source)
            }
            _ => None,
        }
    }

    fn replace(&self, path: &Pointer, value: &NewValue) -> Result<Option<Plan>, EditError> {
        if path.is_root() && self.tree.root().is_none_or(|root| self.is_nothing(root)) {
            let piece = Piece::new(None, value.value.clone(), self.fragments(value, None)?);
            return self.add_to_nothing(path, piece);
        }
        let target = data::target(self.document, path)?;
        let mut wanted = self.data.clone();
        data::replace(&mut wanted, &target, value.value.clone()).ok_or_else(|| EditError::NotFound(path.clone()))?;
        if wanted.same(self.data) && value.written.is_none() {
            return Ok(None);
        }
        let Some(node) = self.node_at(&target) else {
            let piece = Piece::new(None, value.value.clone(), self.fragments(value, None)?);
            return self.add_piece(path, piece, None);
        };
        self.keeps_anchors(node)?;
        let fragments = self.fragments(value, Some(node))?;
        let ways = self.replace_node(node, &fragments, &value.value);
        Ok(Some(Plan { wanted, ways, problem: self.problem(node) }))
    }

    /// Returns the ways to put another value in the place of a node.
    fn replace_node(&self, node: NodeId, fragments: &[Fragment], value: &Value) -> Vec<Candidate> {
        let Some(parent) = self.tree.parent(node) else { return self.replace_root(node, fragments) };
        if self.tree.is_flow(parent) {
            let mut sources: Vec<String> = fragments.iter().filter_map(Fragment::one_line).map(str::to_owned).collect();
            sources.extend(write::flow(value));
            return self.replace_in_flow(parent, node, &sources);
        }
        let items = layout::items(self.text, self.tree, parent);
        let Some(item) = items.iter().find(|item| item.value == node) else { return Vec::new() };
        self.replace_in_block(item, fragments, self.tree.is_sequence(parent))
    }

    fn replace_root(&self, root: NodeId, fragments: &[Fragment]) -> Vec<Candidate> {
        let text = self.text;
        let span = Span::new(self.tree.span(root).start, layout::content_end(text, self.tree, root));
        let begins_line = layout::line_start(text, span.start) == span.start;
        let behind = if begins_line {
            ""
        } else if text[..span.start].ends_with([' ', '\t']) {
            " "
        } else {
            "gap"
        };
        let place = |fragment: &Fragment| -> Candidate {
            let lines = self.joined(&fragment.lines, 0);
            let before = match (fragment.shape, behind) {
                (_, "") | (Shape::Inline, " ") => "",
                (Shape::Inline, _) => " ",
                _ => self.le,
            };
            vec![Splice::new(span, format!("{before}{lines}"))]
        };
        fragments.iter().map(place).collect()
    }

    fn remove(&self, path: &Pointer) -> Result<Option<Plan>, EditError> {
        let target = data::target(self.document, path)?;
        let missing = || EditError::NotFound(path.clone());
        let Some(parent) = target.parent else {
            return Err(refused("the whole document cannot be removed", Span::empty(0)));
        };
        let mut wanted = self.data.clone();
        data::remove(&mut wanted, &target).ok_or_else(missing)?;
        let (indices, node) = match &target.spot {
            Spot::Item(index) => (vec![*index], self.node_at(&target).ok_or_else(missing)?),
            Spot::Pair { key, .. } => (self.equal_keys(parent, key), self.node_at(&target).ok_or_else(missing)?),
            Spot::Merged(_) => {
                let reason = "the key is brought in by a merge (<<): remove it where it is written";
                return Err(refused(reason, self.tree.span(parent)));
            }
            Spot::Root | Spot::NewKey(_) => return Err(missing()),
        };
        let step = if self.tree.is_mapping(parent) { 2 } else { 1 };
        for &index in &indices {
            for &gone in &self.tree.children(parent)[step * index..step * (index + 1)] {
                self.keeps_anchors(gone)?;
            }
        }
        let ways = self.remove_ways(parent, &indices);
        Ok(Some(Plan { wanted, ways, problem: self.problem(node) }))
    }

    /// Returns the pairs of a mapping whose keys are the same as `key`.
    fn equal_keys(&self, mapping: NodeId, key: &Value) -> Vec<usize> {
        let pairs = self.tree.pairs(mapping).enumerate();
        pairs
            .filter(|(_, (k, _))| data::key_value(self.document, self.tree, *k).same_key(key))
            .map(|(i, _)| i)
            .collect()
    }

    fn remove_ways(&self, collection: NodeId, indices: &[usize]) -> Vec<Candidate> {
        let step = if self.tree.is_mapping(collection) { 2 } else { 1 };
        let count = self.tree.children(collection).len() / step;
        if let [index] = indices {
            return match (self.tree.is_flow(collection), count) {
                (true, _) => self.remove_from_flow(collection, *index),
                (false, 1) => {
                    let holder = self.holder(collection);
                    self.empty_block(holder.as_ref(), collection)
                }
                (false, _) => self.remove_from_block(collection, *index),
            };
        }
        if indices.len() == count {
            let empty = if step == 2 { "{}" } else { "[]" };
            return self.replace_node(collection, &[Fragment::inline(empty)], &Value::list(Vec::new()));
        }
        let ways = indices.iter().filter_map(|&index| {
            let ways = if self.tree.is_flow(collection) {
                self.remove_from_flow(collection, index)
            } else {
                self.remove_from_block(collection, index)
            };
            ways.into_iter().next()
        });
        vec![ways.flatten().collect()]
    }

    /// Returns the item that holds a collection in a block collection.
    fn holder(&self, node: NodeId) -> Option<Item> {
        let parent = self.tree.parent(node)?;
        layout::items(self.text, self.tree, parent).into_iter().find(|item| item.value == node)
    }

    /// Plans to put a piece at a place: before an item, as a new key, or in place of a value.
    fn add_piece(&self, path: &Pointer, piece: Piece, index: Option<usize>) -> Result<Option<Plan>, EditError> {
        let root = self.tree.root().filter(|&root| !self.is_nothing(root));
        let Some(_) = root else { return self.add_to_nothing(path, piece) };
        let target = data::target(self.document, path)?;
        let mut wanted = self.data.clone();
        let impossible = || EditError::NotFound(path.clone());
        data::add(&mut wanted, &target, index, piece.value.clone()).ok_or_else(impossible)?;
        let mut piece = piece;
        let parent = target.parent;
        let (ways, about) = match (&target.spot, parent) {
            (Spot::Item(at), Some(parent)) => {
                piece.key = None;
                (self.insert(parent, *at, &piece), parent)
            }
            (Spot::NewKey(key) | Spot::Merged(key), Some(parent)) => {
                let flow = self.tree.is_flow(parent) && !self.becomes_block(parent);
                let source = piece.key.take().filter(|(_, old)| old.same(key)).map(|(source, _)| source);
                let source = match source {
                    Some(source) => source,
                    None => Key::of(key, flow).map_err(|e| refused(e.to_string(), self.tree.span(parent)))?,
                };
                piece.key = Some((source, key.clone()));
                let at = index.unwrap_or(usize::MAX).min(self.tree.children(parent).len() / 2);
                (self.insert(parent, at, &piece), parent)
            }
            _ => {
                let node = self.node_at(&target).ok_or_else(impossible)?;
                self.keeps_anchors(node)?;
                (self.replace_node(node, &piece.fragments, &piece.value), node)
            }
        };
        Ok(Some(Plan { wanted, ways, problem: self.problem(about) }))
    }

    fn insert(&self, collection: NodeId, index: usize, piece: &Piece) -> Vec<Candidate> {
        if self.tree.is_flow(collection) {
            let mut ways = Vec::new();
            if self.becomes_block(collection) {
                let style = self.style_in(collection);
                let fragments: Vec<Fragment> = piece.fragments.iter().map(|f| only_item(piece, f, style)).collect();
                ways = self.replace_node(collection, &fragments, &Value::Null);
            }
            ways.extend(self.insert_in_flow(collection, index, piece));
            return ways;
        }
        self.insert_in_block(collection, index, piece)
    }

    /// Tells whether a first item turns `[]` or `{}` into a block collection.
    fn becomes_block(&self, collection: NodeId) -> bool {
        let span = self.tree.span(collection);
        let outside = self.tree.parent(collection).is_none_or(|parent| !self.tree.is_flow(parent));
        let bare = self.text[span.start + 1..span.end.saturating_sub(1).max(span.start + 1)].trim().is_empty();
        outside && bare && self.tree.children(collection).is_empty() && span.start == self.tree.body(collection).start
    }

    /// Tells whether a root is written as nothing at all.
    fn is_nothing(&self, root: NodeId) -> bool {
        self.tree.span(root).is_empty()
    }

    /// An empty document takes a first key as an empty mapping would.
    fn add_to_nothing(&self, path: &Pointer, piece: Piece) -> Result<Option<Plan>, EditError> {
        let (wanted, fragments) = match path.tokens() {
            [] => (piece.value, piece.fragments),
            [key] => {
                let key = Value::str(key);
                let wanted = Value::map(vec![(key.clone(), piece.value.clone())]);
                let source = Key::of(&key, false).map_err(|e| refused(e.to_string(), Span::empty(0)))?;
                let piece = Piece { key: Some((source, key)), ..piece };
                let fragments = piece.fragments.iter().map(|f| only_item(&piece, f, self.style)).collect();
                (wanted, fragments)
            }
            _ => return Err(EditError::NotFound(path.clone())),
        };
        let text = self.text;
        let mut ways = Vec::new();
        for fragment in &fragments {
            let lines = self.joined(&fragment.lines, 0);
            let before = if self.ends_in_break() { "" } else { self.le };
            let end = Splice::insert(text.len(), format!("{before}{lines}{}", self.le));
            ways.push(vec![end]);
            if let Some(root) = self.tree.root() {
                // Behind `---`, and before `...`.
                let at = crate::text::next_line(text, self.tree.span(root).start);
                let before = if layout::line_start(text, at) == at { "" } else { self.le };
                ways.push(vec![Splice::insert(at, format!("{before}{lines}{}", self.le))]);
            }
        }
        Ok(Some(Plan { wanted, ways, problem: refused("the file has no place for a first key", Span::empty(0)) }))
    }

    /// Plans to give a key another name, where the move is within its mapping.
    fn rename(&self, from: &Pointer, path: &Pointer) -> Result<Option<Plan>, EditError> {
        let (Some((parent, _)), Some((other, name))) = (from.split_last(), path.split_last()) else { return Ok(None) };
        if parent != other {
            return Ok(None);
        }
        let target = data::target(self.document, from)?;
        let there = data::target(self.document, path)?;
        let (Spot::Pair { index, key }, Some(mapping)) = (&target.spot, target.parent) else { return Ok(None) };
        if !matches!(there.spot, Spot::NewKey(_)) {
            return Ok(None);
        }
        let node = self.tree.children(mapping)[2 * index];
        if self.equal_keys(mapping, key).len() > 1 {
            return Err(refused("the key occurs twice in its mapping: remove one of them first", self.tree.span(node)));
        }
        let mut wanted = self.data.clone();
        let pairs = data::get_mut(&mut wanted, &target.path);
        let Some(Value::Map(pairs)) = pairs else { return Err(EditError::NotFound(from.clone())) };
        for pair in Arc::make_mut(pairs).iter_mut().filter(|(k, _)| k.same_key(key)) {
            pair.0 = Value::str(name);
        }
        let place = match self.tree.kind(node) {
            Kind::Alias => self.tree.span(node),
            _ => self.tree.body(node),
        };
        let double = write::double_quoted(name);
        let first = match self.tree.kind(node) {
            Kind::Scalar(ScalarStyle::DoubleQuoted) => double.clone(),
            Kind::Scalar(ScalarStyle::SingleQuoted) => write::single_quoted(name).unwrap_or_else(|| double.clone()),
            _ => Key::of(&Value::str(name), self.tree.is_flow(mapping)).map_or_else(|_| double.clone(), |k| k.source),
        };
        let ways = [first, double].into_iter().map(|source| vec![Splice::new(place, source)]).collect();
        Ok(Some(Plan { wanted, ways, problem: self.problem(node) }))
    }

    /// Plans to move an item within its list.
    fn reorder(&self, from: &Pointer, path: &Pointer) -> Result<Option<Plan>, EditError> {
        let (Some((list, _)), Some((other, token))) = (from.split_last(), path.split_last()) else { return Ok(None) };
        let target = data::target(self.document, from)?;
        let (Spot::Item(index), Some(sequence)) = (&target.spot, target.parent) else { return Ok(None) };
        if list != other || self.tree.is_flow(sequence) {
            return Ok(None);
        }
        let last = self.tree.children(sequence).len() - 1;
        let to = if token == "-" { last } else { token.parse().unwrap_or(usize::MAX) };
        if to > last {
            return Err(EditError::NotFound(path.clone()));
        }
        let mut wanted = self.data.clone();
        let Some(Value::List(items)) = data::get_mut(&mut wanted, &target.path) else { return Ok(None) };
        let items = Arc::make_mut(items);
        let moved = items.remove(*index);
        items.insert(to, moved);
        let Some(ways) = self.reorder_block(sequence, *index, to) else { return Ok(None) };
        Ok(Some(Plan { wanted, ways, problem: self.problem(sequence) }))
    }

    /// Plans to move a pair within its mapping, none where it is there already.
    fn reorder_key(&self, path: &Pointer, to: usize) -> Result<Option<Plan>, EditError> {
        let target = data::target(self.document, path)?;
        let (Spot::Pair { index, .. }, Some(mapping)) = (&target.spot, target.parent) else {
            return Err(EditError::NotFound(path.clone()));
        };
        let mut wanted = self.data.clone();
        let Some(Value::Map(pairs)) = data::get_mut(&mut wanted, &target.path) else {
            return Err(EditError::NotFound(path.clone()));
        };
        let count = self.tree.pairs(mapping).len();
        if pairs.len() != count {
            let reason = "the order of a mapping with a merge (<<) or a key that occurs twice is not its own";
            return Err(refused(reason, self.tree.span(mapping)));
        }
        if to >= count {
            return Err(EditError::NotFound(path.clone()));
        }
        if to == *index {
            return Ok(None);
        }
        let pairs = Arc::make_mut(pairs);
        let moved = pairs.remove(*index);
        pairs.insert(to, moved);
        let ways = if self.tree.is_flow(mapping) { None } else { self.reorder_block(mapping, *index, to) };
        Ok(Some(Plan { wanted, ways: ways.unwrap_or_default(), problem: self.problem(mapping) }))
    }

    /// Takes what is at a pointer as a piece; a copy leaves its anchors behind.
    fn capture(&self, path: &Pointer, copy: bool) -> Result<Piece, EditError> {
        let steps = self.existing(path)?;
        let value = data::get(self.data, &steps).cloned().ok_or_else(|| EditError::NotFound(path.clone()))?;
        let target = data::target(self.document, path)?;
        let written = self.fragments(&NewValue::of(value.clone()), None);
        let (Some(node), Some(parent)) = (self.node_at(&target), target.parent) else {
            return Ok(Piece::new(None, value, written?));
        };
        let mut piece = Piece::new(None, value, Vec::new());
        if self.tree.is_flow(parent) {
            let source = self.document.source(node);
            if capture::lines(source).len() == 1 {
                piece.fragments.push(Fragment::inline(source));
            }
        } else {
            let items = layout::items(self.text, self.tree, parent);
            if let Some(item) = items.iter().find(|item| item.value == node) {
                let (lead, fragment, below) = capture::item(self.document, self.tree, item);
                piece.lead = lead;
                piece.below = below;
                let clipped =
                    self.last_kept_header(node).and_then(|plus| capture::clipped(self.text, &fragment, plus, item.end));
                piece.fragments.push(fragment);
                piece.fragments.extend(clipped);
                if !copy {
                    self.leave_comments(parent, item, &mut piece);
                }
                piece.key = self.captured_key(item);
            }
        }
        if copy {
            let names = capture::anchors(self.tree, node);
            for fragment in &mut piece.fragments {
                *fragment = capture::without_anchors(fragment, &names);
            }
        }
        let aliases = self.aliases_out_of(node);
        if !aliases.is_empty() {
            let written_out: Vec<Fragment> =
                piece.fragments.iter().map(|fragment| capture::with_words(fragment, &aliases)).collect();
            piece.fragments.extend(written_out);
        }
        match written {
            Ok(written) => piece.fragments.extend(written),
            Err(error) if piece.fragments.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(piece)
    }

    /// Returns the aliases in a node of what stands outside it, with their values in flow style.
    fn aliases_out_of(&self, node: NodeId) -> HashMap<String, String> {
        let mut out = HashMap::new();
        for alias in self.tree.ids().filter(|&id| self.tree.kind(id) == Kind::Alias && self.tree.is_within(id, node)) {
            let target = self.tree.target(alias);
            let name = self.document.source(alias);
            if self.tree.is_within(target, node) || out.contains_key(name) {
                continue;
            }
            let steps = self.existing(&self.document.pointer_to(target)).unwrap_or_default();
            let written = data::get(self.data, &steps).and_then(|value| write::flow(value).ok());
            out.extend(written.map(|written| (name.to_owned(), written)));
        }
        out
    }

    /// Comments that stay where an item goes do not go with it, too.
    fn leave_comments(&self, parent: NodeId, item: &Item, piece: &mut Piece) {
        if self.tree.parent(parent).is_none() && self.tree.is_mapping(parent) {
            piece.lead.clear();
        }
        let only = self.tree.pairs(parent).len() == 1 || (item.key.is_none() && self.tree.children(parent).len() == 1);
        if only && !item.own_line {
            piece.fragments.iter_mut().for_each(|fragment| fragment.comment.clear());
        }
    }

    fn captured_key(&self, item: &Item) -> Option<(Key, Value)> {
        let key = item.key.filter(|_| !item.explicit)?;
        let source = self.document.source(key);
        (capture::lines(source).len() == 1 && self.tree.anchor(key).is_none() && self.tree.kind(key) != Kind::Alias)
            .then(|| {
                (Key { source: source.to_owned(), explicit: false }, data::key_value(self.document, self.tree, key))
            })
    }

    /// Refuses to take away an anchor that is used elsewhere.
    fn keeps_anchors(&self, node: NodeId) -> Result<(), EditError> {
        for alias in self.tree.ids().filter(|&id| self.tree.kind(id) == Kind::Alias) {
            let anchored = self.tree.target(alias);
            if self.tree.is_within(anchored, node) && !self.tree.is_within(alias, node) {
                let name = self.tree.anchor(anchored).unwrap_or_default();
                let line = self.document.position(self.tree.span(alias).start).line;
                let reason =
                    format!("the anchor &{name} in it is used again in line {line} (*{name}): write that out first");
                return Err(refused(reason, self.tree.span(anchored)));
            }
        }
        Ok(())
    }

    /// Returns what to say where no way leads to the wanted data.
    fn problem(&self, node: NodeId) -> EditError {
        let mut at = Some(node);
        while let Some(here) = at {
            if let Some(name) = self.tree.anchor(here)
                && let Some(alias) = self.tree.aliases_of(here).next()
            {
                let line = self.document.position(self.tree.span(alias).start).line;
                let reason = format!(
                    "it is in &{name}, which is used again in line {line} (*{name}): the change would show there, too"
                );
                return refused(reason, self.tree.span(alias));
            }
            if let Some(tag @ ("tag:yaml.org,2002:omap" | "tag:yaml.org,2002:pairs" | "tag:yaml.org,2002:set")) =
                self.tree.tag(here)
            {
                let tag = tag.rsplit(':').next().unwrap_or_default();
                let reason = format!("it is in a collection with the tag !!{tag}: change that in an editor");
                return refused(reason, self.tree.span(here));
            }
            at = self.tree.parent(here);
        }
        let holder = if self.tree.is_mapping(node) { Some(node) } else { self.tree.parent(node) };
        let merges = holder.is_some_and(|h| self.tree.pairs(h).any(|(key, _)| self.document.key_token(key) == "<<"));
        if merges {
            let reason = "a merge (<<) brings a value for the same key in: change the merge in an editor";
            return refused(reason, self.tree.span(node));
        }
        let line = self.document.position(self.tree.span(node).start).line;
        let reason =
            format!("the text around line {line} cannot be changed without risk to other bytes: edit it in an editor");
        refused(reason, self.tree.span(node))
    }
}

/// Returns a block collection that holds a piece alone.
fn only_item(piece: &Piece, fragment: &Fragment, style: Style) -> Fragment {
    let shape = if piece.key.is_some() { Shape::Mapping } else { Shape::Sequence };
    let lines = Editor::piece_lines(piece, fragment, style);
    Fragment { shape, head: String::new(), lines, comment: String::new() }
}

/// Tells whether values are equal as RFC 6902 tests it: numbers by what they
/// count, mappings in any order.
fn patch_equal(a: &Value, b: &Value) -> bool {
    let mut queue = vec![(a, b)];
    while let Some((a, b)) = queue.pop() {
        match (a, b) {
            (Value::List(x), Value::List(y)) if x.len() == y.len() => queue.extend(x.iter().zip(y.iter())),
            (Value::Map(x), Value::Map(y)) if x.len() == y.len() => {
                for (key, value) in x.iter() {
                    let Some((_, other)) = y.iter().find(|(k, _)| k.same(key)) else { return false };
                    queue.push((value, other));
                }
            }
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) if a.same_key(b) => {}
            _ if a.same(b) => {}
            _ => return false,
        }
    }
    true
}
