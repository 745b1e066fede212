//! Where `config.toml` is, and its text; theme files are read the same way.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::config::Environment;

/// The largest file of settings that is read, in bytes.
const MOST: u64 = 1024 * 1024;

/// Returns the path of `config.toml` (XDG base directories); none without a home directory.
#[must_use]
pub fn path(environment: &Environment) -> Option<PathBuf> {
    let named = environment.get("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let base = named.or_else(|| environment.home().map(|home| home.join(".config")))?;
    Some(base.join("skyplug-tui/config.toml"))
}

/// Reads a file of settings; none where there is none.
///
/// # Errors
///
/// Returns why it cannot be read, in words.
pub fn read(path: &Path) -> Result<Option<String>, String> {
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    // A FIFO would be waited for.
    if !found.is_file() {
        return Err("it is no file".to_owned());
    }
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    read.map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MOST {
        return Err(format!("it has more than {MOST} bytes"));
    }
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
    Ok(Some(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned)))
}
