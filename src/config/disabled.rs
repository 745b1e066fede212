//! Entries that are commented out in their place, and the way there and back.
//!
//! An entry is commented out by a `# ` in each of its lines, at the column of
//! its dash, or further left where a line starts there; its own comments get one
//! too. Bringing it back takes them away again: the bytes are those of before.
//! Where the only entry goes, `plugins:` gets `[]`: SkyPilot ends with an error
//! on a list that is null. A block of comments counts as such an entry only
//! where it reads as an item of a list that has a class.

use std::ops::Range;

use super::model::{self, Entry};
use super::secret;
use crate::text::visible::visible;
use crate::text::{Span, Splice, end_of_line, next_line, start_of_line};
use crate::yaml::edit::EditError;
use crate::yaml::{Document, Value};

/// What a list without entries is written as behind its key.
const EMPTY: &str = " []";

/// An entry that is commented out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disabled {
    /// Its lines, with the last break.
    pub span: Span,
    /// Its class path.
    pub class: String,
    /// How many entries stand above it.
    pub before: usize,
    /// Its lines as they read without the marks, counted from the dash.
    pub lines: Vec<String>,
}

/// A line of comment without its mark.
#[derive(Clone, Debug)]
struct Bare {
    /// Its first byte in the text, and the end without the break.
    span: Span,
    /// What it reads as.
    text: String,
}

impl Bare {
    fn indent(&self) -> usize {
        self.text.len() - self.text.trim_start_matches(' ').len()
    }

    fn is_blank(&self) -> bool {
        self.text.trim_matches([' ', '\t']).is_empty()
    }

    fn is_comment(&self) -> bool {
        self.text.trim_start_matches([' ', '\t']).starts_with('#')
    }

    /// Returns the column of the dash, where an item starts here.
    fn dash(&self) -> Option<usize> {
        let body = self.text.trim_start_matches(' ');
        (body == "-" || body.starts_with("- ")).then(|| self.indent())
    }
}

impl Disabled {
    /// Returns the lines as they are shown: without the marks, secrets masked.
    #[must_use]
    pub fn shown(&self, show_secrets: bool) -> Vec<String> {
        let source = self.lines.join("\n");
        let text = if show_secrets { source } else { secret::masked(&Document::parse(source)) };
        text.split('\n').map(|line| visible(line).into_owned()).collect()
    }
}

/// Returns the bytes of all secrets in entries that are commented out, line by line, in order.
#[must_use]
pub fn secrets(document: &Document) -> Vec<Span> {
    let text = document.text();
    let mut out = Vec::new();
    for one in find(document) {
        let read = Document::parse(one.lines.join("\n"));
        let known = secret::spans(&read);
        let (mut at, mut start) = (one.span.start, 0);
        for line in &one.lines {
            // Both lines end in the same way, whatever stands before.
            let end = end_of_line(text, at);
            for span in &known {
                let (from, to) = (span.start.max(start), span.end.min(start + line.len()));
                if from < to {
                    out.push(Span::new(end - (start + line.len() - from), end - (start + line.len() - to)));
                }
            }
            start += line.len() + 1;
            at = next_line(text, at);
        }
    }
    out
}

/// Finds the entries that are commented out, in the order of the text.
#[must_use]
pub fn find(document: &Document) -> Vec<Disabled> {
    let text = document.text();
    if !memchr::memchr_iter(b'#', text.as_bytes())
        .any(|at| text[at + 1..].trim_start_matches([' ', '\t']).starts_with('-'))
    {
        return Vec::new();
    }
    let Some(place) = Place::of(document) else { return Vec::new() };
    let mut out = Vec::new();
    for (before, gap) in place.gaps(document).into_iter().enumerate() {
        // Most entries have nothing but their dash between them.
        if !gap.of(text).contains('#') {
            continue;
        }
        let mut run = Vec::new();
        let mut at = gap.start;
        while at < gap.end {
            let end = end_of_line(text, at);
            let line = &text[at..end];
            if line.trim_start_matches(' ').starts_with('#') {
                run.push(Span::new(at, end));
            } else {
                items(text, &run, before, &mut out);
                run.clear();
            }
            at = next_line(text, at);
        }
        items(text, &run, before, &mut out);
    }
    out
}

/// Finds the items in lines of comment that stand together.
fn items(text: &str, run: &[Span], before: usize, out: &mut Vec<Disabled>) {
    // One mark for all lines of an entry.
    let marks = MARKS.map(|mark| bared(text, run, mark));
    // The line that each mark is tried at next: no item starts before it.
    let mut next = [0; MARKS.len()];
    let mut at = 0;
    while at < run.len() {
        let found = marks.iter().zip(&mut next).find_map(|(lines, next)| {
            if at < *next {
                return None;
            }
            let found = item(text, lines, at, before);
            if found.is_none() {
                *next = behind(lines, at);
            }
            found
        });
        match found {
            Some((lines, entry)) => {
                out.push(entry);
                at = lines.end;
            }
            None => at += 1,
        }
    }
}

/// Returns the first line that an item may start on where none starts on `at`.
fn behind(lines: &[Bare], at: usize) -> usize {
    let start = (at..lines.len()).find(|line| !lines[*line].is_comment()).unwrap_or(lines.len());
    // A comment behind a tab is no YAML: it may be what does not read.
    let is_tab = |line: &Bare| line.text.trim_start_matches(' ').starts_with('\t');
    let tab = lines[at..start].iter().rposition(is_tab);
    tab.map_or(start, |tab| at + tab) + 1
}

/// What marks a line: as this program does it, with a tab, with nothing behind it.
const MARKS: [&str; 3] = ["# ", "#\t", "#"];

/// Takes a mark off lines. A `#` alone stands for an empty line; a line without the mark is no line of an entry.
fn bared(text: &str, run: &[Span], mark: &str) -> Vec<Bare> {
    let bare = |span: &Span| -> Option<String> {
        let line = span.of(text);
        let at = line.find('#')?;
        if &line[at..] == "#" {
            return Some(String::new());
        }
        line[at..].strip_prefix(mark).map(|rest| format!("{}{rest}", &line[..at]))
    };
    run.iter().map(|span| Bare { span: *span, text: bare(span).unwrap_or_else(|| "?".to_owned()) }).collect()
}

/// Returns the item that starts on a line, with the lines it takes.
fn item(text: &str, lines: &[Bare], at: usize, before: usize) -> Option<(Range<usize>, Disabled)> {
    // Its own comments come first.
    let start = (at..lines.len()).find(|line| !lines[*line].is_comment())?;
    let dash = lines[start].dash()?;
    // The shortest mark is for what has nothing behind it.
    if lines[start].text.len() == lines[start].span.len() - 1 && !lines[start].span.of(text).contains("#-") {
        return None;
    }
    let mut end = start + 1;
    while lines.get(end).is_some_and(|line| line.is_blank() || line.is_comment() || line.indent() > dash) {
        end += 1;
    }
    let is_next = |line: &Bare| line.is_comment() && line.indent() <= dash;
    while end > start + 1 && (is_next(&lines[end - 1]) || lines[end - 1].is_blank()) {
        end -= 1;
    }
    let own = at..end;
    let source: Vec<&str> = lines[own.clone()].iter().map(|line| line.text.as_str()).collect();
    let read = Document::parse(source.join("\n"));
    let items = read.data().ok()?.as_list()?;
    let [item] = items else { return None };
    let class = item.get("class")?.as_str()?.to_owned();
    let span = Span::new(lines[at].span.start, next_line(text, lines[end - 1].span.end));
    let shift = |line: &Bare| line.text.get(dash..).filter(|_| line.indent() >= dash).unwrap_or(&line.text).to_owned();
    Some((own.clone(), Disabled { span, class, before, lines: lines[own].iter().map(shift).collect() }))
}

/// Where the list is.
struct Place {
    entries: Vec<Entry>,
    /// The offset behind the colon of its key.
    colon: usize,
    /// The bytes of its value, empty where there is none.
    value: Span,
}

impl Place {
    /// Finds it, where its entries stand on lines of their own or there are none.
    fn of(document: &Document) -> Option<Self> {
        let text = document.text();
        let tree = document.tree().ok()?;
        let root = tree.target(tree.root()?);
        if !tree.is_mapping(root) || tree.is_flow(root) {
            return None;
        }
        let (key, value) = document.child(root, "plugins")?;
        let key_end = document.span(key?).end;
        let colon = key_end + text[key_end..].find(':')? + 1;
        let entries = model::entries(document);
        let is_list = tree.is_sequence(value) && !tree.is_flow(value);
        let is_empty = entries.is_empty()
            && (tree.is_sequence(value) || document.value(value).is_none_or(|v| matches!(v, Value::Null)));
        (is_list || is_empty).then(|| Self { entries, colon, value: document.span(value) })
    }

    /// Returns the edit that takes the value of a list without entries away, if there is one.
    fn emptied(&self) -> Vec<Splice> {
        let is_written = self.entries.is_empty() && !self.value.is_empty();
        is_written.then(|| Splice::delete(Span::new(self.colon, self.value.end))).into_iter().collect()
    }

    /// Returns the bytes between the entries: above the first, between two, below the last.
    fn gaps(&self, document: &Document) -> Vec<Span> {
        let text = document.text();
        let mut from =
            next_line(text, if self.entries.is_empty() { self.value.end.max(self.colon) } else { self.colon });
        let mut out = Vec::new();
        for entry in &self.entries {
            let start = start_of_line(text, entry.span.start);
            out.push(Span::new(from.min(start), start));
            from = next_line(text, last_char(text, entry.span));
        }
        let mut end = from;
        while end < text.len() {
            let line = text[end..end_of_line(text, end)].trim_matches([' ', '\t']);
            if !line.is_empty() && !line.starts_with('#') {
                break;
            }
            end = next_line(text, end);
        }
        out.push(Span::new(from.min(end), end));
        out
    }

    /// Returns the lines of an entry with its comments, each without its break.
    fn lines(text: &str, entry: &Entry, dash: usize) -> Vec<Span> {
        let mut at = entry.comment.map_or_else(|| start_of_line(text, entry.span.start), |comment| comment.start);
        let last = start_of_line(text, last_char(text, entry.span));
        let mut lines = Vec::new();
        while at < text.len() {
            let line = Span::new(at, end_of_line(text, at));
            let source = line.of(text);
            let indent = source.len() - source.trim_start_matches(' ').len();
            // A comment in depth below an entry is its own.
            if at > last && (indent <= dash || !source[indent..].starts_with('#')) {
                break;
            }
            lines.push(line);
            at = next_line(text, at);
        }
        while lines.last().is_some_and(|line| line.of(text).trim_matches([' ', '\t']).is_empty()) {
            lines.pop();
        }
        lines
    }
}

/// Returns the offset of the last character that is written of a node.
fn last_char(text: &str, span: Span) -> usize {
    let written = span.of(text).trim_end_matches([' ', '\t', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    written.char_indices().next_back().map_or(span.start, |(at, _)| span.start + at)
}

/// Returns the column of the dash of an entry, none where something stands before it.
pub(super) fn dash_of(text: &str, entry: &Entry) -> Option<usize> {
    let from = start_of_line(text, entry.span.start);
    let head = &text[from..entry.span.start];
    let column = head.len() - head.trim_start_matches(' ').len();
    (text[from + column..].starts_with('-')).then_some(column)
}

/// Returns the edit that marks a line as a comment.
fn marked(text: &str, line: Span, dash: usize) -> Splice {
    let source = line.of(text);
    let indent = source.len() - source.trim_start_matches(' ').len();
    if source.is_empty() {
        return Splice::insert(line.start, format!("{}#", " ".repeat(dash)));
    }
    Splice::insert(line.start + indent.min(dash), "# ")
}

fn refused(reason: impl Into<String>, span: Span) -> EditError {
    EditError::Unsafe { reason: reason.into(), span }
}

/// Returns the edits that comment out entries, sorted.
///
/// # Errors
///
/// Returns [`EditError`] where they cannot be commented out line by line, or something else needs them.
pub fn comment_out(document: &Document, indices: &[usize]) -> Result<Vec<Splice>, EditError> {
    let text = document.text();
    let nowhere = Span::empty(0);
    let flow = "only entries of a list that has a line for each can be commented out";
    let place = Place::of(document).ok_or_else(|| refused(flow, nowhere))?;
    if indices.is_empty() {
        return Err(refused("no entry is chosen", nowhere));
    }
    let mut splices = Vec::new();
    for &index in indices {
        let entry = place.entries.get(index).ok_or_else(|| refused(flow, nowhere))?;
        let dash =
            dash_of(text, entry).ok_or_else(|| refused("something else stands on its first line", entry.span))?;
        splices.extend(Place::lines(text, entry, dash).into_iter().map(|line| marked(text, line, dash)));
    }
    if indices.len() == place.entries.len() {
        // An anchor or a tag would be left alone.
        if place.value.start < place.entries[0].span.start && text[place.value.start..].starts_with(['&', '!']) {
            return Err(refused("the list has an anchor or a tag: remove that first", place.value));
        }
        splices.push(Splice::insert(place.colon, EMPTY));
    }
    splices.sort_by_key(|splice| splice.span.start);
    let new = spliced(document, &splices)?;
    let keeps = |index: &usize| !indices.contains(index);
    let kept: Vec<Value> =
        items_of(document).into_iter().enumerate().filter(|(i, _)| keeps(i)).map(|(_, item)| item).collect();
    if !reads_as(&new, document, &kept) {
        return Err(refused("the other entries would read otherwise: something in them needs this one", nowhere));
    }
    if !leads_back(document, &new, &splices, indices) {
        return Err(refused("its lines could not be told from other comments afterwards: delete it instead", nowhere));
    }
    Ok(splices)
}

/// Tells whether bringing the entries back gives the very text of before.
///
/// All come back at once: one by one, each would need a parse of the whole text.
fn leads_back(old: &Document, new: &Document, done: &[Splice], indices: &[usize]) -> bool {
    // One in the lines of an entry got a second mark with them.
    let stays = |one: &Disabled| {
        let next = done.partition_point(|splice| splice.span.start < one.span.start);
        done.get(next).is_none_or(|splice| splice.span.start >= one.span.end)
    };
    let known: Vec<Disabled> = find(old).into_iter().filter(stays).collect();
    let all = find(new);
    let Some(place) = Place::of(new) else { return false };
    let dash = place.entries.first().and_then(|entry| dash_of(new.text(), entry));
    let mut sorted = indices.to_vec();
    sorted.sort_unstable();
    let mut splices = place.emptied();
    for (earlier, index) in sorted.into_iter().enumerate() {
        let number = known.partition_point(|one| one.before <= index) + earlier;
        match all.get(number).and_then(|one| unmarked(new.text(), one, dash)) {
            Some(lines) => splices.extend(lines),
            None => return false,
        }
    }
    crate::text::splice(new.text(), &splices).is_ok_and(|text| text == old.text())
}

/// Returns the edits that take the marks off the lines of an entry; none where they do not read as one.
fn unmarked(text: &str, one: &Disabled, dash: Option<usize>) -> Option<Vec<Splice>> {
    let mut run = Vec::new();
    let mut at = one.span.start;
    while at < one.span.end {
        run.push(Span::new(at, end_of_line(text, at)));
        at = next_line(text, at);
    }
    let marks = MARKS.map(|mark| bared(text, &run, mark));
    let lines =
        marks.into_iter().find(|lines| item(text, lines, 0, 0).is_some_and(|(own, _)| own.len() == run.len()))?;
    let was = lines.iter().find_map(Bare::dash).unwrap_or(0);
    let dash = dash.unwrap_or(was);
    let line = |line: Bare| {
        let moved = if line.is_blank() || dash == was {
            line.text.clone()
        } else if dash > was {
            format!("{}{}", " ".repeat(dash - was), line.text)
        } else {
            line.text[line.indent().min(was - dash)..].to_owned()
        };
        Splice::new(line.span, moved)
    };
    Some(lines.into_iter().map(line).collect())
}

/// Returns the edits that bring back the entry `number` of those that [`find`] finds, sorted.
///
/// # Errors
///
/// Returns [`EditError`] where it does not read as an entry in its place.
pub fn bring_back(document: &Document, number: usize) -> Result<Vec<Splice>, EditError> {
    let text = document.text();
    let all = find(document);
    let one = all.get(number).ok_or_else(|| refused("there is no such entry that is commented out", Span::empty(0)))?;
    let place = Place::of(document).ok_or_else(|| refused("there is no list to put it into", one.span))?;
    let dash = place.entries.first().and_then(|entry| dash_of(text, entry));
    let lines = unmarked(text, one, dash).ok_or_else(|| refused("it does not read as one entry", one.span))?;
    let mut splices = place.emptied();
    splices.extend(lines);
    let new = spliced(document, &splices)?;
    let mut items = items_of(document);
    let new_items = items_of(&new);
    let added = new_items.get(one.before).cloned().unwrap_or(Value::Null);
    items.insert(one.before.min(items.len()), added.clone());
    if added.get("class").and_then(Value::as_str) != Some(&one.class) || !reads_as(&new, document, &items) {
        return Err(refused("it does not read as an entry in its place", one.span));
    }
    Ok(splices)
}

fn items_of(document: &Document) -> Vec<Value> {
    let list = document.data().ok().and_then(|data| data.get("plugins").cloned());
    list.and_then(|list| list.as_list().map(<[Value]>::to_vec)).unwrap_or_default()
}

/// Tells whether a text reads as another one with these entries.
fn reads_as(new: &Document, old: &Document, items: &[Value]) -> bool {
    let rest = |document: &Document| {
        let data = model::effective(document);
        let pairs = data.as_map().unwrap_or_default().iter().filter(|(key, _)| key.as_str() != Some("plugins"));
        Value::map(pairs.cloned().collect())
    };
    new.error().is_none() && rest(new).same(&rest(old)) && Value::list(items_of(new)).same(&Value::list(items.to_vec()))
}

fn spliced(document: &Document, splices: &[Splice]) -> Result<Document, EditError> {
    let text = crate::text::splice(document.text(), splices);
    text.map(|text| document.edited(text)).map_err(|error| refused(error.to_string(), Span::empty(0)))
}
