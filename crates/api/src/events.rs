//! Events as they happen.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// What a stream is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamQuery {
    /// The topics, joined by commas; a trailing `*` takes all that begin so. All where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topics: Option<String>,
}
