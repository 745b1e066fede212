//! The view of a file that changed on disk while it has unsaved edits: mine, theirs, merged.
//!
//! Nothing is written by merging: what is accepted is one edit, which undo takes
//! back, and a save follows with its own review.

mod rows;

use std::sync::Arc;

pub use self::rows::{Line, Row};
use super::command::Id;
use super::message::{Effect, Reason};
use super::value::count;
use super::{Cursor, Pane, Screen, State, Tone, edits, saving};
use crate::config::diff::{self, DiffLine};
use crate::config::merge::{self, Choices, Merge, Side, Whose};
use crate::config::operation::Operation;
use crate::config::{Content, Role};
use crate::text::visible::visible;
use crate::text::{Span, Splice};
use crate::yaml::Document;

/// The view.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The file.
    pub role: Role,
    /// The comparison, or why there is none.
    pub merge: Result<Merge, String>,
    /// For each change the side that is taken.
    pub choices: Choices,
    /// The rows.
    pub rows: Vec<Row>,
    /// The cursor among them.
    pub cursor: Cursor,
    /// The difference as text, while it is shown, and its first row on the screen.
    pub diff: Option<(Vec<DiffLine>, usize)>,
    mine: Option<Arc<Document>>,
    theirs: Content,
}

impl Conflict {
    fn of(state: &State, role: Role, theirs: &Content) -> Self {
        let mine = state.workspace.document(role).cloned();
        let merge = compare(&state.disk.file(role).content, mine.as_ref(), theirs);
        let (choices, rows) = match &merge {
            Ok(merge) => (merge.choices(), rows::rows(merge, state.settings.show_secrets)),
            Err(_) => (Choices::new(), Vec::new()),
        };
        let mut view =
            Self { role, merge, choices, rows, cursor: Cursor::default(), diff: None, mine, theirs: theirs.clone() };
        let first = view.rows.iter().position(|row| matches!(row, Row::Change(line) if line.whose == Whose::Conflict));
        view.cursor.at = first.or_else(|| view.rows.iter().position(|row| matches!(row, Row::Change(_)))).unwrap_or(0);
        view
    }

    /// Tells whether a text is on disk, whatever it reads as.
    #[must_use]
    pub const fn theirs_is_text(&self) -> bool {
        matches!(self.theirs, Content::Text(_))
    }

    /// Returns how many conflicts nobody has decided.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.choices.iter().filter(|choice| choice.is_none()).count()
    }

    /// Returns how many conflicts there are, decided or not.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        self.lines().filter(|line| line.whose == Whose::Conflict).count()
    }

    /// Returns the changes.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.rows.iter().filter_map(|row| match row {
            Row::Change(line) => Some(&**line),
            Row::Heading(..) => None,
        })
    }

    /// Returns the change under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Line> {
        match self.rows.get(self.cursor.at)? {
            Row::Change(line) => Some(line),
            Row::Heading(..) => None,
        }
    }

    /// Returns the side that is taken for a change.
    #[must_use]
    pub fn choice(&self, line: &Line) -> Option<Side> {
        self.choices.get(line.change).copied().flatten()
    }

    /// Returns what comes of a change, none while nobody has decided it.
    #[must_use]
    pub fn outcome<'l>(&self, line: &'l Line) -> Option<&'l str> {
        self.choice(line).map(|side| if side == Side::Mine { line.mine.as_str() } else { line.theirs.as_str() })
    }

    /// Goes to the next or the previous conflict, from the last to the first.
    fn step(&mut self, forward: bool) -> bool {
        let is_conflict = |at: &usize| matches!(&self.rows[*at], Row::Change(line) if line.whose == Whose::Conflict);
        let (at, count) = (self.cursor.at, self.rows.len());
        let turn = (1..=count).map(|step| if forward { (at + step) % count } else { (at + count - step) % count });
        let next = turn.into_iter().find(is_conflict);
        self.cursor.at = next.unwrap_or(at);
        next.is_some()
    }

    /// Takes one side for the change under the cursor, or for all of an entry.
    fn choose(&mut self, side: Side) {
        let below = match self.rows.get(self.cursor.at) {
            Some(Row::Heading(_, below)) => self.cursor.at + 1..=self.cursor.at + below,
            _ => self.cursor.at..=self.cursor.at,
        };
        for at in below {
            if let Some(Row::Change(line)) = self.rows.get(at)
                && line.whose != Whose::Both
            {
                self.choices[line.change] = Some(side);
            }
        }
    }
}

/// Compares what is here with what is on disk; says why where that cannot be done.
fn compare(base: &Content, mine: Option<&Arc<Document>>, theirs: &Content) -> Result<Merge, String> {
    let theirs = match theirs {
        Content::Text(document) => document,
        Content::Absent => return Err("The file is gone from disk: there is nothing to merge with.".to_owned()),
        Content::Unreadable(why) => return Err(format!("The file on disk cannot be read: {}.", visible(&why.problem))),
    };
    let empty = Arc::new(Document::parse(""));
    let base = match base {
        Content::Text(document) => document,
        _ => &empty,
    };
    let Some(mine) = mine else { return Err("There is no text here to merge.".to_owned()) };
    merge::merge(base, mine, theirs).map_err(|error| visible(&format!("There is no merge: {error}.")).into_owned())
}

/// Opens the view where it is known what is on disk, else reads it.
pub fn compare_with_disk(state: &mut State) -> Vec<Effect> {
    let other = state.role.other();
    for role in [state.role, other] {
        if state.theirs(role).is_some() {
            open(state, role);
            return Vec::new();
        }
    }
    vec![saving::reread(state, Reason::Asked)]
}

/// Opens the view of a file that was found changed.
pub fn open(state: &mut State, role: Role) {
    let Some(theirs) = state.theirs(role).cloned() else { return };
    saving::close(state);
    state.conflict = Some(Conflict::of(state, role, &theirs));
    state.screen = Screen::Conflict;
}

/// Leaves the view; the file stays as it is.
pub fn close(state: &mut State) {
    state.conflict = None;
    if state.screen == Screen::Conflict {
        state.screen = Screen::Main;
    }
}

/// Leaves the view for later, or what lies over it.
pub fn back(state: &mut State) {
    if let Some(view) = &mut state.conflict
        && view.diff.take().is_some()
    {
        return;
    }
    let role = state.conflict.as_ref().map(|view| view.role);
    close(state);
    if let Some(role) = role {
        state.say(
            Tone::Told,
            format!("Nothing was changed: {} still differs from the disk; M compares.", role.file_name()),
        );
    }
}

/// Compares again where a text has changed since.
pub fn settle(state: &mut State) {
    let Some(view) = &state.conflict else { return };
    let role = view.role;
    let same_text = |a: Option<&Arc<Document>>, b: Option<&Arc<Document>>| match (a, b) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a.text() == b.text(),
        (a, b) => a.is_none() && b.is_none(),
    };
    let Some(theirs) = state.theirs(role).cloned() else { return close(state) };
    if same_text(view.mine.as_ref(), state.workspace.document(role)) && saving::same_content(&view.theirs, &theirs) {
        return;
    }
    let old = state.conflict.replace(Conflict::of(state, role, &theirs));
    if old.is_some_and(|old| !old.choices.is_empty()) && state.status.is_none() {
        state.say(Tone::Told, "A text has changed: it was compared again.");
    }
}

/// Does what only this view can.
pub fn run(state: &mut State, id: Id) -> Vec<Effect> {
    let Some(view) = &mut state.conflict else { return Vec::new() };
    let role = view.role;
    match id {
        Id::TakeMine => view.choose(Side::Mine),
        Id::TakeTheirs => view.choose(Side::Theirs),
        Id::NextChange | Id::PreviousChange => {
            let found = view.step(id == Id::NextChange);
            if !found {
                state.say(Tone::Told, "There is no conflict.");
            }
        }
        Id::TextDiff => show_text(state),
        Id::Accept => return accept(state),
        Id::TakeDisk => return take_disk(state, role),
        Id::Overwrite => return saving::overwrite(state, role),
        Id::Draft => return saving::draft(state),
        _ => {}
    }
    Vec::new()
}

/// Shows what the merge changes in the text on disk, or hides it.
fn show_text(state: &mut State) {
    let show_secrets = state.settings.show_secrets;
    let Some(view) = &mut state.conflict else { return };
    if view.diff.take().is_some() {
        return;
    }
    let Content::Text(theirs) = &view.theirs else {
        return state.say(Tone::Told, "There is no text on disk to compare with.");
    };
    let result = match (&view.merge, &view.mine) {
        (Ok(merge), _) => merge.document(&view.choices).map_err(|error| error.to_string()),
        (Err(_), Some(mine)) => Ok(mine.clone()),
        (Err(why), None) => Err(why.clone()),
    };
    match result {
        Ok(document) => view.diff = Some((diff::unified(theirs, &document, show_secrets), 0)),
        Err(why) => state.say(Tone::Failed, format!("No text for these choices: {why}.")),
    }
}

/// Makes the merge one edit on what is on disk now.
fn accept(state: &mut State) -> Vec<Effect> {
    let Some(view) = &mut state.conflict else { return Vec::new() };
    let role = view.role;
    let Ok(merge) = &view.merge else {
        state.say(Tone::Told, "There is no merge: r takes theirs, o overwrites, d keeps a draft, Esc leaves it.");
        return Vec::new();
    };
    let undecided = view.undecided();
    if undecided > 0 {
        let is_open = |row: &Row| matches!(row, Row::Change(line) if view.choices[line.change].is_none());
        view.cursor.at = view.rows.iter().position(is_open).unwrap_or(view.cursor.at);
        view.diff = None;
        let text = format!("{} to choose: m takes mine, t takes theirs.", count(undecided, "conflict"));
        state.say(Tone::Told, text);
        return Vec::new();
    }
    if state.settings.read_only {
        state.refuses_edits();
        return Vec::new();
    }
    let document = match merge.document(&view.choices) {
        Ok(document) => document,
        Err(error) => {
            let ways = "r takes theirs, o overwrites, d keeps a draft";
            state.say(Tone::Failed, format!("Not merged: {error}. {ways}."));
            return Vec::new();
        }
    };
    let lost = merge.lost_comments(&document);
    let theirs = view.theirs.clone();
    adopt(state, role, theirs, &document, lost)
}

fn adopt(state: &mut State, role: Role, theirs: Content, merged: &Document, lost: usize) -> Vec<Effect> {
    let length = state.workspace.text(role).map_or(0, str::len);
    let splices = vec![Splice::new(Span::new(0, length), merged.text())];
    let name = role.file_name();
    let operation = Operation::Splices { role, splices, label: format!("merged {name} with what is on disk") };
    close(state);
    state.set_theirs(role, None);
    state.disk = state.disk.with_content(role, theirs);
    let effects = edits::commit(state, &operation);
    state.refresh_list(role);
    state.recheck();
    state.role = role;
    state.focus = Pane::of(role);
    let next = if state.is_unsaved(role) { "s reviews and saves it" } else { "it is what is on disk" };
    let lost = match lost {
        0 => String::new(),
        lost => format!(" {} of yours gave way to theirs; u takes it back.", count(lost, "comment line")),
    };
    state.say(Tone::Done, format!("Merged {name} with what is on disk; {next}.{lost}"));
    effects
}

/// Takes the text on disk; mine stays in the undo list.
fn take_disk(state: &mut State, role: Role) -> Vec<Effect> {
    let Some(theirs) = state.theirs(role).cloned() else { return Vec::new() };
    close(state);
    let (effects, told) = saving::take_theirs(state, role, &theirs);
    state.say(Tone::Done, format!("{told}."));
    effects
}
