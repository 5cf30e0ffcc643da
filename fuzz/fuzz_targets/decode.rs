//! Any bytes, taken for the datagrams of a court. Run with
//! `RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer none decode -- -dict=fuzz/decode.dict -max_len=2048`.
#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
