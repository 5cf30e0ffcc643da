//! The inputs of a court other than datagrams, as the JSON packets of a capture.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::Report;
use crate::court::{Input, Resume, Setup};
use crate::time::{Offset, Time};

/// What a user, or the program itself, has the court do.
#[derive(Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
enum Command {
    Setup(Arc<Setup>),
    Resume(Arc<Resume>),
    ClockStep { ran_until: Time, offset_us: Offset },
    Stop {},
}

/// Writes an input as JSON; of a datagram nothing.
pub(super) fn write(input: &Input, out: &mut Vec<u8>) -> io::Result<()> {
    let command = match input {
        Input::Datagram(_) => return Ok(()),
        Input::Report(report) => return Ok(serde_json::to_writer(out, report)?),
        Input::Setup(setup) => Command::Setup(setup.clone()),
        Input::Resume(resume) => Command::Resume(resume.clone()),
        Input::ClockStep { ran_until, offset } => Command::ClockStep { ran_until: *ran_until, offset_us: *offset },
        Input::Stop => Command::Stop {},
    };
    Ok(serde_json::to_writer(out, &command)?)
}

pub(super) fn read(packet: &[u8]) -> Result<Input, serde_json::Error> {
    let value: Value = serde_json::from_slice(packet)?;
    if value.get("command").is_none() {
        return Ok(Input::Report(Report::deserialize(value)?));
    }
    Ok(match Command::deserialize(value)? {
        Command::Setup(setup) => Input::Setup(setup),
        Command::Resume(resume) => Input::Resume(resume),
        Command::ClockStep { ran_until, offset_us } => Input::ClockStep { ran_until, offset: offset_us },
        Command::Stop {} => Input::Stop,
    })
}
