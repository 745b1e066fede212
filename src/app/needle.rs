//! What is looked for in filters and searches: a text, a text exactly, a pattern.
//!
//! A text is held against what is there without regard to case, unless it has a
//! capital letter itself; behind `'` case always counts; behind `re:` stands a
//! regular expression.

use regex_lite::{Regex, RegexBuilder};

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
