//! The network between the program and the directory, which can be cut at any octet.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

const WHOLE: i64 = i64::MAX / 2;

/// A stretch of network that passes a number of octets of the directory's answers on and then hangs up.
pub struct Wire {
    pub port: u16,
    left: Arc<AtomicI64>,
}

impl Wire {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let wire =
            Self { port: listener.local_addr().unwrap().port(), left: Arc::new(AtomicI64::new(WHOLE)) };
        let left = Arc::clone(&wire.left);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass_on(client, port, Arc::clone(&left)));
            }
        });
        wire
    }

    /// From now on only so many octets come through.
    pub fn cut_after(&self, octets: i64) {
        self.left.store(octets, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.cut_after(WHOLE);
    }
}

async fn pass_on(client: TcpStream, to: u16, left: Arc<AtomicI64>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = TcpStream::connect(("127.0.0.1", to)).await.unwrap().into_split();
    let requests = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
    let mut buffer = vec![0; 4_096];
    while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
        let length_left = i64::try_from(length).unwrap();
        if left.fetch_sub(length_left, Ordering::SeqCst) < length_left
            || to_client.write_all(&buffer[..length]).await.is_err()
        {
            break;
        }
    }
    requests.abort();
}
