//! The export of both lists for Kubernetes: what is asked, what is told at its end.

use std::path::PathBuf;

use super::command::Id;
use super::form::{Form, FormKind, Note};
use super::message::Effect;
use super::modal::{Answer, Menu, Modal, Notice};
use super::{State, Tone, forms, programs};
use crate::check::{Facts, Report, Severity};
use crate::config::kubernetes::{DEFAULT_NAME, ExportError, Kind, Request, Wheels, Wishes};
use crate::config::{Content, Role, Unreadable, Workspace, secret};
use crate::preview;
use crate::text::visible::{visible, visible_name};
use crate::wheel::EntryKind;

/// The directory that is offered.
const DIRECTORY: &str = "skypilot-plugins";

/// What an export wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The files.
    pub written: Vec<PathBuf>,
    /// What a person has to know, a sentence each.
    pub notes: Vec<String>,
    /// The command lines that put it in force; none without `kubectl`.
    pub commands: Vec<String>,
}

/// Why nothing was exported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportFailure {
    /// It cannot be.
    #[error(transparent)]
    Refused(#[from] ExportError),
    /// Files that are there hold something else.
    #[error("{} there already, with other content", names(.0))]
    There(Vec<PathBuf>),
    /// It would write over a list.
    #[error("{} is the list itself: export into another directory", .0.display())]
    OwnList(PathBuf),
    /// A wheel cannot be read.
    #[error("{} cannot go into a ConfigMap: {why}", .path.display())]
    Wheel {
        /// Its path.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {why}", .path.display())]
    Io {
        /// Its path.
        path: PathBuf,
        /// What the operating system says.
        why: String,
    },
}

fn names(paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    format!("{} {}", names.join(" and "), if names.len() == 1 { "is" } else { "are" })
}

/// Returns why nothing can be exported.
#[must_use]
pub fn unavailable(state: &State) -> Option<&'static str> {
    if state.settings.read_only {
        return Some("read-only (--read-only)");
    }
    let is_there = |role| !matches!(state.workspace.file(role).content, Content::Absent);
    (!Role::ALL.into_iter().any(is_there)).then_some("there is no list yet")
}

/// Asks what is exported, and whereto.
pub(super) fn start(state: &mut State) -> Vec<Effect> {
    if let Some(why) = unavailable(state) {
        state.say(Tone::Failed, format!("Nothing is exported: {why}."));
        return Vec::new();
    }
    let rows = vec![
        Form::text_row("directory", DIRECTORY),
        Form::choice_row("object", ["ConfigMap", "Secret"], usize::from(secrets(state))),
        Form::choice_row("for", ["Helm", "kustomize"], 0),
        Form::choice_row("wheels", ["in the image", "on a volume", "in a ConfigMap"], 0),
        Form::text_row("name", DEFAULT_NAME),
        Form::text_row("namespace", ""),
    ];
    forms::open(state, Form::new(FormKind::Export, "Export both lists for Kubernetes", rows));
    Vec::new()
}

/// Tells whether the lists hold secrets, as far as is known: one that cannot be read counts.
fn secrets(state: &State) -> bool {
    Role::ALL.into_iter().any(|role| match &state.workspace.file(role).content {
        Content::Absent => false,
        Content::Unreadable(_) => true,
        Content::Text(list) => list.tree().is_err() || !secret::all_spans(list).is_empty(),
    })
}

fn wishes(form: &Form) -> Wishes {
    let namespace = form.text("namespace").trim();
    Wishes {
        kind: if form.choice("object") == Some(1) { Kind::Secret } else { Kind::ConfigMap },
        name: form.text("name").trim().to_owned(),
        namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
        kustomize: form.choice("for") == Some(1),
        wheels: match form.choice("wheels") {
            Some(1) => Wheels::Volume,
            Some(2) => Wheels::BinaryData,
            _ => Wheels::Image,
        },
    }
}

/// Returns why Enter is refused.
pub(super) fn refusal(form: &Form) -> Option<String> {
    if form.text("directory").trim().is_empty() {
        return Some("Type a directory. Esc cancels.".to_owned());
    }
    wishes(form).check().err().map(|error| format!("{}.", visible(&error.to_string())))
}

/// Says what is written.
pub(super) fn notes(state: &State, form: &Form, out: &mut Vec<Note>) {
    if let Some(why) = refusal(form) {
        out.push(Note::told("", why));
        return;
    }
    let wishes = wishes(form);
    if wishes.kind == Kind::ConfigMap && secrets(state) {
        out.push(Note::problem(Severity::Warning, "The lists hold secrets, and a ConfigMap is no Secret."));
    }
    out.push(Note::told(
        "",
        if wishes.kustomize {
            "Writes both lists, kustomization.yaml with their generator, and a patch of the API server.".to_owned()
        } else {
            format!("Writes {} and values-plugins.yaml for SkyPilot's Helm chart.", wishes.kind.file_name())
        },
    ));
    if !state.unsaved_roles().is_empty() {
        out.push(Note::told("", "Your edits are in it; the files that SkyPilot reads here stay as they are."));
    }
    out.push(Note::told("", "Nothing is applied: kubectl and helm are yours to run."));
}

/// Has the form's export written; the form stays until that is done.
pub(super) fn accept(state: &mut State, mut form: Form) -> Vec<Effect> {
    let known = known(&state.workspace, &state.facts, &state.report);
    let directory = programs::project(state, form.text("directory").trim());
    let request = known.map(|known| Request { wishes: wishes(&form), directory, ..known });
    form.refused = request.as_ref().err().map(|why| format!("{}.", visible(why)));
    state.modals.push(Modal::Form(form));
    request.map(|request| Effect::Export(Box::new(request))).into_iter().collect()
}

/// Returns what is known of the lists and the wheels: all of a request but its wishes and its directory.
///
/// # Errors
///
/// Returns which list cannot be read, and why.
pub fn known(workspace: &Workspace, facts: &Facts, report: &Report) -> Result<Request, String> {
    let mut request = Request::default();
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let file = workspace.file(role);
        request.errors += report.blocking(role).count();
        request.places[at] = file.location.path.as_ref().map(|path| facts.server_cwd.join(path));
        request.lists[at] = match &file.content {
            Content::Absent => None,
            Content::Text(document) => Some(document.text().as_bytes().into()),
            Content::Unreadable(Unreadable { bytes: Some(bytes), .. }) => Some(bytes.clone()),
            Content::Unreadable(why) => {
                return Err(format!("{} cannot be exported: {}", role.file_name(), why.problem));
            }
        };
    }
    if let Some(directory) = preview::listed_wheels(workspace, facts) {
        let files = directory.wheels().filter(|entry| matches!(entry.kind, EntryKind::File | EntryKind::Symlink));
        request.wheels = files.map(|entry| directory.path.join(&entry.name)).collect();
    }
    Ok(request)
}

/// Has files that are there replaced.
pub(super) fn replace(mut request: Request) -> Vec<Effect> {
    request.replace = true;
    vec![Effect::Export(Box::new(request))]
}

/// Takes what came of it.
pub(super) fn done(state: &mut State, request: Request, result: Result<Exported, ExportFailure>) -> Vec<Effect> {
    let in_form = matches!(state.modals.last(), Some(Modal::Form(form)) if form.kind == FormKind::Export);
    match result {
        Ok(exported) => {
            if in_form {
                state.modals.pop();
            }
            told(state, &request, exported);
        }
        Err(ExportFailure::There(paths)) => {
            let text = paths.iter().map(|path| visible_name(path.as_os_str())).collect();
            let menu = Menu::new("Replace these files?", text)
                .careful('r', "replace them", "what they hold is lost", Answer::Export(Box::new(request)))
                .item('k', "keep them", "nothing is written", Answer::Leave);
            state.modals.push(Modal::Menu(menu));
        }
        Err(failure) => {
            let why = visible(&failure.to_string()).into_owned();
            match state.modals.last_mut() {
                Some(Modal::Form(form)) if in_form => form.refused = Some(format!("{why}.")),
                _ => state.say(Tone::Failed, format!("Nothing was exported: {why}.")),
            }
        }
    }
    Vec::new()
}

fn told(state: &mut State, request: &Request, exported: Exported) {
    let directory = state.shown_path(&request.directory);
    let mut text: Vec<String> = exported.written.iter().map(|path| state.shown_path(path)).collect();
    for note in exported.notes {
        text.extend([String::new(), note]);
    }
    if !exported.commands.is_empty() {
        text.extend([String::new(), "For example, with your own release and namespace:".to_owned()]);
        text.extend(exported.commands.into_iter().map(|line| format!("  {line}")));
    }
    state.say(Tone::Done, format!("Exported to {directory}. The files that SkyPilot reads here are as they were."));
    state.modals.push(Modal::Notice(Notice { title: "Exported".to_owned(), text, ..Notice::default() }));
}

/// Adds the export to the ways out of a save that cannot be.
pub(super) fn offer(menu: Menu) -> Menu {
    menu.item('x', "export it", "as ConfigMap or Secret, with Helm values, into a directory", Answer::Run(Id::Export))
}
