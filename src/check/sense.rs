//! What SkyPilot accepts and what will not do what was meant, as far as the text tells.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::diagnostic::{Code, Diagnostic, Fix, Place};
use super::fix::{self, Bench};
use super::known::Known;
use super::refusal::{MOST_OF_A_KIND, consequence};
use super::syntax::is_allowed;
use super::typing;
use crate::config::model::{self, Row};
use crate::config::{Content, Role, Workspace, schema};
use crate::text::visible::{is_invisible, visible};
use crate::text::{Span, Splice};
use crate::yaml::{Document, NodeId, Pointer, Tree, Value};

/// The number of keys up to which comparing each with each is faster than a hash.
const FEW_KEYS: usize = 8;

/// Finds what is accepted and most likely not meant in one file.
pub(super) fn diagnose(workspace: &Workspace, role: Role, budget: usize, known: &Known, found: &mut Vec<Diagnostic>) {
    let Content::Text(document) = &workspace.file(role).content else { return };
    let bench = Bench::new(document, role, budget);
    let mut finder = Finder { workspace, role, document, bench, found };
    finder.byte_order_mark();
    finder.invisible();
    finder.encrypted();
    let (Ok(tree), Ok(data)) = (document.tree(), document.data()) else { return };
    finder.no_configuration(data);
    finder.directive(tree);
    finder.duplicate_keys(tree, known);
    finder.merges(tree, known);
    finder.ignored_keys();
    let entries: Vec<Row<'_>> = model::rows_of(document, |index| !known.is_quiet(index)).collect();
    finder.entries(&entries);
    if role == Role::Api {
        finder.wheel_path();
    }
    typing::diagnose(workspace, role, document, &entries, found);
}

struct Finder<'a> {
    workspace: &'a Workspace,
    role: Role,
    document: &'a Document,
    bench: Bench<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    fn push(
        &mut self,
        code: Code,
        span: Span,
        at: Option<Pointer>,
        message: impl Into<String>,
        effect: &str,
    ) -> &mut Diagnostic {
        let place = Place::span(self.workspace, self.role, self.document, span, at);
        self.found.push(Diagnostic::new(code, code.severity(), place, message, effect));
        self.found.last_mut().expect("it was just pushed")
    }

    fn byte_order_mark(&mut self) {
        let text = self.document.text();
        let span = Span::new(0, text.len() - text.trim_start_matches('\u{feff}').len());
        if span.is_empty() {
            return;
        }
        let fix = fix::of("remove the byte order mark", true, vec![Splice::delete(span)]);
        let fix = self.bench.harmless(fix);
        let message = "the file starts with a byte order mark";
        let one = self.push(Code::ByteOrderMark, span, None, message, "Its reader takes it off.");
        one.hint = Some("remove it, if no other program needs it".to_owned());
        one.fix = fix;
    }

    fn invisible(&mut self) {
        let document = self.document;
        let text = document.text();
        // What cannot be seen and is ASCII, YAML does not allow.
        if text.is_ascii() {
            return;
        }
        let start = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut before = ' ';
        let mut count = 0;
        for (at, c) in text[start..].char_indices() {
            let joins = matches!(c, '\u{200d}' | '\u{fe0e}' | '\u{fe0f}') && !before.is_ascii();
            before = c;
            // What YAML does not allow at all is an error, told elsewhere.
            let odd = (is_invisible(c) && is_allowed(c) && !joins) || c == '\u{a0}';
            if !odd || matches!(c, '\n' | '\r' | '\t') {
                continue;
            }
            count += 1;
            if count > MOST_OF_A_KIND {
                return;
            }
            let span = Span::new(start + at, start + at + c.len_utf8());
            let (name, instead, label) = match c {
                '\u{a0}' => ("\\xa0 (no-break space)".to_owned(), " ", "write a blank instead"),
                '\u{85}' | '\u{2028}' | '\u{2029}' => (visible(&c.to_string()).into_owned(), "\n", "break the line"),
                _ => (visible(&c.to_string()).into_owned(), "", "remove it"),
            };
            let fix = fix::of(label, false, vec![Splice::new(span, instead)]);
            let fix = self.bench.harmless(fix);
            let message = format!("an invisible character: {name}");
            let effect = "It reads something else than the file looks like.";
            let one = self.push(Code::Invisible, span, None, message, effect);
            one.hint = Some("remove it, or write it as an escape in double quotes".to_owned());
            one.fix = fix;
        }
    }

    fn encrypted(&mut self) {
        let sops = matches!(model::effective(self.document).get("sops"), Some(Value::Map(_)));
        let vault = self.document.text().starts_with("$ANSIBLE_VAULT;");
        if !sops && !vault {
            return;
        }
        let (name, hint) = if sops {
            ("sops", "edit it with `sops edit`, and give the server the decrypted file")
        } else {
            ("ansible-vault", "edit it with `ansible-vault edit`, and give the server the decrypted file")
        };
        let message = format!("this looks like a file of {name}");
        let one = self.push(Code::Encrypted, Span::empty(0), None, message, "It decrypts nothing.");
        one.hint = Some(hint.to_owned());
    }

    fn no_configuration(&mut self, data: &Value) {
        if data.is_truthy() || matches!(data, Value::Map(_)) {
            return;
        }
        let text = self.document.text();
        let message = match self.document.tree().ok().and_then(Tree::root) {
            Some(root) if !self.document.span(root).is_empty() => {
                format!("`{}` counts as no configuration", fix::shown(self.document, root))
            }
            _ if text.contains('#') => "the file holds comments alone".to_owned(),
            _ => "the file is empty".to_owned(),
        };
        let effect = "It loads no plugins, without a word.";
        self.push(Code::NoConfiguration, Span::empty(0), None, message, effect);
    }

    /// Tells of `%YAML 1.2`, which changes nothing.
    fn directive(&mut self, tree: &Tree) {
        let document = self.document;
        let text = document.text();
        let content = tree.root().map_or(text.len(), |root| document.span(root).start);
        let mut line = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        while line < content {
            let end = crate::text::end_of_line(text, line);
            let words: Vec<&str> = text[line..end].split_whitespace().collect();
            if let ["%YAML", version, ..] = words[..]
                && version != "1.1"
            {
                let span = Span::new(line, end);
                let whole = Span::new(line, crate::text::next_line(text, line));
                let fix = fix::of("remove the line", true, vec![Splice::delete(whole)]);
                let fix = self.bench.tried(fix, |new| new.data().ok() == document.data().ok());
                let message = format!("`%YAML {version}` is not heeded");
                let effect = "PyYAML reads YAML 1.1 all the same: `yes` is a boolean, `010` is 8.";
                let one = self.push(Code::YamlDirective, span, None, message, effect);
                one.hint = Some("remove the line".to_owned());
                one.fix = fix;
            }
            line = crate::text::next_line(text, line);
        }
    }

    fn duplicate_keys(&mut self, tree: &Tree, known: &Known) {
        let document = self.document;
        let mut count = 0;
        for node in known.nodes(document, tree).filter(|&node| tree.is_mapping(node)) {
            for (first, second) in equal_keys(document, tree, node) {
                count += 1;
                if count > MOST_OF_A_KIND {
                    return;
                }
                self.duplicate_key(tree, node, first, second);
            }
        }
    }

    fn duplicate_key(&mut self, tree: &Tree, mapping: NodeId, first: NodeId, second: NodeId) {
        let document = self.document;
        let name = document.key_token(second);
        let at = document.pointer_to(second);
        let line = document.position(document.span(first).start).line;
        let entry = tree.parent(mapping).is_some_and(|list| model::list(document).is_some_and(|(l, _)| l == list));
        let span = document.span(second);
        if name == "class" && entry && !tree.is_flow(mapping) {
            let message = format!("a second `class` in the entry that starts on line {line}");
            let effect = "PyYAML takes the last one: the first plugin is not loaded, without a word.";
            let fix = self.dash_fix(tree, mapping, second);
            let one = self.push(Code::ForgottenDash, span, Some(at), message, effect);
            one.hint = Some("put `- ` before it".to_owned());
            one.fix = fix;
            return;
        }
        let message = format!("the key `{name}` stands twice, first on line {line}");
        let effect = "PyYAML takes the last one; the first is lost without a word.";
        let fix = self.bench.drop_pair(mapping, first);
        let one = self.push(Code::DuplicateKey, span, Some(at), message, effect);
        one.hint = Some("remove one of them".to_owned());
        one.fix = fix;
    }

    /// Tells of mappings that merge several others with the same key: which one
    /// wins differs between releases of PyYAML.
    fn merges(&mut self, tree: &Tree, known: &Known) {
        let document = self.document;
        let mappings = known.nodes(document, tree).filter(|&node| tree.is_mapping(node));
        let merging = mappings.filter_map(|node| {
            let merges = |(key, _): &(NodeId, NodeId)| document.key_is(*key, "<<");
            Some((node, tree.pairs(node).find(merges)?.0))
        });
        for (node, merge) in merging.take(MOST_OF_A_KIND) {
            let pairs = document.effective_pairs(node);
            let own: HashSet<&str> =
                pairs.iter().filter(|pair| !pair.merged).map(|pair| document.key_token(pair.key)).collect();
            let mut first: HashMap<&str, NodeId> = HashMap::new();
            let clash = pairs.iter().filter(|pair| pair.merged).find(|pair| {
                let name = document.key_token(pair.key);
                let other = first.insert(name, pair.value);
                let differs = other.is_some_and(|other| document.source(other) != document.source(pair.value));
                differs && !own.contains(name)
            });
            let Some(clash) = clash else { continue };
            let message = format!("two of the merged mappings have `{}`", document.key_token(clash.key));
            let effect = "Up to PyYAML 6.0.3 the first one wins, later the last one.";
            let at = document.pointer_to(merge);
            let one = self.push(Code::MergeOrder, document.span(merge), Some(at), message, effect);
            one.hint = Some("write the key into the mapping itself".to_owned());
        }
    }

    /// Puts the dash before a second `class`, where both are class paths: what was
    /// hidden behind the last one must not be an error.
    fn dash_fix(&self, tree: &Tree, mapping: NodeId, second: NodeId) -> Option<Fix> {
        let document = self.document;
        let classes = tree.pairs(mapping).filter(|(key, _)| document.key_is(*key, "class"));
        let good = |class: String| super::load::entry(&class, None).is_none();
        if !classes.map(|(_, value)| document.string(value)).all(|class| class.is_some_and(good)) {
            return None;
        }
        self.bench.harmless(fix::dash(document, second)?)
    }

    fn ignored_keys(&mut self) {
        let document = self.document;
        let known = schema::of(self.role);
        let data = model::effective(document);
        let nulls = data.as_map().unwrap_or_default().iter().filter(|(_, value)| matches!(value, Value::Null));
        let unknown = nulls.filter_map(|(key, _)| key.as_str()).filter(|name| known.property(name).is_none());
        for name in unknown.take(MOST_OF_A_KIND) {
            let key = fix::keys(document, &Pointer::root(), name).pop();
            let span = key.map_or(Span::empty(0), |key| document.span(key));
            let at = Pointer::from_tokens([name]);
            let fix = self.bench.remove(&at, "remove it", true);
            let message = format!("the key `{name}` is unknown and has no value");
            let effect = "It drops the key; with a value it would refuse the file.";
            let one = self.push(Code::IgnoredKey, span, Some(at), message, effect);
            one.hint = Some("remove it".to_owned());
            one.fix = fix;
        }
    }

    fn entries(&mut self, entries: &[Row<'_>]) {
        let document = self.document;
        let mut first: HashMap<&str, usize> = HashMap::with_capacity(entries.len());
        let mut twice = 0;
        let mut odd = 0;
        for (place, entry) in entries.iter().enumerate() {
            let (Some(class), Some(node)) = (entry.class.as_deref(), entry.class_node) else { continue };
            let span = document.span(node);
            let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
            if class.contains('.') && !class.chars().all(is_name) && odd < MOST_OF_A_KIND {
                odd += 1;
                self.odd_class(class, &entry.pointer().join("class"), span);
            }
            let Some(other) = first.insert(class, place) else { continue };
            if twice < MOST_OF_A_KIND {
                twice += 1;
                self.twice(&entries[other], entry, class, span);
            }
        }
    }

    fn twice(&mut self, other: &Row<'_>, entry: &Row<'_>, class: &str, span: Span) {
        let document = self.document;
        let equal = document.source(other.node) == document.source(entry.node);
        let fix = equal.then(|| self.bench.remove(&entry.pointer(), "remove this entry", true)).flatten();
        let message = format!("{class} is also {}", other.pointer().to_path());
        let effect = "It is constructed and installed twice; the later one stays registered.";
        let one = self.push(Code::DuplicateClass, span, Some(entry.pointer().join("class")), message, effect);
        one.hint = Some("remove one of them, unless that is meant".to_owned());
        one.fix = fix;
    }

    fn odd_class(&mut self, class: &str, at: &Pointer, span: Span) {
        let meant = fix::mended_class(class);
        let safe = meant.as_deref() == Some(class.trim());
        let fix = meant.and_then(|meant| self.bench.replace(at, &json!(meant), format!("write {meant}"), safe));
        let message = format!("'{class}' holds a character that no Python name has");
        let effect = format!("Most likely no such module can be imported: {}.", consequence(self.role));
        let one = self.push(Code::ClassBlank, span, Some(at.clone()), message, &effect);
        one.hint = Some("write the path as `import` would take it".to_owned());
        one.fix = fix;
    }

    fn wheel_path(&mut self) {
        let document = self.document;
        let value = model::wheel_path(document);
        let Some(path) = value.as_ref().and_then(Value::as_str) else { return };
        let at = Pointer::from_tokens(["controller_wheel_path"]);
        let span = document.find(&at).map_or(Span::empty(0), |node| document.span(node));
        let trimmed = path.trim();
        if trimmed != path && !trimmed.is_empty() {
            let message = "`controller_wheel_path` starts or ends with a blank";
            let effect = "It takes the path as it is written: most likely nothing is uploaded.";
            let fix = self.bench.replace(&at, &json!(trimmed), "remove the blank", true);
            let one = self.push(Code::PathBlank, span, Some(at.clone()), message, effect);
            one.hint = Some("remove the blank".to_owned());
            one.fix = fix;
        }
        if path.contains('$') {
            let home = ["$HOME", "${HOME}"].iter().find_map(|name| path.strip_prefix(name));
            let home = home.filter(|rest| (rest.is_empty() || rest.starts_with('/')) && !rest.contains('$'));
            let fix = home.and_then(|rest| {
                let meant = format!("~{rest}");
                self.bench.replace(&at, &json!(meant), format!("write {meant}"), true)
            });
            let message = "`controller_wheel_path` holds a `$`";
            let effect = "It expands no variables: it looks for a directory of that very name.";
            let one = self.push(Code::NoExpansion, span, Some(at), message, effect);
            one.hint = Some("write `~` or the whole path".to_owned());
            one.fix = fix;
        }
    }
}

/// Returns the pairs of equal keys of a mapping, each with the one before it.
fn equal_keys(document: &Document, tree: &Tree, mapping: NodeId) -> Vec<(NodeId, NodeId)> {
    let mut equal = Vec::new();
    if tree.pairs(mapping).len() <= FEW_KEYS {
        for (place, (key, _)) in tree.pairs(mapping).enumerate() {
            let before = tree.pairs(mapping).take(place);
            let token = document.key_token(key);
            let same = before.filter(|(other, _)| document.key_token(*other) == token).last();
            equal.extend(same.map(|(other, _)| (other, key)));
        }
        return equal;
    }
    let mut seen: HashMap<&str, NodeId> = HashMap::new();
    for (key, _) in tree.pairs(mapping) {
        equal.extend(seen.insert(document.key_token(key), key).map(|first| (first, key)));
    }
    equal
}
