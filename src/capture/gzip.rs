//! Captures that were packed with gzip.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::CaptureError;
use super::input::RawInput;

const MAGIC: &[u8] = b"\x1f\x8b";

/// The input, unpacked if it is packed, and whether it is.
pub(super) fn unpack(name: &str, mut input: RawInput) -> Result<(RawInput, bool), CaptureError> {
    let mut head = Vec::new();
    let read = (&mut input).take(MAGIC.len() as u64).read_to_end(&mut head);
    read.map_err(|source| CaptureError::Read { name: name.to_owned(), offset: 0, source })?;
    let is_packed = head == MAGIC;
    let input = Cursor::new(head).chain(input);
    Ok(if is_packed { (Box::new(MultiGzDecoder::new(input)), true) } else { (Box::new(input), false) })
}
