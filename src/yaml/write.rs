//! From data to YAML source that PyYAML reads back as the same data.
//!
//! A value becomes a [`Fragment`]: lines whose indentation counts from where
//! they will stand, so that one fragment fits any place. Strings stay plain
//! where PyYAML reads them back as strings, else they are quoted; strings of
//! several lines become literal blocks. Where a fragment goes, and the proof
//! that it reads back there, is `edit`'s.

mod scalar;

use super::Value;
use super::edit::{NewValue, Written};
pub use scalar::{double_quoted, folded, inline, is_plain, literal, single_quoted};

/// Levels of nesting beyond which nothing is written: far beyond what a person
/// writes, far below what would end the stack.
const MAX_WRITTEN_DEPTH: usize = 200;
/// Bytes that are written of one value, at most: aliases can multiply a few lines
/// into more than any memory holds.
const MAX_WRITTEN_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a key beyond which it needs a `?`: libyaml gives up on the `:`
/// behind 1,024 of them.
const MAX_SIMPLE_KEY: usize = 1000;

/// Why a value cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A collection that holds itself has no end.
    #[error("the value holds itself (an alias inside its own anchor)")]
    Cycle,
    /// Tuples stand only in the lists of `!!omap` and `!!pairs`.
    #[error("a tuple can be written only as a pair of a list of pairs")]
    Tuple,
    /// Deeper than a person would write it.
    #[error("the value is nested more than {MAX_WRITTEN_DEPTH} levels deep")]
    TooDeep,
    /// Longer than anything a person wrote; aliases multiply it.
    #[error("the value, with its aliases written out, is too large to be written")]
    TooLarge,
}

/// How the block collections of a file are laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns from a key to the keys of a mapping below it.
    pub map_step: usize,
    /// Columns from a key to the dashes of a list below it.
    pub seq_offset: usize,
    /// Blanks behind a dash.
    pub dash_gap: usize,
}

impl Default for Style {
    /// Two columns everywhere, as `SkyPilot`'s own samples have it.
    fn default() -> Self {
        Self { map_step: 2, seq_offset: 2, dash_gap: 1 }
    }
}

/// What a fragment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// It starts behind the `:` or the dash.
    Inline,
    /// A block sequence: starts on a line of its own below a key.
    Sequence,
    /// A block mapping: starts on a line of its own below a key.
    Mapping,
}

/// The source of one value, free of the place where it will stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    /// What it is.
    pub shape: Shape,
    /// What stands on the line of the `:` or the dash in front of a block
    /// collection: an anchor, a tag, a comment.
    pub head: String,
    /// Inline: the first line goes behind the indicator, the others count their
    /// indentation from the column of the key or dash. Block: all count it from
    /// the column of the collection.
    pub lines: Vec<String>,
    /// The comment behind a fragment of one line, with the blanks before it.
    pub comment: String,
}

impl Fragment {
    /// Returns the fragment of a text on one line.
    #[must_use]
    pub fn inline(text: impl Into<String>) -> Self {
        Self { shape: Shape::Inline, head: String::new(), lines: vec![text.into()], comment: String::new() }
    }

    /// Tells whether it is a literal or folded scalar, perhaps behind properties.
    #[must_use]
    pub fn is_block_scalar(&self) -> bool {
        let first = self.lines.first().map_or("", String::as_str);
        let mut words = first.split(' ').skip_while(|word| word.is_empty() || word.starts_with(['&', '!']));
        self.shape == Shape::Inline && words.next().is_some_and(|word| word.starts_with(['|', '>']))
    }

    fn block(shape: Shape, lines: Vec<String>) -> Self {
        Self { shape, head: String::new(), lines, comment: String::new() }
    }

    /// Returns the fragment as one line for a flow collection, if it is one.
    #[must_use]
    pub fn one_line(&self) -> Option<&str> {
        match self.lines.as_slice() {
            [line] if self.shape == Shape::Inline => Some(line),
            _ => None,
        }
    }
}

/// A key as it stands in front of its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The source of the key alone.
    pub source: String,
    /// Whether `? ` stands before it and `:` on a line of its own.
    pub explicit: bool,
}

impl Key {
    /// Returns the key that a mapping holds `value` under.
    ///
    /// # Errors
    ///
    /// Returns [`WriteError`] where it cannot be written.
    pub fn of(value: &Value, flow: bool) -> Result<Self, WriteError> {
        let source = match value {
            Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Tuple(_) => self::flow(value)?,
            _ => inline(value, flow).ok_or(WriteError::Cycle)?,
        };
        Ok(Self { explicit: source.len() > MAX_SIMPLE_KEY, source })
    }
}

/// Returns the lines of a pair, counted from the column of its key.
#[must_use]
pub fn pair_lines(key: &Key, value: &Fragment, style: Style) -> Vec<String> {
    let (mut lines, head) = if key.explicit {
        (vec![format!("? {}", key.source)], ":".to_owned())
    } else {
        (Vec::new(), format!("{}:", key.source))
    };
    let step = match value.shape {
        Shape::Inline => {
            let first = join(&head, &value.lines[0]);
            lines.push(first);
            lines.extend(value.lines[1..].iter().cloned());
            append_comment(&mut lines, &value.comment);
            return lines;
        }
        Shape::Sequence => style.seq_offset,
        Shape::Mapping => style.map_step,
    };
    lines.push(join(&head, &value.head));
    lines.extend(value.lines.iter().map(|line| indented(line, step)));
    lines
}

/// Returns the lines of an item, counted from the column of its dash.
#[must_use]
pub fn item_lines(value: &Fragment, style: Style) -> Vec<String> {
    let gap = " ".repeat(style.dash_gap);
    let behind_dash = |text: &str| if text.is_empty() { "-".to_owned() } else { format!("-{gap}{text}") };
    let mut lines = Vec::with_capacity(value.lines.len());
    if value.shape == Shape::Inline {
        lines.push(behind_dash(&value.lines[0]));
        lines.extend(value.lines[1..].iter().cloned());
        append_comment(&mut lines, &value.comment);
        return lines;
    }
    let step = 1 + style.dash_gap;
    if value.head.is_empty() {
        lines.push(behind_dash(&value.lines[0]));
        lines.extend(value.lines[1..].iter().map(|line| indented(line, step)));
    } else {
        lines.push(behind_dash(&value.head));
        lines.extend(value.lines.iter().map(|line| indented(line, step)));
    }
    lines
}

fn append_comment(lines: &mut [String], comment: &str) {
    if let [only] = lines {
        only.push_str(comment);
    }
}

fn join(head: &str, text: &str) -> String {
    if text.is_empty() { head.to_owned() } else { format!("{head} {text}") }
}

/// Returns `line` with `columns` more blanks in front; an empty line stays empty.
#[must_use]
pub fn indented(line: &str, columns: usize) -> String {
    if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(columns)) }
}

/// Returns the source of a new value, as it should be written where that is possible.
///
/// # Errors
///
/// Returns [`WriteError`] where the value has no source.
pub fn wished(value: &NewValue, style: Style) -> Result<Fragment, WriteError> {
    let wish = match (&value.written, &value.value) {
        (Some(Written::Source(source)), _) => Some(Fragment::inline(source.as_str())),
        (Some(Written::SingleQuoted), Value::Str(text)) => single_quoted(text).map(Fragment::inline),
        (Some(Written::DoubleQuoted), Value::Str(text)) => Some(Fragment::inline(double_quoted(text))),
        (Some(Written::Literal), Value::Str(text)) => literal(text, style.map_step).map(of_lines),
        (Some(Written::Folded), Value::Str(text)) => folded(text, style.map_step).map(of_lines),
        _ => None,
    };
    wish.map_or_else(|| block(&value.value, style), Ok)
}

fn of_lines(lines: Vec<String>) -> Fragment {
    Fragment { shape: Shape::Inline, head: String::new(), lines, comment: String::new() }
}

/// Returns the source of a value in block style.
///
/// # Errors
///
/// Returns [`WriteError`] where the value has no source.
pub fn block(value: &Value, style: Style) -> Result<Fragment, WriteError> {
    affordable(value, MAX_WRITTEN_BYTES)?;
    block_at(value, style, style.map_step, 0)
}

/// Counts what a value needs at least, and stops as soon as that is too much.
fn affordable(value: &Value, limit: usize) -> Result<(), WriteError> {
    let mut bytes = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        bytes += match value {
            Value::Str(text) => 1 + text.len(),
            Value::Bytes(bytes) => 1 + bytes.len(),
            _ => 1,
        };
        if bytes > limit {
            return Err(WriteError::TooLarge);
        }
        match value {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => open.extend(items.iter()),
            Value::Map(pairs) => open.extend(pairs.iter().flat_map(|(key, value)| [key, value])),
            _ => {}
        }
    }
    Ok(())
}

/// `step` is the indentation of a literal block, counted from the key or dash.
fn block_at(value: &Value, style: Style, step: usize, depth: usize) -> Result<Fragment, WriteError> {
    if depth > MAX_WRITTEN_DEPTH {
        return Err(WriteError::TooDeep);
    }
    match value {
        Value::List(items) if !items.is_empty() && !items.iter().all(is_tuple) => {
            let mut lines = Vec::new();
            for item in items.iter() {
                let item = block_at(item, style, 1 + style.dash_gap, depth + 1)?;
                lines.extend(item_lines(&item, style));
            }
            Ok(Fragment::block(Shape::Sequence, lines))
        }
        Value::Map(pairs) if !pairs.is_empty() => {
            let mut lines = Vec::new();
            for (key, value) in pairs.iter() {
                let key = Key::of(key, false)?;
                let value = block_at(value, style, style.map_step, depth + 1)?;
                lines.extend(pair_lines(&key, &value, style));
            }
            Ok(Fragment::block(Shape::Mapping, lines))
        }
        Value::Str(text) => {
            Ok(literal(text, step).map_or_else(|| Fragment::inline(scalar::string(text, false)), of_lines))
        }
        _ => flow_at(value, false, depth).map(Fragment::inline),
    }
}

/// Returns the source of a value on one line, fit for a flow collection.
///
/// # Errors
///
/// Returns [`WriteError`] where the value has no source.
pub fn flow(value: &Value) -> Result<String, WriteError> {
    flow_within(value, MAX_WRITTEN_BYTES)
}

/// Returns what [`flow`] does, where the value needs no more than about `limit` bytes.
///
/// # Errors
///
/// Returns [`WriteError`] where the value has no source, or a longer one.
pub fn flow_within(value: &Value, limit: usize) -> Result<String, WriteError> {
    affordable(value, limit)?;
    flow_at(value, true, 0)
}

fn flow_at(value: &Value, inside: bool, depth: usize) -> Result<String, WriteError> {
    if depth > MAX_WRITTEN_DEPTH {
        return Err(WriteError::TooDeep);
    }
    let below = |value: &Value| flow_at(value, true, depth + 1);
    let key = |value: &Value| -> Result<String, WriteError> {
        let key = Key::of(value, true)?;
        Ok(if key.explicit { format!("? {} ", key.source) } else { key.source })
    };
    let list = |items: &[String]| items.join(", ");
    Ok(match value {
        Value::List(items) if !items.is_empty() && items.iter().all(is_tuple) => {
            let mut written = Vec::with_capacity(items.len());
            for item in items.iter() {
                let Value::Tuple(pair) = item else { return Err(WriteError::Tuple) };
                written.push(format!("{{{}: {}}}", key(&pair[0])?, below(&pair[1])?));
            }
            format!("!!pairs [{}]", list(&written))
        }
        Value::List(items) => format!("[{}]", list(&items.iter().map(below).collect::<Result<Vec<_>, _>>()?)),
        Value::Map(pairs) => {
            let pair = |(k, v): &(Value, Value)| Ok(format!("{}: {}", key(k)?, below(v)?));
            format!("{{{}}}", list(&pairs.iter().map(pair).collect::<Result<Vec<_>, _>>()?))
        }
        Value::Set(items) => {
            let item = |k: &Value| Ok(format!("{}: null", key(k)?));
            format!("!!set {{{}}}", list(&items.iter().map(item).collect::<Result<Vec<_>, _>>()?))
        }
        Value::Tuple(_) => return Err(WriteError::Tuple),
        _ => inline(value, inside).ok_or(WriteError::Cycle)?,
    })
}

/// Tells whether `!!pairs` can hold the value: its key must be a scalar.
fn is_tuple(value: &Value) -> bool {
    matches!(value, Value::Tuple(pair) if pair.len() == 2 && pair[0].is_hashable())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    fn written(yaml: &str) -> String {
        let value = Document::parse(yaml).data().expect("valid").clone();
        let fragment = block(&value, Style::default()).expect("writable");
        pair_lines(&Key { source: "k".to_owned(), explicit: false }, &fragment, Style::default()).join("\n")
    }

    #[test]
    fn collections_are_written_in_blocks() {
        assert_eq!(
            written("{class: a.B, parameters: {on: [x, [1, 2], {a: {}, b: []}], 'y': 'no'}}"),
            "k:\n  class: a.B\n  parameters:\n    true:\n      - x\n      - - 1\n        - 2\n      - a: {}\n        b: []\n    y: 'no'"
        );
    }

    #[test]
    fn strings_of_several_lines_are_literal_blocks() {
        assert_eq!(written(r#""a\n b\n""#), "k: |\n  a\n   b");
        assert_eq!(written(r#"["a\n\n", " a\nb"]"#), "k:\n  - |+\n    a\n\n  - |2-\n     a\n    b");
    }

    #[test]
    fn flow_fits_on_one_line() {
        let value = Document::parse("{a: [1, 'b, c', ~, {}], 'n': 2.5}").data().expect("valid").clone();
        assert_eq!(flow(&value).expect("writable"), "{a: [1, 'b, c', null, {}], n: 2.5}");
    }

    #[test]
    fn values_of_tags_read_back() {
        for source in
            ["!!binary aGk=", "!!set {a, b}", "!!omap [a: 1, b: [2]]", "2026-01-01", "2026-01-01 10:00:00 +1:30"]
        {
            let value = Document::parse(source).data().expect("valid").clone();
            let again = flow(&value).expect("writable");
            assert!(Document::parse(again.as_str()).data().expect(&again).same(&value), "{again}");
        }
    }

    #[test]
    fn long_keys_are_explicit() {
        let long = "x".repeat(1100);
        let value = Value::map(vec![(Value::str(&long), Value::Int(1))]);
        for source in [flow(&value).expect("writable"), block(&value, Style::default()).expect("w").lines.join("\n")] {
            assert!(Document::parse(source.as_str()).data().expect("valid").same(&value));
        }
    }

    #[test]
    fn what_has_no_source_is_refused() {
        assert_eq!(flow(&Value::list(vec![Value::Cycle])), Err(WriteError::Cycle));
        let mut deep = Value::Null;
        for _ in 0..1000 {
            deep = Value::list(vec![deep]);
        }
        assert_eq!(block(&deep, Style::default()), Err(WriteError::TooDeep));
    }
}
