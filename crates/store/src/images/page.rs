//! A page of images: those that lead put in order, or one after another in the order of the list until the page is full.
//!
//! Whatever no term leads by few images to may still be found late: what a term holds for may lie together far behind in the
//! order, as the images of a repository do in that of names. So no more than the beginning is gone through where a term could
//! lead by more images, and how much was found in it tells which way is the shorter one.

use std::time::Instant;

use policy::access::{Permit, Reach};

use super::list::{ImageSort, columns};
use super::narrow::{Question, Way};
use super::parts::of_scope;
use crate::filtering::Conditions;
use crate::{Connection, Row, StoreError, Value, values};

/// So many images are gone through before it is thought over whether another way is shorter.
const BEGINNING: u32 = if cfg!(test) { 30 } else { 3000 };

/// No more images than these are looked up one by one.
const MOST_ONE_BY_ONE: u64 = if cfg!(test) { 60 } else { 10_000 };

/// Of more images than these that lead, the rest is asked until the page is full and not of all.
const MANY: u64 = if cfg!(test) { 40 } else { 1000 };

/// So many images are asked at once then, and so many where the first few times did not fill the page.
const SIFTED: (usize, usize) = if cfg!(test) { (8, 16) } else { (64, 512) };

/// How often the smaller number is asked.
const SIFTED_FEW: usize = 4;

/// The place of the number of all images behind the columns of each.
const COUNT: usize = 29;

/// How many images a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// So many.
    Here(i64),
    /// An index may tell.
    Apart,
}

/// A place in the order of a list: the value of an image in it, and its number.
pub(super) type PagePlace = (Value, i64);

/// Which images a page is of.
pub(super) struct Page<'a> {
    pub(super) permit: &'a Permit,
    pub(super) question: &'a Question<'a>,
    pub(super) sort: ImageSort,
}

impl Page<'_> {
    /// The rows behind a place, no more than `limit`, and how many there are in all as far as that came with them.
    pub(super) fn find(
        &self,
        connection: &mut Connection,
        after: &PagePlace,
        limit: i64,
    ) -> Result<(Vec<Row>, Option<Counted>), StoreError> {
        let way = self.question.way(connection)?;
        let late = match way {
            Way::Led { .. } => return self.led(connection, way, after, limit),
            Way::InOrder if self.permit.covers_everything() => self.question.late_way(connection)?,
            Way::InOrder => None,
        };
        let Some(late) = late else { return self.found(connection, way, after, limit) };
        // How much the beginning has, which tells the way and not what is found, is as of some time in the last minute.
        let (remembered, now, beginning) = (connection.remembered(), Instant::now(), self.beginning(after));
        if let Some(found) = remembered.get(&beginning, now)
            && is_shorter(late, found, limit)
            && self.question.leads_still(connection, late)?
        {
            return self.led(connection, late, after, limit);
        }
        let Some(end) = self.end_of_beginning(connection, after)? else {
            return self.found(connection, way, after, limit);
        };
        let mut rows = self.rows(connection, way, after, Some(&end), limit)?;
        let found = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let missing = limit.saturating_sub(found);
        if missing == 0 {
            return Ok((rows, Some(Counted::Apart)));
        }
        let found = u64::try_from(found).unwrap_or_default();
        if is_shorter(late, found, limit) && self.question.leads_still(connection, late)? {
            remembered.keep(&beginning, found, 0, now);
            return self.led(connection, late, after, limit);
        }
        // Some more than are missing, so that there are few different statements to prepare.
        let missing = u64::try_from(missing).unwrap_or_default();
        let most = i64::try_from(missing.next_power_of_two()).unwrap_or(limit).min(limit);
        let more = self.rows(connection, way, &end, None, most)?;
        rows.extend(more.into_iter().take(usize::try_from(missing).unwrap_or(usize::MAX)));
        Ok((rows, Some(Counted::Apart)))
    }

    /// What the number of images is remembered by that the beginning behind a place has.
    fn beginning(&self, after: &PagePlace) -> String {
        let mut conditions = Conditions::default();
        let _ = self.question.leading(Way::InOrder, &mut conditions);
        format!("beginning {:?} {after:?} {conditions:?}", self.sort)
    }

    /// The rows of a part that leads.
    fn led(
        &self,
        connection: &mut Connection,
        way: Way,
        after: &PagePlace,
        limit: i64,
    ) -> Result<(Vec<Row>, Option<Counted>), StoreError> {
        let is_many = matches!(way, Way::Led { images, .. } if images > MANY) && self.permit.covers_everything();
        match (is_many && self.question.is_asked(way), connection.is_sqlite()) {
            (true, true) => Ok((self.sifted(connection, way, after, limit)?, None)),
            (true, false) => Ok((self.asked(connection, way, after, limit)?, None)),
            (false, _) => self.found(connection, way, after, limit),
        }
    }

    /// The rows of those that lead where these are many: an index alone tells their places in the order of names, and the rest
    /// is asked of one after another until the page is full. Nothing counts them. PostgreSQL does that within one query.
    fn asked(
        &self,
        connection: &mut Connection,
        way: Way,
        after: &PagePlace,
        limit: i64,
    ) -> Result<Vec<Row>, StoreError> {
        let mut conditions = Conditions::default();
        let Some(rows) = self.question.leading_alone(way, &mut conditions) else { return Ok(Vec::new()) };
        let (column, _) = self.sort.column();
        let (sign, order) = self.direction();
        self.question.ask_others(way, &mut conditions);
        let (value, id) = (conditions.bind(after.0.clone()), conditions.bind(after.1));
        let is_behind = format!("i.id = d.image_id AND ({column}, i.id) {sign} ({value}, {id})");
        let found = leading_places(way, Rows::Postgres, &rows, column, &is_behind);
        let columns = columns("i.name", "i.registered");
        let (asked, parameters) = conditions.finish();
        // What is sorted within is not sorted again, and a query for one value is not asked before that.
        let sql = format!(
            "WITH found AS MATERIALIZED ({found})
             SELECT {columns}, 0 FROM (
                 SELECT x.id, x.place FROM (
                     SELECT id, place FROM found WHERE place IS NOT NULL ORDER BY place {order}, id {order}) x
                 WHERE (SELECT 1 FROM images i WHERE i.id = x.id AND {asked} LIMIT 1) IS NOT NULL
                 ORDER BY x.place {order}, x.id {order} LIMIT {limit}) d
             CROSS JOIN images i WHERE i.id = d.id ORDER BY d.place {order}, d.id {order}"
        );
        connection.rows(&sql, &parameters)
    }

    fn found(
        &self,
        connection: &mut Connection,
        way: Way,
        after: &PagePlace,
        limit: i64,
    ) -> Result<(Vec<Row>, Option<Counted>), StoreError> {
        let rows = self.rows(connection, way, after, None, limit)?;
        let counted = match way {
            Way::Led { .. } => rows.first().map(|row| Counted::Here(row.integer(COUNT))),
            Way::InOrder => Some(Counted::Apart),
        };
        Ok((rows, counted))
    }

    /// The same on SQLite, which would ask all before it puts them in order: some are asked at a time.
    fn sifted(
        &self,
        connection: &mut Connection,
        way: Way,
        after: &PagePlace,
        limit: i64,
    ) -> Result<Vec<Row>, StoreError> {
        let mut conditions = Conditions::default();
        let Some(rows) = self.question.leading_alone(way, &mut conditions) else { return Ok(Vec::new()) };
        let (column, _) = self.sort.column();
        let (sign, order) = self.direction();
        let (value, id) = (conditions.bind(after.0.clone()), conditions.bind(after.1));
        conditions.add(format!("i.id = d.image_id AND ({column}, i.id) {sign} ({value}, {id})"));
        let (sql, parameters) = conditions.finish();
        let found = leading_places(way, Rows::Sqlite { are_bare: true }, &rows, column, &sql);
        let sql = format!(
            "WITH found AS MATERIALIZED ({found})
             SELECT id FROM found WHERE place IS NOT NULL ORDER BY place {order}, id {order}"
        );
        let ids: Vec<i64> = connection.rows(&sql, &parameters)?.iter().map(|row| row.integer(0)).collect();
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let (few, many) = ids.split_at(ids.len().min(SIFTED.0 * SIFTED_FEW));
        let chunks = few.chunks(SIFTED.0).map(|ids| (ids, SIFTED.0));
        let chunks = chunks.chain(many.chunks(SIFTED.1).map(|ids| (ids, SIFTED.1)));
        let mut sifted = Vec::new();
        for (ids, size) in chunks {
            sifted.extend(self.sift(connection, way, ids, size)?);
            if sifted.len() >= limit {
                sifted.truncate(limit);
                break;
            }
        }
        Ok(sifted)
    }

    /// The rows of those of these images, of which there are no more than `size`, for which the rest holds, in the same order.
    fn sift(&self, connection: &mut Connection, way: Way, ids: &[i64], size: usize) -> Result<Vec<Row>, StoreError> {
        let mut conditions = Conditions::default();
        // As many as ever, so that it is one statement to prepare: the last stands for those that are missing.
        let places = ids.iter().chain(ids.last().into_iter().cycle()).take(size);
        let places: Vec<String> = places.map(|id| conditions.bind(*id)).collect();
        conditions.add(format!("i.id IN ({})", places.join(", ")));
        self.question.ask_others(way, &mut conditions);
        let columns = columns("i.name", "i.registered");
        let (sql, parameters) = conditions.finish();
        let mut rows = connection.rows(&format!("SELECT {columns} FROM images i WHERE {sql}"), &parameters)?;
        rows.sort_by_cached_key(|row| ids.iter().position(|id| *id == row.integer(0)));
        Ok(rows)
    }

    /// The last of the images that are gone through first; none where there are fewer.
    fn end_of_beginning(
        &self,
        connection: &mut Connection,
        after: &PagePlace,
    ) -> Result<Option<PagePlace>, StoreError> {
        let (column, _) = self.sort.column();
        let (sign, order) = self.direction();
        let sql = format!(
            "SELECT {column}, i.id FROM images i WHERE ({column}, i.id) {sign} ($1, $2)
             ORDER BY {column} {order}, i.id {order} LIMIT 1 OFFSET {}",
            BEGINNING - 1
        );
        let row = connection.row(&sql, &values![after.0.clone(), after.1])?;
        Ok(row.and_then(|row| {
            let id = row.integer(1);
            Some((row.into_values().into_iter().next()?, id))
        }))
    }

    fn direction(&self) -> (&'static str, &'static str) {
        if self.sort.sort.is_descending { ("<", "DESC") } else { (">", "ASC") }
    }

    /// The rows between two places, found in one way. How many is said in the text: of a parameter PostgreSQL takes it for a
    /// tenth of all rows, finds a plan for any parameters far too dear by that, and plans each query anew (PostgreSQL 15
    /// manual, PREPARE).
    fn rows(
        &self,
        connection: &mut Connection,
        way: Way,
        after: &PagePlace,
        until: Option<&PagePlace>,
        limit: i64,
    ) -> Result<Vec<Row>, StoreError> {
        let permit = self.permit;
        let mut conditions = Conditions::default();
        let leading = self.question.leading(way, &mut conditions);
        let (column, _) = self.sort.column();
        let (sign, order) = self.direction();
        let (value, id) = (conditions.bind(after.0.clone()), conditions.bind(after.1));
        let (name, registered) = (conditions.listed(permit, "i"), conditions.registered(permit, "i"));
        let columns = columns(&name, &registered);
        let of_scope = of_scope(self.sort.sort.key);
        let column = match of_scope {
            Some("name") => name.as_str(),
            Some(_) => registered.as_str(),
            None => column,
        };
        let scopes: Vec<String> = match (way, permit.reach(), of_scope) {
            (Way::InOrder, Reach::Scopes(scopes), Some(_)) => {
                scopes.iter().map(|scope| conditions.bind(scope)).collect()
            }
            _ => Vec::new(),
        };
        if scopes.is_empty() {
            conditions.add(format!("({column}, i.id) {sign} ({value}, {id})"));
        }
        if let Some((value, id)) = until {
            let (value, id) = (conditions.bind(value.clone()), conditions.bind(*id));
            let sign = if self.sort.sort.is_descending { ">=" } else { "<=" };
            conditions.add(format!("({column}, i.id) {sign} ({value}, {id})"));
        }
        let (sql, parameters) = conditions.finish();
        let sql = match leading {
            // They are few: all are put in order at once, which counts them too.
            Some(rows) => {
                let rows_of = match connection.is_sqlite() {
                    true => Rows::Sqlite { are_bare: permit.covers_everything() && !self.question.is_asked(way) },
                    false => Rows::Postgres,
                };
                let found = leading_places(way, rows_of, &rows, column, &sql);
                format!(
                    "WITH found AS MATERIALIZED ({found})
                     SELECT {columns}, (SELECT count(place) FROM found)
                     FROM (SELECT id, place FROM found WHERE place IS NOT NULL
                           ORDER BY place {order}, id {order} LIMIT {limit}) d
                     CROSS JOIN images i WHERE i.id = d.id ORDER BY d.place {order}, d.id {order}"
                )
            }
            // An index has all that is asked of those that are passed over.
            None if permit.covers_everything() && self.question.is_asked_of_numbers(way) => format!(
                "SELECT {columns}, 0 FROM (
                     SELECT i.id, {column} AS place FROM images i WHERE {sql}
                     ORDER BY {column} {order}, i.id {order} LIMIT {limit}) d
                 CROSS JOIN images i WHERE i.id = d.id ORDER BY d.place {order}, d.id {order}"
            ),
            None if scopes.is_empty() => format!(
                "SELECT {columns}, 0 FROM images i WHERE {sql} ORDER BY {column} {order}, i.id {order} LIMIT {limit}"
            ),
            // Each scope has an order of its own, by what is known there.
            None => {
                let (all, own) = (scopes.join(", "), of_scope.unwrap_or("name"));
                let within = |scope: &String| {
                    format!(
                        "SELECT x.id, x.place FROM (SELECT s.image_id AS id, s.{own} AS place
                         FROM scope_images s CROSS JOIN images i
                         WHERE s.scope_id = {scope} AND (s.{own}, s.image_id) {sign} ({value}, {id}) AND i.id = s.image_id
                         AND (SELECT 1 FROM scope_images o WHERE o.image_id = s.image_id AND o.scope_id IN ({all})
                              AND (o.{own}, o.scope_id) < (s.{own}, s.scope_id) LIMIT 1) IS NULL
                         AND {sql} ORDER BY s.{own} {order}, s.image_id {order} LIMIT {limit}) x"
                    )
                };
                let found: Vec<String> = scopes.iter().map(within).collect();
                format!(
                    "SELECT {columns}, 0 FROM (SELECT x.id, x.place FROM ({}) x
                     ORDER BY x.place {order}, x.id {order} LIMIT {limit}) d
                     CROSS JOIN images i WHERE i.id = d.id ORDER BY d.place {order}, d.id {order}",
                    found.join(" UNION ALL ")
                )
            }
        };
        connection.rows(&sql, &parameters)
    }
}

/// Whether fewer images lead in another way than would have to be gone through for a page, where so many of the beginning are on
/// it.
fn is_shorter(late: Way, found: u64, limit: i64) -> bool {
    let missing = u64::try_from(limit).unwrap_or_default().saturating_sub(found);
    let ahead = u64::from(BEGINNING).saturating_mul(missing).checked_div(found).unwrap_or(u64::MAX);
    matches!(late, Way::Led { images, .. } if images < ahead)
}

/// Which database looks up images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    /// `are_bare` where nothing is asked of them but their places.
    Sqlite {
        are_bare: bool,
    },
    Postgres,
}

/// A query for those that lead, each with its place in the order; of one that the question is not about, nothing is its place.
fn leading_places(way: Way, looked_up: Rows, rows: &str, column: &str, sql: &str) -> String {
    match way {
        // By the key SQLite would read the rows, which are wide, whatever an index has.
        _ if looked_up == (Rows::Sqlite { are_bare: true }) && column == "i.name" => {
            format!("SELECT i.id, i.name AS place FROM {rows} CROSS JOIN images i INDEXED BY images_place WHERE {sql}")
        }
        // PostgreSQL goes through an index of all images rather than look up some thousands, which takes longer: it has no
        // choice where each is a query of its own.
        Way::Led { most, .. } if most <= MOST_ONE_BY_ONE && looked_up == Rows::Postgres => {
            format!("SELECT d.image_id AS id, (SELECT {column} FROM images i WHERE {sql}) AS place FROM {rows}")
        }
        Way::Led { .. } | Way::InOrder => {
            format!("SELECT i.id, {column} AS place FROM {rows} CROSS JOIN images i WHERE {sql}")
        }
    }
}

#[cfg(test)]
mod tests {
    use policy::filter::{Filter, Sort};

    use super::super::list::{ImageQuery, KEYS, list};
    use super::super::tests::{evaluation_within, image, name, permit, write};
    use super::super::write::register;
    use super::*;
    use crate::testing::{on_both_stores, said};

    /// What repository an image is in: every third of them, and those of the end.
    fn repository(number: u32) -> String {
        let third = if number.is_multiple_of(3) { "third" } else { "other" };
        format!("s{number:03}/{third}-{}", if number < 130 { "early" } else { "late" })
    }

    /// Every fourth has another tag.
    fn tag(number: u32) -> &'static str {
        if number.is_multiple_of(4) { "2" } else { "1" }
    }

    /// All images of a list, page by page, and the number that its first page tells.
    fn listed(store: &crate::Store, filter: &'static str, sort: &'static str) -> (Vec<String>, Option<u64>) {
        let (mut found, mut total, mut after) = (Vec::new(), None, None);
        loop {
            let query = ImageQuery {
                filter: Filter::read(filter, KEYS, 0).unwrap(),
                sort: ImageSort { sort: Sort::read(sort, KEYS).unwrap() },
                after: after.clone(),
                limit: 20,
            };
            let page = store.read_blocking(move |connection| list(connection, &permit("images.read", &[]), &query));
            let (images, counted) = page.unwrap();
            total = if after.is_none() { counted } else { total };
            after = images.get(19).map(|last| (Value::from(&last.name), last.id));
            let has_more = images.len() > 20;
            found.extend(images.into_iter().take(20).map(|image| image.name));
            if !has_more {
                return (found, total);
            }
        }
    }

    #[test]
    fn what_lies_far_behind_is_found_in_order_as_what_is_everywhere() {
        on_both_stores(|store| {
            write(store, |connection| {
                for number in 0..200 {
                    let names = name(&repository(number), tag(number));
                    let package = if number.is_multiple_of(8) { "xz" } else { "zlib" };
                    let evaluation = evaluation_within(&format!("v{number}"), &[], &names);
                    let writer = permit("images.write", &[]);
                    register(connection, &writer, &image(number, package), &names, &evaluation, 5)?;
                }
                Ok(())
            });
            for (filter, has, step) in [
                ("third", &["third"][..], None),
                ("late", &["late"], None),
                ("third late", &["third", "late"], None),
                ("repository:*-late -third", &["other", "late"], None),
                // Found by a part of the repository.
                ("repository:*/third-late", &["third-late"], None),
                ("name:*/third-*:2", &["third", ":2"], None),
                // Asked of many that lead.
                ("tag:2 third", &[":2", "third"], None),
                ("tag:2 third -late", &[":2", "third", "early"], None),
                ("tag:2 package:zlib", &[":2"], Some(8)),
                ("tag:2 -package:xz third", &[":2", "third"], Some(8)),
            ] {
                let is_in = |name: &String| has.iter().all(|word| name.contains(word));
                let numbers = (0..200_u32).filter(|number| step.is_none_or(|step| !number.is_multiple_of(step)));
                let names = numbers.map(|number| format!("docker.io/{}:{}", repository(number), tag(number)));
                let mut expected: Vec<String> = names.filter(is_in).collect();
                for sort in ["name", "-name"] {
                    let (found, total) = listed(store, filter, sort);
                    assert_eq!(found, expected, "{filter} {sort}");
                    assert!(total.is_none_or(|total| total == found.len() as u64), "{filter} {sort}: {total:?}");
                    expected.reverse();
                }
            }
            // The beginning has none of them, and what leads is counted. For a minute the beginning is not gone through again.
            assert_eq!(listed(store, "late", "name").1, Some(70));
            let asked = |filter: &'static str| {
                let said = store.read_blocking(move |connection| {
                    let filter = Filter::read(filter, KEYS, 0).unwrap();
                    let query = ImageQuery { filter, limit: 20, ..ImageQuery::default() };
                    said(connection, |connection| list(connection, &permit("images.read", &[]), &query))
                });
                said.unwrap().iter().any(|sql| sql.contains("OFFSET"))
            };
            assert!(!asked("late"));
            assert_eq!([asked("late debian"), asked("late debian")], [true, false]);
        });
    }
}
