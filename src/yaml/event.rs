//! libyaml's events with their marks, as a safe lending iterator.
//!
//! The only module with `unsafe` code. It owns the C-like parser of
//! `libyaml-rs`, which is the library that `SkyPilot` reads with, translated to
//! Rust; what the events mean is decided in `node` and `construct`.
#![expect(unsafe_code, reason = "libyaml-rs has the interface of the C library")]

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::slice;

use libyaml_rs as sys;

use super::error::{ErrorKind, Mark, YamlError};
use crate::text::Span;

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// `'single'`.
    SingleQuoted,
    /// `"double"`.
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// The anchor and the tag in front of a node.
#[derive(Clone, Copy, Debug, Default)]
pub struct Properties<'a> {
    /// The name behind `&`.
    pub anchor: Option<&'a str>,
    /// The resolved tag, `!` for the non-specific one.
    pub tag: Option<&'a str>,
}

/// What an event is.
#[derive(Clone, Copy, Debug)]
pub enum EventKind<'a> {
    /// The start of the stream.
    StreamStart,
    /// The end of the stream.
    StreamEnd,
    /// The start of a document.
    DocumentStart,
    /// The end of a document.
    DocumentEnd,
    /// `*name`.
    Alias(&'a str),
    /// A scalar.
    Scalar {
        /// Anchor and tag.
        properties: Properties<'a>,
        /// The text that it stands for.
        value: &'a str,
        /// How it is written.
        style: ScalarStyle,
        /// Whether the type follows from the text alone.
        plain_implicit: bool,
    },
    /// The start of a sequence.
    SequenceStart {
        /// Anchor and tag.
        properties: Properties<'a>,
        /// Whether it is written in brackets.
        flow: bool,
    },
    /// The start of a mapping.
    MappingStart {
        /// Anchor and tag.
        properties: Properties<'a>,
        /// Whether it is written in braces.
        flow: bool,
    },
    /// The end of a sequence or a mapping.
    CollectionEnd,
}

/// One event and the bytes it covers.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// What it is.
    pub kind: EventKind<'a>,
    /// Its bytes, as libyaml marks them.
    pub span: Span,
    /// Where it starts, as libyaml counts.
    pub start: Mark,
}

/// Characters that mean nothing to YAML at any place, as those beyond ASCII.
const NEUTRAL: [(char, [&str; 3]); 2] =
    [('^', ["\\x5e", "\\u005e", "\\u0000005e"]), ('<', ["\\x3c", "\\u003c", "\\u0000003c"])];

/// A text in which every character is one byte, but for breaks and byte order marks.
///
/// libyaml counts the 1,024 characters that a key may have, libyaml-rs its
/// bytes; with this in place of the text they agree.
#[derive(Debug)]
pub struct StandIn {
    text: Box<str>,
    neutral: char,
    /// Where the neutral characters are.
    places: Vec<usize>,
    /// How many bytes the characters up to each of them had more.
    more: Vec<usize>,
}

impl StandIn {
    /// Returns the text to parse instead of `text`, none where no neutral character is free.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        let free = |(c, escapes): &&(char, [&str; 3])| {
            !lower.contains(*c) && !escapes.iter().any(|escape| lower.contains(escape))
        };
        let neutral = NEUTRAL.iter().find(free)?.0;
        let (mut out, mut places, mut more, mut sum) = (String::with_capacity(text.len()), Vec::new(), Vec::new(), 0);
        for (c, is_replaced) in replaced(text, '\n') {
            if is_replaced {
                places.push(out.len());
                sum += c.len_utf8() - 1;
                more.push(sum);
                out.push(neutral);
            } else {
                out.push(c);
            }
        }
        Some(Self { text: out.into(), neutral, places, more })
    }

    /// Returns the offset in the text that this one stands for.
    fn offset(&self, at: usize) -> usize {
        let before = self.places.partition_point(|&place| place < at);
        at + before.checked_sub(1).map_or(0, |last| self.more[last])
    }

    /// Returns what `value` is where the scalar is written as `source`.
    fn restore(&self, value: &str, source: &str) -> String {
        let replaced: Vec<char> =
            replaced(source, ' ').filter(|(_, is_replaced)| *is_replaced).map(|(c, _)| c).collect();
        let count = value.chars().filter(|&c| c == self.neutral).count();
        // The first ones may be in a comment behind `|` or `>`.
        let mut rest = replaced.into_iter().rev().take(count).rev();
        value.chars().map(|c| if c == self.neutral { rest.next().unwrap_or(c) } else { c }).collect()
    }
}

/// Returns the characters of a text behind `before`, each with whether a neutral one stands for it.
///
/// Line breaks mean something to libyaml, and so does a byte order mark that begins a line.
fn replaced(text: &str, mut before: char) -> impl Iterator<Item = (char, bool)> + '_ {
    let is_break = |c| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    text.chars().map(move |c| {
        let means_something = c.is_ascii() || is_break(c) || (c == '\u{feff}' && is_break(before));
        before = c;
        (c, !means_something)
    })
}

/// A run of libyaml's parser over one text.
pub struct Events<'t> {
    parser: Box<MaybeUninit<sys::yaml_parser_t>>,
    /// The last event, used again for each; initialised where `is_filled`.
    event: Box<MaybeUninit<sys::yaml_event_t>>,
    is_filled: bool,
    text: &'t str,
    stand_in: Option<StandIn>,
    /// The last scalar, where it was restored.
    restored: String,
    /// Bytes that the reader took off before the first mark: the byte order mark.
    offset: usize,
}

impl<'t> Events<'t> {
    /// Starts to parse `text`.
    ///
    /// # Panics
    ///
    /// Panics where libyaml cannot allocate its buffers.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        Self::parsing(text, None)
    }

    /// Starts to parse what stands for `text`.
    #[must_use]
    pub fn of_stand_in(text: &'t str, stand_in: StandIn) -> Self {
        Self::parsing(text, Some(stand_in))
    }

    fn parsing(text: &'t str, stand_in: Option<StandIn>) -> Self {
        let parsed = stand_in.as_ref().map_or(text, |stand_in| &stand_in.text);
        let mut parser = Box::new(MaybeUninit::<sys::yaml_parser_t>::uninit());
        let pointer = parser.as_mut_ptr();
        // SAFETY: `pointer` is valid for writes; the parser keeps the pointer to
        // `text`, which outlives it by the lifetime 't, or to the box that `stand_in`
        // keeps as long, and stays in its box.
        unsafe {
            assert!(!sys::yaml_parser_initialize(pointer).fail, "libyaml could not allocate its buffers");
            sys::yaml_parser_set_input_string(pointer, parsed.as_ptr(), parsed.len() as u64);
        }
        let offset = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let event = Box::new(MaybeUninit::uninit());
        Self { parser, event, is_filled: false, text, stand_in, restored: String::new(), offset }
    }

    /// Returns the next event; [`EventKind::StreamEnd`] is the last one.
    ///
    /// # Errors
    ///
    /// Returns libyaml's error, in PyYAML's terms.
    pub fn next_event(&mut self) -> Result<Event<'_>, YamlError> {
        self.release();
        // SAFETY: parser and event are valid.
        if unsafe { sys::yaml_parser_parse(self.parser.as_mut_ptr(), self.event.as_mut_ptr()) }.fail {
            return Err(self.error());
        }
        self.is_filled = true;
        // SAFETY: the parser has initialised the event.
        let event = unsafe { self.event.assume_init_ref() };
        let span = Span::new(self.offset_of(event.start_mark), self.offset_of(event.end_mark));
        let start = self.mark_of(event.start_mark);
        let mut kind = kind(event);
        if let (Some(stand_in), EventKind::Scalar { value, .. }) = (&self.stand_in, &mut kind) {
            self.restored = stand_in.restore(value, span.of(self.text));
            *value = &self.restored;
        }
        Ok(Event { kind, span, start })
    }

    fn offset_of(&self, mark: sys::yaml_mark_t) -> usize {
        self.mark_of(mark).offset.min(self.text.len())
    }

    fn mark_of(&self, mark: sys::yaml_mark_t) -> Mark {
        let at = offset(mark, self.offset);
        Mark {
            offset: self.stand_in.as_ref().map_or(at, |stand_in| stand_in.offset(at)),
            line: usize::try_from(mark.line).unwrap_or(usize::MAX),
            column: usize::try_from(mark.column).unwrap_or(usize::MAX),
        }
    }

    fn release(&mut self) {
        if std::mem::take(&mut self.is_filled) {
            // SAFETY: the event was filled by the parser and is freed once.
            unsafe { sys::yaml_event_delete(self.event.as_mut_ptr()) };
        }
    }

    fn error(&self) -> YamlError {
        // SAFETY: the parser is initialised; its strings are static and end in NUL.
        let parser = unsafe { &*self.parser.as_ptr() };
        let problem = string(parser.problem).unwrap_or_else(|| "unknown error".to_owned());
        let context = string(parser.context);
        match parser.error {
            sys::YAML_READER_ERROR => YamlError {
                kind: ErrorKind::Reader,
                problem: format!("unacceptable character #x{:04x}: {problem}", parser.problem_value),
                context: None,
                mark: Some(self.mark_at(usize::try_from(parser.problem_offset).unwrap_or(0))),
                context_mark: None,
            },
            kind => YamlError {
                kind: if kind == sys::YAML_SCANNER_ERROR { ErrorKind::Scanner } else { ErrorKind::Parser },
                problem,
                context_mark: context.as_ref().map(|_| self.mark_of(parser.context_mark)),
                context,
                mark: Some(self.mark_of(parser.problem_mark)),
            },
        }
    }

    fn mark_at(&self, offset: usize) -> Mark {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let position = crate::text::LineIndex::new(self.text).position(self.text, offset);
        Mark { offset, line: position.line - 1, column: position.column - 1 }
    }
}

impl Drop for Events<'_> {
    fn drop(&mut self) {
        self.release();
        // SAFETY: the parser was initialised in `new` and is deleted once.
        unsafe { sys::yaml_parser_delete(self.parser.as_mut_ptr()) };
    }
}

fn offset(mark: sys::yaml_mark_t, base: usize) -> usize {
    base + usize::try_from(mark.index).unwrap_or(usize::MAX - base)
}

fn kind(event: &sys::yaml_event_t) -> EventKind<'_> {
    // SAFETY: `type_` says which member of the union libyaml has filled; its
    // strings live as long as the event.
    unsafe {
        match event.type_ {
            sys::YAML_STREAM_START_EVENT => EventKind::StreamStart,
            sys::YAML_DOCUMENT_START_EVENT => EventKind::DocumentStart,
            sys::YAML_DOCUMENT_END_EVENT => EventKind::DocumentEnd,
            sys::YAML_ALIAS_EVENT => EventKind::Alias(text(event.data.alias.anchor).unwrap_or("")),
            sys::YAML_SCALAR_EVENT => {
                let scalar = &event.data.scalar;
                let length = usize::try_from(scalar.length).unwrap_or(0);
                EventKind::Scalar {
                    properties: Properties { anchor: text(scalar.anchor), tag: text(scalar.tag) },
                    value: utf8(slice::from_raw_parts(scalar.value, length)),
                    style: match scalar.style {
                        sys::YAML_SINGLE_QUOTED_SCALAR_STYLE => ScalarStyle::SingleQuoted,
                        sys::YAML_DOUBLE_QUOTED_SCALAR_STYLE => ScalarStyle::DoubleQuoted,
                        sys::YAML_LITERAL_SCALAR_STYLE => ScalarStyle::Literal,
                        sys::YAML_FOLDED_SCALAR_STYLE => ScalarStyle::Folded,
                        _ => ScalarStyle::Plain,
                    },
                    plain_implicit: scalar.plain_implicit,
                }
            }
            sys::YAML_SEQUENCE_START_EVENT => {
                let start = &event.data.sequence_start;
                EventKind::SequenceStart {
                    properties: Properties { anchor: text(start.anchor), tag: text(start.tag) },
                    flow: start.style == sys::YAML_FLOW_SEQUENCE_STYLE,
                }
            }
            sys::YAML_MAPPING_START_EVENT => {
                let start = &event.data.mapping_start;
                EventKind::MappingStart {
                    properties: Properties { anchor: text(start.anchor), tag: text(start.tag) },
                    flow: start.style == sys::YAML_FLOW_MAPPING_STYLE,
                }
            }
            sys::YAML_SEQUENCE_END_EVENT | sys::YAML_MAPPING_END_EVENT => EventKind::CollectionEnd,
            _ => EventKind::StreamEnd,
        }
    }
}

fn string(pointer: *const c_char) -> Option<String> {
    // SAFETY: libyaml's messages are static strings that end in NUL.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned())
}

fn text<'a>(pointer: *const u8) -> Option<&'a str> {
    // SAFETY: anchors and tags are strings that end in NUL and live in the event.
    (!pointer.is_null()).then(|| utf8(unsafe { CStr::from_ptr(pointer.cast()) }.to_bytes()))
}

/// libyaml decodes its input and writes UTF-8; a double-quoted scalar can
/// hold no lone surrogate, since its scanner refuses such escapes.
fn utf8(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or("\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(text: &str) -> Vec<String> {
        let mut events = Events::new(text);
        let mut out = Vec::new();
        loop {
            let event = events.next_event().expect("valid");
            match event.kind {
                EventKind::StreamEnd => return out,
                EventKind::Scalar { value, .. } => out.push(format!("{value}={}", event.span.of(text))),
                _ => {}
            }
        }
    }

    #[test]
    fn marks_are_byte_offsets() {
        assert_eq!(spans("ä: 'ö'\nb: [c]\n"), ["ä=ä", "ö='ö'", "b=b", "c=c"]);
        assert_eq!(spans("\u{feff}a: b\r\n"), ["a=a", "b=b"]);
    }

    #[test]
    fn a_stand_in_gives_the_same_events() {
        let text =
            "\u{feff}é: 'ö\\u00e9' # ü\nb: |- # ß\n  ä\n  日本\u{2028}  x\nc: \"\\u00e9é\\\n  é\"\nd: x\u{feff}é\n";
        let all = |mut events: Events<'_>| {
            let mut out = Vec::new();
            loop {
                let event = events.next_event().expect("valid");
                out.push(format!("{event:?}"));
                if matches!(event.kind, EventKind::StreamEnd) {
                    return out;
                }
            }
        };
        let stand_in = StandIn::of(text).expect("free");
        assert_eq!(all(Events::of_stand_in(text, stand_in)), all(Events::new(text)));
        // As libyaml counts it, this is a key of 1,023 characters.
        let long = format!("{}\u{feff}k: v\n", "k".repeat(1021));
        let stand_in = StandIn::of(&long).expect("free");
        assert!(all(Events::of_stand_in(&long, stand_in)).iter().any(|event| event.contains("MappingStart")));
        assert!(StandIn::of("é^<").is_none() && StandIn::of("é^\"\\x3C\"").is_none());
    }

    #[test]
    fn errors_carry_pyyaml_names_and_marks() {
        let mut events = Events::new("a: b: c\n");
        let error = loop {
            match events.next_event() {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind, ErrorKind::Scanner);
        assert_eq!(error.mark.map(|m| (m.line, m.column)), Some((0, 4)));
    }
}
