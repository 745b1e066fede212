//! Predicts what two launches in a row install on a fresh controller.
//!
//! Since 0.12.2 the controller remembers file names in a stamp file and clears
//! away other wheels of the package it installs; before, every launch installed
//! every wheel. A package is what stands before the first `-` of a file name,
//! which the controller uses as a regular expression on the stamp file and as a
//! shell pattern on the wheel files. Only names that are plain to a shell are
//! predicted: in those, `.` is the one character that means more than itself,
//! and only to the regular expression.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::ops::Bound;

use super::{Fate, Launch};
use crate::check::SkyVersion;
use crate::wheel::{self, filename};

/// The exit status of `uv` where its argument does not exist; the install script ends with it.
pub const FILE_GONE: i32 = 2;

/// Predicts two launches that install `names`, all of them plain, in this order.
#[must_use]
pub(super) fn predict(names: &[&str], version: SkyVersion) -> [Launch; 2] {
    if version.has_stamp() && are_strangers(names) {
        return undisturbed(names);
    }
    one_by_one(names, version)
}

fn one_by_one(names: &[&str], version: SkyVersion) -> [Launch; 2] {
    let mut controller = Controller::default();
    [(); 2].map(|()| {
        // In one go: they come in order.
        controller.files.append(&mut names.iter().copied().collect());
        if version.has_stamp() { controller.install_new(names) } else { controller.install_all(names) }
    })
}

/// Tells whether the names are sorted, and none counts as another wheel of the package of one of the others.
fn are_strangers(names: &[&str]) -> bool {
    // Those that begin with the same prefix stand beside each other then.
    let is_alone = |(at, name): (usize, &&str)| {
        let prefix = name.split_inclusive('-').next().unwrap_or_default();
        let mut beside = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten().filter_map(|at| names.get(at));
        !prefix.contains('.') && !beside.any(|other| other.starts_with(prefix))
    };
    names.is_sorted_by(|one, next| one < next) && names.iter().enumerate().all(is_alone)
}

/// Returns two launches of wheels of which none is in the way of another: the first one installs all, the second none.
fn undisturbed(names: &[&str]) -> [Launch; 2] {
    let all = || -> Vec<String> { names.iter().map(|name| (*name).to_owned()).collect() };
    let launch = |installs, fate| Launch {
        exit_code: 0,
        installs,
        stamp: all(),
        wheels_left: all(),
        fates: vec![fate; names.len()],
    };
    let installs = Fate::Installs { deletes: Vec::new(), forgets: Vec::new() };
    [launch(all(), installs), launch(Vec::new(), Fate::Skipped)]
}

/// What a controller keeps between launches.
#[derive(Default)]
struct Controller<'a> {
    /// The lines of the stamp file, with numbers that give their order.
    stamp: BTreeMap<&'a str, usize>,
    /// The number of the next line.
    next: usize,
    files: BTreeSet<&'a str>,
}

impl<'a> Controller<'a> {
    fn install_all(&self, names: &[&str]) -> Launch {
        let fates = names.iter().map(|_| Fate::Installs { deletes: Vec::new(), forgets: Vec::new() }).collect();
        self.after(0, names.iter().map(|name| (*name).to_owned()).collect(), fates)
    }

    fn install_new(&mut self, names: &[&'a str]) -> Launch {
        let mut installs = Vec::new();
        let mut fates = Vec::with_capacity(names.len());
        let mut exit_code = 0;
        for &name in names {
            if exit_code != 0 {
                fates.push(Fate::NotReached);
            } else if self.stamp.contains_key(name) {
                fates.push(Fate::Skipped);
            } else {
                installs.push(name.to_owned());
                if self.files.contains(name) {
                    fates.push(self.install(name));
                } else {
                    exit_code = FILE_GONE;
                    fates.push(Fate::FileGone);
                }
            }
        }
        self.after(exit_code, installs, fates)
    }

    /// Records a wheel and clears away what counts as an older one of it.
    fn install(&mut self, name: &'a str) -> Fate {
        let prefix = filename::prefix(name);
        let mut forgotten: Vec<(usize, &str)> =
            matches(&self.stamp, &prefix).into_iter().filter_map(|line| Some((*self.stamp.get(line)?, line))).collect();
        forgotten.sort_unstable();
        for (_, line) in &forgotten {
            self.stamp.remove(line);
        }
        self.stamp.insert(name, self.next);
        self.next += 1;
        let deleted: Vec<&str> = self
            .files
            .range::<str, _>((Bound::Included(prefix.as_str()), Bound::Unbounded))
            .copied()
            .take_while(|file| file.starts_with(&prefix))
            .filter(|file| *file != name && wheel::matches_glob(OsStr::new(file)))
            .collect();
        for file in &deleted {
            self.files.remove(file);
        }
        Fate::Installs {
            deletes: deleted.into_iter().map(str::to_owned).collect(),
            forgets: forgotten.into_iter().map(|(_, line)| line.to_owned()).collect(),
        }
    }

    fn after(&self, exit_code: i32, installs: Vec<String>, fates: Vec<Fate>) -> Launch {
        let mut stamp: Vec<(usize, &str)> = self.stamp.iter().map(|(line, number)| (*number, *line)).collect();
        stamp.sort_unstable();
        Launch {
            exit_code,
            installs,
            stamp: stamp.into_iter().map(|(_, line)| line.to_owned()).collect(),
            wheels_left: self.files.iter().copied().map(str::to_owned).collect(),
            fates,
        }
    }
}

/// Returns the lines that start with what `prefix` matches as a regular
/// expression: a dot stands for any character.
///
/// Looks at the lines that match and at few others, as there may be many.
pub(super) fn matches<'a>(lines: &BTreeMap<&'a str, usize>, prefix: &str) -> Vec<&'a str> {
    if !prefix.contains('.') {
        return starting_with(lines, prefix).collect();
    }
    let mut heads = vec![String::new()];
    for (nth, part) in prefix.split('.').enumerate() {
        if nth > 0 {
            heads = heads.iter().flat_map(|head| one_longer(lines, head)).collect();
        }
        for head in &mut heads {
            head.push_str(part);
        }
        heads.retain(|head| starting_with(lines, head).next().is_some());
    }
    heads.iter().flat_map(|head| starting_with(lines, head)).collect()
}

/// Returns each beginning of a line that is one character longer than `head`.
fn one_longer(lines: &BTreeMap<&str, usize>, head: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut from = head.to_owned();
    while let Some((line, _)) = lines.range::<str, _>((Bound::Included(from.as_str()), Bound::Unbounded)).next()
        && let Some(rest) = line.strip_prefix(head)
    {
        // The line may be `head` itself, which comes first.
        let after = rest.chars().next().map_or(0, |c| u32::from(c) + 1);
        if let Some(c) = rest.chars().next() {
            found.push(format!("{head}{c}"));
        }
        let Some(next) = (after..=u32::from(char::MAX)).find_map(char::from_u32) else { break };
        from = format!("{head}{next}");
    }
    found
}

fn starting_with<'a>(lines: &BTreeMap<&'a str, usize>, head: &str) -> impl Iterator<Item = &'a str> {
    lines
        .range::<str, _>((Bound::Included(head), Bound::Unbounded))
        .map(|(line, _)| *line)
        .take_while(move |line| line.starts_with(head))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::version::FIRST_WITH_STAMP;

    const V1: &str = "acme-1.0-py3-none-any.whl";
    const V2: &str = "acme-2.0-py3-none-any.whl";
    const COST: &str = "cost-1.0-py3-none-any.whl";

    fn installs(deletes: &[&str], forgets: &[&str]) -> Fate {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Fate::Installs { deletes: own(deletes), forgets: own(forgets) }
    }

    #[test]
    fn the_second_launch_skips_what_is_recorded() {
        let [first, second] = predict(&[V1, COST], SkyVersion::new(0, 14, 1));
        assert_eq!((first.exit_code, first.installs.as_slice()), (0, [V1.to_owned(), COST.to_owned()].as_slice()));
        assert_eq!(first.stamp, [V1, COST]);
        assert_eq!(second.installs, [""; 0]);
        assert_eq!(second.fates, [Fate::Skipped, Fate::Skipped]);
    }

    #[test]
    fn two_versions_delete_each_other_and_alternate() {
        let [first, second] = predict(&[V1, V2, COST], SkyVersion::new(0, 14, 1));
        assert_eq!(first.fates, [installs(&[V2], &[]), Fate::FileGone, Fate::NotReached]);
        assert_eq!((first.exit_code, first.installs), (2, vec![V1.to_owned(), V2.to_owned()]));
        assert_eq!(first.wheels_left, [V1, COST]);
        // The files are back, the record says that the first one is installed.
        assert_eq!(second.fates, [Fate::Skipped, installs(&[V1], &[V1]), installs(&[], &[])]);
        assert_eq!((second.exit_code, second.stamp), (0, vec![V2.to_owned(), COST.to_owned()]));
        assert_eq!(second.wheels_left, [V2, COST]);
    }

    #[test]
    fn a_dot_in_a_prefix_forgets_other_packages_but_deletes_no_file() {
        let (dotted, other) = ("a.b-1.0-py3-none-any.whl", "a_b-1.0-py3-none-any.whl");
        let [first, second] = predict(&[other, dotted], SkyVersion::new(0, 14, 1));
        assert_eq!(first.fates, [installs(&[], &[]), installs(&[], &[other])]);
        assert_eq!(
            (first.stamp, first.wheels_left),
            (vec![dotted.to_owned()], vec![dotted.to_owned(), other.to_owned()])
        );
        assert_eq!(second.fates, [installs(&[], &[]), Fate::Skipped]);
        assert_eq!(second.stamp, [dotted, other]);
    }

    #[test]
    fn a_dot_stands_for_any_character() {
        let lines = ["a", "a.b-1", "a.b-2", "a-b-1", "ab-1", "aéb-1", "b.b-1"];
        let lines: BTreeMap<&str, usize> = lines.map(|line| (line, 0)).into();
        assert_eq!(matches(&lines, "a.b-"), ["a-b-1", "a.b-1", "a.b-2", "aéb-1"]);
        assert_eq!(matches(&lines, "..b-"), ["a-b-1", "a.b-1", "a.b-2", "aéb-1", "b.b-1"]);
        assert_eq!(matches(&lines, "ab-"), ["ab-1"]);
        assert_eq!(matches(&lines, "c.b-"), [""; 0]);
    }

    #[test]
    fn strangers_are_predicted_as_they_are_one_by_one() {
        let newest = SkyVersion::new(0, 14, 1);
        let lists = [
            (&[V1, COST][..], true),
            (&[V1], true),
            (&[V1, V2, COST], false),
            (&[COST, V1], false),
            (&["a-1.whl", "a-b-1.whl", "c-1.whl"], false),
            (&["a-1.whl", "ab-1.whl", "b.whl"], false),
            (&["a.b-1.0-py3-none-any.whl", "b-1.whl"], false),
            (&["a-1.whl", "ab-1.whl", "abc-1.whl"], true),
        ];
        for (names, strange) in lists {
            assert_eq!(are_strangers(names), strange, "{names:?}");
            assert_eq!(predict(names, newest), one_by_one(names, newest), "{names:?}");
        }
    }

    #[test]
    fn before_0_12_2_every_launch_installs_everything() {
        for launch in predict(&[V1, V2], SkyVersion::new(0, 12, 1)) {
            assert_eq!((launch.exit_code, launch.installs.as_slice()), (0, [V1.to_owned(), V2.to_owned()].as_slice()));
            assert_eq!(
                (launch.stamp.as_slice(), launch.wheels_left.as_slice()),
                ([].as_slice(), [V1.to_owned(), V2.to_owned()].as_slice())
            );
        }
        assert_eq!(predict(&[V1, V2], FIRST_WITH_STAMP)[0].exit_code, FILE_GONE);
    }
}
