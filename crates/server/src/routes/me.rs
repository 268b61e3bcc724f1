//! What is one's own: account, password, sessions.

use api::access::{Me, PasswordChange, Session};
use api::{Moment, Page, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use store::{audit, sessions, users};

use super::sessions::{describe, limits};
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path};
use crate::{clock, passwords};

/// Who one is, and what one may do.
#[utoipa::path(get, path = "/me", operation_id = "show_me", tag = "me",
    responses((status = 200, description = "The one who asks", body = Me)))]
pub(super) async fn show(State(app): State<App>, caller: Caller) -> ApiResult<Json<Me>> {
    let principal = caller.principal.clone();
    let scopes = app.read(move |connection| limits(connection, &principal)).await?;
    Ok(Json(describe(&caller.principal, scopes, caller.user.as_ref(), caller.session.as_ref())))
}

/// Changes one's own password, which ends all other sessions.
#[utoipa::path(post, path = "/me/password", operation_id = "change_password", tag = "me", request_body = PasswordChange,
    responses((status = 204, description = "The password is changed")))]
pub(super) async fn change_password(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<PasswordChange>,
) -> ApiResult<StatusCode> {
    let now = clock::now();
    let user = caller.user()?.clone();
    let Some(session) = caller.session.clone() else {
        return Err(ApiError::new(ProblemCode::State, "A password is changed by its owner, in a session."));
    };
    if !app.passwords.is_right(Some(user.password_hash.clone()), request.current.clone()).await {
        return Err(ApiError::invalid("current", "this is not the password so far"));
    }
    passwords::check(&user.name, &request.new).map_err(|error| ApiError::invalid("new", error))?;
    if request.new == request.current {
        return Err(ApiError::invalid("new", "it is the password so far"));
    }
    let password_hash = app.passwords.hash(request.new).await;
    let changed = users::User { password_hash, must_change: false, changed: now, version: user.version + 1, ..user };
    let record = caller.entry(now, "user.password", "user", &changed.id, &changed.name);
    app.change(move |connection| {
        users::update(connection, &changed)?;
        sessions::end_others(connection, &changed.id, Some(&session.id))?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own sessions.
#[utoipa::path(get, path = "/me/sessions", operation_id = "list_my_sessions", tag = "me",
    responses((status = 200, description = "The sessions, the last used first", body = Page<Session>)))]
pub(super) async fn list_sessions(State(app): State<App>, caller: Caller) -> ApiResult<Json<Page<Session>>> {
    let id = caller.user()?.id.clone();
    let own = app.read(move |connection| sessions::of_user(connection, &id)).await?;
    let current = caller.session.as_ref().map(|session| session.id.as_str());
    let items: Vec<Session> = own
        .into_iter()
        .map(|session| Session {
            is_current: Some(session.id.as_str()) == current,
            id: session.id,
            created: Moment(session.created),
            last_seen: Moment(session.last_seen),
            expires: Moment(session.expires),
            address: session.address,
            user_agent: session.user_agent,
        })
        .collect();
    let total = u64::try_from(items.len()).ok();
    Ok(Json(Page { items, next: None, total }))
}

/// Ends one of one's own sessions.
#[utoipa::path(delete, path = "/me/sessions/{id}", operation_id = "end_my_session", tag = "me",
    params(("id" = String, Path, description = "The session")),
    responses((status = 204, description = "The session has ended")))]
pub(super) async fn end_session(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let user = caller.user()?;
    let (user_id, record) = (user.id.clone(), caller.entry(clock::now(), "session.end", "session", &id, &user.name));
    app.change(move |connection| {
        sessions::end(connection, &user_id, &id)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all of one's own sessions but this one.
#[utoipa::path(delete, path = "/me/sessions", operation_id = "end_my_other_sessions", tag = "me",
    responses((status = 204, description = "The other sessions have ended")))]
pub(super) async fn end_other_sessions(State(app): State<App>, caller: Caller) -> ApiResult<StatusCode> {
    let user = caller.user()?;
    let (id, kept) = (user.id.clone(), caller.session.as_ref().map(|session| session.id.clone()));
    let record = caller.entry(clock::now(), "session.end_others", "user", &id, &user.name);
    app.change(move |connection| {
        sessions::end_others(connection, &id, kept.as_deref())?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
