use std::net::SocketAddr;
use std::path::PathBuf;

use super::capture_file;
use super::failure::{Exit, Failure, print};
use crate::capture;
use crate::simulator::{self, PlayError};

/// Play a trace as real UDP datagrams, as a console would send them.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// pcapng, pcap, a text trace (`milliseconds<TAB>message`) or plain lines; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    trace: PathBuf,
    /// Where to send it, such as 127.0.0.1:6000 or 192.168.7.255:6000.
    #[arg(long, value_name = "ADDRESS:PORT")]
    to: SocketAddr,
    /// How many times as fast as it happened.
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if speed.is_finite() && (0.001..=100_000.0).contains(&speed) => Ok(speed),
        _ => Err("a speed is a number from 0.001 to 100000".to_owned()),
    }
}

impl Args {
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut reader = capture::open(&self.trace)?;
        let played = simulator::play(&mut reader, self.to, self.speed).map_err(|error| match error {
            PlayError::Trace(error) => error.into(),
            error @ PlayError::Send { .. } => Failure::new(Exit::Refused, error),
        })?;
        capture_file::remark(&reader);
        print(&format!("sent {} datagrams to {} in {:.1} s", played.datagrams, self.to, played.took.as_secs_f64()))
    }
}
