//! How an OBS instance is right now.

use std::sync::Arc;

use serde::Serialize;

use super::QueryError;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::obs::model::BufferState;
use crate::obs::options::ObsOptions;

/// How an instance is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InstanceStatus {
    /// Name of the sink.
    pub instance: Arc<str>,
    /// Host and port.
    pub address: String,
    /// What it says, or why it says nothing.
    #[serde(flatten)]
    pub state: State,
}

/// What an instance says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It answers.
    Ready(Box<Ready>),
    /// It does not answer.
    Gone {
        /// Why, and what to do about it.
        reason: String,
    },
}

/// What an instance that answers says. What it does not say is absent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Ready {
    /// Version of OBS Studio.
    pub obs_version: String,
    /// Version of obs-websocket.
    pub websocket_version: String,
    /// The scene on program.
    pub scene: Option<String>,
    /// The replay buffer.
    pub replay_buffer: BufferState,
    /// The recording that runs; none if none does.
    pub recording: Option<Recording>,
    /// Frames that came too late to be drawn, since OBS was started.
    pub render_skipped_frames: Option<u64>,
    /// Frames that were to be drawn.
    pub render_total_frames: Option<u64>,
    /// Frames that came too late to be encoded.
    pub output_skipped_frames: Option<u64>,
    /// Frames that were to be encoded.
    pub output_total_frames: Option<u64>,
    /// OBS's share of the processor, in percent.
    pub cpu_percent: Option<f64>,
    /// The memory that OBS takes, in MB.
    pub memory_mb: Option<f64>,
    /// What is left of the disk that OBS records to, in MB.
    pub disk_free_mb: Option<f64>,
}

/// A recording that runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recording {
    /// How much is recorded, in seconds.
    pub seconds: f64,
    /// Whether it stands still.
    pub paused: bool,
    /// The file, where OBS says it.
    pub path: Option<String>,
}

/// Queries the status of an instance.
pub async fn status(options: &ObsOptions) -> InstanceStatus {
    let state = match ready(options).await {
        Ok(ready) => State::Ready(Box::new(ready)),
        Err(error) => State::Gone { reason: error.to_string() },
    };
    InstanceStatus { instance: options.instance.clone(), address: options.address(), state }
}

async fn ready(options: &ObsOptions) -> Result<Ready, QueryError> {
    let (client, _events) = Client::connect(options).await?;
    let stats = client.stats().await?;
    Ok(Ready {
        obs_version: client.version.obs.clone(),
        websocket_version: client.version.websocket.clone(),
        scene: client.program_scene().await?,
        replay_buffer: client.buffer_state().await?,
        recording: recording(&client).await?,
        render_skipped_frames: stats["renderSkippedFrames"].as_u64(),
        render_total_frames: stats["renderTotalFrames"].as_u64(),
        output_skipped_frames: stats["outputSkippedFrames"].as_u64(),
        output_total_frames: stats["outputTotalFrames"].as_u64(),
        cpu_percent: stats["cpuUsage"].as_f64(),
        memory_mb: stats["memoryUsage"].as_f64(),
        disk_free_mb: stats["availableDiskSpace"].as_f64(),
    })
}

async fn recording(client: &Client) -> Result<Option<Recording>, ObsError> {
    let status = client.record_status().await?;
    if !status.active {
        return Ok(None);
    }
    Ok(Some(Recording {
        seconds: status.duration.as_seconds_f64(),
        paused: status.paused,
        path: client.recorded_file().await?,
    }))
}
