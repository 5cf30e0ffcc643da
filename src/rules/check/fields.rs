//! Expressions: what is known of the value of each, and the fields that are read of it.

use std::sync::Arc;

use rhai::{ASTFlags, Expr, FnPtr, Position};

use super::shape::{Shape, Value};
use super::walk::{This, Walk};
use crate::rules::views::unknown_field;

impl Walk<'_> {
    /// What is assigned to.
    pub(super) fn target(&mut self, target: &Expr) {
        let (Expr::Dot(parts, _, at) | Expr::Index(parts, _, at)) = target else {
            match target {
                Expr::Variable(variable, _, at) if variable.2.is_empty() && self.variable(&variable.1).is_none() => {
                    self.unknown_variable(&variable.1, *at, true);
                }
                _ => drop(self.expression(target)),
            }
            return;
        };
        match self.expression(&parts.lhs) {
            Shape::Fields { of, .. } => {
                let message = format!("{of} cannot be changed");
                self.error("rules.read_only", *at, message, "keep what is to be remembered in `this`".to_owned());
            }
            // A map takes any name.
            _ => {
                self.chain(Shape::Any, target);
            }
        }
    }

    /// Walks an expression; gives what is known of its value.
    pub(super) fn expression(&mut self, expression: &Expr) -> Shape {
        match expression {
            Expr::Variable(variable, _, at) => return self.name(variable, *at),
            Expr::ThisPtr(at) if self.this == This::Nothing => {
                let message = "`this` is nothing here: only handlers and timers see the rule's state";
                let help = "hand over what the function needs as an argument".to_owned();
                self.error("rules.no_this", *at, message, help);
            }
            Expr::Dot(parts, ..) => {
                let base = self.expression(&parts.lhs);
                return self.chain(base, &parts.rhs);
            }
            Expr::Index(parts, flags, _) => {
                let base = self.expression(&parts.lhs);
                return self.index(base, &parts.rhs, *flags);
            }
            Expr::FnCall(call, at) => return self.call(call, *at),
            Expr::InterpolatedString(parts, _) => {
                for part in parts {
                    self.expression(part);
                }
            }
            Expr::Array(items, _) => {
                let items: Vec<_> = items.iter().map(|item| self.expression(item)).collect();
                let item = items.into_iter().reduce(Shape::or).unwrap_or(Shape::Any);
                return Value::List(Arc::new(item)).into();
            }
            Expr::Map(map, _) => {
                let entry = |(name, value): &(rhai::Ident, Expr)| (name.name.to_string(), self.expression(value));
                return Value::Map(map.0.iter().map(entry).collect()).into();
            }
            Expr::StringConstant(text, at) => self.unfilled(text, *at),
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                for part in &**parts {
                    self.expression(part);
                }
            }
            Expr::Stmt(block) => return self.block(block.statements()),
            Expr::DynamicConstant(value, _) => {
                if let Some(function) = value.read_lock::<FnPtr>() {
                    self.closure(function.fn_name(), Vec::new());
                }
            }
            _ => {}
        }
        Value::literal(expression).map_or(Shape::Any, Shape::from)
    }

    /// A text in plain quotes that is written like one in which something is to be put in.
    fn unfilled(&mut self, text: &str, at: Position) {
        let inside = text.split_once("${").and_then(|(_, rest)| rest.split_once('}'));
        if inside.is_some_and(|(inside, _)| !inside.trim().is_empty()) {
            let message = "nothing is put in for `${…}` in a text in plain quotes";
            self.warning("rules.not_interpolated", at, message, format!("write it in backticks: `{text}`"));
        }
    }

    /// What follows the dot or the bracket behind a value.
    fn chain(&mut self, base: Shape, rest: &Expr) -> Shape {
        match rest {
            Expr::Property(property, at) => self.field(&base, &property.2, *at),
            Expr::MethodCall(call, at) => self.method(&base, call, *at),
            Expr::Dot(parts, ..) => {
                let middle = self.chain(base, &parts.lhs);
                self.chain(middle, &parts.rhs)
            }
            Expr::Index(parts, flags, _) => {
                let middle = self.chain(base, &parts.lhs);
                self.index(middle, &parts.rhs, *flags)
            }
            other => self.expression(other),
        }
    }

    /// What stands in brackets behind a value; unless the chain breaks off there, what follows stands with it.
    fn index(&mut self, base: Shape, rest: &Expr, flags: ASTFlags) -> Shape {
        match rest {
            Expr::Dot(parts, ..) if !flags.contains(ASTFlags::BREAK) => {
                let item = self.item(&base, &parts.lhs);
                self.chain(item, &parts.rhs)
            }
            Expr::Index(parts, inner, _) if !flags.contains(ASTFlags::BREAK) => {
                let item = self.item(&base, &parts.lhs);
                self.index(item, &parts.rhs, *inner)
            }
            index => self.item(&base, index),
        }
    }

    fn item(&mut self, base: &Shape, index: &Expr) -> Shape {
        self.expression(index);
        match (base, index) {
            (Shape::Fields { .. }, Expr::StringConstant(name, at)) => self.field(base, name, *at),
            _ => base.item(),
        }
    }

    fn field(&mut self, base: &Shape, name: &str, at: Position) -> Shape {
        if let Some(Value::Map(entries)) = base.value() {
            // A map has what it was given.
            return entries.iter().find(|(known, _)| known == name).map_or(Shape::Any, |(_, shape)| shape.clone());
        }
        let Shape::Fields { of, fields, .. } = base else { return Shape::Any };
        if let Some((_, shape)) = fields.iter().find(|(known, _)| known == name) {
            return shape.clone();
        }
        let known: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        let (message, help) = unknown_field(of, name, &known);
        self.error("rules.unknown_field", at, message, help);
        Shape::Any
    }
}
