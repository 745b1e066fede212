//! Parses again only those entries of a list that an edit changed.
//!
//! A long list is one block sequence below a key of the top mapping. Libyaml
//! comes to each of its entries in the same state, so the changed ones are read
//! by themselves, below a key and before what stands behind them, and their
//! nodes are put between those of the entries around them. Wherever that may
//! not hold, nothing is returned and the whole text is parsed: anchors and
//! tags, other forms of a list, an entry that is no entry any more.

use super::{Kind, NONE, Node, NodeId, Tree, has_long_line, narrow};
use crate::text::{Change, Span};

/// What stands for the key above the list.
const KEY_ABOVE: &str = "p:\n";
/// What stands for the entry behind, and for the key behind.
const ENTRY_BEHIND: &str = "- x\n";
const KEY_BEHIND: &str = "q: x\n";

/// The entries of a list that an edit changed, as they were and as they are.
#[derive(Debug)]
pub(in crate::yaml) struct Again {
    /// The tree of the whole new text.
    pub tree: Tree,
    /// Which pair of the top mapping is the list.
    pub pair: usize,
    /// The entries that were parsed again, by their old places: from, to.
    pub replaced: (usize, usize),
    /// How many they are now.
    pub count: usize,
    /// The text that they were parsed in, below the key of a mapping.
    pub fragment: String,
    /// What that text holds.
    pub parsed: Tree,
    /// How many entries stand behind them.
    pub behind: usize,
    /// By how many places the nodes behind them have moved.
    pub moved: isize,
    /// The bytes that the edit changed.
    pub change: Change,
}

/// Which entries of a list are as they were before an edit, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// How many there are before those that changed.
    pub before: usize,
    /// How many there are behind them.
    pub behind: usize,
    /// By how much the nodes of those behind have moved.
    pub nodes: isize,
    /// By how much their bytes have moved.
    pub bytes: isize,
}

impl Kept {
    /// Returns where the entry at `index` of `count` was among `old_count` ones; none for one that changed.
    #[must_use]
    pub const fn old(&self, index: usize, count: usize, old_count: usize) -> Option<usize> {
        if index < self.before {
            Some(index)
        } else if count - index <= self.behind {
            Some(old_count - (count - index))
        } else {
            None
        }
    }

    /// Returns what two edits have kept, the second one after the first.
    pub(in crate::yaml) fn then(&self, second: &Self) -> Self {
        Self {
            before: self.before.min(second.before),
            behind: self.behind.min(second.behind),
            nodes: self.nodes + second.nodes,
            bytes: self.bytes + second.bytes,
        }
    }
}

/// Where the entries that changed are among those of the old list.
struct Region {
    pair: usize,
    list: NodeId,
    first: usize,
    last: usize,
    /// The column of the dashes.
    column: usize,
    start: usize,
    old_end: usize,
    behind: Behind,
}

/// What stands behind the entries that changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    Entry,
    Key,
    Nothing,
}

/// Parses a text that differs little from another one; none where it takes the whole text.
///
/// What was parsed in this way itself `was_plain`: it has no key that merges or stands for a value.
pub(in crate::yaml) fn parse(old: &Tree, old_text: &str, was_plain: bool, text: &str) -> Option<Again> {
    // What stands for a key that is too long in bytes hangs on the whole text.
    if old.has_properties() || has_long_line(text) || !(was_plain || is_plain(old, old_text)) {
        return None;
    }
    let change = Change::between(old_text.as_bytes(), text.as_bytes());
    let region = region(old, old_text, &change)?;
    let new_end = region.old_end.checked_add_signed(change.grown)?;
    let changed = text.get(region.start..new_end)?;
    if region.behind != Behind::Nothing && !changed.ends_with('\n') {
        return None;
    }
    let fragment = match region.behind {
        Behind::Entry => format!("{KEY_ABOVE}{changed}{:1$}{ENTRY_BEHIND}", "", region.column),
        Behind::Key => format!("{KEY_ABOVE}{changed}{KEY_BEHIND}"),
        Behind::Nothing => format!("{KEY_ABOVE}{changed}"),
    };
    let parsed = Tree::parse(&fragment).ok().filter(|tree| !tree.has_properties() && is_plain(tree, &fragment))?;
    let count = entries(&parsed, &fragment, &region)?;
    let joint = Joint::new(old, &parsed, &region, count, change.grown)?;
    let (tree, behind) = (joint.tree(), joint.items.0.len() - region.last);
    let moved = joint.shift(0);
    let replaced = (region.first, region.last);
    Some(Again { tree, pair: region.pair, replaced, count, fragment, parsed, behind, moved, change })
}

/// Tells whether no key merges others or stands for a value: what these mean hangs on what stands above.
fn is_plain(tree: &Tree, text: &str) -> bool {
    let is_special = |node: &Node| {
        node.end - node.body <= 2 && matches!(Span::new(node.body as usize, node.end as usize).of(text), "<<" | "=")
    };
    !tree.nodes.iter().any(is_special)
}

/// Finds the entries around a change.
fn region(tree: &Tree, text: &str, change: &Change) -> Option<Region> {
    let root = tree.root()?;
    let is_block_list = |node| tree.kind(node) == Kind::Sequence { flow: false };
    if tree.kind(root) != (Kind::Mapping { flow: false }) {
        return None;
    }
    let is_before = |(_, (_, value)): &(usize, (NodeId, NodeId))| tree.span(*value).start < change.start;
    let (pair, (key, list)) = tree.pairs(root).enumerate().rev().find(is_before)?;
    if !is_block_list(list) || line_start(text, tree.span(key).start) != tree.span(key).start {
        return None;
    }
    let next_key = tree.pairs(root).nth(pair + 1).map(|(key, _)| tree.span(key).start);
    let limit = next_key.unwrap_or(text.len());
    if change.old_end > limit || line_start(text, limit) != limit && next_key.is_some() {
        return None;
    }
    let items = tree.children(list);
    let line = |at: usize| dash(text, tree.span(items[at]).start);
    // Its dash stands before it, so before the change too.
    let first = items.partition_point(|item| tree.span(*item).start < change.start).checked_sub(1)?;
    let mut end = items.partition_point(|item| tree.span(*item).start < change.old_end).max(first + 1);
    if end < items.len() && line(end)?.0 < change.old_end {
        end += 1;
    }
    let (start, column) = line(first)?;
    let (old_end, behind) = if end < items.len() {
        let (at, same_column) = line(end)?;
        if same_column != column {
            return None;
        }
        (at, Behind::Entry)
    } else {
        (limit, if next_key.is_some() { Behind::Key } else { Behind::Nothing })
    };
    Some(Region { pair, list, first, last: end, column, start, old_end, behind })
}

/// Returns where the line starts whose dash an entry stands behind, and the column of the dash.
fn dash(text: &str, entry: usize) -> Option<(usize, usize)> {
    let before = text[..entry].trim_end_matches(' ').strip_suffix('-')?;
    let line = before.trim_end_matches(' ').len();
    (line == 0 || text.as_bytes()[line - 1] == b'\n').then_some((line, before.len() - line))
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

/// Returns how many entries a fragment has, where it is nothing but entries and what stands behind them.
fn entries(parsed: &Tree, fragment: &str, region: &Region) -> Option<usize> {
    let root = parsed.root().filter(|root| parsed.kind(*root) == Kind::Mapping { flow: false })?;
    let mut pairs = parsed.pairs(root);
    let (key, list) = pairs.next()?;
    if parsed.span(key) != Span::new(0, 1)
        || parsed.kind(list) != (Kind::Sequence { flow: false })
        || parsed.span(list).start != KEY_ABOVE.len() + region.column
    {
        return None;
    }
    let items = parsed.children(list);
    let end = fragment.len() - 1;
    let (behind, count) = match region.behind {
        Behind::Entry => (items.last().copied(), items.len() - 1),
        Behind::Key => (pairs.next().map(|(_, value)| value), items.len()),
        Behind::Nothing => (None, items.len()),
    };
    let is_behind = match region.behind {
        Behind::Nothing => true,
        _ => behind.is_some_and(|node| parsed.span(node) == Span::new(end - 1, end)),
    };
    (is_behind && pairs.next().is_none() && count > 0).then_some(count)
}

/// How the nodes of the old tree and those of the fragment come together.
struct Joint<'t> {
    old: &'t Tree,
    new: &'t Tree,
    region: &'t Region,
    /// The nodes, links and texts of the old tree that go.
    gone: [(usize, usize); 3],
    /// Those of the fragment that come.
    come: [(usize, usize); 3],
    /// The children of both lists.
    items: (&'t [NodeId], &'t [NodeId]),
    grown: isize,
}

impl<'t> Joint<'t> {
    fn new(old: &'t Tree, new: &'t Tree, region: &'t Region, count: usize, grown: isize) -> Option<Self> {
        let (key, _) = old.pairs(old.root()?).nth(region.pair)?;
        let (new_key, new_list) = new.pairs(new.root()?).next()?;
        let items = (old.children(region.list), &new.children(new_list)[..count]);
        // Nodes lie in the order in which they end: those of an entry behind those of the one before it.
        let from = if region.first == 0 { key } else { items.0[region.first - 1] }.index() + 1;
        let nodes = (from, items.0[region.last - 1].index() + 1);
        let new_nodes = (new_key.index() + 1, items.1.last()?.index() + 1);
        let ranges = |tree: &Tree, nodes: (usize, usize)| {
            let (first_link, last_link) = (links_before(tree, nodes.0), links_before(tree, nodes.1));
            [nodes, (first_link, last_link), (texts_before(tree, nodes.0), texts_before(tree, nodes.1))]
        };
        let (gone, come) = (ranges(old, nodes), ranges(new, new_nodes));
        Some(Self { old, new, region, gone, come, items, grown })
    }

    fn tree(&self) -> Tree {
        let [(node_from, node_to), (link_from, link_to), (text_from, text_to)] = self.gone;
        let [come_nodes, come_links, come_texts] = self.come;
        let mut nodes = Vec::with_capacity(self.old.nodes.len() + come_nodes.1 - come_nodes.0);
        nodes.extend(self.old.nodes[..node_from].iter().map(|node| self.kept(node)));
        nodes.extend(self.new.nodes[come_nodes.0..come_nodes.1].iter().map(|node| self.taken(node)));
        let behind = self.old.nodes[node_to..].iter().zip(node_to..);
        nodes.extend(behind.map(|(node, at)| self.moved(node, at)));
        let mut links = Vec::with_capacity(self.old.links.len() + come_links.1 - come_links.0);
        links.extend_from_slice(&self.old.links[..link_from]);
        links.extend(self.new.links[come_links.0..come_links.1].iter().map(|id| self.taken_id(*id)));
        let list = &self.old.nodes[self.region.list.index()];
        let (own, behind_own) = (list.data as usize, (list.data + list.len) as usize);
        links.extend(self.old.links[link_to..own].iter().map(|id| self.kept_id(*id)));
        links.extend_from_slice(&self.items.0[..self.region.first]);
        links.extend(self.items.1.iter().map(|id| self.taken_id(*id)));
        links.extend(self.items.0[self.region.last..].iter().map(|id| self.kept_id(*id)));
        links.extend(self.old.links[behind_own..].iter().map(|id| self.kept_id(*id)));
        let mut texts = Vec::with_capacity(self.old.texts.len() + come_texts.1 - come_texts.0);
        texts.extend_from_slice(&self.old.texts[..text_from]);
        texts.extend_from_slice(&self.new.texts[come_texts.0..come_texts.1]);
        texts.extend_from_slice(&self.old.texts[text_to..]);
        let root = nodes.len().checked_sub(1).map(|last| NodeId(narrow(last)));
        let mut tree = Tree { nodes, links, texts, properties: Vec::new(), root };
        // Both end with the last of their leaves.
        for node in [self.kept_id(self.region.list), NodeId(narrow(tree.nodes.len() - 1))] {
            let ends = tree.children(node).iter().map(|child| tree.node(*child).end);
            let end = ends.max().unwrap_or(0);
            tree.nodes[node.index()].end = end;
        }
        tree
    }

    /// Returns by how much more comes than goes: of nodes, links, texts.
    fn shift(&self, what: usize) -> isize {
        let ((from, to), (come_from, come_to)) = (self.gone[what], self.come[what]);
        (come_to - come_from).cast_signed() - (to - from).cast_signed()
    }

    fn kept_id(&self, id: NodeId) -> NodeId {
        if id.index() < self.gone[0].1 { id } else { NodeId(moved(id.0, self.shift(0))) }
    }

    fn taken_id(&self, id: NodeId) -> NodeId {
        let (from, to) = self.come[0];
        if id.index() < to {
            NodeId(narrow(id.index() - from + self.gone[0].0))
        } else {
            // The list itself.
            self.kept_id(self.region.list)
        }
    }

    fn parent(&self, parent: u32) -> u32 {
        if parent == NONE { NONE } else { self.kept_id(NodeId(parent)).0 }
    }

    /// Returns a node that stands before the change.
    fn kept(&self, node: &Node) -> Node {
        Node { parent: self.parent(node.parent), ..node.clone() }
    }

    /// Returns a node of the fragment.
    fn taken(&self, node: &Node) -> Node {
        let by = self.region.start.cast_signed() - KEY_ABOVE.len().cast_signed();
        let data = match node.kind {
            Kind::Scalar(_) if !node.has_text() => node.data,
            Kind::Scalar(_) => moved(node.data, self.gone[2].0.cast_signed() - self.come[2].0.cast_signed()),
            _ => moved(node.data, self.gone[1].0.cast_signed() - self.come[1].0.cast_signed()),
        };
        Node {
            start: moved(node.start, by),
            body: moved(node.body, by),
            end: moved(node.end, by),
            parent: self.taken_id(NodeId(node.parent)).0,
            data,
            ..node.clone()
        }
    }

    /// Returns a node that ends behind the change.
    fn moved(&self, node: &Node, at: usize) -> Node {
        let place = |place: u32| {
            let behind = place as usize >= self.region.old_end;
            if behind { moved(place, self.grown) } else { place }
        };
        let list = self.region.list.index();
        let count = self.region.first + self.items.1.len() + self.items.0.len() - self.region.last;
        let own = if at > list { count.cast_signed() - self.items.0.len().cast_signed() } else { 0 };
        let data = match node.kind {
            Kind::Scalar(_) if !node.has_text() => node.data,
            Kind::Scalar(_) => moved(node.data, self.shift(2)),
            _ => moved(node.data, self.shift(1) + own),
        };
        Node {
            start: place(node.start),
            body: place(node.body),
            end: place(node.end),
            parent: self.parent(node.parent),
            data,
            len: if at == list { narrow(count) } else { node.len },
            ..node.clone()
        }
    }
}

/// Returns how many links the nodes before one have.
fn links_before(tree: &Tree, node: usize) -> usize {
    let is_collection = |node: &&Node| matches!(node.kind, Kind::Sequence { .. } | Kind::Mapping { .. });
    tree.nodes[node..].iter().find(is_collection).map_or(tree.links.len(), |found| found.data as usize)
}

/// Returns how many texts the nodes before one have.
fn texts_before(tree: &Tree, node: usize) -> usize {
    tree.nodes[node..].iter().find(|node| node.has_text()).map_or(tree.texts.len(), |found| found.data as usize)
}

pub(super) fn moved(place: u32, by: isize) -> u32 {
    narrow((place as usize).wrapping_add_signed(by))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::random;
    use super::*;
    use crate::yaml::Document;

    pub(in super::super) const LISTS: [&str; 5] = [
        "# top\nplugins:\n  - class: a.B  # first\n    parameters: {x: 1}\n  # about c\n  - class: c.D\n    parameters:\n      note: |\n        one\n\n        two\n  - class: \"e.F\"\n    parameters: {n: ~, d: 2026-01-01}\n  - class: g.H\n# end\n",
        "a: [1, 2]\nplugins:\n- class: a.B\n- class: c.D\n  parameters:\n    list:\n    - 1\n    - {p: q}\n    ? k\n- class: 'it''s'\n-\n- x\ncontroller_wheel_path: /w  # here\n",
        "plugins:\r\n- class: ä.B\r\n- class: c.D\r\n  parameters: {t: \"a\\\r\n    b\"}\r\n- class: e.F\r\nz: 1\r\n",
        "plugins:\n  - - a\n    - b\n  - - c\n  -   d: 1\n      e: 2\nother:\n- 1\n- 2\n- 3\n",
        "plugins:\n- class: a.B\n  parameters: &x {k: 1}\n- class: c.D\n  parameters: *x\n- class: e.F\n- <<: {a: 1}\n",
    ];
    /// What is put in, between bars.
    pub(in super::super) const PIECES: &str = "¦x¦  ¦\n¦\n\n¦- class: n.N\n¦  - class: n.N\n¦- ¦\n- y¦    k: v\n¦  k: v\n¦k: v\n¦: ¦#¦ # c¦\"¦'¦|¦>-\n¦[¦]¦{a: b}¦&a ¦*a¦!t ¦---\n¦...\n¦<<¦=¦\t";

    #[test]
    fn parts_parsed_again_make_the_tree_and_the_data_of_the_whole() {
        // More of them by hand: SKYPLUG_PARTS=1000000 SKYPLUG_SEED=7 cargo test --release parts_parsed
        let (mut numbers, rounds) = random("SKYPLUG_PARTS", 30_000);
        let pieces: Vec<&str> = PIECES.split('¦').collect();
        let (mut by_parts, mut tried) = (0, 0);
        for round in 0..rounds {
            let base = LISTS[round % LISTS.len()];
            let boundary = |at: usize| (0..=at).rev().find(|at| base.is_char_boundary(*at)).unwrap_or(0);
            let start = boundary(numbers.below(base.len() + 1));
            let most = if numbers.below(3) == 0 { base.len() - start } else { 12.min(base.len() - start) };
            let end = boundary(start + numbers.below(most + 1)).max(start);
            let piece = pieces[numbers.below(pieces.len())];
            let text = format!("{}{piece}{}", &base[..start], &base[end..]);
            let old = Document::parse(base);
            // Known or not: both ways lead to the data.
            let _ = if numbers.below(4) > 0 { old.data().is_ok() } else { true };
            let (new, whole) = (old.edited(text.as_str()), Document::parse(text.as_str()));
            assert_eq!(new.tree(), whole.tree(), "{base:?}\nto {text:?}");
            match (new.data(), whole.data()) {
                (Ok(new), Ok(whole)) => assert!(new.same(whole), "{base:?}\nto {text:?}"),
                (new, whole) => assert_eq!(new.err(), whole.err(), "{base:?}\nto {text:?}"),
            }
            if whole.tree().is_ok() {
                tried += 1;
                by_parts += usize::from(parse(old.tree().expect("valid"), base, false, &text).is_some());
            }
        }
        assert!(by_parts * 3 > tried, "{by_parts} of {tried} by parts");
    }

    #[test]
    fn long_keys_are_left_to_the_whole_text() {
        let key = format!("{}: 1\n", "é".repeat(600));
        let first = "plugins:\n- class: a.B\n  parameters: {x: 1}\n".to_owned() + &key;
        let second = "plugins:\n- k: '^<'\n- b\n- c\n";
        let pairs = [
            (first.clone(), first.replace("x: 1", "x: ^<")),
            (second.to_owned(), second.replace("- c", &format!("- {key}- c"))),
        ];
        for (old, new) in pairs {
            let edited = Document::parse(old).edited(new.as_str());
            assert_eq!(edited.tree(), Document::parse(new).tree());
        }
    }

    #[test]
    fn one_entry_of_many_is_parsed_alone() {
        let list = |changed: &str| {
            let entry = |at: usize| {
                let class = if at == 50 { changed.to_owned() } else { format!("a.C{at}") };
                format!("- class: {class}\n  parameters: {{n: {at}}}\n")
            };
            format!("plugins:\n{}", (0..100).map(entry).collect::<String>())
        };
        let (old, new) = (list("a.B"), list("a.Other"));
        let again = parse(&Tree::parse(&old).expect("valid"), &old, false, &new).expect("by parts");
        assert_eq!((again.replaced, again.count), ((50, 51), 1));
        assert_eq!(again.fragment, "p:\n- class: a.Other\n  parameters: {n: 50}\n- x\n");
        assert_eq!(again.tree, Tree::parse(&new).expect("valid"));
    }
}
