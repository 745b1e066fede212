//! What a scalar means to PyYAML: the implicit types of YAML 1.1 and their conversion.
//!
//! The patterns are those of PyYAML 6.0's resolver; the conversions follow its
//! `SafeConstructor`, whose errors are Python's own. How values are written is
//! `write`'s.

use std::borrow::Cow;
use std::fmt::Write as _;

use num_bigint::BigInt;

use super::error::{ErrorKind, quoted};
use super::value::{INT_DIGITS, Value};

/// The type that PyYAML gives to a scalar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarType {
    /// `None`.
    Null,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `float`.
    Float,
    /// `datetime.date` or `datetime.datetime`.
    Timestamp,
    /// `<<`.
    Merge,
    /// `=`.
    Value,
    /// `str`.
    Str,
}

/// Returns the type of the plain scalar `text`.
#[must_use]
pub fn resolve(text: &str) -> ScalarType {
    // Python's `$` also matches before a last line feed, which only `! |` brings here.
    let text = text.strip_suffix('\n').filter(|rest| !rest.is_empty()).unwrap_or(text);
    let bytes = text.as_bytes();
    let Some(&first) = bytes.first() else { return ScalarType::Null };
    match first {
        b'~' if text == "~" => ScalarType::Null,
        b'n' | b'N' if matches!(text, "null" | "Null" | "NULL") => ScalarType::Null,
        b'<' if text == "<<" => ScalarType::Merge,
        b'=' if text == "=" => ScalarType::Value,
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' if bool_of(text).is_some() => {
            ScalarType::Bool
        }
        b'-' | b'+' | b'.' | b'0'..=b'9' => {
            if is_float(bytes) {
                ScalarType::Float
            } else if is_int(bytes) {
                ScalarType::Int
            } else if first.is_ascii_digit() && timestamp(text, Strictness::Resolver).is_some() {
                ScalarType::Timestamp
            } else {
                ScalarType::Str
            }
        }
        _ => ScalarType::Str,
    }
}

fn bool_of(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Some(false),
        _ => None,
    }
}

fn unsigned(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"-").or_else(|| bytes.strip_prefix(b"+")).unwrap_or(bytes)
}

fn all(bytes: &[u8], one: impl Fn(u8) -> bool) -> bool {
    bytes.iter().all(|&b| one(b))
}

fn digit_or_underscore(b: u8) -> bool {
    b.is_ascii_digit() || b == b'_'
}

/// `[-+]?0b[0-1_]+`, `[-+]?0[0-7_]+`, `[-+]?(?:0|[1-9][0-9_]*)`,
/// `[-+]?0x[0-9a-fA-F_]+`, `[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+`.
fn is_int(bytes: &[u8]) -> bool {
    let digits = unsigned(bytes);
    match digits {
        [b'0'] => true,
        [b'0', b'b', rest @ ..] => !rest.is_empty() && all(rest, |b| matches!(b, b'0' | b'1' | b'_')),
        [b'0', b'x', rest @ ..] => !rest.is_empty() && all(rest, |b| b.is_ascii_hexdigit() || b == b'_'),
        [b'0', rest @ ..] => all(rest, |b| matches!(b, b'0'..=b'7' | b'_')),
        [b'1'..=b'9', ..] => {
            let head = digits.iter().take_while(|&&b| digit_or_underscore(b)).count();
            head == digits.len() || sexagesimal_tail(&digits[head..]) == Some(digits.len() - head)
        }
        _ => false,
    }
}

/// Returns the length of `(?::[0-5]?[0-9])+` at the start of `bytes`.
fn sexagesimal_tail(bytes: &[u8]) -> Option<usize> {
    let mut i = 0;
    while bytes.get(i) == Some(&b':') {
        i += match &bytes[i + 1..] {
            [b'0'..=b'5', b'0'..=b'9', ..] => 3,
            [b'0'..=b'9', ..] => 2,
            _ => break,
        };
    }
    (i > 0).then_some(i)
}

/// PyYAML's float patterns; `1e3` and `1e+3` are none of them.
fn is_float(bytes: &[u8]) -> bool {
    let rest = unsigned(bytes);
    if matches!(rest, b".inf" | b".Inf" | b".INF") || matches!(bytes, b".nan" | b".NaN" | b".NAN") {
        return true;
    }
    if let [b'.', b'0'..=b'9', ..] = bytes {
        let digits = 1 + bytes[1..].iter().take_while(|&&b| digit_or_underscore(b)).count();
        return is_exponent(&bytes[digits..]);
    }
    if !rest.first().is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let head = rest.iter().take_while(|&&b| digit_or_underscore(b)).count();
    match rest.get(head) {
        Some(b'.') => {
            let tail = &rest[head + 1..];
            let digits = tail.iter().take_while(|&&b| digit_or_underscore(b)).count();
            is_exponent(&tail[digits..])
        }
        Some(b':') => sexagesimal_tail(&rest[head..])
            .and_then(|len| rest[head + len..].strip_prefix(b"."))
            .is_some_and(|tail| all(tail, digit_or_underscore)),
        _ => false,
    }
}

/// `(?:[eE][-+][0-9]+)?`
fn is_exponent(bytes: &[u8]) -> bool {
    match bytes {
        [] => true,
        [b'e' | b'E', b'-' | b'+', digits @ ..] => !digits.is_empty() && all(digits, |b| b.is_ascii_digit()),
        _ => false,
    }
}

/// Why Python's conversion fails.
pub type Failure = (ErrorKind, String);

/// Converts `text` as PyYAML converts a scalar of type `kind`.
///
/// # Errors
///
/// Returns the Python exception that ends the load.
pub fn convert(kind: ScalarType, text: &str) -> Result<Value, Failure> {
    match kind {
        ScalarType::Null => Ok(Value::Null),
        ScalarType::Bool => bool_of(text)
            .or_else(|| bool_of(&text.to_lowercase()))
            .map(Value::Bool)
            .ok_or_else(|| (ErrorKind::Key, quoted(&text.to_lowercase()))),
        ScalarType::Int => int(text),
        ScalarType::Float => float(text),
        ScalarType::Timestamp => to_timestamp(text),
        ScalarType::Merge => Err(no_constructor("tag:yaml.org,2002:merge")),
        ScalarType::Value => Err(no_constructor("tag:yaml.org,2002:value")),
        ScalarType::Str => Ok(Value::str(text)),
    }
}

/// Returns PyYAML's error for a tag that its safe loader does not know.
#[must_use]
pub fn no_constructor(tag: &str) -> Failure {
    (ErrorKind::Constructor, format!("could not determine a constructor for the tag {}", quoted(tag)))
}

fn int(text: &str) -> Result<Value, Failure> {
    if let Some(number) = common_int(text) {
        return Ok(Value::Int(number));
    }
    let plain = text.replace('_', "");
    let empty = || (ErrorKind::Index, "string index out of range".to_owned());
    let first = plain.chars().next().ok_or_else(empty)?;
    let negative = first == '-';
    let digits = if matches!(first, '-' | '+') { &plain[1..] } else { &plain[..] };
    if digits == "0" {
        return Ok(Value::Int(0));
    }
    let magnitude = if let Some(bits) = digits.strip_prefix("0b") {
        radix(bits, 2)?
    } else if let Some(hex) = digits.strip_prefix("0x") {
        radix(hex, 16)?
    } else if digits.starts_with('0') {
        radix(digits, 8)?
    } else if digits.is_empty() {
        return Err(empty());
    } else if digits.contains(':') {
        let mut total = BigInt::from(0);
        for part in digits.split(':') {
            total = total * 60 + decimal(part)?;
        }
        total
    } else {
        decimal(digits)?
    };
    let signed = if negative { -magnitude } else { magnitude };
    Ok(i64::try_from(&signed).map_or_else(|_| Value::BigInt(Box::new(signed)), Value::Int))
}

/// Returns the number that nearly all integers are written as: decimal, without a sign.
#[must_use]
pub fn common_int(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let is_common = matches!(bytes, [b'1'..=b'9', ..]) && bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit);
    is_common.then(|| bytes.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}

/// How much of a quoted text Python's `int` names in its error, in characters
/// (`%.200R`, `Objects/longobject.c`); `float` names all of it.
const INT_SHOWN: usize = 200;

/// Python's `int(text, base)`: an underscore is gone already, blanks around and
/// the prefix of the base are fine.
fn radix(text: &str, base: u32) -> Result<BigInt, Failure> {
    let ascii = ascii_digits(text);
    let trimmed = ascii.trim_matches(is_python_blank);
    let (sign, digits) = match trimmed.as_bytes() {
        [b'-', ..] => (-1, &trimmed[1..]),
        [b'+', ..] => (1, &trimmed[1..]),
        _ => (1, trimmed),
    };
    let prefixed = matches!(
        (base, digits.as_bytes()),
        (2, [b'0', b'b' | b'B', ..]) | (8, [b'0', b'o' | b'O', ..]) | (16, [b'0', b'x' | b'X', ..])
    );
    let digits = if prefixed { &digits[2..] } else { digits };
    let bad = || {
        let shown: String = quoted(text).chars().take(INT_SHOWN).collect();
        (ErrorKind::Value, format!("invalid literal for int() with base {base}: {shown}"))
    };
    let all_digits = !digits.is_empty() && digits.chars().all(|c| c.is_digit(base));
    let parsed = if all_digits { BigInt::parse_bytes(digits.as_bytes(), base) } else { None };
    parsed.map(|n| n * sign).ok_or_else(bad)
}

fn decimal(text: &str) -> Result<BigInt, Failure> {
    let digits = text.chars().filter(|&c| decimal_digit(c).is_some()).count();
    if digits > INT_DIGITS {
        let problem = format!(
            "Exceeds the limit ({INT_DIGITS} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit"
        );
        return Err((ErrorKind::Value, problem));
    }
    radix(text, 10)
}

fn float(text: &str) -> Result<Value, Failure> {
    let plain = text.replace('_', "").to_lowercase();
    let first = plain.chars().next().ok_or_else(|| (ErrorKind::Index, "string index out of range".to_owned()))?;
    let sign = if first == '-' { -1.0 } else { 1.0 };
    let digits = if matches!(first, '-' | '+') { &plain[1..] } else { &plain[..] };
    let magnitude = match digits {
        ".inf" => f64::INFINITY,
        ".nan" => return Ok(Value::Float(f64::NAN)),
        _ if digits.contains(':') => {
            let parts: Vec<f64> = digits.split(':').map(python_float).collect::<Result<_, _>>()?;
            let mut base = 1.0;
            let mut total = 0.0;
            for part in parts.iter().rev() {
                total += part * base;
                base *= 60.0;
            }
            total
        }
        _ => python_float(digits)?,
    };
    Ok(Value::Float(sign * magnitude))
}

/// Python's `str.isspace`.
fn is_python_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The digits nought of the scripts beyond ASCII whose digits Python's numbers
/// may have, each followed by the other nine: Unicode 14, which Python 3.11 has.
#[rustfmt::skip]
const ZEROS: [char; 65] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}',
    '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}',
    '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}', '\u{abf0}', '\u{ff10}', '\u{104a0}', '\u{10d30}',
    '\u{11066}', '\u{110f0}', '\u{11136}', '\u{111d0}', '\u{112f0}', '\u{11450}', '\u{114d0}', '\u{11650}',
    '\u{116c0}', '\u{11730}', '\u{118e0}', '\u{11950}', '\u{11c50}', '\u{11d50}', '\u{11da0}', '\u{16a60}',
    '\u{16ac0}', '\u{16b50}', '\u{1d7ce}', '\u{1d7d8}', '\u{1d7e2}', '\u{1d7ec}', '\u{1d7f6}', '\u{1e140}',
    '\u{1e2f0}', '\u{1e950}', '\u{1fbf0}',
];

/// Python's `str.isdecimal`, for one character, and its value.
fn decimal_digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= c)].last()?;
    char::from_digit(u32::from(c) - u32::from(*zero), 10)
}

/// Returns `text` as Python reads numbers: digits of any script are digits.
fn ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().map(|c| decimal_digit(c).unwrap_or(c)).collect())
}

fn python_float(text: &str) -> Result<f64, Failure> {
    let ascii = ascii_digits(text);
    let trimmed = ascii.trim_matches(is_python_blank);
    trimmed.parse().map_err(|_| (ErrorKind::Value, format!("could not convert string to float: {}", quoted(text))))
}

/// Which of PyYAML's two timestamp patterns.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// The resolver's.
    Resolver,
    /// The constructor's, which takes a fraction or a zone as long as the rest fits.
    Constructor,
}

struct Timestamp<'a> {
    year: u32,
    month: u32,
    day: u32,
    time: Option<Time<'a>>,
}

struct Time<'a> {
    hour: u32,
    minute: u32,
    second: u32,
    fraction: &'a str,
    zone: Zone,
}

enum Zone {
    None,
    Utc,
    Offset { negative: bool, hours: u32, minutes: u32 },
}

/// Reads digits from the front of a text.
struct Digits<'a>(&'a str);

impl<'a> Digits<'a> {
    fn number(&mut self, min: usize, max: usize) -> Option<u32> {
        let len = self.0.bytes().take(max).take_while(u8::is_ascii_digit).count();
        if len < min {
            return None;
        }
        let (digits, rest) = self.0.split_at(len);
        self.0 = rest;
        digits.parse().ok()
    }

    fn eat(&mut self, c: char) -> Option<()> {
        self.0 = self.0.strip_prefix(c)?;
        Some(())
    }

    fn blanks(&mut self) -> usize {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let eaten = self.0.len() - rest.len();
        self.0 = rest;
        eaten
    }

    fn fraction(&mut self) -> &'a str {
        let len = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.0.split_at(len);
        self.0 = rest;
        digits
    }
}

fn timestamp(text: &str, strictness: Strictness) -> Option<Timestamp<'_>> {
    // Python's `$` also matches before a last line feed.
    let text = if strictness == Strictness::Constructor { text.strip_suffix('\n').unwrap_or(text) } else { text };
    let mut rest = Digits(text);
    let year = rest.number(4, 4)?;
    rest.eat('-')?;
    let month_at = rest.0;
    let month = rest.number(1, 2)?;
    let two_digit_month = month_at.len() - rest.0.len() == 2;
    rest.eat('-')?;
    let day_at = rest.0;
    let day = rest.number(1, 2)?;
    let two_digit_day = day_at.len() - rest.0.len() == 2;
    if rest.0.is_empty() {
        let whole = strictness == Strictness::Constructor || (two_digit_month && two_digit_day);
        return whole.then_some(Timestamp { year, month, day, time: None });
    }
    if rest.eat('T').or_else(|| rest.eat('t')).is_none() && rest.blanks() == 0 {
        return None;
    }
    let hour = rest.number(1, 2)?;
    rest.eat(':')?;
    let minute = rest.number(2, 2)?;
    rest.eat(':')?;
    let second = rest.number(2, 2)?;
    let fraction = if rest.eat('.').is_some() { rest.fraction() } else { "" };
    let zone = zone(&mut rest)?;
    Some(Timestamp { year, month, day, time: Some(Time { hour, minute, second, fraction, zone }) })
}

fn zone(rest: &mut Digits<'_>) -> Option<Zone> {
    if rest.0.is_empty() {
        return Some(Zone::None);
    }
    rest.blanks();
    if rest.eat('Z').is_some() {
        return rest.0.is_empty().then_some(Zone::Utc);
    }
    let negative = rest.0.starts_with('-');
    rest.eat('-').or_else(|| rest.eat('+'))?;
    let hours = rest.number(1, 2)?;
    let minutes = if rest.eat(':').is_some() { rest.number(2, 2)? } else { 0 };
    rest.0.is_empty().then_some(Zone::Offset { negative, hours, minutes })
}

fn to_timestamp(text: &str) -> Result<Value, Failure> {
    let Some(at) = timestamp(text, Strictness::Constructor) else {
        return Err((ErrorKind::Attribute, "'NoneType' object has no attribute 'groupdict'".to_owned()));
    };
    let bad = |what: &str| Err((ErrorKind::Value, what.to_owned()));
    // PyYAML makes the zone before it looks at the rest.
    let zone = match &at.time {
        Some(Time { zone, .. }) => to_offset(zone)?,
        None => String::new(),
    };
    if at.year == 0 {
        return bad("year 0 is out of range");
    }
    if !(1..=12).contains(&at.month) {
        return bad("month must be in 1..12");
    }
    if at.day == 0 || at.day > days_in(at.year, at.month) {
        return bad("day is out of range for month");
    }
    let date = format!("{:04}-{:02}-{:02}", at.year, at.month, at.day);
    let Some(time) = at.time else { return Ok(Value::Date(date.into())) };
    if time.hour > 23 {
        return bad("hour must be in 0..23");
    }
    if time.minute > 59 {
        return bad("minute must be in 0..59");
    }
    if time.second > 59 {
        return bad("second must be in 0..59");
    }
    let mut out = format!("{date}T{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    let micros = format!("{:0<6}", &time.fraction[..time.fraction.len().min(6)]);
    if micros != "000000" {
        out.push('.');
        out.push_str(&micros);
    }
    out.push_str(&zone);
    Ok(Value::DateTime(out.into()))
}

/// Returns a zone as `isoformat` writes it.
fn to_offset(zone: &Zone) -> Result<String, Failure> {
    let Zone::Offset { negative, hours, minutes } = *zone else {
        return Ok(if matches!(zone, Zone::Utc) { "+00:00".to_owned() } else { String::new() });
    };
    let total = hours * 60 + minutes;
    if total < DAY_MINUTES {
        let sign = if negative && total > 0 { '-' } else { '+' };
        return Ok(format!("{sign}{:02}:{:02}", total / 60, total % 60));
    }
    // Python keeps the seconds of a timedelta positive: -25:00 is -2 days and 23 hours.
    let seconds = i64::from(total) * if negative { -60 } else { 60 };
    let day = i64::from(DAY_MINUTES) * 60;
    let mut parts = format!("days={}", seconds.div_euclid(day));
    if seconds.rem_euclid(day) > 0 {
        let _ = write!(parts, ", seconds={}", seconds.rem_euclid(day));
    }
    let problem = format!(
        "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not \
         datetime.timedelta({parts})."
    );
    Err((ErrorKind::Value, problem))
}

const DAY_MINUTES: u32 = 24 * 60;

const fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_those_of_yaml_1_1() {
        for (text, want) in [
            ("yes", ScalarType::Bool),
            ("y", ScalarType::Str),
            ("010", ScalarType::Int),
            ("08", ScalarType::Str),
            ("0o17", ScalarType::Str),
            ("1_000", ScalarType::Int),
            ("12:30", ScalarType::Int),
            ("1e3", ScalarType::Str),
            ("1.e+3", ScalarType::Float),
            ("1:30.5", ScalarType::Float),
            ("-.inf", ScalarType::Float),
            ("+.nan", ScalarType::Str),
            ("2026-01-01", ScalarType::Timestamp),
            ("2026-1-1", ScalarType::Str),
            ("2026-1-1 1:02:03", ScalarType::Timestamp),
            ("", ScalarType::Null),
            ("=", ScalarType::Value),
            ("<<", ScalarType::Merge),
        ] {
            assert_eq!(resolve(text), want, "{text}");
        }
    }

    #[test]
    fn conversions_are_pythons() {
        let of = |text: &str| convert(resolve(text), text).map(|v| v.to_json().to_string());
        assert_eq!(of("010").as_deref(), Ok("8"));
        assert_eq!(of("-0x_ff").as_deref(), Ok("-255"));
        assert_eq!(of("12:30").as_deref(), Ok("750"));
        assert_eq!(of("99999999999999999999").as_deref(), Ok(r#"{"__int__":"99999999999999999999"}"#));
        assert_eq!(
            of("2001-12-14t21:59:43.10-05:00").as_deref(),
            Ok(r#"{"__datetime__":"2001-12-14T21:59:43.100000-05:00"}"#)
        );
        assert_eq!(of("2026-02-30").map_err(|e| e.0), Err(ErrorKind::Value));
        let int = |text: &str| convert(ScalarType::Int, text).map(|v| v.to_json().to_string());
        assert_eq!(int("5\u{663}\u{1d7d8}").as_deref(), Ok("530"));
        assert_eq!(int("5\u{66a}").map_err(|e| e.0), Err(ErrorKind::Value));
        // Python quotes 200 characters, the first quote among them.
        let told = int(&format!("4{}", "\u{e9}".repeat(300))).map_err(|e| e.1);
        assert_eq!(told, Err(format!("invalid literal for int() with base 10: '4{}", "\u{e9}".repeat(198))));
        assert_eq!(convert(ScalarType::Float, "\u{ff13}.\u{ff15}"), Ok(Value::Float(3.5)));
        assert_eq!(of("=").map_err(|e| e.0), Err(ErrorKind::Constructor));
    }
}
