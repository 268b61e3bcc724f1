//! What happens, as it happens: server-sent events (HTML Living Standard, 9.2).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use api::ProblemCode;
use api::events::StreamQuery;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use policy::access::{self, Action, Area, Permission, Principal};
use store::events::{self, Event};
use store::integrations::is_like;
use store::{Connection, StoreError, sessions};
use tokio::sync::OwnedSemaphorePermit;

use super::integrations::event;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::{self, Caller};
use crate::json::Query;

/// How often it is looked for events.
const PAUSE: Duration = Duration::from_secs(1);

/// How long nothing is sent at most: middle boxes end silent connections.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

/// How long a stream lives. Whoever follows comes again by itself.
const LIFE: Duration = Duration::from_secs(300);

/// The most events that are read at once.
const STEP: u32 = 200;

/// A transaction that has not ended after this time, in microseconds, will not.
const LONGEST_GAP: i64 = 60 * SECOND;

/// The most topics of one stream.
const MOST_TOPICS: usize = 50;

/// Events of what one may see, as they happen. `Last-Event-ID` goes on where a stream stopped; where that is too long ago,
/// an event `reset` says that some were missed. Jobs are told as they move (`job.queued`, `job.started`, `job.finished`,
/// `job.failed`, `job.cancelled`), one's own to everybody; images that were removed as `image.removed`; those that
/// somebody wants scanned again as `image.rescan_requested`, and once that scan has ended, well or badly, as
/// `image.rescan_ended`; acknowledgements that were taken back as `finding.unacknowledged`; registries that were listed,
/// well or badly, as `registry.listed`.
#[utoipa::path(get, path = "/events/stream", operation_id = "stream_events", tag = "events", params(StreamQuery),
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream")))]
pub(super) async fn events(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> ApiResult<Response> {
    if caller.session.is_some() && caller.user.as_ref().is_some_and(|user| user.must_change) {
        let detail = "The password must be changed first (POST /api/v1/me/password).";
        return Err(ApiError::new(ProblemCode::PasswordChange, detail));
    }
    let topics: Vec<String> = match &query.topics {
        None => vec!["*".to_owned()],
        Some(text) => text.split(',').map(|topic| topic.trim().to_owned()).filter(|topic| !topic.is_empty()).collect(),
    };
    if topics.is_empty() || topics.len() > MOST_TOPICS {
        return Err(ApiError::invalid("topics", format_args!("use 1 to {MOST_TOPICS} topics")));
    }
    let known = || events::TOPICS.iter().chain(events::PASSING);
    let is_told = |wanted: &&String| known().any(|topic| is_like(topic, wanted));
    if let Some(topic) = topics.iter().find(|topic| !is_told(topic)) {
        let (topic, all): (String, _) =
            (topic.chars().take(100).collect(), known().copied().collect::<Vec<_>>().join(", "));
        return Err(ApiError::invalid(
            "topics",
            format_args!("nothing is ever told of `{topic}`; the topics are {all}"),
        ));
    }
    let slot = app.streams.clone().try_acquire_owned().map_err(|_| {
        ApiError::new(ProblemCode::RateLimited, "Too many streams are open; ask the lists meanwhile.").retry_after(30)
    })?;
    let (first, last) = app.read(events::bounds).await?;
    // What is no number was never the id of an event of ours.
    let asked = headers.get("last-event-id").map(|id| id.to_str().ok().and_then(|id| id.trim().parse::<i64>().ok()));
    let mut waiting = VecDeque::from([Bytes::from_static(b"retry: 3000\n\n")]);
    // What lies between was removed, or the number is of another database.
    let is_missed = asked.is_some_and(|id| id.is_none_or(|id| id > last || id.saturating_add(1) < first));
    let behind = match asked.flatten() {
        Some(id) if !is_missed => id,
        _ => last,
    };
    if is_missed {
        waiting.push_back(Bytes::from(format!("id: {last}\nevent: reset\ndata: {{}}\n\n")));
    }
    let began = Instant::now();
    let (owner, session) = (caller.owner(), caller.session.map(|session| (session.user_id, session.id)));
    let follow = Follow { app, owner, session, topics, behind, waiting, began, spoke: began, _slot: slot };
    let stream = futures_util::stream::unfold(follow, |mut follow| async move {
        let next = follow.next().await?;
        Some((Ok::<Bytes, std::convert::Infallible>(next), follow))
    });
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, Body::from_stream(stream)).into_response())
}

struct Follow {
    app: App,
    /// Whoever follows, as jobs know whose rights they have.
    owner: String,
    /// Their user and session, unless a token asks.
    session: Option<(String, String)>,
    topics: Vec<String>,
    behind: i64,
    waiting: VecDeque<Bytes>,
    began: Instant,
    spoke: Instant,
    _slot: OwnedSemaphorePermit,
}

impl Follow {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.waiting.pop_front() {
                self.spoke = Instant::now();
                return Some(bytes);
            }
            if self.began.elapsed() >= LIFE || self.app.streams.is_closed() {
                return None;
            }
            // Nobody is told anything with rights, a session or a token that was taken away meanwhile.
            let principal = self.principal().await?;
            let (behind, owner, topics) = (self.behind, self.owner.clone(), self.topics.clone());
            let read = self.app.read(move |connection| {
                let mut found = events::behind(connection, behind, STEP)?;
                let whole = without_gap(behind, &found, clock::now());
                let is_more = whole == usize::try_from(STEP).unwrap_or(usize::MAX);
                found.truncate(whole);
                let last = found.last().map(|event| event.id);
                let mut told = Vec::new();
                for event in found {
                    told.extend(within(connection, &principal, &owner, &topics, event)?);
                }
                Ok((told, last, is_more))
            });
            let (told, last, is_more) = match read.await {
                Ok(found) => found,
                Err(error) => {
                    tracing::warn!(%error, "a stream of events ends: the store cannot be read");
                    return None;
                }
            };
            self.behind = last.unwrap_or(self.behind);
            self.waiting.extend(told.into_iter().map(line));
            if self.waiting.is_empty() && !is_more {
                if self.spoke.elapsed() >= LONGEST_SILENCE {
                    // The number goes along, so that whoever comes again does not read anew what was not for them.
                    self.waiting.push_back(Bytes::from(format!("id: {}\n: still here\n\n", self.behind)));
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

impl Follow {
    /// Whoever follows, with the rights of this moment; `None` where they may no longer act.
    async fn principal(&self) -> Option<Principal> {
        if let Some((user, session)) = self.session.clone() {
            let of_user = self.app.read(move |connection| {
                Ok(sessions::of_user(connection, &user)?
                    .iter()
                    .any(|open| open.id == session && open.expires > clock::now()))
            });
            if !of_user.await.unwrap_or(false) {
                return None;
            }
        }
        guard::acting(&self.app, &self.owner, clock::now()).await.ok().map(|acting| acting.principal)
    }
}

/// How many of the events are told now. PostgreSQL gives numbers before a transaction ends, so that an earlier number may
/// come later: a gap is waited for, until no transaction can fill it any more.
fn without_gap(behind: i64, found: &[Event], now: i64) -> usize {
    let mut next = behind + 1;
    let is_told = |event: &&Event| {
        let is_next = event.id == next || event.at < now - LONGEST_GAP;
        next = event.id + 1;
        is_next
    };
    found.iter().take_while(is_told).count()
}

/// The event as somebody may see it: of a topic that they follow, within the right to its area and the reach of that, or of a
/// job of their own.
fn within(
    connection: &mut Connection,
    principal: &Principal,
    owner: &str,
    topics: &[String],
    event: Event,
) -> Result<Option<Event>, StoreError> {
    if !topics.iter().any(|topic| is_like(&event.topic, topic)) {
        return Ok(None);
    }
    if events::is_of_owner(connection, owner, &event)? {
        return Ok(Some(event));
    }
    match access::permit(principal, Permission::new(area(&event.topic), Action::Read)) {
        Ok(permit) => events::within_reach(connection, &permit, &principal.id, event),
        Err(_) => Ok(None),
    }
}

/// The area of a topic, by the word before its first dot: `image.verdict` is of the images.
fn area(topic: &str) -> Area {
    let word = topic.split('.').next().unwrap_or_default();
    match word {
        "image" | "tag" | "digest" => Area::Images,
        "finding" => Area::Findings,
        "verdict" => Area::Verdicts,
        "registry" | "repository" => Area::Registries,
        "policy" => Area::Policies,
        "exception" => Area::Exceptions,
        "job" | "scan" => Area::Jobs,
        "intelligence" => Area::Intelligence,
        "integration" => Area::Integrations,
        "user" | "group" | "role" | "scope" | "token" | "session" => Area::Access,
        "audit" => Area::Audit,
        // What is not known is for those who see everything.
        _ => Area::ALL.iter().copied().find(|area| area.as_str() == word).unwrap_or(Area::Settings),
    }
}

fn line(found: Event) -> Bytes {
    let (id, topic) = (found.id, found.topic.clone());
    let data = serde_json::to_string(&event(found)).unwrap_or_default();
    // JSON has no line breaks; a topic is made by the server.
    Bytes::from(format!("id: {id}\nevent: {topic}\ndata: {data}\n\n"))
}

#[cfg(test)]
mod tests;
