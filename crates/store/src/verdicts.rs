//! Verdicts as they were told.

use policy::access::{Area, Permit};

use crate::filtering::Conditions;
use crate::{Connection, Row, StoreError, values};

/// A verdict that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVerdict {
    /// Its id.
    pub id: String,
    /// The digest of what was judged.
    pub digest: String,
    /// Its name.
    pub subject: String,
    /// The place of the decision.
    pub decision: i64,
    /// When.
    pub evaluated: i64,
    /// The sequence number of the intelligence.
    pub intelligence: Option<i64>,
    /// Why it was judged.
    pub cause: String,
    /// The verdict object, zstd.
    pub body: Vec<u8>,
}

const COLUMNS: &str = "v.id, v.digest, v.subject, v.decision, v.evaluated, v.intelligence, v.cause, v.body";

fn verdict(row: &Row) -> StoredVerdict {
    StoredVerdict {
        id: row.text(0),
        digest: row.text(1),
        subject: row.text(2),
        decision: row.integer(3),
        evaluated: row.integer(4),
        intelligence: row.optional_integer(5),
        cause: row.text(6),
        body: row.bytes(7),
    }
}

/// The verdict that holds of an image; none where there is no such image that the permit reaches.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn current(
    connection: &mut Connection,
    permit: &Permit,
    digest: &str,
) -> Result<Option<StoredVerdict>, StoreError> {
    Ok(standing(connection, permit, digest, None)?.map(|standing| standing.verdict))
}

/// The verdict that holds of an image, with what else is asked wherever somebody wants to run the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The verdict.
    pub verdict: StoredVerdict,
    /// The number of the image in the store.
    pub image_id: i64,
    /// Whether the image has a name in the repository that is asked, a current one or one whose tag has moved on; it has
    /// where none is asked.
    pub is_named: bool,
    /// When its use was last noted, in microseconds since 1970.
    pub seen: i64,
}

/// The same as [`current`] with the rest; a repository is told by its registry and itself.
///
/// # Errors
/// As [`current`].
pub fn standing(
    connection: &mut Connection,
    permit: &Permit,
    digest: &str,
    repository: Option<(&str, &str)>,
) -> Result<Option<Standing>, StoreError> {
    may(permit)?;
    let mut conditions = Conditions::default();
    let own = conditions.bind(digest);
    conditions.add(format!("i.digest = {own}"));
    conditions.keep_to(permit, "i.id");
    let is_named = repository.map_or("1".to_owned(), |(registry, repository)| {
        let (registry, repository) = (conditions.bind(registry), conditions.bind(repository));
        format!(
            "(SELECT 1 FROM image_names n WHERE n.registry = {registry} AND n.repository = {repository}
              AND n.image_id = i.id LIMIT 1) IS NOT NULL"
        )
    });
    let (sql, parameters) = conditions.finish();
    let sql = format!(
        "SELECT {COLUMNS}, i.id, i.seen, {is_named} FROM images i JOIN verdicts v ON v.id = i.verdict_id WHERE {sql}"
    );
    let standing = |row: Row| Standing {
        verdict: verdict(&row),
        image_id: row.integer(8),
        seen: row.integer(9),
        is_named: row.truth(10),
    };
    Ok(connection.row(&sql, &parameters)?.map(standing))
}

fn may(permit: &Permit) -> Result<(), StoreError> {
    match permit.permission().area {
        Area::Images | Area::Verdicts | Area::Findings => Ok(()),
        _ => Err(StoreError::NotFound { what: "verdict" }),
    }
}

/// A verdict by its id; for those who register, what they were answered.
///
/// # Errors
/// When there is none, or the database fails.
pub fn by_id(connection: &mut Connection, id: &str) -> Result<StoredVerdict, StoreError> {
    let row = connection.row(&format!("SELECT {COLUMNS} FROM verdicts v WHERE v.id = $1"), &values![id])?;
    row.as_ref().map(verdict).ok_or(StoreError::NotFound { what: "verdict" })
}

/// A page of the verdicts of an image, the newest first; `before` is time and id of the last one of the page before. Whoever
/// may see all images reads those of removed ones too, for as long as they are kept.
///
/// # Errors
/// When there is no such image that the permit reaches, and no verdict of one that was removed, or the database fails.
pub fn history(
    connection: &mut Connection,
    permit: &Permit,
    digest: &str,
    before: Option<(i64, &str)>,
    limit: u32,
) -> Result<Vec<StoredVerdict>, StoreError> {
    let (evaluated, verdict_id) = before.unwrap_or((i64::MAX, "\u{10ffff}"));
    let mut values = values![digest, evaluated, verdict_id, i64::from(limit) + 1].to_vec();
    let mut of_image = "";
    if !permit.covers_everything() {
        // The verdicts of an image that was removed stay, and after a restore another may have its number.
        values.push(crate::images::id_of_digest(connection, permit, digest)?.into());
        of_image = "AND v.image_id = $5";
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM verdicts v WHERE v.digest = $1 {of_image} AND (v.evaluated, v.id) < ($2, $3)
         ORDER BY v.evaluated DESC, v.id DESC LIMIT $4"
    );
    let rows = connection.rows(&sql, &values)?;
    if rows.is_empty() && before.is_none() {
        // Of an image that is there, at least the one that holds would be found.
        crate::images::id_of_digest(connection, permit, digest)?;
    }
    Ok(rows.iter().map(verdict).collect())
}

/// Removes verdicts that became history before a time, in steps of at most `limit`, and tells how many. What holds of an
/// image stays for as long as the image does.
///
/// # Errors
/// When the database fails.
pub fn remove_ended(connection: &mut Connection, before: i64, limit: u32) -> Result<u64, StoreError> {
    let sql = "DELETE FROM verdicts WHERE id IN (
        SELECT id FROM verdicts WHERE ended IS NOT NULL AND ended < $1 ORDER BY ended, id LIMIT $2)";
    connection.execute(sql, &values![before, i64::from(limit)])
}
