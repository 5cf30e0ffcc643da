//! A test save: timed, its media file measured, and deleted again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use obws::events::Event;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

use crate::checkup::{CheckStatus, size};
use crate::media;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::file_time;
use crate::obs::options::ObsOptions;
use crate::time::Time;

/// How long a save may take.
const SAVE_TIMEOUT: Duration = Duration::from_secs(10);

/// A save that takes longer costs the jury time.
const SLOW_SAVE: Duration = Duration::from_secs(3);

/// What the buffer is to hold before it is saved: a media file needs pictures before it has a length.
const MIN_FILL: Duration = Duration::from_secs(2);

/// Less than this says nothing about how many bytes a second takes. A buffer that was started while OBS recorded holds
/// nothing until the encoder's next key frame.
const MIN_MEASURED: Duration = Duration::from_secs(1);

/// How long to wait for it.
const FILL_TIMEOUT: Duration = Duration::from_secs(6);

/// How often the buffer is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// What a test save shows.
pub(super) struct TestSave {
    pub(super) status: CheckStatus,
    pub(super) text: String,
    /// What a second of video takes, where the file is seen from here.
    pub(super) bytes_per_second: Option<f64>,
}

impl TestSave {
    /// None is made while a vta works with the instance.
    pub(super) fn left_out(vta: &str) -> Self {
        let text =
            format!("no test save is made, since {vta} works with this OBS: end it for that, or try `vta ctl save`");
        Self { status: CheckStatus::Ok, text, bytes_per_second: None }
    }
}

/// Saves the buffer once, when it holds some video.
pub(super) async fn test_save(
    client: &Client,
    events: &mut mpsc::Receiver<Event>,
    options: &ObsOptions,
) -> Result<TestSave, ObsError> {
    let is_here = options.is_here();
    wait_until_filled(client).await?;
    let began = Instant::now();
    let path = match save(client, events, options).await {
        Ok(path) => path,
        Err(error) => {
            let text = format!("a test save failed: {error}");
            return Ok(TestSave { status: CheckStatus::Fail, text, bytes_per_second: None });
        }
    };
    let took = began.elapsed();
    let file = spawn_blocking({
        let path = path.clone();
        move || look_at(&path)
    });
    let file = file.await.unwrap_or(TestFile::Unreadable);
    let name = path.display();
    let seconds = took.as_secs_f64();
    let (status, text, rate) = match file {
        TestFile::Read { length, bytes, deleted } => {
            let mut text = format!(
                "a test save took {seconds:.2} s and gave {:.1} s of video, {}",
                length.as_secs_f64(),
                size(bytes)
            );
            match deleted {
                Ok(()) => text += "; the file was deleted again",
                Err(error) => text += &format!("; {name} stays, since it cannot be deleted: {error}"),
            }
            if took > SLOW_SAVE {
                text += "; that is slow: is the disk?";
            }
            let status = if took > SLOW_SAVE { CheckStatus::Warn } else { CheckStatus::Ok };
            if length < MIN_MEASURED {
                text += "; the buffer has only just begun, so ask again for what a day of recordings takes";
                (status, text, None)
            } else {
                (status, text, Some(bytes / length.as_secs_f64()))
            }
        }
        TestFile::Unreadable => {
            let text = format!("a test save gave {name}, which is no whole media file; is the disk full?");
            (CheckStatus::Fail, text, None)
        }
        TestFile::Missing => {
            let path = path.to_string_lossy();
            let folder = path.rsplit_once(['/', '\\']).map_or(&*path, |(folder, _)| folder);
            let on_obs = client.folders().on_obs(folder);
            if on_obs != folder {
                let text = format!(
                    "the test save {name} is not there: `paths` says that OBS's folder {on_obs} is {folder} on this \
                     computer; is it shared and mounted?"
                );
                (CheckStatus::Fail, text, None)
            } else if is_here {
                let text = format!("OBS says that it saved {name}, but that file is not there; is its disk full?");
                (CheckStatus::Fail, text, None)
            } else {
                let text = format!(
                    "a test save took {seconds:.2} s; its file {name} is on OBS's computer, stays there, and is not to \
                     be seen from here; share its folder and set this sink's `paths: {{ \"{folder}\": FOLDER }}`, where \
                     FOLDER is its path on this computer"
                );
                (CheckStatus::Warn, text, None)
            }
        }
    };
    Ok(TestSave { status, text, bytes_per_second: rate })
}

/// Waits until the buffer holds some video, where OBS says what it holds.
async fn wait_until_filled(client: &Client) -> Result<(), ObsError> {
    let Some(name) = client.buffer_output().await? else { return Ok(()) };
    let deadline = Instant::now() + FILL_TIMEOUT;
    while Instant::now() < deadline {
        let status = client.get::<Value>("GetOutputStatus", json!({"outputName": name})).await?;
        if status["outputDuration"].as_f64().is_none_or(|milliseconds| milliseconds >= MIN_FILL.as_secs_f64() * 1e3) {
            break;
        }
        sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

/// Saves the buffer; only OBS's event names the file. What was begun before is the file of another program.
async fn save(client: &Client, events: &mut mpsc::Receiver<Event>, options: &ObsOptions) -> Result<PathBuf, ObsError> {
    let (requested, deadline) = (Time::now(), Instant::now() + SAVE_TIMEOUT);
    client.call("SaveReplayBuffer", Value::Null).await?;
    loop {
        let event = client.receive(events, deadline, ObsError::NoClip(SAVE_TIMEOUT)).await?;
        let Event::ReplayBufferSaved { path } = event else { continue };
        let begun = file_time::begun(&path, options.clone()).await;
        if begun.is_none_or(|begun| file_time::can_follow(begun, requested)) {
            return Ok(path);
        }
    }
}

/// A saved file.
enum TestFile {
    Read { length: Duration, bytes: f64, deleted: std::io::Result<()> },
    Unreadable,
    Missing,
}

fn look_at(path: &Path) -> TestFile {
    let Ok(file) = path.metadata() else { return TestFile::Missing };
    match media::duration(path).filter(|_| media::is_whole(path).unwrap_or(false)) {
        Some(length) => TestFile::Read { length, bytes: file.len() as f64, deleted: std::fs::remove_file(path) },
        None => TestFile::Unreadable,
    }
}
