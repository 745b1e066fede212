//! How much of a wheel is read: all limits, each with its unit and its reason.
//!
//! Whoever can put a file into the wheel directory chooses what is in it, so
//! nothing is sized by what an archive says of itself. The widest wheels of the
//! index (machine learning frameworks) have about 20,000 files and a `RECORD` of
//! two megabytes: each limit lies well above that.

use std::time::Duration;

/// The most files of an archive.
pub const MAX_ENTRIES: usize = 100_000;
/// The largest central directory in bytes: the entries above with 120 bytes each.
pub const MAX_DIRECTORY: u64 = 16 << 20;
/// How far from its end an archive's last record is looked for, in bytes: the
/// longest comment of the format, and the record.
pub const MAX_END: u64 = 65_535 + 22;
/// The largest file that is unpacked, in bytes.
pub const MAX_MEMBER: u64 = 16 << 20;
/// How much is unpacked of one archive, in bytes, all files together.
pub const MAX_UNPACKED: u64 = 64 << 20;
/// How many times its packed size a file may have. Deflate reaches 1,032; text
/// and machine code stay below 50.
pub const MAX_RATIO: u64 = 200;
/// The size in bytes from which on that ratio counts: a small file of blanks is no bomb.
pub const RATIO_FROM: u64 = 1 << 20;
/// How many of its oddities are told of one archive: the rest is counted.
pub const MAX_ODDITIES: usize = 20;
/// The largest `METADATA` in bytes: it holds the project's whole description.
pub const MAX_METADATA: u64 = 4 << 20;
/// The largest `WHEEL` or `entry_points.txt` in bytes.
pub const MAX_SMALL: u64 = 1 << 20;
/// How many files all wheels together list, at about 100 bytes each.
pub const MAX_KEPT_MEMBERS: usize = 500_000;
/// How many requirements, entry points or modules are kept of one wheel.
pub const MAX_ITEMS: usize = 1_000;
/// How many differences between `RECORD` and the archive are told.
pub const MAX_DIFFERENCES: usize = 20;
/// How deep the brackets of a marker may be: each level is a call.
pub const MAX_MARKER_DEPTH: usize = 50;
/// How many characters of a name, a version or a requirement are kept.
pub const MAX_TEXT: usize = 2_000;
/// How many wheels are read before the screens hear of it.
pub const BATCH_WHEELS: usize = 200;
/// How long they are read before the screens hear of it: a progress text that
/// stands still for longer looks stuck.
pub const BATCH_TIME: Duration = Duration::from_millis(100);
