//! Compiles a script's text: it is parsed once, what stands outside of its functions gives the constants, and the
//! functions are made with those.

use rhai::{AST, Dynamic, Engine, Module, OptimizationLevel, Scope, Shared};

use super::failure;
use crate::diagnostic::Diagnostic;
use crate::rules::meter::Meter;
use crate::rules::text::Text;

/// Operations that a script's constants may take.
pub(crate) const MAX_TOP_LEVEL_OPERATIONS: u64 = 100_000;

/// A script's constants by name, with their values.
pub(crate) type Constants = Vec<(String, Dynamic)>;

/// The tree of a script as it stands in its text.
pub(crate) fn parsed(engine: &Engine, text: &Text) -> Result<AST, Vec<Diagnostic>> {
    let mut ast =
        engine.compile(&*text.text).map_err(|error| vec![text.error("rules.syntax", error.1, error.0.to_string())])?;
    ast.set_source(&*text.name);
    Ok(ast)
}

/// The constants of a script: what stands outside of its functions runs once, with what it imports.
pub(crate) fn constants_of(
    engine: &Engine,
    meter: &Meter,
    text: &Text,
    ast: &AST,
) -> Result<Constants, Vec<Diagnostic>> {
    let mut scope = Scope::new();
    meter.begin(MAX_TOP_LEVEL_OPERATIONS);
    engine
        .run_ast_with_scope(&mut scope, ast)
        .map_err(|error| vec![text.error("rules.top_level", error.position(), failure::in_words(&error))])?;
    let mut constants = Constants::new();
    for (name, is_constant, value) in scope.iter() {
        if !is_constant {
            let message = format!("`{name}` is forgotten before a handler runs");
            let error = text.error("rules.forgotten_variable", text.declaration_of(name), message);
            return Err(vec![error.help("write `const`, or keep it in `this`")]);
        }
        constants.push((name.to_owned(), value));
    }
    Ok(constants)
}

/// A script whose functions know its constants by their names, and as `global::NAME`.
pub(crate) fn compiled(engine: &mut Engine, constants: Constants, ast: AST) -> AST {
    let mut module = Module::new();
    for (name, value) in constants {
        module.set_var(name, value);
    }
    module.build_index();
    let module: Shared<Module> = module.into();
    engine.register_global_module(module.clone());
    engine.register_static_module("global", module);
    engine.optimize_ast(&Scope::new(), ast, OptimizationLevel::Simple)
}
