//! A console that plays bouts over UDP: made-up ones, or a trace.
//!
//! What is said comes of three parts that do no I/O: the *fight* (`card`, `board`, `clock`, `incident`, `fight`) follows
//! the rules of the sport; the *console* says what happens in it by the habits of its dialect; the *defects* spoil that
//! as real senders do. [`Feeds`] gives the datagrams, and `send` and `trace` are the sinks.

mod answers;
mod board;
mod bouts;
mod card;
mod cast;
mod clock;
mod console;
mod defects;
mod feed;
mod fight;
mod incident;
mod outcome;
mod pace;
mod send;
mod trace;

pub use bouts::{Bout, Bouts, Said};
pub use defects::Defect;
pub use feed::{Feeds, Outgoing, Plan};
pub use outcome::Outcome;
pub use pace::Pace;
pub use send::{PlayError, Played, Station};
pub use trace::{WriteError, write};
