//! Environment markers of requirements (PEP 508), judged for a controller.
//!
//! A controller is `CPython` 3.10 on Linux; its release of 3.10, its kernel and
//! what else a marker can ask about is not known, and the answer then unknown.

use std::str::FromStr as _;

use pep440_rs::{Operator, Version, VersionSpecifier};

use super::filename::Architecture;
use super::limits;

/// A condition behind the `;` of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marker {
    /// One comparison.
    Compare(Operand, Comparison, Operand),
    /// All of them.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A variable, by its name in PEP 508.
    Variable(&'static str),
    /// A text in quotes.
    Text(String),
}

/// How the sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// As versions where both are some, else as texts.
    Version(Operator),
    /// `in`
    In,
    /// `not in`
    NotIn,
}

/// Each variable with its older spellings (PEP 345).
const VARIABLES: &[(&str, &[&str])] = &[
    ("os_name", &["os.name"]),
    ("sys_platform", &["sys.platform"]),
    ("platform_machine", &["platform.machine"]),
    ("platform_python_implementation", &["platform.python_implementation", "python_implementation"]),
    ("platform_release", &[]),
    ("platform_system", &[]),
    ("platform_version", &["platform.version"]),
    ("python_version", &[]),
    ("python_full_version", &[]),
    ("implementation_name", &[]),
    ("implementation_version", &[]),
    ("extra", &[]),
    ("extras", &[]),
    ("dependency_groups", &[]),
];

/// The first and the last release of Python 3.10 that a controller may have:
/// the answer is known where it is the same for both.
const RELEASES: [&str; 2] = ["3.10.0", "3.10.99"];

impl Marker {
    /// Reads a marker; none where it is no marker.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = Words { rest: text };
        let marker = words.any(0)?;
        words.rest.trim_start().is_empty().then_some(marker)
    }

    /// Tells whether it holds on a controller, none where that is not known.
    #[must_use]
    pub fn holds(&self, architecture: Architecture) -> Option<bool> {
        match self {
            Self::Compare(left, how, right) => compare(left, *how, right, architecture),
            Self::All(parts) => settle(parts, architecture, false),
            Self::Any(parts) => settle(parts, architecture, true),
        }
    }
}

/// Returns `end` where one part is that, the other where none is, none where that is unknown.
fn settle(parts: &[Marker], architecture: Architecture, end: bool) -> Option<bool> {
    let known: Vec<Option<bool>> = parts.iter().map(|part| part.holds(architecture)).collect();
    if known.contains(&Some(end)) {
        return Some(end);
    }
    known.iter().all(Option::is_some).then_some(!end)
}

fn compare(left: &Operand, how: Comparison, right: &Operand, architecture: Architecture) -> Option<bool> {
    let (variable, text, how, turned) = match (left, right) {
        (Operand::Variable(variable), Operand::Text(text)) => (*variable, text, how, false),
        (Operand::Text(text), Operand::Variable(variable)) => (*variable, text, turn(how), true),
        _ => return None,
    };
    match variable {
        "python_version" => by_version("3.10", how, text, turned),
        "python_full_version" | "implementation_version" => {
            let [first, last] = RELEASES.map(|release| by_version(release, how, text, turned));
            first.filter(|_| first == last)
        }
        // A wheel is installed without extras.
        "extra" => by_text("", how, text, turned),
        "os_name" => by_text("posix", how, text, turned),
        "sys_platform" => by_text("linux", how, text, turned),
        "platform_system" => by_text("Linux", how, text, turned),
        "platform_machine" => by_text(architecture.name(), how, text, turned),
        "platform_python_implementation" => by_text("CPython", how, text, turned),
        "implementation_name" => by_text("cpython", how, text, turned),
        _ => None,
    }
}

/// Returns the comparison with its sides changed; `in` stays what it is.
fn turn(how: Comparison) -> Comparison {
    let Comparison::Version(operator) = how else { return how };
    Comparison::Version(match operator {
        Operator::LessThan => Operator::GreaterThan,
        Operator::LessThanEqual => Operator::GreaterThanEqual,
        Operator::GreaterThan => Operator::LessThan,
        Operator::GreaterThanEqual => Operator::LessThanEqual,
        other => other,
    })
}

fn by_version(value: &str, how: Comparison, text: &str, turned: bool) -> Option<bool> {
    let value = Version::from_str(value).ok()?;
    match how {
        Comparison::Version(operator) => {
            let wanted = VersionSpecifier::from_str(&format!("{operator}{}", text.trim())).ok()?;
            Some(wanted.contains(&value))
        }
        Comparison::In | Comparison::NotIn if turned => None,
        Comparison::In | Comparison::NotIn => {
            let listed = text.split([' ', ',', '\t']).filter(|word| !word.is_empty());
            let versions: Option<Vec<Version>> = listed.map(|word| Version::from_str(word).ok()).collect();
            Some(versions?.contains(&value) == (how == Comparison::In))
        }
    }
}

fn by_text(value: &str, how: Comparison, text: &str, turned: bool) -> Option<bool> {
    let (part, whole) = if turned { (text, value) } else { (value, text) };
    match how {
        Comparison::Version(Operator::Equal | Operator::ExactEqual) => Some(value == text),
        Comparison::Version(Operator::NotEqual) => Some(value != text),
        // Installers disagree about the order of texts.
        Comparison::Version(_) => None,
        Comparison::In => Some(whole.contains(part)),
        Comparison::NotIn => Some(!whole.contains(part)),
    }
}

/// What is left of a marker.
struct Words<'a> {
    rest: &'a str,
}

impl Words<'_> {
    fn any(&mut self, depth: usize) -> Option<Marker> {
        self.joined("or", depth, Self::all, Marker::Any)
    }

    fn all(&mut self, depth: usize) -> Option<Marker> {
        self.joined("and", depth, Self::one, Marker::All)
    }

    fn joined(
        &mut self,
        word: &str,
        depth: usize,
        part: fn(&mut Self, usize) -> Option<Marker>,
        join: fn(Vec<Marker>) -> Marker,
    ) -> Option<Marker> {
        let mut parts = vec![part(self, depth)?];
        while self.word(word) {
            parts.push(part(self, depth)?);
        }
        if parts.len() == 1 { parts.pop() } else { Some(join(parts)) }
    }

    fn one(&mut self, depth: usize) -> Option<Marker> {
        if self.mark("(") {
            let inside = if depth < limits::MAX_MARKER_DEPTH { self.any(depth + 1)? } else { return None };
            return self.mark(")").then_some(inside);
        }
        let left = self.operand()?;
        let how = self.comparison()?;
        Some(Marker::Compare(left, how, self.operand()?))
    }

    fn operand(&mut self) -> Option<Operand> {
        self.rest = self.rest.trim_start();
        if let Some(quote) = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (text, behind) = self.rest[1..].split_once(quote)?;
            self.rest = behind;
            return Some(Operand::Text(text.to_owned()));
        }
        let name = self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        let is_it = |(new, old): &&(&'static str, &[&str])| *new == name || old.contains(&name);
        VARIABLES.iter().find(is_it).map(|(name, _)| Operand::Variable(name))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        if self.word("in") {
            return Some(Comparison::In);
        }
        if self.word("not") {
            return self.word("in").then_some(Comparison::NotIn);
        }
        let operator = self.take(|c| matches!(c, '<' | '>' | '=' | '!' | '~'));
        Operator::from_str(operator).ok().map(Comparison::Version)
    }

    /// Takes a word that nothing of a word follows.
    fn word(&mut self, word: &str) -> bool {
        let Some(behind) = self.rest.trim_start().strip_prefix(word) else { return false };
        let ends = !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if ends {
            self.rest = behind;
        }
        ends
    }

    fn mark(&mut self, mark: &str) -> bool {
        let behind = self.rest.trim_start().strip_prefix(mark);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn take(&mut self, wanted: fn(char) -> bool) -> &str {
        let text = self.rest.trim_start();
        let end = text.find(|c| !wanted(c)).unwrap_or(text.len());
        let (taken, rest) = text.split_at(end);
        self.rest = rest;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_judged_for_a_controller() {
        for (marker, on_x86_64, on_aarch64) in [
            ("python_version >= '3.8'", Some(true), Some(true)),
            ("python_version < \"3.10\"", Some(false), Some(false)),
            ("'3.9' < python_version", Some(true), Some(true)),
            ("python_version in '3.9 3.10'", Some(true), Some(true)),
            ("python_version not in '3.9, 3.10'", Some(false), Some(false)),
            ("python_full_version >= '3.10.0'", Some(true), Some(true)),
            ("python_full_version >= '3.10.4'", None, None),
            ("sys_platform == 'win32'", Some(false), Some(false)),
            ("os.name == 'posix'", Some(true), Some(true)),
            ("platform_machine == 'x86_64'", Some(true), Some(false)),
            ("platform_machine in 'x86_64 amd64'", Some(true), Some(false)),
            ("extra == 'dev'", Some(false), Some(false)),
            ("extra == 'dev' or sys_platform == 'linux'", Some(true), Some(true)),
            ("platform_release >= '5' and sys_platform == 'darwin'", Some(false), Some(false)),
            ("platform_release >= '5' and sys_platform == 'linux'", None, None),
            ("(platform_release >= '5') or (os_name == 'posix' and python_version ~= '3.7')", Some(true), Some(true)),
            ("'a' == 'b'", None, None),
        ] {
            let parsed = Marker::parse(marker).unwrap_or_else(|| panic!("{marker}"));
            let told = [Architecture::X86_64, Architecture::Aarch64].map(|one| parsed.holds(one));
            assert_eq!(told, [on_x86_64, on_aarch64], "{marker}");
        }
    }

    #[test]
    fn what_is_no_marker_is_refused() {
        let deep = format!("{}os_name == 'x'{}", "(".repeat(5_000), ")".repeat(5_000));
        for bad in ["", " ", "foo == 'x'", "os_name == 'x' or", "(os_name == 'x'", "os_name 'x'", "os_name == x", &deep]
        {
            assert_eq!(Marker::parse(bad), None, "{bad}");
        }
    }
}
