//! What touches the outside: files, directories, processes, the external editor.

pub mod backup;
pub mod classes;
pub mod clock;
pub mod editor;
pub mod export;
mod http;
pub mod inspect;
pub mod journal;
pub mod keep;
pub mod load;
pub mod manifest;
pub mod memory;
pub mod modules;
pub mod perform;
pub mod purge;
mod ran;
mod restart;
pub mod run;
pub mod save;
pub mod scan;
pub mod server;
mod server_log;
pub mod serving;
pub mod settings;
mod share;
pub mod state;
pub mod verify;
pub mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::check::{Controller, Facts, SkyVersion};
use crate::config::writing::Target;
use crate::config::{Content, Environment, Location, PathSource, Role, Workspace, locate};
use crate::preview;

/// What the global options of the command line say.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--plugins`
    pub plugins: Option<PathBuf>,
    /// `--remote-plugins`
    pub remote_plugins: Option<PathBuf>,
    /// `--configmap`
    pub configmap: Option<PathBuf>,
    /// `--server-cwd`
    pub server_cwd: Option<PathBuf>,
    /// `--sky-version`
    pub sky_version: Option<SkyVersion>,
    /// `--controller`
    pub controller: Controller,
    /// `--python`
    pub python: Option<PathBuf>,
    /// `--python-path`
    pub python_path: Vec<PathBuf>,
}

impl Options {
    /// Returns the manifest that holds both lists, where one is named.
    #[must_use]
    pub fn manifest(&self, environment: &Environment) -> Option<PathBuf> {
        let path = self.configmap.as_ref()?;
        Some(environment.cwd.join(locate::expand_user(path.as_os_str(), environment)))
    }

    /// Returns where a list is.
    #[must_use]
    pub fn locate(&self, role: Role, environment: &Environment) -> Location {
        if let Some(path) = self.manifest(environment) {
            return Location { path: Some(path), source: PathSource::ConfigMap };
        }
        let flag = match role {
            Role::Api => self.plugins.as_deref(),
            Role::Remote => self.remote_plugins.as_deref(),
        };
        locate::locate(role, flag, environment)
    }
}

/// Finds and reads both files, and gathers the facts that bear on them.
#[must_use]
pub fn open(options: &Options, environment: Environment) -> (Workspace, Facts) {
    let mut facts = scan::facts(options, environment);
    let workspace = read_both(options, &facts);
    facts.targets = targets(&workspace, &facts.server_cwd);
    scan::add_neighbours(&workspace, &mut facts);
    refresh(options, &workspace, &mut facts);
    (workspace, facts)
}

/// Files of this size are read side by side, in bytes: a smaller one is done before a thread has started.
const LARGE: u64 = 64 * 1024;

/// Reads both files, at the same time where both are large.
fn read_both(options: &Options, facts: &Facts) -> Workspace {
    let locate = |role| options.locate(role, &facts.environment);
    let is_large = |role| {
        let path = load::absolute(&locate(role), &facts.server_cwd);
        path.and_then(|path| std::fs::metadata(path).ok()).is_some_and(|metadata| metadata.len() >= LARGE)
    };
    let read = |role| {
        let file = load::load(locate(role), role, &facts.server_cwd);
        if let Content::Text(document) = &file.content {
            // All that comes next asks for the data: it is made here, where it can be at the same time.
            let _ = document.data();
        }
        file
    };
    let [api, remote] = Role::each(Role::ALL.into_iter().all(is_large), read);
    Workspace::new(api, remote)
}

/// Looks at how the files can be written; nothing is.
#[must_use]
pub fn targets(workspace: &Workspace, base: &Path) -> BTreeMap<PathBuf, Target> {
    let paths = Role::ALL.iter().filter_map(|role| workspace.file(*role).location.path.as_ref());
    // What cannot be looked at is told by reading it, or by the save.
    paths.map(|path| base.join(path)).filter_map(|path| Some((path.clone(), save::look(&path).ok()?))).collect()
}

/// Looks again at what the texts name: the wheel directory, the modules of the classes.
///
/// The wheels are not opened.
pub fn refresh(options: &Options, workspace: &Workspace, facts: &mut Facts) {
    scan::add_wheel_directory(workspace, facts);
    let wheels = preview::listed_wheels(workspace, facts);
    facts.memories = wheels.map(|directory| memory::recall(directory, &facts.environment)).unwrap_or_default();
    let roots = modules::roots(facts.python.as_deref(), &options.python_path, facts);
    modules::add(workspace, &roots, facts);
}
