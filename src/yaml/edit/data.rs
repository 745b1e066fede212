//! Pointers resolved on a document, and the data that an operation asks for.

use std::sync::Arc;

use super::EditError;
use crate::text::Span;
use crate::yaml::node::{Kind, NodeId, Tree};
use crate::yaml::pointer::is_index;
use crate::yaml::{Document, Pointer, Value, scalar};

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

/// Returns where `pointer` leads in a document that has a root.
pub(super) fn target(document: &Document, pointer: &Pointer) -> Result<Target, EditError> {
    let tree = document.tree().map_err(|e| EditError::NotYaml(e.clone()))?;
    let missing = || EditError::NotFound(pointer.clone());
    let mut node = tree.root().ok_or_else(missing)?;
    let Some((last, head)) = pointer.tokens().split_last() else {
        return Ok(Target { parent: None, path: Vec::new(), spot: Spot::Root });
    };
    let mut path = Vec::new();
    for token in head {
        own(document, tree, node)?;
        match spot(document, tree, node, token).ok_or_else(missing)? {
            Spot::Item(index) => {
                path.push(Step::Index(index));
                node = *tree.children(node).get(index).ok_or_else(missing)?;
            }
            Spot::Pair { index, key } => {
                path.push(Step::Key(key));
                node = tree.children(node)[2 * index + 1];
            }
            Spot::Merged(_) => {
                let reason = format!("'{token}' is brought in by a merge (<<): write the key into this mapping first");
                return Err(refused(reason, tree.span(node)));
            }
            Spot::NewKey(_) | Spot::Root => return Err(missing()),
        }
    }
    own(document, tree, node)?;
    let spot = spot(document, tree, node, last).ok_or_else(missing)?;
    Ok(Target { parent: Some(node), path, spot })
}

/// Refuses to go through an alias: what it stands for is written elsewhere.
fn own(document: &Document, tree: &Tree, node: NodeId) -> Result<(), EditError> {
    if tree.kind(node) == Kind::Alias {
        let name = document.source(node);
        let reason = format!(
            "{name} is an alias: a change here would change every place that uses it; write the value out first"
        );
        return Err(refused(reason, tree.span(node)));
    }
    Ok(())
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
    let found = tree.pairs(node).enumerate().filter(|(_, (key, _))| document.key_is(*key, token)).last();
    if let Some((index, (key, _))) = found {
        return Some(Spot::Pair { index, key: key_value(document, tree, key) });
    }
    let has_merge = tree.pairs(node).any(|(key, _)| document.key_token(key) == "<<");
    if has_merge && let Some((Some(key), _)) = document.child(node, token) {
        return Some(Spot::Merged(key_value(document, tree, key)));
    }
    Some(Spot::NewKey(Value::str(token)))
}

/// Returns what a key is as data.
pub(super) fn key_value(document: &Document, tree: &Tree, key: NodeId) -> Value {
    let key = tree.target(key);
    let text = document.scalar(key);
    match tree.kind(key) {
        Kind::Scalar(crate::yaml::ScalarStyle::Plain) if tree.tag(key).is_none() => match scalar::resolve(text) {
            scalar::ScalarType::Value => Value::str(text),
            kind => scalar::convert(kind, text).unwrap_or_else(|_| Value::str(text)),
        },
        Kind::Scalar(_) if tree.tag(key).is_none() => Value::str(text),
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
