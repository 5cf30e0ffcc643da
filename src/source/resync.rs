use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::telemetry::messages;

/// All that a PSS can be asked, in one datagram of at most 256 bytes (see `docs/protocol.md`).
const QUESTIONS: &str = "clock\r\nbreak\r\nperiod\r\nscores\r\ngam-jeom\r\ninformations\r\nathletes\r\nwinmatch\r\n\
                         referees\r\nwinperiods;\r\n";
const _: () = assert!(QUESTIONS.len() <= 256);

/// Nothing heard for so long is a silence.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the PSS answers.
#[derive(Debug, PartialEq, Eq)]
enum Answers {
    /// It has not yet.
    Awaited,
    /// It does.
    Come,
    /// It has not in time, which has been said.
    Missed,
}

/// Asks a PSS for its state, once at the start and once after each silence.
pub(super) struct Resync {
    court: Arc<str>,
    with: SocketAddr,
    heard: Instant,
    asked: Instant,
    /// Nothing was heard since it was asked.
    is_asked: bool,
    answers: Answers,
}

impl Resync {
    /// Asks for the first time.
    pub(super) fn begin(court: &Arc<str>, socket: &UdpSocket, with: SocketAddr) -> Self {
        let now = Instant::now();
        let answers = Answers::Awaited;
        let mut resync = Self { court: court.clone(), with, heard: now, asked: now, is_asked: false, answers };
        resync.ask(socket, now);
        resync
    }

    /// Something came from somebody.
    pub(super) fn heard(&mut self, at: Instant, from: Option<SocketAddr>, datagram: &[u8]) {
        self.heard = at;
        self.is_asked = false;
        if from.is_some_and(|from| self.is_answer(at, from, datagram)) {
            self.answers = Answers::Come;
        }
        self.check(at);
    }

    /// Nothing came for a moment.
    pub(super) fn idle(&mut self, socket: &UdpSocket, now: Instant) {
        self.check(now);
        if !self.is_asked && now.saturating_duration_since(self.heard) >= SILENCE_TIMEOUT {
            self.ask(socket, now);
        }
    }

    /// Whether this was sent because of a question: a console broadcasts from the same machine, asked or not.
    fn is_answer(&self, at: Instant, from: SocketAddr, datagram: &[u8]) -> bool {
        if from.ip().to_canonical() != self.with.ip().to_canonical() {
            return false;
        }
        // The bout is what a console tells of its own accord the least often, and always answers.
        let tells_bout = |line: &[u8]| line.get(..3).is_some_and(|stream| stream.eq_ignore_ascii_case(b"mch"));
        let is_soon = at.saturating_duration_since(self.asked) < ANSWER_TIMEOUT;
        from.port() == self.with.port() || is_soon && datagram.split(|byte| *byte == b'\n').any(tells_bout)
    }

    /// Says, once, that no answer has come.
    fn check(&mut self, now: Instant) {
        if self.answers == Answers::Awaited && now.saturating_duration_since(self.asked) >= ANSWER_TIMEOUT {
            self.answers = Answers::Missed;
            messages::court_no_answer(&self.court, self.with);
        }
    }

    fn ask(&mut self, socket: &UdpSocket, now: Instant) {
        self.asked = now;
        self.is_asked = true;
        if let Err(error) = socket.send_to(QUESTIONS.as_bytes(), self.with)
            && self.answers == Answers::Awaited
        {
            self.answers = Answers::Missed;
            messages::court_not_asked(&self.court, self.with, error);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// What is thought of the PSS when this has come so many milliseconds after it was asked, from a port of its machine
    /// and from another, and the time for an answer is over.
    fn thought(after: u64, datagram: &[u8], port: u16) -> Answers {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let pss = UdpSocket::bind("127.0.0.1:0").unwrap();
        let with = pss.local_addr().unwrap();
        let mut resync = Resync::begin(&"court-1".into(), &socket, with);
        let from = SocketAddr::new(with.ip(), if port == 0 { with.port() } else { port });
        resync.heard(resync.asked + Duration::from_millis(after), Some(from), datagram);
        resync.check(resync.asked + ANSWER_TIMEOUT);
        resync.answers
    }

    #[test]
    fn what_a_console_broadcasts_from_the_same_machine_is_no_answer() {
        assert_eq!(thought(50, b"clk;01:10\r\n", 9), Answers::Missed);
        assert_eq!(thought(2050, b"mch;12\r\n", 9), Answers::Missed);
    }

    #[test]
    fn the_bout_told_at_once_and_whatever_comes_from_the_port_asked_are_answers() {
        assert_eq!(thought(50, b"mch;\r\n", 9), Answers::Come);
        assert_eq!(thought(50, b"clk;01:10\r\nMCH;12;Final\r\n", 9), Answers::Come);
        assert_eq!(thought(50, b"clk;01:10\r\n", 0), Answers::Come);
    }

    #[test]
    fn each_silence_is_asked_into_once_whoever_was_heard_before() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let pss = UdpSocket::bind("127.0.0.1:0").unwrap();
        pss.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let mut resync = Resync::begin(&"court-1".into(), &socket, pss.local_addr().unwrap());
        let other = Some(SocketAddr::from(([192, 0, 2, 1], 6000)));
        let asked = || {
            let mut buffer = [0; 512];
            std::iter::from_fn(|| pss.recv(&mut buffer).ok()).count()
        };
        assert_eq!(asked(), 1);
        for _ in 0..2 {
            let at = resync.asked + SILENCE_TIMEOUT;
            resync.idle(&socket, at);
            resync.heard(at, other, b"clk;01:10");
            resync.idle(&socket, at + SILENCE_TIMEOUT / 2);
            assert_eq!(asked(), 0);
            resync.idle(&socket, at + SILENCE_TIMEOUT);
            resync.idle(&socket, at + SILENCE_TIMEOUT * 2);
            assert_eq!(asked(), 1);
        }
    }
}
