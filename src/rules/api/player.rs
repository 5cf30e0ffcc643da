//! `player::…`: what the jury see.

use rhai::{Dynamic, EvalAltResult};

use super::argument::{entry, instant, number, path_of_clip, seconds};
use super::function::{Arguments, Function, Host, Returned};
use super::signature::{Form, Kind, Need, Parameter, Signature, parameter};
use crate::action::{Clip, Moment, Play, PlayerVerb, Verb};

const CLIP: Parameter = parameter("clip", Kind::Clip);
const ANY_NUMBER: Kind = Kind::Number { min: f64::MIN, max: f64::MAX };
/// What mpv plays.
const SPEED: Parameter = parameter("speed", Kind::Number { min: 0.01, max: 100.0 });

/// How a clip is shown.
const HOW: Parameter = parameter(
    "how",
    Kind::Options {
        entries: &[
            parameter("at", Kind::Instant),
            parameter("pre_roll", Kind::Seconds),
            parameter("last_seconds", Kind::Number { min: f64::MIN_POSITIVE, max: f64::MAX }),
            SPEED,
            parameter("paused", Kind::Flag),
            parameter("overlay", Kind::Any),
            parameter("begins_at", Kind::Instant),
            parameter("camera", Kind::Any),
        ],
        needs: &[Need {
            entry: "pre_roll",
            other: "at",
            help: "it is the time before an instant: say which, as in `at: event.at`",
        }],
    },
);

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "add",
        &[&[CLIP]],
        "Puts another camera's clip of the same moment beside the one that is shown, to step to; shows it if nothing is.",
        "player::add(event);",
        |host, arguments| host.player(PlayerVerb::Add(clip(&arguments.value("clip"))?)),
    ),
    function(
        "close",
        &[&[]],
        "Takes clip and text off the screen; the player goes on running.",
        "player::close();",
        |host, _| host.player(PlayerVerb::Close {}),
    ),
    function(
        "end_loop",
        &[&[]],
        "Plays on beyond the part that was played over and over.",
        "player::end_loop();",
        |host, _| host.player(PlayerVerb::EndLoop {}),
    ),
    function(
        "loop_between",
        &[&[parameter("from", Kind::InClip), parameter("to", Kind::InClip)]],
        "Plays a part over and over, from where the clip stands or else from the part's beginning.",
        "player::loop_between(1, 2.5);",
        |host, arguments| {
            let (from, to) = (moment(&arguments.value("from"))?, moment(&arguments.value("to"))?);
            host.player(PlayerVerb::Loop { from, to })
        },
    ),
    function(
        "next_camera",
        &[&[]],
        "Shows the next camera's clip at the same instant, as fast or as still as this one. Where it is not known when \
         the clips begin, it is at the same time before their ends.",
        "player::next_camera();",
        |host, _| host.player(PlayerVerb::NextCamera {}),
    ),
    function(
        "next_clip",
        &[&[]],
        "Shows the clip that was played after this one, of the last twenty, from where it began.",
        "player::next_clip();",
        |host, _| host.player(PlayerVerb::NextClip {}),
    ),
    function(
        "overlay",
        &[&[parameter("value", Kind::Any)]],
        "Puts a text over the picture, until the next clip or `close`.",
        "player::overlay(`bout ${bout.number}`);",
        |host, arguments| host.player(PlayerVerb::Overlay { text: arguments.text("value") }),
    ),
    function("pause", &[&[]], "Stands still.", "player::pause();", |host, _| {
        host.player(PlayerVerb::Pause { paused: true })
    }),
    function(
        "play",
        &[&[CLIP], &[CLIP, HOW]],
        "Shows a clip in place of the one before, [as the second argument says](rules.md#player).",
        r#"player::play(event, #{ at: event.at, pre_roll: "5s", last_seconds: 8, speed: 0.5, overlay: "blue" });"#,
        |host, arguments| host.player(PlayerVerb::Play(Box::new(play(arguments)?))),
    ),
    function("previous_camera", &[&[]], "The same with the camera before.", "player::previous_camera();", |host, _| {
        host.player(PlayerVerb::PreviousCamera {})
    }),
    function(
        "previous_clip",
        &[&[]],
        "Shows the clip that was played before this one, of the last twenty, from where it began. One that could never \
         be played is passed over.",
        "player::previous_clip();",
        |host, _| host.player(PlayerVerb::PreviousClip {}),
    ),
    function("resume", &[&[]], "Goes on.", "player::resume();", |host, _| {
        host.player(PlayerVerb::Pause { paused: false })
    }),
    function(
        "seek",
        &[&[parameter("seconds", ANY_NUMBER)]],
        "Goes so many seconds on, or back if negative.",
        "player::seek(-1.5);",
        |host, arguments| host.player(PlayerVerb::Seek { seconds: arguments.number("seconds") }),
    ),
    function(
        "speed",
        &[&[SPEED]],
        "Plays so many times as fast as life.",
        "player::speed(0.25);",
        |host, arguments| host.player(PlayerVerb::Speed { speed: arguments.number("speed") }),
    ),
    function(
        "step",
        &[&[parameter("frames", Kind::Whole)]],
        "Goes so many frames on, or back if negative, and stands still; a hundred at most.",
        "player::step(-1);",
        |host, arguments| {
            host.player(PlayerVerb::Step { frames: arguments.value("frames").as_int().unwrap_or_default() })
        },
    ),
];

const fn function(
    name: &'static str,
    forms: &'static [Form],
    doc: &'static str,
    example: &'static str,
    run: fn(&Host, &Arguments<'_>) -> Returned,
) -> Function {
    Function { signature: Signature { module: "player", name, forms, doc, example }, run }
}

impl Host {
    fn player(&self, verb: PlayerVerb) -> Returned {
        self.request(Verb::Player(verb))
    }
}

/// A clip as a script gives it: the event that told of it, a map with the same names, or its path.
fn clip(value: &Dynamic) -> Result<Clip, Box<EvalAltResult>> {
    let given = |name| Some(entry(value, name)).filter(|value| !value.is_unit());
    let begins_at = match given("begins_at") {
        Some(value) => {
            let error = || format!("`begins_at` is `{value}`, and must be an instant such as `event.at`");
            Some(instant(&value).ok_or_else(error)?)
        }
        None => None,
    };
    Ok(Clip {
        path: path_of_clip(value).unwrap_or_default().into(),
        begins_at,
        camera: given("camera").or_else(|| given("instance")).map(|camera| camera.to_string()),
        review: given("review").and_then(|review| u64::try_from(review.as_int().ok()?).ok()),
    })
}

/// `player::play(event, #{ at: request, pre_roll: "5s", speed: 0.5, paused: true, overlay: "…" })`.
fn play(arguments: &Arguments<'_>) -> Result<Play, Box<EvalAltResult>> {
    let mut play = Play::of(clip(&arguments.value("clip"))?);
    let how = arguments.value("how");
    let given = |name| Some(entry(&how, name)).filter(|value| !value.is_unit());
    let at = given("at").and_then(|at| instant(&at));
    let pre_roll = given("pre_roll").and_then(|pre_roll| seconds(&pre_roll)).unwrap_or_default();
    play.from = at.map(|at| at - pre_roll);
    play.last_seconds = given("last_seconds").and_then(|seconds| number(&seconds));
    play.speed = given("speed").and_then(|speed| number(&speed)).unwrap_or(play.speed);
    play.paused = given("paused").is_some_and(|paused| paused.as_bool().unwrap_or_default());
    play.overlay = given("overlay").map(|overlay| overlay.to_string());
    play.clip.begins_at = given("begins_at").and_then(|begins_at| instant(&begins_at)).or(play.clip.begins_at);
    play.clip.camera = given("camera").map(|camera| camera.to_string()).or(play.clip.camera);
    Ok(play)
}

fn moment(value: &Dynamic) -> Result<Moment, Box<EvalAltResult>> {
    let moment = number(value).map(Moment::Seconds).or_else(|| instant(value).map(Moment::At));
    moment.ok_or_else(|| "an end of the loop is an instant, or a number of seconds".into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::sync::Arc;

    use rhai::Scope;

    use crate::event::{Body, ClipSaved, ClipSource, Event, Status};
    use crate::rules::effects::CallEffects;
    use crate::rules::limits::Surroundings;
    use crate::rules::meter::Meter;
    use crate::rules::sandbox;
    use crate::rules::views::EventView;
    use crate::time::Time;

    /// What a script asks for, or why it failed. `event` is of a clip that was saved for a review.
    fn asked(script: &str) -> String {
        let effects = CallEffects::default();
        let meter = Meter::default();
        meter.begin(10_000);
        let engine = sandbox::engine(&meter, &effects, &Surroundings::default());
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
