//! Every command of the table, run: by each of its keys, from the palette, out of the help.
//!
//! A row says where a command is tried, what leads there, and what holds
//! afterwards that did not before. A command without a row fails.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use skyplug_tui::app::command::{Command, Context, Id, in_context, table};
use skyplug_tui::app::conflict;
use skyplug_tui::app::form::FormRow;
use skyplug_tui::app::keymap::Key;
use skyplug_tui::app::message::{Effect, Message};
use skyplug_tui::app::modal::Modal;
use skyplug_tui::app::wheels::WheelOrder;
use skyplug_tui::app::{Exit, Pane, Screen, Settings};
use skyplug_tui::config::Role;
use skyplug_tui::config::merge::Whose;
use skyplug_tui::ui::theme::palette::BUILT_IN;

use crate::driver::Driver;
use crate::screens::{API, build, conflicting, sample};
use crate::{pictures, recovery, zip};

/// Where a command is tried: the command and a context, what opens, the keys that lead there, the
/// keys that follow it, what it promises.
type Row = (Id, Context, fn() -> Driver, &'static str, &'static str, fn(&Driver) -> bool);

/// The commands that `ux.md` gives no key: their names in the palette.
const PALETTE_ONLY: [&str; 17] = [
    "about",
    "backups",
    "browse for the wheel directory",
    "build a wheel",
    "clipboard",
    "edit comment",
    "edit comment behind",
    "export configmap",
    "kept edits",
    "log",
    "paste entries",
    "restart command",
    "schema for editors",
    "status",
    "theme",
    "verify with SkyPilot",
    "what are plugins?",
];

fn first_run() -> Driver {
    Driver::open(None, None)
}

/// Opens a list that has lost a colon.
fn broken() -> Driver {
    Driver::open(Some(&API.replace("parameters:\n      path", "parameters\n      path")), None)
}

/// Opens lists with an error and with a problem that a comment silences.
fn faulty() -> Driver {
    Driver::open(
        Some("plugins:\n- class: a.B\n- class: a.B   # skyplug: ignore[duplicate-class]\n- class: Legacy\n"),
        None,
    )
}

/// Opens a list that is nothing.
fn null() -> Driver {
    Driver::open(Some("plugins:\n"), None)
}

/// Opens a long list.
fn long() -> Driver {
    let entries: Vec<String> = (1..=80).map(|n| format!("- class: acme.Plugin{n}\n")).collect();
    Driver::open(Some(&format!("plugins:\n{}", entries.concat())), None)
}

/// Opens a string of several lines.
fn lines() -> Driver {
    Driver::open(Some("plugins:\n- class: a.B\n  parameters:\n    note: |\n      one\n      two\n"), None)
}

/// Opens a long value.
fn wide() -> Driver {
    let value = "word ".repeat(60);
    Driver::open(Some(&format!("plugins:\n- class: a.B\n  parameters:\n    note: {value}end\n")), None)
}

/// Opens the lists beside a Python with SkyPilot, programs held back.
fn with_python() -> Driver {
    let mut driver = Driver::open_with(
        Some("controller_wheel_path: ~/wheels\nplugins:\n- class: acme.Audit\n"),
        None,
        Settings::default(),
        |home| {
            let packages = "venv/lib/python3.11/site-packages/skypilot-0.14.1.dist-info";
            for folder in ["wheels", "venv/bin", packages] {
                fs::create_dir_all(home.join(folder)).expect("made");
            }
            fs::write(home.join("wheels/acme-1.0-py3-none-any.whl"), zip::wheel("acme", "1.0", "")).expect("written");
            fs::write(home.join("venv/bin/python3"), "#!/bin/sh\n").expect("written");
        },
    );
    driver.holds = true;
    let python = driver.home().join("venv/bin/python3");
    driver.set_python(&python);
    driver
}

/// Opens the lists beside a program `sky` that does nothing, and a log.
fn with_sky() -> Driver {
    let driver = with_python();
    let sky = driver.home().join("venv/bin/sky");
    fs::write(&sky, "#!/bin/sh\n").expect("written");
    fs::set_permissions(&sky, fs::Permissions::from_mode(0o755)).expect("set");
    fs::create_dir(driver.home().join(".sky/api_server")).expect("made");
    fs::write(driver.home().join(".sky/api_server/server.log"), "Uvicorn running\n").expect("written");
    driver
}

fn with_themes() -> Driver {
    let mut driver = sample();
    driver.state.preferences.themes.names = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
    driver
}

/// Opens files that somebody changes afterwards.
fn changed_on_disk() -> Driver {
    let driver = sample();
    fs::write(driver.path("plugins.yaml"), format!("{API}  - class: acme.Theirs\n")).expect("written");
    driver
}

/// Opens two directories to walk.
fn directories() -> Driver {
    let driver = sample();
    fs::create_dir_all(driver.home().join("aaa/inner")).expect("made");
    driver
}

/// Opens files beside which an earlier run has left edits, which nobody has decided on.
fn left_behind() -> Driver {
    let mut driver = recovery::offered(recovery::API);
    driver.press("<Esc>");
    driver
}

/// Opens the output of a program that runs.
fn running() -> Driver {
    let mut driver = build();
    driver.press("y");
    driver
}

fn text(driver: &Driver, role: Role) -> &str {
    driver.state.workspace.text(role).unwrap_or_default()
}

fn api(driver: &Driver) -> &str {
    text(driver, Role::Api)
}

fn has(driver: &Driver, class: &str) -> bool {
    text(driver, Role::Remote).contains(class)
}

fn shows(driver: &Driver, what: &str) -> bool {
    driver.screen().contains(what)
}

/// Tells whether one text stands in front of another.
fn stands(text: &str, first: &str, second: &str) -> bool {
    text.find(first).zip(text.find(second)).is_some_and(|(first, second)| first < second)
}

fn at(driver: &Driver) -> Context {
    driver.state.context()
}

fn row(driver: &Driver) -> usize {
    driver.state.list(driver.state.role).cursor
}

/// Returns what is typed in the field with the cursor.
fn typed(driver: &Driver) -> &str {
    match driver.state.modals.last() {
        Some(Modal::Form(form)) => match &form.rows[form.active] {
            FormRow::Text { field, .. } => field.text(),
            FormRow::Choice { .. } => "(a choice)",
        },
        _ => "(no form)",
    }
}

fn active(driver: &Driver) -> Option<usize> {
    let Some(Modal::Form(form)) = driver.state.modals.last() else { return None };
    Some(form.active)
}

fn commands(driver: &Driver) -> Option<(bool, bool, usize)> {
    let Some(Modal::Commands(commands)) = driver.state.modals.last() else { return None };
    Some((commands.palette, commands.all, commands.cursor))
}

/// Returns where the cursor of the area is.
fn area(driver: &Driver) -> Option<usize> {
    let Some(Modal::Area(area)) = driver.state.modals.last() else { return None };
    Some(area.editor.cursor().0)
}

fn menu(driver: &Driver, title: &str) -> bool {
    matches!(driver.state.modals.last(), Some(Modal::Menu(menu)) if menu.title.contains(title))
}

fn hunk(driver: &Driver) -> Option<usize> {
    driver.state.review.as_ref().map(|review| review.cursor.at)
}

/// Tells whether the cursor is on a change that both sides made.
fn on_conflict(driver: &Driver) -> bool {
    let Some(view) = &driver.state.conflict else { return false };
    matches!(&view.rows[view.cursor.at], conflict::Row::Change(line) if line.whose == Whose::Conflict)
}

fn notice(driver: &Driver, what: &str) -> bool {
    at(driver) == Context::Notice && shows(driver, what)
}

use Context as C;

#[rustfmt::skip]
const ROWS: &[Row] = &[
    // Lists.
    (Id::Add, C::List, sample, "", "acme.New<Enter>", |d| stands(api(d), "AuditPlugin", "acme.New") && stands(api(d), "acme.New", "CostGuard")),
    (Id::AddBefore, C::List, sample, "", "acme.New<Enter>", |d| stands(api(d), "acme.New", "AuditPlugin")),
    (Id::Open, C::List, sample, "j", "", |d| d.state.screen == Screen::Parameters && shows(d, "Parameters: acme_cost.CostGuard")),
    (Id::ChangeClass, C::List, sample, "", "<Ctrl-U>acme.Other<Enter>", |d| api(d).contains("class: acme.Other") && !api(d).contains("AuditPlugin")),
    (Id::Delete, C::List, sample, "", "", |d| !api(d).contains("AuditPlugin")),
    (Id::Copy, C::List, sample, "j", "", |d| has(d, "acme_cost.CostGuard") && api(d).contains("acme_cost.CostGuard")),
    (Id::Transfer, C::List, sample, "j", "", |d| has(d, "acme_cost.CostGuard") && !api(d).contains("acme_cost.CostGuard")),
    (Id::MoveUp, C::List, sample, "j", "", |d| stands(api(d), "CostGuard", "AuditPlugin")),
    (Id::MoveDown, C::List, sample, "", "", |d| stands(api(d), "CostGuard", "AuditPlugin")),
    (Id::Mark, C::List, sample, "", "", |d| d.state.list(Role::Api).selected.len() == 1),
    (Id::MarkAll, C::List, sample, "", "", |d| d.state.list(Role::Api).selected.len() == 2),
    (Id::MarkRange, C::List, sample, "", "jd", |d| !api(d).contains("- class:")),
    (Id::Duplicate, C::List, sample, "", "", |d| api(d).matches("class: acme_audit.AuditPlugin").count() == 2),
    (Id::Disable, C::List, sample, "", "", |d| d.state.list(Role::Api).disabled.len() == 1 && api(d).contains("AuditPlugin")),
    (Id::YankClass, C::List, sample, "", "", |d| d.copied == ["acme_audit.AuditPlugin"]),
    (Id::YankYaml, C::List, sample, "", "", |d| d.copied.len() == 1 && d.copied[0].starts_with("class: acme_audit.AuditPlugin\n") && d.copied[0].contains("level: info")),
    (Id::Filter, C::List, sample, "", "cost<Enter>", |d| d.state.list(Role::Api).len() == 1),
    (Id::EditEntry, C::List, sample, "", "", |d| at(d) == C::Menu && shows(d, "true")),
    // A file as text.
    (Id::EditLine, C::Text, broken, "gjjjjj", "<Ctrl-U># gone<Enter>", |d| api(d).contains("# gone")),
    // Parameters.
    (Id::EditValue, C::Parameters, sample, "j<Enter>j", "<Ctrl-U>750<Enter>", |d| api(d).contains("team-a: 750")),
    (Id::AddValue, C::Parameters, sample, "j<Enter>j", "team-c<Tab>1<Enter>", |d| api(d).contains("team-c: 1")),
    (Id::DeleteValue, C::Parameters, sample, "j<Enter>j", "", |d| !api(d).contains("team-a")),
    (Id::Rename, C::Parameters, sample, "j<Enter>j", "<Ctrl-U>team-z<Enter>", |d| api(d).contains("{team-z: 500, team-b")),
    (Id::ChangeType, C::Parameters, sample, "j<Enter>j", "s", |d| api(d).contains("team-a: '500'") || api(d).contains("team-a: \"500\"")),
    (Id::ValueUp, C::Parameters, sample, "j<Enter>jj", "", |d| api(d).contains("{team-b: 250, team-a: 500}")),
    (Id::ValueDown, C::Parameters, sample, "j<Enter>j", "", |d| api(d).contains("{team-b: 250, team-a: 500}")),
    (Id::Fold, C::Parameters, sample, "j<Enter>", "", |d| d.state.tree.rows.len() == 9),
    (Id::Unfold, C::Parameters, sample, "j<Enter>h", "", |d| d.state.tree.rows.len() == 12),
    (Id::Increase, C::Parameters, sample, "j<Enter>j", "", |d| api(d).contains("team-a: 501")),
    (Id::Decrease, C::Parameters, sample, "j<Enter>j", "", |d| api(d).contains("team-a: 499")),
    (Id::DuplicateValue, C::Parameters, sample, "j<Enter>jjjjjj", "", |d| api(d).matches("'#cost'").count() == 2),
    (Id::Reveal, C::Parameters, sample, "j<Enter>jjjjjjjjj", "", |d| shows(d, "example-not-a-real-token")),
    (Id::Wrap, C::Parameters, wide, "<Enter>", "", |d| d.state.tree.wraps && shows(d, "word end")),
    (Id::ShowUnset, C::Parameters, pictures::sample, "j<Enter>", "", |d| d.state.tree.rows.iter().any(|row| row.unset.is_some())),
    (Id::YankValue, C::Parameters, sample, "j<Enter>jjjjjjjjj", "", |d| d.copied == ["example-not-a-real-token"]),
    (Id::YankPath, C::Parameters, sample, "j<Enter>j", "", |d| d.copied.len() == 1 && d.copied[0].contains("limits.team-a")),
    // First run.
    (Id::Add, C::FirstRun, first_run, "", "acme.New<Enter>", |d| api(d).contains("acme.New")),
    (Id::AddRemote, C::FirstRun, first_run, "", "acme.New<Enter>", |d| has(d, "acme.New")),
    (Id::Example, C::FirstRun, first_run, "", "", |d| d.status().contains("no terminal")),
    (Id::About, C::FirstRun, first_run, "", "", |d| notice(d, "plugins")),
    // Problems, upload.
    (Id::GoTo, C::Problems, faulty, "4", "", |d| (d.state.focus, row(d)) == (Pane::Api, 2) || (d.state.screen, row(d)) == (Screen::Parameters, 2)),
    (Id::Explain, C::Problems, faulty, "4", "", |d| notice(d, "class-path")),
    (Id::Explain, C::List, faulty, "gjj", "", |d| notice(d, "class-path")),
    (Id::ShowIgnored, C::Problems, faulty, "4", "", |d| notice(d, "duplicate-class")),
    (Id::YankProblem, C::Problems, faulty, "4", "", |d| d.copied.len() == 1 && d.copied[0].contains("Legacy")),
    (Id::Preview, C::Upload, sample, "5", "", |d| d.state.screen == Screen::Preview),
    // Wheels, preview.
    (Id::WheelDetail, C::Wheels, sample, "w", "", |d| notice(d, "acme_audit-1.2.0-py3-none-any.whl")),
    (Id::AddFromWheel, C::Wheels, pictures::sample, "wj", "", |d| shows(d, "acme_cost.CostReport") && !d.state.modals.is_empty()),
    (Id::Filter, C::Wheels, sample, "w", "cost<Enter>", |d| d.state.wheel_view.rows().len() == 1),
    (Id::Sort, C::Wheels, sample, "w", "", |d| d.state.wheel_view.order == WheelOrder::Size),
    (Id::YankWheel, C::Wheels, sample, "w", "", |d| d.copied.len() == 1 && d.copied[0].ends_with("wheels/acme_audit-1.2.0-py3-none-any.whl")),
    (Id::Build, C::Wheels, with_python, "w", "", |d| at(d) == C::Field && shows(d, "project")),
    (Id::Install, C::Wheels, with_python, "w", "", |d| at(d) == C::Menu && shows(d, "pip install")),
    (Id::NextSection, C::Preview, sample, "p", "", |d| d.state.sections.0 == 1),
    (Id::PreviousSection, C::Preview, sample, "p<Tab>", "", |d| d.state.sections.0 == 0),
    // Review.
    (Id::SaveNow, C::Review, sample, "ds", "", |d| !d.api().contains("AuditPlugin") && d.state.unsaved_roles().is_empty()),
    (Id::GoToError, C::Review, sample, "aLegacy<Enter>gs", "", |d| d.state.screen == Screen::Main && row(d) == 1),
    (Id::SaveSound, C::Review, sample, "aLegacy<Enter>2ds", "", |d| !d.remote().contains("AuditPlugin") && d.api() == API),
    (Id::LeaveOut, C::Review, sample, "ds", "", |d| d.state.review.as_ref().is_some_and(|review| review.files[0].left_out() > 0)),
    (Id::Draft, C::Review, sample, "ds", "", |d| d.status().starts_with("Draft kept") && d.api() == API),
    (Id::Force, C::Review, sample, "aLegacy<Enter>s", "plugins.yaml<Enter>", |d| d.api().contains("Legacy")),
    (Id::NextFile, C::Review, sample, "d2ds", "", |d| d.state.review.as_ref().is_some_and(|review| review.file == 1)),
    (Id::NextChange, C::Review, sample, "dGaacme.New<Enter>s", "", |d| hunk(d).is_some_and(|at| at > 0)),
    (Id::PreviousChange, C::Review, sample, "dGaacme.New<Enter>snn", "", |d| hunk(d).is_some_and(|at| (1..6).contains(&at))),
    // A file that changed on disk.
    (Id::Accept, C::Conflict, conflicting, "m", "", |d| d.status().starts_with("Merged plugins.yaml")),
    (Id::TakeMine, C::Conflict, conflicting, "", "a", |d| d.status().starts_with("Merged") && api(d).contains("dry_run: no\n")),
    (Id::TakeTheirs, C::Conflict, conflicting, "", "a", |d| d.status().starts_with("Merged") && api(d).contains("dry_run: 'no'")),
    (Id::NextChange, C::Conflict, conflicting, "g", "", on_conflict),
    (Id::PreviousChange, C::Conflict, conflicting, "G", "", on_conflict),
    (Id::TextDiff, C::Conflict, conflicting, "m", "", |d| d.state.conflict.as_ref().is_some_and(|view| view.diff.is_some())),
    (Id::TakeDisk, C::Conflict, conflicting, "", "", |d| api(d).contains("level: debug") && !api(d).contains("acme_new")),
    (Id::Overwrite, C::Conflict, conflicting, "", "", |d| d.api().contains("acme_new") && !d.api().contains("level: debug")),
    (Id::Draft, C::Conflict, conflicting, "", "", |d| d.status().starts_with("Draft kept")),
    // The source.
    (Id::GoTo, C::Source, sample, "jSg<Down><Down><Down><Down><Down><Down>", "", |d| d.state.screen == Screen::Main && row(d) == 0),
    (Id::NextFile, C::Source, sample, "S", "", |d| shows(d, "What controllers load")),
    (Id::Editor, C::Source, sample, "S", "", |d| at(d) == C::Menu && shows(d, "true")),
    (Id::Source, C::List, sample, "", "", |d| d.state.screen == Screen::Source),
    (Id::SideBySide, C::List, sample, "", "", |d| matches!(d.state.modals.last(), Some(Modal::Sides(_)))),
    // Everywhere.
    (Id::Filter, C::Parameters, sample, "j<Enter>", "team-b<Enter>", |d| d.state.tree.rows.len() == 2 && shows(d, "2 of 9 shown")),
    (Id::Compare, C::List, conflicting, "<Esc>", "", |d| d.state.screen == Screen::Conflict),
    (Id::Fix, C::Parameters, sample, "j<Enter>jjjj", "<Enter>", |d| api(d).contains("dry_run: 'yes'")),
    (Id::WheelPath, C::List, sample, "", "<Ctrl-U>~/dist<Enter>", |d| api(d).contains("controller_wheel_path: ~/dist")),
    (Id::Preview, C::List, sample, "", "", |d| d.state.screen == Screen::Preview),
    (Id::Wheels, C::List, sample, "", "", |d| d.state.screen == Screen::Wheels),
    (Id::NextProblem, C::List, sample, "", "", |d| d.status().starts_with("1/")),
    (Id::PreviousProblem, C::List, faulty, "", "", |d| d.status().contains('/') && d.state.problem_shown),
    (Id::Save, C::List, sample, "d", "", |d| d.state.screen == Screen::Review && d.api() == API),
    (Id::Undo, C::List, sample, "d", "", |d| api(d) == API),
    (Id::Redo, C::List, sample, "du", "", |d| !api(d).contains("AuditPlugin")),
    (Id::Editor, C::List, sample, "", "", |d| at(d) == C::Menu && shows(d, "true")),
    (Id::Reload, C::List, changed_on_disk, "", "", |d| api(d).contains("acme.Theirs")),
    (Id::NextPane, C::List, sample, "", "", |d| d.state.focus == Pane::Remote),
    (Id::PreviousPane, C::List, sample, "", "", |d| d.state.focus == Pane::Upload),
    (Id::Pane1, C::List, sample, "2", "", |d| d.state.focus == Pane::Api),
    (Id::Pane2, C::List, sample, "", "", |d| d.state.focus == Pane::Remote),
    (Id::Pane3, C::List, sample, "", "", |d| d.state.focus == Pane::Detail),
    (Id::Pane4, C::List, sample, "", "", |d| d.state.focus == Pane::Problems),
    (Id::Pane5, C::List, sample, "", "", |d| d.state.focus == Pane::Upload),
    (Id::Down, C::List, long, "", "", |d| row(d) == 1),
    (Id::Up, C::List, long, "jj", "", |d| row(d) == 1),
    (Id::PageDown, C::List, long, "", "", |d| row(d) > 1 && row(d) < 79),
    (Id::PageUp, C::List, long, "G", "", |d| row(d) > 1 && row(d) < 79),
    (Id::First, C::List, long, "jj", "", |d| row(d) == 0),
    (Id::Last, C::List, long, "", "", |d| row(d) == 79),
    (Id::Palette, C::List, sample, "", "", |d| commands(d).is_some_and(|(palette, ..)| palette)),
    (Id::Help, C::List, sample, "", "", |d| commands(d).is_some_and(|(palette, ..)| !palette)),
    (Id::Back, C::Wheels, sample, "w", "", |d| d.state.screen == Screen::Main),
    (Id::Quit, C::List, sample, "", "", |d| matches!(d.state.exit, Some(Exit::Left))),
    (Id::Suspend, C::List, sample, "", "", |d| d.status().contains("cannot be suspended here")),
    (Id::Forward, C::List, sample, "w<Esc>", "", |d| d.state.screen == Screen::Wheels),
    (Id::Find, C::List, sample, "", "acme_cost<Enter>", |d| at(d) == C::Choice && shows(d, "acme_cost.CostGuard")),
    (Id::Clipboard, C::List, sample, "y", "", |d| shows(d, "Copied: the class path") && at(d) == C::Notice),
    (Id::CopyRestart, C::List, sample, "", "", |d| d.copied == ["sky api stop; sky api start"]),
    (Id::History, C::List, sample, "d", "", |d| at(d) == C::Choice && shows(d, "acme_audit.AuditPlugin")),
    (Id::Mouse, C::List, sample, "", "", |d| d.status().starts_with("The mouse is on")),
    (Id::Redraw, C::List, sample, "", "", |d| matches!(d.asked.as_slice(), [Effect::Redraw])),
    (Id::Browse, C::List, sample, "", "", |d| at(d) == C::Browse),
    (Id::About, C::List, sample, "", "", |d| notice(d, "plugins")),
    (Id::AboutProgram, C::List, sample, "", "", |d| notice(d, env!("CARGO_PKG_VERSION"))),
    (Id::PasteEntries, C::List, sample, "", "- class: acme.Pasted<F2><Enter>", |d| api(d).contains("- class: acme.Pasted")),
    (Id::EditComment, C::List, sample, "", "!<F2>", |d| api(d).contains("# Writes one line for each request.!")),
    (Id::EditorSchema, C::List, sample, "", "p.json<Enter>", |d| api(d).starts_with("# yaml-language-server: $schema=p.json\n")),
    (Id::EditLineComment, C::List, sample, "", "checked<Enter>", |d| api(d).lines().any(|line| line.contains("AuditPlugin") && line.ends_with(" # checked"))),
    (Id::KeptEdits, C::List, left_behind, "", "", |d| at(d) == C::Menu),
    (Id::Verify, C::List, with_python, "", "", |d| at(d) == C::Menu && shows(d, "SkyPilot")),
    (Id::Backups, C::List, sample, "dss", "", |d| at(d) == C::Backups),
    (Id::Export, C::List, sample, "", "", |d| at(d) == C::Field && shows(d, "ConfigMap")),
    (Id::Theme, C::List, with_themes, "", "", |d| matches!(d.state.modals.last(), Some(Modal::Themes(_)))),
    (Id::Build, C::List, with_python, "", "", |d| at(d) == C::Field && shows(d, "project")),
    (Id::Restart, C::List, with_sky, "", "", |d| at(d) == C::Menu && shows(d, "Start the API server?")),
    (Id::Status, C::List, with_sky, "", "", |d| at(d) == C::Notice && shows(d, "API server")),
    (Id::Log, C::List, with_sky, "", "", |d| at(d) == C::Notice && shows(d, "Uvicorn running")),
    // Text fields.
    (Id::Accept, C::Field, sample, "aacme.New", "", |d| api(d).contains("acme.New")),
    (Id::Cancel, C::Field, sample, "aacme.New", "", |d| d.state.modals.is_empty() && api(d) == API),
    (Id::NextSuggestion, C::Field, pictures::sample, "a", "", |d| typed(d).starts_with("acme_")),
    (Id::PreviousSuggestion, C::Field, pictures::sample, "a<Down>", "", |d| typed(d).is_empty()),
    (Id::NextRow, C::Field, sample, "a", "", |d| active(d) == Some(1)),
    (Id::PreviousRow, C::Field, sample, "a<Tab>", "", |d| active(d) == Some(0)),
    (Id::CycleType, C::Field, sample, "j<Enter>j<Enter>", "", |d| shows(d, "(null)")),
    (Id::ShowHidden, C::Field, sample, "j<Enter>jjjjjjjjj<Enter>", "", |d| shows(d, "example-not-a-real-token")),
    (Id::Browse, C::Field, sample, "b", "", |d| at(d) == C::Browse),
    (Id::CharLeft, C::Field, sample, "aab", "X", |d| typed(d) == "aXb"),
    (Id::CharRight, C::Field, sample, "aab<Home>", "X", |d| typed(d) == "aXb"),
    (Id::WordLeft, C::Field, sample, "aab cd", "X", |d| typed(d) == "ab Xcd"),
    (Id::WordRight, C::Field, sample, "aab cd<Home>", "X", |d| typed(d) == "abX cd" || typed(d) == "ab Xcd"),
    (Id::LineStart, C::Field, sample, "aab", "X", |d| typed(d) == "Xab"),
    (Id::LineEnd, C::Field, sample, "aab<Left>", "X", |d| typed(d) == "abX"),
    (Id::DeleteLeft, C::Field, sample, "aab", "", |d| typed(d) == "a"),
    (Id::DeleteRight, C::Field, sample, "aab<Home>", "", |d| typed(d) == "b"),
    (Id::DeleteWord, C::Field, sample, "aab cd", "", |d| typed(d) == "ab "),
    (Id::DeleteToStart, C::Field, sample, "aab", "", |d| typed(d).is_empty()),
    (Id::DeleteToEnd, C::Field, sample, "aab<Left>", "", |d| typed(d) == "a"),
    (Id::PasteKilled, C::Field, sample, "aab<Ctrl-U>", "", |d| typed(d) == "ab"),
    (Id::NextRow, C::Commands, sample, "?", "", |d| commands(d).is_some_and(|(.., cursor)| cursor == 1)),
    (Id::PreviousRow, C::Commands, sample, "?<Down>", "", |d| commands(d).is_some_and(|(.., cursor)| cursor == 0)),
    (Id::ShowAll, C::Commands, sample, "?", "", |d| commands(d).is_some_and(|(_, all, _)| all)),
    // The area.
    (Id::Accept, C::Area, lines, "<Enter><Enter>three", "", |d| api(d).contains("two\n      three")),
    (Id::Cancel, C::Area, lines, "<Enter><Enter>", "", |d| d.state.modals.is_empty()),
    (Id::NextRow, C::Area, lines, "<Enter><Enter><Up><Up><Up>", "", |d| area(d) == Some(1)),
    (Id::PreviousRow, C::Area, lines, "<Enter><Enter><Up>", "", |d| area(d) == Some(0)),
    (Id::Editor, C::Area, lines, "<Enter><Enter>", "", |d| at(d) == C::Menu && shows(d, "true")),
    // Browsing.
    (Id::ChooseDirectory, C::Browse, directories, "b<Ctrl-U>~/aaa<F3>j", "", |d| at(d) == C::Field && typed(d).ends_with("aaa/inner")),
    (Id::Open, C::Browse, directories, "b<Ctrl-U>~/aaa<F3>j", "", |d| shows(d, "aaa/inner ")),
    (Id::ParentDirectory, C::Browse, directories, "b<Ctrl-U>~/aaa/inner<F3>", "", |d| shows(d, "inner/")),
    (Id::Close, C::Browse, directories, "b<Ctrl-U>~/aaa<F3>j", "", |d| at(d) == C::Field && typed(d) == "~/aaa"),
    // Questions, texts, lists.
    (Id::Accept, C::Menu, sample, "dq", "", |d| d.state.screen == Screen::Review),
    (Id::Cancel, C::Menu, sample, "dq", "", |d| d.state.modals.is_empty() && d.state.exit.is_none()),
    (Id::Fix, C::Notice, null, "4x", "<Enter>", |d| api(d) != "plugins:\n" && d.state.modals.is_empty()),
    (Id::Close, C::Notice, faulty, "4x", "", |d| d.state.modals.is_empty()),
    (Id::Stop, C::Run, running, "", "", |d| matches!(d.asked.last(), Some(Effect::StopRun))),
    (Id::Close, C::Run, running, "", "", |d| menu(d, "") && shows(d, "stop")),
    (Id::Restore, C::Backups, sample, "dss:backups<Enter>", "", |d| api(d) == API && d.state.unsaved_roles() == [Role::Api]),
    (Id::NextFile, C::Backups, sample, "d2dss:backups<Enter>", "", |d| matches!(d.state.modals.last(), Some(Modal::Backups(backups)) if backups.role == Role::Api)),
    (Id::Close, C::Backups, sample, "dss:backups<Enter>", "", |d| d.state.modals.is_empty()),
    (Id::Accept, C::Choice, sample, "d:history<Enter>g", "", |d| api(d) == API && d.state.unsaved_roles().is_empty()),
    (Id::Close, C::Choice, sample, "d:history<Enter>", "", |d| d.state.modals.is_empty()),
];

/// Opens what leads to a row's command; an error where the row does not say it as it is.
fn before(row: &Row) -> Result<Driver, String> {
    let (id, context, open, keys, _, holds) = row;
    let mut driver = open();
    driver.press(keys);
    if driver.state.context() != *context {
        return Err(format!("{id:?} after {keys:?} is not in {context:?}:\n{}", driver.screen()));
    }
    if holds(&driver) {
        return Err(format!("{id:?} after {keys:?} holds before:\n{}", driver.screen()));
    }
    Ok(driver)
}

/// Runs the keys that follow, and looks whether the promise is kept.
fn after(row: &Row, driver: &mut Driver, how: &str) -> Result<(), String> {
    let (id, _, _, keys, follow, holds) = row;
    driver.press(follow);
    if holds(driver) {
        return Ok(());
    }
    Err(format!("{id:?} by {how} after {keys:?}:\n{}", driver.screen()))
}

/// Fails with all that did not hold.
fn told(failed: &[String]) {
    assert!(failed.is_empty(), "{} do not hold:\n{}", failed.len(), failed.join("\n"));
}

fn command(row: &Row) -> &'static Command {
    in_context(row.0, row.1).unwrap_or_else(|| panic!("{:?} is no command in {:?}", row.0, row.1))
}

/// Tells whether the palette and the help know the commands of a context.
fn is_screen(context: Context) -> bool {
    !matches!(
        context,
        C::Field | C::Area | C::Browse | C::Menu | C::Commands | C::Notice | C::Run | C::Backups | C::Choice
    )
}

#[test]
fn each_command_has_a_script() {
    for wanted in table() {
        let is_tried = ROWS.iter().any(|row| std::ptr::eq(command(row), wanted));
        assert!(is_tried, "{:?} ({}, in {:?}) has no row", wanted.id, wanted.name, wanted.contexts);
    }
}

#[test]
fn each_key_does_what_the_command_promises() {
    let by = |row: &Row, key: &str| {
        let mut driver = before(row)?;
        driver.send(Message::Pressed(key.parse::<Key>().expect("a key")));
        after(row, &mut driver, key)
    };
    let failed: Vec<String> =
        ROWS.iter().flat_map(|row| command(row).keys.iter().filter_map(|key| by(row, key).err())).collect();
    told(&failed);
}

/// Looks for a command in the list that is open.
fn listed(row: &Row, driver: &Driver, opened: &str) -> Result<(), String> {
    let Some(Modal::Commands(shown)) = driver.state.modals.last() else {
        return Err(format!("{opened} opens nothing in {:?}", row.1));
    };
    match shown.rows.iter().find(|shown| std::ptr::eq(&raw const table()[shown.command], command(row))) {
        Some(shown) => shown.unavailable.map_or(Ok(()), |why| Err(format!("{:?} in {opened}: {why}", row.0))),
        None => Err(format!("{:?} is not in {opened} of {:?}", row.0, row.1)),
    }
}

#[test]
fn each_command_of_a_screen_is_in_its_help_and_runs_from_the_palette() {
    let by_name = |row: &Row| {
        let mut driver = before(row)?;
        listed(row, driver.press("?"), "the help")?;
        listed(row, driver.press("<Esc>:"), "the palette")?;
        driver.press(command(row).name).press("<Enter>");
        after(row, &mut driver, "the palette")
    };
    let failed: Vec<String> = ROWS.iter().filter(|row| is_screen(row.1)).filter_map(|row| by_name(row).err()).collect();
    told(&failed);
}

#[test]
fn a_command_has_a_plain_key_or_is_of_the_palette_alone() {
    let plain = |key: &&str| {
        let function = key.starts_with('F') && key[1..].parse::<u8>().is_ok();
        !key.starts_with("Ctrl-") && !key.starts_with("Alt-") && !function
    };
    let mut without: Vec<&str> = Vec::new();
    for command in table() {
        let screens = command.contexts.iter().any(|context| is_screen(*context));
        if command.keys.is_empty() {
            assert!(screens, "{} has neither a key nor a palette", command.name);
            without.push(command.name);
        } else if screens && !matches!(command.id, Id::Suspend | Id::Redraw) {
            assert!(command.keys.iter().any(&plain), "{}", command.name);
        }
    }
    without.sort_unstable();
    assert_eq!(without, PALETTE_ONLY);
}
