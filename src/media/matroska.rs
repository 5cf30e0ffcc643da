//! The structure of Matroska: elements within elements (RFC 8794), each with its id and its size.

use std::io::{self, Read, Seek};

/// Begins a file.
pub(super) const EBML: [u8; 4] = [0x1A, 0x45, 0xDF, 0xA3];

/// Begins pictures and sound.
pub(super) const CLUSTER: [u8; 4] = [0x1F, 0x43, 0xB6, 0x75];

/// Has all but the header.
const SEGMENT: [u8; 4] = [0x18, 0x53, 0x80, 0x67];

/// Whether a file of this length was finished and has all of its pictures: while it is written its size is not known, and
/// each element must end where the next begins.
pub(super) fn is_whole(file: &mut (impl Read + Seek), length: u64) -> io::Result<bool> {
    let Some((EBML, header_end)) = element(file)? else { return Ok(false) };
    skip_to(file, header_end)?;
    let Some((SEGMENT, end)) = element(file)? else { return Ok(false) };
    if end > length {
        return Ok(false);
    }
    let mut has_pictures = false;
    while file.stream_position()? < end {
        match element(file)? {
            Some((CLUSTER, cluster_end)) if cluster_end <= end => {
                has_pictures = true;
                if !has_all(file, cluster_end)? {
                    return Ok(false);
                }
            }
            Some((_, element_end)) if element_end <= end => skip_to(file, element_end)?,
            _ => return Ok(false),
        }
    }
    Ok(has_pictures)
}

/// Whether the elements from here on fill the place up to `end`.
fn has_all(file: &mut (impl Read + Seek), end: u64) -> io::Result<bool> {
    while file.stream_position()? < end {
        match element(file)? {
            Some((_, element_end)) if element_end <= end => skip_to(file, element_end)?,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// The id of the element that begins here, and where it ends; none if there is none or its size is not known.
fn element(file: &mut (impl Read + Seek)) -> io::Result<Option<([u8; 4], u64)>> {
    let Some((id, length)) = number(file)? else { return Ok(None) };
    let Some((size, size_length)) = number(file)? else { return Ok(None) };
    let size = size & !(1 << (7 * size_length));
    if length > 4 || size == (1 << (7 * size_length)) - 1 {
        return Ok(None);
    }
    let [.., i1, i2, i3, i4] = id.to_be_bytes();
    Ok(file.stream_position()?.checked_add(size).map(|end| ([i1, i2, i3, i4], end)))
}

/// A number of one to eight bytes, with the bit that marks its length, and that length.
fn number(file: &mut impl Read) -> io::Result<Option<(u64, u32)>> {
    let mut bytes = [0; 8];
    if file.take(1).read(&mut bytes)? == 0 {
        return Ok(None);
    }
    let [first, rest @ ..] = &mut bytes;
    let more = first.leading_zeros();
    // Eight zeros mark no number.
    let Some(rest) = rest.get_mut(..more as usize) else { return Ok(None) };
    match file.read_exact(rest) {
        Ok(()) => Ok(Some((u64::from_be_bytes(bytes) >> (56 - 8 * more), more + 1))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// Relative, so that what is buffered stays.
fn skip_to(file: &mut (impl Read + Seek), end: u64) -> io::Result<()> {
    let here = file.stream_position()?;
    file.seek_relative(i64::try_from(end.saturating_sub(here)).unwrap_or(i64::MAX))
}
