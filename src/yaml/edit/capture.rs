//! The source of an item, taken out of its place: comments, quotes and layout
//! come along when it is copied or moved.

use std::collections::HashMap;

use super::data::{self, Spot};
use super::layout::{self, Item, column};
use super::{EditError, Editor, NewValue, item_of};
use crate::text::{Splice, break_width, end_of_line, next_line};
use crate::yaml::node::{Kind, NodeId, Tree};
use crate::yaml::write::{self, Fragment, Key, Shape};
use crate::yaml::{Document, Pointer, Value};

/// Bytes of a value that may stand in the place of an alias: longer ones make lines
/// that nobody can read, and aliases of aliases multiply them.
const MAX_WORD: usize = 16 * 1024;

/// An item or a pair without a place.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// The comment lines directly above it, from their `#`.
    pub(super) lead: Vec<String>,
    /// The key of a pair.
    pub(super) key: Option<(Key, Value)>,
    /// The source of the value, to be tried in this order.
    pub(super) fragments: Vec<Fragment>,
    /// The value.
    pub(super) value: Value,
    /// The comment lines below, their indentation counted from the column of the
    /// key, or of what stands behind the dash.
    pub(super) below: Vec<String>,
}

impl Piece {
    /// Returns a piece without comments.
    pub(super) fn new(key: Option<(Key, Value)>, value: Value, fragments: Vec<Fragment>) -> Self {
        Self { lead: Vec::new(), key, fragments, value, below: Vec::new() }
    }
}

impl Editor<'_> {
    /// Takes what is at a pointer as a piece; a copy leaves its anchors behind.
    pub(super) fn capture(&self, path: &Pointer, copy: bool) -> Result<Piece, EditError> {
        let steps = if copy { self.seen(path) } else { self.existing(path) }?;
        let value = data::get(self.data, &steps).cloned().ok_or_else(|| EditError::NotFound(path.clone()))?;
        let target = data::seen(self.document, path)?;
        let written = self.fragments(&NewValue::of(value.clone()), None);
        let merged = || self.document.find(path).filter(|_| matches!(target.spot, Spot::Merged(_)));
        let node = self.node_at(&target).or_else(merged);
        let (Some(node), Some(parent)) = (node, node.and_then(|node| self.tree.parent(node))) else {
            return Ok(Piece::new(None, value, written?));
        };
        let mut piece = Piece::new(None, value, Vec::new());
        if self.tree.is_flow(parent) {
            let source = self.document.source(node);
            if lines(source).len() == 1 {
                piece.fragments.push(Fragment::inline(source));
            }
        } else if let Some(item) = item_of(self.text, self.tree, parent, node) {
            let (lead, fragment, below) = item_source(self.document, self.tree, &item);
            piece.lead = lead;
            piece.below = below;
            let headers = self.other_headers(node).into_iter();
            let headed = headers.filter_map(|header| with_header(self.text, &fragment, &header, item.end));
            piece.fragments = std::iter::once(fragment.clone()).chain(headed).collect();
            if !copy {
                self.leave_comments(parent, &item, &mut piece);
            }
            piece.key = self.captured_key(&item);
        }
        if copy {
            let names = anchors(self.tree, node);
            for fragment in &mut piece.fragments {
                *fragment = without_anchors(fragment, &names);
            }
        }
        let aliases = self.aliases_out_of(node);
        if !aliases.is_empty() {
            let written_out: Vec<Fragment> =
                piece.fragments.iter().map(|fragment| with_words(fragment, &aliases)).collect();
            piece.fragments.extend(written_out);
        }
        match written {
            Ok(written) => piece.fragments.extend(written),
            Err(error) if piece.fragments.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(piece)
    }

    /// Comments that stay where an item goes do not go with it, too.
    pub(super) fn leave_comments(&self, parent: NodeId, item: &Item, piece: &mut Piece) {
        if self.tree.parent(parent).is_none() && self.tree.is_mapping(parent) {
            piece.lead.clear();
        }
        let only = self.tree.pairs(parent).len() == 1 || (item.key.is_none() && self.tree.children(parent).len() == 1);
        if only && !item.own_line {
            piece.fragments.iter_mut().for_each(|fragment| fragment.comment.clear());
        }
    }

    /// Returns the aliases in a node of what stands outside it, with their values in flow style.
    pub(super) fn aliases_out_of(&self, node: NodeId) -> HashMap<String, String> {
        let mut out = HashMap::new();
        for alias in self.tree.ids().filter(|&id| self.tree.kind(id) == Kind::Alias && self.tree.is_within(id, node)) {
            let target = self.tree.target(alias);
            let name = self.document.source(alias);
            if self.tree.is_within(target, node) || out.contains_key(name) {
                continue;
            }
            let written = self.value_of(target).and_then(|value| write::flow_within(&value, MAX_WORD).ok());
            out.extend(written.map(|written| (name.to_owned(), written)));
        }
        out
    }

    pub(super) fn captured_key(&self, item: &Item) -> Option<(Key, Value)> {
        let key = item.key.filter(|_| !item.explicit)?;
        let source = self.document.source(key);
        (lines(source).len() == 1 && self.tree.anchor(key).is_none() && self.tree.kind(key) != Kind::Alias).then(|| {
            (Key { source: source.to_owned(), explicit: false }, data::key_value(self.document, self.tree, key))
        })
    }
}

/// Splits a text at its line breaks, whichever they are.
pub(super) fn lines(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut at = 0;
    loop {
        let end = end_of_line(text, at);
        out.push(&text[at..end]);
        if end == text.len() {
            return out;
        }
        at = end + break_width(text.as_bytes(), end);
    }
}

/// Returns `line` with up to `columns` fewer blanks in front.
fn outdented(line: &str, columns: usize) -> &str {
    let blanks = line.len() - line.trim_start_matches(' ').len();
    &line[blanks.min(columns)..]
}

/// Returns the source of an item of a block collection with its comments.
fn item_source(document: &Document, tree: &Tree, item: &Item) -> (Vec<String>, Fragment, Vec<String>) {
    let text = document.text();
    let own = layout::line_start(text, item.start);
    let above = if item.own_line && item.lead < own { &text[item.lead..layout::previous(text, own)] } else { "" };
    let lead = lines(above).into_iter().filter(|line| !line.is_empty()).map(|line| line.trim_start().to_owned());
    let after = next_line(text, item.end);
    let below = if after < item.tail { text[after..item.tail].trim_end_matches(['\n', '\r']) } else { "" };
    let below = lines(below).into_iter().filter(|line| !line.is_empty());
    let start = tree.span(item.value).start;
    let behind_dash = item.key.is_none() && start > item.head_end && start < end_of_line(text, item.head_end);
    let base = if behind_dash { column(text, start) } else { item.column + 2 * usize::from(item.key.is_none()) };
    let below = below.map(|line| outdented(line, base).to_owned()).collect();
    (lead.collect(), fragment(text, tree, item), below)
}

fn fragment(text: &str, tree: &Tree, item: &Item) -> Fragment {
    let node = item.value;
    let is_block = matches!(tree.kind(node), Kind::Sequence { flow: false } | Kind::Mapping { flow: false });
    let last = end_of_line(text, item.end);
    let head_line = end_of_line(text, item.head_end);
    if !is_block {
        return inline(text, tree, item, last);
    }
    let shape = if tree.is_sequence(node) { Shape::Sequence } else { Shape::Mapping };
    let body = tree.body(node).start;
    let base = column(text, body);
    let (head, from) = if body < head_line {
        (String::new(), body)
    } else {
        (text[item.head_end..head_line].trim().to_owned(), next_line(text, item.head_end))
    };
    let mut out: Vec<String> = Vec::new();
    for (i, line) in lines(&text[from..last]).into_iter().enumerate() {
        let in_place = i == 0 && from == body;
        out.push(if in_place { line } else { outdented(line, base) }.to_owned());
    }
    Fragment { shape, head, lines: out, comment: String::new() }
}

fn inline(text: &str, tree: &Tree, item: &Item, last: usize) -> Fragment {
    let start = tree.span(item.value).start.max(item.head_end);
    let raw = &text[item.head_end..last];
    if lines(raw).len() == 1 {
        let (start, end) = if tree.span(item.value).is_empty() { (item.end, item.end) } else { (start, item.end) };
        let mut one = Fragment::inline(&text[start..end]);
        text[end..last].trim_end().clone_into(&mut one.comment);
        return one;
    }
    let mut out = Vec::new();
    for (i, line) in lines(raw).into_iter().enumerate() {
        out.push(if i == 0 { line.trim_start() } else { outdented(line, item.column) }.to_owned());
    }
    Fragment { shape: Shape::Inline, head: String::new(), lines: out, comment: String::new() }
}

/// Returns the names of the anchors in and on a node.
pub(super) fn anchors(tree: &Tree, within: NodeId) -> Vec<String> {
    let inside = tree.ids().filter(|&node| tree.anchor(node).is_some() && tree.is_within(node, within));
    inside.filter_map(|node| tree.anchor(node)).map(str::to_owned).collect()
}

/// Returns the fragment without these anchors: a copy must not define them again.
pub(super) fn without_anchors(fragment: &Fragment, names: &[String]) -> Fragment {
    let words = names.iter().map(|name| (format!("&{name}"), String::new())).collect();
    with_words(fragment, &words)
}

/// Returns the fragment with anchors or aliases replaced by other words; what is
/// replaced by nothing takes the blanks behind it along.
///
/// What looks like one inside a string or a comment is taken for one as well:
/// what a fragment reads as in its place is for the caller to prove.
pub(super) fn with_words(fragment: &Fragment, words: &HashMap<String, String>) -> Fragment {
    let mut new = fragment.clone();
    if !words.is_empty() {
        new.head = line_with_words(&new.head, words);
        new.lines.iter_mut().for_each(|line| *line = line_with_words(line, words));
    }
    new
}

fn line_with_words(line: &str, words: &HashMap<String, String>) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['&', '*']) {
        let starts = (at == 0 && out.is_empty()) || rest[..at].ends_with([' ', '[', '{', ',']);
        let len = rest[at..].find([' ', ',', ']', '}']).unwrap_or(rest.len() - at);
        out.push_str(&rest[..at]);
        let (word, behind) = rest[at..].split_at(len);
        if let Some(new) = words.get(word).filter(|_| starts) {
            out.push_str(new);
            rest = if new.is_empty() { behind.trim_start_matches(' ') } else { behind };
        } else {
            out.push_str(&rest[at..=at]);
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    out
}

/// Returns the fragment with another header for the block scalar that ends it.
fn with_header(text: &str, fragment: &Fragment, header: &Splice, end: usize) -> Option<Fragment> {
    let old = header.span.of(text);
    let below = lines(&text[header.span.start..end]).len();
    let mut new = fragment.clone();
    let line = new.lines.len().checked_sub(below)?;
    let at = new.lines[line].rfind(old)?;
    new.lines[line].replace_range(at..at + old.len(), &header.text);
    Some(new)
}
