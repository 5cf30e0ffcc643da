//! Where a court's datagrams come from while it is live.

mod kernel;
mod resync;
mod stamp;
pub mod udp;

pub use stamp::Stamper;
pub use udp::{BindError, Received, UdpReceiver};
