//! Predicts what two launches in a row install on a fresh controller.
//!
//! Since 0.12.2 the controller remembers file names in a stamp file and clears
//! away other wheels of the package it installs; before, every launch installed
//! every wheel. A package is what stands before the first `-` of a file name,
//! which the controller uses as a regular expression on the stamp file and as a
//! shell pattern on the wheel files. Only names that are plain to a shell are
//! predicted: in those, `.` is the one character that means more than itself,
//! and only to the regular expression.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use super::{Fate, Launch};
use crate::check::SkyVersion;
use crate::wheel::{self, filename};

/// The first release that keeps a stamp file on the controller.
pub const FIRST_WITH_STAMP: SkyVersion = SkyVersion(0, 12, 2);
/// The exit status of `uv` where its argument does not exist; the install script ends with it.
pub const FILE_GONE: i32 = 2;

/// Predicts two launches that install `names`, all of them plain, in this order.
#[must_use]
pub(super) fn predict(names: &[&str], version: SkyVersion) -> [Launch; 2] {
    let mut controller = Controller::default();
    [(); 2].map(|()| {
        controller.files.extend(names.iter().map(|name| (*name).to_owned()));
        if version < FIRST_WITH_STAMP { controller.install_all(names) } else { controller.install_new(names) }
    })
}

/// What a controller keeps between launches.
#[derive(Default)]
struct Controller {
    stamp: Vec<String>,
    files: BTreeSet<String>,
}

impl Controller {
    fn install_all(&self, names: &[&str]) -> Launch {
        let fates = names.iter().map(|_| Fate::Installs { deletes: Vec::new(), forgets: Vec::new() }).collect();
        self.after(0, names.iter().map(|name| (*name).to_owned()).collect(), fates)
    }

    fn install_new(&mut self, names: &[&str]) -> Launch {
        let mut installs = Vec::new();
        let mut fates = Vec::with_capacity(names.len());
        let mut exit_code = 0;
        for &name in names {
            if exit_code != 0 {
                fates.push(Fate::NotReached);
            } else if self.stamp.iter().any(|line| line == name) {
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
    fn install(&mut self, name: &str) -> Fate {
        let prefix = filename::prefix(name);
        let (forgets, mut stamp): (Vec<_>, Vec<_>) =
            self.stamp.drain(..).partition(|line| matches_expression(&prefix, line));
        stamp.push(name.to_owned());
        self.stamp = stamp;
        let deletes: Vec<String> = self
            .files
            .iter()
            .filter(|file| file.as_str() != name && file.starts_with(&prefix) && wheel::matches_glob(OsStr::new(file)))
            .cloned()
            .collect();
        self.files.retain(|file| !deletes.contains(file));
        Fate::Installs { deletes, forgets }
    }

    fn after(&self, exit_code: i32, installs: Vec<String>, fates: Vec<Fate>) -> Launch {
        Launch {
            exit_code,
            installs,
            stamp: self.stamp.clone(),
            wheels_left: self.files.iter().cloned().collect(),
            fates,
        }
    }
}

/// Tells whether a line starts with what `prefix` matches as a regular
/// expression: a dot stands for any character.
pub(super) fn matches_expression(prefix: &str, line: &str) -> bool {
    line.len() >= prefix.len()
        && prefix.bytes().zip(line.bytes()).all(|(wanted, found)| wanted == b'.' || wanted == found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const V1: &str = "acme-1.0-py3-none-any.whl";
    const V2: &str = "acme-2.0-py3-none-any.whl";
    const COST: &str = "cost-1.0-py3-none-any.whl";

    fn installs(deletes: &[&str], forgets: &[&str]) -> Fate {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Fate::Installs { deletes: own(deletes), forgets: own(forgets) }
    }

    #[test]
    fn the_second_launch_skips_what_is_recorded() {
        let [first, second] = predict(&[V1, COST], SkyVersion(0, 14, 1));
        assert_eq!((first.exit_code, first.installs.as_slice()), (0, [V1.to_owned(), COST.to_owned()].as_slice()));
        assert_eq!(first.stamp, [V1, COST]);
        assert_eq!(second.installs, [""; 0]);
        assert_eq!(second.fates, [Fate::Skipped, Fate::Skipped]);
    }

    #[test]
    fn two_versions_delete_each_other_and_alternate() {
        let [first, second] = predict(&[V1, V2, COST], SkyVersion(0, 14, 1));
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
        let [first, second] = predict(&[other, dotted], SkyVersion(0, 14, 1));
        assert_eq!(first.fates, [installs(&[], &[]), installs(&[], &[other])]);
        assert_eq!(
            (first.stamp, first.wheels_left),
            (vec![dotted.to_owned()], vec![dotted.to_owned(), other.to_owned()])
        );
        assert_eq!(second.fates, [installs(&[], &[]), Fate::Skipped]);
        assert_eq!(second.stamp, [dotted, other]);
    }

    #[test]
    fn before_0_12_2_every_launch_installs_everything() {
        for launch in predict(&[V1, V2], SkyVersion(0, 12, 1)) {
            assert_eq!((launch.exit_code, launch.installs.as_slice()), (0, [V1.to_owned(), V2.to_owned()].as_slice()));
            assert_eq!(
                (launch.stamp.as_slice(), launch.wheels_left.as_slice()),
                ([].as_slice(), [V1.to_owned(), V2.to_owned()].as_slice())
            );
        }
        assert_eq!(predict(&[V1, V2], FIRST_WITH_STAMP)[0].exit_code, FILE_GONE);
    }
}
