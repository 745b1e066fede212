//! Merge keys (`<<`), taken apart in the order in which PyYAML does it.
//!
//! PyYAML changes the list of a mapping's pairs while it reads it, which shows
//! where a mapping merges itself; so here that list is changed too. No recursion.

use std::collections::HashMap;
use std::vec;

use super::super::error::{ErrorKind, YamlError};
use super::super::node::NodeId;
use super::super::scalar::ScalarType;
use super::{Constructor, Pair, Type};

/// The most pairs that merging may copy. PyYAML copies without end; a document
/// that needs more than this takes its process with it, as deep nesting does.
const MOST_PAIRS: usize = 1_000_000;

/// A mapping whose merge keys are being taken out.
struct Frame {
    node: NodeId,
    /// The next pair to look at.
    index: usize,
    /// What goes in front of the mapping's own pairs.
    merge: Vec<Pair>,
    /// How many mappings that comes from.
    sources: usize,
    /// The mapping that is being flattened for this one.
    awaited: Option<NodeId>,
    /// The list behind a `<<`, while it is being gone through.
    list: Option<List>,
}

struct List {
    items: vec::IntoIter<NodeId>,
    done: Vec<Vec<Pair>>,
}

impl Constructor<'_> {
    /// Does what PyYAML's `flatten_mapping` does to a mapping and those it merges.
    pub(super) fn flatten(&mut self, node: NodeId) -> Result<(), YamlError> {
        let mut frames = Vec::new();
        self.enter(node, &mut frames);
        while let Some(mut frame) = frames.pop() {
            if let Some(next) = self.step(&mut frame)? {
                frame.awaited = Some(next);
                frames.push(frame);
                self.enter(next, &mut frames);
            }
        }
        Ok(())
    }

    fn enter(&mut self, node: NodeId, frames: &mut Vec<Frame>) {
        let mut merges = false;
        let mut values = Vec::new();
        for (key, _) in self.tree.pairs(node) {
            let key = self.tree.target(key);
            if self.may_be_special(key) {
                match self.type_of(key) {
                    Type::Scalar(ScalarType::Merge) => merges = true,
                    Type::Scalar(ScalarType::Value) => values.push(key),
                    _ => {}
                }
            }
        }
        // From here on a key `=` is a string, for whoever else has the node too.
        self.strings.extend(values);
        if !self.flat.contains_key(&node) {
            if !merges {
                return;
            }
            let own = self.own_pairs(node).map(Some).collect();
            self.flat.insert(node, own);
        }
        frames.push(Frame { node, index: 0, merge: Vec::new(), sources: 0, awaited: None, list: None });
    }

    /// Tells cheaply whether a key may be `<<` or `=`.
    fn may_be_special(&self, key: NodeId) -> bool {
        self.tree.tag(key).is_some() || matches!(self.tree.scalar(self.text, key), "<<" | "=")
    }

    /// Goes on with a mapping up to the next one that must be flat first.
    fn step(&mut self, frame: &mut Frame) -> Result<Option<NodeId>, YamlError> {
        if let Some(flat) = frame.awaited.take() {
            let pairs = self.flat_pairs(flat);
            self.merged += pairs.len();
            frame.sources += 1;
            if self.merged > MOST_PAIRS {
                let problem = format!("merge keys expand to more than {MOST_PAIRS} pairs");
                return Err(YamlError::new(ErrorKind::TooDeep, problem, self.mark(frame.node)));
            }
            match &mut frame.list {
                Some(list) => list.done.push(pairs),
                None => frame.merge.extend(pairs),
            }
        }
        loop {
            if let Some(list) = &mut frame.list {
                if let Some(item) = list.items.next() {
                    let item = self.tree.target(item);
                    if self.tree.is_mapping(item) {
                        return Ok(Some(item));
                    }
                    return Err(self.cannot_merge(frame.node, "a mapping", item));
                }
                let done = std::mem::take(&mut list.done);
                frame.merge.extend(done.into_iter().rev().flatten());
                frame.list = None;
            }
            let Some(value) = self.next_merge(frame) else { break };
            if self.tree.is_mapping(value) {
                return Ok(Some(value));
            }
            if !self.tree.is_sequence(value) {
                return Err(self.cannot_merge(frame.node, "a mapping or list of mappings", value));
            }
            let items = self.tree.children(value).to_vec().into_iter();
            frame.list = Some(List { items, done: Vec::new() });
        }
        if !frame.merge.is_empty() {
            let own = self.flat.remove(&frame.node).unwrap_or_default();
            let merge = std::mem::take(&mut frame.merge);
            // One mapping alone has been compacted already.
            let merged = if frame.sources > 1 { compact(merge) } else { merge };
            let merged = merged.into_iter().map(|pair| Some(Pair { merged: true, ..pair }));
            self.flat.insert(frame.node, merged.chain(own).collect());
        }
        Ok(None)
    }

    /// Takes the next merge key out of a mapping and returns what it names.
    fn next_merge(&mut self, frame: &mut Frame) -> Option<NodeId> {
        loop {
            let pair = *self.flat.get(&frame.node)?.get(frame.index)?;
            if let Some(pair) = pair.filter(|pair| self.is_merge(pair.key)) {
                if let Some(pairs) = self.flat.get_mut(&frame.node) {
                    pairs[frame.index] = None;
                }
                return Some(self.tree.target(pair.value));
            }
            frame.index += 1;
        }
    }

    fn is_merge(&self, key: NodeId) -> bool {
        matches!(self.type_of(self.tree.target(key)), Type::Scalar(ScalarType::Merge))
    }

    fn cannot_merge(&self, mapping: NodeId, wanted: &str, found: NodeId) -> YamlError {
        YamlError {
            kind: ErrorKind::Constructor,
            problem: format!("expected {wanted} for merging, but found {}", self.id(found)),
            context: Some("while constructing a mapping".to_owned()),
            mark: Some(self.mark(found)),
            context_mark: Some(self.mark(mapping)),
        }
    }

    fn own_pairs(&self, node: NodeId) -> impl Iterator<Item = Pair> + '_ {
        self.tree.pairs(node).map(|(key, value)| Pair { key, value, merged: false })
    }

    /// Returns the pairs of a mapping as they are by now.
    pub(super) fn flat_pairs(&self, node: NodeId) -> Vec<Pair> {
        match self.flat.get(&node) {
            Some(pairs) => pairs.iter().flatten().copied().collect(),
            None => self.own_pairs(node).collect(),
        }
    }
}

/// Takes out what has no effect: of pairs with one and the same key node the
/// first gives the place and the last the value, as in a `dict`.
///
/// So merging the same mapping twice, over many levels, does not double it each time.
fn compact(pairs: Vec<Pair>) -> Vec<Pair> {
    let mut places: HashMap<NodeId, usize> = HashMap::with_capacity(pairs.len());
    let mut kept: Vec<Pair> = Vec::with_capacity(pairs.len());
    for pair in pairs {
        if let Some(&at) = places.get(&pair.key) {
            kept[at] = pair;
        } else {
            places.insert(pair.key, kept.len());
            kept.push(pair);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::super::{Document, ErrorKind};

    fn load(text: &str) -> Result<String, ErrorKind> {
        let document = Document::parse(text);
        document.data().map(|data| data.to_json().to_string()).map_err(|error| error.kind)
    }

    #[test]
    fn merges_come_first_and_lose() {
        for (text, want) in [
            ("d: &d {x: 1, y: 2}\ne: {y: 3, <<: *d}\n", r#"{"d":{"x":1,"y":2},"e":{"x":1,"y":3}}"#),
            (
                "p: &p {x: 1, y: 2}\nq: &q {y: 3, z: 4}\ne: {<<: [*p, *q]}\n",
                r#"{"p":{"x":1,"y":2},"q":{"y":3,"z":4},"e":{"y":2,"z":4,"x":1}}"#,
            ),
            ("a: {? &m <<: {x: 1}}\nb: {*m : {y: 2}}\n", r#"{"a":{"x":1},"b":{"y":2}}"#),
            ("&p\n<<: *p\nx: 1\n", r#"{"x":1}"#),
        ] {
            assert_eq!(load(text).as_deref(), Ok(want), "{text}");
        }
    }

    #[test]
    fn only_mappings_are_merged() {
        for text in ["a: {<<: 1}\n", "a: {<<: [[]]}\n", "a: {<<: [{<<: x}, y]}\n"] {
            assert_eq!(load(text), Err(ErrorKind::Constructor), "{text}");
        }
    }

    #[test]
    fn merging_that_doubles_at_each_level_ends() {
        let mut text = "a0: &a0 {x: 1}\n".to_owned();
        for level in 1..64 {
            let below = level - 1;
            let _ = writeln!(text, "a{level}: &a{level} {{<<: [*a{below}, *a{below}]}}");
        }
        assert!(load(&text).is_ok());
    }

    #[test]
    fn merging_that_grows_at_each_level_is_told() {
        let mut text = "- &a0 {x: 1}\n".to_owned();
        for level in 1..2000 {
            let _ = writeln!(text, "- &a{level} {{k{level}: 1, <<: *a{}}}", level - 1);
        }
        assert_eq!(load(&text), Err(ErrorKind::TooDeep));
    }
}
