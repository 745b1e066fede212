//! Whether a controller installs a wheel, as far as the wheel alone tells.
//!
//! A controller runs `uv pip install FILE` with `CPython` 3.10 on Linux with glibc
//! 2.28: the file name, its tags, `METADATA` and `Requires-Python` decide before
//! anything is unpacked. Dependencies are the index's to answer. Held against uv
//! itself by `tests/oracle/wheels.py`.

use super::contents::Contents;
use super::filename::{Architecture, WheelName};
use super::requirement::{PythonFit, python_fit};

/// Tells whether a controller of this architecture installs the wheel.
///
/// Where its contents could not be read (`Err`), none does.
#[must_use]
pub fn installs_on(file_name: &str, contents: &Result<Contents, String>, architecture: Architecture) -> bool {
    let Ok(contents) = contents else { return false };
    let name = WheelName::parse(file_name);
    contents.refused.is_none()
        && name.is_ok_and(|name| name.installs_on(architecture))
        && python(contents) != Some(PythonFit::Newer)
}

/// Says what its `Requires-Python` means for a controller, none where there is none.
#[must_use]
pub fn python(contents: &Contents) -> Option<PythonFit> {
    contents.metadata.requires_python.as_deref().and_then(python_fit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wheel::contents::Metadata;

    #[test]
    fn name_metadata_and_python_decide_together() {
        let of = |requires: &str, refused: Option<&str>| {
            let metadata = Metadata { requires_python: Some(requires.to_owned()), ..Metadata::default() };
            Ok(Contents { metadata, refused: refused.map(str::to_owned), ..Contents::default() })
        };
        let both = |file, contents: &_| Architecture::ALL.map(|one| installs_on(file, contents, one));
        let plain = "acme-1.0-py3-none-any.whl";
        assert_eq!(both(plain, &of(">=3.8", None)), [true, true]);
        assert_eq!(both(plain, &of("<3.10", None)), [true, true]);
        assert_eq!(both(plain, &of(">=3.11", None)), [false, false]);
        assert_eq!(both(plain, &of(">=3.8", Some("it has no METADATA"))), [false, false]);
        assert_eq!(both("acme-1.0-cp310-cp310-linux_x86_64.whl", &of(">=3.8", None)), [true, false]);
        assert_eq!(both("acme.whl", &of(">=3.8", None)), [false, false]);
        assert_eq!(both(plain, &Err("it is no zip archive".to_owned())), [false, false]);
    }
}
