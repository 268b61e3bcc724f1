//! Registering, evaluating and removing images.

use policy::access::{Action, Area, Permit, Reach};
use std::collections::BTreeSet;

use super::evaluate::{Evaluation, evaluate};
use crate::{Connection, StoreError, outbox, values};

/// A name of an image.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageName {
    /// The registry's host.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// The tag; empty where it is known by digest alone.
    pub tag: String,
}

/// What is known of an image before anybody asks what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewImage {
    /// The digest of its manifest.
    pub digest: String,
    /// `linux/amd64`.
    pub platform: String,
    /// Id and version of the distribution.
    pub os: String,
    /// When it was made, as it says, RFC 3339.
    pub created: Option<String>,
    /// The size of its layers as stored.
    pub size_bytes: i64,
    /// Where the index is from, JSON.
    pub source: String,
    /// What outranks it: 1 for the installation's own scan, 0 for a pipeline.
    pub source_rank: i64,
    /// Labels as `key=value`.
    pub labels: BTreeSet<String>,
    /// What else it is searched by, lower case.
    pub words: BTreeSet<String>,
    /// SHA-256 of the index document.
    pub index_hash: Vec<u8>,
    /// The length of the document.
    pub index_length: i64,
    /// The document, zstd.
    pub index: Vec<u8>,
    /// Its packages.
    pub packages: Vec<PackageRow>,
    /// Whether one of its archives is named by the intelligence.
    pub has_archives: bool,
}

/// An installed package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageRow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `deb`, `npm`.
    pub ecosystem: String,
    /// Its purl.
    pub purl: String,
    /// Its source package's name, where that is another.
    pub source: String,
    /// The layer that brought it.
    pub layer: Option<i64>,
}

/// What became of a registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Registered {
    /// It is done; the id of the verdict that holds.
    Done {
        /// The id of the verdict.
        verdict_id: String,
        /// Whether the index is new.
        is_new: bool,
    },
    /// What it was judged by has changed meanwhile: judge again.
    Outdated,
}

/// Registers an image, or its index anew, with its evaluation.
///
/// # Errors
/// When the permit does not reach the image, or the database fails.
pub fn register(
    connection: &mut Connection,
    permit: &Permit,
    image: &NewImage,
    names: &BTreeSet<ImageName>,
    evaluation: &Evaluation,
    now: i64,
) -> Result<Registered, StoreError> {
    let permission = permit.permission();
    let reaches = match permit.reach() {
        Reach::Everything => true,
        Reach::Scopes(scopes) => !scopes.is_disjoint(&evaluation.scopes),
    };
    if (permission.area, permission.action) != (Area::Images, Action::Write) || !reaches {
        return Err(StoreError::NotFound { what: "image" });
    }
    if generation(connection)? != evaluation.generation {
        return Ok(Registered::Outdated);
    }
    let found = connection.row(
        "SELECT i.id, x.hash FROM images i JOIN image_indexes x ON x.image_id = i.id WHERE i.digest = $1",
        &values![&image.digest],
    )?;
    let (id, is_new) = match found {
        Some(row) if row.bytes(1) == image.index_hash => (row.integer(0), false),
        Some(row) => {
            let id = row.integer(0);
            connection.execute(
                "UPDATE images SET platform = $1, os = $2, created = $3, size_bytes = $4, packages = $5, has_archives = $6,
                 source = $7, source_rank = $8, indexed = $9 WHERE id = $10",
                &values![
                    &image.platform,
                    &image.os,
                    image.created.clone(),
                    image.size_bytes,
                    count(&image.packages),
                    image.has_archives,
                    &image.source,
                    image.source_rank,
                    now,
                    id
                ],
            )?;
            write_index(connection, id, image)?;
            (id, true)
        }
        None => {
            let id = insert(connection, image, names, now)?;
            write_index(connection, id, image)?;
            (id, true)
        }
    };
    add_names(connection, id, &image.digest, names, now)?;
    let verdict_id = evaluate(connection, id, evaluation, now)?;
    Ok(Registered::Done { verdict_id, is_new })
}

/// The number of the policies and exceptions that hold: it grows with every change of them.
fn generation(connection: &mut Connection) -> Result<i64, StoreError> {
    // A change of policies takes this row's lock: whoever judged by the older ones is seen.
    let lock = if connection.is_sqlite() { "" } else { " FOR SHARE" };
    let row = connection.row(&format!("SELECT wanted FROM evaluation WHERE id = 1{lock}"), &[])?;
    Ok(row.map_or(0, |row| row.integer(0)))
}

fn count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

fn insert(
    connection: &mut Connection,
    image: &NewImage,
    names: &BTreeSet<ImageName>,
    now: i64,
) -> Result<i64, StoreError> {
    let name = names.first().map_or_else(|| image.digest.clone(), |name| name.text(&image.digest));
    let row = connection.row(
        "INSERT INTO images (digest, name, platform, os, created, size_bytes, packages, critical, high, medium, low, unrated, kev,
         secrets, malware, misconfigurations, gaps, severity, decision, verdict_id, approval, findings_hash, has_archives,
         source, source_rank, registered, indexed, evaluated)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, '', 0, $8, $9, $10, $11, $12, $12, $12)
         RETURNING id",
        &values![
            &image.digest,
            name,
            &image.platform,
            &image.os,
            image.created.clone(),
            image.size_bytes,
            count(&image.packages),
            Vec::<u8>::new(),
            image.has_archives,
            &image.source,
            image.source_rank,
            now
        ],
    )?;
    row.map(|row| row.integer(0))
        .ok_or(StoreError::Damaged { place: "images.id", problem: "none was given".to_owned() })
}

fn write_index(connection: &mut Connection, id: i64, image: &NewImage) -> Result<(), StoreError> {
    for table in ["image_packages", "image_words", "image_labels"] {
        connection.execute(&format!("DELETE FROM {table} WHERE image_id = $1"), &values![id])?;
    }
    connection.execute(
        "INSERT INTO image_indexes (image_id, hash, length, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (image_id) DO UPDATE SET hash = $2, length = $3, body = $4",
        &values![id, &image.index_hash, image.index_length, &image.index],
    )?;
    for word in &image.words {
        add_word(connection, id, word)?;
    }
    for label in &image.labels {
        connection.execute(
            "INSERT INTO image_labels (label, image_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            &values![label, id],
        )?;
    }
    // In one order on every server, so that two that bring the same packages do not wait for each other in a circle.
    let mut packages: Vec<&PackageRow> = image.packages.iter().collect();
    packages.sort();
    for package in packages {
        let package_id = package_id(connection, package)?;
        connection.execute(
            "INSERT INTO image_packages (image_id, package_id, layer) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &values![id, package_id, package.layer],
        )?;
    }
    // The words of names went with the others.
    for row in connection.rows("SELECT registry, repository, tag FROM image_names WHERE image_id = $1", &values![id])? {
        let name = ImageName { registry: row.text(0), repository: row.text(1), tag: row.text(2) };
        add_words_of_name(connection, id, &name)?;
    }
    Ok(())
}

fn package_id(connection: &mut Connection, package: &PackageRow) -> Result<i64, StoreError> {
    let key = values![&package.name, &package.version, &package.ecosystem, &package.purl, &package.source];
    let asks =
        "SELECT id FROM packages WHERE name = $1 AND version = $2 AND ecosystem = $3 AND purl = $4 AND source = $5";
    if let Some(row) = connection.row(asks, &key)? {
        return Ok(row.integer(0));
    }
    connection.execute(
        "INSERT INTO packages (name, version, ecosystem, purl, source) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        &key,
    )?;
    let row = connection.row(asks, &key)?;
    row.map(|row| row.integer(0)).ok_or(StoreError::Damaged { place: "packages", problem: "a row is gone".to_owned() })
}

fn add_word(connection: &mut Connection, id: i64, word: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO image_words (word, image_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
    connection.execute(sql, &values![word, id]).map(|_| ())
}

fn add_words_of_name(connection: &mut Connection, id: i64, name: &ImageName) -> Result<(), StoreError> {
    for part in [&name.registry, &name.repository, &name.tag] {
        for word in super::words_of(part) {
            add_word(connection, id, &word)?;
        }
    }
    Ok(())
}

impl ImageName {
    /// The name as people write it; with the digest where it has no tag.
    pub fn text(&self, digest: &str) -> String {
        match self.tag.as_str() {
            "" => format!("{}/{}@{digest}", self.registry, self.repository),
            tag => format!("{}/{}:{tag}", self.registry, self.repository),
        }
    }
}

/// Adds names. A tag names one image at a time: it moves, which is told as an event.
///
/// # Errors
/// When the database fails.
pub fn add_names(
    connection: &mut Connection,
    id: i64,
    digest: &str,
    names: &BTreeSet<ImageName>,
    now: i64,
) -> Result<(), StoreError> {
    for name in names {
        let key = values![&name.registry, &name.repository, &name.tag, id];
        if !name.tag.is_empty() {
            let former = connection.row(
                "SELECT i.digest FROM image_names n JOIN images i ON i.id = n.image_id
                 WHERE n.registry = $1 AND n.repository = $2 AND n.tag = $3 AND n.is_current = 1 AND n.image_id <> $4",
                &key,
            )?;
            if let Some(former) = former {
                connection.execute(
                    "UPDATE image_names SET is_current = 0
                     WHERE registry = $1 AND repository = $2 AND tag = $3 AND image_id <> $4",
                    &key,
                )?;
                let parameters = serde_json::json!({
                    "name": name.text(digest), "from": former.text(0), "to": digest,
                });
                outbox::tell(connection, now, "tag.moved", "image", digest, &parameters)?;
            }
        }
        let current = connection.row(
            "SELECT is_current FROM image_names WHERE registry = $1 AND repository = $2 AND tag = $3 AND image_id = $4",
            &key,
        )?;
        match current {
            Some(row) if row.truth(0) => {}
            Some(_) => {
                connection.execute(
                    "UPDATE image_names SET is_current = 1
                     WHERE registry = $1 AND repository = $2 AND tag = $3 AND image_id = $4",
                    &key,
                )?;
            }
            None => {
                connection.execute(
                    "INSERT INTO image_names (registry, repository, tag, image_id, seen, is_current)
                     VALUES ($1, $2, $3, $4, $5, 1)",
                    &values![&name.registry, &name.repository, &name.tag, id, now],
                )?;
                add_words_of_name(connection, id, name)?;
            }
        }
    }
    Ok(())
}

/// Removes an image; its verdicts stay.
///
/// # Errors
/// When there is none that the permit reaches, or the database fails.
pub fn remove(connection: &mut Connection, permit: &Permit, digest: &str) -> Result<(), StoreError> {
    let permission = permit.permission();
    if (permission.area, permission.action) != (Area::Images, Action::Write) {
        return Err(StoreError::NotFound { what: "image" });
    }
    let id = super::id_of_digest(connection, permit, digest)?;
    connection.execute("DELETE FROM images WHERE id = $1", &values![id])?;
    Ok(())
}
