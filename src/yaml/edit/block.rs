//! Splices for collections in block style.

use super::capture::Piece;
use super::layout::{self, Item, column, is_blank_line, line_start, next_content};
use super::{Candidate, Editor};
use crate::text::{Span, Splice, end_of_line, next_line};
use crate::yaml::node::{Kind, NodeId};
use crate::yaml::write::{Fragment, Shape, Style, indented, item_lines, pair_lines};

impl Editor<'_> {
    /// Returns the lines of a piece, counted from the column of the item.
    pub(super) fn piece_lines(piece: &Piece, fragment: &Fragment, style: Style) -> Vec<String> {
        let mut lines = piece.lead.clone();
        let (own, step) = match &piece.key {
            Some((key, _)) => (pair_lines(key, fragment, style), 0),
            None => (item_lines(fragment, style), 1 + style.dash_gap),
        };
        lines.extend(own);
        lines.extend(piece.below.iter().map(|line| indented(line, step)));
        lines
    }

    /// Returns the layout of a sequence's own items where it differs from the file's.
    pub(super) fn style_in(&self, collection: NodeId) -> Style {
        let gap =
            if self.tree.is_sequence(collection) { layout::dash_gap(self.text, self.tree, collection) } else { None };
        Style { dash_gap: gap.unwrap_or(self.style.dash_gap), ..self.style }
    }

    /// Returns the ways to insert a piece before the item `index` of a block
    /// collection that is not empty, or behind its last one.
    pub(super) fn insert_in_block(&self, collection: NodeId, index: usize, piece: &Piece) -> Vec<Candidate> {
        let style = self.style_in(collection);
        let before = layout::item_at(self.text, self.tree, collection, index).map(|(_, item)| item);
        let last = if before.is_none() { self.last_item(collection) } else { None };
        // Without a blank line where that would become part of a text (`|+`).
        let spacings: &[bool] = if self.is_spaced(collection) { &[true, false] } else { &[false] };
        let mut candidates = Vec::new();
        for (fragment, &spaced) in piece.fragments.iter().flat_map(|f| spacings.iter().map(move |spaced| (f, spaced))) {
            let lines = Self::piece_lines(piece, fragment, style);
            match &before {
                Some(before) => {
                    let at = self.place_before(collection, before);
                    candidates.push(self.insert_before(before, at, &lines, spaced));
                }
                None => candidates.extend(last.iter().flat_map(|last| self.insert_behind(last, &lines, spaced))),
            }
        }
        candidates
    }

    fn last_item(&self, collection: NodeId) -> Option<Item> {
        let count = self.tree.children(collection).len() / if self.tree.is_mapping(collection) { 2 } else { 1 };
        layout::item_at(self.text, self.tree, collection, count.checked_sub(1)?).map(|(_, item)| item)
    }

    /// Tells whether blank lines stand between all items.
    fn is_spaced(&self, collection: NodeId) -> bool {
        let mut items = layout::walk(self.text, self.tree, collection);
        let Some(mut before) = items.next() else { return false };
        let mut are_more = false;
        for item in items {
            are_more = true;
            if before.tail >= self.text.len() || !is_blank_line(self.text, before.tail) {
                return false;
            }
            before = item;
        }
        are_more
    }

    /// Returns where lines go that come before an item: above its comments, but
    /// below a comment that opens the file.
    fn place_before(&self, collection: NodeId, before: &Item) -> usize {
        let opens_file = self.tree.parent(collection).is_none() && before.lead == line_start(self.text, 0);
        if opens_file && before.own_line { line_start(self.text, before.start) } else { before.lead }
    }

    fn insert_before(&self, before: &Item, at: usize, lines: &[String], spaced: bool) -> Candidate {
        let mut out = String::new();
        for (i, line) in lines.iter().enumerate() {
            let in_place = i == 0 && !before.own_line;
            out.push_str(&if in_place { line.clone() } else { indented(line, before.column) });
            out.push_str(self.le);
        }
        if before.own_line {
            if spaced {
                out.push_str(self.le);
            }
        } else {
            out.push_str(&" ".repeat(before.column));
        }
        vec![Splice::insert(at, out)]
    }

    fn insert_behind(&self, last: &Item, lines: &[String], spaced: bool) -> Vec<Candidate> {
        let mut block = String::new();
        if spaced {
            block.push_str(self.le);
        }
        block.push_str(&self.joined(lines, last.column));
        self.append_lines(last, &block)
    }

    /// Joins lines at a column, without a break behind the last.
    pub(super) fn joined(&self, lines: &[String], column: usize) -> String {
        lines.iter().map(|line| indented(line, column)).collect::<Vec<_>>().join(self.le)
    }

    /// Returns the ways to put lines behind the lines of an item.
    fn append_lines(&self, last: &Item, block: &str) -> Vec<Candidate> {
        let open_end = last.tail == self.text.len() && !self.ends_in_break();
        if !open_end {
            let whole = format!("{block}{}", self.le);
            let shared = self.sharing_blank_lines(&whole, last.tail).map(|text| Splice::insert(last.tail, text));
            let below = self.below_blank_lines(last.tail).map(|at| Splice::insert(at, whole.clone()));
            let first = Splice::insert(last.tail, whole);
            return std::iter::once(first).chain(shared).chain(below).map(|one| vec![one]).collect();
        }
        // The last line has no break: it gets one, the new last line has none.
        let fixes = self.fix_open_block_scalar(last.value);
        let mut ways = Vec::new();
        for end in ["", self.le] {
            let mut way = fixes.clone();
            way.push(Splice::insert(last.tail, format!("{}{block}{end}", self.le)));
            ways.push(way);
        }
        ways
    }

    pub(super) fn ends_in_break(&self) -> bool {
        self.text.is_empty() || line_start(self.text, self.text.len()) == self.text.len()
    }

    /// Returns other headers for the block scalar that ends a node: in another
    /// place, what follows may add breaks to its text or take some away.
    pub(super) fn other_headers(&self, node: NodeId) -> Vec<Splice> {
        let leaf = self.last_leaf(node);
        if !self.is_block_scalar(leaf) {
            return Vec::new();
        }
        let body = self.tree.body(leaf);
        let header = layout::header(self.text, body);
        let bare = header.replace(['+', '-'], "");
        let span = Span::new(body.start, body.start + header.len());
        let others = [format!("{bare}-"), bare];
        others.into_iter().filter(|other| other != header).map(|other| Splice::new(span, other)).collect()
    }

    fn last_leaf(&self, node: NodeId) -> NodeId {
        let mut leaf = node;
        while let Some(&last) = self.tree.children(leaf).last().filter(|_| !self.tree.is_flow(leaf)) {
            leaf = last;
        }
        leaf
    }

    /// A block scalar that ends the file without a break holds no last break:
    /// with a line behind it, that must be said in its header.
    fn fix_open_block_scalar(&self, node: NodeId) -> Candidate {
        // A comment behind it may be what has no break.
        if self.tree.span(self.last_leaf(node)).end < self.text.len() {
            return Vec::new();
        }
        self.other_headers(node).into_iter().filter(|header| header.text.ends_with('-')).collect()
    }

    /// Returns the ways to take out one of several items.
    pub(super) fn remove_from_block(&self, collection: NodeId, index: usize) -> Vec<Candidate> {
        let Some((before, item)) = layout::item_at(self.text, self.tree, collection, index) else { return Vec::new() };
        if !item.own_line {
            // What follows moves up behind the indicator.
            let to = next_content(self.text, item.tail);
            return vec![vec![Splice::delete(Span::new(item.start, to))]];
        }
        let spans = self.removal(collection, before.as_ref(), &item);
        spans.into_iter().map(|span| vec![Splice::delete(span)]).collect()
    }

    /// Returns the bytes that go with an item that begins its line: itself, its
    /// comments, and the blank lines that would meet others.
    fn removal(&self, collection: NodeId, before: Option<&Item>, item: &Item) -> Vec<Span> {
        let is_root = self.tree.parent(collection).is_none() && self.tree.is_mapping(collection);
        // Comments above a key at the top are often about the file.
        let mut from = if is_root { line_start(self.text, item.start) } else { item.lead };
        let mut to = item.tail;
        let floor = before.map_or(from, |before| before.tail);
        let above = from > floor && is_blank_line(self.text, line_start(self.text, layout::previous(self.text, from)));
        let below = to < self.text.len() && is_blank_line(self.text, to);
        let behind_blanks = self.behind_blank_lines(to);
        if below && (above || before.is_none()) {
            to = behind_blanks;
        } else if above && to == self.text.len() && self.tree.is_sequence(collection) {
            while from > floor {
                let line = line_start(self.text, layout::previous(self.text, from));
                if line < floor || !is_blank_line(self.text, line) {
                    break;
                }
                from = line;
            }
        }
        let mut spans = Vec::new();
        if to == self.text.len() && !self.ends_in_break() && from > 0 {
            spans.push(Span::new(layout::previous(self.text, from), to));
        }
        spans.push(Span::new(from, to));
        if behind_blanks > to {
            // Blank lines would become part of a text (`|+`) that comes before.
            spans.push(Span::new(from, behind_blanks));
        }
        spans
    }

    fn behind_blank_lines(&self, at: usize) -> usize {
        let mut to = at;
        while to < self.text.len() && is_blank_line(self.text, to) {
            let next = next_line(self.text, to);
            if next == to {
                break;
            }
            to = next;
        }
        to
    }

    /// Returns the splices that move an item of a block collection, none where
    /// the items do not all begin their lines.
    pub(super) fn reorder_block(&self, collection: NodeId, from: usize, to: usize) -> Option<Vec<Candidate>> {
        let items = layout::items(self.text, self.tree, collection);
        if items.iter().any(|item| !item.own_line) || from == to {
            return None;
        }
        let moved = &items[from];
        let chunk = &self.text[moved.lead..moved.tail];
        let headed: Vec<String> = self
            .other_headers(moved.value)
            .into_iter()
            .map(|header| {
                let (from, to) = (header.span.start - moved.lead, header.span.end - moved.lead);
                format!("{}{}{}", &chunk[..from], header.text, &chunk[to..])
            })
            .collect();
        let closed = line_start(chunk, chunk.len()) == chunk.len();
        let mut gaps = vec![""];
        if self.is_spaced(collection) {
            gaps.insert(0, self.le);
        }
        let is_root = self.tree.parent(collection).is_none() && self.tree.is_mapping(collection);
        let mut ways = Vec::new();
        for gap in gaps {
            for &removal in &self.removal(collection, from.checked_sub(1).map(|at| &items[at]), moved) {
                let start = if is_root { moved.lead.min(removal.start) } else { removal.start };
                let gone = Splice::delete(Span::new(start, removal.end));
                let shared = if to < from { None } else { self.sharing_blank_lines(chunk, items[to].tail) };
                for chunk in std::iter::once(chunk).chain(shared.as_deref()).chain(headed.iter().map(String::as_str)) {
                    let mut way = if to < from {
                        let end = if closed { "" } else { self.le };
                        vec![Splice::insert(items[to].lead, format!("{chunk}{end}{gap}"))]
                    } else {
                        self.put_chunk_behind(&items[to], chunk, gap)
                    };
                    way.push(gone.clone());
                    ways.push(way);
                }
                let below = if to < from { None } else { self.below_blank_lines(items[to].tail) };
                ways.extend(below.map(|at| vec![Splice::insert(at, format!("{gap}{chunk}")), gone.clone()]));
            }
        }
        Some(ways)
    }

    /// Returns lines without as many of their last blank ones as stand at `at`
    /// already: a text that keeps its last breaks (`|+`) takes those over.
    fn sharing_blank_lines(&self, lines: &str, at: usize) -> Option<String> {
        let mut there = super::capture::lines(&self.text[at..self.behind_blank_lines(at)]).len().saturating_sub(1);
        let mut end = lines.len();
        while there > 0 && end > 0 {
            let last = line_start(lines, layout::previous(lines, end));
            if !is_blank_line(lines, last) || last == end {
                break;
            }
            end = last;
            there -= 1;
        }
        (end < lines.len()).then(|| lines[..end].to_owned())
    }

    /// Returns the place below the blank lines at `at`, where a text that keeps
    /// its last breaks does not take them over; none where there are none.
    fn below_blank_lines(&self, at: usize) -> Option<usize> {
        let below = self.behind_blank_lines(at);
        (at < below && line_start(self.text, below) == below).then_some(below)
    }

    fn put_chunk_behind(&self, last: &Item, chunk: &str, gap: &str) -> Candidate {
        if last.tail < self.text.len() || self.ends_in_break() {
            return vec![Splice::insert(last.tail, format!("{gap}{chunk}"))];
        }
        let mut way = self.fix_open_block_scalar(last.value);
        let chunk = chunk.trim_end_matches(['\n', '\r']);
        way.push(Splice::insert(last.tail, format!("{}{gap}{chunk}", self.le)));
        way
    }

    /// Returns the ways to put another value in the place of that of an item.
    pub(super) fn replace_in_block(&self, item: &Item, fragments: &[Fragment], in_sequence: bool) -> Vec<Candidate> {
        let style = self.style;
        fragments.iter().map(|fragment| self.replace_value(item, fragment, in_sequence, style)).collect()
    }

    fn replace_value(&self, item: &Item, new: &Fragment, in_sequence: bool, style: Style) -> Candidate {
        let text = self.text;
        let node = item.value;
        let span = self.tree.span(node);
        let head_eol = end_of_line(text, item.head_end);
        let is_block = self.is_block_collection(node);
        let body = self.tree.body(node).start;
        // What goes, and where it was on the line of the indicator.
        let (gone, rest) = if span.is_empty() {
            (Span::empty(item.head_end), None)
        } else if is_block && body >= head_eol {
            let on_line = if span.start < head_eol {
                layout::property_end(text, span.start, body.min(head_eol))
            } else {
                item.head_end
            };
            (
                Span::new(item.head_end, on_line),
                Some(Span::new(next_line(text, item.head_end), next_line(text, item.end))),
            )
        } else if self.is_block_scalar(node) {
            let scalar = self.tree.body(node);
            let header = scalar.start + layout::header(text, scalar).len();
            let below = next_line(text, header);
            let end = next_line(text, item.end).max(below);
            (Span::new(span.start, header), Some(Span::new(below, end)))
        } else {
            (Span::new(span.start, item.end), None)
        };
        // A comment behind the old value stays behind the dash: it is not the first key's.
        let commented = new.lines.len() > 1 && text[gone.end..end_of_line(text, gone.end)].contains('#');
        let compact = in_sequence && ((rest.is_none() && !commented) || new.shape == Shape::Inline);
        if new.shape == Shape::Inline || compact {
            self.replace_inline(item, new, gone, rest, style)
        } else {
            self.replace_below(item, new, gone, rest, in_sequence, style)
        }
    }

    /// The new value starts on the line of the indicator.
    fn replace_inline(&self, item: &Item, new: &Fragment, gone: Span, rest: Option<Span>, style: Style) -> Candidate {
        let text = self.text;
        let mut first = new.lines[0].clone();
        if gone.start == item.head_end && !first.is_empty() {
            let gap = if item.key.is_none() { style.dash_gap } else { 1 };
            first.insert_str(0, &" ".repeat(gap));
        }
        let step = if new.shape == Shape::Inline {
            item.column
        } else if gone.start > item.head_end {
            column(text, gone.start)
        } else {
            item.column + 1 + style.dash_gap
        };
        if new.lines.len() == 1 {
            let mut way = vec![Splice::new(gone, first)];
            way.extend(rest.map(|rest| self.delete_lines(rest)));
            return way;
        }
        let below = self.joined(&new.lines[1..], step);
        match rest {
            Some(rest) => vec![Splice::new(gone, first), self.put_lines(rest, &below)],
            None if new.is_block_scalar() => {
                // A comment stays behind the header.
                let at = next_line(text, gone.end);
                vec![Splice::new(gone, first), self.put_lines(Span::empty(at), &below)]
            }
            None => vec![Splice::new(gone, format!("{first}{}{below}", self.le))],
        }
    }

    /// The new value starts on the line below the indicator.
    fn replace_below(
        &self,
        item: &Item,
        new: &Fragment,
        gone: Span,
        rest: Option<Span>,
        in_sequence: bool,
        style: Style,
    ) -> Candidate {
        let text = self.text;
        let node = item.value;
        let same_shape = matches!(
            (self.tree.kind(node), new.shape),
            (Kind::Sequence { flow: false }, Shape::Sequence) | (Kind::Mapping { flow: false }, Shape::Mapping)
        );
        let step = match new.shape {
            _ if same_shape => column(text, self.tree.body(node).start),
            _ if in_sequence => item.column + 1 + style.dash_gap,
            Shape::Sequence => item.column + style.seq_offset,
            Shape::Inline | Shape::Mapping => item.column + style.map_step,
        };
        let below = self.joined(&new.lines, step);
        let head = if new.head.is_empty() { String::new() } else { format!(" {}", new.head) };
        // The blanks before the old value go with it.
        let gone = Span::new(item.head_end, gone.end.max(item.head_end));
        let at = rest.unwrap_or_else(|| Span::empty(next_line(text, gone.end)));
        vec![Splice::new(gone, head), self.put_lines(at, &below)]
    }

    /// Puts lines in the place of whole lines.
    pub(super) fn put_lines(&self, gone: Span, lines: &str) -> Splice {
        let text = self.text;
        let starts_line = line_start(text, gone.start) == gone.start;
        let open_end = gone.end == text.len() && !self.ends_in_break();
        let before = if starts_line { "" } else { self.le };
        let after = if open_end { "" } else { self.le };
        Splice::new(gone, format!("{before}{lines}{after}"))
    }

    /// Takes out whole lines; at an open end of the file, the break before them too.
    fn delete_lines(&self, gone: Span) -> Splice {
        let open_end = gone.end == self.text.len() && !self.ends_in_break() && !gone.is_empty();
        let start = if open_end { layout::previous(self.text, gone.start) } else { gone.start };
        Splice::delete(Span::new(start, gone.end))
    }

    pub(super) fn is_block_collection(&self, node: NodeId) -> bool {
        matches!(self.tree.kind(node), Kind::Sequence { flow: false } | Kind::Mapping { flow: false })
    }

    fn is_block_scalar(&self, node: NodeId) -> bool {
        matches!(
            self.tree.kind(node),
            Kind::Scalar(crate::yaml::ScalarStyle::Literal | crate::yaml::ScalarStyle::Folded)
        )
    }

    /// Returns the ways to leave a block collection with its only item taken out.
    pub(super) fn empty_block(&self, holder: Option<&Item>, collection: NodeId) -> Vec<Candidate> {
        let text = self.text;
        let empty = if self.tree.is_mapping(collection) { "{}" } else { "[]" };
        let items = layout::items(text, self.tree, collection);
        let Some(only) = items.first() else { return Vec::new() };
        let span = self.tree.span(collection);
        let body = self.tree.body(collection).start;
        if !only.own_line {
            return vec![vec![Splice::new(Span::new(body, only.end), empty)]];
        }
        let is_root = holder.is_none();
        let from = if is_root { line_start(text, only.start) } else { only.lead };
        let whole_lines = Span::new(from, only.tail);
        let (at, before) = if span.start < body {
            (layout::property_end(text, span.start, body), " ")
        } else if let Some(holder) = holder {
            (holder.head_end, " ")
        } else {
            // A root without anything in front of it.
            let end = if only.tail == text.len() && !self.ends_in_break() { "" } else { self.le };
            return vec![vec![Splice::new(whole_lines, format!("{empty}{end}"))]];
        };
        vec![vec![Splice::insert(at, format!("{before}{empty}")), self.delete_lines(whole_lines)]]
    }
}
