//! Where a court's datagrams come from while it is live.

mod clock;
mod kernel;
mod resync;
pub mod udp;

pub use clock::{ClockWatch, CourtClock};
pub use udp::{BindError, Received, UdpReceiver};
