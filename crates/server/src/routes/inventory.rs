//! Over all images: packages, vulnerabilities, and the verdict on one by its digest.

use api::images::{
    KnownPackage, KnownVulnerability, SourceAdvisory, VerdictObject, VerdictQuery, VulnerabilityDetails,
};
use api::{Page, PageQuery};
use axum::Json;
use axum::extract::State;
use policy::filter::{Filter, Operand, Term, Test, Wanted};
use store::{images, inventory};

use super::images::tell;
use crate::app::App;
use crate::assurance::asked::Asked;
use crate::error::{ApiError, ApiResult};
use crate::exports::by_greatest;
use crate::guard::Caller;
use crate::json::{Path, Query};
use crate::{clock, cursor, ids, uses};

/// The packages of all images by name and version. Which images have one, the list of images tells by `package_version:…`.
#[utoipa::path(get, path = "/packages", operation_id = "list_packages", tag = "inventory", params(PageQuery),
    responses((status = 200, description = "The packages", body = Page<KnownPackage>)))]
pub(super) async fn packages(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<KnownPackage>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    if query.sort.is_some() {
        return Err(ApiError::invalid("sort", "this list has one order: by name and version"));
    }
    let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), inventory::PACKAGE_KEYS, clock::now())?;
    // A list by name begins at the name that is asked for.
    let name = filter.terms.iter().find_map(name_asked);
    let after: Option<(String, String, i64)> = cursor::read(query.cursor.as_deref())?;
    let after = after.or_else(|| name.map(|name| (name, String::new(), i64::MIN)));
    let found = app
        .read(move |connection| {
            let after = after.as_ref().map(|(name, version, id)| (name.as_str(), version.as_str(), *id));
            inventory::packages(connection, &permit, &filter, after, limit)
        })
        .await?;
    let place = |package: &inventory::KnownPackage| cursor::write(&(&package.name, &package.version, package.id));
    Ok(Json(cursor::page(found, limit, None, place, tell::known_package)))
}

fn name_asked(term: &Term) -> Option<String> {
    match (term.key, &term.test, term.is_negated) {
        (Some("name"), Test::AnyOf(values), false) => match values.as_slice() {
            [Wanted::Exactly(Operand::Text(name))] => Some(name.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The vulnerabilities of all images, the worst first; with `sort=-first_seen` the newest first.
#[utoipa::path(get, path = "/vulnerabilities", operation_id = "list_vulnerabilities", tag = "inventory",
    params(PageQuery), responses((status = 200, description = "The vulnerabilities", body = Page<KnownVulnerability>)))]
pub(super) async fn vulnerabilities(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<KnownVulnerability>>> {
    let (permit, limit) = (caller.permit()?, query.limit());
    let sort = query.sort.as_deref().map(by_greatest).transpose()?;
    let by_time = sort.is_some_and(|sort| sort.key == "first_seen");
    let filter = query.filter.as_deref().unwrap_or_default();
    let filter = Filter::read(filter, inventory::VULNERABILITY_KEYS, clock::now())?;
    let after: Option<(bool, i64, String)> = cursor::read(query.cursor.as_deref())?;
    if after.as_ref().is_some_and(|(of, _, _)| *of != by_time) {
        return Err(cursor::not_of_this_list());
    }
    let found = app
        .read(move |connection| {
            let after = after.as_ref().map(|(_, value, id)| (*value, id.as_str()));
            inventory::vulnerabilities(connection, &permit, &filter, by_time, after, limit)
        })
        .await?;
    let place = |vulnerability: &inventory::KnownVulnerability| {
        let value = if by_time { vulnerability.first_seen } else { vulnerability.severity };
        cursor::write(&(by_time, value, &vulnerability.id))
    };
    Ok(Json(cursor::page(found, limit, None, place, tell::known_vulnerability)))
}

/// A vulnerability: what its sources say, and which images have it.
#[utoipa::path(get, path = "/vulnerabilities/{id}", operation_id = "show_vulnerability", tag = "inventory",
    params(("id" = String, Path, description = "The id")),
    responses((status = 200, description = "The vulnerability", body = VulnerabilityDetails)))]
pub(super) async fn vulnerability(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Json<VulnerabilityDetails>> {
    let permit = caller.permit()?;
    let wanted = Test::AnyOf(vec![Wanted::Exactly(Operand::Text(id.clone()))]);
    let filter = Filter { terms: vec![Term { key: Some("vulnerability"), is_negated: false, test: wanted }] };
    let own = id.clone();
    let (found, touched) = app
        .read(move |connection| {
            let found = inventory::vulnerability(connection, &permit, &own)?;
            Ok((found, images::first(connection, &permit, filter.clone(), 99)?))
        })
        .await?;
    let database = app.assurance.intelligence.database();
    let record = app.assurance.work(move || database.and_then(|database| database.lookup(&id))).await?;
    let (aliases, advisories) = record.map(|record| (record.aliases, record.advisories)).unwrap_or_default();
    Ok(Json(VulnerabilityDetails {
        vulnerability: tell::known_vulnerability(found),
        aliases,
        advisories: advisories
            .into_iter()
            .map(|advisory| SourceAdvisory {
                source: advisory.source,
                id: advisory.id,
                url: advisory.url,
                severity: advisory.severity,
            })
            .collect(),
        touched: touched.into_iter().map(tell::image).collect(),
    }))
}

/// The verdict on an image by its digest, under the name that is asked. One that is not registered is denied, and the reason
/// says so; one that is registered in other repositories alone is judged as what it is in this one. Of an index of several
/// platforms the worst of its images decides, and `platforms` tells each.
#[utoipa::path(get, path = "/verdict", operation_id = "show_verdict", tag = "verdicts", params(VerdictQuery),
    responses((status = 200, description = "The verdict", body = VerdictObject)))]
pub(super) async fn verdict(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<VerdictQuery>,
) -> ApiResult<Json<VerdictObject>> {
    let permit = caller.permit()?;
    let asked = Asked::read(&query)?;
    let (asking, own) = (permit.clone(), asked.clone());
    let found = app.read(move |connection| own.find(connection, &asking)).await?;
    let now = clock::now();
    uses::note(&app, found.due(&asked, now));
    Ok(Json(VerdictObject(asked.answer(&app, &permit, found, now, &ids::new(now)).await?.verdict)))
}
