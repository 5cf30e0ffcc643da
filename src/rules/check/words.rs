//! Finds the texts of a `switch`, whose tree holds only hashes of them.

use std::collections::HashMap;

use rhai::{Engine, Stmt};

/// The hashes of the texts that were looked for.
#[derive(Default)]
pub(super) struct Words(HashMap<String, Option<u64>>);

impl Words {
    pub(super) fn hash(&mut self, engine: &Engine, text: &str) -> Option<u64> {
        if let Some(hash) = self.0.get(text) {
            return *hash;
        }
        let ast = engine.compile(format!("switch 0 {{ {text:?} => 0 }}")).ok();
        let hash = match ast.as_ref().map(|ast| ast.statements()) {
            Some([Stmt::Switch(switch, _)]) => switch.1.cases.keys().next().copied(),
            _ => None,
        };
        self.0.insert(text.to_owned(), hash);
        hash
    }
}
