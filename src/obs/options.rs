//! How to reach an OBS instance, and how to treat it.

use std::fmt;
use std::net::{ToSocketAddrs as _, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use super::paths::SharedFolders;
use crate::config::{ObsSink, RecordingInProgress, Secret};

/// How to reach an OBS instance.
#[derive(Clone)]
pub struct ObsOptions {
    /// Name of the sink, which stands in reports and logs.
    pub instance: Arc<str>,
    /// Name or address of the computer that runs OBS.
    pub host: String,
    /// The port of its WebSocket server.
    pub port: u16,
    /// The password of its WebSocket server; none if it asks for none. It never appears in a log or an error.
    pub password: Option<String>,
    /// How long OBS may take to answer a request.
    pub request_timeout: Duration,
    /// Whether a recording that no rule began is split when a rule begins one; it is left alone otherwise.
    pub splits_recordings: bool,
    /// The folders of an OBS on another computer.
    pub folders: SharedFolders,
    /// The free space of OBS's disk, in MB, below which `disk_low` is reported; 0 is never.
    pub min_free_mb: u64,
}

impl ObsOptions {
    /// The options of a sink.
    pub fn of(instance: &Arc<str>, sink: &ObsSink) -> Self {
        Self {
            instance: Arc::clone(instance),
            host: sink.host.clone(),
            port: sink.port,
            password: sink.password.as_ref().map(Secret::expose).map(str::to_owned),
            request_timeout: Duration::from_secs_f64(sink.timeout_secs),
            splits_recordings: sink.recording_in_progress == RecordingInProgress::Split,
            folders: SharedFolders::new(&sink.paths),
            min_free_mb: sink.min_free_mb,
        }
    }

    /// Host and port, as in a URL.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.url_host(), self.port)
    }

    /// Whether it runs on this computer: on an address that a socket of ours can have. Blocks while a name is looked up.
    pub(super) fn is_here(&self) -> bool {
        let host = self.host.trim_matches(['[', ']']);
        (host, 0).to_socket_addrs().is_ok_and(|mut addresses| addresses.any(|address| UdpSocket::bind(address).is_ok()))
    }

    /// The host as URLs want it: IPv6 addresses stand in brackets.
    pub(super) fn url_host(&self) -> String {
        if self.host.contains(':') && !self.host.starts_with('[') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        }
    }
}

impl fmt::Debug for ObsOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObsOptions")
            .field("instance", &self.instance)
            .field("address", &self.address())
            .field("password", &self.password.as_ref().map(|_| "…"))
            .field("request_timeout", &self.request_timeout)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl ObsOptions {
        pub(crate) fn example(host: &str) -> Self {
            Self {
                instance: Arc::from("replay"),
                host: host.to_owned(),
                port: 4455,
                password: Some("hush-hush".to_owned()),
                request_timeout: Duration::from_secs(3),
                splits_recordings: false,
                folders: SharedFolders::default(),
                min_free_mb: 0,
            }
        }
    }

    #[test]
    fn the_password_is_not_printed() {
        let printed = format!("{:?}", ObsOptions::example("127.0.0.1"));
        assert!(printed.contains("127.0.0.1:4455") && !printed.contains("hush"), "{printed}");
    }

    #[test]
    fn an_ipv6_address_gets_its_brackets_once() {
        assert_eq!(ObsOptions::example("::1").address(), "[::1]:4455");
        assert_eq!(ObsOptions::example("[::1]").address(), "[::1]:4455");
    }
}
