//! The actions of OBS.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use strum::{Display, EnumString, IntoStaticStr, VariantNames};

use super::Instance;

/// Something that an OBS instance is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct ObsAction {
    /// Which.
    pub instance: Instance,
    /// What.
    pub verb: ObsVerb,
}

/// What OBS is to do, with what it needs. The names of actions stand in [`ObsVerb::name`].
#[derive(Clone, Debug, IntoStaticStr, JsonSchema, PartialEq, Serialize, VariantNames)]
#[serde(untagged)]
pub enum ObsVerb {
    /// Save the replay buffer.
    #[strum(serialize = "obs.save_replay")]
    SaveReplay {
        /// What the clip is for.
        reason: String,
        /// Name that the file gets, without its ending; OBS's own when absent. `{date}` and `{time}` in it are those of
        /// the action, where OBS's driver runs.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Begin to record.
    #[strum(serialize = "obs.start_recording")]
    StartRecording {
        /// Name that the file gets when the recording is finished, as that of a clip.
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Set a chapter mark in the recording, which hybrid MP4 has from OBS 30.2 on.
    #[strum(serialize = "obs.chapter")]
    Chapter {
        /// What begins there.
        name: String,
    },
    /// End the recording.
    #[strum(serialize = "obs.stop_recording")]
    StopRecording {},
    /// Show a scene on program.
    #[strum(serialize = "obs.scene")]
    Scene {
        /// Name of the scene.
        scene: String,
    },
    /// Show a scene on preview, which there is in studio mode.
    #[strum(serialize = "obs.preview_scene")]
    PreviewScene {
        /// Name of the scene.
        scene: String,
    },
    /// Choose the transition from scene to scene.
    #[strum(serialize = "obs.transition")]
    Transition {
        /// Name of the transition.
        name: String,
        /// How long it takes, in milliseconds; as before when absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        duration_ms: Option<u32>,
    },
    /// Put what is on preview on program, in studio mode.
    #[strum(serialize = "obs.trigger_transition")]
    TriggerTransition {},
    /// Show or hide a source in a scene.
    #[strum(serialize = "obs.source_visible")]
    SourceVisible {
        /// Name of the scene.
        scene: String,
        /// Name of the source.
        source: String,
        /// Whether it is to be seen.
        visible: bool,
    },
    /// Set the text of a text source.
    #[strum(serialize = "obs.text")]
    Text {
        /// Name of the source.
        source: String,
        /// Its text.
        text: String,
    },
    /// Turn a filter on or off.
    #[strum(serialize = "obs.filter")]
    Filter {
        /// Name of the source.
        source: String,
        /// Name of the filter.
        filter: String,
        /// Whether it is to be on.
        enabled: bool,
    },
    /// Turn the sound of a source off or on.
    #[strum(serialize = "obs.mute")]
    Mute {
        /// Name of the source.
        source: String,
        /// Whether it is to be silent.
        muted: bool,
    },
    /// Play or stop a media source.
    #[strum(serialize = "obs.media")]
    Media {
        /// Name of the source.
        source: String,
        /// What it is to do.
        action: MediaAction,
    },
    /// Give a media source another file.
    #[strum(serialize = "obs.media_file")]
    MediaFile {
        /// Name of the source.
        source: String,
        /// The file, on the computer that runs OBS.
        path: String,
    },
    /// Press a hotkey.
    #[strum(serialize = "obs.hotkey")]
    Hotkey {
        /// OBS's name for it, such as `OBSBasic.Screenshot`.
        name: String,
    },
    /// Start or stop the virtual camera.
    #[strum(serialize = "obs.virtual_camera")]
    VirtualCamera {
        /// Whether it is to run.
        on: bool,
    },
    /// Start or stop the stream.
    #[strum(serialize = "obs.streaming")]
    Streaming {
        /// Whether it is to run.
        on: bool,
    },
    /// Any other request of obs-websocket.
    #[strum(serialize = "obs.request")]
    Request {
        /// Name of the request, such as `SetInputVolume`.
        request: String,
        /// Its data.
        data: serde_json::Value,
    },
}

impl ObsVerb {
    /// The action's name, such as `obs.save_replay`.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// The same for an instance.
    pub fn on(self, instance: Instance) -> super::ActionVerb {
        super::ActionVerb::Obs(ObsAction { instance, verb: self })
    }
}

/// What a media source is to do.
#[derive(Clone, Copy, Debug, Deserialize, Display, EnumString, JsonSchema, PartialEq, Eq, Serialize, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MediaAction {
    /// Go on.
    Play,
    /// Stand still.
    Pause,
    /// Begin again.
    Restart,
    /// End.
    Stop,
    /// Go on with the next of its list.
    Next,
    /// Go back to the one before.
    Previous,
}

/// As the other actions are written: the name, and what it needs with the instance first.
impl Serialize for ObsAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            action: &'static str,
            args: Arguments<'a>,
        }
        #[derive(Serialize)]
        struct Arguments<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            instance: &'a Instance,
            #[serde(flatten)]
            verb: &'a ObsVerb,
        }
        let Self { instance, verb } = self;
        Written { action: verb.name(), args: Arguments { instance, verb } }.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn an_action_is_written_as_its_name_and_what_it_needs() {
        let json = |verb: ObsVerb, instance: Instance| serde_json::to_string(&verb.on(instance)).unwrap();
        assert_eq!(
            json(ObsVerb::Scene { scene: "Live".to_owned() }, Some("jury".into())),
            r#"{"action":"obs.scene","args":{"instance":"jury","scene":"Live"}}"#
        );
        assert_eq!(json(ObsVerb::StopRecording {}, None), r#"{"action":"obs.stop_recording","args":{}}"#);
        assert_eq!(
            json(ObsVerb::Media { source: "Intro".to_owned(), action: MediaAction::Restart }, None),
            r#"{"action":"obs.media","args":{"source":"Intro","action":"restart"}}"#
        );
    }
}
