//! Follows names through modules: imports, aliases, attributes, bases.
//!
//! Pure: where a module's source is comes from [`Modules`]. Each question has a
//! budget of steps, so that no source can make one endless; what is not reached
//! within it is unknown.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::constructor::Field;
use super::known::{self, BASE, CONTEXT, PLUGINS};
use super::lineage::Lineage;
use super::namespace::{Named, Namespace};
use super::source::{Nature, Operator, Source};
use super::value::{Called, ClassValue, Kind, Value};
use super::{LoadContext, Origin, SourceKind};

/// Where modules come from.
pub trait Modules: Sync {
    /// Finds a module by its dotted name.
    fn find(&self, name: &str) -> Found;

    /// Tells whether there is a module, without reading it.
    fn presence(&self, name: &str) -> Presence;

    /// Tells whether there may be a module whose source can be read.
    fn has_sources(&self) -> bool {
        true
    }

    /// Returns the release of Python that imports them, where it is known: `(3, 11)`.
    fn python(&self) -> Option<(u32, u32)> {
        None
    }
}

/// What became of the search for a module's source.
#[derive(Clone, Debug)]
pub enum Found {
    /// It was read.
    Source(Arc<ModuleFile>),
    /// A directory without `__init__.py`: a package that binds nothing itself.
    Folder,
    /// There is no such module.
    Missing,
    /// It cannot be told what is in it, or whether it is there.
    Opaque,
}

/// Whether a module is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    Here,
    /// It is not.
    Missing,
    /// It cannot be told.
    Unknown,
}

/// A module that was read.
#[derive(Debug)]
pub struct ModuleFile {
    /// What its statements are.
    pub source: Arc<Source>,
    /// Whether it is the `__init__.py` of a package.
    pub package: bool,
    /// Its file below the root.
    pub path: String,
    /// Where that is.
    pub origin: Origin,
}

/// The most steps that one question may take.
const FUEL: usize = 300_000;
/// The longest chain of names that stand for names.
const MAX_CHAIN: usize = 60;
/// The longest chain of modules that must be followed to follow the first.
const MAX_MODULES: usize = 30;

/// How many modules may be open when a `try` in the last one has another one followed for its names.
const MAX_TRIED: usize = 2;

/// What a term can stand for.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    pub(super) options: Vec<Value>,
    /// Whether it may be something else as well, or nothing.
    pub(super) open: bool,
}

/// Answers what names stand for; one for each set of modules.
pub(super) struct Resolver<'m> {
    modules: &'m dyn Modules,
    near: BTreeSet<String>,
    namespaces: RefCell<BTreeMap<Rc<str>, Option<Rc<Namespace>>>>,
    pub(super) lineages: RefCell<HashMap<usize, Rc<Lineage>>>,
    pub(super) fields: RefCell<HashMap<usize, Option<Vec<Field>>>>,
    pub(super) abstracts: RefCell<HashMap<usize, Option<BTreeSet<Rc<str>>>>>,
    fuel: Cell<usize>,
    depth: Cell<usize>,
    /// How many lineages are being worked out, each for the one before.
    pub(super) height: Cell<usize>,
}

impl<'m> Resolver<'m> {
    /// Makes one; the plugin classes that are looked for are in the packages of `near`.
    pub(super) fn new(modules: &'m dyn Modules, near: BTreeSet<String>) -> Self {
        Self {
            modules,
            near,
            namespaces: RefCell::default(),
            lineages: RefCell::default(),
            fields: RefCell::default(),
            abstracts: RefCell::default(),
            fuel: Cell::new(FUEL),
            depth: Cell::new(0),
            height: Cell::new(0),
        }
    }

    /// Gives the next question its budget.
    pub(super) fn refuel(&self) {
        self.fuel.set(FUEL);
    }

    /// Takes a step; tells whether there was one left.
    pub(super) fn step(&self) -> bool {
        let left = self.fuel.get();
        self.fuel.set(left.saturating_sub(1));
        left > 0
    }

    pub(super) fn python(&self) -> Option<(u32, u32)> {
        self.modules.python()
    }

    /// Tells whether there is a module; `SkyPilot`'s own are wherever plugins are loaded.
    pub(super) fn presence(&self, module: &str) -> Presence {
        if is_above_plugins(module) || known::is_described(module) {
            return Presence::Here;
        }
        match self.modules.presence(module) {
            // Some of Python's own modules have no file, and wheels have none of them.
            Presence::Unknown if super::stdlib::is_module(module) => Presence::Here,
            other => other,
        }
    }

    pub(super) fn find(&self, module: &str) -> Found {
        match self.modules.find(module) {
            Found::Source(file) => Found::Source(file),
            _ if module == PLUGINS => Found::Source(described_plugins()),
            _ if is_above_plugins(module) => Found::Opaque,
            other => other,
        }
    }

    /// Follows a module, once; none where it is followed already, or cannot be.
    pub(super) fn namespace(&self, module: &str) -> Option<Rc<Namespace>> {
        if let Some(known) = self.namespaces.borrow().get(module) {
            return known.clone();
        }
        if self.depth.get() > MAX_MODULES {
            return None;
        }
        let Found::Source(file) = self.find(module) else { return None };
        let name: Rc<str> = module.into();
        self.namespaces.borrow_mut().insert(name.clone(), None);
        self.depth.set(self.depth.get() + 1);
        let namespace = Rc::new(Namespace::of(&name, &file, self));
        self.depth.set(self.depth.get() - 1);
        self.namespaces.borrow_mut().insert(name, Some(namespace.clone()));
        Some(namespace)
    }

    /// Tells whether a module is in one of the packages whose classes are looked for.
    pub(super) fn is_near(&self, module: &str) -> bool {
        module == PLUGINS || self.near.contains(top(module))
    }

    /// Tells whether the import of a module surely fails; that of `from` itself is not asked.
    ///
    /// What is not near is taken to work where it is there: to look into each
    /// module that may be imported would lead through all that is installed.
    pub(super) fn is_broken(&self, module: &str, from: &str) -> bool {
        let asked = module != PLUGINS && module != from && (self.is_near(module) || top(module) == top(from));
        asked && self.namespace(module).is_some_and(|namespace| namespace.broken)
    }

    /// Tells whether `from module import name` finds something.
    pub(super) fn name_presence(&self, module: &str, name: &str) -> Presence {
        if self.depth.get() > MAX_TRIED && !self.is_near(module) && !self.namespaces.borrow().contains_key(module) {
            return Presence::Unknown;
        }
        match self.member(module, name) {
            Some(value) if matches!(value.kind(), Kind::Either(options, true) if options.is_empty()) => {
                Presence::Unknown
            }
            Some(_) => Presence::Here,
            None if self.namespace(module).is_some() => self.presence(&format!("{module}.{name}")),
            None => Presence::Unknown,
        }
    }

    /// Looks up a name of a module, or a module in a package.
    pub(super) fn member(&self, module: &str, name: &str) -> Option<Value> {
        if let Some(path) = known::described(module, name) {
            return Some(Kind::External(path.into()).into());
        }
        let submodule = format!("{module}.{name}");
        if is_above_plugins(&submodule) {
            return Some(Kind::Module(submodule.into()).into());
        }
        if let Some(namespace) = self.namespace(module) {
            if let Named::To(value) = namespace.get(module, name, self) {
                return Some(value);
            }
        } else if !matches!(self.find(module), Found::Folder) {
            return None;
        }
        (self.presence(&submodule) == Presence::Here).then(|| Kind::Module(submodule.into()).into())
    }

    /// Works out what a term stands for.
    pub(super) fn outcomes(&self, value: &Value) -> Outcomes {
        let mut out = Outcomes::default();
        self.collect(value, 0, &mut out);
        out
    }

    fn collect(&self, value: &Value, chain: usize, out: &mut Outcomes) {
        if chain > MAX_CHAIN || !self.step() {
            out.open = true;
            return;
        }
        let mut follow = |found: Option<Value>| match found {
            Some(found) => self.collect(&found, chain + 1, out),
            None => out.open = true,
        };
        match value.kind() {
            Kind::Either(options, open) => {
                out.open |= open;
                for one in options {
                    self.collect(one, chain + 1, out);
                }
            }
            Kind::Imported(module, name) => follow(self.member(module, name)),
            Kind::Attribute(object, name) => {
                let mut objects = Outcomes::default();
                self.collect(object, chain + 1, &mut objects);
                for one in &objects.options {
                    follow(self.attribute(one, name));
                }
                out.open |= objects.open;
            }
            Kind::Class(class) => {
                out.open |= !class.decorators.iter().all(|one| self.keeps(one));
                out.options.push(value.clone());
            }
            Kind::Call(called) if self.gives_back(called) => follow(called.arguments.first().cloned()),
            _ => out.options.push(value.clone()),
        }
    }

    /// Tells whether a call gives back its only argument: `Plugin = register(Plugin)`.
    fn gives_back(&self, called: &Called) -> bool {
        if called.arguments.len() != 1 || !called.keywords.is_empty() {
            return false;
        }
        self.single(&called.function).is_some_and(|function| match function.kind() {
            Kind::Function(one) => one.function.nature == Nature::ReturnsFirst && one.decorators.is_empty(),
            _ => false,
        })
    }

    /// Returns what a term stands for, where that is one thing.
    pub(super) fn single(&self, value: &Value) -> Option<Value> {
        let mut found = self.outcomes(value);
        if found.open || found.options.len() != 1 { None } else { found.options.pop() }
    }

    /// Looks an attribute up as `getattr` does; none where that cannot be told.
    fn attribute(&self, object: &Value, name: &str) -> Option<Value> {
        match object.kind() {
            Kind::Module(module) => self.member(module, name),
            Kind::External(path) => Some(Kind::External(format!("{path}.{name}").into()).into()),
            Kind::Class(class) if is_context(class) => {
                let all = LoadContext::ALL.into_iter();
                all.into_iter()
                    .find(|one| one.name().to_ascii_uppercase() == *name)
                    .map(|one| Kind::Context(one).into())
            }
            Kind::Class(class) => self.lineage(class).look_up(name, self).value(),
            // `@name.setter`, `Class.method.__get__`: terms as they stand.
            Kind::Function(_) | Kind::Call(_) => Some(Kind::Attribute(object.clone(), name.into()).into()),
            _ => None,
        }
    }

    /// Tells whether a class decorator gives back the class as it was, or one with generated methods alone.
    pub(super) fn keeps(&self, decorator: &Value) -> bool {
        let Some(decorator) = self.single(decorator) else { return false };
        match decorator.kind() {
            Kind::External(path) => {
                matches!(
                    &**path,
                    "dataclasses.dataclass"
                        | "typing.final"
                        | "typing.runtime_checkable"
                        | "enum.unique"
                        | "functools.total_ordering"
                        | "abc.update_abstractmethods"
                )
            }
            Kind::Function(one) => one.function.nature == Nature::ReturnsFirst && one.decorators.is_empty(),
            Kind::Call(called) => match self.single(&called.function) {
                Some(function) => match function.kind() {
                    Kind::External(path) => matches!(&**path, "dataclasses.dataclass" | "typing.dataclass_transform"),
                    Kind::Function(one) => {
                        one.function.nature == Nature::MakesReturnsFirst && one.decorators.is_empty()
                    }
                    _ => false,
                },
                None => false,
            },
            _ => false,
        }
    }

    /// Tells whether a term may stand for a class.
    pub(super) fn may_be(&self, value: &Value, class: &ClassValue) -> bool {
        let found = self.outcomes(value);
        let is_it = |one: &Value| matches!(one.kind(), Kind::Class(other) if other.is(class));
        found.options.iter().any(is_it) || (found.open && found.options.is_empty())
    }

    /// Returns a list of strings, where all of it is known.
    pub(super) fn strings(&self, value: &Value) -> Option<Vec<Rc<str>>> {
        let value = self.single(value)?;
        match value.kind() {
            Kind::String(text) => Some(vec![text.clone()]),
            Kind::Sequence(all) => {
                let mut out = Vec::new();
                for one in all {
                    match one.kind() {
                        Kind::Starred(inner) => out.extend(self.strings(inner)?),
                        Kind::String(text) => out.push(text.clone()),
                        _ => return None,
                    }
                }
                Some(out)
            }
            Kind::Binary(Operator::Plus, left, right) => {
                let mut out = self.strings(left)?;
                out.extend(self.strings(right)?);
                Some(out)
            }
            Kind::Call(called) if called.arguments.len() == 1 => match self.single(&called.function)?.kind() {
                Kind::External(path) if matches!(&**path, "builtins.list" | "builtins.tuple" | "builtins.set") => {
                    self.strings(&called.arguments[0])
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// Returns the first name of a dotted one.
pub(super) fn top(module: &str) -> &str {
    module.split('.').next().unwrap_or(module)
}

/// Tells whether a module is `SkyPilot`'s own with `BasePlugin`, or above it.
fn is_above_plugins(module: &str) -> bool {
    matches!(module, "sky" | "sky.server" | PLUGINS)
}

/// Tells whether a class is `BasePlugin` itself.
pub(super) fn is_base(class: &ClassValue) -> bool {
    class.name == BASE && &*class.module == PLUGINS
}

/// Tells whether a class is `PluginContext`.
pub(super) fn is_context(class: &ClassValue) -> bool {
    class.name == CONTEXT && &*class.module == PLUGINS
}

/// Returns the description of `SkyPilot`'s module as a file.
fn described_plugins() -> Arc<ModuleFile> {
    static FILE: LazyLock<Arc<ModuleFile>> = LazyLock::new(|| {
        Arc::new(ModuleFile {
            source: known::plugins(),
            package: false,
            path: "sky/server/plugins.py".to_owned(),
            origin: Origin { kind: SourceKind::Python, from: "sky".into(), distribution: None, version: None },
        })
    });
    FILE.clone()
}
