//! What a list of images can be asked, each in two ways: of one image after another, and by an index for all.

use policy::access::{Permit, Reach};
use policy::filter::{Operand, Term, Test, Wanted};

use super::known_words::{Known, known_segments, known_words};
use crate::Value;
use crate::filtering::{Conditions, FieldKind, prefix};

/// A term leads where it holds for no more images than this. The tests have fewer images, of which as small a share leads.
const FEW: u64 = if cfg!(test) { 50 } else { 2000 };

/// The same of a term of names, labels or words: to ask one image after another for it costs more, and the images of a
/// repository lie together in the order of names, so that a page may be far away.
const FEW_BY_NAME: u64 = if cfg!(test) { 60 } else { 6000 };

/// The same of packages: to ask an image for one is to look for every version of it, or through all that the image has.
const FEW_BY_PACKAGE: u64 = if cfg!(test) { 60 } else { 10_000 };

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

/// A part of a question: words, a test of a key, or the scopes.
pub(super) enum Part<'a> {
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
    /// The same of a part of a repository.
    Segment(Known),
    PackageVersion {
        term: &'a Term,
        wanted: &'a [Wanted],
    },
    Scopes(Vec<&'a String>),
    Nothing,
}

/// A query for the numbers of all images for which a part holds.
pub(super) struct Ids {
    pub(super) sql: String,
    /// Whether it may give a number more than once.
    pub(super) repeats: bool,
}

impl Ids {
    /// Each number once, at most so many.
    pub(super) fn distinct(&self, limit: u64) -> String {
        let (word, sql) = (if self.repeats { "DISTINCT " } else { "" }, &self.sql);
        format!("SELECT {word}image_id FROM ({sql}) x LIMIT {limit}")
    }
}

impl Part<'_> {
    /// For how many images at most it leads.
    pub(super) fn few(&self) -> u64 {
        match self {
            Part::Word(_) | Part::Implied(_) | Part::Segment(_) => FEW_BY_NAME,
            Part::PackageVersion { .. } => FEW_BY_PACKAGE,
            Part::Test { field, .. } => match field.place {
                Place::Names | Place::Labels => FEW_BY_NAME,
                Place::Packages => FEW_BY_PACKAGE,
                Place::Own | Place::Vulnerabilities => FEW,
            },
            Part::WithoutWords(_) | Part::Scopes(_) | Part::Nothing => FEW,
        }
    }

    /// Whether it is about packages, which an image has from when it is registered.
    pub(super) fn is_of_packages(&self) -> bool {
        match self {
            Part::PackageVersion { .. } => true,
            Part::Test { field, .. } => field.place == Place::Packages,
            Part::Word(_)
            | Part::WithoutWords(_)
            | Part::Implied(_)
            | Part::Segment(_)
            | Part::Scopes(_)
            | Part::Nothing => false,
        }
    }

    /// Whether the row of an image tells that it holds.
    pub(super) fn is_of_row(&self) -> bool {
        matches!(self, Part::Nothing) || matches!(self, Part::Test { field, .. } if field.place == Place::Own)
    }

    /// Whether it holds by the names of an image, or since when it has one.
    pub(super) fn is_of_names(&self) -> bool {
        match self {
            Part::Word(_) => true,
            Part::Test { field, .. } => field.place == Place::Names || of_scope(field.name).is_some(),
            Part::WithoutWords(_)
            | Part::Implied(_)
            | Part::Segment(_)
            | Part::PackageVersion { .. }
            | Part::Scopes(_)
            | Part::Nothing => false,
        }
    }

    /// A query for the numbers of all images for which it holds, by an index; none where only a test will do.
    pub(super) fn ids(&self, conditions: &mut Conditions, permit: &Permit) -> Option<Ids> {
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
            Part::Segment(segment) => {
                let own = segment.condition("segment", conditions);
                let repeats = matches!(segment, Known::Beginning(_));
                ids(format!("SELECT image_id FROM image_segments WHERE {own} ORDER BY segment, image_id"), repeats)
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
    pub(super) fn ask(&self, conditions: &mut Conditions, permit: &Permit) {
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
            Part::Implied(_) | Part::Segment(_) => return,
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

/// What all images have for which a test holds that no index answers: parts of repositories, which fewer images have than their
/// words, and words.
pub(super) fn implied(term: &Term, field: &ImageField) -> Vec<Part<'static>> {
    let pattern = match &term.test {
        Test::AnyOf(values) if !term.is_negated && has_words(field.place) => match values.as_slice() {
            [Wanted::Like(pattern)] if prefix(pattern).is_none_or(|prefix| prefix.is_empty()) => pattern,
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let segments = if matches!(field.name, "name" | "repository") { known_segments(pattern) } else { Vec::new() };
    let words = known_words(pattern).into_iter().map(Part::Implied);
    segments.into_iter().map(Part::Segment).chain(words).collect()
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
