//! Actions that a request or two carry out: scenes, sources, texts, filters, sound, media, outputs, and requests by name.

use obws::responses::StatusCode;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::outputs;
use super::scenes::Program;
use crate::action::{MediaAction, ObsVerb};
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::sink::{Command, Outbox};
use crate::suggest::advise_in_words;

/// Carries actions out, one after the other.
pub(super) async fn run(mut commands: mpsc::Receiver<Command>, client: &Client, outbox: &Outbox, program: &Program) {
    while let Some(command) = commands.recv().await {
        let result = match command.action.verb.obs() {
            Some(verb) => carry_out(client, outbox, program, verb).await,
            None => Err(ObsError::NotForObs(command.action.verb.name())),
        };
        outbox.outcome(&command, result);
    }
}

async fn carry_out(client: &Client, outbox: &Outbox, program: &Program, verb: &ObsVerb) -> Result<(), ObsError> {
    let (request, data) = match verb {
        ObsVerb::Scene { scene } => return show_scene(client, outbox, program, scene).await,
        ObsVerb::PreviewScene { scene } => ("SetCurrentPreviewScene", json!({"sceneName": scene})),
        ObsVerb::Transition { name, duration_ms } => return choose_transition(client, name, *duration_ms).await,
        ObsVerb::TriggerTransition {} => ("TriggerStudioModeTransition", Value::Null),
        ObsVerb::SourceVisible { scene, source, visible } => {
            let wanted = json!({"sceneName": scene, "sourceName": source});
            let found: Value = client.get("GetSceneItemId", wanted).await?;
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
        ObsVerb::MediaFile { source, path } => return set_media_file(client, source, path).await,
        ObsVerb::Streaming { on } => return outputs::switch(client, "GetStreamStatus", "Stream", *on).await,
        ObsVerb::VirtualCamera { on } => {
            return outputs::switch(client, "GetVirtualCamStatus", "VirtualCam", *on).await;
        }
        ObsVerb::Hotkey { name } => ("TriggerHotkeyByName", json!({"hotkeyName": name})),
        ObsVerb::Request { request, data } => {
            let version = &client.version;
            if !version.requests.contains(request) {
                return Err(ObsError::Unsupported { request: request.clone(), version: version.in_words() });
            }
            (request.as_str(), data.clone())
        }
        // These have lanes of their own.
        ObsVerb::SaveReplay { .. }
        | ObsVerb::StartRecording { .. }
        | ObsVerb::StopRecording {}
        | ObsVerb::Chapter { .. } => return Err(ObsError::NotForObs(verb.name())),
    };
    client.call(request, data).await
}

/// OBS reports a scene only when the transition to it is over.
async fn show_scene(client: &Client, outbox: &Outbox, program: &Program, scene: &str) -> Result<(), ObsError> {
    let shown = client.call("SetCurrentProgramScene", json!({"sceneName": scene})).await;
    if let Err(error) = &shown
        && error.is(StatusCode::ResourceNotFound)
        && let Ok(scenes) = client.scenes().await
    {
        let advice = advise_in_words("its scenes", scene, scenes.iter().map(String::as_str));
        return Err(ObsError::NoScene { scene: scene.to_owned(), advice });
    }
    shown?;
    program.set(scene, outbox);
    Ok(())
}

async fn choose_transition(client: &Client, name: &str, duration_ms: Option<u32>) -> Result<(), ObsError> {
    client.call("SetCurrentSceneTransition", json!({"transitionName": name})).await?;
    if let Some(duration) = duration_ms {
        let data = json!({"transitionDuration": duration});
        client.call("SetCurrentSceneTransitionDuration", data).await?;
    }
    Ok(())
}

/// A media source has one file, or as VLC's a list of which this is all.
async fn set_media_file(client: &Client, source: &str, path: &str) -> Result<(), ObsError> {
    let path = client.folders().on_obs(path);
    let found: Value = client.get("GetInputSettings", json!({"inputName": source})).await?;
    let wanted = match found["inputKind"].as_str().unwrap_or_default() {
        "ffmpeg_source" => json!({"is_local_file": true, "local_file": path}),
        "vlc_source" => json!({"playlist": [{"value": path, "selected": false, "hidden": false}]}),
        kind => return Err(ObsError::NoMedia { source_name: source.to_owned(), kind: kind.to_owned() }),
    };
    let (request, data) = settings(source, wanted);
    client.call(request, data).await
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
