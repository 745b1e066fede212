//! `RECORD` against the archive: what is listed, what is there, how large it is.
//!
//! Hashes are not worked out: that would mean to unpack every file.

use std::collections::{BTreeMap, BTreeSet};

use super::contents::{Member, Record};
use super::limits;

/// Holds the text of `RECORD` against the files; `folder` is the `.dist-info` one.
#[must_use]
pub fn check(text: &str, folder: &str, members: &[Member]) -> Record {
    let files = members.iter().filter(|member| !member.path.ends_with('/') && !is_exempt(&member.path, folder));
    let mut unlisted: BTreeMap<&str, u64> = files.map(|member| (member.path.as_str(), member.size)).collect();
    let mut listed_before: BTreeSet<&str> = BTreeSet::new();
    let mut differences = Differences::default();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let fields = fields(line);
        let path = fields.first().map_or("", String::as_str);
        let listed = fields.get(2).and_then(|size| size.trim().parse::<u64>().ok());
        match unlisted.remove_entry(path) {
            Some((path, size)) => {
                listed_before.insert(path);
                if let Some(listed) = listed.filter(|listed| *listed != size) {
                    differences.push(|| format!("{path} has {size} bytes, and {listed} are listed"));
                }
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
        assert_eq!(check(good, "x.dist-info", &files), Record::Complete);
        let bad = "acme/__init__.py,sha256=x,4\nacme/gone.py,,\n";
        let told = [
            "acme/__init__.py has 3 bytes, and 4 are listed",
            "acme/gone.py is listed and not there",
            "acme/a,b.py is not listed",
        ];
        assert_eq!(check(bad, "x.dist-info", &files), Record::Differs(told.map(str::to_owned).into()));
    }

    #[test]
    fn what_differs_is_told_up_to_a_limit() {
        let files: Vec<Member> = (0..50).map(|at| Member { path: format!("f{at}"), size: 0 }).collect();
        let Record::Differs(told) = check("", "x.dist-info", &files) else { panic!("they differ") };
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
