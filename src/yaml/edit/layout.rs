//! Where the items of a block collection stand in the text.
//!
//! An item owns its dash or key, its value, the comment behind it on the line,
//! comment lines below it that are indented deeper, and the block of comment
//! lines directly above it at its own indentation. Blank lines separate.

use crate::text::{self, Span, break_width, end_of_line, next_line, start_of_line};
use crate::yaml::event::ScalarStyle;
use crate::yaml::node::{Kind, NodeId, Tree, skip_blanks_and_comments};
use crate::yaml::write::Style;

/// An item of a sequence or a pair of a mapping, both in block style.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// The key of a pair.
    pub(super) key: Option<NodeId>,
    /// The value.
    pub(super) value: NodeId,
    /// The first line of its comment block; its own line's start where there is
    /// none; `start` where it does not begin its line.
    pub(super) lead: usize,
    /// Its dash, its `?`, or its key with the key's properties.
    pub(super) start: usize,
    /// Behind the dash or the `:`; behind the key where there is no `:`.
    pub(super) head_end: usize,
    /// The end of its last line of content, without a comment and the break.
    pub(super) end: usize,
    /// Behind the break of the last line that belongs to it.
    pub(super) tail: usize,
    /// The column of `start`, in characters.
    pub(super) column: usize,
    /// Whether nothing but blanks stands before it on its line.
    pub(super) own_line: bool,
    /// Whether a `?` starts it.
    pub(super) explicit: bool,
}

/// Returns the offset of the first character of the line that holds `at`, behind a byte order mark.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    let start = start_of_line(text, at);
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

/// Returns the column of `at`, in characters.
pub(super) fn column(text: &str, at: usize) -> usize {
    text[line_start(text, at)..at].chars().count()
}

/// Returns the line break that the file uses, by its first one.
pub(super) fn line_end(text: &str) -> &str {
    let at = end_of_line(text, 0);
    if at < text.len() { &text[at..at + break_width(text.as_bytes(), at)] } else { "\n" }
}

/// Tells whether the line at `start` holds nothing but blanks.
pub(super) fn is_blank_line(text: &str, start: usize) -> bool {
    text[start..end_of_line(text, start)].bytes().all(|b| matches!(b, b' ' | b'\t'))
}

/// Returns the column of the `#` of a line that is a comment.
pub(super) fn comment_column(text: &str, start: usize) -> Option<usize> {
    let line = &text[start..end_of_line(text, start)];
    let body = line.trim_start_matches([' ', '\t']);
    body.starts_with('#').then(|| line.len() - body.len())
}

/// Tells whether the text between `at` and the end of its line is blank or a comment.
pub(super) fn rest_is_comment(text: &str, at: usize) -> bool {
    let rest = &text[at..end_of_line(text, at)];
    let body = rest.trim_start_matches([' ', '\t']);
    body.is_empty() || (body.starts_with('#') && (body.len() < rest.len() || at == line_start(text, at)))
}

/// Returns the end of what a node itself writes: its last leaf, a block scalar
/// without the blank lines that are no part of its text.
pub(super) fn content_end(text: &str, tree: &Tree, node: NodeId) -> usize {
    let mut node = node;
    loop {
        if tree.is_flow(node) {
            return tree.span(node).end;
        }
        let Some(&last) = tree.children(node).last() else { break };
        if tree.is_mapping(node) {
            let key = tree.children(node)[tree.children(node).len() - 2];
            // The mark of a value that is not there may be that of the next key.
            if tree.span(last).is_empty() && colon(text, tree, key).is_none() {
                return tree.span(key).end;
            }
        }
        node = last;
    }
    let span = tree.span(node);
    match tree.kind(node) {
        Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded) => block_scalar_end(text, tree.body(node)),
        _ => span.end,
    }
}

/// Tells whether a block scalar keeps all its last breaks (`+`).
pub(super) fn keeps_breaks(text: &str, body: Span) -> bool {
    header(text, body).contains('+')
}

/// Returns the indicators of a block scalar: `|`, a digit, `+` or `-`.
pub(super) fn header(text: &str, body: Span) -> &str {
    let line = &text[body.start..end_of_line(text, body.start).min(body.end)];
    line.split([' ', '\t', '#']).next().unwrap_or(line)
}

fn block_scalar_end(text: &str, body: Span) -> usize {
    let mut end = body.end;
    if !keeps_breaks(text, body) {
        let first = next_line(text, body.start);
        let mut last = body.start;
        let mut indentation = usize::MAX;
        let mut at = first;
        while at < body.end {
            let line = &text[at..end_of_line(text, at)];
            let blanks = line.len() - line.trim_start_matches(' ').len();
            if blanks < line.len() {
                indentation = indentation.min(blanks);
                last = at;
            } else if blanks > indentation || (blanks > 0 && header(text, body).contains(|c: char| c.is_ascii_digit()))
            {
                // Blanks beyond the indentation are text.
                last = at;
            }
            at = next_line(text, at);
        }
        return end_of_line(text, last).min(body.end);
    }
    // Behind its last break: the break itself ends the item's line.
    if start_of_line(text, end) == end && end > body.start {
        let before = text[..end].chars().next_back().map_or(0, char::len_utf8);
        end -= before;
        if text.as_bytes().get(end.wrapping_sub(1)) == Some(&b'\r') && text.as_bytes()[end] == b'\n' {
            end -= 1;
        }
    }
    end
}

/// Returns the offset of the `:` behind a key.
pub(super) fn colon(text: &str, tree: &Tree, key: NodeId) -> Option<usize> {
    let at = skip_blanks_and_comments(text, tree.span(key).end);
    (text.as_bytes().get(at) == Some(&b':')).then_some(at)
}

/// Returns the items of a block collection in order.
pub(super) fn items(text: &str, tree: &Tree, collection: NodeId) -> Vec<Item> {
    walk(text, tree, collection).collect()
}

/// Returns the items of a block collection in order, each found as it is asked for.
pub(super) fn walk<'t>(text: &'t str, tree: &'t Tree, collection: NodeId) -> Walk<'t> {
    let is_mapping = tree.is_mapping(collection);
    let first = tree.body(collection).start;
    let is_root = tree.parent(collection).is_none();
    // Comments above the first item start behind the line of the parent's indicator.
    let floor = if is_root { 0 } else { next_line(text, head_of(text, tree, collection)) };
    let children = tree.children(collection).chunks_exact(if is_mapping { 2 } else { 1 });
    Walk { text, tree, children, is_mapping, first: Some(first), end: first, floor }
}

/// Returns the item at a place of a block collection, and the one before it.
pub(super) fn item_at(text: &str, tree: &Tree, collection: NodeId, index: usize) -> Option<(Option<Item>, Item)> {
    let mut walk = walk(text, tree, collection);
    let children = tree.children(collection);
    // Behind an entry with a value the walk can begin; of the first item there it does not know what stands above.
    let has_value = |at: &usize| !tree.span(children[*at]).is_empty();
    let behind = if walk.is_mapping { None } else { (0..index.saturating_sub(2)).rev().find(has_value) };
    let mut skipped = 0;
    if let Some(known) = behind {
        walk.children = children[known + 1..].chunks_exact(1);
        walk.first = None;
        walk.end = content_end(text, tree, children[known]);
        walk.floor = walk.end;
        skipped = known + 1;
    }
    let mut items = walk.skip((index - skipped).saturating_sub(1));
    let before = if index > 0 { Some(items.next()?) } else { None };
    Some((before, items.next()?))
}

/// The items of a block collection.
pub(super) struct Walk<'t> {
    text: &'t str,
    tree: &'t Tree,
    children: std::slice::ChunksExact<'t, NodeId>,
    is_mapping: bool,
    /// Where the first item starts, until it was there.
    first: Option<usize>,
    /// The end of the last item, and behind the lines that belong to it.
    end: usize,
    floor: usize,
}

impl Iterator for Walk<'_> {
    type Item = Item;

    fn next(&mut self) -> Option<Item> {
        let (text, tree) = (self.text, self.tree);
        let child = self.children.next()?;
        let start = self.first.take().unwrap_or_else(|| skip_blanks_and_comments(text, self.end));
        let value = *child.last()?;
        let key = self.is_mapping.then(|| child[0]);
        let explicit = self.is_mapping && is_indicator(text, start, b'?');
        let head_end = key.map_or(start + 1, |key| colon(text, tree, key).map_or(tree.span(key).end, |at| at + 1));
        let no_value = tree.span(value).is_empty();
        let end = if no_value { head_end } else { content_end(text, tree, value).max(head_end) };
        let from = line_start(text, start);
        let own_line = text[from..start].bytes().all(|b| b == b' ');
        let column = text[from..start].chars().count();
        // A comment between the dash and its value in depth may be of what stands around the list.
        let inner = if self.is_mapping || no_value { column + 1 } else { self::column(text, tree.span(value).start) };
        let tail = tail(text, end, inner.max(column + 1));
        let lead = if own_line { lead(text, from, column, self.floor, !self.is_mapping) } else { start };
        (self.end, self.floor) = (end, tail);
        Some(Item { key, value, lead, start, head_end, end, tail, column, own_line, explicit })
    }
}

fn is_indicator(text: &str, at: usize, indicator: u8) -> bool {
    let bytes = text.as_bytes();
    bytes.get(at) == Some(&indicator)
        && (at + 1 >= bytes.len() || matches!(bytes[at + 1], b' ' | b'\t') || break_width(bytes, at + 1) > 0)
}

/// Returns an offset on the line of the indicator in front of a collection.
fn head_of(text: &str, tree: &Tree, collection: NodeId) -> usize {
    let Some(parent) = tree.parent(collection) else { return 0 };
    let children = tree.children(parent);
    let place = children.partition_point(|child| child.index() < collection.index());
    let span = tree.span(collection);
    let body = tree.body(collection);
    if span.start < body.start {
        // Behind its anchor and tag.
        return property_end(text, span.start, body.start);
    }
    if tree.is_mapping(parent) && place % 2 == 1 {
        return colon(text, tree, children[place - 1]).unwrap_or(body.start);
    }
    // The dash is the last thing before the body that is no comment: on the
    // body's own line, or at the end of some line above.
    let from = if place == 0 { tree.body(parent).start } else { content_end(text, tree, children[place - 1]) };
    skip_blanks_and_comments(text, from).min(body.start)
}

/// Returns the end of the last anchor or tag that starts at `at`, before `body`.
pub(super) fn property_end(text: &str, at: usize, body: usize) -> usize {
    let mut last = at;
    let mut i = at;
    while i < body {
        let from = skip_blanks_and_comments(text, i);
        if from >= body {
            break;
        }
        let word = text[from..body].find([' ', '\t', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
        last = word.map_or(body, |len| from + len);
        i = last;
    }
    last
}

/// Returns the end of the lines that belong to an item whose content ends at
/// `end`: the line itself, and comment lines from `column` on.
fn tail(text: &str, end: usize, column: usize) -> usize {
    let mut at = next_line(text, end);
    while at < text.len() && comment_column(text, at).is_some_and(|c| c >= column) {
        at = next_line(text, at);
    }
    at
}

/// Returns the first line of the comment block directly above the line at `from`.
fn lead(text: &str, from: usize, column: usize, floor: usize, sequence: bool) -> usize {
    let mut lead = from;
    while lead > floor {
        // The last byte of the line above is its break.
        let above = line_start(text, previous(text, lead));
        if above < floor || comment_column(text, above) != Some(column) {
            break;
        }
        // An entry that is commented out is no comment on the next one.
        if sequence && is_commented_entry(text, above) {
            return from;
        }
        lead = above;
    }
    lead
}

fn is_commented_entry(text: &str, line: usize) -> bool {
    let body = text[line..end_of_line(text, line)].trim_start().trim_start_matches('#').trim_start();
    body == "-" || body.starts_with("- ")
}

/// Returns the offset of the first byte of the break that ends before `at`.
pub(super) fn previous(text: &str, at: usize) -> usize {
    let before = text[..at].chars().next_back().map_or(0, char::len_utf8);
    let from = at - before;
    let bytes = text.as_bytes();
    if from > 0 && bytes[from] == b'\n' && bytes[from - 1] == b'\r' { from - 1 } else { from }
}

/// Returns the offset of the first byte at or behind `at`, the start of a line,
/// that is neither a blank nor a break: of a comment, too.
pub(super) fn next_content(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut i = at;
    while i < bytes.len() {
        match break_width(bytes, i) {
            0 if matches!(bytes[i], b' ' | b'\t') => i += 1,
            0 => break,
            width => i += width,
        }
    }
    i
}

/// Returns how the file lays out its block collections, as far as it shows.
pub(super) fn style(text: &str, tree: &Tree) -> Style {
    let mut style = Style::default();
    let (mut map, mut seq, mut gap) = (false, false, false);
    // From the root down: the outermost collections speak for the file.
    for node in tree.ids().rev() {
        if map && seq && gap {
            break;
        }
        if tree.is_flow(node) || !matches!(tree.kind(node), Kind::Sequence { .. } | Kind::Mapping { .. }) {
            continue;
        }
        let at = tree.body(node).start;
        let below_key = tree.parent(node).filter(|&p| tree.is_mapping(p) && !tree.is_flow(p));
        let offset = below_key.and_then(|parent| {
            let children = tree.children(parent);
            let key = children[children.partition_point(|child| child.index() < node.index()).checked_sub(1)?];
            let key = tree.span(key).start;
            let own_line = text::start_of_line(text, key) < text::start_of_line(text, at);
            own_line.then(|| column(text, at).checked_sub(column(text, key)))?
        });
        if tree.is_mapping(node) {
            if let Some(step) = offset.filter(|step| *step > 0 && !map) {
                style.map_step = step;
                map = true;
            }
            continue;
        }
        if let Some(step) = offset.filter(|_| !seq) {
            style.seq_offset = step;
            seq = true;
        }
        if !gap && let Some(step) = dash_gap(text, tree, node) {
            style.dash_gap = step;
            gap = true;
        }
    }
    style
}

/// Returns the blanks behind the first dash of a sequence that has something behind it.
pub(super) fn dash_gap(text: &str, tree: &Tree, sequence: NodeId) -> Option<usize> {
    walk(text, tree, sequence).find_map(|item| {
        let rest = &text[item.head_end..end_of_line(text, item.head_end)];
        let body = rest.trim_start_matches(' ');
        let gap = rest.len() - body.len();
        (gap > 0 && !body.is_empty() && !body.starts_with('#')).then_some(gap)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(text: &str, path: &str) -> Vec<String> {
        let document = crate::yaml::Document::parse(text);
        let node = document.find(&path.parse().expect("a pointer")).expect("found");
        let tree = document.tree().expect("valid");
        items(text, tree, node).iter().map(|i| format!("{}|{}", i.column, &text[i.lead..i.tail])).collect()
    }

    #[test]
    fn a_byte_order_mark_may_start_any_line() {
        let text = "- \r\n\u{feff}\r\n- b\n";
        let document = crate::yaml::Document::parse(text);
        let tree = document.tree().expect("valid");
        let root = tree.root().expect("a document");
        assert_eq!(dash_gap(text, tree, root), Some(1));
        let starts: Vec<usize> = items(text, tree, root).iter().map(|item| item.start).collect();
        assert_eq!(starts, [0, 9]);
    }

    #[test]
    fn comments_above_and_below_belong_to_items() {
        let text = "plugins:  # p\n  # a\n  # aa\n  - class: a.A # t\n    # deep\n  # - class: out\n\n  # b\n\n  - class: b.B\n  # c\n  -\n";
        assert_eq!(
            chunks(text, "/plugins"),
            ["2|  # a\n  # aa\n  - class: a.A # t\n    # deep\n", "2|  - class: b.B\n", "2|  # c\n  -\n"]
        );
    }

    #[test]
    fn an_item_is_found_without_those_above_it() {
        for text in [
            "plugins:\n- a: 1\n# b\n- b\n\n\n# c\n\n- c: |\n    x\n\n  # in c\n- - d\n  - e\n# f\n# - out\n- f\n-\n# g\n- g # g\n-\n-\n-\n- h: {}\n",
            "plugins: # no\n  # a\n  -\n  - b\n    # b\n  # c\n  - c:\n  # d\n  - 'd'\n  - e: &x\n  - f",
            "- a\r\n# b\r\n- b\r\n- - c\r\n# d\r\n- d\r\n-   e\r\n",
        ] {
            let document = crate::yaml::Document::parse(text);
            let tree = document.tree().expect("valid");
            for node in tree.ids().filter(|node| !tree.is_flow(*node) && !tree.children(*node).is_empty()) {
                let all = items(text, tree, node);
                for (index, item) in all.iter().enumerate() {
                    let (before, found) = item_at(text, tree, node, index).expect("there");
                    let wanted = (index.checked_sub(1).map(|above| &all[above]), item);
                    assert_eq!(
                        format!("{:?}", (before.as_ref(), &found)),
                        format!("{wanted:?}"),
                        "{index} of {text:?}"
                    );
                }
                assert!(item_at(text, tree, node, all.len()).is_none());
            }
        }
    }

    #[test]
    fn block_scalars_end_at_their_last_line() {
        let text = "a: |\n  x\n\n\nb: |+\n  y\n\nc: >-\n  z";
        assert_eq!(chunks(text, ""), ["0|a: |\n  x\n", "0|b: |+\n  y\n\n", "0|c: >-\n  z"]);
    }

    #[test]
    fn keys_may_be_explicit_or_missing() {
        assert_eq!(chunks("? a\n: 1\n? b\n: c\n", ""), ["0|? a\n: 1\n", "0|? b\n: c\n"]);
        assert_eq!(chunks("? a\n? b # x\nc:\n", ""), ["0|? a\n", "0|? b # x\n", "0|c:\n"]);
    }

    #[test]
    fn properties_stand_before_items() {
        assert_eq!(
            chunks("&r\n&k a: &v\n  - &x 1\n  - !!str\nb: 2\n", ""),
            ["0|&k a: &v\n  - &x 1\n  - !!str\n", "0|b: 2\n"]
        );
        assert_eq!(
            chunks("a: &v\n  - &x 1\n  - !!str\n  - *x\n", "/a"),
            ["2|  - &x 1\n", "2|  - !!str\n", "2|  - *x\n"]
        );
    }

    #[test]
    fn the_style_is_read_from_the_file() {
        let style_of = |text: &str| {
            let tree = Tree::parse(text).expect("valid");
            style(text, &tree)
        };
        let text = "plugins:\n-   class: a.B\n    parameters:\n       x: 1\n";
        assert_eq!(style_of(text), Style { map_step: 3, seq_offset: 0, dash_gap: 3 });
        assert_eq!(style_of("plugins: []\n"), Style::default());
    }
}
