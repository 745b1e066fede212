//! The parameters of an entry, and one of them.

use super::page::{Choice, Does, Page, Rows, window};
use crate::app::command::{Context, Id};
use crate::app::tree::{Row, Shape};
use crate::app::{State, completion};
use crate::config::secret::MASK;
use crate::text::visible::visible;
use crate::ui::words;
use crate::yaml::Pointer;

/// Returns the parameters of the entry under the cursor.
pub(super) fn parameters(state: &State, from: usize) -> Page {
    let Some((role, index)) = state.current_entry() else { return Page::default() };
    let class = state.list(role).entries.get(index).and_then(|entry| entry.class.as_deref()).unwrap_or("(no class)");
    let rows = numbered(state);
    let mut lines = vec![format!("Parameters of entry {} of {}, {}.", index + 1, role.file_name(), visible(class))];
    if rows.is_empty() {
        lines.push("It has none.".to_owned());
    }
    let add = state.tree.rows.iter().rfind(|row| row.shape == Shape::Add && row.depth == 0);
    let known = add.map(|row| words::known(state, row)).unwrap_or_default();
    if !known.is_empty() {
        lines.push(known);
    }
    let shown = window(from, rows.len()).map(|at| (at + 1, line(state, rows[at].1))).collect();
    let total = rows.len();
    let rows = Rows { shown, total, last: total, filters: false };
    let choices = vec![Choice::run(Id::AddValue, Context::Parameters)];
    let key = format!("parameters {} {index} {} {total}", role.file_name(), window(from, total).start);
    Page { key, name: "Parameters", lines, rows: Some(rows), choices }
}

/// Returns the rows that have a number, each with its place in the tree.
pub(super) fn numbered(state: &State) -> Vec<(usize, &Row)> {
    state.tree.rows.iter().enumerate().filter(|(_, row)| row.shape != Shape::Add).collect()
}

/// Returns the path of a value below its entry.
fn path(row: &Row) -> String {
    let skipped = if row.stray { 2 } else { 3 };
    let path = Pointer::from_tokens(row.pointer.tokens().iter().skip(skipped).cloned()).to_path();
    if path.is_empty() { row.name.clone() } else { visible(&path).into_owned() }
}

fn line(state: &State, row: &Row) -> String {
    let masked = state.tree.masks(row, state.settings.show_secrets);
    let text = if masked { MASK } else { &row.text };
    let mut about = vec![format!("{}: {text}", path(row)), row.kind.to_owned()];
    about.extend(row.reads.as_ref().filter(|_| !masked).map(|reads| format!("SkyPilot reads {reads}")));
    if row.shadowed {
        about.push("overridden below".to_owned());
    }
    if row.stray {
        about.push("unknown key".to_owned());
    }
    if matches!(row.shape, Shape::Map(1..) | Shape::List(1..)) && !row.open {
        about.push("folded".to_owned());
    }
    match row.sign {
        "+" => about.push("added".to_owned()),
        "~" => about.push("changed".to_owned()),
        _ => {}
    }
    about.extend(row.severity.map(|severity| severity.letter().to_string()));
    about.join(", ")
}

/// Returns the value under the cursor.
pub(super) fn value(state: &State) -> Page {
    let (Some((role, index)), Some(row)) = (state.current_entry(), state.tree.current()) else {
        return Page::default();
    };
    let mut lines = vec![format!("{}.", line(state, row))];
    if row.pointer.tokens().len() == 4 {
        let class = completion::class_at(state, role, &row.pointer);
        let known = row.pointer.tokens().last().and_then(|name| class?.parameter(name));
        lines.extend(known.map(|one| format!("the class says: {}", visible(&one.to_string()))));
        let doc = known.and_then(|one| one.doc.as_deref()?.lines().next());
        lines.extend(doc.map(|doc| visible(doc).into_owned()));
    }
    let of_entry = state.list(role).problems.get(&index).into_iter().flatten();
    let problems = of_entry.filter_map(|number| state.problems.get(*number));
    let here: Vec<_> = problems.filter(|one| one.place.pointer.as_ref() == Some(&row.pointer)).collect();
    lines.extend(here.iter().flat_map(|one| super::lists::problem_lines(one)));
    let mut choices = Vec::new();
    let run = |id| Choice::run(id, Context::Parameters);
    match row.shape {
        Shape::Map(_) | Shape::List(_) => {
            choices.push(Choice::new("add inside", &["add inside", "add"], Does::AddInside));
            if !row.open {
                choices.push(Choice::new(
                    "show what is inside",
                    &["show what is inside", "unfold"],
                    Does::Run(Id::Unfold),
                ));
            }
        }
        _ => choices.push(Choice::new("edit value", &["edit value", "edit"], Does::Edit)),
    }
    choices.extend([run(Id::ChangeType), run(Id::Rename), run(Id::DeleteValue), run(Id::DuplicateValue)]);
    choices.extend([run(Id::ValueUp), run(Id::ValueDown)]);
    if row.secret {
        choices.push(run(Id::Reveal));
    }
    if here.iter().any(|one| one.fix.is_some()) {
        choices.push(run(Id::Fix));
    }
    // What is read out changes with the value.
    let key = format!("value {} {} {}", role.file_name(), row.pointer.to_path(), lines[0]);
    Page { key, name: "Value", lines, choices, ..Page::default() }
}
