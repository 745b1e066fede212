//! What several places share, made each place's own: an alias written out, an
//! anchor handed on to its next use, a merged key written into its mapping.
//!
//! The data stays what it is.

use std::fmt;

use super::capture::Piece;
use super::data::{self, Spot};
use super::{Candidate, EditError, Editor, NewValue, Plan, layout};
use crate::text::{Span, Splice};
use crate::yaml::node::{NodeId, Tree};
use crate::yaml::write::{Fragment, Shape};
use crate::yaml::{Document, Pair, Pointer, Value};

/// What an edit would have to write out first, of the document that it was planned on.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    what: What,
    /// As it is written: `*d`, `&d`.
    name: String,
    /// Where it is, from 1.
    line: usize,
    /// The other line that it is about, from 1.
    other: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// An alias on the way to the place.
    Alias(NodeId),
    /// An anchor of what changes, and the alias that is its next use.
    Anchor { anchored: NodeId, next: NodeId },
    /// A key on the way that only a merge brings in.
    Key(Pointer),
    /// The merges of a mapping.
    Merge(NodeId),
}

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, line, other, .. } = self;
        match &self.what {
            What::Alias(_) => {
                write!(f, "{name} in line {line} stands for what line {other} has: it must be written out")
            }
            What::Anchor { .. } => write!(
                f,
                "{name} in line {line} is used again in line {other}: its value must be written out there, so that it stays"
            ),
            What::Key(_) => {
                write!(f, "'{name}' comes into line {line} by a merge (<<): it must be written into the mapping")
            }
            What::Merge(_) => write!(f, "the key comes into line {line} by a merge (<<): that must be written out"),
        }
    }
}

impl Shared {
    pub(super) fn alias(document: &Document, alias: NodeId) -> EditError {
        let target = document.tree().map_or(alias, |tree| tree.target(alias));
        let name = document.source(alias).to_owned();
        Self::error(What::Alias(alias), name, line(document, alias), line(document, target))
    }

    /// Of several uses the first gets the anchor: aliases come behind it.
    pub(super) fn anchor(document: &Document, anchored: NodeId, used: NodeId) -> EditError {
        let outside = |tree: &Tree| tree.aliases_of(anchored).find(|&alias| !tree.is_within(alias, anchored));
        let next = document.tree().ok().and_then(outside).unwrap_or(used);
        let name = document.tree().ok().and_then(|tree| tree.anchor(anchored)).unwrap_or_default();
        Self::error(What::Anchor { anchored, next }, format!("&{name}"), line(document, anchored), line(document, next))
    }

    pub(super) fn key(document: &Document, mapping: NodeId, path: Pointer) -> EditError {
        let name = path.tokens().last().cloned().unwrap_or_default();
        let at = line(document, mapping);
        Self::error(What::Key(path), name, at, at)
    }

    pub(super) fn merge(document: &Document, mapping: NodeId) -> EditError {
        let at = line(document, mapping);
        Self::error(What::Merge(mapping), "<<".to_owned(), at, at)
    }

    fn error(what: What, name: String, line: usize, other: usize) -> EditError {
        EditError::Shared(Self { what, name, line, other })
    }

    /// Tells whether it is about what a merge brings in.
    pub(super) const fn is_merge(&self) -> bool {
        matches!(self.what, What::Key(_) | What::Merge(_))
    }

    /// Returns what to say once it is written out.
    pub(super) fn done(&self) -> String {
        let Self { name, line, other, .. } = self;
        match &self.what {
            What::Alias(_) => format!("wrote out {name} in line {line}"),
            What::Anchor { .. } => format!("{name} is now in line {other}"),
            What::Key(_) => format!("wrote '{name}' into line {line}"),
            What::Merge(_) => format!("wrote out the merge in line {line}"),
        }
    }
}

/// Returns how many keys of a document merges alone bring in, and the merges themselves.
pub(super) fn merged(document: &Document) -> usize {
    let Ok(tree) = document.tree() else { return 0 };
    let of = |node| {
        let merges = tree.pairs(node).filter(|(key, _)| data::is_merge(document, tree, *key)).count();
        if merges == 0 {
            return 0;
        }
        let pointer = document.pointer_to(node);
        let alone = |pair: &&Pair| {
            let target = data::target(document, &pointer.join(document.key_token(pair.key)));
            pair.merged && target.is_ok_and(|target| matches!(target.spot, Spot::Merged(_)))
        };
        merges + document.effective_pairs(node).iter().filter(alone).count()
    };
    tree.ids().filter(|&node| tree.is_mapping(node)).map(of).sum()
}

fn line(document: &Document, node: NodeId) -> usize {
    document.position(document.span(node).start).line
}

impl Editor<'_> {
    /// Plans the next step to make something its place's own.
    pub(super) fn own(&self, shared: &Shared) -> Result<Plan, EditError> {
        match &shared.what {
            What::Alias(alias) => self.own_alias(*alias, None),
            What::Anchor { anchored, next } => self.own_alias(*next, Some(*anchored)),
            What::Key(path) => self.own_key(path, None),
            What::Merge(mapping) => self.own_merge(*mapping),
        }
    }

    /// Refuses to take away what is at a pointer while its anchors are used elsewhere.
    pub(super) fn may_go(&self, path: &Pointer) -> Result<(), EditError> {
        let target = data::target(self.document, path)?;
        self.node_at(&target).map_or(Ok(()), |node| self.keeps_anchors(node))
    }

    /// Plans to write a value in the place of an alias; with its anchor, where
    /// that is taken from the node that has it.
    fn own_alias(&self, alias: NodeId, anchored: Option<NodeId>) -> Result<Plan, EditError> {
        let target = self.tree.target(alias);
        let impossible = || self.generic(alias);
        let value = self.value_of(target).ok_or_else(impossible)?;
        let mut fragments = self.source_of(target, &value)?;
        let mut others: Candidate = Vec::new();
        if let Some(name) = anchored.and_then(|anchored| self.tree.anchor(anchored)) {
            fragments = fragments.iter().map(|fragment| with_anchor(fragment, name)).collect();
            others.push(Splice::delete(self.anchor_word(target, name).ok_or_else(impossible)?));
        }
        let mut ways = self.replace_node(alias, &fragments, &value);
        if ways.is_empty() {
            // A key.
            let sources = fragments.iter().filter_map(Fragment::one_line);
            ways.extend(sources.map(|source| vec![Splice::new(self.tree.span(alias), source)]));
        }
        for way in &mut ways {
            way.extend(others.iter().cloned());
        }
        Ok(Plan { wanted: self.data.clone(), ways, problem: impossible() })
    }

    /// Returns the data of any node.
    pub(super) fn value_of(&self, node: NodeId) -> Option<Value> {
        let pointer = self.document.pointer_to(node);
        if self.document.find(&pointer) == Some(node) {
            let steps = self.seen(&pointer).ok()?;
            return data::get(self.data, &steps).cloned();
        }
        // Not in the data by itself: a key, or what a merge brings in.
        self.document.value(node).or_else(|| Document::parse(self.document.source(node)).data().ok().cloned())
    }

    /// Returns the sources of a node without its anchors, for another place.
    fn source_of(&self, node: NodeId, value: &Value) -> Result<Vec<Fragment>, EditError> {
        let pointer = self.document.pointer_to(node);
        if self.document.find(&pointer) != Some(node) || pointer.is_root() {
            return self.fragments(&NewValue::of(value.clone()), None);
        }
        let mut fragments = self.capture(&pointer, true)?.fragments;
        for fragment in &mut fragments {
            fragment.comment.clear();
        }
        Ok(fragments)
    }

    /// Returns the bytes of an anchor with the blanks that part it from its neighbour.
    fn anchor_word(&self, node: NodeId, name: &str) -> Option<Span> {
        let (start, body) = (self.tree.span(node).start, self.tree.body(node).start);
        let word = format!("&{name}");
        let at = start + self.text[start..body.max(start)].find(&word)?;
        let end = at + word.len();
        let blanks = |text: &str| text.bytes().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let behind = blanks(&self.text[end..]);
        let ends_line = crate::text::end_of_line(self.text, end) == end + behind;
        let before = self.text[..at].bytes().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let begins_line = layout::line_start(self.text, at) == at - before;
        Some(if ends_line && !begins_line { Span::new(at - before, end) } else { Span::new(at, end + behind) })
    }

    /// Plans to write a merged key into the mapping itself.
    fn own_key(&self, path: &Pointer, index: Option<usize>) -> Result<Plan, EditError> {
        let mut piece = self.capture(path, true)?;
        piece = Piece::new(piece.key.take(), piece.value, piece.fragments);
        let plan = self.add_piece(path, piece, index)?;
        plan.ok_or_else(|| EditError::NotFound(path.clone()))
    }

    /// Returns which pairs of a mapping are merges.
    pub(super) fn merges(&self, mapping: NodeId) -> Vec<usize> {
        let pairs = self.tree.pairs(mapping).enumerate();
        pairs.filter(|(_, (key, _))| data::is_merge(self.document, self.tree, *key)).map(|(at, _)| at).collect()
    }

    /// Tells whether a merge brings a key into a mapping, its own or not.
    pub(super) fn is_merged(&self, mapping: NodeId, key: &Value) -> bool {
        let brings = |pair: &Pair| pair.merged && data::key_value(self.document, self.tree, pair.key).same_key(key);
        !self.merges(mapping).is_empty() && self.document.effective_pairs(mapping).iter().any(brings)
    }

    /// Plans to write the next merged key into its mapping, or to remove the merges
    /// once there is none left.
    fn own_merge(&self, mapping: NodeId) -> Result<Plan, EditError> {
        let pointer = self.document.pointer_to(mapping);
        let merges = self.merges(mapping);
        let steps = self.existing(&pointer)?;
        let Some(Value::Map(pairs)) = data::get(self.data, &steps) else { return Err(self.generic(mapping)) };
        for pair in self.document.effective_pairs(mapping).iter().filter(|pair| pair.merged) {
            let path = pointer.join(self.document.key_token(pair.key));
            if matches!(data::target(self.document, &path)?.spot, Spot::Merged(_)) {
                return self.own_key(&path, merges.first().copied());
            }
        }
        for &at in &merges {
            self.keeps_anchors(self.tree.children(mapping)[2 * at + 1])?;
        }
        // Merged keys come first; now they come where they stand.
        let mut ordered: Vec<(Value, Value)> = Vec::new();
        for (key, _) in self.tree.pairs(mapping) {
            let key = data::key_value(self.document, self.tree, key);
            if let Some(pair) = pairs.iter().find(|(k, _)| k.same_key(&key))
                && ordered.iter().all(|(k, _)| !k.same_key(&key))
            {
                ordered.push(pair.clone());
            }
        }
        if ordered.len() != pairs.len() {
            return Err(self.generic(mapping));
        }
        let mut wanted = self.data.clone();
        *data::get_mut(&mut wanted, &steps).ok_or_else(|| self.generic(mapping))? = Value::map(ordered);
        Ok(Plan { wanted, ways: self.remove_ways(mapping, &merges), problem: self.problem(mapping) })
    }
}

/// Returns the fragment with an anchor in front of its value.
fn with_anchor(fragment: &Fragment, name: &str) -> Fragment {
    let mut new = fragment.clone();
    let place = match fragment.shape {
        Shape::Inline => new.lines.first_mut(),
        Shape::Sequence | Shape::Mapping => Some(&mut new.head),
    };
    if let Some(place) = place {
        let gap = if place.is_empty() { "" } else { " " };
        place.insert_str(0, &format!("&{name}{gap}"));
    }
    new
}
