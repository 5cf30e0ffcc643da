//! The duration of a media file, whether it can be played already, and whether it is whole.

mod matroska;
mod mp4;

use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _};
use std::path::Path;
use std::time::Duration;

use nom_exif::{EntryValue, TrackInfoTag, read_track};

use self::mp4::Boxes;

/// How long a video plays; none if the file cannot be read or is not finished.
///
/// Reads the Matroska and MP4 that OBS writes. Blocks on the disk.
pub(crate) fn duration(path: &Path) -> Option<Duration> {
    match read_track(path).ok()?.get(TrackInfoTag::DurationMs)? {
        EntryValue::U64(milliseconds) if *milliseconds > 0 => Some(Duration::from_millis(*milliseconds)),
        _ => None,
    }
}

/// Within so many bytes a Matroska file has its first pictures.
const HEAD: u64 = 64 * 1024;

/// Whether a video that may still be written can be played: a Matroska file with pictures, an MP4 with its index (which
/// comes last unless the file is written in fragments). A file of another format only has to be non-empty.
///
/// # Errors
/// The file cannot be read. Blocks on the disk.
pub(crate) fn is_playable(path: &Path) -> io::Result<bool> {
    let (mut file, head) = open(path)?;
    if head.starts_with(&matroska::EBML) {
        return Ok(head.windows(matroska::CLUSTER.len()).any(|bytes| bytes == matroska::CLUSTER));
    }
    if head.get(4..8) == Some(mp4::FIRST) {
        let length = file.get_ref().metadata()?.len();
        return Ok(Boxes::read(&mut file, length)?.has_index());
    }
    Ok(!head.is_empty())
}

/// Whether a video was finished and has all of its pictures, by the format that the ending of its name says: Matroska or
/// MP4. A file of another format only has to be non-empty.
///
/// # Errors
/// The file cannot be read. Blocks on the disk.
pub(crate) fn is_whole(path: &Path) -> io::Result<bool> {
    let mut file = BufReader::new(File::open(path)?);
    let length = file.get_ref().metadata()?.len();
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("mkv") => matroska::is_whole(&mut file, length),
        Some("mp4" | "mov") => Ok(Boxes::read(&mut file, length)?.are_whole(length)),
        _ => Ok(length > 0),
    }
}

/// A file from its beginning on, and its first bytes.
fn open(path: &Path) -> io::Result<(BufReader<File>, Vec<u8>)> {
    let mut file = BufReader::new(File::open(path)?);
    let mut head = Vec::new();
    file.by_ref().take(HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    Ok((file, head))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::matroska::{CLUSTER, EBML};
    use super::*;

    fn is_playable(bytes: &[&[u8]]) -> bool {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes.concat()).unwrap();
        super::is_playable(file.path()).unwrap()
    }

    fn is_whole(ending: &str, bytes: &[&[u8]]) -> bool {
        let file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
        std::fs::write(file.path(), bytes.concat()).unwrap();
        super::is_whole(file.path()).unwrap()
    }

    /// A Matroska file with two blocks in a cluster, and the size of all that is not its header.
    fn matroska(size: u8) -> Vec<u8> {
        let segment = [0x18, 0x53, 0x80, 0x67, size];
        let cluster = [0x1F, 0x43, 0xB6, 0x75, 0x88, 0xA3, 0x82, 1, 2, 0xA3, 0x82, 3, 4];
        [&EBML[..], &[0x81, 0], &segment, &cluster].concat()
    }

    #[test]
    fn matroska_that_breaks_off_or_was_not_finished_is_not_whole() {
        let whole = matroska(0x80 + 13);
        assert!(is_whole(".mkv", &[&whole]));
        for end in 0..whole.len() {
            assert!(!is_whole(".mkv", &[&whole[..end]]), "{end}");
        }
        // The size is not known before the end.
        assert!(!is_whole(".mkv", &[&matroska(0xFF)]));
        // What the disk had no room for is zeros.
        let mut hole = whole.clone();
        hole[20..].fill(0);
        assert!(!is_whole(".mkv", &[&hole]));
    }

    #[test]
    fn mp4_that_breaks_off_or_was_not_finished_is_not_whole() {
        let begin: &[u8] = b"\0\0\0\x0Cftypisom";
        let (media, index): (&[u8], &[u8]) = (b"\0\0\0\x0Amdatxx", b"\0\0\0\x08moov");
        assert!(is_whole(".mp4", &[begin, media, index]));
        assert!(!is_whole(".mp4", &[begin, media]));
        assert!(!is_whole(".mp4", &[begin, index]));
        assert!(!is_whole(".mp4", &[begin, index, &media[..9]]));
        assert!(!is_whole(".mp4", &[begin, index, b"\0\0\0\0mdat"]));
        // In fragments, whose index comes last.
        let fragment: &[u8] = b"\0\0\0\x08moof";
        assert!(!is_whole(".mp4", &[begin, index, fragment, media]));
        assert!(is_whole(".mp4", &[begin, index, fragment, media, b"\0\0\0\x08mfra"]));
    }

    #[test]
    fn matroska_is_playable_from_its_first_pictures_on() {
        assert!(!is_playable(&[]));
        assert!(!is_playable(&[&EBML, b"header"]));
        assert!(is_playable(&[&EBML, b"header", &CLUSTER, b"pictures"]));
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
        assert!(is_whole(".flv", &[b"FLV"]) && !is_whole(".flv", &[]));
        assert!(is_playable(&[b"FLV"]));
    }
}
