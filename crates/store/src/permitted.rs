//! What every list and every check of a permit shares.

use policy::access::{Action, Area, Permission, Permit};

use crate::StoreError;

/// The most objects on a page.
pub const LARGEST_PAGE: u32 = 500;

/// A page of a list in the order of one text key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyset {
    after: String,
    limit: u32,
}

impl Keyset {
    /// The page behind a key; of at most [`LARGEST_PAGE`] objects.
    pub fn new(after: Option<&str>, limit: u32) -> Keyset {
        Keyset { after: after.unwrap_or_default().to_owned(), limit: limit.clamp(1, LARGEST_PAGE + 1) }
    }

    pub(crate) fn after(&self) -> &str {
        &self.after
    }

    pub(crate) fn limit(&self) -> i64 {
        self.limit.into()
    }
}

/// Whether a permit is for what is about to be done, and reaches everything: what belongs to no application needs both.
pub(crate) fn require(permit: &Permit, area: Area, action: Action) -> Result<(), StoreError> {
    match permit.permission() == Permission::new(area, action) && permit.covers_everything() {
        true => Ok(()),
        false => Err(StoreError::NotFound { what: area.as_str() }),
    }
}
