//! Registries: where images are kept, which of them are wanted, and what their tags meant when they were last listed.

use policy::access::{Action, Area, Permit};
use policy::filter::{Key, Kind};
use serde::{Deserialize, Serialize};

use crate::events::{self, Event};
use crate::filtering::Field;
use crate::listing::{ListQuery, Listing, Placed, by_number, by_text, placed};
use crate::permitted::require;
use crate::{Connection, Row, StoreError, Value, values};

/// A registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    /// Its id.
    pub id: String,
    /// What people call it; unique.
    pub name: String,
    /// The word of its kind: `oci`, `docker_hub`.
    pub kind: String,
    /// The host, with its port where it has one.
    pub address: String,
    /// Further certificate authorities, PEM.
    pub ca: Option<String>,
    /// Whether it is spoken to without encryption.
    pub plain_http: bool,
    /// Which of its images are wanted.
    pub rules: Rules,
    /// How often it is listed.
    pub poll_seconds: i64,
    /// How many jobs may ask it at once.
    pub most_at_once: i64,
    /// After how many days an image is too old; 0 for never.
    pub stale_days: i64,
    /// Whether it is listed and scanned by itself.
    pub is_enabled: bool,
    /// The sealed credential.
    pub credential: Option<Vec<u8>>,
    /// The word of the credential's type, which is no secret.
    pub credential_type: Option<String>,
    /// The sealed secret that its messages are verified by.
    pub hook_secret: Option<Vec<u8>>,
    /// When it is listed next.
    pub next_poll: i64,
    /// When it was last listed.
    pub last_listed: Option<i64>,
    /// Why the last listing failed, as JSON.
    pub failure: Option<String>,
    /// Its risks, as JSON.
    pub risks: String,
    /// When it was made, in microseconds since 1970.
    pub created: i64,
    /// When it was last changed.
    pub changed: i64,
    /// Counts changes.
    pub version: i64,
}

/// Which images of a registry are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// Patterns of repositories; none for all.
    pub repositories: Vec<String>,
    /// Patterns of tags; none for all.
    pub tags: Vec<String>,
    /// So many of the newest images of each repository.
    pub newest: Option<u32>,
    /// Only images that were pushed within so many days.
    pub pushed_within_days: Option<u32>,
    /// Only images that were pulled or pushed within so many days.
    #[serde(default)]
    pub pulled_within_days: Option<u32>,
}

/// What a tag means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// The repository.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The digest.
    pub digest: String,
    /// When the image says it was made.
    pub built: Option<i64>,
}

const COLUMNS: &str = "id, name, kind, address, ca, plain_http, rules, poll_seconds, most_at_once, stale_days,
    is_enabled, credential, credential_type, hook_secret, next_poll, last_listed, failure, risks, created, changed,
    version";

fn registry(row: &Row) -> Result<Registry, StoreError> {
    let sealed = |at| Some(row.bytes(at)).filter(|bytes| !bytes.is_empty());
    let rules = serde_json::from_str(&row.text(6))
        .map_err(|error| StoreError::Damaged { place: "registries.rules", problem: error.to_string() })?;
    Ok(Registry {
        id: row.text(0),
        name: row.text(1),
        kind: row.text(2),
        address: row.text(3),
        ca: row.optional_text(4),
        plain_http: row.truth(5),
        rules,
        poll_seconds: row.integer(7),
        most_at_once: row.integer(8),
        stale_days: row.integer(9),
        is_enabled: row.truth(10),
        credential: sealed(11),
        credential_type: row.optional_text(12),
        hook_secret: sealed(13),
        next_poll: row.integer(14),
        last_listed: row.optional_integer(15),
        failure: row.optional_text(16),
        risks: row.text(17),
        created: row.integer(18),
        changed: row.integer(19),
        version: row.integer(20),
    })
}

/// What the list of registries can be filtered by.
pub const KEYS: &[Key] = &[
    Key::sorting("name", Kind::Text, "The name.", "name:prod*"),
    Key::new("kind", Kind::Text, "The kind.", "kind:harbor"),
    Key::new("address", Kind::Text, "The host.", "address:*.example.com"),
    Key::new("enabled", Kind::Flag, "Whether it is listed and scanned by itself.", "enabled:false"),
    Key::new("failing", Kind::Flag, "Whether its last listing failed.", "failing:true"),
    Key::sorting("last_listed", Kind::Time, "When it was last listed.", "last_listed:<1d"),
    Key::sorting("created", Kind::Time, "When it was made.", "created:>=7d"),
];

/// What was never listed comes before all that was.
const LAST_LISTED: &str = "COALESCE(t.last_listed, 0)";

pub(crate) const LISTING: Listing = Listing {
    table: "registries",
    columns: COLUMNS,
    fields: &[
        Field::text("name", "t.name"),
        Field::text("kind", "t.kind"),
        Field::text("address", "t.address"),
        Field::number("enabled", "t.is_enabled"),
        Field::number("failing", "(CASE WHEN t.failure IS NULL THEN 0 ELSE 1 END)"),
        Field::number("last_listed", LAST_LISTED),
        Field::number("created", "t.created"),
    ],
    words: &["t.name", "t.address"],
    orders: &[by_text("name", "t.name"), by_number("last_listed", LAST_LISTED), by_number("created", "t.created")],
};

/// A page of registries.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    query: &ListQuery,
) -> Result<Vec<Placed<Registry>>, StoreError> {
    require(permit, Area::Registries, Action::Read)?;
    placed(LISTING.page(connection, query, |_| {})?, registry)
}

/// A registry by id, for whoever may see registries, and for workers that lease its jobs.
///
/// # Errors
/// When there is none, the permit is for something else, or the database fails.
pub fn by_id(connection: &mut Connection, permit: &Permit, id: &str) -> Result<Registry, StoreError> {
    let permission = permit.permission();
    if !matches!(permission.area, Area::Registries | Area::Scans) || !permit.covers_everything() {
        return Err(StoreError::NotFound { what: "registry" });
    }
    let sql = format!("SELECT {COLUMNS} FROM registries WHERE id = $1");
    let row = connection.row(&sql, &values![id])?;
    row.as_ref().map(registry).transpose()?.ok_or(StoreError::NotFound { what: "registry" })
}

/// The id of the registry at a host, of those that are scanned; the oldest where there are several.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn scanned_at(connection: &mut Connection, permit: &Permit, address: &str) -> Result<Option<String>, StoreError> {
    require(permit, Area::Registries, Action::Read)?;
    let sql = "SELECT id FROM registries WHERE address = $1 AND is_enabled = 1 ORDER BY created, id LIMIT 1";
    Ok(connection.row(sql, &values![address])?.map(|row| row.text(0)))
}

/// Whether there is a registry at this host. Nothing else of it is told: whoever sees an image knows the hosts of its names.
///
/// # Errors
/// When the database fails.
pub fn is_known(connection: &mut Connection, address: &str) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM registries WHERE address = $1 LIMIT 1";
    Ok(connection.row(sql, &values![address])?.is_some())
}

/// Adds a registry.
///
/// # Errors
/// When the name is taken, the permit is for something else, or the database fails.
pub fn insert(connection: &mut Connection, permit: &Permit, registry: &Registry) -> Result<(), StoreError> {
    require(permit, Area::Registries, Action::Write)?;
    is_free(connection, registry)?;
    let sql = format!(
        "INSERT INTO registries ({COLUMNS})
         VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20,$21)"
    );
    let mut parameters = vec![Value::from(&registry.id)];
    parameters.extend(edited(registry)?);
    parameters.extend(values![
        registry.next_poll,
        registry.last_listed,
        registry.failure.as_deref(),
        &registry.risks,
        registry.created,
        registry.changed,
        registry.version
    ]);
    connection.execute(&sql, &parameters)?;
    Ok(())
}

/// Replaces what people edit of a registry whose version is the one before.
///
/// # Errors
/// When somebody else changed it, the name is taken, the permit is for something else, or the database fails.
pub fn update(connection: &mut Connection, permit: &Permit, registry: &Registry) -> Result<(), StoreError> {
    require(permit, Area::Registries, Action::Write)?;
    is_free(connection, registry)?;
    let sql = "UPDATE registries SET name = $1, kind = $2, address = $3, ca = $4, plain_http = $5, rules = $6,
        poll_seconds = $7, most_at_once = $8, stale_days = $9, is_enabled = $10, credential = $11, credential_type = $12,
        hook_secret = $13, next_poll = $14, changed = $15, version = $16 WHERE id = $17 AND version = $18";
    let mut parameters: Vec<Value> = edited(registry)?.into();
    parameters.extend(values![
        registry.next_poll,
        registry.changed,
        registry.version,
        &registry.id,
        registry.version - 1
    ]);
    match connection.execute(sql, &parameters)? {
        0 => Err(StoreError::Changed { what: "registry" }),
        _ => Ok(()),
    }
}

fn is_free(connection: &mut Connection, registry: &Registry) -> Result<(), StoreError> {
    let sql = "SELECT 1 FROM registries WHERE name = $1 AND id <> $2";
    match connection.row(sql, &values![&registry.name, &registry.id])? {
        Some(_) => Err(StoreError::Exists { what: "registry" }),
        None => Ok(()),
    }
}

fn edited(registry: &Registry) -> Result<[Value; 13], StoreError> {
    let rules = serde_json::to_string(&registry.rules)
        .map_err(|error| StoreError::Damaged { place: "registries.rules", problem: error.to_string() })?;
    Ok(values![
        &registry.name,
        &registry.kind,
        &registry.address,
        registry.ca.as_deref(),
        registry.plain_http,
        rules,
        registry.poll_seconds,
        registry.most_at_once,
        registry.stale_days,
        registry.is_enabled,
        registry.credential.as_deref(),
        registry.credential_type.as_deref(),
        registry.hook_secret.as_deref()
    ])
}

/// Removes a registry of this version, what is known of its tags, and its work that is not done.
///
/// # Errors
/// When there is none, somebody changed it, the permit is for something else, or the database fails.
pub fn delete(
    connection: &mut Connection,
    permit: &Permit,
    id: &str,
    version: i64,
    now: i64,
) -> Result<(), StoreError> {
    require(permit, Area::Registries, Action::Write)?;
    if connection.execute("DELETE FROM registries WHERE id = $1 AND version = $2", &values![id, version])? == 0 {
        return Err(StoreError::Changed { what: "registry" });
    }
    for state in ["waiting", "leased"] {
        let sql = format!(
            "UPDATE jobs SET state = 'cancelled', lease = NULL, lease_until = NULL, finished = $1
             WHERE registry_id = $2 AND state = '{state}'"
        );
        connection.execute(&sql, &values![now, id])?;
    }
    Ok(())
}

/// The registries that it is time to list; each is told to one caller, and is due again at `next(registry)`. What is not
/// due for more than twice its interval was put off by a clock that was ahead, and is due as well.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn take_due(
    connection: &mut Connection,
    permit: &Permit,
    now: i64,
    next: impl Fn(&Registry) -> i64,
) -> Result<Vec<Registry>, StoreError> {
    require(permit, Area::Registries, Action::Write)?;
    let sql = format!(
        "SELECT {COLUMNS} FROM registries
         WHERE is_enabled = 1 AND (next_poll <= $1 OR next_poll > $1 + 2 * poll_seconds * 1000000)
         ORDER BY next_poll LIMIT 100"
    );
    let mut due = Vec::new();
    for row in connection.rows(&sql, &values![now])? {
        let registry = registry(&row)?;
        let sql = "UPDATE registries SET next_poll = $1 WHERE id = $2 AND next_poll = $3";
        // Another server that saw it due at the same time changes nothing.
        if connection.execute(sql, &values![next(&registry), &registry.id, registry.next_poll])? == 1 {
            due.push(registry);
        }
    }
    Ok(due)
}

/// How a listing went.
#[derive(Debug, Clone, Copy)]
pub enum Listed<'a> {
    /// It was taken in.
    TakenIn {
        /// Why some of it was not, as JSON.
        failure: Option<&'a str>,
        /// The risks that were seen, as JSON.
        risks: &'a str,
    },
    /// Nothing was taken in.
    Not {
        /// Why, as JSON.
        failure: &'a str,
    },
}

/// Notes how a listing went, and tells whoever follows the registry.
///
/// # Errors
/// When the database fails.
pub fn note_listing(connection: &mut Connection, id: &str, how: Listed<'_>, now: i64) -> Result<(), StoreError> {
    let (listed, failure, risks) = match how {
        Listed::TakenIn { failure, risks } => (Some(now), failure, Some(risks)),
        Listed::Not { failure } => (None, Some(failure), None),
    };
    let sql = "UPDATE registries SET last_listed = coalesce($1, last_listed), failure = $2, risks = coalesce($3, risks)
        WHERE id = $4";
    if connection.execute(sql, &values![listed, failure, risks, id])? == 0 {
        return Ok(());
    }
    let event = Event {
        id: 0,
        at: now,
        topic: events::REGISTRY_LISTED.to_owned(),
        object: "registry".to_owned(),
        object_id: id.to_owned(),
        parameters: serde_json::Map::new(),
    };
    events::insert(connection, &event).map(|_| ())
}

/// Notes what tags mean, and tells those that are new or mean another digest than before: their images are to be scanned.
///
/// # Errors
/// When the database fails.
pub fn note_tags(
    connection: &mut Connection,
    registry_id: &str,
    tags: &[Tag],
    now: i64,
) -> Result<Vec<Tag>, StoreError> {
    let mut moved = Vec::new();
    for tag in tags {
        let sql = "SELECT digest FROM registry_tags WHERE registry_id = $1 AND repository = $2 AND tag = $3";
        let known = connection.row(sql, &values![registry_id, &tag.repository, &tag.tag])?;
        if known.is_some_and(|row| row.text(0) == tag.digest) {
            let sql = "UPDATE registry_tags SET seen = $1, built = coalesce($2, built)
                WHERE registry_id = $3 AND repository = $4 AND tag = $5";
            connection.execute(sql, &values![now, tag.built, registry_id, &tag.repository, &tag.tag])?;
            continue;
        }
        connection.execute(
            "INSERT INTO registry_tags (registry_id, repository, tag, digest, built, seen) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (registry_id, repository, tag) DO UPDATE SET digest = excluded.digest, built = excluded.built,
                 seen = excluded.seen, scanned = NULL",
            &values![registry_id, &tag.repository, &tag.tag, &tag.digest, tag.built, now],
        )?;
        moved.push(tag.clone());
    }
    Ok(moved)
}

/// Forgets the tags that were not seen since a time: they are gone from the registry, or out of its rules.
///
/// # Errors
/// When the database fails.
pub fn forget_unseen(connection: &mut Connection, registry_id: &str, since: i64) -> Result<u64, StoreError> {
    connection.execute("DELETE FROM registry_tags WHERE registry_id = $1 AND seen < $2", &values![registry_id, since])
}

/// The tags that mean a digest in its repository.
///
/// # Errors
/// When the database fails.
pub fn tags_of(
    connection: &mut Connection,
    registry_id: &str,
    repository: &str,
    digest: &str,
) -> Result<Vec<String>, StoreError> {
    let sql = "SELECT tag FROM registry_tags WHERE registry_id = $1 AND repository = $2 AND digest = $3
        ORDER BY tag LIMIT 1000";
    let rows = connection.rows(sql, &values![registry_id, repository, digest])?;
    Ok(rows.iter().map(|row| row.text(0)).collect())
}

/// Whether a tag was seen in a repository.
///
/// # Errors
/// When the database fails.
pub fn has_tag(
    connection: &mut Connection,
    registry_id: &str,
    repository: &str,
    tag: &str,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM registry_tags WHERE registry_id = $1 AND repository = $2 AND tag = $3";
    Ok(connection.row(sql, &values![registry_id, repository, tag])?.is_some())
}

/// Notes that a digest was scanned.
///
/// # Errors
/// When the database fails.
pub fn note_scanned(
    connection: &mut Connection,
    registry_id: &str,
    repository: &str,
    digest: &str,
    now: i64,
) -> Result<(), StoreError> {
    let sql = "UPDATE registry_tags SET scanned = $4 WHERE registry_id = $1 AND repository = $2 AND digest = $3";
    connection.execute(sql, &values![registry_id, repository, digest, now])?;
    Ok(())
}

/// The tags of images that were made before a time, the oldest first.
///
/// # Errors
/// When the database fails.
pub fn built_before(
    connection: &mut Connection,
    registry_id: &str,
    before: i64,
    most: u32,
) -> Result<Vec<Tag>, StoreError> {
    let sql = "SELECT repository, tag, digest, built FROM registry_tags WHERE registry_id = $1 AND built < $2
        ORDER BY built LIMIT $3";
    let rows = connection.rows(sql, &values![registry_id, before, i64::from(most)])?;
    let tag = |row: &Row| Tag {
        repository: row.text(0),
        tag: row.text(1),
        digest: row.text(2),
        built: row.optional_integer(3),
    };
    Ok(rows.iter().map(tag).collect())
}

/// Takes a message of a registry, unless it was taken before.
///
/// # Errors
/// When the database fails.
pub fn take_message(
    connection: &mut Connection,
    registry_id: &str,
    message: &[u8],
    now: i64,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO hook_messages (registry_id, message, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    Ok(connection.execute(sql, &values![registry_id, message, now])? == 1)
}

/// Forgets messages of before a time, a step's worth.
///
/// # Errors
/// When the database fails.
pub fn forget_messages(connection: &mut Connection, before: i64) -> Result<u64, StoreError> {
    connection.execute("DELETE FROM hook_messages WHERE at < $1", &values![before])
}

#[cfg(test)]
mod tests;
