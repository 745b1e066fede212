//! Unified diffs of the two files, for people: secrets masked, nothing raw.
//!
//! Lines are compared as they are and shown masked and made visible, so that a
//! changed secret shows as a changed line without telling its value.

use similar::{ChangeTag, TextDiff};

use super::secret;
use crate::text::visible::visible;
use crate::yaml::Document;

/// Unchanged lines shown around a change, as `diff -u` does it.
const CONTEXT: usize = 3;

/// What a line of a diff is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiffKind {
    /// `@@ -1,3 +1,4 @@`
    Hunk,
    /// In both texts.
    Context,
    /// Only in the old text.
    Removed,
    /// Only in the new text.
    Added,
}

/// One line of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffLine {
    /// What it is.
    pub kind: DiffKind,
    /// What to show, without the sign and without a line end.
    pub text: String,
    /// The line of the old text, from 0, where it is in it.
    pub old_line: Option<usize>,
    /// The line of the new text, from 0, where it is in it.
    pub new_line: Option<usize>,
    /// Where in `text` it begins to differ from the line that it replaces, or that replaces it, in bytes.
    pub differs: Option<usize>,
}

impl DiffLine {
    /// Returns the sign in front of the line.
    #[must_use]
    pub const fn sign(&self) -> &'static str {
        match self.kind {
            DiffKind::Hunk => "",
            DiffKind::Context => " ",
            DiffKind::Removed => "-",
            DiffKind::Added => "+",
        }
    }

    /// Returns where it begins to differ in its text behind the sign, in bytes.
    #[must_use]
    pub fn signed_differs(&self) -> Option<usize> {
        Some(self.differs? + self.sign().len())
    }
}

/// Returns the unified diff from `old` to `new`; empty where they are the same.
#[must_use]
pub fn unified(old: &Document, new: &Document, show_secrets: bool) -> Vec<DiffLine> {
    around(old, new, CONTEXT, show_secrets)
}

/// Returns the unified diff from `old` to `new` with this many unchanged lines around each change.
#[must_use]
pub fn around(old: &Document, new: &Document, context: usize, show_secrets: bool) -> Vec<DiffLine> {
    let shown = |document: &Document| -> Vec<String> {
        let text = if show_secrets { document.text().to_owned() } else { secret::masked(document) };
        text.split_inclusive('\n').map(line).collect()
    };
    let (old_lines, new_lines) = (shown(old), shown(new));
    let diff = TextDiff::from_lines(old.text(), new.text());
    let mut out = Vec::new();
    for hunk in diff.unified_diff().context_radius(context).iter_hunks() {
        let text = hunk.header().to_string();
        out.push(DiffLine { kind: DiffKind::Hunk, text, old_line: None, new_line: None, differs: None });
        for change in hunk.iter_changes() {
            let (kind, shown) = match change.tag() {
                ChangeTag::Equal => (DiffKind::Context, change.new_index().and_then(|i| new_lines.get(i))),
                ChangeTag::Delete => (DiffKind::Removed, change.old_index().and_then(|i| old_lines.get(i))),
                ChangeTag::Insert => (DiffKind::Added, change.new_index().and_then(|i| new_lines.get(i))),
            };
            let mut text = shown.cloned().unwrap_or_default();
            if !change.value().ends_with('\n') {
                text.push_str("  (no line end)");
            }
            out.push(DiffLine {
                kind,
                text,
                old_line: change.old_index(),
                new_line: change.new_index(),
                differs: None,
            });
        }
    }
    compare(&mut out);
    out
}

/// Finds where each removed line begins to differ from the one that stands for it now.
fn compare(lines: &mut [DiffLine]) {
    for block in lines.chunk_by_mut(|a, b| !(a.kind == DiffKind::Added && b.kind == DiffKind::Removed)) {
        for run in block.split_mut(|line| matches!(line.kind, DiffKind::Hunk | DiffKind::Context)) {
            let (removed, added) = run.split_at_mut(run.partition_point(|line| line.kind == DiffKind::Removed));
            for (old, new) in removed.iter_mut().zip(added) {
                let same = old.text.char_indices().zip(new.text.chars()).find(|((_, old), new)| old != new);
                let at = same.map_or(old.text.len().min(new.text.len()), |((at, _), _)| at);
                if old.text != new.text {
                    (old.differs, new.differs) = (Some(at), Some(at));
                }
            }
        }
    }
}

fn line(text: &str) -> String {
    let text = text.strip_suffix('\n').unwrap_or(text);
    // A carriage return at the end is the file's way to end lines.
    let text = text.strip_suffix('\r').unwrap_or(text);
    visible(&text.replace('\t', "    ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(old: &str, new: &str) -> String {
        let lines = unified(&Document::parse(old), &Document::parse(new), false);
        lines.iter().flat_map(|l| [l.sign(), &l.text, "\n"]).collect()
    }

    #[test]
    fn a_changed_secret_is_a_changed_line_without_its_value() {
        let diff = shown("a: 1\napi_token: abc # c\n", "a: 1\napi_token: xyz # c\n");
        assert_eq!(diff, "@@ -1,2 +1,2 @@\n a: 1\n-api_token: ******** # c\n+api_token: ******** # c\n");
    }

    #[test]
    fn control_characters_and_missing_line_ends_are_told() {
        assert_eq!(shown("a: 1\n", "a: 1\nb: \u{202e}x"), "@@ -1 +1,2 @@\n a: 1\n+b: \\u202ex  (no line end)\n");
    }

    #[test]
    fn a_replaced_line_tells_where_it_differs() {
        let [old, new] = ["a: 1\nb: {é: 1, y: no}\nc: 1\n", "a: 1\nb: {é: 1, y: 'no'}\nc: 1\nd: 1\n"];
        let lines = unified(&Document::parse(old), &Document::parse(new), false);
        let told: Vec<_> = lines.iter().map(|line| (line.sign(), line.differs)).collect();
        let at = Some("b: {é: 1, y: ".len());
        assert_eq!(told, [("", None), (" ", None), ("-", at), ("+", at), (" ", None), ("+", None)]);
        // What is masked does not tell where it changed.
        let lines = unified(&Document::parse("token: abc\n"), &Document::parse("token: abd\n"), false);
        assert!(lines.iter().all(|line| line.differs.is_none()), "{lines:?}");
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(shown("a: 1\r\n", "a: 1\r\n"), "");
    }
}
