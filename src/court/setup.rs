//! What a court runs with, as captures keep it: enough to repeat the session elsewhere.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::bout::{BoutId, EngineState, KnownBout, SessionId};
use crate::time::Time;

/// The config and the rules of a court, at the beginning of its session and each time that rules have changed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Setup {
    /// The session.
    pub session: SessionId,
    /// Name of the court.
    pub court: Arc<str>,
    /// The version of vta.
    pub vta_version: String,
    /// The config as YAML: with its variables and defaults filled in, and its secrets covered.
    pub config: String,
    /// The texts of the rules and of the files that they import, by their paths.
    pub rules: Vec<(PathBuf, Arc<str>)>,
}

/// What earlier sessions of a court know.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub struct Resume {
    /// The bout that was on, and what was recorded.
    pub snapshot: Option<Snapshot>,
    /// The bouts of the last hours.
    pub bouts: Vec<KnownBout>,
}

impl Resume {
    /// The same, with other names of sessions.
    pub fn in_sessions(&self, name: impl Fn(SessionId) -> SessionId) -> Self {
        let mut resume = self.clone();
        let bouts = resume.bouts.iter_mut().map(|known| &mut known.id);
        for id in bouts.chain(resume.snapshot.as_mut().map(|snapshot| &mut snapshot.bout)) {
            id.session = name(id.session);
        }
        resume
    }
}

/// What a later session needs to go on with a bout and its recordings.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
pub struct Snapshot {
    /// The bout.
    pub bout: BoutId,
    /// When it was so.
    pub at: Time,
    pub(crate) state: EngineState,
    /// The recordings that rules of the court have begun and not ended.
    #[serde(default)]
    pub recordings: Vec<OpenRecording>,
}

/// A recording that a rule of a court has begun, and that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct OpenRecording {
    /// Name of the OBS sink.
    pub instance: String,
    /// Its file, where OBS has named it.
    pub path: Option<String>,
    /// The instant of its first frame, as far as it is known.
    pub begins_at: Option<Time>,
    /// Name that the file is to get; `{date}` and `{time}` in it are those of `requested_at`.
    pub name: Option<String>,
    /// When it was requested.
    pub requested_at: Time,
    /// Whether it is a part of a recording that no rule began.
    pub split: bool,
    /// Whether it is of the bout that is on.
    pub is_of_bout: bool,
}
