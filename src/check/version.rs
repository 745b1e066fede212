//! The releases of `SkyPilot`, and the eras whose rules differ.
//!
//! The one place that compares releases: all others ask for what a release does.

use std::fmt;
use std::str::FromStr;

/// A `SkyPilot` release, or a nightly build: those are all called `1.0.0.devDATE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SkyVersion {
    /// Major, minor and patch number.
    release: (u32, u32, u32),
    /// The number behind `dev`.
    dev: Option<u32>,
}

/// The first release that has plugins.
pub const OLDEST: SkyVersion = SkyVersion::new(0, 11, 2);
/// The newest release whose behaviour this program knows.
pub const NEWEST: SkyVersion = SkyVersion::new(0, 14, 1);
/// The last release before the stamp file.
pub const LAST_WITHOUT_STAMP: SkyVersion = SkyVersion::new(0, 12, 1);
/// The first release that keeps a stamp file on the controller.
pub const FIRST_WITH_STAMP: SkyVersion = SkyVersion::new(0, 12, 2);

/// The first release that asks a class where it loads.
pub const FIRST_WITH_CONTEXTS: SkyVersion = SkyVersion::new(0, 12, 2);

impl SkyVersion {
    /// Returns a release.
    #[must_use]
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { release: (major, minor, patch), dev: None }
    }

    /// Tells whether controllers keep a stamp file, skip what it records and
    /// delete other wheels of a package: from 0.12.2 on.
    #[must_use]
    pub fn has_stamp(self) -> bool {
        self.release >= FIRST_WITH_STAMP.release
    }

    /// Tells whether classes say where they load (`load_contexts`): from 0.12.2 on.
    #[must_use]
    pub fn has_load_contexts(self) -> bool {
        self.release >= FIRST_WITH_CONTEXTS.release
    }

    /// Returns the release whose rules are taken for it: itself, where it is known.
    #[must_use]
    pub fn judged_as(self) -> Self {
        if self.release < OLDEST.release {
            OLDEST
        } else if self.release > NEWEST.release {
            NEWEST
        } else {
            Self { dev: None, ..self }
        }
    }

    /// Returns it as it is shown, with the release that it is judged as.
    #[must_use]
    pub fn shown(self) -> String {
        let judged = self.judged_as();
        if judged == self { self.to_string() } else { format!("{self}, judged as {judged}") }
    }

    /// Says why it is judged as another release, none where it is known itself.
    #[must_use]
    pub fn note(self) -> Option<String> {
        let judged = self.judged_as();
        if judged == self {
            return None;
        }
        let why = match self.dev {
            Some(_) => "is a development version".to_owned(),
            None if self.release < OLDEST.release => format!("is older than {OLDEST}, the first with plugins"),
            None => format!("is newer than {NEWEST}, the newest one known here"),
        };
        Some(format!("SkyPilot {self} {why}: it is judged as {judged}"))
    }
}

impl fmt::Display for SkyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (major, minor, patch) = self.release;
        write!(f, "{major}.{minor}.{patch}")?;
        self.dev.map_or(Ok(()), |dev| write!(f, ".dev{dev}"))
    }
}

/// Tells that a text is no release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a release looks like {NEWEST}")]
pub struct NoVersion;

impl FromStr for SkyVersion {
    type Err = NoVersion;

    /// Reads `0.14.1`, `0.14.1rc1`, `1.0.0.dev20260101` or `1.0.0-dev0`.
    ///
    /// What stands behind the three numbers and is no `dev` is left out: a
    /// candidate has the code of its release.
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let mut rest = text;
        let mut number = |before: &str| {
            let (number, behind) = leading_number(rest.strip_prefix(before)?)?;
            rest = behind;
            Some(number)
        };
        let release = (number(""), number("."), number("."));
        let (Some(major), Some(minor), Some(patch)) = release else { return Err(NoVersion) };
        let tail = rest.trim_start_matches(['.', '-', '_']);
        let dev = tail.strip_prefix("dev").and_then(leading_number).map(|(number, _)| number);
        let has_tail = dev.is_some() || ["a", "b", "rc", "post"].iter().any(|kind| tail.starts_with(kind));
        // What stands behind a plus is the name of a build.
        let is_version = rest.is_empty() || rest.starts_with('+') || has_tail;
        is_version.then_some(Self { release: (major, minor, patch), dev }).ok_or(NoVersion)
    }
}

/// Splits the digits off a text that starts with some.
fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_boundary_is_where_skypilot_has_it() {
        for (text, shown, judged, stamp, note) in [
            ("0.11.1", "0.11.1", "0.11.2", false, Some("older than 0.11.2")),
            ("0.11.2", "0.11.2", "0.11.2", false, None),
            ("0.12.1", "0.12.1", "0.12.1", false, None),
            ("0.12.2", "0.12.2", "0.12.2", true, None),
            ("0.12.2rc1", "0.12.2", "0.12.2", true, None),
            ("0.14.0", "0.14.0", "0.14.0", true, None),
            ("0.14.0.post1", "0.14.0", "0.14.0", true, None),
            ("0.14.1", "0.14.1", "0.14.1", true, None),
            ("0.14.1+local", "0.14.1", "0.14.1", true, None),
            ("0.15.0", "0.15.0", "0.14.1", true, Some("newer than 0.14.1")),
            ("1.0.0.dev20260101", "1.0.0.dev20260101", "0.14.1", true, Some("a development version")),
            ("1.0.0-dev0", "1.0.0.dev0", "0.14.1", true, Some("a development version")),
        ] {
            let version: SkyVersion = text.parse().expect(text);
            assert_eq!(version.to_string(), shown, "{text}");
            assert_eq!(version.judged_as().to_string(), judged, "{text}");
            assert_eq!(version.has_stamp(), stamp, "{text}");
            assert_eq!(version.judged_as().has_stamp(), stamp, "{text}");
            assert_eq!(version.note().is_some(), note.is_some(), "{text}");
            if let (Some(told), Some(words)) = (version.note(), note) {
                assert!(told.contains(words) && told.ends_with(&format!("judged as {judged}")), "{told}");
            }
        }
        assert!(!LAST_WITHOUT_STAMP.has_stamp() && FIRST_WITH_STAMP.has_stamp());
    }

    #[test]
    fn what_is_no_release_is_refused() {
        for text in ["", "0.14", "0.14.", "v0.14.1", "0.14.1.", "0.14.1x", "0.14.1.2", "0.14.99999999999", "1.0.0-dev"]
        {
            assert_eq!(text.parse::<SkyVersion>(), Err(NoVersion), "{text}");
        }
    }
}
