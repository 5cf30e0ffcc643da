//! A test save: timed, its film measured, and deleted again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout_at};

use super::Checkup;
use crate::finding::{Mark, size};
use crate::media;
use crate::obs::failure::Failure;

/// How long a save may take.
const SAVE_LIMIT: Duration = Duration::from_secs(10);

/// A save that takes longer costs the jury time.
const QUICK: Duration = Duration::from_secs(3);

/// What the buffer is to hold before it is saved: a film needs pictures before it has a length.
const FILM: Duration = Duration::from_secs(2);

/// Less than this says nothing about how many bytes a second takes. A buffer that was started while OBS recorded holds
/// nothing until the encoder's next key frame.
const MIN_FILM: Duration = Duration::from_secs(1);

/// How long it is waited for.
const FILM_LIMIT: Duration = Duration::from_secs(6);

/// How often it is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl Checkup<'_> {
    /// Saves the buffer once; gives the bytes that a second of film takes, where the file is seen from here.
    pub(super) async fn test_save(&mut self) -> Result<Option<f64>, Failure> {
        self.until_filled().await?;
        let asked = Instant::now();
        let path = match self.save().await {
            Ok(path) => path,
            Err(failure) => {
                self.findings.add(Mark::Fail, format!("a test save failed: {failure}"));
                return Ok(None);
            }
        };
        let took = asked.elapsed();
        let film = spawn_blocking({
            let path = path.clone();
            move || look_at(&path)
        });
        let film = film.await.unwrap_or(Film::Unreadable);
        let name = path.display();
        let seconds = took.as_secs_f64();
        let (mark, text, rate) = match film {
            Film::Read { length, bytes, deleted } => {
                let mut text = format!(
                    "a test save took {seconds:.2} s and gave {:.1} s of film, {}",
                    length.as_secs_f64(),
                    size(bytes)
                );
                match deleted {
                    Ok(()) => text += "; the file was deleted again",
                    Err(error) => text += &format!("; {name} stays, since it cannot be deleted: {error}"),
                }
                if took > QUICK {
                    text += "; that is slow: is the disk?";
                }
                let mark = if took > QUICK { Mark::Warn } else { Mark::Ok };
                if length < MIN_FILM {
                    text += "; the buffer has only just begun, so ask again for what a day of recordings takes";
                    (mark, text, None)
                } else {
                    (mark, text, Some(bytes / length.as_secs_f64()))
                }
            }
            Film::Unreadable => {
                let text = format!("a test save gave {name}, which is no film that can be read; is the disk full?");
                (Mark::Fail, text, None)
            }
            Film::Missing if self.here => {
                let text = format!("OBS says that it saved {name}, but that file is not there; is its disk full?");
                (Mark::Fail, text, None)
            }
            Film::Missing => {
                let text = format!(
                    "a test save took {seconds:.2} s; its file {name} is on OBS's computer, stays there, and is not to be \
                     seen from here"
                );
                (Mark::Warn, text, None)
            }
        };
        self.findings.add(mark, text);
        Ok(rate)
    }

    /// Waits until the buffer holds some film, where OBS says what it holds.
    async fn until_filled(&self) -> Result<(), Failure> {
        let Some(name) = self.buffer_output().await? else { return Ok(()) };
        let deadline = Instant::now() + FILM_LIMIT;
        while Instant::now() < deadline {
            let status = self.line.ask("GetOutputStatus", json!({"outputName": name})).await?;
            if status["outputDuration"].as_f64().is_none_or(|milliseconds| milliseconds >= FILM.as_secs_f64() * 1e3) {
                break;
            }
            sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }

    /// Saves the buffer; only OBS's event tells which file is the one.
    async fn save(&mut self) -> Result<PathBuf, Failure> {
        while self.events.try_recv().is_ok() {}
        let deadline = Instant::now() + SAVE_LIMIT;
        self.line.ask("SaveReplayBuffer", Value::Null).await?;
        loop {
            match timeout_at(deadline, self.events.recv()).await {
                Ok(Some(event)) if event.name == "ReplayBufferSaved" => {
                    return Ok(PathBuf::from(event.data["savedReplayPath"].as_str().unwrap_or_default()));
                }
                Ok(Some(_)) => {}
                Ok(None) => return Err(Failure::Lost("the connection was closed".into())),
                Err(_) => return Err(Failure::NoClip(SAVE_LIMIT)),
            }
        }
    }
}

/// A saved file.
enum Film {
    Read { length: Duration, bytes: f64, deleted: std::io::Result<()> },
    Unreadable,
    Missing,
}

fn look_at(path: &Path) -> Film {
    let Ok(file) = path.metadata() else { return Film::Missing };
    match media::duration(path) {
        Some(length) => Film::Read { length, bytes: file.len() as f64, deleted: std::fs::remove_file(path) },
        None => Film::Unreadable,
    }
}
