//! Actions that a request or two carry out: scenes, sources, texts, filters, sound, media, and requests by name.

use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::reporter::Reporter;
use super::scenes::Program;
use crate::action::{MediaAction, ObsVerb};
use crate::obs::client::Link;
use crate::obs::error::ObsError;
use crate::sink::Command;

/// Carries actions out one after the other.
pub(super) struct Requests<'a> {
    pub(super) link: &'a Link,
    pub(super) reporter: &'a Reporter,
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
            self.reporter.outcome(&command, result);
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
                let found = self.link.send("GetSceneItemId", wanted).await?;
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
                ("TriggerMediaInputAction", json!({"inputName": source, "mediaAction": wire_name(*action)}))
            }
            ObsVerb::MediaFile { source, path } => return self.set_media_file(source, path).await,
            ObsVerb::Hotkey { name } => ("TriggerHotkeyByName", json!({"hotkeyName": name})),
            ObsVerb::Request { request, data } => {
                let version = &self.link.conversation.version;
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
        self.link.send(request, data).await.map(drop)
    }

    /// OBS itself tells of a scene only when the transition to it is over.
    async fn show_scene(&self, scene: &str) -> Result<(), ObsError> {
        self.link.send("SetCurrentProgramScene", json!({"sceneName": scene})).await?;
        self.program.set(scene, self.reporter);
        Ok(())
    }

    async fn choose_transition(&self, name: &str, duration_ms: Option<u32>) -> Result<(), ObsError> {
        self.link.send("SetCurrentSceneTransition", json!({"transitionName": name})).await?;
        if let Some(duration) = duration_ms {
            let data = json!({"transitionDuration": duration});
            self.link.send("SetCurrentSceneTransitionDuration", data).await?;
        }
        Ok(())
    }

    /// A media source has one file, or as VLC's a list of which this is all.
    async fn set_media_file(&self, source: &str, path: &str) -> Result<(), ObsError> {
        let found = self.link.send("GetInputSettings", json!({"inputName": source})).await?;
        let wanted = match found["inputKind"].as_str().unwrap_or_default() {
            "ffmpeg_source" => json!({"is_local_file": true, "local_file": path}),
            "vlc_source" => json!({"playlist": [{"value": path, "selected": false, "hidden": false}]}),
            kind => return Err(ObsError::NoMedia { source_name: source.to_owned(), kind: kind.to_owned() }),
        };
        let (request, data) = settings(source, wanted);
        self.link.send(request, data).await.map(drop)
    }
}

fn settings(source: &str, settings: Value) -> (&'static str, Value) {
    ("SetInputSettings", json!({"inputName": source, "inputSettings": settings, "overlay": true}))
}

fn wire_name(action: MediaAction) -> String {
    format!("OBS_WEBSOCKET_MEDIA_INPUT_ACTION_{}", action.to_string().to_uppercase())
}
