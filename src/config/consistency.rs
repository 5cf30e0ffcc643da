//! What the parts of a config have to do with each other.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use super::court::CourtConfig;
use super::sink::Sink;
use super::source::Findings;
use super::yaml::{Entry, Node};
use crate::diagnostic::Diagnostic;
use crate::served::Served;

/// Checks courts and sinks against each other. Not all of them need to be there: what was wrong is left out.
pub(super) fn check(
    findings: &Findings<'_>,
    root: &Node,
    courts: &BTreeMap<Arc<str>, CourtConfig>,
    sinks: &BTreeMap<Arc<str>, Sink>,
) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let (courts, sinks) = (placed(root, "courts", courts), placed(root, "sinks", sinks));
    ports(findings, &courts);
    for (entry, court) in &courts {
        resync(findings, entry, court);
        if court.bind.port() == 0 {
            let message = "with port 0 the system chooses a port, which the console cannot know";
            warnings.push(warning(findings, &place_of(entry, "bind"), message).help("write the console's port"));
        }
    }
    single(findings, &sinks);
    players(findings, &courts, &sinks);
    warnings.extend(same_obs(findings, &sinks));
    warnings.extend(unserved(findings, &courts, &sinks));
    warnings
}

/// The named values of a section, in their order, each with its entry.
fn placed<'n, T>(root: &'n Node, section: &str, values: &'n BTreeMap<Arc<str>, T>) -> Vec<(&'n Entry, &'n T)> {
    let entries = root.get(section).map_or(&[][..], |section| section.node.entries());
    let mut seen = HashSet::new();
    let first = entries.iter().filter(|entry| seen.insert(&*entry.key));
    first.filter_map(|entry| Some((entry, values.get(&*entry.key)?))).collect()
}

fn warning(findings: &Findings<'_>, span: &Range<usize>, message: impl Into<String>) -> Diagnostic {
    findings.source.error("config.suspicious", span, message).warning()
}

/// Where a key's value stands; the name of the section if the key is left out.
fn place_of(section: &Entry, key: &str) -> Range<usize> {
    section.node.get(key).map_or(&section.key_span, |entry| &entry.node.span).clone()
}

/// No two courts can receive on the same port of the same address.
fn ports(findings: &Findings<'_>, courts: &[(&Entry, &CourtConfig)]) {
    let mut taken: HashMap<SocketAddr, &Entry> = HashMap::new();
    // By port: the court that receives on every address, and the first that receives at all.
    let mut first: HashMap<u16, (Option<&Entry>, &Entry)> = HashMap::new();
    // Port 0 lets the system choose.
    for (entry, court) in courts.iter().filter(|(_, court)| court.bind.port() != 0) {
        let bind = court.bind;
        let (everywhere, somewhere) = first.get(&bind.port()).map_or((None, None), |(all, any)| (*all, Some(*any)));
        let same = if bind.ip().is_unspecified() { somewhere } else { taken.get(&bind).copied() };
        if let Some(other) = same.or(everywhere) {
            let message = format!("`{}` and `{}` cannot receive on the same address", other.key, entry.key);
            findings.report("config.conflict", &place_of(entry, "bind"), message, |finding| {
                finding
                    .label(format!("taken by `{}`", other.key))
                    .related(findings.source.span(&place_of(other, "bind")), format!("`{}`", other.key))
                    .help("give each court a port of its own")
            });
        }
        taken.entry(bind).or_insert(entry);
        let (all, _) = first.entry(bind.port()).or_insert((None, entry));
        if bind.ip().is_unspecified() {
            all.get_or_insert(entry);
        }
    }
}

/// The PSS is another than the court, and its answers are let in.
fn resync(findings: &Findings<'_>, entry: &Entry, court: &CourtConfig) {
    let Some(resync) = court.resync else { return };
    let report = |message: &str, help: String| {
        findings.report("config.conflict", &place_of(entry, "resync"), message, |finding| finding.help(help));
    };
    if court.is_own(resync) {
        let help = "name the port on which the PSS answers questions, or leave `resync` out";
        report("`resync` is where the court itself receives", help.to_owned());
    } else if !court.lets_in(resync.ip()) {
        report("`allow` refuses what the PSS at `resync` answers", format!("add {} to `allow`", resync.ip()));
    }
}

/// There is one store, one capture and one log.
fn single(findings: &Findings<'_>, sinks: &[(&Entry, &Sink)]) {
    let mut first: HashMap<&str, &Entry> = HashMap::new();
    for (entry, sink) in sinks.iter().filter(|(_, sink)| !matches!(sink, Sink::Obs(_) | Sink::Player(_))) {
        if let Some(other) = first.get(sink.kind()) {
            both(findings, other, entry, &format!("of type `{}`, of which there can be one", sink.kind()));
        }
        first.entry(sink.kind()).or_insert(entry);
    }
}

/// A court has one player.
fn players(findings: &Findings<'_>, courts: &[(&Entry, &CourtConfig)], sinks: &[(&Entry, &Sink)]) {
    let mut players: HashMap<&str, &Entry> = HashMap::new();
    for (entry, sink) in sinks {
        let Sink::Player(player) = sink else { continue };
        let mut is_reported = false;
        for (court, _) in courts.iter().filter(|(court, _)| player.courts.serves(&court.key)) {
            if let Some(other) = players.get(&*court.key).filter(|_| !is_reported) {
                both(findings, other, entry, &format!("the player of `{}`", court.key));
                is_reported = true;
            }
            players.entry(&court.key).or_insert(entry);
        }
    }
}

fn both(findings: &Findings<'_>, first: &Entry, second: &Entry, what: &str) {
    let message = format!("`{}` and `{}` are both {what}", first.key, second.key);
    findings.report("config.conflict", &second.key_span, message, |finding| {
        let here = findings.source.span(&first.key_span);
        finding.label("the second").related(here, "the first").help("remove one of them")
    });
}

/// Two sinks for the same OBS would both drive it.
fn same_obs(findings: &Findings<'_>, sinks: &[(&Entry, &Sink)]) -> Vec<Diagnostic> {
    let mut first: HashMap<(&str, u16), &Entry> = HashMap::new();
    let mut warnings = Vec::new();
    for (entry, sink) in sinks {
        let Sink::Obs(obs) = sink else { continue };
        let host = if obs.host.eq_ignore_ascii_case("localhost") { "127.0.0.1" } else { &obs.host };
        if let Some(other) = first.get(&(host, obs.port)) {
            let message = format!("`{}` and `{}` are the same OBS, at {}:{}", other.key, entry.key, obs.host, obs.port);
            let help = "write one sink with the `courts` of both; rules can have other settings for each court";
            let here = findings.source.span(&other.key_span);
            warnings.push(warning(findings, &entry.key_span, message).related(here, "the first").help(help));
        }
        first.entry((host, obs.port)).or_insert(entry);
    }
    warnings
}

/// Where some court is seen, each should be.
fn unserved(findings: &Findings<'_>, courts: &[(&Entry, &CourtConfig)], sinks: &[(&Entry, &Sink)]) -> Vec<Diagnostic> {
    let served: Vec<&Served> = sinks
        .iter()
        .filter_map(|(_, sink)| match sink {
            Sink::Obs(obs) => Some(&obs.courts),
            Sink::Player(player) => Some(&player.courts),
            _ => None,
        })
        .collect();
    let mut names = HashSet::new();
    for served in &served {
        match served {
            Served::All => return Vec::new(),
            Served::Courts(courts) => names.extend(courts.iter().map(|court| &**court)),
        }
    }
    if served.is_empty() {
        return Vec::new();
    }
    let unserved = courts.iter().filter(|(court, _)| !names.contains(&*court.key));
    let warn = |(court, _): &(&Entry, &CourtConfig)| {
        let message = format!("no OBS and no player serves `{}`", court.key);
        warning(findings, &court.key_span, message).help("add it to the `courts` of a sink")
    };
    unserved.map(warn).collect()
}
