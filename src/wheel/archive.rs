//! Bounded reading of a zip archive: its directory, and single files of it.
//!
//! Anything that can be read at offsets will do, so a large wheel costs its
//! central directory and the files that are asked for. Nothing is written to
//! disk, no size is believed before that many bytes came, and what two readers
//! could understand in two ways is told as an oddity. How much is read at most
//! is [`limits`]'; what the files mean, `metadata`'s.

mod inflate;
mod seen;

use std::cell::RefCell;
use std::io::Read as _;

use rawzip::{CompressionMethod, ErrorKind, ReaderAt, ZipArchive, ZipArchiveEntryWayfinder, ZipFileHeaderRecord};

use self::seen::Seen;
use super::contents::Member;
use super::limits;

/// The size of a local header without the name, in bytes.
const LOCAL_HEADER: u64 = 30;

thread_local! {
    /// Holds the longest record of a directory, so that none is too large for it, and the names of a file. To clear one for each
    /// archive takes longer than to read a small one.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; rawzip::MAX_CENTRAL_DIRECTORY_RECORD_SIZE]);
}

/// What is wrong with an archive or with a file of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// There is no end record: it is something else, or its end is missing.
    #[error("it is no zip archive, or its end is missing")]
    NoEnd,
    /// The directory or a file reaches beyond the end.
    #[error("it is cut off or damaged: {0}")]
    Damaged(String),
    /// The file could not be read.
    #[error("it cannot be read: {0}")]
    Io(String),
    /// It says that it has more files than are listed here.
    #[error("it has {0} files, more than the {max} that are listed here", max = limits::MAX_ENTRIES)]
    Entries(u64),
    /// The central directory is larger than what is read here.
    #[error("its directory has {0} bytes, more than the {max} that are read here", max = limits::MAX_DIRECTORY)]
    Directory(u64),
    /// The end record counts other files than there are.
    #[error("its end says {said} files, its directory has {found}")]
    Count {
        /// The number of the end record.
        said: u64,
        /// The number of files found.
        found: u64,
    },
    /// Bytes before or behind the archive belong to none of its files.
    #[error("{0} bytes lie {1} the archive")]
    Around(u64, &'static str),
    /// Two files share bytes.
    #[error("`{0}` and `{1}` overlap")]
    Overlap(String, String),
    /// A path is there more than once.
    #[error("`{0}` is there more than once")]
    Duplicate(String),
    /// A path leads out of the place that a wheel is unpacked to.
    #[error("`{0}` leads out of the archive")]
    Outside(String),
    /// A file is encrypted.
    #[error("`{0}` is encrypted")]
    Encrypted(String),
    /// A file is packed in a way that installers need not know.
    #[error("`{0}` is packed by a method that is not read here: {1}")]
    Method(String, String),
    /// A file unpacks to many times its size.
    #[error("`{path}` unpacks {packed} bytes to {size}")]
    Ratio {
        /// The file.
        path: String,
        /// Its size in the archive.
        packed: u64,
        /// Its size once unpacked.
        size: u64,
    },
    /// A file is larger than what is read of one file.
    #[error("`{path}` has {size} bytes, more than the {limit} that are read here")]
    TooLarge {
        /// The file.
        path: String,
        /// Its size once unpacked.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// Enough was unpacked of this archive.
    #[error("`{0}` is not read: {max} bytes of the archive were read already", max = limits::MAX_UNPACKED)]
    Spent(String),
    /// A file unpacks to another size than the directory says.
    #[error("`{0}` does not unpack to the size that the directory says")]
    Size(String),
    /// A file's checksum is wrong.
    #[error("`{0}` is damaged: its checksum is wrong")]
    Checksum(String),
    /// The file's own header names another file than the directory.
    #[error("`{0}` has another name in its own header")]
    OtherName(String),
    /// There is no such file.
    #[error("there is no {0}")]
    Missing(String),
}

impl ArchiveError {
    /// Takes an error of the zip reader.
    fn of(error: rawzip::Error) -> Self {
        match error.into_kind() {
            ErrorKind::MissingEndOfCentralDirectory => Self::NoEnd,
            ErrorKind::IO(error) => Self::of_io(&error),
            ErrorKind::Eof => Self::Damaged("the directory ends early".to_owned()),
            ErrorKind::InvalidSignature { .. } => Self::Damaged("a header is not where it should be".to_owned()),
            ErrorKind::InvalidEndOfCentralDirectory => {
                Self::Damaged("the directory is not where the end says".to_owned())
            }
            other => Self::Damaged(other.to_string()),
        }
    }

    fn of_io(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::UnexpectedEof => Self::Damaged("the file ends early".to_owned()),
            // An offset that no file can have.
            std::io::ErrorKind::InvalidInput => Self::Damaged("a header is not where it should be".to_owned()),
            _ => Self::Io(error.to_string()),
        }
    }
}

/// Where one file of the archive is, and how to read it.
#[derive(Clone, Copy, Debug)]
struct Place {
    wayfinder: ZipArchiveEntryWayfinder,
    header: u64,
    /// Where the next file or the central directory starts, in bytes.
    limit: u64,
    method: CompressionMethod,
    encrypted: bool,
    checksum: u32,
    /// The length of the name in the archive, in bytes.
    name: u64,
}

/// What is odd about an archive: the first things, and how many more there are.
#[derive(Debug, Default)]
struct Oddities {
    told: Vec<ArchiveError>,
    more: usize,
}

impl Oddities {
    fn push(&mut self, one: ArchiveError) {
        if self.told.len() < limits::MAX_ODDITIES {
            self.told.push(one);
        } else {
            self.more += 1;
        }
    }
}

/// An archive whose directory was read.
#[derive(Debug)]
pub struct Archive<R> {
    zip: ZipArchive<R>,
    members: Vec<Member>,
    places: Vec<Place>,
    oddities: Oddities,
    duplicates: bool,
    unpacked: u64,
}

impl<R: ReaderAt> Archive<R> {
    /// Reads the directory of an archive of `size` bytes.
    ///
    /// # Errors
    ///
    /// Returns an error where there is no directory, or one beyond the limits; what
    /// is wrong with single files is among the [`oddities`](Self::oddities).
    pub fn open(reader: R, size: u64) -> Result<Self, ArchiveError> {
        BUFFER.with_borrow_mut(|buffer| Self::open_with(reader, size, buffer))
    }

    fn open_with(reader: R, size: u64, buffer: &mut [u8]) -> Result<Self, ArchiveError> {
        let zip = ZipArchive::with_max_search_space(limits::MAX_END)
            .locate_in_reader(reader, buffer, size)
            .map_err(|(_, error)| ArchiveError::of(error))?;
        let said = zip.entries_hint();
        if said > limits::MAX_ENTRIES as u64 {
            return Err(ArchiveError::Entries(said));
        }
        let directory = zip.eocd_offset().saturating_sub(zip.directory_offset());
        if directory > limits::MAX_DIRECTORY {
            return Err(ArchiveError::Directory(directory));
        }
        let oddities = Oddities::default();
        let (members, places) = (Vec::new(), Vec::new());
        let mut archive = Self { zip, members, places, oddities, duplicates: false, unpacked: 0 };
        archive.list(buffer)?;
        archive.judge(said, size);
        Ok(archive)
    }

    /// Reads the directory.
    fn list(&mut self, buffer: &mut [u8]) -> Result<(), ArchiveError> {
        let mut entries = self.zip.entries(buffer);
        while let Some(entry) = entries.next_entry().map_err(ArchiveError::of)? {
            if self.members.len() == limits::MAX_ENTRIES {
                return Err(ArchiveError::Entries(limits::MAX_ENTRIES as u64 + 1));
            }
            let (member, place) = taken(&entry);
            self.members.push(member);
            self.places.push(place);
        }
        Ok(())
    }

    /// Looks for what is odd, by the directory alone.
    fn judge(&mut self, said: u64, size: u64) {
        let found = self.members.len() as u64;
        // The classic record counts to 65,535 and then starts anew.
        if said != found && said != found % (1 << 16) {
            self.oddities.push(ArchiveError::Count { said, found });
        }
        let end = self.zip.end_offset();
        if size > end {
            self.oddities.push(ArchiveError::Around(size - end, "behind"));
        }
        let mut seen = Seen::default();
        for (member, place) in self.members.iter().zip(&self.places) {
            if !seen.insert(member.path.as_str()) {
                self.duplicates = true;
                self.oddities.push(ArchiveError::Duplicate(member.path.clone()));
            }
            if let Some(problem) = problem(member, place) {
                self.oddities.push(problem);
            }
            if leads_outside(&member.path) {
                self.oddities.push(ArchiveError::Outside(member.path.clone()));
            }
        }
        self.overlaps();
    }

    /// Finds files that share bytes, and where each one must end.
    ///
    /// The directory tells the least that a file takes: its own header may be
    /// longer, which is looked at once the file is read.
    fn overlaps(&mut self) {
        let mut order: Vec<usize> = (0..self.places.len()).collect();
        order.sort_by_key(|&at| self.places[at].header);
        let first = order.first().map_or(0, |&at| self.places[at].header);
        if first > 0 {
            self.oddities.push(ArchiveError::Around(first, "before"));
        }
        let directory = self.zip.directory_offset();
        for (place, &at) in order.iter().enumerate() {
            let next = order.get(place + 1).copied();
            let limit = next.map_or(directory, |next| self.places[next].header.min(directory));
            self.places[at].limit = limit;
            let (header, packed) = (self.places[at].header, self.places[at].wayfinder.compressed_size_hint());
            if header.saturating_add(LOCAL_HEADER + self.places[at].name).saturating_add(packed) > limit {
                let other = next.map_or("the directory", |next| self.members[next].path.as_str());
                self.oddities.push(ArchiveError::Overlap(self.members[at].path.clone(), other.to_owned()));
            }
        }
    }

    /// Returns the files in the order of the directory; the path of a folder ends in `/`.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// Returns what is odd about the archive.
    #[must_use]
    pub fn oddities(&self) -> &[ArchiveError] {
        &self.oddities.told
    }

    /// Returns how many oddities there are beyond those.
    #[must_use]
    pub const fn more_oddities(&self) -> usize {
        self.oddities.more
    }

    /// Tells whether a path is there more than once.
    #[must_use]
    pub const fn has_duplicates(&self) -> bool {
        self.duplicates
    }

    /// Gives up the archive for the list of its files.
    #[must_use]
    pub fn into_members(self) -> Vec<Member> {
        self.members
    }

    /// Returns the place of a path among the files; the last one, as Python has it, where
    /// there are several.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<usize> {
        self.members.iter().rposition(|member| member.path == path)
    }

    /// Unpacks a file of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// Returns an error where it is larger than `limit` or [`limits::MAX_MEMBER`], where
    /// it is not what the directory says of it, or where enough was unpacked.
    pub fn read(&mut self, at: usize, limit: u64) -> Result<Vec<u8>, ArchiveError> {
        let (Some(member), Some(place)) = (self.members.get(at), self.places.get(at)) else {
            return Err(ArchiveError::Missing(format!("file {at}")));
        };
        let path = || member.path.clone();
        if let Some(problem) = problem(member, place) {
            return Err(problem);
        }
        let limit = limit.min(limits::MAX_MEMBER);
        if member.size > limit {
            return Err(ArchiveError::TooLarge { path: path(), size: member.size, limit });
        }
        if self.unpacked + member.size > limits::MAX_UNPACKED {
            return Err(ArchiveError::Spent(path()));
        }
        let entry = self.zip.get_entry(place.wayfinder).map_err(ArchiveError::of)?;
        let (_, end) = entry.compressed_data_range();
        if end > place.limit {
            return Err(ArchiveError::Overlap(path(), "what follows".to_owned()));
        }
        // Two names of the greatest length: one is of the path, the other of what is said of it.
        let is_named = BUFFER.with_borrow_mut(|buffer| {
            let header = entry.local_header(&mut buffer[..2 * usize::from(u16::MAX)]).map_err(ArchiveError::of)?;
            Ok::<bool, ArchiveError>(String::from_utf8_lossy(header.file_path().as_ref()) == member.path)
        });
        if !is_named? {
            return Err(ArchiveError::OtherName(path()));
        }
        let mut bytes = Vec::new();
        // One byte more than it may have shows that it has too many.
        let most = member.size + 1;
        let unpacked = match place.method {
            CompressionMethod::STORE => entry.reader().take(most).read_to_end(&mut bytes),
            _ => inflate::read(entry.reader(), most, &mut bytes),
        };
        self.unpacked += bytes.len() as u64;
        if let Err(error) = unpacked {
            return Err(match error.kind() {
                std::io::ErrorKind::UnexpectedEof => ArchiveError::Size(path()),
                std::io::ErrorKind::InvalidInput | std::io::ErrorKind::InvalidData => {
                    ArchiveError::Damaged(format!("`{}` cannot be unpacked", member.path))
                }
                _ => ArchiveError::Io(error.to_string()),
            });
        }
        if bytes.len() as u64 != member.size {
            return Err(ArchiveError::Size(path()));
        }
        if rawzip::crc32(&bytes) != place.checksum {
            return Err(ArchiveError::Checksum(path()));
        }
        Ok(bytes)
    }
}

fn taken(entry: &ZipFileHeaderRecord<'_>) -> (Member, Place) {
    let path = String::from_utf8_lossy(entry.file_path().as_ref()).into_owned();
    let flags = entry.flags();
    let place = Place {
        wayfinder: entry.wayfinder(),
        header: entry.local_header_offset(),
        limit: 0,
        method: entry.compression_method(),
        encrypted: flags.is_encrypted() || flags.has_strong_encryption() || flags.is_masked(),
        checksum: entry.crc32(),
        name: entry.file_path().as_ref().len() as u64,
    };
    (Member { path, size: entry.uncompressed_size_hint() }, place)
}

/// Returns why a file cannot be read, as far as the directory tells.
fn problem(member: &Member, place: &Place) -> Option<ArchiveError> {
    let path = || member.path.clone();
    let packed = place.wayfinder.compressed_size_hint();
    if place.encrypted {
        return Some(ArchiveError::Encrypted(path()));
    }
    if !matches!(place.method, CompressionMethod::STORE | CompressionMethod::DEFLATE) {
        let name = place.method.name().map_or_else(|| place.method.as_u16().to_string(), str::to_owned);
        return Some(ArchiveError::Method(path(), name));
    }
    if place.method == CompressionMethod::STORE && packed != member.size {
        return Some(ArchiveError::Size(path()));
    }
    if member.size >= limits::RATIO_FROM && member.size / limits::MAX_RATIO > packed {
        return Some(ArchiveError::Ratio { path: path(), packed, size: member.size });
    }
    None
}

/// Tells whether unpacking a path could write outside the folder that it is unpacked to.
fn leads_outside(path: &str) -> bool {
    let bytes = path.as_bytes();
    let (drive, rooted) = (bytes.get(1) == Some(&b':'), matches!(bytes.first(), Some(b'/' | b'\\')));
    // Few paths have two dots, and to take one apart takes longer.
    let climbs = bytes.windows(2).any(|two| two == b"..") && path.split(['/', '\\']).any(|part| part == "..");
    drive || rooted || bytes.contains(&0) || climbs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_archive_is_told() {
        for bytes in [&b""[..], b"PK", b"PK\x03\x04", &vec![0; 70_000]] {
            let opened = Archive::open(bytes, bytes.len() as u64).map(|_| ());
            assert_eq!(opened, Err(ArchiveError::NoEnd), "{} bytes", bytes.len());
        }
    }

    #[test]
    fn the_smallest_archive_is_empty() {
        let mut bytes = b"PK\x05\x06".to_vec();
        bytes.resize(22, 0);
        let archive = Archive::open(bytes.as_slice(), 22).expect("an archive");
        assert!(archive.members().is_empty() && archive.oddities().is_empty());
        assert_eq!(archive.find("x"), None);
    }

    #[test]
    fn paths_that_lead_out_are_known() {
        for path in ["../x", "a/../../x", "/etc/x", "\\x", "a\\..\\x", "C:/x", "a\0b", ".."] {
            assert!(leads_outside(path), "{path:?}");
        }
        for path in ["a/b.py", "a..b/c", "...", "a/.b", "", "x"] {
            assert!(!leads_outside(path), "{path:?}");
        }
    }
}
