//! Names and order: a key renamed in its place, items and keys moved among
//! their siblings.

use std::sync::Arc;

use super::data::{self, Spot, refused};
use super::share::Shared;
use super::{EditError, Editor, Plan};
use crate::text::Splice;
use crate::yaml::node::Kind;
use crate::yaml::write::{self, Key};
use crate::yaml::{Pointer, ScalarStyle, Value};

impl Editor<'_> {
    /// Plans to give a key another name, where the move is within its mapping.
    pub(super) fn rename(&self, from: &Pointer, path: &Pointer) -> Result<Option<Plan>, EditError> {
        let (Some((parent, _)), Some((other, name))) = (from.split_last(), path.split_last()) else { return Ok(None) };
        if parent != other {
            return Ok(None);
        }
        let target = data::target(self.document, from)?;
        let there = data::target(self.document, path)?;
        let (Spot::Pair { index, key }, Some(mapping)) = (&target.spot, target.parent) else { return Ok(None) };
        if !matches!(there.spot, Spot::NewKey(_)) {
            return Ok(None);
        }
        if self.is_merged(mapping, key) {
            return Err(Shared::merge(self.document, mapping));
        }
        let node = self.tree.children(mapping)[2 * index];
        if self.equal_keys(mapping, key).len() > 1 {
            return Err(refused("the key occurs twice in its mapping: remove one of them first", self.tree.span(node)));
        }
        let mut wanted = self.data.clone();
        let pairs = data::get_mut(&mut wanted, &target.path);
        let Some(Value::Map(pairs)) = pairs else { return Err(EditError::NotFound(from.clone())) };
        for pair in Arc::make_mut(pairs).iter_mut().filter(|(k, _)| k.same_key(key)) {
            pair.0 = Value::str(name);
        }
        let place = match self.tree.kind(node) {
            Kind::Alias => self.tree.span(node),
            _ => self.tree.body(node),
        };
        let double = write::double_quoted(name);
        let first = match self.tree.kind(node) {
            Kind::Scalar(ScalarStyle::DoubleQuoted) => double.clone(),
            Kind::Scalar(ScalarStyle::SingleQuoted) => write::single_quoted(name).unwrap_or_else(|| double.clone()),
            _ => Key::of(&Value::str(name), self.tree.is_flow(mapping)).map_or_else(|_| double.clone(), |k| k.source),
        };
        let ways = [first, double].into_iter().map(|source| vec![Splice::new(place, source)]).collect();
        Ok(Some(Plan { wanted, ways, problem: self.problem(node) }))
    }

    /// Plans to move an item within its list.
    pub(super) fn reorder(&self, from: &Pointer, path: &Pointer) -> Result<Option<Plan>, EditError> {
        let (Some((list, _)), Some((other, token))) = (from.split_last(), path.split_last()) else { return Ok(None) };
        let target = data::target(self.document, from)?;
        let (Spot::Item(index), Some(sequence)) = (&target.spot, target.parent) else { return Ok(None) };
        if list != other || self.tree.is_flow(sequence) {
            return Ok(None);
        }
        let end = self.tree.children(sequence).len() - 1;
        let to = if token == "-" { end } else { token.parse().unwrap_or(usize::MAX) };
        if to > end {
            return Err(EditError::NotFound(path.clone()));
        }
        let mut wanted = self.data.clone();
        let Some(Value::List(items)) = data::get_mut(&mut wanted, &target.path) else { return Ok(None) };
        let items = Arc::make_mut(items);
        let moved = items.remove(*index);
        items.insert(to, moved);
        let Some(ways) = self.reorder_block(sequence, *index, to) else { return Ok(None) };
        Ok(Some(Plan { wanted, ways, problem: self.problem(sequence) }))
    }

    /// Plans to move a pair within its mapping, none where it is there already.
    pub(super) fn reorder_key(&self, path: &Pointer, to: usize) -> Result<Option<Plan>, EditError> {
        let target = data::target(self.document, path)?;
        let (Spot::Pair { index, .. }, Some(mapping)) = (&target.spot, target.parent) else {
            return Err(EditError::NotFound(path.clone()));
        };
        let mut wanted = self.data.clone();
        let Some(Value::Map(pairs)) = data::get_mut(&mut wanted, &target.path) else {
            return Err(EditError::NotFound(path.clone()));
        };
        let count = self.tree.pairs(mapping).len();
        if pairs.len() != count {
            if !self.merges(mapping).is_empty() {
                return Err(Shared::merge(self.document, mapping));
            }
            let reason = "a key occurs twice in the mapping: remove one of them first";
            return Err(refused(reason, self.tree.span(mapping)));
        }
        if to >= count {
            return Err(EditError::NotFound(path.clone()));
        }
        if to == *index {
            return Ok(None);
        }
        let pairs = Arc::make_mut(pairs);
        let moved = pairs.remove(*index);
        pairs.insert(to, moved);
        let ways = if self.tree.is_flow(mapping) { None } else { self.reorder_block(mapping, *index, to) };
        Ok(Some(Plan { wanted, ways: ways.unwrap_or_default(), problem: self.problem(mapping) }))
    }
}
