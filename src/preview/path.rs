//! Paths as Python writes them: `pathlib.Path`, `os.path.expanduser`, `os.path.abspath`.
//!
//! On bytes, as Linux has them; nothing is looked up on disk.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use crate::config::Environment;

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

/// Python refuses a NUL in the name of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EmbeddedNul;

/// `os.path.expanduser(path)`: `~` and `~user` at the start, an unknown user left as it is.
///
/// # Errors
///
/// Returns [`EmbeddedNul`] where Python raises `ValueError: embedded null byte`.
pub(super) fn expand_user(path: &OsStr, environment: &Environment) -> Result<OsString, EmbeddedNul> {
    let bytes = path.as_bytes();
    if !bytes.starts_with(b"~") {
        return Ok(path.to_owned());
    }
    let end = bytes.iter().position(|&b| b == b'/').unwrap_or(bytes.len());
    let (name, rest) = (&bytes[1..end], &bytes[end..]);
    let home = if name.is_empty() {
        let variable = environment.variables.get(OsStr::new("HOME")).cloned();
        variable.or_else(|| environment.own_home.clone().map(PathBuf::into_os_string))
    } else if name.contains(&0) {
        return Err(EmbeddedNul);
    } else {
        let known = environment.homes.iter().find(|(user, _)| user.as_bytes() == name);
        known.map(|(_, home)| home.clone().into_os_string())
    };
    let Some(home) = home else { return Ok(path.to_owned()) };
    let mut out = home.into_vec();
    while out.last() == Some(&b'/') {
        out.pop();
    }
    out.extend_from_slice(rest);
    if out.is_empty() {
        out.push(b'/');
    }
    Ok(OsString::from_vec(out))
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
    fn a_tilde_stands_for_a_home() {
        let environment = Environment {
            variables: [("HOME".into(), "/home/ada/".into())].into(),
            homes: vec![("bob".into(), "/home/bob".into())],
            own_home: Some("/root".into()),
            ..Environment::default()
        };
        let expand = |path: &str| expand_user(OsStr::new(path), &environment).map(|p| p.into_string().expect("UTF-8"));
        for (given, wanted) in [
            ("~", "/home/ada"),
            ("~/x", "/home/ada/x"),
            ("~bob/x", "/home/bob/x"),
            ("~nobody/x", "~nobody/x"),
            ("a/~", "a/~"),
            ("$HOME", "$HOME"),
        ] {
            assert_eq!(expand(given), Ok(wanted.into()), "{given}");
        }
        assert_eq!(expand("~a\0"), Err(EmbeddedNul));
        let bare = Environment { own_home: Some("/".into()), ..Environment::default() };
        assert_eq!(expand_user(OsStr::new("~"), &bare), Ok("/".into()));
    }
}
