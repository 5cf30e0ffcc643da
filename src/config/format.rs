//! The kinds of text in the config and in scenarios: in the schema, in docs, in messages and in the check.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::ops::Range;

use ipnet::IpNet;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use strum::VariantNames;

use crate::naming::{self, Placeholder, TemplateError};
use crate::pss;
use crate::rules::duration;
use crate::suggest::{Advice, advise};

/// A file's name may have this many bytes in all usual file systems.
const MAX_FILE_NAME: usize = 255;

macro_rules! ipv4 {
    () => {
        r"((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    };
}

macro_rules! port {
    () => {
        "([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
    };
}

/// A kind of text.
pub(super) struct Format {
    /// `format` in the schema.
    pub(super) name: &'static str,
    /// As the docs name it.
    pub(super) short: &'static str,
    /// What a message says that a key wants.
    pub(super) wants: &'static str,
    /// The `pattern` in the exported schema, for those who know no `format`.
    pub(super) pattern: Option<&'static str>,
    pub(super) check: fn(&str) -> Result<(), Refusal>,
}

/// Why text is refused.
pub(super) enum Refusal {
    /// It is not what the format wants.
    Unlike,
    /// For these reasons.
    Because(Vec<Reason>),
}

pub(super) struct Reason {
    /// The bytes of the text that are wrong, if not all of it is.
    pub(super) part: Option<Range<usize>>,
    pub(super) message: String,
    pub(super) advice: Advice,
}

impl Refusal {
    fn because(message: String, help: &str) -> Self {
        Self::Because(vec![Reason { part: None, message, advice: Advice::Help(help.to_owned()) }])
    }
}

/// Formats whose text also has to exist somewhere: the check looks for it.
pub(super) const COURT: &str = "court";
pub(super) const RULE_FILE: &str = "rule-file";
pub(super) const CAPTURE_FILE: &str = "capture-file";
pub(super) const ACTION: &str = "action";

pub(super) const FORMATS: &[Format] = &[
    Format {
        name: "address",
        short: "address:port",
        wants: "an IP address with a port such as `192.168.7.20:6000`",
        pattern: Some(concat!("^(", ipv4!(), r"|\[[0-9A-Fa-f:.]+\]):0*", port!(), "$")),
        check: |text| when(text.parse::<SocketAddr>().is_ok()),
    },
    Format {
        name: "network",
        short: "networks or addresses",
        wants: "networks or addresses such as `192.168.7.0/24` or `192.168.7.20`",
        pattern: Some(concat!(
            "^(",
            ipv4!(),
            "(/(3[0-2]|[12]?[0-9]))?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))?)$"
        )),
        check: |text| when(text.parse::<IpNet>().is_ok() || text.parse::<IpAddr>().is_ok()),
    },
    Format {
        name: "host",
        short: "name or address",
        wants: "a name or an address alone, such as `127.0.0.1`",
        pattern: Some(r"^([^\s:/@]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$"),
        check: |text| {
            let is_part = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, ':' | '/' | '@');
            when(text.parse::<Ipv6Addr>().is_ok() || !text.is_empty() && text.chars().all(is_part))
        },
    },
    Format {
        name: "not-blank",
        short: "text",
        wants: "text that is not blank",
        pattern: Some(r"\S"),
        check: |text| when(!text.trim().is_empty()),
    },
    Format { name: "path", short: "path", wants: PATH, pattern: Some(PATH_PATTERN), check: path },
    Format { name: RULE_FILE, short: "path", wants: PATH, pattern: Some(PATH_PATTERN), check: path },
    Format { name: CAPTURE_FILE, short: "path", wants: PATH, pattern: Some(PATH_PATTERN), check: path },
    Format {
        name: "name-template",
        short: "text with placeholders",
        wants: "text",
        // The exported schema lists the placeholders; see `pattern`.
        pattern: None,
        check: template,
    },
    Format {
        name: "duration",
        short: "duration",
        wants: "a duration such as `500ms`, `2s` or `1m`",
        pattern: Some(r"^[0-9.]+\s*(ms|s|m|h)\s*$"),
        check: |text| duration::read(text).map(drop).map_err(|error| Refusal::because(error.message, error.help)),
    },
    Format {
        name: "encoding",
        short: "encoding",
        wants: "an encoding such as `CP1250`, `CP1251` or `CP949`",
        pattern: None,
        check: |text| when(text.parse::<pss::Encoding>().is_ok()),
    },
    Format { name: COURT, short: "courts", wants: "a court", pattern: None, check: |_| Ok(()) },
    Format { name: ACTION, short: "action", wants: "an action", pattern: None, check: |_| Ok(()) },
];

const PATH: &str = r"a path; write it with `/`, or in single quotes if it has a `\`";
const PATH_PATTERN: &str = r"^(?!~($|[/\\]))[^\x00-\x1f\x7f]+$";

fn when(accepted: bool) -> Result<(), Refusal> {
    if accepted { Ok(()) } else { Err(Refusal::Unlike) }
}

fn path(text: &str) -> Result<(), Refusal> {
    // In double quotes "data\new" holds a line break.
    when(!text.is_empty() && !text.contains(char::is_control))?;
    if text == "~" || text.starts_with("~/") || text.starts_with(r"~\") {
        let message = "`~` does not stand for the home directory here".to_owned();
        return Err(Refusal::because(message, "write the whole path, or `${HOME}` in its place"));
    }
    if text.split(['/', '\\']).any(|name| name.len() > MAX_FILE_NAME) {
        let message = format!("a name in this path is longer than {MAX_FILE_NAME} bytes, which no file can have");
        return Err(Refusal::because(message, "choose a shorter name"));
    }
    Ok(())
}

fn template(text: &str) -> Result<(), Refusal> {
    let reason = |error: TemplateError| {
        let message = error.to_string();
        let (part, advice) = match error {
            TemplateError::Unknown(part, name) => {
                let names: Vec<_> = Placeholder::VARIANTS.iter().map(|name| format!("{{{name}}}")).collect();
                (part, advise("known", &format!("{{{name}}}"), names.iter().map(String::as_str)))
            }
            TemplateError::Brace(part) => (part, Advice::None),
        };
        Reason { part: Some(part), message, advice }
    };
    let reasons: Vec<_> = naming::errors(text).map(reason).collect();
    if reasons.is_empty() { Ok(()) } else { Err(Refusal::Because(reasons)) }
}

impl Format {
    pub(super) fn of(schema: &serde_json::Value) -> Option<&'static Self> {
        let name = schema.get("format")?.as_str()?;
        FORMATS.iter().find(|format| format.name == name)
    }

    /// The `pattern` in the exported schema, as far as a pattern can express it.
    pub(super) fn pattern(&self) -> Option<Cow<'static, str>> {
        if self.name == "name-template" {
            return Some(format!(r"^([^{{}}]|\{{({})\}})*$", Placeholder::VARIANTS.join("|")).into());
        }
        self.pattern.map(Cow::Borrowed)
    }
}

/// Types that stand for formats in `#[schemars(with = "…")]`.
macro_rules! formats {
    ($($name:ident = $format:expr;)+) => {$(
        pub(crate) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "format": $format })
            }
        }
    )+};
}

formats! {
    Address = "address";
    Network = "network";
    Host = "host";
    NotBlank = "not-blank";
    Path = "path";
    RulePath = RULE_FILE;
    CapturePath = CAPTURE_FILE;
    Template = "name-template";
    Duration = "duration";
    Encoding = "encoding";
    Court = COURT;
    Action = ACTION;
}
