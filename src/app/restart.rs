//! The restart of the local API server: the question, what came of it, the way back.
//!
//! One mechanism runs all programs (`programs`); here is what is special to
//! this one. What ran before is restored as an edit that can be undone, saved,
//! and started.

use std::ffi::OsString;
use std::sync::Arc;

use super::command::Id;
use super::message::Effect;
use super::modal::{Answer, Menu, Modal};
use super::run::{Ended, How, Program, Purpose, Run};
use super::{Files, State, Tone, dialogs, edits, manifest, saving};
use crate::check::serving::{Serving, named};
use crate::check::startup::{self, Failure, Origin};
use crate::config::operation::Operation;
use crate::config::{Role, model};
use crate::text::visible::{visible, visible_name};
use crate::yaml::Pointer;

/// A restart, as it is asked for and as it is planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restart {
    /// Whether secrets are left in what is told.
    pub show_secrets: bool,
    /// What is run, one after the other: `sky api stop`, `sky api start`.
    pub steps: Vec<Vec<OsString>>,
    /// The address of the server.
    pub endpoint: String,
    /// The process that is stopped; none where no server runs.
    pub pid: Option<u32>,
    /// The requests that are ended; none where nobody says.
    pub requests: Option<Vec<String>>,
    /// What will be otherwise than before, as sentences made visible.
    pub notes: Vec<String>,
}

/// A list that a server has started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Its text.
    pub text: Arc<str>,
    /// When it ran, for people.
    pub when: String,
}

/// What is known once a restart is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The server.
    pub serving: Serving,
    /// What it has logged since it was started, made visible, secrets masked.
    pub log: Vec<String>,
    /// What has run before, where that is another list than the one on disk.
    pub earlier: Option<Earlier>,
}

/// Returns why the server cannot be restarted from here.
#[must_use]
pub fn unavailable(state: &State) -> Option<&'static str> {
    if state.settings.read_only {
        Some("read-only (--read-only)")
    } else if state.settings.files != Files::Own {
        Some("the demo touches nothing of yours")
    } else if Role::ALL.into_iter().any(|role| manifest::holds(state, role)) {
        Some("SkyPilot reads no manifest (--configmap)")
    } else if state.facts.remote_endpoint.is_some() {
        Some("the client talks to a remote server, which is never restarted from here")
    } else {
        None
    }
}

/// Tells whether a save is followed by the offer of a restart: where a SkyPilot is known.
pub(super) fn is_offered(state: &State) -> bool {
    unavailable(state).is_none() && (state.facts.python.is_some() || !state.facts.servers.is_empty())
}

/// Finds out what would be run.
pub(super) fn start(state: &mut State) -> Vec<Effect> {
    if let Some(why) = unavailable(state) {
        state.say(Tone::Failed, format!("Not restarted: {why}."));
        return Vec::new();
    }
    state.say(Tone::Told, "The server is looked at.");
    let restart = Restart { show_secrets: state.settings.show_secrets, ..Restart::default() };
    vec![Effect::Plan { purpose: Purpose::Restart(Box::new(restart)), python: state.facts.python.clone() }]
}

/// Returns what is asked before it: the title, and what it means.
pub(super) fn question(state: &State, restart: &Restart) -> (&'static str, Vec<String>) {
    let endpoint = visible(&restart.endpoint);
    let mut text = Vec::new();
    let title = if let Some(pid) = restart.pid {
        text.push(format!("Stops the API server at {endpoint} (pid {pid}) and starts it again."));
        text.push(match &restart.requests {
            None => "It does not say which requests run: they would be ended.".to_owned(),
            Some(requests) if requests.is_empty() => "No request runs there.".to_owned(),
            Some(requests) => format!("REQUESTS THAT RUN ARE ENDED: {}.", named(requests)),
        });
        "Restart the API server?"
    } else {
        text.push(format!("No server runs at {endpoint}: one is started."));
        "Start the API server?"
    };
    if state.is_unsaved(Role::Api) {
        text.push("It reads plugins.yaml on disk: your unsaved edits are not in it.".to_owned());
    }
    text.extend(restart.notes.iter().cloned());
    (title, text)
}

/// Returns what came of it, and asks what to do where the server did not start.
pub(super) fn ended(state: &mut State, program: &Program, ended: &Ended, outcome: &Outcome) -> (Tone, String) {
    state.status = None;
    let serving = &outcome.serving;
    if serving.is_healthy() && matches!(ended.how, How::Well | How::Badly(_)) {
        let pid = serving.process.as_ref().map_or_else(String::new, |process| format!(" (pid {})", process.pid));
        let loaded = match serving.loaded.as_ref().map(Vec::len) {
            None => String::new(),
            Some(1) => ", shows 1 plugin".to_owned(),
            Some(many) => format!(", shows {many} plugins"),
        };
        return (Tone::Done, format!("The server runs with plugins.yaml as it is on disk{pid}{loaded}."));
    }
    match &ended.how {
        How::Stopped if serving.process.is_some() || serving.is_healthy() => {
            return (
                Tone::Told,
                "Stopped waiting. A server process is there; the command status tells more.".to_owned(),
            );
        }
        How::Stopped => return (Tone::Told, "Stopped. No server runs now.".to_owned()),
        How::NotStarted(why) => return (Tone::Failed, format!("{}: {why}.", program.purpose.failed())),
        How::Well | How::Badly(_) => {}
    }
    let classes = classes(state);
    let failure = startup::failure(&outcome.log, &classes, &state.facts.catalog);
    let told = told(failure.as_ref(), &classes);
    offer(state, program, outcome, failure.as_ref(), &told);
    (Tone::Failed, format!("The server did not start: {}", told.join(" ")))
}

fn classes(state: &State) -> Vec<String> {
    state.disk.document(Role::Api).map(|document| model::classes(document)).unwrap_or_default()
}

/// Tells why the server did not start, in sentences.
fn told(failure: Option<&Failure>, classes: &[String]) -> Vec<String> {
    let Some(failure) = failure else {
        return vec!["its log holds no exception. The lines above, and the command log, may tell more.".to_owned()];
    };
    let mut told = vec![ended_by_stop(&failure.exception)];
    if let Some(cause) = &failure.cause {
        told.push(format!("Caused by {}", ended_by_stop(cause)));
    }
    let entry = |at: &usize| format!("{}, {}", at + 1, visible(classes.get(*at).map_or("", String::as_str)));
    told.push(match &failure.origin {
        Origin::Entries(entries) if entries.len() == 1 => format!("It comes from entry {}.", entry(&entries[0])),
        Origin::Entries(entries) => {
            let all: Vec<String> = entries.iter().map(entry).collect();
            format!("It comes from one of the entries {}.", all.join("; "))
        }
        Origin::File => "It comes from plugins.yaml itself, not from an entry.".to_owned(),
        Origin::Unknown => "The log does not tell which entry it comes from.".to_owned(),
    });
    told
}

fn ended_by_stop(text: &str) -> String {
    let text = text.trim_end();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// Asks what to do: the entry, the list that ran before, or nothing.
fn offer(state: &mut State, program: &Program, outcome: &Outcome, failure: Option<&Failure>, told: &[String]) {
    let mut menu = Menu::new("The server did not start", told.to_vec());
    if let Some(Failure { origin: Origin::Entries(entries), .. }) = failure
        && let [entry] = entries[..]
    {
        menu = menu.item('e', "go to the entry", "", Answer::GoToEntry(entry));
    }
    if let Some(earlier) = &outcome.earlier {
        menu.text.push(format!(
            "The list that ran last ({}) differs from the one on disk. Going back restores and saves it; u brings the other one back.",
            earlier.when
        ));
        let answer = Answer::GoBack(Box::new((program.clone(), earlier.clone())));
        menu = menu.careful('g', "go back to the list that ran, and start", "", answer);
    }
    if menu.items.is_empty() {
        return;
    }
    menu = menu.item('o', "look at the output", "", Answer::Leave);
    state.modals.push(Modal::Menu(menu));
}

/// Goes to an entry of the API server's list, out of the output.
pub(super) fn go_to_entry(state: &mut State, entry: usize) {
    state.modals.retain(|modal| !matches!(modal, Modal::Run(_)));
    let pointer = Pointer::from_tokens(["plugins".to_owned(), entry.to_string()]);
    edits::go_to(state, Role::Api, &pointer, false);
}

/// Restores the list that ran, saves it, and has the server started once that is done.
pub(super) fn go_back(state: &mut State, program: Program, earlier: &Earlier) -> Vec<Effect> {
    state.modals.retain(|modal| !matches!(modal, Modal::Run(_)));
    let mut effects = Vec::new();
    if state.workspace.text(Role::Api) != Some(&*earlier.text) {
        let before = state.history.undo_count();
        effects = edits::commit(state, &Operation::ReplaceText { role: Role::Api, text: earlier.text.clone() });
        if state.history.undo_count() == before {
            return effects;
        }
    }
    effects.extend(saving::save(state, vec![Role::Api], false));
    // Where a question stands before the save, a person goes on from there.
    if !state.saving.is_empty() {
        state.after_save = Some(Box::new(program));
    }
    effects
}

/// Starts the server where the save before it was made for that.
pub(super) fn saved(state: &mut State) -> Vec<Effect> {
    let Some(program) = state.after_save.take() else { return Vec::new() };
    state.modals.push(Modal::Run(Box::new(Run::new((*program).clone()))));
    vec![Effect::Run(program)]
}

/// Shows what is known of the server.
pub(super) fn show_status(state: &mut State, serving: &Serving) {
    state.status = None;
    let notice = super::modal::Notice { title: "API server".to_owned(), text: serving.lines(), ..Default::default() };
    // Below what a person has turned to meanwhile.
    state.modals.insert(0, Modal::Notice(notice));
}

/// Asks for the end of the server's log, or for its lines with a text.
pub(super) fn read_log(state: &State, filter: &str) -> Vec<Effect> {
    vec![Effect::ReadLog { filter: filter.to_owned(), show_secrets: state.settings.show_secrets }]
}

/// The end of the server's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// The file.
    pub path: std::path::PathBuf,
    /// What was looked for in it.
    pub filter: String,
    /// Its last lines, made visible, secrets masked.
    pub lines: Vec<String>,
}

/// Shows the end of the log, or why there is none.
pub(super) fn show_log(state: &mut State, result: Result<LogEnd, String>) {
    match result {
        Err(why) => state.say(Tone::Failed, format!("The server's log cannot be shown: {why}.")),
        Ok(log) if log.lines.is_empty() && !log.filter.is_empty() => {
            let (path, filter) = (visible_name(log.path.as_os_str()), visible(&log.filter));
            state.say(Tone::Told, format!("No line of the end of {path} holds {filter}."));
        }
        Ok(log) if log.lines.is_empty() => {
            state.say(Tone::Told, format!("{} is empty.", visible_name(log.path.as_os_str())));
        }
        Ok(log) => {
            let what =
                if log.filter.is_empty() { String::new() } else { format!(", lines with {}", visible(&log.filter)) };
            dialogs::notice(state, format!("{}{what}", state.shown_path(&log.path)), log.lines);
            // The end is what one looks for.
            super::motion::apply(state, Id::Last);
        }
    }
}
