//! The comments of an entry as data: the block above it, and the words behind its class.
//!
//! Lines that stay keep their bytes; a change of comments never changes what the
//! file reads as, which is proved by parsing.

use super::disabled::dash_of;
use super::model::{self, Entry};
use crate::text::{Span, Splice, end_of_line, next_line, start_of_line};
use crate::yaml::Document;
use crate::yaml::edit::EditError;

/// Which comment of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The block above it.
    Above,
    /// What stands behind its class.
    Behind,
}

/// Returns the edits that give an entry another comment, by lines without marks; an empty text takes it away.
///
/// # Errors
///
/// Returns [`EditError`] where it has no place, or the text would read otherwise.
pub fn set(document: &Document, index: usize, which: Which, text: &str) -> Result<Vec<Splice>, EditError> {
    match which {
        Which::Above if text.trim().is_empty() => set_above(document, index, &[]),
        Which::Above => set_above(document, index, &text.split('\n').collect::<Vec<_>>()),
        Which::Behind => set_behind(document, index, text),
    }
}

/// Returns the lines of the comment above an entry, without their marks.
#[must_use]
pub fn above(document: &Document, entry: &Entry) -> Vec<String> {
    let text = document.text();
    lines(text, entry).into_iter().map(|line| words(line.of(text)).to_owned()).collect()
}

/// Returns the comment behind the class of an entry, without its mark; empty where there is none.
#[must_use]
pub fn behind<'d>(document: &'d Document, entry: &Entry) -> &'d str {
    let rest = rest(document, entry).map_or("", |span| span.of(document.text()));
    let comment = rest.trim_start_matches([' ', '\t']);
    if comment.len() < rest.len() && comment.starts_with('#') { words(comment).trim_end() } else { "" }
}

/// Puts another comment above an entry; lines that stay keep their bytes.
fn set_above(document: &Document, index: usize, new: &[&str]) -> Result<Vec<Splice>, EditError> {
    let text = document.text();
    let entry = entry(document, index)?;
    let column = dash_of(text, &entry)
        .ok_or_else(|| refused("the entry shares its line with others: a comment above it has no place", entry.span))?;
    let start = start_of_line(text, entry.span.start);
    if entry.comment.is_none() && start > 0 && text[start_of_line(text, start - 1)..start].trim_start().starts_with('#')
    {
        let why =
            "an entry that is commented out, or a comment of another column, stands right above: edit the text (e)";
        return Err(refused(why, entry.span));
    }
    let old = lines(text, &entry);
    let same = |(old, new): &(&Span, &&str)| words(old.of(text)) == **new;
    let head = old.iter().zip(new).take_while(same).count();
    let most = old.len().min(new.len()) - head;
    let tail = old.iter().rev().zip(new.iter().rev()).take(most).take_while(same).count();
    let from = old.get(head).map_or(start, |line| line.start);
    let to = old.get(old.len() - tail).map_or(start, |line| line.start).max(from);
    let end = line_end(text);
    let line = |words: &&str| {
        let words = words.trim_end();
        let gap = if words.is_empty() { "" } else { " " };
        format!("{}#{gap}{words}{end}", " ".repeat(column))
    };
    let lines: String = new[head..new.len() - tail].iter().map(line).collect();
    proved(document, vec![Splice::new(Span::new(from, to), lines)])
}

/// Puts another comment behind the class of an entry.
fn set_behind(document: &Document, index: usize, new: &str) -> Result<Vec<Splice>, EditError> {
    let entry = entry(document, index)?;
    let none = "the class does not end on its line: a comment has no place behind it";
    let span = rest(document, &entry).ok_or_else(|| refused(none, entry.span))?;
    let rest = span.of(document.text());
    let gap = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let new = new.trim();
    let written = match (new.is_empty(), gap > 0 && rest[gap..].starts_with('#')) {
        (true, _) => String::new(),
        (false, true) => {
            let lead = rest.len() - words(&rest[gap..]).len();
            // A mark alone has nothing that tells how far the words stand from it.
            format!("{}{new}", if lead == gap + 1 { format!("{} ", &rest[..lead]) } else { rest[..lead].to_owned() })
        }
        (false, false) => format!("  # {new}"),
    };
    proved(document, vec![Splice::new(span, written)])
}

fn entry(document: &Document, index: usize) -> Result<Entry, EditError> {
    let found = model::entries(document).into_iter().nth(index);
    found.ok_or_else(|| refused("there is no such entry", Span::empty(0)))
}

/// Returns the lines of the comment above an entry, each without its break.
fn lines(text: &str, entry: &Entry) -> Vec<Span> {
    let Some(comment) = entry.comment else { return Vec::new() };
    let mut out = Vec::new();
    let mut at = comment.start;
    while at < comment.end {
        out.push(Span::new(at, end_of_line(text, at)));
        at = next_line(text, at);
    }
    out
}

/// Returns what stands behind the class on its line, none where that has no end there.
fn rest(document: &Document, entry: &Entry) -> Option<Span> {
    let text = document.text();
    let tree = document.tree().ok()?;
    let node = tree.target(entry.node);
    let value = if tree.is_flow(node) { entry.span } else { document.span(entry.class_node?) };
    let end = end_of_line(text, value.start);
    if value.end > end {
        return None;
    }
    let rest = &text[value.end..end];
    let body = rest.trim_start_matches([' ', '\t']);
    (body.is_empty() || (body.starts_with('#') && body.len() < rest.len())).then(|| Span::new(value.end, end))
}

/// Returns the words of a line of comment.
fn words(line: &str) -> &str {
    let body = line.trim_start_matches([' ', '\t']);
    let body = body.strip_prefix('#').unwrap_or(body);
    body.strip_prefix(' ').unwrap_or(body)
}

/// Returns the line break that a text uses.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Returns the edits, where the data is the same with them.
pub(super) fn proved(document: &Document, splices: Vec<Splice>) -> Result<Vec<Splice>, EditError> {
    let text = crate::text::splice(document.text(), &splices);
    let new = document.edited(text.map_err(|error| refused(error.to_string(), Span::empty(0)))?);
    match (document.data(), new.data()) {
        (Ok(old), Ok(data)) if old.same(data) => Ok(splices),
        (_, Err(error)) => Err(refused(format!("with this comment the file does not parse: {error}"), Span::empty(0))),
        _ => Err(refused("with this comment the file would read otherwise", Span::empty(0))),
    }
}

fn refused(reason: impl Into<String>, span: Span) -> EditError {
    EditError::Unsafe { reason: reason.into(), span }
}
