//! What the driver and the queries both ask for.

use std::path::PathBuf;

use obws::responses::StatusCode;
use obws::responses::recording::RecordStatus;
use serde_json::{Value, json};

use super::Client;
use crate::obs::error::ObsError;
use crate::obs::model::BufferState;

impl Client {
    pub(in crate::obs) async fn record_status(&self) -> Result<RecordStatus, ObsError> {
        self.get("GetRecordStatus", Value::Null).await
    }

    /// The file that is being recorded, from the settings of the output; OBS gives it nowhere else.
    pub(in crate::obs) async fn recorded_file(&self) -> Result<Option<String>, ObsError> {
        // In simple and in advanced mode.
        for name in ["simple_file_output", "adv_file_output"] {
            match self.get::<Value>("GetOutputSettings", json!({"outputName": name})).await {
                Ok(output) => {
                    if let Some(path) = output["outputSettings"]["path"].as_str() {
                        return Ok(Some(self.folders().here(path)));
                    }
                }
                // In the other mode, or of an OBS that is too old.
                Err(ObsError::Refused { .. } | ObsError::TooOld { .. } | ObsError::Unsupported { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    pub(in crate::obs) async fn buffer_state(&self) -> Result<BufferState, ObsError> {
        match self.is_active("GetReplayBufferStatus").await {
            Ok(true) => Ok(BufferState::Running),
            Ok(false) => Ok(BufferState::Stopped),
            Err(error) if error.is(StatusCode::InvalidResourceState) => Ok(BufferState::NotEnabled),
            Err(error) => Err(error),
        }
    }

    /// The file of the last replay that was saved; none before the first.
    pub(in crate::obs) async fn last_replay(&self) -> Result<Option<PathBuf>, ObsError> {
        let answer = self.get::<Value>("GetLastReplayBufferReplay", Value::Null).await?;
        Ok(answer["savedReplayPath"]
            .as_str()
            .filter(|path| !path.is_empty())
            .map(|path| self.folders().here(path).into()))
    }

    /// Where a stream would go: the name of the service or the server's address. None if no key or server is set.
    pub(in crate::obs) async fn stream_service(&self) -> Result<Option<String>, ObsError> {
        let answer = self.get::<Value>("GetStreamServiceSettings", Value::Null).await?;
        let settings = &answer["streamServiceSettings"];
        let text = |key: &str| settings[key].as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        // A service that OBS knows needs a key, a server of one's own not always.
        let is_known = answer["streamServiceType"] == "rtmp_common";
        let is_set = text("key").is_some() || (!is_known && text("server").is_some());
        Ok(text("service").or_else(|| text("server")).filter(|_| is_set))
    }

    /// Whether an output runs; `request` asks for its status.
    pub(in crate::obs) async fn is_active(&self, request: &str) -> Result<bool, ObsError> {
        Ok(self.get::<Value>(request, Value::Null).await?["outputActive"] == true)
    }

    /// The scene on program.
    pub(in crate::obs) async fn program_scene(&self) -> Result<Option<String>, ObsError> {
        let answer: Value = self.get("GetCurrentProgramScene", Value::Null).await?;
        Ok(answer["currentProgramSceneName"].as_str().map(str::to_owned))
    }

    /// The names of all scenes.
    pub(in crate::obs) async fn scenes(&self) -> Result<Vec<String>, ObsError> {
        let answer = self.get::<Value>("GetSceneList", Value::Null).await?;
        let scenes = answer["scenes"].as_array().into_iter().flatten();
        Ok(scenes.filter_map(|scene| scene["sceneName"].as_str().map(str::to_owned)).collect())
    }

    /// OBS's counters. Not every version has all of them.
    pub(in crate::obs) async fn stats(&self) -> Result<Value, ObsError> {
        self.get("GetStats", Value::Null).await
    }

    /// The name of the replay buffer's output, which is in OBS's language.
    pub(in crate::obs) async fn buffer_output(&self) -> Result<Option<String>, ObsError> {
        let answer = self.get::<Value>("GetOutputList", Value::Null).await?;
        let mut outputs = answer["outputs"].as_array().into_iter().flatten();
        let buffer = outputs.find(|output| output["outputKind"] == "replay_buffer");
        Ok(buffer.and_then(|output| output["outputName"].as_str()).map(str::to_owned))
    }
}
