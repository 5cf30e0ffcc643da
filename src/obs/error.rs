//! Why an action of OBS failed, in plain words.

use std::sync::Arc;
use std::time::Duration;

use obws::responses::StatusCode;

/// Why an action was not carried out; its text goes to the court.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum ObsError {
    #[error("OBS `{instance}` is not connected: {reason}")]
    NotConnected { instance: Arc<str>, reason: Arc<str> },
    #[error("the connection to OBS was lost: {0}")]
    Lost(Arc<str>),
    #[error("OBS does not answer, so no request is sent until it does; does it hang or show a dialog?")]
    Frozen,
    #[error("OBS did not answer `{request}` within {limit:?}; it may still do it when it answers again")]
    NoAnswer { request: String, limit: Duration },
    #[error("OBS refused `{request}`: {}", comment.clone().unwrap_or_else(|| format!("code {code}")))]
    Refused { request: String, code: u16, comment: Option<String> },
    #[error("OBS has no scene `{scene}`; {advice}")]
    NoScene { scene: String, advice: String },
    #[error("{version} does not know the request `{request}`; correct its name, or update OBS if it is a newer one")]
    Unsupported { request: String, version: String },
    #[error("{version} is too old for `{request}`; update OBS")]
    TooOld { request: String, version: String },
    #[error("OBS is not ready for `{0}`: it is starting, or changing its scene collection")]
    NotReady(String),
    #[error("OBS is not in studio mode, so there is no preview; in OBS, click Studio Mode")]
    NoStudioMode,
    #[error("`{source_name}` is no media source, but of the kind `{kind}`")]
    NoMedia { source_name: String, kind: String },
    #[error("OBS's answer to `{0}` could not be read; OBS may have done it all the same")]
    Unreadable(String),
    #[error("the data of `{0}` must be an object, with a name for each value")]
    NoObject(String),
    #[error("OBS has {0} commands waiting already")]
    TooMany(usize),
    #[error("`{0}` is nothing that OBS does")]
    NotForObs(&'static str),

    #[error("the replay buffer was not running; it has been started")]
    BufferWasStarted,
    #[error("the replay buffer was not running and cannot be started: {0}")]
    BufferCannotStart(Box<ObsError>),
    #[error("OBS did not start the replay buffer within {0:?}; does it show a dialog?")]
    BufferDidNotStart(Duration),
    #[error("OBS did not stop the replay buffer within {0:?}")]
    BufferDidNotStop(Duration),
    #[error("the replay buffer is not enabled; in OBS, tick Settings → Output → Replay Buffer → Enable Replay Buffer")]
    BufferNotEnabled,
    #[error("OBS named no saved replay within {0:?}; is its disk full, or the recording paused?")]
    NoClip(Duration),
    #[error(
        "the replay buffer stopped in place of saving, as it does when OBS's disk is full; it has been started again"
    )]
    BufferStopped,
    #[error("the replay buffer had just been started: its clip begins after what was requested")]
    BegunTooLate,
    #[error("OBS says that it saved {0}, but that file is missing or empty; is its disk full?")]
    ClipMissing(String),
    #[error("OBS says that it saved {file}, but only a part of the clip is there, {bytes} bytes; is its disk full?")]
    ClipCut { file: String, bytes: u64 },
    #[error("OBS says that it saved a replay, but names no file; is its disk full?")]
    ClipUnnamed,

    #[error(
        "OBS accepted `{request}`, but did not do it within {limit:?}; its screen says why: are server and key set?"
    )]
    NotSwitched { request: String, limit: Duration },

    #[error("OBS is recording already, for an earlier `obs.start_recording`; stop that recording first")]
    RecordingAlready,
    #[error("OBS is recording already, and not for us; stop that recording in OBS first")]
    SomeoneRecords,
    #[error("the recording that runs is not ours, and is left alone; stop it in OBS")]
    NotOurRecording,
    #[error("the recording that runs is that of `{0}`, and is left alone; that court ends it")]
    RecordingOf(Arc<str>),
    #[error("OBS is not recording")]
    NotRecording,
    #[error("OBS did not start to record; its screen or its log (Help → Log Files) says why")]
    RecordingDidNotStart,
    #[error("OBS was still {doing} after {limit:?}")]
    RecordingStuck { doing: &'static str, limit: Duration },
}

impl ObsError {
    /// What OBS's status code means.
    pub(super) fn refused(request: String, code: u16, comment: Option<String>, version: &str) -> Self {
        if code == u16::from(StatusCode::UnknownRequestType) {
            return Self::Unsupported { request, version: version.to_owned() };
        }
        if code == u16::from(StatusCode::NotReady) {
            return Self::NotReady(request);
        }
        if code == u16::from(StatusCode::StudioModeNotActive) {
            return Self::NoStudioMode;
        }
        Self::Refused { request, code, comment: comment.filter(|text| !text.trim().is_empty()) }
    }

    /// Whether OBS refused with this code.
    pub(super) fn is(&self, status: StatusCode) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == u16::from(status))
    }
}

/// An error with its causes, on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    for error in std::iter::successors(Some(error), |error| error.source()) {
        let text = error.to_string();
        if texts.last() != Some(&text) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_what_obs_said() {
        let words = Some("No source was found by the name of `Nope`.".to_owned());
        let error = ObsError::refused("SetCurrentProgramScene".to_owned(), 600, words, "OBS 29.0.2");
        assert_eq!(
            error.to_string(),
            "OBS refused `SetCurrentProgramScene`: No source was found by the name of `Nope`."
        );
        assert!(error.is(StatusCode::ResourceNotFound));
    }

    #[test]
    fn a_refusal_without_words_gives_its_code() {
        let error = ObsError::refused("SaveReplayBuffer".to_owned(), 501, Some(" ".to_owned()), "OBS 29.0.2");
        assert_eq!(error.to_string(), "OBS refused `SaveReplayBuffer`: code 501");
    }

    #[test]
    fn an_unknown_request_names_the_version_that_lacks_it() {
        let error = ObsError::refused("SplitRecordFile".to_owned(), 204, None, "OBS 29.0.2 (obs-websocket 5.1.0)");
        assert!(error.to_string().starts_with("OBS 29.0.2 (obs-websocket 5.1.0) does not know the request"));
    }
}
