//! What each rule did with each event, and why it did no more: `vta replay --explain`.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::event::Event;
use crate::printable::printable_line;
use crate::rules::{Explain, Explained, Reaction};

/// Explains on standard output; an error of it is put down.
pub(super) fn explain(unprinted: Arc<Mutex<Option<io::Error>>>) -> Explain {
    let mut page = Page { event: None, bystanders: Vec::new(), unprinted };
    Box::new(move |explained| page.add(explained))
}

struct Page {
    /// The `seq` of the event that is being explained.
    event: Option<u64>,
    /// The rules that have no handler for it.
    bystanders: Vec<String>,
    unprinted: Arc<Mutex<Option<io::Error>>>,
}

impl Page {
    fn add(&mut self, explained: &Explained<'_>) {
        let seq = explained.event.map(|event| event.seq);
        if seq.is_none() || seq != self.event {
            self.finish();
            self.event = seq;
            self.line(&match explained.event {
                Some(event) => heading(event),
                None => format!(
                    "{}  a timer that was set in answer to #{}",
                    explained.at.local_milliseconds(),
                    explained.cause
                ),
            });
        }
        match &explained.reaction {
            Reaction::NoHandler => self.bystanders.push(explained.rule.to_owned()),
            reaction => {
                for line in lines_of(explained.rule, reaction) {
                    self.line(&line);
                }
            }
        }
    }

    /// Prints the rules without a handler for the event.
    fn finish(&mut self) {
        if !self.bystanders.is_empty() {
            let names = std::mem::take(&mut self.bystanders).join(", ");
            self.line(&format!("    no handler: {names}"));
        }
    }

    fn line(&self, line: &str) {
        let mut unprinted = self.unprinted.lock().unwrap_or_else(PoisonError::into_inner);
        if unprinted.is_none() {
            *unprinted = writeln!(io::stdout(), "{}", printable_line(line)).err();
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.finish();
    }
}

/// An event in a line: when, which, what, and its fields.
fn heading(event: &Event) -> String {
    let fields = serde_json::to_value(&event.body).unwrap_or_default();
    let fields = fields.as_object().into_iter().flatten().map(|(name, value)| format!("{name}: {value}"));
    let line = format!(
        "{}  #{} {}  {}",
        event.at.local_milliseconds(),
        event.seq,
        event.kind(),
        fields.collect::<Vec<_>>().join(", ")
    );
    line.trim_end().to_owned()
}

/// What a rule did with an event, and why it did no more.
fn lines_of(rule: &str, reaction: &Reaction<'_>) -> Vec<String> {
    let Reaction::Ran { function, actions, timers, changed, denials, failed } = reaction else { return Vec::new() };
    let line = |what: String| format!("    {rule} {function}: {what}");
    let mut lines: Vec<_> = denials.iter().map(|denial| line(format!("held back by {denial}"))).collect();
    lines.extend(actions.iter().map(|verb| {
        let verb = serde_json::to_value(verb).unwrap_or_default();
        let args = verb.get("args").map(ToString::to_string).unwrap_or_default();
        let name = verb.get("action").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
        line(format!("requested {name} {args}"))
    }));
    if *timers > 0 {
        lines.push(line(format!("set or cancelled {timers} timer{}", if *timers == 1 { "" } else { "s" })));
    }
    if let Some(why) = failed {
        lines.push(line(format!("failed: {why}")));
    }
    if lines.is_empty() && *changed {
        lines.push(line("requested nothing, and changed what it keeps in `this`".to_owned()));
    }
    if lines.is_empty() {
        lines.push(line("did nothing: its conditions did not hold".to_owned()));
    }
    lines
}
