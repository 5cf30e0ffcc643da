//! The functions of no module: bookmarks, timers, limits on how often, and numbers.

use rhai::{Dynamic, FnPtr};

use super::allowed::Allowed;
use super::argument::number;
use super::function::{Arguments, Function, Host, Returned, functions};
use super::signature::{ANY_DURATION, ANY_NUMBER, Kind, Parameter, parameter};
use crate::action::ActionVerb;
use crate::rules::duration::{MAX_DURATION, MIN_WAIT};
use crate::rules::effects::TimerCall;

const KEY: Parameter = parameter("key", Kind::Text);
const WAIT: Parameter = parameter("wait", Kind::Duration { min: MIN_WAIT, max: MAX_DURATION });
const PAUSE: Parameter = parameter("wait", ANY_DURATION);
const CALL: Parameter = parameter("call", Kind::Function);
const VALUE: Parameter = parameter("value", Kind::Any);
const LOW: Parameter = parameter("low", Kind::Any);
const HIGH: Parameter = parameter("high", Kind::Any);
const DURATION: Parameter = parameter("duration", ANY_DURATION);
const DEFAULT: Parameter = parameter("default", Kind::Words);
const WORDS: Parameter = parameter("words", Kind::Words);
const NUMBER: Parameter = parameter("number", ANY_NUMBER);
const LOWEST: Parameter = parameter("low", ANY_NUMBER);
const HIGHEST: Parameter = parameter("high", ANY_NUMBER);
const NO_SLEEP: Parameter =
    parameter("duration", Kind::Never { message: "a rule cannot sleep", help: r#"use after("2s", || …)"# });

pub(super) const FUNCTIONS: &[Function] = functions! { "";
    /// Runs a function later; with a key, in place of this rule's other timer of that key.
    "after" [WAIT, CALL] [KEY, WAIT, CALL]
        "after(\"2s\", || obs::scene(\"Live\"));\nafter(\"hide\", \"15s\", || obs::source_visible(\"Live\", \"Countdown\", false));"
        => |host, given| set_timer(host, given, false);

    /// Whether a number lies between two others, or is one of them; never for what is not known, `()`.
    "between" [VALUE, LOW, HIGH] r#"if between(bout.clock, 0, 10) { mark("late clip"); }"#
        => |_, given| between(&given.value("value"), &given.value("low"), &given.value("high"));

    /// Forgets this rule's timer of that key.
    "cancel" [KEY] r#"cancel("hide");"#
        => |host, given| Ok(host.effects.set_timer(TimerCall::Cancel { key: given.text("key") })?.into());

    /// True if the last time that it was true, for that key of the rule, is at least so long ago.
    "cooldown" [KEY, PAUSE] r#"if cooldown("clip", "30s") { mark("a clip"); }"#
        => |host, given| {
            let (key, wait) = (given.text("key"), given.duration("wait").unwrap_or_default());
            Ok(host.effects.allow(|memory, now| memory.cooldown(&key, wait, now.at))?.into())
        };

    /// Runs a function again and again, until `cancel` or another one of that key takes its place; without a key, until
    /// the same line sets it anew.
    "every" [WAIT, CALL] [KEY, WAIT, CALL] r#"every("count", "1s", || this.seconds = (this.seconds ?? 0) + 1);"#
        => |host, given| set_timer(host, given, true);

    /// Sets a bookmark in the timeline, which `vta db timeline` shows.
    "mark" [VALUE] "mark(`clip of round ${bout.round}`);"
        => |host, given| host.request(ActionVerb::Mark { text: given.text("value") });

    /// True for the first time in this bout, for that key of the rule.
    "once_per_bout" [KEY] r#"if once_per_bout("first clip") { mark("the first clip"); }"#
        => |host, given| Ok(host.effects.allow(|memory, now| memory.once_per_bout(&given.text("key"), now))?.into());

    /// True for the first time in this round, for that key of the rule.
    "once_per_round" [KEY] r#"if once_per_round("first clip") { mark("the first clip of the round"); }"#
        => |host, given| Ok(host.effects.allow(|memory, now| memory.once_per_round(&given.text("key"), now))?.into());

    /// A duration as a number of seconds.
    "seconds" [DURATION] r#"if bout.clock != () && bout.clock < seconds("1m") { mark("last minute"); }"#
        => |_, given| {
            let duration = given.duration("duration").unwrap_or_default();
            Ok(match duration.subsec_nanos() {
                0 => Dynamic::from_int(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)),
                _ => Dynamic::from_float(duration.as_secs_f64()),
            })
        };

    /// Declares the values that a [setting](rules.md#settings) may have, and returns its default. The setting is one of
    /// `words`; if `default` is a list, the setting is a list of them. Without `default`, the default is the list of all
    /// `words`. A setting that is a number lies between `low` and `high`, or is one of them.
    "setting" [WORDS] [DEFAULT, WORDS] [NUMBER, LOWEST, HIGHEST]
        "const SHOW_ON = setting(\"clip\", [\"clip\", \"request\"]);\nconst CLOSE_ON = setting([\"verdict\", \"clock\"]);\nconst SPEED = setting(0.5, 0.01, 100);"
        => |_, given| setting(given);

    "sleep" [NO_SLEEP] "" => |_, _| Ok(Dynamic::UNIT);
};

fn set_timer(host: &Host, given: &Arguments<'_>, repeats: bool) -> Returned {
    let call = given.value("call").try_cast::<FnPtr>().ok_or("a timer needs a function")?.into();
    let (key, wait) = (given.optional_text("key"), given.duration("wait").unwrap_or_default());
    Ok(host.effects.set_timer(TimerCall::Wait { key, wait, repeats, call })?.into())
}

fn setting(given: &Arguments<'_>) -> Returned {
    let [default, ..] = given.values() else { return Ok(Dynamic::UNIT) };
    let takes = match Allowed::of(given.values()) {
        Some(allowed) if allowed.refused(default).is_empty() => return Ok(default.clone()),
        Some(allowed) => allowed.words(default),
        None => "words in quotes".to_owned(),
    };
    Err(format!("the setting takes {takes}, and its default is something else").into())
}

fn between(value: &Dynamic, low: &Dynamic, high: &Dynamic) -> Returned {
    if value.is_unit() {
        return Ok(false.into());
    }
    let number = |value: &Dynamic| {
        let error = || format!("between(value, low, high) compares numbers, and `{value}` is {}", value.type_name());
        number(value).ok_or_else(error)
    };
    let (value, low, high) = (number(value)?, number(low)?, number(high)?);
    Ok((low <= value && value <= high).into())
}
