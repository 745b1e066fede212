//! Plans and runs a restart of the local API server: stop, start, wait until it is well, look what came of it.
//!
//! `sky` itself is run, with this process's environment, in the directory of
//! the server. A remote server, or one with another home, is never touched.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::perform::Outside;
use super::server_log::{self, Cover};
use super::{clock, load, ran, run, scan, serving};
use crate::app::message::Message;
use crate::app::restart::{Earlier, LogEnd, Outcome, Restart};
use crate::app::run::{Ended, How, Program, Purpose};
use crate::check::Facts;
use crate::check::serving::{Health, Process, Serving, beside};
use crate::config::{Environment, Role, Workspace, locate, model};
use crate::text::visible::{visible, visible_name};
use crate::yaml::Document;

/// How long a server whose start has ended otherwise may take to answer: `sky` itself waits a minute.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long between two questions.
const PAUSE: Duration = Duration::from_millis(500);
/// The variables that the new server may get otherwise than the old one had them.
const TAKEN_OVER: [&str; 4] = [
    "SKY_RUNTIME_DIR",
    "SKYPILOT_GLOBAL_CONFIG",
    "SKYPILOT_SERVER_PLUGINS_CONFIG",
    "SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG",
];

/// Finds out what would be run.
///
/// # Errors
///
/// Returns why nothing would, as a sentence.
pub(super) fn plan(mut restart: Restart, outside: &Outside) -> Result<Program, String> {
    let environment = &outside.environment;
    let facts = scan::facts(&outside.options, environment.clone());
    let serving = serving::look(&outside.options, &facts);
    let endpoint = visible(&serving.endpoint).into_owned();
    if serving.remote {
        return Err(format!("The client talks to {endpoint}: a remote server is never restarted from here."));
    }
    if let Health::NotAsked(why) = serving.health {
        return Err(format!("The server is not restarted: {why}."));
    }
    let Some(process) = &serving.process else {
        if serving.is_healthy() {
            return Err(format!("{endpoint} answers, but is no process of yours here: it is not restarted."));
        }
        return planned(restart, &serving, &facts, outside);
    };
    let home = environment.home().map(PathBuf::into_os_string);
    if let (Some(theirs), Some(own)) = (process.variables.get("HOME"), home)
        && own != theirs.as_str()
    {
        let theirs = visible(theirs);
        return Err(format!("The server at {endpoint} has another home, {theirs}: it is not restarted from here."));
    }
    // What it runs with is what one can go back to.
    serving::remember(&serving, environment);
    restart.pid = Some(process.pid);
    restart.requests.clone_from(&serving.requests);
    restart.notes = notes(process, environment);
    planned(restart, &serving, &facts, outside)
}

fn planned(mut restart: Restart, serving: &Serving, facts: &Facts, outside: &Outside) -> Result<Program, String> {
    let environment = &outside.environment;
    let sky = sky(serving.process.as_ref(), facts.python.as_deref(), environment)
        .ok_or("There is no program sky on PATH, nor beside the server's Python (--python names one).")?;
    let step = |words: &[&str]| -> Vec<OsString> {
        std::iter::once(sky.clone().into_os_string()).chain(words.iter().map(OsString::from)).collect()
    };
    let arguments = serving.process.as_ref().map(|process| process.arguments.as_slice()).unwrap_or_default();
    let mut start = step(&["api", "start"]);
    // What it listens on stays as it is.
    let deploys = arguments.iter().any(|one| one == "--deploy");
    if deploys {
        start.push("--deploy".into());
    }
    let is_usual = |host: &str| host == "127.0.0.1" || deploys && host == "0.0.0.0";
    if let Some(host) = serving::option(arguments, "--host").filter(|host| !is_usual(host)) {
        start.extend(["--host".into(), host.into()]);
    }
    if serving.process.is_some() {
        restart.steps.push(step(&["api", "stop"]));
    }
    restart.steps.push(start);
    restart.endpoint.clone_from(&serving.endpoint);
    let own = outside.options.locate(Role::Api, environment).path.map(|path| facts.server_cwd.join(path));
    let read = locate::locate(Role::Api, None, environment).path.map(|path| facts.server_cwd.join(path));
    if own != read {
        let read = read.map_or_else(|| "no list".to_owned(), |path| visible_name(path.as_os_str()));
        restart.notes.push(format!("A server reads {read}, not the list that is edited here."));
    }
    let cwd = serving.process.as_ref().and_then(|process| process.cwd.clone()).filter(|cwd| cwd.is_dir());
    let directory = cwd.unwrap_or_else(|| facts.server_cwd.clone());
    let argv = restart.steps[0].clone();
    Ok(Program { purpose: Purpose::Restart(Box::new(restart)), argv, directory })
}

/// Returns what the new server has otherwise than the old one.
fn notes(process: &Process, environment: &Environment) -> Vec<String> {
    let mut notes = Vec::new();
    for name in TAKEN_OVER.iter().filter(|_| !process.variables.is_empty()) {
        let theirs = process.variables.get(*name).cloned();
        let own = environment.get(name).map(|value| value.to_string_lossy().into_owned());
        if theirs != own {
            let told =
                |value: Option<String>| value.map_or_else(|| "unset".to_owned(), |value| visible(&value).into_owned());
            notes.push(format!("{name} was {} and becomes {}.", told(theirs), told(own)));
        }
    }
    let known = ["--host", "--port", "--deploy"];
    let mut others: Vec<String> = Vec::new();
    for (at, argument) in process.arguments.iter().enumerate() {
        let is_value = at > 0 && matches!(process.arguments[at - 1].as_str(), "--host" | "--port");
        if !is_value && !known.iter().any(|name| argument.starts_with(name)) {
            others.push(visible(argument).into_owned());
        }
    }
    if !others.is_empty() {
        notes.push(format!("It is started without its arguments {}.", others.join(" ")));
    }
    notes
}

/// Returns the program `sky`: the server's own, that of the known Python, or the one on PATH.
fn sky(process: Option<&Process>, python: Option<&Path>, environment: &Environment) -> Option<PathBuf> {
    let server = process.and_then(|process| process.python.as_deref());
    let beside = |python: &Path| Some(python.parent()?.join("sky")).filter(|sky| run::is_program(sky));
    server.and_then(beside).or_else(|| python.and_then(beside)).or_else(|| run::on_path("sky", environment))
}

/// Runs it to its end; the output and the end are told.
pub(super) fn run(program: &Program, restart: &Restart, outside: &Outside, tell: &mut dyn FnMut(Message)) {
    let facts = scan::facts(&outside.options, outside.environment.clone());
    let workspace = lists(outside, &facts);
    let cover = Cover::of(&workspace, restart.show_secrets);
    let mut say = |lines: Vec<String>| tell(Message::Printed { lines, dropped: 0 });
    let api = outside.options.locate(Role::Api, &outside.environment);
    let list = api.path.map(|path| facts.server_cwd.join(path));
    let (mut how, begun) = steps(program, restart, outside, &cover, &mut say);
    // A start that has ended otherwise may have left a server that is slow to answer.
    let started = matches!(how, How::Well | How::Badly(_));
    let text = list.as_deref().and_then(|list| fs::read_to_string(list).ok());
    let mut serving = serving::look(&outside.options, &facts);
    if started && !serving.is_healthy() && serving.process.is_some() {
        say(vec![format!("Waiting for {}/api/health, for {} seconds at most.", serving.endpoint, PATIENCE.as_secs())]);
        if wait(&mut serving, outside, &facts) {
            how = How::Stopped;
        }
    }
    let log = server_log::path(&outside.environment)
        .and_then(|path| server_log::end(&path, Some(begun), &cover).ok())
        .unwrap_or_default();
    if serving.is_healthy() && started {
        say(told(&serving, text.as_deref()));
        // It has the list that was there before it started, and is there still.
        if let (Some(process), Some(list), Some(text)) = (&serving.process, &list, &text)
            && workspace.text(Role::Api) == Some(text.as_str())
        {
            let _ = ran::remember(list, text, process, &outside.environment);
        }
    } else if started && !log.is_empty() && how != How::Stopped {
        say(std::iter::once("server.log since the start:".to_owned()).chain(log.iter().cloned()).collect());
    }
    let earlier = list.as_deref().and_then(|list| ran::recall(list, &outside.environment));
    let earlier = earlier
        .filter(|ran| text.as_deref() != Some(&*ran.text))
        .map(|ran| Earlier { text: Arc::from(ran.text.as_str()), when: clock::date(ran.seconds) });
    let server = Some(Box::new(Outcome { serving, log, earlier }));
    tell(Message::RunEnded(Ended { how, written: Vec::new(), server }));
}

/// Runs one step after the other; returns how the last one ended, and when it was begun.
fn steps(
    program: &Program,
    restart: &Restart,
    outside: &Outside,
    cover: &Cover,
    say: &mut dyn FnMut(Vec<String>),
) -> (How, SystemTime) {
    let mut how = How::Well;
    let mut begun = SystemTime::now();
    for (number, argv) in restart.steps.iter().enumerate() {
        let step = Program { argv: argv.clone(), ..program.clone() };
        say(vec![format!("$ {}", step.shown())]);
        begun = SystemTime::now();
        how = run::execute(&step, outside, &mut |message| {
            if let Message::Printed { lines, .. } = message {
                say(lines.iter().map(|line| cover.line(line)).collect());
            }
        });
        if number + 1 < restart.steps.len() && how != How::Well {
            if let How::Badly(status) = &how {
                how = How::NotStarted(format!("{} ended with {status}, the server is as it was", step.shown()));
            }
            break;
        }
    }
    (how, begun)
}

/// Waits until the server answers that it is well, or is gone; tells whether that was stopped.
fn wait(serving: &mut Serving, outside: &Outside, facts: &Facts) -> bool {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if outside.running.pause(PAUSE) {
            return true;
        }
        *serving = serving::look(&outside.options, facts);
        if serving.is_healthy() || serving.process.is_none() {
            return false;
        }
    }
    false
}

fn told(serving: &Serving, text: Option<&str>) -> Vec<String> {
    let classes = text.map(|text| model::classes(&Document::parse(text))).unwrap_or_default();
    let mut lines = vec![format!("The server answers at {}.", serving.endpoint)];
    match &serving.loaded {
        Some(loaded) => lines.extend(beside(&classes, loaded)),
        None => lines.push("It does not say which plugins it has loaded.".to_owned()),
    }
    lines
}

fn lists(outside: &Outside, facts: &Facts) -> Workspace {
    let read = |role| load::load(outside.options.locate(role, &outside.environment), role, &facts.server_cwd);
    Workspace::new(read(Role::Api), read(Role::Remote))
}

/// Reads the end of the server's log, or its lines with a text.
///
/// # Errors
///
/// Returns why it cannot be read, in words.
pub(super) fn read_log(filter: &str, show_secrets: bool, outside: &Outside) -> Result<LogEnd, String> {
    let facts = scan::facts(&outside.options, outside.environment.clone());
    let path = server_log::path(&outside.environment).ok_or("there is no home directory")?;
    let cover = Cover::of(&lists(outside, &facts), show_secrets);
    let mut lines = server_log::end(&path, None, &cover)?;
    let needle = filter.to_lowercase();
    lines.retain(|line| line.to_lowercase().contains(&needle));
    Ok(LogEnd { path, filter: filter.to_owned(), lines })
}

/// Looks at the server, and asks it how it is.
pub(super) fn see(outside: &Outside) -> Serving {
    serving::look(&outside.options, &scan::facts(&outside.options, outside.environment.clone()))
}

/// Remembers the list that a server runs with, before a save replaces it.
pub(super) fn remember_before_save(role: Role, path: &Path, outside: &Outside) {
    if role != Role::Api || outside.options.configmap.is_some() {
        return;
    }
    let facts = scan::facts(&outside.options, outside.environment.clone());
    let list = outside.options.locate(Role::Api, &outside.environment).path.map(|path| facts.server_cwd.join(path));
    // Most saves have no server beside them: nothing is asked then.
    if facts.servers.is_empty() || list.as_deref() != Some(path) {
        return;
    }
    serving::remember(&serving::look(&outside.options, &facts), &outside.environment);
}
