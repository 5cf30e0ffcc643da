//! The inputs of a court other than datagrams, as the JSON packets of a capture.

use std::io;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::Report;
use crate::court::Input;

/// A command of a user, or of the program itself, to the court.
#[derive(Deserialize, Serialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
enum Command {
    Stop {},
}

pub(super) fn report(report: &Report) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(report)?)
}

pub(super) fn stop() -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec(&Command::Stop {})?)
}

pub(super) fn read(packet: &[u8]) -> Result<Input, serde_json::Error> {
    let value: Value = serde_json::from_slice(packet)?;
    if value.get("command").is_some() {
        let Command::Stop {} = Command::deserialize(value)?;
        Ok(Input::Stop)
    } else {
        Ok(Input::Report(Report::deserialize(value)?))
    }
}
