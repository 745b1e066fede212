//! The text of a problem as `annotate-snippets` lays it out, for the plain case.
//!
//! A long list may have hundreds of problems, and the library takes longer for
//! each than all the rest of `check` for an entry. Nearly all of them are one short
//! line of ASCII, and are told without colour; any other is left to the library.
//! A test holds both against each other.

use crate::check::{Diagnostic, Severity};
use crate::text::Span;

/// The longest line that is surely shown whole, in bytes.
const LONGEST: usize = 100;

/// Returns the text of a problem, none where the library has to lay it out.
///
/// `words` are its title, its effect and its hint (empty where there is none),
/// `line` the number of its line, what is shown of it, and the bytes to point at.
pub(super) fn render(
    one: &Diagnostic,
    words: &[String; 3],
    origin: &str,
    (number, text, span): &(usize, String, Span),
) -> Option<String> {
    let is_plain = |text: &str| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if text.len() > LONGEST || span.is_empty() || span.end > text.len() || text.ends_with(' ') {
        return None;
    }
    if !words.iter().map(String::as_str).chain([origin, text.as_str()]).all(is_plain) {
        return None;
    }
    let [title, effect, hint] = words;
    let level = match one.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let number = number.to_string();
    let (gutter, column) = (" ".repeat(number.len()), span.start + 1);
    let (indent, marks) = (" ".repeat(span.start), "^".repeat(span.len()));
    let help = if hint.is_empty() { String::new() } else { format!("{gutter} = help: {hint}\n") };
    Some(format!(
        "{level}[{code}]: {title}\n\
         {gutter}--> {origin}:{number}:{column}\n\
         {gutter} |\n\
         {number} | {text}\n\
         {gutter} | {indent}{marks}\n\
         {gutter} |\n\
         {gutter} = note: {effect}\n{help}",
        code = one.code.name(),
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Sources, library_text};
    use crate::check::{self, Facts};
    use crate::config::{ConfigFile, Content, Environment, Location, PathSource, Workspace};
    use crate::yaml::Document;

    #[test]
    fn both_lay_problems_out_alike() {
        let mut text = "plugins:\n".to_owned();
        for place in 0..120 {
            text.push_str(&format!("- class: acme.Plugin{place}  # one\n  parameters: {{a: yes, on: 2, \"b\": }}\n"));
            text.push_str("- class: NoDot\n- parameters: {}\n- class: acme.\u{e9}t\u{e9}\n  clas: x\n");
        }
        let file = |text: &str, path: &str| ConfigFile {
            location: Location { path: Some(path.into()), source: PathSource::Flag },
            content: Content::Text(Arc::new(Document::parse(text))),
        };
        let workspace = Workspace::new(file(&text, "/srv/plugins.yaml"), file("plugins: yes\n", "remote.yaml"));
        let facts = Facts::unseen(Environment::default(), "/srv".into());
        let report = check::check(&workspace, &facts);
        let sources = Sources::new(&workspace, false);
        let mut plain = 0;
        for one in &report.diagnostics {
            let told = super::super::diagnostic_text(&sources, one, false);
            assert_eq!(told, library_text(&sources, one, false));
            plain += usize::from(told.is_ascii());
        }
        assert!(plain > 100, "{plain}");
    }
}
