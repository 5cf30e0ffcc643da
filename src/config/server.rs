//! `server`: how the running vta is reached.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::format;

/// The keys of `server`.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// The address and port at which `vta ctl`, buttons and other programs reach the running vta. If another program has
    /// the port, vta runs without its server, says so and tries again. Beyond `127.0.0.1`, each request needs
    /// [the token](control.md#who-may-send).
    #[schemars(with = "format::Address")]
    pub bind: SocketAddr,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self { bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 7800)) }
    }
}
