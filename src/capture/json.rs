//! The inputs of a court other than datagrams, as the JSON packets of a capture.

use std::io;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::Report;
use crate::command::Command;
use crate::court::{Input, Resume, Setup};
use crate::time::{Offset, Time};

/// An input that no sink has reported.
#[derive(Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "snake_case")]
enum Control {
    Operator { operator: Arc<Command> },
    Setup(Arc<Setup>),
    Resume(Arc<Resume>),
    ClockStep { ran_until: Time, offset_us: Offset },
    Wake {},
    Stop {},
}

/// Writes an input as JSON; of a datagram nothing.
pub(super) fn write(input: &Input, out: &mut Vec<u8>) -> io::Result<()> {
    let control = match input {
        Input::Datagram(_) => return Ok(()),
        Input::Report(report) => return Ok(serde_json::to_writer(out, report)?),
        Input::Command(command) => Control::Operator { operator: command.clone() },
        Input::Setup(setup) => Control::Setup(setup.clone()),
        Input::Resume(resume) => Control::Resume(resume.clone()),
        Input::ClockStep { ran_until, offset } => Control::ClockStep { ran_until: *ran_until, offset_us: *offset },
        Input::Wake => Control::Wake {},
        Input::Stop => Control::Stop {},
    };
    Ok(serde_json::to_writer(out, &control)?)
}

pub(super) fn read(packet: &[u8]) -> Result<Input, serde_json::Error> {
    let value: Value = serde_json::from_slice(packet)?;
    if value.get("command").is_none() {
        return Ok(Input::Report(Report::deserialize(value)?));
    }
    Ok(match Control::deserialize(value)? {
        Control::Operator { operator } => Input::Command(operator),
        Control::Setup(setup) => Input::Setup(setup),
        Control::Resume(resume) => Input::Resume(resume),
        Control::ClockStep { ran_until, offset_us } => Input::ClockStep { ran_until, offset: offset_us },
        Control::Wake {} => Input::Wake,
        Control::Stop {} => Input::Stop,
    })
}
