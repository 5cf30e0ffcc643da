use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::{CliError, Exit, print};

/// Write a config and rules to start from.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to write them to; made where it is missing.
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// The files of a new event; nothing that is there is written over.
const FILES: [(&str, &str); 8] = [
    ("event.yaml", include_str!("../../examples/event.yaml")),
    ("rules/alerts.rhai", include_str!("../../rules/alerts.rhai")),
    ("rules/highlights.rhai", include_str!("../../rules/highlights.rhai")),
    ("rules/instant-replay.rhai", include_str!("../../rules/instant-replay.rhai")),
    ("rules/recording.rhai", include_str!("../../rules/recording.rhai")),
    ("rules/scenes.rhai", include_str!("../../rules/scenes.rhai")),
    ("rules/scoreboard.rhai", include_str!("../../rules/scoreboard.rhai")),
    ("rules/watchdog.rhai", include_str!("../../rules/watchdog.rhai")),
];

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let taken = FILES.iter().map(|(name, _)| self.folder.join(name)).find(|path| path.exists());
        if let Some(path) = taken {
            let text = format!("{} is there already; choose another folder, or move it away", path.display());
            return Err(CliError::new(Exit::Refused, text));
        }
        for (name, text) in FILES {
            let path: PathBuf = self.folder.join(name).components().collect();
            // In the repository the rules lie beside the examples' folder.
            write(&path, &text.replace("../rules/", "rules/")).map_err(|error| {
                CliError::new(Exit::Refused, format!("{} cannot be written: {error}", path.display()))
            })?;
            print(&path.display().to_string())?;
        }
        print(&format!("next: look through {0}, then vta run --config {0}", self.folder.join("event.yaml").display()))
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    File::create_new(path)?.write_all(text.as_bytes())
}
