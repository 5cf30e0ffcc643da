//! mpv as a process, and the way to talk to it: what differs from system to system.

use std::fmt;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::error::PlayerError;
use super::last_words::LastWords;
use super::options::PlayerOptions;
use crate::config::Corner;

/// How long it may take to end by itself.
pub(super) const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(500);

/// How the window behaves; the config's arguments come later and can change it.
const DEFAULT_ARGUMENTS: [&str; 5] = [
    "--force-window=yes",
    "--keep-open=yes",
    "--script-opts=osc-idlescreen=no",
    "--osd-font-size=36",
    "--msg-level=all=error",
];
/// What we cannot do without, after the arguments of the config.
const REQUIRED_ARGUMENTS: [&str; 2] = ["--idle=yes", "--input-terminal=no"];

/// Both ways of a connection.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// The process of an mpv; it ends with this value.
pub(super) struct Process {
    child: Child,
    last_words: LastWords,
}

/// How a process ended.
pub(super) struct Ending {
    pub(super) status: String,
    /// What it wrote last, as the end of a sentence; empty if it wrote nothing.
    pub(super) last_words: String,
    /// Whether a person closed it, or it was requested to end.
    pub(super) in_order: bool,
    /// Whether it did not end by itself.
    pub(super) was_killed: bool,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.status, self.last_words)
    }
}

impl Process {
    /// How it ended; one that has not, does now.
    pub(super) async fn end(mut self) -> Ending {
        let mut was_killed = false;
        let (status, in_order) = match timeout(SHUTDOWN_TIMEOUT, self.child.wait()).await {
            Ok(Ok(status)) => (status.to_string(), status.success()),
            Ok(Err(error)) => (error.to_string(), false),
            Err(_) => {
                was_killed = true;
                let killed = self.child.kill().await;
                (killed.map_or_else(|error| error.to_string(), |()| "it had to be ended".to_owned()), false)
            }
        };
        let last_words = self.last_words.read().await.map(|words| format!("; its last words: {words}"));
        Ending { status, in_order, was_killed, last_words: last_words.unwrap_or_default() }
    }
}

/// Why no window can open, where that is known.
pub(super) fn no_screen() -> Option<&'static str> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    (cfg!(target_os = "linux") && !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")).then_some(
        "it has no screen: neither DISPLAY nor WAYLAND_DISPLAY is set; start vta on the desktop that the jury see",
    )
}

/// What to look at when no window opens.
pub(super) fn window_advice() -> &'static str {
    no_screen().unwrap_or("can it open a window on the screen, and does it take the `arguments`?")
}

/// Starts mpv; it may not answer yet.
pub(super) async fn start(options: &PlayerOptions) -> Result<(Process, Box<dyn Connection>), PlayerError> {
    let mut command = Command::new(&options.command);
    let (vertical, horizontal) = match options.corner {
        Corner::TopLeft => ("top", "left"),
        Corner::TopRight => ("top", "right"),
        Corner::BottomLeft => ("bottom", "left"),
        Corner::BottomRight => ("bottom", "right"),
    };
    command.args([format!("--osd-align-y={vertical}"), format!("--osd-align-x={horizontal}")]);
    command.args(DEFAULT_ARGUMENTS).args(&options.arguments).args(REQUIRED_ARGUMENTS);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let started = connected(command).await;
    let started =
        started.map(|(mut child, connection)| (Process { last_words: LastWords::of(&mut child), child }, connection));
    started.map_err(|error| {
        let command = options.command.display().to_string();
        match error.kind() {
            std::io::ErrorKind::NotFound => PlayerError::Missing(command),
            _ => PlayerError::NotStarted { command, reason: error.to_string() },
        }
    })
}

/// A pair of sockets, one end of which is mpv's standard input: no other program can speak to it, and it ends with vta.
#[cfg(unix)]
async fn connected(mut command: Command) -> std::io::Result<(Child, Box<dyn Connection>)> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;

    let (ours, its) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    // Ctrl-C in a terminal goes to its whole group: mpv is in one of its own, since vta ends it in order.
    command.process_group(0);
    let child = command.arg("--input-ipc-client=fd://0").stdin(OwnedFd::from(its)).spawn()?;
    Ok((child, Box::new(tokio::net::UnixStream::from_std(ours)?)))
}

/// A named pipe that mpv makes, whose name cannot be guessed.
#[cfg(windows)]
async fn connected(mut command: Command) -> std::io::Result<(Child, Box<dyn Connection>)> {
    use std::time::Duration;
    use tokio::net::windows::named_pipe::ClientOptions;

    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;

    let pipe = format!(r"\\.\pipe\vta-{}-{:016x}", std::process::id(), fastrand::u64(..));
    // Ctrl-C in a console goes to its whole group: mpv is in one of its own, since vta ends it in order.
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
    let mut child = command.arg(format!("--input-ipc-server={pipe}")).stdin(Stdio::null()).spawn()?;
    // The caller sets a time limit.
    loop {
        match ClientOptions::new().open(&pipe) {
            Ok(client) => return Ok((child, Box::new(client))),
            Err(_) if child.try_wait()?.is_some() => return Err(std::io::Error::other("it ended at once")),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
