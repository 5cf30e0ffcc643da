//! Shows a clip of our own on the jury's screen, to find out whether a clip could be seen there.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;
use tokio::time::sleep;

use super::entry::Entry;
use super::error::PlayerError;
use super::mpv::Mpv;
use super::options::PlayerOptions;
use crate::action::{Clip, Play};

/// How long the clip is on the screen.
const SHOWN_FOR: Duration = Duration::from_millis(500);
/// The text over it.
const TEXT: &str = "vta: test of the screen";
const WIDTH: usize = 64;
const HEIGHT: usize = 36;
/// Frames of the clip, at 25 a second.
const FRAMES: usize = 50;

/// Starts the player, shows a clip for half a second and ends the player; gives what the player says of its version. The
/// error is why the jury would see nothing.
pub(crate) async fn try_out(options: &PlayerOptions) -> Result<String, String> {
    let file = test_clip().map_err(|error| format!("the test clip cannot be written: {error}; make room"))?;
    let mut mpv = Mpv::start(options).await.map_err(|error| error.to_string())?;
    let shown = show(&mut mpv, &file.path().display().to_string()).await;
    let version = mpv.version.clone();
    mpv.quit().await;
    shown.map(|()| version).map_err(|error| error.to_string())
}

async fn show(mpv: &mut Mpv, path: &str) -> Result<(), PlayerError> {
    let clip = Play::of(Clip { path: path.to_owned(), ..Clip::default() });
    let entry = Entry::clip(0, &"".into(), &clip, Instant::now());
    mpv.overlay(TEXT).await?;
    mpv.show(&entry.showing().ok_or(PlayerError::NothingShown)?).await?;
    mpv.wait_for_window().await?;
    sleep(SHOWN_FOR).await;
    Ok(())
}

/// A grey that gets lighter, as uncompressed YUV4MPEG2, which every mpv plays.
fn test_clip() -> io::Result<NamedTempFile> {
    let mut file = tempfile::Builder::new().prefix("vta-").suffix(".y4m").tempfile()?;
    let mut clip = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F25:1 C420jpeg\n").into_bytes();
    for grey in (64..).take(FRAMES) {
        clip.extend(b"FRAME\n");
        clip.extend([grey; WIDTH * HEIGHT]);
        clip.extend([128; WIDTH * HEIGHT / 2]);
    }
    file.write_all(&clip)?;
    Ok(file)
}
