//! Text from outside, made safe to show.
//!
//! Nothing read from a file may reach the terminal as a control sequence or
//! change what stands beside it: control, bidirectional and other invisible
//! characters are shown as escapes.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;

/// Tells whether a character cannot be shown as itself.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns `text` with each invisible character as an escape: `\n`, `\x1b`, `\u202e`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        push_visible(&mut out, c);
    }
    Cow::Owned(out)
}

/// Tells whether a text is letters, digits and signs of ASCII alone, as most texts are.
///
/// Looks at each byte, whatever the ones before it are, so that many are looked at at once.
fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
}

/// Returns `text` as [`visible`] does, its line feeds and tabs kept.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_invisible(c) && !matches!(c, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\n' | '\t') { out.push(c) } else { push_visible(&mut out, c) }
    }
    Cow::Owned(out)
}

/// Returns a file name made visible; bytes that are no UTF-8 become `\xff`.
#[must_use]
pub fn visible_name(name: &OsStr) -> String {
    if let Some(text) = name.to_str() {
        return visible(text).into_owned();
    }
    let mut out = String::new();
    for chunk in name.as_bytes().utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_visible(&mut out, c));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

fn push_visible(out: &mut String, c: char) {
    let code = u32::from(c);
    let _ = match c {
        '\n' => write!(out, "\\n"),
        '\r' => write!(out, "\\r"),
        '\t' => write!(out, "\\t"),
        _ if !is_invisible(c) => write!(out, "{c}"),
        _ if code < 0x100 => write!(out, "\\x{code:02x}"),
        _ if code < 0x1_0000 => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// Cuts a text to `most` characters and says so with `…`.
#[must_use]
pub fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidi_characters_are_escaped() {
        assert_eq!(visible("a\x1b[31mb\u{202e}c\n\u{9b}"), "a\\x1b[31mb\\u202ec\\n\\x9b");
        assert_eq!(visible("äß 日本"), "äß 日本");
        assert_eq!(visible_lines("a\tb\n\r"), "a\tb\n\\r");
        assert_eq!(visible_name(OsStr::from_bytes(b"a\xff\n.whl")), "a\\xff\\n.whl");
    }
}
