//! `vta` receives the messages of a taekwondo scoring system (PSS) over UDP and acts on them.
//!
//! ARCHITECTURE.md lists the modules, from the command line down to the vocabulary, and says what imports what.

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
mod file_id;
mod file_name;
mod media;
pub mod naming;
mod natural_order;
pub mod obs;
mod output_file;
pub mod pipeline;
pub mod player;
mod port_owner;
mod printable;
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
pub mod spreadsheet;
pub mod store;
mod suggest;
pub mod telemetry;
mod text_file;
pub mod time;
