//! The order of what a merged collection holds. Places are numbers that mean the same on all sides.

use std::collections::HashSet;

/// The order of a collection on both sides.
#[derive(Clone, Debug, Default)]
pub(super) struct Orders {
    pub(super) mine: Vec<usize>,
    pub(super) theirs: Vec<usize>,
}

/// Who moved what base, mine and theirs all have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) by_me: bool,
    pub(super) by_them: bool,
    /// Whether both have the same order now.
    pub(super) alike: bool,
}

impl Orders {
    /// Tells who moved something.
    pub(super) fn moved(&self, base: &[usize]) -> Moved {
        let sets: [HashSet<usize>; 3] = [base, &self.mine, &self.theirs].map(|side| side.iter().copied().collect());
        let common = |side: &[usize]| -> Vec<usize> {
            side.iter().copied().filter(|one| sets.iter().all(|set| set.contains(one))).collect()
        };
        let (base, mine, theirs) = (common(base), common(&self.mine), common(&self.theirs));
        Moved { by_me: mine != base, by_them: theirs != base, alike: mine == theirs }
    }

    /// Returns the kept ones in the order of one side; what only the other one has
    /// stands behind what it stands behind there, what I added behind what they added.
    pub(super) fn combined(&self, mine_first: bool, keeps: impl Fn(usize) -> bool) -> Vec<usize> {
        let (first, second) = if mine_first { (&self.mine, &self.theirs) } else { (&self.theirs, &self.mine) };
        let mut out: Vec<usize> = first.iter().copied().filter(|one| keeps(*one)).collect();
        let mut placed: HashSet<usize> = out.iter().copied().collect();
        let known: HashSet<usize> = second.iter().copied().collect();
        let mut before = None;
        for &one in second.iter().filter(|one| keeps(**one)) {
            if placed.insert(one) {
                let behind = |before| out.iter().position(|other| *other == before).map_or(0, |at| at + 1);
                let mut at = before.map_or(0, behind);
                while !mine_first && at < out.len() && !known.contains(&out[at]) {
                    at += 1;
                }
                out.insert(at, one);
            }
            before = Some(one);
        }
        out
    }
}

/// Tells which numbers may stay where they are while the others move: a longest rising row.
pub(super) fn staying(numbers: &[usize]) -> HashSet<usize> {
    // `ends[n]` is where the row of `n + 1` numbers ends that ends lowest.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; numbers.len()];
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|&end| numbers[end] < *number);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut out = HashSet::new();
    let mut at = ends.last().copied();
    while let Some(here) = at {
        out.insert(numbers[here]);
        at = before[here];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combined(mine: &[usize], theirs: &[usize], mine_first: bool) -> Vec<usize> {
        Orders { mine: mine.to_vec(), theirs: theirs.to_vec() }.combined(mine_first, |_| true)
    }

    #[test]
    fn additions_stand_where_they_stood_theirs_before_mine() {
        assert_eq!(combined(&[0, 1, 8], &[0, 1, 9], false), [0, 1, 9, 8]);
        assert_eq!(combined(&[1, 0, 8], &[0, 1, 9], true), [1, 9, 0, 8]);
        assert_eq!(combined(&[7, 8, 0], &[0], false), [7, 8, 0]);
        assert_eq!(combined(&[0, 7, 1], &[0, 1], false), [0, 7, 1]);
    }

    #[test]
    fn who_moved_is_told_by_what_all_have() {
        let moved = |mine: &[usize], theirs: &[usize]| {
            Orders { mine: mine.to_vec(), theirs: theirs.to_vec() }.moved(&[0, 1, 2])
        };
        assert_eq!(moved(&[1, 0, 2], &[0, 1, 2]), Moved { by_me: true, by_them: false, alike: false });
        assert_eq!(moved(&[1, 0, 2], &[0, 2, 3]), Moved { by_me: false, by_them: false, alike: true });
        assert_eq!(moved(&[1, 0, 2], &[1, 0, 2]), Moved { by_me: true, by_them: true, alike: true });
    }

    #[test]
    fn one_that_went_to_the_end_moves_alone() {
        assert_eq!(staying(&[3, 0, 1, 2]), HashSet::from([0, 1, 2]));
        assert_eq!(staying(&[1, 2, 3, 0]), HashSet::from([1, 2, 3]));
        assert_eq!(staying(&[]), HashSet::new());
    }
}
