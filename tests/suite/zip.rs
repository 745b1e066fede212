//! Zip archives written byte by byte, good ones and such as no program writes.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The method for files that are not packed.
const STORED: u16 = 0;
/// The method for packed ones.
const DEFLATED: u16 = 8;

/// One file of an archive; what is `None` is worked out.
#[derive(Clone, Default)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) method: u16,
    pub(crate) flags: u16,
    pub(crate) checksum: Option<u32>,
    /// The size once unpacked, as both headers say.
    pub(crate) size: Option<u32>,
    /// The packed size, as both headers say.
    pub(crate) packed: Option<u32>,
    /// The name in the file's own header.
    pub(crate) local_name: Option<String>,
    /// Where the directory says that the file's own header is.
    pub(crate) header: Option<u32>,
}

impl File {
    pub(crate) fn stored(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.to_owned(), bytes: bytes.into(), method: STORED, ..Self::default() }
    }

    pub(crate) fn deflated(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self { method: DEFLATED, ..Self::stored(name, bytes) }
    }

    fn data(&self) -> Vec<u8> {
        if self.method != DEFLATED {
            return self.bytes.clone();
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.bytes).expect("in memory");
        encoder.finish().expect("in memory")
    }

    /// The fields that both headers have: flags to lengths.
    fn fields(&self, packed: usize, name: &str) -> Vec<u8> {
        let short = |number: usize| u16::try_from(number).expect("short").to_le_bytes();
        let mut out = Vec::new();
        out.extend(self.flags.to_le_bytes());
        out.extend(self.method.to_le_bytes());
        out.extend([0; 4]);
        out.extend(self.checksum.unwrap_or_else(|| rawzip::crc32(&self.bytes)).to_le_bytes());
        out.extend(self.packed.unwrap_or(u32::try_from(packed).expect("small")).to_le_bytes());
        out.extend(self.size.unwrap_or(u32::try_from(self.bytes.len()).expect("small")).to_le_bytes());
        out.extend(short(name.len()));
        out.extend(short(0));
        out
    }
}

/// Returns an archive of these files.
pub(crate) fn archive(files: &[File]) -> Vec<u8> {
    archive_saying(files, u16::try_from(files.len()).expect("few"))
}

/// Returns an archive whose end says that it has `said` files.
pub(crate) fn archive_saying(files: &[File], said: u16) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for file in files {
        let (data, offset) = (file.data(), u32::try_from(out.len()).expect("small"));
        let local_name = file.local_name.as_ref().unwrap_or(&file.name);
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(file.fields(data.len(), local_name));
        out.extend(local_name.as_bytes());
        out.extend(&data);
        directory.extend(b"PK\x01\x02\x14\0\x14\0");
        directory.extend(file.fields(data.len(), &file.name));
        directory.extend([0; 10]);
        directory.extend(file.header.unwrap_or(offset).to_le_bytes());
        directory.extend(file.name.as_bytes());
    }
    let start = out.len();
    out.extend(&directory);
    out.extend(end(said, directory.len(), start));
    out
}

/// Returns the record at the end of an archive.
pub(crate) fn end(said: u16, directory: usize, start: usize) -> Vec<u8> {
    let mut out = b"PK\x05\x06\0\0\0\0".to_vec();
    out.extend(said.to_le_bytes());
    out.extend(said.to_le_bytes());
    out.extend(u32::try_from(directory).expect("small").to_le_bytes());
    out.extend(u32::try_from(start).expect("small").to_le_bytes());
    out.extend([0; 2]);
    out
}

/// Returns the files of a wheel with this `METADATA`, and `more` files.
pub(crate) fn wheel_files(folder: &str, metadata: &str, more: &[File]) -> Vec<File> {
    let named = |name: &str| format!("{folder}.dist-info/{name}");
    let mut files = vec![File::deflated("acme/__init__.py", "class Audit: ...\n")];
    files.extend(more.iter().cloned());
    files.push(File::deflated(&named("METADATA"), metadata));
    files.push(File::stored(&named("WHEEL"), "Wheel-Version: 1.0\n"));
    let listed = files.iter().map(|file| format!("{},,{}\n", file.name, file.bytes.len()));
    let record = listed.chain([format!("{},,\n", named("RECORD"))]).collect::<String>();
    files.push(File::deflated(&named("RECORD"), record));
    files
}

/// Returns the `METADATA` of a distribution, with more headers.
pub(crate) fn metadata(name: &str, version: &str, more: &str) -> String {
    format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{more}\n")
}

/// Returns a good wheel.
pub(crate) fn wheel(name: &str, version: &str, more: &str) -> Vec<u8> {
    archive(&wheel_files(&format!("{name}-{version}"), &metadata(name, version, more), &[]))
}

/// Returns an archive with a comment that makes it `size` bytes long.
pub(crate) fn padded(mut bytes: Vec<u8>, size: usize) -> Vec<u8> {
    let comment = u16::try_from(size - bytes.len()).expect("short");
    bytes.truncate(bytes.len() - 2);
    bytes.extend(comment.to_le_bytes());
    bytes.resize(size, b' ');
    bytes
}
