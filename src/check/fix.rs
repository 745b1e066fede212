//! Fixes: edits that take a problem away, each tried on the text before it is offered.

use std::cell::Cell;

use serde_json::{Value as Json, json};

use super::diagnostic::Fix;
use super::of_document;
use crate::config::{Role, secret};
use crate::text::visible::visible;
use crate::text::{Span, Splice, splice};
use crate::yaml::edit::{self, Action, Sharing};
use crate::yaml::{Document, Kind, NodeId, Pointer, ScalarStyle, Tree, Value, patch};

/// How many bytes may be parsed for the fixes of one file: a check runs at every change.
pub(super) const BUDGET: usize = 1024 * 1024;
/// What a trial costs beside the bytes of the text, in bytes.
pub(super) const TRIAL: usize = 512;
/// The number of characters beyond which a source is cut where it is shown.
const SHOWN: usize = 60;

/// Returns the fix that makes these edits.
pub(super) fn of(label: impl AsRef<str>, safe: bool, edits: Vec<Splice>) -> Fix {
    Fix { label: visible(label.as_ref()).into_owned(), safe, edits, patch: None }
}

/// Where fixes are tried: each trial parses the text again, so that their
/// number is limited by what that costs.
pub(super) struct Bench<'a> {
    document: &'a Document,
    role: Role,
    /// How many bytes may still be parsed.
    left: Cell<usize>,
}

impl<'a> Bench<'a> {
    /// Sets up for trials that parse no more than `budget` bytes.
    pub(super) const fn new(document: &'a Document, role: Role, budget: usize) -> Self {
        Self { document, role, left: Cell::new(budget) }
    }

    fn may_try(&self) -> Option<()> {
        let left = self.left.get().checked_sub(self.document.text().len() + TRIAL)?;
        self.left.set(left);
        Some(())
    }

    /// Returns the fix where the text parses with it and what it becomes is as wanted.
    pub(super) fn tried(&self, fix: Fix, wanted: impl FnOnce(&Document) -> bool) -> Option<Fix> {
        self.may_try()?;
        let new = Document::parse(splice(self.document.text(), &fix.edits).ok()?);
        (new.data().is_ok() && wanted(&new)).then_some(fix)
    }

    /// Returns the fix where SkyPilot takes the file with it, if it does without it.
    pub(super) fn harmless(&self, fix: Fix) -> Option<Fix> {
        let taken = |document: &Document| of_document(document, self.role).exception.is_none();
        self.tried(fix, |new| taken(new) || !taken(self.document))
    }

    /// Returns the fix that applies a patch, with the bytes that it changes.
    fn by_patch(&self, label: impl AsRef<str>, safe: bool, patch: Json) -> Option<Fix> {
        self.may_try()?;
        let operations = patch::parse(&patch).ok()?;
        // Nothing is written out for a fix: it would be more than it says, and cost many parses.
        let actions: Vec<Action> = operations.into_iter().map(Action::Patch).collect();
        let edited = edit::run(self.document, &actions, Sharing::Ask).ok()?;
        Some(Fix { patch: Some(patch), ..of(label, safe, edited.splices) })
    }

    /// Returns the fix that puts another value in place of the one at a pointer.
    pub(super) fn replace(&self, at: &Pointer, value: &Json, label: impl AsRef<str>, safe: bool) -> Option<Fix> {
        self.by_patch(label, safe, json!([{"op": "replace", "path": at.to_string(), "value": value}]))
    }

    /// Returns the fix that removes what is at a pointer, as often as it stands there.
    pub(super) fn remove(&self, at: &Pointer, label: impl AsRef<str>, safe: bool) -> Option<Fix> {
        self.may_try()?;
        let times = at.split_last().map_or(1, |(parent, token)| keys(self.document, &parent, token).len()).max(1);
        let operation = json!({"op": "remove", "path": at.to_string()});
        self.by_patch(label, safe, Json::Array(vec![operation; times]))
    }

    /// Returns the fix that gives a key another name, none where the key stands twice.
    pub(super) fn rename(&self, parent: &Pointer, from: &str, to: &str) -> Option<Fix> {
        let [key] = keys(self.document, parent, from)[..] else { return None };
        let (old, new) = (parent.join(from).to_string(), parent.join(to).to_string());
        let edits = vec![Splice::new(self.document.span(key), to)];
        let patch = json!([{"op": "move", "from": old, "path": new}]);
        // A patch does not touch what an alias repeats.
        let applies = self.by_patch("", true, patch).and_then(|fix| fix.patch);
        self.tried(Fix { patch: applies, ..of(format!("rename it to {to}"), true, edits) }, |_| true)
    }

    /// Returns the fix that removes the first of two equal keys, which nobody reads.
    pub(super) fn drop_pair(&self, mapping: NodeId, key: NodeId) -> Option<Fix> {
        let document = self.document;
        let tree = document.tree().ok()?;
        let pairs: Vec<(NodeId, NodeId)> = tree.pairs(mapping).collect();
        let place = pairs.iter().position(|(k, _)| *k == key)?;
        let (_, value) = pairs[place];
        let (next, _) = *pairs.get(place + 1)?;
        let text = document.text();
        let (start, end, next) = (document.span(key).start, document.span(value).end, document.span(next).start);
        let line = crate::text::start_of_line(text, start);
        let own_line = text[line..start].bytes().all(|b| b == b' ');
        let span = if own_line && !tree.is_flow(mapping) && text[end.max(start)..next].contains(['\n', '\r']) {
            Span::new(line, whole_lines(tree, value, text, end.max(start)))
        } else {
            Span::new(start, next)
        };
        // A comment between the two would go with it.
        if span.start != line && text[end.max(start)..next].contains('#') {
            return None;
        }
        let old = document.data().ok()?;
        let fix = of("remove the first one, which is not read", true, vec![Splice::delete(span)]);
        self.tried(fix, |new| new.data().is_ok_and(|data| same_but_for_order(data, old)))
    }
}

/// Returns the fix that puts quotes around plain scalars, so that they are strings.
///
/// The quotes are inserted beside the source, which may be a secret.
pub(super) fn quote(document: &Document, nodes: &[NodeId], safe: bool) -> Option<Fix> {
    let tree = document.tree().ok()?;
    let mut edits = Vec::new();
    for &node in nodes {
        let body = tree.body(node);
        let source = body.of(document.text());
        let plain = tree.kind(node) == Kind::Scalar(ScalarStyle::Plain) && tree.tag(node).is_none();
        let quote = match source {
            _ if !plain || source.is_empty() || source.chars().any(char::is_control) => return None,
            _ if source.contains(['\u{85}', '\u{2028}', '\u{2029}']) => return None,
            _ if !source.contains('\'') => "'",
            _ if !source.contains(['"', '\\']) => "\"",
            _ => return None,
        };
        edits.extend([Splice::insert(body.start, quote), Splice::insert(body.end, quote)]);
    }
    edits.sort_by_key(|edit| edit.span.start);
    let first = *nodes.first()?;
    Some(of(format!("put quotes around it: '{}'", shown(document, first)), safe, edits))
}

/// Returns the fix that makes a value a string of the text that stands there.
pub(super) fn quote_value(document: &Document, node: NodeId, safe: bool) -> Option<Fix> {
    let fix = quote(document, &[node], safe)?;
    let at = document.pointer_to(node);
    // No patch goes through a merge.
    let merged = at.tokens().iter().any(|token| token == "<<");
    let told = !merged && document.find(&at) == Some(node) && !secret::is_secret_node(document, node);
    let patch = told.then(|| json!([{"op": "replace", "path": at.to_string(), "value": document.scalar(node)}]));
    Some(Fix { patch, ..fix })
}

/// Returns the fix that turns the block mapping at a node into an item of a list,
/// where two blanks in front of it have room for the dash.
pub(super) fn dash(document: &Document, first_key: NodeId) -> Option<Fix> {
    let text = document.text();
    let start = document.span(first_key).start;
    let blanks = Span::new(start.checked_sub(2)?, start);
    let line = crate::text::start_of_line(text, start);
    let fits = blanks.start >= line && text[line..start].bytes().all(|b| b == b' ');
    fits.then(|| of("insert the dash", true, vec![Splice::new(blanks, "- ")]))
}

/// Returns where the last line of a value ends; a block scalar ends there itself.
fn whole_lines(tree: &Tree, value: NodeId, text: &str, end: usize) -> usize {
    let block = matches!(tree.kind(value), Kind::Scalar(ScalarStyle::Literal | ScalarStyle::Folded));
    if block && text[..end].ends_with(['\n', '\r']) { end } else { crate::text::next_line(text, end) }
}

/// Of two equal keys the first gives the place: without it a pair may move.
fn same_but_for_order(a: &Value, b: &Value) -> bool {
    fn sorted(value: &Value) -> String {
        let mut json = value.to_json();
        json.sort_all_objects();
        json.to_string()
    }
    sorted(a) == sorted(b)
}

/// Returns the keys of a mapping, as written, that go by a token.
pub(super) fn keys(document: &Document, mapping: &Pointer, token: &str) -> Vec<NodeId> {
    let Ok(tree) = document.tree() else { return Vec::new() };
    let Some(node) = document.find(mapping) else { return Vec::new() };
    tree.pairs(tree.target(node)).map(|(key, _)| key).filter(|&key| document.key_is(key, token)).collect()
}

/// Returns the source of a node as it may be shown: cut, visible, stars for a secret.
pub(super) fn shown(document: &Document, node: NodeId) -> String {
    if secret::is_secret_node(document, node) {
        return secret::MASK.to_owned();
    }
    let source = document.source(node);
    match source.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", visible(&source[..end])),
        None => visible(source).into_owned(),
    }
}

/// Returns the class path that was most likely meant by one that cannot be imported.
pub(super) fn mended_class(class: &str) -> Option<String> {
    let dotted = class.trim().replace([':', '/', '\\'], ".").replace(".py.", ".");
    let words: Vec<&str> = dotted.split('.').filter(|word| !word.is_empty()).collect();
    let is_name = |word: &&str| {
        word.chars().all(|c| c.is_alphanumeric() || c == '_') && !word.starts_with(|c: char| c.is_numeric())
    };
    let mended = words.join(".");
    (words.len() > 1 && words.iter().all(is_name) && mended != class).then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_paths_are_mended_where_one_is_surely_meant() {
        for (class, meant) in [
            (" acme.Audit", Some("acme.Audit")),
            ("acme.Audit\n", Some("acme.Audit")),
            ("acme.audit:Audit", Some("acme.audit.Audit")),
            ("acme/audit.py:Audit", Some("acme.audit.Audit")),
            (".acme.Audit.", Some("acme.Audit")),
            ("acme..Audit", Some("acme.Audit")),
            ("acme.Audit", None),
            ("Audit", None),
            ("acme audit.Audit", None),
            ("acme-x.Audit", None),
            ("3.14", None),
        ] {
            assert_eq!(mended_class(class).as_deref(), meant, "{class}");
        }
    }

    #[test]
    fn the_first_of_two_equal_keys_is_taken_out_with_its_lines() {
        for (text, want) in [
            ("a: 1 # one\na: 2\n", "a: 2\n"),
            ("a: |\n  x\n# two\na: 2\n", "# two\na: 2\n"),
            ("- a: 1\n  a: 2\n", "- a: 2\n"),
            ("{a: 1, b: 2, a: 3}\n", "{b: 2, a: 3}\n"),
        ] {
            let document = Document::parse(text);
            let tree = document.tree().expect("valid");
            let mapping = tree.ids().find(|&node| tree.is_mapping(node)).expect("a mapping");
            let (key, _) = tree.pairs(mapping).next().expect("a pair");
            let fix = Bench::new(&document, Role::Api, BUDGET).drop_pair(mapping, key).expect(text);
            assert_eq!(splice(text, &fix.edits).expect("fits"), want);
        }
    }
}
