//! What is known of the classes that the lists name: from the server's Python,
//! and from the wheels that controllers get.
//!
//! All of it was read, not run, and none of it stops an edit or a save.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::diagnostic::{Code, Diagnostic, FileKind, Place, Severity};
use super::fit::misfit;
use super::fix::{BUDGET, Bench};
use super::known::{self, Known};
use super::refusal::MOST_OF_A_KIND;
use super::shape::nearest;
use super::{Consolidation, Facts, SkyVersion, fix, load};
use crate::config::model::{self, Row};
use crate::config::{Role, Workspace};
use crate::python::annotation::Annotation;
use crate::python::{Answer, Catalog, LoadContext, Module, Origin, Parameter, PluginClass, Site, SourceKind};
use crate::text::visible::visible_name;
use crate::yaml::{Document, NodeId, Pointer, Value};

/// What makes known which classes the server has.
const NAME_PYTHON: &str = "name the interpreter that runs the server with --python";

/// What was found of the classes of both lists, to be taken again while the surroundings are the same.
#[derive(Debug)]
pub(super) struct Looked {
    catalog: Arc<Catalog>,
    modules: Arc<BTreeMap<String, Module>>,
    python: Option<PathBuf>,
    version: SkyVersion,
    consolidation: Consolidation,
    lists: [Option<(Arc<Document>, Vec<Fate>)>; 2],
}

impl Looked {
    fn at(facts: &Facts) -> Self {
        Self {
            catalog: Arc::clone(&facts.catalog),
            modules: Arc::clone(&facts.modules),
            python: facts.python.clone(),
            version: facts.version,
            consolidation: facts.consolidation,
            lists: [None, None],
        }
    }

    /// Tells whether classes are looked up in the same surroundings.
    fn holds(&self, facts: &Facts) -> bool {
        Arc::ptr_eq(&self.catalog, &facts.catalog)
            && Arc::ptr_eq(&self.modules, &facts.modules)
            && self.python == facts.python
            && self.version == facts.version
            && self.consolidation == facts.consolidation
    }
}

/// What the look at the class of one entry has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// There was something to tell, or it was not looked at.
    Open,
    /// There is nothing to tell.
    Quiet,
    /// It is one of those in a wheel that the server may have too.
    Unsure,
    /// It is one of those of which nothing can be told.
    Unchecked,
}

/// Finds what is wrong with the classes of both lists and with what they are given.
pub(super) fn diagnose(
    workspace: &Workspace,
    facts: &Facts,
    texts: [&Known; 2],
    before: Option<&Looked>,
    found: &mut Vec<Diagnostic>,
) -> Looked {
    let mut looked = Looked::at(facts);
    // A check runs at every change: where nothing was looked at there is nothing to tell.
    let catalog = &facts.catalog;
    if !catalog.gathered && facts.modules.is_empty() && catalog.answers.is_empty() && catalog.found.is_empty() {
        return looked;
    }
    let before = before.filter(|before| before.holds(facts));
    for (place, role) in Role::ALL.into_iter().enumerate() {
        let Some(document) = workspace.document(role) else { continue };
        let before = before.and_then(|before| before.lists[place].as_ref());
        let fates = list(workspace, facts, role, texts[place], before, found);
        looked.lists[place] = Some((Arc::clone(document), fates));
    }
    looked
}

/// Looks at the entries of one list; returns what it has come to for each.
fn list(
    workspace: &Workspace,
    facts: &Facts,
    role: Role,
    text: &Known,
    before: Option<&(Arc<Document>, Vec<Fate>)>,
    found: &mut Vec<Diagnostic>,
) -> Vec<Fate> {
    let mut fates = Vec::new();
    let Some(document) = workspace.document(role) else { return fates };
    let Ok(data) = document.data() else { return fates };
    let Some(items) = data.get("plugins").and_then(Value::as_list) else { return fates };
    let bench = Bench::new(document, role, BUDGET);
    let most = found.len() + MOST_OF_A_KIND;
    let mut finder = Finder {
        workspace,
        facts,
        role,
        document,
        bench,
        found,
        unsure: Tally::default(),
        unchecked: Tally::default(),
    };
    let carried = before.and_then(|(old, known)| Some((known::origins(old, document, known.len())?, known)));
    // What was told may have taken something back that the text alone tells.
    let known = |index: usize| {
        let (origins, known) = carried.as_ref().filter(|_| text.is_quiet(index))?;
        Some(known[origins.of(index)?]).filter(|fate| *fate != Fate::Open)
    };
    for (index, item) in items.iter().enumerate() {
        if finder.found.len() >= most {
            break;
        }
        let fate = known(index).inspect(|fate| finder.recall(index, *fate)).unwrap_or_else(|| {
            let Some(entry) = model::row_at(document, index) else { return Fate::Open };
            finder.look(&entry, item.get("parameters"))
        });
        fates.push(fate);
    }
    finder.unsure();
    finder.unchecked();
    fates.resize(items.len(), Fate::Open);
    fates
}

/// Classes of which the same is told once.
#[derive(Default)]
struct Tally {
    /// The first one, with where it stands.
    first: Option<(NodeId, String)>,
    count: usize,
}

impl Tally {
    fn add(&mut self, class: impl FnOnce() -> Option<(NodeId, String)>) {
        self.count += 1;
        if self.first.is_none() {
            self.first = class();
        }
    }
}

/// Returns where the classes of a list are looked up.
#[must_use]
pub const fn site(role: Role) -> Site {
    match role {
        Role::Api => Site::Server,
        Role::Remote => Site::Wheels,
    }
}

struct Finder<'a> {
    workspace: &'a Workspace,
    facts: &'a Facts,
    role: Role,
    document: &'a Document,
    bench: Bench<'a>,
    found: &'a mut Vec<Diagnostic>,
    /// Classes in a wheel that the server may have too, with where they stand.
    unsure: Tally,
    /// Classes of which nothing can be told, with where they stand.
    unchecked: Tally,
}

impl Finder<'_> {
    /// An error where the Python that loads the list is known.
    const fn severity(&self) -> Severity {
        match self.role {
            Role::Api if self.facts.python.is_some() => Severity::Error,
            _ => Severity::Warning,
        }
    }

    const fn consequence(&self) -> &'static str {
        match self.role {
            Role::Api => "the API server does not start",
            Role::Remote => "every command of managed jobs on the controller fails",
        }
    }

    fn raises(&self, exception: &str) -> String {
        format!("It raises {exception}: {}.", self.consequence())
    }

    fn push(
        &mut self,
        code: Code,
        severity: Severity,
        node: NodeId,
        message: String,
        effect: String,
    ) -> &mut Diagnostic {
        let at = Some(self.document.pointer_to(node));
        let place = Place::span(self.workspace, self.role, self.document, self.document.span(node), at);
        self.found.push(Diagnostic::new(code, severity, place, message, effect).from_outside());
        self.found.last_mut().expect("it was just pushed")
    }

    /// Looks at the class of an entry.
    fn look(&mut self, entry: &Row<'_>, parameters: Option<&Value>) -> Fate {
        let Some(class) = entry.class.as_deref() else { return Fate::Open };
        let before = (self.found.len(), self.unsure.count, self.unchecked.count);
        // What the text alone stops is told already.
        if load::entry(class, parameters).is_some() {
            return Fate::Open;
        }
        self.entry(entry, class, parameters);
        match (self.found.len() != before.0, self.unsure.count > before.1, self.unchecked.count > before.2) {
            (false, false, false) => Fate::Quiet,
            (false, true, false) => Fate::Unsure,
            (false, false, true) => Fate::Unchecked,
            _ => Fate::Open,
        }
    }

    /// Takes again what was found of an entry that is as it was.
    fn recall(&mut self, index: usize, fate: Fate) {
        let document = self.document;
        let class = || {
            let row = model::row_at(document, index)?;
            Some((row.class_node?, row.class?.into_owned()))
        };
        match fate {
            Fate::Open | Fate::Quiet => {}
            Fate::Unsure => self.unsure.add(class),
            Fate::Unchecked => self.unchecked.add(class),
        }
    }

    fn entry(&mut self, entry: &Row<'_>, class: &str, parameters: Option<&Value>) {
        let Some(node) = entry.class_node else { return };
        let Some((module, name)) = class.rsplit_once('.') else { return };
        let facts = self.facts;
        if self.role == Role::Api && self.module(node, class, module) {
            return;
        }
        match facts.catalog.answer(site(self.role), class) {
            Answer::Plugin(found) => self.plugin(entry, node, found, parameters),
            Answer::NotAPlugin { what, origin } => {
                let message = format!("{class} is {what}, not a class that derives from BasePlugin");
                let effect = self.raises("TypeError");
                let severity = self.severity();
                let hint = format!("it was read in {}", shown_origin(origin));
                self.push(Code::ClassNotPlugin, severity, node, message, effect).hint = Some(hint);
            }
            Answer::NoAttribute { origin } => self.no_attribute(entry, node, (module, name), origin),
            Answer::NoModule if self.role == Role::Remote => self.not_uploaded(node, class),
            Answer::NoModule | Answer::Unknown => {
                self.unseen(node, class);
                // What the wheel says is the best that is known.
                if let Answer::Plugin(found) = facts.catalog.answer(Site::Wheels, class)
                    && facts.python.is_none()
                {
                    self.plugin(entry, node, found, parameters);
                }
            }
        }
    }

    /// Tells that the server's Python does not have a module; whether that is so.
    fn module(&mut self, node: NodeId, class: &str, module: &str) -> bool {
        let (message, hint) = match self.facts.modules.get(module) {
            Some(Module::NotInPackage { package, place }) => (
                format!("there is no module {module} in {package}"),
                format!("{package} is at {}", visible_name(place.as_os_str())),
            ),
            Some(Module::NotInstalled) => {
                let hint = self.install_hint(class);
                let plain = || "install its package there, or correct the class path".to_owned();
                (format!("the server's Python has no module {module}"), hint.unwrap_or_else(plain))
            }
            Some(Module::Found(_) | Module::Unknown) | None => return false,
        };
        let (code, effect) = (Code::ModuleMissing, self.raises("ImportError"));
        self.push(code, code.severity(), node, message, effect).hint = Some(hint);
        true
    }

    /// Returns the command that installs the wheel that has a class, where one has it.
    fn install_hint(&self, class: &str) -> Option<String> {
        let wheel = wheel_of(self.facts, class)?;
        let python = self.facts.python.as_ref().map_or("PYTHON".to_owned(), |path| quoted(path.as_os_str()));
        let file = wheel.from.file_name().map_or_else(String::new, visible_name);
        Some(format!("{file} has it: {python} -m pip install {}", quoted(wheel.from.as_os_str())))
    }

    /// A class that is not known to be in the server's Python, which is not known itself.
    fn unseen(&mut self, node: NodeId, class: &str) {
        if self.role == Role::Remote || self.facts.python.is_some() {
            return;
        }
        if wheel_of(self.facts, class).is_some() {
            self.unsure.add(|| Some((node, class.to_owned())));
            return;
        }
        if self.facts.catalog.found.is_empty() {
            // Where no other class was found either, its absence says nothing against it.
            self.unchecked.add(|| Some((node, class.to_owned())));
            return;
        }
        let message = format!("{class} is in no wheel and no package that was looked at");
        let effect = "If its Python does not have it, it raises ImportError: the API server does not start.".to_owned();
        self.push(Code::ClassUnseen, Severity::Warning, node, message, effect).hint = Some(NAME_PYTHON.to_owned());
    }

    /// Tells once of all classes that are in a wheel and perhaps not in the server's Python.
    fn unsure(&mut self) {
        let Tally { first, count } = std::mem::take(&mut self.unsure);
        let Some((node, first)) = &first else { return };
        let (message, them, hint) = match count {
            1 => (format!("whether the API server has {first} is not known"), "it", self.install_hint(first)),
            many => {
                (format!("whether the API server has {first} and {} more is not known", many - 1), "all of them", None)
            }
        };
        let effect =
            format!("Where its Python does not have {them}, it raises ImportError: the API server does not start.");
        let hint = hint.unwrap_or_else(|| NAME_PYTHON.to_owned());
        self.push(Code::ClassUnseen, Severity::Info, *node, message, effect).hint = Some(hint);
    }

    /// Tells once that classes were not checked: silence would sound as if all were well.
    fn unchecked(&mut self) {
        let Tally { first, count } = std::mem::take(&mut self.unchecked);
        let Some((node, first)) = first.as_ref().filter(|_| self.facts.catalog.gathered) else { return };
        let (who, them) = match count {
            1 => (first.clone(), "it"),
            many => (format!("{first} and {} more", many - 1), "them"),
        };
        // The news comes first: a narrow screen cuts the rest.
        let message = format!("not checked: {who}; no wheel has {them}, and the server's Python is not known");
        let them = if count == 1 { them } else { "all of them" };
        let effect =
            format!("Where its Python does not have {them}, it raises ImportError: the API server does not start.");
        let code = Code::ClassUnchecked;
        self.push(code, code.severity(), *node, message, effect).hint = Some(NAME_PYTHON.to_owned());
    }

    fn no_attribute(&mut self, entry: &Row<'_>, node: NodeId, (module, name): (&str, &str), origin: &Origin) {
        let of_module = |one: &&PluginClass| one.class.rsplit_once('.').is_some_and(|(found, _)| found == module);
        let names = self.facts.catalog.found.iter().filter(of_module).filter_map(|one| one.class.rsplit('.').next());
        let names: BTreeSet<&str> = names.collect();
        let near = nearest(name, names.into_iter()).map(|near| format!("{module}.{near}"));
        let at = entry.pointer().join("class");
        let fix = near
            .as_ref()
            .and_then(|near| self.bench.replace(&at, &serde_json::json!(near), format!("write {near}"), false));
        let message = format!("{module} has no {name}");
        let (severity, effect) = (self.severity(), self.raises("AttributeError"));
        let hint = format!("the module was read in {}", shown_origin(origin));
        let one = self.push(Code::ClassMissing, severity, node, message, effect);
        one.hint = Some(hint);
        one.fix = fix;
    }

    fn not_uploaded(&mut self, node: NodeId, class: &str) {
        let message = format!("{class} is in none of the wheels");
        let effect =
            format!("Controllers get no package that has it; unless one is there already, {}.", self.consequence());
        let hint = "put the wheel that has it into the wheel directory, or correct the class path";
        let code = Code::ClassNotUploaded;
        self.push(code, code.severity(), node, message, effect).hint = Some(hint.to_owned());
    }

    fn plugin(&mut self, entry: &Row<'_>, node: NodeId, class: &PluginClass, parameters: Option<&Value>) {
        if !self.loads_here(node, class) {
            return;
        }
        if class.is_abstract == Some(true) {
            let message = format!("{} is abstract: it has no `install`, or another method is missing", class.class);
            let (severity, effect) = (self.severity(), self.raises("TypeError"));
            let hint = "name a class that derives from it";
            self.push(Code::ClassAbstract, severity, node, message, effect).hint = Some(hint.to_owned());
            return;
        }
        let given = parameters.and_then(Value::as_map).unwrap_or_default();
        let names: Vec<&str> = given.iter().filter_map(|(key, _)| key.as_str()).collect();
        self.unknown_parameters(entry, class, &names);
        self.missing_parameters(node, class, &names);
        for (key, value) in given {
            if let Some(parameter) = key.as_str().and_then(|name| class.parameter(name)) {
                self.fits(entry, parameter, value);
            }
        }
    }

    /// Tells of a class that never loads where it is listed; whether it does.
    fn loads_here(&mut self, node: NodeId, class: &PluginClass) -> bool {
        let Some(contexts) = class.load_contexts.as_ref().filter(|_| self.facts.version.has_load_contexts()) else {
            return true;
        };
        let in_controller = contexts.contains(&LoadContext::Controller);
        let in_server = contexts.iter().any(|context| *context != LoadContext::Controller);
        // In consolidation mode controllers load the server's own list.
        let here = match self.role {
            Role::Api => in_server || (self.facts.consolidation.jobs && in_controller),
            Role::Remote => in_controller,
        };
        if !here {
            let words: Vec<&str> = contexts.iter().map(|context| context.name()).collect();
            let words = if words.is_empty() { "nowhere".to_owned() } else { format!("in {} only", words.join(", ")) };
            let (skipped, hint) = match self.role {
                Role::Api => (
                    "the API server never loads it",
                    "move it to the remote list, or let its load_contexts name a context of the API server",
                ),
                Role::Remote => (
                    "controllers never load it",
                    "move it to the API server's list, or let its load_contexts name the controller",
                ),
            };
            let message = format!("{} loads {words}", class.class);
            let effect = format!("In this list it is skipped without a word: {skipped}.");
            let code = Code::ClassNotLoaded;
            self.push(code, code.severity(), node, message, effect).hint = Some(hint.to_owned());
        }
        here
    }

    fn unknown_parameters(&mut self, entry: &Row<'_>, class: &PluginClass, given: &[&str]) {
        if class.takes_any() != Some(false) {
            return;
        }
        let at = entry.pointer().join("parameters");
        let known: Vec<&str> = class.parameters.iter().flatten().filter(|one| one.takes_keyword()).map(name).collect();
        for name in given.iter().filter(|name| !known.contains(name)) {
            let Some(node) = fix::keys(self.document, &at, name).last().copied() else { continue };
            let free: BTreeSet<&str> = known.iter().copied().filter(|known| !given.contains(known)).collect();
            let fix = nearest(name, free.into_iter()).and_then(|near| self.bench.rename(&at, name, near));
            let message = format!("{} takes no parameter `{name}`", class.class);
            let (severity, effect) = (self.severity(), self.raises("TypeError"));
            let hint = match class.signature() {
                Some(signature) if !known.is_empty() => format!("it takes {signature}"),
                _ => "it takes no parameters".to_owned(),
            };
            let one = self.push(Code::ParameterUnknown, severity, node, message, effect);
            one.hint = Some(hint);
            // Another name is a guess.
            one.fix = fix.map(|fix| super::Fix { safe: false, ..fix });
        }
    }

    fn missing_parameters(&mut self, node: NodeId, class: &PluginClass, given: &[&str]) {
        let missing: Vec<&Parameter> =
            class.required().filter(|one| !one.takes_keyword() || !given.contains(&one.name.as_str())).collect();
        let Some(first) = missing.first() else { return };
        let words: Vec<String> = missing.iter().map(|one| format!("`{}`", one.name)).collect();
        let message = format!("{} needs {}", class.class, words.join(", "));
        let (severity, effect) = (self.severity(), self.raises("TypeError"));
        let hint = if missing.iter().all(|one| !one.takes_keyword()) {
            format!("`{}` can only be given by position, which no list can do", first.name)
        } else {
            let told: Vec<String> = missing.iter().map(ToString::to_string).collect();
            format!("add to its parameters: {}", told.join(", "))
        };
        self.push(Code::ParameterMissing, severity, node, message, effect).hint = Some(hint);
    }

    fn fits(&mut self, entry: &Row<'_>, parameter: &Parameter, value: &Value) {
        let Some(annotation) = &parameter.annotation else { return };
        // A default of None is taken as well, whatever the annotation says.
        if matches!(value, Value::Null) && parameter.default.as_deref() == Some("None") {
            return;
        }
        let annotation = Annotation::read(annotation);
        let mut at = entry.pointer().join("parameters").join(&parameter.name);
        if annotation == Annotation::Bool && matches!(value, Value::Bool(_)) {
            // `yes` is no surprise where a bool is meant, and quotes would make it a string.
            let file = FileKind::of(self.role);
            let is_told = |one: &Diagnostic| {
                one.code == Code::YamlSurprise && one.place.file == file && one.place.pointer.as_ref() == Some(&at)
            };
            self.found.retain(|one| !is_told(one));
            return;
        }
        let Some(misfit) = misfit(value, &annotation) else { return };
        for token in misfit.at.tokens() {
            at = at.join(token);
        }
        let Some(node) = self.document.find(&at) else { return };
        let path = Pointer::from_tokens(at.tokens().iter().skip(3).cloned()).to_path();
        let message = format!("{path} is {}, and {} is asked for", misfit.got, misfit.wanted);
        let effect = "Python does not look at annotations: the class gets the value as it is.".to_owned();
        let code = Code::ParameterType;
        let hint = format!("the class says `{parameter}`");
        self.push(code, code.severity(), node, message, effect).hint = Some(hint);
    }
}

const fn name(parameter: &Parameter) -> &str {
    parameter.name.as_str()
}

/// Returns the wheel that has a class, where one was found to have it.
#[must_use]
pub fn wheel_of<'f>(facts: &'f Facts, class: &str) -> Option<&'f Origin> {
    let found = facts.catalog.found.iter().find(|one| one.origin.kind == SourceKind::Wheel && one.class == class);
    found.map(|one| &one.origin)
}

/// Returns where something was found, as people say it.
#[must_use]
pub fn shown_origin(origin: &Origin) -> String {
    let from = match origin.kind {
        SourceKind::Wheel => origin.from.file_name().map_or_else(String::new, visible_name),
        SourceKind::Python | SourceKind::Path => visible_name(origin.from.as_os_str()),
    };
    match (&origin.distribution, &origin.version, origin.kind) {
        (Some(name), Some(version), SourceKind::Python | SourceKind::Path) => format!("{name} {version}, {from}"),
        _ => from,
    }
}

/// Returns a path as a shell takes it.
pub(super) fn quoted(path: &std::ffi::OsStr) -> String {
    path.to_str().map_or_else(|| visible_name(path), |text| shell_words::quote(text).into_owned())
}
