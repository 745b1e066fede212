//! Pasted text outside fields: read as entries, shown, put into the list after a question.

use super::command::Context;
use super::edits::tentative;
use super::field::clean_paste;
use super::form::FormKind;
use super::list::Row;
use super::message::Effect;
use super::modal::{Answer, Area, AreaOf, Menu, Modal};
use super::review::sentences;
use super::value::{count, pairs_count};
use super::{State, Tone, forms};
use crate::config::operation::{self, Operation};
use crate::config::{Role, Workspace, pasted, secret};
use crate::text::visible::visible;
use crate::yaml::edit::Sharing;

/// The most lines of the text that the question shows.
const LINES: usize = 6;
/// The most problems that it tells.
const PROBLEMS: usize = 3;

/// What is done with pasted lines in a field of one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// They become one, with blanks between.
    Joined,
    /// The area for several lines takes them.
    Kept,
}

/// Tells whether the screen takes pasted text.
#[must_use]
pub fn is_taken(state: &State) -> bool {
    state.ready && matches!(state.screen_context(), Context::List | Context::FirstRun)
}

/// Takes a text that was pasted on a list.
pub fn on_list(state: &mut State, text: &str) -> Vec<Effect> {
    if state.refuses_edits() {
        return Vec::new();
    }
    let (role, at) = (state.role, place(state));
    ask(state, role, at, &clean_paste(text));
    Vec::new()
}

/// Opens the area for entries to be pasted or typed.
pub fn open(state: &mut State) -> Vec<Effect> {
    if !state.refuses_edits() {
        let (role, at) = (state.role, place(state));
        open_area(state, role, at, "");
    }
    Vec::new()
}

/// Opens the area once more, with a text.
pub fn open_area(state: &mut State, role: Role, at: Option<usize>, text: &str) {
    state.modals.push(Modal::Area(Box::new(Area {
        title: format!("Entries for {}, as YAML", role.file_name()),
        role,
        about: AreaOf::Entries(at),
        was: String::new(),
        editor: forms::text_area(text),
    })));
}

/// Takes the text of the area; it comes back where it is no entries.
pub(super) fn accept_area(state: &mut State, area: Box<Area>, at: Option<usize>) {
    if !ask(state, area.role, at, &area.text()) {
        state.modals.push(Modal::Area(area));
    }
}

/// Returns the place behind the cursor, none for the end.
fn place(state: &State) -> Option<usize> {
    let list = state.list(state.role);
    match list.row_at(list.cursor)? {
        Row::Entry(index) => Some(index + 1),
        Row::Disabled(number) => list.disabled.get(number).map(|one| one.before),
    }
}

/// Shows what would be inserted and asks; tells whether the text is entries.
fn ask(state: &mut State, role: Role, at: Option<usize>, text: &str) -> bool {
    let read = match pasted::read(text) {
        Ok(read) => read,
        Err(why) => {
            state.say(
                Tone::Failed,
                format!("Not pasted: as YAML {why}. Text for a field goes into one: a or Enter first."),
            );
            return false;
        }
    };
    let operation = Operation::Paste { role, at, text: text.into() };
    let mut told = Vec::new();
    let shown =
        if state.settings.show_secrets { read.document.text().to_owned() } else { secret::masked(&read.document) };
    let lines: Vec<&str> = shown.lines().collect();
    told.extend(lines.iter().take(LINES).map(|line| visible(line).into_owned()));
    if lines.len() > LINES {
        told.push(format!("... {} more", count(lines.len() - LINES, "line")));
    }
    told.push(String::new());
    match tentative(state, &operation) {
        Some(Ok(tried)) if tried.fresh.is_empty() => told.push("No problem is found with it.".to_owned()),
        Some(Ok(tried)) => {
            let one = |one: &crate::check::Diagnostic| {
                visible(&format!("{} {}", one.severity.letter(), sentences(one))).into_owned()
            };
            told.extend(tried.fresh.iter().take(PROBLEMS).map(one));
        }
        Some(Err(error)) => {
            state.say(Tone::Failed, format!("Not pasted: {error}."));
            return false;
        }
        None => {}
    }
    told.extend(left_behind(state, &operation, read.document.text()));
    let place = match at {
        Some(0) => "at the top".to_owned(),
        Some(at) if at < state.list(role).entries.len() => format!("behind #{at}"),
        _ => "at the end".to_owned(),
    };
    let title = format!("Paste {} into {}?", pairs_count(read.classes.len()), role.file_name());
    let menu = Menu::new(title, told)
        .item('p', "paste", format!("{place}; u takes it back"), Answer::Commit(Box::new(operation)))
        .item('e', "edit the text first", "", Answer::EditPaste { role, at, text: text.to_owned() });
    state.modals.push(Modal::Menu(menu));
    true
}

/// Says how many lines of comments in a text are not inserted with its entries.
fn left_behind(state: &State, operation: &Operation, text: &str) -> Option<String> {
    let Operation::Paste { role, .. } = operation else { return None };
    let change = operation::apply(&state.workspace, operation, Sharing::WriteOut).ok()?;
    // A line of a text that looks like a comment is in both.
    let comments = |text: &str| text.lines().filter(|line| line.trim_start().starts_with('#')).count();
    let of = |workspace: &Workspace| workspace.text(*role).map_or(0, comments);
    let along = of(&change.workspace).saturating_sub(of(&state.workspace));
    match comments(text).saturating_sub(along) {
        0 => None,
        1 => Some("1 line of comments does not come along.".to_owned()),
        many => Some(format!("{many} lines of comments do not come along.")),
    }
}

/// Takes a text of several lines for a field of one: asks where another field could take them.
pub(super) fn in_field(state: &mut State, text: &str) -> Vec<Effect> {
    let clean = clean_paste(text);
    let clean = clean.trim_end_matches('\n');
    let number = clean.split('\n').count();
    let Some(Modal::Form(form)) = state.modals.last() else { return Vec::new() };
    let takes_text = matches!(form.kind, FormKind::EditValue { .. } | FormKind::AddValue { .. });
    let is_value = takes_text && form.row_of("value") == Some(form.active);
    if number < 2 || !is_value {
        let effects = insert(state, clean);
        if number > 1 {
            state.say(Tone::Told, format!("{number} pasted lines became one: this field has one line."));
        }
        return effects;
    }
    let menu = Menu::new(format!("{number} lines for a field of one"), Vec::new())
        .item(
            'm',
            "edit them as text of several lines",
            "the value becomes that string",
            Answer::PasteLines(Lines::Kept, clean.to_owned()),
        )
        .item('j', "make them one line", "with blanks between", Answer::PasteLines(Lines::Joined, clean.to_owned()));
    state.modals.push(Modal::Menu(menu));
    Vec::new()
}

/// Does with the lines what a person has answered.
pub(super) fn lines(state: &mut State, lines: Lines, text: &str) -> Vec<Effect> {
    match lines {
        Lines::Joined => insert(state, text),
        Lines::Kept => {
            forms::to_area(state, text);
            Vec::new()
        }
    }
}

fn insert(state: &mut State, text: &str) -> Vec<Effect> {
    if let Some(Modal::Form(form)) = state.modals.last_mut()
        && let Some(field) = form.field()
    {
        field.paste(text);
    }
    forms::changed(state)
}
