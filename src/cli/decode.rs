use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;

use super::capture_file;
use super::error::{CliError, json_out};
use crate::capture::{self, Recorded};
use crate::court::{Court, Input, Output};
use crate::event::Event;
use crate::pss;
use crate::rules::Rules;
use crate::time::Time;

/// Print the events of a capture as NDJSON.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// pcapng, pcap, a text trace (`milliseconds<TAB>message`), plain lines, or payloads as `tshark -T fields`
    /// prints them; also packed with gzip; `-` is standard input.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Also print the events derived from the state of the bout, and the reports of OBS.
    #[arg(long)]
    derived: bool,
    /// Take only datagrams that were sent to this UDP port.
    #[arg(long)]
    port: Option<u16>,
    /// The encoding of text that is not UTF-8, such as CP1250; Windows-1252 when left out.
    #[arg(long, value_name = "NAME", default_value_t, hide_default_value = true)]
    fallback_encoding: pss::Encoding,
    /// Name of the court in the events; that of the capture when left out.
    #[arg(long, value_name = "NAME")]
    court: Option<String>,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let mut reader = capture::open(&self.file)?.with_port(self.port);
        let court: Arc<str> = self.court.as_deref().or(reader.court()).unwrap_or("court-1").into();
        let mut out = json_out();
        let mut decoder = Decoder::new(court, self.fallback_encoding, self.derived);
        let mut print = |recorded: &Recorded| {
            let mut written = Ok(());
            decoder.take(recorded, |event| {
                if written.is_ok() {
                    written = line(&mut out, event);
                }
            });
            written.map_err(CliError::output)
        };
        let mut last = Time::default();
        let read = reader.try_for_each(|recorded| -> Result<(), CliError> {
            let recorded = recorded?;
            last = recorded.at;
            print(&recorded)
        });
        // The events that follow from the last burst are still to come.
        print(&Recorded { at: last, input: Input::Stop })?;
        // Print what was read, even if the rest cannot be.
        out.flush().map_err(CliError::output)?;
        capture_file::remark(&reader);
        read
    }
}

fn line(out: &mut impl Write, event: &Event) -> io::Result<()> {
    serde_json::to_writer(&mut *out, event)?;
    out.write_all(b"\n")
}

/// From inputs to events.
enum Decoder {
    /// Messages alone.
    Wire { court: Arc<str>, encoding: pss::Encoding, events: u64 },
    /// Messages, and the events derived from them.
    Bout { court: Box<Court>, outputs: Vec<Output> },
}

impl Decoder {
    fn new(court: Arc<str>, encoding: pss::Encoding, derived: bool) -> Self {
        if !derived {
            return Self::Wire { court, encoding, events: 0 };
        }
        let court = Court::new(court, Vec::new(), Rules::none()).with_fallback_encoding(encoding);
        Self::Bout { court: Box::new(court), outputs: Vec::new() }
    }

    fn take(&mut self, recorded: &Recorded, mut each: impl FnMut(&Event)) {
        match self {
            Self::Wire { court, encoding, events } => {
                let Input::Datagram(datagram) = &recorded.input else { return };
                pss::decode_as(*encoding, &datagram.bytes, datagram.truncated, |message| {
                    *events += 1;
                    each(&Event {
                        seq: *events,
                        at: recorded.at,
                        court: court.clone(),
                        stream: Some(message.stream),
                        status: message.status,
                        cause: None,
                        body: message.body,
                        notes: message.notes,
                        raw: Some(message.raw),
                    });
                });
            }
            Self::Bout { court, outputs } => {
                court.step(recorded.at, &recorded.input, outputs);
                for output in outputs.drain(..) {
                    if let Output::Event { event, .. } = output {
                        each(&event);
                    }
                }
            }
        }
    }
}
