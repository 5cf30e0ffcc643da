//! `player::…`: what the jury see.

use rhai::{Dynamic, EvalAltResult};

use super::argument::{entry, instant, number, path_of_clip, seconds};
use super::function::{Arguments, Function, Host, Returned, functions};
use super::signature::{ANY_NUMBER, Kind, Need, Parameter, parameter};
use crate::action::{ActionVerb, Clip, Moment, Play, PlayerVerb};

const CLIP: Parameter = parameter("clip", Kind::Clip);
const FROM: Parameter = parameter("from", Kind::InClip);
const TO: Parameter = parameter("to", Kind::InClip);
const REVIEW: Parameter = parameter("review", Kind::Whole);
const VALUE: Parameter = parameter("value", Kind::Any);
const SECONDS: Parameter = parameter("seconds", ANY_NUMBER);
const FRAMES: Parameter = parameter("frames", Kind::Whole);
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
            parameter("now", Kind::Flag),
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

pub(super) const FUNCTIONS: &[Function] = functions! { "player";
    /// Puts another camera's clip beside the one of its review, to step to; plays it if there is none yet.
    "add" [CLIP] "player::add(event);" => |host, given| host.player(PlayerVerb::Add(clip(&given.value("clip"))?));

    /// Takes clip and text of a review off the screen, by the `seq` of its request; without it, all that this court has on
    /// the screen or waiting for it. The player goes on running, and what waits is shown.
    "close" [] [REVIEW] "if event.review != () { player::close(event.review); }"
        => |host, given| host.player(PlayerVerb::Close { review: review(&given.value("review")) });

    /// Plays on beyond the part that was played over and over.
    "end_loop" [] "player::end_loop();" => |host, _| host.player(PlayerVerb::EndLoop {});

    /// Plays a part over and over, from where the clip stands or else from the part's beginning.
    "loop_between" [FROM, TO] "player::loop_between(1, 2.5);"
        => |host, given| {
            let (from, to) = (moment(&given.value("from"))?, moment(&given.value("to"))?);
            host.player(PlayerVerb::Loop { from, to })
        };

    /// Shows the next camera's clip at the same instant, as fast or as still as this one. Where it is not known when the
    /// clips begin, it is at the same time before their ends.
    "next_camera" [] "player::next_camera();" => |host, _| host.player(PlayerVerb::NextCamera {});

    /// Shows the clip that came after this one, of the last twenty, from where it began; also one that waits.
    "next_clip" [] "player::next_clip();" => |host, _| host.player(PlayerVerb::NextClip {});

    /// Puts a text over the picture of a review, by the `seq` of its request, until its next clip or `close`; without a
    /// review, over what this court has on the screen or waiting for it.
    "overlay" [VALUE] [VALUE, REVIEW] "player::overlay(`bout ${bout.number}`);"
        => |host, given| {
            host.player(PlayerVerb::Overlay { text: given.text("value"), review: review(&given.value("review")) })
        };

    /// Stands still.
    "pause" [] "player::pause();" => |host, _| host.player(PlayerVerb::Pause { paused: true });

    /// Shows a clip in place of the one before of its review, [as the second argument says](rules.md#player). While another
    /// review has the screen, it waits.
    "play" [CLIP] [CLIP, HOW]
        r#"player::play(event, #{ at: event.at, pre_roll: "5s", last_seconds: 8, speed: 0.5, overlay: "blue" });"#
        => |host, given| host.player(PlayerVerb::Play(Box::new(play(given)?)));

    /// The same with the camera before.
    "previous_camera" [] "player::previous_camera();" => |host, _| host.player(PlayerVerb::PreviousCamera {});

    /// Shows the clip that came before this one, of the last twenty, from where it began. One that could never be played is
    /// passed over.
    "previous_clip" [] "player::previous_clip();" => |host, _| host.player(PlayerVerb::PreviousClip {});

    /// Goes on.
    "resume" [] "player::resume();" => |host, _| host.player(PlayerVerb::Pause { paused: false });

    /// Goes so many seconds on, or back if negative.
    "seek" [SECONDS] "player::seek(-1.5);"
        => |host, given| host.player(PlayerVerb::Seek { seconds: given.number("seconds") });

    /// Plays so many times as fast as life.
    "speed" [SPEED] "player::speed(0.25);"
        => |host, given| host.player(PlayerVerb::Speed { speed: given.number("speed") });

    /// Goes so many frames on, or back if negative, and stands still; a hundred at most.
    "step" [FRAMES] "player::step(-1);"
        => |host, given| {
            host.player(PlayerVerb::Step { frames: given.value("frames").as_int().unwrap_or_default() })
        };
};

impl Host {
    fn player(&self, verb: PlayerVerb) -> Returned {
        self.request(ActionVerb::Player(verb))
    }
}

/// A clip as a script gives it: its event, a map with the same names, or its path.
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
        review: given("review").and_then(|value| review(&value)),
    })
}

fn review(value: &Dynamic) -> Option<u64> {
    u64::try_from(value.as_int().ok()?).ok()
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
    play.now = given("now").is_some_and(|now| now.as_bool().unwrap_or_default());
    play.overlay = given("overlay").map(|overlay| overlay.to_string());
    play.clip.begins_at = given("begins_at").and_then(|begins_at| instant(&begins_at)).or(play.clip.begins_at);
    play.clip.camera = given("camera").map(|camera| camera.to_string()).or(play.clip.camera);
    Ok(play)
}

fn moment(value: &Dynamic) -> Result<Moment, Box<EvalAltResult>> {
    let moment = number(value).map(Moment::Seconds).or_else(|| instant(value).map(Moment::At));
    moment.ok_or_else(|| "an end of the loop is an instant, or a number of seconds".into())
}
