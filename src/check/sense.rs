//! What SkyPilot accepts and what will not do what was meant; and whether the files matter at all.

use std::collections::{HashMap, HashSet};

use super::Facts;
use super::diagnostic::{Code, Diagnostic, FileKind, Fix, Place, Severity};
use super::refusal::{consequence, parses};
use crate::config::locate::{Environment, locate, variable};
use crate::config::{Content, PathSource, Role, Workspace, model, schema};
use crate::python::Module;
use crate::text::visible::{is_invisible, visible, visible_name};
use crate::text::{Span, Splice};
use crate::yaml::{Document, Kind, NodeId, Pointer, ScalarStyle, Tree, Value};

/// Problems of one kind in one file, beyond which the rest is left out: a
/// report of thousands of equal notes helps nobody.
const MOST_OF_A_KIND: usize = 200;

/// Finds what is accepted and most likely not meant in one file.
pub(super) fn diagnose(workspace: &Workspace, role: Role, found: &mut Vec<Diagnostic>) {
    let Content::Text(document) = &workspace.file(role).content else { return };
    let mut finder = Finder { workspace, role, document, found };
    finder.invisible();
    let Ok(tree) = document.tree() else { return };
    if document.data().is_err() {
        return;
    }
    finder.encrypted();
    finder.duplicate_keys(tree);
    finder.ignored_keys(tree);
    finder.entries();
    finder.surprises(tree);
    if role == Role::Api {
        finder.wheel_path();
    }
}

struct Finder<'a> {
    workspace: &'a Workspace,
    role: Role,
    document: &'a Document,
    found: &'a mut Vec<Diagnostic>,
}

impl Finder<'_> {
    fn push(
        &mut self,
        code: Code,
        severity: Severity,
        span: Span,
        at: Option<Pointer>,
        message: String,
        effect: &str,
    ) -> &mut Diagnostic {
        let place = Place::span(self.workspace, self.role, self.document, span, at);
        self.found.push(Diagnostic::new(code, severity, place, message, effect));
        self.found.last_mut().expect("it was just pushed")
    }

    fn invisible(&mut self) {
        let document = self.document;
        let text = document.text();
        // The byte order mark at the very start is one that SkyPilot takes off.
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let is_odd = |c: char| (is_invisible(c) && !matches!(c, '\n' | '\r' | '\t')) || c == '\u{a0}';
        for (at, c) in text[start..].char_indices().filter(|&(_, c)| is_odd(c)).take(MOST_OF_A_KIND) {
            let span = Span::new(start + at, start + at + c.len_utf8());
            let name =
                if c == '\u{a0}' { "\\xa0 (no-break space)".to_owned() } else { visible(&c.to_string()).into_owned() };
            let message = format!("an invisible character: {name}");
            let effect = "SkyPilot reads something else than the file looks like.";
            let one = self.push(Code::Invisible, Severity::Warning, span, None, message, effect);
            one.hint = Some("remove it, or write it as an escape in double quotes".to_owned());
        }
    }

    fn encrypted(&mut self) {
        let data = model::effective(self.document);
        let text = self.document.text();
        let sops = matches!(data.get("sops"), Some(Value::Map(_)));
        if sops || text.starts_with("$ANSIBLE_VAULT;") {
            let message = format!("this looks like a file of {}", if sops { "sops" } else { "ansible-vault" });
            let one = self.push(
                Code::Encrypted,
                Severity::Warning,
                Span::empty(0),
                None,
                message,
                "SkyPilot decrypts nothing.",
            );
            one.hint =
                Some(if sops { "edit it with `sops edit`" } else { "edit it with `ansible-vault edit`" }.to_owned());
        }
    }

    fn duplicate_keys(&mut self, tree: &Tree) {
        let document = self.document;
        let mut count = 0;
        for node in tree.ids().filter(|&node| tree.is_mapping(node)) {
            let mut seen: HashMap<&str, NodeId> = HashMap::new();
            for (key, _) in tree.pairs(node) {
                let Some(first) = seen.insert(document.key_token(key), key) else { continue };
                count += 1;
                if count > MOST_OF_A_KIND {
                    return;
                }
                self.duplicate_key(tree, node, first, key);
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
            let fix = self.dash_fix(span);
            let one = self.push(Code::ForgottenDash, Severity::Warning, span, Some(at), message, effect);
            one.hint = Some("put `- ` before it".to_owned());
            one.fix = fix;
            return;
        }
        let message = format!("the key `{}` stands twice, first on line {line}", visible(name));
        let effect = "PyYAML takes the last one; the first is lost without a word.";
        let one = self.push(Code::DuplicateKey, Severity::Warning, span, Some(at), message, effect);
        one.hint = Some("remove one of them".to_owned());
    }

    fn dash_fix(&self, key: Span) -> Option<Fix> {
        let text = self.document.text();
        let start = crate::text::start_of_line(text, key.start);
        let blanks = Span::new(key.start.checked_sub(2)?, key.start);
        if blanks.start < start || blanks.of(text) != "  " || !text[start..key.start].trim().is_empty() {
            return None;
        }
        let fix = Fix {
            label: "insert the dash".to_owned(),
            safe: true,
            edits: vec![Splice::new(blanks, "- ")],
            patch: None,
        };
        parses(self.document, &fix).then_some(fix)
    }

    fn ignored_keys(&mut self, tree: &Tree) {
        let document = self.document;
        let Some(root) = tree.root() else { return };
        let known = schema::of(self.role);
        let data = model::effective(document);
        for (key, value) in data.as_map().unwrap_or_default() {
            let (Some(name), Value::Null) = (key.as_str(), value) else { continue };
            if known.property(name).is_some() {
                continue;
            }
            let span = document
                .child(tree.target(root), name)
                .and_then(|(key, _)| key)
                .map_or(Span::empty(0), |k| document.span(k));
            let at = Some(Pointer::from_tokens([name]));
            let message = format!("the key `{}` is unknown and has no value", visible(name));
            let one = self.push(
                Code::IgnoredKey,
                Severity::Info,
                span,
                at,
                message,
                "SkyPilot drops it; with a value it would refuse the file.",
            );
            one.hint = Some("remove it".to_owned());
        }
    }

    fn entries(&mut self) {
        let document = self.document;
        let mut first: HashMap<String, usize> = HashMap::new();
        for entry in model::entries(document) {
            let (Some(class), Some(node)) = (&entry.class, entry.class_node) else { continue };
            let at = entry.pointer.join("class");
            if class.contains('.') && class.chars().any(|c| !(c.is_alphanumeric() || matches!(c, '_' | '.'))) {
                let message = format!("'{}' holds a character that no Python name has", visible(class));
                let effect = format!("No such module can be imported: {}.", consequence(self.role));
                let span = document.span(node);
                let one = self.push(Code::ClassBlank, Severity::Warning, span, Some(at.clone()), message, &effect);
                one.hint = Some("write the path as `import` would take it".to_owned());
            }
            match first.get(class) {
                Some(other) => {
                    let message = format!("{} is also entry {} of this list", visible(class), other + 1);
                    let effect = "It is constructed and installed twice; the later one stays registered.";
                    let span = document.span(node);
                    self.push(Code::DuplicateClass, Severity::Warning, span, Some(at), message, effect);
                }
                None => {
                    first.insert(class.clone(), entry.index);
                }
            }
        }
    }

    /// Tells of plain scalars in parameters that YAML 1.1 types in a way that surprises.
    fn surprises(&mut self, tree: &Tree) {
        let document = self.document;
        let roots: HashSet<NodeId> =
            model::entries(document).iter().filter_map(|e| e.parameters).map(|n| tree.target(n)).collect();
        if roots.is_empty() {
            return;
        }
        // Parents end behind their children: what lies in parameters is found in one walk back.
        let mut inside = vec![false; tree.len()];
        let ids: Vec<NodeId> = tree.ids().collect();
        let mut rows = Vec::new();
        for &node in ids.iter().rev() {
            inside[node.index()] = roots.contains(&node) || tree.parent(node).is_some_and(|p| inside[p.index()]);
            if !inside[node.index()] || tree.kind(node) != Kind::Scalar(ScalarStyle::Plain) || tree.tag(node).is_some()
            {
                continue;
            }
            if let Some(read) = surprise(document.scalar(node), document.value(node).as_ref()) {
                rows.push((node, read));
            }
        }
        for (node, read) in rows.into_iter().rev().take(MOST_OF_A_KIND) {
            let source = document.source(node).to_owned();
            let at = document.pointer_to(node);
            let span = document.span(node);
            let key = tree.parent(node).is_some_and(|p| tree.pairs(p).any(|(k, _)| k == node));
            if key {
                continue;
            }
            let message = format!("`{source}` is {read}");
            let fix = Fix {
                label: format!("quote it, to make it a string: '{source}'"),
                safe: false,
                edits: vec![Splice::new(span, format!("'{source}'"))],
                patch: Some(serde_json::json!([{"op": "replace", "path": at.to_string(), "value": source}])),
            };
            let one = self.push(
                Code::YamlSurprise,
                Severity::Info,
                span,
                Some(at),
                message,
                "The plugin gets what PyYAML reads (YAML 1.1).",
            );
            one.fix = Some(fix).filter(|_| document.scalar(node) == source);
        }
    }

    fn wheel_path(&mut self) {
        let document = self.document;
        let value = model::wheel_path(document);
        let Some(path) = value.as_ref().and_then(Value::as_str) else { return };
        let at = Pointer::from_tokens(["controller_wheel_path"]);
        let span = document.find(&at).map_or(Span::empty(0), |node| document.span(node));
        if path.trim().len() < path.len() && !path.trim().is_empty() {
            let message = "`controller_wheel_path` starts or ends with a blank".to_owned();
            let effect = "SkyPilot takes it as it is written: most likely nothing is uploaded.";
            let replace =
                serde_json::json!([{"op": "replace", "path": "/controller_wheel_path", "value": path.trim()}]);
            let one = self.push(Code::PathBlank, Severity::Warning, span, Some(at.clone()), message, effect);
            one.hint = Some("remove the blank".to_owned());
            one.fix = Some(Fix {
                label: "remove the blank".to_owned(),
                safe: true,
                edits: vec![Splice::new(span, serde_json::to_string(path.trim()).unwrap_or_default())],
                patch: Some(replace),
            });
            let fits = one.fix.as_ref().is_some_and(|fix| parses(document, fix));
            if !fits {
                one.fix = None;
            }
        }
        if path.contains('$') {
            let message = "`controller_wheel_path` holds a `$`".to_owned();
            let effect = "SkyPilot expands no variables: it looks for a directory of that very name.";
            let one = self.push(Code::NoExpansion, Severity::Warning, span, Some(at), message, effect);
            one.hint = Some("write `~` or the whole path".to_owned());
        }
    }
}

/// Says what a plain scalar is to YAML 1.1, where that surprises people.
fn surprise(source: &str, value: Option<&Value>) -> Option<String> {
    let lower = source.to_ascii_lowercase();
    Some(match value? {
        Value::Bool(read) if !matches!(lower.as_str(), "true" | "false") => format!("{read}, a boolean (YAML 1.1)"),
        Value::Int(read) if source != read.to_string() && source.trim_start_matches('+') != read.to_string() => {
            format!("the number {read} (YAML 1.1)")
        }
        Value::Float(read) if source.contains([':', '_']) => format!("the number {read} (YAML 1.1)"),
        Value::Date(_) => "a date, not a string (YAML 1.1)".to_owned(),
        Value::DateTime(_) => "a date with a time, not a string (YAML 1.1)".to_owned(),
        Value::Str(_) if looks_like_a_number(&lower) => "a string to YAML 1.1, not a number".to_owned(),
        _ => return None,
    })
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

/// Finds what bears on both files from outside: variables, servers.
pub(super) fn diagnose_surroundings(workspace: &Workspace, facts: &Facts, found: &mut Vec<Diagnostic>) {
    for role in Role::ALL {
        let file = workspace.file(role);
        let name = variable(role);
        let place = |path| Place::whole(FileKind::Server, path);
        if file.location.source != PathSource::Env {
            continue;
        }
        match &file.location.path {
            None => found.push(
                Diagnostic::new(
                    Code::VariableEmpty,
                    Severity::Warning,
                    place(None),
                    format!("{name} is set to nothing"),
                    "SkyPilot reads no file: no plugins, without a word.",
                )
                .hint("unset it, or let it name the file"),
            ),
            Some(path) if matches!(file.content, Content::Absent) => found.push(
                Diagnostic::new(
                    Code::VariableMissing,
                    Severity::Warning,
                    place(Some(path.clone())),
                    format!("{name} names a file that does not exist"),
                    "It replaces the default all the same: no plugins, without a word.",
                )
                .hint("a save creates it"),
            ),
            Some(_) => {}
        }
    }
    modules(workspace, facts, found);
    if let Some(endpoint) = &facts.remote_endpoint {
        found.push(
            Diagnostic::new(
                Code::RemoteServer,
                Severity::Warning,
                Place::whole(FileKind::Server, None),
                format!("the client talks to {}", visible(endpoint)),
                "That server reads its own plugin files: these here matter to no one.",
            )
            .hint("edit the files on the server"),
        );
    }
    servers(workspace, facts, found);
}

/// Finds the entries of the API server's list whose module the server's Python does not have.
fn modules(workspace: &Workspace, facts: &Facts, found: &mut Vec<Diagnostic>) {
    let Content::Text(document) = &workspace.file(Role::Api).content else { return };
    if facts.modules.is_empty() {
        return;
    }
    for entry in model::entries(document) {
        let (Some(class), Some(node)) = (&entry.class, entry.class_node) else { continue };
        let Some((module, _)) = class.rsplit_once('.') else { continue };
        let (message, hint) = match facts.modules.get(module) {
            Some(Module::NotInPackage { package, place }) => (
                format!("there is no module {} in {}", visible(module), visible(package)),
                format!("{} is at {}", visible(package), visible_name(place.as_os_str())),
            ),
            Some(Module::NotInstalled) => (
                format!("the server's Python has no module {}", visible(module)),
                "install its package there, or correct the class path".to_owned(),
            ),
            Some(Module::Found(_) | Module::Unknown) | None => continue,
        };
        let at = entry.pointer.join("class");
        let place = Place::span(workspace, Role::Api, document, document.span(node), Some(at));
        let effect = "It raises ImportError: the API server does not start.";
        found.push(
            Diagnostic::new(Code::ModuleMissing, Severity::Error, place, message, effect).hint(hint).from_outside(),
        );
    }
}

fn servers(workspace: &Workspace, facts: &Facts, found: &mut Vec<Diagnostic>) {
    if let [_, _, ..] = facts.servers.as_slice() {
        let pids: Vec<String> = facts.servers.iter().map(|s| s.pid.to_string()).collect();
        found.push(
            Diagnostic::new(
                Code::SeveralServers,
                Severity::Info,
                Place::whole(FileKind::Server, None),
                format!("several local API servers run: processes {}", pids.join(", ")),
                "Which of them a relative path belongs to is not known.",
            )
            .hint("tell with --server-cwd"),
        );
    }
    let [server] = facts.servers.as_slice() else { return };
    for role in Role::ALL {
        let location = &workspace.file(role).location;
        if location.source == PathSource::Flag {
            continue;
        }
        let mut theirs = Environment { cwd: server.cwd.clone().unwrap_or_default(), ..facts.environment.clone() };
        theirs.variables.retain(|name, _| name != variable(role) && name != "HOME");
        for (name, value) in &server.variables {
            theirs.variables.insert(name.into(), value.into());
        }
        if server.variables.is_empty() {
            continue;
        }
        let reads = locate(role, None, &theirs);
        if reads.path != location.path {
            let shown = reads.path.as_ref().map_or("no file".to_owned(), |p| visible_name(p.as_os_str()));
            found.push(
                Diagnostic::new(
                    Code::ServerElsewhere,
                    Severity::Warning,
                    Place::whole(FileKind::Server, reads.path.clone()),
                    format!("the running API server (process {}) reads {shown} as {}", server.pid, role.file_name()),
                    "Its environment is another one than this shell's: the file shown here is not the one it reads.",
                )
                .hint("restart the server from this shell, or set the same variables here"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surprises_are_those_of_yaml_1_1() {
        let told = |source: &str| {
            let document = Document::parse(format!("k: {source}\n"));
            let value = document.data().expect("valid").get("k").cloned();
            surprise(source, value.as_ref())
        };
        assert_eq!(told("yes").as_deref(), Some("true, a boolean (YAML 1.1)"));
        assert_eq!(told("010").as_deref(), Some("the number 8 (YAML 1.1)"));
        assert_eq!(told("1e3").as_deref(), Some("a string to YAML 1.1, not a number"));
        assert_eq!(told("0o17").as_deref(), Some("a string to YAML 1.1, not a number"));
        for plain in ["true", "10", "-3", "1.5", "text", "null", "1.2.3"] {
            assert_eq!(told(plain), None, "{plain}");
        }
    }
}
