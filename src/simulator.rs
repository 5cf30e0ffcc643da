//! A console that plays bouts over UDP: a trace sent as real datagrams.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use crate::capture::{CaptureError, Reader, Recorded};
use crate::court::Input;

/// Why a trace could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The trace cannot be read.
    #[error(transparent)]
    Trace(#[from] CaptureError),
    /// A datagram cannot be sent.
    #[error("failed to send to {to}: {source}")]
    Send {
        /// The address.
        to: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// What was played.
#[derive(Clone, Copy, Debug, Default)]
pub struct Played {
    /// Datagrams sent.
    pub datagrams: u64,
    /// How long it took.
    pub took: Duration,
}

/// Sends the datagrams of a capture to an address, each at its time; `speed` is so many times that of life.
///
/// # Errors
/// The capture cannot be read, or the system refuses to send.
pub fn play(reader: &mut Reader, to: SocketAddr, speed: f64) -> Result<Played, PlayError> {
    let failed = |source| PlayError::Send { to, source };
    let any: SocketAddr = match to {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).map_err(failed)?;
    // Consoles speak to everybody.
    socket.set_broadcast(true).map_err(failed)?;
    let began = Instant::now();
    let mut first = None;
    let mut datagrams = 0;
    for recorded in reader {
        let Recorded { at, input: Input::Datagram(datagram) } = recorded? else { continue };
        let first = *first.get_or_insert(at);
        let due = began + at.since(first).div_f64(speed);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        match socket.send_to(&datagram.bytes, to) {
            Ok(_) => datagrams += 1,
            // Nobody listens there (yet): the console would not know.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => datagrams += 1,
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(Played { datagrams, took: began.elapsed() })
}
