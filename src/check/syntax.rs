//! Errors of the YAML reader, with their likely cause and, where one edit mends the text, that edit.

use super::diagnostic::{Code, Diagnostic, Fix, Place, Severity};
use super::refusal::{consequence, parses};
use crate::config::{Role, Workspace};
use crate::text::{Span, Splice};
use crate::yaml::{Document, ErrorKind, YamlError};

/// Columns that a tab is taken for where it is replaced.
const TAB: &str = "  ";

/// Turns what stops PyYAML into a diagnostic.
pub(super) fn diagnose(workspace: &Workspace, role: Role, document: &Document, error: &YamlError) -> Diagnostic {
    let text = document.text();
    let mark = error.mark.map_or(0, |mark| mark.offset.min(text.len()));
    let start = floor(text, mark);
    let width = text[start..].chars().next().filter(|c| !matches!(c, '\n' | '\r')).map_or(0, char::len_utf8);
    let place = Place::span(workspace, role, document, Span::new(start, start + width), None);
    let code = match error.kind {
        ErrorKind::Reader => Code::YamlCharacter,
        ErrorKind::Scanner | ErrorKind::Parser => Code::YamlSyntax,
        ErrorKind::Composer => Code::YamlComposition,
        ErrorKind::Constructor => Code::YamlConstruction,
        ErrorKind::Attribute => Code::YamlUnpredictable,
        ErrorKind::TooDeep => Code::TooDeep,
        _ => Code::YamlConversion,
    };
    let message = match &error.context {
        Some(context) => format!("{context}: {}", error.problem),
        None => error.problem.clone(),
    };
    let effect = match error.kind.exception() {
        Some(exception) => format!("It raises {exception}: {}.", consequence(role)),
        None => "Python's C stack overflows: the process dies without a message.".to_owned(),
    };
    let fix = candidates(document, start).into_iter().find(|fix| parses(document, fix));
    let one = Diagnostic::new(code, Severity::Error, place, message, effect);
    let one = match (&fix, cause(document, error, start)) {
        (None, Some(cause)) => one.hint(cause),
        (Some(fix), _) => one.hint(format!("most likely: {}", fix.label)),
        (None, None) => one,
    };
    one.fix(fix)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Edits that often mend a text; each is tried before it is offered.
fn candidates(document: &Document, at: usize) -> Vec<Fix> {
    let text = document.text();
    let lines = document.lines();
    let here = lines.line_of(at);
    let mut fixes = Vec::new();
    let fix = |label: &str, edits: Vec<Splice>| Fix { label: label.to_owned(), safe: false, edits, patch: None };
    for number in [here, here.saturating_sub(1)] {
        let span = lines.line(text, number);
        let line = span.of(text);
        let end = span.start + line.trim_end().len();
        let word = line.trim().trim_start_matches("- ").trim();
        if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
            fixes.push(fix(&format!("insert ':' behind `{word}`"), vec![Splice::insert(end, ":")]));
        }
        let indent = line.len() - line.trim_start().len();
        if line[..indent].contains('\t') {
            let spaces = line[..indent].replace('\t', TAB);
            let edit = Splice::new(Span::new(span.start, span.start + indent), spaces);
            fixes.push(fix("replace the tab by spaces", vec![edit]));
        }
        for (quote, name) in [('\'', "a single quote"), ('"', "a double quote")] {
            if line.matches(quote).count() % 2 == 1 {
                fixes.push(fix(&format!("close {name} at the end of the line"), vec![Splice::insert(end, quote)]));
            }
        }
        for (open, close) in [('[', "]"), ('{', "}")] {
            if line.matches(open).count() > line.matches(close).count() {
                fixes.push(fix(&format!("close the bracket: {close}"), vec![Splice::insert(end, close)]));
            }
        }
        // A value that needs quotes: `key: @x`, `key: a: b`, `key: %d`.
        if let Some(colon) = line.find(": ") {
            // Nothing but blanks may stand behind the colon.
            let start = (span.start + colon + 2).min(end);
            let value = Span::new(start, end).of(text).trim_start();
            if !value.is_empty() && !value.contains(['\'', '"', '#']) {
                let from = end - value.len();
                let edit = Splice::new(Span::new(from, end), format!("'{value}'"));
                fixes.push(fix("put quotes around the value", vec![edit]));
            }
        }
    }
    fixes
}

/// Says in plain words what libyaml's message usually comes from.
fn cause(document: &Document, error: &YamlError, at: usize) -> Option<String> {
    let line = document.lines().line(document.text(), document.lines().line_of(at)).of(document.text());
    let problem = error.problem.as_str();
    Some(match problem {
        "mapping values are not allowed in this context" => {
            "the line before has no colon, or the value holds a colon with a blank and needs quotes".to_owned()
        }
        "could not find expected ':'" => "a colon is missing, or a text over several lines is not indented".to_owned(),
        "did not find expected key" | "did not find expected '-' indicator" => {
            "the indentation differs from that of the lines above, or a quote is not closed".to_owned()
        }
        "found character that cannot start any token" if line.contains('\t') => "use spaces, not tabs".to_owned(),
        "found character that cannot start any token" => "put quotes around the value".to_owned(),
        "block sequence entries are not allowed in this context" => {
            "a list must start on a line of its own, below its key".to_owned()
        }
        "found unexpected end of stream" => "a quote or bracket is not closed".to_owned(),
        "but found another document" => "remove the `---`: SkyPilot reads one document".to_owned(),
        _ if error.kind == ErrorKind::Reader => "remove the character".to_owned(),
        _ if problem.starts_with("could not determine a constructor for the tag") => "remove the tag".to_owned(),
        "found undefined alias" => {
            "a plain value cannot start with `*`: put quotes around it, or define the anchor before".to_owned()
        }
        _ => return None,
    })
}
