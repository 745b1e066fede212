//! The modules of all wheels together, as a controller has them once they are installed.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::cache::{self, Stamp};
use super::mentions::Mentions;
use super::server::ServerModules;
use crate::io::inspect::{self, Bytes};
use crate::python::resolve::{Found, ModuleFile, Modules, Presence};
use crate::python::source::MAX_SOURCE;
use crate::python::{Module, Origin, SourceKind, stdlib};
use crate::wheel::archive::Archive;
use crate::wheel::contents::Inspection;
use crate::wheel::filename::{WheelName, normalize};
use crate::wheel::metadata;

/// The most wheels whose classes are looked for.
const MAX_WHEELS: usize = 1000;
/// The most text of a wheel's modules that is searched, in bytes: more is no package of plugins.
const MAX_TEXT: u64 = 24 << 20;
/// The release of Python on controllers (`SkyPilot`'s runtime, 0.14.1).
const CONTROLLER: (u32, u32) = (3, 10);

/// One wheel.
struct Wheel {
    path: PathBuf,
    stamp: Stamp,
    distribution: Option<String>,
    version: Option<String>,
}

/// One module of a wheel.
struct Place {
    wheel: usize,
    member: usize,
    /// Its path below `site-packages`.
    path: String,
    mentions: Option<Arc<Mentions>>,
}

/// Where a package is that is in no wheel.
#[derive(Clone, Copy)]
enum Elsewhere {
    /// A controller may have it.
    Unknown,
    /// The server has it.
    OnServer,
    /// Not known of.
    Nowhere,
}

/// The modules of all wheels.
pub(super) struct WheelModules<'s> {
    wheels: Vec<Wheel>,
    /// The wheel that was read last: there may be more of them than files can be open.
    opened: Mutex<Option<(usize, Archive<Bytes>)>>,
    /// Source files by dotted name; packages by that of the package.
    modules: BTreeMap<String, Place>,
    /// Dotted names of folders, and of modules that are no source.
    folders: BTreeSet<String>,
    binaries: BTreeSet<String>,
    /// Whether something may be installed that is in no wheel.
    open: bool,
    /// What is known of packages that are in no wheel.
    tops: Mutex<HashMap<String, Elsewhere>>,
    /// Whether packages change where they look for their modules.
    wandering: Mutex<HashMap<String, bool>>,
    /// Where `SkyPilot` and what it needs are, where that is known.
    server: &'s ServerModules,
}

impl<'s> WheelModules<'s> {
    /// Reads the directories of the wheels, and searches their modules.
    ///
    /// What is known of their contents already is not read again.
    pub(super) fn open(
        paths: &[PathBuf],
        known: &BTreeMap<PathBuf, Arc<Inspection>>,
        server: &'s ServerModules,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Self {
        let mut all = Self {
            wheels: Vec::new(),
            opened: Mutex::default(),
            modules: BTreeMap::new(),
            folders: BTreeSet::new(),
            binaries: BTreeSet::new(),
            open: paths.len() > MAX_WHEELS,
            tops: Mutex::default(),
            wandering: Mutex::default(),
            server,
        };
        let mut required = BTreeSet::new();
        let mut provided = BTreeSet::new();
        for path in paths.iter().take(MAX_WHEELS) {
            if stop() {
                all.open = true;
                break;
            }
            match all.add(path, known.get(path).map(|one| &**one)) {
                Some(needs) => required.extend(needs),
                None => all.open = true,
            }
            provided.extend(all.wheels.last().and_then(|wheel| wheel.distribution.as_deref().map(normalize)));
        }
        all.open |= required.iter().any(|name| !provided.contains(name) && name != "skypilot");
        all
    }

    /// Adds a wheel; returns what it requires, none where that cannot be read.
    fn add(&mut self, path: &Path, known: Option<&Inspection>) -> Option<Vec<String>> {
        let stamp = cache::stamp(path)?;
        let file_name = path.file_name()?.to_str()?;
        let known = known.filter(|known| known.stamp == stamp).map(|known| &known.contents);
        // Where all wheels together have too many files, those of the last ones are not kept.
        let known = known.and_then(|known| known.as_ref().ok()).filter(|known| !known.members.is_empty());
        let contents = match known {
            Some(contents) => Cow::Borrowed(contents),
            None => Cow::Owned(metadata::read(bytes(path, stamp)?, stamp.0, file_name).ok()?),
        };
        let mut archive = None;
        let number = self.wheels.len();
        let text: u64 =
            contents.members.iter().filter(|one| one.path.strip_suffix(".py").is_some()).map(|one| one.size).sum();
        for (member, file) in contents.members.iter().enumerate() {
            let Some(below) = metadata::installed(&file.path) else { continue };
            self.add_folders(below);
            let (Some(stem), true) = (below.strip_suffix(".py"), !below.contains(".dist-info/")) else {
                if let Some(stem) = binary(below) {
                    self.binaries.insert(stem.replace('/', "."));
                }
                continue;
            };
            let mentions = if text > MAX_TEXT || file.size > MAX_SOURCE as u64 {
                None
            } else {
                cache::mentions(&path.join(&file.path), stamp, || {
                    let archive = archive.get_or_insert_with(|| open(path, stamp)).as_mut()?;
                    archive.read(member, MAX_SOURCE as u64).ok()
                })
            };
            let name = stem.strip_suffix("/__init__").unwrap_or(stem).replace('/', ".");
            let place = Place { wheel: number, member, path: below.to_owned(), mentions };
            // A package wins over a module of the same name.
            if stem.ends_with("/__init__") || !self.modules.contains_key(&name) {
                self.modules.insert(name, place);
            }
        }
        let name = WheelName::parse(file_name).ok();
        let said = (!contents.metadata.name.is_empty()).then(|| contents.metadata.name.clone());
        self.wheels.push(Wheel {
            path: path.to_owned(),
            stamp,
            distribution: said.or_else(|| name.as_ref().map(|name| name.distribution.clone())),
            version: Some(contents.metadata.version.clone()).filter(|version| !version.is_empty()),
        });
        let needs = contents.metadata.requires_dist.iter();
        Some(needs.filter(|need| !need.contains("extra ==")).map(|need| requirement_name(need)).collect())
    }

    fn add_folders(&mut self, path: &str) {
        for (at, _) in path.match_indices('/') {
            self.folders.insert(path[..at].replace('/', "."));
        }
    }

    /// Returns the modules that may hold plugin classes.
    pub(super) fn candidates(&self) -> Vec<String> {
        let top = |name: &str| name.split('.').next().unwrap_or(name).to_owned();
        let mut packages: BTreeSet<String> = BTreeSet::new();
        loop {
            let before = packages.len();
            for (name, place) in &self.modules {
                let Some(mentions) = &place.mentions else { continue };
                if mentions.plugins || mentions.imports.iter().any(|one| packages.contains(&**one)) {
                    packages.insert(top(name));
                }
            }
            if packages.len() == before {
                break;
            }
        }
        let chosen = self.modules.iter().filter(|(name, place)| {
            packages.contains(&top(name)) && place.mentions.as_ref().is_some_and(|found| found.touches(&packages))
        });
        chosen.map(|(name, _)| name.clone()).collect()
    }

    /// Tells whether there is nothing of a name, though other wheels or packages could be installed.
    fn absent(&self, name: &str) -> Presence {
        let top = name.split('.').next().unwrap_or(name);
        let parent = name.rsplit_once('.').map(|(parent, _)| parent);
        // A regular package has what its folder has, unless it changes where it looks.
        if let Some(above) = parent.filter(|above| self.modules.contains_key(*above)) {
            return if self.looks_elsewhere(above) { Presence::Unknown } else { Presence::Missing };
        }
        if let Some(above) = parent.filter(|above| !self.folders.contains(*above)) {
            return self.absent(above);
        }
        match self.elsewhere(top) {
            Elsewhere::Unknown => Presence::Unknown,
            // The server has it from somewhere: `SkyPilot` may need it on controllers, too.
            Elsewhere::OnServer if parent.is_none() => Presence::Unknown,
            Elsewhere::OnServer | Elsewhere::Nowhere => Presence::Missing,
        }
    }

    /// Tells whether a controller may have a package that is in no wheel; each is looked for once.
    fn elsewhere(&self, top: &str) -> Elsewhere {
        let mut tops = self.tops.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = tops.get(top) {
            return *known;
        }
        let known = stdlib::is_module(top) || top == "sky" || stdlib::is_dependency(top);
        let found = if self.open || known || self.binaries.contains(top) {
            Elsewhere::Unknown
        } else if matches!(self.server.locate(top), Module::Found(_)) {
            Elsewhere::OnServer
        } else {
            Elsewhere::Nowhere
        };
        tops.insert(top.to_owned(), found);
        found
    }

    /// Tells whether a package may change where it looks for its modules; each is read once.
    fn looks_elsewhere(&self, package: &str) -> bool {
        if let Some(known) = self.wandering.lock().unwrap_or_else(PoisonError::into_inner).get(package) {
            return *known;
        }
        let found = self.reads_elsewhere(package);
        self.wandering.lock().unwrap_or_else(PoisonError::into_inner).insert(package.to_owned(), found);
        found
    }

    fn reads_elsewhere(&self, package: &str) -> bool {
        let ends = package.match_indices('.').map(|(at, _)| at).chain([package.len()]);
        ends.into_iter().any(|at| {
            self.modules.get(&package[..at]).and_then(|place| self.bytes(place)).is_some_and(|bytes| {
                let text = String::from_utf8_lossy(&bytes);
                text.contains("__path__") || text.contains("sys.modules")
            })
        })
    }

    fn bytes(&self, place: &Place) -> Option<Vec<u8>> {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.as_ref().is_none_or(|(wheel, _)| *wheel != place.wheel) {
            let wheel = &self.wheels[place.wheel];
            *opened = Some((place.wheel, open(&wheel.path, wheel.stamp)?));
        }
        let (_, archive) = opened.as_mut()?;
        archive.read(place.member, MAX_SOURCE as u64).ok()
    }
}

fn bytes(path: &Path, stamp: Stamp) -> Option<Bytes> {
    Some(inspect::bytes(File::open(path).ok()?, stamp.0))
}

fn open(path: &Path, stamp: Stamp) -> Option<Archive<Bytes>> {
    Archive::open(bytes(path, stamp)?, stamp.0).ok()
}

impl Modules for WheelModules<'_> {
    fn has_sources(&self) -> bool {
        !self.modules.is_empty()
    }

    fn find(&self, name: &str) -> Found {
        if let Some(place) = self.modules.get(name) {
            let wheel = &self.wheels[place.wheel];
            let source = cache::source(&wheel.path.join(&place.path), wheel.stamp, || self.bytes(place));
            let Some(source) = source else { return Found::Opaque };
            let origin = Origin {
                kind: SourceKind::Wheel,
                from: wheel.path.clone(),
                distribution: wheel.distribution.clone(),
                version: wheel.version.clone(),
            };
            let package = place.path.ends_with("/__init__.py");
            return Found::Source(Arc::new(ModuleFile { source, package, path: place.path.clone(), origin }));
        }
        if self.binaries.contains(name) {
            return Found::Opaque;
        }
        if self.folders.contains(name) {
            return Found::Folder;
        }
        match self.absent(name) {
            Presence::Missing => Found::Missing,
            _ => Found::Opaque,
        }
    }

    fn presence(&self, name: &str) -> Presence {
        if self.modules.contains_key(name) || self.binaries.contains(name) || self.folders.contains(name) {
            return Presence::Here;
        }
        self.absent(name)
    }

    fn python(&self) -> Option<(u32, u32)> {
        Some(CONTROLLER)
    }
}

/// Returns the path of a module that is no source, without its suffixes.
fn binary(path: &str) -> Option<&str> {
    let stem = path.strip_suffix(".so").or_else(|| path.strip_suffix(".pyc"))?;
    let file = stem.rfind('/').map_or(0, |at| at + 1);
    let end = stem[file..].find('.').map_or(stem.len(), |at| file + at);
    Some(&stem[..end])
}

/// Returns the name that a requirement starts with, as distributions are compared.
fn requirement_name(requirement: &str) -> String {
    let end = requirement.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c))).unwrap_or(requirement.len());
    normalize(&requirement[..end])
}
