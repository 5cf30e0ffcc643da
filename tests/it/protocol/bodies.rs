//! Any body that a sender can send.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use vta::event::*;

/// A text as it can stand in a field: anything but what parts fields, and what is a word of the protocol's own.
fn text() -> impl Strategy<Value = String> {
    r"[\p{L}\p{N}\p{P}\p{S}]([\p{L}\p{N}\p{P}\p{S} ]{0,10}[\p{L}\p{N}\p{P}\p{S}])?"
        .prop_map(|text| text.replace(';', ","))
        .prop_filter("a word of the protocol", |text| {
            let decision = text.to_ascii_uppercase().rsplit(' ').next().is_some_and(|w| w.parse::<Decision>().is_ok());
            let words = ["null", "at2", "ta", "ju1", "ju2", "ju3", "ju4", "ju5", "MEN", "WOMEN"];
            let first = text.split(' ').next().unwrap_or_default();
            !decision && !words.iter().any(|word| word.eq_ignore_ascii_case(first))
        })
}

fn side() -> impl Strategy<Value = Side> {
    select(&[Side::Blue, Side::Red][..])
}

fn maybe_side() -> impl Strategy<Value = MaybeSide> {
    of(side()).prop_map(MaybeSide::from)
}

fn athlete() -> impl Strategy<Value = Athlete> {
    let country = of(prop_oneof!["[A-Z]{3}", text()]);
    (of(text()), of(text()), country).prop_map(|(short_name, long_name, country)| Athlete {
        short_name,
        long_name,
        country,
    })
}

fn official() -> impl Strategy<Value = Official> {
    (of(text()), of("[A-Z]{3}")).prop_map(|(name, country)| Official { name, country })
}

/// At least one value: a message without any is the answer of a console that has no value yet.
fn officials() -> impl Strategy<Value = Officials> {
    (official(), vec(official(), 0..=5))
        .prop_map(|(referee, judges)| Officials { referee, judges })
        .prop_filter("nothing", |officials| *officials != Officials::default())
}

fn colours() -> impl Strategy<Value = Option<Colours>> {
    let side = || {
        (of("#[0-9a-f]{6}"), of("#[0-9a-f]{6}"))
            .prop_map(|(background, foreground)| SideColours { background, foreground })
    };
    of((side(), side()).prop_map(|(blue, red)| Colours { blue, red }))
        .prop_map(|colours| colours.filter(|colours| *colours != Colours::default()))
}

fn bout_config() -> impl Strategy<Value = BoutConfig> {
    let gender = of(select(&[Gender::Men, Gender::Women][..]));
    let counts = of(select(&[Counts::Down, Counts::Up][..]));
    let texts = (of(text()), of(text()), of(text()), of(text()), of(text()));
    let numbers = (of(0u8..=99), of(0u32..=3600), of(0u32..=1000), of(0u32..=1000));
    (texts, numbers, gender, counts, colours()).prop_map(|(texts, numbers, gender, counts, colours)| {
        let (number, phase, weight_class, division, internal_id) = texts;
        let (rounds, round_seconds, body_threshold, head_threshold) = numbers;
        BoutConfig {
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
        }
    })
}

fn clock() -> impl Strategy<Value = Clock> {
    let action = [ClockAction::Start, ClockAction::Stop, ClockAction::Correction, ClockAction::End];
    (0u32..=9999 * 60, of(select(action.to_vec()))).prop_map(|(seconds, action)| Clock { seconds, action })
}

fn injury() -> impl Strategy<Value = Injury> {
    let action = of(select(&[InjuryAction::Show, InjuryAction::Hide, InjuryAction::Reset][..]));
    (maybe_side(), 0u32..6000, action).prop_map(|(side, seconds, action)| Injury { side, seconds, action })
}

fn point() -> impl Strategy<Value = Point> {
    use Technique::*;
    let techniques = [(Punch, 1), (Body, 2), (Head, 3), (TechnicalBody, 4), (TechnicalHead, 5)];
    (side(), select(techniques.to_vec())).prop_map(|(side, (technique, points))| Point {
        side,
        technique,
        points,
        level: None,
    })
}

fn pair() -> impl Strategy<Value = Pair> {
    (of(0u16..=999), of(0u16..=999)).prop_map(|(blue, red)| Pair { blue, red })
}

fn round_scores() -> impl Strategy<Value = RoundScores> {
    prop::collection::btree_map(1u8..=9, pair(), 1..5).prop_map(|rounds| RoundScores {
        rounds: rounds.into_iter().map(|(round, Pair { blue, red })| RoundScore { round, blue, red }).collect(),
    })
}

fn result() -> impl Strategy<Value = ResultBanner> {
    use Decision::*;
    let decisions = [Rsc, Ptf, Ptg, Gdp, Sup, Wdr, Dsq, Pun, Dqb, Pts, Irm, Csc, Bko, Hko];
    (of(text()), of(prop_oneof!["[0-9]{1,2}-[0-9]{1,2}", text()]), of(select(decisions.to_vec())))
        .prop_map(|(name, result, decision)| ResultBanner { name, result, decision })
        .prop_filter("nothing", |result| *result != ResultBanner::default())
        .prop_filter("neither rounds nor a decision", |banner| {
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let rounds = banner.result.as_deref().unwrap_or("0-0").split_once('-');
            banner.decision.is_some() || rounds.is_some_and(|(blue, red)| is_number(blue) && is_number(red))
        })
}

fn review() -> impl Strategy<Value = Review> {
    use ReviewState::*;
    let states = [
        (Requested, None),
        (Rejected, None),
        (Closed, None),
        (Accepted, None),
        (Accepted, Some(Verdict::Won)),
        (Accepted, Some(Verdict::Lost)),
    ];
    (select(&[Requester::Referee, Requester::Blue, Requester::Red][..]), select(states.to_vec()))
        .prop_map(|(side, (state, verdict))| Review { side, state, verdict })
}

fn statistics() -> impl Strategy<Value = RoundStatistics> {
    let side = || {
        let count = || of(0u16..=999);
        [count(), count(), count(), count(), count(), count()].prop_map(|[body, head, punch, one, two, gam_jeom]| {
            SideStatistics { body, head, punch, technical: [one, two], gam_jeom }
        })
    };
    (1u8..=99, side(), side()).prop_map(|(round, blue, red)| RoundStatistics { round, blue, red })
}

fn hardware_test() -> impl Strategy<Value = HardwareTest> {
    let bare = |state| HardwareTest { state, side: None, target: None };
    prop_oneof![
        Just(bare(TestState::Opened)),
        Just(bare(TestState::Closed)),
        (side(), select(&[Target::Body, Target::Head][..])).prop_map(|(side, target)| HardwareTest {
            state: TestState::Hit,
            side: Some(side),
            target: Some(target),
        }),
    ]
}

fn console() -> impl Strategy<Value = Console> {
    prop_oneof![
        select(&["up", "down", "connected", "disconnected"][..]).prop_map(|state| Console::State { state }),
        Just(Console::Setting { name: "rsr", value: None }),
        (select(&["inlb", "insl", "inth"][..]), of("[0-9]{1,3}"))
            .prop_map(|(name, value)| Console::Setting { name, value }),
    ]
}

/// Any body that a sender can send, of every kind.
pub fn body() -> impl Strategy<Value = Body> {
    let who = (athlete(), athlete()).prop_map(|(blue, red)| Body::Athletes(Athletes { blue, red }));
    let winners = vec(of(side()), 1..=5).prop_map(|winners| Body::RoundWinners(RoundWinners { winners }));
    let winner = select(&[BoutWinner::Blue, BoutWinner::Red, BoutWinner::Tie][..]);
    let timeout = (side(), clock());
    let said_often = prop_oneof![
        clock().prop_map(Body::Clock),
        clock().prop_map(Body::Rest),
        point().prop_map(Body::Point),
        (side(), 1u8..=100).prop_map(|(side, level)| Body::Hit(Hit { side, level })),
        pair().prop_map(Body::Score),
        pair().prop_map(Body::Penalties),
        round_scores().prop_map(Body::RoundScores),
        maybe_side().prop_map(|side| Body::Leader(Leader { side })),
        injury().prop_map(Body::Injury),
        timeout.prop_map(|(side, clock)| Body::Timeout(Timeout { side, seconds: clock.seconds, action: clock.action })),
    ];
    let said_once_a_bout = prop_oneof![
        Just(Body::BoutLoaded {}),
        Just(Body::BoutReady {}),
        who,
        officials().prop_map(Body::Officials),
        bout_config().prop_map(|config| Body::BoutConfig(Box::new(config))),
        (1u8..=99).prop_map(|round| Body::Round(Round { round })),
        winners,
        winner.prop_map(|winner| Body::Winner(Winner { winner })),
        result().prop_map(Body::Result),
    ];
    let said_seldom = prop_oneof![
        review().prop_map(Body::Review),
        statistics().prop_map(|statistics| Body::RoundStatistics(Box::new(statistics))),
        any::<u32>().prop_map(|value| Body::VideoQuota(VideoQuota { value })),
        hardware_test().prop_map(Body::HardwareTest),
        console().prop_map(Body::Console),
    ];
    prop_oneof![said_often, said_once_a_bout, said_seldom]
}
