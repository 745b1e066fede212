//! What changed between two readings of a file, as data: one line per change.

use std::collections::HashMap;

use super::value::shown;
use crate::config::merge::{Change, EntryName};
use crate::config::partial::{About, Partial};
use crate::config::{disabled, secret};
use crate::text::visible::{shortened, visible};
use crate::yaml::{Document, Value};

/// Characters of a value that a line holds.
const LONGEST: usize = 60;

/// Levels below which a difference is told as one.
const DEPTH: usize = 32;
/// The most lines about one file.
const LINES: usize = 200;

/// Returns what a part of the changes means, secrets masked: one line, and one for each value below it.
#[must_use]
pub fn of_part(partial: &Partial, number: usize, disabled: &MoreDisabled, show_secrets: bool) -> Vec<String> {
    let mut told = Told { lines: Vec::new(), show_secrets, disabled };
    match partial.parts().get(number).map(|part| part.about) {
        Some(About::Data) => {
            let changes: Vec<&Change> = partial.changes(number).collect();
            match changes.as_slice() {
                [one, two] => told.class(one, two),
                _ => changes.iter().for_each(|change| told.change(change)),
            }
        }
        Some(About::Writing(line)) => told.say(format!("comments, blank lines or layout at line {}", line + 1)),
        Some(About::Whole) => told.whole(partial.before(), partial.after()),
        None => {}
    }
    if told.lines.is_empty() {
        told.say("the same data, written in another way");
    }
    told.lines
}

/// Returns how an entry is called: `#2 acme.Audit`.
fn called(entry: &EntryName) -> String {
    let index = entry.index.mine.or(entry.index.base).unwrap_or(0);
    format!("#{} {}", index + 1, class_of(entry))
}

fn class_of(entry: &EntryName) -> String {
    entry.class.as_deref().map_or_else(|| "(no class)".to_owned(), |class| visible(class).into_owned())
}

/// How many entries of each class more are commented out than before: a search through both texts.
#[derive(Debug, Default)]
pub struct MoreDisabled(HashMap<String, isize>);

impl MoreDisabled {
    /// Counts them.
    #[must_use]
    pub fn of(partial: &Partial) -> Self {
        let mut more = HashMap::new();
        for (document, step) in [(partial.before(), -1), (partial.after(), 1)] {
            for one in disabled::find(document) {
                *more.entry(one.class).or_default() += step;
            }
        }
        Self(more)
    }
}

struct Told<'a> {
    lines: Vec<String>,
    show_secrets: bool,
    disabled: &'a MoreDisabled,
}

impl Told<'_> {
    fn say(&mut self, line: impl Into<String>) {
        if self.lines.len() < LINES {
            self.lines.push(line.into());
        }
    }

    /// Tells of two texts that cannot be compared by entry.
    fn whole(&mut self, before: &Document, after: &Document) {
        match (before.data(), after.data()) {
            (Err(_), _) => self.say("the file could not be read before"),
            (_, Err(_)) => self.say("the file can no longer be read"),
            (Ok(was), Ok(is)) => {
                if was.as_map().is_none() && was.is_truthy() {
                    self.say(format!("the whole file was a {}", was.type_name()));
                }
                self.differences("", false, Some(was.clone()), Some(is.clone()));
            }
        }
    }

    /// Tells of an entry that got another class in its place.
    fn class(&mut self, one: &Change, two: &Change) {
        let (gone, come) = if one.values.mine.is_none() { (one, two) } else { (two, one) };
        if let (Some(was), Some(is)) = (&gone.place.entry, &come.place.entry) {
            let index = is.index.mine.unwrap_or(0);
            self.say(format!("#{} class  {} -> {}", index + 1, class_of(was), class_of(is)));
            self.differences(&called(is), false, gone.values.base.clone(), come.values.mine.clone());
        }
    }

    /// Returns how many entries of this class more are commented out than before.
    fn more_disabled(&self, entry: &EntryName) -> isize {
        entry.class.as_ref().and_then(|class| self.disabled.0.get(class)).copied().unwrap_or(0)
    }

    fn change(&mut self, change: &Change) {
        let place = &change.place;
        let (was, is) = (change.values.base.clone(), change.values.mine.clone());
        let path = place.below.to_path();
        let Some(entry) = &place.entry else {
            return match (place.is_order, path.as_str()) {
                (true, "plugins") => self.say("the order of the entries has changed"),
                (true, _) => self.say("the order of the keys has changed"),
                (false, _) => self.differences(&visible(&path), false, was, is),
            };
        };
        let name = called(entry);
        if place.is_order {
            return self.say(format!("{name}  the order of its keys has changed"));
        }
        if !place.below.is_root() {
            if path == "class" {
                let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), shown);
                let index = entry.index.mine.unwrap_or(0);
                return self.say(format!("#{} class  {} -> {}", index + 1, shown(&was), shown(&is)));
            }
            let path =
                format!("{name}.{}", visible(&path)).replacen(&format!("{name}.parameters."), &format!("{name}  "), 1);
            let secret = place.below.tokens().iter().any(|token| secret::is_secret_name(token));
            return self.differences(&path, secret, was, is);
        }
        match (&was, &is) {
            (None, _) => {
                let verb = if self.more_disabled(entry) < 0 { "brought back from a comment" } else { "added" };
                self.say(format!("{name}  {verb}"));
            }
            (_, None) => {
                let index = entry.index.base.unwrap_or(0);
                let verb = if self.more_disabled(entry) > 0 { "commented out" } else { "removed" };
                self.say(format!("{}  {verb} (it was #{})", class_of(entry), index + 1));
            }
            _ => self.differences(&name, false, was, is),
        }
    }

    /// Tells the differences of two values, without recursion.
    fn differences(&mut self, path: &str, secret: bool, was: Option<Value>, is: Option<Value>) {
        let mut todo = vec![(path.to_owned(), secret, was, is, 0)];
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
