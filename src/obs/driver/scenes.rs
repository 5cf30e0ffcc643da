//! The scene on program, also when a person has changed it.

use std::convert::Infallible;

use tokio::sync::{Notify, watch};

use crate::action::Report;
use crate::event::SceneChanged;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::sink::Outbox;
use crate::telemetry::messages;

/// The scene on program, as far as it is known; it outlives a connection.
#[derive(Default)]
pub(super) struct Program(watch::Sender<Option<String>>);

impl Program {
    /// Takes in which scene it is, and reports it to the courts if it is another one.
    pub(super) fn set(&self, scene: &str, outbox: &Outbox) {
        let news = self.0.send_if_modified(|shown| {
            let other = shown.as_deref() != Some(scene);
            if other {
                *shown = Some(scene.to_owned());
            }
            other
        });
        if news {
            outbox.send_to_all(|instance| Report::SceneChanged(SceneChanged { instance, scene: scene.to_owned() }));
        }
    }
}

/// Requests the scene where no event names it: at first, and after a change of the scene collection.
pub(super) async fn find_out(
    client: &Client,
    outbox: &Outbox,
    program: &Program,
    collection_changed: &Notify,
) -> Infallible {
    loop {
        match client.program_scene().await {
            Ok(Some(scene)) => program.set(&scene, outbox),
            Ok(None) | Err(ObsError::Lost(_)) => {}
            Err(error) => messages::obs_scene_unknown(outbox.sink(), error),
        }
        collection_changed.notified().await;
    }
}
