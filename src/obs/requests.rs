//! Actions that a request or two carry out: scenes, sources, texts, filters, and requests by name.

use obws::requests::filters;
use obws::requests::inputs::{InputId, SetSettings};
use obws::requests::scene_items::{Id, SetEnabled};
use obws::requests::scenes::SceneId;
use obws::requests::sources::SourceId;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::failure::Failure;
use super::link::Link;
use super::reporter::Reporter;
use super::{ObsOptions, raw};
use crate::action::{ObsVerb, Report};
use crate::edge::Command;

/// Carries actions out one after the other.
pub(super) struct Requests<'a> {
    pub(super) options: &'a ObsOptions,
    pub(super) link: &'a Link,
    pub(super) reporter: &'a Reporter,
    pub(super) commands: mpsc::Receiver<Command>,
}

impl Requests<'_> {
    /// Works until there are no more commands.
    pub(super) async fn run(mut self) {
        while let Some(command) = self.commands.recv().await {
            let result = match command.action.verb.obs() {
                Some(verb) => self.carry_out(verb).await,
                None => Err(Failure::NotForObs(command.action.verb.name())),
            };
            self.reporter.outcome(&command, result);
        }
    }

    async fn carry_out(&self, verb: &ObsVerb) -> Result<(), Failure> {
        match verb {
            ObsVerb::Scene { scene } => self.show_scene(scene).await,
            ObsVerb::SourceVisible { scene, source, visible } => self.show_source(scene, source, *visible).await,
            ObsVerb::Text { source, text } => self.set_text(source, text).await,
            ObsVerb::Filter { source, filter, enabled } => self.enable_filter(source, filter, *enabled).await,
            ObsVerb::Request { request, data } => self.send(request, data).await,
            // The other actions of OBS have lanes of their own.
            other => Err(Failure::NotForObs(other.name())),
        }
    }

    async fn show_scene(&self, scene: &str) -> Result<(), Failure> {
        let scenes = self.link.client.scenes();
        self.link.ask("SetCurrentProgramScene", scenes.set_current_program_scene(scene)).await?;
        if !self.link.scene_events {
            self.reporter.to_all(|instance| Report::SceneChanged { instance, scene: scene.to_owned() });
        }
        Ok(())
    }

    async fn show_source(&self, scene: &str, source: &str, visible: bool) -> Result<(), Failure> {
        let items = self.link.client.scene_items();
        let scene = SceneId::Name(scene);
        let item_id = self.link.ask("GetSceneItemId", items.id(Id { scene, source, search_offset: None })).await?;
        let wanted = SetEnabled { scene, item_id, enabled: visible };
        self.link.ask("SetSceneItemEnabled", items.set_enabled(wanted)).await
    }

    async fn set_text(&self, source: &str, text: &str) -> Result<(), Failure> {
        let inputs = self.link.client.inputs();
        let wanted =
            SetSettings { input: InputId::Name(source), settings: &json!({"text": text}), overlay: Some(true) };
        self.link.ask("SetInputSettings", inputs.set_settings(wanted)).await
    }

    async fn enable_filter(&self, source: &str, filter: &str, enabled: bool) -> Result<(), Failure> {
        let filters = self.link.client.filters();
        let wanted = filters::SetEnabled { source: SourceId::Name(source), filter, enabled };
        self.link.ask("SetSourceFilterEnabled", filters.set_enabled(wanted)).await
    }

    async fn send(&self, request: &str, data: &Value) -> Result<(), Failure> {
        if !self.link.known_requests.contains(request) {
            let version = self.link.version.clone();
            return Err(Failure::Unsupported { request: request.to_owned(), version });
        }
        if !data.is_object() && !data.is_null() {
            return Err(Failure::NoObject(request.to_owned()));
        }
        let status = self
            .link
            .within_limit(request, raw::send(self.options, request, data))
            .await?
            .map_err(|reason| Failure::NotSent { request: request.to_owned(), reason })?;
        if status.result {
            Ok(())
        } else {
            Err(Failure::refused(request.to_owned(), status.code, status.comment, &self.link.version))
        }
    }
}
