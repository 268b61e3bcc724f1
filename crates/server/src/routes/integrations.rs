//! Integrations: targets of notifications.

use std::collections::BTreeMap;

use api::integrations::{
    DeadLetter, Event, Integration, IntegrationEdit, IntegrationTest, MailSecurity, Retried, Target,
};
use api::{Moment, Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use formats::Language;
use store::events::TOPICS;
use store::outbox::Delivered;
use store::{Connection, StoreError, audit, integrations, outbox};

use super::paging::{Asked, before, named, told, unfiltered};
use super::users::email;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::notify::{self, Message, belongs_to};
use crate::{clock, ids};

/// The longest address, key or password, in bytes.
const LONGEST_TEXT: usize = 2048;

/// The most topics or recipients of one integration.
const MOST_ENTRIES: usize = 50;

/// The longest time that events are gathered for, in seconds: a day.
const LONGEST_DIGEST: u32 = 24 * 3600;

/// Integrations by name.
#[utoipa::path(get, path = "/integrations", operation_id = "list_integrations", tag = "integrations",
    params(PageQuery), responses((status = 200, description = "A page of integrations", body = Page<Integration>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Integration>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, integrations::KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| {
        let found = integrations::list(connection, &permit, &own)?;
        found.into_iter().map(|(own, place)| Ok((view(connection, own)?, place))).collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(asked.page(found.await?, |integration| integration)))
}

/// Makes an integration.
#[utoipa::path(post, path = "/integrations", operation_id = "create_integration", tag = "integrations",
    request_body = IntegrationEdit, responses((status = 201, description = "The integration", body = Integration)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(edit): Body<IntegrationEdit>,
) -> ApiResult<Versioned<Integration>> {
    let now = clock::now();
    caller.has_confirmed(now)?;
    let id = ids::new(now);
    let checked = Checked::of(&app, &edit, &id)?;
    if checked.secret.is_none() && matches!(edit.target, Target::Slack { .. }) {
        return Err(ApiError::invalid("secret", "the address of the incoming webhook is needed"));
    }
    let new = integrations::Integration {
        id,
        name: checked.name,
        kind: kind(&edit.target).to_owned(),
        settings: checked.settings,
        secret: checked.secret,
        topics: edit.topics,
        language: edit.language,
        digest: i64::from(edit.digest_seconds) * clock::SECOND,
        is_enabled: edit.is_enabled,
        delivered: None,
        failed: None,
        failure: None,
        created: now,
        changed: now,
        version: 1,
    };
    let permit = caller.permit()?;
    let integration = app
        .change(move |connection| {
            integrations::insert(connection, &permit, &new)?;
            let is = view(connection, new.clone())?;
            let mut record = caller.entry(now, "integration.create", "integration", &is.id, &is.name);
            record.after = told(&is);
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::created(1, integration))
}

/// An integration, without its credentials.
#[utoipa::path(get, path = "/integrations/{id}", operation_id = "show_integration", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    responses((status = 200, description = "The integration", body = Integration)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Versioned<Integration>> {
    let permit = caller.permit()?;
    let (version, integration) = app
        .read(move |connection| {
            let found = integrations::by_id(connection, &permit, &id)?;
            Ok((found.version, view(connection, found)?))
        })
        .await?;
    Ok(Versioned::read(version, integration))
}

/// Changes an integration. Credentials stay where none are given, unless the target moves: what was given for one place is
/// not sent to another.
#[utoipa::path(put, path = "/integrations/{id}", operation_id = "update_integration", tag = "integrations",
    request_body = IntegrationEdit, params(("id" = String, Path, description = "The integration")),
    responses((status = 200, description = "The integration as it is", body = Integration)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<IntegrationEdit>,
) -> ApiResult<Versioned<Integration>> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    let checked = Checked::of(&app, &edit, &id)?;
    let permit = caller.permit()?;
    let (wanted, own) = (id.clone(), permit.clone());
    let before = app.read(move |connection| integrations::by_id(connection, &own, &wanted)).await?;
    if before.version != version {
        return Err(StoreError::Changed { what: "integration" }.into());
    }
    let target: Target = target_of(&before)?;
    if place(&target) != place(&edit.target) && before.secret.is_some() && checked.secret.is_none() {
        let detail = "it must be given again where the target is another";
        return Err(ApiError::invalid("secret", detail));
    }
    let after = integrations::Integration {
        name: checked.name,
        kind: kind(&edit.target).to_owned(),
        settings: checked.settings,
        secret: checked.secret.or_else(|| before.secret.clone()),
        topics: edit.topics,
        language: edit.language,
        digest: i64::from(edit.digest_seconds) * clock::SECOND,
        is_enabled: edit.is_enabled,
        changed: now,
        version: version + 1,
        ..before.clone()
    };
    if before.kind != after.kind {
        return Err(ApiError::invalid("target.kind", "the kind of an integration stays; make another one"));
    }
    let integration = app
        .change(move |connection| {
            let was = view(connection, before.clone())?;
            integrations::update(connection, &permit, &after)?;
            let is = view(connection, after.clone())?;
            let mut record = caller.entry(now, "integration.update", "integration", &is.id, &is.name);
            (record.before, record.after) = (told(&was), told(&is));
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::read(version + 1, integration))
}

/// Removes an integration with what it was still to be told.
#[utoipa::path(delete, path = "/integrations/{id}", operation_id = "delete_integration", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    responses((status = 204, description = "The integration is gone")))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    let permit = caller.permit()?;
    app.change(move |connection| {
        let before = integrations::by_id(connection, &permit, &id)?;
        if before.version != version {
            return Err(StoreError::Changed { what: "integration" });
        }
        let was = view(connection, before)?;
        integrations::delete(connection, &permit, &id)?;
        let mut record = caller.entry(now, "integration.delete", "integration", &id, &was.name);
        record.before = told(&was);
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test message at once, and tells how it fared.
#[utoipa::path(post, path = "/integrations/{id}/test", operation_id = "test_integration", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    responses((status = 200, description = "Whether it arrived", body = IntegrationTest)))]
pub(super) async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<IntegrationTest>> {
    let permit = caller.permit()?;
    let found = app.read(move |connection| integrations::by_id(connection, &permit, &id)).await?;
    let mut record = caller.entry(clock::now(), "integration.test", "integration", &found.id, &found.name);
    let ended = notify::deliver(&app, &found, Message::test(&found.language)).await;
    let failure = match ended {
        Delivered::Well => None,
        Delivered::Later(failure) | Delivered::Never(failure) => Some(failure),
    };
    if failure.is_some() {
        record.outcome = audit::Outcome::Failed;
    }
    app.change(move |connection| audit::append(connection, &record).map(|_| ())).await?;
    let failure_ja = failure.as_deref().and_then(in_japanese);
    Ok(Json(IntegrationTest { is_delivered: failure.is_none(), failure, failure_ja }))
}

/// What was given up for an integration, the newest first.
#[utoipa::path(get, path = "/integrations/{id}/dead-letters", operation_id = "list_dead_letters", tag = "integrations",
    params(("id" = String, Path, description = "The integration"), PageQuery),
    responses((status = 200, description = "A page of messages", body = Page<DeadLetter>)))]
pub(super) async fn dead_letters(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<DeadLetter>>> {
    unfiltered(&query)?;
    let (permit, before, limit) = (caller.permit()?, before(&query)?, query.limit());
    let found = app
        .read(move |connection| {
            integrations::by_id(connection, &permit, &id)?;
            outbox::dead_letters(connection, &permit, &id, before, limit + 1)
        })
        .await?;
    let items = found
        .into_iter()
        .map(|letter| DeadLetter {
            id: letter.id,
            event: event(letter.event),
            attempts: letter.attempts,
            failure_ja: in_japanese(&letter.failure),
            failure: letter.failure,
        })
        .collect();
    Ok(Json(Page::of(items, limit, |letter: &DeadLetter| letter.id.to_string())))
}

/// Tries everything again that was given up for an integration.
#[utoipa::path(post, path = "/integrations/{id}/retry", operation_id = "retry_dead_letters", tag = "integrations",
    params(("id" = String, Path, description = "The integration")),
    responses((status = 200, description = "How many messages", body = Retried)))]
pub(super) async fn retry(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Json<Retried>> {
    let (now, permit) = (clock::now(), caller.permit()?);
    let retried = app
        .change(move |connection| {
            let found = integrations::by_id(connection, &permit, &id)?;
            let retried = outbox::retry(connection, &permit, &id, now)?;
            let mut record = caller.entry(now, "integration.retry", "integration", &id, &found.name);
            record.after = Some(serde_json::json!({ "retried": retried }));
            audit::append(connection, &record)?;
            Ok(retried)
        })
        .await?;
    Ok(Json(Retried { retried }))
}

/// What was given, found to be usable.
struct Checked {
    name: String,
    settings: String,
    secret: Option<Vec<u8>>,
}

impl Checked {
    fn of(app: &App, edit: &IntegrationEdit, id: &str) -> ApiResult<Checked> {
        check_target(&edit.target)?;
        if edit.topics.is_empty() || edit.topics.len() > MOST_ENTRIES {
            return Err(ApiError::invalid("topics", "use 1 to 50 topics as `verdict.changed`, `image.*` or `*`"));
        }
        let is_told = |wanted: &&String| TOPICS.iter().any(|topic| integrations::is_like(topic, wanted));
        if let Some(topic) = edit.topics.iter().find(|topic| !is_told(topic)) {
            let topic: String = topic.chars().take(100).collect();
            let what = format!("nothing is ever told of `{topic}`; the topics are {}", TOPICS.join(", "));
            return Err(ApiError::invalid("topics", what));
        }
        if !["en", "ja"].contains(&edit.language.as_str()) {
            return Err(ApiError::invalid("language", "use `en` or `ja`"));
        }
        if edit.digest_seconds > LONGEST_DIGEST {
            return Err(ApiError::invalid("digest_seconds", format_args!("use at most {LONGEST_DIGEST}")));
        }
        let secret = match &edit.secret {
            None => None,
            Some(secret) => {
                if secret.is_empty() || secret.len() > LONGEST_TEXT || secret.chars().any(char::is_control) {
                    return Err(ApiError::invalid("secret", "use 1 to 2,048 bytes without line breaks"));
                }
                if matches!(edit.target, Target::Slack { .. }) {
                    check_url("secret", secret)?;
                }
                Some(app.sealer.seal(&belongs_to(id), secret.as_bytes()))
            }
        };
        let settings = serde_json::to_string(&edit.target).map_err(|error| ApiError::invalid("target", error))?;
        Ok(Checked { name: named(&edit.name)?, settings, secret })
    }
}

fn check_target(target: &Target) -> ApiResult<()> {
    let template = match target {
        Target::Webhook { url, template } => {
            check_url("target.url", url)?;
            template
        }
        Target::Slack { template } => template,
        Target::Email { host, port, security, user, from, to, template } => {
            let is_host = (1..=253).contains(&host.len())
                && host.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-:".contains(letter));
            if !is_host || *port == 0 {
                return Err(ApiError::invalid("target.host", "use a name or address, with a port"));
            }
            let is_user = |user: &String| user.len() <= 256 && !user.chars().any(char::is_control);
            if !user.as_ref().is_none_or(is_user) {
                return Err(ApiError::invalid("target.user", "use up to 256 bytes without line breaks"));
            }
            if user.is_some() && *security == MailSecurity::None {
                let detail = "no password is sent over a line that is not encrypted: use `tls` or `starttls`";
                return Err(ApiError::invalid("target.security", detail));
            }
            if to.is_empty() || to.len() > MOST_ENTRIES {
                return Err(ApiError::invalid("target.to", format_args!("use 1 to {MOST_ENTRIES} recipients")));
            }
            std::iter::once(from).chain(to).try_for_each(|address| {
                match email(address)? == *address && address.is_ascii() {
                    true => Ok(()),
                    false => Err(ApiError::invalid("target.to", "use addresses of ASCII letters, without spaces")),
                }
            })?;
            template
        }
    };
    match template {
        None => Ok(()),
        Some(template) => {
            notify::check_template(template).map_err(|problem| ApiError::invalid("target.template", problem))
        }
    }
}

fn check_url(field: &str, url: &str) -> ApiResult<()> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let authority = rest.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let is_good = url.len() <= LONGEST_TEXT
        && url.chars().all(|letter| letter.is_ascii_graphic())
        && authority.is_some_and(|authority| !authority.is_empty() && !authority.contains('@'))
        && url.parse::<axum::http::Uri>().is_ok();
    match is_good {
        true => Ok(()),
        false => Err(ApiError::invalid(field, "use an address as https://host/path, without user and password")),
    }
}

fn kind(target: &Target) -> &'static str {
    match target {
        Target::Webhook { .. } => "webhook",
        Target::Slack { .. } => "slack",
        Target::Email { .. } => "email",
    }
}

/// Where credentials are sent to, and under which protection.
fn place(target: &Target) -> String {
    match target {
        Target::Webhook { url, .. } => url.clone(),
        Target::Slack { .. } => String::new(),
        Target::Email { host, port, security, user, .. } => format!("{host}:{port} {security:?} {user:?}"),
    }
}

fn target_of(integration: &integrations::Integration) -> Result<Target, StoreError> {
    serde_json::from_str(&integration.settings)
        .map_err(|error| StoreError::Damaged { place: "integrations.settings", problem: error.to_string() })
}

fn view(connection: &mut Connection, integration: integrations::Integration) -> Result<Integration, StoreError> {
    let backlog = outbox::backlog(connection, &integration.id)?;
    Ok(Integration {
        target: target_of(&integration)?,
        id: integration.id,
        name: integration.name,
        has_secret: integration.secret.is_some(),
        topics: integration.topics,
        language: integration.language,
        digest_seconds: u32::try_from(integration.digest / clock::SECOND).unwrap_or(u32::MAX),
        is_enabled: integration.is_enabled,
        waiting: u64::try_from(backlog.count).unwrap_or_default(),
        has_more_waiting: backlog.has_more,
        delivered: integration.delivered.map(Moment),
        failed: integration.failed.map(Moment),
        failure_ja: integration.failure.as_deref().and_then(in_japanese),
        failure: integration.failure,
        created: Moment(integration.created),
        changed: Moment(integration.changed),
    })
}

/// Why a message did not arrive, in Japanese.
fn in_japanese(failure: &str) -> Option<String> {
    formats::field_problem_in(Language::Japanese, failure)
}

/// An event as the API tells it.
pub(super) fn event(event: store::events::Event) -> Event {
    let parameters: BTreeMap<String, serde_json::Value> = event.parameters.into_iter().collect();
    Event {
        id: event.id,
        at: Moment(event.at),
        topic: event.topic,
        object: event.object,
        object_id: event.object_id,
        parameters,
    }
}

#[cfg(test)]
mod tests;
