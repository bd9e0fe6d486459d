//! Style sheets, fonts, icons and the one script: embedded in the program, served under their content's hash.
//!
//! The octets stay in the binary and are never copied to the heap.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// Which look this build carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StyleSheet {
    /// Det Fælles Designsystem, as wanted.
    Designsystem,
    /// Our own plain sheet, because npm or the network was missing when the program was built.
    Plain,
}

/// The look that this build carries; told in the footer and by `doctor`.
pub fn style_sheet() -> StyleSheet {
    STYLE_SHEET
}

/// One embedded file.
#[derive(Debug)]
struct File {
    path: &'static str,
    kind: &'static str,
    octets: &'static [u8],
}

/// The address of an embedded file; it changes whenever any content does.
pub fn address(path: &str) -> String {
    format!("/static/{VERSION}/{path}")
}

/// `GET /static/{version}/{*path}`
pub async fn serve(Path((version, path)): Path<(String, String)>) -> Response {
    let Some(file) = FILES.iter().find(|file| file.path == path && version == VERSION) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = HeaderValue::from_static(file.kind);
    let caching = HeaderValue::from_static("public, max-age=31536000, immutable");
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, caching)], file.octets).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_a_style_sheet_points_to_is_embedded() {
        for sheet in FILES.iter().filter(|file| file.kind.starts_with("text/css")) {
            let text = std::str::from_utf8(sheet.octets).unwrap();
            for tail in text.split("url(").skip(1) {
                let path = tail.split(')').next().unwrap().trim_matches('"').trim_start_matches("../");
                assert!(FILES.iter().any(|file| file.path == path), "{} wants {path}", sheet.path);
            }
        }
    }
}
