//! The datagrams of courts, in the order of time.

use std::collections::VecDeque;
use std::iter::Peekable;

use super::bouts::{Bout, Bouts};
use super::defects::DefectMaker;
use super::outgoing::Outgoing;
use crate::pss::{Dialect, encode};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// Courts, each with bouts of its own.
    pub(crate) courts: u16,
    /// Bouts on each court; without end when left out.
    pub(crate) bouts: Option<u64>,
    /// The same seed gives the same bouts.
    pub(crate) seed: u64,
    pub(crate) dialect: Dialect,
    pub(crate) defects: bool,
}

#[derive(Debug)]
struct Feed {
    bouts: std::iter::Take<Bouts>,
    dialect: Dialect,
    defects: Option<DefectMaker>,
    queue: VecDeque<Outgoing>,
}

impl Feed {
    fn new(court: u16, plan: &Plan) -> Self {
        let Plan { seed, dialect, .. } = *plan;
        let bouts = plan.bouts.map_or(usize::MAX, |bouts| usize::try_from(bouts).unwrap_or(usize::MAX));
        let bouts = Bouts::new(court, seed, dialect).take(bouts);
        // Bouts are the same with and without defects.
        let defects = plan.defects.then(|| DefectMaker::new(dialect, seed ^ u64::from(court)));
        Self { bouts, dialect, defects, queue: VecDeque::new() }
    }

    fn datagrams(&mut self, bout: Bout) -> Vec<Outgoing> {
        let mut datagrams = match &mut self.defects {
            Some(defects) => defects.datagrams(bout.messages),
            None => {
                let each = bout.messages.into_iter().filter_map(|message| {
                    let bytes = encode(&message.body, self.dialect)?.into_bytes();
                    let bodies = vec![message.body];
                    Some(Outgoing { at_ms: message.at_ms, bytes, bodies, defects: Vec::new(), ends: None })
                });
                each.collect()
            }
        };
        if let Some(last) = datagrams.last_mut() {
            last.ends = Some(Box::new(bout.outcome));
        }
        datagrams
    }
}

impl Iterator for Feed {
    type Item = Outgoing;

    fn next(&mut self) -> Option<Outgoing> {
        if self.queue.is_empty() {
            let bout = self.bouts.next()?;
            self.queue = self.datagrams(bout).into();
        }
        self.queue.pop_front()
    }
}

/// The datagrams of all courts in the order of time, each with its court's place, from 0.
pub(crate) struct Feeds(Vec<Peekable<Feed>>);

impl Feeds {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self((1..=plan.courts).map(|court| Feed::new(court, plan).peekable()).collect())
    }
}

impl Iterator for Feeds {
    type Item = (usize, Outgoing);

    fn next(&mut self) -> Option<(usize, Outgoing)> {
        let next = self.0.iter_mut().enumerate().filter_map(|(court, feed)| Some((feed.peek()?.at_ms, court))).min();
        let (_, court) = next?;
        self.0.get_mut(court)?.next().map(|datagram| (court, datagram))
    }
}
