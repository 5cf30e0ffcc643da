//! The messages that a console sends when a bout is loaded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use strum::{Display, VariantNames};

/// An athlete; what was not sent is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Athlete {
    /// Name for the scoreboard.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_name: Option<String>,
    /// Three-letter IOC code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// Both athletes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Athletes {
    /// Chung.
    pub blue: Athlete,
    /// Hong.
    pub red: Athlete,
}

/// One of the officials; what was not sent is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Official {
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Three-letter IOC code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// The officials of a bout.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Officials {
    /// Centre referee.
    pub referee: Official,
    /// Judges, in the order sent; the last may be the technical assistant.
    pub judges: Vec<Official>,
}

/// The athletes' gender.
#[derive(Clone, Copy, Debug, Display, PartialEq, Eq, Deserialize, Serialize, JsonSchema, VariantNames)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Gender {
    /// Men.
    Men,
    /// Women.
    Women,
}

/// Which way the round clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Counts {
    /// From the round's length to zero.
    Down,
    /// From zero to the round's length.
    Up,
}

/// Colours of a side on the scoreboard, as `#RRGGBB`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct SideColours {
    /// Behind the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<String>,
    /// Of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub foreground: Option<String>,
}

/// Colours of both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Colours {
    /// Chung's.
    pub blue: SideColours,
    /// Hong's.
    pub red: SideColours,
}

/// The configuration of a bout; what was not sent is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct BoutConfig {
    /// Number of the bout; text, since it may be `245.A`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Phase of the competition, such as `Semifinals`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Gender; absent when the sender does not send it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<Gender>,
    /// Weight class, such as `W +73kg`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight_class: Option<String>,
    /// Age division.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    /// The sender's own number of the bout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub internal_id: Option<String>,
    /// How many rounds are planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounds: Option<u8>,
    /// Length of a round in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub round_seconds: Option<u32>,
    /// Which way the clock runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// Sensor threshold of the body protector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_threshold: Option<u32>,
    /// Sensor threshold of the head protector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_threshold: Option<u32>,
    /// Colours of the sides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colours: Option<Colours>,
}
