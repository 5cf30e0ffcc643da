//! What values look like: which fields an event of a kind and the bout have, as the code itself tells it.

use std::any::TypeId;
use std::sync::Arc;

use rhai::{Dynamic, Engine, Map, Scope};
use strum::IntoEnumIterator;

use super::known::Known;
use crate::bout::{Bout, ClipState, Corner, ReviewProgress, RoundState, Stage};
use crate::event::{
    Athlete, BoutConfig, BoutWinner, Decision, Kind, MaybeSide, Requester, ResultBanner, ReviewState, Side, Verdict,
    reference,
};
use crate::rules::views::BoutView;
use crate::time::Time;

/// What is known of a value before anything runs.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Nothing is.
    Any,
    /// A field that is one of a few words.
    Word {
        /// The field.
        field: String,
        words: Arc<[String]>,
    },
    /// A list of such values.
    List(Arc<Shape>),
    /// Fields, and no others.
    Fields {
        /// What has them, as it stands in a message.
        of: Arc<str>,
        fields: Arc<[(String, Shape)]>,
        /// Whether nothing of it can be changed.
        fixed: bool,
    },
}

impl Shape {
    /// Whether it has what another one has, whatever the two are called.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fields { fields, .. }, Self::Fields { fields: others, .. }) => fields == others,
            _ => self == other,
        }
    }
}

/// An event: of one kind, or of any.
pub(super) fn event(kind: Option<Kind>) -> Shape {
    let of = kind.map_or("an event".to_owned(), |kind| format!("an event `{kind}`"));
    let mut fields: Vec<(String, Shape)> = Vec::new();
    for kind in Kind::iter().filter(|of| kind.is_none_or(|kind| kind == *of)) {
        for (name, shape) in record(reference::fields(kind)) {
            match fields.iter_mut().find(|(known, _)| *known == name) {
                // What several kinds have may differ between them.
                Some((_, other)) if *other != shape => *other = Shape::Any,
                Some(_) => {}
                None => fields.push((name, shape)),
            }
        }
    }
    fields.extend(record(reference::common()));
    if let (None, Some((_, name))) = (kind, fields.iter_mut().find(|(name, _)| name == "kind")) {
        *name = Shape::Word { field: "kind".to_owned(), words: Kind::iter().map(|kind| kind.to_string()).collect() };
    }
    Shape::Fields { of: of.into(), fields: fields.into(), fixed: true }
}

fn record(fields: &[reference::Field]) -> Vec<(String, Shape)> {
    fields.iter().map(|field| (field.name.clone(), value(&field.name, &field.shape))).collect()
}

fn value(field: &str, shape: &reference::Shape) -> Shape {
    match shape {
        reference::Shape::Text | reference::Shape::Number | reference::Shape::Flag => Shape::Any,
        reference::Shape::Word(words) => {
            Shape::Word { field: field.to_owned(), words: words.iter().map(|word| word.name.clone()).collect() }
        }
        reference::Shape::List(inner) => Shape::List(Arc::new(value(field, inner))),
        reference::Shape::Fields(inner) => {
            Shape::Fields { of: format!("`{field}`").into(), fields: record(inner).into(), fixed: false }
        }
    }
}

/// The bout: each of its fields is read, and theirs, of one that has them all.
pub(super) fn bout(engine: &Engine, known: &Known) -> Shape {
    of_value(engine, known, "the bout", Dynamic::from(BoutView(Arc::new(whole_bout()))), true)
}

fn of_value(engine: &Engine, known: &Known, name: &str, value: Dynamic, fixed: bool) -> Shape {
    let getters = known.getters(value.type_id());
    let of: Arc<str> = if fixed && name == "the bout" { name.into() } else { format!("`{name}`").into() };
    let fields: Vec<_> = if let Some(map) = value.read_lock::<Map>() {
        map.iter().map(|(key, value)| (key.to_string(), of_value(engine, known, key, value.clone(), false))).collect()
    } else if let Some(first) = value.read_lock::<rhai::Array>().and_then(|list| list.first().cloned()) {
        return Shape::List(Arc::new(of_value(engine, known, name, first, false)));
    } else if is_ours(value.type_id()) && !getters.is_empty() {
        let read = |field: &String| {
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
    let corner = Corner { athlete: Arc::new(athlete), score: 1, penalties: 1, requests_left: 1 };
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
