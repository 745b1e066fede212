//! What a check need not look at again: the entries of an edited list that are as they were.
//!
//! An edit of one entry leaves the others' bytes alone. Those of which nothing was told are
//! passed over; an entry with a problem is looked at anew, since its place is in what is told.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use super::refusal::MOST_OF_A_KIND;
use super::{Diagnostic, Status, Verdict};
use crate::config::{Content, model};
use crate::yaml::{Document, NodeId, Tree};

/// What is known of the entries of a list by their text alone, in their order; empty where nothing is.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Vec<Mark>);

#[derive(Clone, Copy, Debug)]
struct Mark {
    /// A digest of its class path, 0 where it has none.
    class: u64,
    /// Whether there was nothing to tell of it.
    is_quiet: bool,
}

impl Known {
    /// Tells whether an entry is known to have no problem of its own.
    pub(super) fn is_quiet(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(|mark| mark.is_quiet)
    }

    /// Returns what is known of the entries of a text that was judged.
    pub(super) fn of(content: &Content, verdict: &Verdict, found: &[Diagnostic], carried: Self) -> Self {
        // Of so many problems not all are told.
        let Content::Text(document) = content else { return Self::default() };
        if verdict.status != Status::Ok || found.len() >= MOST_OF_A_KIND {
            return Self::default();
        }
        let mut known = if carried.0.is_empty() {
            Self(
                model::rows(document).map(|row| Mark { class: digest(row.class.as_deref()), is_quiet: true }).collect(),
            )
        } else {
            carried
        };
        known.0.iter_mut().for_each(|mark| mark.is_quiet = true);
        for index in found.iter().filter_map(Diagnostic::entry) {
            if let Some(mark) = known.0.get_mut(index) {
                mark.is_quiet = false;
            }
        }
        known
    }

    /// Returns what still holds of it for a text that was made of the one that was judged.
    pub(super) fn carried(&self, old: &Content, new: &Content) -> Self {
        let (Content::Text(old), Content::Text(new)) = (old, new) else { return Self::default() };
        let Some(origins) = origins(old, new, self.0.len()) else { return Self::default() };
        let mut marks: Vec<Mark> = Vec::with_capacity(origins.count);
        let mut anew = HashSet::new();
        for index in 0..origins.count {
            let mark = origins.of(index).map_or_else(
                || Mark {
                    class: digest(model::row_at(new, index).and_then(|row| row.class).as_deref()),
                    is_quiet: false,
                },
                |old| self.0[old],
            );
            if !mark.is_quiet && mark.class != 0 {
                anew.insert(mark.class);
            }
            marks.push(mark);
        }
        // Two entries with the same class are told of each other.
        marks.iter_mut().filter(|mark| anew.contains(&mark.class)).for_each(|mark| mark.is_quiet = false);
        Self(marks)
    }

    /// Returns the nodes of a document but for those of quiet entries.
    pub(super) fn nodes(&self, document: &Document, tree: &Tree) -> impl Iterator<Item = NodeId> + use<> {
        let items = model::list(document).filter(|_| !self.0.is_empty()).map_or(&[][..], |(_, items)| items);
        let mut ranges = Vec::new();
        let mut from = 0;
        // The nodes of an entry lie behind those of the one before it.
        for (index, pair) in items.windows(2).enumerate() {
            if self.is_quiet(index + 1) {
                let (before, last) = (pair[0].index(), pair[1].index());
                if from <= before {
                    ranges.push(from..before + 1);
                }
                from = last + 1;
            }
        }
        ranges.push(from..tree.len());
        ranges.into_iter().flat_map(Tree::ids_in)
    }
}

/// Where the entries of a list were in the one that it was made of.
pub(super) struct Origins {
    kept: Option<crate::yaml::Kept>,
    /// How many entries there are now.
    pub(super) count: usize,
    old_count: usize,
}

impl Origins {
    pub(super) fn of(&self, index: usize) -> Option<usize> {
        match &self.kept {
            Some(kept) => kept.old(index, self.count, self.old_count),
            None => Some(index),
        }
    }
}

/// Returns where the entries of a list were in another one, of whose `known` entries something is known.
pub(super) fn origins(old: &Arc<Document>, new: &Arc<Document>, known: usize) -> Option<Origins> {
    let (list, items) = model::list(new)?;
    let (_, old_items) = model::list(old).filter(|(_, items)| items.len() == known && known > 0)?;
    let kept = if Arc::ptr_eq(old, new) { None } else { Some(new.kept_of(old, list)?.clone()) };
    Some(Origins { kept, count: items.len(), old_count: old_items.len() })
}

fn digest(class: Option<&str>) -> u64 {
    class.map_or(0, |class| {
        let mut digest = DefaultHasher::new();
        class.hash(&mut digest);
        digest.finish()
    })
}
