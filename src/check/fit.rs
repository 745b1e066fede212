//! Whether a value is what a parameter's annotation asks for.
//!
//! Python does not look at annotations when it constructs a plugin: a value that
//! does not fit is taken, and most likely fails later.

use std::fmt;

use super::refusal::plain_type;
use crate::python::annotation::{Annotation, Literal};
use crate::yaml::{Pointer, Value};

/// The first value that is not what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where it is, below the parameter.
    pub at: Pointer,
    /// What is asked for there.
    pub wanted: String,
    /// What it is.
    pub got: String,
}

/// Returns the first value that an annotation does not allow; none where it says nothing.
#[must_use]
pub fn misfit(value: &Value, annotation: &Annotation) -> Option<Misfit> {
    find(value, annotation, &Pointer::root())
}

fn find(value: &Value, annotation: &Annotation, at: &Pointer) -> Option<Misfit> {
    match (annotation, value) {
        (Annotation::List(item), Value::List(items)) => {
            items.iter().enumerate().find_map(|(number, one)| find(one, item, &at.join(number)))
        }
        (Annotation::Dict(key, inner), Value::Map(pairs)) => pairs.iter().find_map(|(name, one)| {
            let below = at.join(name.as_str().map_or_else(|| format!("{name:?}"), str::to_owned));
            find(name, key, &below).or_else(|| find(one, inner, &below))
        }),
        // Of several, the one that is a collection of the same kind tells where it fails.
        (Annotation::Union(parts), _) => {
            let failures: Option<Vec<Misfit>> = parts.iter().map(|part| find(value, part, at)).collect();
            let failures = failures?;
            let deeper = failures.iter().find(|one| one.at != *at).cloned();
            Some(deeper.unwrap_or_else(|| here(value, annotation, at)))
        }
        _ => (!takes(annotation, value)).then(|| here(value, annotation, at)),
    }
}

fn here(value: &Value, annotation: &Annotation, at: &Pointer) -> Misfit {
    Misfit { at: at.clone(), wanted: annotation.to_string(), got: plain_type(value) }
}

/// Tells whether a value that is taken as a whole is allowed.
fn takes(annotation: &Annotation, value: &Value) -> bool {
    match annotation {
        Annotation::Any | Annotation::Other | Annotation::Union(_) => true,
        Annotation::None => matches!(value, Value::Null),
        Annotation::Bool => matches!(value, Value::Bool(_)),
        Annotation::Int => matches!(value, Value::Int(_) | Value::BigInt(_) | Value::Bool(_)),
        Annotation::Float => matches!(value, Value::Float(_) | Value::Int(_) | Value::BigInt(_) | Value::Bool(_)),
        Annotation::Str => matches!(value, Value::Str(_)),
        Annotation::Bytes => matches!(value, Value::Bytes(_)),
        Annotation::List(_) => matches!(value, Value::List(_)),
        Annotation::Dict(..) => matches!(value, Value::Map(_)),
        Annotation::Literal(all) => all.iter().any(|one| is_literal(one, value)),
    }
}

fn is_literal(literal: &Literal, value: &Value) -> bool {
    match (literal, value) {
        (Literal::Str(text), Value::Str(value)) => text.as_str() == &**value,
        (Literal::Int(digits), Value::Int(number)) => digits.parse() == Ok(*number),
        (Literal::Bool(on), Value::Bool(value)) => on == value,
        (Literal::None, Value::Null) => true,
        _ => false,
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any | Self::Other => f.write_str("anything"),
            Self::None => f.write_str("None"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Float => f.write_str("float"),
            Self::Str => f.write_str("str"),
            Self::Bytes => f.write_str("bytes"),
            Self::List(item) => write!(f, "list[{item}]"),
            Self::Dict(key, value) => write!(f, "dict[{key}, {value}]"),
            Self::Union(parts) => joined(f, parts, " or "),
            Self::Literal(all) => joined(f, all, ", "),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(text) => write!(f, "'{text}'"),
            Self::Int(digits) => f.write_str(digits),
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::None => f.write_str("None"),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[impl fmt::Display], between: &str) -> fmt::Result {
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            f.write_str(between)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    fn told(annotation: &str, yaml: &str) -> Option<(String, String, String)> {
        let document = Document::parse(yaml);
        let value = document.data().expect("YAML");
        misfit(value, &Annotation::read(annotation)).map(|one| (one.at.to_string(), one.wanted, one.got))
    }

    #[test]
    fn what_does_not_fit_is_told_with_its_place() {
        let wrong = |at: &str, wanted: &str, got: &str| Some((at.to_owned(), wanted.to_owned(), got.to_owned()));
        assert_eq!(told("int", "25o"), wrong("", "int", "a string"));
        assert_eq!(told("dict[str, int]", "{a: 1, b: x}"), wrong("/b", "int", "a string"));
        assert_eq!(told("list[str] | None", "[a, 1]"), wrong("/1", "str", "a whole number"));
        assert_eq!(told("Optional[str]", "12:30"), wrong("", "str or None", "a whole number"));
        assert_eq!(told("Literal['a', 'b']", "c"), wrong("", "'a', 'b'", "a string"));
        assert_eq!(told("bool", "y"), wrong("", "bool", "a string"));
    }

    #[test]
    fn what_fits_or_cannot_be_told_passes() {
        for (annotation, yaml) in [
            ("int", "7"),
            ("int", "yes"),
            ("float", "1"),
            ("str", "'7'"),
            ("Path", "/tmp"),
            ("Optional[int]", "~"),
            ("dict", "{1: 2}"),
            ("list[dict[str, Any]]", "[{a: 1}]"),
            ("Literal[1, True, None]", "1"),
            ("tuple[int, ...]", "[1]"),
        ] {
            assert_eq!(told(annotation, yaml), None, "{annotation}: {yaml}");
        }
    }
}
