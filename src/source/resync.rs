use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::telemetry::messages;

/// Everything that a PSS can be queried for, in one datagram of at most 256 bytes (see `docs/protocol.md`).
const QUESTIONS: &str = "clock\r\nbreak\r\nperiod\r\nscores\r\ngam-jeom\r\ninformations\r\nathletes\r\nwinmatch\r\n\
                         referees\r\nwinperiods;\r\n";
const _: () = assert!(QUESTIONS.len() <= 256);

/// Without a datagram for so long the PSS is queried again.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the PSS may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the PSS answers.
#[derive(Debug, PartialEq, Eq)]
enum Answers {
    /// No answer yet, and the time is not over.
    Awaited,
    /// It has answered.
    Come,
    /// No answer in time, which has been logged.
    Missed,
}

/// Asks a PSS for its state, once at the start and once after each silence.
pub(super) struct Resync {
    court: Arc<str>,
    with: SocketAddr,
    received: Instant,
    queried_at: Instant,
    /// Nothing was received since the query.
    awaits_answer: bool,
    answers: Answers,
}

impl Resync {
    /// Asks for the first time.
    pub(super) fn begin(court: &Arc<str>, socket: &UdpSocket, with: SocketAddr) -> Self {
        let now = Instant::now();
        let answers = Answers::Awaited;
        let mut resync =
            Self { court: court.clone(), with, received: now, queried_at: now, awaits_answer: false, answers };
        resync.ask(socket, now);
        resync
    }

    /// A datagram was received.
    pub(super) fn received(&mut self, at: Instant, from: Option<SocketAddr>, datagram: &[u8]) {
        self.received = at;
        self.awaits_answer = false;
        if from.is_some_and(|from| self.is_answer(at, from, datagram)) {
            self.answers = Answers::Come;
        }
        self.check(at);
    }

    /// No datagram was received for a moment.
    pub(super) fn idle(&mut self, socket: &UdpSocket, now: Instant) {
        self.check(now);
        if !self.awaits_answer && now.saturating_duration_since(self.received) >= SILENCE_TIMEOUT {
            self.ask(socket, now);
        }
    }

    /// Whether this datagram answers the question: a console also broadcasts from the same machine without a query.
    fn is_answer(&self, at: Instant, from: SocketAddr, datagram: &[u8]) -> bool {
        if from.ip().to_canonical() != self.with.ip().to_canonical() {
            return false;
        }
        // A console seldom sends the bout without a query, and always does when it is.
        let tells_bout = |line: &[u8]| line.get(..3).is_some_and(|stream| stream.eq_ignore_ascii_case(b"mch"));
        let is_soon = at.saturating_duration_since(self.queried_at) < ANSWER_TIMEOUT;
        from.port() == self.with.port() || is_soon && datagram.split(|byte| *byte == b'\n').any(tells_bout)
    }

    /// Logs, once, that no answer has come.
    fn check(&mut self, now: Instant) {
        if self.answers == Answers::Awaited && now.saturating_duration_since(self.queried_at) >= ANSWER_TIMEOUT {
            self.answers = Answers::Missed;
            messages::court_no_answer(&self.court, self.with);
        }
    }

    fn ask(&mut self, socket: &UdpSocket, now: Instant) {
        self.queried_at = now;
        self.awaits_answer = true;
        if let Err(error) = socket.send_to(QUESTIONS.as_bytes(), self.with)
            && self.answers == Answers::Awaited
        {
            self.answers = Answers::Missed;
            messages::court_not_queried(&self.court, self.with, error);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// The state when this datagram has come so many milliseconds after the question, from a port of the PSS's machine
    /// (0: the port that was queried), and the time for an answer is over.
    fn answers(after: u64, datagram: &[u8], port: u16) -> Answers {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let pss = UdpSocket::bind("127.0.0.1:0").unwrap();
        let with = pss.local_addr().unwrap();
        let mut resync = Resync::begin(&"court-1".into(), &socket, with);
        let from = SocketAddr::new(with.ip(), if port == 0 { with.port() } else { port });
        resync.received(resync.queried_at + Duration::from_millis(after), Some(from), datagram);
        resync.check(resync.queried_at + ANSWER_TIMEOUT);
        resync.answers
    }

    #[test]
    fn broadcast_from_the_same_machine_is_no_answer() {
        assert_eq!(answers(50, b"clk;01:10\r\n", 9), Answers::Missed);
        assert_eq!(answers(2050, b"mch;12\r\n", 9), Answers::Missed);
    }

    #[test]
    fn bout_sent_at_once_and_datagram_from_the_asked_port_are_answers() {
        assert_eq!(answers(50, b"mch;\r\n", 9), Answers::Come);
        assert_eq!(answers(50, b"clk;01:10\r\nMCH;12;Final\r\n", 9), Answers::Come);
        assert_eq!(answers(50, b"clk;01:10\r\n", 0), Answers::Come);
    }

    #[test]
    fn each_silence_leads_to_one_question() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let pss = UdpSocket::bind("127.0.0.1:0").unwrap();
        pss.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut resync = Resync::begin(&"court-1".into(), &socket, pss.local_addr().unwrap());
        let other = Some(SocketAddr::from(([192, 0, 2, 1], 6000)));
        let queries = || {
            let mut buffer = [0; 512];
            std::iter::from_fn(|| pss.recv(&mut buffer).ok()).count()
        };
        assert_eq!(queries(), 1);
        for _ in 0..2 {
            let at = resync.queried_at + SILENCE_TIMEOUT;
            resync.idle(&socket, at);
            resync.received(at, other, b"clk;01:10");
            resync.idle(&socket, at + SILENCE_TIMEOUT / 2);
            assert_eq!(queries(), 0);
            resync.idle(&socket, at + SILENCE_TIMEOUT);
            resync.idle(&socket, at + SILENCE_TIMEOUT * 2);
            assert_eq!(queries(), 1);
        }
    }
}
