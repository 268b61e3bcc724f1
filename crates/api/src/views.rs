//! Saved views: how somebody looks at a list, under a name.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// A saved view of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedView {
    /// The id.
    pub id: String,
    /// The list that it is of: `images`.
    pub list: String,
    /// The name, once for each list.
    pub name: String,
    /// The filter, as the list takes it.
    pub filter: String,
    /// The order, as the list takes it; empty for the list's own.
    pub sort: String,
    /// Columns that are shown, by their names in the console, as `os` or `os:18` (rem); none for the usual ones.
    pub columns: Vec<String>,
    /// When it was made.
    pub created: Moment,
    /// When it was last changed.
    pub changed: Moment,
}

/// A view to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSavedView {
    /// The list that it is of: `images`; lower-case letters, digits, `.`, `-` and `_`, up to 40.
    pub list: String,
    /// The name: 1 to 100 characters.
    pub name: String,
    /// The filter, as the list takes it: up to 4,000 bytes.
    #[serde(default)]
    pub filter: String,
    /// The order, as the list takes it; empty for the list's own.
    #[serde(default)]
    pub sort: String,
    /// The columns that are shown, up to 50, as `os` or `os:18` (width in rem); none for the usual ones.
    #[serde(default)]
    pub columns: Vec<String>,
}

/// A saved view as it shall be; its list stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SavedViewEdit {
    /// The name: 1 to 100 characters.
    pub name: String,
    /// The filter, as the list takes it: up to 4,000 bytes.
    #[serde(default)]
    pub filter: String,
    /// The order, as the list takes it; empty for the list's own.
    #[serde(default)]
    pub sort: String,
    /// The columns that are shown, up to 50, as `os` or `os:18` (width in rem); none for the usual ones.
    #[serde(default)]
    pub columns: Vec<String>,
}
