//! Checks the parts of a config against each other.

use std::collections::{BTreeMap, HashMap, HashSet, hash_map};
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use super::court::CourtConfig;
use super::findings::Findings;
use super::folder_name::FolderName;
use super::sink::Sink;
use super::yaml::{Entry, Node};
use crate::file_name;
use crate::served::Served;

/// Checks courts and sinks against each other. Not all of them need to be there: what was wrong is left out.
pub(super) fn check(
    findings: &Findings<'_>,
    root: &Node,
    courts: &BTreeMap<Arc<str>, CourtConfig>,
    sinks: &BTreeMap<Arc<str>, Sink>,
) {
    let (courts, placed_sinks) = (placed(root, "courts", courts), placed(root, "sinks", sinks));
    ports(findings, &courts);
    file_names(findings, &courts);
    for (entry, court) in &courts {
        resync(findings, entry, court);
        if court.bind.port() == 0 {
            let message = "with port 0 the system chooses a port, which the console cannot know";
            findings.warn(&place_of(entry, "bind"), message, |finding| finding.help("write the console's port"));
        }
    }
    single(findings, &placed_sinks);
    players(findings, &courts, &placed_sinks);
    same_obs(findings, &placed_sinks);
    shared_folders(findings, &placed_sinks);
    // A sink that is wrong may serve any court.
    if !root.get("sinks").is_some_and(|sinks| findings.has_errors_in(&sinks.node.span)) {
        unserved(findings, &courts, &placed_sinks);
    }
}

/// The named values of a section, in their order, each with its entry.
fn placed<'n, T>(root: &'n Node, section: &str, values: &'n BTreeMap<Arc<str>, T>) -> Vec<(&'n Entry, &'n T)> {
    let entries = root.get(section).map_or(&[][..], |section| section.node.entries());
    let mut seen = HashSet::new();
    let first = entries.iter().filter(|entry| seen.insert(&*entry.key));
    first.filter_map(|entry| Some((entry, values.get(&*entry.key)?))).collect()
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
            let (this, first) = (findings.name(entry), findings.name(other));
            let is_same = taken.get(&bind).is_some_and(|same| std::ptr::eq(*same, other));
            let (message, label) = match is_same {
                true => (
                    format!("`{first}` and `{this}` cannot receive on the same address"),
                    format!("taken by `{first}`"),
                ),
                false => (
                    format!(
                        "`{first}` and `{this}` cannot receive on the same port: one of them does so on every address"
                    ),
                    format!("`{this}`"),
                ),
            };
            findings.report("config.conflict", &place_of(entry, "bind"), message, |finding| {
                let here = findings.text.span(&place_of(other, "bind"));
                finding.label(label).related(here, format!("`{first}`")).help("give each court a port of its own")
            });
        }
        taken.entry(bind).or_insert(entry);
        let (all, _) = first.entry(bind.port()).or_insert((None, entry));
        if bind.ip().is_unspecified() {
            all.get_or_insert(entry);
        }
    }
}

/// The names of courts stand in the names of captures: no two can be the same there.
fn file_names(findings: &Findings<'_>, courts: &[(&Entry, &CourtConfig)]) {
    let mut first: HashMap<String, &Entry> = HashMap::new();
    for (entry, _) in courts.iter().filter(|(entry, _)| !entry.key.trim().is_empty()) {
        // Windows and macOS do not distinguish upper and lower case.
        match first.entry(file_name::safe(&entry.key).to_lowercase()) {
            hash_map::Entry::Vacant(free) => drop(free.insert(entry)),
            hash_map::Entry::Occupied(other) => {
                let other = *other.get();
                let message = "the captures of these courts would have the same name";
                findings.report("config.conflict", &entry.key_span, message, |finding| {
                    let here = findings.text.span(&other.key_span);
                    let help = "choose another name: upper and lower case, and what no file can have in its name, are the same there";
                    finding.label("the second").related(here, "the first").help(help)
                });
            }
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
        let is_written = entry.node.get("resync").is_some_and(|entry| !entry.node.has_variable());
        let address = if is_written { resync.ip().to_string() } else { "its address".to_owned() };
        report("`allow` refuses what the PSS at `resync` answers", format!("add {address} to `allow`"));
    }
}

/// There is one sink of some kinds.
fn single(findings: &Findings<'_>, sinks: &[(&Entry, &Sink)]) {
    let mut first: HashMap<&str, &Entry> = HashMap::new();
    for (entry, sink) in sinks.iter().filter(|(_, sink)| sink.is_single()) {
        let kind: &str = (*sink).into();
        if let Some(other) = first.get(kind) {
            both(findings, other, entry, &format!("of type `{kind}`, of which there can be one"));
        }
        first.entry(kind).or_insert(entry);
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
                both(findings, other, entry, &format!("the player of `{}`", findings.name(court)));
                is_reported = true;
            }
            players.entry(&court.key).or_insert(entry);
        }
    }
}

fn both(findings: &Findings<'_>, first: &Entry, second: &Entry, what: &str) {
    let message = format!("`{}` and `{}` are both {what}", findings.name(first), findings.name(second));
    findings.report("config.conflict", &second.key_span, message, |finding| {
        let here = findings.text.span(&first.key_span);
        finding.label("the second").related(here, "the first").help("remove one of them")
    });
}

/// Two sinks for the same OBS would both drive it.
fn same_obs(findings: &Findings<'_>, sinks: &[(&Entry, &Sink)]) {
    let mut first: HashMap<(&str, u16), &Entry> = HashMap::new();
    for (entry, sink) in sinks {
        let Sink::Obs(obs) = sink else { continue };
        // A wrong value was replaced by the default.
        if findings.has_errors_in(&entry.node.span) {
            continue;
        }
        let host = if obs.host.eq_ignore_ascii_case("localhost") { "127.0.0.1" } else { &obs.host };
        if let Some(other) = first.get(&(host, obs.port)) {
            let (name, port) = (|entry| findings.name(entry), obs.port.to_string());
            let written = |key| entry.node.get(key).map(|entry| findings.written(&entry.node));
            let (host, port) = (written("host").unwrap_or(&obs.host), written("port").unwrap_or(&port));
            let message = format!("`{}` and `{}` are the same OBS, at {host}:{port}", name(other), name(entry));
            let help = "write one sink with the `courts` of both; rules can have other settings for each court";
            let here = findings.text.span(&other.key_span);
            findings.warn(&entry.key_span, message, |finding| finding.related(here, "the first").help(help));
        }
        first.entry((host, obs.port)).or_insert(entry);
    }
}

/// The folders of an OBS begin at a root, and no two are the same, there or here.
fn shared_folders(findings: &Findings<'_>, sinks: &[(&Entry, &Sink)]) {
    for (sink, paths) in sinks.iter().filter_map(|(sink, value)| match value {
        Sink::Obs(obs) => Some((sink.node.get("paths")?, &obs.paths)),
        _ => None,
    }) {
        let mut seen: Vec<(&Entry, FolderName, FolderName)> = Vec::new();
        for (entry, here) in sink.node.entries().iter().filter_map(|entry| Some((entry, paths.get(&*entry.key)?))) {
            let (on_obs, here) = (FolderName::new(&entry.key), FolderName::new(here));
            let name = findings.name(entry);
            let parts = [
                (&on_obs, &entry.key_span, format!("`{name}`")),
                (&here, &entry.node.span, format!("the path of `{name}` on this computer")),
            ];
            for (_, place, what) in parts.iter().filter(|(folder, ..)| !folder.is_whole()) {
                let message = format!("no file is ever found by {what}: it does not begin at a root");
                findings.report("config.value", place, message, |finding| {
                    finding.help("write the whole path, such as `D:/OBS`, `//stream-pc/obs` or `/mnt/obs`")
                });
            }
            let same = seen.iter().find(|(_, first, other)| on_obs.is_same(first) || here.is_same(other));
            if let Some((first, ..)) = same {
                let message = format!("`{}` and `{name}` are the same folder, there or here", findings.name(first));
                findings.report("config.conflict", &entry.key_span, message, |finding| {
                    let here = findings.text.span(&first.key_span);
                    finding.label("the second").related(here, "the first").help("remove one of them")
                });
            }
            seen.push((entry, on_obs, here));
        }
    }
}

/// Where some court is seen, each should be.
fn unserved(findings: &Findings<'_>, courts: &[(&Entry, &CourtConfig)], sinks: &[(&Entry, &Sink)]) {
    let mut names = HashSet::new();
    let mut is_anything_served = false;
    for shown in sinks.iter().filter_map(|(_, sink)| sink.shows()) {
        let Served::Courts(courts) = shown else { return };
        names.extend(courts.iter().map(|court| &**court));
        is_anything_served = true;
    }
    for (court, _) in courts.iter().filter(|(court, _)| is_anything_served && !names.contains(&*court.key)) {
        let message = format!("no OBS and no player serves `{}`", findings.name(court));
        findings.warn(&court.key_span, message, |finding| finding.help("add it to the `courts` of a sink"));
    }
}
