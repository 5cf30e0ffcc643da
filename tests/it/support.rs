//! Helpers for tests of the real program.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

#[cfg(unix)]
use nix::sys::signal::{Signal, kill};
use vta::action::{ClipReport, Report};
use vta::event::{ClipSource, Recording};
use vta::time::Time;

/// How long anything is waited for at most.
pub const WAIT_TIMEOUT: Duration = Duration::from_secs(20);

/// The program.
pub fn vta() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vta"));
    command.env("NO_COLOR", "1").env("TZ", "UTC").env_remove("COLUMNS").stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn output(command: &mut Command) -> Output {
    command.output().unwrap()
}

/// Runs another program to its end; none, with the reason printed, where it is not installed, which under CI is a
/// failure.
pub fn run_if_there(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) if std::env::var_os("CI").is_none() => {
            eprintln!("left out: {} does not start: {error}", command.get_program().display());
            None
        }
        Err(error) => panic!("{} does not start: {error}", command.get_program().display()),
    }
}

pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Polls until a condition holds.
pub fn wait_for<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + WAIT_TIMEOUT;
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < until, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A folder with a config in it, and the rules that ship.
pub struct Venue {
    folder: tempfile::TempDir,
}

impl Venue {
    /// A venue with the sinks given as YAML lines under `sinks:`, the three rules that ship, and a database.
    pub fn new(sinks: &str) -> Self {
        let rules = ["instant-replay", "recording", "scenes"]
            .map(|rule| repository(&format!("rules/{rule}.rhai")).display().to_string())
            .join(", ");
        Self::with_rules(sinks, &rules)
    }

    pub fn with_rules(sinks: &str, rules: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = format!(
            "name: Test Open\ncourts:\n  court-1: {{ type: pss, bind: \"127.0.0.1:0\" }}\n\
             server:\n  bind: 127.0.0.9:0\nrules: {{ files: [{rules}] }}\n\
             sinks:\n  store: {{ type: sqlite, path: day.db }}\n  capture: {{ type: capture, directory: captures }}\n{sinks}"
        );
        fs::write(folder.path().join("event.yaml"), config).unwrap();
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn config(&self) -> PathBuf {
        self.path("event.yaml")
    }

    /// The captures that were made, in order of their names.
    pub fn captures(&self) -> Vec<PathBuf> {
        let mut captures: Vec<_> =
            fs::read_dir(self.path("captures")).unwrap().map(|entry| entry.unwrap().path()).collect();
        captures.sort();
        captures
    }

    /// What `vta db export` prints of a session.
    pub fn events(&self, session: &str) -> String {
        self.db(&["export", "--format", "ndjson", "--session", session])
    }

    /// What a `vta db` verb prints.
    pub fn db(&self, args: &[&str]) -> String {
        let output = output(vta().arg("db").args(args).arg("--config").arg(self.config()));
        assert!(output.status.success(), "{args:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts `vta run` and waits until it listens.
    pub fn run(&self) -> Running {
        self.run_by(vta())
    }

    /// The same with a command for `vta` that is prepared.
    pub fn run_by(&self, mut vta: Command) -> Running {
        let mut child = vta.arg("run").arg("--config").arg(self.config()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let lines = BufReader::new(child.stderr.take().unwrap());
        let reader = thread::spawn({
            let log = log.clone();
            move || {
                for line in lines.lines().map_while(Result::ok) {
                    let mut log = log.lock().unwrap();
                    log.push_str(&line);
                    log.push('\n');
                }
            }
        });
        let mut running = Running { child, log, reader: Some(reader), to: ([127, 0, 0, 1], 0).into() };
        running.wait_for_log("is ready");
        let log = running.log();
        let port = log.split("listening on UDP ").nth(1).unwrap().split_whitespace().next().unwrap();
        running.to = port.parse().unwrap();
        running
    }
}

/// A running `vta run`.
pub struct Running {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<thread::JoinHandle<()>>,
    /// Where it listens.
    pub to: SocketAddr,
}

impl Running {
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn wait_for_log(&mut self, text: &str) {
        wait_for(&format!("`{text}` in the log"), || {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("vta ended with {status}: {}", self.log());
            }
            self.log().contains(text).then_some(())
        });
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    #[cfg(unix)]
    pub fn signal(&self, signal: Signal) {
        kill(nix::unistd::Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }

    /// Sends SIGINT, and waits until it has ended.
    #[cfg(unix)]
    pub fn end(mut self) -> (ExitStatus, String) {
        self.signal(Signal::SIGINT);
        self.wait()
    }

    pub fn wait(&mut self) -> (ExitStatus, String) {
        let status = wait_for("vta to end", || self.child.try_wait().unwrap());
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        (status, self.log())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, as a rule.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A clip of the replay buffer that shows the first 20 s of 1970.
pub fn clip(instance: &str, path: &str, action_seqs: Vec<u64>) -> Report {
    Report::ClipSaved(ClipReport {
        instance: instance.to_owned(),
        path: path.to_owned(),
        from: ClipSource::ReplayBuffer,
        begins_at: Some(Time::default()),
        ends_at: Some(Time::from_micros(20_000_000)),
        note: None,
        action_seqs,
    })
}

/// A recording without an action, and without known times.
pub fn recording(instance: &str, path: Option<&str>) -> Recording {
    let path = path.map(str::to_owned);
    Recording { instance: instance.to_owned(), path, ..Recording::default() }
}
