//! What touches the outside: files, directories, processes, the external editor.

pub mod backup;
pub mod classes;
pub mod clock;
pub mod editor;
pub mod export;
pub mod inspect;
pub mod journal;
pub mod keep;
pub mod load;
pub mod manifest;
pub mod memory;
pub mod modules;
pub mod perform;
pub mod purge;
pub mod run;
pub mod save;
pub mod scan;
pub mod server;
pub mod settings;
pub mod state;
pub mod verify;
pub mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::check::{Controller, Facts, SkyVersion};
use crate::config::writing::Target;
use crate::config::{Environment, Location, PathSource, Role, Workspace, locate};
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
    let read = |role| load::load(options.locate(role, &facts.environment), role, &facts.server_cwd);
    let workspace = Workspace::new(read(Role::Api), read(Role::Remote));
    facts.targets = targets(&workspace, &facts.server_cwd);
    scan::add_neighbours(&workspace, &mut facts);
    refresh(options, &workspace, &mut facts);
    (workspace, facts)
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
