//! Forms as questions: one for each field, then what it comes to, then whether to do it.
//!
//! In a field everything is taken as it is typed, but for `?`, `back`, and an
//! empty line, which keeps what is there. What begins with `=` is taken
//! without it: `=` alone is the empty text, `=back` the word itself.

use super::Dialogue;
use crate::app::State;
use crate::app::completion::Suggestion;
use crate::app::field::clean_paste;
use crate::app::form::{Form, FormKind, FormRow};
use crate::app::forms;
use crate::app::message::Effect;
use crate::app::modal::Modal;
use crate::check::Severity;
use crate::config::secret::MASK;
use crate::text::visible::visible;

/// The suggestions that are told at once.
const SUGGESTIONS: usize = 9;

/// How far the questions about a form have come.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Asked {
    /// Which form: how many dialogs there are, its kind.
    form: (usize, Option<FormKind>),
    /// The row that is asked; behind the last one whether to do it.
    row: usize,
    /// Whether the form was told.
    told: bool,
    /// How many suggestions were told for the row.
    offered: Option<usize>,
    /// Whether it was told what the form comes to.
    noted: bool,
}

/// Returns the form on top.
fn form(state: &State) -> Option<&Form> {
    match state.modals.last() {
        Some(Modal::Form(form)) => Some(form),
        _ => None,
    }
}

fn form_mut(state: &mut State) -> Option<&mut Form> {
    match state.modals.last_mut() {
        Some(Modal::Form(form)) => Some(form),
        _ => None,
    }
}

/// Tells whether a form is taken without a question: it changes no text, or asks on its own.
const fn is_simple(kind: &FormKind) -> bool {
    matches!(
        kind,
        FormKind::Filter(_) | FormKind::Find | FormKind::Force(_) | FormKind::Project | FormKind::SavePath(_)
    )
}

fn suggestion_line(number: usize, one: &Suggestion) -> String {
    let mut about = vec![visible(&one.text).into_owned()];
    about.extend([&one.from, &one.note].into_iter().filter(|text| !text.is_empty()).cloned());
    format!("{number} {}", about.join(", "))
}

impl Dialogue {
    /// Returns how far the form on top was asked, anew where it is another one.
    fn asked(&mut self, state: &State) -> Asked {
        let now = (state.modals.len(), form(state).map(|form| form.kind.clone()));
        match &self.asked {
            Some(asked) if asked.form == now => asked.clone(),
            _ => Asked { form: now, ..Asked::default() },
        }
    }

    fn row(&self, state: &State) -> usize {
        let now = (state.modals.len(), form(state).map(|form| form.kind.clone()));
        self.asked.as_ref().filter(|asked| asked.form == now).map_or(0, |asked| asked.row)
    }

    /// Returns what is told before the next question.
    pub(super) fn ask_form(&mut self, state: &mut State) -> Vec<String> {
        let mut asked = self.asked(state);
        let mut out = Vec::new();
        let Some(form) = form_mut(state) else { return out };
        if !asked.told {
            out.push(format!("{}. ? helps, back leaves it.", form.title.trim_end_matches(['.', ':'])));
            // What is asked for the next change is another one.
            asked.told = true;
            if is_simple(&form.kind) && !matches!(form.kind, FormKind::Filter(_)) {
                out.extend(notes(form));
            }
        }
        if let Some(why) = form.refused.take() {
            out.push(super::without_keys(&why));
            (asked.row, asked.offered, asked.noted) = (0, None, false);
        }
        form.active = asked.row.min(form.rows.len().saturating_sub(1));
        if asked.row >= form.rows.len() {
            if !std::mem::replace(&mut asked.noted, true) {
                out.extend(notes(form));
            }
        } else if form.offers() && asked.offered != Some(form.completion.rows.len()) {
            asked.offered = Some(form.completion.rows.len());
            out.extend(offered(form, SUGGESTIONS));
        }
        self.asked = Some(asked);
        self.again();
        out
    }

    /// Returns the question about the row in hand.
    pub(super) fn form_prompt(&self, state: &State) -> String {
        let Some(form) = form(state) else { return ": ".to_owned() };
        match form.rows.get(self.row(state)) {
            None if form.notes.iter().any(|note| note.severity == Some(Severity::Error)) => {
                "Do it all the same? [y/N]: ".to_owned()
            }
            None => "Do it? [Y/n]: ".to_owned(),
            Some(FormRow::Text { label, field }) => {
                let now = match field.text() {
                    "" => "nothing".into(),
                    _ if field.hidden => MASK.into(),
                    text => visible(text),
                };
                format!("{label} [{now}]: ", label = visible(label))
            }
            Some(FormRow::Choice { label, options, at }) => {
                let options: Vec<String> =
                    options.iter().enumerate().map(|(number, option)| format!("{} {option}", number + 1)).collect();
                let now = options.get(*at).map_or("", String::as_str);
                format!("{label}: {} [{now}]: ", options.join(", "))
            }
        }
    }

    /// Tells whether the answer to the question is a secret.
    pub(super) fn form_hides(&self, state: &State) -> bool {
        let row = form(state).and_then(|form| form.rows.get(self.row(state)));
        match row {
            Some(FormRow::Text { label, field }) => field.hidden || crate::config::secret::is_secret_name(label),
            _ => false,
        }
    }

    pub(super) fn answer_form(&mut self, state: &mut State, line: &str) -> Vec<Effect> {
        let mut asked = self.asked(state);
        let Some(form) = form_mut(state) else { return Vec::new() };
        let word = line.trim();
        if word == "?" {
            let offers = form.offers();
            let all = offered(form, usize::MAX);
            self.help_form(if offers { all } else { Vec::new() });
            return Vec::new();
        }
        if word.eq_ignore_ascii_case("back") {
            forms::cancel(state);
            self.tell("Left; nothing was changed.");
            self.again();
            return Vec::new();
        }
        form.active = asked.row.min(form.rows.len().saturating_sub(1));
        let simple = is_simple(&form.kind);
        let rows = form.rows.len();
        if asked.row >= rows {
            return self.confirm(state, asked, word);
        }
        let effects = match answer_row(form, asked.row, line) {
            Answered::Wrong(why) => {
                self.tell(why);
                return Vec::new();
            }
            Answered::Kept => {
                (asked.row, asked.offered) = (asked.row + 1, None);
                Vec::new()
            }
            Answered::Changed => {
                let effects = forms::changed(state);
                // What only resembles something is asked once more, with what it resembles.
                let settled = form_mut(state).is_none_or(|form| is_settled(form));
                asked.row += usize::from(settled);
                asked.offered = if settled { None } else { Some(usize::MAX) };
                effects
            }
        };
        // A new class that needs something asks for it before anything is done.
        let goes_on = self::form(state).is_some_and(|form| form.notes.iter().any(|note| note.label == "asks next"));
        let done = asked.row >= rows && (simple || goes_on);
        self.asked = Some(asked);
        if done { self.accept(state, effects) } else { effects }
    }

    fn confirm(&mut self, state: &mut State, mut asked: Asked, word: &str) -> Vec<Effect> {
        let careful =
            form(state).is_some_and(|form| form.notes.iter().any(|one| one.severity == Some(Severity::Error)));
        match word.to_lowercase().as_str() {
            "y" | "yes" => self.accept(state, Vec::new()),
            "" if !careful => self.accept(state, Vec::new()),
            "" | "n" | "no" => {
                self.tell("Asked again; back leaves it.");
                (asked.row, asked.offered, asked.noted) = (0, None, false);
                self.asked = Some(asked);
                Vec::new()
            }
            _ => {
                self.tell("Answer yes, no or back.");
                Vec::new()
            }
        }
    }

    /// Does what the form stands for.
    fn accept(&mut self, state: &mut State, mut effects: Vec<Effect>) -> Vec<Effect> {
        if let Some(form) = form_mut(state) {
            // On the screens Enter goes from field to field first.
            form.active = form.rows.len().saturating_sub(1);
        }
        effects.extend(forms::accept(state));
        self.again();
        effects
    }
}

/// What became of an answer.
enum Answered {
    Kept,
    Changed,
    Wrong(String),
}

fn answer_row(form: &mut Form, row: usize, line: &str) -> Answered {
    let word = line.trim();
    let suggestion = word.parse::<usize>().ok().filter(|_| form.offers()).and_then(|number| {
        let one = form.completion.rows.get(number.checked_sub(1)?)?;
        Some(one.text.clone())
    });
    if word.is_empty() {
        return Answered::Kept;
    }
    match form.rows.get_mut(row) {
        None => Answered::Kept,
        Some(FormRow::Text { field, .. }) => {
            let text = suggestion.unwrap_or_else(|| clean_paste(line.strip_prefix('=').unwrap_or(line)));
            field.set(text.replace('\n', " "));
            Answered::Changed
        }
        Some(FormRow::Choice { options, at, .. }) => match chosen(options, word) {
            Some(option) => {
                *at = option;
                Answered::Changed
            }
            None => Answered::Wrong(format!("Answer with a number from 1 to {} or with the word.", options.len())),
        },
    }
}

/// Returns the option that a number or the start of its words names.
fn chosen(options: &[String], word: &str) -> Option<usize> {
    if let Ok(number) = word.parse::<usize>() {
        return number.checked_sub(1).filter(|at| *at < options.len());
    }
    let word = word.to_lowercase();
    let exact = options.iter().position(|option| option.to_lowercase() == word);
    let mut starting = (0..options.len()).filter(|at| options[*at].to_lowercase().starts_with(&word));
    exact.or_else(|| starting.next().filter(|_| starting.next().is_none()))
}

/// Tells whether a field needs no choice among what matches it.
fn is_settled(form: &Form) -> bool {
    if !form.offers() {
        return true;
    }
    let Some(FormRow::Text { field, .. }) = form.rows.get(form.active) else { return true };
    form.completion.rows.iter().any(|one| one.text == field.text().trim())
}

/// Returns what a field offers.
fn offered(form: &Form, most: usize) -> Vec<String> {
    let rows = &form.completion.rows;
    if rows.is_empty() {
        return Vec::new();
    }
    let typed = matches!(form.rows.get(form.active), Some(FormRow::Text { field, .. }) if !field.text().is_empty());
    let what = if typed { "Like that" } else { "Suggestions" };
    let some = if rows.len() > most { format!(", {most} of {}", rows.len()) } else { String::new() };
    let keep = if typed { "an empty line keeps what is there" } else { "or type it" };
    let mut out = vec![format!("{what}{some}; a number takes one, {keep}:")];
    out.extend(rows.iter().take(most).enumerate().map(|(at, one)| suggestion_line(at + 1, one)));
    out
}

/// Returns what is said of the form as it is.
fn notes(form: &Form) -> Vec<String> {
    let told = form.notes.iter().map(|note| match (note.severity, note.label) {
        (Some(severity), _) => format!("{} {}", severity.letter(), super::without_keys(&note.text)),
        (None, "") => super::without_keys(&note.text),
        (None, label) => format!("{label}: {}", note.text.replace("  ", ", ")),
    });
    told.collect()
}
