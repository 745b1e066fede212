//! The start, the two lists, an entry, a file that is shown as text.

use super::page::{Choice, Does, PAGE_ROWS, Page, Rows, window};
use crate::app::command::{Context, Id};
use crate::app::list::{Body, Marker};
use crate::app::value::pairs_count;
use crate::app::{Pane, State, comments, pages, review, sides, source as app_source, writing};
use crate::check::{Diagnostic, FileKind};
use crate::config::writing::Target;
use crate::config::{Role, model};
use crate::text::visible::visible;
use crate::ui::words;

/// Returns where everything starts.
pub(super) fn home(state: &State) -> Page {
    let mut lines: Vec<String> = state
        .server_notes()
        .map(|one| format!("{} {}", one.severity.letter(), visible(&review::sentences(one))))
        .collect();
    if state.is_first_run() {
        lines
            .push("There are no plugin files yet; nothing is written until you save. i tells what plugins are.".into());
    }
    let [errors, warnings, notes] = state.counts;
    let (severity, verdict) = pages::verdict(state);
    let letter = severity.map_or(String::new(), |severity| format!("{} ", severity.letter()));
    let unsaved: Vec<&str> = state.unsaved_roles().into_iter().map(Role::file_name).collect();
    let save =
        if unsaved.is_empty() { "nothing to save".to_owned() } else { format!("edits in {}", unsaved.join(" and ")) };
    let wheel_path = state.workspace.document(Role::Api).and_then(|document| model::wheel_path(document));
    let wheel_path = wheel_path.as_ref().and_then(|path| path.as_str()).map_or("not set".into(), visible);
    let list = |role: Role, words: &[&str]| {
        let about = format!("{}, {}", list_name(role), about_list(state, role));
        Choice::new(about, words, Does::List(role))
    };
    Page {
        key: "home".to_owned(),
        name: "Start",
        lines,
        choices: vec![
            list(Role::Api, &["api"]),
            list(Role::Remote, &["remote"]),
            Choice::new(format!("problems: {errors} E, {warnings} W, {notes} i"), &["problems"], Does::Problems),
            Choice::new(
                format!("upload preview: {letter}{verdict}"),
                &["preview", "upload preview"],
                Does::Run(Id::Preview),
            ),
            Choice::new(format!("wheels: {}", pages::wheel_rows(state)), &["wheels"], Does::Run(Id::Wheels)),
            Choice::new(
                format!("wheel directory: {wheel_path}"),
                &["wheel directory", "wheel path"],
                Does::Run(Id::WheelPath),
            ),
            Choice::new(format!("review and save: {save}"), &["save", "review and save"], Does::Run(Id::Save)),
            Choice::new("quit", &["quit"], Does::Run(Id::Quit)),
        ],
        ..Page::default()
    }
}

/// Returns what a list is called.
pub(super) const fn list_name(role: Role) -> &'static str {
    match role {
        Role::Api => "API server",
        Role::Remote => "remote controllers",
    }
}

fn path(state: &State, role: Role) -> String {
    state.path(role).map_or("(no path)".to_owned(), |path| state.shown_path(&path))
}

/// Returns what is told of a list on one line.
fn about_list(state: &State, role: Role) -> String {
    let list = state.list(role);
    let holds = match &list.body {
        Body::Absent => "no file".to_owned(),
        Body::Entries => pairs_count(list.entries.len()),
        Body::Broken { .. } => "E it does not parse".to_owned(),
        Body::NoList(_) => "E it holds no list".to_owned(),
        Body::Unreadable(_) => "E it cannot be read".to_owned(),
    };
    let mut about = vec![path(state, role), holds];
    let kind = FileKind::of(role);
    let of =
        |letter| state.problems.iter().filter(|one| one.place.file == kind && one.severity.letter() == letter).count();
    for letter in ['E', 'W', 'i'] {
        if of(letter) > 0 {
            about.push(format!("{} {letter}", of(letter)));
        }
    }
    if list.removed > 0 {
        about.push(format!("{} removed", list.removed));
    }
    if state.is_unsaved(role) {
        about.push("unsaved edits".to_owned());
    }
    if state.theirs(role).is_some() {
        about.push("changed on disk (M compares)".to_owned());
    }
    about.extend(writing::target(state, role).and_then(Target::mark));
    about.join(", ")
}

/// Returns a problem as lines: what it is, the fix that it offers.
pub(super) fn problem_lines(one: &Diagnostic) -> Vec<String> {
    let mut out = vec![format!("{} {}", one.severity.letter(), visible(&review::sentences(one)))];
    out.extend(one.fix.as_ref().map(|fix| format!("f, fix: {}.", visible(&fix.label).trim_end_matches('.'))));
    out
}

/// Returns a list.
pub(super) fn list(state: &State, role: Role, from: usize) -> Page {
    let list = state.list(role);
    let mut lines = vec![format!("Plugins of the {}: {}.", list_name(role), about_list(state, role))];
    match (&list.body, role) {
        (Body::Unreadable(why), _) => lines.push(format!("E {}", visible(why))),
        (_, Role::Api) if list.entries.is_empty() => lines.push("The API server loads no plugins.".to_owned()),
        (_, Role::Remote) if list.entries.is_empty() => lines.push("Nothing is sent to controllers.".to_owned()),
        _ => {}
    }
    // What is about the file and no entry.
    let in_entries: Vec<usize> = list.problems.values().flatten().copied().collect();
    let kind = FileKind::of(role);
    let of_file = |(number, one): &(usize, &Diagnostic)| one.place.file == kind && !in_entries.contains(number);
    for (_, one) in state.problems.iter().enumerate().filter(of_file) {
        let fix = if one.fix.is_some() { " It offers a fix: see problems." } else { "" };
        lines.push(format!("{} {}{fix}", one.severity.letter(), visible(&review::sentences(one))));
    }
    if !list.filter.is_empty() {
        lines.push(format!(
            "Filter {}: {} of {} shown.",
            visible(&list.filter),
            list.len(),
            list.entries.len() + list.disabled.len()
        ));
    }
    for (at, one) in list.disabled.iter().enumerate().take(PAGE_ROWS) {
        let number = at + 1;
        lines.push(format!("Commented out: {}; # {number} brings it back.", visible(&one.class)));
    }
    let entries: Vec<usize> = (0..list.len()).filter_map(|row| list.entry_at(row)).collect();
    let shown = window(from, entries.len()).map(|at| (entries[at] + 1, entry_line(state, role, entries[at]))).collect();
    let rows = Rows { shown, total: entries.len(), last: list.entries.len(), filters: true };
    let mut choices = vec![
        Choice::new("add", &["add", "add class"], Does::Add(role)),
        Choice::new("mark NUMBERS", &[], Does::List(role)),
        Choice::new("filter TEXT", &["filter"], Does::Run(Id::Filter)),
        Choice::new(
            format!("other list ({})", list_name(role.other())),
            &["other list", "other"],
            Does::List(role.other()),
        ),
    ];
    if !list.selected.is_empty() {
        let here = |id| Choice::run(id, Context::List);
        choices.extend([here(Id::Delete), here(Id::Copy), here(Id::Transfer), here(Id::Duplicate)]);
    }
    let name = if role == Role::Api { "API list" } else { "Remote list" };
    let key = format!("list {} {} {}", role.file_name(), list.filter, rows.shown.first().map_or(0, |row| row.0));
    Page { key, name, lines, rows: Some(rows), choices }
}

fn class(state: &State, role: Role, index: usize) -> String {
    let class = state.list(role).entries.get(index).and_then(|entry| entry.class.as_deref());
    match class {
        None => "(no class)".to_owned(),
        Some("") => "(empty)".to_owned(),
        Some(class) => visible(class).into_owned(),
    }
}

fn entry_line(state: &State, role: Role, index: usize) -> String {
    let list = state.list(role);
    let mut about = vec![class(state, role, index)];
    match list.entries.get(index).map_or(0, |entry| entry.parameter_count) {
        0 => {}
        1 => about.push("1 parameter".to_owned()),
        many => about.push(format!("{many} parameters")),
    }
    match list.markers.get(index) {
        Some(Marker::Added) => about.push("added".to_owned()),
        Some(Marker::Changed) => about.push("changed".to_owned()),
        _ => {}
    }
    if list.selected.contains(&index) {
        about.push("marked".to_owned());
    }
    about.extend(list.severity(index).map(|severity| severity.letter().to_string()));
    about.join(", ")
}

/// Returns the entry under the cursor.
pub(super) fn entry(state: &State) -> Page {
    let Some((role, index)) = state.current_entry() else { return Page::default() };
    let list = state.list(role);
    let mut lines = vec![format!("Entry {} of {}: {}.", index + 1, role.file_name(), entry_line(state, role, index))];
    let mut fact = |label: &str, text: String| {
        if !matches!(text.as_str(), "" | "-") {
            // Columns of the screen become clauses.
            lines.push(format!("{label}: {}", text.replace("   ", ", ").replace("  ", ": ")));
        }
    };
    fact("source", words::source(state));
    fact("also in", sides::told(state, role, index));
    fact("comment", comments::told(state, role, index));
    let problems: Vec<&Diagnostic> =
        list.problems.get(&index).into_iter().flatten().filter_map(|number| state.problems.get(*number)).collect();
    lines.extend(problems.iter().flat_map(|one| problem_lines(one)));
    let ids = [
        Id::Open,
        Id::ChangeClass,
        Id::Delete,
        Id::Copy,
        Id::Transfer,
        Id::MoveUp,
        Id::MoveDown,
        Id::Duplicate,
        Id::Disable,
        Id::EditEntry,
    ];
    let mut choices: Vec<Choice> = ids.into_iter().map(|id| Choice::run(id, Context::List)).collect();
    if problems.iter().any(|one| one.fix.is_some()) {
        choices.push(Choice::run(Id::Fix, Context::List));
    }
    let key = format!("entry {} {index} {}", role.file_name(), class(state, role, index));
    Page { key, name: "Entry", lines, choices, ..Page::default() }
}

/// Returns a file that cannot be shown as a list.
pub(super) fn text(state: &State, role: Role, from: usize) -> Page {
    let Some(document) = state.workspace.document(role) else { return Page::default() };
    let mut lines = vec![format!("File of the {}: {}.", list_name(role), about_list(state, role))];
    let verdict = words::verdict(state, role);
    match &state.list(role).body {
        Body::Broken { offset, problem } => {
            let place = document.position(*offset);
            lines.push(format!("E line {}, column {}: {}", place.line, place.column, visible(problem)));
        }
        Body::NoList(problem) => lines.push(format!("E {}", visible(problem))),
        _ => {}
    }
    if !verdict.is_empty() {
        lines.push(verdict);
    }
    let kind = FileKind::of(role);
    let mut choices = vec![Choice::run(Id::Editor, Context::Text)];
    if let Some(one) = state.problems.iter().find(|one| one.place.file == kind && one.fix.is_some()) {
        lines.extend(problem_lines(one).into_iter().skip(1));
        choices.push(Choice::run(Id::Fix, Context::Text));
    }
    lines.push("The number of a line edits it.".to_owned());
    let total = document.lines().count();
    let show = state.settings.show_secrets;
    let shown = window(from, total).map(|line| (line + 1, words::shown_line(document, line, show))).collect();
    let rows = Rows { shown, total, last: total, filters: false };
    let key = format!("text {} {} {:?}", role.file_name(), window(from, total).start, state.list(role).body);
    Page { key, name: if role == Role::Api { "API file" } else { "Remote file" }, lines, rows: Some(rows), choices }
}

/// Returns the file at hand as text, secrets masked.
pub(super) fn source(state: &State, from: usize) -> Page {
    let (role, _) = app_source::shown(state);
    let Some(document) = state.workspace.document(role) else { return Page::default() };
    let lines = vec![format!("{} as text. The number of a line goes to its entry.", path(state, role))];
    let total = document.lines().count();
    let secrets = app_source::secrets(state, document);
    let line = |line: usize| {
        let pieces = app_source::pieces(document, line, secrets, None, usize::MAX);
        (line + 1, pieces.iter().map(|(text, _)| visible(text)).collect())
    };
    let shown = window(from, total).map(line).collect();
    let rows = Rows { shown, total, last: total, filters: false };
    let choices = vec![Choice::run(Id::NextFile, Context::Source), Choice::run(Id::Editor, Context::Source)];
    let key = format!("source {} {}", role.file_name(), window(from, total).start);
    Page { key, name: "Source", lines, rows: Some(rows), choices }
}

/// Returns the first line that is told of a file shown as text: some above the error.
pub(super) fn first_line(state: &State, role: Role) -> usize {
    const ABOVE: usize = 4;
    state.text[Pane::of(role).index()].at.saturating_sub(ABOVE)
}
