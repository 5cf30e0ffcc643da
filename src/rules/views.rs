//! What a script sees of an event and of the bout: nothing is turned into a script's value before it is requested.

use std::sync::{Arc, OnceLock};

use rhai::{Dynamic, Engine, Map};
use strum::VariantNames as _;

use crate::bout::{Bout, ClipState, Corner, ReviewProgress, RoundState, Stage};
use crate::countries;
use crate::event::{Athlete, BoutWinner, Event, Gender, MaybeSide, Requester, ReviewState, Side, Verdict};

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
    pub(super) fn field(&self, name: &str) -> Dynamic {
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

    fn text(&self) -> String {
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
    fn athlete(&self) -> &Athlete {
        &self.corner().athlete
    }

    fn corner(&self) -> &Corner {
        self.0.corner(self.1)
    }
}

/// An event's or any other value's text.
pub(super) fn text_of(value: &Dynamic) -> String {
    match value.read_lock::<EventView>() {
        Some(event) => event.text(),
        None => value.to_string(),
    }
}

fn or_unit<T: Into<Dynamic>>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Into::into)
}

fn or_text(value: &Option<String>) -> Dynamic {
    or_unit(value.as_deref().map(text))
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

/// What is read of a value by a name.
pub(super) struct Field<T> {
    pub(super) name: &'static str,
    pub(super) kind: FieldKind,
    /// What it is, as Markdown.
    pub(super) doc: &'static str,
    read: fn(&T) -> Dynamic,
}

/// What a field holds, where it is not `()`.
#[derive(Clone, Copy)]
pub(super) enum FieldKind {
    Text,
    Number,
    Flag,
    /// One of a few words.
    Word(&'static [&'static str]),
    /// A side of the bout, see [`CORNER`].
    Corner,
    /// A list of [`ROUND`].
    Rounds,
    /// See [`REVIEW`].
    Review,
}

use FieldKind::{Flag, Number, Text, Word};

/// A table of fields: the text of each, its name, what it holds, and how it is read.
macro_rules! fields {
    ($($(#[doc = $doc:literal])+ $name:literal $kind:expr => $read:expr;)*) => {
        &[$(Field { name: $name, kind: $kind, doc: concat!($($doc),+), read: $read }),*]
    };
}

/// What rules read of a round.
pub(super) const ROUND: &[Field<RoundState>] = fields! {
    /// Its number.
    "round" Number => |round| number(round.round);
    /// Chung's points.
    "blue" Number => |round| number(round.blue);
    /// Hong's points.
    "red" Number => |round| number(round.red);
    /// Who won it: `blue` or `red`; `()` while it is open.
    "winner" Word(Side::VARIANTS) => |round| or_unit(round.winner.map(text));
};

/// What rules read of a review.
pub(super) const REVIEW: &[Field<ReviewProgress>] = fields! {
    /// The `seq` of its request.
    "seq" Number => |review| or_unit(review.request.map(|(seq, _)| whole(seq)));
    /// When it was requested: UTC, as text.
    "at" Text => |review| or_unit(review.request.map(|(_, at)| text(at)));
    /// Who requested it: `blue`, `red` or `referee`.
    "side" Word(Requester::VARIANTS) => |review| text(review.side);
    /// How far it is: `requested`, `accepted` or `rejected`.
    "state" Word(ReviewState::VARIANTS) => |review| text(review.state);
    /// `won` or `lost`, where it is known.
    "verdict" Word(Verdict::VARIANTS) => |review| or_unit(review.verdict.map(text));
    /// What became of its clip: `saving`, `missing`, `saved`, `shown`; `()` if no rule requested one.
    "clip" Word(ClipState::VARIANTS) => |review| or_unit(review.clip.map(text));
    /// Whether its window was closed.
    "closed" Flag => |review| review.closed.into();
};

/// What rules read of a side of the bout.
pub(super) const CORNER: &[Field<CornerView>] = fields! {
    /// Three letters, as they came.
    "country" Text => |c| or_text(&c.athlete().country);
    /// The country's name; of letters that are not known, the letters.
    "country_name" Text => |c| or_unit(c.athlete().country.as_deref().map(|code| text(countries::name(code).unwrap_or(code))));
    /// The long name, else the short one.
    "name" Text => |c| or_unit(c.athlete().long_name.as_deref().or(c.athlete().short_name.as_deref()).map(text));
    /// Gam-jeom in the round that is on.
    "penalties" Number => |c| number(c.corner().penalties);
    /// Requests for review that are left.
    "requests_left" Number => |c| number(c.corner().requests_left);
    /// Rounds won.
    "rounds_won" Number => |c| {
        let (blue, red) = c.0.rounds_won();
        number(if c.1 == Side::Blue { blue } else { red })
    };
    /// Points in the round that is on.
    "score" Number => |c| number(c.corner().score);
    /// The name for the scoreboard.
    "short_name" Text => |c| or_text(&c.athlete().short_name);
};

/// What rules read of the bout.
pub(super) const BOUT: &[Field<Arc<Bout>>] = fields! {
    /// Chung, as below.
    "blue" FieldKind::Corner => |b| Dynamic::from(CornerView(b.clone(), Side::Blue));
    /// Seconds on the round clock.
    "clock" Number => |b| or_unit(b.clock.map(number));
    /// The age division.
    "division" Text => |b| or_text(&b.config.division);
    /// How far apart the scores are.
    "gap" Number => |b| number(b.blue.score.abs_diff(b.red.score));
    /// `men` or `women`.
    "gender" Word(Gender::VARIANTS) => |b| or_unit(b.config.gender.map(text));
    /// `blue`, `red` or `none`, as the scoring system says.
    "leader" Word(MaybeSide::VARIANTS) => |b| text(b.leader);
    /// Its number, as text.
    "number" Text => |b| or_text(&b.config.number);
    /// The phase of the competition, such as `Semifinals`.
    "phase" Text => |b| or_text(&b.config.phase);
    /// How many rounds there are to be.
    "planned_rounds" Number => |b| or_unit(b.config.rounds.map(number));
    /// Hong, as below.
    "red" FieldKind::Corner => |b| Dynamic::from(CornerView(b.clone(), Side::Red));
    /// The latest review.
    "review" FieldKind::Review => |b| or_unit(b.review().map(|review| map(REVIEW, review)));
    /// Number of the round that is on; 0 before any was named.
    "round" Number => |b| number(b.round);
    /// How long each round is, in seconds.
    "round_seconds" Number => |b| or_unit(b.config.round_seconds.map(number));
    /// The rounds so far, as a list.
    "rounds" FieldKind::Rounds => |b| b.rounds.iter().map(|round| map(ROUND, round)).collect::<rhai::Array>().into();
    /// How far it has come: `idle`, `loaded`, `ready`, `fighting` (the clock runs), `stopped`, `rest`, `ended`.
    "stage" Word(Stage::VARIANTS) => |b| text(b.stage);
    /// The weight class, such as `W +73kg`.
    "weight_class" Text => |b| or_text(&b.config.weight_class);
    /// `blue`, `red` or `tie`.
    "winner" Word(BoutWinner::VARIANTS) => |b| or_unit(b.winner.map(text));
};

fn map<T>(fields: &[Field<T>], of: &T) -> Dynamic {
    let map: Map = fields.iter().map(|field| (field.name.into(), (field.read)(of))).collect();
    Dynamic::from_map(map)
}

/// Tells the engine how scripts read events and bouts.
pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<EventView>("Event")
        .register_indexer_get(|event: &mut EventView, name: &str| event.field(name))
        .register_fn("to_string", |event: &mut EventView| event.text())
        .register_fn("to_debug", |event: &mut EventView| event.text())
        .register_type_with_name::<CornerView>("Corner")
        .register_type_with_name::<BoutView>("Bout");
    for field in CORNER {
        engine.register_get(field.name, move |corner: &mut CornerView| (field.read)(corner));
    }
    for field in BOUT {
        engine.register_get(field.name, move |bout: &mut BoutView| (field.read)(&bout.0));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use rhai::Scope;

    use super::*;

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
