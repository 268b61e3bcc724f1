//! Logging in and out.

use std::collections::BTreeSet;

use api::access::{LoginRequest, Me, OwnScope};
use api::{Moment, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use policy::access::{Permission, Principal, PrincipalKind, Reach, permit};
use store::audit::{self, Actor, Outcome};
use store::sessions::Session;
use store::users::User;
use store::{Connection, StoreError, rights, sessions, users};

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::{COOKIE, Caller, Origin, entry, too_often};
use crate::installation::Installation;
use crate::json::Body;
use crate::{ids, rate, secrets, totp};

/// After so many wrong passwords in a row the user is locked out.
const MOST_FAILURES: i64 = 5;

/// How long the first lock-out lasts; each further failure doubles it, up to a day.
const LOCK: i64 = 60 * SECOND;

const LONGEST_LOCK: i64 = 24 * 3600 * SECOND;

type Cookie = AppendHeaders<[(header::HeaderName, HeaderValue); 1]>;

/// Logs in.
#[utoipa::path(post, path = "/sessions", operation_id = "log_in", tag = "sessions", request_body = LoginRequest,
    responses((status = 201, description = "Who one is, with a session cookie", body = Me)))]
pub(super) async fn log_in(
    State(app): State<App>,
    Origin(origin): Origin,
    headers: HeaderMap,
    Body(request): Body<LoginRequest>,
) -> ApiResult<Response> {
    let now = clock::now();
    let from = format!("login/{}", origin.address.as_deref().unwrap_or_default());
    app.rates.take(&from, rate::LOGINS, now).map_err(too_often)?;
    let name = request.name.clone();
    let user = app.read(move |connection| users::by_name(connection, &name)).await?;
    // A name that does not exist costs as much time as one that does.
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let is_right = app.passwords.is_right(hash, request.password).await;
    let Some(user) = user else {
        note_refusal(&app, origin, &request.name, None, now).await?;
        return Err(refused());
    };
    if user.is_disabled || user.locked_until > now || !is_right {
        // A right password of a locked or disabled user is no failure of theirs, and no other answer.
        note_refusal(&app, origin, &request.name, Some((user, !is_right)), now).await?;
        return Err(refused());
    }
    let step = match (&user.totp_secret, request.code) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(ApiError::new(ProblemCode::SecondFactor, "The code of the second factor is needed too."));
        }
        (Some(sealed), Some(code)) => {
            let secret = app.sealer.open(&format!("user/{}/totp", user.id), sealed).map_err(|error| {
                tracing::error!(%error, user.id = %user.id, "the second factor of a user cannot be opened");
                ApiError::new(ProblemCode::Defect, "The second factor cannot be checked; the server's log says more.")
            })?;
            match totp::accepted_step(&secret, code.trim(), now / SECOND, user.totp_last_step) {
                Some(step) => Some(step),
                None => {
                    note_refusal(&app, origin, &request.name, Some((user, true)), now).await?;
                    return Err(refused());
                }
            }
        }
    };
    let id = user.id.clone();
    if !app.note(move |connection| users::note_login(connection, &id, now, step)).await? {
        // Somebody else was faster: with the same code, or with enough wrong passwords.
        note_refusal(&app, origin, &request.name, Some((user, false)), now).await?;
        return Err(refused());
    }
    let (cookie, me) = begin(&app, user, &origin, &headers, now).await?;
    Ok((StatusCode::CREATED, cookie, Json(me)).into_response())
}

/// One answer for a wrong name, a wrong password, a locked and a disabled user.
fn refused() -> ApiError {
    ApiError::new(ProblemCode::LoginRefused, "The name or the password is wrong, or the log-in is not allowed now.")
}

/// Records a log-in that was refused, and counts the failures of the user.
pub(super) async fn note_refusal(
    app: &App,
    origin: Actor,
    name: &str,
    user: Option<(User, bool)>,
    now: i64,
) -> ApiResult<()> {
    let name: String = name.chars().take(64).collect();
    app.change(move |connection| {
        let id = match &user {
            Some((user, is_failure)) if *is_failure => {
                let beyond = users::note_failure(connection, &user.id)? - MOST_FAILURES;
                if beyond >= 0 {
                    let factor = 1_i64.checked_shl(u32::try_from(beyond).unwrap_or(u32::MAX).min(20)).unwrap_or(1);
                    users::lock_out(connection, &user.id, now + (LOCK * factor).min(LONGEST_LOCK))?;
                }
                user.id.clone()
            }
            Some((user, _)) => user.id.clone(),
            None => String::new(),
        };
        let actor = Actor { id: id.clone(), name: name.clone(), ..origin.clone() };
        let mut record = entry(actor, now, "session.login", "user", &id, &name);
        record.outcome = Outcome::Failed;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(())
}

/// Begins a session of a user who was recognized.
pub(super) async fn begin(
    app: &App,
    user: User,
    origin: &Actor,
    headers: &HeaderMap,
    now: i64,
) -> ApiResult<(Cookie, Me)> {
    let secret = secrets::new("");
    let own = app.clone();
    let held = app.read(move |connection| Installation::read(connection, &own.config)).await?;
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let session = Session {
        id: ids::new(now),
        user_id: user.id.clone(),
        created: now,
        last_seen: now,
        expires: now.saturating_add(held.session_length),
        address: origin.address.clone().unwrap_or_default(),
        user_agent: agent.chars().take(200).collect(),
        confirmed: now,
    };
    let actor = Actor { kind: "user".to_owned(), id: user.id.clone(), name: user.name.clone(), ..origin.clone() };
    let (hash, new) = (secrets::hash(&secret), session.clone());
    let (id, name) = (user.id.clone(), user.name.clone());
    let (principal, scopes) = app
        .change(move |connection| {
            sessions::insert(connection, &new, &hash)?;
            let mut record = entry(actor.clone(), now, "session.login", "user", &id, &name);
            record.after = Some(serde_json::json!({ "session": new.id, "user_agent": new.user_agent }));
            audit::append(connection, &record)?;
            let grants = rights::grants_of(connection, &id)?;
            let principal = Principal { kind: PrincipalKind::User, id: id.clone(), name: name.clone(), grants };
            let scopes = limits(connection, &principal)?;
            Ok((principal, scopes))
        })
        .await?;
    let me = describe(&principal, scopes, Some(&user), Some(&session));
    Ok((set_cookie(&format!("{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax")), me))
}

fn set_cookie(text: &str) -> Cookie {
    let value = HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""));
    AppendHeaders([(header::SET_COOKIE, value)])
}

/// Logs out.
#[utoipa::path(delete, path = "/sessions/current", operation_id = "log_out", tag = "sessions",
    responses((status = 204, description = "The session has ended")))]
pub(super) async fn log_out(State(app): State<App>, caller: Caller) -> ApiResult<Response> {
    let now = clock::now();
    let Some(session) = caller.session.clone() else {
        return Err(ApiError::new(ProblemCode::State, "An API token has no session to end."));
    };
    let record = caller.entry(now, "session.logout", "user", &session.user_id, &caller.principal.name);
    app.change(move |connection| {
        sessions::end(connection, &session.user_id, &session.id)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    let cookie = set_cookie(&format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"));
    Ok((StatusCode::NO_CONTENT, cookie).into_response())
}

/// The application scopes that limit somebody, by name.
pub(super) fn limits(connection: &mut Connection, principal: &Principal) -> Result<Vec<OwnScope>, StoreError> {
    let mut ids = BTreeSet::new();
    for permission in principal.permissions().iter() {
        if let Ok(permit) = permit(principal, permission)
            && let Reach::Scopes(scopes) = permit.reach()
        {
            ids.extend(scopes.iter().cloned());
        }
    }
    let mut limits = Vec::new();
    for id in ids {
        match rights::scope_by_id(connection, &id) {
            Ok(scope) => limits.push(OwnScope { id: scope.id, name: scope.name }),
            // Somebody removed it meanwhile.
            Err(StoreError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    limits.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(limits)
}

/// What one is told of oneself.
pub(super) fn describe(
    principal: &Principal,
    scopes: Vec<OwnScope>,
    user: Option<&User>,
    session: Option<&Session>,
) -> Me {
    let roles: BTreeSet<String> = principal.grants.iter().map(|grant| grant.role.clone()).collect();
    let is_limited =
        |permission: &Permission| permit(principal, *permission).is_ok_and(|permit| !permit.covers_everything());
    Me {
        kind: principal.kind.as_str().to_owned(),
        id: principal.id.clone(),
        name: principal.name.clone(),
        display_name: user.map(|user| user.display_name.clone()),
        roles: roles.into_iter().collect(),
        permissions: principal.permissions().iter().map(|permission| permission.to_string()).collect(),
        limited: principal.permissions().iter().filter(is_limited).map(|permission| permission.to_string()).collect(),
        scopes,
        must_change_password: user.is_some_and(|user| user.must_change),
        has_second_factor: user.is_some_and(|user| user.totp_secret.is_some()),
        session_expires: session.map(|session| Moment(session.expires)),
    }
}

#[cfg(test)]
mod tests;
