//! Red Hat's VEX files.
//!
//! Publisher: Red Hat Product Security (security.access.redhat.com/data/csaf/v2/vex).
//! Layout: `redhat-csaf-vex/2024/cve-2024-1234.json`, one CSAF 2.0 document for each CVE in folders by year, or the
//! published archive `csaf_vex_*.tar.zst` (also `.tar.gz`, `.tar`, `.zip`).
//!
//! | status | becomes |
//! |---|---|
//! | `fixed` | the range below the version, under the erratum's id (`vendor_fix` → `RHSA-…`) |
//! | `known_affected` | every version; `no_fix_planned` is `WillNotFix` (`Out of support scope` `EndOfLife`), `none_available` with `Fix deferred` is `FixDeferred` |
//! | `known_not_affected` | `NotAffected` |
//! | `under_investigation` | `UnderInvestigation` |
//!
//! Platforms are told by their CPE: the ordinary streams of RHEL and software collections count, extended update
//! streams (EUS, AUS, E4S, TUS) and layered products do not. Modules come from the `rpmmod` purl between package and
//! platform, or from `nodejs:16/nodejs`. Repaired packages are binary ones, open ones mostly source packages, as their
//! purl says. `threats[impact]` is the severity, by product where it differs.
//!
//! Tested on documents written after the published ones.

use std::path::Path;

use super::csaf::{CsafPublisher, read_csaf};
use super::files;
use super::places::red_hat_cpe;
use crate::feed::{Feed, ReadFeedError, Sink};

/// The largest document; those of kernels come to some ten megabytes.
pub(super) const CSAF_LIMIT: u64 = 64 << 20;

const PUBLISHER: CsafPublisher = CsafPublisher {
    source: "redhat",
    source_name: "redhat-csaf-vex",
    page: "https://access.redhat.com/security/cve/",
    release: |_, cpe| {
        let rest = cpe.strip_prefix("cpe:/o:redhat:").or_else(|| cpe.strip_prefix("cpe:/a:redhat:"))?;
        red_hat_cpe(rest)
    },
};

/// The folder `redhat-csaf-vex`.
pub(super) struct RedHatCsafVex;

impl Feed for RedHatCsafVex {
    fn folder(&self) -> &'static str {
        "redhat-csaf-vex"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        read_folder(&PUBLISHER, folder, sink)
    }
}

/// Reads every document below a folder.
pub(super) fn read_folder(publisher: &CsafPublisher, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
    for file in files::files_below(folder)? {
        let place = files::place_of(folder, &file);
        let known = files::each_document(&file, &place, ".json", CSAF_LIMIT, &mut |place, bytes| match bytes {
            Ok(bytes) => read_csaf(publisher, bytes, place, sink),
            Err(reason) => sink.skipped(publisher.source_name, place, reason),
        })?;
        if !known {
            sink.skipped(publisher.source_name, &place, "it is no CSAF document or archive of them".to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    const VEX: &str = r#"{"document":{"category":"csaf_vex","csaf_version":"2.0","aggregate_severity":{"text":"Important"},
 "publisher":{"category":"vendor","name":"Red Hat Product Security"},"title":"nodejs: flaw",
 "tracking":{"id":"CVE-2024-22019","status":"final","version":"3","current_release_date":"2024-11-15T10:20:30+00:00",
  "initial_release_date":"2024-02-14T00:00:00+00:00"}},
 "product_tree":{"branches":[{"category":"vendor","name":"Red Hat","branches":[
  {"category":"product_family","name":"Red Hat Enterprise Linux","branches":[
   {"category":"product_name","name":"Red Hat Enterprise Linux AppStream (v. 8)","product":{
    "name":"Red Hat Enterprise Linux AppStream (v. 8)","product_id":"AppStream-8.9.0.Z.MAIN",
    "product_identification_helper":{"cpe":"cpe:/a:redhat:enterprise_linux:8::appstream"}}},
   {"category":"product_name","name":"EUS","product":{"name":"EUS","product_id":"AppStream-8.6.0.Z.EUS",
    "product_identification_helper":{"cpe":"cpe:/a:redhat:rhel_eus:8.6::appstream"}}},
   {"category":"product_name","name":"Red Hat Enterprise Linux 8","product":{"name":"Red Hat Enterprise Linux 8",
    "product_id":"red_hat_enterprise_linux_8","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:8"}}},
   {"category":"product_name","name":"Red Hat Enterprise Linux 9","product":{"name":"Red Hat Enterprise Linux 9",
    "product_id":"red_hat_enterprise_linux_9","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:9"}}}]},
  {"category":"product_version","name":"nodejs:18","product":{"name":"nodejs:18:8090:a75119d5",
    "product_id":"nodejs:18:8090:a75119d5","product_identification_helper":{"purl":"pkg:rpmmod/redhat/nodejs@18:8090:a75119d5"}}},
  {"category":"architecture","name":"x86_64","branches":[{"category":"product_version","name":"nodejs","product":{
    "name":"nodejs","product_id":"nodejs-1:18.19.1-1.module+el8.9.0+21387+6d7a2eb3.x86_64","product_identification_helper":{
    "purl":"pkg:rpm/redhat/nodejs@18.19.1-1.module%2Bel8.9.0%2B21387%2B6d7a2eb3?arch=x86_64&epoch=1"}}}]},
  {"category":"product_version","name":"nodejs:16/nodejs","product":{"name":"nodejs:16/nodejs","product_id":"nodejs:16/nodejs"}},
  {"category":"product_version","name":"nodejs","product":{"name":"nodejs","product_id":"nodejs",
    "product_identification_helper":{"purl":"pkg:rpm/redhat/nodejs?arch=src"}}}]}],
 "relationships":[
  {"category":"default_component_of","full_product_name":{"name":"m","product_id":"AppStream-8.9.0.Z.MAIN:nodejs:18:8090:a75119d5"},
   "product_reference":"nodejs:18:8090:a75119d5","relates_to_product_reference":"AppStream-8.9.0.Z.MAIN"},
  {"category":"default_component_of","full_product_name":{"name":"p","product_id":"AppStream-8.9.0.Z.MAIN:nodejs:18:8090:a75119d5:nodejs.x86_64"},
   "product_reference":"nodejs-1:18.19.1-1.module+el8.9.0+21387+6d7a2eb3.x86_64",
   "relates_to_product_reference":"AppStream-8.9.0.Z.MAIN:nodejs:18:8090:a75119d5"},
  {"category":"default_component_of","full_product_name":{"name":"e","product_id":"AppStream-8.6.0.Z.EUS:nodejs.x86_64"},
   "product_reference":"nodejs-1:18.19.1-1.module+el8.9.0+21387+6d7a2eb3.x86_64","relates_to_product_reference":"AppStream-8.6.0.Z.EUS"},
  {"category":"default_component_of","full_product_name":{"name":"a","product_id":"red_hat_enterprise_linux_8:nodejs:16/nodejs"},
   "product_reference":"nodejs:16/nodejs","relates_to_product_reference":"red_hat_enterprise_linux_8"},
  {"category":"default_component_of","full_product_name":{"name":"b","product_id":"red_hat_enterprise_linux_9:nodejs"},
   "product_reference":"nodejs","relates_to_product_reference":"red_hat_enterprise_linux_9"}]},
 "vulnerabilities":[{"cve":"CVE-2024-22019","title":"nodejs: reading unprocessed HTTP request",
  "release_date":"2024-02-14T00:00:00+00:00","notes":[{"category":"description","text":"A flaw."}],
  "product_status":{"fixed":["AppStream-8.9.0.Z.MAIN:nodejs:18:8090:a75119d5:nodejs.x86_64","AppStream-8.6.0.Z.EUS:nodejs.x86_64"],
   "known_affected":["red_hat_enterprise_linux_8:nodejs:16/nodejs"],"known_not_affected":["red_hat_enterprise_linux_9:nodejs"]},
  "remediations":[{"category":"vendor_fix","details":"For details on how to apply this update","url":"https://access.redhat.com/errata/RHSA-2024:1687",
    "product_ids":["AppStream-8.9.0.Z.MAIN:nodejs:18:8090:a75119d5:nodejs.x86_64"]},
   {"category":"no_fix_planned","details":"Will not fix","product_ids":["red_hat_enterprise_linux_8:nodejs:16/nodejs"]}],
  "scores":[{"cvss_v3":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H","baseScore":7.5},"products":[]}],
  "threats":[{"category":"impact","details":"Important","product_ids":[]}]}]}"#;

    fn check(name: &str, json: &str) -> KeptRecords {
        KeptRecords::read(&RedHatCsafVex, &[(name, json.as_bytes())])
    }

    #[test]
    fn statuses_modules_and_errata_are_told_apart() {
        let kept = check("2024/cve-2024-22019.json", VEX);
        expect![[r#"
            redhat/CVE-2024-22019 {CVE-2024-22019} rhel:8 source:nodejs <nodejs:16> will_not_fix Important
            redhat/CVE-2024-22019 {CVE-2024-22019} rhel:9 source:nodejs not_affected Important
            redhat/RHSA-2024:1687 {CVE-2024-22019} rhel:8 binary:nodejs <nodejs:18> [,1:18.19.1-1.module+el8.9.0+21387+6d7a2eb3) affected Important
        "#]]
        .assert_eq(&kept.lines());
        let advisory = kept.advisories()[0];
        assert_eq!(advisory.modified.as_deref(), Some("2024-11-15T10:20:30Z"));
        assert_eq!(advisory.scores.len(), 1);
        assert_eq!(advisory.title.as_deref(), Some("nodejs: reading unprocessed HTTP request"));
    }

    #[test]
    fn what_is_no_document_is_skipped() {
        assert_eq!(check("2024/a.json", "{}").skipped.len(), 1);
        assert_eq!(check("changes.csv", "a,b").skipped.len(), 1);
        assert_eq!(check("a.json", r#"{"document":{},"vulnerabilities":[{"cve":"CVE-2024-0001"}]}"#).skipped.len(), 1);
    }
}
