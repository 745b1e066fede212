//! What a new file takes over from the old one: owner, group, extended attributes, mode.

use std::ffi::OsStr;
use std::fs::{File, Metadata, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use xattr::FileExt as _;

use super::place::MODE_BITS;
use crate::config::writing::InPlace;
use crate::text::visible::visible_name;

/// The access list of POSIX, which a directory may give to new files unasked.
const ACCESS_LIST: &str = "system.posix_acl_access";

/// Why something was not taken over.
#[derive(Debug)]
pub(super) enum Lost {
    /// It can be kept in the old file alone.
    InPlace(InPlace),
    /// The operating system failed.
    Io(io::Error),
}

impl From<io::Error> for Lost {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Gives a new file owner, group, attributes and mode of the old one.
///
/// What only the system may set is told in `notes` where it cannot be kept.
pub(super) fn keep(new: &File, old: &File, was: &Metadata, notes: &mut Vec<String>) -> Result<(), Lost> {
    let made = new.metadata()?;
    if (made.uid(), made.gid()) != (was.uid(), was.gid()) {
        std::os::unix::fs::fchown(new, Some(was.uid()), Some(was.gid())).map_err(|error| match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput => Lost::InPlace(InPlace::Owner),
            _ => Lost::Io(error),
        })?;
    }
    keep_extended(new, old, notes)?;
    // Last: an access list changes the bits of the group.
    new.set_permissions(Permissions::from_mode(was.mode() & MODE_BITS))?;
    Ok(())
}

fn keep_extended(new: &File, old: &File, notes: &mut Vec<String>) -> Result<(), Lost> {
    let names: Vec<_> = match old.list_xattr() {
        Ok(names) => names.collect(),
        Err(error) if is_unsupported(&error) => return Ok(()),
        Err(error) => return Err(Lost::Io(error)),
    };
    if !names.iter().any(|name| name == ACCESS_LIST) {
        match new.remove_xattr(ACCESS_LIST) {
            Ok(()) => {}
            Err(error) if is_unsupported(&error) || is_absent(&error) => {}
            Err(error) => return Err(Lost::Io(error)),
        }
    }
    for name in names {
        let Some(value) = old.get_xattr(&name)? else { continue };
        if new.get_xattr(&name).ok().flatten().as_ref() == Some(&value) {
            continue;
        }
        if let Err(error) = new.set_xattr(&name, &value) {
            let refused = is_unsupported(&error) || error.kind() == io::ErrorKind::PermissionDenied;
            if is_of_the_system(&name) || (refused && name.as_bytes().starts_with(b"user.")) {
                notes.push(format!("the attribute {} could not be kept: {error}", visible_name(&name)));
            } else if refused {
                return Err(Lost::InPlace(InPlace::AccessList));
            } else {
                return Err(Lost::Io(error));
            }
        }
    }
    Ok(())
}

/// Tells whether an attribute is the system's own to set.
fn is_of_the_system(name: &OsStr) -> bool {
    [&b"security."[..], b"trusted."].iter().any(|prefix| name.as_bytes().starts_with(prefix))
}

fn is_unsupported(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::Unsupported
}

/// Tells whether there is no such attribute (`ENODATA`; `ENOATTR` of the BSDs).
fn is_absent(error: &io::Error) -> bool {
    #[cfg(target_os = "linux")]
    const ABSENT: i32 = rustix::io::Errno::NODATA.raw_os_error();
    #[cfg(not(target_os = "linux"))]
    const ABSENT: i32 = 93;
    error.raw_os_error() == Some(ABSENT)
}
