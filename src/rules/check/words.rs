//! Words: fields that are one of a few, beside what they never are.

use rhai::{Expr, FnCallExpr, Position, Stmt, SwitchCasesCollection};

use super::walk::Walk;
use crate::rules::check::Found;
use crate::rules::check::shape::Shape;
use crate::suggest::{enumerate, near};

impl Walk<'_> {
    /// A field that is one of a few words, beside a text that is none of them.
    pub(super) fn compared(&mut self, call: &FnCallExpr, arguments: &[Shape]) {
        let ([left, right], [left_shape, right_shape]) = (&call.args[..], arguments) else { return };
        match call.name.as_str() {
            "==" | "!=" => {
                self.word(left_shape, right);
                self.word(right_shape, left);
            }
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
        self.found.push(Found::new(at, format!("`{field}` is never \"{text}\"")).help(help));
    }

    /// The arms of a `switch` on such a field. The tree holds only hashes of what they are for: the text is searched for
    /// it, from the `switch` to what the arm does.
    pub(super) fn arms(&mut self, value: &Shape, switch: &(Expr, SwitchCasesCollection), at: Position) {
        let Shape::Word { words, .. } = value else { return };
        let known: Vec<_> = words.iter().filter_map(|word| self.hash(word)).collect();
        for (hash, arms) in switch.1.cases.iter().filter(|(hash, _)| !known.contains(hash)) {
            let first = arms.blocks.iter().filter_map(|arm| switch.1.expressions.get(*arm)).next();
            let Some(until) = first.map(|arm| arm.rhs.start_position()) else { continue };
            if let Some((text, at)) = self.literal(*hash, at, until) {
                self.is_never(value, &text, at);
            }
        }
    }

    /// The last text in plain quotes between two places that has a hash.
    fn literal(&self, hash: u64, from: Position, until: Position) -> Option<(String, Position)> {
        let (first, last) = (from.line()?, until.line()?);
        let lines = self.text.lines().collect::<Vec<_>>();
        (first..=last).rev().find_map(|number| {
            let line = lines.get(number - 1)?;
            let end = if number == last { until.position()? - 1 } else { usize::MAX };
            let quotes: Vec<_> = line.char_indices().take(end).filter(|(_, c)| *c == '"').map(|(at, _)| at).collect();
            quotes.windows(2).rev().find_map(|pair| {
                let [open, close] = pair else { return None };
                let text = line.get(open + 1..*close).filter(|text| self.hash(text) == Some(hash))?;
                let column = line.get(..*open)?.chars().count() + 1;
                let at = Position::new(u16::try_from(number).ok()?, u16::try_from(column).ok()?);
                Some((text.to_owned(), at))
            })
        })
    }

    /// What a text is known by in the tree of a `switch`.
    fn hash(&self, text: &str) -> Option<u64> {
        let ast = self.checker.engine.compile(format!("switch 0 {{ {text:?} => 0 }}")).ok()?;
        match ast.statements() {
            [Stmt::Switch(switch, _)] => switch.1.cases.keys().next().copied(),
            _ => None,
        }
    }
}
