//! Whether a server wants TLS, found out by its answer to the beginning of a handshake.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long the server may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// Kinds of TLS records (RFC 5246, 6.2.1).
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;

/// A record of TLS 1.0 with the `ClientHello` of TLS 1.2 in it, which offers one cipher suite.
const CLIENT_HELLO: [u8; 50] = {
    let mut hello = [0; 50];
    // A handshake record of 45 bytes.
    (hello[0], hello[1], hello[2], hello[4]) = (HANDSHAKE, 3, 1, 45);
    // A `ClientHello` of 41 bytes, whose 32 random ones are zeros, without a session.
    (hello[5], hello[8], hello[9], hello[10]) = (1, 41, 3, 3);
    // TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; no compression.
    (hello[45], hello[46], hello[47], hello[48]) = (2, 0xC0, 0x2F, 1);
    hello
};

/// Whether a record of TLS is the answer: a refusal is one, too.
pub(super) async fn is_wanted_at(addresses: &[SocketAddr]) -> bool {
    let answer = timeout(ANSWER_TIMEOUT, async {
        let mut stream = TcpStream::connect(addresses).await?;
        stream.write_all(&CLIENT_HELLO).await?;
        let mut head = [0; 2];
        stream.read_exact(&mut head).await?;
        Ok::<_, std::io::Error>(head)
    });
    matches!(answer.await, Ok(Ok([ALERT | HANDSHAKE, 3])))
}
