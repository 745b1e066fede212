//! What the operations of a patch want, and the ways to have it.

use super::capture::Piece;
use super::data::{self, Spot, Step, refused};
use super::share::Shared;
use super::{Candidate, EditError, Editor, NewValue, PatchOp, Plan, Written, item_of, layout};
use crate::text::{Span, Splice};
use crate::yaml::node::{Kind, NodeId};
use crate::yaml::write::{self, Fragment, Key, Shape, Style, WriteError};
use crate::yaml::{Pointer, ScalarStyle, Value};

impl Editor<'_> {
    pub(super) fn simple(&self, op: &PatchOp) -> Result<Option<Plan>, EditError> {
        match op {
            PatchOp::Add { path, value } => self.add(path, value, None),
            PatchOp::Remove { path } => self.remove(path),
            PatchOp::Replace { path, value } => {
                self.existing(path)?;
                self.replace(path, value)
            }
            PatchOp::Test { path, value } => {
                let found = self.seen(path)?;
                let same = data::get(self.data, &found).is_some_and(|found| patch_equal(found, value));
                if same { Ok(None) } else { Err(EditError::TestFailed(path.clone())) }
            }
            PatchOp::Move { .. } | PatchOp::Copy { .. } => Ok(None),
        }
    }

    pub(super) fn add(
        &self,
        path: &Pointer,
        value: &NewValue,
        index: Option<usize>,
    ) -> Result<Option<Plan>, EditError> {
        if self.is_present_key(path) && index.is_none() {
            return self.replace(path, value);
        }
        let fragments = self.fragments(value, None)?;
        self.add_piece(path, Piece::new(None, value.value.clone(), fragments), index)
    }

    pub(super) fn is_present_key(&self, path: &Pointer) -> bool {
        let target = data::target(self.document, path);
        target.is_ok_and(|target| match target.spot {
            Spot::Pair { .. } => true,
            Spot::Root => self.tree.root().is_some(),
            _ => false,
        })
    }

    /// Returns the sources of a new value in the order to be tried; `old` is what it replaces.
    pub(super) fn fragments(&self, value: &NewValue, old: Option<NodeId>) -> Result<Vec<Fragment>, EditError> {
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
    pub(super) fn habit(&self, old: NodeId, new: &Value) -> Option<Written> {
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

    pub(super) fn replace(&self, path: &Pointer, value: &NewValue) -> Result<Option<Plan>, EditError> {
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
    pub(super) fn replace_node(&self, node: NodeId, fragments: &[Fragment], value: &Value) -> Vec<Candidate> {
        let Some(parent) = self.tree.parent(node) else { return self.replace_root(node, fragments) };
        if self.tree.is_flow(parent) {
            let mut sources: Vec<String> = fragments.iter().filter_map(Fragment::one_line).map(str::to_owned).collect();
            sources.extend(write::flow(value));
            return self.replace_in_flow(parent, node, &sources);
        }
        let Some(item) = item_of(self.text, self.tree, parent, node) else { return Vec::new() };
        self.replace_in_block(&item, fragments, self.tree.is_sequence(parent))
    }

    pub(super) fn replace_root(&self, root: NodeId, fragments: &[Fragment]) -> Vec<Candidate> {
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

    pub(super) fn remove(&self, path: &Pointer) -> Result<Option<Plan>, EditError> {
        let target = data::target(self.document, path)?;
        let missing = || EditError::NotFound(path.clone());
        let Some(parent) = target.parent else {
            return Err(refused("the whole document cannot be removed", Span::empty(0)));
        };
        let mut wanted = self.data.clone();
        data::remove(&mut wanted, &target).ok_or_else(missing)?;
        let brought =
            target.spot.step().is_some_and(|step| matches!(step, Step::Key(key) if self.is_merged(parent, &key)));
        if brought {
            return Err(Shared::merge(self.document, parent));
        }
        let (indices, node) = match &target.spot {
            Spot::Item(index) => (vec![*index], self.node_at(&target).ok_or_else(missing)?),
            Spot::Pair { key, .. } => (self.equal_keys(parent, key), self.node_at(&target).ok_or_else(missing)?),
            Spot::Root | Spot::NewKey(_) | Spot::Merged(_) => return Err(missing()),
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
    pub(super) fn equal_keys(&self, mapping: NodeId, key: &Value) -> Vec<usize> {
        let pairs = self.tree.pairs(mapping).enumerate();
        pairs
            .filter(|(_, (k, _))| data::key_value(self.document, self.tree, *k).same_key(key))
            .map(|(i, _)| i)
            .collect()
    }

    pub(super) fn remove_ways(&self, collection: NodeId, indices: &[usize]) -> Vec<Candidate> {
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

    /// Plans to put a piece at a place: before an item, as a new key, or in place of a value.
    pub(super) fn add_piece(
        &self,
        path: &Pointer,
        piece: Piece,
        index: Option<usize>,
    ) -> Result<Option<Plan>, EditError> {
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

    pub(super) fn insert(&self, collection: NodeId, index: usize, piece: &Piece) -> Vec<Candidate> {
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
    pub(super) fn becomes_block(&self, collection: NodeId) -> bool {
        let span = self.tree.span(collection);
        let outside = self.tree.parent(collection).is_none_or(|parent| !self.tree.is_flow(parent));
        let empty = self.tree.children(collection).is_empty() && span.start == self.tree.body(collection).start;
        // Only of an empty one is it certain that it is in brackets, each of one byte.
        outside && empty && self.text[span.start + 1..span.end.saturating_sub(1).max(span.start + 1)].trim().is_empty()
    }

    /// Tells whether a root is written as nothing at all.
    pub(super) fn is_nothing(&self, root: NodeId) -> bool {
        self.tree.span(root).is_empty()
    }

    /// An empty document takes a first key as an empty mapping would.
    pub(super) fn add_to_nothing(&self, path: &Pointer, piece: Piece) -> Result<Option<Plan>, EditError> {
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
