//! Byte ranges, lines and columns: the one vocabulary for places in a text.
//!
//! Every place in a file is a byte offset; lines and columns are computed from
//! it only where a person or a script is told about them. Lines break where
//! libyaml breaks them (LF, CR, CR LF, U+0085, U+2028, U+2029), so that the
//! numbers agree with those in `SkyPilot`'s own messages.

pub mod visible;

use std::fmt;

/// A half-open range of bytes of one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The offset of the first byte.
    pub start: usize,
    /// The offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// Returns the range from `start` to `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Returns the empty range at `at`.
    #[must_use]
    pub const fn empty(at: usize) -> Self {
        Self { start: at, end: at }
    }

    /// Returns the number of bytes.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Tells whether the range holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the range that lies `by` bytes behind it.
    #[must_use]
    pub(crate) const fn moved(self, by: isize) -> Self {
        Self { start: self.start.wrapping_add_signed(by), end: self.end.wrapping_add_signed(by) }
    }

    /// Returns the part of `text` that the range covers.
    ///
    /// # Panics
    ///
    /// Panics where the range is not one of this text.
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        &text[self.start..self.end]
    }
}

/// A place as people count: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in Unicode scalar values.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// The starts of all lines of a text.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Whether each character is one byte, as in most files: columns need no counting then.
    ascii: bool,
}

impl LineIndex {
    /// Finds the lines of `text`, which must be smaller than 4 GiB.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let ascii = text.is_ascii();
        if ascii && memchr::memchr(b'\r', bytes).is_none() {
            let breaks = memchr::memchr_iter(b'\n', bytes);
            starts.extend(breaks.map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX)));
            return Self { starts, ascii };
        }
        let mut at = 0;
        while at < bytes.len() {
            // Nearly all bytes can start no break, and one look tells.
            if bytes[at] > b'\r' && bytes[at] != 0xC2 && bytes[at] != 0xE2 {
                at += 1;
                continue;
            }
            let width = break_width(bytes, at);
            if width > 0 {
                at += width;
                starts.push(u32::try_from(at).unwrap_or(u32::MAX));
            } else {
                at += 1;
            }
        }
        Self { starts, ascii }
    }

    /// Finds the lines of the text that `change` has made of this one.
    #[must_use]
    pub(crate) fn edited(&self, change: &Change, new: &str) -> Self {
        let (first, grown) = (self.line_of(change.start), change.grown);
        // Whole lines around what differs, as a break may have been made or taken apart there.
        let (from, last) = (first.saturating_sub(1), self.line_of(change.old_end) + 2);
        let Some(&old_end) = self.starts.get(last) else { return Self::new(new) };
        let start = self.start_of(from);
        let Some(end) = (old_end as usize).checked_add_signed(grown) else { return Self::new(new) };
        let Some(changed) = new.get(start..end) else { return Self::new(new) };
        let mut starts = Vec::with_capacity(self.starts.len() + changed.len() / 16);
        starts.extend_from_slice(&self.starts[..from]);
        // A text that ends in a break has a line behind it, which is the next one here.
        let between = Self::new(changed);
        let own = &between.starts[..between.starts.len() - 1];
        let at = |start: &u32, by: isize| u32::try_from((*start as usize).wrapping_add_signed(by)).unwrap_or(u32::MAX);
        starts.extend(own.iter().map(|line| at(line, start.cast_signed())));
        starts.extend(self.starts[last..].iter().map(|line| at(line, grown)));
        Self { starts, ascii: self.ascii && between.ascii || new.is_ascii() }
    }

    /// Returns the number of lines; a text that ends in a break has an empty last one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// Returns the index of the line (from 0) that holds the byte at `offset`.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start as usize <= offset) - 1
    }

    /// Returns the offset of the first byte of line `line` (from 0), or the last line's.
    #[must_use]
    pub fn start_of(&self, line: usize) -> usize {
        self.starts[line.min(self.starts.len() - 1)] as usize
    }

    /// Returns the range of line `line` (from 0) of `text`, without its break.
    #[must_use]
    pub fn line(&self, text: &str, line: usize) -> Span {
        let start = self.start_of(line);
        Span::new(start, end_of_line(text, start))
    }

    /// Returns the position of the byte at `offset` of `text`.
    #[must_use]
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = offset.min(text.len());
        let line = self.line_of(offset);
        if self.ascii {
            return Position { line: line + 1, column: offset - self.start_of(line) + 1 };
        }
        let head = &text.as_bytes()[self.start_of(line)..offset];
        // Continuation bytes are no characters of their own.
        let column = head.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        let bom = usize::from(line == 0 && text.starts_with('\u{feff}') && column > 0);
        Position { line: line + 1, column: column + 1 - bom }
    }
}

/// What an edit changed: the same text before and behind it.
#[derive(Debug)]
pub(crate) struct Change {
    /// The first byte that differs.
    pub(crate) start: usize,
    /// Behind the last one in the old text.
    pub(crate) old_end: usize,
    /// How much longer the new text is.
    pub(crate) grown: isize,
}

impl Change {
    /// Finds what differs between two texts.
    #[must_use]
    pub(crate) fn between(old: &[u8], new: &[u8]) -> Self {
        let start = common_start(old, new);
        let behind = common_end(&old[start..], &new[start..]);
        let grown = new.len().cast_signed() - old.len().cast_signed();
        Self { start, old_end: old.len() - behind, grown }
    }
}

/// Bytes that are compared at once.
const CHUNK: usize = 1024;

/// Returns how many bytes both begin with.
#[must_use]
fn common_start(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.chunks_exact(CHUNK).zip(b.chunks_exact(CHUNK)).take_while(|(a, b)| a == b).count() * CHUNK;
    chunks + a[chunks..].iter().zip(&b[chunks..]).take_while(|(a, b)| a == b).count()
}

/// Returns how many bytes both end with.
#[must_use]
fn common_end(a: &[u8], b: &[u8]) -> usize {
    let chunks = a.rchunks_exact(CHUNK).zip(b.rchunks_exact(CHUNK)).take_while(|(a, b)| a == b).count() * CHUNK;
    let (a, b) = (&a[..a.len() - chunks], &b[..b.len() - chunks]);
    chunks + a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// Returns a hash of some bytes that is cheap and no more than that (FNV-1a).
#[must_use]
pub(crate) fn cheap_hash(bytes: &[u8]) -> usize {
    bytes.iter().fold(0x811c_9dc5, |hash: u32, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)) as usize
}

/// Returns the number of bytes of the line break at `at`, 0 where there is none.
#[must_use]
pub fn break_width(bytes: &[u8], at: usize) -> usize {
    match bytes[at] {
        b'\r' if bytes.get(at + 1) == Some(&b'\n') => 2,
        b'\n' | b'\r' => 1,
        0xC2 if bytes.get(at + 1) == Some(&0x85) => 2,
        0xE2 if bytes.get(at + 1) == Some(&0x80) && matches!(bytes.get(at + 2), Some(0xA8 | 0xA9)) => 3,
        _ => 0,
    }
}

/// Returns the offset of the next line break at or behind `at`, or the end of the text.
#[must_use]
pub fn end_of_line(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    (at..bytes.len()).find(|&i| break_width(bytes, i) > 0).unwrap_or(bytes.len())
}

/// Returns the offset behind the next line break at or behind `at`, or the end of the text.
#[must_use]
pub fn next_line(text: &str, at: usize) -> usize {
    let end = end_of_line(text, at);
    if end < text.len() { end + break_width(text.as_bytes(), end) } else { end }
}

/// Returns the offset of the first byte of the line that holds `at`.
#[must_use]
pub fn start_of_line(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut i = at;
    while i > 0 {
        let before = text[..i].chars().next_back().map_or(0, char::len_utf8);
        let from = i - before;
        // A break that ends at `i`; the LF of a CR LF is seen first.
        if break_width(bytes, from) == before {
            return i;
        }
        i = from;
    }
    0
}

/// One replacement: the bytes of `span` become `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Splice {
    /// The bytes replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Splice {
    /// Returns the splice that puts `text` in place of `span`.
    #[must_use]
    pub fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }

    /// Returns the splice that puts `text` at `at`.
    #[must_use]
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(Span::empty(at), text)
    }

    /// Returns the splice that takes `span` out.
    #[must_use]
    pub fn delete(span: Span) -> Self {
        Self::new(span, "")
    }
}

/// Why splices cannot be applied to a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpliceError {
    /// A range is not inside the text, or cuts a character.
    #[error("the range {}..{} is no range of this text", .0.start, .0.end)]
    OutOfText(Span),
    /// Two ranges overlap, or they are not in order.
    #[error("two changes overlap at byte {0}")]
    Overlap(usize),
}

/// Applies `splices`, which are sorted and do not overlap, to `text`.
///
/// # Errors
///
/// Returns [`SpliceError`] where a range is not one of `text` or two overlap.
pub fn splice(text: &str, splices: &[Splice]) -> Result<String, SpliceError> {
    let grown: usize = splices.iter().map(|s| s.text.len()).sum();
    let mut out = String::with_capacity(text.len() + grown);
    let mut at = 0;
    for one in splices {
        let Span { start, end } = one.span;
        if start > end || !text.is_char_boundary(start) || !text.is_char_boundary(end) {
            return Err(SpliceError::OutOfText(one.span));
        }
        if start < at {
            return Err(SpliceError::Overlap(start));
        }
        out.push_str(&text[at..start]);
        out.push_str(&one.text);
        at = end;
    }
    out.push_str(&text[at..]);
    Ok(out)
}

/// Returns the splices that lead back from the result of [`splice`] to `text`.
#[must_use]
pub fn invert(text: &str, splices: &[Splice]) -> Vec<Splice> {
    let mut shift: isize = 0;
    let mut back = Vec::with_capacity(splices.len());
    for one in splices {
        let start = one.span.start.wrapping_add_signed(shift);
        let end = start + one.text.len();
        back.push(Splice::new(Span::new(start, end), one.span.of(text)));
        shift += one.text.len().cast_signed() - one.span.len().cast_signed();
    }
    back
}

/// Returns the one splice that leads from `old` to `new`, none where they are the same.
///
/// What both begin and end with is left out: for one edit it is as large as the
/// edit, for several it covers all that lies between them.
#[must_use]
pub fn difference(old: &str, new: &str) -> Option<Splice> {
    if old == new {
        return None;
    }
    let mut head = common_start(old.as_bytes(), new.as_bytes());
    // Two characters may begin with the same bytes.
    while !old.is_char_boundary(head) || !new.is_char_boundary(head) {
        head -= 1;
    }
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let mut tail = common_end(old_rest.as_bytes(), new_rest.as_bytes());
    while !old_rest.is_char_boundary(old_rest.len() - tail) || !new_rest.is_char_boundary(new_rest.len() - tail) {
        tail -= 1;
    }
    Some(Splice::new(Span::new(head, old.len() - tail), &new_rest[..new_rest.len() - tail]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_difference_of_two_texts_leads_from_one_to_the_other(
            (head, old, new, tail) in ("[aä€]{0,6}", "[aä€\u{10000}]{0,6}", "[aäã€]{0,6}", "[aã\u{10001}]{0,6}")
        ) {
            let (old, new) = (format!("{head}{old}{tail}"), format!("{head}{new}{tail}"));
            let difference = difference(&old, &new);
            prop_assert_eq!(difference.is_none(), old == new);
            let splices: Vec<Splice> = difference.into_iter().collect();
            prop_assert_eq!(splice(&old, &splices).expect("a range of the text"), new);
            // What both share at the ends is no part of it.
            let covered: usize = splices.iter().map(|one| one.span.len()).sum();
            prop_assert!(covered + head.len() + tail.len() <= old.len() || splices.is_empty());
        }
    }

    proptest! {
        #[test]
        fn lines_after_an_edit_are_those_of_the_new_text(
            (head, old, new, tail) in
                ("([aä]|\r\n|\n|\r|\u{85}|\u{2028}|\u{feff}){0,9}", "([ab]|\r|\n|\u{85}){0,5}", "([aé]|\r|\n){0,5}",
                 "([aä]|\r\n|\n|\r|\u{85}|\u{2029}){0,12}")
        ) {
            let (old, new) = (format!("{head}{old}{tail}"), format!("{head}{new}{tail}"));
            let (edited, whole) = (LineIndex::new(&old).edited(&Change::between(old.as_bytes(), new.as_bytes()), &new), LineIndex::new(&new));
            prop_assert_eq!((&edited.starts, edited.ascii), (&whole.starts, whole.ascii));
        }

        #[test]
        fn common_ends_are_found_in_chunks(length in 0..3 * CHUNK, at in 0..3 * CHUNK, longer in 0..9_usize) {
            let a = vec![7_u8; length];
            let mut b = vec![7_u8; length + longer];
            let place = (at < b.len()).then(|| b[at] = 8).map(|()| at);
            prop_assert_eq!(common_start(&a, &b), place.unwrap_or(length).min(length));
            prop_assert_eq!(common_end(&a, &b), place.map_or(length, |at| b.len() - 1 - at).min(length));
        }
    }

    #[test]
    fn a_difference_is_as_small_as_the_edit() {
        let long = "- class: acme.Audit\n".repeat(1000);
        let edited = format!("{}# one\n{}", &long[..400], &long[400..]);
        assert_eq!(difference(&long, &edited), Some(Splice::insert(400, "# one\n")));
        assert_eq!(difference("é", "è"), Some(Splice::new(Span::new(0, 2), "è")));
    }

    #[test]
    fn lines_break_where_libyaml_breaks_them() {
        let text = "a\r\nb\rc\u{85}d\u{2028}e\n";
        let lines = LineIndex::new(text);
        assert_eq!(lines.count(), 6);
        assert_eq!(lines.position(text, text.find('e').unwrap_or(0)), Position { line: 5, column: 1 });
        assert_eq!(start_of_line(text, 4), 3);
        assert_eq!(start_of_line(text, 3), 3);
    }

    #[test]
    fn columns_count_characters() {
        let text = "k: äö\n";
        assert_eq!(LineIndex::new(text).position(text, 7).column, 6);
    }

    #[test]
    fn inverse_splices_give_the_text_back() {
        let text = "one two three";
        let there = [Splice::new(Span::new(0, 3), "1"), Splice::insert(8, "x "), Splice::delete(Span::new(8, 13))];
        let new = splice(text, &there).expect("sorted");
        assert_eq!(new, "1 two x ");
        assert_eq!(splice(&new, &invert(text, &there)).expect("sorted"), text);
    }

    #[test]
    fn overlaps_are_refused() {
        let twice = [Splice::delete(Span::new(0, 3)), Splice::delete(Span::new(2, 4))];
        assert_eq!(splice("abcdef", &twice), Err(SpliceError::Overlap(2)));
    }
}
