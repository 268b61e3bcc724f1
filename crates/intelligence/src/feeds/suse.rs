//! SUSE's and openSUSE's VEX files.
//!
//! Publisher: SUSE (ftp.suse.com/pub/projects/security/csaf-vex, `csaf-vex.tar.bz2`).
//! Layout: `suse/cve-2024-1234.json`, one CSAF 2.0 document for each CVE in folders of any depth, or the published
//! archive as `.tar`, `.tar.bz2`, `.tar.gz`, `.tar.zst`, `.zip`.
//!
//! The same core as Red Hat's. SUSE lists repaired packages under `recommended`, named `name-version-release` where
//! there is no purl; open ones by their source package. Platforms are told by their names
//! (`SUSE Linux Enterprise Module for Basesystem 15 SP4` is part of `sles:15.4`).
//!
//! Tested on documents written after the published ones.

use std::path::Path;

use super::csaf::CsafPublisher;
use super::places::suse_product;
use super::redhat_csaf_vex::read_folder;
use crate::feed::{Feed, ReadFeedError, Sink};

const PUBLISHER: CsafPublisher = CsafPublisher {
    source: "suse",
    source_name: "suse",
    page: "https://www.suse.com/security/cve/",
    release: |name, _| suse_product(name),
};

/// The folder `suse`.
pub(super) struct Suse;

impl Feed for Suse {
    fn folder(&self) -> &'static str {
        "suse"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        read_folder(&PUBLISHER, folder, sink)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    fn check(json: &str, expected: Expect) {
        expected.assert_eq(&KeptRecords::read(&Suse, &[("cve-2023-5678.json", json.as_bytes())]).lines());
    }

    #[test]
    fn recommended_packages_are_the_repaired_ones() {
        check(
            r#"{"document":{"aggregate_severity":{"namespace":"https://www.suse.com/support/security/rating/","text":"moderate"},
              "tracking":{"id":"CVE-2023-5678","current_release_date":"2024-02-03T00:11:22Z","initial_release_date":"2023-11-08T00:00:00Z"}},
             "product_tree":{"branches":[{"category":"vendor","name":"SUSE","branches":[
               {"category":"product_name","name":"SUSE Linux Enterprise Server 15 SP4","product":{
                 "name":"SUSE Linux Enterprise Server 15 SP4","product_id":"SUSE Linux Enterprise Server 15 SP4",
                 "product_identification_helper":{"cpe":"cpe:/o:suse:sles:15:sp4"}}},
               {"category":"product_name","name":"SUSE Linux Enterprise Module for Basesystem 15 SP4","product":{
                 "name":"SUSE Linux Enterprise Module for Basesystem 15 SP4","product_id":"SUSE Linux Enterprise Module for Basesystem 15 SP4"}},
               {"category":"product_name","name":"openSUSE Tumbleweed","product":{"name":"openSUSE Tumbleweed","product_id":"openSUSE Tumbleweed"}},
               {"category":"product_version","name":"libopenssl1_1-1.1.1l-150400.7.60.2","product":{
                 "name":"libopenssl1_1-1.1.1l-150400.7.60.2","product_id":"libopenssl1_1-1.1.1l-150400.7.60.2"}},
               {"category":"product_version","name":"openssl-1_1","product":{"name":"openssl-1_1","product_id":"openssl-1_1"}}]}],
              "relationships":[
               {"full_product_name":{"product_id":"SUSE Linux Enterprise Server 15 SP4:libopenssl1_1-1.1.1l-150400.7.60.2"},
                "product_reference":"libopenssl1_1-1.1.1l-150400.7.60.2","relates_to_product_reference":"SUSE Linux Enterprise Server 15 SP4"},
               {"full_product_name":{"product_id":"SUSE Linux Enterprise Module for Basesystem 15 SP4:libopenssl1_1-1.1.1l-150400.7.60.2"},
                "product_reference":"libopenssl1_1-1.1.1l-150400.7.60.2",
                "relates_to_product_reference":"SUSE Linux Enterprise Module for Basesystem 15 SP4"},
               {"full_product_name":{"product_id":"openSUSE Tumbleweed:openssl-1_1"},
                "product_reference":"openssl-1_1","relates_to_product_reference":"openSUSE Tumbleweed"}]},
             "vulnerabilities":[{"cve":"CVE-2023-5678","product_status":{
               "recommended":["SUSE Linux Enterprise Server 15 SP4:libopenssl1_1-1.1.1l-150400.7.60.2",
                 "SUSE Linux Enterprise Module for Basesystem 15 SP4:libopenssl1_1-1.1.1l-150400.7.60.2"],
               "known_affected":["openSUSE Tumbleweed:openssl-1_1"]},
               "threats":[{"category":"impact","details":"moderate"}]}]}"#,
            expect![[r#"
                suse/CVE-2023-5678 {CVE-2023-5678} sles:15.4 binary:libopenssl1_1 [,1.1.1l-150400.7.60.2) affected moderate
                suse/CVE-2023-5678 {CVE-2023-5678} opensuse-tumbleweed source:openssl-1_1 affected moderate
            "#]],
        );
    }
}
