//! `vta` hears what a taekwondo scoring system (PSS) says over UDP and acts on it.
//!
//! # Layout
//!
//! Imports point down this list; the core (`event` to `court`) does no I/O and reads no clock.
//!
//! - `cli`: one file a verb
//! - `pipeline`: builds it all from the config, supervises, shuts down
//! - `doctor`: what will go wrong, before it does
//! - sinks: `source`, `capture`, `obs`, `player`, `store`, `telemetry`, `simulator`
//! - `scenario`: plays what rules are tested with
//! - `config`: `event.yaml`, typed and checked
//! - `court`: the core, one step at a time: decode → bout → rules
//! - `rules`: what the scripts see and may do
//! - `bout`: the state of a bout and what it implies
//! - `pss`: the wire protocol
//! - `event`, `action`, `command`, `time`, `countries`: the vocabulary; `naming`: names of files; `media`: media files;
//!   `served`: courts that something is for; `diagnostic`: findings of checks; `control`: a running vta from within; `queue`: queues between threads

pub mod action;
pub mod bout;
pub mod capture;
mod checkup;
pub mod cli;
mod client;
pub mod command;
pub mod config;
mod control;
mod countries;
pub mod court;
pub mod diagnostic;
mod doctor;
pub mod event;
mod file_name;
mod media;
pub mod naming;
pub mod obs;
pub mod pipeline;
pub mod player;
mod private_file;
pub mod pss;
pub mod queue;
pub mod rules;
mod run_file;
pub mod scenario;
pub mod served;
mod server;
pub mod simulator;
pub mod sink;
mod source;
pub mod store;
mod suggest;
pub mod telemetry;
mod text_file;
pub mod time;
