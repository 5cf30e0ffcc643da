//! Files that OBS writes: whether they are there, how long they play, and the names they get.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use crate::obs::error::ObsError;
use crate::telemetry::messages;
use crate::{file_name, media};

/// How long to wait before a file that is held is tried again.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// How often to look for a file that is not there yet.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// A file's time of creation can be this much too early: OBS uses a name again within a second, and an overwritten file
/// (on Windows also a new file with a deleted one's name) has the time of the old one.
pub(super) const TIME_TOLERANCE: Duration = Duration::from_millis(1020);

/// A file that OBS has finished.
#[derive(Debug)]
pub(super) struct FinishedFile {
    /// Where it is now.
    pub(super) path: PathBuf,
    /// How long it plays; not known of files on other computers.
    pub(super) duration: Option<Duration>,
}

/// Looks how long a file plays and gives it its name, if it is on this computer. Tries for as long as `timeout` lasts.
pub(super) async fn finish(instance: &str, path: PathBuf, name: Option<String>, timeout: Duration) -> FinishedFile {
    let deadline = Instant::now() + timeout;
    loop {
        let (file, wanted) = (path.clone(), name.clone());
        let finished = spawn_blocking(move || {
            (media::duration(&file), wanted.map_or_else(|| Ok(file.clone()), |name| rename(&file, &name)))
        })
        .await;
        let (duration, renamed) = finished.unwrap_or_else(|panic| (None, Err(io::Error::other(panic))));
        let error = match renamed {
            Ok(path) => return FinishedFile { path, duration },
            Err(error) => error,
        };
        if error.kind() == io::ErrorKind::NotFound {
            messages::obs_file_elsewhere(instance, path.display());
            return FinishedFile { path, duration };
        }
        if Instant::now() >= deadline {
            messages::obs_file_not_renamed(instance, path.display(), name.unwrap_or_default(), error);
            return FinishedFile { path, duration };
        }
        sleep(RETRY_INTERVAL).await;
    }
}

/// Renames a file within its folder, keeping its ending; a name that is taken gets ` (2)` and so on.
///
/// If that fails, the file keeps its old name.
fn rename(path: &Path, name: &str) -> io::Result<PathBuf> {
    let name = file_name::safe(name);
    let ending = path.extension().map(|ending| format!(".{}", ending.to_string_lossy())).unwrap_or_default();
    for number in 1..1000 {
        let copy = if number == 1 { String::new() } else { format!(" ({number})") };
        // OBS on Windows writes `/`; what is put together anew has the separators of the system throughout.
        let target: PathBuf = path.with_file_name(format!("{name}{copy}{ending}")).components().collect();
        if target == path {
            return Ok(target);
        }
        // An empty file of our own takes the name first, since a rename would overwrite what is there.
        match OpenOptions::new().write(true).create_new(true).open(&target) {
            Ok(placeholder) => drop(placeholder),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(error),
        }
        return match fs::rename(path, &target) {
            Ok(()) => Ok(target),
            Err(error) => {
                // The error of the rename is the one to report; an empty file that is left over does no harm.
                _ = fs::remove_file(&target);
                Err(error)
            }
        };
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "a thousand files have that name"))
}

/// Waits until a file that OBS has saved is there and whole; trusts OBS if the folder is on another machine.
///
/// # Errors
/// By the deadline it is not there, is empty, or is a part of a clip.
pub(super) async fn is_written(path: &Path, deadline: Instant) -> Result<(), ObsError> {
    loop {
        let looked_at = path.to_owned();
        let found = spawn_blocking(move || {
            if is_elsewhere(&looked_at) || media::is_whole(&looked_at).unwrap_or(false) {
                return Ok(());
            }
            let bytes = looked_at.metadata().map_or(0, |file| file.len());
            let file = looked_at.to_string_lossy().into_owned();
            Err(if bytes == 0 { ObsError::ClipMissing(file) } else { ObsError::ClipCut { file, bytes } })
        });
        let found = found.await.unwrap_or_else(|_| Err(ObsError::ClipMissing(path.to_string_lossy().into_owned())));
        if found.is_ok() || Instant::now() >= deadline {
            return found;
        }
        sleep(POLL_INTERVAL).await;
    }
}

/// Whether a recording can be played as far as it goes; trusts OBS if the folder is on another machine.
pub(super) async fn is_playable(path: PathBuf) -> bool {
    spawn_blocking(move || is_elsewhere(&path) || media::is_playable(&path).unwrap_or(false)).await.unwrap_or(false)
}

/// Whether a file is on another machine.
fn is_elsewhere(path: &Path) -> bool {
    !path.parent().is_some_and(Path::is_dir)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_name_that_is_taken_gets_a_number_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for text in ["first", "second", "third"] {
            fs::write(at("obs.mkv"), text).unwrap();
            rename(&at("obs.mkv"), "Bout 1").unwrap();
        }
        let read = |name: &str| fs::read_to_string(at(name)).unwrap();
        assert_eq!([read("Bout 1.mkv"), read("Bout 1 (2).mkv"), read("Bout 1 (3).mkv")], ["first", "second", "third"]);
        assert!(!at("obs.mkv").exists());
    }

    #[test]
    fn a_file_that_is_gone_leaves_no_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        assert!(rename(&folder.path().join("obs.mkv"), "Bout 1").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_has_the_name_already_keeps_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Bout 1.mkv");
        fs::write(&path, "first").unwrap();
        assert_eq!(rename(&path, "Bout 1").unwrap(), path);
    }
}
