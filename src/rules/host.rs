//! The functions that scripts call: `obs::…`, `player::…`, `log::…`, `mark`; see [`super::helpers`] for the others.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Map, Module};

use super::desk::Desk;
use super::{Surroundings, views};
use crate::action::{Instance, LogLevel, Verb};

/// What a host function gives back to a script.
type Done = Result<(), Box<EvalAltResult>>;

/// Tells the engine the functions that scripts may call.
pub(super) fn register(engine: &mut Engine, desk: &Desk, surroundings: &Surroundings) {
    register_obs(engine, desk, surroundings);
    register_player(engine, desk);
    register_log(engine, desk);
    let here = desk.clone();
    engine.register_fn("mark", move |text: &str| -> Done { Ok(here.ask(Verb::Mark { text: text.to_owned() })?) });
}

/// The OBS instances that an action goes to.
#[derive(Clone)]
struct Obs {
    desk: Desk,
    instances: Arc<[Arc<str>]>,
}

impl Obs {
    /// Asks for an action of each instance. Where the court has none, the action is asked for all the same, and fails
    /// with that reason.
    fn ask(&self, verb: impl Fn(Instance) -> Verb) -> Done {
        if self.instances.is_empty() {
            self.desk.ask(verb(None))?;
        }
        for instance in self.instances.iter() {
            self.desk.ask(verb(Some(instance.clone())))?;
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

    fn save_replay(&self, reason: &str) -> Done {
        self.ask(|instance| Verb::SaveReplay { instance, reason: reason.to_owned() })
    }

    fn scene(&self, scene: &str) -> Done {
        self.ask(|instance| Verb::Scene { instance, scene: scene.to_owned() })
    }

    fn start_recording(&self, name: Option<&str>) -> Done {
        self.ask(|instance| Verb::StartRecording { instance, name: name.map(str::to_owned) })
    }

    fn stop_recording(&self) -> Done {
        self.ask(|instance| Verb::StopRecording { instance })
    }

    fn source_visible(&self, scene: &str, source: &str, visible: bool) -> Done {
        self.ask(|instance| Verb::SourceVisible {
            instance,
            scene: scene.to_owned(),
            source: source.to_owned(),
            visible,
        })
    }

    fn text(&self, source: &str, text: &str) -> Done {
        self.ask(|instance| Verb::Text { instance, source: source.to_owned(), text: text.to_owned() })
    }

    fn filter(&self, source: &str, filter: &str, enabled: bool) -> Done {
        self.ask(|instance| Verb::Filter { instance, source: source.to_owned(), filter: filter.to_owned(), enabled })
    }

    fn request(&self, request: &str, data: Map) -> Done {
        let data = rhai::serde::from_dynamic::<serde_json::Value>(&Dynamic::from_map(data))?;
        self.ask(|instance| Verb::Request { instance, request: request.to_owned(), data: data.clone() })
    }
}

/// Makes each function callable in two ways: `obs::scene("Live")` for every instance of the court, and
/// `obs::on("jury").scene("Live")` for one.
macro_rules! obs_functions {
    ($engine:ident, $module:ident, $all:ident; $($name:literal => |$obs:ident $(, $arg:ident: $type:ty)*| $call:expr;)*) => {$(
        $engine.register_fn($name, |$obs: &mut Obs $(, $arg: $type)*| -> Done { $call });
        let $obs = $all.clone();
        // How its arguments are called, for `rules check` to say.
        let function = FuncRegistration::new($name).with_params_info([$(concat!(stringify!($arg), ": ", stringify!($type))),*] as [&str; _]);
        function.set_into_module(&mut $module, move |$($arg: $type),*| -> Done { $call });
    )*};
}

fn register_obs(engine: &mut Engine, desk: &Desk, surroundings: &Surroundings) {
    let all = Obs { desk: desk.clone(), instances: surroundings.obs.clone().into() };
    let mut module = Module::new();
    engine.register_type_with_name::<Obs>("Obs");
    obs_functions! { engine, module, all;
        "save_replay" => |obs| obs.save_replay("");
        "save_replay" => |obs, reason: &str| obs.save_replay(reason);
        "scene" => |obs, scene: &str| obs.scene(scene);
        "start_recording" => |obs| obs.start_recording(None);
        "start_recording" => |obs, name: &str| obs.start_recording(Some(name));
        "stop_recording" => |obs| obs.stop_recording();
        "source_visible" => |obs, scene: &str, source: &str, visible: bool| obs.source_visible(scene, source, visible);
        "text" => |obs, source: &str, text: &str| obs.text(source, text);
        "filter" => |obs, source: &str, filter: &str, enabled: bool| obs.filter(source, filter, enabled);
        "request" => |obs, request: &str| obs.request(request, Map::new());
        "request" => |obs, request: &str, data: Map| obs.request(request, data);
    }
    FuncRegistration::new("on").set_into_module(&mut module, move |name: &str| all.on(name));
    engine.register_static_module("obs", module.into());
}

fn register_player(engine: &mut Engine, desk: &Desk) {
    let mut module = Module::new();
    let here = desk.clone();
    FuncRegistration::new("play").set_into_module(&mut module, move |path: &str| play(&here, path, &Map::new()));
    let here = desk.clone();
    FuncRegistration::new("play").set_into_module(&mut module, move |path: &str, how: Map| play(&here, path, &how));
    let here = desk.clone();
    FuncRegistration::new("close")
        .set_into_module(&mut module, move || -> Done { Ok(here.ask(Verb::ClosePlayer {})?) });
    engine.register_static_module("player", module.into());
}

/// `player::play(path, #{ last_seconds: 5, speed: 0.5 })`.
fn play(desk: &Desk, path: &str, how: &Map) -> Done {
    let mut last_seconds = None;
    let mut speed = 1.0;
    for (name, value) in how {
        let number = value.as_float().or_else(|_| value.as_int().map(|whole| whole as f64));
        let number = number.ok().filter(|number| *number > 0.0 && number.is_finite());
        let number = number.ok_or_else(|| format!("`{name}` is `{value}`, and must be a number above 0"))?;
        match name.as_str() {
            "last_seconds" => last_seconds = Some(number),
            "speed" => speed = number,
            other => return Err(format!("player::play knows `last_seconds` and `speed`, not `{other}`").into()),
        }
    }
    Ok(desk.ask(Verb::Play { path: path.to_owned(), last_seconds, speed })?)
}

fn register_log(engine: &mut Engine, desk: &Desk) {
    let mut module = Module::new();
    for level in [LogLevel::Debug, LogLevel::Info, LogLevel::Warn, LogLevel::Error] {
        let here = desk.clone();
        FuncRegistration::new(level.to_string()).set_into_module(&mut module, move |value: Dynamic| -> Done {
            Ok(here.ask(Verb::Log { level, text: views::text_of(&value) })?)
        });
    }
    engine.register_static_module("log", module.into());
    let print = desk.clone();
    // A line too many is not worth an error here: `print` cannot fail.
    engine.on_print(move |text| drop(print.ask(Verb::Log { level: LogLevel::Info, text: text.to_owned() })));
    let debug = desk.clone();
    engine.on_debug(move |text, _, _| drop(debug.ask(Verb::Log { level: LogLevel::Debug, text: text.to_owned() })));
}
