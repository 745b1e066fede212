//! `RECORD` against the archive: what is listed, what is there, how large it is.
//!
//! Hashes are not worked out: that would mean to unpack every file.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::contents::{Member, Record};
use super::limits;

/// Holds the text of `RECORD` against the files; `duplicates` tells whether a path is among them more than once.
#[must_use]
pub fn check(text: &str, folder: &str, members: &[Member], duplicates: bool) -> Record {
    let in_order = if duplicates { None } else { check_in_order(text, folder, members) };
    in_order.unwrap_or_else(|| check_in_any_order(text, folder, members))
}

/// Returns the files that are to be listed, in the order of the archive.
fn to_list<'a>(folder: &str, members: &'a [Member]) -> impl Iterator<Item = (&'a str, u64)> {
    let files = members.iter().filter(move |member| !member.path.ends_with('/') && !is_exempt(&member.path, folder));
    files.map(|member| (member.path.as_str(), member.size))
}

/// Holds a `RECORD` that lists all files in the order of the archive, as most tools write it, against them; none where it does not.
fn check_in_order(text: &str, folder: &str, members: &[Member]) -> Option<Record> {
    let mut files = to_list(folder, members).peekable();
    let mut differences = Differences::default();
    for line in listed(text) {
        match files.next_if(|(path, _)| *path == line.path) {
            Some((path, size)) => differences.size(path, size, line.size),
            None if is_exempt(&line.path, folder) => {}
            None => return None,
        }
    }
    files.next().is_none().then(|| differences.record())
}

fn check_in_any_order(text: &str, folder: &str, members: &[Member]) -> Record {
    let mut unlisted: BTreeMap<&str, u64> = to_list(folder, members).collect();
    let mut listed_before: BTreeSet<&str> = BTreeSet::new();
    let mut differences = Differences::default();
    for line in listed(text) {
        let path = &*line.path;
        match unlisted.remove_entry(path) {
            Some((path, size)) => {
                listed_before.insert(path);
                differences.size(path, size, line.size);
            }
            None if listed_before.contains(path) || is_exempt(path, folder) => {}
            None => differences.push(|| format!("{path} is listed and not there")),
        }
    }
    for path in unlisted.into_keys() {
        differences.push(|| format!("{path} is not listed"));
    }
    differences.record()
}

/// What differs: the first things, and how many more there are.
#[derive(Default)]
struct Differences {
    told: Vec<String>,
    more: usize,
}

impl Differences {
    fn push(&mut self, text: impl FnOnce() -> String) {
        if self.told.len() < limits::MAX_DIFFERENCES {
            self.told.push(text());
        } else {
            self.more += 1;
        }
    }

    /// Compares the size of a file with the one that is listed.
    fn size(&mut self, path: &str, size: u64, listed: Option<u64>) {
        if let Some(listed) = listed.filter(|listed| *listed != size) {
            self.push(|| format!("{path} has {size} bytes, and {listed} are listed"));
        }
    }

    fn record(mut self) -> Record {
        if self.more > 0 {
            self.told.push(format!("and {} more", self.more));
        }
        if self.told.is_empty() { Record::Complete } else { Record::Differs(self.told) }
    }
}

/// Tells whether a path need not be listed with a size: `RECORD` itself and its signatures (PEP 427).
fn is_exempt(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|name| matches!(name, "/RECORD" | "/RECORD.jws" | "/RECORD.p7s"))
}

/// A line of `RECORD`.
struct Line<'a> {
    path: Cow<'a, str>,
    /// The size, where there is one that can be read.
    size: Option<u64>,
}

/// Returns the lines of `RECORD`, but blank ones.
fn listed(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().filter(|line| !line.trim_start().is_empty()).map(|line| {
        let size = |text: &str| text.trim().parse().ok();
        if line.contains('"') {
            let mut fields = fields(line).into_iter();
            let path = fields.next().unwrap_or_default();
            return Line { path: Cow::Owned(path), size: fields.nth(1).and_then(|text| size(&text)) };
        }
        let mut fields = line.split(',');
        let path = fields.next().unwrap_or_default();
        Line { path: Cow::Borrowed(path), size: fields.nth(1).and_then(size) }
    })
}

/// Returns the fields of a line of CSV, quotes taken off.
fn fields(line: &str) -> Vec<String> {
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut quoted = false;
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            c => field.push(c),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(of: &[(&str, u64)]) -> Vec<Member> {
        of.iter().map(|(path, size)| Member { path: (*path).to_owned(), size: *size }).collect()
    }

    #[test]
    fn a_record_is_complete_or_says_what_differs() {
        let files = members(&[("acme/__init__.py", 3), ("acme/a,b.py", 1), ("acme/", 0), ("x.dist-info/RECORD", 99)]);
        let good =
            "acme/__init__.py,sha256=x,3\r\n\"acme/a,b.py\",,1\nx.dist-info/RECORD,,\nx.dist-info/RECORD.jws,,\n";
        assert_eq!(check(good, "x.dist-info", &files, false), Record::Complete);
        let bad = "acme/__init__.py,sha256=x,4\nacme/gone.py,,\n";
        let told = [
            "acme/__init__.py has 3 bytes, and 4 are listed",
            "acme/gone.py is listed and not there",
            "acme/a,b.py is not listed",
        ];
        assert_eq!(check(bad, "x.dist-info", &files, false), Record::Differs(told.map(str::to_owned).into()));
    }

    #[test]
    fn the_order_of_the_lines_changes_no_answer() {
        let files = members(&[("b.py", 1), ("a/", 0), ("a/x.py", 2), ("c.py", 3), ("x.dist-info/RECORD", 9)]);
        let lines = [
            "b.py,,1",
            "a/x.py,,2",
            "c.py,,7",
            "gone.py,,",
            "b.py,,8",
            "\"a/x.py\",,4",
            "x.dist-info/RECORD,,",
            " ",
            "c.py",
        ];
        // Each choice and order of four lines: every way to fall out of step is among them.
        let orders = (0..lines.len().pow(4))
            .map(|at| [0, 1, 2, 3].map(|place| lines[at / lines.len().pow(place) % lines.len()]));
        let mut complete = 0;
        for order in orders {
            let text = order.join("\n");
            let told = check(&text, "x.dist-info", &files, false);
            assert_eq!(told, check(&text, "x.dist-info", &files, true), "{text}");
            complete += usize::from(told == Record::Complete);
        }
        assert!(complete > 0);
    }

    #[test]
    fn of_two_files_of_one_name_the_last_one_counts() {
        let files = members(&[("a.py", 1), ("a.py", 2)]);
        assert_eq!(check("a.py,,2\na.py,,2\n", "x.dist-info", &files, true), Record::Complete);
    }

    #[test]
    fn what_differs_is_told_up_to_a_limit() {
        let files: Vec<Member> = (0..50).map(|at| Member { path: format!("f{at}"), size: 0 }).collect();
        let Record::Differs(told) = check("", "x.dist-info", &files, false) else { panic!("they differ") };
        assert_eq!(told.len(), limits::MAX_DIFFERENCES + 1);
        assert_eq!(told.last().map(String::as_str), Some("and 30 more"));
    }

    #[test]
    fn quotes_are_those_of_csv() {
        assert_eq!(fields("\"a \"\"b\"\", c\",d,"), ["a \"b\", c", "d", ""]);
        assert_eq!(fields(""), [""]);
        assert_eq!(fields("\"open,1"), ["open,1"]);
    }
}
