//! A text that was copied from elsewhere, read as entries.
//!
//! A whole file, a list, or one mapping counts, whatever it is indented by; the
//! first line may have lost its indentation, as where a selection began in it.

use super::model;
use crate::yaml::{Document, Pointer, Value};

/// Entries to be put into a list, as they are written.
#[derive(Debug)]
pub struct Pasted {
    /// What they are read from.
    pub document: Document,
    /// The places in it, in order.
    pub pointers: Vec<Pointer>,
    /// Their class paths.
    pub classes: Vec<String>,
}

/// Why a text is no entries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    /// There is nothing in it.
    #[error("there is nothing in it")]
    Empty,
    /// It does not parse.
    #[error("it does not parse: {0}")]
    NotYaml(String),
    /// It is something else.
    #[error("it is a {0}; a list of mappings with a class is wanted, or one of them")]
    NoList(&'static str),
    /// An item is no entry.
    #[error("item {0} has no class")]
    NoClass(usize),
}

/// Reads a text as entries.
///
/// # Errors
///
/// Returns [`PasteError`] where it is none.
pub fn read(text: &str) -> Result<Pasted, PasteError> {
    if text.trim().is_empty() {
        return Err(PasteError::Empty);
    }
    let mut error = None;
    for way in [text.to_owned(), dedented(text), with_first_line(text)] {
        match entries(&way) {
            Ok(pasted) => return Ok(pasted),
            // What is said is about the text as it came.
            Err(why) => error = error.or(Some(why)),
        }
    }
    Err(error.unwrap_or(PasteError::Empty))
}

fn entries(text: &str) -> Result<Pasted, PasteError> {
    let document = Document::parse(text);
    let data = document.data().map_err(|error| PasteError::NotYaml(error.to_string()))?;
    let plugins = model::effective(&document).get("plugins").cloned();
    let (items, base) = match (data, &plugins) {
        (_, Some(Value::List(items))) => (items.to_vec(), Pointer::from_tokens(["plugins"])),
        (Value::List(items), _) => (items.to_vec(), Pointer::root()),
        (Value::Map(_), _) if data.get("class").is_some() => {
            // An item of a list: its lines go behind a dash.
            return entries(&as_item(&by_line(text, |line| format!("  {line}"))));
        }
        (other, _) => return Err(PasteError::NoList(other.type_name())),
    };
    if items.is_empty() {
        return Err(PasteError::Empty);
    }
    let mut classes = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let class = item.get("class").and_then(Value::as_str).ok_or(PasteError::NoClass(at + 1))?;
        classes.push(class.to_owned());
    }
    let pointers = (0..items.len()).map(|index| base.join(index)).collect();
    Ok(Pasted { document, pointers, classes })
}

/// Puts a dash before the first line that is no comment; comments above it stand above the item.
fn as_item(text: &str) -> String {
    let mut is_open = true;
    let line = |line: &str| {
        let body = line.trim_start();
        if !is_open || body.is_empty() {
            return line.to_owned();
        }
        if body.starts_with('#') {
            return body.to_owned();
        }
        is_open = false;
        format!("- {}", &line[2..])
    };
    by_line(text, line)
}

/// Rewrites each line; the last line break stays, as a block scalar reads otherwise without it.
fn by_line(text: &str, line: impl FnMut(&str) -> String) -> String {
    let mut new = text.lines().map(line).collect::<Vec<_>>().join("\n");
    if text.ends_with('\n') {
        new.push('\n');
    }
    new
}

/// Returns the columns that all lines but these are indented by.
fn common<'t>(lines: impl Iterator<Item = &'t str>) -> usize {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    lines.filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0)
}

fn dedented(text: &str) -> String {
    let by = common(text.lines());
    by_line(text, |line| line.get(by..).unwrap_or("").to_owned())
}

/// Gives the first line the indentation that the others have.
fn with_first_line(text: &str) -> String {
    let by = common(text.lines().skip(1));
    format!("{}{text}", " ".repeat(by.saturating_sub(common(text.lines().take(1)))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(text: &str) -> Result<Vec<String>, PasteError> {
        read(text).map(|pasted| pasted.classes)
    }

    #[test]
    fn lists_mappings_and_files_are_entries() {
        for text in [
            "- class: a.A\n- class: b.B\n",
            "    - class: a.A\n      parameters: {x: 1}\n    # c\n    - class: b.B\n",
            "- class: a.A\n      parameters:\n        x: 1\n    - class: b.B\n",
            "# head\nplugins:\n  - class: a.A\n  - class: b.B\ncontroller_wheel_path: w\n",
        ] {
            assert_eq!(classes(text), Ok(vec!["a.A".to_owned(), "b.B".to_owned()]), "{text}");
        }
        for text in [
            "class: a.A",
            "class: a.A\n    parameters:\n      x: |\n        y\n\n        z\n",
            "  # c\n  class: a.A\n  parameters: {x: 1}\n",
        ] {
            assert_eq!(classes(text), Ok(vec!["a.A".to_owned()]), "{text}");
        }
    }

    #[test]
    fn anything_else_is_told() {
        assert_eq!(classes(" \n"), Err(PasteError::Empty));
        assert_eq!(classes("dddq"), Err(PasteError::NoList("str")));
        assert_eq!(classes("- class: a.A\n- x: 1\n"), Err(PasteError::NoClass(2)));
        assert!(matches!(classes("- [a\n"), Err(PasteError::NotYaml(_))));
    }
}
