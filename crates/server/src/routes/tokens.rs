//! API tokens: of machines, and one's own.

use api::people::{NewToken, Token, TokenAnswerable, TokenWithSecret};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use policy::access::{Principal, PrincipalKind};
use store::{StoreError, audit, rights, tokens, users};

use super::paging::{Asked, bounded, named, told};
use super::roles::permission_set;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::installation::Installation;
use crate::json::{Body, Path, Query, Versioned};
use crate::orphans::SERVER;
use crate::{addresses, clock, ids, secrets};

/// The most address blocks of one token.
const MOST_ADDRESSES: usize = 100;

/// The most tokens of one person.
const MOST_OWN: usize = 100;

/// By this scanners recognize a token that got into a file.
const PREFIX: &str = "bh_";

/// All tokens, the newest first.
#[utoipa::path(get, path = "/tokens", operation_id = "list_tokens", tag = "access", params(PageQuery),
    responses((status = 200, description = "A page of tokens", body = Page<Token>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Token>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, tokens::KEYS, "-created")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| tokens::list(connection, &permit, &own)).await?;
    Ok(Json(asked.page(found, view)))
}

/// Makes a token of a machine, of permissions and scopes that one holds. Its secret is shown once.
#[utoipa::path(post, path = "/tokens", operation_id = "create_token", tag = "access", request_body = NewToken,
    responses((status = 201, description = "The token with its secret", body = TokenWithSecret)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(mut request): Body<NewToken>,
) -> ApiResult<Versioned<TokenWithSecret>> {
    let permit = caller.permit()?;
    if !permit.covers_everything() {
        return Err(ApiError::new(ProblemCode::Forbidden, "This needs the permission access.write over everything."));
    }
    let own = match caller.principal.kind {
        PrincipalKind::Token => {
            let id = caller.principal.id.clone();
            Some(app.read(move |connection| tokens::by_id(connection, &id)).await?)
        }
        _ => None,
    };
    let inherited = own.as_ref().and_then(inherited);
    if let Some(own) = &own {
        narrow(&mut request, own)?;
    }
    let bound = match (request.group.clone(), request.answerable.clone()) {
        (Some(group), None) if matches!(&inherited, Some(Bound::Group(own)) if *own == group) => Bound::Group(group),
        (Some(_), _) | (_, Some(_)) if inherited.is_some() => {
            let detail = "a token that is made with another is bound by the same owner or group: name none";
            return Err(ApiError::invalid(if request.group.is_some() { "group" } else { "answerable" }, detail));
        }
        (Some(_), Some(_)) => {
            let detail = "a group's rights bound it, or a person answers for it: name one of the two";
            return Err(ApiError::invalid("answerable", detail));
        }
        (Some(group), None) => Bound::Group(group),
        (None, Some(user)) if user == SERVER => return Err(ApiError::not_found("user")),
        (None, Some(user)) => Bound::Answerable(user),
        (None, None) => match (inherited, own.and_then(|own| own.answerable), &caller.user) {
            (Some(bound), ..) => bound,
            (None, Some(user), _) => Bound::Answerable(user),
            (None, None, Some(user)) => Bound::Answerable(user.id.clone()),
            (None, None, None) => {
                return Err(ApiError::invalid("answerable", "name the user who answers for the token"));
            }
        },
    };
    make(&app, caller, bound, request).await
}

/// What bounds a token bounds those that are made with it: none outlives the rights of its owner or group.
fn inherited(own: &tokens::Token) -> Option<Bound> {
    match (&own.owner, &own.group) {
        (Some(owner), _) => Some(Bound::Owner(owner.clone())),
        (None, Some(group)) => Some(Bound::Group(group.clone())),
        (None, None) => None,
    }
}

/// So do the addresses that it works from, and its end.
fn narrow(request: &mut NewToken, own: &tokens::Token) -> ApiResult<()> {
    if request.addresses.is_empty() {
        request.addresses.clone_from(&own.addresses);
    } else if let Some(beyond) = request.addresses.iter().find(|block| !addresses::covers(&own.addresses, block)) {
        let detail = format_args!("`{beyond}` lies outside of those that the token works from which makes this one");
        return Err(ApiError::invalid("addresses", detail));
    }
    if let Some(end) = own.expires {
        request.expires = Some(Moment(request.expires.map_or(end, |wanted| wanted.0.min(end))));
    }
    Ok(())
}

/// Lets another user answer for a machine's token, one who holds what it may do.
#[utoipa::path(put, path = "/tokens/{id}/answerable", operation_id = "answer_for_token", tag = "access",
    params(("id" = String, Path, description = "The token")), request_body = TokenAnswerable,
    responses((status = 200, description = "The token", body = Token)))]
pub(super) async fn answer_for(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<TokenAnswerable>,
) -> ApiResult<Json<Token>> {
    let (now, permit) = (clock::now(), caller.permit()?);
    caller.has_confirmed(now)?;
    let changed = app.change(move |connection| {
        rights::may_administer(&permit)?;
        let before = tokens::by_id(connection, &id)?;
        rights::may_give(&caller.principal, before.permissions, &before.scopes)?;
        answers(connection, &request.user, &before)?;
        tokens::set_answerable(connection, &id, &request.user)?;
        let (was, is) = (view(before), view(tokens::by_id(connection, &id)?));
        let mut record = caller.entry(now, "token.answer_for", "token", &is.id, &is.name);
        (record.before, record.after) = (told(&was), told(&is));
        audit::append(connection, &record)?;
        Ok(is)
    });
    Ok(Json(changed.await?))
}

/// Whether a user can answer for a token: nobody answers for more than they hold.
fn answers(connection: &mut store::Connection, user: &str, token: &tokens::Token) -> Result<(), StoreError> {
    let user = users::by_id(connection, user)?;
    if user.is_disabled {
        return Err(StoreError::NotFound { what: "user" });
    }
    let grants = rights::grants_of(connection, &user.id)?;
    let principal = Principal { kind: PrincipalKind::User, id: user.id, name: user.name, grants };
    rights::may_give(&principal, token.permissions, &token.scopes)
}

/// What bounds a token that is made.
enum Bound {
    /// The rights of its owner.
    Owner(String),
    /// The rights of a group.
    Group(String),
    /// Its own permissions, which a person answers for.
    Answerable(String),
}

/// Revokes a token at once; it stays listed.
#[utoipa::path(delete, path = "/tokens/{id}", operation_id = "revoke_token", tag = "access",
    params(("id" = String, Path, description = "The token")),
    responses((status = 204, description = "The token is revoked")))]
pub(super) async fn revoke(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> ApiResult<StatusCode> {
    let (now, permit) = (clock::now(), caller.permit()?);
    app.change(move |connection| {
        rights::may_administer(&permit)?;
        let token = tokens::by_id(connection, &id)?;
        end(connection, &caller, token, now)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own tokens, the newest first.
#[utoipa::path(get, path = "/me/tokens", operation_id = "list_my_tokens", tag = "me",
    responses((status = 200, description = "The tokens", body = Page<Token>)))]
pub(super) async fn list_own(State(app): State<App>, caller: Caller) -> ApiResult<Json<Page<Token>>> {
    let owner = caller.user()?.id.clone();
    let found = app.read(move |connection| tokens::of_owner(connection, &owner)).await?;
    let items: Vec<Token> = found.into_iter().map(view).collect();
    let total = u64::try_from(items.len()).ok();
    Ok(Json(Page { items, next: None, total }))
}

/// Makes a token of one's own, which never has more than oneself. Its secret is shown once.
#[utoipa::path(post, path = "/me/tokens", operation_id = "create_my_token", tag = "me", request_body = NewToken,
    responses((status = 201, description = "The token with its secret", body = TokenWithSecret)))]
pub(super) async fn create_own(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<NewToken>,
) -> ApiResult<Versioned<TokenWithSecret>> {
    let user = caller.user()?;
    if request.group.is_some() || request.answerable.is_some() {
        return Err(ApiError::invalid("group", "a token of one's own has its owner's rights and nobody else's"));
    }
    if caller.session.is_none() {
        return Err(ApiError::new(ProblemCode::State, "A token of one's own is made in a session."));
    }
    if user.must_change {
        let detail = "The password must be changed first (POST /api/v1/me/password).";
        return Err(ApiError::new(ProblemCode::PasswordChange, detail));
    }
    let (owner, now) = (user.id.clone(), clock::now());
    let id = owner.clone();
    let own = app.read(move |connection| tokens::of_owner(connection, &id)).await?;
    let in_use = |token: &&tokens::Token| token.revoked.is_none() && token.expires.is_none_or(|end| now < end);
    if own.iter().filter(in_use).count() >= MOST_OWN {
        let detail = format!("You have {MOST_OWN} tokens in use; revoke some first.");
        return Err(ApiError::new(ProblemCode::State, detail));
    }
    make(&app, caller, Bound::Owner(owner), request).await
}

/// Revokes a token of one's own at once.
#[utoipa::path(delete, path = "/me/tokens/{id}", operation_id = "revoke_my_token", tag = "me",
    params(("id" = String, Path, description = "The token")),
    responses((status = 204, description = "The token is revoked")))]
pub(super) async fn revoke_own(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<StatusCode> {
    let (now, owner) = (clock::now(), caller.user()?.id.clone());
    app.change(move |connection| {
        let token = tokens::by_id(connection, &id)?;
        if token.owner.as_ref() != Some(&owner) {
            return Err(StoreError::NotFound { what: "token" });
        }
        end(connection, &caller, token, now)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn make(app: &App, caller: Caller, bound: Bound, request: NewToken) -> ApiResult<Versioned<TokenWithSecret>> {
    let now = clock::now();
    let shared = app.clone();
    let held = app.read(move |connection| Installation::read(connection, &shared.config)).await?;
    if held.longest_token > 0 && request.expires.is_none_or(|end| end.0 > now.saturating_add(held.longest_token)) {
        let days = held.longest_token / (24 * 3600 * clock::SECOND);
        return Err(ApiError::invalid("expires", format_args!("tokens may last {days} days at most")));
    }
    let (mut owner, mut group, mut answerable) = (None, None, None);
    match bound {
        Bound::Owner(user) => owner = Some(user),
        Bound::Group(id) => group = Some(id),
        Bound::Answerable(user) => answerable = Some(user),
    }
    caller.has_confirmed(now)?;
    bounded("scopes", request.scopes.len())?;
    if request.expires.is_some_and(|end| end.0 <= now) {
        return Err(ApiError::invalid("expires", "it has passed"));
    }
    let token = tokens::Token {
        id: ids::new(now),
        name: named(&request.name)?,
        owner,
        permissions: permission_set(&request.permissions)?,
        scopes: request.scopes,
        addresses: blocks(&request.addresses)?,
        created: now,
        created_by: caller.principal.id.clone(),
        expires: request.expires.map(|end| end.0),
        last_used: None,
        revoked: None,
        group,
        answerable,
        orphaned: None,
    };
    // One that a token makes reaches no further than that one, which its owner may.
    let is_own = token.owner.is_some() && caller.session.is_some();
    let secret = secrets::new(PREFIX);
    let hash = secrets::hash(&secret);
    let token = app
        .change(move |connection| {
            for scope in &token.scopes {
                rights::scope_by_id(connection, scope)?;
            }
            match is_own && token.scopes.is_empty() {
                // Whenever it is used it is cut to what its owner reaches.
                true => rights::may_use(&caller.principal, token.permissions)?,
                false => rights::may_give(&caller.principal, token.permissions, &token.scopes)?,
            }
            if let Some(group) = &token.group {
                rights::group_by_id(connection, group)?;
            }
            // The server answers for its own and what is made with these; nobody names it.
            if let Some(user) = token.answerable.as_ref().filter(|user| *user != SERVER) {
                answers(connection, user, &token)?;
            }
            tokens::insert(connection, &token, &hash)?;
            let is = view(token.clone());
            let mut record = caller.entry(now, "token.create", "token", &is.id, &is.name);
            record.after = told(&is);
            audit::append(connection, &record)?;
            Ok(is)
        })
        .await?;
    Ok(Versioned::created(1, TokenWithSecret { token, secret }))
}

fn end(connection: &mut store::Connection, caller: &Caller, token: tokens::Token, now: i64) -> Result<(), StoreError> {
    tokens::revoke(connection, &token.id, now)?;
    let was = view(token);
    let mut record = caller.entry(now, "token.revoke", "token", &was.id, &was.name);
    record.before = told(&was);
    audit::append(connection, &record).map(|_| ())
}

fn blocks(addresses: &[String]) -> ApiResult<Vec<String>> {
    if addresses.len() > MOST_ADDRESSES {
        return Err(ApiError::invalid("addresses", format_args!("use at most {MOST_ADDRESSES}")));
    }
    let block = |block: &String| {
        let block = block.trim();
        let wrong =
            || ApiError::invalid("addresses", format_args!("`{block}` is no block of addresses like 10.0.0.0/8"));
        addresses::read(block).map(|_| block.to_owned()).ok_or_else(wrong)
    };
    addresses.iter().map(block).collect()
}

fn view(token: tokens::Token) -> Token {
    Token {
        id: token.id,
        name: token.name,
        owner: token.owner,
        permissions: token.permissions.iter().map(|permission| permission.to_string()).collect(),
        scopes: token.scopes,
        addresses: token.addresses,
        created: Moment(token.created),
        created_by: token.created_by,
        expires: token.expires.map(Moment),
        last_used: token.last_used.map(Moment),
        revoked: token.revoked.map(Moment),
        group: token.group,
        answerable: token.answerable,
        orphaned: token.orphaned.map(Moment),
    }
}

#[cfg(test)]
mod tests;
