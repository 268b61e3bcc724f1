//! How a list of images finds its own among a hundred thousand without going through them.
//!
//! Every term of a filter can be asked in two ways: of one image after another, or as a query that an index answers with
//! the numbers of all images for which it holds. A term that holds for few of them leads: its images are taken, the other
//! terms are asked of these, and what is left is put in order. Where no term holds for few, the images are gone through
//! in the order of the list, whose index gives them so, and the page is full after a few hundred of them at most. What
//! leads is found out by counting up to [`Part::few`], never guessed from statistics, so that both databases do the same.
//!
//! Whoever is limited to scopes may know some names of an image and not others. An index finds images by any of their names,
//! so that a term of names that leads is asked of its images once more, by the names that are known.

use std::time::Instant;

use policy::access::{Permit, Reach};
use policy::filter::{Filter, Operand, Term, Test, Wanted};

use super::known_words::{Known, known_words, settled};
use super::words_of;
use crate::filtering::{Conditions, FieldKind, prefix};
use crate::remembered::{LARGE, Remembered};
use crate::{Connection, StoreError, Value};

/// A term leads where it holds for no more images than this. The tests have fewer images, of which as small a share leads.
const FEW: u64 = if cfg!(test) { 50 } else { 2000 };

/// The same of a term of names, labels or words: to ask one image after another for it costs more, and the images of a
/// repository lie together in the order of names, so that a page may be far away.
const FEW_BY_NAME: u64 = if cfg!(test) { 60 } else { 6000 };

/// Where the values of a key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A column of the image itself that has an index.
    Own,
    Names,
    Labels,
    Packages,
    Vulnerabilities,
}

/// A key of the filter.
#[derive(Debug, Clone, Copy)]
pub(super) struct ImageField {
    pub(super) name: &'static str,
    pub(super) column: &'static str,
    pub(super) kind: FieldKind,
    pub(super) place: Place,
}

/// What a list asks: the terms of a filter, and the scopes that a permit keeps to.
pub(super) struct Question<'a> {
    permit: &'a Permit,
    parts: Vec<Part<'a>>,
}

/// How the images of a list are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Through the images of one part of the question, by its place among the parts.
    Led(usize),
    /// One after another in the order of the list.
    InOrder,
}

/// A part of a question: words, a test of a key, or the scopes.
enum Part<'a> {
    /// A word of the image is this one, or begins so.
    Word(Known),
    /// Not all of these words begin one of the image's.
    WithoutWords(Vec<String>),
    Test {
        term: &'a Term,
        field: ImageField,
    },
    /// A word that every image has for which the test before holds: it helps to find them.
    Implied(Known),
    PackageVersion {
        term: &'a Term,
        wanted: &'a [Wanted],
    },
    Scopes(Vec<&'a String>),
    Nothing,
}

/// A query for the numbers of all images for which a part holds.
struct Ids {
    sql: String,
    /// Whether it may give a number more than once.
    repeats: bool,
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
                        parts.extend(implied(term, field).into_iter().map(Part::Implied));
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
        // Which way is taken, and not what is found, rests on these counts: large ones may be a minute old.
        let remembered = connection.remembered();
        let fewest = self.fewest(connection, |part| part.few(), Some(&remembered))?;
        Ok(fewest.map_or(Way::InOrder, |(_, at)| Way::Led(at)))
    }

    /// The part that holds for the fewest images, and for how many; none where each holds for more than its `most`.
    fn fewest(
        &self,
        connection: &mut Connection,
        most: impl Fn(&Part<'_>) -> u64,
        remembered: Option<&Remembered>,
    ) -> Result<Option<(u64, usize)>, StoreError> {
        let mut found: Option<(u64, usize)> = None;
        for (at, part) in self.parts.iter().enumerate() {
            let mut conditions = Conditions::default();
            let Some(ids) = part.ids(&mut conditions, self.permit) else { continue };
            // One that holds for more than another needs no exact count.
            let most = found.map_or(u64::MAX, |(least, _)| least).min(most(part));
            let count = match remembered {
                Some(remembered) => remembered_count(remembered, connection, &ids, conditions, most)?,
                None => count(connection, &ids, conditions, most)?,
            };
            if let Some(count) = count
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
        others.map(|(_, part)| part).filter(|part| !matches!(part, Part::Implied(_)))
    }

    /// What stands behind `FROM`; what stands behind `WHERE` is added to the conditions.
    pub(super) fn statement(&self, way: Way, conditions: &mut Conditions) -> String {
        let led = match way {
            Way::Led(at) => self.parts.get(at).and_then(|part| Some((at, part.ids(conditions, self.permit)?))),
            Way::InOrder => None,
        };
        // Both databases take them as they stand: what the row itself tells comes before what has to be looked up.
        let (own, others): (Vec<_>, Vec<_>) =
            self.others(led.as_ref().map(|(at, _)| *at)).partition(|part| part.is_of_row());
        own.iter().chain(&others).for_each(|part| part.ask(conditions, self.permit));
        match led {
            Some((_, ids)) => {
                conditions.add("i.id = d.image_id".to_owned());
                // SQLite takes the tables of a CROSS JOIN in their order; the limit, which is never reached, tells
                // PostgreSQL how few there are.
                format!("({}) d CROSS JOIN images i", ids.distinct(FEW_BY_NAME + 1))
            }
            None => "images i".to_owned(),
        }
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

    /// How many images there are where no part leads, counted up to `most`; none where there are more, or where more images
    /// than that would have to be looked at.
    pub(super) fn total(&self, connection: &mut Connection, most: u64) -> Result<Option<u64>, StoreError> {
        let mut conditions = Conditions::default();
        let (led, ids) = match self.fewest(connection, |_| most, None)? {
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
            return count(connection, &ids, conditions, most);
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

/// The same, where it was counted lately by that.
fn remembered_count(
    remembered: &Remembered,
    connection: &mut Connection,
    ids: &Ids,
    conditions: Conditions,
    most: u64,
) -> Result<Option<u64>, StoreError> {
    // More than `most` are remembered as many: what was counted to another number stands beside it.
    let (counted, now) = (format!("{} {:?} {most}", ids.sql, conditions.parameters()), Instant::now());
    if let Some(count) = remembered.get(&counted, now) {
        return Ok(Some(count).filter(|count| *count <= most));
    }
    let count = count(connection, ids, conditions, most)?;
    remembered.keep(counted, count.unwrap_or(u64::MAX), LARGE, now);
    Ok(count)
}

impl Ids {
    /// Each number once, at most so many.
    fn distinct(&self, limit: u64) -> String {
        let (word, sql) = (if self.repeats { "DISTINCT " } else { "" }, &self.sql);
        format!("SELECT {word}image_id FROM ({sql}) x LIMIT {limit}")
    }
}

impl Part<'_> {
    /// For how many images at most it leads.
    fn few(&self) -> u64 {
        match self {
            Part::Word(_) | Part::Implied(_) => FEW_BY_NAME,
            Part::Test { field, .. } if matches!(field.place, Place::Names | Place::Labels) => FEW_BY_NAME,
            Part::Test { .. }
            | Part::WithoutWords(_)
            | Part::PackageVersion { .. }
            | Part::Scopes(_)
            | Part::Nothing => FEW,
        }
    }

    /// Whether the row of an image tells that it holds.
    fn is_of_row(&self) -> bool {
        matches!(self, Part::Nothing) || matches!(self, Part::Test { field, .. } if field.place == Place::Own)
    }

    /// Whether it holds by the names of an image, or since when it has one.
    fn is_of_names(&self) -> bool {
        match self {
            Part::Word(_) => true,
            Part::Test { field, .. } => field.place == Place::Names || of_scope(field.name).is_some(),
            Part::WithoutWords(_)
            | Part::Implied(_)
            | Part::PackageVersion { .. }
            | Part::Scopes(_)
            | Part::Nothing => false,
        }
    }

    /// A query for the numbers of all images for which it holds, by an index; none where only a test will do.
    fn ids(&self, conditions: &mut Conditions, permit: &Permit) -> Option<Ids> {
        let ids = |sql: String, repeats: bool| Some(Ids { sql, repeats });
        match self {
            Part::Nothing => ids("SELECT id AS image_id FROM images WHERE 1 = 0".to_owned(), false),
            Part::Scopes(scopes) => {
                let list: Vec<String> = scopes.iter().map(|scope| conditions.bind(*scope)).collect();
                let (list, is_one) = (list.join(", "), scopes.len() == 1);
                let order = if is_one { " ORDER BY image_id" } else { "" };
                ids(format!("SELECT image_id FROM scope_images WHERE scope_id IN ({list}){order}"), !is_one)
            }
            Part::Word(word) | Part::Implied(word) => {
                let own = word.condition("word", conditions);
                let repeats = matches!(word, Known::Beginning(_));
                ids(format!("SELECT image_id FROM image_words WHERE {own} ORDER BY word, image_id"), repeats)
            }
            Part::PackageVersion { term, wanted } if !term.is_negated => {
                let own = any_version(conditions, wanted);
                ids(format!("{OF_PACKAGES} ({own})"), true)
            }
            Part::Test { term, field } if !term.is_negated => found_by(term, field, conditions, permit),
            Part::WithoutWords(_) | Part::PackageVersion { .. } | Part::Test { .. } => None,
        }
    }

    /// Adds the condition that it holds for the image `i`. Columns of other tables are wrapped where their own index would
    /// lead away from the image.
    fn ask(&self, conditions: &mut Conditions, permit: &Permit) {
        let (own, is_negated) = match self {
            Part::Nothing => ("1 = 0".to_owned(), false),
            Part::Scopes(scopes) => {
                let list: Vec<String> = scopes.iter().map(|scope| conditions.bind(*scope)).collect();
                (exists("scope_images t", "t.image_id = i.id", &format!("t.scope_id IN ({})", list.join(", "))), false)
            }
            Part::Word(word) => {
                let column = if matches!(word, Known::Whole(_)) { "word" } else { "(word || '')" };
                (has_word(conditions, permit, column, &|column, conditions| word.condition(column, conditions)), false)
            }
            Part::Implied(_) => return,
            Part::WithoutWords(words) => {
                let all: Vec<String> = words
                    .iter()
                    .map(|word| {
                        has_word(conditions, permit, "(word || '')", &|column, conditions| {
                            conditions.prefix(column, word)
                        })
                    })
                    .collect();
                (all.join(" AND "), true)
            }
            Part::PackageVersion { term, wanted } => {
                let own = any_version(conditions, wanted);
                (of_packages(&format!("({own})"), true), term.is_negated)
            }
            Part::Test { term, field } => {
                let is_exact = is_exact(&term.test);
                let column = match field.place {
                    Place::Own if field.name == "name" => conditions.listed(permit, "i"),
                    Place::Own if field.name == "registered" => conditions.registered(permit, "i"),
                    Place::Own => field.column.to_owned(),
                    Place::Packages | Place::Vulnerabilities if is_exact => field.column.to_owned(),
                    _ => format!("({} || '')", field.column),
                };
                let own = conditions.condition(&term.test, &column, field.kind);
                let own = match field.place {
                    Place::Own => own,
                    Place::Names if !permit.covers_everything() => {
                        let is_known = conditions.named(permit, "t");
                        exists("image_names t", "t.image_id = i.id", &format!("{own} AND {is_known}"))
                    }
                    Place::Names => exists("image_names t", "t.image_id = i.id", &own),
                    Place::Labels => exists("image_labels t", "t.image_id = i.id", &own),
                    Place::Packages => of_packages(&own, is_exact),
                    Place::Vulnerabilities if is_exact => {
                        exists("findings t", "t.kind = 'vulnerability' AND t.image_id = i.id", &own)
                    }
                    Place::Vulnerabilities => {
                        exists("findings t", "(t.kind || '') = 'vulnerability' AND t.image_id = i.id", &own)
                    }
                };
                (own, term.is_negated)
            }
        };
        // No database sees through this to an index, and PostgreSQL takes a third of the images for fitting: where no term
        // leads the order of the list does.
        let sign = if is_negated { "< 1" } else { "> 0" };
        conditions.add(format!("CASE WHEN {own} THEN 1 ELSE 0 END {sign}"));
    }
}

const OF_PACKAGES: &str = "SELECT r.image_id FROM packages p CROSS JOIN image_packages r WHERE r.package_id = p.id AND";

const OF_VULNERABILITIES: &str = "SELECT r.image_id FROM vulnerabilities v CROSS JOIN findings r WHERE r.kind = 'vulnerability' AND r.finding = v.id AND";

/// Where scopes keep what an image has for each of them: its name there, and since when it has one. `key` is the one of the
/// filter or the order.
pub(super) fn of_scope(key: &str) -> Option<&'static str> {
    match key {
        "name" => Some("name"),
        "registered" => Some("since"),
        _ => None,
    }
}

/// That an image has a word that `own` makes a condition of, given the column. Of an image that also has names that a permit
/// does not reach, the words that it is found by are kept apart.
fn has_word(
    conditions: &mut Conditions,
    permit: &Permit,
    column: &str,
    own: &dyn Fn(&str, &mut Conditions) -> String,
) -> String {
    let of_image = own(&column.replace("word", "t.word"), conditions);
    let of_image = exists("image_words t", "t.image_id = i.id", &of_image);
    let Some(scopes) = conditions.scopes(permit) else { return of_image };
    let of_scope = own(&column.replace("word", "w.word"), conditions);
    let of_scope = exists("scope_words w", "w.image_id = m.image_id AND w.scope_id = m.scope_id", &of_scope);
    let is_of = format!("m.image_id = i.id AND m.scope_id IN ({scopes})");
    format!("({of_image} AND {})", exists("scope_images m", &is_of, &format!("(m.is_whole = 1 OR {of_scope})")))
}

/// The images of a test of a key.
fn found_by(term: &Term, field: &ImageField, conditions: &mut Conditions, permit: &Permit) -> Option<Ids> {
    let (column, place) = (field.column, field.place);
    let opening = match &term.test {
        Test::Present | Test::Word(_) => return None,
        Test::Compare(..) => Some(String::new()),
        Test::AnyOf(values) => values.iter().try_fold(String::new(), |_, wanted| match wanted {
            Wanted::Exactly(_) => Some(String::new()),
            Wanted::Like(pattern) => prefix(pattern).filter(|prefix| !prefix.is_empty()),
        }),
    };
    // An index does not find what has an open beginning; the words of images do.
    if opening.is_none() && has_words(place) {
        return None;
    }
    if let Some(column) = of_scope(field.name)
        && let Some(scopes) = conditions.scopes(permit)
    {
        let own = conditions.condition(&term.test, column, field.kind);
        let is_one = matches!(permit.reach(), Reach::Scopes(scopes) if scopes.len() == 1);
        let order = if is_one { format!(" ORDER BY {column}, image_id") } else { String::new() };
        let sql = format!("SELECT image_id FROM scope_images WHERE scope_id IN ({scopes}) AND {own}{order}");
        return Some(Ids { sql, repeats: !is_one });
    }
    let vulnerability = if opening.is_some() { "finding" } else { "v.id" };
    let column = if place == Place::Vulnerabilities { vulnerability } else { column.trim_start_matches("t.") };
    let own = conditions.condition(&term.test, column, field.kind);
    // The order of its index lets PostgreSQL see that a few rows of it are enough.
    let order = match &term.test {
        Test::AnyOf(values) if values.len() > 1 => String::new(),
        _ => match (place, field.name) {
            (Place::Own, "digest") => " ORDER BY i.digest".to_owned(),
            (Place::Own, _) => format!(" ORDER BY {column}, i.id"),
            (_, "registry") => " ORDER BY registry, repository".to_owned(),
            _ => format!(" ORDER BY {column}, image_id"),
        },
    };
    // The rows of one value are those of one image after another, so that repetitions are passed over while they are read.
    let is_one = matches!(&term.test, Test::AnyOf(values) if matches!(values.as_slice(), [Wanted::Exactly(_)]));
    let is_sorted = is_one && field.name != "registry";
    let images = if is_sorted { format!("DISTINCT {column}, image_id") } else { "image_id".to_owned() };
    let sql = match (place, opening) {
        (Place::Own, _) => format!("SELECT i.id AS image_id FROM images i WHERE {own}{order}"),
        (Place::Names, _) => format!("SELECT {images} FROM image_names WHERE {own}{order}"),
        (Place::Labels, _) => format!("SELECT {images} FROM image_labels WHERE {own}{order}"),
        (Place::Packages, _) => format!("{OF_PACKAGES} {own}"),
        (Place::Vulnerabilities, Some(_)) => {
            format!("SELECT {images} FROM findings WHERE kind = 'vulnerability' AND {own}{order}")
        }
        (Place::Vulnerabilities, None) => format!("{OF_VULNERABILITIES} {own}"),
    };
    let repeats = place != Place::Own && (!is_sorted || place == Place::Packages);
    Some(Ids { sql, repeats })
}

/// Whether the texts of this place are among the words of images.
fn has_words(place: Place) -> bool {
    matches!(place, Place::Own | Place::Names | Place::Labels)
}

/// Words of all images for which a test holds that no index answers.
fn implied(term: &Term, field: &ImageField) -> Vec<Known> {
    match &term.test {
        Test::AnyOf(values) if !term.is_negated && has_words(field.place) => match values.as_slice() {
            [Wanted::Like(pattern)] if prefix(pattern).is_none_or(|prefix| prefix.is_empty()) => known_words(pattern),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A query for one value is run for one image at a time; one with `EXISTS` may be turned into a join of all.
fn exists(table: &str, is_of: &str, own: &str) -> String {
    format!("(SELECT 1 FROM {table} WHERE {is_of} AND {own} LIMIT 1) IS NOT NULL")
}

/// That an image has such a package: from the few packages of an exact name to the image, else from the image's.
fn of_packages(own: &str, is_exact: bool) -> String {
    let tables = match is_exact {
        true => "packages p CROSS JOIN image_packages r",
        false => "image_packages r CROSS JOIN packages p",
    };
    exists(tables, "r.package_id = p.id AND r.image_id = i.id", own)
}

fn is_exact(test: &Test) -> bool {
    matches!(test, Test::AnyOf(values) if values.iter().all(|wanted| matches!(wanted, Wanted::Exactly(_))))
}

fn any_version(conditions: &mut Conditions, wanted: &[Wanted]) -> String {
    let any: Vec<String> = wanted.iter().map(|wanted| package_version(conditions, wanted)).collect();
    any.join(" OR ")
}

/// That a package is the one of `name@version`; names of npm begin with the same sign, so the last one counts.
fn package_version(conditions: &mut Conditions, wanted: &Wanted) -> String {
    let text = match wanted {
        Wanted::Exactly(Operand::Text(text)) | Wanted::Like(text) => text,
        Wanted::Exactly(_) => return "1 = 0".to_owned(),
    };
    let (name, version) = text.rsplit_once('@').filter(|(name, _)| !name.is_empty()).unwrap_or((text, "*"));
    let name = format!("p.name = {}", conditions.bind(Value::from(name)));
    let version = match version.strip_suffix('*') {
        Some("") => return format!("({name})"),
        Some(prefix) => conditions.prefix("p.version", prefix),
        None => format!("p.version = {}", conditions.bind(version)),
    };
    format!("({name} AND {version})")
}

#[cfg(test)]
mod tests {
    use super::super::list::{FIELDS, KEYS};
    use super::super::tests::permit;
    use super::*;
    use crate::testing::on_both_stores;

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
