//! Actions that a request or two carry out: scenes, sources, texts, filters, sound, media, and requests by name.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::scenes::Program;
use crate::action::{MediaAction, ObsVerb};
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::sink::{Command, Outbox};

/// Carries actions out one after the other.
pub(super) struct Requests<'a> {
    pub(super) client: &'a Client,
    pub(super) outbox: &'a Outbox,
    pub(super) program: &'a Program,
    pub(super) commands: mpsc::Receiver<Command>,
}

impl Requests<'_> {
    /// Works until there are no more commands.
    pub(super) async fn run(mut self) {
        while let Some(command) = self.commands.recv().await {
            let result = match command.action.verb.obs() {
                Some(verb) => self.carry_out(verb).await,
                None => Err(ObsError::NotForObs(command.action.verb.name())),
            };
            self.outbox.outcome(&command, result);
        }
    }

    async fn carry_out(&self, verb: &ObsVerb) -> Result<(), ObsError> {
        let (request, data) = match verb {
            ObsVerb::Scene { scene } => return self.show_scene(scene).await,
            ObsVerb::PreviewScene { scene } => ("SetCurrentPreviewScene", json!({"sceneName": scene})),
            ObsVerb::Transition { name, duration_ms } => return self.choose_transition(name, *duration_ms).await,
            ObsVerb::TriggerTransition {} => ("TriggerStudioModeTransition", Value::Null),
            ObsVerb::SourceVisible { scene, source, visible } => {
                let wanted = json!({"sceneName": scene, "sourceName": source});
                let found: Value = self.client.get("GetSceneItemId", wanted).await?;
                let item = &found["sceneItemId"];
                let data = json!({"sceneName": scene, "sceneItemId": item, "sceneItemEnabled": visible});
                ("SetSceneItemEnabled", data)
            }
            ObsVerb::Text { source, text } => settings(source, json!({"text": text})),
            ObsVerb::Filter { source, filter, enabled } => {
                let data = json!({"sourceName": source, "filterName": filter, "filterEnabled": enabled});
                ("SetSourceFilterEnabled", data)
            }
            ObsVerb::Mute { source, muted } => ("SetInputMute", json!({"inputName": source, "inputMuted": muted})),
            ObsVerb::Media { source, action } => {
                ("TriggerMediaInputAction", json!({"inputName": source, "mediaAction": media_action(*action)}))
            }
            ObsVerb::MediaFile { source, path } => return self.set_media_file(source, path).await,
            ObsVerb::Hotkey { name } => ("TriggerHotkeyByName", json!({"hotkeyName": name})),
            ObsVerb::Request { request, data } => {
                let version = &self.client.version;
                if !version.requests.contains(request) {
                    return Err(ObsError::Unsupported { request: request.clone(), version: version.in_words() });
                }
                (request.as_str(), data.clone())
            }
            // These have lanes of their own.
            ObsVerb::SaveReplay { .. }
            | ObsVerb::StartRecording { .. }
            | ObsVerb::StopRecording {}
            | ObsVerb::Chapter { .. }
            | ObsVerb::VirtualCamera { .. }
            | ObsVerb::Streaming { .. } => return Err(ObsError::NotForObs(verb.name())),
        };
        self.client.call(request, data).await
    }

    /// OBS itself tells of a scene only when the transition to it is over.
    async fn show_scene(&self, scene: &str) -> Result<(), ObsError> {
        self.client.call("SetCurrentProgramScene", json!({"sceneName": scene})).await?;
        self.program.set(scene, self.outbox);
        Ok(())
    }

    async fn choose_transition(&self, name: &str, duration_ms: Option<u32>) -> Result<(), ObsError> {
        self.client.call("SetCurrentSceneTransition", json!({"transitionName": name})).await?;
        if let Some(duration) = duration_ms {
            let data = json!({"transitionDuration": duration});
            self.client.call("SetCurrentSceneTransitionDuration", data).await?;
        }
        Ok(())
    }

    /// A media source has one file, or as VLC's a list of which this is all.
    async fn set_media_file(&self, source: &str, path: &str) -> Result<(), ObsError> {
        let found: Value = self.client.get("GetInputSettings", json!({"inputName": source})).await?;
        let wanted = match found["inputKind"].as_str().unwrap_or_default() {
            "ffmpeg_source" => json!({"is_local_file": true, "local_file": path}),
            "vlc_source" => json!({"playlist": [{"value": path, "selected": false, "hidden": false}]}),
            kind => return Err(ObsError::NoMedia { source_name: source.to_owned(), kind: kind.to_owned() }),
        };
        let (request, data) = settings(source, wanted);
        self.client.call(request, data).await
    }
}

fn settings(source: &str, settings: Value) -> (&'static str, Value) {
    ("SetInputSettings", json!({"inputName": source, "inputSettings": settings, "overlay": true}))
}

fn media_action(action: MediaAction) -> obws::common::MediaAction {
    use obws::common::MediaAction as Wire;
    match action {
        MediaAction::Play => Wire::Play,
        MediaAction::Pause => Wire::Pause,
        MediaAction::Restart => Wire::Restart,
        MediaAction::Stop => Wire::Stop,
        MediaAction::Next => Wire::Next,
        MediaAction::Previous => Wire::Previous,
    }
}
