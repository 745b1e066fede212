//! Follows the statements of a module: what each name stands for at the end.
//!
//! Branches that cannot be decided leave both outcomes; what a `try` does
//! depends on whether its imports are there. Class bodies are followed in the same way.

mod branches;
mod imports;
mod test;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::known;
use super::resolve::{ModuleFile, Presence, Resolver};
use super::scope::Scope;
use super::source::{Class, Expr, Expression, Statement, Target};
use super::value::{Called, ClassValue, FieldValue, FunctionValue, Kind, Value};

/// A module whose statements were followed.
pub(super) struct Namespace {
    pub(super) file: Arc<ModuleFile>,
    names: BTreeMap<Rc<str>, Value>,
    /// Whether there may be names that no statement shows.
    pub(super) open: bool,
    /// Submodules that the module itself imports, by their last name.
    loaded: BTreeSet<Rc<str>>,
    /// Attributes that are set on classes behind their statements; no name for any.
    patched: Vec<(Value, Option<String>)>,
    /// Classes made virtual subclasses by `register`.
    pub(super) registered: Vec<Value>,
    /// Whether the import surely fails.
    pub(super) broken: bool,
}

/// What a name of a module is.
pub(super) enum Named {
    /// It is bound to this.
    To(Value),
    /// There is no such name.
    Absent,
}

/// How a list of statements ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Behind the last one.
    On,
    /// With an exception.
    Raised,
}

impl Namespace {
    /// Follows the statements of a module.
    pub(super) fn of(name: &Rc<str>, file: &Arc<ModuleFile>, resolver: &Resolver<'_>) -> Self {
        let mut run = Run {
            resolver,
            module: name.clone(),
            package: file.package,
            scopes: vec![Scope::default()],
            classes: Vec::new(),
            loaded: BTreeSet::new(),
            patched: Vec::new(),
            registered: Vec::new(),
            broken: false,
            trying: 0,
        };
        let flow = run.block(&file.source.body);
        let scope = run.scopes.pop().unwrap_or_default();
        let mut names = scope.names();
        for rebound in &file.source.rebound {
            if let Some(value) = names.get_mut(rebound.as_str()) {
                *value = Value::either([value.clone()], true);
            } else {
                names.insert(rebound.as_str().into(), Value::unknown());
            }
        }
        Self {
            open: scope.open || file.source.open || names.contains_key("__getattr__"),
            names,
            loaded: run.loaded,
            patched: run.patched,
            registered: run.registered,
            broken: run.broken || flow == Flow::Raised,
            file: file.clone(),
        }
    }

    /// Looks a name up as `getattr` on the module does.
    pub(super) fn get(&self, module: &str, name: &str, resolver: &Resolver<'_>) -> Named {
        let submodule = || format!("{module}.{name}");
        match self.names.get(name) {
            Some(value) => {
                let own = matches!(value.kind(), Kind::Module(other) if **other == *submodule());
                // Whoever imports a submodule of the same name later binds the name again.
                let risky = self.file.package
                    && !own
                    && !self.loaded.contains(name)
                    && resolver.presence(&submodule()) != Presence::Missing;
                Named::To(if risky { Value::either([value.clone()], true) } else { value.clone() })
            }
            None if self.open => Named::To(Value::unknown()),
            None => Named::Absent,
        }
    }

    /// Returns all names.
    pub(super) fn names(&self) -> impl Iterator<Item = &Rc<str>> {
        self.names.keys()
    }

    /// Returns what `from module import *` binds; none where that cannot be told.
    pub(super) fn exported(&self, resolver: &Resolver<'_>) -> Option<Vec<Rc<str>>> {
        let Some(all) = self.names.get("__all__") else {
            return (!self.open).then(|| self.names.keys().filter(|name| !name.starts_with('_')).cloned().collect());
        };
        resolver.strings(all)
    }

    /// Returns the attributes of a class that are set behind its statement; none for all of them.
    pub(super) fn patches(&self, class: &ClassValue, resolver: &Resolver<'_>) -> Option<BTreeSet<&str>> {
        let mut names = BTreeSet::new();
        for (object, name) in &self.patched {
            if resolver.may_be(object, class) {
                names.insert(name.as_deref()?);
            }
        }
        Some(names)
    }
}

/// One walk over the statements of a module.
pub(super) struct Run<'r> {
    resolver: &'r Resolver<'r>,
    module: Rc<str>,
    package: bool,
    /// The module's names, then those of the classes that are open.
    scopes: Vec<Scope>,
    classes: Vec<Open>,
    loaded: BTreeSet<Rc<str>>,
    patched: Vec<(Value, Option<String>)>,
    registered: Vec<Value>,
    broken: bool,
    /// How many `try` statements are open: what fails in them is caught, perhaps.
    trying: usize,
}

/// A class whose body is followed.
#[derive(Default)]
struct Open {
    name: String,
    texts: BTreeMap<Rc<str>, Rc<str>>,
    fields: Vec<FieldValue>,
    irregular: bool,
}

impl Run<'_> {
    fn block(&mut self, statements: &[Statement]) -> Flow {
        for statement in statements {
            if self.statement(statement) == Flow::Raised {
                return Flow::Raised;
            }
        }
        Flow::On
    }

    fn statement(&mut self, statement: &Statement) -> Flow {
        match statement {
            Statement::Class(class) => self.class(class),
            Statement::Function(function) => {
                let decorators = function.decorators.iter().map(|one| self.value(one)).collect();
                let value = FunctionValue { function: function.clone(), decorators };
                self.bind(&function.name, Kind::Function(value).into());
            }
            Statement::Import { module, alias } => self.import(module, alias.as_deref()),
            Statement::From { level, module, names } => self.import_from(*level, module, names),
            Statement::Assign { targets, annotation, value } => {
                self.assign(targets, annotation.as_ref(), value.as_ref());
            }
            Statement::Extend(name, added) => {
                let value = match (name.as_str(), self.look_up(name)) {
                    ("__all__", Some(all)) => {
                        Kind::Binary(super::source::Operator::Plus, all, self.value(added)).into()
                    }
                    _ => Value::unknown(),
                };
                self.bind(name, value);
            }
            Statement::Patch(object, name) => {
                let object = self.value(object);
                if matches!(object.kind(), Kind::Either(options, _) if options.is_empty()) {
                    // What it is set on may be this module.
                    self.escape();
                } else {
                    self.patched.push((object, name.clone()));
                }
            }
            Statement::Register(_, class) => {
                let class = self.value(class);
                self.registered.push(class);
            }
            Statement::Forget(names) => names.iter().for_each(|name| self.bind(name, Value::unknown())),
            Statement::Delete(name) => self.scope().set(name.as_str().into(), None),
            Statement::Raise => return Flow::Raised,
            Statement::Risk => {}
            Statement::Escape => self.escape(),
            Statement::If(_) | Statement::Try(_) | Statement::Repeat(_) | Statement::Match(_) | Statement::With(..) => {
                return self.branching(statement);
            }
        }
        Flow::On
    }

    fn scope(&mut self) -> &mut Scope {
        let last = self.scopes.len().saturating_sub(1);
        &mut self.scopes[last]
    }

    fn escape(&mut self) {
        for scope in &mut self.scopes {
            scope.escape();
        }
    }

    fn bind(&mut self, name: &str, value: Value) {
        self.scope().set(name.into(), Some(value));
    }

    fn look_up(&self, name: &str) -> Option<Value> {
        let inner = self.scopes.last().and_then(|scope| scope.get(name));
        inner.or_else(|| self.scopes.first().and_then(|scope| scope.get(name)))
    }

    /// Works out an expression, as far as names go.
    fn value(&self, expr: &Expr) -> Value {
        let boxed = |all: &[Expr]| all.iter().map(|one| self.value(one)).collect::<Vec<_>>();
        match expr {
            Expr::Name(name) => self.name(name),
            Expr::Attribute(object, name) => {
                let object = self.value(object);
                match object.kind() {
                    Kind::External(path) => Kind::External(format!("{path}.{name}").into()).into(),
                    _ => Kind::Attribute(object, name.as_str().into()).into(),
                }
            }
            Expr::Call { function, arguments, keywords } => Kind::Call(Called {
                function: self.value(function),
                arguments: boxed(arguments),
                keywords: keywords
                    .iter()
                    .map(|(name, value)| {
                        (name.as_deref().map(Into::into), self.value(&value.expr), value.text.as_str().into())
                    })
                    .collect(),
            })
            .into(),
            Expr::Subscript(object, _) => Kind::Subscript(self.value(object)).into(),
            Expr::Sequence(all) => Kind::Sequence(boxed(all)).into(),
            Expr::Starred(one) => Kind::Starred(self.value(one)).into(),
            Expr::String(text) => Kind::String(text.as_str().into()).into(),
            Expr::Int(number) => Kind::Int(*number).into(),
            Expr::Bool(flag) => Kind::Bool(*flag).into(),
            Expr::None => Kind::None.into(),
            Expr::Binary(operator, left, right) => Kind::Binary(*operator, self.value(left), self.value(right)).into(),
            Expr::Literal => Kind::Literal.into(),
            Expr::Not(_) | Expr::All(_) | Expr::Any(_) | Expr::Compare(..) => match self.test(expr) {
                Some(flag) => Kind::Bool(flag).into(),
                None => Value::unknown(),
            },
            Expr::Other => Value::unknown(),
        }
    }

    fn name(&self, name: &str) -> Value {
        if let Some(value) = self.look_up(name) {
            return value;
        }
        match known::built_in(name) {
            Some(path) if !self.scopes.iter().any(|scope| scope.open) => Kind::External(path.into()).into(),
            _ => Value::unknown(),
        }
    }

    fn assign(&mut self, targets: &[Target], annotation: Option<&Expression>, value: Option<&Expression>) {
        let found = value.map(|value| self.value(&value.expr));
        for target in targets {
            match (target, &found) {
                (Target::Name(name), found) => {
                    if let Some(annotation) = annotation {
                        self.field(name, annotation);
                    }
                    if let (Some(found), Some(value)) = (found, value) {
                        if let Some(open) = self.classes.last_mut() {
                            open.texts.insert(name.as_str().into(), value.text.as_str().into());
                        }
                        self.bind(name, found.clone());
                    }
                }
                (Target::Names(names), Some(found)) => {
                    let parts = match found.kind() {
                        Kind::Sequence(all)
                            if all.len() == names.len()
                                && !all.iter().any(|one| matches!(one.kind(), Kind::Starred(_))) =>
                        {
                            all.clone()
                        }
                        _ => vec![Value::unknown(); names.len()],
                    };
                    for (name, part) in names.iter().zip(parts) {
                        self.bind(name, part);
                    }
                }
                (Target::Names(_), None) => {}
            }
        }
    }

    /// Notes an annotated name of the class that is open.
    fn field(&mut self, name: &str, annotation: &Expression) {
        let plain = self.scope().is_plain();
        let annotation_value = self.value(&annotation.expr);
        if let Some(open) = self.classes.last_mut() {
            open.irregular |= !plain;
            let field =
                FieldValue { name: name.into(), annotation: annotation_value, text: annotation.text.as_str().into() };
            match open.fields.iter_mut().find(|known| *known.name == *name) {
                Some(known) => *known = field,
                None => open.fields.push(field),
            }
        }
    }

    fn class(&mut self, class: &Arc<Class>) {
        let decorators = class.decorators.iter().map(|one| self.value(one)).collect();
        let mut bases: Vec<Value> = class.bases.iter().map(|one| self.value(one)).collect();
        if class.generic {
            bases.push(Kind::Subscript(Kind::External("typing.Generic".into()).into()).into());
        }
        let keywords =
            class.keywords.iter().map(|(name, value)| (name.as_deref().map(Into::into), self.value(value))).collect();
        let name =
            self.classes.last().map_or_else(|| class.name.clone(), |outer| format!("{}.{}", outer.name, class.name));
        self.classes.push(Open { name, ..Open::default() });
        self.scopes.push(Scope::default());
        let flow = self.block(&class.body);
        let scope = self.scopes.pop().unwrap_or_default();
        let open = self.classes.pop().unwrap_or_default();
        let value = ClassValue {
            module: self.module.clone(),
            name: open.name,
            class: class.clone(),
            bases,
            keywords,
            decorators,
            names: scope.names(),
            texts: open.texts,
            open: scope.open || flow == Flow::Raised,
            fields: (!open.irregular).then_some(open.fields),
        };
        self.bind(&class.name, Kind::Class(Rc::new(value)).into());
    }
}
