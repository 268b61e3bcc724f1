//! How severe a vulnerability is here: the vendor's word, then the vendor's scores, then NVD's and the CNA's.

use std::collections::HashMap;

use model::cvss::CvssVector;
use model::{Severity, SourcedScore};

use super::Hit;
use crate::database::vulnerabilities::{StoredAdvisory, Vulnerability};

/// The sources that rate every vulnerability, in the order in which they are asked.
const GENERAL_SOURCES: [&str; 3] = ["nvd", "cna", "cisa-adp"];

/// A rating, whose it is, and its word where it is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rating {
    pub(super) severity: Severity,
    pub(super) source: Option<String>,
    pub(super) word: Option<String>,
}

/// Rates a vulnerability for the package that these advisories apply to.
pub(super) fn rate(
    vulnerability: &Vulnerability<'_>,
    scores: &[SourcedScore],
    hits: &[(&Hit<'_>, &StoredAdvisory<'_>)],
) -> Rating {
    let by_package = hits.iter().filter_map(|(hit, advisory)| Some((advisory.source, hit.severity?)));
    let is_source = |source: &str| hits.iter().any(|(_, advisory)| advisory.source == source);
    let by_vulnerability = vulnerability.ratings.iter().copied().filter(|(source, _)| is_source(source));
    let by_erratum = hits.iter().filter_map(|(_, advisory)| Some((advisory.source, advisory.severity?)));
    let by_general =
        |wanted: &'static str| vulnerability.ratings.iter().copied().filter(move |(source, _)| *source == wanted);
    worst_word(by_package)
        .or_else(|| worst_word(by_vulnerability))
        .or_else(|| worst_word(by_erratum))
        .or_else(|| newest_score(scores.iter().filter(|score| is_source(&score.source))))
        .or_else(|| {
            GENERAL_SOURCES.into_iter().find_map(|wanted| {
                newest_score(scores.iter().filter(|score| score.source == wanted))
                    .or_else(|| worst_word(by_general(wanted)))
            })
        })
        .or_else(|| newest_score(scores.iter()))
        .unwrap_or_default()
}

/// The most severe of words that are known.
fn worst_word<'w>(words: impl Iterator<Item = (&'w str, &'w str)>) -> Option<Rating> {
    words
        .map(|(source, word)| (Severity::from_vendor_word(word), source, word))
        .filter(|(severity, ..)| *severity != Severity::Unknown)
        .max_by(|one, other| one.0.cmp(&other.0).then_with(|| (other.1, other.2).cmp(&(one.1, one.2))))
        .map(|(severity, source, word)| Rating {
            severity,
            source: Some(source.to_owned()),
            word: Some(word.to_owned()),
        })
}

/// The rating of the score of the newest CVSS version; of several, the highest.
fn newest_score<'s>(scores: impl Iterator<Item = &'s SourcedScore>) -> Option<Rating> {
    scores
        .max_by(|one, other| {
            let by_version = one.vector.version().cmp(&other.vector.version());
            let by_score = by_version.then(one.vector.base_score().total_cmp(&other.vector.base_score()));
            by_score.then_with(|| other.source.cmp(&one.source))
        })
        .map(|score| Rating { severity: score.vector.severity(), source: Some(score.source.clone()), word: None })
}

/// Reads vectors, each once: few thousand vectors score all vulnerabilities there are.
#[derive(Default)]
pub(crate) struct Scores<'a> {
    known: HashMap<&'a str, Option<CvssVector>>,
}

impl<'a> Scores<'a> {
    /// Scores as reports have them, sorted by source, then version.
    pub(crate) fn sourced(&mut self, scores: &[(&'a str, &'a str)]) -> Vec<SourcedScore> {
        let mut sourced = Vec::with_capacity(scores.len());
        for &(source, vector) in scores {
            let vector = self.known.entry(vector).or_insert_with(|| vector.parse().ok());
            sourced.extend(vector.clone().map(|vector| SourcedScore { source: source.to_owned(), vector }));
        }
        sort(&mut sourced);
        sourced
    }
}

fn sort(scores: &mut [SourcedScore]) {
    scores.sort_by(|one, other| {
        (&one.source, one.vector.version(), one.vector.as_str()).cmp(&(
            &other.source,
            other.vector.version(),
            other.vector.as_str(),
        ))
    });
}
