//! Unpacks deflated files, one after the other with the same state.
//!
//! To make the state anew for each file takes longer than to unpack one of the few
//! lines that `WHEEL` has; to clear its window, too, and zlib-rs need not.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read};

use flate2::{Decompress, FlushDecompress, Status};

/// How many bytes are read or unpacked at once.
const CHUNK: usize = 16 * 1024;

thread_local! {
    static STATE: RefCell<(Decompress, Vec<u8>)> = RefCell::new((Decompress::new(false), vec![0; CHUNK]));
}

/// Appends what `reader` unpacks to, about `most` bytes of it; returns how many those are.
///
/// Where the packed bytes end early, so does what is unpacked.
///
/// # Errors
///
/// Returns an error of the reader, and [`ErrorKind::InvalidData`] where that is no deflated file.
pub(super) fn read(reader: impl Read, most: u64, out: &mut Vec<u8>) -> io::Result<usize> {
    STATE.with_borrow_mut(|(state, input)| {
        state.reset(false);
        read_with(state, input, reader, most, out)
    })
}

fn read_with(
    state: &mut Decompress,
    input: &mut [u8],
    mut reader: impl Read,
    most: u64,
    out: &mut Vec<u8>,
) -> io::Result<usize> {
    let first = out.len();
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let (mut from, mut to, mut is_end) = (0, 0, false);
    while out.len() - first < most {
        if from == to && !is_end {
            to = match reader.read(input) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                read => read?,
            };
            (from, is_end) = (0, to == 0);
        }
        // No size is believed: room grows with what has come.
        out.reserve((most - (out.len() - first)).min(CHUNK));
        let (packed, unpacked) = (state.total_in(), out.len());
        let flush = if is_end { FlushDecompress::Finish } else { FlushDecompress::None };
        let status = state.decompress_vec(&input[from..to], out, flush);
        let status = status.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))?;
        let taken = usize::try_from(state.total_in() - packed).unwrap_or(usize::MAX);
        // Nothing went in and nothing came out: nothing ever will.
        let is_stuck = taken == 0 && out.len() == unpacked && (is_end || from < to);
        if status == Status::StreamEnd || is_stuck {
            break;
        }
        from += taken;
    }
    Ok(out.len() - first)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::default());
        packer.write_all(bytes).expect("packed");
        packer.finish().expect("packed")
    }

    #[test]
    fn one_file_after_the_other_comes_back() {
        let long: Vec<u8> = (0..200_000_u32).flat_map(|n| (n.wrapping_mul(n) % 251).to_le_bytes()).collect();
        for bytes in [&b""[..], b"x", &long, b"Wheel-Version: 1.0\n", &vec![0; 100_000]] {
            let mut out = Vec::new();
            let read = read(&packed(bytes)[..], bytes.len() as u64 + 1, &mut out).expect("unpacked");
            assert_eq!((read, out.as_slice()), (bytes.len(), bytes));
        }
    }

    #[test]
    fn what_is_cut_off_damaged_or_too_long_is_noticed() {
        let whole = packed(&[7; 5000]);
        let mut out = Vec::new();
        assert!(read(&whole[..whole.len() / 2], 5001, &mut out).is_ok_and(|read| read < 5000));
        assert!(read(&b"\xff\xff\xff"[..], 10, &mut Vec::new()).is_err());
        let zeros = packed(&vec![0; 10_000_000]);
        let mut out = Vec::new();
        assert!(read(&zeros[..], 100, &mut out).is_ok_and(|read| (100..CHUNK * 4).contains(&read)));
    }
}
