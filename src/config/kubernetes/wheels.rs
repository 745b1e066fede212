//! The wheels in the pod: where they are mounted, under which keys they go into a `ConfigMap`, what is told of them.

use std::collections::BTreeSet;

use super::{ExportError, Kind, MOST_BYTES, Request, WheelFile, Wheels, Wishes, has_plugins, told};

/// Where the wheels are mounted where `controller_wheel_path` names no place that they could be.
pub const MOUNT: &str = "/etc/skypilot/wheels";
/// What the name of the wheels' `ConfigMap` ends in.
pub(super) const SUFFIX: &str = "-wheels";
/// The folder of the wheels in a kustomization.
pub(super) const FOLDER: &str = "wheels";
/// The longest key of a `ConfigMap`.
const MOST_IN_KEY: usize = 253;
/// What `~` is in the chart's container.
const HOME: &str = "/root";
/// What a mount would hide: the system, the chart's own volumes, the lists.
const TAKEN: [&str; 24] = [
    "/",
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/root/.sky",
    "/root/.ssh",
    "/root/sky_logs",
    "/run",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr",
    "/usr/lib",
    "/var",
];

/// A wheel with its key in a `ConfigMap`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    /// The file name.
    pub(super) name: String,
    /// The key: the name where that is one.
    pub(super) key: String,
}

/// Returns the wheels as they go into a `ConfigMap`, none where they come from elsewhere.
pub(super) fn pack(wishes: &Wishes, files: &[WheelFile]) -> Result<Vec<Packed>, ExportError> {
    if wishes.wheels != Wheels::BinaryData {
        return Ok(Vec::new());
    }
    if files.is_empty() {
        return Err(ExportError::NoWheels);
    }
    let size = files.iter().map(|file| file.bytes.len()).sum();
    if size > MOST_BYTES {
        let (what, hint) = ("the wheels", ": an image or a volume brings more");
        return Err(ExportError::TooLarge { what, size, kind: Kind::ConfigMap, hint });
    }
    let mut taken = BTreeSet::new();
    let packed = files.iter().map(|file| {
        let mut key = key_of(&file.name);
        let mut number = 2;
        while !taken.insert(key.clone()) {
            key = format!("{number}-{}", key_of(&file.name));
            number += 1;
        }
        Packed { name: file.name.clone(), key }
    });
    Ok(packed.collect())
}

/// A key takes letters, digits, `-`, `_` and `.`; the `+` of a local version is none of them.
fn key_of(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let key: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    let start = key.len().saturating_sub(MOST_IN_KEY);
    // The end is kept, with the tags.
    key[start..].trim_start_matches('.').to_owned()
}

/// Returns where the wheels are mounted: where the list says that they are, if that can be.
#[must_use]
pub fn mount(written: Option<&str>) -> String {
    let expanded = match written {
        Some(path) if path == "~" || path.starts_with("~/") => format!("{HOME}{}", &path[1..]),
        Some(path) => path.to_owned(),
        None => return MOUNT.to_owned(),
    };
    let path = expanded.trim_end_matches('/');
    let is_normal = path.starts_with('/') && path.split('/').skip(1).all(|name| !matches!(name, "" | "." | ".."));
    // Kubernetes takes no `:` in a mount path.
    let is_free = !TAKEN.contains(&path) && !super::MOUNT.starts_with(path) && !path.starts_with(super::MOUNT);
    let can_be = is_normal && is_free && !path.contains(|c: char| c == ':' || c.is_control());
    if can_be { path.to_owned() } else { MOUNT.to_owned() }
}

/// Returns what is to be said of the wheels.
pub(super) fn notes(request: &Request, written: Option<&str>, mount: &str, files: &[WheelFile]) -> Vec<String> {
    let mut notes = Vec::new();
    let sends = request.lists[1].as_deref().is_some_and(has_plugins);
    let wheels = request.wishes.wheels;
    if wheels == Wheels::BinaryData {
        let what = if files.len() == 1 { "1 wheel is".to_owned() } else { format!("{} wheels are", files.len()) };
        let size: usize = files.iter().map(|file| file.bytes.len()).sum();
        notes.push(format!(
            "{what} in the ConfigMap {}{SUFFIX} ({size} of {MOST_BYTES} bytes), mounted at {}.",
            request.wishes.name,
            told(mount)
        ));
    }
    match written {
        None if sends || wheels != Wheels::Image => notes.push(format!(
            "controller_wheel_path is not set, so nothing is sent to controllers: `skyplug-tui wheel-path {}` sets it; \
             then export again.",
            told(mount)
        )),
        Some(path) if !fits(path, mount) && wheels == Wheels::Image && !path.starts_with(['/', '~']) => {
            notes.push(format!(
                "controller_wheel_path is {}, which counts from the directory that the server is started in: in a pod \
                 that is the image's. Say where the wheels are in the image: `skyplug-tui wheel-path DIR`.",
                told(path)
            ));
        }
        Some(path) if !fits(path, mount) && wheels != Wheels::Image => notes.push(format!(
            "controller_wheel_path is {}, and the wheels are mounted at {mount}: nothing is sent until it says so \
             (`skyplug-tui wheel-path {mount}`); it was not rewritten.",
            told(path)
        )),
        Some(path) if wheels == Wheels::Image => {
            notes.push(format!("The wheels are expected in the image, at {}.", told(path)));
        }
        _ => {}
    }
    notes
}

/// Tells whether SkyPilot finds in the pod what is mounted there.
fn fits(written: &str, mount: &str) -> bool {
    let written = written.strip_prefix('~').map_or_else(|| written.to_owned(), |rest| format!("{HOME}{rest}"));
    written.trim_end_matches('/') == mount
}
