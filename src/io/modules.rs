//! Looks for Python modules as the import system's path finder does, by files alone.
//!
//! Nothing is run. What files do not tell (import hooks, packages that change
//! their own search path, `.pth` lines that are code) makes the answer
//! [`Module::Unknown`], never a wrong "missing".

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::server;
use crate::check::{CwdSource, Facts};
use crate::config::{Role, Workspace, model};
use crate::python::Module;

/// Modules inside the interpreter: they have no file (`sys.builtin_module_names`).
const BUILT_IN: [&str; 14] = [
    "_io",
    "builtins",
    "sys",
    "time",
    "gc",
    "marshal",
    "posix",
    "_thread",
    "atexit",
    "errno",
    "faulthandler",
    "itertools",
    "pwd",
    "signal",
];
/// `.pth` files of tools that only run code which adds no module.
const HARMLESS_PTH: [&str; 3] = ["distutils-precedence.pth", "a1_coverage.pth", "pywin32.pth"];
/// Modules whose import changes no search for others.
const PLAIN_MODULES: [&str; 6] = ["os", "sys", "re", "warnings", "ssl", "certifi"];
/// Names of Python's import system (`importlib`, `site`, `sys`).
const OF_IMPORTS: [&str; 9] = [
    "meta_path",
    "path_hooks",
    "path_importer_cache",
    "importlib",
    "__import__",
    "addsitedir",
    "find_spec",
    "pkgutil",
    "install",
];
/// The most that is read of a package's `__init__.py` or a `.pth` file, in bytes.
const MAX_READ: u64 = 256 * 1024;

/// Where the API server's Python looks for modules.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    folders: Vec<PathBuf>,
    /// Packages that an editable install maps to a place of their own (setuptools' finders).
    mapped: Vec<(String, PathBuf)>,
    /// Whether these are all places there are.
    complete: bool,
}

impl Roots {
    /// Returns the directories in the order in which they are searched.
    #[must_use]
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Returns the packages that an editable install maps, with the place of each.
    #[must_use]
    pub fn mapped(&self) -> &[(String, PathBuf)] {
        &self.mapped
    }

    /// Tells whether these are all places there are.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }
}

/// Finds the roots: `--python-path`, the server's directory, PYTHONPATH, and the
/// interpreter's packages and standard library.
#[must_use]
pub fn roots(python: Option<&Path>, more: &[PathBuf], facts: &Facts) -> Roots {
    let mut folders: Vec<PathBuf> = more.iter().map(|path| facts.environment.cwd.join(path)).collect();
    let Some(python) = python else { return Roots { folders, ..Roots::default() } };
    // `python -m sky.server.server` puts the directory it runs in before all others.
    folders.push(facts.server_cwd.clone());
    if let Some(path) = facts.environment.get("PYTHONPATH") {
        folders.extend(std::env::split_paths(path).filter(|p| !p.as_os_str().is_empty()));
    }
    let mut complete = facts.cwd_source != CwdSource::CurrentDirectory;
    let mut mapped = Vec::new();
    for site in server::site_packages(python) {
        let added = path_files(&site);
        complete &= added.all;
        folders.extend(standard_library(python, &site));
        folders.push(site);
        folders.extend(added.folders.into_iter().map(|(folder, _)| folder));
        mapped.extend(added.mapped);
    }
    complete &= folders.iter().any(|folder| folder.join("os.py").is_file());
    Roots { folders, mapped, complete }
}

/// Returns where the standard library may be: beside the packages, or where `pyvenv.cfg` says that Python is.
fn standard_library(python: &Path, site: &Path) -> Vec<PathBuf> {
    let Some(version) = site.parent().and_then(Path::file_name) else { return Vec::new() };
    let mut homes: Vec<PathBuf> = site.parent().into_iter().map(Path::to_owned).collect();
    let settings = python.parent().and_then(Path::parent).map(|venv| venv.join("pyvenv.cfg"));
    let text = settings.and_then(|path| read(&path)).unwrap_or_default();
    for line in text.lines() {
        if let Some(("home", bin)) = line.split_once('=').map(|(k, v)| (k.trim(), v.trim())) {
            let bin =
                fs::canonicalize(Path::new(bin).join("python3")).unwrap_or_else(|_| Path::new(bin).join("python3"));
            homes.extend(bin.parent().and_then(Path::parent).map(|prefix| prefix.join("lib").join(version)));
        }
    }
    homes.iter().flat_map(|home| [home.clone(), home.join("lib-dynload")]).collect()
}

/// What the `.pth` files of a directory add.
#[derive(Default)]
pub(super) struct Added {
    /// Directories, each with the file that adds it.
    pub(super) folders: Vec<(PathBuf, String)>,
    /// Packages with their places.
    pub(super) mapped: Vec<(String, PathBuf)>,
    /// Whether that is all they do.
    all: bool,
}

/// Reads the `.pth` files of a directory.
pub(super) fn path_files(site: &Path) -> Added {
    let mut added = Added { all: true, ..Added::default() };
    let Ok(entries) = fs::read_dir(site) else { return Added::default() };
    for name in entries.flatten().map(|entry| entry.file_name()) {
        let Some(name) = name.to_str().filter(|name| has_suffix(name, ".pth")) else { continue };
        if HARMLESS_PTH.contains(&name) {
            continue;
        }
        for line in read(&site.join(name)).unwrap_or_default().lines() {
            match line.trim_end() {
                "" => {}
                line if line.starts_with('#') => {}
                line if leaves_imports_alone(line) => {}
                line if line.starts_with("import ") || line.starts_with("import\t") => match editable(site, line) {
                    Some(mapped) => added.mapped.extend(mapped),
                    None => added.all = false,
                },
                line => added.folders.push((site.join(line), name.to_owned())),
            }
        }
    }
    added
}

/// Tells whether a line of code in a `.pth` file adds no module: it imports nothing
/// but modules that are known to leave the import system alone, and names nothing of that.
fn leaves_imports_alone(line: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let touches = |word: &str| {
        ["sys.path", "sys.modules"].iter().any(|name| word.starts_with(name))
            || word.split('.').any(|part| OF_IMPORTS.contains(&part))
    };
    let plain = |rest: &str| {
        let rest = rest.trim_start();
        let (name, behind) = rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len()));
        PLAIN_MODULES.contains(&name) && !behind.trim_start().starts_with(',')
    };
    line.starts_with("import ")
        && !line.split(|c| !is_name(c)).any(|word| word == "from" || touches(word))
        && line.match_indices("import").all(|(at, word)| plain(&line[at + word.len()..]))
}

/// Reads what a finder of setuptools maps; none where a line is something else.
///
/// It writes `MAPPING: dict[str, str] = {'acme': '/src/acme'}` and `NAMESPACES: … = {}`
/// (`setuptools/command/editable_wheel.py`, 64 and later).
fn editable(site: &Path, line: &str) -> Option<Vec<(String, PathBuf)>> {
    let module = line.strip_prefix("import ")?.split(';').next()?.trim();
    if !(module.starts_with("__editable___") && module.ends_with("_finder")) {
        return None;
    }
    let text = read(&site.join(format!("{module}.py")))?;
    let table = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once('{')?.1.trim_end().strip_suffix('}')?.to_owned())
    };
    if !table("NAMESPACES").unwrap_or_default().trim().is_empty() {
        return None;
    }
    let unquoted = |text: &str| {
        let text = text.trim();
        let inside = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''))?;
        (!inside.contains(['\\', '\''])).then(|| inside.to_owned())
    };
    let pairs = table("MAPPING")?;
    pairs
        .split(", '")
        .enumerate()
        .map(|(at, pair)| {
            let pair = if at == 0 { pair.to_owned() } else { format!("'{pair}") };
            let (name, place) = pair.split_once("': ")?;
            Some((unquoted(&format!("{name}'"))?, PathBuf::from(unquoted(place)?)))
        })
        .collect()
}

fn read(path: &Path) -> Option<String> {
    use std::io::Read as _;
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(MAX_READ).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Looks for the modules of all classes of the API server's list, and adds what was found to the facts.
pub fn add(workspace: &Workspace, roots: &Roots, facts: &mut Facts) {
    let Some(document) = workspace.document(Role::Api) else { return };
    if roots.folders.is_empty() {
        return;
    }
    let finder = Finder::new(roots.clone());
    for class in model::rows(document).filter_map(|row| row.class) {
        if let Some((module, _)) = class.rsplit_once('.')
            && !facts.modules.contains_key(module)
        {
            Arc::make_mut(&mut facts.modules).insert(module.to_owned(), finder.find(module));
        }
    }
}

/// Looks for modules, and remembers the folders that it has seen.
#[derive(Debug, Default)]
pub struct Finder {
    roots: Roots,
    steps: Mutex<HashMap<String, Step>>,
    names: Mutex<HashMap<PathBuf, Arc<HashSet<String>>>>,
}

impl Finder {
    /// Makes one that has seen nothing yet.
    #[must_use]
    pub fn new(roots: Roots) -> Self {
        Self { roots, ..Self::default() }
    }

    /// Returns where it looks.
    #[must_use]
    pub const fn roots(&self) -> &Roots {
        &self.roots
    }

    /// Looks for one module.
    pub fn find(&self, module: &str) -> Module {
        let mut folders = self.roots.folders.clone();
        let mut package: Option<(String, PathBuf)> = None;
        let ends = module.match_indices('.').map(|(at, _)| at).chain([module.len()]);
        let mut start = 0;
        for end in ends {
            let (name, dotted) = (&module[start..end], &module[..end]);
            start = end + 1;
            match self.step(name, dotted, &folders) {
                Step::Nothing => {
                    return match package {
                        Some((package, place)) => Module::NotInPackage { package, place },
                        None if BUILT_IN.contains(&name) || !self.roots.complete => Module::Unknown,
                        None => Module::NotInstalled,
                    };
                }
                Step::File(place) if end == module.len() => return Module::Found(place),
                Step::File(place) => return Module::NotInPackage { package: dotted.to_owned(), place },
                Step::Package { place, .. } if end == module.len() => return Module::Found(place),
                Step::Package { open: true, .. } => return Module::Unknown,
                Step::Package { place, inside, .. } => {
                    package = Some((dotted.to_owned(), place));
                    folders = inside;
                }
            }
        }
        Module::Unknown
    }

    /// Takes one step, once.
    fn step(&self, name: &str, dotted: &str, folders: &[PathBuf]) -> Step {
        if name.is_empty() || name.contains(['/', '\0']) {
            return Step::Nothing;
        }
        if let Some(known) = self.steps.lock().unwrap_or_else(PoisonError::into_inner).get(dotted) {
            return known.clone();
        }
        let mut step = self.look(name, folders);
        if matches!(step, Step::Nothing) && name == dotted {
            let mapped = self.roots.mapped.iter().find(|(mapped, _)| mapped == name);
            step = mapped.map_or(step, |(_, place)| self.look_at(place));
        }
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).insert(dotted.to_owned(), step.clone());
        step
    }

    /// Finds the package or module at a place without suffix.
    fn look_at(&self, place: &Path) -> Step {
        let (Some(folder), Some(name)) = (place.parent(), place.file_name().and_then(|name| name.to_str())) else {
            return Step::Nothing;
        };
        self.look(name.strip_suffix(".py").unwrap_or(name), &[folder.to_owned()])
    }

    /// Does what the path finder does for one name: the first regular package or module, else a namespace.
    fn look(&self, name: &str, folders: &[PathBuf]) -> Step {
        let mut namespace = Vec::new();
        for folder in folders {
            let inside = folder.join(name);
            let is_folder = self.names(folder).contains(name) && inside.is_dir();
            if is_folder && let Some(init) = self.module_file(&inside, "__init__") {
                let source = if init.extension().is_some_and(|e| e == "py") { read(&init) } else { None };
                let open = source.is_none_or(|text| text.contains("__path__") || text.contains("sys.modules"));
                return Step::Package { place: init, inside: vec![inside], open };
            }
            if let Some(file) = self.module_file(folder, name) {
                return Step::File(file);
            }
            if is_folder {
                namespace.push(inside);
            }
        }
        match namespace.first() {
            Some(first) => Step::Package { place: first.clone(), inside: namespace.clone(), open: false },
            None => Step::Nothing,
        }
    }

    /// Returns the names in a folder.
    fn names(&self, folder: &Path) -> Arc<HashSet<String>> {
        if let Some(known) = self.names.lock().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return known.clone();
        }
        let names = fs::read_dir(folder).into_iter().flatten().flatten();
        let names: Arc<HashSet<String>> =
            Arc::new(names.filter_map(|entry| entry.file_name().into_string().ok()).collect());
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), names.clone());
        names
    }

    fn module_file(&self, folder: &Path, name: &str) -> Option<PathBuf> {
        let names = self.names(folder);
        let plain = [".py", ".pyc", ".so", ".abi3.so"].map(|suffix| format!("{name}{suffix}"));
        let found = plain.into_iter().find(|file| names.contains(file) && folder.join(file).is_file());
        let binary = || {
            let prefix = format!("{name}.cpython-");
            names.iter().filter(|one| one.starts_with(&prefix) && has_suffix(one, ".so")).min().cloned()
        };
        found.or_else(binary).map(|file| folder.join(file))
    }
}

/// What one name of a dotted path leads to.
#[derive(Clone, Debug)]
enum Step {
    Nothing,
    File(PathBuf),
    Package {
        place: PathBuf,
        inside: Vec<PathBuf>,
        /// Whether its own code may make modules that no file shows.
        open: bool,
    },
}

/// Tells whether a name ends in a suffix; Linux and Python look at the case.
fn has_suffix(name: &str, suffix: &str) -> bool {
    name.as_bytes().ends_with(suffix.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a directory");
        for file in files {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("made");
            let text = if file.contains("odd") { "__path__ = []" } else { "" };
            fs::write(path, text).expect("written");
        }
        root
    }

    #[test]
    fn code_in_path_files_is_harmless_only_where_it_cannot_add_modules() {
        for (line, harmless) in [
            ("import os;exec(\"try:\\n import certifi\\n _p=certifi.where()\")", true),
            ("import sys; sys.setrecursionlimit(5000)", true),
            ("import sys; sys.path.insert(0, '/srv/plugins')", false),
            ("import sys; sys.meta_path.append(Finder())", false),
            ("import __editable___acme_finder; __editable___acme_finder.install()", false),
            ("import os, acme_hooks", false),
            ("import acme_hooks", false),
            ("import os; exec('from acme import hooks')", false),
            ("important", false),
        ] {
            assert_eq!(leaves_imports_alone(line), harmless, "{line}");
        }
    }

    #[test]
    fn modules_are_found_as_imports_find_them() {
        let root = tree(&[
            "both/x.py",
            "both.py",
            "acme/__init__.py",
            "acme/good.py",
            "space/deep/x.py",
            "odd/__init__.py",
            "one.py",
        ]);
        let found = |module: &str, complete| {
            Finder::new(Roots { folders: vec![root.path().to_owned()], complete, ..Roots::default() }).find(module)
        };
        for module in ["acme", "acme.good", "space.deep.x", "one"] {
            assert!(matches!(found(module, true), Module::Found(_)), "{module}");
        }
        let package = |module: &str| match found(module, true) {
            Module::NotInPackage { package, .. } => package,
            other => panic!("{module}: {other:?}"),
        };
        // A module wins over a folder that is no regular package.
        assert_eq!(found("both", true), Module::Found(root.path().join("both.py")));
        assert_eq!(package("acme.nope"), "acme");
        assert_eq!(package("acme.good.Outer"), "acme.good");
        assert_eq!(package("acme..x"), "acme");
        assert_eq!(found("odd.made_at_import", true), Module::Unknown);
        assert_eq!(found("nowhere", true), Module::NotInstalled);
        assert_eq!(found("nowhere", false), Module::Unknown);
        assert_eq!(found("sys", true), Module::Unknown);
        assert_eq!(found("acme/good", true), Module::NotInstalled);
    }
}
