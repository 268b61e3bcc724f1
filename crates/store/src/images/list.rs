//! Reading images.

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Key, Kind, Sort};

use super::narrow::Question;
use super::page::{Counted, Page};
use super::parts::{ImageField, Place};
use super::{APPROVALS, DECISIONS, SEVERITIES};
use crate::counts::RowCount;
use crate::filtering::{Conditions, FieldKind};
use crate::{Connection, Row, StoreError, Value, values};

/// Matches are counted up to this number.
pub const MOST_COUNTED: u64 = 10_000;

/// What lists of images can be filtered by.
pub const KEYS: &[Key] = &[
    key("name", Kind::Text, true, "The name that it is listed under.", "name:docker.io/*"),
    key("registry", Kind::Text, false, "The registry of any of its names.", "registry:docker.io"),
    key("repository", Kind::Text, false, "The repository of any of its names.", "repository:shop/*"),
    key("tag", Kind::Text, false, "The tag of any of its names.", "tag:latest"),
    key("digest", Kind::Text, false, "The digest.", "digest:sha256:0a*"),
    key("os", Kind::Text, false, "Id and version of the distribution.", "os:debian*"),
    key("platform", Kind::Text, false, "The platform.", "platform:linux/amd64"),
    key("label", Kind::Text, false, "A label of the image as key=value.", "label:team=shop"),
    key("decision", Kind::Words(DECISIONS), true, "The decision of the verdict.", "decision:deny"),
    key("severity", Kind::Words(SEVERITIES), true, "The worst finding that counts.", "severity:>=high"),
    key("approval", Kind::Words(APPROVALS), false, "Whether its digest is approved.", "approval:not_approved"),
    key("critical", Kind::Number, true, "Critical vulnerabilities that count.", "critical:>0"),
    key("high", Kind::Number, true, "High vulnerabilities that count.", "high:>=10"),
    key("kev", Kind::Number, false, "Vulnerabilities known to be exploited.", "kev:>0"),
    key("fixable", Kind::Number, false, "Vulnerabilities that a newer version repairs.", "fixable:>0"),
    key("secrets", Kind::Number, false, "Secrets that count.", "secrets:>0"),
    key("malware", Kind::Number, false, "Malware that counts.", "malware:>0"),
    key("gaps", Kind::Number, false, "What could not be read.", "gaps:0"),
    key("package", Kind::Text, false, "The name of a package in it.", "package:xz-utils"),
    key("package_version", Kind::Text, false, "Name and version of a package in it.", "package_version:xz-utils@5.6.1"),
    key("vulnerability", Kind::Text, false, "A vulnerability in it.", "vulnerability:CVE-2024-3094"),
    key("registered", Kind::Time, true, "When it was first registered.", "registered:>=7d"),
    key("evaluated", Kind::Time, true, "When its verdict came to be as it is.", "evaluated:>=1h"),
    key("decided", Kind::Time, true, "When its decision came to be what it is.", "decided:>=1d"),
];

pub(super) const fn key(
    name: &'static str,
    kind: Kind,
    sorts: bool,
    meaning: &'static str,
    example: &'static str,
) -> Key {
    Key { name, kind, sorts, meaning, example }
}

const fn text_in(name: &'static str, column: &'static str, place: Place) -> ImageField {
    ImageField { name, column, kind: FieldKind::Text, place }
}

const fn own(name: &'static str, column: &'static str) -> ImageField {
    ImageField { name, column, kind: FieldKind::Integer, place: Place::Own }
}

pub(super) const FIELDS: &[ImageField] = &[
    text_in("name", "i.name", Place::Own),
    text_in("registry", "t.registry", Place::Names),
    text_in("repository", "t.repository", Place::Names),
    text_in("tag", "t.tag", Place::Names),
    text_in("digest", "i.digest", Place::Own),
    text_in("os", "i.os", Place::Own),
    text_in("platform", "i.platform", Place::Own),
    text_in("label", "t.label", Place::Labels),
    own("decision", "i.decision"),
    own("severity", "i.severity"),
    own("approval", "i.approval"),
    own("critical", "i.critical"),
    own("high", "i.high"),
    own("kev", "i.kev"),
    own("fixable", "i.fixable"),
    own("secrets", "i.secrets"),
    own("malware", "i.malware"),
    own("gaps", "i.gaps"),
    text_in("package", "p.name", Place::Packages),
    text_in("vulnerability", "t.finding", Place::Vulnerabilities),
    own("registered", "i.registered"),
    own("evaluated", "i.evaluated"),
    own("decided", "i.decided"),
];

/// An image as lists tell it.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// Its number in the store.
    pub id: i64,
    /// The digest of its manifest.
    pub digest: String,
    /// The name that it is listed under.
    pub name: String,
    /// Its platform.
    pub platform: String,
    /// Id and version of its distribution.
    pub os: String,
    /// When it was made, as it says.
    pub created: Option<String>,
    /// The size of its layers as stored.
    pub size_bytes: i64,
    /// How many packages it has.
    pub packages: i64,
    /// What counts against it.
    pub counts: super::Counts,
    /// The place of its decision.
    pub decision: i64,
    /// The verdict that holds.
    pub verdict_id: String,
    /// The place of its approval.
    pub approval: i64,
    /// Where its index is from, JSON.
    pub source: String,
    /// What its index outranks.
    pub source_rank: i64,
    /// When it was first registered; within scopes, since when it has a name there.
    pub registered: i64,
    /// When its index came.
    pub indexed: i64,
    /// When its verdict came to be.
    pub evaluated: i64,
    /// When its decision came to be.
    pub decided: i64,
}

/// A name of an image as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: super::ImageName,
    /// Since when.
    pub seen: i64,
    /// Whether the tag still names it.
    pub is_current: bool,
}

/// The order of a list of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImageSort {
    /// A key that sorts.
    pub sort: Sort,
}

impl Default for ImageSort {
    fn default() -> ImageSort {
        ImageSort { sort: Sort { key: "name", is_descending: false } }
    }
}

impl ImageSort {
    pub(super) fn column(self) -> (&'static str, bool) {
        match self.sort.key {
            "decision" => ("i.decision", false),
            "severity" => ("i.severity", false),
            "critical" => ("i.critical", false),
            "high" => ("i.high", false),
            "registered" => ("i.registered", false),
            "evaluated" => ("i.evaluated", false),
            "decided" => ("i.decided", false),
            _ => ("i.name", true),
        }
    }

    /// What an image has in this order, for a cursor.
    pub fn value(self, image: &Image) -> Value {
        match self.sort.key {
            "decision" => image.decision.into(),
            "severity" => image.counts.severity.into(),
            "critical" => image.counts.critical.into(),
            "high" => image.counts.high.into(),
            "registered" => image.registered.into(),
            "evaluated" => image.evaluated.into(),
            "decided" => image.decided.into(),
            _ => (&image.name).into(),
        }
    }
}

/// Which images are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ImageQuery {
    /// What they are narrowed by.
    pub filter: Filter,
    /// Their order.
    pub sort: ImageSort,
    /// Where the page before ended: its value in this order, and its number.
    pub after: Option<(Value, i64)>,
    /// How many at most.
    pub limit: u32,
}

/// What is read of an image; `name` is what it is listed under, and `registered` since when it is there.
pub(super) fn columns(name: &str, registered: &str) -> String {
    format!(
        "i.id, i.digest, {name}, i.platform, i.os, i.created, i.size_bytes, i.packages, i.critical, i.high,
        i.medium, i.low, i.kev, i.secrets, i.malware, i.misconfigurations, i.gaps, i.severity, i.decision, i.verdict_id,
        i.approval, i.source, i.source_rank, {registered}, i.indexed, i.evaluated, i.unrated, i.fixable,
        i.decided"
    )
}

fn image(row: &Row) -> Image {
    Image {
        id: row.integer(0),
        digest: row.text(1),
        name: row.text(2),
        platform: row.text(3),
        os: row.text(4),
        created: row.optional_text(5),
        size_bytes: row.integer(6),
        packages: row.integer(7),
        counts: super::Counts {
            critical: row.integer(8),
            high: row.integer(9),
            medium: row.integer(10),
            low: row.integer(11),
            unrated: row.integer(26),
            kev: row.integer(12),
            fixable: row.integer(27),
            secrets: row.integer(13),
            malware: row.integer(14),
            misconfigurations: row.integer(15),
            gaps: row.integer(16),
            severity: row.integer(17),
        },
        decision: row.integer(18),
        verdict_id: row.text(19),
        approval: row.integer(20),
        source: row.text(21),
        source_rank: row.integer(22),
        registered: row.integer(23),
        indexed: row.integer(24),
        evaluated: row.integer(25),
        decided: row.integer(28),
    }
}

/// A permit for images can be for reading them, for their findings, verdicts, or for changing them.
fn may(permit: &Permit) -> Result<(), StoreError> {
    match permit.permission().area {
        Area::Images | Area::Findings | Area::Verdicts => Ok(()),
        _ => Err(StoreError::NotFound { what: "image" }),
    }
}

/// A page of images, one more than asked for where there are more, and how many there are on the first page: none where
/// they are more than [`MOST_COUNTED`], or where thousands of images would have to be looked at for several terms.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn list(
    connection: &mut Connection,
    permit: &Permit,
    query: &ImageQuery,
) -> Result<(Vec<Image>, Option<u64>), StoreError> {
    may(permit)?;
    let question = Question::new(connection, permit, &query.filter, FIELDS)?;
    let (_, is_text) = query.sort.column();
    // The first page names its beginning too, so that the index of the order is used for both.
    let first = match (is_text, query.sort.sort.is_descending) {
        (true, false) => (Value::from(""), -1),
        (true, true) => (Value::from("\u{10ffff}"), i64::MAX),
        (false, false) => (Value::from(i64::MIN), i64::MIN),
        (false, true) => (Value::from(i64::MAX), i64::MAX),
    };
    let after = query.after.clone().unwrap_or(first);
    if matches!(after.0, Value::Text(_)) != is_text {
        return Err(StoreError::NotFound { what: "page" });
    }
    let page = Page { permit, question: &question, sort: query.sort };
    let (rows, counted) = page.find(connection, &after, i64::from(query.limit) + 1)?;
    let total = match (&query.after, counted) {
        (Some(_), _) => None,
        // A page that is not full has all there are.
        (None, _) if rows.len() <= query.limit as usize => u64::try_from(rows.len()).ok(),
        (None, Some(Counted::Here(count))) => u64::try_from(count).ok(),
        (None, Some(Counted::Apart)) if question.is_one() => question.total(connection, MOST_COUNTED)?,
        // Thousands of images would be looked at before the first row is there: whoever wants the number asks for it.
        (None, Some(Counted::Apart) | None) => None,
    };
    Ok((rows.iter().map(image).collect(), total))
}

/// The first images by name, which nobody counts.
///
/// # Errors
/// As [`list`].
pub fn first(
    connection: &mut Connection,
    permit: &Permit,
    filter: Filter,
    limit: u32,
) -> Result<Vec<Image>, StoreError> {
    let after = Some((Value::from(""), i64::MIN));
    let (mut images, _) = list(connection, permit, &ImageQuery { filter, limit, after, ..ImageQuery::default() })?;
    images.truncate(limit as usize);
    Ok(images)
}

/// How many images a filter takes, however many these are.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn count(connection: &mut Connection, permit: &Permit, filter: &Filter) -> Result<u64, StoreError> {
    may(permit)?;
    let question = Question::new(connection, permit, filter, FIELDS)?;
    let way = question.way(connection)?;
    let mut conditions = Conditions::default();
    let from = question.statement(way, &mut conditions);
    let (sql, parameters) = conditions.finish();
    let row = connection.row(&format!("SELECT count(*) FROM {from} WHERE {sql}"), &parameters)?;
    Ok(row.map_or(0, |row| u64::try_from(row.integer(0)).unwrap_or_default()))
}

/// How many images a filter takes, as far as they are counted.
pub(crate) fn counted(connection: &mut Connection, permit: &Permit, filter: &Filter) -> Result<RowCount, StoreError> {
    may(permit)?;
    let question = Question::new(connection, permit, filter, FIELDS)?;
    Ok(match question.total(connection, MOST_COUNTED)? {
        Some(count) => RowCount { count, is_exact: true },
        None if question.is_counted_by_images() => RowCount::MORE,
        None => RowCount::UNKNOWN,
    })
}

/// An image by its digest.
///
/// # Errors
/// When there is none that the permit reaches, or the database fails.
pub fn by_digest(connection: &mut Connection, permit: &Permit, digest: &str) -> Result<Image, StoreError> {
    may(permit)?;
    let mut conditions = Conditions::default();
    let own = conditions.bind(digest);
    conditions.add(format!("i.digest = {own}"));
    conditions.keep_to(permit, "i.id");
    let columns = columns(&conditions.listed(permit, "i"), &conditions.registered(permit, "i"));
    let (sql, parameters) = conditions.finish();
    let row = connection.row(&format!("SELECT {columns} FROM images i WHERE {sql}"), &parameters)?;
    row.as_ref().map(image).ok_or(StoreError::NotFound { what: "image" })
}

/// The number of an image.
///
/// # Errors
/// As [`by_digest`].
pub fn id_of_digest(connection: &mut Connection, permit: &Permit, digest: &str) -> Result<i64, StoreError> {
    by_digest(connection, permit, digest).map(|image| image.id)
}

/// The numbers and digests of the next images behind a number: for work that goes through all of them.
///
/// # Errors
/// When the permit does not cover everything, or the database fails.
pub fn next_ids(
    connection: &mut Connection,
    permit: &Permit,
    behind: i64,
    limit: u32,
) -> Result<Vec<(i64, String)>, StoreError> {
    crate::permitted::require(permit, Area::Images, Action::Read)?;
    let rows = connection
        .rows("SELECT id, digest FROM images WHERE id > $1 ORDER BY id LIMIT $2", &values![behind, i64::from(limit)])?;
    Ok(rows.iter().map(|row| (row.integer(0), row.text(1))).collect())
}

/// So many names of an image are read.
pub(super) const MOST_NAMES: i64 = 1000;

/// The names of an image, current ones first, up to 1,000.
///
/// # Errors
/// When the database fails.
pub fn names(connection: &mut Connection, id: i64) -> Result<Vec<Named>, StoreError> {
    let sql = format!(
        "SELECT registry, repository, tag, seen, is_current FROM image_names WHERE image_id = $1
         ORDER BY is_current DESC, registry, repository, tag LIMIT {MOST_NAMES}"
    );
    let rows = connection.rows(&sql, &values![id])?;
    Ok(rows.iter().map(named).collect())
}

pub(super) fn named(row: &Row) -> Named {
    Named {
        name: super::ImageName { registry: row.text(0), repository: row.text(1), tag: row.text(2) },
        seen: row.integer(3),
        is_current: row.truth(4),
    }
}

/// The index document of an image: its SHA-256, its length and itself, zstd.
///
/// # Errors
/// When there is none, or the database fails.
pub fn index(connection: &mut Connection, id: i64) -> Result<(Vec<u8>, i64, Vec<u8>), StoreError> {
    let row = connection.row("SELECT hash, length, body FROM image_indexes WHERE image_id = $1", &values![id])?;
    row.map(|row| (row.bytes(0), row.integer(1), row.bytes(2))).ok_or(StoreError::NotFound { what: "image" })
}

/// What an image is judged anew by, and what it has come to so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredIndex {
    /// SHA-256 of the index document.
    pub hash: Vec<u8>,
    /// The length of the document, in bytes.
    pub length: i64,
    /// The document, zstd.
    pub body: Vec<u8>,
    /// Whether the verdict that holds denies the image.
    pub is_denied: bool,
    /// The hash of that verdict; empty where there is none.
    pub verdict_hash: Vec<u8>,
}

/// Reads the index of an image with what the image has come to.
///
/// # Errors
/// When there is none, or the database fails.
pub fn stored_index(connection: &mut Connection, id: i64) -> Result<StoredIndex, StoreError> {
    let row = connection.row(
        "SELECT x.hash, x.length, x.body, i.decision, v.hash FROM images i
         JOIN image_indexes x ON x.image_id = i.id LEFT JOIN verdicts v ON v.id = i.verdict_id WHERE i.id = $1",
        &values![id],
    )?;
    let row = row.ok_or(StoreError::NotFound { what: "image" })?;
    Ok(StoredIndex {
        hash: row.bytes(0),
        length: row.integer(1),
        body: row.bytes(2),
        is_denied: super::word(DECISIONS, row.integer(3)) == "deny",
        verdict_hash: row.bytes(4),
    })
}
