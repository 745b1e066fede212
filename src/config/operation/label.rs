//! What is said of a change: one sentence, no secret in it.

use crate::config::{Role, secret};
use crate::text::visible::{shortened, visible};
use crate::yaml::{Document, Pointer, Value, write};

/// Characters of a value that a label shows.
const MAX_SHOWN: usize = 40;

/// Returns how people call an entry: its class, else its place from 1.
pub(super) fn entry(document: Option<&Document>, index: usize) -> String {
    let class = document.and_then(|document| {
        let entry = document.data().ok()?.get("plugins")?.as_list()?.get(index)?;
        entry.get("class")?.as_str().map(str::to_owned)
    });
    class.map_or_else(|| format!("entry {}", index + 1), |text| self::class(&text))
}

/// Returns a class path as labels have it.
pub(super) fn class(class: &str) -> String {
    shortened(&visible(class), MAX_SHOWN).into_owned()
}

/// Returns how people call several entries.
pub(super) fn entries(document: Option<&Document>, indices: &[usize]) -> String {
    match indices {
        [index] => entry(document, *index),
        _ => format!("{} entries", indices.len()),
    }
}

/// Returns how people call a place: `level of acme.Audit`, `controller_wheel_path`.
pub(super) fn place(document: Option<&Document>, pointer: &Pointer) -> String {
    if let [list, index, below @ ..] = pointer.tokens()
        && list == "plugins"
        && let Ok(index) = index.parse()
    {
        let entry = entry(document, index);
        if below.is_empty() {
            return entry;
        }
        let below = if below.len() > 1 && below[0] == "parameters" { &below[1..] } else { below };
        return format!("{} of {entry}", visible(&Pointer::from_tokens(below).to_path()));
    }
    if pointer.is_root() { "the whole file".to_owned() } else { visible(&pointer.to_path()).into_owned() }
}

/// Returns ` to VALUE` where the value is short and no secret, else nothing.
pub(super) fn to_value(pointer: &Pointer, value: &Value) -> String {
    value_behind("to", pointer, value)
}

/// Returns ` as VALUE` where the value is short and no secret, else nothing.
pub(super) fn as_value(pointer: &Pointer, value: &Value) -> String {
    value_behind("as", pointer, value)
}

fn value_behind(word: &str, pointer: &Pointer, value: &Value) -> String {
    let names = || pointer.tokens().iter().map(String::as_str);
    let shown = match value {
        Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Tuple(_) | Value::Cycle => return String::new(),
        Value::Str(text) if secret::is_secret(names(), text) => secret::MASK.to_owned(),
        _ if names().any(secret::is_secret_name) => secret::MASK.to_owned(),
        _ => shortened(&visible(&write::flow(value).unwrap_or_default()), MAX_SHOWN).into_owned(),
    };
    format!(" {word} {shown}")
}

/// Returns the name of the file.
pub(super) const fn file(role: Role) -> &'static str {
    role.file_name()
}
