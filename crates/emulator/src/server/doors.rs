//! Who may come in on the control port. A web page elsewhere can make a browser call loopback: by a
//! name that it lets point here (DNS rebinding), or by a form of its own. Both are refused.

use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lets a request through, or answers 403 with the reason.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    if let Err(reason) = check(request.headers()) {
        return (StatusCode::FORBIDDEN, reason).into_response();
    }
    let mut response = next.run(request).await;
    let headers: [(HeaderName, &'static str); 4] = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn check(headers: &HeaderMap) -> Result<(), &'static str> {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !is_loopback(host) {
        return Err("The emulator answers to localhost, 127.0.0.1 and [::1] only.\n");
    }
    match headers.get(ORIGIN) {
        Some(origin) if origin.as_bytes() != format!("http://{host}").as_bytes() => {
            Err("The emulator takes nothing from pages of other origins.\n")
        }
        _ => Ok(()),
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(host: &'static str, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static(host));
        headers.extend(origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin))));
        check(&headers).is_ok()
    }

    #[test]
    fn only_loopback_names_and_the_own_origin_come_in() {
        assert!(checked("localhost:8081", None));
        assert!(checked("127.0.0.1:8081", Some("http://127.0.0.1:8081")));
        assert!(checked("[::1]:8081", None));
        assert!(!checked("evil.example:8081", None));
        assert!(!checked("localhost.evil.example", None));
        assert!(!checked("", None));
        assert!(!checked("localhost:8081", Some("http://evil.example")));
        assert!(!checked("localhost:8081", Some("http://localhost:9000")));
        assert!(!checked("localhost:8081", Some("null")));
    }
}
