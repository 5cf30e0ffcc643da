//! Where a court's datagrams come from while it is live.

mod clock;
mod door;
mod kernel;
mod resync;
mod senders;
pub(crate) mod udp;

pub(crate) use clock::{ClockWatch, CourtClock};
pub(crate) use senders::{SenderStatus, Senders, listen};
pub(crate) use udp::{BindError, Received, UdpReceiver};
