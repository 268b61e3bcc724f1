//! Saved views: filter, order and columns of a list under a name, each of one person alone. They change nothing for anybody
//! else, and stand in no record of the trail.

use crate::{Connection, Row, StoreError, values};

/// The most views of one person.
pub const MOST: i64 = 100;

/// A saved view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user_id: String,
    /// The list that it is of: `images`.
    pub list: String,
    /// Its name, which no other view of the person on this list has.
    pub name: String,
    /// The filter, as it is written.
    pub filter: String,
    /// The order, as `key` or `-key`; empty for the list's own.
    pub sort: String,
    /// The columns that are shown; none for the usual ones.
    pub columns: Vec<String>,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
}

const COLUMNS: &str = "id, user_id, list, name, filter, sort, columns, created, changed, version";

fn view(row: &Row) -> View {
    View {
        id: row.text(0),
        user_id: row.text(1),
        list: row.text(2),
        name: row.text(3),
        filter: row.text(4),
        sort: row.text(5),
        columns: row.text(6).split(',').filter(|column| !column.is_empty()).map(str::to_owned).collect(),
        created: row.integer(7),
        changed: row.integer(8),
        version: row.integer(9),
    }
}

/// All views of a person, by list and name: [`MOST`] at most.
///
/// # Errors
/// When the database fails.
pub fn of_user(connection: &mut Connection, user_id: &str) -> Result<Vec<View>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM views WHERE user_id = $1 ORDER BY list, name");
    Ok(connection.rows(&sql, &values![user_id])?.iter().map(view).collect())
}

/// A view of a person.
///
/// # Errors
/// When they have none of this id, or the database fails.
pub fn by_id(connection: &mut Connection, user_id: &str, id: &str) -> Result<View, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM views WHERE id = $1 AND user_id = $2");
    let row = connection.row(&sql, &values![id, user_id])?;
    row.as_ref().map(view).ok_or(StoreError::NotFound { what: "view" })
}

/// Adds a view; tells `false` and adds none where the person has as many as they may.
///
/// # Errors
/// When the name is taken, or the database fails.
pub fn insert(connection: &mut Connection, new: &View) -> Result<bool, StoreError> {
    is_free(connection, new)?;
    let count = connection.row("SELECT count(*) FROM views WHERE user_id = $1", &values![&new.user_id])?;
    if count.is_some_and(|row| row.integer(0) >= MOST) {
        return Ok(false);
    }
    let sql = format!("INSERT INTO views ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)");
    let parameters = values![
        &new.id,
        &new.user_id,
        &new.list,
        &new.name,
        &new.filter,
        &new.sort,
        new.columns.join(","),
        new.created,
        new.changed,
        new.version
    ];
    connection.execute(&sql, &parameters)?;
    Ok(true)
}

/// Replaces a view whose version is the one before. Its list stays.
///
/// # Errors
/// When somebody else changed it, the name is taken, or the database fails.
pub fn update(connection: &mut Connection, new: &View) -> Result<(), StoreError> {
    is_free(connection, new)?;
    let sql = "UPDATE views SET name = $1, filter = $2, sort = $3, columns = $4, changed = $5, version = $6
        WHERE id = $7 AND user_id = $8 AND version = $9";
    let parameters = values![
        &new.name,
        &new.filter,
        &new.sort,
        new.columns.join(","),
        new.changed,
        new.version,
        &new.id,
        &new.user_id,
        new.version - 1
    ];
    match connection.execute(sql, &parameters)? {
        0 => Err(StoreError::Changed { what: "view" }),
        _ => Ok(()),
    }
}

/// Removes a view of a person, if it has this version.
///
/// # Errors
/// When they have none of this id, somebody else changed it, or the database fails.
pub fn delete(connection: &mut Connection, user_id: &str, id: &str, version: i64) -> Result<(), StoreError> {
    by_id(connection, user_id, id)?;
    let sql = "DELETE FROM views WHERE id = $1 AND user_id = $2 AND version = $3";
    match connection.execute(sql, &values![id, user_id, version])? {
        0 => Err(StoreError::Changed { what: "view" }),
        _ => Ok(()),
    }
}

fn is_free(connection: &mut Connection, new: &View) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM views WHERE user_id = $1 AND list = $2 AND name = $3 AND id <> $4";
    match connection.row(sql, &values![&new.user_id, &new.list, &new.name, &new.id])? {
        Some(_) => Err(StoreError::Exists { what: "view" }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, Store};

    fn new(id: &str, user: &str, list: &str, name: &str) -> View {
        View {
            id: id.to_owned(),
            user_id: user.to_owned(),
            list: list.to_owned(),
            name: name.to_owned(),
            filter: "decision:deny".to_owned(),
            sort: "-severity".to_owned(),
            columns: vec!["verdict".to_owned(), "os".to_owned()],
            created: 1,
            changed: 1,
            version: 1,
        }
    }

    fn write<T: Send + 'static>(
        store: &Store,
        work: impl Fn(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        store.write_blocking(Lane::Beside, work)
    }

    fn add(store: &Store, id: &str, user: &str, list: &str, name: &str) -> Result<bool, StoreError> {
        let new = new(id, user, list, name);
        write(store, move |connection| insert(connection, &new))
    }

    fn add_user(store: &Store, id: &'static str) {
        let sql = "INSERT INTO users (id, name, display_name, password_hash, must_change, totp_last_step, is_disabled,
            failures, locked_until, created, changed, version) VALUES ($1, $1, $1, '', 0, 0, 0, 0, 0, 0, 0, 1)";
        write(store, move |connection| connection.execute(sql, &values![id])).unwrap();
    }

    #[test]
    fn views_are_of_one_person_and_their_names_are_theirs() {
        on_both_stores(|store| {
            add_user(store, "bob");
            add_user(store, "eve");
            assert!(add(store, "1", "bob", "images", "mine").unwrap());
            assert!(matches!(add(store, "2", "bob", "images", "mine"), Err(StoreError::Exists { .. })));
            assert!(
                add(store, "2", "bob", "jobs", "mine").unwrap() && add(store, "3", "eve", "images", "mine").unwrap()
            );
            let of = |user: &'static str| store.read_blocking(move |connection| of_user(connection, user)).unwrap();
            assert_eq!(of("bob"), [new("1", "bob", "images", "mine"), new("2", "bob", "jobs", "mine")]);
            assert!(store.read_blocking(|connection| by_id(connection, "eve", "1")).is_err(), "it is not hers");
            assert!(write(store, |connection| delete(connection, "eve", "1", 1)).is_err());
            let renamed =
                View { name: "other".to_owned(), columns: Vec::new(), version: 2, ..new("1", "bob", "images", "") };
            let again = renamed.clone();
            write(store, move |connection| update(connection, &renamed)).unwrap();
            assert_eq!(of("bob")[0], again);
            let stale = write(store, move |connection| update(connection, &again));
            assert!(matches!(stale, Err(StoreError::Changed { .. })));
            assert!(matches!(write(store, |c| delete(c, "bob", "1", 1)), Err(StoreError::Changed { .. })));
            write(store, |connection| delete(connection, "bob", "1", 2)).unwrap();
            assert_eq!(of("bob").len(), 1);
            write(store, |connection| connection.execute("DELETE FROM users WHERE id = 'bob'", &[])).unwrap();
            assert_eq!((of("bob").len(), of("eve").len()), (0, 1), "they go with their person");
        });
    }

    #[test]
    fn nobody_has_more_than_they_may() {
        on_both_stores(|store| {
            add_user(store, "bob");
            for number in 0..MOST {
                assert!(add(store, &number.to_string(), "bob", "images", &number.to_string()).unwrap());
            }
            assert!(!add(store, "one more", "bob", "images", "one more").unwrap());
        });
    }
}
