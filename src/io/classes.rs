//! Gathers the plugin classes of the wheels and of the server's Python.
//!
//! Where sources are is told here and below; what they say is `python`'s. All of
//! it is bounded, and what was read once is read again only where it has changed.

mod cache;
mod distributions;
mod mentions;
mod server;
mod wheels;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Options, modules};
use crate::check::Facts;
use crate::config::{Role, Workspace, model};
use crate::preview;
use crate::python::survey::{Survey, survey};
use crate::python::{Answer, Catalog, Module, Origin, Site, SourceKind, stdlib};
use crate::wheel::EntryKind;
use server::ServerModules;
use wheels::WheelModules;

/// How much is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The classes that the two lists name, and those of the wheels.
    Named,
    /// All plugin classes of the server's Python as well.
    All,
}

/// Finds plugin classes, and what the classes that the lists name are; ends early where `stop` says so.
#[must_use]
pub fn catalog(
    options: &Options,
    workspace: &Workspace,
    facts: &Facts,
    extent: Extent,
    stop: &(dyn Fn() -> bool + Sync),
) -> Catalog {
    let named: BTreeSet<String> = Role::ALL
        .into_iter()
        .filter_map(|role| workspace.document(role))
        .flat_map(|document| model::rows(document))
        .filter_map(|row| row.class)
        .filter(|class| class.contains('.'))
        .map(Cow::into_owned)
        .collect();
    let named: Vec<String> = named.into_iter().collect();
    let mut catalog = Catalog { gathered: true, ..Catalog::default() };
    let roots = modules::roots(facts.python.as_deref(), &options.python_path, facts);
    let server = ServerModules::new(roots, options, facts);
    if let Some(paths) = wheel_files(workspace, facts) {
        let wheels = WheelModules::open(&paths, &facts.wheels, &server, stop);
        let found = survey(&wheels, &wheels.candidates(), &named, stop);
        add(&mut catalog, Site::Wheels, found);
    }
    let candidates = if extent == Extent::All { server.candidates(stop) } else { (Vec::new(), false) };
    let asked = if server.has_places() { named } else { of_skypilot(named) };
    let found = survey(&server, &candidates.0, &asked, stop);
    catalog.complete = candidates.1 && found.complete && server.is_complete();
    let unknown: Vec<String> = found
        .answers
        .iter()
        .filter(|(_, answer)| **answer == Answer::Unknown)
        .map(|(class, _)| class.clone())
        .collect();
    add(&mut catalog, Site::Server, found);
    for class in unknown {
        if let Some(origin) = of_standard_library(&server, &class) {
            let answer = Answer::NotAPlugin { what: "of Python's standard library", origin };
            catalog.answers.insert((Site::Server, class), answer);
        }
    }
    catalog.found.sort_by(|a, b| (a.origin.kind, &a.class).cmp(&(b.origin.kind, &b.class)));
    catalog
}

/// Returns the classes that may be known where no module can be found: those of `SkyPilot` itself.
fn of_skypilot(mut named: Vec<String>) -> Vec<String> {
    named.retain(|class| class.starts_with("sky."));
    named
}

/// Adds the plugin classes that are looked for to the facts.
pub fn add_to(options: &Options, workspace: &Workspace, facts: &mut Facts, extent: Extent) {
    facts.catalog = Arc::new(catalog(options, workspace, facts, extent, &|| false));
}

/// Returns where a class is found that is of Python's own library, whatever else it is: nothing there is a plugin.
fn of_standard_library(server: &ServerModules, class: &str) -> Option<Origin> {
    let top = class.split('.').next().filter(|top| !top.starts_with('_') && stdlib::is_module(top))?;
    let Module::Found(file) = server.locate(top) else { return None };
    let folder = if file.file_stem().is_some_and(|stem| stem == "__init__") { file.parent()? } else { &file };
    // Another module of that name may come before it.
    let from = folder.parent().filter(|root| root.join("os.py").is_file())?.to_owned();
    Some(Origin { kind: SourceKind::Python, from, distribution: None, version: None })
}

fn add(catalog: &mut Catalog, site: Site, survey: Survey) {
    catalog.found.extend(survey.found);
    let known = survey.answers.into_iter().filter(|(_, answer)| *answer != Answer::Unknown);
    // In one go: they come in order.
    catalog.answers.append(&mut known.map(|(class, answer)| ((site, class), answer)).collect());
}

/// Returns the wheels that would be uploaded; none where there is no list of them.
fn wheel_files(workspace: &Workspace, facts: &Facts) -> Option<Vec<PathBuf>> {
    let listed = preview::listed_wheels(workspace, facts)?;
    // Opening anything else could wait for ever.
    let is_file = |path: &PathBuf, kind| match kind {
        EntryKind::File => true,
        EntryKind::Symlink => path.is_file(),
        _ => false,
    };
    let found = listed.wheels().map(|entry| (listed.path.join(&entry.name), entry.kind));
    Some(found.filter(|(path, kind)| is_file(path, *kind)).map(|(path, _)| path).collect())
}
