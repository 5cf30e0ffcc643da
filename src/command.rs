//! The vocabulary of an operator's commands.
//!
//! A [`Command`] is an input of a court like any other: captures keep it, a replay repeats it, and its events say who sent
//! it and what became of it. What it says is declared once, in [`CommandVerb`]: `vta ctl`, the JSON of the HTTP API and the
//! steps of scenarios are made from it.

use clap::{FromArgMatches as _, Subcommand, ValueEnum};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::IntoStaticStr;

use crate::event::{CommandId, Origin, ReviewState, Verdict};
use crate::time::Time;

/// Something that an operator wants a court to do.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Its name, by which its outcome is known.
    pub id: CommandId,
    /// Where it came from.
    pub origin: Origin,
    /// Name of the token that it was sent with, where it was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What to do.
    pub verb: CommandVerb,
}

/// What an operator can have a court do.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema, Subcommand, IntoStaticStr)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[strum(serialize_all = "snake_case")]
pub enum CommandVerb {
    /// Open a video review, or close the one that is open.
    Review {
        /// Who asks for the review; `close` ends the latest one that is open.
        what: ReviewCommand,
        /// Count the review in the quota of its side. Without it only the console counts.
        #[arg(long)]
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        counts: bool,
    },
    /// Give the verdict of the latest review that is open.
    Verdict {
        /// Whether the request is accepted.
        answer: Answer,
        /// Whether the side that requested the review was right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        verdict: Option<Verdict>,
    },
    /// Save the replay buffer of every OBS of the court; no review is opened.
    Save {
        /// What the clip is for.
        #[arg(default_value = "")]
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// Only this OBS.
        #[arg(long, value_name = "SINK")]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obs: Option<String>,
    },
    /// Show a clip to the jury.
    Show {
        /// `last`, the path of a clip, or the `seq` of an event that a clip or recording shows.
        #[arg(value_name = "last|CLIP|EVENT")]
        what: String,
        /// What that was found to be.
        #[arg(skip)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(skip)]
        found: Option<FoundClip>,
    },
    /// Set a bookmark in the timeline.
    Mark {
        /// What is to be found again.
        #[command(flatten)]
        text: Text,
    },
    /// Put a scene on program.
    Scene {
        /// Name of the scene.
        name: String,
        /// Only this OBS.
        #[arg(long, value_name = "SINK")]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obs: Option<String>,
    },
    /// Start or stop recording.
    Record {
        /// Which of both.
        switch: Switch,
        /// Only this OBS.
        #[arg(long, value_name = "SINK")]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obs: Option<String>,
    },
    /// Start or stop the stream.
    Stream {
        /// Which of both.
        switch: Switch,
        /// Only this OBS.
        #[arg(long, value_name = "SINK")]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obs: Option<String>,
    },
    /// Pause the rules, or resume them: paused rules go on hearing events, but nothing that they request is done.
    Rules {
        /// Which of both.
        pause: Pause,
    },
    /// Start or stop a rehearsal: the bouts loaded meanwhile count nowhere.
    Rehearsal {
        /// Which of both.
        switch: Switch,
    },
    /// Say which bout the present load is of.
    #[command(subcommand)]
    Bout(BoutCommand),
    /// Have the rules hear `on_trigger(event, bout)`.
    Trigger {
        /// Name of the trigger: `event.name`.
        name: String,
        /// Any JSON: `event.args`.
        #[arg(value_name = "JSON", value_parser = json)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        args: Option<Value>,
    },
    /// Read the rules again.
    Reload {
        /// Why they were not, where they were not.
        #[arg(skip)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(skip)]
        refused: Option<Refusal>,
    },
    /// End vta in order.
    Quit {},
}

impl CommandVerb {
    /// Its name, such as `review`.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Reads a command from words, as `vta ctl` takes them.
    ///
    /// # Errors
    /// What is wrong with them, in a line.
    pub fn read<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        let clap =
            Self::augment_subcommands(clap::Command::new("command").no_binary_name(true).disable_help_flag(true));
        let read = clap.try_get_matches_from(words).and_then(|matches| Self::from_arg_matches(&matches));
        read.map_err(|error| {
            let text = error.to_string();
            let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage"));
            let text = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
            text.strip_prefix("error: ").unwrap_or(&text).to_owned()
        })
    }

    /// What it says, without its name.
    pub fn args(&self) -> Value {
        let mut args = serde_json::to_value(self).unwrap_or_default();
        if let Some(args) = args.as_object_mut() {
            args.shift_remove("command");
        }
        args
    }
}

/// A command as it is typed, as far as that is short, from its name and its [arguments](CommandVerb::args).
pub(crate) fn in_words(command: &str, args: &Value) -> String {
    let word = |(key, value): (&String, &Value)| match value {
        Value::String(word) if key == "is" => Some(format!("is {word}")),
        Value::String(word) => Some(word.clone()),
        Value::Bool(true) => Some(format!("--{key}")),
        _ => None,
    };
    let words = args.as_object().into_iter().flatten().filter_map(word);
    std::iter::once(command.to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// What is to be done about a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum ReviewCommand {
    /// Blue's coach asks for it.
    Blue,
    /// Red's coach asks for it.
    Red,
    /// The centre referee asks for it.
    Referee,
    /// It is over.
    Close,
}

/// The answer to a request for review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Answer {
    /// The request is accepted.
    Accepted,
    /// The request is denied.
    Rejected,
}

impl From<Answer> for ReviewState {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Accepted => Self::Accepted,
            Answer::Rejected => Self::Rejected,
        }
    }
}

/// Whether something is to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Switch {
    /// It is to run.
    Start,
    /// It is to end.
    Stop,
}

/// Whether rules are to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema, ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Pause {
    /// They are not.
    Pause,
    /// They are, again.
    Resume,
}

/// Which bout the present load is of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema, Subcommand)]
#[serde(untagged, deny_unknown_fields)]
pub enum BoutCommand {
    /// Say which bout it is.
    Is {
        /// The number of an earlier bout of the court, `same` for the one before, or `new`.
        #[arg(value_name = "NUMBER|same|new")]
        is: String,
    },
}

/// A text, which is several words on the command line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct Text(pub String);

impl clap::Args for Text {
    fn augment_args(command: clap::Command) -> clap::Command {
        let text = clap::Arg::new("text").value_name("TEXT").required(true).num_args(1..);
        command.arg(text.help("What is to be found again"))
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Text {
    fn from_arg_matches(matches: &clap::ArgMatches) -> Result<Self, clap::Error> {
        let words = matches.get_many::<String>("text").into_iter().flatten();
        Ok(Self(words.map(String::as_str).collect::<Vec<_>>().join(" ")))
    }

    fn update_from_arg_matches(&mut self, matches: &clap::ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Why a command was refused before a court took it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// In plain words.
    pub reason: String,
}

/// A clip that a command refers to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FoundClip {
    /// The file.
    pub path: String,
    /// The instant of its first frame, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_at: Option<Time>,
    /// Name of the OBS sink that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// The instant to begin at; the file's beginning when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Time>,
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text)
        .map_err(|error| format!("{error}; JSON is, for example, '{{\"board\": 2}}' or '\"text\"'"))
}
