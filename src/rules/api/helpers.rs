//! The helpers of scripts: `after`, `every`, `cancel`, `once_per_bout`, `once_per_round`, `cooldown`, `between`,
//! `seconds`.

use rhai::{Dynamic, Engine, EvalAltResult, FnPtr};

use crate::rules::documented::documented;
use crate::rules::duration;
use crate::rules::effects::{CallEffects, TimerCall};

/// What a helper gives back to a script.
type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Tells the engine the helpers.
pub(super) fn register(engine: &mut Engine, effects: &CallEffects) {
    register_timers(engine, effects);
    register_memory(engine, effects);
    let function = documented! {
        /// Whether a number lies between two others, or is one of them; never for what nobody has said, `()`.
        "between"(value: Dynamic, low: Dynamic, high: Dynamic)
    };
    function.register_into_engine(engine, between);
    let function = documented! {
        /// A duration as a number of seconds: `seconds("1m")` is 60.
        "seconds"(duration: &str)
    };
    function.register_into_engine(engine, seconds);
    // Rhai's own would hold up the court.
    engine
        .register_fn("sleep", |_: i64| -> Result<()> { Err("a rule cannot sleep: use after(\"2s\", || …)".into()) });
    engine
        .register_fn("sleep", |_: f64| -> Result<()> { Err("a rule cannot sleep: use after(\"2s\", || …)".into()) });
}

fn register_memory(engine: &mut Engine, effects: &CallEffects) {
    let here = effects.clone();
    let function = documented! {
        /// True for the first time in this bout, for that key of the rule.
        "once_per_bout"(key: &str)
    };
    function.register_into_engine(engine, move |key: &str| here.allow(|memory, now| memory.once_per_bout(key, now)));
    let here = effects.clone();
    let function = documented! {
        /// True for the first time in this round, for that key of the rule.
        "once_per_round"(key: &str)
    };
    function.register_into_engine(engine, move |key: &str| here.allow(|memory, now| memory.once_per_round(key, now)));
    let here = effects.clone();
    let function = documented! {
        /// True if the last time that it was true, for that key of the rule, is at least so long ago.
        "cooldown"(key: &str, wait: &str)
    };
    function.register_into_engine(engine, move |key: &str, wait: &str| -> Result<bool> {
        let wait = duration::read(wait)?;
        here.allow(|memory, now| memory.cooldown(key, wait, now.at))
    });
}

fn register_timers(engine: &mut Engine, effects: &CallEffects) {
    let ask = |effects: &CallEffects| {
        let effects = effects.clone();
        move |key: Option<&str>, wait: &str, call: FnPtr, repeats: bool| -> Result<()> {
            let (key, wait) = (key.map(str::to_owned), duration::read(wait)?);
            Ok(effects.set_timer(TimerCall::Wait { key, wait, repeats, call: call.into() })?)
        }
    };
    let timer = ask(effects);
    let function = documented! {
        /// Runs a function later, as in `after("2s", || obs::scene("Live"))`; with a key, in place of this rule's other
        /// timer of that key.
        "after"(wait: &str, call: FnPtr)
    };
    function.register_into_engine(engine, move |wait: &str, call: FnPtr| timer(None, wait, call, false));
    let timer = ask(effects);
    let function = documented!("after"(key: &str, wait: &str, call: FnPtr));
    function
        .register_into_engine(engine, move |key: &str, wait: &str, call: FnPtr| timer(Some(key), wait, call, false));
    let timer = ask(effects);
    let function = documented! {
        /// Runs a function again and again, until `cancel` or another one of that key takes its place; without a key,
        /// until the same line sets it anew.
        "every"(wait: &str, call: FnPtr)
    };
    function.register_into_engine(engine, move |wait: &str, call: FnPtr| timer(None, wait, call, true));
    let timer = ask(effects);
    let function = documented!("every"(key: &str, wait: &str, call: FnPtr));
    function.register_into_engine(engine, move |key: &str, wait: &str, call: FnPtr| timer(Some(key), wait, call, true));
    let here = effects.clone();
    let function = documented! {
        /// Forgets this rule's timer of that key.
        "cancel"(key: &str)
    };
    function.register_into_engine(engine, move |key: &str| -> Result<()> {
        Ok(here.set_timer(TimerCall::Cancel { key: key.to_owned() })?)
    });
}

/// Whether a number lies between two others, or is one of them; what nobody has said lies nowhere.
fn between(value: Dynamic, low: Dynamic, high: Dynamic) -> Result<bool> {
    if value.is_unit() {
        return Ok(false);
    }
    let number = |value: &Dynamic| {
        let number = value.as_float().or_else(|_| value.as_int().map(|whole| whole as f64));
        number.map_err(|other| format!("between(value, low, high) compares numbers, and `{value}` is {other}"))
    };
    let (value, low, high) = (number(&value)?, number(&low)?, number(&high)?);
    Ok(low <= value && value <= high)
}

/// A duration as a number of seconds, whole where it is.
fn seconds(text: &str) -> Result<Dynamic> {
    let duration = duration::read(text)?;
    if duration.subsec_nanos() == 0 {
        Ok(Dynamic::from_int(i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)))
    } else {
        Ok(Dynamic::from_float(duration.as_secs_f64()))
    }
}
