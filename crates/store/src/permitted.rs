//! What every list and every check of a permit shares.

use policy::access::{Action, Area, Permission, Permit};

use crate::StoreError;

/// Whether a permit is for what is about to be done, and reaches everything: what belongs to no application needs both.
pub(crate) fn require(permit: &Permit, area: Area, action: Action) -> Result<(), StoreError> {
    match (permit.permission() == Permission::new(area, action), permit.covers_everything()) {
        (true, true) => Ok(()),
        (true, false) => Err(StoreError::OfAll { what: area.as_str() }),
        (false, _) => Err(StoreError::NotFound { what: area.as_str() }),
    }
}
