//! Writes datagrams as text traces instead of sending them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::time::Duration;

use super::feed::Feeds;
use super::outgoing::Outgoing;
use super::pace::Pace;
use super::send::Played;
use crate::capture::write_trace;

#[derive(Debug, thiserror::Error)]
#[error("the trace {} cannot be written: {source}", .path.display())]
pub(crate) struct WriteError {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

/// Writes a trace for each court, with the times at which datagrams would be sent, and none from `until` on.
pub(crate) fn write<E: From<WriteError>>(
    feeds: Feeds,
    paths: &[PathBuf],
    pace: Pace,
    until: Option<Duration>,
    mut each: impl FnMut(usize, &Outgoing) -> Result<(), E>,
) -> Result<Played, E> {
    let failed = |path: &PathBuf, source| WriteError { path: path.clone(), source };
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        files.push((path, BufWriter::new(File::create(path).map_err(|error| failed(path, error))?)));
    }
    let mut datagrams = 0;
    for (court, outgoing) in feeds {
        let at = Duration::from_millis(outgoing.at_ms);
        let at = pace.due(datagrams, at).unwrap_or(at);
        if until.is_some_and(|until| at >= until) {
            break;
        }
        let Some((path, file)) = files.get_mut(court) else { continue };
        write_trace(file, at, &outgoing.bytes).map_err(|error| failed(path, error))?;
        datagrams += 1;
        each(court, &outgoing)?;
    }
    for (path, file) in &mut files {
        file.flush().map_err(|error| failed(path, error))?;
    }
    Ok(Played { datagrams, took: Duration::ZERO })
}
