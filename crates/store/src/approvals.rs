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
        // In most repositories nothing is approved, and one question tells.
        let any = connection.row(
            "SELECT 1 FROM approved_digests WHERE registry = $1 AND repository = $2 LIMIT 1",
            &values![registry, repository],
        )?;
        if any.is_none() {
            continue;
        }
        let own = connection.row(
            "SELECT 1 FROM approved_digests WHERE registry = $1 AND repository = $2 AND (digest = $3 OR digest IN (
                 SELECT index_digest FROM platform_images WHERE image_digest = $3)) LIMIT 1",
            &values![registry, repository, digest],
        )?;
        found.push((format!("{registry}/{repository}"), own.is_some()));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lane;
    use crate::testing::{on_both_stores, said};

    #[test]
    fn repositories_in_which_digests_are_approved_tell_of_each_digest_and_others_of_none() {
        let named = |repository: &str| ImageName {
            registry: "h".to_owned(),
            repository: repository.to_owned(),
            tag: String::new(),
        };
        on_both_stores(|store| {
            let names = ["a", "b", "c"].map(named);
            let asked = store.write_blocking(Lane::Beside, move |connection| {
                for (repository, digest) in [("a", "sha256:1"), ("c", "sha256:2")] {
                    connection.execute(
                        "INSERT INTO approved_digests (registry, repository, digest, approver, approver_name, comment, at)
                         VALUES ('h', $1, $2, '', '', '', 0)",
                        &values![repository, digest],
                    )?;
                }
                let found = of_names(connection, "sha256:1", &names)?;
                let said = said(connection, |connection| of_names(connection, "sha256:1", [&names[1]]))?;
                Ok((found, said.len()))
            });
            let (found, questions) = asked.unwrap();
            assert_eq!(found, [("h/a".to_owned(), true), ("h/c".to_owned(), false)]);
            assert_eq!(questions, 1, "where nothing is approved, nothing else is asked");
        });
    }
}
