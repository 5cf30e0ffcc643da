use crate::event::Body;

/// A message that a console sends.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsoleMessage {
    /// Milliseconds since the console was switched on.
    pub at_ms: u64,
    /// Messages that are sent together have the same number.
    pub burst: u32,
    /// Its kind and fields.
    pub body: Body,
}
