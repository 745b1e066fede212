//! Makes text of a source file as Python does: PEP 263 and a byte order mark.

use super::SourceError;

/// Decodes a source file.
///
/// # Errors
///
/// Returns the encoding that the bytes are not in, or where a NUL stands.
pub(super) fn decode(bytes: &[u8]) -> Result<String, SourceError> {
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(SourceError::Nul(at));
    }
    let (marked, rest) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    let named = encoding(rest).map(|name| normal(&name));
    match named.as_deref() {
        None | Some("utf-8" | "utf8" | "utf-8-sig") => utf8(rest),
        Some(other) if marked => Err(SourceError::Encoding(other.to_owned())),
        Some("ascii" | "us-ascii") if rest.is_ascii() => utf8(rest),
        Some("latin-1" | "iso-8859-1" | "iso8859-1" | "latin1" | "l1") => {
            Ok(rest.iter().map(|&byte| char::from(byte)).collect())
        }
        Some(other) => Err(SourceError::Encoding(other.to_owned())),
    }
}

fn utf8(bytes: &[u8]) -> Result<String, SourceError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| SourceError::Encoding("utf-8".to_owned()))
}

/// Names encodings in one way, as Python's tokenizer does.
fn normal(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Finds `coding: NAME` or `coding=NAME` in a comment of the first two lines;
/// the second counts only where the first is blank or a comment (PEP 263).
fn encoding(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|&byte| byte == b'\n').take(2) {
        let line = line.trim_ascii();
        if !line.is_empty() && line[0] != b'#' {
            return None;
        }
        let text = String::from_utf8_lossy(line);
        let found = text.match_indices("coding").find_map(|(at, word)| {
            let rest = text[at + word.len()..].strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c))).unwrap_or(rest.len());
            (end > 0).then(|| rest[..end].to_owned())
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_line_is_heeded() {
        assert_eq!(decode(b"x = 1\n").as_deref(), Ok("x = 1\n"));
        assert_eq!(decode(b"\xef\xbb\xbfx\n").as_deref(), Ok("x\n"));
        assert_eq!(
            decode(b"#!/bin/sh\n# -*- coding: latin-1 -*-\nx = '\xe9'\n").as_deref().ok().map(str::len),
            Some(45)
        );
        assert!(decode(b"import x\n# coding: latin-1\n\xe9").is_err());
        assert_eq!(decode(b"# vim: set fileencoding=cp1252 :\n"), Err(SourceError::Encoding("cp1252".to_owned())));
        assert_eq!(decode(b"x = '\xe9'"), Err(SourceError::Encoding("utf-8".to_owned())));
        assert_eq!(decode(b"x\0"), Err(SourceError::Nul(1)));
    }
}
