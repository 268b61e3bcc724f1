//! Over all images: which packages there are, which vulnerabilities, and where.
//!
//! Both lists go through their table in the order of an index, or begin with the few rows of a term that leads, as lists of
//! images do (`images/narrow.rs`).

mod newest;
mod queue;
mod reached;

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Key, Kind, Operand, Term, Test, Wanted};

use crate::counts::{MOST_COUNTED, RowCount};
use crate::filtering::{Conditions, Field, FieldKind, not, prefix};
use crate::images::SEVERITIES;
use crate::{Connection, Row, StoreError, Value};
pub(crate) use newest::count_since;
pub use queue::{each_package_called, queue_archives, queue_images_with, systems};
pub use reached::MOST_COUNTED_WITHIN;
use reached::{Reached, Thing};

/// In lists of packages and vulnerabilities the images of each are counted up to this number.
pub const MOST_COUNTED_EACH: u64 = 1000;

/// A term leads where it holds for no more rows than this.
const FEW: u64 = if cfg!(test) { 50 } else { 2000 };

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
    Field::text("name", "p.name"),
    Field::text("version", "p.version"),
    Field::text("ecosystem", "p.ecosystem"),
    Field::text("source", "p.source"),
];

const VULNERABILITY_FIELDS: &[Field] = &[
    Field::text("id", "v.id"),
    Field::number("severity", "v.severity"),
    Field::number("kev", "v.kev"),
    Field::new("epss", "v.epss", FieldKind::Real),
    Field::number("first_seen", "v.first_seen"),
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
    /// How many images have it, of those that the permit reaches, counted up to [`MOST_COUNTED_EACH`], within
    /// scopes to [`MOST_COUNTED_WITHIN`]; of hundreds as of some time in the last minute.
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
    /// When an image that the permit reaches first had it.
    pub first_seen: i64,
    /// How many images have it, of those that the permit reaches, counted up to [`MOST_COUNTED_EACH`], within
    /// scopes to [`MOST_COUNTED_WITHIN`]; of hundreds as of some time in the last minute.
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
    let reached = Reached::find(connection, permit, Thing::Package)?;
    let mut conditions = Conditions::default();
    let leads = leader(connection, filter, LEADING_PACKAGE_KEYS, &PACKAGES)?;
    let from = from(&reached, leads, filter, &PACKAGES, &mut conditions);
    let begins = begins(filter);
    let place = after.filter(|(name, _, _)| *name >= begins.as_str());
    let (name, version, id) = place.unwrap_or((&begins, "", i64::MIN));
    let (name, version, id) = (conditions.bind(name), conditions.bind(version), conditions.bind(id));
    conditions.add(format!("p.name >= {name} AND (p.name, p.version, p.id) > ({name}, {version}, {id})"));
    narrow(filter, leads, &PACKAGES, &reached, connection.is_sqlite(), &mut conditions);
    let is_reached = reached.exists(&mut conditions);
    conditions.add(is_reached);
    let limit = i64::from(limit) + 1;
    let (sql, parameters) = conditions.finish();
    let rows = connection.rows(
        &format!(
            "SELECT p.id, p.name, p.version, p.ecosystem, p.purl, p.source
             FROM {from} WHERE {sql} ORDER BY p.name, p.version, p.id LIMIT {limit}"
        ),
        &parameters,
    )?;
    let keys: Vec<Value> = rows.iter().map(|row| row.integer(0).into()).collect();
    let counts = reached.counts(connection, &keys, MOST_COUNTED_EACH)?;
    let package = |(row, images): (&Row, u64)| KnownPackage {
        id: row.integer(0),
        name: row.text(1),
        version: row.text(2),
        ecosystem: row.text(3),
        purl: row.text(4),
        source: row.text(5),
        images,
    };
    Ok(rows.iter().zip(counts).map(package).collect())
}

/// How many packages a filter takes, of those that an image has that the permit reaches.
pub(crate) fn counted_packages(
    connection: &mut Connection,
    permit: &Permit,
    filter: &Filter,
) -> Result<RowCount, StoreError> {
    may(permit)?;
    let reached = Reached::find(connection, permit, Thing::Package)?;
    if !reached.is_countable() {
        return Ok(RowCount::UNKNOWN);
    }
    let mut conditions = Conditions::default();
    let leads = leader(connection, filter, LEADING_PACKAGE_KEYS, &PACKAGES)?;
    let from = from(&reached, leads, filter, &PACKAGES, &mut conditions);
    let first = conditions.bind(begins(filter));
    conditions.add(format!("p.name >= {first}"));
    narrow(filter, leads, &PACKAGES, &reached, connection.is_sqlite(), &mut conditions);
    counted(connection, &reached, &from, conditions, "p.name, p.version, p.id")
}

/// Counts what the conditions take, along the index of an order.
fn counted(
    connection: &mut Connection,
    reached: &Reached<'_>,
    from: &str,
    mut conditions: Conditions,
    order: &str,
) -> Result<RowCount, StoreError> {
    let is_reached = reached.exists(&mut conditions);
    conditions.add(is_reached);
    let limit = i64::from(MOST_COUNTED) + 1;
    let (sql, parameters) = conditions.finish();
    let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {from} WHERE {sql} ORDER BY {order} LIMIT {limit}) c");
    Ok(RowCount::of(connection.row(&sql, &parameters)?.as_ref()))
}

/// The keys that a list of packages can be led by.
const LEADING_PACKAGE_KEYS: &[&str] = &["source", "version"];

/// One of the two tables, as lists ask it.
struct Table {
    /// Its name and the letter that it goes by.
    name: &'static str,
    /// Its key.
    key: &'static str,
    fields: &'static [Field],
    /// The column that a bare word begins, and whether it is written in capitals.
    word: &'static str,
    is_upper: bool,
}

const PACKAGES: Table =
    Table { name: "packages p", key: "p.id", fields: PACKAGE_FIELDS, word: "p.name", is_upper: false };

const VULNERABILITIES: Table =
    Table { name: "vulnerabilities v", key: "v.id", fields: VULNERABILITY_FIELDS, word: "v.id", is_upper: true };

impl Table {
    fn condition(&self, term: &Term, conditions: &mut Conditions) -> String {
        let own = match &term.test {
            Test::Word(word) if self.is_upper => conditions.prefix(self.word, &word.to_uppercase()),
            Test::Word(word) => conditions.prefix(self.word, word),
            test => match self.fields.iter().find(|field| Some(field.name) == term.key) {
                Some(field) => conditions.condition(test, field.column, field.kind),
                None => "1 = 0".to_owned(),
            },
        };
        if term.is_negated { not(&own) } else { own }
    }

    /// The order of the index that a term is found by, which lets PostgreSQL see that a few rows of it are enough.
    fn order(&self, term: &Term) -> String {
        let field = self.fields.iter().find(|field| Some(field.name) == term.key);
        match (field, &term.test) {
            (None, _) => String::new(),
            (_, Test::AnyOf(values)) if values.len() > 1 => String::new(),
            (Some(field), _) => format!(" ORDER BY {}, {}", field.column, self.key),
        }
    }
}

/// The place of the term that leads: it holds for few rows, and an index finds them.
fn leader(
    connection: &mut Connection,
    filter: &Filter,
    keys: &[&str],
    table: &Table,
) -> Result<Option<usize>, StoreError> {
    let mut found: Option<(i64, usize)> = None;
    for (at, term) in filter.terms.iter().enumerate() {
        let can_lead = term.key.is_some_and(|key| keys.contains(&key)) && !term.is_negated && is_found(&term.test);
        if !can_lead {
            continue;
        }
        let mut conditions = Conditions::default();
        let own = table.condition(term, &mut conditions);
        let (_, parameters) = conditions.finish();
        let (name, order, limit) = (table.name, table.order(term), FEW + 1);
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {name} WHERE {own}{order} LIMIT {limit}) c");
        let count = connection.row(&sql, &parameters)?.map_or(0, |row| row.integer(0));
        if u64::try_from(count).is_ok_and(|count| count <= FEW) && found.is_none_or(|(least, _)| count < least) {
            found = Some((count, at));
        }
    }
    Ok(found.map(|(_, at)| at))
}

fn is_found(test: &Test) -> bool {
    match test {
        Test::AnyOf(values) => values.iter().all(|wanted| match wanted {
            Wanted::Exactly(_) => true,
            Wanted::Like(pattern) => prefix(pattern).is_some_and(|prefix| !prefix.is_empty()),
        }),
        Test::Compare(..) => true,
        Test::Present | Test::Word(_) => false,
    }
}

/// What stands behind `FROM`.
fn from(
    reached: &Reached<'_>,
    leads: Option<usize>,
    filter: &Filter,
    table: &Table,
    conditions: &mut Conditions,
) -> String {
    let (name, key) = (table.name, table.key);
    let rows = match leads.and_then(|at| filter.terms.get(at)) {
        Some(term) => {
            let own = table.condition(term, conditions);
            let (order, limit) = (table.order(term), FEW + 1);
            format!("SELECT {key} AS id FROM {name} WHERE {own}{order} LIMIT {limit}")
        }
        None => match reached.all(conditions) {
            Some(rows) => rows,
            None => return name.to_owned(),
        },
    };
    conditions.add(format!("{key} = d.id"));
    format!("({rows}) d CROSS JOIN {name}")
}

/// Adds the terms, but for the one that leads.
fn narrow(
    filter: &Filter,
    leads: Option<usize>,
    table: &Table,
    reached: &Reached<'_>,
    is_sqlite: bool,
    conditions: &mut Conditions,
) {
    for (_, term) in filter.terms.iter().enumerate().filter(|(at, _)| Some(*at) != leads) {
        let own = match term.key {
            Some("first_seen") => {
                let first_seen = reached.first_seen(conditions, is_sqlite);
                let own = conditions.condition(&term.test, &first_seen, FieldKind::Integer);
                if term.is_negated { not(&own) } else { own }
            }
            _ => table.condition(term, conditions),
        };
        conditions.add(own);
    }
}

/// The lower bound of the names, the greatest: an index begins there.
fn begins(filter: &Filter) -> String {
    filter.terms.iter().filter_map(name_begins).max().unwrap_or_default()
}

/// What the names that a term asks for begin with.
fn name_begins(term: &Term) -> Option<String> {
    match (term.key, &term.test, term.is_negated) {
        (_, _, true) => None,
        (None, Test::Word(word), false) => Some(word.clone()),
        (Some("name"), Test::AnyOf(values), false) => match values.as_slice() {
            [Wanted::Exactly(Operand::Text(name))] => Some(name.clone()),
            [Wanted::Like(pattern)] => prefix(pattern),
            _ => None,
        },
        _ => None,
    }
}

/// Where a page of vulnerabilities begins: the value in its order and the id of the last one of the page before.
pub type VulnerabilityPlace<'a> = Option<(i64, &'a str)>;

/// Before the first page.
const BEHIND_ALL: (i64, &str) = (i64::MAX, "\u{10ffff}");

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
    let (is_limited, is_sqlite) = (!permit.covers_everything(), connection.is_sqlite());
    let column = if by_time { "v.first_seen" } else { "v.severity" };
    let reached = Reached::find(connection, permit, Thing::Vulnerability)?;
    let mut conditions = Conditions::default();
    let words: Vec<Term> = filter.terms.iter().map(by_id).collect();
    let filter = Filter { terms: words };
    if by_time && is_limited {
        return newest::page(connection, &reached, filter, after.unwrap_or(BEHIND_ALL), limit);
    }
    // When something was first seen within scopes, no index knows.
    let keys = if is_limited { &LEADING_KEYS[1..] } else { LEADING_KEYS };
    let leads = leader(connection, &filter, keys, &VULNERABILITIES)?;
    let from = from(&reached, leads, &filter, &VULNERABILITIES, &mut conditions);
    let (value, id) = after.unwrap_or(BEHIND_ALL);
    let (value, id) = (conditions.bind(value), conditions.bind(id));
    conditions.add(format!("({column}, v.id) < ({value}, {id})"));
    narrow(&filter, leads, &VULNERABILITIES, &reached, is_sqlite, &mut conditions);
    let order = format!("{column} DESC, v.id DESC");
    known_vulnerabilities(connection, &reached, &from, conditions, &order, limit, MOST_COUNTED_EACH)
}

/// How many vulnerabilities a filter takes, of those that an image has that the permit reaches.
pub(crate) fn counted_vulnerabilities(
    connection: &mut Connection,
    permit: &Permit,
    filter: &Filter,
) -> Result<RowCount, StoreError> {
    may(permit)?;
    let reached = Reached::find(connection, permit, Thing::Vulnerability)?;
    if !reached.is_countable() {
        return Ok(RowCount::UNKNOWN);
    }
    let mut conditions = Conditions::default();
    let filter = Filter { terms: filter.terms.iter().map(by_id).collect() };
    let keys = if permit.covers_everything() { LEADING_KEYS } else { &LEADING_KEYS[1..] };
    let leads = leader(connection, &filter, keys, &VULNERABILITIES)?;
    let from = from(&reached, leads, &filter, &VULNERABILITIES, &mut conditions);
    let (worst, last) = (conditions.bind(BEHIND_ALL.0), conditions.bind(BEHIND_ALL.1));
    conditions.add(format!("(v.severity, v.id) < ({worst}, {last})"));
    narrow(&filter, leads, &VULNERABILITIES, &reached, connection.is_sqlite(), &mut conditions);
    counted(connection, &reached, &from, conditions, "v.severity DESC, v.id DESC")
}

/// The keys that a list of vulnerabilities can be led by.
const LEADING_KEYS: &[&str] = &["first_seen", "id", "kev", "epss", "severity"];

/// How many vulnerabilities a filter takes, of those that an image has that the permit reaches.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn count_vulnerabilities(connection: &mut Connection, permit: &Permit, filter: &Filter) -> Result<u64, StoreError> {
    may(permit)?;
    let reached = Reached::find(connection, permit, Thing::Vulnerability)?;
    let mut conditions = Conditions::default();
    let filter = Filter { terms: filter.terms.iter().map(by_id).collect() };
    let from = from(&reached, None, &filter, &VULNERABILITIES, &mut conditions);
    narrow(&filter, None, &VULNERABILITIES, &reached, connection.is_sqlite(), &mut conditions);
    let is_reached = reached.exists(&mut conditions);
    conditions.add(is_reached);
    let (sql, parameters) = conditions.finish();
    let row = connection.row(&format!("SELECT count(*) FROM {from} WHERE {sql}"), &parameters)?;
    Ok(row.map_or(0, |row| u64::try_from(row.integer(0)).unwrap_or_default()))
}

/// A bare word is the beginning of an id.
fn by_id(term: &Term) -> Term {
    match &term.test {
        Test::Word(word) => {
            let quoted: String = word
                .to_uppercase()
                .chars()
                .flat_map(|letter| matches!(letter, '*' | '\\').then_some('\\').into_iter().chain([letter]))
                .collect();
            let wanted = vec![Wanted::Like(format!("{quoted}*"))];
            Term { key: Some("id"), is_negated: term.is_negated, test: Test::AnyOf(wanted) }
        }
        _ => term.clone(),
    }
}

/// A vulnerability that an image has, its images counted up to [`crate::images::MOST_COUNTED`].
///
/// # Errors
/// When no image that the permit reaches has it, or the database fails.
pub fn vulnerability(connection: &mut Connection, permit: &Permit, id: &str) -> Result<KnownVulnerability, StoreError> {
    may(permit)?;
    let reached = Reached::find(connection, permit, Thing::Vulnerability)?;
    let mut conditions = Conditions::default();
    let own = conditions.bind(id);
    conditions.add(format!("v.id = {own}"));
    let (table, most) = (VULNERABILITIES.name, crate::images::MOST_COUNTED);
    let found = known_vulnerabilities(connection, &reached, table, conditions, "v.id", 1, most)?;
    found.into_iter().next().ok_or(StoreError::NotFound { what: "vulnerability" })
}

fn known_vulnerabilities(
    connection: &mut Connection,
    reached: &Reached<'_>,
    from: &str,
    mut conditions: Conditions,
    order: &str,
    limit: u32,
    most: u64,
) -> Result<Vec<KnownVulnerability>, StoreError> {
    let first_seen = reached.first_seen(&mut conditions, connection.is_sqlite());
    let is_reached = reached.exists(&mut conditions);
    conditions.add(is_reached);
    let limit = i64::from(limit) + 1;
    let (sql, parameters) = conditions.finish();
    let rows = connection.rows(
        &format!(
            "SELECT v.id, v.severity, v.kev, v.epss, v.title, v.published, {first_seen}
             FROM {from} WHERE {sql} ORDER BY {order} LIMIT {limit}"
        ),
        &parameters,
    )?;
    with_counts(connection, reached, &rows, most)
}

/// Vulnerabilities with how many images have each, counted up to `most`.
fn with_counts(
    connection: &mut Connection,
    reached: &Reached<'_>,
    rows: &[Row],
    most: u64,
) -> Result<Vec<KnownVulnerability>, StoreError> {
    let keys: Vec<Value> = rows.iter().map(|row| row.text(0).into()).collect();
    let counts = reached.counts(connection, &keys, most)?;
    let vulnerability = |(row, images): (&Row, u64)| KnownVulnerability {
        id: row.text(0),
        severity: row.integer(1),
        kev: row.truth(2),
        epss: row.optional_real(3),
        title: row.optional_text(4),
        published: row.optional_text(5),
        first_seen: row.integer(6),
        images,
    };
    Ok(rows.iter().zip(counts).map(vulnerability).collect())
}
