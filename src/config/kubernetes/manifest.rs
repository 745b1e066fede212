//! A manifest with the lists in it: each is the text of one scalar, and an edit changes the bytes of that scalar alone.
//!
//! A stream may hold more documents; the keys `plugins.yaml` and
//! `remote_plugins.yaml` are looked for in the `data` of each `ConfigMap` and the
//! `stringData` of each Secret. A literal block stays one, with its indentation,
//! its header and the source of all lines that are not changed; a quoted or plain
//! scalar becomes a block where its new text can be one. What comes out is read
//! again and must be what was meant.

mod block;

use super::Role;
use crate::text::{Span, Splice, end_of_line, next_line, splice};
use crate::yaml::event::{EventKind, Events, Properties};
use crate::yaml::{ScalarStyle, YamlError, write};

/// The keys of the lists, the API server's first: the names of their files.
const KEYS: [&str; 2] = [Role::Api.file_name(), Role::Remote.file_name()];
/// Columns from a key to a text that is new below it.
const STEP: usize = 2;

/// Why a manifest cannot be read or edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It does not parse.
    #[error("it is no YAML: {0}")]
    Yaml(Box<YamlError>),
    /// No list is in it.
    #[error(
        "it holds no ConfigMap with the key plugins.yaml or remote_plugins.yaml in `data`, nor a Secret with it in \
         `stringData`"
    )]
    NoLists,
    /// A list is in it more than once.
    #[error("{key} is there twice, at lines {} and {}: which one is meant is not known", .lines[0], .lines[1])]
    Twice {
        /// The key.
        key: &'static str,
        /// The lines of both, from 1.
        lines: [usize; 2],
    },
    /// A list is in it in base64.
    #[error(
        "{key} at line {line} is in base64: only text in `data` of a ConfigMap or `stringData` of a Secret is edited"
    )]
    Encoded {
        /// The key.
        key: &'static str,
        /// Its line, from 1.
        line: usize,
    },
    /// A list is no plain text.
    #[error("{key} at line {line} is no text of its own: an alias, an anchor, a tag or a collection is not edited")]
    NotText {
        /// The key.
        key: &'static str,
        /// Its line, from 1.
        line: usize,
    },
    /// A text cannot be put into it.
    #[error("the new text of {key} cannot stand in this manifest: {why}")]
    Unwritable {
        /// The key.
        key: &'static str,
        /// Why not.
        why: &'static str,
    },
}

/// One list in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    /// The bytes of the scalar.
    span: Span,
    style: ScalarStyle,
    /// The column of its key.
    column: usize,
    /// Whether the mapping around it is in braces.
    flow: bool,
    value: String,
}

/// A manifest and where the lists are in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest<'t> {
    text: &'t str,
    parts: [Option<Part>; 2],
}

impl<'t> Manifest<'t> {
    /// Finds the lists of a manifest.
    ///
    /// # Errors
    ///
    /// Returns why there are none that can be edited.
    pub fn parse(text: &'t str) -> Result<Self, ManifestError> {
        let mut reader = Reader { text, ..Reader::default() };
        let mut events = Events::new(text);
        loop {
            let event = events.next_event().map_err(|error| ManifestError::Yaml(Box::new(error)))?;
            let (span, column) = (event.span, event.start.column);
            match event.kind {
                EventKind::StreamEnd => break,
                EventKind::StreamStart => {}
                EventKind::DocumentStart => reader.begin(),
                EventKind::DocumentEnd => reader.end()?,
                EventKind::Scalar { value, style, properties, plain_implicit } => {
                    // `null` and numbers are no text to Kubernetes.
                    let is_text = style != ScalarStyle::Plain || (plain_implicit && is_string(value));
                    let is_text = is_text && is_bare(properties);
                    reader.scalar(value, is_text.then_some(style), span, column);
                }
                EventKind::Alias(_) => reader.scalar("", None, span, column),
                EventKind::SequenceStart { .. } => reader.open(false, false, span, column),
                EventKind::MappingStart { flow, .. } => reader.open(true, flow, span, column),
                EventKind::CollectionEnd => reader.close(),
            }
        }
        if reader.parts.iter().all(Option::is_none) {
            return Err(ManifestError::NoLists);
        }
        Ok(Self { text, parts: reader.parts })
    }

    /// Returns the text of a list, none where the manifest has no key for it.
    #[must_use]
    pub fn list(&self, role: Role) -> Option<&str> {
        self.part(role).map(|part| part.value.as_str())
    }

    const fn part(&self, role: Role) -> Option<&Part> {
        self.parts[index(role)].as_ref()
    }

    /// Returns the manifest with another text of a list.
    ///
    /// # Errors
    ///
    /// Returns [`ManifestError::Unwritable`] where no scalar of this place can hold it.
    pub fn with(&self, role: Role, text: &str) -> Result<String, ManifestError> {
        let unwritable = |why| ManifestError::Unwritable { key: KEYS[index(role)], why };
        if self.list(role) == Some(text) {
            return Ok(self.text.to_owned());
        }
        let splices = match (self.part(role), self.part(role.other())) {
            (Some(part), _) => self.replaced(part, text),
            (None, Some(sibling)) if !sibling.flow => Some(self.added(sibling, role, text)),
            _ => None,
        };
        let splices = splices.ok_or_else(|| unwritable("no block can hold it, nor quotes where it stands"))?;
        let new = splice(self.text, &splices).map_err(|_| unwritable("its place was not found"))?;
        let again = Manifest::parse(&new);
        let holds = again
            .is_ok_and(|again| again.list(role) == Some(text) && again.list(role.other()) == self.list(role.other()));
        if holds { Ok(new) } else { Err(unwritable("it holds characters that a block of YAML reads as others")) }
    }

    fn replaced(&self, part: &Part, text: &str) -> Option<Vec<Splice>> {
        let source = part.span.of(self.text);
        match part.style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                // Readers of YAML differ on a byte order mark inside a text.
                if text.contains('\u{feff}') && !part.value.contains('\u{feff}') {
                    return None;
                }
                let keeps = part.style == ScalarStyle::Literal;
                let new = block::rewritten(source, part.column, keeps.then_some(part.value.as_str()), text)?;
                Some(vec![Splice::new(part.span, new)])
            }
            _ => {
                let Some(lines) = write::literal(text, STEP).filter(|_| !part.flow) else {
                    return Some(vec![Splice::new(part.span, write::double_quoted(text))]);
                };
                // What stands behind the scalar stays on the line of the header.
                let eol = self.eol(part.span.end);
                let end = end_of_line(self.text, part.span.end);
                let after = next_line(self.text, end);
                let start = if after == end { eol } else { "" };
                let body = block::body(&lines[1..], part.column, eol);
                Some(vec![
                    Splice::new(part.span, lines[0].clone()),
                    Splice::new(Span::empty(after), format!("{start}{body}")),
                ])
            }
        }
    }

    /// Puts a list behind the other one.
    fn added(&self, sibling: &Part, role: Role, text: &str) -> Vec<Splice> {
        let is_block = matches!(sibling.style, ScalarStyle::Literal | ScalarStyle::Folded);
        let eol = self.eol(sibling.span.start);
        let at =
            if is_block { sibling.span.end } else { next_line(self.text, end_of_line(self.text, sibling.span.end)) };
        let start = if self.text[..at].ends_with(['\n', '\r']) { "" } else { eol };
        let key = format!("{:1$}{2}:", "", sibling.column, KEYS[index(role)]);
        let new = match write::literal(text, STEP) {
            Some(lines) => format!("{start}{key} {}{eol}{}", lines[0], block::body(&lines[1..], sibling.column, eol)),
            None => format!("{start}{key} {}{eol}", write::double_quoted(text)),
        };
        vec![Splice::new(Span::empty(at), new)]
    }

    /// Returns the line end that is used at a place.
    fn eol(&self, at: usize) -> &'static str {
        let end = end_of_line(self.text, at);
        if self.text[end..].starts_with("\r\n") { "\r\n" } else { "\n" }
    }
}

const fn index(role: Role) -> usize {
    match role {
        Role::Api => 0,
        Role::Remote => 1,
    }
}

fn is_string(plain: &str) -> bool {
    crate::yaml::scalar::resolve(plain) == crate::yaml::scalar::ScalarType::Str
}

fn is_bare(properties: Properties<'_>) -> bool {
    properties.anchor.is_none() && properties.tag.is_none()
}

/// A collection that is being read.
#[derive(Debug, Default)]
struct Level {
    is_map: bool,
    flow: bool,
    /// Whether it is itself a key.
    as_key: bool,
    /// The key whose value comes next, with its column.
    key: Option<(String, usize)>,
}

/// What was found of a key of a list.
#[derive(Debug)]
struct Candidate {
    role: usize,
    /// `data`, `stringData` or `binaryData`.
    below: String,
    line: usize,
    /// None where it is no text.
    part: Option<Part>,
}

#[derive(Debug, Default)]
struct Reader<'t> {
    text: &'t str,
    levels: Vec<Level>,
    kind: String,
    candidates: Vec<Candidate>,
    parts: [Option<Part>; 2],
}

impl Reader<'_> {
    fn begin(&mut self) {
        self.levels.clear();
        self.kind.clear();
        self.candidates.clear();
    }

    /// Takes the lists of a document that has ended.
    fn end(&mut self) -> Result<(), ManifestError> {
        let texts = match self.kind.as_str() {
            "ConfigMap" => "data",
            "Secret" => "stringData",
            _ => return Ok(()),
        };
        for found in std::mem::take(&mut self.candidates) {
            let (key, line) = (KEYS[found.role], found.line);
            if found.below != texts {
                // `stringData` is no part of a ConfigMap.
                if found.below != "stringData" {
                    return Err(ManifestError::Encoded { key, line });
                }
                continue;
            }
            let part = found.part.ok_or(ManifestError::NotText { key, line })?;
            if let Some(known) = &self.parts[found.role] {
                let lines = [line_of(self.text, known.span.start), line];
                return Err(ManifestError::Twice { key, lines });
            }
            self.parts[found.role] = Some(part);
        }
        Ok(())
    }

    /// Takes a scalar: a key, or the value of one; no style where it is no text.
    fn scalar(&mut self, value: &str, style: Option<ScalarStyle>, span: Span, column: usize) {
        if let Some(level) = self.levels.last_mut()
            && level.is_map
            && level.key.is_none()
        {
            level.key = Some((value.to_owned(), column));
            return;
        }
        if let [Level { is_map: true, key: Some((key, _)), .. }] = self.levels.as_slice()
            && key == "kind"
        {
            value.clone_into(&mut self.kind);
        }
        self.value(style.map(|style| (style, value)), span);
        self.done();
    }

    /// Takes note of the value of a key of a list.
    fn value(&mut self, text: Option<(ScalarStyle, &str)>, span: Span) {
        let [
            Level { is_map: true, key: Some((below, _)), .. },
            Level { is_map: true, flow, key: Some((key, column)), .. },
        ] = self.levels.as_slice()
        else {
            return;
        };
        let Some(role) = KEYS.iter().position(|one| one == key) else { return };
        if !matches!(below.as_str(), "data" | "stringData" | "binaryData") {
            return;
        }
        let part =
            text.map(|(style, value)| Part { span, style, column: *column, flow: *flow, value: value.to_owned() });
        let line = line_of(self.text, span.start);
        self.candidates.push(Candidate { role, below: below.clone(), line, part });
    }

    fn open(&mut self, is_map: bool, flow: bool, span: Span, column: usize) {
        let as_key = self.levels.last().is_some_and(|level| level.is_map && level.key.is_none());
        if as_key {
            // No key of ours.
            if let Some(level) = self.levels.last_mut() {
                level.key = Some((String::new(), column));
            }
        } else {
            self.value(None, span);
        }
        self.levels.push(Level { is_map, flow, as_key, key: None });
    }

    fn close(&mut self) {
        if self.levels.pop().is_some_and(|level| !level.as_key) {
            self.done();
        }
    }

    /// The value of a key is whole.
    fn done(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.key = None;
        }
    }
}

fn line_of(text: &str, at: usize) -> usize {
    crate::text::LineIndex::new(text).position(text, at).line
}

#[cfg(test)]
mod tests;
