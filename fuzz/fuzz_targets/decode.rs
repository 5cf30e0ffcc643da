//! Any bytes, taken for the datagrams of a court. `make fuzz` runs it, `make corpus` keeps what it found.
#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
