//! Addresses: where the console is reached, and the small arithmetic of query strings.

use std::fmt::Write as _;
use std::net::IpAddr;

/// Where browsers reach the console, as configured: `https://lokalid.example` or, on the own machine only,
/// `http://localhost:8080`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    secure: bool,
    host: String,
    port: Option<u16>,
}

/// Why an address cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressFault {
    #[error(
        "\"{0}\" is not the address of a console: write it as https://lokalid.example, with no path behind it"
    )]
    Shape(String),
    #[error(
        "\"{0}\" has no TLS: sign-in would cross the network in the open. Use https, or http on localhost only"
    )]
    Open(String),
}

impl Address {
    pub fn parse(text: &str) -> Result<Self, AddressFault> {
        let shape = || AddressFault::Shape(text.to_owned());
        let uri: axum::http::Uri = text.trim().parse().map_err(|_| shape())?;
        let authority = uri.authority().ok_or_else(shape)?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(shape()),
        };
        if uri.path().len() > 1 || uri.query().is_some() || authority.as_str().contains('@') {
            return Err(shape());
        }
        let address =
            Self { secure, host: authority.host().to_ascii_lowercase(), port: authority.port_u16() };
        if !secure && !is_loopback(&address.host) {
            return Err(AddressFault::Open(text.to_owned()));
        }
        Ok(address)
    }

    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The port in the address, or the one that its scheme means.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.secure { 443 } else { 80 })
    }

    /// What a browser sends as `Origin`, and what links begin with.
    pub fn origin(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}", self.authority())
    }

    /// Whether a request that names this host means us.
    ///
    /// On the own machine every name of the loopback is ours and nothing else: a foreign name that was made to point
    /// at 127.0.0.1 (DNS rebinding) must not reach the pages.
    pub fn is_our_host(&self, host: &str) -> bool {
        let Ok(asked) = host.parse::<axum::http::uri::Authority>() else { return false };
        let same_port = asked.port_u16().unwrap_or(if self.secure { 443 } else { 80 }) == self.port();
        let name = asked.host().to_ascii_lowercase();
        same_port && (name == self.host || (is_loopback(&self.host) && is_loopback(&name)))
    }

    /// Whether a form was sent from one of our own pages.
    pub fn is_our_origin(&self, origin: &str) -> bool {
        let scheme = if self.secure { "https://" } else { "http://" };
        origin.strip_prefix(scheme).is_some_and(|host| self.is_our_host(host))
    }

    fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A text as it stands in a query string.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"-._~/".contains(&octet) {
            out.push(char::from(octet));
        } else {
            let _infallible = write!(out, "%{octet:02X}");
        }
    }
    out
}

/// An address with a query string of the pairs that have a value.
pub fn with_query<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(name);
        address.push('=');
        address.push_str(&escaped(value));
    }
    address
}

/// Whether a path leads to a page of ours and nowhere else: `//host` and `/\host` are other hosts to a browser.
pub fn is_local(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|octet| octet.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_for_the_own_machine_only() {
        assert!(Address::parse("http://localhost:8080").is_ok());
        assert!(Address::parse("http://127.0.0.1:8080").is_ok());
        assert!(Address::parse("http://[::1]:8080").is_ok());
        assert!(Address::parse("https://lokalid.example").is_ok());
        assert!(matches!(Address::parse("http://lokalid.example"), Err(AddressFault::Open(_))));
        for odd in ["lokalid.example", "ftp://localhost", "https://lokalid.example/console", ""] {
            assert!(matches!(Address::parse(odd), Err(AddressFault::Shape(_))), "{odd}");
        }
    }

    #[test]
    fn a_foreign_name_for_the_loopback_is_refused() {
        let ours = Address::parse("http://localhost:8080").unwrap();
        assert!(ours.is_our_host("localhost:8080") && ours.is_our_host("127.0.0.1:8080"));
        assert!(!ours.is_our_host("rebound.example:8080") && !ours.is_our_host("localhost:9999"));
        assert!(ours.is_our_origin("http://localhost:8080"));
        assert!(!ours.is_our_origin("https://localhost:8080") && !ours.is_our_origin("null"));
        let public = Address::parse("https://lokalid.example").unwrap();
        assert!(public.is_our_host("Lokalid.example") && !public.is_our_host("localhost"));
    }

    #[test]
    fn a_way_back_stays_here() {
        assert!(is_local("/people?q=s%C3%B8ren"));
        for foreign in ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a b"] {
            assert!(!is_local(foreign), "{foreign}");
        }
    }

    #[test]
    fn a_query_leaves_out_what_is_empty() {
        assert_eq!(with_query("/people", [("q", "Søren Å"), ("unit", "")]), "/people?q=S%C3%B8ren%20%C3%85");
    }
}
