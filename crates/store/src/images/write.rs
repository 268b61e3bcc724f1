//! Registering, evaluating and removing images.

use std::collections::{BTreeMap, BTreeSet};

use policy::access::{Action, Area, Permit, Reach};

use super::evaluate::{Evaluated, Evaluation, evaluate, evaluate_new};
use super::members::{Held, enter_scopes};
use crate::audit::AuditEntry;
use crate::{Connection, StoreError, Value, events, outbox, values};

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
    /// Its source package's version, where it has one and that is known; of images that say the same of a package and differ
    /// in this, none counts.
    pub source_version: Option<String>,
    /// The layer that brought it.
    pub layer: Option<i64>,
}

/// What became of a registration.
#[derive(Debug, Clone, PartialEq)]
pub enum Registered {
    /// It is done; the id of the verdict that holds.
    Done {
        /// The id of the verdict.
        verdict_id: String,
        /// Whether the index is new.
        is_new: bool,
        /// What became of the names.
        names: AddedNames,
        /// What the audit trail is to have of a denial.
        denial: Option<Box<AuditEntry>>,
    },
    /// What it was judged by has changed meanwhile: judge again.
    Outdated,
}

/// What became of the names of an image.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddedNames {
    /// Whether one of them is new, or holds again.
    pub is_changed: bool,
    /// The tags that named other images, each with the digest that it named.
    pub moved: BTreeMap<String, String>,
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
        Reach::Scopes(scopes) => scopes.iter().any(|scope| evaluation.scopes.contains_key(scope)),
    };
    if (permission.area, permission.action) != (Area::Images, Action::Write) || !reaches {
        return Err(StoreError::NotFound { what: "image" });
    }
    let (generation, intelligence) = judged_by(connection)?;
    if generation != evaluation.generation {
        return Ok(Registered::Outdated);
    }
    let found = connection.row(
        "SELECT i.id, x.hash FROM images i JOIN image_indexes x ON x.image_id = i.id WHERE i.digest = $1",
        &values![&image.digest],
    )?;
    let (id, is_new) = match found {
        None => return register_first(connection, image, names, evaluation, &intelligence, now),
        Some(row) if row.bytes(1) == image.index_hash => {
            if super::is_seen_due(connection, &image.digest, now)? {
                super::note_seen(connection, &image.digest, now)?;
            }
            (row.integer(0), false)
        }
        Some(row) => {
            let id = row.integer(0);
            // Whoever is limited to applications replaces what is known of their images alone.
            super::id_of_digest(connection, permit, &image.digest)?;
            connection.execute(
                "UPDATE images SET platform = $1, os = $2, created = $3, size_bytes = $4, packages = $5, has_archives = $6,
                 source = $7, source_rank = $8, indexed = $9, seen = $9 WHERE id = $10",
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
            let words = forget_index(connection, id)?;
            write_index(connection, id, image, words)?;
            (id, true)
        }
    };
    let names = add_names_to(connection, id, &image.digest, names, false, now)?;
    let Evaluated { verdict_id, denial } = evaluate(connection, id, evaluation, now)?;
    queue_if_other(connection, id, evaluation, &intelligence)?;
    Ok(Registered::Done { verdict_id, is_new, names, denial })
}

/// Registers an image that is not there: what is known of it is not read back, and its row is written once.
fn register_first(
    connection: &mut Connection,
    image: &NewImage,
    names: &BTreeSet<ImageName>,
    evaluation: &Evaluation,
    intelligence: &str,
    now: i64,
) -> Result<Registered, StoreError> {
    let (digest, scopes) = (&image.digest, &evaluation.scopes);
    let name = names.first().map_or_else(|| digest.clone(), |name| name.text(digest));
    let id = insert(connection, image, &name, evaluation, now)?;
    write_index(connection, id, image, names.iter().flat_map(words_of_name).collect())?;
    add_segments(connection, id, names.iter())?;
    let added = add_names_to(connection, id, digest, names, true, now)?;
    enter_scopes(connection, &Held::new(id, image, &name, names, now), scopes)?;
    let Evaluated { verdict_id, denial } = evaluate_new(connection, id, digest, &name, evaluation, now)?;
    queue_if_other(connection, id, evaluation, intelligence)?;
    Ok(Registered::Done { verdict_id, is_new: true, names: added, denial })
}

/// Has an image judged again where the server that registers has another intelligence than all images are judged by, an older
/// or a newer one.
fn queue_if_other(
    connection: &mut Connection,
    id: i64,
    evaluation: &Evaluation,
    intelligence: &str,
) -> Result<(), StoreError> {
    match intelligence == evaluation.intelligence {
        true => Ok(()),
        false => crate::evaluation::queue(connection, id, "intelligence"),
    }
}

/// The number of the policies and exceptions that hold, which grows with every change of them, and the fingerprint of the
/// intelligence that does.
fn judged_by(connection: &mut Connection) -> Result<(i64, String), StoreError> {
    // A change of policies takes this row's lock: whoever judged by the older ones is seen.
    let lock = if connection.is_sqlite() { "" } else { " FOR SHARE" };
    let row = connection.row(&format!("SELECT wanted, intelligence FROM evaluation WHERE id = 1{lock}"), &[])?;
    Ok(row.map_or((0, String::new()), |row| (row.integer(0), row.text(1))))
}

fn count<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap_or(i64::MAX)
}

/// Inserts an image with what follows of its index: each of its many indexes is written once.
fn insert(
    connection: &mut Connection,
    image: &NewImage,
    name: &str,
    evaluation: &Evaluation,
    now: i64,
) -> Result<i64, StoreError> {
    let Evaluation { counts, verdict, .. } = evaluation;
    let row = connection.row(
        "INSERT INTO images (digest, name, platform, os, created, size_bytes, packages, critical, high, medium, low, unrated, kev,
         fixable, secrets, malware, misconfigurations, gaps, severity, decision, verdict_id, approval, findings_hash,
         has_archives, source, source_rank, registered, indexed, seen, evaluated, decided)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
         $25, $26, $27, $27, $27, $28, $28)
         RETURNING id",
        &values![
            &image.digest,
            name,
            &image.platform,
            &image.os,
            image.created.clone(),
            image.size_bytes,
            count(&image.packages),
            counts.critical,
            counts.high,
            counts.medium,
            counts.low,
            counts.unrated,
            counts.kev,
            counts.fixable,
            counts.secrets,
            counts.malware,
            counts.misconfigurations,
            counts.gaps,
            counts.severity,
            verdict.decision,
            &verdict.id,
            evaluation.approval,
            &evaluation.findings_hash,
            image.has_archives,
            &image.source,
            image.source_rank,
            now,
            verdict.evaluated
        ],
    )?;
    row.map(|row| row.integer(0))
        .ok_or(StoreError::Damaged { place: "images.id", problem: "none was given".to_owned() })
}

/// Removes what follows of the index that an image had. Returns the words of its names, which went with the others.
fn forget_index(connection: &mut Connection, id: i64) -> Result<BTreeSet<String>, StoreError> {
    for table in ["image_packages", "image_words", "image_labels"] {
        connection.execute(&format!("DELETE FROM {table} WHERE image_id = $1"), &values![id])?;
    }
    let rows =
        connection.rows("SELECT registry, repository, tag FROM image_names WHERE image_id = $1", &values![id])?;
    let names = rows.iter().flat_map(|row| [row.text(0), row.text(1), row.text(2)]);
    Ok(names.flat_map(|part| super::words_of(&part).collect::<Vec<_>>()).collect())
}

/// Writes the index of an image, where the one before is forgotten, and what follows of it; `words` are those of its names.
fn write_index(
    connection: &mut Connection,
    id: i64,
    image: &NewImage,
    words: BTreeSet<String>,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO image_indexes (image_id, hash, length, body) VALUES ($1, $2, $3, $4)
         ON CONFLICT (image_id) DO UPDATE SET hash = $2, length = $3, body = $4",
        &values![id, &image.index_hash, image.index_length, &image.index],
    )?;
    add_words(connection, id, words.into_iter().chain(image.words.iter().cloned()).collect())?;
    let labels = image.labels.iter().map(|label| values![label, id]);
    connection.insert_rows("image_labels (label, image_id)", "ON CONFLICT DO NOTHING", labels.collect())?;
    let mut packages = BTreeMap::new();
    for package in &image.packages {
        let own = package.source_version.as_deref();
        let (_, source_version) = packages.entry(key(package)).or_insert((package.layer, own));
        *source_version = source_version.filter(|known| Some(*known) == own);
    }
    let wanted = packages.iter().map(|(key, (_, source_version))| (*key, *source_version));
    let ids = package_ids(connection, wanted.collect())?;
    let rows: Option<Vec<_>> = packages
        .into_iter()
        .map(|(key, (layer, _))| ids.get(&key.map(str::to_owned)).map(|known| values![id, known.id, layer]))
        .collect();
    let rows = rows.ok_or(StoreError::Damaged { place: "packages", problem: "a row is gone".to_owned() })?;
    connection.insert_rows("image_packages (image_id, package_id, layer)", "ON CONFLICT DO NOTHING", rows)
}

/// Everything that a document says of a package.
type PackageKey<T> = [T; 5];

fn key(package: &PackageRow) -> PackageKey<&str> {
    [&package.name, &package.version, &package.ecosystem, &package.purl, &package.source]
}

/// A package that is in the database.
struct StoredPackage {
    id: i64,
    source_version: Option<String>,
}

/// The numbers of packages, of which those that no image had get one. They are asked for in one order on every server, so
/// that two that bring the same packages do not wait for each other in a circle. Each comes with the version of its source.
fn package_ids(
    connection: &mut Connection,
    wanted: Vec<(PackageKey<&str>, Option<&str>)>,
) -> Result<BTreeMap<PackageKey<String>, StoredPackage>, StoreError> {
    let mut found = BTreeMap::new();
    known_packages(connection, wanted.iter().map(|(key, _)| *key), &mut found)?;
    let missing: Vec<&(PackageKey<&str>, Option<&str>)> =
        wanted.iter().filter(|(key, _)| !found.contains_key(&key.map(str::to_owned))).collect();
    if !missing.is_empty() {
        let row = |&&([name, version, ecosystem, purl, source], source_version): &&(PackageKey<&str>, Option<&str>)| {
            values![name, version, ecosystem, purl, source, source_version]
        };
        connection.insert_rows(
            "packages (name, version, ecosystem, purl, source, source_version)",
            "ON CONFLICT DO NOTHING",
            missing.iter().map(row).collect(),
        )?;
        known_packages(connection, missing.iter().map(|(key, _)| *key), &mut found)?;
    }
    for (key, source_version) in &wanted {
        let Some(known) = found.get(&key.map(str::to_owned)) else { continue };
        if known.source_version.is_some() && known.source_version.as_deref() != *source_version {
            let sql = "UPDATE packages SET source_version = NULL WHERE id = $1";
            connection.execute(sql, &values![known.id])?;
        }
    }
    Ok(found)
}

fn known_packages<'a>(
    connection: &mut Connection,
    wanted: impl Iterator<Item = PackageKey<&'a str>>,
    found: &mut BTreeMap<PackageKey<String>, StoredPackage>,
) -> Result<(), StoreError> {
    let rows = connection.rows_about(wanted.map(|key| key.map(Value::from)).collect(), &|rows| {
        format!(
            "WITH wanted (name, version, ecosystem, purl, source) AS ({rows})
             SELECT p.name, p.version, p.ecosystem, p.purl, p.source, p.id, p.source_version
             FROM wanted w CROSS JOIN packages p
             WHERE p.name = w.name AND p.version = w.version AND p.ecosystem = w.ecosystem AND p.purl = w.purl
             AND p.source = w.source"
        )
    })?;
    for row in rows {
        let known = StoredPackage { id: row.integer(5), source_version: row.optional_text(6) };
        found.insert([0, 1, 2, 3, 4].map(|at| row.text(at)), known);
    }
    Ok(())
}

fn add_words(connection: &mut Connection, id: i64, words: BTreeSet<String>) -> Result<(), StoreError> {
    let rows = words.into_iter().map(|word| values![word, id]);
    connection.insert_rows("image_words (word, image_id)", "ON CONFLICT DO NOTHING", rows.collect())
}

fn add_segments<'a>(
    connection: &mut Connection,
    id: i64,
    names: impl Iterator<Item = &'a ImageName>,
) -> Result<(), StoreError> {
    let segments: BTreeSet<String> = names.flat_map(|name| super::segments_of(&name.repository)).collect();
    let rows = segments.into_iter().map(|segment| values![segment, id]);
    connection.insert_rows("image_segments (segment, image_id)", "ON CONFLICT DO NOTHING", rows.collect())
}

fn words_of_name(name: &ImageName) -> impl Iterator<Item = String> {
    [&name.registry, &name.repository, &name.tag].into_iter().flat_map(|part| super::words_of(part))
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

/// The images that a tag names beside one, where no index has both: what it named before. The image of the same platform
/// comes first.
const FORMER: &str = "SELECT i.digest, i.id FROM image_names n JOIN images i ON i.id = n.image_id
     WHERE n.registry = $1 AND n.repository = $2 AND n.tag = $3 AND n.is_current = 1 AND n.image_id <> $4
     AND NOT EXISTS (
         SELECT 1 FROM platform_images a JOIN platform_images b ON b.index_digest = a.index_digest
         WHERE a.image_digest = i.digest AND b.image_digest = $5)
     ORDER BY CASE WHEN i.platform = (SELECT platform FROM images WHERE id = $4) THEN 0 ELSE 1 END, i.id";

/// Adds names. A tag names one image at a time, or those of one index: it moves, which is told as an event.
///
/// # Errors
/// When the database fails.
pub fn add_names(
    connection: &mut Connection,
    id: i64,
    digest: &str,
    names: &BTreeSet<ImageName>,
    now: i64,
) -> Result<AddedNames, StoreError> {
    add_names_to(connection, id, digest, names, false, now)
}

/// The same; of an image that has just come, which has no names, but the words and parts of these.
fn add_names_to(
    connection: &mut Connection,
    id: i64,
    digest: &str,
    names: &BTreeSet<ImageName>,
    is_first: bool,
    now: i64,
) -> Result<AddedNames, StoreError> {
    let mut added = AddedNames::default();
    for name in names {
        let key = values![&name.registry, &name.repository, &name.tag, id];
        if !name.tag.is_empty() {
            let former = connection.rows(FORMER, &values![&name.registry, &name.repository, &name.tag, id, digest])?;
            for former in &former {
                connection.execute(
                    "UPDATE image_names SET is_current = 0
                     WHERE registry = $1 AND repository = $2 AND tag = $3 AND image_id = $4",
                    &values![&name.registry, &name.repository, &name.tag, former.integer(1)],
                )?;
            }
            if let Some(former) = former.first() {
                let parameters = serde_json::json!({
                    "name": name.text(digest), "from": former.text(0), "to": digest,
                });
                outbox::tell(connection, now, "tag.moved", "image", digest, &parameters)?;
                added.moved.insert(name.text(digest), former.text(0));
            }
        }
        let sql =
            "SELECT is_current FROM image_names WHERE registry = $1 AND repository = $2 AND tag = $3 AND image_id = $4";
        let current = if is_first { None } else { connection.row(sql, &key)? };
        match current {
            Some(row) if row.truth(0) => continue,
            Some(_) => {
                connection.execute(
                    "UPDATE image_names SET is_current = 1
                     WHERE registry = $1 AND repository = $2 AND tag = $3 AND image_id = $4",
                    &key,
                )?;
            }
            None => {
                if !is_first && !connection.is_sqlite() {
                    // Whoever writes what follows of the image without this name ends first, and is seen then.
                    connection.rows("SELECT 1 FROM images WHERE id = $1 FOR NO KEY UPDATE", &values![id])?;
                }
                connection.execute(
                    "INSERT INTO image_names (registry, repository, tag, image_id, seen, is_current)
                     VALUES ($1, $2, $3, $4, $5, 1)",
                    &values![&name.registry, &name.repository, &name.tag, id, now],
                )?;
                if !is_first {
                    add_words(connection, id, words_of_name(name).collect())?;
                    add_segments(connection, id, [name].into_iter())?;
                }
            }
        }
        added.is_changed = true;
    }
    Ok(added)
}

/// Removes an image; its verdicts stay as history.
///
/// # Errors
/// When there is none that the permit reaches, its digest is approved, or the database fails.
pub fn remove(connection: &mut Connection, permit: &Permit, digest: &str, now: i64) -> Result<(), StoreError> {
    let permission = permit.permission();
    if (permission.area, permission.action) != (Area::Images, Action::Approve) {
        return Err(StoreError::NotFound { what: "image" });
    }
    let id = super::id_of_digest(connection, permit, digest)?;
    // Its approval decides about all others of its repositories, and is taken back by whoever may approve.
    if super::retain::is_approved(connection, digest)? {
        return Err(StoreError::InUse {
            what: "image",
            by: "an approval of its digest; take that back first".to_owned(),
        });
    }
    // A registry that still has it under its tags is to scan it again: without a verdict it could run nowhere.
    connection.execute(
        "DELETE FROM registry_tags WHERE (registry_id, repository, tag) IN (
             SELECT r.id, n.repository, n.tag FROM image_names n JOIN registries r ON r.address = n.registry
             WHERE n.image_id = $1 AND n.is_current = 1)",
        &values![id],
    )?;
    forget(connection, id, Removal::Person, now)
}

/// Why an image goes. The catalogs have a word for each as `event.word.<word>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// Somebody removed it.
    Person,
    /// Nobody has seen it for long.
    Unseen,
    /// There are enough newer ones in its repositories.
    Older,
}

impl Removal {
    /// Every cause.
    pub const ALL: [Removal; 3] = [Removal::Person, Removal::Unseen, Removal::Older];

    /// The word in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Removal::Person => "person",
            Removal::Unseen => "unseen",
            Removal::Older => "older",
        }
    }
}

/// Removes an image with all that is derived of it, and tells of it.
pub(super) fn forget(connection: &mut Connection, id: i64, cause: Removal, now: i64) -> Result<(), StoreError> {
    let Some(image) = connection.row("SELECT digest, name FROM images WHERE id = $1", &values![id])? else {
        return Ok(());
    };
    let (digest, name) = (image.text(0), image.text(1));
    let reach = events::reach_of_image(connection, id)?;
    connection.execute("UPDATE verdicts SET ended = $1 WHERE image_id = $2 AND ended IS NULL", &values![now, id])?;
    connection.execute("DELETE FROM images WHERE id = $1", &values![id])?;
    super::platforms::forget_indexes(connection, &digest)?;
    let name = if name.is_empty() { &digest } else { &name };
    let parameters = serde_json::json!({ "name": name, "cause": cause.as_str() });
    let event = outbox::tell_numbered(connection, now, events::IMAGE_REMOVED, "image", &digest, &parameters)?;
    events::note_reach(connection, event, &reach)
}
