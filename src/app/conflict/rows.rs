//! What the rows of the comparison say: places and values, made visible, secrets masked.

use crate::app::value::shown;
use crate::config::merge::{Change, Merge, Place, Whose};
use crate::config::secret;
use crate::text::visible::{shortened, visible};
use crate::yaml::{Pointer, Value, write};

/// Characters of a value that the view holds.
const LONGEST: usize = 400;
/// Levels of a value that the view shows.
const LEVELS: usize = 6;

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// The entry that the rows below are about, and how many they are.
    Heading(String, usize),
    /// A change.
    Change(Box<Line>),
}

/// A change as it is shown: made visible, secrets masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which change.
    pub change: usize,
    /// Whose it is.
    pub whose: Whose,
    /// The place.
    pub place: String,
    /// What was there.
    pub base: String,
    /// What is here.
    pub mine: String,
    /// What is there now.
    pub theirs: String,
}

/// Returns the rows of a merge: the changes of an entry below its heading.
pub(super) fn rows(merge: &Merge, show_secrets: bool) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut heading: Option<usize> = None;
    let mut before = None;
    for (number, change) in merge.changes().iter().enumerate() {
        let entry = change.place.entry.as_ref();
        if entry != before {
            before = entry;
            heading = entry.map(|_| rows.len());
            rows.extend(entry.map(|entry| {
                let index = entry.index.mine.or(entry.index.theirs).or(entry.index.base).unwrap_or(0);
                let class = entry.class.as_deref().map_or("(no class)".into(), visible);
                Row::Heading(format!("#{} {class}", index + 1), 0)
            }));
        }
        if let Some(Row::Heading(_, below)) = heading.and_then(|at| rows.get_mut(at)) {
            *below += 1;
        }
        rows.push(Row::Change(Box::new(line(number, change, show_secrets))));
    }
    rows
}

fn line(number: usize, change: &Change, show_secrets: bool) -> Line {
    let is_secret = !show_secrets && change.place.below.tokens().iter().any(|name| secret::is_secret_name(name));
    let told = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(_) if is_secret => secret::MASK.to_owned(),
        Some(value) => outline(value, show_secrets),
    };
    Line {
        change: number,
        whose: change.whose,
        place: place(&change.place),
        base: told(&change.values.base),
        mine: told(&change.values.mine),
        theirs: told(&change.values.theirs),
    }
}

/// Returns how a place is called below the heading of its entry.
fn place(place: &Place) -> String {
    let tokens = place.below.tokens();
    let below =
        if tokens.len() > 1 && place.entry.is_some() && tokens[0] == "parameters" { &tokens[1..] } else { tokens };
    let path = visible(&Pointer::from_tokens(below).to_path()).into_owned();
    match (place.is_order, path.is_empty()) {
        (true, _) if place.entry.is_none() && path == "plugins" => "order of the entries".to_owned(),
        (true, true) => "order of the keys".to_owned(),
        (true, false) => format!("order of {path}"),
        (false, true) => "the whole entry".to_owned(),
        (false, false) => path,
    }
}

/// Returns a value on one line as far as it fits, secrets masked.
fn outline(value: &Value, show_secrets: bool) -> String {
    let mut out = String::new();
    push(&mut out, value, show_secrets, LEVELS);
    shortened(&out, LONGEST).into_owned()
}

fn push(out: &mut String, value: &Value, show_secrets: bool, levels: usize) {
    if out.len() > LONGEST * 4 {
        return;
    }
    match value {
        Value::List(items) if levels > 0 && !items.is_empty() => {
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at == 0 { "[" } else { ", " });
                push(out, item, show_secrets, levels - 1);
            }
            out.push(']');
        }
        Value::Map(pairs) if levels > 0 && !pairs.is_empty() => {
            for (at, (key, value)) in pairs.iter().enumerate() {
                out.push_str(if at == 0 { "{" } else { ", " });
                let name = key.as_str().map_or_else(|| shown(key), |text| visible(text).into_owned());
                out.push_str(&name);
                out.push_str(": ");
                let is_secret = !show_secrets && key.as_str().is_some_and(secret::is_secret_name);
                if is_secret && !matches!(value, Value::Null) {
                    out.push_str(secret::MASK);
                } else {
                    push(out, value, show_secrets, levels - 1);
                }
            }
            out.push('}');
        }
        Value::Str(text) if !show_secrets && secret::is_secret_text(text) => out.push_str(secret::MASK),
        // As it would be written: quotes only where they tell a string from something else.
        Value::Str(_) | Value::List(_) | Value::Map(_) if levels > 0 => {
            out.push_str(&visible(&write::flow(value).unwrap_or_else(|_| shown(value))));
        }
        other => out.push_str(&visible(&shown(other))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    #[test]
    fn values_are_told_on_one_line_without_their_secrets() {
        let told = |source: &str| outline(Document::parse(source).data().expect("data"), false);
        assert_eq!(told("{a: [1, x, '2'], b: {}, token: abc}"), "{a: [1, x, '2'], b: {}, token: ********}");
        assert_eq!(told("postgres://u:p@h/db"), "********");
        assert_eq!(told("\"a\\e[31m\""), "\"a\\x1B[31m\"", "no control character");
        assert_eq!(told("[[[[[[[1]]]]]]]"), "[[[[[[1 item]]]]]]");
        assert_eq!(told(&format!("[{}]", "abcdefgh, ".repeat(100))).chars().count(), LONGEST + 1);
    }
}
