//! Arguments that a function never takes, as far as they stand in the script.

use std::any::TypeId;
use std::collections::BTreeSet;

use rhai::{Array, Dynamic, Expr, FnCallExpr, ImmutableString, Position};

use super::functions::{self, Form};
use super::shape::{Shape, Sort, Value};
use super::walk::Walk;
use crate::rules::api::argument::{Argument, ArgumentError, sort_of};
use crate::rules::api::signature::{Kind, path};
use crate::suggest::one_of;

impl Walk<'_> {
    /// Looks whether a function takes what it is called with.
    pub(super) fn arguments(&mut self, module: &str, call: &FnCallExpr, shapes: &[Shape], at: Position) {
        let is_own = module.is_empty() && self.known.is_own_name(&call.name);
        if self.catches || is_own {
            return;
        }
        let Some(signature) = functions::signature(module, &call.name) else {
            return self.arguments_of_rhai(module, call, shapes, at);
        };
        let Some(form) = signature.form(call.args.len()) else { return };
        for ((parameter, shape), expression) in form.iter().zip(shapes).zip(&call.args) {
            let instances = &self.checker.instances;
            let argument = Argument { signature, form, parameter: *parameter, instances };
            if let Some((at, error)) = self.wrong(argument, shape, expression) {
                let ArgumentError { message, help } = error;
                self.error("rules.argument", at, message, help);
            } else {
                match (parameter.kind, expression) {
                    (Kind::Function, _) => self.called_at_once(expression),
                    (Kind::Any, Expr::CharConstant(letter, at)) => {
                        let message = format!("`'{letter}'` is a single letter, and no text");
                        self.warning("rules.letter", *at, message, format!("write \"{letter}\""));
                    }
                    _ => {}
                }
            }
        }
    }

    /// Why an argument is always wrong, and where.
    fn wrong(&self, argument: Argument<'_>, shape: &Shape, expression: &Expr) -> Option<(Position, ArgumentError)> {
        let at = expression.start_position();
        let is_literal = Value::literal(expression).is_some();
        let mut first = None;
        for value in shape.values() {
            // A setting that is not wanted: before it is used, it is looked at.
            let is_off = value.is_off() && !is_literal;
            let error = if is_off { None } else { self.wrong_value(argument, value, expression) };
            first = first.or(Some(error?));
        }
        let wrong_sort = |sort: Sort| (!takes(argument.parameter.kind, sort)).then(|| argument.wrong(sort.words()));
        match shape.values() {
            [] => shape.sort().and_then(wrong_sort).map(|error| (at, error)),
            _ => first,
        }
    }

    fn wrong_value(
        &self,
        argument: Argument<'_>,
        value: &Value,
        expression: &Expr,
    ) -> Option<(Position, ArgumentError)> {
        let at = expression.start_position();
        let kind = argument.parameter.kind;
        match (kind, value) {
            (_, Value::SomeText) => (!takes(kind, Sort::Text)).then(|| (at, argument.wrong(Sort::Text.words()))),
            (Kind::Options { .. }, Value::Map(entries)) => {
                let written = |name: &str| match expression {
                    Expr::Map(map, _) => map.0.iter().find(|(entry, _)| entry.name == name),
                    _ => None,
                };
                let at = |name: &str| written(name).map_or(at, |(entry, _)| entry.pos);
                for (name, shape) in entries.iter() {
                    let entry = match argument.entry(name) {
                        Ok(entry) => entry,
                        Err(error) => return Some((at(name), error)),
                    };
                    let value = written(name).map_or(expression, |(_, value)| value);
                    if let Some((_, error)) = self.wrong(entry, shape, value) {
                        return Some((at(name), error));
                    }
                }
                let names: Vec<_> = entries.iter().map(|(name, _)| name.as_str()).collect();
                argument.complete(&names).err().map(|error| (expression.start_position(), error))
            }
            (Kind::FileName, Value::Text(text)) if text.trim().is_empty() => {
                let message = "an empty text is no name of a file".to_owned();
                let help = Some("leave the name out: the file is named by `names` of the config".to_owned());
                Some((at, ArgumentError { message, help }))
            }
            (Kind::Clip, Value::Map(entries)) if entries.iter().any(|(name, _)| name == "path") => None,
            (Kind::Function, Value::Function(name, taken)) => {
                let counts = || self.known.forms("", name).map(|form| form.count);
                let own = self.bodies.get(name).map(|function| function.params.len());
                let missing = match own {
                    Some(_) if counts().any(|count| count == *taken) => return None,
                    Some(count) => count.checked_sub(*taken).filter(|missing| *missing > 0)?,
                    None => return None,
                };
                let arguments = if missing == 1 { "1 argument".to_owned() } else { format!("{missing} arguments") };
                let message = format!("the function takes {arguments}, and a timer gives it none");
                let help = Some("write `|| …`, and use in it the variables that it needs".to_owned());
                Some((at, ArgumentError { message, help }))
            }
            (_, value) => argument.check(&value.dynamic()).err().map(|error| (at, error)),
        }
    }

    /// A call in the place of a function is made at once.
    fn called_at_once(&mut self, expression: &Expr) {
        let called = match expression {
            Expr::FnCall(call, _) if !call.is_operator_call() && call.name != "Fn" && call.name != "curry" => {
                path(&call.namespace.to_string(), &call.name)
            }
            Expr::Dot(parts, ..) => match &parts.rhs {
                Expr::MethodCall(call, _) if self.known.is_own_name(&call.name) => match &parts.lhs {
                    Expr::ThisPtr(_) => format!("this.{}", call.name),
                    _ => call.name.to_string(),
                },
                _ => return,
            },
            _ => return,
        };
        let message = format!("`{called}` is called at once, and not by the timer");
        self.warning("rules.called_at_once", expression.start_position(), message, format!("write `|| {called}(…)`"));
    }

    /// Looks whether one of Rhai's own functions takes values of such types.
    fn arguments_of_rhai(&mut self, module: &str, call: &FnCallExpr, shapes: &[Shape], at: Position) {
        let given = |shape: &Shape| shape.value().filter(|value| !value.is_off()).map(Value::dynamic);
        let given: Vec<_> = shapes.iter().map(given).collect();
        let known = self.known;
        let forms: Vec<_> = known.forms(module, &call.name).filter(|form| form.count == shapes.len()).collect();
        let fits = |form: &Form, number: usize| match (&form.types, &given[number]) {
            (Some(types), Some(given)) => is_like(types[number], given.type_id()),
            _ => true,
        };
        let numbers = || 0..shapes.len();
        if forms.is_empty() || forms.iter().any(|form| numbers().all(|number| fits(form, number))) {
            return;
        }
        let name = path(module, &call.name);
        let wrong = numbers().find(|number| !forms.iter().any(|form| fits(form, *number)));
        let (at, message) = match wrong.and_then(|number| Some((number, given[number].as_ref()?))) {
            Some((number, value)) => {
                let types = forms.iter().filter_map(|form| form.types.as_ref()?.get(number));
                let sorts: BTreeSet<_> = types.filter_map(|of| sort_of_type(*of)).collect();
                let takes = sorts.into_iter().collect::<Vec<_>>().join(" or ");
                let takes = if takes.is_empty() { "something else".to_owned() } else { takes };
                (call.args[number].start_position(), format!("`{name}` takes {takes}, not {}", sort_of(value)))
            }
            None => (at, format!("`{name}` takes other sorts of values")),
        };
        let help = if module.is_empty() && known.has_module(&name) {
            let calls: Vec<_> = known.names(&name).map(|function| format!("{name}::{function}(…)")).collect();
            Some(format!("write {}", one_of(calls.iter().map(String::as_str))))
        } else {
            known.calls(module, &call.name, 0)
        };
        self.error("rules.argument", at, message, help);
    }
}

/// Whether a parameter takes values of a sort, if no more is known of them.
fn takes(kind: Kind, sort: Sort) -> bool {
    match (kind, sort) {
        (Kind::Any, _) => true,
        (Kind::Flag, sort) => sort == Sort::Flag,
        (Kind::Whole | Kind::Number { .. }, sort) => sort == Sort::Number,
        (Kind::Seconds | Kind::InClip, sort) => sort != Sort::Flag,
        (Kind::Function | Kind::Data | Kind::Options { .. } | Kind::Never { .. }, _) => false,
        (
            Kind::Text
            | Kind::FileName
            | Kind::InObs(_)
            | Kind::Instance
            | Kind::Duration { .. }
            | Kind::Word(_)
            | Kind::Words
            | Kind::Instant
            | Kind::Clip,
            sort,
        ) => sort == Sort::Text,
    }
}

fn is_like(wanted: TypeId, given: TypeId) -> bool {
    let is_text = |of: TypeId| of == TypeId::of::<ImmutableString>() || of == TypeId::of::<String>();
    wanted == given || wanted == TypeId::of::<Dynamic>() || (is_text(wanted) && is_text(given))
}

/// What a type is, as it stands in a message; none of a type that stands for any.
fn sort_of_type(of: TypeId) -> Option<&'static str> {
    let samples = ["".into(), Dynamic::from_int(1), Dynamic::from_float(1.0), true.into(), Array::new().into()];
    samples.iter().find(|sample| is_like(of, sample.type_id()) && of != TypeId::of::<Dynamic>()).map(sort_of)
}
