//! A `vta run` to measure: started with a config, ended by SIGINT, its memory and time read from the kernel.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The messages of the two real bouts.
pub fn messages() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    ["console-bout-1.tsv", "console-bout-2.tsv"]
        .iter()
        .flat_map(|bout| fs::read_to_string(folder.join(bout)).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .map(|line| line.split_once('\t').unwrap().1.as_bytes().to_vec())
        .collect()
}

/// So many courts, as lines of a config.
pub fn courts(count: usize) -> String {
    (1..=count).map(|number| format!("  court-{number}: {{ type: pss, bind: \"127.0.0.1:0\" }}\n")).collect()
}

/// A folder with a config of one court that uses the three rules that ship, or others.
pub fn hall(sinks: &str, rules: &[PathBuf]) -> tempfile::TempDir {
    hall_of(&courts(1), sinks, rules)
}

/// The same with these courts.
pub fn hall_of(courts: &str, sinks: &str, rules: &[PathBuf]) -> tempfile::TempDir {
    let shipped = ["instant-replay", "recording", "scenes"]
        .map(|rule| Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("rules/{rule}.rhai")));
    let rules: Vec<_> =
        if rules.is_empty() { &shipped[..] } else { rules }.iter().map(|rule| rule.display().to_string()).collect();
    let folder = tempfile::tempdir().unwrap();
    let config = format!("name: Bench\ncourts:\n{courts}rules: {{ files: [{}] }}\nsinks:\n{sinks}", rules.join(", "));
    fs::write(folder.path().join("event.yaml"), config).unwrap();
    folder
}

pub fn vta() -> Command {
    Command::new(env!("CARGO_BIN_EXE_vta"))
}

/// A `vta run`.
pub struct Run {
    child: Child,
    log: JoinHandle<String>,
    /// Where the first court listens.
    pub to: SocketAddr,
    /// Where each court listens.
    pub courts: Vec<SocketAddr>,
}

/// What it took by its end.
pub struct Ended {
    pub log: String,
    /// The most memory that was resident at once, in MB.
    pub peak_mb: f64,
}

impl Run {
    /// Starts it and waits until the log has a line with `ready`.
    pub fn start(hall: &Path, ready: &str) -> Self {
        let mut child =
            vta().args(["run", "--config"]).arg(hall.join("event.yaml")).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut log = String::new();
        for line in lines.by_ref() {
            log.push_str(&line);
            log.push('\n');
            if line.contains(ready) {
                break;
            }
        }
        let listening = log.split("listening on UDP ").skip(1);
        let courts: Vec<_> = listening.map(|text| text.split_whitespace().next().unwrap().parse().unwrap()).collect();
        let log = thread::spawn(move || {
            lines.for_each(|line| {
                log.push_str(&line);
                log.push('\n');
            });
            log
        });
        Self { child, log, to: courts[0], courts }
    }

    /// Processor time so far, in seconds.
    pub fn cpu_seconds(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        // User and system time in ticks, of which Linux has 100 a second.
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    /// The memory that is resident now, in MB.
    pub fn resident_mb(&self) -> f64 {
        self.status_mb("VmRSS:")
    }

    fn status_mb(&self, key: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let value = status.lines().find_map(|line| line.strip_prefix(key)).unwrap();
        value.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1000.0
    }

    pub fn end(mut self) -> Ended {
        let peak_mb = self.status_mb("VmHWM:");
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), Signal::SIGINT).unwrap();
        assert!(self.child.wait().unwrap().success());
        Ended { log: self.log.join().unwrap(), peak_mb }
    }
}
