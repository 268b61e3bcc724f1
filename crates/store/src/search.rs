//! One search over everything that somebody may see: names, digests, vulnerabilities, packages, people.

use std::collections::BTreeSet;

use policy::access::{Action, Area, Permit};
use policy::filter::{Filter, Term, Test};

use crate::filtering::Conditions;
use crate::images;
use crate::permitted::require;
use crate::{Connection, StoreError};

/// The most hits of one kind.
pub const MOST_HITS: u32 = 20;

/// The shortest beginning of a digest that is looked for, in characters.
const SHORTEST_DIGEST: usize = 6;

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// How near it is: 0 for the very text, 1 for what begins so, 2 for what has it somewhere.
    pub rank: u8,
    /// What people call it.
    pub title: String,
    /// What tells it from others of the name.
    pub detail: String,
    /// What it is asked for by: a digest, an id.
    pub id: String,
}

/// Images by digest, name, or the words of names, labels and distribution.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn images(connection: &mut Connection, permit: &Permit, text: &str, limit: u32) -> Result<Vec<Hit>, StoreError> {
    let mut found: BTreeSet<Hit> = BTreeSet::new();
    let digest = text.strip_prefix("sha256:").unwrap_or(text).to_lowercase();
    if digest.len() >= SHORTEST_DIGEST && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let digest = format!("sha256:{digest}");
        found.extend(images_by(connection, permit, "i.digest", &digest, limit, |_, of| u8::from(of != digest))?);
    }
    found.extend(images_by(connection, permit, "i.name", text, limit, |name, _| u8::from(name != text))?);
    let known: BTreeSet<String> = found.iter().map(|hit| hit.id.clone()).collect();
    let words: Vec<Term> = text
        .split_whitespace()
        .filter(|word| images::words_of(word).next().is_some())
        .map(|word| Term { key: None, is_negated: false, test: Test::Word(word.to_lowercase()) })
        .collect();
    if !words.is_empty() {
        let listed = images::first(connection, permit, Filter { terms: words }, limit)?;
        let others = listed.into_iter().filter(|image| !known.contains(&image.digest));
        found.extend(others.map(|image| Hit { rank: 2, title: image.name, detail: image.os, id: image.digest }));
    }
    Ok(first(found, limit))
}

fn images_by(
    connection: &mut Connection,
    permit: &Permit,
    column: &str,
    prefix: &str,
    limit: u32,
    rank: impl Fn(&str, &str) -> u8,
) -> Result<Vec<Hit>, StoreError> {
    let mut conditions = Conditions::default();
    let (mut from, mut column) = ("images i", column);
    if column == "i.name"
        && let Some(scopes) = conditions.scopes(permit)
    {
        // By the names that are known there.
        (from, column) = ("scope_images s CROSS JOIN images i", "s.name");
        conditions.add(format!("s.scope_id IN ({scopes}) AND i.id = s.image_id"));
    } else {
        conditions.keep_to(permit, "i.id");
    }
    let own = conditions.prefix(column, prefix);
    conditions.add(own);
    let listed = conditions.listed(permit, "i");
    let limit = conditions.bind(i64::from(limit));
    let (sql, parameters) = conditions.finish();
    let sql = format!("SELECT i.digest, {listed}, i.os FROM {from} WHERE {sql} ORDER BY {column} LIMIT {limit}");
    let rows = connection.rows(&sql, &parameters)?;
    let hit = |row: &crate::Row| {
        let (digest, name) = (row.text(0), row.text(1));
        Hit { rank: rank(&name, &digest), title: name, detail: row.text(2), id: digest }
    };
    Ok(rows.iter().map(hit).collect())
}

/// Repositories that begin so, or that have a part of their name that does.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn repositories(
    connection: &mut Connection,
    permit: &Permit,
    text: &str,
    limit: u32,
) -> Result<Vec<Hit>, StoreError> {
    require_images(permit)?;
    let mut found: BTreeSet<Hit> = BTreeSet::new();
    let mut last = (String::new(), String::new());
    while found.len() < usize::try_from(limit).unwrap_or_default() {
        let mut conditions = Conditions::default();
        let own = conditions.prefix("n.repository", text);
        let (repository, registry) = (conditions.bind(&last.0), conditions.bind(&last.1));
        conditions.add(own);
        conditions
            .add(format!("n.repository >= {repository} AND (n.repository > {repository} OR n.registry > {registry})"));
        conditions.keep_to_names(permit, "n");
        let (sql, parameters) = conditions.finish();
        let sql = format!(
            "SELECT n.repository, n.registry FROM image_names n WHERE {sql} ORDER BY n.repository, n.registry LIMIT 1"
        );
        let Some(row) = connection.row(&sql, &parameters)? else { break };
        last = (row.text(0), row.text(1));
        found.insert(repository_hit(&last.1, &last.0, text));
    }
    // The words of names lead to images, and these to their repositories.
    for hit in images(connection, permit, text, limit)? {
        let id = images::id_of_digest(connection, permit, &hit.id)?;
        let known = images::known_names(connection, permit, id)?.names;
        for named in known.into_iter().take(usize::try_from(limit).unwrap_or_default()) {
            let words = || images::words_of(&named.name.repository);
            if images::words_of(text).all(|asked| words().any(|word| word.starts_with(&asked))) {
                found.insert(repository_hit(&named.name.registry, &named.name.repository, text));
            }
        }
    }
    Ok(first(found, limit))
}

fn repository_hit(registry: &str, repository: &str, text: &str) -> Hit {
    let rank = match repository {
        own if own == text => 0,
        own if own.starts_with(text) => 1,
        _ => 2,
    };
    Hit { rank, title: repository.to_owned(), detail: registry.to_owned(), id: format!("{registry}/{repository}") }
}

/// Vulnerabilities whose id begins so, in any case.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn vulnerabilities(
    connection: &mut Connection,
    permit: &Permit,
    text: &str,
    limit: u32,
) -> Result<Vec<Hit>, StoreError> {
    require_images(permit)?;
    let mut found: BTreeSet<Hit> = BTreeSet::new();
    for spelling in spellings(text) {
        let mut conditions = Conditions::default();
        let own = conditions.prefix("v.id", &spelling);
        conditions.add(own);
        let reached = conditions.reached(permit, "f.image_id");
        conditions.add(format!(
            "EXISTS (SELECT 1 FROM findings f WHERE f.kind = 'vulnerability' AND f.finding = v.id AND {reached})"
        ));
        let limit = conditions.bind(i64::from(limit));
        let (sql, parameters) = conditions.finish();
        let sql = format!("SELECT v.id, v.title FROM vulnerabilities v WHERE {sql} ORDER BY v.id LIMIT {limit}");
        for row in connection.rows(&sql, &parameters)? {
            let id = row.text(0);
            found.insert(Hit { rank: u8::from(id != spelling), title: id.clone(), detail: row.text(1), id });
        }
    }
    Ok(first(found, limit))
}

/// How an id may be written: sources use capitals but for what follows `GHSA-`.
fn spellings(text: &str) -> BTreeSet<String> {
    let upper = text.to_uppercase();
    let ghsa = upper.strip_prefix("GHSA-").map(|rest| format!("GHSA-{}", rest.to_lowercase()));
    [Some(text.to_owned()), Some(upper), ghsa].into_iter().flatten().collect()
}

/// Packages whose name begins so.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn packages(connection: &mut Connection, permit: &Permit, text: &str, limit: u32) -> Result<Vec<Hit>, StoreError> {
    require_images(permit)?;
    // `name@version` as the list of images has it; names of npm begin with the sign.
    let (name, version) = match text.rsplit_once('@').filter(|(name, _)| !name.is_empty()) {
        Some((name, version)) => (name, Some(version)),
        None => (text, None),
    };
    let mut conditions = Conditions::default();
    match version {
        Some(version) => {
            let own = conditions.bind(name);
            let version = conditions.prefix("p.version", version);
            conditions.add(format!("p.name = {own} AND {version}"));
        }
        None => {
            let own = conditions.prefix("p.name", name);
            conditions.add(own);
        }
    }
    let reached = conditions.reached(permit, "r.image_id");
    conditions.add(format!("EXISTS (SELECT 1 FROM image_packages r WHERE r.package_id = p.id AND {reached})"));
    let limit_sql = conditions.bind(i64::from(limit));
    let (sql, parameters) = conditions.finish();
    let sql = format!(
        "SELECT p.name, p.version, p.ecosystem FROM packages p WHERE {sql} ORDER BY p.name, p.version LIMIT {limit_sql}"
    );
    let rows = connection.rows(&sql, &parameters)?;
    let hit = |row: &crate::Row| {
        let (name, version) = (row.text(0), row.text(1));
        let is_it = version.is_empty() || name == text || format!("{name}@{version}") == text;
        Hit { rank: u8::from(!is_it), id: format!("{name}@{version}"), title: name, detail: row.text(2) }
    };
    Ok(first(rows.iter().map(hit).collect(), limit))
}

/// What has a name, and belongs to no application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The word of its kind.
    pub kind: &'static str,
    /// The right that finding it needs.
    pub area: Area,
    table: &'static str,
    detail: &'static str,
    /// Where else it is looked for.
    also: Option<&'static str>,
}

/// Everything that is found by its name alone.
pub const NAMED: &[Named] = &[
    Named { kind: "policy", area: Area::Policies, table: "policies", detail: "author_name", also: None },
    Named { kind: "exception", area: Area::Exceptions, table: "exceptions", detail: "state", also: None },
    Named { kind: "registry", area: Area::Registries, table: "registries", detail: "address", also: None },
    Named { kind: "integration", area: Area::Integrations, table: "integrations", detail: "kind", also: None },
    Named { kind: "user", area: Area::Access, table: "users", detail: "display_name", also: Some("display_name") },
    Named { kind: "group", area: Area::Access, table: "groups", detail: "description", also: None },
    Named { kind: "role", area: Area::Access, table: "roles", detail: "description", also: None },
    Named { kind: "scope", area: Area::Access, table: "scopes", detail: "description", also: None },
];

/// What begins so among what has a name.
///
/// # Errors
/// When the permit is for something else, or the database fails.
pub fn named(
    connection: &mut Connection,
    permit: &Permit,
    what: &Named,
    text: &str,
    limit: u32,
) -> Result<Vec<Hit>, StoreError> {
    require(permit, what.area, Action::Read)?;
    let mut found: BTreeSet<Hit> = BTreeSet::new();
    for spelling in BTreeSet::from([text.to_owned(), text.to_lowercase(), capitalised(text)]) {
        let Named { table, detail, .. } = what;
        for column in ["name"].into_iter().chain(what.also) {
            let mut conditions = Conditions::default();
            let own = conditions.prefix(&format!("t.{column}"), &spelling);
            conditions.add(own);
            let limit = conditions.bind(i64::from(limit));
            let (sql, parameters) = conditions.finish();
            let sql = format!(
                "SELECT t.id, t.name, t.{detail}, t.{column} FROM {table} t WHERE {sql} ORDER BY t.{column} LIMIT {limit}"
            );
            for row in connection.rows(&sql, &parameters)? {
                let rank = u8::from(row.text(3) != spelling);
                found.insert(Hit { rank, title: row.text(1), detail: row.text(2), id: row.text(0) });
            }
        }
    }
    Ok(first(found, limit))
}

/// Each word with a capital, as people write names.
fn capitalised(text: &str) -> String {
    let mut is_first = true;
    let mut letter = |letter: char| {
        let written: String = if is_first { letter.to_uppercase().collect() } else { letter.to_string() };
        is_first = letter == ' ';
        written
    };
    text.chars().map(&mut letter).collect()
}

fn require_images(permit: &Permit) -> Result<(), StoreError> {
    match (permit.permission().area, permit.permission().action) {
        (Area::Images | Area::Findings, Action::Read) => Ok(()),
        _ => Err(StoreError::NotFound { what: "image" }),
    }
}

/// The nearest, each once.
fn first(found: BTreeSet<Hit>, limit: u32) -> Vec<Hit> {
    let mut seen = BTreeSet::new();
    let nearest = found.into_iter().filter(|hit| seen.insert(hit.id.clone()));
    nearest.take(usize::try_from(limit).unwrap_or_default()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_any_case() {
        assert!(spellings("cve-2024").contains("CVE-2024"));
        assert!(spellings("ghsa-AAAA").contains("GHSA-aaaa"));
        assert_eq!(spellings("CVE-2024-1").len(), 1);
    }
}
