//! Users.

use std::collections::BTreeSet;

use api::people::{Ended, NewUser, PasswordReset, User, UserEdit, UserWithPassword};
use api::{Moment, Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use store::{Connection, StoreError, audit, rights, sessions, users};

use super::paging::{Asked, bounded, told};
use super::setup::user_name;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::{clock, ids, secrets};

/// Users, by name where no other order is asked for.
#[utoipa::path(get, path = "/users", operation_id = "list_users", tag = "access", params(PageQuery),
    responses((status = 200, description = "A page of users", body = Page<User>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<User>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, users::KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| {
        let found = users::list(connection, &permit, &own)?;
        found.into_iter().map(|(user, place)| Ok((view(connection, user)?, place))).collect::<Result<Vec<_>, _>>()
    });
    Ok(Json(asked.page(found.await?, |user| user)))
}

/// Makes a user, with a password that works once and is shown once.
#[utoipa::path(post, path = "/users", operation_id = "create_user", tag = "access", request_body = NewUser,
    responses((status = 201, description = "The user and the password", body = UserWithPassword)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<NewUser>,
) -> ApiResult<Response> {
    let now = clock::now();
    caller.has_confirmed(now)?;
    bounded("roles", request.roles.len())?;
    let name = user_name(&request.name)?;
    let password = one_time_password();
    let user = users::User {
        id: ids::new(now),
        display_name: display_name(request.display_name.as_deref().unwrap_or(&request.name))?,
        name,
        email: request.email.as_deref().map(email).transpose()?,
        password_hash: app.passwords.hash(password.clone()).await,
        must_change: true,
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
    let permit = caller.permit()?;
    let user = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            rights::may_give_roles(connection, &caller.principal, &request.roles)?;
            users::insert(connection, &user)?;
            rights::set_roles_held(connection, &user.id, &request.roles)?;
            let view = view(connection, user.clone())?;
            let mut record = caller.entry(now, "user.create", "user", &view.id, &view.name);
            record.after = told(&view);
            audit::append(connection, &record)?;
            Ok(view)
        })
        .await?;
    Ok(Versioned::created(1, UserWithPassword { user, password }).into_response())
}

/// A user.
#[utoipa::path(get, path = "/users/{id}", operation_id = "show_user", tag = "access",
    params(("id" = String, Path, description = "The user")),
    responses((status = 200, description = "The user", body = User)))]
pub(super) async fn show(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<Versioned<User>> {
    let permit = caller.permit()?;
    let (version, user) = app
        .read(move |connection| {
            rights::may_see(&permit)?;
            let user = users::by_id(connection, &id)?;
            Ok((user.version, view(connection, user)?))
        })
        .await?;
    Ok(Versioned::read(version, user))
}

/// Changes a user. Disabling one ends all sessions and tokens of theirs.
#[utoipa::path(put, path = "/users/{id}", operation_id = "update_user", tag = "access", request_body = UserEdit,
    params(("id" = String, Path, description = "The user")),
    responses((status = 200, description = "The user as it is", body = User)))]
pub(super) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(edit): Body<UserEdit>,
) -> ApiResult<Versioned<User>> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    bounded("roles", edit.roles.len())?;
    let display_name = display_name(&edit.display_name)?;
    let email = edit.email.as_deref().map(email).transpose()?;
    let permit = caller.permit()?;
    let user = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            let before = users::by_id(connection, &id)?;
            if before.version != version {
                return Err(StoreError::Changed { what: "user" });
            }
            rights::may_manage(connection, &caller.principal, &id)?;
            let held = rights::roles_held(connection, &id)?;
            rights::may_give_roles(connection, &caller.principal, edit.roles.difference(&held))?;
            let was = view(connection, before.clone())?;
            let after = users::User {
                display_name: display_name.clone(),
                email: email.clone(),
                is_disabled: edit.is_disabled,
                changed: now,
                version: version + 1,
                ..before
            };
            users::keeping_an_administrator(connection, |connection| {
                users::update(connection, &after)?;
                rights::set_roles_held(connection, &id, &edit.roles)
            })?;
            if after.is_disabled {
                sessions::end_others(connection, &id, None)?;
            }
            let is = view(connection, after)?;
            let mut record = caller.entry(now, "user.update", "user", &is.id, &is.name);
            (record.before, record.after) = (told(&was), told(&is));
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::read(version + 1, user))
}

/// Removes a user with all sessions and tokens of theirs.
#[utoipa::path(delete, path = "/users/{id}", operation_id = "delete_user", tag = "access",
    params(("id" = String, Path, description = "The user")),
    responses((status = 204, description = "The user is gone")))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> ApiResult<StatusCode> {
    let (now, version) = (clock::now(), if_match(&headers)?);
    caller.has_confirmed(now)?;
    let permit = caller.permit()?;
    app.change(move |connection| {
        rights::may_administer(&permit)?;
        let user = users::by_id(connection, &id)?;
        if user.version != version {
            return Err(StoreError::Changed { what: "user" });
        }
        rights::may_manage(connection, &caller.principal, &id)?;
        let was = view(connection, user)?;
        users::keeping_an_administrator(connection, |connection| users::delete(connection, &id))?;
        let mut record = caller.entry(now, "user.delete", "user", &id, &was.name);
        record.before = told(&was);
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a user a new password that works once and is shown once; ends all sessions of theirs and the lock-out.
#[utoipa::path(post, path = "/users/{id}/reset-password", operation_id = "reset_password", tag = "access",
    request_body = PasswordReset, params(("id" = String, Path, description = "The user")),
    responses((status = 200, description = "The user and the password", body = UserWithPassword)))]
pub(super) async fn reset_password(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<PasswordReset>,
) -> ApiResult<Versioned<UserWithPassword>> {
    let now = clock::now();
    caller.has_confirmed(now)?;
    let password = one_time_password();
    let password_hash = app.passwords.hash(password.clone()).await;
    let permit = caller.permit()?;
    let (version, user) = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            let before = users::by_id(connection, &id)?;
            rights::may_manage(connection, &caller.principal, &id)?;
            let after = users::User {
                password_hash: password_hash.clone(),
                must_change: true,
                totp_secret: before.totp_secret.clone().filter(|_| !request.removes_second_factor),
                failures: 0,
                locked_until: 0,
                changed: now,
                version: before.version + 1,
                ..before
            };
            users::update(connection, &after)?;
            sessions::end_others(connection, &id, None)?;
            let version = after.version;
            let is = view(connection, after)?;
            let mut record = caller.entry(now, "user.reset_password", "user", &id, &is.name);
            record.after = Some(serde_json::json!({ "removes_second_factor": request.removes_second_factor }));
            audit::append(connection, &record)?;
            Ok((version, is))
        })
        .await?;
    Ok(Versioned::read(version, UserWithPassword { user, password }))
}

/// Ends all sessions of a user.
#[utoipa::path(delete, path = "/users/{id}/sessions", operation_id = "end_sessions", tag = "access",
    params(("id" = String, Path, description = "The user")),
    responses((status = 200, description = "How many were ended", body = Ended)))]
pub(super) async fn end_sessions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<Ended>> {
    let (now, permit) = (clock::now(), caller.permit()?);
    let ended = app
        .change(move |connection| {
            rights::may_administer(&permit)?;
            let user = users::by_id(connection, &id)?;
            let ended = sessions::end_others(connection, &id, None)?;
            let mut record = caller.entry(now, "session.end_all", "user", &id, &user.name);
            record.after = Some(serde_json::json!({ "ended": ended }));
            audit::append(connection, &record)?;
            Ok(ended)
        })
        .await?;
    Ok(Json(Ended { ended }))
}

fn view(connection: &mut Connection, user: users::User) -> Result<User, StoreError> {
    let roles: BTreeSet<String> = rights::roles_held(connection, &user.id)?;
    let groups = rights::groups_of(connection, &user.id)?;
    Ok(User {
        roles,
        groups,
        id: user.id,
        name: user.name,
        display_name: user.display_name,
        email: user.email,
        is_disabled: user.is_disabled,
        must_change_password: user.must_change,
        has_second_factor: user.totp_secret.is_some(),
        locked_until: (user.locked_until > 0).then_some(Moment(user.locked_until)),
        last_login: user.last_login.map(Moment),
        created: Moment(user.created),
        changed: Moment(user.changed),
    })
}

/// A password that somebody types once: 20 letters and digits in four groups, of about 100 random bits.
fn one_time_password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let letters: Vec<char> =
        secrets::random::<20>().iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

fn display_name(name: &str) -> ApiResult<String> {
    let name = name.trim();
    match (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(ApiError::invalid("display_name", "use 1 to 100 characters, without line breaks")),
    }
}

/// An address of mail, as far as a wrong one is seen at once: something on both sides of one `@`.
pub(super) fn email(address: &str) -> ApiResult<String> {
    let address = address.trim();
    let is_good = address.len() <= 254
        && address.split_once('@').is_some_and(|(local, host)| {
            !local.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.')
        })
        && !address.chars().any(|letter| letter.is_control() || letter.is_whitespace() || "<>,;\"".contains(letter));
    match is_good {
        true => Ok(address.to_owned()),
        false => Err(ApiError::invalid("email", "this is no address of mail")),
    }
}

#[cfg(test)]
mod tests;
