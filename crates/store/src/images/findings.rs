//! Reading the findings of an image.

use policy::access::Permit;
use policy::filter::{Filter, Key, Kind, Operand, Sort, Term, Test, Wanted};

use super::list::{id_of_digest, key};
use super::{FindingRow, SEVERITIES};
use crate::filtering::{Conditions, Field, FieldKind};
use crate::{Connection, Row, StoreError};

/// What lists of findings of an image can be filtered by.
pub const FINDING_KEYS: &[Key] = &[
    key("kind", Kind::Words(KINDS), false, "The kind of finding.", "kind:secret"),
    key("id", Kind::Text, true, "What it is called.", "id:CVE-2024-*"),
    key("severity", Kind::Words(SEVERITIES), true, "How bad it is.", "severity:>=high"),
    key("package", Kind::Text, true, "The name of the package.", "package:openssl"),
    key("path", Kind::Text, true, "The file.", "path:etc/*"),
    key("status", Kind::Text, false, "What the vendor says.", "status:affected"),
    key("fixed_version", Kind::Text, false, "The version that repairs it.", "fixed_version:*"),
    key("kev", Kind::Flag, false, "Whether it is known to be exploited.", "kev:true"),
    key("epss", Kind::Number, true, "The probability of exploitation.", "epss:>=0.5"),
    key("score", Kind::Number, true, "The score that counts.", "score:>=7"),
    key("layer", Kind::Number, true, "The index of the layer that brought it.", "layer:0"),
    key("excepted_by", Kind::Text, false, "The exception that covers it.", "-excepted_by:*"),
    key("acknowledged", Kind::Flag, false, "Whether somebody has seen it.", "acknowledged:false"),
];

/// The kinds of findings; the database has them as words.
const KINDS: &[&str] = &["vulnerability", "secret", "malware", "license", "misconfiguration"];

const FINDING_FIELDS: &[Field] = &[
    Field::text("id", "finding"),
    Field::number("severity", "severity"),
    Field::text("package", "package_name"),
    Field::text("path", "path"),
    Field::text("status", "status"),
    Field::text("fixed_version", "fixed_version"),
    Field::number("kev", "kev"),
    Field::new("epss", "epss", FieldKind::Real),
    Field::new("score", "score", FieldKind::Real),
    Field::number("layer", "layer"),
    Field::text("excepted_by", "COALESCE(excepted_by, '')"),
];

/// A finding of an image, with its place in the report.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Its place.
    pub position: i64,
    /// The finding.
    pub row: FindingRow,
}

/// Which findings of an image are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FindingQuery {
    /// What they are narrowed by.
    pub filter: Filter,
    /// The order; that of reports without one.
    pub sort: Option<Sort>,
    /// How many of them come before the page.
    pub after: u32,
    /// In the order of reports: the place of the last one that was read.
    pub behind: Option<i64>,
    /// How many at most.
    pub limit: u32,
    /// The time at which acknowledgements count, in microseconds since 1970.
    pub now: i64,
}

/// A page of the findings of an image, and how many there are on the first page.
///
/// # Errors
/// When there is no such image that the permit reaches, or the database fails.
pub fn findings(
    connection: &mut Connection,
    permit: &Permit,
    digest: &str,
    query: &FindingQuery,
) -> Result<(Vec<Finding>, Option<u64>), StoreError> {
    let id = id_of_digest(connection, permit, digest)?;
    let narrowed = || {
        let mut conditions = Conditions::default();
        let own = conditions.bind(id);
        conditions.add(format!("image_id = {own}"));
        for term in &query.filter.terms {
            narrow(&mut conditions, permit, term, query.now);
        }
        conditions
    };
    let counted = match (query.after, query.behind) {
        (1.., _) | (_, Some(_)) => None,
        (0, None) => {
            let (sql, parameters) = narrowed().finish();
            let row = connection.row(&format!("SELECT count(*) FROM findings f WHERE {sql}"), &parameters)?;
            row.map(|row| u64::try_from(row.integer(0)).unwrap_or_default())
        }
    };
    let mut conditions = narrowed();
    if let Some(behind) = query.behind {
        let behind = conditions.bind(behind);
        conditions.add(format!("position > {behind}"));
    }
    // The findings of one image are few: they are put in order, and counted off.
    let order = order(query.sort);
    let after = conditions.bind(i64::from(query.after));
    let limit = conditions.bind(i64::from(query.limit) + 1);
    let (sql, parameters) = conditions.finish();
    let rows = connection.rows(
        &format!(
            "SELECT position, kind, finding, severity, package, package_name, path, status, fixed_version, score, kev, epss,
             excepted_by, title, line, layer FROM findings f WHERE {sql} ORDER BY {order}position LIMIT {limit} OFFSET {after}"
        ),
        &parameters,
    )?;
    Ok((rows.iter().map(finding).collect(), counted))
}

/// What comes before the place in the report in the order of a list.
fn order(sort: Option<Sort>) -> String {
    let Some(Sort { key, is_descending }) = sort else { return String::new() };
    let column = match key {
        "id" => "finding",
        "package" => "package_name",
        // What has none is below what has.
        "epss" => "COALESCE(epss, -1)",
        "score" => "COALESCE(score, -1)",
        "layer" => "COALESCE(layer, -1)",
        "path" => "path",
        _ => "severity",
    };
    format!("{column}{}, ", if is_descending { " DESC" } else { "" })
}

fn narrow(conditions: &mut Conditions, permit: &Permit, term: &Term, now: i64) {
    match (&term.test, term.key) {
        (Test::AnyOf(values), Some("acknowledged")) => acknowledged(conditions, permit, values, term.is_negated, now),
        // The findings of one image are few: their texts are looked through.
        (Test::Word(word), _) => {
            let own = conditions.any_has(word, &["finding", "package_name", "path", "COALESCE(title, '')"]);
            conditions.add(if term.is_negated { format!("NOT {own}") } else { own });
        }
        (Test::AnyOf(values), Some("kind")) => {
            let any: Vec<String> = values
                .iter()
                .map(|value| match value {
                    Wanted::Exactly(Operand::Word(place)) => {
                        let kind = KINDS.get(*place).copied().unwrap_or_default();
                        format!("kind = {}", conditions.bind(kind))
                    }
                    _ => "1 = 0".to_owned(),
                })
                .collect();
            let any = any.join(" OR ");
            conditions.add(if term.is_negated { format!("NOT ({any})") } else { format!("({any})") });
        }
        _ => conditions.filter(term, FINDING_FIELDS),
    }
}

/// That findings of the alias `f` are acknowledged, or are not.
pub(super) fn acknowledged(
    conditions: &mut Conditions,
    permit: &Permit,
    values: &[Wanted],
    is_negated: bool,
    now: i64,
) {
    let wanted = |flag| values.contains(&Wanted::Exactly(Operand::Flag(flag)));
    // Both, or neither, is no condition.
    if wanted(true) == wanted(false) {
        return;
    }
    let now = conditions.bind(now);
    let own = crate::acknowledgements::condition(conditions, permit, &now);
    conditions.add(if wanted(true) == is_negated { format!("NOT {own}") } else { own });
}

fn finding(row: &Row) -> Finding {
    Finding {
        position: row.integer(0),
        row: FindingRow {
            kind: row.text(1),
            finding: row.text(2),
            severity: row.integer(3),
            package: row.text(4),
            package_name: row.text(5),
            path: row.text(6),
            status: row.text(7),
            fixed_version: row.optional_text(8),
            score: row.optional_real(9),
            kev: row.truth(10),
            epss: row.optional_real(11),
            excepted_by: row.optional_text(12),
            title: row.optional_text(13),
            line: row.optional_integer(14),
            layer: row.optional_integer(15),
            published: None,
        },
    }
}
