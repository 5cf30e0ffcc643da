//! Which functions a script can call: those of the table, Rhai's own, the script's, and those of files that it imports.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use rhai::Engine;

use crate::rules::api::signature::{Signature, path};
use crate::rules::api::{MODULES, Module};
use crate::suggest::one_of;

/// What the interpreter itself answers, with how many arguments. Rhai does not list them.
const BUILT_IN: &[(&str, usize)] =
    &[("print", 1), ("debug", 1), ("type_of", 1), ("is_shared", 1), ("is_def_var", 1), ("is_def_fn", 2), ("Fn", 1)];

/// One way to call a function.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) count: usize,
    /// The names of its parameters, where they are known.
    pub(super) parameters: Option<Vec<String>>,
    /// The types that one of Rhai's own takes.
    pub(super) types: Option<Vec<TypeId>>,
}

/// Functions by module, which is empty for those without, and name.
#[derive(Default)]
pub(super) struct Functions(BTreeMap<String, BTreeMap<String, Vec<Form>>>);

impl Functions {
    /// Those of an engine, which has none of ours, and of the table.
    pub(super) fn of(bare: &Engine) -> Self {
        let mut functions = Self::default();
        for (name, count) in BUILT_IN {
            functions.add("", name, Form { count: *count, parameters: None, types: None });
        }
        let own = bare.collect_fn_metadata(
            None,
            |info| {
                let metadata = info.metadata;
                let count = metadata.num_params;
                let named =
                    |parameter: &str| Some(parameter.split_once(':')?.0.trim().to_owned()).filter(|name| name != "_");
                let parameters: Option<Vec<_>> = metadata.params_info.iter().take(count).map(|p| named(p)).collect();
                let parameters = parameters.filter(|names| names.len() == count);
                let form = Form { count, parameters, types: Some(metadata.param_types.to_vec()) };
                Some((info.namespace.to_string(), metadata.name.to_string(), form))
            },
            true,
        );
        for (module, name, form) in own.into_iter().filter(|(_, name, _)| !name.contains('$')) {
            functions.add(&module, &name, form);
        }
        for Module { name: module, functions: table, .. } in MODULES {
            for function in *table {
                let name = function.signature.name;
                // It takes the place of one of Rhai's own.
                functions.0.entry((*module).to_owned()).or_default().remove(name);
                for form in function.signature.forms {
                    let parameters = form.iter().map(|parameter| parameter.name.to_owned()).collect();
                    functions.add(module, name, Form { count: form.len(), parameters: Some(parameters), types: None });
                    if function.signature.is_method_of_obs() {
                        functions.add("", name, Form { count: form.len() + 1, parameters: None, types: None });
                    }
                }
            }
        }
        functions
    }

    pub(super) fn add(&mut self, module: &str, name: &str, form: Form) {
        self.module(module).entry(name.to_owned()).or_default().push(form);
    }

    /// Takes a file for a module, which may have no functions.
    pub(super) fn module(&mut self, module: &str) -> &mut BTreeMap<String, Vec<Form>> {
        self.0.entry(module.to_owned()).or_default()
    }

    fn forms(&self, module: &str, name: &str) -> &[Form] {
        self.0.get(module).and_then(|functions| functions.get(name)).map_or(&[], Vec::as_slice)
    }
}

/// A function of the table.
pub(super) fn signature(module: &str, name: &str) -> Option<&'static Signature> {
    let module = MODULES.iter().find(|known| known.name == module)?;
    module.functions.iter().map(|function| &function.signature).find(|signature| signature.name == name)
}

/// The functions of a file: its own and those of its imports, and those that all have.
pub(super) struct Known<'a> {
    pub(super) all: &'a Functions,
    pub(super) own: Functions,
}

impl Known<'_> {
    /// The ways to call a function.
    pub(super) fn forms(&self, module: &str, name: &str) -> impl Iterator<Item = &Form> {
        self.own.forms(module, name).iter().chain(self.all.forms(module, name))
    }

    pub(super) fn has(&self, module: &str, name: &str) -> bool {
        self.forms(module, name).next().is_some()
    }

    /// Whether it is one of the script's own.
    pub(super) fn is_own(&self, name: &str, count: usize) -> bool {
        self.own.forms("", name).iter().any(|form| form.count == count)
    }

    /// Whether a function is the script's own, with any parameters.
    pub(super) fn is_own_name(&self, name: &str) -> bool {
        !self.own.forms("", name).is_empty()
    }

    pub(super) fn has_module(&self, module: &str) -> bool {
        self.own.0.contains_key(module) || self.all.0.contains_key(module)
    }

    /// How a function is called, one way for each number of arguments; `before` stand in front of the dot.
    pub(super) fn calls(&self, module: &str, name: &str, before: usize) -> Option<String> {
        let mut calls: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
        for parameters in self.forms(module, name).filter_map(|form| form.parameters.as_ref()) {
            let names = parameters.iter().skip(before).map(String::as_str);
            match calls.entry(parameters.len()) {
                Entry::Vacant(entry) => drop(entry.insert(names.collect())),
                // Where several sorts of values are taken, the name of one says too much.
                Entry::Occupied(mut entry) => {
                    let differs = |(known, name): &(&mut &str, &str)| **known != *name;
                    entry.get_mut().iter_mut().zip(names).filter(differs).for_each(|(known, _)| *known = "value");
                }
            }
        }
        let full = path(module, name);
        let calls: Vec<_> = calls.values().map(|names| format!("{full}({})", names.join(", "))).collect();
        (!calls.is_empty()).then(|| format!("write {}", one_of(calls.iter().map(String::as_str))))
    }

    /// The names of a module's functions.
    pub(super) fn names<'n>(&'n self, module: &'n str) -> impl Iterator<Item = &'n str> {
        let is_name = |name: &&str| name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let of = move |functions: &'n Functions| functions.0.get(module).into_iter().flat_map(BTreeMap::keys);
        let mut names: Vec<_> = of(self.all).chain(of(&self.own)).map(String::as_str).filter(is_name).collect();
        names.sort_unstable();
        names.dedup();
        names.into_iter()
    }

    pub(super) fn modules(&self) -> impl Iterator<Item = &str> {
        let mut modules: Vec<_> = self.own.0.keys().chain(self.all.0.keys()).map(String::as_str).collect();
        modules.sort_unstable();
        modules.dedup();
        modules.into_iter().filter(|module| !module.is_empty())
    }
}
