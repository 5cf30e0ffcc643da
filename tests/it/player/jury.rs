//! A player with a real mpv, the clips that it shows, and a second connection that looks at what it does.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command as Program;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use vta::action::{Action, ActionVerb, Clip, Outcome, Play, PlayerVerb, Report};
use vta::config::PlayerSink;
use vta::player::PlayerOptions;
use vta::sink::Command;
use vta::telemetry::StatusHandle;
use vta::time::Time;

use crate::headless_obs::is_installed;
use crate::obs::driver::hear;
use crate::support::{WAIT_TIMEOUT, wait_for};

/// When the clips begin.
pub(crate) const BEGINS_AT: Time = Time::from_micros(1_700_000_000_000_000);

pub(crate) fn at(seconds: f64) -> Time {
    BEGINS_AT + Duration::from_secs_f64(seconds)
}

pub(crate) struct Jury {
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) court: crossbeam_channel::Receiver<Report>,
    pub(crate) task: JoinHandle<()>,
    pub(crate) folder: TempDir,
    pub(crate) since: Instant,
    seq: u64,
}

impl Jury {
    /// A player that runs; none, with the reason printed, where mpv or ffmpeg is not installed.
    pub(crate) async fn sits() -> Option<Self> {
        for program in ["mpv", "ffmpeg"] {
            if !is_installed(program) {
                let missing = format!("{program} is not installed: tests with a real mpv cannot run");
                assert!(std::env::var_os("CI").is_none(), "{missing}");
                eprintln!("left out: {missing}");
                return None;
            }
        }
        let jury = Self::with("mpv", &["--vo=null", "--ao=null"]);
        jury.hears(|report| matches!(report, Report::PlayerConnected(_))).await;
        Some(jury)
    }

    pub(crate) fn with(command: &str, arguments: &[&str]) -> Self {
        Self::of(&["court-1"], 30, command, arguments)
    }

    /// A player of these courts, which share a queue of reports.
    pub(crate) fn of(courts: &[&str], hold: u64, command: &str, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let window = format!("--input-ipc-server={}", folder.path().join("look").display());
        let sink = PlayerSink {
            command: command.into(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).chain([window]).collect(),
            hold,
            ..PlayerSink::default()
        };
        let options = PlayerOptions::of(&"jury".into(), &sink);
        let (commands, queue) = mpsc::channel(64);
        let (reports, court) = vta::queue::bounded(256);
        let courts: HashMap<_, _> = courts.iter().map(|&court| (Arc::from(court), reports.clone())).collect();
        Self {
            commands,
            court,
            task: vta::player::spawn(options, queue, courts, StatusHandle::new("player", "jury")),
            folder,
            since: Instant::now(),
            seq: 0,
        }
    }

    pub(crate) async fn hears(&self, wanted: impl Fn(&Report) -> bool) -> Report {
        hear(&self.court, wanted).await
    }

    pub(crate) async fn gives(&mut self, verb: PlayerVerb) -> u64 {
        self.gives_of("court-1", verb).await
    }

    pub(crate) async fn gives_of(&mut self, court: &str, verb: PlayerVerb) -> u64 {
        self.seq += 1;
        let verb = ActionVerb::Player(verb);
        let action = Action { seq: self.seq, at: BEGINS_AT, rule: "test.rhai".into(), cause: 1, verb };
        let command = Command { court: court.into(), action: Arc::new(action), received: Instant::now() };
        self.commands.send(command).await.unwrap();
        self.seq
    }

    pub(crate) async fn outcome(&mut self, verb: PlayerVerb) -> Outcome {
        let seq = self.gives(verb).await;
        match self.hears(|report| matches!(report, Report::Outcome { action_seq, .. } if *action_seq == seq)).await {
            Report::Outcome { outcome, .. } => outcome,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn does(&mut self, verb: PlayerVerb) {
        assert_eq!(self.outcome(verb).await, Outcome::Done);
    }

    pub(crate) async fn fails(&mut self, verb: PlayerVerb) -> String {
        match self.outcome(verb).await {
            Outcome::Failed { reason } => reason,
            Outcome::Done => panic!("it was done"),
        }
    }

    /// Gives a command that shows a clip; gives the clip, and where in it the first frame is.
    pub(crate) async fn sees(&mut self, verb: PlayerVerb) -> (String, f64) {
        let seq = self.gives(verb).await;
        let shown = self.shown().await;
        let Report::ClipShown { path, action_seq: Some(action_seq), position_us, .. } = shown else {
            panic!("{shown:?}")
        };
        assert_eq!(action_seq, seq);
        let outcome = self.hears(|report| matches!(report, Report::Outcome { .. })).await;
        assert!(
            matches!(&outcome, Report::Outcome { action_seq, outcome: Outcome::Done, .. } if *action_seq == seq),
            "{outcome:?}"
        );
        (path, position_us as f64 / 1e6)
    }

    pub(crate) async fn shown(&self) -> Report {
        self.hears(|report| {
            matches!(report, Report::ClipShown { .. } | Report::Outcome { outcome: Outcome::Failed { .. }, .. })
        })
        .await
    }

    /// What mpv itself says; null where it has nothing to say.
    pub(crate) fn property(&self, name: &str) -> Value {
        self.ask(json!(["get_property", name]))
    }

    pub(crate) fn number(&self, name: &str) -> f64 {
        self.property(name).as_f64().unwrap_or_else(|| panic!("no {name}"))
    }

    /// Waits until mpv itself says so.
    pub(crate) fn waits_for(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        wait_for(name, || Some(self.property(name)).filter(&wanted))
    }

    pub(crate) fn ask(&self, command: Value) -> Value {
        let mut socket = wait_for("mpv", || UnixStream::connect(self.folder.path().join("look")).ok());
        socket.set_read_timeout(Some(WAIT_TIMEOUT)).unwrap();
        writeln!(socket, "{}", json!({ "command": command, "request_id": 7 })).unwrap();
        let answer = BufReader::new(socket)
            .lines()
            .map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap())
            .find(|answer| answer["request_id"] == 7);
        answer.unwrap()["data"].clone()
    }

    pub(crate) fn pid(&self) -> String {
        self.property("pid").to_string()
    }

    /// Waits until the player has run for long enough to be one that really ran.
    pub(crate) fn has_run(&self) {
        wait_for("the player to have run", || (self.since.elapsed() > Duration::from_millis(1500)).then_some(()));
    }

    /// Ten seconds at 30 frames a second, red for five and blue for five; a key frame every two seconds.
    pub(crate) fn media_file(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        media_file(&path, &["color=red:s=320x180:r=30:d=5", "color=blue:s=320x180:r=30:d=5"]);
        path.display().to_string()
    }
}

pub(crate) fn media_file(path: &Path, parts: &[&str]) {
    let mut ffmpeg = Program::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-y"]);
    for part in parts {
        ffmpeg.args(["-f", "lavfi", "-i", part]);
    }
    ffmpeg.args(["-filter_complex", &format!("concat=n={}", parts.len())]);
    ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-g", "60", "-pix_fmt", "yuv420p"]).arg(path);
    assert!(ffmpeg.status().unwrap().success());
}

pub(crate) fn clip(path: &str, camera: &str, begins_at: Option<Time>) -> Clip {
    Clip { path: path.to_owned(), begins_at, camera: Some(camera.to_owned()), review: Some(4) }
}

/// Plays a clip that begins at [`BEGINS_AT`], standing still so many seconds after that.
pub(crate) fn still(path: &str, seconds: f64) -> PlayerVerb {
    let from = Some(at(seconds));
    play(Play { from, paused: true, ..Play::of(clip(path, "mat", Some(BEGINS_AT))) })
}

pub(crate) fn play(play: Play) -> PlayerVerb {
    PlayerVerb::Play(Box::new(play))
}

/// Within a frame at 30 frames a second.
#[track_caller]
pub(crate) fn assert_near(one: f64, other: f64) {
    assert!((one - other).abs() < 0.034, "{one} is not {other}");
}

pub(crate) fn signal(signal: &str, pid: &str) {
    assert!(Program::new("kill").args([signal, pid]).status().unwrap().success());
}

pub(crate) fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(PathBuf::from("/proc").join(pid).join("stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}
