//! API tokens: opaque secrets of machines, of which the store knows the hash.

use std::collections::BTreeSet;

use policy::access::{Action, Area, PermissionSet, Permit};
use policy::filter::{Key, Kind};

use crate::filtering::{Field, FieldKind};
use crate::listing::{ListQuery, Listing, Placed, by_number, by_text, placed};
use crate::permitted::require;
use crate::{Connection, Row, StoreError, values};

/// Whoever answers for the tokens that the server made for itself.
pub const SERVER: &str = "server";

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
    /// The group whose rights bound it, of a machine's token.
    pub group: Option<String>,
    /// The user who answers for a machine's token that no group bounds; `server` for those of the server itself.
    pub answerable: Option<String>,
    /// Since when nobody answers for it who holds what it may do.
    pub orphaned: Option<i64>,
}

const COLUMNS: &str = "id, name, owner, permissions, scopes, addresses, created, created_by, expires, last_used, revoked, group_id, answerable, orphaned";

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
        group: row.optional_text(11),
        answerable: row.optional_text(12),
        orphaned: row.optional_integer(13),
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
        &format!("INSERT INTO tokens ({COLUMNS}, secret) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)"),
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
            token.group.as_deref(),
            token.answerable.as_deref(),
            token.orphaned,
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

/// What the list of tokens can be filtered by.
pub const KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "What it is for.", "name:ci*"),
    Key::new("owner", Kind::Text, "The id of the user whose rights bound it.", "owner:0190…"),
    Key::new("group", Kind::Text, "The id of the group whose rights bound it.", "group:0190…"),
    Key::new("answerable", Kind::Text, "The id of the user who answers for it.", "answerable:0190…"),
    Key::new("permission", Kind::Text, "What it may do.", "permission:images.write"),
    Key::new("scope", Kind::Text, "The id of a scope that it is limited to.", "scope:0190…"),
    Key::new("revoked", Kind::Flag, "Whether it was revoked.", "revoked:false"),
    Key::new("orphaned", Kind::Flag, "Whether nobody answers for it who holds what it may do.", "orphaned:true"),
    Key::new("expires", Kind::Time, "When it ends.", "expires:<2027-01-01"),
    Key::sorting("last_used", Kind::Time, "When it was last used.", "last_used:<90d"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

/// What was never used comes before all that was.
const LAST_USED: &str = "COALESCE(t.last_used, 0)";

pub(crate) const LISTING: Listing = Listing {
    table: "tokens",
    columns: COLUMNS,
    fields: &[
        Field::text("name", "t.name"),
        Field::text("owner", "COALESCE(t.owner, '')"),
        Field::text("group", "COALESCE(t.group_id, '')"),
        Field::text("answerable", "COALESCE(t.answerable, '')"),
        Field::new("permission", "t.permissions", FieldKind::List),
        Field::new("scope", "t.scopes", FieldKind::List),
        Field::number("revoked", "(CASE WHEN t.revoked IS NULL THEN 0 ELSE 1 END)"),
        Field::number("orphaned", "(CASE WHEN t.orphaned IS NULL THEN 0 ELSE 1 END)"),
        Field::number("expires", "t.expires"),
        Field::number("last_used", LAST_USED),
        Field::number("created", "t.created"),
    ],
    words: &["t.name"],
    orders: &[by_number("created", "t.created"), by_text("name", "t.name"), by_number("last_used", LAST_USED)],
};

/// A page of all tokens.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(connection: &mut Connection, permit: &Permit, query: &ListQuery) -> Result<Vec<Placed<Token>>, StoreError> {
    require(permit, Area::Access, Action::Read)?;
    placed(LISTING.page(connection, query, |_| {})?, |row| Ok(token(row)))
}

/// The machines' tokens in use that a person answers for, behind an id, by id: what is looked after from time to time.
///
/// # Errors
/// When the database fails.
pub fn answered_for(connection: &mut Connection, behind: &str, limit: u32) -> Result<Vec<Token>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM tokens WHERE id > $1 AND answerable IS NOT NULL AND revoked IS NULL ORDER BY id LIMIT $2"
    );
    Ok(connection.rows(&sql, &values![behind, i64::from(limit)])?.iter().map(token).collect())
}

/// Notes since when nobody answers for a token; `None` where somebody does. Tells whether that is new.
///
/// # Errors
/// When the database fails.
pub fn set_orphaned(connection: &mut Connection, id: &str, since: Option<i64>) -> Result<bool, StoreError> {
    let sql = match since {
        Some(_) => "UPDATE tokens SET orphaned = $1 WHERE id = $2 AND orphaned IS NULL",
        None => "UPDATE tokens SET orphaned = $1 WHERE id = $2 AND orphaned IS NOT NULL",
    };
    Ok(connection.execute(sql, &values![since, id])? == 1)
}

/// Lets another user answer for a token.
///
/// # Errors
/// When there is none in use that a person answers for, or the database fails.
pub fn set_answerable(connection: &mut Connection, id: &str, user: &str) -> Result<(), StoreError> {
    let sql = "UPDATE tokens SET answerable = $1, orphaned = NULL
        WHERE id = $2 AND revoked IS NULL AND owner IS NULL AND group_id IS NULL";
    match connection.execute(sql, &values![user, id])? {
        0 => Err(StoreError::NotFound { what: "token" }),
        _ => Ok(()),
    }
}

/// A token by id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn by_id(connection: &mut Connection, id: &str) -> Result<Token, StoreError> {
    let row = connection.row(&format!("SELECT {COLUMNS} FROM tokens WHERE id = $1"), &values![id])?;
    row.as_ref().map(token).ok_or(StoreError::NotFound { what: "token" })
}

/// Everybody who may be behind an id, itself among them. Behind a user that is the user alone; behind a token its owner,
/// whoever answers for it, whoever made it, and the members of its group: which of them used it cannot be told.
///
/// # Errors
/// When the database fails.
pub fn behind(connection: &mut Connection, id: &str) -> Result<BTreeSet<String>, StoreError> {
    let mut all = BTreeSet::from([id.to_owned()]);
    let mut waiting = vec![id.to_owned()];
    while let Some(id) = waiting.pop() {
        let token = match by_id(connection, &id) {
            Err(StoreError::NotFound { .. }) => continue,
            token => token?,
        };
        let mut persons = vec![token.created_by];
        persons.extend([token.owner, token.answerable].into_iter().flatten());
        if let Some(group) = token.group {
            let sql = "SELECT user_id FROM group_members WHERE group_id = $1";
            persons.extend(connection.rows(sql, &values![&group])?.iter().map(|row| row.text(0)));
        }
        // The server is nobody who could ask and approve.
        for person in persons.into_iter().filter(|person| person != SERVER) {
            if all.insert(person.clone()) {
                // A token may have been made by another.
                waiting.push(person);
            }
        }
    }
    Ok(all)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, rights, users};

    fn token(id: &str, created_by: &str) -> Token {
        Token {
            id: id.to_owned(),
            name: id.to_owned(),
            owner: None,
            permissions: PermissionSet::default(),
            scopes: BTreeSet::new(),
            addresses: Vec::new(),
            created: 0,
            created_by: created_by.to_owned(),
            expires: None,
            last_used: None,
            revoked: None,
            group: None,
            answerable: None,
            orphaned: None,
        }
    }

    fn user(id: &str) -> users::User {
        users::User {
            id: id.to_owned(),
            name: id.to_owned(),
            display_name: id.to_owned(),
            email: None,
            password_hash: String::new(),
            must_change: false,
            totp_secret: None,
            totp_last_step: 0,
            is_disabled: false,
            failures: 0,
            locked_until: 0,
            last_login: None,
            created: 0,
            changed: 0,
            version: 1,
        }
    }

    #[test]
    fn behind_a_token_are_all_who_may_have_used_it() {
        on_both_stores(|store| {
            let made = store.write_blocking(Lane::Beside, |connection| {
                for id in ["ann", "bob", "eve"] {
                    users::insert(connection, &user(id))?;
                }
                let group = rights::Group {
                    id: "g".to_owned(),
                    name: "g".to_owned(),
                    description: String::new(),
                    members: ["ann".to_owned(), "bob".to_owned()].into(),
                    roles: BTreeSet::new(),
                    created: 0,
                    changed: 0,
                    version: 1,
                };
                rights::insert_group(connection, &group)?;
                let own = Token { owner: Some("ann".to_owned()), ..token("own", "ann") };
                let machine = Token { answerable: Some("bob".to_owned()), ..token("machine", "eve") };
                let of_group = Token { group: Some("g".to_owned()), ..token("of group", "machine") };
                let of_server = Token { answerable: Some(SERVER.to_owned()), ..token("of server", SERVER) };
                for (at, token) in [own, machine, of_group, of_server].iter().enumerate() {
                    insert(connection, token, &[at as u8])?;
                }
                Ok(())
            });
            made.unwrap();
            for (id, expected) in [
                ("ann", &["ann"] as &[&str]),
                ("own", &["ann", "own"]),
                ("machine", &["bob", "eve", "machine"]),
                ("of group", &["ann", "bob", "eve", "machine", "of group"]),
                ("of server", &["of server"]),
            ] {
                let found = store.read_blocking(move |connection| behind(connection, id)).unwrap();
                assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected);
            }
        });
    }
}
