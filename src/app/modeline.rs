//! The line that tells editors the schema of a file: shown in a field, and edited there.

use super::form::{Form, FormKind, Note};
use super::list::Body;
use super::message::Effect;
use super::{State, Tone, forms};
use crate::config::operation::Operation;
use crate::config::{Role, modeline};

/// Opens the field for the schema of the file at hand.
pub fn open(state: &mut State) -> Vec<Effect> {
    if state.refuses_edits() {
        return Vec::new();
    }
    let role = state.role;
    if state.list(role).body == Body::Absent {
        state.say(Tone::Told, format!("There is no {} yet that could name a schema.", role.file_name()));
        return Vec::new();
    }
    if !forms::is_editable(state, role) {
        state.say(Tone::Failed, format!("{} cannot be read: mend it first (e opens it).", role.file_name()));
        return Vec::new();
    }
    let now = state.workspace.text(role).and_then(modeline::find).map_or("", |(schema, _)| schema).to_owned();
    let title = format!("Schema that {} names for editors; empty for none", role.file_name());
    forms::open(state, Form::new(FormKind::Modeline(role), title, vec![Form::text_row("schema", now)]));
    forms::changed(state)
}

/// Returns what is said below the field.
pub(super) fn notes(role: Role) -> [Note; 2] {
    let list = if role == Role::Api { "api" } else { "remote" };
    [
        Note::told(
            "",
            format!("A path that counts from {}, or an address. Editors read it, SkyPilot does not.", role.file_name()),
        ),
        Note::told("", format!("`skyplug-tui schema {list}` prints the schema itself.")),
    ]
}

/// Returns the edit that the form stands for.
pub(super) fn operation(form: &Form) -> Option<Operation> {
    let FormKind::Modeline(role) = form.kind else { return None };
    let schema = form.text("schema").trim();
    Some(Operation::SetModeline { role, schema: (!schema.is_empty()).then(|| schema.to_owned()) })
}
