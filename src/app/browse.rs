//! The choice of a directory.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::command::Id;
use super::form::{Form, FormKind};
use super::message::{Effect, Listing};
use super::modal::{Browse, Modal};
use super::{State, Tone, edits, forms, motion, programs};
use crate::config::operation::Operation;
use crate::preview;

/// Opens the choice of a directory, at the one that is named now.
pub fn browse(state: &mut State) -> Vec<Effect> {
    if state.refuses_edits() {
        return Vec::new();
    }
    match state.modals.last() {
        Some(Modal::Form(Form { kind: FormKind::Project, .. })) => {
            return browse_for(state, "project", "Choose the project directory");
        }
        Some(Modal::Form(Form { kind: FormKind::Export, .. })) => {
            return browse_for(state, "directory", "Choose a directory for the export");
        }
        _ => {}
    }
    let typed = match state.modals.last() {
        Some(Modal::Form(form)) => form.text("path").trim().to_owned(),
        _ => String::new(),
    };
    let start = preview::resolve_wheel_path(&typed, &state.facts)
        .map(|named| named.resolved)
        .or_else(|| state.preview.wheel_dir.as_ref().map(|named| named.resolved.clone()))
        .or_else(|| state.facts.environment.variables.get(OsStr::new("HOME")).map(PathBuf::from))
        .unwrap_or_else(|| state.facts.server_cwd.clone());
    state.modals.push(Modal::Browse(Browse { title: "Choose the wheel directory", ..Browse::default() }));
    vec![Effect::List(start)]
}

/// Opens the choice of a directory for the field of this label, at the one that is typed.
fn browse_for(state: &mut State, label: &'static str, title: &'static str) -> Vec<Effect> {
    let Some(Modal::Form(form)) = state.modals.last_mut() else { return Vec::new() };
    // What is chosen goes into the field with the cursor.
    form.active = form.row_of(label).unwrap_or(form.active);
    let typed = form.text(label).trim().to_owned();
    let start = programs::project(state, &typed);
    state.modals.push(Modal::Browse(Browse { title, ..Browse::default() }));
    vec![Effect::List(start)]
}

/// Takes a directory that was listed.
pub fn listed(state: &mut State, listing: Listing) -> Vec<Effect> {
    let Some(Modal::Browse(browse)) = state.modals.last_mut() else { return Vec::new() };
    // What cannot be listed at the start: the nearest one that can.
    if browse.listing.is_none() && listing.problem.is_some() {
        return listing.parent.map(Effect::List).into_iter().collect();
    }
    browse.cursor = match browse.towards.take() {
        Some(name) => listing.entries.iter().position(|entry| entry.name == name).map_or(0, |at| at + 1),
        None => 0,
    };
    browse.offset = 0;
    browse.listing = Some(listing);
    Vec::new()
}

pub(super) fn in_browse(state: &mut State, id: Option<Id>) -> Vec<Effect> {
    let Some(id) = id else { return Vec::new() };
    if motion::apply(state, id) {
        return Vec::new();
    }
    let Some(Modal::Browse(browse)) = state.modals.last_mut() else { return Vec::new() };
    let Some(listing) = &browse.listing else {
        if id == Id::Close {
            state.modals.pop();
        }
        return Vec::new();
    };
    let chosen = match browse.cursor.checked_sub(1) {
        None => listing.path.clone(),
        Some(at) => {
            listing.entries.get(at).map_or_else(|| listing.path.clone(), |entry| listing.path.join(&entry.name))
        }
    };
    match id {
        Id::Open if browse.cursor == 0 => take_directory(state, &chosen),
        Id::Open => vec![Effect::List(chosen)],
        Id::ParentDirectory => {
            let name = listing.path.file_name().map(OsStr::to_owned);
            let parent = listing.parent.clone();
            browse.towards = name;
            parent.map(Effect::List).into_iter().collect()
        }
        Id::ChooseDirectory => take_directory(state, &chosen),
        Id::Close => {
            state.modals.pop();
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Puts the chosen directory into the field that asked for it, or sets it at once.
fn take_directory(state: &mut State, path: &Path) -> Vec<Effect> {
    let Some(text) = path.to_str() else {
        state.say(Tone::Failed, "The name of this directory is no UTF-8: it cannot be written here.");
        return Vec::new();
    };
    state.modals.pop();
    let home = state.facts.environment.variables.get(OsStr::new("HOME")).and_then(|home| home.to_str());
    // As a person would write it.
    let text = match home.and_then(|home| text.strip_prefix(home)) {
        Some(below) if below.starts_with('/') => format!("~{below}"),
        _ => text.to_owned(),
    };
    if let Some(Modal::Form(form)) = state.modals.last_mut() {
        if let Some(field) = form.field() {
            field.set(text);
        }
        return forms::changed(state);
    }
    edits::commit(state, &Operation::SetWheelPath(Some(text)))
}
