//! What can happen while the clock of a round runs.

use fastrand::Rng;

use super::card::Rules;
use super::fight::{Fight, Victory};
use crate::event::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Incident {
    /// A hit that does not score.
    Hit,
    Score(Technique),
    GamJeom,
    /// The referee stops the bout for a moment.
    TimeOut,
    Injury,
    Review,
    /// The operator corrects the clock.
    Correction,
    /// An athlete takes a time-out; Para taekwondo only.
    ParaTimeOut,
    Disqualification,
}

/// How often each happens, in parts of their sum; scores and time-outs are about as frequent as on a real day.
const SHARES: [(u32, Incident); 13] = [
    (330, Incident::Hit),
    (270, Incident::Score(Technique::Body)),
    (60, Incident::Score(Technique::Punch)),
    (60, Incident::Score(Technique::Head)),
    (20, Incident::Score(Technique::TechnicalBody)),
    (10, Incident::Score(Technique::TechnicalHead)),
    (60, Incident::GamJeom),
    (230, Incident::TimeOut),
    (10, Incident::Injury),
    (20, Incident::Review),
    (6, Incident::Correction),
    (10, Incident::ParaTimeOut),
    (1, Incident::Disqualification),
];

pub(super) fn draw(rng: &mut Rng) -> Incident {
    let mut at = rng.u32(..SHARES.iter().map(|(share, _)| share).sum::<u32>());
    for (share, incident) in SHARES {
        match at.checked_sub(share) {
            Some(rest) => at = rest,
            None => return incident,
        }
    }
    Incident::Hit
}

pub(super) enum After {
    Runs,
    Stopped,
    Over(Victory),
}

impl Incident {
    pub(super) fn happens(self, fight: &mut Fight<'_>) -> After {
        match self {
            Self::Hit => {
                let side = fight.random_side();
                let hit = fight.hit(side, 1..=fight.card.body_threshold - 1);
                fight.console.send([Body::Hit(hit)]);
                After::Runs
            }
            Self::Score(technique) => {
                score(fight, technique);
                After::Runs
            }
            Self::GamJeom => {
                fight.stop();
                fight.pause(500..=3_000);
                let side = fight.random_side();
                fight.board.tally(side).gam_jeom += 1;
                fight.console.penalised(&fight.board);
                fight.pause(1_000..=4_000);
                After::Stopped
            }
            Self::TimeOut => {
                fight.stop();
                fight.pause(1_000..=9_000);
                After::Stopped
            }
            Self::Injury => injury(fight),
            Self::Review => review(fight),
            Self::Correction => {
                fight.stop();
                fight.pause(2_000..=6_000);
                fight.correct_clock();
                fight.pause(1_000..=4_000);
                After::Stopped
            }
            Self::ParaTimeOut => para_time_out(fight),
            Self::Disqualification => {
                fight.stop();
                fight.pause(10_000..=40_000);
                After::Over(Victory { winner: fight.random_side(), decision: Decision::Dsq })
            }
        }
    }
}

fn score(fight: &mut Fight<'_>, technique: Technique) {
    let technique = match technique {
        // Kicks to the head are not allowed there.
        Technique::Head if fight.card.rules == Rules::Para => Technique::Body,
        Technique::TechnicalHead if fight.card.rules == Rules::Para => Technique::TechnicalBody,
        technique => technique,
    };
    let side = fight.attacker();
    let threshold = match technique {
        Technique::Punch => None,
        Technique::Body | Technique::TechnicalBody => Some(fight.card.body_threshold),
        Technique::Head | Technique::TechnicalHead => Some(fight.card.head_threshold),
    };
    // Judges give punches; of kicks, too, not every point has its hit.
    let felt = threshold.filter(|_| fight.rng.u8(..7) > 0);
    let hit = felt.map(|threshold| fight.hit(side, threshold..=100));
    let point = fight.board.give(side, technique);
    fight.console.scored(&fight.board, hit, point);
}

/// The injury clock, for a minute at most; an athlete who has not recovered by then has lost.
fn injury(fight: &mut Fight<'_>) -> After {
    let side = fight.random_side();
    let who = if fight.rng.u8(..4) == 0 { MaybeSide::None } else { Some(side).into() };
    let recovers = who == MaybeSide::None || fight.rng.u8(..6) > 0;
    let until = if recovers { fight.rng.u32(20..58) } else { 0 };
    let message = |seconds, action| Body::Injury(Injury { side: who, seconds, action });
    fight.console.send([message(60, Some(InjuryAction::Show)), message(59, None)]);
    fight.console.wait(40);
    fight.stop();
    for seconds in (until..59).rev() {
        fight.console.wait(1_000);
        fight.console.send([message(seconds, None)]);
    }
    fight.console.wait(600);
    fight.console.send([message(until, Some(InjuryAction::Hide))]);
    if !recovers {
        return After::Over(Victory { winner: side.other(), decision: Decision::Rsc });
    }
    fight.pause(1_000..=4_000);
    After::Stopped
}

/// A video review, if the requester still has one.
fn review(fight: &mut Fight<'_>) -> After {
    let coach = fight.random_side();
    let side = match coach {
        _ if fight.rng.u8(..6) == 0 => Requester::Referee,
        Side::Blue => Requester::Blue,
        Side::Red => Requester::Red,
    };
    if side != Requester::Referee && !fight.may_request[coach as usize] {
        return After::Runs;
    }
    let message = |state, verdict| Body::Review(Review { side, state, verdict });
    fight.stop();
    fight.pause(800..=3_000);
    fight.console.send([message(ReviewState::Requested, None)]);
    fight.pause(5_000..=30_000);
    let answer = match fight.rng.u8(..10) {
        0 => message(ReviewState::Rejected, None),
        1..6 => message(ReviewState::Accepted, Some(Verdict::Lost)),
        _ => message(ReviewState::Accepted, Some(Verdict::Won)),
    };
    let won = matches!(answer, Body::Review(Review { verdict: Some(Verdict::Won), .. }));
    fight.console.send([answer, message(ReviewState::Closed, None)]);
    fight.pause(1_000..=3_000);
    if won {
        // The jury saw a kick that was not counted, or one of the opponent's that did not score.
        if fight.rng.bool() && fight.board.take_back(coach.other()) {
            fight.console.corrected(&fight.board);
        } else {
            let technique = if fight.card.rules == Rules::Para { Technique::Body } else { Technique::Head };
            let point = fight.board.give(coach, technique);
            fight.console.scored(&fight.board, None, point);
        }
        fight.pause(1_000..=3_000);
    } else if side != Requester::Referee {
        fight.may_request[coach as usize] = false;
    }
    After::Stopped
}

fn para_time_out(fight: &mut Fight<'_>) -> After {
    let side = fight.random_side();
    if !std::mem::take(&mut fight.may_rest[side as usize]) {
        return After::Runs;
    }
    let message = |seconds, action| Body::Timeout(Timeout { side, seconds, action });
    let until = if fight.rng.bool() { 0 } else { fight.rng.u32(10..50) };
    fight.stop();
    fight.pause(1_000..=2_000);
    fight.console.send([message(60, Some(ClockAction::Start))]);
    for seconds in (until.max(1)..60).rev() {
        fight.console.wait(1_000);
        fight.console.send([message(seconds, None)]);
    }
    fight.console.wait(1_000);
    let end = if until == 0 { ClockAction::End } else { ClockAction::Stop };
    fight.console.send([message(until, Some(end))]);
    fight.pause(1_000..=3_000);
    After::Stopped
}
