//! A search over everything: classes, parameters, values, wheels and the files in them.

use super::choice::{Choice, ChoiceRow, Goal};
use super::form::{Form, FormKind};
use super::modal::Modal;
use super::needle::Needle;
use super::value::shown;
use super::{Screen, State, Tone, edits, pages, wheels};
use crate::config::Role;
use crate::config::secret::{self, MASK};
use crate::text::visible::{visible, visible_name};
use crate::yaml::{Document, Pointer, Value};

/// The most that is listed: who looks for one thing types more of it.
const MOST: usize = 500;

/// Returns the form for what is looked for.
pub(super) fn form() -> Form {
    Form::new(FormKind::Find, "Find in both lists and in the wheels", vec![Form::text_row("find", "")])
}

/// Shows what holds a text.
pub(super) fn open(state: &mut State, typed: &str) {
    let needle = Needle::of(typed);
    let mut rows = Vec::new();
    for role in Role::ALL {
        in_list(state, role, &needle, &mut rows);
    }
    in_wheels(state, &needle, &mut rows);
    if rows.is_empty() {
        let text = format!("Nothing holds {}: no class, parameter, value, wheel or file of one.", visible(typed));
        state.say(Tone::Told, text);
        return;
    }
    let right = if rows.len() < MOST { format!("{} found", rows.len()) } else { format!("the first {MOST}") };
    let title = format!("Find: {}", visible(typed));
    state.modals.push(Modal::Choice(Box::new(Choice { title, right, rows, cursor: 0, offset: 0 })));
}

fn name_of(role: Role) -> &'static str {
    match role {
        Role::Api => "API",
        Role::Remote => "remote",
    }
}

fn in_list(state: &State, role: Role, needle: &Needle, rows: &mut Vec<ChoiceRow>) {
    let list = state.list(role);
    let data = state.workspace.document(role).and_then(|document| document.data().ok());
    let items = data.and_then(|data| data.get("plugins")).and_then(Value::as_list);
    for (index, entry) in list.entries.iter().enumerate() {
        let class = entry.class.as_deref().unwrap_or_default();
        let place = format!("{} #{}", name_of(role), index + 1);
        if needle.is_in(class) && rows.len() < MOST {
            let label = visible(class).into_owned();
            let goal = Goal::Place(role, entry.pointer());
            rows.push(ChoiceRow { label, detail: place.clone(), goal });
        }
        let Some(document) = state.workspace.document(role) else { continue };
        let Some(parameters) = items.and_then(|items| items.get(index)).and_then(|item| item.get("parameters")) else {
            continue;
        };
        let mut search =
            Search { needle, document, role, place, class, show_secrets: state.settings.show_secrets, rows };
        search.below(parameters, &entry.pointer().join("parameters"), &mut Vec::new());
    }
}

/// A search through the parameters of one entry.
struct Search<'a> {
    needle: &'a Needle,
    document: &'a Document,
    role: Role,
    place: String,
    class: &'a str,
    show_secrets: bool,
    rows: &'a mut Vec<ChoiceRow>,
}

impl Search<'_> {
    fn below(&mut self, value: &Value, at: &Pointer, names: &mut Vec<String>) {
        if self.rows.len() >= MOST {
            return;
        }
        match value {
            Value::Map(pairs) => {
                for (key, value) in pairs.iter() {
                    let name = key.as_str().map_or_else(|| self.token(at, key), str::to_owned);
                    self.one(value, &at.join(&name), name, names);
                }
            }
            Value::List(items) => {
                for (index, value) in items.iter().enumerate() {
                    self.one(value, &at.join(index), index.to_string(), names);
                }
            }
            _ => {}
        }
    }

    /// Returns how a pointer names a key that is no string: by its source.
    fn token(&self, holder: &Pointer, key: &Value) -> String {
        let is_it = |token: &&str| Document::parse(*token).data().is_ok_and(|data| data.same_key(key));
        let map = self.document.tree().ok().zip(self.document.find(holder)).map(|(tree, node)| tree.target(node));
        let pairs = map.map(|map| self.document.effective_pairs(map)).unwrap_or_default();
        let tokens = pairs.iter().map(|pair| self.document.key_token(pair.key));
        tokens.rev().find(is_it).map_or_else(|| shown(key), str::to_owned)
    }

    fn one(&mut self, value: &Value, at: &Pointer, name: String, names: &mut Vec<String>) {
        names.push(name);
        let path = Pointer::from_tokens(at.tokens().iter().skip(3).cloned()).to_path();
        let text = value.as_str().map_or_else(|| shown(value), str::to_owned);
        let is_secret = !self.show_secrets && secret::is_secret(names.iter().map(String::as_str), &text);
        let is_leaf = !matches!(value, Value::Map(_) | Value::List(_));
        // A hidden value is not looked through: what is found would tell of it.
        if self.needle.is_in(&path) || (is_leaf && !is_secret && self.needle.is_in(&text)) {
            let text = if is_secret { MASK.to_owned() } else { visible(&text).into_owned() };
            let label = format!("{}: {text}", visible(&path));
            let detail = format!("{}  {}", self.place, visible(self.class));
            self.rows.push(ChoiceRow { label, detail, goal: Goal::Place(self.role, at.clone()) });
        }
        self.below(value, at, names);
        names.pop();
    }
}

fn in_wheels(state: &State, needle: &Needle, rows: &mut Vec<ChoiceRow>) {
    let Some(directory) = pages::wheel_directory(state) else { return };
    for (index, entry) in directory.entries().iter().enumerate() {
        let name = visible_name(&entry.name);
        if needle.is_in(&name) && rows.len() < MOST {
            let label = name.clone();
            rows.push(ChoiceRow { label, detail: "wheel directory".to_owned(), goal: Goal::Wheel(index, None) });
        }
        let contents = pages::inspection(state, entry).and_then(|inspection| inspection.contents.as_ref().ok());
        for member in contents.iter().flat_map(|contents| &contents.members) {
            if rows.len() >= MOST {
                return;
            }
            if needle.is_in(&member.path) {
                let label = visible(&member.path).into_owned();
                let goal = Goal::Wheel(index, Some(label.clone()));
                rows.push(ChoiceRow { label, detail: format!("in {name}"), goal });
            }
        }
    }
}

/// Goes to what was found; the rest stays at hand.
pub(super) fn go(state: &mut State, choice: Box<Choice>, goal: &Goal) {
    match goal {
        Goal::Place(role, pointer) => edits::go_to(state, *role, pointer, true),
        Goal::Wheel(index, _) => {
            state.screen = Screen::Wheels;
            wheels::set_filter(state, String::new());
            state.wheel.at = state.wheel_view.rows().iter().position(|at| at == index).unwrap_or(0);
        }
        Goal::Edits(_) => {}
    }
    let number = format!("{} of {}", choice.cursor + 1, choice.rows.len());
    let file = match goal {
        Goal::Wheel(_, Some(file)) => format!(" It holds {file}; Enter shows all of its files."),
        _ => String::new(),
    };
    state.say(Tone::Told, format!("{number} found.{file} Esc comes back to the others."));
    state.found = Some(choice);
}

/// Comes back to what was found, where nothing was edited since; tells whether.
pub(super) fn come_back(state: &mut State) -> bool {
    let Some(choice) = state.found.take() else { return false };
    state.modals.push(Modal::Choice(choice));
    true
}
