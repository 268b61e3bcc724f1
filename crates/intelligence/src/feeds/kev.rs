//! Vulnerabilities known to be exploited.
//!
//! Publisher: CISA (Known Exploited Vulnerabilities Catalog).
//! Layout: `kev/known_exploited_vulnerabilities.json`, also compressed.
//!
//! Each of `vulnerabilities[]` becomes facts of source `kev` with `kev` set: `cveID`, `vulnerabilityName` as title,
//! `dateAdded` as `modified`.
//!
//! Tested on the real catalog.

use std::path::Path;

use serde::Deserialize;

use super::fields::{is_cve_id, time, title};
use super::files::{self, DOCUMENT_LIMIT};
use super::json::{Text, each_element};
use crate::advisory::{Record, VulnerabilityFacts};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "kev";

/// The folder `kev`.
pub(super) struct Kev;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct Exploited<'a> {
    #[serde(rename = "cveID")]
    cve_id: Text<'a>,
    #[serde(default)]
    vulnerability_name: Text<'a>,
    #[serde(default)]
    date_added: Text<'a>,
}

impl Feed for Kev {
    fn folder(&self) -> &'static str {
        "kev"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            if !files::plain_name(&place).ends_with(".json") {
                sink.skipped(SOURCE_NAME, &place, "it is no catalog".to_owned());
                continue;
            }
            let bytes = files::read(&file, DOCUMENT_LIMIT)?;
            let malformed =
                |reason: String| ReadFeedError::Malformed { path: file.clone(), format: "KEV catalog", reason };
            let found = each_element(&bytes, "vulnerabilities", &mut |exploited: Result<Exploited<'_>, _>| {
                let exploited = match exploited {
                    Ok(exploited) => exploited,
                    Err(wrong) => return sink.skipped(SOURCE_NAME, &place, wrong.to_string()),
                };
                let id = exploited.cve_id.trim();
                if !is_cve_id(id) {
                    return sink.skipped(SOURCE_NAME, &place, format!("`{}` is no CVE id", id.escape_debug()));
                }
                let facts = VulnerabilityFacts {
                    id: id.to_owned(),
                    source: "kev".to_owned(),
                    title: title(&exploited.vulnerability_name),
                    modified: time(&exploited.date_added),
                    kev: true,
                    ..VulnerabilityFacts::default()
                };
                sink.record(SOURCE_NAME, Record::Vulnerability(facts));
            });
            if found.map_err(|error| malformed(error.to_string()))?.is_none() {
                return Err(malformed("it has no list of vulnerabilities".to_owned()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    fn check(json: &str) -> KeptRecords {
        KeptRecords::read(&Kev, &[("known_exploited_vulnerabilities.json", json.as_bytes())])
    }

    #[test]
    fn entries_of_the_catalog_are_exploited() {
        let kept = check(
            r#"{"title":"Catalog","count":2,"vulnerabilities":[{"cveID":"CVE-2025-48384","vendorProject":"Git",
              "vulnerabilityName":"Git Link Following Vulnerability","dateAdded":"2025-08-25","cwes":["CWE-59"]},
              {"cveID":"unknown"}]}"#,
        );
        let facts = kept.facts();
        assert_eq!((facts.len(), kept.skipped.len()), (1, 1));
        assert!(facts[0].kev);
        assert_eq!(facts[0].modified.as_deref(), Some("2025-08-25T00:00:00Z"));
    }

    #[test]
    fn the_real_catalog_is_read_whole() {
        let Some(folder) = test_support::test_data("feeds/kev") else { return };
        let mut kept = KeptRecords::default();
        Kev.read(&folder, &mut kept).unwrap();
        assert_eq!(kept.facts().len(), 1_404);
    }
}
