//! The actions of a player.

use schemars::JsonSchema;
use serde::Serialize;
use strum::{IntoStaticStr, VariantNames};

use crate::time::Time;

/// What a player is to do, with what it needs.
#[derive(Clone, Debug, IntoStaticStr, JsonSchema, PartialEq, Serialize, VariantNames)]
#[serde(tag = "action", content = "args")]
pub enum PlayerVerb {
    /// Show a clip in place of the one before of its review, once no other review has the screen. The one before can be come
    /// back to with `player.previous_clip`.
    #[serde(rename = "player.play")]
    #[strum(serialize = "player.play")]
    Play(Box<Play>),
    /// Put another camera's clip beside the one of its review, to step to. Played if there is none yet.
    #[serde(rename = "player.add")]
    #[strum(serialize = "player.add")]
    Add(Clip),
    /// Show the next camera's clip at the same instant.
    #[serde(rename = "player.next_camera")]
    #[strum(serialize = "player.next_camera")]
    NextCamera {},
    /// Show the camera before's clip at the same instant.
    #[serde(rename = "player.previous_camera")]
    #[strum(serialize = "player.previous_camera")]
    PreviousCamera {},
    /// Show the clip that came after this one, also one that waits.
    #[serde(rename = "player.next_clip")]
    #[strum(serialize = "player.next_clip")]
    NextClip {},
    /// Show the clip that came before this one, also one that waits; the latest if none is shown.
    #[serde(rename = "player.previous_clip")]
    #[strum(serialize = "player.previous_clip")]
    PreviousClip {},
    /// Go on by frames, and pause.
    #[serde(rename = "player.step")]
    #[strum(serialize = "player.step")]
    Step {
        /// How many; back when negative.
        frames: i64,
    },
    /// Play faster or slower.
    #[serde(rename = "player.speed")]
    #[strum(serialize = "player.speed")]
    Speed {
        /// 1 is normal speed.
        speed: f64,
    },
    /// Pause, or go on.
    #[serde(rename = "player.pause")]
    #[strum(serialize = "player.pause")]
    Pause {
        /// Whether the clip is to stand still.
        paused: bool,
    },
    /// Go on or back by seconds.
    #[serde(rename = "player.seek")]
    #[strum(serialize = "player.seek")]
    Seek {
        /// How many; back when negative.
        seconds: f64,
    },
    /// Play a part of the clip over and over.
    #[serde(rename = "player.loop")]
    #[strum(serialize = "player.loop")]
    Loop {
        /// Where it begins.
        from: Moment,
        /// Where it ends.
        to: Moment,
    },
    /// Play on beyond the part that was played over and over.
    #[serde(rename = "player.end_loop")]
    #[strum(serialize = "player.end_loop")]
    EndLoop {},
    /// Show a text over the picture, until another is set.
    #[serde(rename = "player.overlay")]
    #[strum(serialize = "player.overlay")]
    Overlay {
        /// The text.
        text: String,
        /// The `seq` of the request for review that it is about; that of which the court has a clip on the screen if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        review: Option<u64>,
    },
    /// Take clip and text of a review off the screen, or no longer let them wait for it. The player goes on running.
    #[serde(rename = "player.close")]
    #[strum(serialize = "player.close")]
    Close {
        /// The `seq` of the request for review; all that the court has there if absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        review: Option<u64>,
    },
}

impl PlayerVerb {
    /// The clip that it brings.
    pub fn clip(&self) -> Option<&Clip> {
        match self {
            Self::Play(play) => Some(&play.clip),
            Self::Add(clip) => Some(clip),
            _ => None,
        }
    }

    /// Whether it is there to put a clip on the screen.
    pub fn shows_a_clip(&self) -> bool {
        match self {
            Self::Play(_)
            | Self::Add(_)
            | Self::NextCamera {}
            | Self::PreviousCamera {}
            | Self::NextClip {}
            | Self::PreviousClip {} => true,
            Self::Step { .. }
            | Self::Speed { .. }
            | Self::Pause { .. }
            | Self::Seek { .. }
            | Self::Loop { .. }
            | Self::EndLoop {}
            | Self::Overlay { .. }
            | Self::Close { .. } => false,
        }
    }
}

/// How a clip is to be shown.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Play {
    /// The clip.
    #[serde(flatten)]
    pub clip: Clip,
    /// The instant to begin at. Of no use where it is not known when the clip begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
    /// Seconds before the end of the clip to begin at, if the instant is not known; the beginning if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seconds: Option<f64>,
    /// 1 is normal speed.
    pub speed: f64,
    /// Whether it is to stand still at its first frame.
    pub paused: bool,
    /// Text over the picture; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlay: Option<String>,
    /// Whether it takes the screen at once, also from another review.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub now: bool,
}

impl Play {
    /// From its beginning, at normal speed.
    pub fn of(clip: Clip) -> Self {
        Self { clip, from: None, last_seconds: None, speed: 1.0, paused: false, overlay: None, now: false }
    }
}

/// A file with moving pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Clip {
    /// The file.
    pub path: String,
    /// The instant of its first frame, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Time>,
    /// Name of the OBS sink that it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// The `seq` of the request for review that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<u64>,
}

/// A place in a clip.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Moment {
    /// An instant, for a clip of which it is known when it begins.
    At(Time),
    /// Seconds from the beginning of the clip.
    Seconds(f64),
}
