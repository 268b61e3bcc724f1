//! Gaps: what a scan could not read, said instead of passed over.

use serde::{Deserialize, Serialize};

/// Something that the scan wanted to read and could not, so that the report may be missing findings there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Gap {
    /// Where: a path inside the target (`a.jar!/b.jar` for nested archives), or empty for the whole target.
    pub path: String,
    /// Why, as one English sentence without a full stop.
    pub reason: String,
}

impl Gap {
    /// Notes that `path` could not be read because of `reason`.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Gap {
        Gap { path: path.into(), reason: reason.into() }
    }
}
