//! Scalars as source: plain, quoted, literal and folded.

use std::fmt::Write as _;

use crate::yaml::Value;
use crate::yaml::construct::encode_binary;
use crate::yaml::scalar::{ScalarType, resolve};
use crate::yaml::value::INT_DIGITS;

/// Returns the source of a scalar on one line, none for a value that is no scalar.
#[must_use]
pub fn inline(value: &Value, flow: bool) -> Option<String> {
    Some(match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Int(i) => i.to_string(),
        Value::BigInt(big) => {
            let decimal = big.to_string();
            if decimal.trim_start_matches('-').len() <= INT_DIGITS {
                return Some(decimal);
            }
            // Python's limit on digits is one on decimal digits only.
            let sign = if decimal.starts_with('-') { "-" } else { "" };
            format!("{sign}0x{}", big.magnitude().to_str_radix(16))
        }
        Value::Float(f) => float(*f),
        Value::Str(text) => string(text, flow),
        Value::Bytes(bytes) if bytes.is_empty() => "!!binary ''".to_owned(),
        Value::Bytes(bytes) => format!("!!binary {}", encode_binary(bytes)),
        Value::Date(text) | Value::DateTime(text) => text.to_string(),
        Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Tuple(_) | Value::Cycle => return None,
    })
}

/// PyYAML takes a float for one only with a point, and an exponent only with a sign.
fn float(f: f64) -> String {
    if f.is_nan() {
        return ".nan".to_owned();
    }
    if f.is_infinite() {
        return if f > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let shortest = format!("{f:?}");
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return shortest };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

/// Returns the source of a string on one line.
#[must_use]
pub(super) fn string(text: &str, flow: bool) -> String {
    if is_plain(text, flow) {
        return text.to_owned();
    }
    single_quoted(text).unwrap_or_else(|| double_quoted(text))
}

/// Tells whether PyYAML reads the text without quotes back as this string.
#[must_use]
pub fn is_plain(text: &str, flow: bool) -> bool {
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    let second = chars.next();
    let indicator = match first {
        '-' | '?' | ':' => flow || second.is_none_or(|c| c == ' '),
        _ => ",[]{}#&*!|>'\"%@`".contains(first),
    };
    if indicator || text.starts_with("---") || text.starts_with("...") || resolve(text) != ScalarType::Str {
        return false;
    }
    let ends_badly = text.starts_with(' ') || text.ends_with(' ') || text.ends_with(':');
    if ends_badly || text.contains(": ") || text.contains(" #") || !text.chars().all(is_printable) {
        return false;
    }
    !(flow && text.contains([',', '[', ']', '{', '}', '?', ':']))
}

/// Tells whether a character can stand for itself: libyaml reads it, it breaks
/// no line, and a person can see it.
fn is_printable(c: char) -> bool {
    match c {
        '\u{20}'..='\u{7e}' => true,
        // Soft hyphen, directional marks and overrides, line and paragraph separators.
        '\u{ad}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{fffe}'
        | '\u{ffff}'
        | '\u{e0000}'..='\u{e007f}' => false,
        _ => c >= '\u{a0}',
    }
}

/// Returns `'text'`, none where it needs escapes.
#[must_use]
pub fn single_quoted(text: &str) -> Option<String> {
    text.chars().all(is_printable).then(|| format!("'{}'", text.replace('\'', "''")))
}

/// Returns `"text"` with escapes.
#[must_use]
pub fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            _ if is_printable(c) => out.push(c),
            _ => {
                let code = u32::from(c);
                // Writing to a string cannot fail.
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02X}"),
                    0x100..=0xffff => write!(out, "\\u{code:04X}"),
                    _ => write!(out, "\\U{code:08X}"),
                };
            }
        }
    }
    out.push('"');
    out
}

/// Returns the header and the lines of a literal block whose text is indented
/// by `step` columns; none where the text has one line or needs escapes.
#[must_use]
pub fn literal(text: &str, step: usize) -> Option<Vec<String>> {
    let body = block_body(text)?;
    let mut lines = vec![format!("|{}", indicators(text, step)?)];
    lines.extend(body.split('\n').map(|line| super::indented(line, step)));
    Some(lines)
}

/// Returns the header and the lines of a folded block, as [`literal`] does; a
/// text of one line is fine, one with indented or empty lines is not.
#[must_use]
pub fn folded(text: &str, step: usize) -> Option<Vec<String>> {
    let body = if text.contains('\n') { block_body(text)? } else { text };
    let fits = |line: &str| !line.is_empty() && !line.starts_with(' ') && line.chars().all(is_printable);
    if !body.split('\n').all(fits) {
        return None;
    }
    let mut lines = vec![format!(">{}", indicators(text, step)?)];
    for (i, line) in body.split('\n').enumerate() {
        // One break folds to a blank: two of them stand for one.
        if i > 0 {
            lines.push(String::new());
        }
        lines.push(super::indented(line, step));
    }
    Some(lines)
}

/// Returns the text of a block scalar without the break that its last line
/// ends in, none where it cannot be one.
fn block_body(text: &str) -> Option<&str> {
    let readable = text.chars().all(|c| matches!(c, '\n' | '\t') || is_printable(c));
    let visible = text.chars().any(|c| !matches!(c, '\n' | '\t' | ' '));
    let body = text.strip_suffix('\n').unwrap_or(text);
    // Nobody sees blanks at the end of a block.
    let ends_blank = body.trim_end_matches('\n').ends_with([' ', '\t']);
    (text.contains('\n') && readable && visible && !ends_blank).then_some(body)
}

/// Returns what stands behind `|`: the indentation where it cannot be told from
/// the first line, and what becomes of the last breaks.
fn indicators(text: &str, step: usize) -> Option<String> {
    let first = text.trim_start_matches('\n');
    let indentation = if first.starts_with([' ', '\t']) {
        if !(1..=9).contains(&step) {
            return None;
        }
        step.to_string()
    } else {
        String::new()
    };
    let chomping = if text.ends_with("\n\n") {
        "+"
    } else if text.ends_with('\n') {
        ""
    } else {
        "-"
    };
    Some(format!("{indentation}{chomping}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    fn reads_back(source: &str, value: &Value) {
        let document = Document::parse(format!("k: {source}\n"));
        let data = document.data().unwrap_or_else(|e| panic!("{source}: {e}"));
        assert!(data.get("k").is_some_and(|v| v.same(value)), "{source} is read as {data:?}");
    }

    #[test]
    fn strings_are_plain_where_that_is_safe() {
        for (text, want) in [
            ("a.b.C", "a.b.C"),
            ("a b", "a b"),
            ("", "''"),
            ("no", "'no'"),
            ("y", "y"),
            ("1e3", "1e3"),
            ("1_000", "'1_000'"),
            ("12:30", "'12:30'"),
            ("2026-01-01", "'2026-01-01'"),
            ("a: b", "'a: b'"),
            ("a #b", "'a #b'"),
            ("a#b", "a#b"),
            ("a:", "'a:'"),
            ("- a", "'- a'"),
            ("-a", "-a"),
            ("=", "'='"),
            ("<<", "'<<'"),
            ("it's", "it's"),
            ("'it", "'''it'"),
            ("a\tb", "\"a\\tb\""),
            ("a\u{85}b", "\"a\\x85b\""),
            ("\u{feff}\u{2028}\u{202e}", "\"\\uFEFF\\u2028\\u202E\""),
            ("---", "'---'"),
            ("ä€𝄞", "ä€𝄞"),
        ] {
            assert_eq!(string(text, false), want);
            reads_back(want, &Value::str(text));
        }
        assert_eq!(string("a,b", true), "'a,b'");
    }

    #[test]
    fn numbers_are_what_pyyaml_takes_for_numbers() {
        for (value, want) in [
            (Value::Float(1e16), "1.0e+16"),
            (Value::Float(1.5e-300), "1.5e-300"),
            (Value::Float(0.1), "0.1"),
            (Value::Float(-0.0), "-0.0"),
            (Value::Float(f64::INFINITY), ".inf"),
            (Value::Float(f64::NEG_INFINITY), "-.inf"),
            (Value::Float(f64::NAN), ".nan"),
            (Value::Int(i64::MIN), "-9223372036854775808"),
            (Value::BigInt(Box::new("18446744073709551616".parse().expect("a number"))), "18446744073709551616"),
            (Value::Null, "null"),
            (Value::Bool(true), "true"),
            (Value::Bytes(Vec::new().into()), "!!binary ''"),
        ] {
            let source = inline(&value, false).expect("a scalar");
            assert_eq!(source, want);
            reads_back(&source, &value);
        }
    }

    #[test]
    fn integers_beyond_pythons_digits_are_hexadecimal() {
        let big = Value::BigInt(Box::new(num_bigint::BigInt::from(-3) << 20_000_u32));
        let source = inline(&big, false).expect("a scalar");
        assert!(source.starts_with("-0x3000"), "{source}");
        reads_back(&source, &big);
    }

    #[test]
    fn blocks_read_back() {
        for text in ["a\nb", "a\nb\n", "a\n\n\n", " a\nb\n", "\ta\nb", "\n\na\n", "a\n  \nb\n", "a\n# b\n", "  \na\n"] {
            let source = literal(text, 2).expect(text).join("\n");
            reads_back(&source, &Value::str(text));
        }
        for text in ["\n", " \n ", "a\r\nb", "a\u{85}\n", "one line"] {
            assert_eq!(literal(text, 2), None, "{text:?}");
        }
        for text in ["one line", "a\nb", "a b\nc\n"] {
            reads_back(&folded(text, 2).expect(text).join("\n"), &Value::str(text));
        }
    }
}
