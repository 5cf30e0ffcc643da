//! A real OBS Studio for tests: without a screen, on a port, a display and a home of its own.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long OBS may take to start; two seconds are usual.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// An OBS Studio with the scenes `Live` (a green source `Mat camera`) and `Replay`, a replay buffer of 20 s that runs,
/// and a WebSocket server with a password. Ends with its value, and with the test process however that ends.
pub(crate) struct HeadlessObs {
    /// The port of its WebSocket server on 127.0.0.1.
    pub(crate) port: u16,
    /// The password of its WebSocket server.
    pub(crate) password: String,
    /// The folder of its replays and recordings.
    pub(crate) recordings: PathBuf,
    home: TempDir,
    display: String,
    xvfb: Child,
    obs: Child,
    reaper: Child,
}

impl HeadlessObs {
    /// Starts OBS and waits until its WebSocket server accepts connections.
    ///
    /// None, with the reason printed, where OBS or Xvfb is not installed; there a test has to be skipped.
    ///
    /// # Panics
    ///
    /// When OBS does not start, and under CI also when it is not installed.
    pub(crate) fn start() -> Option<Self> {
        for program in ["obs", "Xvfb"] {
            if !is_installed(program) {
                let missing = format!("{program} is not installed: tests with a real OBS cannot run");
                assert!(std::env::var_os("CI").is_none(), "{missing}");
                eprintln!("skipped: {missing}");
                return None;
            }
        }
        let home = tempfile::tempdir().unwrap();
        let recordings = home.path().join("recordings");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let password = "secret of the headless".to_owned();
        configure(home.path(), &recordings, port, &password);

        let (xvfb, display) = start_display(&home.path().join("xvfb.log"));
        let obs = start_obs(home.path(), &display, port);
        let reaper = start_reaper(&obs, &xvfb);
        Some(Self { port, password, recordings, home, display, xvfb, obs, reaper })
    }

    /// Ends OBS at once, as a crash would.
    pub(crate) fn kill(&mut self) {
        end(&mut self.obs);
    }

    /// Starts OBS again on the same port, after ending it if it still runs.
    pub(crate) fn restart(&mut self) {
        end(&mut self.obs);
        end(&mut self.reaper);
        self.obs = start_obs(self.home.path(), &self.display, self.port);
        self.reaper = start_reaper(&self.obs, &self.xvfb);
    }

    /// Changes the profile, from the next start on.
    pub(crate) fn change_profile(&self, from: &str, to: &str) {
        let path = self.home.path().join(".config/obs-studio/basic/profiles/VTA/basic.ini");
        let profile = fs::read_to_string(&path).unwrap();
        assert!(profile.contains(from), "{profile}");
        fs::write(path, profile.replace(from, to)).unwrap();
    }

    /// Freezes OBS until [`HeadlessObs::cont`].
    pub(crate) fn stop(&self) {
        signal("-STOP", &self.obs);
    }

    /// Lets a frozen OBS go on.
    pub(crate) fn cont(&self) {
        signal("-CONT", &self.obs);
    }

    /// What OBS has written to its log since its last start.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("obs.log")).unwrap()
    }
}

impl Drop for HeadlessObs {
    fn drop(&mut self) {
        // The reaper goes first: the others' numbers may be given to someone else when they have gone.
        for process in [&mut self.reaper, &mut self.obs, &mut self.xvfb] {
            end(process);
        }
    }
}

pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn configure(home: &Path, recordings: &Path, port: u16, password: &str) {
    let configuration = home.join(".config/obs-studio");
    let profile = configuration.join("basic/profiles/VTA");
    let scenes = configuration.join("basic/scenes");
    for folder in [&profile, &scenes, recordings] {
        fs::create_dir_all(folder).unwrap();
    }
    let global = format!(
        "[General]\nFirstRun=true\nLastVersion=486539266\nEnableAutoUpdates=false\n\
         [OBSWebSocket]\nFirstLoad=false\nServerEnabled=true\nServerPort={port}\nAlertsEnabled=false\n\
         AuthRequired=true\nServerPassword={password}\n\
         [Basic]\nProfile=VTA\nProfileDir=VTA\nSceneCollection=VTA\nSceneCollectionFile=VTA\n\
         [BasicWindow]\nSysTrayEnabled=false\n"
    );
    let basic = format!(
        "[General]\nName=VTA\n\
         [Video]\nBaseCX=640\nBaseCY=360\nOutputCX=640\nOutputCY=360\nFPSType=0\nFPSCommon=30\n\
         [Output]\nMode=Simple\n\
         [SimpleOutput]\nFilePath={}\nRecFormat=mkv\nRecQuality=Stream\nStreamEncoder=x264\nVBitrate=500\n\
         UseAdvanced=true\nPreset=ultrafast\nx264Settings=keyint=15\n\
         RecRB=true\nRecRBTime=20\nRecRBSize=256\n",
        recordings.display()
    );
    let collection = serde_json::json!({
        "name": "VTA", "current_scene": "Live", "current_program_scene": "Live",
        "scene_order": [{"name": "Live"}, {"name": "Replay"}],
        "sources": [
            {"id": "scene", "name": "Live", "settings": {"id_counter": 1, "items": [
                {"name": "Mat camera", "id": 1, "visible": true, "pos": {"x": 0, "y": 0}, "scale": {"x": 1, "y": 1}}
            ]}},
            {"id": "scene", "name": "Replay", "settings": {"id_counter": 0, "items": []}},
            {"id": "color_source_v3", "versioned_id": "color_source_v3", "name": "Mat camera",
             "settings": {"color": 4_278_255_360_u32, "width": 640, "height": 360}}
        ]
    });
    fs::write(configuration.join("global.ini"), global).unwrap();
    fs::write(profile.join("basic.ini"), basic).unwrap();
    fs::write(scenes.join("VTA.json"), collection.to_string()).unwrap();
}

/// Starts an X server on a display that it chooses, and says which.
pub(crate) fn start_display(log: &Path) -> (Child, String) {
    let mut xvfb = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", "1280x720x24", "-nolisten", "tcp"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(log).unwrap())
        .spawn()
        .unwrap();
    let mut number = String::new();
    BufReader::new(xvfb.stdout.take().unwrap()).read_line(&mut number).unwrap();
    assert!(!number.trim().is_empty(), "Xvfb did not start: {}", fs::read_to_string(log).unwrap());
    (xvfb, format!(":{}", number.trim()))
}

fn start_obs(home: &Path, display: &str, port: u16) -> Child {
    let log = home.join("obs.log");
    let output = fs::File::create(&log).unwrap();
    let mut obs = Command::new("obs")
        .args(["--multi", "--minimize-to-tray", "--startreplaybuffer", "--disable-updater", "--disable-shutdown-check"])
        .env("DISPLAY", display)
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join(".config"))
        .env("XDG_RUNTIME_DIR", home)
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("QT_QPA_PLATFORM", "xcb")
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .spawn()
        .unwrap();
    let deadline = Instant::now() + START_TIMEOUT;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let gone = obs.try_wait().unwrap();
        if gone.is_some() || Instant::now() > deadline {
            end(&mut obs);
            panic!("OBS does not answer ({gone:?}):\n{}", fs::read_to_string(&log).unwrap());
        }
        sleep(Duration::from_millis(50));
    }
    obs
}

/// Starts a process that ends the others when the test process is gone and its end of the pipe with it.
fn start_reaper(obs: &Child, xvfb: &Child) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; kill -KILL \"$@\"", "reaper", &obs.id().to_string(), &xvfb.id().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn end(process: &mut Child) {
    // It may have ended by itself.
    _ = process.kill();
    _ = process.wait();
}

fn signal(signal: &str, process: &Child) {
    assert!(Command::new("kill").args([signal, &process.id().to_string()]).status().unwrap().success());
}
