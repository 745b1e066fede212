//! Reads the end of the API server's log: bounded, made visible, secrets covered.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use regex_lite::{Captures, Regex};

use crate::config::secret::{MASK, Mask, is_secret_name, masked_line};
use crate::config::{Content, Environment, Role, Workspace};
use crate::text::visible::visible;

/// Where the log is, below the home or `SKY_RUNTIME_DIR` (`sky/skylet/constants.py`, 0.14.1).
const LOG: &str = ".sky/api_server/server.log";
/// The most that is read of its end, in bytes.
const MOST_BYTES: u64 = 256 << 10;
/// The most lines that are kept of that.
const MOST_LINES: usize = 2_000;
/// By how much the time of a file may lie behind the clock.
const COARSE: Duration = Duration::from_millis(100);
/// Longer lines are cut, in characters.
const LONGEST_LINE: usize = 4_000;

/// Colours of a terminal.
static COLOURS: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\x1b\[[0-9;]*m|\\x1b\[[0-9;]*m").expect("a pattern that is checked by each use"));
/// What is given to a name, as in code and in command lines.
static GIVEN: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"([A-Za-z_][\w.-]*)(["']?\s*[=:]\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;)}\]"']+)"#;
    Regex::new(pattern).expect("a pattern that is checked by each use")
});

/// Returns the path of the log.
#[must_use]
pub(super) fn path(environment: &Environment) -> Option<PathBuf> {
    let runtime = environment.get("SKY_RUNTIME_DIR").map(|path| environment.cwd.join(path));
    Some(runtime.or_else(|| environment.home())?.join(LOG))
}

/// What covers secrets in what others say.
pub(super) struct Cover {
    mask: Option<Mask>,
}

impl Cover {
    /// Covers the secrets of both lists, and what looks like one; none where secrets are shown.
    pub(super) fn of(workspace: &Workspace, show_secrets: bool) -> Self {
        let documents = Role::ALL.iter().filter_map(|role| match &workspace.file(*role).content {
            Content::Text(document) => Some(&**document),
            Content::Absent | Content::Unreadable(_) => None,
        });
        Self { mask: (!show_secrets).then(|| Mask::of(documents)) }
    }

    /// Returns a line as it may be shown.
    pub(super) fn line(&self, line: &str) -> String {
        let line: String = line.chars().take(LONGEST_LINE).collect();
        let line = COLOURS.replace_all(&line, "").replace('\t', "    ");
        let Some(mask) = &self.mask else { return visible(&line).into_owned() };
        let given = |found: &Captures| {
            if is_secret_name(&found[1]) { format!("{}{}{MASK}", &found[1], &found[2]) } else { found[0].to_owned() }
        };
        let covered = mask.apply(&GIVEN.replace_all(&line, given));
        visible(&masked_line(&covered)).into_owned()
    }
}

/// Returns the last lines of the log, where it was written since that time.
///
/// # Errors
///
/// Returns why it cannot be read, in words.
pub(super) fn end(path: &Path, since: Option<SystemTime>, cover: &Cover) -> Result<Vec<String>, String> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("no server has written one yet ({})", path.display()),
        _ => format!("{}: {error}", path.display()),
    })?;
    // Opening a FIFO would wait.
    if !metadata.is_file() {
        return Err(format!("{} is no file", path.display()));
    }
    // `sky api start` empties it: what is there since is all since.
    if let (Some(since), Ok(modified)) = (since, metadata.modified())
        && modified + COARSE < since
    {
        return Ok(Vec::new());
    }
    let read = || -> std::io::Result<(Vec<u8>, bool)> {
        let mut file = File::open(path)?;
        let length = file.seek(SeekFrom::End(0))?;
        let start = length.saturating_sub(MOST_BYTES);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.take(MOST_BYTES).read_to_end(&mut bytes)?;
        Ok((bytes, start > 0))
    };
    let (bytes, is_cut) = read().map_err(|error| format!("{}: {error}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.split('\n').map(|line| line.trim_end_matches('\r')).collect();
    let lines = lines.strip_suffix(&[""]).unwrap_or(&lines);
    // The first one begins somewhere.
    let from = lines.len().saturating_sub(MOST_LINES).max(usize::from(is_cut));
    Ok(lines.iter().skip(from).map(|line| cover.line(line)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ConfigFile, Location, PathSource};
    use crate::yaml::Document;

    fn workspace(text: &str) -> Workspace {
        let file = |content| ConfigFile { location: Location { path: None, source: PathSource::Default }, content };
        Workspace::new(file(Content::Text(Document::parse(text).into())), file(Content::Absent))
    }

    #[test]
    fn secrets_and_controls_are_covered_in_a_line() {
        let workspace = workspace("plugins:\n- class: a.B\n  parameters:\n    api_token: s3cr3t-value\n");
        let cover = Cover::of(&workspace, false);
        for (line, want) in [
            ("RuntimeError: no licence for s3cr3t-value", "RuntimeError: no licence for ********"),
            ("\x1b[32mgreen\x1b[0m \x1b]0;x\x07", "green \\x1b]0;x\\x07"),
            ("connect(host='h', password='a b')", "connect(host='h', password=********)"),
            ("{'api_key': 'abc', \"n\": 1}", "{'api_key': ********"),
            ("export AWS_SECRET_ACCESS_KEY=abc rest", "export AWS_SECRET_ACCESS_KEY=********"),
            ("  File \"/a/b.py\", line 3, in __init__", "  File \"/a/b.py\", line 3, in __init__"),
        ] {
            assert_eq!(cover.line(line), want);
        }
        assert!(cover.line("url postgres://u:p@h/db").contains(MASK));
        assert_eq!(Cover::of(&workspace, true).line("s3cr3t-value"), "s3cr3t-value");
    }

    #[test]
    fn the_end_of_a_long_log_is_read_and_an_old_one_is_not() {
        let folder = tempfile::tempdir().expect("a directory");
        let path = folder.path().join("server.log");
        let text: Vec<String> = (0..100_000).map(|number| format!("line {number}")).collect();
        fs::write(&path, text.join("\n")).expect("written");
        let cover = Cover::of(&workspace(""), false);
        let lines = end(&path, None, &cover).expect("lines");
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (MOST_LINES, Some("line 99999")));
        let later = SystemTime::now() + Duration::from_mins(1);
        assert_eq!(end(&path, Some(later), &cover), Ok(Vec::new()));
        assert!(end(folder.path(), None, &cover).is_err());
    }
}
