//! How scripts read an event and the bout. A value is converted only when a script reads it; an unknown name is an
//! error.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, OnceLock};

use rhai::{Dynamic, Engine, EvalAltResult, Map, Variant};
use serde_json::Value as Json;
use strum::{IntoEnumIterator as _, VariantNames as _};

use crate::bout::{Bout, ClipState, Corner, ReviewProgress, RoundState, Stage};
use crate::countries;
use crate::event::reference::{self, Shape};
use crate::event::{
    Athlete, BoutWinner, Event, Gender, Kind, MaybeSide, Requester, ReviewOrigin, ReviewState, Side, Verdict,
};
use crate::suggest::{enumerate, near};

/// More names than this are no help.
const MAX_NAMES: usize = 20;

/// What has fields of certain names, and no others.
trait Fields: Variant + Clone {
    /// What it is, as it stands in a message.
    fn subject(&self) -> String;
    fn names(&self) -> Vec<&str>;
    /// None of a name that it does not have; `()` of a value that is not known.
    fn field(&self, name: &str) -> Option<Dynamic>;
}

/// That a field does not exist, and what may have been meant.
pub(super) fn unknown_field(subject: &str, name: &str, known: &[&str]) -> (String, Option<String>) {
    let help = match near(name, known.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => (known.len() <= MAX_NAMES).then(|| format!("it has {}", enumerate(known.iter().copied()))),
    };
    (format!("{subject} has no field `{name}`"), help)
}

/// An event as scripts see it; its fields are turned into script values at most once, for all rules.
#[derive(Clone)]
pub(super) struct EventView {
    event: Arc<Event>,
    fields: Arc<OnceLock<Map>>,
    of_any_kind: bool,
}

impl EventView {
    pub(super) fn new(event: Arc<Event>) -> Self {
        Self { event, fields: Arc::default(), of_any_kind: false }
    }

    /// The same event for `on_any`: it has the fields of all kinds, and those that are not of its own kind are `()`.
    pub(super) fn of_any_kind(&self) -> Self {
        Self { of_any_kind: true, ..self.clone() }
    }

    /// The fields of the event's kind.
    fn fields(&self) -> &Map {
        self.fields.get_or_init(|| {
            // A body serializes to a map with text keys; Rhai can hold each of its values.
            let body = rhai::serde::to_dynamic(&self.event.body).ok().and_then(Dynamic::try_cast);
            described(body.unwrap_or_default(), reference::fields(self.event.kind()))
        })
    }

    /// A field, where there is one of that name.
    pub(super) fn get(&self, name: &str) -> Dynamic {
        self.field(name).unwrap_or(Dynamic::UNIT)
    }

    fn text(&self) -> String {
        serde_json::to_string(&*self.event).unwrap_or_default()
    }
}

impl Fields for EventView {
    fn subject(&self) -> String {
        if self.of_any_kind { "an event".to_owned() } else { format!("an event `{}`", self.event.kind()) }
    }

    fn names(&self) -> Vec<&str> {
        let own = self.fields().keys().map(|name| name.as_str());
        let others = all_names().iter().copied().filter(|_| self.of_any_kind);
        own.chain(reference::common().iter().map(|field| field.name.as_str())).chain(others).collect()
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        let event = &self.event;
        Some(match name {
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
            field => match self.fields().get(field) {
                Some(value) => value.clone(),
                None if self.of_any_kind && all_names().contains(field) => Dynamic::UNIT,
                None => return None,
            },
        })
    }
}

/// The names of the fields of all kinds.
fn all_names() -> &'static BTreeSet<&'static str> {
    static NAMES: LazyLock<BTreeSet<&'static str>> =
        LazyLock::new(|| Kind::iter().flat_map(reference::fields).map(|field| field.name.as_str()).collect());
    &NAMES
}

/// A part of an event or of the bout.
#[derive(Clone)]
struct Record {
    name: Arc<str>,
    fields: Arc<Map>,
}

impl Record {
    fn new(name: &str, fields: Map) -> Self {
        Self { name: name.into(), fields: fields.into() }
    }
}

impl Fields for Record {
    fn subject(&self) -> String {
        format!("`{}`", self.name)
    }

    fn names(&self) -> Vec<&str> {
        self.fields.keys().map(|name| name.as_str()).collect()
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        self.fields.get(name).cloned()
    }
}

/// All fields that are described: those that are absent are `()`.
fn described(mut values: Map, fields: &[reference::Field]) -> Map {
    for field in fields {
        match (values.get_mut(field.name.as_str()), &field.shape) {
            (Some(value), Shape::Fields(_) | Shape::List(_)) => {
                *value = with_records(std::mem::take(value), &field.name, &field.shape);
            }
            (Some(_), _) => {}
            (None, _) => drop(values.insert(field.name.as_str().into(), Dynamic::UNIT)),
        }
    }
    values
}

/// A value whose maps are records.
fn with_records(value: Dynamic, name: &str, shape: &Shape) -> Dynamic {
    match shape {
        Shape::Fields(fields) if value.is_map() => {
            Dynamic::from(Record::new(name, described(value.try_cast().unwrap_or_default(), fields)))
        }
        Shape::List(shape) if value.is_array() => {
            let items = value.into_array().unwrap_or_default();
            items.into_iter().map(|item| with_records(item, name, shape)).collect::<rhai::Array>().into()
        }
        _ => value,
    }
}

/// A value whose records are maps again, for what knows only Rhai's own values; an event is its text.
pub(super) fn plain(value: &Dynamic) -> Dynamic {
    let of_map = |map: &Map| map.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<Map>().into();
    if let Some(event) = value.read_lock::<EventView>() {
        event.text().into()
    } else if let Some(record) = value.read_lock::<Record>() {
        of_map(&record.fields)
    } else if let Some(map) = value.read_lock::<Map>() {
        of_map(&map)
    } else if let Some(items) = value.read_lock::<rhai::Array>() {
        items.iter().map(plain).collect::<rhai::Array>().into()
    } else {
        value.clone()
    }
}

/// The bout as scripts see it at the moment of an event.
#[derive(Clone)]
pub(super) struct BoutView(pub(super) Arc<Bout>);

impl Fields for BoutView {
    fn subject(&self) -> String {
        "the bout".to_owned()
    }

    fn names(&self) -> Vec<&str> {
        BOUT.iter().map(|field| field.name).collect()
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        read(BOUT, &self.0, name)
    }
}

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

impl Fields for CornerView {
    fn subject(&self) -> String {
        format!("`{}`", self.1)
    }

    fn names(&self) -> Vec<&str> {
        CORNER.iter().map(|field| field.name).collect()
    }

    fn field(&self, name: &str) -> Option<Dynamic> {
        read(CORNER, self, name)
    }
}

/// An event's or any other value's text.
pub(super) fn text_of(value: &Dynamic) -> String {
    plain(value).to_string()
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
    /// Chung's gam-jeom.
    "blue_penalties" Number => |round| number(round.blue_penalties);
    /// Hong's gam-jeom.
    "red_penalties" Number => |round| number(round.red_penalties);
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
    /// Who opened it: `console`, `operator`, or `both` one after the other.
    "origin" Word(ReviewOrigin::VARIANTS) => |review| text(review.origin);
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
    /// Whether it is a rehearsal, which counts nowhere.
    "rehearsal" Flag => |b| b.rehearsal.into();
    /// The latest review.
    "review" FieldKind::Review => |b| or_unit(b.review().map(|review| record("review", REVIEW, review)));
    /// Number of the round that is on; 0 before any was named.
    "round" Number => |b| number(b.round);
    /// How long each round is, in seconds.
    "round_seconds" Number => |b| or_unit(b.config.round_seconds.map(number));
    /// The rounds so far, as a list.
    "rounds" FieldKind::Rounds => |b| b.rounds.iter().map(|round| record("rounds", ROUND, round)).collect::<rhai::Array>().into();
    /// How far it has come: `idle`, `loaded`, `ready`, `fighting` (the clock runs), `stopped`, `rest`, `ended`.
    "stage" Word(Stage::VARIANTS) => |b| text(b.stage);
    /// The weight class, such as `W +73kg`.
    "weight_class" Text => |b| or_text(&b.config.weight_class);
    /// `blue`, `red` or `tie`.
    "winner" Word(BoutWinner::VARIANTS) => |b| or_unit(b.winner.map(text));
};

fn record<T>(name: &str, fields: &[Field<T>], of: &T) -> Dynamic {
    let fields = fields.iter().map(|field| (field.name.into(), (field.read)(of)));
    Dynamic::from(Record::new(name, fields.collect()))
}

fn read<T>(fields: &[Field<T>], of: &T, name: &str) -> Option<Dynamic> {
    fields.iter().find(|field| field.name == name).map(|field| (field.read)(of))
}

/// The bout as JSON, with the names that rules read.
pub(crate) fn bout_as_json(bout: &Arc<Bout>) -> Json {
    let simple = |value: Dynamic| rhai::serde::from_dynamic(&plain(&value)).unwrap_or_default();
    let corner = |view: CornerView| -> Json {
        CORNER.iter().map(|field| (field.name.to_owned(), simple((field.read)(&view)))).collect()
    };
    let value = |field: &Field<Arc<Bout>>| match (field.read)(bout).try_cast_result::<CornerView>() {
        Ok(view) => corner(view),
        Err(value) => simple(value),
    };
    BOUT.iter().map(|field| (field.name.to_owned(), value(field))).collect()
}

/// Registers how scripts read events and bouts.
pub(super) fn register(engine: &mut Engine) {
    register_fields::<EventView>(engine, "Event");
    register_fields::<BoutView>(engine, "Bout");
    register_fields::<CornerView>(engine, "Corner");
    register_fields::<Record>(engine, "Record");
    // Rhai finds a getter sooner than that there is none.
    for field in BOUT {
        engine.register_get(field.name, move |bout: &mut BoutView| (field.read)(&bout.0));
    }
    for field in CORNER {
        engine.register_get(field.name, move |corner: &mut CornerView| (field.read)(corner));
    }
    engine
        .register_fn("to_string", |event: &mut EventView| event.text())
        .register_fn("to_debug", |event: &mut EventView| event.text())
        .register_fn("to_string", |record: &mut Record| text_of(&Dynamic::from(record.clone())))
        .register_fn("to_debug", |record: &mut Record| text_of(&Dynamic::from(record.clone())));
}

fn register_fields<T: Fields>(engine: &mut Engine, name: &str) {
    engine.register_type_with_name::<T>(name).register_indexer_get(|of: &mut T, name: &str| {
        of.field(name).ok_or_else(|| -> Box<EvalAltResult> {
            let (message, help) = unknown_field(&of.subject(), name, &of.names());
            help.map_or(message.clone(), |help| format!("{message}: {help}")).into()
        })
    });
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
