//! What a form says while it is typed in: what SkyPilot would do, and what Enter would write.

use super::edits::{self, tentative};
use super::form::{Form, FormKind, FormRow, Note};
use super::forms::{chosen_role, operation_of};
use super::tree::names_at;
use super::value::{self, Type, count, shown};
use super::{State, completion, export, modeline, pages, programs, review};
use crate::check::classes::site;
use crate::check::{Code, Diagnostic, Severity};
use crate::config::locate;
use crate::config::operation::{Change, Operation};
use crate::config::secret::{self, MASK};
use crate::preview;
use crate::python::Parameter;
use crate::text::visible::{visible, visible_name};
use crate::wheel::Found;
use crate::yaml::Value;

/// Returns why Enter is refused, where nothing sensible could be written.
pub(super) fn refusal(state: &State, form: &Form) -> Option<String> {
    match &form.kind {
        FormKind::AddClass { .. } | FormKind::ChangeClass { .. } if form.text("class").trim().is_empty() => {
            Some("Type a class path: module.Class. Esc cancels.".to_owned())
        }
        FormKind::AddValue { role, level, items: None } => {
            let name = form.text("name");
            let there =
                state.workspace.document(*role).is_some_and(|document| names_at(document, level).contains(name));
            match (name.is_empty(), there) {
                (true, _) => Some("Type a name. Esc cancels.".to_owned()),
                (_, true) => Some(format!("{} is there already: Enter on its row edits it.", visible(name))),
                _ => None,
            }
        }
        FormKind::Rename { role, pointer } => {
            let name = form.text("name");
            let (level, old) = pointer.split_last()?;
            let there =
                state.workspace.document(*role).is_some_and(|document| names_at(document, &level).contains(name));
            match (name.is_empty(), there && name != old) {
                (true, _) => Some("Type a name. Esc cancels.".to_owned()),
                (_, true) => Some(format!("{} is there already.", visible(name))),
                _ => None,
            }
        }
        FormKind::Force(role) if form.text("name") != role.file_name() => {
            Some(format!("Type {} to save it although SkyPilot would refuse it. Esc goes back.", role.file_name()))
        }
        FormKind::Find if form.text("find").is_empty() => Some("Type what to look for. Esc cancels.".to_owned()),
        FormKind::SavePath(_) if form.text("path").trim().is_empty() => Some("Type a path. Esc cancels.".to_owned()),
        FormKind::Project if form.text("project").trim().is_empty() => {
            Some("Type the directory of a project. Esc cancels.".to_owned())
        }
        FormKind::Export => export::refusal(form),
        _ => None,
    }
}

/// The most problems that a form tells.
const MOST_PROBLEMS: usize = 3;

/// Returns what is said below the fields.
#[must_use]
pub fn notes(state: &State, form: &Form) -> Vec<Note> {
    let mut out = Vec::new();
    match &form.kind {
        FormKind::Filter(_) => return out,
        FormKind::Find => {
            let text = "Looks through classes, parameters, values that are not masked, wheels and their files. Case counts where a capital is typed; 'text as it is; re:pattern.";
            return vec![Note::told("", text)];
        }
        FormKind::Force(role) => {
            out.push(Note::problem(
                Severity::Error,
                format!("SkyPilot would refuse {} as it is now.", role.file_name()),
            ));
            out.push(Note::told("", format!("Type {} and Enter to save it all the same.", role.file_name())));
            return out;
        }
        FormKind::SavePath(role) => {
            let variable = locate::variable(*role);
            out.push(match state.path(*role) {
                None => Note::told("", format!("{variable} names no file, so SkyPilot reads none.")),
                Some(path) => Note::told("", format!("SkyPilot reads {}.", state.shown_path(&path))),
            });
            let what = "The text is written to the path that you type, which is edited from then on.";
            out.push(Note::told("", format!("{what} SkyPilot reads it once {variable} names it.")));
            return out;
        }
        FormKind::Project => {
            project_notes(state, form, &mut out);
            return out;
        }
        FormKind::Export => {
            export::notes(state, form, &mut out);
            return out;
        }
        FormKind::WheelPath => wheel_notes(state, form, &mut out),
        FormKind::Modeline(role) => out.extend(modeline::notes(*role)),
        _ => {}
    }
    if let Some(why) = refusal(state, form) {
        out.push(Note::told("", why));
        return out;
    }
    about_class(state, form, &mut out);
    let Some((operation, problem)) = operation_of(state, form) else { return out };
    if let (FormKind::AddValue { .. } | FormKind::EditValue { .. }, Operation::Set { value, .. }) =
        (&form.kind, &operation)
    {
        let hidden = is_hidden(form);
        let shown = if hidden { MASK.to_owned() } else { shown(&value.value) };
        out.push(Note::told("SkyPilot reads", format!("{}  {shown}", value::type_name(&value.value))));
    }
    match tentative(state, &operation) {
        None => out.push(Note::told("", "The file is large: it is checked after Enter.")),
        Some(Err(error)) => out.push(Note::problem(Severity::Error, visible(&error.to_string()))),
        Some(Ok(tried)) => {
            written(state, form, &tried.change, &mut out);
            was(form, &mut out);
            out.extend(changed_type(form));
            out.extend(problem.iter().map(|why| Note::problem(Severity::Error, why.clone())));
            // What is missing is asked next.
            let asked = |one: &&Diagnostic| {
                one.code != Code::ParameterMissing || !matches!(form.kind, FormKind::AddClass { .. })
            };
            let fresh: Vec<&Diagnostic> = tried.fresh.iter().filter(asked).take(MOST_PROBLEMS).collect();
            let is_well = fresh.is_empty() && problem.is_none();
            out.extend(
                fresh.into_iter().map(|one| Note::problem(one.severity, visible(&review::sentences(one)).into_owned())),
            );
            if is_well {
                out.extend(all_is_well(form));
            }
        }
    }
    out
}

/// Tells what was read of the class, or of the parameter, that a form is about.
fn about_class(state: &State, form: &Form, out: &mut Vec<Note>) {
    let told = |out: &mut Vec<Note>, label, text: &str| out.push(Note::told(label, visible(text).into_owned()));
    match &form.kind {
        FormKind::AddClass { .. } | FormKind::ChangeClass { .. } => {
            let role = if let FormKind::ChangeClass { role, .. } = form.kind { role } else { chosen_role(form) };
            let Some(class) = completion::class_of(state, form, role) else { return };
            if let Some(summary) = class.summary() {
                told(out, "", summary);
            }
            if let Some(signature) = class.signature() {
                told(out, "takes", &signature);
            }
            told(out, "read in", &completion::origin_words(&class.origin));
            let asked = completion::to_ask(class);
            if matches!(form.kind, FormKind::AddClass { .. }) && !asked.is_empty() {
                let names: Vec<&str> = asked.iter().map(|one| one.name.as_str()).collect();
                told(out, "asks next", &names.join(", "));
            }
        }
        FormKind::Required { role, class, .. } => {
            let Some(class) = state.facts.catalog.class(site(*role), class) else { return };
            let Some(FormRow::Text { label, field }) = form.rows.get(form.active) else { return };
            if let Some(parameter) = class.parameter(label) {
                about_parameter(parameter, out);
            }
            if field.text().is_empty() {
                told(out, "", "Left empty, it is not written.");
            }
        }
        FormKind::AddValue { role, level, .. } if level.tokens().len() == 3 => {
            let class = completion::class_at(state, *role, level);
            if let Some(parameter) = class.and_then(|class| class.parameter(form.text("name"))) {
                about_parameter(parameter, out);
            }
        }
        FormKind::EditValue { role, pointer, .. } if pointer.tokens().len() == 4 => {
            let class = completion::class_at(state, *role, pointer);
            let name = pointer.tokens().last();
            if let Some(parameter) = name.and_then(|name| class?.parameter(name)) {
                about_parameter(parameter, out);
            }
        }
        _ => {}
    }
}

fn about_parameter(parameter: &Parameter, out: &mut Vec<Note>) {
    out.push(Note::told("the class says", visible(&parameter.to_string()).into_owned()));
    if let Some(doc) = parameter.doc.as_deref().and_then(|doc| doc.lines().next()) {
        out.push(Note::told("", visible(doc).into_owned()));
    }
}

fn all_is_well(form: &Form) -> Option<Note> {
    match form.kind {
        FormKind::AddClass { .. } | FormKind::ChangeClass { .. } => {
            let (module, class) = form.text("class").trim().rsplit_once('.')?;
            let text = format!("imports {} and takes {} from it", visible(module), visible(class));
            Some(Note::told("SkyPilot", text))
        }
        FormKind::Line { .. } => Some(Note::told("", "With this line the file parses no worse than before.")),
        _ => None,
    }
}

fn is_hidden(form: &Form) -> bool {
    form.rows.iter().any(|row| matches!(row, FormRow::Text { field, .. } if field.hidden))
}

/// Tells how the value will stand in the file.
fn written(state: &State, form: &Form, change: &Change, out: &mut Vec<Note>) {
    let (role, pointer) = match (&form.kind, &change.focus) {
        (FormKind::AddValue { role, level, items }, _) => {
            (*role, level.join(items.map_or_else(|| form.text("name").to_owned(), |number| number.to_string())))
        }
        (FormKind::EditValue { role, pointer, .. }, _) => (*role, pointer.clone()),
        _ => return,
    };
    let Some(document) = change.workspace.document(role) else { return };
    let Some(node) = document.find(&pointer) else { return };
    if is_hidden(form) || (secret::is_secret_node(document, node) && !state.settings.show_secrets) {
        out.push(Note::told("written as", MASK));
        return;
    }
    for (number, line) in edits::written_lines(document.source(node)).into_iter().enumerate() {
        out.push(Note::told(if number == 0 { "written as" } else { "" }, line));
    }
}

/// Warns where a value that was no string becomes one without a choice of the type.
fn changed_type(form: &Form) -> Option<Note> {
    let FormKind::EditValue { was, .. } = &form.kind else { return None };
    let now = value::read(form.text("value"), form.chosen_type()).value.value;
    let becomes_string = matches!(now, Value::Str(_)) && !matches!(was, Value::Str(_) | Value::Null);
    (becomes_string && form.chosen_type() == Type::Auto).then(|| {
        let text =
            format!("It was {} and becomes a string. Enter keeps that, Esc restores it.", value::with_article(was));
        Note::problem(Severity::Warning, text)
    })
}

fn was(form: &Form, out: &mut Vec<Note>) {
    if let FormKind::EditValue { was, .. } = &form.kind {
        let text = if is_hidden(form) { MASK.to_owned() } else { shown(was) };
        out.push(Note::told("was", format!("{}  {text}", value::type_name(was))));
    }
}

fn project_notes(state: &State, form: &Form, out: &mut Vec<Note>) {
    let typed = form.text("project").trim();
    if !typed.is_empty() {
        out.push(Note::told("resolves to", visible_name(programs::project(state, typed).as_os_str())));
    }
    if let Some(named) = &state.preview.wheel_dir {
        out.push(Note::told("writes to", visible_name(named.resolved.as_os_str())));
    }
    out.push(Note::told("", "The directory with pyproject.toml or setup.py. Enter shows what would be run, and asks."));
}

fn wheel_notes(state: &State, form: &Form, out: &mut Vec<Note>) {
    let path = form.text("path").trim();
    if path.is_empty() {
        out.push(Note::told("", "Without a directory nothing is uploaded to controllers. Enter removes the key."));
        return;
    }
    let Some(named) = preview::resolve_wheel_path(path, &state.facts) else { return };
    let resolved = visible_name(named.resolved.as_os_str());
    out.push(Note::told("resolves to", resolved));
    if !path.starts_with(['/', '~']) {
        let text = "A relative path is resolved in the API server's directory, not beside the file.";
        out.push(Note::problem(Severity::Warning, text));
    }
    match state.facts.directories.get(&named.resolved).map(|directory| (&directory.found, directory)) {
        Some((Found::Listed(_), directory)) => {
            let (number, size) = directory.wheels().fold((0, 0), |(n, size), one| (n + 1, size + one.size));
            out.push(Note::told("holds", format!("{}, {}", count(number, "wheel"), pages::size_text(size))));
        }
        Some((Found::Missing, _)) => out.push(Note::problem(Severity::Warning, "does not exist: nothing is uploaded")),
        Some((Found::NotADirectory, _)) => {
            out.push(Note::problem(Severity::Warning, "is no directory: nothing is uploaded"));
        }
        Some(_) => out.push(Note::problem(Severity::Warning, "cannot be listed")),
        None => out.push(Note::told("holds", "not looked at yet")),
    }
}
