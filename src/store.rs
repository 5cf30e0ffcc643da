//! The database: the outputs of courts, written to SQLite and read back.
//!
//! A *session* is one court from the start of a run to its end, or one replay of a capture; the `seq` of events and of
//! actions run from 1 in each. [`Store`] writes, on a thread of its own; [`StoreReader`] reads, and never changes a file.
//!
//! When the writer cannot keep up, live courts ([`StoreHandle::try_send`]) lose entries, which
//! are counted and logged; replays ([`StoreHandle::send`]) wait. When the database refuses (a full disk,
//! another program's lock), the entries taken from the queue are kept and written later.

mod actions;
mod bouts;
mod commands;
mod conversions;
mod damage;
mod error;
mod events;
mod export;
mod filter;
mod find_clip;
mod handle;
mod info;
mod loads;
mod open;
mod original;
mod reader;
mod resume;
mod review_steps;
mod reviews;
mod rows;
mod timeline;
mod writer;

pub use actions::StoredAction;
pub use bouts::{BoutRow, RoundRow};
pub use error::StoreError;
pub use events::StoredEvent;
pub use export::Format;
pub use filter::{Filter, QuerySummary, Sessions};
pub use handle::{Closed, Full, StoreCounts, StoreHandle};
pub use info::{Info, SessionRow};
pub use open::{Mode, NewSession, Store};
pub use reader::StoreReader;
pub use reviews::ReviewRow;
pub use timeline::{Sighting, Timeline, TimelineLine};
pub use writer::StoreThread;
