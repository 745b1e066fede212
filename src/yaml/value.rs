//! Data as PyYAML gives it to SkyPilot. Its encoding in JSON is `json`'s.

mod json;

use std::sync::Arc;

use num_bigint::BigInt;

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
        if let (Self::Str(a), Self::Str(b)) = (self, other) {
            return a == b;
        }
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
}

/// Values nest as deep as documents do: they are taken apart level by level,
/// since the drop that the compiler makes would overflow the stack.
impl Drop for Value {
    fn drop(&mut self) {
        if !is_open(self) {
            return;
        }
        let mut open = Vec::new();
        take_apart(self, &mut open);
        while let Some(mut value) = open.pop() {
            take_apart(&mut value, &mut open);
        }
    }
}

/// Tells whether a value holds others.
const fn is_open(value: &Value) -> bool {
    matches!(value, Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Tuple(_))
}

/// Moves the collections out of a collection that nothing else holds.
fn take_apart(value: &mut Value, open: &mut Vec<Value>) {
    match value {
        Value::List(items) | Value::Set(items) | Value::Tuple(items) => {
            if let Some(items) = Arc::get_mut(items) {
                open.extend(items.drain(..).filter(is_open));
            }
        }
        Value::Map(pairs) => {
            if let Some(pairs) = Arc::get_mut(pairs) {
                open.extend(pairs.drain(..).flat_map(|(key, value)| [key, value]).filter(is_open));
            }
        }
        _ => {}
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
    fn values_of_any_depth_are_dropped() {
        // A test thread has a stack of 2 MiB.
        let mut value = Value::Null;
        for level in 0..200_000 {
            value = if level % 2 == 0 { Value::list(vec![value]) } else { Value::map(vec![(Value::str("k"), value)]) };
        }
        drop(value);
    }
}
