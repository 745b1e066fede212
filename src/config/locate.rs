//! Where the two files are: flag, environment variable, default.
//!
//! Pure over an [`Environment`] value, which `io` fills from the process.
//! Paths expand as Python's `os.path.expanduser` does it; `$VAR` is not
//! expanded. An environment variable that is set replaces the default even
//! where it is empty (source: `sky/server/plugins.py`, 0.14.1).

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use super::Role;

/// What the program knows of the process that it runs in.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The environment variables.
    pub variables: BTreeMap<OsString, OsString>,
    /// User names and their home directories, from the system's user table.
    pub homes: Vec<(String, PathBuf)>,
    /// The home directory of this process's user in that table, for a missing `HOME`.
    pub own_home: Option<PathBuf>,
    /// The current directory.
    pub cwd: PathBuf,
}

/// Which rule gave a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathSource {
    /// A command-line flag.
    Flag,
    /// The environment variable.
    Env,
    /// `SkyPilot`'s default.
    Default,
}

/// Where one of the two files is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path as `SkyPilot` opens it, `~` expanded, perhaps relative to the
    /// server's directory; none where the variable is set to nothing.
    pub path: Option<PathBuf>,
    /// Which rule gave it.
    pub source: PathSource,
}

/// Returns the environment variable that names a file.
#[must_use]
pub const fn variable(role: Role) -> &'static str {
    match role {
        Role::Api => "SKYPILOT_SERVER_PLUGINS_CONFIG",
        Role::Remote => "SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG",
    }
}

/// Returns the path of `SkyPilot`'s default, `~` not yet expanded.
#[must_use]
pub const fn default_path(role: Role) -> &'static str {
    match role {
        Role::Api => "~/.sky/plugins.yaml",
        Role::Remote => "~/.sky/remote_plugins.yaml",
    }
}

/// Returns where a file is.
///
/// A flag stands for the variable, but that a relative path in it is one of
/// this process's directory, as on any command line.
#[must_use]
pub fn locate(role: Role, flag: Option<&Path>, environment: &Environment) -> Location {
    if let Some(flag) = flag {
        let path = expanded(flag.as_os_str(), environment).map(|path| environment.cwd.join(path));
        return Location { path, source: PathSource::Flag };
    }
    if let Some(set) = environment.variables.get(OsStr::new(variable(role))) {
        return Location { path: expanded(set, environment), source: PathSource::Env };
    }
    let path = expanded(OsStr::new(default_path(role)), environment);
    Location { path, source: PathSource::Default }
}

/// An empty path names nothing: Python's `os.path.exists('')` is false.
fn expanded(path: &OsStr, environment: &Environment) -> Option<PathBuf> {
    (!path.is_empty()).then(|| expand_user(path, environment))
}

/// Expands a leading `~` or `~user` as Python's `os.path.expanduser` does it.
///
/// `~` is `HOME`, even where that is empty, else this user's home in the system's
/// user table. A user that is not in that table leaves the path as it is, and
/// so does a name that is not UTF-8: no system in use has one.
#[must_use]
pub fn expand_user(path: impl AsRef<OsStr>, environment: &Environment) -> PathBuf {
    let path = path.as_ref();
    let Some(behind) = path.as_bytes().strip_prefix(b"~") else { return PathBuf::from(path) };
    let end = behind.iter().position(|&byte| byte == b'/').unwrap_or(behind.len());
    let (name, rest) = behind.split_at(end);
    let home = if name.is_empty() {
        let set = environment.variables.get(OsStr::new("HOME")).map(OsString::as_os_str);
        set.or_else(|| environment.own_home.as_deref().map(Path::as_os_str))
    } else {
        let user = environment.homes.iter().find(|(user, _)| user.as_bytes() == name);
        user.map(|(_, home)| home.as_os_str())
    };
    let Some(home) = home else { return PathBuf::from(path) };
    // Python's `rstrip('/')`: the root itself becomes nothing, and so does HOME=''.
    let kept = home.as_bytes().iter().rposition(|&byte| byte != b'/').map_or(0, |last| last + 1);
    let mut whole = home.as_bytes()[..kept].to_vec();
    whole.extend_from_slice(rest);
    if whole.is_empty() {
        whole.push(b'/');
    }
    PathBuf::from(OsString::from_vec(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment {
            variables: variables.iter().map(|(name, value)| (name.into(), value.into())).collect(),
            homes: vec![("ada".to_owned(), "/home/ada/".into()), ("root".to_owned(), "/".into())],
            own_home: Some("/home/own".into()),
            cwd: "/work".into(),
        }
    }

    #[test]
    fn tildes_expand_as_in_python() {
        for (home, path, want) in [
            (Some("/h"), "~", "/h"),
            (Some("/h/"), "~/x", "/h/x"),
            (Some("/"), "~", "/"),
            (Some("/"), "~/", "/"),
            (Some(""), "~/x", "/x"),
            (Some(""), "~", "/"),
            (Some("rel"), "~/x", "rel/x"),
            (None, "~/x", "/home/own/x"),
            (Some("/h"), "~ada/x", "/home/ada/x"),
            (Some("/h"), "~root", "/"),
            (Some("/h"), "~nobody-here/x", "~nobody-here/x"),
            (Some("/h"), "a/~/x", "a/~/x"),
            (Some("/h"), " ~/x", " ~/x"),
            (Some("/h"), "$HOME/x", "$HOME/x"),
        ] {
            let variables: Vec<(&str, &str)> = home.iter().map(|home| ("HOME", *home)).collect();
            let got = expand_user(path, &environment(&variables));
            // As text: `Path` takes `/h/` and `/h` for the same.
            assert_eq!(got.as_os_str(), want, "{home:?} {path}");
        }
    }

    #[test]
    fn a_user_without_any_home_keeps_the_tilde() {
        let environment = Environment::default();
        assert_eq!(expand_user("~/x", &environment), PathBuf::from("~/x"));
    }

    #[test]
    fn bytes_that_are_no_text_survive() {
        let path = OsStr::from_bytes(b"~/\xff");
        assert_eq!(expand_user(path, &environment(&[("HOME", "/h")])).as_os_str().as_bytes(), b"/h/\xff");
    }

    #[test]
    fn a_flag_goes_before_the_variable_and_that_before_the_default() {
        let bare = environment(&[("HOME", "/h")]);
        let at = |role, flag: Option<&str>, environment: &Environment| {
            let location = locate(role, flag.map(Path::new), environment);
            (location.path.map(|path| path.to_string_lossy().into_owned()), location.source)
        };
        let is = |path: &str, source| (Some(path.to_owned()), source);
        assert_eq!(at(Role::Api, None, &bare), is("/h/.sky/plugins.yaml", PathSource::Default));
        assert_eq!(at(Role::Remote, None, &bare), is("/h/.sky/remote_plugins.yaml", PathSource::Default));
        let set = environment(&[("HOME", "/h"), ("SKYPILOT_SERVER_PLUGINS_CONFIG", "conf/p.yaml")]);
        assert_eq!(at(Role::Api, None, &set), is("conf/p.yaml", PathSource::Env));
        assert_eq!(at(Role::Remote, None, &set), is("/h/.sky/remote_plugins.yaml", PathSource::Default));
        assert_eq!(at(Role::Api, Some("p.yaml"), &set), is("/work/p.yaml", PathSource::Flag));
        assert_eq!(at(Role::Api, Some("~/p.yaml"), &set), is("/h/p.yaml", PathSource::Flag));
    }

    #[test]
    fn a_variable_set_to_nothing_names_no_file() {
        let set = environment(&[("HOME", "/h"), ("SKYPILOT_SERVER_PLUGINS_CONFIG", "")]);
        assert_eq!(locate(Role::Api, None, &set), Location { path: None, source: PathSource::Env });
    }
}
