//! The one integration test binary: a module a feature.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(unreachable_pub, reason = "what modules of tests share has no public")]

mod bout;
mod capture;
mod day;
mod decode;
mod defects;
mod docs;
mod endless;
mod faults;
mod frames;
mod fuzz_corpus;
mod headless_obs;
mod hundred;
mod live;
mod mat;
mod obs;
mod obs_doctor;
mod player;
mod review;
mod rules;
mod rules_check;
mod rules_eval;
mod rules_live;
mod rules_test;
mod rules_world;
mod shutdown;
mod simulate;
mod store;
mod support;
mod wire;
