//! A rule's file and the files that it imports, each checked once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rhai::{AST, Expr, FnAccess, Stmt};

use super::advice;
use super::checker::Checker;
use super::functions::{Form, Functions, Known};
use super::handlers;
use super::names::Named;
use super::parse::{self, Broken, Parsed};
use super::scope::{self, Constants, Uses};
use super::shape::Shape;
use super::walk::{Script, Walk};
use crate::diagnostic::Diagnostic;
use crate::rules::sources::Library;
use crate::rules::sources::RuleFile;
use crate::rules::text::Text;

/// What a file gives to those that import it.
#[derive(Clone, Default)]
struct Given {
    functions: Vec<(String, Form)>,
    /// Its constants, and those of the files that it imports.
    constants: Constants,
}

/// Goes through rules' files and what they import.
pub(super) struct Files<'a> {
    checker: &'a Checker,
    /// What was found, in the order in which the files were reached.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// What the files name in OBS.
    pub(super) named: Vec<Named>,
    /// Imported files that were reached; one that imports itself gives nothing.
    given: HashMap<PathBuf, Given>,
}

impl<'a> Files<'a> {
    pub(super) fn new(checker: &'a Checker) -> Self {
        Self { checker, diagnostics: Vec::new(), named: Vec::new(), given: HashMap::new() }
    }

    /// Checks a rule and what it imports; gives its text and as much of it as could be parsed.
    pub(super) fn rule(&mut self, file: &RuleFile, text: Arc<str>, library: &Library) -> (Text, AST) {
        let text = Text::new(&file.path, text);
        let parsed = parse::parse(&self.checker.engine, &text.text);
        self.file(&file.path, &text, &parsed, Some(file), library);
        (text, parsed.ast)
    }

    /// What a file that is imported gives; none if it cannot be read.
    fn imported(&mut self, path: &Path, library: &Library) -> Option<Given> {
        if let Some(given) = self.given.get(path) {
            return Some(given.clone());
        }
        let text = Text::new(path, library.text(path).ok()?);
        let parsed = parse::parse(&self.checker.engine, &text.text);
        Some(self.file(path, &text, &parsed, None, library))
    }

    /// Checks a file; `rule` is what the config says of it, if it is a rule's own.
    fn file(&mut self, path: &Path, text: &Text, parsed: &Parsed, rule: Option<&RuleFile>, library: &Library) -> Given {
        self.given.insert(path.to_owned(), Given::default());
        let Parsed { ast, errors, broken, .. } = parsed;
        let mut given = own(parsed, rule);
        let mut known = Known { all: &self.checker.functions, own: functions(ast, broken) };
        // Diagnostics of imported files come after those of this one.
        let before = self.diagnostics.len();
        for (alias, file) in imports(ast, path) {
            let Some(theirs) = self.imported(&file, library) else { continue };
            known.own.module(alias);
            for (name, form) in theirs.functions {
                known.own.add(alias, &name, form);
            }
            given.constants.extend(theirs.constants);
        }
        let uses = Uses::of(ast);
        let mut findings = rule.map_or_else(Vec::new, |_| handlers::wrong(parsed, &uses.called, text));
        findings.extend(errors.iter().map(|error| {
            let finding = text.error("rules.syntax", error.at, lower(&error.kind.to_string()));
            let finding = Diagnostic { help: advice::of_syntax(error, text), ..finding };
            match error.begins.and_then(|begins| text.span(begins)) {
                Some(span) => finding.related(span, "it begins here"),
                None => finding,
            }
        }));
        let script = Script { ast, is_whole: errors.is_empty(), text };
        let walk = Walk::of(script, self.checker, &known, &given.constants, uses);
        findings.extend(walk.findings);
        let named = walk.named.into_iter();
        self.named.extend(named.map(|(item, instance, at)| Named { item, instance, text: text.clone(), at }));
        findings.sort_by_key(|finding| finding.place.as_ref().map(|place| place.span.start));
        findings.dedup();
        self.diagnostics.splice(before..before, findings);
        self.given.insert(path.to_owned(), given.clone());
        given
    }
}

/// What a file gives of its own.
fn own(parsed: &Parsed, rule: Option<&RuleFile>) -> Given {
    let functions = parsed.ast.iter_functions();
    let functions = functions.filter(|f| f.access == FnAccess::Public && !f.name.starts_with("anon$"));
    let functions = functions.map(|f| (f.name.to_owned(), form(f.params.len(), Some(&f.params))));
    let mut given = Given { functions: functions.collect(), constants: scope::constants(&parsed.ast, rule) };
    for broken in parsed.broken.iter().cloned() {
        match broken {
            Broken::Function { name, count } => given.functions.push((name, form(count, None))),
            Broken::Constant(name) => drop(given.constants.insert(name, Shape::Any)),
        }
    }
    given
}

/// The functions that a file has for itself.
fn functions(ast: &AST, broken: &[Broken]) -> Functions {
    let mut functions = Functions::default();
    for function in ast.iter_functions().filter(|function| !function.name.starts_with("anon$")) {
        functions.add("", function.name, form(function.params.len(), Some(&function.params)));
    }
    for broken in broken {
        if let Broken::Function { name, count } = broken {
            functions.add("", name, form(*count, None));
        }
    }
    functions
}

fn form(count: usize, parameters: Option<&[&str]>) -> Form {
    let parameters = parameters.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    Form { count, parameters, types: None }
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

/// What Rhai says, begun as every other message is.
fn lower(message: &str) -> String {
    let mut rest = message.chars();
    rest.next().map_or_else(String::new, |first| first.to_lowercase().chain(rest).collect())
}
