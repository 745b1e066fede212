//! Three readings compared as data: a tree that says what comes from where.

use std::collections::HashMap;
use std::sync::Arc;

use super::order::Orders;
use super::{Change, Choices, DEPTH, EntryName, LIST, MOST_CHANGES, MergeError, Place, Side, Three, Whose};
use crate::config::matching::{Keyed, Matching};
use crate::config::model::{self, Entry};
use crate::yaml::{Document, Pointer, Value, write};

/// Something that is merged.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// One unit: the value of one side, by the change where there is one.
    Leaf { mine: Option<Value>, theirs: Option<Value>, change: Option<usize> },
    /// A map, by its keys.
    Map(Collection),
    /// The entries, and what is there where none is left.
    Entries(Collection, Option<Value>),
}

/// Something that holds others.
#[derive(Clone, Debug, Default)]
pub(super) struct Collection {
    pub(super) children: Vec<Child>,
    orders: Orders,
    /// The change of their order.
    order: Option<usize>,
}

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Child {
    /// Its key in a map; nothing for an entry.
    key: Value,
    /// Its places on both sides.
    pub(super) mine: Option<usize>,
    pub(super) theirs: Option<usize>,
    pub(super) node: Node,
}

impl Node {
    /// Returns the value for these choices, none where it is not there.
    pub(super) fn value(&self, choices: &Choices) -> Option<Value> {
        match self {
            Self::Leaf { mine, theirs, change } => {
                let side = change.and_then(|change| choices.get(change).copied().flatten());
                if side == Some(Side::Mine) { mine.clone() } else { theirs.clone() }
            }
            Self::Map(map) => {
                let pairs = map.arranged(choices).into_iter();
                Some(Value::map(pairs.map(|(at, value)| (map.children[at].key.clone(), value)).collect()))
            }
            Self::Entries(entries, empty) => {
                let items: Vec<Value> = entries.arranged(choices).into_iter().map(|(_, value)| value).collect();
                if items.is_empty() { empty.clone() } else { Some(Value::list(items)) }
            }
        }
    }
}

impl Collection {
    /// Returns the children that are there for these choices, in order, with their values.
    pub(super) fn arranged(&self, choices: &Choices) -> Vec<(usize, Value)> {
        let mut values: Vec<Option<Value>> = self.children.iter().map(|child| child.node.value(choices)).collect();
        let side = self.order.and_then(|change| choices.get(change).copied().flatten());
        let order = self.orders.combined(side == Some(Side::Mine), |at| values[at].is_some());
        order.into_iter().filter_map(|at| Some((at, values[at].take()?))).collect()
    }
}

/// The comparison of three documents.
pub(super) struct Comparison<'d> {
    documents: &'d Three<Arc<Document>>,
    data: Three<Value>,
    changes: Vec<Change>,
    is_too_many: bool,
}

impl<'d> Comparison<'d> {
    pub(super) fn new(documents: &'d Three<Arc<Document>>) -> Self {
        let data = Three {
            base: model::effective(&documents.base),
            mine: model::effective(&documents.mine),
            theirs: model::effective(&documents.theirs),
        };
        Self { documents, data, changes: Vec::new(), is_too_many: false }
    }

    pub(super) fn run(mut self) -> Result<(Node, Vec<Change>), MergeError> {
        let Three { base, mine, theirs } = self.data.clone();
        let root = self.value(&Place::default(), Three { base: Some(&base), mine: Some(&mine), theirs: Some(&theirs) });
        if self.is_too_many { Err(MergeError::TooMany) } else { Ok((root, self.changes)) }
    }

    /// Records a change and returns its number.
    fn record(&mut self, place: Place, values: Three<Option<Value>>, whose: Whose) -> usize {
        self.is_too_many |= self.changes.len() >= MOST_CHANGES;
        self.changes.push(Change { place, values, whose });
        self.changes.len() - 1
    }

    fn value(&mut self, place: &Place, values: Three<Option<&Value>>) -> Node {
        let same = |a: Option<&Value>, b: Option<&Value>| match (a, b) {
            (Some(a), Some(b)) => a.same(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        let alike = same(values.mine, values.theirs);
        let was_map = matches!(values.base, Some(Value::Map(_))) && !same(values.mine, values.base);
        if let (Some(Value::Map(mine)), Some(Value::Map(theirs))) = (values.mine, values.theirs)
            && (was_map || !alike)
            && !self.is_too_many
            && place.below.tokens().len() < DEPTH
        {
            let base: &[(Value, Value)] = values.base.and_then(Value::as_map).unwrap_or_default();
            return Node::Map(self.map(place, Three { base, mine, theirs }));
        }
        let whose = match (alike, same(values.mine, values.base), same(values.theirs, values.base)) {
            (true, true, _) => None,
            (true, false, _) => Some(Whose::Both),
            (false, true, _) => Some(Whose::Theirs),
            (false, _, true) => Some(Whose::Mine),
            (false, false, false) => Some(Whose::Conflict),
        };
        let owned = Three { base: values.base.cloned(), mine: values.mine.cloned(), theirs: values.theirs.cloned() };
        let (mine, theirs) = (owned.mine.clone(), owned.theirs.clone());
        let change = whose.map(|whose| self.record(place.clone(), owned, whose));
        Node::Leaf { mine, theirs, change }
    }

    fn map(&mut self, place: &Place, pairs: Three<&[(Value, Value)]>) -> Collection {
        let mut keys = Keys::default();
        let mut ids = |pairs: &[(Value, Value)]| -> Vec<usize> { pairs.iter().map(|(key, _)| keys.id(key)).collect() };
        let (theirs, mine, base) = (ids(pairs.theirs), ids(pairs.mine), ids(pairs.base));
        let count = keys.all.len();
        let at = Three { base: places(&base, count), mine: places(&mine, count), theirs: places(&theirs, count) };
        let is_root = place.entry.is_none() && place.below.is_root();
        let mut nodes: Vec<Option<Node>> = vec![None; count];
        let orders = Orders { mine, theirs };
        for id in in_turn(&orders, count) {
            let key = &keys.all[id];
            let values = Three {
                base: at.base[id].map(|at| &pairs.base[at].1),
                mine: at.mine[id].map(|at| &pairs.mine[at].1),
                theirs: at.theirs[id].map(|at| &pairs.theirs[at].1),
            };
            nodes[id] = Some(if is_root && key.as_str() == Some(LIST) {
                self.list(values)
            } else {
                let below = place.below.join(name(key));
                self.value(&Place { below, ..place.clone() }, values)
            });
        }
        let order = self.order(place, &base, &orders, |id| keys.all[id].clone());
        let child = |(id, node): (usize, Option<Node>)| Child {
            key: keys.all[id].clone(),
            mine: at.mine[id],
            theirs: at.theirs[id],
            node: node.expect("every key has its turn"),
        };
        let children = nodes.into_iter().enumerate().map(child).collect();
        Collection { children, orders, order }
    }

    /// Records a changed order.
    fn order(
        &mut self,
        place: &Place,
        base: &[usize],
        orders: &Orders,
        called: impl Fn(usize) -> Value,
    ) -> Option<usize> {
        let moved = orders.moved(base);
        let whose = match (moved.by_me, moved.by_them) {
            (false, false) => return None,
            (true, false) => Whose::Mine,
            (false, true) => Whose::Theirs,
            (true, true) if moved.alike => Whose::Both,
            (true, true) => Whose::Conflict,
        };
        let names = |ids: &[usize]| Some(Value::list(ids.iter().map(|id| called(*id)).collect()));
        let values = Three { base: names(base), mine: names(&orders.mine), theirs: names(&orders.theirs) };
        Some(self.record(Place { is_order: true, ..place.clone() }, values, whose))
    }

    fn list(&mut self, values: Three<Option<&Value>>) -> Node {
        let items = |value: Option<&Value>| value.and_then(Value::as_list).map_or_else(Vec::new, <[Value]>::to_vec);
        let lists = Three { base: items(values.base), mine: items(values.mine), theirs: items(values.theirs) };
        if lists.base.is_empty() && lists.mine.is_empty() && lists.theirs.is_empty() {
            return self.value(&Place { below: Pointer::from_tokens([LIST]), ..Place::default() }, values);
        }
        // An empty list is written as on the side that has none.
        let empty = if lists.theirs.is_empty() {
            values.theirs.cloned()
        } else if lists.mine.is_empty() {
            values.mine.cloned()
        } else {
            Some(Value::list(Vec::new()))
        };
        Node::Entries(self.entries(&lists), empty)
    }

    fn entries(&mut self, lists: &Three<Vec<Value>>) -> Collection {
        let known = Three {
            base: model::entries(&self.documents.base),
            mine: model::entries(&self.documents.mine),
            theirs: model::entries(&self.documents.theirs),
        };
        let slots = slots(self.documents, &known, lists);
        let ids = |side: fn(&Three<Option<usize>>) -> Option<usize>| -> Vec<usize> {
            let mut ids: Vec<usize> = (0..slots.len()).filter(|id| side(&slots[*id]).is_some()).collect();
            ids.sort_by_key(|id| side(&slots[*id]));
            ids
        };
        let base = ids(|slot| slot.base);
        let orders = Orders { mine: ids(|slot| slot.mine), theirs: ids(|slot| slot.theirs) };
        let class = |slot: &Three<Option<usize>>| {
            let of = |entries: &[Entry], at: Option<usize>| at.and_then(|at| entries.get(at)?.class.clone());
            of(&known.mine, slot.mine).or_else(|| of(&known.theirs, slot.theirs)).or_else(|| of(&known.base, slot.base))
        };
        let mut nodes: Vec<Option<Node>> = vec![None; slots.len()];
        for id in in_turn(&orders, slots.len()) {
            let slot = &slots[id];
            let place = Place { entry: Some(EntryName { class: class(slot), index: *slot }), ..Place::default() };
            let values = Three {
                base: slot.base.and_then(|at| lists.base.get(at)),
                mine: slot.mine.and_then(|at| lists.mine.get(at)),
                theirs: slot.theirs.and_then(|at| lists.theirs.get(at)),
            };
            nodes[id] = Some(self.value(&place, values));
        }
        let place = Place { below: Pointer::from_tokens([LIST]), ..Place::default() };
        let order = self.order(&place, &base, &orders, |id| class(&slots[id]).map_or(Value::Null, Value::str));
        let child = |(slot, node): (&Three<Option<usize>>, Option<Node>)| Child {
            key: Value::Null,
            mine: slot.mine,
            theirs: slot.theirs,
            node: node.expect("every entry has its turn"),
        };
        Collection { children: slots.iter().zip(nodes).map(child).collect(), orders, order }
    }
}

/// Finds which entries are one: those of each side and the common one, then those that both added.
fn slots(
    documents: &Three<Arc<Document>>,
    known: &Three<Vec<Entry>>,
    lists: &Three<Vec<Value>>,
) -> Vec<Three<Option<usize>>> {
    let base = Keyed::all(Some(&documents.base), &known.base);
    let mine = Keyed::all(Some(&documents.mine), &known.mine);
    let theirs = Keyed::all(Some(&documents.theirs), &known.theirs);
    let of_mine = Matching::of(&base, &mine, |old, new| is_renamed(&lists.base[old], &lists.mine[new]));
    let of_theirs = Matching::of(&base, &theirs, |old, new| is_renamed(&lists.base[old], &lists.theirs[new]));
    let mut slots: Vec<Three<Option<usize>>> =
        (0..base.len()).map(|at| Three { base: Some(at), mine: None, theirs: None }).collect();
    let added = |origins: &[Option<usize>]| -> Vec<usize> {
        origins.iter().enumerate().filter(|(_, origin)| origin.is_none()).map(|(at, _)| at).collect()
    };
    for (at, origin) in of_mine.origins.iter().enumerate() {
        if let Some(origin) = origin {
            slots[*origin].mine = Some(at);
        }
    }
    for (at, origin) in of_theirs.origins.iter().enumerate() {
        if let Some(origin) = origin {
            slots[*origin].theirs = Some(at);
        }
    }
    let (my_new, their_new) = (added(&of_mine.origins), added(&of_theirs.origins));
    let my_keys: Vec<Keyed<'_>> = my_new.iter().map(|at| mine[*at]).collect();
    let their_keys: Vec<Keyed<'_>> = their_new.iter().map(|at| theirs[*at]).collect();
    let both = Matching::of(&their_keys, &my_keys, |_, _| false);
    let twin = |at: usize| both.origins[at].map(|twin| their_new[twin]);
    slots.extend(my_new.iter().enumerate().map(|(at, new)| Three { base: None, mine: Some(*new), theirs: twin(at) }));
    slots.extend(both.removed.iter().map(|at| Three { base: None, mine: None, theirs: Some(their_new[*at]) }));
    slots
}

/// Tells whether two entries are the same but for their class.
fn is_renamed(old: &Value, new: &Value) -> bool {
    let rest = |value: &Value| -> Option<Vec<(Value, Value)>> {
        let pairs = value.as_map()?.iter().filter(|(key, _)| key.as_str() != Some("class"));
        Some(pairs.cloned().collect())
    };
    match (rest(old), rest(new)) {
        (Some(old), Some(new)) => !old.is_empty() && Value::map(old).same(&Value::map(new)),
        _ => false,
    }
}

/// Returns all numbers in the order in which changes are told: by place, what is gone at the end.
fn in_turn(orders: &Orders, count: usize) -> Vec<usize> {
    let mut turn = orders.combined(false, |_| true);
    let mut told = vec![false; count];
    for id in &turn {
        told[*id] = true;
    }
    turn.extend((0..count).filter(|id| !told[*id]));
    turn
}

/// Returns for each number where it stands.
fn places(ids: &[usize], count: usize) -> Vec<Option<usize>> {
    let mut places = vec![None; count];
    ids.iter().enumerate().for_each(|(at, id)| places[*id] = Some(at));
    places
}

/// Returns how a pointer names a key.
fn name(key: &Value) -> String {
    key.as_str().map_or_else(|| write::flow(key).unwrap_or_default(), str::to_owned)
}

/// Numbers for the keys of three maps.
#[derive(Default)]
struct Keys {
    all: Vec<Value>,
    by_text: HashMap<Arc<str>, usize>,
    others: Vec<usize>,
}

impl Keys {
    fn id(&mut self, key: &Value) -> usize {
        let next = self.all.len();
        let id = if let Value::Str(text) = key {
            *self.by_text.entry(text.clone()).or_insert(next)
        } else {
            let known = self.others.iter().copied().find(|id| self.all[*id].same_key(key));
            known.unwrap_or_else(|| {
                self.others.push(next);
                next
            })
        };
        if id == next {
            self.all.push(key.clone());
        }
        id
    }
}
