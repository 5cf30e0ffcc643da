use super::super::Sink;
use super::super::expand::{ExpandError, expand};
use super::{HEAD, messages_after_head, parse};

fn expanded(text: &str) -> Result<String, ExpandError> {
    expand(text, &|name| match name {
        "A" => Some("1".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    })
}

#[test]
fn variables_are_put_in_and_defaults_stand_in() {
    assert_eq!(expanded("x${A}y${A}").unwrap(), "x1y1");
    assert_eq!(expanded("${NOT_SET:-a:-b}").unwrap(), "a:-b");
    assert_eq!(expanded("${NOT_SET:-}${EMPTY}").unwrap(), "");
    assert_eq!(expanded("${EMPTY:-b}").unwrap(), "b");
}

#[test]
fn a_dollar_alone_stays() {
    assert_eq!(expanded("pa$$word$ $A {A} 5$").unwrap(), "pa$$word$ $A {A} 5$");
    assert_eq!(expanded("$${A} ${A}").unwrap(), "${A} 1");
}

#[test]
fn what_is_no_variable_is_an_error() {
    assert_eq!(expanded("${NOT_SET}"), Err(ExpandError::Unset("NOT_SET".to_owned())));
    assert_eq!(expanded("${A"), Err(ExpandError::Unclosed));
    for name in ["", "1A", "A B", "A-b", "NOT_SET:-${A"] {
        assert_eq!(expanded(&format!("${{{name}}}")), Err(ExpandError::Name));
    }
}

#[test]
fn a_variable_s_value_cannot_break_the_file() {
    let config = parse(&format!(
        "{HEAD}sinks:\n  a:\n    type: obs\n    password: ${{OBS_PASSWORD}}\n    port: ${{OBS_PORT}}\n"
    ));
    let config = config.unwrap();
    let Sink::Obs(obs) = &config.sinks["a"] else { panic!("{config:?}") };
    assert_eq!(obs.password.as_ref().unwrap().expose(), r#"a#b: "c" 'd' ${e}"#);
    assert_eq!(obs.port, 4456);
}

#[test]
fn an_empty_password_is_none() {
    let config = parse(&format!("{HEAD}sinks:\n  a: {{ type: obs, password: '${{EMPTY}}' }}\n")).unwrap();
    let Sink::Obs(obs) = &config.sinks["a"] else { panic!("{config:?}") };
    assert_eq!(obs.password, None);
}

#[test]
fn a_variable_that_is_not_set_is_shown_with_its_place() {
    insta::assert_snapshot!(messages_after_head("sinks:\n  a: { type: obs, host: '${OBS_HOST}' }\n"), @"
    error: the variable `OBS_HOST` is not set
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, host: '${OBS_HOST}' }
      |                         ^^^^^^^^^^^^^
      |
      = help: set it before vta starts, or give a default: `${OBS_HOST:-default}`
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  a: { type: obs, host: '${OBS HOST}' }\n"), @"
    error: `${…}` must hold a variable's name
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, host: *** }
      |                         ^^^
      |
      = help: write `${NAME}` or `${NAME:-default}`; for a literal `${` write `$${`
    ");
    insta::assert_snapshot!(messages_after_head("sinks:\n  a: { type: obs, host: '${OBS_HOST' }\n"), @"
    error: `${` is not closed by `}`
     --> event.yaml:5:25
      |
    5 |   a: { type: obs, host: *** }
      |                         ^^^
      |
      = help: write `${NAME}` or `${NAME:-default}`; for a literal `${` write `$${`
    ");
}
