//! API tokens: opaque secrets of machines, of which the store knows the hash.

use std::collections::BTreeSet;

use policy::access::{Action, Area, PermissionSet, Permit};

use crate::permitted::require;
use crate::{Connection, Row, StoreError, values};

/// An API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id, which is no secret.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// The user whose rights bound it; none for a machine's own.
    pub owner: Option<String>,
    /// What it may do.
    pub permissions: PermissionSet,
    /// The ids of the application scopes that it is limited to; none for everything.
    pub scopes: BTreeSet<String>,
    /// The CIDR blocks that it may be used from; none for any address.
    pub addresses: Vec<String>,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// Who made it, by id.
    pub created_by: String,
    /// When it ends.
    pub expires: Option<i64>,
    /// When it was last used; kept to the minute.
    pub last_used: Option<i64>,
    /// When it was revoked.
    pub revoked: Option<i64>,
}

const COLUMNS: &str =
    "id, name, owner, permissions, scopes, addresses, created, created_by, expires, last_used, revoked";

fn token(row: &Row) -> Token {
    let texts =
        |text: String| -> Vec<String> { text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect() };
    Token {
        id: row.text(0),
        name: row.text(1),
        owner: row.optional_text(2),
        permissions: row.text(3).split(',').filter_map(|name| name.parse().ok()).collect(),
        scopes: texts(row.text(4)).into_iter().collect(),
        addresses: texts(row.text(5)),
        created: row.integer(6),
        created_by: row.text(7),
        expires: row.optional_integer(8),
        last_used: row.optional_integer(9),
        revoked: row.optional_integer(10),
    }
}

/// The token of a secret (its SHA-256), valid or not.
///
/// # Errors
/// When the database fails.
pub fn by_secret(connection: &mut Connection, secret: &[u8]) -> Result<Option<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE secret = $1");
    Ok(connection.row(&sql, &values![secret])?.as_ref().map(token))
}

/// Adds a token.
///
/// # Errors
/// When the database fails.
pub fn insert(connection: &mut Connection, token: &Token, secret: &[u8]) -> Result<(), StoreError> {
    let scopes = token.scopes.iter().cloned().collect::<Vec<_>>().join(",");
    connection.execute(
        &format!("INSERT INTO tokens ({COLUMNS}, secret) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)"),
        &values![
            &token.id,
            &token.name,
            token.owner.as_deref(),
            token.permissions.to_string(),
            scopes,
            token.addresses.join(","),
            token.created,
            &token.created_by,
            token.expires,
            token.last_used,
            token.revoked,
            secret
        ],
    )?;
    Ok(())
}

/// The tokens of a user, the newest first.
///
/// # Errors
/// When the database fails.
pub fn of_owner(connection: &mut Connection, owner: &str) -> Result<Vec<Token>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM tokens WHERE owner = $1 ORDER BY created DESC LIMIT 1000");
    Ok(connection.rows(&sql, &values![owner])?.iter().map(token).collect())
}

/// A page of all tokens, the newest first; `before` is (created, id) of the last one of the page before.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    before: Option<(i64, &str)>,
    limit: u32,
) -> Result<Vec<Token>, StoreError> {
    require(permit, Area::Access, Action::Read)?;
    let (created, id) = before.unwrap_or((i64::MAX, ""));
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens WHERE created < $1 OR (created = $1 AND id < $2)
         ORDER BY created DESC, id DESC LIMIT $3"
    );
    Ok(connection.rows(&sql, &values![created, id, i64::from(limit)])?.iter().map(token).collect())
}

/// A token by id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn by_id(connection: &mut Connection, id: &str) -> Result<Token, StoreError> {
    let row = connection.row(&format!("SELECT {COLUMNS} FROM tokens WHERE id = $1"), &values![id])?;
    row.as_ref().map(token).ok_or(StoreError::NotFound { what: "token" })
}

/// Notes that a token was used.
///
/// # Errors
/// When the database fails.
pub fn touch(connection: &mut Connection, id: &str, now: i64) -> Result<(), StoreError> {
    connection.execute("UPDATE tokens SET last_used = $1 WHERE id = $2", &values![now, id])?;
    Ok(())
}

/// Revokes a token; it stays listed.
///
/// # Errors
/// When there is none that is not revoked, or the database fails.
pub fn revoke(connection: &mut Connection, id: &str, now: i64) -> Result<(), StoreError> {
    match connection.execute("UPDATE tokens SET revoked = $1 WHERE id = $2 AND revoked IS NULL", &values![now, id])? {
        0 => Err(StoreError::NotFound { what: "token" }),
        _ => Ok(()),
    }
}
