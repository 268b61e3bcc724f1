//! Which images belong to application scopes, and by which of their names.
//!
//! An image that is known in several repositories belongs to whatever takes one of these in. Whoever is limited to that learns
//! of the names that are within by themselves, and of no other: a name may say what another application runs.

use std::collections::{BTreeMap, BTreeSet};

use policy::access::Permit;

use super::evaluate::is_by_all;
use super::list::{MOST_NAMES, Named, named};
use super::{ImageName, NewImage, labels, words_of};
use crate::filtering::Conditions;
use crate::{Connection, Row, StoreError, values};

/// The names of an image that somebody may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownNames {
    /// These, current ones first.
    pub names: Vec<Named>,
    /// Whether the image has no others.
    pub is_whole: bool,
}

/// Reads the names of an image that a permit reaches.
///
/// # Errors
/// When the database fails.
pub fn known_names(connection: &mut Connection, permit: &Permit, id: i64) -> Result<KnownNames, StoreError> {
    if permit.covers_everything() {
        return Ok(KnownNames { names: super::names(connection, id)?, is_whole: true });
    }
    let mut conditions = Conditions::default();
    let own = conditions.bind(id);
    let is_known = conditions.named(permit, "n");
    let (_, parameters) = conditions.finish();
    let rows = connection.rows(
        &format!(
            "SELECT n.registry, n.repository, n.tag, n.seen, n.is_current FROM image_names n
             WHERE n.image_id = {own} AND {is_known}
             ORDER BY n.is_current DESC, n.registry, n.repository, n.tag LIMIT {MOST_NAMES}"
        ),
        &parameters,
    )?;
    let other = connection.row(
        &format!("SELECT 1 FROM image_names n WHERE n.image_id = {own} AND NOT ({is_known}) LIMIT 1"),
        &parameters,
    )?;
    Ok(KnownNames { names: rows.iter().map(named).collect(), is_whole: other.is_none() })
}

/// Those of some images that have names which no scope of a permit reaches by itself: whether all of its scopes together do,
/// [`known_names`] tells.
///
/// # Errors
/// When the database fails.
pub fn shared(connection: &mut Connection, permit: &Permit, ids: &[i64]) -> Result<BTreeSet<i64>, StoreError> {
    let mut conditions = Conditions::default();
    let scopes = match conditions.scopes(permit) {
        Some(scopes) if !ids.is_empty() => scopes,
        _ => return Ok(BTreeSet::new()),
    };
    let places: Vec<String> = ids.iter().map(|id| conditions.bind(*id)).collect();
    let (_, parameters) = conditions.finish();
    let whole = connection.rows(
        &format!(
            "SELECT s.image_id FROM scope_images s
             WHERE s.image_id IN ({}) AND s.scope_id IN ({scopes}) AND s.is_whole = 1",
            places.join(", ")
        ),
        &parameters,
    )?;
    let whole: BTreeSet<i64> = whole.iter().map(|row| row.integer(0)).collect();
    Ok(ids.iter().copied().filter(|id| !whole.contains(id)).collect())
}

/// What decides how an image is listed in a scope.
pub(super) struct Held {
    id: i64,
    digest: String,
    name: String,
    os: String,
    platform: String,
    registered: i64,
    /// Each with when it was first seen.
    names: BTreeMap<ImageName, i64>,
}

/// How an image is listed in a scope.
#[derive(Debug, PartialEq, Eq)]
struct Listed {
    is_whole: bool,
    name: String,
    since: i64,
}

impl Held {
    /// That of an image which this transaction has inserted with all of its names.
    pub(super) fn new(id: i64, image: &NewImage, name: &str, names: &BTreeSet<ImageName>, now: i64) -> Held {
        Held {
            id,
            digest: image.digest.clone(),
            name: name.to_owned(),
            os: image.os.clone(),
            platform: image.platform.clone(),
            registered: now,
            names: names.iter().map(|name| (name.clone(), now)).collect(),
        }
    }

    /// Reads it, and keeps others from adding names until the transaction ends: whoever adds one looks here afterwards.
    fn read(connection: &mut Connection, id: i64) -> Result<Option<Held>, StoreError> {
        Held::read_by(connection, id, if connection.is_sqlite() { "" } else { " FOR NO KEY UPDATE" })
    }

    /// Reads it, with this behind the query of the image.
    fn read_by(connection: &mut Connection, id: i64, lock: &str) -> Result<Option<Held>, StoreError> {
        let sql = format!("SELECT digest, name, os, platform, registered FROM images WHERE id = $1{lock}");
        let Some(image) = connection.row(&sql, &values![id])? else { return Ok(None) };
        let sql = "SELECT registry, repository, tag, seen FROM image_names WHERE image_id = $1";
        let names = connection.rows(sql, &values![id])?;
        Ok(Some(Held {
            id,
            digest: image.text(0),
            name: image.text(1),
            os: image.text(2),
            platform: image.text(3),
            registered: image.integer(4),
            names: names
                .iter()
                .map(|row| {
                    let name = ImageName { registry: row.text(0), repository: row.text(1), tag: row.text(2) };
                    (name, row.integer(3))
                })
                .collect(),
        }))
    }

    /// How it is listed where it is within by these of its names.
    fn listed_within(&self, within: &BTreeSet<ImageName>) -> Listed {
        self.listed(&self.names.keys().filter(|name| within.contains(*name)).collect())
    }

    /// How it is listed where these are the names that one may know.
    fn listed(&self, known: &BTreeSet<&ImageName>) -> Listed {
        if known.len() == self.names.len() {
            return Listed { is_whole: true, name: self.name.clone(), since: self.registered };
        }
        let is_own = known.iter().any(|name| name.text(&self.digest) == self.name);
        let name = match known.first() {
            Some(_) if is_own => self.name.clone(),
            Some(first) => first.text(&self.digest),
            None => self.digest.clone(),
        };
        let seen = known.iter().filter_map(|name| self.names.get(*name)).min();
        // Without a name that may be known it is as new as any of its names.
        let since = seen.or(self.names.values().max()).copied().unwrap_or(self.registered);
        Listed { is_whole: false, name, since }
    }
}

/// Makes an image belong to these scopes and no others, to each by these of its names. Where it is to have so many `names`, and
/// has come to have others since somebody looked, nothing is written.
///
/// # Errors
/// [`StoreError::Changed`] then, and any other when the database fails.
pub(super) fn keep_scopes(
    connection: &mut Connection,
    id: i64,
    scopes: &BTreeMap<String, BTreeSet<ImageName>>,
    names: Option<usize>,
) -> Result<(), StoreError> {
    let mut held = if scopes.is_empty() { None } else { Held::read_by(connection, id, "")? };
    let mut present = present(connection, id)?;
    if is_kept(held.as_ref(), &present, scopes) {
        return Ok(());
    }
    if !connection.is_sqlite() {
        // Something is to be written, by what nobody else changes from here on.
        let locked = Held::read(connection, id)?;
        let count = locked.as_ref().map_or(0, |held| i64::try_from(held.names.len()).unwrap_or(i64::MAX));
        if locked.is_some() && names.is_some_and(|names| !is_by_all(count, names)) {
            return Err(StoreError::Changed { what: "names" });
        }
        held = held.and(locked);
        present = self::present(connection, id)?;
    }
    for gone in present.keys().filter(|scope| !scopes.contains_key(*scope)) {
        leave(connection, gone, id)?;
    }
    let Some(held) = held else { return Ok(()) };
    for (scope, within) in scopes {
        belong(connection, scope, &held, within, present.get(scope).map_or(Kept::Nothing, Kept::So))?;
    }
    Ok(())
}

/// Makes an image that is in none belong to these scopes, to each by these of its names.
pub(super) fn enter_scopes(
    connection: &mut Connection,
    held: &Held,
    scopes: &BTreeMap<String, BTreeSet<ImageName>>,
) -> Result<(), StoreError> {
    for (scope, within) in scopes {
        belong(connection, scope, held, within, Kept::Nothing)?;
    }
    Ok(())
}

/// How an image is listed in each of its scopes.
fn present(connection: &mut Connection, id: i64) -> Result<BTreeMap<String, Listed>, StoreError> {
    let sql = "SELECT scope_id, is_whole, name, since FROM scope_images WHERE image_id = $1";
    let listed = |row: &Row| Listed { is_whole: row.truth(1), name: row.text(2), since: row.integer(3) };
    Ok(connection.rows(sql, &values![id])?.iter().map(|row| (row.text(0), listed(row))).collect())
}

/// Whether nothing is to be written: an image belongs to these scopes alone, to each by all of its names, and is listed so. What
/// is kept apart where it is not by all is looked at.
fn is_kept(
    held: Option<&Held>,
    present: &BTreeMap<String, Listed>,
    scopes: &BTreeMap<String, BTreeSet<ImageName>>,
) -> bool {
    let is_listed = |held: &Held, scope: &str, within: &BTreeSet<ImageName>| {
        let listed = held.listed_within(within);
        listed.is_whole && present.get(scope) == Some(&listed)
    };
    let are_listed = held.is_none_or(|held| scopes.iter().all(|(scope, within)| is_listed(held, scope, within)));
    present.len() == scopes.len() && are_listed
}

/// What is kept of an image in a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept<'a> {
    /// Nobody looked.
    Unknown,
    Nothing,
    So(&'a Listed),
}

/// Makes an image belong to a scope by these of its names, or not at all.
pub(crate) fn keep_in_scope(
    connection: &mut Connection,
    scope: &str,
    id: i64,
    within: Option<&BTreeSet<ImageName>>,
) -> Result<(), StoreError> {
    let Some(within) = within else { return leave(connection, scope, id) };
    // Somebody may have removed it meanwhile.
    let Some(held) = Held::read(connection, id)? else { return Ok(()) };
    belong(connection, scope, &held, within, Kept::Unknown)
}

fn leave(connection: &mut Connection, scope: &str, id: i64) -> Result<(), StoreError> {
    connection.execute("DELETE FROM scope_images WHERE scope_id = $1 AND image_id = $2", &values![scope, id])?;
    Ok(())
}

fn belong(
    connection: &mut Connection,
    scope: &str,
    held: &Held,
    within: &BTreeSet<ImageName>,
    kept: Kept<'_>,
) -> Result<(), StoreError> {
    let known: BTreeSet<&ImageName> = held.names.keys().filter(|name| within.contains(*name)).collect();
    let listed = held.listed(&known);
    let is_whole = listed.is_whole;
    if kept != Kept::So(&listed) {
        connection.execute(
            "INSERT INTO scope_images (scope_id, image_id, is_whole, name, since) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (scope_id, image_id) DO UPDATE SET is_whole = $3, name = $4, since = $5",
            &values![scope, held.id, is_whole, &listed.name, listed.since],
        )?;
    }
    // Its names and words are kept apart only where not all of its names are within.
    if is_whole && (kept == Kept::Nothing || kept == Kept::So(&listed)) {
        return Ok(());
    }
    let known = if is_whole { BTreeSet::new() } else { known };
    keep_names(connection, scope, held, &known)?;
    let words = if is_whole { BTreeSet::new() } else { words(connection, held, &known)? };
    keep_words(connection, scope, held, &words)
}

fn keep_names(
    connection: &mut Connection,
    scope: &str,
    held: &Held,
    known: &BTreeSet<&ImageName>,
) -> Result<(), StoreError> {
    let own = values![held.id, scope];
    let sql = "SELECT registry, repository, tag FROM scope_names WHERE image_id = $1 AND scope_id = $2";
    let present: BTreeSet<[String; 3]> =
        connection.rows(sql, &own)?.iter().map(|row| [row.text(0), row.text(1), row.text(2)]).collect();
    let wanted: BTreeSet<[String; 3]> =
        known.iter().map(|name| [name.registry.clone(), name.repository.clone(), name.tag.clone()]).collect();
    if present == wanted {
        return Ok(());
    }
    connection.execute("DELETE FROM scope_names WHERE image_id = $1 AND scope_id = $2", &own)?;
    let rows = wanted.iter().map(|[registry, repository, tag]| values![scope, held.id, registry, repository, tag]);
    connection.insert_rows(
        "scope_names (scope_id, image_id, registry, repository, tag)",
        "ON CONFLICT DO NOTHING",
        rows.collect(),
    )
}

/// The words that an image is found by in a scope.
fn words(
    connection: &mut Connection,
    held: &Held,
    known: &BTreeSet<&ImageName>,
) -> Result<BTreeSet<String>, StoreError> {
    let labels = labels(connection, held.id)?;
    let of_names = known.iter().flat_map(|name| [name.registry.as_str(), &name.repository, &name.tag]);
    let of_none = [held.digest.as_str(), &held.os, &held.platform].into_iter().chain(labels.iter().map(String::as_str));
    let own: BTreeSet<String> = of_names.chain(of_none).flat_map(words_of).collect();
    let rows = connection.rows("SELECT word FROM image_words WHERE image_id = $1", &values![held.id])?;
    Ok(rows.iter().map(|row| row.text(0)).filter(|word| own.contains(word)).collect())
}

fn keep_words(
    connection: &mut Connection,
    scope: &str,
    held: &Held,
    words: &BTreeSet<String>,
) -> Result<(), StoreError> {
    let own = values![held.id, scope];
    let sql = "SELECT word FROM scope_words WHERE image_id = $1 AND scope_id = $2";
    let present: BTreeSet<String> = connection.rows(sql, &own)?.iter().map(|row| row.text(0)).collect();
    if present == *words {
        return Ok(());
    }
    connection.execute("DELETE FROM scope_words WHERE image_id = $1 AND scope_id = $2", &own)?;
    let rows = words.iter().map(|word| values![scope, held.id, word]);
    connection.insert_rows("scope_words (scope_id, image_id, word)", "ON CONFLICT DO NOTHING", rows.collect())
}

#[cfg(test)]
mod tests {
    use super::super::evaluate;
    use super::super::tests::{add, evaluation_within, name, write};
    use super::*;
    use crate::testing::{on_both_stores, said};
    use crate::{Lane, Store};

    #[test]
    fn a_name_that_comes_before_scopes_are_written_is_found_out_where_there_are_several_writers() {
        on_both_stores(|store| {
            add(store, 1, "shop/api", &["shop"]);
            let kept = |names: usize| {
                store.write_blocking(Lane::Beside, move |connection| {
                    let scopes = BTreeMap::from([("bank".to_owned(), name("shop/api", "1"))]);
                    keep_scopes(connection, 1, &scopes, Some(names))?;
                    Ok(present(connection, 1)?.into_keys().collect::<Vec<_>>())
                })
            };
            // SQLite has one writer, and nothing came since it looked.
            assert_eq!(matches!(kept(2), Err(StoreError::Changed { what: "names" })), store.is_shared());
            assert_eq!(kept(1).unwrap(), ["bank"]);
        });
    }

    /// What is said to the database where the image is evaluated within a scope, and whether that is SQLite.
    fn said_within(store: &Store, scope: &'static str) -> (Vec<String>, bool) {
        write(store, move |connection| {
            let evaluation = evaluation_within("v1", &[scope], &name("shop/api", "1"));
            let said = said(connection, |connection| evaluate(connection, 1, &evaluation, 6))?;
            Ok((said, connection.is_sqlite()))
        })
    }

    #[test]
    fn an_image_that_stays_in_its_scopes_is_neither_written_nor_locked() {
        const LOCK: &str = "FOR NO KEY UPDATE";
        on_both_stores(|store| {
            add(store, 1, "shop/api", &["shop"]);
            let (said, _) = said_within(store, "shop");
            assert!(said.iter().all(|sql| sql.starts_with("SELECT") && !sql.contains(LOCK)), "{said:?}");
            let (said, is_sqlite) = said_within(store, "bank");
            assert!(said.iter().any(|sql| sql.starts_with("DELETE FROM scope_images")), "{said:?}");
            assert!(said.iter().any(|sql| sql.starts_with("INSERT INTO scope_images")), "{said:?}");
            assert_eq!(said.iter().any(|sql| sql.contains(LOCK)), !is_sqlite, "{said:?}");
            let (said, _) = said_within(store, "bank");
            assert!(said.iter().all(|sql| sql.starts_with("SELECT")), "{said:?}");
        });
    }
}
