//! The documented streams: the fields of each → the body of an event.

use super::fields::{Fields, Reason};
use super::{clock, groups};
use crate::event::*;

pub(super) struct Stream {
    /// Its name; where a message has several, that of its first.
    pub(super) name: &'static str,
    /// The kind of its events.
    pub(super) kind: Kind,
    /// Whether a message without fields has a meaning. Of the other streams, a PSS that is queried sends such a message
    /// before there is a value.
    bare: bool,
    read: fn(&'static str, &mut Fields<'_>) -> Result<Body, Reason>,
}

impl Stream {
    /// Reads the fields of a message of this stream; the error says what is wrong with them.
    pub(super) fn read(&self, fields: &mut Fields<'_>) -> Result<Body, Reason> {
        if fields.peek().is_none() && !self.bare {
            return Ok(Body::Unusable(Unusable { kind: self.kind, fields: Vec::new() }));
        }
        (self.read)(self.name, fields)
    }
}

/// The documented stream of that name, in the documented letter case; the most frequent come first.
pub(super) fn named(name: &str) -> Option<Stream> {
    use MaybeSide::None as Neither;
    use Side::{Blue, Red};
    macro_rules! stream {
        ($name:expr, $kind:ident, $read:expr) => {
            Stream { name: $name, kind: Kind::$kind, bare: false, read: $read }
        };
    }
    macro_rules! bare {
        ($name:literal, $kind:ident, $read:expr) => {
            Stream { name: $name, kind: Kind::$kind, bare: true, read: $read }
        };
    }
    Some(match name {
        "clk" => stream!("clk", Clock, |_, f| clock(f).map(Body::Clock)),
        "brk" => stream!("brk", Rest, |_, f| clock(f).map(Body::Rest)),
        "hl1" => stream!("hl1", Hit, |_, f| hit(Blue, f)),
        "hl2" => stream!("hl2", Hit, |_, f| hit(Red, f)),
        "pt1" => stream!("pt1", Point, |_, f| point(Blue, f)),
        "pt2" => stream!("pt2", Point, |_, f| point(Red, f)),
        "sc1" => stream!("sc1", Score, |name, f| groups::sides(name, f).map(Body::Score)),
        "sc2" => stream!("sc2", Score, |name, f| groups::sides(name, f).map(Body::Score)),
        "wg1" => stream!("wg1", Penalties, |name, f| groups::sides(name, f).map(Body::Penalties)),
        "wg2" => stream!("wg2", Penalties, |name, f| groups::sides(name, f).map(Body::Penalties)),
        "sup" => stream!("sup", Leader, |_, f| leader(f)),
        "rnd" => stream!("rnd", Round, |_, f| round(f)),
        "ij0" => stream!("ij0", Injury, |_, f| injury(Neither, f)),
        "ij1" => stream!("ij1", Injury, |_, f| injury(MaybeSide::Blue, f)),
        "ij2" => stream!("ij2", Injury, |_, f| injury(MaybeSide::Red, f)),
        "to1" => stream!("to1", Timeout, |_, f| timeout(Blue, f)),
        "to2" => stream!("to2", Timeout, |_, f| timeout(Red, f)),
        "wrd" => stream!("wrd", RoundWinners, |_, f| groups::round_winners(f).map(Body::RoundWinners)),
        "win" => stream!("win", Winner, |_, f| winner(f)),
        "wmh" => stream!("wmh", Result, |_, f| Ok(result(f))),
        "at1" => stream!("at1", Athletes, |_, f| Ok(athletes(f))),
        "ref" => stream!("ref", Officials, |_, f| Ok(officials(f))),
        "mch" => stream!("mch", BoutConfig, |_, f| bout_config(f)),
        "rst" => stream!("rst", RoundStatistics, |_, f| round_statistics(f)),
        "avt" => stream!("avt", VideoQuota, |_, f| video_quota(f)),
        "hwt" => stream!("hwt", HardwareTest, |_, f| hardware_test(f)),
        "ch0" => bare!("ch0", Review, |_, f| review(Requester::Referee, f)),
        "ch1" => bare!("ch1", Review, |_, f| review(Requester::Blue, f)),
        "ch2" => bare!("ch2", Review, |_, f| review(Requester::Red, f)),
        "pre" => bare!("pre", BoutLoaded, |_, f| Ok(word("FightLoaded", Body::BoutLoaded {}, f))),
        "rdy" => bare!("rdy", BoutReady, |_, f| Ok(word("FightReady", Body::BoutReady {}, f))),
        "hel" => bare!("hel", Console, |_, _| Ok(state("up"))),
        "bye" => bare!("bye", Console, |_, _| Ok(state("down"))),
        "rsr" => bare!("rsr", Console, |name, _| Ok(Body::Console(Console::Setting { name, value: None }))),
        other => {
            // `s11`, `s23`: the first name of the message is its stream.
            const ROUND_SCORES: [[&str; 9]; 2] = [
                ["s11", "s12", "s13", "s14", "s15", "s16", "s17", "s18", "s19"],
                ["s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29"],
            ];
            let (side, number) = groups::round_name(other)?;
            let name = *ROUND_SCORES.get(side as usize)?.get(usize::from(number) - 1)?;
            stream!(name, RoundScores, |name, f| groups::round_scores(name, f).map(Body::RoundScores))
        }
    })
}

/// Reads messages of another form: the arena's lights, and the line of a relay.
pub(super) fn arena(name: &str, fields: &mut Fields<'_>) -> Option<(&'static str, Body)> {
    if let Some((light, value)) =
        ["inlb", "insl", "inth"].into_iter().find_map(|light| Some((light, after(name, light)?)))
    {
        let value = Some(value).filter(|value| !value.is_empty()).or_else(|| fields.next()).unwrap_or_default();
        let value = value.trim_matches(':').trim();
        let value = (!value.is_empty()).then(|| value.to_owned());
        return Some((light, Body::Console(Console::Setting { name: light, value })));
    }
    let (_, word) = after(name, "Udp Port ")?.split_once(' ')?;
    let word = ["connected", "disconnected"].into_iter().find(|known| known.eq_ignore_ascii_case(word.trim()))?;
    Some(("Udp Port", state(word)))
}

/// What follows a beginning, in any letter case.
fn after<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let (first, rest) = text.split_at_checked(beginning.len())?;
    first.eq_ignore_ascii_case(beginning).then_some(rest)
}

fn state(state: &'static str) -> Body {
    Body::Console(Console::State { state })
}

/// A message whose only field is a fixed word; another word is noted, none is fine.
fn word(expected: &str, body: Body, fields: &mut Fields<'_>) -> Body {
    if let Some(word) = fields.next()
        && !word.is_empty()
        && !word.eq_ignore_ascii_case(expected)
    {
        fields.note(format!("`{word}` where `{expected}` was expected"));
    }
    body
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

fn timeout(side: Side, fields: &mut Fields<'_>) -> Result<Body, Reason> {
    Ok(Body::Timeout(Timeout { side, seconds: seconds(fields)?, action: clock_action(fields)? }))
}

fn injury(side: MaybeSide, fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let seconds = seconds(fields)?;
    let action = match fields.value("action") {
        None => None,
        Some(word) if word.eq_ignore_ascii_case("show") => Some(InjuryAction::Show),
        Some(word) if word.eq_ignore_ascii_case("hide") => Some(InjuryAction::Hide),
        Some(word) if word.eq_ignore_ascii_case("reset") => Some(InjuryAction::Reset),
        Some(word) => return Err(format!("`action` is `{word}`, and must be show, hide or reset")),
    };
    Ok(Body::Injury(Injury { side, seconds, action }))
}

fn hit(side: Side, fields: &mut Fields<'_>) -> Result<Body, Reason> {
    Ok(Body::Hit(Hit { side, level: fields.required("level", 1..=100)? }))
}

fn point(side: Side, fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let code = fields.required("technique", 1..=5u8)?;
    let technique = Technique::from_repr(code).unwrap_or(Technique::TechnicalHead);
    Ok(Body::Point(Point { side, technique, points: technique.points() }))
}

fn leader(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let side = match fields.required("side", 0..=2u8)? {
        0 => MaybeSide::None,
        1 => MaybeSide::Blue,
        _ => MaybeSide::Red,
    };
    Ok(Body::Leader(Leader { side }))
}

fn round(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    Ok(Body::Round(Round { round: fields.required("round", 1..=99)? }))
}

fn winner(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let word = fields.value("winner").ok_or("`winner` is missing")?;
    Ok(Body::Winner(Winner { winner: winner_named("winner", word)? }))
}

/// Reads `BLUE`, `RED` or `TIE`, in any letter case, of the field `name`.
pub(super) fn winner_named(name: &str, word: &str) -> Result<BoutWinner, Reason> {
    match word.to_ascii_uppercase().as_str() {
        "BLUE" => Ok(BoutWinner::Blue),
        "RED" => Ok(BoutWinner::Red),
        "TIE" => Ok(BoutWinner::Tie),
        _ => Err(format!("`{name}` is `{word}`, and must be BLUE, RED or TIE")),
    }
}

/// `1-2 PTF`: the rounds, then the decision.
fn result(fields: &mut Fields<'_>) -> Body {
    let decided = |text: &str| text.rsplit(' ').next().and_then(|word| word.to_ascii_uppercase().parse().ok());
    let name = fields.text("name");
    // Not every sender sends the result.
    if fields.is_over() {
        return Body::Result(ResultBanner { name, ..ResultBanner::default() });
    }
    let banner = fields.peek();
    let decision: Option<Decision> = banner.and_then(decided);
    let result = if decision.is_some() {
        fields.next().and_then(|banner| banner.rsplit_once(' ')).map(|(result, _)| result.trim())
    } else {
        // Of a banner that is cut, the rounds are complete if something follows them.
        let rounds = banner.and_then(|banner| banner.split_once(' ')).map(|(rounds, _)| rounds);
        let rounds = rounds.filter(|rounds| are_rounds(rounds));
        fields.value(if rounds.is_some() { "decision" } else { "result" }).or(rounds)
    };
    Body::Result(ResultBanner { name, result: result.map(str::to_owned), decision })
}

/// Whether a text gives the rounds won, such as `2-1`.
fn are_rounds(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(blue, red)| is_number(blue) && is_number(red))
}

fn is_country(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn athletes(fields: &mut Fields<'_>) -> Body {
    fn is_other(name: &str) -> bool {
        name.eq_ignore_ascii_case("at2")
    }
    fn athlete(fields: &mut Fields<'_>, names: [&'static str; 3]) -> Athlete {
        // The next athlete's name ends this one, however many fields there were.
        let here = |fields: &Fields<'_>| !fields.peek().is_some_and(is_other) && !fields.is_cut_name("at2");
        Athlete {
            short_name: if here(fields) { fields.text(names[0]) } else { None },
            long_name: if here(fields) { fields.text(names[1]) } else { None },
            country: if here(fields) { fields.code_if(names[2], is_country) } else { None },
        }
    }
    let blue = athlete(fields, ["blue.short_name", "blue.long_name", "blue.country"]);
    if fields.go_to(is_other) || fields.is_cut_name("at2") {
        fields.next();
    } else if fields.peek().is_some() {
        // The fields there need not be those of the other athlete.
        return Body::Athletes(Athletes { blue, red: Athlete::default() });
    }
    let red = athlete(fields, ["red.short_name", "red.long_name", "red.country"]);
    Body::Athletes(Athletes { blue, red })
}

fn officials(fields: &mut Fields<'_>) -> Body {
    const NAMES: [&str; 6] = ["ju1", "ju2", "ju3", "ju4", "ju5", "ta"];
    let is_name = |field: &str| NAMES.iter().any(|name| name.eq_ignore_ascii_case(field));
    let official = |fields: &mut Fields<'_>| {
        let here = |fields: &Fields<'_>| fields.peek().is_some_and(|next| !is_name(next));
        Official {
            name: if here(fields) { fields.text("name") } else { None },
            country: if here(fields) { fields.code_if("country", is_country) } else { None },
        }
    };
    let referee = official(fields);
    let mut judges = Vec::with_capacity(3);
    while fields.go_to(is_name) {
        fields.next();
        judges.push(official(fields));
    }
    Body::Officials(Officials { referee, judges })
}

fn bout_config(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let number = fields.code("number");
    let phase = fields.text("phase");
    let (gender, weight_class) = weight_class(fields.code("weight_class"));
    // A number, or empty; what it means is not known.
    fields.next();
    let colours = Colours {
        blue: SideColours { background: fields.code("colours"), foreground: fields.code("colours") },
        red: SideColours { background: fields.code("colours"), foreground: fields.code("colours") },
    };
    let colours = (colours != Colours::default()).then_some(colours);
    let internal_id = fields.code("internal_id");
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
    Ok(Body::BoutConfig(Box::new(BoutConfig {
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
    })))
}

/// TK-Strike puts `MEN ` or `WOMEN ` before the weight class.
fn weight_class(text: Option<String>) -> (Option<Gender>, Option<String>) {
    let Some(text) = text else { return (None, None) };
    let (word, class) = text.split_once(' ').unwrap_or((&text, ""));
    let gender = if word.eq_ignore_ascii_case("MEN") {
        Gender::Men
    } else if word.eq_ignore_ascii_case("WOMEN") {
        Gender::Women
    } else {
        return (None, Some(text));
    };
    let class = class.trim();
    (Some(gender), (!class.is_empty()).then(|| class.to_owned()))
}

fn review(side: Requester, fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let state = match fields.value("state") {
        // The rest of an answer that was cut is no request.
        None if fields.is_cut() => return Err("`state` is missing".to_owned()),
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
    Ok(Body::Review(Review { side, state, verdict }))
}

fn round_statistics(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let round = fields.required("round", 1..=99)?;
    let mut side = |name: &str| {
        match fields.peek() {
            Some(field) if field.eq_ignore_ascii_case(name) || fields.is_cut_name(name) => fields.next(),
            None if fields.is_cut() => None,
            other => return Err(format!("`{}` where `{name}` was expected", other.unwrap_or_default())),
        };
        let mut count = |what| fields.counted(what, 0..=999);
        Ok(SideStatistics {
            body: count("body")?,
            head: count("head")?,
            punch: count("punch")?,
            technical: [count("technical")?, count("technical")?],
            // An empty field at the end of the message looks like none.
            gam_jeom: fields.number("gam_jeom", 0..=999)?,
        })
    };
    Ok(Body::RoundStatistics(Box::new(RoundStatistics { round, blue: side("st1")?, red: side("st2")? })))
}

fn video_quota(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    Ok(Body::VideoQuota(VideoQuota { value: fields.required("value", 0..=u32::MAX)? }))
}

fn hardware_test(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let (state, hit) = match fields.required("state", 0..=5u8)? {
        0 => (TestState::Closed, None),
        1 => (TestState::Opened, None),
        2 => (TestState::Hit, Some((Side::Blue, Target::Body))),
        3 => (TestState::Hit, Some((Side::Blue, Target::Head))),
        4 => (TestState::Hit, Some((Side::Red, Target::Body))),
        _ => (TestState::Hit, Some((Side::Red, Target::Head))),
    };
    let (side, target) = hit.unzip();
    Ok(Body::HardwareTest(HardwareTest { state, side, target }))
}
