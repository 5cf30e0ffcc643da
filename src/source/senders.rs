//! Who sends to a court right now.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::door::Door;
use crate::court::MAX_DATAGRAM;
use crate::time::Time;

/// Who sends.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct SenderStatus {
    pub(crate) address: SocketAddr,
    /// How many have come since it was first heard; it is forgotten when it is silent for a minute.
    pub(crate) datagrams: u64,
    /// When the last one came.
    pub(crate) heard_at: Time,
    /// Whether `allow` has it or, without `allow`, it sends messages of the PSS.
    pub(crate) is_trusted: bool,
}

impl fmt::Display for SenderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { address, datagrams, heard_at, .. } = self;
        let seconds = Time::now().since(*heard_at).as_secs();
        write!(f, "{address} has sent {datagrams} datagrams, the last one {seconds} s ago")
    }
}

/// Who sends to a running court, of each second; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Senders(Arc<Mutex<Vec<SenderStatus>>>);

impl Senders {
    pub(crate) fn get(&self) -> Vec<SenderStatus> {
        self.lock().clone()
    }

    pub(super) fn set(&self, senders: Vec<SenderStatus>) {
        *self.lock() = senders;
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SenderStatus>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Listens at an address for some time, while no court does; gives who has sent.
///
/// # Errors
/// The port cannot be listened on.
pub(crate) fn listen(address: SocketAddr, allow: Vec<IpNet>, time: Duration) -> io::Result<Vec<SenderStatus>> {
    let socket = UdpSocket::bind(address)?;
    let mut door = Door::new(allow);
    let mut buffer = [0; MAX_DATAGRAM];
    let until = Instant::now() + time;
    while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
        socket.set_read_timeout(Some(left))?;
        match socket.recv_from(&mut buffer) {
            Ok((length, from)) => {
                let bytes = buffer.get(..length).unwrap_or_default();
                door.lets_in(Some(from), bytes, (Time::now(), Instant::now()));
            }
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => break,
            // A datagram that is too long or was refused, for example.
            Err(_) => {}
        }
    }
    Ok(door.senders())
}
