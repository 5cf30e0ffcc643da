//! Which scene is on program, whoever has put it there.

use std::convert::Infallible;

use tokio::sync::{Notify, watch};
use tracing::warn;

use crate::action::Report;
use crate::obs::client::Client;
use crate::obs::error::ObsError;
use crate::sink::Outbox;

/// The scene on program, as far as it is known; it outlives a connection.
#[derive(Default)]
pub(super) struct Program(watch::Sender<Option<String>>);

impl Program {
    /// Takes in which scene it is, and tells the courts if it is news.
    pub(super) fn set(&self, scene: &str, outbox: &Outbox) {
        let news = self.0.send_if_modified(|shown| {
            let other = shown.as_deref() != Some(scene);
            if other {
                *shown = Some(scene.to_owned());
            }
            other
        });
        if news {
            outbox.send_to_all(|instance| Report::SceneChanged { instance, scene: scene.to_owned() });
        }
    }
}

/// Finds out the scene where no event tells it.
pub(super) struct Scenes<'a> {
    pub(super) client: &'a Client,
    pub(super) outbox: &'a Outbox,
    pub(super) program: &'a Program,
    /// With another collection come other scenes.
    pub(super) collection_changed: &'a Notify,
}

impl Scenes<'_> {
    /// Works for as long as the connection lasts.
    pub(super) async fn run(self) -> Infallible {
        loop {
            match self.client.program_scene().await {
                Ok(Some(scene)) => self.program.set(&scene, self.outbox),
                Ok(None) | Err(ObsError::Lost(_)) => {}
                Err(error) => warn!("it is not known which scene is on program: {error}"),
            }
            self.collection_changed.notified().await;
        }
    }
}
