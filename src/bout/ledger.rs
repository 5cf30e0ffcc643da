//! The state of the bout with what is remembered beside it, changed by one message after the other.

use std::sync::Arc;
use std::time::Duration;

use super::order::tells;
use super::rounds::ThisRound;
use super::scoring::Scoring;
use super::state::*;
use crate::event::*;
use crate::time::Time;

/// How late messages may come: of the bout before behind a load, and ticks of an injury clock that was hidden.
const LATE: Duration = Duration::from_secs(1);

/// The state, and what is remembered to derive from it. Cheap to copy: what is large is shared.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    /// What the competition says about reviews.
    pub(super) review_rules: ReviewRules,
    pub(super) bout: Arc<Bout>,
    /// The bout before, for as long as messages of it may still come.
    before: Option<Arc<Bout>>,
    /// A bout was loaded in place of one that had not begun.
    reload: Option<Reload>,
    pub(super) this_round: ThisRound,
    pub(super) scoring: Scoring,
    /// Each side's injury clock, and the one that is nobody's.
    injuries: [InjuryClock; 3],
    /// When each who may ask for a review was last heard of about one.
    pub(super) review_heard: [Option<Time>; 3],
    /// Its load was heard: scores and gam-jeom that nobody has told before it begins are 0.
    pub(super) load_heard: bool,
    /// The winner was found to disagree with the rounds.
    disputed: bool,
    /// The event from which on events belong to another bout than was thought, and the bout they were taken for.
    pub(super) split: Option<(u64, Arc<Bout>)>,
}

/// Whether an injury clock is up, and since when.
#[derive(Clone, Copy, Debug, Default)]
enum InjuryClock {
    #[default]
    Unseen,
    Up(Time),
    Hidden(Time),
}

/// A load that may turn out to be of the same bout.
#[derive(Clone, Debug)]
struct Reload {
    from_seq: u64,
    /// The bout that waited.
    waited: Arc<Bout>,
}

/// Collects derived events, each with the `seq` of its cause.
pub(super) type Derived = Vec<(u64, Body)>;

impl Ledger {
    pub(super) fn new(review_rules: ReviewRules) -> Self {
        Self { review_rules, ..Self::default() }
    }

    /// Takes in what was said at a time, as the event numbered `seq`.
    pub(super) fn apply(&mut self, seq: u64, at: Time, body: &Body, derived: &mut Derived) {
        if self.bout.ordinal == 0 && belongs_to_a_bout(body) && !matches!(body, Body::BoutLoaded {}) {
            // The session has begun in the middle of a bout.
            self.begin(at);
        }
        if self.is_late(at, body) {
            return;
        }
        match body {
            Body::BoutLoaded {} => self.loaded(seq, at),
            Body::BoutReady {} if self.bout.stage == Stage::Loaded => self.change().stage = Stage::Ready,
            Body::BoutConfig(config) => self.configured(at, config),
            Body::Athletes(athletes) if *athletes != Athletes::default() => {
                let bout = self.change();
                bout.blue.athlete = Arc::new(athletes.blue.clone());
                bout.red.athlete = Arc::new(athletes.red.clone());
            }
            Body::Round(round) => self.round(seq, *round, derived),
            Body::Clock(clock) => self.clock(seq, at, *clock, derived),
            Body::Rest(rest) => self.rest(seq, *rest, derived),
            Body::Injury(injury) => self.injury(seq, at, *injury, derived),
            Body::Hit(hit) => self.scoring.hit(at, *hit),
            Body::Point(point) => self.scoring.point(seq, at, *point),
            Body::Score(score) => self.score(seq, *score, derived),
            Body::Penalties(count) => self.penalties(seq, *count),
            Body::RoundScores(scores) => self.round_scores(seq, scores, derived),
            Body::RoundWinners(winners) => self.round_winners(seq, winners, derived),
            Body::Winner(winner) => self.winner(seq, at, winner.winner, derived),
            // One that was cut undoes no whole one.
            Body::Result(result) if self.bout.result.is_none() || tells(result) > 0 => {
                self.change().result = Some(result.clone());
            }
            Body::Leader(leader) if self.bout.leader != leader.side => self.change().leader = leader.side,
            Body::Review(review) => self.review(seq, at, *review, derived),
            _ => {}
        }
    }

    pub(super) fn change(&mut self) -> &mut Bout {
        Arc::make_mut(&mut self.bout)
    }

    /// A bout of which nothing is known yet, after the one before.
    fn begin(&mut self, at: Time) {
        self.replace(self.bout.ordinal + 1, at, Some(self.bout.clone()), None);
    }

    fn replace(&mut self, ordinal: u32, at: Time, before: Option<Arc<Bout>>, reload: Option<Reload>) {
        let review_rules = self.review_rules;
        let corner = || Corner { requests_left: review_rules.requests, ..Corner::default() };
        let bout = Bout {
            ordinal,
            stage: Stage::Loaded,
            blue: corner(),
            red: corner(),
            loaded_at: Some(at),
            ..Bout::default()
        };
        let split = self.split.take();
        *self = Self { review_rules, bout: Arc::new(bout), before, reload, split, ..Self::default() };
    }

    fn loaded(&mut self, seq: u64, at: Time) {
        let ordinal = self.bout.ordinal;
        let waits = self.bout.started_at.is_none() && self.bout.stage <= Stage::Ready;
        if ordinal == 0 || !waits {
            self.begin(at);
        } else {
            // Whether this is the same bout again is known when its number comes; until then it takes the place of the
            // one that waits.
            let known = self.bout.config.number.is_some();
            let reload = known.then(|| Reload { from_seq: seq, waited: self.bout.clone() }).or(self.reload.take());
            let before = self.before.take();
            self.replace(ordinal, at, before, reload);
        }
        self.load_heard = true;
    }

    fn configured(&mut self, at: Time, config: &BoutConfig) {
        if *config == BoutConfig::default() {
            return;
        }
        if let Some(number) = &config.number {
            match self.reload.take() {
                Some(reload) if reload.waited.config.number.as_ref() != Some(number) => {
                    self.split = Some((reload.from_seq, reload.waited));
                    self.change().ordinal += 1;
                }
                Some(_) => {}
                None => {
                    let other = self.bout.config.number.as_ref().is_some_and(|known| known != number);
                    if other {
                        // Its `pre` was lost.
                        self.begin(at);
                    }
                }
            }
        }
        let named = BoutConfig {
            number: config.number.clone(),
            internal_id: config.internal_id.clone(),
            ..BoutConfig::default()
        };
        // TK-Strike's JSON events name the bout, and say nothing else of what is known of it.
        let known = config.number.is_some() && self.bout.config.number == config.number;
        if !(known && *config == named) {
            self.change().config = Arc::new(config.clone());
        }
    }

    /// Whether a message is of the bout before: it comes just after another bout was loaded, and says what no bout can
    /// say that has not begun.
    fn is_late(&self, at: Time, body: &Body) -> bool {
        // Without its `pre` a bout is told of as a whole, by a PSS that was asked.
        let Some(before) = self.before.as_ref().filter(|_| self.load_heard) else { return false };
        let bout = &self.bout;
        let soon = bout.loaded_at.is_some_and(|loaded| at.since(loaded) <= LATE);
        if !soon || bout.started_at.is_some() || before.ordinal == 0 || before.config.number == bout.config.number {
            return false;
        }
        let counts = |blue: Option<u16>, red: Option<u16>| blue.unwrap_or(0) > 0 || red.unwrap_or(0) > 0;
        match body {
            // A bout that was broken off may be loaded again in a later round.
            Body::Round(round) => round.round > 1 && round.round == before.round,
            Body::Clock(clock) => {
                let full = bout.config.round_seconds;
                before.clock == Some(clock.seconds) && full.is_some_and(|full| full != clock.seconds)
            }
            Body::Leader(leader) => leader.side != MaybeSide::None,
            Body::Score(count) | Body::Penalties(count) => counts(count.blue, count.red),
            Body::RoundScores(scores) => scores.rounds.iter().any(|round| counts(round.blue, round.red)),
            Body::RoundWinners(winners) => winners.winners.iter().any(Option::is_some),
            // A coach may ask already, and is answered then.
            Body::Review(Review { side, state, .. }) => {
                *state != ReviewState::Requested && bout.reviews.iter().all(|review| review.side != *side)
            }
            Body::Point(_) | Body::Hit(_) | Body::Injury(_) | Body::Winner(_) | Body::Result(_) => true,
            _ => false,
        }
    }

    fn injury(&mut self, seq: u64, at: Time, Injury { side, action, .. }: Injury, derived: &mut Derived) {
        let clock = &mut self.injuries[side as usize];
        match (action, *clock) {
            (Some(InjuryAction::Hide), InjuryClock::Up(since)) => {
                *clock = InjuryClock::Hidden(at);
                derived.push((seq, Body::InjuryEnded(InjuryEnded { side, took_ms: milliseconds(at, since) })));
            }
            // A tick from before it was hidden.
            (None, InjuryClock::Hidden(since)) if at.since(since) <= LATE => {}
            (Some(InjuryAction::Show) | None, InjuryClock::Unseen | InjuryClock::Hidden(_)) => {
                *clock = InjuryClock::Up(at);
                derived.push((seq, Body::InjuryStarted(InjuryStarted { side })));
            }
            _ => {}
        }
    }

    /// Nobody fights while an injury clock runs: those whose end was lost are over.
    pub(super) fn end_injuries(&mut self, seq: u64, at: Time, derived: &mut Derived) {
        for side in [MaybeSide::None, MaybeSide::Blue, MaybeSide::Red] {
            if let InjuryClock::Up(_) = self.injuries[side as usize] {
                let hide = Injury { side, seconds: 0, action: Some(InjuryAction::Hide) };
                self.injury(seq, at, hide, derived);
            }
        }
    }

    fn winner(&mut self, seq: u64, at: Time, winner: BoutWinner, derived: &mut Derived) {
        self.end_round(seq, derived);
        if self.bout.winner == Some(winner) {
            return;
        }
        if let Some(before) = self.bout.winner {
            let what = format!("`win` names {winner} after it named {before}");
            derived.push((seq, Body::Contradiction(Contradiction { what })));
        }
        let bout = self.change();
        bout.winner = Some(winner);
        if bout.stage != Stage::Ended {
            bout.stage = Stage::Ended;
            bout.ended_at = Some(at);
            let (blue_rounds, red_rounds) = bout.rounds_won();
            let decision = bout.result.as_ref().and_then(|result| result.decision);
            let ended = BoutEnded {
                number: bout.config.number.clone(),
                winner,
                blue_rounds,
                red_rounds,
                result: bout.result.as_ref().and_then(|result| result.result.clone()),
                decision,
                decision_in_words: decision.and_then(Decision::in_words),
            };
            derived.push((seq, Body::BoutEnded(ended)));
        }
        self.check_winner(seq, derived);
    }

    /// A console contradicts itself now and then: both are kept, and it is said.
    pub(super) fn check_winner(&mut self, seq: u64, derived: &mut Derived) {
        let (blue, red) = self.bout.rounds_won();
        // Who is behind in rounds wins all the same if the other cannot or must not go on.
        let decides = self.bout.config.rounds.unwrap_or(3) / 2 + 1;
        let disagree = match self.bout.winner {
            Some(BoutWinner::Blue) => red >= decides && red > blue,
            Some(BoutWinner::Red) => blue >= decides && blue > red,
            Some(BoutWinner::Tie) | None => false,
        };
        if let Some(winner) = self.bout.winner
            && disagree
            && !self.disputed
        {
            self.disputed = true;
            let what = format!("`win` names {winner}, but `wrd` gives blue {blue} and red {red} rounds");
            derived.push((seq, Body::Contradiction(Contradiction { what })));
        }
    }
}

pub(super) fn milliseconds(at: Time, since: Time) -> u64 {
    u64::try_from(at.since(since).as_millis()).unwrap_or(u64::MAX)
}

/// Whether a message tells of a bout, so that there must be one.
fn belongs_to_a_bout(body: &Body) -> bool {
    match body {
        Body::Athletes(athletes) => *athletes != Athletes::default(),
        Body::BoutConfig(config) => **config != BoutConfig::default(),
        Body::Score(pair) | Body::Penalties(pair) => *pair != Pair::default(),
        Body::BoutLoaded {}
        | Body::BoutReady {}
        | Body::Round(_)
        | Body::Clock(_)
        | Body::Rest(_)
        | Body::Injury(_)
        | Body::Timeout(_)
        | Body::Point(_)
        | Body::Hit(_)
        | Body::RoundScores(_)
        | Body::RoundWinners(_)
        | Body::Winner(_)
        | Body::Result(_)
        | Body::Review(_)
        | Body::Leader(_)
        | Body::RoundStatistics(_) => true,
        _ => false,
    }
}
