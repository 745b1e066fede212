//! Typed reading: the entries of a list in order, each field with its place.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use crate::text::{self, Span};
use crate::yaml::{Document, Kept, NodeId, Pointer, Tree, Value};

/// One entry of a list, as far as it is a mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its node.
    pub node: NodeId,
    /// Its bytes, from behind the dash to the end of its last leaf.
    pub span: Span,
    /// The text of `class`, none where it is missing or no string.
    pub class: Option<String>,
    /// The node of the value of `class`.
    pub class_node: Option<NodeId>,
    /// The node of the value of `parameters`, aliases not followed.
    pub parameters: Option<NodeId>,
    /// The number of parameters.
    pub parameter_count: usize,
    /// The comment block directly above it.
    pub comment: Option<Span>,
}

impl Entry {
    /// Returns the pointer to it.
    #[must_use]
    pub fn pointer(&self) -> Pointer {
        pointer_at(self.index)
    }

    /// Moves what is behind an edit.
    fn shift(&mut self, index: usize, kept: &Kept) {
        self.index = index;
        self.node = self.node.moved(kept.nodes);
        self.class_node = self.class_node.map(|node| node.moved(kept.nodes));
        self.parameters = self.parameters.map(|node| node.moved(kept.nodes));
        self.span = self.span.moved(kept.bytes);
        self.comment = self.comment.map(|comment| comment.moved(kept.bytes));
    }
}

/// The entries of a document, and of those that are made of it.
#[derive(Clone, Debug, Default)]
pub struct Entries {
    of: Option<Arc<Document>>,
    all: Arc<Vec<Entry>>,
}

impl Entries {
    /// Returns the entries of the document that was followed last.
    #[must_use]
    pub const fn all(&self) -> &Arc<Vec<Entry>> {
        &self.all
    }

    /// Takes the entries of another document, none where there is none: of one that was made of the
    /// last one by an edit, only those that are others.
    pub fn follow(&mut self, document: Option<&Arc<Document>>) {
        let Some(document) = document else {
            *self = Self::default();
            return;
        };
        let last = self.of.replace(Arc::clone(document));
        if last.as_ref().is_some_and(|last| Arc::ptr_eq(last, document)) {
            return;
        }
        let kept = last.as_ref().and_then(|last| document.kept_of(last, list(document)?.0));
        match kept {
            Some(kept) => self.edit(document, kept),
            None => self.all = Arc::new(entries(document)),
        }
    }

    fn edit(&mut self, document: &Document, kept: &Kept) {
        let Some((_, items)) = list(document) else { return };
        let entry = |index| Some(entry(document, document.tree().ok()?, false, row_at(document, index)?));
        let behind = items.len() - kept.behind;
        let all = Arc::make_mut(&mut self.all);
        let old_behind = all.len() - kept.behind;
        all.splice(kept.before..old_behind, (kept.before..behind).filter_map(entry));
        for (index, one) in all.iter_mut().enumerate().skip(behind) {
            one.shift(index, kept);
        }
        // The comments above it stand where the edit was.
        if let Some(first) = all.get_mut(behind) {
            first.comment = comment_above(document, first.node);
        }
        debug_assert_eq!(self.all[..], entries(document), "entries that were kept");
    }
}

fn pointer_at(index: usize) -> Pointer {
    Pointer::from_tokens(["plugins".to_owned(), index.to_string()])
}

/// Returns what SkyPilot works with: the data, nothing where Python counts it as false.
#[must_use]
pub fn effective(document: &Document) -> Value {
    match document.data() {
        Ok(data) if data.is_truthy() => data.clone(),
        _ => Value::map(Vec::new()),
    }
}

/// One entry of a list, read no further than its nodes and its class.
#[derive(Clone, Debug)]
pub struct Row<'d> {
    /// Its place in the list, from 0.
    pub index: usize,
    /// Its node.
    pub node: NodeId,
    /// The text of `class`, none where it is missing or no string.
    pub class: Option<Cow<'d, str>>,
    /// The node of the value of `class`.
    pub class_node: Option<NodeId>,
    /// The node of the value of `parameters`, aliases not followed.
    pub parameters: Option<NodeId>,
}

impl Row<'_> {
    /// Returns the pointer to the entry.
    #[must_use]
    pub fn pointer(&self) -> Pointer {
        pointer_at(self.index)
    }
}

/// Returns the entries of a list as far as a walk over all of them needs; none where there is no list.
pub fn rows(document: &Document) -> impl Iterator<Item = Row<'_>> {
    rows_of(document, |_| true)
}

/// Returns one entry of the list.
#[must_use]
pub fn row_at(document: &Document, index: usize) -> Option<Row<'_>> {
    let (_, items) = list(document)?;
    Some(row(document, document.tree().ok()?, index, *items.get(index)?))
}

/// Returns those entries that are wanted.
pub fn rows_of(document: &Document, is_wanted: impl Fn(usize) -> bool) -> impl Iterator<Item = Row<'_>> {
    let found = document.tree().ok().zip(list(document));
    let (tree, items) = found.map(|(tree, (_, items))| (tree, items)).unzip();
    let wanted = items.unwrap_or_default().iter().enumerate().filter(move |(index, _)| is_wanted(*index));
    wanted.filter_map(move |(index, &node)| Some(row(document, tree?, index, node)))
}

fn row<'d>(document: &'d Document, tree: &'d Tree, index: usize, node: NodeId) -> Row<'d> {
    let target = tree.target(node);
    let (mut class_node, mut parameters) = (None, None);
    for (key, value) in tree.pairs(target) {
        match document.key_token(key) {
            "class" => class_node = Some(value),
            "parameters" => parameters = Some(value),
            _ => {}
        }
    }
    if tree.is_mapping(target) {
        // What is not written may be merged.
        let field = |name| document.child(target, name).map(|(_, value)| value);
        class_node = class_node.or_else(|| field("class"));
        parameters = parameters.or_else(|| field("parameters"));
    }
    Row { index, node, class: class_node.and_then(|node| document.str(node)), class_node, parameters }
}

/// Returns the entries of a list; none where there is no list.
#[must_use]
pub fn entries(document: &Document) -> Vec<Entry> {
    let Ok(tree) = document.tree() else { return Vec::new() };
    let Some((list, _)) = list(document) else { return Vec::new() };
    let flow = tree.is_flow(list);
    rows(document).map(|row| entry(document, tree, flow, row)).collect()
}

fn entry(document: &Document, tree: &Tree, flow: bool, row: Row<'_>) -> Entry {
    Entry {
        index: row.index,
        node: row.node,
        span: tree.span(row.node),
        class: row.class.map(Cow::into_owned),
        class_node: row.class_node,
        parameters: row.parameters,
        parameter_count: row.parameters.map_or(0, |node| count(document, tree, node)),
        comment: if flow { None } else { comment_above(document, row.node) },
    }
}

/// Returns the class paths of a list in their order, empty where one is missing or no string.
#[must_use]
pub fn classes(document: &Document) -> Vec<String> {
    entries(document).into_iter().map(|entry| entry.class.unwrap_or_default()).collect()
}

/// Returns how many keys a mapping has, with those that it merges.
fn count(document: &Document, tree: &Tree, node: NodeId) -> usize {
    let node = tree.target(node);
    let merges = tree.pairs(node).any(|(key, _)| document.key_is(key, "<<"));
    if !merges {
        return tree.pairs(node).len();
    }
    let keys: HashSet<&str> = document.effective_pairs(node).iter().map(|pair| document.key_token(pair.key)).collect();
    keys.len()
}

/// Returns the node of the `plugins` list and its items.
#[must_use]
pub fn list(document: &Document) -> Option<(NodeId, &[NodeId])> {
    let tree = document.tree().ok()?;
    let root = tree.target(tree.root()?);
    if !tree.is_mapping(root) {
        return None;
    }
    let (_, value) = document.child(root, "plugins")?;
    let value = tree.target(value);
    tree.is_sequence(value).then(|| (value, tree.children(value)))
}

/// Returns the comment lines directly above the line on which a node starts; none below an entry that is commented out.
fn comment_above(document: &Document, node: NodeId) -> Option<Span> {
    let source = document.text();
    let lines = document.lines();
    let start = document.span(node).start;
    let first = lines.line_of(start);
    let column = source[lines.start_of(first)..].bytes().take_while(|&b| b == b' ').count();
    let mut top = first;
    while top > 0 {
        let line = lines.line(source, top - 1).of(source);
        let blanks = line.bytes().take_while(|&b| b == b' ').count();
        if blanks != column || !line[blanks..].starts_with('#') {
            break;
        }
        // As the edits of entries see it.
        let body = line[blanks..].trim_start_matches('#').trim_start();
        if body == "-" || body.starts_with("- ") {
            return None;
        }
        top -= 1;
    }
    let end = text::end_of_line(source, lines.start_of(first.saturating_sub(1)));
    (top < first).then(|| Span::new(lines.start_of(top), end))
}

/// Returns `controller_wheel_path` as SkyPilot reads it: its last value, null dropped.
#[must_use]
pub fn wheel_path(document: &Document) -> Option<Value> {
    effective(document).get("controller_wheel_path").filter(|v| !matches!(v, Value::Null)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_carry_their_fields_and_comments() {
        let text =
            "plugins:\n\n# not mine\n\n# one\n# two\n- class: a.B\n  parameters: {x: 1, y: 2}\n- parameters:\n- no\n";
        let document = Document::parse(text);
        let entries = entries(&document);
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0].class.as_deref(), Some("a.B"));
        assert_eq!(entries[0].parameter_count, 2);
        assert_eq!(entries[0].comment.map(|c| c.of(text)), Some("# one\n# two"));
        assert_eq!((entries[1].class.as_deref(), entries[1].comment), (None, None));
    }

    #[test]
    fn nothing_and_falsehood_are_no_configuration() {
        for text in ["", "~\n", "no\n", "0\n", "[]\n", "''\n"] {
            assert_eq!(effective(&Document::parse(text)), Value::map(Vec::new()), "{text:?}");
        }
    }
}
