//! Reading the packages of an image.

use policy::access::Permit;
use policy::filter::{Filter, Key, Kind, Test};

use super::list::{id_of_digest, key};
use crate::filtering::{Conditions, Field, not};
use crate::{Connection, Row, StoreError};

/// What lists of packages of an image can be filtered by.
pub const INSTALLED_KEYS: &[Key] = &[
    key("name", Kind::Text, false, "The name.", "name:xz-utils"),
    key("version", Kind::Text, false, "The version.", "version:5.6.1*"),
    key("ecosystem", Kind::Text, false, "The ecosystem.", "ecosystem:deb"),
    key("source", Kind::Text, false, "The source package.", "source:openssl"),
    key("layer", Kind::Number, false, "The index of the layer that brought it.", "layer:0"),
];

const FIELDS: &[Field] = &[
    Field::text("name", "p.name"),
    Field::text("version", "p.version"),
    Field::text("ecosystem", "p.ecosystem"),
    Field::text("source", "p.source"),
    Field::number("layer", "ip.layer"),
];

/// A package of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledPackage {
    /// Its number.
    pub id: i64,
    /// The package.
    pub package: super::PackageRow,
}

/// Which packages of an image are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InstalledQuery {
    /// What they are narrowed by.
    pub filter: Filter,
    /// Name and number of the last one of the page before.
    pub after: Option<(String, i64)>,
    /// How many at most.
    pub limit: u32,
}

/// A page of the packages of an image by name, one more than asked for where there are more, and how many there are on the
/// first page.
///
/// # Errors
/// When there is no such image that the permit reaches, or the database fails.
pub fn packages(
    connection: &mut Connection,
    permit: &Permit,
    digest: &str,
    query: &InstalledQuery,
) -> Result<(Vec<InstalledPackage>, Option<u64>), StoreError> {
    let id = id_of_digest(connection, permit, digest)?;
    let narrowed = || {
        let mut conditions = Conditions::default();
        let own = conditions.bind(id);
        conditions.add(format!("ip.image_id = {own}"));
        for term in &query.filter.terms {
            match &term.test {
                // The packages of one image are few: their texts are looked through.
                Test::Word(word) => {
                    let own = conditions.any_has(word, &["p.name", "p.source", "p.version"]);
                    conditions.add(if term.is_negated { not(&own) } else { own });
                }
                _ => conditions.filter(term, FIELDS),
            }
        }
        conditions
    };
    let counted = match &query.after {
        Some(_) => None,
        None => {
            let (sql, parameters) = narrowed().finish();
            // What is not narrowed is counted without looking at each.
            let of = if query.filter.terms.is_empty() { "" } else { "JOIN packages p ON p.id = ip.package_id" };
            let sql = format!("SELECT count(*) FROM image_packages ip {of} WHERE {sql}");
            connection.row(&sql, &parameters)?.map(|row| u64::try_from(row.integer(0)).unwrap_or_default())
        }
    };
    let mut conditions = narrowed();
    if let Some((name, number)) = &query.after {
        let (name, number) = (conditions.bind(name), conditions.bind(*number));
        conditions.add(format!("(p.name, p.id) > ({name}, {number})"));
    }
    let limit = i64::from(query.limit) + 1;
    let (sql, parameters) = conditions.finish();
    let rows = connection.rows(
        &format!(
            "SELECT p.id, p.name, p.version, p.ecosystem, p.purl, p.source, ip.layer, p.source_version
             FROM image_packages ip JOIN packages p ON p.id = ip.package_id
             WHERE {sql} ORDER BY p.name, p.id LIMIT {limit}"
        ),
        &parameters,
    )?;
    Ok((rows.iter().map(package).collect(), counted))
}

fn package(row: &Row) -> InstalledPackage {
    InstalledPackage {
        id: row.integer(0),
        package: super::PackageRow {
            name: row.text(1),
            version: row.text(2),
            ecosystem: row.text(3),
            purl: row.text(4),
            source: row.text(5),
            source_version: row.optional_text(7),
            layer: row.optional_integer(6),
        },
    }
}
