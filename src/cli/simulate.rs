use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use strum::VariantNames;

use super::capture_file;
use super::error::{CliError, Exit, print, say};
use super::output::Force;
use crate::capture;
use crate::output_file::Existing;
use crate::pss::Dialect;
use crate::simulator::{self, ConsoleSocket, Feeds, Outgoing, Pace, Plan, PlayError};

/// Play bouts, or a trace, as real UDP datagrams, as a console would send them.
///
/// The bouts are invented by the rules of the sport. At the address that it sends from, the console also answers
/// requests for its state, as a PSS does; unlike a real one, it also answers its own machine.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Play this instead of bouts: pcapng, pcap, a text trace (`milliseconds<TAB>message`) or plain lines; `-` is
    /// standard input.
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Where to send it, such as 127.0.0.1:6000 or 192.168.7.255:6000; each further court has the next port.
    #[arg(long, value_name = "ADDRESS:PORT", required_unless_present = "trace_out")]
    to: Option<SocketAddr>,
    /// How many times as fast as in reality. With more than 10, moments that follow each other closely become one for a
    /// court; `max` is for --trace-out alone.
    #[arg(long, value_name = "N|max", default_value = "1", value_parser = pace)]
    speed: Pace,
    /// Send so many datagrams a second in all, regardless of their times.
    #[arg(long, value_name = "N", conflicts_with = "speed", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    rate: Option<u32>,
    #[command(flatten)]
    made_up: MadeUp,
    #[command(flatten)]
    force: Force,
}

/// Options for invented bouts.
#[derive(Debug, clap::Args)]
#[group(id = "made_up", conflicts_with = "trace", multiple = true)]
struct MadeUp {
    /// How many bouts each court plays; 1, or with --seconds as many as there is time for, when left out.
    #[arg(long, value_name = "N")]
    bouts: Option<u64>,
    /// End after so many seconds, in the middle of a bout if need be.
    #[arg(long, value_name = "N", value_parser = seconds)]
    seconds: Option<Duration>,
    /// The same seed gives the same bouts; a new one each time when left out.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The console that is imitated.
    #[arg(long, value_name = "NAME", default_value_t, value_parser = dialect())]
    dialect: Dialect,
    /// With the defects of real senders: cut tails, glued messages, `null`, duplicates and so on.
    #[arg(long)]
    defects: bool,
    /// How many courts play at once.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1000))]
    courts: u16,
    /// Send from here and answer questions here; each further court has the next port. Any free port when left out.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Write a text trace instead of sending; for each further court another, with its number in the name.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "listen"])]
    trace_out: Option<PathBuf>,
}

fn pace(text: &str) -> Result<Pace, String> {
    match text.parse::<f64>() {
        _ if text == "max" => Ok(Pace::Max),
        Ok(times) if times.is_finite() && (0.001..=100_000.0).contains(&times) => Ok(Pace::Times(times)),
        _ => Err("a speed is a number from 0.001 to 100000, or `max`".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| (0.001..=1e9).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "a time is a number of seconds from 0.001 to 1e9".to_owned())
}

fn dialect() -> impl TypedValueParser<Value = Dialect> {
    PossibleValuesParser::new(Dialect::VARIANTS).try_map(|name| name.parse::<Dialect>())
}

impl From<PlayError> for CliError {
    fn from(error: PlayError) -> Self {
        match error {
            PlayError::Trace(error) => error.into(),
            error => Self::new(Exit::Refused, error),
        }
    }
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let pace = self.rate.map_or(self.speed, Pace::Rate);
        if let Some(path) = &self.made_up.trace_out {
            return self.made_up.write(path, self.force.existing(), pace);
        }
        // The command line was checked for it.
        let to = self.to.ok_or_else(|| CliError::new(Exit::Usage, "say where to send it with --to"))?;
        if pace == Pace::Max {
            let reason = "a court takes the times of messages from when they arrive: with `--speed max`, a whole bout would be \
                          one burst, with a wrong result; give a number such as 10, or `--rate` to measure; \
                          `vta replay FILE --speed max` plays a trace with its times";
            return Err(CliError::new(Exit::Usage, reason));
        }
        match &self.trace {
            Some(trace) => play_trace(trace, to, pace),
            None => self.made_up.send(to, pace),
        }
    }
}

fn play_trace(trace: &Path, to: SocketAddr, pace: Pace) -> Result<(), CliError> {
    let mut reader = capture::open(trace)?;
    let played = ConsoleSocket::bind(None, to)?.play(&mut reader, pace)?;
    capture_file::remark(&reader);
    print(&format!("sent {} datagrams to {to} in {:.1} s", played.datagrams, played.took.as_secs_f64()))
}

impl MadeUp {
    /// What to play; prints the seed, so that it can be played again.
    fn plan(&self) -> Plan {
        let seed = self.seed.unwrap_or_else(|| fastrand::u32(..).into());
        say(&format!("seed {seed}"));
        let bouts = self.bouts.or(if self.seconds.is_none() { Some(1) } else { None });
        Plan { courts: self.courts, bouts, seed, dialect: self.dialect, defects: self.defects }
    }

    fn send(&self, to: SocketAddr, pace: Pace) -> Result<(), CliError> {
        let mut sockets = Vec::with_capacity(self.courts.into());
        for court in 0..self.courts {
            let from = self.listen.map(|listen| next_port(listen, court)).transpose()?;
            sockets.push(ConsoleSocket::bind(from, next_port(to, court)?)?);
        }
        let plan = self.plan();
        for (number, socket) in (1..).zip(&sockets) {
            if let Some(local) = socket.local() {
                say(&format!("court {number} sends from {local} and answers questions there"));
            }
        }
        let mut report = Report::new(self.courts);
        let played = ConsoleSocket::play_courts(
            &sockets,
            Feeds::new(&plan),
            plan.dialect,
            pace,
            self.seconds,
            |court, outgoing| report.add(court, outgoing),
        )?;
        let ports = match self.courts {
            1 => String::new(),
            courts => format!(" to port {}", u32::from(to.port()) + u32::from(courts) - 1),
        };
        let took = played.took.as_secs_f64();
        report.end(&format!("sent {} datagrams to {to}{ports} in {took:.1} s", played.datagrams))
    }

    fn write(&self, path: &Path, existing: Existing, pace: Pace) -> Result<(), CliError> {
        let paths: Vec<_> = (1..=self.courts).map(|court| path_of(path, court)).collect();
        let mut report = Report::new(self.courts);
        let feeds = Feeds::new(&self.plan());
        let played = simulator::write(feeds, &paths, existing, pace, self.seconds, |court, outgoing| {
            report.add(court, outgoing)
        })?;
        let more = if self.courts > 1 { format!(" and {} more", self.courts - 1) } else { String::new() };
        report.end(&format!("wrote {} datagrams to {}{more}", played.datagrams, path.display()))
    }
}

/// The address of a further court.
fn next_port(address: SocketAddr, further: u16) -> Result<SocketAddr, CliError> {
    let none_left = || CliError::new(Exit::Usage, format!("there is no port {further} above {}", address.port()));
    // Each court takes any free port.
    let port = if address.port() == 0 { Some(0) } else { address.port().checked_add(further) };
    Ok(SocketAddr::new(address.ip(), port.ok_or_else(none_left)?))
}

/// `t.tsv` for the first court, `t-2.tsv` for the second.
fn path_of(path: &Path, court: u16) -> PathBuf {
    if court == 1 {
        return path.to_owned();
    }
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{court}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}

/// Prints what was played.
struct Report {
    courts: u16,
    defects: BTreeMap<String, u64>,
}

impl Report {
    fn new(courts: u16) -> Self {
        Self { courts, defects: BTreeMap::new() }
    }

    /// Counts the defects of a datagram, and prints the bout that it ends.
    fn add(&mut self, court: usize, outgoing: &Outgoing) -> Result<(), CliError> {
        for defect in &outgoing.defects {
            *self.defects.entry(defect.to_string()).or_default() += 1;
        }
        let Some(outcome) = &outgoing.ends else { return Ok(()) };
        let court = if self.courts > 1 { format!("court {}, ", court + 1) } else { String::new() };
        print(&format!("{court}{outcome}"))
    }

    fn end(self, played: &str) -> Result<(), CliError> {
        let defects: Vec<_> = self.defects.iter().map(|(defect, count)| format!("{count} {defect}")).collect();
        if !defects.is_empty() {
            print(&format!("defects: {}", defects.join(", ")))?;
        }
        print(played)
    }
}
