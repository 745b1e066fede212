//! Values as JSON, with what JSON lacks encoded as the conformance corpus does.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use num_bigint::BigInt;
use serde_json::{Map, Number, Value as Json, json};

use super::{INT_DIGITS, Value};

/// The deepest level that is written out, as in the corpus.
const DEPTH: usize = 108;
/// How many values are written out again where aliases repeat them. Aliases of
/// aliases double the data at each level; Python shares it, JSON cannot.
const MOST_REPEATED: usize = 1_000_000;

impl Value {
    /// Returns the JSON that the command line answers with; what JSON lacks is
    /// encoded as the conformance corpus does (`__date__`, `__pairs__`, …).
    #[must_use]
    pub fn to_json(&self) -> Json {
        Encoder::default().encode(self, 0)
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

#[derive(Default)]
struct Encoder {
    /// The collections met so far.
    seen: HashSet<usize>,
    /// How many collections that were met before hold what is written now.
    repeats: usize,
    /// How many values have been written in such.
    repeated: usize,
}

impl Encoder {
    fn encode(&mut self, value: &Value, depth: usize) -> Json {
        let address = match value {
            Value::List(items) | Value::Set(items) | Value::Tuple(items) => Arc::as_ptr(items).addr(),
            Value::Map(pairs) => Arc::as_ptr(pairs).addr(),
            _ => return scalar(value),
        };
        if depth > DEPTH {
            return json!({"__too_deep__": true});
        }
        let repeat = usize::from(!self.seen.insert(address));
        self.repeats += repeat;
        let json = self.collection(value, depth);
        self.repeats -= repeat;
        json
    }

    fn item(&mut self, value: &Value, depth: usize) -> Json {
        if self.repeats > 0 {
            self.repeated += 1;
            if self.repeated > MOST_REPEATED {
                return json!({"__too_large__": true});
            }
        }
        self.encode(value, depth + 1)
    }

    fn items(&mut self, values: &[Value], depth: usize) -> Vec<Json> {
        values.iter().map(|value| self.item(value, depth)).collect()
    }

    fn collection(&mut self, value: &Value, depth: usize) -> Json {
        match value {
            Value::List(items) => Json::Array(self.items(items, depth)),
            Value::Tuple(items) => json!({"__tuple__": self.items(items, depth)}),
            Value::Set(items) => {
                let mut rows = self.items(items, depth);
                rows.sort_by_cached_key(Json::to_string);
                json!({"__set__": rows})
            }
            Value::Map(pairs) if pairs.iter().all(|(key, _)| key.as_str().is_some()) => {
                let pairs = pairs.iter();
                let key = |key: &Value| key.as_str().unwrap_or_default().to_owned();
                Json::Object(pairs.map(|(k, v)| (key(k), self.item(v, depth))).collect::<Map<_, _>>())
            }
            Value::Map(pairs) => {
                let rows: Vec<Json> =
                    pairs.iter().map(|(k, v)| json!([self.item(k, depth), self.item(v, depth)])).collect();
                json!({"__pairs__": rows})
            }
            _ => scalar(value),
        }
    }
}

fn scalar(value: &Value) -> Json {
    match value {
        Value::Bool(b) => Json::Bool(*b),
        Value::Int(i) => json!(i),
        Value::BigInt(big) => {
            let decimal = big.to_string();
            if decimal.trim_start_matches('-').len() > INT_DIGITS {
                let sign = if decimal.starts_with('-') { "-" } else { "" };
                json!({"__int_hex__": format!("{sign}0x{}", big.magnitude().to_str_radix(16))})
            } else {
                json!({"__int__": decimal})
            }
        }
        Value::Float(f) if f.is_nan() => json!({"__float__": "nan"}),
        Value::Float(f) if f.is_infinite() => json!({"__float__": if *f > 0.0 { "inf" } else { "-inf" }}),
        Value::Float(f) => Number::from_f64(*f).map_or(Json::Null, Json::Number),
        Value::Str(s) => Json::String(s.to_string()),
        Value::Bytes(b) => json!({"__bytes__": BASE64.encode(b)}),
        Value::Date(d) => json!({"__date__": &**d}),
        Value::DateTime(d) => json!({"__datetime__": &**d}),
        Value::Cycle => json!({"__cycle__": true}),
        Value::Null | Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Tuple(_) => Json::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_json_lacks_are_encoded() {
        let map = Value::map(vec![(Value::Bool(true), Value::Float(f64::NAN))]);
        assert_eq!(map.to_json().to_string(), r#"{"__pairs__":[[true,{"__float__":"nan"}]]}"#);
    }

    #[test]
    fn integers_of_json_keep_all_their_digits() {
        let json: Json = serde_json::from_str("[100000000000000000000, 1.0, 1e400]").expect("JSON");
        let big = Value::BigInt(Box::new(BigInt::from(10).pow(20)));
        let want = Value::list(vec![big, Value::Float(1.0), Value::Float(f64::INFINITY)]);
        assert!(Value::from_json(&json).same(&want));
    }

    #[test]
    fn data_that_aliases_multiply_is_cut() {
        let mut value = Value::list(vec![Value::Int(1)]);
        for _ in 0..100 {
            value = Value::list(vec![value.clone(), value]);
        }
        let json = value.to_json().to_string();
        assert!(json.contains("__too_large__") && json.len() < 100_000_000);
    }
}
