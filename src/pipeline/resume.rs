//! What earlier sessions know of a court, from the database or else from the last capture.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::bout::MAX_BREAK;
use crate::capture;
use crate::config::Config;
use crate::court::{Court, Input, Resume};
use crate::rules::Rules;
use crate::store::Store;
use crate::telemetry::messages;
use crate::time::Time;

/// What earlier sessions know of each court, where they know something.
pub(super) fn find<'a>(
    config: &Config,
    store: Option<&Store>,
    courts: impl Iterator<Item = &'a Arc<str>>,
    now: Time,
) -> HashMap<Arc<str>, Arc<Resume>> {
    let found = courts.filter_map(|court| {
        let resume = match store {
            Some(store) => store.resume(court, now).unwrap_or_else(|error| {
                messages::store_no_resume(court, error);
                Resume::default()
            }),
            None => of_last_capture(config, court),
        };
        let is_empty = resume.snapshot.is_none() && resume.bouts.is_empty();
        (!is_empty).then(|| (court.clone(), Arc::new(resume)))
    });
    found.collect()
}

/// Plays the last capture of a court through a court without rules.
fn of_last_capture(config: &Config, court: &Arc<str>) -> Resume {
    let Some(path) = config.capture_sink().and_then(|sink| last_capture(&sink.directory, court)) else {
        return Resume::default();
    };
    let Ok(reader) = capture::open(&path) else { return Resume::default() };
    let mut played = Court::new(court.clone(), Vec::new(), Rules::none()).with_review_rules(config.reviews);
    let mut outputs = Vec::new();
    // One that breaks off is known up to there.
    for recorded in reader.map_while(Result::ok) {
        if let Input::Setup(setup) = &recorded.input {
            played = played.with_session(setup.session);
        }
        played.step(recorded.at, &recorded.input, &mut outputs);
        outputs.clear();
    }
    played.leave()
}

/// The capture of a court that was written to last, if a bout in it can still be on.
fn last_capture(directory: &Path, court: &str) -> Option<PathBuf> {
    let files = fs::read_dir(directory).ok()?.flatten().filter_map(|entry| {
        let written = entry.metadata().ok()?.modified().ok()?;
        let is_recent = SystemTime::now().duration_since(written).is_ok_and(|ago| ago <= MAX_BREAK);
        (is_recent && entry.path().extension().is_some_and(|ending| ending == "pcapng"))
            .then(|| (written, entry.path()))
    });
    let mut files: Vec<_> = files.collect();
    files.sort();
    let of_court = |path: &PathBuf| capture::open(path).is_ok_and(|reader| reader.court() == Some(court));
    files.into_iter().rev().map(|(_, path)| path).find(of_court)
}
