//! What is filtered where: one form, one way to clear it, one way to say how much is shown.
//!
//! Lists and wheels keep their filters themselves, the parameters and the review
//! too, for theirs end with what they show; those of the problems and of the
//! preview are here.

use super::command::{Context, Id};
use super::form::{Filtered, Form, FormKind};
use super::motion;
use super::needle::Sieve;
use super::tree::Shape;
use super::{Screen, State, forms, pages, review, wheels};
use crate::check::Severity;
use crate::text::visible::visible;

/// The filters of what is not kept beyond a message.
#[derive(Clone, Debug, Default)]
pub struct Filters {
    /// That of the problems.
    pub problems: String,
    /// That of the upload preview.
    pub preview: String,
}

/// Returns what the keys of a screen are about, where that can be filtered.
#[must_use]
pub fn here(state: &State) -> Option<Filtered> {
    match state.screen_context() {
        Context::List => Some(Filtered::Entries(state.role)),
        Context::Parameters => Some(Filtered::Values),
        Context::Problems => Some(Filtered::Problems),
        Context::Wheels => Some(Filtered::Wheels),
        Context::Preview => Some(Filtered::Preview),
        Context::Review => Some(Filtered::Review),
        _ => None,
    }
}

/// Returns what something is filtered by; nothing where all of it is shown.
#[must_use]
pub fn text(state: &State, filtered: Filtered) -> &str {
    match filtered {
        Filtered::Entries(role) => &state.list(role).filter,
        Filtered::Values => &state.tree.filter,
        Filtered::Problems => &state.filters.problems,
        Filtered::Wheels => &state.wheel_view.filter,
        Filtered::Preview => &state.filters.preview,
        Filtered::Review => state.review.as_ref().map_or("", |review| &review.filter),
    }
}

/// Shows the field for the filter of what the keys are about.
pub(super) fn open(state: &mut State) {
    if let Some(filtered) = here(state) {
        let form = form(state, filtered);
        forms::open(state, form);
    }
}

/// Returns the form for what something is filtered by.
#[must_use]
pub fn form(state: &State, filtered: Filtered) -> Form {
    Form::new(FormKind::Filter(filtered), "Filter", vec![Form::text_row("filter", text(state, filtered))])
}

/// Returns how many rows of how many a filter leaves.
#[must_use]
pub fn shown_of(state: &State, filtered: Filtered) -> (usize, usize) {
    match filtered {
        Filtered::Entries(role) => (state.list(role).len(), state.list(role).entries.len()),
        Filtered::Values => (state.tree.rows.iter().filter(|row| row.shape != Shape::Add).count(), state.tree.total),
        Filtered::Problems => (problems(state).len(), state.problems.len()),
        Filtered::Wheels => {
            let all = pages::wheel_directory(state).map_or(0, |directory| directory.entries().len());
            (pages::wheel_rows(state), all)
        }
        Filtered::Preview => pages::shown_lines(state),
        Filtered::Review => state
            .review
            .as_ref()
            .and_then(review::Review::current)
            .map_or((0, 0), |file| (file.rows.len(), file.all.len())),
    }
}

/// Returns the filter of something with how much it leaves, none where all is shown.
#[must_use]
pub fn told(state: &State, filtered: Filtered) -> Option<String> {
    let filter = text(state, filtered);
    if filter.is_empty() {
        return None;
    }
    let (shown, all) = shown_of(state, filtered);
    Some(format!("/{}  {shown} of {all}{} shown", visible(filter), of_all_sections(filtered)))
}

/// Returns what a count is of, where not all that is filtered is on the screen.
#[must_use]
pub const fn of_all_sections(filtered: Filtered) -> &'static str {
    if matches!(filtered, Filtered::Preview) { " in all sections" } else { "" }
}

/// Shows only the rows that hold a text.
pub(super) fn set(state: &mut State, filtered: Filtered, text: String) {
    match filtered {
        Filtered::Entries(role) => state.list_mut(role).set_filter(text),
        Filtered::Wheels => wheels::set_filter(state, text),
        Filtered::Values => {
            let at = state.tree.current().filter(|row| row.shape != Shape::Add).map(|row| row.pointer.clone());
            state.tree.filter = text;
            state.touch_tree();
            if let Some(at) = at {
                state.tree.go_to(&at);
            }
        }
        Filtered::Problems => {
            state.filters.problems = text;
            settle(state);
        }
        Filtered::Preview => {
            state.filters.preview = text;
            state.sections.1 = [0; 3];
        }
        Filtered::Review => {
            if let Some(review) = &mut state.review {
                review.set_filter(text);
            }
        }
    }
}

/// Clears the filter of what the keys are about; tells whether there was one.
pub(super) fn clear(state: &mut State) -> bool {
    match here(state) {
        // The marks of a list go first.
        Some(Filtered::Entries(_)) | None => false,
        // What is being read is stopped first.
        Some(Filtered::Wheels) if state.screen == Screen::Wheels => false,
        Some(filtered) if text(state, filtered).is_empty() => false,
        Some(filtered) => {
            set(state, filtered, String::new());
            true
        }
    }
}

/// Returns the problems that are shown, by their numbers.
#[must_use]
pub fn problems(state: &State) -> Vec<usize> {
    // Each frame asks.
    if state.filters.problems.is_empty() {
        return (0..state.problems.len()).collect();
    }
    let sieve = Sieve::of(&state.filters.problems);
    let lets = |number: &usize| {
        let one = &state.problems[*number];
        let fix = one.fix.as_ref().map_or("", |fix| &fix.label);
        let text = format!("{} {} {fix}", one.code.name(), review::problem_text(one));
        sieve.lets(Some(one.severity), false, &text)
    };
    (0..state.problems.len()).filter(lets).collect()
}

/// Keeps the cursor of the problems on one that is shown; behind the last one where none is.
pub(super) fn settle(state: &mut State) {
    let last = state.problems.len().saturating_sub(1);
    if state.filters.problems.is_empty() {
        state.problem.at = state.problem.at.min(last);
        return;
    }
    let shown = problems(state);
    if !shown.contains(&state.problem.at) {
        let next = shown.iter().copied().find(|number| *number > state.problem.at).or(shown.last().copied());
        state.problem.at = next.unwrap_or(state.problems.len());
    }
}

/// Moves the cursor among the problems that are shown.
pub(super) fn step_problem(state: &mut State, id: Id, page: usize) {
    let shown = problems(state);
    let mut at = shown.iter().position(|number| *number == state.problem.at).unwrap_or(0);
    motion::step_in(id, &mut at, shown.len(), page);
    if let Some(number) = shown.get(at) {
        state.problem.at = *number;
    }
}

/// Leaves lines out that a filter does not let through; a heading stays above what is shown.
pub(super) fn lines(lines: Vec<pages::PageLine>, filter: &str) -> Vec<pages::PageLine> {
    if filter.is_empty() {
        return lines;
    }
    let sieve = Sieve::of(filter);
    let severity = |line: &pages::PageLine| match line.kind {
        pages::LineKind::Problem(severity) => Some(severity),
        _ => None::<Severity>,
    };
    keep_with_headings(
        lines,
        |line| line.kind == pages::LineKind::Heading,
        |line| !line.text.is_empty() && sieve.lets(severity(line), false, &line.text),
    )
}

/// Keeps the rows that are let through, and each heading that has one below it.
pub(super) fn keep_with_headings<T>(
    rows: Vec<T>,
    is_heading: impl Fn(&T) -> bool,
    lets: impl Fn(&T) -> bool,
) -> Vec<T> {
    let mut below = false;
    let mut kept: Vec<T> = Vec::new();
    for row in rows.into_iter().rev() {
        if is_heading(&row) {
            let keeps = std::mem::take(&mut below) || lets(&row);
            kept.extend(keeps.then_some(row));
        } else if lets(&row) {
            below = true;
            kept.push(row);
        }
    }
    kept.reverse();
    kept
}
