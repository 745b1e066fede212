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

impl Environment {
    /// Returns an environment variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// Returns what `~` stands for.
    #[must_use]
    pub fn home(&self) -> Option<PathBuf> {
        self.get("HOME").map(PathBuf::from).or_else(|| self.own_home.clone())
    }
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
    /// `--configmap`: both lists are inside that manifest.
    ConfigMap,
}

/// Where one of the two files is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The path as SkyPilot opens it, `~` expanded, perhaps relative to the
    /// server's directory; none where the variable is set to nothing.
    pub path: Option<PathBuf>,
    /// Which rule gave it.
    pub source: PathSource,
}

impl Location {
    /// Returns the path as it is told: a list in a manifest with its key.
    #[must_use]
    pub fn told(&self, role: Role) -> Option<PathBuf> {
        let path = self.path.as_ref()?;
        if self.source != PathSource::ConfigMap {
            return Some(path.clone());
        }
        let mut told = path.clone().into_os_string();
        told.push(format!("[{}]", role.file_name()));
        Some(told.into())
    }
}

/// Returns the environment variable that names a file.
#[must_use]
pub const fn variable(role: Role) -> &'static str {
    match role {
        Role::Api => "SKYPILOT_SERVER_PLUGINS_CONFIG",
        Role::Remote => "SKYPILOT_SERVER_REMOTE_PLUGINS_CONFIG",
    }
}

/// Returns the path that SkyPilot takes where nothing else is said.
#[must_use]
pub const fn default_path(role: Role) -> &'static str {
    match role {
        Role::Api => "~/.sky/plugins.yaml",
        Role::Remote => "~/.sky/remote_plugins.yaml",
    }
}

/// Returns where a file is.
#[must_use]
pub fn locate(role: Role, flag: Option<&Path>, environment: &Environment) -> Location {
    if let Some(flag) = flag {
        let named = !flag.as_os_str().is_empty();
        let path = named.then(|| environment.cwd.join(expand_user(flag.as_os_str(), environment)));
        return Location { path, source: PathSource::Flag };
    }
    match environment.get(variable(role)) {
        Some(written) if written.is_empty() => Location { path: None, source: PathSource::Env },
        Some(written) => Location { path: Some(expand_user(written, environment)), source: PathSource::Env },
        None => Location {
            path: Some(expand_user(OsStr::new(default_path(role)), environment)),
            source: PathSource::Default,
        },
    }
}

/// Expands `~` and `~user` at the start of a path as Python's `os.path.expanduser` does.
#[must_use]
pub fn expand_user(path: &OsStr, environment: &Environment) -> PathBuf {
    let bytes = path.as_bytes();
    if bytes.first() != Some(&b'~') {
        return PathBuf::from(path);
    }
    let end = bytes.iter().position(|&b| b == b'/').unwrap_or(bytes.len());
    let name = &bytes[1..end];
    let home = if name.is_empty() {
        environment.home()
    } else {
        let known = environment.homes.iter().find(|(user, _)| user.as_bytes() == name);
        known.map(|(_, home)| home.clone())
    };
    let Some(home) = home else { return PathBuf::from(path) };
    let mut out = home.into_os_string().into_vec();
    while out.last() == Some(&b'/') {
        out.pop();
    }
    out.extend_from_slice(&bytes[end..]);
    if out.is_empty() {
        out.push(b'/');
    }
    PathBuf::from(OsString::from_vec(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment {
            variables: variables.iter().map(|(k, v)| (OsString::from(k), OsString::from(v))).collect(),
            homes: vec![("ann".to_owned(), PathBuf::from("/users/ann"))],
            own_home: Some(PathBuf::from("/root")),
            cwd: PathBuf::from("/"),
        }
    }

    fn expanded(path: &str, variables: &[(&str, &str)]) -> String {
        expand_user(OsStr::new(path), &environment(variables)).display().to_string()
    }

    #[test]
    fn paths_expand_as_python_expands_them() {
        assert_eq!(expanded("~/x", &[("HOME", "/h/")]), "/h/x");
        assert_eq!(expanded("~", &[("HOME", "/")]), "/");
        assert_eq!(expanded("~/x", &[]), "/root/x");
        assert_eq!(expanded("~ann/x", &[]), "/users/ann/x");
        assert_eq!(expanded("~nobody-here/x", &[]), "~nobody-here/x");
        assert_eq!(expanded("./~", &[("HOME", "/h")]), "./~");
    }

    #[test]
    fn homes_are_taken_as_they_are() {
        for (home, path, want) in [
            (Some(""), "~/x", "/x"),
            (Some(""), "~", "/"),
            (Some("rel"), "~/x", "rel/x"),
            (Some("/"), "~/", "/"),
            (Some("/h"), " ~/x", " ~/x"),
            (Some("/h"), "$HOME/x", "$HOME/x"),
            (None, "~ann", "/users/ann"),
        ] {
            let variables: Vec<(&str, &str)> = home.iter().map(|home| ("HOME", *home)).collect();
            let got = expand_user(OsStr::new(path), &environment(&variables));
            // As text: `Path` takes `/h/` and `/h` for the same.
            assert_eq!(got.as_os_str(), want, "{home:?} {path}");
        }
        assert_eq!(expand_user(OsStr::new("~/x"), &Environment::default()), PathBuf::from("~/x"));
        let bytes = OsStr::from_bytes(b"~/\xff");
        assert_eq!(expand_user(bytes, &environment(&[("HOME", "/h")])).as_os_str().as_bytes(), b"/h/\xff");
    }

    #[test]
    fn a_flag_goes_before_the_variable_and_that_before_the_default() {
        let set = Environment {
            cwd: PathBuf::from("/here"),
            ..environment(&[("HOME", "/h"), ("SKYPILOT_SERVER_PLUGINS_CONFIG", "conf/p.yaml")])
        };
        let at = |role, flag: Option<&str>| {
            let location = locate(role, flag.map(Path::new), &set);
            (location.path.map(|path| path.display().to_string()), location.source)
        };
        let is = |path: &str, source| (Some(path.to_owned()), source);
        assert_eq!(at(Role::Api, None), is("conf/p.yaml", PathSource::Env));
        assert_eq!(at(Role::Remote, None), is("/h/.sky/remote_plugins.yaml", PathSource::Default));
        assert_eq!(at(Role::Api, Some("p.yaml")), is("/here/p.yaml", PathSource::Flag));
        assert_eq!(at(Role::Api, Some("~/p.yaml")), is("/h/p.yaml", PathSource::Flag));
        assert_eq!(at(Role::Api, Some("")), (None, PathSource::Flag));
    }

    #[test]
    fn a_variable_set_to_nothing_names_no_file() {
        let unset = locate(Role::Api, None, &environment(&[("HOME", "/h")]));
        assert_eq!((unset.path, unset.source), (Some(PathBuf::from("/h/.sky/plugins.yaml")), PathSource::Default));
        let empty = locate(Role::Api, None, &environment(&[("SKYPILOT_SERVER_PLUGINS_CONFIG", "")]));
        assert_eq!((empty.path, empty.source), (None, PathSource::Env));
    }
}
