//! Documents, values and edits made of bytes: the same bytes make the same ones.

use std::fmt::Write as _;

use skyplug_tui::yaml::Value;

/// Bytes as a source of choices; at their end every choice is the first one.
pub(crate) struct Source<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Source<'a> {
    /// Returns a source of these bytes.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        byte
    }

    /// Returns a number below `count`, which is at most 256.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        usize::from(self.byte()) % count.max(1)
    }

    /// Returns one of these.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Tells whether something happens that does so in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: u8) -> bool {
        let byte = self.byte();
        byte > 0 && u32::from(byte - 1) * 100 < u32::from(percent) * 255
    }
}

const KEYS: &[&str] =
    &["a", "b", "class", "k", "c d", "'q'", "\"d\"", "é", "x.y", "no_", "1", "3.5", "? e", "2026-01-01"];
const SCALARS: &[&str] = &[
    "1",
    "x",
    "a.B",
    "'single'",
    "\"double\"",
    "~",
    "on",
    "1.5",
    "two words",
    "'it''s'",
    "\"\\n\\u00e9\"",
    "2026-01-01",
    "99999999999999999999",
    "é日本",
    "http://x/y",
    "- 1",
    "a#b",
    "!!str 1",
    "''",
    "0x1f",
    "\"#\"",
    "x,y",
    ".inf",
];
const COMMENTS: &[&str] = &["# c", "# - class: off.X", "#", "# k: v", "# é"];

/// What a name stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Anchored {
    Mapping,
    Other,
}

/// Makes a text that is mostly YAML which loads.
pub(crate) struct Writer<'s, 'a> {
    source: &'s mut Source<'a>,
    out: String,
    /// What the names `n0`, `n1`, ... stand for, once that is complete.
    anchors: Vec<Option<Anchored>>,
    step: usize,
    offset: usize,
    gap: usize,
    comments: u8,
    shares: u8,
}

impl<'s, 'a> Writer<'s, 'a> {
    /// Makes a document: a list of plugins, or anything.
    pub(crate) fn document(source: &'s mut Source<'a>) -> String {
        let step = 1 + source.below(4);
        let (offset, gap) = (source.below(step + 1), 1 + source.below(3));
        let comments = source.one(&[0, 10, 30]);
        let shares = source.one(&[0, 0, 15, 30]);
        let mut writer = Self { source, out: String::new(), anchors: Vec::new(), step, offset, gap, comments, shares };
        writer.whole();
        let mut out = std::mem::take(&mut writer.out);
        if writer.source.chance(15) {
            out = out.trim_end_matches('\n').to_owned();
        }
        if writer.source.chance(20) {
            out = out.replace('\n', "\r\n");
        }
        out
    }

    fn whole(&mut self) {
        if self.source.chance(20) {
            let head = self.source.one(&["---\n", "# head\n", "# head\n\n", "\u{feff}", "%YAML 1.1\n---\n", "\n"]);
            self.out.push_str(head);
        }
        match self.source.below(8) {
            6 => {
                self.flow(3, 0);
                self.out.push('\n');
            }
            7 => self.mapping(0, 3, false),
            _ => self.plugins(),
        }
        if self.source.chance(15) {
            let tail = self.source.one(&["# end\n", "\n\n", "...\n", "\n# end\n", "  # end\n"]);
            self.out.push_str(tail);
        }
    }

    fn plugins(&mut self) {
        if self.source.chance(40) {
            self.own_lines(0);
            self.out.push_str("shared:");
            self.value(0, 2);
        }
        if self.source.chance(40) {
            self.own_lines(0);
            self.out.push_str("controller_wheel_path: dist");
            self.end_line();
        }
        self.own_lines(0);
        self.out.push_str("plugins:");
        if self.source.chance(10) {
            self.out.push(' ');
            self.flow(3, 0);
            self.end_line();
            return;
        }
        self.end_line();
        let indent = self.offset;
        for _ in 0..=self.source.below(4) {
            self.own_lines(indent);
            self.pad(indent);
            self.dash();
            let inside = indent + 1 + self.gap;
            if self.source.chance(self.shares / 2) && self.alias(Some(Anchored::Mapping)) {
                self.end_line();
                continue;
            }
            let wanted = self.source.chance(self.shares / 2);
            let name = self.anchored(wanted);
            if wanted {
                self.out.push('\n');
                self.pad(inside);
            }
            self.out.push_str("class: ");
            let class = self.source.one(&["a.B", "'c.D'", "\"e.F\"", "g.H"]);
            self.out.push_str(class);
            self.end_line();
            if self.source.chance(70) {
                self.own_lines(inside);
                self.pad(inside);
                self.out.push_str("parameters:");
                self.value(inside, 3);
            }
            self.named(name, Anchored::Mapping);
        }
    }

    /// Writes what stands behind a key or a dash of a block collection at a column.
    fn value(&mut self, column: usize, depth: usize) {
        let kind = if depth == 0 { self.source.below(4) } else { self.source.below(10) };
        match kind {
            4..=6 => {
                let name = self.anchor();
                if self.source.chance(5) {
                    self.out.push_str(" !!map");
                }
                self.end_line();
                let merges = self.source.chance(self.shares);
                self.mapping(column + self.step, depth - 1, merges);
                self.named(name, Anchored::Mapping);
            }
            7 | 8 => {
                let name = self.anchor();
                self.end_line();
                self.sequence(column + self.offset.max(usize::from(column == 0)), depth - 1);
                self.named(name, Anchored::Other);
            }
            9 => self.block_scalar(column),
            3 if depth > 0 => {
                self.out.push(' ');
                self.flow(2, column);
                self.end_line();
            }
            2 if self.source.chance(self.shares) => {
                self.out.push(' ');
                if !self.alias(None) {
                    self.out.push('1');
                }
                self.end_line();
            }
            1 if self.source.chance(20) => self.end_line(),
            _ => {
                let name = self.anchor();
                self.out.push(' ');
                let scalar = self.scalar();
                self.out.push_str(scalar);
                self.named(name, Anchored::Other);
                self.end_line();
            }
        }
    }

    fn mapping(&mut self, column: usize, depth: usize, merges: bool) {
        if merges {
            self.pad(column);
            let list = self.source.chance(20);
            self.out.push_str(if list { "<<: [" } else { "<<: " });
            if !self.alias(Some(Anchored::Mapping)) {
                self.out.push_str("{m: 1}");
            }
            self.out.push_str(if list { "]" } else { "" });
            self.end_line();
        }
        for _ in 0..=self.source.below(3) {
            self.own_lines(column);
            self.pad(column);
            let key = self.source.one(KEYS);
            if let Some(key) = key.strip_prefix("? ") {
                self.out.push_str("? ");
                self.out.push_str(key);
                self.end_line();
                self.pad(column);
            } else {
                self.out.push_str(key);
            }
            self.out.push(':');
            self.value(column, depth);
        }
    }

    fn sequence(&mut self, column: usize, depth: usize) {
        for _ in 0..=self.source.below(3) {
            self.own_lines(column);
            self.pad(column);
            let inside = column + 1 + self.gap;
            if depth > 0 && self.source.chance(30) {
                // A collection that begins behind the dash.
                self.dash();
                let key = self.source.one(&KEYS[..8]);
                self.out.push_str(key);
                self.out.push(':');
                self.value(inside, depth - 1);
                if self.source.chance(50) {
                    self.pad(inside);
                    self.out.push_str("z:");
                    self.value(inside, depth - 1);
                }
            } else {
                self.out.push('-');
                self.value(column + 1, depth);
            }
        }
    }

    fn block_scalar(&mut self, column: usize) {
        let style = self.source.one(&[" |", " >", " |-", " >-", " |+", " >+"]);
        self.out.push_str(style);
        self.end_line();
        for _ in 0..=self.source.below(3) {
            self.pad(column + self.step);
            let line = self.source.one(&["text", "two words", "# none", "- x", "k: v", "  more"]);
            // A first line with blanks in front would need a digit in the header.
            self.out.push_str(line.trim_start());
            self.out.push('\n');
            if self.source.chance(10) {
                self.out.push('\n');
            }
        }
    }

    /// Writes a flow value; `column` is that of the block collection around it.
    fn flow(&mut self, depth: usize, column: usize) {
        let kind = if depth == 0 { 0 } else { self.source.below(6) };
        if kind < 2 {
            if self.source.chance(self.shares / 2) && self.alias(None) {
                return;
            }
            let scalar = self.scalar();
            // What would end the scalar in here stands in quotes.
            let plain = !scalar.contains([',', '[', ']', '{', '}']) && !scalar.starts_with("- ");
            self.out.push_str(if plain { scalar } else { "'-'" });
            return;
        }
        let wanted = self.source.chance(self.shares);
        let name = self.anchored(wanted);
        if wanted {
            self.out.push(' ');
        }
        let mapping = kind < 4;
        let open = self.source.chance(20);
        let tight = self.source.chance(20);
        self.out.push(if mapping { '{' } else { '[' });
        let count = self.source.below(4);
        for i in 0..count {
            if open {
                self.end_line();
                self.pad(column + self.step + 1);
            } else if tight && i == 0 {
                self.out.push(' ');
            }
            if mapping {
                let key = self.source.one(&KEYS[..7]);
                self.out.push_str(key);
                if !self.source.chance(10) {
                    self.out.push_str(": ");
                    self.flow(depth - 1, column);
                }
            } else {
                self.flow(depth - 1, column);
            }
            if i + 1 < count || self.source.chance(10) {
                self.out.push_str(if open {
                    ","
                } else if tight {
                    " ,"
                } else {
                    ", "
                });
            }
        }
        if open && count > 0 {
            self.end_line();
            self.pad(column + 1);
        }
        self.out.push(if mapping { '}' } else { ']' });
        self.named(name, if mapping { Anchored::Mapping } else { Anchored::Other });
    }

    fn scalar(&mut self) -> &'static str {
        self.source.one(SCALARS)
    }

    /// Writes ` &name`, or nothing.
    fn anchor(&mut self) -> Option<usize> {
        let wanted = self.source.chance(self.shares);
        if wanted {
            self.out.push(' ');
        }
        self.anchored(wanted)
    }

    fn anchored(&mut self, wanted: bool) -> Option<usize> {
        let name = self.anchors.len();
        wanted.then(|| {
            let _ = write!(self.out, "&n{name}");
            self.anchors.push(None);
            name
        })
    }

    /// Makes a name known, once what it stands for is complete.
    fn named(&mut self, name: Option<usize>, what: Anchored) {
        if let Some(name) = name {
            self.anchors[name] = Some(what);
        }
    }

    /// Writes an alias of a known name; tells whether there is one.
    fn alias(&mut self, what: Option<Anchored>) -> bool {
        let known = self.anchors.iter().enumerate();
        let known: Vec<usize> =
            known.filter(|(_, a)| a.is_some_and(|a| what.is_none_or(|what| what == a))).map(|(i, _)| i).collect();
        if known.is_empty() {
            return false;
        }
        let name = known[self.source.below(known.len())];
        let _ = write!(self.out, "*n{name}");
        true
    }

    fn dash(&mut self) {
        self.out.push('-');
        self.pad(self.gap);
    }

    fn pad(&mut self, columns: usize) {
        self.out.extend(std::iter::repeat_n(' ', columns));
    }

    fn end_line(&mut self) {
        if self.source.chance(self.comments) {
            let comment = self.source.one(COMMENTS);
            let _ = write!(self.out, "  {comment}");
        }
        self.out.push('\n');
    }

    /// Writes comments and blank lines above an item.
    fn own_lines(&mut self, column: usize) {
        while self.source.chance(self.comments) {
            if self.source.chance(40) {
                self.out.push('\n');
                continue;
            }
            let column = if self.source.chance(20) { self.source.below(6) } else { column };
            self.pad(column);
            let comment = self.source.one(COMMENTS);
            self.out.push_str(comment);
            self.out.push('\n');
        }
    }
}

/// Names for new keys: none is the source of a key that is no string.
pub(crate) const NEW_KEYS: &[&str] =
    &["new", "a", "b", "class", "k", "c d", "x/y", "~t", "", "é", "yes", "12:30", "- x", "#", "<<", "="];

const STRINGS: &[&str] = &[
    "text",
    "",
    "yes",
    "1_000",
    "1:30",
    "2024-01-01",
    "=",
    "<<",
    "~",
    "1e3",
    " lead",
    "trail ",
    "a # b",
    "a: b",
    "#",
    "- x",
    "two\nlines",
    "two\nlines\n",
    "end\n\n",
    "\n",
    "\tx",
    "\u{7}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{1f600}",
    "x, y",
    "[a]",
    "{a}",
    "'",
    "\"",
    "\\",
    "&a",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "|",
    ">",
    "? x",
    "---",
    "...",
    "a\r\nb",
    "null",
    "é",
];

/// Makes a value.
pub(crate) fn value(source: &mut Source<'_>, depth: usize) -> Value {
    match source.below(if depth == 0 { 7 } else { 9 }) {
        0..=2 => Value::str(source.one(STRINGS)),
        3 => Value::Int(i64::from(source.byte()) - 100),
        4 => Value::Float(source.one(&[0.5, 1e16, 1e-7, -0.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e300, 3.0])),
        5 => Value::Bool(source.chance(50)),
        6 => Value::Null,
        7 => Value::list((0..source.below(3)).map(|_| value(source, depth - 1)).collect()),
        _ => {
            let mut pairs: Vec<(Value, Value)> = Vec::new();
            for _ in 0..source.below(3) {
                let key = Value::str(source.one(NEW_KEYS));
                let value = value(source, depth - 1);
                if pairs.iter().all(|(k, _)| !k.same(&key)) {
                    pairs.push((key, value));
                }
            }
            Value::map(pairs)
        }
    }
}
