//! How much each sender may send, so that a flood takes neither the place of the console's datagrams nor the disk.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use ipnet::IpNet;

use super::senders::SenderStatus;
use crate::event::DatagramsShed;
use crate::pss;
use crate::time::Time;

/// Of a sender in `allow`, or that has sent messages of the PSS lately: 62,500 a second, which is
/// more than the rest of vta takes.
const TRUSTED: Rate = Rate { interval: Duration::from_micros(16), ahead: Duration::from_secs(1) };
/// Of each other sender: 200 a second.
const OTHER: Rate = Rate { interval: Duration::from_millis(5), ahead: Duration::from_secs(5) };
/// Of all the others together: 500 a second.
const OTHERS: Rate = Rate { interval: Duration::from_millis(2), ahead: Duration::from_secs(4) };
/// How long a sender is trusted after a message of the PSS.
const TRUST: Duration = Duration::from_secs(60);
/// Senders of each kind that are known at once; others have one limit together.
const MAX_SENDERS: usize = 64;
/// How often it is reported what was shed.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// So many datagrams at once, and then one after each interval.
struct Rate {
    interval: Duration,
    /// The time that those at once take.
    ahead: Duration,
}

/// What is left of a rate.
#[derive(Default)]
struct Bucket(Option<Instant>);

impl Bucket {
    fn has_room(&self, rate: &Rate, now: Instant) -> bool {
        self.0.is_none_or(|until| until + rate.interval <= now + rate.ahead)
    }

    fn take(&mut self, rate: &Rate, now: Instant) {
        self.0 = Some(self.0.map_or(now, |until| until.max(now)) + rate.interval);
    }
}

#[derive(Default)]
struct Sender {
    bucket: Bucket,
    /// When it was last found to be trusted.
    trusted: Option<Instant>,
    heard: Option<Instant>,
    heard_at: Time,
    datagrams: u64,
    shed: u64,
    since: Time,
}

/// Lets in the datagrams of one court's senders, and counts those that it sheds.
pub(super) struct Door {
    allow: Vec<IpNet>,
    trusted: HashMap<SocketAddr, Sender>,
    others: HashMap<SocketAddr, Sender>,
    /// Senders that are not known one by one.
    rest: Sender,
    /// Of the senders that are not trusted, all together.
    all_others: Bucket,
    reported: Instant,
}

impl Door {
    pub(super) fn new(allow: Vec<IpNet>) -> Self {
        Self {
            allow,
            trusted: HashMap::new(),
            others: HashMap::new(),
            rest: Sender::default(),
            all_others: Bucket::default(),
            reported: Instant::now(),
        }
    }

    /// Whether a datagram is let in; one that is not is counted.
    pub(super) fn lets_in(&mut self, from: Option<SocketAddr>, bytes: &[u8], now: (Time, Instant)) -> bool {
        let (at, now) = now;
        if let Some(from) = from
            && self.is_trusted(from, bytes, now)
            && let Some(sender) = self.trusted.get_mut(&from)
        {
            sender.hear(now, at);
            let has_room = sender.bucket.has_room(&TRUSTED, now);
            if has_room {
                sender.bucket.take(&TRUSTED, now)
            } else {
                sender.shed(at)
            }
            return has_room;
        }
        let sender = match from {
            Some(from) if self.others.len() < MAX_SENDERS || self.others.contains_key(&from) => {
                self.others.entry(from).or_default()
            }
            _ => &mut self.rest,
        };
        sender.hear(now, at);
        let has_room = sender.bucket.has_room(&OTHER, now) && self.all_others.has_room(&OTHERS, now);
        if has_room {
            sender.bucket.take(&OTHER, now);
            self.all_others.take(&OTHERS, now);
        } else {
            sender.shed(at);
        }
        has_room
    }

    /// Whether `allow` names a sender or, without `allow`, it has sent a message of the PSS lately.
    fn is_trusted(&mut self, from: SocketAddr, bytes: &[u8], now: Instant) -> bool {
        let trusted = self.trusted.get(&from).and_then(|sender| sender.trusted);
        // Not each datagram is looked at.
        if trusted.is_some_and(|at| now < at + REPORT_INTERVAL) {
            return true;
        }
        let ip = from.ip().to_canonical();
        let is_good = match &self.allow[..] {
            [] => pss::is_documented(bytes),
            allow => allow.iter().any(|network| network.contains(&ip)),
        };
        if is_good && (trusted.is_some() || self.trusted.len() < MAX_SENDERS) {
            self.trusted.entry(from).or_default().trusted = Some(now);
            return true;
        }
        trusted.is_some_and(|at| now < at + TRUST)
    }

    /// Who sends, of those that are known one by one.
    pub(super) fn senders(&self) -> Vec<SenderStatus> {
        let others = self.others.iter().filter(|(address, _)| !self.trusted.contains_key(address));
        let trusted = self.trusted.iter().map(|known| (known, true));
        let mut senders: Vec<_> = trusted
            .chain(others.map(|known| (known, false)))
            .map(|((&address, &Sender { datagrams, heard_at, .. }), is_trusted)| SenderStatus {
                address,
                datagrams,
                heard_at,
                is_trusted,
            })
            .collect();
        senders.sort_by_key(|sender| sender.address);
        senders
    }

    /// What was shed since the last report, of each sender; senders that are silent are forgotten. None when the last report
    /// was not a second ago.
    pub(super) fn report(&mut self, until: Time, now: Instant, is_end: bool) -> Option<Vec<DatagramsShed>> {
        if now < self.reported + REPORT_INTERVAL && !is_end {
            return None;
        }
        self.reported = now;
        let mut reports = Vec::new();
        for (from, sender) in self.trusted.iter_mut().chain(&mut self.others) {
            reports.extend(sender.report(Some(*from), until));
        }
        reports.extend(self.rest.report(None, until));
        self.trusted.retain(|_, sender| sender.trusted.is_some_and(|at| now < at + TRUST));
        self.others.retain(|_, sender| sender.heard.is_some_and(|at| now < at + OTHER.ahead));
        Some(reports)
    }
}

impl Sender {
    fn hear(&mut self, now: Instant, at: Time) {
        self.heard = Some(now);
        self.heard_at = at;
        self.datagrams += 1;
    }

    fn shed(&mut self, at: Time) {
        if self.shed == 0 {
            self.since = at;
        }
        self.shed += 1;
    }

    fn report(&mut self, from: Option<SocketAddr>, until: Time) -> Option<DatagramsShed> {
        let datagrams = std::mem::take(&mut self.shed);
        let sender = from.map(|from| from.to_string());
        (datagrams > 0).then_some(DatagramsShed { sender, datagrams, since: self.since, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn address(port: u16) -> Option<SocketAddr> {
        Some(([10, 0, 0, 1], port).into())
    }

    /// How many of the datagrams that come in so many seconds are let in.
    fn let_in(
        door: &mut Door,
        begin: Instant,
        seconds: u32,
        a_second: u32,
        send: impl Fn(u32) -> (u16, Vec<u8>),
    ) -> u32 {
        let mut count = 0;
        for number in 0..seconds * a_second {
            let now = begin + SECOND * number / a_second;
            let (port, bytes) = send(number);
            count += u32::from(door.lets_in(address(port), &bytes, (Time::default() + (now - begin), now)));
        }
        count
    }

    #[test]
    fn console_that_sends_five_thousand_a_second_is_never_shed_beside_floods() {
        let (mut door, begin) = (Door::new(Vec::new()), Instant::now());
        for second in 0..10 {
            let now = begin + SECOND * second;
            let_in(&mut door, now, 1, 30_000, |number| (number as u16 % 1000, vec![number as u8; 100]));
            assert_eq!(let_in(&mut door, now, 1, 5000, |_| (6000, b"clk;01:00;".to_vec())), 5000);
        }
    }

    #[test]
    fn unknown_senders_are_shed_one_by_one_and_together_and_all_is_counted() {
        let (mut door, begin) = (Door::new(Vec::new()), Instant::now());
        let junk = |number: u32| vec![0x80 | number as u8; 10];
        assert_eq!(let_in(&mut door, begin, 10, 1000, |number| (1, junk(number))), 1000 + 200 * 10 - 1);
        let many = let_in(&mut door, begin, 10, 10_000, |number| (2 + number as u16 % 1000, junk(number)));
        assert!(many <= 2000 + 500 * 10, "{many}");
        let reports = door.report(Time::default() + SECOND * 10, begin + SECOND * 10, false).unwrap_or_default();
        assert!(reports.len() <= MAX_SENDERS + 1);
        assert_eq!(
            reports.iter().map(|report| report.datagrams).sum::<u64>(),
            10_000 - 2999 + 100_000 - u64::from(many)
        );
        assert!(reports.iter().any(|report| report.sender.is_none() && report.since < report.until));
    }

    #[test]
    fn sender_in_allow_is_trusted_whatever_it_sends_and_another_is_not_whatever_it_sends() {
        let allow = vec!["10.0.0.1/32".parse().unwrap_or_default()];
        let (mut door, begin) = (Door::new(allow), Instant::now());
        assert_eq!(let_in(&mut door, begin, 5, 5000, |_| (1, b"?".to_vec())), 25_000);
        let mut count = 0;
        for _ in 0..10_000 {
            let from = Some(([10, 0, 0, 2], 1).into());
            count += u32::from(door.lets_in(from, b"clk;01:00;", (Time::default(), begin)));
        }
        assert_eq!(count, 1000);
    }

    #[test]
    fn what_is_known_of_senders_is_bounded_and_forgotten() {
        let (mut door, begin) = (Door::new(Vec::new()), Instant::now());
        let_in(&mut door, begin, 1, 60_000, |number| (number as u16, b"clk;1;".to_vec()));
        let_in(&mut door, begin, 1, 60_000, |number| (number as u16, b"junk".to_vec()));
        assert!(door.trusted.len() + door.others.len() <= 2 * MAX_SENDERS);
        let _shed = door.report(Time::default(), begin + 2 * TRUST, false);
        assert_eq!(door.trusted.len() + door.others.len(), 0);
    }
}
