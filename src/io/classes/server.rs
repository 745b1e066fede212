//! The modules of the server's Python, and which of them may hold plugin classes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::cache;
use super::distributions::Distributions;
use super::mentions::Mentions;
use crate::check::Facts;
use crate::io::modules::{Finder, Roots};
use crate::io::{Options, server};
use crate::python::resolve::{Found, ModuleFile, Modules, Presence};
use crate::python::{Module, Origin, SourceKind};

/// The most files that are looked into.
const MAX_FILES: usize = 60_000;
/// The most text of them that is searched, in bytes.
const MAX_TEXT: u64 = 1 << 30;
/// The most modules whose statements are followed.
const MAX_MODULES: usize = 10_000;
/// The deepest folder below a root.
const MAX_DEPTH: usize = 25;
/// Folders that hold no modules.
const SKIPPED: [&str; 4] = ["__pycache__", "node_modules", "bin", "lib2to3"];

/// The modules that the server's Python can import.
pub(super) struct ServerModules {
    finder: Finder,
    python: Option<PathBuf>,
    /// How many of the folders come from `--python-path`.
    given: usize,
    server_cwd: PathBuf,
    distributions: OnceLock<Distributions>,
}

/// A source file and the name that imports it.
struct File {
    module: String,
    path: PathBuf,
    mentions: Arc<Mentions>,
}

impl ServerModules {
    pub(super) fn new(roots: Roots, options: &Options, facts: &Facts) -> Self {
        Self {
            finder: Finder::new(roots),
            python: facts.python.clone(),
            given: options.python_path.len(),
            server_cwd: facts.server_cwd.clone(),
            distributions: OnceLock::new(),
        }
    }

    /// Tells whether all places are known.
    pub(super) fn is_complete(&self) -> bool {
        self.finder.roots().is_complete()
    }

    /// Tells whether there is any place to look in.
    pub(super) fn has_places(&self) -> bool {
        let roots = self.finder.roots();
        !roots.folders().is_empty() || !roots.mapped().is_empty()
    }

    /// Looks for a module.
    pub(super) fn locate(&self, name: &str) -> Module {
        self.finder.find(name)
    }

    fn distributions(&self) -> &Distributions {
        self.distributions.get_or_init(|| {
            let mut all = Distributions::default();
            for site in self.python.iter().flat_map(|python| server::site_packages(python)) {
                all.read(&site);
            }
            all
        })
    }

    /// Returns the nearest root of a file, and its path below that.
    fn below(&self, path: &Path) -> (usize, PathBuf, String) {
        let folders = self.finder.roots().folders().iter().enumerate().map(|(at, root)| (at, root, None));
        let mapped = self.finder.roots().mapped().iter().map(|(name, place)| (usize::MAX, place, Some(name)));
        let inside = folders.chain(mapped).filter_map(|(at, root, name)| {
            let below = path.strip_prefix(root).ok()?.to_string_lossy().into_owned();
            Some((at, root.clone(), name, below))
        });
        match inside.min_by_key(|(_, _, _, below)| below.len()) {
            Some((at, root, Some(name), below)) => (at, root, format!("{name}/{below}")),
            Some((at, root, None, below)) => (at, root, below),
            None => (usize::MAX, PathBuf::new(), path.to_string_lossy().into_owned()),
        }
    }

    fn origin(&self, path: &Path) -> (Origin, String) {
        let (at, root, below) = self.below(path);
        let owner = self.distributions().owner(&root, &below).cloned();
        let apart = at < self.given || root == self.server_cwd;
        let kind = if apart || self.python.is_none() { SourceKind::Path } else { SourceKind::Python };
        let (distribution, version) = owner.unzip();
        (Origin { kind, from: root, distribution, version }, below)
    }

    /// Finds the modules that may hold plugin classes, and whether all files were looked into.
    pub(super) fn candidates(&self, stop: &(dyn Fn() -> bool + Sync)) -> (Vec<String>, bool) {
        let mut walk = Walk { files: BTreeMap::new(), text: 0, count: 0, complete: true, stop };
        for (at, root) in self.finder.roots().folders().iter().enumerate() {
            // Of a virtual environment it is empty but for the packages, which are a root themselves.
            let library = ["os.py", "site-packages", "dist-packages"].iter().any(|name| root.join(name).exists())
                || root.file_name().is_some_and(|name| name == "lib-dynload");
            if !library {
                // Who starts a server in a home directory does not keep packages in all of it.
                let regular = at >= self.given && *root == self.server_cwd;
                walk.root(root, regular);
            }
        }
        for (name, place) in self.finder.roots().mapped() {
            walk.package(name, place, name, 0);
        }
        let complete = walk.complete;
        let mut modules = choose(&walk.files);
        // What another root hides cannot be imported.
        modules.retain(|(name, path)| matches!(self.locate(name), Module::Found(found) if found == *path));
        let all = modules.len() <= MAX_MODULES;
        modules.truncate(MAX_MODULES);
        (modules.into_iter().map(|(name, _)| name).collect(), complete && all)
    }
}

/// Chooses the modules that can bind a plugin class: those that speak of `SkyPilot`'s plugins,
/// and those that import from a package that has such a module.
fn choose(files: &BTreeMap<String, Vec<File>>) -> Vec<(String, PathBuf)> {
    let mut packages: BTreeSet<String> = BTreeSet::new();
    loop {
        let before = packages.len();
        for (top, files) in files {
            let absolute = |file: &File| {
                file.mentions.plugins || file.mentions.imports.iter().any(|name| packages.contains(&**name))
            };
            if !packages.contains(top) && files.iter().any(absolute) {
                packages.insert(top.clone());
            }
        }
        if packages.len() == before {
            break;
        }
    }
    let chosen = files.iter().filter(|(top, _)| packages.contains(*top)).flat_map(|(_, files)| files);
    let touching = chosen.filter(|file| file.mentions.touches(&packages));
    touching.map(|file| (file.module.clone(), file.path.clone())).collect()
}

/// A walk through the folders of packages.
struct Walk<'s> {
    /// The files by the first name of their modules.
    files: BTreeMap<String, Vec<File>>,
    text: u64,
    count: usize,
    complete: bool,
    stop: &'s (dyn Fn() -> bool + Sync),
}

impl Walk<'_> {
    /// Looks into a root; into regular packages alone, or into all folders.
    fn root(&mut self, root: &Path, regular: bool) {
        for (name, path, folder) in entries(root) {
            if name == "sky" || name.contains('.') && folder {
                continue;
            }
            if !folder {
                if let Some(module) = name.strip_suffix(".py") {
                    self.file(module, &path, module);
                }
            } else if !regular || path.join("__init__.py").is_file() {
                self.package(&name, &path, &name, 0);
            }
        }
    }

    fn package(&mut self, dotted: &str, folder: &Path, top: &str, depth: usize) {
        if depth > MAX_DEPTH {
            self.complete = false;
            return;
        }
        for (name, path, is_folder) in entries(folder) {
            if is_folder {
                if !name.contains('.') {
                    self.package(&format!("{dotted}.{name}"), &path, top, depth + 1);
                }
            } else if name == "__init__.py" {
                self.file(dotted, &path, top);
            } else if let Some(module) = name.strip_suffix(".py").filter(|module| !module.contains('.')) {
                self.file(&format!("{dotted}.{module}"), &path, top);
            }
        }
    }

    fn file(&mut self, module: &str, path: &Path, top: &str) {
        if self.count >= MAX_FILES || self.text > MAX_TEXT || (self.stop)() {
            self.complete = false;
            return;
        }
        let Some(stamp) = cache::stamp(path) else { return };
        self.count += 1;
        self.text += stamp.0;
        let Some(mentions) = cache::mentions(path, stamp, || cache::bytes(path, stamp.0)) else { return };
        let file = File { module: module.to_owned(), path: path.to_owned(), mentions };
        self.files.entry(top.to_owned()).or_default().push(file);
    }
}

/// Returns the names in a folder that may be modules: name, path, whether it is a folder.
fn entries(folder: &Path) -> Vec<(String, PathBuf, bool)> {
    let Ok(names) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for entry in names.flatten() {
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        let path = entry.path();
        // Links to folders are followed once: those that lead back end at the depth.
        let Ok(kind) = entry.file_type() else { continue };
        let is_folder = kind.is_dir() || (kind.is_symlink() && path.is_dir());
        found.push((name, path, is_folder));
    }
    found.sort();
    found
}

impl Modules for ServerModules {
    fn has_sources(&self) -> bool {
        self.has_places()
    }

    fn find(&self, name: &str) -> Found {
        match self.locate(name) {
            Module::Found(path) if path.is_dir() => Found::Folder,
            Module::Found(path) if path.extension().is_some_and(|suffix| suffix == "py") => {
                let Some(stamp) = cache::stamp(&path) else { return Found::Opaque };
                let Some(source) = cache::source(&path, stamp, || cache::bytes(&path, stamp.0)) else {
                    return Found::Opaque;
                };
                let package = path.file_name().is_some_and(|file| file == "__init__.py");
                let (origin, below) = self.origin(&path);
                Found::Source(Arc::new(ModuleFile { source, package, path: below, origin }))
            }
            Module::Found(_) | Module::Unknown => Found::Opaque,
            Module::NotInPackage { .. } | Module::NotInstalled => Found::Missing,
        }
    }

    fn presence(&self, name: &str) -> Presence {
        match self.locate(name) {
            Module::Found(_) => Presence::Here,
            Module::NotInPackage { .. } | Module::NotInstalled => Presence::Missing,
            Module::Unknown => Presence::Unknown,
        }
    }

    /// Reads the release off the folder: `lib/python3.11/site-packages`.
    fn python(&self) -> Option<(u32, u32)> {
        let site = server::site_packages(self.python.as_deref()?).into_iter().next()?;
        let name = site.parent()?.file_name()?.to_str()?.strip_prefix("python")?.to_owned();
        let (major, minor) = name.split_once('.')?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    }
}
