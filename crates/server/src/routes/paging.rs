//! Pages of lists in the order of a name, and of lists by number.

use api::{PageQuery, ProblemCode};
use store::Keyset;

use crate::error::{ApiError, ApiResult};

/// The page of a list that is in the order of its names and takes no filter: one more than the page has, to see whether
/// there is another.
pub(super) fn by_name(query: &PageQuery) -> ApiResult<Keyset> {
    unfiltered(query)?;
    if query.sort.as_deref().is_some_and(|sort| sort != "name") {
        return Err(ApiError::invalid("sort", "this list is in the order of `name`"));
    }
    Ok(Keyset::new(query.cursor.as_deref(), query.limit() + 1))
}

/// The number in front of which a page of a list with the newest first begins.
pub(super) fn before(query: &PageQuery) -> ApiResult<i64> {
    if query.sort.is_some() {
        return Err(ApiError::invalid("sort", "this list has the newest first"));
    }
    match &query.cursor {
        None => Ok(i64::MAX),
        Some(cursor) => cursor.parse().ok().filter(|number| *number > 0).ok_or_else(wrong_cursor),
    }
}

/// Refuses a filter where a list takes none.
pub(super) fn unfiltered(query: &PageQuery) -> ApiResult<()> {
    match &query.filter {
        Some(filter) if !filter.trim().is_empty() => Err(ApiError::invalid("filter", "this list takes no filter")),
        _ => Ok(()),
    }
}

pub(super) fn wrong_cursor() -> ApiError {
    ApiError::new(ProblemCode::Cursor, "The cursor is not one of this list; begin without one.")
}

/// A name of what people name: 1 to 100 characters, no control characters.
pub(super) fn named(name: &str) -> ApiResult<String> {
    let name = name.trim();
    match (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(ApiError::invalid("name", "use 1 to 100 characters, without line breaks")),
    }
}

/// A description: up to 1,000 characters.
pub(super) fn described(text: &str) -> ApiResult<String> {
    match text.chars().count() <= 1000 {
        true => Ok(text.trim().to_owned()),
        false => Err(ApiError::invalid("description", "use up to 1,000 characters")),
    }
}

/// Refuses more members than anybody needs in one object.
pub(super) fn bounded(field: &str, count: usize) -> ApiResult<()> {
    /// The most members, roles or scopes of one object.
    const MOST: usize = 1000;
    match count <= MOST {
        true => Ok(()),
        false => Err(ApiError::invalid(field, format_args!("it has more than {MOST} entries"))),
    }
}

/// An object as the trail keeps it.
pub(super) fn told(object: &impl serde::Serialize) -> Option<serde_json::Value> {
    serde_json::to_value(object).ok()
}
