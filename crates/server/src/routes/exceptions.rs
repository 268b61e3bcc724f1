//! Exceptions: requested by one person, decided by another, with an end.

use api::assurance::{Exception, ExceptionDecision, ExceptionRequest, ExceptionTerms};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use policy::access::{self, Action, Area, Permission};
use policy::filter::{Filter, Key, Kind, Operand, Test, Wanted};
use serde_json::json;
use store::exceptions::{self, STATES, StoredException};
use store::{audit, policies};

use crate::app::App;
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{Body, Path, Query, Versioned, if_match};
use crate::{cursor, ids};

/// What the list of exceptions can be filtered by.
const KEYS: &[Key] = &[Key {
    name: "state",
    kind: Kind::Words(STATES),
    sorts: false,
    meaning: "What it is.",
    example: "state:requested",
}];

/// Exceptions by name.
#[utoipa::path(get, path = "/exceptions", operation_id = "list_exceptions", tag = "exceptions", params(PageQuery),
    responses((status = 200, description = "The exceptions", body = Page<Exception>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Exception>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), KEYS, clock::now())?;
    let state = match filter.terms.as_slice() {
        [] => None,
        [term] if !term.is_negated => match &term.test {
            Test::AnyOf(values) => match values.as_slice() {
                [Wanted::Exactly(Operand::Word(place))] => STATES.get(*place).copied(),
                _ => return Err(ApiError::invalid("filter", "one state can be asked for")),
            },
            _ => return Err(ApiError::invalid("filter", "one state can be asked for")),
        },
        _ => return Err(ApiError::invalid("filter", "one state can be asked for")),
    };
    let after: Option<String> = cursor::read(query.cursor.as_deref())?;
    let after = after.unwrap_or_default();
    let found = app.read(move |connection| exceptions::list(connection, &permit, state, &after, limit)).await?;
    Ok(Json(cursor::page(found, limit, None, |exception| cursor::write(&exception.name), told)))
}

/// An exception.
#[utoipa::path(get, path = "/exceptions/{id}", operation_id = "show_exception", tag = "exceptions",
    params(("id" = String, Path, description = "The exception")),
    responses((status = 200, description = "The exception", body = Exception)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Versioned<Exception>> {
    let permit = caller.permit()?;
    let found = app.read(move |connection| exceptions::by_id(connection, &permit, &id)).await?;
    Ok(Versioned::read(found.version, told(found)))
}

fn told(stored: StoredException) -> Exception {
    let document: serde_json::Value = serde_json::from_str(&stored.document).unwrap_or_default();
    let terms: ExceptionTerms = serde_json::from_value(document["exceptions"][0].clone()).unwrap_or(ExceptionTerms {
        name: stored.name,
        kind: None,
        ids: Vec::new(),
        package: None,
        path: None,
        scope: None,
        owner: String::new(),
        reason: String::new(),
        expires: String::new(),
    });
    Exception {
        id: stored.id,
        terms,
        policy: stored.policy_id,
        state: stored.state,
        ends: Moment(stored.ends),
        requested_by: stored.requester_name,
        requested: Moment(stored.requested),
        decided_by: stored.decider_name,
        decided: stored.decided.map(Moment),
        comment: stored.comment,
        version: stored.version,
    }
}

/// Asks for an exception. It holds once another person has approved it.
#[utoipa::path(post, path = "/exceptions", operation_id = "request_exception", tag = "exceptions",
    request_body = ExceptionRequest, responses((status = 201, description = "The exception", body = Exception)))]
pub(super) async fn request(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExceptionRequest>,
) -> ApiResult<Versioned<Exception>> {
    let (permit, now) = (caller.permit()?, clock::now());
    let document = json!({ "schema": "bulkhead.exceptions/1", "exceptions": [request.terms] }).to_string();
    let read = policy::read_exceptions("exception", &document)
        .map_err(|error| ApiError::invalid("exception", &error.problem).with("problem", error.problem.to_string()))?;
    let Some(exception) = read.into_iter().next() else {
        return Err(ApiError::invalid("exception", "it says nothing"));
    };
    if exception.name.len() > 200 {
        return Err(ApiError::invalid("name", "it is longer than 200 bytes"));
    }
    let ends = exception.ends.saturating_mul(SECOND);
    if ends <= now {
        return Err(ApiError::invalid("expires", "this time is over"));
    }
    let new = StoredException {
        id: ids::new(now),
        name: exception.name,
        document,
        policy_id: request.policy,
        state: "requested".to_owned(),
        ends,
        requester: caller.principal.id.clone(),
        requester_name: caller.principal.name.clone(),
        requested: now,
        decider: None,
        decider_name: None,
        decided: None,
        comment: String::new(),
        changed: now,
        version: 1,
    };
    let mut record = caller.entry(now, "exception.request", "exception", &new.id, &new.name);
    record.after = Some(shown(&new));
    let own = new.clone();
    let server = access::permit(&access::Principal::server(), Permission::new(Area::Policies, Action::Read))?;
    app.change(move |connection| {
        if let Some(policy) = &own.policy_id {
            policies::by_id(connection, &server, policy)?;
        }
        exceptions::insert(connection, &permit, &own)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    Ok(Versioned::created(new.version, told(new)))
}

fn shown(exception: &StoredException) -> serde_json::Value {
    let document: serde_json::Value = serde_json::from_str(&exception.document).unwrap_or_default();
    json!({
        "state": exception.state,
        "exception": document["exceptions"][0],
        "policy": exception.policy_id,
        "comment": exception.comment,
        "version": exception.version,
    })
}

/// Approves an exception that another person asked for, from a policy that another person wrote.
#[utoipa::path(post, path = "/exceptions/{id}/approve", operation_id = "approve_exception", tag = "exceptions",
    params(("id" = String, Path, description = "The exception")), request_body = ExceptionDecision,
    responses((status = 200, description = "The exception", body = Exception)))]
pub(super) async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(decision): Body<ExceptionDecision>,
) -> ApiResult<Versioned<Exception>> {
    decide(&app, &caller, id, &headers, decision, Step { to: "approved", action: "exception.approve" }).await
}

/// Refuses an exception.
#[utoipa::path(post, path = "/exceptions/{id}/refuse", operation_id = "refuse_exception", tag = "exceptions",
    params(("id" = String, Path, description = "The exception")), request_body = ExceptionDecision,
    responses((status = 200, description = "The exception", body = Exception)))]
pub(super) async fn refuse(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(decision): Body<ExceptionDecision>,
) -> ApiResult<Versioned<Exception>> {
    decide(&app, &caller, id, &headers, decision, Step { to: "refused", action: "exception.refuse" }).await
}

/// Withdraws an exception: one's own request, or with the right to approve one that holds.
#[utoipa::path(post, path = "/exceptions/{id}/withdraw", operation_id = "withdraw_exception", tag = "exceptions",
    params(("id" = String, Path, description = "The exception")), request_body = ExceptionDecision,
    responses((status = 200, description = "The exception", body = Exception)))]
pub(super) async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(decision): Body<ExceptionDecision>,
) -> ApiResult<Versioned<Exception>> {
    decide(&app, &caller, id, &headers, decision, Step { to: "withdrawn", action: "exception.withdraw" }).await
}

/// What is done to an exception.
#[derive(Debug, Clone, Copy)]
struct Step {
    to: &'static str,
    action: &'static str,
}

impl Step {
    fn leads_from(self, state: &str) -> bool {
        match self.to {
            "withdrawn" => matches!(state, "requested" | "approved"),
            _ => state == "requested",
        }
    }
}

async fn decide(
    app: &App,
    caller: &Caller,
    id: String,
    headers: &HeaderMap,
    decision: ExceptionDecision,
    step: Step,
) -> ApiResult<Versioned<Exception>> {
    let (permit, now, version) = (caller.permit()?, clock::now(), if_match(headers)?);
    if decision.comment.len() > 4096 {
        return Err(ApiError::invalid("comment", "it is longer than 4096 bytes"));
    }
    let (own, asked) = (permit.clone(), id.clone());
    let (former, authors) = app
        .read(move |connection| {
            let former = exceptions::by_id(connection, &own, &asked)?;
            let authors = match &former.policy_id {
                Some(policy) => policies::authors(connection, policy)?,
                // From no policy in particular: it excepts from all of them.
                None => {
                    let mut authors = Vec::new();
                    for policy in policies::in_force(connection)? {
                        authors.extend(policies::authors(connection, &policy.id)?);
                    }
                    authors
                }
            };
            Ok((former, authors))
        })
        .await?;
    if !step.leads_from(&former.state) {
        let detail = format!("The exception is {}; only what was requested can be decided.", former.state);
        return Err(ApiError::new(ProblemCode::State, detail).with("state", former.state));
    }
    if former.version != version {
        return Err(store::StoreError::Changed { what: "exception" }.into());
    }
    let me = caller.principal.id.as_str();
    match step.to {
        "approved" => separate(caller, &former, &authors)?,
        "withdrawn" if former.requester != me => {
            caller.permit_for(Permission::new(Area::Exceptions, Action::Approve))?;
        }
        _ => {}
    }
    if step.to == "approved" && former.ends <= now {
        return Err(ApiError::new(ProblemCode::State, "The time of the exception is over; ask for another."));
    }
    let new = StoredException {
        state: step.to.to_owned(),
        decider: Some(me.to_owned()),
        decider_name: Some(caller.principal.name.clone()),
        decided: Some(now),
        comment: decision.comment,
        changed: now,
        version: version.saturating_add(1),
        ..former.clone()
    };
    let mut record = caller.entry(now, step.action, "exception", &new.id, &new.name);
    (record.before, record.after) = (Some(shown(&former)), Some(shown(&new)));
    let stored = new.clone();
    app.change(move |connection| {
        exceptions::decide(connection, &permit, &stored, &former.state)?;
        audit::append(connection, &record).map(|_| ())
    })
    .await?;
    app.assurance.bell.notify_one();
    Ok(Versioned::read(new.version, told(new)))
}

/// Whoever asked for it, or wrote the policy that it excepts from, cannot approve it. A token acts for its owner.
fn separate(caller: &Caller, exception: &StoredException, authors: &[String]) -> ApiResult<()> {
    let authors: Vec<&str> = authors.iter().map(String::as_str).collect();
    let persons = [Some(caller.principal.id.as_str()), caller.user.as_ref().map(|user| user.id.as_str())];
    let may = persons.into_iter().flatten().all(|me| access::may_approve(me, &exception.requester, &authors, true));
    match may {
        true => Ok(()),
        false => {
            let detail = "Whoever asked for an exception, or wrote the policy that it excepts from, cannot approve it.";
            Err(ApiError::new(ProblemCode::Separation, detail))
        }
    }
}

#[cfg(test)]
mod tests;
