//! Problems that a comment in the file silences: `# skyplug: ignore[CODE] reason`.
//!
//! Such a comment counts for its own line, or, on a line of comment, for the
//! next line that is none; at the first line of an entry for the whole entry.
//! Errors are never silenced: SkyPilot does not read comments.

use super::{Code, Diagnostic, Place, Severity};
use crate::config::{Role, Workspace, model};
use crate::text::{Span, end_of_line, next_line, start_of_line};
use crate::yaml::Document;
use crate::yaml::node::Kind;

/// What stands in front of the names.
const MARK: &str = "skyplug: ignore[";

/// The name of a problem in a comment.
struct Ignore {
    role: Role,
    name: String,
    span: Span,
    /// The line that it is about, from 1.
    line: usize,
    used: bool,
    /// Whether an error of this name is there.
    is_error: bool,
}

/// Takes out what is silenced and returns it; what silences nothing is told.
pub(super) fn take(workspace: &Workspace, diagnostics: &mut Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut marks: Vec<Ignore> = Role::ALL.into_iter().flat_map(|role| of_file(workspace, role)).collect();
    if marks.is_empty() {
        return Vec::new();
    }
    let entries = Role::ALL.map(|role| first_lines(workspace, role));
    let mut ignored = Vec::new();
    diagnostics.retain(|one| {
        let Some(role) = one.place.file.role() else { return true };
        let first = one.entry().and_then(|index| entries[usize::from(role == Role::Remote)].get(index).copied());
        let line = one.place.positions.map(|(start, _)| start.line);
        let mut silent = false;
        for mark in marks.iter_mut().filter(|mark| mark.role == role && mark.name == one.code.name()) {
            if line == Some(mark.line) || first == Some(mark.line) {
                let is_error = one.severity == Severity::Error;
                mark.is_error |= is_error;
                mark.used |= !is_error;
                silent |= !is_error;
            }
        }
        if silent {
            ignored.push(one.clone());
        }
        !silent
    });
    let unused = marks.iter().filter(|mark| !mark.used).filter_map(|mark| unused(workspace, mark));
    diagnostics.extend(unused);
    ignored
}

fn unused(workspace: &Workspace, mark: &Ignore) -> Option<Diagnostic> {
    let document = workspace.document(mark.role)?;
    let name = &mark.name;
    let message = match (Code::of_name(name), mark.is_error) {
        (None, _) => format!("no problem is called '{name}'"),
        (_, true) => format!("'{name}' is an error here, and errors cannot be ignored"),
        (_, false) => format!("nothing here has the problem '{name}'"),
    };
    let place = Place::span(workspace, mark.role, document, mark.span, None);
    let effect = "The comment silences nothing.";
    Some(
        Diagnostic::new(Code::UnusedIgnore, Severity::Info, place, message, effect)
            .hint("take the name out")
            .from_outside(),
    )
}

/// Returns the first line of each entry, from 1.
fn first_lines(workspace: &Workspace, role: Role) -> Vec<usize> {
    let Some(document) = workspace.document(role) else { return Vec::new() };
    model::rows(document).map(|row| document.position(document.span(row.node).start).line).collect()
}

fn of_file(workspace: &Workspace, role: Role) -> Vec<Ignore> {
    let mut out = Vec::new();
    let Some(document) = workspace.document(role) else { return out };
    let text = document.text();
    for (at, _) in text.match_indices(MARK) {
        let Some(hash) = hash_before(document, at) else { continue };
        let names = at + MARK.len();
        let Some(end) = text[names..end_of_line(text, names)].find(']').map(|len| names + len) else { continue };
        let mut target = start_of_line(text, at);
        if text[target..hash].trim().is_empty() {
            // A line of comment: it is about the next one that is none.
            while target < text.len() && text[target..].trim_start_matches([' ', '\t']).starts_with('#') {
                target = next_line(text, target);
            }
        }
        let line = document.position(target).line;
        let mut from = names;
        for part in text[names..end].split(',') {
            let name = part.trim();
            let start = from + (part.len() - part.trim_start().len());
            from += part.len() + 1;
            if !name.is_empty() {
                let span = Span::new(start, start + name.len());
                out.push(Ignore { role, name: name.to_owned(), span, line, used: false, is_error: false });
            }
        }
    }
    out
}

/// Returns the `#` right before a place, where that begins a comment.
fn hash_before(document: &Document, at: usize) -> Option<usize> {
    let text = document.text();
    let from = start_of_line(text, at);
    let head = text[from..at].trim_end_matches([' ', '\t']);
    let before = head.strip_suffix('#')?;
    let hash = from + before.len();
    let tree = document.tree().ok()?;
    let in_text = |node| {
        matches!(tree.kind(node), Kind::Scalar(_)) && tree.span(node).start <= hash && hash < tree.span(node).end
    };
    let begins = before.is_empty() || before.ends_with([' ', '\t']);
    (begins && !tree.ids().any(in_text)).then_some(hash)
}
