use strum::Display;

use super::outcome::Outcome;
use crate::event::Body;

#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// Milliseconds since the first console was switched on.
    pub(crate) at_ms: u64,
    pub(crate) bytes: Vec<u8>,
    /// Its messages, without the defects.
    pub(crate) bodies: Vec<Body>,
    pub(crate) defects: Vec<Defect>,
    /// How the bout ended whose last datagram it is.
    pub(crate) ends: Option<Box<Outcome>>,
}

/// A defect of a datagram that can still be understood; shown in the plural.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq)]
pub(crate) enum Defect {
    /// The datagram has the length of the text in UTF-16 units.
    #[strum(serialize = "cut tails")]
    CutTail,
    #[strum(serialize = "glued hits")]
    GluedHits,
    /// `null` where a value is absent.
    #[strum(serialize = "nulls")]
    Null,
    #[strum(serialize = "empty fields")]
    EmptyField,
    /// There is one more field than documented.
    #[strum(serialize = "extra fields")]
    ExtraField,
    /// Windows-1252 instead of UTF-8.
    #[strum(serialize = "old encodings")]
    SingleByte,
    /// Several messages in one datagram.
    #[strum(serialize = "joined messages")]
    SeveralMessages,
    #[strum(serialize = "duplicates")]
    Duplicate,
    /// Two messages of a burst come in the other order.
    #[strum(serialize = "swapped neighbours")]
    Swapped,
}
