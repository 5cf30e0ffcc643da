//! The one integration test binary: a module a feature.

#[cfg(target_os = "linux")]
mod headless_obs;
#[cfg(target_os = "linux")]
mod obs;
