//! How much of the disk the captures may take.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::config::{CaptureSink, WhenFull};
use crate::telemetry::messages;

/// A capture that was written to so lately may be that of another court, or of another vta.
const IN_USE: Duration = Duration::from_secs(600);

/// The captures have no more room.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoRoom {
    #[error(
        "the captures in {} take {total_mb} MB, as many as `max_total_gb` allows: move old ones away, or change it",
        directory.display()
    )]
    Total { directory: PathBuf, total_mb: u64 },
    #[error(
        "only {free_mb} MB are left of the disk of {}, less than `min_free_mb`: make room",
        directory.display()
    )]
    Disk { directory: PathBuf, free_mb: u64 },
}

/// The limits of the captures in a folder.
#[derive(Clone, Debug)]
pub(super) struct CaptureRoom {
    directory: PathBuf,
    max_total_bytes: u64,
    min_free_bytes: u64,
    when_full: WhenFull,
}

/// A capture in the folder.
struct Old {
    path: PathBuf,
    bytes: u64,
    modified: SystemTime,
}

impl CaptureRoom {
    pub(super) fn of(sink: &CaptureSink) -> Self {
        Self {
            directory: sink.directory.clone(),
            max_total_bytes: sink.max_total_gb.saturating_mul(1_000_000_000),
            min_free_bytes: sink.min_free_mb.saturating_mul(1_000_000),
            when_full: sink.when_full,
        }
    }

    /// Without limits.
    #[cfg(test)]
    pub(super) fn unlimited(directory: &Path) -> Self {
        let (max_total_bytes, min_free_bytes) = (u64::MAX, 0);
        Self { directory: directory.to_owned(), max_total_bytes, min_free_bytes, when_full: WhenFull::Stop }
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Makes sure that there is room for more.
    pub(super) fn check(&self) -> Result<(), NoRoom> {
        let mut captures = self.captures();
        loop {
            let no_room = match self.missing(&captures) {
                None => return Ok(()),
                Some(no_room) => no_room,
            };
            let is_old = |old: &Old| {
                old.modified.elapsed().is_ok_and(|since| since > IN_USE) && fs::remove_file(&old.path).is_ok()
            };
            if self.when_full == WhenFull::Stop {
                return Err(no_room);
            }
            let Some(index) = captures.iter().position(is_old) else { return Err(no_room) };
            messages::capture_deleted(captures.remove(index).path.display());
        }
    }

    /// What it lacks.
    fn missing(&self, captures: &[Old]) -> Option<NoRoom> {
        let directory = self.directory.clone();
        let total: u64 = captures.iter().map(|old| old.bytes).sum();
        if total >= self.max_total_bytes {
            return Some(NoRoom::Total { directory, total_mb: total / 1_000_000 });
        }
        // What is not known stops nothing.
        let free = fs4::available_space(&directory).unwrap_or(u64::MAX);
        (free < self.min_free_bytes).then_some(NoRoom::Disk { directory, free_mb: free / 1_000_000 })
    }

    /// The captures in the folder, the oldest first.
    fn captures(&self) -> Vec<Old> {
        let entries = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let captures = entries.filter(|entry| entry.path().extension().is_some_and(|kind| kind == "pcapng"));
        let mut captures: Vec<_> = captures
            .filter_map(|entry| {
                let metadata = entry.metadata().ok()?;
                Some(Old { path: entry.path(), bytes: metadata.len(), modified: metadata.modified().ok()? })
            })
            .collect();
        captures.sort_by(|one, other| one.path.cmp(&other.path));
        captures
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::fs::File;

    const MB: u64 = 1_000_000;

    fn room(directory: &Path, when_full: WhenFull) -> CaptureRoom {
        CaptureRoom { directory: directory.to_owned(), max_total_bytes: 10 * MB, min_free_bytes: 0, when_full }
    }

    fn capture(directory: &Path, name: &str, bytes: u64, age: Duration) -> PathBuf {
        let path = directory.join(name);
        let file = File::create(&path).unwrap();
        file.set_len(bytes).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
        path
    }

    #[test]
    fn captures_beyond_the_limit_are_kept_unless_the_config_has_them_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let day = Duration::from_secs(86_400);
        let oldest = capture(folder.path(), "2026-01-01.pcapng", 5 * MB, 3 * day);
        let old = capture(folder.path(), "2026-01-02.pcapng", 5 * MB, 2 * day);
        let new = capture(folder.path(), "2026-01-03.pcapng", 2 * MB, Duration::ZERO);
        let notes = capture(folder.path(), "notes.txt", 50 * MB, day);
        let full = room(folder.path(), WhenFull::Stop).check();
        assert!(matches!(full, Err(NoRoom::Total { total_mb: 12, .. })), "{full:?}");
        assert!(oldest.exists());
        room(folder.path(), WhenFull::DeleteOldest).check().unwrap();
        assert_eq!([oldest, old, new, notes].map(|path| path.exists()), [false, true, true, true]);
    }

    #[test]
    fn capture_that_is_written_to_is_not_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let path = capture(folder.path(), "2026-01-01.pcapng", 20 * MB, Duration::from_secs(10));
        assert!(room(folder.path(), WhenFull::DeleteOldest).check().is_err());
        assert!(path.exists());
    }

    #[test]
    fn full_disk_is_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let full = CaptureRoom { min_free_bytes: u64::MAX, ..room(folder.path(), WhenFull::Stop) }.check();
        assert!(matches!(full, Err(NoRoom::Disk { .. })), "{full:?}");
    }
}
