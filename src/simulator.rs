//! A console that plays bouts over UDP: made-up ones, or a trace.
//!
//! Three parts that do no I/O make the messages: the *fight* (`card`, `board`, `clock`, `fight`, `incident`, `rounds`)
//! follows the rules of the sport; the *console* sends what happens in it by the habits of its dialect; the *defects*
//! damage that as real senders do. `Feeds` gives the datagrams, and `send` and `trace` are the sinks.

mod answers;
mod board;
mod bouts;
mod card;
mod clock;
mod console;
mod defects;
mod feed;
mod fight;
mod incident;
mod message;
mod outcome;
mod outgoing;
mod pace;
mod people;
mod rounds;
mod send;
mod trace;

pub use bouts::{Bout, Bouts};
pub(crate) use feed::{Feeds, Plan};
pub use message::ConsoleMessage;
pub use outcome::Outcome;
pub(crate) use outgoing::Outgoing;
pub(crate) use pace::Pace;
pub(crate) use send::{ConsoleSocket, PlayError};
pub(crate) use trace::write;
