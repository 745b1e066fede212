//! One of the two lists on the screen: its rows, cursor, marks and filter.
//!
//! Everything that costs time proportional to the number of entries is
//! computed once per edit, never per frame.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::needle::Sieve;
use crate::check::{Diagnostic, FileKind, Severity};
use crate::config::disabled::{self, Disabled};
use crate::config::matching::{Keyed, Matching};
use crate::config::model::{Entries, Entry};
use crate::config::{ConfigFile, Content, Role};
use crate::yaml::Document;

/// How an entry differs from the file on disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Marker {
    /// Not at all.
    #[default]
    Same,
    /// It is not in the file on disk.
    Added,
    /// It is there otherwise, or elsewhere.
    Changed,
}

impl Marker {
    /// Returns the sign in front of a row.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Same => " ",
            Self::Added => "+",
            Self::Changed => "~",
        }
    }
}

/// What a list pane shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// There is no file.
    #[default]
    Absent,
    /// Entries, perhaps none.
    Entries,
    /// The text does not parse: the byte offset of the error, and what it is.
    Broken {
        /// The offset.
        offset: usize,
        /// The problem.
        problem: String,
    },
    /// The file is no text.
    Unreadable(String),
    /// It parses, but `plugins` is no list.
    NoList(String),
}

/// The state of one list.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// What the pane shows.
    pub body: Body,
    /// The entries of the document.
    pub entries: Arc<Vec<Entry>>,
    /// The same with the document, and those of the file on disk.
    known: [Entries; 2],
    /// How each differs from the one on disk.
    pub markers: Vec<Marker>,
    /// Which entry of the file on disk each one was.
    pub origins: Vec<Option<usize>>,
    /// How many entries of the file on disk are gone.
    pub removed: usize,
    /// The diagnostics of each entry that has any, as indices into the report.
    pub problems: HashMap<usize, Vec<usize>>,
    /// The worst severity of each.
    worst: HashMap<usize, Severity>,
    /// The place of the cursor among the shown rows.
    pub cursor: usize,
    /// The first row on the screen.
    pub offset: usize,
    /// The marked entries.
    pub selected: BTreeSet<usize>,
    /// Where marking a range began.
    pub anchor: Option<usize>,
    /// What the shown entries hold; empty where all are shown.
    pub filter: String,
    /// The entries that are commented out.
    pub disabled: Vec<Disabled>,
    /// The shown rows, none where they are the entries.
    rows: Option<Vec<Row>>,
}

/// What a row of a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// An entry.
    Entry(usize),
    /// One that is commented out.
    Disabled(usize),
}

impl List {
    /// Returns how many rows are shown.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(self.entries.len(), Vec::len)
    }

    /// Tells whether no row is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns what a row shows.
    #[must_use]
    pub fn row_at(&self, row: usize) -> Option<Row> {
        match &self.rows {
            Some(rows) => rows.get(row).copied(),
            None => (row < self.entries.len()).then_some(Row::Entry(row)),
        }
    }

    /// Returns the entry in a row.
    #[must_use]
    pub fn entry_at(&self, row: usize) -> Option<usize> {
        match self.row_at(row)? {
            Row::Entry(index) => Some(index),
            Row::Disabled(_) => None,
        }
    }

    /// Returns the entry under the cursor that is commented out.
    #[must_use]
    pub fn current_disabled(&self) -> Option<usize> {
        match self.row_at(self.cursor)? {
            Row::Disabled(number) => Some(number),
            Row::Entry(_) => None,
        }
    }

    /// Returns the entry under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<usize> {
        self.entry_at(self.cursor)
    }

    /// Puts the cursor on an entry; a filter that hides it is cleared.
    pub fn go_to(&mut self, index: usize) {
        let index = index.min(self.entries.len().saturating_sub(1));
        if self.row_of(index).is_none() {
            self.set_filter(String::new());
        }
        self.cursor = self.row_of(index).unwrap_or(0);
    }

    fn row_of(&self, index: usize) -> Option<usize> {
        match &self.rows {
            Some(rows) => rows.iter().position(|row| *row == Row::Entry(index)),
            None => Some(index),
        }
    }

    /// Returns the marked entries that are shown, or the one under the cursor:
    /// nothing that a filter hides is touched.
    #[must_use]
    pub fn chosen(&self) -> Vec<usize> {
        let is_shown = |row: &Row| matches!(row, Row::Entry(index) if self.selected.contains(index));
        let marked: Vec<usize> = match &self.rows {
            Some(rows) if !self.selected.is_empty() => {
                let rows = rows.iter().filter(|row| is_shown(row));
                rows.filter_map(|row| if let Row::Entry(index) = row { Some(*index) } else { None }).collect()
            }
            _ => self.selected.iter().copied().collect(),
        };
        if marked.is_empty() { self.current().into_iter().collect() } else { marked }
    }

    /// Shows only the entries that hold `filter`: by state behind `e:`, `w:` and `~`, as [`Sieve`] reads it.
    pub fn set_filter(&mut self, filter: String) {
        let current = self.row_at(self.cursor);
        self.filter = filter;
        self.refilter();
        if let Some(row) = current.and_then(|current| (0..self.len()).find(|row| self.row_at(*row) == Some(current))) {
            self.cursor = row;
        }
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    fn refilter(&mut self) {
        if self.filter.is_empty() && self.disabled.is_empty() {
            self.rows = None;
            return;
        }
        let sieve = Sieve::of(&self.filter);
        let only_disabled = self.filter == "#";
        let holds = |index: usize, entry: &Entry| {
            let changed = self.markers.get(index).is_some_and(|marker| *marker != Marker::Same);
            // An entry without a class is found by its state alone.
            let text = entry.class.as_deref();
            let has_text = text.is_some() || sieve.needle.is_none();
            let severity = self.worst.get(&index).copied();
            !only_disabled && has_text && sieve.lets(severity, changed, text.unwrap_or_default())
        };
        let is_out = |one: &Disabled| only_disabled || (sieve.wanted.is_none() && sieve.lets(None, false, &one.class));
        let mut rows = Vec::with_capacity(self.entries.len() + self.disabled.len());
        let mut disabled = self.disabled.iter().enumerate().peekable();
        for index in 0..=self.entries.len() {
            while let Some((number, one)) = disabled.next_if(|(_, one)| one.before <= index) {
                rows.extend(is_out(one).then_some(Row::Disabled(number)));
            }
            rows.extend(self.entries.get(index).filter(|entry| holds(index, entry)).map(|_| Row::Entry(index)));
        }
        self.rows = Some(rows);
    }

    /// Takes the entries of another document.
    pub fn refresh(&mut self, file: &ConfigFile, disk: &ConfigFile) {
        self.body = body(file);
        // Given up first: what nobody else holds is changed in its place.
        self.entries = Arc::default();
        for (known, file) in self.known.iter_mut().zip([file, disk]) {
            known.follow(readable(file));
        }
        self.entries = Arc::clone(self.known[0].all());
        self.disabled = match &file.content {
            Content::Text(document) if self.body == Body::Entries => disabled::find(document),
            _ => Vec::new(),
        };
        let (new_keys, old_keys) = (keyed(file, &self.entries), keyed(disk, self.known[1].all()));
        let matched = Matching::of(&old_keys, &new_keys, |_, _| true);
        self.markers = markers(&matched.origins, &old_keys, &new_keys);
        self.removed = matched.removed.len();
        self.origins = matched.origins;
        let count = self.entries.len();
        self.selected.retain(|index| *index < count);
        self.anchor = None;
        self.refilter();
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
    }

    /// Sorts the diagnostics of a report by entry.
    pub fn take_problems(&mut self, role: Role, diagnostics: &[Diagnostic]) {
        self.problems.clear();
        self.worst.clear();
        let kind = FileKind::of(role);
        for (number, one) in diagnostics.iter().enumerate().filter(|(_, one)| one.place.file == kind) {
            if let Some(index) = one.entry() {
                self.problems.entry(index).or_default().push(number);
                let worst = self.worst.entry(index).or_insert(one.severity);
                *worst = (*worst).max(one.severity);
            }
        }
        if !self.filter.is_empty() {
            self.refilter();
            self.cursor = self.cursor.min(self.len().saturating_sub(1));
        }
    }

    /// Returns the worst severity of an entry's problems.
    #[must_use]
    pub fn severity(&self, index: usize) -> Option<Severity> {
        self.worst.get(&index).copied()
    }
}

fn readable(file: &ConfigFile) -> Option<&Arc<Document>> {
    match &file.content {
        Content::Text(document) => Some(document).filter(|document| document.error().is_none()),
        _ => None,
    }
}

/// Returns what the entries of a file are known by.
fn keyed<'a>(file: &'a ConfigFile, entries: &'a [Entry]) -> Vec<Keyed<'a>> {
    let document = match &file.content {
        Content::Text(document) => Some(&**document),
        _ => None,
    };
    Keyed::all(document, entries)
}

fn body(file: &ConfigFile) -> Body {
    match &file.content {
        Content::Absent => Body::Absent,
        Content::Unreadable(why) => Body::Unreadable(why.problem.clone()),
        Content::Text(document) => text_body(document),
    }
}

fn text_body(document: &Document) -> Body {
    if let Some(error) = document.error() {
        let offset = error.mark.map_or(0, |mark| mark.offset).min(document.text().len());
        let problem = match &error.context {
            Some(context) => format!("{context}: {}", error.problem),
            None => error.problem.clone(),
        };
        return Body::Broken { offset, problem };
    }
    let Ok(data) = document.data() else { return Body::Absent };
    if !data.is_truthy() {
        return Body::Entries;
    }
    if data.as_map().is_none() {
        return Body::NoList(format!(
            "The file holds a {}, not a mapping with a list under 'plugins'.",
            data.type_name()
        ));
    }
    match data.get("plugins") {
        Some(plugins) if plugins.as_list().is_none() && plugins.is_truthy() => {
            Body::NoList(format!("'plugins' is a {}, not a list.", plugins.type_name()))
        }
        _ => Body::Entries,
    }
}

/// Tells how each entry differs from the old one that it was.
fn markers(origins: &[Option<usize>], old: &[Keyed<'_>], new: &[Keyed<'_>]) -> Vec<Marker> {
    let mut order: Vec<usize> = origins.iter().flatten().copied().collect();
    order.sort_unstable();
    let mut rank = 0;
    let marker = |(origin, entry): (&Option<usize>, &Keyed<'_>)| {
        let Some(from) = *origin else { return Marker::Added };
        let moved = order[rank] != from;
        rank += 1;
        if moved || entry.source != old[from].source { Marker::Changed } else { Marker::Same }
    };
    origins.iter().zip(new).map(marker).collect()
}
