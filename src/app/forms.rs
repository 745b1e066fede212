//! The forms: what each starts with, what is said while it is typed in, what Enter does.
//!
//! Free text is always taken; what SkyPilot would do with it is said before
//! Enter, from the same checks as everywhere, tried on a copy.

use std::sync::Arc;

use tui_textarea::{CursorMove, TextArea};

use super::edits::{self, commit, tentative};
use super::form::{Form, FormKind, FormRow};
use super::list::Body;
use super::message::Effect;
use super::modal::{Area, AreaOf, Modal};
use super::tree::{Row, Shape};
use super::value::{self, Type};
use super::{State, Tone, completion, export, filters, find, modeline, notes, paste, programs, saving, writing};
use crate::check::classes::site;
use crate::config::comment::Which;
use crate::config::operation::Operation;
use crate::config::secret::{self};
use crate::config::{Role, model};
use crate::preview;
use crate::python::Parameter;
use crate::python::annotation::Annotation;
use crate::text::visible::{is_invisible, visible};
use crate::yaml::edit::NewValue;
use crate::yaml::{Document, Pointer, Value};

/// Puts a form over the screen.
pub fn open(state: &mut State, mut form: Form) {
    if !matches!(form.kind, FormKind::Filter(_)) && state.refuses_edits() {
        return;
    }
    completion::refill(state, &mut form);
    form.notes = notes::notes(state, &form);
    state.status = None;
    state.modals.push(Modal::Form(form));
}

/// Puts a form over the screen, or says why there is none.
pub fn open_or_say(state: &mut State, form: Result<Form, &'static str>) {
    match form {
        Ok(form) => open(state, form),
        Err(why) => state.say(Tone::Told, why),
    }
}

/// Returns the form for a new entry.
#[must_use]
pub fn add_class(state: &State, role: Role, beside: Option<usize>, before: bool) -> Form {
    let lists = ["API server", "remote controllers"];
    let mut rows =
        vec![Form::text_row("class", ""), Form::choice_row("list", lists, usize::from(role == Role::Remote))];
    let beside = beside.filter(|_| !state.list(role).entries.is_empty());
    if let Some(index) = beside {
        let number = index + 1;
        let places = [format!("after #{number}"), format!("before #{number}"), "first".to_owned(), "last".to_owned()];
        rows.push(Form::choice_row("place", places, usize::from(before)));
    }
    Form::new(FormKind::AddClass { beside, before }, "Add a plugin class", rows)
}

/// Returns the form for another class of an entry.
#[must_use]
pub fn change_class(role: Role, index: usize, class: &str) -> Form {
    let title = format!("Class of #{} in {}", index + 1, role.file_name());
    Form::new(FormKind::ChangeClass { role, index }, title, vec![Form::text_row("class", class)])
}

/// Returns the form for a new key or item.
#[must_use]
pub fn add_value(state: &State, role: Role, level: Pointer) -> Form {
    let document = state.workspace.document(role);
    let items = document.and_then(|document| {
        let tree = document.tree().ok()?;
        let node = tree.target(document.find(&level)?);
        tree.is_sequence(node).then(|| tree.children(node).len())
    });
    let mut rows = Vec::new();
    if items.is_none() {
        rows.push(Form::text_row("name", ""));
    }
    rows.push(Form::text_row("value", ""));
    rows.push(Form::type_row(Type::Auto));
    let class = state.current_entry().and_then(|(role, index)| state.list(role).entries.get(index)?.class.clone());
    let class = visible(&class.unwrap_or_default()).into_owned();
    let below: Vec<String> = level.tokens().iter().skip(3).cloned().collect();
    let title = match (items, below.is_empty()) {
        (None, true) => format!("Add a parameter to {class}"),
        (None, false) => format!("Add a key to {}", visible(&Pointer::from_tokens(below).to_path())),
        (Some(_), _) => format!("Add an item to {}", visible(&Pointer::from_tokens(below).to_path())),
    };
    Form::new(FormKind::AddValue { role, level, items }, title, rows)
}

/// Returns the form for another name of a key.
///
/// # Errors
///
/// Returns why the row has no name to change.
pub fn rename(state: &State, role: Role, row: &Row) -> Result<Form, &'static str> {
    let parent = row.pointer.split_last().ok_or("This has no name.")?;
    let document = state.workspace.document(role).ok_or("There is no file.")?;
    let is_list = document
        .tree()
        .is_ok_and(|tree| document.find(&parent.0).is_some_and(|node| tree.is_sequence(tree.target(node))));
    if is_list {
        return Err("An item of a list has no name; K and J move it.");
    }
    let kind = FormKind::Rename { role, pointer: row.pointer.clone() };
    Ok(Form::new(kind, format!("Rename {}", row.name), vec![Form::text_row("name", parent.1)]))
}

/// Opens what edits the value of a row: a form, or the area where it has several lines.
pub fn edit_value(state: &mut State, role: Role, row: &Row) {
    let value = edits::value_at(state.workspace.document(role), &row.pointer).unwrap_or(Value::Null);
    let kind = if matches!(value, Value::Str(_)) { Type::String } else { Type::Auto };
    edit_value_as(state, role, row, kind);
}

/// Opens what edits the value of a row, with a type chosen.
pub fn edit_value_as(state: &mut State, role: Role, row: &Row, kind: Type) {
    let document = state.workspace.document(role).cloned();
    let was = edits::value_at(document.as_ref(), &row.pointer).unwrap_or(Value::Null);
    let text = match (&was, &row.shape) {
        (Value::Str(text), _) => text.to_string(),
        (Value::Null, Shape::Scalar) | (Value::List(_) | Value::Map(_), Shape::Map(_) | Shape::List(_)) => {
            String::new()
        }
        _ => document.as_ref().zip(row.node).map_or(String::new(), |(document, node)| document.source(node).to_owned()),
    };
    let for_area = |c: char| !is_invisible(c) || matches!(c, '\n' | '\t');
    if kind == Type::String && text.contains('\n') && text.chars().all(for_area) {
        open_area(state, role, &row.pointer, false, &text);
        return;
    }
    let mut field = super::field::Field::new(text);
    field.hidden = state.tree.masks(row, state.settings.show_secrets);
    let rows = vec![FormRow::Text { label: "value".into(), field }, Form::type_row(kind)];
    let kind = FormKind::EditValue { role, pointer: row.pointer.clone(), was };
    let path = Pointer::from_tokens(row.pointer.tokens().iter().skip(3).cloned()).to_path();
    open(state, Form::new(kind, format!("Value of {}", visible(&path)), rows));
}

/// Opens the area for a string of several lines.
pub fn open_area(state: &mut State, role: Role, pointer: &Pointer, adds: bool, text: &str) {
    if state.refuses_edits() {
        return;
    }
    let path = Pointer::from_tokens(pointer.tokens().iter().skip(3).cloned()).to_path();
    state.modals.push(Modal::Area(Box::new(Area {
        title: format!("Text of {}", visible(&path)),
        role,
        about: AreaOf::Value { pointer: pointer.clone(), adds },
        was: text.to_owned(),
        editor: text_area(text),
    })));
}

/// Goes from the field of a value to the area for several lines, with pasted lines behind what was typed.
pub(super) fn to_area(state: &mut State, pasted: &str) {
    let Some(Modal::Form(form)) = state.modals.pop() else { return };
    let text = format!("{}{pasted}", form.text("value"));
    match &form.kind {
        FormKind::EditValue { role, pointer, .. } => open_area(state, *role, pointer, false, &text),
        FormKind::AddValue { role, level, items } if items.is_some() || !form.text("name").is_empty() => {
            let token = items.map_or_else(|| form.text("name").to_owned(), |number| number.to_string());
            open_area(state, *role, &level.join(token), true, &text);
        }
        _ => {
            state.modals.push(Modal::Form(form));
            state.say(Tone::Told, "Type a name first, then paste again.");
        }
    }
    if let Some(Modal::Area(area)) = state.modals.last_mut() {
        // The file has none of it yet.
        area.was = String::new();
    }
}

/// Returns an area with a text and the cursor behind it.
#[must_use]
pub fn text_area(text: &str) -> TextArea<'static> {
    let mut editor = TextArea::new(text.split('\n').map(str::to_owned).collect());
    editor.set_tab_length(2);
    // Underlined lines would read as links.
    let style = TextArea::default().style();
    editor.set_cursor_line_style(style);
    editor.move_cursor(CursorMove::Bottom);
    editor.move_cursor(CursorMove::End);
    editor
}

/// Returns the form for `controller_wheel_path`.
#[must_use]
pub fn wheel_path(state: &State) -> Form {
    let now = state.workspace.document(Role::Api).and_then(|document| model::wheel_path(document));
    let text = now.as_ref().and_then(Value::as_str).unwrap_or_default();
    Form::new(
        FormKind::WheelPath,
        "Wheel directory (controller_wheel_path in plugins.yaml)",
        vec![Form::text_row("path", text)],
    )
}

/// Returns the form for one line of a file that is shown as text.
#[must_use]
pub fn line(state: &State, role: Role) -> Option<Form> {
    let document = state.workspace.document(role)?;
    let line = state.text[super::Pane::of(role).index()].at;
    let text = document.lines().line(document.text(), line).of(document.text()).to_owned();
    let title = format!("Line {} of {}", line + 1, role.file_name());
    let secret = secret::is_secret(text.split([':', '=']).next(), text.as_str());
    let mut field = super::field::Field::new(text);
    field.hidden = secret && !state.settings.show_secrets;
    Some(Form::new(FormKind::Line { role, line }, title, vec![FormRow::Text { label: "line".into(), field }]))
}

/// Says again what SkyPilot would do, after something outside became known.
pub fn retell(state: &mut State) {
    let Some(Modal::Form(mut form)) = state.modals.pop_if(|modal| matches!(modal, Modal::Form(_))) else { return };
    completion::refill(state, &mut form);
    form.notes = notes::notes(state, &form);
    state.modals.push(Modal::Form(form));
}

/// Takes what was typed into account; tells what is asked of the outside for it.
pub fn changed(state: &mut State) -> Vec<Effect> {
    let Some(Modal::Form(mut form)) = state.modals.pop() else { return Vec::new() };
    form.refused = None;
    if let FormKind::Filter(filtered) = form.kind {
        filters::set(state, filtered, form.text("filter").to_owned());
    }
    completion::refill(state, &mut form);
    form.notes = notes::notes(state, &form);
    let mut effects = look_for_class(state, &form);
    if form.kind == FormKind::WheelPath
        && let Some(named) = preview::resolve_wheel_path(form.text("path"), &state.facts)
        && !state.facts.directories.contains_key(&named.resolved)
        && let Some(Ok(tried)) = tentative(state, &Operation::SetWheelPath(Some(form.text("path").to_owned())))
    {
        effects.push(Effect::Scan(Box::new((tried.change.workspace, state.facts.clone()))));
    }
    state.modals.push(Modal::Form(form));
    effects
}

/// Asks for a look at the module of a class that is typed, once it has one.
fn look_for_class(state: &State, form: &Form) -> Vec<Effect> {
    // Only the API server's own modules can be looked for here.
    let is_class = match form.kind {
        FormKind::AddClass { .. } => chosen_role(form) == Role::Api,
        FormKind::ChangeClass { role, .. } => role == Role::Api,
        _ => false,
    };
    let Some((module, class)) = form.text("class").trim().rsplit_once('.').filter(|_| is_class) else {
        return Vec::new();
    };
    if module.is_empty() || class.is_empty() || state.facts.modules.contains_key(module) {
        return Vec::new();
    }
    match operation_of(state, form).and_then(|(operation, _)| tentative(state, &operation)) {
        Some(Ok(tried)) => vec![Effect::Scan(Box::new((tried.change.workspace, state.facts.clone())))],
        _ => Vec::new(),
    }
}

/// Returns the operation that a form stands for, and why it is not of the chosen type.
pub(super) fn operation_of(state: &State, form: &Form) -> Option<(Operation, Option<String>)> {
    let plain = |operation| Some((operation, None));
    match &form.kind {
        FormKind::AddClass { beside, .. } => {
            let (role, at) = (chosen_role(form), chosen_place(state, form, *beside));
            plain(Operation::Add { role, at, class: form.text("class").trim().to_owned(), parameters: Vec::new() })
        }
        FormKind::Required { role, at, class } => {
            let parameters = given(state, form, *role, class);
            plain(Operation::Add { role: *role, at: *at, class: class.clone(), parameters })
        }
        FormKind::ChangeClass { role, index } => {
            plain(Operation::SetClass { role: *role, index: *index, class: form.text("class").trim().to_owned() })
        }
        FormKind::AddValue { role, level, items } => {
            let known = completion::class_at(state, *role, level).filter(|_| level.tokens().len() == 3);
            let kind = type_for(form.chosen_type(), known.and_then(|class| class.parameter(form.text("name"))));
            let reading = value::read(form.text("value"), kind);
            let token = items.map_or_else(|| form.text("name").to_owned(), |number| number.to_string());
            let pointer = level.join(token);
            // Set makes the levels that are missing.
            let operation = Operation::Set { role: *role, pointer, value: reading.value };
            Some((operation, reading.problem))
        }
        FormKind::EditValue { role, pointer, .. } => {
            let reading = value::read(form.text("value"), form.chosen_type());
            Some((Operation::Set { role: *role, pointer: pointer.clone(), value: reading.value }, reading.problem))
        }
        FormKind::Rename { role, pointer } => {
            plain(Operation::Rename { role: *role, pointer: pointer.clone(), name: form.text("name").to_owned() })
        }
        FormKind::CommentBehind { role, index } => {
            let (which, text) = (Which::Behind, form.text("comment").to_owned());
            plain(Operation::SetComment { role: *role, index: *index, which, text })
        }
        FormKind::Modeline(_) => modeline::operation(form).and_then(plain),
        FormKind::WheelPath => {
            let path = form.text("path").trim();
            plain(Operation::SetWheelPath((!path.is_empty()).then(|| path.to_owned())))
        }
        FormKind::Line { role, line } => {
            let document = state.workspace.document(*role)?;
            let span = document.lines().line(document.text(), *line);
            let (head, tail) = (&document.text()[..span.start], &document.text()[span.end..]);
            let text: Arc<str> = format!("{head}{}{tail}", form.text("line")).into();
            plain(Operation::ReplaceText { role: *role, text })
        }
        FormKind::Filter(_)
        | FormKind::Find
        | FormKind::SavePath(_)
        | FormKind::Force(_)
        | FormKind::Project
        | FormKind::Export => None,
    }
}

pub(super) fn chosen_role(form: &Form) -> Role {
    if form.choice("list") == Some(1) { Role::Remote } else { Role::Api }
}

fn chosen_place(state: &State, form: &Form, beside: Option<usize>) -> Option<usize> {
    let at = beside.and_then(|index| match form.choice("place") {
        // The place is told by the list the form was opened on.
        Some(0) => Some(index + 1),
        Some(1) => Some(index),
        Some(2) => Some(0),
        _ => None,
    });
    at.filter(|at| *at <= state.list(chosen_role(form)).entries.len())
}

/// Returns the type that a text is read as: that of the annotation, where none is chosen and it asks for a string.
fn type_for(chosen: Type, parameter: Option<&Parameter>) -> Type {
    let annotation = parameter.and_then(|one| one.annotation.as_deref()).map(Annotation::read);
    if chosen == Type::Auto && annotation == Some(Annotation::Str) { Type::String } else { chosen }
}

/// Returns what the form for required parameters gives; what is left empty is not given.
fn given(state: &State, form: &Form, role: Role, class: &str) -> Vec<(Pointer, NewValue)> {
    let known = state.facts.catalog.class(site(role), class);
    let mut out = Vec::new();
    for row in &form.rows {
        let FormRow::Text { label, field } = row else { continue };
        if field.text().is_empty() {
            continue;
        }
        let kind = type_for(Type::Auto, known.and_then(|class| class.parameter(label)));
        out.push((Pointer::from_tokens([label.to_string()]), value::read(field.text(), kind).value));
    }
    out
}

/// Goes on to what the class must be given, where it is known to need something.
fn ask_required(state: &mut State, form: &Form, beside: Option<usize>) -> bool {
    let role = chosen_role(form);
    let Some(class) = completion::class_of(state, form, role) else { return false };
    let rows: Vec<FormRow> =
        completion::to_ask(class).into_iter().map(|one| Form::text_row(one.name.clone(), "")).collect();
    if rows.is_empty() {
        return false;
    }
    let kind = FormKind::Required { role, at: chosen_place(state, form, beside), class: class.class.clone() };
    let title = format!("What {} needs", visible(&class.class));
    open(state, Form::new(kind, title, rows));
    true
}

/// Does what Enter means in the form on top.
pub fn accept(state: &mut State) -> Vec<Effect> {
    let Some(Modal::Form(mut form)) = state.modals.pop() else { return Vec::new() };
    if let Some(why) = notes::refusal(state, &form) {
        // Enter in the name of a new value goes on to the value.
        form.refused = Some(why);
        state.modals.push(Modal::Form(form));
        return Vec::new();
    }
    if matches!(form.kind, FormKind::AddValue { .. }) && form.active == 0 && form.rows.len() == 3 {
        form.active = 1;
        state.modals.push(Modal::Form(form));
        return Vec::new();
    }
    completion::take_only_match(&mut form);
    if let FormKind::AddClass { beside, .. } = form.kind {
        // Under the next one: Escape there comes back here.
        state.modals.push(Modal::Form(form.clone()));
        if ask_required(state, &form, beside) {
            return Vec::new();
        }
        state.modals.pop();
    }
    if matches!(form.kind, FormKind::Required { .. }) && form.active + 1 < form.rows.len() {
        form.step(true);
        form.notes = notes::notes(state, &form);
        state.modals.push(Modal::Form(form));
        return Vec::new();
    }
    match &form.kind {
        FormKind::Filter(filtered) => {
            let (shown, all) = filters::shown_of(state, *filtered);
            if !form.text("filter").is_empty() {
                let place = filters::of_all_sections(*filtered);
                state.say(Tone::Told, format!("{shown} of {all}{place} shown. Esc shows all."));
            }
            Vec::new()
        }
        FormKind::Find => {
            find::open(state, form.text("find"));
            Vec::new()
        }
        FormKind::Force(role) => saving::force(state, *role),
        FormKind::Project => programs::accept(state, form),
        FormKind::Export => export::accept(state, form),
        FormKind::SavePath(role) => {
            writing::take_path(state, *role, form.text("path").trim());
            saving::open_review(state)
        }
        FormKind::AddValue { role, level, items } if form.chosen_type() == Type::Text => {
            let token = items.map_or_else(|| form.text("name").to_owned(), |number| number.to_string());
            open_area(state, *role, &level.join(token), true, form.text("value"));
            Vec::new()
        }
        FormKind::EditValue { role, pointer, .. } if form.chosen_type() == Type::Text => {
            open_area(state, *role, pointer, false, form.text("value"));
            Vec::new()
        }
        _ => {
            let Some((operation, _)) = operation_of(state, &form) else { return Vec::new() };
            let before = state.history.undo_count();
            let effects = commit(state, &operation);
            let refused = state.history.undo_count() == before;
            let asked = matches!(state.modals.last(), Some(Modal::Menu(_)));
            if refused && (asked || state.status.as_ref().is_some_and(|status| status.tone == Tone::Failed)) {
                // The text stays where it was typed.
                form.refused = if asked { None } else { state.status.take().map(|status| status.text) };
                edits::put_back(state, Modal::Form(form));
            } else if matches!(form.kind, FormKind::Required { .. }) {
                // The form for the class has done its work.
                state.modals.pop_if(|modal| matches!(modal, Modal::Form(Form { kind: FormKind::AddClass { .. }, .. })));
            }
            effects
        }
    }
}

/// Closes the form on top without a change.
pub fn cancel(state: &mut State) {
    if let Some(Modal::Form(form)) = state.modals.pop()
        && let FormKind::Filter(filtered) = form.kind
    {
        filters::set(state, filtered, String::new());
    }
}

/// Keeps the text of the area.
pub fn accept_area(state: &mut State) -> Vec<Effect> {
    let Some(Modal::Area(area)) = state.modals.pop() else { return Vec::new() };
    let text = area.text();
    if text == area.was && !matches!(area.about, AreaOf::Value { adds: true, .. }) {
        state.say(Tone::Told, "The text is as it was.");
        return Vec::new();
    }
    let role = area.role;
    let operation = match &area.about {
        AreaOf::Value { pointer, .. } => {
            Operation::Set { role, pointer: pointer.clone(), value: NewValue::of(Value::str(&text)) }
        }
        AreaOf::Comment(index) => Operation::SetComment { role, index: *index, which: Which::Above, text },
        AreaOf::Entries(at) => {
            let at = *at;
            paste::accept_area(state, area, at);
            return Vec::new();
        }
    };
    let before = state.history.undo_count();
    let effects = commit(state, &operation);
    if state.history.undo_count() == before {
        // Nothing was taken: the text stays.
        edits::put_back(state, Modal::Area(area));
    }
    effects
}

/// Tells whether a file can be edited by the forms: it parses, or is not there.
#[must_use]
pub fn is_editable(state: &State, role: Role) -> bool {
    matches!(state.list(role).body, Body::Absent | Body::Entries)
}

/// Parses a text as the file would be, to say whether it still fails.
#[must_use]
pub fn parse_problem(text: &str) -> Option<String> {
    Document::parse(text).error().map(ToString::to_string)
}
