//! Composes the form that lists have without libyaml: block collections, plain
//! and quoted scalars of one line, literal scalars, brackets of one line, with
//! line feeds and without tabs.
//!
//! It reads no text in another way than libyaml: where a byte stands that this
//! form has no place for, valid or not, nothing is returned and libyaml reads
//! the whole text. Debug builds hold every text to what libyaml makes of it,
//! and what is saved was read by libyaml itself.

use std::borrow::Cow;

use super::{Builder, Kind, Properties, ScalarStyle, Tree};
use crate::text::Span;
use crate::yaml::error::Mark;

/// How long a key may be here; libyaml takes 1,024 characters up to its colon.
const LONGEST_KEY: usize = 1000;
/// How deep collections may be here.
const DEEPEST: usize = 100;
/// Only anchors and errors have use for it, of which there are none here.
const NOWHERE: Mark = Mark { offset: 0, line: 0, column: 0 };

/// Composes `text`; none where it has another form.
pub(super) fn compose(text: &str) -> Option<Tree> {
    // By many bytes at once.
    let is_common = |part: &[u8]| part.iter().fold(true, |is, byte| is & matches!(byte, b' '..=b'~' | b'\n' | 0x80..));
    if !text.as_bytes().chunks(256).all(is_common) || !(text.is_ascii() || text.chars().all(is_plain)) {
        return None;
    }
    let builder = Builder::new(text);
    let mut composer = Composer { text, bytes: text.as_bytes(), at: 0, builder, blocks: Vec::new() };
    while let Some(column) = composer.next_line() {
        composer.line(column)?;
    }
    while !composer.blocks.is_empty() {
        composer.close()?;
    }
    Some(composer.builder.finish()).filter(|tree| !tree.is_empty())
}

/// A block collection whose end has not come yet.
#[derive(Clone, Copy)]
struct Block {
    is_sequence: bool,
    column: usize,
    /// Where an empty scalar stands when nothing comes: behind the last `:` or `-`.
    awaits: Option<usize>,
}

struct Composer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    builder: Builder<'t>,
    blocks: Vec<Block>,
}

/// A scalar, with the text that it stands for.
struct Scalar<'t> {
    span: Span,
    style: ScalarStyle,
    value: Cow<'t, str>,
}

impl<'t> Composer<'t> {
    /// Goes to the first byte of the next line that has any, and returns its column.
    fn next_line(&mut self) -> Option<usize> {
        loop {
            let start = self.at;
            self.skip_spaces();
            match self.byte()? {
                b'\n' => self.at += 1,
                b'#' => self.skip_line(),
                _ => return Some(self.at - start),
            }
        }
    }

    /// Takes a line whose first byte is in `column`, and a literal scalar with all of its lines.
    fn line(&mut self, mut column: usize) -> Option<()> {
        if column == 0 && matches!(self.bytes.get(self.at..self.at + 3), Some(b"---" | b"...")) {
            return None;
        }
        while self.blocks.last().is_some_and(|block| block.column > column) {
            self.close()?;
        }
        while self.byte() == Some(b'-') && self.is_blank(self.at + 1) {
            self.entry(column)?;
            let dash = self.at;
            self.at += 1;
            if self.skip_end().is_some() {
                return Some(());
            }
            column += self.at - dash;
        }
        if matches!(self.byte()?, b'|' | b'[' | b'{') {
            return self.value(column);
        }
        let scalar = self.scalar()?;
        if self.byte() == Some(b':') && self.is_blank(self.at + 1) {
            return self.key(column, &scalar);
        }
        self.await_value(column)?;
        self.take(&scalar)?;
        self.skip_end()
    }

    /// Begins an entry whose dash is in `column`.
    fn entry(&mut self, column: usize) -> Option<()> {
        match self.blocks.last() {
            Some(block) if block.is_sequence && block.column == column => self.fill()?,
            _ => self.open(true, column)?,
        }
        self.blocks.last_mut()?.awaits = Some(self.at + 1);
        Some(())
    }

    /// Takes a key that starts in `column`, and what stands behind its colon.
    fn key(&mut self, column: usize, scalar: &Scalar<'_>) -> Option<()> {
        let colon = std::mem::replace(&mut self.at, scalar.span.start);
        if colon - self.at > LONGEST_KEY {
            return None;
        }
        if self.blocks.last().is_some_and(|block| block.is_sequence && block.column == column) {
            // A sequence in the column of its key ends with the next key.
            self.close()?;
        }
        match self.blocks.last() {
            Some(block) if !block.is_sequence && block.column == column => self.fill()?,
            _ => self.open(false, column)?,
        }
        self.take(scalar)?;
        self.at = colon + 1;
        self.blocks.last_mut()?.awaits = Some(self.at);
        if self.skip_end().is_some() {
            return Some(());
        }
        // No sequence may start behind a key.
        if self.byte() == Some(b'-') && self.is_blank(self.at + 1) { None } else { self.value(usize::MAX) }
    }

    /// Takes a value that is no key, with the rest of its line.
    fn value(&mut self, column: usize) -> Option<()> {
        self.await_value(column)?;
        match self.byte()? {
            b'|' => return self.literal(),
            b'[' | b'{' => self.flow(0)?,
            _ => {
                let scalar = self.scalar()?;
                self.take(&scalar)?;
            }
        }
        self.skip_end()
    }

    /// Makes sure that the innermost collection awaits what starts in `column`, which then fills its place.
    fn await_value(&mut self, column: usize) -> Option<()> {
        let block = self.blocks.last_mut()?;
        (block.awaits.take().is_some() && column > block.column).then_some(())
    }

    /// Begins a collection here where one may stand.
    fn open(&mut self, is_sequence: bool, column: usize) -> Option<()> {
        match self.blocks.last_mut() {
            // A sequence may stand in the column of its key.
            Some(above) if column > above.column || column == above.column && is_sequence && !above.is_sequence => {
                above.awaits.take()?;
            }
            None if self.builder.tree.is_empty() => {}
            _ => return None,
        }
        if self.blocks.len() >= DEEPEST {
            return None;
        }
        let kind = if is_sequence { Kind::Sequence { flow: false } } else { Kind::Mapping { flow: false } };
        self.blocks.push(Block { is_sequence, column, awaits: None });
        self.builder.start(Properties::default(), kind, Span::empty(self.at), NOWHERE).ok()
    }

    /// Ends the innermost collection.
    fn close(&mut self) -> Option<()> {
        self.fill()?;
        self.blocks.pop();
        self.builder.end(Span::empty(self.at));
        Some(())
    }

    /// Puts an empty scalar where a value is awaited still.
    fn fill(&mut self) -> Option<()> {
        match self.blocks.last_mut()?.awaits.take() {
            Some(at) => {
                self.take(&Scalar { span: Span::empty(at), style: ScalarStyle::Plain, value: Cow::Borrowed("") })
            }
            None => Some(()),
        }
    }

    fn take(&mut self, scalar: &Scalar<'_>) -> Option<()> {
        let Scalar { span, style, value } = scalar;
        let is_plain = *style == ScalarStyle::Plain;
        self.builder.scalar(Properties::default(), value, *style, is_plain, *span, NOWHERE).ok()
    }

    /// Reads a scalar outside of brackets and goes behind it: to the colon where it is a key.
    fn scalar(&mut self) -> Option<Scalar<'t>> {
        let start = self.at;
        match self.byte()? {
            b'\'' => return self.single_quoted(),
            b'"' => return self.double_quoted(),
            b'-' if !self.is_blank(start + 1) => {}
            byte if is_indicator(byte) => return None,
            _ => {}
        }
        let mut at = start;
        let is_key = loop {
            let rest = &self.bytes[at..];
            at += memchr::memchr3(b':', b'#', b'\n', rest).unwrap_or(rest.len());
            match self.bytes.get(at) {
                Some(b':') if !self.is_blank(at + 1) => at += 1,
                Some(b'#') if self.bytes[at - 1] != b' ' => at += 1,
                stop => break stop == Some(&b':'),
            }
        };
        let span = Span::new(start, start + self.text[start..at].trim_end_matches(' ').len());
        self.at = if is_key { at } else { span.end };
        Some(self.plain(span))
    }

    fn plain(&self, span: Span) -> Scalar<'t> {
        Scalar { span, style: ScalarStyle::Plain, value: Cow::Borrowed(span.of(self.text)) }
    }

    fn single_quoted(&mut self) -> Option<Scalar<'t>> {
        let start = self.at;
        let mut at = start + 1;
        let mut is_escaped = false;
        loop {
            match self.bytes.get(at)? {
                b'\n' => return None,
                b'\'' if self.bytes.get(at + 1) == Some(&b'\'') => {
                    is_escaped = true;
                    at += 2;
                }
                b'\'' => break,
                _ => at += 1,
            }
        }
        let inner = &self.text[start + 1..at];
        let value = if is_escaped { inner.replace("''", "'").into() } else { inner.into() };
        self.at = at + 1;
        Some(Scalar { span: Span::new(start, self.at), style: ScalarStyle::SingleQuoted, value })
    }

    fn double_quoted(&mut self) -> Option<Scalar<'t>> {
        let start = self.at;
        let (mut at, mut copied) = (start + 1, start + 1);
        let mut value = Cow::Borrowed("");
        loop {
            match self.bytes.get(at)? {
                b'\n' => return None,
                b'"' => break,
                b'\\' => {
                    let c = match self.bytes.get(at + 1)? {
                        b'\\' => '\\',
                        b'"' => '"',
                        b'n' => '\n',
                        b't' => '\t',
                        _ => return None,
                    };
                    let value = value.to_mut();
                    value.push_str(&self.text[copied..at]);
                    value.push(c);
                    at += 2;
                    copied = at;
                }
                _ => at += 1,
            }
        }
        value += &self.text[copied..at];
        self.at = at + 1;
        Some(Scalar { span: Span::new(start, self.at), style: ScalarStyle::DoubleQuoted, value })
    }

    /// Takes a literal scalar.
    fn literal(&mut self) -> Option<()> {
        let start = self.at;
        self.at += 1;
        let chomping = self.byte().filter(|byte| matches!(byte, b'+' | b'-'));
        self.at += usize::from(chomping.is_some());
        self.skip_spaces();
        if self.byte()? != b'\n' {
            return None;
        }
        self.at += 1;
        let mut value = String::new();
        let mut breaks = Breaks { least: self.blocks.last()?.column + 1, ..Breaks::default() };
        let mut column = self.skip_breaks(&mut breaks);
        let mut ends_line = false;
        while column == breaks.indent && self.at < self.bytes.len() {
            value.extend(std::iter::repeat_n('\n', usize::from(ends_line) + breaks.count));
            let from = self.at;
            self.skip_line();
            let line = &self.text[from..self.at];
            ends_line = line.ends_with('\n');
            value.push_str(line.trim_end_matches('\n'));
            breaks.count = 0;
            column = self.skip_breaks(&mut breaks);
        }
        let kept = match chomping {
            Some(b'-') => 0,
            Some(_) => usize::from(ends_line) + breaks.count,
            None => usize::from(ends_line),
        };
        value.extend(std::iter::repeat_n('\n', kept));
        // What stands behind it is read from the start of its line on.
        self.at -= column;
        self.take(&Scalar { span: Span::new(start, breaks.end), style: ScalarStyle::Literal, value: value.into() })
    }

    /// Goes over empty lines of a literal scalar and the indentation of the next one, whose column it returns.
    fn skip_breaks(&mut self, breaks: &mut Breaks) -> usize {
        breaks.end = self.at;
        let mut deepest = 0;
        let column = loop {
            let start = self.at;
            while (breaks.indent == 0 || self.at - start < breaks.indent) && self.byte() == Some(b' ') {
                self.at += 1;
            }
            let column = self.at - start;
            deepest = deepest.max(column);
            if self.byte() != Some(b'\n') {
                break column;
            }
            self.at += 1;
            breaks.count += 1;
            breaks.end = self.at;
        };
        if breaks.indent == 0 {
            breaks.indent = deepest.max(breaks.least);
        }
        column
    }

    /// Takes brackets or braces with all that is in them.
    fn flow(&mut self, depth: usize) -> Option<()> {
        if depth >= DEEPEST {
            return None;
        }
        let start = self.at;
        let is_mapping = self.byte()? == b'{';
        let (kind, close) =
            if is_mapping { (Kind::Mapping { flow: true }, b'}') } else { (Kind::Sequence { flow: true }, b']') };
        self.at += 1;
        self.builder.start(Properties::default(), kind, Span::new(start, self.at), NOWHERE).ok()?;
        self.skip_spaces();
        while self.byte()? != close {
            if is_mapping {
                let key = self.flow_scalar()?;
                self.take(&key)?;
                if key.span.len() > LONGEST_KEY || !self.bytes[self.at..].starts_with(b": ") {
                    return None;
                }
                self.at += 1;
                self.skip_spaces();
            }
            if matches!(self.byte()?, b'[' | b'{') {
                self.flow(depth + 1)?;
            } else {
                let scalar = self.flow_scalar()?;
                self.take(&scalar)?;
            }
            self.skip_spaces();
            match self.byte()? {
                b',' => {
                    self.at += 1;
                    self.skip_spaces();
                    if self.byte()? == close {
                        return None;
                    }
                }
                byte if byte == close => {}
                _ => return None,
            }
        }
        self.at += 1;
        self.builder.end(Span::new(self.at - 1, self.at));
        Some(())
    }

    /// Reads a scalar in brackets and goes behind it.
    fn flow_scalar(&mut self) -> Option<Scalar<'t>> {
        let start = self.at;
        match self.byte()? {
            b'\'' => return self.single_quoted(),
            b'"' => return self.double_quoted(),
            b'-' if self.bytes.get(start + 1).is_some_and(u8::is_ascii_alphanumeric) => {}
            byte if is_indicator(byte) => return None,
            _ => {}
        }
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-./+$~=()@%^;".contains(byte) || *byte >= 0x80;
        let length = self.bytes[start..].iter().position(|byte| !is_part(byte))?;
        let text = self.text[start..start + length].trim_end_matches(' ');
        if text.is_empty() {
            return None;
        }
        self.at = start + text.len();
        Some(self.plain(Span::new(start, self.at)))
    }

    fn byte(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Tells whether a space, a line break or nothing stands at `at`.
    fn is_blank(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b' ' | b'\n'))
    }

    fn skip_spaces(&mut self) {
        while self.byte() == Some(b' ') {
            self.at += 1;
        }
    }

    /// Goes to the next line.
    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
    }

    /// Goes to the next line where nothing stands on this one any more but a comment; else over spaces alone.
    fn skip_end(&mut self) -> Option<()> {
        let start = self.at;
        self.skip_spaces();
        match self.byte() {
            Some(b'#') if self.at == start => return None,
            None | Some(b'\n' | b'#') => self.skip_line(),
            Some(_) => return None,
        }
        Some(())
    }
}

/// What is known of the empty lines of a literal scalar.
#[derive(Default)]
struct Breaks {
    /// The column of its lines, 0 while it is not known.
    indent: usize,
    /// The least that it may be.
    least: usize,
    /// How many breaks came since the last line.
    count: usize,
    /// Behind the last of them.
    end: usize,
}

/// Tells whether a character means nothing to YAML, or is ASCII.
const fn is_plain(c: char) -> bool {
    // Not control characters, breaks, byte order marks, and what is no character.
    c.is_ascii() || c >= '\u{a0}' && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Tells whether no plain scalar may start with this character.
const fn is_indicator(byte: u8) -> bool {
    matches!(
        byte,
        b'-' | b'?'
            | b':'
            | b','
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'#'
            | b'&'
            | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'\''
            | b'"'
            | b'%'
            | b'@'
            | b'`'
    )
}

#[cfg(test)]
mod tests {
    use super::super::again::tests::{LISTS, PIECES};
    use super::super::tests::random;
    use super::*;

    /// What texts are made of, between bars.
    const PARTS: &str = "a¦\u{e9}¦: ¦:\n¦k: v\n¦- ¦-\n¦\n¦\n¦  ¦ ¦    ¦ # c\n¦#¦'x'¦'¦''¦\"y\\n\"¦\"¦\\¦[¦]¦{¦}¦, ¦{p: 1}¦[q, \"r\"]¦|¦|-\n¦|+\n¦>\n¦-¦:¦?¦? ¦~¦&a ¦*a¦!t ¦---\n¦...\n¦%¦.¦<<¦\u{2014}¦\u{2028}¦\u{85}¦\u{a0}¦=¦@¦,¦\t¦\r\n";

    #[test]
    fn what_is_composed_is_what_libyaml_reads() {
        // More of them by hand: SKYPLUG_DIRECT=20000000 SKYPLUG_SEED=7 cargo test --release libyaml_reads
        let (mut numbers, rounds) = random("SKYPLUG_DIRECT", 60_000);
        let (parts, pieces): (Vec<&str>, Vec<&str>) = (PARTS.split('¦').collect(), PIECES.split('¦').collect());
        let mut composed = 0;
        for round in 0..rounds {
            let text: String = if round % 3 == 0 {
                let base = LISTS[round / 3 % LISTS.len()];
                let boundary = |at: usize| (0..=at).rev().find(|at| base.is_char_boundary(*at)).unwrap_or(0);
                let at = boundary(numbers.below(base.len() + 1));
                let end = boundary((at + numbers.below(9)).min(base.len())).max(at);
                format!("{}{}{}", &base[..at], pieces[numbers.below(pieces.len())], &base[end..])
            } else {
                let common = if round % 3 == 1 { parts.len() } else { 26 };
                (0..=numbers.below(16)).map(|_| parts[numbers.below(common)]).collect()
            };
            let read = Tree::parse_by_libyaml(&text);
            if let Some(tree) = compose(&text) {
                composed += 1;
                assert_eq!(Ok(tree), read, "{text:?}");
            }
        }
        assert!(composed * 20 > rounds, "{composed} of {rounds} composed");
    }

    #[test]
    fn lists_are_composed() {
        assert_eq!(LISTS.map(|list| compose(list).is_some()), [true, false, false, true, false]);
        assert!(compose("# \u{fc}ber\nk: \u{e9}\u{a0}x\n\u{2014}: [\u{65e5}\u{672c}, '\u{1f600}']\n").is_some());
        let list = "# top\nplugins:\n- class: a.B # one\n  parameters:\n    url: 'it''s'\n    \"tags\": [gpu, \"t\\n\", {a: -1}]\n    note: |-\n      x\n\n       y\n\n    empty:\n-\n- - z\n";
        assert!(compose(list).is_some());
        for other in
            ["", "# c\n", "a", "a: b: c\n", "a: 1\n b: 2\n", "---\na: 1\n", "a: &x 1\n", "a: >\n  b\n", "a:\tb\n"]
        {
            assert_eq!(compose(other).map(|tree| tree.len()), None, "{other:?}");
        }
    }
}
