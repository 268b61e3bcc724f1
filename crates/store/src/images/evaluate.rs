//! Writing what follows of an image's index at a moment.

use std::collections::{BTreeMap, BTreeSet};

use model::PolicyEffect;

use super::list::MOST_NAMES;
use super::members::keep_scopes;
use super::{DECISIONS, ImageName, finding_rows, word};
use crate::audit::{Actor, AuditEntry, Outcome};
use crate::{Connection, Row, StoreError, Value, outbox, values};

/// A finding of an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingRow {
    /// Its kind.
    pub kind: String,
    /// What it is called.
    pub finding: String,
    /// Its severity's place.
    pub severity: i64,
    /// The purl of its package; empty where it is about none.
    pub package: String,
    /// The package's name.
    pub package_name: String,
    /// Its path; empty where it has none.
    pub path: String,
    /// What the vendor says.
    pub status: String,
    /// The version that repairs it.
    pub fixed_version: Option<String>,
    /// The score that counts.
    pub score: Option<f64>,
    /// Whether it is known to be exploited.
    pub kev: bool,
    /// The probability of exploitation.
    pub epss: Option<f64>,
    /// The exception that covers it.
    pub excepted_by: Option<String>,
    /// One line on it.
    pub title: Option<String>,
    /// The line in the file, from 1.
    pub line: Option<i64>,
    /// The index of the layer that brought it.
    pub layer: Option<i64>,
    /// When it became public, RFC 3339.
    pub published: Option<String>,
}

/// A verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVerdict {
    /// Its id.
    pub id: String,
    /// What was judged, by name.
    pub subject: String,
    /// The decision's place.
    pub decision: i64,
    /// What follows of it, sorted.
    pub effects: Vec<PolicyEffect>,
    /// The policies that deny, by name.
    pub denied_by: Vec<String>,
    /// When.
    pub evaluated: i64,
    /// The sequence number of the intelligence.
    pub intelligence: Option<i64>,
    /// Why it was judged.
    pub cause: String,
    /// SHA-256 of the object without id, time and intelligence.
    pub hash: Vec<u8>,
    /// SHA-256 of its reasons and exceptions: where these stay, it takes the place of the one before.
    pub reasons: Vec<u8>,
    /// The object, zstd. Empty where the verdict that the image had when it was read says the same, by its hash.
    pub body: Vec<u8>,
}

impl NewVerdict {
    /// Whether it denies.
    fn denies(&self) -> bool {
        word(DECISIONS, self.decision) == "deny"
    }

    /// Whether the audit trail has a record where an image comes to have it.
    pub fn is_recorded(&self) -> bool {
        self.denies() && self.effects.contains(&PolicyEffect::Record)
    }

    /// Whether people are told where an image comes to have it. Of whatever does not deny they are.
    fn is_notified(&self) -> bool {
        !self.denies() || self.effects.contains(&PolicyEffect::Notify)
    }
}

/// What became of an evaluation.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a denial is recorded in the transaction of its verdict"]
pub struct Evaluated {
    /// The id of the verdict that holds: the one before where it says the same.
    pub verdict_id: String,
    /// What the audit trail is to have, where the image came to be denied and a policy says so. Whoever evaluates appends it.
    pub denial: Option<Box<AuditEntry>>,
}

impl Evaluated {
    fn quietly(verdict_id: String) -> Evaluated {
        Evaluated { verdict_id, denial: None }
    }
}

/// How many findings that count an image has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Critical vulnerabilities.
    pub critical: i64,
    /// High ones.
    pub high: i64,
    /// Medium ones.
    pub medium: i64,
    /// Low ones.
    pub low: i64,
    /// Those without a severity, or of severity none.
    pub unrated: i64,
    /// Those known to be exploited.
    pub kev: i64,
    /// Those that a newer version repairs.
    pub fixable: i64,
    /// Secrets.
    pub secrets: i64,
    /// Malware.
    pub malware: i64,
    /// Misconfigurations.
    pub misconfigurations: i64,
    /// Gaps.
    pub gaps: i64,
    /// The worst severity's place.
    pub severity: i64,
}

/// What follows of an image's index at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Counts of its findings.
    pub counts: Counts,
    /// Its findings in report order.
    pub findings: Vec<FindingRow>,
    /// SHA-256 of them.
    pub findings_hash: Vec<u8>,
    /// The place of the approval.
    pub approval: i64,
    /// The verdict.
    pub verdict: NewVerdict,
    /// The scopes that it belongs to, each with those of its names that are within by themselves.
    pub scopes: BTreeMap<String, BTreeSet<ImageName>>,
    /// How many names of the image it was judged by.
    pub names: usize,
    /// The number of the policies and exceptions that it was judged by.
    pub generation: i64,
    /// The fingerprint of the intelligence that it was judged by; empty for none.
    pub intelligence: String,
}

/// A verdict that goes on with the decision of the one before takes the place of one that did so as well and is no older than
/// this, in microseconds: who edits a policy ten times makes one line of history.
const COALESCED: i64 = 3600 * 1_000_000;

/// The most verdicts of an image that go on with the decision of the one before.
const MOST_CONTINUED: i64 = 20;

/// Writes what changed by an evaluation, and returns the id of the verdict that holds: the one before where it says the
/// same. Another decision, or the same for other reasons, is kept as history; another decision is told as an event, a denial
/// to those who watch alone where no policy wants people notified.
///
/// # Errors
/// When there is no such image, the object of a verdict is needed that was left out, or the database fails.
pub fn evaluate(
    connection: &mut Connection,
    id: i64,
    evaluation: &Evaluation,
    now: i64,
) -> Result<Evaluated, StoreError> {
    let row = present(connection, id, evaluation)?;
    if !is_by_all(row.integer(NAMES), evaluation.names) {
        // Somebody else has given it a name meanwhile: what follows of both is found out by all of them.
        crate::evaluation::queue(connection, id, &evaluation.verdict.cause)?;
    }
    write(connection, id, &row, evaluation, None, now)
}

/// Writes what changed by an evaluation of the index with a hash, as [`evaluate`] does; nothing where the image has been removed
/// or has another index, by which it was evaluated when it came.
///
/// # Errors
/// [`StoreError::Changed`] when the image has come to have a name that it was not judged by, or the object of a verdict was
/// left out and the one that it says the same as does not hold any more: nothing is written then. Any other when the database
/// fails.
pub fn evaluate_index(
    connection: &mut Connection,
    id: i64,
    index_hash: &[u8],
    evaluation: &Evaluation,
    now: i64,
) -> Result<Option<Evaluated>, StoreError> {
    match present(connection, id, evaluation) {
        Ok(row) if row.bytes(INDEX_HASH) != index_hash => Ok(None),
        Ok(row) if !is_by_all(row.integer(NAMES), evaluation.names) => Err(StoreError::Changed { what: "names" }),
        Ok(row) => write(connection, id, &row, evaluation, Some(evaluation.names), now).map(Some),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether an image that has so many names was judged by all of them, as far as they are read. None goes before the image does,
/// so that their number tells.
pub(super) fn is_by_all(names: i64, judged_by: usize) -> bool {
    names > MOST_NAMES || usize::try_from(names) == Ok(judged_by)
}

/// Writes what differs from what there is; nothing where the image is to have so many names, and has others.
fn write(
    connection: &mut Connection,
    id: i64,
    row: &Row,
    evaluation: &Evaluation,
    names: Option<usize>,
    now: i64,
) -> Result<Evaluated, StoreError> {
    let (digest, before, name) = (row.text(0), row.text(1), row.text(5));
    let verdict = &evaluation.verdict;
    let former = row.optional_integer(4);
    let says_the_same = former.is_some() && row.bytes(3) == verdict.hash;
    if verdict.body.is_empty() && !says_the_same {
        return Err(StoreError::Changed { what: "verdict" });
    }
    keep_scopes(connection, id, &evaluation.scopes, names)?;
    let mut image = Columns::default();
    for (at, (column, value)) in (INDEXED_FROM..).zip(indexed(evaluation)) {
        if row.integer(at) != value {
            image.set(column, value);
        }
    }
    let hash = row.bytes(2);
    if hash != evaluation.findings_hash {
        // One that was never evaluated has no hash.
        write_findings(connection, id, evaluation, !hash.is_empty(), now)?;
        let counts = &evaluation.counts;
        image.set("medium", counts.medium);
        image.set("low", counts.low);
        image.set("unrated", counts.unrated);
        image.set("misconfigurations", counts.misconfigurations);
        image.set("findings_hash", &evaluation.findings_hash);
    }
    if says_the_same {
        image.write(connection, id)?;
        return Ok(Evaluated::quietly(before));
    }
    let continues = former == Some(verdict.decision);
    let is_recent = row.truth(6) && verdict.evaluated - row.integer(7) < COALESCED;
    image.set("evaluated", verdict.evaluated);
    if continues && (is_recent || row.bytes(8) == verdict.reasons) {
        connection.execute(
            "UPDATE verdicts SET subject = $1, evaluated = $2, intelligence = $3, hash = $4, body = $5, cause = $6,
             reasons = $8 WHERE id = $7",
            &values![
                &verdict.subject,
                verdict.evaluated,
                verdict.intelligence,
                &verdict.hash,
                &verdict.body,
                &verdict.cause,
                &before,
                &verdict.reasons
            ],
        )?;
        image.write(connection, id)?;
        return Ok(Evaluated::quietly(before));
    }
    if former.is_some() {
        connection.execute("UPDATE verdicts SET ended = $1 WHERE id = $2", &values![now, &before])?;
    }
    insert_verdict(connection, id, &digest, verdict, continues)?;
    image.set("verdict_id", &verdict.id);
    if continues {
        image.write(connection, id)?;
        forget_oldest(connection, id)?;
        return Ok(Evaluated::quietly(verdict.id.clone()));
    }
    image.set("decision", verdict.decision);
    image.set("decided", verdict.evaluated);
    image.write(connection, id)?;
    tell(connection, verdict, former, &digest, &name, now)
}

/// Writes what follows of the index of an image that this transaction has inserted, with its counts and its decision: nothing
/// of it is read, and nothing is written twice.
///
/// # Errors
/// When the object of the verdict is left out, or the database fails.
pub(super) fn evaluate_new(
    connection: &mut Connection,
    id: i64,
    digest: &str,
    name: &str,
    evaluation: &Evaluation,
    now: i64,
) -> Result<Evaluated, StoreError> {
    let verdict = &evaluation.verdict;
    if verdict.body.is_empty() {
        return Err(StoreError::Changed { what: "verdict" });
    }
    write_findings(connection, id, evaluation, false, now)?;
    insert_verdict(connection, id, digest, verdict, false)?;
    tell(connection, verdict, None, digest, name, now)
}

fn insert_verdict(
    connection: &mut Connection,
    id: i64,
    digest: &str,
    verdict: &NewVerdict,
    continues: bool,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO verdicts (id, image_id, digest, subject, decision, evaluated, intelligence, cause, hash, body,
         continues, reasons) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &values![
            &verdict.id,
            id,
            digest,
            &verdict.subject,
            verdict.decision,
            verdict.evaluated,
            verdict.intelligence,
            &verdict.cause,
            &verdict.hash,
            &verdict.body,
            continues,
            &verdict.reasons
        ],
    )?;
    Ok(())
}

/// Tells that an image came to have a decision; `former` is the place of the one that it had.
fn tell(
    connection: &mut Connection,
    verdict: &NewVerdict,
    former: Option<i64>,
    digest: &str,
    name: &str,
    now: i64,
) -> Result<Evaluated, StoreError> {
    let parameters = serde_json::json!({
        "name": name,
        "from": former.map(|place| word(DECISIONS, place)),
        "to": word(DECISIONS, verdict.decision),
        "cause": verdict.cause,
        "verdict": verdict.id,
    });
    let topic = if former.is_some() { "verdict.changed" } else { "image.registered" };
    match verdict.is_notified() {
        true => outbox::tell(connection, now, topic, "image", digest, &parameters)?,
        false => outbox::tell_watchers(connection, now, topic, "image", digest, &parameters)?,
    }
    let denial = verdict.is_recorded().then(|| {
        let from = former.map(|place| serde_json::json!({ "decision": word(DECISIONS, place) }));
        Box::new(denial(verdict, from, digest, name, now))
    });
    Ok(Evaluated { verdict_id: verdict.id.clone(), denial })
}

/// What there is of an image, and the verdict that holds. Where something else is to be written, nobody else writes it
/// until the transaction ends.
fn present(connection: &mut Connection, id: i64, evaluation: &Evaluation) -> Result<Row, StoreError> {
    let row = read(connection, id)?;
    if connection.is_sqlite() || is_same(&row, evaluation) {
        return Ok(row);
    }
    // Of two that write what follows of an image, the second sees what the first wrote.
    connection.rows("SELECT 1 FROM images WHERE id = $1 FOR NO KEY UPDATE", &values![id])?;
    read(connection, id)
}

fn read(connection: &mut Connection, id: i64) -> Result<Row, StoreError> {
    let row = connection.row(
        "SELECT i.digest, i.verdict_id, i.findings_hash, v.hash, v.decision, i.name, v.continues, v.evaluated, v.reasons,
         i.approval, i.critical, i.high, i.kev, i.fixable, i.secrets, i.malware, i.gaps, i.severity, x.hash,
         (SELECT count(*) FROM image_names n WHERE n.image_id = i.id) FROM images i
         LEFT JOIN verdicts v ON v.id = i.verdict_id LEFT JOIN image_indexes x ON x.image_id = i.id WHERE i.id = $1",
        &values![id],
    )?;
    row.ok_or(StoreError::NotFound { what: "image" })
}

/// The place of the first of [`indexed`] among what there is.
const INDEXED_FROM: usize = 9;

/// The place of the hash of the index behind these.
const INDEX_HASH: usize = 18;

/// The place of the number of names.
const NAMES: usize = 19;

/// The columns that images are listed by, and what they are to be. What the intelligence covers changes the gaps although no
/// finding changes.
fn indexed(evaluation: &Evaluation) -> [(&'static str, i64); 9] {
    let counts = &evaluation.counts;
    [
        ("approval", evaluation.approval),
        ("critical", counts.critical),
        ("high", counts.high),
        ("kev", counts.kev),
        ("fixable", counts.fixable),
        ("secrets", counts.secrets),
        ("malware", counts.malware),
        ("gaps", counts.gaps),
        ("severity", counts.severity),
    ]
}

/// Whether nothing of an image is to be written, but for its scopes.
fn is_same(row: &Row, evaluation: &Evaluation) -> bool {
    let mut indexed = (INDEXED_FROM..).zip(indexed(evaluation));
    row.bytes(2) == evaluation.findings_hash
        && row.bytes(3) == evaluation.verdict.hash
        && indexed.all(|(at, (_, value))| row.integer(at) == value)
}

/// The columns of an image that are written: those that changed, at once, because each that is written has its indexes written.
#[derive(Default)]
struct Columns {
    names: Vec<&'static str>,
    values: Vec<Value>,
}

impl Columns {
    fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.names.push(name);
        self.values.push(value.into());
    }

    fn write(mut self, connection: &mut Connection, id: i64) -> Result<(), StoreError> {
        if self.names.is_empty() {
            return Ok(());
        }
        let set: Vec<String> = (1..).zip(&self.names).map(|(at, name)| format!("{name} = ${at}")).collect();
        self.values.push(id.into());
        let sql = format!("UPDATE images SET {} WHERE id = ${}", set.join(", "), self.values.len());
        connection.execute(&sql, &self.values)?;
        Ok(())
    }
}

/// The record of an image that came to be denied.
fn denial(verdict: &NewVerdict, before: Option<serde_json::Value>, digest: &str, name: &str, now: i64) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: Actor::server(),
        action: "image.deny".to_owned(),
        object: "image".to_owned(),
        object_id: digest.to_owned(),
        object_name: if name.is_empty() { digest } else { name }.to_owned(),
        outcome: Outcome::Done,
        before,
        after: Some(serde_json::json!({
            "decision": word(DECISIONS, verdict.decision),
            "verdict": verdict.id,
            "policies": verdict.denied_by,
            "cause": verdict.cause,
        })),
    }
}

/// Keeps the history of an image that is judged otherwise again and again within bounds. What brought another decision stays.
fn forget_oldest(connection: &mut Connection, id: i64) -> Result<(), StoreError> {
    let sql = "SELECT evaluated, id FROM verdicts WHERE image_id = $1 AND continues = 1
        ORDER BY evaluated DESC, id DESC LIMIT 1 OFFSET $2";
    let Some(oldest) = connection.row(sql, &values![id, MOST_CONTINUED])? else { return Ok(()) };
    let sql = "DELETE FROM verdicts WHERE image_id = $1 AND continues = 1 AND (evaluated, id) <= ($2, $3)";
    connection.execute(sql, &values![id, oldest.integer(0), oldest.text(1)])?;
    Ok(())
}

/// Writes the findings of an image, which may have some if it is known.
fn write_findings(
    connection: &mut Connection,
    id: i64,
    evaluation: &Evaluation,
    is_known: bool,
    now: i64,
) -> Result<(), StoreError> {
    let written = finding_rows::replace(connection, id, &evaluation.findings, is_known)?;
    // In one order on every server, as packages.
    let written = written.into_iter().filter_map(|at| evaluation.findings.get(at));
    let mut vulnerabilities: Vec<&FindingRow> = written.filter(|finding| finding.kind == "vulnerability").collect();
    vulnerabilities.sort_by(|one, other| (&one.finding, other.severity).cmp(&(&other.finding, one.severity)));
    vulnerabilities.dedup_by(|one, other| one.finding == other.finding);
    let rows = vulnerabilities.into_iter().map(|finding| {
        values![
            &finding.finding,
            finding.severity,
            finding.kev,
            finding.epss,
            finding.title.clone(),
            finding.published.clone(),
            now
        ]
    });
    connection.insert_rows(
        "vulnerabilities (id, severity, kev, epss, title, published, first_seen)",
        "ON CONFLICT (id) DO UPDATE SET
         severity = CASE WHEN vulnerabilities.severity > excluded.severity THEN vulnerabilities.severity ELSE excluded.severity END,
         kev = excluded.kev, epss = excluded.epss, title = excluded.title, published = excluded.published
         WHERE vulnerabilities.severity < excluded.severity OR vulnerabilities.kev <> excluded.kev
         OR vulnerabilities.epss IS DISTINCT FROM excluded.epss",
        rows.collect(),
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::{add, evaluation_of, write};
    use super::*;
    use crate::testing::on_both_stores;
    use crate::{Lane, Store};

    /// The hash of the verdict that holds, the length of its object, and how many findings there are.
    fn held(store: &Store) -> (Vec<u8>, i64, i64) {
        let sql = "SELECT v.hash, length(v.body), (SELECT count(*) FROM findings WHERE image_id = i.id)
            FROM images i JOIN verdicts v ON v.id = i.verdict_id WHERE i.id = 1";
        let row = store.read_blocking(move |connection| connection.row(sql, &[])).unwrap().unwrap();
        (row.bytes(0), row.integer(1), row.integer(2))
    }

    fn without_object(decision: i64, id: &str) -> Evaluation {
        let mut evaluation = evaluation_of(decision, id, &[]);
        evaluation.verdict.body.clear();
        evaluation
    }

    #[test]
    fn an_object_is_left_out_only_where_the_verdict_that_holds_says_the_same() {
        on_both_stores(|store| {
            add(store, 1, "shop/api", &[]);
            assert_eq!(held(store), (vec![0], 1, 1));
            // Findings that no policy speaks of are written beside a verdict that stays.
            let evaluated = write(store, |connection| {
                let mut evaluation = without_object(0, "same");
                (evaluation.findings_hash, evaluation.counts.gaps) = (vec![8], 3);
                evaluation.findings.push(FindingRow { finding: "CVE-2".into(), ..evaluation.findings[0].clone() });
                evaluate_index(connection, 1, &[1], &evaluation, 6)
            });
            assert_eq!(evaluated.map(|evaluated| evaluated.verdict_id), Some("v1".to_owned()));
            assert_eq!(held(store), (vec![0], 1, 2));
            // Somebody else wrote another verdict meanwhile.
            write(store, |connection| evaluate(connection, 1, &evaluation_of(4, "other", &[]), 7).map(|_| ()));
            let before = held(store);
            let late = store.write_blocking(Lane::Beside, |connection| {
                let mut evaluation = without_object(0, "late");
                (evaluation.findings_hash, evaluation.findings) = (vec![9], Vec::new());
                evaluate_index(connection, 1, &[1], &evaluation, 8).map(|_| ())
            });
            assert!(matches!(late, Err(StoreError::Changed { what: "verdict" })), "{late:?}");
            assert_eq!(held(store), before);
        });
    }

    #[test]
    fn what_was_judged_by_another_index_or_of_no_image_is_not_written() {
        on_both_stores(|store| {
            add(store, 1, "shop/api", &[]);
            for (id, index) in [(1, 2_u8), (99, 1)] {
                let evaluated = write(store, move |connection| {
                    evaluate_index(connection, id, &[index], &evaluation_of(4, "other", &[]), 6)
                });
                assert_eq!(evaluated, None);
            }
            assert_eq!(held(store).0, [0]);
            let evaluated =
                write(store, |connection| evaluate_index(connection, 1, &[1], &evaluation_of(4, "other", &[]), 6));
            assert_eq!(evaluated.map(|evaluated| evaluated.verdict_id), Some("other".to_owned()));
            assert_eq!(held(store).0, [4]);
        });
    }
}
