//! The wire protocol of the scoring system (PSS): bytes → messages → what they say, and back.
//!
//! Source: the World Taekwondo UDP message set (v2.3, 2024) and the habits of TK-Strike senders, whose second feed of
//! JSON objects is told apart by its first byte; see `docs/protocol.md`. Nothing here panics or guesses: a defect is
//! mended and noted, a wrong value makes the message invalid, an undocumented stream stays as it came.

mod clock;
mod decode;
mod encode;
mod fields;
mod groups;
mod message;
mod streams;
mod text;
mod tkstrike_json;

pub use decode::decode;
pub use encode::{Dialect, encode};
pub use message::Message;
