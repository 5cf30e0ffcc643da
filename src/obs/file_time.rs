//! When OBS began a file, and whether that was after a request.

use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::task::spawn_blocking;

use super::options::ObsOptions;
use crate::time::Time;

/// The times of files run behind the clock by a tick of the kernel, up to ten milliseconds.
const FILE_CLOCK_LAG: Duration = Duration::from_millis(20);

/// Whether a file that was begun then can be that of a request, or of a later one.
pub(super) fn can_follow(begun: Time, request: Time) -> bool {
    request.since(begun) <= FILE_CLOCK_LAG
}

/// When a file was begun; not known of files on other computers. The clock of another computer may be another one: there it
/// counts how long the file took until it was finished, which is now.
pub(super) async fn begun(path: &Path, obs: ObsOptions) -> Option<Time> {
    let (path, now) = (path.to_owned(), Time::now());
    let begun = spawn_blocking(move || {
        let file = path.metadata()?;
        let created = Time::from(file.created()?);
        Ok::<_, io::Error>(if obs.is_here() { created } else { now - Time::from(file.modified()?).since(created) })
    });
    begun.await.ok()?.ok()
}
