//! RFC 6902 on data, written apart from the program's own: the reference for its edits.

use skyplug_tui::yaml::edit::PatchOp;
use skyplug_tui::yaml::{Pointer, Value};

/// Applies an operation to data; none where RFC 6902 makes it an error.
pub(crate) fn apply(data: &Value, op: &PatchOp) -> Option<Value> {
    match op {
        PatchOp::Add { path, value } => add(data, path.tokens(), value.value.clone()),
        PatchOp::Remove { path } => remove(data, path.tokens()),
        PatchOp::Replace { path, value } => {
            get(data, path.tokens())?;
            put(data, path.tokens(), value.value.clone())
        }
        PatchOp::Copy { from, path } => add(data, path.tokens(), get(data, from.tokens())?.clone()),
        PatchOp::Move { from, path } => {
            let value = get(data, from.tokens())?.clone();
            if from == path {
                return Some(data.clone());
            }
            if path.tokens().starts_with(from.tokens()) {
                return None;
            }
            add(&remove(data, from.tokens())?, path.tokens(), value)
        }
        PatchOp::Test { path, value } => same(get(data, path.tokens())?, value).then(|| data.clone()),
    }
}

fn position(pairs: &[(Value, Value)], token: &str) -> Option<usize> {
    // A key that is a number goes by its source; no other one looks like an index.
    pairs.iter().position(|(key, _)| match key {
        Value::Str(text) => **text == *token,
        Value::Int(number) => number.to_string() == token,
        _ => false,
    })
}

fn index(token: &str) -> Option<usize> {
    let canonical = token == "0" || (!token.starts_with('0') && token.bytes().all(|b| b.is_ascii_digit()));
    token.parse().ok().filter(|_| canonical)
}

fn get<'v>(data: &'v Value, tokens: &[String]) -> Option<&'v Value> {
    tokens.iter().try_fold(data, |value, token| match value {
        Value::List(items) => items.get(index(token)?),
        Value::Map(pairs) => position(pairs, token).map(|at| &pairs[at].1),
        _ => None,
    })
}

/// Changes the collection that holds the last token.
fn within(data: &Value, tokens: &[String], change: &dyn Fn(&Value, &str) -> Option<Value>) -> Option<Value> {
    let [token, rest @ ..] = tokens else { return None };
    if rest.is_empty() {
        return change(data, token);
    }
    match data {
        Value::List(items) => {
            let mut items = items.to_vec();
            let at = index(token).filter(|at| *at < items.len())?;
            items[at] = within(&items[at], rest, change)?;
            Some(Value::list(items))
        }
        Value::Map(pairs) => {
            let mut pairs = pairs.to_vec();
            let at = position(&pairs, token)?;
            pairs[at].1 = within(&pairs[at].1, rest, change)?;
            Some(Value::map(pairs))
        }
        _ => None,
    }
}

fn put(data: &Value, tokens: &[String], value: Value) -> Option<Value> {
    if tokens.is_empty() {
        return Some(value);
    }
    within(data, tokens, &|holder, token| match holder {
        Value::List(items) => {
            let mut items = items.to_vec();
            *items.get_mut(index(token)?)? = value.clone();
            Some(Value::list(items))
        }
        Value::Map(pairs) => {
            let mut pairs = pairs.to_vec();
            match position(&pairs, token) {
                Some(at) => pairs[at].1 = value.clone(),
                None => pairs.push((Value::str(token), value.clone())),
            }
            Some(Value::map(pairs))
        }
        _ => None,
    })
}

fn add(data: &Value, tokens: &[String], value: Value) -> Option<Value> {
    if tokens.is_empty() {
        return Some(value);
    }
    within(data, tokens, &|holder, token| match holder {
        Value::List(items) => {
            let mut items = items.to_vec();
            let at = if token == "-" { items.len() } else { index(token)? };
            (at <= items.len()).then(|| items.insert(at, value.clone()))?;
            Some(Value::list(items))
        }
        Value::Map(_) => put(holder, &[token.to_owned()], value.clone()),
        _ => None,
    })
}

fn remove(data: &Value, tokens: &[String]) -> Option<Value> {
    within(data, tokens, &|holder, token| match holder {
        Value::List(items) => {
            let mut items = items.to_vec();
            let at = index(token).filter(|at| *at < items.len())?;
            items.remove(at);
            Some(Value::list(items))
        }
        Value::Map(pairs) => {
            let mut pairs = pairs.to_vec();
            pairs.remove(position(&pairs, token)?);
            Some(Value::map(pairs))
        }
        _ => None,
    })
}

/// Tells whether data is the same but for the order of mappings.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(x), Value::List(y)) => x.len() == y.len() && x.iter().zip(y.iter()).all(|(x, y)| same(x, y)),
        (Value::Map(x), Value::Map(y)) => {
            let found = |(key, value): &(Value, Value)| y.iter().any(|(k, v)| k.same(key) && same(v, value));
            x.len() == y.len() && x.iter().all(found)
        }
        _ => a.same(b),
    }
}

/// Returns the pointers to all that a mapping's string key or an index leads to.
pub(crate) fn places(data: &Value) -> Vec<Pointer> {
    let mut out = vec![Pointer::root()];
    let mut at = 0;
    let mut values = vec![data];
    while at < values.len() && out.len() < 400 {
        let here = out[at].clone();
        match values[at] {
            Value::List(items) => {
                for (i, item) in items.iter().enumerate() {
                    out.push(here.join(i));
                    values.push(item);
                }
            }
            Value::Map(pairs) => {
                for (key, value) in pairs.iter() {
                    if let Some(key) = key.as_str() {
                        out.push(here.join(key));
                        values.push(value);
                    }
                }
            }
            _ => {}
        }
        at += 1;
    }
    out
}
