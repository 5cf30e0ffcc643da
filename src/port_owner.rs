//! Which program listens at a port, where the system says it.

/// The program that listens at a UDP port, in words.
pub(crate) fn of_udp(port: u16) -> String {
    in_words(system::of_udp(port))
}

/// The program that listens at a TCP port, in words.
pub(crate) fn of_tcp(port: u16) -> String {
    in_words(system::of_tcp(port))
}

fn in_words(owner: Option<String>) -> String {
    owner.unwrap_or_else(|| "another program".to_owned())
}

#[cfg(target_os = "linux")]
mod system {
    use procfs::net::{TcpState, tcp, tcp6, udp, udp6};
    use procfs::process::{FDTarget, Process, all_processes};

    pub(super) fn of_udp(port: u16) -> Option<String> {
        let sockets = [udp(), udp6()].into_iter().flatten().flatten();
        let sockets = sockets.filter(|socket| socket.local_address.port() == port);
        owner(&sockets.map(|socket| socket.inode).collect::<Vec<_>>())
    }

    pub(super) fn of_tcp(port: u16) -> Option<String> {
        let sockets = [tcp(), tcp6()].into_iter().flatten().flatten();
        let sockets = sockets.filter(|socket| socket.local_address.port() == port && socket.state == TcpState::Listen);
        owner(&sockets.map(|socket| socket.inode).collect::<Vec<_>>())
    }

    /// The first program that has one of these sockets. Those of other users are not to be seen.
    fn owner(sockets: &[u64]) -> Option<String> {
        let has_one = |process: &Process| {
            let mut files = process.fd().into_iter().flatten().flatten();
            files.any(|file| matches!(file.target, FDTarget::Socket(inode) if sockets.contains(&inode)))
        };
        let process = all_processes().ok()?.flatten().find(has_one)?;
        let (pid, program) = (process.pid, process.stat().ok()?.comm);
        // The words of other programs may have secrets in them.
        match (program.as_str(), process.cmdline(), process.cwd()) {
            ("vta", Ok(words), Ok(folder)) => {
                let words = shell_words::join(words.iter().skip(1));
                Some(format!("`vta {words}` in {} (process {pid})", folder.display()))
            }
            _ => Some(format!("`{program}` (process {pid})")),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    pub(super) fn of_udp(_: u16) -> Option<String> {
        None
    }

    pub(super) fn of_tcp(_: u16) -> Option<String> {
        None
    }
}
