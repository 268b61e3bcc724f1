//! Acknowledgements: that somebody has seen a finding, and what they say of it. They change no verdict.
//!
//! One is of a repository, so that the next build of an image has it too, or of one image. A finding is the same finding
//! when kind, id, package and path are, whatever the version.

use policy::access::{Action, Area, Permit};

use crate::filtering::Conditions;
use crate::images::FindingRow;
use crate::{Connection, Row, StoreError, values};

/// The most acknowledgements of one image that are read.
const MOST_READ: i64 = 10_000;

/// An acknowledgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// Its id.
    pub id: String,
    /// The kind of finding.
    pub kind: String,
    /// What the finding is called.
    pub finding: String,
    /// The name of its package; empty where it is about none.
    pub package_name: String,
    /// Its path; empty where it has none.
    pub path: String,
    /// `registry/repository`, or the digest of one image.
    pub place: String,
    /// What they say.
    pub reason: String,
    /// Who, by id.
    pub author: String,
    /// Their name.
    pub author_name: String,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// Until when it counts; for ever where it is absent.
    pub until: Option<i64>,
}

impl Acknowledgement {
    /// Whether it is of a finding.
    pub fn is_of(&self, finding: &FindingRow) -> bool {
        self.kind == finding.kind
            && self.finding == finding.finding
            && self.package_name == finding.package_name
            && self.path == finding.path
    }
}

const COLUMNS: &str =
    "a.id, a.kind, a.finding, a.package_name, a.path, a.place, a.reason, a.author, a.author_name, a.at,
    a.until";

fn acknowledgement(row: &Row) -> Acknowledgement {
    Acknowledgement {
        id: row.text(0),
        kind: row.text(1),
        finding: row.text(2),
        package_name: row.text(3),
        path: row.text(4),
        place: row.text(5),
        reason: row.text(6),
        author: row.text(7),
        author_name: row.text(8),
        at: row.integer(9),
        until: row.optional_integer(10),
    }
}

/// The condition that a finding of the alias `f` is acknowledged at a time; `now` names its parameter.
pub(crate) fn condition(conditions: &mut Conditions, permit: &Permit, now: &str) -> String {
    let places = places(conditions, permit, "f.image_id", "SELECT o.digest FROM images o WHERE o.id = f.image_id");
    format!(
        "EXISTS (SELECT 1 FROM acknowledgements a WHERE a.kind = f.kind AND a.finding = f.finding
         AND a.package_name = f.package_name AND a.path = f.path AND (a.until IS NULL OR a.until > {now})
         AND {places})"
    )
}

/// The condition that an acknowledgement is of a place of an image that a permit reaches: of a repository in which it has a
/// name that may be known, or of the image as a whole for whoever reaches all of its names. `image` has its id, `digest` its
/// digest.
fn places(conditions: &mut Conditions, permit: &Permit, image: &str, digest: &str) -> String {
    let (is_known, is_whole) = match permit.covers_everything() {
        true => (String::new(), String::new()),
        false => {
            (format!(" AND {}", conditions.named(permit, "n")), format!(" AND {}", conditions.whole(permit, image)))
        }
    };
    format!(
        "(a.place IN (SELECT n.registry || '/' || n.repository FROM image_names n WHERE n.image_id = {image}{is_known})
          OR (a.place = ({digest}){is_whole}))"
    )
}

/// The acknowledgements that an image has at a time, its own before those of its repositories.
///
/// # Errors
/// When there is no such image that the permit reaches, or the database fails.
pub fn of_image(
    connection: &mut Connection,
    permit: &Permit,
    digest: &str,
    now: i64,
) -> Result<Vec<Acknowledgement>, StoreError> {
    let id = crate::images::id_of_digest(connection, permit, digest)?;
    let mut conditions = Conditions::default();
    let now = conditions.bind(now);
    conditions.add(format!("(a.until IS NULL OR a.until > {now})"));
    let sql = of_places(&mut conditions, permit, id, digest);
    let (own, parameters) = conditions.finish();
    let sql = format!("{sql} AND {own} ORDER BY a.place DESC, a.id LIMIT {MOST_READ}");
    Ok(connection.rows(&sql, &parameters)?.iter().map(acknowledgement).collect())
}

/// The query for the acknowledgements of the places of an image that a permit reaches.
fn of_places(conditions: &mut Conditions, permit: &Permit, image_id: i64, digest: &str) -> String {
    let (id, digest) = (conditions.bind(image_id), conditions.bind(digest));
    let (mut is_known, mut is_whole) = (String::new(), String::new());
    if !permit.covers_everything() {
        is_known = format!(" AND {}", conditions.named(permit, "n"));
        is_whole = format!(" WHERE {}", conditions.whole(permit, &id));
    }
    format!(
        "SELECT {COLUMNS} FROM acknowledgements a WHERE a.place IN
         (SELECT n.registry || '/' || n.repository FROM image_names n WHERE n.image_id = {id}{is_known}
          UNION ALL SELECT {digest}{is_whole})"
    )
}

/// The acknowledgement of a finding of an image at a time; none where nobody has seen it.
///
/// # Errors
/// When the database fails.
pub fn of_finding(
    connection: &mut Connection,
    permit: &Permit,
    image_id: i64,
    digest: &str,
    finding: &FindingRow,
    now: i64,
) -> Result<Option<Acknowledgement>, StoreError> {
    let mut conditions = Conditions::default();
    for (column, value) in [
        ("kind", &finding.kind),
        ("finding", &finding.finding),
        ("package_name", &finding.package_name),
        ("path", &finding.path),
    ] {
        let value = conditions.bind(value);
        conditions.add(format!("a.{column} = {value}"));
    }
    let now = conditions.bind(now);
    conditions.add(format!("(a.until IS NULL OR a.until > {now})"));
    let sql = of_places(&mut conditions, permit, image_id, digest);
    let (own, parameters) = conditions.finish();
    let sql = format!("{sql} AND {own} ORDER BY a.place DESC LIMIT 1");
    Ok(connection.row(&sql, &parameters)?.as_ref().map(acknowledgement))
}

/// The finding of an image that is meant: of a kind, id, package (purl) and path, where these are given. It tells what an
/// acknowledgement of it is kept by.
///
/// # Errors
/// When the database fails.
pub fn finding(
    connection: &mut Connection,
    image_id: i64,
    kind: &str,
    finding: &str,
    package: Option<&str>,
    path: Option<&str>,
) -> Result<Option<FoundFinding>, StoreError> {
    let sql =
        "SELECT kind, finding, package_name, path FROM findings WHERE kind = $1 AND finding = $2 AND image_id = $3
        AND ($4 = '' OR package = $4) AND ($5 = '' OR path = $5) ORDER BY position LIMIT 1";
    let key = values![kind, finding, image_id, package.unwrap_or_default(), path.unwrap_or_default()];
    Ok(connection.row(sql, &key)?.map(|row| FoundFinding {
        kind: row.text(0),
        finding: row.text(1),
        package_name: row.text(2),
        path: row.text(3),
    }))
}

/// What an acknowledgement of a finding is kept by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFinding {
    /// Its kind.
    pub kind: String,
    /// What it is called.
    pub finding: String,
    /// The name of its package; empty where it is about none.
    pub package_name: String,
    /// Its path; empty where it has none.
    pub path: String,
}

/// Adds an acknowledgement, or puts it in place of the one that there is of the same finding and place.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn put(connection: &mut Connection, permit: &Permit, own: &Acknowledgement) -> Result<(), StoreError> {
    may_write(permit)?;
    connection.execute(
        "DELETE FROM acknowledgements
         WHERE kind = $1 AND finding = $2 AND package_name = $3 AND path = $4 AND place = $5",
        &values![&own.kind, &own.finding, &own.package_name, &own.path, &own.place],
    )?;
    connection.execute(
        "INSERT INTO acknowledgements (id, kind, finding, package_name, path, place, reason, author, author_name, at, until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        &values![
            &own.id,
            &own.kind,
            &own.finding,
            &own.package_name,
            &own.path,
            &own.place,
            &own.reason,
            &own.author,
            &own.author_name,
            own.at,
            own.until
        ],
    )?;
    Ok(())
}

/// Removes an acknowledgement.
///
/// # Errors
/// When there is none, the permit is for something else, or the database fails.
pub fn remove(connection: &mut Connection, permit: &Permit, id: &str) -> Result<(), StoreError> {
    may_write(permit)?;
    match connection.execute("DELETE FROM acknowledgements WHERE id = $1", &values![id])? {
        0 => Err(StoreError::NotFound { what: "acknowledgement" }),
        _ => Ok(()),
    }
}

fn may_write(permit: &Permit) -> Result<(), StoreError> {
    match (permit.permission().area, permit.permission().action) {
        (Area::Findings, Action::Write) => Ok(()),
        _ => Err(StoreError::NotFound { what: "acknowledgement" }),
    }
}

/// Removes those whose time is over, in steps of at most `limit`, and tells how many.
///
/// # Errors
/// When the database fails.
pub fn remove_ended(connection: &mut Connection, now: i64, limit: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM acknowledgements WHERE id IN
        (SELECT id FROM acknowledgements WHERE until IS NOT NULL AND until <= $1 ORDER BY until LIMIT $2)";
    connection.execute(sql, &values![now, i64::from(limit)])
}
