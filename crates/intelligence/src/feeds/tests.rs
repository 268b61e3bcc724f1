use std::collections::BTreeSet;

use super::kept_records::KeptRecords;
use super::*;

/// One file for each feed, with a little of everything in it.
const FILES: &[(&str, &str, &str)] = &[
    (
        "osv",
        "npm/a.json",
        r#"{"id":"ALSA-2024:1","summary":"Important: nodejs:20 ü","modified":"2024-01-02T03:04:05.6+07:08","related":["CVE-2024-0001"],"severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"AlmaLinux:8","name":"nodejs"},"versions":["1"],"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1:20.1-1.module_el8.9.0+1+aabbccdd"},{"introduced":"2"},{"last_affected":"3"}]}]}]}"#,
    ),
    (
        "alpine-secdb",
        "v3.16/main.json",
        r#"{"distroversion":"v3.16","packages":[{"pkg":{"name":"xen","secfixes":{"4.7.0-r0":["CVE-2016-6258 XSA-182"],"0":["CVE-2017-8073.patch"]}}}]}"#,
    ),
    (
        "debian-tracker",
        "tracker.json",
        r#"{"bash":{"CVE-2023-0001":{"description":"ü","releases":{"bookworm":{"status":"resolved","fixed_version":"5.2","urgency":"low**"}}}}}"#,
    ),
    (
        "debian-tracker",
        "DSA.list",
        "[29 Mar 2023] DSA-5380-1 bash - security update ü\n\t{CVE-2023-0001}\n\t[bullseye] - bash 5.1\n",
    ),
    (
        "ubuntu",
        "active/CVE-2023-1234",
        "Candidate: CVE-2023-1234\nPublicDate: 2023-03-01 12:00:00 UTC\nPriority: low\nCVSS:\n nvd: CVSS:3.1/AV:N [9.8]\njammy_bash: released (5.1)\nesm-infra/xenial_bash: ignored (end of life ü)\n",
    ),
    (
        "redhat-csaf-vex",
        "2024/cve-2024-0001.json",
        r#"{"document":{"tracking":{"current_release_date":"2024-11-15T10:20:30+00:00"}},"product_tree":{"branches":[{"product":{"name":"a","product_id":"p","product_identification_helper":{"cpe":"cpe:/o:redhat:enterprise_linux:8"}}},{"product":{"product_id":"bash","product_identification_helper":{"purl":"pkg:rpm/redhat/bash@5-1%2Bü?arch=x86_64&epoch=1"}}}],"relationships":[{"full_product_name":{"product_id":"p:bash"},"product_reference":"bash","relates_to_product_reference":"p"}]},"vulnerabilities":[{"cve":"CVE-2024-0001","product_status":{"fixed":["p:bash"]},"remediations":[{"category":"vendor_fix","url":"https://access.redhat.com/errata/RHSA-2024:1","product_ids":["p:bash"]}]}]}"#,
    ),
    (
        "suse",
        "cve-2024-0001.json",
        r#"{"document":{},"product_tree":{"branches":[{"product":{"name":"SUSE Linux Enterprise Server 15 SP4","product_id":"p"}}],"relationships":[{"full_product_name":{"product_id":"p:bash"},"product_reference":"bash-5.1-2.3","relates_to_product_reference":"p"}]},"vulnerabilities":[{"cve":"CVE-2024-0001","product_status":{"recommended":["p:bash"]}}]}"#,
    ),
    (
        "oracle-oval",
        "a.xml",
        r#"<d><definition id="1"><metadata><title>t &amp; ü</title><reference source="elsa" ref_id="ELSA-2024-1"/><reference ref_id="CVE-2024-0001"/><advisory><issued date="2024-01-01"/></advisory></metadata><criteria operator="AND"><criterion comment="Oracle Linux 8 is installed"/><criterion comment="bash is earlier than 0:5-1"/></criteria></definition></d>"#,
    ),
    (
        "amazon-alas",
        "amzn2/updateinfo.xml",
        r#"<updates><update type="security"><id>ALAS2-2018-939</id><issued date="2018-01-04 21:41"/><references><reference id="CVE-2017-5715"/></references><pkglist><collection><package arch="x86_64" epoch="0" name="kernel" release="16.amzn2" version="4.9.76"/></collection></pkglist></update></updates>"#,
    ),
    (
        "cve-list-v5",
        "cves/CVE-2024-0001.json",
        r#"{"cveMetadata":{"cveId":"CVE-2024-0001","state":"PUBLISHED"},"containers":{"cna":{"title":"ü","metrics":[{"cvssV3_1":{"vectorString":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]},"adp":[{"metrics":[{"other":{"type":"kev"}}]}]}}"#,
    ),
    (
        "nvd",
        "a.json",
        r#"{"vulnerabilities":[{"cve":{"id":"CVE-2024-0001","published":"2024-02-01T10:15:07.123","metrics":{"cvssMetricV2":[{"source":"nvd@nist.gov","cvssData":{"vectorString":"AV:N/AC:L/Au:N/C:P/I:P/A:P"}}]}}}]}"#,
    ),
    ("kev", "a.json", r#"{"vulnerabilities":[{"cveID":"CVE-2025-48384","dateAdded":"2025-08-25"}]}"#),
    ("epss", "a.csv", "#model_version:v1,score_date:2024-05-01T00:00:00+0000\nCVE-1999-0001,0.00383,0.73206\n"),
    (
        "malware",
        "a.csv",
        "# \"first_seen_utc\",\"sha256_hash\",\"signature\"\n\"2024-01-02 03:04:05\",\"abababababababababababababababababababababababababababababababab\",\"Mirai ü\"\n",
    ),
    ("maven-sha1", "a.tsv", "35C4FE3F1D3ED1D0F5C1C4C1F5E1A5B6D7E8F901\torg.slf4j:slf4j-api\t2.0.9\n"),
];

/// Reads one file with a feed; errors are as good as records here.
fn check(folder: &str, name: &str, bytes: &[u8]) -> usize {
    let feed = FEEDS.iter().find(|feed| feed.folder() == folder).unwrap();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    let mut kept = KeptRecords::default();
    let _ = feed.read(place.path(), &mut kept);
    kept.records.len()
}

#[test]
fn every_feed_has_a_folder_of_its_own_and_a_sample() {
    let folders: BTreeSet<&str> = FEEDS.iter().map(|feed| feed.folder()).collect();
    assert_eq!(folders.len(), FEEDS.len());
    let sampled: BTreeSet<&str> = FILES.iter().map(|(folder, _, _)| *folder).collect();
    assert_eq!(folders, sampled);
    for (folder, name, text) in FILES {
        assert!(check(folder, name, text.as_bytes()) > 0, "{folder}/{name}");
    }
}

#[test]
fn torn_and_twisted_files_never_panic() {
    for (folder, name, text) in FILES {
        let bytes = text.as_bytes();
        for at in (0..bytes.len()).step_by(19) {
            check(folder, name, bytes.get(..at).unwrap());
            for other in [0, b'"', b'-', b'9', 0xff] {
                let mut twisted = bytes.to_vec();
                *twisted.get_mut(at).unwrap() = other;
                check(folder, name, &twisted);
            }
        }
    }
}
