//! The review before a save, and a file that changed on disk.

use super::diff;
use super::page::{Choice, Page, Rows, window};
use crate::app::State;
use crate::app::command::{Context, Id};
use crate::app::conflict::{Conflict, Line, Row};
use crate::app::review::{ReviewFile, RowKind, sentences};
use crate::app::value::count;
use crate::config::diff::DiffKind;
use crate::config::merge::{Side, Whose};
use crate::text::visible::visible;

/// Returns the review.
pub(super) fn review(state: &State) -> Page {
    let Some(review) = &state.review else { return Page::default() };
    let mut lines = vec!["Review before save. What is not in it stays byte for byte.".to_owned()];
    let mut number = 0;
    for file in &review.files {
        lines.extend(review_file(state, file, &mut number));
    }
    if number > 1 {
        lines.push("leave out NUMBER leaves a change out of the save, or takes it in again.".to_owned());
    }
    let run = |id| Choice::run(id, Context::Review);
    let mut choices = vec![run(Id::SaveNow)];
    if let Some((_, error)) = review.first_error() {
        lines.push(format!("E This stops the save: {}", visible(&sentences(error))));
        choices.push(run(Id::GoToError));
        if review.files.iter().any(|file| file.errors.is_empty()) {
            choices.push(run(Id::SaveSound));
        }
        choices.push(run(Id::Force));
    }
    choices.push(run(Id::Draft));
    Page { key: format!("review {}", lines.join("\n")), name: "Review", lines, choices, ..Page::default() }
}

fn review_file(state: &State, file: &ReviewFile, number: &mut usize) -> Vec<String> {
    let path = state.path(file.role).map_or_else(|| file.role.file_name().to_owned(), |path| state.shown_path(&path));
    let new = if file.created { ", a new file" } else { "" };
    let (added, removed) = (count(file.added, "line"), count(file.removed, "line"));
    let mut out = vec![format!("{path}{new}: {added} added, {removed} removed.")];
    let of_text = file.rows.iter().filter_map(|row| {
        let kind = match row.kind {
            RowKind::Hunk => DiffKind::Hunk,
            RowKind::Context => DiffKind::Context,
            RowKind::Removed => DiffKind::Removed,
            RowKind::Added => DiffKind::Added,
            _ => return None,
        };
        // The sign says what the words say.
        let text = if kind == DiffKind::Hunk { &row.text } else { row.text.get(1..).unwrap_or_default() };
        Some((kind, text))
    });
    out.extend(diff::worded(of_text));
    for row in &file.rows {
        match row.kind {
            RowKind::Part => {
                let out_of = if file.is_left_out(row) { " (left out of the save)" } else { "" };
                *number += 1;
                out.push(format!("change {number}: {}{out_of}", row.text.trim()));
            }
            RowKind::Heading => out.push(format!("{}:", row.text)),
            RowKind::Plain if !row.text.is_empty() => out.push(row.text.trim().to_owned()),
            RowKind::Problem(severity) => out.push(format!("{} {}", severity.letter(), row.text)),
            _ => {}
        }
    }
    out
}

/// Returns the file and the row of a change that can be left out, by its number from 1.
pub(super) fn part(state: &State, number: usize) -> Option<(usize, usize)> {
    let files = state.review.as_ref()?.files.iter().enumerate();
    let mut parts = files.flat_map(|(at, file)| {
        let rows = file.rows.iter().enumerate();
        rows.filter(|(_, row)| row.kind == RowKind::Part).map(move |(row, _)| (at, row))
    });
    parts.nth(number.checked_sub(1)?)
}

/// Returns the changes of a comparison, each with its place among the rows and the entry it is in.
pub(super) fn changes(view: &Conflict) -> Vec<(usize, &str, &Line)> {
    let mut heading = ("", 0);
    let mut out = Vec::new();
    for (at, row) in view.rows.iter().enumerate() {
        match row {
            Row::Heading(text, below) => heading = (text, at + below),
            Row::Change(line) => out.push((at, if at <= heading.1 { heading.0 } else { "" }, &**line)),
        }
    }
    out
}

fn change_line(view: &Conflict, entry: &str, line: &Line) -> String {
    let place = if entry.is_empty() { line.place.clone() } else { format!("{entry}, {}", line.place) };
    let taken = match (line.whose, view.choice(line)) {
        (Whose::Both, _) => "the same on both sides",
        (Whose::Conflict, None) => "conflict, not decided",
        (Whose::Conflict, Some(Side::Mine)) => "conflict, mine is taken",
        (Whose::Conflict, Some(_)) => "conflict, theirs is taken",
        (_, Some(Side::Mine)) => "mine is taken",
        (_, _) => "theirs is taken",
    };
    format!("{place}: was {}, mine {}, theirs {}; {taken}.", line.base, line.mine, line.theirs)
}

/// Returns the comparison of a file with what is on disk now.
pub(super) fn conflict(state: &State, from: usize) -> Page {
    let Some(view) = &state.conflict else { return Page::default() };
    let mut lines = vec![format!("{} changed on disk while it has unsaved edits here.", view.role.file_name())];
    match &view.merge {
        Err(why) => lines.push(why.clone()),
        Ok(_) if view.rows.is_empty() => lines.push("The data is the same: only comments or layout differ.".to_owned()),
        Ok(_) => lines.push(format!(
            "{}, {} of {} to choose. A number chooses a change.",
            count(view.lines().count(), "change"),
            view.undecided(),
            count(view.conflicts(), "conflict")
        )),
    }
    let all = changes(view);
    let shown = window(from, all.len()).map(|at| (at + 1, change_line(view, all[at].1, all[at].2))).collect();
    let rows = Rows { shown, total: all.len(), last: all.len(), filters: false };
    let ids = [Id::Accept, Id::TakeDisk, Id::Overwrite, Id::Draft, Id::TextDiff];
    let useful = |id: &Id| match id {
        Id::Accept => view.merge.is_ok(),
        Id::TextDiff => view.theirs_is_text(),
        _ => true,
    };
    let choices: Vec<Choice> = ids.into_iter().filter(useful).map(|id| Choice::run(id, Context::Conflict)).collect();
    let key = format!("conflict {} {} {}", view.role.file_name(), window(from, all.len()).start, view.undecided());
    if all.is_empty() {
        return Page { key, name: "Changed on disk", lines, rows: None, choices };
    }
    Page { key, name: "Changed on disk", lines, rows: Some(rows), choices }
}

/// Returns the change under the cursor.
pub(super) fn change(state: &State) -> Page {
    let Some(view) = &state.conflict else { return Page::default() };
    let at = changes(view).into_iter().find(|(at, ..)| *at == view.cursor.at);
    let lines = at.map(|(_, entry, line)| change_line(view, entry, line)).into_iter().collect();
    let run = |id| Choice::run(id, Context::Conflict);
    let choices = vec![run(Id::TakeMine), run(Id::TakeTheirs)];
    Page { key: format!("change {}", view.cursor.at), name: "Change", lines, choices, ..Page::default() }
}
