//! Writes zip archives of deflated files and of stored zeros, which take no room on the disk.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// An archive that is being written (PKWARE's APPNOTE, 4.3).
pub(crate) struct Packer {
    file: File,
    end: u64,
    directory: Vec<u8>,
    count: u16,
}

impl Packer {
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        Ok(Self { file: File::create(path)?, end: 0, directory: Vec::new(), count: 0 })
    }

    /// Adds a deflated file.
    pub(crate) fn text(&mut self, path: &str, text: &str) -> io::Result<()> {
        let mut deflater = DeflateEncoder::new(Vec::new(), Compression::default());
        deflater.write_all(text.as_bytes())?;
        let bytes = deflater.finish()?;
        self.head(path, 8, text.as_bytes(), bytes.len())?;
        self.write(&bytes)
    }

    /// Adds a stored file of zeros.
    pub(crate) fn zeros(&mut self, path: &str, zeros: &[u8]) -> io::Result<()> {
        self.head(path, 0, zeros, zeros.len())?;
        self.end += zeros.len() as u64;
        Ok(())
    }

    /// Writes a file's own header, and keeps that for the directory.
    fn head(&mut self, path: &str, method: u8, bytes: &[u8], packed: usize) -> io::Result<()> {
        let mut checksum = Crc::new();
        checksum.update(bytes);
        let offset = small(self.end);
        // Version 2.0, no flags, the first date there is.
        let mut head = vec![20, 0, 0, 0, method, 0, 0, 0, 0x21, 0];
        head.extend(checksum.sum().to_le_bytes());
        head.extend(small(packed as u64).to_le_bytes());
        head.extend(small(bytes.len() as u64).to_le_bytes());
        head.extend(u16::try_from(path.len()).expect("names are short").to_le_bytes());
        head.extend([0, 0]);
        self.directory.extend(b"PK\x01\x02\x14\x00");
        self.directory.extend(&head);
        // No comment, disk 0, no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(path.bytes());
        self.count += 1;
        self.write(&[b"PK\x03\x04", head.as_slice(), path.as_bytes()].concat())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all_at(bytes, self.end)?;
        self.end += bytes.len() as u64;
        Ok(())
    }

    /// Writes the directory.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        let (start, size, count) = (small(self.end), small(self.directory.len() as u64), self.count.to_le_bytes());
        let mut rest = std::mem::take(&mut self.directory);
        rest.extend(b"PK\x05\x06\0\0\0\0");
        rest.extend(count);
        rest.extend(count);
        rest.extend(size.to_le_bytes());
        rest.extend(start.to_le_bytes());
        rest.extend([0, 0]);
        self.write(&rest)
    }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).expect("the archive is small")
}
