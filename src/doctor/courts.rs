//! Where the consoles are to send, and who does.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use if_addrs::{IfOperStatus, Interface};

use super::running::Running;
use crate::checkup::{CheckResult, CheckResults, CheckStatus};
use crate::config::{Config, CourtConfig};
use crate::source::{self, BindError, SenderStatus};

/// How long to listen where no vta runs. A console sends its clock more often.
const LISTEN_TIME: Duration = Duration::from_secs(1);

/// Looks at all courts; where none is served, it listens to them for a second. Blocks that long.
pub(super) fn examine(config: &Config, running: &Running) -> Vec<CheckResult> {
    thread::scope(|scope| {
        let looks: Vec<_> =
            config.courts.iter().map(|(name, court)| scope.spawn(move || look_at(name, court, running))).collect();
        looks.into_iter().filter_map(|look| look.join().ok()).flatten().collect()
    })
}

fn look_at(name: &Arc<str>, court: &CourtConfig, running: &Running) -> Vec<CheckResult> {
    let mut results = CheckResults::about(name);
    let (listens, senders) = match running.court(name) {
        Some(status) if court.bind.port() == 0 || status.listens == court.bind => {
            results.add(CheckStatus::Ok, format!("the running vta listens on UDP {}", status.listens));
            (status.listens, &status.senders)
        }
        Some(status) => {
            let text = format!(
                "the running vta listens on UDP {}, since the config was another one: start it again",
                status.listens
            );
            results.add(CheckStatus::Warn, text);
            (status.listens, &status.senders)
        }
        None => match source::listen(court.bind, court.allow.clone(), LISTEN_TIME) {
            Ok(senders) => {
                results.add(CheckStatus::Ok, format!("port {} is free", court.bind.port()));
                (court.bind, &senders.clone())
            }
            Err(error)
                if error.kind() == ErrorKind::AddrInUse
                    && let Some(vta) = running.name() =>
            {
                results.add(CheckStatus::Ok, format!("{vta} listens on port {}", court.bind.port()));
                return results.into_vec();
            }
            Err(error) => {
                results.add(CheckStatus::Fail, BindError::new(name, court.bind, error).to_string());
                return results.into_vec();
            }
        },
    };
    let (status, text) = where_to(listens, if_addrs::get_if_addrs().unwrap_or_default());
    results.add(status, text);
    if senders.is_empty() {
        results.add(CheckStatus::Warn, "nothing comes: is the console on, and does it send to that address?");
    }
    for sender in senders {
        let (status, text) = heard(sender, court);
        results.add(status, text);
    }
    results.into_vec()
}

/// What to set in the console so that it reaches an address of this computer.
fn where_to(listens: SocketAddr, interfaces: Vec<Interface>) -> (CheckStatus, String) {
    let (ip, port) = (listens.ip(), listens.port());
    if ip.is_loopback() {
        let text =
            format!("only programs of this computer reach {listens}: set `bind` to 0.0.0.0:{port} for a console");
        return (CheckStatus::Warn, text);
    }
    if !ip.is_unspecified() {
        return (CheckStatus::Ok, format!("set the console to {listens}"));
    }
    let up = |of: &&Interface| !of.is_loopback() && !of.is_link_local() && of.oper_status != IfOperStatus::Down;
    let reached = |ip: IpAddr| ip.is_ipv4() || listens.is_ipv6();
    let ways: Vec<_> = interfaces
        .iter()
        .filter(|interface| up(interface) && reached(interface.ip()))
        .map(|interface| format!("{} ({})", SocketAddr::new(interface.ip(), port), interface.name))
        .collect();
    match ways.is_empty() {
        true => {
            (CheckStatus::Warn, "this computer has no address in a network: connect the console's network".to_owned())
        }
        false => (CheckStatus::Ok, format!("set the console to {}", ways.join(" or "))),
    }
}

fn heard(sender: &SenderStatus, court: &CourtConfig) -> (CheckStatus, String) {
    match (sender.is_trusted, court.allow.is_empty()) {
        (true, true) => (CheckStatus::Ok, format!("{sender}, as a console does")),
        (true, false) => (CheckStatus::Ok, format!("{sender}; `allow` has it")),
        (false, true) => (CheckStatus::Warn, format!("{sender}, but no message of the PSS")),
        (false, false) => {
            (CheckStatus::Warn, format!("{sender}, and `allow` does not have it: add it there if it is the console"))
        }
    }
}
