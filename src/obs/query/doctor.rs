//! What will go wrong with an OBS instance today, before it does.

mod saving;

use std::path::PathBuf;
use std::time::Duration;

use obws::events::Event;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::saving::TestSave;
use crate::checkup::{CheckResult, CheckResults, CheckStatus, size, try_writing};
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::BufferState;
use crate::obs::options::ObsOptions;
use crate::obs::presence;

/// How much longer than the pre-roll the replay buffer must be: people take a moment to press the button.
const SPARE: Duration = Duration::from_secs(3);

/// A day of recordings.
const DAY: Duration = Duration::from_secs(10 * 60 * 60);

/// Less than this at the beginning of a day is no beginning.
const MIN_FREE: f64 = 1e9;

/// Frames that may come too late, as a share of all.
const SKIPPED: f64 = 0.01;

/// Requests that old versions lack, and what vta uses them for.
const NEWER_REQUESTS: [(&str, &str); 3] = [
    ("SplitRecordFile", "recordings cannot be split"),
    ("CreateRecordChapter", "recordings have no chapters"),
    ("SetRecordDirectory", "the recordings' folder cannot be set"),
];

/// Looks at an instance. A test save is made, looked at, and deleted again; a replay buffer that is enabled and does not
/// run is started, as `vta run` does. If a vta works with the instance, it is only looked at: a save at the wrong moment
/// takes the place of a review's.
///
/// `pre_roll` is how long before the request a clip is to open; `vta` is the name in a
/// sentence of the vta that runs with the config.
pub async fn examine(options: &ObsOptions, pre_roll: Duration, vta: Option<String>) -> Vec<CheckResult> {
    let mut results = CheckResults::about(&options.instance);
    let (client, events) = match Client::connect(options).await {
        Ok(open) => open,
        Err(error) => {
            results.add(CheckStatus::Fail, error.to_string());
            return results.into_vec();
        }
    };
    let (here, needed) = (options.is_here(), pre_roll + SPARE);
    let mut checkup = Checkup { options, client, events, here, needed, vta, results };
    if let Err(error) = checkup.run().await {
        checkup.results.add(CheckStatus::Fail, error.to_string());
    }
    checkup.results.into_vec()
}

/// The examination of an instance that answers.
struct Checkup<'a> {
    options: &'a ObsOptions,
    client: Client,
    events: mpsc::Receiver<Event>,
    /// Whether OBS runs on this machine.
    here: bool,
    /// How long a replay must be at least.
    needed: Duration,
    /// The name in a sentence of a vta that works with it.
    vta: Option<String>,
    results: CheckResults,
}

/// How the replay buffer is set up.
struct Buffer {
    directory: PathBuf,
    seconds: Option<u64>,
    /// What it may take of the memory, in MB of 1,048,576 bytes.
    megabytes: Option<u64>,
}

impl Checkup<'_> {
    async fn run(&mut self) -> Result<(), ObsError> {
        self.connection();
        if self.vta.is_none() {
            // An OBS that is too old to pass the question on has no other vta of this version.
            let other = presence::other(&self.client, &mut self.events).await.unwrap_or(None);
            self.vta = other.map(|pid| format!("another vta (process {pid} of its computer)"));
        }
        self.frames_and_recording().await?;
        let stream = match self.client.stream_service().await? {
            Some(service) => format!("streams go to {service}"),
            None => "streams have no service to go to, which is needed only to stream: Settings → Stream".to_owned(),
        };
        self.results.add(CheckStatus::Ok, stream);
        if !self.buffer_runs().await? {
            // A folder that is not there keeps it from starting, and so does a full disk.
            let folder = self.client.get::<Value>("GetRecordDirectory", Value::Null).await?;
            return self.folder(folder["recordDirectory"].as_str().map(|path| self.here(path)), None).await;
        }
        let buffer = self.buffer().await?;
        if let Some(buffer) = &buffer {
            self.length(buffer);
        }
        let TestSave { status, text, bytes_per_second: rate } = match &self.vta {
            Some(vta) => TestSave::left_out(vta),
            None => saving::test_save(&self.client, &mut self.events, self.options).await?,
        };
        self.results.add(status, text);
        if let (Some(buffer), Some(rate)) = (&buffer, rate) {
            self.memory(buffer, rate);
        }
        self.folder(buffer.map(|buffer| buffer.directory), rate).await?;
        if !self.here {
            let text = "OBS runs on another computer, whose clock it does not report; that does no harm: clips are timed by the \
                 clock of this one";
            self.results.add(CheckStatus::Ok, text);
        }
        Ok(())
    }

    fn connection(&mut self) {
        let version = &self.client.version;
        self.results.add(CheckStatus::Ok, format!("connected to {} at {}", version.in_words(), self.options.address()));
        match (self.client.asks_password, &self.options.password) {
            (true, _) => self.results.add(CheckStatus::Ok, "the password is right"),
            (false, Some(_)) => self.results.add(
                CheckStatus::Warn,
                "OBS asks for no password, though the sink has one: anyone in the network can control OBS; tick \
                 Tools → WebSocket Server Settings → Enable Authentication",
            ),
            (false, None) => self.results.add(
                CheckStatus::Warn,
                "OBS asks for no password: anyone in the network can control it; tick Tools → WebSocket Server \
                 Settings → Enable Authentication, and set the sink's `password`",
            ),
        }
        let lacks = |(request, _): &&(&str, &str)| !version.requests.contains(*request);
        let lacking: Vec<_> = NEWER_REQUESTS.iter().filter(lacks).map(|(_, lack)| *lack).collect();
        if !lacking.is_empty() {
            let text = format!("OBS {} is old: {}; update to 30.2 or newer", version.obs, lacking.join(", "));
            self.results.add(CheckStatus::Warn, text);
        }
    }

    async fn frames_and_recording(&mut self) -> Result<(), ObsError> {
        let stats = self.client.stats().await?;
        for (skipped, total, what, advice) in [
            ("renderSkippedFrames", "renderTotalFrames", "drawn", "the graphics card is overloaded"),
            ("outputSkippedFrames", "outputTotalFrames", "encoded", "the encoder is overloaded"),
        ] {
            let (Some(skipped), Some(total)) = (stats[skipped].as_f64(), stats[total].as_f64()) else { continue };
            if skipped > total * SKIPPED {
                let text = format!(
                    "{skipped} of {total} frames were not {what} in time: {advice}; choose a lighter setting, or close \
                     other programs"
                );
                self.results.add(CheckStatus::Warn, text);
            }
        }
        if self.vta.is_none() && self.client.record_status().await?.active {
            let text = "OBS is recording already: rules cannot record until that ends; stop it, unless it is vta's own";
            self.results.add(CheckStatus::Warn, text);
        }
        Ok(())
    }

    /// Whether the replay buffer runs, or could be started.
    async fn buffer_runs(&mut self) -> Result<bool, ObsError> {
        let error = match self.client.buffer_state().await? {
            BufferState::Running => {
                self.results.add(CheckStatus::Ok, "the replay buffer runs");
                return Ok(true);
            }
            BufferState::NotEnabled => ObsError::BufferNotEnabled,
            BufferState::Stopped if self.vta.is_some() => {
                let text = "the replay buffer does not run, though a vta works with this OBS: start it in OBS";
                self.results.add(CheckStatus::Warn, text);
                return Ok(false);
            }
            BufferState::Stopped => match self.start_buffer().await {
                Ok(()) => {
                    let text = "the replay buffer did not run, and was started; vta run sees to that, too";
                    self.results.add(CheckStatus::Ok, text);
                    return Ok(true);
                }
                Err(error) => error,
            },
        };
        self.results.add(CheckStatus::Fail, error.to_string());
        Ok(false)
    }

    /// OBS answers before the buffer runs, and answers well when a dialog keeps it from running.
    async fn start_buffer(&mut self) -> Result<(), ObsError> {
        self.client.call("StartReplayBuffer", Value::Null).await?;
        let limit = self.options.request_timeout;
        let deadline = Instant::now() + limit;
        loop {
            let event = self.client.receive(&mut self.events, deadline, ObsError::BufferDidNotStart(limit)).await?;
            if let Event::ReplayBufferStateChanged { active: true, .. } = event {
                return Ok(());
            }
        }
    }

    /// How the replay buffer is set up; none where OBS does not say it.
    async fn buffer(&self) -> Result<Option<Buffer>, ObsError> {
        let Some(name) = self.client.buffer_output().await? else { return Ok(None) };
        let answer = self.client.get::<Value>("GetOutputSettings", json!({"outputName": name})).await?;
        let settings = &answer["outputSettings"];
        let Some(directory) = settings["directory"].as_str() else { return Ok(None) };
        Ok(Some(Buffer {
            directory: self.here(directory),
            seconds: settings["max_time_sec"].as_u64(),
            megabytes: settings["max_size_mb"].as_u64().filter(|size| *size > 0),
        }))
    }

    /// The path on this computer of a folder that OBS names.
    fn here(&self, path: &str) -> PathBuf {
        self.client.folders().here(path).into()
    }

    fn length(&mut self, buffer: &Buffer) {
        let Some(seconds) = buffer.seconds else { return };
        let needed = self.needed;
        if seconds < needed.as_secs() {
            let text = format!(
                "the replay buffer keeps {seconds} s, and a review needs {needed:?}: raise Settings → Output → Replay \
                 Buffer → Maximum Replay Time to 20 s"
            );
            self.results.add(CheckStatus::Fail, text);
        } else {
            self.results
                .add(CheckStatus::Ok, format!("the replay buffer keeps {seconds} s; a review needs {needed:?}"));
        }
    }

    /// A buffer that may not take enough memory is shorter than it is set.
    fn memory(&mut self, buffer: &Buffer, bytes_per_second: f64) {
        let (Some(seconds), Some(megabytes)) = (buffer.seconds, buffer.megabytes) else { return };
        let room = megabytes as f64 * 1_048_576.0 / bytes_per_second;
        if room < seconds as f64 {
            let text = format!(
                "the replay buffer's {megabytes} MB are full after {room:.0} s of its {seconds} s; raise Settings → \
                 Output → Replay Buffer → Maximum Memory"
            );
            self.results
                .add(if room < self.needed.as_secs_f64() { CheckStatus::Fail } else { CheckStatus::Warn }, text);
        }
    }

    /// Where clips and recordings go, and whether a day of them has room there.
    async fn folder(&mut self, directory: Option<PathBuf>, bytes_per_second: Option<f64>) -> Result<(), ObsError> {
        if let Some(directory) = directory {
            let (status, text) = match try_writing(&directory) {
                Ok(()) => (CheckStatus::Ok, format!("{} can be written", directory.display())),
                Err(error) if self.here => (
                    CheckStatus::Fail,
                    format!(
                        "OBS's folder {} cannot be written: {error}; choose another one in OBS",
                        directory.display()
                    ),
                ),
                Err(error) => (
                    CheckStatus::Warn,
                    format!(
                        "OBS's folder {} is not to be seen from here ({error}): the player opens clips under the path \
                         that OBS names, so share the folder under that path",
                        directory.display()
                    ),
                ),
            };
            self.results.add(status, text);
        }
        let stats = self.client.stats().await?;
        let Some(free) = stats["availableDiskSpace"].as_f64().map(|megabytes| megabytes * 1_048_576.0) else {
            return Ok(());
        };
        let hours = DAY.as_secs() / 3600;
        let needed = bytes_per_second.map(|rate| rate * DAY.as_secs_f64());
        let wants = match needed {
            Some(needed) => format!("{hours} h of recordings take about {}", size(needed)),
            None => format!("what {hours} h of recordings take is not known"),
        };
        let (status, advice) = if free < MIN_FREE {
            (CheckStatus::Fail, "; make room")
        } else if needed.is_some_and(|needed| needed > free) {
            (CheckStatus::Warn, "; make room, or choose another folder in OBS")
        } else {
            (CheckStatus::Ok, "")
        };
        self.results.add(status, format!("{} are free on OBS's disk; {wants}{advice}", size(free)));
        Ok(())
    }
}
