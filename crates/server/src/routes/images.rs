//! Images: registering, reading, approving, removing.

pub(crate) mod tell;

use std::collections::BTreeSet;
use std::sync::Arc;

use api::images::{
    ApprovalRequest, Finding, INDEX_TYPE, Image, ImageDetails, Package, REGISTRATION_TYPE, RegistrationDocument,
    RegistrationQuery, VerdictObject,
};
use api::{Page, PageQuery, ProblemCode};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use policy::access::Permit;
use policy::filter::{Filter, Sort};
use store::approvals;
use store::images::{self, FindingQuery, ImageQuery, ImageSort, InstalledQuery};
use store::{Connection, StoreError, Value, acknowledgements, audit, registries, verdicts};

use crate::app::App;
use crate::approving::{self, Approver};
use crate::assurance::{asked, index, judging, reevaluation, rules::Rules};
use crate::clock;
use crate::cursor;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::{self, Body, Path, Query};
use crate::registration::{self, Reference, Registration, Source};
use crate::registries::platforms::PlatformIndex;

/// Registers an image: the body is its index, a `bulkhead.report/1` document, as it is or compressed. A refusal of what the
/// server does not read tells `server_version`, and one of the type of the body the types (`accepts`) or content codings
/// (`codings`) that it reads, as the headers Accept and Accept-Encoding do: a program that is newer then knows what to send.
#[utoipa::path(post, path = "/images", operation_id = "register_image", tag = "images", params(RegistrationQuery),
    request_body(content = Object, description = "The index: a bulkhead.report/1 document; Content-Encoding zstd or gzip. With the \
        image indexes through which the image was found it is sent as application/vnd.bulkhead.registration+json: an object of \
        `index` and `image_indexes`, their documents as text"),
    responses((status = 200, description = "The verdict on the image", body = VerdictObject)))]
pub(super) async fn register(
    State(app): State<App>,
    caller: Caller,
    query: ApiResult<Query<RegistrationQuery>>,
    request: Request,
) -> ApiResult<Json<VerdictObject>> {
    // A query that is not read is refused as a body is.
    let Query(query) = query.map_err(of_this_version)?;
    registered(&app, &caller, query, request).await.map(Json).map_err(of_this_version)
}

/// Tells with a refusal of what is not read which version does not read it.
fn of_this_version(error: ApiError) -> ApiError {
    match matches!(error.code, ProblemCode::MediaType | ProblemCode::Malformed) {
        true => error.with("server_version", env!("CARGO_PKG_VERSION")),
        false => error,
    }
}

async fn registered(
    app: &App,
    caller: &Caller,
    query: RegistrationQuery,
    request: Request,
) -> ApiResult<VerdictObject> {
    let permit = caller.permit()?;
    let headers = request.headers();
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let has_image_indexes = kind.eq_ignore_ascii_case(REGISTRATION_TYPE);
    if !has_image_indexes && !kind.eq_ignore_ascii_case(INDEX_TYPE) {
        let detail = "The body must be an index in JSON, sent as `Content-Type: application/json`.";
        let accepts = serde_json::json!([INDEX_TYPE, REGISTRATION_TYPE]);
        return Err(ApiError::new(ProblemCode::MediaType, detail).with("accepts", accepts));
    }
    let encoding = text(header::CONTENT_ENCODING);
    let body = json::bytes(request, &()).await?;
    let references = references(query.reference.as_deref())?;
    let read = app.assurance.work(move || {
        let body = index::decoded(encoding.as_deref(), &body)?;
        if has_image_indexes { with_image_indexes(&body) } else { Ok((body, None)) }
    });
    let (index, platforms) = read.await??;
    let source = Source::Pipeline {
        repository: short(query.repository)?,
        commit: short(query.commit)?,
        build: page(short(query.build)?)?,
    };
    let registration = Registration { references, source, index, may_be_another: false, platforms };
    let registered = registration::register_within(app, &caller.actor, &permit, registration).await?;
    Ok(VerdictObject(registered.verdict))
}

/// The index of an image, and the index of several platforms through which it was found.
fn with_image_indexes(body: &[u8]) -> ApiResult<(Vec<u8>, Option<PlatformIndex>)> {
    let document: RegistrationDocument = serde_json::from_slice(body).map_err(|error| {
        ApiError::new(ProblemCode::Malformed, format!("The body cannot be used as a registration: {error}."))
            .with("problem", error.to_string())
    })?;
    let platforms = PlatformIndex::read(&document.image_indexes, None)?;
    Ok((document.index.get().as_bytes().to_vec(), Some(platforms)))
}

fn references(text: Option<&str>) -> ApiResult<Vec<Reference>> {
    let names = text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    names
        .map(|text| {
            let name = index::name_of(text)
                .ok_or_else(|| ApiError::invalid("reference", format!("`{text}` is no name of an image")))?;
            let tag = (!name.tag.is_empty()).then_some(name.tag);
            Ok(Reference { registry: name.registry, repository: name.repository, tag })
        })
        .collect()
}

/// The address of a build is a page that people open.
fn page(address: Option<String>) -> ApiResult<Option<String>> {
    let is_page = |address: &str| {
        let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        scheme.is_some_and(|scheme| scheme == "https" || scheme == "http") && !address.contains(char::is_whitespace)
    };
    match address {
        Some(address) if !is_page(&address) => Err(ApiError::invalid("build", "use the address of a page, https://…")),
        address => Ok(address),
    }
}

/// What is told of a build is kept whole or refused.
fn short(text: Option<String>) -> ApiResult<Option<String>> {
    match text.as_ref().is_some_and(|text| text.len() > 2048) {
        true => Err(ApiError::invalid("query", "a value is longer than 2048 bytes")),
        false => Ok(text),
    }
}

/// Images, with filter, order and pages. `total` is on the first page, up to 10,000, and absent where thousands of images
/// would have to be looked at for several terms: `GET /counts` tells how many they are. To whoever is limited to application scopes the decision is told as it is under the names
/// that they know; filters, orders and counts go by the one under all names.
#[utoipa::path(get, path = "/images", operation_id = "list_images", tag = "images", params(PageQuery),
    responses((status = 200, description = "The images", body = Page<Image>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Image>>> {
    let permit = caller.permit()?;
    let limit = query.limit();
    let sort = query.sort.as_deref().map(|text| Sort::read(text, images::KEYS)).transpose()?;
    let sort = sort.map_or_else(ImageSort::default, |sort| ImageSort { sort });
    let order = format!("{}{}", if sort.sort.is_descending { "-" } else { "" }, sort.sort.key);
    let after: Option<(String, serde_json::Value, i64)> = cursor::read(query.cursor.as_deref())?;
    let after = match after {
        Some((of, value, id)) if of == order => Some((value_of(value)?, id)),
        Some(_) => return Err(cursor::not_of_this_list()),
        None => None,
    };
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), images::KEYS, clock::now())?;
    let asked = ImageQuery { filter, sort, after, limit };
    let own = permit.clone();
    let (found, total) = app.read(move |connection| images::list(connection, &own, &asked)).await?;
    let page = usize::try_from(limit).map_or(found.len(), |limit| found.len().min(limit));
    let judged = asked::of_page(&app, &permit, &found[..page]).await?;
    let place = |image: &images::Image| {
        let value = match sort.value(image) {
            Value::Text(text) => text.into(),
            Value::Integer(number) => number.into(),
            Value::Null | Value::Real(_) | Value::Bytes(_) => serde_json::Value::Null,
        };
        cursor::write(&(&order, value, image.id))
    };
    let tell = |mut image: images::Image| {
        if let Some((decision, verdict)) = judged.get(&image.id) {
            (image.decision, image.verdict_id) = (*decision, verdict.clone());
        }
        tell::image(image)
    };
    Ok(Json(cursor::page(found, limit, total, place, tell)))
}

fn value_of(value: serde_json::Value) -> ApiResult<Value> {
    match value {
        serde_json::Value::String(text) => Ok(text.into()),
        serde_json::Value::Number(number) => number.as_i64().map(Value::from).ok_or_else(cursor::not_of_this_list),
        _ => Err(cursor::not_of_this_list()),
    }
}

/// An image with its names, approvals and verdict.
#[utoipa::path(get, path = "/images/{digest}", operation_id = "show_image", tag = "images",
    params(("digest" = String, Path, description = "The digest")),
    responses((status = 200, description = "The image", body = ImageDetails)))]
pub(super) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
) -> ApiResult<Json<ImageDetails>> {
    let permit = caller.permit()?;
    let own = permit.clone();
    let read = app.read(move |connection| {
        let image = images::by_digest(connection, &own, &digest)?;
        let known = images::known_names(connection, &own, image.id)?;
        let approvals = approvals::of_digest(connection, &digest)?;
        let verdict = verdicts::current(connection, &own, &digest)?;
        let indexes = images::indexes_of(connection, &digest)?;
        let hosts: BTreeSet<&str> = known.names.iter().map(|named| named.name.registry.as_str()).collect();
        let mut is_fetchable = false;
        for host in hosts {
            is_fetchable = is_fetchable || registries::is_known(connection, host)?;
        }
        Ok((image, known, approvals, verdict, indexes, is_fetchable))
    });
    let (mut image, known, mut approvals, verdict, indexes, is_fetchable) = read.await?;
    let verdict = match verdict {
        Some(verdict) => Some(asked::told(&app, &permit, verdict).await?),
        None => None,
    };
    if let Some(told) = verdict.as_ref().filter(|_| !known.is_whole) {
        image.decision = judging::place(told["decision"].as_str().unwrap_or_default());
        image.verdict_id = told["id"].as_str().unwrap_or_default().to_owned();
    }
    if !known.is_whole {
        let is_known = |approval: &approvals::Approval| {
            let place = (&approval.registry, &approval.repository);
            known.names.iter().any(|named| (&named.name.registry, &named.name.repository) == place)
        };
        approvals.retain(is_known);
        // Who built or scanned it may be those whom another name belongs to.
        image.source = "{}".to_owned();
    }
    Ok(Json(ImageDetails { indexes, is_fetchable, ..tell::details(image, known.names, approvals, verdict) }))
}

/// The packages of an image by name. The first page tells in `total` how many they are.
#[utoipa::path(get, path = "/images/{digest}/packages", operation_id = "list_image_packages", tag = "images",
    params(("digest" = String, Path, description = "The digest"), PageQuery),
    responses((status = 200, description = "The packages", body = Page<Package>)))]
pub(super) async fn packages(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Package>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    if query.sort.is_some() {
        return Err(ApiError::invalid("sort", "this list has one order"));
    }
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), images::INSTALLED_KEYS, clock::now())?;
    let asked = InstalledQuery { filter, after: cursor::read(query.cursor.as_deref())?, limit };
    let found = app.read(move |connection| images::packages(connection, &permit, &digest, &asked));
    let (found, total) = found.await?;
    let place = |installed: &images::InstalledPackage| cursor::write(&(&installed.package.name, installed.id));
    Ok(Json(cursor::page(found, limit, total, place, tell::package)))
}

/// Says of a list without filter or order that it has none, where one is asked for.
pub(super) fn unfiltered(query: &PageQuery) -> ApiResult<()> {
    match (&query.filter, &query.sort) {
        (None, None) => Ok(()),
        (Some(_), _) => Err(ApiError::invalid("filter", "this list has no filter")),
        (None, Some(_)) => Err(ApiError::invalid("sort", "this list has one order")),
    }
}

/// The findings of an image in the order of reports, or in the order that is asked for.
#[utoipa::path(get, path = "/images/{digest}/findings", operation_id = "list_image_findings", tag = "images",
    params(("digest" = String, Path, description = "The digest"), PageQuery),
    responses((status = 200, description = "The findings", body = Page<Finding>)))]
pub(super) async fn findings(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Finding>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    let sort = query.sort.as_deref().map(|text| Sort::read(text, images::FINDING_KEYS)).transpose()?;
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), images::FINDING_KEYS, clock::now())?;
    let order = query.sort.clone().unwrap_or_default();
    let after: Option<(String, u32)> = cursor::read(query.cursor.as_deref())?;
    let after = match after {
        Some((of, after)) if of == order => after,
        Some(_) => return Err(cursor::not_of_this_list()),
        None => 0,
    };
    let asked = FindingQuery { filter, sort, after, behind: None, limit, now: clock::now() };
    let found = app.read(move |connection| {
        let (found, total) = images::findings(connection, &permit, &digest, &asked)?;
        Ok((found, total, acknowledgements::of_image(connection, &permit, &digest, asked.now)?))
    });
    let (found, total, seen) = found.await?;
    let place = |_: &images::Finding| cursor::write(&(&order, after.saturating_add(limit)));
    let tell = |finding: images::Finding| {
        let seen = seen.iter().find(|own| own.is_of(&finding.row)).cloned();
        tell::finding(finding.row, seen)
    };
    Ok(Json(cursor::page(found, limit, total, place, tell)))
}

/// The verdicts on an image, the newest first: one for each change of the decision. Those of an image that was removed are
/// read by whoever may see all images.
#[utoipa::path(get, path = "/images/{digest}/history", operation_id = "list_image_verdicts", tag = "images",
    params(("digest" = String, Path, description = "The digest"), PageQuery),
    responses((status = 200, description = "The verdicts", body = Page<VerdictObject>)))]
pub(super) async fn history(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<VerdictObject>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    unfiltered(&query)?;
    let before: Option<(i64, String)> = cursor::read(query.cursor.as_deref())?;
    let (found, subject) = app
        .read(move |connection| {
            let before = before.as_ref().map(|(evaluated, id)| (*evaluated, id.as_str()));
            let found = verdicts::history(connection, &permit, &digest, before, limit)?;
            if permit.covers_everything() {
                return Ok((found, None));
            }
            let image = images::by_digest(connection, &permit, &digest)?;
            let is_whole = images::known_names(connection, &permit, image.id)?.is_whole;
            Ok((found, (!is_whole).then_some(image.name)))
        })
        .await?;
    let place = |verdict: &verdicts::StoredVerdict| cursor::write(&(verdict.evaluated, &verdict.id));
    let told = |verdict: verdicts::StoredVerdict| {
        VerdictObject(match &subject {
            None => judging::told(&verdict),
            Some(subject) => judging::reduced(&verdict, subject),
        })
    };
    Ok(Json(cursor::page(found, limit, None, place, told)))
}

/// The report on an image as of now: matched and judged anew.
#[utoipa::path(get, path = "/images/{digest}/report", operation_id = "show_image_report", tag = "images",
    params(("digest" = String, Path, description = "The digest")),
    responses((status = 200, description = "A bulkhead.report/1 document", body = Object)))]
pub(super) async fn report(State(app): State<App>, caller: Caller, Path(digest): Path<String>) -> ApiResult<Response> {
    let (permit, now) = (caller.permit()?, clock::now());
    let rules = Rules::read(&app, now).await?;
    let stored = app.read(move |connection| {
        let image = images::by_digest(connection, &permit, &digest)?;
        reevaluation::stored_within(connection, &permit, image.id, &digest)
    });
    let stored = stored.await?;
    let database = app.assurance.intelligence.database();
    let (rego, rules) = (Arc::clone(&app.assurance.rego), Arc::new(rules));
    let judging_by = Arc::clone(&rules);
    let text = app.assurance.judge(&judging_by, move || {
        let database = database.as_deref();
        let mut report = stored.report(database)?;
        let question = judging::Question {
            rules: &rules,
            database,
            names: &stored.names,
            approvals: &stored.approvals,
            rego: &rego,
            now,
            cause: "report",
        };
        judging::evaluate(&mut report, &question);
        let mut text = Vec::new();
        formats::write(&report, formats::Format::Json, &formats::WriteOptions::default(), &mut text)
            .map_err(|_| crate::assurance::defect())?;
        ApiResult::Ok(text)
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], text.await??).into_response())
}

/// Removes an image; its verdicts stay. A registry that still has it brings it back when it is listed next.
#[utoipa::path(delete, path = "/images/{digest}", operation_id = "remove_image", tag = "images",
    params(("digest" = String, Path, description = "The digest")),
    responses((status = 204, description = "The image is removed")))]
pub(super) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
) -> ApiResult<StatusCode> {
    let permit = caller.permit()?;
    let now = clock::now();
    let rules = Rules::read(&app, now).await?;
    let mut record = caller.entry(now, "image.remove", "image", &digest, &digest);
    record.before = Some(serde_json::json!({ "digest": digest }));
    let is_done = app.change(move |connection| {
        let image = images::by_digest(connection, &permit, &digest)?;
        if !approving::is_all_within(connection, &permit, &rules, &image)? {
            return Ok(false);
        }
        images::remove(connection, &permit, &digest, now)?;
        audit::append(connection, &record).map(|_| true)
    });
    if !is_done.await? {
        let detail = "The image also has names outside of the application scopes that you may remove images of.";
        let permission = caller.permit()?.permission().to_string();
        return Err(ApiError::new(ProblemCode::Forbidden, detail).with("permission", permission));
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Approves the digest in every repository that it has a name in: other digests of these may no longer run.
#[utoipa::path(post, path = "/images/{digest}/approval", operation_id = "approve_image", tag = "images",
    params(("digest" = String, Path, description = "The digest")), request_body = ApprovalRequest,
    responses((status = 204, description = "The digest is approved")))]
pub(super) async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
    Body(request): Body<ApprovalRequest>,
) -> ApiResult<StatusCode> {
    change_approval(&app, &caller, digest, Some(request.comment)).await
}

/// Takes the approval of the digest back.
#[utoipa::path(delete, path = "/images/{digest}/approval", operation_id = "revoke_image_approval", tag = "images",
    params(("digest" = String, Path, description = "The digest")),
    responses((status = 204, description = "The digest is not approved")))]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path(digest): Path<String>,
) -> ApiResult<StatusCode> {
    change_approval(&app, &caller, digest, None).await
}

async fn change_approval(
    app: &App,
    caller: &Caller,
    digest: String,
    approves: Option<String>,
) -> ApiResult<StatusCode> {
    let (permit, now) = (caller.permit()?, clock::now());
    let rules = Arc::new(Rules::read(app, now).await?);
    let action = if approves.is_some() { "image.approve" } else { "image.revoke_approval" };
    let record = caller.entry(now, action, "image", &digest, &digest);
    let (by, by_name) = (caller.principal.id.clone(), caller.principal.name.clone());
    let is_done = app.change(move |connection| {
        let image = to_approve(connection, &permit, &digest)?;
        if approving::within(connection, &permit, &rules, &image)?.is_empty() {
            return Ok(false);
        }
        let by = Approver { id: &by, name: &by_name };
        let places = approving::change(connection, &permit, &rules, &image, &by, approves.as_deref(), now)?;
        let places: Vec<String> = places.iter().map(approving::Place::name).collect();
        let mut record = record.clone();
        record.after = Some(serde_json::json!({ "repositories": places, "comment": approves }));
        audit::append(connection, &record)?;
        Ok(true)
    });
    if !is_done.await? {
        let detail = "The image has no name: a digest is approved in the repositories that it has a name in.";
        return Err(ApiError::new(ProblemCode::State, detail));
    }
    app.assurance.bell.notify_one();
    Ok(StatusCode::NO_CONTENT)
}

/// The image of a digest; for that of an index, one of those that it stands for, under the digest of the index.
fn to_approve(connection: &mut Connection, permit: &Permit, digest: &str) -> Result<images::Image, StoreError> {
    let own = images::by_digest(connection, permit, digest);
    if !matches!(own, Err(StoreError::NotFound { .. })) {
        return own;
    }
    for image in images::of_index(connection, digest)? {
        match images::by_digest(connection, permit, &image.digest) {
            Err(StoreError::NotFound { .. }) => {}
            found => return found.map(|found| images::Image { digest: digest.to_owned(), ..found }),
        }
    }
    own
}

#[cfg(test)]
mod finding_tests;
#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod tests;
