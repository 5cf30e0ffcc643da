//! `obs::…`: what OBS is asked to do.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Map, Module};
use serde_json::Value;
use strum::VariantNames as _;

use super::{Desk, Done, Surroundings};
use crate::action::{MediaAction, ObsVerb};
use crate::rules::duration;

/// The OBS instances that an action goes to.
#[derive(Clone)]
struct Obs {
    desk: Desk,
    instances: Arc<[Arc<str>]>,
}

impl Obs {
    /// Asks for an action of each instance. Where the court has none, the action is asked for all the same, and fails
    /// with that reason.
    fn ask(&self, verb: &ObsVerb) -> Done {
        if self.instances.is_empty() {
            self.desk.ask(verb.clone().on(None))?;
        }
        for instance in self.instances.iter() {
            self.desk.ask(verb.clone().on(Some(instance.clone())))?;
        }
        Ok(())
    }

    fn on(&self, name: &str) -> Result<Self, Box<EvalAltResult>> {
        match self.instances.iter().find(|instance| ***instance == *name) {
            Some(instance) => Ok(Self { desk: self.desk.clone(), instances: Arc::new([instance.clone()]) }),
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
    ($engine:ident, $module:ident, $all:ident; $($name:literal($($arg:ident: $type:ty),*) => $verb:expr;)*) => {$(
        $engine.register_fn($name, |obs: &mut Obs $(, $arg: $type)*| -> Done { obs.ask(&$verb) });
        let obs = $all.clone();
        // How its arguments are called, for `rules check` to say.
        let function = FuncRegistration::new($name)
            .with_params_info([$(concat!(stringify!($arg), ": ", stringify!($type))),*] as [&str; _]);
        function.set_into_module(&mut $module, move |$($arg: $type),*| -> Done { obs.ask(&$verb) });
    )*};
}

pub(super) fn register(engine: &mut Engine, desk: &Desk, surroundings: &Surroundings) {
    use ObsVerb::*;
    let all = Obs { desk: desk.clone(), instances: surroundings.obs.clone().into() };
    let mut module = Module::new();
    engine.register_type_with_name::<Obs>("Obs");
    obs_functions! { engine, module, all;
        "save_replay"() => SaveReplay { reason: String::new(), name: None };
        "save_replay"(reason: &str) => SaveReplay { reason: reason.to_owned(), name: None };
        "start_recording"() => StartRecording { name: None };
        "start_recording"(name: &str) => StartRecording { name: Some(name.to_owned()) };
        "stop_recording"() => StopRecording {};
        "chapter"(name: &str) => Chapter { name: name.to_owned() };
        "scene"(scene: &str) => Scene { scene: scene.to_owned() };
        "preview_scene"(scene: &str) => PreviewScene { scene: scene.to_owned() };
        "transition"(name: &str) => Transition { name: name.to_owned(), duration_ms: None };
        "transition"(name: &str, duration: &str) => Transition {
            name: name.to_owned(),
            duration_ms: Some(milliseconds(duration)?),
        };
        "trigger_transition"() => TriggerTransition {};
        "source_visible"(scene: &str, source: &str, visible: bool) => SourceVisible {
            scene: scene.to_owned(),
            source: source.to_owned(),
            visible,
        };
        "text"(source: &str, text: &str) => Text { source: source.to_owned(), text: text.to_owned() };
        "filter"(source: &str, filter: &str, enabled: bool) => Filter {
            source: source.to_owned(),
            filter: filter.to_owned(),
            enabled,
        };
        "mute"(source: &str, muted: bool) => Mute { source: source.to_owned(), muted };
        "media"(source: &str, action: &str) => Media { source: source.to_owned(), action: media_action(action)? };
        "media_file"(source: &str, path: &str) => MediaFile { source: source.to_owned(), path: path.to_owned() };
        "hotkey"(name: &str) => Hotkey { name: name.to_owned() };
        "virtual_camera"(on: bool) => VirtualCamera { on };
        "streaming"(on: bool) => Streaming { on };
        "request"(request: &str) => Request { request: request.to_owned(), data: json(Map::new())? };
        "request"(request: &str, data: Map) => Request { request: request.to_owned(), data: json(data.clone())? };
    }
    FuncRegistration::new("on").set_into_module(&mut module, move |name: &str| all.on(name));
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
