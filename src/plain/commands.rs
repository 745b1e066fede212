//! Which commands line mode has, what a name or a key means here, and where a command leads.

use super::page::Does;
use super::{Dialogue, Part, Place, diff, lists};
use crate::app::bindings::Stroke;
use crate::app::command::{Command, Context, Id, table};
use crate::app::keymap::{Code, Key};
use crate::app::message::Effect;
use crate::app::tree::Shape;
use crate::app::{Pane, Screen, State, forms, offers, tree, update};

/// Commands that move a cursor, draw or copy: there is nothing of that here.
const NOT_HERE: [Id; 29] = [
    Id::Clipboard,
    Id::CopyRestart,
    Id::Theme,
    Id::Mouse,
    Id::Forward,
    Id::Down,
    Id::Up,
    Id::PageDown,
    Id::PageUp,
    Id::First,
    Id::Last,
    Id::NextPane,
    Id::PreviousPane,
    Id::Pane1,
    Id::Pane2,
    Id::Pane3,
    Id::Pane4,
    Id::Pane5,
    Id::Mark,
    Id::MarkRange,
    Id::Fold,
    Id::NextSection,
    Id::PreviousSection,
    Id::NextChange,
    Id::PreviousChange,
    Id::NextFile,
    Id::Redraw,
    Id::WheelDetail,
    Id::EditLine,
];

/// Tells whether line mode has a command.
#[must_use]
pub fn is_here(id: Id) -> bool {
    !NOT_HERE.contains(&id)
}

/// Tells whether a command works on a row, and none is chosen at this place.
fn needs_row(state: &State, place: Place, command: &Command) -> Option<&'static str> {
    let id = command.id;
    let only = |context| command.contexts == [context];
    let marked = || !state.list(state.role).selected.is_empty();
    match place {
        // Elsewhere all is told once, and nothing of it is left out.
        Place::List(_) | Place::Wheels => {}
        _ if id == Id::Filter => return Some("filter works in the lists and in the wheel list."),
        _ => {}
    }
    match place {
        Place::Home | Place::Preview | Place::Problems | Place::Problem | Place::Wheels | Place::Wheel
            if only(Context::List) && id != Id::Add =>
        {
            Some("Choose a list and an entry first.")
        }
        Place::List(_) if only(Context::List) => match id {
            Id::Add | Id::Filter | Id::MarkAll => None,
            Id::Delete | Id::Copy | Id::Transfer | Id::Duplicate if marked() => None,
            _ => Some("Choose an entry first: type its number."),
        },
        Place::Parameters if only(Context::Parameters) && id != Id::AddValue => {
            Some("Choose a parameter first: type its number.")
        }
        Place::Problems if only(Context::Problems) => Some("Choose a problem first: type its number."),
        Place::Wheels if only(Context::Wheels) && !matches!(id, Id::Filter | Id::Sort | Id::Build) => {
            Some("Choose a wheel first: type its number.")
        }
        Place::Home | Place::List(_) if matches!(id, Id::SideBySide | Id::EditComment | Id::EditLineComment) => {
            Some("Choose an entry first: type its number.")
        }
        Place::Review if id == Id::LeaveOut => Some("leave out takes the number of a change: leave out 1."),
        Place::Source if id == Id::GoTo => Some("Choose a line: type its number."),
        Place::Conflict if matches!(id, Id::TakeMine | Id::TakeTheirs) => {
            Some("Choose a change first: type its number.")
        }
        Place::Home | Place::List(_) | Place::Parameters | Place::Problems if id == Id::Fix => {
            Some("Choose the problem, or what has it, first.")
        }
        _ => None,
    }
}

impl Dialogue {
    /// Finds the command that a line names here: by its key, its name, the start of its name.
    pub(super) fn command(&self, state: &State, line: &str, lower: &str) -> Option<&'static Command> {
        let context = match (self.place(state), state.screen_context()) {
            // There are commands on lists even where the screens show how to start.
            (Place::List(_) | Place::Entry, Context::FirstRun) => Context::List,
            (_, context) => context,
        };
        let mut chars = line.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            let stroke = Stroke { first: Key::plain(Code::Char(c)), then: None };
            return state.preferences.keymap.find(context, stroke).filter(|command| is_here(command.id));
        }
        let mut here = table().iter().filter(|command| command.contexts.contains(&context) && is_here(command.id));
        if let Some(command) = here.clone().find(|command| command.name.to_lowercase() == lower || command.bar == lower)
        {
            return Some(command);
        }
        let mut starting =
            here.by_ref().filter(|command| lower.len() > 2 && command.name.to_lowercase().starts_with(lower));
        let first = starting.next()?;
        starting.next().is_none().then_some(first)
    }

    /// Runs a command.
    pub(super) fn run(&mut self, state: &mut State, command: &Command) -> Vec<Effect> {
        let id = command.id;
        let place = self.place(state);
        if let Some(why) = needs_row(state, place, command) {
            self.tell(why);
            return Vec::new();
        }
        if let Some(why) = offers::unavailable(state, id) {
            self.tell(super::without_keys(&format!("{}: {why}.", command.name)));
            return Vec::new();
        }
        let before = state.history.undo_count();
        let effects = match id {
            Id::Help => {
                self.help(state);
                return Vec::new();
            }
            Id::Palette => {
                self.help_commands(state);
                return Vec::new();
            }
            Id::Back => return self.back(state),
            Id::Add if matches!(place, Place::List(_) | Place::Entry) => {
                return self.does(state, Does::Add(state.role));
            }
            Id::EditValue => return self.does(state, Does::Edit),
            Id::AddValue if place == Place::Parameters => {
                if let Some((role, index)) = state.current_entry() {
                    let form = forms::add_value(state, role, tree::parameters_of(index));
                    forms::open(state, form);
                }
                return Vec::new();
            }
            Id::AddValue
                if place == Place::Value
                    && state.tree.current().is_some_and(|row| matches!(row.shape, Shape::Map(_) | Shape::List(_))) =>
            {
                return self.does(state, Does::AddInside);
            }
            id => update::run(state, id),
        };
        // The text is told once, not opened.
        if let Some((lines, _)) = state.conflict.as_mut().and_then(|view| view.diff.take()) {
            self.said.extend(diff::told(&lines));
        }
        self.follow(state, id, before);
        effects
    }

    /// Goes to the place that the state has gone to.
    pub(super) fn arrive(&mut self, state: &State) {
        self.again();
        self.from = 0;
        self.part = if state.focus == Pane::Problems { Part::Problems } else { Part::List(state.role) };
        self.item = true;
    }

    /// Goes where a command has led.
    pub(super) fn follow(&mut self, state: &State, id: Id, before: usize) {
        let changed = state.history.undo_count() != before;
        match id {
            Id::GoTo | Id::GoToError | Id::NextProblem | Id::PreviousProblem => {
                self.from = 0;
                self.again();
                self.part = if state.focus == Pane::Problems { Part::Problems } else { Part::List(state.role) };
                self.item = match state.screen {
                    Screen::Main if state.focus != Pane::Problems => {
                        let place = state.problems.get(state.problem.at).and_then(|one| one.place.pointer.as_ref());
                        id == Id::GoToError || place.is_some_and(|pointer| pointer.tokens().len() > 1)
                    }
                    Screen::Wheels => false,
                    _ => true,
                };
                if matches!(self.place(state), Place::Text(_)) {
                    self.from = lists::first_line(state, state.role);
                }
            }
            Id::Source | Id::NextFile => {
                self.from = state.source.cursor.at.saturating_sub(4);
                self.again();
            }
            Id::Preview | Id::Wheels | Id::Save | Id::Compare | Id::Open => {
                (self.item, self.from) = (false, 0);
                self.again();
            }
            Id::Delete | Id::Transfer | Id::DeleteValue if changed => self.item = false,
            Id::Fix if changed && self.part == Part::Problems && state.screen == Screen::Main => self.item = false,
            Id::Undo | Id::Redo => self.item &= state.screen == Screen::Conflict,
            Id::TakeMine | Id::TakeTheirs => self.item = false,
            Id::Reveal | Id::Sort | Id::MarkAll | Id::Reload => self.again(),
            _ => {}
        }
    }
}
