//! What passes the schema and stops the server: `load_plugins`, as far as the text tells.
//!
//! The rules are those of `load_plugins` in `sky/server/plugins.py` (0.14.1)
//! with any module importable and any class a plugin.

use serde_json::json;

use super::diagnostic::{Code, Diagnostic, Fix, Place, Severity};
use super::refusal::{consequence, key_with, parses, quote_fix};
use super::repr::{python_type, repr};
use super::{Load, LoadEntry, Outcome, Status, Verdict, shape};
use crate::config::{ConfigFile, Content, Role, Workspace, model};
use crate::text::{Span, Splice};
use crate::yaml::{Document, Pointer, Value};

/// What every module object has: found, but no plugin class. The first line is
/// the module's own, the rest every Python object's. (`__file__` is left out: some have none.)
#[rustfmt::skip]
const MODULE_ATTRIBUTES: [&str; 30] = [
    "__name__", "__spec__", "__package__", "__loader__", "__doc__", "__dict__", "__annotations__",
    "__class__", "__delattr__", "__dir__", "__eq__", "__format__", "__ge__", "__getattribute__", "__getstate__",
    "__gt__", "__hash__", "__init__", "__init_subclass__", "__le__", "__lt__", "__ne__", "__new__", "__reduce__",
    "__reduce_ex__", "__repr__", "__setattr__", "__sizeof__", "__str__", "__subclasshook__",
];

/// Says what becomes of the list of a file at load.
#[must_use]
pub(super) fn load(file: &ConfigFile, verdict: &Verdict) -> Load {
    let nothing = Load { exception: None, message: None, entries: Vec::new() };
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
        Some(Value::List(items)) => items.clone(),
        Some(other) => {
            let message = format!("'{}' object is not iterable", python_type(other));
            return Load { exception: Some("TypeError"), message: Some(message), ..nothing };
        }
    };
    let mut load = nothing;
    for (index, item) in items.iter().enumerate() {
        let class = item.get("class").and_then(Value::as_str).unwrap_or_default();
        let failure = entry(class, item.get("parameters"));
        if let (None, Some((_, exception, message))) = (load.exception, &failure) {
            load.exception = Some(exception);
            load.message = Some(message.clone());
        }
        let outcome = failure.map_or(Outcome::WouldImport, |(outcome, ..)| outcome);
        load.entries.push(LoadEntry { index, class: class.to_owned(), outcome });
    }
    load
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
pub(super) fn diagnose(workspace: &Workspace, role: Role, found: &mut Vec<Diagnostic>) {
    let file = workspace.file(role);
    let Content::Text(document) = &file.content else { return };
    if shape::verdict(file, role).status != Status::Ok {
        return;
    }
    let data = model::effective(document);
    let consequence = consequence(role);
    if let Some(Value::Null) = data.get("plugins") {
        found.push(plugins_null(workspace, role, document));
    }
    for (index, item) in data.get("plugins").and_then(Value::as_list).unwrap_or_default().iter().enumerate() {
        let at = Pointer::from_tokens(["plugins".to_owned(), index.to_string()]);
        let class = item.get("class").and_then(Value::as_str).unwrap_or_default();
        let Some((outcome, exception, _)) = entry(class, None) else {
            parameters(workspace, role, document, &at, item, found);
            continue;
        };
        let at = at.join("class");
        let why = match outcome {
            Outcome::BadClassPath if class.is_empty() => "`class` is empty".to_owned(),
            Outcome::BadClassPath => format!("'{class}' has no module part"),
            Outcome::BadModule => format!("'{class}' has nothing, or a dot, where the module should stand"),
            Outcome::BadAttribute => format!("'{class}' ends in a dot: the class is missing"),
            _ => format!("'{class}' names something that every module has, not a plugin class"),
        };
        let effect = format!("It raises {exception}: {consequence}, and what stands below in the list is not loaded.");
        let place = place(workspace, role, document, &at);
        let one = Diagnostic::new(Code::ClassPath, Severity::Error, place, why, effect);
        found.push(one.hint("write the full path: package.module.Class"));
        parameters(
            workspace,
            role,
            document,
            &Pointer::from_tokens(["plugins".to_owned(), index.to_string()]),
            item,
            found,
        );
    }
}

fn place(workspace: &Workspace, role: Role, document: &Document, at: &Pointer) -> Place {
    let span = document.find(at).map_or(Span::empty(0), |node| document.span(node));
    Place::span(workspace, role, document, span, Some(at.clone()))
}

fn plugins_null(workspace: &Workspace, role: Role, document: &Document) -> Diagnostic {
    let at = Pointer::from_tokens(["plugins"]);
    let effect = format!("It raises TypeError, 'NoneType' object is not iterable: {}.", consequence(role));
    let node = document.find(&at);
    let span = node.map_or(Span::empty(0), |node| document.span(node));
    // An empty value has no bytes: the key is pointed at.
    let tree = document.tree().ok();
    let key = tree.and_then(|t| document.child(t.target(t.root()?), "plugins")?.0).map(|key| document.span(key));
    let shown = if span.is_empty() { key.unwrap_or(span) } else { span };
    let text = if span.is_empty() { " []" } else { "[]" };
    let edit = match (span.is_empty(), key) {
        (true, Some(key)) => {
            document.text()[key.end..].find(':').map(|colon| Splice::insert(key.end + colon + 1, text))
        }
        _ => Some(Splice::new(span, text)),
    };
    let fix = edit.map(|edit| Fix {
        label: "write plugins: []".to_owned(),
        safe: true,
        edits: vec![edit],
        patch: Some(json!([{"op": "replace", "path": "/plugins", "value": []}])),
    });
    let place = Place::span(workspace, role, document, shown, Some(at));
    let one = Diagnostic::new(Code::PluginsNull, Severity::Error, place, "`plugins:` has no value", effect);
    one.hint("write `plugins: []`, or remove the key").fix(fix.filter(|fix| parses(document, fix)))
}

fn parameters(
    workspace: &Workspace,
    role: Role,
    document: &Document,
    entry: &Pointer,
    item: &Value,
    found: &mut Vec<Diagnostic>,
) {
    let at = entry.join("parameters");
    for (key, _) in item.get("parameters").and_then(Value::as_map).unwrap_or_default() {
        let why = match key.as_str() {
            Some("self") => "a parameter cannot be called `self`".to_owned(),
            Some(_) => continue,
            None => format!("the parameter name is {} to YAML 1.1, not a string", repr(key)),
        };
        let node = document.find(&at).and_then(|node| key_with(document, node, key));
        let span = node.map_or(Span::empty(0), |node| document.span(node));
        let source = span.of(document.text());
        let effect = format!("It raises TypeError: {}.", consequence(role));
        let place = Place::span(workspace, role, document, span, Some(at.join(source)));
        let fix = if key.as_str().is_some() { None } else { quote_fix(source, span) };
        let hint = if key.as_str().is_some() { "rename it" } else { "put quotes around it" };
        let one = Diagnostic::new(Code::ParameterName, Severity::Error, place, why, effect);
        found.push(one.hint(hint).fix(fix.filter(|fix| parses(document, fix))));
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
