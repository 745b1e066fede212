//! What one wheel is, as far as reading its archive tells.
//!
//! The facts alone: reading them is [`super::archive`]'s and [`super::metadata`]'s,
//! opening the file `io`'s.

use std::time::SystemTime;

use super::requirement::Requirement;

/// What a wheel's `METADATA` says (core metadata, PEP 566 and later).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `Name`
    pub name: String,
    /// `Version`
    pub version: String,
    /// `Summary`
    pub summary: Option<String>,
    /// `Requires-Python` as written.
    pub requires_python: Option<String>,
    /// Each `Requires-Dist` as written.
    pub requires_dist: Vec<String>,
}

/// One file of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path, with `/`; what is no UTF-8 is replaced.
    pub path: String,
    /// Its size in bytes once unpacked, as the directory of the archive says.
    pub size: u64,
}

/// How well `RECORD` and the archive agree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Record {
    /// Every file is listed, and the sizes are right.
    Complete,
    /// Files that are not listed, or listed and not there, or of another size.
    Differs(Vec<String>),
    /// There is none.
    #[default]
    Missing,
}

/// What reading a wheel found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// What `METADATA` says.
    pub metadata: Metadata,
    /// Each `Requires-Dist` that could be read, in their order.
    pub requirements: Vec<Requirement>,
    /// The files, in the order of the archive's directory.
    pub members: Vec<Member>,
    /// How well they agree with `RECORD`.
    pub record: Record,
    /// `group: name = value` of `entry_points.txt`, as written.
    pub entry_points: Vec<String>,
    /// The modules and packages at the top, without `.dist-info` and `.data`.
    pub modules: Vec<String>,
    /// What is odd about the archive and does not keep it from being read.
    pub oddities: Vec<String>,
    /// Why installers refuse it before they unpack it, whatever the controller.
    pub refused: Option<String>,
    /// What stops installers while they unpack it.
    pub breaks: Vec<String>,
}

/// A wheel that was read, or why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// The size of the file in bytes and its date, by which a change is noticed.
    pub stamp: (u64, Option<SystemTime>),
    /// What it holds, or why that cannot be read, in words.
    pub contents: Result<Contents, String>,
    /// The SHA-256 of the file in hexadecimal, once it was read through.
    pub sha256: Option<String>,
}
