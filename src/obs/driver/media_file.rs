//! Finished files of OBS: how long they play, and the names they get.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};
use tracing::{info, warn};

use super::file_name;
use crate::media;

/// How long to wait before a file that is held is tried again.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// A file that OBS has finished.
#[derive(Debug)]
pub(super) struct FinishedFile {
    /// Where it is now.
    pub(super) path: PathBuf,
    /// How long it plays; not known of files on other computers.
    pub(super) duration: Option<Duration>,
}

/// Looks how long a file plays and gives it its name, if it is on this computer. Tries for as long as `timeout` lasts.
pub(super) async fn finish(path: PathBuf, name: Option<String>, timeout: Duration) -> FinishedFile {
    let deadline = Instant::now() + timeout;
    loop {
        let (file, wanted) = (path.clone(), name.clone());
        let finished = spawn_blocking(move || (media::duration(&file), rename(&file, wanted.as_deref()))).await;
        let (duration, renamed) = finished.unwrap_or_else(|panic| (None, Err(io::Error::other(panic))));
        let error = match renamed {
            Ok(path) => return FinishedFile { path, duration },
            Err(error) => error,
        };
        if error.kind() == io::ErrorKind::NotFound {
            info!(path = %path.display(), "the file is not on this computer and keeps its name");
            return FinishedFile { path, duration };
        }
        if Instant::now() >= deadline {
            warn!(path = %path.display(), name, "the file keeps its name, since it cannot be renamed: {error}");
            return FinishedFile { path, duration };
        }
        sleep(RETRY_INTERVAL).await;
    }
}

fn rename(path: &Path, name: Option<&str>) -> io::Result<PathBuf> {
    match name {
        Some(name) => file_name::rename(path, name),
        None => Ok(path.to_owned()),
    }
}
