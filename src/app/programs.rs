//! Running programs: who asks for one, the question before it, what is said at its end.
//!
//! One mechanism for all purposes: `io` finds the interpreter and returns a
//! [`Program`], a person reads its argument vector and answers, `io` runs it and
//! tells line by line, a verdict ends it. One runs at a time: its dialog takes
//! the keys until it has ended.

use std::path::PathBuf;

use super::command::Id;
use super::form::{Form, FormKind};
use super::message::Effect;
use super::modal::{Answer, Menu, MenuItem, Modal};
use super::restart::{Outcome, Restart};
use super::run::{Ended, How, Phase, Program, Purpose, Run};
use super::{Files, State, Tone, forms, motion, pages, restart};
use crate::config::locate::expand_user;
use crate::text::visible::visible_name;
use crate::wheel::EntryKind;

/// Returns why a program cannot be run now.
#[must_use]
pub fn unavailable(state: &State, id: Id) -> Option<&'static str> {
    if id == Id::Restart {
        return restart::unavailable(state);
    }
    if state.settings.read_only {
        return Some("read-only (--read-only)");
    }
    match id {
        Id::Build if state.preview.wheel_dir.is_none() => Some("controller_wheel_path is not set (b sets it)"),
        Id::Install if state.settings.files != Files::Own => Some("the demo touches nothing of yours"),
        Id::Install if state.facts.python.is_none() => Some("the API server's Python is not known (--python)"),
        Id::Install if wheel_at_cursor(state).is_none() => Some("no wheel is under the cursor"),
        _ => None,
    }
}

fn wheel_at_cursor(state: &State) -> Option<PathBuf> {
    let entry = pages::wheel_row(state, state.wheel.at)?;
    let is_file = entry.is_wheel() && matches!(entry.kind, EntryKind::File | EntryKind::Symlink);
    is_file.then(|| Some(pages::wheel_directory(state)?.path.join(&entry.name))).flatten()
}

/// Asks for the project, or for what would be run.
pub(super) fn start(state: &mut State, id: Id) -> Vec<Effect> {
    if let Some(why) = unavailable(state, id) {
        let what = if id == Id::Build { "No wheel is built" } else { "Nothing is installed" };
        state.say(Tone::Failed, format!("{what}: {why}."));
        return Vec::new();
    }
    if id == Id::Build {
        let row = Form::text_row("project", state.project.clone());
        forms::open(state, Form::new(FormKind::Project, "Build a wheel of a project directory", vec![row]));
        return Vec::new();
    }
    let wheel = wheel_at_cursor(state);
    wheel.map(|wheel| plan(state, Purpose::Install { wheel })).into_iter().collect()
}

/// Returns the project directory that is meant, as an absolute path.
#[must_use]
pub fn project(state: &State, typed: &str) -> PathBuf {
    let environment = &state.facts.environment;
    environment.cwd.join(expand_user(typed.as_ref(), environment))
}

/// Asks what would be run for the project of the form, which stays until that is known.
pub(super) fn accept(state: &mut State, form: Form) -> Vec<Effect> {
    let typed = form.text("project").trim().to_owned();
    let project = project(state, &typed);
    state.project = typed;
    state.modals.push(Modal::Form(form));
    let into = state.preview.wheel_dir.as_ref().map(|named| named.resolved.clone());
    into.map(|into| plan(state, Purpose::Build { project, into })).into_iter().collect()
}

fn plan(state: &State, purpose: Purpose) -> Effect {
    Effect::Plan { purpose, python: state.facts.python.clone() }
}

/// Takes what would be run: the question, or why there is none.
pub(super) fn planned(state: &mut State, result: Result<Program, String>) {
    let in_form = matches!(state.modals.last(), Some(Modal::Form(form)) if form.kind == FormKind::Project);
    match (result, state.modals.last_mut()) {
        (Ok(program), _) if in_form => {
            state.modals.pop();
            question(state, program);
        }
        (Err(why), Some(Modal::Form(form))) if in_form => form.refused = Some(why),
        (Ok(program), None) if !matches!(program.purpose, Purpose::Build { .. }) => question(state, program),
        (Err(why), None) => state.say(Tone::Failed, why),
        // A person has turned to something else meanwhile.
        _ => {}
    }
}

fn question(state: &mut State, program: Program) {
    let (title, what, more) = match &program.purpose {
        Purpose::Build { .. } => (
            "Build a wheel?",
            "This runs the project's own code, and downloads what it builds with.",
            "A wheel of the same name in the wheel directory is replaced.",
        ),
        Purpose::Install { .. } => (
            "Install this wheel?",
            "This changes the API server's Python, and downloads what the wheel depends on.",
            "A server that runs keeps what it has loaded until it is started again.",
        ),
        Purpose::Restart(restart) => return ask_restart(state, &program, restart),
    };
    // What is run comes first: it is seen on the smallest screen too.
    let text = vec![
        program.question_lines().join(" "),
        format!("in    {}", visible_name(program.directory.as_os_str())),
        String::new(),
        what.to_owned(),
        more.to_owned(),
        "It has no terminal; its output is shown, and it can be stopped with all that it starts.".to_owned(),
    ];
    let menu = Menu::new(title, text).careful('y', "run it", "", Answer::RunProgram(Box::new(program)));
    state.modals.push(Modal::Menu(menu));
}

fn ask_restart(state: &mut State, program: &Program, restart: &Restart) {
    let (title, about) = restart::question(state, restart);
    let mut text = program.question_lines();
    text.extend([format!("in    {}", visible_name(program.directory.as_os_str())), String::new()]);
    text.extend(about);
    let menu = Menu::new(title, text).careful('y', "run it", "", Answer::RunProgram(Box::new(program.clone())));
    state.status = None;
    state.modals.push(Modal::Menu(menu));
}

/// Takes a person's word for it, and runs it.
pub(super) fn agree(state: &mut State, program: Program) -> Vec<Effect> {
    if !program.fits(state.screen_area()) {
        question(state, program);
        state.say(Tone::Failed, "This window is too small to show what would be run: make it larger.");
        return Vec::new();
    }
    state.modals.push(Modal::Run(Box::new(Run::new(program.clone()))));
    vec![Effect::Run(Box::new(program))]
}

/// Returns the dialog of the program, wherever it lies.
fn dialog_of(state: &mut State) -> Option<&mut Run> {
    state.modals.iter_mut().find_map(|modal| if let Modal::Run(run) = modal { Some(&mut **run) } else { None })
}

/// Takes lines of output.
pub(super) fn printed(state: &mut State, lines: Vec<String>, dropped: usize) {
    if let Some(run) = dialog_of(state) {
        run.take(lines, dropped);
    }
}

/// Takes the end, and looks at what it left.
pub(super) fn ended(state: &mut State, ended: &Ended) -> Vec<Effect> {
    let asks = |item: &MenuItem| matches!(item.answer, Answer::StopProgram);
    // Nobody needs to answer any more whether it shall stop.
    state.modals.pop_if(|modal| matches!(modal, Modal::Menu(menu) if menu.items.iter().any(asks)));
    if let Some(outcome) = &ended.server {
        return restarted(state, ended, outcome);
    }
    let mut effects = Vec::new();
    if let Some(run) = dialog_of(state) {
        if let (How::Well, Purpose::Build { project, into }) = (&ended.how, &run.program.purpose) {
            let built = ended.written.iter().map(|name| into.join(name));
            effects.extend(built.map(|wheel| Effect::RememberBuild { wheel, project: project.clone() }));
        }
        let (tone, text) = verdict(run, ended);
        run.phase = Phase::Ended(tone, text.clone());
        state.say(tone, text);
    }
    effects.push(state.scan());
    effects
}

/// Takes the end of a restart.
fn restarted(state: &mut State, ended: &Ended, outcome: &Outcome) -> Vec<Effect> {
    let program = dialog_of(state).map(|run| run.program.clone());
    if let Some(program) = program {
        let (tone, text) = restart::ended(state, &program, ended, outcome);
        if let Some(run) = dialog_of(state) {
            run.phase = Phase::Ended(tone, text.clone());
        }
        state.say(tone, text);
    }
    Vec::new()
}

/// Does what a key means over the output.
pub(super) fn in_run(state: &mut State, id: Option<Id>) -> Vec<Effect> {
    let Some(id) = id else { return Vec::new() };
    if motion::apply(state, id) {
        return Vec::new();
    }
    let Some(Modal::Run(run)) = state.modals.last() else { return Vec::new() };
    match id {
        Id::Close if run.has_ended() => {
            state.modals.pop();
        }
        Id::Close => {
            let text = vec![format!("{} runs still.", run.program.shown_whole())];
            let menu = Menu::new("Stop it?", text)
                .careful('s', "stop it", "with all that it started", Answer::StopProgram)
                .item('k', "keep it running", "", Answer::Leave);
            state.modals.push(Modal::Menu(menu));
        }
        Id::Stop => return stop(state),
        _ => {}
    }
    Vec::new()
}

/// Asks the program to end.
pub(super) fn stop(state: &mut State) -> Vec<Effect> {
    match dialog_of(state) {
        Some(run) if !run.has_ended() => {
            run.phase = Phase::Stopping;
            vec![Effect::StopRun]
        }
        _ => Vec::new(),
    }
}

/// Returns what came of it, in a sentence, and what helps where that is known.
fn verdict(run: &Run, ended: &Ended) -> (Tone, String) {
    let purpose = &run.program.purpose;
    let (python, failed) = (run.program.python(), purpose.failed());
    let names: Vec<String> = ended.written.iter().map(|name| visible_name(name)).collect();
    let names = names.join(" and ");
    let said = |what: &str| run.lines.iter().any(|line| line.contains(what));
    match (&ended.how, purpose) {
        (How::NotStarted(why), _) => (Tone::Failed, format!("{failed}: {why}.")),
        (How::Stopped, _) if names.is_empty() => (Tone::Told, format!("Stopped. {failed}.")),
        (How::Stopped, _) => (Tone::Told, format!("Stopped. {names} had been written.")),
        (How::Well, Purpose::Build { .. }) if names.is_empty() => {
            (Tone::Failed, "The build ended well, but wrote no wheel.".to_owned())
        }
        (How::Well, Purpose::Build { .. }) => (Tone::Done, format!("Built {names}.")),
        (How::Well, Purpose::Install { wheel }) => {
            let name = visible_name(wheel.file_name().unwrap_or_default());
            let effect = "takes effect after sky api stop; sky api start";
            (Tone::Done, format!("Installed {name} into {python}: {effect}."))
        }
        // The server itself tells more: see `restart`.
        (How::Well, Purpose::Restart(_)) => (Tone::Done, "The server was restarted.".to_owned()),
        (How::Badly(_), Purpose::Build { .. }) if said("No module named build") => {
            (Tone::Failed, format!("{failed}: this Python lacks the module build. {python} -m pip install build"))
        }
        (How::Badly(_), Purpose::Install { wheel }) if said("No module named pip") => {
            let wheel = visible_name(wheel.as_os_str());
            (Tone::Failed, format!("{failed}: this Python has no pip. uv pip install --python {python} {wheel}"))
        }
        (How::Badly(how), _) => (Tone::Failed, format!("{failed} ({how}): the last lines say why.")),
    }
}
