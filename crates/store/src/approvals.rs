//! Which digests of a repository may run. A repository in which somebody approved a digest runs no other.

use std::collections::BTreeSet;

use policy::access::{Action, Area, Permit};

use crate::images::ImageName;
use crate::{Connection, StoreError, evaluation, values};

/// An approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// The registry.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// The digest.
    pub digest: String,
    /// The id of whoever approved it.
    pub approver: String,
    /// Their name.
    pub approver_name: String,
    /// What they said.
    pub comment: String,
    /// When.
    pub at: i64,
}

/// The repositories among the names of a digest in which digests are approved, each with whether this one is, or an index that
/// stands for it.
///
/// # Errors
/// When the database fails.
pub fn of_names<'a>(
    connection: &mut Connection,
    digest: &str,
    names: impl IntoIterator<Item = &'a ImageName>,
) -> Result<Vec<(String, bool)>, StoreError> {
    let repositories: BTreeSet<(&str, &str)> =
        names.into_iter().map(|name| (name.registry.as_str(), name.repository.as_str())).collect();
    let mut found = Vec::new();
    for (registry, repository) in repositories {
        let own = connection.row(
            "SELECT 1 FROM approved_digests WHERE registry = $1 AND repository = $2 AND (digest = $3 OR digest IN (
                 SELECT index_digest FROM platform_images WHERE image_digest = $3)) LIMIT 1",
            &values![registry, repository, digest],
        )?;
        let is_approved = own.is_some();
        let is_kept = is_approved
            || connection
                .row(
                    "SELECT 1 FROM approved_digests WHERE registry = $1 AND repository = $2 LIMIT 1",
                    &values![registry, repository],
                )?
                .is_some();
        if is_kept {
            found.push((format!("{registry}/{repository}"), is_approved));
        }
    }
    Ok(found)
}

/// The approvals of a digest, and of the indexes that stand for it.
///
/// # Errors
/// When the database fails.
pub fn of_digest(connection: &mut Connection, digest: &str) -> Result<Vec<Approval>, StoreError> {
    let rows = connection.rows(
        "SELECT registry, repository, digest, approver, approver_name, comment, at FROM approved_digests
         WHERE digest = $1 UNION ALL
         SELECT a.registry, a.repository, a.digest, a.approver, a.approver_name, a.comment, a.at FROM platform_images p
         JOIN approved_digests a ON a.digest = p.index_digest WHERE p.image_digest = $1
         ORDER BY 1, 2, 3 LIMIT 1000",
        &values![digest],
    )?;
    Ok(rows
        .iter()
        .map(|row| Approval {
            registry: row.text(0),
            repository: row.text(1),
            digest: row.text(2),
            approver: row.text(3),
            approver_name: row.text(4),
            comment: row.text(5),
            at: row.integer(6),
        })
        .collect())
}

/// Approves a digest in repositories; the images of these are judged again.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn approve(connection: &mut Connection, permit: &Permit, approvals: &[Approval]) -> Result<(), StoreError> {
    may(permit)?;
    for approval in approvals {
        connection.execute(
            "INSERT INTO approved_digests (registry, repository, digest, approver, approver_name, comment, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (registry, repository, digest) DO UPDATE SET approver = $4, approver_name = $5, comment = $6, at = $7",
            &values![
                &approval.registry,
                &approval.repository,
                &approval.digest,
                &approval.approver,
                &approval.approver_name,
                &approval.comment,
                approval.at
            ],
        )?;
        evaluation::queue_repository(connection, &approval.registry, &approval.repository, "approval")?;
    }
    Ok(())
}

/// Takes the approvals of a digest back in repositories; the images of these are judged again.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn revoke(connection: &mut Connection, permit: &Permit, approvals: &[Approval]) -> Result<(), StoreError> {
    may(permit)?;
    for approval in approvals {
        connection.execute(
            "DELETE FROM approved_digests WHERE registry = $1 AND repository = $2 AND digest = $3",
            &values![&approval.registry, &approval.repository, &approval.digest],
        )?;
        evaluation::queue_repository(connection, &approval.registry, &approval.repository, "approval")?;
    }
    Ok(())
}

fn may(permit: &Permit) -> Result<(), StoreError> {
    match (permit.permission().area, permit.permission().action) {
        (Area::Images, Action::Approve) => Ok(()),
        _ => Err(StoreError::NotFound { what: "image" }),
    }
}
