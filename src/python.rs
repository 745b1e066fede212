//! What is known of Python modules, without running any.
//!
//! Looking for them is `io::modules`'; here is only what was found.

use std::path::PathBuf;

/// What became of the search for one module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Module {
    /// There is a source or binary file, or a package.
    Found(PathBuf),
    /// Its package is there, and the module is not in it: the import fails.
    NotInPackage {
        /// The dotted name of the part that is there.
        package: String,
        /// Where that is.
        place: PathBuf,
    },
    /// No root holds its first part, and all roots are known: the import fails.
    NotInstalled,
    /// It cannot be told by looking at files.
    Unknown,
}
