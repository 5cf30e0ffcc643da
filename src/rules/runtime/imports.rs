//! What scripts import: files of their own folder, and nothing else.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};

use super::compile::{Constants, MAX_TOP_LEVEL_OPERATIONS, compiled, constants_of, parsed};
use crate::diagnostic::Diagnostic;
use crate::rules::meter::Meter;
use crate::rules::sandbox;
use crate::rules::sources::Library;
use crate::rules::text::Text;

type Resolved = Result<Shared<Module>, Box<EvalAltResult>>;

/// Finds the files that one script imports.
///
/// They are read and compiled with the script; nothing is read while it runs.
#[derive(Clone)]
pub(crate) struct Imports {
    folder: PathBuf,
    library: Library,
    imported: Arc<Mutex<Imported>>,
}

#[derive(Default)]
struct Imported {
    modules: Vec<(Text, Shared<Module>)>,
    /// The constants of the modules.
    constants: Constants,
    /// Files that are being compiled, the innermost last.
    open: Vec<PathBuf>,
    errors: Vec<Diagnostic>,
    sealed: bool,
}

impl Imports {
    /// For a script at that path.
    pub(crate) fn of(script: &Path, library: Library) -> Self {
        let folder = script.parent().unwrap_or(Path::new("")).to_owned();
        let imported = Arc::new(Mutex::new(Imported { open: vec![script.to_owned()], ..Imported::default() }));
        Self { folder, library, imported }
    }

    /// From now on only what was imported so far is found. Gives the texts of those files.
    pub(crate) fn seal(&self) -> Vec<Text> {
        let mut imported = self.lock();
        imported.sealed = true;
        imported.modules.iter().map(|(text, _)| text.clone()).collect()
    }

    /// Adds the constants of the files that were imported to a script's own: their functions look for them there.
    ///
    /// # Errors
    /// Two of the same name.
    pub(crate) fn add_constants(&self, own: &mut Constants) -> Result<(), String> {
        for (name, value) in &self.lock().constants {
            if own.iter().any(|(known, _)| known == name) {
                return Err(format!("a file that is imported has a constant `{name}`, too: give it another name"));
            }
            own.push((name.clone(), value.clone()));
        }
        Ok(())
    }

    /// What is wrong with the files that were imported, if something is.
    pub(crate) fn errors(&self) -> Option<Vec<Diagnostic>> {
        Some(std::mem::take(&mut self.lock().errors)).filter(|errors| !errors.is_empty())
    }

    fn lock(&self) -> MutexGuard<'_, Imported> {
        self.imported.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compile(&self, file: PathBuf, text: Arc<str>) -> Result<Shared<Module>, Vec<Diagnostic>> {
        let text = Text::new(&file, text);
        self.lock().open.push(file);
        let module = self.module(&text);
        let mut imported = self.lock();
        imported.open.pop();
        let module = module?;
        imported.modules.push((text, module.clone()));
        Ok(module)
    }

    fn module(&self, text: &Text) -> Result<Shared<Module>, Vec<Diagnostic>> {
        let meter = Meter::default();
        let mut engine = sandbox::bare(&meter);
        engine.set_module_resolver(self.clone());
        let ast = parsed(&engine, text)?;
        let constants = constants_of(&engine, &meter, text, &ast);
        let constants = constants.map_err(|errors| self.errors().unwrap_or(errors))?;
        self.lock().constants.extend(constants.iter().cloned());
        let ast = compiled(&mut engine, constants, ast);
        meter.begin(MAX_TOP_LEVEL_OPERATIONS);
        let failed =
            |error: Box<EvalAltResult>| vec![text.error("rules.top_level", error.position(), error.to_string())];
        let mut module = Module::eval_ast_as_new(Scope::new(), &ast, &engine).map_err(failed)?;
        module.set_id(&*text.name);
        module.build_index();
        Ok(module.into())
    }
}

impl ModuleResolver for Imports {
    fn resolve(&self, _: &Engine, _: Option<&str>, path: &str, position: Position) -> Resolved {
        let refused = |why: String| Err(EvalAltResult::ErrorRuntime(why.into(), position).into());
        let name = path.strip_suffix(".rhai").unwrap_or(path);
        if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_')) {
            return refused(format!(
                "only files of the rules' own folder can be imported, by their names: not `{path}`"
            ));
        }
        let file = self.folder.join(format!("{name}.rhai"));
        let imported = self.lock();
        let name = Text::name_of(&file);
        if let Some((_, module)) = imported.modules.iter().find(|(text, _)| text.name == name) {
            return Ok(module.clone());
        }
        if imported.sealed {
            return refused("`import` belongs at the top of the file, outside of functions".to_owned());
        }
        if imported.open.contains(&file) {
            return refused(format!("{name} imports itself"));
        }
        if imported.modules.len() >= sandbox::MAX_IMPORTS {
            return refused(format!("more than {} files are imported", sandbox::MAX_IMPORTS));
        }
        drop(imported);
        let text = match self.library.text(&file) {
            Ok(text) => text,
            Err(error) => return refused(format!("the file {} cannot be read: {error}", file.display())),
        };
        self.compile(file, text).or_else(|errors| {
            self.lock().errors.extend(errors);
            refused(format!("there are errors in {name}"))
        })
    }
}
