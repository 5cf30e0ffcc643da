//! The one integration test binary: a module a feature. Where the program has to be ended by a signal, as a person
//! would, the module is for Unix alone.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unreachable_pub, reason = "what modules of tests share has no public")]

mod bout;
mod capture;
#[cfg(unix)]
mod clip_offsets;
#[cfg(unix)]
mod clock_set;
mod commands;
mod config_check;
mod config_schema;
mod decode;
mod defects;
mod docs;
#[cfg(unix)]
mod doctor;
mod endless_handlers;
mod escapes;
#[cfg(unix)]
mod files_taken;
#[cfg(unix)]
mod flood;
mod fuzz_corpus;
mod headless_obs;
mod late_outcomes;
#[cfg(unix)]
mod live;
mod loads;
#[cfg(unix)]
mod log_messages;
mod obs;
#[cfg(unix)]
mod obs_faults;
#[cfg(unix)]
mod output_files;
#[cfg(unix)]
mod player;
#[cfg(unix)]
mod private_files;
mod protocol;
#[cfg(unix)]
mod recordings;
mod rehearsing;
#[cfg(unix)]
mod resume;
mod review;
#[cfg(unix)]
mod review_series;
#[cfg(unix)]
mod review_with_obs;
mod rules;
mod rules_chains;
mod rules_check;
mod rules_eval;
#[cfg(unix)]
mod rules_live;
mod rules_test;
mod rules_world;
#[cfg(unix)]
mod server;
#[cfg(unix)]
mod shutdown;
mod simulate;
mod spreadsheets;
mod store;
#[cfg_attr(not(unix), expect(dead_code, reason = "the tests for Unix use the rest"))]
mod support;
mod tables;
#[cfg(unix)]
mod venue;
