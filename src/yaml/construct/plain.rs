//! The data of a document without anchors and tags, in one walk.
//!
//! That is nearly every document. Where anything in it could end the load, or
//! merges, nothing is built here: the order in which `PyYAML` finds mistakes, and
//! what it makes of merge keys, is the [`Constructor`](super::Constructor)'s.

use std::sync::Arc;

use super::super::event::ScalarStyle;
use super::super::node::{Kind, NodeId, Tree};
use super::super::scalar::{self, ScalarType};
use super::super::value::Value;
use super::KeyIndex;
use crate::text::cheap_hash;

/// Returns the data of the whole document, none where it takes a closer look.
pub(super) fn build(text: &str, tree: &Tree) -> Option<Value> {
    if tree.has_properties() {
        return None;
    }
    let mut words = Words::new();
    // What has ended, children before their parents: each collection takes its own off the end.
    let mut done: Vec<Value> = Vec::new();
    for node in tree.ids() {
        let value = match tree.kind(node) {
            Kind::Scalar(style) => leaf(text, tree, node, style, &mut words)?,
            Kind::Sequence { .. } => {
                let first = done.len() - tree.children(node).len();
                Value::list(done.drain(first..).collect())
            }
            Kind::Mapping { .. } => {
                let first = done.len() - tree.children(node).len();
                let pairs = dict(done.drain(first..))?;
                Value::map(pairs)
            }
            Kind::Alias => return None,
        };
        done.push(value);
    }
    done.pop()
}

fn leaf(text: &str, tree: &Tree, node: NodeId, style: ScalarStyle, words: &mut Words) -> Option<Value> {
    let source = tree.scalar(text, node);
    let kind = if style == ScalarStyle::Plain { scalar::resolve(source) } else { ScalarType::Str };
    match kind {
        ScalarType::Str => Some(Value::Str(words.share(source))),
        ScalarType::Merge | ScalarType::Value => None,
        kind => scalar::convert(kind, source).ok(),
    }
}

/// Returns the pairs of a mapping, the last of equal keys in the place of the first.
fn dict(children: impl ExactSizeIterator<Item = Value>) -> Option<Vec<(Value, Value)>> {
    let mut keys = KeyIndex::default();
    let mut pairs: Vec<(Value, Value)> = Vec::with_capacity(children.len() / 2);
    let mut children = children;
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        if !key.is_hashable() {
            return None;
        }
        match keys.find(&pairs, &key) {
            Some(at) => pairs[at].1 = value,
            None => pairs.push((key, value)),
        }
    }
    Some(pairs)
}

/// Short texts seen lately, to be shared: the names of parameters are the same in most entries.
struct Words {
    /// One for each value of the hash.
    seen: Vec<Option<Arc<str>>>,
}

/// How many short texts are kept.
const KEPT: usize = 256;
/// Longer texts are rarely the same, in bytes.
const SHORT: usize = 24;

impl Words {
    fn new() -> Self {
        Self { seen: vec![None; KEPT] }
    }

    fn share(&mut self, text: &str) -> Arc<str> {
        if text.len() > SHORT {
            return Arc::from(text);
        }
        // Where two texts have the same hash, one of them is made anew.
        let place = &mut self.seen[cheap_hash(text.as_bytes()) % KEPT];
        match place {
            Some(known) if **known == *text => Arc::clone(known),
            _ => Arc::clone(place.insert(Arc::from(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Constructor;
    use super::*;
    use crate::text::LineIndex;

    #[test]
    fn both_ways_build_the_same() {
        for text in [
            "a: 1\nb: [x, 'x', \"1\", ~, 2.5]\nc: {d: x, e: {}}\na: 3\n1: p\ntrue: q\n? 1.0\n: r\n",
            "- - - 2026-01-01\n- |\n  x\n- ''\n-\n",
            "x\n",
        ] {
            let tree = Tree::parse(text).expect("valid");
            let lines = LineIndex::new(text);
            let slow = Constructor::new(text, &tree, &lines).build();
            assert_eq!(build(text, &tree).expect("plain"), slow, "{text}");
        }
    }

    #[test]
    fn what_takes_a_closer_look_is_left() {
        for text in ["a: &x 1\n", "a: !!str 1\n", "<<: {a: 1}\n", "a: =\n", "? [a]\n: 1\n", "a: 2026-99-99\n"] {
            let tree = Tree::parse(text).expect("valid");
            assert!(build(text, &tree).is_none(), "{text}");
        }
    }
}
