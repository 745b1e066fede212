//! What a name stands for, as far as reading tells: terms that are worked out when somebody asks.
//!
//! Names of a module's own scope are looked up where they stand; names of other
//! modules stay [`Kind::Imported`] until [`super::resolve`] follows them. Terms
//! are bounded in depth and size, whatever the source repeats.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::LoadContext;
use super::source::{Class, Function, Operator};

/// The deepest term, classes below classes included; what is deeper is unknown.
const MAX_DEPTH: usize = 150;
/// The most parts of a term; what is larger is unknown.
const MAX_PARTS: usize = 20_000;
/// The most alternatives that are kept apart.
const MAX_OPTIONS: usize = 6;

/// A term.
#[derive(Clone, Debug)]
pub(super) struct Value {
    kind: Rc<Kind>,
    depth: usize,
    parts: usize,
}

/// What a term is.
#[derive(Debug)]
pub(super) enum Kind {
    /// A class whose statement was read.
    Class(Rc<ClassValue>),
    /// A function or method whose statement was read.
    Function(FunctionValue),
    /// A module by its dotted name.
    Module(Rc<str>),
    /// A name of a module.
    Imported(Rc<str>, Rc<str>),
    /// A known object of Python's own by its dotted name: `abc.ABC`.
    External(Rc<str>),
    /// `value.name`
    Attribute(Value, Rc<str>),
    /// A call.
    Call(Called),
    /// `value[…]`
    Subscript(Value),
    /// A tuple, list or set.
    Sequence(Vec<Value>),
    /// `*value`
    Starred(Value),
    /// A set or list made of two.
    Binary(Operator, Value, Value),
    /// A string.
    String(Rc<str>),
    /// A whole number.
    Int(i64),
    /// `True` or `False`
    Bool(bool),
    /// `None`
    None,
    /// Another plain value.
    Literal,
    /// A member of `PluginContext`.
    Context(LoadContext),
    /// One of these; or something else, nothing included, where the flag is set.
    Either(Vec<Value>, bool),
}

/// A call, not made.
#[derive(Debug)]
pub(super) struct Called {
    pub(super) function: Value,
    pub(super) arguments: Vec<Value>,
    /// Names, values and their text; no name for `**…`.
    pub(super) keywords: Vec<(Option<Rc<str>>, Value, Rc<str>)>,
}

/// A function with what decorates it.
#[derive(Debug)]
pub(super) struct FunctionValue {
    pub(super) function: Arc<Function>,
    pub(super) decorators: Vec<Value>,
}

/// A class with all that its statement says, worked out in its place.
#[derive(Debug)]
pub(super) struct ClassValue {
    /// The module of the statement.
    pub(super) module: Rc<str>,
    /// The name with those of the classes around it: `Outer.Inner`.
    pub(super) name: String,
    pub(super) class: Arc<Class>,
    pub(super) bases: Vec<Value>,
    pub(super) keywords: Vec<(Option<Rc<str>>, Value)>,
    pub(super) decorators: Vec<Value>,
    pub(super) names: BTreeMap<Rc<str>, Value>,
    /// The text of assigned values.
    pub(super) texts: BTreeMap<Rc<str>, Rc<str>>,
    /// Whether there may be names that no statement shows.
    pub(super) open: bool,
    /// The annotated names in order; none where branches decide which there are.
    pub(super) fields: Option<Vec<FieldValue>>,
}

/// An annotated name of a class.
#[derive(Debug)]
pub(super) struct FieldValue {
    pub(super) name: Rc<str>,
    pub(super) annotation: Value,
    pub(super) text: Rc<str>,
}

impl ClassValue {
    /// Tells whether two are the same statement.
    pub(super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.class, &other.class)
    }

    /// Returns a number that no other statement has while this one is kept.
    pub(super) fn key(&self) -> usize {
        Arc::as_ptr(&self.class).addr()
    }

    /// Returns the dotted path of the definition.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.module, self.name)
    }

    fn children(&self) -> impl Iterator<Item = &Value> {
        let fields = self.fields.iter().flatten().map(|field| &field.annotation);
        let keywords = self.keywords.iter().map(|(_, value)| value);
        self.bases.iter().chain(&self.decorators).chain(self.names.values()).chain(keywords).chain(fields)
    }
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        let mut depth = 0;
        let mut parts = 1;
        let mut measure = |child: &Self| {
            depth = depth.max(child.depth + 1);
            parts += child.parts;
        };
        match &kind {
            // Parts are counted once: nobody goes through a class as through a term.
            Kind::Class(class) => class.children().for_each(|child| depth = depth.max(child.depth + 1)),
            Kind::Function(one) => one.decorators.iter().for_each(measure),
            Kind::Attribute(one, _) | Kind::Subscript(one) | Kind::Starred(one) => measure(one),
            Kind::Call(called) => {
                measure(&called.function);
                called.arguments.iter().chain(called.keywords.iter().map(|(_, value, _)| value)).for_each(measure);
            }
            Kind::Sequence(all) | Kind::Either(all, _) => all.iter().for_each(measure),
            Kind::Binary(_, left, right) => [left, right].into_iter().for_each(measure),
            _ => {}
        }
        if depth > MAX_DEPTH || parts > MAX_PARTS {
            return Self::unknown();
        }
        Self { kind: Rc::new(kind), depth, parts }
    }
}

impl Value {
    /// Makes one of which nothing is known.
    pub(super) fn unknown() -> Self {
        Self { kind: Rc::new(Kind::Either(Vec::new(), true)), depth: 0, parts: 1 }
    }

    /// Returns what it is.
    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Makes the term that is one of several; `open` where it may be something else.
    pub(super) fn either(values: impl IntoIterator<Item = Self>, mut open: bool) -> Self {
        let mut options: Vec<Self> = Vec::new();
        for value in values {
            let inner = match value.kind() {
                Kind::Either(inner, more) => {
                    open |= more;
                    inner.clone()
                }
                _ => vec![value],
            };
            for one in inner {
                if options.iter().any(|known| known.same(&one)) {
                    continue;
                }
                if options.len() == MAX_OPTIONS {
                    open = true;
                } else {
                    options.push(one);
                }
            }
        }
        match options.pop() {
            Some(only) if options.is_empty() && !open => only,
            last => {
                options.extend(last);
                Kind::Either(options, open).into()
            }
        }
    }

    /// Tells whether two terms are surely the same thing.
    pub(super) fn same(&self, other: &Self) -> bool {
        if Rc::ptr_eq(&self.kind, &other.kind) {
            return true;
        }
        match (self.kind(), other.kind()) {
            (Kind::Class(a), Kind::Class(b)) => a.is(b),
            (Kind::Function(a), Kind::Function(b)) => Arc::ptr_eq(&a.function, &b.function),
            (Kind::Module(a), Kind::Module(b))
            | (Kind::External(a), Kind::External(b))
            | (Kind::String(a), Kind::String(b)) => a == b,
            (Kind::Imported(a, b), Kind::Imported(c, d)) => a == c && b == d,
            (Kind::Attribute(a, b), Kind::Attribute(c, d)) => b == d && a.same(c),
            (Kind::Int(a), Kind::Int(b)) => a == b,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Context(a), Kind::Context(b)) => a == b,
            (Kind::None, Kind::None) => true,
            (Kind::Sequence(a), Kind::Sequence(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            _ => false,
        }
    }
}
