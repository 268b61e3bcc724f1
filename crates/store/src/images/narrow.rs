//! How a list of images finds its own among a hundred thousand without going through them.
//!
//! Every term of a filter can be asked in two ways: of one image after another, or as a query that an index answers with
//! the numbers of all images for which it holds. A term that holds for few of them leads: its images are taken, the other
//! terms are asked of these, and what is left is put in order. Where no term holds for few, the images are gone through
//! in the order of the list, whose index gives them so, and the page is full after a few hundred of them; where it is not, a
//! term that holds for more leads after all (`page.rs`). What leads is found out by counting up to [`Part::few`], never
//! guessed from statistics, so that both databases do the same.
//!
//! Whoever is limited to scopes may know some names of an image and not others. An index finds images by any of their names,
//! so that a term of names that leads is asked of its images once more, by the names that are known.

use std::collections::BTreeSet;
use std::time::Instant;

use policy::access::{Permit, Reach};
use policy::filter::{Filter, Test};

use super::known_words::settled;
use super::parts::{Ids, ImageField, Part, implied};
use super::words_of;
use crate::filtering::Conditions;
use crate::remembered::LARGE;
use crate::{Connection, StoreError};

/// So many images may have come to those that lead since these were counted: with a package, more than are registered within
/// the minute that a count holds. What else leads is counted by the same question.
const MOST_NEW: u64 = if cfg!(test) { 2 } else { 30_000 };

/// A part leads as well where the order of the list finds too little, if it holds for no more images than this.
const FEW_LATE: u64 = if cfg!(test) { 80 } else { 20_000 };

/// What a list asks: the terms of a filter, and the scopes that a permit keeps to.
pub(super) struct Question<'a> {
    permit: &'a Permit,
    parts: Vec<Part<'a>>,
}

/// How the images of a list are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Through the images of one part of the question, by its place among the parts; there are no more than `most`, and
    /// were `images` some time in the last minute.
    Led { part: usize, most: u64, images: u64 },
    /// One after another in the order of the list.
    InOrder,
}

impl Way {
    /// The place of the part that leads.
    fn part(self) -> Option<usize> {
        match self {
            Way::Led { part, .. } => Some(part),
            Way::InOrder => None,
        }
    }
}

impl<'a> Question<'a> {
    /// Takes a question apart.
    ///
    /// # Errors
    /// When the database fails, which is asked what words there are.
    pub(super) fn new(
        connection: &mut Connection,
        permit: &'a Permit,
        filter: &'a Filter,
        fields: &'static [ImageField],
    ) -> Result<Question<'a>, StoreError> {
        let mut parts = Vec::new();
        if let Reach::Scopes(scopes) = permit.reach() {
            parts.push(Part::Scopes(scopes.iter().collect()));
        }
        for term in &filter.terms {
            let is_negated = term.is_negated;
            match &term.test {
                Test::Word(text) => {
                    let words: Vec<String> = words_of(text).collect();
                    match (words.is_empty(), is_negated) {
                        (true, false) => parts.push(Part::Nothing),
                        (true, true) => {}
                        (false, true) => parts.push(Part::WithoutWords(words)),
                        // Each can lead by itself.
                        (false, false) => {
                            for word in words {
                                parts.push(Part::Word(settled(connection, word)?));
                            }
                        }
                    }
                }
                Test::AnyOf(wanted) if term.key == Some("package_version") => {
                    parts.push(Part::PackageVersion { term, wanted });
                }
                _ => match fields.iter().find(|field| Some(field.name) == term.key) {
                    Some(field) => {
                        parts.push(Part::Test { term, field: *field });
                        parts.extend(implied(term, field));
                    }
                    None if is_negated => {}
                    None => parts.push(Part::Nothing),
                },
            }
        }
        Ok(Question { permit, parts })
    }

    /// Finds out which part leads.
    pub(super) fn way(&self, connection: &mut Connection) -> Result<Way, StoreError> {
        // Parts that have come to hold for too many since they were counted.
        let mut grown = BTreeSet::new();
        loop {
            let fewest = self.fewest(connection, |part| part.few(), Lately::Large, &grown)?;
            let Some((images, part)) = fewest else { return Ok(Way::InOrder) };
            let way = Way::Led { part, most: self.parts[part].few(), images };
            if self.leads_still(connection, way)? {
                return Ok(way);
            }
            grown.insert(part);
        }
    }

    /// Another way where the order of the list leads, for when that finds too little: the part that holds for the fewest
    /// images leads, if these are not nearly all, and [`Question::leads_still`].
    pub(super) fn late_way(&self, connection: &mut Connection) -> Result<Option<Way>, StoreError> {
        let fewest = self.fewest(connection, |_| FEW_LATE, Lately::Large, &BTreeSet::new())?;
        Ok(fewest.map(|(images, part)| Way::Led { part, most: FEW_LATE, images }))
    }

    /// Whether the part that leads holds for no more images than it may, at this moment: a scope that is marked, or a policy
    /// that denies, takes in thousands of images within seconds. With a package no more come than are registered.
    pub(super) fn leads_still(&self, connection: &mut Connection, way: Way) -> Result<bool, StoreError> {
        let Way::Led { part, most, images } = way else { return Ok(true) };
        let Some(part) = self.parts.get(part).filter(|part| images >= LARGE && !part.is_of_packages()) else {
            return Ok(true);
        };
        let mut conditions = Conditions::default();
        let Some(ids) = part.ids(&mut conditions, self.permit) else { return Ok(true) };
        Ok(count(connection, &ids, conditions, most)?.is_some())
    }

    /// The part that holds for the fewest images, and for how many; none where each holds for more than its `most`. Those at
    /// the places `apart` do not count.
    fn fewest(
        &self,
        connection: &mut Connection,
        most: impl Fn(&Part<'_>) -> u64,
        lately: Lately,
        apart: &BTreeSet<usize>,
    ) -> Result<Option<(u64, usize)>, StoreError> {
        let mut found: Option<(u64, usize)> = None;
        for (at, part) in self.parts.iter().enumerate().filter(|(at, _)| !apart.contains(at)) {
            let mut conditions = Conditions::default();
            let Some(ids) = part.ids(&mut conditions, self.permit) else { continue };
            // One that holds for more than another needs no exact count.
            let most = found.map_or(u64::MAX, |(least, _)| least).min(most(part));
            if let Some(count) = counted_lately(connection, &ids, conditions, most, lately)?
                && found.is_none_or(|(least, _)| count < least)
            {
                found = Some((count, at));
            }
        }
        Ok(found)
    }

    /// The parts that are asked of each image that the part at `led` gives, or of every image.
    fn others(&self, led: Option<usize>) -> impl Iterator<Item = &Part<'a>> {
        let is_limited = !self.permit.covers_everything();
        let is_asked = move |at: usize, part: &Part<'a>| Some(at) != led || (is_limited && part.is_of_names());
        let others = self.parts.iter().enumerate().filter(move |(at, part)| is_asked(*at, part));
        others.map(|(_, part)| part).filter(|part| !matches!(part, Part::Implied(_) | Part::Segment(_)))
    }

    /// The rows of those that lead, as `d`, where some do; what stands behind `WHERE` is added to the conditions.
    pub(super) fn leading(&self, way: Way, conditions: &mut Conditions) -> Option<String> {
        let rows = self.leading_alone(way, conditions);
        self.ask_of(rows.as_ref().and(way.part()), conditions);
        if rows.is_some() {
            conditions.add("i.id = d.image_id".to_owned());
        }
        rows
    }

    /// The same rows, of which nothing is asked.
    pub(super) fn leading_alone(&self, way: Way, conditions: &mut Conditions) -> Option<String> {
        let Way::Led { part, most, .. } = way else { return None };
        let ids = self.parts.get(part)?.ids(conditions, self.permit)?;
        // The limit, which is never reached, tells PostgreSQL how few there are.
        Some(format!("({}) d", ids.distinct(most + MOST_NEW)))
    }

    /// Whether anything is asked of each image that leads.
    pub(super) fn is_asked(&self, way: Way) -> bool {
        self.others(way.part()).next().is_some()
    }

    /// Whether something is asked of each image that leads, or of every image, and none of it is told by its row: its number is
    /// enough.
    pub(super) fn is_asked_of_numbers(&self, way: Way) -> bool {
        self.is_asked(way) && !self.others(way.part()).any(Part::is_of_row)
    }

    /// Adds to the conditions what is asked of each image that leads.
    pub(super) fn ask_others(&self, way: Way, conditions: &mut Conditions) {
        self.ask_of(way.part(), conditions);
    }

    fn ask_of(&self, led: Option<usize>, conditions: &mut Conditions) {
        // Both databases take them as they stand: what the row itself tells comes before what has to be looked up.
        let (own, others): (Vec<_>, Vec<_>) = self.others(led).partition(|part| part.is_of_row());
        own.iter().chain(&others).for_each(|part| part.ask(conditions, self.permit));
    }

    /// What stands behind `FROM`.
    pub(super) fn statement(&self, way: Way, conditions: &mut Conditions) -> String {
        // SQLite takes the tables of a CROSS JOIN in their order.
        let leading = self.leading(way, conditions).map(|rows| format!("{rows} CROSS JOIN images i"));
        leading.unwrap_or_else(|| "images i".to_owned())
    }

    /// Whether an index can count what it asks: there is one thing to ask, or none.
    pub(super) fn is_one(&self) -> bool {
        self.others(None).count() <= 1
    }

    /// Whether more images than are counted are so many, rather than one image many times or many that had to be looked at.
    pub(super) fn is_counted_by_images(&self) -> bool {
        let by_images =
            |part: &Part<'_>| part.ids(&mut Conditions::default(), self.permit).is_some_and(|ids| !ids.repeats);
        self.is_one() && self.others(None).all(by_images)
    }

    /// How many images there are where no part leads, counted up to `most`; none where there are more, or were some time in
    /// the last minute, or where more images than that would have to be looked at.
    pub(super) fn total(&self, connection: &mut Connection, most: u64) -> Result<Option<u64>, StoreError> {
        let mut conditions = Conditions::default();
        let (led, ids) = match self.fewest(connection, |_| most, Lately::More, &BTreeSet::new())? {
            Some((count, at)) if self.others(Some(at)).next().is_none() => return Ok(Some(count)),
            Some((_, at)) => (Some(at), self.parts[at].ids(&mut conditions, self.permit)),
            None if self.parts.iter().any(|part| part.ids(&mut Conditions::default(), self.permit).is_some()) => {
                return Ok(None);
            }
            None => (None, None),
        };
        let ids = ids.unwrap_or_else(|| {
            // Both bounds make it a walk along the key.
            let first = conditions.bind(i64::MIN);
            Ids { sql: format!("SELECT id AS image_id FROM images WHERE id > {first} ORDER BY id"), repeats: false }
        });
        if self.others(led).next().is_none() {
            return counted_lately(connection, &ids, conditions, most, Lately::More);
        }
        self.others(led).for_each(|part| part.ask(&mut conditions, self.permit));
        let (sql, parameters) = conditions.finish();
        let row = connection.row(
            // One image after another, by its key: as a join it could be one over all images.
            &format!(
                "SELECT count(*), coalesce(sum((SELECT CASE WHEN {sql} THEN 1 ELSE 0 END FROM images i WHERE i.id = d.image_id)), 0)
                 FROM ({}) d",
                ids.distinct(most + 1)
            ),
            &parameters,
        )?;
        let (looked_at, matched) = row.map_or((0, 0), |row| (number(row.integer(0)), number(row.integer(1))));
        Ok((looked_at <= most).then_some(matched))
    }
}

fn number(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

/// How many images a query gives; none where they are more than `most`, or nearly so with repetitions.
fn count(connection: &mut Connection, ids: &Ids, conditions: Conditions, most: u64) -> Result<Option<u64>, StoreError> {
    let (_, parameters) = conditions.finish();
    let mut counted = |what: &str, limit: u64| {
        let sql = format!("SELECT {what} FROM (SELECT image_id FROM ({}) x LIMIT {limit}) c", ids.sql);
        Ok::<_, StoreError>(connection.row(&sql, &parameters)?.map_or(0, |row| number(row.integer(0))))
    };
    if !ids.repeats {
        return Ok(Some(counted("count(*)", most + 1)?).filter(|images| *images <= most));
    }
    // To tell repetitions apart costs more than to count.
    let limit = most * 2 + 1;
    if counted("count(*)", limit)? >= limit {
        return Ok(None);
    }
    Ok(Some(counted("count(DISTINCT image_id)", limit)?).filter(|images| *images <= most))
}

/// Which counts may be as of some time in the last minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lately {
    /// Large ones: of what finds out which way is taken, and not what is found.
    Large,
    /// That there are more than are counted, alone: of what is told.
    More,
}

/// The same, where it was counted lately by that.
fn counted_lately(
    connection: &mut Connection,
    ids: &Ids,
    conditions: Conditions,
    most: u64,
    lately: Lately,
) -> Result<Option<u64>, StoreError> {
    let (remembered, now) = (connection.remembered(), Instant::now());
    // More than `most` are remembered as many: what was counted to another number stands beside it.
    let counted = format!("{} {:?} {most}", ids.sql, conditions.parameters());
    let holds = |count: &Option<u64>| lately == Lately::Large || count.is_none();
    if let Some(known) = remembered.get(&counted, now) {
        let known = Some(known).filter(|count| *count <= most);
        if holds(&known) {
            return Ok(known);
        }
    }
    let count = count(connection, ids, conditions, most)?;
    if holds(&count) {
        remembered.keep(&counted, count.unwrap_or(u64::MAX), LARGE, now);
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::super::list::{FIELDS, KEYS};
    use super::super::tests::add;
    use super::super::tests::permit;
    use super::*;
    use crate::Lane;
    use crate::testing::on_both_stores;

    #[test]
    fn that_there_are_more_than_are_counted_holds_for_a_minute_and_a_number_is_of_the_moment() {
        on_both_stores(|store| {
            let total = |most: u64| {
                let told = store.read_blocking(move |connection| {
                    let (permit, filter) = (permit("images.read", &[]), Filter::read("debian", KEYS, 0).unwrap());
                    Question::new(connection, &permit, &filter, FIELDS)?.total(connection, most)
                });
                told.unwrap()
            };
            let many = u32::try_from(LARGE).unwrap() + 1;
            (0..many).for_each(|number| add(store, number, &format!("shop/{number}"), &[]));
            assert_eq!((total(10), total(100)), (None, Some(u64::from(many))));
            add(store, many, "shop/next", &[]);
            assert_eq!((total(10), total(100)), (None, Some(u64::from(many) + 1)));
            store
                .write_blocking(Lane::Beside, |connection| connection.execute("DELETE FROM images WHERE id > 5", &[]))
                .unwrap();
            assert_eq!((total(10), total(100), total(6)), (None, Some(5), Some(5)));
        });
    }

    #[test]
    fn what_came_to_hold_for_too_many_since_it_was_counted_leads_no_more() {
        on_both_stores(|store| {
            let found = || {
                let told = store.read_blocking(move |connection| {
                    let (permit, filter) = (permit("images.read", &[]), Filter::read("label:team=a", KEYS, 0).unwrap());
                    let question = Question::new(connection, &permit, &filter, FIELDS)?;
                    let way = question.way(connection)?;
                    let mut conditions = Conditions::default();
                    let from = question.statement(way, &mut conditions);
                    let (sql, parameters) = conditions.finish();
                    let row = connection.row(&format!("SELECT count(*) FROM {from} WHERE {sql}"), &parameters)?;
                    Ok::<_, StoreError>((way == Way::InOrder, row.map_or(0, |row| row.integer(0))))
                });
                told.unwrap()
            };
            let label = |numbers: std::ops::Range<i64>| {
                let labelled = store.write_blocking(Lane::Beside, move |connection| {
                    let rows = numbers.clone().map(|id| crate::values!["team=a", id]).collect();
                    connection.insert_rows("image_labels (label, image_id)", "ON CONFLICT DO NOTHING", rows)
                });
                labelled.unwrap();
            };
            (0..90).for_each(|number| add(store, number, &format!("shop/{number}"), &[]));
            label(1..31);
            assert_eq!(found(), (false, 30));
            label(31..91);
            assert_eq!(found(), (true, 90));
        });
    }

    #[test]
    fn more_than_are_counted_are_told_where_each_image_is_counted_once() {
        on_both_stores(|store| {
            for (filter, scopes, is_told) in [
                ("", &[][..], true),
                ("malware:>0", &[], true),
                ("decision:deny", &[], true),
                ("", &["shop"], true),
                // An image has several names, and several terms have images looked at.
                ("registry:docker.io", &[], false),
                ("malware:>0 kev:>0", &[], false),
                ("malware:>0", &["shop"], false),
                ("-decision:deny", &[], false),
            ] {
                let (permit, filter) = (permit("images.read", scopes), Filter::read(filter, KEYS, 0).unwrap());
                let told = store.read_blocking(move |connection| {
                    Ok::<_, StoreError>(Question::new(connection, &permit, &filter, FIELDS)?.is_counted_by_images())
                });
                assert_eq!(told.unwrap(), is_told);
            }
        });
    }
}
