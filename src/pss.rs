//! The wire protocol of the scoring system (PSS): bytes → messages → their fields, and back.
//!
//! Source: the World Taekwondo UDP message set (v2.3, 2024) and the habits of TK-Strike senders, whose second feed of
//! JSON objects is recognised by its first byte; see `docs/protocol.md` and `docs/tkstrike.md`. Nothing here panics or
//! guesses: a defect is corrected and noted, a wrong value makes the message invalid, an undocumented stream is kept as
//! received.

mod clock;
mod decode;
mod encode;
mod encoding;
mod fields;
mod groups;
mod joined;
mod message;
mod streams;
mod text;
mod tkstrike_json;

pub(crate) use decode::is_documented;
pub use decode::{decode, decode_as};
pub use encode::{Dialect, encode};
pub use encoding::{Encoding, UnknownEncoding};
pub use message::Message;
pub(crate) use text::surplus;
