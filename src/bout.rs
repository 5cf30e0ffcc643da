//! The state of a bout, and what it implies.
//!
//! Senders hand neighbouring messages to the network in any order, so nothing here depends on the order inside a
//! *burst*: the messages that come with hardly a pause between them. Each message changes the state at once, for whoever
//! looks meanwhile. When the burst is over, and its messages did not come in the one order that makes sense of them
//! ([`order`]), the state is made anew from them in that order. What is implied is derived then; only a request for
//! review is derived at once, since a jury waits for it.

mod ledger;
mod order;
mod review;
mod rounds;
mod scoring;
mod state;
mod tracker;

pub use state::*;
pub use tracker::{Implied, Tracker};
