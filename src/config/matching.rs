//! Which entry of a list is which one of another reading of it: by its source, by its class, by its place.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use super::model::{self, Entry};
use crate::yaml::Document;

/// What an entry is known by.
#[derive(Clone, Copy, Debug)]
pub struct Keyed<'a> {
    /// Its source.
    pub source: &'a str,
    /// Its class path.
    pub class: Option<&'a str>,
}

impl<'a> Keyed<'a> {
    /// Returns what entries of a document are known by.
    #[must_use]
    pub fn all(document: Option<&'a Document>, entries: &'a [Entry]) -> Vec<Self> {
        let text = document.map_or("", Document::text);
        entries.iter().map(|entry| Self { source: entry.span.of(text), class: entry.class.as_deref() }).collect()
    }
}

/// Which entry is which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// For each new entry the old one that it was.
    pub origins: Vec<Option<usize>>,
    /// The old entries that are gone.
    pub removed: BTreeSet<usize>,
}

impl Matching {
    /// Finds for each new entry the old one: by its source, else by its class and how
    /// often that occurred, else by its place, where `renamed(old, new)` holds.
    #[must_use]
    pub fn of(old: &[Keyed<'_>], new: &[Keyed<'_>], renamed: impl Fn(usize, usize) -> bool) -> Self {
        let same = |(a, b): &(&Keyed<'_>, &Keyed<'_>)| a.source == b.source;
        let head = new.iter().zip(old).take_while(same).count();
        let most = old.len().min(new.len()) - head;
        let tail = new.iter().rev().zip(old.iter().rev()).take(most).take_while(same).count();
        let mut origins: Vec<Option<usize>> = (0..new.len()).map(|index| (index < head).then_some(index)).collect();
        for back in 1..=tail {
            origins[new.len() - back] = Some(old.len() - back);
        }
        let (new_middle, old_middle) = (head..new.len() - tail, head..old.len() - tail);
        let mut removed: BTreeSet<usize> = old_middle.clone().collect();
        let by_source = |index: usize| Some(new[index].source);
        match_by(&mut origins, new_middle.clone(), &mut removed, by_source, |index| Some(old[index].source));
        match_by(&mut origins, new_middle.clone(), &mut removed, |index| new[index].class, |index| old[index].class);
        // An entry whose class was changed in its place.
        if new_middle.len() == old_middle.len() {
            for index in new_middle {
                if origins[index].is_none() && removed.contains(&index) && renamed(index, index) {
                    removed.remove(&index);
                    origins[index] = Some(index);
                }
            }
        }
        Self { origins, removed }
    }

    /// Matches the entries of two documents, by source and class alone.
    #[must_use]
    pub fn of_documents(old: &Document, new: &Document) -> Self {
        let (old_entries, new_entries) = (model::entries(old), model::entries(new));
        Self::of(&Keyed::all(Some(old), &old_entries), &Keyed::all(Some(new), &new_entries), |_, _| false)
    }
}

fn match_by<'a>(
    origins: &mut [Option<usize>],
    new: Range<usize>,
    left: &mut BTreeSet<usize>,
    new_key: impl Fn(usize) -> Option<&'a str>,
    old_key: impl Fn(usize) -> Option<&'a str>,
) {
    let mut by_key: HashMap<&str, Vec<usize>> = HashMap::new();
    for &index in left.iter().rev() {
        if let Some(key) = old_key(index) {
            by_key.entry(key).or_default().push(index);
        }
    }
    for index in new {
        if origins[index].is_some() {
            continue;
        }
        let Some(key) = new_key(index) else { continue };
        if let Some(from) = by_key.get_mut(key).and_then(Vec::pop) {
            origins[index] = Some(from);
            left.remove(&from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matched(old: &str, new: &str, by_place: bool) -> Vec<Option<usize>> {
        let keyed = |text: &'static str| -> Vec<Keyed<'static>> {
            text.split(' ').map(|one| Keyed { source: one, class: one.split(':').next() }).collect()
        };
        let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
        Matching::of(&keyed(leak(old)), &keyed(leak(new)), |_, _| by_place).origins
    }

    #[test]
    fn entries_are_found_by_source_then_by_class_then_by_place() {
        assert_eq!(matched("a:1 b:1 c:1", "c:1 a:2 b:1", true), [Some(2), Some(0), Some(1)]);
        assert_eq!(matched("a:1 a:2", "a:2 a:3", true), [Some(1), Some(0)]);
        assert_eq!(matched("a:1 b:1", "a:1 x:1", true), [Some(0), Some(1)]);
        assert_eq!(matched("a:1 b:1", "a:1 x:1", false), [Some(0), None]);
    }
}
