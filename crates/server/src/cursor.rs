//! Cursors of lists: where a page ended, as a text that nobody has to understand.

use api::ProblemCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, ApiResult};

/// The longest cursor that is read, in bytes.
const LONGEST: usize = 8192;

/// Makes the cursor of a page that ends so.
pub(crate) fn write(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).unwrap_or_default())
}

/// Reads a cursor of the same list.
pub(crate) fn read<T: DeserializeOwned>(cursor: Option<&str>) -> ApiResult<Option<T>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes =
        Some(cursor).filter(|cursor| cursor.len() <= LONGEST).and_then(|cursor| URL_SAFE_NO_PAD.decode(cursor).ok());
    let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match place {
        Some(place) => Ok(Some(place)),
        None => Err(not_of_this_list()),
    }
}

/// The refusal of a cursor of another list or order.
pub(crate) fn not_of_this_list() -> ApiError {
    ApiError::new(ProblemCode::Cursor, "The cursor is none of this list; begin without one.")
}

/// Cuts what was read to a page: the store gives one more than asked for where there are more.
pub(crate) fn page<S, T>(
    mut read: Vec<S>,
    limit: u32,
    total: Option<u64>,
    place: impl Fn(&S) -> String,
    tell: impl Fn(S) -> T,
) -> api::Page<T> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = read.len() > limit;
    read.truncate(limit);
    let next = if has_more { read.last().map(place) } else { None };
    api::Page { items: read.into_iter().map(tell).collect(), next, total }
}
