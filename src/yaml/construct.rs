//! From nodes to data, as PyYAML's `SafeConstructor` builds it.
//!
//! Collections are constructed level by level, as PyYAML's generators run, so
//! that of several mistakes the same one ends the load. No recursion.

mod merge;
mod plain;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::error::{ErrorKind, Mark, YamlError};
use super::event::ScalarStyle;
use super::node::again::Again;
use super::node::{Kind, NodeId, Tree};
use super::scalar::{self, ScalarType};
use super::value::Value;
use crate::text::LineIndex;

const PREFIX: &str = "tag:yaml.org,2002:";

/// A pair of a mapping as PyYAML sees it after merging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The key's node.
    pub key: NodeId,
    /// The value's node, aliases not followed.
    pub value: NodeId,
    /// Whether a `<<` brought it in.
    pub merged: bool,
}

/// Returns the data of a text of which parts were parsed again; none where it takes all of it.
pub(super) fn again(known: &Value, again: &Again) -> Option<Value> {
    let Value::Map(pairs) = known else { return None };
    let tree = &again.tree;
    // Of equal keys only one is there.
    if tree.root().map(|root| tree.pairs(root).len()) != Some(pairs.len()) {
        return None;
    }
    let (key, Value::List(items)) = pairs.get(again.pair)? else { return None };
    let new = plain::build(&again.fragment, &again.parsed)?;
    let Value::Map(new) = &new else { return None };
    let Some((_, Value::List(new))) = new.first() else { return None };
    let (from, to) = again.replaced;
    let list = [items.get(..from)?, new.get(..again.count)?, items.get(to..)?].concat();
    let mut pairs = Vec::clone(pairs);
    pairs[again.pair] = (key.clone(), Value::list(list));
    Some(Value::map(pairs))
}

/// What PyYAML takes a node for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type<'a> {
    Scalar(ScalarType),
    Binary,
    Seq,
    Map,
    Set,
    Omap,
    Pairs,
    Unknown(&'a str),
}

/// Reads the data out of one tree.
pub struct Constructor<'a> {
    text: &'a str,
    tree: &'a Tree,
    lines: &'a LineIndex,
    /// The pairs of the mappings that merge others, without those taken out so far.
    flat: HashMap<NodeId, Vec<Option<Pair>>>,
    /// How many pairs merging has copied.
    merged: usize,
    /// The `=` keys of the mappings flattened so far: from then on they are strings.
    strings: HashSet<NodeId>,
}

impl<'a> Constructor<'a> {
    /// Returns a constructor over `tree`, which is that of `text`.
    #[must_use]
    pub fn new(text: &'a str, tree: &'a Tree, lines: &'a LineIndex) -> Self {
        Self { text, tree, lines, flat: HashMap::new(), merged: 0, strings: HashSet::new() }
    }

    /// Returns the whole document's data, `None` for an empty one.
    ///
    /// # Errors
    ///
    /// Returns the exception that ends PyYAML's constructor.
    pub fn document(mut self) -> Result<Value, YamlError> {
        let Some(root) = self.tree.root() else { return Ok(Value::Null) };
        if let Some(value) = plain::build(self.text, self.tree) {
            return Ok(value);
        }
        self.check(root)?;
        Ok(self.build())
    }

    /// Returns the data of a scalar node, aliases followed; none for collections and errors.
    #[must_use]
    pub fn scalar(&self, node: NodeId) -> Option<Value> {
        let node = self.tree.target(node);
        if self.is_collection(node) { None } else { self.leaf(node).ok() }
    }

    /// Returns the text of a scalar that is a string, aliases followed.
    #[must_use]
    pub fn plain_text(&self, node: NodeId) -> Option<&'a str> {
        let node = self.tree.target(node);
        let is_string =
            matches!(self.tree.kind(node), Kind::Scalar(_)) && self.type_of(node) == Type::Scalar(ScalarType::Str);
        is_string.then(|| self.tree.scalar(self.text, node))
    }

    /// Runs PyYAML's order of construction for its errors alone.
    fn check(&mut self, root: NodeId) -> Result<(), YamlError> {
        if !self.is_collection(root) {
            return self.verify(root);
        }
        let mut queue = VecDeque::from([root]);
        let mut seen = vec![false; self.tree.len()];
        while let Some(node) = queue.pop_front() {
            if std::mem::replace(&mut seen[node.index()], true) {
                continue;
            }
            match self.type_of(node) {
                Type::Seq => {
                    if !self.tree.is_sequence(node) {
                        return Err(self.expected("sequence", node));
                    }
                    for &item in self.tree.children(node) {
                        self.child(item, &mut queue)?;
                    }
                }
                Type::Map | Type::Set => {
                    if !self.tree.is_mapping(node) {
                        return Err(self.expected("mapping", node));
                    }
                    self.flatten(node)?;
                    self.for_each_pair(node, |this, key, value| {
                        this.child(key, &mut queue)?;
                        this.hashable(node, key)?;
                        this.child(value, &mut queue)
                    })?;
                }
                kind @ (Type::Omap | Type::Pairs) => self.ordered(node, kind, &mut queue)?,
                Type::Scalar(_) | Type::Binary | Type::Unknown(_) => self.verify(node)?,
            }
        }
        Ok(())
    }

    /// Visits the pairs of a mapping as they are by now.
    fn for_each_pair<E>(
        &self,
        node: NodeId,
        mut visit: impl FnMut(&Self, NodeId, NodeId) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.flat.contains_key(&node) {
            return self.flat_pairs(node).iter().try_for_each(|pair| visit(self, pair.key, pair.value));
        }
        self.tree.pairs(node).try_for_each(|(key, value)| visit(self, key, value))
    }

    fn child(&self, node: NodeId, queue: &mut VecDeque<NodeId>) -> Result<(), YamlError> {
        let node = self.tree.target(node);
        if self.is_collection(node) {
            queue.push_back(node);
            Ok(())
        } else {
            self.verify(node)
        }
    }

    /// Finds what is wrong with a node that PyYAML constructs at once.
    fn verify(&self, node: NodeId) -> Result<(), YamlError> {
        // A string is right whatever it holds, and most scalars are strings.
        if self.type_of(node) == Type::Scalar(ScalarType::Str) && matches!(self.tree.kind(node), Kind::Scalar(_)) {
            return Ok(());
        }
        self.leaf(node).map(|_| ())
    }

    /// Tells whether PyYAML constructs the node by a generator.
    fn is_collection(&self, node: NodeId) -> bool {
        if !self.tree.has_properties() {
            return !matches!(self.tree.kind(node), Kind::Scalar(_));
        }
        matches!(self.type_of(node), Type::Seq | Type::Map | Type::Set | Type::Omap | Type::Pairs)
    }

    fn ordered(&self, node: NodeId, kind: Type<'_>, queue: &mut VecDeque<NodeId>) -> Result<(), YamlError> {
        let what = if kind == Type::Omap { "an ordered map" } else { "pairs" };
        let fail = |problem: String, at: NodeId| YamlError {
            kind: ErrorKind::Constructor,
            problem,
            context: Some(format!("while constructing {what}")),
            mark: Some(self.mark(at)),
            context_mark: Some(self.mark(node)),
        };
        if !self.tree.is_sequence(node) {
            return Err(fail(format!("expected a sequence, but found {}", self.id(node)), node));
        }
        for &item in self.tree.children(node) {
            let item = self.tree.target(item);
            if !self.tree.is_mapping(item) {
                return Err(fail(format!("expected a mapping of length 1, but found {}", self.id(item)), item));
            }
            let count = self.tree.pairs(item).len();
            let Some((key, value)) = self.tree.pairs(item).next().filter(|_| count == 1) else {
                return Err(fail(format!("expected a single mapping item, but found {count} items"), item));
            };
            self.child(key, queue)?;
            self.child(value, queue)?;
        }
        Ok(())
    }

    fn hashable(&self, mapping: NodeId, key: NodeId) -> Result<(), YamlError> {
        let node = self.tree.target(key);
        if self.is_collection(node) {
            return Err(YamlError {
                kind: ErrorKind::Constructor,
                problem: "found unhashable key".to_owned(),
                context: Some("while constructing a mapping".to_owned()),
                mark: Some(self.mark(node)),
                context_mark: Some(self.mark(mapping)),
            });
        }
        Ok(())
    }

    fn type_of(&self, node: NodeId) -> Type<'a> {
        if !self.strings.is_empty() && self.strings.contains(&node) {
            return Type::Scalar(ScalarType::Str);
        }
        let kind = self.tree.kind(node);
        let tag = self.tree.tag(node).filter(|tag| *tag != "!");
        match (tag, kind) {
            (None, Kind::Sequence { .. }) => Type::Seq,
            (None, Kind::Mapping { .. }) => Type::Map,
            (None, Kind::Scalar(style)) => {
                // `! 'x'` is typed like a plain scalar; an empty one behind `!` is a string.
                let plain = (style == ScalarStyle::Plain) != (self.tree.tag(node) == Some("!"));
                Type::Scalar(if plain { scalar::resolve(self.tree.scalar(self.text, node)) } else { ScalarType::Str })
            }
            (None, Kind::Alias) => self.type_of(self.tree.target(node)),
            (Some(tag), _) => match tag.strip_prefix(PREFIX) {
                Some("null") => Type::Scalar(ScalarType::Null),
                Some("bool") => Type::Scalar(ScalarType::Bool),
                Some("int") => Type::Scalar(ScalarType::Int),
                Some("float") => Type::Scalar(ScalarType::Float),
                Some("timestamp") => Type::Scalar(ScalarType::Timestamp),
                Some("merge") => Type::Scalar(ScalarType::Merge),
                Some("value") => Type::Scalar(ScalarType::Value),
                Some("str") => Type::Scalar(ScalarType::Str),
                Some("binary") => Type::Binary,
                Some("seq") => Type::Seq,
                Some("map") => Type::Map,
                Some("set") => Type::Set,
                Some("omap") => Type::Omap,
                Some("pairs") => Type::Pairs,
                _ => Type::Unknown(tag),
            },
        }
    }

    /// Constructs what PyYAML constructs at once.
    fn leaf(&self, node: NodeId) -> Result<Value, YamlError> {
        let node = self.tree.target(node);
        let fail = |(kind, problem): scalar::Failure| YamlError::new(kind, problem, self.mark(node));
        let kind = match self.type_of(node) {
            Type::Unknown(tag) => return Err(fail(scalar::no_constructor(tag))),
            Type::Scalar(kind @ (ScalarType::Merge | ScalarType::Value)) => {
                return scalar::convert(kind, "").map_err(fail);
            }
            Type::Scalar(kind) => Some(kind),
            _ => None,
        };
        let text = self.scalar_text(node)?;
        match kind {
            Some(kind) => scalar::convert(kind, text).map_err(fail),
            None => binary(text).map_err(fail),
        }
    }

    /// PyYAML's `construct_scalar`, which reads the `=` key of a mapping.
    fn scalar_text(&self, node: NodeId) -> Result<&'a str, YamlError> {
        let mut node = node;
        let mut steps = 0;
        while self.tree.is_mapping(node) && steps <= super::node::MAX_DEPTH {
            steps += 1;
            let is_value = |key: NodeId| self.type_of(self.tree.target(key)) == Type::Scalar(ScalarType::Value);
            match self.tree.pairs(node).find(|(key, _)| is_value(*key)) {
                Some((_, value)) => node = self.tree.target(value),
                None => break,
            }
        }
        if !matches!(self.tree.kind(node), Kind::Scalar(_)) {
            return Err(self.expected("scalar", node));
        }
        Ok(self.tree.scalar(self.text, node))
    }

    fn expected(&self, what: &str, node: NodeId) -> YamlError {
        let problem = format!("expected a {what} node, but found {}", self.id(node));
        YamlError::new(ErrorKind::Constructor, problem, self.mark(node))
    }

    fn id(&self, node: NodeId) -> &'static str {
        match self.tree.kind(self.tree.target(node)) {
            Kind::Scalar(_) | Kind::Alias => "scalar",
            Kind::Sequence { .. } => "sequence",
            Kind::Mapping { .. } => "mapping",
        }
    }

    fn mark(&self, node: NodeId) -> Mark {
        let offset = self.tree.span(node).start;
        let at = self.lines.position(self.text, offset);
        Mark { offset, line: at.line - 1, column: at.column - 1 }
    }

    /// Builds the values; [`Self::check`] has found no error.
    fn build(&self) -> Value {
        let mut values: Vec<Value> = Vec::with_capacity(self.tree.len());
        for node in self.tree.ids() {
            let value = match self.type_of(node) {
                _ if self.tree.kind(node) == Kind::Alias => self.lookup(&values, node),
                Type::Seq => Value::list(self.tree.children(node).iter().map(|&n| self.lookup(&values, n)).collect()),
                Type::Map => Value::map(self.dict(&values, node)),
                Type::Set => Value::Set(Arc::new(self.dict(&values, node).into_iter().map(|(key, _)| key).collect())),
                Type::Omap | Type::Pairs => Value::list(self.tuples(&values, node)),
                Type::Scalar(_) | Type::Binary | Type::Unknown(_) => self.leaf(node).unwrap_or(Value::Null),
            };
            values.push(value);
        }
        values.pop().unwrap_or(Value::Null)
    }

    fn lookup(&self, values: &[Value], node: NodeId) -> Value {
        // An ancestor ends behind this node: it is not built yet.
        values.get(self.tree.target(node).index()).cloned().unwrap_or(Value::Cycle)
    }

    fn dict(&self, values: &[Value], node: NodeId) -> Vec<(Value, Value)> {
        let mut keys = KeyIndex::default();
        let mut out: Vec<(Value, Value)> = Vec::with_capacity(self.tree.pairs(node).len());
        let _ = self.for_each_pair::<()>(node, |this, key, value| {
            let key = this.lookup(values, key);
            let value = this.lookup(values, value);
            match keys.find(&out, &key) {
                Some(at) => out[at].1 = value,
                None => out.push((key, value)),
            }
            Ok(())
        });
        out
    }

    fn tuples(&self, values: &[Value], node: NodeId) -> Vec<Value> {
        let pairs = self.tree.children(node).iter().filter_map(|&item| self.tree.pairs(self.tree.target(item)).next());
        pairs.map(|(k, v)| Value::Tuple(Arc::new(vec![self.lookup(values, k), self.lookup(values, v)]))).collect()
    }
}

/// The number of pairs up to which looking at each is faster than a hash.
const FEW_PAIRS: usize = 8;

/// Finds a key among those of a mapping; by hash once there are many.
#[derive(Default)]
struct KeyIndex {
    places: HashMap<Key, usize>,
}

/// What two equal keys of a `dict` have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A string.
    Str(Arc<str>),
    /// `True`, `1` and `1.0` are one key.
    Int(i64),
    /// A number that is no integer, as bits.
    Float(u64),
    /// Anything else: its type, and how it is written.
    Other(&'static str, String),
}

impl Key {
    /// Returns none for what equals nothing: a float that is not a number.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Str(text) => Self::Str(Arc::clone(text)),
            Value::Bool(b) => Self::Int(i64::from(*b)),
            Value::Int(i) => Self::Int(*i),
            Value::Float(f) if f.is_nan() => return None,
            #[expect(clippy::cast_possible_truncation, reason = "it is tested whether it fits")]
            Value::Float(f) if f.fract() == 0.0 && f.abs() < 9.0e15 => Self::Int(*f as i64),
            Value::Float(f) => Self::Float(f.to_bits()),
            other => Self::Other(other.type_name(), other.to_json().to_string()),
        })
    }
}

impl KeyIndex {
    /// Returns where a key is in `pairs`; where it is not, it must be added there next.
    fn find(&mut self, pairs: &[(Value, Value)], key: &Value) -> Option<usize> {
        if pairs.len() < FEW_PAIRS {
            return pairs.iter().position(|(known, _)| known.same_key(key));
        }
        if self.places.is_empty() {
            self.places = pairs.iter().enumerate().filter_map(|(at, (key, _))| Some((Key::of(key)?, at))).collect();
        }
        let place = *self.places.entry(Key::of(key)?).or_insert(pairs.len());
        (place < pairs.len()).then_some(place)
    }
}

/// Python's `base64.decodebytes`, which drops every character that is not of the
/// alphabet, takes no note of padding where none is due, and ends at the first
/// padding that is complete.
fn binary(text: &str) -> Result<Value, scalar::Failure> {
    let bad = |why: String| (ErrorKind::Constructor, format!("failed to decode base64 data: {why}"));
    if let Some((at, c)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii()) {
        let run = text.chars().skip(at).take_while(|c| !c.is_ascii()).count();
        let what = match run {
            1 => format!("character {} in position {at}", ascii(c)),
            _ => format!("characters in position {at}-{}", at + run - 1),
        };
        let why = format!("'ascii' codec can't encode {what}: ordinal not in range(128)");
        return Err((ErrorKind::Constructor, format!("failed to convert base64 data into ascii: {why}")));
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut place, mut left, mut pads) = (0, 0_u8, 0);
    for c in text.bytes() {
        if c == b'=' {
            pads += usize::from(place >= 2);
            if place >= 2 && place + pads >= 4 {
                return Ok(Value::Bytes(bytes.into()));
            }
            continue;
        }
        let Some(digit) = base64_digit(c) else { continue };
        pads = 0;
        match place {
            0 => {}
            1 => bytes.push(left << 2 | digit >> 4),
            2 => bytes.push(left << 4 | digit >> 2),
            _ => bytes.push(left << 6 | digit),
        }
        left = digit;
        place = (place + 1) % 4;
    }
    match place {
        0 => Ok(Value::Bytes(bytes.into())),
        1 => {
            let count = bytes.len() / 3 * 4 + 1;
            let why = "cannot be 1 more than a multiple of 4";
            Err(bad(format!("Invalid base64-encoded string: number of data characters ({count}) {why}")))
        }
        _ => Err(bad("Incorrect padding".to_owned())),
    }
}

/// Returns a character as Python's `ascii` writes it.
fn ascii(c: char) -> String {
    let code = u32::from(c);
    match code {
        0..0x100 => format!("'\\x{code:02x}'"),
        0x100..0x1_0000 => format!("'\\u{code:04x}'"),
        _ => format!("'\\U{code:08x}'"),
    }
}

fn base64_digit(c: u8) -> Option<u8> {
    Some(match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// Returns the pairs of a mapping as PyYAML sees them: merged ones first, the
/// later of two equal keys not yet chosen. Empty where merging fails.
#[must_use]
pub fn effective_pairs(text: &str, tree: &Tree, lines: &LineIndex, node: NodeId) -> Vec<Pair> {
    let mut constructor = Constructor::new(text, tree, lines);
    if constructor.flatten(node).is_err() {
        return Vec::new();
    }
    constructor.flat_pairs(node)
}

/// Encodes bytes as `!!binary` holds them.
#[must_use]
pub fn encode_binary(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<String, ErrorKind> {
        let tree = Tree::parse(text).map_err(|e| e.kind)?;
        let lines = LineIndex::new(text);
        Constructor::new(text, &tree, &lines).document().map(|v| v.to_json().to_string()).map_err(|e| e.kind)
    }

    #[test]
    fn the_last_of_two_equal_keys_wins_in_the_place_of_the_first() {
        assert_eq!(load("a: 1\nb: 2\na: 3\n").as_deref(), Ok(r#"{"a":3,"b":2}"#));
        assert_eq!(load("1: a\ntrue: b\n").as_deref(), Ok(r#"{"__pairs__":[[1,"b"]]}"#));
    }

    #[test]
    fn an_equals_sign_is_a_key_and_no_value() {
        assert_eq!(load("=: 1\n").as_deref(), Ok(r#"{"=":1}"#));
        assert_eq!(load("a: {? &e = : 1}\nb: {c: [*e]}\n").as_deref(), Ok(r#"{"a":{"=":1},"b":{"c":["="]}}"#));
        assert_eq!(load("a: =\n"), Err(ErrorKind::Constructor));
        assert_eq!(load("a: {? &e = : 1}\nb: *e\n"), Err(ErrorKind::Constructor));
    }

    #[test]
    fn equal_keys_are_found_among_many() {
        let numbers: Vec<String> = (0..20).map(|n| format!("{n}: a\n")).collect();
        let numbers = numbers.concat();
        let json =
            load(&format!("{numbers}x: a\n7.0: b\ntrue: c\nx: d\n.nan: e\n.nan: f\n~: g\n~: h\n")).expect("valid");
        let pairs: serde_json::Value = serde_json::from_str(&json).expect("JSON");
        let pairs = pairs["__pairs__"].as_array().expect("pairs");
        assert_eq!(pairs.len(), 24);
        for (at, want) in [(7, "[7,\"b\"]"), (1, "[1,\"c\"]"), (20, "[\"x\",\"d\"]"), (23, "[null,\"h\"]")] {
            assert_eq!(pairs[at].to_string(), want);
        }
    }

    #[test]
    fn collections_are_no_keys() {
        assert_eq!(load("? [a]\n: b\n"), Err(ErrorKind::Constructor));
    }

    #[test]
    fn cycles_are_told() {
        assert_eq!(load("a: &l [1, *l]\n").as_deref(), Ok(r#"{"a":[1,{"__cycle__":true}]}"#));
    }

    #[test]
    fn tags_of_yaml_1_1_construct() {
        assert_eq!(load("!!set {b, a}\n").as_deref(), Ok(r#"{"__set__":["a","b"]}"#));
        assert_eq!(load("!!omap [a: 1]\n").as_deref(), Ok(r#"[{"__tuple__":["a",1]}]"#));
        assert_eq!(load("!!binary aGk=\n").as_deref(), Ok(r#"{"__bytes__":"aGk="}"#));
        assert_eq!(load("!!binary =aG=k=\n").as_deref(), Ok(r#"{"__bytes__":"aGk="}"#));
        assert_eq!(load("!!binary aGk\n"), Err(ErrorKind::Constructor));
        assert_eq!(load("!!str 1\n").as_deref(), Ok(r#""1""#));
        for yaml in ["! 1\n", "! '1'\n", "&a ! \"1\"\n", "! &a |\n  1\n"] {
            assert_eq!(load(yaml).as_deref(), Ok("1"), "{yaml}");
        }
        assert_eq!(load("a: !\n").as_deref(), Ok(r#"{"a":""}"#));
        assert_eq!(load("! |\n  yes\n"), Err(ErrorKind::Key));
        assert_eq!(load("!x 1\n"), Err(ErrorKind::Constructor));
        assert_eq!(load("k: !!timestamp x\n"), Err(ErrorKind::Attribute));
    }
}
