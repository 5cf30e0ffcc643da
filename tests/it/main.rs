//! The one integration test binary: a module a feature.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod capture;
mod decode;
mod live;
mod support;
