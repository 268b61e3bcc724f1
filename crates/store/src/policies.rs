//! Policies with all their versions.

use policy::access::{Action, Area, Permit};
use policy::filter::{Key, Kind};

use crate::filtering::Field;
use crate::listing::{ListQuery, Listing, Placed, by_number, by_text, placed};
use crate::permitted::require;
use crate::{Connection, Row, StoreError, evaluation, values};

/// A policy as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPolicy {
    /// Its id.
    pub id: String,
    /// Its name, which its document gives.
    pub name: String,
    /// The document, YAML or JSON.
    pub document: String,
    /// Whether images are judged by it.
    pub is_enabled: bool,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// The id of whoever changed it last.
    pub author: String,
    /// Their name.
    pub author_name: String,
    /// Counts changes.
    pub version: i64,
}

/// A version of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Its number.
    pub version: i64,
    /// The name it gave.
    pub name: String,
    /// Its document.
    pub document: String,
    /// Whether it was in force.
    pub is_enabled: bool,
    /// The id of its author.
    pub author: String,
    /// The author's name.
    pub author_name: String,
    /// What the author said of it.
    pub comment: String,
    /// When.
    pub at: i64,
}

const COLUMNS: &str = "id, name, document, is_enabled, created, changed, author, author_name, version";

fn policy(row: &Row) -> StoredPolicy {
    StoredPolicy {
        id: row.text(0),
        name: row.text(1),
        document: row.text(2),
        is_enabled: row.truth(3),
        created: row.integer(4),
        changed: row.integer(5),
        author: row.text(6),
        author_name: row.text(7),
        version: row.integer(8),
    }
}

/// Every policy that images are judged by, by name. There are few.
///
/// # Errors
/// When the database fails.
pub fn in_force(connection: &mut Connection) -> Result<Vec<StoredPolicy>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM policies WHERE is_enabled = 1 ORDER BY name");
    Ok(connection.rows(&sql, &[])?.iter().map(policy).collect())
}

/// What the list of policies can be filtered by.
pub const KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "The name.", "name:prod*"),
    Key::new("author", Kind::Text, "Who changed it last.", "author:bob"),
    Key::new("enabled", Kind::Flag, "Whether images are judged by it.", "enabled:true"),
    Key::sorting("changed", Kind::Time, "When it was last changed.", "changed:>=7d"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

pub(crate) const LISTING: Listing = Listing {
    table: "policies",
    columns: COLUMNS,
    fields: &[
        Field::text("name", "t.name"),
        Field::text("author", "t.author_name"),
        Field::number("enabled", "t.is_enabled"),
        Field::number("changed", "t.changed"),
        Field::number("created", "t.created"),
    ],
    words: &["t.name"],
    orders: &[by_text("name", "t.name"), by_number("changed", "t.changed"), by_number("created", "t.created")],
};

/// A page of policies.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    query: &ListQuery,
) -> Result<Vec<Placed<StoredPolicy>>, StoreError> {
    require(permit, Area::Policies, Action::Read)?;
    placed(LISTING.page(connection, query, |_| {})?, |row| Ok(policy(row)))
}

/// A policy by id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn by_id(connection: &mut Connection, permit: &Permit, id: &str) -> Result<StoredPolicy, StoreError> {
    may(permit)?;
    let row = connection.row(&format!("SELECT {COLUMNS} FROM policies WHERE id = $1"), &values![id])?;
    row.as_ref().map(policy).ok_or(StoreError::NotFound { what: "policy" })
}

/// Policies belong to no application: whoever is limited to some reads and writes none.
fn may(permit: &Permit) -> Result<(), StoreError> {
    match permit.permission().area == Area::Policies && permit.covers_everything() {
        true => Ok(()),
        false => Err(StoreError::NotFound { what: "policy" }),
    }
}

/// Everybody who wrote a version of a policy, by id.
///
/// # Errors
/// When the database fails.
pub fn authors(connection: &mut Connection, id: &str) -> Result<Vec<String>, StoreError> {
    let rows = connection.rows("SELECT DISTINCT author FROM policy_versions WHERE policy_id = $1", &values![id])?;
    Ok(rows.iter().map(|row| row.text(0)).collect())
}

/// Whether there was ever a policy: at the first start of a server there was none.
///
/// # Errors
/// When the database fails.
pub fn is_untouched(connection: &mut Connection) -> Result<bool, StoreError> {
    Ok(connection.row("SELECT 1 FROM policy_versions LIMIT 1", &[])?.is_none())
}

/// Adds a policy; every stored image is judged again.
///
/// # Errors
/// When the name is taken, or the database fails.
pub fn insert(
    connection: &mut Connection,
    permit: &Permit,
    policy: &StoredPolicy,
    comment: &str,
) -> Result<(), StoreError> {
    require(permit, Area::Policies, Action::Write)?;
    is_free(connection, policy)?;
    connection.execute(
        &format!("INSERT INTO policies ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        &values![
            &policy.id,
            &policy.name,
            &policy.document,
            policy.is_enabled,
            policy.created,
            policy.changed,
            &policy.author,
            &policy.author_name,
            policy.version
        ],
    )?;
    add_version(connection, policy, comment)
}

/// Replaces a policy whose version is the one before; every stored image is judged again.
///
/// # Errors
/// When somebody else changed it, the name is taken, or the database fails.
pub fn update(
    connection: &mut Connection,
    permit: &Permit,
    policy: &StoredPolicy,
    comment: &str,
) -> Result<(), StoreError> {
    require(permit, Area::Policies, Action::Write)?;
    is_free(connection, policy)?;
    let changed = connection.execute(
        "UPDATE policies SET name = $1, document = $2, is_enabled = $3, changed = $4, author = $5, author_name = $6,
         version = $7 WHERE id = $8 AND version = $9",
        &values![
            &policy.name,
            &policy.document,
            policy.is_enabled,
            policy.changed,
            &policy.author,
            &policy.author_name,
            policy.version,
            &policy.id,
            policy.version - 1
        ],
    )?;
    match changed {
        0 => Err(StoreError::Changed { what: "policy" }),
        _ => add_version(connection, policy, comment),
    }
}

fn is_free(connection: &mut Connection, policy: &StoredPolicy) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM policies WHERE name = $1 AND id <> $2";
    match connection.row(sql, &values![&policy.name, &policy.id])? {
        Some(_) => Err(StoreError::Exists { what: "policy" }),
        None => Ok(()),
    }
}

fn add_version(connection: &mut Connection, policy: &StoredPolicy, comment: &str) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO policy_versions (policy_id, version, name, document, is_enabled, author, author_name, comment, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &values![
            &policy.id,
            policy.version,
            &policy.name,
            &policy.document,
            policy.is_enabled,
            &policy.author,
            &policy.author_name,
            comment,
            policy.changed
        ],
    )?;
    evaluation::want(connection, "policy")
}

/// Removes a policy whose version is this one; its versions stay. Every stored image is judged again.
///
/// # Errors
/// When there is none, somebody else changed it, or the database fails.
pub fn delete(connection: &mut Connection, permit: &Permit, id: &str, version: i64) -> Result<(), StoreError> {
    require(permit, Area::Policies, Action::Write)?;
    match connection.execute("DELETE FROM policies WHERE id = $1 AND version = $2", &values![id, version])? {
        0 => Err(StoreError::Changed { what: "policy" }),
        _ => evaluation::want(connection, "policy"),
    }
}

/// The versions of a policy, the newest first; `before` is the last one of the page before.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn versions(
    connection: &mut Connection,
    permit: &Permit,
    id: &str,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<PolicyVersion>, StoreError> {
    may(permit)?;
    let rows = connection.rows(
        "SELECT version, name, document, is_enabled, author, author_name, comment, at FROM policy_versions
         WHERE policy_id = $1 AND version < $2 ORDER BY version DESC LIMIT $3",
        &values![id, before.unwrap_or(i64::MAX), i64::from(limit) + 1],
    )?;
    if rows.is_empty() && before.is_none() {
        return Err(StoreError::NotFound { what: "policy" });
    }
    Ok(rows
        .iter()
        .map(|row| PolicyVersion {
            version: row.integer(0),
            name: row.text(1),
            document: row.text(2),
            is_enabled: row.truth(3),
            author: row.text(4),
            author_name: row.text(5),
            comment: row.text(6),
            at: row.integer(7),
        })
        .collect())
}
