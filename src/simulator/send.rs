//! Sends datagrams over UDP, and answers questions.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::answers::{LastMessages, MAX_QUESTION};
use super::feed::Feeds;
use super::outgoing::Outgoing;
use super::pace::Pace;
use crate::capture::{CaptureError, Reader, Recorded};
use crate::court::Input;
use crate::pss::Dialect;

/// How often the threads that answer questions check whether the play is over.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

#[derive(Debug, thiserror::Error)]
pub(crate) enum PlayError {
    #[error(transparent)]
    Trace(#[from] CaptureError),
    #[error("failed to send from {from}: {source}; take an address of this machine and a port that is free")]
    Bind { from: SocketAddr, source: io::Error },
    #[error("failed to send to {to}: {source}")]
    Send { to: SocketAddr, source: io::Error },
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Played {
    /// Datagrams sent, or written.
    pub(crate) datagrams: u64,
    pub(crate) took: Duration,
}

#[derive(Debug)]
pub(crate) struct ConsoleSocket {
    socket: UdpSocket,
    to: SocketAddr,
}

impl ConsoleSocket {
    /// A socket that sends to an address, from one of this machine or from any.
    pub(crate) fn bind(from: Option<SocketAddr>, to: SocketAddr) -> Result<Self, PlayError> {
        let any: SocketAddr = match to {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let from = from.unwrap_or(any);
        let bound = || -> io::Result<UdpSocket> {
            let socket = UdpSocket::bind(from)?;
            // Consoles may send to a broadcast address.
            socket.set_broadcast(true)?;
            socket.set_read_timeout(Some(POLL_INTERVAL))?;
            Ok(socket)
        };
        Ok(Self { socket: bound().map_err(|source| PlayError::Bind { from, source })?, to })
    }

    /// Where it sends from and answers questions.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.socket.local_addr().ok()
    }

    /// Sends the datagrams of a capture, each when it is due.
    pub(crate) fn play(&self, reader: &mut Reader, pace: Pace) -> Result<Played, PlayError> {
        let began = Instant::now();
        let mut first = None;
        let mut datagrams = 0;
        for recorded in reader {
            let Recorded { at, input: Input::Datagram(datagram) } = recorded? else { continue };
            let at = at.since(*first.get_or_insert(at));
            wait(began, pace.due(datagrams, at));
            self.send(&datagram.bytes)?;
            datagrams += 1;
        }
        Ok(Played { datagrams, took: began.elapsed() })
    }

    /// Sends the datagrams of courts, each when it is due and none from `until` on, and answers questions in the
    /// meantime. `each` is called for every datagram that was sent.
    pub(crate) fn play_courts<E: From<PlayError>>(
        sockets: &[Self],
        feeds: Feeds,
        dialect: Dialect,
        pace: Pace,
        until: Option<Duration>,
        mut each: impl FnMut(usize, &Outgoing) -> Result<(), E>,
    ) -> Result<Played, E> {
        let over = AtomicBool::new(false);
        let memories: Vec<_> = sockets.iter().map(|_| Mutex::new(LastMessages::new(dialect))).collect();
        thread::scope(|scope| {
            for (console, memory) in sockets.iter().zip(&memories) {
                scope.spawn(|| console.answer(memory, &over));
            }
            let play = || {
                let began = Instant::now();
                let mut datagrams = 0;
                for (court, mut outgoing) in feeds {
                    let (Some(console), Some(memory)) = (sockets.get(court), memories.get(court)) else { continue };
                    let due = pace.due(datagrams, Duration::from_millis(outgoing.at_ms));
                    let at = due.unwrap_or_default().max(began.elapsed());
                    if until.is_some_and(|until| at >= until) {
                        break;
                    }
                    wait(began, due);
                    console.send(&outgoing.bytes)?;
                    datagrams += 1;
                    let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                    for body in std::mem::take(&mut outgoing.bodies) {
                        memory.keep(body);
                    }
                    drop(memory);
                    each(court, &outgoing)?;
                }
                Ok(Played { datagrams, took: began.elapsed() })
            };
            let played = play();
            over.store(true, Relaxed);
            played
        })
    }

    fn send(&self, bytes: &[u8]) -> Result<(), PlayError> {
        match self.socket.send_to(bytes, self.to) {
            Ok(_) => Ok(()),
            // No program listens there yet, which a real console would not notice.
            Err(error) if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset) => Ok(()),
            Err(source) => Err(PlayError::Send { to: self.to, source }),
        }
    }

    fn answer(&self, memory: &Mutex<LastMessages>, over: &AtomicBool) {
        // One byte more than the limit, so that a longer datagram shows.
        let mut buffer = [0; MAX_QUESTION + 1];
        while !over.load(Relaxed) {
            match self.socket.recv_from(&mut buffer) {
                Ok((length, from)) => {
                    let question = buffer.get(..length).unwrap_or_default();
                    let answers = memory.lock().unwrap_or_else(PoisonError::into_inner).answers(question);
                    for answer in answers {
                        // The program that sent the query may have ended.
                        let _sent = self.socket.send_to(answer.as_bytes(), from);
                    }
                }
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                // Some systems report the fate of earlier datagrams here.
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }
}

fn wait(began: Instant, due: Option<Duration>) {
    if let Some(due) = due {
        thread::sleep(due.saturating_sub(began.elapsed()));
    }
}
