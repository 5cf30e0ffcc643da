//! Rhai's functions that take longer than others for one operation, made anew so that they count what they do.

use std::cmp::Ordering;

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};

use super::meter::Meter;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// What it costs to compare two values, without the values inside them.
const COMPARISON: usize = 2;

/// Takes the place of Rhai's own functions in an engine.
pub(super) fn register(engine: &mut Engine, meter: &Meter) {
    let here = meter.clone();
    engine.register_fn("contains", move |ctx: NativeCallContext<'_>, list: &mut Array, value: Dynamic| {
        Ok::<_, Box<EvalAltResult>>(index_of(&ctx, &here, list, &value, 0)?.is_some())
    });
    let here = meter.clone();
    engine.register_fn("index_of", move |ctx: NativeCallContext<'_>, list: &mut Array, value: Dynamic| {
        Ok::<_, Box<EvalAltResult>>(position(index_of(&ctx, &here, list, &value, 0)?))
    });
    let here = meter.clone();
    engine.register_fn("index_of", move |ctx: NativeCallContext<'_>, list: &mut Array, value: Dynamic, start: i64| {
        let start = usize::try_from(if start < 0 { start.saturating_add_unsigned(list.len() as u64) } else { start });
        Ok::<_, Box<EvalAltResult>>(position(index_of(&ctx, &here, list, &value, start.unwrap_or(0))?))
    });
    let here = meter.clone();
    engine.register_fn("==", move |ctx: NativeCallContext<'_>, one: &mut Array, other: Array| {
        same_lists(&ctx, &here, one, other)
    });
    let here = meter.clone();
    engine.register_fn("!=", move |ctx: NativeCallContext<'_>, one: &mut Array, other: Array| {
        same_lists(&ctx, &here, one, other).map(|same| !same)
    });
    let here = meter.clone();
    engine.register_fn("==", move |ctx: NativeCallContext<'_>, one: &mut Map, other: Map| {
        same_maps(&ctx, &here, one, other)
    });
    let here = meter.clone();
    engine.register_fn("!=", move |ctx: NativeCallContext<'_>, one: &mut Map, other: Map| {
        same_maps(&ctx, &here, one, other).map(|same| !same)
    });
    let here = meter.clone();
    engine.register_fn("dedup", move |ctx: NativeCallContext<'_>, list: &mut Array| dedup(&ctx, &here, list));
    register_texts(engine, meter);
    for (in_place, sorted, order) in [("sort", "order", Ordering::Less), ("sort_desc", "order_desc", Ordering::Greater)]
    {
        let here = meter.clone();
        engine.register_fn(in_place, move |list: &mut Array| sort(&here, list, order));
        let here = meter.clone();
        engine.register_fn(sorted, move |list: &mut Array| -> Result<Array> {
            let mut sorted = list.clone();
            sort(&here, &mut sorted, order)?;
            Ok(sorted)
        });
    }
}

/// Letters that are made capital or small, or read as JSON, for one operation.
const LETTERS: usize = 10;

/// A change of a text: one function gives the changed text, one changes it.
fn register_change(engine: &mut Engine, meter: &Meter, [to, make]: [&str; 2], change: fn(&str) -> String) {
    let here = meter.clone();
    engine.register_fn(to, move |text: &str| -> Result<String> {
        here.charge(text.len() / LETTERS)?;
        Ok(change(text))
    });
    let here = meter.clone();
    engine.register_fn(make, move |text: &mut ImmutableString| -> Result<()> {
        here.charge(text.len() / LETTERS)?;
        *text = change(text).into();
        Ok(())
    });
}

fn register_texts(engine: &mut Engine, meter: &Meter) {
    register_change(engine, meter, ["to_upper", "make_upper"], str::to_uppercase);
    register_change(engine, meter, ["to_lower", "make_lower"], str::to_lowercase);
    let here = meter.clone();
    engine.register_fn("parse_json", move |ctx: NativeCallContext<'_>, text: &str| -> Result<Map> {
        here.charge(text.len())?;
        ctx.engine().parse_json(text, true)
    });
}

fn position(found: Option<usize>) -> i64 {
    found.and_then(|index| i64::try_from(index).ok()).unwrap_or(-1)
}

fn index_of(
    ctx: &NativeCallContext<'_>,
    meter: &Meter,
    list: &mut [Dynamic],
    value: &Dynamic,
    start: usize,
) -> Result<Option<usize>> {
    for (index, item) in list.iter_mut().enumerate().skip(start) {
        if same(ctx, meter, item, value.clone())? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

/// Whether two values are the same; those that cannot be compared are not. Texts need no search for a function.
fn same(ctx: &NativeCallContext<'_>, meter: &Meter, one: &mut Dynamic, mut other: Dynamic) -> Result<bool> {
    meter.charge(COMPARISON)?;
    if let (Ok(one), Ok(other)) = (one.as_immutable_string_ref(), other.as_immutable_string_ref()) {
        return Ok(*one == *other);
    }
    match ctx.call_native_fn_raw("==", true, &mut [one, &mut other]) {
        Ok(same) => Ok(same.as_bool().unwrap_or(false)),
        Err(error) if matches!(*error, EvalAltResult::ErrorFunctionNotFound(..)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn same_lists(ctx: &NativeCallContext<'_>, meter: &Meter, one: &mut [Dynamic], other: Array) -> Result<bool> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (one, other) in one.iter_mut().zip(other) {
        if !same(ctx, meter, one, other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_maps(ctx: &NativeCallContext<'_>, meter: &Meter, one: &mut Map, mut other: Map) -> Result<bool> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (name, value) in one.iter_mut() {
        let Some(other) = other.remove(name) else { return Ok(false) };
        if !same(ctx, meter, value, other)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Leaves one of each run of the same values.
fn dedup(ctx: &NativeCallContext<'_>, meter: &Meter, list: &mut Array) -> Result<()> {
    let mut kept: Array = Vec::with_capacity(list.len());
    for item in std::mem::take(list) {
        let again = match kept.last_mut() {
            Some(last) => same(ctx, meter, last, item.clone())?,
            None => false,
        };
        if !again {
            kept.push(item);
        }
    }
    *list = kept;
    Ok(())
}

/// Puts numbers, or texts, in order.
fn sort(meter: &Meter, list: &mut Array, first: Ordering) -> Result<()> {
    let steps = usize::try_from(list.len().checked_ilog2().unwrap_or(0)).unwrap_or(0) + 1;
    meter.charge(list.len() * steps / 2)?;
    let ordered = |order: Ordering| if first == Ordering::Less { order } else { order.reverse() };
    if list.iter().all(|item| item.is_int() || item.is_float()) {
        let number =
            |item: &Dynamic| item.as_float().or_else(|_| item.as_int().map(|whole| whole as f64)).unwrap_or(0.0);
        list.sort_by(|one, other| ordered(number(one).total_cmp(&number(other))));
        return Ok(());
    }
    let mut texts = Vec::with_capacity(list.len());
    for item in list.iter() {
        let text = item.clone().try_cast::<ImmutableString>();
        texts.push(
            text.ok_or("only a list of numbers or one of texts can be sorted; for others write list.sort(|a, b| …)")?,
        );
    }
    texts.sort_by(|one, other| ordered(one.cmp(other)));
    *list = texts.into_iter().map(Dynamic::from).collect();
    Ok(())
}
