//! `player::…`: what the jury see.

use rhai::{Dynamic, Engine, EvalAltResult, Map, Module};

use super::Done;
use crate::action::{Clip, Moment, Play, PlayerVerb, Verb};
use crate::rules::documented::documented;
use crate::rules::duration;
use crate::rules::effects::CallEffects;
use crate::rules::views::{EventView, text_of};
use crate::time::Time;

/// The fastest and the slowest that mpv plays.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.01..=100.0;

type Read<T> = Result<T, Box<EvalAltResult>>;

macro_rules! functions {
    ($module:ident, $effects:ident;
     $($(#[doc = $docs:literal])* $name:literal => ($($arg:ident: $type:ty),*) $verb:expr;)*) => {$(
        let effects = $effects.clone();
        documented!($(#[doc = $docs])* $name($($arg: $type),*))
            .set_into_module(&mut $module, move |$($arg: $type),*| -> Done { Ok(effects.request(Verb::Player($verb))?) });
    )*};
}

/// Tells the engine the functions of `player`.
pub(super) fn register(engine: &mut Engine, effects: &CallEffects) {
    let mut module = Module::new();
    functions! { module, effects;
        "play" => (clip: Dynamic) PlayerVerb::Play(Box::new(play(&clip, &Map::new())?));
        /// Shows a clip in place of the one before, [as the second argument says](rules.md#player). `clip` is the
        /// event that told of it, a map with the same names, or its path.
        "play" => (clip: Dynamic, how: Map) PlayerVerb::Play(Box::new(play(&clip, &how)?));
        /// Puts another camera's clip of the same moment beside the one that is shown, to step to; shows it if
        /// nothing is.
        "add" => (clip: Dynamic) PlayerVerb::Add(read_clip(&clip)?);
        /// Shows the next camera's clip at the same instant, as fast or as still as this one. Where it is not
        /// known when the clips begin, it is at the same time before their ends.
        "next_camera" => () PlayerVerb::NextCamera {};
        /// The same with the camera before.
        "previous_camera" => () PlayerVerb::PreviousCamera {};
        /// Shows the clip that was played after this one, of the last twenty, from where it began.
        "next_clip" => () PlayerVerb::NextClip {};
        /// Shows the clip that was played before this one, of the last twenty, from where it began. One that could never
        /// be played is passed over.
        "previous_clip" => () PlayerVerb::PreviousClip {};
        /// Goes so many frames on, or back if negative, and stands still; a hundred at most.
        "step" => (frames: i64) PlayerVerb::Step { frames };
        /// Plays so many times as fast as life, 0.01 to 100.
        "speed" => (speed: Dynamic) PlayerVerb::Speed { speed: read_speed("the speed", &speed)? };
        /// Stands still.
        "pause" => () PlayerVerb::Pause { paused: true };
        /// Goes on.
        "resume" => () PlayerVerb::Pause { paused: false };
        /// Goes so many seconds on, or back if negative.
        "seek" => (seconds: Dynamic) PlayerVerb::Seek { seconds: number("what to seek by", &seconds)? };
        /// Plays a part over and over, from where the clip stands or else from the part's beginning. Each end is an
        /// instant (`event.at`, or an event) or a number of seconds from the clip's beginning.
        "loop_between" => (from: Dynamic, to: Dynamic) PlayerVerb::Loop { from: moment(&from)?, to: moment(&to)? };
        /// Plays on beyond the part that was played over and over.
        "end_loop" => () PlayerVerb::EndLoop {};
        /// Puts a text over the picture, until the next clip or `close`.
        "overlay" => (value: Dynamic) PlayerVerb::Overlay { text: text_of(&value) };
        /// Takes clip and text off the screen; the player goes on running.
        "close" => () PlayerVerb::Close {};
    }
    engine.register_static_module("player", module.into());
}

/// A clip as a script gives it: the event that told of it, a map with the same names, or its path.
fn read_clip(value: &Dynamic) -> Read<Clip> {
    if let Some(path) = value.read_lock::<rhai::ImmutableString>() {
        return Ok(Clip { path: path.to_string(), ..Clip::default() });
    }
    let field = |name: &str| {
        if let Some(event) = value.read_lock::<EventView>() {
            return event.clone().field(name);
        }
        value.read_lock::<Map>().and_then(|map| map.get(name).cloned()).unwrap_or(Dynamic::UNIT)
    };
    let path = field("path");
    let path = path.into_string().map_err(|_| "there is no `path` in what is to be played")?;
    Ok(Clip {
        path,
        begins_at: given(field("begins_at")).map(|begins_at| instant("begins_at", &begins_at)).transpose()?,
        camera: given(field("camera")).or_else(|| given(field("instance"))).map(|camera| camera.to_string()),
        review: given(field("review")).and_then(|review| u64::try_from(review.as_int().ok()?).ok()),
    })
}

/// `player::play(event, #{ at: request, pre_roll: "5s", speed: 0.5, paused: true, overlay: "…" })`.
fn play(clip: &Dynamic, how: &Map) -> Read<Play> {
    let mut play = Play::of(read_clip(clip)?);
    let mut at = None;
    let mut pre_roll = None;
    for (name, value) in how {
        match name.as_str() {
            "at" => at = Some(instant("at", value)?),
            "pre_roll" => pre_roll = Some(length(value)?),
            "begins_at" => play.clip.begins_at = Some(instant("begins_at", value)?),
            "camera" => play.clip.camera = Some(value.to_string()),
            "last_seconds" => play.last_seconds = Some(above_0("last_seconds", value)?),
            "speed" => play.speed = read_speed("speed", value)?,
            "paused" => {
                play.paused =
                    value.as_bool().map_err(|_| format!("`paused` is `{value}`, and must be true or false"))?
            }
            "overlay" => play.overlay = Some(value.to_string()),
            other => {
                let known = "`at`, `pre_roll`, `last_seconds`, `speed`, `paused`, `overlay`, `begins_at` and `camera`";
                return Err(format!("player::play knows {known}, not `{other}`").into());
            }
        }
    }
    if at.is_none() && pre_roll.is_some() {
        return Err("`pre_roll` is the time before an instant: say which, as in `at: event.at`".into());
    }
    play.from = at.map(|at| at - pre_roll.unwrap_or_default());
    Ok(play)
}

fn given(value: Dynamic) -> Option<Dynamic> {
    (!value.is_unit()).then_some(value)
}

/// An instant, as its text or as the event that happened then.
fn instant(name: &str, value: &Dynamic) -> Read<Time> {
    let text = match value.read_lock::<EventView>() {
        Some(event) => event.clone().field("at").to_string(),
        None => value.to_string(),
    };
    text.parse().map_err(|_| {
        format!("`{name}` is `{text}`, and must be an instant such as `event.at`, or the event itself").into()
    })
}

fn moment(value: &Dynamic) -> Read<Moment> {
    if let Ok(seconds) = number("", value) {
        return if seconds < 0.0 { Err("a loop lies within the clip".into()) } else { Ok(Moment::Seconds(seconds)) };
    }
    instant("an end of the loop", value).map(Moment::At)
}

/// A duration, as `"5s"` or in seconds.
fn length(value: &Dynamic) -> Read<std::time::Duration> {
    match value.read_lock::<rhai::ImmutableString>() {
        Some(text) => Ok(duration::read(&text)?),
        None => {
            let wrong =
                |_| format!("`pre_roll` is `{value}`, and must be a time such as \"5s\" or a number of seconds");
            Ok(std::time::Duration::try_from_secs_f64(number("pre_roll", value)?).map_err(wrong)?)
        }
    }
}

fn number(name: &str, value: &Dynamic) -> Read<f64> {
    let number = value.as_float().or_else(|_| value.as_int().map(|whole| whole as f64));
    let number = number.ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{name}` is `{value}`, and must be a number").into())
}

fn above_0(name: &str, value: &Dynamic) -> Read<f64> {
    let number = number(name, value).ok().filter(|number| *number > 0.0);
    number.ok_or_else(|| format!("`{name}` is `{value}`, and must be a number above 0").into())
}

fn read_speed(name: &str, value: &Dynamic) -> Read<f64> {
    let speed = number(name, value).ok().filter(|speed| SPEEDS.contains(speed));
    speed.ok_or_else(|| format!("`{name}` is `{value}`, and must be a number from 0.01 to 100").into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::Arc;

    use rhai::Scope;

    use super::*;
    use crate::event::{Body, ClipSaved, ClipSource, Event, Status};
    use crate::rules::views;

    /// What a script asks for, or why it failed. `event` is of a clip that was saved for a review.
    fn asked(script: &str) -> String {
        let (effects, mut engine) = (CallEffects::default(), Engine::new());
        register(&mut engine, &effects);
        views::register(&mut engine);
        let clip = ClipSaved {
            instance: "mat".to_owned(),
            path: "/clips/1.mkv".to_owned(),
            from: ClipSource::ReplayBuffer,
            begins_at: Some(Time::from_micros(10_000_000)),
            ends_at: None,
            note: None,
            reason: None,
            action_seq: Some(1),
            review: Some(4),
        };
        let event = Event {
            seq: 9,
            at: Time::from_micros(30_000_000),
            court: "court-1".into(),
            stream: None,
            status: Status::Ok,
            cause: None,
            body: Body::ClipSaved(clip),
            notes: Vec::new(),
            raw: None,
        };
        let mut scope = Scope::new();
        scope.push("event", EventView::new(Arc::new(event)));
        if let Err(error) = engine.run_with_scope(&mut scope, script) {
            return error.to_string();
        }
        let verbs = effects.take().verbs;
        verbs.iter().map(|verb| serde_json::to_string(verb).unwrap()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_clip_is_played_by_its_event_its_path_or_a_map() {
        insta::assert_snapshot!(asked(r#"
            player::play(event, #{ at: event, pre_roll: "5s", paused: true });
            player::play("/a.mkv");
            player::play(#{ path: "/b.mkv", camera: "hall" }, #{ last_seconds: 8, speed: 0.5, overlay: "Bout 12" });
            player::add(event);
        "#), @r#"
        {"action":"player.play","args":{"path":"/clips/1.mkv","begins_at":"1970-01-01T00:00:10.000000Z","camera":"mat","review":4,"from":"1970-01-01T00:00:25.000000Z","speed":1.0,"paused":true}}
        {"action":"player.play","args":{"path":"/a.mkv","speed":1.0,"paused":false}}
        {"action":"player.play","args":{"path":"/b.mkv","camera":"hall","last_seconds":8.0,"speed":0.5,"paused":false,"overlay":"Bout 12"}}
        {"action":"player.add","args":{"path":"/clips/1.mkv","begins_at":"1970-01-01T00:00:10.000000Z","camera":"mat","review":4}}
        "#);
    }

    #[test]
    fn whatever_the_jury_can_do_a_rule_can() {
        insta::assert_snapshot!(asked(r#"
            player::next_camera(); player::previous_camera(); player::next_clip(); player::previous_clip();
            player::step(-2); player::seek(1.5); player::speed(2); player::pause(); player::resume();
            player::loop_between(event.at, "1970-01-01T00:00:32Z"); player::loop_between(1, 2.5); player::end_loop();
            player::overlay("blue"); player::close();
        "#), @r#"
        {"action":"player.next_camera","args":{}}
        {"action":"player.previous_camera","args":{}}
        {"action":"player.next_clip","args":{}}
        {"action":"player.previous_clip","args":{}}
        {"action":"player.step","args":{"frames":-2}}
        {"action":"player.seek","args":{"seconds":1.5}}
        {"action":"player.speed","args":{"speed":2.0}}
        {"action":"player.pause","args":{"paused":true}}
        {"action":"player.pause","args":{"paused":false}}
        {"action":"player.loop","args":{"from":"1970-01-01T00:00:30.000000Z","to":"1970-01-01T00:00:32.000000Z"}}
        {"action":"player.loop","args":{"from":1.0,"to":2.5}}
        {"action":"player.end_loop","args":{}}
        {"action":"player.overlay","args":{"text":"blue"}}
        {"action":"player.close","args":{}}
        "#);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        let wrong = [
            "player::play(42)",
            "player::play(event, #{ pre_roll: 5 })",
            "player::play(event, #{ at: \"soon\" })",
            "player::play(event, #{ at: event, pre_roll: -1 })",
            "player::play(event, #{ speed: 0 })",
            "player::play(event, #{ slow: true })",
            "player::loop_between(-1, 2)",
        ];
        insta::assert_snapshot!(wrong.map(asked).join("\n"));
    }
}
