//! The schema and its migrations, forward only.
//!
//! A migration is one SQL text for both databases, with a word in braces where they differ. Add a file and a line; never
//! change one that was released.

use crate::{Connection, StoreError, values};

/// One step of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Its number: the schema that it leads to.
    pub version: i64,
    /// What it brings.
    pub name: &'static str,
    sql: &'static str,
}

/// Every step, in order.
pub const SCHEMA: &[Schema] = &[
    Schema { version: 1, name: "audit", sql: include_str!("../migrations/0001_audit.sql") },
    Schema { version: 2, name: "access", sql: include_str!("../migrations/0002_access.sql") },
    Schema { version: 3, name: "images", sql: include_str!("../migrations/0003_images.sql") },
    Schema { version: 4, name: "assurance", sql: include_str!("../migrations/0004_assurance.sql") },
    Schema { version: 5, name: "registries", sql: include_str!("../migrations/0005_registries.sql") },
    Schema { version: 6, name: "notifications", sql: include_str!("../migrations/0006_notifications.sql") },
    Schema { version: 7, name: "scale", sql: include_str!("../migrations/0007_scale.sql") },
    Schema { version: 8, name: "rights", sql: include_str!("../migrations/0008_rights.sql") },
    Schema { version: 9, name: "own_jobs", sql: include_str!("../migrations/0009_own_jobs.sql") },
    Schema { version: 10, name: "verdict_keys", sql: include_str!("../migrations/0010_verdict_keys.sql") },
    Schema { version: 11, name: "live", sql: include_str!("../migrations/0011_live.sql") },
    Schema { version: 12, name: "views", sql: include_str!("../migrations/0012_views.sql") },
    Schema { version: 13, name: "intelligence", sql: include_str!("../migrations/0013_intelligence.sql") },
    Schema { version: 14, name: "rests", sql: include_str!("../migrations/0014_rests.sql") },
    Schema { version: 15, name: "history", sql: include_str!("../migrations/0015_history.sql") },
    Schema { version: 16, name: "lines", sql: include_str!("../migrations/0016_lines.sql") },
    Schema { version: 17, name: "platforms", sql: include_str!("../migrations/0017_platforms.sql") },
    Schema { version: 18, name: "setup_links", sql: include_str!("../migrations/0018_setup_links.sql") },
    Schema { version: 19, name: "audit_keys", sql: include_str!("../migrations/0019_audit_keys.sql") },
    Schema { version: 20, name: "names", sql: include_str!("../migrations/0020_names.sql") },
    Schema { version: 21, name: "people", sql: include_str!("../migrations/0021_people.sql") },
    Schema { version: 22, name: "failures", sql: include_str!("../migrations/0022_failures.sql") },
    Schema { version: 23, name: "asked", sql: include_str!("../migrations/0023_asked.sql") },
    Schema { version: 24, name: "source_versions", sql: include_str!("../migrations/0024_source_versions.sql") },
    Schema { version: 25, name: "layers", sql: include_str!("../migrations/0025_layers.sql") },
    Schema { version: 26, name: "segments", sql: include_str!("../migrations/0026_segments.sql") },
];

impl Schema {
    /// The schema that this program needs.
    pub fn newest() -> i64 {
        SCHEMA.last().map_or(0, |step| step.version)
    }

    /// Brings the schema up to date, each step in a transaction of its own. Servers that start at once take turns.
    ///
    /// # Errors
    /// When the schema belongs to a later program, or a step fails.
    pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
        Schema::migrate_to(connection, Schema::newest())
    }

    /// Brings the schema to a version, which tests do to have an old one.
    ///
    /// # Errors
    /// As [`Schema::migrate`].
    pub fn migrate_to(connection: &mut Connection, version: i64) -> Result<(), StoreError> {
        if Schema::found(connection)? > Schema::newest() {
            return Schema::check(connection);
        }
        for step in SCHEMA.iter().filter(|step| step.version <= version) {
            begin_alone(connection)?;
            let done = step.run(connection);
            connection.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
            done?;
        }
        Ok(())
    }

    /// Whether the schema is the one that this program needs.
    ///
    /// # Errors
    /// When it is another.
    pub fn check(connection: &mut Connection) -> Result<(), StoreError> {
        let (found, known) = (Schema::found(connection)?, Schema::newest());
        match found.cmp(&known) {
            std::cmp::Ordering::Less => Err(StoreError::OlderSchema { found, known }),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(StoreError::NewerSchema { found, known }),
        }
    }

    /// The version of the database; 0 where it is empty.
    pub(crate) fn found(connection: &mut Connection) -> Result<i64, StoreError> {
        let asks = match connection.is_sqlite() {
            true => "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema'",
            false => {
                "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema AND table_name = 'schema'"
            }
        };
        if connection.row(asks, &[])?.is_none_or(|row| row.integer(0) == 0) {
            return Ok(0);
        }
        Ok(connection.row("SELECT version FROM schema", &[])?.map_or(0, |row| row.integer(0)))
    }

    fn run(&self, connection: &mut Connection) -> Result<(), StoreError> {
        if Schema::found(connection)? >= self.version {
            return Ok(());
        }
        connection.batch(&worded(self.sql, connection.is_sqlite()))?;
        connection.execute("DELETE FROM schema", &[])?;
        connection.execute("INSERT INTO schema (version) VALUES ($1)", &values![self.version])?;
        Ok(())
    }
}

/// Begins a transaction that no other migration runs beside.
fn begin_alone(connection: &mut Connection) -> Result<(), StoreError> {
    /// Any number that no other program uses for an advisory lock: "bulkhead" in ASCII.
    const LOCK: i64 = 0x6275_6c6b_6865_6164;
    match connection.is_sqlite() {
        true => {
            connection.batch("BEGIN IMMEDIATE; CREATE TABLE IF NOT EXISTS schema (version INTEGER NOT NULL) STRICT")
        }
        // A step takes as long as there are rows, and whoever waits for its turn waits for all of it.
        false => connection.batch(&format!(
            "BEGIN; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock({LOCK});
             CREATE TABLE IF NOT EXISTS schema (version BIGINT NOT NULL)"
        )),
    }
}

/// A migration in the words of one database.
fn worded(sql: &str, is_sqlite: bool) -> String {
    let words: [(&str, &str, &str); 9] = [
        // A number: counts, truth as 0 and 1, times in microseconds since 1970.
        ("{integer}", "INTEGER", "BIGINT"),
        ("{real}", "REAL", "DOUBLE PRECISION"),
        // Both compare by bytes, so that pages follow one another alike.
        ("{text}", "TEXT", "TEXT COLLATE \"C\""),
        ("{bytes}", "BLOB", "BYTEA"),
        // A key that the database counts up.
        ("{counted}", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"),
        // No bytes.
        ("{empty}", "x''", "''"),
        // Behind the closing bracket of a table; `{clustered}` where its rows lie in the order of the primary key.
        ("{table}", "STRICT", ""),
        // The place of a text in another, from 1.
        ("{position}", "instr", "strpos"),
        // Before a line that PostgreSQL alone needs.
        ("{postgresql}", "-- ", ""),
    ];
    let mut sql = sql.replace("{clustered}", if is_sqlite { "STRICT, WITHOUT ROWID" } else { "" });
    for (word, sqlite, postgres) in words {
        sql = sql.replace(word, if is_sqlite { sqlite } else { postgres });
    }
    sql
}

#[cfg(test)]
mod tests;
