//! Comparisons that are never what is meant: with a word that a field never is, with a value of another sort, and in a
//! chain.

use rhai::{Expr, FnCallExpr, Position, SwitchCasesCollection};

use super::finding::Finding;
use super::shape::{Shape, Sort};
use super::walk::Walk;
use crate::suggest::{enumerate, near};

impl Walk<'_> {
    /// A comparison of two values, whose shapes are known.
    pub(super) fn compared(&mut self, call: &FnCallExpr, shapes: &[Shape], at: Position) {
        let ([left, right], [left_shape, right_shape]) = (&call.args[..], shapes) else { return };
        match call.name.as_str() {
            "==" | "!=" => {
                self.word(left_shape, right);
                self.word(right_shape, left);
                self.mixed([left, right], [left_shape, right_shape], at);
            }
            "<" | "<=" | ">" | ">=" if call.is_operator_call() => match left {
                Expr::FnCall(inner, _) if matches!(inner.name.as_str(), "<" | "<=" | ">" | ">=") => {
                    let (one, other) = (&inner.name, &call.name);
                    let message = format!("`… {one} … {other} …` compares true or false with the last value");
                    let finding = Finding::warning("rules.chained_comparison", at, message);
                    let help = format!("write `a {one} x && x {other} b`, or `between(x, a, b)`");
                    self.findings.push(finding.help(help));
                }
                _ => self.mixed([left, right], [left_shape, right_shape], at),
            },
            "contains" => {
                if let Expr::Array(items, _) = left {
                    for item in items {
                        self.word(right_shape, item);
                    }
                }
            }
            _ => {}
        }
    }

    /// Values of two sorts, which are never the same.
    fn mixed(&mut self, [left, right]: [&Expr; 2], [one, other]: [&Shape; 2], at: Position) {
        let (Some(one_sort), Some(other_sort)) = (one.sort(), other.sort()) else { return };
        if one_sort == other_sort {
            return;
        }
        let name = |shape: &Shape| match shape {
            Shape::Field { name, .. } | Shape::Word { field: name, .. } => Some(format!("`{name}`")),
            _ => None,
        };
        let (subject, sort, with) = match (name(one), name(other)) {
            (None, Some(name)) => (name, other_sort, one_sort),
            (name, _) => (name.unwrap_or_else(|| "this".to_owned()), one_sort, other_sort),
        };
        let message = format!("{subject} is {}, and is compared with {}", sort.words(), with.words());
        let literal = [left, right].into_iter().find_map(|expression| match expression {
            Expr::IntegerConstant(number, _) if [one_sort, other_sort].contains(&Sort::Text) => {
                Some(format!("write \"{number}\""))
            }
            Expr::StringConstant(text, _) if text.parse::<f64>().is_ok() => {
                Some(format!("write {text} without quotes"))
            }
            Expr::StringConstant(text, _) if matches!(text.as_str(), "true" | "false") => {
                Some(format!("write {text} without quotes"))
            }
            _ => None,
        });
        let texts = [one_sort, other_sort].contains(&Sort::Text) && [one_sort, other_sort].contains(&Sort::Number);
        let help = literal.or_else(|| texts.then(|| "`parse_int(text)` makes a number of a text".to_owned()));
        self.findings.push(Finding::warning("rules.mixed_comparison", at, message).maybe_help(help));
    }

    fn word(&mut self, shape: &Shape, value: &Expr) {
        if let Expr::StringConstant(text, at) = value {
            self.is_never(shape, text, *at);
        }
    }

    fn is_never(&mut self, shape: &Shape, text: &str, at: Position) {
        let Shape::Word { field, words } = shape else { return };
        if words.iter().any(|word| word == text) {
            return;
        }
        let names = || words.iter().map(String::as_str);
        let help = match near(text, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is one of {}", enumerate(names())),
        };
        self.error("rules.unknown_word", at, format!("`{field}` is never \"{text}\""), help);
    }

    /// The arms of a `switch` on such a field. The tree holds only hashes of what they are for: the text is searched for
    /// it, from the `switch` to what the arm does.
    pub(super) fn arms(&mut self, value: &Shape, switch: &(Expr, SwitchCasesCollection), at: Position) {
        let Shape::Word { words, .. } = value else { return };
        let known: Vec<_> = words.iter().filter_map(|word| self.words.hash(&self.checker.engine, word)).collect();
        for (hash, arms) in switch.1.cases.iter().filter(|(hash, _)| !known.contains(hash)) {
            let first = arms.blocks.iter().filter_map(|arm| switch.1.expressions.get(*arm)).next();
            let Some(until) = first.map(|arm| arm.rhs.start_position()) else { continue };
            if let Some((text, at)) = self.literal(*hash, at, until) {
                self.is_never(value, &text, at);
            }
        }
    }

    /// The last text in plain quotes between two places that has a hash.
    fn literal(&mut self, hash: u64, from: Position, until: Position) -> Option<(String, Position)> {
        let (first, last) = (from.line()?, until.line()?);
        (first..=last).rev().find_map(|number| {
            let line = self.script.text.numbered_line(number);
            let end = if number == last { until.position()? - 1 } else { usize::MAX };
            let quotes: Vec<_> = line.char_indices().take(end).filter(|(_, c)| *c == '"').map(|(at, _)| at).collect();
            quotes.windows(2).rev().find_map(|pair| {
                let [open, close] = pair else { return None };
                let text = line.get(open + 1..*close)?;
                if self.words.hash(&self.checker.engine, text) != Some(hash) {
                    return None;
                }
                let column = line.get(..*open)?.chars().count() + 1;
                let at = Position::new(u16::try_from(number).ok()?, u16::try_from(column).ok()?);
                Some((text.to_owned(), at))
            })
        })
    }
}
