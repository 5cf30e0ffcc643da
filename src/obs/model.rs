//! Clips and recordings, as the driver knows them.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::Serialize;
use strum::Display;

use crate::court::OpenRecording;
use crate::event::ClipSource;
use crate::naming::with_local_time;
use crate::sink::Command;
use crate::time::Time;

/// A clip whose file is there.
#[derive(Debug)]
pub(super) struct Clip {
    pub(super) path: PathBuf,
    pub(super) from: ClipSource,
    /// The instant of the file's first frame.
    pub(super) begins_at: Option<Time>,
    /// The instant of the clip's last frame.
    pub(super) ends_at: Option<Time>,
    /// Why it is not the replay that was requested.
    pub(super) note: Option<String>,
}

/// A recording that OBS writes. It outlives connections, and a rule's also vta.
#[derive(Clone, Debug, Default)]
pub(super) struct ActiveRecording {
    /// Its file, where OBS names it.
    pub(super) path: Option<String>,
    /// The instant of its first frame, as far as it is known while it runs.
    pub(super) begins_at: Option<Time>,
    /// The action that began it; none if it was not a rule.
    pub(super) started_by: Option<StartedBy>,
}

impl ActiveRecording {
    /// One that an earlier session of a court has left.
    pub(super) fn left(court: &Arc<str>, open: OpenRecording) -> Self {
        let OpenRecording { path, begins_at, name, requested_at, split, .. } = open;
        let name = name.map(|name| with_local_time(&name, requested_at, TimeZone::system()));
        let started_by = StartedBy { name, court: court.clone(), action_seq: None, split };
        Self { path, begins_at, started_by: Some(started_by) }
    }
}

/// An action that began a recording.
#[derive(Clone, Debug)]
pub(super) struct StartedBy {
    pub(super) name: Option<String>,
    pub(super) court: Arc<str>,
    /// None if it was an action of an earlier session.
    pub(super) action_seq: Option<u64>,
    /// Whether it is a part of a recording that no rule began.
    pub(super) split: bool,
}

impl StartedBy {
    pub(super) fn new(command: &Command, name: Option<&str>) -> Self {
        let zone = TimeZone::system();
        Self {
            name: name.map(|name| with_local_time(name, command.action.at, zone)),
            court: command.court.clone(),
            action_seq: Some(command.action.seq),
            split: false,
        }
    }

    pub(super) fn is_of_earlier_session(&self) -> bool {
        self.action_seq.is_none()
    }
}

/// The replay buffer.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum BufferState {
    /// It runs, and can be saved.
    Running,
    /// It is enabled, and has not been started.
    Stopped,
    /// It is not enabled in OBS's settings.
    #[strum(serialize = "not enabled")]
    NotEnabled,
}
