//! The comment at the top of a file that tells editors which JSON Schema is its own.
//!
//! yaml-language-server takes `# yaml-language-server: $schema=PLACE` from any
//! comment; the first line is where people look for it. To `SkyPilot` it is a
//! comment like others, which is proved by parsing.

use super::comment;
use crate::text::{Span, Splice, end_of_line, next_line};
use crate::yaml::Document;
use crate::yaml::edit::EditError;

/// What stands in front of the schema's place, without the mark of the comment.
const NAME: &str = "yaml-language-server:";

/// What the place is given to.
const SCHEMA: &str = "$schema=";

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the schema that a file names, and the line that names it, without its break.
///
/// Only lines in front of the first that holds data are looked at: below,
/// such a line may be part of a value.
#[must_use]
pub fn find(text: &str) -> Option<(&str, Span)> {
    let mut at = start(text);
    while at < text.len() {
        let line = Span::new(at, end_of_line(text, at));
        let words = line.of(text).trim();
        let is_data = !(words.is_empty() || words.starts_with(['#', '%']) || words == "---");
        if is_data {
            return None;
        }
        let named = words.strip_prefix('#').and_then(|words| words.trim_start().strip_prefix(NAME));
        if let Some(place) = named.and_then(|rest| rest.split_whitespace().find_map(|word| word.strip_prefix(SCHEMA))) {
            return Some((place, line));
        }
        at = next_line(text, at);
    }
    None
}

/// Returns the edits that make a file name a schema, by a path or an address; none takes the line away.
///
/// # Errors
///
/// Returns [`EditError`] where editors could not read the place, or the file would read otherwise.
pub fn set(document: &Document, schema: Option<&str>) -> Result<Vec<Splice>, EditError> {
    let text = document.text();
    let found = find(text);
    let Some(schema) = schema else {
        let Some((_, line)) = found else { return Ok(Vec::new()) };
        let whole = Span::new(line.start, next_line(text, line.end));
        return comment::proved(document, vec![Splice::delete(whole)]);
    };
    // The language server takes all up to the next blank.
    if schema.is_empty() || schema.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let reason = "a schema is named by a path or an address without blanks (%20 stands for one)";
        return Err(EditError::Unsafe { reason: reason.to_owned(), span: Span::empty(start(text)) });
    }
    let splice = match found {
        Some((now, _)) if now == schema => return Ok(Vec::new()),
        Some((now, line)) => {
            let from = line.start + line.of(text).find(SCHEMA).map_or(0, |at| at + SCHEMA.len());
            Splice::new(Span::new(from, from + now.len()), schema)
        }
        None => Splice::insert(start(text), format!("# {NAME} {SCHEMA}{schema}{}", comment::line_end(text))),
    };
    comment::proved(document, vec![splice])
}

/// Returns where the first line starts: behind a byte order mark.
fn start(text: &str) -> usize {
    if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 }
}
