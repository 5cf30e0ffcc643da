//! Which functions there are: the engine is asked, so that nothing it can do is missing here.

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, Engine};

/// What the interpreter itself answers, beside the engine's functions, with how many arguments. Rhai does not list them.
const BUILT_IN: &[(&str, &[usize])] = &[
    ("print", &[1]),
    ("debug", &[1]),
    ("type_of", &[1]),
    ("is_shared", &[1]),
    ("is_def_var", &[1]),
    ("is_def_fn", &[2]),
    ("Fn", &[1]),
];

/// By the number of arguments: how they are called, in each way that is known.
type Forms = BTreeMap<usize, BTreeSet<Vec<String>>>;

/// The functions that a script can call, and what it can read of values.
pub(super) struct Known {
    /// By module, which is empty for those without, and name: with how many arguments, and how they are called.
    functions: BTreeMap<(String, String), Forms>,
    /// Those of the engine, by module and name: the types of their parameters.
    types: BTreeMap<(String, String), Vec<Vec<TypeId>>>,
    /// Modules that are files, which may have no functions.
    imported: BTreeSet<String>,
    /// By type: names of what can be read of its values.
    getters: BTreeMap<TypeId, Vec<String>>,
}

impl Known {
    pub(super) fn of(engine: &Engine) -> Self {
        let mut known = Self {
            functions: BTreeMap::new(),
            types: BTreeMap::new(),
            imported: BTreeSet::new(),
            getters: BTreeMap::new(),
        };
        for (name, counts) in BUILT_IN {
            for count in *counts {
                known.add("", name, *count, None);
            }
        }
        let all = engine.collect_fn_metadata(
            None,
            |info| {
                let types = info.metadata.param_types.to_vec();
                let (module, name) = (info.namespace.to_string(), info.metadata.name.to_string());
                let named =
                    |parameter: &str| Some(parameter.split_once(':')?.0.trim().to_owned()).filter(|name| name != "_");
                let parameters: Option<Vec<_>> =
                    info.metadata.params_info.iter().take(info.metadata.num_params).map(|p| named(p)).collect();
                let parameters = parameters.filter(|names| names.len() == info.metadata.num_params);
                Some((module, name, info.metadata.num_params, types, parameters))
            },
            true,
        );
        for (module, name, count, types, parameters) in all {
            match (name.strip_prefix("get$"), types.first()) {
                (Some(field), Some(of)) => known.getters.entry(*of).or_default().push(field.to_owned()),
                _ => {
                    known.add(&module, &name, count, parameters);
                    known.types.entry((module, name)).or_default().push(types);
                }
            }
        }
        known.getters.values_mut().for_each(|names| names.sort());
        known
    }

    /// Adds the functions of a script.
    pub(super) fn with(mut self, script: &AST) -> Self {
        for function in script.iter_functions().filter(|function| !function.name.starts_with("anon$")) {
            let parameters = function.params.iter().map(|name| (*name).to_owned()).collect();
            self.own(function.name, function.params.len(), Some(parameters));
        }
        self
    }

    /// Adds a function of the script itself, which takes the place of one of the engine.
    pub(super) fn own(&mut self, name: &str, count: usize, parameters: Option<Vec<String>>) {
        self.add("", name, count, parameters);
        self.types.remove(&(String::new(), name.to_owned()));
    }

    /// Adds a function, of which it may be known how its parameters are called.
    pub(super) fn add(&mut self, module: &str, name: &str, count: usize, parameters: Option<Vec<String>>) {
        let counts = self.functions.entry((module.to_owned(), name.to_owned())).or_default();
        counts.entry(count).or_default().extend(parameters);
    }

    /// Takes a file for a module, whose functions are to be added.
    pub(super) fn import(&mut self, module: &str) {
        self.imported.insert(module.to_owned());
    }

    /// Whether all functions of a module are known.
    pub(super) fn has_module(&self, module: &str) -> bool {
        self.modules().any(|known| known == module)
    }

    /// With how many arguments a function can be called; none if there is no such function.
    pub(super) fn counts(&self, module: &str, name: &str) -> Option<Vec<usize>> {
        let counts = self.functions.get(&(module.to_owned(), name.to_owned()))?;
        Some(counts.keys().copied().collect())
    }

    /// The types of the parameters of a function that is the engine's own, and not the script's.
    pub(super) fn types(&self, module: &str, name: &str) -> Option<&[Vec<TypeId>]> {
        self.types.get(&(module.to_owned(), name.to_owned())).map(Vec::as_slice)
    }

    /// How the parameters of a function are called, where that is known.
    pub(super) fn parameters(&self, module: &str, name: &str) -> impl Iterator<Item = &Vec<String>> {
        let counts = self.functions.get(&(module.to_owned(), name.to_owned()));
        counts.into_iter().flat_map(BTreeMap::values).flatten()
    }

    /// The names of a module's functions.
    pub(super) fn names<'a>(&'a self, module: &'a str) -> impl Iterator<Item = &'a str> {
        let is_name = |name: &str| name.starts_with(|c: char| c.is_alphabetic() || c == '_') && !name.contains('$');
        self.functions.keys().filter(move |(of, name)| of == module && is_name(name)).map(|(_, name)| name.as_str())
    }

    /// The modules.
    pub(super) fn modules(&self) -> impl Iterator<Item = &str> {
        let of_functions = self.functions.keys().map(|(module, _)| module.as_str());
        let modules: BTreeSet<_> = of_functions.chain(self.imported.iter().map(String::as_str)).collect();
        modules.into_iter().filter(|module| !module.is_empty())
    }

    /// What can be read of the values of a type.
    pub(super) fn getters(&self, of: TypeId) -> &[String] {
        self.getters.get(&of).map_or(&[], Vec::as_slice)
    }
}
