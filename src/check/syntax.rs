//! Errors of the YAML reader, with their likely cause and, where one edit mends the text, that edit.

use super::diagnostic::{Code, Diagnostic, Fix, Place};
use super::refusal::consequence;
use super::{Status, fix, of_document};
use crate::config::{Role, Workspace};
use crate::text::{Span, Splice, end_of_line, next_line, splice};
use crate::yaml::{Document, ErrorKind, Kind, YamlError};

/// Columns that a tab is taken for where it is replaced.
const TAB: &str = "  ";
/// The largest text, in bytes, in which edits are tried: each means to parse it again.
const LARGEST: usize = 64 * 1024;
/// How many lines above the error may give it their indentation.
const LINES_ABOVE: usize = 3;

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
        Some("AttributeError") => format!(
            "It raises AttributeError in the reader, and what SkyPilot reads afterwards is not to be told: {}.",
            consequence(role)
        ),
        Some(exception) => format!("It raises {exception}: {}.", consequence(role)),
        None => "The process needs more stack or memory than there is, and dies without a message.".to_owned(),
    };
    let fix = if text.len() > LARGEST { None } else { best(document, role, candidates(document, error, start)) };
    let one = Diagnostic::new(code, code.severity(), place, message, effect);
    let one = match (&fix, cause(document, error, start)) {
        (_, Some(cause)) => one.hint(cause),
        (Some(fix), None) => one.hint(format!("most likely: {}", fix.label)),
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

/// Returns the first fix with which SkyPilot takes the file, else the first with
/// which it is YAML.
fn best(document: &Document, role: Role, candidates: Vec<Fix>) -> Option<Fix> {
    let mut second = None;
    for fix in candidates {
        let Ok(text) = splice(document.text(), &fix.edits) else { continue };
        let new = Document::parse(text);
        if new.data().is_err() {
            continue;
        }
        if of_document(&new, role).status == Status::Ok {
            return Some(fix);
        }
        second.get_or_insert(fix);
    }
    second
}

/// Edits that often mend a text; each is tried before it is offered.
fn candidates(document: &Document, error: &YamlError, at: usize) -> Vec<Fix> {
    let text = document.text();
    let mut fixes = Vec::new();
    match error.kind {
        ErrorKind::Reader => {
            fixes.push(fix::of("remove the characters that YAML does not allow", false, forbidden(text)));
        }
        ErrorKind::Scanner | ErrorKind::Parser | ErrorKind::Composer => {
            let lines = document.lines();
            let here = lines.line_of(at);
            for number in [here, here.saturating_sub(1)] {
                of_line(lines.line(text, number), text, &mut fixes);
                indentations(document, number, &mut fixes);
            }
            if text[at..].starts_with("---") {
                let line = Span::new(at, next_line(text, at));
                fixes.push(fix::of("remove the `---`", false, vec![Splice::delete(line)]));
            }
        }
        _ => of_node(document, at, &mut fixes),
    }
    fixes
}

/// Edits of one line that a scanner or parser stopped at.
fn of_line(span: Span, text: &str, fixes: &mut Vec<Fix>) {
    let mut push = |label: &str, edit: Splice| fixes.push(fix::of(label, false, vec![edit]));
    let line = span.of(text);
    let end = span.start + line.trim_end().len();
    let indent = line.len() - line.trim_start().len();
    let word = line.trim().trim_start_matches("- ").trim();
    if !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')) {
        push(&format!("put a colon behind `{word}`"), Splice::insert(end, ":"));
    }
    if line[..indent].contains('\t') {
        let spaces = line[..indent].replace('\t', TAB);
        push("replace the tab by spaces", Splice::new(Span::new(span.start, span.start + indent), spaces));
    }
    let content = line.trim_start();
    if content.starts_with('-') && content[1..].starts_with(|c: char| c.is_alphabetic() || c == '_') {
        push("put a blank behind the dash", Splice::insert(span.start + indent + 1, " "));
    }
    for key in ["class:", "parameters:", "plugins:", "controller_wheel_path:"] {
        let at = line.find(key).map(|at| at + key.len());
        if let Some(at) = at.filter(|&at| line[at..].starts_with(|c: char| !c.is_whitespace())) {
            push("put a blank behind the colon", Splice::insert(span.start + at, " "));
        }
    }
    for (quote, name) in [('\'', "single"), ('"', "double")] {
        if line.matches(quote).count() % 2 == 1 {
            push(&format!("close the {name} quote at the end of the line"), Splice::insert(end, quote));
        }
    }
    let closing = closing(line);
    if !closing.is_empty() {
        let what = if closing.len() == 1 { "bracket" } else { "brackets" };
        push(&format!("close the {what}: {closing}"), Splice::insert(end, closing));
    }
    // A value that needs quotes: `key: @x`, `key: a: b`, `key: %d`, `- *.log`.
    let head = line.find(": ").map(|at| at + 2).or_else(|| content.starts_with("- ").then_some(indent + 2));
    if let Some(head) = head {
        // Nothing but blanks may stand behind the colon.
        let value = Span::new((span.start + head).min(end), end).of(text).trim_start();
        let from = Span::new(end - value.len(), end);
        if let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).filter(|v| !v.contains('\'')) {
            push("take single quotes, in which a backslash is one", Splice::new(from, format!("'{inner}'")));
        } else if !value.is_empty() && !value.contains('\'') {
            let edits = vec![Splice::insert(from.start, "'"), Splice::insert(from.end, "'")];
            fixes.push(fix::of("put quotes around the value", false, edits));
        }
    }
}

/// Returns the brackets that close what a line opens, innermost first.
fn closing(line: &str) -> String {
    let mut open = Vec::new();
    for c in line.chars() {
        match c {
            '[' => open.push(']'),
            '{' => open.push('}'),
            ']' | '}' if open.last() == Some(&c) => drop(open.pop()),
            _ => {}
        }
    }
    open.into_iter().rev().collect()
}

/// Gives a line the indentation of one of those above, with or without its dash.
fn indentations(document: &Document, number: usize, fixes: &mut Vec<Fix>) {
    let text = document.text();
    let lines = document.lines();
    let span = lines.line(text, number);
    let columns = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let old = columns(span.of(text));
    let mut seen = vec![old];
    let above = (0..number).rev().map(|n| lines.line(text, n).of(text));
    for line in above.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')).take(LINES_ABOVE) {
        let column = columns(line);
        let behind_dash = line[column..].starts_with("- ").then_some(column + 2);
        for new in [Some(column), behind_dash].into_iter().flatten() {
            if seen.contains(&new) {
                continue;
            }
            seen.push(new);
            let edit = Splice::new(Span::new(span.start, span.start + old), " ".repeat(new));
            let label = format!("indent line {} by {new} like a line above", number + 1);
            fixes.push(fix::of(label, false, vec![edit]));
        }
    }
}

/// Edits of a node that the constructor stopped at: its tag, or its text.
fn of_node(document: &Document, at: usize, fixes: &mut Vec<Fix>) {
    let text = document.text();
    let Ok(tree) = document.tree() else { return };
    let Some(node) = tree.ids().find(|&node| document.span(node).start == at && tree.kind(node) != Kind::Alias) else {
        return;
    };
    if let Some(quoted) = fix::quote(document, &[node], false) {
        fixes.push(quoted);
    }
    let body = tree.body(node);
    let properties = Span::new(at, body.start).of(text);
    if let Some(tag) = properties.find('!').map(|offset| at + offset) {
        let end = text[tag..body.start].find([' ', '\t', '\n', '\r']).map_or(body.start, |len| tag + len);
        let blanks = text[end..body.start].len() - text[end..body.start].trim_start_matches([' ', '\t']).len();
        fixes.push(fix::of("remove the tag", false, vec![Splice::delete(Span::new(tag, end + blanks))]));
    }
}

/// Tells whether libyaml takes a character (`IS_PRINTABLE` in its reader, 0.2.5).
pub(super) const fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// Returns the edits that take out every character that libyaml refuses.
fn forbidden(text: &str) -> Vec<Splice> {
    let bad = text.char_indices().filter(|(_, c)| !is_allowed(*c));
    bad.map(|(at, c)| Splice::delete(Span::new(at, at + c.len_utf8()))).collect()
}

/// Says in plain words what libyaml's message usually comes from.
fn cause(document: &Document, error: &YamlError, at: usize) -> Option<String> {
    let text = document.text();
    let line = document.lines().line(text, document.lines().line_of(at)).of(text);
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
        "found a tab character that violates indentation" => "use spaces, not tabs".to_owned(),
        "found unknown escape character" | "did not find expected hexadecimal number" => {
            "a backslash starts an escape in double quotes: take single quotes, or write it twice".to_owned()
        }
        "block sequence entries are not allowed in this context" => {
            "a list must start on a line of its own, below its key".to_owned()
        }
        "found unexpected end of stream" => "a quote or bracket is not closed".to_owned(),
        "found unexpected document indicator" => "a quote above the `---` is not closed".to_owned(),
        "but found another document" => "remove the `---`: SkyPilot reads one document".to_owned(),
        "found undefined alias" => {
            let name: String = text[at..].chars().take_while(|c| !c.is_whitespace()).take(32).collect();
            format!("`{name}` is an alias: put quotes around the value, or define the anchor before it")
        }
        "second occurrence" => {
            let first = error.context_mark.map_or(0, |mark| mark.line + 1);
            format!("the anchor is defined on line {first} already: give one of them another name")
        }
        "found unhashable key" => "a list or mapping is no key: put quotes around a value in braces".to_owned(),
        _ if error.kind == ErrorKind::Reader => {
            format!("remove it: {} on line {}", name_of_character(text, at), document.position(at).line)
        }
        _ if problem.ends_with("for the tag 'tag:yaml.org,2002:value'")
            || problem.ends_with("for the tag 'tag:yaml.org,2002:merge'") =>
        {
            "`=` and `<<` mean something of their own to YAML: put quotes around the value".to_owned()
        }
        _ if problem.starts_with("could not determine a constructor for the tag") => {
            "remove the tag: SkyPilot knows none but those of YAML itself, and expands nothing".to_owned()
        }
        _ if matches!(error.kind, ErrorKind::Value | ErrorKind::Key | ErrorKind::Index) => {
            "put quotes around it if a string is meant".to_owned()
        }
        _ => return None,
    })
}

/// Names the character at a place.
fn name_of_character(text: &str, at: usize) -> String {
    let c = text[at..end_of_line(text, at).max(at)].chars().next();
    c.map_or_else(|| "the character".to_owned(), |c| format!("U+{:04X}", u32::from(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_closed_from_the_innermost_out() {
        assert_eq!(closing("a: {x: [1, 2"), "]}");
        assert_eq!(closing("a: {x: [1, 2]"), "}");
        assert_eq!(closing("a: {x: [1, 2]}"), "");
    }
}
