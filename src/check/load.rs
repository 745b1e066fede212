//! What passes the schema and stops the server: `load_plugins`, as far as the text tells.
//!
//! The rules are those of `load_plugins` in `sky/server/plugins.py` (0.14.1)
//! with any module importable and any class a plugin.

use std::sync::Arc;

use serde_json::json;

use super::diagnostic::{Code, Diagnostic, Fix, Place, Severity};
use super::fix::Bench;
use super::known::Known;
use super::refusal::{MOST_OF_A_KIND, consequence, plain_type, typed_keys};
use super::repr::python_type;
use super::{Load, LoadEntry, Outcome, Status, Verdict, fix};
use crate::config::{ConfigFile, Content, Role, Workspace, model};
use crate::text::{Span, Splice};
use crate::yaml::{Document, NodeId, Pointer, Value};

/// What every module object has: found, but no plugin class. The first line is
/// the module's own, the rest every Python object's. (`__file__` is left out: some have none.)
#[rustfmt::skip]
const MODULE_ATTRIBUTES: [&str; 30] = [
    "__name__", "__spec__", "__package__", "__loader__", "__doc__", "__dict__", "__annotations__",
    "__class__", "__delattr__", "__dir__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__",
    "__gt__", "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__",
    "__reduce_ex__", "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__",
];

/// A class that loads.
const SOME_CLASS: &str = "a.B";

/// Says what becomes of the list of a file at load; an entry of which nothing is to be told is imported.
#[must_use]
pub(super) fn load(file: &ConfigFile, verdict: &Verdict, known: &Known) -> Load {
    let nothing = Load { exception: None, message: None, list: None };
    let Content::Text(document) = &file.content else {
        if verdict.status == Status::Absent {
            return nothing;
        }
        return Load { exception: verdict.exception, message: verdict.message.clone(), ..nothing };
    };
    if verdict.status != Status::Ok {
        return Load { exception: verdict.exception, message: verdict.message.clone(), ..nothing };
    }
    let data = model::effective(document);
    let items = match data.get("plugins") {
        None => return nothing,
        Some(Value::List(items)) => items,
        Some(other) => {
            let message = format!("'{}' object is not iterable", python_type(other));
            return Load { exception: Some("TypeError"), message: Some(message), ..nothing };
        }
    };
    let open = items.iter().enumerate().filter(|(index, _)| !known.is_quiet(*index));
    let (exception, message) = open.filter_map(|(_, item)| failure(item)).map(|(_, e, m)| (e, m)).next().unzip();
    Load { exception, message, list: Some(Arc::clone(items)) }
}

/// Returns what stops an item of a list.
fn failure(item: &Value) -> Option<(Outcome, &'static str, String)> {
    entry(item.get("class").and_then(Value::as_str).unwrap_or_default(), item.get("parameters"))
}

impl Load {
    /// Returns what becomes of each entry by itself.
    #[must_use]
    pub fn entries(&self) -> Vec<LoadEntry> {
        let entry = |(index, item): (usize, &Value)| {
            let class = item.get("class").and_then(Value::as_str).unwrap_or_default().to_owned();
            let outcome = failure(item).map_or(Outcome::WouldImport, |(outcome, ..)| outcome);
            LoadEntry { index, class, outcome }
        };
        self.list.iter().flat_map(|items| items.iter()).enumerate().map(entry).collect()
    }
}

/// Returns what stops one entry: the outcome, the exception and its message.
#[must_use]
pub(super) fn entry(class: &str, parameters: Option<&Value>) -> Option<(Outcome, &'static str, String)> {
    let Some((module, name)) = class.rsplit_once('.') else {
        let message = "not enough values to unpack (expected 2, got 1)";
        return Some((Outcome::BadClassPath, "ValueError", message.to_owned()));
    };
    if module.is_empty() {
        return Some((Outcome::BadModule, "ValueError", "Empty module name".to_owned()));
    }
    if module.starts_with('.') {
        let message = format!("the 'package' argument is required to perform a relative import for '{module}'");
        return Some((Outcome::BadModule, "TypeError", message));
    }
    if name.is_empty() {
        let message = format!("Could not find plugin {name} class in module {module}. ");
        return Some((Outcome::BadAttribute, "AttributeError", message));
    }
    if MODULE_ATTRIBUTES.contains(&name) {
        return Some((Outcome::NotAPlugin, "TypeError", "issubclass() arg 1 must be a class".to_owned()));
    }
    let pairs = parameters.and_then(Value::as_map).unwrap_or_default();
    if pairs.iter().any(|(key, _)| key.as_str().is_none()) {
        return Some((Outcome::BadParameters, "TypeError", "keywords must be strings".to_owned()));
    }
    if pairs.iter().any(|(key, _)| key.as_str() == Some("self")) {
        let message = format!("{name}.__init__() got multiple values for argument 'self'");
        return Some((Outcome::BadParameters, "TypeError", message));
    }
    None
}

/// Finds all that stops the load of one file's list.
///
/// What the schema refuses is not loaded; what would stop the load then is told
/// all the same, so that mending the one does not bring the other to light.
pub(super) fn diagnose(workspace: &Workspace, role: Role, budget: usize, known: &Known, found: &mut Vec<Diagnostic>) {
    let Content::Text(document) = &workspace.file(role).content else { return };
    if document.data().is_err() {
        return;
    }
    let data = model::effective(document);
    let most = found.len() + MOST_OF_A_KIND;
    let bench = Bench::new(document, role, budget);
    let mut finder = Finder { workspace, role, document, bench, found };
    match data.get("plugins") {
        Some(Value::Null) => finder.plugins_null(),
        Some(Value::List(items)) => {
            for (index, item) in items.iter().enumerate().filter(|(index, _)| !known.is_quiet(*index)) {
                // A class that is no string is told elsewhere.
                let class = item.get("class").and_then(Value::as_str).unwrap_or(SOME_CLASS);
                if entry(class, item.get("parameters")).is_none() {
                    continue;
                }
                let at = Pointer::from_tokens(["plugins".to_owned(), index.to_string()]);
                if let Some((outcome, exception, _)) = entry(class, None) {
                    finder.class(&at.join("class"), class, outcome, exception);
                }
                finder.parameters(&at.join("parameters"), item);
                if finder.found.len() >= most {
                    return;
                }
            }
        }
        _ => {}
    }
}

struct Finder<'a> {
    workspace: &'a Workspace,
    role: Role,
    document: &'a Document,
    bench: Bench<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    fn push(&mut self, code: Code, span: Span, at: Pointer, message: &str, effect: &str) -> &mut Diagnostic {
        let place = Place::span(self.workspace, self.role, self.document, span, Some(at));
        self.found.push(Diagnostic::new(code, Severity::Error, place, message, effect));
        self.found.last_mut().expect("it was just pushed")
    }

    fn class(&mut self, at: &Pointer, class: &str, outcome: Outcome, exception: &str) {
        let document = self.document;
        let what = match outcome {
            Outcome::BadClassPath if class.is_empty() => "`class` is empty".to_owned(),
            Outcome::BadClassPath => format!("'{class}' has no module part"),
            Outcome::BadModule => format!("'{class}' has nothing, or a dot, where the module should stand"),
            Outcome::BadAttribute => format!("'{class}' ends in a dot: the class is missing"),
            _ => format!("'{class}' names something that every module has, not a plugin class"),
        };
        let consequence = consequence(self.role);
        let effect = format!("It raises {exception}: {consequence}, and what stands below in the list is not loaded.");
        let span = document.find(at).map_or(Span::empty(0), |node| document.span(node));
        let meant = fix::mended_class(class).filter(|meant| entry(meant, None).is_none());
        let fix = meant.and_then(|meant| self.bench.replace(at, &json!(meant), format!("write {meant}"), false));
        let one = self.push(Code::ClassPath, span, at.clone(), &what, &effect);
        one.hint = Some("write the full path: package.module.Class".to_owned());
        one.fix = fix;
    }

    fn plugins_null(&mut self) {
        let document = self.document;
        let at = Pointer::from_tokens(["plugins"]);
        let effect = format!("It raises TypeError, 'NoneType' object is not iterable: {}.", consequence(self.role));
        let value = document.find(&at).map_or(Span::empty(0), |node| document.span(node));
        // An empty value has no bytes: the key is pointed at.
        let tree = document.tree().ok();
        let key = tree.and_then(|t| document.child(t.target(t.root()?), "plugins")?.0).map(|key| document.span(key));
        let shown = if value.is_empty() { key.unwrap_or(value) } else { value };
        let edit = match (value.is_empty(), key) {
            (true, Some(key)) => {
                let colon = document.text()[key.end..].find(':');
                colon.map(|colon| Splice::insert(key.end + colon + 1, " []"))
            }
            _ => Some(Splice::new(value, "[]")),
        };
        let fix = edit.and_then(|edit| {
            let patch = Some(json!([{"op": "replace", "path": "/plugins", "value": []}]));
            let fix = Fix { patch, ..fix::of("write plugins: []", true, vec![edit]) };
            self.bench.tried(fix, |new| model::list(new).is_some())
        });
        let one = self.push(Code::PluginsNull, shown, at, "`plugins:` has no value", &effect);
        one.hint = Some("write `plugins: []`, or remove the key".to_owned());
        one.fix = fix;
    }

    fn parameters(&mut self, at: &Pointer, item: &Value) {
        let document = self.document;
        let pairs = item.get("parameters").and_then(Value::as_map).unwrap_or_default();
        let is_bad = |key: &Value| key.as_str().is_none_or(|name| name == "self");
        let mut written = typed_keys(document, at);
        written.retain(|(_, value)| is_bad(value));
        for key in pairs.iter().map(|(key, _)| key).filter(|key| is_bad(key)).take(MOST_OF_A_KIND) {
            let nodes: Vec<NodeId> =
                written.iter().filter(|(_, value)| value.same_key(key)).map(|(node, _)| *node).collect();
            let span = nodes.last().map_or(Span::empty(0), |&node| document.span(node));
            let source = span.of(document.text());
            let place = at.join(if key.as_str().is_some() { "self" } else { source });
            let effect = format!("It raises TypeError: {}.", consequence(self.role));
            let (message, hint, fix) = if key.as_str().is_some() {
                let fix = self.bench.remove(&place, "remove it", false);
                ("a parameter cannot be called `self`".to_owned(), "give it another name", fix)
            } else {
                let what = plain_type(key);
                let message = format!("the parameter name `{source}` is {what} to YAML 1.1, not a string");
                (message, "put quotes around it", fix::quote(document, &nodes, true))
            };
            let one = self.push(Code::ParameterName, span, place, &message, &effect);
            one.hint = Some(hint.to_owned());
            one.fix = fix;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn class_paths_fail_as_python_splits_and_imports_them() {
        let outcome = |class: &str| entry(class, None).map(|(outcome, exception, _)| (outcome, exception));
        assert_eq!(outcome("NoDot"), Some((Outcome::BadClassPath, "ValueError")));
        assert_eq!(outcome(".X"), Some((Outcome::BadModule, "ValueError")));
        assert_eq!(outcome("..X"), Some((Outcome::BadModule, "TypeError")));
        assert_eq!(outcome("a."), Some((Outcome::BadAttribute, "AttributeError")));
        assert_eq!(outcome("a.__name__"), Some((Outcome::NotAPlugin, "TypeError")));
        assert_eq!(outcome("a.__doc__"), Some((Outcome::NotAPlugin, "TypeError")));
        assert_eq!(outcome("a.__main__"), None);
        assert_eq!(outcome("a..b"), None);
        assert_eq!(outcome("a b.C"), None);
    }
}
