//! Where courts are heard.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;

use ipnet::IpNet;
use strum::{EnumString, VariantNames};

use super::problem::Problem;
use super::section::{Field, Section};

/// Where a court is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CourtConfig {
    /// `type: udp`
    Udp(UdpCourt),
}

/// A port on which the scoring system's datagrams arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UdpCourt {
    /// The address and port to receive on; `0.0.0.0` for every network card. Required.
    pub bind: SocketAddr,
    /// Who may send; everybody if empty, which is the default. An address alone is a network of one.
    pub allow: Vec<IpNet>,
    /// How much the system may keep for us until we take it, in bytes. 4 MiB by default.
    pub receive_buffer_bytes: usize,
    /// Where the scoring system answers questions; it is not asked when left out.
    pub resync: Option<SocketAddr>,
}

#[derive(EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum Kind {
    Udp,
}

impl CourtConfig {
    fn read(mut section: Section<'_>) -> Option<Self> {
        match section.required("type", "udp", Field::choice)? {
            Kind::Udp => UdpCourt::read(section).map(Self::Udp),
        }
    }
}

impl UdpCourt {
    fn read(mut section: Section<'_>) -> Option<Self> {
        let bind = section.required("bind", "0.0.0.0:6000", Field::address);
        let allow = section.optional("allow", |field| field.list(Field::network));
        let receive_buffer_bytes = section.optional("receive_buffer_bytes", |field| field.number(65_536..=1 << 30));
        let resync = section.optional("resync", |field| {
            let with = field.address()?;
            let problem = |what: &str| Problem::new(field.node.at.clone(), what);
            if bind.is_some_and(|bind| is_own(bind, with)) {
                let help = "name the port on which the PSS answers questions, or leave `resync` out";
                return Err(problem("`resync` is where the court itself receives").help(help));
            }
            let refused = |allow: &Vec<IpNet>| !allow.is_empty() && !allow.iter().any(|net| net.contains(&with.ip()));
            if allow.as_ref().is_some_and(refused) {
                let help = format!("add {} to `allow`", with.ip());
                return Err(problem("`allow` refuses what the PSS at `resync` answers").help(help));
            }
            Ok(with)
        });
        section.finish();
        Some(Self {
            bind: bind?,
            allow: allow.unwrap_or_default(),
            receive_buffer_bytes: receive_buffer_bytes.unwrap_or(4 << 20),
            resync,
        })
    }
}

/// Whether an address is that of the court's own socket.
fn is_own(bind: SocketAddr, address: SocketAddr) -> bool {
    let ip = address.ip();
    bind.port() == address.port()
        && (bind.ip() == ip || bind.ip().is_unspecified() && (ip.is_loopback() || ip.is_unspecified()))
}

/// Reads all courts and makes sure that no two want the same port.
pub(super) fn read(courts: &[Field<'_>]) -> BTreeMap<Arc<str>, CourtConfig> {
    let mut read: Vec<(Field<'_>, CourtConfig)> = Vec::new();
    for &field in courts {
        let Some(court) = field.context.accept(field.section()).and_then(CourtConfig::read) else { continue };
        if let Some((other, _)) = read.iter().find(|(_, other)| clash(other, &court)) {
            let bind =
                |field: Field<'_>| field.node.get("bind").map_or(field.key_at.clone(), |bind| bind.node.at.clone());
            let what = format!("`{}` and `{}` cannot receive on the same address", other.key, field.key);
            field.context.report(
                Problem::new(bind(field), what)
                    .label(format!("taken by `{}`", other.key))
                    .other(bind(*other), format!("`{}`", other.key))
                    .help("give each court a port of its own"),
            );
        }
        read.push((field, court));
    }
    read.into_iter().map(|(field, court)| (Arc::from(field.key), court)).collect()
}

/// Whether the system would refuse the second: the same port, on the same address or on all.
fn clash(CourtConfig::Udp(one): &CourtConfig, CourtConfig::Udp(other): &CourtConfig) -> bool {
    let (one, other) = (one.bind, other.bind);
    // Port 0 lets the system choose.
    one.port() != 0
        && one.port() == other.port()
        && (one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified())
}
