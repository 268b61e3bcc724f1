//! Pages of lists in the order of a name, and of lists by number.

use api::{Page, PageQuery, ProblemCode};
use policy::filter::{Filter, Key, Sort};
use store::{ListQuery, Place, Placed, Value};

use crate::error::{ApiError, ApiResult};
use crate::{clock, cursor};

/// A page of a list of what people keep, as it was asked for.
pub(super) struct Asked {
    /// What the store is asked.
    pub(super) query: ListQuery,
    /// The order as it is written.
    order: String,
}

impl Asked {
    /// Reads what is asked of a list with these keys; `order` is the one that it has where none is asked for.
    pub(super) fn read(query: &PageQuery, keys: &'static [Key], order: &str) -> ApiResult<Asked> {
        let sort = Sort::read(query.sort.as_deref().unwrap_or(order), keys)?;
        let order = format!("{}{}", if sort.is_descending { "-" } else { "" }, sort.key);
        let after: Option<(String, serde_json::Value, String)> = cursor::read(query.cursor.as_deref())?;
        let after = match after {
            None => None,
            Some((of, value, id)) if of == order => {
                let value = match value {
                    serde_json::Value::String(text) => Value::from(text),
                    value => Value::from(value.as_i64().ok_or_else(cursor::not_of_this_list)?),
                };
                Some(Place { value, id })
            }
            Some(_) => return Err(cursor::not_of_this_list()),
        };
        let filter = Filter::read(query.filter.as_deref().unwrap_or_default(), keys, clock::now())?;
        Ok(Asked { query: ListQuery { filter, sort, after, limit: query.limit() }, order })
    }

    /// The page of what was found.
    pub(super) fn page<S, T>(&self, found: Vec<Placed<S>>, tell: impl Fn(S) -> T) -> Page<T> {
        let place = |(_, place): &Placed<S>| {
            let value: serde_json::Value = match &place.value {
                Value::Text(text) => text.as_str().into(),
                Value::Integer(number) => (*number).into(),
                Value::Null | Value::Real(_) | Value::Bytes(_) => serde_json::Value::Null,
            };
            cursor::write(&(&self.order, value, &place.id))
        };
        cursor::page(found, self.query.limit, None, place, |(own, _)| tell(own))
    }
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
