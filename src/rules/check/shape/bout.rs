//! What the bout looks like: it is asked of one of which everything is known.

use std::any::TypeId;
use std::sync::Arc;

use rhai::{Dynamic, Engine, Map, Scope};

use super::Shape;
use crate::bout::{Bout, ClipState, Corner, ReviewProgress, RoundState, Stage};
use crate::event::{
    Athlete, BoutConfig, BoutWinner, Decision, Gender, MaybeSide, Requester, ResultBanner, ReviewState, Side, Verdict,
};
use crate::rules::check::known::Known;
use crate::rules::views::BoutView;
use crate::time::Time;

/// The bout: each of its fields is read, and theirs, of one that has them all.
pub(in crate::rules::check) fn bout(engine: &Engine, known: &Known) -> Shape {
    of_value(engine, known, "the bout", Dynamic::from(BoutView(Arc::new(whole_bout()))), true)
}

fn of_value(engine: &Engine, known: &Known, name: &str, value: Dynamic, fixed: bool) -> Shape {
    let getters = known.getters(value.type_id());
    let of: Arc<str> = if fixed && name == "the bout" { name.into() } else { format!("`{name}`").into() };
    let fields: Vec<_> = if let Some(map) = value.read_lock::<Map>() {
        let field = |(key, value): (&rhai::Identifier, &Dynamic)| {
            let shape = words(name, key).unwrap_or_else(|| of_value(engine, known, key, value.clone(), false));
            (key.to_string(), shape)
        };
        map.iter().map(field).collect()
    } else if let Some(first) = value.read_lock::<rhai::Array>().and_then(|list| list.first().cloned()) {
        return Shape::List(Arc::new(of_value(engine, known, name, first, false)));
    } else if is_ours(value.type_id()) && !getters.is_empty() {
        let read = |field: &String| {
            if let Some(words) = words(name, field) {
                return (field.clone(), words);
            }
            let mut scope = Scope::new();
            scope.push_dynamic("value", value.clone());
            let inner = engine.eval_with_scope::<Dynamic>(&mut scope, &format!("value.{field}"));
            (field.clone(), of_value(engine, known, field, inner.unwrap_or(Dynamic::UNIT), true))
        };
        getters.iter().map(read).collect()
    } else {
        return Shape::Any;
    };
    Shape::Fields { of, fields: fields.into(), fixed }
}

/// The words of an enum, by all of its variants.
macro_rules! words_of {
    ($type:ident: $($variant:ident)*) => {{
        // Does not compile when a variant is missing here.
        let _all = |one: $type| match one { $($type::$variant => {})* };
        [$($type::$variant.to_string()),*].into()
    }};
}

/// What a field of the bout, its rounds and its review can be, if it is one of a few words.
fn words(of: &str, field: &str) -> Option<Shape> {
    let words: Arc<[String]> = match (of, field) {
        ("the bout", "stage") => words_of!(Stage: Idle Loaded Ready Fighting Stopped Rest Ended),
        ("the bout", "gender") => words_of!(Gender: Men Women),
        ("the bout", "leader") => words_of!(MaybeSide: Blue Red None),
        ("the bout", "winner") => words_of!(BoutWinner: Blue Red Tie),
        ("rounds", "winner") => words_of!(Side: Blue Red),
        ("review", "side") => words_of!(Requester: Blue Red Referee),
        ("review", "state") => words_of!(ReviewState: Requested Accepted Rejected Closed),
        ("review", "verdict") => words_of!(Verdict: Won Lost),
        ("review", "clip") => words_of!(ClipState: Saving Missing Saved Shown),
        _ => return None,
    };
    Some(Shape::Word { field: field.to_owned(), words })
}

/// Whether it is no type of Rhai's own, whose values can be read in more ways than by getters.
fn is_ours(of: TypeId) -> bool {
    let text = [TypeId::of::<rhai::ImmutableString>(), TypeId::of::<String>(), TypeId::of::<char>()];
    let numbers = [TypeId::of::<i64>(), TypeId::of::<f64>(), TypeId::of::<bool>(), TypeId::of::<()>()];
    let lists = [TypeId::of::<rhai::Array>(), TypeId::of::<rhai::Blob>()];
    !text.contains(&of) && !numbers.contains(&of) && !lists.contains(&of)
}

/// A bout of which everything is known.
fn whole_bout() -> Bout {
    let text = || Some("x".to_owned());
    let athlete = Athlete { short_name: text(), long_name: text(), country: text() };
    let corner = Corner { athlete: Arc::new(athlete), score: 1, penalties: 1, requests_left: 1, requests_lost: 0 };
    let config =
        BoutConfig { number: text(), phase: text(), weight_class: text(), division: text(), ..BoutConfig::default() };
    let winner = Some(Side::Blue);
    let review = ReviewProgress {
        side: Requester::Blue,
        state: ReviewState::Accepted,
        verdict: Some(Verdict::Won),
        request: Some((1, Time::default())),
        clip: Some(ClipState::Shown),
        closed: true,
        cost: true,
    };
    Bout {
        ordinal: 1,
        stage: Stage::Ended,
        config: Arc::new(config),
        blue: corner.clone(),
        red: corner,
        round: 1,
        clock: Some(1),
        rounds: vec![RoundState { round: 1, blue: 1, red: 1, winner, started: true, ended: true }],
        leader: MaybeSide::Blue,
        reviews: vec![review],
        winner: Some(BoutWinner::Blue),
        result: Some(ResultBanner { name: text(), result: text(), decision: Some(Decision::Ptf) }),
        loaded_at: Some(Time::default()),
        started_at: Some(Time::default()),
        ended_at: Some(Time::default()),
    }
}
