//! Writes datagrams as text traces instead of sending them.

use std::path::PathBuf;
use std::time::Duration;

use super::feed::Feeds;
use super::outgoing::Outgoing;
use super::pace::Pace;
use super::send::Played;
use crate::capture::write_trace;
use crate::output_file::{Existing, OutputError, OutputFile};

/// Writes a trace for each court, with the times at which datagrams would be sent, and none from `until` on.
pub(crate) fn write<E: From<OutputError>>(
    feeds: Feeds,
    paths: &[PathBuf],
    existing: Existing,
    pace: Pace,
    until: Option<Duration>,
    mut each: impl FnMut(usize, &Outgoing) -> Result<(), E>,
) -> Result<Played, E> {
    let mut files = paths.iter().map(|path| OutputFile::create(path, existing)).collect::<Result<Vec<_>, _>>()?;
    let mut datagrams = 0;
    for (court, outgoing) in feeds {
        let at = Duration::from_millis(outgoing.at_ms);
        let at = pace.due(datagrams, at).unwrap_or(at);
        if until.is_some_and(|until| at >= until) {
            break;
        }
        let Some((file, path)) = files.get_mut(court).zip(paths.get(court)) else { continue };
        write_trace(file, at, &outgoing.bytes).map_err(|reason| OutputError::Io { path: path.clone(), reason })?;
        datagrams += 1;
        each(court, &outgoing)?;
    }
    for file in files {
        file.finish()?;
    }
    Ok(Played { datagrams, took: Duration::ZERO })
}
