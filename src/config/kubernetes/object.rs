//! The manifests: texts as block scalars where they can be, all else so that it comes back byte by byte.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::wheels::{self, Packed};
use super::{Kind, WheelFile, Wishes, quoted, scalar};
use crate::config::Role;
use crate::text::visible::is_invisible;
use crate::yaml::write;

/// Columns from a key to its text.
const STEP: usize = 2;

/// Returns the manifest of the lists.
pub(super) fn lists(wishes: &Wishes, lists: &[(Role, &[u8])]) -> String {
    let mut out = head(wishes, wishes.kind, &wishes.name);
    let (texts, binary) = match wishes.kind {
        Kind::ConfigMap => ("data", "binaryData"),
        Kind::Secret => ("stringData", "data"),
    };
    if wishes.kind == Kind::Secret {
        out.push_str("type: Opaque\n");
    }
    let (readable, odd): (Vec<_>, Vec<_>) = lists
        .iter()
        .map(|(role, bytes)| (role, bytes, std::str::from_utf8(bytes)))
        .partition(|(.., text)| text.is_ok());
    if !readable.is_empty() {
        let _ = writeln!(out, "{texts}:");
    }
    for (role, _, text) in readable {
        let _ = writeln!(out, "  {}: {}", role.file_name(), text_scalar(text.unwrap_or_default()));
    }
    if !odd.is_empty() {
        let _ = writeln!(out, "{binary}:");
    }
    for (role, bytes, _) in odd {
        let _ = writeln!(out, "  {}: {}", role.file_name(), encoded(bytes));
    }
    out
}

/// Returns the manifest of the wheels.
pub(super) fn wheels(wishes: &Wishes, packed: &[Packed], files: &[WheelFile]) -> String {
    let mut out = head(wishes, Kind::ConfigMap, &format!("{}{}", wishes.name, wheels::SUFFIX));
    out.push_str("binaryData:\n");
    for (wheel, file) in packed.iter().zip(files) {
        let _ = writeln!(out, "  {}: {}", scalar(&wheel.key), encoded(&file.bytes));
    }
    out
}

fn head(wishes: &Wishes, kind: Kind, name: &str) -> String {
    let mut out = format!("apiVersion: v1\nkind: {kind}\nmetadata:\n  name: {}\n", scalar(name));
    if let Some(namespace) = &wishes.namespace {
        let _ = writeln!(out, "  namespace: {}", scalar(namespace));
    }
    out
}

/// Returns a text as a scalar below a key that is indented by [`STEP`].
fn text_scalar(text: &str) -> String {
    let hides = text.chars().any(|c| is_invisible(c) && !matches!(c, '\n' | '\t'));
    let Some(lines) = write::literal(text, STEP).filter(|_| !hides) else { return quoted(text) };
    lines.into_iter().enumerate().map(|(i, line)| if i == 0 { line } else { format!("\n{}", deeper(&line)) }).collect()
}

fn deeper(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("{:STEP$}{line}", "") }
}

/// Empty bytes are an empty string, not nothing.
fn encoded(bytes: &[u8]) -> String {
    if bytes.is_empty() { "''".to_owned() } else { STANDARD.encode(bytes) }
}
