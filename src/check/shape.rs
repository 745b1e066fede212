//! What SkyPilot itself refuses: reading, schema, and Python's own exceptions, in its words.
//!
//! The order is that of `yaml_utils.read_yaml`, `common_utils.validate_schema`
//! and `Config.from_dict` (0.14.1): only the first problem decides the verdict.

use std::collections::HashMap;

use super::known::Known;
use super::repr::{python_type, repr};
use super::{Status, Verdict};
use crate::config::schema::{self, Object, Type};
use crate::config::{ConfigFile, Content, Role, Unreadable, UnreadableReason};
use crate::yaml::{Document, ErrorKind, Pointer, Value, YamlError};

/// The exception of a refused configuration.
pub(super) const INVALID: &str = "InvalidSkyPilotConfigError";
/// The most unknown keys that a message names.
const MOST_NAMED: usize = 200;
/// The length, in bytes, from which on no word is similar to a known key.
const LONG: usize = 100;
/// Python counts two words as similar from this ratio on (`difflib`).
const CUTOFF: f64 = 0.6;

/// Returns what SkyPilot makes of one file.
#[must_use]
pub fn verdict(file: &ConfigFile, role: Role) -> Verdict {
    verdict_but(file, role, &Known::default())
}

/// Does the same where some entries are known to be taken.
pub(super) fn verdict_but(file: &ConfigFile, role: Role, known: &Known) -> Verdict {
    match &file.content {
        Content::Absent => Verdict { status: Status::Absent, exception: None, message: None, plugins: 0 },
        Content::Unreadable(why) => unreadable(why, &path_of(file)),
        Content::Text(document) => judge(document, role, &path_of(file), known),
    }
}

/// Returns the path as Python has it.
fn path_of(file: &ConfigFile) -> String {
    file.location.path.as_ref().map_or_else(String::new, |path| path.to_string_lossy().into_owned())
}

fn unreadable(why: &Unreadable, path: &str) -> Verdict {
    let of_system = |problem: &str| Some(format!("{problem}: {}", repr(&Value::str(path))));
    let (status, exception, message) = match why.reason {
        UnreadableReason::Directory => {
            (Status::Crash, Some("IsADirectoryError"), of_system("[Errno 21] Is a directory"))
        }
        UnreadableReason::Permission => {
            (Status::Crash, Some("PermissionError"), of_system("[Errno 13] Permission denied"))
        }
        UnreadableReason::Encoding { offset } => {
            let message = why.bytes.as_ref().map(|bytes| undecodable(bytes, offset));
            (Status::Crash, Some("UnicodeDecodeError"), message)
        }
        UnreadableReason::Endless => (Status::Hang, None, None),
        UnreadableReason::TooLarge => (Status::Crash, Some("MemoryError"), None),
        UnreadableReason::Other => (Status::Crash, Some("OSError"), None),
    };
    Verdict { status, exception, message, plugins: 0 }
}

/// Words Python's `UnicodeDecodeError`. Behind the first 8,192 bytes Python
/// counts from the start of the block that it reads; here it is always the file's.
fn undecodable(bytes: &[u8], offset: usize) -> String {
    let wrong = std::str::from_utf8(&bytes[offset..]).err();
    let length = wrong.map(|error| error.error_len());
    let reason = match (length, bytes[offset]) {
        (Some(None), _) => "unexpected end of data",
        (_, 0x80..=0xc1 | 0xf5..) => "invalid start byte",
        _ => "invalid continuation byte",
    };
    match length.flatten().unwrap_or(bytes.len() - offset) {
        1 => format!("'utf-8' codec can't decode byte 0x{:02x} in position {offset}: {reason}", bytes[offset]),
        many => format!("'utf-8' codec can't decode bytes in position {offset}-{}: {reason}", offset + many - 1),
    }
}

/// Returns what SkyPilot makes of a text, under the file's usual name.
#[must_use]
pub fn of_document(document: &Document, role: Role) -> Verdict {
    judge(document, role, role.file_name(), &Known::default())
}

fn judge(document: &Document, role: Role, path: &str, known: &Known) -> Verdict {
    let data = match document.data() {
        Ok(data) => data,
        Err(error) => return unparsed(document, error, path),
    };
    let failed = |status, exception, message: String| Verdict {
        status,
        exception: Some(exception),
        message: Some(message),
        plugins: 0,
    };
    match validate(document, data, role, known) {
        Err(Refusal::Schema(violation)) => {
            let prefix = match role {
                Role::Api => "Invalid plugins config: ",
                Role::Remote => "Invalid remote plugins config: ",
            };
            failed(Status::SchemaError, INVALID, format!("{prefix}{}", violation.message))
        }
        Err(Refusal::Python(exception, message)) => failed(Status::Crash, exception, message),
        Ok(()) => {
            let plugins = data.get("plugins").and_then(Value::as_list).map_or(0, <[Value]>::len);
            Verdict { status: Status::Ok, exception: None, message: None, plugins }
        }
    }
}

fn unparsed(document: &Document, error: &YamlError, path: &str) -> Verdict {
    let Some(exception) = error.kind.exception() else {
        return Verdict { status: Status::Killed, exception: None, message: None, plugins: 0 };
    };
    let status = if error.kind.is_yaml() { Status::YamlError } else { Status::Crash };
    let mut error = error.clone();
    if let (ErrorKind::Reader, Some(mark)) = (error.kind, &mut error.mark) {
        // Python opens the file as text: each CR LF is one byte by then.
        mark.offset -= document.text()[..mark.offset].matches("\r\n").count();
    }
    Verdict { status, exception: Some(exception), message: Some(error.python_message(path)), plugins: 0 }
}

/// Returns a message of SkyPilot on one line: PyYAML puts each place on one of its own.
///
/// The last place is kept, the others and the path go.
#[must_use]
pub fn one_line(message: &str) -> String {
    let is_place = |line: &&str| line.starts_with("  in \"");
    let words: Vec<&str> = message.lines().filter(|line| !is_place(line)).map(str::trim).collect();
    let place = message.lines().rev().find(is_place).and_then(|line| line.rsplit_once("\", "));
    match place {
        Some((_, place)) => format!("{} ({place})", words.join(": ")),
        None => words.join(" "),
    }
}

/// Why a configuration is not taken.
enum Refusal {
    /// By the schema.
    Schema(Violation),
    /// By an exception of Python itself: its name and its message.
    Python(&'static str, String),
}

/// The first thing that the schema refuses.
struct Violation {
    /// SkyPilot's message, without the prefix that names the file.
    message: String,
}

/// Does what `validate_schema` and `Config.from_dict` do.
fn validate(document: &Document, data: &Value, role: Role, known: &Known) -> Result<(), Refusal> {
    if !data.is_truthy() {
        return Ok(());
    }
    let Value::Map(pairs) = data else {
        let problem = format!("'{}' object has no attribute 'items'", python_type(data));
        return Err(Refusal::Python("AttributeError", problem));
    };
    let kept: Vec<(&Value, &Value)> =
        pairs.iter().filter(|(_, v)| !matches!(v, Value::Null)).map(|(k, v)| (k, v)).collect();
    object(document, &kept, schema::of(role), &Path::Root, known)?;
    if pairs.iter().any(|(key, _)| key.as_str().is_none()) {
        return Err(Refusal::Python("TypeError", "keywords must be strings".to_owned()));
    }
    Ok(())
}

/// The way from the root to a value; a pointer is made of it only for an error.
enum Path<'a> {
    Root,
    Key(&'a Self, &'static str),
    Item(&'a Self, usize),
}

impl Path<'_> {
    fn pointer(&self) -> Pointer {
        match self {
            Self::Root => Pointer::root(),
            Self::Key(above, name) => above.pointer().join(name),
            Self::Item(above, index) => above.pointer().join(index),
        }
    }
}

fn object(
    document: &Document,
    pairs: &[(&Value, &Value)],
    schema: &Object,
    at: &Path<'_>,
    known: &Known,
) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::Schema(Violation { message }));
    let get = |name: &str| pairs.iter().find(|(k, _)| k.as_str() == Some(name)).map(|(_, v)| *v);
    for property in schema.properties.iter().filter(|p| p.required) {
        if get(property.name).is_none() {
            let name = property.name;
            return refuse(format!(
                "'{name}' is a required property. Check problematic field(s): {}",
                json_path(&at.pointer())
            ));
        }
    }
    let has = |key: &Value| key.as_str().and_then(|name| schema.property(name)).is_some();
    let unknown: Vec<&Value> = pairs.iter().map(|(k, _)| *k).filter(|k| !has(k)).collect();
    if !unknown.is_empty() {
        let mut parts = Vec::new();
        for key in unknown.into_iter().take(MOST_NAMED) {
            match key {
                Value::Str(name) => parts.push(match similar(name, schema) {
                    Some(meant) => format!("Instead of {}, did you mean '{meant}'?", repr(key)),
                    None => format!("Found unsupported field {}.", repr(key)),
                }),
                Value::Bytes(_) | Value::Tuple(_) => parts.push(format!("Found unsupported field {}.", repr(key))),
                _ => {
                    let problem = format!("'{}' object is not iterable", python_type(key));
                    return Err(Refusal::Python("TypeError", problem));
                }
            }
        }
        return refuse(parts.join(" "));
    }
    for property in schema.properties {
        let Some(value) = get(property.name) else { continue };
        let below = Path::Key(at, property.name);
        of_type(document, value, property.kind, &below)?;
        if let (Type::Array(items), Value::List(values)) = (property.kind, value) {
            // The only array of both schemas is the list.
            for (index, item) in values.iter().enumerate().filter(|(index, _)| !known.is_quiet(*index)) {
                let below = Path::Item(&below, index);
                of_type(document, item, Type::Object(items), &below)?;
                if let Value::Map(pairs) = item {
                    let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k, v)).collect();
                    object(document, &pairs, items, &below, known)?;
                }
            }
        }
    }
    Ok(())
}

/// Tells whether a value is of a type; an alias inside its own anchor is what it stands for.
pub(super) fn holds(document: &Document, value: &Value, kind: Type, at: &Pointer) -> bool {
    if !matches!((value, kind), (Value::Cycle, Type::Free)) {
        return kind.holds(value);
    }
    let tree = document.tree().ok();
    tree.zip(document.find(at)).is_some_and(|(tree, node)| tree.is_mapping(tree.target(node)))
}

fn of_type(document: &Document, value: &Value, kind: Type, at: &Path<'_>) -> Result<(), Refusal> {
    if kind.holds(value) {
        return Ok(());
    }
    let at = &at.pointer();
    if holds(document, value, kind, at) {
        return Ok(());
    }
    let message =
        format!("{} is not of type '{}'. Check problematic field(s): {}", repr(value), kind.name(), json_path(at));
    Err(Refusal::Schema(Violation { message }))
}

/// Returns the path as jsonschema writes it: `$.plugins[0].class`.
fn json_path(at: &Pointer) -> String {
    let path = at.to_path();
    if path.is_empty() { "$".to_owned() } else { format!("$.{path}") }
}

/// Returns the known key that SkyPilot takes `name` for.
pub(super) fn similar(name: &str, schema: &Object) -> Option<&'static str> {
    nearest(name, schema.properties.iter().map(|property| property.name))
}

/// Returns the one of some names that is most like another one; the last of those that are equally like it.
pub(crate) fn nearest<'n>(name: &str, among: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    if name.len() > LONG {
        return None;
    }
    let scored = among.map(|one| (ratio(one, name), one)).filter(|(ratio, _)| *ratio >= CUTOFF);
    scored.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, one)| one)
}

/// Python's `difflib.SequenceMatcher(None, a, b).ratio()` for short words.
fn ratio(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let total = a.len() + b.len();
    if total == 0 {
        return 1.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "keys are short")]
    let ratio = 2.0 * matches(&a, &b) as f64 / total as f64;
    ratio
}

/// Sums the lengths of the matching blocks: the longest first, then left and right of it.
fn matches(a: &[char], b: &[char]) -> usize {
    let mut sum = 0;
    let mut open = vec![(0, a.len(), 0, b.len())];
    while let Some((a0, a1, b0, b1)) = open.pop() {
        let (i, j, len) = longest(a, b, (a0, a1, b0, b1));
        if len > 0 {
            sum += len;
            open.push((a0, i, b0, j));
            open.push((i + len, a1, j + len, b1));
        }
    }
    sum
}

fn longest(a: &[char], b: &[char], (a0, a1, b0, b1): (usize, usize, usize, usize)) -> (usize, usize, usize) {
    let mut best = (a0, b0, 0);
    let mut runs: HashMap<usize, usize> = HashMap::new();
    for (i, left) in a.iter().enumerate().take(a1).skip(a0) {
        let mut next = HashMap::new();
        for j in (b0..b1).filter(|&j| *left == b[j]) {
            let len = 1 + j.checked_sub(1).and_then(|j| runs.get(&j)).copied().unwrap_or(0);
            next.insert(j, len);
            if len > best.2 {
                best = (i + 1 - len, j + 1 - len, len);
            }
        }
        runs = next;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let verdict = of_document(&Document::parse(text), Role::Api);
        format!("{:?} {}", verdict.status, verdict.message.unwrap_or_default())
    }

    #[test]
    fn refusals_are_skypilots() {
        assert_eq!(
            told("plugin: []\n"),
            "SchemaError Invalid plugins config: Instead of 'plugin', did you mean 'plugins'?"
        );
        assert_eq!(
            told("plugins:\n- class: 5\n"),
            "SchemaError Invalid plugins config: 5 is not of type 'string'. Check problematic field(s): $.plugins[0].class"
        );
        assert_eq!(told("- a\n"), "Crash 'list' object has no attribute 'items'");
        assert_eq!(told("1: ~\n"), "Crash keywords must be strings");
        assert_eq!(told("1: x\n"), "Crash 'int' object is not iterable");
        assert_eq!(told("plugins: ~\nx: ~\n"), "Ok ");
        assert_eq!(told("no\n"), "Ok ");
        assert_eq!(told("plugins:\n- &e\n  class: a.B\n  parameters: *e\n"), "Ok ");
    }

    #[test]
    fn messages_fit_on_a_line() {
        let message = "while scanning\n  in \"p.yaml\", line 1, column 2\nno colon\n  in \"p.yaml\", line 3, column 4";
        assert_eq!(one_line(message), "while scanning: no colon (line 3, column 4)");
        assert_eq!(one_line("day is out of range for month"), "day is out of range for month");
    }

    #[test]
    fn ratios_are_difflibs() {
        assert!((ratio("plugins", "remote_plugins") - 2.0 / 3.0).abs() < 1e-9);
        assert!((ratio("class", "clas") - 8.0 / 9.0).abs() < 1e-9);
    }
}
