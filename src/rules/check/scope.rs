//! The constants of a script, and how its names are used.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTFlags, ASTNode, Expr, Stmt};

use super::shape::{Shape, Value};
use crate::rules::api::allowed::{Allowed, declaration};
use crate::rules::sources::RuleFile;

/// The constants of a script, by their names, with what is known of each.
pub(super) type Constants = BTreeMap<String, Shape>;

/// The constants outside of functions, as the config sets them.
pub(super) fn constants(ast: &AST, file: Option<&RuleFile>) -> Constants {
    let constant = |statement: &Stmt| match statement {
        Stmt::Var(variable, flags, _) if flags.contains(ASTFlags::CONSTANT) => {
            let name = variable.0.name.to_string();
            if let Some(shape) = declared(&name, &variable.1) {
                return Some((name, shape));
            }
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
    ast.statements().iter().filter_map(constant).collect()
}

/// What is known of a constant whose words the script declares.
fn declared(name: &str, constant: &Expr) -> Option<Shape> {
    let Allowed::Words(words) = Allowed::declared(constant)? else { return None };
    let word = Shape::Word { field: name.to_owned(), words: words.into() };
    let is_list = matches!(declaration(constant)?.first()?, Expr::Array(..));
    Some(if is_list { Shape::List(word.into()) } else { word })
}

/// How the names of a whole script are used: what is known of a variable at first can change.
#[derive(Default)]
pub(super) struct Uses {
    /// Names of imported modules.
    pub(super) aliases: BTreeSet<String>,
    /// Variables that change somewhere.
    assigned: BTreeSet<String>,
    /// Variables of which a part changes somewhere.
    changed: BTreeSet<String>,
    /// Variables that something may change which they are handed to, or which is called on them.
    handed: BTreeSet<String>,
    /// Names that the script itself gives to entries of maps, which may hold functions.
    pub(super) properties: BTreeSet<String>,
    /// Functions that are called on a value.
    pub(super) methods: BTreeSet<String>,
    /// Functions that are called, or may be by their names as texts or as variables.
    pub(super) called: BTreeSet<String>,
}

impl Uses {
    pub(super) fn of(ast: &AST) -> Self {
        let mut uses = Self::default();
        ast.walk(&mut |path| {
            uses.note(path.last());
            uses.called.extend(match path.last() {
                Some(ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)))
                | Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => Some(call.name.to_string()),
                Some(ASTNode::Expr(Expr::StringConstant(text, _))) => Some(text.to_string()),
                Some(ASTNode::Expr(Expr::Variable(variable, ..))) => Some(variable.1.to_string()),
                _ => None,
            });
            true
        });
        uses
    }

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

    /// A variable, with what is known of it for as long as it is there.
    pub(super) fn variable(&self, name: &str, shape: Shape) -> (String, Shape) {
        let fixed = matches!(shape, Shape::Fields { .. });
        // An assignment to a field of what cannot be changed is a mistake of its own.
        let mut known = !self.assigned.contains(name) && (fixed || !self.changed.contains(name));
        known &= !matches!(shape, Shape::OneOf(_)) || !self.handed.contains(name);
        (name.to_owned(), if known { shape } else { Shape::Any })
    }
}

/// The variable that a chain begins with.
pub(super) fn root(chain: &Expr) -> Option<&str> {
    match chain {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()),
        Expr::Dot(parts, ..) | Expr::Index(parts, ..) => root(&parts.lhs),
        _ => None,
    }
}
