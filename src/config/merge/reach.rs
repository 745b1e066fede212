//! From a text to one with other data, by edits that leave the rest alone.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::order::staying;
use super::{DEPTH, LIST, MergeError};
use crate::config::matching::Matching;
use crate::config::model;
use crate::yaml::edit::{self, Action, EditError, NewValue, PatchOp, Piece, Sharing, Written};
use crate::yaml::{Document, Pointer, Value};

/// Where an entry comes from: its places on both sides.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Origin {
    pub(super) mine: Option<usize>,
    pub(super) theirs: Option<usize>,
}

/// What is wanted, and the texts that it may be taken from as it is written there.
pub(super) struct Goal<'d> {
    pub(super) data: Value,
    pub(super) origins: Vec<Origin>,
    pub(super) mine: &'d Document,
    pub(super) theirs: &'d Document,
}

/// Returns a document with the wanted data.
pub(super) fn reach(start: &Arc<Document>, goal: &Goal<'_>) -> Result<Arc<Document>, MergeError> {
    let is_there = |document: &Document| document.error().is_none() && model::effective(document).same(&goal.data);
    if is_there(start) {
        return Ok(start.clone());
    }
    let mut way = Way { now: start.clone(), goal };
    way.make_root()?;
    let sources = [goal.mine, goal.theirs].map(|document| {
        let value = model::effective(document);
        Source { document, at: Pointer::root(), value }
    });
    way.map(&Pointer::root(), &goal.data, &sources)?;
    if is_there(&way.now) { Ok(way.now) } else { Err(MergeError::NotProved) }
}

/// A value as it is written in one of the texts.
#[derive(Clone)]
struct Source<'d> {
    document: &'d Document,
    at: Pointer,
    value: Value,
}

impl<'d> Source<'d> {
    fn child(&self, key: &Value) -> Option<Self> {
        let value = value_of(&self.value, key)?.clone();
        Some(Self { document: self.document, at: self.at.join(token(self.document, &self.at, key)?), value })
    }

    fn entry(document: &'d Document, index: Option<usize>) -> Option<Self> {
        let index = index?;
        let value = document.data().ok()?.get(LIST)?.as_list()?.get(index)?.clone();
        Some(Self { document, at: Pointer::from_tokens([LIST]).join(index), value })
    }

    /// Returns the value with the spelling that it has here, where that is one line of its own.
    fn written(&self) -> NewValue {
        // What may share something with another place is written afresh.
        let is_own = |source: &&str| !source.is_empty() && !source.contains(['\n', '\r', '&', '*', '#']);
        let node = self.document.find(&self.at);
        let source = node.map(|node| self.document.source(node)).filter(is_own).map(str::to_owned);
        NewValue { value: self.value.clone(), written: source.map(Written::Source) }
    }
}

/// The text so far.
struct Way<'g, 'd> {
    now: Arc<Document>,
    goal: &'g Goal<'d>,
}

impl<'d> Way<'_, 'd> {
    fn take(&mut self, action: Action) -> Result<(), EditError> {
        self.now = edit::run(&self.now, &[action], Sharing::WriteOut)?.document;
        Ok(())
    }

    fn patch(&mut self, op: PatchOp) -> Result<(), EditError> {
        self.take(Action::Patch(op))
    }

    /// A root that SkyPilot reads as "no configuration" takes no keys.
    fn make_root(&mut self) -> Result<(), EditError> {
        let is_written = |document: &Document| {
            document.tree().is_ok_and(|tree| tree.root().is_some_and(|root| !tree.span(root).is_empty()))
        };
        let is_map = self.now.data().is_ok_and(|data| data.as_map().is_some());
        if is_map || !is_written(&self.now) {
            return Ok(());
        }
        self.patch(PatchOp::Replace { path: Pointer::root(), value: NewValue::of(Value::map(Vec::new())) })
    }

    /// Returns what is at a place now; nothing where the text has no data there.
    fn value(&self, at: &Pointer) -> Option<Value> {
        let data = model::effective(&self.now);
        let mut here = Pointer::root();
        let mut value = &data;
        for step in at.tokens() {
            value = match value {
                Value::List(items) => items.get(step.parse::<usize>().ok()?)?,
                Value::Map(pairs) => {
                    let is_it = |key: &Value| match key.as_str() {
                        Some(text) => text == step,
                        None => token(&self.now, &here, key).is_some_and(|name| name == *step),
                    };
                    &pairs.iter().find(|(key, _)| is_it(key))?.1
                }
                _ => return None,
            };
            here = here.join(step);
        }
        Some(value.clone())
    }

    fn pairs(&self, at: &Pointer) -> Vec<(Value, Value)> {
        self.value(at).and_then(|value| value.as_map().map(<[_]>::to_vec)).unwrap_or_default()
    }

    /// Makes a map what it should be: key by key, else as a whole.
    fn map(&mut self, at: &Pointer, want: &Value, sources: &[Source<'_>]) -> Result<(), EditError> {
        let before = self.now.clone();
        let outcome = self.map_by_keys(at, want, sources);
        if outcome.is_ok() && self.value(at).is_some_and(|value| value.same(want)) {
            return Ok(());
        }
        if at.is_root() {
            return outcome;
        }
        self.now = before;
        self.patch(PatchOp::Replace { path: at.clone(), value: NewValue::of(want.clone()) })
    }

    fn map_by_keys(&mut self, at: &Pointer, want: &Value, sources: &[Source<'_>]) -> Result<(), EditError> {
        let want = want.as_map().unwrap_or_default();
        for (key, _) in self.pairs(at).iter().filter(|(key, _)| !want.iter().any(|(wanted, _)| wanted.same(key))) {
            let path = self.place(at, key)?;
            self.patch(PatchOp::Remove { path })?;
        }
        for (index, (key, value)) in want.iter().enumerate() {
            let below: Vec<Source<'_>> = sources.iter().filter_map(|source| source.child(key)).collect();
            match value_of(&Value::map(self.pairs(at)), key).cloned() {
                Some(had) if had.same(value) => {}
                Some(had) => self.change(&self.place(at, key)?, &had, value, &below)?,
                None => self.add(at, index, (key, value), &below)?,
            }
        }
        self.order_keys(at, want)
    }

    /// Gives a key another value.
    fn change(&mut self, path: &Pointer, had: &Value, value: &Value, sources: &[Source<'_>]) -> Result<(), EditError> {
        let is_list = is_list(path, value);
        match (had, value) {
            (Value::List(_), Value::List(_)) if is_list => self.entries(value),
            (Value::Map(_), Value::Map(_)) if path.tokens().len() < DEPTH => self.map(path, value, sources),
            _ if is_list => {
                let empty = NewValue::of(Value::list(Vec::new()));
                self.patch(PatchOp::Replace { path: path.clone(), value: empty })?;
                self.entries(value)
            }
            _ => self.patch(PatchOp::Replace { path: path.clone(), value: as_written(value, sources) }),
        }
    }

    /// Adds a key that is not there.
    fn add(
        &mut self,
        at: &Pointer,
        index: usize,
        (key, value): (&Value, &Value),
        sources: &[Source<'_>],
    ) -> Result<(), EditError> {
        // A key that is no string has no pointer before it is there: the map is then written as a whole.
        let path = at.join(key.as_str().ok_or_else(|| EditError::NotFound(at.clone()))?);
        if let Some(source) = sources.iter().find(|source| source.value.same(value)) {
            let piece = Piece::capture(source.document, &source.at)?;
            return self.take(Action::InsertPiece { path, index: Some(index), piece });
        }
        if is_list(&path, value) {
            let empty = NewValue::of(Value::list(Vec::new()));
            self.take(Action::InsertKey { path, index, value: empty })?;
            return self.entries(value);
        }
        self.take(Action::InsertKey { path, index, value: NewValue::of(value.clone()) })
    }

    fn order_keys(&mut self, at: &Pointer, want: &[(Value, Value)]) -> Result<(), EditError> {
        let rank = |key: &Value| want.iter().position(|(wanted, _)| wanted.same(key)).unwrap_or(usize::MAX);
        let mut ranks: Vec<usize> = self.pairs(at).iter().map(|(key, _)| rank(key)).collect();
        let stays = staying(&ranks);
        for (number, (key, _)) in want.iter().enumerate() {
            let Some(from) = ranks.iter().position(|rank| *rank == number) else { continue };
            if stays.contains(&number) {
                continue;
            }
            ranks.remove(from);
            let to = behind(&ranks, number);
            ranks.insert(to, number);
            let path = self.place(at, key)?;
            self.take(Action::MoveKey { path, to })?;
        }
        Ok(())
    }

    /// Returns the pointer to what a map holds under a key.
    fn place(&self, at: &Pointer, key: &Value) -> Result<Pointer, EditError> {
        token(&self.now, at, key).map(|token| at.join(token)).ok_or_else(|| EditError::NotFound(at.clone()))
    }

    /// Makes the list of entries what it should be.
    fn entries(&mut self, want: &Value) -> Result<(), EditError> {
        let list = Pointer::from_tokens([LIST]);
        let want = want.as_list().unwrap_or_default();
        let mut ids = self.identified(want.len());
        for at in (0..ids.len()).rev().filter(|at| ids[*at].is_none()).collect::<Vec<_>>() {
            self.patch(PatchOp::Remove { path: list.join(at) })?;
            ids.remove(at);
        }
        let mut ids: Vec<usize> = ids.into_iter().flatten().collect();
        let stays: HashSet<usize> = staying(&ids);
        for (number, value) in want.iter().enumerate() {
            if stays.contains(&number) {
                continue;
            }
            if let Some(from) = ids.iter().position(|id| *id == number) {
                ids.remove(from);
                let to = behind(&ids, number);
                ids.insert(to, number);
                self.patch(PatchOp::Move { from: list.join(from), path: list.join(to) })?;
            } else {
                let to = behind(&ids, number);
                ids.insert(to, number);
                self.insert(&list.join(to), value, &self.sources(number))?;
            }
        }
        for (number, value) in want.iter().enumerate() {
            let path = list.join(number);
            match (self.value(&path), value) {
                (Some(had), value) if had.same(value) => {}
                (Some(Value::Map(_)), Value::Map(_)) => self.map(&path, value, &self.sources(number))?,
                _ => {
                    let value = as_written(value, &self.sources(number));
                    self.patch(PatchOp::Replace { path, value })?;
                }
            }
        }
        Ok(())
    }

    /// Puts an entry at a place, as one side has written it; what differs is left for later.
    fn insert(&mut self, path: &Pointer, value: &Value, sources: &[Source<'_>]) -> Result<(), EditError> {
        let source = sources.iter().find(|source| source.value.same(value)).or_else(|| sources.first());
        match source {
            Some(source) => {
                let piece = Piece::capture(source.document, &source.at)?;
                self.take(Action::InsertPiece { path: path.clone(), index: None, piece })
            }
            None => self.patch(PatchOp::Add { path: path.clone(), value: NewValue::of(value.clone()) }),
        }
    }

    /// Returns a wanted entry as both sides have it.
    fn sources(&self, number: usize) -> Vec<Source<'d>> {
        let Origin { mine, theirs } = self.goal.origins.get(number).copied().unwrap_or_default();
        let both = [Source::entry(self.goal.mine, mine), Source::entry(self.goal.theirs, theirs)];
        both.into_iter().flatten().collect()
    }

    /// Returns for each entry now which one of the wanted it is.
    fn identified(&self, count: usize) -> Vec<Option<usize>> {
        let (mut by_mine, mut by_theirs) = (HashMap::new(), HashMap::new());
        for (number, origin) in self.goal.origins.iter().enumerate().take(count) {
            by_mine.extend(origin.mine.map(|at| (at, number)));
            by_theirs.extend(origin.theirs.map(|at| (at, number)));
        }
        let mine = Matching::of_documents(self.goal.mine, &self.now).origins;
        let theirs = Matching::of_documents(self.goal.theirs, &self.now).origins;
        let mut taken = HashSet::new();
        let mut ids: Vec<Option<usize>> = theirs
            .iter()
            .map(|at| at.and_then(|at| by_theirs.get(&at).copied()).filter(|id| taken.insert(*id)))
            .collect();
        for (at, id) in ids.iter_mut().enumerate().filter(|(_, id)| id.is_none()) {
            let number = mine[at].and_then(|at| by_mine.get(&at).copied());
            *id = number.filter(|number| taken.insert(*number));
        }
        ids
    }
}

/// Tells whether this is the list of entries.
fn is_list(path: &Pointer, value: &Value) -> bool {
    *path.tokens() == [LIST] && value.as_list().is_some()
}

/// Returns the place behind all smaller numbers.
fn behind(numbers: &[usize], number: usize) -> usize {
    number.checked_sub(1).and_then(|before| numbers.iter().position(|one| *one == before)).map_or(0, |at| at + 1)
}

/// Returns a value as one of the sides has spelled it.
fn as_written(value: &Value, sources: &[Source<'_>]) -> NewValue {
    let source = sources.iter().find(|source| source.value.same(value));
    source.map_or_else(|| NewValue::of(value.clone()), Source::written)
}

fn value_of<'v>(map: &'v Value, key: &Value) -> Option<&'v Value> {
    map.as_map()?.iter().find(|(known, _)| known.same(key)).map(|(_, value)| value)
}

/// Returns how a pointer names a key of the map at `holder`.
fn token(document: &Document, holder: &Pointer, key: &Value) -> Option<String> {
    if let Some(text) = key.as_str() {
        return Some(text.to_owned());
    }
    let tree = document.tree().ok()?;
    let map = tree.target(document.find(holder)?);
    let is_it = |name: &&str| Document::parse(*name).data().is_ok_and(|data| data.same_key(key));
    tree.is_mapping(map)
        .then(|| tree.pairs(map).map(|(key, _)| document.key_token(key)).find(is_it).map(str::to_owned))
        .flatten()
}
