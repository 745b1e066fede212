//! The names of a module or a class while its statements are followed.
//!
//! Branches write to layers of their own, which are joined at their end: the
//! cost is that of what they bind, not of all names there are.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::value::Value;

/// What branches did to names: none for a name that was deleted.
pub(super) type Layer = BTreeMap<Rc<str>, Slot>;

/// A name's value, and when it got it.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    value: Option<Value>,
    at: usize,
}

/// The names of one module or class.
#[derive(Debug)]
pub(super) struct Scope {
    layers: Vec<Layer>,
    clock: usize,
    /// What was bound before may have been bound again since, out of sight.
    escaped: usize,
    /// Whether there may be names that no statement shows.
    pub(super) open: bool,
}

impl Default for Scope {
    fn default() -> Self {
        Self { layers: vec![Layer::new()], clock: 1, escaped: 0, open: false }
    }
}

impl Scope {
    /// Looks a name up; none where it is not bound, unless the scope is open.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        let slot = self.layers.iter().rev().find_map(|layer| layer.get(name))?;
        let sure = slot.at > self.escaped;
        match &slot.value {
            Some(value) if sure => Some(value.clone()),
            Some(value) => Some(Value::either([value.clone()], true)),
            None if sure => None,
            None => Some(Value::unknown()),
        }
    }

    /// Binds a name, or deletes it.
    pub(super) fn set(&mut self, name: Rc<str>, value: Option<Value>) {
        self.clock += 1;
        let slot = Slot { value, at: self.clock };
        if let Some(layer) = self.layers.last_mut() {
            layer.insert(name, slot);
        }
    }

    /// Notes that any name may have been bound out of sight.
    pub(super) fn escape(&mut self) {
        self.escaped = self.clock;
        self.open = true;
    }

    /// Begins a branch.
    pub(super) fn begin(&mut self) {
        self.layers.push(Layer::new());
    }

    /// Ends a branch; returns what it did.
    pub(super) fn end(&mut self) -> Layer {
        if self.layers.len() > 1 { self.layers.pop().unwrap_or_default() } else { Layer::new() }
    }

    /// Does what a branch did.
    pub(super) fn apply(&mut self, layer: Layer) {
        if let Some(top) = self.layers.last_mut() {
            top.extend(layer);
        }
    }

    /// Does what one of several branches did, nobody knows which.
    pub(super) fn join(&mut self, branches: Vec<Layer>) {
        let count = branches.len();
        let mut all: BTreeMap<Rc<str>, Vec<Option<Value>>> = BTreeMap::new();
        for (name, slot) in branches.into_iter().flatten() {
            let value = if slot.at > self.escaped { slot.value } else { Some(Value::either(slot.value, true)) };
            all.entry(name).or_default().push(value);
        }
        for (name, mut values) in all {
            if values.len() < count {
                values.push(self.get(&name));
            }
            let absent = values.iter().any(Option::is_none);
            if values.iter().all(Option::is_none) {
                self.set(name, None);
            } else {
                self.set(name, Some(Value::either(values.into_iter().flatten(), absent)));
            }
        }
    }

    /// Tells whether no branch is open.
    pub(super) fn is_plain(&self) -> bool {
        self.layers.len() == 1
    }

    /// Returns all names that are bound at the end.
    pub(super) fn names(&self) -> BTreeMap<Rc<str>, Value> {
        let all = self.layers.first().into_iter().flat_map(BTreeMap::keys);
        all.filter_map(|name| Some((name.clone(), self.get(name)?))).collect()
    }
}
