//! How the vtas of one OBS know of each other, also on other computers: OBS passes the custom events of a client on to
//! all of them.

use std::convert::Infallible;
use std::time::Duration;

use obws::events::Event;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use super::client::Client;
use super::error::ObsError;

/// How long a vta may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// What vtas send to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "vta", rename_all = "snake_case")]
enum Word {
    /// Which vtas run?
    Who,
    /// This one, with its process.
    Here { pid: u32 },
}

impl Word {
    fn of(event: &Event) -> Option<Self> {
        let Event::CustomEvent(data) = event else { return None };
        Self::deserialize(data).ok()
    }

    async fn send(self, client: &Client) -> Result<(), ObsError> {
        client.call("BroadcastCustomEvent", json!({ "eventData": self })).await
    }
}

/// Whether an event asks which vtas run.
pub(super) fn is_question(event: &Event) -> bool {
    Word::of(event) == Some(Word::Who)
}

/// Answers whenever that is asked.
pub(super) async fn answer(client: &Client, asked: &Notify) -> Infallible {
    loop {
        asked.notified().await;
        // An OBS that does not pass it on is silent about it, too.
        let _unanswered = Word::Here { pid: std::process::id() }.send(client).await;
    }
}

/// The process of a vta that works with this OBS; none if none answers.
///
/// # Errors
/// OBS does not pass the question on.
pub(super) async fn other(client: &Client, events: &mut mpsc::Receiver<Event>) -> Result<Option<u32>, ObsError> {
    Word::Who.send(client).await?;
    let answered = timeout(ANSWER_TIMEOUT, async {
        while let Some(event) = events.recv().await {
            if let Some(Word::Here { pid }) = Word::of(&event) {
                return Some(pid);
            }
        }
        None
    });
    Ok(answered.await.ok().flatten())
}
