//! Finds the format of a capture by its first bytes.

use std::io::{ErrorKind, Read};

use super::input::RawInput;
use super::pcap::Magic;
use super::text::{BYTE_ORDER_MARK, MAX_LINE, is_passed_over, timed, timed_by_blanks};
use super::{CaptureError, Format, hex};
use crate::time::Time;

/// Formats that are not read, by their first bytes.
const PACKERS: [(&[u8], &str); 6] = [
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\x04\x22\x4d\x18", "lz4"),
    (b"\xfd7zX", "xz"),
    (b"BZh", "bzip2"),
    (b"PK\x03\x04", "zip"),
];

/// Reads no more than the first line of text, so that a pipe need not end first; returns what was read.
pub(super) fn detect(name: &str, input: &mut RawInput) -> Result<(Format, Vec<u8>), CaptureError> {
    let mut head = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = match input.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read,
        };
        let count =
            read.map_err(|source| CaptureError::Read { name: name.to_owned(), offset: head.len() as u64, source })?;
        head.extend(chunk.iter().take(count));
        if let Some(format) = by_content(name, &head, count == 0 || head.len() > MAX_LINE)? {
            return Ok((format, head));
        }
    }
}

/// None if more of it is needed.
fn by_content(name: &str, head: &[u8], complete: bool) -> Result<Option<Format>, CaptureError> {
    let name = || name.to_owned();
    match head.first_chunk() {
        Some(b"\x0a\x0d\x0d\x0a") => return Ok(Some(Format::Pcapng)),
        Some(&magic) if Magic::read(magic).is_some() => return Ok(Some(Format::Pcap)),
        None if !complete => return Ok(None),
        _ => {}
    }
    if let Some((_, packer)) = PACKERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(CaptureError::Compressed { name: name(), packer });
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Err(CaptureError::Utf16 { name: name() });
    }
    let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    let first = text.split_inclusive(|&byte| byte == b'\n').find(|line| !is_passed_over(line));
    match first {
        None => return Ok(complete.then_some(Format::Lines)),
        Some(line) if !complete && !line.ends_with(b"\n") => return Ok(None),
        Some(line) if hex::is_payload(line) => return Ok(Some(Format::Payloads)),
        Some(line) if timed(line, Time::default()).is_ok() => return Ok(Some(Format::Trace)),
        Some(line) if timed_by_blanks(line, Time::default()).is_ok() => return Ok(Some(Format::Trace)),
        _ => {}
    }
    // Some senders leave NULs at the end of a message; elsewhere a NUL means that it is no text.
    if head.windows(2).any(|pair| pair.starts_with(b"\0") && !pair.ends_with(b"\0") && !ends_line(pair)) {
        return Err(CaptureError::Unknown { name: name() });
    }
    // A first line with a TAB and a bad number is a trace too, so that the number is reported.
    let tab = first.is_some_and(|line| line.contains(&b'\t'));
    Ok(Some(if tab { Format::Trace } else { Format::Lines }))
}

fn ends_line(pair: &[u8]) -> bool {
    pair.ends_with(b"\n") || pair.ends_with(b"\r")
}
