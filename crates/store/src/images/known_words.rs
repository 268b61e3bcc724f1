//! Words and parts of repositories by which images are found, and what a pattern says of them.

use crate::filtering::Conditions;
use crate::{Connection, StoreError};

/// What is known of a word that an image has, or of a part of its repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    Whole(String),
    Beginning(String),
}

impl Known {
    /// That a column has such a word.
    pub(super) fn condition(&self, column: &str, conditions: &mut Conditions) -> String {
        match self {
            Known::Whole(word) => format!("{column} = {}", conditions.bind(word)),
            Known::Beginning(word) => conditions.prefix(column, word),
        }
    }
}

/// What is known of a word that begins so: the word itself where no other one does.
pub(super) fn settled(connection: &mut Connection, beginning: String) -> Result<Known, StoreError> {
    let mut conditions = Conditions::default();
    let own = conditions.prefix("word", &beginning);
    let (_, parameters) = conditions.finish();
    let end = |order: &str| {
        format!("(SELECT word FROM image_words WHERE {own} ORDER BY word {order}, image_id {order} LIMIT 1)")
    };
    let row = connection.row(&format!("SELECT {}, {}", end("ASC"), end("DESC")), &parameters)?;
    let ends = row.map(|row| (row.optional_text(0), row.optional_text(1)));
    Ok(match ends {
        Some((Some(first), Some(last))) if first == last => Known::Whole(first),
        _ => Known::Beginning(beginning),
    })
}

/// The words that everything has that a pattern fits.
pub(super) fn known_words(pattern: &str) -> Vec<Known> {
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
    words
}

/// The parts of repositories that every name has that a pattern fits: each stands behind a `/`, and ends at the next, at the tag
/// or at the digest. What stands behind a `:` may be of a digest, which is no part.
pub(super) fn known_segments(pattern: &str) -> Vec<Known> {
    let mut segments = Vec::new();
    let mut end = |segment: Option<String>, ends: bool| {
        if let Some(text) = segment.filter(|text| !text.is_empty()) {
            let text = text.to_ascii_lowercase();
            segments.push(if ends { Known::Whole(text) } else { Known::Beginning(text) });
        }
    };
    // The part that is being read; none where its beginning is not known.
    let mut segment: Option<String> = None;
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '*' => {
                end(segment.take(), false);
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            other => other,
        };
        match literal {
            '/' => end(segment.replace(String::new()), true),
            ':' | '@' => end(segment.take(), true),
            other => {
                if let Some(segment) = &mut segment {
                    segment.push(other);
                }
            }
        }
    }
    end(segment, true);
    segments
}

#[cfg(test)]
mod tests {
    use super::super::tests::add;
    use super::*;
    use crate::testing::on_both_stores;

    #[test]
    fn a_word_is_known_where_no_other_begins_as_it_does() {
        on_both_stores(|store| {
            add(store, 1, "shop/api", &[]);
            add(store, 2, "shop/apex", &[]);
            let settled = |beginning: &'static str| {
                store.read_blocking(move |connection| settled(connection, beginning.to_owned())).unwrap()
            };
            assert_eq!(settled("api"), Known::Whole("api".into()));
            assert_eq!(settled("apex"), Known::Whole("apex".into()));
            assert_eq!(settled("sho"), Known::Whole("shop".into()));
            assert_eq!(settled("ap"), Known::Beginning("ap".into()));
            assert_eq!(settled("bank"), Known::Beginning("bank".into()));
        });
    }

    #[test]
    fn a_pattern_tells_the_parts_of_repositories_behind_a_slash() {
        let (whole, beginning) = (|part: &str| Known::Whole(part.into()), |part: &str| Known::Beginning(part.into()));
        assert_eq!(known_segments("*/service-7:*"), [whole("service-7")]);
        assert_eq!(known_segments("*/Team-7/service*"), [whole("team-7"), beginning("service")]);
        assert_eq!(known_segments("*/api@sha256:0a*"), [whole("api")]);
        assert_eq!(known_segments("*/a\\*b"), [whole("a*b")], "a quoted star is a star");
        for nothing in ["*:1.2", "*api", "*/*", "*//:", "shop*", "sha256:*b", "*"] {
            assert_eq!(known_segments(nothing), [], "{nothing}");
        }
    }

    #[test]
    fn a_pattern_with_an_open_beginning_is_found_by_a_word_of_it() {
        let (whole, beginning) = (|word: &str| Known::Whole(word.into()), |word: &str| Known::Beginning(word.into()));
        assert_eq!(known_words("*/api"), [whole("api")]);
        assert_eq!(known_words("*/api*"), [beginning("api")]);
        assert_eq!(known_words("*/API-server/*"), [whole("api"), whole("server")]);
        assert_eq!(known_words("*api*"), [], "it may be in the middle of a word");
        assert_eq!(known_words("*"), []);
    }
}
