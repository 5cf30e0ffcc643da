//! `obs::…`: what OBS is asked to do.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, Map, Module};
use serde_json::Value;
use strum::VariantNames as _;

use super::{CallEffects, Done, Surroundings};
use crate::action::{MediaAction, ObsVerb};
use crate::rules::documented::documented;
use crate::rules::{duration, views};

/// The OBS instances that an action goes to.
#[derive(Clone)]
struct Obs {
    effects: CallEffects,
    instances: Arc<[Arc<str>]>,
}

impl Obs {
    /// Asks for an action of each instance. Where the court has none, the action is asked for all the same, and fails
    /// with that reason.
    fn request(&self, verb: &ObsVerb) -> Done {
        if self.instances.is_empty() {
            self.effects.request(verb.clone().on(None))?;
        }
        for instance in self.instances.iter() {
            self.effects.request(verb.clone().on(Some(instance.clone())))?;
        }
        Ok(())
    }

    fn on(&self, name: &str) -> Result<Self, Box<EvalAltResult>> {
        match self.instances.iter().find(|instance| ***instance == *name) {
            Some(instance) => Ok(Self { effects: self.effects.clone(), instances: Arc::new([instance.clone()]) }),
            None if self.instances.is_empty() => Ok(self.clone()),
            None => {
                let known: Vec<_> = self.instances.iter().map(|i| format!("`{i}`")).collect();
                Err(format!("there is no OBS `{name}` for this court; there is {}", known.join(", ")).into())
            }
        }
    }
}

/// Makes each function callable in two ways: `obs::scene("Live")` for every instance of the court, and
/// `obs::on("jury").scene("Live")` for one.
macro_rules! obs_functions {
    ($engine:ident, $module:ident, $all:ident;
     $($(#[doc = $docs:literal])* $name:literal($($arg:ident: $type:ty),*) => $verb:expr;)*) => {$(
        $engine.register_fn($name, |obs: &mut Obs $(, $arg: $type)*| -> Done { obs.request(&$verb) });
        let obs = $all.clone();
        let function = documented!($(#[doc = $docs])* $name($($arg: $type),*));
        function.set_into_module(&mut $module, move |$($arg: $type),*| -> Done { obs.request(&$verb) });
    )*};
}

pub(super) fn register(engine: &mut Engine, effects: &CallEffects, surroundings: &Surroundings) {
    use ObsVerb::*;
    let all = Obs { effects: effects.clone(), instances: surroundings.obs.clone().into() };
    let mut module = Module::new();
    engine.register_type_with_name::<Obs>("Obs");
    obs_functions! { engine, module, all;
        "save_replay"() => SaveReplay { reason: String::new(), name: None };
        /// Saves the replay buffer; done when the file is there, which `clip_saved` tells. Requests for in answer to
        /// `review_opened`, the clip belongs to that review. Each clip ends after it was asked for: who asks while a save
        /// is under way gets the next. If the buffer did not run, it is started and the save fails.
        "save_replay"(reason: &str) => SaveReplay { reason: reason.to_owned(), name: None };
        "start_recording"() => StartRecording { name: None };
        /// Begins to record. The finished file gets the name, or that which `names` of the config says; what no
        /// file name may have is replaced by `-`, and ` (2)` is put behind one that is taken. Fails if OBS
        /// records already.
        "start_recording"(name: &str) => StartRecording { name: Some(name.to_owned()) };
        /// Ends the recording that a rule of this court began; done when the file is final. One that somebody else
        /// began, or another court, is left alone: `obs::request("StopRecord")` ends any.
        "stop_recording"() => StopRecording {};
        /// Sets a chapter mark in the recording; OBS 30.2 or newer, and hybrid MP4.
        "chapter"(name: &str) => Chapter { name: name.to_owned() };
        /// Puts a scene on program.
        "scene"(scene: &str) => Scene { scene: scene.to_owned() };
        /// Puts a scene on preview; fails unless OBS is in studio mode.
        "preview_scene"(scene: &str) => PreviewScene { scene: scene.to_owned() };
        "transition"(name: &str) => Transition { name: name.to_owned(), duration_ms: None };
        /// Chooses the transition from scene to scene, and how long it takes: `"50ms"` to `"20s"`.
        "transition"(name: &str, duration: &str) => Transition {
            name: name.to_owned(),
            duration_ms: Some(milliseconds(duration)?),
        };
        /// Puts what is on preview on program; fails unless OBS is in studio mode.
        "trigger_transition"() => TriggerTransition {};
        /// Shows or hides a source in a scene.
        "source_visible"(scene: &str, source: &str, visible: bool) => SourceVisible {
            scene: scene.to_owned(),
            source: source.to_owned(),
            visible,
        };
        /// Sets the text of a text source; what is no text is written as one.
        "text"(source: &str, value: Dynamic) => Text { source: source.to_owned(), text: views::text_of(&value) };
        /// Turns a filter of a source on or off.
        "filter"(source: &str, filter: &str, enabled: bool) => Filter {
            source: source.to_owned(),
            filter: filter.to_owned(),
            enabled,
        };
        /// Turns the sound of a source off or on.
        "mute"(source: &str, muted: bool) => Mute { source: source.to_owned(), muted };
        /// Has a media source `play`, `pause`, `restart`, `stop`, or go to the `next` or `previous` of its list.
        "media"(source: &str, action: &str) => Media { source: source.to_owned(), action: media_action(action)? };
        /// Gives a media source another file, on the computer that runs OBS.
        "media_file"(source: &str, path: &str) => MediaFile { source: source.to_owned(), path: path.to_owned() };
        /// Presses a hotkey by OBS's name for it, such as `"OBSBasic.Screenshot"`.
        "hotkey"(name: &str) => Hotkey { name: name.to_owned() };
        /// Starts or stops the virtual camera; one that is so already is well.
        "virtual_camera"(on: bool) => VirtualCamera { on };
        /// Starts or stops the stream; done when its server has it, and failed after 10 seconds without.
        "streaming"(on: bool) => Streaming { on };
        "request"(request: &str) => Request { request: request.to_owned(), data: json(Map::new())? };
        /// Any other request of
        /// [obs-websocket](https://github.com/obsproject/obs-websocket/blob/master/docs/generated/protocol.md),
        /// with its data as a map; the data of its answer is not handed back.
        "request"(request: &str, data: Map) => Request { request: request.to_owned(), data: json(data.clone())? };
    }
    let on = documented! {
        /// Names one OBS of several, which does what is called on it: `obs::on("jury").scene("Replay")`. Without it,
        /// every OBS that serves the court does.
        "on"(instance: &str)
    };
    on.set_into_module(&mut module, move |instance: &str| all.on(instance));
    engine.register_static_module("obs", module.into());
}

/// How long a transition takes; OBS knows 50 ms to 20 s.
fn milliseconds(text: &str) -> Result<u32, Box<EvalAltResult>> {
    let milliseconds = duration::read(text)?.as_millis();
    u32::try_from(milliseconds)
        .ok()
        .filter(|duration| (50..=20_000).contains(duration))
        .ok_or_else(|| format!("a transition takes from \"50ms\" to \"20s\", not {text:?}").into())
}

fn media_action(text: &str) -> Result<MediaAction, Box<EvalAltResult>> {
    text.parse().map_err(|_| format!("obs::media knows {}, not `{text}`", MediaAction::VARIANTS.join(", ")).into())
}

fn json(data: Map) -> Result<Value, Box<EvalAltResult>> {
    rhai::serde::from_dynamic(&Dynamic::from_map(data))
}
