//! Configurations with mistakes, made from a seed: some written anew, some changed from those given.

/// Lines of which lists are made; `@` stands for a class, `%` for a value.
const PIECES: [&str; 44] = [
    "plugins:",
    "plugins:",
    "plugins:",
    "plugin:",
    "plugins: []",
    "plugins: ~",
    "Plugins: []",
    "plugins: @",
    "plugins: {class: @}",
    "plugins: [{class: @}, {class: @, parameters: {a: %, a: %}}]",
    "controller_wheel_path: %",
    "controller_wheel_path: dist",
    "controller_wheel_path: '$HOME/dist '",
    "include:",
    "on: %",
    "~: %",
    "- class: @",
    "- class: @",
    "- class: @",
    "- class: @",
    "- class: @",
    "- clas: @",
    "- class:@",
    "-class: @",
    "- @",
    "-",
    "- parameters: {a: %}",
    "- {class: @, parameters: %}",
    "- {class: @, class: @}",
    "- &e\n  class: @",
    "- *e",
    "  class: @",
    "  parameters:",
    "  parameters: %",
    "  parameter: {x: %}",
    "  params: {x: %}",
    "  package: %",
    "    a: %",
    "    a: %",
    "    on: %",
    "    self: %",
    "    <<: {a: %}",
    "    nested: {b: %, c: [%, %]}",
    "    - %",
];
const CLASSES: [&str; 16] = [
    "acme.Audit",
    "acme.Audit",
    "acme.Cost",
    "acme.Cost",
    "a.B",
    "a.B",
    "Audit",
    "acme:Audit",
    "'acme.Audit '",
    "acme.",
    "acme..X",
    "on",
    "7",
    "2026-01-01",
    "",
    "acme\u{200b}.X",
];
const VALUES: [&str; 30] = [
    "1",
    "on",
    "NO",
    "0755",
    "1e3",
    "12:30",
    "2026-01-01",
    "2026-02-30",
    "",
    "#fff",
    "*e",
    "&e 7",
    "=",
    "<<",
    "!env A",
    "'x'",
    "\"x\\y\"",
    "text",
    "a: b",
    "[1, 2]",
    "{a: 1, a: 2}",
    "~",
    "|\n      x",
    "@x",
    "$HOME",
    "' '",
    "a\u{a0}b",
    "[",
    "\"x",
    "!!str 7",
];
/// What is put somewhere into a text.
const SPLINTERS: [&str; 40] = [
    " ",
    "  ",
    "\n",
    "\t",
    "-",
    "- ",
    ":",
    ": ",
    "#",
    " # c",
    "'",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&e ",
    "*e",
    "!x ",
    "%",
    "@",
    "|",
    ">",
    "~",
    "on",
    "7",
    "\u{200b}",
    "\u{a0}",
    "\u{7}",
    "\u{2028}",
    "\r",
    "---\n",
    "%YAML 1.2\n",
    "\\",
    "?",
    "? ",
    "<<: ",
    "$",
    "ü",
];

/// Makes texts without end.
pub(crate) struct Mutants {
    state: u64,
    texts: Vec<String>,
}

impl Mutants {
    pub(crate) fn new(seed: u64, texts: Vec<String>) -> Self {
        assert!(texts.len() > 100, "the corpus was not found");
        Self { state: seed, texts }
    }

    /// `SplitMix64`.
    fn random(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.random() % u64::try_from(limit.max(1)).expect("fits")).expect("fits")
    }

    fn one_of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    pub(crate) fn next(&mut self) -> String {
        let mut text = match self.below(8) {
            0..5 => self.list(),
            5 | 6 => {
                let number = self.below(self.texts.len());
                self.texts[number].clone()
            }
            // A list as it should be, to be changed below.
            _ => "plugins:\n- class: acme.Audit\n  parameters:\n    level: 3\n- class: acme.Cost\n".to_owned(),
        };
        for _ in 0..self.below(3) {
            self.change(&mut text);
        }
        match self.below(24) {
            0 => text.replace('\n', "\r\n"),
            1 => format!("\u{feff}{text}"),
            _ => text,
        }
    }

    /// Writes a list: most lines stand where they should.
    fn list(&mut self) -> String {
        let mut text = String::new();
        if self.below(4) > 0 {
            text.push_str("plugins:\n");
        }
        for _ in 0..=self.below(7) {
            let piece = self.one_of(&PIECES);
            for c in piece.chars() {
                match c {
                    '@' => text.push_str(self.one_of(&CLASSES)),
                    '%' => text.push_str(self.one_of(&VALUES)),
                    c => text.push(c),
                }
            }
            let comment = if self.below(8) == 0 { " # why" } else { "" };
            text.push_str(comment);
            text.push('\n');
        }
        text
    }

    fn change(&mut self, text: &mut String) {
        let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
        let line = self.below(lines.len());
        match self.below(7) {
            0 if !lines.is_empty() => drop(lines.remove(line)),
            1 if !lines.is_empty() => lines.insert(line, lines[line].clone()),
            2 if !lines.is_empty() => lines[line].insert_str(0, "  "),
            3 if !lines.is_empty() => {
                let indent = lines[line].len() - lines[line].trim_start().len();
                lines[line].drain(..indent);
            }
            4 if lines.len() > 1 => lines.swap(line, (line + 1) % text.matches('\n').count().max(1)),
            _ => {
                let mut at = self.below(text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                text.insert_str(at, self.one_of(&SPLINTERS));
                return;
            }
        }
        *text = lines.concat();
    }
}
