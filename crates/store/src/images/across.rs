//! Findings over all images: secrets, malware, misconfigurations and licenses. Vulnerabilities have lists of their own.

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Key, Kind, Operand, Term, Test, Wanted};

use super::list::key;
use super::{FindingRow, SEVERITIES};
use crate::filtering::{Conditions, Field, not};
use crate::{Connection, StoreError, Value};

/// Matches are counted up to this number, where they are counted.
const MOST_COUNTED: u64 = super::MOST_COUNTED;

/// The kinds that are listed, in their order. `vulnerability` is behind them all, which makes the others one range.
pub const ACROSS_KINDS: &[&str] = &["license", "malware", "misconfiguration", "secret"];

/// What the list of findings over all images can be filtered by.
pub const ACROSS_KEYS: &[Key] = &[
    key("kind", Kind::Words(ACROSS_KINDS), false, "The kind of finding.", "kind:secret"),
    key("id", Kind::Text, true, "The rule, check or license.", "id:aws-access-key"),
    key("severity", Kind::Words(SEVERITIES), false, "How bad it is.", "severity:>=high"),
    key("path", Kind::Text, false, "The file.", "path:etc/*"),
    key("package", Kind::Text, false, "The name of the package.", "package:openssl"),
    key("excepted_by", Kind::Text, false, "The exception that covers it.", "-excepted_by:*"),
    key("acknowledged", Kind::Flag, false, "Whether somebody has seen it.", "acknowledged:false"),
    key("image", Kind::Text, false, "The name that its image is listed under.", "image:docker.io/*"),
    key("repository", Kind::Text, false, "The repository of its image.", "repository:shop/*"),
];

const FIELDS: &[Field] = &[
    Field::text("id", "f.finding"),
    Field::number("severity", "f.severity"),
    Field::text("path", "f.path"),
    Field::text("package", "f.package_name"),
    Field::text("excepted_by", "COALESCE(f.excepted_by, '')"),
    Field::text("image", "i.name"),
    Field::of("repository", "n.repository", "f.image_id IN (SELECT n.image_id FROM image_names n WHERE {})"),
];

/// The same for whoever is limited to scopes: by the names that they may know.
fn within(field: Field, conditions: &mut Conditions, term: &Term, permit: &Permit) -> String {
    match field.name {
        "image" => {
            let listed = conditions.listed(permit, "i");
            conditions.condition(&term.test, &listed, field.kind)
        }
        _ => {
            let own = conditions.condition(&term.test, field.column, field.kind);
            let is_known = conditions.named(permit, "n");
            field.within.unwrap_or("{}").replace("{}", &format!("{own} AND {is_known}"))
        }
    }
}

/// A finding with the image that it is in.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingAcross {
    /// The digest of the image.
    pub digest: String,
    /// The name that the image is listed under.
    pub image: String,
    /// The number of the image in the store.
    pub image_id: i64,
    /// Its place in the image's report.
    pub position: i64,
    /// The finding.
    pub row: FindingRow,
}

/// Where a page ended: kind, id, image and place.
pub type AcrossPlace = (String, String, i64, i64);

/// Which findings are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AcrossQuery {
    /// What they are narrowed by.
    pub filter: Filter,
    /// Where the page before ended.
    pub after: Option<AcrossPlace>,
    /// How many at most.
    pub limit: u32,
    /// The time at which acknowledgements count, in microseconds since 1970.
    pub now: i64,
}

/// A page of findings by kind, id and image, one more than asked for where there are more. On the first page the number of
/// all of them comes with it, up to 10,000, where nothing but kind and id is asked: anything else would have to be looked
/// through to be counted.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn across(
    connection: &mut Connection,
    permit: &Permit,
    query: &AcrossQuery,
) -> Result<(Vec<FindingAcross>, Option<u64>), StoreError> {
    if (permit.permission().area, permit.permission().action) != (Area::Findings, Action::Read) {
        return Err(StoreError::NotFound { what: "finding" });
    }
    let is_plain = query.filter.terms.iter().all(|term| matches!(term.key, Some("kind" | "id")));
    let mut counted = None;
    if query.after.is_none() && is_plain {
        let (sql, parameters) = conditions(permit, query).finish();
        let most = MOST_COUNTED + 1;
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM findings f WHERE {sql} LIMIT {most}) c");
        let count = connection.row(&sql, &parameters)?.map(|row| u64::try_from(row.integer(0)).unwrap_or_default());
        counted = count.filter(|count| *count <= MOST_COUNTED);
    }
    let (sql, parameters) = across_sql(permit, query);
    let rows = connection.rows(&sql, &parameters)?;
    let found = rows.iter().map(|row| FindingAcross {
        digest: row.text(0),
        image: row.text(1),
        image_id: row.integer(2),
        position: row.integer(3),
        row: FindingRow {
            kind: row.text(4),
            finding: row.text(5),
            severity: row.integer(6),
            package: row.text(7),
            package_name: row.text(8),
            path: row.text(9),
            status: row.text(10),
            fixed_version: row.optional_text(11),
            score: row.optional_real(12),
            kev: row.truth(13),
            epss: row.optional_real(14),
            excepted_by: row.optional_text(15),
            title: row.optional_text(16),
            line: row.optional_integer(17),
            layer: row.optional_integer(18),
            published: None,
        },
    });
    Ok((found.collect(), counted))
}

/// The query for a page.
pub(crate) fn across_sql(permit: &Permit, query: &AcrossQuery) -> (String, Vec<Value>) {
    let mut conditions = conditions(permit, query);
    if let Some((kind, finding, image, position)) = &query.after {
        let place =
            [conditions.bind(kind), conditions.bind(finding), conditions.bind(*image), conditions.bind(*position)];
        conditions.add(format!("(f.kind, f.finding, f.image_id, f.position) > ({})", place.join(", ")));
    }
    let limit = conditions.bind(i64::from(query.limit) + 1);
    let listed = conditions.listed(permit, "i");
    let (sql, parameters) = conditions.finish();
    let sql = format!(
        "SELECT i.digest, {listed}, f.image_id, f.position, f.kind, f.finding, f.severity, f.package, f.package_name, f.path,
         f.status, f.fixed_version, f.score, f.kev, f.epss, f.excepted_by, f.title, f.line,
         f.layer
         FROM findings f JOIN images i ON i.id = f.image_id WHERE {sql}
         ORDER BY f.kind, f.finding, f.image_id, f.position LIMIT {limit}"
    );
    (sql, parameters)
}

fn conditions(permit: &Permit, query: &AcrossQuery) -> Conditions {
    let mut conditions = Conditions::default();
    conditions.add("f.kind < 'vulnerability'".to_owned());
    for term in &query.filter.terms {
        match (&term.test, term.key) {
            (Test::AnyOf(values), Some("acknowledged")) => {
                super::findings::acknowledged(&mut conditions, permit, values, term.is_negated, query.now);
            }
            (Test::Word(word), _) => {
                let own = conditions.prefix("f.finding", word);
                conditions.add(if term.is_negated { format!("NOT {own}") } else { own });
            }
            (Test::AnyOf(values), Some("kind")) => {
                let kinds: Vec<String> = values
                    .iter()
                    .filter_map(|value| match value {
                        Wanted::Exactly(Operand::Word(place)) => ACROSS_KINDS.get(*place),
                        Wanted::Exactly(_) | Wanted::Like(_) => None,
                    })
                    .map(|kind| conditions.bind(*kind))
                    .collect();
                let sign = if term.is_negated { "NOT IN" } else { "IN" };
                match &kinds[..] {
                    [kind] if !term.is_negated => conditions.add(format!("f.kind = {kind}")),
                    kinds => conditions.add(format!("f.kind {sign} ({})", kinds.join(", "))),
                }
            }
            (_, Some("image" | "repository")) if !permit.covers_everything() => {
                let field = FIELDS.iter().find(|field| Some(field.name) == term.key);
                let own = field.map_or("1 = 0".to_owned(), |field| within(*field, &mut conditions, term, permit));
                conditions.add(if term.is_negated { not(&own) } else { own });
            }
            _ => conditions.filter(term, FIELDS),
        }
    }
    conditions.keep_to(permit, "f.image_id");
    conditions
}
