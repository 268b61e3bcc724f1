//! The first user.

use api::ProblemCode;
use api::access::{Me, SetupRequest, SetupState};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use policy::access::preset;
use store::audit::Actor;
use store::{StoreError, rights, setup_links, users};

use super::sessions;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::{Origin, entry};
use crate::json::Body;
use crate::{clock, ids, passwords, rate, secrets};

/// Whether the first user is still missing.
#[utoipa::path(get, path = "/setup", operation_id = "show_setup", tag = "setup",
    responses((status = 200, description = "The state of the set-up", body = SetupState)))]
pub(super) async fn state(State(app): State<App>) -> ApiResult<Json<SetupState>> {
    let is_needed = app.read(users::is_empty).await?;
    Ok(Json(SetupState { is_needed }))
}

/// Makes the first user, an administrator, and logs in.
#[utoipa::path(post, path = "/setup", operation_id = "set_up", tag = "setup", request_body = SetupRequest,
    responses((status = 201, description = "The first user, with a session cookie", body = Me)))]
pub(super) async fn first_user(
    State(app): State<App>,
    Origin(origin): Origin,
    headers: axum::http::HeaderMap,
    Body(request): Body<SetupRequest>,
) -> ApiResult<Response> {
    let now = clock::now();
    let from = format!("setup/{}", origin.address.as_deref().unwrap_or_default());
    app.rates.take(&from, rate::LOGINS, now).map_err(crate::guard::too_often)?;
    let link = secrets::hash(&request.secret);
    let own = link.clone();
    if !app.read(move |connection| setup_links::works(connection, &own, now)).await? {
        return Err(wrong_link());
    }
    let name = user_name(&request.name)?;
    passwords::check(&name, &request.password).map_err(|error| ApiError::invalid("password", error))?;
    let user = users::User {
        id: ids::new(now),
        display_name: request.name.trim().to_owned(),
        name,
        email: None,
        password_hash: app.passwords.hash(request.password).await,
        must_change: false,
        totp_secret: None,
        totp_last_step: 0,
        is_disabled: false,
        failures: 0,
        locked_until: 0,
        last_login: None,
        created: now,
        changed: now,
        version: 1,
    };
    let actor = Actor { kind: "user".to_owned(), id: user.id.clone(), name: user.name.clone(), ..origin.clone() };
    let administrator = preset("administrator").map(|preset| preset.name.to_owned()).into_iter().collect();
    let new = user.clone();
    let made = app.change(move |connection| {
        // Somebody else may have used it, or another one, meanwhile.
        if !setup_links::redeem(connection, &link, now)? {
            return Ok(false);
        }
        if !users::is_empty(connection)? {
            return Err(StoreError::Exists { what: "user" });
        }
        users::insert(connection, &new)?;
        rights::set_roles_held(connection, &new.id, &administrator)?;
        let mut record = entry(actor.clone(), now, "user.create", "user", &new.id, &new.name);
        record.after = Some(serde_json::json!({ "name": new.name, "roles": administrator }));
        store::audit::append(connection, &record).map(|_| true)
    });
    if !made.await? {
        return Err(wrong_link());
    }
    let (cookie, me) = sessions::begin(&app, user, &origin, &headers, now).await?;
    Ok((StatusCode::CREATED, cookie, Json(me)).into_response())
}

fn wrong_link() -> ApiError {
    let detail = "The set-up link is wrong, too old or was used; the server prints another at its next start \
        while there is no user.";
    ApiError::new(ProblemCode::SetupLink, detail)
}

/// A name to log in with: lower case, of letters and digits of any script, and `.`, `-`, `_`, `@`, `+`.
pub(super) fn user_name(name: &str) -> ApiResult<String> {
    let name = name.trim().to_lowercase();
    let is_good = (1..=64).contains(&name.chars().count())
        && name.chars().all(|letter| letter.is_alphanumeric() || ".-_@+".contains(letter));
    match is_good {
        true => Ok(name),
        false => Err(ApiError::invalid("name", "use 1 to 64 letters, digits or . - _ @ +")),
    }
}
