//! A function that rules call, and its registration with the engine.

use std::any::TypeId;
use std::sync::Arc;
use std::time::Duration;

use rhai::{Dynamic, Engine, EvalAltResult, FuncRegistration, Module, NativeCallContext, Position, RhaiFunc};

use super::argument::{self, Argument};
use super::signature::{Form, Kind, Signature};
use crate::action::{ActionVerb, ObsVerb};
use crate::rules::duration;
use crate::rules::effects::CallEffects;
use crate::rules::views;

/// What a function gives back to a script.
pub(crate) type Returned = Result<Dynamic, Box<EvalAltResult>>;

/// A function that rules call.
pub(crate) struct Function {
    pub(crate) signature: Signature,
    /// What it does with arguments that its parameters take.
    pub(crate) run: fn(&Host, &Arguments<'_>) -> Returned,
}

/// A table of functions: the text of each, its name, the ways to call it, an example, and what it does.
macro_rules! functions {
    ($module:literal; $(
        $(#[doc = $doc:literal])* $name:literal $([$($parameter:expr),*])+ $example:literal => $run:expr;
    )*) => {
        &[$($crate::rules::api::function::Function {
            signature: $crate::rules::api::signature::Signature {
                module: $module,
                name: $name,
                forms: &[$(&[$($parameter),*]),+],
                doc: concat!($($doc),*),
                example: $example,
            },
            run: $run,
        }),*]
    };
}

pub(super) use functions;

/// What functions act upon: the effects of a call, and the OBS instances that an action goes to. A script holds one for
/// a single instance after `obs::on`.
#[derive(Clone)]
pub(crate) struct Host {
    pub(super) effects: CallEffects,
    pub(super) instances: Arc<[Arc<str>]>,
}

impl Host {
    pub(super) fn new(effects: CallEffects, instances: Arc<[Arc<str>]>) -> Self {
        Self { effects, instances }
    }

    pub(super) fn request(&self, verb: ActionVerb) -> Returned {
        self.effects.request(verb)?;
        Ok(Dynamic::UNIT)
    }

    /// Requests an action of each instance. Where the court has none, the action is requested all the same, and fails
    /// with that reason.
    pub(super) fn obs(&self, verb: &ObsVerb) -> Returned {
        if self.instances.is_empty() {
            return self.request(verb.clone().on(None));
        }
        for instance in self.instances.iter() {
            self.effects.request(verb.clone().on(Some(instance.clone())))?;
        }
        Ok(Dynamic::UNIT)
    }
}

/// The arguments of a call, by the names of the parameters.
pub(crate) struct Arguments<'a> {
    form: Form,
    values: &'a [Dynamic],
}

impl Arguments<'_> {
    /// All of them, in their order.
    pub(super) fn values(&self) -> &[Dynamic] {
        self.values
    }

    /// A value; none where the call leaves it out.
    pub(super) fn get(&self, name: &str) -> Option<&Dynamic> {
        self.values.get(self.form.iter().position(|parameter| parameter.name == name)?)
    }

    /// A value; `()` where the call leaves it out.
    pub(super) fn value(&self, name: &str) -> Dynamic {
        self.get(name).cloned().unwrap_or(Dynamic::UNIT)
    }

    pub(super) fn optional_text(&self, name: &str) -> Option<String> {
        self.get(name).map(views::text_of)
    }

    pub(super) fn text(&self, name: &str) -> String {
        self.optional_text(name).unwrap_or_default()
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(|value| value.as_bool().ok()).unwrap_or_default()
    }

    pub(super) fn number(&self, name: &str) -> f64 {
        self.get(name).and_then(argument::number).unwrap_or_default()
    }

    pub(super) fn duration(&self, name: &str) -> Option<Duration> {
        duration::read(&self.optional_text(name)?).ok()
    }
}

impl Function {
    fn call(&self, host: &Host, form: Form, values: &[&mut Dynamic]) -> Returned {
        let values: Vec<_> = values.iter().map(|value| value.flatten_clone()).collect();
        for (parameter, value) in form.iter().zip(&values) {
            let argument =
                Argument { signature: &self.signature, form, parameter: *parameter, instances: &host.instances };
            argument.check(value)?;
        }
        (self.run)(host, &Arguments { form, values: &values })
    }
}

/// Registers the functions of a module.
///
/// Each takes values of any type, so that errors in arguments have our words.
pub(super) fn register(engine: &mut Engine, name: &str, functions: &'static [Function], host: &Host) {
    let mut module = Module::new();
    for (function, form) in functions.iter().flat_map(|f| f.signature.forms.iter().map(move |form| (f, *form))) {
        let Signature { name, .. } = function.signature;
        let mut types = vec![TypeId::of::<Dynamic>(); form.len()];
        let here = host.clone();
        if function.signature.module.is_empty() {
            // Rhai's own function of that name, which takes numbers, would be found first.
            let is_never = form.iter().any(|parameter| matches!(parameter.kind, Kind::Never { .. }));
            let number = [TypeId::of::<i64>(), TypeId::of::<f64>()];
            for types in if is_never { number.map(|of| vec![of]).to_vec() } else { vec![types] } {
                let here = here.clone();
                engine.register_raw_fn(name, types, move |_, values: &mut [&mut Dynamic]| {
                    function.call(&here, form, values)
                });
            }
            continue;
        }
        let call = move |ctx: Option<NativeCallContext<'_>>, values: &mut [&mut Dynamic]| {
            // Rhai gives no place to what fails in a module.
            let position = ctx.map_or(Position::NONE, |ctx| ctx.call_position());
            function.call(&here, form, values).map_err(|mut error| {
                if error.position().is_none() {
                    error.set_position(position);
                }
                error
            })
        };
        let call = RhaiFunc::Pure { func: Arc::new(call), has_context: true, is_pure: false, is_volatile: true };
        FuncRegistration::new(name).set_into_module_raw(&mut module, &types, call);
        if function.signature.is_method_of_obs() {
            types.insert(0, TypeId::of::<Host>());
            engine.register_raw_fn(name, types, move |_, values: &mut [&mut Dynamic]| {
                let Some((host, values)) = values.split_first() else { return Ok(Dynamic::UNIT) };
                let Some(host) = host.read_lock::<Host>().map(|host| host.clone()) else { return Ok(Dynamic::UNIT) };
                function.call(&host, form, values)
            });
        }
    }
    if !name.is_empty() {
        engine.register_type_with_name::<Host>("Obs").register_static_module(name, module.into());
    }
}
