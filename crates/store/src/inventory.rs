//! Over all images: which packages there are, which vulnerabilities, and where.

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Key, Kind, Test};

use crate::filtering::{Conditions, Field, FieldKind};
use crate::images::{MOST_COUNTED, SEVERITIES};
use crate::{Connection, StoreError, values};

/// What lists of packages can be filtered by. A bare word is the beginning of a name.
pub const PACKAGE_KEYS: &[Key] = &[
    Key { name: "name", kind: Kind::Text, sorts: false, meaning: "The name.", example: "name:xz-utils" },
    Key { name: "version", kind: Kind::Text, sorts: false, meaning: "The version.", example: "version:5.6.1*" },
    Key { name: "ecosystem", kind: Kind::Text, sorts: false, meaning: "The ecosystem.", example: "ecosystem:deb" },
    Key { name: "source", kind: Kind::Text, sorts: false, meaning: "The source package.", example: "source:openssl" },
];

/// What lists of vulnerabilities can be filtered by. A bare word is the beginning of an id.
pub const VULNERABILITY_KEYS: &[Key] = &[
    Key { name: "id", kind: Kind::Text, sorts: false, meaning: "The id.", example: "id:CVE-2024-*" },
    Key {
        name: "severity",
        kind: Kind::Words(SEVERITIES),
        sorts: true,
        meaning: "The worst severity that an image has it with.",
        example: "severity:>=high",
    },
    Key { name: "kev", kind: Kind::Flag, sorts: false, meaning: "Known to be exploited.", example: "kev:true" },
    Key {
        name: "epss",
        kind: Kind::Number,
        sorts: false,
        meaning: "Probability of exploitation.",
        example: "epss:>0.5",
    },
    Key {
        name: "first_seen",
        kind: Kind::Time,
        sorts: true,
        meaning: "When an image first had it.",
        example: "first_seen:>=7d",
    },
];

const PACKAGE_FIELDS: &[Field] = &[
    Field { name: "name", column: "p.name", kind: FieldKind::Text, within: None },
    Field { name: "version", column: "p.version", kind: FieldKind::Text, within: None },
    Field { name: "ecosystem", column: "p.ecosystem", kind: FieldKind::Text, within: None },
    Field { name: "source", column: "p.source", kind: FieldKind::Text, within: None },
];

const VULNERABILITY_FIELDS: &[Field] = &[
    Field { name: "id", column: "v.id", kind: FieldKind::Text, within: None },
    Field { name: "severity", column: "v.severity", kind: FieldKind::Integer, within: None },
    Field { name: "kev", column: "v.kev", kind: FieldKind::Integer, within: None },
    Field { name: "epss", column: "v.epss", kind: FieldKind::Real, within: None },
    Field { name: "first_seen", column: "v.first_seen", kind: FieldKind::Integer, within: None },
];

/// A package that images have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPackage {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its ecosystem.
    pub ecosystem: String,
    /// Its purl.
    pub purl: String,
    /// Its source package.
    pub source: String,
    /// How many images have it, of those that the permit reaches, counted up to [`MOST_COUNTED`].
    pub images: u64,
}

/// A vulnerability that images have.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownVulnerability {
    /// Its id.
    pub id: String,
    /// The place of its worst severity.
    pub severity: i64,
    /// Whether it is known to be exploited.
    pub kev: bool,
    /// The probability of exploitation.
    pub epss: Option<f64>,
    /// One line on it.
    pub title: Option<String>,
    /// When it became public, RFC 3339.
    pub published: Option<String>,
    /// When an image first had it.
    pub first_seen: i64,
    /// How many images have it, of those that the permit reaches, counted up to [`MOST_COUNTED`].
    pub images: u64,
}

fn may(permit: &Permit) -> Result<(), StoreError> {
    match (permit.permission().area, permit.permission().action) {
        (Area::Images | Area::Findings, Action::Read) => Ok(()),
        _ => Err(StoreError::NotFound { what: "image" }),
    }
}

/// A page of the packages of all images by name and version; `after` is name, version and number of the last one of the
/// page before.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn packages(
    connection: &mut Connection,
    permit: &Permit,
    filter: &Filter,
    after: Option<(&str, &str, i64)>,
    limit: u32,
) -> Result<Vec<KnownPackage>, StoreError> {
    may(permit)?;
    let mut conditions = Conditions::default();
    let (name, version, id) = after.unwrap_or(("", "", i64::MIN));
    let (name, version, id) = (conditions.bind(name), conditions.bind(version), conditions.bind(id));
    conditions.add(format!("p.name >= {name} AND (p.name, p.version, p.id) > ({name}, {version}, {id})"));
    for term in &filter.terms {
        match &term.test {
            Test::Word(word) => {
                let own = conditions.prefix("p.name", word);
                conditions.add(if term.is_negated { format!("NOT {own}") } else { own });
            }
            _ => conditions.filter(term, PACKAGE_FIELDS),
        }
    }
    let images = reached(permit, &mut conditions, "image_packages r", "r.package_id = p.id");
    conditions.add(format!("EXISTS ({images})"));
    let limit = conditions.bind(i64::from(limit) + 1);
    let (sql, parameters) = conditions.finish();
    let rows = connection.rows(
        &format!(
            "SELECT p.id, p.name, p.version, p.ecosystem, p.purl, p.source,
             (SELECT count(*) FROM ({images} LIMIT {MOST_COUNTED}) c)
             FROM packages p WHERE {sql} ORDER BY p.name, p.version, p.id LIMIT {limit}"
        ),
        &parameters,
    )?;
    Ok(rows
        .iter()
        .map(|row| KnownPackage {
            id: row.integer(0),
            name: row.text(1),
            version: row.text(2),
            ecosystem: row.text(3),
            purl: row.text(4),
            source: row.text(5),
            images: u64::try_from(row.integer(6)).unwrap_or_default(),
        })
        .collect())
}

/// A query over the images that something is in, of those that the permit reaches.
fn reached(permit: &Permit, conditions: &mut Conditions, table: &str, is_in: &str) -> String {
    use policy::access::Reach;
    let within = match permit.reach() {
        Reach::Everything => String::new(),
        Reach::Scopes(scopes) => {
            let scopes: Vec<String> = scopes.iter().map(|scope| conditions.bind(scope)).collect();
            format!(
                " AND EXISTS (SELECT 1 FROM scope_images s WHERE s.image_id = r.image_id AND s.scope_id IN ({}))",
                scopes.join(", ")
            )
        }
    };
    format!("SELECT DISTINCT r.image_id FROM {table} WHERE {is_in}{within}")
}

/// Where a page of vulnerabilities begins: the value in its order and the id of the last one of the page before.
pub type VulnerabilityPlace<'a> = Option<(i64, &'a str)>;

/// A page of the vulnerabilities of all images, the worst first, or the newest where `by_time`.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn vulnerabilities(
    connection: &mut Connection,
    permit: &Permit,
    filter: &Filter,
    by_time: bool,
    after: VulnerabilityPlace<'_>,
    limit: u32,
) -> Result<Vec<KnownVulnerability>, StoreError> {
    may(permit)?;
    let column = if by_time { "v.first_seen" } else { "v.severity" };
    let mut conditions = Conditions::default();
    let (value, id) = after.unwrap_or((i64::MAX, "\u{10ffff}"));
    let (value, id) = (conditions.bind(value), conditions.bind(id));
    conditions.add(format!("({column}, v.id) < ({value}, {id})"));
    for term in &filter.terms {
        match &term.test {
            Test::Word(word) => {
                let own = conditions.prefix("v.id", &word.to_uppercase());
                conditions.add(if term.is_negated { format!("NOT {own}") } else { own });
            }
            _ => conditions.filter(term, VULNERABILITY_FIELDS),
        }
    }
    known_vulnerabilities(connection, permit, conditions, &format!("{column} DESC, v.id DESC"), limit)
}

/// A vulnerability that an image has.
///
/// # Errors
/// When no image that the permit reaches has it, or the database fails.
pub fn vulnerability(connection: &mut Connection, permit: &Permit, id: &str) -> Result<KnownVulnerability, StoreError> {
    may(permit)?;
    let mut conditions = Conditions::default();
    let own = conditions.bind(id);
    conditions.add(format!("v.id = {own}"));
    let found = known_vulnerabilities(connection, permit, conditions, "v.id", 1)?;
    found.into_iter().next().ok_or(StoreError::NotFound { what: "vulnerability" })
}

fn known_vulnerabilities(
    connection: &mut Connection,
    permit: &Permit,
    mut conditions: Conditions,
    order: &str,
    limit: u32,
) -> Result<Vec<KnownVulnerability>, StoreError> {
    let images = reached(permit, &mut conditions, "findings r", "r.kind = 'vulnerability' AND r.finding = v.id");
    conditions.add(format!("EXISTS ({images})"));
    let limit = conditions.bind(i64::from(limit) + 1);
    let (sql, parameters) = conditions.finish();
    let rows = connection.rows(
        &format!(
            "SELECT v.id, v.severity, v.kev, v.epss, v.title, v.published, v.first_seen,
             (SELECT count(*) FROM ({images} LIMIT {MOST_COUNTED}) c)
             FROM vulnerabilities v WHERE {sql} ORDER BY {order} LIMIT {limit}"
        ),
        &parameters,
    )?;
    Ok(rows
        .iter()
        .map(|row| KnownVulnerability {
            id: row.text(0),
            severity: row.integer(1),
            kev: row.truth(2),
            epss: row.optional_real(3),
            title: row.optional_text(4),
            published: row.optional_text(5),
            first_seen: row.integer(6),
            images: u64::try_from(row.integer(7)).unwrap_or_default(),
        })
        .collect())
}

/// Puts the images that have one of these packages, by own or source name, into the queue for another evaluation, and
/// those whose archives the intelligence names. Returns nothing of them: the queue tells.
///
/// # Errors
/// When the database fails.
pub fn queue_images_with(connection: &mut Connection, names: &[String], cause: &str) -> Result<(), StoreError> {
    for column in ["name", "source"] {
        let sql = format!(
            "INSERT INTO evaluation_queue (image_id, cause)
             SELECT DISTINCT ip.image_id, $2 FROM packages p JOIN image_packages ip ON ip.package_id = p.id
             WHERE p.{column} = $1 ON CONFLICT DO NOTHING"
        );
        for name in names {
            connection.execute(&sql, &values![name, cause])?;
        }
    }
    connection.execute(
        "INSERT INTO evaluation_queue (image_id, cause) SELECT id, $1 FROM images WHERE has_archives = 1
         ON CONFLICT DO NOTHING",
        &values![cause],
    )?;
    Ok(())
}
