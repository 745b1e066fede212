//! Values as Python prints them, for SkyPilot's own messages.

use std::fmt::Write as _;

use crate::yaml::Value;
use crate::yaml::error::quoted;

/// The number of characters beyond which a value is cut: Python prints all of
/// it, which is more than a person reads.
const LIMIT: usize = 400;
/// The deepest level that is written out; what lies deeper is cut anyway.
const DEPTH: usize = 8;

/// Returns the name of a value's Python type in a message.
pub(super) const fn python_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Date(_) => "datetime.date",
        Value::DateTime(_) => "datetime.datetime",
        _ => value.type_name(),
    }
}

/// Returns a value as Python's `repr` writes it, cut where it is long.
pub(super) fn repr(value: &Value) -> String {
    let mut out = String::new();
    push(&mut out, value, 0);
    match out.char_indices().nth(LIMIT) {
        Some((end, _)) => out[..end].to_owned() + "…",
        None => out,
    }
}

fn push(out: &mut String, value: &Value, depth: usize) {
    if depth > DEPTH || out.len() > 4 * LIMIT {
        out.push('…');
        return;
    }
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(b) => out.push_str(if *b { "True" } else { "False" }),
        Value::Int(i) => {
            let _ = write!(out, "{i}");
        }
        Value::BigInt(i) => {
            let _ = write!(out, "{i}");
        }
        Value::Float(f) => push_float(out, *f),
        Value::Str(text) => out.push_str(&quoted(text)),
        Value::Bytes(bytes) => {
            let _ = write!(out, "b'{}'", bytes.escape_ascii());
        }
        Value::Date(date) => {
            let _ = write!(out, "datetime.date({})", numbers(date));
        }
        Value::DateTime(text) => push_datetime(out, text),
        Value::List(items) => list(out, ["[", "]"], items, depth),
        Value::Tuple(items) => list(out, ["(", ")"], items, depth),
        Value::Set(items) if items.is_empty() => out.push_str("set()"),
        Value::Set(items) => list(out, ["{", "}"], items, depth),
        Value::Map(pairs) => {
            out.push('{');
            for (index, (key, item)) in pairs.iter().enumerate().take(LIMIT) {
                out.push_str(if index > 0 { ", " } else { "" });
                push(out, key, depth + 1);
                out.push_str(": ");
                push(out, item, depth + 1);
            }
            out.push('}');
        }
        Value::Cycle => out.push_str("{...}"),
    }
}

fn list(out: &mut String, [open, close]: [&str; 2], items: &[Value], depth: usize) {
    out.push_str(open);
    for (index, item) in items.iter().enumerate().take(LIMIT) {
        out.push_str(if index > 0 { ", " } else { "" });
        push(out, item, depth + 1);
    }
    out.push_str(close);
}

/// Python writes an exponent from 1e16 on and below 0.0001.
fn push_float(out: &mut String, f: f64) {
    let _ = match f.abs() {
        _ if f.is_nan() => write!(out, "nan"),
        a if a.is_infinite() => write!(out, "{f}"),
        a if a != 0.0 && !(1e-4..1e16).contains(&a) => {
            let text = format!("{f:e}");
            let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
            let exponent: i32 = exponent.parse().unwrap_or(0);
            let sign = if exponent < 0 { '-' } else { '+' };
            write!(out, "{digits}e{sign}{:02}", exponent.abs())
        }
        _ => write!(out, "{f:?}"),
    };
}

/// `2026-01-05` as `2026, 1, 5`.
fn numbers(text: &str) -> String {
    let words = text.split(['-', 'T', ':']).map(|word| match word.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Python leaves out seconds of zero, and names microseconds only where there are some.
fn push_datetime(out: &mut String, text: &str) {
    let zone = text.get(19..).and_then(|rest| rest.find(['+', '-'])).map_or(text.len(), |at| at + 19);
    let (local, offset) = text.split_at(zone);
    let (whole, micros) = local.split_once('.').unwrap_or((local, ""));
    let mut parts = numbers(whole);
    if micros.is_empty() {
        parts = parts.strip_suffix(", 0").map_or(parts.clone(), str::to_owned);
    } else {
        let _ = write!(parts, ", {}", numbers(micros));
    }
    let _ = match offset {
        "" => write!(out, "datetime.datetime({parts})"),
        "+00:00" => write!(out, "datetime.datetime({parts}, tzinfo=datetime.timezone.utc)"),
        _ => {
            let (hours, minutes) = offset[1..].split_once(':').unwrap_or(("0", "0"));
            let seconds = (hours.parse().unwrap_or(0) * 60 + minutes.parse().unwrap_or(0)) * 60;
            let delta = if offset.starts_with('-') {
                format!("days=-1, seconds={}", 86_400 - seconds)
            } else {
                format!("seconds={seconds}")
            };
            write!(out, "datetime.datetime({parts}, tzinfo=datetime.timezone(datetime.timedelta({delta})))")
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Document;

    #[test]
    fn values_are_printed_as_python_prints_them() {
        for (yaml, python) in [
            ("[1, -2.0, .5, 1.0e+16, 1.5e-7, .inf, .nan]", "[1, -2.0, 0.5, 1e+16, 1.5e-07, inf, nan]"),
            ("{a: yes, 'it''s': ~, \"q\\\"\\u00a0'\": 1}", r#"{'a': True, "it's": None, 'q"\xa0\'': 1}"#),
            ("2026-01-05", "datetime.date(2026, 1, 5)"),
            ("2026-01-05 10:00:00", "datetime.datetime(2026, 1, 5, 10, 0)"),
            (
                "2026-01-05T10:00:05.25Z",
                "datetime.datetime(2026, 1, 5, 10, 0, 5, 250000, tzinfo=datetime.timezone.utc)",
            ),
            (
                "2026-01-05T10:00:00-05:30",
                "datetime.datetime(2026, 1, 5, 10, 0, \
                 tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=66600)))",
            ),
            ("!!binary aGn/", r"b'hi\xff'"),
        ] {
            let document = Document::parse(yaml);
            assert_eq!(repr(document.data().expect(yaml)), python);
        }
        assert_eq!(repr(&Value::str("x".repeat(1000))).chars().count(), LIMIT + 1);
    }
}
