//! How a bout begins and ends, and which bout a message belongs to.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::identity::names;
use super::inference::{self, Inference};
use super::model::*;
use crate::event::*;
use crate::time::{Offset, Time};

/// Messages of the bout before may come this long after the next one was loaded.
const LATE_MESSAGE_WINDOW: Duration = Duration::from_secs(1);
/// How long the winner may be named after the rounds and the banner have shown who it is.
const WINNER_TIMEOUT: Duration = Duration::from_secs(10);

/// That the rounds and the banner show who has won, and no message has named the winner.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, Serialize)]
pub(super) struct Unnamed {
    /// The message that has shown it.
    pub(super) cause: u64,
    /// When it came.
    pub(super) since: Time,
}

/// What a later session needs of it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct LifecycleState {
    replaced: Option<String>,
    load_received: bool,
    contradiction_reported: bool,
    rehearsal: bool,
    unnamed: Option<Unnamed>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Lifecycle {
    /// The bout before the one that is on.
    previous: Option<Arc<Bout>>,
    /// The number of a bout that had not begun when a bout was loaded in its place: it may be the same one.
    replaced: Option<String>,
    /// The burst has begun a load already: the messages of one load come in any order.
    load_begun: bool,
    /// The load of the bout was received, so that its scores and gam-jeom are 0 until a message says otherwise.
    pub(super) load_received: bool,
    /// That the winner contradicts the rounds was reported.
    contradiction_reported: bool,
    /// The winner is known, but has not been named.
    unnamed: Option<Unnamed>,
    /// The bout is one of an earlier session, and no message has shown yet that it goes on.
    resumed: bool,
    /// When the bout was loaded, by the court's time.
    loaded: Option<Time>,
    /// Bouts that are loaded now are rehearsals.
    pub(super) rehearsal: bool,
    /// How far the clock that people read is ahead of the court's time.
    pub(super) offset: Offset,
}

impl Lifecycle {
    /// Puts a bout of which nothing is known yet in the place of `bout`.
    pub(super) fn begin(&mut self, bout: &mut Arc<Bout>, at: Time) {
        let previous = self.replace(bout, bout.ordinal + 1, at);
        let Self { loaded, rehearsal, offset, .. } = *self;
        *self = Self { previous: Some(previous), load_begun: true, loaded, rehearsal, offset, ..Self::default() };
    }

    pub(super) fn load(&mut self, bout: &mut Arc<Bout>, at: Time) {
        if bout.ordinal == 0 || bout.has_begun() {
            self.begin(bout, at);
        } else {
            // Whether this is the same bout is known when its number comes; until then it takes the place of the one
            // that has not begun.
            self.replaced = self.replace(bout, bout.ordinal, at).config.number.clone();
            self.contradiction_reported = false;
            self.unnamed = None;
            self.resumed = false;
        }
        self.load_received = true;
    }

    /// Puts a new bout in the place of `bout`, and gives the one that it replaces.
    fn replace(&mut self, bout: &mut Arc<Bout>, ordinal: u32, at: Time) -> Arc<Bout> {
        let load = bout.load + u32::from(!std::mem::replace(&mut self.load_begun, true));
        let loaded_at = Some(at + self.offset);
        self.loaded = Some(at);
        let rehearsal = self.rehearsal;
        let new = Bout { load, ordinal, rehearsal, stage: Stage::Loaded, loaded_at, ..Bout::default() };
        std::mem::replace(bout, Arc::new(new))
    }

    pub(super) fn state(&self) -> LifecycleState {
        let Self { load_received, contradiction_reported, rehearsal, unnamed, .. } = *self;
        LifecycleState { replaced: self.replaced.clone(), load_received, contradiction_reported, rehearsal, unnamed }
    }

    /// Takes over from an earlier session.
    pub(super) fn resume(&mut self, earlier: LifecycleState) {
        let LifecycleState { replaced, load_received, contradiction_reported, rehearsal, unnamed } = earlier;
        let offset = self.offset;
        *self = Self {
            replaced,
            load_received,
            contradiction_reported,
            unnamed,
            resumed: true,
            rehearsal,
            offset,
            ..Self::default()
        };
    }

    pub(super) fn begin_burst(&mut self) {
        self.load_begun = false;
    }

    /// Takes the configuration of the bout; true if it is that of another bout, which has taken the place of `bout`.
    pub(super) fn configure(&mut self, bout: &mut Arc<Bout>, at: Time, config: &BoutConfig) -> bool {
        if *config == BoutConfig::default() {
            return false;
        }
        let mut begins = false;
        if let Some(number) = &config.number {
            match self.replaced.take() {
                Some(replaced) if replaced != *number => Arc::make_mut(bout).ordinal += 1,
                Some(_) => {}
                // The `pre` of another bout was lost.
                None => begins = bout.config.number.as_ref().is_some_and(|known| known != number),
            }
        }
        if begins {
            self.begin(bout, at);
        }
        let named = BoutConfig {
            number: config.number.clone(),
            internal_id: config.internal_id.clone(),
            ..BoutConfig::default()
        };
        // TK-Strike's JSON events name the bout, and leave out the rest of its configuration.
        let known = config.number.is_some() && bout.config.number == config.number;
        if !(known && *config == named) {
            Arc::make_mut(bout).config = Arc::new(config.clone());
        }
        begins
    }

    /// Takes the names of the athletes; true if both are others than those of a bout that was resumed, which another has
    /// then replaced.
    pub(super) fn athletes(&mut self, bout: &mut Arc<Bout>, at: Time, athletes: &Athletes) -> bool {
        let known = names([&bout.blue.athlete, &bout.red.athlete]);
        let now = names([&athletes.blue, &athletes.red]);
        let is_other = self.resumed && !known.is_empty() && !now.is_empty() && known.is_disjoint(&now);
        if is_other {
            self.begin(bout, at);
        }
        let bout = Arc::make_mut(bout);
        bout.blue.athlete = Arc::new(athletes.blue.clone());
        bout.red.athlete = Arc::new(athletes.red.clone());
        is_other
    }

    /// What is derived if a message shows that a bout that was resumed is over.
    pub(super) fn resume_dropped(&self, bout: &Bout) -> Option<Body> {
        let reason = "the PSS names another bout".to_owned();
        self.resumed.then(|| Body::ResumeDropped(ResumeDropped { number: bout.config.number.clone(), reason }))
    }

    /// Whether a message is of the bout before: it comes just after another bout was loaded, and no bout that has not
    /// begun can send it.
    pub(super) fn is_late(&self, bout: &Bout, at: Time, body: &Body) -> bool {
        // Without its `pre` the bout was learnt from the answers of a PSS, which are all of this bout.
        let Some(previous) = self.previous.as_ref().filter(|_| self.load_received) else { return false };
        let soon = self.loaded.is_some_and(|loaded| at.since(loaded) <= LATE_MESSAGE_WINDOW);
        let same = previous.config.number == bout.config.number;
        if !soon || bout.started_at.is_some() || previous.ordinal == 0 || same {
            return false;
        }
        let counts = |blue: Option<u16>, red: Option<u16>| blue.unwrap_or(0) > 0 || red.unwrap_or(0) > 0;
        match body {
            // A bout that was broken off may be loaded again in a later round.
            Body::Round(round) => round.round > 1 && round.round == previous.round,
            Body::Clock(clock) => {
                let full = bout.config.round_seconds;
                previous.clock == Some(clock.seconds) && full.is_some_and(|full| full != clock.seconds)
            }
            Body::Leader(leader) => leader.side != MaybeSide::None,
            Body::Score(count) | Body::Penalties(count) => counts(count.blue, count.red),
            Body::RoundScores(scores) => scores.rounds.iter().any(|round| counts(round.blue, round.red)),
            Body::RoundWinners(winners) => winners.winners.iter().any(Option::is_some),
            // A coach may request a review already, and is then answered.
            Body::Review(Review { side, state, .. }) => {
                *state != ReviewState::Requested && bout.reviews.iter().all(|review| review.side != *side)
            }
            Body::Point(_)
            | Body::TechnicalBonus(_)
            | Body::Hit(_)
            | Body::Injury(_)
            | Body::KyeShi {}
            | Body::Winner(_)
            | Body::Result(_) => true,
            _ => false,
        }
    }

    pub(super) fn start(&self, bout: &mut Arc<Bout>, at: Time) -> Body {
        Arc::make_mut(bout).started_at = Some(at + self.offset);
        Body::BoutStarted(BoutStarted { number: bout.config.number.clone() })
    }

    /// The winner was named.
    pub(super) fn end(&mut self, bout: &mut Arc<Bout>, at: Time, winner: BoutWinner) -> Vec<Body> {
        self.unnamed = None;
        let is_inferred = bout.winner_inferred;
        if is_inferred {
            Arc::make_mut(bout).winner_inferred = false;
        }
        match bout.winner {
            Some(before) if before == winner => Vec::new(),
            Some(before) if is_inferred => {
                self.contradiction_reported = true;
                Arc::make_mut(bout).winner = Some(winner);
                vec![unlike_inferred(winner, before)]
            }
            Some(before) => {
                let what = format!("`win` names {winner} after it named {before}");
                let mut derived = vec![Body::Contradiction(Contradiction { what })];
                derived.extend(self.decide(bout, at, winner));
                derived
            }
            None => self.decide(bout, at, winner),
        }
    }

    fn decide(&mut self, bout: &mut Arc<Bout>, at: Time, winner: BoutWinner) -> Vec<Body> {
        let mut derived = Vec::new();
        let ending = Arc::make_mut(bout);
        ending.winner = Some(winner);
        if ending.stage != Stage::Ended {
            ending.stage = Stage::Ended;
            ending.ended_at = Some(at + self.offset);
            let (blue_rounds, red_rounds) = ending.rounds_won();
            let decision = ending.result.as_ref().and_then(|result| result.decision);
            derived.push(Body::BoutEnded(BoutEnded {
                number: ending.config.number.clone(),
                winner,
                inferred: ending.winner_inferred,
                blue_rounds,
                red_rounds,
                result: ending.result.as_ref().and_then(|result| result.result.clone()),
                decision,
                decision_in_words: decision.and_then(Decision::in_words),
            }));
        }
        derived.extend(self.check_winner(bout));
        derived
    }

    /// A console contradicts itself now and then: both messages are kept, and the contradiction is reported once.
    pub(super) fn check_winner(&mut self, bout: &Bout) -> Option<Body> {
        let winner = bout.winner?;
        // The side that is behind in rounds wins if the other withdraws or is disqualified.
        let by_rounds = inference::by_rounds(bout)?;
        if winner == by_rounds.into() || std::mem::replace(&mut self.contradiction_reported, true) {
            return None;
        }
        let (blue, red) = bout.rounds_won();
        let what = format!("`win` names {winner}, but `wrd` gives blue {blue} and red {red} rounds");
        Some(Body::Contradiction(Contradiction { what }))
    }

    /// Takes note of it if the rounds and the banner show who has won, and no message has named the winner.
    pub(super) fn weigh(&mut self, bout: &Bout, cause: u64, at: Time) {
        // A PSS that is queried repeats its last banner, which may be that of the bout before.
        let has_name = bout.result.as_ref().is_some_and(|banner| banner.name.is_some());
        let is_old = has_name && self.previous.as_ref().is_some_and(|previous| previous.result == bout.result);
        let is_on = self.load_received || bout.has_begun();
        let is_open = bout.winner.is_some() || !is_on || is_old || matches!(inference::infer(bout), Inference::Open);
        self.unnamed = if is_open { None } else { self.unnamed.or(Some(Unnamed { cause, since: at })) };
    }

    /// The clock runs: the bout is not over.
    pub(super) fn goes_on(&mut self) {
        self.unnamed = None;
    }

    /// Whether the winner is known, but has not been named.
    pub(super) fn is_unnamed(&self) -> bool {
        self.unnamed.is_some()
    }

    /// Until when the winner may still be named.
    pub(super) fn winner_due(&self) -> Option<Time> {
        self.unnamed.map(|unnamed| unnamed.since + WINNER_TIMEOUT)
    }

    /// What the rounds and the banner show, if the winner has not been named and is not waited for any longer.
    pub(super) fn take_inference(&mut self, bout: &Bout) -> Option<(Unnamed, Inference)> {
        self.unnamed.take().map(|unnamed| (unnamed, inference::infer(bout)))
    }

    /// The winner is inferred.
    pub(super) fn end_unnamed(&mut self, bout: &mut Arc<Bout>, at: Time, winner: Side) -> Vec<Body> {
        Arc::make_mut(bout).winner_inferred = true;
        self.decide(bout, at, winner.into())
    }

    /// The rounds and the banner disagree, which is reported once.
    pub(super) fn differ(&mut self, what: String) -> Option<Body> {
        let is_new = !std::mem::replace(&mut self.contradiction_reported, true);
        is_new.then_some(Body::Contradiction(Contradiction { what }))
    }

    /// What is derived from a message of the bout before: its winner may be another than was inferred.
    pub(super) fn late(&mut self, body: &Body) -> Option<Body> {
        let Body::Winner(Winner { winner }) = *body else { return None };
        let previous = self.previous.as_mut().filter(|previous| previous.winner_inferred)?;
        let before = previous.winner.filter(|before| *before != winner);
        Arc::make_mut(previous).winner_inferred = false;
        before.map(|before| unlike_inferred(winner, before))
    }
}

fn unlike_inferred(winner: BoutWinner, inferred: BoutWinner) -> Body {
    let what = format!("`win` names {winner}, but the rounds and the banner name {inferred}");
    Body::Contradiction(Contradiction { what })
}

/// Whether a message of the PSS is about a bout, so that there must be one. Reports of sinks do not come here.
pub(super) fn belongs_to_a_bout(body: &Body) -> bool {
    match body {
        Body::Athletes(athletes) => *athletes != Athletes::default(),
        Body::BoutConfig(config) => **config != BoutConfig::default(),
        Body::Score(pair) | Body::Penalties(pair) => *pair != Pair::default(),
        Body::Officials(_)
        | Body::VideoQuota(_)
        | Body::HardwareTest(_)
        | Body::Console(_)
        | Body::Unknown(_)
        | Body::Unusable(_) => false,
        body => !body.adds_to_pss(),
    }
}
