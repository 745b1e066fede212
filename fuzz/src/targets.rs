//! What is fuzzed, as functions of bytes: the fuzzer calls them, and so do the
//! program's own tests, on random bytes and on what was once found.

#[path = "make.rs"]
mod make;
#[path = "model.rs"]
mod model;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use make::{NEW_KEYS, Source, Writer};
use skyplug_tui::check::{self, Facts};
use skyplug_tui::config::merge::{self, Change, Side, Whose};
use skyplug_tui::config::operation::{self, Direction, Operation};
use skyplug_tui::config::{ConfigFile, Content, Environment, Location, PathSource, Role, Workspace};
use skyplug_tui::python::resolve::{Found, ModuleFile, Modules, Presence};
use skyplug_tui::python::source;
use skyplug_tui::python::survey::survey;
use skyplug_tui::python::{Origin, SourceKind};
use skyplug_tui::text::{Span, splice};
use skyplug_tui::wheel::archive::Archive;
use skyplug_tui::wheel::contents::Member;
use skyplug_tui::wheel::filename::Architecture;
use skyplug_tui::wheel::marker::Marker;
use skyplug_tui::wheel::requirement::{self, Requirement};
use skyplug_tui::wheel::{install, limits, metadata, record};
use skyplug_tui::yaml::edit::{self, EditError, NewValue, PatchOp, Sharing};
use skyplug_tui::yaml::write::{self, Key, Style, item_lines, pair_lines};
use skyplug_tui::yaml::{Document, Kind, NodeId, Pointer, Tree, Value, patch as json_patch};

/// How many edits were made, and what was refused.
#[derive(Debug, Default)]
pub struct Tally {
    /// Edits that were tried.
    pub tried: usize,
    /// Edits that were refused although RFC 6902 has an answer, by reason: how
    /// many, and the first of them.
    pub refused: BTreeMap<String, (usize, String)>,
}

impl Tally {
    /// Adds what another one counted.
    pub fn add(&mut self, other: Self) {
        self.tried += other.tried;
        for (reason, (count, example)) in other.refused {
            self.refused.entry(reason).or_insert((0, example)).0 += count;
        }
    }

    /// Returns the number of refusals.
    #[must_use]
    pub fn refusals(&self) -> usize {
        self.refused.values().map(|(count, _)| count).sum()
    }

    fn refuse(&mut self, reason: &str, example: String) {
        // Without what differs from case to case.
        let words = reason
            .split(' ')
            .map(|word| if word.contains(|c: char| !c.is_alphabetic() && !",.:;()".contains(c)) { "_" } else { word });
        self.refused.entry(words.collect::<Vec<_>>().join(" ")).or_insert((0, example)).0 += 1;
    }
}

/// Reads any bytes as a wheel, and each of its files; as the texts in a wheel, too.
///
/// # Panics
///
/// Panics where more is read or told than the limits allow.
pub fn archive(data: &[u8]) {
    let size = data.len() as u64;
    let contents = metadata::read(data, size, "acme-1.0-py3-none-any.whl").map_err(|error| error.to_string());
    for architecture in Architecture::ALL {
        let installs = install::installs_on("acme-1.0-py3-none-any.whl", &contents, architecture);
        assert!(!installs || contents.as_ref().is_ok_and(|contents| contents.refused.is_none()));
    }
    if let Ok(contents) = &contents {
        assert!(contents.oddities.len() <= limits::MAX_ODDITIES + 2, "{:?}", contents.oddities);
    }
    if let Ok(mut archive) = Archive::open(data, size) {
        for at in 0..archive.members().len().min(50) {
            let said = archive.members()[at].size;
            if let Ok(bytes) = archive.read(at, 4096) {
                assert!(bytes.len() as u64 == said && said <= 4096, "{said} bytes were said");
            }
        }
    }
    let text = String::from_utf8_lossy(data);
    let parsed = metadata::parse(&text);
    assert!(parsed.requirements.len() <= limits::MAX_ITEMS);
    let _ = requirement::python_fit(&text);
    let files = ["acme.py", "acme/x.py"].map(|path| Member { path: path.to_owned(), size: 1 });
    let checked = |by_name| record::check(&text, "acme-1.0.dist-info", &files, by_name);
    assert_eq!(checked(false), checked(true), "a RECORD in the archive's order");
    if let Ok(one) = Requirement::parse(&text) {
        let _ = (one.applies(Architecture::X86_64), one.allows("1.0"));
    }
    if let Some(marker) = Marker::parse(&text) {
        let _ = marker.holds(Architecture::Aarch64);
    }
}

/// Reads any text, judges it as both lists, and applies each fix.
///
/// # Panics
///
/// Panics where a place lies outside the text, or a fix does not fit it.
pub fn parse(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let document = Document::parse(text);
    if let Ok(tree) = document.tree() {
        for node in tree.ids() {
            let (span, body) = (tree.span(node), tree.body(node));
            assert!(span.start <= body.start && body.start <= body.end && body.end <= span.end, "{node:?} in {text:?}");
            assert!(span.end <= text.len() && text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            assert!(text.is_char_boundary(body.start) && text.is_char_boundary(body.end));
            assert!(tree.parent(node).is_none_or(|parent| tree.children(parent).contains(&node)));
        }
    }
    if let Ok(data) = document.data() {
        assert!(data.same(data));
        for place in model::places(data).iter().take(50) {
            let _ = document.find(place);
        }
    }
    for role in Role::ALL {
        let report =
            check::check(&workspace(role, &document), &Facts::unseen(Environment::default(), PathBuf::from("/srv")));
        for one in &report.diagnostics {
            if let Some(span) = one.place.span {
                assert!(span.end <= text.len() && text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            }
            if let Some(fix) = &one.fix {
                let fixed = splice(text, &fix.edits).expect("a fix fits its text");
                let _ = check::of_document(&Document::parse(fixed), role);
            }
        }
    }
}

fn workspace(role: Role, document: &Document) -> Workspace {
    let absent = || ConfigFile {
        location: Location { path: Some(PathBuf::from("/x/plugins.yaml")), source: PathSource::Default },
        content: Content::Absent,
    };
    let content = Content::Text(Arc::new(Document::parse(document.text())));
    Workspace::new(absent(), absent()).with_content(role, content)
}

/// Writes a string, and what it is the name of, in every place where a value can stand.
///
/// # Panics
///
/// Panics where something else is read back.
pub fn scalars(data: &[u8]) {
    let Some((&layout, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let layout = usize::from(layout);
    let style = Style { map_step: 1 + layout % 4, seq_offset: layout / 4 % 4, dash_gap: 1 + layout / 16 % 3 };
    let string = Value::str(text);
    read_back(&string, text, style);
    // What the text is as YAML is written as well.
    if let Ok(value) = Document::parse(text).data() {
        read_back(value, text, style);
        if let Ok(new) = NewValue::from_yaml(text)
            && let Ok(edited) = edit::apply(
                &Document::parse("a: 1\n"),
                &[PatchOp::Add { path: Pointer::from_tokens(["b"]), value: new }],
            )
        {
            let got = edited.document.data().expect("an edit leaves YAML");
            assert!(got.get("b").is_some_and(|got| got.same(value)), "{text:?} became {:?}", edited.document.text());
        }
    }
}

fn read_back(value: &Value, name: &str, style: Style) {
    let Ok(block) = write::block(value, style) else { return };
    let flow = write::flow(value).expect("writable in flow style, too");
    let key = Value::str(name);
    let list = Value::list(vec![value.clone(), Value::Int(1)]);
    holds(&format!("{}\n- 1\n", item_lines(&block, style).join("\n")), &list);
    holds(&format!("[{flow}, 1]"), &list);
    if name == "after" {
        return;
    }
    let mapping = Value::map(vec![(key.clone(), value.clone()), (Value::str("after"), Value::Int(1))]);
    if let Ok(source) = Key::of(&key, false) {
        holds(&format!("{}\nafter: 1\n", pair_lines(&source, &block, style).join("\r\n")), &mapping);
    }
    if let Ok(key) = Key::of(&key, true)
        && !key.explicit
    {
        holds(&format!("{{{}: {flow}, after: 1}}", key.source), &mapping);
    }
}

fn holds(source: &str, want: &Value) {
    let document = Document::parse(source);
    match document.data() {
        Ok(data) => assert!(data.same(want), "{source:?} is read as {data:?}, not {want:?}"),
        Err(error) => panic!("{source:?}: {error}"),
    }
}

/// A module that is made of the fuzzer's bytes; there is no other.
struct Bytes(Option<Arc<ModuleFile>>);

impl Modules for Bytes {
    fn find(&self, name: &str) -> Found {
        match (&self.0, name) {
            (Some(file), "m" | "m.n") => Found::Source(file.clone()),
            _ => Found::Missing,
        }
    }

    fn presence(&self, name: &str) -> Presence {
        if matches!(name, "m" | "m.n") { Presence::Here } else { Presence::Missing }
    }
}

/// Reads bytes as Python source, and looks for plugin classes in it.
///
/// # Panics
///
/// Panics where a class lies outside the source or has two parameters of one name.
pub fn source(data: &[u8]) {
    let Ok(source) = source::read(data) else { return };
    let origin = Origin { kind: SourceKind::Path, from: PathBuf::new(), distribution: None, version: None };
    let file = ModuleFile { source: Arc::new(source), package: data.len() % 2 == 1, path: "m.py".to_owned(), origin };
    let modules = Bytes(Some(Arc::new(file)));
    let paths = ["m.P".to_owned(), "m.n.P".to_owned()];
    let lines = data.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count() + 1;
    let found = survey(&modules, &["m".to_owned(), "m.n".to_owned()], &paths, &|| false);
    for class in &found.found {
        assert!((1..=lines).contains(&class.place.1), "{class:?}");
        let mut names: Vec<&str> = class.parameters.iter().flatten().map(|one| one.name.as_str()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{class:?}");
        let _ = (class.signature(), class.summary());
    }
    assert_eq!(found.answers.len(), paths.len(), "a question without answer: the thread failed");
}

/// Applies a JSON Patch to a text, both as they come: `PATCH NUL TEXT`.
///
/// # Panics
///
/// Panics where the result is other data than RFC 6902 gives.
pub fn patch(data: &[u8]) -> Tally {
    let mut tally = Tally::default();
    let Ok(source) = std::str::from_utf8(data) else { return tally };
    let Some((json, text)) = source.split_once('\0') else { return tally };
    let Ok(json) = serde_json::from_str(json) else { return tally };
    let Ok(operations) = json_patch::parse(&json) else { return tally };
    let document = Document::parse(text);
    let Ok(data) = document.data() else { return tally };
    if operations.len() > 20 || !plain(data) {
        return tally;
    }
    let want = operations.iter().try_fold(data.clone(), |data, op| model::apply(&data, op));
    one_edit(&document, &operations, want.as_ref(), &mut tally);
    tally
}

/// Tells whether data is what JSON has: pointers into other keys go by the
/// source, and an empty document takes keys.
fn plain(data: &Value) -> bool {
    let mut queue = vec![data];
    let mut count = 0;
    while let Some(value) = queue.pop() {
        count += 1;
        match value {
            _ if count > 2000 => return false,
            Value::List(items) => queue.extend(items.iter()),
            Value::Map(pairs) => {
                if !pairs.iter().all(|(key, _)| key.as_str().is_some()) {
                    return false;
                }
                queue.extend(pairs.iter().map(|(_, value)| value));
            }
            Value::Set(_) | Value::Tuple(_) | Value::Cycle => return false,
            _ => {}
        }
    }
    !matches!(data, Value::Null)
}

/// Edits as patches do or as people do: the first byte says which.
///
/// # Panics
///
/// Panics where [`edits`] or [`operations`] do.
pub fn any_edits(data: &[u8]) -> Tally {
    match data.split_first() {
        Some((first, rest)) if first % 2 == 1 => operations(rest),
        Some((_, rest)) => edits(rest),
        None => Tally::default(),
    }
}

/// Makes a text with comments, anchors and layouts of all kinds, and edits it at random.
///
/// # Panics
///
/// Panics where an edit breaks the text, gives other data than RFC 6902, or
/// changes bytes that it does not name.
pub fn edits(data: &[u8]) -> Tally {
    let mut tally = Tally::default();
    let mut source = Source::new(data);
    let text = Writer::document(&mut source);
    let mut document = Arc::new(Document::parse(text));
    for _ in 0..=source.below(2) {
        let Ok(data) = document.data() else { return tally };
        let op = operation(&mut source, data);
        let want = model::apply(data, &op);
        let Some(edited) = one_edit(&document, std::slice::from_ref(&op), want.as_ref(), &mut tally) else { continue };
        stays_in_its_place(&document, &op, &edited);
        document = edited.document;
        if document.text().len() > 4096 {
            break;
        }
    }
    tally
}

fn operation(source: &mut Source<'_>, data: &Value) -> PatchOp {
    let places = model::places(data);
    let path = places[source.below(places.len())].clone();
    let value = NewValue::of(make::value(source, 2));
    let into = |source: &mut Source<'_>| {
        let holder = &places[source.below(places.len())];
        let token = source.one(NEW_KEYS);
        let items = get(data, holder).and_then(Value::as_list).map(<[Value]>::len);
        items.map_or_else(|| holder.join(token), |count| holder.join(source.below(count + 1)))
    };
    match source.below(10) {
        0..=2 => PatchOp::Replace { path, value },
        3 | 4 => PatchOp::Remove { path },
        5 | 6 => PatchOp::Add { path: into(source), value },
        7 => PatchOp::Move { from: path, path: into(source) },
        8 => PatchOp::Copy { from: path, path: into(source) },
        _ => PatchOp::Test { value: get(data, &path).cloned().unwrap_or(Value::Null), path },
    }
}

fn get<'v>(data: &'v Value, place: &Pointer) -> Option<&'v Value> {
    place.tokens().iter().try_fold(data, |value, token| match value {
        Value::List(items) => items.get(token.parse::<usize>().ok()?),
        other => other.get(token),
    })
}

/// Makes an edit and holds it against the data that is wanted.
fn one_edit(document: &Document, ops: &[PatchOp], want: Option<&Value>, tally: &mut Tally) -> Option<edit::Edited> {
    let text = document.text();
    tally.tried += 1;
    match edit::apply(document, ops) {
        Ok(edited) => {
            let new = edited.document.text();
            assert_eq!(splice(text, &edited.splices).as_deref(), Ok(new), "the splices lead to the new text");
            let read = Document::parse(new);
            let got = read.data().unwrap_or_else(|e| panic!("{ops:?} on\n{text}\nbroke it: {e}\n{new}"));
            let want = want.unwrap_or_else(|| panic!("{ops:?} on\n{text}\nis an error, not\n{new}"));
            assert!(model::same(got, want), "{ops:?} on\n{text}\ngave {got:?}, not {want:?}\n{new}");
            Some(edited)
        }
        Err(EditError::Unsafe { reason, .. }) => {
            if want.is_some() {
                tally.refuse(&reason, format!("{ops:?} on\n{text}"));
            }
            None
        }
        Err(error) => {
            assert!(want.is_none(), "{ops:?} on\n{text}\nis refused: {error}");
            None
        }
    }
}

/// Holds the bytes that an edit takes away against the places that it names.
fn stays_in_its_place(document: &Document, op: &PatchOp, edited: &edit::Edited) {
    let (places, size): (Vec<Pointer>, usize) = match op {
        PatchOp::Add { path, value } | PatchOp::Replace { path, value } => {
            (vec![path.clone()], value.value.to_json().to_string().len())
        }
        PatchOp::Remove { path } | PatchOp::Test { path, .. } => (vec![path.clone()], 0),
        PatchOp::Move { from, path } => (vec![from.clone(), path.clone(), before_removal(from, path)], 0),
        PatchOp::Copy { path, .. } => (vec![path.clone()], document.text().len()),
    };
    let Ok(tree) = document.tree() else { return };
    let text = document.text();
    let mut allowed: Vec<Span> = places.iter().flat_map(|place| extent(document, tree, place)).collect();
    // What several places share is written out, and the headers of texts say how they end.
    for node in tree.ids() {
        match tree.kind(node) {
            Kind::Alias => allowed.push(tree.span(node)),
            Kind::Scalar(_) if text[tree.body(node).start..].starts_with(['|', '>']) => {
                let start = tree.body(node).start;
                allowed.push(Span::new(start, start + 3));
            }
            _ => {}
        }
        let (span, body) = (tree.span(node), tree.body(node));
        if tree.anchor(node).is_some() {
            allowed.push(Span::new(span.start.saturating_sub(1), body.start));
        }
        if tree.is_mapping(node) {
            allowed.extend(
                tree.pairs(node)
                    .filter(|(key, _)| document.source(*key) == "<<")
                    .map(|(key, value)| around(text, tree, key, value)),
            );
        }
    }
    let mut added = 0;
    let mut gone = 0;
    for one in &edited.splices {
        added += one.text.len();
        gone += one.span.len();
        for at in one.span.start..one.span.end {
            let inside = allowed.iter().any(|span| span.start <= at && at < span.end);
            let blank = matches!(text.as_bytes()[at], b' ' | b'\t' | b'\n' | b'\r' | b',');
            assert!(
                inside || blank,
                "{op:?} takes {:?} away in\n{text}\n{}",
                one.span.of(text),
                edited.document.text()
            );
        }
    }
    let is_merge = |node| tree.is_mapping(node) && tree.pairs(node).any(|(key, _)| document.source(key) == "<<");
    let shared = tree.ids().any(|node| tree.kind(node) == Kind::Alias || is_merge(node));
    let limit = if shared { usize::MAX } else { 120 + 16 * size + 4 * gone };
    assert!(added <= limit, "{op:?} adds {added} bytes to\n{text}\n{}", edited.document.text());
}

/// Returns where a place is that is named as it will be once `from` is gone.
fn before_removal(from: &Pointer, place: &Pointer) -> Pointer {
    let mut tokens = place.tokens().to_vec();
    if let Some((list, index)) = from.split_last()
        && place.starts_with(&list)
        && let Some(token) = tokens.get_mut(list.tokens().len())
        && let (Ok(gone), Ok(at)) = (index.parse::<usize>(), token.parse::<usize>())
        && at >= gone
    {
        *token = (at + 1).to_string();
    }
    Pointer::from_tokens(tokens)
}

/// Returns where the thing at a place may be, from its left neighbour to its right
/// one, for each way in which it is reached.
fn extent(document: &Document, tree: &Tree, place: &Pointer) -> Vec<Span> {
    let text = document.text();
    if let Some(node) = document.find(place).filter(|_| !place.is_root()) {
        let key = tree
            .parent(node)
            .and_then(|parent| tree.pairs(parent).find(|(_, value)| *value == node))
            .map(|(key, _)| key);
        let mut out = vec![around(text, tree, key.unwrap_or(node), node)];
        // A key that is there more than once goes as often.
        if let Some(parent) = tree.parent(node).filter(|&parent| tree.is_mapping(parent)) {
            let token = place.tokens().last().map_or("", String::as_str);
            out.extend(
                tree.pairs(parent)
                    .filter(|(key, _)| document.key_is(*key, token))
                    .map(|(k, v)| around(text, tree, k, v)),
            );
        }
        return out;
    }
    let Some((parent, _)) = place.split_last() else { return vec![Span::new(0, text.len())] };
    let Some(holder) = document.find(&parent) else { return Vec::new() };
    let holder = tree.target(holder);
    if tree.children(holder).is_empty() {
        return vec![around(text, tree, holder, holder)];
    }
    Vec::new()
}

/// Returns the bytes from what comes before `first` to what comes behind `last`.
fn around(text: &str, tree: &Tree, first: NodeId, last: NodeId) -> Span {
    let end_of = |node: NodeId| {
        let mut leaf = node;
        while let Some(&child) = tree.children(leaf).last().filter(|_| !tree.is_flow(leaf)) {
            leaf = child;
        }
        tree.span(leaf).end
    };
    let (mut at, mut start) = (first, None);
    while start.is_none() {
        let Some(parent) = tree.parent(at) else { break };
        let place = tree.children(parent).iter().position(|&child| child == at).unwrap_or(0);
        start = place.checked_sub(1).map(|before| end_of(tree.children(parent)[before]));
        at = parent;
    }
    let (mut at, mut end) = (last, None);
    while end.is_none() {
        let Some(parent) = tree.parent(at) else { break };
        let place = tree.children(parent).iter().position(|&child| child == at).unwrap_or(0);
        end = tree.children(parent).get(place + 1).map(|&next| tree.span(next).start);
        at = parent;
    }
    Span::new(start.unwrap_or(0), end.unwrap_or(text.len()))
}

/// Edits both lists as a person does on the screens.
///
/// # Panics
///
/// Panics where undo does not give the old bytes back, or an edit breaks a file.
pub fn operations(data: &[u8]) -> Tally {
    let mut tally = Tally::default();
    let mut source = Source::new(data);
    let api = Document::parse(Writer::document(&mut source));
    let remote = Document::parse("# other\nplugins:\n- class: r.R\n");
    if api.data().is_err() {
        return tally;
    }
    let mut now = workspace(Role::Api, &api).with_content(Role::Remote, Content::Text(Arc::new(remote)));
    for _ in 0..=source.below(2) {
        let Some(Ok(data)) = now.document(Role::Api).map(|document| document.data().cloned()) else { break };
        let entries: Vec<usize> =
            data.get("plugins").and_then(Value::as_list).map_or_else(Vec::new, |list| (0..list.len()).collect());
        if entries.is_empty() {
            break;
        }
        let operation = choice(&mut source, &data, &entries);
        tally.tried += 1;
        let change = match operation::apply(&now, &operation, Sharing::WriteOut) {
            Ok(change) => change,
            Err(error) => {
                let example = format!("{operation:?} on\n{}", now.text(Role::Api).unwrap_or(""));
                tally.refuse(&error.to_string(), example);
                continue;
            }
        };
        for file in &change.files {
            let (old, new) = (now.text(file.role).expect("a text"), change.workspace.text(file.role).expect("a text"));
            assert_eq!(splice(old, &file.forward).as_deref(), Ok(new));
            assert_eq!(splice(new, &file.backward).as_deref(), Ok(old));
            assert!(Document::parse(new).data().is_ok(), "{operation:?} on\n{old}\nbroke it\n{new}");
        }
        let back = operation::replay(&change.workspace, &change.files, Direction::Backward);
        assert!(Role::ALL.iter().all(|&role| back.text(role) == now.text(role)));
        now = change.workspace;
    }
    tally
}

fn choice(source: &mut Source<'_>, data: &Value, entries: &[usize]) -> Operation {
    let role = Role::Api;
    let (index, other) = (source.one(entries), source.one(entries));
    let entry = Pointer::from_tokens(["plugins".to_owned(), index.to_string()]);
    let below: Vec<Pointer> =
        model::places(data).into_iter().filter(|place| place.starts_with(&entry.join("parameters"))).collect();
    let pointer = if below.is_empty() { entry.join("parameters") } else { below[source.below(below.len())].clone() };
    let value = NewValue::of(make::value(source, 2));
    let name = source.one(NEW_KEYS).to_owned();
    let there = get(data, &pointer).is_some();
    let in_mapping = there
        && pointer.split_last().is_some_and(|(parent, _)| get(data, &parent).is_some_and(|v| v.as_map().is_some()));
    // What is no mapping has no class and no parameters to be edited.
    let entry_is_mapping = get(data, &entry).is_some_and(|v| v.as_map().is_some());
    match source.below(if entry_is_mapping { 12 } else { 6 }) {
        0 => Operation::Add {
            role,
            at: Some(index),
            class: "x.Y".to_owned(),
            parameters: vec![(Pointer::from_tokens([name]), value)],
        },
        1 => Operation::Remove { role, indices: vec![index] },
        2 => Operation::Duplicate { role, indices: vec![index] },
        3 => Operation::Reorder { role, from: index, to: other },
        4 => Operation::Copy { from: role, indices: vec![index], at: None },
        5 => Operation::Transfer { from: role, indices: vec![index], at: None },
        6 => Operation::SetClass { role, index, class: "x.Y".to_owned() },
        7 if there => Operation::Unset { role, pointer },
        8 if in_mapping && pointer.split_last().is_some_and(|(parent, _)| get(data, &parent.join(&name)).is_none()) => {
            Operation::Rename { role, pointer, name }
        }
        9 => Operation::SetWheelPath(source.chance(70).then_some(name)),
        10 if get(data, &pointer).is_some_and(|v| v.as_map().is_some())
            && get(data, &pointer.join(&name)).is_none() =>
        {
            Operation::Insert { role, pointer: pointer.join(name), value }
        }
        _ => Operation::Set { role, pointer, value },
    }
}

/// Edits one list on two sides, as people do, and merges them.
///
/// # Panics
///
/// Panics where a side that changed nothing does not give the other one, where a
/// change of one side alone is lost, or where the merge depends on who is who.
pub fn merges(data: &[u8]) -> Tally {
    let mut tally = Tally::default();
    let mut source = Source::new(data);
    let base = Arc::new(Document::parse(Writer::document(&mut source)));
    let (mine, theirs) = (edited_copy(&mut source, &base), edited_copy(&mut source, &base));
    let Ok(one) = merge::merge(&base, &mine, &theirs) else { return tally };
    tally.tried += 1;
    let told = || format!("base\n{}\nmine\n{}\ntheirs\n{}", base.text(), mine.text(), theirs.text());
    let alone = |mine: &Arc<Document>, theirs: &Arc<Document>| {
        let merge = merge::merge(&base, mine, theirs).unwrap_or_else(|error| panic!("{error}\n{}", told()));
        assert!(merge.changes().iter().all(|change| change.whose != Whose::Conflict), "{}", told());
        merge.document(&merge.choices()).unwrap_or_else(|error| panic!("{error}\n{}", told()))
    };
    assert_eq!(alone(&mine, &base).text(), mine.text(), "{}", told());
    assert_eq!(alone(&base, &theirs).text(), theirs.text(), "{}", told());
    assert_eq!(alone(&mine, &mine).text(), mine.text(), "{}", told());

    holds_leaves(&one, [&base, &mine, &theirs], &told);
    let other = merge::merge(&base, &theirs, &mine).expect("the same three");
    let conflicts =
        |merge: &merge::Merge| merge.changes().iter().filter(|change| change.whose == Whose::Conflict).count();
    assert_eq!(conflicts(&one), conflicts(&other), "{}", told());
    for side in [Side::Mine, Side::Theirs] {
        let choices: merge::Choices = one.choices().into_iter().map(|choice| choice.or(Some(side))).collect();
        let document = match one.document(&choices) {
            Ok(document) => document,
            Err(error) => {
                tally.refuse(&error.to_string(), format!("{side:?}\n{}", told()));
                continue;
            }
        };
        let read = Document::parse(document.text());
        let got = read.data().unwrap_or_else(|error| panic!("{error}\n{}\n{}", document.text(), told()));
        for change in one.changes().iter().filter(|change| change.whose != Whose::Conflict) {
            holds_change(change, got, || format!("{change:?}\n{}\n{}", document.text(), told()));
        }
        // Only where both added to the same place, it matters who is who.
        let same = |a: &Value, b: &Value| sorted(a) == sorted(b);
        let back: merge::Choices = other.choices().into_iter().map(|choice| choice.or(Some(opposite(side)))).collect();
        assert!(
            same(&one.data(&choices), &other.data(&back)),
            "{:?}\n{:?}\n{}",
            one.data(&choices),
            other.data(&back),
            told()
        );
    }
    tally
}

const fn opposite(side: Side) -> Side {
    match side {
        Side::Mine => Side::Theirs,
        Side::Theirs => Side::Mine,
    }
}

/// Makes up to three edits on the list.
fn edited_copy(source: &mut Source<'_>, base: &Arc<Document>) -> Arc<Document> {
    let mut now = workspace(Role::Api, base);
    for _ in 0..source.below(4) {
        let Some(Ok(data)) = now.document(Role::Api).map(|document| document.data().cloned()) else { break };
        let entries: Vec<usize> =
            data.get("plugins").and_then(Value::as_list).map_or_else(Vec::new, |list| (0..list.len()).collect());
        if entries.is_empty() {
            break;
        }
        let operation = choice(source, &data, &entries);
        // What goes to the other list is an edit of that.
        if !matches!(operation, Operation::Copy { .. })
            && let Ok(change) = operation::apply(&now, &operation, Sharing::WriteOut)
        {
            now = change.workspace;
        }
    }
    now.document(Role::Api).cloned().unwrap_or_else(|| base.clone())
}

/// Holds a merge against another way to find out: each single value for itself.
///
/// That needs entries that have each a class of its own, and the same one on all sides.
fn holds_leaves(merge: &merge::Merge, [base, mine, theirs]: [&Arc<Document>; 3], told: &impl Fn() -> String) {
    let renamed = merge.changes().iter().any(|change| change.place.below.to_path() == "class");
    let leaves = |document: &Document| document.data().ok().and_then(leaves);
    let (Some(base), Some(mine), Some(theirs)) = (leaves(base), leaves(mine), leaves(theirs)) else { return };
    if renamed {
        return;
    }
    let has_conflict = merge.changes().iter().any(|change| change.whose == Whose::Conflict);
    let mut want = BTreeMap::new();
    let keys: std::collections::BTreeSet<&String> = base.keys().chain(mine.keys()).chain(theirs.keys()).collect();
    for key in keys {
        let (was, here, there) = (base.get(key), mine.get(key), theirs.get(key));
        assert!(here == was || there == was || here == there || has_conflict, "{key} is no conflict\n{}", told());
        want.extend(if here == was { there } else { here }.map(|value| (key.clone(), value.clone())));
    }
    if !has_conflict {
        let got = leaves_of_merge(merge);
        assert!(got.is_none_or(|got| got == want), "{:?}\nis not\n{want:?}\n{}", leaves_of_merge(merge), told());
    }
}

fn leaves_of_merge(merge: &merge::Merge) -> Option<BTreeMap<String, Value>> {
    leaves(&merge.data(&merge.choices()))
}

/// Returns all values that are no maps, entries by their class; none where these do not tell them apart.
fn leaves(data: &Value) -> Option<BTreeMap<String, Value>> {
    let mut out = BTreeMap::new();
    let mut queue: Vec<(String, &Value)> = Vec::new();
    for (key, value) in data.as_map().unwrap_or_default() {
        if key.as_str() == Some("plugins") {
            for entry in value.as_list().unwrap_or_default() {
                let class = entry.get("class")?.as_str()?;
                if queue.iter().any(|(known, _)| known.starts_with(&format!("plugins/{class}/"))) {
                    return None;
                }
                queue.push((format!("plugins/{class}/"), entry));
            }
        } else {
            queue.push((format!("{key:?}/"), value));
        }
    }
    while let Some((path, value)) = queue.pop() {
        match value {
            Value::Map(pairs) => queue.extend(pairs.iter().map(|(key, value)| (format!("{path}{key:?}/"), value))),
            leaf => drop(out.insert(path, leaf.clone())),
        }
    }
    Some(out)
}

/// Holds what was changed in an entry, and is no conflict, against the merged data: some entry has it.
fn holds_change(change: &Change, data: &Value, told: impl Fn() -> String) {
    let wanted = if change.whose == Whose::Mine { &change.values.mine } else { &change.values.theirs };
    let place = &change.place;
    let (Some(_), Some(wanted), false) = (&place.entry, wanted, place.is_order) else { return };
    // A key that is no string has no name of its own.
    if place.below.tokens().iter().any(|token| token.starts_with(|c: char| c.is_ascii_digit())) {
        return;
    }
    let entries = data.get("plugins").and_then(Value::as_list).unwrap_or_default();
    let is_there = entries.iter().any(|entry| get(entry, &place.below).is_some_and(|got| got.same(wanted)));
    assert!(is_there, "{}", told());
}

/// Returns data as text in which no order counts.
fn sorted(value: &Value) -> String {
    match value {
        Value::Map(pairs) => {
            let mut parts: Vec<String> =
                pairs.iter().map(|(key, value)| format!("{key:?}: {}", sorted(value))).collect();
            parts.sort();
            format!("{{{}}}", parts.join(", "))
        }
        Value::List(items) => {
            let mut parts: Vec<String> = items.iter().map(sorted).collect();
            parts.sort();
            format!("[{}]", parts.join(", "))
        }
        other => format!("{other:?}"),
    }
}
