//! The functions of no module: bookmarks, timers, what may be done only now and then, and numbers.

use rhai::{Dynamic, FnPtr};

use super::argument::number;
use super::function::{Arguments, Function, Host, Returned};
use super::signature::{ANY_DURATION, Form, Kind, Parameter, Signature, parameter};
use crate::action::Verb;
use crate::rules::effects::TimerCall;

const KEY: Parameter = parameter("key", Kind::Text);
const WAIT: Parameter = parameter("wait", ANY_DURATION);
const CALL: Parameter = parameter("call", Kind::Function);
const NO_SLEEP: Kind = Kind::Never { message: "a rule cannot sleep", help: r#"use after("2s", || …)"# };

pub(super) const FUNCTIONS: &[Function] = &[
    function(
        "after",
        &[&[WAIT, CALL], &[KEY, WAIT, CALL]],
        "Runs a function later; with a key, in place of this rule's other timer of that key.",
        r#"after("2s", || obs::scene("Live"));
after("hide", "15s", || obs::source_visible("Live", "Countdown", false));"#,
        |host, arguments| set_timer(host, arguments, false),
    ),
    function(
        "between",
        &[&[parameter("value", Kind::Any), parameter("low", Kind::Any), parameter("high", Kind::Any)]],
        "Whether a number lies between two others, or is one of them; never for what is not known, `()`.",
        r#"if between(bout.clock, 0, 10) { mark("late clip"); }"#,
        |_, arguments| between(&arguments.value("value"), &arguments.value("low"), &arguments.value("high")),
    ),
    function("cancel", &[&[KEY]], "Forgets this rule's timer of that key.", r#"cancel("hide");"#, |host, arguments| {
        host.effects.set_timer(TimerCall::Cancel { key: arguments.text("key") })?;
        Ok(Dynamic::UNIT)
    }),
    function(
        "cooldown",
        &[&[KEY, WAIT]],
        "True if the last time that it was true, for that key of the rule, is at least so long ago.",
        r#"if cooldown("clip", "30s") { mark("a clip"); }"#,
        |host, arguments| {
            let (key, wait) = (arguments.text("key"), arguments.duration("wait").unwrap_or_default());
            Ok(host.effects.allow(|memory, now| memory.cooldown(&key, wait, now.at))?.into())
        },
    ),
    function(
        "every",
        &[&[WAIT, CALL], &[KEY, WAIT, CALL]],
        "Runs a function again and again, until `cancel` or another one of that key takes its place; without a key, \
         until the same line sets it anew.",
        r#"every("count", "1s", || this.seconds = (this.seconds ?? 0) + 1);"#,
        |host, arguments| set_timer(host, arguments, true),
    ),
    function(
        "mark",
        &[&[parameter("value", Kind::Any)]],
        "Sets a bookmark in the timeline, which `vta db timeline` shows.",
        "mark(`clip of round ${bout.round}`);",
        |host, arguments| host.request(Verb::Mark { text: arguments.text("value") }),
    ),
    function(
        "once_per_bout",
        &[&[KEY]],
        "True for the first time in this bout, for that key of the rule.",
        r#"if once_per_bout("first clip") { mark("the first clip"); }"#,
        |host, arguments| {
            let key = arguments.text("key");
            Ok(host.effects.allow(|memory, now| memory.once_per_bout(&key, now))?.into())
        },
    ),
    function(
        "once_per_round",
        &[&[KEY]],
        "True for the first time in this round, for that key of the rule.",
        r#"if once_per_round("first clip") { mark("the first clip of the round"); }"#,
        |host, arguments| {
            let key = arguments.text("key");
            Ok(host.effects.allow(|memory, now| memory.once_per_round(&key, now))?.into())
        },
    ),
    function(
        "seconds",
        &[&[parameter("duration", ANY_DURATION)]],
        "A duration as a number of seconds.",
        r#"if bout.clock != () && bout.clock < seconds("1m") { mark("last minute"); }"#,
        |_, arguments| {
            let duration = arguments.duration("duration").unwrap_or_default();
            Ok(match duration.subsec_nanos() {
                0 => Dynamic::from_int(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)),
                _ => Dynamic::from_float(duration.as_secs_f64()),
            })
        },
    ),
    // Rhai's own would hold up the court.
    function("sleep", &[&[parameter("duration", NO_SLEEP)]], "", "", |_, _| Ok(Dynamic::UNIT)),
];

const fn function(
    name: &'static str,
    forms: &'static [Form],
    doc: &'static str,
    example: &'static str,
    run: fn(&Host, &Arguments<'_>) -> Returned,
) -> Function {
    Function { signature: Signature { module: "", name, forms, doc, example }, run }
}

fn set_timer(host: &Host, arguments: &Arguments<'_>, repeats: bool) -> Returned {
    let call = arguments.value("call").try_cast::<FnPtr>().ok_or("a timer needs a function")?.into();
    let (key, wait) = (arguments.optional_text("key"), arguments.duration("wait").unwrap_or_default());
    host.effects.set_timer(TimerCall::Wait { key, wait, repeats, call })?;
    Ok(Dynamic::UNIT)
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
