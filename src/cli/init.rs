use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::{CliError, Exit, print};
use crate::config;
use crate::output_file::{Existing, OutputError, OutputFile};

/// Write a config and rules to start from, with their scenarios and a bout to rehearse with.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder to write them to; made where it is missing.
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// How many courts the config has, each with a port, an OBS and a player.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, value_parser = courts)]
    courts: u8,
}

/// Files with their paths in the repository, which are those in the folder of a new event.
macro_rules! files {
    ($($path:literal,)*) => {
        &[$(($path, include_str!(concat!("../../", $path)))),*]
    };
}

/// The rules of a new event, their scenarios, and a bout to rehearse with.
const FILES: &[(&str, &str)] = files![
    "rules/alerts.rhai",
    "rules/highlights.rhai",
    "rules/instant-replay.rhai",
    "rules/recording.rhai",
    "rules/scenes.rhai",
    "rules/scoreboard.rhai",
    "rules/watchdog.rhai",
    "rules/tests/alerts-settings.yaml",
    "rules/tests/alerts.yaml",
    "rules/tests/highlights-settings.yaml",
    "rules/tests/highlights.yaml",
    "rules/tests/instant-replay-settings.yaml",
    "rules/tests/instant-replay.yaml",
    "rules/tests/recording-settings.yaml",
    "rules/tests/recording.yaml",
    "rules/tests/review.yaml",
    "rules/tests/scenes-of-two.yaml",
    "rules/tests/scenes-settings.yaml",
    "rules/tests/scenes.yaml",
    "rules/tests/scoreboard-settings.yaml",
    "rules/tests/scoreboard.yaml",
    "rules/tests/watchdog-settings.yaml",
    "rules/tests/watchdog.yaml",
    "examples/bout-with-review.tsv",
];

fn courts(text: &str) -> Result<u8, &'static str> {
    text.parse().ok().filter(|courts| (1..=99).contains(courts)).ok_or("write a number from 1 to 99")
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = config::template(usize::from(self.courts));
        let files = [("event.yaml", &*config)].into_iter().chain(FILES.iter().copied());
        // Nothing that is there is written over.
        let taken = files.clone().map(|(name, _)| self.folder.join(name)).find(|path| path.exists());
        if let Some(path) = taken {
            let text = format!("{} is there already; choose another folder, or move it away", path.display());
            return Err(CliError::new(Exit::Refused, text));
        }
        for (name, text) in files {
            let path: PathBuf = self.folder.join(name).components().collect();
            write(&path, text)?;
            print(&path.display().to_string())?;
        }
        print(&format!("next: look through {0}, then vta run --config {0}", self.folder.join("event.yaml").display()))
    }
}

fn write(path: &Path, text: &str) -> Result<(), OutputError> {
    let failed = |reason| OutputError::Io { path: path.to_owned(), reason };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = OutputFile::create(path, Existing::Keep)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.finish()
}
