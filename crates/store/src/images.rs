//! Images: their indexes once per digest, and what is derived of them.

mod across;
mod evaluate;
mod finding_rows;
mod findings;
mod installed;
mod known_words;
mod list;
mod members;
mod narrow;
mod page;
mod parts;
mod platforms;
mod retain;
mod subjects;
mod write;

pub use across::{ACROSS_KEYS, ACROSS_KINDS, AcrossPlace, AcrossQuery, FindingAcross, across};
pub use evaluate::{Counts, Evaluated, Evaluation, FindingRow, NewVerdict, evaluate, evaluate_index};
pub use findings::{FINDING_KEYS, Finding, FindingQuery, findings};
pub use installed::{INSTALLED_KEYS, InstalledPackage, InstalledQuery, packages};
pub(crate) use list::counted;
pub use list::{
    Image, ImageQuery, ImageSort, KEYS, MOST_COUNTED, Named, StoredIndex, by_digest, count, first, id_of_digest, index,
    list, names, next_ids, stored_index,
};
pub(crate) use members::keep_in_scope;
pub use members::{KnownNames, known_names, shared};
pub use platforms::{PlatformImage, indexes_of, is_of_tag, note_index, of_index, remove_unused_indexes};
pub use retain::{
    MOST_LOOKED_AT_ONCE, RepositoryPlace, SEEN_STEP, Step, is_seen_due, note_seen, remove_beyond_newest, remove_unseen,
    remove_unused_packages, remove_unused_vulnerabilities,
};
pub use subjects::{Subject, labels, subjects};
pub use write::{AddedNames, ImageName, NewImage, PackageRow, Registered, Removal, add_names, register, remove};

/// The words of severities, by their places in the database.
pub const SEVERITIES: &[&str] = &["unknown", "none", "low", "medium", "high", "critical"];

/// The words of decisions, by their places in the database.
pub const DECISIONS: &[&str] = &["allow", "excepted", "would_deny", "unknown", "deny"];

/// The words of approval, by their places in the database.
pub const APPROVALS: &[&str] = &["none", "approved", "not_approved"];

/// The word at a place; empty where there is none.
pub fn word(words: &[&'static str], place: i64) -> &'static str {
    usize::try_from(place).ok().and_then(|place| words.get(place).copied()).unwrap_or_default()
}

/// Cuts a text into the words that it is searched by.
pub fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Cuts a repository into its parts, lower case.
pub(crate) fn segments_of(repository: &str) -> impl Iterator<Item = String> {
    repository.split(['/', ':', '@']).filter(|part| !part.is_empty()).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod plans;
#[cfg(test)]
mod shared_tests;
#[cfg(test)]
pub(crate) mod tests;
