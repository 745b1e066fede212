//! Which changes of the data the lines are of that differ in two texts.

use std::ops::Range;

use similar::DiffOp;

use crate::config::merge::Change;
use crate::config::model;
use crate::text::Span;
use crate::yaml::{Document, Pointer};

/// For the lines of a place that differs, the changes that each is of.
#[derive(Clone, Debug)]
pub(super) struct Owned {
    pub(super) old: Vec<Vec<usize>>,
    pub(super) new: Vec<Vec<usize>>,
}

/// Both texts with their lines, and what changed between them.
pub(super) struct Owners<'a> {
    pub(super) changes: &'a [Change],
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
    pub(super) old_spans: &'a [Span],
    pub(super) new_spans: &'a [Span],
}

impl Owners<'_> {
    /// Returns the changes of the lines of each step of a diff, none where the texts are the same.
    pub(super) fn of(&self, ops: &[DiffOp]) -> Vec<Option<Owned>> {
        let old = self.side(self.old, self.old_spans, |change| change.place.entry.as_ref().map(|e| e.index.base));
        let new = self.side(self.new, self.new_spans, |change| change.place.entry.as_ref().map(|e| e.index.mine));
        let one = |op: &DiffOp| {
            if matches!(op, DiffOp::Equal { .. }) {
                return None;
            }
            let mut owned = Owned { old: old[op.old_range()].to_vec(), new: new[op.new_range()].to_vec() };
            owned.join();
            Some(owned)
        };
        ops.iter().map(one).collect()
    }

    /// Returns for each line of one text the changes that it is of.
    fn side(
        &self,
        document: &Document,
        spans: &[Span],
        entry: impl Fn(&Change) -> Option<Option<usize>>,
    ) -> Vec<Vec<usize>> {
        let mut lines: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
        let blocks: Vec<Range<usize>> = model::entries(document)
            .iter()
            .map(|entry| {
                let start = entry.comment.map_or(entry.span.start, |comment| comment.start);
                range(spans, Span::new(start, entry.span.end))
            })
            .collect();
        let place = |change: &Change| -> Option<Range<usize>> {
            let below = &change.place.below;
            let pointer = match entry(change) {
                None => below.clone(),
                Some(index) => {
                    let index = index?;
                    if below.is_root() {
                        return blocks.get(index).cloned();
                    }
                    Pointer::from_tokens(["plugins"]).join(index).extend(below)
                }
            };
            span_of(document, &pointer, change.place.is_order).map(|span| range(spans, span))
        };
        let (orders, others): (Vec<_>, Vec<_>) =
            self.changes.iter().enumerate().partition(|(_, change)| change.place.is_order);
        for (number, change) in others {
            for line in place(change).into_iter().flatten() {
                lines[line].push(number);
            }
        }
        // What else differs in a collection whose order changed was moved; the innermost one counts.
        let mut orders: Vec<_> = orders.into_iter().filter_map(|(number, one)| Some((place(one)?, number))).collect();
        orders.sort_by_key(|(lines, _)| lines.len());
        for (place, number) in orders {
            lines[place].iter_mut().filter(|owners| owners.is_empty()).for_each(|owners| owners.push(number));
        }
        lines
    }
}

impl Owned {
    /// Gives lines without data, as comments, to what stands beside them.
    fn join(&mut self) {
        if self.old.len() == self.new.len() {
            // Line by line the same place: an entry that is commented out, say.
            for (old, new) in self.old.iter_mut().zip(&mut self.new) {
                match (old.is_empty(), new.is_empty()) {
                    (true, false) => old.clone_from(new),
                    (false, true) => new.clone_from(old),
                    _ => {}
                }
            }
        }
        let other = |side: &[Vec<usize>]| side.iter().find(|owners| !owners.is_empty()).cloned().unwrap_or_default();
        let (of_old, of_new) = (other(&self.old), other(&self.new));
        spread(&mut self.old, of_new);
        spread(&mut self.new, of_old);
    }
}

/// Gives lines that belong to nothing to the line above that does, else to the one below, else to `rest`.
fn spread(side: &mut [Vec<usize>], rest: Vec<usize>) {
    let first = side.iter().find(|owners| !owners.is_empty()).cloned();
    let mut last = first.unwrap_or(rest);
    for owners in side {
        if owners.is_empty() {
            owners.clone_from(&last);
        } else {
            last.clone_from(owners);
        }
    }
}

/// Returns the bytes of what stands at a place: with its key, but for what an order is of.
fn span_of(document: &Document, pointer: &Pointer, is_order: bool) -> Option<Span> {
    let node = document.find(pointer)?;
    let span = document.span(node);
    if is_order {
        return Some(span);
    }
    let Some((parent, token)) = pointer.split_last() else { return Some(span) };
    let holder = document.tree().ok()?.target(document.find(&parent)?);
    let key = document.child(holder, token).and_then(|(key, _)| key);
    Some(key.map_or(span, |key| Span::new(document.span(key).start.min(span.start), span.end)))
}

/// Returns the lines that hold these bytes.
fn range(spans: &[Span], bytes: Span) -> Range<usize> {
    let line = |at: usize| spans.partition_point(|line| line.end <= at);
    let first = line(bytes.start);
    let last = line(bytes.end.saturating_sub(1).max(bytes.start));
    first.min(spans.len())..(last + 1).min(spans.len())
}
