//! The CVE list in CVE JSON 5.
//!
//! Publisher: the CVE Program (github.com/CVEProject/cvelistV5); CISA adds its container (cisagov/vulnrichment).
//! Layout: `cve-list-v5/cves.zip` (`cves/2024/1xxx/CVE-2024-1234.json`), or the same as folders, loose files or tar.
//! Other JSON files of the repository (`delta.json`, `deltaLog.json`) are skipped.
//!
//! The CNA container becomes facts of source `cna`: `title` (else the English description), `metrics[].cvssV2_0`,
//! `V3_0`, `V3_1`, `V4_0`, `datePublished`, `dateUpdated`; `state: REJECTED` becomes `rejected`. Each ADP container with
//! scores or a `kev` note becomes facts of source `cisa-adp` (or `NAME-adp`); SSVC is left out. The list's `affected`
//! names products and not packages: it yields no advisory.
//!
//! Tested on real records.

use std::path::Path;

use serde::Deserialize;

use super::fields::{add_score, is_cve_id, time, title};
use super::files::{self, RECORD_LIMIT};
use super::json::{Text, or_default};
use crate::advisory::{Record, VulnerabilityFacts};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "cve-list-v5";

/// The folder `cve-list-v5`.
pub(super) struct CveListV5;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct CveRecord<'a> {
    cve_metadata: CveMetadata<'a>,
    #[serde(default, deserialize_with = "or_default")]
    containers: Containers<'a>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct CveMetadata<'a> {
    cve_id: Text<'a>,
    #[serde(default)]
    state: Text<'a>,
    #[serde(default)]
    date_published: Text<'a>,
    #[serde(default)]
    date_updated: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Containers<'a> {
    #[serde(default, deserialize_with = "or_default")]
    cna: Container<'a>,
    #[serde(default, deserialize_with = "or_default")]
    adp: Vec<Container<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct Container<'a> {
    #[serde(default)]
    title: Text<'a>,
    #[serde(default, deserialize_with = "or_default")]
    descriptions: Vec<Description<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    metrics: Vec<Metric<'a>>,
    #[serde(default, deserialize_with = "or_default")]
    provider_metadata: ProviderMetadata<'a>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Description<'a> {
    #[serde(default)]
    lang: Text<'a>,
    #[serde(default)]
    value: Text<'a>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Metric<'a> {
    #[serde(default, rename = "cvssV2_0", deserialize_with = "or_default")]
    v2_0: Vector<'a>,
    #[serde(default, rename = "cvssV3_0", deserialize_with = "or_default")]
    v3_0: Vector<'a>,
    #[serde(default, rename = "cvssV3_1", deserialize_with = "or_default")]
    v3_1: Vector<'a>,
    #[serde(default, rename = "cvssV4_0", deserialize_with = "or_default")]
    v4_0: Vector<'a>,
    #[serde(default, deserialize_with = "or_default")]
    other: Other<'a>,
}

#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct Vector<'a> {
    #[serde(default)]
    vector_string: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct Other<'a> {
    #[serde(default, rename = "type")]
    kind: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(bound(deserialize = "'de: 'a"), rename_all = "camelCase")]
struct ProviderMetadata<'a> {
    #[serde(default)]
    short_name: Text<'a>,
}

impl Feed for CveListV5 {
    fn folder(&self) -> &'static str {
        "cve-list-v5"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            let known = files::each_document(&file, &place, ".json", RECORD_LIMIT, &mut |place, bytes| match bytes {
                Ok(bytes) => read_record(bytes, place, sink),
                Err(reason) => sink.skipped(SOURCE_NAME, place, reason),
            })?;
            if !known {
                sink.skipped(SOURCE_NAME, &place, "it is no CVE record or archive of them".to_owned());
            }
        }
        Ok(())
    }
}

fn read_record(bytes: &[u8], place: &str, sink: &mut dyn Sink) {
    let record: CveRecord<'_> = match serde_json::from_slice(bytes) {
        Ok(record) => record,
        Err(error) => return sink.skipped(SOURCE_NAME, place, format!("it is no CVE record: {error}")),
    };
    let metadata = &record.cve_metadata;
    if !is_cve_id(&metadata.cve_id) {
        return sink.skipped(SOURCE_NAME, place, "its id is no CVE id".to_owned());
    }
    let cna = &record.containers.cna;
    let mut facts = facts(&metadata.cve_id, "cna".to_owned(), cna);
    facts.rejected = &*metadata.state == "REJECTED";
    facts.published = time(&metadata.date_published);
    facts.modified = time(&metadata.date_updated);
    facts.title = title(&cna.title).or_else(|| {
        let english = cna.descriptions.iter().find(|description| description.lang.starts_with("en"));
        english.or(cna.descriptions.first()).and_then(|description| title(&description.value))
    });
    sink.record(SOURCE_NAME, Record::Vulnerability(facts));
    for container in &record.containers.adp {
        let facts = self::facts(&metadata.cve_id, adp_source(&container.provider_metadata.short_name), container);
        if facts.kev || !facts.scores.is_empty() {
            sink.record(SOURCE_NAME, Record::Vulnerability(facts));
        }
    }
}

fn facts(id: &str, source: String, container: &Container<'_>) -> VulnerabilityFacts {
    let mut facts = VulnerabilityFacts { id: id.to_owned(), source, ..VulnerabilityFacts::default() };
    for metric in &container.metrics {
        for vector in [&metric.v2_0, &metric.v3_0, &metric.v3_1, &metric.v4_0] {
            add_score(&mut facts.scores, &vector.vector_string);
        }
        facts.kev |= &*metric.other.kind == "kev";
    }
    facts
}

/// `cisa-adp` of `CISA-ADP`, `redhat-sadp` of `redhat-SADP`, `other-adp` of `Other`.
fn adp_source(short_name: &str) -> String {
    let name: String = short_name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(32).collect();
    let name = name.to_ascii_lowercase();
    if name.ends_with("adp") { name } else { format!("{name}-adp") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    fn check(json: &str) -> KeptRecords {
        KeptRecords::read(&CveListV5, &[("cves/2024/1xxx/CVE-2024-1234.json", json.as_bytes())])
    }

    #[test]
    fn the_containers_are_kept_side_by_side() {
        let kept = check(
            r#"{"dataType":"CVE_RECORD","dataVersion":"5.1","cveMetadata":{"cveId":"CVE-2024-1234","state":"PUBLISHED",
                "datePublished":"2024-02-01T10:00:00.000Z","dateUpdated":"2024-08-03T01:00:10.486Z"},
              "containers":{"cna":{"descriptions":[{"lang":"es","value":"hola"},{"lang":"en","value":"A flaw.\nMore."}],
                "metrics":[{"format":"CVSS","cvssV3_1":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]},
              "adp":[{"title":"CVE Program Container","providerMetadata":{"shortName":"CVE"}},
                {"providerMetadata":{"shortName":"CISA-ADP"},"metrics":[{"other":{"type":"ssvc","content":{}}},
                  {"other":{"type":"kev","content":{"dateAdded":"2024-03-01"}}}]}]}}"#,
        );
        let facts = kept.facts();
        assert_eq!(facts.iter().map(|facts| facts.source.as_str()).collect::<Vec<_>>(), ["cna", "cisa-adp"]);
        assert_eq!(facts[0].title.as_deref(), Some("A flaw."));
        assert_eq!(facts[0].modified.as_deref(), Some("2024-08-03T01:00:10Z"));
        assert_eq!(facts[0].scores.len(), 1);
        assert!(!facts[0].kev && facts[1].kev);
    }

    #[test]
    fn rejected_ids_are_said_to_be_so() {
        let kept = check(
            r#"{"cveMetadata":{"cveId":"CVE-2024-1234","state":"REJECTED"},
              "containers":{"cna":{"rejectedReasons":[{"lang":"en","value":"Not used."}]}}}"#,
        );
        assert!(kept.facts()[0].rejected);
        assert_eq!(check("{}").skipped.len(), 1);
        assert_eq!(check(r#"{"cveMetadata":{"cveId":"CVE-1"}}"#).skipped.len(), 1);
    }

    #[test]
    fn the_real_list_is_read_whole() {
        let Some(folder) = test_support::test_data("feeds/cve-list-v5") else { return };
        let mut kept = KeptRecords::default();
        CveListV5.read(&folder, &mut kept).unwrap();
        let facts = kept.facts();
        assert_eq!(facts.iter().filter(|facts| facts.source == "cna").count(), 3_068);
        assert_eq!(facts.iter().filter(|facts| facts.rejected).count(), 3);
        assert_eq!(facts.iter().filter(|facts| facts.kev).count(), 18);
        assert_eq!(kept.skipped, [""; 0]);
    }
}
