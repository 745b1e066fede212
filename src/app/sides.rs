//! A class that stands in both lists: its parameters here and there, side by side.

use std::collections::HashMap;

use super::modal::Modal;
use super::value::shown;
use super::{State, Tone};
use crate::config::Role;
use crate::config::secret::{self, MASK};
use crate::text::visible::visible;
use crate::yaml::Value;
use crate::yaml::construct::Key;

/// The most rows: what is longer is read in an editor.
const MOST: usize = 2_000;
/// How many names are told where parameters differ.
const NAMED: usize = 3;

/// One parameter, or one value below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Its path, made visible.
    pub path: String,
    /// What it is here and there, made visible and masked; none where it is not set.
    pub texts: [Option<String>; 2],
    /// Whether the two are not the same.
    pub differs: bool,
}

/// The dialog.
#[derive(Clone, Debug)]
pub struct Sides {
    /// The class, made visible.
    pub class: String,
    /// What the columns show.
    pub heads: [String; 2],
    /// The rows.
    pub rows: Vec<Side>,
    /// The first row on the screen.
    pub offset: usize,
}

/// Returns where the other list has the class of an entry.
#[must_use]
pub fn place(state: &State, role: Role, index: usize) -> Option<usize> {
    let class = state.list(role).entries.get(index)?.class.as_ref()?;
    state.list(role.other()).entries.iter().position(|entry| entry.class.as_ref() == Some(class))
}

fn parameters(state: &State, role: Role, index: usize) -> Value {
    let value = || {
        let data = state.workspace.document(role)?.data().ok()?;
        data.get("plugins")?.as_list()?.get(index)?.get("parameters").cloned()
    };
    // No parameters and none of them are the same to SkyPilot.
    value().filter(Value::is_truthy).unwrap_or_else(|| Value::map(Vec::new()))
}

const fn name_of_list(role: Role) -> &'static str {
    match role {
        Role::Api => "API list",
        Role::Remote => "remote list",
    }
}

/// Returns how the other list has the class of an entry, in words.
#[must_use]
pub fn told(state: &State, role: Role, index: usize) -> String {
    let name = name_of_list(role.other());
    if state.list(role).entries.get(index).is_none_or(|entry| entry.class.is_none()) {
        return String::new();
    }
    let Some(at) = place(state, role, index) else {
        return format!("(not in the {name})  c copies it there, m moves it");
    };
    let names = differing(&parameters(state, role, index), &parameters(state, role.other(), at));
    if names.is_empty() {
        return format!("{name} #{}, same parameters", at + 1);
    }
    let more = if names.len() > NAMED { format!(" and {} more", names.len() - NAMED) } else { String::new() };
    let names: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    format!("{name} #{}, parameters differ: {}{more}  (= compares)", at + 1, names.join(", "))
}

fn name_of(key: &Value) -> String {
    key.as_str().map_or_else(|| shown(key), |text| visible(text).into_owned())
}

/// Returns the names of the parameters that are not the same.
fn differing(here: &Value, there: &Value) -> Vec<String> {
    if here == there {
        return Vec::new();
    }
    let (Some(mine), Some(theirs)) = (here.as_map(), there.as_map()) else {
        return vec!["parameters".to_owned()];
    };
    // Each frame asks: a search through all parameters for each of them takes too long.
    let by_key = |pairs: &'_ [(Value, Value)]| -> HashMap<Key, usize> {
        pairs.iter().enumerate().filter_map(|(at, (key, _))| Some((Key::of(key)?, at))).collect()
    };
    let (in_mine, in_theirs) = (by_key(mine), by_key(theirs));
    let found = |places: &HashMap<Key, usize>, key: &Value| Key::of(key).and_then(|key| places.get(&key).copied());
    let changed = mine.iter().filter(|(key, value)| found(&in_theirs, key).is_none_or(|at| theirs[at].1 != *value));
    let only_there = theirs.iter().filter(|(key, _)| found(&in_mine, key).is_none());
    changed.chain(only_there).map(|(key, _)| name_of(key)).collect()
}

/// A value that holds no others, with the names that lead to it.
struct Leaf {
    path: Vec<String>,
    value: Value,
}

fn leaves(value: &Value, path: &[String], found: &mut Vec<Leaf>) {
    if found.len() >= MOST {
        return;
    }
    let below = |name: String| [path, &[name]].concat();
    match value {
        Value::Map(pairs) if !pairs.is_empty() => {
            pairs.iter().for_each(|(key, value)| leaves(value, &below(name_of(key)), found));
        }
        Value::List(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(at, item)| leaves(item, &below(format!("[{at}]")), found));
        }
        _ if path.is_empty() => {}
        _ => found.push(Leaf { path: path.to_vec(), value: value.clone() }),
    }
}

/// Returns the rows: those of the first side in its order, then what is only in the second.
fn rows(here: &Value, there: &Value, show_secrets: bool) -> Vec<Side> {
    let (mut mine, mut theirs) = (Vec::new(), Vec::new());
    leaves(here, &[], &mut mine);
    leaves(there, &[], &mut theirs);
    let text = |leaf: &Leaf| {
        let written = match &leaf.value {
            Value::List(_) => "[]".to_owned(),
            Value::Map(_) => "{}".to_owned(),
            value => shown(value),
        };
        let is_secret = secret::is_secret(leaf.path.iter().map(String::as_str), &written);
        if is_secret && !show_secrets { MASK.to_owned() } else { written }
    };
    let path = |leaf: &Leaf| leaf.path.join(".").replace(".[", "[");
    let mut out: Vec<Side> = mine
        .iter()
        .map(|leaf| {
            let other = theirs.iter().find(|other| other.path == leaf.path);
            let differs = other.is_none_or(|other| other.value != leaf.value);
            Side { path: path(leaf), texts: [Some(text(leaf)), other.map(text)], differs }
        })
        .collect();
    let only_there = theirs.iter().filter(|leaf| mine.iter().all(|other| other.path != leaf.path));
    out.extend(only_there.map(|leaf| Side { path: path(leaf), texts: [None, Some(text(leaf))], differs: true }));
    out.truncate(MOST);
    out
}

/// Shows the parameters of the class at the cursor in both lists.
pub(super) fn open(state: &mut State) {
    let Some((role, index)) = state.current_entry() else {
        state.say(Tone::Told, "There is no entry here: a in a list adds one.");
        return;
    };
    let Some(at) = place(state, role, index) else {
        state.say(Tone::Told, "The other list does not have this class: c copies it there.");
        return;
    };
    let other = role.other();
    let rows = rows(&parameters(state, role, index), &parameters(state, other, at), state.settings.show_secrets);
    let head = |role: Role, index: usize| format!("{} #{}", name_of_list(role), index + 1);
    let heads = [head(role, index), head(other, at)];
    let class = state.list(role).entries.get(index).and_then(|entry| entry.class.as_deref()).unwrap_or_default();
    let sides = Sides { class: visible(class).into_owned(), heads, rows, offset: 0 };
    state.modals.push(Modal::Sides(Box::new(sides)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    fn value(text: &str) -> Value {
        Document::parse(text).data().expect("YAML").clone()
    }

    #[test]
    fn parameters_are_compared_by_name_and_told_by_path() {
        let (here, there) =
            (value("{max: 3, a: {b: [1, 2]}, token: x1}"), value("{a: {b: [1, 5]}, token: x2, new: ''}"));
        assert_eq!(differing(&here, &there), ["max", "a", "token", "new"]);
        assert_eq!(differing(&here, &here), [""; 0]);
        let rows = rows(&here, &there, false);
        let told: Vec<(&str, [Option<&str>; 2], bool)> = rows
            .iter()
            .map(|row| (row.path.as_str(), [0, 1].map(|side| row.texts[side].as_deref()), row.differs))
            .collect();
        assert_eq!(
            told,
            [
                ("max", [Some("3"), None], true),
                ("a.b[0]", [Some("1"), Some("1")], false),
                ("a.b[1]", [Some("2"), Some("5")], true),
                // Masked, and told apart all the same.
                ("token", [Some(MASK), Some(MASK)], true),
                ("new", [None, Some("''")], true),
            ]
        );
    }
}
