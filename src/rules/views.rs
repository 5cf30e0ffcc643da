//! What a script sees of an event and of the bout: nothing is turned into a script's value before it is asked for.

use std::sync::{Arc, OnceLock};

use rhai::{Dynamic, Engine, FuncRegistration, Map};

use crate::bout::{Bout, Corner, ReviewProgress, RoundState};
use crate::countries;
use crate::event::{Event, Side};

/// An event as scripts see it; its fields are turned into script values at most once, for all rules.
#[derive(Clone)]
pub(super) struct EventView(Arc<(Arc<Event>, OnceLock<Map>)>);

impl EventView {
    pub(super) fn new(event: Arc<Event>) -> Self {
        Self(Arc::new((event, OnceLock::new())))
    }

    /// The fields of the event's kind.
    fn fields(&self) -> &Map {
        let (event, map) = &*self.0;
        // A body serializes to a map with text keys; Rhai can hold each of its values.
        map.get_or_init(|| rhai::serde::to_dynamic(&event.body).ok().and_then(Dynamic::try_cast).unwrap_or_default())
    }

    /// A field; `()` where the event has none of that name.
    pub(super) fn field(&mut self, name: &str) -> Dynamic {
        let event = &self.0.0;
        match name {
            "seq" => whole(event.seq),
            "at" => text(event.at),
            "court" => text(&event.court),
            "stream" => or_unit(event.stream.as_deref().map(text)),
            "kind" => text(event.kind()),
            "status" => text(event.status),
            "derived" => event.is_derived().into(),
            "cause" => or_unit(event.cause.map(whole)),
            "notes" => event.notes.iter().map(text).collect::<rhai::Array>().into(),
            "raw" => or_unit(event.raw.as_ref().map(|raw| text(raw.text()))),
            field => self.fields().get(field).cloned().unwrap_or(Dynamic::UNIT),
        }
    }

    fn text(&mut self) -> String {
        serde_json::to_string(&*self.0.0).unwrap_or_default()
    }
}

/// The bout as scripts see it at the moment of an event.
#[derive(Clone)]
pub(super) struct BoutView(pub(super) Arc<Bout>);

/// One side of the bout.
#[derive(Clone)]
pub(super) struct CornerView(Arc<Bout>, Side);

impl CornerView {
    fn corner(&self) -> &Corner {
        self.0.corner(self.1)
    }
}

/// An event's or any other value's text.
pub(super) fn text_of(value: &Dynamic) -> String {
    match value.read_lock::<EventView>() {
        Some(event) => event.clone().text(),
        None => value.to_string(),
    }
}

fn or_unit<T: Into<Dynamic>>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Into::into)
}

fn text(value: impl ToString) -> Dynamic {
    value.to_string().into()
}

fn number(value: impl Into<i64>) -> Dynamic {
    Dynamic::from_int(value.into())
}

fn whole(value: u64) -> Dynamic {
    Dynamic::from_int(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A field of a map: its name, what it is, and how it is read.
type MapField<T> = (&'static str, &'static str, fn(&T) -> Dynamic);

/// What rules read of a round.
pub(super) const ROUND: &[MapField<RoundState>] = &[
    ("round", "Its number.", |round| number(round.round)),
    ("blue", "Chung's points.", |round| number(round.blue)),
    ("red", "Hong's points.", |round| number(round.red)),
    ("winner", "Who won it: `blue` or `red`; `()` while it is open.", |round| or_unit(round.winner.map(text))),
];

/// What rules read of a review.
pub(super) const REVIEW: &[MapField<ReviewProgress>] = &[
    ("seq", "The `seq` of its request.", |review| or_unit(review.request.map(|(seq, _)| whole(seq)))),
    ("at", "When it was requested: UTC, as text.", |review| or_unit(review.request.map(|(_, at)| text(at)))),
    ("side", "Who asked: `blue`, `red` or `referee`.", |review| text(review.side)),
    ("state", "How far it is: `requested`, `accepted` or `rejected`.", |review| text(review.state)),
    ("verdict", "`won` or `lost`, where it was said.", |review| or_unit(review.verdict.map(text))),
    (
        "clip",
        "What became of its clip: `saving`, `missing`, `saved`, `shown`; `()` if no rule asked for one.",
        |review| or_unit(review.clip.map(text)),
    ),
    ("closed", "Whether its window was closed.", |review| review.closed.into()),
];

fn map<T>(fields: &[MapField<T>], of: &T) -> Dynamic {
    let map: Map = fields.iter().map(|(name, _, read)| ((*name).into(), read(of))).collect();
    Dynamic::from_map(map)
}

/// What is read of a value by name, each with what it is.
macro_rules! fields {
    ($engine:ident; $($(#[doc = $docs:literal])+ $name:literal => $read:expr;)+) => {$(
        FuncRegistration::new_getter($name)
            .with_comments([concat!("///" $(, $docs)+)])
            .register_into_engine($engine, $read);
    )+};
}

/// Tells the engine how scripts read events and bouts.
pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<EventView>("Event")
        .register_indexer_get(|event: &mut EventView, name: &str| event.field(name))
        .register_fn("to_string", EventView::text)
        .register_fn("to_debug", EventView::text)
        .register_type_with_name::<CornerView>("Corner")
        .register_type_with_name::<BoutView>("Bout");

    fields! { engine;
        /// The long name, else the short one.
        "name" => |c: &mut CornerView| {
            let athlete = &c.corner().athlete;
            or_unit(athlete.long_name.as_deref().or(athlete.short_name.as_deref()).map(text))
        };
        /// The name for the scoreboard.
        "short_name" => |c: &mut CornerView| or_unit(c.corner().athlete.short_name.as_deref().map(text));
        /// Three letters, as they came.
        "country" => |c: &mut CornerView| or_unit(c.corner().athlete.country.as_deref().map(text));
        /// The country's name; of letters that are not known, the letters.
        "country_name" => |c: &mut CornerView| {
            // An unknown code stays as it came.
            or_unit(c.corner().athlete.country.as_deref().map(|code| text(countries::name(code).unwrap_or(code))))
        };
        /// Rounds won.
        "rounds_won" => |c: &mut CornerView| {
            let (blue, red) = c.0.rounds_won();
            number(if c.1 == Side::Blue { blue } else { red })
        };
        /// Points in the round that is on.
        "score" => |c: &mut CornerView| number(c.corner().score);
        /// Gam-jeom in the round that is on.
        "penalties" => |c: &mut CornerView| number(c.corner().penalties);
        /// Requests for review that are left.
        "requests_left" => |c: &mut CornerView| number(c.corner().requests_left);
    }
    fields! { engine;
        /// Its number, as text.
        "number" => |b: &mut BoutView| or_unit(b.0.config.number.as_deref().map(text));
        /// The phase of the competition, such as `Semifinals`.
        "phase" => |b: &mut BoutView| or_unit(b.0.config.phase.as_deref().map(text));
        /// The weight class, such as `W +73kg`.
        "weight_class" => |b: &mut BoutView| or_unit(b.0.config.weight_class.as_deref().map(text));
        /// The age division.
        "division" => |b: &mut BoutView| or_unit(b.0.config.division.as_deref().map(text));
        /// `men` or `women`.
        "gender" => |b: &mut BoutView| or_unit(b.0.config.gender.map(text));
        /// How many rounds there are to be.
        "planned_rounds" => |b: &mut BoutView| or_unit(b.0.config.rounds.map(number));
        /// How long each is, in seconds.
        "round_seconds" => |b: &mut BoutView| or_unit(b.0.config.round_seconds.map(number));
        /// How far it has come: `idle`, `loaded`, `ready`, `fighting` (the clock runs), `stopped`, `rest`, `ended`.
        "stage" => |b: &mut BoutView| text(b.0.stage);
        /// Number of the round that is on; 0 before any was named.
        "round" => |b: &mut BoutView| number(b.0.round);
        /// The rounds so far, as a list.
        "rounds" => |b: &mut BoutView| b.0.rounds.iter().map(|round| map(ROUND, round)).collect::<rhai::Array>();
        /// Seconds on the round clock.
        "clock" => |b: &mut BoutView| or_unit(b.0.clock.map(number));
        /// Chung, as below.
        "blue" => |b: &mut BoutView| CornerView(b.0.clone(), Side::Blue);
        /// Hong, as below.
        "red" => |b: &mut BoutView| CornerView(b.0.clone(), Side::Red);
        /// How far apart the scores are.
        "gap" => |b: &mut BoutView| number(b.0.blue.score.abs_diff(b.0.red.score));
        /// `blue`, `red` or `none`, as the scoring system says.
        "leader" => |b: &mut BoutView| text(b.0.leader);
        /// `blue`, `red` or `tie`.
        "winner" => |b: &mut BoutView| or_unit(b.0.winner.map(text));
        /// The review that was asked for last.
        "review" => |b: &mut BoutView| or_unit(b.0.review().map(|review| map(REVIEW, review)));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use rhai::Scope;

    use super::*;
    use crate::event::Athlete;

    #[test]
    fn a_corner_names_its_country_and_an_unknown_code_stays_as_it_came() {
        let corner = |country: Option<&str>| Corner {
            athlete: Arc::new(Athlete { country: country.map(Into::into), ..Athlete::default() }),
            ..Corner::default()
        };
        let mut engine = Engine::new();
        register(&mut engine);
        let named = |country| {
            let bout = Bout { blue: corner(country), ..Bout::default() };
            let mut scope = Scope::new();
            scope.push("bout", BoutView(Arc::new(bout)));
            engine.eval_with_scope::<Dynamic>(&mut scope, "bout.blue.country_name").unwrap().to_string()
        };
        assert_eq!(named(Some("CRO")), "Croatia");
        assert_eq!(named(Some("XYZ")), "XYZ");
        assert_eq!(named(None), "");
    }
}
