//! Which values are secrets, and how they are shown: eight stars, whatever their length.
//!
//! A value is a secret by the name it goes by (`token`, `secret`, `password`,
//! `passwd`, `dsn`, `credential`, or a name that ends in `key`), or by its shape
//! (PEM block, JSON Web Token, user information in a URL). A person may add names
//! and except some ([`NameRules`]); shapes are no matter of choice.

use std::sync::OnceLock;

use super::disabled;
use crate::text::{self, Span, Splice};
use crate::yaml::{Document, Kind, NodeId, ScalarStyle};

/// What stands in place of a secret.
pub const MASK: &str = "********";

const NAMES: [&str; 6] = ["token", "secret", "password", "passwd", "dsn", "credential"];

/// The rules of this process, set once before any file is read.
static RULES: OnceLock<NameRules> = OnceLock::new();

/// Which names count as secrets beside, or in spite of, the usual ones.
///
/// A pattern is a whole name in any case; `*` stands for any characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameRules {
    /// Names that count.
    pub also: Vec<String>,
    /// Names that do not, whatever else says they do.
    pub never: Vec<String>,
}

impl NameRules {
    /// Has them hold in this process from now on; the first call counts.
    ///
    /// They are asked wherever a value is shown, far from anything that could
    /// carry them there, and are the same from start to end: as a locale is.
    pub fn hold(self) {
        let _ = RULES.set(self);
    }

    /// Tells whether a parameter of this name holds a secret.
    #[must_use]
    pub fn is_secret_name(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let any = |patterns: &[String]| patterns.iter().any(|pattern| matches(&pattern.to_lowercase(), &name));
        !any(&self.never) && (any(&self.also) || is_usual_name(&name))
    }
}

/// Tells whether a name fits a pattern in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == name };
    let Some(rest) = name.strip_prefix(head) else { return false };
    // All places where the star may end: names are short.
    rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| matches(tail, &rest[at..]))
}

/// Tells whether a parameter of this name holds a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    match RULES.get() {
        Some(rules) => rules.is_secret_name(name),
        None => is_usual_name(&name.to_lowercase()),
    }
}

fn is_usual_name(name: &str) -> bool {
    NAMES.iter().any(|word| name.contains(word)) || name.ends_with("key") || name.ends_with("keys")
}

/// Tells whether a string looks like a secret, whatever its name.
#[must_use]
pub fn is_secret_text(text: &str) -> bool {
    may_be_secret(text) && (text.contains(BEGIN) || is_web_token(text) || has_user_information(text))
}

/// Tells whether a text holds one of the three signs of a secret, which nearly no text does.
fn may_be_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    let has = |sign: &str| memchr::memmem::find(bytes, sign.as_bytes()).is_some();
    memchr::memchr(b'@', bytes).is_some() || has(BEGIN) || has(TOKEN)
}

/// What a PEM block starts with.
const BEGIN: &str = "-----BEGIN ";
/// What the first run of a JSON Web Token starts with: `{"` in base64url.
const TOKEN: &str = "eyJ";
/// What stands between the scheme of a URL and what may be user information.
const BEHIND_SCHEME: &str = "://";

/// Tells whether the value `text` under `names`, from the outermost on, is a secret.
#[must_use]
pub fn is_secret<'a>(names: impl IntoIterator<Item = &'a str>, text: &str) -> bool {
    !text.is_empty() && (names.into_iter().any(is_secret_name) || is_secret_text(text))
}

/// Returns the bytes of all secrets of a document, in order.
#[must_use]
pub fn spans(document: &Document) -> Vec<Span> {
    let Ok(tree) = document.tree() else { return Vec::new() };
    // Of what is written as it reads, if with indentation, the whole text tells whether any of it may be one by its shape.
    let has_sign = may_be_secret(document.text());
    let is_literal = |node| tree.kind(node) == Kind::Scalar(ScalarStyle::Literal);
    let by_shape = |node, value| (has_sign || !(tree.is_verbatim(node) || is_literal(node))) && is_secret_text(value);
    // What lies below a secret name is secret: parents end behind their children.
    let mut nodes = vec![Place::Open; tree.len()];
    let mut names = Names::new();
    let mut found = Vec::new();
    for node in tree.ids().rev() {
        let place = nodes[node.index()];
        if tree.is_mapping(node) {
            for (key, value) in tree.pairs(node) {
                let name = document.key_token(key);
                let secret = place.is_secret() || names.is_secret(name);
                nodes[key.index()] = if place.is_secret() { Place::SecretKey } else { Place::Key };
                nodes[value.index()] = if secret { Place::Secret } else { Place::Open };
            }
        } else if place.is_secret() {
            for item in tree.children(node) {
                nodes[item.index()] = Place::Secret;
            }
        }
        if !matches!(tree.kind(node), Kind::Scalar(_)) || matches!(place, Place::Key | Place::SecretKey) {
            continue;
        }
        let value = document.scalar(node);
        if !value.is_empty() && (place.is_secret() || by_shape(node, value)) {
            found.push(tree.body(node));
        }
    }
    found.sort_unstable();
    found
}

/// Names seen lately: they are the same in most entries.
struct Names<'d> {
    /// One for each value of the hash, with whether it is secret.
    seen: [Option<(&'d str, bool)>; NAMES_KEPT],
}

/// How many names are kept.
const NAMES_KEPT: usize = 64;

impl<'d> Names<'d> {
    const fn new() -> Self {
        Self { seen: [None; NAMES_KEPT] }
    }

    fn is_secret(&mut self, name: &'d str) -> bool {
        let place = &mut self.seen[text::cheap_hash(name.as_bytes()) % NAMES_KEPT];
        match place {
            Some((known, is_secret)) if *known == name => *is_secret,
            _ => place.insert((name, is_secret_name(name))).1,
        }
    }
}

/// What a node is to its secrets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A value or an item.
    Open,
    /// A value or an item below a secret name.
    Secret,
    /// A key.
    Key,
    /// A key below a secret name.
    SecretKey,
}

impl Place {
    const fn is_secret(self) -> bool {
        matches!(self, Self::Secret | Self::SecretKey)
    }
}

/// Returns the bytes of all secrets of a text, in order: those of entries that are commented out
/// too, and, where the text is no YAML, what its lines tell. They are found once.
#[must_use]
pub fn all_spans(document: &Document) -> &[Span] {
    document.secrets(|document| {
        if document.tree().is_err() {
            return spans_by_line(document.text());
        }
        let mut found = spans(document);
        found.extend(disabled::secrets(document));
        found.sort_unstable();
        found
    })
}

/// Tells whether the value at a node is a secret, by its name, those above it, or its shape.
#[must_use]
pub fn is_secret_node(document: &Document, node: NodeId) -> bool {
    let Ok(tree) = document.tree() else { return false };
    let mut at = Some(node);
    while let Some(here) = at {
        if key_of(document, here).is_some_and(is_secret_name) {
            return !document.source(node).is_empty();
        }
        at = tree.parent(here);
    }
    matches!(tree.kind(node), Kind::Scalar(_)) && is_secret_text(document.scalar(node))
}

/// Returns the text of a document with stars in place of secrets, line by line.
#[must_use]
pub fn masked(document: &Document) -> String {
    let source = document.text();
    covered(source, all_spans(document))
}

/// Returns one line of any text with stars in place of its secrets.
#[must_use]
pub fn masked_line(line: &str) -> String {
    covered(line, &spans_by_line(line))
}

/// Returns what is written of a node with stars in place of the secrets in it.
#[must_use]
pub fn masked_source(document: &Document, node: NodeId) -> String {
    let whole = document.span(node);
    let inside = spans(document).into_iter().filter(|span| whole.start <= span.start && span.end <= whole.end);
    let inside: Vec<Span> = inside.map(|span| Span::new(span.start - whole.start, span.end - whole.start)).collect();
    covered(document.source(node), &inside)
}

/// Puts stars in place of parts of a text, line by line.
fn covered(source: &str, secrets: &[Span]) -> String {
    let mut splices: Vec<Splice> = Vec::new();
    for span in secrets {
        let mut at = span.start;
        while at < span.end {
            let end = text::end_of_line(source, at).min(span.end);
            let blanks = source[at..end].len() - source[at..end].trim_start().len();
            if at + blanks < end {
                splices.push(Splice::new(Span::new(at + blanks, end), MASK));
            }
            at = text::next_line(source, end);
        }
    }
    text::splice(source, &splices).unwrap_or_else(|_| MASK.to_owned())
}

/// The secrets of some documents, to be masked in what others say about them.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    /// Their texts, longer ones first.
    values: Vec<String>,
}

impl Mask {
    /// Finds the secrets, as they are written and as they are read.
    #[must_use]
    pub fn of<'d>(documents: impl IntoIterator<Item = &'d Document>) -> Self {
        let mut values = Vec::new();
        for document in documents {
            let commented = disabled::find(document);
            let commented: Vec<Document> = commented.iter().map(|one| Document::parse(one.lines.join("\n"))).collect();
            for one in std::iter::once(document).chain(&commented) {
                add_texts(one, &mut values);
            }
        }
        // A short one occurs in words that tell nothing of it.
        values.retain(|value| value.len() > 2);
        values.sort_unstable_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self { values }
    }

    /// Returns a text with stars in place of the secrets and of what looks like one.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for value in &self.values {
            if out.contains(value.as_str()) {
                out = out.replace(value.as_str(), MASK);
            }
        }
        let mask = |line: &str| if is_secret_text(line) { MASK.to_owned() } else { line.to_owned() };
        out.split('\n').map(mask).collect::<Vec<_>>().join("\n")
    }
}

/// Adds the secrets of one document, as they are written and as they are read.
fn add_texts(document: &Document, values: &mut Vec<String>) {
    let Ok(tree) = document.tree() else {
        for span in spans_by_line(document.text()) {
            let written = span.of(document.text());
            values.push(written.to_owned());
            values.push(written.trim_matches(['"', '\'']).to_owned());
        }
        return;
    };
    let secrets = spans(document);
    let is_secret = |node: &NodeId| secrets.binary_search(&tree.body(*node)).is_ok();
    for node in tree.ids().filter(|node| matches!(tree.kind(*node), Kind::Scalar(_))).filter(is_secret) {
        values.push(document.scalar(node).to_owned());
        values.push(document.source(node).to_owned());
    }
}

/// Finds what stands behind a secret name in its line, and lines that look like secrets: of a text that is no YAML.
fn spans_by_line(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let end = text::end_of_line(text, at);
        found.extend(spans_of_line(&text[at..end]).into_iter().map(|span| Span::new(at + span.start, at + span.end)));
        at = text::next_line(text, end);
    }
    found
}

fn spans_of_line(line: &str) -> Vec<Span> {
    // What stands before a name: marks of comments and of items, quotes.
    let beside = [' ', '\t', '#', '-', '?', '"', '\''];
    let named = line.find([':', '=']).filter(|&at| is_secret_name(line[..at].trim_matches(beside)));
    let from = match named {
        Some(at) => at + 1,
        None if is_secret_text(line) => 0,
        None if line.contains('{') => {
            // A map within one line may parse by itself.
            let body = line.trim_start_matches([' ', '\t', '#']);
            let start = line.len() - body.len();
            let known = spans(&Document::parse(body));
            return known.into_iter().map(|span| Span::new(start + span.start, start + span.end)).collect();
        }
        None => return Vec::new(),
    };
    let start = from + line[from..].len() - line[from..].trim_start().len();
    let end = line.trim_end().len();
    if start < end { vec![Span::new(start, end)] } else { Vec::new() }
}

/// Returns the key under which a mapping holds a value.
fn key_of(document: &Document, node: NodeId) -> Option<&str> {
    let tree = document.tree().ok()?;
    let parent = tree.parent(node).filter(|&parent| tree.is_mapping(parent))?;
    let children = tree.children(parent);
    // Values lie in the order of their places: found without a walk over all.
    let place = children.partition_point(|child| child.index() < node.index());
    (place % 2 == 1).then(|| document.key_token(children[place - 1]))
}

/// Three runs of base64url with dots between them, the first a JSON object (RFC 7519).
fn is_web_token(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).any(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3
            && parts[0].starts_with(TOKEN)
            && parts[1].len() >= 4
            && parts.iter().all(|part| {
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'='))
            })
    })
}

/// `scheme://user:password@host`
fn has_user_information(text: &str) -> bool {
    text.match_indices(BEHIND_SCHEME).any(|(at, _)| {
        let authority = text[at + BEHIND_SCHEME.len()..].split(['/', '?', '#', ' ']).next().unwrap_or("");
        authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_lines() {
        let text = "auth:\n  token: abc\n  pem: |\n    -----BEGIN X\n    abc\nsecrets: {a: [1, 'x']}\nn: 1\n";
        let want = "auth:\n  token: ********\n  pem: ********\n    ********\n    ********\nsecrets: {a: [********, ********]}\nn: 1\n";
        assert_eq!(masked(&Document::parse(text)), want);
    }

    #[test]
    fn a_text_that_does_not_parse_is_masked_by_its_lines() {
        assert_eq!(masked(&Document::parse("a: [\n- api_token: abc\n")), "a: [\n- api_token: ********\n");
    }

    #[test]
    fn a_line_is_masked_by_itself() {
        for (line, want) in [
            ("#   - api_token: abc # x", "#   - api_token: ********"),
            ("'signing_key' : abc", "'signing_key' : ********"),
            (
                "# - {class: a.B, parameters: {token: 'abc', n: 1}}",
                "# - {class: a.B, parameters: {token: ********, n: 1}}",
            ),
            ("\tx: postgres://u:p@h", "\t********"),
            ("api_token:", "api_token:"),
            ("# the token is elsewhere", "# the token is elsewhere"),
        ] {
            assert_eq!(masked_line(line), want);
        }
    }

    #[test]
    fn secrets_of_what_is_commented_out_or_does_not_parse_are_masked_in_messages() {
        for text in [
            "plugins:\n- class: a.B\n# - class: c.D\n#   parameters:\n#     api_token: 's3cr3t value'\n",
            "plugins:\n- class: a.B\n  parameters:\n    api_token: 's3cr3t value'\n- [\n",
        ] {
            let document = Document::parse(text);
            assert_eq!(Mask::of([&document]).apply("got s3cr3t value\n"), "got ********\n", "{text}");
            assert_eq!(all_spans(&document).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_person_adds_names_and_excepts_some() {
        let rules = NameRules {
            also: vec!["*_pin".to_owned(), "Acme*id".to_owned()],
            never: vec!["public_key".to_owned(), "*_pin_length".to_owned()],
        };
        for name in ["card_PIN", "acme_id", "acmeid", "api_token"] {
            assert!(rules.is_secret_name(name), "{name}");
        }
        for name in ["pin_card", "acme_idea", "public_key", "PUBLIC_KEY", "secret_pin_length", "x"] {
            assert!(!rules.is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn secrets_go_by_name_or_shape() {
        assert!(is_secret(["api_token"], "x"));
        assert!(is_secret(["auth", "SECRET_NAME"], "x"));
        assert!(is_secret(["signing_key"], "x"));
        assert!(is_secret(["url"], "postgres://u:p@h/db"));
        assert!(is_secret(["x"], "eyJhbGciOi.eyJzdWIiOi.c2ln"));
        assert!(!is_secret(["url"], "https://example.com/a@b:c"));
        assert!(!is_secret(["monkey_business"], "x"));
        assert!(!is_secret(["api_token"], ""));
    }
}
