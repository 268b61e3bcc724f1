//! What application scopes ask of images, so that their members are found without any index.

use std::collections::BTreeSet;

use policy::access::{Action, Area, Permit};

use super::names;
use crate::{Connection, Row, StoreError, values};

/// What application scopes ask of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its number.
    pub id: i64,
    /// Its digest.
    pub digest: String,
    /// Id and version of its distribution.
    pub os: String,
    /// Its platform.
    pub platform: String,
    /// Its names.
    pub names: BTreeSet<super::ImageName>,
    /// Its labels as `key=value`.
    pub labels: BTreeSet<String>,
}

/// The next images behind a number with what scopes ask of them.
///
/// # Errors
/// When the permit does not cover everything, or the database fails.
pub fn subjects(
    connection: &mut Connection,
    permit: &Permit,
    behind: i64,
    limit: u32,
) -> Result<Vec<Subject>, StoreError> {
    crate::permitted::require(permit, Area::Images, Action::Read)?;
    let rows = connection.rows(
        "SELECT id, digest, os, platform FROM images WHERE id > $1 ORDER BY id LIMIT $2",
        &values![behind, i64::from(limit)],
    )?;
    let subject = |row: &Row| {
        let id = row.integer(0);
        Ok(Subject {
            id,
            digest: row.text(1),
            os: row.text(2),
            platform: row.text(3),
            names: names(connection, id)?.into_iter().map(|named| named.name).collect(),
            labels: labels(connection, id)?,
        })
    };
    rows.iter().map(subject).collect()
}

/// The labels of an image as `key=value`.
///
/// # Errors
/// When the database fails.
pub fn labels(connection: &mut Connection, id: i64) -> Result<BTreeSet<String>, StoreError> {
    let rows = connection.rows("SELECT label FROM image_labels WHERE image_id = $1", &values![id])?;
    Ok(rows.iter().map(|row| row.text(0)).collect())
}
