//! Exceptions: requested by one person, decided by another, with an end.

use std::collections::BTreeSet;

use api::assurance::{DryRunChange, Exception, ExceptionDecision, ExceptionPreview, ExceptionRequest, ExceptionTerms};
use api::{Moment, Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use policy::access::{self, Action, Area, Permission, Permit};
use policy::filter::{Filter, Operand, Term, Test, Wanted};
use serde_json::json;
use store::exceptions::{self, StoredException};
use store::images::{DECISIONS, word};
use store::{StoreError, audit, policies};

use super::images::tell;
use super::paging::Asked;
use super::policies::MOST_LISTED;
use crate::app::App;
use crate::assurance::rules::Rules;
use crate::assurance::{judging, trial};
use crate::clock::{self, SECOND};
use crate::error::{ApiError, ApiResult};
use crate::guard::{Caller, Person};
use crate::ids;
use crate::installation::Installation;
use crate::json::{Body, Path, Query, Versioned, if_match};
use parts::{Parts, Rights, Viewer};

const DAY: i64 = 24 * 3600 * SECOND;

/// With more ids than these a preview looks at all images.
const MOST_IDS: usize = 50;

/// Exceptions, by name where no other order is asked for. Whoever is limited to applications sees those that are.
#[utoipa::path(get, path = "/exceptions", operation_id = "list_exceptions", tag = "exceptions", params(PageQuery),
    responses((status = 200, description = "The exceptions", body = Page<Exception>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Exception>>> {
    let (permit, asked) = (caller.permit()?, Asked::read(&query, exceptions::KEYS, "name")?);
    let own = asked.query.clone();
    let found = app.read(move |connection| exceptions::list(connection, &permit, &own)).await?;
    let exceptions = found.iter().map(|(exception, _)| exception.clone()).collect();
    let rights = Viewer::new(&caller).rights(&app, exceptions).await?;
    let found = found.into_iter().zip(rights).map(|((exception, place), rights)| ((exception, rights), place));
    Ok(Json(asked.page(found.collect(), |(exception, rights)| told(exception, rights))))
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
    versioned(&app, &caller, found, Versioned::read).await
}

/// An exception with what its reader may do with it.
async fn versioned(
    app: &App,
    caller: &Caller,
    exception: StoredException,
    answer: fn(i64, Exception) -> Versioned<Exception>,
) -> ApiResult<Versioned<Exception>> {
    let rights = Viewer::new(caller).rights(app, vec![exception.clone()]).await?;
    Ok(answer(exception.version, told(exception, rights.into_iter().next().unwrap_or_default())))
}

fn told(stored: StoredException, rights: Rights) -> Exception {
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
        scopes: stored.scopes.into_iter().collect(),
        may_decide: rights.may,
        blocked: rights.blocked,
    }
}

/// Reads what is asked for, or says what is wrong with it.
fn read(terms: &ExceptionTerms) -> ApiResult<(policy::Exception, String)> {
    let document = json!({ "schema": "bulkhead.exceptions/1", "exceptions": [terms] }).to_string();
    let read = policy::read_exceptions("exception", &document)
        .map_err(|error| ApiError::invalid("exception", &error.problem).with("problem", error.problem.to_string()))?;
    let Some(exception) = read.into_iter().next() else {
        return Err(ApiError::invalid("exception", "it says nothing"));
    };
    if exception.name.len() > 200 {
        return Err(ApiError::invalid("name", "it is longer than 200 bytes"));
    }
    match exception.name.chars().any(char::is_control) {
        true => Err(ApiError::invalid("name", "it has a line break or another control character")),
        false => Ok((exception, document)),
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
    let new = stored(&app, &permit, &request.terms, request.policy, caller.person(), now).await?;
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
    versioned(&app, &caller, new, Versioned::created).await
}

/// Tells which images an exception would cover something of, and their verdicts before and after, before anybody asks for it.
/// Of whoever is limited to applications these are the images of theirs.
#[utoipa::path(post, path = "/exceptions/preview", operation_id = "preview_exception", tag = "exceptions",
    request_body = ExceptionRequest, responses((status = 200, description = "What would change", body = ExceptionPreview)))]
pub(super) async fn preview(
    State(app): State<App>,
    caller: Caller,
    Body(request): Body<ExceptionRequest>,
) -> ApiResult<Json<ExceptionPreview>> {
    let limits = exceptions::limits(&caller.permit()?);
    let (exception, _) = read(&request.terms)?;
    tried(&app, &caller, exception, limits).await
}

/// Tells what an exception covers that somebody has asked for: within the applications of whoever asked, of the images that
/// the reader may see.
#[utoipa::path(get, path = "/exceptions/{id}/preview", operation_id = "preview_requested_exception",
    tag = "exceptions", params(("id" = String, Path, description = "The exception")),
    responses((status = 200, description = "What would change", body = ExceptionPreview)))]
pub(super) async fn preview_requested(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<ExceptionPreview>> {
    let permit = caller.permit()?;
    let stored = app.read(move |connection| exceptions::by_id(connection, &permit, &id)).await?;
    let limits = stored.scopes.clone();
    let (exception, _) = read(&told(stored, Rights::default()).terms)?;
    tried(&app, &caller, exception, limits).await
}

/// Judges images with one exception more, within these application scopes.
async fn tried(
    app: &App,
    caller: &Caller,
    mut exception: policy::Exception,
    limits: BTreeSet<String>,
) -> ApiResult<Json<ExceptionPreview>> {
    let now = clock::now();
    let reader = caller.permit_for(Permission::new(Area::Images, Action::Read))?;
    // A name that no other has tells afterwards what it covers.
    exception.name = ids::new(now);
    let (name, filter) = (exception.name.clone(), candidates(app, &exception).await?);
    let mut rules = Rules::read(app, now).await?;
    if !limits.is_empty() {
        rules.limits.insert(rules.exceptions.len(), limits);
    }
    rules.exceptions.push(exception);
    let mut answer = ExceptionPreview { images: 0, matches: 0, changed: 0, is_partial: false, items: Vec::new() };
    let judged = trial::each(app, rules, &reader, filter, now, |image, judged| {
        let verdict = &judged.evaluation.verdict;
        if !judging::excepts(verdict, &name) {
            return;
        }
        answer.matches += 1;
        answer.changed += u64::from(verdict.decision != image.decision);
        if answer.items.len() < MOST_LISTED {
            answer.items.push(DryRunChange {
                from: word(DECISIONS, image.decision).to_owned(),
                to: word(DECISIONS, verdict.decision).to_owned(),
                image: tell::image(image),
            });
        }
    });
    (answer.images, answer.is_partial) = judged.await?;
    Ok(Json(answer))
}

/// The images that an exception can cover something of, as far as an index tells: those that have one of its
/// vulnerabilities, under whichever of its names.
async fn candidates(app: &App, exception: &policy::Exception) -> ApiResult<Filter> {
    let is_vulnerability = |id: &String| ["CVE-", "GHSA-"].iter().any(|prefix| id.starts_with(prefix));
    let is_narrow = !exception.ids.is_empty() && exception.ids.iter().all(is_vulnerability);
    if !is_narrow || exception.ids.len() > MOST_IDS {
        return Ok(Filter::default());
    }
    let (ids, database) = (exception.ids.clone(), app.assurance.intelligence.database());
    let names = app.assurance.work(move || {
        let spelled = ids.into_iter().map(|id| match id.strip_prefix("GHSA-") {
            Some(rest) => format!("GHSA-{}", rest.to_lowercase()),
            None => id,
        });
        let mut names: BTreeSet<String> = spelled.collect();
        for id in names.clone() {
            let record = database.as_ref().and_then(|database| database.lookup(&id));
            names.extend(record.into_iter().flat_map(|record| record.aliases.into_iter().chain([record.id])));
        }
        names
    });
    let wanted = names.await?.into_iter().map(|name| Wanted::Exactly(Operand::Text(name))).collect();
    Ok(Filter { terms: vec![Term { key: Some("vulnerability"), is_negated: false, test: Test::AnyOf(wanted) }] })
}

/// A request as it is stored, or what is wrong with it.
pub(crate) async fn stored(
    app: &App,
    permit: &Permit,
    terms: &ExceptionTerms,
    policy: Option<String>,
    requester: Person,
    now: i64,
) -> ApiResult<StoredException> {
    let (exception, document) = read(terms)?;
    let ends = exception.ends.saturating_mul(SECOND);
    if ends <= now {
        return Err(ApiError::invalid("expires", "this time is over"));
    }
    let own = app.clone();
    let held = app.read(move |connection| Installation::read(connection, &own.config)).await?;
    // What ends with a day ends at its end, wherever it began.
    if held.longest_exception > 0 && ends > now.saturating_add(held.longest_exception).saturating_add(DAY) {
        let days = held.longest_exception / DAY;
        return Err(ApiError::invalid("expires", format_args!("exceptions may last {days} days at most")));
    }
    Ok(StoredException {
        id: ids::new(now),
        name: exception.name,
        document,
        policy_id: policy,
        state: "requested".to_owned(),
        ends,
        requester: requester.id,
        requester_name: requester.name,
        requested: now,
        decider: None,
        decider_name: None,
        decided: None,
        comment: String::new(),
        changed: now,
        version: 1,
        scopes: exceptions::limits(permit),
    })
}

pub(crate) fn shown(exception: &StoredException) -> serde_json::Value {
    let document: serde_json::Value = serde_json::from_str(&exception.document).unwrap_or_default();
    json!({
        "state": exception.state,
        "exception": document["exceptions"][0],
        "policy": exception.policy_id,
        "scopes": exception.scopes,
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
    let shared = app.clone();
    let (me, principal) = (caller.person(), caller.principal.id.clone());
    let person = me.id.clone();
    let (former, parts, is_separated) = app
        .read(move |connection| {
            let is_separated = Installation::read(connection, &shared.config)?.is_separated;
            let former = exceptions::by_id(connection, &own, &asked)?;
            let parts = Parts::read(connection, &former, &principal, &person)?;
            Ok((former, parts, is_separated))
        })
        .await?;
    if !step.leads_from(&former.state) {
        let detail = format!("The exception is {}; only what was requested can be decided.", former.state);
        return Err(ApiError::new(ProblemCode::State, detail).with("state", former.state));
    }
    if former.version != version {
        return Err(StoreError::Changed { what: "exception" }.into());
    }
    match step.to {
        "approved" => parts.separate(is_separated)?,
        "withdrawn" if !parts.is_own => {
            caller.permit_for(Permission::new(Area::Exceptions, Action::Approve))?;
        }
        _ => {}
    }
    if step.to == "approved" && former.ends <= now {
        return Err(ApiError::new(ProblemCode::State, "The time of the exception is over; ask for another."));
    }
    let new = StoredException {
        state: step.to.to_owned(),
        decider: Some(me.id),
        decider_name: Some(me.name),
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
    versioned(app, caller, new, Versioned::read).await
}

mod parts;
#[cfg(test)]
mod tests;
