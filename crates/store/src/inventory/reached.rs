//! In which images something is, of those that a permit reaches.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use policy::access::{Permit, Reach};

use crate::filtering::Conditions;
use crate::remembered::{LARGE, LARGE_WITHIN};
use crate::{Connection, Row, StoreError, Value, values};

/// Scopes with no more images than these lead: all that is in them is gathered first.
const FEW_IMAGES: u64 = 200;

/// What is in more images than these is in many: it is asked of the images of the scopes, not the other way round.
const MANY_IMAGES: u64 = 1000;

/// Scopes with at least one of so many images are large: whatever many images have, they have soon.
const LARGE_SHARE: u64 = 20;

/// The newest vulnerabilities are looked for in the images that came to the scopes since some time: so many of these.
const RECENT_IMAGES: i64 = if cfg!(test) { 30 } else { 500 };

/// The most vulnerabilities that any image had since that time, but for those of one moment.
const RECENT_VULNERABILITIES: i64 = if cfg!(test) { 100 } else { 5000 };

/// Within scopes the images of each are counted up to this number: each of them has to be looked up.
pub const MOST_COUNTED_WITHIN: u64 = 100;

/// The most keys of one query: with more PostgreSQL goes through a table that has a few thousand rows.
const MOST_KEYS: usize = 16;

/// The keys, the last of them once more and again until there are 4 or 16: of one query there are few different ones to
/// prepare, and whatever is asked for twice is answered once.
fn filled(keys: &[Value]) -> Vec<Value> {
    let size = [1, 4].into_iter().find(|size| *size >= keys.len()).unwrap_or(MOST_KEYS);
    let last = keys.last().into_iter().cycle();
    keys.iter().chain(last).take(size).cloned().collect()
}

/// What is in images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    /// A row of `packages p`.
    Package,
    /// A row of `vulnerabilities v`.
    Vulnerability,
}

impl Thing {
    /// Its table and its key.
    fn table(self) -> (&'static str, &'static str) {
        match self {
            Thing::Package => ("packages p", "p.id"),
            Thing::Vulnerability => ("vulnerabilities v", "v.id"),
        }
    }

    /// The table that tells in which images it is, as `r`, and the condition that a row is about it.
    fn rows(self) -> (&'static str, &'static str) {
        match self {
            Thing::Package => ("image_packages r", "r.package_id = p.id"),
            Thing::Vulnerability => ("findings r", "r.kind = 'vulnerability' AND r.finding = v.id"),
        }
    }
}

/// The images that a permit reaches, where something may be.
pub(super) struct Reached<'a> {
    permit: &'a Permit,
    thing: Thing,
    size: Size,
}

/// How many images the scopes of a permit have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Few,
    Some,
    Large,
}

impl Reached<'_> {
    /// Finds out how many they are.
    pub(super) fn find<'a>(
        connection: &mut Connection,
        permit: &'a Permit,
        thing: Thing,
    ) -> Result<Reached<'a>, StoreError> {
        let size = match permit.reach() {
            Reach::Everything => Size::Large,
            Reach::Scopes(scopes) => Reached::size(connection, scopes)?,
        };
        Ok(Reached { permit, thing, size })
    }

    /// Which way is taken, and not what is found, rests on how many images scopes have: of many, it is as of some time in the
    /// last minute.
    fn size(connection: &mut Connection, scopes: &BTreeSet<String>) -> Result<Size, StoreError> {
        let (remembered, now) = (connection.remembered(), Instant::now());
        let counted = format!("images of {scopes:?}");
        if let Some(images) = remembered.get(&counted, now) {
            return Ok(match images {
                u64::MAX => Size::Large,
                images if images <= FEW_IMAGES => Size::Few,
                _ => Size::Some,
            });
        }
        // The numbers of images have few gaps.
        let all = connection.row("SELECT max(id) FROM images", &[])?.map_or(0, |row| row.integer(0));
        let large = (u64::try_from(all).unwrap_or_default() / LARGE_SHARE).max(FEW_IMAGES + 1);
        let mut parameters: Vec<Value> = scopes.iter().map(Value::from).collect();
        let places: Vec<String> = (1..=parameters.len()).map(|at| format!("${at}")).collect();
        let order = if scopes.len() == 1 { " ORDER BY image_id" } else { "" };
        parameters.push(i64::try_from(large).unwrap_or(i64::MAX).into());
        let (places, limit) = (places.join(", "), parameters.len());
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM scope_images WHERE scope_id IN ({places}){order} LIMIT ${limit}) c"
        );
        let images = connection.row(&sql, &parameters)?.map_or(0, |row| row.integer(0));
        let images = u64::try_from(images).unwrap_or_default();
        let (size, images) = match images {
            images if images <= FEW_IMAGES => (Size::Few, images),
            images if images >= large => (Size::Large, u64::MAX),
            images => (Size::Some, images),
        };
        remembered.keep(&counted, images, LARGE, now);
        Ok(size)
    }

    /// Whether they are so few that all that is in them is gathered.
    pub(super) fn is_small(&self) -> bool {
        self.size == Size::Few
    }

    /// Whether all that is in the images can be counted in time: of each it is one step to see that an image has it, or the
    /// images are few.
    pub(super) fn is_countable(&self) -> bool {
        self.permit.covers_everything() || self.is_small()
    }

    /// The keys of all that is in the images, where these are few.
    pub(super) fn all(&self, conditions: &mut Conditions) -> Option<String> {
        if self.size != Size::Few {
            return None;
        }
        let scopes = self.scopes(conditions)?;
        let (id, table, kind) = match self.thing {
            Thing::Package => ("r.package_id", "image_packages r", ""),
            Thing::Vulnerability => ("r.finding", "findings r", " AND (r.kind || '') = 'vulnerability'"),
        };
        Some(format!(
            "SELECT DISTINCT {id} AS id FROM scope_images s CROSS JOIN {table}
             WHERE s.scope_id IN ({scopes}) AND r.image_id = s.image_id{kind}"
        ))
    }

    /// How many images have each of these, which are told by their keys, counted up to `most`. Large counts are as of some time
    /// in the last minute.
    pub(super) fn counts(
        &self,
        connection: &mut Connection,
        keys: &[Value],
        most: u64,
    ) -> Result<Vec<u64>, StoreError> {
        let (most, least) = match self.permit.reach() {
            Reach::Everything => (most, LARGE),
            Reach::Scopes(_) => (most.min(MOST_COUNTED_WITHIN), LARGE_WITHIN),
        };
        let (remembered, now) = (connection.remembered(), Instant::now());
        let counted = |key: &Value| format!("{:?} {key:?} {most} {:?}", self.thing, self.permit.reach());
        let known: Vec<Option<u64>> = keys.iter().map(|key| remembered.get(&counted(key), now)).collect();
        let unknown = keys.iter().zip(&known).filter(|(_, count)| count.is_none()).map(|(key, _)| key.clone());
        let unknown: Vec<Value> = unknown.collect();
        let mut counts: HashMap<String, u64> = HashMap::new();
        for row in self.all_counted(connection, &unknown, most)? {
            let [key, count] = row.into_values().try_into().unwrap_or([Value::Null, Value::Null]);
            let Value::Integer(count) = count else { continue };
            let count = u64::try_from(count).unwrap_or_default();
            remembered.keep(&counted(&key), count, least, now);
            counts.insert(counted(&key), count);
        }
        // What goes while it is counted had an image a moment before.
        let count = |(key, known): (&Value, &Option<u64>)| known.or_else(|| counts.get(&counted(key)).copied());
        Ok(keys.iter().zip(&known).map(|each| count(each).unwrap_or(1).max(1)).collect())
    }

    /// The keys of any number, each with how many images have it.
    fn all_counted(&self, connection: &mut Connection, keys: &[Value], most: u64) -> Result<Vec<Row>, StoreError> {
        let is_of_ids = self.thing == Thing::Vulnerability && self.permit.covers_everything();
        if keys.is_empty() || !is_of_ids || connection.is_sqlite() {
            let mut rows = Vec::new();
            for keys in keys.chunks(MOST_KEYS) {
                rows.extend(self.counted(connection, filled(keys), most)?);
            }
            return Ok(rows);
        }
        // Nothing but their ids is asked with: on PostgreSQL that is one way there and back for all.
        let images = self.images(&mut Conditions::default(), most);
        let wanted: Vec<[Value; 1]> = keys.iter().map(|key| [key.clone()]).collect();
        connection.rows_about(wanted, &|rows| format!("WITH v (id) AS ({rows}) SELECT v.id, {images} FROM v"))
    }

    /// How many images have it, counted up to `most`.
    fn images(&self, conditions: &mut Conditions, most: u64) -> String {
        self.asked(conditions, &|images| format!("(SELECT count(*) FROM (SELECT DISTINCT {images} LIMIT {most}) c)"))
    }

    /// The keys of some, each with how many images have it.
    fn counted(&self, connection: &mut Connection, keys: Vec<Value>, most: u64) -> Result<Vec<Row>, StoreError> {
        let ((table, key), mut conditions) = (self.thing.table(), Conditions::default());
        let images = self.images(&mut conditions, most);
        let own: Vec<String> = keys.into_iter().map(|key| conditions.bind(key)).collect();
        let (_, parameters) = conditions.finish();
        connection
            .rows(&format!("SELECT {key}, {images} FROM {table} WHERE {key} IN ({})", own.join(", ")), &parameters)
    }

    /// Whether an image has it.
    pub(super) fn exists(&self, conditions: &mut Conditions) -> String {
        let found = self.leap(conditions);
        let found = found.unwrap_or_else(|| self.asked(conditions, &|images| format!("(SELECT {images} LIMIT 1)")));
        format!("{found} IS NOT NULL")
    }

    /// When an image that the permit reaches first had a vulnerability. Within scopes that is no sooner than the first of their
    /// images that has it has a name there: what others had before tells of them.
    pub(super) fn first_seen(&self, conditions: &mut Conditions, is_sqlite: bool) -> String {
        if self.permit.covers_everything() {
            return "v.first_seen".to_owned();
        }
        let first = self.first(conditions);
        self.first_seen_by(conditions, is_sqlite, "v.first_seen", &first)
    }

    /// The number of the first image that has it; nothing where none does.
    pub(super) fn first(&self, conditions: &mut Conditions) -> String {
        // The numbers of images grow as they are registered.
        let first = self.leap(conditions);
        first.unwrap_or_else(|| {
            self.asked(conditions, &|images| format!("(SELECT {images} ORDER BY r.image_id LIMIT 1)"))
        })
    }

    /// The same within one scope of many images. The next image that has it and the next of the scope are sought by turns,
    /// each from where the other is, until they are the same. Images of a repository were registered one after another, are of
    /// one scope and have the same things: that takes a few steps where it would be hundreds to look at each image that has it.
    fn leap(&self, conditions: &mut Conditions) -> Option<String> {
        let scope = match self.permit.reach() {
            Reach::Scopes(scopes) if scopes.len() == 1 && self.size != Size::Few => scopes.iter().next()?,
            Reach::Scopes(_) | Reach::Everything => return None,
        };
        let scope = conditions.bind(scope);
        let (table, is_it) = self.thing.rows();
        let next =
            |from: &str| format!("(SELECT r.image_id FROM {table} WHERE {is_it}{from} ORDER BY r.image_id LIMIT 1)");
        let (first, further) = (
            next(""),
            next(&format!(
                " AND r.image_id >= (SELECT s.image_id FROM scope_images s
                 WHERE s.scope_id = {scope} AND s.image_id >= leap.image ORDER BY s.image_id LIMIT 1)"
            )),
        );
        Some(format!(
            "(WITH RECURSIVE leap (image, former) AS (
                 SELECT {first}, CAST(-1 AS BIGINT)
                 UNION ALL SELECT {further}, leap.image FROM leap WHERE leap.image > leap.former)
              SELECT leap.image FROM leap WHERE leap.image = leap.former LIMIT 1)"
        ))
    }

    /// The same as [`Reached::first_seen`], of a vulnerability that any image had since `anywhere` and that `first` is the
    /// first image of.
    pub(super) fn first_seen_by(
        &self,
        conditions: &mut Conditions,
        is_sqlite: bool,
        anywhere: &str,
        first: &str,
    ) -> String {
        let registered = conditions.registered(self.permit, "i");
        let greatest = if is_sqlite { "max" } else { "greatest" };
        format!("{greatest}({anywhere}, (SELECT {registered} FROM images i WHERE i.id = {first}))")
    }

    /// A time since which a bounded number of images came to the scopes, and of vulnerabilities to any image, of those until
    /// another time; nothing where these are all there are.
    pub(super) fn recently(&self, connection: &mut Connection, until: i64) -> Result<Option<i64>, StoreError> {
        let Reach::Scopes(scopes) = self.permit.reach() else { return Ok(None) };
        let newest = "SELECT s.since FROM scope_images s WHERE s.scope_id = $1 AND s.since <= $2
            ORDER BY s.since DESC LIMIT 1 OFFSET $3";
        let each = RECENT_IMAGES / i64::try_from(scopes.len()).unwrap_or(i64::MAX).max(1);
        let mut since: Option<i64> = None;
        for scope in scopes {
            let row = connection.row(newest, &values![scope, until, each])?;
            since = since.max(row.map(|row| row.integer(0)));
        }
        let newest = "SELECT v.first_seen FROM vulnerabilities v WHERE v.first_seen <= $1 ORDER BY v.first_seen DESC LIMIT 1 OFFSET $2";
        let row = connection.row(newest, &values![until, RECENT_VULNERABILITIES])?;
        Ok(since.max(row.map(|row| row.integer(0))))
    }

    /// Whether few images came to the scopes since a time.
    pub(super) fn are_few_since(&self, connection: &mut Connection, since: i64) -> Result<bool, StoreError> {
        let Reach::Scopes(scopes) = self.permit.reach() else { return Ok(false) };
        let mut count = 0;
        for scope in scopes {
            let sql = "SELECT count(*) FROM (SELECT 1 FROM scope_images s WHERE s.scope_id = $1 AND s.since >= $2
                ORDER BY s.since LIMIT $3) c";
            count += connection.row(sql, &values![scope, since, RECENT_IMAGES + 1])?.map_or(0, |row| row.integer(0));
        }
        Ok(count <= RECENT_IMAGES)
    }

    /// The ids of all vulnerabilities that can have been first seen in the scopes between two times, those included: any image
    /// has them since then, or an image that came to the scopes since then has them. `since` and `until` are parameters.
    pub(super) fn seen_between(&self, conditions: &mut Conditions, since: &str, until: &str) -> Option<String> {
        let scopes = self.scopes(conditions)?;
        Some(format!(
            "SELECT v.id AS id FROM vulnerabilities v WHERE v.first_seen >= {since} AND v.first_seen <= {until}
             UNION SELECT r.finding AS id FROM scope_images s CROSS JOIN findings r
             WHERE s.scope_id IN ({scopes}) AND s.since >= {since} AND s.since <= {until} AND r.image_id = s.image_id
             AND (r.kind || '') = 'vulnerability'"
        ))
    }

    /// Asks for its images; `ask` puts what comes behind `SELECT` into a query for one value.
    fn asked(&self, conditions: &mut Conditions, ask: &dyn Fn(&str) -> String) -> String {
        let (table, is_it) = self.thing.rows();
        let Some(scopes) = self.scopes(conditions) else {
            return ask(&format!("r.image_id FROM {table} WHERE {is_it}"));
        };
        // What few images have is looked up in the scopes; for what many have, the images of small scopes are asked.
        let of_it = ask(&format!(
            "r.image_id FROM {table} WHERE {is_it} AND
             (SELECT 1 FROM scope_images s WHERE s.image_id = r.image_id AND s.scope_id IN ({scopes}) LIMIT 1) IS NOT NULL"
        ));
        if self.size == Size::Large {
            return of_it;
        }
        let of_scopes = ask(&format!(
            "r.image_id FROM scope_images s CROSS JOIN {table} WHERE s.scope_id IN ({scopes}) AND r.image_id = s.image_id AND {is_it}"
        ));
        if self.size == Size::Few {
            return of_scopes;
        }
        let limit = MANY_IMAGES + 1;
        format!(
            "CASE WHEN (SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {is_it} LIMIT {limit}) b) > {MANY_IMAGES}
             THEN {of_scopes} ELSE {of_it} END"
        )
    }

    fn scopes(&self, conditions: &mut Conditions) -> Option<String> {
        match self.permit.reach() {
            Reach::Everything => None,
            Reach::Scopes(scopes) => {
                let places: Vec<String> = scopes.iter().map(|scope| conditions.bind(scope)).collect();
                Some(places.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_filled_to_few_different_numbers() {
        let keys = |count: i64| (0..count).map(Value::from).collect::<Vec<_>>();
        assert_eq!([0, 1, 2, 4, 5, 16].map(|count| filled(&keys(count)).len()), [0, 1, 4, 4, 16, 16]);
        assert_eq!(filled(&keys(2)), [0_i64, 1, 1, 1].map(Value::from));
    }
}
