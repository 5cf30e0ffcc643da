//! Functions that say themselves what they do: the text stands beside the function, and comes out in the reference.

/// How a function is registered, with the names of its parameters, for `rules check` to say, and its doc comment.
macro_rules! documented {
    ($(#[doc = $docs:literal])* $name:literal($($arg:ident: $type:ty),*)) => {
        rhai::FuncRegistration::new($name)
            .with_params_info([$(concat!(stringify!($arg), ": ", stringify!($type))),*] as [&str; _])
            .with_comments([concat!("///" $(, $docs)*)])
    };
}

pub(super) use documented;
