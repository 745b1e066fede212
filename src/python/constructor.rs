//! What a class takes when it is called, as `inspect.signature` tells it (Python 3.11.7).

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::lineage::{Lineage, Lookup};
use super::resolve::Resolver;
use super::source::Function;
use super::value::{ClassValue, FieldValue, Kind, Value};
use super::{Parameter, ParameterKind, docstring};

/// What `@dataclass(…)` was told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dataclass {
    /// Whether it makes a constructor; none where that cannot be told.
    init: Option<bool>,
    /// Whether all fields are by keyword alone; none where that cannot be told.
    kw_only: Option<bool>,
}

/// A field of a dataclass.
#[derive(Clone, Debug)]
pub(super) struct Field {
    name: Rc<str>,
    annotation: Rc<str>,
    default: Option<String>,
    init: bool,
    kw_only: bool,
}

/// The arguments of `field(…)` by name, each with its text.
type Options = BTreeMap<Rc<str>, (Value, Rc<str>)>;

/// What an annotation makes of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FieldKind {
    Plain,
    ClassVariable,
    KeywordMark,
}

impl Resolver<'_> {
    /// Returns what the constructor takes, `self` left out.
    ///
    /// The first class of the lineage that has `__new__` or `__init__` decides, the former first.
    pub(super) fn parameters(&self, class: &Rc<ClassValue>, lineage: &Lineage) -> Option<Vec<Parameter>> {
        if class.names.contains_key("__signature__") || !lineage.is_plain() || lineage.has("typing.Protocol") {
            return None;
        }
        for owner in lineage.classes() {
            if ["__new__", "__init__"].into_iter().any(|name| self.is_patched(owner, name)) || owner.open {
                return None;
            }
            let method = ["__new__", "__init__"].into_iter().find_map(|name| owner.names.get(name));
            let (mut parameters, doc) = match method {
                Some(value) => {
                    let function = self.function(value)?;
                    (without_first(&function.parameters)?, function.doc.clone())
                }
                None => match self.dataclass(owner) {
                    Some(Dataclass { init: None, .. }) => return None,
                    Some(Dataclass { init: Some(true), .. }) => (self.generated(owner)?, None),
                    _ => continue,
                },
            };
            let docs = [doc.as_ref(), class.class.doc.as_ref(), owner.class.doc.as_ref()];
            for parameter in &mut parameters {
                parameter.doc = docs.iter().flatten().find_map(|doc| docstring::of_parameter(doc, &parameter.name));
            }
            return Some(parameters);
        }
        lineage.complete.then(Vec::new)
    }

    /// Returns the function that a method is, where no decorator stands between.
    fn function(&self, value: &Value) -> Option<Arc<Function>> {
        let value = self.single(value)?;
        match value.kind() {
            Kind::Function(one) => {
                one.decorators.iter().all(|decorator| self.is_static(decorator)).then(|| one.function.clone())
            }
            _ => None,
        }
    }

    /// Tells whether a decorator leaves a constructor as it is.
    fn is_static(&self, decorator: &Value) -> bool {
        self.single(decorator).is_some_and(|one| match one.kind() {
            Kind::External(path) => matches!(&**path, "typing.override" | "typing.final" | "abc.abstractmethod"),
            _ => self.keeps(&one),
        })
    }

    /// Returns what `@dataclass` was told, where a class has it.
    pub(super) fn dataclass(&self, class: &ClassValue) -> Option<Dataclass> {
        class.decorators.iter().find_map(|decorator| {
            let decorator = self.single(decorator)?;
            let is_it = |value: &Value| {
                self.single(value)
                    .is_some_and(|one| matches!(one.kind(), Kind::External(path) if &**path == "dataclasses.dataclass"))
            };
            match decorator.kind() {
                Kind::External(path) if &**path == "dataclasses.dataclass" => {
                    Some(Dataclass { init: Some(true), kw_only: Some(false) })
                }
                Kind::Call(called) if is_it(&called.function) => {
                    let starred = called.keywords.iter().any(|(name, ..)| name.is_none());
                    let option = |name: &str, default: bool| {
                        let given = called.keywords.iter().find(|(one, ..)| one.as_deref() == Some(name));
                        match given {
                            None => (!starred).then_some(default),
                            Some((_, value, _)) => self.flag(value),
                        }
                    };
                    Some(Dataclass { init: option("init", true), kw_only: option("kw_only", false) })
                }
                _ => None,
            }
        })
    }

    fn flag(&self, value: &Value) -> Option<bool> {
        match self.single(value)?.kind() {
            Kind::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    /// Returns the parameters of the constructor that `@dataclass` writes.
    fn generated(&self, class: &Rc<ClassValue>) -> Option<Vec<Parameter>> {
        let mut fields = self.fields(class)?;
        fields.retain(|field| field.init);
        fields.sort_by_key(|field| field.kw_only);
        let mut optional = false;
        for field in fields.iter().filter(|field| !field.kw_only) {
            // Python refuses a required field behind an optional one.
            if optional && field.default.is_none() {
                return None;
            }
            optional |= field.default.is_some();
        }
        let parameter = |field: Field| Parameter {
            name: field.name.to_string(),
            kind: if field.kw_only { ParameterKind::KeywordOnly } else { ParameterKind::PositionalOrKeyword },
            annotation: Some(field.annotation.to_string()),
            default: field.default,
            doc: None,
        };
        Some(fields.into_iter().map(parameter).collect())
    }

    fn fields(&self, class: &Rc<ClassValue>) -> Option<Vec<Field>> {
        let key = class.key();
        if let Some(known) = self.fields.borrow().get(&key) {
            return known.clone();
        }
        self.fields.borrow_mut().insert(key, None);
        let found = self.collect_fields(class);
        self.fields.borrow_mut().insert(key, found.clone());
        found
    }

    /// Collects the fields as `dataclasses._process_class` does: those of the bases first.
    fn collect_fields(&self, class: &Rc<ClassValue>) -> Option<Vec<Field>> {
        let lineage = self.lineage(class);
        let mut fields: Vec<Field> = Vec::new();
        let mut add = |new: Field| match fields.iter_mut().find(|field| field.name == new.name) {
            Some(known) => *known = new,
            None => fields.push(new),
        };
        let above: Vec<Rc<ClassValue>> = lineage.classes().skip(1).cloned().collect();
        for base in above.into_iter().rev() {
            let line = self.lineage(&base);
            let holder = line.classes().find(|one| self.dataclass(one).is_some()).cloned();
            if let Some(holder) = holder {
                self.fields(&holder)?.into_iter().for_each(&mut add);
            }
        }
        let options = self.dataclass(class)?;
        let mut kw_only = options.kw_only?;
        for field in class.fields.as_ref()? {
            match self.field_kind(class, field)? {
                // It takes the place of a field of a base.
                FieldKind::ClassVariable => {
                    let (name, annotation) = (field.name.clone(), field.text.clone());
                    add(Field { name, annotation, default: None, init: false, kw_only });
                }
                FieldKind::KeywordMark => kw_only = true,
                FieldKind::Plain => add(self.field(class, &lineage, field, kw_only)?),
            }
        }
        Some(fields)
    }

    fn field_kind(&self, class: &ClassValue, field: &FieldValue) -> Option<FieldKind> {
        let kind = |path: &str| match path {
            "typing.ClassVar" => FieldKind::ClassVariable,
            "dataclasses.KW_ONLY" => FieldKind::KeywordMark,
            _ => FieldKind::Plain,
        };
        let plain = match field.annotation.kind() {
            Kind::Subscript(inner) => inner,
            _ => &field.annotation,
        };
        match plain.kind() {
            Kind::External(path) => Some(kind(path)),
            Kind::String(text) => self.field_kind_of_text(class, text),
            Kind::Imported(..) | Kind::Attribute(..) => match self.single(plain) {
                Some(one) => match one.kind() {
                    Kind::External(path) => Some(kind(path)),
                    _ => Some(FieldKind::Plain),
                },
                // A type of another package; those that matter are known.
                None => Some(FieldKind::Plain),
            },
            _ => Some(FieldKind::Plain),
        }
    }

    /// Does what `dataclasses._is_type` does with an annotation that is a string.
    fn field_kind_of_text(&self, class: &ClassValue, text: &str) -> Option<FieldKind> {
        let text = text.trim_start();
        let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.' | ' '))).unwrap_or(text.len());
        let (prefix, name) = match text[..end].split_once('.') {
            Some((prefix, name)) => (Some(prefix.trim()), name.trim()),
            None => (None, text[..end].trim()),
        };
        let found = match prefix {
            Some(prefix) => {
                match self.member(&class.module, prefix).as_ref().and_then(|value| self.single(value))?.kind() {
                    Kind::Module(module) => self.member(module, name),
                    _ => None,
                }
            }
            None => self.member(&class.module, name),
        };
        let known = found.as_ref().and_then(|value| self.single(value));
        Some(match known.as_ref().map(Value::kind) {
            Some(Kind::External(path)) if &**path == "typing.ClassVar" => FieldKind::ClassVariable,
            Some(Kind::External(path)) if &**path == "dataclasses.KW_ONLY" => FieldKind::KeywordMark,
            _ => FieldKind::Plain,
        })
    }

    fn field(&self, class: &Rc<ClassValue>, lineage: &Lineage, field: &FieldValue, kw_only: bool) -> Option<Field> {
        let mut new =
            Field { name: field.name.clone(), annotation: field.text.clone(), default: None, init: true, kw_only };
        if let Some(own) = class.names.get(&field.name) {
            if let Some(options) = self.single(own).and_then(|value| self.field_call(&value)) {
                self.apply(&options, &mut new)?;
            } else {
                let text = class.texts.get(&field.name).map(ToString::to_string);
                if text.as_ref().is_some_and(|text| text.starts_with(['[', '{'])) {
                    // Python refuses a default that can change.
                    return None;
                }
                // A method of the same name is the default.
                new.default = text.or_else(|| Some(format!("{}.{}", class.name, field.name)));
            }
            return Some(new);
        }
        match lineage.look_up_behind(1, &field.name, self) {
            Lookup::Absent => {}
            Lookup::Unknown => return None,
            Lookup::Found(value, owner) => {
                let options = self.single(&value).and_then(|value| self.field_call(&value));
                new.default = Some(match options {
                    // A dataclass leaves the default of a field as the attribute.
                    Some(options) if self.dataclass(&owner).is_some() => options.get("default")?.1.to_string(),
                    Some(_) => return None,
                    None => {
                        let text = owner.texts.get(&field.name).map(ToString::to_string);
                        text.unwrap_or_else(|| format!("{}.{}", owner.name, field.name))
                    }
                });
            }
        }
        Some(new)
    }

    /// Returns the arguments of `field(…)`.
    fn field_call(&self, value: &Value) -> Option<Options> {
        let Kind::Call(called) = value.kind() else { return None };
        let function = self.single(&called.function)?;
        if !matches!(function.kind(), Kind::External(path) if &**path == "dataclasses.field") {
            return None;
        }
        let named = |(name, value, text): &(Option<Rc<str>>, Value, Rc<str>)| {
            let name = name.clone().unwrap_or_else(|| "**".into());
            (name, (value.clone(), text.clone()))
        };
        Some(called.keywords.iter().map(named).collect())
    }

    /// Tells whether `dataclass` takes the value of a field away: it has no default.
    pub(super) fn is_erased(&self, class: &ClassValue, value: &Value) -> bool {
        if class.decorators.is_empty() || !matches!(value.kind(), Kind::Call(_)) {
            return false;
        }
        let options = self.field_call(value);
        options.is_some_and(|options| !options.contains_key("default")) && self.dataclass(class).is_some()
    }

    fn apply(&self, options: &Options, field: &mut Field) -> Option<()> {
        if options.contains_key("**") {
            return None;
        }
        if let Some((_, text)) = options.get("default") {
            field.default = Some(text.to_string());
        }
        if let Some((_, text)) = options.get("default_factory") {
            let plain = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
            field.default = Some(if plain { format!("{text}()") } else { "<factory>".to_owned() });
        }
        if let Some((value, _)) = options.get("init") {
            field.init = self.flag(value)?;
        }
        if let Some((value, _)) = options.get("kw_only") {
            field.kw_only = self.flag(value)?;
        }
        Some(())
    }
}

/// Leaves out the parameter that the call itself gives.
fn without_first(all: &[Parameter]) -> Option<Vec<Parameter>> {
    match all.first()?.kind {
        ParameterKind::PositionalOnly | ParameterKind::PositionalOrKeyword => Some(all[1..].to_vec()),
        ParameterKind::VarPositional => Some(all.to_vec()),
        _ => None,
    }
}
