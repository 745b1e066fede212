//! Lossless YAML on libyaml's marks, read as PyYAML's `CSafeLoader` reads it.
//!
//! "Lossless" promises: a [`Document`] is a text and a tree of byte ranges over
//! it; an edit is a set of splices; every byte outside the splices stays what
//! it was: comments, blank lines, quotes, indentation, line endings, a byte
//! order mark, a missing last newline. Each edit is proved by parsing its
//! result and comparing the whole data with what was wanted.

pub mod construct;
pub mod edit;
pub mod error;
pub mod event;
pub mod node;
pub mod patch;
pub mod pointer;
pub mod scalar;
pub mod value;
pub mod write;

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

pub use construct::Pair;
pub use error::{ErrorKind, Mark, YamlError};
pub use event::ScalarStyle;
pub use node::again::Kept;
pub use node::{Kind, NodeId, Tree};
pub use pointer::{Pointer, PointerError};
pub use scalar::common_int;
pub use value::Value;

use crate::text::{LineIndex, Position, Span};

/// Why a text is not written whose edited entries were read wrongly.
pub const UNPROVEN: &str = "nothing was written: the edited entries read otherwise together with the rest of the list, \
     which is a defect of skyplug-tui worth a report; the external editor (e) has the text read anew as a whole";

/// An immutable YAML text with all that is known of it.
#[derive(Debug)]
pub struct Document {
    text: Arc<str>,
    lines: LineIndex,
    tree: Result<Tree, YamlError>,
    data: OnceLock<Result<Value, YamlError>>,
    /// The bytes that are not to be shown, found once.
    secrets: OnceLock<Box<[Span]>>,
    /// Its number among all documents.
    number: u64,
    /// Where parts of it were parsed without the rest: from which documents it comes, the last one first.
    lineage: Vec<Ancestor>,
}

/// A document that another one was made of by edits.
#[derive(Clone, Debug)]
struct Ancestor {
    number: u64,
    /// The pair of the top mapping whose entries were edited.
    pair: usize,
    kept: Kept,
}

/// The most ancestors that are known: one operation may take several edits.
const MOST_ANCESTORS: usize = 8;

fn next_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Document {
    /// Parses `text`; what is wrong with it is kept, not returned.
    #[must_use]
    pub fn parse(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let lines = LineIndex::new(&text);
        let tree = Tree::parse(&text);
        Self::of(text, lines, tree, OnceLock::new(), Vec::new())
    }

    fn of(
        text: Arc<str>,
        lines: LineIndex,
        tree: Result<Tree, YamlError>,
        data: OnceLock<Result<Value, YamlError>>,
        lineage: Vec<Ancestor>,
    ) -> Self {
        Self { text, lines, tree, data, secrets: OnceLock::new(), number: next_number(), lineage }
    }

    /// Parses a text that an edit made of this one: of a list only the entries that it changed.
    ///
    /// The result is that of [`Document::parse`]; before a save [`Document::is_proven`] makes sure of that.
    #[must_use]
    pub fn edited(&self, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let was_plain = !self.lineage.is_empty();
        let parts = |old| node::again::parse(old, &self.text, was_plain, &text);
        let Some(again) = self.tree.as_ref().ok().and_then(parts) else {
            return Self::parse(text);
        };
        let data = OnceLock::new();
        let known = self.data.get().and_then(|known| known.as_ref().ok());
        if let Some(value) = known.and_then(|known| construct::again(known, &again)) {
            let _ = data.set(Ok(value));
        }
        let lines = self.lines.edited(&again.change, &text);
        let lineage = self.lineage_with(&again);
        let edited = Self::of(text, lines, Ok(again.tree), data, lineage);
        debug_assert!(edited.is_proven(), "parsed again by parts: {:?}", edited.text);
        edited
    }

    fn lineage_with(&self, again: &node::again::Again) -> Vec<Ancestor> {
        let (before, behind) = (again.replaced.0, again.behind);
        let kept = Kept { before, behind, nodes: again.moved, bytes: again.change.grown };
        let pair = again.pair;
        let above = self.lineage.iter().filter(|one| one.pair == pair).take(MOST_ANCESTORS - 1);
        let above = above.map(|one| Ancestor { number: one.number, pair, kept: one.kept.then(&kept) });
        let parent = Ancestor { number: self.number, pair, kept: kept.clone() };
        std::iter::once(parent).chain(above).collect()
    }

    /// Returns which entries of a list below a top key are those of `old`, where this document was made
    /// of it by edits of that list alone and neither has anchors, tags or merge keys.
    #[must_use]
    pub fn kept_of(&self, old: &Self, list: NodeId) -> Option<&Kept> {
        let ancestor = self.lineage.iter().find(|one| one.number == old.number)?;
        let tree = self.tree().ok()?;
        let (_, value) = tree.pairs(tree.root()?).nth(ancestor.pair)?;
        (value == list).then_some(&ancestor.kept)
    }

    /// Tells whether libyaml reads the whole text as what is known of it.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let tree = Tree::parse_by_libyaml(&self.text);
        if tree != self.tree {
            return false;
        }
        if self.lineage.is_empty() {
            return true;
        }
        // Where the tree was put together from parts, the data was, too.
        let whole = Self::of(Arc::clone(&self.text), self.lines.clone(), tree, OnceLock::new(), Vec::new());
        match (whole.data(), self.data()) {
            (Ok(whole), Ok(known)) => whole.same(known),
            (Err(whole), Err(known)) => whole == known,
            _ => false,
        }
    }

    /// Returns the bytes that are not to be shown, which `find` finds the first time.
    pub(crate) fn secrets(&self, find: impl FnOnce(&Self) -> Vec<Span>) -> &[Span] {
        self.secrets.get_or_init(|| find(self).into())
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the lines of the text.
    #[must_use]
    pub const fn lines(&self) -> &LineIndex {
        &self.lines
    }

    /// Returns the position of a byte offset.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        self.lines.position(&self.text, offset)
    }

    /// Returns the tree of spans.
    ///
    /// # Errors
    ///
    /// Returns what stops PyYAML's parser or composer.
    pub const fn tree(&self) -> Result<&Tree, &YamlError> {
        self.tree.as_ref()
    }

    /// Returns the data as PyYAML constructs it.
    ///
    /// # Errors
    ///
    /// Returns what stops PyYAML.
    pub fn data(&self) -> Result<&Value, &YamlError> {
        let made = self.data.get_or_init(|| {
            let tree = self.tree.as_ref().map_err(Clone::clone)?;
            construct::Constructor::new(&self.text, tree, &self.lines).document()
        });
        made.as_ref()
    }

    /// Returns the first error that stops PyYAML, if any.
    #[must_use]
    pub fn error(&self) -> Option<&YamlError> {
        self.data().err()
    }

    /// Returns the text that a scalar node stands for.
    #[must_use]
    pub fn scalar(&self, node: NodeId) -> &str {
        self.tree.as_ref().map_or("", |tree| tree.scalar(&self.text, node))
    }

    /// Returns the text of a node that PyYAML reads as a string, aliases followed.
    #[must_use]
    pub fn string(&self, node: NodeId) -> Option<String> {
        self.str(node).map(Cow::into_owned)
    }

    /// Returns the text of a node that PyYAML reads as a string, aliases followed; borrowed where it is a scalar.
    #[must_use]
    pub fn str(&self, node: NodeId) -> Option<Cow<'_, str>> {
        let tree = self.tree.as_ref().ok()?;
        if let Some(text) = construct::Constructor::new(&self.text, tree, &self.lines).plain_text(node) {
            return Some(Cow::Borrowed(text));
        }
        self.value(node)?.as_str().map(|text| Cow::Owned(text.to_owned()))
    }

    /// Returns the data of a scalar node, aliases followed; none for collections and errors.
    #[must_use]
    pub fn value(&self, node: NodeId) -> Option<Value> {
        let tree = self.tree.as_ref().ok()?;
        construct::Constructor::new(&self.text, tree, &self.lines).scalar(node)
    }

    /// Returns the pairs of a mapping as PyYAML sees them, merged ones first.
    #[must_use]
    pub fn effective_pairs(&self, node: NodeId) -> Vec<Pair> {
        self.tree
            .as_ref()
            .map_or_else(|_| Vec::new(), |tree| construct::effective_pairs(&self.text, tree, &self.lines, node))
    }

    /// Returns the node at `pointer`, aliases followed on the way but not at the end.
    ///
    /// In a mapping the last of equal keys is meant, and a merged one where
    /// there is no other; a key that is no string goes by its source text.
    #[must_use]
    pub fn find(&self, pointer: &Pointer) -> Option<NodeId> {
        let tree = self.tree.as_ref().ok()?;
        let mut node = tree.root()?;
        for token in pointer.tokens() {
            node = self.child(tree.target(node), token)?.1;
        }
        Some(node)
    }

    /// Returns the key (none in a sequence) and the value of a collection under `token`.
    #[must_use]
    pub fn child(&self, node: NodeId, token: &str) -> Option<(Option<NodeId>, NodeId)> {
        let tree = self.tree.as_ref().ok()?;
        if tree.is_sequence(node) {
            let index: usize = if pointer::is_index(token) { token.parse().ok()? } else { return None };
            return tree.children(node).get(index).map(|&item| (None, item));
        }
        if let Some((key, value)) = tree.pairs(node).rev().find(|(key, _)| self.key_is(*key, token)) {
            return Some((Some(key), value));
        }
        if !self.may_merge(tree, node) {
            return None;
        }
        let merged = self.effective_pairs(node).into_iter().rev().find(|pair| self.key_is(pair.key, token))?;
        Some((Some(merged.key), merged.value))
    }

    /// Tells cheaply whether a mapping may merge others.
    fn may_merge(&self, tree: &Tree, node: NodeId) -> bool {
        let special = |key| tree.kind(key) == Kind::Alias || tree.tag(key).is_some() || self.scalar(key) == "<<";
        tree.pairs(node).any(|(key, _)| special(key))
    }

    /// Tells whether a key goes by `token` in a pointer.
    #[must_use]
    pub fn key_is(&self, key: NodeId, token: &str) -> bool {
        self.key_token(key) == token
    }

    /// Returns the pointer token of a key: a string's text, else the source.
    #[must_use]
    pub fn key_token(&self, key: NodeId) -> &str {
        let Ok(tree) = &self.tree else { return "" };
        let key = tree.target(key);
        let scalar = tree.scalar(&self.text, key);
        let is_text = match tree.tag(key) {
            None | Some("tag:yaml.org,2002:str" | "tag:yaml.org,2002:value") => true,
            Some("!") => scalar::resolve(scalar) == scalar::ScalarType::Str,
            Some(_) => false,
        };
        if is_text && matches!(tree.kind(key), Kind::Scalar(_)) { scalar } else { tree.span(key).of(&self.text) }
    }

    /// Returns the pointer to a node; for a key, to its value.
    #[must_use]
    pub fn pointer_to(&self, node: NodeId) -> Pointer {
        let Ok(tree) = &self.tree else { return Pointer::root() };
        let mut tokens = Vec::new();
        let mut at = node;
        while let Some(parent) = tree.parent(at) {
            let children = tree.children(parent);
            let Some(place) = children.iter().position(|&child| child == at) else { break };
            if tree.is_mapping(parent) {
                tokens.push(self.key_token(children[place - place % 2]).to_owned());
            } else {
                tokens.push(place.to_string());
            }
            at = parent;
        }
        tokens.reverse();
        Pointer::from_tokens(tokens)
    }

    /// Returns the source of a node, from its anchor or tag to its end.
    #[must_use]
    pub fn source(&self, node: NodeId) -> &str {
        self.span(node).of(&self.text)
    }

    /// Returns the bytes of a node, an empty range where the text did not parse.
    #[must_use]
    pub fn span(&self, node: NodeId) -> Span {
        self.tree.as_ref().map_or(Span::empty(0), |tree| tree.span(node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_are_found_and_told_by_pointer() {
        let document = Document::parse("plugins:\n- class: a.B\n  parameters: {1: x, 'on': y}\n");
        for (pointer, source) in
            [("/plugins/0/class", "a.B"), ("/plugins/0/parameters/1", "x"), ("/plugins/0/parameters/on", "y")]
        {
            let pointer: Pointer = pointer.parse().expect("a pointer");
            let node = document.find(&pointer).expect("found");
            assert_eq!(document.source(node), source);
            assert_eq!(document.pointer_to(node), pointer);
        }
        assert_eq!(document.find(&Pointer::from_tokens(["plugins", "1"])), None);
        let document = Document::parse("!!str : 1\n!!str .5: 2\n! 'k': 3\n! '8': 4\n!!value v: 5\n");
        let pairs = document.tree().map(|tree| tree.pairs(tree.root().expect("a root")).map(|(key, _)| key).collect());
        let keys: Vec<NodeId> = pairs.expect("valid");
        assert_eq!(keys.iter().map(|&key| document.key_token(key)).collect::<Vec<_>>(), ["", ".5", "k", "! '8'", "v"]);
    }
}
