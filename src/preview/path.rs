//! Paths as Python writes them: `pathlib.Path`, `os.path.abspath`.
//!
//! `os.path.expanduser` is `config::locate`'s, as both files need it too.
//! On bytes, as Linux has them; nothing is looked up on disk.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// `str(pathlib.Path(path))`: empty and `.` parts and a last slash dropped, `..` kept.
#[must_use]
pub(super) fn pathlib(path: &OsStr) -> PathBuf {
    let bytes = path.as_bytes();
    let root = root(bytes);
    let parts: Vec<&[u8]> = bytes.split(|&b| b == b'/').filter(|part| !matches!(*part, b"" | b".")).collect();
    let mut out = root.to_vec();
    out.extend_from_slice(&parts.join(&b'/'));
    if out.is_empty() {
        out.push(b'.');
    }
    PathBuf::from(OsString::from_vec(out))
}

/// `os.path.abspath(path)` in `directory`: `..` taken away with the part before
/// it, whatever links lie there.
#[must_use]
pub(super) fn abspath(path: &OsStr, directory: &Path) -> PathBuf {
    let joined = if path.as_bytes().starts_with(b"/") { PathBuf::from(path) } else { directory.join(path) };
    let bytes = joined.as_os_str().as_bytes();
    if bytes.strip_prefix(b"/").is_some_and(|path| path.split(|&b| b == b'/').all(stays)) {
        return joined;
    }
    let root = root(bytes);
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in bytes.split(|&b| b == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let mut out = root.to_vec();
    out.extend_from_slice(&parts.join(&b'/'));
    PathBuf::from(OsString::from_vec(out))
}

/// Tells whether a part of an absolute path is kept, and all before it with it.
fn stays(part: &[u8]) -> bool {
    !matches!(part, b"" | b"." | b"..")
}

/// Returns the slashes that a path keeps at its start: two where there are
/// exactly two (POSIX leaves their meaning open), else one.
fn root(bytes: &[u8]) -> &'static [u8] {
    let slashes = bytes.iter().take_while(|&&b| b == b'/').count();
    match slashes {
        0 => b"",
        2 => b"//",
        _ => b"/",
    }
}

/// Tells whether `os.path.expanduser(path)` raises `ValueError: embedded null byte`:
/// it looks up a user whose name holds one.
#[must_use]
pub(super) fn names_impossible_user(path: &OsStr) -> bool {
    let bytes = path.as_bytes();
    let name = bytes.split(|&b| b == b'/').next().unwrap_or_default();
    name.starts_with(b"~") && name.contains(&0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares spelling too, which `Path` itself does not.
    fn text(path: &Path) -> &str {
        path.to_str().expect("UTF-8")
    }

    #[test]
    fn paths_are_written_as_pathlib_writes_them() {
        for (given, written) in [
            ("wheels", "wheels"),
            ("./wheels/", "wheels"),
            ("a//b/./c/..", "a/b/c/.."),
            (".", "."),
            ("./", "."),
            ("/", "/"),
            ("//", "//"),
            ("//srv/x", "//srv/x"),
            ("///srv/x/", "/srv/x"),
            ("./~/x", "~/x"),
            (" ", " "),
            ("s3://bucket", "s3:/bucket"),
        ] {
            assert_eq!(text(&pathlib(OsStr::new(given))), written, "{given:?}");
        }
    }

    #[test]
    fn absolute_paths_lose_their_dots() {
        for (given, written) in
            [("a/../b", "/srv/b"), ("../../..", "/"), ("/a/./b/", "/a/b"), ("//a/..", "//"), ("", "/srv")]
        {
            assert_eq!(text(&abspath(OsStr::new(given), Path::new("/srv"))), written, "{given:?}");
        }
    }

    #[test]
    fn a_user_has_no_nul_in_the_name() {
        for (path, impossible) in [("~a\0/x", true), ("~\0", true), ("~a/\0", false), ("a\0", false), ("", false)] {
            assert_eq!(names_impossible_user(OsStr::new(path)), impossible, "{path:?}");
        }
    }
}
