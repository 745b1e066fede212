//! The questions that the program asks: the plugin classes of modules, and what a class path is.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::thread;

use super::lineage::Derives;
use super::namespace::{Named, Namespace};
use super::resolve::{self, Found, Modules, Outcomes, Presence, Resolver, is_base};
use super::value::{ClassValue, Kind, Value};
use super::{Answer, Origin, PluginClass, known};

/// The stack of the thread that follows names, in bytes: modules in modules in classes, each level bounded.
const STACK: usize = 256 << 20;
/// Class paths up to this length need no stack of their own, in bytes: a part takes two of them at least.
const SHORT: usize = 1_000;

/// What was found out.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// The plugin classes of the modules, one for each name, by module and name.
    pub found: Vec<PluginClass>,
    /// What the class paths are.
    pub answers: BTreeMap<String, Answer>,
    /// Whether all modules were followed.
    pub complete: bool,
}

/// Finds the plugin classes of modules, and what class paths are; stops where `stop` says so.
pub fn survey(
    modules: &dyn Modules,
    candidates: &[String],
    paths: &[String],
    stop: &(dyn Fn() -> bool + Sync),
) -> Survey {
    if candidates.is_empty() && paths.is_empty() {
        return Survey { complete: true, ..Survey::default() };
    }
    let work = || all(modules, candidates, paths, stop);
    // A name is followed from part to part, and nowhere else where there is no source.
    if !modules.has_sources() && candidates.is_empty() && paths.iter().all(|path| path.len() <= SHORT) {
        return work();
    }
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("plugin classes".to_owned()).stack_size(STACK);
        let thread = thread.spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok()).unwrap_or_default()
    })
}

fn all(modules: &dyn Modules, candidates: &[String], paths: &[String], stop: &(dyn Fn() -> bool + Sync)) -> Survey {
    let asked = paths.iter().chain(candidates).map(|path| resolve::top(path).to_owned());
    let resolver = Resolver::new(modules, asked.collect());
    let mut out = Survey { complete: true, ..Survey::default() };
    // What the lists name comes first: there may be no time for the rest.
    let answers = paths.iter().map(|path| {
        resolver.refuel();
        (path.clone(), if stop() { Answer::Unknown } else { resolver.answer(path) })
    });
    out.answers = answers.collect();
    for module in candidates {
        if stop() {
            out.complete = false;
            break;
        }
        resolver.refuel();
        out.found.extend(resolver.rows(module));
    }
    out
}

impl Resolver<'_> {
    /// Returns the plugin classes of a module, one row for each name.
    fn rows(&self, module: &str) -> Vec<PluginClass> {
        let Some(namespace) = self.namespace(module) else { return Vec::new() };
        let names: Vec<Rc<str>> = namespace.names().cloned().collect();
        names.iter().filter_map(|name| self.row(module, name, &namespace)).collect()
    }

    fn row(&self, module: &str, name: &str, namespace: &Namespace) -> Option<PluginClass> {
        let Named::To(value) = namespace.get(module, name, self) else { return None };
        if !self.may_be_plugin(&value) {
            return None;
        }
        let outcomes = self.outcomes(&value);
        let path = format!("{module}.{name}");
        let class =
            outcomes.options.iter().filter_map(class_of).find(|class| self.derives(class) >= Derives::Likely)?;
        if is_base(class) {
            return None;
        }
        let origin = &namespace.file.origin;
        Some(match self.plugin(&outcomes, &path, origin) {
            Some(found) => found,
            None => self.outline(class, &path, origin),
        })
    }

    /// Tells whether a term may stand for a plugin class: where else should it come from than
    /// from the modules that were chosen.
    fn may_be_plugin(&self, value: &Value) -> bool {
        match value.kind() {
            Kind::Class(_) | Kind::Call(_) => true,
            Kind::Imported(module, _) | Kind::Module(module) => self.is_near(module),
            Kind::Attribute(object, _) => self.may_be_plugin(object),
            Kind::Either(options, _) => options.iter().any(|one| self.may_be_plugin(one)),
            _ => false,
        }
    }

    /// Describes what surely is a plugin class.
    fn plugin(&self, outcomes: &Outcomes, path: &str, origin: &Origin) -> Option<PluginClass> {
        if outcomes.open || outcomes.options.is_empty() {
            return None;
        }
        let classes: Option<Vec<&Rc<ClassValue>>> = outcomes.options.iter().map(class_of).collect();
        let classes = classes?;
        if !classes.iter().all(|class| self.derives(class) == Derives::Yes && !self.is_registered(class)) {
            return None;
        }
        let mut all = classes.into_iter().map(|class| self.describe(class, path, origin));
        let mut first = all.next()?;
        for other in all {
            // One of several classes: what they do not share is unknown.
            if first.is_abstract != other.is_abstract {
                first.is_abstract = None;
            }
            if first.load_contexts != other.load_contexts {
                first.load_contexts = None;
            }
            if first.parameters != other.parameters {
                first.parameters = None;
            }
            if first.doc != other.doc {
                first.doc = None;
            }
            first.bases.retain(|base| other.bases.contains(base));
        }
        Some(first)
    }

    /// Tells whether `register` was called with a class: it may be a subclass of anything.
    fn is_registered(&self, class: &Rc<ClassValue>) -> bool {
        // A class that derives already is none the less one.
        self.derives(class) != Derives::Yes
            && self
                .namespace(&class.module)
                .is_none_or(|namespace| namespace.registered.iter().any(|value| self.may_be(value, class)))
    }

    /// Tells what `SkyPilot` gets for a class path.
    fn answer(&self, path: &str) -> Answer {
        let Some((module, name)) = path.rsplit_once('.') else { return Answer::Unknown };
        let namespace = match self.find(module) {
            Found::Missing => return Answer::NoModule,
            Found::Opaque | Found::Folder => return Answer::Unknown,
            Found::Source(_) => match self.namespace(module) {
                Some(namespace) => namespace,
                None => return Answer::Unknown,
            },
        };
        let origin = namespace.file.origin.clone();
        if namespace.broken || self.has_broken_package(module) {
            return Answer::Unknown;
        }
        let value = match namespace.get(module, name, self) {
            Named::To(value) => value,
            Named::Absent if known::MODULE_ATTRIBUTES.contains(&name) => {
                return Answer::NotAPlugin { what: "a value that every module has", origin };
            }
            Named::Absent => {
                return match self.presence(path) {
                    Presence::Here if namespace.file.package => Answer::NotAPlugin { what: "a module", origin },
                    Presence::Unknown if namespace.file.package => Answer::Unknown,
                    _ => Answer::NoAttribute { origin },
                };
            }
        };
        let outcomes = self.outcomes(&value);
        if let Some(found) = self.plugin(&outcomes, path, &origin) {
            return Answer::Plugin(Box::new(found));
        }
        match self.other(&outcomes) {
            Some(what) => Answer::NotAPlugin { what, origin },
            None => Answer::Unknown,
        }
    }

    /// Tells whether the import of a package above a module surely fails.
    fn has_broken_package(&self, module: &str) -> bool {
        let ends = module.match_indices('.').map(|(at, _)| at);
        ends.into_iter().any(|at| self.namespace(&module[..at]).is_some_and(|package| package.broken))
    }

    /// Says what something is that surely is no plugin class.
    fn other(&self, outcomes: &Outcomes) -> Option<&'static str> {
        if outcomes.open {
            return None;
        }
        let mut words = outcomes.options.iter().map(|one| match one.kind() {
            Kind::Class(class) => {
                let no = self.derives(class) == Derives::No && !self.is_registered(class);
                no.then_some("a class that does not derive from BasePlugin")
            }
            Kind::Function(one) => one.decorators.is_empty().then_some("a function"),
            Kind::Module(_) => Some("a module"),
            Kind::String(_) => Some("a text"),
            Kind::None => Some("None"),
            Kind::Int(_) | Kind::Bool(_) | Kind::Literal | Kind::Sequence(_) | Kind::Context(_) => Some("a value"),
            Kind::External(_) => Some("something of Python's own"),
            _ => None,
        });
        let first = words.next()??;
        words.all(|one| one == Some(first)).then_some(first)
    }
}

fn class_of(value: &Value) -> Option<&Rc<ClassValue>> {
    if let Kind::Class(class) = value.kind() { Some(class) } else { None }
}
