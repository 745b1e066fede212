//! What is wrong with the wheels by what was read inside them, each alone.
//!
//! All of this warns and never blocks. Wheels that were not read yet are passed over.

use std::sync::Arc;

use super::{Problems, and_more};
use crate::check::{Code, Place, Severity};
use crate::text::visible::{visible, visible_name};
use crate::wheel::contents::{Contents, Inspection, Record};
use crate::wheel::filename::Architecture;
use crate::wheel::install;
use crate::wheel::requirement::{PythonFit, Requirement};

/// What becomes of a wheel that the installer refuses.
const REFUSED: &str =
    "The installer refuses it, the install script ends there, and controllers fail to import what is missing.";
/// How many things that are odd are told of one wheel.
const TOLD: usize = 3;

impl Problems<'_> {
    /// Returns what was read of each wheel: its name, its place, and that.
    pub(super) fn read_wheels(&self) -> Vec<(String, Place, Arc<Inspection>)> {
        let Some(wheels) = &self.preview.wheel_dir else { return Vec::new() };
        let mounts = self.preview.mounts.iter();
        let read = mounts.filter_map(|mount| {
            let inspection = self.facts.wheels.get(&wheels.resolved.join(&mount.name))?;
            Some((visible_name(&mount.name), Self::wheel(&mount.local), Arc::clone(inspection)))
        });
        read.collect()
    }

    /// Each wheel that was read.
    pub(super) fn inspected(&mut self) {
        for (shown, place, inspection) in self.read_wheels() {
            match &inspection.contents {
                Err(problem) => {
                    let message = format!("{shown}: {}", visible(problem));
                    self.add(
                        Code::WheelArchive,
                        Severity::Warning,
                        place,
                        message,
                        REFUSED,
                        "build or download it again",
                    );
                }
                Ok(contents) => {
                    self.archive(&shown, &place, contents);
                    self.metadata(&shown, &place, contents);
                    self.python(&shown, &place, contents);
                    self.skypilot(&shown, &place, contents);
                }
            }
        }
    }

    fn archive(&mut self, shown: &str, place: &Place, contents: &Contents) {
        if !contents.oddities.is_empty() {
            self.add(
                Code::WheelArchive,
                Severity::Warning,
                place.clone(),
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
                place.clone(),
                format!("{shown} is not what its RECORD lists: {}", list(differences)),
                "It was changed after it was built; it installs all the same.",
                "build it again",
            );
        }
    }

    fn metadata(&mut self, shown: &str, place: &Place, contents: &Contents) {
        let Some(problem) = contents.refused.as_ref().or(contents.breaks.first()) else { return };
        self.add(
            Code::WheelMetadata,
            Severity::Warning,
            place.clone(),
            format!("{shown} does not install: {}", visible(problem)),
            REFUSED,
            "build it again, and leave its file name as it was built",
        );
    }

    fn python(&mut self, shown: &str, place: &Place, contents: &Contents) {
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
            place.clone(),
            format!("{shown} {what}: they run Python 3.10, and it asks for {}", visible(asked)),
            effect,
            "set requires-python in its pyproject.toml so that 3.10 is allowed, and build it again",
        );
    }

    fn skypilot(&mut self, shown: &str, place: &Place, contents: &Contents) {
        let running = self.facts.version.to_string();
        let replaces = |one: &&Requirement| match one.name.as_str() {
            "skypilot-nightly" => true,
            "skypilot" => one.allows(&running) != Some(true),
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
            place.clone(),
            format!("{shown} needs {what}{condition}"),
            effect,
            "leave SkyPilot out of its dependencies: it is there already",
        );
    }
}

/// Tells whether a controller may need it.
pub(super) fn is_needed(one: &Requirement) -> bool {
    Architecture::ALL.iter().any(|architecture| one.applies(*architecture) != Some(false))
}

fn list(items: &[String]) -> String {
    let told: Vec<_> = items.iter().take(TOLD).map(|item| visible(item).into_owned()).collect();
    told.join("; ") + &and_more(items.len().saturating_sub(TOLD))
}
