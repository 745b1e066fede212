//! Splices for collections in brackets and braces.

use super::capture::Piece;
use super::layout::{column, line_start, rest_is_comment};
use super::{Candidate, Editor};
use crate::text::{Span, Splice, end_of_line, next_line};
use crate::yaml::node::{NodeId, skip_blanks_and_comments};
use crate::yaml::write::{self, indented};

/// An item or a pair of a flow collection.
#[derive(Clone, Copy, Debug)]
struct FlowItem {
    start: usize,
    end: usize,
    /// The comma behind it.
    comma: Option<usize>,
}

impl Editor<'_> {
    fn flow_items(&self, collection: NodeId) -> Vec<FlowItem> {
        let text = self.text;
        let children = self.tree.children(collection);
        let step = if self.tree.is_mapping(collection) { 2 } else { 1 };
        let body = self.tree.body(collection).start;
        let mut at = if self.is_bare_pair(collection) { body } else { body + 1 };
        let mut out: Vec<FlowItem> = Vec::with_capacity(children.len() / step);
        for child in children.chunks_exact(step) {
            let start = skip_blanks_and_comments(text, at);
            let value = self.tree.span(child[step - 1]);
            let end = if step == 2 && value.is_empty() {
                let key = self.tree.span(child[0]).end;
                self.flow_colon(child[0]).map_or(key, |colon| colon + 1)
            } else {
                value.end
            };
            let behind = skip_blanks_and_comments(text, end);
            let comma = (text.as_bytes().get(behind) == Some(&b',')).then_some(behind);
            out.push(FlowItem { start, end: end.max(start), comma });
            at = comma.map_or(behind, |comma| comma + 1);
        }
        out
    }

    pub(super) fn flow_colon(&self, key: NodeId) -> Option<usize> {
        super::layout::colon(self.text, self.tree, key)
    }

    /// Tells whether a node is a pair in brackets without braces (`[a: 1]`).
    pub(super) fn is_bare_pair(&self, node: NodeId) -> bool {
        let first = self.tree.children(node).first();
        self.tree.is_mapping(node)
            && self.tree.is_flow(node)
            && first.is_some_and(|&first| {
                let start = self.tree.body(node).start;
                // The key, or the `?` before it; a brace may be that of a key that is a mapping.
                self.tree.span(first).start == start || !self.text[start..].starts_with('{')
            })
    }

    fn inside(&self, collection: NodeId) -> Span {
        Span::new(self.tree.body(collection).start + 1, self.tree.span(collection).end - 1)
    }

    fn begins_line(&self, at: usize) -> bool {
        self.text[line_start(self.text, at)..at].bytes().all(|b| matches!(b, b' ' | b'\t'))
    }

    /// Returns the source of a piece for a flow collection, in the order to be tried.
    fn flow_sources(piece: &Piece) -> Vec<String> {
        let mut values: Vec<String> = piece.fragments.iter().filter_map(|f| f.one_line()).map(str::to_owned).collect();
        values.extend(write::flow(&piece.value));
        values.dedup();
        let with_key = |value: String| match &piece.key {
            None => value,
            Some((key, _)) if key.explicit => format!("? {} : {value}", key.source),
            Some((key, _)) => format!("{}: {value}", key.source),
        };
        values.into_iter().map(with_key).collect()
    }

    /// Returns the ways to insert a piece into a flow collection.
    pub(super) fn insert_in_flow(&self, collection: NodeId, index: usize, piece: &Piece) -> Vec<Candidate> {
        let sources = Self::flow_sources(piece);
        sources.into_iter().map(|source| self.insert_source(collection, index, &source)).collect()
    }

    fn insert_source(&self, collection: NodeId, index: usize, source: &str) -> Candidate {
        let text = self.text;
        let items = self.flow_items(collection);
        if self.is_bare_pair(collection) {
            let span = self.tree.span(collection);
            let start = self.tree.body(collection).start;
            return if index == 0 {
                vec![Splice::insert(start, format!("{{{source}, ")), Splice::insert(span.end, "}")]
            } else {
                vec![Splice::insert(start, "{"), Splice::insert(span.end, format!(", {source}}}"))]
            };
        }
        if let Some(before) = items.get(index) {
            let behind = if self.begins_line(before.start) {
                format!("{source},{}{}", self.le, indented(" ", column(text, before.start).saturating_sub(1)))
            } else {
                format!("{source}, ")
            };
            let behind = if self.begins_line(before.start) && column(text, before.start) == 0 {
                behind.trim_end_matches(' ').to_owned()
            } else {
                behind
            };
            return vec![Splice::insert(before.start, behind)];
        }
        let Some(last) = items.last() else {
            let inside = self.inside(collection);
            let blank = inside.of(text).trim().is_empty() && !inside.of(text).contains(['\n', '\r']);
            return vec![Splice::new(if blank { inside } else { Span::empty(inside.end) }, source)];
        };
        let done = last.comma.map_or(last.end, |comma| comma + 1);
        if self.begins_line(last.start) && rest_is_comment(text, done) {
            let indentation = " ".repeat(column(text, last.start));
            let line = end_of_line(text, done);
            let new = format!("{}{indentation}{source}", self.le);
            return match last.comma {
                Some(_) => vec![Splice::insert(line, format!("{new},"))],
                None => vec![Splice::insert(last.end, ","), Splice::insert(line, new)],
            };
        }
        match last.comma {
            Some(comma) => vec![Splice::insert(comma + 1, format!(" {source}"))],
            // A comma right behind the `:` would belong to the key.
            None if text[..last.end].ends_with(':') => vec![Splice::insert(last.end, format!(" , {source}"))],
            None => vec![Splice::insert(last.end, format!(", {source}"))],
        }
    }

    /// Returns the ways to take an item out of a flow collection.
    pub(super) fn remove_from_flow(&self, collection: NodeId, index: usize) -> Vec<Candidate> {
        let text = self.text;
        let items = self.flow_items(collection);
        let item = items[index];
        if self.is_bare_pair(collection) {
            return vec![vec![Splice::new(Span::new(item.start, item.end), "{}")]];
        }
        let done = item.comma.map_or(item.end, |comma| comma + 1);
        if items.len() == 1 {
            let inside = self.inside(collection);
            let rest = format!("{}{}", &text[inside.start..item.start], &text[done..inside.end]);
            let span = if rest.trim().is_empty() { inside } else { Span::new(item.start, done) };
            return vec![vec![Splice::delete(span)]];
        }
        if self.begins_line(item.start) && rest_is_comment(text, done) {
            let mut way = vec![Splice::delete(Span::new(line_start(text, item.start), next_line(text, done)))];
            if let Some(before) = index.checked_sub(1).filter(|_| item.comma.is_none()).and_then(|i| items[i].comma) {
                way.insert(0, Splice::delete(Span::new(before, before + 1)));
            }
            return vec![way];
        }
        let mut ways = Vec::new();
        if let Some(next) = items.get(index + 1) {
            if !text[done..next.start].contains('#') && !text[item.end..done].contains('#') {
                ways.push(vec![Splice::delete(Span::new(item.start, next.start))]);
            }
        } else if let Some(before) = index.checked_sub(1).map(|i| items[i])
            && !text[before.end..item.start].contains('#')
        {
            ways.push(vec![Splice::delete(Span::new(before.end, item.end))]);
        }
        ways.push(vec![Splice::delete(Span::new(item.start, done))]);
        ways
    }

    /// Returns the ways to put another value in place of one in a flow collection.
    pub(super) fn replace_in_flow(&self, collection: NodeId, node: NodeId, sources: &[String]) -> Vec<Candidate> {
        let span = self.tree.span(node);
        let place = |source: &String| -> Candidate {
            if !span.is_empty() {
                return vec![Splice::new(span, source.as_str())];
            }
            let children = self.tree.children(collection);
            let at = children.partition_point(|child| child.index() < node.index());
            let key = children[at.saturating_sub(1)];
            match self.flow_colon(key) {
                Some(colon) => {
                    let behind = colon + 1;
                    let blanks = self.text[behind..].len() - self.text[behind..].trim_start_matches(' ').len();
                    vec![Splice::new(Span::new(behind, behind + blanks), format!(" {source}"))]
                }
                None => vec![Splice::insert(self.tree.span(key).end, format!(": {source}"))],
            }
        };
        sources.iter().map(place).collect()
    }
}
