//! Comparisons that are never what is meant: with a word that a field never is, with a value of another sort, and in a
//! chain.

use rhai::{Expr, FnCallExpr, Position, SwitchCasesCollection};

use super::shape::{Shape, Sort};
use super::walk::Walk;
use crate::rules::duration;
use crate::suggest::{enumerate, near};

impl Walk<'_> {
    /// A comparison of two values, whose shapes are known.
    pub(super) fn compared(&mut self, call: &FnCallExpr, shapes: &[Shape], at: Position) {
        let ([left, right], [left_shape, right_shape]) = (&call.args[..], shapes) else { return };
        match call.name.as_str() {
            "contains" => {
                if let Expr::Array(items, _) = left {
                    for item in items {
                        self.word(right_shape, item);
                    }
                }
                self.word(&left_shape.item(), right);
                self.negated(right, left, "in");
            }
            "==" | "!=" => {
                self.word(left_shape, right);
                self.word(right_shape, left);
                self.mixed(call, [left, right], [left_shape, right_shape], at);
            }
            "<" | "<=" | ">" | ">=" if call.is_operator_call() => match left {
                Expr::FnCall(inner, _) if matches!(inner.name.as_str(), "<" | "<=" | ">" | ">=") => {
                    let (one, other) = (&inner.name, &call.name);
                    let message = format!("`… {one} … {other} …` compares true or false with the last value");
                    let help = format!("write `a {one} x && x {other} b`, or `between(x, a, b)`");
                    self.warning("rules.chained_comparison", at, message, help);
                }
                _ => self.mixed(call, [left, right], [left_shape, right_shape], at),
            },
            _ => {}
        }
    }

    /// `!a == b`, where `!(a == b)` is meant.
    fn negated(&mut self, left: &Expr, right: &Expr, operator: &str) -> bool {
        let Expr::FnCall(not, at) = left else { return false };
        let ("!", [operand]) = (not.name.as_str(), &not.args[..]) else { return false };
        let (operand, right) = (written(operand), written(right));
        let opposite = match operator {
            "==" => "!=",
            "!=" => "==",
            "<" => ">=",
            "<=" => ">",
            ">" => "<=",
            ">=" => "<",
            _ => "!in",
        };
        let message = format!("`!` negates `{operand}` alone, and not the comparison");
        self.warning("rules.negated_operand", *at, message, format!("write `{operand} {opposite} {right}`"));
        true
    }

    /// Values of two sorts, which are never the same.
    fn mixed(&mut self, call: &FnCallExpr, [left, right]: [&Expr; 2], [one, other]: [&Shape; 2], at: Position) {
        if other.sort().is_some_and(|sort| sort != Sort::Flag) && self.negated(left, right, &call.name) {
            return;
        }
        let (Some(one_sort), Some(other_sort)) = (one.sort(), other.sort()) else { return };
        if one_sort == other_sort {
            return;
        }
        // What is known by a name is compared with the other.
        let is_field = |shape: &Shape| matches!(shape, Shape::Field { .. } | Shape::Word { .. });
        let swapped = !is_field(one) && is_field(other);
        let [(subject, shape, sort), (with, _, with_sort)] = match swapped {
            false => [(left, one, one_sort), (right, other, other_sort)],
            true => [(right, other, other_sort), (left, one, one_sort)],
        };
        let name = match shape {
            Shape::Field { name, .. } | Shape::Word { field: name, .. } => format!("`{name}`"),
            _ => "this".to_owned(),
        };
        let message = format!("{name} is {}, and is compared with {}", sort.words(), with_sort.words());
        let is_equality = matches!(call.name.as_str(), "==" | "!=");
        let help = match (shape, sort, with) {
            (Shape::Word { words, .. }, ..) => {
                Some(format!("it is one of {}", enumerate(words.iter().map(String::as_str))))
            }
            (_, Sort::Text, Expr::IntegerConstant(number, _)) if is_equality => Some(format!("write \"{number}\"")),
            (_, Sort::Text, _) if with_sort == Sort::Number => Some(format!("write `parse_int({})`", written(subject))),
            (_, Sort::Number, Expr::StringConstant(text, _)) if text.parse::<f64>().is_ok() => {
                Some(format!("write {text} without quotes"))
            }
            (_, Sort::Number, Expr::StringConstant(text, _)) if duration::read(text).is_ok() => {
                Some(format!("write `seconds(\"{text}\")`, which is a number"))
            }
            (_, Sort::Number, Expr::StringConstant(..)) => Some("write a number without quotes, such as 10".to_owned()),
            (_, Sort::Number, _) if with_sort == Sort::Text => Some(format!("write `parse_int({})`", written(with))),
            (_, Sort::Flag, Expr::StringConstant(text, _)) if matches!(text.as_str(), "true" | "false") => {
                Some(format!("write {text} without quotes"))
            }
            (_, Sort::Flag, _) => Some("it is `true` or `false`".to_owned()),
            _ => None,
        };
        self.warning("rules.mixed_comparison", at, message, help);
    }

    fn word(&mut self, shape: &Shape, value: &Expr) {
        match value {
            Expr::StringConstant(text, at) => self.is_never(shape, text, *at),
            Expr::CharConstant(letter, at) => self.is_never(shape, &letter.to_string(), *at),
            _ => {}
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

/// A short expression as it is written; `…` for others.
fn written(expression: &Expr) -> String {
    match expression {
        Expr::Variable(variable, ..) => variable.1.to_string(),
        Expr::ThisPtr(_) => "this".to_owned(),
        Expr::Property(property, _) => property.2.to_string(),
        Expr::Dot(parts, ..) => format!("{}.{}", written(&parts.lhs), written(&parts.rhs)),
        Expr::StringConstant(text, _) => format!("{text:?}"),
        Expr::IntegerConstant(number, _) => number.to_string(),
        Expr::FloatConstant(number, _) => number.to_string(),
        Expr::Array(items, _) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        _ => "…".to_owned(),
    }
}
