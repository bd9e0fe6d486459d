//! A stretch of network that fails on demand: it passes a number of octets from the directory on and then hangs
//! up or falls silent.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens after the last octet.
#[derive(Clone, Copy)]
pub enum Then {
    HangUp,
    FallSilent,
}

/// Gives the port to connect to.
pub async fn proxy(to: u16, octets: usize, then: Then) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, to, octets, then));
        }
    });
    port
}

async fn pass_on(client: TcpStream, to: u16, mut left: usize, then: Then) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = TcpStream::connect(("127.0.0.1", to)).await.unwrap().into_split();
    let requests = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut buffer = vec![0; 4_096];
    while left > 0 {
        let room = left.min(buffer.len());
        let Ok(length @ 1..) = from_server.read(&mut buffer[..room]).await else { break };
        left -= length;
        if to_client.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    if matches!(then, Then::FallSilent) {
        std::future::pending::<()>().await;
    }
    requests.abort();
}
