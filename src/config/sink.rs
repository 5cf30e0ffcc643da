//! `sinks`: what is driven, recorded and written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr};

use super::secret::{self, Secret};
use super::{Config, format};
use crate::served::Served;

/// Something that is driven, recorded or written.
#[derive(Clone, Debug, Deserialize, IntoStaticStr, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[schemars(extend("x-example" = "obs"))]
pub enum Sink {
    /// The database. At most one.
    #[serde(rename = "sqlite")]
    #[strum(serialize = "sqlite")]
    Store(StoreSink),
    /// What courts take in, as [pcapng files](operations.md#files), one for each court and start. At most one such sink.
    Capture(CaptureSink),
    /// An instance of OBS Studio. As many as there are: a rule's action goes to each that serves the court, or to
    /// [the one it names](rules.md#obs).
    Obs(ObsSink),
    /// A player that shows clips to the jury, one clip at a time: mpv 0.35 or newer. At most one for each court. It is started
    /// with `vta`, with a black window that says `waiting for a review`, runs until `vta` ends, and is started again when it
    /// dies. With `--force-window=no` among the arguments there is no window before the first clip. Courts that share one
    /// share its screen: [reviews wait for each other](operations.md#several-reviews-at-once).
    Player(PlayerSink),
    /// The log. It is always shown on the terminal, with this sink or without. At most one.
    Log(LogSink),
}

/// `type: sqlite`
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct StoreSink {
    /// The database's file; it and its folders are made where they are missing. A second day can go on in the same file.
    #[schemars(with = "format::Path", extend("x-example" = "data/event.db"))]
    pub path: PathBuf,
}

/// `type: capture`
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureSink {
    /// The folder of the captures; made where it is missing.
    #[schemars(with = "format::Path", extend("x-example" = "data/captures"))]
    pub directory: PathBuf,
    /// How many gigabytes all captures in the folder may take; those of earlier days count, too.
    #[serde(default = "max_total_gb")]
    #[schemars(range(min = 1, max = 100_000))]
    pub max_total_gb: u64,
    /// How many megabytes of the disk stay free, for the database and the log; 0 does not look at it.
    #[serde(default = "min_free_mb")]
    #[schemars(range(max = 1_000_000_000))]
    pub min_free_mb: u64,
    /// What happens when one of these limits is reached: with `stop` nothing more is captured, which is reported and counted,
    /// and everything else goes on; with `delete_oldest` the oldest captures are deleted, but none that was written to in
    /// the last ten minutes.
    #[serde(default)]
    pub when_full: WhenFull,
    /// The courts that are captured.
    #[serde(default, skip_serializing_if = "Served::is_all")]
    #[schemars(with = "ServedCourts")]
    pub courts: Served,
}

fn max_total_gb() -> u64 {
    20
}

fn min_free_mb() -> u64 {
    500
}

/// What happens when the captures have no more room.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenFull {
    /// Nothing more is captured.
    #[default]
    Stop,
    /// The oldest captures are deleted.
    DeleteOldest,
}

/// `type: obs`
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ObsSink {
    /// The computer that OBS runs on.
    #[schemars(with = "format::Host")]
    pub host: String,
    /// The port of OBS's WebSocket server.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// The password of OBS's WebSocket server; empty is none. No log and no error shows it.
    #[serde(deserialize_with = "secret::unless_empty")]
    #[schemars(extend("x-default" = "none"))]
    pub password: Option<Secret>,
    /// How many seconds OBS may take to answer a request.
    #[schemars(range(min = 0.1, max = 60.0))]
    pub timeout_secs: f64,
    /// What happens to a recording that OBS is making already when a rule begins one: with `leave` it is left alone, and
    /// the rule's action fails; with `split` its file is split, for which OBS 30.2 or newer is needed.
    pub recording_in_progress: RecordingInProgress,
    /// The event `disk_low` comes when fewer megabytes than this are left of the disk that OBS writes to; never with 0.
    #[schemars(range(max = 1_000_000_000))]
    pub min_free_mb: u64,
    /// Folders of OBS on another computer, each with the path that it has on this one:
    /// `{ "D:/OBS": "//stream-pc/obs" }`. Between Windows and other systems, too. `vta` then finds clips and recordings,
    /// names them and looks whether they are whole; [more](operations.md#obs-on-another-computer).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(extend("x-default" = "none"))]
    pub paths: BTreeMap<String, String>,
    /// The courts that it shows.
    #[schemars(with = "ServedCourts")]
    pub courts: Served,
}

impl Default for ObsSink {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 4455,
            password: None,
            timeout_secs: 2.0,
            recording_in_progress: RecordingInProgress::Leave,
            min_free_mb: 5000,
            paths: BTreeMap::new(),
            courts: Served::All,
        }
    }
}

/// What happens to a recording that OBS is making already when a rule begins one.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingInProgress {
    /// It is left alone.
    Leave,
    /// Its file is split.
    Split,
}

/// `type: player`
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlayerSink {
    /// The program: a path, or a name alone, which the system looks up. It must take mpv's options.
    #[schemars(with = "format::Path")]
    pub command: PathBuf,
    /// More arguments for the program. They can change how its window looks and behaves (`--force-window`,
    /// `--keep-open`, `--osd-font-size`), but not how `vta` drives it.
    #[schemars(extend("x-default" = "none"))]
    pub arguments: Vec<String>,
    /// The corner of the picture in which the texts stand: `top_left`, `top_right`, `bottom_left` or `bottom_right`.
    pub corner: Corner,
    /// How many seconds a review keeps the screen once another waits, unless it is over before.
    #[schemars(range(min = 1, max = 3600))]
    pub hold: u64,
    /// The courts whose jury sees it.
    #[schemars(with = "ServedCourts")]
    pub courts: Served,
}

impl Default for PlayerSink {
    fn default() -> Self {
        Self {
            command: PathBuf::from("mpv"),
            arguments: Vec::new(),
            corner: Corner::TopLeft,
            hold: 30,
            courts: Served::All,
        }
    }
}

/// A corner of the picture.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Corner {
    /// Where one begins to read.
    TopLeft,
    /// Above, at the end of the line.
    TopRight,
    /// Below, at the beginning of the line.
    BottomLeft,
    /// Below, at the end of the line.
    BottomRight,
}

/// `type: log`
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSink {
    /// The folder of the log files, one file each day, JSON lines; made where it is missing.
    #[schemars(with = "Option<format::Path>", extend("x-default" = "no files"))]
    pub directory: Option<PathBuf>,
    /// The least important level that is logged. `debug` logs every event.
    pub level: Level,
    /// How many files are kept.
    #[schemars(range(min = 1, max = 10_000))]
    pub keep_files: usize,
}

impl Default for LogSink {
    fn default() -> Self {
        Self { directory: None, level: Level::Info, keep_files: 14 }
    }
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, Default, Deserialize, Display, JsonSchema, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// Every event, to look for a fault in vta.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What needs a look.
    Warn,
    /// What failed.
    Error,
}

/// The schema of [`Served`].
#[derive(JsonSchema)]
#[schemars(inline)]
#[expect(dead_code, reason = "only its schema is used")]
pub(super) struct ServedCourts(
    #[schemars(
        length(min = 1),
        extend(
            "x-default" = "all",
            "x-empty" = "`courts` must name a court",
            "x-absent" = "leave `courts` out for every court"
        )
    )]
    Vec<format::Court>,
);

impl Config {
    /// The instances of OBS, by the names of their sinks.
    pub fn obs_sinks(&self) -> impl Iterator<Item = (&Arc<str>, &ObsSink)> {
        self.sinks.iter().filter_map(|(name, sink)| match sink {
            Sink::Obs(sink) => Some((name, sink)),
            _ => None,
        })
    }

    /// The players, by the names of their sinks.
    pub fn player_sinks(&self) -> impl Iterator<Item = (&Arc<str>, &PlayerSink)> {
        self.sinks.iter().filter_map(|(name, sink)| match sink {
            Sink::Player(sink) => Some((name, sink)),
            _ => None,
        })
    }

    /// The database, if there is one.
    pub fn store_sink(&self) -> Option<&StoreSink> {
        self.sinks.values().find_map(|sink| match sink {
            Sink::Store(sink) => Some(sink),
            _ => None,
        })
    }

    pub(crate) fn capture_sink(&self) -> Option<&CaptureSink> {
        self.sinks.values().find_map(|sink| match sink {
            Sink::Capture(sink) => Some(sink),
            _ => None,
        })
    }

    pub(crate) fn log_sink(&self) -> Option<&LogSink> {
        self.sinks.values().find_map(|sink| match sink {
            Sink::Log(sink) => Some(sink),
            _ => None,
        })
    }
}

impl Sink {
    /// Whether there can be one of its kind.
    pub(super) fn is_single(&self) -> bool {
        match self {
            Self::Store(_) | Self::Capture(_) | Self::Log(_) => true,
            Self::Obs(_) | Self::Player(_) => false,
        }
    }

    /// The courts that people see through it; none if it shows nothing.
    pub(super) fn shows(&self) -> Option<&Served> {
        match self {
            Self::Obs(ObsSink { courts, .. }) | Self::Player(PlayerSink { courts, .. }) => Some(courts),
            Self::Store(_) | Self::Capture(_) | Self::Log(_) => None,
        }
    }

    /// Puts the folder of the config before its paths.
    pub(super) fn resolve(&mut self, directory: &Path) {
        let resolve = |path: &mut PathBuf| *path = directory.join(&*path);
        match self {
            Self::Store(sink) => resolve(&mut sink.path),
            Self::Capture(sink) => resolve(&mut sink.directory),
            Self::Log(sink) => sink.directory.iter_mut().for_each(resolve),
            // A name alone is looked up by the system.
            Self::Player(sink) if sink.command.components().count() > 1 => resolve(&mut sink.command),
            Self::Player(_) | Self::Obs(_) => {}
        }
    }
}
