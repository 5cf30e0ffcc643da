//! System calls of a UDP socket. Everything that differs between systems is here.

use std::io;
use std::net::{SocketAddr, UdpSocket};

/// One datagram as the kernel delivered it.
pub(super) struct Datagram {
    /// Number of bytes in the buffer.
    pub(super) length: usize,
    /// Who sent it.
    pub(super) from: Option<SocketAddr>,
    /// Datagrams that the kernel has dropped since the socket was created, where it reports them.
    pub(super) lost: Option<u32>,
}

#[cfg(target_os = "linux")]
mod system {
    use std::io::IoSliceMut;
    use std::os::fd::AsRawFd;

    use nix::sys::socket::sockopt::{RcvBufForce, RxqOvfl};
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt};

    use super::*;

    /// Asks the kernel to report its losses, and for a buffer above the system's limit where we may.
    pub(in super::super) fn prepare(socket: &UdpSocket, receive_buffer_bytes: usize) -> io::Result<()> {
        setsockopt(socket, RxqOvfl, &1)?;
        // Only a privileged process may exceed the limit.
        let _may_fail = setsockopt(socket, RcvBufForce, &receive_buffer_bytes);
        Ok(())
    }

    /// The kernel keeps half of the reported size for its own use.
    pub(in super::super) fn granted(reported: usize) -> usize {
        reported / 2
    }

    /// A buffer for one counter of losses.
    pub(in super::super) fn control() -> Vec<u8> {
        nix::cmsg_space!(u32)
    }

    pub(in super::super) fn receive(socket: &UdpSocket, buffer: &mut [u8], control: &mut [u8]) -> io::Result<Datagram> {
        let mut parts = [IoSliceMut::new(buffer)];
        let message = recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut parts, Some(control), MsgFlags::empty())?;
        let lost = message.cmsgs().ok().into_iter().flatten().find_map(|control| match control {
            ControlMessageOwned::RxqOvfl(lost) => Some(lost),
            _ => None,
        });
        let from = message.address.as_ref().and_then(|address| {
            let four = address.as_sockaddr_in().map(|a| SocketAddr::V4((*a).into()));
            four.or_else(|| address.as_sockaddr_in6().map(|a| SocketAddr::V6((*a).into())))
        });
        Ok(Datagram { length: message.bytes, from, lost })
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use super::*;

    pub(in super::super) fn prepare(_: &UdpSocket, _: usize) -> io::Result<()> {
        Ok(())
    }

    pub(in super::super) fn granted(reported: usize) -> usize {
        reported
    }

    pub(in super::super) fn control() -> Vec<u8> {
        Vec::new()
    }

    pub(in super::super) fn receive(socket: &UdpSocket, buffer: &mut [u8], _: &mut [u8]) -> io::Result<Datagram> {
        match socket.recv_from(buffer) {
            Ok((length, from)) => Ok(Datagram { length, from: Some(from), lost: None }),
            // Windows reports a datagram longer than the buffer by this error, with the buffer filled.
            Err(error) if error.raw_os_error() == Some(10040) => {
                // Its sender is not known, so no list allows it.
                Ok(Datagram { length: buffer.len(), from: Some(([0, 0, 0, 0], 0).into()), lost: None })
            }
            Err(error) => Err(error),
        }
    }
}

pub(super) use system::{control, granted, prepare, receive};
