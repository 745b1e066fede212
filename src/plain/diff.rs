//! A diff in words: which line of which text, added or removed.

use crate::config::diff::{DiffKind, DiffLine};

/// Returns the changed lines, each with its number; what is the same in both texts is left out.
pub(super) fn told(lines: &[DiffLine]) -> Vec<String> {
    worded(lines.iter().map(|line| (line.kind, line.text.as_str())))
}

/// Returns the changed lines of kinds and texts without signs.
pub(super) fn worded<'a>(lines: impl Iterator<Item = (DiffKind, &'a str)>) -> Vec<String> {
    let (mut old, mut new) = (1, 1);
    let mut out = Vec::new();
    for (kind, text) in lines {
        match kind {
            DiffKind::Hunk => (old, new) = starts(text).unwrap_or((old, new)),
            DiffKind::Context => (old, new) = (old + 1, new + 1),
            DiffKind::Removed => {
                out.push(format!("line {old} removed: {text}"));
                old += 1;
            }
            DiffKind::Added => {
                out.push(format!("line {new} added: {text}"));
                new += 1;
            }
        }
    }
    out
}

/// Returns a diff whose lines carry their signs; lines that have none are told as they are.
pub(super) fn signed(lines: &[String]) -> Vec<String> {
    let kind = |line: &str| match line.chars().next() {
        Some('@') if line.starts_with("@@ ") => Some(DiffKind::Hunk),
        Some(' ') => Some(DiffKind::Context),
        Some('-') => Some(DiffKind::Removed),
        Some('+') => Some(DiffKind::Added),
        _ => None,
    };
    let mut out = Vec::new();
    for part in lines.chunk_by(|a, b| kind(a).is_some() == kind(b).is_some()) {
        if part.first().is_some_and(|line| kind(line).is_some()) {
            let signless = |line: &String| if kind(line) == Some(DiffKind::Hunk) { 0 } else { line.len().min(1) };
            out.extend(worded(part.iter().filter_map(|line| Some((kind(line)?, &line[signless(line)..])))));
        } else {
            out.extend_from_slice(part);
        }
    }
    out
}

/// Returns where both texts start in a hunk: `@@ -1,3 +1,4 @@`.
fn starts(hunk: &str) -> Option<(usize, usize)> {
    let mut numbers = hunk.split_whitespace().skip(1).map(|range| {
        let range = range.trim_start_matches(['-', '+']);
        let (start, count) = range.split_once(',').unwrap_or((range, "1"));
        // An empty range stands behind the line that it names.
        Some(start.parse::<usize>().ok()? + usize::from(count == "0"))
    });
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::diff::unified;
    use crate::yaml::Document;

    fn words(old: &str, new: &str) -> Vec<String> {
        told(&unified(&Document::parse(old), &Document::parse(new), false))
    }

    #[test]
    fn lines_are_numbered_in_the_text_that_holds_them() {
        let old = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\ng: 7\nh: 8\ni: 9\nj: 10\n";
        let new = old.replace("b: 2\n", "").replace("j: 10\n", "j: 11\nk: 12\n");
        let told = ["line 2 removed: b: 2", "line 10 removed: j: 10", "line 9 added: j: 11", "line 10 added: k: 12"];
        assert_eq!(words(old, &new), told);
    }

    #[test]
    fn a_text_that_comes_from_nothing_starts_at_its_first_line() {
        assert_eq!(words("", "a: 1\nb: 2\n"), ["line 1 added: a: 1", "line 2 added: b: 2"]);
        assert_eq!(words("a: 1\n", ""), ["line 1 removed: a: 1"]);
    }
}
