//! Made-up bouts keep the rules of the sport.

use std::collections::BTreeSet;

use strum::IntoEnumIterator;
use vta::event::*;
use vta::pss::Dialect;
use vta::simulator::{Bout, Bouts};

fn bouts(dialect: Dialect) -> impl Iterator<Item = Bout> {
    Bouts::new(1, 5, dialect).take(1500)
}

fn config(bout: &Bout) -> &BoutConfig {
    let config = bout.messages.iter().find_map(|message| match &message.body {
        Body::BoutConfig(config) => Some(&**config),
        _ => None,
    });
    config.unwrap()
}

fn is_para(bout: &Bout) -> bool {
    config(bout).rounds == Some(1)
}

/// What can be seen of a bout's clock, score and gam-jeom, from one message to the next.
#[derive(Default)]
struct Seen {
    round: u8,
    score: [u16; 2],
    gam_jeom: [u16; 2],
    /// What the points of the round come to.
    points: [u16; 2],
    corrected: bool,
}

impl Seen {
    fn see(&mut self, body: &Body) {
        let both = |pair: &Pair| [pair.blue.unwrap(), pair.red.unwrap()];
        match body {
            Body::Round(round) if round.round != self.round => *self = Self { round: round.round, ..Self::default() },
            Body::Point(point) => self.points[point.side as usize] += u16::from(point.points),
            Body::Score(score) => {
                let before = std::mem::replace(&mut self.score, both(score));
                self.corrected |= self.score[0] < before[0] || self.score[1] < before[1];
            }
            Body::Penalties(count) => self.gam_jeom = both(count),
            _ => {}
        }
    }

    fn gap(&self) -> u16 {
        self.score[0].abs_diff(self.score[1])
    }
}

#[test]
fn a_score_is_its_points_and_the_opponents_gam_jeom() {
    for dialect in Dialect::iter() {
        let mut compared = 0;
        for bout in bouts(dialect).take(200) {
            let mut seen = Seen::default();
            for message in bout.messages.chunk_by(|one, other| one.burst == other.burst) {
                message.iter().for_each(|message| seen.see(&message.body));
                let whole = message.iter().any(|message| matches!(message.body, Body::Point(_) | Body::Penalties(_)));
                // A tick can fall into a burst, and part it here.
                let has_score = message.iter().any(|message| matches!(message.body, Body::Score(_)));
                if whole && has_score && !seen.corrected {
                    let explained = [seen.points[0] + seen.gam_jeom[1], seen.points[1] + seen.gam_jeom[0]];
                    assert_eq!(seen.score, explained, "{dialect}: {}", bout.outcome);
                    compared += 1;
                }
            }
        }
        assert!(compared > 2000, "{compared}");
    }
}

#[test]
fn a_gap_of_twelve_and_five_gam_jeom_end_a_round() {
    let mut ended = [0, 0];
    for bout in bouts(Dialect::TkStrike3).filter(|bout| !is_para(bout)) {
        let mut seen = Seen::default();
        let mut is_over = false;
        for message in &bout.messages {
            seen.see(&message.body);
            match &message.body {
                Body::Round(_) => is_over = false,
                Body::Clock(Clock { action: Some(ClockAction::Start), .. }) => assert!(!is_over, "{}", bout.outcome),
                Body::Score(_) => is_over = seen.gap() >= 12 || seen.gam_jeom.iter().any(|count| *count >= 5),
                Body::Penalties(_) => is_over |= seen.gam_jeom.iter().any(|count| *count >= 5),
                Body::Clock(Clock { action: Some(ClockAction::End), .. }) if is_over => {
                    ended[usize::from(seen.gap() < 12)] += 1;
                }
                _ => {}
            }
        }
    }
    assert!(ended[0] > 100 && ended[1] > 3, "{ended:?}");
}

#[test]
fn who_wins_has_the_rounds_that_it_takes() {
    use Decision::*;
    for bout in bouts(Dialect::TkStrike3) {
        let outcome = &bout.outcome;
        let winners = bout.messages.iter().rev().find_map(|message| match &message.body {
            Body::RoundWinners(winners) => Some(winners.winners.clone()),
            _ => None,
        });
        let winners = winners.unwrap();
        let won = |side| winners.iter().filter(|winner| **winner == Some(side)).count();
        let needed = if is_para(&bout) { 1 } else { 2 };
        let (mine, others) = (won(outcome.winner), won(outcome.winner.other()));
        match outcome.banner.decision.unwrap() {
            Rsc | Wdr | Dsq => assert!(mine < needed && others < needed, "{outcome}"),
            Gdp => assert!(is_para(&bout) && outcome.rounds.len() == 2, "{outcome}"),
            _ => assert!(mine == needed && others < needed, "{outcome}"),
        }
    }
}

#[test]
fn all_that_a_bout_can_have_happens() {
    let mut happened = BTreeSet::new();
    for bout in bouts(Dialect::TkStrike3) {
        happened.insert(bout.outcome.banner.decision.unwrap().to_string());
        let loads = bout.messages.iter().filter(|message| matches!(message.body, Body::BoutLoaded {})).count();
        happened.insert(format!("{loads} loads"));
        for message in &bout.messages {
            happened.extend(match &message.body {
                Body::Point(point) => Some(point.technique.to_string()),
                Body::Review(Review { side, state, verdict }) => Some(format!("{side} {state} {verdict:?}")),
                Body::Injury(Injury { side, action: Some(_), .. }) => Some(format!("injury {side}")),
                Body::Timeout(Timeout { side, action: Some(action), .. }) => {
                    assert!(is_para(&bout));
                    Some(format!("time-out {side} {action}"))
                }
                Body::Clock(Clock { action: Some(action), .. }) => Some(action.to_string()),
                Body::Rest(Clock { action: Some(action), .. }) => Some(format!("rest {action}")),
                Body::Round(Round { round }) if is_para(&bout) => Some(format!("Para round {round}")),
                Body::Round(Round { round }) => Some(format!("round {round}")),
                _ => None,
            });
        }
    }
    insta::assert_snapshot!(happened.into_iter().collect::<Vec<_>>().join("\n"));
}

#[test]
fn time_never_runs_back_and_bursts_are_as_close_as_on_a_real_console() {
    for bout in bouts(Dialect::TkStrike3).take(100) {
        for pair in bout.messages.windows(2) {
            assert!(pair[0].at_ms <= pair[1].at_ms);
            if pair[0].burst == pair[1].burst {
                assert!((12..=17).contains(&(pair[1].at_ms - pair[0].at_ms)), "{pair:?}");
            }
        }
    }
}

#[test]
fn a_clock_ticks_once_a_second_while_it_runs() {
    for bout in bouts(Dialect::TkStrike3).take(100) {
        let clocks = bout.messages.iter().filter_map(|message| match message.body {
            Body::Clock(clock) => Some((message.at_ms, clock)),
            _ => None,
        });
        let mut before: Option<(u64, Clock)> = None;
        for (at, clock) in clocks {
            if let (Some((at_before, before)), None) = (before, clock.action)
                && before.action.is_none()
                && before.seconds > clock.seconds
            {
                assert_eq!(before.seconds, clock.seconds + 1, "at {at}");
                assert!((985..=1015).contains(&(at - at_before)), "at {at}");
            }
            before = Some((at, clock));
        }
    }
}
