//! What is remembered of a wheel from the last save or from its build.

use std::path::PathBuf;

/// How a wheel is now beside what is remembered of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory {
    /// Whether its bytes are other ones than at the last save, under the same name.
    pub rebuilt: bool,
    /// The project that it was built from, and a file of that which is newer than the wheel.
    pub newer_source: Option<(PathBuf, PathBuf)>,
}
