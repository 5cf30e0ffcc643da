//! mpv as a process, and the way to talk to it: what differs from system to system.

use std::process::Stdio;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};

use super::error::PlayerError;
use super::options::PlayerOptions;

/// How the window behaves; the config's arguments come later and can change it.
const DEFAULT_ARGUMENTS: [&str; 4] =
    ["--force-window=yes", "--keep-open=yes", "--script-opts=osc-idlescreen=no", "--osd-font-size=36"];
/// What we cannot do without, after the arguments of the config.
const REQUIRED_ARGUMENTS: [&str; 2] = ["--idle=yes", "--no-terminal"];

/// Both ways of a connection.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// Starts mpv; it may not answer yet.
pub(super) async fn start(options: &PlayerOptions) -> Result<(Child, Box<dyn Connection>), PlayerError> {
    let mut command = Command::new(&options.command);
    command.args(DEFAULT_ARGUMENTS).args(&options.arguments).args(REQUIRED_ARGUMENTS);
    command.stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    connected(command).await.map_err(|error| {
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
