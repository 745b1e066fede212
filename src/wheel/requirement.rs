//! Requirements (PEP 508) and conditions on versions (PEP 440), as uv reads them.
//!
//! uv mends a few old mistakes in both before it refuses a wheel for them
//! (tried with uv 0.13.9, `tests/oracle/wheels.py`); so does this module. What
//! an index would answer is not known here.

mod mend;

use std::cell::RefCell;
use std::str::FromStr as _;

use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};

use super::filename::{Architecture, CONTROLLER_PYTHON, normalize};
use super::limits;
use super::marker::Marker;
use mend::mended;

/// One `Requires-Dist`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The distribution as indexes compare it.
    pub name: String,
    /// The extras, as written.
    pub extras: Vec<String>,
    /// The condition on its version; nothing where a place is named.
    pub specifiers: VersionSpecifiers,
    /// Where it is taken from, behind the `@`.
    pub url: Option<String>,
    /// When it is needed.
    pub marker: Option<Marker>,
}

/// Why a text is no requirement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequirementError {
    /// It is longer than what is read.
    #[error("a requirement of {0} characters is not read")]
    Length(usize),
    /// It does not start with a name.
    #[error("`{0}` does not start with the name of a distribution")]
    Name(String),
    /// What stands in the brackets are no extras.
    #[error("`{0}` has extras that are no names")]
    Extras(String),
    /// What follows the name is no condition on versions.
    #[error("`{0}` has a condition on versions that PEP 440 does not know")]
    Specifiers(String),
    /// What stands behind `@` is no URL.
    #[error("`{0}` names no place behind the @")]
    Url(String),
    /// What follows `;` is no marker.
    #[error("`{0}` has a marker that PEP 508 does not know")]
    Marker(String),
}

impl Requirement {
    /// Reads a requirement.
    ///
    /// # Errors
    ///
    /// Returns [`RequirementError`] where uv refuses it.
    pub fn parse(text: &str) -> Result<Self, RequirementError> {
        if text.len() > limits::MAX_TEXT {
            return Err(RequirementError::Length(text.len()));
        }
        Self::strict(text).or_else(|error| mended(text, Self::strict).ok_or(error))
    }

    fn strict(text: &str) -> Result<Self, RequirementError> {
        let told = || text.trim().to_owned();
        let trimmed = text.trim();
        let end = trimmed.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')));
        let (name, rest) = trimmed.split_at(end.unwrap_or(trimmed.len()));
        if !is_name(name) {
            return Err(RequirementError::Name(told()));
        }
        let mut rest = rest.trim_start();
        let mut extras = Vec::new();
        if let Some(inside) = rest.strip_prefix('[') {
            let (list, behind) = inside.split_once(']').ok_or_else(|| RequirementError::Extras(told()))?;
            if !list.trim().is_empty() {
                extras = list.split(',').map(|extra| extra.trim().to_owned()).collect();
            }
            if !extras.iter().all(|extra| is_name(extra)) {
                return Err(RequirementError::Extras(told()));
            }
            rest = behind.trim_start();
        }
        let (place, marker) = if let Some(place) = rest.strip_prefix('@') {
            // A `;` can be part of a URL; behind a blank it is none.
            let place = place.trim_start();
            let end = place.find(|c: char| c.is_whitespace()).unwrap_or(place.len());
            let end = if place[..end].ends_with(';') { end - 1 } else { end };
            (Some(&place[..end]), place[end..].trim_start())
        } else {
            let end = rest.find(';').unwrap_or(rest.len());
            let (condition, marker) = rest.split_at(end);
            rest = condition;
            (None, marker)
        };
        let marker = match marker.strip_prefix(';') {
            Some(marker) => Some(Marker::parse(marker).ok_or_else(|| RequirementError::Marker(told()))?),
            None if marker.is_empty() => None,
            None => return Err(RequirementError::Url(told())),
        };
        let specifiers = match place {
            Some(place) if !is_place(place) => return Err(RequirementError::Url(told())),
            Some(_) => VersionSpecifiers::empty(),
            None => conditions(rest).ok_or_else(|| RequirementError::Specifiers(told()))?,
        };
        Ok(Self { name: normalize(name), extras, specifiers, url: place.map(str::to_owned), marker })
    }

    /// Tells whether a controller needs it, none where that is not known.
    #[must_use]
    pub fn applies(&self, architecture: Architecture) -> Option<bool> {
        self.marker.as_ref().map_or(Some(true), |marker| marker.holds(architecture))
    }

    /// Tells whether a version meets it, none where that is not known.
    #[must_use]
    pub fn allows(&self, version: &str) -> Option<bool> {
        let version = Version::from_str(version.trim()).ok().filter(|_| self.url.is_none())?;
        Some(self.specifiers.contains(&version))
    }
}

/// Reads what stands between the name and the marker, with or without parentheses.
fn conditions(text: &str) -> Option<VersionSpecifiers> {
    let text = text.trim();
    let inside = match text.strip_prefix('(') {
        Some(inside) => inside.strip_suffix(')').filter(|inside| !inside.trim().is_empty())?,
        None => text,
    };
    if inside.is_empty() {
        return Some(VersionSpecifiers::empty());
    }
    // Left of the first operator there is nothing.
    if !inside.trim_start().starts_with(['<', '>', '=', '!', '~']) {
        return None;
    }
    VersionSpecifiers::from_str(inside).ok()
}

/// The ends of files that can be installed from a URL.
const ARCHIVES: &[&str] = &[
    ".whl",
    ".zip",
    ".tar",
    ".tar.gz",
    ".tgz",
    ".tar.bz2",
    ".tbz",
    ".tar.xz",
    ".txz",
    ".tar.zst",
    ".tar.lz",
    ".tlz",
    ".tar.lzma",
];

/// Tells whether a text is a URL that something can be installed from, or an absolute path.
fn is_place(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return text.starts_with('/') };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    if rest.is_empty() || !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(plain) {
        return false;
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    !matches!(scheme, "http" | "https") || ARCHIVES.iter().any(|end| path.ends_with(end))
}

/// Tells whether a text is the name of a distribution or an extra (PEP 508).
#[must_use]
pub fn is_name(text: &str) -> bool {
    let ends = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    ends(text.bytes().next()) && ends(text.bytes().last()) && text.bytes().all(inside)
}

/// What a `Requires-Python` means for a controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PythonFit {
    /// Python 3.10 meets it.
    Fits,
    /// It starts above Python 3.10: uv refuses the wheel.
    Newer,
    /// It ends below Python 3.10, or leaves it out: uv installs the wheel all the same.
    LeftOut,
}

/// Says what a `Requires-Python` means for a controller, none where it cannot be read.
///
/// uv heeds the lower bound alone, and compares it with 3.10.0 where it is told
/// `--python-version 3.10`.
#[must_use]
pub fn python_fit(requires_python: &str) -> Option<PythonFit> {
    FIT.with_borrow_mut(|(text, fit)| {
        if text.as_deref() != Some(requires_python) {
            *fit = python_fit_anew(requires_python);
            *text = Some(requires_python.to_owned());
        }
        *fit
    })
}

thread_local! {
    /// The text that was asked for last, with its answer: the wheels of a directory mostly ask for the same Python.
    static FIT: RefCell<(Option<String>, Option<PythonFit>)> = const { RefCell::new((None, None)) };
}

fn python_fit_anew(requires_python: &str) -> Option<PythonFit> {
    if requires_python.len() > limits::MAX_TEXT {
        return None;
    }
    let strict = |text: &str| VersionSpecifiers::from_str(text).map_err(drop);
    let specifiers = strict(requires_python).ok().or_else(|| mended(requires_python, strict))?;
    let (start, inclusive) = lower_bound(&specifiers);
    let controller = [3, u64::from(CONTROLLER_PYTHON)];
    let start = trimmed(&start);
    if start > controller.as_slice() || (start == controller.as_slice() && !inclusive) {
        return Some(PythonFit::Newer);
    }
    let is_met = |patch: u64| specifiers.contains(&Version::new([3, u64::from(CONTROLLER_PYTHON), patch]));
    Some(if is_met(0) || is_met(99) { PythonFit::Fits } else { PythonFit::LeftOut })
}

/// Returns the least release that a condition allows, and whether that one is allowed.
fn lower_bound(specifiers: &VersionSpecifiers) -> (Vec<u64>, bool) {
    let mut bound: (Vec<u64>, bool) = (Vec::new(), true);
    for one in specifiers.iter() {
        let inclusive = match one.operator() {
            Operator::GreaterThan => false,
            Operator::GreaterThanEqual
            | Operator::Equal
            | Operator::EqualStar
            | Operator::ExactEqual
            | Operator::TildeEqual => true,
            _ => continue,
        };
        let release = trimmed(one.version().release()).to_vec();
        if release > bound.0 || (release == bound.0 && !inclusive) {
            bound = (release, inclusive);
        }
    }
    // What is left out at the bound itself moves it.
    for _ in 0..specifiers.len() {
        for one in specifiers.iter() {
            bound = moved(bound, one);
        }
    }
    bound
}

fn moved(bound: (Vec<u64>, bool), left_out: &VersionSpecifier) -> (Vec<u64>, bool) {
    let release = left_out.version().release();
    match left_out.operator() {
        Operator::NotEqual if !bound.0.is_empty() && trimmed(release) == bound.0 => (bound.0, false),
        Operator::NotEqualStar if !bound.0.is_empty() => {
            let mut padded = bound.0.clone();
            padded.resize(padded.len().max(release.len()), 0);
            if !padded.starts_with(release) {
                return bound;
            }
            let mut next = release.to_vec();
            if let Some(last) = next.last_mut() {
                *last = last.saturating_add(1);
            }
            (next, true)
        }
        _ => bound,
    }
}

/// Returns a release without the zeros at its end: 3.10 and 3.10.0 are one.
fn trimmed(release: &[u64]) -> &[u64] {
    let end = release.iter().rposition(|part| *part != 0).map_or(0, |last| last + 1);
    &release[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_has_a_name_extras_a_condition_and_a_marker() {
        let one = Requirement::parse("Acme.Audit[web, cli] (>=1.2,<2) ; python_version >= '3.8'").expect("one");
        assert_eq!((one.name.as_str(), one.extras.as_slice()), ("acme-audit", &["web".to_owned(), "cli".into()][..]));
        assert_eq!((one.allows("1.5"), one.allows("2.0"), one.allows("x")), (Some(true), Some(false), None));
        assert_eq!(one.applies(Architecture::X86_64), Some(true));
        let placed = Requirement::parse("acme @ https://example.com/a;b.whl ; extra == 'x'").expect("one");
        assert_eq!(placed.url.as_deref(), Some("https://example.com/a;b.whl"));
        assert_eq!((placed.allows("1.0"), placed.applies(Architecture::X86_64)), (None, Some(false)));
    }

    #[test]
    fn requirements_are_taken_and_refused_as_uv_does() {
        for good in [
            "x",
            " x",
            "x>=1.0,",
            "x[]",
            "x[ a , b ]",
            "x [a] >=1",
            "x (>=1.0)",
            "x>=7.2<8",
            "x!=~5.0",
            "x<=1.0.*",
            "x!=1.0*",
            "x>='1.0'",
            "x==1.0.*",
            "x==1.0+l",
            "x>=1.0-1",
            "x@ https://e.com/x.whl",
            "x @ /abs/b.whl",
            "x @ git+https://e.com/x",
            "x @https://e.com/x.tar.gz#sha256=a",
            "x @ https://e.com/x.whl; python_version<'3'",
            "x;os_name=='nt'",
        ] {
            assert!(Requirement::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "_x",
            "x-",
            "ü",
            "x[a",
            "x[a,]",
            "x[-]",
            "x[a b]",
            "x (>=1.0",
            "x()",
            "x 1.0",
            "x (1.0)",
            "x>=1.0 <2",
            "x=1",
            "x=>1.0",
            "x^1.0",
            "x~=1",
            "x>=foo",
            "x===foo",
            "x>=1.0+l",
            "x ; ",
            "x>=1.0;",
            "x>=1 # c",
            "x; foo == '1'",
            "x; os_name == 'x' or",
            "x @ ../x",
            "x @ https://e.com/x",
            "x @",
            "x@ a b",
            "x@1.0",
        ] {
            assert!(Requirement::parse(bad).is_err(), "{bad}");
        }
        assert_eq!(Requirement::parse(&"x".repeat(5_000)), Err(RequirementError::Length(5_000)));
    }

    #[test]
    fn only_the_lower_bound_of_requires_python_counts() {
        for (text, fit) in [
            (">=3.8", Some(PythonFit::Fits)),
            (">=3.10", Some(PythonFit::Fits)),
            (">=3.10rc1", Some(PythonFit::Fits)),
            ("~=3.10", Some(PythonFit::Fits)),
            (">=3.10,", Some(PythonFit::Fits)),
            ("", Some(PythonFit::Fits)),
            ("!=3.10.0", Some(PythonFit::Fits)),
            ("!=3.0*,>=2.7", Some(PythonFit::Fits)),
            (">=3.10.1", Some(PythonFit::Newer)),
            (">3.10", Some(PythonFit::Newer)),
            ("~=3.11", Some(PythonFit::Newer)),
            ("==3.11.*", Some(PythonFit::Newer)),
            (">=3.11rc1", Some(PythonFit::Newer)),
            (">=3.10,!=3.10.0", Some(PythonFit::Newer)),
            (">=3.9,!=3.9.*,!=3.10.*", Some(PythonFit::Newer)),
            ("<3.10", Some(PythonFit::LeftOut)),
            ("!=3.10.*", Some(PythonFit::LeftOut)),
            ("==3.9.*", Some(PythonFit::LeftOut)),
            ("nonsense", None),
            ("=>3.8", None),
            (">=3.8 <4", None),
            ("3.10", None),
        ] {
            assert_eq!(python_fit(text), fit, "{text:?}");
        }
    }
}
