//! Data as PyYAML gives it to `SkyPilot`, and its encoding in JSON.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use num_bigint::BigInt;
use serde_json::{Map, Number, Value as Json, json};

/// The deepest level that [`Value::to_json`] writes out, as the corpus does.
const JSON_DEPTH: usize = 108;
/// Python refuses to convert integers with more decimal digits than this.
pub const INT_DIGITS: usize = 4300;

/// One Python object.
///
/// Collections are shared, as aliases share them in Python.
#[derive(Clone, Debug)]
pub enum Value {
    /// `None`.
    Null,
    /// `bool`.
    Bool(bool),
    /// `int` within 64 bits.
    Int(i64),
    /// `int` beyond 64 bits.
    BigInt(Box<BigInt>),
    /// `float`.
    Float(f64),
    /// `str`.
    Str(Arc<str>),
    /// `bytes`, from `!!binary`.
    Bytes(Arc<[u8]>),
    /// `datetime.date`, in ISO format.
    Date(Arc<str>),
    /// `datetime.datetime`, in ISO format.
    DateTime(Arc<str>),
    /// `list`.
    List(Arc<Vec<Value>>),
    /// `dict`, in insertion order, no key twice.
    Map(Arc<Vec<(Value, Value)>>),
    /// `set`, from `!!set`.
    Set(Arc<Vec<Value>>),
    /// `tuple`, in the lists that `!!omap` and `!!pairs` make.
    Tuple(Arc<Vec<Value>>),
    /// The object that holds this one: an alias inside its own anchor.
    Cycle,
}

impl Value {
    /// Returns a string value.
    #[must_use]
    pub fn str(text: impl AsRef<str>) -> Self {
        Self::Str(Arc::from(text.as_ref()))
    }

    /// Returns a list value.
    #[must_use]
    pub fn list(items: Vec<Value>) -> Self {
        Self::List(Arc::new(items))
    }

    /// Returns a mapping value.
    #[must_use]
    pub fn map(pairs: Vec<(Value, Value)>) -> Self {
        Self::Map(Arc::new(pairs))
    }

    /// Returns the text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Self::Str(text) = self { Some(text) } else { None }
    }

    /// Returns the items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    /// Returns the pairs of a mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&[(Value, Value)]> {
        if let Self::Map(pairs) = self { Some(pairs) } else { None }
    }

    /// Returns what a mapping holds under the string `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.iter().find(|(k, _)| k.as_str() == Some(key)).map(|(_, v)| v)
    }

    /// Returns the name of the Python type, as Python prints it.
    #[must_use]
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "None",
            Self::Bool(_) => "bool",
            Self::Int(_) | Self::BigInt(_) => "int",
            Self::Float(_) => "float",
            Self::Str(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::Date(_) => "date",
            Self::DateTime(_) => "datetime",
            Self::List(_) => "list",
            Self::Map(_) | Self::Cycle => "dict",
            Self::Set(_) => "set",
            Self::Tuple(_) => "tuple",
        }
    }

    /// Tells whether Python counts it as true in `if value`.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(b) => *b,
            Self::Int(i) => *i != 0,
            Self::Float(f) => *f != 0.0,
            Self::Str(s) => !s.is_empty(),
            Self::Bytes(b) => !b.is_empty(),
            Self::List(x) | Self::Set(x) | Self::Tuple(x) => !x.is_empty(),
            Self::Map(x) => !x.is_empty(),
            Self::BigInt(_) | Self::Date(_) | Self::DateTime(_) | Self::Cycle => true,
        }
    }

    /// Tells whether Python can use it as a key of a `dict`.
    #[must_use]
    pub const fn is_hashable(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Map(_) | Self::Set(_) | Self::Cycle)
    }

    /// Tells whether both are the same key of a `dict`: `1`, `1.0` and `True` are,
    /// two that are not a number are not.
    #[must_use]
    #[expect(clippy::float_cmp, reason = "Python compares keys so")]
    pub fn same_key(&self, other: &Value) -> bool {
        if matches!(self, Self::Float(f) if f.is_nan()) {
            return false;
        }
        match (self.as_number(), other.as_number()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => self.same(other),
            _ => false,
        }
    }

    fn as_number(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "only equal integers meet here but for floats beyond 2^53")]
        match self {
            Self::Bool(b) => Some(f64::from(u8::from(*b))),
            Self::Int(i) if i.unsigned_abs() <= 1 << 53 => Some(*i as f64),
            Self::Float(f) if !f.is_nan() => Some(*f),
            _ => None,
        }
    }

    /// Tells whether both are the same data of the same types; `nan` is itself.
    ///
    /// Shared collections are compared once where both sides share them.
    #[must_use]
    pub fn same(&self, other: &Value) -> bool {
        let mut seen = std::collections::HashSet::new();
        let mut queue = vec![(self, other)];
        while let Some((a, b)) = queue.pop() {
            let equal = match (a, b) {
                (Self::Null, Self::Null) | (Self::Cycle, Self::Cycle) => true,
                (Self::Bool(a), Self::Bool(b)) => a == b,
                (Self::Int(a), Self::Int(b)) => a == b,
                (Self::BigInt(a), Self::BigInt(b)) => a == b,
                (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
                (Self::Str(a), Self::Str(b))
                | (Self::Date(a), Self::Date(b))
                | (Self::DateTime(a), Self::DateTime(b)) => a == b,
                (Self::Bytes(a), Self::Bytes(b)) => a == b,
                (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) | (Self::Set(a), Self::Set(b)) => {
                    if !Arc::ptr_eq(a, b) && seen.insert((Arc::as_ptr(a).addr(), Arc::as_ptr(b).addr())) {
                        queue.extend(a.iter().zip(b.iter()));
                    }
                    a.len() == b.len()
                }
                (Self::Map(a), Self::Map(b)) => {
                    if !Arc::ptr_eq(a, b) && seen.insert((Arc::as_ptr(a).addr(), Arc::as_ptr(b).addr())) {
                        for (x, y) in a.iter().zip(b.iter()) {
                            queue.push((&x.0, &y.0));
                            queue.push((&x.1, &y.1));
                        }
                    }
                    a.len() == b.len()
                }
                _ => false,
            };
            if !equal {
                return false;
            }
        }
        true
    }

    /// Returns the JSON that the command line answers with; what JSON lacks is
    /// encoded as the conformance corpus does (`__date__`, `__pairs__`, …).
    #[must_use]
    pub fn to_json(&self) -> Json {
        self.json_at(0)
    }

    fn json_at(&self, depth: usize) -> Json {
        if let Self::Cycle = self {
            return json!({"__cycle__": true});
        }
        let is_scalar = !matches!(self, Self::List(_) | Self::Map(_) | Self::Set(_) | Self::Tuple(_));
        if depth > JSON_DEPTH && !is_scalar {
            return json!({"__too_deep__": true});
        }
        let all = |items: &[Value]| -> Vec<Json> { items.iter().map(|v| v.json_at(depth + 1)).collect() };
        match self {
            Self::Null | Self::Cycle => Json::Null,
            Self::Bool(b) => Json::Bool(*b),
            Self::Int(i) => json!(i),
            Self::BigInt(big) => {
                let decimal = big.to_string();
                if decimal.trim_start_matches('-').len() > INT_DIGITS {
                    let sign = if decimal.starts_with('-') { "-" } else { "" };
                    json!({"__int_hex__": format!("{sign}0x{}", big.magnitude().to_str_radix(16))})
                } else {
                    json!({"__int__": decimal})
                }
            }
            Self::Float(f) if f.is_nan() => json!({"__float__": "nan"}),
            Self::Float(f) if f.is_infinite() => json!({"__float__": if *f > 0.0 { "inf" } else { "-inf" }}),
            Self::Float(f) => Number::from_f64(*f).map_or(Json::Null, Json::Number),
            Self::Str(s) => Json::String(s.to_string()),
            Self::Bytes(b) => json!({"__bytes__": BASE64.encode(b)}),
            Self::Date(d) => json!({"__date__": &**d}),
            Self::DateTime(d) => json!({"__datetime__": &**d}),
            Self::List(items) => Json::Array(all(items)),
            Self::Tuple(items) => json!({"__tuple__": all(items)}),
            Self::Set(items) => {
                let mut rows = all(items);
                rows.sort_by_cached_key(Json::to_string);
                json!({"__set__": rows})
            }
            Self::Map(pairs) if pairs.iter().all(|(k, _)| matches!(k, Self::Str(_))) => Json::Object(
                pairs
                    .iter()
                    .map(|(k, v)| (k.as_str().unwrap_or_default().to_owned(), v.json_at(depth + 1)))
                    .collect::<Map<_, _>>(),
            ),
            Self::Map(pairs) => {
                let rows: Vec<Json> =
                    pairs.iter().map(|(k, v)| json!([k.json_at(depth + 1), v.json_at(depth + 1)])).collect();
                json!({"__pairs__": rows})
            }
        }
    }

    /// Returns the value that plain JSON means, as a JSON Patch carries it.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(b) => Self::Bool(*b),
            Json::Number(n) => n.as_i64().map_or_else(
                || {
                    let written = n.to_string();
                    written.parse::<BigInt>().map_or_else(
                        // Python's JSON reads 1e400 as infinity, too.
                        |_| Self::Float(written.parse().unwrap_or(f64::NAN)),
                        |big| Self::BigInt(Box::new(big)),
                    )
                },
                Self::Int,
            ),
            Json::String(s) => Self::str(s),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            Json::Object(map) => Self::map(map.iter().map(|(k, v)| (Self::str(k), Self::from_json(v))).collect()),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.same(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_keys_that_are_equal_are_one_key() {
        assert!(Value::Int(1).same_key(&Value::Bool(true)));
        assert!(Value::Int(1).same_key(&Value::Float(1.0)));
        assert!(!Value::Int(1).same_key(&Value::str("1")));
        assert!(!Value::Float(f64::NAN).same_key(&Value::Float(f64::NAN)));
    }

    #[test]
    fn integers_of_json_keep_all_their_digits() {
        let json: Json = serde_json::from_str("[100000000000000000000, 1.0, 1e400]").expect("JSON");
        let big = Value::BigInt(Box::new(BigInt::from(10).pow(20)));
        let want = Value::list(vec![big, Value::Float(1.0), Value::Float(f64::INFINITY)]);
        assert!(Value::from_json(&json).same(&want));
    }

    #[test]
    fn values_that_json_lacks_are_encoded() {
        let map = Value::map(vec![(Value::Bool(true), Value::Float(f64::NAN))]);
        assert_eq!(map.to_json().to_string(), r#"{"__pairs__":[[true,{"__float__":"nan"}]]}"#);
    }
}
