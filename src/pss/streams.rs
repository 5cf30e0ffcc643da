//! The documented streams: the fields of each → the body of an event.

use super::fields::{Fields, Reason, is_null};
use super::{clock, groups};
use crate::countries;
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
    Ok(Body::Point(Point { side, technique, points: technique.points(), level: None }))
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
    let winner = winner_named("winner", word)?;
    let other = fields.peek().and_then(|word| winner_named("winner", word).ok()).filter(|other| *other != winner);
    match other {
        Some(other) => Err(format!("`winner` is sent twice, as {winner} and as {other}")),
        None => Ok(Body::Winner(Winner { winner })),
    }
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
    let banner = fields.left().skip(1).position(is_banner);
    let name = fields.joined("name", banner.map_or(1, |after| after + 1));
    // Not every sender sends the result.
    if fields.is_over() {
        return Body::Result(ResultBanner { name, ..ResultBanner::default() });
    }
    let banner = fields.peek().unwrap_or_default();
    let (before, last) = banner.rsplit_once(' ').unwrap_or(("", banner));
    let decision = decision_of(last);
    if decision.is_some() && (before.is_empty() || are_rounds(before)) {
        fields.next();
        let result = Some(before.to_owned()).filter(|result| !result.is_empty());
        return Body::Result(ResultBanner { name, result, decision });
    }
    if decision.is_some() || is_null(last) && !before.is_empty() {
        fields.next();
        let (result, decision) = pasted(fields, banner);
        return Body::Result(ResultBanner { name, result, decision });
    }
    // Of a banner that is cut, the rounds are complete if something follows them.
    let rounds = banner.split_once(' ').map(|(rounds, _)| rounds).filter(|rounds| are_rounds(rounds));
    let result = fields.value(if rounds.is_some() { "decision" } else { "result" }).or(rounds);
    if let Some(result) = result.filter(|result| !is_banner(result)) {
        fields.note(format!("`result` is `{result}`, which is neither rounds such as `2-1` nor a decision"));
    }
    let decision = fields.peek().and_then(decision_of);
    if decision.is_some() {
        fields.next();
        fields.note("`decision` is in a field of its own");
    }
    Body::Result(ResultBanner { name, result: result.map(str::to_owned), decision })
}

/// The result and the decision of a banner that a sender has put together from its parts; either may be `null`.
fn pasted(fields: &mut Fields<'_>, banner: &str) -> (Option<String>, Option<Decision>) {
    let (decisions, others): (Vec<_>, Vec<_>) = banner.split_whitespace().partition(|word| decision_of(word).is_some());
    let (nulls, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|word| is_null(word));
    let result = others.join(" ");
    let rounds: Vec<_> = others.into_iter().filter(|word| are_rounds(word)).collect();
    let mut one = |name: &str, words: &[&str]| match words {
        [first, rest @ ..] => {
            let other = rest.iter().find(|word| !word.eq_ignore_ascii_case(first));
            if let Some(other) = other {
                fields.note(format!("`{name}` is both {first} and {other}: taken as absent"));
            }
            other.is_none()
        }
        [] => true,
    };
    let (is_one_result, is_one_decision) = (one("result", &rounds), one("decision", &decisions));
    if !nulls.is_empty() {
        for (name, is_absent) in [("result", result.is_empty()), ("decision", decisions.is_empty())] {
            if is_absent {
                fields.note(format!("`{name}` is `null`: taken as absent"));
            }
        }
    }
    let result = Some(result).filter(|result| is_one_result && !result.is_empty());
    (result, decisions.first().filter(|_| is_one_decision).and_then(|word| decision_of(word)))
}

fn decision_of(word: &str) -> Option<Decision> {
    word.to_ascii_uppercase().parse().ok()
}

/// Whether a text is a result: it begins with the rounds or ends with a decision.
fn is_banner(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    are_rounds(first) || decision_of(words.next_back().unwrap_or(first)).is_some()
}

/// Whether a text gives the rounds won, such as `2-1`.
fn are_rounds(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('-').is_some_and(|(blue, red)| is_number(blue) && is_number(red))
}

fn is_country(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// How many of these fields are names before the country: more than there should be if a name has a `;` within.
fn names_before_country<'a>(fields: impl Iterator<Item = &'a str>, names: usize) -> usize {
    let is_known = |field: &str| is_country(field) && countries::name(field).is_some();
    let more = fields.take_while(|field| !field.is_empty()).skip(names).position(is_known);
    names + more.unwrap_or(0)
}

/// Where the long name begins in the parts of both names, which were separated by a `;`; none if that is not known. The
/// short name has no word that the long one has not, and if the `;` was typed, both have it.
fn long_name(parts: &[&str]) -> Option<usize> {
    let words = |parts: &[&str]| -> Vec<String> {
        let words = parts.iter().flat_map(|part| part.split_whitespace());
        words.filter(|word| !word.ends_with('.')).map(str::to_lowercase).collect()
    };
    let fits = |at: &usize| {
        let (short, long) = parts.split_at(*at);
        let (short, long) = (words(short), words(long));
        !short.is_empty() && short.iter().all(|word| long.contains(word))
    };
    let middle = Some(parts.len() / 2).filter(|middle| middle * 2 == parts.len()).filter(fits);
    let mut all = (1..parts.len()).filter(fits);
    middle.or_else(|| all.next().filter(|_| all.next().is_none()))
}

fn athletes(fields: &mut Fields<'_>) -> Body {
    fn is_other(name: &str) -> bool {
        name.eq_ignore_ascii_case("at2")
    }
    /// The names of an athlete, of which one has a `;` within.
    fn divided(fields: &mut Fields<'_>, side: &str, count: usize, country: &'static str) -> Athlete {
        let parts: Vec<_> = (0..count).filter_map(|_| fields.next()).collect();
        let (short_name, long_name) = match long_name(&parts) {
            Some(at) => {
                fields.note(format!("`{side}` has a `;` within a name"));
                let (short, long) = parts.split_at(at);
                (Some(short.join(";")), long.join(";"))
            }
            None => {
                fields.note(format!("`{side}` has a `;` within a name: where the short name ends is not known"));
                (None, parts.join(";"))
            }
        };
        Athlete { short_name, long_name: Some(long_name), country: fields.code_if(country, is_country) }
    }
    fn athlete(fields: &mut Fields<'_>, side: &str, names: [&'static str; 3]) -> Athlete {
        let own = fields.left().take_while(|field| !is_other(field));
        let count = names_before_country(own, 2);
        if count > 2 {
            return divided(fields, side, count, names[2]);
        }
        // The next athlete's name ends this one, however many fields there were.
        let here = |fields: &Fields<'_>| !fields.peek().is_some_and(is_other) && !fields.is_cut_name("at2");
        Athlete {
            short_name: if here(fields) { fields.text(names[0]) } else { None },
            long_name: if here(fields) { fields.text(names[1]) } else { None },
            country: if here(fields) { fields.code_if(names[2], is_country) } else { None },
        }
    }
    let blue = athlete(fields, "blue", ["blue.short_name", "blue.long_name", "blue.country"]);
    if fields.go_to(is_other) || fields.is_cut_name("at2") {
        fields.next();
    } else if fields.peek().is_some() {
        // The fields there need not be those of the other athlete.
        return Body::Athletes(Athletes { blue, red: Athlete::default() });
    }
    let red = athlete(fields, "red", ["red.short_name", "red.long_name", "red.country"]);
    Body::Athletes(Athletes { blue, red })
}

fn officials(fields: &mut Fields<'_>) -> Body {
    const NAMES: [&str; 6] = ["ju1", "ju2", "ju3", "ju4", "ju5", "ta"];
    let is_name = |field: &str| NAMES.iter().any(|name| name.eq_ignore_ascii_case(field));
    let official = |fields: &mut Fields<'_>| {
        let here = |fields: &Fields<'_>| fields.peek().is_some_and(|next| !is_name(next));
        Official {
            name: if here(fields) {
                let own = fields.left().take_while(|field| !is_name(field));
                fields.joined("name", names_before_country(own, 1))
            } else {
                None
            },
            country: if here(fields) { fields.code_if("country", is_country) } else { None },
        }
    };
    let referee = official(fields);
    let mut judges = Vec::with_capacity(3);
    let mut sent = [false; NAMES.len()];
    while fields.go_to(is_name) {
        let name = fields.next().unwrap_or_default();
        let place = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name));
        if place.and_then(|place| sent.get_mut(place)).is_some_and(|sent| std::mem::replace(sent, true)) {
            fields.note(format!("`{name}` is sent twice"));
        }
        judges.push(official(fields));
    }
    Body::Officials(Officials { referee, judges })
}

fn bout_config(fields: &mut Fields<'_>) -> Result<Body, Reason> {
    let number = fields.code("number");
    let (phase, class) = phase_and_weight_class(fields);
    let (gender, weight_class) = weight_class(class);
    // A number, or empty; what it means is not known.
    fields.next();
    let colours = Colours {
        blue: SideColours { background: fields.code("colours"), foreground: fields.code("colours") },
        red: SideColours { background: fields.code("colours"), foreground: fields.code("colours") },
    };
    let colours = (colours != Colours::default()).then_some(colours);
    let internal_id = fields.code("internal_id");
    let is_direction = |field: &str| ["cntDown", "cntUp"].iter().any(|word| word.eq_ignore_ascii_case(field));
    let division_ends = fields.left().position(is_direction);
    let division = fields.joined("division", division_ends.map_or(1, |at| at.saturating_sub(2)).max(1));
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

/// The fields before the colours. If they are too many, the phase has a `;` within, and the weight class has a digit.
fn phase_and_weight_class(fields: &mut Fields<'_>) -> (Option<String>, Option<String>) {
    const USUAL: usize = 3;
    let is_colour = |field: &&str| field.starts_with('#');
    let before = fields.left().position(|field| is_colour(&field)).unwrap_or(USUAL);
    let are_all = fields.left().skip(before).take(4).filter(is_colour).count() == 4;
    if before <= USUAL || !are_all {
        return (fields.text("phase"), fields.words("weight_class"));
    }
    let has_class = fields.left().nth(before - 2).is_some_and(|class| class.bytes().any(|byte| byte.is_ascii_digit()));
    if has_class {
        (fields.joined("phase", before - 2), fields.words("weight_class"))
    } else {
        (fields.joined("phase", before - 1), None)
    }
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
