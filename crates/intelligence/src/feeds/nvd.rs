//! The National Vulnerability Database, JSON 2.0.
//!
//! Publisher: NIST (nvd.nist.gov/feeds/json/cve/2.0 and the API 2.0, whose answers have the same form).
//! Layout: `nvd/*.json`, also compressed or in archives: feeds and API answers with `vulnerabilities[].cve`, or one CVE
//! a file (that object alone).
//!
//! `cve.metrics.cvssMetricV2`, `V30`, `V31`, `V40` become scores: those of `nvd@nist.gov` under source `nvd`, CISA's
//! under `cisa-adp`, all others (the CNA's, Secondary) under `cna`. `vulnStatus: Rejected` becomes `rejected`.
//! The first English description becomes the title; `configurations` (CPE names) yield no advisory.
//!
//! Tested on records written after the published schema.

use std::path::Path;

use serde::Deserialize;

use super::fields::{add_score, is_cve_id, time, title};
use super::files::{self, DOCUMENT_LIMIT};
use super::json::{Text, WrongPart, each_element, or_default};
use crate::advisory::{Record, VulnerabilityFacts};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "nvd";
const FORMAT: &str = "NVD JSON 2.0";

/// The folder `nvd`.
pub(super) struct Nvd;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Item<'a> {
    cve: Cve<'a>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct Cve<'a> {
    id: Text<'a>,
    #[serde(default)]
    published: Text<'a>,
    #[serde(default)]
    last_modified: Text<'a>,
    #[serde(default)]
    vuln_status: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    descriptions: Vec<Description<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    metrics: Metrics<'a>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Description<'a> {
    #[serde(default)]
    lang: Text<'a>,
    #[serde(default)]
    value: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct Metrics<'a> {
    #[serde(default, deserialize_with = "or_default")]
    cvss_metric_v2: Vec<Metric<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    cvss_metric_v30: Vec<Metric<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    cvss_metric_v31: Vec<Metric<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    cvss_metric_v40: Vec<Metric<'a>>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(default)]
    source: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    cvss_data: CvssData<'a>,
}

#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct CvssData<'a> {
    #[serde(default)]
    vector_string: Text<'a>,
}

impl Feed for Nvd {
    fn folder(&self) -> &'static str {
        "nvd"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            let mut unread = None;
            let known =
                files::each_document(&file, &place, ".json", DOCUMENT_LIMIT, &mut |inner, bytes| match bytes {
                    Ok(bytes) => match read_document(bytes, inner, sink) {
                        Ok(()) => {}
                        Err(reason) if inner == place => unread = Some(reason),
                        Err(reason) => sink.skipped(SOURCE_NAME, inner, format!("it is no {FORMAT}: {reason}")),
                    },
                    Err(reason) => sink.skipped(SOURCE_NAME, inner, reason),
                })?;
            // A file has a year or a page of all vulnerabilities; of an archive, one document is one of many.
            if let Some(reason) = unread {
                return Err(ReadFeedError::Malformed { path: file, format: FORMAT, reason });
            }
            if !known {
                sink.skipped(SOURCE_NAME, &place, "it is no NVD document or archive of them".to_owned());
            }
        }
        Ok(())
    }
}

/// Reads a document; why it is none, where it is none.
fn read_document(bytes: &[u8], place: &str, sink: &mut dyn Sink) -> Result<(), String> {
    let mut read = |item: Result<Item<'_>, WrongPart>| match item {
        Ok(item) => read_cve(&item.cve, place, sink),
        Err(wrong) => sink.skipped(SOURCE_NAME, place, wrong.to_string()),
    };
    match each_element(bytes, "vulnerabilities", &mut read) {
        Ok(Some(_)) => Ok(()),
        Ok(None) => {
            // JSON of another shape is of another version; only what is none has become something else.
            match serde_json::from_slice::<Cve<'_>>(bytes) {
                Ok(cve) => read_cve(&cve, place, sink),
                Err(error) => sink.skipped(SOURCE_NAME, place, format!("it is no {FORMAT}: {error}")),
            }
            Ok(())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn read_cve(cve: &Cve<'_>, place: &str, sink: &mut dyn Sink) {
    if !is_cve_id(&cve.id) {
        return sink.skipped(SOURCE_NAME, place, format!("`{}` is no CVE id", cve.id.escape_debug()));
    }
    let english = cve.descriptions.iter().find(|description| description.lang.starts_with("en"));
    let mut nvd = VulnerabilityFacts {
        id: cve.id.to_string(),
        source: "nvd".to_owned(),
        title: english.and_then(|description| title(&description.value)),
        published: time(&cve.published),
        modified: time(&cve.last_modified),
        rejected: cve.vuln_status.eq_ignore_ascii_case("rejected"),
        ..VulnerabilityFacts::default()
    };
    let of_source = |source: &str| VulnerabilityFacts {
        id: cve.id.to_string(),
        source: source.to_owned(),
        ..VulnerabilityFacts::default()
    };
    let (mut cna, mut cisa) = (of_source("cna"), of_source("cisa-adp"));
    let metrics = &cve.metrics;
    let lists = [&metrics.cvss_metric_v2, &metrics.cvss_metric_v30, &metrics.cvss_metric_v31, &metrics.cvss_metric_v40];
    for metric in lists.into_iter().flatten() {
        let facts = match &*metric.source {
            "nvd@nist.gov" => &mut nvd,
            // CISA's own id as a provider of the CVE Program.
            "134c704f-9b21-4f2e-91b3-4a467353bcc0" => &mut cisa,
            _ => &mut cna,
        };
        add_score(&mut facts.scores, &metric.cvss_data.vector_string);
    }
    sink.record(SOURCE_NAME, Record::Vulnerability(nvd));
    for facts in [cna, cisa].into_iter().filter(|facts| !facts.scores.is_empty()) {
        sink.record(SOURCE_NAME, Record::Vulnerability(facts));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    const CVE: &str = r#"{"id":"CVE-2024-1234","sourceIdentifier":"security@example.org",
        "published":"2024-02-01T10:15:07.123","lastModified":"2024-08-03T01:00:10.486","vulnStatus":"Analyzed",
        "descriptions":[{"lang":"en","value":"A flaw in a thing."},{"lang":"es","value":"hola"}],
        "metrics":{"cvssMetricV31":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"version":"3.1",
          "vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":9.8,"baseSeverity":"CRITICAL"},
          "exploitabilityScore":3.9,"impactScore":5.9},{"source":"security@example.org","type":"Secondary","cvssData":{
          "version":"3.1","vectorString":"CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H","baseScore":8.4}}],
         "cvssMetricV2":[{"source":"nvd@nist.gov","type":"Primary","cvssData":{"version":"2.0",
          "vectorString":"AV:N/AC:L/Au:N/C:P/I:P/A:P","baseScore":7.5},"baseSeverity":"HIGH"}]},
        "weaknesses":[],"configurations":[],"references":[]}"#;

    fn check(json: &str) -> KeptRecords {
        KeptRecords::read(&Nvd, &[("nvdcve-2.0-2024.json", json.as_bytes())])
    }

    #[test]
    fn scores_are_kept_by_who_gave_them() {
        let feed =
            format!(r#"{{"resultsPerPage":1,"format":"NVD_CVE","version":"2.0","vulnerabilities":[{{"cve":{CVE}}}]}}"#);
        for json in [feed.as_str(), CVE] {
            let kept = check(json);
            let facts = kept.facts();
            let counts: Vec<(&str, usize)> =
                facts.iter().map(|facts| (facts.source.as_str(), facts.scores.len())).collect();
            assert_eq!(counts, [("nvd", 2), ("cna", 1)]);
            assert_eq!(facts[0].title.as_deref(), Some("A flaw in a thing."));
            assert_eq!(facts[0].published.as_deref(), Some("2024-02-01T10:15:07Z"));
        }
    }

    #[test]
    fn rejected_ids_are_said_to_be_so_and_other_versions_are_skipped() {
        let rejected = r#"{"vulnerabilities":[{"cve":{"id":"CVE-2024-1","vulnStatus":"Rejected"}},
            {"cve":{"id":"CVE-2024-0001","vulnStatus":"Rejected"}}]}"#;
        let kept = check(rejected);
        assert!(kept.facts()[0].rejected);
        assert_eq!((kept.facts().len(), kept.skipped.len()), (1, 1));
        let kept = check(r#"{"CVE_data_type":"CVE","CVE_Items":[{"cve":{}}]}"#);
        assert!(kept.skipped[0].contains("no NVD JSON 2.0"), "{:?}", kept.skipped);
    }
}
