//! What a source mentions, by its text alone: enough to leave most files unparsed.

use std::collections::BTreeSet;

/// The most imported names that are kept of one file.
const MAX_IMPORTS: usize = 300;

/// What one source file mentions.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// Whether it speaks of `SkyPilot`'s plugins.
    pub(super) plugins: bool,
    /// The first names of the modules that it imports; `.` for a relative import.
    pub(super) imports: BTreeSet<Box<str>>,
}

impl Mentions {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let sky = text.contains("sky");
        let mut found = Self {
            plugins: sky && (text.contains("BasePlugin") || text.contains("sky.server")),
            imports: BTreeSet::new(),
        };
        for line in text.lines() {
            for part in statements(line) {
                found.imports_of(part.trim_start());
            }
        }
        found
    }

    fn imports_of(&mut self, statement: &str) {
        if let Some(rest) = statement.strip_prefix("from ") {
            self.add(rest);
        } else if let Some(rest) = statement.strip_prefix("import ") {
            rest.split(',').for_each(|one| self.add(one));
        }
    }

    fn add(&mut self, module: &str) {
        let module = module.trim_start();
        let end = module.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(module.len());
        let name = if module.starts_with('.') { "." } else { &module[..end] };
        if !name.is_empty() && self.imports.len() < MAX_IMPORTS {
            self.imports.insert(name.into());
        }
    }

    /// Tells whether a name of one of these packages can be bound in it.
    pub(super) fn touches(&self, packages: &BTreeSet<String>) -> bool {
        self.plugins || self.imports.iter().any(|name| &**name == "." || packages.contains(&**name))
    }
}

/// Splits a line where another statement may start: `try: import x; import y`.
fn statements(line: &str) -> impl Iterator<Item = &str> {
    let several = line.contains("import ") && line.contains([';', ':']);
    let parts = if several { line.split([';', ':']).collect() } else { vec![line] };
    parts.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_found_by_text() {
        let found = Mentions::of(b"import a.b, c\nfrom d.e import f\n  from . import g\nif x: import h; import i\n");
        let names: Vec<&str> = found.imports.iter().map(AsRef::as_ref).collect();
        assert_eq!(names, [".", "a", "c", "d", "h", "i"]);
        assert!(!found.plugins);
        assert!(Mentions::of(b"from sky.server import plugins").plugins);
        assert!(!Mentions::of(b"from mkdocs.plugins import BasePlugin").plugins);
    }
}
