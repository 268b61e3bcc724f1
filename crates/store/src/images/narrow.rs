//! How a list of images finds its own among a hundred thousand without going through them.
//!
//! Every term of a filter can be asked in two ways: of one image after another, or as a query that an index answers with
//! the numbers of all images for which it holds. A term that holds for few of them leads: its images are taken, the other
//! terms are asked of these, and what is left is put in order. Where no term holds for few, the images are gone through
//! in the order of the list, whose index gives them so, and the page is full after a few hundred of them at most. What
//! leads is found out by counting up to [`FEW`], never guessed from statistics, so that both databases do the same.

use policy::access::{Permit, Reach};
use policy::filter::{Filter, Operand, Term, Test, Wanted};

use super::words_of;
use crate::filtering::{Conditions, FieldKind, prefix};
use crate::{Connection, StoreError, Value};

/// A term leads where it holds for no more images than this. The tests have fewer images, of which as small a share leads.
pub(crate) const FEW: u64 = if cfg!(test) { 50 } else { 2000 };

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
    pub(super) permit: &'a Permit,
    pub(super) filter: &'a Filter,
    pub(super) fields: &'static [ImageField],
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
    /// All of these words begin one of the image's; negated together.
    Words {
        words: Vec<String>,
        is_negated: bool,
    },
    Test {
        term: &'a Term,
        field: ImageField,
    },
    PackageVersion {
        term: &'a Term,
        wanted: &'a [Wanted],
    },
    Scopes(Vec<&'a String>),
    Nothing,
}

/// A query for numbers of images.
struct Ids {
    sql: String,
    /// Whether it may give a number more than once.
    repeats: bool,
    /// Whether it gives those alone for which the part holds, so that the part need not be asked again.
    is_exact: bool,
}

impl Question<'_> {
    fn parts(&self) -> Vec<Part<'_>> {
        let mut parts = Vec::new();
        if let Reach::Scopes(scopes) = self.permit.reach() {
            parts.push(Part::Scopes(scopes.iter().collect()));
        }
        for term in &self.filter.terms {
            let is_negated = term.is_negated;
            match &term.test {
                Test::Word(text) => {
                    let words: Vec<String> = words_of(text).collect();
                    match (words.is_empty(), is_negated) {
                        (true, false) => parts.push(Part::Nothing),
                        (true, true) => {}
                        (false, true) => parts.push(Part::Words { words, is_negated }),
                        // Each can lead by itself.
                        (false, false) => {
                            parts.extend(words.into_iter().map(|word| Part::Words { words: vec![word], is_negated }));
                        }
                    }
                }
                Test::AnyOf(wanted) if term.key == Some("package_version") => {
                    parts.push(Part::PackageVersion { term, wanted });
                }
                _ => match self.fields.iter().find(|field| Some(field.name) == term.key) {
                    Some(field) => parts.push(Part::Test { term, field: *field }),
                    None if is_negated => {}
                    None => parts.push(Part::Nothing),
                },
            }
        }
        parts
    }

    /// Finds out which part leads.
    pub(super) fn way(&self, connection: &mut Connection) -> Result<Way, StoreError> {
        let mut found: Option<(u64, usize)> = None;
        for (at, part) in self.parts().iter().enumerate() {
            let mut conditions = Conditions::default();
            let Some(ids) = part.ids(&mut conditions) else { continue };
            if let Some(count) = count(connection, &ids, conditions, FEW)?
                && found.is_none_or(|(least, _)| count < least)
            {
                found = Some((count, at));
            }
        }
        Ok(found.map_or(Way::InOrder, |(_, at)| Way::Led(at)))
    }

    /// What stands behind `FROM`; what stands behind `WHERE` is added to the conditions.
    pub(super) fn statement(&self, way: Way, conditions: &mut Conditions) -> String {
        let parts = self.parts();
        let led = match way {
            Way::Led(at) => parts.get(at).and_then(|part| part.ids(conditions)),
            Way::InOrder => None,
        };
        for (at, part) in parts.iter().enumerate() {
            if way != Way::Led(at) || led.as_ref().is_none_or(|ids| !ids.is_exact) {
                part.ask(conditions);
            }
        }
        match led {
            Some(ids) => {
                conditions.add("i.id = d.image_id".to_owned());
                // SQLite takes the tables of a CROSS JOIN in their order; the limit, which is never reached, tells
                // PostgreSQL how few there are.
                format!("({}) d CROSS JOIN images i", ids.distinct(FEW + 1))
            }
            None => "images i".to_owned(),
        }
    }

    /// How many images there are, counted up to `most`; none where there are more, or where more images than that would
    /// have to be looked at.
    pub(super) fn total(&self, connection: &mut Connection, way: Way, most: u64) -> Result<Option<u64>, StoreError> {
        let mut conditions = Conditions::default();
        if let Way::Led(_) = way {
            let from = self.statement(way, &mut conditions);
            let (sql, parameters) = conditions.finish();
            let row = connection.row(&format!("SELECT count(*) FROM {from} WHERE {sql}"), &parameters)?;
            return Ok(row.map(|row| number(row.integer(0))).filter(|count| *count <= most));
        }
        let parts = self.parts();
        let leader = parts.iter().enumerate().find_map(|(at, part)| Some((at, part.ids(&mut conditions)?)));
        let (leading, ids) = match leader {
            Some((at, ids)) => (ids.is_exact.then_some(at), ids),
            None => {
                // Both bounds make it a walk along the key.
                let first = conditions.bind(i64::MIN);
                let sql = format!("SELECT id AS image_id FROM images WHERE id > {first} ORDER BY id");
                (None, Ids { sql, repeats: false, is_exact: true })
            }
        };
        if parts.len() == usize::from(leading.is_some()) {
            return count(connection, &ids, conditions, most);
        }
        for (at, part) in parts.iter().enumerate() {
            if leading != Some(at) {
                part.ask(&mut conditions);
            }
        }
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
    let sql = &ids.sql;
    let (counted, limit) = match ids.repeats {
        true => ("count(*), count(DISTINCT image_id)", most * 2 + 1),
        false => ("count(*), count(*)", most + 1),
    };
    let sql = format!("SELECT {counted} FROM (SELECT image_id FROM ({sql}) x LIMIT {limit}) c");
    let (rows, images) =
        connection.row(&sql, &parameters)?.map_or((0, 0), |row| (number(row.integer(0)), number(row.integer(1))));
    Ok((rows < limit && images <= most).then_some(images))
}

impl Ids {
    /// Each number once, at most so many.
    fn distinct(&self, limit: u64) -> String {
        let (word, sql) = (if self.repeats { "DISTINCT " } else { "" }, &self.sql);
        format!("SELECT {word}image_id FROM ({sql}) x LIMIT {limit}")
    }
}

impl Part<'_> {
    /// A query for the numbers of all images for which it holds, by an index; none where only a test will do.
    fn ids(&self, conditions: &mut Conditions) -> Option<Ids> {
        let ids = |sql: String, repeats: bool| Some(Ids { sql, repeats, is_exact: true });
        match self {
            Part::Nothing => ids("SELECT id AS image_id FROM images WHERE 1 = 0".to_owned(), false),
            Part::Scopes(scopes) => {
                let list: Vec<String> = scopes.iter().map(|scope| conditions.bind(*scope)).collect();
                let (list, is_one) = (list.join(", "), scopes.len() == 1);
                let order = if is_one { " ORDER BY image_id" } else { "" };
                ids(format!("SELECT image_id FROM scope_images WHERE scope_id IN ({list}){order}"), !is_one)
            }
            Part::Words { words, is_negated: false } => {
                let own = conditions.prefix("word", words.first()?);
                ids(format!("SELECT image_id FROM image_words WHERE {own} ORDER BY word, image_id"), true)
            }
            Part::PackageVersion { term, wanted } if !term.is_negated => {
                let own = any_version(conditions, wanted);
                ids(format!("{OF_PACKAGES} ({own})"), true)
            }
            Part::Test { term, field } if !term.is_negated => found_by(term, field, conditions),
            Part::Words { .. } | Part::PackageVersion { .. } | Part::Test { .. } => None,
        }
    }

    /// Adds the condition that it holds for the image `i`. Columns of other tables are wrapped where their own index would
    /// lead away from the image.
    fn ask(&self, conditions: &mut Conditions) {
        let (own, is_negated) = match self {
            Part::Nothing => ("1 = 0".to_owned(), false),
            Part::Scopes(scopes) => {
                let list: Vec<String> = scopes.iter().map(|scope| conditions.bind(*scope)).collect();
                (exists("scope_images t", "t.image_id = i.id", &format!("t.scope_id IN ({})", list.join(", "))), false)
            }
            Part::Words { words, is_negated } => {
                let all: Vec<String> = words
                    .iter()
                    .map(|word| {
                        let own = conditions.prefix("(t.word || '')", word);
                        exists("image_words t", "t.image_id = i.id", &own)
                    })
                    .collect();
                (all.join(" AND "), *is_negated)
            }
            Part::PackageVersion { term, wanted } => {
                let own = any_version(conditions, wanted);
                (of_packages(&format!("({own})"), true), term.is_negated)
            }
            Part::Test { term, field } => {
                let is_exact = is_exact(&term.test);
                let column = match field.place {
                    Place::Own => field.column.to_owned(),
                    Place::Packages | Place::Vulnerabilities if is_exact => field.column.to_owned(),
                    _ => format!("({} || '')", field.column),
                };
                let own = conditions.condition(&term.test, &column, field.kind);
                let own = match field.place {
                    Place::Own => own,
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

/// The images of a test of a key.
fn found_by(term: &Term, field: &ImageField, conditions: &mut Conditions) -> Option<Ids> {
    let (column, place) = (field.column, field.place);
    let opening = match &term.test {
        Test::Present | Test::Word(_) => return None,
        Test::Compare(..) => Some(String::new()),
        Test::AnyOf(values) => values.iter().try_fold(String::new(), |_, wanted| match wanted {
            Wanted::Exactly(_) => Some(String::new()),
            Wanted::Like(pattern) => prefix(pattern).filter(|prefix| !prefix.is_empty()),
        }),
    };
    // An index does not find what has an open beginning; the words of images do, where there is a whole one in it.
    if opening.is_none()
        && matches!(place, Place::Own | Place::Names | Place::Labels)
        && let Test::AnyOf(values) = &term.test
        && let [Wanted::Like(pattern)] = values.as_slice()
        && let Some(known) = known_word(pattern)
    {
        let own = match known {
            Known::Whole(word) => format!("word = {}", conditions.bind(word)),
            Known::Beginning(word) => conditions.prefix("word", &word),
        };
        let sql = format!("SELECT image_id FROM image_words WHERE {own} ORDER BY word, image_id");
        return Some(Ids { sql, repeats: true, is_exact: false });
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
    let sql = match (place, opening) {
        (Place::Own, _) => format!("SELECT i.id AS image_id FROM images i WHERE {own}{order}"),
        (Place::Names, _) => format!("SELECT image_id FROM image_names WHERE {own}{order}"),
        (Place::Labels, _) => format!("SELECT image_id FROM image_labels WHERE {own}{order}"),
        (Place::Packages, _) => format!("{OF_PACKAGES} {own}"),
        (Place::Vulnerabilities, Some(_)) => {
            format!("SELECT image_id FROM findings WHERE kind = 'vulnerability' AND {own}{order}")
        }
        (Place::Vulnerabilities, None) => format!("{OF_VULNERABILITIES} {own}"),
    };
    Some(Ids { sql, repeats: place != Place::Own, is_exact: true })
}

/// What is known of a word in whatever a pattern fits.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    Whole(String),
    Beginning(String),
}

/// The longest word that everything has that a pattern fits.
fn known_word(pattern: &str) -> Option<Known> {
    let mut words: Vec<Known> = Vec::new();
    // The word that is being read, and whether its beginning is known; after a star it is not.
    let (mut word, mut begins) = (String::new(), true);
    let mut end = |word: &mut String, begins: bool, ends: bool| {
        if begins && !word.is_empty() {
            let text = word.to_lowercase();
            words.push(if ends { Known::Whole(text) } else { Known::Beginning(text) });
        }
        word.clear();
    };
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '*' => {
                end(&mut word, begins, false);
                begins = false;
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        match literal.is_alphanumeric() {
            true => word.push(literal),
            false => {
                end(&mut word, begins, true);
                begins = true;
            }
        }
    }
    end(&mut word, begins, true);
    words.into_iter().max_by_key(|known| match known {
        Known::Whole(word) => word.len() * 2,
        Known::Beginning(word) => word.len(),
    })
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
    use super::*;

    #[test]
    fn a_pattern_with_an_open_beginning_is_found_by_a_word_of_it() {
        assert_eq!(known_word("*/api"), Some(Known::Whole("api".into())));
        assert_eq!(known_word("*/api*"), Some(Known::Beginning("api".into())));
        assert_eq!(known_word("*/API-server/*"), Some(Known::Whole("server".into())));
        assert_eq!(known_word("*api*"), None, "it may be in the middle of a word");
        assert_eq!(known_word("*"), None);
    }
}
