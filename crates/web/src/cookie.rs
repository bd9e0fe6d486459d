//! The two cookies: who is signed in, and which language.
//!
//! Over https both are `Secure` and carry the `__Host-` prefix, so no other host and no open connection can set
//! them. Over http, which is for the own machine only, neither is possible; there the port is in the name, because
//! browsers share the cookies of localhost between all ports.

use axum::http::{HeaderMap, HeaderValue, header};
use domain::Language;

use crate::address::Address;
use crate::text;

const A_YEAR: u32 = 365 * 24 * 60 * 60;

/// The secret of the session that a request belongs to.
pub fn session<'a>(address: &Address, headers: &'a HeaderMap) -> Option<&'a str> {
    value(headers, &name(address, "session"))
}

pub fn language(address: &Address, headers: &HeaderMap) -> Option<Language> {
    value(headers, &name(address, "language")).and_then(text::from_code)
}

/// Lives as long as the browser does; the session's own limits are kept in the database.
pub fn begin_session(address: &Address, secret: &str) -> HeaderValue {
    header(&format!("{}={secret}{}; HttpOnly", name(address, "session"), attributes(address)))
}

pub fn end_session(address: &Address) -> HeaderValue {
    header(&format!("{}={}; HttpOnly; Max-Age=0", name(address, "session"), attributes(address)))
}

pub fn choose_language(address: &Address, language: Language) -> HeaderValue {
    let name = name(address, "language");
    header(&format!("{name}={}{}; HttpOnly; Max-Age={A_YEAR}", text::code(language), attributes(address)))
}

fn name(address: &Address, what: &str) -> String {
    if address.is_secure() {
        format!("__Host-lokalid-{what}")
    } else {
        format!("lokalid-{what}-{}", address.port())
    }
}

fn attributes(address: &Address) -> &'static str {
    if address.is_secure() { "; Path=/; SameSite=Lax; Secure" } else { "; Path=/; SameSite=Lax" }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// Names and secrets are plain ASCII, so this never falls back.
fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_cookies_are_bound_to_the_host_and_http_cookies_are_not() {
        let secure = Address::parse("https://lokalid.example").unwrap();
        assert_eq!(
            begin_session(&secure, "x"),
            "__Host-lokalid-session=x; Path=/; SameSite=Lax; Secure; HttpOnly"
        );
        let local = Address::parse("http://localhost:8080").unwrap();
        assert_eq!(begin_session(&local, "x"), "lokalid-session-8080=x; Path=/; SameSite=Lax; HttpOnly");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let local = Address::parse("http://localhost:8080").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=b; lokalid-session-8080=secret; c=d"));
        headers.append(header::COOKIE, HeaderValue::from_static("lokalid-language-8080=en"));
        assert_eq!(session(&local, &headers), Some("secret"));
        assert_eq!(language(&local, &headers), Some(Language::English));
        let other_port = Address::parse("http://localhost:8081").unwrap();
        assert_eq!(session(&other_port, &headers), None);
    }
}
