//! Finds problems before the day: ports, folders, disks, the player, and each OBS.

mod courts;
mod running;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::running::Running;
pub(crate) use crate::checkup::{CheckResult, CheckStatus};
use crate::checkup::{CheckResults, size, try_writing};
use crate::config::{Config, ObsSink, PlayerSink, Sink};
use crate::obs::{self, ObsOptions};
use crate::player::{self, PlayerOptions};
use crate::private_file;
use crate::rules::{Sources, check};
use crate::store::StoreReader;

/// How long before a request for review the action may lie, unless a rule says otherwise.
const PRE_ROLL: Duration = Duration::from_secs(5);

/// Less space than this needs a look.
const LITTLE_SPACE: u64 = 1_000_000_000;

/// Less space than this is none.
const NO_SPACE: u64 = 100_000_000;

/// Looks at all that the config names, and asks the vta that runs with it. What it makes, it deletes again.
pub(crate) async fn examine(config: &Config, running: &Running) -> Vec<CheckResult> {
    let mut found = privacy(&config.file.display().to_string(), [config.file.clone()]);
    found.extend(running.results());
    found.extend(courts::examine(config, running));
    for (name, sink) in &config.sinks {
        found.extend(match sink {
            Sink::Store(sink) => {
                let suffixed = ["", "-wal", "-shm"].map(|suffix| format!("{}{suffix}", sink.path.display()).into());
                [database(name, &sink.path), privacy(name, suffixed)].concat()
            }
            Sink::Capture(sink) => files_in(name, &sink.directory, ".pcapng"),
            Sink::Log(sink) => match &sink.directory {
                Some(directory) => files_in(name, directory, ".log.jsonl"),
                None => Vec::new(),
            },
            Sink::Player(sink) => player(name, sink, running).await,
            Sink::Obs(sink) => obs_and_rules(config, name, sink, running).await,
        });
    }
    found
}

/// Looks at an OBS, and whether it has what the rules name.
async fn obs_and_rules(config: &Config, name: &Arc<str>, sink: &ObsSink, running: &Running) -> Vec<CheckResult> {
    let options = &ObsOptions::of(name, sink);
    let pre_rolls = config.rules.files.iter().filter_map(|file| {
        // The check of the rules reports what cannot be read.
        check::pre_roll(&Sources::read(std::slice::from_ref(file)).ok()?)
    });
    let mut found = obs::examine(options, pre_rolls.max().unwrap_or(PRE_ROLL), running.name()).await;
    // That no connection is possible has been found already.
    let Ok(inventory) = obs::inventory(options).await else { return found };
    let mut results = CheckResults::about(&options.instance);
    let looked_up = obs::look_up(&obs::names(&config.rules.files, &sink.courts), name, &inventory);
    for missing in &looked_up.missing {
        results.add(CheckStatus::Fail, obs::in_words(missing));
    }
    if let Some(text) = looked_up.not_looked_up() {
        results.add(CheckStatus::Warn, text);
    } else if looked_up.missing.is_empty() && !config.rules.files.is_empty() {
        results.add(CheckStatus::Ok, "the scenes, sources and filters that the rules name are there");
    }
    found.extend(results.into_vec());
    found
}

fn database(name: &str, path: &Path) -> Vec<CheckResult> {
    let mut results = CheckResults::about(name);
    if path.exists() {
        if let Err(error) = StoreReader::examine(path) {
            results.add(CheckStatus::Fail, error.to_string());
            return results.into_vec();
        }
        if let Err(error) = std::fs::OpenOptions::new().append(true).open(path) {
            let text = format!("{} cannot be written: {error}; free it, or choose another `path`", path.display());
            results.add(CheckStatus::Fail, text);
        }
    }
    folder(results, path.parent().unwrap_or(path))
}

/// A folder of files that vta writes.
fn files_in(name: &str, directory: &Path, ending: &str) -> Vec<CheckResult> {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let files = entries.filter(|path| path.to_string_lossy().ends_with(ending));
    [folder(CheckResults::about(name), directory), privacy(name, files)].concat()
}

/// Looks for files that others may read, as those of an older vta or of a copy.
fn privacy(name: &str, files: impl IntoIterator<Item = PathBuf>) -> Vec<CheckResult> {
    let mut results = CheckResults::about(name);
    let mut open = files.into_iter().filter(|file| private_file::is_open_to_others(file));
    if let Some(first) = open.next() {
        let more = match open.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!(
            "other users of this computer may read {0}{more}, which may have names or passwords in it: chmod go= {0}",
            first.display()
        );
        results.add(CheckStatus::Warn, text);
    }
    results.into_vec()
}

/// A folder that is to be written to; one that is missing is made when it is needed.
fn folder(mut results: CheckResults, folder: &Path) -> Vec<CheckResult> {
    // A file that is named without a folder lies in this one.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let shown = folder.display();
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    if let Err(error) = try_writing(there) {
        results
            .add(CheckStatus::Fail, format!("{shown} cannot be written: {error}; choose another folder in the config"));
        return results.into_vec();
    }
    match fs4::available_space(there) {
        Ok(free) => {
            let (status, advice) = match free {
                ..NO_SPACE => (CheckStatus::Fail, "; make room"),
                NO_SPACE..LITTLE_SPACE => (CheckStatus::Warn, "; make room"),
                _ => (CheckStatus::Ok, ""),
            };
            results.add(status, format!("{shown} can be written, and {} are free{advice}", size(free as f64)));
        }
        Err(error) => {
            results.add(CheckStatus::Warn, format!("{shown} can be written; what is free there is not known: {error}"));
        }
    }
    results.into_vec()
}

async fn player(name: &Arc<str>, sink: &PlayerSink, running: &Running) -> Vec<CheckResult> {
    let mut results = CheckResults::about(name);
    if let Some(vta) = running.name() {
        // The jury may be looking at a clip.
        results.add(CheckStatus::Ok, format!("no test clip is shown, as the jury's screen is {vta}'s"));
        return results.into_vec();
    }
    match player::try_out(&PlayerOptions::of(name, sink)).await {
        Ok(version) => results.add(CheckStatus::Ok, format!("the player has shown a test clip: {version}")),
        Err(reason) => results.add(CheckStatus::Fail, reason),
    }
    results.into_vec()
}
