//! The state of a bout, and the events derived from it.
//!
//! Senders hand neighbouring messages to the network in any order, so nothing here depends on the order inside a
//! *burst*: messages with hardly a pause between them. Each message changes the state at once, for readers in the
//! meantime. When the burst is over and its messages did not come in their logical order (`order`), the state is
//! rebuilt from them in that order. Only then are events derived from the burst as a whole; a request for review and
//! its answer are the exceptions, because people wait for them.
//!
//! `lifecycle`, `rounds`, `rests`, `scoring`, `reviews` and `injuries` each keep their own memory of the
//! bout, change the `model` and return the events that they derive. `engine` composes them, `burst` feeds it.

mod burst;
mod engine;
mod id;
mod identity;
mod inference;
mod injuries;
mod lifecycle;
mod model;
mod order;
mod rests;
mod reviews;
mod rounds;
mod scoring;

pub use burst::{BurstHandler, Derived};
pub(crate) use engine::EngineState;
pub use id::{BoutId, InvalidBoutId, SessionId};
pub(crate) use identity::Identities;
pub use identity::{Facts, KnownBout, MAX_BREAK};
pub use model::*;
pub use reviews::ReviewOrder;
