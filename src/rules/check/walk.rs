//! Walks a script's tree, with what is known of each variable, and finds what would fail.

mod calls;

use std::collections::BTreeSet;

use rhai::{AST, ASTFlags, ASTNode, Expr, Position, ScriptFnMetadata, Stmt};

use super::Found;
use super::known::Known;
use super::shape::{self, Shape};
use crate::event::Kind;
use crate::suggest::{enumerate, near};

/// More names than this are no help.
const MOST_NAMES: usize = 20;

/// What is wrong with what a script's functions and constants say.
///
/// Of a script that is not `whole`, it is not known how its functions are called.
pub(super) fn walk(asts: &[AST], whole: bool, known: &Known, constants: &[String], bout: &Shape) -> Vec<Found> {
    let mut walk = Walk {
        asts,
        whole,
        known,
        constants: constants.iter().cloned().collect(),
        aliases: BTreeSet::new(),
        assigned: BTreeSet::new(),
        changed: BTreeSet::new(),
        properties: BTreeSet::new(),
        methods: BTreeSet::new(),
        scope: Vec::new(),
        this: This::Nothing,
        found: Vec::new(),
    };
    for ast in asts {
        ast.walk(&mut |path| {
            walk.note(path.last());
            true
        });
    }
    for statement in asts.iter().flat_map(|ast| ast.statements()) {
        walk.statement(statement);
    }
    walk.scope.clear();
    for ast in asts {
        for function in ast.iter_functions().filter(|function| !function.name.starts_with("anon$")) {
            walk.function(ast, &function, bout);
        }
    }
    walk.found
}

/// The constants outside of functions.
pub(super) fn constants(asts: &[AST]) -> Vec<String> {
    let constant = |statement: &Stmt| match statement {
        Stmt::Var(variable, flags, _) if flags.contains(ASTFlags::CONSTANT) => Some(variable.0.name.to_string()),
        _ => None,
    };
    asts.iter().flat_map(|ast| ast.statements()).filter_map(constant).collect()
}

/// What `this` is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum This {
    /// Nothing: outside of functions, and in a function that is called by its name alone.
    Nothing,
    /// The rule's state, or whatever a function is called on.
    Value,
}

struct Walk<'a> {
    asts: &'a [AST],
    whole: bool,
    known: &'a Known,
    /// Known everywhere, by their names and as `global::…`.
    constants: BTreeSet<String>,
    /// Names of imported modules.
    aliases: BTreeSet<String>,
    /// Variables that change somewhere: what is known of one at first need not stay true.
    assigned: BTreeSet<String>,
    /// Variables of which a part changes somewhere.
    changed: BTreeSet<String>,
    /// Names that the script itself gives to entries of maps, which may hold functions.
    properties: BTreeSet<String>,
    /// Functions that are called on a value.
    methods: BTreeSet<String>,
    scope: Vec<(String, Shape)>,
    this: This,
    found: Vec<Found>,
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
            _ => {}
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
        let known = !self.assigned.contains(name) && (fixed || !self.changed.contains(name));
        (name.to_owned(), if known { shape } else { Shape::Any })
    }

    /// Walks the statements of a block; gives what is known of its value.
    fn block(&mut self, statements: &[Stmt]) -> Shape {
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
                return if then.is_like(&otherwise) { then } else { Shape::Any };
            }
            Stmt::Switch(switch, _) => {
                self.expression(&switch.0);
                for case in &switch.1.expressions {
                    self.expression(&case.lhs);
                    self.expression(&case.rhs);
                }
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.expression(&flow.expr);
                self.block(flow.body.statements());
            }
            Stmt::For(parts, _) => {
                let (name, counter, flow) = &**parts;
                let each = match self.expression(&flow.expr) {
                    Shape::List(inner) => (*inner).clone(),
                    _ => Shape::Any,
                };
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
                self.block(flow.body.statements());
                let depth = self.scope.len();
                self.scope.extend(root(&flow.expr).map(|name| (name.to_owned(), Shape::Any)));
                self.block(flow.branch.statements());
                self.scope.truncate(depth);
            }
            Stmt::Return(value, ..) | Stmt::BreakLoop(value, ..) => {
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            Stmt::Import(import, _) => {
                self.expression(&import.0);
            }
            _ => {}
        }
        Shape::Any
    }

    /// What is assigned to.
    fn target(&mut self, target: &Expr) {
        let (Expr::Dot(parts, _, at) | Expr::Index(parts, _, at)) = target else {
            self.expression(target);
            return;
        };
        match self.expression(&parts.lhs) {
            Shape::Fields { of, fixed: true, .. } => {
                let found = Found::new(*at, format!("{of} cannot be changed"));
                self.found.push(found.help("keep what is to be remembered in `this`"));
            }
            // A map takes any name.
            _ => {
                self.chain(Shape::Any, target);
            }
        }
    }

    /// Walks an expression; gives what is known of its value.
    fn expression(&mut self, expression: &Expr) -> Shape {
        match expression {
            Expr::Variable(variable, _, at) => return self.name(variable, *at),
            Expr::ThisPtr(at) if self.this == This::Nothing => {
                let found = Found::new(*at, "`this` is nothing here: only handlers and timers see the rule's state");
                self.found.push(found.help("hand over what the function needs as an argument"));
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
            Expr::InterpolatedString(parts, _) | Expr::Array(parts, _) => {
                for part in parts {
                    self.expression(part);
                }
            }
            Expr::Map(map, _) => {
                for (_, value) in &map.0 {
                    self.expression(value);
                }
            }
            Expr::And(parts, _) | Expr::Or(parts, _) | Expr::Coalesce(parts, _) => {
                for part in &**parts {
                    self.expression(part);
                }
            }
            Expr::Stmt(block) => return self.block(block.statements()),
            Expr::DynamicConstant(value, _) => {
                if let Some(function) = value.read_lock::<rhai::FnPtr>() {
                    self.closure(function.fn_name(), Vec::new());
                }
            }
            _ => {}
        }
        Shape::Any
    }

    /// What follows the dot or the bracket behind a value.
    fn chain(&mut self, base: Shape, rest: &Expr) -> Shape {
        match rest {
            Expr::Property(property, at) => self.field(&base, &property.2, *at),
            Expr::MethodCall(call, at) => self.method(call, *at),
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
            (Shape::List(inner), _) => (**inner).clone(),
            _ => Shape::Any,
        }
    }

    fn field(&mut self, base: &Shape, name: &str, at: Position) -> Shape {
        let Shape::Fields { of, fields, .. } = base else { return Shape::Any };
        if let Some((_, shape)) = fields.iter().find(|(known, _)| known == name) {
            return shape.clone();
        }
        let names = || fields.iter().map(|(name, _)| name.as_str());
        let found = Found::new(at, format!("{of} has no field `{name}`"));
        self.found.push(match near(name, names()) {
            Some(near) => found.help(format!("did you mean `{near}`?")),
            None if fields.len() > MOST_NAMES => found,
            None => found.help(format!("it has {}", enumerate(names()))),
        });
        Shape::Any
    }

    /// A closure, with what is known of the variables that it takes along.
    fn closure(&mut self, name: &str, taken: Vec<Shape>) {
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
