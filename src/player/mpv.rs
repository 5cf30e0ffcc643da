//! An mpv that runs, and its commands. Nothing here needs a newer mpv than 0.35.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::entry::{Playback, Showing, Start};
use super::error::PlayerError;
use super::ipc::{Event, Ipc};
use super::options::PlayerOptions;
use super::process::{Ending, Process, SHUTDOWN_TIMEOUT};
use super::{keys, process};

/// How long mpv may take from its start to its first answer; a quarter of a second is usual.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take from a file's name to its first frame.
const SHOW_TIMEOUT: Duration = Duration::from_secs(3);
/// How long mpv may take for a frame back: it decodes from the key frame before.
const SEEK_TIMEOUT: Duration = Duration::from_secs(2);
/// How long its window may take to open; a quarter of a second is usual.
const WINDOW_TIMEOUT: Duration = Duration::from_secs(5);
/// How often to look for the window.
const WINDOW_POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How close to a clip's end a position can be: beyond it there is no frame.
const MIN_BEFORE_END: f64 = 0.05;

/// An mpv that runs.
pub(super) struct Mpv {
    process: Process,
    ipc: Ipc,
    /// What it says of its version.
    pub(super) version: String,
}

impl Mpv {
    /// Starts mpv, and waits until it answers and its window is there.
    pub(super) async fn start(options: &PlayerOptions) -> Result<Self, PlayerError> {
        let not_started = |reason: String| {
            let command = options.command.display().to_string();
            PlayerError::NotStarted { command, reason }
        };
        let started = timeout(START_TIMEOUT, process::start(options)).await;
        let (process, connection) =
            started.map_err(|_| not_started(PlayerError::Silent(START_TIMEOUT).to_string())).flatten()?;
        let mut mpv = Self { process, ipc: Ipc::new(connection), version: String::new() };
        let Err(error) = mpv.prepare().await else { return Ok(mpv) };
        let ending = mpv.ended().await;
        // Without a screen mpv ends as if all were well; what it says of that differs from one time to the next.
        let no_screen = process::no_screen().filter(|_| ending.in_order || ending.was_killed);
        let why = match (error, no_screen) {
            (PlayerError::Ended(_), Some(no_screen)) => return Err(not_started(no_screen.to_owned())),
            (PlayerError::Ended(_), None) => {
                format!("it ended at once: {}; {}", ending.status, process::window_advice())
            }
            (error, _) => error.to_string(),
        };
        Err(not_started(format!("{why}{}", ending.last_words)))
    }

    /// Waits for the first answer and for the window, and gives the window its keys.
    async fn prepare(&mut self) -> Result<(), PlayerError> {
        let version = self.ipc.request_within(START_TIMEOUT, json!(["get_property", "mpv-version"])).await?;
        self.version = version.as_str().unwrap_or("an mpv of unknown version").to_owned();
        // The config may want no window before the first clip.
        if self.get("force-window").await? != json!(false) {
            self.wait_for_window().await?;
        }
        for binding in keys::bindings() {
            match self.ipc.request(binding).await {
                Err(error @ PlayerError::Refused { .. }) => tracing::debug!("the jury do without a key: {error}"),
                answer => drop(answer?),
            }
        }
        Ok(())
    }

    /// Waits until its window is on a screen.
    pub(super) async fn wait_for_window(&mut self) -> Result<(), PlayerError> {
        let until = Instant::now() + WINDOW_TIMEOUT;
        while self.get_optional("vo-configured").await?.as_bool() != Some(true) {
            if Instant::now() > until {
                return Err(PlayerError::NoWindow { limit: WINDOW_TIMEOUT, advice: process::window_advice() });
            }
            sleep(WINDOW_POLL_INTERVAL).await;
        }
        Ok(())
    }

    /// Shows a clip; gives where in it the frame is that is then on the screen, in seconds.
    pub(super) async fn show(&mut self, showing: &Showing) -> Result<f64, PlayerError> {
        let path = &showing.clip.path;
        let not_shown = || PlayerError::NotShown { path: path.clone(), limit: SHOW_TIMEOUT };
        timeout(SHOW_TIMEOUT, check_readable(path)).await.map_err(|_| not_shown()).flatten()?;
        let start = match showing.start {
            Start::Seconds(seconds) => format!("{seconds:.6}"),
            Start::BeforeEnd(seconds) => format!("-{:.6}", seconds.max(MIN_BEFORE_END)),
        };
        self.set("pause", showing.paused.into()).await?;
        self.set("speed", showing.speed.into()).await?;
        self.set_part(showing.part).await?;
        self.ipc.forget_events();
        let load = json!({ "name": "loadfile", "url": path, "flags": "replace", "options": { "start": start } });
        let entry = self.ipc.request(load).await?.get("playlist_entry_id").and_then(Value::as_u64);
        timeout(SHOW_TIMEOUT, self.first_frame(entry, path)).await.map_err(|_| not_shown()).flatten()?;
        // What counts is what is on the screen.
        let shown = self.get("path").await?;
        if shown.as_str() != Some(path) {
            let reason = format!("it shows {shown} instead");
            return Err(PlayerError::CannotPlay { path: path.clone(), reason });
        }
        Ok(self.get("time-pos").await?.as_f64().unwrap_or_default())
    }

    /// Waits until a frame of the file is on the screen.
    async fn first_frame(&mut self, entry: Option<u64>, path: &str) -> Result<(), PlayerError> {
        let mut is_loading = false;
        loop {
            match self.ipc.event().await? {
                Event::StartFile { entry: started } => is_loading = entry.is_none_or(|entry| entry == started),
                Event::PlaybackRestart if is_loading => return Ok(()),
                Event::EndFile { entry: ended, error } if is_loading && entry.is_none_or(|entry| entry == ended) => {
                    let reason = error.unwrap_or_else(|| "something else was played".to_owned());
                    return Err(PlayerError::CannotPlay { path: path.to_owned(), reason });
                }
                _ => {}
            }
        }
    }

    /// Goes on or back by frames, and pauses.
    pub(super) async fn step(&mut self, frames: i64) -> Result<(), PlayerError> {
        let command = if frames < 0 { "frame-back-step" } else { "frame-step" };
        for _ in 0..frames.unsigned_abs() {
            self.ipc.forget_events();
            self.ipc.request(json!([command])).await?;
            // Steps forward add up; of steps back, one that comes too early takes the place of the one before.
            if frames < 0 {
                self.moved().await?;
            }
        }
        Ok(())
    }

    /// Goes on or back by seconds.
    pub(super) async fn seek(&mut self, seconds: f64) -> Result<(), PlayerError> {
        self.ipc.forget_events();
        self.ipc.request(json!(["seek", seconds, "relative+exact"])).await?;
        self.moved().await
    }

    /// Waits for the frame after a move; at the ends of a clip there may be none.
    async fn moved(&mut self) -> Result<(), PlayerError> {
        let until = Instant::now() + SEEK_TIMEOUT;
        while let Ok(event) = timeout_at(until, self.ipc.event()).await {
            if event? == Event::PlaybackRestart {
                break;
            }
        }
        Ok(())
    }

    pub(super) async fn pause(&mut self, paused: bool) -> Result<(), PlayerError> {
        self.set("pause", paused.into()).await
    }

    pub(super) async fn set_speed(&mut self, speed: f64) -> Result<(), PlayerError> {
        self.set("speed", speed.into()).await
    }

    /// Plays a part of the clip over and over, from and to these seconds; all of it once if none.
    pub(super) async fn set_part(&mut self, part: Option<(f64, f64)>) -> Result<(), PlayerError> {
        let (from, to) = part.map_or((json!("no"), json!("no")), |(from, to)| (json!(from), json!(to)));
        self.set("ab-loop-a", from).await?;
        self.set("ab-loop-b", to).await
    }

    /// Goes to the beginning of a part unless the clip stands in it: mpv loops only when it comes to the part's end.
    pub(super) async fn go_into(&mut self, (from, to): (f64, f64)) -> Result<(), PlayerError> {
        match self.get_optional("time-pos").await?.as_f64() {
            Some(position) if !(from..to).contains(&position) => {
                self.ipc.forget_events();
                self.ipc.request(json!(["seek", from, "absolute+exact"])).await?;
                self.moved().await
            }
            _ => Ok(()),
        }
    }

    /// Shows a text over the picture until another is set.
    pub(super) async fn overlay(&mut self, text: &str) -> Result<(), PlayerError> {
        // From `$>` on, nothing in it is put in by mpv, which before that reads escapes as of C.
        let text = text.replace('\\', r"\\");
        self.set("osd-msg1", if text.is_empty() { json!("") } else { json!(format!("$>{text}")) }).await
    }

    /// Shows a text for two seconds.
    pub(super) async fn hint(&mut self, text: &str) -> Result<(), PlayerError> {
        self.ipc.request(json!(["show-text", text, 2000])).await.map(drop)
    }

    /// Shows nothing.
    pub(super) async fn clear(&mut self) -> Result<(), PlayerError> {
        self.ipc.request(json!(["stop"])).await.map(drop)
    }

    /// How the clip is shown by now; none if nothing is. Also finds out whether mpv still answers.
    pub(super) async fn playback(&mut self) -> Result<Option<Playback>, PlayerError> {
        let Some(position) = self.get_optional("time-pos").await?.as_f64() else { return Ok(None) };
        Ok(Some(Playback {
            position,
            duration: self.get_optional("duration").await?.as_f64(),
            paused: self.get_optional("pause").await?.as_bool().unwrap_or_default(),
            speed: self.get_optional("speed").await?.as_f64().unwrap_or(1.0),
        }))
    }

    /// Waits for the next event.
    pub(super) async fn event(&mut self) -> Result<Event, PlayerError> {
        self.ipc.event().await
    }

    /// How it ended; ends it if it still runs.
    pub(super) async fn ended(self) -> Ending {
        self.process.end().await
    }

    /// Closes it.
    pub(super) async fn quit(mut self) {
        let response = self.ipc.request_within(SHUTDOWN_TIMEOUT, json!(["quit"])).await;
        let ending = self.ended().await;
        if !ending.in_order {
            tracing::debug!(?response, "the player ended: {ending}");
        }
    }

    async fn get(&mut self, property: &str) -> Result<Value, PlayerError> {
        self.ipc.request(json!(["get_property", property])).await
    }

    /// A property; null where there is none at the moment.
    async fn get_optional(&mut self, property: &str) -> Result<Value, PlayerError> {
        match self.get(property).await {
            Err(PlayerError::Refused { .. }) => Ok(Value::Null),
            answer => answer,
        }
    }

    async fn set(&mut self, property: &str, value: Value) -> Result<(), PlayerError> {
        self.ipc.request(json!(["set_property", property, value])).await.map(drop)
    }
}

/// Whether a file can be read; mpv has one reason for all that is wrong with it.
async fn check_readable(path: &str) -> Result<(), PlayerError> {
    let file = path.to_owned();
    let opened = spawn_blocking(move || std::fs::File::open(file).map(drop)).await;
    let opened = opened.unwrap_or_else(|panicked| Err(std::io::Error::other(panicked)));
    opened.map_err(|error| PlayerError::NoFile { path: path.to_owned(), reason: error.to_string() })
}
