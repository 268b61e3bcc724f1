//! One's own second factor, and the password given again before what is dangerous.

use api::ProblemCode;
use api::people::{Confirmation, SecondFactor, SecondFactorCode};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use store::{audit, sessions, users};

use super::sessions::note_refusal;
use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::{Caller, too_often};
use crate::json::Body;
use crate::{rate, secrets, totp};

/// Gives one's password again: for 15 minutes the session may do what is dangerous.
#[utoipa::path(post, path = "/me/confirm", operation_id = "confirm", tag = "me", request_body = Confirmation,
    responses((status = 204, description = "The session is confirmed")))]
pub(super) async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<Confirmation>,
) -> ApiResult<StatusCode> {
    let now = clock::now();
    let Some(session) = caller.session.clone() else { return Err(needs_session()) };
    check_password(&app, &caller, request.password, now).await?;
    let record = caller.entry(now, "session.confirm", "session", &session.id, &caller.principal.name);
    app.change(move |connection| {
        sessions::confirm(connection, &session.id, now)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to set up a second factor: tells a secret, which counts once a code of it was given.
#[utoipa::path(post, path = "/me/second-factor", operation_id = "begin_second_factor", tag = "me",
    responses((status = 201, description = "The secret", body = SecondFactor)))]
pub(super) async fn begin(State(app): State<App>, caller: Caller) -> ApiResult<(StatusCode, Json<SecondFactor>)> {
    let now = clock::now();
    if caller.session.is_none() {
        return Err(needs_session());
    }
    caller.has_confirmed(now)?;
    let user = caller.user()?.clone();
    if user.totp_secret.is_some() {
        return Err(ApiError::new(ProblemCode::State, "There is a second factor already; remove it first."));
    }
    let secret = secrets::random::<20>();
    let sealed = app.sealer.seal(&belongs_to(&user.id), &secret);
    let id = user.id.clone();
    app.note(move |connection| users::set_pending_totp(connection, &id, Some(&sealed))).await?;
    let secret = totp::base32(&secret);
    let uri = format!("otpauth://totp/Bulkhead:{}?secret={secret}&issuer=Bulkhead", encoded(&user.name));
    Ok((StatusCode::CREATED, Json(SecondFactor { secret, uri })))
}

/// Takes the second factor into use with a first code, which ends all other sessions.
#[utoipa::path(post, path = "/me/second-factor/confirm", operation_id = "confirm_second_factor", tag = "me",
    request_body = SecondFactorCode, responses((status = 204, description = "The second factor is in use")))]
pub(super) async fn take_into_use(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<SecondFactorCode>,
) -> ApiResult<StatusCode> {
    let now = clock::now();
    let Some(session) = caller.session.clone() else { return Err(needs_session()) };
    let user = caller.user()?.clone();
    app.rates.take(&format!("totp/{}", user.id), rate::LOGINS, now).map_err(too_often)?;
    let id = user.id.clone();
    let sealed = app.read(move |connection| users::pending_totp(connection, &id)).await?;
    let sealed = sealed.ok_or_else(|| ApiError::new(ProblemCode::State, "No second factor was begun."))?;
    let secret = app.sealer.open(&belongs_to(&user.id), &sealed).map_err(|error| {
        tracing::error!(%error, user.id = %user.id, "a second factor cannot be opened");
        ApiError::new(ProblemCode::Defect, "The second factor cannot be checked; the server's log says more.")
    })?;
    let step = totp::accepted_step(&secret, request.code.trim(), now / SECOND, 0);
    let step = step.ok_or_else(|| ApiError::invalid("code", "this is not the code of now; compare the clocks"))?;
    let record = caller.entry(now, "user.second_factor_add", "user", &user.id, &user.name);
    let changed = users::User {
        totp_secret: Some(sealed),
        totp_last_step: step,
        changed: now,
        version: user.version + 1,
        ..user
    };
    app.change(move |connection| {
        users::update(connection, &changed)?;
        users::set_pending_totp(connection, &changed.id, None)?;
        sessions::end_others(connection, &changed.id, Some(&session.id))?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factor out of use, with one's password.
#[utoipa::path(post, path = "/me/second-factor/remove", operation_id = "remove_second_factor", tag = "me",
    request_body = Confirmation, responses((status = 204, description = "The second factor is gone")))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<Confirmation>,
) -> ApiResult<StatusCode> {
    let now = clock::now();
    let Some(session) = caller.session.clone() else { return Err(needs_session()) };
    check_password(&app, &caller, request.password, now).await?;
    let user = caller.user()?.clone();
    if user.totp_secret.is_none() {
        return Err(ApiError::new(ProblemCode::State, "There is no second factor."));
    }
    let record = caller.entry(now, "user.second_factor_remove", "user", &user.id, &user.name);
    let changed = users::User { totp_secret: None, changed: now, version: user.version + 1, ..user };
    app.change(move |connection| {
        users::update(connection, &changed)?;
        sessions::end_others(connection, &changed.id, Some(&session.id))?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Compares one's password; wrong ones count as those of a log-in do, and lock out.
async fn check_password(app: &App, caller: &Caller, password: String, now: i64) -> ApiResult<()> {
    let user = caller.user()?.clone();
    app.rates.take(&format!("confirm/{}", user.id), rate::LOGINS, now).map_err(too_often)?;
    let is_right = app.passwords.is_right(Some(user.password_hash.clone()), password).await;
    if is_right && user.locked_until <= now {
        return Ok(());
    }
    let name = user.name.clone();
    note_refusal(app, caller.actor.clone(), &name, Some((user, !is_right)), now).await?;
    Err(ApiError::invalid("password", "this is not your password, or the account is locked for a while"))
}

fn needs_session() -> ApiError {
    ApiError::new(ProblemCode::State, "This is for people in a session; an API token has no password.")
}

fn belongs_to(user: &str) -> String {
    format!("user/{user}/totp")
}

/// A name in an address (RFC 3986, section 2.1).
fn encoded(name: &str) -> String {
    let mut text = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(char::from(byte)),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}

#[cfg(test)]
mod tests;
