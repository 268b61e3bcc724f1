//! What is around every request: an id, a time limit, headers, a line in the log, a count; and no panic gets out.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use api::ProblemCode;
use axum::Router;
use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use futures_util::{FutureExt as _, StreamExt as _, stream};

use crate::app::App;
use crate::error::ApiError;
use crate::guard::RequestId;
use crate::{clock, console, ids, routes};

/// How long an answer may take to begin, where its route does not say otherwise.
const LONGEST_ANSWER: Duration = Duration::from_secs(60);

/// What is taken of a body that nobody reads, and for how long.
const MOST_LEFT_BYTES: usize = 64 << 20;
const LEFT_WAIT: Duration = Duration::from_secs(5);

/// Headers of every answer.
const HEADERS: &[(&str, &str)] = &[
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ("referrer-policy", "same-origin"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
];

/// Puts the frame around the routes.
pub(crate) fn around(router: Router, app: &App) -> Router {
    around_within(router, app, LONGEST_ANSWER)
}

fn around_within(router: Router, app: &App, longest: Duration) -> Router {
    router
        .fallback(console::serve)
        .method_not_allowed_fallback(|| async {
            ApiError::new(ProblemCode::Method, "This route does not have this method.")
        })
        .layer(middleware::from_fn_with_state((app.clone(), longest), frame))
}

async fn frame(State((app, longest)): State<(App, Duration)>, mut request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = ids::new(clock::now());
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let longest = route.as_deref().and_then(routes::longest).unwrap_or(longest);
    // RFC 9112, section 3.2: whatever stands between might have gone by the other one.
    let has_one_host = request.headers().get_all(header::HOST).iter().count() < 2;
    let is_awaited = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| watched(body, Arc::clone(&is_awaited)));
    let next = async {
        match has_one_host {
            true => next.run(request).await,
            false => ApiError::new(ProblemCode::Malformed, "The request names more than one host.").into_response(),
        }
    };
    let answer = AssertUnwindSafe(tokio::time::timeout(longest, next)).catch_unwind();
    let mut response = match answer.await {
        Ok(Ok(response)) => response,
        Ok(Err(_)) if is_awaited.load(Ordering::Relaxed) => {
            ApiError::new(ProblemCode::Slow, "The body stopped coming; nothing was changed.").into_response()
        }
        Ok(Err(_)) => {
            let detail = "The answer took too long; what was asked may or may not have been done.";
            ApiError::new(ProblemCode::Timeout, detail).retry_after(5).into_response()
        }
        Err(_) => {
            tracing::error!(request.id = %id, http.path = %path, "a request met a defect");
            ApiError::new(ProblemCode::Defect, "The server met a defect; its log says more.").into_response()
        }
    };
    if let Some(error) = response.extensions_mut().remove::<ApiError>() {
        let body = serde_json::to_vec(&error.problem(Some(&id))).unwrap_or_default();
        let headers = response.headers().clone();
        let mut told = (response.status(), body).into_response();
        let kept = [
            header::CONTENT_TYPE,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            header::ACCEPT,
            header::ACCEPT_ENCODING,
        ];
        for name in kept {
            if let Some(value) = headers.get(&name) {
                told.headers_mut().insert(name, value.clone());
            }
        }
        response = told;
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", value);
    }
    let (took, status) = (began.elapsed(), response.status().as_u16());
    app.metrics.histogram("bulkhead_http_request_seconds", "How long answers took to begin.").observe(took);
    let labels = format!("route=\"{}\",status=\"{status}\"", route.as_deref().unwrap_or("none"));
    app.metrics.counter("bulkhead_http_requests", "Answers by route and status.", &labels).add(1);
    tracing::info!(
        request.id = %id, http.method = %method, http.path = %path, http.status = status,
        time_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX), "request"
    );
    response
}

/// A body with a sign that is up while somebody waits for more of it.
fn watched(body: Body, is_awaited: Arc<AtomicBool>) -> Body {
    if body.is_end_stream() {
        return body;
    }
    let mut pieces = Pieces(Some(body.into_data_stream()));
    Body::from_stream(stream::poll_fn(move |context| {
        let polled = pieces.0.as_mut().map_or(Poll::Ready(None), |left| left.poll_next_unpin(context));
        is_awaited.store(polled.is_pending(), Ordering::Relaxed);
        if !matches!(polled, Poll::Pending | Poll::Ready(Some(Ok(_)))) {
            pieces.0 = None;
        }
        polled
    }))
}

/// What has yet to come of a body. Where nobody reads it to its end, because it is too large or nobody may send it, the rest is
/// taken for a while: as long as it comes, an answer would be lost with its stream (HTTP/2) or connection (HTTP/1.1).
struct Pieces(Option<BodyDataStream>);

impl Drop for Pieces {
    fn drop(&mut self) {
        let (Some(mut left), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) else { return };
        runtime.spawn(tokio::time::timeout(LEFT_WAIT, async move {
            let mut bytes = 0;
            while let Some(Ok(piece)) = left.next().await
                && bytes < MOST_LEFT_BYTES
            {
                bytes += piece.len();
            }
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use axum::routing::post;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::json::bytes;
    use crate::testing::TestServer;

    /// A part of a body, and then nothing for ever.
    fn stalling() -> Request {
        let part = stream::once(async { Ok::<_, std::io::Error>("{\"name\":") });
        let request = Request::builder().method("POST").uri("/x").header("content-type", "application/json");
        request.body(Body::from_stream(part.chain(stream::pending()))).unwrap()
    }

    #[test]
    fn a_body_that_nobody_reads_is_taken_as_far_as_its_answer_needs() {
        let server = TestServer::new();
        let router = around(Router::new().route("/x", post(|| async { "done" })), &server.app);
        for (count, taken) in [(3, 3), (1000, (MOST_LEFT_BYTES >> 20) + 1)] {
            let sent = Arc::new(AtomicUsize::new(0));
            let own = Arc::clone(&sent);
            let pieces = stream::iter(0..count).map(move |_| {
                own.fetch_add(1, Ordering::Relaxed);
                Ok::<_, std::io::Error>(vec![0_u8; 1 << 20])
            });
            let request = Request::builder().method("POST").uri("/x").body(Body::from_stream(pieces)).unwrap();
            server.run(async {
                assert_eq!(router.clone().oneshot(request).await.unwrap().status().as_u16(), 200);
                let began = Instant::now();
                while sent.load(Ordering::Relaxed) < taken && began.elapsed() < LONGEST_ANSWER {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            });
            assert_eq!(sent.load(Ordering::Relaxed), taken);
        }
    }

    #[test]
    fn a_request_with_two_hosts_is_refused_before_anything_else() {
        let server = TestServer::new();
        let router = around(Router::new().route("/x", post(|| async { "done" })), &server.app);
        let status = |hosts: &[&str]| {
            let request = hosts
                .iter()
                .fold(Request::builder().method("POST").uri("/x"), |request, host| request.header(header::HOST, *host));
            let request = request.body(Body::empty()).unwrap();
            server.run(async { router.clone().oneshot(request).await.unwrap().status().as_u16() })
        };
        assert_eq!((status(&["a.example"]), status(&["a.example", "b.example"])), (200, 400));
        assert_eq!(status(&["a.example", "a.example"]), 400);
    }

    #[test]
    fn a_body_that_stalls_is_waited_for_no_longer_than_any_answer() {
        let server = TestServer::new();
        let handler = |request: Request| async { bytes(request, &()).await.map(|_| "read") };
        let router = around_within(Router::new().route("/x", post(handler)), &server.app, Duration::from_millis(200));
        let (status, problem) = server.run(async {
            let answer = tokio::time::timeout(Duration::from_secs(30), router.oneshot(stalling()));
            let answer = answer.await.expect("it is not waited for").unwrap();
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice::<api::Problem>(&body).unwrap())
        });
        assert_eq!((status, problem.code.as_str()), (408, "request.slow"));
    }

    #[test]
    fn a_route_that_takes_large_files_has_a_limit_of_its_own() {
        let server = TestServer::new();
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            "done"
        };
        let routes = Router::new().route("/intelligence/import", post(slow)).route("/policies", post(slow));
        let router = Router::new().nest(routes::PREFIX, routes);
        let router = around_within(router, &server.app, Duration::from_millis(100));
        let status = |path: &str| {
            let request = Request::builder().method("POST").uri(format!("{}{path}", routes::PREFIX));
            let request = request.body(Body::empty()).unwrap();
            server.run(async { router.clone().oneshot(request).await.unwrap().status().as_u16() })
        };
        assert_eq!(status("/policies"), ProblemCode::Timeout.status());
        assert_eq!(status("/intelligence/import"), 200);
    }
}
