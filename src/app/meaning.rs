//! What changed between two readings of a file, as data: one line per change.

use super::list::List;
use super::value::shown;
use crate::config::{Role, Workspace, model, secret};
use crate::text::visible::{shortened, visible};
use crate::yaml::{Document, Value};

/// Characters of a value that a line holds.
const LONGEST: usize = 60;

/// Levels below which a difference is told as one.
const DEPTH: usize = 32;
/// The most lines about one file.
const LINES: usize = 200;

/// Returns what changed in a file since it was read or saved, secrets masked.
#[must_use]
pub fn changes(old: &Workspace, new: &Workspace, role: Role, list: &List, show_secrets: bool) -> Vec<String> {
    let mut told = Told { lines: Vec::new(), show_secrets };
    let (before, after) = (old.document(role), new.document(role));
    let empty = Document::parse("");
    let before = before.map_or(&empty, |document| &**document);
    let after = after.map_or(&empty, |document| &**document);
    let (Ok(was), Ok(is)) = (before.data(), after.data()) else {
        told.say(if before.data().is_err() {
            "the file could not be read before"
        } else {
            "the file can no longer be read"
        });
        return told.lines;
    };
    told.top_level(was, is);
    told.entries(before, after, list);
    told.lines
}

struct Told {
    lines: Vec<String>,
    show_secrets: bool,
}

impl Told {
    fn say(&mut self, line: impl Into<String>) {
        if self.lines.len() < LINES {
            self.lines.push(line.into());
        }
    }

    /// Tells what changed beside the list.
    fn top_level(&mut self, was: &Value, is: &Value) {
        let none: &[(Value, Value)] = &[];
        let keys = |value: &Value| value.as_map().unwrap_or(none).to_vec();
        let without_list = |value: &Value| {
            Value::map(keys(value).into_iter().filter(|(key, _)| key.as_str() != Some("plugins")).collect())
        };
        self.differences("", &without_list(was), &without_list(is));
        if was.as_map().is_none() && was.is_truthy() {
            self.say(format!("the whole file was a {}", was.type_name()));
        }
    }

    fn entries(&mut self, before: &Document, after: &Document, list: &List) {
        let old = model::entries(before);
        let new = model::entries(after);
        let name = |class: &Option<String>| {
            class.as_deref().map_or_else(|| "(no class)".to_owned(), |c| visible(c).into_owned())
        };
        let mut kept = vec![false; old.len()];
        for (index, entry) in new.iter().enumerate() {
            let origin = list.origins.get(index).copied().flatten().filter(|from| *from < old.len());
            let Some(from) = origin else {
                self.say(format!("#{} {}  added", index + 1, name(&entry.class)));
                continue;
            };
            kept[from] = true;
            let was = &old[from];
            if was.class != entry.class {
                self.say(format!("#{} class  {} -> {}", index + 1, name(&was.class), name(&entry.class)));
            }
            if was.span.of(before.text()) != entry.span.of(after.text()) {
                let parameters = |document: &Document, index: usize| item(document, index).unwrap_or(Value::Null);
                let (was, is) = (parameters(before, from), parameters(after, index));
                self.differences(&format!("#{} {}", index + 1, name(&entry.class)), &was, &is);
            }
        }
        // The order of those that are in both.
        let order: Vec<usize> = list.origins.iter().flatten().copied().collect();
        if order.windows(2).any(|pair| pair[0] > pair[1]) {
            self.say("the order of the entries has changed");
        }
        for (index, entry) in old.iter().enumerate().filter(|(index, _)| !kept[*index]) {
            self.say(format!("{}  removed (it was #{})", name(&entry.class), index + 1));
        }
    }

    /// Tells the differences of two values, without recursion.
    fn differences(&mut self, path: &str, was: &Value, is: &Value) {
        let mut todo = vec![(path.to_owned(), false, Some(was.clone()), Some(is.clone()), 0)];
        while let Some((path, secret, was, is, depth)) = todo.pop() {
            if self.lines.len() >= LINES {
                return;
            }
            let join = |key: &Value| {
                let name = key.as_str().map_or_else(|| shown(key), |text| visible(text).into_owned());
                let is_secret = secret || key.as_str().is_some_and(secret::is_secret_name);
                let class_or_path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                (class_or_path.replace(".parameters.", "  "), is_secret)
            };
            match (&was, &is) {
                (Some(was), Some(is)) if was == is => {}
                (Some(Value::Map(a)), Some(Value::Map(b))) if depth < DEPTH => {
                    let find = |pairs: &[(Value, Value)], key: &Value| {
                        pairs.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone())
                    };
                    let mut next = Vec::new();
                    for (key, value) in b.iter().filter(|(key, _)| key.as_str() != Some("class") || depth > 0) {
                        let (path, secret) = join(key);
                        next.push((path, secret, find(a, key), Some(value.clone()), depth + 1));
                    }
                    for (key, value) in a.iter().filter(|(key, _)| find(b, key).is_none()) {
                        let (path, secret) = join(key);
                        next.push((path, secret, Some(value.clone()), None, depth + 1));
                    }
                    todo.extend(next.into_iter().rev());
                }
                (Some(Value::List(a)), Some(Value::List(b))) if depth < DEPTH && a.len() == b.len() => {
                    let items = a.iter().zip(b.iter()).enumerate().rev();
                    todo.extend(items.map(|(index, (was, is))| {
                        (format!("{path}[{index}]"), secret, Some(was.clone()), Some(is.clone()), depth + 1)
                    }));
                }
                _ => {
                    let line = self.one(&path, secret, was.as_ref(), is.as_ref());
                    self.say(line);
                }
            }
        }
    }

    fn one(&self, path: &str, secret: bool, was: Option<&Value>, is: Option<&Value>) -> String {
        let masked = |value: &Value| {
            let hidden = secret || value.as_str().is_some_and(secret::is_secret_text);
            if hidden && !self.show_secrets {
                secret::MASK.to_owned()
            } else {
                shortened(&shown(value), LONGEST).into_owned()
            }
        };
        match (was, is) {
            (Some(was), Some(is)) => format!("{path}  {} -> {}", masked(was), masked(is)),
            (None, Some(is)) => format!("{path}  added: {}", masked(is)),
            (Some(was), None) => format!("{path}  removed: {}", masked(was)),
            (None, None) => path.to_owned(),
        }
    }
}

fn item(document: &Document, index: usize) -> Option<Value> {
    document.data().ok()?.get("plugins")?.as_list()?.get(index).cloned()
}
