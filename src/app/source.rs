//! The text of a file beside what is edited: the file at the cursor, and which part of it is meant.

use super::command::Id;
use super::layout;
use super::message::Effect;
use super::{Cursor, Pane, Screen, State, Tone, edits, external, motion};
use crate::check::FileKind;
use crate::config::model::Entry;
use crate::config::{Content, Role, secret};
use crate::text::Span;
use crate::yaml::Document;

/// What is known of the text on the screen.
#[derive(Debug, Default)]
pub struct Source {
    /// The lines of the screen that shows nothing else.
    pub cursor: Cursor,
    /// The first line of the pane.
    pub top: usize,
    /// The screen that it was opened from.
    from: Screen,
    /// The file, where another one than that at the cursor is shown.
    other: bool,
}

/// Returns the file at the cursor, and the bytes of what the cursor is on.
#[must_use]
pub fn at_cursor(state: &State) -> (Role, Option<Span>) {
    let screen = if state.screen == Screen::Source { state.source.from } else { state.screen };
    if screen == Screen::Main && state.focus == Pane::Problems {
        let place = state.problems.get(state.problem.at).map(|one| &one.place);
        match place.map(|place| (place.file, place.span)) {
            Some((FileKind::Api, span)) => return (Role::Api, span),
            Some((FileKind::Remote, span)) => return (Role::Remote, span),
            _ => {}
        }
    }
    let role = state.role;
    let entry = state.list(role).current().and_then(|index| state.list(role).entries.get(index));
    let in_tree = screen == Screen::Parameters || (screen == Screen::Main && state.focus == Pane::Detail);
    let value = state.tree.current().and_then(|row| row.node).zip(state.workspace.document(role));
    match value.filter(|_| in_tree) {
        Some((node, document)) => (role, Some(document.span(node))),
        None => (role, entry.map(|entry| entry.span)),
    }
}

/// Returns the file that is shown, and the bytes that are marked.
#[must_use]
pub fn shown(state: &State) -> (Role, Option<Span>) {
    let (role, span) = at_cursor(state);
    if state.screen == Screen::Source && state.source.other { (role.other(), None) } else { (role, span) }
}

/// Returns the bytes of a file that are shown as stars.
#[must_use]
pub fn secrets<'d>(state: &State, document: &'d Document) -> &'d [Span] {
    if state.settings.show_secrets { &[] } else { secret::all_spans(document) }
}

/// Returns the lines of a span, the last one included.
#[must_use]
pub fn lines_of(document: &Document, span: Span) -> (usize, usize) {
    let last = span.end.saturating_sub(1).max(span.start);
    (document.lines().line_of(span.start), document.lines().line_of(last))
}

/// Shows the file at the cursor as text.
pub(super) fn open(state: &mut State) {
    let (role, span) = at_cursor(state);
    match &state.workspace.file(role).content {
        Content::Absent => state.say(Tone::Told, format!("{} does not exist yet.", role.file_name())),
        Content::Unreadable(_) => state.say(Tone::Failed, format!("{} is no text.", role.file_name())),
        Content::Text(document) => {
            let line = span.map_or(0, |span| lines_of(document, span).0);
            state.source.from = state.screen;
            state.source.other = false;
            state.source.cursor = Cursor { at: line, offset: line.saturating_sub(3) };
            state.screen = Screen::Source;
        }
    }
}

/// Runs a command of the screen.
pub(super) fn run(state: &mut State, id: Id) -> Vec<Effect> {
    match id {
        Id::NextFile => {
            let (role, _) = shown(state);
            if matches!(state.workspace.file(role.other()).content, Content::Text(_)) {
                state.source.other = !state.source.other;
                state.source.cursor = Cursor::default();
            } else {
                state.say(Tone::Told, format!("{} is not there to be shown.", role.other().file_name()));
            }
            Vec::new()
        }
        Id::Editor => external::open_at(state, shown(state).0, state.source.cursor.at + 1),
        _ => Vec::new(),
    }
}

/// Goes back to where the screen was opened.
pub(super) const fn back(state: &mut State) {
    state.screen = state.source.from;
}

/// Scrolls what is shown.
pub(super) fn settle(state: &mut State) {
    let area = state.areas().source;
    let has_pane = state.screen == Screen::Main && !area.is_empty();
    if !has_pane && state.screen != Screen::Source {
        return;
    }
    let (role, span) = shown(state);
    let Some(document) = state.workspace.document(role).cloned() else {
        if state.screen == Screen::Source {
            back(state);
        }
        return;
    };
    let lines = document.lines().count();
    if has_pane {
        let page = layout::rows_in(area);
        let (first, last) = span.map_or((0, 0), |span| lines_of(&document, span));
        // All of it, or its beginning where it does not fit.
        let top = motion::scrolled(state.source.top, last, lines, page);
        state.source.top = motion::scrolled(top, first, lines, page);
    } else {
        let page = motion::body_rows(state);
        let cursor = &mut state.source.cursor;
        cursor.at = cursor.at.min(lines.saturating_sub(1));
        cursor.offset = motion::scrolled(cursor.offset, cursor.at, lines, page);
    }
}

/// Returns the text of one line in pieces, secrets as stars, each with whether it is marked.
///
/// What stands behind the first `most` characters may be missing: a line can be as long as a file.
#[must_use]
pub fn pieces(
    document: &Document,
    line: usize,
    secrets: &[Span],
    mark: Option<Span>,
    most: usize,
) -> Vec<(String, bool)> {
    let text = document.text();
    let span = document.lines().line(text, line);
    let is_marked = |at: usize| mark.is_some_and(|mark| (mark.start..mark.end).contains(&at));
    let first = secrets.partition_point(|secret| secret.end <= span.start);
    let mut found = Vec::new();
    let mut at = span.start;
    for secret in secrets[first..].iter().take_while(|secret| secret.start < span.end) {
        if found.len() > most {
            return found;
        }
        let start = secret.start.max(at);
        // The indentation of further lines of a secret is none.
        let blanks = text[start..span.end].len() - text[start..span.end].trim_start().len();
        let start = (start + blanks).min(span.end);
        split(text, Span::new(at, start), mark, most, &mut found);
        let end = secret.end.min(span.end).max(start);
        if end > start {
            found.push((secret::MASK.to_owned(), is_marked(start)));
        }
        at = end;
    }
    split(text, Span::new(at, span.end.max(at)), mark, most, &mut found);
    found
}

/// Adds a text that is no secret, in up to three pieces: before, in and behind the mark, `most` characters of each.
fn split(text: &str, span: Span, mark: Option<Span>, most: usize, found: &mut Vec<(String, bool)>) {
    let mark = mark.unwrap_or(Span::new(span.end, span.end));
    let from = mark.start.clamp(span.start, span.end);
    let to = mark.end.clamp(from, span.end);
    for (start, end, marked) in [(span.start, from, false), (from, to, true), (to, span.end, false)] {
        if start < end {
            let piece = &text[start..end];
            let piece = piece.char_indices().nth(most).map_or(piece, |(at, _)| &piece[..at]);
            found.push((piece.replace('\t', "    "), marked));
        }
    }
}

/// Returns where the cursor of the lists or of the parameters is, for the title.
#[must_use]
pub fn lines_text(state: &State) -> String {
    let (role, span) = shown(state);
    match (state.workspace.document(role), span) {
        (Some(document), Some(span)) => match lines_of(document, span) {
            (first, last) if first == last => format!("line {}", first + 1),
            (first, last) => format!("lines {}-{}", first + 1, last + 1),
        },
        _ => String::new(),
    }
}

/// Goes from a line of the text to the entry that it is of.
pub(super) fn go_to_line(state: &mut State) {
    let (role, _) = shown(state);
    let line = state.source.cursor.at;
    let Some(document) = state.workspace.document(role) else { return };
    let entries = &state.list(role).entries;
    let holds = |entry: &&Entry| {
        let (first, last) = lines_of(document, entry.span);
        (first..=last).contains(&line)
    };
    match entries.iter().find(holds).map(Entry::pointer) {
        Some(pointer) => edits::go_to(state, role, &pointer, true),
        None => state.say(Tone::Told, "No entry stands on this line."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(document: &Document, line: usize, mark: Option<Span>) -> Vec<(String, bool)> {
        pieces(document, line, &secret::spans(document), mark, usize::MAX)
    }

    #[test]
    fn lines_are_cut_at_secrets_and_at_the_mark() {
        let document = Document::parse("a: {token: s3cret, b: 2}  # x\nkey: |\n  one\n  two\n");
        let piece = |text: &str, marked| (text.to_owned(), marked);
        assert_eq!(
            shown(&document, 0, Some(Span::new(3, 24))),
            [
                piece("a: ", false),
                piece("{token: ", true),
                piece(secret::MASK, true),
                piece(", b: 2}", true),
                piece("  # x", false)
            ]
        );
        assert_eq!(shown(&document, 3, None), [piece("  ", false), piece(secret::MASK, false)]);
        let all: String = (0..4).flat_map(|line| shown(&document, line, None)).map(|(text, _)| text).collect();
        assert!(!all.contains("s3cret") && !all.contains("one") && !all.contains("two"), "{all}");
    }
}
