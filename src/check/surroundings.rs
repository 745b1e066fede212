//! Whether the files matter at all, and to whom: variables, servers, neighbours.

use std::path::Path;

use super::classes::quoted;
use super::diagnostic::{Code, Diagnostic, FileKind, Place};
use super::{CwdSource, Facts};
use crate::config::locate::{Environment, locate, variable};
use crate::config::writing::{ReadOnly, Strategy, Target};
use crate::config::{Content, Location, PathSource, Role, Workspace, secret};
use crate::text::visible::visible_name;
use crate::wheel::Found;
use crate::yaml::Document;

/// The name in a sample of SkyPilot's sources, which SkyPilot does not read.
const SINGULAR: &str = "remote_plugin.yaml";

/// Finds what bears on both files from outside.
pub(super) fn diagnose(workspace: &Workspace, facts: &Facts, found: &mut Vec<Diagnostic>) {
    for role in Role::ALL {
        from_variable(workspace, facts, role, found);
        open_secrets(workspace, role, facts, found);
    }
    same_file(workspace, facts, found);
    singular(workspace, facts, found);
    if let Some(endpoint) = &facts.remote_endpoint {
        let effect = "That server reads its own plugin files: these here matter to no one.";
        let one = of_server(Code::RemoteServer, None, format!("the client talks to {}", plain(endpoint)), effect);
        found.push(one.hint("edit the files on the server"));
    }
    servers(workspace, facts, found);
    if let Some(note) = facts.version.note() {
        let effect = "What it does differently is not known here.";
        let one = of_server(Code::OtherRelease, None, note, effect);
        found.push(one.hint("tell another release with --sky-version"));
    }
}

/// Takes the fixes of a strange wheel path off where a directory of that very name is there.
pub(super) fn keep_found_directory(workspace: &Workspace, facts: &Facts, found: &mut [Diagnostic]) {
    let directory = crate::preview::listed_wheels(workspace, facts);
    if directory.is_some_and(|directory| matches!(directory.found, Found::Listed(_))) {
        let strange = found.iter_mut().filter(|one| matches!(one.code, Code::PathBlank | Code::NoExpansion));
        strange.for_each(|one| one.fix = None);
    }
}

fn of_server(code: Code, path: Option<&Path>, message: String, effect: &str) -> Diagnostic {
    let place = Place::whole(FileKind::Server, path.map(Path::to_owned));
    Diagnostic::new(code, code.severity(), place, message, effect)
}

/// Returns an address without a name and password in it.
fn plain(endpoint: &str) -> String {
    let Some((scheme, rest)) = endpoint.split_once("://") else { return endpoint.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => endpoint.to_owned(),
    }
}

fn from_variable(workspace: &Workspace, facts: &Facts, role: Role, found: &mut Vec<Diagnostic>) {
    let file = workspace.file(role);
    let name = variable(role);
    let Location { path, source: PathSource::Env } = &file.location else { return };
    let Some(path) = path else {
        let effect = "It reads no file: no plugins, without a word.";
        let one = of_server(Code::VariableEmpty, None, format!("{name} is set to nothing"), effect);
        found.push(one.hint("unset it, or let it name the file"));
        return;
    };
    if path.is_relative() {
        let shown = visible_name(path.as_os_str());
        let base = visible_name(facts.server_cwd.as_os_str());
        let effect = match facts.cwd_source {
            CwdSource::Server => {
                format!("The API server that runs resolves it in {base}; one started elsewhere does not.")
            }
            CwdSource::Flag => format!("A server in {base} resolves it there; one started elsewhere does not."),
            CwdSource::CurrentDirectory => {
                format!("The API server resolves it in the directory it is started in; here it is {base}.")
            }
        };
        let one = of_server(Code::VariableRelative, Some(path), format!("{name} is a relative path: {shown}"), &effect);
        found.push(one.hint("write an absolute path"));
    }
    if matches!(file.content, Content::Absent) {
        let effect = "It replaces the default all the same: no plugins, without a word.";
        let message = format!("{name} names a file that does not exist");
        found.push(of_server(Code::VariableMissing, Some(path), message, effect).hint("a save creates it"));
    }
}

fn same_file(workspace: &Workspace, facts: &Facts, found: &mut Vec<Diagnostic>) {
    // A manifest holds both under keys of their own.
    if workspace.file(Role::Api).location.source == PathSource::ConfigMap {
        return;
    }
    let at = |role| workspace.file(role).location.path.as_ref().map(|path| facts.server_cwd.join(path));
    if let (Some(api), Some(remote)) = (at(Role::Api), at(Role::Remote))
        && api == remote
    {
        let message = format!("{} is both lists", visible_name(api.as_os_str()));
        let effect =
            "Controllers get the API server's list; `controller_wheel_path`, which an upload needs, is refused.";
        found.push(of_server(Code::SameFile, Some(&api), message, effect).hint("let each list be a file of its own"));
    }
}

/// Returns the text of a file and where it is written, where everybody on the machine can read it.
fn open_text<'w>(workspace: &'w Workspace, facts: &'w Facts, role: Role) -> Option<(&'w Document, &'w Target)> {
    let file = workspace.file(role);
    let (Content::Text(document), Some(path)) = (&file.content, &file.location.path) else { return None };
    let target = facts.targets.get(&facts.server_cwd.join(path)).filter(|target| target.is_open)?;
    // What Kubernetes has mounted has no users but those of its container.
    let is_mounted = matches!(target.strategy, Strategy::ReadOnly(ReadOnly::ConfigMap));
    (!is_mounted).then_some((document, target))
}

/// Finds the secrets of a file where [`diagnose`] asks for them.
pub(super) fn look_for_secrets(workspace: &Workspace, facts: &Facts, role: Role) {
    if let Some((document, _)) = open_text(workspace, facts, role) {
        let _ = secret::all_spans(document);
    }
}

/// Finds files with secrets that everybody on the machine can read.
fn open_secrets(workspace: &Workspace, role: Role, facts: &Facts, found: &mut Vec<Diagnostic>) {
    let Some((document, target)) = open_text(workspace, facts, role) else { return };
    let Some(span) = secret::all_spans(document).first().copied() else { return };
    let place = Place::span(workspace, role, document, span, None);
    let mode = target.mode.unwrap_or_default();
    let message =
        format!("{} holds a secret, and every user of this machine can read it (mode {mode:04o})", role.file_name());
    let effect = "Whoever has an account here can read the secret; SkyPilot does not care.";
    let hint = format!("chmod 600 {}", quoted(target.file.as_os_str()));
    found.push(
        Diagnostic::new(Code::SecretOpen, Code::SecretOpen.severity(), place, message, effect)
            .from_outside()
            .hint(hint),
    );
}

/// Finds a remote list under a name that SkyPilot does not read.
fn singular(workspace: &Workspace, facts: &Facts, found: &mut Vec<Diagnostic>) {
    let file = workspace.file(Role::Remote);
    let (Content::Absent, Some(path)) = (&file.content, &file.location.path) else { return };
    if file.location.source == PathSource::ConfigMap {
        return;
    }
    let path = facts.server_cwd.join(path);
    let Some(parent) = path.parent() else { return };
    let Some(Found::Listed(names)) = facts.directories.get(parent).map(|directory| &directory.found) else { return };
    if names.iter().any(|entry| entry.name == *SINGULAR) {
        let other = parent.join(SINGULAR);
        let message = format!("{} is not read: the name has an s", visible_name(other.as_os_str()));
        let effect = format!("It reads {}: nothing is sent to controllers.", visible_name(path.as_os_str()));
        found.push(of_server(Code::SingularName, Some(&other), message, &effect).hint("rename the file"));
    }
}

fn servers(workspace: &Workspace, facts: &Facts, found: &mut Vec<Diagnostic>) {
    if let [_, _, ..] = facts.servers.as_slice() {
        let pids: Vec<String> = facts.servers.iter().map(|s| s.pid.to_string()).collect();
        let message = format!("several local API servers run: processes {}", pids.join(", "));
        let effect = "Which of them a relative path belongs to is not known.";
        found.push(of_server(Code::SeveralServers, None, message, effect).hint("tell with --server-cwd"));
    }
    let [server] = facts.servers.as_slice() else { return };
    if server.variables.is_empty() {
        return;
    }
    for role in Role::ALL {
        let location = &workspace.file(role).location;
        if matches!(location.source, PathSource::Flag | PathSource::ConfigMap) {
            continue;
        }
        let mut theirs = Environment { cwd: server.cwd.clone().unwrap_or_default(), ..facts.environment.clone() };
        theirs.variables.retain(|name, _| name != variable(role) && name != "HOME");
        for (name, value) in &server.variables {
            theirs.variables.insert(name.into(), value.into());
        }
        let reads = locate(role, None, &theirs);
        if reads.path != location.path {
            let shown = reads.path.as_ref().map_or("no file".to_owned(), |p| visible_name(p.as_os_str()));
            let message =
                format!("the running API server (process {}) reads {shown} as {}", server.pid, role.file_name());
            let effect =
                "Its environment is another one than this shell's: the file shown here is not the one it reads.";
            let one = of_server(Code::ServerElsewhere, reads.path.as_deref(), message, effect);
            found.push(one.hint("restart the server from this shell, or set the same variables here"));
        }
    }
}
