//! A datagram → its messages; a message → its stream, its fields as an event's body, and notes.

use std::borrow::Cow;

use bytes::Bytes;

use super::fields::{Fields, Reason};
use super::text::{self, End};
use super::{clock, groups};
use crate::event::*;

/// One message of a datagram, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its first field, in the documented letter case where it is documented.
    pub stream: Cow<'static, str>,
    /// How far the body can be trusted.
    pub status: Status,
    /// What it says.
    pub body: Body,
    /// Why the status is not `ok`.
    pub notes: Vec<Note>,
    /// Its bytes, without the line end.
    pub raw: Raw,
}

/// Decodes the messages of a datagram in their order; a blank one has none.
///
/// `truncated` says that the datagram was longer than what could be received.
pub fn decode(datagram: &Bytes, truncated: bool, mut each: impl FnMut(Message)) {
    let bytes: &[u8] = datagram;
    // What a sender cuts off the last message counts the characters of them all.
    let surplus = text::surplus_of(bytes);
    let mut start = 0;
    while start < bytes.len() {
        let length = bytes[start..].iter().position(|b| matches!(b, b'\r' | b'\n')).unwrap_or(bytes.len() - start);
        let line = trim(&bytes[start..start + length]);
        if !line.is_empty() {
            let end = match (start + length == bytes.len(), truncated) {
                (false, _) => End::Line,
                (true, false) => End::Datagram { surplus },
                (true, true) => End::Limit,
            };
            for (part, glued) in unglued(line) {
                each(message(datagram.slice_ref(part), end, glued));
            }
        }
        start += length + 1;
    }
}

/// Takes white space and NULs off both ends.
fn trim(mut bytes: &[u8]) -> &[u8] {
    let blank = |b: &u8| b.is_ascii_whitespace() || *b == 0;
    while let [first, rest @ ..] = bytes
        && blank(first)
    {
        bytes = rest;
    }
    while let [rest @ .., last] = bytes
        && blank(last)
    {
        bytes = rest;
    }
    bytes
}

/// Parts hit levels that a sender has glued together, `hl1;50hl2;60`; any other line stays one.
fn unglued(line: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let is_hit = line.starts_with(b"hl");
    let mut rest = Some(line);
    std::iter::from_fn(move || {
        let here = rest.take()?;
        let next = if is_hit { here.windows(3).skip(1).position(|w| matches!(w, b"hl1" | b"hl2")) } else { None };
        let (part, more) = match next {
            Some(before) => here.split_at(before + 1),
            None => (here, &[][..]),
        };
        rest = (!more.is_empty()).then_some(more);
        Some((part, part.len() != line.len()))
    })
}

fn message(raw: Bytes, end: End, glued: bool) -> Message {
    let text = text::read(&raw, end);
    let (name, rest) = match text.text.split_once(';') {
        Some((name, rest)) => (name.trim(), Some(rest)),
        None => (text.text.trim(), None),
    };
    let mut fields = Fields::new(rest, text.cut_bytes);
    if glued {
        fields.note("two hit levels were glued together");
    }
    if end == End::Limit {
        fields.note("the datagram was longer than can be received: its end is lost");
    }
    if text.single_byte {
        fields.note("not UTF-8: read as Windows-1252");
    }
    let known = known(name, &mut fields).or_else(|| arena(name, &mut fields)).or_else(|| {
        let lower = name.to_ascii_lowercase();
        if lower == name { None } else { known(&lower, &mut fields).or_else(|| arena(&lower, &mut fields)) }
    });
    let (stream, status, body) = match known {
        Some((stream, _, Ok(body))) => {
            fields.finish();
            let status = if fields.notes.is_empty() { Status::Ok } else { Status::Recovered };
            (Cow::Borrowed(stream), status, body)
        }
        Some((stream, kind, Err(Unread::Empty))) => {
            (Cow::Borrowed(stream), Status::Ok, Body::Unusable(Unusable { kind, fields: Vec::new() }))
        }
        Some((stream, kind, Err(Unread::Invalid(reason)))) => {
            fields.note(reason);
            (Cow::Borrowed(stream), Status::Invalid, Body::Unusable(Unusable { kind, fields: as_sent(rest) }))
        }
        None => (Cow::Owned(name.to_owned()), Status::Unknown, Body::Unknown(Unknown { fields: as_sent(rest) })),
    };
    let notes = fields.notes;
    drop(text);
    Message { stream, status, body, notes, raw: Raw::new(raw) }
}

/// The fields as they came, for a message that cannot be read.
fn as_sent(rest: Option<&str>) -> Vec<String> {
    let rest = rest.map(|rest| rest.strip_suffix(';').unwrap_or(rest)).filter(|rest| !rest.is_empty());
    rest.map(|rest| rest.split(';').map(|field| field.trim().to_owned()).collect()).unwrap_or_default()
}

/// Why a documented message has no usable values.
enum Unread {
    /// It has no fields at all, as a PSS answers before anything has happened.
    Empty,
    /// Its values are not as documented.
    Invalid(Reason),
}

impl From<Reason> for Unread {
    fn from(reason: Reason) -> Self {
        Self::Invalid(reason)
    }
}

type Known = (&'static str, Kind, Result<Body, Unread>);

/// Reads a message of a documented stream.
fn known(stream: &str, fields: &mut Fields<'_>) -> Option<Known> {
    use Side::{Blue, Red};
    let is = |stream: &'static str, kind: Kind, body: Result<Body, Reason>| (stream, kind, body.map_err(Unread::from));
    // A stream that says nothing without a value.
    macro_rules! told {
        ($stream:literal, $kind:ident, $read:expr) => {{
            if fields.peek().is_none() {
                ($stream, Kind::$kind, Err(Unread::Empty))
            } else {
                is($stream, Kind::$kind, $read(fields).map(Body::$kind))
            }
        }};
    }
    Some(match stream {
        "clk" => told!("clk", Clock, clock),
        "brk" => told!("brk", Rest, clock),
        "hl1" => told!("hl1", Hit, |f| hit(Blue, f)),
        "hl2" => told!("hl2", Hit, |f| hit(Red, f)),
        "pt1" => told!("pt1", Point, |f| point(Blue, f)),
        "pt2" => told!("pt2", Point, |f| point(Red, f)),
        "sc1" => told!("sc1", Score, |f| groups::sides("sc1", f)),
        "sc2" => told!("sc2", Score, |f| groups::sides("sc2", f)),
        "wg1" => told!("wg1", Penalties, |f| groups::sides("wg1", f)),
        "wg2" => told!("wg2", Penalties, |f| groups::sides("wg2", f)),
        "sup" => told!("sup", Leader, leader),
        "rnd" => told!("rnd", Round, round),
        "ij0" => told!("ij0", Injury, |f| injury(MaybeSide::None, f)),
        "ij1" => told!("ij1", Injury, |f| injury(MaybeSide::Blue, f)),
        "ij2" => told!("ij2", Injury, |f| injury(MaybeSide::Red, f)),
        "to1" => told!("to1", Timeout, |f| timeout(Blue, f)),
        "to2" => told!("to2", Timeout, |f| timeout(Red, f)),
        "wrd" => told!("wrd", RoundWinners, groups::round_winners),
        "win" => told!("win", Winner, winner),
        "wmh" => told!("wmh", Result, |f| Ok::<_, Reason>(result(f))),
        "at1" => told!("at1", Athletes, |f| Ok::<_, Reason>(athletes(f))),
        "ref" => told!("ref", Officials, |f| Ok::<_, Reason>(officials(f))),
        "mch" => told!("mch", BoutConfig, |f| bout_config(f).map(Box::new)),
        "rst" => told!("rst", RoundStatistics, |f| round_statistics(f).map(Box::new)),
        "avt" => told!("avt", VideoQuota, |f| video_quota(f)),
        "hwt" => told!("hwt", HardwareTest, hardware_test),
        "ch0" => is("ch0", Kind::Review, review(Requester::Referee, fields).map(Body::Review)),
        "ch1" => is("ch1", Kind::Review, review(Requester::Blue, fields).map(Body::Review)),
        "ch2" => is("ch2", Kind::Review, review(Requester::Red, fields).map(Body::Review)),
        "pre" => is("pre", Kind::BoutLoaded, word(fields, "FightLoaded").map(|()| Body::BoutLoaded {})),
        "rdy" => is("rdy", Kind::BoutReady, word(fields, "FightReady").map(|()| Body::BoutReady {})),
        "hel" => is("hel", Kind::Console, Ok(state("up"))),
        "bye" => is("bye", Kind::Console, Ok(state("down"))),
        "rsr" => is("rsr", Kind::Console, Ok(Body::Console(Console::Setting { name: "rsr", value: None }))),
        other => {
            // `s11`, `s23`: whichever comes first names the stream.
            const ROUND_SCORES: [[&str; 9]; 2] = [
                ["s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19"],
                ["s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29"],
            ];
            let (side, number) = groups::round_name(other)?;
            let name = *ROUND_SCORES.get(side as usize)?.get(usize::from(number) - 1)?;
            if fields.peek().is_none() {
                (name, Kind::RoundScores, Err(Unread::Empty))
            } else {
                is(name, Kind::RoundScores, groups::round_scores(name, fields).map(Body::RoundScores))
            }
        }
    })
}

/// Reads what is written unlike all the rest: the arena's lights, and the line of a relay.
fn arena(name: &str, fields: &mut Fields<'_>) -> Option<Known> {
    if let Some(light) = ["inlb", "insl", "inth"].into_iter().find(|light| name.starts_with(light)) {
        let value = name.get(light.len()..).filter(|v| !v.is_empty()).or_else(|| fields.next()).unwrap_or_default();
        let value = value.trim_matches(':').trim();
        let value = (!value.is_empty()).then(|| value.to_owned());
        return Some((light, Kind::Console, Ok(Body::Console(Console::Setting { name: light, value }))));
    }
    let words = name.strip_prefix("Udp Port ")?;
    let state = match words.split_once(' ')?.1.trim() {
        "connected" => "connected",
        "disconnected" => "disconnected",
        _ => return None,
    };
    Some(("Udp Port", Kind::Console, Ok(Body::Console(Console::State { state }))))
}

fn state(state: &'static str) -> Body {
    Body::Console(Console::State { state })
}

/// A message whose only field is a fixed word; another word is noted, none is fine.
fn word(fields: &mut Fields<'_>, expected: &str) -> Result<(), Reason> {
    match fields.next() {
        Some(word) if !word.is_empty() && !word.eq_ignore_ascii_case(expected) => {
            fields.note(format!("`{word}` where `{expected}` was expected"));
        }
        _ => {}
    }
    Ok(())
}

fn seconds(fields: &mut Fields<'_>) -> Result<u32, Reason> {
    let text = fields.value("seconds").ok_or("`seconds` is missing")?;
    let reading = clock::read(text)?;
    if reading.fraction {
        fields.note(format!("the fraction of `{text}` is left out"));
    }
    Ok(reading.seconds)
}

fn clock_action(fields: &mut Fields<'_>) -> Result<Option<ClockAction>, Reason> {
    let Some(word) = fields.value("action") else { return Ok(None) };
    [
        ("start", ClockAction::Start),
        ("stop", ClockAction::Stop),
        ("corr", ClockAction::Correction),
        ("stopEnd", ClockAction::End),
    ]
    .into_iter()
    .find(|(name, _)| name.eq_ignore_ascii_case(word))
    .map(|(_, action)| Some(action))
    .ok_or_else(|| format!("`action` is `{word}`, and must be start, stop, corr or stopEnd"))
}

fn clock(fields: &mut Fields<'_>) -> Result<Clock, Reason> {
    Ok(Clock { seconds: seconds(fields)?, action: clock_action(fields)? })
}

fn timeout(side: Side, fields: &mut Fields<'_>) -> Result<Timeout, Reason> {
    Ok(Timeout { side, seconds: seconds(fields)?, action: clock_action(fields)? })
}

fn injury(side: MaybeSide, fields: &mut Fields<'_>) -> Result<Injury, Reason> {
    let seconds = seconds(fields)?;
    let action = match fields.value("action") {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("show") => Some(InjuryAction::Show),
        Some(word) if word.eq_ignore_ascii_case("hide") => Some(InjuryAction::Hide),
        Some(word) if word.eq_ignore_ascii_case("reset") => Some(InjuryAction::Reset),
        Some(word) => return Err(format!("`action` is `{word}`, and must be show, hide or reset")),
    };
    Ok(Injury { side, seconds, action })
}

fn hit(side: Side, fields: &mut Fields<'_>) -> Result<Hit, Reason> {
    Ok(Hit { side, level: fields.needed("level", 1..=100)? })
}

fn point(side: Side, fields: &mut Fields<'_>) -> Result<Point, Reason> {
    let points = fields.needed("technique", 1..=5)?;
    let technique = match points {
        1 => Technique::Punch,
        2 => Technique::Body,
        3 => Technique::Head,
        4 => Technique::TechnicalBody,
        _ => Technique::TechnicalHead,
    };
    Ok(Point { side, technique, points })
}

fn leader(fields: &mut Fields<'_>) -> Result<Leader, Reason> {
    let side = match fields.needed("side", 0..=2u8)? {
        0 => MaybeSide::None,
        1 => MaybeSide::Blue,
        _ => MaybeSide::Red,
    };
    Ok(Leader { side })
}

fn round(fields: &mut Fields<'_>) -> Result<Round, Reason> {
    Ok(Round { round: fields.needed("round", 1..=99)? })
}

fn winner(fields: &mut Fields<'_>) -> Result<Winner, Reason> {
    let word = fields.value("winner").ok_or("`winner` is missing")?;
    let winner = match word.to_ascii_uppercase().as_str() {
        "BLUE" => BoutWinner::Blue,
        "RED" => BoutWinner::Red,
        "TIE" => BoutWinner::Tie,
        _ => return Err(format!("`winner` is `{word}`, and must be BLUE, RED or TIE")),
    };
    Ok(Winner { winner })
}

/// `1-2 PTF`: the rounds, then the decision.
fn result(fields: &mut Fields<'_>) -> ResultBanner {
    let decided = |text: &str| text.rsplit(' ').next().and_then(|word| word.to_ascii_uppercase().parse().ok());
    let name = fields.text("name");
    // Not every sender tells it.
    let told = !fields.is_over();
    let banner = if told { fields.text_if("result", |text| decided(text).is_some()) } else { None };
    let decision: Option<Decision> = banner.as_deref().and_then(decided);
    let result = match (banner, decision) {
        (Some(banner), Some(_)) => banner.rsplit_once(' ').map(|(result, _)| result.trim().to_owned()),
        (banner, _) => banner,
    };
    ResultBanner { name, result, decision }
}

fn is_country(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn athletes(fields: &mut Fields<'_>) -> Athletes {
    fn is_other(name: &str) -> bool {
        name.eq_ignore_ascii_case("at2")
    }
    fn athlete(fields: &mut Fields<'_>, names: [&'static str; 3]) -> Athlete {
        // The next athlete's name ends this one, however many fields there were.
        let here = |fields: &Fields<'_>| !fields.peek().is_some_and(is_other) && !fields.is_cut_name("at2");
        Athlete {
            short_name: if here(fields) { fields.text(names[0]) } else { None },
            long_name: if here(fields) { fields.text(names[1]) } else { None },
            country: if here(fields) { fields.text_if(names[2], is_country) } else { None },
        }
    }
    let blue = athlete(fields, ["blue.short_name", "blue.long_name", "blue.country"]);
    if fields.peek().is_some_and(is_other) || fields.is_cut_name("at2") {
        fields.next();
    }
    let red = athlete(fields, ["red.short_name", "red.long_name", "red.country"]);
    Athletes { blue, red }
}

fn officials(fields: &mut Fields<'_>) -> Officials {
    let is_name = |field: &str| matches!(field, "ju1" | "ju2" | "ju3" | "ju4" | "ju5" | "ta");
    let official = |fields: &mut Fields<'_>| {
        let here = |fields: &Fields<'_>| fields.peek().is_some_and(|next| !is_name(next));
        Official {
            name: if here(fields) { fields.text("name") } else { None },
            country: if here(fields) { fields.text_if("country", is_country) } else { None },
        }
    };
    let referee = official(fields);
    let mut judges = Vec::with_capacity(3);
    while fields.peek().is_some_and(is_name) {
        fields.next();
        judges.push(official(fields));
    }
    Officials { referee, judges }
}

fn bout_config(fields: &mut Fields<'_>) -> Result<BoutConfig, Reason> {
    let number = fields.text("number");
    let phase = fields.text("phase");
    let (gender, weight_class) = weight_class(fields.text("weight_class"));
    // A number, or empty; what it means is not known.
    fields.next();
    let colours = Colours {
        blue: SideColours { background: fields.text("colours"), foreground: fields.text("colours") },
        red: SideColours { background: fields.text("colours"), foreground: fields.text("colours") },
    };
    let colours = (colours != Colours::default()).then_some(colours);
    let internal_id = fields.text("internal_id");
    let division = fields.text("division");
    let rounds = fields.number("rounds", 0..=99)?;
    let round_seconds = fields.number("round_seconds", 0..=3600)?;
    let counts = match fields.value("counts") {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("cntDown") => Some(Counts::Down),
        Some(word) if word.eq_ignore_ascii_case("cntUp") => Some(Counts::Up),
        Some(word) => return Err(format!("`counts` is `{word}`, and must be cntDown or cntUp")),
    };
    let body_threshold = fields.number("body_threshold", 0..=1000)?;
    let head_threshold = fields.number("head_threshold", 0..=1000)?;
    Ok(BoutConfig {
        number,
        phase,
        gender,
        weight_class,
        division,
        internal_id,
        rounds,
        round_seconds,
        counts,
        body_threshold,
        head_threshold,
        colours,
    })
}

/// TK-Strike puts `MEN ` or `WOMEN ` before the weight class.
fn weight_class(text: Option<String>) -> (Option<Gender>, Option<String>) {
    let Some(text) = text else { return (None, None) };
    let (word, class) = text.split_once(' ').unwrap_or((&text, ""));
    let gender = match word {
        "MEN" => Gender::Men,
        "WOMEN" => Gender::Women,
        _ => return (None, Some(text)),
    };
    let class = class.trim();
    (Some(gender), (!class.is_empty()).then(|| class.to_owned()))
}

fn review(side: Requester, fields: &mut Fields<'_>) -> Result<Review, Reason> {
    let state = match fields.value("state") {
        None => ReviewState::Requested,
        Some("1") => ReviewState::Accepted,
        Some("0") => ReviewState::Rejected,
        Some("-1") => ReviewState::Closed,
        Some(other) => return Err(format!("`state` is `{other}`, and must be 1, 0, -1 or nothing")),
    };
    let verdict = match (state, fields.peek()) {
        (ReviewState::Accepted, Some(_)) => match fields.value("verdict") {
            None => None,
            Some("1") => Some(Verdict::Won),
            Some("0") => Some(Verdict::Lost),
            Some(other) => return Err(format!("`verdict` is `{other}`, and must be 1 or 0")),
        },
        _ => None,
    };
    Ok(Review { side, state, verdict })
}

fn round_statistics(fields: &mut Fields<'_>) -> Result<RoundStatistics, Reason> {
    let round = fields.needed("round", 1..=99)?;
    let mut side = |name: &str| {
        match fields.next() {
            Some(field) if field == name => {}
            other => return Err(format!("`{}` where `{name}` was expected", other.unwrap_or_default())),
        }
        let mut count = |what| fields.needed(what, 0..=999);
        Ok(SideStatistics {
            body: count("body")?,
            head: count("head")?,
            punch: count("punch")?,
            technical: [count("technical")?, count("technical")?],
            gam_jeom: count("gam_jeom")?,
        })
    };
    Ok(RoundStatistics { round, blue: side("st1")?, red: side("st2")? })
}

fn video_quota(fields: &mut Fields<'_>) -> Result<VideoQuota, Reason> {
    Ok(VideoQuota { value: fields.needed("value", 0..=u32::MAX)? })
}

fn hardware_test(fields: &mut Fields<'_>) -> Result<HardwareTest, Reason> {
    let hit = |side, target| HardwareTest { state: TestState::Hit, side: Some(side), target: Some(target) };
    Ok(match fields.needed("state", 0..=5u8)? {
        0 => HardwareTest { state: TestState::Closed, side: None, target: None },
        1 => HardwareTest { state: TestState::Opened, side: None, target: None },
        2 => hit(Side::Blue, Target::Body),
        3 => hit(Side::Blue, Target::Head),
        4 => hit(Side::Red, Target::Body),
        _ => hit(Side::Red, Target::Head),
    })
}
