//! A court's UDP socket, and the thread that only receives, stamps and queues datagrams.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use bytes::Bytes;
use crossbeam_channel::TrySendError;
use ipnet::IpNet;
use socket2::SockRef;

use super::door::Door;
use super::resync::Resync;
use super::senders::Senders;
use super::{CourtClock, kernel};
use crate::action::Report;
use crate::court::{Datagram, Input, MAX_DATAGRAM};
use crate::port_owner;
use crate::queue::Sender;
use crate::telemetry::{Counters, Status, StatusHandle, messages};
use crate::time::Time;

/// How often the thread checks whether it is to stop.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How long it may take to read what the kernel has queued when it is to stop.
const DRAIN_TIMEOUT: Duration = Duration::from_millis(500);

/// A datagram with the time of its arrival, or what was shed.
#[derive(Debug)]
pub(crate) struct Received {
    /// By the clock of the session.
    pub(crate) at: Time,
    pub(crate) input: Input,
}

/// A port cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("failed to listen on UDP {address} for `{court}`: {reason}")]
pub struct BindError {
    court: Arc<str>,
    address: SocketAddr,
    reason: String,
    source: io::Error,
}

impl BindError {
    pub(crate) fn new(court: &Arc<str>, address: SocketAddr, source: io::Error) -> Self {
        Self { court: court.clone(), address, reason: reason(&source, address), source }
    }
}

/// What is wrong, and what to do about it.
fn reason(error: &io::Error, address: SocketAddr) -> String {
    let port = address.port();
    match error.kind() {
        ErrorKind::AddrInUse => format!(
            "{} listens on port {port} already; end it, or change `bind` and the port that the console sends to",
            port_owner::of_udp(port)
        ),
        ErrorKind::AddrNotAvailable => {
            format!("this machine has no address {}; take one that it has, or 0.0.0.0 for all of them", address.ip())
        }
        ErrorKind::PermissionDenied => format!("the system does not allow port {port}; take one above 1023"),
        _ => error.to_string(),
    }
}

/// A bound socket, ready to receive.
#[derive(Debug)]
pub(crate) struct UdpReceiver {
    court: Arc<str>,
    socket: UdpSocket,
    local: SocketAddr,
    resync: Option<SocketAddr>,
    allow: Vec<IpNet>,
    senders: Senders,
    status: StatusHandle,
}

impl UdpReceiver {
    /// Binds the court's socket; warns when the kernel grants a smaller receive buffer.
    pub(crate) fn bind(court: Arc<str>, address: SocketAddr, receive_buffer_bytes: usize) -> Result<Self, BindError> {
        let bound = || -> io::Result<Self> {
            let socket = UdpSocket::bind(address)?;
            let options = SockRef::from(&socket);
            options.set_recv_buffer_size(receive_buffer_bytes)?;
            kernel::prepare(&socket, receive_buffer_bytes)?;
            let granted = kernel::granted(options.recv_buffer_size()?);
            if granted < receive_buffer_bytes {
                messages::court_small_buffer(&court, granted, receive_buffer_bytes);
            }
            socket.set_read_timeout(Some(POLL_INTERVAL))?;
            let local = socket.local_addr()?;
            let status = StatusHandle::new("udp", &court);
            Ok(Self {
                court: court.clone(),
                socket,
                local,
                resync: None,
                allow: Vec::new(),
                senders: Senders::default(),
                status,
            })
        };
        bound().map_err(|source| BindError::new(&court, address, source))
    }

    /// Asks a PSS for its state, at the start and after each silence, from the socket that it listens on.
    pub(crate) fn resync(mut self, with: Option<SocketAddr>) -> Self {
        self.resync = with;
        self
    }

    /// Trusts these senders alone; without any, those that send messages of the PSS.
    pub(crate) fn allow(mut self, allow: Vec<IpNet>) -> Self {
        self.allow = allow;
        self
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    /// Who sends, also once its thread runs.
    pub(crate) fn senders(&self) -> &Senders {
        &self.senders
    }

    /// Its status, also once its thread runs.
    pub(crate) fn status(&self) -> &StatusHandle {
        &self.status
    }

    /// Receives in a thread of its own until `stop` is set, then takes what the kernel has queued and ends.
    ///
    /// # Errors
    /// When the system refuses a thread.
    pub(crate) fn spawn(
        self,
        queue: Sender<Received>,
        counters: Arc<Counters>,
        clock: CourtClock,
        stop: Arc<AtomicBool>,
    ) -> io::Result<JoinHandle<()>> {
        let name = format!("udp {}", self.court);
        thread::Builder::new().name(name).spawn(move || self.receive(&queue, &counters, clock, &stop))
    }

    fn receive(mut self, queue: &Sender<Received>, counters: &Counters, clock: CourtClock, stop: &AtomicBool) {
        let _guard = self.status.run();
        // One byte more than the limit, so that a longer datagram is recognised.
        let mut buffer = [0; MAX_DATAGRAM + 1];
        let mut control = kernel::control();
        let mut lost_before = 0u32;
        let mut drain_until = None;
        let mut is_failing = false;
        let mut door = Door::new(std::mem::take(&mut self.allow));
        let mut resync = self.resync.map(|with| Resync::begin(&self.court, &self.socket, with));
        let report = |door: &mut Door, is_end: bool| {
            let (at, now) = clock.now();
            let Some(shed) = door.report(at, now, is_end) else { return };
            self.senders.set(door.senders());
            for shed in shed {
                // In a queue that is full, the counter has them.
                let _counted = queue.try_send(Received { at, input: Input::Report(Report::DatagramsShed(shed)) });
            }
        };
        loop {
            if drain_until.is_none() && stop.load(Relaxed) {
                drain_until = Some(Instant::now() + DRAIN_TIMEOUT);
                if self.socket.set_nonblocking(true).is_err() {
                    return;
                }
            }
            if drain_until.is_some_and(|until| Instant::now() > until) {
                break;
            }
            match kernel::receive(&self.socket, &mut buffer, &mut control) {
                Ok(datagram) => {
                    if std::mem::take(&mut is_failing) {
                        self.status.set(Status::Running);
                    }
                    let (at, arrived) = clock.now();
                    if let Some(lost) = datagram.lost {
                        // The kernel's counter has 32 bits and wraps around.
                        counters.lost_in_kernel.add(lost.wrapping_sub(lost_before).into());
                        lost_before = lost;
                    }
                    let truncated = datagram.length > MAX_DATAGRAM;
                    if truncated {
                        counters.truncated.add(1);
                    }
                    let length = datagram.length.min(MAX_DATAGRAM);
                    let bytes = buffer.get(..length).unwrap_or_default();
                    let is_in = door.lets_in(datagram.from, bytes, (at, arrived));
                    report(&mut door, false);
                    if !is_in {
                        counters.shed.add(1);
                        continue;
                    }
                    let bytes = Bytes::copy_from_slice(bytes);
                    if let Some(resync) = &mut resync {
                        resync.received(arrived, datagram.from, &bytes);
                    }
                    let datagram = Datagram { bytes, from: datagram.from, truncated };
                    match queue.try_send(Received { at, input: Input::Datagram(datagram) }) {
                        Ok(()) => {}
                        Err(TrySendError::Full(_)) => {
                            counters.lost_in_queue.add(1);
                        }
                        Err(TrySendError::Disconnected(_)) => return,
                    }
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut if drain_until.is_some() => break,
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {
                        report(&mut door, false);
                        if let Some(resync) = &mut resync {
                            resync.idle(&self.socket, Instant::now());
                        }
                    }
                    _ => {
                        // For example, a host refused a datagram; the next one is not affected.
                        messages::court_receive_failed(&self.court, &error);
                        self.status.set(Status::Degraded(error.to_string()));
                        is_failing = true;
                        if error.kind() != ErrorKind::ConnectionReset {
                            thread::sleep(Duration::from_millis(1));
                        }
                    }
                },
            }
        }
        report(&mut door, true);
    }
}
