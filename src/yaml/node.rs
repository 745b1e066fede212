//! The tree of spans: what stands where in a YAML text.
//!
//! Built from libyaml's events without recursion, under the rules of PyYAML's
//! composer (one document, no undefined alias, no anchor twice). Nodes lie in
//! one arena in the order in which they end, children before their parents.
//! What the nodes mean as data is `construct`'s.

pub(super) mod again;
mod direct;

use std::collections::HashMap;

use super::error::{ErrorKind, Mark, YamlError};
use super::event::{Event, EventKind, Events, Properties, ScalarStyle, StandIn};
use crate::text::Span;

/// Levels of nesting beyond which `SkyPilot`'s process dies: its composer
/// recurses on the C stack. The real number depends on the machine; files
/// this deep are refused here before anything recurses.
pub const MAX_DEPTH: usize = 20_000;

/// The number of a node in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    /// Returns the place of the node in the order in which nodes end.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// Returns the node that lies `by` places behind it.
    #[must_use]
    pub(crate) fn moved(self, by: isize) -> Self {
        Self(again::moved(self.0, by))
    }
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar.
    Scalar(ScalarStyle),
    /// A sequence; `flow` where it is written in brackets.
    Sequence {
        /// Whether it is written in brackets.
        flow: bool,
    },
    /// A mapping; `flow` where it is written in braces.
    Mapping {
        /// Whether it is written in braces.
        flow: bool,
    },
    /// `*name`, standing for another node.
    Alias,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Node {
    kind: Kind,
    start: u32,
    body: u32,
    end: u32,
    parent: u32,
    /// Scalar: index of its text, or [`NONE`] where the source is the text, [`QUOTED`] where that is
    /// what stands between its quotes.
    /// Alias: its target. Collection: index of its first link.
    data: u32,
    /// The number of links.
    len: u32,
    properties: u32,
}

impl Node {
    /// Tells whether it is a scalar whose text is kept.
    const fn has_text(&self) -> bool {
        matches!(self.kind, Kind::Scalar(_)) && self.data < QUOTED
    }
}

/// What stands in place of a number where there is none.
const NONE: u32 = u32::MAX;
/// What stands in place of the number of a text that stands between quotes as it is.
const QUOTED: u32 = NONE - 1;

/// The bytes behind which libyaml-rs takes a text for no key, where libyaml counts characters.
const KEY_BYTES: usize = 1024;

/// Tells whether a line is too long for a key in bytes, and may not be in characters.
fn has_long_line(text: &str) -> bool {
    !text.is_ascii() && text.split(['\n', '\r']).any(|line| line.len() > KEY_BYTES && !line.is_ascii())
}

/// The anchor and the tag of a node, kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnedProperties {
    /// The name behind `&`.
    pub anchor: Option<String>,
    /// The resolved tag, `!` for the non-specific one.
    pub tag: Option<String>,
}

/// The nodes of one document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    nodes: Vec<Node>,
    links: Vec<NodeId>,
    texts: Vec<Box<str>>,
    properties: Vec<OwnedProperties>,
    root: Option<NodeId>,
}

impl Tree {
    /// Parses and composes `text`.
    ///
    /// # Errors
    ///
    /// Returns the error that ends PyYAML's parser or composer.
    pub fn parse(text: &str) -> Result<Self, YamlError> {
        if let Some(tree) = direct::compose(text) {
            debug_assert_eq!(Ok(&tree), Self::parse_by_libyaml(text).as_ref(), "{text:?}");
            return Ok(tree);
        }
        Self::parse_by_libyaml(text)
    }

    /// Parses and composes `text` by libyaml, whatever its form.
    ///
    /// # Errors
    ///
    /// Returns the error that ends PyYAML's parser or composer.
    pub fn parse_by_libyaml(text: &str) -> Result<Self, YamlError> {
        let error = match Builder::new(text).run(Events::new(text)) {
            Err(error) if matches!(error.kind, ErrorKind::Scanner | ErrorKind::Parser) && has_long_line(text) => error,
            done => return done,
        };
        // libyaml-rs may have taken a key of up to 1,024 characters for one of more.
        match StandIn::of(text) {
            Some(stand_in) => Builder::new(text).run(Events::of_stand_in(text, stand_in)),
            None => Err(YamlError {
                problem: format!(
                    "{}, or a key of more than 1,024 bytes, which SkyPilot may read and skyplug-tui cannot",
                    error.problem
                ),
                ..error
            }),
        }
    }

    /// Returns the root, none for a text without a document.
    #[must_use]
    pub const fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// Tells whether any node has an anchor or a tag: without, there are no aliases, and no type but those of texts.
    #[must_use]
    pub const fn has_properties(&self) -> bool {
        !self.properties.is_empty()
    }

    /// Returns the number of nodes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Tells whether there is no node.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Returns all nodes, children before their parents.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(NONE)).map(NodeId)
    }

    /// Returns the nodes by their places in that order.
    pub fn ids_in(range: std::ops::Range<usize>) -> impl Iterator<Item = NodeId> + use<> {
        range.map_while(|at| u32::try_from(at).ok()).map(NodeId)
    }

    /// Returns what a node is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Returns the bytes of a node, from its anchor or tag to the end of its
    /// last leaf. A block scalar ends behind its last line break; an empty
    /// value is an empty range.
    #[must_use]
    pub fn span(&self, id: NodeId) -> Span {
        let node = self.node(id);
        Span::new(node.start as usize, node.end as usize)
    }

    /// Returns the bytes of a node without its anchor and tag.
    #[must_use]
    pub fn body(&self, id: NodeId) -> Span {
        let node = self.node(id);
        Span::new(node.body as usize, node.end as usize)
    }

    /// Returns the node that holds this one: for a key or a value its mapping.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.node(id).parent;
        (parent != NONE).then_some(NodeId(parent))
    }

    /// Returns the children: items, or keys and values in turn.
    #[must_use]
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        let node = self.node(id);
        match node.kind {
            Kind::Sequence { .. } | Kind::Mapping { .. } => {
                &self.links[node.data as usize..(node.data + node.len) as usize]
            }
            Kind::Scalar(_) | Kind::Alias => &[],
        }
    }

    /// Returns the keys and values of a mapping as they are written.
    #[must_use]
    pub fn pairs(&self, id: NodeId) -> impl DoubleEndedIterator<Item = (NodeId, NodeId)> + ExactSizeIterator + '_ {
        let children = if self.is_mapping(id) { self.children(id) } else { &[] };
        children.chunks_exact(2).map(|pair| (pair[0], pair[1]))
    }

    /// Returns the node that an alias stands for, any other node itself.
    #[must_use]
    pub fn target(&self, id: NodeId) -> NodeId {
        let node = self.node(id);
        if node.kind == Kind::Alias { NodeId(node.data) } else { id }
    }

    /// Returns the text that a scalar stands for; empty for other nodes.
    #[must_use]
    pub fn scalar<'a>(&'a self, text: &'a str, id: NodeId) -> &'a str {
        let node = self.node(id);
        match node.kind {
            Kind::Scalar(_) => match node.data {
                NONE => &text[node.body as usize..node.end as usize],
                QUOTED => &text[node.body as usize + 1..node.end as usize - 1],
                data => &self.texts[data as usize],
            },
            _ => "",
        }
    }

    /// Tells whether the text that a scalar stands for is written as it is, if in quotes.
    #[must_use]
    pub fn is_verbatim(&self, id: NodeId) -> bool {
        let node = self.node(id);
        matches!(node.kind, Kind::Scalar(_)) && !node.has_text()
    }

    /// Returns the anchor of a node.
    #[must_use]
    pub fn anchor(&self, id: NodeId) -> Option<&str> {
        self.properties.get(self.node(id).properties as usize)?.anchor.as_deref()
    }

    /// Returns the tag as written and resolved; none where there is none, or where it
    /// is `!` on a plain scalar, whose type follows from its text anyway. On a scalar
    /// of another style `!` means that its type follows from its text too.
    #[must_use]
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        self.properties.get(self.node(id).properties as usize)?.tag.as_deref()
    }

    /// Tells whether a node is a mapping.
    #[must_use]
    pub fn is_mapping(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Mapping { .. })
    }

    /// Tells whether a node is a sequence.
    #[must_use]
    pub fn is_sequence(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Sequence { .. })
    }

    /// Tells whether a node is written in brackets or braces.
    #[must_use]
    pub fn is_flow(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Sequence { flow: true } | Kind::Mapping { flow: true })
    }

    /// Returns all aliases of the node `target`.
    pub fn aliases_of(&self, target: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.ids().filter(move |&id| self.kind(id) == Kind::Alias && self.target(id) == target)
    }

    /// Tells whether `id` is `ancestor` or lies below it.
    #[must_use]
    pub fn is_within(&self, id: NodeId, ancestor: NodeId) -> bool {
        std::iter::successors(Some(id), |&node| self.parent(node)).any(|node| node == ancestor)
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }
}

/// A collection whose end has not come yet.
struct Open {
    kind: Kind,
    start: usize,
    body: usize,
    /// The end of its last leaf.
    end: usize,
    properties: u32,
    anchor: Option<String>,
    /// Where its children start among those that are pending.
    first: usize,
    /// Aliases inside it that stand for it.
    cycles: Vec<NodeId>,
}

struct Builder<'t> {
    text: &'t str,
    tree: Tree,
    open: Vec<Open>,
    /// The children of all open collections, those of the innermost last.
    pending: Vec<NodeId>,
    anchors: HashMap<String, Anchor>,
}

#[derive(Clone, Copy)]
enum Anchor {
    Done(NodeId, Mark),
    Open(usize, Mark),
}

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, tree: Tree::default(), open: Vec::new(), pending: Vec::new(), anchors: HashMap::new() }
    }

    fn run(mut self, mut events: Events<'_>) -> Result<Tree, YamlError> {
        let mut documents = 0_usize;
        let mut first: Option<Mark> = None;
        loop {
            let event = events.next_event()?;
            match event.kind {
                EventKind::StreamEnd => break,
                EventKind::DocumentStart => {
                    documents += 1;
                    if documents > 1 {
                        return Err(YamlError {
                            kind: ErrorKind::Composer,
                            problem: "but found another document".to_owned(),
                            context: Some("expected a single document in the stream".to_owned()),
                            mark: Some(event.start),
                            context_mark: first,
                        });
                    }
                }
                EventKind::StreamStart | EventKind::DocumentEnd => {}
                _ => {
                    // PyYAML names the first document by its root.
                    first.get_or_insert(event.start);
                    self.take(event)?;
                }
            }
        }
        Ok(self.finish())
    }

    fn finish(mut self) -> Tree {
        // PyYAML's marks and messages are about this root alone.
        self.tree.root = self.tree.nodes.len().checked_sub(1).map(|last| NodeId(narrow(last)));
        self.tree
    }

    fn take(&mut self, event: Event<'_>) -> Result<(), YamlError> {
        match event.kind {
            EventKind::Alias(name) => self.alias(name, event.span, event.start),
            EventKind::Scalar { properties, value, style, plain_implicit } => {
                self.scalar(properties, value, style, plain_implicit, event.span, event.start)
            }
            EventKind::SequenceStart { properties, flow } => {
                self.start(properties, Kind::Sequence { flow }, event.span, event.start)
            }
            EventKind::MappingStart { properties, flow } => {
                self.start(properties, Kind::Mapping { flow }, event.span, event.start)
            }
            EventKind::CollectionEnd => {
                self.end(event.span);
                Ok(())
            }
            EventKind::StreamStart | EventKind::StreamEnd | EventKind::DocumentStart | EventKind::DocumentEnd => Ok(()),
        }
    }

    fn alias(&mut self, name: &str, span: Span, mark: Mark) -> Result<(), YamlError> {
        let Some(&anchor) = self.anchors.get(name) else {
            return Err(YamlError::new(ErrorKind::Composer, "found undefined alias", mark));
        };
        let target = match anchor {
            Anchor::Done(id, _) => id.0,
            Anchor::Open(..) => NONE,
        };
        let id = self.push(Node {
            kind: Kind::Alias,
            start: narrow(span.start),
            body: narrow(span.start),
            end: narrow(span.end),
            parent: NONE,
            data: target,
            len: 0,
            properties: NONE,
        });
        if let Anchor::Open(level, _) = anchor {
            self.open[level].cycles.push(id);
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        properties: Properties<'_>,
        value: &str,
        style: ScalarStyle,
        plain_implicit: bool,
        span: Span,
        mark: Mark,
    ) -> Result<(), YamlError> {
        // Where libyaml says that the text behind a `!` alone gives the type, that is
        // nothing new for a plain scalar; on any other it is kept.
        let idle = style == ScalarStyle::Plain && plain_implicit;
        let kept = Properties { tag: properties.tag.filter(|tag| !(*tag == "!" && idle)), ..properties };
        let (body, properties) = self.properties(kept, properties, span, mark)?;
        // An empty scalar ends where its properties do, not at what follows.
        let body = body.min(span.end);
        let source = &self.text[body..span.end];
        let data = if source == value {
            NONE
        } else if source.len() == value.len() + 2
            && is_quoted(style)
            && source.as_bytes()[1..=value.len()] == *value.as_bytes()
        {
            QUOTED
        } else {
            self.tree.texts.push(value.into());
            narrow(self.tree.texts.len() - 1)
        };
        let id = self.push(Node {
            kind: Kind::Scalar(style),
            start: narrow(span.start),
            body: narrow(body),
            end: narrow(span.end),
            parent: NONE,
            data,
            len: 0,
            properties,
        });
        if let Some(name) = kept.anchor {
            self.anchors.insert(name.to_owned(), Anchor::Done(id, mark));
        }
        Ok(())
    }

    fn start(&mut self, properties: Properties<'_>, kind: Kind, span: Span, mark: Mark) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            let problem = format!("nested more than {MAX_DEPTH} levels deep");
            return Err(YamlError::new(ErrorKind::TooDeep, problem, mark));
        }
        let (body, kept) = self.properties(properties, properties, span, mark)?;
        if let Some(name) = properties.anchor {
            self.anchors.insert(name.to_owned(), Anchor::Open(self.open.len(), mark));
        }
        self.open.push(Open {
            kind,
            start: span.start,
            body,
            end: body,
            properties: kept,
            anchor: properties.anchor.map(str::to_owned),
            first: self.pending.len(),
            cycles: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self, span: Span) {
        let Some(open) = self.open.pop() else { return };
        let flow = matches!(open.kind, Kind::Sequence { flow: true } | Kind::Mapping { flow: true });
        // A pair in brackets without braces (`[a: 1]`) starts with its key.
        let children = &self.pending[open.first..];
        let braced =
            flow && children.first().is_none_or(|first| self.tree.nodes[first.index()].start as usize > open.body);
        // The end mark of any other collection lies behind trailing comments.
        let end = if braced { span.end } else { open.end };
        let first = narrow(self.tree.links.len());
        let len = narrow(children.len());
        let id = NodeId(narrow(self.tree.nodes.len()));
        for child in children {
            self.tree.nodes[child.index()].parent = id.0;
        }
        self.tree.links.extend_from_slice(children);
        self.pending.truncate(open.first);
        for cycle in &open.cycles {
            self.tree.nodes[cycle.index()].data = id.0;
        }
        if let Some(name) = open.anchor
            && let Some(Anchor::Open(level, mark)) = self.anchors.get(&name).copied()
            && level == self.open.len()
        {
            self.anchors.insert(name, Anchor::Done(id, mark));
        }
        self.push(Node {
            kind: open.kind,
            start: narrow(open.start),
            body: narrow(open.body),
            end: narrow(end),
            parent: NONE,
            data: first,
            len,
            properties: open.properties,
        });
    }

    fn push(&mut self, node: Node) -> NodeId {
        let id = NodeId(narrow(self.tree.nodes.len()));
        if let Some(open) = self.open.last_mut() {
            self.pending.push(id);
            open.end = open.end.max(node.end as usize);
        }
        self.tree.nodes.push(node);
        id
    }

    /// Returns where the node's own text starts behind `written`, and where `kept` is kept.
    fn properties(
        &mut self,
        kept: Properties<'_>,
        written: Properties<'_>,
        span: Span,
        mark: Mark,
    ) -> Result<(usize, u32), YamlError> {
        if let Some(name) = kept.anchor
            && let Some(Anchor::Done(_, first) | Anchor::Open(_, first)) = self.anchors.get(name)
        {
            return Err(YamlError {
                kind: ErrorKind::Composer,
                problem: "second occurrence".to_owned(),
                context: Some("found duplicate anchor; first occurrence".to_owned()),
                mark: Some(mark),
                context_mark: Some(*first),
            });
        }
        let count = usize::from(written.anchor.is_some()) + usize::from(written.tag.is_some());
        let body = skip_properties(self.text, span.start, count);
        if kept.anchor.is_none() && kept.tag.is_none() {
            return Ok((body, NONE));
        }
        self.tree
            .properties
            .push(OwnedProperties { anchor: kept.anchor.map(str::to_owned), tag: kept.tag.map(str::to_owned) });
        Ok((body, narrow(self.tree.properties.len() - 1)))
    }
}

/// Documents are smaller than 4 GiB: `Document::parse` refuses larger ones.
fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(NONE)
}

/// Returns where the content starts behind `count` anchors and tags at `at`.
fn skip_properties(text: &str, at: usize, count: usize) -> usize {
    let bytes = text.as_bytes();
    let mut i = at;
    let mut last = at;
    for _ in 0..count {
        let verbatim = bytes[i..].starts_with(b"!<");
        while i < bytes.len() && !is_blank_or_break(bytes, i) {
            if verbatim && bytes[i] == b'>' {
                i += 1;
                break;
            }
            if !verbatim && i > last && matches!(bytes[i], b',' | b'[' | b']' | b'{' | b'}') {
                break;
            }
            i += 1;
        }
        last = i;
        i = skip_blanks_and_comments(text, i);
    }
    // A property of an empty node: what follows belongs to something else.
    if count > 0 && i >= bytes.len() { last } else { i }
}

const fn is_quoted(style: ScalarStyle) -> bool {
    matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted)
}

/// The byte order mark, in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Returns the offset of the first byte at or behind `at` that is no blank, no
/// line break and no comment.
#[must_use]
pub fn skip_blanks_and_comments(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut i = at;
    loop {
        while i < bytes.len() && is_blank_or_break(bytes, i) {
            i += crate::text::break_width(bytes, i).max(1);
        }
        // libyaml lets a byte order mark start any line.
        if bytes[i..].starts_with(BOM) && (i == 0 || matches!(bytes[i - 1], b'\n' | b'\r')) {
            i += BOM.len();
            continue;
        }
        let behind_blank = i == 0 || i > at || bytes.get(i.wrapping_sub(1)).is_some_and(u8::is_ascii_whitespace);
        if i < bytes.len() && bytes[i] == b'#' && behind_blank {
            i = crate::text::end_of_line(text, i);
        } else {
            return i;
        }
    }
}

fn is_blank_or_break(bytes: &[u8], at: usize) -> bool {
    matches!(bytes[at], b' ' | b'\t') || crate::text::break_width(bytes, at) > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator of numbers (Knuth's MMIX constants).
    pub(super) struct Numbers(u64);

    impl Numbers {
        pub(super) fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) as usize % limit.max(1)
        }
    }

    /// Returns numbers from the seed that the environment asks for, and how many rounds it asks for.
    pub(super) fn random(rounds_name: &str, rounds: usize) -> (Numbers, usize) {
        let set = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
        let rounds = set(rounds_name).map_or(rounds, |rounds| usize::try_from(rounds).expect("a count"));
        (Numbers(set("SKYPLUG_SEED").unwrap_or(1)), rounds)
    }

    fn sources(text: &str) -> Vec<String> {
        let tree = Tree::parse(text).expect("valid");
        tree.ids().map(|id| tree.span(id).of(text).to_owned()).collect()
    }

    #[test]
    fn block_collections_end_at_their_last_leaf() {
        let text = "plugins:\n- class: a.B  # c\n  # deeper\n# end\n";
        let tree = Tree::parse(text).expect("valid");
        let root = tree.root().expect("a document");
        assert_eq!(tree.span(root).of(text), "plugins:\n- class: a.B");
    }

    #[test]
    fn properties_are_told_from_the_body() {
        let text = "a: &x !!map\n  b: 1\nc: *x\n";
        let tree = Tree::parse(text).expect("valid");
        let (_, value) = tree.pairs(tree.root().expect("root")).next().expect("a pair");
        assert_eq!(tree.body(value).of(text), "b: 1");
        assert_eq!(tree.anchor(value), Some("x"));
        assert_eq!(tree.aliases_of(value).count(), 1);
    }

    #[test]
    fn empty_values_are_empty_ranges() {
        assert_eq!(sources("a:\nb: ~\n"), ["a", "", "b", "~", "a:\nb: ~"]);
        assert_eq!(sources("a: !x\n  \nb: &y\n"), ["a", "!x", "b", "&y", "a: !x\n  \nb: &y"]);
        assert_eq!(sources("- &x # c\n- !!null\n"), ["&x", "!!null", "- &x # c\n- !!null"]);
    }

    #[test]
    fn pairs_without_braces_end_with_their_value() {
        assert_eq!(sources("[a: 1 , {b: 2}]\n"), ["a", "1", "a: 1", "b", "2", "{b: 2}", "[a: 1 , {b: 2}]"]);
    }

    #[test]
    fn cycles_point_at_the_collection_that_holds_them() {
        let tree = Tree::parse("a: &l [1, *l]\n").expect("valid");
        let alias = tree.ids().find(|&id| tree.kind(id) == Kind::Alias).expect("an alias");
        assert!(tree.is_within(alias, tree.target(alias)));
    }

    #[test]
    fn composer_errors_are_pyyamls() {
        for (text, problem) in [
            ("a: *x\n", "found undefined alias"),
            ("a: &x 1\nb: &x 2\n", "second occurrence"),
            ("a: 1\n---\nb: 2\n", "but found another document"),
        ] {
            let error = Tree::parse(text).expect_err("invalid");
            assert_eq!((error.kind, error.problem.as_str()), (ErrorKind::Composer, problem));
        }
    }
}
