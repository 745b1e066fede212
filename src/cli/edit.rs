//! The subcommands that edit: each one operation, checked, shown, saved.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};

use super::inspect::document_or_empty;
use super::output::Output;
use super::{Command, EditFlags, Exit, Session, report};
use crate::check::{self, Facts};
use crate::config::operation::{self, Operation};
use crate::config::{Content, PathSource, Role, Workspace, diff, disabled, locate, model};
use crate::io::manifest::{self, ManifestSaveError};
use crate::io::save::{Expected, Request, SaveError, Saved, save, tidy};
use crate::io::{journal, memory, scan};
use crate::preview;
use crate::text::visible::{visible, visible_name};
use crate::yaml::edit::{NewValue, Sharing};
use crate::yaml::{Pointer, UNPROVEN, Value, patch};

/// A refusal that is the input's, not ours: exit status 1.
struct Refused(String);

type Planned = Result<Operation, Refused>;

pub(super) fn run(session: &Session, command: Command, out: &mut Output) -> anyhow::Result<Exit> {
    let flags = flags_of(&command).expect("an editing subcommand");
    let (mut workspace, mut facts) = session.open();
    if !session.globals.read_only && !flags.dry_run && mend(&workspace, &facts) {
        (workspace, facts) = session.open();
    }
    let planned = plan(&workspace, command)?;
    let operation = match planned {
        Ok(operation) => operation,
        Err(Refused(why)) => return Ok(refuse(&visible(&why))),
    };
    let change = match operation::apply(&workspace, &operation, Sharing::WriteOut) {
        Ok(change) => change,
        Err(error) => return Ok(refuse(&visible(&error.to_string()))),
    };
    if change.files.is_empty() {
        out.text("nothing to change\n")?;
        return Ok(Exit::Fine);
    }
    if !change.files.iter().filter_map(|file| change.workspace.document(file.role)).all(|new| new.is_proven()) {
        return Ok(refuse(UNPROVEN));
    }
    let before = check::check(&workspace, &facts);
    let after = check::check(&change.workspace, &facts);
    let mut broken = String::new();
    let sources = report::Sources::new(&change.workspace, out.show_secrets);
    for file in &change.files {
        for one in check::new_errors(&before, &after, file.role) {
            broken.push_str(&report::diagnostic_text(&sources, one, false));
        }
    }
    if flags.dry_run {
        for file in &change.files {
            out.text(&unified(&workspace, &change.workspace, file.role, out.show_secrets))?;
        }
    }
    if !broken.is_empty() && !flags.force {
        return Ok(refuse(&format!(
            "SkyPilot would refuse the result; nothing was written (--force writes it all the same)\n\n{broken}"
        )));
    }
    if flags.dry_run {
        return Ok(Exit::Fine);
    }
    if session.globals.read_only {
        bail!("--read-only: nothing was written");
    }
    warn_of_others(&change, &facts);
    let mut told = String::new();
    // What is in one manifest is one write.
    let roles: Vec<Role> = change.files.iter().map(|file| file.role).collect();
    if is_manifest(&workspace) {
        match write_manifest(&workspace, &change.workspace, &roles, &facts, flags.in_place) {
            Ok(note) => told.push_str(&note),
            Err(error) => return failed_save(error),
        }
    }
    for file in change.files.iter().filter(|_| !is_manifest(&workspace)) {
        match write(&workspace, &change.workspace, file.role, &facts, flags.in_place) {
            Ok(note) => told.push_str(&note),
            Err(error) => {
                tell(out, &told);
                return failed_save(error);
            }
        }
    }
    if let Some(directory) = preview::wheel_directory(&change.workspace, &facts) {
        // A memory that cannot be kept is none: nothing depends on it.
        let _ = memory::remember(&scan::directory(&directory.resolved), &facts.environment);
    }
    let _ = writeln!(told, "{}", visible(&change.label));
    tell(out, &told);
    Ok(Exit::Fine)
}

/// Says which running copies have unsaved edits in the files that are written: their next save asks.
#[expect(clippy::print_stderr, reason = "warnings go to standard error")]
fn warn_of_others(change: &operation::Change, facts: &Facts) {
    let paths = Role::ALL.map(|role| Some(facts.server_cwd.join(change.workspace.file(role).location.path.as_ref()?)));
    for other in journal::others(&paths, &facts.environment) {
        let unsaved = Role::ALL.into_iter().zip(other.unsaved).filter(|(_, unsaved)| *unsaved);
        for (role, _) in unsaved.filter(|(role, _)| change.files.iter().any(|file| file.role == *role)) {
            eprintln!("skyplug-tui: warning: {} has unsaved edits in {}", role.file_name(), other.name());
        }
    }
}

/// Puts right what interrupted saves have left; tells whether a file is another one now.
#[expect(clippy::print_stderr, reason = "it is no result")]
fn mend(workspace: &Workspace, facts: &Facts) -> bool {
    let paths = Role::ALL.into_iter().filter_map(|role| workspace.file(role).location.path.clone());
    let notes: Vec<String> = paths.flat_map(|path| tidy(&facts.server_cwd.join(path), &facts.environment)).collect();
    for note in &notes {
        eprintln!("skyplug-tui: note: {}", visible(note));
    }
    !notes.is_empty()
}

/// Says what was written. The edit is done, whether or not anybody can read of it:
/// a script that took this for a failure would do it twice.
#[expect(clippy::print_stderr, reason = "standard output cannot be written")]
fn tell(out: &mut Output, told: &str) {
    if let Err(error) = out.text(told) {
        eprintln!("skyplug-tui: the edit is done, but standard output cannot be written: {error}");
    }
}

#[expect(clippy::print_stderr, reason = "refusals go to standard error")]
fn refuse(why: &str) -> Exit {
    eprintln!("skyplug-tui: {}", crate::text::visible::visible_lines(why).trim_end());
    Exit::Findings
}

#[expect(clippy::print_stderr, reason = "refusals go to standard error")]
fn failed_save(error: anyhow::Error) -> anyhow::Result<Exit> {
    if let Some(ManifestSaveError::Manifest(why)) = error.downcast_ref() {
        return Ok(refuse(&visible(&why.to_string())));
    }
    match error.downcast_ref::<SaveError>() {
        Some(SaveError::InPlace { .. }) => Err(anyhow!("{error} (--in-place allows it; a backup is kept first)")),
        Some(SaveError::Changed(_)) => {
            eprintln!("skyplug-tui: {}", visible(&format!("{error:#}")));
            Ok(Exit::Changed)
        }
        _ => Err(error),
    }
}

fn is_manifest(workspace: &Workspace) -> bool {
    workspace.file(Role::Api).location.source == PathSource::ConfigMap
}

/// Writes lists into the manifest that they are in.
fn write_manifest(
    old: &Workspace,
    new: &Workspace,
    roles: &[Role],
    facts: &Facts,
    in_place: bool,
) -> anyhow::Result<String> {
    let path = new.file(Role::Api).location.path.as_ref().context("a manifest has a path")?;
    let path = facts.server_cwd.join(path);
    let change = |role: &Role| {
        let (old, new) = (old.text(*role), new.text(*role).unwrap_or(""));
        manifest::Change { role: *role, old, new, anything: false }
    };
    let changes: Vec<manifest::Change> = roles.iter().map(change).collect();
    match manifest::save_lists(&path, &changes, in_place, &facts.environment) {
        Ok(saved) => Ok(saved_text(&saved, &path)),
        Err(ManifestSaveError::Save(error)) => Err(error.into()),
        Err(error) => Err(error.into()),
    }
}

/// Writes one file where its text is another one.
fn write(old: &Workspace, new: &Workspace, role: Role, facts: &Facts, in_place: bool) -> anyhow::Result<String> {
    let Some(path) = &new.file(role).location.path else {
        bail!("{} is set to nothing, so SkyPilot reads no file: unset it, or name a file", locate::variable(role));
    };
    let path = facts.server_cwd.join(path);
    let expected = match &old.file(role).content {
        Content::Absent => Expected::Absent,
        Content::Text(document) => Expected::Text(document.text()),
        Content::Unreadable(why) => bail!("{} cannot be edited: {}", path.display(), why.problem),
    };
    let text = new.text(role).unwrap_or("");
    let saved = save(&Request { path: &path, text, expected, in_place, environment: &facts.environment })?;
    Ok(saved_text(&saved, &path))
}

fn saved_text(saved: &Saved, path: &Path) -> String {
    let mut text = String::new();
    for note in &saved.notes {
        let _ = writeln!(text, "note: {}", visible(note));
    }
    let verb = if saved.created { "created" } else { "wrote" };
    let _ = writeln!(text, "{verb} {}", visible_name(path.as_os_str()));
    text
}

fn unified(old: &Workspace, new: &Workspace, role: Role, show_secrets: bool) -> String {
    let path = old.file(role).location.told(role).unwrap_or_else(|| PathBuf::from(role.file_name()));
    let name = visible_name(path.as_os_str());
    let from = if old.document(role).is_some() { name.as_str() } else { "/dev/null" };
    let mut text = format!("--- {from}\n+++ {name}\n");
    for line in diff::unified(&document_or_empty(old, role), &document_or_empty(new, role), show_secrets) {
        let _ = writeln!(text, "{}{}", line.sign(), line.text);
    }
    text
}

/// Returns what an edit is told; none for the subcommands that only look.
const fn flags_of(command: &Command) -> Option<EditFlags> {
    match command {
        Command::Add { flags, .. }
        | Command::Remove { flags, .. }
        | Command::Disable { flags, .. }
        | Command::Enable { flags, .. }
        | Command::Move { flags, .. }
        | Command::Copy { flags, .. }
        | Command::Set { flags, .. }
        | Command::Unset { flags, .. }
        | Command::WheelPath { flags, .. }
        | Command::Modeline { flags, .. }
        | Command::Patch { flags, .. } => Some(*flags),
        _ => None,
    }
}

/// Turns the arguments into an operation.
fn plan(workspace: &Workspace, command: Command) -> anyhow::Result<Planned> {
    Ok(match command {
        Command::Add { class, to, at, param, param_str, .. } => {
            let mut parameters = Vec::new();
            for one in &param {
                let (path, yaml) = assignment(one)?;
                parameters.push((path, new_value(yaml)?));
            }
            for one in &param_str {
                let (path, text) = assignment(one)?;
                parameters.push((path, NewValue::of(Value::str(text))));
            }
            Ok(Operation::Add { role: to.into(), at, class, parameters })
        }
        Command::Remove { list, entry, .. } => {
            let role = list.into();
            index(workspace, role, &entry).map(|index| Operation::Remove { role, indices: vec![index] })
        }
        Command::Disable { list, entry, .. } => {
            let role = list.into();
            index(workspace, role, &entry).map(|index| Operation::Disable { role, indices: vec![index] })
        }
        Command::Enable { list, entry, .. } => {
            let role = list.into();
            let all = workspace.document(role).map(|document| disabled::find(document)).unwrap_or_default();
            let classes = all.iter().map(|one| Some(one.class.as_str()));
            find(role, &entry, classes, "commented-out entry").map(|number| Operation::Enable { role, number })
        }
        Command::Move { list, from, to, .. } => {
            let role = list.into();
            index(workspace, role, &from).map(|from| Operation::Reorder { role, from, to })
        }
        Command::Copy { list, entry, to, at, .. } => {
            let from: Role = list.into();
            let planned = index(workspace, from, &entry);
            if Role::from(to) == from {
                bail!("copy goes to the other list: --to {}", from.other());
            }
            planned.map(|index| Operation::Copy { from, indices: vec![index], at })
        }
        Command::Set { list, entry, path, yaml, .. } => {
            let (role, path, value) = (list.into(), Pointer::from_path(&path)?, new_value(&yaml)?);
            place(workspace, role, &entry, &path).map(|pointer| Operation::Set { role, pointer, value })
        }
        Command::Unset { list, entry, path, .. } => {
            let (role, path) = (list.into(), Pointer::from_path(&path)?);
            place(workspace, role, &entry, &path).map(|pointer| Operation::Unset { role, pointer })
        }
        Command::WheelPath { directory, .. } => Ok(Operation::SetWheelPath(directory)),
        Command::Modeline { list, schema, .. } => Ok(Operation::SetModeline { role: list.into(), schema }),
        Command::Patch { list, file, .. } => {
            let text = read_patch(file.as_deref())?;
            let patch = serde_json::from_str(&text)
                .map_err(|error| error.to_string())
                .and_then(|json| patch::parse(&json).map_err(|error| error.to_string()));
            let planned = patch.map_err(|why| Refused(format!("this is no JSON Patch: {why}")));
            planned.map(|patch| Operation::Patch { role: list.into(), patch })
        }
        _ => unreachable!("the other subcommands only look"),
    })
}

fn read_patch(file: Option<&Path>) -> anyhow::Result<String> {
    match file {
        Some(path) if path.as_os_str() != "-" => {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        }
        _ => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).context("cannot read standard input")?;
            Ok(text)
        }
    }
}

/// Splits `PATH=VALUE` at the first `=`; the path is one below `parameters`.
fn assignment(text: &str) -> anyhow::Result<(Pointer, &str)> {
    let (path, value) = text.split_once('=').ok_or_else(|| anyhow!("{text:?} is not PATH=VALUE"))?;
    Ok((Pointer::from_path(path)?, value))
}

fn new_value(yaml: &str) -> anyhow::Result<NewValue> {
    NewValue::from_yaml(yaml).map_err(|error| anyhow!("the value {yaml:?} is no YAML: {error}"))
}

fn place(workspace: &Workspace, role: Role, entry: &str, below: &Pointer) -> Result<Pointer, Refused> {
    let index = index(workspace, role, entry)?;
    Ok(Pointer::root().join("plugins").join(index).extend(below))
}

/// Finds an entry by its index, or by its class where that occurs once.
fn index(workspace: &Workspace, role: Role, entry: &str) -> Result<usize, Refused> {
    let entries = workspace.document(role).map(|document| model::entries(document)).unwrap_or_default();
    find(role, entry, entries.iter().map(|entry| entry.class.as_deref()), "entry")
}

/// Finds one of these classes by its place, or by its name where that occurs once.
fn find<'c>(
    role: Role,
    entry: &str,
    classes: impl Iterator<Item = Option<&'c str>>,
    noun: &str,
) -> Result<usize, Refused> {
    if let Ok(index) = entry.parse::<usize>() {
        return Ok(index);
    }
    let places: Vec<usize> = classes.enumerate().filter(|(_, class)| *class == Some(entry)).map(|(at, _)| at).collect();
    match places.as_slice() {
        [index] => Ok(*index),
        [] => Err(Refused(format!("{} has no {noun} of class {entry}", role.file_name()))),
        many => Err(Refused(format!(
            "{} has {} of class {entry}, at {}: give the index",
            role.file_name(),
            if noun == "entry" {
                format!("{} entries", many.len())
            } else {
                format!("{} commented-out entries", many.len())
            },
            many.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
        ))),
    }
}
