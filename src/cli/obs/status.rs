use crate::cli::config_file::ConfigFile;
use crate::cli::error::{CliError, Exit};
use crate::cli::format::Format;
use crate::cli::run::runtime;
use crate::obs::{self, InstanceStatus, ObsOptions, Ready, State};

/// Print how each OBS is: scene, replay buffer, recording, lost frames, disk.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    config: ConfigFile,
    #[command(flatten)]
    format: Format,
}

impl Args {
    pub(super) fn run(self) -> Result<(), CliError> {
        let config = self.config.load()?;
        let instances: Vec<_> = config.obs_sinks().map(|(name, sink)| ObsOptions::of(name, sink)).collect();
        if instances.is_empty() {
            let text = format!("{} has no sink of `type: obs`", self.config.path.display());
            return Err(CliError::new(Exit::Config, text));
        }
        let found = runtime()?.block_on(async {
            let queries: Vec<_> =
                instances.into_iter().map(|options| tokio::spawn(async move { obs::status(&options).await })).collect();
            let mut found = Vec::new();
            for query in queries {
                found.extend(query.await);
            }
            found
        });
        let head = [
            "instance",
            "address",
            "OBS",
            "scene",
            "replay buffer",
            "recording",
            "skipped frames",
            "CPU",
            "memory",
            "disk left",
            "why",
        ];
        self.format.print(&found, head, cells)?;
        let gone: Vec<_> = found
            .iter()
            .filter(|status| matches!(status.state, State::Gone { .. }))
            .map(|status| format!("`{}`", status.instance))
            .collect();
        if gone.is_empty() {
            Ok(())
        } else {
            Err(CliError::new(Exit::Refused, format!("OBS cannot be queried: {}", gone.join(", "))))
        }
    }
}

fn cells(status: &InstanceStatus) -> [String; 11] {
    let (name, address) = (status.instance.to_string(), status.address.clone());
    let ready = match &status.state {
        State::Ready(ready) => ready,
        State::Gone { reason } => {
            let mut cells = [const { String::new() }; 11];
            cells[..3].clone_from_slice(&[name, address, "gone".to_owned()]);
            cells[10].clone_from(reason);
            return cells;
        }
    };
    let or_unknown = |text: Option<String>| text.unwrap_or_else(|| "?".to_owned());
    [
        name,
        address,
        format!("{} (websocket {})", ready.obs_version, ready.websocket_version),
        or_unknown(ready.scene.clone()),
        ready.replay_buffer.to_string(),
        recording(ready),
        skipped(ready),
        or_unknown(ready.cpu_percent.map(|percent| format!("{percent:.0} %"))),
        or_unknown(ready.memory_mb.map(|memory| format!("{memory:.0} MB"))),
        or_unknown(ready.disk_free_mb.map(|free| format!("{:.1} GB", free * 1_048_576.0 / 1e9))),
        String::new(),
    ]
}

fn recording(ready: &Ready) -> String {
    let Some(recording) = &ready.recording else { return "none".to_owned() };
    let seconds = recording.seconds as u64;
    let time = format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let paused = if recording.paused { " paused" } else { "" };
    let path = recording.path.as_deref().map(|path| format!(" {path}")).unwrap_or_default();
    format!("{time}{paused}{path}")
}

/// What was too late, of how many: drawn and encoded.
fn skipped(ready: &Ready) -> String {
    let of = |skipped: Option<u64>, total: Option<u64>| {
        skipped.zip(total).map_or_else(|| "?".to_owned(), |(skipped, total)| format!("{skipped} of {total}"))
    };
    format!(
        "{} drawn, {} encoded",
        of(ready.render_skipped_frames, ready.render_total_frames),
        of(ready.output_skipped_frames, ready.output_total_frames)
    )
}
