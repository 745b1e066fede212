//! The task that `SkyPilot` writes for a controller, as far as paths can break it.
//!
//! Paths go into a YAML template without quotes, and the YAML is read again:
//! what a path means there is found by writing the same lines and reading them
//! with our own reader (`sky/templates/jobs-controller.yaml.j2`,
//! `sky/task.py`, 0.14.1).

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::path::abspath;
use super::{Mount, REMOTE_WHEELS, WheelDirectory};
use crate::check::Facts;
use crate::config::locate::expand_user;
use crate::text::visible::visible;
use crate::wheel::{Directory, DirectoryEntry, Found};
use crate::yaml::{Document, Value};

/// Where the remote file is put first on a controller.
const CONFIG_TARGET: &str = "~/.sky/plugins.yaml.tmp";
/// The variables that `SkyPilot` replaces in the paths of this task
/// (`controller_only_vars_to_fill`, 0.14.1).
const REPLACED_VARIABLES: [&str; 16] = [
    "BUILDKITE",
    "IS_SKYPILOT_SERVE_CONTROLLER",
    "SKYPILOT_ALL_KUBERNETES_CONTEXTS_INCLUDES_IN_CLUSTER",
    "SKYPILOT_ALLOW_ALL_KUBERNETES_CONTEXTS",
    "SKYPILOT_DEBUG",
    "SKYPILOT_DEV",
    "SKYPILOT_DISABLE_LOCAL_API_SERVER",
    "SKYPILOT_DISABLE_USAGE_COLLECTION",
    "SKYPILOT_ENABLE_GRPC",
    "SKYPILOT_MEMORY_AWARE_WORKER_SIZING",
    "SKYPILOT_MINIMIZE_LOGGING",
    "SKYPILOT_SKIP_CLOUD_IDENTITY_CHECK",
    "SKYPILOT_SUPPRESS_SENSITIVE_LOG",
    "SKYPILOT_USAGE_RUN_ID",
    "SKYPILOT_USER",
    "SKYPILOT_USER_ID",
];

/// Why `SkyPilot` cannot read its own task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    /// The path that breaks it, the first of several.
    pub path: PathBuf,
    /// What the reader says.
    pub problem: String,
}

/// What becomes of the paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Task {
    /// Why `SkyPilot` cannot read its own task, where it cannot.
    pub broken: Option<Broken>,
    /// Sources that are not the ones meant: target, meant, read.
    pub other: Vec<(String, String, String)>,
    /// Sources that do not exist, as the task has them.
    pub missing: Vec<String>,
}

impl Task {
    /// Tells whether the launch fails.
    pub(super) const fn fails(&self) -> bool {
        self.broken.is_some() || !self.missing.is_empty()
    }
}

/// Tells whether all wheels of a directory come through the task as they are, and are looked up in that directory there.
///
/// That is so where nothing in their paths means more than itself: then the list of the directory tells all.
pub(super) fn is_plain_directory(wheels: &WheelDirectory, listed: &Directory, config: &Path, facts: &Facts) -> bool {
    let (Some(local), Some(config)) = (wheels.local.to_str(), config.to_str()) else { return false };
    let most = MOST_PLAIN.saturating_sub(1 + local.len().max(REMOTE_WHEELS.len()));
    let is_plain_name = |entry: &DirectoryEntry| {
        entry.name.len() <= most && entry.name.as_encoded_bytes().iter().all(|byte| is_safe(*byte) && *byte != b'/')
    };
    is_plain(local, '/')
        && !local.starts_with("//")
        && is_plain(config, '/')
        && !config.starts_with("//")
        && resolve(local, facts) == listed.path
        && matches!(listed.found, Found::Listed(_))
        && listed.wheels().all(is_plain_name)
}

/// Returns what becomes of the paths of a directory that is plain.
pub(super) fn of_plain(mounts: &[Mount]) -> Task {
    let missing = mounts.iter().filter(|mount| !mount.kind.exists());
    let missing = missing.map(|mount| mount.local.to_string_lossy().into_owned()).collect();
    Task { missing, ..Task::default() }
}

/// Writes and reads the task.
pub(super) fn check(mounts: &[Mount], config: &Path, facts: &Facts) -> Task {
    let read = match read_back(mounts, config) {
        Ok(read) => read,
        Err(problem) => return Task { broken: Some(blame(mounts, config, problem)), ..Task::default() },
    };
    let mut task = Task::default();
    for Source { target, meant, read, is_config } in read {
        if read.starts_with("//") && !read.starts_with("///") && read.len() > 2 {
            let problem = format!("`{}` counts as the URL of a cloud store", visible(&read));
            task.broken = Some(Broken { path: PathBuf::from(meant), problem });
        }
        // The remote file is known to exist where it is the one meant.
        let exists = (is_config && read == meant) || exists(&read, facts);
        if !exists {
            task.missing.push(read.clone().into_owned());
        }
        if read != meant {
            task.other.push((target.to_owned(), meant.to_owned(), read.into_owned()));
        }
    }
    task
}

/// Finds the path that breaks the task: the first that does so alone.
fn blame(mounts: &[Mount], config: &Path, problem: String) -> Broken {
    // A path that breaks nothing.
    let harmless = Path::new("/config");
    let alone = mounts.iter().find_map(|mount| {
        let problem = read_back(std::slice::from_ref(mount), harmless).err()?;
        Some(Broken { path: mount.local.clone(), problem })
    });
    alone.unwrap_or_else(|| Broken { path: config.to_owned(), problem })
}

/// Returns the paths whose existence decides and that no fact tells of yet.
pub(super) fn unknown_sources(mounts: &[Mount], config: &Path, facts: &Facts) -> BTreeSet<PathBuf> {
    let Ok(read) = read_back(mounts, config) else { return BTreeSet::new() };
    read.into_iter()
        .filter(|source| !(source.is_config && source.read == source.meant))
        .map(|source| resolve(&source.read, facts))
        .filter(|path| known(path, facts).is_none())
        .collect()
}

/// One line of the task.
struct Source<'a> {
    target: &'a str,
    meant: &'a str,
    read: Cow<'a, str>,
    is_config: bool,
}

fn read_back<'a>(mounts: &'a [Mount], config: &'a Path) -> Result<Vec<Source<'a>>, String> {
    let not_text = || "a path is not UTF-8: Python raises UnicodeEncodeError".to_owned();
    let mut wanted = Vec::with_capacity(mounts.len() + 1);
    for mount in mounts {
        let source = mount.local.to_str().ok_or_else(not_text)?;
        mount.name.to_str().ok_or_else(not_text)?;
        wanted.push((mount.remote.as_str(), source, false));
    }
    wanted.push((CONFIG_TARGET, config.to_str().ok_or_else(not_text)?, true));
    if wanted.iter().all(|(target, source, _)| is_plain(target, '~') && is_plain(source, '/')) {
        let as_meant = |(target, meant, is_config)| Source { target, meant, read: Cow::Borrowed(meant), is_config };
        return Ok(wanted.into_iter().map(as_meant).collect());
    }

    let data = parse(&wanted)?;
    let pairs = data.get("file_mounts").and_then(Value::as_map).unwrap_or_default();
    if pairs.len() != wanted.len() || data.as_map().is_none_or(|top| top.len() != 2) {
        return Err("the lines of the task are not what was meant".to_owned());
    }
    let sources: HashMap<&str, &Value> =
        pairs.iter().filter_map(|(target, source)| Some((target.as_str()?, source))).collect();
    let mut read = Vec::with_capacity(wanted.len());
    for (target, meant, is_config) in wanted {
        let source = sources.get(target).and_then(|source| source.as_str());
        let source = source.ok_or_else(|| format!("the source of `{}` is no text", visible(target)))?;
        // A variable that `..` takes away again is harmless.
        let kept = abspath(OsStr::new(source), Path::new("/"));
        if let Some(name) = replaced(target).or_else(|| replaced(kept.to_str().unwrap_or_default())) {
            return Err(format!("SkyPilot puts a value in the place of `{name}`"));
        }
        read.push(Source { target, meant, read: Cow::Owned(source.to_owned()), is_config });
    }
    Ok(read)
}

/// The most bytes of a path that is taken as plain: a key has 1,024 characters at most.
const MOST_PLAIN: usize = 1_000;

/// Tells whether a path comes through the task whatever stands around it: nothing in it means more than itself to YAML, it is no
/// number, and no variable is in it.
fn is_plain(path: &str, start: char) -> bool {
    path.len() <= MOST_PLAIN && path.strip_prefix(start).is_some_and(|rest| rest.len() > 1 && rest.bytes().all(is_safe))
}

const fn is_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-' | b'+')
}

fn parse(wanted: &[(&str, &str, bool)]) -> Result<Value, String> {
    let mut text = String::from("file_mounts:");
    for (target, source, _) in wanted {
        let _ = write!(text, "\n  {target}: {source}");
    }
    text.push_str("\n\napi_server_access: false\n");
    // Python's text files turn every line ending into LF.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let document = Document::parse(text);
    document.data().cloned().map_err(|error| visible(&error.problem).into_owned())
}

/// Returns the first variable in `text` that `SkyPilot` would replace.
///
/// It looks for them in JSON, where other letters are escapes: only ASCII belongs to a name.
fn replaced(text: &str) -> Option<&'static str> {
    text.match_indices('$').find_map(|(at, _)| {
        let behind = &text[at + 1..];
        let behind = behind.strip_prefix('{').unwrap_or(behind);
        let end = behind.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(behind.len());
        REPLACED_VARIABLES.into_iter().find(|name| *name == &behind[..end])
    })
}

fn resolve(source: &str, facts: &Facts) -> PathBuf {
    let expanded = expand_user(OsStr::new(source), &facts.environment);
    abspath(expanded.as_os_str(), &facts.server_cwd)
}

fn exists(source: &str, facts: &Facts) -> bool {
    known(&resolve(source, facts), facts).unwrap_or(false)
}

/// Returns whether a path exists, none where no fact tells.
fn known(path: &Path, facts: &Facts) -> Option<bool> {
    if let Some(directory) = path.parent().and_then(|parent| facts.directories.get(parent))
        && let Found::Listed(_) = directory.found
    {
        let name = path.file_name()?;
        return Some(directory.entry(name).is_some_and(|entry| entry.kind.exists()));
    }
    let found = &facts.directories.get(path)?.found;
    Some(!matches!(found, Found::Missing | Found::Failed { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what YAML makes of a line of the task.
    fn parsed(target: &str, source: &str) -> Option<(String, String)> {
        let data = parse(&[(target, source, false)]).ok()?;
        let [(target, source)] = data.get("file_mounts")?.as_map()? else { return None };
        Some((target.as_str()?.to_owned(), source.as_str()?.to_owned()))
    }

    #[test]
    fn a_plain_path_comes_through_yaml_as_it_is() {
        let long = format!("~/{}", "x".repeat(MOST_PLAIN - 2));
        let one = (0_u8..128).map(char::from).flat_map(|c| [format!("/{c}a"), format!("/a{c}b"), format!("/a{c}")]);
        let two = ["//", "/..", "/a//b", "/1/2", "/0x1", "/1e5", "/---", "/a/---", "/null", "/~", "/-a", "/+1.0"];
        let mut plain = 0;
        for path in one.chain(two.map(str::to_owned)).chain([long.clone()]) {
            let (target, source) = (format!("~{}", path.trim_start_matches('~')), path.replace('~', ""));
            if is_plain(&target, '~') && is_plain(&source, '/') {
                plain += 1;
                assert_eq!(parsed(&target, &source), Some((target, source)));
            }
        }
        assert!(plain > 200, "{plain}");
        assert_eq!(parsed(&long, "/a"), Some((long.clone(), "/a".to_owned())));
        assert!(!is_plain(&format!("{long}x"), '~'));
        for path in ["/a b", "/a: b", "/a #b", "/a\n", "/$HOME", "/é", "/a'", "a/b", "", "/", "~/x"] {
            assert!(!is_plain(path, '/'), "{path:?}");
        }
    }
}
