//! Writing on the buffer: clipped text, frames, wrapping.
//!
//! Widths are display cells by grapheme. Whatever is written stays inside its
//! area at any size of it; text is expected to be made visible before.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::theme::Theme;
use crate::app::bindings::Keymap;
use crate::app::keymap::Key;
use crate::app::mouse::{Marks, Target};
pub(super) use crate::app::pages::readable;
use crate::config::diff::DiffLine;

/// What is drawn on.
pub(super) struct Paper<'a> {
    pub(super) buffer: &'a mut Buffer,
    pub(super) theme: &'a Theme,
    pub(super) keymap: &'a Keymap,
    /// Where the hardware cursor belongs, once something has set it.
    pub(super) cursor: Option<(u16, u16)>,
    /// Where things are, for the mouse.
    pub(super) marks: Marks,
}

/// A piece of text with its style.
pub(super) type Piece<'a> = (&'a str, Style);

impl Paper<'_> {
    /// Writes pieces into one row of `area`; returns the column behind them, from the left of `area`.
    pub(super) fn pieces(&mut self, area: Rect, row: u16, column: u16, pieces: &[Piece<'_>]) -> u16 {
        let mut at = column;
        for (text, style) in pieces {
            at = self.write(area, row, at, text, *style);
        }
        at
    }

    /// Writes text into one row of `area`; returns the column behind it.
    pub(super) fn write(&mut self, area: Rect, row: u16, column: u16, text: &str, style: Style) -> u16 {
        let area = area.intersection(self.buffer.area);
        if row >= area.height || column >= area.width {
            return column;
        }
        let (x, y) = (area.x + column, area.y + row);
        let left = usize::from(area.width - column);
        if !is_plain(text) {
            let (end, _) = self.buffer.set_stringn(x, y, text, left, style);
            return end - area.x;
        }
        // Nearly all texts are: no need to look for what belongs together in them.
        let start = self.buffer.index_of(x, y);
        let cells = self.buffer.content[start..start + left].iter_mut();
        let mut end = column;
        for (cell, byte) in cells.zip(text.bytes()) {
            cell.set_char(char::from(byte)).set_style(style);
            end += 1;
        }
        end
    }

    /// Writes text so that it ends at the right edge of `area`; returns its first column.
    pub(super) fn write_right(&mut self, area: Rect, row: u16, text: &str, style: Style) -> u16 {
        let width = width(text).min(area.width);
        let column = area.width - width;
        self.write(area, row, column, text, style);
        column
    }

    /// Says what an area shows.
    pub(super) fn mark(&mut self, area: Rect, target: Target) {
        self.marks.add(area.intersection(self.buffer.area), target);
    }

    /// Says what a row of an area shows.
    pub(super) fn mark_row(&mut self, area: Rect, row: u16, target: Target) {
        if row < area.height {
            self.mark(Rect { y: area.y + row, height: 1, ..area }, target);
        }
    }

    /// Says that the cells from `start` to `end` of a row name a key.
    pub(super) fn mark_key(&mut self, area: Rect, row: u16, (start, end): (u16, u16), key: &str) {
        if let Ok(key) = key.parse::<Key>() {
            self.mark_row(Rect { x: area.x + start, width: end.saturating_sub(start), ..area }, row, Target::Key(key));
        }
    }

    /// Gives a whole row a style on top of what is there.
    pub(super) fn style_row(&mut self, area: Rect, row: u16, style: Style) {
        if row < area.height {
            self.buffer.set_style(Rect { y: area.y + row, height: 1, ..area }.intersection(self.buffer.area), style);
        }
    }

    /// Takes from blanks what cannot be seen of them, so that no bytes are sent for it.
    ///
    /// One between words of a style keeps it: to leave the style and come back would cost more.
    pub(super) fn unstyle_blanks(&mut self) {
        let seen = Modifier::REVERSED | Modifier::UNDERLINED | Modifier::CROSSED_OUT;
        let ground = self.theme.ground().fg.unwrap_or_default();
        let cells = &mut self.buffer.content;
        let is_word = |cell: &Cell| cell.symbol() != " ";
        for at in 0..cells.len() {
            let cell = &cells[at];
            // Most have nothing to be taken, which is quickly seen.
            if (cell.fg == ground && cell.modifier.is_empty()) || is_word(cell) || cell.modifier.intersects(seen) {
                continue;
            }
            let neighbours = (at.checked_sub(1).map(|before| &cells[before]), cells.get(at + 1));
            let is_between = matches!(neighbours, (Some(before), Some(behind))
                if is_word(before) && is_word(behind) && before.style() == cell.style() && behind.style() == cell.style());
            if !is_between {
                let cell = &mut cells[at];
                cell.fg = ground;
                cell.modifier = Modifier::empty();
            }
        }
    }

    /// Blanks an area, so that nothing shines through; halves of wide characters at its edge go too.
    pub(super) fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buffer.area);
        let ground = self.theme.ground();
        for y in area.top()..area.bottom() {
            if area.x > self.buffer.area.x {
                let cell = &mut self.buffer[(area.x - 1, y)];
                if cell.symbol().width() > 1 {
                    cell.set_symbol(" ");
                }
            }
            for x in area.left()..area.right() {
                self.buffer[(x, y)].reset();
                self.buffer[(x, y)].set_style(ground);
            }
        }
    }

    /// Draws a frame with titles in its upper edge; returns the area inside.
    pub(super) fn frame(&mut self, area: Rect, title: &str, right: &str, focused: bool) -> Rect {
        let area = area.intersection(self.buffer.area);
        if area.width < 2 || area.height < 2 {
            return Rect { width: 0, height: 0, ..area };
        }
        let style = self.theme.frame(focused);
        let border = self.theme.border(focused);
        let (left_x, right_x, top_y, bottom_y) = (area.left(), area.right() - 1, area.top(), area.bottom() - 1);
        for x in left_x..=right_x {
            self.buffer[(x, top_y)].set_symbol(border.horizontal).set_style(style);
            self.buffer[(x, bottom_y)].set_symbol(border.horizontal).set_style(style);
        }
        for y in top_y..=bottom_y {
            self.buffer[(left_x, y)].set_symbol(border.vertical).set_style(style);
            self.buffer[(right_x, y)].set_symbol(border.vertical).set_style(style);
        }
        let corners = [(left_x, top_y), (right_x, top_y), (left_x, bottom_y), (right_x, bottom_y)];
        for (place, corner) in corners.into_iter().zip(border.corners) {
            self.buffer[place].set_symbol(corner).set_style(style);
        }
        let inside = Rect { x: area.x + 1, y: area.y + 1, width: area.width - 2, height: area.height - 2 };
        let edge = Rect { x: area.x + 2, y: area.y, width: area.width.saturating_sub(4), height: 1 };
        // Where both do not fit, the title counts.
        let least = width(title).min(16) + 3;
        let right = if width(right) + 2 + least <= edge.width { right } else { "" };
        let right_width = if right.is_empty() { 0 } else { width(right) + 2 };
        if !title.is_empty() {
            let title = fit(title, edge.width.saturating_sub(right_width + 3));
            let strong = if focused { self.theme.heading() } else { self.theme.text() };
            self.pieces(edge, 0, 0, &[(" ", style), (&title, strong), (" ", style)]);
        }
        if right_width > 0 && right_width < edge.width {
            self.write_right(edge, 0, &format!(" {right} "), self.theme.text());
        }
        inside
    }

    /// Writes keys with what they do into the lower edge of a frame: as many as fit, whole ones only.
    pub(super) fn footer(&mut self, area: Rect, keys: &[(&str, &str)]) {
        if area.height < 2 || area.width < 8 {
            return;
        }
        let edge = Rect { x: area.x + 2, y: area.bottom() - 1, width: area.width - 4, height: 1 };
        let mut shown = Vec::new();
        let mut total = 1;
        for (key, label) in keys {
            let long = width(key) + 1 + width(label) + 2;
            if total + long > edge.width + 1 {
                continue;
            }
            total += long;
            shown.push((*key, *label));
        }
        let mut at = edge.width.saturating_sub(total - 1);
        at = self.write(edge, 0, at, " ", self.theme.text());
        for (number, (key, label)) in shown.iter().enumerate() {
            let start = at;
            let gap = if number + 1 == shown.len() { " " } else { "  " };
            at = self.pieces(
                edge,
                0,
                at,
                &[
                    (key, self.theme.key()),
                    (" ", self.theme.text()),
                    (label, self.theme.text()),
                    (gap, self.theme.text()),
                ],
            );
            self.mark_key(edge, 0, (start, at - width(gap)), key);
        }
    }

    /// Writes a count into the lower edge of a frame.
    pub(super) fn count(&mut self, area: Rect, text: &str) {
        if area.height < 2 || area.width < width(text) + 8 {
            return;
        }
        let edge = Rect { x: area.x + 2, y: area.bottom() - 1, width: area.width - 4, height: 1 };
        self.write_right(edge, 0, &format!(" {text} "), self.theme.text());
    }
}

/// Returns the width of a text in cells.
pub(super) fn width(text: &str) -> u16 {
    let width = if is_plain(text) { text.len() } else { text.width() };
    u16::try_from(width).unwrap_or(u16::MAX)
}

/// Tells whether each byte of a text is a character that fills one cell.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Cuts a text that is too wide at its end; `..` says so.
pub(super) fn fit(text: &str, room: u16) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let dots = if room > 4 { ".." } else { "" };
    let mut out = head(text, room.saturating_sub(width(dots)));
    out.push_str(dots);
    out
}

/// Cuts a text that is too wide so that what begins at a byte of it is seen; `..` says where it is cut.
pub(super) fn fit_at(text: &str, at: Option<usize>, room: u16) -> String {
    let before = at.and_then(|at| text.get(..at)).map_or(0, width);
    // As much of what comes before as tells where that is.
    let lead = room / 3;
    if width(text) <= room || before.saturating_add(lead + 2) <= room {
        return fit(text, room);
    }
    let behind = width(text).saturating_sub(before - lead);
    format!("..{}", fit(tail(text, behind), room.saturating_sub(2)))
}

/// Returns a line of a diff with its sign, cut so that what changed in it is seen.
pub(super) fn diff_line(line: &DiffLine, room: u16) -> String {
    signed(&format!("{}{}", line.sign(), line.text), line.signed_differs(), room)
}

/// Cuts a line behind its sign so that what begins at a byte of it is seen.
pub(super) fn signed(line: &str, at: Option<usize>, room: u16) -> String {
    let (sign, text) = line.split_at(usize::from(at.is_some()));
    format!("{sign}{}", fit_at(text, at.map(|at| at - sign.len()), room.saturating_sub(width(sign))))
}

/// Cuts a sentence that is too wide behind a whole word; `..` says so.
pub(super) fn fit_words(text: &str, room: u16) -> String {
    if width(text) <= room || room < 8 {
        return fit(text, room);
    }
    let line = wrap(text, room - 3).swap_remove(0);
    format!("{line} ..")
}

/// Ends a line that goes on, within `room` cells.
pub(super) fn more(line: &str, room: u16) -> String {
    const MORE: &str = " ...";
    format!("{}{MORE}", head(line, room.saturating_sub(width(MORE))).trim_end())
}

/// Cuts a class path in its middle: the last component tells most.
pub(super) fn fit_path(text: &str, room: u16) -> String {
    if width(text) <= room || room < 12 {
        return fit(text, room);
    }
    let right = (room - 2) * 2 / 3;
    let left = room - 2 - right;
    format!("{}..{}", head(text, left), tail(text, right))
}

fn head(text: &str, room: u16) -> String {
    if is_plain(text) {
        return text[..text.len().min(room.into())].to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += width(grapheme);
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    out
}

fn tail(text: &str, room: u16) -> &str {
    if is_plain(text) {
        return &text[text.len().saturating_sub(room.into())..];
    }
    let mut used = 0;
    let mut start = text.len();
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used = width(grapheme).saturating_add(used);
        if used > room {
            break;
        }
        start = at;
    }
    &text[start..]
}

/// Breaks a text into lines of at most `room` cells, between words where that is possible.
pub(super) fn wrap(text: &str, room: u16) -> Vec<String> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split_inclusive(' ') {
        let wide = width(word.trim_end());
        // A word that fits no line is broken in any case: it begins on this one.
        if wide <= room && used + wide > room && !line.is_empty() {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        if wide <= room {
            line.push_str(word);
            used += width(word);
            continue;
        }
        for grapheme in word.graphemes(true) {
            if used + width(grapheme) > room && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += width(grapheme);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Pads a text to `room` cells, or cuts it.
pub(super) fn column(text: &str, room: u16) -> String {
    let mut out = fit(text, room);
    let missing = room.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', usize::from(missing)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_cells() {
        assert_eq!(fit("日本語の文", 7), "日本..");
        assert_eq!(column("日本語", 5), "日.. ");
        assert_eq!(fit_words("the API server stops", 15), "the API ..");
        assert_eq!(fit_words("the API server", 14), "the API server");
        let long = "limits: {alpha: 1, beta: 2, gamma: no, delta: 4, epsilon: 5}";
        assert_eq!(fit_at(long, long.find("no"), 24), ".. gamma: no, delta: 4..");
        assert_eq!(fit_at(long, long.find("alpha"), 24), "limits: {alpha: 1, bet..");
        assert_eq!(fit_at(long, long.find("5}"), 24), "..psilon: 5}");
        assert_eq!(fit_at(long, None, 12), "limits: {a..");
        assert_eq!(fit_path("acme_company.plugins.audit.AuditPlugin", 24), "acme_com..it.AuditPlugin");
    }

    #[test]
    fn plain_texts_are_written_as_all_others_are() {
        let theme = Theme::new(true, false);
        let area = Rect::new(0, 0, 20, 2);
        for text in ["", "a", "plugins: [{a: ~}]", "longer than the room is", "é longer than the room is"] {
            for column in [0, 3, 19] {
                let mut buffers = [Buffer::empty(area), Buffer::empty(area)];
                let [ours, theirs] = &mut buffers;
                let style = theme.heading();
                let (end, _) = theirs.set_stringn(1 + column, 1, text, usize::from(19 - column), style);
                let keymap = Keymap::default();
                let mut paper =
                    Paper { buffer: ours, theme: &theme, keymap: &keymap, cursor: None, marks: Marks::default() };
                let inside = Rect { x: 1, width: 19, ..area };
                let at = paper.write(inside, 1, column, text, style);
                assert_eq!(at + 1, if column == 19 { 20 } else { end }, "{text:?} at {column}");
                assert_eq!(buffers[0], buffers[1], "{text:?} at {column}");
            }
        }
    }

    #[test]
    fn lines_break_between_words_and_long_words_break_too() {
        assert_eq!(wrap("the API server stops", 10), ["the API", "server", "stops"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("W abcdefgh", 5), ["W abc", "defgh"]);
        assert_eq!(wrap("", 3), [""]);
    }
}
