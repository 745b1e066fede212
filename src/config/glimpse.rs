//! What a list seems to hold, read off its first lines before it is parsed.
//!
//! Only for the first frame: rows to look at while the parser
//! works. It knows the usual form, a block list of mappings that begin with
//! `class`; of anything else it shows nothing. Nothing is decided by it.

/// The most rows that are read off, more than any screen has.
const MOST_ROWS: usize = 200;

/// The first rows of a list, each with its class where its first line names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glimpse {
    /// The classes.
    pub rows: Vec<Option<String>>,
}

impl Glimpse {
    /// Reads the first entries of `plugins` off a text that may be cut anywhere.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let whole_lines = text.rfind('\n').map_or("", |end| &text[..end]);
        let behind = whole_lines.lines().skip_while(|line| code(line) != "plugins:").skip(1);
        let mut rows = Vec::new();
        let mut indent = None;
        // The first frame waits for this: of lines inside an entry nothing but their beginning is looked at.
        for line in behind.filter(|line| is_code(line)) {
            let inner = line.trim_start_matches(' ');
            let depth = line.len() - inner.len();
            match inner.strip_prefix("- ") {
                Some(entry) if indent.is_none_or(|indent| indent == depth) => {
                    indent = Some(depth);
                    rows.push(class(entry));
                }
                Some(_) | None if indent.is_some_and(|indent| depth > indent) => {}
                // Another key of the file, or a form that this does not know.
                _ => break,
            }
            if rows.len() == MOST_ROWS {
                break;
            }
        }
        Self { rows }
    }
}

/// Tells whether a line is neither blank nor a comment.
fn is_code(line: &str) -> bool {
    line.trim_start().bytes().next().is_some_and(|first| first != b'#')
}

/// Returns a line without its comment and the blanks at its end.
fn code(line: &str) -> &str {
    let end = if line.trim_start().starts_with('#') { 0 } else { line.find(" #").unwrap_or(line.len()) };
    line[..end].trim_end()
}

/// Returns the class of an entry whose first line names it as a word, with quotes or without.
fn class(entry: &str) -> Option<String> {
    let value = code(entry).trim_start().strip_prefix("class:")?.trim();
    let word =
        ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(value);
    let is_word = !word.is_empty() && word.chars().all(|one| one.is_alphanumeric() || "._-".contains(one));
    is_word.then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<String> {
        Glimpse::of(text).rows.into_iter().map(|row| row.unwrap_or_else(|| "?".to_owned())).collect()
    }

    #[test]
    fn entries_of_a_block_list_are_read_off() {
        let text = "# head\ncontroller_wheel_path: /w\nplugins:  # all\n\n  # first\n  - class: a.A  # note\n    \
                    parameters:\n      class: not.This\n      list:\n        - class: nor.This\n  - class: \"b.B\"\n  \
                    - parameters: {}\n  - class: cut.Of";
        assert_eq!(rows(text), ["a.A", "b.B", "?"]);
        assert_eq!(rows("plugins:\n- class: a.A\n- class: 'b.B'\nother: 1\n- class: c.C\n"), ["a.A", "b.B"]);
    }

    #[test]
    fn of_other_forms_nothing_is_shown() {
        for text in ["", "plugins: [{class: a.A}]\n", "plugins:\n  a: 1\n", "- class: a.A\n", "plugins:\n"] {
            assert_eq!(Glimpse::of(text).rows, [], "{text:?}");
        }
        assert_eq!(rows("plugins:\n- class: &a a.A\n- class: \x1b[31m\n"), ["?", "?"]);
    }

    #[test]
    fn no_more_rows_than_a_screen_has_are_read() {
        assert_eq!(rows(&format!("plugins:\n{}", "- class: a.A\n".repeat(5_000))).len(), MOST_ROWS);
    }
}
