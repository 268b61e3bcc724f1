//! Lists: pages behind a cursor.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The most items on a page.
pub const LARGEST_PAGE: u32 = 500;

/// What a list is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// How many items at most; 100 where it is not said, 500 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Where the page before ended: its `next`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// The key to sort by; `-key` for the greatest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    /// Terms that all have to hold: `key:value`, `key:a,b`, `-key:value`, `key:>=7`, `key:shop/*`, `key:*`, words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page; absent on the last one.
    pub next: Option<String>,
    /// How many items match in all; absent where it was not counted.
    pub total: Option<u64>,
}

impl PageQuery {
    /// How many items are asked for.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(100).clamp(1, LARGEST_PAGE)
    }
}

impl<T> Page<T> {
    /// A page of at most `limit` items out of one more that were asked for; `key` names where it ends.
    pub fn of(mut items: Vec<T>, limit: u32, key: impl Fn(&T) -> String) -> Page<T> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = has_more.then(|| items.last().map(key)).flatten();
        Page { items, next, total: None }
    }
}
