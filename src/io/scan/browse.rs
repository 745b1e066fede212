//! Lists the directories below one, with the number of wheels in each.
//!
//! For choosing `controller_wheel_path`. Bounded, so that a huge directory does
//! not hold up the screen; nothing but directories is opened.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::wheel;

/// The most names of one directory that are looked at.
pub const ENTRY_LIMIT: usize = 2_000;
/// The most names that are looked at below one directory, all its
/// sub-directories together.
const TOTAL_LIMIT: usize = 20_000;

/// A directory below the one listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowseEntry {
    /// Its name.
    pub name: OsString,
    /// How many names in it `*.whl` finds, as far as was looked.
    pub wheels: usize,
}

/// What is below a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The directory.
    pub path: PathBuf,
    /// The one above, none at the root.
    pub parent: Option<PathBuf>,
    /// The directories in it, and links to such, sorted by the bytes of their names.
    pub entries: Vec<BrowseEntry>,
    /// How many names in it `*.whl` finds.
    pub wheels_here: usize,
    /// Whether not all names were looked at.
    pub truncated: bool,
    /// Why it cannot be listed.
    pub problem: Option<String>,
}

/// Lists the directories below `path`, which is absolute.
#[must_use]
pub fn browse(path: &Path) -> Listing {
    let mut listing = Listing {
        path: path.to_owned(),
        parent: path.parent().map(Path::to_owned),
        entries: Vec::new(),
        wheels_here: 0,
        truncated: false,
        problem: None,
    };
    let names = match fs::read_dir(path) {
        Ok(names) => names,
        Err(error) => {
            listing.problem = Some(error.to_string());
            return listing;
        }
    };
    for (seen, name) in names.enumerate() {
        if seen == ENTRY_LIMIT {
            listing.truncated = true;
            break;
        }
        let name = match name {
            Ok(name) => name,
            Err(error) => {
                listing.problem = Some(error.to_string());
                break;
            }
        };
        listing.wheels_here += usize::from(wheel::matches_glob(&name.file_name()));
        // Follows links; a FIFO is only looked at.
        let is_directory = name.file_type().is_ok_and(|kind| kind.is_dir())
            || (name.file_type().is_ok_and(|kind| kind.is_symlink()) && name.path().is_dir());
        if is_directory {
            listing.entries.push(BrowseEntry { name: name.file_name(), wheels: 0 });
        }
    }
    listing.entries.sort_by(|a, b| a.name.cmp(&b.name));
    let mut left = TOTAL_LIMIT;
    for entry in &mut listing.entries {
        let (wheels, looked, all) = count_wheels(&path.join(&entry.name), left.min(ENTRY_LIMIT));
        entry.wheels = wheels;
        left -= looked;
        listing.truncated |= !all;
    }
    listing
}

/// Returns the number of wheels, of names looked at, and whether these were all.
fn count_wheels(path: &Path, limit: usize) -> (usize, usize, bool) {
    let Ok(names) = fs::read_dir(path) else { return (0, 0, true) };
    let (mut wheels, mut looked) = (0, 0);
    for name in names.flatten() {
        if looked == limit {
            return (wheels, looked, false);
        }
        looked += 1;
        wheels += usize::from(wheel::matches_glob(&name.file_name()));
    }
    (wheels, looked, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_listed_with_their_wheels() {
        let top = tempfile::tempdir().expect("a directory");
        for name in ["b/old", "a"] {
            fs::create_dir_all(top.path().join(name)).expect("made");
        }
        for name in ["b/x-1.0-py3-none-any.whl", "b/y-1.0-py3-none-any.whl", "b/y.WHL", "z.whl", "a/notes.txt"] {
            fs::write(top.path().join(name), "").expect("written");
        }
        std::os::unix::fs::symlink("b", top.path().join("c")).expect("linked");
        let listing = browse(top.path());
        let rows: Vec<(&str, usize)> =
            listing.entries.iter().map(|entry| (entry.name.to_str().expect("UTF-8"), entry.wheels)).collect();
        assert_eq!(rows, [("a", 0), ("b", 2), ("c", 2)]);
        assert_eq!((listing.wheels_here, listing.truncated, listing.problem), (1, false, None));
    }

    #[test]
    fn a_huge_directory_is_cut() {
        let top = tempfile::tempdir().expect("a directory");
        fs::create_dir(top.path().join("many")).expect("made");
        for i in 0..=ENTRY_LIMIT {
            fs::write(top.path().join(format!("many/{i}.whl")), "").expect("written");
        }
        let listing = browse(top.path());
        assert_eq!((listing.entries[0].wheels, listing.truncated), (ENTRY_LIMIT, true));
    }

    #[test]
    fn what_is_no_directory_is_a_problem() {
        let listing = browse(Path::new("/dev/null"));
        assert!(listing.problem.is_some());
    }
}
