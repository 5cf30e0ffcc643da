//! A part of the running recording in place of a replay that could not be saved.

use std::time::Duration;

use super::media_file;
use crate::event::ClipSource;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::{ActiveRecording, Clip};
use crate::telemetry::messages;
use crate::time::Time;

/// The clip for a save that was requested at an instant, from the recording if one runs; otherwise the given error.
pub(super) async fn from_recording(
    client: &Client,
    recording: Option<ActiveRecording>,
    error: ObsError,
    requested_at: Time,
) -> Result<Clip, ObsError> {
    // While OBS hangs, its recording does not go on.
    if matches!(error, ObsError::Frozen | ObsError::NoAnswer { .. }) {
        return Err(error);
    }
    let Some((path, started_at)) = recording.and_then(|recording| Some((recording.path?, recording.begins_at))) else {
        return Err(error);
    };
    let begins_at = first_frame_at(client, started_at).await.or(started_at);
    let has_begun = begins_at.is_none_or(|begins_at| begins_at < requested_at);
    if !has_begun || !media_file::is_playable(path.clone().into()).await {
        messages::obs_recording_too_new(client.instance(), path);
        return Err(error);
    }
    messages::obs_clip_from_recording(client.instance(), &error);
    Ok(Clip {
        path: path.into(),
        from: ClipSource::Recording,
        begins_at,
        ends_at: Some(requested_at),
        note: Some(error.to_string()),
    })
}

/// When the recording has its first frame: a recording that shares its encoder with the replay buffer or the stream
/// waits for the encoder's next key frame, which can be many seconds after its start.
async fn first_frame_at(client: &Client, started_at: Option<Time>) -> Option<Time> {
    let status = client.record_status().await.ok()?;
    // While OBS pauses, the time of a recording stands still.
    if !status.active || status.paused {
        return None;
    }
    let written = Time::now() - Duration::try_from(status.duration).ok()?;
    started_at.map(|started_at| started_at.max(written))
}
