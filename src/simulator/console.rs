//! The console: the messages that it sends when something happens, by the habits of its dialect.

use fastrand::Rng;

use super::board::Board;
use super::card::Card;
use super::message::ConsoleMessage;
use crate::event::{self, *};
use crate::pss::Dialect;

/// A console, and the messages of a bout that it has sent.
#[derive(Debug)]
pub(super) struct Console {
    dialect: Dialect,
    /// Decides on nothing but times and orders, so that the bouts are the same in each dialect.
    rng: Rng,
    /// Milliseconds since the console was switched on.
    now: u64,
    messages: Vec<ConsoleMessage>,
    burst: u32,
    leader: Option<Side>,
}

impl Console {
    pub(super) fn new(dialect: Dialect, rng: Rng, now: u64) -> Self {
        Self { dialect, rng, now, messages: Vec::new(), burst: 0, leader: None }
    }

    /// The messages since the last call, in the order of time.
    pub(super) fn take_messages(&mut self) -> Vec<ConsoleMessage> {
        let mut messages = std::mem::take(&mut self.messages);
        // A tick falls between the messages of a burst.
        messages.sort_by_key(|message| message.at_ms);
        messages
    }

    pub(super) fn wait(&mut self, ms: u64) {
        self.now += ms;
    }

    /// Sends a message by itself, up to some milliseconds late, but not after `latest`; both count from now.
    pub(super) fn tick(&mut self, after: u64, latest: u64, body: Body) {
        let at_ms = self.now + (after + self.rng.u64(0..=13)).min(latest);
        self.burst += 1;
        self.messages.push(ConsoleMessage { at_ms, burst: self.burst, body });
    }

    /// Sends messages that belong together, 12 to 17 ms apart.
    pub(super) fn send(&mut self, bodies: impl IntoIterator<Item = Body>) {
        self.burst += 1;
        let mut at_ms = self.now;
        for body in bodies {
            self.messages.push(ConsoleMessage { at_ms, burst: self.burst, body });
            at_ms += self.rng.u64(12..=17);
        }
    }

    pub(super) fn load(&mut self, card: &Card) {
        self.leader = None;
        let mut board = Board::default();
        board.begin_round();
        let reference = Body::Officials(card.officials.clone());
        let athletes = Body::Athletes(card.athletes.clone());
        let config = Body::BoutConfig(Box::new(self.config(card)));
        let gam_jeom = Body::Penalties(board.gam_jeom_pair());
        let winners = Body::RoundWinners(board.round_winners(3));
        let scores = Body::RoundScores(board.round_scores(3));
        let score = Body::Score(board.score_pair());
        let clock = Body::Clock(Clock { seconds: card.rules.round_seconds(), action: None });
        let round = Body::Round(Round { round: 1 });
        let leader = Body::Leader(Leader { side: MaybeSide::None });
        let quota = Body::VideoQuota(VideoQuota { value: 1 });
        let (pre, rdy) = (Body::BoutLoaded {}, Body::BoutReady {});
        match self.dialect {
            Dialect::TkStrike2 => {
                self.send([pre, round, clock, score, scores, gam_jeom, config, athletes, reference, rdy]);
            }
            Dialect::TkStrike3 => self
                .send([pre, reference, athletes, config, gam_jeom, winners, scores, score, clock, round, leader, rdy]),
            Dialect::Published => {
                self.send([pre, athletes, config, gam_jeom, winners, scores, score, quota, clock, round, rdy]);
            }
        }
    }

    fn config(&self, card: &Card) -> BoutConfig {
        let side = |background: &str| SideColours {
            background: Some(background.to_owned()),
            foreground: Some("#FFFFFF".to_owned()),
        };
        let initial = match card.gender {
            Gender::Men => "M",
            Gender::Women => "W",
        };
        // An older TK-Strike sends `MEN -68kg`, others `M -68kg`.
        let (gender, weight_class) = match self.dialect {
            Dialect::TkStrike2 => (Some(card.gender), card.weight_class.to_owned()),
            Dialect::TkStrike3 | Dialect::Published => (None, format!("{initial} {}", card.weight_class)),
        };
        BoutConfig {
            number: Some(card.number.clone()),
            phase: Some(card.phase.to_owned()),
            gender,
            weight_class: Some(weight_class),
            division: Some(card.division.to_owned()),
            internal_id: Some(card.internal_id.clone()),
            rounds: Some(card.rules.rounds()),
            round_seconds: Some(card.rules.round_seconds()),
            counts: Some(Counts::Down),
            body_threshold: Some(card.body_threshold),
            head_threshold: Some(card.head_threshold),
            colours: Some(Colours { blue: side("#0000ff"), red: side("#ff0000") }),
        }
    }

    fn columns(&self, board: &Board) -> u8 {
        if self.dialect == Dialect::TkStrike2 { board.round } else { board.round.max(3) }
    }

    /// The score on the board, and where the dialect has it, who leads by it.
    fn score(&mut self, board: &Board) -> (Vec<Body>, [Body; 2]) {
        let mut leaders = Vec::new();
        let leader = board.leader();
        let message = |side: Option<Side>| Body::Leader(Leader { side: side.into() });
        if self.dialect == Dialect::TkStrike3 {
            // Level points have no leader, until the console has counted the superiority.
            if board.is_level() && self.leader.is_some() {
                leaders.push(message(None));
                self.leader = None;
            }
            if leader != self.leader {
                leaders.push(message(leader));
                self.leader = leader;
            }
        }
        let scores = board.round_scores(self.columns(board));
        (leaders, [Body::Score(board.score_pair()), Body::RoundScores(scores)])
    }

    pub(super) fn scored(&mut self, board: &Board, hit: Option<Hit>, point: Point) {
        let (mut leaders, [score, scores]) = self.score(board);
        let mut bodies = Vec::new();
        let hit = hit.map(Body::Hit);
        let point = Body::Point(point);
        match self.dialect {
            Dialect::TkStrike2 => {
                bodies.push(point);
                bodies.extend(hit);
                bodies.extend([score, scores]);
            }
            Dialect::TkStrike3 => {
                let late = self.rng.u8(..4) == 0;
                let at = if late { leaders.len() } else { 0 };
                leaders.splice(at..at, hit);
                bodies.extend(leaders);
                bodies.extend([score, scores, point]);
            }
            Dialect::Published => {
                bodies.extend(hit);
                bodies.extend([point, score, scores]);
            }
        }
        self.send(bodies);
    }

    pub(super) fn penalised(&mut self, board: &Board) {
        let (mut bodies, scores) = self.score(board);
        bodies.extend(scores);
        bodies.push(Body::Penalties(board.gam_jeom_pair()));
        self.send(bodies);
    }

    pub(super) fn corrected(&mut self, board: &Board) {
        let (mut bodies, scores) = self.score(board);
        bodies.extend(scores);
        self.send(bodies);
    }

    /// The end of a round by its time.
    pub(super) fn time_is_over(&mut self) {
        let clock = |action| Body::Clock(Clock { seconds: 0, action: Some(action) });
        self.send([clock(ClockAction::End)]);
        if self.dialect == Dialect::TkStrike3 {
            self.wait(13);
            self.send([clock(ClockAction::Stop)]);
        }
    }

    /// The end of a round by the operator, when its clock is stopped.
    pub(super) fn round_is_ended(&mut self) {
        self.send([Body::Clock(Clock { seconds: 0, action: Some(ClockAction::End) })]);
    }

    /// The operator confirms a round that is over.
    pub(super) fn confirmed(&mut self, board: &Board) {
        let columns = self.columns(board);
        let mut bodies =
            vec![Body::RoundWinners(board.round_winners(columns)), Body::RoundScores(board.round_scores(columns))];
        if self.dialect == Dialect::TkStrike3 {
            let (blue, red) = (board.blue.statistics(), board.red.statistics());
            let statistics = RoundStatistics { round: board.round, blue, red };
            bodies.push(Body::RoundStatistics(Box::new(statistics)));
            bodies.push(Body::Console(event::Console::Setting { name: "rsr", value: None }));
        }
        self.send(bodies);
    }

    pub(super) fn next_round(&mut self, round: u8) {
        let round = Body::Round(Round { round });
        if self.leader.take().is_some() {
            self.send([Body::Leader(Leader { side: MaybeSide::None }), round]);
        } else {
            self.send([round]);
        }
    }

    pub(super) fn won(&mut self, winner: Side, banner: ResultBanner) {
        let winner = match winner {
            Side::Blue => BoutWinner::Blue,
            Side::Red => BoutWinner::Red,
        };
        self.send([Body::Winner(Winner { winner }), Body::Result(banner)]);
    }
}
