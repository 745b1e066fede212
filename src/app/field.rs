//! A text field of one line, with the keys of readline.
//!
//! The text may hold any character: what cannot be shown is shown as an
//! escape, and the columns follow from what is shown.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::command::Id;
use crate::config::secret::MASK;
use crate::text::visible::visible;

/// A line of text with a cursor.
#[derive(Clone, Debug, Default)]
pub struct Field {
    text: String,
    /// A byte offset at a grapheme boundary.
    cursor: usize,
    killed: String,
    /// Whether the text is shown as stars.
    pub hidden: bool,
}

/// What of a field is to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The part that fits.
    pub text: String,
    /// The column of the cursor in it, in cells.
    pub cursor: u16,
    /// Whether something is cut off to the left.
    pub cut_left: bool,
}

impl Field {
    /// Returns a field that holds `text`, the cursor behind it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text, ..Self::default() }
    }

    /// Returns the text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts a text in the place of all, the cursor behind it.
    pub fn set(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.cursor = self.text.len();
    }

    /// Types a character.
    pub fn insert(&mut self, c: char) {
        self.text.insert(self.cursor, c);
        self.cursor += c.len_utf8();
        // A combining mark joins what stands before it: step over the whole grapheme.
        self.cursor = self.boundary_at_or_after(self.cursor);
    }

    /// Takes what was pasted: line breaks become blanks, control characters go.
    pub fn paste(&mut self, text: &str) {
        let clean = clean_paste(text);
        let line: Vec<&str> = clean.split('\n').map(str::trim_end).collect();
        let line = line.join(" ");
        let line = line.strip_suffix(' ').unwrap_or(&line);
        self.text.insert_str(self.cursor, line);
        self.cursor = self.boundary_at_or_after(self.cursor + line.len());
    }

    /// Does what an editing command says; tells whether it was one.
    pub fn apply(&mut self, id: Id) -> bool {
        match id {
            Id::CharLeft => self.cursor = self.before(),
            Id::CharRight => self.cursor = self.after(),
            Id::WordLeft => self.cursor = self.word_left(),
            Id::WordRight => self.cursor = self.word_right(),
            Id::LineStart => self.cursor = 0,
            Id::LineEnd => self.cursor = self.text.len(),
            Id::DeleteLeft => {
                let from = self.before();
                self.text.replace_range(from..self.cursor, "");
                self.cursor = from;
            }
            Id::DeleteRight => {
                let to = self.after();
                self.text.replace_range(self.cursor..to, "");
            }
            Id::DeleteWord => self.kill(self.word_left(), self.cursor),
            Id::DeleteToStart => self.kill(0, self.cursor),
            Id::DeleteToEnd => self.kill(self.cursor, self.text.len()),
            Id::PasteKilled => {
                let killed = self.killed.clone();
                self.text.insert_str(self.cursor, &killed);
                self.cursor += killed.len();
            }
            _ => return false,
        }
        true
    }

    /// Returns the part around the cursor that fits into `width` cells.
    #[must_use]
    pub fn view(&self, width: u16) -> View {
        let width = usize::from(width.max(1));
        if self.hidden && !self.text.is_empty() {
            // Neither the length nor the place in it is told.
            let text: String = MASK.chars().take(width.saturating_sub(1)).collect();
            let cursor = u16::try_from(text.len()).unwrap_or(0);
            return View { text, cursor, cut_left: false };
        }
        let shown: Vec<(usize, String)> =
            self.text.grapheme_indices(true).map(|(at, grapheme)| (at, visible(grapheme).into_owned())).collect();
        let widths: Vec<usize> = shown.iter().map(|(_, text)| text.width()).collect();
        let place = shown.iter().position(|(at, _)| *at >= self.cursor).unwrap_or(shown.len());
        // As much as fits to the left of the cursor, which needs a cell of its own.
        let mut first = place;
        let mut left = 0;
        while first > 0 && left + widths[first - 1] < width {
            first -= 1;
            left += widths[first];
        }
        let mut text = String::new();
        let mut used = 0;
        for (index, (_, grapheme)) in shown.iter().enumerate().skip(first) {
            if used + widths[index] > width {
                break;
            }
            used += widths[index];
            text.push_str(grapheme);
        }
        View { text, cursor: u16::try_from(left).unwrap_or(u16::MAX), cut_left: first > 0 }
    }

    fn kill(&mut self, from: usize, to: usize) {
        if from < to {
            self.killed = self.text[from..to].to_owned();
            self.text.replace_range(from..to, "");
            self.cursor = from;
        }
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |grapheme| self.cursor + grapheme.len())
    }

    fn boundary_at_or_after(&self, at: usize) -> usize {
        self.text.grapheme_indices(true).map(|(start, _)| start).find(|start| *start >= at).unwrap_or(self.text.len())
    }

    fn word_left(&self) -> usize {
        let head = self.text[..self.cursor].trim_end_matches(|c: char| !c.is_alphanumeric());
        head.char_indices().rev().find(|(_, c)| !c.is_alphanumeric()).map_or(0, |(at, c)| at + c.len_utf8())
    }

    fn word_right(&self) -> usize {
        let tail = &self.text[self.cursor..];
        let blanks = tail.len() - tail.trim_start_matches(|c: char| !c.is_alphanumeric()).len();
        let word = tail[blanks..].find(|c: char| !c.is_alphanumeric()).unwrap_or(tail.len() - blanks);
        self.cursor + blanks + word
    }
}

/// Returns pasted text with plain line ends, without control characters.
#[must_use]
pub fn clean_paste(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, ids: &[Id]) -> Field {
        let mut field = Field::new(text);
        for id in ids {
            assert!(field.apply(*id));
        }
        field
    }

    #[test]
    fn words_and_lines_are_deleted_and_put_back() {
        assert_eq!(typed("acme.cost.Guard", &[Id::DeleteWord]).text(), "acme.cost.");
        assert_eq!(typed("a b", &[Id::WordLeft, Id::DeleteToStart]).text(), "b");
        assert_eq!(typed("a b", &[Id::DeleteToStart, Id::PasteKilled]).text(), "a b");
        assert_eq!(typed("a b", &[Id::LineStart, Id::WordRight, Id::DeleteToEnd]).text(), "a");
    }

    #[test]
    fn the_cursor_goes_by_graphemes() {
        let field = typed("e\u{301}日", &[Id::CharLeft, Id::CharLeft, Id::DeleteRight]);
        assert_eq!(field.text(), "日");
    }

    #[test]
    fn the_view_follows_the_cursor_and_never_cuts_a_wide_character() {
        let field = Field::new("日本語日本語");
        let view = field.view(6);
        assert_eq!((view.text.as_str(), view.cursor, view.cut_left), ("本語", 4, true));
        let start = typed("日本語日本語", &[Id::LineStart]).view(5);
        assert_eq!((start.text.as_str(), start.cursor, start.cut_left), ("日本", 0, false));
        assert_eq!(Field::new("a\u{1b}").view(10).text, "a\\x1b");
    }

    #[test]
    fn pasted_lines_become_one() {
        let mut field = Field::new("");
        field.paste("a\r\nb\u{1b}[31m\n");
        assert_eq!(field.text(), "a b[31m");
    }

    #[test]
    fn a_hidden_field_tells_no_length() {
        let mut field = Field::new("abc");
        field.hidden = true;
        assert_eq!(field.view(20).text, MASK);
    }
}
