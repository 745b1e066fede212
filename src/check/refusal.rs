//! All that the reader and the schema refuse, each with its place and, where one is obvious, its fix.
//!
//! `shape` gives the verdict, which is about the first problem alone; here all
//! are found. Where a file is refused and nothing was found, the verdict itself
//! becomes the diagnostic, so that no refusal goes without a word.

use serde_json::json;

use super::diagnostic::{Code, Diagnostic, Fix, Place, Severity};
use super::fix::Bench;
use super::repr::{python_type, repr};
use super::shape::{holds, similar};
use super::{Status, Verdict, fix, syntax};
use crate::config::schema::{self, Object, Type};
use crate::config::{Content, Role, Unreadable, UnreadableReason, Workspace};
use crate::text::{Span, Splice};
use crate::yaml::{Document, Kind, NodeId, Pointer, Tree, Value};

/// Problems of one kind in one file, beyond which the rest is left out: a
/// report of thousands of equal notes helps nobody.
pub(super) const MOST_OF_A_KIND: usize = 200;

/// Keys of the development format that every release refuses.
const OLD_KEYS: [&str; 2] = ["upload_to_controller", "package"];

/// Returns what a refused file means for SkyPilot.
pub(super) const fn consequence(role: Role) -> &'static str {
    match role {
        Role::Api => "the API server does not start",
        Role::Remote => "every controller launch fails",
    }
}

/// Finds all that is refused in one file.
pub(super) fn diagnose(
    workspace: &Workspace,
    role: Role,
    verdict: &Verdict,
    budget: usize,
    found: &mut Vec<Diagnostic>,
) {
    if matches!(verdict.status, Status::Ok | Status::Absent) {
        return;
    }
    match &workspace.file(role).content {
        Content::Absent => {}
        Content::Unreadable(why) => found.push(unreadable(workspace, role, why)),
        Content::Text(document) => {
            let before = found.len();
            match document.data() {
                Err(error) => found.push(syntax::diagnose(workspace, role, document, error)),
                Ok(data) => {
                    if let Ok(tree) = document.tree() {
                        let bench = Bench::new(document, role, budget);
                        Finder { workspace, role, document, tree, bench, found }.top(data);
                    }
                }
            }
            let told = found[before..].iter().any(|d| d.severity == Severity::Error);
            if !told {
                let message = verdict.message.clone().unwrap_or_else(|| "SkyPilot refuses the file".to_owned());
                let effect = format!("{}: {}.", verdict.exception.unwrap_or("the process dies"), consequence(role));
                let place = Place::file(workspace, role);
                found.push(Diagnostic::new(Code::WrongType, Severity::Error, place, message, effect));
            }
        }
    }
}

fn unreadable(workspace: &Workspace, role: Role, why: &Unreadable) -> Diagnostic {
    let consequence = consequence(role);
    let (code, effect, hint) = match why.reason {
        UnreadableReason::Encoding { .. } => {
            (Code::NotUtf8, format!("It raises UnicodeDecodeError: {consequence}."), "convert the file to UTF-8")
        }
        UnreadableReason::Endless => {
            (Code::Endless, format!("It waits for ever: {consequence}."), "put a regular file there")
        }
        UnreadableReason::Directory => {
            let hint = "move the directory away, or name the file in it";
            (Code::Unreadable, format!("It raises IsADirectoryError: {consequence}."), hint)
        }
        UnreadableReason::Permission => {
            let hint = "give read permission to the user that runs the API server";
            (Code::Unreadable, format!("It raises PermissionError: {consequence}."), hint)
        }
        UnreadableReason::TooLarge | UnreadableReason::Other => {
            let effect = format!("It raises an exception or needs very long: {consequence}.");
            (Code::Unreadable, effect, "put a regular file there")
        }
    };
    let message = format!("{} cannot be read: {}", role.file_name(), why.problem);
    // What lies at the path is no text: nothing of ours can be saved there.
    Diagnostic::new(code, Severity::Error, Place::file(workspace, role), message, effect).hint(hint)
}

struct Finder<'a> {
    workspace: &'a Workspace,
    role: Role,
    document: &'a Document,
    tree: &'a Tree,
    bench: Bench<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    fn push(&mut self, code: Code, span: Span, at: Pointer, message: String, exception: &str) -> &mut Diagnostic {
        let place = Place::span(self.workspace, self.role, self.document, span, Some(at));
        let effect = format!("It raises {exception}: {}.", consequence(self.role));
        self.found.push(Diagnostic::new(code, Severity::Error, place, message, effect));
        self.found.last_mut().expect("it was just pushed")
    }

    /// Tells whether there are so many errors that more help nobody.
    fn is_full(&self) -> bool {
        self.found.len() >= 2 * MOST_OF_A_KIND
    }

    fn span(&self, at: &Pointer) -> Span {
        self.document.find(at).map_or(Span::empty(0), |node| self.document.span(node))
    }

    fn top(&mut self, data: &Value) {
        if !data.is_truthy() {
            return;
        }
        let root = Pointer::root();
        let Value::Map(pairs) = data else {
            let message = format!("the top level is {}, not a mapping", plain_type(data));
            let span = self.first_line(self.span(&root));
            let hint = match data {
                Value::List(_) => "put `plugins:` above the list",
                Value::Str(_) => "write `plugins:` with a list under it; a colon needs a blank behind it",
                _ => "write `plugins:` with a list under it",
            };
            let fix = self.wrap_fix(data);
            let one = self.push(Code::TopLevel, span, root, message, "AttributeError");
            one.hint = Some(hint.to_owned());
            one.fix = fix;
            return;
        };
        let kept: Vec<(&Value, &Value)> =
            pairs.iter().filter(|(_, v)| !matches!(v, Value::Null)).map(|(k, v)| (k, v)).collect();
        self.object(&kept, schema::of(self.role), &root);
        let bad = pairs.iter().filter(|(k, v)| k.as_str().is_none() && matches!(v, Value::Null)).map(|(key, _)| key);
        self.keys_not_strings(bad, &root, true);
    }

    /// Puts `plugins:` above a list that is the whole document.
    fn wrap_fix(&self, data: &Value) -> Option<Fix> {
        let Value::List(items) = data else { return None };
        let root = self.tree.root()?;
        let text = self.document.text();
        let start = self.document.span(root).start;
        let line = start_of_line(text, start);
        let edit = if self.tree.is_flow(root) {
            Splice::insert(start, "plugins: ")
        } else {
            Splice::insert(line, format!("plugins:{}", line_break(text)))
        };
        let entries = items.iter().all(|item| item.get("class").is_some());
        let fix = fix::of("put `plugins:` above the list", entries, vec![edit]);
        self.bench.tried(fix, |new| new.data().is_ok_and(|new| new.get("plugins") == Some(data)))
    }

    fn object(&mut self, pairs: &[(&Value, &Value)], schema: &Object, at: &Pointer) {
        let get = |name: &str| pairs.iter().find(|(k, _)| k.as_str() == Some(name)).map(|(_, v)| *v);
        for property in schema.properties.iter().filter(|p| p.required && get(p.name).is_none()) {
            self.missing(property.name, pairs, schema, at);
        }
        for (key, _) in pairs {
            match key {
                Value::Str(name) if schema.property(name).is_some() => {}
                Value::Str(name) => self.unknown_key(name, schema, at),
                _ => {}
            }
            if self.is_full() {
                return;
            }
        }
        let bad = pairs.iter().map(|(key, _)| *key).filter(|key| key.as_str().is_none());
        self.keys_not_strings(bad, at, false);
        for property in schema.properties {
            let Some(value) = get(property.name) else { continue };
            let below = at.join(property.name);
            if !self.of_type(value, property.kind, &below) {
                continue;
            }
            let (Type::Array(items), Value::List(values)) = (property.kind, value) else { continue };
            for (index, item) in values.iter().enumerate() {
                let below = below.join(index);
                if self.of_type(item, Type::Object(items), &below)
                    && let Value::Map(pairs) = item
                {
                    let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k, v)).collect();
                    self.object(&pairs, items, &below);
                }
                if self.is_full() {
                    return;
                }
            }
        }
    }

    fn missing(&mut self, name: &str, pairs: &[(&Value, &Value)], schema: &Object, at: &Pointer) {
        let span = self.first_line(self.span(at));
        let message = format!("this entry has no `{name}`");
        let misspelled = pairs.iter().filter_map(|(k, _)| k.as_str()).find(|k| similar(k, schema) == Some(name));
        let fix = self.join_fix(pairs, at);
        let hint = match (misspelled, &fix) {
            (Some(key), _) => format!("`{key}` is not `{name}`"),
            (None, Some(_)) => "the dash before `parameters` makes an entry of its own".to_owned(),
            (None, None) => "add `class: module.Class`".to_owned(),
        };
        let one = self.push(Code::MissingClass, span, at.clone(), message, super::shape::INVALID);
        *one = one.clone().hint(hint).fix(fix);
    }

    /// Takes the dash out of `- parameters:` where that belongs to the entry above.
    fn join_fix(&self, pairs: &[(&Value, &Value)], at: &Pointer) -> Option<Fix> {
        let [(Value::Str(key), _)] = pairs else { return None };
        let (list, token) = at.split_last()?;
        let above = token.parse::<usize>().ok()?.checked_sub(1)?;
        let node = self.document.find(&list.join(above))?;
        let has = |name: &str| self.document.child(self.tree.target(node), name).is_some();
        if &**key != "parameters" || !has("class") || has("parameters") {
            return None;
        }
        let text = self.document.text();
        let start = self.span(at).start;
        let dash = text[..start].trim_end_matches(' ').len().checked_sub(1)?;
        let alone = text[start_of_line(text, dash)..dash].bytes().all(|b| b == b' ') && text[dash..].starts_with('-');
        let fix = fix::of("take the dash out", true, vec![Splice::new(Span::new(dash, dash + 1), " ")]);
        let joined = list.join(above).join("parameters");
        alone.then(|| self.bench.tried(fix, |new| new.find(&joined).is_some()))?
    }

    fn of_type(&mut self, value: &Value, kind: Type, at: &Pointer) -> bool {
        if holds(self.document, value, kind, at) {
            return true;
        }
        let node = self.document.find(at);
        let span = self.first_line(self.span(at));
        let (what, wanted) = (at.to_path(), kind.plain_name());
        let message = match node {
            Some(node) if !span.is_empty() && matches!(self.tree.kind(node), Kind::Scalar(_)) => {
                let source = fix::shown(self.document, node);
                format!("{what} is {}, not {wanted}: `{source}`", plain_type(value))
            }
            _ => format!("{what} is {}, not {wanted}", plain_type(value)),
        };
        let fix = node.and_then(|node| self.type_fix(value, kind, node, at));
        let hint = match (kind, value) {
            (Type::String, Value::Null) => Some("give it a value, or remove the key"),
            (Type::Free, Value::Null) => Some("remove `parameters:`, or put parameters under it"),
            (Type::Free, Value::List(_)) => Some("write names and values without dashes: `name: value`"),
            (Type::Array(_), Value::Map(_)) => Some("each entry starts with a dash and a blank: `- class: …`"),
            (Type::Object(_), Value::Str(_)) => Some("write `class: ` before it; a colon needs a blank behind it"),
            (Type::Object(_), Value::Null) => Some("remove the dash, or write `class: …` behind it"),
            _ => None,
        };
        let one = self.push(Code::WrongType, span, at.clone(), message, super::shape::INVALID);
        one.fix = fix;
        one.hint = hint.map(str::to_owned);
        false
    }

    fn type_fix(&self, value: &Value, kind: Type, node: NodeId, at: &Pointer) -> Option<Fix> {
        let document = self.document;
        let class_like = |text: &str| text.contains('.') && !text.contains([':', ' ', '\n', ',']);
        match (kind, value) {
            (Type::String, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Date(_) | Value::DateTime(_)) => {
                let path = at.tokens().last().is_some_and(|token| token == "controller_wheel_path");
                fix::quote_value(document, node, path)
            }
            (Type::Free, _) if !value.is_truthy() => self.bench.remove(at, "remove `parameters`", true),
            (Type::Object(_), Value::Null) => self.bench.remove(at, "remove the empty item", false),
            (Type::Object(_), Value::Str(text)) => {
                let start = document.span(node).start;
                let colon = ["class:", "parameters:"].iter().find(|key| text.starts_with(**key));
                let edit = match colon {
                    Some(key) => Splice::insert(start + key.len(), " "),
                    None if class_like(text) => Splice::insert(start, "class: "),
                    None => return None,
                };
                let label = if colon.is_some() { "put a blank behind the colon" } else { "write `class: ` before it" };
                let fix = fix::of(label, true, vec![edit]);
                let pointed = at.clone();
                self.bench.tried(fix, |new| new.find(&pointed).is_some_and(|node| new.string(node).is_none()))
            }
            (Type::Array(_), Value::Str(class)) if class_like(class) => {
                let entry = json!([{"class": &**class}]);
                self.bench.replace(at, &entry, "make it the class of an entry", true)
            }
            (Type::Array(_), Value::Map(_)) if value.get("class").is_some() => {
                let (first, _) = self.tree.pairs(self.tree.target(node)).next()?;
                let fix = fix::dash(document, first)?;
                self.bench.tried(fix, |new| {
                    new.find(at).is_some_and(|node| new.tree().is_ok_and(|tree| tree.is_sequence(node)))
                })
            }
            _ => None,
        }
    }

    fn unknown_key(&mut self, name: &str, schema: &Object, at: &Pointer) {
        let span = fix::keys(self.document, at, name).last().map_or(Span::empty(0), |&key| self.document.span(key));
        let meant = similar(name, schema);
        let where_ = if at.is_root() { "at the top of this file" } else { "in an entry" };
        let message = format!("unknown key {} {where_}", repr(&Value::str(name)));
        let fix = match meant.filter(|meant| fix::keys(self.document, at, meant).is_empty()) {
            // What was most likely meant is not removed.
            Some(meant) => self.bench.rename(at, name, meant),
            None => self.dash_fix(name, at).or_else(|| self.bench.remove(&at.join(name), "remove it", false)),
        };
        let hint = match (name, self.role, at.is_root()) {
            ("controller_wheel_path", Role::Remote, true) => "it belongs into plugins.yaml".to_owned(),
            ("class" | "parameters", _, true) => "an entry stands in the list below `plugins:`".to_owned(),
            (name, ..) if OLD_KEYS.contains(&name) => {
                "an older development format had it; list the class in remote_plugins.yaml instead".to_owned()
            }
            _ => match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if at.is_root() => "remove it".to_owned(),
                None => "remove it, or move it below `parameters`".to_owned(),
            },
        };
        let one = self.push(Code::UnknownKey, span, at.join(name), message, super::shape::INVALID);
        one.hint = Some(hint);
        one.fix = fix;
    }

    /// Puts the blank behind the dash of `-class: a.B`.
    fn dash_fix(&self, name: &str, at: &Pointer) -> Option<Fix> {
        let entry = name.strip_prefix('-')?;
        let [key] = fix::keys(self.document, at, name)[..] else { return None };
        let edit = Splice::insert(self.document.span(key).start + 1, " ");
        let fix = fix::of("put a blank behind the dash", true, vec![edit]);
        let is_item = |new: &Document| crate::config::model::entries(new).iter().any(|one| one.class.is_some());
        (entry == "class").then(|| self.bench.tried(fix, is_item))?
    }

    fn keys_not_strings<'v>(&mut self, bad: impl Iterator<Item = &'v Value>, at: &Pointer, idle: bool) {
        let document = self.document;
        let mut bad = bad.peekable();
        if bad.peek().is_none() {
            return;
        }
        let mut written = typed_keys(document, at);
        written.retain(|(_, value)| value.as_str().is_none());
        for key in bad.take(MOST_OF_A_KIND) {
            let node = written.iter().rev().find(|(_, value)| value.same_key(key)).map(|(node, _)| *node);
            let span = node.map_or(Span::empty(0), |node| document.span(node));
            let source = span.of(document.text()).to_owned();
            let message = format!("the key `{source}` is {} to YAML 1.1, not a string", plain_type(key));
            let at = at.join(&source);
            // No such key means anything to SkyPilot, with or without quotes.
            let fix = self.bench.remove(&at, "remove it", idle);
            let one = self.push(Code::KeyNotString, span, at, message, "TypeError");
            one.hint = Some("remove it, or put quotes around a name that belongs elsewhere".to_owned());
            one.fix = fix;
        }
    }

    fn first_line(&self, span: Span) -> Span {
        let end = crate::text::end_of_line(self.document.text(), span.start);
        Span::new(span.start, span.end.min(end))
    }
}

fn start_of_line(text: &str, at: usize) -> usize {
    let start = crate::text::start_of_line(text, at);
    // The byte order mark stays in front of all.
    if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { start }
}

fn line_break(text: &str) -> &str {
    let end = crate::text::end_of_line(text, 0);
    if end < text.len() { &text[end..end + crate::text::break_width(text.as_bytes(), end)] } else { "\n" }
}

/// Returns the keys of a mapping, with those that it merges, and what they are.
pub(super) fn typed_keys(document: &Document, mapping: &Pointer) -> Vec<(NodeId, Value)> {
    let (Ok(tree), Some(node)) = (document.tree(), document.find(mapping)) else { return Vec::new() };
    let pairs = document.effective_pairs(tree.target(node));
    pairs.iter().filter_map(|pair| Some((pair.key, document.value(pair.key)?))).collect()
}

/// Returns how people call the type of a value.
pub(super) fn plain_type(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Int(_) | Value::BigInt(_) => "a whole number".to_owned(),
        Value::Float(_) => "a number".to_owned(),
        Value::Str(_) => "a string".to_owned(),
        Value::Date(_) => "a date".to_owned(),
        Value::DateTime(_) => "a date with a time".to_owned(),
        Value::List(_) => "a list".to_owned(),
        Value::Map(_) => "a mapping".to_owned(),
        _ => format!("a {}", python_type(value)),
    }
}
