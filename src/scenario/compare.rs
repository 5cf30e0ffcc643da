//! Compares expected actions with those that came.

use std::time::Duration;

use serde_json::Value as Json;

use super::file::{Expected, Scenario, is_as_written};
use super::play::{Came, seconds};

/// The longest burst of messages; events are derived from it when it is over.
const MAX_BURST: Duration = Duration::from_millis(250);
/// Times are written with as many decimals as one wants to.
const ROUNDING: Duration = Duration::from_micros(999);

/// Why a scenario failed, in lines.
pub(super) fn compare(scenario: &Scenario, came: &[Came]) -> Vec<String> {
    let mut failures = Vec::new();
    if let Some(expected) = &scenario.expect {
        // Lines for the log are looked at where one is expected.
        let logs = expected.iter().any(|expected| expected.action == "log");
        let came: Vec<_> = came.iter().filter(|came| logs || came.name != "log").collect();
        let rows = align(expected, &came);
        if rows.iter().any(|row| !row.is_right()) {
            failures.extend(table(&rows));
        }
    }
    failures.extend(missing(&scenario.includes, came));
    for unwanted in &scenario.never {
        for came in came.iter().filter(|came| is(unwanted, came)) {
            failures.push(format!("never {}", expected_text(unwanted)));
            failures.push(format!("  but {}", came_text(came)));
        }
    }
    failures
}

/// The first action of `includes` that did not come behind those before it.
fn missing(includes: &[Expected], came: &[Came]) -> Vec<String> {
    let mut rest = came.iter();
    let Some(missing) = includes.iter().find(|expected| !rest.any(|came| is(expected, came))) else {
        return Vec::new();
    };
    let mut lines = vec![format!("expected {}", expected_text(missing)), "but came".to_owned()];
    lines.extend(came.iter().map(|came| format!("  {}", came_text(came))));
    if came.is_empty() {
        lines.push("  nothing".to_owned());
    }
    lines
}

/// Whether an action came when it was expected: a derived event comes when its burst of messages is over.
fn is_in_time(at: Duration, came: &Came) -> bool {
    let late = if came.is_derived { MAX_BURST } else { Duration::ZERO };
    at <= came.after + ROUNDING && came.after <= at + late + ROUNDING
}

fn is(expected: &Expected, came: &Came) -> bool {
    let in_time = || expected.at.is_none_or(|at| is_in_time(at, came));
    expected.action == came.name
        && in_time()
        && expected
            .args
            .iter()
            .all(|(name, wanted)| came.args.get(name).is_some_and(|value| is_as_written(wanted, value)))
}

/// What stands on one line: what was expected, and what came for it.
struct Row<'a> {
    expected: Option<&'a Expected>,
    came: Option<&'a Came>,
}

impl Row<'_> {
    fn is_right(&self) -> bool {
        self.expected.zip(self.came).is_some_and(|(expected, came)| is(expected, came))
    }
}

/// Aligns expected actions with those that came, with as few differences as possible.
fn align<'a>(expected: &'a [Expected], came: &[&'a Came]) -> Vec<Row<'a>> {
    // costs[i][j]: differences of what is left from the i-th expected and the j-th that came.
    let mut costs = vec![vec![0; came.len() + 1]; expected.len() + 1];
    let pair = |i: usize, j: usize| match (&expected[i], came[j]) {
        (expected, came) if is(expected, came) => Some(0),
        (expected, came) if expected.action == came.name => Some(1),
        _ => None,
    };
    for i in (0..=expected.len()).rev() {
        for j in (0..=came.len()).rev() {
            let without = |left: usize, cost: usize| if left == 0 { None } else { Some(cost + 1) };
            let missing = without(expected.len() - i, costs.get(i + 1).map_or(0, |row| row[j]));
            let extra = without(came.len() - j, costs[i].get(j + 1).copied().unwrap_or(0));
            let both =
                if i < expected.len() && j < came.len() { pair(i, j).map(|c| c + costs[i + 1][j + 1]) } else { None };
            costs[i][j] = [missing, extra, both].into_iter().flatten().min().unwrap_or(0);
        }
    }
    let (mut i, mut j, mut rows) = (0, 0, Vec::new());
    while i < expected.len() || j < came.len() {
        let both = i < expected.len() && j < came.len();
        if both && pair(i, j).is_some_and(|cost| costs[i][j] == cost + costs[i + 1][j + 1]) {
            rows.push(Row { expected: Some(&expected[i]), came: Some(came[j]) });
            (i, j) = (i + 1, j + 1);
        } else if i < expected.len() && costs[i][j] == 1 + costs[i + 1][j] {
            rows.push(Row { expected: Some(&expected[i]), came: None });
            i += 1;
        } else {
            rows.push(Row { expected: None, came: Some(came[j]) });
            j += 1;
        }
    }
    rows
}

fn table(rows: &[Row<'_>]) -> Vec<String> {
    let left: Vec<_> = rows.iter().map(|row| row.expected.map_or_else(String::new, expected_text)).collect();
    let width = left.iter().map(|text| text.chars().count()).max().unwrap_or(0).max("expected".len());
    let mut lines = vec![format!("  {:width$}   came", "expected")];
    for (row, left) in rows.iter().zip(left) {
        let mark = match row {
            row if row.is_right() => ' ',
            Row { came: None, .. } => '-',
            Row { expected: None, .. } => '+',
            Row { .. } => '≠',
        };
        let right = row.came.map_or_else(|| "nothing".to_owned(), came_text);
        lines.push(format!("{mark} {left:width$}   {right}"));
    }
    lines
}

fn expected_text(expected: &Expected) -> String {
    let at = expected.at.map_or_else(String::new, |at| format!("{} s  ", seconds(at)));
    let args: Vec<_> = expected.args.iter().map(|(name, wanted)| format!("{name}: {}", wanted_text(wanted))).collect();
    format!("{at}{} {}", expected.action, args.join(", ")).trim_end().to_owned()
}

fn wanted_text(wanted: &Json) -> String {
    match wanted {
        Json::String(text) => text.clone(),
        Json::Array(items) => format!("[{}]", items.iter().map(wanted_text).collect::<Vec<_>>().join(", ")),
        Json::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, wanted)| format!("{name}: {}", wanted_text(wanted))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        _ => String::new(),
    }
}

fn came_text(came: &Came) -> String {
    let args = came.args.as_object().into_iter().flatten().map(|(name, value)| match value {
        Json::String(text) => format!("{name}: {text}"),
        value => format!("{name}: {value}"),
    });
    let args = args.collect::<Vec<_>>().join(", ");
    format!("{} s  {} {args}", seconds(came.after), came.name).trim_end().to_owned()
}
