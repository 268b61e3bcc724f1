//! Bodies, queries and paths of requests, and versions of objects, with refusals that say what is wrong where.

use api::ProblemCode;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult};

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<Body<T>> {
        let bytes = json_bytes(request, state).await?;
        if has_nul(&bytes) {
            let problem = "a text in it has the character U+0000";
            let detail = format!("The body cannot be understood: {problem}.");
            return Err(ApiError::new(ProblemCode::Malformed, detail).saying(problem));
        }
        Ok(Body(read(&bytes)?))
    }
}

/// A JSON body that carries what others have written, with whatever signs they used.
pub(crate) struct ForeignBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ForeignBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> ApiResult<ForeignBody<T>> {
        Ok(ForeignBody(read(&json_bytes(request, state).await?)?))
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> ApiResult<T> {
    serde_json::from_slice(bytes).map_err(|error| {
        let problem = without_value(&error.to_string());
        ApiError::new(ProblemCode::Malformed, format!("The body cannot be understood: {problem}."))
            .with("problem", problem)
    })
}

/// What serde says of a value that it cannot use, without the value: it may be a password, and what was answered is kept in
/// logs of others.
fn without_value(problem: &str) -> String {
    const KINDS: [&str; 5] = ["boolean", "integer", "floating point", "character", "string"];
    let kept = ["invalid type: ", "invalid value: "].into_iter().find_map(|begin| {
        let kind =
            KINDS.into_iter().find(|kind| problem.strip_prefix(begin).is_some_and(|rest| rest.starts_with(kind)))?;
        // What was expected is in words of ours, which have no such comma; the value may have one.
        let (_, expected) = problem.rsplit_once(", expected ")?;
        Some(format!("{begin}{kind}, expected {expected}"))
    });
    kept.unwrap_or_else(|| problem.to_owned())
}

/// Whether a text or a key in it has the character U+0000, which no database keeps as it is.
fn has_nul(bytes: &[u8]) -> bool {
    fn is_in(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::String(text) => text.contains('\0'),
            serde_json::Value::Array(items) => items.iter().any(is_in),
            serde_json::Value::Object(fields) => fields.iter().any(|(key, value)| key.contains('\0') || is_in(value)),
            _ => false,
        }
    }
    // In JSON it can stand as an escape only (RFC 8259, section 7), which nearly no body has.
    let is_escaped = bytes.windows(6).any(|window| window == br"\u0000");
    is_escaped && serde_json::from_slice(bytes).is_ok_and(|value: serde_json::Value| is_in(&value))
}

/// The bytes of a body that says that it is JSON.
async fn json_bytes<S: Send + Sync>(request: Request, state: &S) -> ApiResult<Bytes> {
    let is_json = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| {
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
    });
    if !is_json {
        let detail = "The body must be JSON, sent as `Content-Type: application/json`.";
        return Err(ApiError::new(ProblemCode::MediaType, detail));
    }
    bytes(request, state).await
}

/// The body as bytes, within the limit of its route.
pub(crate) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> ApiResult<Bytes> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            ApiError::new(ProblemCode::TooLarge, "The body is larger than this route takes.")
        }
        _ => ApiError::new(ProblemCode::Malformed, "The body could not be read to its end."),
    })
}

/// The query of a request.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Query<T>> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            let problem = "a value in it has the character U+0000";
            let detail = format!("The query cannot be understood: {problem}.");
            return Err(ApiError::new(ProblemCode::Malformed, detail).saying(problem));
        }
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Query(query)),
            Err(rejection) => {
                let problem = rejection.body_text();
                let problem = problem.rsplit_once(": ").map_or(problem.as_str(), |(_, problem)| problem).to_owned();
                Err(ApiError::new(ProblemCode::Malformed, format!("The query cannot be understood: {problem}."))
                    .with("problem", problem))
            }
        }
    }
}

/// The parameters in a path. One that cannot be read names nothing that exists.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> ApiResult<Path<T>> {
        if parts.uri.path().contains("%00") {
            return Err(ApiError::not_found("object"));
        }
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Path(path)),
            Err(_) => Err(ApiError::not_found("object")),
        }
    }
}

/// The version in `If-Match` (RFC 9110, section 13.1.1), which every change of something edited needs.
pub(crate) fn if_match(headers: &HeaderMap) -> ApiResult<i64> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        let detail = "This change needs `If-Match` with the `ETag` of what was read, so that nobody's change is lost.";
        return Err(ApiError::new(ProblemCode::Precondition, detail));
    };
    let version = value.to_str().ok().map(|text| text.trim().trim_start_matches("W/").trim_matches('"'));
    version
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| ApiError::new(ProblemCode::Changed, "`If-Match` is not an `ETag` of this object."))
}

/// An object with its version as `ETag`.
pub(crate) struct Versioned<T> {
    pub(crate) status: StatusCode,
    pub(crate) version: i64,
    pub(crate) body: T,
}

impl<T> Versioned<T> {
    pub(crate) fn read(version: i64, body: T) -> Versioned<T> {
        Versioned { status: StatusCode::OK, version, body }
    }

    pub(crate) fn created(version: i64, body: T) -> Versioned<T> {
        Versioned { status: StatusCode::CREATED, version, body }
    }
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body)).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.version)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Login {
        #[expect(dead_code, reason = "it is only read")]
        name: String,
        #[expect(dead_code, reason = "it is only read")]
        lasts: u8,
    }

    #[test]
    fn what_is_wrong_with_a_body_is_told_without_its_values() {
        for (body, told) in [
            (r#""hunter2, expected nothing""#, "invalid type: string, expected struct Login at line 1 column 27"),
            (r#"{"name":12345678}"#, "invalid type: integer, expected a string at line 1 column 16"),
            (r#"{"name":true}"#, "invalid type: boolean, expected a string at line 1 column 12"),
            (r#"{"name":{"a":"hunter2"}}"#, "invalid type: map, expected a string at line 1 column 8"),
            (r#"{"name":"a","lasts":4096}"#, "invalid value: integer, expected u8 at line 1 column 24"),
            (r#"{"name":"a","lasts":1.5}"#, "invalid type: floating point, expected u8 at line 1 column 23"),
            (r#"{"lasts":1}"#, "missing field `name` at line 1 column 11"),
        ] {
            let error = read::<Login>(body.as_bytes()).unwrap_err();
            assert_eq!(error.problem(None).detail, format!("The body cannot be understood: {told}."), "{body}");
        }
    }
}
