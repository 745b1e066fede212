//! Pointers resolved on a document, and the data that an operation asks for.

use std::sync::Arc;

use super::EditError;
use super::share::Shared;
use crate::text::Span;
use crate::yaml::node::{Kind, NodeId, Tree};
use crate::yaml::pointer::is_index;
use crate::yaml::{Document, Pointer, ScalarStyle, Value, scalar};

/// One step from a collection to what it holds, on the data.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// An item of a list.
    Index(usize),
    /// A key of a mapping.
    Key(Value),
}

/// Where a pointer leads.
#[derive(Clone, Debug)]
pub(super) struct Target {
    /// The collection that holds the place, none for the whole document.
    pub(super) parent: Option<NodeId>,
    /// The steps from the root to `parent`.
    pub(super) path: Vec<Step>,
    /// What is at the place.
    pub(super) spot: Spot,
}

/// What is at a place of a collection.
#[derive(Clone, Debug)]
pub(super) enum Spot {
    /// The whole document.
    Root,
    /// The item of a list, which may be one behind the last.
    Item(usize),
    /// The pair of this index among those that the mapping itself writes.
    Pair { index: usize, key: Value },
    /// A key that only a merge (`<<`) brings in.
    Merged(Value),
    /// A key that is not there.
    NewKey(Value),
}

impl Spot {
    pub(super) fn step(&self) -> Option<Step> {
        match self {
            Self::Root => None,
            Self::Item(index) => Some(Step::Index(*index)),
            Self::Pair { key, .. } | Self::Merged(key) | Self::NewKey(key) => Some(Step::Key(key.clone())),
        }
    }
}

pub(super) fn refused(reason: impl Into<String>, span: Span) -> EditError {
    EditError::Unsafe { reason: reason.into(), span }
}

/// Returns where `pointer` leads in a document that has a root; an alias or a merge
/// on the way is not this place's own to change.
pub(super) fn target(document: &Document, pointer: &Pointer) -> Result<Target, EditError> {
    walk(document, pointer, false)
}

/// Returns where `pointer` leads to be looked at, through aliases and merges.
pub(super) fn seen(document: &Document, pointer: &Pointer) -> Result<Target, EditError> {
    walk(document, pointer, true)
}

fn walk(document: &Document, pointer: &Pointer, follow: bool) -> Result<Target, EditError> {
    let tree = document.tree().map_err(|e| EditError::NotYaml(e.clone()))?;
    let missing = || EditError::NotFound(pointer.clone());
    let mut node = tree.root().ok_or_else(missing)?;
    let Some((last, head)) = pointer.tokens().split_last() else {
        return Ok(Target { parent: None, path: Vec::new(), spot: Spot::Root });
    };
    let mut path = Vec::new();
    let mut at = Pointer::root();
    let own = |node: NodeId| {
        let alias = !follow && tree.kind(node) == Kind::Alias;
        if alias { Err(Shared::alias(document, node)) } else { Ok(tree.target(node)) }
    };
    for token in head {
        node = own(node)?;
        at = at.join(token);
        match spot(document, tree, node, token).ok_or_else(missing)? {
            Spot::Item(index) => {
                path.push(Step::Index(index));
                node = *tree.children(node).get(index).ok_or_else(missing)?;
            }
            Spot::Pair { index, key } => {
                path.push(Step::Key(key));
                node = tree.children(node)[2 * index + 1];
            }
            Spot::Merged(key) if follow => {
                path.push(Step::Key(key));
                node = document.child(node, token).ok_or_else(missing)?.1;
            }
            Spot::Merged(_) => return Err(Shared::key(document, node, at)),
            Spot::NewKey(_) | Spot::Root => return Err(missing()),
        }
    }
    node = own(node)?;
    let spot = spot(document, tree, node, last).ok_or_else(missing)?;
    Ok(Target { parent: Some(node), path, spot })
}

fn spot(document: &Document, tree: &Tree, node: NodeId, token: &str) -> Option<Spot> {
    if tree.is_sequence(node) {
        let count = tree.children(node).len();
        let index = if token == "-" { count } else { is_index(token).then(|| token.parse().ok())?? };
        return (index <= count).then_some(Spot::Item(index));
    }
    if !tree.is_mapping(node) {
        return None;
    }
    let is_it = |key: NodeId| document.key_is(key, token) && !is_merge(document, tree, key);
    let found = tree.pairs(node).enumerate().rfind(|(_, (key, _))| is_it(*key));
    if let Some((index, (key, _))) = found {
        return Some(Spot::Pair { index, key: key_value(document, tree, key) });
    }
    let has_merge = tree.pairs(node).any(|(key, _)| is_merge(document, tree, key));
    if has_merge
        && token != "<<"
        && let Some((Some(key), _)) = document.child(node, token)
    {
        return Some(Spot::Merged(key_value(document, tree, key)));
    }
    Some(Spot::NewKey(Value::str(token)))
}

/// Tells whether a key is no key of the data but a merge.
pub(super) fn is_merge(document: &Document, tree: &Tree, key: NodeId) -> bool {
    let plain = tree.kind(key) == Kind::Scalar(ScalarStyle::Plain);
    plain && document.scalar(key) == "<<" && tree.tag(key).is_none_or(|tag| tag.ends_with(":merge"))
}

/// Returns what a key is as data.
pub(super) fn key_value(document: &Document, tree: &Tree, key: NodeId) -> Value {
    let key = tree.target(key);
    let text = document.scalar(key);
    match tree.kind(key) {
        Kind::Scalar(ScalarStyle::Plain) if tree.tag(key).is_none() => match scalar::resolve(text) {
            scalar::ScalarType::Value => Value::str(text),
            kind => scalar::convert(kind, text).unwrap_or_else(|_| Value::str(text)),
        },
        Kind::Scalar(_) if tree.tag(key).is_none() => Value::str(text),
        // Flattening its mapping makes it a string.
        Kind::Scalar(_) if tree.tag(key) == Some("tag:yaml.org,2002:value") => Value::str(text),
        Kind::Scalar(_) => document.value(key).unwrap_or(Value::Null),
        _ => Document::parse(document.source(key)).data().cloned().unwrap_or(Value::Null),
    }
}

/// Returns the data at the end of `path`.
pub(super) fn get<'v>(data: &'v Value, path: &[Step]) -> Option<&'v Value> {
    path.iter().try_fold(data, |value, step| match (value, step) {
        (Value::List(items), Step::Index(index)) => items.get(*index),
        (Value::Map(pairs), Step::Key(key)) => pairs.iter().find(|(k, _)| k.same_key(key)).map(|(_, v)| v),
        _ => None,
    })
}

/// Returns the data at the end of `path`, made this place's own where it was shared.
pub(super) fn get_mut<'v>(data: &'v mut Value, path: &[Step]) -> Option<&'v mut Value> {
    path.iter().try_fold(data, |value, step| match (value, step) {
        (Value::List(items), Step::Index(index)) => Arc::make_mut(items).get_mut(*index),
        (Value::Map(pairs), Step::Key(key)) => {
            Arc::make_mut(pairs).iter_mut().find(|(k, _)| k.same_key(key)).map(|(_, v)| v)
        }
        _ => None,
    })
}

/// Puts `value` at a place: replaces a key, inserts before an item.
///
/// `index` is where a new key goes among those of its mapping.
pub(super) fn add(data: &mut Value, target: &Target, index: Option<usize>, value: Value) -> Option<()> {
    let holder = get_mut(data, &target.path)?;
    match (holder, target.spot.step()) {
        (holder, None) => *holder = value,
        (Value::List(items), Some(Step::Index(at))) if at <= items.len() => Arc::make_mut(items).insert(at, value),
        (Value::Map(pairs), Some(Step::Key(key))) => {
            let pairs = Arc::make_mut(pairs);
            match pairs.iter_mut().find(|(k, _)| k.same_key(&key)) {
                Some(pair) => pair.1 = value,
                None => pairs.insert(index.unwrap_or(pairs.len()).min(pairs.len()), (key, value)),
            }
        }
        _ => return None,
    }
    Some(())
}

/// Puts `value` in place of what is there.
pub(super) fn replace(data: &mut Value, target: &Target, value: Value) -> Option<()> {
    let mut path = target.path.clone();
    path.extend(target.spot.step());
    *get_mut(data, &path)? = value;
    Some(())
}

/// Takes out what is at a place and returns it.
pub(super) fn remove(data: &mut Value, target: &Target) -> Option<Value> {
    let holder = get_mut(data, &target.path)?;
    match (holder, target.spot.step()?) {
        (Value::List(items), Step::Index(at)) if at < items.len() => Some(Arc::make_mut(items).remove(at)),
        (Value::Map(pairs), Step::Key(key)) => {
            let at = pairs.iter().position(|(k, _)| k.same_key(&key))?;
            Some(Arc::make_mut(pairs).remove(at).1)
        }
        _ => None,
    }
}
