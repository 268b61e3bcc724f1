//! How a request becomes a permit: who asks, whether the rule of the route lets them, from where.
//!
//! Every route is added with its rule; there is no way to add one without. The rule is asked before the handler runs, and
//! leaves a [`Caller`] in the request.

use api::ProblemCode;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use daemon::PeerAddress;
use policy::access::{self, Grant, Permission, Permit, Principal, PrincipalKind};
use store::audit::{Actor, AuditEntry, Outcome};
use store::{StoreError, rights, sessions, tokens, users};

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::installation::Installation;
use crate::{idempotency, last_used, rate, secrets};

/// The cookie of a session. `__Host-` makes browsers refuse it without TLS, for other hosts and for parts of the site
/// (RFC 6265bis, section 4.1.3.2).
pub(crate) const COOKIE: &str = "__Host-bulkhead";

/// How long a password that was given counts for what is dangerous.
const CONFIRMED: i64 = 15 * 60 * SECOND;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Anybody.
    Public,
    /// Whoever is recognized, for what is their own, even before they have changed their password.
    Oneself,
    /// Whoever has a permission.
    Needs(Permission),
}

impl Rule {
    /// The word in documentation and in the committed list of rules.
    pub(crate) fn word(self) -> String {
        match self {
            Rule::Public => "public".to_owned(),
            Rule::Oneself => "oneself".to_owned(),
            Rule::Needs(permission) => permission.to_string(),
        }
    }
}

/// Whoever asks.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    /// The user, unless a machine's token asks.
    pub(crate) user: Option<users::User>,
    /// The session, unless a token asks.
    pub(crate) session: Option<sessions::Session>,
    pub(crate) actor: Actor,
    permit: Option<Permit>,
}

impl Caller {
    /// The permit that the rule of the route asked for.
    pub(crate) fn permit(&self) -> ApiResult<Permit> {
        self.permit.clone().ok_or_else(unauthenticated)
    }

    /// Another permit, for what the route does beside.
    pub(crate) fn permit_for(&self, permission: Permission) -> ApiResult<Permit> {
        Ok(access::permit(&self.principal, permission)?)
    }

    /// Kind and id, as jobs know whose rights they have.
    pub(crate) fn owner(&self) -> String {
        format!("{}/{}", self.principal.kind.as_str(), self.principal.id)
    }

    /// Whoever answers for what is asked.
    pub(crate) fn person(&self) -> Person {
        Person::of(&self.principal, self.user.as_ref())
    }

    /// The user; what is a person's own is not a token's.
    pub(crate) fn user(&self) -> ApiResult<&users::User> {
        self.user.as_ref().ok_or_else(|| {
            ApiError::new(ProblemCode::State, "This is for people: an API token has no account of its own.")
        })
    }

    /// What is told of others than oneself waits until a password that somebody else gave was changed.
    pub(crate) fn has_own_password(&self) -> ApiResult<()> {
        match self.session.is_some() && self.user.as_ref().is_some_and(|user| user.must_change) {
            true => Err(password_change()),
            false => Ok(()),
        }
    }

    /// What is dangerous needs a session whose person gave the password lately; API tokens are given for what they may do.
    pub(crate) fn has_confirmed(&self, now: i64) -> ApiResult<()> {
        match &self.session {
            Some(session) if session.confirmed + CONFIRMED <= now => {
                let detail = "This needs the password again (POST /api/v1/me/confirm).";
                Err(ApiError::new(ProblemCode::Confirmation, detail))
            }
            _ => Ok(()),
        }
    }

    /// A record of what the caller did to an object.
    pub(crate) fn entry(&self, now: i64, action: &str, object: &str, id: &str, name: &str) -> AuditEntry {
        entry(self.actor.clone(), now, action, object, id, name)
    }
}

/// Whoever answers for what is asked: the user whom a token acts for, or a machine's token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) name: String,
}

impl Person {
    fn of(principal: &Principal, user: Option<&users::User>) -> Person {
        let (id, name) = user.map_or((&principal.id, &principal.name), |user| (&user.id, &user.name));
        Person { id: id.clone(), name: name.clone() }
    }
}

/// Whoever something is done for without their waiting, with the rights of one moment.
#[derive(Debug, Clone)]
pub(crate) struct Acting {
    pub(crate) principal: Principal,
    pub(crate) person: Person,
}

impl Acting {
    /// A permit of these rights.
    pub(crate) fn permit(&self, permission: Permission) -> ApiResult<Permit> {
        Ok(access::permit(&self.principal, permission)?)
    }
}

/// A record of what somebody did to an object.
pub(crate) fn entry(actor: Actor, now: i64, action: &str, object: &str, id: &str, name: &str) -> AuditEntry {
    AuditEntry {
        at: now,
        actor,
        action: action.to_owned(),
        object: object.to_owned(),
        object_id: id.to_owned(),
        object_name: name.to_owned(),
        outcome: Outcome::Done,
        before: None,
        after: None,
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Caller> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(unauthenticated)
    }
}

/// Where a request came from, for those routes that nobody is recognized at.
#[derive(Debug, Clone)]
pub(crate) struct Origin(pub(crate) Actor);

impl<S: Send + Sync> FromRequestParts<S> for Origin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> ApiResult<Origin> {
        let request = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        Ok(Origin(Actor {
            kind: "unknown".to_owned(),
            id: String::new(),
            name: String::new(),
            address: address(&parts.extensions),
            request,
        }))
    }
}

/// The id of a request.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Asks the rule of a route.
pub(crate) async fn guard(State((app, rule)): State<(App, Rule)>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if let Err(error) = admit(&app, rule, &mut parts).await {
        return error.into_response();
    }
    let caller = parts.extensions.get::<Caller>().map(|caller| caller.principal.id.clone());
    let key = match parts.method {
        Method::POST => idempotency::key(&parts.headers),
        _ => Ok(None),
    };
    let request = Request::from_parts(parts, body);
    match (key, caller) {
        (Err(error), _) => error.into_response(),
        (Ok(Some(key)), Some(caller)) => idempotency::once(&app, &caller, key, request, next).await,
        (Ok(_), _) => next.run(request).await,
    }
}

async fn admit(app: &App, rule: Rule, request: &mut Parts) -> ApiResult<()> {
    let is_safe = matches!(request.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let now = clock::now();
    if rule == Rule::Public {
        return if is_safe { Ok(()) } else { same_site(&request.headers, &request.uri) };
    }
    let mut caller = recognize(app, request, now).await?;
    if caller.session.is_some() && !is_safe {
        same_site(&request.headers, &request.uri)?;
    }
    if let Err(seconds) = app.rates.take(&caller.principal.id, rate::REQUESTS, now) {
        return Err(too_often(seconds));
    }
    if let Rule::Needs(permission) = rule {
        caller.has_own_password()?;
        caller.permit = Some(access::permit(&caller.principal, permission)?);
    }
    request.extensions.insert(caller);
    Ok(())
}

pub(crate) fn too_often(seconds: u64) -> ApiError {
    ApiError::new(ProblemCode::RateLimited, format!("Too many requests; try again in {seconds} s."))
        .with("seconds", seconds)
        .retry_after(seconds)
}

fn password_change() -> ApiError {
    let detail = "The password must be changed first (POST /api/v1/me/password).";
    ApiError::new(ProblemCode::PasswordChange, detail)
}

fn unauthenticated() -> ApiError {
    let detail = "This needs a session or an API token (`Authorization: Bearer …`).";
    ApiError::new(ProblemCode::Unauthenticated, detail)
}

/// Refuses what another site made a browser send. Browsers say where a request is from (Fetch Metadata, `Sec-Fetch-Site`);
/// those that do not say `Origin`; a program that says neither has no cookies of a person. What the origin has to be is in
/// `Host`, or under HTTP/2 in the address of the request (RFC 9113, 8.3.1).
fn same_site(headers: &HeaderMap, uri: &Uri) -> ApiResult<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_same = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text("host").or_else(|| uri.authority().map(Authority::as_str)).unwrap_or_default();
            origin.split_once("://").is_some_and(|(_, rest)| rest == host)
        }
        (None, None) => true,
    };
    match is_same {
        true => Ok(()),
        false => Err(ApiError::new(ProblemCode::CrossSite, "The request was made by another site.")),
    }
}

async fn recognize(app: &App, request: &Parts, now: i64) -> ApiResult<Caller> {
    let origin = address(&request.extensions);
    let id = request.extensions.get::<RequestId>().map(|id| id.0.clone());
    if let Some(value) = request.headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(|text| text.split_once(' '));
        let token = token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
        let token = token.filter(|token| !token.is_empty()).ok_or_else(unauthenticated)?;
        return by_token(app, token, origin, id, now).await;
    }
    let cookie = cookie(&request.headers).ok_or_else(unauthenticated)?;
    by_session(app, &cookie, origin, id, now).await
}

async fn by_session(
    app: &App,
    cookie: &str,
    address: Option<String>,
    request: Option<String>,
    now: i64,
) -> ApiResult<Caller> {
    let hash = secrets::hash(cookie);
    let own = app.clone();
    let found = app
        .read(move |connection| {
            let idle = Installation::read(connection, &own.config)?.session_idle;
            let Some(session) = sessions::by_secret(connection, &hash)? else { return Ok(None) };
            if session.expires <= now || session.last_seen + idle <= now {
                return Ok(None);
            }
            let user = users::by_id(connection, &session.user_id)?;
            let grants = rights::grants_of(connection, &user.id)?;
            Ok(Some((session, user, grants)))
        })
        .await?;
    let (session, user, grants) = found.filter(|(_, user, _)| !user.is_disabled).ok_or_else(unauthenticated)?;
    if session.last_seen + last_used::STEP <= now {
        last_used::note(app, &session.id, now, sessions::touch);
    }
    let principal = Principal { kind: PrincipalKind::User, id: user.id.clone(), name: user.name.clone(), grants };
    let actor = actor(&principal, address, request);
    Ok(Caller { principal, user: Some(user), session: Some(session), actor, permit: None })
}

/// An owner (`user/ID`, `token/ID`) with the rights that it has at this moment, for what it asked to be done without waiting.
/// Whoever may no longer act is refused.
pub(crate) async fn acting(app: &App, owner: &str, now: i64) -> ApiResult<Acting> {
    let (kind, id) = owner.split_once('/').ok_or_else(unauthenticated)?;
    let id = id.to_owned();
    match kind {
        "user" => {
            let found = app.read(move |connection| {
                let user = users::by_id(connection, &id)?;
                let grants = rights::grants_of(connection, &user.id)?;
                Ok((user, grants))
            });
            let (user, grants) = found.await.map_err(gone)?;
            match user.is_disabled {
                true => Err(unauthenticated()),
                false => {
                    let person = Person { id: user.id.clone(), name: user.name.clone() };
                    let principal = Principal { kind: PrincipalKind::User, id: user.id, name: user.name, grants };
                    Ok(Acting { principal, person })
                }
            }
        }
        "token" => {
            let own = app.clone();
            let found = app.read(move |connection| {
                let token = tokens::by_id(connection, &id)?;
                let owner = owner_of(connection, &token)?;
                let grace = grace_of(connection, &token, &own)?;
                Ok((token, owner, grace))
            });
            let (token, owner, grace) = found.await.map_err(gone)?;
            let owner = owner.filter(|_| is_valid(&token, grace, now)).ok_or_else(unauthenticated)?;
            let (principal, user) = token_principal(token, owner);
            Ok(Acting { person: Person::of(&principal, user.as_ref()), principal })
        }
        _ => Err(unauthenticated()),
    }
}

/// Whoever is no longer there may no longer act.
fn gone(error: StoreError) -> ApiError {
    match error {
        StoreError::NotFound { .. } => unauthenticated(),
        error => error.into(),
    }
}

/// The grants that bound a token, of its owner or its group, where it has one.
type TokenOwner = Option<(Vec<Grant>, Option<users::User>)>;

/// What bounds a token; nothing where its owner may no longer act.
fn owner_of(connection: &mut store::Connection, token: &tokens::Token) -> Result<Option<TokenOwner>, StoreError> {
    Ok(match &token.owner {
        Some(owner) => match users::by_id(connection, owner) {
            Ok(user) if !user.is_disabled => Some(Some((rights::grants_of(connection, owner)?, Some(user)))),
            Ok(_) | Err(StoreError::NotFound { .. }) => None,
            Err(error) => return Err(error),
        },
        None => match &token.group {
            Some(group) => Some(Some((rights::grants_of_group(connection, group)?, None))),
            None => Some(None),
        },
    })
}

/// So long a token still works that nobody answers for any more; of others nobody asks.
fn grace_of(connection: &mut store::Connection, token: &tokens::Token, app: &App) -> Result<i64, StoreError> {
    match token.orphaned {
        Some(_) => Ok(Installation::read(connection, &app.config)?.token_grace),
        None => Ok(0),
    }
}

/// Whether a token may still be used; one that nobody answers for any more for a while.
fn is_valid(token: &tokens::Token, grace: i64, now: i64) -> bool {
    token.revoked.is_none()
        && token.expires.is_none_or(|end| now < end)
        && token.orphaned.is_none_or(|since| now < since.saturating_add(grace))
}

fn token_principal(token: tokens::Token, owner: TokenOwner) -> (Principal, Option<users::User>) {
    let own = Grant { role: token.name.clone(), permissions: token.permissions, scopes: token.scopes };
    let (grants, user) = match owner {
        // A token never has more than its owner or group has at this moment.
        Some((grants, user)) => (narrowed(&own, &grants), user),
        None => (vec![own], None),
    };
    (Principal { kind: PrincipalKind::Token, id: token.id, name: token.name, grants }, user)
}

async fn by_token(
    app: &App,
    token: &str,
    address: Option<String>,
    request: Option<String>,
    now: i64,
) -> ApiResult<Caller> {
    let hash = secrets::hash(token);
    let own = app.clone();
    let found = app
        .read(move |connection| {
            let Some(token) = tokens::by_secret(connection, &hash)? else { return Ok(None) };
            let Some(owner) = owner_of(connection, &token)? else { return Ok(None) };
            let grace = grace_of(connection, &token, &own)?;
            Ok(Some((token, owner, grace)))
        })
        .await?;
    let (token, owner, grace) = found.ok_or_else(unauthenticated)?;
    if !is_valid(&token, grace, now) || !crate::addresses::admits(&token.addresses, address.as_deref()) {
        return Err(unauthenticated());
    }
    if token.last_used.is_none_or(|used| used + last_used::STEP <= now) {
        last_used::note(app, &token.id, now, tokens::touch);
    }
    let (principal, user) = token_principal(token, owner);
    let actor = actor(&principal, address, request);
    Ok(Caller { principal, user, session: None, actor, permit: None })
}

/// What a token and its owner both allow: of each of the owner's grants the permissions and scopes that the token has too.
fn narrowed(token: &Grant, owner: &[Grant]) -> Vec<Grant> {
    owner
        .iter()
        .filter_map(|grant| {
            let scopes = match (token.scopes.is_empty(), grant.scopes.is_empty()) {
                (true, _) => grant.scopes.clone(),
                (false, true) => token.scopes.clone(),
                (false, false) => {
                    let both: std::collections::BTreeSet<String> =
                        token.scopes.intersection(&grant.scopes).cloned().collect();
                    // No scope in common is nothing, where an empty set would mean everything.
                    if both.is_empty() {
                        return None;
                    }
                    both
                }
            };
            let permissions = token.permissions.intersection(grant.permissions);
            Some(Grant { role: grant.role.clone(), permissions, scopes })
        })
        .collect()
}

fn actor(principal: &Principal, address: Option<String>, request: Option<String>) -> Actor {
    Actor {
        kind: principal.kind.as_str().to_owned(),
        id: principal.id.clone(),
        name: principal.name.clone(),
        address,
        request,
    }
}

fn address(extensions: &axum::http::Extensions) -> Option<String> {
    extensions.get::<PeerAddress>().map(|peer| peer.0.ip().to_canonical().to_string())
}

/// The secret in the session's cookie.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value.to_owned())
}

/// The caller whom a token makes.
#[cfg(test)]
pub(crate) async fn caller_of(app: &App, token: &str) -> ApiResult<Caller> {
    by_token(app, token, None, None, clock::now()).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn is_same_site(pairs: &[(&'static str, &'static str)]) -> bool {
        is_same_site_at("/api/v1/sessions", pairs)
    }

    fn is_same_site_at(address: &'static str, pairs: &[(&'static str, &'static str)]) -> bool {
        let headers =
            pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)));
        same_site(&headers.collect(), &Uri::from_static(address)).is_ok()
    }

    #[test]
    fn another_site_cannot_act_for_a_person() {
        assert!(is_same_site(&[("sec-fetch-site", "same-origin")]));
        assert!(!is_same_site(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_same_site(&[("sec-fetch-site", "same-site")]), "a neighbor under the same domain is another site");
        assert!(is_same_site(&[("origin", "https://h:8443"), ("host", "h:8443")]));
        assert!(!is_same_site(&[("origin", "https://evil.example"), ("host", "h:8443")]));
        assert!(!is_same_site(&[("origin", "null"), ("host", "h:8443")]));
        assert!(is_same_site(&[]), "programs say neither");
        let http2 = "https://h:8443/api/v1/sessions";
        assert!(is_same_site_at(http2, &[("origin", "https://h:8443")]), "HTTP/2 has no Host");
        assert!(!is_same_site_at(http2, &[("origin", "https://evil.example")]));
        assert!(!is_same_site_at(http2, &[("origin", "null")]));
    }

    #[test]
    fn a_token_has_no_more_than_its_owner() {
        let grant = |permissions: &str, scopes: &[&str]| Grant {
            role: "r".to_owned(),
            permissions: permissions.parse().unwrap(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        let token = grant("images.read,policies.write", &["shop"]);
        assert_eq!(narrowed(&token, &[grant("images.read", &[])]), [grant("images.read", &["shop"])]);
        assert_eq!(narrowed(&token, &[grant("images.read", &["bank"])]), [], "no scope in common is nothing");
        let everywhere = grant("images.read", &[]);
        assert_eq!(narrowed(&everywhere, &[grant("images.read", &["bank"])]), [grant("images.read", &["bank"])]);
        assert_eq!(narrowed(&token, &[]), []);
    }
}
