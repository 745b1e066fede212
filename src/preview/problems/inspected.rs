//! What is wrong with the wheels by what was read inside them, each alone.
//!
//! All of this warns and never blocks. Wheels that were not read yet are passed over.

use std::ffi::OsStr;
use std::ops::Bound;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::{Problems, and_more};
use crate::check::{Code, Severity};
use crate::text::visible::{visible, visible_name};
use crate::wheel::contents::{Contents, Inspection, Record};
use crate::wheel::filename::Architecture;
use crate::wheel::requirement::{PythonFit, Requirement};
use crate::wheel::{install, matches_glob};

/// What becomes of a wheel that the installer refuses.
const REFUSED: &str =
    "The installer refuses it, the install script ends there, and controllers fail to import what is missing.";
/// How many things that are odd are told of one wheel.
const TOLD: usize = 3;

/// A wheel that was read.
pub(super) struct Read<'a> {
    /// Its name as it is shown.
    pub(super) shown: String,
    /// Its path as `SkyPilot` writes it.
    pub(super) local: &'a Path,
    pub(super) inspection: &'a Inspection,
}

impl<'a> Problems<'a> {
    /// Returns what was read of each wheel, in the order of the uploads.
    ///
    /// Both are in the order of the names, so that one walk finds them all.
    pub(super) fn read_wheels(&self) -> Vec<Read<'a>> {
        let (facts, preview) = (self.facts, self.preview);
        let Some(directory) = preview.wheel_dir.as_ref().map(|wheels| wheels.resolved.as_path()) else {
            return Vec::new();
        };
        let behind = facts.wheels.range::<Path, _>((Bound::Included(directory), Bound::Unbounded));
        let below = behind.take_while(|(path, _)| name_in(path, directory).is_some() || path.starts_with(directory));
        let known = below.filter_map(|(path, found)| Some((name_in(path, directory)?, &**found)));
        let mut known = known.peekable();
        let mut read = Vec::new();
        for mount in &preview.mounts {
            let name = mount.name.as_os_str();
            while known.next_if(|(other, _)| *other < name).is_some() {}
            if let Some((_, inspection)) = known.next_if(|(other, _)| *other == name) {
                read.push(Read { shown: visible_name(name), local: &mount.local, inspection });
            }
        }
        read
    }

    /// Each wheel that was read.
    pub(super) fn inspected(&mut self, read: &[Read<'a>]) {
        let running = self.facts.version.to_string();
        for Read { shown, local, inspection } in read {
            match &inspection.contents {
                Err(problem) => {
                    let message = format!("{shown}: {}", visible(problem));
                    self.add(
                        Code::WheelArchive,
                        Severity::Warning,
                        Self::wheel(local),
                        message,
                        REFUSED,
                        "build or download it again",
                    );
                }
                Ok(contents) => {
                    self.archive(shown, local, contents);
                    self.metadata(shown, local, contents);
                    self.python(shown, local, contents);
                    self.skypilot(shown, local, contents, &running);
                }
            }
        }
    }

    fn archive(&mut self, shown: &str, local: &Path, contents: &Contents) {
        if !contents.oddities.is_empty() {
            self.add(
                Code::WheelArchive,
                Severity::Warning,
                Self::wheel(local),
                format!("{shown} is an odd archive: {}", list(&contents.oddities)),
                "Installers may read it in different ways, or refuse it.",
                "build or download it again",
            );
        }
        // What keeps it from being installed is told already.
        if let Record::Differs(differences) = &contents.record
            && contents.refused.is_none()
        {
            self.add(
                Code::WheelRecord,
                Severity::Info,
                Self::wheel(local),
                format!("{shown} is not what its RECORD lists: {}", list(differences)),
                "It was changed after it was built; it installs all the same.",
                "build it again",
            );
        }
    }

    fn metadata(&mut self, shown: &str, local: &Path, contents: &Contents) {
        let Some(problem) = contents.refused.as_ref().or(contents.breaks.first()) else { return };
        self.add(
            Code::WheelMetadata,
            Severity::Warning,
            Self::wheel(local),
            format!("{shown} does not install: {}", visible(problem)),
            REFUSED,
            "build it again, and leave its file name as it was built",
        );
    }

    fn python(&mut self, shown: &str, local: &Path, contents: &Contents) {
        let (severity, what, effect) = match install::python(contents) {
            Some(PythonFit::Newer) => (Severity::Warning, "does not install on controllers", REFUSED),
            Some(PythonFit::LeftOut) => (
                Severity::Info,
                "is not made for controllers",
                "The installer takes it all the same, and its code runs on a Python that it was not made for.",
            ),
            Some(PythonFit::Fits) | None => return,
        };
        let asked = contents.metadata.requires_python.as_deref().unwrap_or_default();
        self.add(
            Code::WheelPython,
            severity,
            Self::wheel(local),
            format!("{shown} {what}: they run Python 3.10, and it asks for {}", visible(asked)),
            effect,
            "set requires-python in its pyproject.toml so that 3.10 is allowed, and build it again",
        );
    }

    fn skypilot(&mut self, shown: &str, local: &Path, contents: &Contents, running: &str) {
        let replaces = |one: &&Requirement| match one.name.as_str() {
            "skypilot-nightly" => true,
            "skypilot" => one.allows(running) != Some(true),
            _ => false,
        };
        let mut needed = contents.requirements.iter().filter(|one| is_needed(one));
        let Some(one) = needed.find(replaces) else { return };
        let (effect, what) = if one.name == "skypilot" {
            let effect = "Installing it replaces the controller's SkyPilot by that version.";
            (effect, format!("another SkyPilot than {running}"))
        } else {
            ("Installing it puts a second SkyPilot over the controller's own.", one.name.clone())
        };
        let condition = one.specifiers.to_string();
        let condition = if condition.is_empty() { String::new() } else { format!(" ({})", visible(&condition)) };
        self.add(
            Code::WheelSkypilot,
            Severity::Warning,
            Self::wheel(local),
            format!("{shown} needs {what}{condition}"),
            effect,
            "leave SkyPilot out of its dependencies: it is there already",
        );
    }
}

/// Returns the name of a path that lies in a directory itself.
fn name_in<'a>(path: &'a Path, directory: &Path) -> Option<&'a OsStr> {
    // Most are the directory with a name behind it, byte for byte: to take a path apart takes longer.
    let rest = path.as_os_str().as_bytes().strip_prefix(directory.as_os_str().as_bytes());
    let name = rest.and_then(|rest| rest.strip_prefix(b"/")).filter(|name| !name.contains(&b'/'));
    if let Some(name) = name.map(OsStr::from_bytes).filter(|name| matches_glob(name)) {
        return Some(name);
    }
    path.file_name().filter(|_| path.parent() == Some(directory))
}

/// Tells whether a controller may need it.
pub(super) fn is_needed(one: &Requirement) -> bool {
    Architecture::ALL.iter().any(|architecture| one.applies(*architecture) != Some(false))
}

fn list(items: &[String]) -> String {
    let told: Vec<_> = items.iter().take(TOLD).map(|item| visible(item).into_owned()).collect();
    told.join("; ") + &and_more(items.len().saturating_sub(TOLD))
}
