//! `obs::…`: what OBS is asked to do.

use std::time::Duration;

use rhai::{Dynamic, Map};
use serde_json::Value;
use strum::VariantNames as _;

use super::argument::entry;
use super::function::{Arguments, Function, Host, Returned};
use super::signature::{Form, InObs, Kind, Parameter, Signature, parameter};
use crate::action::{MediaAction, ObsVerb};
use crate::suggest::enumerate;

const SCENE: Parameter = parameter("scene", Kind::InObs(InObs::Scene));
const SOURCE: Parameter = parameter("source", Kind::InObs(InObs::Source));
const NAME: Parameter = parameter("name", Kind::Text);
const REASON: Parameter = parameter("reason", Kind::Text);
const TRANSITION: Parameter = parameter("name", Kind::InObs(InObs::Transition));
const REQUEST: Parameter = parameter("request", Kind::Text);
const INSTANCE: Parameter = parameter("instance", Kind::Instance);
const ON: Parameter = parameter("on", Kind::Flag);
/// How a clip is saved.
const HOW: Parameter = parameter("how", Kind::Options { entries: &[parameter("name", Kind::Text)], needs: &[] });
/// What OBS takes.
const TRANSITION_TIME: Kind = Kind::Duration { min: Duration::from_millis(50), max: Duration::from_secs(20) };

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "chapter",
        &[&[NAME]],
        "Sets a chapter mark in the recording; OBS 30.2 or newer, and hybrid MP4.",
        "obs::chapter(`Round ${bout.round}`);",
        |host, arguments| host.obs(&ObsVerb::Chapter { name: arguments.text("name") }),
    ),
    function(
        "current_scene",
        &[&[], &[INSTANCE]],
        "The scene that OBS has on program, as its latest `scene_changed` says, whoever put it there; `()` where it is not \
         known: before OBS is connected, and after it is gone. Where the court has several OBS, name one.",
        r#"if obs::current_scene("replay") != "Live" { obs::scene("Live"); }"#,
        |host, arguments| {
            let named = arguments.optional_text("instance");
            let instance = match (named, &host.instances[..]) {
                (Some(name), _) => name,
                (None, [only]) => only.to_string(),
                (None, []) => return Ok(Dynamic::UNIT),
                (None, several) => {
                    let names = enumerate(several.iter().map(|name| &**name));
                    return Err(format!("there is {names}: name one, as in `obs::current_scene(\"…\")`").into());
                }
            };
            Ok(host.effects.scene(&instance).map_or(Dynamic::UNIT, Dynamic::from))
        },
    ),
    function(
        "filter",
        &[&[SOURCE, parameter("filter", Kind::InObs(InObs::Filter)), parameter("enabled", Kind::Flag)]],
        "Turns a filter of a source on or off.",
        r#"obs::filter("Score", "Glow", bout.gap >= 10);"#,
        |host, arguments| {
            let (source, filter) = (arguments.text("source"), arguments.text("filter"));
            host.obs(&ObsVerb::Filter { source, filter, enabled: arguments.flag("enabled") })
        },
    ),
    function(
        "hotkey",
        &[&[parameter("name", Kind::InObs(InObs::Hotkey))]],
        "Presses a hotkey by OBS's name for it.",
        r#"obs::hotkey("OBSBasic.Screenshot");"#,
        |host, arguments| host.obs(&ObsVerb::Hotkey { name: arguments.text("name") }),
    ),
    function(
        "media",
        &[&[SOURCE, parameter("action", Kind::Word(MediaAction::VARIANTS))]],
        "Has a media source `play`, `pause`, `restart`, `stop`, or go to the `next` or `previous` of its list.",
        r#"obs::media("Gong", "restart");"#,
        |host, arguments| {
            let action = arguments.text("action").parse().map_err(|_| "there is no such action of a media source")?;
            host.obs(&ObsVerb::Media { source: arguments.text("source"), action })
        },
    ),
    function(
        "media_file",
        &[&[SOURCE, parameter("path", Kind::Text)]],
        "Gives a media source another file, on the computer that runs OBS.",
        r#"obs::media_file("Clip", event.path);"#,
        |host, arguments| {
            host.obs(&ObsVerb::MediaFile { source: arguments.text("source"), path: arguments.text("path") })
        },
    ),
    function(
        "mute",
        &[&[SOURCE, parameter("muted", Kind::Flag)]],
        "Turns the sound of a source off or on.",
        r#"obs::mute("Mic/Aux", true);"#,
        |host, arguments| host.obs(&ObsVerb::Mute { source: arguments.text("source"), muted: arguments.flag("muted") }),
    ),
    function(
        "on",
        &[&[INSTANCE]],
        "Names one OBS of several, which does what is called on it. Without it, every OBS that serves the court does.",
        r#"obs::on("replay").scene("Replay");"#,
        |host, arguments| {
            let name = arguments.text("instance");
            let one = host.instances.iter().find(|instance| ***instance == *name);
            let instances = one.map_or(host.instances.clone(), |one| [one.clone()].into());
            Ok(Dynamic::from(Host::new(host.effects.clone(), instances)))
        },
    ),
    function(
        "preview_scene",
        &[&[SCENE]],
        "Puts a scene on preview; fails unless OBS is in studio mode.",
        r#"obs::preview_scene("Replay");"#,
        |host, arguments| host.obs(&ObsVerb::PreviewScene { scene: arguments.text("scene") }),
    ),
    function(
        "request",
        &[&[REQUEST], &[REQUEST, parameter("data", Kind::Data)]],
        "Any other request of \
         [obs-websocket](https://github.com/obsproject/obs-websocket/blob/master/docs/generated/protocol.md), with its \
         data as a map; the data of its answer is not handed back.",
        r#"obs::request("SetInputVolume", #{ inputName: "Mic/Aux", inputVolumeDb: -6 });"#,
        |host, arguments| {
            let data = arguments.get("data").cloned().unwrap_or_else(|| Dynamic::from_map(Map::new()));
            let data: Value = rhai::serde::from_dynamic(&data)?;
            host.obs(&ObsVerb::Request { request: arguments.text("request"), data })
        },
    ),
    function(
        "save_replay",
        &[&[], &[REASON], &[REASON, HOW]],
        "Saves the replay buffer; done when the file is there, which `clip_saved` tells. Asked for in answer to \
         `review_opened`, the clip belongs to that review. Each clip ends after it was asked for: who asks while a save \
         is under way gets the next. If the buffer did not run, it is started and the save fails. The file gets the `name`, \
         as that of a recording, or that which [`names`](configuration.md#names) of the config says.",
        r#"obs::save_replay("head kick", #{ name: `head kick ${bout.number} R${bout.round} {time}` });"#,
        |host, arguments| {
            let name = entry(&arguments.value("how"), "name");
            let name = (!name.is_unit()).then(|| name.to_string());
            host.obs(&ObsVerb::SaveReplay { reason: arguments.text("reason"), name })
        },
    ),
    function("scene", &[&[SCENE]], "Puts a scene on program.", r#"obs::scene("Live");"#, |host, arguments| {
        host.obs(&ObsVerb::Scene { scene: arguments.text("scene") })
    }),
    function(
        "source_visible",
        &[&[SCENE, parameter("source", Kind::InObs(InObs::Item)), parameter("visible", Kind::Flag)]],
        "Shows or hides a source in a scene.",
        r#"obs::source_visible("Live", "Countdown", true);"#,
        |host, arguments| {
            let (scene, source) = (arguments.text("scene"), arguments.text("source"));
            host.obs(&ObsVerb::SourceVisible { scene, source, visible: arguments.flag("visible") })
        },
    ),
    function(
        "start_recording",
        &[&[], &[NAME]],
        "Begins to record. The finished file gets the name, or that which `names` of the config says; what no file name \
         may have is replaced by `-`, and ` (2)` is put behind one that is taken. Fails if OBS records already.",
        "obs::start_recording(`bout ${bout.number}`);",
        |host, arguments| host.obs(&ObsVerb::StartRecording { name: arguments.optional_text("name") }),
    ),
    function(
        "stop_recording",
        &[&[]],
        "Ends the recording that a rule of this court began; done when the file is final. One that somebody else began, \
         or another court, is left alone: `obs::request(\"StopRecord\")` ends any.",
        "obs::stop_recording();",
        |host, _| host.obs(&ObsVerb::StopRecording {}),
    ),
    function(
        "streaming",
        &[&[ON]],
        "Starts or stops the stream; done when its server has it, and failed after 10 seconds without.",
        "obs::streaming(true);",
        |host, arguments| host.obs(&ObsVerb::Streaming { on: arguments.flag("on") }),
    ),
    function(
        "text",
        &[&[SOURCE, parameter("value", Kind::Any)]],
        "Sets the text of a text source.",
        "obs::text(\"Score\", `${bout.blue.score} : ${bout.red.score}`);",
        |host, arguments| host.obs(&ObsVerb::Text { source: arguments.text("source"), text: arguments.text("value") }),
    ),
    function(
        "transition",
        &[&[TRANSITION], &[TRANSITION, parameter("duration", TRANSITION_TIME)]],
        "Chooses the transition from scene to scene, and how long it takes.",
        r#"obs::transition("Fade", "150ms");"#,
        |host, arguments| {
            let duration_ms = arguments.duration("duration").and_then(|time| u32::try_from(time.as_millis()).ok());
            host.obs(&ObsVerb::Transition { name: arguments.text("name"), duration_ms })
        },
    ),
    function(
        "trigger_transition",
        &[&[]],
        "Puts what is on preview on program; fails unless OBS is in studio mode.",
        "obs::trigger_transition();",
        |host, _| host.obs(&ObsVerb::TriggerTransition {}),
    ),
    function(
        "virtual_camera",
        &[&[ON]],
        "Starts or stops the virtual camera; one that is so already is well.",
        "obs::virtual_camera(true);",
        |host, arguments| host.obs(&ObsVerb::VirtualCamera { on: arguments.flag("on") }),
    ),
];

const fn function(
    name: &'static str,
    forms: &'static [Form],
    doc: &'static str,
    example: &'static str,
    run: fn(&Host, &Arguments<'_>) -> Returned,
) -> Function {
    Function { signature: Signature { module: "obs", name, forms, doc, example }, run }
}
