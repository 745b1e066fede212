//! Line mode: the same tasks as on the screens, as numbered questions and answers.
//!
//! For screen readers, for terminals that cannot be drawn on, for scripts that
//! are answered line by line. It is a view of the same [`State`] and changes it
//! by the same commands: here is only what is said of it ([`Dialogue::say`],
//! [`Dialogue::prompt`]) and what a line means ([`Dialogue::answer`]). Nothing
//! here reads or writes; `cli` has the loop.
//!
//! A place is told when it is entered or asked for again; in between one
//! sentence tells each change. A number chooses what has that number; a word is
//! the name of a command, or its key on the screens: status lines name those.
//! An empty line tells the place again and does nothing else.

mod commands;
mod dialogs;
mod diff;
mod forms;
mod help;
mod lists;
mod looks;
mod page;
mod saves;
mod values;
mod words;

use std::collections::VecDeque;

pub use self::commands::is_here;
use self::forms::Asked;
use self::page::Page;
use crate::app::list::Body;
use crate::app::message::{Effect, Message};
use crate::app::modal::Modal;
use crate::app::tree::Shape;
use crate::app::update::{settled, update};
use crate::app::{Screen, State, Tone, pages, takes_effect};
use crate::config::Role;
use crate::text::visible::visible;

/// The most lines that are told without a question whether to go on.
const PAGE_LINES: usize = 60;

/// Where a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Where everything starts.
    Home,
    /// One of the lists.
    List(Role),
    /// A file that cannot be shown as a list.
    Text(Role),
    /// An entry of a list.
    Entry,
    /// The parameters of an entry.
    Parameters,
    /// One of them.
    Value,
    /// The problems.
    Problems,
    /// One of them.
    Problem,
    /// The upload preview.
    Preview,
    /// The wheels.
    Wheels,
    /// One of them.
    Wheel,
    /// The review before a save.
    Review,
    /// Mine and theirs, where a file changed on disk.
    Conflict,
    /// One of the changes.
    Change,
    /// A file as text, beside what is edited.
    Source,
    /// A dialog: what a search has found, the edits of the session.
    Choice,
    /// A dialog: fields.
    Form,
    /// A dialog: a question.
    Question,
    /// A dialog: a text of several lines.
    Area,
    /// A dialog: the choice of a directory.
    Directory,
    /// A dialog: saved versions of a file.
    Backups,
    /// What is only told: a text, the output of a program.
    Told,
}

/// The part of the main screen that a person is in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Home,
    List(Role),
    Problems,
}

/// What line mode knows beside the state.
#[derive(Debug, Default)]
pub struct Dialogue {
    part: Part,
    /// Whether one of the rows of a place was chosen.
    item: bool,
    /// The first row that is told of a long list.
    from: usize,
    /// What of a form was asked.
    asked: Option<Asked>,
    /// What was typed of a text of several lines.
    typed: Option<Vec<String>>,
    /// What is to be told before the place.
    said: Vec<String>,
    /// What was not told yet, where it was too long.
    more: VecDeque<String>,
    /// The place that was told last.
    told: Option<String>,
}

impl Dialogue {
    /// Returns what is to be told now: what happened, then the place where it is another one.
    pub fn say(&mut self, state: &mut State) -> Vec<String> {
        let mut lines = std::mem::take(&mut self.said);
        self.settle(state);
        self.tell_texts(state, &mut lines);
        lines.extend(status(state));
        match self.place(state) {
            Place::Form => lines.extend(self.ask_form(state)),
            Place::Area => lines.extend(self.tell_area(state)),
            _ => {
                if let Some(page) = self.page(state)
                    && self.told.as_ref() != Some(&page.key)
                {
                    lines.extend(page.tell());
                    self.told = Some(page.key);
                }
            }
        }
        self.cut(lines)
    }

    /// Returns the question that the next line answers, on one line.
    #[must_use]
    pub fn prompt(&self, state: &State) -> String {
        if !self.more.is_empty() {
            let lines = if self.more.len() == 1 { "1 line".to_owned() } else { format!("{} lines", self.more.len()) };
            return format!("{lines} more, show them? [y/N]: ");
        }
        if self.typed.is_some() {
            return "text, a dot alone ends it: ".to_owned();
        }
        match self.place(state) {
            Place::Form => self.form_prompt(state),
            Place::Question => "Number or word [ask again]: ".to_owned(),
            Place::Area => "Number or word [show again]: ".to_owned(),
            _ => self.page(state).map_or_else(|| ": ".to_owned(), |page| page.prompt()),
        }
    }

    /// Takes a line without its end; returns what is asked of the outside for it.
    pub fn answer(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        self.settle(state);
        if self.turns_page(line) {
            return Vec::new();
        }
        let effects = match self.place(state) {
            _ if self.typed.is_some() => self.type_line(state, line),
            Place::Form => self.answer_form(state, line),
            Place::Question => self.answer_question(state, line),
            Place::Area => self.answer_area(state, line),
            Place::Directory => self.answer_directory(state, line),
            Place::Backups => self.answer_backups(state, line),
            Place::Choice => self.answer_choice(state, line),
            _ => self.answer_page(state, line),
        };
        let effects = settled(state, effects);
        self.settle(state);
        effects
    }

    /// Tells whether what is typed now is a secret, so that nobody repeats it.
    #[must_use]
    pub fn hides(&self, state: &State) -> bool {
        self.typed.is_none() && self.place(state) == Place::Form && self.form_hides(state)
    }

    /// Has the place told again, as it is another one now.
    pub fn look_again(&mut self) {
        self.more.clear();
        self.again();
    }

    /// Says something before the place.
    fn tell(&mut self, text: impl Into<String>) {
        self.said.push(text.into());
    }

    /// Has the place told again.
    fn again(&mut self) {
        self.told = None;
    }

    fn place(&self, state: &State) -> Place {
        match state.modals.last() {
            Some(Modal::Form(_)) => return Place::Form,
            Some(Modal::Menu(_)) => return Place::Question,
            Some(Modal::Area(_)) => return Place::Area,
            Some(Modal::Browse(_)) => return Place::Directory,
            Some(Modal::Backups(_)) => return Place::Backups,
            Some(Modal::Choice(_)) => return Place::Choice,
            Some(Modal::Notice(_) | Modal::Sides(_) | Modal::Themes(_) | Modal::Run(_) | Modal::Commands(_)) => {
                return Place::Told;
            }
            None => {}
        }
        match (state.screen, self.item) {
            (Screen::Parameters, false) => Place::Parameters,
            (Screen::Parameters, true) => Place::Value,
            (Screen::Preview, _) => Place::Preview,
            (Screen::Wheels, false) => Place::Wheels,
            (Screen::Wheels, true) => Place::Wheel,
            (Screen::Review, _) => Place::Review,
            (Screen::Source, _) => Place::Source,
            (Screen::Conflict, false) => Place::Conflict,
            (Screen::Conflict, true) => Place::Change,
            (Screen::Main, item) => match (self.part, item) {
                (Part::Home, _) => Place::Home,
                (Part::Problems, false) => Place::Problems,
                (Part::Problems, true) => Place::Problem,
                (Part::List(role), item) => match (&state.list(role).body, item) {
                    (Body::Broken { .. } | Body::NoList(_), _) => Place::Text(role),
                    (_, false) => Place::List(role),
                    (_, true) => Place::Entry,
                },
            },
        }
    }

    /// Leaves a row that is not there any more.
    fn settle(&mut self, state: &State) {
        let is_there = match state.screen {
            Screen::Main => match self.part {
                Part::Home => false,
                Part::List(role) => state.role == role && state.list(role).current().is_some(),
                Part::Problems => state.problems.get(state.problem.at).is_some(),
            },
            Screen::Parameters => state.tree.current().is_some_and(|row| row.shape != Shape::Add),
            Screen::Wheels => pages::wheel_row(state, state.wheel.at).is_some(),
            Screen::Conflict => state.conflict.as_ref().is_some_and(|view| view.current().is_some()),
            Screen::Preview | Screen::Review | Screen::Source => false,
        };
        self.item &= is_there;
        if !matches!(state.modals.last(), Some(Modal::Form(_))) {
            self.asked = None;
        }
        if !matches!(state.modals.last(), Some(Modal::Area(_))) {
            self.typed = None;
        }
    }

    fn page(&self, state: &State) -> Option<Page> {
        Some(match self.place(state) {
            Place::Home => lists::home(state),
            Place::List(role) => lists::list(state, role, self.from),
            Place::Text(role) => lists::text(state, role, self.from),
            Place::Entry => lists::entry(state),
            Place::Parameters => values::parameters(state, self.from),
            Place::Value => values::value(state),
            Place::Problems => looks::problems(state, self.from),
            Place::Problem => looks::problem(state),
            Place::Preview => looks::preview(state),
            Place::Wheels => looks::wheels(state, self.from),
            Place::Wheel => looks::wheel(state),
            Place::Review => saves::review(state),
            Place::Conflict => saves::conflict(state, self.from),
            Place::Change => saves::change(state),
            Place::Source => lists::source(state, self.from),
            Place::Choice => dialogs::choice(state, self.from)?,
            Place::Question => dialogs::question(state)?,
            Place::Directory => dialogs::directory(state, self.from)?,
            Place::Backups => dialogs::backups(state)?,
            Place::Form | Place::Area | Place::Told => return None,
        })
    }

    /// Tells the texts and the output that lie over the screen, and closes them.
    fn tell_texts(&mut self, state: &mut State, lines: &mut Vec<String>) {
        loop {
            match state.modals.last() {
                Some(Modal::Notice(notice)) => {
                    lines.push(format!("{}:", notice.title));
                    if notice.is_diff {
                        lines.extend(diff::signed(&notice.text));
                    } else {
                        lines.extend(notice.text.iter().filter(|line| !line.is_empty()).cloned());
                    }
                    state.modals.pop();
                }
                Some(Modal::Sides(sides)) => {
                    lines.extend(looks::sides(sides));
                    state.modals.pop();
                }
                Some(Modal::Commands(_) | Modal::Themes(_)) => _ = state.modals.pop(),
                // Its output was told while it ran, its verdict is the status.
                Some(Modal::Run(run)) if run.has_ended() => _ = state.modals.pop(),
                _ => break,
            }
        }
        self.settle(state);
    }

    /// Keeps back what is too long to be told at once.
    fn cut(&mut self, mut lines: Vec<String>) -> Vec<String> {
        for line in &mut lines {
            if let std::borrow::Cow::Owned(safe) = visible(line) {
                *line = safe;
            }
        }
        if lines.len() > PAGE_LINES {
            self.more = lines.split_off(PAGE_LINES).into();
        }
        lines
    }

    /// Tells more of a long text where that was asked; tells whether the line was about it.
    fn turns_page(&mut self, line: &str) -> bool {
        if self.more.is_empty() {
            return false;
        }
        let rest = std::mem::take(&mut self.more);
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" | "more" => {
                self.said.extend(rest);
                true
            }
            "" | "n" | "no" => true,
            _ => false,
        }
    }

    /// Presses a key of a dialog.
    fn press(&mut self, state: &mut State, key: crate::app::keymap::Key) -> Vec<Effect> {
        self.again();
        update(state, Message::Pressed(key))
    }
}

/// Takes the status line.
fn status(state: &mut State) -> Option<String> {
    let status = state.status.take()?;
    let text = takes_effect::without_keys(&status.text);
    Some(if status.tone == Tone::Done { text } else { without_keys(&text) })
}

/// Returns a text of the screens with the word for the key that goes back.
fn without_keys(text: &str) -> String {
    text.replace("Esc ", "back ")
}
