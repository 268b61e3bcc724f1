//! Users: people who log in.

use policy::access::{Action, Area, Permit};
use policy::filter::{Key, Kind};

use crate::filtering::Field;
use crate::listing::{ListQuery, Listing, Placed, by_number, by_text, placed};
use crate::permitted::require;
use crate::{Connection, Row, StoreError, Value, values};

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: String,
    /// What is typed at the log-in; lower case, unique.
    pub name: String,
    /// The name that others see.
    pub display_name: String,
    /// Where mail goes.
    pub email: Option<String>,
    /// The password as an Argon2id PHC string (RFC 9106).
    pub password_hash: String,
    /// Whether the password must be changed at the next log-in.
    pub must_change: bool,
    /// The sealed secret of the second factor.
    pub totp_secret: Option<Vec<u8>>,
    /// The time step of the last code that was accepted: a code counts once.
    pub totp_last_step: i64,
    /// Whether log-ins are refused.
    pub is_disabled: bool,
    /// Wrong passwords since the last right one.
    pub failures: i64,
    /// No log-in before this time, in microseconds since 1970.
    pub locked_until: i64,
    /// The last log-in.
    pub last_login: Option<i64>,
    /// When it was made.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
}

const COLUMNS: &str = "id, name, display_name, email, password_hash, must_change, totp_secret, totp_last_step,
    is_disabled, failures, locked_until, last_login, created, changed, version";

fn user(row: &Row) -> User {
    let secret = row.bytes(6);
    User {
        id: row.text(0),
        name: row.text(1),
        display_name: row.text(2),
        email: row.optional_text(3),
        password_hash: row.text(4),
        must_change: row.truth(5),
        totp_secret: (!secret.is_empty()).then_some(secret),
        totp_last_step: row.integer(7),
        is_disabled: row.truth(8),
        failures: row.integer(9),
        locked_until: row.integer(10),
        last_login: row.optional_integer(11),
        created: row.integer(12),
        changed: row.integer(13),
        version: row.integer(14),
    }
}

/// Whether there is any user: without one the set-up link works.
///
/// # Errors
/// When the database fails.
pub fn is_empty(connection: &mut Connection) -> Result<bool, StoreError> {
    Ok(connection.row("SELECT 1 FROM users LIMIT 1", &[])?.is_none())
}

/// The user of a name, for a log-in: nobody has a permit yet.
///
/// # Errors
/// When the database fails.
pub fn by_name(connection: &mut Connection, name: &str) -> Result<Option<User>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE name = $1");
    Ok(connection.row(&sql, &values![name.to_lowercase()])?.as_ref().map(user))
}

/// A user by id, for itself or for those whose id was recognized.
///
/// # Errors
/// When there is none, or the database fails.
pub fn by_id(connection: &mut Connection, id: &str) -> Result<User, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
    let row = connection.row(&sql, &values![id])?;
    row.as_ref().map(user).ok_or(StoreError::NotFound { what: "user" })
}

/// What the list of users can be filtered by.
pub const KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "What is typed at the log-in.", "name:bob"),
    Key::new("display_name", Kind::Text, "The name that others see.", "display_name:Bob*"),
    Key::new("email", Kind::Text, "Where mail goes.", "email:*@example.com"),
    Key::new("role", Kind::Text, "The id of a role of the user's own.", "role:administrator"),
    Key::new("group", Kind::Text, "The id of a group that the user is in.", "group:0190…"),
    Key::new("disabled", Kind::Flag, "Whether log-ins are refused.", "disabled:true"),
    Key::new("second_factor", Kind::Flag, "Whether a second factor is in use.", "second_factor:false"),
    Key::new("must_change", Kind::Flag, "Whether the password must be changed.", "must_change:true"),
    Key::new("locked_until", Kind::Time, "No log-in before this time.", "locked_until:>=0m"),
    Key::sorting("last_login", Kind::Time, "The last log-in.", "last_login:<90d"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

/// Of somebody who never logged in, the last log-in is before all others.
const LAST_LOGIN: &str = "COALESCE(t.last_login, 0)";

pub(crate) const LISTING: Listing = Listing {
    table: "users",
    columns: COLUMNS,
    fields: &[
        Field::text("name", "t.name"),
        Field::text("display_name", "t.display_name"),
        Field::text("email", "COALESCE(t.email, '')"),
        Field::of("role", "role_id", "t.id IN (SELECT holder FROM role_holders WHERE {})"),
        Field::of("group", "group_id", "t.id IN (SELECT user_id FROM group_members WHERE {})"),
        Field::number("disabled", "t.is_disabled"),
        Field::number("second_factor", "(CASE WHEN t.totp_secret IS NULL THEN 0 ELSE 1 END)"),
        Field::number("must_change", "t.must_change"),
        Field::number("locked_until", "t.locked_until"),
        Field::number("last_login", LAST_LOGIN),
        Field::number("created", "t.created"),
    ],
    words: &["t.name", "t.display_name"],
    orders: &[by_text("name", "t.name"), by_number("last_login", LAST_LOGIN), by_number("created", "t.created")],
};

/// A page of users.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(connection: &mut Connection, permit: &Permit, query: &ListQuery) -> Result<Vec<Placed<User>>, StoreError> {
    require(permit, Area::Access, Action::Read)?;
    placed(LISTING.page(connection, query, |_| {})?, |row| Ok(user(row)))
}

/// Adds a user.
///
/// # Errors
/// When the name is taken, or the database fails.
pub fn insert(connection: &mut Connection, user: &User) -> Result<(), StoreError> {
    if by_name(connection, &user.name)?.is_some() {
        return Err(StoreError::Exists { what: "user" });
    }
    let sql = format!("INSERT INTO users ({COLUMNS}) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15)");
    let mut parameters = vec![Value::from(&user.id)];
    parameters.extend(changeable(user));
    parameters.extend(values![user.created, user.changed, user.version]);
    connection.execute(&sql, &parameters)?;
    Ok(())
}

/// Replaces a user whose version is the one before.
///
/// # Errors
/// When somebody else changed it, or the database fails.
pub fn update(connection: &mut Connection, user: &User) -> Result<(), StoreError> {
    let sql = "UPDATE users SET name = $1, display_name = $2, email = $3, password_hash = $4, must_change = $5,
        totp_secret = $6, totp_last_step = $7, is_disabled = $8, failures = $9, locked_until = $10, last_login = $11,
        changed = $12, version = $13 WHERE id = $14 AND version = $15";
    let mut parameters: Vec<Value> = changeable(user).into();
    parameters.extend(values![user.changed, user.version, &user.id, user.version - 1]);
    match connection.execute(sql, &parameters)? {
        0 => Err(StoreError::Changed { what: "user" }),
        _ => Ok(()),
    }
}

fn changeable(user: &User) -> [Value; 11] {
    values![
        user.name.to_lowercase(),
        &user.display_name,
        user.email.as_deref(),
        &user.password_hash,
        user.must_change,
        user.totp_secret.as_deref(),
        user.totp_last_step,
        user.is_disabled,
        user.failures,
        user.locked_until,
        user.last_login
    ]
}

/// Notes a log-in, unless the user was locked out meanwhile or the code of the second factor was used: asked here, where
/// no other log-in comes between. Tells whether it counts.
///
/// # Errors
/// When the database fails.
pub fn note_login(connection: &mut Connection, id: &str, now: i64, totp_step: Option<i64>) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET failures = 0, last_login = $1, totp_last_step = coalesce($2, totp_last_step)
        WHERE id = $3 AND is_disabled = 0 AND locked_until <= $1 AND totp_last_step < coalesce($2, totp_last_step + 1)";
    Ok(connection.execute(sql, &values![now, totp_step, id])? == 1)
}

/// Counts a wrong password, and tells how many there are in a row.
///
/// # Errors
/// When there is no such user, or the database fails.
pub fn note_failure(connection: &mut Connection, id: &str) -> Result<i64, StoreError> {
    let sql = "UPDATE users SET failures = failures + 1 WHERE id = $1 RETURNING failures";
    let row = connection.row(sql, &values![id])?;
    row.map(|row| row.integer(0)).ok_or(StoreError::NotFound { what: "user" })
}

/// Refuses log-ins until a time.
///
/// # Errors
/// When the database fails.
pub fn lock_out(connection: &mut Connection, id: &str, until: i64) -> Result<(), StoreError> {
    connection.execute("UPDATE users SET locked_until = $1 WHERE id = $2", &values![until, id])?;
    Ok(())
}

/// The sealed secret of a second factor that is not confirmed yet.
///
/// # Errors
/// When there is no such user, or the database fails.
pub fn pending_totp(connection: &mut Connection, id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let row = connection.row("SELECT totp_pending FROM users WHERE id = $1", &values![id])?;
    let secret = row.ok_or(StoreError::NotFound { what: "user" })?.bytes(0);
    Ok((!secret.is_empty()).then_some(secret))
}

/// Keeps the sealed secret of a second factor until it is confirmed; `None` forgets it.
///
/// # Errors
/// When the database fails.
pub fn set_pending_totp(connection: &mut Connection, id: &str, secret: Option<&[u8]>) -> Result<(), StoreError> {
    connection.execute("UPDATE users SET totp_pending = $1 WHERE id = $2", &values![secret, id])?;
    Ok(())
}

/// Runs a change after which somebody must be left who can give rights over everything, where there was somebody.
///
/// # Errors
/// When nobody would be left, or the change or the database fails.
pub fn keeping_an_administrator<T>(
    connection: &mut Connection,
    change: impl FnOnce(&mut Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let before = holders_of_everything(connection, "access.write")?;
    let done = change(connection)?;
    match before > 0 && holders_of_everything(connection, "access.write")? == 0 {
        true => Err(StoreError::LastAdministrator),
        false => Ok(done),
    }
}

/// Removes a user with its sessions and tokens.
///
/// # Errors
/// When there is none, or the database fails.
pub fn delete(connection: &mut Connection, id: &str) -> Result<(), StoreError> {
    connection.execute("DELETE FROM role_holders WHERE holder = $1", &values![id])?;
    match connection.execute("DELETE FROM users WHERE id = $1", &values![id])? {
        0 => Err(StoreError::NotFound { what: "user" }),
        _ => Ok(()),
    }
}

/// How many users hold a role that gives a permission over everything: the last one must stay.
///
/// # Errors
/// When the database fails.
pub fn holders_of_everything(connection: &mut Connection, permission: &str) -> Result<i64, StoreError> {
    let sql = "SELECT count(DISTINCT u.id) FROM users u
        JOIN role_holders h ON h.holder = u.id OR h.holder IN (SELECT group_id FROM group_members m WHERE m.user_id = u.id)
        JOIN roles r ON r.id = h.role_id
        WHERE u.is_disabled = 0 AND ',' || r.permissions || ',' LIKE $1
          AND NOT EXISTS (SELECT 1 FROM role_scopes s WHERE s.role_id = r.id)";
    Ok(connection.row(sql, &values![format!("%,{permission},%")])?.map_or(0, |row| row.integer(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, Store};

    fn with_user(test: impl Fn(&Store)) {
        on_both_stores(|store| {
            let user = User {
                id: "u".to_owned(),
                name: "bob".to_owned(),
                display_name: "Bob".to_owned(),
                email: None,
                password_hash: String::new(),
                must_change: false,
                totp_secret: None,
                totp_last_step: 7,
                is_disabled: false,
                failures: 0,
                locked_until: 0,
                last_login: None,
                created: 0,
                changed: 0,
                version: 1,
            };
            store.write_blocking(Lane::Audited, move |connection| insert(connection, &user)).unwrap();
            test(store);
        });
    }

    fn log_in(store: &Store, now: i64, step: Option<i64>) -> bool {
        store.write_blocking(Lane::Audited, move |connection| note_login(connection, "u", now, step)).unwrap()
    }

    #[test]
    fn a_code_counts_once_however_many_log_in_with_it() {
        with_user(|store| {
            assert!(log_in(store, 1, None), "without a second factor");
            assert!(!log_in(store, 1, Some(7)), "used before");
            assert!(log_in(store, 1, Some(8)));
            assert!(!log_in(store, 1, Some(8)) && !log_in(store, 1, Some(7)));
        });
    }

    #[test]
    fn a_lock_counts_for_those_who_were_under_way() {
        with_user(|store| {
            let fail = || store.write_blocking(Lane::Audited, |connection| note_failure(connection, "u")).unwrap();
            assert_eq!((fail(), fail()), (1, 2));
            store.write_blocking(Lane::Audited, |connection| lock_out(connection, "u", 100)).unwrap();
            assert!(!log_in(store, 99, None));
            assert!(log_in(store, 100, None));
            assert_eq!(fail(), 1, "a log-in ends the row");
        });
    }
}
