//! Standard output: a closed pipe is no error, JSON shows no control character.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};

use serde::Serialize as _;
use serde_json::Value as Json;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter, Serializer};

use crate::settings::Color;
use crate::text::visible::is_invisible;

/// Where results go.
pub(super) struct Output {
    out: BufWriter<Stdout>,
    /// Whether colours are used.
    pub(super) color: bool,
    /// Whether secrets are shown.
    pub(super) show_secrets: bool,
}

impl Output {
    pub(super) fn new(color: Color, show_secrets: bool) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal(),
        };
        Self { out: BufWriter::new(io::stdout()), color, show_secrets }
    }

    /// Prints text, which is made visible already.
    pub(super) fn text(&mut self, text: &str) -> anyhow::Result<()> {
        let done = self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush());
        or_closed(done)
    }

    /// Prints a JSON answer.
    pub(super) fn json(&mut self, json: &Json) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        json.serialize(&mut Serializer::with_formatter(&mut bytes, VisibleFormatter::default()))?;
        bytes.push(b'\n');
        or_closed(self.out.write_all(&bytes).and_then(|()| self.out.flush()))
    }
}

/// Who closes the pipe has read enough.
fn or_closed(done: io::Result<()>) -> anyhow::Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Pretty JSON in which invisible characters are `\u` escapes.
#[derive(Default)]
struct VisibleFormatter(PrettyFormatter<'static>);

impl Formatter for VisibleFormatter {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut from = 0;
        for (at, c) in fragment.char_indices().filter(|&(_, c)| is_invisible(c)) {
            writer.write_all(&fragment.as_bytes()[from..at])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            from = at + c.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[from..])
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn invisible_characters_are_escapes_in_json() {
        let mut bytes = Vec::new();
        let value = json!({"a\u{9b}": ["\u{202e}x\u{e0001}", "\n"]});
        value.serialize(&mut Serializer::with_formatter(&mut bytes, VisibleFormatter::default())).expect("written");
        let text = String::from_utf8(bytes).expect("UTF-8");
        assert!(text.contains(r#""a\u009b""#) && text.contains(r#""\u202ex\udb40\udc01""#), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).expect("valid"), value);
    }
}
