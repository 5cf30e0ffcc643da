//! Which scene is on program, whoever has put it there.

use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tracing::warn;

use super::reporter::Reporter;
use crate::action::Report;
use crate::obs::client::Event;
use crate::obs::client::Link;
use crate::obs::error::ObsError;

/// The scene on program, as far as it is known; it outlives a connection.
#[derive(Default)]
pub(super) struct Program(watch::Sender<Option<String>>);

impl Program {
    /// Takes in which scene it is, and tells the courts if it is news.
    pub(super) fn set(&self, scene: &str, reporter: &Reporter) {
        let news = self.0.send_if_modified(|shown| {
            let other = shown.as_deref() != Some(scene);
            if other {
                *shown = Some(scene.to_owned());
            }
            other
        });
        if news {
            reporter.to_all(|instance| Report::SceneChanged { instance, scene: scene.to_owned() });
        }
    }
}

/// Follows the scene.
pub(super) struct Scenes<'a> {
    pub(super) link: &'a Link,
    pub(super) reporter: &'a Reporter,
    pub(super) told: mpsc::Receiver<Event>,
    pub(super) program: &'a Program,
}

impl Scenes<'_> {
    /// Reports each change until the connection ends, and then says that it is lost.
    pub(super) async fn run(mut self) {
        self.look().await;
        let mut reason = "the connection was closed";
        while let Some(event) = self.told.recv().await {
            match &*event.name {
                "CurrentProgramSceneChanged" => self.show(&event.data["sceneName"]),
                // With another collection come other scenes.
                "CurrentSceneCollectionChanged" => self.look().await,
                "ExitStarted" => reason = "OBS was closed",
                _ => {}
            }
        }
        self.link.lose(reason);
    }

    async fn look(&self) {
        match self.link.send("GetCurrentProgramScene", Value::Null).await {
            Ok(answer) => self.show(&answer["currentProgramSceneName"]),
            Err(ObsError::Lost(_)) => {}
            Err(error) => warn!("it is not known which scene is on program: {error}"),
        }
    }

    fn show(&self, scene: &Value) {
        if let Some(scene) = scene.as_str() {
            self.program.set(scene, self.reporter);
        }
    }
}
