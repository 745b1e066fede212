//! The text of `config.toml`: what it says, and what is wrong with it, each with its line.

use std::path::PathBuf;

use toml_edit::{Document, Item, Key, TableLike};

use super::{
    Color, KNOWN, Problem, Source, Sourced, Weight, absolute, bool_of, color_of, function_keys_of, near, preset_of,
    version_of,
};
use crate::app::bindings::preset::{FunctionKeys, Preset};
use crate::app::bindings::{Override, read_stroke};
use crate::app::command::{self, Context, Id};
use crate::check::SkyVersion;
use crate::config::Environment;
use crate::text::LineIndex;

/// What the file says.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub(super) theme: Option<Sourced<String>>,
    pub(super) color: Option<Sourced<Color>>,
    pub(super) ascii: Option<Sourced<bool>>,
    pub(super) mouse: Option<Sourced<bool>>,
    pub(super) preset: Option<Sourced<Preset>>,
    pub(super) function_keys: Option<Sourced<FunctionKeys>>,
    pub(super) keys: Vec<Override>,
    pub(super) server_cwd: Option<Sourced<PathBuf>>,
    pub(super) python: Option<Sourced<PathBuf>>,
    pub(super) sky_version: Option<Sourced<SkyVersion>>,
    pub(super) masks_also: Option<Sourced<Vec<String>>>,
    pub(super) masks_never: Option<Sourced<Vec<String>>>,
    pub(super) problems: Vec<Problem>,
}

impl File {
    /// Returns a file that cannot be read.
    #[must_use]
    pub fn unreadable(why: &str) -> Self {
        let message = format!("config.toml cannot be read: {why}; the defaults hold");
        Self { problems: vec![Problem { weight: Weight::Error, line: None, message }], ..Self::default() }
    }

    /// Reads the text of the file.
    #[must_use]
    pub fn read(text: &str, environment: &Environment) -> Self {
        let lines = LineIndex::new(text);
        let mut reading = Reading { lines, environment, file: Self::default() };
        match Document::parse(text) {
            Ok(document) => reading.settings(document.as_table()),
            Err(error) => {
                let line = reading.line(error.span());
                let message = format!("no TOML: {}; the defaults hold", error.message().replace('\n', ", "));
                reading.file.problems.push(Problem::error(line, message));
            }
        }
        reading.file
    }
}

struct Reading<'a> {
    lines: LineIndex,
    environment: &'a Environment,
    file: File,
}

impl Reading<'_> {
    fn line(&self, span: Option<std::ops::Range<usize>>) -> usize {
        self.lines.line_of(span.map_or(0, |span| span.start)) + 1
    }

    fn line_of(&self, table: &dyn TableLike, name: &str) -> usize {
        self.line(table.key(name).and_then(Key::span))
    }

    fn wrong(&mut self, line: usize, message: String) {
        self.file.problems.push(Problem::error(line, message));
    }

    fn unknown(&mut self, line: usize, what: &str, name: &str, near: &str) {
        let message = format!("there is no {what} {name:?}{near}");
        self.file.problems.push(Problem { weight: Weight::Warning, line: Some(line), message });
    }

    fn settings(&mut self, table: &dyn TableLike) {
        for (name, item) in table.iter() {
            let line = self.line_of(table, name);
            let environment = self.environment;
            let path = |text: &str| absolute(text, environment);
            match name {
                "theme" => self.file.theme = self.text(item, line, name, |text| Ok(text.to_owned())),
                "color" => self.file.color = self.text(item, line, name, color_of),
                "ascii" => self.file.ascii = self.truth(item, line, name),
                "mouse" => self.file.mouse = self.truth(item, line, name),
                "fkeys" => self.file.function_keys = self.text(item, line, name, function_keys_of),
                "server_cwd" => self.file.server_cwd = self.text(item, line, name, path),
                "python" => self.file.python = self.text(item, line, name, path),
                "sky_version" => self.file.sky_version = self.text(item, line, name, version_of),
                "keys" => self.keys(item, line),
                "masks" => self.masks(item, line),
                _ => {
                    let near = near(name, KNOWN.iter().map(|known| known.name.split('.').next().unwrap_or(known.name)));
                    self.unknown(line, "setting", name, &near);
                }
            }
        }
    }

    fn text<T>(
        &mut self,
        item: &Item,
        line: usize,
        name: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<Sourced<T>> {
        let value = match item.as_str() {
            Some(text) => read(text),
            None => Err(format!("is a text in quotes, not {}", kind(item))),
        };
        self.taken(value, line, name)
    }

    fn truth(&mut self, item: &Item, line: usize, name: &str) -> Option<Sourced<bool>> {
        let text = item.as_bool().map(|value| value.to_string());
        let value = text.ok_or_else(|| format!("is true or false, not {}", kind(item))).and_then(|text| bool_of(&text));
        self.taken(value, line, name)
    }

    fn names(&mut self, item: &Item, line: usize, name: &str) -> Option<Sourced<Vec<String>>> {
        let names = item
            .as_array()
            .and_then(|array| array.iter().map(|one| one.as_str().map(str::to_owned)).collect::<Option<Vec<String>>>());
        let value = match names {
            Some(names) if names.iter().all(|name| !name.is_empty()) => Ok(names),
            Some(_) => Err("holds an empty name, which means nothing".to_owned()),
            None => Err(format!("is a list of names in quotes, [\"*_pin\"], not {}", kind(item))),
        };
        self.taken(value, line, name)
    }

    fn taken<T>(&mut self, value: Result<T, String>, line: usize, name: &str) -> Option<Sourced<T>> {
        match value {
            Ok(value) => Some(Sourced { value, source: Source::File(line) }),
            Err(message) => {
                self.wrong(line, format!("{name} {message}; its default holds"));
                None
            }
        }
    }

    fn masks(&mut self, item: &Item, line: usize) {
        let Some(table) = item.as_table_like() else {
            return self.wrong(line, format!("masks is a table, [masks], not {}", kind(item)));
        };
        for (name, item) in table.iter() {
            let line = self.line_of(table, name);
            match name {
                "also" => self.file.masks_also = self.names(item, line, "masks.also"),
                "never" => self.file.masks_never = self.names(item, line, "masks.never"),
                _ => self.unknown(line, "setting", &format!("masks.{name}"), "; also and never are the two"),
            }
        }
    }

    fn keys(&mut self, item: &Item, line: usize) {
        if item.is_str() {
            self.file.preset = self.text(item, line, "keys", preset_of);
            return;
        }
        let Some(table) = item.as_table_like() else {
            return self.wrong(line, format!("keys is a preset in quotes or a table, [keys], not {}", kind(item)));
        };
        for (name, item) in table.iter() {
            let line = self.line_of(table, name);
            match (name, item.as_table_like()) {
                ("preset", _) => self.file.preset = self.text(item, line, "keys.preset", preset_of),
                (_, None) => self.command(None, name, item, line),
                (_, Some(inner)) => {
                    let Some(context) = Context::ALL.into_iter().find(|context| context.name() == name) else {
                        let names: Vec<String> = Context::ALL.map(Context::name).to_vec();
                        let near = near(name, names.iter().map(String::as_str));
                        self.unknown(line, "place for keys", &format!("keys.{name}"), &near);
                        continue;
                    };
                    for (name, item) in inner.iter() {
                        let line = self.line_of(inner, name);
                        self.command(Some(context), name, item, line);
                    }
                }
            }
        }
    }

    /// Takes the keys of a command: one, several, or `none`.
    fn command(&mut self, context: Option<Context>, name: &str, item: &Item, line: usize) {
        let Some(id) = id_of(name) else {
            let names: Vec<String> = command::table().iter().map(|row| row.id.name()).collect();
            let near = near(name, names.iter().map(String::as_str));
            return self.unknown(line, "command", name, &near);
        };
        let texts = match (item.as_str(), item.as_array()) {
            (Some("none"), _) => Some(Vec::new()),
            (Some(text), _) => Some(vec![text]),
            (None, Some(array)) => array.iter().map(toml_edit::Value::as_str).collect::<Option<Vec<&str>>>(),
            (None, None) => None,
        };
        let Some(texts) = texts else {
            let message = format!("{name} is a key in quotes, a list of keys, or \"none\", not {}", kind(item));
            return self.wrong(line, message);
        };
        match texts.into_iter().map(read_stroke).collect::<Result<Vec<_>, String>>() {
            Ok(keys) => self.file.keys.push(Override { context, id, keys, line }),
            Err(message) => self.wrong(line, format!("{name}: {message}")),
        }
    }
}

fn id_of(name: &str) -> Option<Id> {
    command::table().iter().map(|row| row.id).find(|id| id.name() == name)
}

fn kind(item: &Item) -> String {
    match item.type_name() {
        "integer" => "an integer".to_owned(),
        "array" => "a list".to_owned(),
        "boolean" => "true or false".to_owned(),
        "inline table" | "table" => "a table".to_owned(),
        "string" => "a text".to_owned(),
        other => format!("a {other}"),
    }
}
