//! What is looked for in filters and searches: a text, a text exactly, a pattern.
//!
//! A text is held against what is there without regard to case, unless it has a
//! capital letter itself; behind `'` case always counts; behind `re:` stands a
//! regular expression.

use regex_lite::{Regex, RegexBuilder};

use crate::check::Severity;

/// The largest compiled pattern, in bytes: what is typed by hand needs little.
const PATTERN_LIMIT: usize = 1 << 16;

/// What is looked for.
#[derive(Clone, Debug)]
pub enum Needle {
    /// A text in lower case, whatever the case of what is there.
    Folded(String),
    /// A text as it is.
    Exact(String),
    /// A pattern.
    Pattern(Regex),
    /// A pattern that is none yet: it holds nothing.
    Unfinished,
}

impl Needle {
    /// Reads what was typed.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        if let Some(pattern) = typed.strip_prefix("re:") {
            let fold = !pattern.chars().any(char::is_uppercase);
            let built = RegexBuilder::new(pattern).case_insensitive(fold).size_limit(PATTERN_LIMIT).build();
            return built.map_or(Self::Unfinished, Self::Pattern);
        }
        match typed.strip_prefix('\'') {
            Some(text) => Self::Exact(text.to_owned()),
            None if typed.chars().any(char::is_uppercase) => Self::Exact(typed.to_owned()),
            None => Self::Folded(typed.to_owned()),
        }
    }

    /// Tells whether a text holds what is looked for.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Folded(needle) => text.to_lowercase().contains(needle),
            Self::Exact(needle) => text.contains(needle.as_str()),
            Self::Pattern(pattern) => pattern.is_match(text),
            Self::Unfinished => false,
        }
    }
}

/// What a filter asks of a row beside its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Its worst problem is of this severity.
    Problem(Severity),
    /// It differs from the file on disk.
    Changed,
}

/// A filter as it was typed: by state behind `e:`, `w:`, `i:` and `~`, the rest a [`Needle`].
#[derive(Clone, Debug)]
pub struct Sieve {
    /// What is asked of the state.
    pub wanted: Option<Wanted>,
    /// What the text must hold; none where any does.
    pub needle: Option<Needle>,
}

impl Sieve {
    /// Reads what was typed.
    #[must_use]
    pub fn of(typed: &str) -> Self {
        let states = [
            ("e:", Wanted::Problem(Severity::Error)),
            ("w:", Wanted::Problem(Severity::Warning)),
            ("i:", Wanted::Problem(Severity::Info)),
            ("~", Wanted::Changed),
        ];
        let found = states.into_iter().find_map(|(sign, wanted)| Some((wanted, typed.strip_prefix(sign)?)));
        let (wanted, text) = found.map_or((None, typed), |(wanted, rest)| (Some(wanted), rest.trim_start()));
        Self { wanted, needle: (!text.is_empty()).then(|| Needle::of(text)) }
    }

    /// Tells whether a row is shown: by its worst problem, whether it is changed, its text.
    #[must_use]
    pub fn lets(&self, severity: Option<Severity>, changed: bool, text: &str) -> bool {
        let in_state = match self.wanted {
            None => true,
            Some(Wanted::Problem(wanted)) => severity == Some(wanted),
            Some(Wanted::Changed) => changed,
        };
        in_state && self.needle.as_ref().is_none_or(|needle| needle.is_in(text))
    }
}

#[cfg(test)]
mod tests {
    use super::Needle;

    #[test]
    fn texts_are_smart_about_case_and_patterns_are_patterns() {
        let holds = |typed: &str, text: &str| Needle::of(typed).is_in(text);
        assert!(holds("cost", "acme.CostGuard") && holds("Cost", "acme.CostGuard"));
        assert!(!holds("COST", "acme.CostGuard"));
        assert!(holds("'ostG", "acme.CostGuard") && !holds("'cost", "acme.CostGuard"));
        assert!(holds("re:^acme\\.c.*d$", "acme.CostGuard") && !holds("re:^cost", "acme.CostGuard"));
        // While it is typed, a pattern may be none.
        assert!(!holds("re:(", "acme.("));
        assert!(holds("", "anything"));
    }
}
