//! What is told of a plugin class: whether it is abstract, where it loads, what its bases are.
//!
//! Each fact is looked up as Python would and left out where a step of that is
//! unknown. What a call needs is [`super::constructor`]'s.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::known::PLUGINS;
use super::lineage::{Ancestor, Derives, Lineage, Lookup};
use super::resolve::{Resolver, is_base, is_context};
use super::source::Operator;
use super::value::{Called, ClassValue, FunctionValue, Kind, Value};
use super::{LoadContext, Origin, PluginClass, docstring};

/// The longest chain of terms that make one set of contexts, or decorate one method.
const MAX_CHAIN: usize = 30;
/// What a metaclass must leave alone.
const META: [&str; 6] = ["__new__", "__init__", "__call__", "__prepare__", "__getattribute__", "mro"];
/// Decorators of Python's own that hand on whether a method is abstract.
const TRANSPARENT: [&str; 11] = [
    "builtins.property",
    "builtins.classmethod",
    "builtins.staticmethod",
    "functools.singledispatchmethod",
    "functools.lru_cache",
    "functools.cache",
    "contextlib.contextmanager",
    "typing.final",
    "typing.override",
    "typing.overload",
    "typing.no_type_check",
];
/// Methods of sets: what they give is a set.
const SET_METHODS: [&str; 4] = ["union", "intersection", "difference", "symmetric_difference"];
/// Those that make a method abstract.
const ABSTRACT: [&str; 4] =
    ["abc.abstractmethod", "abc.abstractproperty", "abc.abstractclassmethod", "abc.abstractstaticmethod"];

impl Resolver<'_> {
    /// Describes a class under one of its names.
    pub(super) fn describe(&self, class: &Rc<ClassValue>, name: &str, origin: &Origin) -> PluginClass {
        let lineage = self.lineage(class);
        let sound = self.is_sound(&lineage);
        let parameters = if sound { self.parameters(class, &lineage) } else { None };
        PluginClass {
            load_contexts: if sound { self.load_contexts(&lineage) } else { None },
            is_abstract: if sound { self.is_abstract(class) } else { None },
            parameters,
            ..self.outline(class, name, origin)
        }
    }

    /// Describes a class that may be something else.
    pub(super) fn outline(&self, class: &Rc<ClassValue>, name: &str, origin: &Origin) -> PluginClass {
        let lineage = self.lineage(class);
        let file = self.namespace(&class.module).map(|namespace| namespace.file.path.clone());
        PluginClass {
            class: name.to_owned(),
            defined_in: class.path(),
            bases: lineage.bases.iter().flatten().map(path_of).collect(),
            origin: origin.clone(),
            place: (file.unwrap_or_default(), class.class.line),
            is_abstract: None,
            load_contexts: None,
            parameters: None,
            doc: self.doc(&lineage),
        }
    }

    /// Tells whether nothing that runs when the class is made can change it in a way that is unknown here.
    fn is_sound(&self, lineage: &Lineage) -> bool {
        let plain = |class: &Rc<ClassValue>| {
            class.keywords.iter().all(|(name, value)| match name.as_deref() {
                Some("metaclass") => self.is_plain_metaclass(value),
                name => name.is_some(),
            })
        };
        let hook = |class: &Rc<ClassValue>| match class.names.get("__init_subclass__") {
            None => true,
            Some(value) => match self.single(value) {
                Some(value) => match value.kind() {
                    Kind::Function(one) => !one.function.touches_first && one.decorators.iter().all(is_classmethod),
                    _ => false,
                },
                None => false,
            },
        };
        lineage.complete && lineage.classes().all(plain) && lineage.classes().skip(1).all(hook)
    }

    fn is_plain_metaclass(&self, value: &Value) -> bool {
        let Some(value) = self.single(value) else { return false };
        match value.kind() {
            Kind::External(path) => matches!(&**path, "abc.ABCMeta" | "builtins.type"),
            Kind::Class(class) => {
                let lineage = self.lineage(class);
                let clean = |class: &Rc<ClassValue>| {
                    !class.open && META.iter().all(|name| !class.names.contains_key(*name)) && class.keywords.is_empty()
                };
                lineage.complete && lineage.is_plain() && lineage.classes().all(clean)
            }
            _ => false,
        }
    }

    /// Tells whether `ABCMeta` makes a class: only then are its abstract methods collected.
    fn is_made_by_abc(&self, lineage: &Lineage) -> bool {
        let by_keyword = |class: &Rc<ClassValue>| {
            class.keywords.iter().filter(|(name, _)| name.as_deref() == Some("metaclass")).any(|(_, value)| {
                self.single(value).is_some_and(|value| match value.kind() {
                    Kind::External(path) => &**path == "abc.ABCMeta",
                    Kind::Class(class) => self.lineage(class).has("abc.ABCMeta"),
                    _ => false,
                })
            })
        };
        lineage.has("abc.ABC") || lineage.has("typing.Protocol") || lineage.classes().any(by_keyword)
    }

    fn is_abstract(&self, class: &Rc<ClassValue>) -> Option<bool> {
        self.abstract_names(class, 0).map(|names| !names.is_empty())
    }

    fn abstract_names(&self, class: &Rc<ClassValue>, chain: usize) -> Option<BTreeSet<Rc<str>>> {
        let key = class.key();
        if let Some(known) = self.abstracts.borrow().get(&key) {
            return known.clone();
        }
        self.abstracts.borrow_mut().insert(key, None);
        let found = self.collect_abstract_names(class, chain);
        self.abstracts.borrow_mut().insert(key, found.clone());
        found
    }

    /// Collects the abstract names as `ABCMeta.__new__` does.
    fn collect_abstract_names(&self, class: &Rc<ClassValue>, chain: usize) -> Option<BTreeSet<Rc<str>>> {
        if chain > MAX_CHAIN * 4 || !self.step() {
            return None;
        }
        let lineage = self.lineage(class);
        if !self.is_made_by_abc(&lineage) {
            return lineage.complete.then(BTreeSet::new);
        }
        if class.open {
            return None;
        }
        let mut names = BTreeSet::new();
        for (name, value) in &class.names {
            if self.is_abstract_value(value, 0)? {
                names.insert(name.clone());
            }
        }
        for base in &lineage.bases {
            let above = match base.as_ref()? {
                Ancestor::Class(base) => self.abstract_names(base, chain + 1)?,
                Ancestor::External(_) if lineage.is_plain() => continue,
                Ancestor::External(_) => return None,
            };
            for name in above {
                match lineage.look_up(&name, self) {
                    Lookup::Found(value, _) if self.is_abstract_value(&value, 0)? => {
                        names.insert(name);
                    }
                    Lookup::Found(..) => {}
                    Lookup::Absent | Lookup::Unknown => return None,
                }
            }
        }
        Some(names)
    }

    /// Tells whether a value has `__isabstractmethod__` set.
    fn is_abstract_value(&self, value: &Value, chain: usize) -> Option<bool> {
        if chain > MAX_CHAIN {
            return None;
        }
        let found = self.outcomes(value);
        if found.open || found.options.is_empty() {
            return None;
        }
        let mut answers = found.options.iter().map(|one| match one.kind() {
            Kind::Function(function) => self.is_abstract_function(function, chain),
            Kind::Call(called) => self.is_abstract_call(called, chain),
            Kind::Attribute(..) | Kind::External(_) | Kind::Subscript(_) => None,
            _ => Some(false),
        });
        let first = answers.next()??;
        answers.all(|one| one == Some(first)).then_some(first)
    }

    fn is_abstract_function(&self, value: &FunctionValue, chain: usize) -> Option<bool> {
        let mut is_abstract = false;
        for decorator in value.decorators.iter().rev() {
            is_abstract = self.decorated(decorator, is_abstract, chain)?;
        }
        Some(is_abstract)
    }

    /// Tells what a decorator makes of a method that is abstract or not.
    fn decorated(&self, decorator: &Value, is_abstract: bool, chain: usize) -> Option<bool> {
        // `@name.setter` adds to a property that may be abstract already.
        if let Kind::Attribute(property, part) = decorator.kind()
            && matches!(&**part, "setter" | "getter" | "deleter")
        {
            return self.is_abstract_value(property, chain + 1).map(|before| before || is_abstract);
        }
        let decorator = self.single(decorator)?;
        match decorator.kind() {
            Kind::External(path) if ABSTRACT.contains(&&**path) => Some(true),
            Kind::External(path) if TRANSPARENT.contains(&&**path) => Some(is_abstract),
            Kind::External(path) => (&**path == "functools.cached_property").then_some(false),
            // A function that does not speak of abstract methods makes none.
            Kind::Function(one) if !is_abstract && !one.function.mentions_abstract => Some(false),
            Kind::Call(called) if !is_abstract => match self.single(&called.function)?.kind() {
                Kind::Function(one) if !one.function.mentions_abstract => Some(false),
                Kind::External(path) if path.starts_with("functools.") => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// Tells whether what a call gives has `__isabstractmethod__` set.
    fn is_abstract_call(&self, called: &Called, chain: usize) -> Option<bool> {
        let keywords = called.keywords.iter().map(|(_, value, _)| value);
        let arguments = called.arguments.iter().chain(keywords);
        if matches!(called.function.kind(), Kind::Attribute(_, method) if SET_METHODS.contains(&&**method)) {
            return Some(false);
        }
        let function = self.single(&called.function)?;
        let hands_on = match function.kind() {
            Kind::External(path) if ABSTRACT.contains(&&**path) => return Some(true),
            Kind::External(path) => TRANSPARENT.contains(&&**path) || &**path == "functools.partialmethod",
            // A decorator, called by hand: what it makes of nothing abstract is not abstract.
            Kind::Function(one) if one.decorators.is_empty() && !one.function.mentions_abstract => {
                let mut each = arguments.map(|one| self.is_abstract_value(one, chain + 1));
                return each.all(|one| one == Some(false)).then_some(false);
            }
            // An instance of a class that says nothing of it.
            Kind::Class(class) => {
                let lineage = self.lineage(class);
                let names = ["__isabstractmethod__", "__getattr__", "__getattribute__", "__new__"];
                let silent = names.iter().all(|name| matches!(lineage.look_up(name, self), Lookup::Absent));
                return (silent && self.is_sound(&lineage)).then_some(false);
            }
            _ => return None,
        };
        let mut any = false;
        if hands_on {
            for one in arguments {
                any |= self.is_abstract_value(one, chain + 1)?;
            }
        }
        Some(any)
    }

    fn load_contexts(&self, lineage: &Lineage) -> Option<Vec<LoadContext>> {
        match lineage.look_up("should_load", self) {
            Lookup::Found(_, owner) if is_base(&owner) => {}
            // Releases before 0.12.2 load every class everywhere.
            Lookup::Absent => return Some(LoadContext::ALL.to_vec()),
            _ => return None,
        }
        match lineage.look_up("load_contexts", self) {
            Lookup::Found(value, _) => self.contexts(&value, 0).map(|found| found.into_iter().collect()),
            _ => None,
        }
    }

    /// Works out a container of contexts.
    fn contexts(&self, value: &Value, chain: usize) -> Option<BTreeSet<LoadContext>> {
        if chain > MAX_CHAIN || !self.step() {
            return None;
        }
        let value = self.single(value)?;
        match value.kind() {
            Kind::Class(class) if is_context(class) => Some(LoadContext::ALL.into()),
            Kind::Sequence(all) => {
                let mut found = BTreeSet::new();
                for one in all {
                    if let Kind::Starred(inner) = one.kind() {
                        found.extend(self.contexts(inner, chain + 1)?);
                        continue;
                    }
                    match self.single(one)?.kind() {
                        Kind::Context(context) => {
                            found.insert(*context);
                        }
                        // No context equals these.
                        Kind::String(_) | Kind::Int(_) | Kind::None | Kind::Bool(_) => {}
                        _ => return None,
                    }
                }
                Some(found)
            }
            Kind::Binary(operator, left, right) => {
                let (left, right) = (self.contexts(left, chain + 1)?, self.contexts(right, chain + 1)?);
                Some(combine(*operator, &left, &right))
            }
            Kind::Call(called) if called.keywords.is_empty() => self.contexts_of_call(called, chain),
            _ => None,
        }
    }

    fn contexts_of_call(&self, called: &Called, chain: usize) -> Option<BTreeSet<LoadContext>> {
        if let Kind::Attribute(object, method) = called.function.kind()
            && let [argument] = &called.arguments[..]
        {
            let operator = match &**method {
                "union" => Operator::Or,
                "intersection" => Operator::And,
                "difference" => Operator::Minus,
                _ => return None,
            };
            let (left, right) = (self.contexts(object, chain + 1)?, self.contexts(argument, chain + 1)?);
            return Some(combine(operator, &left, &right));
        }
        match (self.single(&called.function)?.kind(), &called.arguments[..]) {
            (Kind::External(path), arguments)
                if matches!(&**path, "builtins.frozenset" | "builtins.set" | "builtins.tuple" | "builtins.list") =>
            {
                match arguments {
                    [] => Some(BTreeSet::new()),
                    [one] => self.contexts(one, chain + 1),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Returns the docstring as `inspect.getdoc` does: the first one of the lineage.
    fn doc(&self, lineage: &Lineage) -> Option<String> {
        for one in &lineage.entries {
            let Ancestor::Class(class) = one else { return None };
            if let Some(value) = class.names.get("__doc__") {
                return match self.single(value)?.kind() {
                    Kind::String(text) => Some(docstring::clean(text)),
                    _ => None,
                };
            }
            if let Some(doc) = &class.class.doc {
                return Some(docstring::clean(doc));
            }
            // `dataclass` writes its own.
            if self.dataclass(class).is_some() {
                return None;
            }
        }
        None
    }

    /// Tells whether a class derives from `BasePlugin`.
    pub(super) fn derives(&self, class: &Rc<ClassValue>) -> Derives {
        self.lineage(class).derives
    }
}

fn combine(operator: Operator, left: &BTreeSet<LoadContext>, right: &BTreeSet<LoadContext>) -> BTreeSet<LoadContext> {
    match operator {
        Operator::Or | Operator::Plus => left | right,
        Operator::And => left & right,
        Operator::Minus => left - right,
    }
}

fn is_classmethod(decorator: &Value) -> bool {
    matches!(decorator.kind(), Kind::External(path) if &**path == "builtins.classmethod")
}

fn path_of(base: &Ancestor) -> String {
    match base {
        Ancestor::Class(class) if &*class.module == PLUGINS => format!("{PLUGINS}.{}", class.name),
        Ancestor::Class(class) => class.path(),
        Ancestor::External(path) => path.strip_prefix("builtins.").unwrap_or(path).to_owned(),
    }
}
