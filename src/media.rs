//! The duration of a media file, and whether it can be played already.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::time::Duration;

use nom_exif::{EntryValue, TrackInfoTag, read_track};

/// How long a video plays; none if the file cannot be read or is not finished.
///
/// Reads the Matroska and MP4 that OBS writes. Blocks on the disk.
pub(crate) fn duration(path: &Path) -> Option<Duration> {
    match read_track(path).ok()?.get(TrackInfoTag::DurationMs)? {
        EntryValue::U64(milliseconds) if *milliseconds > 0 => Some(Duration::from_millis(*milliseconds)),
        _ => None,
    }
}

/// Begins a Matroska file.
const MATROSKA: [u8; 4] = [0x1A, 0x45, 0xDF, 0xA3];

/// Begins the first pictures of a Matroska file.
const CLUSTER: [u8; 4] = [0x1F, 0x43, 0xB6, 0x75];

/// Within so many bytes a Matroska file has its first pictures.
const HEAD: u64 = 64 * 1024;

/// So many boxes an MP4 has before its index, at most.
const MAX_BOXES: usize = 64;

/// Whether a video that may still be written can be played: a Matroska file with pictures, an MP4 with its index (which
/// comes last unless the file is written in fragments). A file of another format only has to be non-empty.
///
/// # Errors
/// The file cannot be read. Blocks on the disk.
pub(crate) fn is_playable(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    if head.starts_with(&MATROSKA) {
        return Ok(head.windows(CLUSTER.len()).any(|bytes| bytes == CLUSTER));
    }
    if head.get(4..8) == Some(b"ftyp") {
        return has_index(&mut file);
    }
    Ok(!head.is_empty())
}

/// Whether the boxes of an MP4 have its index among them.
fn has_index(file: &mut File) -> io::Result<bool> {
    let mut at = 0;
    for _ in 0..MAX_BOXES {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 16];
        let read = file.by_ref().take(16).read(&mut head)?;
        let [s1, s2, s3, s4, kind @ .., l1, l2, l3, l4, l5, l6, l7, l8] = head;
        if read < 8 {
            break;
        }
        if kind == *b"moov" {
            return Ok(true);
        }
        let size = match u32::from_be_bytes([s1, s2, s3, s4]) {
            // It goes on to the end of the file.
            0 => break,
            1 => u64::from_be_bytes([l1, l2, l3, l4, l5, l6, l7, l8]),
            size => size.into(),
        };
        at = at.saturating_add(size.max(8));
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn is_playable(bytes: &[&[u8]]) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes.concat()).unwrap();
        super::is_playable(file.path()).unwrap()
    }

    #[test]
    fn matroska_is_playable_from_its_first_pictures_on() {
        assert!(!is_playable(&[]));
        assert!(!is_playable(&[&MATROSKA, b"header"]));
        assert!(is_playable(&[&MATROSKA, b"header", &CLUSTER, b"pictures"]));
        assert!(super::is_playable(Path::new("/nowhere/a.mkv")).is_err());
    }

    #[test]
    fn an_mp4_is_playable_when_it_has_its_index() {
        let begin: &[u8] = b"\0\0\0\x0Cftypisom";
        assert!(!is_playable(&[begin]));
        // Pictures to the end of the file, of a size that is not known yet.
        assert!(!is_playable(&[begin, b"\0\0\0\0mdat", b"pictures"]));
        assert!(is_playable(&[begin, b"\0\0\0\x08moov", b"\0\0\0\0mdat"]));
        assert!(is_playable(&[begin, b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x12xx", b"\0\0\0\x08moov"]));
    }

    #[test]
    fn other_formats_are_believed() {
        assert!(is_playable(&[b"FLV"]));
    }
}
