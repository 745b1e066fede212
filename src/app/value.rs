//! Values as people type and read them: the type apart from the text.
//!
//! What is typed is never refused: where it is not of the chosen type it is
//! kept as a string, and the screen says so before Enter.

use crate::text::visible::visible;
use crate::yaml::edit::{NewValue, Written};
use crate::yaml::scalar::{self, ScalarType};
use crate::yaml::{Document, Value};

/// A type that a person chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Whatever SkyPilot reads in the text.
    #[default]
    Auto,
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// Text.
    String,
    /// Text of several lines.
    Text,
    /// A list.
    List,
    /// A map.
    Map,
}

impl Type {
    /// All types, in the order of the choice.
    pub const ALL: [Self; 9] =
        [Self::Auto, Self::Null, Self::Bool, Self::Int, Self::Float, Self::String, Self::Text, Self::List, Self::Map];

    /// Returns the name on the screens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::String => "string",
            Self::Text => "text",
            Self::List => "list",
            Self::Map => "map",
        }
    }

    /// Returns the type of a value.
    #[must_use]
    pub const fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Bool,
            Value::Int(_) | Value::BigInt(_) => Self::Int,
            Value::Float(_) => Self::Float,
            Value::Str(_) => Self::String,
            Value::List(_) => Self::List,
            Value::Map(_) => Self::Map,
            _ => Self::Auto,
        }
    }
}

/// What a typed text becomes.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The value to be written.
    pub value: NewValue,
    /// Why it is not of the chosen type, where it is not.
    pub problem: Option<String>,
}

/// Reads a typed text as a value of a type.
#[must_use]
pub fn read(text: &str, kind: Type) -> Reading {
    let good = |value| Reading { value, problem: None };
    match kind {
        Type::String | Type::Text => good(NewValue::of(Value::str(text))),
        Type::Auto => good(read_auto(text)),
        Type::Null if matches!(scalar::resolve(text.trim()), ScalarType::Null) => {
            good(scalar_of(ScalarType::Null, text).unwrap_or_else(|| NewValue::of(Value::Null)))
        }
        Type::Null => kept(text, "null is written null or ~"),
        Type::Bool => typed(text, ScalarType::Bool, "a bool is true or false (yes, no, on, off)"),
        Type::Int => typed(text, ScalarType::Int, "no int"),
        Type::Float => typed(text, ScalarType::Float, "no float: 1.0, 1.0e+3, .inf"),
        Type::List => collection(text, '[', ']').map_or_else(|| kept(text, "no list: [a, b]"), good),
        Type::Map => collection(text, '{', '}').map_or_else(|| kept(text, "no map: {a: 1, b: 2}"), good),
    }
}

fn kept(text: &str, why: &str) -> Reading {
    Reading { value: NewValue::of(Value::str(text)), problem: Some(format!("{why}; Enter keeps it as a string")) }
}

fn typed(text: &str, kind: ScalarType, why: &str) -> Reading {
    match scalar_of(kind, text) {
        Some(value) => Reading { value, problem: None },
        // 7 where a float is asked for becomes 7.0.
        None if kind == ScalarType::Float && scalar_of(ScalarType::Int, text).is_some() => {
            let source = format!("{}.0", text.trim());
            scalar_of(kind, &source).map_or_else(|| kept(text, why), |value| Reading { value, problem: None })
        }
        None => kept(text, why),
    }
}

/// Returns the value of a plain scalar, if PyYAML reads it as this type.
fn scalar_of(kind: ScalarType, text: &str) -> Option<NewValue> {
    let text = text.trim();
    let value = (scalar::resolve(text) == kind).then(|| scalar::convert(kind, text).ok()).flatten()?;
    let written = (!text.is_empty()).then(|| Written::Source(text.to_owned()));
    Some(NewValue { value, written })
}

/// Reads what PyYAML would: a quoted string, a list, a map, a plain scalar. Anything else is a string.
fn read_auto(text: &str) -> NewValue {
    let string = || NewValue::of(Value::str(text));
    let plain = text.trim();
    match plain.chars().next() {
        Some('[' | '{' | '\'' | '"') => one_value(plain).unwrap_or_else(string),
        _ => match scalar::resolve(plain) {
            ScalarType::Str | ScalarType::Merge | ScalarType::Value => string(),
            kind => scalar_of(kind, plain).unwrap_or_else(string),
        },
    }
}

/// Returns the value of a flow collection, the brackets left out or not.
fn collection(text: &str, open: char, close: char) -> Option<NewValue> {
    let text = text.trim();
    let fits = |new: &NewValue| match open {
        '[' => new.value.as_list().is_some(),
        _ => new.value.as_map().is_some(),
    };
    if text.starts_with(open) {
        return one_value(text).filter(fits);
    }
    one_value(&format!("{open}{text}{close}")).filter(fits)
}

/// Reads one value that stands on one line by itself.
fn one_value(source: &str) -> Option<NewValue> {
    if source.contains(['\n', '\r']) {
        return None;
    }
    let document = Document::parse(source);
    let tree = document.tree().ok()?;
    // Nothing behind it: no comment, no second value.
    let whole = tree.root().is_some_and(|root| tree.span(root).end == source.len());
    whole.then(|| NewValue::from_yaml(source).ok()).flatten()
}

/// Returns a value as the screens show it, on one line: `500`, `'yes'`, `3 items`.
#[must_use]
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::BigInt(i) => i.to_string(),
        Value::Float(f) if f.is_nan() => "nan".to_owned(),
        Value::Float(f) => format!("{f:?}"),
        Value::Str(text) => format!("'{}'", visible(text)),
        Value::Bytes(bytes) => count(bytes.len(), "byte"),
        Value::Date(text) | Value::DateTime(text) => text.to_string(),
        Value::List(items) | Value::Set(items) | Value::Tuple(items) => count(items.len(), "item"),
        Value::Map(pairs) => pairs_count(pairs.len()),
        Value::Cycle => "itself".to_owned(),
    }
}

/// Returns the name of a value's type on the screens.
#[must_use]
pub const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::List(_) => "list",
        Value::Map(_) => "map",
        other => other.type_name(),
    }
}

/// Returns that name with its article.
#[must_use]
pub fn with_article(value: &Value) -> String {
    let name = type_name(value);
    format!("{} {name}", if name.starts_with(['i', 'a', 'e', 'o', 'u']) { "an" } else { "a" })
}

/// Returns a number with its noun: `1 item`, `2 items`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Returns `1 entry`, `2 entries`.
#[must_use]
pub fn pairs_count(number: usize) -> String {
    format!("{number} {}", if number == 1 { "entry" } else { "entries" })
}

/// Returns what converting a value to another type starts from.
#[must_use]
pub fn converted(value: &Value, kind: Type) -> Option<NewValue> {
    let text = match value {
        Value::Str(text) => text.to_string(),
        Value::Null => String::new(),
        Value::List(items) if items.len() == 1 && !matches!(kind, Type::List | Type::Map) => {
            return converted(&items[0], kind);
        }
        Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Tuple(_) | Value::Cycle => {
            return match kind {
                Type::List => Some(NewValue::of(Value::list(vec![value.clone()]))),
                Type::Null => Some(NewValue::of(Value::Null)),
                _ => None,
            };
        }
        other => shown(other),
    };
    match kind {
        Type::Null => Some(NewValue::of(Value::Null)),
        Type::List if matches!(value, Value::Null) => Some(NewValue::of(Value::list(Vec::new()))),
        Type::List => Some(NewValue::of(Value::list(vec![value.clone()]))),
        Type::Map => matches!(value, Value::Null).then(|| NewValue::of(Value::map(Vec::new()))),
        Type::String => Some(NewValue::of(Value::str(text))),
        Type::Bool => match value {
            Value::Int(i) => Some(NewValue::of(Value::Bool(*i != 0))),
            _ => read_strictly(&text, kind),
        },
        Type::Int => match value {
            Value::Bool(b) => Some(NewValue::of(Value::Int(i64::from(*b)))),
            _ => read_strictly(&text, kind),
        },
        Type::Float | Type::Auto => read_strictly(&text, kind),
        Type::Text => None,
    }
}

fn read_strictly(text: &str, kind: Type) -> Option<NewValue> {
    let reading = read(text, kind);
    reading.problem.is_none().then_some(reading.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str, kind: Type) -> (String, bool) {
        let reading = read(text, kind);
        (format!("{} {}", reading.value.value.type_name(), shown(&reading.value.value)), reading.problem.is_none())
    }

    #[test]
    fn text_is_read_as_skypilot_reads_it() {
        for (text, want) in [
            ("500", "int 500"),
            ("yes", "bool true"),
            ("12:30", "int 750"),
            ("1e3", "str '1e3'"),
            ("'yes'", "str 'yes'"),
            ("[a, 1]", "list 2 items"),
            ("{a: 1}", "dict 1 entry"),
            ("a: b", "str 'a: b'"),
            ("- x", "str '- x'"),
            ("[a] # c", "str '[a] # c'"),
            ("{a: ", "str '{a: '"),
            ("#cost", "str '#cost'"),
            ("", "None null"),
            ("=", "str '='"),
        ] {
            assert_eq!(reads(text, Type::Auto), (want.to_owned(), true), "{text}");
        }
    }

    #[test]
    fn what_is_not_of_the_type_is_kept_as_a_string() {
        assert_eq!(reads("25o", Type::Int), ("str '25o'".to_owned(), false));
        assert_eq!(reads("7", Type::Float), ("float 7.0".to_owned(), true));
        assert_eq!(reads("a, b", Type::List), ("list 2 items".to_owned(), true));
        assert_eq!(reads("a: 1, b: 2", Type::Map), ("dict 2 entries".to_owned(), true));
        assert_eq!(reads("500", Type::String), ("str '500'".to_owned(), true));
    }
}
