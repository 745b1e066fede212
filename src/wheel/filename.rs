//! What a wheel's file name says: distribution, version, build, tags (PEP 427, PEP 425).
//!
//! The name alone decides whether an installer looks at the file at all; what
//! is inside (`METADATA`, `Requires-Python`) can still forbid it.

use std::fmt;

/// The architectures that controllers run on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Architecture {
    /// `x86_64`
    X86_64,
    /// `aarch64`
    Aarch64,
}

impl Architecture {
    /// Both.
    pub const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// Returns the name in tags and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }

    /// Returns the oldest glibc 2 that manylinux tags name for it (PEP 600, PEP 599).
    const fn oldest_glibc(self) -> u32 {
        match self {
            Self::X86_64 => 5,
            Self::Aarch64 => 17,
        }
    }
}

/// The minor release of the controllers' Python 3 (`uv venv --python 3.10`,
/// `sky/skylet/constants.py`, 0.14.1).
pub const CONTROLLER_PYTHON: u32 = 10;
/// The minor release of glibc 2 that controllers are sure to have.
pub const CONTROLLER_GLIBC: u32 = 28;
/// The first Python 3 whose stable ABI installers accept (`cp32-abi3`).
const FIRST_ABI3: u32 = 2;

/// One tag of a wheel: what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The interpreter: `py3`, `cp310`.
    pub python: String,
    /// The binary interface: `none`, `abi3`, `cp310`.
    pub abi: String,
    /// The platform: `any`, `manylinux_2_17_x86_64`.
    pub platform: String,
}

impl Tag {
    /// Tells whether a controller's Python can use it.
    #[must_use]
    pub fn fits(&self, architecture: Architecture) -> bool {
        let (python, abi) = (self.python.as_str(), self.abi.as_str());
        let any = self.platform == "any";
        if !any && !platform_fits(&self.platform, architecture) {
            return false;
        }
        let current = minor(python, "cp3") == Some(CONTROLLER_PYTHON);
        match abi {
            "none" => {
                current || python == "py3" || minor(python, "py3").is_some_and(|minor| minor <= CONTROLLER_PYTHON)
            }
            "abi3" => {
                !any && minor(python, "cp3").is_some_and(|minor| (FIRST_ABI3..=CONTROLLER_PYTHON).contains(&minor))
            }
            _ => !any && current && minor(abi, "cp3") == Some(CONTROLLER_PYTHON),
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.python, self.abi, self.platform)
    }
}

/// Returns the number behind `prefix`: 10 of `cp310`.
fn minor(tag: &str, prefix: &str) -> Option<u32> {
    let digits = tag.strip_prefix(prefix)?;
    // Tags are compared as text: a sign or a leading zero makes another tag.
    let exact = digits == "0" || digits.starts_with(|c: char| matches!(c, '1'..='9'));
    if exact { digits.parse().ok() } else { None }
}

fn platform_fits(platform: &str, architecture: Architecture) -> bool {
    let Some(head) = platform.strip_suffix(architecture.name()).and_then(|head| head.strip_suffix('_')) else {
        return false;
    };
    let glibc = match head {
        "linux" => return true,
        "manylinux1" => 5,
        "manylinux2010" => 12,
        "manylinux2014" => 17,
        _ => match minor(head, "manylinux_2_") {
            Some(glibc) => glibc,
            None => return false,
        },
    };
    (architecture.oldest_glibc()..=CONTROLLER_GLIBC).contains(&glibc)
}

/// The parts of a wheel's file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WheelName {
    /// The distribution as written.
    pub distribution: String,
    /// The version as written.
    pub version: String,
    /// The build tag, where there is one.
    pub build: Option<String>,
    /// The tags, compressed sets written out.
    pub tags: Vec<Tag>,
}

/// Why a file name is not one of a wheel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It does not end in `.whl`.
    #[error("the name does not end in .whl")]
    Suffix,
    /// It has not five or six parts.
    #[error("a wheel's name has five parts (name-version-python-abi-platform.whl) or six; this one has {0}")]
    Parts(usize),
    /// The distribution is no name.
    #[error("`{0}` is no distribution name: letters, digits, `.` and `_`, with a letter or digit at both ends")]
    Distribution(String),
    /// The version is none of PEP 440.
    #[error("`{0}` is no version as PEP 440 has them")]
    Version(String),
    /// The build tag does not start with a digit.
    #[error("the build tag `{0}` does not start with a digit")]
    Build(String),
    /// A tag is empty or holds a strange character.
    #[error("`{0}` is no tag")]
    Tag(String),
}

impl WheelName {
    /// Takes a file name apart.
    ///
    /// # Errors
    ///
    /// Returns [`NameError`] for names that installers refuse.
    pub fn parse(file_name: &str) -> Result<Self, NameError> {
        let stem = file_name.strip_suffix(".whl").ok_or(NameError::Suffix)?;
        let parts: Vec<&str> = stem.split('-').collect();
        let (distribution, version, build, python, abi, platform) = match parts[..] {
            [name, version, python, abi, platform] => (name, version, None, python, abi, platform),
            [name, version, build, python, abi, platform] => (name, version, Some(build), python, abi, platform),
            _ => return Err(NameError::Parts(parts.len())),
        };
        if !is_distribution(distribution) {
            return Err(NameError::Distribution(distribution.to_owned()));
        }
        if !is_version(version) {
            return Err(NameError::Version(version.to_owned()));
        }
        if let Some(build) = build.filter(|build| !build.starts_with(|c: char| c.is_ascii_digit())) {
            return Err(NameError::Build(build.to_owned()));
        }
        let sets = [python, abi, platform];
        if let Some(bad) = sets.iter().find(|set| set.split('.').any(|tag| !is_tag(tag))) {
            return Err(NameError::Tag((*bad).to_owned()));
        }
        let mut tags = Vec::new();
        for python in python.split('.') {
            for abi in abi.split('.') {
                for platform in platform.split('.') {
                    tags.push(Tag { python: python.into(), abi: abi.into(), platform: platform.into() });
                }
            }
        }
        Ok(Self {
            distribution: distribution.to_owned(),
            version: version.to_owned(),
            build: build.map(str::to_owned),
            tags,
        })
    }

    /// Returns the distribution as indexes compare it: lower case, `-` for runs of `-_.` (PEP 503).
    #[must_use]
    pub fn normalized(&self) -> String {
        normalize(&self.distribution)
    }

    /// Tells whether a controller of this architecture installs it, as far as the name says.
    #[must_use]
    pub fn installs_on(&self, architecture: Architecture) -> bool {
        self.tags.iter().any(|tag| tag.fits(architecture))
    }

    /// Returns the tags as the file name has them: `py3-none-any`.
    #[must_use]
    pub fn tag_text(file_name: &str) -> Option<String> {
        let stem = file_name.strip_suffix(".whl")?;
        let parts: Vec<&str> = stem.rsplitn(4, '-').collect();
        (parts.len() == 4).then(|| format!("{}-{}-{}", parts[2], parts[1], parts[0]))
    }
}

/// Returns a distribution name in lower case, with `-` for runs of `-_.` (PEP 503).
///
/// # Panics
///
/// Never: of a text that is changed in ASCII alone a text is left.
#[must_use]
pub fn normalize(distribution: &str) -> String {
    // Byte by byte: what is changed is ASCII, so that the rest stays the text it is.
    let mut out = Vec::with_capacity(distribution.len());
    let mut is_run = false;
    for byte in distribution.bytes() {
        let is_mark = matches!(byte, b'-' | b'_' | b'.');
        if !is_mark {
            out.push(byte.to_ascii_lowercase());
        } else if !is_run {
            out.push(b'-');
        }
        is_run = is_mark;
    }
    String::from_utf8(out).expect("ASCII alone was changed")
}

/// Returns the part of a file name that `SkyPilot` knows a package by: up to and
/// including the first `-`, or the whole name and a `-` (`_wheel_name_prefix`, 0.14.1).
#[must_use]
pub fn prefix(file_name: &str) -> String {
    format!("{}-", file_name.split('-').next().unwrap_or_default())
}

/// Tells whether a name means itself to a shell, unquoted (`interface.md`).
#[must_use]
pub fn is_plain(file_name: &str) -> bool {
    let mut bytes = file_name.bytes();
    bytes.next().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'+' | b'!' | b'-'))
}

fn is_distribution(name: &str) -> bool {
    let ends = |c: Option<u8>| c.is_some_and(|b| b.is_ascii_alphanumeric());
    ends(name.bytes().next())
        && ends(name.bytes().last())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'))
}

fn is_tag(tag: &str) -> bool {
    !tag.is_empty() && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Tells whether a text is a version as PEP 440 has them.
///
/// In file names `-` cannot occur, and `_` stands for it.
#[must_use]
pub fn is_version(text: &str) -> bool {
    if is_release(text) {
        return true;
    }
    let lower = text.to_ascii_lowercase();
    let mut rest = Rest(lower.strip_prefix('v').unwrap_or(&lower));
    if !rest.digits() {
        return false;
    }
    if let Some(behind) = rest.0.strip_prefix('!') {
        rest.0 = behind;
        if !rest.digits() {
            return false;
        }
    }
    while rest.behind(".", Rest::digits) {}
    // Longer words first: `a` starts `alpha`, `r` starts `rev` and `rc`.
    rest.segment(&["alpha", "beta", "preview", "pre", "rc", "a", "b", "c"]);
    if !rest.segment(&["post", "rev", "r"]) {
        rest.behind("-", Rest::digits);
    }
    rest.segment(&["dev"]);
    if rest.behind("+", Rest::word) {
        while rest.behind(".", Rest::word) || rest.behind("_", Rest::word) || rest.behind("-", Rest::word) {}
    }
    rest.0.is_empty()
}

/// Tells whether a version is numbers with a dot between them alone, as most are.
fn is_release(text: &str) -> bool {
    let mut is_number = false;
    for byte in text.bytes() {
        let is_dot = byte == b'.';
        if !(byte.is_ascii_digit() || (is_dot && is_number)) {
            return false;
        }
        is_number = !is_dot;
    }
    is_number
}

/// What is left of a version.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl Rest<'_> {
    fn take(&mut self, wanted: fn(&char) -> bool) -> bool {
        let length: usize = self.0.chars().take_while(wanted).map(char::len_utf8).sum();
        self.0 = &self.0[length..];
        length > 0
    }

    fn digits(&mut self) -> bool {
        self.take(char::is_ascii_digit)
    }

    fn word(&mut self) -> bool {
        self.take(char::is_ascii_alphanumeric)
    }

    /// Takes `mark` and what `then` takes behind it, or nothing.
    fn behind(&mut self, mark: &str, then: fn(&mut Self) -> bool) -> bool {
        let mut tried = *self;
        let Some(behind) = tried.0.strip_prefix(mark) else { return false };
        tried.0 = behind;
        let took = then(&mut tried);
        if took {
            *self = tried;
        }
        took
    }

    /// Takes one of `words`, with a separator before and behind it and a number at
    /// the end, all of which may be missing.
    fn segment(&mut self, words: &[&str]) -> bool {
        let separator = ['.', '_', '-'];
        let head = self.0.strip_prefix(separator).unwrap_or(self.0);
        let Some(behind) = words.iter().find_map(|word| head.strip_prefix(word)) else { return false };
        self.0 = behind.strip_prefix(separator).unwrap_or(behind);
        self.digits();
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_five_or_six_parts() {
        let name = WheelName::parse("acme_cost-1.0-2b-py2.py3-none-any.whl").expect("a wheel name");
        assert_eq!((name.distribution.as_str(), name.version.as_str()), ("acme_cost", "1.0"));
        assert_eq!(name.build.as_deref(), Some("2b"));
        let tags: Vec<String> = name.tags.iter().map(Tag::to_string).collect();
        assert_eq!(tags, ["py2-none-any", "py3-none-any"]);
        assert_eq!(name.normalized(), "acme-cost");
    }

    #[test]
    fn malformed_names_are_told() {
        for (name, error) in [
            ("acme.whl", NameError::Parts(1)),
            ("acme-1.0.whl", NameError::Parts(2)),
            ("acme-1.0-py3-none-any (1).whl", NameError::Tag("any (1)".into())),
            ("acme-1.x-py3-none-any.whl", NameError::Version("1.x".into())),
            ("acme-1.0-x-py3-none-any.whl", NameError::Build("x".into())),
            ("-1.0-py3-none-any.whl", NameError::Distribution(String::new())),
            (".acme-1.0-py3-none-any.whl", NameError::Distribution(".acme".into())),
            ("acme-1.0-py3-none-any.zip", NameError::Suffix),
        ] {
            assert_eq!(WheelName::parse(name), Err(error), "{name}");
        }
    }

    #[test]
    fn versions_are_those_of_pep_440() {
        for good in [
            "1",
            "1.0",
            "v1.0",
            "2!1.0",
            "1.0a1",
            "1.0.a.1",
            "1.0alpha",
            "1.0rc2",
            "1.0_rc_2",
            "1.0.post1",
            "1.0rev2",
            "1.0r2",
            "1.0.dev3",
            "1.0a1.post2.dev3",
            "1.0+local.1",
            "1.0+cu118_1",
            "1.0-1",
            "1.0a.",
            "2026.7.1",
        ] {
            assert!(is_version(good), "{good}");
        }
        for bad in ["", "a", "1.", "1..0", "1.x", "1.0+", "1.0+a..b", "1!", "1.0 ", "1.0a1b1", "1.0é"] {
            assert!(!is_version(bad), "{bad}");
        }
    }

    #[test]
    fn the_name_says_where_a_wheel_installs() {
        use Architecture::{Aarch64, X86_64};
        for (tags, x86_64, aarch64) in [
            ("py3-none-any", true, true),
            ("py2.py3-none-any", true, true),
            ("py310-none-any", true, true),
            ("py311-none-any", false, false),
            ("py2-none-any", false, false),
            ("cp310-none-any", true, true),
            ("cp310-cp310-manylinux_2_17_x86_64.manylinux2014_x86_64", true, false),
            ("cp310-cp310-manylinux2014_aarch64", false, true),
            ("cp38-abi3-manylinux_2_28_x86_64", true, false),
            ("cp38-abi3-manylinux_2_34_x86_64", false, false),
            ("cp311-abi3-linux_x86_64", false, false),
            ("cp39-cp39-linux_x86_64", false, false),
            ("cp311-cp311-linux_x86_64", false, false),
            ("cp310-cp310-musllinux_1_2_x86_64", false, false),
            ("py3-none-macosx_11_0_arm64", false, false),
            ("py3-none-win_amd64", false, false),
            ("py3-none-linux_aarch64", false, true),
            ("py3-none-manylinux_2_017_x86_64", false, false),
            ("cp310-abi3-any", false, false),
        ] {
            let name = WheelName::parse(&format!("acme-1.0-{tags}.whl")).expect("a wheel name");
            assert_eq!((name.installs_on(X86_64), name.installs_on(Aarch64)), (x86_64, aarch64), "{tags}");
        }
    }

    #[test]
    fn the_prefix_ends_at_the_first_dash() {
        assert_eq!(prefix("acme_cost-1.0-py3-none-any.whl"), "acme_cost-");
        assert_eq!(prefix("acme.whl"), "acme.whl-");
        assert_eq!(prefix("-1.0.whl"), "-");
    }
}
