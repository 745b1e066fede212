//! Values of which the class names all that there may be: `Literal["info", "debug"]`.

use super::edits::{commit, value_at};
use super::message::Effect;
use super::tree::Row;
use super::{State, Tone, completion};
use crate::config::Role;
use crate::config::operation::Operation;
use crate::python::annotation::{Annotation, Literal};
use crate::yaml::Value;
use crate::yaml::edit::NewValue;

/// Returns the values that the class names for a parameter; none where it leaves others.
#[must_use]
pub fn choices(state: &State, role: Role, row: &Row) -> Vec<Value> {
    let [_, _, _, name] = row.pointer.tokens() else { return Vec::new() };
    let class = completion::class_at(state, role, &row.pointer);
    let parameter = class.and_then(|class| class.parameter(name));
    let annotation = parameter.and_then(|one| one.annotation.as_deref()).map(Annotation::read);
    let mut found = Vec::new();
    let is_whole = annotation.is_some_and(|annotation| collect(&annotation, &mut found));
    if is_whole && found.len() > 1 { found } else { Vec::new() }
}

/// Adds the values of a type; tells whether there are no others.
fn collect(annotation: &Annotation, found: &mut Vec<Value>) -> bool {
    match annotation {
        Annotation::None => {
            found.push(Value::Null);
            true
        }
        Annotation::Union(parts) => parts.iter().all(|part| collect(part, found)),
        Annotation::Literal(all) => all.iter().all(|one| {
            let value = match one {
                Literal::Str(text) => Some(Value::str(text)),
                Literal::Int(text) => text.parse().ok().map(Value::Int),
                Literal::Bool(on) => Some(Value::Bool(*on)),
                Literal::None => Some(Value::Null),
            };
            let is_known = value.is_some();
            found.extend(value);
            is_known
        }),
        _ => false,
    }
}

/// Takes the next value that the class names, the first one behind the last; none where it names none.
pub(super) fn turn(state: &mut State, role: Role, row: &Row) -> Option<Vec<Effect>> {
    let choices = choices(state, role, row);
    let now = value_at(state.workspace.document(role), &row.pointer)?;
    let at = choices.iter().position(|one| one.same(&now)).map_or(0, |at| at + 1);
    let next = choices.get(at).or(choices.first())?;
    let number = if at < choices.len() { at + 1 } else { 1 };
    let operation = Operation::Set { role, pointer: row.pointer.clone(), value: NewValue::of(next.clone()) };
    let effects = commit(state, &operation);
    if let Some(status) = state.status.as_mut().filter(|status| status.tone == Tone::Done) {
        status.text = format!("{} Value {number} of {}: Enter takes the next one.", status.text, choices.len());
    }
    Some(effects)
}
