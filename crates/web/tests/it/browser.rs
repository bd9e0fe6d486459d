//! A visitor with a cookie jar who sends what a browser sends. Who calls is a value of this type.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use tower::ServiceExt as _;

use crate::html;

pub const ORIGIN: &str = "http://localhost:8080";

/// Somebody with a browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: Vec<(String, String)>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The token that the forms of this page carry.
    pub fn csrf(&self) -> String {
        let tags = html::tags(&self.text());
        let token = html::named(&tags, "input").find(|input| input.get("name") == Some("csrf"));
        token.and_then(|input| input.get("value")).unwrap_or_default().to_owned()
    }
}

/// The page of a form that was refused at a field, with a sentence that says why.
pub fn refused(answer: &Answer, field: &str, sentence: &str) -> String {
    let page = answer.text();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{page}");
    assert!(page.contains(&format!("<a href=\"#{field}\">")), "{field}: {page}");
    assert!(page.contains(&format!("id=\"{field}\"")), "{field}: {page}");
    assert!(page.contains(sentence), "{sentence}: {page}");
    page
}

impl Browser {
    pub fn new(router: Router) -> Self {
        Self { router, cookies: Vec::new() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub async fn head(&mut self, path: &str) -> Answer {
        self.send(Method::HEAD, path, &[], Body::empty()).await
    }

    /// Fills in a form of our own pages: with this session's token and our origin.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf().await;
        let mut all = vec![("csrf", csrf.as_str())];
        all.extend_from_slice(fields);
        self.post_raw(path, &[("origin", ORIGIN), ("sec-fetch-site", "same-origin")], &all).await
    }

    pub async fn post_raw(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let body = serde_urlencoded::to_string(fields).unwrap();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, Body::from(body)).await
    }

    /// Fills in a form of our own with a file in it.
    pub async fn post_file(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, file): (&str, &[u8]),
    ) -> Answer {
        const LINE: &str = "----part";
        let csrf = self.csrf().await;
        let mut body = Vec::new();
        for (field, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            let part =
                format!("--{LINE}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!(
            "--{LINE}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"system.p12\"\r\n\
             Content-Type: application/x-pkcs12\r\n\r\n"
        );
        body.extend([head.as_bytes(), file, format!("\r\n--{LINE}--\r\n").as_bytes()].concat());
        let kind = format!("multipart/form-data; boundary={LINE}");
        let headers =
            [("content-type", kind.as_str()), ("origin", ORIGIN), ("sec-fetch-site", "same-origin")];
        self.send(Method::POST, path, &headers, Body::from(body)).await
    }

    pub async fn csrf(&mut self) -> String {
        self.get("/organisations").await.csrf()
    }

    pub async fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, "localhost:8080");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        let response = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        self.keep_cookies(&parts.headers);
        let stream = parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        // A stream ends when its work does, so its answer alone is looked at.
        let body =
            if stream { Vec::new() } else { axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec() };
        Answer { status: parts.status, headers: parts.headers, body }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            let text = line.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            if !text.contains("Max-Age=0") {
                self.cookies.push((name.to_owned(), rest.split(';').next().unwrap().to_owned()));
            }
        }
    }
}
