//! The changes of a file one by one, and the text with some of them alone.
//!
//! A [`Partial`] tells what leads from one text to another as [`Part`]s: a
//! change of an entry or a parameter with the lines it is written in, and
//! changes of comments and blank lines that no data goes with. The text for some
//! of them is put together of the lines of both, where that reads as the data
//! that is wanted; where one line holds what is taken and what is left, the
//! values are set in the old text, and comments on such lines wait. Either is
//! proved by parsing, or there is no text. Where one of the two is no list that
//! can be read, nothing can be told apart: there is one part then.

mod owners;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use similar::TextDiff;

use self::owners::Owners;
use super::matching::{Keyed, Matching};
use super::merge::{self, Change, Choices, Merge, Side};
use super::model;
use crate::text::Span;
use crate::yaml::Document;

/// What a part is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Data: an entry, a parameter, an order.
    Data,
    /// Comments and blank lines, at this line of the new text, from 0.
    Writing(usize),
    /// The whole file.
    Whole,
}

/// A change that can be taken alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is about.
    pub about: About,
    /// The changes of the data, as numbers of the comparison.
    changes: Vec<usize>,
}

/// A line that one of the texts alone has, with the parts it belongs to.
#[derive(Clone, Debug)]
struct Line {
    span: Span,
    parts: Vec<usize>,
}

/// A run of lines.
#[derive(Clone, Debug)]
enum Run {
    /// In both texts; the bytes of the old one.
    Same(Span),
    /// In one of them.
    Changed { old: Vec<Line>, new: Vec<Line> },
}

/// A text with some of the parts.
#[derive(Clone, Debug)]
pub struct PartialText {
    /// The text.
    pub document: Arc<Document>,
    /// Whether it has all that is written in the lines of the parts, comments too.
    pub is_whole: bool,
}

/// What leads from one text to another.
#[derive(Clone, Debug)]
pub struct Partial {
    old: Arc<Document>,
    new: Arc<Document>,
    merge: Option<Merge>,
    parts: Vec<Part>,
    runs: Vec<Run>,
    old_lines: BTreeMap<usize, Vec<usize>>,
    new_lines: BTreeMap<usize, Vec<usize>>,
}

impl Partial {
    /// Tells the changes from one text to another apart.
    #[must_use]
    pub fn of(old: &Arc<Document>, new: &Arc<Document>) -> Self {
        // What is common to both is the old text: every change is mine.
        let merge = merge::merge(old, new, old).ok();
        let (mut parts, part_of) = match &merge {
            Some(merge) => data_parts(old, new, merge.changes()),
            None => (vec![Part { about: About::Whole, changes: Vec::new() }], HashMap::new()),
        };
        let diff = TextDiff::from_lines(old.text(), new.text());
        let spans = |lines: Vec<&str>| -> Vec<Span> {
            let mut at = 0;
            let span = |line: &&str| {
                at += line.len();
                Span::new(at - line.len(), at)
            };
            lines.iter().map(span).collect()
        };
        let (old_spans, new_spans) = (spans(diff.iter_old_slices().collect()), spans(diff.iter_new_slices().collect()));
        let changes = merge.as_ref().map_or(&[][..], Merge::changes);
        let owners = Owners { changes, old, new, old_spans: &old_spans, new_spans: &new_spans };
        let owned = owners.of(diff.ops());
        let mut whole = Self {
            old: old.clone(),
            new: new.clone(),
            runs: Vec::new(),
            parts: Vec::new(),
            old_lines: BTreeMap::new(),
            new_lines: BTreeMap::new(),
            merge,
        };
        for (op, owned) in diff.ops().iter().zip(owned) {
            let (from, to) = (op.old_range(), op.new_range());
            let Some(owned) = owned else {
                let bytes = &old_spans[from];
                whole.runs.extend(bytes.first().zip(bytes.last()).map(|(a, b)| Run::Same(Span::new(a.start, b.end))));
                continue;
            };
            let is_owned = owned.old.iter().chain(&owned.new).any(|changes| !changes.is_empty());
            let writing = parts.len();
            if !is_owned && whole.merge.is_some() {
                parts.push(Part { about: About::Writing(to.start), changes: Vec::new() });
            }
            let line = |span: Span, changes: &Vec<usize>| {
                let mut of: Vec<usize> = changes.iter().filter_map(|change| part_of.get(change).copied()).collect();
                of.sort_unstable();
                of.dedup();
                if of.is_empty() {
                    of.push(if is_owned || whole.merge.is_none() { 0 } else { writing });
                }
                Line { span, parts: of }
            };
            let old: Vec<Line> = owned.old.iter().zip(&old_spans[from.clone()]).map(|(o, s)| line(*s, o)).collect();
            let new: Vec<Line> = owned.new.iter().zip(&new_spans[to.clone()]).map(|(o, s)| line(*s, o)).collect();
            whole.old_lines.extend(from.zip(&old).map(|(number, line)| (number, line.parts.clone())));
            whole.new_lines.extend(to.zip(&new).map(|(number, line)| (number, line.parts.clone())));
            whole.runs.push(Run::Changed { old, new });
        }
        whole.parts = parts;
        whole
    }

    /// Returns the parts.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Tells whether only comments and blank lines differ.
    #[must_use]
    pub fn is_writing(&self) -> bool {
        self.parts.iter().all(|part| matches!(part.about, About::Writing(_)))
    }

    /// Returns the changes of the data that a part is.
    pub fn changes(&self, part: usize) -> impl Iterator<Item = &Change> {
        let changes = self.merge.as_ref().map_or(&[][..], Merge::changes);
        self.parts.get(part).into_iter().flat_map(|part| &part.changes).filter_map(|change| changes.get(*change))
    }

    /// Returns the text that the changes start from.
    #[must_use]
    pub const fn before(&self) -> &Arc<Document> {
        &self.old
    }

    /// Returns the text that all changes lead to.
    #[must_use]
    pub const fn after(&self) -> &Arc<Document> {
        &self.new
    }

    /// Returns the parts that a line of the old text goes with, lines from 0.
    #[must_use]
    pub fn parts_of_old(&self, line: usize) -> &[usize] {
        self.old_lines.get(&line).map_or(&[], Vec::as_slice)
    }

    /// Returns the parts that a line of the new text comes with, lines from 0.
    #[must_use]
    pub fn parts_of_new(&self, line: usize) -> &[usize] {
        self.new_lines.get(&line).map_or(&[], Vec::as_slice)
    }

    /// Returns the text with the parts that are taken; none where no text is proved to have them alone.
    #[must_use]
    pub fn text(&self, taken: &[bool]) -> Option<PartialText> {
        let is_taken = |part: usize| taken.get(part).copied().unwrap_or_default();
        let whole = |document: &Arc<Document>| Some(PartialText { document: document.clone(), is_whole: true });
        if (0..self.parts.len()).all(is_taken) {
            return whole(&self.new);
        }
        if !(0..self.parts.len()).any(is_taken) {
            return whole(&self.old);
        }
        let merge = self.merge.as_ref()?;
        let mut choices: Choices = vec![Some(Side::Theirs); merge.changes().len()];
        for (_, part) in self.parts.iter().enumerate().filter(|(number, _)| is_taken(*number)) {
            part.changes.iter().for_each(|change| choices[*change] = Some(Side::Mine));
        }
        let data = merge.data(&choices);
        let proved = |document: &Document| document.error().is_none() && model::effective(document).same(&data);
        if let Some(document) =
            self.lines(is_taken).filter(|document| proved(document) && self.keeps_comments(document))
        {
            return whole(&Arc::new(document));
        }
        // The comments that no data goes with, then the values one by one.
        let is_writing = |part: usize| matches!(self.parts[part].about, About::Writing(_)) && is_taken(part);
        let had = model::effective(&self.old);
        let reads = |document: &Document| document.error().is_none() && model::effective(document).same(&had);
        let keeps = |document: &Document| reads(document) && self.keeps_comments(document);
        let start = self.lines(is_writing).filter(keeps).map_or_else(|| self.old.clone(), Arc::new);
        let document = merge.document_from(&start, &choices).ok()?;
        Some(PartialText { document, is_whole: false })
    }

    /// Tells whether no comment line is missing that both texts have: the lines of the
    /// two may have been put against each other the wrong way, which data does not show.
    fn keeps_comments(&self, document: &Document) -> bool {
        let [old, new, now] = [&*self.old, &*self.new, document].map(comment_lines);
        old.iter().all(|(line, count)| {
            let both = new.get(line).map_or(0, |other| *count.min(other));
            now.get(line).copied().unwrap_or(0) >= both
        })
    }

    /// Puts the lines of both texts together; none where a line belongs to what is taken and to what is left.
    fn lines(&self, is_taken: impl Fn(usize) -> bool) -> Option<Document> {
        let mut text = String::new();
        for run in &self.runs {
            match run {
                Run::Same(span) => text.push_str(span.of(self.old.text())),
                Run::Changed { old, new } => self.changed(old, new, &is_taken, &mut text)?,
            }
        }
        Some(Document::parse(text))
    }

    /// Writes the lines of a place that differs: old ones that stay, new ones that come, in the order of both.
    fn changed(&self, old: &[Line], new: &[Line], is_taken: &impl Fn(usize) -> bool, out: &mut String) -> Option<()> {
        let all = |line: &Line| -> Option<bool> {
            let taken = line.parts.iter().filter(|part| is_taken(**part)).count();
            if taken == 0 || taken == line.parts.len() { Some(taken > 0) } else { None }
        };
        let mut next = 0;
        let mut push_old = |upto: usize, out: &mut String| -> Option<()> {
            for line in &old[next..upto.max(next)] {
                if !all(line)? {
                    line_end(out);
                    out.push_str(line.span.of(self.old.text()));
                }
            }
            next = next.max(upto);
            Some(())
        };
        let mut done = 0;
        for (at, line) in new.iter().enumerate() {
            let begins = at == 0 || new[at - 1].parts != line.parts;
            if begins {
                // Lines of one part stand where they stood; what has no new lines comes first.
                let twin = old.iter().skip(done).position(|one| one.parts == line.parts).map(|found| done + found);
                let lasts = |from: usize| old[from..].iter().take_while(|one| one.parts == line.parts).count() + from;
                let stays = |one: &Line| !new[at..].iter().any(|later| later.parts == one.parts);
                done = match twin {
                    Some(twin) => lasts(twin),
                    None => old[done..].iter().take_while(|one| stays(one)).count() + done,
                };
                push_old(done, out)?;
            }
            if all(line)? {
                line_end(out);
                out.push_str(line.span.of(self.new.text()));
            }
        }
        push_old(old.len(), out)
    }
}

/// Ends the line before another one: the last line of a text may have no end.
fn line_end(out: &mut String) {
    if !out.is_empty() && !out.ends_with(['\n', '\r']) {
        let is_crlf = out.rfind('\n').is_some_and(|at| out[..at].ends_with('\r'));
        out.push_str(if is_crlf { "\r\n" } else { "\n" });
    }
}

/// Returns the parts of the data, and the part of each change.
fn data_parts(old: &Document, new: &Document, changes: &[Change]) -> (Vec<Part>, HashMap<usize, usize>) {
    let (old_entries, new_entries) = (model::entries(old), model::entries(new));
    let (old_keys, new_keys) = (Keyed::all(Some(old), &old_entries), Keyed::all(Some(new), &new_entries));
    let matched = Matching::of(&old_keys, &new_keys, |_, _| true);
    let is_entry = |change: &Change| change.place.below.is_root() && !change.place.is_order;
    let gone = |change: &Change| change.place.entry.as_ref().filter(|_| is_entry(change))?.index.base;
    let come = |change: &Change| change.place.entry.as_ref().filter(|_| is_entry(change))?.index.mine;
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of = HashMap::new();
    for (number, change) in changes.iter().enumerate() {
        if part_of.contains_key(&number) {
            continue;
        }
        let mut together = vec![number];
        // An entry that got another class in its place is one change.
        let twin = changes.iter().enumerate().skip(number + 1).find(|(_, other)| {
            let pair = |from: &Change, to: &Change| match (gone(from), come(from), gone(to), come(to)) {
                (Some(from), None, None, Some(to)) => matched.origins.get(to).copied().flatten() == Some(from),
                _ => false,
            };
            pair(change, other) || pair(other, change)
        });
        together.extend(twin.map(|(twin, _)| twin));
        part_of.extend(together.iter().map(|change| (*change, parts.len())));
        parts.push(Part { about: About::Data, changes: together });
    }
    (parts, part_of)
}

/// Counts the comment lines of a text.
fn comment_lines(document: &Document) -> HashMap<&str, usize> {
    let lines = document.text().lines().map(str::trim).filter(|line| line.starts_with('#'));
    lines.fold(HashMap::new(), |mut counts, line| {
        *counts.entry(line).or_default() += 1;
        counts
    })
}

#[cfg(test)]
mod tests;
