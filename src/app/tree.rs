//! The parameters of one entry as rows, and the cursor among them.
//!
//! Rows are built from the document's tree without recursion, as far as levels
//! are open; a level that is long or deep starts folded.

use std::collections::{HashMap, HashSet};

use super::needle::Sieve;
use super::value::{count, pairs_count, shown};
use crate::check::Severity;
use crate::config::{Role, secret};
use crate::text::visible::visible;
use crate::yaml::scalar::{self, ScalarType};
use crate::yaml::{Document, Kind, NodeId, Pointer, ScalarStyle};

/// Levels from here on start folded.
const OPEN_LEVELS: usize = 4;
/// Levels below the first with more children than this start folded.
const OPEN_CHILDREN: usize = 40;
/// Rows behind this many are not compared with the file on disk: finding a key
/// in a long mapping costs time proportional to its length.
const COMPARED_ROWS: usize = 2_000;
/// The longest text of a value that a row carries, in characters.
const TEXT_LIMIT: usize = 2_000;

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A scalar.
    Scalar,
    /// A mapping with this many keys.
    Map(usize),
    /// A sequence with this many items.
    List(usize),
    /// An alias of this name.
    Alias(String),
    /// The place where something can be added to the level of `Row::pointer`.
    Add,
}

/// One row.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the row")]
#[derive(Clone, Debug)]
pub struct Row {
    /// What it is.
    pub shape: Shape,
    /// How deep, from 0.
    pub depth: usize,
    /// The place of the value; for [`Shape::Add`] that of the level.
    pub pointer: Pointer,
    /// The name or the index, made visible.
    pub name: String,
    /// The node of the value.
    pub node: Option<NodeId>,
    /// Whether the level is open.
    pub open: bool,
    /// The type that SkyPilot reads.
    pub kind: &'static str,
    /// The value on one line, made visible, not masked.
    pub text: String,
    /// What SkyPilot reads, where the text does not say it: `true` of `yes`.
    pub reads: Option<String>,
    /// Whether the value is a secret.
    pub secret: bool,
    /// Whether the key is repeated below: then the later one counts.
    pub shadowed: bool,
    /// Whether it is a key of the entry that SkyPilot does not know.
    pub stray: bool,
    /// How it differs from the file on disk.
    pub sign: &'static str,
    /// The worst problem with it.
    pub severity: Option<Severity>,
    /// What the class says of a parameter that is not given: its name, its type and default.
    pub unset: Option<(String, String)>,
}

/// The tree of the entry that is shown.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Which entry.
    pub entry: Option<(Role, usize)>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The row under the cursor.
    pub cursor: usize,
    /// The first row on the screen.
    pub offset: usize,
    /// The level shown where the screen is too narrow for a tree.
    pub level: Option<Pointer>,
    /// The secret that is shown.
    pub revealed: Option<Pointer>,
    /// Whether long values take several lines.
    pub wraps: bool,
    /// Whether parameters that are not given have rows.
    pub shows_unset: bool,
    /// What the shown rows hold; empty where all are shown.
    pub filter: String,
    /// How many rows there are without a filter, but for those that add.
    pub total: usize,
    folds: HashMap<Pointer, bool>,
}

/// What the rows are built from.
pub struct Source<'a> {
    /// The text.
    pub document: &'a Document,
    /// The text on disk.
    pub disk: Option<&'a Document>,
    /// Which entry.
    pub entry: (Role, usize),
    /// Which entry it was on disk.
    pub origin: Option<usize>,
    /// Whether only one level is shown.
    pub narrow: bool,
    /// The worst problem at each place of the entry.
    pub severities: HashMap<Pointer, Severity>,
    /// What the class says of parameters that are not given, where they have rows.
    pub unset: Vec<(String, String)>,
    /// Whether secrets may be found by what they are.
    pub show_secrets: bool,
}

impl Tree {
    /// Returns the row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.rows.get(self.cursor)
    }

    /// Builds the rows again; cursor and folds stay where the same entry is shown.
    pub fn refresh(&mut self, source: Option<&Source<'_>>) {
        let Some(source) = source else {
            self.entry = None;
            self.rows.clear();
            return;
        };
        if self.entry != Some(source.entry) {
            let Self { wraps, shows_unset, .. } = *self;
            *self = Self { entry: Some(source.entry), wraps, shows_unset, ..Self::default() };
        }
        if !source.narrow || self.level.as_ref().is_some_and(|level| source.document.find(level).is_none()) {
            self.level = None;
        }
        let current = self.current().filter(|row| row.shape != Shape::Add).map(|row| row.pointer.clone());
        self.rows = rows(source, self.level.as_ref(), if self.filter.is_empty() { Some(&self.folds) } else { None });
        if self.level.is_none() {
            self.add_unset(&source.unset);
        }
        self.total = self.rows.iter().filter(|row| row.shape != Shape::Add).count();
        if !self.filter.is_empty() {
            self.sift(source.show_secrets);
            if let Some(current) = current {
                self.go_to(&current);
            }
        }
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        if self.current().map(|row| &row.pointer) != self.revealed.as_ref() {
            self.revealed = None;
        }
    }

    /// Adds rows for parameters that are not given, in front of the last row, which adds any.
    fn add_unset(&mut self, unset: &[(String, String)]) {
        let Some(add) = self.rows.pop() else { return };
        for (name, about) in unset {
            let shown = format!("+ {}", visible(name));
            self.rows.push(Row { name: shown, unset: Some((name.clone(), about.clone())), ..add.clone() });
        }
        self.rows.push(add);
    }

    /// Leaves out the rows that the filter does not let through: by path and value, never by what is masked.
    ///
    /// The levels above a row that is shown stay.
    fn sift(&mut self, show_secrets: bool) {
        let sieve = Sieve::of(&self.filter);
        let lets = |row: &Row| {
            let path = Pointer::from_tokens(row.pointer.tokens().iter().skip(3).cloned()).to_path();
            let text = match (&row.unset, &row.shape) {
                (Some((name, _)), _) => name.clone(),
                (None, Shape::Add) => return false,
                _ if row.secret && !show_secrets => path,
                _ => format!("{path} {}", row.text),
            };
            sieve.lets(row.severity, row.sign != " ", &text)
        };
        // A level stays where something below it is shown.
        let mut needed = 0;
        let mut kept = Vec::new();
        for row in std::mem::take(&mut self.rows).into_iter().rev() {
            if lets(&row) || (row.depth < needed && row.shape != Shape::Add) {
                needed = row.depth;
                kept.push(row);
            }
        }
        kept.reverse();
        self.rows = kept;
    }

    /// Folds or unfolds a level; the rows are to be built again.
    pub fn set_open(&mut self, pointer: &Pointer, open: bool) {
        self.folds.insert(pointer.clone(), open);
    }

    /// Opens all levels above a place.
    pub fn open_above(&mut self, pointer: &Pointer) {
        let tokens = pointer.tokens();
        for length in 3..tokens.len() {
            self.folds.insert(Pointer::from_tokens(&tokens[..length]), true);
        }
    }

    /// Puts the cursor on a place, if a row shows it.
    pub fn go_to(&mut self, pointer: &Pointer) -> bool {
        let row = self.rows.iter().rposition(|row| row.shape != Shape::Add && row.pointer == *pointer);
        if let Some(row) = row {
            self.cursor = row;
        }
        row.is_some()
    }

    /// Tells whether the value of a row is to be shown masked.
    #[must_use]
    pub fn masks(&self, row: &Row, show_secrets: bool) -> bool {
        row.secret && !show_secrets && self.revealed.as_ref() != Some(&row.pointer)
    }
}

/// Returns the pointer to the parameters of an entry.
#[must_use]
pub fn parameters_of(index: usize) -> Pointer {
    Pointer::from_tokens(["plugins".to_owned(), index.to_string(), "parameters".to_owned()])
}

/// One thing still to be shown.
enum Todo {
    Node { pointer: Pointer, name: String, node: NodeId, depth: usize, stray: bool, shadowed: bool },
    Add { pointer: Pointer, depth: usize },
}

/// Returns the rows, as far as levels are open; without `folds` all are.
fn rows(source: &Source<'_>, level: Option<&Pointer>, folds: Option<&HashMap<Pointer, bool>>) -> Vec<Row> {
    let document = source.document;
    let Ok(tree) = document.tree() else { return Vec::new() };
    let entry = Pointer::from_tokens(["plugins".to_owned(), source.entry.1.to_string()]);
    let Some(entry_node) = document.find(&entry).map(|node| tree.target(node)) else { return Vec::new() };
    let mut todo: Vec<Todo> = Vec::new();
    let mut out = Vec::new();
    if let Some(level) = level {
        if let Some(node) = document.find(level) {
            children(document, level, tree.target(node), 0, &mut todo);
        }
    } else if tree.is_mapping(entry_node) {
        top_level(document, &entry, entry_node, &mut todo);
    } else {
        let name = "(entry)".to_owned();
        todo.push(Todo::Node { pointer: entry, name, node: entry_node, depth: 0, stray: true, shadowed: false });
    }
    while let Some(next) = todo.pop() {
        match next {
            Todo::Add { pointer, depth } => out.push(add_row(document, pointer, depth)),
            Todo::Node { pointer, name, node, depth, stray, shadowed } => {
                let compared = out.len() < COMPARED_ROWS;
                let mut row = row(source, &pointer, node, depth, compared);
                row.name = name;
                row.stray = stray;
                row.shadowed = shadowed;
                let length = match row.shape {
                    Shape::Map(n) | Shape::List(n) => n,
                    _ => 0,
                };
                let usual = depth + 1 < OPEN_LEVELS && length <= OPEN_CHILDREN;
                let is_level = matches!(row.shape, Shape::Map(_) | Shape::List(_));
                row.open = is_level && !source.narrow && !row.shadowed && is_open(folds, &pointer, usual);
                if row.open {
                    children(document, &pointer, node, depth + 1, &mut todo);
                }
                out.push(row);
            }
        }
    }
    out
}

fn is_open(folds: Option<&HashMap<Pointer, bool>>, pointer: &Pointer, usual: bool) -> bool {
    folds.is_none_or(|folds| folds.get(pointer).copied().unwrap_or(usual))
}

/// Puts what belongs to the entry on the stack, in reverse.
fn top_level(document: &Document, entry: &Pointer, node: NodeId, todo: &mut Vec<Todo>) {
    let Ok(tree) = document.tree() else { return };
    let mut strays = Vec::new();
    let mut parameters = None;
    for (key, value) in tree.pairs(node) {
        match document.key_token(key) {
            "class" => {}
            "parameters" => parameters = Some(value),
            token => strays.push(Todo::Node {
                pointer: entry.join(token),
                name: visible(token).into_owned(),
                node: value,
                depth: 0,
                stray: true,
                shadowed: document.find(&entry.join(token)) != Some(value),
            }),
        }
    }
    todo.extend(strays.into_iter().rev());
    let pointer = entry.join("parameters");
    let is_null =
        |node: NodeId| matches!(tree.kind(node), Kind::Scalar(ScalarStyle::Plain)) && type_of(document, node) == "null";
    match parameters {
        Some(value) if tree.is_mapping(tree.target(value)) => children(document, &pointer, tree.target(value), 0, todo),
        Some(value) if !is_null(value) => todo.push(Todo::Node {
            pointer,
            name: "parameters".to_owned(),
            node: value,
            depth: 0,
            stray: true,
            shadowed: false,
        }),
        _ => todo.push(Todo::Add { pointer, depth: 0 }),
    }
}

/// Puts the children of a collection on the stack, in reverse, with the place to add one.
fn children(document: &Document, pointer: &Pointer, node: NodeId, depth: usize, todo: &mut Vec<Todo>) {
    let Ok(tree) = document.tree() else { return };
    todo.push(Todo::Add { pointer: pointer.clone(), depth });
    let start = todo.len();
    if tree.is_sequence(node) {
        for (index, &item) in tree.children(node).iter().enumerate() {
            let name = index.to_string();
            let pointer = pointer.join(index);
            todo.push(Todo::Node { pointer, name, node: item, depth, stray: false, shadowed: false });
        }
    } else {
        let last: HashMap<&str, NodeId> =
            tree.pairs(node).map(|(key, value)| (document.key_token(key), value)).collect();
        for (key, value) in tree.pairs(node) {
            let token = document.key_token(key);
            let name = visible(token).into_owned();
            let shadowed = last.get(token) != Some(&value);
            let pointer = pointer.join(token);
            todo.push(Todo::Node { pointer, name, node: value, depth, stray: false, shadowed });
        }
    }
    todo[start..].reverse();
}

fn add_row(document: &Document, pointer: Pointer, depth: usize) -> Row {
    let is_list = document
        .find(&pointer)
        .is_some_and(|node| document.tree().is_ok_and(|tree| tree.is_sequence(tree.target(node))));
    let name = match (is_list, pointer.tokens().len()) {
        (true, _) => "+ add item...",
        (false, 3) => "+ add parameter...",
        (false, _) => "+ add key...",
    };
    Row {
        shape: Shape::Add,
        depth,
        pointer,
        name: name.to_owned(),
        node: None,
        open: false,
        kind: "",
        text: String::new(),
        reads: None,
        secret: false,
        shadowed: false,
        stray: false,
        sign: " ",
        severity: None,
        unset: None,
    }
}

fn row(source: &Source<'_>, pointer: &Pointer, node: NodeId, depth: usize, compared: bool) -> Row {
    let document = source.document;
    let tree = document.tree().ok();
    let shape = match tree.map(|tree| (tree.kind(node), tree.children(node).len())) {
        Some((Kind::Mapping { .. }, links)) => Shape::Map(links / 2),
        Some((Kind::Sequence { .. }, links)) => Shape::List(links),
        Some((Kind::Alias, _)) => Shape::Alias(document.source(node).trim_start_matches('*').to_owned()),
        _ => Shape::Scalar,
    };
    let (text, reads) = text_of(document, node, &shape);
    let is_collection = matches!(shape, Shape::Map(_) | Shape::List(_));
    Row {
        depth,
        pointer: pointer.clone(),
        name: String::new(),
        node: Some(node),
        open: false,
        kind: type_of(document, node),
        text,
        reads,
        secret: !is_collection && secret::is_secret_node(document, node),
        shadowed: false,
        stray: false,
        sign: if compared { sign(source, pointer, node) } else { " " },
        severity: source.severities.get(pointer).copied(),
        unset: None,
        shape,
    }
}

/// Returns the type that SkyPilot reads, under the names of the screens.
#[must_use]
pub fn type_of(document: &Document, node: NodeId) -> &'static str {
    let Ok(tree) = document.tree() else { return "" };
    let node = tree.target(node);
    match (tree.kind(node), tree.tag(node)) {
        (_, Some("tag:yaml.org,2002:str")) => "str",
        (_, Some("tag:yaml.org,2002:int")) => "int",
        (_, Some("tag:yaml.org,2002:float")) => "float",
        (_, Some("tag:yaml.org,2002:bool")) => "bool",
        (_, Some("tag:yaml.org,2002:null")) => "null",
        (_, Some("tag:yaml.org,2002:binary")) => "bytes",
        (_, Some("tag:yaml.org,2002:timestamp")) => "date",
        (_, Some("tag:yaml.org,2002:set")) => "set",
        (Kind::Mapping { .. }, _) => "map",
        (Kind::Sequence { .. }, _) => "list",
        (Kind::Scalar(ScalarStyle::Plain), None) => match scalar::resolve(document.scalar(node)) {
            ScalarType::Null => "null",
            ScalarType::Bool => "bool",
            ScalarType::Int => "int",
            ScalarType::Float => "float",
            ScalarType::Timestamp => "date",
            ScalarType::Merge | ScalarType::Value | ScalarType::Str => "str",
        },
        (Kind::Scalar(_), _) => "str",
        (Kind::Alias, _) => "alias",
    }
}

/// Returns the value on one line, and what it is read as where that differs.
fn text_of(document: &Document, node: NodeId, shape: &Shape) -> (String, Option<String>) {
    match shape {
        Shape::Map(n) => (pairs_count(*n), None),
        Shape::List(n) => (count(*n, "item"), None),
        Shape::Alias(name) => (format!("*{}", visible(name)), None),
        Shape::Add => (String::new(), None),
        Shape::Scalar => scalar_text(document, node),
    }
}

fn scalar_text(document: &Document, node: NodeId) -> (String, Option<String>) {
    let Ok(tree) = document.tree() else { return (String::new(), None) };
    let full = document.scalar(node);
    let cut = full.char_indices().nth(TEXT_LIMIT).map_or(full, |(at, _)| &full[..at]);
    let text = visible(cut).into_owned();
    if tree.kind(node) != Kind::Scalar(ScalarStyle::Plain) || tree.tag(node).is_some() {
        let needs_quotes = text.is_empty() || scalar::resolve(full) != ScalarType::Str || text.starts_with(' ');
        return (if needs_quotes { format!("'{text}'") } else { text }, None);
    }
    let kind = scalar::resolve(full);
    if kind == ScalarType::Null && full.is_empty() {
        return ("null".to_owned(), None);
    }
    let read = match kind {
        ScalarType::Str | ScalarType::Merge | ScalarType::Value => None,
        kind => scalar::convert(kind, full).ok().map(|value| shown(&value)).filter(|read| *read != text),
    };
    (text, read)
}

fn sign(source: &Source<'_>, pointer: &Pointer, node: NodeId) -> &'static str {
    let Some(old) = disk_node(source, pointer) else { return "+" };
    let Some(disk) = source.disk else { return "+" };
    if disk.source(old) == source.document.source(node) { " " } else { "~" }
}

/// Returns the node that stood on disk at the place of a value.
fn disk_node(source: &Source<'_>, pointer: &Pointer) -> Option<NodeId> {
    source.disk?.find(&place_on_disk(pointer, source.origin?))
}

/// Returns a place below an entry as it was when the entry had the index `origin`.
#[must_use]
pub fn place_on_disk(pointer: &Pointer, origin: usize) -> Pointer {
    let mut tokens = pointer.tokens().to_vec();
    if let Some(index) = tokens.get_mut(1) {
        *index = origin.to_string();
    }
    Pointer::from_tokens(tokens)
}

/// Returns the names that a level has already.
#[must_use]
pub fn names_at(document: &Document, level: &Pointer) -> HashSet<String> {
    let Ok(tree) = document.tree() else { return HashSet::new() };
    let Some(node) = document.find(level) else { return HashSet::new() };
    tree.pairs(tree.target(node)).map(|(key, _)| document.key_token(key).to_owned()).collect()
}
