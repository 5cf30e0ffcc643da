//! From what was said to the state of the bout, and to the events that it implies.

use std::sync::Arc;

use super::state::*;
use crate::event::*;
use crate::time::Time;

/// The furthest that a clock moves between two ticks of a running clock, in seconds; one that moves further was set.
const LONGEST_TICK: u32 = 3;

/// Keeps the state of the bout that is on.
#[derive(Debug, Default)]
pub struct Tracker {
    bout: Arc<Bout>,
    /// The side that led last in this round, level scores apart.
    led: MaybeSide,
    /// A bout was loaded in place of one that had not begun.
    reload: Option<Reload>,
    /// The winner was found to disagree with the rounds.
    disputed: bool,
}

/// A load that may turn out to be of the same bout.
#[derive(Debug)]
struct Reload {
    from_seq: u64,
    number: String,
}

/// What a message implies.
#[derive(Debug, Default)]
pub struct Implied {
    /// Derived events, in order.
    pub events: Vec<Body>,
    /// The events from this `seq` on belong to another bout than was thought.
    pub split_from: Option<u64>,
    /// The state has changed in a way worth keeping.
    pub noteworthy: bool,
}

impl Tracker {
    /// The state of the bout that is on.
    pub fn bout(&self) -> &Arc<Bout> {
        &self.bout
    }

    /// Takes in what was said at a time, as the event numbered `seq`.
    pub fn apply(&mut self, seq: u64, at: Time, body: &Body) -> Implied {
        let mut implied = Implied::default();
        if self.bout.ordinal == 0 && belongs_to_a_bout(body) && !matches!(body, Body::BoutLoaded {}) {
            // The session has begun in the middle of a bout.
            self.begin(at);
        }
        match body {
            Body::BoutLoaded {} => self.loaded(seq, at),
            Body::BoutReady {} => {
                if self.bout.stage == Stage::Loaded {
                    self.change().stage = Stage::Ready;
                }
            }
            Body::BoutConfig(config) => self.configured(at, config, &mut implied),
            Body::Athletes(athletes) if *athletes != Athletes::default() => {
                let bout = self.change();
                bout.blue.athlete = athletes.blue.clone();
                bout.red.athlete = athletes.red.clone();
            }
            Body::Round(round) => self.round(*round, &mut implied),
            Body::Clock(clock) => self.clock(at, *clock, &mut implied),
            Body::Rest(_) => self.end_round(&mut implied),
            Body::Score(score) => self.score(*score, &mut implied),
            Body::Penalties(count) => {
                let bout = self.change();
                bout.blue.penalties = count.blue.unwrap_or(bout.blue.penalties);
                bout.red.penalties = count.red.unwrap_or(bout.red.penalties);
            }
            Body::RoundScores(scores) => self.round_scores(scores),
            Body::RoundWinners(winners) => self.round_winners(winners, &mut implied),
            Body::Winner(winner) => self.winner(at, winner.winner, &mut implied),
            Body::Result(result) => self.change().result = Some(result.clone()),
            Body::Leader(leader) => self.change().leader = leader.side,
            Body::Review(review) => self.review(seq, at, *review, &mut implied),
            _ => {}
        }
        implied.noteworthy = !implied.events.is_empty()
            || matches!(
                body,
                Body::BoutLoaded {}
                    | Body::Athletes(_)
                    | Body::BoutConfig(_)
                    | Body::RoundScores(_)
                    | Body::RoundWinners(_)
                    | Body::Winner(_)
                    | Body::Result(_)
            );
        implied
    }

    fn change(&mut self) -> &mut Bout {
        Arc::make_mut(&mut self.bout)
    }

    /// A bout of which nothing is known yet, after the one before.
    fn begin(&mut self, at: Time) {
        let ordinal = self.bout.ordinal + 1;
        *self = Self {
            bout: Arc::new(Bout { ordinal, stage: Stage::Loaded, loaded_at: Some(at), ..Bout::default() }),
            ..Self::default()
        };
    }

    fn loaded(&mut self, seq: u64, at: Time) {
        let ordinal = self.bout.ordinal;
        let waits = self.bout.started_at.is_none() && self.bout.stage <= Stage::Ready;
        if ordinal == 0 || !waits {
            return self.begin(at);
        }
        // Whether this is the same bout again is known when its number comes; until then it takes the place of the
        // one that waits.
        let number = self.bout.config.number.clone();
        let reload = number.map(|number| Reload { from_seq: seq, number }).or(self.reload.take());
        let loaded_at = Some(at);
        *self = Self {
            bout: Arc::new(Bout { ordinal, stage: Stage::Loaded, loaded_at, ..Bout::default() }),
            reload,
            ..Self::default()
        };
    }

    fn configured(&mut self, at: Time, config: &BoutConfig, implied: &mut Implied) {
        if *config == BoutConfig::default() {
            return;
        }
        if let Some(number) = &config.number {
            match self.reload.take() {
                Some(reload) if reload.number != *number => {
                    implied.split_from = Some(reload.from_seq);
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
        self.change().config = config.clone();
    }

    fn round(&mut self, round: Round, implied: &mut Implied) {
        if round.round == self.bout.round {
            return;
        }
        let known = self.bout.round > 0;
        let bout = self.change();
        bout.round = round.round;
        if known {
            // Scores and gam-jeom start again from 0 in each round.
            for corner in [&mut bout.blue, &mut bout.red] {
                corner.score = 0;
                corner.penalties = 0;
            }
            self.led = MaybeSide::None;
        }
        self.this_round();
        self.check_round_started(implied);
    }

    fn clock(&mut self, at: Time, clock: Clock, implied: &mut Implied) {
        let before = self.bout.clock;
        let stage = self.bout.stage;
        self.change().clock = Some(clock.seconds);
        match clock.action {
            Some(ClockAction::Start) => self.run(at, implied),
            Some(ClockAction::Stop) => {
                if stage == Stage::Fighting {
                    self.change().stage = Stage::Stopped;
                }
            }
            Some(ClockAction::End) => self.end_round(implied),
            Some(ClockAction::Correction) => {}
            None => {
                let ran = before.is_some_and(|before| {
                    let step = match self.bout.config.counts {
                        Some(Counts::Up) => clock.seconds.checked_sub(before),
                        Some(Counts::Down) | None => before.checked_sub(clock.seconds),
                    };
                    step.is_some_and(|step| (1..=LONGEST_TICK).contains(&step))
                });
                // Its start was lost, or never heard.
                if ran && stage != Stage::Fighting {
                    self.run(at, implied);
                }
            }
        }
    }

    /// The round clock runs.
    fn run(&mut self, at: Time, implied: &mut Implied) {
        if self.bout.stage == Stage::Ended {
            return;
        }
        let bout = self.change();
        bout.stage = Stage::Fighting;
        if bout.started_at.is_none() {
            bout.started_at = Some(at);
            implied.events.push(Body::BoutStarted(BoutStarted { number: bout.config.number.clone() }));
        }
        self.check_round_started(implied);
    }

    fn check_round_started(&mut self, implied: &mut Implied) {
        if self.bout.stage != Stage::Fighting {
            return;
        }
        if let Some(round) = self.this_round()
            && !round.started
        {
            round.started = true;
            implied.events.push(Body::RoundStarted(Round { round: round.round }));
        }
    }

    fn end_round(&mut self, implied: &mut Implied) {
        if self.bout.stage == Stage::Ended {
            return;
        }
        if self.bout.stage > Stage::Ready {
            self.change().stage = Stage::Rest;
        }
        let (blue, red) = (self.bout.blue.score, self.bout.red.score);
        if let Some(round) = self.this_round()
            && round.started
            && !round.ended
        {
            round.ended = true;
            implied.events.push(Body::RoundEnded(RoundEnded { round: round.round, blue, red }));
        }
    }

    fn score(&mut self, score: Pair, implied: &mut Implied) {
        let bout = self.change();
        bout.blue.score = score.blue.unwrap_or(bout.blue.score);
        bout.red.score = score.red.unwrap_or(bout.red.score);
        let (blue, red) = (bout.blue.score, bout.red.score);
        if let Some(round) = self.this_round() {
            (round.blue, round.red) = (blue, red);
        }
        let side = match blue.cmp(&red) {
            std::cmp::Ordering::Equal => return,
            std::cmp::Ordering::Greater => Side::Blue,
            std::cmp::Ordering::Less => Side::Red,
        };
        let previous = self.led;
        if previous.side() != Some(side) {
            self.led = Some(side).into();
            implied.events.push(Body::LeadChanged(LeadChanged { side, previous, blue, red }));
        }
    }

    fn round_scores(&mut self, scores: &RoundScores) {
        for score in &scores.rounds {
            let played = score.blue.unwrap_or(0) > 0 || score.red.unwrap_or(0) > 0;
            if score.round > self.bout.round && !played {
                continue;
            }
            let entry = self.round_numbered(score.round);
            entry.blue = score.blue.unwrap_or(entry.blue);
            entry.red = score.red.unwrap_or(entry.red);
        }
    }

    fn round_winners(&mut self, winners: &RoundWinners, implied: &mut Implied) {
        for (number, winner) in (1..).zip(&winners.winners) {
            let known = self.bout.rounds.iter().any(|round| round.round == number);
            if winner.is_some() || known {
                self.round_numbered(number).winner = *winner;
            }
            if winner.is_some() && number == self.bout.round {
                self.end_round(implied);
            }
        }
        self.check_winner(implied);
    }

    fn winner(&mut self, at: Time, winner: BoutWinner, implied: &mut Implied) {
        self.end_round(implied);
        let bout = self.change();
        bout.winner = Some(winner);
        if bout.stage != Stage::Ended {
            bout.stage = Stage::Ended;
            bout.ended_at = Some(at);
            implied.events.push(Body::BoutEnded(BoutEnded { number: bout.config.number.clone(), winner }));
        }
        self.check_winner(implied);
    }

    /// A console contradicts itself now and then: both are kept, and it is said.
    fn check_winner(&mut self, implied: &mut Implied) {
        let (blue, red) = self.bout.rounds_won();
        let disagree = match self.bout.winner {
            Some(BoutWinner::Blue) => red > blue,
            Some(BoutWinner::Red) => blue > red,
            Some(BoutWinner::Tie) | None => false,
        };
        if let Some(winner) = self.bout.winner
            && disagree
            && !self.disputed
        {
            self.disputed = true;
            let what = format!("`win` names {winner}, but `wrd` gives blue {blue} and red {red} rounds");
            implied.events.push(Body::Contradiction(Contradiction { what }));
        }
    }

    fn review(&mut self, seq: u64, at: Time, review: Review, implied: &mut Implied) {
        let side = review.side;
        let open = self.bout.review.filter(|open| open.side == side && !open.closed);
        let progress = ReviewProgress {
            side,
            state: review.state,
            verdict: review.verdict,
            request: open.and_then(|open| open.request),
            closed: false,
        };
        let number = progress.request.map(|(seq, _)| seq);
        match (review.state, open) {
            // A request repeated is the same review.
            (ReviewState::Requested, Some(ReviewProgress { state: ReviewState::Requested, .. })) => {}
            (ReviewState::Requested, _) => {
                self.change().review = Some(ReviewProgress { request: Some((seq, at)), ..progress });
                implied.events.push(Body::ReviewOpened(ReviewSide { side, review: Some(seq) }));
            }
            (ReviewState::Accepted | ReviewState::Rejected, open) => {
                let told = open.is_some_and(|open| {
                    open.state == review.state && (review.verdict.is_none() || open.verdict == review.verdict)
                });
                if !told {
                    self.change().review = Some(progress);
                    let took_ms = progress
                        .request
                        .map(|(_, requested)| u64::try_from(at.since(requested).as_millis()).unwrap_or(u64::MAX));
                    let ReviewProgress { state, verdict, .. } = progress;
                    let decided = ReviewDecided { side, review: number, state, verdict, took_ms };
                    implied.events.push(Body::ReviewDecided(decided));
                }
            }
            // The window was closed, which undoes no verdict.
            (ReviewState::Closed, Some(open)) => {
                self.change().review = Some(ReviewProgress { closed: true, ..open });
                implied.events.push(Body::ReviewClosed(ReviewSide { side, review: number }));
            }
            (ReviewState::Closed, None) => {}
        }
    }

    /// The entry of the round that is on; none before any was named.
    fn this_round(&mut self) -> Option<&mut RoundState> {
        let number = self.bout.round;
        (number > 0).then(|| self.round_numbered(number))
    }

    /// The entry of a round, made where it is missing.
    fn round_numbered(&mut self, number: u8) -> &mut RoundState {
        let rounds = &mut self.change().rounds;
        let place = rounds.partition_point(|round| round.round < number);
        if rounds.get(place).is_none_or(|round| round.round != number) {
            let new = RoundState { round: number, blue: 0, red: 0, winner: None, started: false, ended: false };
            rounds.insert(place, new);
        }
        &mut rounds[place]
    }
}

/// Whether a message tells of a bout, so that there must be one.
fn belongs_to_a_bout(body: &Body) -> bool {
    match body {
        Body::Athletes(athletes) => *athletes != Athletes::default(),
        Body::BoutConfig(config) => **config != BoutConfig::default(),
        Body::BoutLoaded {}
        | Body::BoutReady {}
        | Body::Round(_)
        | Body::Clock(_)
        | Body::Rest(_)
        | Body::Injury(_)
        | Body::Timeout(_)
        | Body::Point(_)
        | Body::Hit(_)
        | Body::Score(_)
        | Body::Penalties(_)
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
