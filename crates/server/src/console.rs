//! The web console: files that the build put into this program, served with the headers that keep them to themselves.

use std::io::Read as _;

use api::ProblemCode;
use axum::body::Bytes;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::error::ApiError;
use crate::routes::PREFIX;

/// Scripts, styles and requests from this server alone, nothing inline, no frame around it (CSP Level 3).
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types default";

/// What is said where the console was not built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Bulkhead</title>\
    <h1>The console is not in this server</h1><p>It was built without it. Run <code>make run</code>, or \
    <code>npm ci &amp;&amp; npm run build</code> in the folder <code>console</code>, and build the server again. \
    The API is at <code>/api/v1</code>.</p></html>";

/// A file of the console.
struct File {
    /// Its path without a leading slash.
    path: &'static str,
    /// Its bytes, unless it is there compressed.
    plain: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
    gzip: Option<&'static [u8]>,
}

const FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/console_files.rs"));

/// Answers whatever no route of the API answers.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    answer(FILES, &method, uri.path(), &headers)
}

fn answer(files: &[File], method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if path == PREFIX || path.strip_prefix(PREFIX).is_some_and(|rest| rest.starts_with('/')) {
        return ApiError::not_found("route").into_response();
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return ApiError::new(ProblemCode::Method, "This route does not have this method.").into_response();
    }
    let place = path.trim_start_matches('/');
    match files.iter().find(|file| file.path == place) {
        Some(file) => send(file, headers),
        // A part of another version of the console: never its first page instead of a script.
        None if place.starts_with("assets/") => ApiError::not_found("file").into_response(),
        // Any other address is a page of the console, which reads it itself.
        None => match files.iter().find(|file| file.path == "index.html") {
            Some(index) => send(index, headers),
            None => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response(),
        },
    }
}

fn send(file: &File, headers: &HeaderMap) -> Response {
    let accepts = |coding: &str| {
        let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        accepted.split(',').any(|part| {
            let mut parts = part.split(';').map(str::trim);
            // `br;q=0` says that it is not accepted (RFC 9110, section 12.5.3).
            let name = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
            name && !parts.any(|weight| matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    let (body, coding) = match (file.brotli, file.gzip, file.plain) {
        (Some(brotli), _, _) if accepts("br") => (Bytes::from_static(brotli), Some("br")),
        (_, Some(gzip), _) if accepts("gzip") => (Bytes::from_static(gzip), Some("gzip")),
        (_, _, Some(plain)) => (Bytes::from_static(plain), None),
        (_, Some(gzip), None) => match unpacked(gzip) {
            Ok(plain) => (Bytes::from(plain), None),
            Err(error) => {
                tracing::error!(%error, path = file.path, "a file of the console cannot be unpacked");
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        },
        (_, None, None) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    // The names of assets are made of their content.
    let lifetime = if file.path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = body.into_response();
    let told: [(HeaderName, &'static str); 4] = [
        (header::CONTENT_TYPE, kind(file.path)),
        (header::CACHE_CONTROL, lifetime),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::VARY, "accept-encoding"),
    ];
    for (name, value) in told {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// The few clients that take no compression get it unpacked.
fn unpacked(gzip: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(gzip).read_to_end(&mut plain)?;
    Ok(plain)
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("jpg") => "image/jpeg",
        Some("woff2") => "font/woff2",
        Some("json") => "application/json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(text: &str) -> &'static [u8] {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        Vec::leak(encoder.finish().unwrap())
    }

    fn ask(path: &str, accepted: &str) -> (StatusCode, HeaderMap) {
        let files = [
            File { path: "assets/a-1.js", plain: None, brotli: Some(b"br"), gzip: Some(packed("script")) },
            File { path: "icon.svg", plain: Some(b"<svg/>"), brotli: None, gzip: None },
            File { path: "index.html", plain: None, brotli: Some(b"br"), gzip: Some(packed("page")) },
        ];
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_str(accepted).unwrap());
        let response = answer(&files, &Method::GET, path, &headers);
        (response.status(), response.headers().clone())
    }

    #[test]
    fn pages_of_the_console_are_its_first_page() {
        for path in ["/", "/images", "/images/sha256:0a", "/apiary"] {
            let (status, headers) = ask(path, "gzip, br");
            assert_eq!(status, StatusCode::OK, "{path}");
            assert_eq!(headers[header::CONTENT_ENCODING], "br", "{path}");
            assert_eq!(headers[header::CACHE_CONTROL], "no-cache");
            assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("script-src 'self'"));
        }
    }

    #[test]
    fn routes_of_the_api_stay_what_they_are() {
        for path in ["/api/v1", "/api/v1/nothing"] {
            let (status, headers) = ask(path, "br");
            assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            assert_eq!(headers[header::CONTENT_TYPE], "application/problem+json");
        }
    }

    #[test]
    fn files_named_by_their_content_are_kept_for_ever_and_others_asked_for_anew() {
        assert_eq!(ask("/assets/a-1.js", "br").1[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(ask("/icon.svg", "br").1[header::CACHE_CONTROL], "no-cache");
        assert_eq!(ask("/assets/a-2.js", "br").0, StatusCode::NOT_FOUND);
    }

    #[test]
    fn compression_is_what_the_client_takes() {
        let coding = |accepted| ask("/", accepted).1.get(header::CONTENT_ENCODING).cloned();
        assert_eq!(coding("gzip, deflate").unwrap(), "gzip");
        assert_eq!(coding("br;q=0, gzip").unwrap(), "gzip");
        assert_eq!(coding("identity"), None);
    }

    #[test]
    fn other_methods_and_a_server_without_console_say_so() {
        let response = answer(&[], &Method::POST, "/images", &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        let response = answer(&[], &Method::GET, "/images", &HeaderMap::new());
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    }
}
