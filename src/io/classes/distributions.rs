//! Which distribution has a file: by the `RECORD` of each `.dist-info` (PEP 376).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::io::modules;

/// The most that is read of a `RECORD`, in bytes.
const MAX_RECORD: u64 = 4 << 20;
/// The most that is read of a `METADATA`, in bytes: its name stands near the top.
const MAX_HEAD: u64 = 16 << 10;
/// The most distributions of one directory.
const MAX_DISTRIBUTIONS: usize = 5000;

/// A distribution by name and version.
pub(super) type Distribution = (String, String);

/// The distributions of the server's Python.
#[derive(Default)]
pub(super) struct Distributions {
    /// For each directory and first name of a module: who has files there.
    tops: BTreeMap<(PathBuf, String), BTreeSet<usize>>,
    /// For each directory that a `.pth` file adds: whose that is.
    added: BTreeMap<PathBuf, usize>,
    all: Vec<(Distribution, BTreeSet<Box<str>>)>,
}

impl Distributions {
    /// Reads what is installed in a directory of packages.
    pub(super) fn read(&mut self, site: &Path) {
        let Ok(names) = fs::read_dir(site) else { return };
        let added = modules::path_files(site);
        let mut folders: Vec<String> = names
            .flatten()
            .filter_map(|name| name.file_name().into_string().ok())
            .filter(|name| name.strip_suffix(".dist-info").is_some())
            .take(MAX_DISTRIBUTIONS)
            .collect();
        folders.sort();
        for folder in folders {
            let Some((name, version)) = folder.strip_suffix(".dist-info").and_then(|stem| stem.rsplit_once('-')) else {
                continue;
            };
            let number = self.all.len();
            let mut files = BTreeSet::new();
            for path in record(&site.join(&folder).join("RECORD")) {
                let owned = added.folders.iter().filter(|(_, file)| *file == path);
                self.added.extend(owned.map(|(place, _)| (place.clone(), number)));
                if path.strip_suffix(".py").is_none() || path.starts_with("..") {
                    continue;
                }
                // A finder maps its packages to places of their own.
                if path.starts_with("__editable___") {
                    self.added.extend(added.mapped.iter().map(|(_, place)| (place.clone(), number)));
                }
                let top = path.split('/').next().unwrap_or(&path);
                let top = top.strip_suffix(".py").unwrap_or(top).to_owned();
                self.tops.entry((site.to_owned(), top)).or_default().insert(number);
                files.insert(path.into_boxed_str());
            }
            // The folder's name has `_` for what the project writes in another way.
            let written = metadata_name(&site.join(&folder).join("METADATA"));
            self.all.push(((written.unwrap_or_else(|| name.to_owned()), version.to_owned()), files));
        }
    }

    /// Returns whose a file is: its path below a root.
    pub(super) fn owner(&self, root: &Path, below: &str) -> Option<&Distribution> {
        if let Some(&number) = self.added.get(root) {
            return self.all.get(number).map(|(distribution, _)| distribution);
        }
        let top = below.split('/').next().unwrap_or(below);
        let top = top.strip_suffix(".py").unwrap_or(top);
        let owners = self.tops.get(&(root.to_owned(), top.to_owned()))?;
        let exact = owners.iter().find(|&&number| self.all[number].1.contains(below));
        exact.map(|&number| &self.all[number].0)
    }
}

/// Returns the `Name` that a `METADATA` says.
fn metadata_name(path: &Path) -> Option<String> {
    let text = read(path, MAX_HEAD)?;
    let name = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("Name:"))?;
    Some(name.trim().to_owned())
}

fn read(path: &Path, limit: u64) -> Option<String> {
    let mut text = Vec::new();
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    File::open(path).ok()?.take(limit).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

/// Returns the paths of a `RECORD`: the first field of each row.
fn record(path: &Path) -> Vec<String> {
    let first = |line: &str| match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').map(|(path, _)| path.to_owned()),
        None => line.split(',').next().map(str::to_owned),
    };
    read(path, MAX_RECORD).unwrap_or_default().lines().filter_map(first).collect()
}
