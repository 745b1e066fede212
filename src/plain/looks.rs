//! The problems, the upload preview, the wheels.

use super::lists::problem_lines;
use super::page::{Choice, Does, Page, Rows, window};
use crate::app::command::{Context, Id};
use crate::app::pages::{self, LineKind, PageLine};
use crate::app::sides::Sides;
use crate::app::{State, review, value, wheels as app_wheels};
use crate::check::Controller;
use crate::text::visible::{visible, visible_name};

/// Returns the problems.
pub(super) fn problems(state: &State, from: usize) -> Page {
    let [errors, warnings, notes] = state.counts;
    let total = state.problems.len();
    let first = if total == 0 {
        "No problem found.".to_owned()
    } else {
        format!("Problems: {errors} E, {warnings} W, {notes} i.")
    };
    let row = |at: usize| {
        let one = &state.problems[at];
        let fix = if one.fix.is_some() { " It offers a fix." } else { "" };
        (at + 1, format!("{} {}{fix}", one.severity.letter(), review::problem_text(one)))
    };
    let rows = Rows { shown: window(from, total).map(row).collect(), total, last: total, filters: false };
    let key = format!("problems {total} {}", window(from, total).start);
    Page { key, name: "Problems", lines: vec![first], rows: Some(rows), choices: Vec::new() }
}

/// Returns the problem under the cursor.
pub(super) fn problem(state: &State) -> Page {
    let Some(one) = state.problems.get(state.problem.at) else { return Page::default() };
    let mut lines = vec![format!("{} {} ({}).", one.severity.letter(), review::place_text(one), one.code.name())];
    lines.extend(problem_lines(one));
    lines.extend(one.hint.as_ref().map(|hint| visible(hint).into_owned()));
    let run = |id| Choice::run(id, Context::Problems);
    let mut choices = vec![run(Id::GoTo), run(Id::Explain)];
    if one.fix.is_some() {
        choices.push(run(Id::Fix));
    }
    let key = format!("problem {} {}", state.problem.at, review::problem_text(one));
    Page { key, name: "Problem", lines, choices, ..Page::default() }
}

/// Returns the lines of a page of the screens, headings with a colon.
pub(super) fn page_lines(lines: Vec<PageLine>) -> impl Iterator<Item = String> {
    lines.into_iter().filter(|line| !line.text.is_empty()).map(|line| match line.kind {
        LineKind::Heading => format!("{}:", line.text.trim_end_matches(':')),
        LineKind::Problem(severity) if !line.text.starts_with(&format!("{} ", severity.letter())) => {
            format!("{} {}", severity.letter(), line.text)
        }
        _ => line.text.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

/// Returns the upload preview.
pub(super) fn preview(state: &State) -> Page {
    let launch = match state.facts.controller {
        Controller::Jobs => "sky jobs launch",
        Controller::Serve => "sky serve up",
    };
    let edits = if state.unsaved_roles().is_empty() { "" } else { ", with the unsaved edits" };
    let (severity, verdict) = pages::verdict(state);
    let letter = severity.map_or(String::new(), |severity| format!("{} ", severity.letter()));
    let mut lines = vec![
        format!("What the next {launch} uploads, SkyPilot {}{edits}.", state.facts.version.shown()),
        format!("{letter}{verdict}"),
    ];
    lines.extend(pages::resolved_text(state).map(|text| format!("The wheel directory is {text}.")));
    lines.extend(state.preview.warnings.iter().map(|warning| format!("SkyPilot logs: {}", visible(warning))));
    lines.extend(page_lines(pages::section_lines(state, 0)));
    lines.extend(page_lines(pages::section_lines(state, 1)));
    let choices = vec![
        Choice::new("the config that the controller will read", &["config"], Does::Config),
        Choice::run(Id::Wheels, Context::Preview),
        Choice::run(Id::WheelPath, Context::Preview),
    ];
    Page { key: "preview".to_owned(), name: "Upload preview", lines, choices, ..Page::default() }
}

/// Returns what the two lists give a class.
pub(super) fn sides(sides: &Sides) -> Vec<String> {
    let [here, there] = &sides.heads;
    let mut out = vec![format!("{} in both lists, {here} and {there}:", sides.class)];
    if sides.rows.is_empty() {
        out.push("Neither has parameters.".to_owned());
    }
    for side in &sides.rows {
        let [here, there] = side.texts.each_ref().map(|text| text.as_deref().unwrap_or("(not set)"));
        let told = if side.differs { format!("{here}, there {there}") } else { format!("{here} in both") };
        out.push(format!("{}: {told}", side.path));
    }
    out
}

/// Returns the config that a controller gets, as it is written.
pub(super) fn config(state: &State) -> impl Iterator<Item = String> {
    pages::section_lines(state, 2).into_iter().map(|line| line.text.trim_start().to_owned())
}

/// Returns the wheels of the wheel directory.
pub(super) fn wheels(state: &State, from: usize) -> Page {
    let total = pages::wheel_rows(state);
    let mut lines = Vec::new();
    let directory = pages::wheel_directory(state);
    match directory {
        Some(directory) if total > 0 => {
            let path = state.shown_path(&directory.path);
            lines.push(format!("Wheels in {path}, {}.", state.wheel_view.order.name()));
        }
        _ => lines.push(super::without_keys(&pages::no_wheels(state))),
    }
    lines.extend(pages::resolved_text(state).map(|text| format!("The wheel directory is {text}.")));
    lines.extend(state.reading.progress().map(|progress| format!("Wheels: {progress}.")));
    let all = directory.map_or(0, |directory| directory.entries().len());
    if !state.wheel_view.filter.is_empty() {
        lines.push(format!("Filter {}: {total} of {all} shown.", visible(&state.wheel_view.filter)));
    }
    let row = |at: usize| {
        let entry = pages::wheel_row(state, at)?;
        let mut about = vec![visible_name(&entry.name), pages::size_text(entry.size)];
        let classes = app_wheels::classes(state, entry).count();
        if !entry.is_wheel() {
            about.push("not uploaded".to_owned());
        } else if classes > 0 {
            about.push(format!("{classes} plugin {}", if classes == 1 { "class" } else { "classes" }));
        }
        let is_here = |one: &&crate::check::Diagnostic| {
            one.place.path.as_deref().is_some_and(|path| path.file_name() == Some(&entry.name))
        };
        let worst = state.problems.iter().filter(is_here).map(|one| one.severity).max();
        about.extend(worst.map(|severity| severity.letter().to_string()));
        Some((at + 1, about.join(", ")))
    };
    let shown = window(from, total).filter_map(row).collect();
    let rows = Rows { shown, total, last: total, filters: true };
    let run = |id| Choice::run(id, Context::Wheels);
    let mut filter = run(Id::Filter);
    "filter TEXT".clone_into(&mut filter.text);
    let choices = vec![filter, run(Id::Sort), run(Id::Build), run(Id::WheelPath)];
    let order = state.wheel_view.order.name();
    let key = format!("wheels {total} {order} {} {}", state.wheel_view.filter, window(from, total).start);
    Page { key, name: "Wheels", lines, rows: Some(rows), choices }
}

/// Returns the wheel under the cursor.
pub(super) fn wheel(state: &State) -> Page {
    let Some(entry) = pages::wheel_row(state, state.wheel.at) else { return Page::default() };
    let name = visible_name(&entry.name);
    let mut lines = vec![format!("{name}, {}.", pages::size_text(entry.size))];
    lines.extend(page_lines(app_wheels::detail(state, entry)));
    let run = |id| Choice::run(id, Context::Wheels);
    let classes = app_wheels::classes(state, entry).count();
    let mut choices = Vec::new();
    if classes > 0 {
        let mut add = run(Id::AddFromWheel);
        add.text = format!("{} ({})", add.text, value::count(classes, "plugin class").replace("classs", "classes"));
        choices.push(add);
    }
    choices.push(run(Id::Install));
    Page { key: format!("wheel {name}"), name: "Wheel", lines, choices, ..Page::default() }
}
