//! The Exploit Prediction Scoring System.
//!
//! Publisher: FIRST (www.first.org/epss).
//! Layout: `epss/*.csv`, also compressed (`epss_scores-2024-05-01.csv.gz`). A comment line names the model and the day,
//! then comes the header `cve,epss,percentile`, then one line for each CVE. Of several files the last by name wins.
//!
//! Each line becomes facts of source `epss`; `score_date` becomes `modified`.
//!
//! Tested on lines written in the published form.

use std::io::BufRead;
use std::path::Path;

use model::EpssScore;

use super::fields::{is_cve_id, time};
use super::files;
use crate::advisory::{Record, VulnerabilityFacts};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "epss";

/// The folder `epss`.
pub(super) struct Epss;

impl Feed for Epss {
    fn folder(&self) -> &'static str {
        "epss"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        let (scores, others): (Vec<_>, Vec<_>) = files::files_below(folder)?
            .into_iter()
            .map(|file| (files::place_of(folder, &file), file))
            .partition(|(place, _)| files::plain_name(place).ends_with(".csv"));
        for (place, _) in others {
            sink.skipped(SOURCE_NAME, &place, "it is no table of scores".to_owned());
        }
        let Some(((place, file), older)) = scores.split_last() else { return Ok(()) };
        for (place, _) in older {
            sink.skipped(SOURCE_NAME, place, "a table of a later day is there".to_owned());
        }
        read_table(file, place, sink)
    }
}

fn read_table(file: &Path, place: &str, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
    /// Longer lines are cut off and read as malformed.
    const LINE_LIMIT: u64 = 4_096;
    let mut reader = files::open(file)?;
    let mut modified = None;
    let mut line = Vec::new();
    let mut has_scores = false;
    loop {
        line.clear();
        let read = std::io::Read::take(&mut reader, LINE_LIMIT).read_until(b'\n', &mut line);
        if read.map_err(|source| ReadFeedError::Read { path: file.to_owned(), source })? == 0 {
            let reason = "it has no line with a score".to_owned();
            let malformed = || ReadFeedError::Malformed { path: file.to_owned(), format: "table of EPSS", reason };
            return if has_scores { Ok(()) } else { Err(malformed()) };
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if let Some(comment) = text.strip_prefix('#') {
            let day = comment.split(',').find_map(|part| part.trim().strip_prefix("score_date:"));
            modified = day.and_then(time).or(modified);
        } else if !text.is_empty() && !text.starts_with("cve,") {
            match score(text) {
                Some((id, epss)) => {
                    let facts = VulnerabilityFacts {
                        id: id.to_owned(),
                        source: "epss".to_owned(),
                        modified: modified.clone(),
                        epss: Some(epss),
                        ..VulnerabilityFacts::default()
                    };
                    sink.record(SOURCE_NAME, Record::Vulnerability(facts));
                    has_scores = true;
                }
                None => sink.skipped(SOURCE_NAME, place, "a line that is no score".to_owned()),
            }
        }
    }
}

fn score(line: &str) -> Option<(&str, EpssScore)> {
    let mut fields = line.split(',').map(|field| field.trim().trim_matches('"'));
    let id = fields.next().filter(|id| is_cve_id(id))?;
    let mut share = || fields.next()?.parse::<f32>().ok().filter(|share| (0.0..=1.0).contains(share));
    let probability = share()?;
    // The first model's tables had no percentile.
    let percentile = share().unwrap_or(0.0);
    Some((id, EpssScore { probability, percentile }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    fn check(files: &[(&str, &str)]) -> KeptRecords {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, text)| (*name, text.as_bytes())).collect();
        KeptRecords::read(&Epss, &files)
    }

    #[test]
    fn lines_become_scores_of_their_day() {
        let kept = check(&[(
            "epss_scores-2024-05-01.csv",
            "#model_version:v2023.03.01,score_date:2024-05-01T00:00:00+0000\ncve,epss,percentile\n\
             CVE-1999-0001,0.00383,0.73206\nCVE-1999-0002,nan,0.5\nCVE-1999-0003,1.5,0.5\nnonsense\n",
        )]);
        let facts = kept.facts();
        assert_eq!((facts.len(), kept.skipped.len()), (1, 3));
        assert_eq!(facts[0].epss, Some(EpssScore { probability: 0.00383, percentile: 0.73206 }));
        assert_eq!(facts[0].modified.as_deref(), Some("2024-05-01T00:00:00Z"));
    }

    #[test]
    fn the_latest_table_wins() {
        let kept = check(&[
            ("epss_scores-2024-05-01.csv", "CVE-1999-0001,0.1,0.1\n"),
            ("epss_scores-2024-05-02.csv", "CVE-1999-0001,0.2,0.2\n"),
        ]);
        assert_eq!(kept.facts().len(), 1);
        assert_eq!(kept.facts()[0].epss.map(|epss| epss.probability), Some(0.2));
    }
}
