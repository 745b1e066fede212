//! How messages change the state, and which command does what.

use std::sync::Arc;

use super::bindings::Stroke;
use super::command::{Context, Id};
use super::keymap::{Code, Key};
use super::layout::Size;
use super::list::Body;
use super::message::{Effect, Message, Noticed, Reason};
use super::modal::Modal;
use super::preferences::{Meaning, complain, meaning};
use super::recovery::Met;
use super::{
    Exit, Files, Pane, Screen, State, Tone, about, backups, browse, burst, clipboard, comments, conflict, dialogs,
    edits, export, external, filters, find, forms, later, lists, look, manifest, modeline, motion, mouse, outside,
    pages, palette, parameters, past, paste, problems, programs, reading, recovery, restart, review, saving, sides,
    source, takes_effect, verify, wheels, writing,
};
use crate::config::Role;
use crate::python::Catalog;

/// The most keys that are kept until the files are read.
const MOST_EARLY: usize = 1_000;

/// Takes a message; returns what is asked of the outside for it.
pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    if !matches!(message, Message::Pressed(_)) {
        state.settle_tree();
    }
    let effects = match message {
        Message::Pressed(key) => press(state, key),
        Message::Pointed(pointed) => mouse::point(state, pointed),
        Message::Burst(keys) => burst::take(state, keys),
        Message::Pasted(text) => take_paste(state, &text),
        Message::Resized(width, height) => {
            state.size = (width, height);
            Vec::new()
        }
        Message::FocusGained => {
            state.outside.notice(Noticed { files: true, wheels: false });
            Vec::new()
        }
        Message::Clocked(time) => {
            state.history.set_time(time);
            return Vec::new();
        }
        Message::Noticed(noticed) => {
            state.outside.notice(noticed);
            Vec::new()
        }
        Message::Glimpsed(glimpses) => {
            state.glimpses = *glimpses;
            Vec::new()
        }
        Message::Opened(opened) => opened_files(state, *opened),
        Message::Met(found) => met(state, *found),
        Message::NotKept(why) => {
            recovery::not_kept(state, &why);
            Vec::new()
        }
        Message::Scanned(facts) => scanned(state, *facts),
        Message::Classified(found) => {
            classified(state, *found);
            Vec::new()
        }
        Message::Inspected(found) => reading::take(state, found),
        Message::Reread { contents, targets, reason } => {
            state.facts.targets.extend(targets);
            if reason == Reason::Noticed && !outside::is_free(state) {
                // A dialog was opened meanwhile: it is looked at once more behind it.
                state.outside.notice(Noticed { files: true, wheels: false });
                Vec::new()
            } else {
                saving::take_reread(state, &contents, reason)
            }
        }
        Message::Tidied(notes) => writing::tidied(state, &notes),
        Message::BackupsRead { role, result } => {
            backups::read(state, role, result);
            Vec::new()
        }
        Message::Saved { role, text, result } => saving::saved(state, role, &text, result),
        Message::SavedManifest { texts, result } => manifest::saved(state, &texts, &result),
        Message::Listed(listing) => browse::listed(state, listing),
        Message::Drafted(result) => drafted(state, result),
        Message::Staged(result) => external::staged(state, result),
        Message::Edited { target, result } => external::edited(state, &target, result),
        Message::Copied { what, characters, result } => {
            clipboard::told(state, &what, characters, result);
            Vec::new()
        }
        Message::Verified(result) => {
            verify::done(state, &result);
            Vec::new()
        }
        Message::Exported { request, result } => export::done(state, *request, result),
        Message::Planned(result) => {
            programs::planned(state, result);
            Vec::new()
        }
        Message::Printed { lines, dropped } => {
            programs::printed(state, lines, dropped);
            Vec::new()
        }
        Message::ServerSeen(serving) => {
            restart::show_status(state, &serving);
            Vec::new()
        }
        Message::LogRead(result) => {
            restart::show_log(state, result);
            Vec::new()
        }
        Message::RunEnded(ended) => programs::ended(state, &ended),
        Message::NoExample(why) => {
            state.say(Tone::Failed, format!("The example cannot be opened: {why}."));
            Vec::new()
        }
        Message::NotSuspended(why) => {
            state.say(Tone::Told, why);
            Vec::new()
        }
    };
    settled(state, effects)
}

/// Puts right what follows from any change, and adds what is asked of the outside for it.
pub fn settled(state: &mut State, mut effects: Vec<Effect>) -> Vec<Effect> {
    // An undo may take away the entry whose parameters are shown.
    if state.screen == Screen::Parameters && state.current_entry().is_none() {
        state.screen = Screen::Main;
        state.focus = Pane::of(state.role);
    }
    clipboard::remember(state, &effects);
    conflict::settle(state);
    filters::settle(state);
    // Of keys that came together the last one has it built, and those that do more than move on a list.
    if !state.typed.more_follows || state.screen != Screen::Main || !matches!(state.focus, Pane::Api | Pane::Remote) {
        state.settle_tree();
    }
    motion::settle(state);
    source::settle(state);
    state.outside.drafting |= effects.iter().any(|effect| matches!(effect, Effect::Draft(_)));
    effects.extend(outside::look(state));
    effects
}

/// Takes both files as they were found, and asks what else there is to know.
fn opened_files(state: &mut State, (workspace, facts): (crate::config::Workspace, crate::check::Facts)) -> Vec<Effect> {
    open(state, workspace, facts);
    let paths = Box::new(Role::ALL.map(|role| state.path(role)));
    let mut effects = vec![Effect::Meet { paths, read_only: state.settings.read_only }];
    effects.extend(writing::opened(state));
    effects.extend(state.classify_if_needed());
    effects.extend(reading::start(state));
    effects.extend(mouse::begin(state));
    effects
}

/// Takes what other runs have left and do, then the keys that came before the files were read.
fn met(state: &mut State, met: Met) -> Vec<Effect> {
    let mut effects = recovery::met(state, met);
    let early = std::mem::take(&mut state.typed.early);
    // They were not meant for a question that nobody had seen.
    if state.modals.is_empty() {
        let told = state.status.clone();
        effects.extend(burst::press_all(state, early));
        state.status = state.status.take().or(told);
    }
    effects
}

fn open(state: &mut State, workspace: crate::config::Workspace, facts: crate::check::Facts) {
    state.facts = facts;
    state.disk = workspace.clone();
    state.workspace = workspace;
    for role in Role::ALL {
        state.refresh_list(role);
    }
    state.mark_scanned();
    state.recheck();
    state.ready = true;
    state.glimpses = Default::default();
    if state.list(Role::Api).body == Body::Absent && state.list(Role::Remote).body != Body::Absent {
        state.role = Role::Remote;
        state.focus = Pane::Remote;
    }
    let sample = match state.settings.files {
        Files::Own => None,
        Files::Demo => {
            Some("A throw-away copy of the sample: every key works, nothing of yours is touched. ? shows the keys.")
        }
        Files::Example => Some("An example: try every key, save is off. q goes back to your own files."),
    };
    if let Some(sample) = sample {
        state.say(Tone::Told, sample);
    } else if state.settings.read_only {
        state.say(Tone::Told, "Read-only: nothing can be changed.");
    }
    complain(state);
}

/// Takes plugin classes that were found.
fn classified(state: &mut State, mut found: Catalog) {
    let mut now = state.facts.clone();
    // A question that was asked before may be answered later.
    for (place, answer) in &now.catalog.answers {
        found.answers.entry(place.clone()).or_insert_with(|| answer.clone());
    }
    // A check of a long list takes its time.
    if *now.catalog != found {
        now.catalog = Arc::new(found);
        state.take_facts(now);
    }
    forms::retell(state);
}

/// Takes what was looked at.
fn scanned(state: &mut State, facts: crate::check::Facts) -> Vec<Effect> {
    // Answers may come late: what was looked at is added, nothing else.
    let mut now = state.facts.clone();
    now.directories.extend(facts.directories);
    if facts.modules.iter().any(|(name, module)| now.modules.get(name) != Some(module)) {
        Arc::make_mut(&mut now.modules).extend(Arc::unwrap_or_clone(facts.modules));
    }
    now.memories = facts.memories;
    // A check of a long list takes its time.
    if (&now.directories, &now.modules, &now.memories)
        != (&state.facts.directories, &state.facts.modules, &state.facts.memories)
    {
        state.take_facts(now);
    }
    // Told anew: of what a person types nothing is asked, or that would never end.
    forms::retell(state);
    let mut effects = state.classify_if_needed();
    effects.extend(reading::start(state));
    effects
}

fn drafted(state: &mut State, result: Result<Vec<(Role, std::path::PathBuf)>, String>) -> Vec<Effect> {
    state.outside.drafting = false;
    match result {
        Ok(drafts) => later::drafted(state, &drafts),
        Err(why) => state.say(Tone::Failed, format!("No draft was written: {why}.")),
    }
    Vec::new()
}

pub(super) fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if state.layout_size() == Size::TooSmall {
        return press_blind(state, key);
    }
    if !state.modals.is_empty() {
        return dialogs::press(state, key);
    }
    if !state.ready {
        press_early(state, key);
        return Vec::new();
    }
    let context = state.screen_context();
    let command = match meaning(state, context, key) {
        Meaning::Chord => return Vec::new(),
        Meaning::Command(command) => command,
    };
    let Some(command) = command else {
        state.say(Tone::Told, format!("{key}: no action here (? shows the keys)."));
        return Vec::new();
    };
    if !motion::is_motion(command.id) {
        state.settle_tree();
    }
    // q closes an inner screen; Ctrl-C and F10 always mean the program.
    if command.id == Id::Quit && key.typed() == Some('q') && state.screen != Screen::Main {
        return run(state, Id::Back);
    }
    state.status = None;
    run(state, command.id)
}

/// Keeps a key that came before the files were read; leaves at once where it asks for that.
fn press_early(state: &mut State, key: Key) {
    let stroke = Stroke { first: key, then: None };
    let quits = state.preferences.keymap.find(Context::List, stroke).is_some_and(|command| command.id == Id::Quit);
    // Nothing can be lost yet. A letter behind others may mean a screen that they open.
    if quits && (state.typed.early.is_empty() || key.typed().is_none()) {
        state.exit = Some(Exit::Left);
    } else if state.typed.early.len() < MOST_EARLY {
        state.typed.early.push(key);
    }
}

/// On a screen too small to show what is done, only leaving works.
fn press_blind(state: &mut State, key: Key) -> Vec<Effect> {
    let ctrl_c = Key { code: Code::Char('c'), ctrl: true, alt: false };
    let asks = matches!(state.modals.last(), Some(Modal::Menu(menu)) if menu.leaving);
    match (key.typed(), asks) {
        _ if key == ctrl_c && asks => {
            state.exit = Some(Exit::Interrupted);
            Vec::new()
        }
        (Some('x'), true) => {
            state.exit = Some(Exit::Left);
            Vec::new()
        }
        (_, true) if key.code == Code::Esc => {
            state.modals.pop();
            Vec::new()
        }
        (Some('q'), false) => saving::quit(state),
        _ if key == ctrl_c => saving::quit(state),
        _ => Vec::new(),
    }
}

fn take_paste(state: &mut State, text: &str) -> Vec<Effect> {
    if !state.modals.is_empty() {
        return dialogs::take_paste(state, text);
    }
    if paste::is_taken(state) {
        return paste::on_list(state, text);
    }
    state.say(Tone::Told, "Pasted text goes into a field or a list: press a or Enter first.");
    Vec::new()
}

/// Runs a command.
pub fn run(state: &mut State, id: Id) -> Vec<Effect> {
    let screen = state.screen;
    let effects = run_here(state, id);
    if state.screen != screen && !matches!(id, Id::Back | Id::Forward) {
        state.forward.clear();
    }
    effects
}

fn run_here(state: &mut State, id: Id) -> Vec<Effect> {
    let context = state.screen_context();
    if motion::apply(state, id) {
        return Vec::new();
    }
    match id {
        Id::Help => palette::open_commands(state, false),
        Id::Palette => palette::open_commands(state, true),
        Id::About => dialogs::notice(state, "What are plugins?", dialogs::about()),
        Id::Verify => return verify::start(state),
        Id::Export => return export::start(state),
        Id::Source => source::open(state),
        Id::Clipboard => clipboard::open(state),
        Id::CopyRestart => return takes_effect::copy(state),
        Id::Find => forms::open(state, find::form()),
        Id::Filter => filters::open(state),
        Id::History => past::open(state),
        Id::Forward => forward(state),
        Id::SideBySide => sides::open(state),
        Id::Backups => return backups::start(state, dialogs::editor_role(state)),
        Id::Restart => return restart::start(state),
        Id::Status => return vec![Effect::SeeServer],
        Id::Log => return restart::read_log(state, ""),
        Id::Build | Id::Install => return programs::start(state, id),
        Id::Undo => return edits::undo(state, false),
        Id::Redo => return edits::undo(state, true),
        Id::Save => return saving::open_review(state),
        Id::Quit => return saving::quit(state),
        Id::Editor if context == Context::Source => return source::run(state, id),
        Id::Editor => return external::open(state),
        Id::Compare => return conflict::compare_with_disk(state),
        Id::Reload => return vec![saving::reread(state, Reason::Asked), state.scan()],
        Id::Preview => go_to_screen(state, Screen::Preview),
        Id::Wheels => go_to_screen(state, Screen::Wheels),
        Id::WheelPath => {
            if state.list(Role::Api).body == Body::Absent || forms::is_editable(state, Role::Api) {
                let form = forms::wheel_path(state);
                forms::open(state, form);
                return forms::changed(state);
            }
            state.say(Tone::Failed, "plugins.yaml cannot be read: mend it first (e opens it).");
        }
        Id::Browse => return browse::browse(state),
        Id::Theme => look::open(state),
        Id::PasteEntries => return paste::open(state),
        Id::EditComment => return comments::edit_above(state),
        Id::EditLineComment => return comments::edit_behind(state),
        Id::EditorSchema => return modeline::open(state),
        Id::KeptEdits => recovery::offer_again(state),
        Id::NextProblem => problems::next_problem(state, true),
        Id::PreviousProblem => problems::next_problem(state, false),
        Id::Fix => return problems::fix(state),
        Id::NextPane | Id::PreviousPane => step_pane(state, id == Id::NextPane),
        Id::Pane1 | Id::Pane2 | Id::Pane3 | Id::Pane4 | Id::Pane5 => go_to_pane(state, id),
        Id::Back => back(state),
        Id::Redraw => return vec![Effect::Redraw],
        Id::Suspend => return vec![Effect::Suspend],
        Id::Mouse => return mouse::toggle(state),
        Id::Example => return vec![Effect::OpenExample],
        Id::AboutProgram => dialogs::notice(state, "About", about::lines(state)),
        Id::GoTo if context == Context::Source => source::go_to_line(state),
        Id::GoTo => problems::go_to_problem(state),
        Id::ShowIgnored => problems::show_ignored(state),
        Id::Explain => problems::explain(state),
        Id::YankProblem => {
            return state
                .problems
                .get(state.problem.at)
                .map(|one| Effect::Copy {
                    text: format!("{} {}", one.severity.letter(), review::problem_text(one)),
                    what: "the problem".to_owned(),
                })
                .into_iter()
                .collect();
        }
        Id::NextSection => state.sections.0 = (state.sections.0 + 1) % pages::SECTIONS.len(),
        Id::PreviousSection => state.sections.0 = (state.sections.0 + 2) % pages::SECTIONS.len(),
        Id::AddRemote => {
            state.role = Role::Remote;
            state.focus = Pane::Remote;
            let form = forms::add_class(state, Role::Remote, None, false);
            forms::open(state, form);
        }
        Id::EditLine => {
            if let Some(form) = forms::line(state, state.role) {
                forms::open(state, form);
            }
        }
        _ => return run_in(state, context, id),
    }
    Vec::new()
}

/// Runs a command that only one kind of screen has.
fn run_in(state: &mut State, context: Context, id: Id) -> Vec<Effect> {
    match context {
        Context::List => lists::on_list(state, id),
        Context::FirstRun => {
            state.role = Role::Api;
            state.focus = Pane::Api;
            lists::on_list(state, id)
        }
        Context::Parameters => parameters::on_tree(state, id),
        Context::Review => in_review(state, id),
        Context::Conflict => conflict::run(state, id),
        Context::Source => source::run(state, id),
        Context::Wheels => match id {
            Id::WheelDetail => {
                wheels::show(state);
                Vec::new()
            }
            Id::AddFromWheel => wheels::add_class(state),
            Id::YankWheel => wheels::yank(state),
            Id::Sort => {
                wheels::sort(state);
                Vec::new()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn in_review(state: &mut State, id: Id) -> Vec<Effect> {
    match id {
        Id::SaveNow => return saving::save_all(state),
        Id::SaveSound => return saving::save_sound(state),
        Id::GoToError => saving::go_to_error(state),
        Id::LeaveOut => review::toggle(state),
        Id::Draft => return saving::draft(state),
        Id::Force => saving::ask_force_first(state),
        Id::NextFile => {
            if let Some(review) = &mut state.review {
                review.file = (review.file + 1) % review.files.len().max(1);
                review.cursor = super::Cursor::default();
            }
        }
        Id::NextChange | Id::PreviousChange => {
            let forward = id == Id::NextChange;
            if state.review.as_mut().is_some_and(|review| !review.step(forward)) {
                let text = if forward { "This is the last change of the file." } else { "This is the first change." };
                state.say(Tone::Told, text);
            }
        }
        _ => {}
    }
    Vec::new()
}

fn go_to_screen(state: &mut State, screen: Screen) {
    state.screen = screen;
    state.sections = (0, [0; 3]);
    state.filters.preview = String::new();
    state.wheel = super::Cursor::default();
    wheels::set_filter(state, String::new());
}

fn forward(state: &mut State) {
    match state.forward.pop() {
        Some(Screen::Parameters) if state.current_entry().is_none() => {}
        Some(screen) => {
            state.screen = screen;
            return;
        }
        None => {}
    }
    state.say(Tone::Told, "There is no screen to go forward to.");
}

fn back(state: &mut State) {
    let screen = state.screen;
    if matches!(screen, Screen::Main | Screen::Parameters | Screen::Wheels) && find::come_back(state) {
        return;
    }
    step_back(state, screen);
    let is_plain = matches!(screen, Screen::Parameters | Screen::Wheels | Screen::Preview);
    if state.screen != screen && is_plain {
        state.forward.push(screen);
    }
}

fn step_back(state: &mut State, screen: Screen) {
    if filters::clear(state) {
        return;
    }
    match screen {
        Screen::Review => saving::close(state),
        Screen::Conflict => conflict::back(state),
        Screen::Parameters if state.tree.level.is_some() => {
            let _ = parameters::on_tree(state, Id::Fold);
        }
        Screen::Parameters => parameters::leave(state),
        Screen::Source => source::back(state),
        Screen::Wheels if reading::stop(state) => {}
        Screen::Wheels if !state.wheel_view.filter.is_empty() => wheels::set_filter(state, String::new()),
        Screen::Wheels | Screen::Preview => state.screen = Screen::Main,
        Screen::Main => {
            let role = state.role;
            let list = state.list_mut(role);
            if !list.selected.is_empty() || list.anchor.is_some() {
                list.selected.clear();
                list.anchor = None;
            } else if !list.filter.is_empty() {
                list.set_filter(String::new());
            } else {
                state.focus = Pane::of(role);
            }
        }
    }
}

fn step_pane(state: &mut State, forward: bool) {
    let all = Pane::ALL;
    let step = if forward { 1 } else { all.len() - 1 };
    focus(state, all[(state.focus.index() + step) % all.len()]);
}

fn go_to_pane(state: &mut State, id: Id) {
    let pane = match id {
        Id::Pane1 => Pane::Api,
        Id::Pane2 => Pane::Remote,
        Id::Pane3 => Pane::Detail,
        Id::Pane4 => Pane::Problems,
        _ => Pane::Upload,
    };
    if state.screen != Screen::Main {
        state.screen = Screen::Main;
    }
    focus(state, pane);
}

pub(super) fn focus(state: &mut State, pane: Pane) {
    state.focus = pane;
    match pane {
        Pane::Api => state.role = Role::Api,
        Pane::Remote => state.role = Role::Remote,
        _ => {}
    }
}
