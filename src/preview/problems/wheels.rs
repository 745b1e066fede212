//! What is wrong with the wheels themselves, by their names and kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Problems;
use crate::check::{Code, Place, Severity};
use crate::preview::{launch, shell};
use crate::text::visible::{visible, visible_name};
use crate::wheel::EntryKind;
use crate::wheel::filename::{self, Architecture, WheelName};

impl Problems<'_> {
    /// Each wheel by its name and kind.
    pub(super) fn names(&mut self) {
        let preview = self.preview;
        for mount in &preview.mounts {
            let shown = visible_name(&mount.name);
            let place = Self::wheel(&mount.local);
            match mount.kind {
                EntryKind::Dangling | EntryKind::Unreachable => {
                    let (what, code) = if mount.kind == EntryKind::Dangling {
                        ("is a link to nothing", Code::WheelDangling)
                    } else {
                        ("is in a directory that cannot be searched", Code::WheelUnreachable)
                    };
                    self.add(
                        code,
                        Severity::Error,
                        place.clone(),
                        format!("{shown} {what}"),
                        "It counts as a wheel, and SkyPilot does not find it when it uploads: every controller launch fails.",
                        "mend or remove it",
                    );
                }
                EntryKind::Directory | EntryKind::Special => self.add(
                    Code::WheelNotFile,
                    Severity::Warning,
                    place.clone(),
                    format!("{shown} is no file"),
                    "It is uploaded like a wheel; the installer refuses it, and the install script ends there.",
                    "move it out of the directory",
                ),
                EntryKind::File | EntryKind::Symlink => {}
            }
            self.name(mount.name.to_str(), &shown, place);
        }
        for other in &preview.not_sent {
            if other.why.contains("lower case") {
                self.add(
                    Code::WheelCase,
                    Severity::Warning,
                    Self::wheel(&other.path),
                    format!("{} is not sent", visible_name(other.path.file_name().unwrap_or_default())),
                    "Only names that end in .whl, in lower case, count as wheels.",
                    "rename it so that it ends in .whl",
                );
            }
        }
    }

    fn name(&mut self, name: Option<&str>, shown: &str, place: Place) {
        let effect = name.map_or(
            Some("It is not UTF-8: SkyPilot cannot write it into the controller's task, and the launch fails."),
            shell::effect,
        );
        if let Some(effect) = effect {
            let message = format!("the file name {shown} is not one of a wheel, and not plain to a shell");
            self.add(
                Code::WheelNameUnsafe,
                Severity::Error,
                place,
                message,
                effect,
                "rename the file, or build it anew",
            );
            return;
        }
        let Some(name) = name else { return };
        match WheelName::parse(name) {
            Err(problem) => self.add(
                Code::WheelNameMalformed,
                Severity::Warning,
                place,
                format!("{shown} is no name of a wheel: {}", visible(&problem.to_string())),
                "The installer refuses it, the install script ends there, and controllers fail to import what is missing.",
                "give the file the name that it was built with",
            ),
            Ok(wheel) => {
                let missing: Vec<&str> = Architecture::ALL
                    .into_iter()
                    .filter(|&architecture| !wheel.installs_on(architecture))
                    .map(Architecture::name)
                    .collect();
                let (where_, severity) = match missing.len() {
                    0 => return,
                    1 => (format!("on {} controllers", missing[0]), Severity::Info),
                    _ => ("on any controller".to_owned(), Severity::Warning),
                };
                let tags = WheelName::tag_text(name).unwrap_or_default();
                self.add(
                    Code::WheelTag,
                    severity,
                    place,
                    format!("{shown} does not install {where_}: its tags are {tags}"),
                    "Controllers run CPython 3.10 on Linux: the installer refuses the wheel, and the install script ends there.",
                    "build it as a py3-none-any wheel, or for CPython 3.10 and Linux (manylinux)",
                );
            }
        }
    }

    /// Wheels of one package.
    pub(super) fn packages(&mut self) {
        let preview = self.preview;
        let names = preview.mounts.iter().filter_map(|mount| mount.name.to_str());
        let of_package = |name| filename::normalize(filename::prefix(name).trim_end_matches('-'));
        let mut by_distribution: Vec<(String, &str)> = names.map(|name| (of_package(name), name)).collect();
        // Keeps the order of the names of a package.
        by_distribution.sort_by(|(one, _), (other, _)| one.cmp(other));
        let stamped = self.facts.version.has_stamp();
        for package in by_distribution.chunk_by(|(one, _), (other, _)| one == other) {
            let [(distribution, first), _, ..] = package else { continue };
            let prefix = filename::prefix(first);
            let same_prefix = package.iter().all(|(_, name)| filename::prefix(name) == prefix);
            let names: Vec<&str> = package.iter().map(|(_, name)| *name).collect();
            self.several(distribution, &names, stamped && same_prefix);
        }
        if stamped {
            self.dots();
        }
    }

    fn several(&mut self, distribution: &str, names: &[&str], delete_each_other: bool) {
        let list = names.iter().map(|name| visible(name).into_owned()).collect::<Vec<_>>().join(", ");
        let place = Place { path: self.directory(), ..Self::wheel(Path::new("")) };
        let message = format!("{} wheels of one package, {}: {list}", names.len(), visible(distribution));
        let hint = "keep one wheel of each package in the directory";
        if delete_each_other {
            self.add(
                Code::WheelVersions,
                Severity::Error,
                place,
                message,
                "Installing one deletes the files of the others: the first launch's install script ends with exit status 2, \
                 later launches install another one in turn.",
                hint,
            );
        } else {
            self.add(
                Code::WheelVersions,
                Severity::Warning,
                place,
                message,
                "Each launch installs one over the other; which one stays depends on the order of the directory.",
                hint,
            );
        }
    }

    /// Prefixes that match other packages' records as regular expressions.
    fn dots(&mut self) {
        let preview = self.preview;
        let names = preview.mounts.iter().filter_map(|mount| mount.name.to_str());
        let with_dots = names.clone().map(filename::prefix).filter(|prefix| prefix.contains('.'));
        let prefixes: BTreeSet<String> = with_dots.collect();
        if prefixes.is_empty() {
            return;
        }
        let names: BTreeMap<&str, usize> = names.enumerate().map(|(place, name)| (name, place)).collect();
        for prefix in &prefixes {
            let matches = launch::matches(&names, prefix);
            let Some(other) = matches.into_iter().find(|name| !name.starts_with(prefix.as_str())) else { continue };
            let message = format!("`{}` also matches the record of {}", visible(prefix), visible(other));
            let place = Place { path: self.directory(), ..Self::wheel(Path::new("")) };
            self.add(
                Code::WheelPrefix,
                Severity::Warning,
                place,
                message,
                "A dot in a package's name stands for any character there: the other wheel is installed anew at every launch.",
                "build the wheel with `_` in the place of the dot, as PEP 427 has it",
            );
        }
    }
}
