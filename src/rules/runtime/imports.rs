//! What scripts import: files beside their own, and nothing else.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared};

use super::script::{MAX_TOP_LEVEL_OPERATIONS, ScriptError, Text, compiled, constants_of};
use super::settings::Constants;
use crate::rules::meter::Meter;
use crate::rules::sandbox;
use crate::rules::sources::Library;

type Resolved = Result<Shared<Module>, Box<EvalAltResult>>;

/// Finds the files that one script imports.
///
/// They are read and compiled when the script is; while it runs, nothing is read any more.
#[derive(Clone)]
pub(crate) struct Imports {
    folder: PathBuf,
    library: Library,
    found: Arc<Mutex<Found>>,
}

#[derive(Default)]
struct Found {
    modules: Vec<(Text, Shared<Module>)>,
    /// The constants of the modules.
    constants: Constants,
    /// Files that are being compiled, the innermost last.
    open: Vec<PathBuf>,
    wrong: Vec<ScriptError>,
    sealed: bool,
}

impl Imports {
    /// For a script that lies there.
    pub(crate) fn of(script: &Path, library: Library) -> Self {
        let folder = script.parent().unwrap_or(Path::new("")).to_owned();
        let found = Arc::new(Mutex::new(Found { open: vec![script.to_owned()], ..Found::default() }));
        Self { folder, library, found }
    }

    /// From now on only what was imported is found. Gives the texts of those files.
    pub(crate) fn seal(&self) -> Vec<Text> {
        let mut found = self.lock();
        found.sealed = true;
        found.modules.iter().map(|(text, _)| text.clone()).collect()
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

    /// What is wrong with the files that were imported.
    pub(crate) fn wrong(&self) -> Vec<ScriptError> {
        std::mem::take(&mut self.lock().wrong)
    }

    fn lock(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn compile(&self, file: PathBuf, text: Arc<str>) -> Result<Shared<Module>, Vec<ScriptError>> {
        let text = Text::new(&file, text);
        self.lock().open.push(file.clone());
        let module = self.module(&file, &text);
        let mut found = self.lock();
        found.open.pop();
        let module = module?;
        found.modules.push((text, module.clone()));
        Ok(module)
    }

    fn module(&self, file: &Path, text: &Text) -> Result<Shared<Module>, Vec<ScriptError>> {
        let meter = Meter::default();
        let mut engine = sandbox::bare(&meter);
        engine.set_module_resolver(self.clone());
        let constants = constants_of(&engine, &meter, file, text, self)?;
        self.lock().constants.extend(constants.iter().cloned());
        let ast = compiled(&mut engine, constants, file, text)?;
        meter.begin(MAX_TOP_LEVEL_OPERATIONS);
        let failed = |error: Box<EvalAltResult>| vec![text.error(file, error.position(), error.to_string())];
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
        let found = self.lock();
        let name = Text::name_of(&file);
        if let Some((_, module)) = found.modules.iter().find(|(text, _)| text.name == name) {
            return Ok(module.clone());
        }
        if found.sealed {
            return refused("`import` belongs at the top of the file, outside of functions".to_owned());
        }
        if found.open.contains(&file) {
            return refused(format!("{name} imports itself"));
        }
        if found.modules.len() >= sandbox::MAX_IMPORTS {
            return refused(format!("more than {} files are imported", sandbox::MAX_IMPORTS));
        }
        drop(found);
        let text = match self.library.text(&file) {
            Ok(text) => text,
            Err(error) => return refused(format!("the file {} cannot be read: {error}", file.display())),
        };
        self.compile(file, text).or_else(|wrong| {
            self.lock().wrong.extend(wrong);
            refused(format!("there are errors in {name}"))
        })
    }
}
