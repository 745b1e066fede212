//! What a place says: its lines, its numbered rows or answers, its words.

use crate::app::command::{Id, in_context, table};
use crate::app::reading::grouped;
use crate::config::Role;

/// The rows of a list that are told at once.
pub(super) const PAGE_ROWS: usize = 20;

/// What an answer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// Runs a command.
    Run(Id),
    /// Goes to a list.
    List(Role),
    /// Goes to the problems.
    Problems,
    /// Adds a class to a list.
    Add(Role),
    /// Asks for the value.
    Edit,
    /// Adds something inside the value.
    AddInside,
    /// Tells the config that a controller gets.
    Config,
}

/// One answer.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// What is told of it.
    pub(super) text: String,
    /// What it is called by.
    pub(super) words: Vec<String>,
    /// What it does.
    pub(super) does: Does,
}

impl Choice {
    pub(super) fn new(text: impl Into<String>, words: &[&str], does: Does) -> Self {
        Self { text: text.into(), words: words.iter().map(|word| (*word).to_owned()).collect(), does }
    }

    /// Returns the answer that runs a command, under its name and that of the key bar.
    pub(super) fn run(id: Id, context: crate::app::command::Context) -> Self {
        let command = in_context(id, context).or_else(|| table().iter().find(|command| command.id == id));
        let (name, bar) = command.map_or(("", ""), |command| (command.name, command.bar));
        // A bar entry for two keys names them: no word.
        let bar = if bar.contains('/') { "" } else { bar };
        let words = [name, bar].into_iter().filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Self { text: name.to_owned(), words, does: Does::Run(id) }
    }
}

/// Numbered rows, of which some are told.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// Those that are told, with their numbers from 1.
    pub(super) shown: Vec<(usize, String)>,
    /// How many there are to be told.
    pub(super) total: usize,
    /// The largest number.
    pub(super) last: usize,
    /// Whether a filter can leave some out.
    pub(super) filters: bool,
}

/// What a place says.
#[derive(Clone, Debug, Default)]
pub(super) struct Page {
    /// What tells this place from others.
    pub(super) key: String,
    /// Its name in the question.
    pub(super) name: &'static str,
    /// What is told first.
    pub(super) lines: Vec<String>,
    /// Rows to be chosen by number.
    pub(super) rows: Option<Rows>,
    /// Answers; by number too where there are no rows.
    pub(super) choices: Vec<Choice>,
}

impl Page {
    /// Returns the lines of the place.
    pub(super) fn tell(&self) -> Vec<String> {
        let mut out = self.lines.clone();
        match &self.rows {
            None => {
                out.extend(self.choices.iter().enumerate().map(|(at, choice)| format!("{} {}", at + 1, choice.text)));
            }
            Some(rows) => {
                out.extend(rows.shown.iter().map(|(number, text)| format!("{number} {text}")));
                if rows.shown.len() < rows.total {
                    let fewer = if rows.filters { ", filter TEXT shows fewer" } else { "" };
                    out.push(format!(
                        "{} of {} shown; more shows the next ones{fewer}.",
                        grouped(rows.shown.len()),
                        grouped(rows.total)
                    ));
                }
                let words: Vec<&str> = self.choices.iter().map(|choice| choice.text.as_str()).collect();
                if !words.is_empty() {
                    out.push(format!("Words: {}.", words.join(", ")));
                }
            }
        }
        out
    }

    /// Returns the question.
    pub(super) fn prompt(&self) -> String {
        format!("{}, number or word [show again]: ", self.name)
    }

    /// Returns the largest number that is an answer.
    pub(super) fn last(&self) -> usize {
        self.rows.as_ref().map_or(self.choices.len(), |rows| rows.last)
    }
}

/// Returns which rows of a list are told, from one on.
pub(super) fn window(from: usize, total: usize) -> std::ops::Range<usize> {
    let from = if from < total { from } else { 0 };
    from..total.min(from + PAGE_ROWS)
}
