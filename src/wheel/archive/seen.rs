//! The paths of an archive that came already.
//!
//! Most archives list their files in order but for a few: to compare a path with the last one takes less than to hash it.

use std::collections::HashSet;

/// Paths, some of them in ascending order.
#[derive(Default)]
pub(super) struct Seen<'a> {
    /// Each one is greater than the one before it.
    ascending: Vec<&'a str>,
    others: HashSet<&'a str>,
}

impl<'a> Seen<'a> {
    /// Adds a path; tells whether it is new.
    pub(super) fn insert(&mut self, path: &'a str) -> bool {
        if self.ascending.last().is_none_or(|last| *last < path) {
            self.ascending.push(path);
            return true;
        }
        self.ascending.binary_search(&path).is_err() && self.others.insert(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_new_once_in_whatever_order() {
        for paths in [
            &["a", "b", "c", "b", "c", "a", "d", "d"][..],
            &["c", "b", "a", "b", "d", "c", "a"],
            &["m", "a", "z", "a", "m", "n", "z", "n"],
            &["", "", "a"],
        ] {
            let (mut seen, mut all) = (Seen::default(), HashSet::new());
            for path in paths {
                assert_eq!(seen.insert(path), all.insert(path), "{path} of {paths:?}");
            }
        }
    }
}
