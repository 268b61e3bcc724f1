//! `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): a creation that is sent again with its key is not done
//! again, and answers the same.
//!
//! It stands around every `POST` whose sender is recognized, so that no handler has to think of it. The answer is kept
//! sealed, since it may hold a secret that is shown once. A request goes on when its sender has gone away: otherwise nobody
//! could tell whether the object was made.

use api::ProblemCode;
use aws_lc_rs::digest::{Context, SHA256};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt as _;
use store::idempotency::{self, KeptAnswer, Known};

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};

/// How long a key is remembered: a day.
pub(crate) const KEPT: i64 = 24 * 3600 * SECOND;

/// The longest key, in characters.
const LONGEST_KEY: usize = 128;

const HEADER: &str = "idempotency-key";

/// The key of a request; `None` where it has none.
pub(crate) fn key(headers: &HeaderMap) -> ApiResult<Option<String>> {
    let Some(value) = headers.get(HEADER) else { return Ok(None) };
    let text = value.to_str().ok().map(|text| text.trim().trim_matches('"'));
    match text
        .filter(|text| (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()))
    {
        Some(text) => Ok(Some(text.to_owned())),
        None => {
            let detail = "`Idempotency-Key` must be 1 to 128 visible ASCII characters, a UUID for example.";
            Err(ApiError::new(ProblemCode::Malformed, detail))
        }
    }
}

/// Runs a request once for its key, or answers as the first time.
pub(crate) async fn once(app: &App, principal: &str, key: String, request: Request, next: Next) -> Response {
    match claim(app, principal, &key, request).await {
        Err(error) => error.into_response(),
        Ok(Claimed::Before(answer)) => *answer,
        Ok(Claimed::Now(request)) => {
            let (app, principal) = (app.clone(), principal.to_owned());
            let work = tokio::spawn(async move { keep(&app, principal, key, next.run(*request).await).await });
            work.await.unwrap_or_else(|_| {
                ApiError::new(ProblemCode::Defect, "The server met a defect; its log says more.").into_response()
            })
        }
    }
}

enum Claimed {
    Before(Box<Response>),
    Now(Box<Request>),
}

async fn claim(app: &App, principal: &str, key: &str, request: Request) -> ApiResult<Claimed> {
    let (parts, body) = request.into_parts();
    let mut context = Context::new(&SHA256);
    context.update(parts.method.as_str().as_bytes());
    context.update(b" ");
    context.update(parts.uri.path_and_query().map_or("", |path| path.as_str()).as_bytes());
    context.update(b"\n");
    let extensions = parts.extensions.clone();
    let mut limited = Request::new(body);
    *limited.extensions_mut() = extensions;
    let bytes = crate::json::bytes(limited, &()).await?;
    context.update(&bytes);
    let hash = context.finish().as_ref().to_vec();
    let now = clock::now();
    let (owner, name) = (principal.to_owned(), key.to_owned());
    let known =
        app.note(move |connection| idempotency::claim(connection, &owner, &name, &hash, now, now - KEPT)).await?;
    match known {
        Known::Claimed => Ok(Claimed::Now(Box::new(Request::from_parts(parts, Body::from(bytes))))),
        Known::Other => {
            let detail = "This `Idempotency-Key` was used for another request; use a new one for each.";
            Err(ApiError::new(ProblemCode::Idempotency, detail).with("reason", "other_request"))
        }
        Known::UnderWay => {
            let detail = "The first request with this `Idempotency-Key` is under way, or ended without an answer; look \
                whether the object is there before using another key.";
            Err(ApiError::new(ProblemCode::Idempotency, detail).with("reason", "under_way").retry_after(2))
        }
        Known::Answered(answer) => Ok(Claimed::Before(Box::new(again(app, principal, key, &answer)?))),
    }
}

fn again(app: &App, principal: &str, key: &str, answer: &KeptAnswer) -> ApiResult<Response> {
    let sealed = STANDARD.decode(&answer.body).unwrap_or_default();
    let body = app.sealer.open(&belongs_to(principal, key), &sealed).map_err(|error| {
        tracing::error!(%error, "the answer of an idempotency key cannot be opened");
        ApiError::new(ProblemCode::Defect, "The first answer cannot be read any more; the object was made.")
    })?;
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    let mut response = (status.unwrap_or(StatusCode::CREATED), body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("idempotent-replayed", HeaderValue::from_static("true"));
    if let Some(tag) = HeaderValue::from_str(&answer.etag).ok().filter(|tag| !tag.is_empty()) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Keeps what was created; where nothing was, the key is free for another try.
async fn keep(app: &App, principal: String, key: String, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let bytes = match body.collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => return ApiError::new(ProblemCode::Defect, "The answer ended early.").into_response(),
    };
    let kept = parts.status.is_success().then(|| KeptAnswer {
        status: parts.status.as_u16().into(),
        etag: parts.headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default().to_owned(),
        body: STANDARD.encode(app.sealer.seal(&belongs_to(&principal, &key), &bytes)),
    });
    let noted = app
        .note(move |connection| match &kept {
            Some(answer) => idempotency::keep(connection, &principal, &key, answer),
            None => idempotency::release(connection, &principal, &key),
        })
        .await;
    if let Err(error) = noted {
        tracing::warn!(%error, "the answer of an idempotency key was not kept: it answers as under way");
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn belongs_to(principal: &str, key: &str) -> String {
    format!("idempotency/{principal}/{key}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{Answer, As, TestServer};

    fn make(server: &TestServer, who: &As, key: &str, name: &str) -> Answer {
        let body = json!({ "name": name, "permissions": ["images.read"] });
        server.ask_with(who, "POST", "/tokens", &[("idempotency-key", key)], body)
    }

    #[test]
    fn the_same_key_answers_the_same_and_creates_once() {
        let server = TestServer::new();
        let who = server.token("access.read,access.write,images.read");
        let first = make(&server, &who, "k1", "ci");
        first.expect(201);
        let second = make(&server, &who, "k1", "ci");
        second.expect(201);
        assert_eq!((second.header("idempotent-replayed"), &second.body), ("true", &first.body));
        assert_eq!(server.ask(&who, "GET", "/tokens", json!(null)).body["items"].as_array().unwrap().len(), 2);
        let other = make(&server, &who, "k1", "another");
        assert_eq!((other.status, other.code()), (409, "request.idempotency"));
        make(&server, &who, "k2", "ci").expect(201);
        let another = server.token("access.read,access.write,images.read");
        assert_eq!(make(&server, &another, "k1", "ci").header("idempotent-replayed"), "", "keys are one's own");
    }

    #[test]
    fn what_was_refused_may_be_tried_again_with_its_key() {
        let server = TestServer::new();
        let who = server.token("access.read,access.write,images.read");
        assert_eq!(make(&server, &who, "k1", "").status, 422);
        make(&server, &who, "k1", "ci").expect(201);
        assert_eq!(make(&server, &who, "not a key", "ci").code(), "request.malformed");
    }

    #[test]
    fn a_key_whose_request_is_under_way_is_refused() {
        let server = TestServer::new();
        let who = server.token("access.read,access.write,images.read");
        make(&server, &who, "k1", "ci").expect(201);
        server
            .app
            .store
            .write_blocking(store::Lane::Beside, |connection| {
                connection.execute("UPDATE idempotency SET status = 0", &[]).map(|_| ())
            })
            .unwrap();
        let answer = make(&server, &who, "k1", "ci");
        assert_eq!((answer.status, answer.code()), (409, "request.idempotency"));
        assert_eq!(answer.body["parameters"]["reason"], "under_way");
    }

    #[test]
    fn a_secret_in_an_answer_is_not_stored_readable() {
        let server = TestServer::new();
        let who = server.token("access.read,access.write,images.read");
        let secret = make(&server, &who, "k1", "ci").body["secret"].as_str().unwrap().to_owned();
        let stored = server
            .app
            .store
            .read_blocking(|connection| Ok(connection.row("SELECT body FROM idempotency", &[])?.unwrap().text(0)));
        assert!(!stored.unwrap().contains(&secret));
    }
}
