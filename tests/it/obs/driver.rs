//! The OBS driver as the tests use it: it serves two courts, whose reports are waited for.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use vta::action::{Action, ActionVerb, ObsVerb, Outcome, Report};
use vta::event::ReplayBuffer;
use vta::obs::{ObsOptions, SharedFolders};
use vta::sink::Command;
use vta::telemetry::StatusHandle;

use crate::headless_obs::HeadlessObs;

/// How long the driver may take to answer a command or to notice something.
pub(crate) const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

/// How long OBS may take to answer a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(3);

pub(crate) fn options(port: u16, password: Option<&str>) -> ObsOptions {
    ObsOptions {
        instance: Arc::from("replay"),
        host: "127.0.0.1".to_owned(),
        port,
        password: password.map(str::to_owned),
        request_timeout: REQUEST_TIMEOUT,
        splits_recordings: false,
        folders: SharedFolders::default(),
        min_free_mb: 0,
    }
}

/// A driver that serves two courts; the first gives the commands.
pub(crate) struct Driver {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) court_1: crossbeam_channel::Receiver<Report>,
    pub(crate) court_2: crossbeam_channel::Receiver<Report>,
    pub(crate) task: JoinHandle<()>,
    seq: u64,
}

impl Driver {
    pub(crate) fn of(obs: &HeadlessObs) -> Self {
        Self::with_password(obs.port, Some(&obs.password))
    }

    pub(crate) fn with_password(port: u16, password: Option<&str>) -> Self {
        Self::with_options(options(port, password))
    }

    pub(crate) fn with_options(options: ObsOptions) -> Self {
        let (commands, receiver) = mpsc::channel(64);
        let (to_court_1, court_1) = vta::queue::bounded(256);
        let (to_court_2, court_2) = vta::queue::bounded(256);
        let courts = HashMap::from([(Arc::from("court-1"), to_court_1), (Arc::from("court-2"), to_court_2)]);
        Self {
            commands,
            court_1,
            court_2,
            task: vta::obs::spawn(
                options,
                receiver,
                courts,
                Vec::new(),
                tokio::sync::watch::channel(Vec::new()).1,
                StatusHandle::new("obs", "replay"),
            ),
            seq: 0,
        }
    }

    /// A driver that is connected and has its replay buffer running.
    pub(crate) async fn ready(obs: &HeadlessObs) -> Self {
        let driver = Self::of(obs);
        driver.hears(|report| matches!(report, Report::ReplayBuffer(ReplayBuffer { active: true, .. }))).await;
        driver
    }

    /// Gives a command and returns its number.
    pub(crate) async fn give(&mut self, verb: ActionVerb) -> u64 {
        self.give_for("court-1", verb).await
    }

    pub(crate) async fn give_for(&mut self, court: &str, verb: ActionVerb) -> u64 {
        self.seq += 1;
        let action = Action { seq: self.seq, at: Default::default(), rule: Arc::from("test.rhai"), cause: 1, verb };
        let command = Command { court: Arc::from(court), action: Arc::new(action), received: Instant::now() };
        self.commands.send(command).await.unwrap();
        self.seq
    }

    /// Waits for a report to the first court, passing over others.
    pub(crate) async fn hears(&self, wanted: impl Fn(&Report) -> bool) -> Report {
        hear(&self.court_1, wanted).await
    }

    pub(crate) async fn outcome_of(&self, seq: u64) -> Outcome {
        match self.hears(|report| matches!(report, Report::Outcome { action_seq, .. } if *action_seq == seq)).await {
            Report::Outcome { outcome, .. } => outcome,
            other => panic!("{other:?}"),
        }
    }

    /// Gives a command and waits for its outcome.
    pub(crate) async fn outcome(&mut self, verb: ActionVerb) -> Outcome {
        let seq = self.give(verb).await;
        self.outcome_of(seq).await
    }

    pub(crate) async fn does(&mut self, verb: ActionVerb) {
        assert_eq!(self.outcome(verb).await, Outcome::Done);
    }

    pub(crate) async fn fails(&mut self, verb: ActionVerb) -> String {
        match self.outcome(verb).await {
            Outcome::Failed { reason } => reason,
            Outcome::Done => panic!("it was done"),
        }
    }

    /// Gives a command again and again until it is done.
    pub(crate) async fn does_at_last(&mut self, verb: ActionVerb) {
        let deadline = Instant::now() + WAIT_TIMEOUT;
        while self.outcome(verb.clone()).await != Outcome::Done {
            assert!(Instant::now() < deadline, "{verb:?} is never done");
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Saves a replay and returns its path.
    pub(crate) async fn saves(&mut self) -> String {
        let seq = self.give(save()).await;
        let path = clip(self.hears(|report| matches!(report, Report::ClipSaved { .. })).await, &[seq]);
        assert_eq!(self.outcome_of(seq).await, Outcome::Done);
        path
    }
}

pub(crate) async fn hear(court: &crossbeam_channel::Receiver<Report>, wanted: impl Fn(&Report) -> bool) -> Report {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    let mut heard = Vec::new();
    loop {
        while let Ok(report) = court.try_recv() {
            if wanted(&report) {
                return report;
            }
            heard.push(report);
        }
        assert!(Instant::now() < deadline, "only this was reported: {heard:#?}");
        sleep(Duration::from_millis(2)).await;
    }
}

/// Polls until a condition holds.
pub(crate) async fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + WAIT_TIMEOUT;
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        sleep(Duration::from_millis(2)).await;
    }
}

pub(crate) fn clip(report: Report, seqs: &[u64]) -> String {
    match report {
        Report::ClipSaved(clip) if clip.action_seqs == seqs => clip.path,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn save() -> ActionVerb {
    ObsVerb::SaveReplay { reason: "review".to_owned(), name: None }.on(None)
}

/// Saves a clip under a name.
pub(crate) fn save_as(name: &str) -> ActionVerb {
    ObsVerb::SaveReplay { reason: "review".to_owned(), name: Some(name.to_owned()) }.on(None)
}

pub(crate) fn scene(name: &str) -> ActionVerb {
    ObsVerb::Scene { scene: name.to_owned() }.on(None)
}

pub(crate) fn start_recording(name: Option<&str>) -> ActionVerb {
    ObsVerb::StartRecording { name: name.map(str::to_owned) }.on(None)
}

pub(crate) fn stop_recording() -> ActionVerb {
    ObsVerb::StopRecording {}.on(None)
}

pub(crate) fn request(name: &str, data: Value) -> ActionVerb {
    ObsVerb::Request { request: name.to_owned(), data }.on(None)
}

/// Keeps what is logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn lines(&self, containing: &str) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        text.lines().filter(|line| line.contains(containing)).map(str::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
