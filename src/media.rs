//! What a video file says of itself.

use std::path::Path;
use std::time::Duration;

use nom_exif::{EntryValue, TrackInfoTag, read_track};

/// How long a video plays; none when the file cannot be read or does not say it, as one that is still being written.
///
/// Reads the Matroska and MP4 that OBS writes. Blocks on the disk.
pub fn duration(path: &Path) -> Option<Duration> {
    match read_track(path).ok()?.get(TrackInfoTag::DurationMs)? {
        EntryValue::U64(milliseconds) if *milliseconds > 0 => Some(Duration::from_millis(*milliseconds)),
        _ => None,
    }
}
