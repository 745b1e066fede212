//! Two readings of a list that went apart from a third one, merged by entry and parameter.
//!
//! [`merge`] compares three documents as data and lists what changed, and whose
//! each change is. What only one side changed is taken; where both changed the
//! same to different ends, a person chooses. [`Merge::document`] is the text for
//! the choices: the lines of both sides put together where that gives the data
//! that is wanted, else theirs with edits that leave every other byte alone. It
//! is proved: its data is what the merge says, or there is no text at all.
//!
//! A list or a scalar is one unit, a map is merged by its keys. Nothing here
//! knows where the three come from.

mod compare;
mod lines;
mod order;
mod reach;

use std::collections::HashSet;
use std::sync::Arc;

use self::compare::{Collection, Comparison, Node};
use super::model;
use crate::yaml::edit::EditError;
use crate::yaml::{Document, Pointer, Value, YamlError};

/// The key of the entries.
const LIST: &str = "plugins";
/// Levels of maps below an entry that are merged by key; deeper ones are one unit.
const DEPTH: usize = 64;
/// The most changes that a merge tells apart.
const MOST_CHANGES: usize = 10_000;

/// One of the two readings that are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The edits here.
    Mine,
    /// The other reading.
    Theirs,
}

/// Whose a change is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Only mine.
    Mine,
    /// Only theirs.
    Theirs,
    /// Both made the same one.
    Both,
    /// Both changed it to different ends.
    Conflict,
}

/// One thing on the three sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Three<T> {
    /// What both come from.
    pub base: T,
    /// Here.
    pub mine: T,
    /// There.
    pub theirs: T,
}

/// An entry, as it is called where a change is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryName {
    /// Its class path, in my reading where it is there.
    pub class: Option<String>,
    /// Its places, from 0.
    pub index: Three<Option<usize>>,
}

/// Where a change is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The entry, none beside the list.
    pub entry: Option<EntryName>,
    /// The keys from there on; none for the whole entry.
    pub below: Pointer,
    /// Whether it is the order of what is there that changed.
    pub is_order: bool,
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// Where it is.
    pub place: Place,
    /// What the three have there; for an order the names in their order.
    pub values: Three<Option<Value>>,
    /// Whose it is.
    pub whose: Whose,
}

/// For each change the side that is taken, none until a person has chosen.
pub type Choices = Vec<Option<Side>>;

/// Why there is no merge, or no text for it.
#[derive(Clone, Debug, thiserror::Error)]
pub enum MergeError {
    /// One of the three does not load.
    #[error("{0} cannot be read as YAML: {1}")]
    NotYaml(&'static str, Box<YamlError>),
    /// One of the three is no list of plugins.
    #[error("{0} has no list of plugins: {1}")]
    NoList(&'static str, String),
    /// There are more changes than can be told apart.
    #[error("more than {MOST_CHANGES} places differ")]
    TooMany,
    /// An edit on the other text was refused.
    #[error("the changes do not fit into the other text: {0}")]
    Edit(#[from] EditError),
    /// The text that was made does not read as what is wanted.
    #[error("no text was found that reads as the merged data")]
    NotProved,
}

/// What three documents make together.
#[derive(Clone, Debug)]
pub struct Merge {
    documents: Three<Arc<Document>>,
    root: Node,
    changes: Vec<Change>,
}

/// Compares two readings with what both come from.
///
/// # Errors
///
/// Returns [`MergeError`] where one of them is no list that can be read.
pub fn merge(base: &Arc<Document>, mine: &Arc<Document>, theirs: &Arc<Document>) -> Result<Merge, MergeError> {
    for (name, document) in [("the common text", base), ("your text", mine), ("the other text", theirs)] {
        is_list(name, document)?;
    }
    let documents = Three { base: base.clone(), mine: mine.clone(), theirs: theirs.clone() };
    let (root, changes) = Comparison::new(&documents).run()?;
    Ok(Merge { documents, root, changes })
}

/// Checks that a document is one that entries can be taken of.
fn is_list(name: &'static str, document: &Document) -> Result<(), MergeError> {
    let no_list = |why: String| Err(MergeError::NoList(name, why));
    let data = document.data().map_err(|error| MergeError::NotYaml(name, Box::new(error.clone())))?;
    if data.is_truthy() && data.as_map().is_none() {
        return no_list(format!("it is a {}", data.type_name()));
    }
    match data.get(LIST) {
        None | Some(Value::Null) => Ok(()),
        Some(Value::List(items)) if items.len() == model::entries(document).len() => Ok(()),
        Some(Value::List(_)) => no_list(format!("the entries of '{LIST}' cannot be told apart")),
        Some(other) => no_list(format!("'{LIST}' is a {}", other.type_name())),
    }
}

impl Merge {
    /// Returns what changed, by place.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Returns the choices before a person has made any: none for conflicts.
    #[must_use]
    pub fn choices(&self) -> Choices {
        let side = |change: &Change| match change.whose {
            Whose::Mine => Some(Side::Mine),
            Whose::Theirs | Whose::Both => Some(Side::Theirs),
            Whose::Conflict => None,
        };
        self.changes.iter().map(side).collect()
    }

    /// Returns the data for these choices; theirs where none is made.
    #[must_use]
    pub fn data(&self, choices: &Choices) -> Value {
        self.root.value(choices).unwrap_or_else(|| Value::map(Vec::new()))
    }

    /// Returns the text for these choices; theirs where none is made.
    ///
    /// # Errors
    ///
    /// Returns [`MergeError`] where no text was found that is proved to be right.
    pub fn document(&self, choices: &Choices) -> Result<Arc<Document>, MergeError> {
        let Three { base, mine, theirs } = &self.documents;
        let together = Document::parse(lines::merged(base.text(), mine.text(), theirs.text()));
        if is_list("the merged text", &together).is_ok()
            && let Ok(document) = self.document_from(&Arc::new(together), choices)
        {
            return Ok(document);
        }
        self.document_from(theirs, choices)
    }

    /// Returns the text for these choices that edits of `start` lead to: what they do not concern stays as it is there.
    ///
    /// # Errors
    ///
    /// Returns [`MergeError`] where no text was found that is proved to be right.
    pub fn document_from(&self, start: &Arc<Document>, choices: &Choices) -> Result<Arc<Document>, MergeError> {
        let Three { mine, theirs, .. } = &self.documents;
        let goal = reach::Goal { origins: self.origins(choices), data: self.data(choices), mine, theirs };
        reach::reach(start, &goal)
    }

    /// Returns how many lines of comment that only I wrote are not in a merged text:
    /// where both changed the same lines, comments are theirs.
    #[must_use]
    pub fn lost_comments(&self, merged: &Document) -> usize {
        let comments = |document: &Document| -> Vec<String> {
            let lines = document.text().lines().map(str::trim);
            lines.filter(|line| line.starts_with('#')).map(str::to_owned).collect()
        };
        let mut known = comments(&self.documents.base);
        known.extend(comments(merged));
        let known: HashSet<String> = known.into_iter().collect();
        comments(&self.documents.mine).iter().filter(|comment| !known.contains(*comment)).count()
    }

    /// Returns where each entry of the merged list comes from.
    fn origins(&self, choices: &Choices) -> Vec<reach::Origin> {
        let entries = match &self.root {
            Node::Map(root) => root.children.iter().find_map(|child| match &child.node {
                Node::Entries(entries, _) => Some(entries),
                _ => None,
            }),
            _ => None,
        };
        let origin = |entries: &Collection, at: usize| {
            let child = &entries.children[at];
            reach::Origin { mine: child.mine, theirs: child.theirs }
        };
        entries.map_or_else(Vec::new, |entries| {
            entries.arranged(choices).into_iter().map(|(at, _)| origin(entries, at)).collect()
        })
    }
}

#[cfg(test)]
mod tests;
