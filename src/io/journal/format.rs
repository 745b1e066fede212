//! The text of a journal: lines of JSON, each with its length and a checksum.
//!
//! A line is `LENGTH CHECKSUM JSON`: the bytes of the JSON, the first half of
//! its SHA-256 in hexadecimal digits, the [`Entry`]. Behind the line of an
//! [`Entry::Text`] stands that text as it is, and a line break: one of megabytes is
//! neither turned into JSON nor copied for it. Power may fail in the midst of an
//! append: reading ends before the first line that is not whole, and what
//! stands before it holds.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::config::Role;

/// The form that is written.
pub(super) const FORMAT: u32 = 2;
/// The oldest one that is read: its texts stand in [`Entry::Base`].
const OLDEST: u32 = 1;
/// Bytes of a checksum.
const CHECKSUM: usize = 16;
/// Room for what stands around a text, in bytes: no limit.
const ROOM: usize = 256;
/// The digits of the longest length.
const DIGITS: usize = 20;

/// Whose a journal is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Owner {
    /// The form of the file.
    pub(super) format: u32,
    /// The process.
    pub(super) pid: u32,
    /// The name of its machine.
    pub(super) host: String,
    /// When it started, in seconds since 1970.
    pub(super) started: u64,
    /// Both files, API list first, for people; they are told apart by the journal's name.
    pub(super) files: [String; 2],
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry<'a> {
    /// The first line.
    Owner(Owner),
    /// A file is edited from here on, whose text stands behind this line.
    Text {
        /// Which one.
        #[serde(with = "RoleName")]
        file: Role,
        /// The bytes of the text.
        length: usize,
        /// Its checksum.
        sum: Cow<'a, str>,
    },
    /// A file is edited from here on.
    Base {
        /// Which one.
        #[serde(with = "RoleName")]
        file: Role,
        /// Its text on disk, as form 1 has it; none where there is no file.
        text: Option<Cow<'a, str>>,
    },
    /// The bytes from `start` to `end` become `text`.
    Edit {
        /// In which file.
        #[serde(with = "RoleName")]
        file: Role,
        /// When, in seconds since 1970.
        at: u64,
        /// The first byte.
        start: usize,
        /// The one behind the last byte.
        end: usize,
        /// The new text.
        text: Cow<'a, str>,
    },
    /// Nothing of a file is unsaved any more.
    Clean {
        /// Which one.
        #[serde(with = "RoleName")]
        file: Role,
    },
}

/// [`Role`] as it is written.
#[derive(Deserialize, Serialize)]
#[serde(remote = "Role", rename_all = "lowercase")]
enum RoleName {
    Api,
    Remote,
}

/// The unsaved edits of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsaved {
    /// The text that was edited, none where there was no file.
    pub(super) base: Option<String>,
    /// The text with the edits.
    pub(super) text: String,
    /// How many there are.
    pub(super) edits: usize,
}

/// What a journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replayed {
    /// Whose it is.
    pub(super) owner: Owner,
    /// The files with unsaved edits, API list first.
    pub(super) files: [Option<Unsaved>; 2],
    /// When the last edit was made, in seconds since 1970.
    pub(super) last: u64,
}

/// Lines to be written, with the texts between them, which are not copied for it.
#[derive(Debug, Default)]
pub(super) struct Lines<'a>(Vec<Cow<'a, [u8]>>);

impl<'a> Lines<'a> {
    /// Adds a line.
    pub(super) fn add(&mut self, entry: &Entry<'_>) {
        let mut line = Vec::new();
        write(entry, &mut line);
        self.0.push(line.into());
    }

    /// Adds that a file is edited from here on; `text` is none where there is no file.
    pub(super) fn add_base(&mut self, file: Role, text: Option<&'a str>) {
        let Some(text) = text else { return self.add(&Entry::Base { file, text: None }) };
        self.add(&Entry::Text { file, length: text.len(), sum: checksum(text.as_bytes()).into() });
        self.0.extend([text.as_bytes().into(), b"\n".as_slice().into()]);
    }

    /// Returns the number of their bytes.
    pub(super) fn len(&self) -> usize {
        self.0.iter().map(|part| part.len()).sum()
    }

    /// Tells whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes all of them.
    pub(super) fn write_to(&self, out: &mut impl io::Write) -> io::Result<()> {
        self.0.iter().try_for_each(|part| out.write_all(part))
    }
}

/// Appends a line.
fn write(entry: &Entry<'_>, out: &mut Vec<u8>) {
    let text = match entry {
        Entry::Base { text, .. } => text.as_deref().unwrap_or_default(),
        Entry::Edit { text, .. } => text,
        Entry::Owner(_) | Entry::Text { .. } | Entry::Clean { .. } => "",
    };
    // Each break takes two bytes; a large text is not to be moved while it is written.
    let mut json = Vec::with_capacity(text.len() + text.len() / 8 + ROOM);
    serde_json::to_writer(&mut json, entry).expect("its keys are strings, and it holds no number that JSON lacks");
    out.reserve(json.len() + ROOM);
    out.extend_from_slice(format!("{} {} ", json.len(), checksum(&json)).as_bytes());
    out.extend_from_slice(&json);
    out.push(b'\n');
}

fn checksum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(CHECKSUM).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// Takes the first line off the bytes; none where it is not whole.
fn take<'a>(bytes: &mut &'a [u8]) -> Option<Entry<'a>> {
    let space = bytes.iter().take(DIGITS + 1).position(|byte| *byte == b' ')?;
    let length: usize = std::str::from_utf8(&bytes[..space]).ok()?.parse().ok()?;
    let rest = &bytes[space + 1..];
    let (sum, rest) = rest.split_at_checked(2 * CHECKSUM)?;
    let (json, rest) = rest.strip_prefix(b" ")?.split_at_checked(length)?;
    let rest = rest.strip_prefix(b"\n")?;
    let entry = (checksum(json).as_bytes() == sum).then(|| serde_json::from_slice(json).ok()).flatten()?;
    *bytes = rest;
    Some(entry)
}

/// Takes the text behind a line off the bytes; none where it is not whole.
fn take_text(bytes: &mut &[u8], length: usize, sum: &str) -> Option<String> {
    let (text, rest) = bytes.split_at_checked(length)?;
    let rest = rest.strip_prefix(b"\n")?;
    let text = (checksum(text) == sum).then(|| std::str::from_utf8(text).ok()).flatten()?;
    *bytes = rest;
    Some(text.to_owned())
}

/// Reads a journal as far as it is whole; none where not even its first line is, or its form is another.
pub(super) fn replay(mut bytes: &[u8]) -> Option<Replayed> {
    let Entry::Owner(owner) = take(&mut bytes)? else { return None };
    if !(OLDEST..=FORMAT).contains(&owner.format) {
        return None;
    }
    let mut replayed = Replayed { last: owner.started, owner, files: [None, None] };
    // A new base under edits holds with the edit behind it: until then it is the edits before it that were kept.
    let mut bases: [Option<Unsaved>; 2] = [None, None];
    while let Some(entry) = take(&mut bytes) {
        match entry {
            Entry::Owner(_) => break,
            Entry::Text { file, length, sum } => {
                let Some(text) = take_text(&mut bytes, length, &sum) else { break };
                bases[place(file)] = Some(Unsaved { base: Some(text.clone()), text, edits: 0 });
            }
            Entry::Base { file, text } => {
                let base = text.map(Cow::into_owned);
                let text = base.clone().unwrap_or_default();
                bases[place(file)] = Some(Unsaved { base, text, edits: 0 });
            }
            Entry::Edit { file, at, start, end, text } => {
                let unsaved = &mut replayed.files[place(file)];
                if let Some(base) = bases[place(file)].take() {
                    *unsaved = Some(base);
                }
                let Some(unsaved) = unsaved else { break };
                let old = &mut unsaved.text;
                if start > end || !old.is_char_boundary(start) || !old.is_char_boundary(end) {
                    break;
                }
                old.replace_range(start..end, &text);
                unsaved.edits += 1;
                replayed.last = at;
            }
            Entry::Clean { file } => (replayed.files[place(file)], bases[place(file)]) = (None, None),
        }
    }
    // One without any edit is what is known where none came before it.
    for (unsaved, base) in replayed.files.iter_mut().zip(bases) {
        if unsaved.is_none() {
            *unsaved = base;
        }
    }
    Some(replayed)
}

/// Returns the place of a file among both.
pub(super) const fn place(role: Role) -> usize {
    match role {
        Role::Api => 0,
        Role::Remote => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner() -> Owner {
        let files = ["/a".to_owned(), "/b".to_owned()];
        Owner { format: FORMAT, pid: 7, host: "here".to_owned(), started: 1, files }
    }

    fn edit(start: usize, end: usize, text: &str) -> Entry<'_> {
        Entry::Edit { file: Role::Api, at: 2, start, end, text: text.into() }
    }

    /// Three edits, and where each line ends, that of the text behind it.
    fn journal() -> (Vec<u8>, Vec<usize>) {
        let mut ends = Vec::new();
        let mut lines = Lines::default();
        lines.add(&Entry::Owner(owner()));
        ends.push(lines.len());
        lines.add_base(Role::Api, Some(TEXTS[0]));
        ends.push(lines.len());
        for entry in [edit(3, 5, "1"), edit(0, 1, "key"), edit(7, 7, "b: \"\u{1}\n\"\n")] {
            lines.add(&entry);
            ends.push(lines.len());
        }
        let mut bytes = Vec::new();
        lines.write_to(&mut bytes).expect("written");
        (bytes, ends)
    }

    #[test]
    fn the_older_form_is_read_and_a_file_that_is_not_there_has_no_text() {
        let replay = |format, base: Entry<'_>| {
            let mut bytes = Vec::new();
            write(&Entry::Owner(Owner { format, ..owner() }), &mut bytes);
            write(&base, &mut bytes);
            write(&edit(0, 0, "b: 2\n"), &mut bytes);
            let unsaved = replay(&bytes)?.files[0].clone()?;
            Some((unsaved.base, unsaved.text))
        };
        let base = |text: Option<&'static str>| Entry::Base { file: Role::Api, text: text.map(Cow::Borrowed) };
        let older = (Some("a: 1\n".to_owned()), "b: 2\na: 1\n".to_owned());
        assert_eq!(replay(1, base(Some("a: 1\n"))), Some(older));
        assert_eq!(replay(FORMAT, base(None)), Some((None, "b: 2\n".to_owned())));
        assert_eq!(replay(0, base(None)), None);
    }

    fn text(bytes: &[u8]) -> Option<String> {
        replay(bytes)?.files[0].as_ref().map(|unsaved| unsaved.text.clone())
    }

    const TEXTS: [&str; 4] = ["a: ä\n", "a: 1\n", "key: 1\n", "key: 1\nb: \"\u{1}\n\"\n"];

    #[test]
    fn a_journal_gives_the_text_back() {
        let replayed = replay(&journal().0).expect("whole");
        let unsaved = replayed.files[0].as_ref().expect("edits");
        assert_eq!((unsaved.text.as_str(), unsaved.edits, replayed.last), (TEXTS[3], 3, 2));
        assert_eq!((unsaved.base.as_deref(), &replayed.files[1]), (Some(TEXTS[0]), &None));
        assert_eq!(replayed.owner, owner());
    }

    #[test]
    fn wherever_an_append_is_torn_the_lines_before_it_hold() {
        let (bytes, ends) = journal();
        for length in 0..bytes.len() {
            let whole = ends.iter().filter(|end| **end <= length).count();
            let wanted = whole.checked_sub(2).map(|edits| TEXTS[edits].to_owned());
            assert_eq!(text(&bytes[..length]), wanted, "{length} bytes");
            // A file system may have made the file longer than what reached the disk.
            let mut longer = bytes[..length].to_vec();
            longer.resize(bytes.len() + 9, 0);
            assert_eq!(text(&longer), wanted, "{length} bytes, then zeros");
        }
    }

    #[test]
    fn edits_hold_until_the_first_one_on_another_base_is_whole() {
        let (mut bytes, _) = journal();
        let before = text(&bytes);
        let mut lines = Lines::default();
        lines.add_base(Role::Api, Some("theirs\n"));
        lines.add(&edit(0, 0, "a: 1\n"));
        let (length, start) = (lines.len(), bytes.len());
        lines.write_to(&mut bytes).expect("written");
        for torn in 0..length {
            assert_eq!(text(&bytes[..start + torn]), before, "{torn} bytes more");
        }
        assert_eq!(text(&bytes).as_deref(), Some("a: 1\ntheirs\n"));
        assert_eq!(replay(&bytes).and_then(|all| all.files[0].clone()?.base).as_deref(), Some("theirs\n"));
    }

    #[test]
    fn a_changed_byte_ends_the_reading_before_its_line() {
        let (bytes, ends) = journal();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let whole = ends.iter().filter(|end| **end <= at).count();
            let wanted = whole.checked_sub(2).map(|edits| TEXTS[edits].to_owned());
            assert_eq!(text(&changed), wanted, "byte {at}");
        }
    }

    #[test]
    fn what_was_saved_is_no_edit_any_more() {
        let (mut bytes, _) = journal();
        write(&Entry::Clean { file: Role::Api }, &mut bytes);
        assert_eq!(text(&bytes), None);
        write(&edit(0, 0, "x"), &mut bytes);
        assert_eq!(text(&bytes), None, "an edit of nothing is no edit");
    }

    #[test]
    fn edits_outside_the_text_and_other_forms_are_not_taken() {
        let (mut bytes, _) = journal();
        write(&edit(4, 400, ""), &mut bytes);
        write(&edit(0, 3, "k"), &mut bytes);
        assert_eq!(text(&bytes).as_deref(), Some(TEXTS[3]));
        let mut newer = Vec::new();
        write(&Entry::Owner(Owner { format: FORMAT + 1, ..owner() }), &mut newer);
        assert_eq!(replay(&newer), None);
    }
}
