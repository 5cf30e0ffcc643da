//! `obs::…`: the actions of OBS.

use std::time::Duration;

use rhai::{Dynamic, Map};
use serde_json::Value;
use strum::VariantNames as _;

use super::argument::entry;
use super::function::{Function, Host, functions};
use super::signature::{InObs, Kind, Parameter, parameter};
use crate::action::{MediaAction, ObsVerb};
use crate::rules::views;
use crate::suggest::enumerate;

const SCENE: Parameter = parameter("scene", Kind::InObs(InObs::Scene));
const SOURCE: Parameter = parameter("source", Kind::InObs(InObs::Source));
const ITEM: Parameter = parameter("source", Kind::InObs(InObs::Item));
const FILTER: Parameter = parameter("filter", Kind::InObs(InObs::Filter));
const TRANSITION: Parameter = parameter("name", Kind::InObs(InObs::Transition));
const HOTKEY: Parameter = parameter("name", Kind::InObs(InObs::Hotkey));
const INSTANCE: Parameter = parameter("instance", Kind::Instance);
const NAME: Parameter = parameter("name", Kind::Text);
const FILE_NAME: Parameter = parameter("name", Kind::FileName);
const REASON: Parameter = parameter("reason", Kind::Text);
const PATH: Parameter = parameter("path", Kind::InObs(InObs::File));
const REQUEST: Parameter = parameter("request", Kind::Text);
const DATA: Parameter = parameter("data", Kind::Data);
const VALUE: Parameter = parameter("value", Kind::Any);
const ON: Parameter = parameter("on", Kind::Flag);
const ENABLED: Parameter = parameter("enabled", Kind::Flag);
const MUTED: Parameter = parameter("muted", Kind::Flag);
const VISIBLE: Parameter = parameter("visible", Kind::Flag);
const ACTION: Parameter = parameter("action", Kind::Word(MediaAction::VARIANTS));
/// What OBS takes.
const DURATION: Parameter =
    parameter("duration", Kind::Duration { min: Duration::from_millis(50), max: Duration::from_secs(20) });
/// How a clip is saved.
const HOW: Parameter = parameter("how", Kind::Options { entries: &[FILE_NAME], needs: &[] });

pub(super) const FUNCTIONS: &[Function] = functions! { "obs";
    /// Sets a chapter mark in the recording; OBS 30.2 or newer, and hybrid MP4.
    "chapter" [NAME] "obs::chapter(`Round ${bout.round}`);"
        => |host, given| host.obs(&ObsVerb::Chapter { name: given.text("name") });

    /// The scene that OBS has on program, as its latest `scene_changed` says; `()` where it is not
    /// known: before OBS is connected, and after it is gone. Where the court has several OBS, name one.
    "current_scene" [] [INSTANCE] r#"if obs::current_scene("replay") != "Live" { obs::scene("Live"); }"#
        => |host, given| {
            let instance = match (given.optional_text("instance"), &host.instances[..]) {
                (Some(name), _) => name,
                (None, [only]) => only.to_string(),
                (None, []) => return Ok(Dynamic::UNIT),
                (None, several) => {
                    let names = enumerate(several.iter().map(|name| &**name));
                    return Err(format!("there is {names}: name one, as in `obs::current_scene(\"…\")`").into());
                }
            };
            Ok(host.effects.scene(&instance).map_or(Dynamic::UNIT, Dynamic::from))
        };

    /// Turns a filter of a source on or off.
    "filter" [SOURCE, FILTER, ENABLED] r#"obs::filter("Score", "Glow", bout.gap >= 10);"#
        => |host, given| {
            let (source, filter) = (given.text("source"), given.text("filter"));
            host.obs(&ObsVerb::Filter { source, filter, enabled: given.flag("enabled") })
        };

    /// Presses a hotkey by OBS's name for it.
    "hotkey" [HOTKEY] r#"obs::hotkey("OBSBasic.Screenshot");"#
        => |host, given| host.obs(&ObsVerb::Hotkey { name: given.text("name") });

    /// Has a media source `play`, `pause`, `restart`, `stop`, or go to the `next` or `previous` of its list.
    "media" [SOURCE, ACTION] r#"obs::media("Gong", "restart");"#
        => |host, given| {
            let action = given.text("action").parse().map_err(|_| "there is no such action of a media source")?;
            host.obs(&ObsVerb::Media { source: given.text("source"), action })
        };

    /// Gives a media source another file, on the computer that runs OBS.
    "media_file" [SOURCE, PATH] r#"obs::media_file("Clip", event.path);"#
        => |host, given| host.obs(&ObsVerb::MediaFile { source: given.text("source"), path: given.text("path") });

    /// Turns the sound of a source off or on.
    "mute" [SOURCE, MUTED] r#"obs::mute("Mic/Aux", true);"#
        => |host, given| host.obs(&ObsVerb::Mute { source: given.text("source"), muted: given.flag("muted") });

    /// Names one OBS of several, which does what is called on it. Without it, every OBS that serves the court does.
    "on" [INSTANCE] r#"obs::on("replay").scene("Replay");"#
        => |host, given| {
            let name = given.text("instance");
            let one = host.instances.iter().find(|instance| ***instance == *name);
            let instances = one.map_or(host.instances.clone(), |one| [one.clone()].into());
            Ok(Dynamic::from(Host::new(host.effects.clone(), instances)))
        };

    /// Puts a scene on preview; fails unless OBS is in studio mode.
    "preview_scene" [SCENE] r#"obs::preview_scene("Replay");"#
        => |host, given| host.obs(&ObsVerb::PreviewScene { scene: given.text("scene") });

    /// Any other request of
    /// [obs-websocket](https://github.com/obsproject/obs-websocket/blob/master/docs/generated/protocol.md),
    /// with its data as a map; the data of its answer is not handed back.
    "request" [REQUEST] [REQUEST, DATA]
        r#"obs::request("SetInputVolume", #{ inputName: "Mic/Aux", inputVolumeDb: -6 });"#
        => |host, given| {
            let data = given.get("data").cloned().unwrap_or_else(|| Dynamic::from_map(Map::new()));
            let data: Value = rhai::serde::from_dynamic(&views::plain(&data))?;
            host.obs(&ObsVerb::Request { request: given.text("request"), data })
        };

    /// Saves the replay buffer; done when the whole file is there, which `clip_saved` reports. Requested in answer to
    /// `review_opened`, the clip belongs to that review. Each clip ends after its request: a request while a save is
    /// under way gets the next. If the buffer did not run, it is started and the save fails. The file gets the `name`, as
    /// that of a recording, or that which [`names`](configuration.md#names) of the config says.
    "save_replay" [] [REASON] [REASON, HOW]
        r#"obs::save_replay("head kick", #{ name: `head kick ${bout.number} R${bout.round} {time}` });"#
        => |host, given| {
            let name = entry(&given.value("how"), "name");
            let name = (!name.is_unit()).then(|| name.to_string());
            host.obs(&ObsVerb::SaveReplay { reason: given.text("reason"), name })
        };

    /// Puts a scene on program.
    "scene" [SCENE] r#"obs::scene("Live");"#
        => |host, given| host.obs(&ObsVerb::Scene { scene: given.text("scene") });

    /// Shows or hides a source in a scene.
    "source_visible" [SCENE, ITEM, VISIBLE] r#"obs::source_visible("Live", "Countdown", true);"#
        => |host, given| {
            let (scene, source) = (given.text("scene"), given.text("source"));
            host.obs(&ObsVerb::SourceVisible { scene, source, visible: given.flag("visible") })
        };

    /// Begins to record. The finished file gets the name, or that which `names` of the config says; what no file name may
    /// have is replaced by `-`, and ` (2)` is put behind one that is taken. Fails if OBS records already.
    "start_recording" [] [FILE_NAME] "obs::start_recording(`bout ${bout.number}`);"
        => |host, given| host.obs(&ObsVerb::StartRecording { name: given.optional_text("name") });

    /// Ends the recording that a rule of this court began; done when the file is final. One that somebody else began, or
    /// another court, is left alone: `obs::request("StopRecord")` ends any.
    "stop_recording" [] "obs::stop_recording();" => |host, _| host.obs(&ObsVerb::StopRecording {});

    /// Starts or stops the stream; done when its server has it, and failed after 10 seconds without.
    "streaming" [ON] "obs::streaming(true);" => |host, given| host.obs(&ObsVerb::Streaming { on: given.flag("on") });

    /// Sets the text of a text source.
    "text" [SOURCE, VALUE] "obs::text(\"Score\", `${bout.blue.score} : ${bout.red.score}`);"
        => |host, given| host.obs(&ObsVerb::Text { source: given.text("source"), text: given.text("value") });

    /// Chooses the transition from scene to scene, and how long it takes.
    "transition" [TRANSITION] [TRANSITION, DURATION] r#"obs::transition("Fade", "150ms");"#
        => |host, given| {
            let duration_ms = given.duration("duration").and_then(|time| u32::try_from(time.as_millis()).ok());
            host.obs(&ObsVerb::Transition { name: given.text("name"), duration_ms })
        };

    /// Puts what is on preview on program; fails unless OBS is in studio mode.
    "trigger_transition" [] "obs::trigger_transition();" => |host, _| host.obs(&ObsVerb::TriggerTransition {});

    /// Starts or stops the virtual camera; one that is so already is well.
    "virtual_camera" [ON] "obs::virtual_camera(true);"
        => |host, given| host.obs(&ObsVerb::VirtualCamera { on: given.flag("on") });
};
