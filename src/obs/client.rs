//! The connections to an OBS instance.

mod connect;
mod conversation;
mod link;
mod socket;

pub(super) use self::connect::{ConnectError, Connection, connect, converse};
pub(super) use self::conversation::Conversation;
pub(super) use self::link::Link;
pub(super) use self::socket::Event;
