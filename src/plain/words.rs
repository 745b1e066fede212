//! What a line means at a place: a number, a word, else the name or the key of a command.

use super::dialogs::BACK;
use super::page::{Does, Page};
use super::{Dialogue, Part, Place, lists, looks, saves, values};
use crate::app::command::{Id, table};
use crate::app::form::Filtered;
use crate::app::list::Row;
use crate::app::message::Effect;
use crate::app::{Pane, Screen, State, edits, filters, forms, parameters, update};
use crate::config::Role;
use crate::config::operation::Operation;
use crate::text::visible::visible;

impl Dialogue {
    pub(super) fn answer_page(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let line = line.trim();
        // As the palette of the screens is opened, and its commands are named there.
        let line = if line.len() > 1 { line.strip_prefix(':').unwrap_or(line) } else { line };
        // An undo may have led to the other list; here is what was told last.
        if state.screen == Screen::Main {
            match self.part {
                Part::List(role) => (state.role, state.focus) = (role, Pane::of(role)),
                Part::Problems => state.focus = Pane::Problems,
                Part::Home => {}
            }
        }
        let Some(page) = self.page(state) else { return Vec::new() };
        if line.is_empty() {
            self.again();
            return Vec::new();
        }
        if let Ok(number) = line.parse::<usize>() {
            return self.answer_number(state, &page, number);
        }
        let lower = line.to_lowercase();
        if let Some(choice) = page.choices.iter().find(|choice| choice.words.contains(&lower)) {
            let does = choice.does;
            return self.does(state, does);
        }
        if let Some(effects) = self.answer_general(state, line, &lower) {
            return effects;
        }
        if let Some(effects) = self.answer_with_more(state, line) {
            return effects;
        }
        let mut starting =
            page.choices.iter().filter(|c| lower.len() > 2 && c.words.iter().any(|w| w.starts_with(&lower)));
        if let (Some(choice), None) = (starting.next(), starting.next()) {
            let does = choice.does;
            return self.does(state, does);
        }
        if let Some(command) = self.command(state, line, &lower) {
            return self.run(state, command);
        }
        self.tell(format!("{} is no answer here; ? tells what is.", visible(line)));
        Vec::new()
    }

    fn answer_number(&mut self, state: &mut State, page: &Page, number: usize) -> Vec<Effect> {
        if number == 0 || number > page.last() {
            self.tell(match page.last() {
                0 => "There is nothing to choose by number here.".to_owned(),
                last => format!("There is no {number} here: 1 to {last}."),
            });
            return Vec::new();
        }
        if page.rows.is_some() {
            self.choose(state, number - 1)
        } else {
            self.does(state, page.choices[number - 1].does)
        }
    }

    /// Chooses a row of the place.
    fn choose(&mut self, state: &mut State, at: usize) -> Vec<Effect> {
        match self.place(state) {
            Place::List(role) => state.list_mut(role).go_to(at),
            Place::Text(role) => {
                state.role = role;
                state.text[Pane::of(role).index()].at = at;
                return update::run(state, Id::EditLine);
            }
            Place::Parameters => state.tree.cursor = values::numbered(state).get(at).map_or(0, |(row, _)| *row),
            Place::Problems => state.problem.at = at,
            Place::Source => {
                state.source.cursor.at = at;
                let effects = update::run(state, Id::GoTo);
                self.arrive(state);
                return effects;
            }
            Place::Wheels => state.wheel.at = at,
            Place::Conflict => {
                if let Some(view) = &mut state.conflict {
                    view.cursor.at = saves::changes(view).get(at).map_or(0, |(row, ..)| *row);
                }
            }
            _ => return Vec::new(),
        }
        self.item = true;
        self.again();
        Vec::new()
    }

    pub(super) fn does(&mut self, state: &mut State, does: Does) -> Vec<Effect> {
        match does {
            Does::Run(id) => {
                let context = state.screen_context();
                let row = table().iter().find(|command| command.id == id && command.contexts.contains(&context));
                let row = row.or_else(|| table().iter().find(|command| command.id == id));
                return row.map_or_else(Vec::new, |command| self.run(state, command));
            }
            Does::List(role) => self.enter(state, Part::List(role)),
            Does::Problems => self.enter(state, Part::Problems),
            Does::Add(role) => {
                let form = forms::add_class(state, role, state.list(role).current(), false);
                forms::open(state, form);
            }
            Does::Edit => {
                // A bool is asked for too: what Enter toggles on the screens is seen there.
                if let (Some((role, _)), Some(row)) = (state.current_entry(), state.tree.current().cloned()) {
                    if row.shadowed {
                        return parameters::on_tree(state, Id::EditValue);
                    }
                    forms::edit_value(state, role, &row);
                }
            }
            Does::AddInside => {
                if let (Some((role, _)), Some(row)) = (state.current_entry(), state.tree.current()) {
                    let form = forms::add_value(state, role, row.pointer.clone());
                    forms::open(state, form);
                }
            }
            Does::Config => self.said.extend(looks::config(state)),
        }
        Vec::new()
    }

    /// Goes to a part of the main screen.
    pub(super) fn enter(&mut self, state: &mut State, part: Part) {
        self.part = part;
        self.item = false;
        self.from = 0;
        self.again();
        state.screen = Screen::Main;
        match part {
            Part::Home => state.focus = Pane::of(state.role),
            Part::List(role) => {
                state.role = role;
                state.focus = Pane::of(role);
                if matches!(self.place(state), Place::Text(_)) {
                    self.from = lists::first_line(state, role);
                }
            }
            Part::Problems => state.focus = Pane::Problems,
        }
    }

    /// Answers the words that mean the same everywhere.
    fn answer_general(&mut self, state: &mut State, line: &str, lower: &str) -> Option<Vec<Effect>> {
        match lower {
            "?" | "help" => self.help(state),
            ":" | "commands" => self.help_commands(state),
            "more" => self.turn(),
            "home" | "start" => {
                if matches!(state.screen, Screen::Review | Screen::Conflict) {
                    update::run(state, Id::Back);
                }
                self.enter(state, Part::Home);
            }
            "api" => self.enter(state, Part::List(Role::Api)),
            "remote" => self.enter(state, Part::List(Role::Remote)),
            "problems" => self.enter(state, Part::Problems),
            "again" | "show" => self.again(),
            "about" => return Some(update::run(state, Id::About)),
            "exit" | "quit" => return Some(update::run(state, Id::Quit)),
            _ if line == "q" => return Some(update::run(state, Id::Quit)),
            word if BACK.contains(&word) => return Some(self.back(state)),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Answers what has something behind the word: `filter TEXT`, `mark 1 3`, `to 2`.
    fn answer_with_more(&mut self, state: &mut State, line: &str) -> Option<Vec<Effect>> {
        let (word, rest) = line.split_once(' ')?;
        let rest = rest.trim();
        let place = self.place(state);
        match (word.to_lowercase().as_str(), place) {
            ("filter", Place::List(role)) => self.filter(state, Filtered::Entries(role), rest),
            ("filter", Place::Wheels) => self.filter(state, Filtered::Wheels, rest),
            ("mark", Place::List(role)) => self.mark(state, role, rest),
            ("#", Place::List(role)) => {
                let number = rest.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
                let is_row = |row: &usize| state.list(role).row_at(*row) == number.map(Row::Disabled);
                let Some(row) = (0..state.list(role).len()).find(is_row) else {
                    self.tell(format!("There is no entry {} that is commented out.", visible(rest)));
                    return Some(Vec::new());
                };
                state.list_mut(role).cursor = row;
                self.again();
                return Some(update::run(state, Id::Disable));
            }
            ("leave", Place::Review) => {
                let number = rest.strip_prefix("out").and_then(|rest| rest.trim().parse::<usize>().ok());
                let part = number.and_then(|number| saves::part(state, number));
                if let (Some((file, row)), Some(review)) = (part, &mut state.review) {
                    review.file = file;
                    review.cursor.at = row;
                    return Some(update::run(state, Id::LeaveOut));
                }
                self.tell("leave out takes the number of a change: leave out 1.");
            }
            ("to", Place::Entry) => {
                let (role, from) = state.current_entry()?;
                let count = state.list(role).entries.len();
                match rest.parse::<usize>() {
                    Ok(number) if (1..=count).contains(&number) => {
                        return Some(edits::commit(state, &Operation::Reorder { role, from, to: number - 1 }));
                    }
                    _ => self.tell(format!("There is no place {}: 1 to {count}.", visible(rest))),
                }
            }
            _ => return None,
        }
        Some(Vec::new())
    }

    fn filter(&mut self, state: &mut State, filtered: Filtered, text: &str) {
        let mut form = filters::form(state, filtered);
        if let Some(field) = form.field() {
            field.set(text);
        }
        forms::open(state, form);
        forms::changed(state);
        forms::accept(state);
        self.from = 0;
        self.again();
    }

    /// Marks entries: `1 3`, `all`, `none`.
    fn mark(&mut self, state: &mut State, role: Role, which: &str) {
        let list = state.list_mut(role);
        let count = list.entries.len();
        let numbers: Option<Vec<usize>> = match which.to_lowercase().as_str() {
            "all" => Some((0..list.len()).filter_map(|row| list.entry_at(row)).collect()),
            "none" => Some(Vec::new()),
            _ => which
                .split([' ', ','])
                .filter(|word| !word.is_empty())
                .map(|word| word.parse::<usize>().ok().filter(|n| (1..=count).contains(n)).map(|n| n - 1))
                .collect(),
        };
        let Some(numbers) = numbers else {
            self.tell("mark takes numbers of entries, all, or none: mark 1 3.");
            return;
        };
        list.selected = numbers.into_iter().collect();
        let marked = list.selected.len();
        self.tell(match marked {
            0 => "No entry is marked.".to_owned(),
            1 => "1 entry is marked: delete, copy and move take it.".to_owned(),
            _ => format!("{marked} entries are marked: delete, copy and move take them."),
        });
        self.again();
    }

    /// Goes a step back.
    pub(super) fn back(&mut self, state: &mut State) -> Vec<Effect> {
        if self.place(state) == Place::Home {
            self.tell("This is the start; quit leaves the program.");
            return Vec::new();
        }
        self.from = 0;
        self.again();
        match self.place(state) {
            Place::Value => {
                state.tree.revealed = None;
                self.item = false;
            }
            Place::Parameters => {
                parameters::leave(state);
                self.part = Part::List(state.role);
                self.item = true;
            }
            Place::Entry | Place::Problem | Place::Wheel | Place::Change => self.item = false,
            Place::List(role) if !state.list(role).filter.is_empty() => {
                state.list_mut(role).set_filter(String::new());
                self.tell("All entries are shown.");
            }
            Place::List(_) | Place::Text(_) | Place::Problems => self.enter(state, Part::Home),
            _ => return update::run(state, Id::Back),
        }
        Vec::new()
    }
}
