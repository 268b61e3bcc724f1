//! One search over everything, and the values and keys of filters.

use api::overview::{
    FilterCatalog, FilterKey, FilterKeys, SearchAnswer, SearchHit, SearchQuery, SuggestionQuery, Suggestions,
};
use axum::Json;
use axum::extract::State;
use policy::access::{Action, Area, Permission, Permit};
use policy::filter::{Key, Kind};
use store::search::{self, Hit, MOST_HITS, NAMED};
use store::suggestions::{self, MOST_SUGGESTED, SOURCES};
use store::{
    exceptions, images, integrations, inventory, jobs, policies, registries, repositories, rights, tokens, users,
};

use crate::app::App;
use crate::error::{ApiError, ApiResult};
use crate::guard::Caller;
use crate::json::Query;

/// The longest text that is looked for, and the longest beginning of a value, in bytes.
const LONGEST_TEXT: usize = 200;

/// Looks for a text in everything that one may see.
#[utoipa::path(get, path = "/search", operation_id = "search", tag = "overview", params(SearchQuery),
    responses((status = 200, description = "What was found", body = SearchAnswer)))]
pub(super) async fn find(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> ApiResult<Json<SearchAnswer>> {
    caller.has_own_password()?;
    let text = narrow(&query.q);
    if text.is_empty() || text.len() > LONGEST_TEXT {
        return Err(ApiError::invalid("q", format_args!("use 1 to {LONGEST_TEXT} bytes")));
    }
    let limit = query.limit.unwrap_or(5).clamp(1, MOST_HITS);
    let may = |area| caller.permit_for(Permission::new(area, Action::Read)).ok();
    let (of_images, of_findings) = (may(Area::Images), may(Area::Findings));
    let named: Vec<_> =
        NAMED.iter().filter_map(|what| Some((what, may(what.area).filter(Permit::covers_everything)?))).collect();
    let found = app.read(move |connection| {
        let mut found: Vec<(&'static str, Hit)> = Vec::new();
        if let Some(permit) = &of_images {
            let hits = search::images(connection, permit, &text, limit)?;
            found.extend(hits.into_iter().map(|hit| ("image", hit)));
            let hits = search::repositories(connection, permit, &text, limit)?;
            found.extend(hits.into_iter().map(|hit| ("repository", hit)));
            let hits = search::packages(connection, permit, &text, limit)?;
            found.extend(hits.into_iter().map(|hit| ("package", hit)));
        }
        if let Some(permit) = &of_findings {
            let hits = search::vulnerabilities(connection, permit, &text, limit)?;
            found.extend(hits.into_iter().map(|hit| ("vulnerability", hit)));
        }
        for (what, permit) in &named {
            let hits = search::named(connection, permit, what, &text, limit)?;
            found.extend(hits.into_iter().map(|hit| (what.kind, hit)));
        }
        Ok(found)
    });
    let mut found = found.await?;
    // Within a rank the kinds stay in their order.
    found.sort_by_key(|(_, hit)| hit.rank);
    let told = |(kind, hit): (&str, Hit)| SearchHit {
        kind: kind.to_owned(),
        id: hit.id,
        title: hit.title,
        detail: (!hit.detail.is_empty()).then_some(hit.detail),
        rank: hit.rank,
    };
    Ok(Json(SearchAnswer { items: found.into_iter().map(told).collect() }))
}

/// A text as ids and names have it: input methods make letters of full width (U+FF01 to U+FF5E) and a wide space.
fn narrow(text: &str) -> String {
    let narrowed = text.chars().map(|character| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        '\u{3000}' => ' ',
        other => other,
    });
    narrowed.collect::<String>().trim().to_owned()
}

/// The lists with the keys that they can be filtered by, and the right that reading them needs.
const LISTS: &[(&str, Area, &[Key])] = &[
    ("images", Area::Images, images::KEYS),
    ("image_findings", Area::Findings, images::FINDING_KEYS),
    ("image_packages", Area::Images, images::INSTALLED_KEYS),
    ("repositories", Area::Images, repositories::KEYS),
    ("packages", Area::Images, inventory::PACKAGE_KEYS),
    ("vulnerabilities", Area::Findings, inventory::VULNERABILITY_KEYS),
    ("findings", Area::Findings, images::ACROSS_KEYS),
    ("jobs", Area::Jobs, jobs::KEYS),
    ("policies", Area::Policies, policies::KEYS),
    ("exceptions", Area::Exceptions, exceptions::KEYS),
    ("registries", Area::Registries, registries::KEYS),
    ("integrations", Area::Integrations, integrations::KEYS),
    ("users", Area::Access, users::KEYS),
    ("groups", Area::Access, rights::GROUP_KEYS),
    ("roles", Area::Access, rights::ROLE_KEYS),
    ("scopes", Area::Access, rights::SCOPE_KEYS),
    ("tokens", Area::Access, tokens::KEYS),
];

/// The keys that lists can be filtered by.
#[utoipa::path(get, path = "/filters", operation_id = "list_filters", tag = "overview",
    responses((status = 200, description = "The lists with their keys", body = FilterCatalog)))]
pub(super) async fn filters() -> Json<FilterCatalog> {
    let told = |(resource, _, keys): &(&str, Area, &[Key])| FilterKeys {
        resource: (*resource).to_owned(),
        keys: keys.iter().map(|key| described(resource, key)).collect(),
    };
    Json(FilterCatalog { items: LISTS.iter().map(told).collect() })
}

fn described(resource: &str, key: &Key) -> FilterKey {
    let (kind, words): (_, &[&str]) = match key.kind {
        Kind::Text => ("text", &[]),
        Kind::Number => ("number", &[]),
        Kind::Time => ("time", &[]),
        Kind::Words(words) => ("words", words),
        Kind::Flag => ("flag", &[]),
    };
    FilterKey {
        name: key.name.to_owned(),
        kind: kind.to_owned(),
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        sorts: key.sorts,
        is_suggested: !words.is_empty()
            || key.kind == Kind::Flag
            || SOURCES.iter().any(|source| (source.resource, source.key) == (resource, key.name)),
        meaning: key.meaning.to_owned(),
        example: key.example.to_owned(),
    }
}

/// Values that a filter could have, of what one may see.
#[utoipa::path(get, path = "/suggestions", operation_id = "list_suggestions", tag = "overview", params(SuggestionQuery),
    responses((status = 200, description = "The values", body = Suggestions)))]
pub(super) async fn suggest(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SuggestionQuery>,
) -> ApiResult<Json<Suggestions>> {
    caller.has_own_password()?;
    let prefix = narrow(query.prefix.as_deref().unwrap_or_default());
    if prefix.len() > LONGEST_TEXT {
        return Err(ApiError::invalid("prefix", format_args!("use up to {LONGEST_TEXT} bytes")));
    }
    let limit = query.limit.unwrap_or(20).clamp(1, MOST_SUGGESTED);
    let source = SOURCES.iter().find(|source| source.resource == query.resource && source.key == query.key);
    if let Some(source) = source {
        let permit = caller.permit_for(Permission::new(source.area, Action::Read))?;
        if !permit.covers_everything() && !source.is_of_images() {
            return Ok(Json(Suggestions { items: Vec::new() }));
        }
        let items = app.read(move |connection| suggestions::values(connection, &permit, source, &prefix, limit));
        return Ok(Json(Suggestions { items: items.await? }));
    }
    let Some((_, area, keys)) = LISTS.iter().find(|(resource, _, _)| *resource == query.resource) else {
        let known: Vec<&str> = LISTS.iter().map(|(resource, _, _)| *resource).collect();
        return Err(ApiError::invalid("resource", format_args!("no such list; there are {}", known.join(", "))));
    };
    caller.permit_for(Permission::new(*area, Action::Read))?;
    let Some(key) = keys.iter().find(|key| key.name == query.key) else {
        return Err(ApiError::invalid("key", "the list has no such key"));
    };
    let words: &[&str] = match key.kind {
        Kind::Words(words) => words,
        Kind::Flag => &["true", "false"],
        // Numbers and times are typed, and some texts have no index to be suggested from.
        Kind::Text | Kind::Number | Kind::Time => &[],
    };
    let items = words.iter().filter(|word| word.starts_with(&prefix)).map(|word| (*word).to_owned());
    Ok(Json(Suggestions { items: items.collect() }))
}

#[cfg(test)]
mod tests;
