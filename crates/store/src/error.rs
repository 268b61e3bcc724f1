//! Why the store could not do its work.

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database file cannot be opened.
    #[error("cannot open the database {place}")]
    Open {
        /// The file, or host and name of the database.
        place: String,
        /// Why.
        source: Box<StoreError>,
    },
    /// The schema is of a later version of the program.
    #[error(
        "the database has schema {found}, and this program knows schemas up to {known}: it belongs to a later version; \
         start that version, or restore a backup of before the upgrade"
    )]
    NewerSchema {
        /// The version of the database.
        found: i64,
        /// The version of this program.
        known: i64,
    },
    /// The schema is of an earlier version, and whoever opened it does not migrate.
    #[error("the database has schema {found}, and this program needs schema {known}: run bulkhead admin migrate")]
    OlderSchema {
        /// The version of the database.
        found: i64,
        /// The version of this program.
        known: i64,
    },
    /// No such object, or none that the permit reaches.
    #[error("there is no such {what}")]
    NotFound {
        /// The kind of object: `image`, `policy`.
        what: &'static str,
    },
    /// What belongs to the whole installation is out of the reach of whoever is limited to applications.
    #[error("{what} belong to the whole installation, and the permit is limited to applications")]
    OfAll {
        /// The area: `jobs`.
        what: &'static str,
    },
    /// Something else has this name already.
    #[error("there is already a {what} of this name")]
    Exists {
        /// The kind of object.
        what: &'static str,
    },
    /// Somebody changed the object since it was read.
    #[error("this {what} was changed by somebody else since it was read")]
    Changed {
        /// The kind of object.
        what: &'static str,
    },
    /// The object is needed by another.
    #[error("this {what} is used by {by}")]
    InUse {
        /// The kind of object.
        what: &'static str,
        /// What uses it.
        by: String,
    },
    /// It is done with the rights of somebody else.
    #[error("this {what} has the rights of whoever asked for it, who alone can have it done")]
    NotOwn {
        /// The kind of object.
        what: &'static str,
    },
    /// It would give rights that whoever gives them does not hold.
    #[error("nobody can give {permission} beyond what they hold themselves")]
    Beyond {
        /// The permission.
        permission: String,
    },
    /// Nobody would be left who can give rights.
    #[error("this is the last administrator")]
    LastAdministrator,
    /// The database cannot take it: the disk is full.
    #[error("the disk of the database is full")]
    Full,
    /// The database cannot be reached; nothing was written.
    #[error("the database cannot be reached")]
    Unreachable {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database went away while it was asked to keep a change.
    #[error("the database went away before it said whether the change is kept")]
    Uncertain,
    /// SQLite refused a statement.
    #[error("the database refused a statement")]
    Sqlite(#[source] rusqlite::Error),
    /// PostgreSQL refused a statement.
    #[error("the database refused a statement")]
    Postgres(#[source] postgres::Error),
    /// What is stored is not what was written: the database is damaged or was changed by hand.
    #[error("the database holds something unreadable in {place}: {problem}")]
    Damaged {
        /// Table and column.
        place: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A record stands behind the head of the trail, where the next one belongs.
    #[error(
        "record {sequence} of the audit trail was not written by this program and stands where the next one belongs: \
         keep a copy of it as evidence, and remove it; bulkhead admin audit verify tells whether the trail is whole then"
    )]
    ForeignRecord {
        /// Its number.
        sequence: i64,
    },
    /// The address of a database cannot be understood.
    #[error("cannot use the database address: {problem}")]
    Address {
        /// What is wrong with it.
        problem: String,
    },
    /// The program met a defect of its own; the change was undone.
    #[error("the program met a defect; the change was undone")]
    Defect,
    /// The store is shutting down.
    #[error("the store does not take work")]
    Closed,
}

impl StoreError {
    /// Whether the same work may succeed when it is tried again at once: another transaction made or removed something
    /// between a look at it and the statement, and the next look finds that.
    pub(crate) fn is_conflict(&self) -> bool {
        use postgres::error::SqlState;
        self.has_state(&[&SqlState::UNIQUE_VIOLATION, &SqlState::FOREIGN_KEY_VIOLATION])
    }

    /// Whether another transaction was in the way, and the same work may succeed in a transaction of its own.
    pub fn is_obstruction(&self) -> bool {
        use postgres::error::SqlState;
        self.has_state(&[&SqlState::T_R_SERIALIZATION_FAILURE, &SqlState::T_R_DEADLOCK_DETECTED])
    }

    /// Whether what a row was to refer to is gone.
    pub fn is_of_something_gone(&self) -> bool {
        match self {
            StoreError::Sqlite(error) => {
                error.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY)
            }
            error => error.has_state(&[&postgres::error::SqlState::FOREIGN_KEY_VIOLATION]),
        }
    }

    fn has_state(&self, states: &[&postgres::error::SqlState]) -> bool {
        let StoreError::Postgres(error) = self else { return false };
        error.code().is_some_and(|code| states.contains(&code))
    }

    /// Whether there is a row already that has what only one may have.
    pub(crate) fn is_taken(&self) -> bool {
        match self {
            StoreError::Sqlite(error) => error.sqlite_extended_error_code().is_some_and(|code| {
                [rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE, rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY].contains(&code)
            }),
            error => error.has_state(&[&postgres::error::SqlState::UNIQUE_VIOLATION]),
        }
    }

    /// Whether the connection that gave it can no longer be used.
    pub(crate) fn ends_connection(&self) -> bool {
        match self {
            StoreError::Unreachable { .. } => true,
            StoreError::Postgres(error) => error.is_closed(),
            _ => false,
        }
    }

    /// What befell a whole transaction, told to each whose work was in it.
    pub(crate) fn again(&self) -> StoreError {
        match self {
            StoreError::Full => StoreError::Full,
            StoreError::Uncertain => StoreError::Uncertain,
            error => StoreError::Unreachable { source: error.to_string().into() },
        }
    }

    /// Whether it is the caller's doing (not found, changed, in use) rather than the database's.
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            StoreError::NotFound { .. }
                | StoreError::OfAll { .. }
                | StoreError::Exists { .. }
                | StoreError::Changed { .. }
                | StoreError::InUse { .. }
                | StoreError::NotOwn { .. }
                | StoreError::Beyond { .. }
                | StoreError::LastAdministrator
        )
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => StoreError::Full,
            // Busy: another process, a backup say, has held the file for longer than one waits.
            Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::DatabaseBusy) => {
                StoreError::Unreachable { source: Box::new(error) }
            }
            _ => StoreError::Sqlite(error),
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> StoreError {
        use postgres::error::SqlState;
        match error.code() {
            Some(state) if *state == SqlState::DISK_FULL => StoreError::Full,
            Some(state)
                if [
                    SqlState::ADMIN_SHUTDOWN,
                    SqlState::CRASH_SHUTDOWN,
                    SqlState::CANNOT_CONNECT_NOW,
                    // What was the primary is a standby now: another connection may lead to the new one.
                    SqlState::READ_ONLY_SQL_TRANSACTION,
                ]
                .contains(state) =>
            {
                StoreError::Unreachable { source: Box::new(error) }
            }
            None => StoreError::Unreachable { source: Box::new(error) },
            Some(_) => StoreError::Postgres(error),
        }
    }
}
