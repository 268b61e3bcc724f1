//! Settings of the installation that people change while it runs. What is not set is not kept: a default that changes with
//! a later program reaches whoever never chose another.

use std::collections::BTreeMap;

use policy::access::{Action, Area, Permit};

use crate::permitted::require;
use crate::{Connection, StoreError, values};

/// The row that has them all, so that two people who change them at once notice each other.
const NAME: &str = "installation";

/// What was set, by key, as JSON values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredSettings {
    /// The values.
    pub values: BTreeMap<String, serde_json::Value>,
    /// When they were last changed, in microseconds since 1970; 0 for never.
    pub changed: i64,
    /// Counts changes; 0 where nothing was ever set.
    pub version: i64,
}

/// Reads what was set. The server asks it for itself: it is no secret of anybody.
///
/// # Errors
/// When the database fails, or holds what is no JSON.
pub fn read(connection: &mut Connection) -> Result<StoredSettings, StoreError> {
    let sql = "SELECT value, changed, version FROM settings WHERE name = $1";
    let Some(row) = connection.row(sql, &values![NAME])? else { return Ok(StoredSettings::default()) };
    let values = serde_json::from_str(&row.text(0))
        .map_err(|error| StoreError::Damaged { place: "settings.value", problem: error.to_string() })?;
    Ok(StoredSettings { values, changed: row.integer(1), version: row.integer(2) })
}

/// Replaces what was set, if its version is the one before.
///
/// # Errors
/// When the permit is for something else, somebody else changed it, or the database fails.
pub fn write(connection: &mut Connection, permit: &Permit, new: &StoredSettings) -> Result<(), StoreError> {
    require(permit, Area::Settings, Action::Write)?;
    let value = serde_json::to_string(&new.values)
        .map_err(|error| StoreError::Damaged { place: "settings.value", problem: error.to_string() })?;
    let written = match new.version {
        1 => connection.execute(
            "INSERT INTO settings (name, value, version, changed) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING",
            &values![NAME, value, new.changed],
        )?,
        version => connection.execute(
            "UPDATE settings SET value = $1, version = $2, changed = $3 WHERE name = $4 AND version = $5",
            &values![value, version, new.changed, NAME, version - 1],
        )?,
    };
    match written {
        0 => Err(StoreError::Changed { what: "settings" }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use policy::access::{Principal, permit};

    use super::*;
    use crate::Lane;
    use crate::testing::on_both_stores;

    #[test]
    fn settings_are_changed_by_one_at_a_time() {
        on_both_stores(|store| {
            assert_eq!(store.read_blocking(read).unwrap(), StoredSettings::default());
            let set = |days: i64, version: i64| {
                store.write_blocking(Lane::Audited, move |connection| {
                    let permit = permit(&Principal::server(), "settings.write".parse().unwrap()).unwrap();
                    let values = [("event_days".to_owned(), days.into())].into();
                    write(connection, &permit, &StoredSettings { values, changed: 5, version })
                })
            };
            set(7, 1).unwrap();
            assert!(matches!(set(8, 1), Err(StoreError::Changed { .. })));
            set(9, 2).unwrap();
            assert!(matches!(set(8, 2), Err(StoreError::Changed { .. })));
            let is = store.read_blocking(read).unwrap();
            assert_eq!((is.values["event_days"].clone(), is.version), (9.into(), 2));
        });
    }
}
