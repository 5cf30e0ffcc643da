//! The logical order of the messages of a burst.

use std::cmp::Ordering;

use crate::event::{
    Body, Clock, ClockAction, Counts, InjuryAction, MaybeSide, Pair, ResultBanner, ReviewState, RoundScore,
};

/// The place of a message among those of its burst: its rank, and its value among messages of the same rank.
pub(super) type Place = (u8, i64);

/// The place of a message, given which way the round clock runs.
pub(super) fn place(body: &Body, counts: Option<Counts>) -> Place {
    match body {
        Body::BoutLoaded {} => (0, 0),
        Body::BoutConfig(_) => (1, 0),
        Body::Athletes(_) | Body::Officials(_) => (2, 0),
        Body::BoutReady {} => (3, 0),
        Body::Round(round) => (4, round.round.into()),
        // The table may show that another round is on.
        Body::RoundScores(scores) => {
            let sum = |round: &RoundScore| sum(&Pair { blue: round.blue, red: round.red });
            (5, scores.rounds.iter().map(sum).sum())
        }
        // Senders clear the leader before they name the new one.
        Body::Leader(leader) => (6, i64::from(leader.side != MaybeSide::None)),
        Body::Hit(_) => (7, 0),
        Body::Point(_) => (8, 0),
        Body::TechnicalBonus(_) => (8, 1),
        Body::Penalties(count) => (9, sum(count)),
        Body::Score(score) => (10, sum(score)),
        Body::Clock(clock) => (11, within_clock(clock, counts)),
        Body::Rest(rest) => (12, -i64::from(rest.seconds)),
        Body::RoundWinners(_) => (13, 0),
        // The banner comes first, because the end of the bout includes the decision.
        Body::Result(result) => (14, completeness(result)),
        Body::Winner(_) => (15, 0),
        Body::Review(review) => match review.state {
            ReviewState::Requested => (16, 0),
            ReviewState::Accepted | ReviewState::Rejected => (16, 1),
            ReviewState::Closed => (16, 2),
        },
        Body::KyeShi {} => (17, 0),
        Body::Injury(injury) => match injury.action {
            Some(InjuryAction::Show) => (17, 0),
            None => (17, 1),
            Some(InjuryAction::Reset) => (17, 2),
            Some(InjuryAction::Hide) => (17, 3),
        },
        _ => (20, 0),
    }
}

/// How much of the result a banner has.
pub(super) fn completeness(result: &ResultBanner) -> i64 {
    i64::from(result.result.is_some()) + i64::from(result.decision.is_some())
}

fn sum(pair: &Pair) -> i64 {
    i64::from(pair.blue.unwrap_or(0)) + i64::from(pair.red.unwrap_or(0))
}

/// A clock starts, ticks, stops, is corrected and ends.
fn within_clock(clock: &Clock, counts: Option<Counts>) -> i64 {
    const STEP: i64 = 1 << 40;
    let seconds = i64::from(clock.seconds);
    let forward = if counts == Some(Counts::Up) { seconds } else { -seconds };
    match clock.action {
        Some(ClockAction::Start) => -STEP,
        None => forward,
        // One that counts up is set back after its end.
        Some(ClockAction::Stop) if counts == Some(Counts::Up) && clock.seconds == 0 => 4 * STEP,
        Some(ClockAction::Stop) => STEP + forward,
        Some(ClockAction::Correction) => 2 * STEP,
        Some(ClockAction::End) => 3 * STEP,
    }
}

/// Orders two messages of the same place, so that two different messages always have an order.
pub(super) fn tie(one: &Body, other: &Body) -> Ordering {
    if one == other {
        return Ordering::Equal;
    }
    let text = |body: &Body| serde_json::to_string(body).unwrap_or_default();
    text(one).cmp(&text(other))
}
