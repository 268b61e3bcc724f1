//! Repositories, findings over all images, and the comparison of two.

use std::sync::Arc;

use api::overview::{ComparisonQuery, ListedFinding, Repository};
use api::{Moment, Page, PageQuery};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use formats::{DiffFormat, WriteOptions};
use policy::filter::{Filter, Sort};
use store::acknowledgements::{self, Acknowledgement};
use store::images::{self, AcrossPlace, AcrossQuery, FindingAcross, SEVERITIES, word};
use store::repositories as stored;

use super::images::tell;
use crate::app::App;
use crate::assurance::rules::Rules;
use crate::assurance::{defect, judging, reevaluation};
use crate::clock;
use crate::cursor;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::Query;

/// Repositories by registry and name. Their images are those of the filter `registry:… repository:…`.
#[utoipa::path(get, path = "/repositories", operation_id = "list_repositories", tag = "inventory", params(PageQuery),
    responses((status = 200, description = "The repositories", body = Page<Repository>)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Repository>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    if query.sort.is_some() {
        return Err(ApiError::invalid("sort", "this list has one order: by registry and name"));
    }
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), stored::KEYS, clock::now())?;
    let after: Option<(String, String)> = cursor::read(query.cursor.as_deref())?;
    let found = app
        .read(move |connection| {
            let after = after.as_ref().map(|(registry, repository)| (registry.as_str(), repository.as_str()));
            stored::list(connection, &permit, &filter, after, limit)
        })
        .await?;
    let place = |own: &stored::Repository| cursor::write(&(&own.registry, &own.repository));
    let told = |own: stored::Repository| Repository {
        registry: own.registry,
        repository: own.repository,
        images: own.images,
        tags: own.tags,
        denied: own.denied,
        severity: word(SEVERITIES, own.severity).to_owned(),
        registered: Moment(own.registered),
    };
    Ok(Json(cursor::page(found, limit, None, place, told)))
}

/// Secrets, malware, misconfigurations and licenses over all images, by kind, id and image. `total` is counted up to 10,000
/// on the first page, where the filter asks for kind and id alone.
#[utoipa::path(get, path = "/findings", operation_id = "list_findings", tag = "inventory", params(PageQuery),
    responses((status = 200, description = "The findings", body = Page<ListedFinding>)))]
pub(super) async fn findings(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<ListedFinding>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    let sort = query.sort.as_deref().map(|text| Sort::read(text, images::ACROSS_KEYS)).transpose()?;
    if sort.is_some_and(|sort| sort.is_descending) {
        return Err(ApiError::invalid("sort", "this list has one order: by kind and id"));
    }
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), images::ACROSS_KEYS, clock::now())?;
    let after: Option<AcrossPlace> = cursor::read(query.cursor.as_deref())?;
    let asked = AcrossQuery { filter, after, limit, now: clock::now() };
    let found = app.read(move |connection| {
        let (found, total) = images::across(connection, &permit, &asked)?;
        let mut told = Vec::with_capacity(found.len());
        for own in found {
            let seen =
                acknowledgements::of_finding(connection, &permit, own.image_id, &own.digest, &own.row, asked.now)?;
            told.push((own, seen));
        }
        Ok((told, total))
    });
    let (found, total) = found.await?;
    type Seen = (FindingAcross, Option<Acknowledgement>);
    let place = |(own, _): &Seen| cursor::write(&(&own.row.kind, &own.row.finding, own.image_id, own.position));
    let told = |(own, seen): Seen| ListedFinding {
        digest: own.digest,
        image: own.image,
        finding: tell::finding(own.row, seen),
    };
    Ok(Json(cursor::page(found, limit, total, place, told)))
}

/// What changed from one image to another, both matched and judged as of now: a `bulkhead.diff/1` document, as
/// `bulkhead diff --format json` writes it.
#[utoipa::path(get, path = "/images/compare", operation_id = "compare_images", tag = "images", params(ComparisonQuery),
    responses((status = 200, description = "A bulkhead.diff/1 document", body = Object)))]
pub(super) async fn compare(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ComparisonQuery>,
) -> ApiResult<Response> {
    let (permit, now) = (caller.permit()?, clock::now());
    let rules = Rules::read(&app, now).await?;
    let stored = app.read(move |connection| {
        let mut both = Vec::new();
        for digest in [&query.old, &query.new] {
            let image = images::by_digest(connection, &permit, digest)?;
            both.push(reevaluation::stored_within(connection, &permit, image.id, digest)?);
        }
        Ok(both)
    });
    let stored = stored.await?;
    let database = app.assurance.intelligence.database();
    let (rego, rules) = (Arc::clone(&app.assurance.rego), Arc::new(rules));
    let judging_by = Arc::clone(&rules);
    let text = app.assurance.judge(&judging_by, move || {
        let database = database.as_deref();
        let report = |own: &reevaluation::Stored| {
            let mut report = own.report(database)?;
            let question = judging::Question {
                rules: &rules,
                database,
                names: &own.names,
                approvals: &own.approvals,
                now,
                cause: "comparison",
                rego: &rego,
            };
            judging::evaluate(&mut report, &question);
            ApiResult::Ok(report)
        };
        let [old, new] = &stored[..] else { return Err(defect()) };
        let (old, new) = (report(old)?, report(new)?);
        let mut text = Vec::new();
        let difference = formats::diff(&old, &new);
        formats::write_diff(&difference, DiffFormat::Json, &WriteOptions::default(), &mut text)
            .map_err(|_| defect())?;
        ApiResult::Ok(text)
    });
    Ok(([(header::CONTENT_TYPE, "application/json")], text.await??).into_response())
}

#[cfg(test)]
mod tests;
