//! Parameters that YAML 1.1 types in a way that surprises, and those without a value.

use std::collections::HashSet;

use super::diagnostic::{Code, Diagnostic, Place};
use super::fix;
use super::refusal::MOST_OF_A_KIND;
use crate::config::model::Row;
use crate::config::{Role, Workspace, secret};
use crate::text::Span;
use crate::yaml::{Document, Kind, NodeId, ScalarStyle, Tree, Value, common_int};

/// Finds what the parameters of a list hold that was most likely not meant.
pub(super) fn diagnose(
    workspace: &Workspace,
    role: Role,
    document: &Document,
    entries: &[Row<'_>],
    found: &mut Vec<Diagnostic>,
) {
    if let Ok(tree) = document.tree() {
        Finder { workspace, role, document, found }.parameters(tree, entries);
    }
}

struct Finder<'a> {
    workspace: &'a Workspace,
    role: Role,
    document: &'a Document,
    found: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    fn push(&mut self, code: Code, node: NodeId, span: Span, message: String, effect: &str) -> &mut Diagnostic {
        let at = Some(self.document.pointer_to(node));
        let place = Place::span(self.workspace, self.role, self.document, span, at);
        self.found.push(Diagnostic::new(code, code.severity(), place, message, effect));
        self.found.last_mut().expect("it was just pushed")
    }

    /// Tells of parameters that YAML 1.1 types in a way that surprises, and of empty ones.
    fn parameters(&mut self, tree: &Tree, entries: &[Row<'_>]) {
        let document = self.document;
        let mut seen = HashSet::new();
        let (mut surprises, mut empty) = (0, 0);
        for root in entries.iter().filter_map(|entry| entry.parameters).map(|node| tree.target(node)) {
            // Aliases let entries share their parameters.
            if !seen.insert(root) {
                continue;
            }
            // The names of parameters themselves must be strings: that is an error, told elsewhere.
            let mut open: Vec<NodeId> = tree.pairs(root).rev().map(|(_, value)| value).collect();
            while let Some(node) = open.pop() {
                open.extend(tree.children(node).iter().rev());
                if tree.kind(node) != Kind::Scalar(ScalarStyle::Plain) || tree.tag(node).is_some() {
                    continue;
                }
                let source = document.scalar(node);
                if source.is_empty() && document.span(node).is_empty() {
                    empty += 1;
                    if empty <= MOST_OF_A_KIND {
                        self.empty_value(tree, node);
                    }
                } else if may_surprise(source)
                    && let Some(read) = surprise(source, document.value(node).as_ref())
                {
                    surprises += 1;
                    if surprises <= MOST_OF_A_KIND {
                        self.surprise(node, &read);
                    }
                }
            }
        }
    }

    fn surprise(&mut self, node: NodeId, read: &Read) {
        let document = self.document;
        let hidden = secret::is_secret_node(document, node);
        let message = format!("`{}` is {}", fix::shown(document, node), read.told(hidden));
        let fix = fix::quote_value(document, node, false);
        let effect = "The plugin gets what PyYAML reads.";
        let one = self.push(Code::YamlSurprise, node, document.span(node), message, effect);
        one.hint = Some("put quotes around it if a string is meant".to_owned());
        one.fix = fix;
    }

    fn empty_value(&mut self, tree: &Tree, node: NodeId) {
        let document = self.document;
        let Some(mapping) = tree.parent(node) else { return };
        let Some((key, _)) = tree.pairs(mapping).find(|(_, value)| *value == node) else { return };
        let text = document.text();
        let key = document.span(key);
        let behind = &text[key.end..crate::text::end_of_line(text, key.end)];
        let comment = behind.trim_start_matches([':', ' ', '\t']).starts_with('#');
        let hint = if comment {
            "what starts with `#` is a comment: put quotes around it if it is the value"
        } else {
            "give it a value, write `null` if that is meant, or remove it"
        };
        let message = format!("{} has no value", document.pointer_to(node).to_path());
        let one = self.push(Code::EmptyValue, node, key, message, "The plugin gets None.");
        one.hint = Some(hint.to_owned());
    }
}

/// What a scalar is to PyYAML, where that surprises people.
#[derive(Debug, PartialEq, Eq)]
struct Read {
    /// The type: `boolean`.
    kind: &'static str,
    /// The value, where it is another than what stands there.
    value: Option<String>,
    /// What it is not, though it looks so.
    not: Option<&'static str>,
}

impl Read {
    fn told(&self, hidden: bool) -> String {
        let what = match &self.value {
            Some(value) if !hidden => format!("the {} {value}", self.kind),
            _ => format!("a {}", self.kind),
        };
        let not = self.not.map_or_else(String::new, |not| format!(", not a {not}"));
        format!("{what} to YAML 1.1{not}")
    }
}

/// Tells by its looks whether a plain scalar may surprise: most do not.
fn may_surprise(source: &str) -> bool {
    source.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'y' | 'Y' | 'n' | 'N' | 'o' | 'O'))
        && common_int(source).is_none()
}

/// Says what a plain scalar is to YAML 1.1, where that surprises people.
fn surprise(source: &str, value: Option<&Value>) -> Option<Read> {
    let lower = source.to_ascii_lowercase();
    let valued = |kind, value: String| Some(Read { kind, value: Some(value), not: None });
    let other = |kind, not| Some(Read { kind, value: None, not: Some(not) });
    match value? {
        Value::Bool(is) if !matches!(lower.as_str(), "true" | "false") => valued("boolean", is.to_string()),
        Value::Int(is) if source.trim_start_matches('+') != is.to_string() => valued("number", is.to_string()),
        Value::Float(is) if source.contains([':', '_']) => valued("number", is.to_string()),
        Value::Date(_) => other("date", "string"),
        Value::DateTime(_) => other("date with a time", "string"),
        Value::Str(_) if looks_like_a_number(&lower) => other("string", "number"),
        _ => None,
    }
}

/// `1e3`, `0o17`, `08`: numbers to people and to YAML 1.2.
fn looks_like_a_number(text: &str) -> bool {
    let digits = text.trim_start_matches(['-', '+']);
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let octal = digits.strip_prefix("0o").is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit()));
    octal || digits.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprises_are_those_of_yaml_1_1() {
        let told = |source: &str| {
            let document = Document::parse(format!("k: {source}\n"));
            let value = document.data().expect("valid").get("k").cloned();
            surprise(source, value.as_ref()).map(|read| read.told(false))
        };
        assert_eq!(told("yes").as_deref(), Some("the boolean true to YAML 1.1"));
        assert_eq!(told("010").as_deref(), Some("the number 8 to YAML 1.1"));
        assert_eq!(told("1_0.5").as_deref(), Some("the number 10.5 to YAML 1.1"));
        assert_eq!(told("2026-01-01").as_deref(), Some("a date to YAML 1.1, not a string"));
        assert_eq!(told("1e3").as_deref(), Some("a string to YAML 1.1, not a number"));
        assert_eq!(told("0o17").as_deref(), Some("a string to YAML 1.1, not a number"));
        for plain in ["true", "10", "-3", "1.5", "text", "null", "1.2.3"] {
            assert_eq!(told(plain), None, "{plain}");
        }
    }
}
