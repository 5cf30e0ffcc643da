//! `courts`: where each court is heard.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::format;
use crate::pss::Encoding;

/// Where a court is heard.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct CourtConfig {
    /// What sends: the scoring system's datagrams over UDP.
    #[serde(default, rename = "type")]
    pub kind: CourtType,
    /// The address and port on which the console's datagrams arrive; `0.0.0.0` for every network card. Each court needs a
    /// port of its own.
    #[schemars(with = "format::Address", extend("x-example" = "0.0.0.0:6000"))]
    pub bind: SocketAddr,
    /// Who may send. Datagrams of others are captured and counted, but not decoded; of a flood of them, most are thrown away
    /// and only counted. Name the console here, and no flood can take its place.
    #[serde(default, deserialize_with = "networks")]
    #[schemars(with = "Vec<format::Network>", extend("x-default" = "everybody"))]
    pub allow: Vec<IpNet>,
    /// How many bytes the operating system keeps until `vta` takes them. Linux may [grant less](operations.md#linux).
    #[serde(default = "receive_buffer_bytes")]
    #[schemars(range(min = 65_536, max = 1_073_741_824))]
    pub receive_buffer_bytes: usize,
    /// Where the PSS answers questions: `vta` requests the bout, the score and the clock there at the start and after each
    /// silence. It must be in `allow`, if that is given, and is not the court's own `bind`. When no answer comes within
    /// two seconds, the log says so once.
    #[serde(default)]
    #[schemars(with = "Option<format::Address>", extend("x-default" = "no requests"))]
    pub resync: Option<SocketAddr>,
    /// The encoding of text that is not UTF-8, if its console sends in another than the rest.
    #[serde(default)]
    #[schemars(with = "Option<format::Encoding>", extend("x-default" = "that of `decoder`"))]
    pub fallback_encoding: Option<Encoding>,
}

/// What sends the messages of a court.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CourtType {
    /// World Taekwondo's PSS, or what speaks like it, over UDP.
    #[default]
    Pss,
}

fn receive_buffer_bytes() -> usize {
    4 << 20
}

/// Reads networks; an address alone is a network of one.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let network = |text: String| {
        let parsed = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        parsed.map_err(|_| D::Error::custom(format!("`{text}` is no network")))
    };
    Vec::<String>::deserialize(deserializer)?.into_iter().map(network).collect()
}

impl CourtConfig {
    /// Whether an address is that of the court's own socket.
    pub(super) fn is_own(&self, address: SocketAddr) -> bool {
        let (bind, ip) = (self.bind, address.ip());
        bind.port() == address.port()
            && (bind.ip() == ip || bind.ip().is_unspecified() && (ip.is_loopback() || ip.is_unspecified()))
    }

    /// Whether `allow` lets datagrams from an address in.
    pub(super) fn lets_in(&self, ip: IpAddr) -> bool {
        self.allow.is_empty() || self.allow.iter().any(|network| network.contains(&ip))
    }
}
