//! A rule's file and the files that it imports, each checked once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rhai::{AST, Expr, FnAccess, Stmt};

use super::known::Known;
use super::names::{Name, Named};
use super::parse::{self, Broken, Parsed};
use super::shape::Shape;
use super::walk::{self, Constants, Script};
use super::{Checker, Found, Mistake, handlers, lower};
use crate::rules::RuleFile;
use crate::rules::runtime::script::Text;
use crate::rules::sources::Library;

/// What a file gives to those that import it.
#[derive(Clone, Default)]
struct Given {
    /// The names of functions, and of their parameters where they are known.
    functions: Vec<(String, usize, Option<Vec<String>>)>,
    /// The names of its constants, and of those of the files that it imports.
    constants: Constants,
}

/// Goes through a rule's file and what it imports.
pub(super) struct Visit<'a> {
    checker: &'a Checker,
    library: &'a Library,
    /// What was found, in the order in which the files were come to.
    pub(super) mistakes: Vec<Mistake>,
    /// What the files name in OBS.
    pub(super) named: Vec<Named>,
    /// Files that were come to; one that imports itself gives nothing.
    given: BTreeMap<PathBuf, Given>,
}

impl<'a> Visit<'a> {
    pub(super) fn new(checker: &'a Checker, library: &'a Library) -> Self {
        Self { checker, library, mistakes: Vec::new(), named: Vec::new(), given: BTreeMap::new() }
    }

    /// Checks a rule and what it imports.
    pub(super) fn rule(&mut self, file: &RuleFile, text: Arc<str>) {
        let text = Text::new(&file.path, text);
        let parsed = parse::parse(&self.checker.engine, &text.text);
        let wrong = handlers::wrong(&parsed, &text);
        self.file(&file.path, &text, &parsed, Some(file), wrong);
    }

    /// What a file that is imported gives; none if it cannot be read.
    fn imported(&mut self, path: &Path) -> Option<Given> {
        if let Some(given) = self.given.get(path) {
            return Some(given.clone());
        }
        let text = Text::new(path, self.library.text(path).ok()?);
        let parsed = parse::parse(&self.checker.engine, &text.text);
        Some(self.file(path, &text, &parsed, None, Vec::new()))
    }

    /// Checks a file; `rule` is what the config says of it, if it is a rule's own.
    fn file(
        &mut self,
        path: &Path,
        text: &Text,
        parsed: &Parsed,
        rule: Option<&RuleFile>,
        mut found: Vec<Found>,
    ) -> Given {
        self.given.insert(path.to_owned(), Given::default());
        let Parsed { asts, errors, broken } = parsed;
        let mut given = own(parsed, rule);
        let mut known = asts.iter().fold(Known::of(&self.checker.engine), Known::with);
        for broken in broken {
            if let Broken::Function { name, count } = broken {
                known.own(name, *count, None);
            }
        }
        // Those of the files that are imported come behind those of this one.
        let before = self.mistakes.len();
        for (alias, file) in asts.iter().flat_map(|ast| imports(ast, path)) {
            let Some(theirs) = self.imported(&file) else { continue };
            known.import(alias);
            for (name, count, parameters) in theirs.functions {
                known.add(alias, &name, count, parameters);
            }
            given.constants.extend(theirs.constants);
        }
        found.extend(errors.iter().map(|error| Found::new(error.1, lower(&error.0.to_string()))));
        let script = Script { asts, whole: errors.is_empty(), text: &text.text };
        let (wrong, named) = walk::walk(script, self.checker, &known, &given.constants);
        found.extend(wrong);
        self.named.extend(named.into_iter().map(|Name { what, instance, at }| Named {
            what,
            instance,
            file: path.to_owned(),
            text: text.clone(),
            at,
        }));
        found.sort_by_key(|found| (found.at.line(), found.at.position()));
        found.dedup();
        let found: Vec<_> = found.into_iter().map(|found| found.told(path, text)).collect();
        self.mistakes.splice(before..before, found);
        self.given.insert(path.to_owned(), given.clone());
        given
    }
}

/// What a file gives of its own.
fn own(parsed: &Parsed, rule: Option<&RuleFile>) -> Given {
    let functions = parsed.asts.iter().flat_map(|ast| ast.iter_functions());
    let functions = functions.filter(|f| f.access == FnAccess::Public && !f.name.starts_with("anon$")).map(|f| {
        let parameters: Vec<_> = f.params.iter().map(|name| (*name).to_owned()).collect();
        (f.name.to_owned(), parameters.len(), Some(parameters))
    });
    let mut given = Given { functions: functions.collect(), constants: walk::constants(&parsed.asts, rule) };
    for broken in parsed.broken.iter().cloned() {
        match broken {
            Broken::Function { name, count } => given.functions.push((name, count, None)),
            Broken::Constant(name) => drop(given.constants.insert(name, Shape::Any)),
        }
    }
    given
}

/// The files that a script imports, with the names that it gives them.
fn imports<'a>(ast: &'a AST, script: &Path) -> impl Iterator<Item = (&'a str, PathBuf)> {
    let folder = script.parent().unwrap_or(Path::new("")).to_owned();
    ast.statements().iter().filter_map(move |statement| match statement {
        Stmt::Import(import, _) => match &import.0 {
            Expr::StringConstant(name, _) => {
                let name = name.strip_suffix(".rhai").unwrap_or(name);
                Some((import.1.name.as_str(), folder.join(format!("{name}.rhai"))))
            }
            _ => None,
        },
        _ => None,
    })
}
