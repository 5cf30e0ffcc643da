//! What is driven, recorded and written.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use strum::{Display, EnumString, VariantNames};

use super::problem::Problem;
use super::secret::Secret;
use super::section::{Field, Section};
use super::tree::Value;
use crate::suggest::{enumerate, near};

/// Something that is driven, recorded or written.
#[derive(Clone, Debug, PartialEq)]
pub enum Sink {
    /// `type: sqlite`, at most one.
    Store(StoreSink),
    /// `type: capture`, at most one.
    Capture(CaptureSink),
    /// `type: obs`
    Obs(ObsSink),
    /// `type: player`, at most one a court.
    Player(PlayerSink),
    /// `type: log`, at most one.
    Log(LogSink),
}

/// The database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSink {
    /// The database's file. Required.
    pub path: PathBuf,
}

/// Captures of all that courts take in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptureSink {
    /// Where captures are put. Required.
    pub directory: PathBuf,
    /// The courts that are captured.
    pub courts: Served,
}

/// An instance of OBS Studio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObsSink {
    /// The machine's name or address. `127.0.0.1` by default.
    pub host: String,
    /// The port of OBS's WebSocket server. 4455 by default.
    pub port: u16,
    /// Its password; none by default, or if empty.
    pub password: Option<Secret>,
    /// How long OBS may take to answer a request (`timeout_secs`). 2 seconds by default.
    pub timeout: Duration,
    /// Whether a recording that runs already is split for one of ours (`recording_in_progress`: `leave` or `split`). It
    /// is left alone by default.
    pub splits_recordings: bool,
    /// From how much on, in MB, it is told that little is left of the disk that OBS writes to; 0 is never. 5000 by default.
    pub min_free_mb: u64,
    /// The courts that it shows.
    pub courts: Served,
}

/// A player that shows clips to the jury.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayerSink {
    /// The program: a name to be looked up, or a path. `mpv` by default.
    pub command: PathBuf,
    /// What it is given besides. Nothing by default.
    pub arguments: Vec<String>,
    /// The courts whose jury sees it.
    pub courts: Served,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSink {
    /// Where log files are put; there are none when left out, and the terminal shows it all the same.
    pub directory: Option<PathBuf>,
    /// From which level on. `info` by default.
    pub level: Level,
    /// How many files are kept, a day each. 14 by default.
    pub keep_files: usize,
}

/// How much a log line matters.
#[derive(Clone, Copy, Debug, Default, Display, EnumString, PartialEq, Eq, PartialOrd, Ord, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// For who looks for a fault in vta.
    Debug,
    /// What happens.
    #[default]
    Info,
    /// What needs a look.
    Warn,
    /// What failed.
    Error,
}

/// The courts that a sink serves (`courts`): all when left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Served {
    /// Every court.
    #[default]
    All,
    /// These courts, at least one.
    Courts(BTreeSet<Arc<str>>),
}

impl Served {
    /// Whether it serves the court.
    pub fn serves(&self, court: &str) -> bool {
        match self {
            Self::All => true,
            Self::Courts(courts) => courts.contains(court),
        }
    }

    fn read(field: Field<'_>, courts: &[Arc<str>]) -> Result<Self, Problem> {
        if matches!(&field.node.value, Value::List(names) if names.is_empty()) {
            let problem = Problem::new(field.node.at.clone(), "a sink must serve a court");
            return Err(problem.help("leave `courts` out to serve every court"));
        }
        let served = field.list(|field| court(field, courts))?;
        Ok(Self::Courts(served.into_iter().collect()))
    }
}

fn court(field: Field<'_>, courts: &[Arc<str>]) -> Result<Arc<str>, Problem> {
    let names = || courts.iter().map(|court| &**court);
    let name = field.text()?;
    courts.iter().find(|court| ***court == name).cloned().ok_or_else(|| {
        let problem = Problem::new(field.node.at.clone(), "there is no such court");
        match near(&name, names()) {
            Some(near) => problem.label(format!("did you mean `{near}`?")),
            None => problem.help(format!("the courts are {}", enumerate(names()))),
        }
    })
}

#[derive(Clone, Copy, Display, EnumString, PartialEq, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum Kind {
    Sqlite,
    Capture,
    Obs,
    Player,
    Log,
}

impl Sink {
    fn kind(&self) -> Kind {
        match self {
            Self::Store(_) => Kind::Sqlite,
            Self::Capture(_) => Kind::Capture,
            Self::Obs(_) => Kind::Obs,
            Self::Player(_) => Kind::Player,
            Self::Log(_) => Kind::Log,
        }
    }

    fn read(mut section: Section<'_>, courts: &[Arc<str>]) -> Option<Self> {
        match section.required("type", "obs", Field::choice)? {
            Kind::Sqlite => StoreSink::read(section).map(Self::Store),
            Kind::Capture => CaptureSink::read(section, courts).map(Self::Capture),
            Kind::Obs => Some(Self::Obs(ObsSink::read(section, courts))),
            Kind::Player => Some(Self::Player(PlayerSink::read(section, courts))),
            Kind::Log => Some(Self::Log(LogSink::read(section))),
        }
    }
}

impl StoreSink {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let path = section.required("path", "data/event.db", Field::path);
        section.finish();
        Some(Self { path: path? })
    }
}

impl CaptureSink {
    fn read(mut section: Section<'_>, courts: &[Arc<str>]) -> Option<Self> {
        let directory = section.required("directory", "data/captures", Field::path);
        let served = section.optional("courts", |field| Served::read(field, courts));
        section.finish();
        Some(Self { directory: directory?, courts: served.unwrap_or_default() })
    }
}

impl ObsSink {
    fn read(mut section: Section<'_>, courts: &[Arc<str>]) -> Self {
        let host = section.optional("host", |field| {
            field
                .parse("a name or an address alone, such as `127.0.0.1`", |text| is_host(text).then(|| text.to_owned()))
        });
        let port = section.optional("port", |field| field.number(1..=u16::MAX));
        let password = section.optional("password", Field::secret);
        let timeout_secs = section.optional("timeout_secs", |field| field.number(0.1..=60.0));
        let in_progress = section.optional("recording_in_progress", Field::choice::<InProgress>);
        let min_free_mb = section.optional("min_free_mb", |field| field.number(0..=1_000_000_000));
        let served = section.optional("courts", |field| Served::read(field, courts));
        section.finish();
        Self {
            host: host.unwrap_or_else(|| "127.0.0.1".to_owned()),
            port: port.unwrap_or(4455),
            password: password.filter(|password| !password.expose().is_empty()),
            timeout: timeout_secs.map_or(Duration::from_secs(2), Duration::from_secs_f64),
            splits_recordings: matches!(in_progress, Some(InProgress::Split)),
            min_free_mb: min_free_mb.unwrap_or(5000),
            courts: served.unwrap_or_default(),
        }
    }
}

/// What becomes of a recording that OBS is at when one of ours is to begin.
#[derive(Clone, Copy, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum InProgress {
    Leave,
    Split,
}

impl PlayerSink {
    fn read(mut section: Section<'_>, courts: &[Arc<str>]) -> Self {
        let command = section.optional("command", command);
        let arguments = section.optional("arguments", |field| field.list(Field::text));
        let served = section.optional("courts", |field| Served::read(field, courts));
        section.finish();
        Self {
            command: command.unwrap_or_else(|| PathBuf::from("mpv")),
            arguments: arguments.unwrap_or_default(),
            courts: served.unwrap_or_default(),
        }
    }
}

impl LogSink {
    fn read(mut section: Section<'_>) -> Self {
        let directory = section.optional("directory", Field::path);
        let level = section.optional("level", Field::choice);
        let keep_files = section.optional("keep_files", |field| field.number(1..=10_000));
        section.finish();
        Self { directory, level: level.unwrap_or_default(), keep_files: keep_files.unwrap_or(14) }
    }
}

/// A path, or a name alone, which the system looks up.
fn command(field: Field<'_>) -> Result<PathBuf, Problem> {
    let path = field.path()?;
    let name = PathBuf::from(field.text()?);
    Ok(if name.components().count() == 1 { name } else { path })
}

/// A name or an address, and not a URL or an address with a port.
fn is_host(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
        || !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ':' | '/'))
}

/// Reads all sinks and makes sure that they do not get into each other's way.
pub(super) fn read(sinks: &[Field<'_>], courts: &[Arc<str>]) -> BTreeMap<Arc<str>, Sink> {
    let mut read: Vec<(Field<'_>, Sink)> = Vec::new();
    for &field in sinks {
        let context = field.context;
        let Some(sink) = context.accept(field.section()).and_then(|section| Sink::read(section, courts)) else {
            continue;
        };
        if let Some((other, what)) =
            read.iter().find_map(|(other, first)| Some((other, conflict(first, &sink, courts)?)))
        {
            let problem =
                Problem::new(field.key_at.clone(), format!("`{}` and `{}` are both {what}", other.key, field.key));
            context.report(
                problem.label("the second").other(other.key_at.clone(), "the first").help("remove one of them"),
            );
        }
        read.push((field, sink));
    }
    read.into_iter().map(|(field, sink)| (Arc::from(field.key), sink)).collect()
}

/// What two sinks must not both be.
fn conflict(one: &Sink, other: &Sink, courts: &[Arc<str>]) -> Option<String> {
    match (one, other) {
        (Sink::Player(one), Sink::Player(other)) => courts
            .iter()
            .find(|court| one.courts.serves(court) && other.courts.serves(court))
            .map(|court| format!("the player of `{court}`")),
        (Sink::Obs(_), Sink::Obs(_)) => None,
        _ => (one.kind() == other.kind()).then(|| format!("of type `{}`, of which there can be one", one.kind())),
    }
}
