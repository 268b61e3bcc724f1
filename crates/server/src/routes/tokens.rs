//! API tokens: of machines, and one's own.

use api::people::{NewToken, Token, TokenWithSecret};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use store::{StoreError, audit, rights, tokens};

use super::paging::{bounded, named, told, unfiltered, wrong_cursor};
use super::roles::permission_set;
use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned};
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
    unfiltered(&query)?;
    let before = query.cursor.as_deref().map(cursor).transpose()?;
    let (permit, limit) = (caller.permit()?, query.limit());
    let found = app
        .read(move |connection| {
            let before = before.as_ref().map(|(created, id)| (*created, id.as_str()));
            tokens::list(connection, &permit, before, limit + 1)
        })
        .await?;
    let items = found.into_iter().map(view).collect();
    Ok(Json(Page::of(items, limit, |token: &Token| format!("{}.{}", token.created.0, token.id))))
}

/// Makes a token of a machine, of permissions and scopes that one holds. Its secret is shown once.
#[utoipa::path(post, path = "/tokens", operation_id = "create_token", tag = "access", request_body = NewToken,
    responses((status = 201, description = "The token with its secret", body = TokenWithSecret)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<NewToken>,
) -> ApiResult<Versioned<TokenWithSecret>> {
    let permit = caller.permit()?;
    if !permit.covers_everything() {
        return Err(ApiError::new(ProblemCode::Forbidden, "This needs the permission access.write over everything."));
    }
    make(&app, caller, None, request).await
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
    make(&app, caller, Some(owner), request).await
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

async fn make(
    app: &App,
    caller: Caller,
    owner: Option<String>,
    request: NewToken,
) -> ApiResult<Versioned<TokenWithSecret>> {
    let now = clock::now();
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
    };
    let secret = secrets::new(PREFIX);
    let hash = secrets::hash(&secret);
    let token = app
        .change(move |connection| {
            for scope in &token.scopes {
                rights::scope_by_id(connection, scope)?;
            }
            rights::may_give(&caller.principal, token.permissions, &token.scopes)?;
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

fn cursor(text: &str) -> ApiResult<(i64, String)> {
    let (created, id) = text.split_once('.').ok_or_else(wrong_cursor)?;
    Ok((created.parse().map_err(|_| wrong_cursor())?, id.to_owned()))
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
    }
}

#[cfg(test)]
mod tests;
