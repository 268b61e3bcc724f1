//! Integrations: the targets of notifications, with their credentials sealed.

use policy::access::{Action, Area, Permit};
use policy::filter::{Key, Kind};

use crate::filtering::{Field, FieldKind};
use crate::listing::{ListQuery, Listing, Placed, by_number, by_text, placed};
use crate::permitted::require;
use crate::{Connection, Row, StoreError, Value, values};

/// A target of notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integration {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `webhook`, `slack`, `email`.
    pub kind: String,
    /// What it needs, as JSON, without credentials.
    pub settings: String,
    /// Its credentials, sealed.
    pub secret: Option<Vec<u8>>,
    /// The topics that it is told; a trailing `*` takes all that begin so.
    pub topics: Vec<String>,
    /// `en` or `ja`.
    pub language: String,
    /// How long events of one cause are gathered into one message, in microseconds; 0 for not at all.
    pub digest: i64,
    /// Whether it is told anything.
    pub is_enabled: bool,
    /// When a message last arrived, in microseconds since 1970.
    pub delivered: Option<i64>,
    /// When one last did not.
    pub failed: Option<i64>,
    /// Why it did not.
    pub failure: Option<String>,
    /// When it was made.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
}

impl Integration {
    /// Whether it is told of a topic.
    pub fn wants(&self, topic: &str) -> bool {
        self.is_enabled && self.topics.iter().any(|wanted| is_like(topic, wanted))
    }
}

/// Whether a topic is the one named, or begins as the name does in front of its trailing `*`.
pub fn is_like(topic: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(prefix) => topic.starts_with(prefix),
        None => topic == wanted,
    }
}

const COLUMNS: &str =
    "id, name, kind, settings, secret, topics, language, digest, is_enabled, delivered, failed, failure,
    created, changed, version";

pub(crate) fn integration(row: &Row) -> Integration {
    let secret = row.bytes(4);
    Integration {
        id: row.text(0),
        name: row.text(1),
        kind: row.text(2),
        settings: row.text(3),
        secret: (!secret.is_empty()).then_some(secret),
        topics: row.text(5).split(',').filter(|topic| !topic.is_empty()).map(str::to_owned).collect(),
        language: row.text(6),
        digest: row.integer(7),
        is_enabled: row.truth(8),
        delivered: row.optional_integer(9),
        failed: row.optional_integer(10),
        failure: row.optional_text(11),
        created: row.integer(12),
        changed: row.integer(13),
        version: row.integer(14),
    }
}

/// What the list of integrations can be filtered by.
pub const KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "The name.", "name:chat*"),
    Key::new("kind", Kind::Text, "The kind.", "kind:slack"),
    Key::new("topic", Kind::Text, "A topic as it is written in the integration.", "topic:verdict.*"),
    Key::new("enabled", Kind::Flag, "Whether it is told anything.", "enabled:true"),
    Key::new("failing", Kind::Flag, "Whether its last message did not arrive.", "failing:true"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

pub(crate) const LISTING: Listing = Listing {
    table: "integrations",
    columns: COLUMNS,
    fields: &[
        Field::text("name", "t.name"),
        Field::text("kind", "t.kind"),
        Field::new("topic", "t.topics", FieldKind::List),
        Field::number("enabled", "t.is_enabled"),
        Field::number("failing", "(CASE WHEN t.failed > COALESCE(t.delivered, 0) THEN 1 ELSE 0 END)"),
        Field::number("created", "t.created"),
    ],
    words: &["t.name"],
    orders: &[by_text("name", "t.name"), by_number("created", "t.created")],
};

/// A page of integrations.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    query: &ListQuery,
) -> Result<Vec<Placed<Integration>>, StoreError> {
    require(permit, Area::Integrations, Action::Read)?;
    placed(LISTING.page(connection, query, |_| {})?, |row| Ok(integration(row)))
}

/// Every integration that is enabled. There are few, each is set up by a person.
///
/// # Errors
/// When the database fails.
pub fn enabled(connection: &mut Connection) -> Result<Vec<Integration>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM integrations WHERE is_enabled = 1 ORDER BY name");
    Ok(connection.rows(&sql, &[])?.iter().map(integration).collect())
}

/// An integration by id.
///
/// # Errors
/// When the permit is for something else, there is none, or the database fails.
pub fn by_id(connection: &mut Connection, permit: &Permit, id: &str) -> Result<Integration, StoreError> {
    require(permit, Area::Integrations, permit.permission().action)?;
    let row = connection.row(&format!("SELECT {COLUMNS} FROM integrations WHERE id = $1"), &values![id])?;
    row.as_ref().map(integration).ok_or(StoreError::NotFound { what: "integration" })
}

/// Adds an integration.
///
/// # Errors
/// When the permit is for something else, the name is taken, or the database fails.
pub fn insert(connection: &mut Connection, permit: &Permit, new: &Integration) -> Result<(), StoreError> {
    require(permit, Area::Integrations, Action::Write)?;
    is_free(connection, &new.name, "")?;
    let sql =
        "INSERT INTO integrations (name, settings, secret, topics, language, digest, is_enabled, changed, version,
        kind, id, created, leased) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,0)";
    let mut parameters: Vec<Value> = changeable(new).into();
    parameters.extend(values![&new.kind, &new.id, new.created]);
    connection.execute(sql, &parameters)?;
    Ok(())
}

/// Replaces an integration whose version is the one before.
///
/// # Errors
/// When the permit is for something else, somebody else changed it, the name is taken, or the database fails.
pub fn update(connection: &mut Connection, permit: &Permit, new: &Integration) -> Result<(), StoreError> {
    require(permit, Area::Integrations, Action::Write)?;
    is_free(connection, &new.name, &new.id)?;
    let sql = "UPDATE integrations SET name = $1, settings = $2, secret = $3, topics = $4, language = $5, digest = $6,
        is_enabled = $7, changed = $8, version = $9 WHERE id = $10 AND version = $11";
    let mut parameters: Vec<Value> = changeable(new).into();
    parameters.extend(values![&new.id, new.version - 1]);
    match connection.execute(sql, &parameters)? {
        0 => Err(StoreError::Changed { what: "integration" }),
        _ => Ok(()),
    }
}

fn changeable(new: &Integration) -> [Value; 9] {
    values![
        &new.name,
        &new.settings,
        new.secret.as_deref(),
        new.topics.join(","),
        &new.language,
        new.digest,
        new.is_enabled,
        new.changed,
        new.version
    ]
}

fn is_free(connection: &mut Connection, name: &str, id: &str) -> Result<(), StoreError> {
    match connection.row("SELECT 1 FROM integrations WHERE name = $1 AND id <> $2", &values![name, id])? {
        Some(_) => Err(StoreError::Exists { what: "integration" }),
        None => Ok(()),
    }
}

/// Removes an integration with what it was still to be told.
///
/// # Errors
/// When the permit is for something else, there is none, or the database fails.
pub fn delete(connection: &mut Connection, permit: &Permit, id: &str) -> Result<(), StoreError> {
    require(permit, Area::Integrations, Action::Write)?;
    match connection.execute("DELETE FROM integrations WHERE id = $1", &values![id])? {
        0 => Err(StoreError::NotFound { what: "integration" }),
        _ => Ok(()),
    }
}
