//! As much HTTP as these tests need: one request a connection, in HTTP/1.0, so that no answer comes in chunks.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

use serde_json::Value;

/// What came back.
pub struct Answer {
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}: {}", self.head, self.text()))
    }

    pub fn header(&self, wanted: &str) -> String {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map_or_else(String::new, |(_, value)| value.trim().to_owned())
    }

    /// The `name=value` of each cookie that is set.
    pub fn cookies(&self) -> Vec<String> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let set = lines.filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
        set.map(|(_, value)| value.split(';').next().unwrap_or_default().to_owned()).collect()
    }
}

pub fn get(port: u16, path: &str) -> Answer {
    send(port, "GET", path, &[], b"")
}

pub fn get_with(port: u16, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(port, "GET", path, headers, b"")
}

pub fn put_json(port: u16, path: &str, body: &Value) -> Answer {
    send(port, "PUT", path, &[("content-type", "application/json")], body.to_string().as_bytes())
}

pub fn post_json(port: u16, path: &str, body: &Value) -> Answer {
    send(port, "POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
}

pub fn post(port: u16, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    send(port, "POST", path, headers, body)
}

fn send(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a server that listens");
    let (mut head, length) = (String::new(), body.len());
    write!(head, "{method} {path} HTTP/1.0\r\nhost: localhost:{port}\r\ncontent-length: {length}\r\n")
        .unwrap();
    for (name, value) in headers {
        write!(head, "{name}: {value}\r\n").unwrap();
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut octets = Vec::new();
    stream.read_to_end(&mut octets).unwrap();
    let end = octets.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the headers");
    let head = String::from_utf8_lossy(&octets[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    Answer { status, head, body: octets.split_off(end + 4) }
}
