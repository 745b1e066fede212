//! All that the reader and the schema refuse, each with its place and, where one is obvious, its fix.
//!
//! `shape` gives the verdict, which is about the first problem alone; here all
//! are found. Where a file is refused and nothing was found, the verdict itself
//! becomes the diagnostic, so that no refusal goes without a word.

use serde_json::json;

use super::diagnostic::{Code, Diagnostic, Fix, Place, Severity};
use super::repr::{python_type, repr};
use super::shape::{holds, similar, verdict};
use super::{Status, syntax};
use crate::config::schema::{self, Object, Type};
use crate::config::{Content, Role, Unreadable, UnreadableReason, Workspace};
use crate::text::{Span, Splice};
use crate::yaml::{Document, NodeId, Pointer, Value};

/// Returns what a refused file means for SkyPilot.
pub(super) const fn consequence(role: Role) -> &'static str {
    match role {
        Role::Api => "the API server does not start",
        Role::Remote => "every controller launch fails",
    }
}

/// Finds all that is refused in one file.
pub(super) fn diagnose(workspace: &Workspace, role: Role, found: &mut Vec<Diagnostic>) {
    let file = workspace.file(role);
    match &file.content {
        Content::Absent => {}
        Content::Unreadable(why) => found.push(unreadable(workspace, role, why)),
        Content::Text(document) => {
            let before = found.len();
            match document.data() {
                Err(error) => found.push(syntax::diagnose(workspace, role, document, error)),
                Ok(data) => Finder { workspace, role, document, found }.top(data),
            }
            let verdict = verdict(file, role);
            let told = found[before..].iter().any(|d| d.severity == Severity::Error);
            if !matches!(verdict.status, Status::Ok | Status::Absent) && !told {
                let message = verdict.message.unwrap_or_else(|| "SkyPilot refuses the file".to_owned());
                let effect = format!("{}: {}.", verdict.exception.unwrap_or("the process dies"), consequence(role));
                let place = Place::file(workspace, role);
                found.push(Diagnostic::new(Code::WrongType, Severity::Error, place, message, effect));
            }
        }
    }
}

fn unreadable(workspace: &Workspace, role: Role, why: &Unreadable) -> Diagnostic {
    let consequence = consequence(role);
    let (code, effect) = match why.reason {
        UnreadableReason::Encoding { .. } => (Code::NotUtf8, format!("It raises UnicodeDecodeError: {consequence}.")),
        UnreadableReason::Endless => (Code::Endless, format!("It waits for ever: {consequence}.")),
        UnreadableReason::Directory => (Code::Unreadable, format!("It raises IsADirectoryError: {consequence}.")),
        UnreadableReason::Permission => (Code::Unreadable, format!("It raises PermissionError: {consequence}.")),
        UnreadableReason::TooLarge | UnreadableReason::Other => {
            (Code::Unreadable, format!("It raises an exception or needs very long: {consequence}."))
        }
    };
    let message = format!("{} cannot be read: {}", role.file_name(), why.problem);
    // What lies at the path is no text: nothing of ours can be saved there.
    Diagnostic::new(code, Severity::Error, Place::file(workspace, role), message, effect)
}

struct Finder<'a> {
    workspace: &'a Workspace,
    role: Role,
    document: &'a Document,
    found: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    fn push(&mut self, code: Code, span: Span, at: Pointer, message: String, exception: &str) -> &mut Diagnostic {
        let place = Place::span(self.workspace, self.role, self.document, span, Some(at));
        let effect = format!("It raises {exception}: {}.", consequence(self.role));
        self.found.push(Diagnostic::new(code, Severity::Error, place, message, effect));
        self.found.last_mut().expect("it was just pushed")
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
            let span = self.span(&root);
            let hint = match data {
                Value::List(_) => "put `plugins:` above the list",
                Value::Str(_) => "write `plugins:` with a list under it; a colon needs a blank behind it",
                _ => "write `plugins:` with a list under it",
            };
            self.push(Code::TopLevel, span, root, message, "AttributeError").hint = Some(hint.to_owned());
            return;
        };
        let kept: Vec<(Value, Value)> = pairs.iter().filter(|(_, v)| !matches!(v, Value::Null)).cloned().collect();
        self.object(&kept, schema::of(self.role), &root);
        for (key, _) in pairs.iter().filter(|(k, v)| k.as_str().is_none() && matches!(v, Value::Null)) {
            self.key_not_string(key, &root);
        }
    }

    fn object(&mut self, pairs: &[(Value, Value)], schema: &Object, at: &Pointer) {
        let get = |name: &str| pairs.iter().find(|(k, _)| k.as_str() == Some(name)).map(|(_, v)| v);
        for property in schema.properties.iter().filter(|p| p.required && get(p.name).is_none()) {
            let span = self.first_line(self.span(at));
            let message = format!("this entry has no `{}`", property.name);
            let misspelled =
                pairs.iter().filter_map(|(k, _)| k.as_str()).find(|k| similar(k, schema) == Some(property.name));
            let hint = match misspelled {
                Some(key) => format!("`{key}` is not `{}`", property.name),
                None => "add `class: module.Class`".to_owned(),
            };
            self.push(Code::MissingClass, span, at.clone(), message, "InvalidSkyPilotConfigError").hint = Some(hint);
        }
        for (key, _) in pairs {
            match key {
                Value::Str(name) if schema.property(name).is_some() => {}
                Value::Str(name) => self.unknown_key(name, schema, at, pairs),
                _ => self.key_not_string(key, at),
            }
        }
        for property in schema.properties {
            let Some(value) = get(property.name) else { continue };
            let below = at.join(property.name);
            if !self.of_type(value, property.kind, &below) {
                continue;
            }
            if let (Type::Array(items), Value::List(values)) = (property.kind, value) {
                for (index, item) in values.iter().enumerate() {
                    let below = below.join(index);
                    if self.of_type(item, Type::Object(items), &below)
                        && let Value::Map(pairs) = item
                    {
                        self.object(pairs, items, &below);
                    }
                }
            }
        }
    }

    fn of_type(&mut self, value: &Value, kind: Type, at: &Pointer) -> bool {
        if holds(self.document, value, kind, at) {
            return true;
        }
        let node = self.document.find(at);
        let span = self.first_line(self.span(at));
        let what = at.to_path();
        let message = format!("{what} is {}, not {}", plain_value(value), kind.plain_name());
        let fix = node.and_then(|node| self.type_fix(value, kind, node, at));
        let one = self.push(Code::WrongType, span, at.clone(), message, "InvalidSkyPilotConfigError");
        one.fix = fix;
        one.hint = match (kind, value) {
            (Type::String, Value::Null) => Some("give it a value, or remove the key".to_owned()),
            (Type::Free, Value::Null) => Some("remove `parameters:`, or put parameters under it".to_owned()),
            (Type::Array(_), Value::Map(_)) => {
                Some("each entry starts with a dash and a blank: `- class: …`".to_owned())
            }
            (Type::Object(_), Value::Str(_)) => {
                Some("write `class: ` before it; a colon needs a blank behind it".to_owned())
            }
            (Type::Object(_), Value::Null) => Some("remove the dash, or write `class: …` behind it".to_owned()),
            _ => None,
        };
        false
    }

    fn type_fix(&self, value: &Value, kind: Type, node: NodeId, at: &Pointer) -> Option<Fix> {
        let tree = self.document.tree().ok()?;
        let source = self.document.source(node);
        let one_line = !source.is_empty() && !source.contains(['\n', '\r', '\'']);
        match (kind, value) {
            (Type::String, Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Date(_) | Value::DateTime(_))
                if one_line && tree.tag(node).is_none() && tree.anchor(node).is_none() && tree.target(node) == node =>
            {
                Some(Fix {
                    label: format!("quote it: '{source}'"),
                    safe: at.tokens().last().is_some_and(|t| t == "controller_wheel_path"),
                    edits: vec![Splice::new(self.document.span(node), format!("'{source}'"))],
                    patch: Some(json!([{"op": "replace", "path": at.to_string(), "value": source}])),
                })
            }
            (Type::Object(_), Value::Str(class)) if one_line && class.contains('.') && !class.contains([':', ' ']) => {
                Some(Fix {
                    label: format!("write class: {source}"),
                    safe: true,
                    edits: vec![Splice::insert(self.document.span(node).start, "class: ")],
                    patch: Some(json!([{"op": "replace", "path": at.to_string(), "value": {"class": &**class}}])),
                })
            }
            _ => None,
        }
        .filter(|fix| self.mends(fix))
    }

    fn unknown_key(&mut self, name: &str, schema: &Object, at: &Pointer, pairs: &[(Value, Value)]) {
        let span = self.key_span(at, name);
        let meant = similar(name, schema);
        let taken = |name: &str| pairs.iter().any(|(k, _)| k.as_str() == Some(name));
        let where_ = if at.is_root() { "at the top of this file" } else { "in an entry" };
        let message = format!("unknown key {} {where_}", repr(&Value::str(name)));
        let fix = meant.filter(|meant| !taken(meant)).map(|meant| Fix {
            label: format!("rename it to {meant}"),
            safe: true,
            edits: vec![Splice::new(span, meant)],
            patch: Some(json!([{"op": "move", "from": at.join(name).to_string(), "path": at.join(meant).to_string()}])),
        });
        let fix = fix.filter(|_| !span.is_empty()).filter(|fix| self.mends(fix));
        let hint = match (name, self.role, at.is_root()) {
            ("controller_wheel_path", Role::Remote, true) => "it belongs into plugins.yaml".to_owned(),
            ("upload_to_controller" | "package", ..) => {
                "an older development format had it; list the class in remote_plugins.yaml instead".to_owned()
            }
            _ => match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if at.is_root() => "remove it".to_owned(),
                None => "remove it, or move it below `parameters`".to_owned(),
            },
        };
        let one = self.push(Code::UnknownKey, span, at.join(name), message, "InvalidSkyPilotConfigError");
        one.hint = Some(hint);
        one.fix = fix;
    }

    fn key_not_string(&mut self, key: &Value, at: &Pointer) {
        let node = self.document.find(at);
        let span =
            node.and_then(|node| key_with(self.document, node, key)).map_or(Span::empty(0), |k| self.document.span(k));
        let source = span.of(self.document.text()).to_owned();
        let message = format!("the key `{source}` is {} to YAML 1.1, not a string", plain_value(key));
        let fix = quote_fix(&source, span).filter(|fix| self.mends(fix));
        let one = self.push(Code::KeyNotString, span, at.join(&source), message, "TypeError");
        one.hint = Some("put quotes around it".to_owned());
        one.fix = fix;
    }

    fn key_span(&self, at: &Pointer, name: &str) -> Span {
        let tree = self.document.tree().ok();
        let key =
            tree.zip(self.document.find(at)).and_then(|(tree, node)| self.document.child(tree.target(node), name)?.0);
        key.map_or(Span::empty(0), |key| self.document.span(key))
    }

    fn first_line(&self, span: Span) -> Span {
        let end = crate::text::end_of_line(self.document.text(), span.start);
        Span::new(span.start, span.end.min(end))
    }

    /// Tells whether the text parses once a fix is applied: none is offered that breaks it.
    fn mends(&self, fix: &Fix) -> bool {
        parses(self.document, fix)
    }
}

/// Tells whether the text parses once a fix is applied.
pub(super) fn parses(document: &Document, fix: &Fix) -> bool {
    crate::text::splice(document.text(), &fix.edits).is_ok_and(|text| Document::parse(text).data().is_ok())
}

/// Returns the fix that puts quotes around a key.
pub(super) fn quote_fix(source: &str, span: Span) -> Option<Fix> {
    let plain = !source.is_empty() && !source.contains(['\'', '"', '\n', '!', '&', '*']);
    plain.then(|| Fix {
        label: format!("quote it: '{source}'"),
        safe: true,
        edits: vec![Splice::new(span, format!("'{source}'"))],
        patch: None,
    })
}

/// Returns the key node of a mapping that stands for this value.
pub(super) fn key_with(document: &Document, mapping: NodeId, key: &Value) -> Option<NodeId> {
    let tree = document.tree().ok()?;
    let pairs = document.effective_pairs(tree.target(mapping));
    pairs.iter().rev().map(|pair| pair.key).find(|&node| document.value(node).is_some_and(|v| v.same(key)))
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

fn plain_value(value: &Value) -> String {
    match value {
        Value::Null => "empty".to_owned(),
        Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Cycle => plain_type(value),
        Value::Str(_) => format!("the string {}", repr(value)),
        _ => format!("{} {}", plain_type(value), repr(value)),
    }
}
