//! The text of an expression on one line, as a signature shows it.

/// Writes an expression on one line: line ends, comments and the indentation behind them become one blank.
///
/// Strings stay as they are; one that spans lines keeps them.
pub(super) fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '\'' | '"' => {
                let length = string(rest);
                out.push_str(&rest[..length]);
                length
            }
            '#' | '\n' | '\r' => blank(rest, &mut out),
            ' ' | '\t' | '\x0c' => {
                let run = rest.len() - rest.trim_start_matches([' ', '\t', '\x0c']).len();
                if rest[run..].starts_with(['#', '\n', '\r', '\\']) {
                    run + blank(&rest[run..], &mut out)
                } else {
                    out.push_str(&rest[..run]);
                    run
                }
            }
            '\\' if rest[1..].starts_with(['\n', '\r']) => 1 + blank(&rest[1..], &mut out),
            other => {
                if matches!(other, ')' | ']' | '}') && out.ends_with(' ') {
                    out.pop();
                }
                out.push(other);
                other.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    out
}

/// Writes one blank for a stretch of line ends, comments and blanks; returns its length.
fn blank(text: &str, out: &mut String) -> usize {
    let mut rest = text;
    loop {
        let next = rest.trim_start_matches([' ', '\t', '\x0c', '\n', '\r', '\\']);
        rest = if next.starts_with('#') { &next[next.find('\n').unwrap_or(next.len())..] } else { next };
        if rest.len() == next.len() {
            break;
        }
    }
    if !out.is_empty() && !out.ends_with(['(', '[', '{', ' ']) {
        out.push(' ');
    }
    text.len() - rest.len()
}

/// Returns the length of the string literal that a text starts with.
fn string(text: &str) -> usize {
    let quote = &text[..1];
    let triple = quote.repeat(3);
    let end = if text.starts_with(&triple) { triple.as_str() } else { quote };
    let mut at = end.len();
    while at < text.len() {
        let rest = &text[at..];
        if let Some(escaped) = rest.strip_prefix('\\') {
            at += 1 + escaped.chars().next().map_or(0, char::len_utf8);
        } else if rest.starts_with(end) {
            return at + end.len();
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_comments_become_blanks() {
        assert_eq!(one_line("Optional[\n    int,  # one\n    str,\n]"), "Optional[int, str,]");
        assert_eq!(one_line("{\n 'a # b': 1,\n # c\n}"), "{'a # b': 1,}");
        assert_eq!(one_line("a + \\\n  b"), "a + b");
        assert_eq!(one_line("(\n  '''x\n  # y''' +\n  1)"), "('''x\n  # y''' + 1)");
        assert_eq!(one_line("a  +  b"), "a  +  b");
    }
}
