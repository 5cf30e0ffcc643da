//! Walks a script's tree, with what is known of each variable, and finds what would fail.

mod named;
mod tried;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::{AST, ASTFlags, ASTNode, Expr, ScriptFnMetadata, Stmt};

use super::known::Known;
use super::names::Name;
use super::shape::{self, Shape};
use super::value::Value;
use super::{Checker, Found};
use crate::event::Kind;
use crate::rules::RuleFile;

/// More names than this are no help.
pub(super) const MAX_NAMES: usize = 20;

/// A script that is to be walked.
pub(super) struct Script<'a> {
    pub(super) asts: &'a [AST],
    /// Whether all of it could be read; if not, it is not known how its functions are called.
    pub(super) whole: bool,
    pub(super) text: &'a str,
}

/// What a walk finds: what is wrong with what a script's functions and constants say, and what they name in OBS.
pub(super) fn walk(
    script: Script<'_>,
    checker: &Checker,
    known: &Known,
    constants: &Constants,
) -> (Vec<Found>, Vec<Name>) {
    let Script { asts, whole, text } = script;
    let mut walk = Walk {
        asts,
        whole,
        text,
        checker,
        known,
        constants: constants.clone(),
        aliases: BTreeSet::new(),
        assigned: BTreeSet::new(),
        changed: BTreeSet::new(),
        handed: BTreeSet::new(),
        properties: BTreeSet::new(),
        methods: BTreeSet::new(),
        scope: Vec::new(),
        this: This::Nothing,
        catches: false,
        found: Vec::new(),
        named: Vec::new(),
    };
    for ast in asts {
        ast.walk(&mut |path| {
            walk.note(path.last());
            true
        });
    }
    for statement in asts.iter().flat_map(|ast| ast.statements()) {
        walk.statement(statement);
        walk.forgotten(statement);
    }
    walk.scope.clear();
    for ast in asts {
        for function in ast.iter_functions().filter(|function| !function.name.starts_with("anon$")) {
            walk.function(ast, &function, &checker.bout);
        }
    }
    (walk.found, walk.named)
}

/// The constants of a script, by their names, with what is known of each.
pub(super) type Constants = BTreeMap<String, Shape>;

/// The constants outside of functions, as the config sets them.
pub(super) fn constants(asts: &[AST], file: Option<&RuleFile>) -> Constants {
    let constant = |statement: &Stmt| match statement {
        Stmt::Var(variable, flags, _) if flags.contains(ASTFlags::CONSTANT) => {
            let name = variable.0.name.to_string();
            let value = Value::constant(&variable.1);
            let mut settings = file.iter().flat_map(|file| &file.with);
            let set = settings.find(|setting| setting.name.eq_ignore_ascii_case(&name));
            let value = match set {
                Some(set) => value.and_then(|value| value.set(&set.value)),
                None => value,
            };
            Some((name, value.map_or(Shape::Any, Shape::from)))
        }
        _ => None,
    };
    asts.iter().flat_map(|ast| ast.statements()).filter_map(constant).collect()
}

/// What `this` is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum This {
    /// Nothing: outside of functions, and in a function that is called by its name alone.
    Nothing,
    /// The rule's state, or whatever a function is called on.
    Value,
}

pub(super) struct Walk<'a> {
    pub(super) asts: &'a [AST],
    pub(super) whole: bool,
    pub(super) text: &'a str,
    pub(super) checker: &'a Checker,
    pub(super) known: &'a Known,
    /// Known everywhere, by their names and as `global::…`.
    pub(super) constants: Constants,
    /// Names of imported modules.
    pub(super) aliases: BTreeSet<String>,
    /// Variables that change somewhere: what is known of one at first need not stay true.
    pub(super) assigned: BTreeSet<String>,
    /// Variables of which a part changes somewhere.
    pub(super) changed: BTreeSet<String>,
    /// Variables that something may change which they are handed to, or which is called on them.
    pub(super) handed: BTreeSet<String>,
    /// Names that the script itself gives to entries of maps, which may hold functions.
    pub(super) properties: BTreeSet<String>,
    /// Functions that are called on a value.
    pub(super) methods: BTreeSet<String>,
    pub(super) scope: Vec<(String, Shape)>,
    pub(super) this: This,
    /// Whether a refusal would be caught, so that it is none to tell.
    pub(super) catches: bool,
    pub(super) found: Vec<Found>,
    /// What is named in OBS.
    pub(super) named: Vec<Name>,
}

impl Walk<'_> {
    /// Notes what has to be known of the whole script first.
    fn note(&mut self, node: Option<&ASTNode<'_>>) {
        match node {
            Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                let target = &assignment.1.lhs;
                let whole = matches!(target, Expr::Variable(..));
                let names = if whole { &mut self.assigned } else { &mut self.changed };
                names.extend(root(target).map(str::to_owned));
                self.note_properties(target);
            }
            Some(ASTNode::Stmt(Stmt::Import(import, _))) => {
                self.aliases.insert(import.1.name.to_string());
            }
            Some(ASTNode::Expr(Expr::Map(map, _))) => {
                self.properties.extend(map.0.iter().map(|(name, _)| name.name.to_string()));
            }
            Some(ASTNode::Expr(Expr::MethodCall(call, _))) => {
                self.methods.insert(call.name.to_string());
            }
            Some(ASTNode::Expr(Expr::Dot(parts, ..) | Expr::Index(parts, ..))) => {
                self.handed.extend(root(&parts.lhs).map(str::to_owned));
            }
            // Rhai's own functions can change what they are called with first.
            Some(ASTNode::Expr(Expr::FnCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)))
                if call.namespace.is_empty() && !call.is_operator_call() =>
            {
                self.handed.extend(call.args.first().and_then(root).map(str::to_owned));
            }
            _ => {}
        }
    }

    /// A variable outside of functions: handlers do not see it.
    fn forgotten(&mut self, statement: &Stmt) {
        let Stmt::Var(variable, flags, at) = statement else { return };
        if !flags.contains(ASTFlags::CONSTANT) {
            let name = variable.0.name.to_string();
            let found = Found::new(*at, format!("`{name}` is forgotten before a handler runs"));
            self.found.push(found.help("write `const`, or keep it in `this`"));
            // That is told once.
            self.constants.insert(name, Shape::Any);
        }
    }

    fn note_properties(&mut self, chain: &Expr) {
        match chain {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
                self.note_properties(&parts.lhs);
                self.note_properties(&parts.rhs);
            }
            Expr::Property(property, _) => {
                self.properties.insert(property.2.to_string());
            }
            _ => {}
        }
    }

    fn function(&mut self, ast: &AST, function: &ScriptFnMetadata<'_>, bout: &Shape) {
        let handler = function.name.strip_prefix("on_");
        let given = match handler {
            Some("start") => vec![bout.clone()],
            Some(kind) => vec![shape::event(kind.parse::<Kind>().ok()), bout.clone()],
            None => Vec::new(),
        };
        let called_on_a_value = self.methods.contains(function.name);
        self.this = if handler.is_some() || called_on_a_value || !self.whole { This::Value } else { This::Nothing };
        self.enter(ast, function, given);
    }

    /// Walks a function's body; what its parameters are like is known of the first ones.
    fn enter(&mut self, ast: &AST, function: &ScriptFnMetadata<'_>, given: Vec<Shape>) {
        let given = given.into_iter().chain(std::iter::repeat(Shape::Any));
        let parameters = function.params.iter().zip(given);
        let parameters: Vec<_> = parameters.map(|(name, shape)| self.variable(name, shape)).collect();
        let outside = std::mem::replace(&mut self.scope, parameters);
        let (name, count) = (function.name, function.params.len());
        let mut body = ast.clone_functions_only();
        body.retain_functions(|_, _, other, parameters| other == name && parameters == count);
        body.walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                self.statement(statement);
            }
            true
        });
        self.scope = outside;
    }

    fn variable(&self, name: &str, shape: Shape) -> (String, Shape) {
        let fixed = matches!(shape, Shape::Fields { fixed: true, .. });
        // An assignment to a field of what cannot be changed is a mistake of its own.
        let mut known = !self.assigned.contains(name) && (fixed || !self.changed.contains(name));
        known &= !matches!(shape, Shape::OneOf(_)) || !self.handed.contains(name);
        (name.to_owned(), if known { shape } else { Shape::Any })
    }

    /// Walks the statements of a block; gives what is known of its value.
    pub(super) fn block(&mut self, statements: &[Stmt]) -> Shape {
        let depth = self.scope.len();
        let mut value = Shape::Any;
        for statement in statements {
            value = self.statement(statement);
        }
        self.scope.truncate(depth);
        value
    }

    fn statement(&mut self, statement: &Stmt) -> Shape {
        match statement {
            Stmt::Expr(expression) => return self.expression(expression),
            Stmt::FnCall(call, at) => return self.call(call, *at),
            Stmt::Block(block) => return self.block(block.statements()),
            Stmt::If(flow, _) => {
                self.expression(&flow.expr);
                let (then, otherwise) = (self.block(flow.body.statements()), self.block(flow.branch.statements()));
                return then.or(otherwise);
            }
            Stmt::Switch(switch, at) => {
                let value = self.expression(&switch.0);
                self.arms(&value, switch, *at);
                let arms = switch.1.expressions.iter().map(|case| {
                    self.expression(&case.lhs);
                    self.expression(&case.rhs)
                });
                return arms.reduce(Shape::or).unwrap_or(Shape::Any);
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.expression(&flow.expr);
                self.block(flow.body.statements());
            }
            Stmt::For(parts, _) => {
                let (name, counter, flow) = &**parts;
                let each = self.expression(&flow.expr).item();
                let depth = self.scope.len();
                self.scope.push(self.variable(&name.name, each));
                self.scope.extend(counter.as_ref().map(|counter| (counter.name.to_string(), Shape::Any)));
                self.block(flow.body.statements());
                self.scope.truncate(depth);
            }
            Stmt::Var(variable, ..) => {
                let shape = self.expression(&variable.1);
                self.scope.push(self.variable(&variable.0.name, shape));
            }
            Stmt::Assignment(assignment) => {
                self.expression(&assignment.1.rhs);
                self.target(&assignment.1.lhs);
            }
            Stmt::TryCatch(flow, _) => {
                let catches = std::mem::replace(&mut self.catches, true);
                self.block(flow.body.statements());
                self.catches = catches;
                let depth = self.scope.len();
                self.scope.extend(root(&flow.expr).map(|name| (name.to_owned(), Shape::Any)));
                self.block(flow.branch.statements());
                self.scope.truncate(depth);
            }
            Stmt::Return(value, ..) | Stmt::BreakLoop(value, ..) => {
                if let Some(value) = value {
                    self.expression(value);
                }
                // It goes on elsewhere: there is no value.
                return Shape::OneOf(Arc::new([]));
            }
            Stmt::Import(import, _) => {
                self.expression(&import.0);
            }
            _ => {}
        }
        Shape::Any
    }

    /// A closure, with what is known of the variables that it takes along.
    pub(super) fn closure(&mut self, name: &str, taken: Vec<Shape>) {
        let asts = self.asts;
        for ast in asts {
            if let Some(function) = ast.iter_functions().find(|function| function.name == name) {
                let this = std::mem::replace(&mut self.this, This::Value);
                self.enter(ast, &function, taken);
                self.this = this;
                return;
            }
        }
    }
}

/// The variable that a chain begins with.
fn root(chain: &Expr) -> Option<&str> {
    match chain {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()),
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => root(&parts.lhs),
        _ => None,
    }
}
