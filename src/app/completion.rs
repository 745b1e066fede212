//! What can be taken instead of typed on: classes that were found, parameters that a class knows.
//!
//! Free text is always taken. While a suggestion is under the cursor its text
//! stands in the field; typing on starts from there.

use std::collections::HashMap;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::State;
use super::form::{Form, FormKind};
use super::tree::names_at;
use crate::check::classes::site;
use crate::config::Role;
use crate::python::{Origin, Parameter, PluginClass, SourceKind};
use crate::text::visible::{visible, visible_name};
use crate::yaml::Pointer;

/// The most classes that are matched at each key.
const MOST: usize = 20_000;

/// What is said of a class that cannot be constructed.
const ABSTRACT: &str = "abstract";

/// One thing to take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is put into the field.
    pub text: String,
    /// The characters of it that match what is typed.
    pub hits: Vec<usize>,
    /// Where it comes from, or what it is.
    pub from: String,
    /// What else is to be known before it is taken.
    pub note: String,
}

/// What a field offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// What was typed, without what the cursor put into the field.
    typed: String,
    /// What matches it, the best first.
    pub rows: Vec<Suggestion>,
    /// How many there are without a filter.
    pub total: usize,
    /// The row that stands in the field.
    pub cursor: Option<usize>,
}

/// Returns the label of the field that offers something.
#[must_use]
pub const fn completed_label(kind: &FormKind) -> Option<&'static str> {
    match kind {
        FormKind::AddClass { .. } | FormKind::ChangeClass { .. } => Some("class"),
        FormKind::AddValue { items: None, .. } => Some("name"),
        _ => None,
    }
}

/// Looks again what matches, unless the field holds what the cursor put there.
pub fn refill(state: &State, form: &mut Form) {
    let Some(label) = completed_label(&form.kind) else { return };
    let typed = form.text(label).to_owned();
    if let Some(at) = form.completion.cursor
        && form.completion.rows.get(at).is_some_and(|row| row.text == typed)
    {
        return;
    }
    let all = match &form.kind {
        FormKind::AddValue { role, level, .. } => parameters(state, *role, level),
        _ => classes(state),
    };
    let total = all.len();
    form.completion = Completion { rows: matching(all, typed.trim()), typed, total, cursor: None };
}

/// Puts the next or the previous suggestion into the field; before the first stands what was typed.
pub fn step(form: &mut Form, forward: bool) {
    let count = form.completion.rows.len();
    let at = match (form.completion.cursor, forward) {
        (None, true) => Some(0),
        (None, false) => count.checked_sub(1),
        (Some(at), true) => Some(at + 1).filter(|at| *at < count),
        (Some(at), false) => at.checked_sub(1),
    };
    form.completion.cursor = at;
    let text = at.map_or_else(|| form.completion.typed.clone(), |at| form.completion.rows[at].text.clone());
    if let Some(field) = form.field() {
        field.set(text);
    }
}

/// Takes the only class that matches where what was typed can be none: it was meant to find it.
pub(super) fn take_only_match(form: &mut Form) {
    if !matches!(form.kind, FormKind::AddClass { .. } | FormKind::ChangeClass { .. }) || !form.offers() {
        return;
    }
    if form.completion.cursor.is_none() && form.completion.rows.len() == 1 && !form.text("class").contains('.') {
        step(form, true);
    }
}

/// Returns the classes that were found and those that the lists name, each once.
fn classes(state: &State) -> Vec<Suggestion> {
    let mut out: Vec<Suggestion> = Vec::new();
    let mut named: HashMap<&str, Vec<String>> = HashMap::new();
    let mut in_order: Vec<&str> = Vec::new();
    for role in Role::ALL {
        for (index, entry) in state.list(role).entries.iter().enumerate() {
            let Some(class) = entry.class.as_deref() else { continue };
            let places = named.entry(class).or_insert_with(|| {
                in_order.push(class);
                Vec::new()
            });
            places.push(format!("{} #{}", list_word(role), index + 1));
        }
    }
    let mut rows: HashMap<&str, usize> = HashMap::new();
    for one in state.facts.catalog.found.iter().take(MOST) {
        if let Some(&row) = rows.get(one.class.as_str()) {
            // The same class in a wheel and in the server's Python: one row.
            let known = &mut out[row];
            known.from = format!("{}, {}", known.from, origin_text(&one.origin));
        } else {
            rows.insert(&one.class, out.len());
            let note = note(one, named.get(one.class.as_str()));
            let from = origin_text(&one.origin);
            out.push(Suggestion { text: one.class.clone(), hits: Vec::new(), from, note });
        }
    }
    // What cannot be constructed comes last.
    out.sort_by_key(|one| one.note == ABSTRACT);
    let other = in_order.into_iter().filter(|class| !rows.contains_key(class));
    out.extend(other.map(|class| {
        let from = named[class][0].clone();
        Suggestion { text: class.to_owned(), hits: Vec::new(), from, note: String::new() }
    }));
    out
}

fn note(class: &PluginClass, places: Option<&Vec<String>>) -> String {
    if class.is_abstract == Some(true) {
        return ABSTRACT.to_owned();
    }
    places.map_or(String::new(), |places| format!("in {}", places.join(", ")))
}

const fn list_word(role: Role) -> &'static str {
    match role {
        Role::Api => "API list",
        Role::Remote => "remote list",
    }
}

/// Returns where a class comes from in a few words: `wheel 0.9.1`, `server 3.0`.
#[must_use]
pub fn origin_text(origin: &Origin) -> String {
    let kind = match origin.kind {
        SourceKind::Wheel => "wheel",
        SourceKind::Python => "server",
        SourceKind::Path => "path",
    };
    match &origin.version {
        Some(version) => format!("{kind} {}", visible(version)),
        None => kind.to_owned(),
    }
}

/// Returns where a class comes from with the name of its distribution or file.
#[must_use]
pub fn origin_words(origin: &Origin) -> String {
    let name = origin.distribution.as_deref().map(|name| visible(name).into_owned());
    let version = origin.version.as_deref().map_or(String::new(), |version| format!(" {}", visible(version)));
    match origin.kind {
        SourceKind::Wheel => {
            let file = origin.from.file_name().map_or_else(String::new, visible_name);
            name.map_or(file, |name| format!("wheel {name}{version}"))
        }
        SourceKind::Python => match name {
            Some(name) => format!("{name}{version} in the server's Python"),
            None => "the server's Python".to_owned(),
        },
        SourceKind::Path => visible_name(origin.from.as_os_str()),
    }
}

/// Returns what is known of the class of an entry.
#[must_use]
pub fn class_at<'s>(state: &'s State, role: Role, level: &Pointer) -> Option<&'s PluginClass> {
    let index: usize = level.tokens().get(1)?.parse().ok()?;
    let class = state.list(role).entries.get(index)?.class.as_deref()?;
    state.facts.catalog.class(site(role), class)
}

/// Returns the parameters that a class knows and an entry does not give; none below them.
#[must_use]
pub fn missing<'s>(state: &'s State, role: Role, level: &Pointer) -> Vec<&'s Parameter> {
    if level.tokens().len() != 3 {
        return Vec::new();
    }
    let Some(class) = class_at(state, role, level) else { return Vec::new() };
    let given = state.workspace.document(role).map(|document| names_at(document, level)).unwrap_or_default();
    let known = class.parameters.iter().flatten();
    known.filter(|one| one.takes_keyword() && !given.contains(&one.name)).collect()
}

fn parameters(state: &State, role: Role, level: &Pointer) -> Vec<Suggestion> {
    let mut known = missing(state, role, level);
    known.sort_by_key(|one| !one.is_required());
    let suggestion = |one: &&Parameter| Suggestion {
        text: one.name.clone(),
        hits: Vec::new(),
        from: visible(&kind_text(one)).into_owned(),
        note: one.doc.as_deref().and_then(|doc| doc.lines().next()).map_or(String::new(), |l| visible(l).into_owned()),
    };
    known.iter().map(suggestion).collect()
}

/// Returns the annotation and the default of a parameter: `str, required`, `int = 7`.
#[must_use]
pub fn kind_text(parameter: &Parameter) -> String {
    let annotation = parameter.annotation.as_deref().unwrap_or("any");
    match &parameter.default {
        Some(default) => format!("{annotation} = {default}"),
        None => format!("{annotation}, required"),
    }
}

/// Returns what matches, the best first; all of it where nothing is typed.
fn matching(all: Vec<Suggestion>, typed: &str) -> Vec<Suggestion> {
    if typed.is_empty() {
        return all;
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(typed, CaseMatching::Smart, Normalization::Smart);
    let mut scored: Vec<(u32, Suggestion)> = Vec::new();
    for mut one in all {
        let mut buffer = Vec::new();
        let mut hits = Vec::new();
        let Some(score) = pattern.indices(Utf32Str::new(&one.text, &mut buffer), &mut matcher, &mut hits) else {
            continue;
        };
        hits.sort_unstable();
        hits.dedup();
        one.hits = hits.into_iter().filter_map(|hit| usize::try_from(hit).ok()).collect();
        scored.push((score, one));
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.text.cmp(&b.1.text)));
    scored.into_iter().map(|(_, one)| one).collect()
}

/// Returns the class that a form names, where something is known of it.
#[must_use]
pub fn class_of<'s>(state: &'s State, form: &Form, role: Role) -> Option<&'s PluginClass> {
    state.facts.catalog.class(site(role), form.text("class").trim())
}

/// Returns the parameters that a new entry of a class must be given, and can be.
#[must_use]
pub fn to_ask(class: &PluginClass) -> Vec<&Parameter> {
    class.required().filter(|one| one.takes_keyword()).collect()
}
