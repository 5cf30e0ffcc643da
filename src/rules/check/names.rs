//! What a script calls by name in OBS: scenes, sources and filters.

use std::collections::BTreeMap;

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::{Found, Mistake};
use crate::rules::script::Text;
use crate::rules::{RuleFile, SettingValue};

/// Something that OBS must have, and where a script names it.
#[derive(Clone, Debug)]
pub struct Named {
    /// What it is.
    pub what: What,
    /// The OBS sink that must have it; every one when absent.
    pub instance: Option<String>,
    file: std::path::PathBuf,
    text: Text,
    at: Position,
}

/// What a script names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A scene.
    Scene(String),
    /// A source that lies in a scene.
    Item {
        /// The scene.
        scene: String,
        /// The source.
        source: String,
    },
    /// A source.
    Source(String),
    /// A filter of a source.
    Filter {
        /// The source.
        source: String,
        /// The filter.
        filter: String,
    },
}

impl What {
    /// Whether a setting that was left empty says that there is none.
    fn is_blank(&self) -> bool {
        match self {
            Self::Scene(name) | Self::Source(name) => name.is_empty(),
            Self::Item { scene, source } => scene.is_empty() || source.is_empty(),
            Self::Filter { source, filter } => source.is_empty() || filter.is_empty(),
        }
    }
}

impl Named {
    /// That it is not there.
    pub fn mistake(&self, message: String, help: Option<String>) -> Mistake {
        Found { at: self.at, message, help }.told(&self.file, &self.text)
    }
}

/// What a script names. Arguments that are neither written out nor constants of the script are passed over.
pub(super) fn of(asts: &[AST], file: &RuleFile, text: &Text) -> Vec<Named> {
    let constants = settings(asts, file);
    let mut named = Vec::new();
    for ast in asts {
        ast.walk(&mut |path| {
            let (call, at, instance) = match path {
                [.., ASTNode::Expr(Expr::FnCall(call, at))] | [.., ASTNode::Stmt(Stmt::FnCall(call, at))]
                    if call.namespace.to_string() == "obs" =>
                {
                    (call, at, None)
                }
                [.., ASTNode::Expr(Expr::Dot(chain, ..)), ASTNode::Expr(Expr::MethodCall(call, at))] => {
                    match instance(&chain.lhs, &constants) {
                        Some(instance) => (call, at, Some(instance)),
                        None => return true,
                    }
                }
                _ => return true,
            };
            if let Some(what) = what(call, &constants).filter(|what| !what.is_blank()) {
                let at = call.args.first().map_or(*at, Expr::start_position);
                named.push(Named { what, instance, file: file.path.clone(), text: text.clone(), at });
            }
            true
        });
    }
    named
}

/// The texts that are constants, as the config sets them.
pub(super) fn settings(asts: &[AST], file: &RuleFile) -> BTreeMap<String, String> {
    let mut constants = constants(asts);
    for (name, value) in &mut constants {
        let set = file.with.iter().find(|setting| setting.name.eq_ignore_ascii_case(name));
        if let Some(SettingValue::Text(set)) = set.map(|setting| &setting.value) {
            value.clone_from(set);
        }
    }
    constants
}

/// The texts that are constants.
fn constants(asts: &[AST]) -> BTreeMap<String, String> {
    let constant = |statement: &Stmt| match statement {
        Stmt::Var(variable, flags, _) if flags.contains(ASTFlags::CONSTANT) => match &variable.1 {
            Expr::StringConstant(text, _) => Some((variable.0.name.to_string(), text.to_string())),
            _ => None,
        },
        _ => None,
    };
    asts.iter().flat_map(|ast| ast.statements()).filter_map(constant).collect()
}

/// The name in `obs::on("name")`.
fn instance(expression: &Expr, constants: &BTreeMap<String, String>) -> Option<String> {
    let Expr::FnCall(call, _) = expression else { return None };
    let is_on = call.namespace.to_string() == "obs" && call.name == "on";
    if is_on { text(call.args.first()?, constants) } else { None }
}

fn what(call: &FnCallExpr, constants: &BTreeMap<String, String>) -> Option<What> {
    // What a rule has no name for, it leaves alone.
    let argument = |number: usize| text(call.args.get(number)?, constants).filter(|name| !name.is_empty());
    Some(match call.name.as_str() {
        "scene" => What::Scene(argument(0)?),
        "source_visible" => What::Item { scene: argument(0)?, source: argument(1)? },
        "text" => What::Source(argument(0)?),
        "filter" => What::Filter { source: argument(0)?, filter: argument(1)? },
        _ => return None,
    })
}

fn text(expression: &Expr, constants: &BTreeMap<String, String>) -> Option<String> {
    match expression {
        Expr::StringConstant(text, _) => Some(text.to_string()),
        Expr::Variable(variable, ..) if matches!(variable.2.to_string().as_str(), "" | "global") => {
            constants.get(variable.1.as_str()).cloned()
        }
        _ => None,
    }
}
