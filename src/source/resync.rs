use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// All that a PSS can be asked, in one datagram of at most 256 bytes (see `docs/protocol.md`).
const QUESTIONS: &str = "clock\r\nbreak\r\nperiod\r\nscores\r\ngam-jeom\r\ninformations\r\nathletes\r\nwinmatch\r\n\
                         referees\r\nwinperiods;\r\n";
const _: () = assert!(QUESTIONS.len() <= 256);

/// Nothing heard for so long is a silence.
const SILENCE: Duration = Duration::from_secs(5);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks a PSS for its state, once at the start and once after each silence.
pub(super) struct Resync {
    court: Arc<str>,
    with: SocketAddr,
    heard: Instant,
    /// The question that was asked since something was last heard.
    asked: Option<Instant>,
    answered: bool,
    complained: bool,
}

impl Resync {
    /// Asks for the first time.
    pub(super) fn begin(court: &Arc<str>, socket: &UdpSocket, with: SocketAddr) -> Self {
        let heard = Instant::now();
        let mut resync = Self { court: court.clone(), with, heard, asked: None, answered: false, complained: false };
        resync.ask(socket);
        resync
    }

    /// Something came from somebody.
    pub(super) fn heard(&mut self, at: Instant, from: Option<SocketAddr>) {
        self.heard = at;
        if from.is_some_and(|from| from.ip() == self.with.ip()) {
            self.answered = true;
            self.asked = None;
        }
    }

    /// Nothing came for a moment.
    pub(super) fn idle(&mut self, socket: &UdpSocket) {
        match self.asked {
            None if self.heard.elapsed() >= SILENCE => self.ask(socket),
            Some(asked) if !self.answered && !self.complained && asked.elapsed() >= PATIENCE => {
                self.complained = true;
                let with = self.with;
                tracing::warn!(court = %self.court, "the PSS at {with} does not answer; what it broadcasts is heard all the same");
            }
            _ => {}
        }
    }

    fn ask(&mut self, socket: &UdpSocket) {
        self.asked = Some(Instant::now());
        if let Err(error) = socket.send_to(QUESTIONS.as_bytes(), self.with)
            && !self.complained
        {
            self.complained = true;
            tracing::warn!(court = %self.court, "the PSS at {} cannot be asked: {error}", self.with);
        }
    }
}
