//! The mouse: what of the screen it points at, and what that does.
//!
//! The drawing says where things are, as [`Marks`], so that what is seen is what
//! is hit. A click chooses, a second one opens; nothing that could lose
//! something is done by the mouse alone. Which presses belong together and
//! which only gave the window the focus is `tui`'s: no clock is known here.

use ratatui::layout::{Position, Rect};

use super::bindings::Stroke;
use super::command::{Context, Id};
use super::keymap::{Code, Key};
use super::layout::{self, Edge, Size};
use super::message::Effect;
use super::modal::Modal;
use super::{Pane, Screen, State, Tone, backups, forms, literal, motion, update};
use crate::config::Role;

/// How many rows the wheel moves at a time.
const NOTCH: usize = 3;

/// What is drawn at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A pane, apart from its rows.
    Pane(Pane),
    /// A row of a list, counted among those that are shown.
    Entry(Role, usize),
    /// A row of the parameters.
    Value(usize),
    /// A problem.
    Problem(usize),
    /// A row of the wheel list.
    Wheel(usize),
    /// A section of the preview.
    Section(usize),
    /// A row of the dialog on top.
    Item(usize),
    /// A label that names its key.
    Key(Key),
}

/// Where things were drawn, later ones over earlier ones.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// Where the keys went then.
    context: Option<Context>,
    all: Vec<(Rect, Target)>,
}

impl Marks {
    /// Returns none yet, for a screen whose keys go to `context`.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self { context: Some(context), all: Vec::new() }
    }

    /// Adds what was drawn in an area.
    pub fn add(&mut self, area: Rect, target: Target) {
        if !area.is_empty() {
            self.all.push((area, target));
        }
    }

    /// Forgets what lies under a dialog.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    /// Returns all of them, in the order of the drawing.
    #[must_use]
    pub fn all(&self) -> &[(Rect, Target)] {
        &self.all
    }

    /// Returns what is at a place, none where the keys have gone elsewhere since it was drawn.
    #[must_use]
    pub fn at(&self, context: Context, x: u16, y: u16) -> Option<Target> {
        let here = |(area, _): &&(Rect, Target)| area.contains(Position { x, y });
        self.all.iter().rev().find(here).filter(|_| self.context == Some(context)).map(|(_, target)| *target)
    }
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// The left button went down, `again` where that is a double click.
    Pressed {
        /// Whether it is the second press at one place.
        again: bool,
    },
    /// The mouse moved with the button down.
    Dragged,
    /// The button came up.
    Released,
    /// The wheel turned.
    Wheeled {
        /// Towards the end.
        down: bool,
    },
}

/// A deed of the mouse at a cell of the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pointed {
    /// What it did.
    pub deed: Deed,
    /// The column, from 0.
    pub x: u16,
    /// The row, from 0.
    pub y: u16,
    /// What was drawn there.
    pub on: Option<Target>,
}

/// What is known of the mouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mouse {
    /// Whether it works in the screens; the terminal selects text otherwise.
    pub on: bool,
    /// Whether it was told how text is selected meanwhile.
    told: bool,
    /// The border that follows it.
    dragged: Option<Edge>,
}

/// Switches the mouse on or off.
pub(super) fn toggle(state: &mut State) -> Vec<Effect> {
    let mouse = &mut state.mouse;
    mouse.on = !mouse.on;
    mouse.dragged = None;
    let text = match (mouse.on, std::mem::replace(&mut mouse.told, true)) {
        (true, false) => "The mouse is on: click, wheel, drag borders. Hold Shift to select text; % switches it off.",
        (true, true) => "The mouse is on.",
        (false, _) => "The mouse is off: the terminal selects text.",
    };
    let on = mouse.on;
    state.say(Tone::Told, text);
    vec![Effect::SetMouse(on)]
}

/// Has it work from the start, where the settings say so.
pub(super) fn begin(state: &mut State) -> Vec<Effect> {
    state.mouse.on |= state.preferences.mouse;
    if state.preferences.mouse { vec![Effect::SetMouse(true)] } else { Vec::new() }
}

/// Does what the mouse means.
pub(super) fn point(state: &mut State, pointed: Pointed) -> Vec<Effect> {
    let Pointed { deed, x, y, on } = pointed;
    if !state.mouse.on || !state.ready || state.layout_size() == Size::TooSmall {
        return Vec::new();
    }
    match deed {
        Deed::Pressed { again } => {
            state.preferences.pending = None;
            state.mouse.dragged = edge_at(state, x, y);
            on.map_or_else(Vec::new, |target| click(state, target, again))
        }
        Deed::Dragged => {
            if let Some(edge) = state.mouse.dragged {
                let areas = state.areas();
                state.splits.move_to(edge, &areas, x, y);
            }
            Vec::new()
        }
        Deed::Released => {
            state.mouse.dragged = None;
            Vec::new()
        }
        Deed::Wheeled { down } => wheel(state, on, down),
    }
}

fn edge_at(state: &State, x: u16, y: u16) -> Option<Edge> {
    let is_free = state.modals.is_empty() && state.screen == Screen::Main && !state.is_first_run();
    is_free.then(|| layout::edge_at(&state.areas(), state.layout_size(), x, y)).flatten()
}

fn click(state: &mut State, target: Target, again: bool) -> Vec<Effect> {
    state.status = None;
    if let Some(pane) = pane_of(target).filter(|_| state.screen == Screen::Main) {
        update::focus(state, pane);
    }
    match target {
        Target::Pane(_) => {}
        Target::Entry(role, row) => {
            let list = state.list_mut(role);
            list.cursor = row.min(list.len().saturating_sub(1));
            if again {
                return update::run(state, Id::Open);
            }
        }
        Target::Value(row) => {
            state.tree.cursor = row.min(state.tree.rows.len().saturating_sub(1));
            if again {
                return open_value(state);
            }
        }
        Target::Problem(at) => {
            state.problem.at = at.min(state.problems.len().saturating_sub(1));
            if again {
                return update::run(state, Id::GoTo);
            }
        }
        Target::Wheel(at) => {
            state.wheel.at = at;
            if again {
                return update::run(state, Id::WheelDetail);
            }
        }
        Target::Section(at) => state.sections.0 = at,
        Target::Item(at) => return choose(state, at, again),
        Target::Key(key) => return press_label(state, key),
    }
    Vec::new()
}

const fn pane_of(target: Target) -> Option<Pane> {
    match target {
        Target::Pane(pane) => Some(pane),
        Target::Entry(role, _) => Some(Pane::of(role)),
        Target::Value(_) => Some(Pane::Detail),
        Target::Problem(_) => Some(Pane::Problems),
        _ => None,
    }
}

/// Opens a value; a bool is only chosen: Enter would change it at once.
fn open_value(state: &mut State) -> Vec<Effect> {
    if state.tree.current().is_some_and(|row| row.kind == "bool") {
        state.say(Tone::Told, "Enter switches this bool.");
        return Vec::new();
    }
    let turns = |(role, row)| !literal::choices(state, role, row).is_empty();
    if state.current_entry().map(|(role, _)| role).zip(state.tree.current()).is_some_and(turns) {
        state.say(Tone::Told, "Enter takes the next of its values.");
        return Vec::new();
    }
    update::run(state, Id::EditValue)
}

/// Chooses a row of the dialog on top, or opens it.
fn choose(state: &mut State, at: usize, again: bool) -> Vec<Effect> {
    let enter = Key::plain(Code::Enter);
    match state.modals.last_mut() {
        Some(Modal::Menu(menu)) => {
            menu.cursor = at.min(menu.items.len().saturating_sub(1));
            return update::press(state, enter);
        }
        Some(Modal::Commands(commands)) => {
            commands.cursor = at.min(commands.rows.len().saturating_sub(1));
            let id = commands.rows.get(commands.cursor).map(|row| super::command::table()[row.command].id);
            if again && id.is_some_and(is_safe) {
                return update::press(state, enter);
            } else if again {
                state.say(Tone::Told, "Press Enter for that.");
            }
        }
        Some(Modal::Browse(browse)) => {
            browse.cursor = at;
            if again {
                return update::press(state, enter);
            }
        }
        Some(Modal::Choice(choice)) => {
            choice.cursor = at.min(choice.rows.len().saturating_sub(1));
            if again {
                return update::press(state, enter);
            }
        }
        Some(Modal::Themes(choice)) => {
            choice.cursor = at;
            if again {
                return update::press(state, enter);
            }
        }
        Some(Modal::Backups(_)) => backups::choose(state, at),
        Some(Modal::Form(form)) => {
            form.active = at.min(form.rows.len().saturating_sub(1));
            return forms::changed(state);
        }
        _ => {}
    }
    Vec::new()
}

/// Presses the key that a label names.
fn press_label(state: &mut State, key: Key) -> Vec<Effect> {
    let stroke = Stroke { first: key, then: None };
    match state.preferences.keymap.find(state.context(), stroke) {
        Some(command) if is_safe(command.id) => update::press(state, key),
        Some(_) => {
            state.say(Tone::Told, format!("Press {key} itself for that."));
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Tells whether the mouse alone may run a command: none that takes something away, writes, or ends something.
const fn is_safe(id: Id) -> bool {
    !matches!(
        id,
        Id::Delete
            | Id::DeleteValue
            | Id::Transfer
            | Id::Force
            | Id::Overwrite
            | Id::TakeDisk
            | Id::Restore
            | Id::SaveNow
            | Id::SaveSound
            | Id::Draft
            | Id::Quit
            | Id::Stop
            | Id::Suspend
    )
}

fn wheel(state: &mut State, on: Option<Target>, down: bool) -> Vec<Effect> {
    let (id, code) = if down { (Id::Down, Code::Down) } else { (Id::Up, Code::Up) };
    let (times, code) = match state.modals.last() {
        None => return scroll(state, on, id),
        // The suggestions would go into the field.
        Some(Modal::Form(_)) => return Vec::new(),
        Some(Modal::Menu(_)) => (1, code),
        Some(Modal::Backups(_)) => (1, if down { Code::PageDown } else { Code::PageUp }),
        Some(_) => (NOTCH, code),
    };
    (0..times).flat_map(|_| update::press(state, Key::plain(code))).collect()
}

/// Scrolls what is under the pointer; the focus stays where it is.
fn scroll(state: &mut State, on: Option<Target>, id: Id) -> Vec<Effect> {
    let was = (state.focus, state.role, state.sections.0);
    match on {
        Some(Target::Section(at)) => state.sections.0 = at,
        Some(target) if state.screen == Screen::Main => match pane_of(target) {
            Some(pane) => update::focus(state, pane),
            None => return Vec::new(),
        },
        None if state.screen == Screen::Main => return Vec::new(),
        _ => {}
    }
    for _ in 0..NOTCH {
        motion::apply(state, id);
    }
    (state.focus, state.role, state.sections.0) = was;
    Vec::new()
}
