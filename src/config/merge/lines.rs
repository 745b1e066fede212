//! The texts merged line by line, theirs where both changed the same lines.
//!
//! This knows nothing of YAML. It keeps the comments and the layout that only
//! one side changed; whether its data is the one that is wanted is for the
//! caller to prove.

use std::time::{Duration, Instant};

use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};

/// How long two texts are compared; what is not told apart by then counts as
/// changed. Only texts with thousands of changes take that long.
const PATIENCE: Duration = Duration::from_secs(1);

/// A run of lines that one side changed: lines of the base, and lines of that side.
#[derive(Clone, Copy, Debug)]
struct Hunk {
    base: (usize, usize),
    side: (usize, usize),
}

/// Returns the merged text.
pub(super) fn merged(base: &str, mine: &str, theirs: &str) -> String {
    let [base, mine, theirs] = [base, mine, theirs].map(|text| text.split_inclusive('\n').collect::<Vec<&str>>());
    let (my_hunks, their_hunks) = (hunks(&base, &mine), hunks(&base, &theirs));
    let (mut my_next, mut their_next) = (0, 0);
    let mut out = String::new();
    let mut done = 0;
    loop {
        let starts = [my_hunks.get(my_next), their_hunks.get(their_next)].map(|hunk| hunk.map(|hunk| hunk.base.0));
        let Some(start) = starts.into_iter().flatten().min() else { break };
        // What touches is one: neither side alone tells what the lines between mean.
        let mut end = start;
        let (my_first, their_first) = (my_next, their_next);
        loop {
            let (my_last, their_last) = (my_next, their_next);
            while let Some(hunk) = my_hunks.get(my_next).filter(|hunk| hunk.base.0 <= end) {
                end = end.max(hunk.base.1);
                my_next += 1;
            }
            while let Some(hunk) = their_hunks.get(their_next).filter(|hunk| hunk.base.0 <= end) {
                end = end.max(hunk.base.1);
                their_next += 1;
            }
            if (my_last, their_last) == (my_next, their_next) {
                break;
            }
        }
        out.extend(base[done..start].iter().copied());
        let changed = (&my_hunks[my_first..my_next], &their_hunks[their_first..their_next]);
        let lines = match changed {
            (mine_only, []) => side(mine_only, &mine, start, end),
            (_, theirs_too) => side(theirs_too, &theirs, start, end),
        };
        out.extend(lines.iter().copied());
        done = end;
    }
    out.extend(base[done..].iter().copied());
    out
}

fn hunks(base: &[&str], side: &[&str]) -> Vec<Hunk> {
    let changed = |op: &DiffOp| match *op {
        DiffOp::Equal { .. } => None,
        op => Some(Hunk {
            base: (op.old_range().start, op.old_range().end),
            side: (op.new_range().start, op.new_range().end),
        }),
    };
    let deadline = Some(Instant::now() + PATIENCE);
    capture_diff_slices_deadline(Algorithm::Myers, base, side, deadline).iter().filter_map(changed).collect()
}

/// Returns what a side has for the lines from `start` to `end` of the base.
fn side<'l, 't>(hunks: &[Hunk], lines: &'l [&'t str], start: usize, end: usize) -> &'l [&'t str] {
    match (hunks.first(), hunks.last()) {
        (Some(first), Some(last)) => {
            let from = first.side.0 - (first.base.0 - start);
            &lines[from..last.side.1 + (end - last.base.1)]
        }
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::merged;

    #[test]
    fn what_one_side_changed_is_taken_and_theirs_where_both_did() {
        let base = "a\nb\nc\nd\ne\n";
        assert_eq!(merged(base, "a\nB\nc\nd\ne\n", "a\nb\nc\nd\nE\n"), "a\nB\nc\nd\nE\n");
        assert_eq!(merged(base, "a\nB\nc\nd\ne\n", "a\nX\nc\nd\ne\nf\n"), "a\nX\nc\nd\ne\nf\n");
        assert_eq!(merged(base, "a\nc\nd\ne\n", "0\na\nb\nc\nd\ne\n"), "0\na\nc\nd\ne\n");
        assert_eq!(merged(base, "", base), "");
        assert_eq!(merged("", "a\n", "b"), "b");
        assert_eq!(merged(base, base, "x"), "x");
        // Too much of it is other: it counts as one change.
        let (old, new) =
            (["a\n", &"b\n".repeat(10_000), "z\n"].concat(), ["a\n", &"c\n".repeat(10_000), "z\n"].concat());
        assert_eq!(merged(&old, &new, &format!("0\n{old}9\n")), format!("0\n{new}9\n"));
        // Mine reaches over two of theirs, which touch nothing of each other.
        assert_eq!(merged(base, "a\nm\ne\n", "a\nB\nc\nD\ne\n"), "a\nB\nc\nD\ne\n");
    }
}
