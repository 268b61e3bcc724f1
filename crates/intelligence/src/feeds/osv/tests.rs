use expect_test::{Expect, expect};

use super::*;
use crate::feeds::kept_records::KeptRecords;

fn check(json: &str, expected: Expect) {
    let kept = KeptRecords::read(&Osv, &[("some/a.json", json.as_bytes())]);
    let skipped: String = kept.skipped.iter().map(|line| format!("skipped: {line}\n")).collect();
    expected.assert_eq(&(kept.lines() + &skipped));
}

#[test]
fn github_s_records_keep_their_word_and_do_not_become_what_they_relate_to() {
    check(
        r#"{"schema_version":"1.7.3","id":"GHSA-3787-6prv-h9w3","published":"2024-02-16T16:02:52Z",
          "modified":"2024-05-02T13:15:07Z","aliases":["CVE-2024-24758"],"related":["CVE-2020-0001"],
          "summary":"Undici header not cleared","affected":[{"package":{"name":"undici","ecosystem":"npm"},
          "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"5.28.3"}]}],"versions":["9.9.9"]},
          {"package":{"name":"undici","ecosystem":"npm"},"ranges":[{"type":"SEMVER","events":[{"introduced":"6.0.0"},
          {"fixed":"6.6.1"}]}]}],"database_specific":{"severity":"LOW","cwe_ids":["CWE-200"]},
          "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:H/PR:H/UI:R/S:U/C:L/I:L/A:L"}]}"#,
        expect![[r#"
            ghsa/GHSA-3787-6prv-h9w3 {CVE-2024-24758} npm binary:undici [,5.28.3) =9.9.9 affected LOW
            ghsa/GHSA-3787-6prv-h9w3 {CVE-2024-24758} npm binary:undici [6.0.0,6.6.1) affected LOW
        "#]],
    );
}

#[test]
fn versions_count_beside_ecosystem_ranges_and_commits_do_not() {
    check(
        r#"{"id":"PYSEC-2021-335","aliases":["CVE-2021-32807","GHSA-qcx9-j53g-ccgf"],"related":["CVE-2020-0001"],
          "affected":[{"package":{"name":"AccessControl","ecosystem":"PyPI"},"ranges":[
          {"type":"GIT","repo":"https://example.org","events":[{"introduced":"0"},{"fixed":"b42dd4b"}]},
          {"type":"ECOSYSTEM","events":[{"introduced":"4.0"},{"fixed":"4.3"}]}],"versions":["4.0","4.2","3.0"]}]}"#,
        expect![[r#"
            pypa/PYSEC-2021-335 {CVE-2021-32807 GHSA-qcx9-j53g-ccgf} pypi binary:AccessControl [4.0,4.3) =3.0 affected
            skipped: osv/some some/a.json: a GIT range
        "#]],
    );
}

#[test]
fn listed_versions_apply_beside_ranges_of_every_type_and_those_within_are_not_kept() {
    for kind in ["SEMVER", "ECOSYSTEM"] {
        let record = r#"{"id":"GHSA-1","affected":[{"package":{"name":"foo","ecosystem":"npm"},"ranges":[{"type":"KIND",
          "events":[{"introduced":"1.0.0"},{"fixed":"2.0.0"}]}],"versions":["1.0.0","1.9.9","2.0.0","5.0.0"]}]}"#;
        check(
            &record.replace("KIND", kind),
            expect![[r#"
                ghsa/GHSA-1 {} npm binary:foo [1.0.0,2.0.0) =2.0.0 =5.0.0 affected
            "#]],
        );
    }
}

#[test]
fn malicious_packages_are_advisories_by_their_versions() {
    check(
        r#"{"id":"MAL-2024-1","summary":"Malicious code in x","affected":[{"package":{"name":"x","ecosystem":"npm"},
          "versions":["1.0.0","1.0.1"]},{"package":{"name":"y","ecosystem":"npm"},
          "ranges":[{"type":"SEMVER","events":[{"introduced":"0"}]}]}]}"#,
        expect![[r#"
            malicious-packages/MAL-2024-1 {} npm binary:x =1.0.0 =1.0.1 affected
            malicious-packages/MAL-2024-1 {} npm binary:y [,) affected
        "#]],
    );
}

#[test]
fn advisories_of_distributions_repair_what_they_relate_to() {
    check(
        r#"{"id":"ALSA-2024:1","summary":"Important: nodejs:20 security update","related":["CVE-2024-0001","CVE-2024-0002"],
          "affected":[{"package":{"ecosystem":"AlmaLinux:8","name":"nodejs"},"ranges":[{"type":"ECOSYSTEM",
          "events":[{"introduced":"0"},{"fixed":"1:20.1-1.module_el8.9.0+1+aabbccdd"}]}]}]}"#,
        expect![[r#"
            almalinux/ALSA-2024:1 {CVE-2024-0001 CVE-2024-0002} almalinux:8 binary:nodejs <nodejs:20> [,1:20.1-1.module_el8.9.0+1+aabbccdd) affected Important
        "#]],
    );
    check(
        r#"{"id":"RLSA-2024:2","summary":"Moderate: bash security update","upstream":["CVE-2024-0003"],
          "affected":[{"package":{"ecosystem":"Rocky Linux:9","name":"bash"},"ranges":[{"type":"ECOSYSTEM",
          "events":[{"introduced":"0"},{"fixed":"0:5.1.8-9.el9"}]}]}]}"#,
        expect![[r#"
            rocky/RLSA-2024:2 {CVE-2024-0003} rocky:9 binary:bash [,0:5.1.8-9.el9) affected Moderate
            rocky/RLSA-2024:2 {CVE-2024-0003} rocky:9 source:bash [,0:5.1.8-9.el9) affected Moderate
        "#]],
    );
    check(
        r#"{"id":"SUSE-SU-2024:1-1","related":["CVE-2024-0004"],"affected":[
          {"package":{"ecosystem":"SUSE:Linux Enterprise Server 15 SP4","name":"openssl-1_1"},"ranges":[{"type":"ECOSYSTEM",
          "events":[{"introduced":"0"},{"fixed":"1.1.1l-150400.7.60.2"}]}],"ecosystem_specific":{"binaries":[
          {"libopenssl1_1":"1.1.1l-150400.7.60.2","openssl-1_1":"1.1.1l-150400.7.60.2"}]}},
          {"package":{"ecosystem":"SUSE:Manager Server 4.3","name":"openssl-1_1"},"ranges":[{"type":"ECOSYSTEM",
          "events":[{"introduced":"0"},{"fixed":"1"}]}]}]}"#,
        expect![[r#"
            suse/SUSE-SU-2024:1-1 {CVE-2024-0004} sles:15.4 binary:libopenssl1_1 [,1.1.1l-150400.7.60.2) affected
            suse/SUSE-SU-2024:1-1 {CVE-2024-0004} sles:15.4 binary:openssl-1_1 [,1.1.1l-150400.7.60.2) affected
            skipped: osv/some some/a.json: SUSE product that is part of no release
        "#]],
    );
    check(
        r#"{"id":"DEBIAN-CVE-2024-0005","upstream":["CVE-2024-0005"],"affected":[
          {"package":{"ecosystem":"Debian:12","name":"bash"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}],
          "versions":["5.2.15-2"],"ecosystem_specific":{"urgency":"unimportant"}}]}"#,
        expect![[r#"
            debian/DEBIAN-CVE-2024-0005 {CVE-2024-0005} debian:12 source:bash [,) affected unimportant
        "#]],
    );
}

#[test]
fn binary_packages_of_ubuntu_stand_beside_their_source() {
    let objects = r#"[{"binary_name":"libssl3t64","binary_version":"3.0.13-0ubuntu3.1"},{"binary_name":"openssl",
      "binary_version":"3.0.13-0ubuntu3.1"},{"binary_name":"libssl-doc","binary_version":"3.0.13-0ubuntu3.1"},
      {"binary_name":"libssl3t64-dbgsym","binary_version":"3.0.13-0ubuntu3.1"},
      {"binary_name":"openssl-locale-de","binary_version":"3.0.13-0ubuntu3.1"},{"binary_name":"ssl-metrics",
      "binary_version":"2:9-1ubuntu3.1"},{"binary_name":"libssl-old"},{"binary_name":""},
      {"binary_name":"libssl3t64","binary_version":"3.0.13-0ubuntu3.2"}]"#;
    let maps = r#"[{"libssl3t64":"3.0.13-0ubuntu3.1","openssl":"3.0.13-0ubuntu3.1","libssl-doc":"3.0.13-0ubuntu3.1"},
      {"ssl-metrics":"2:9-1ubuntu3.1","libssl-old":""}]"#;
    let record = r#"{"id":"USN-1-1","upstream":["CVE-2024-0007"],"affected":[{"package":{"ecosystem":"Ubuntu:24.04:LTS",
      "name":"openssl"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.13-0ubuntu3.1"}]}],
      "versions":["3.0.13-0ubuntu3"],"ecosystem_specific":{"binaries":BINARIES}}]}"#;
    let kept = |binaries: &str| {
        let kept = KeptRecords::read(&Osv, &[("a.json", record.replace("BINARIES", binaries).as_bytes())]);
        assert!(kept.skipped.is_empty(), "{:?}", kept.skipped);
        let mut lines: Vec<String> = kept.lines().lines().map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let expected = [
        "ubuntu/USN-1-1 {CVE-2024-0007} ubuntu:24.04 binary:libssl-old [,3.0.13-0ubuntu3.1) affected",
        "ubuntu/USN-1-1 {CVE-2024-0007} ubuntu:24.04 binary:libssl3t64 [,3.0.13-0ubuntu3.1) affected",
        "ubuntu/USN-1-1 {CVE-2024-0007} ubuntu:24.04 binary:ssl-metrics [,2:9-1ubuntu3.1) affected",
        "ubuntu/USN-1-1 {CVE-2024-0007} ubuntu:24.04 source:openssl [,3.0.13-0ubuntu3.1) affected",
    ];
    assert_eq!(kept(objects), expected);
    assert_eq!(kept(maps), expected);
    assert_eq!(kept("\"libssl3t64\""), expected[3..]);
}

#[test]
fn binary_packages_of_what_is_not_repaired_are_open_and_those_of_kernels_are_left_out() {
    check(
        r#"{"id":"UBUNTU-CVE-2024-0008","upstream":["CVE-2024-0008"],"affected":[{"package":{"ecosystem":"Ubuntu:24.04:LTS",
          "name":"bash"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}],"ecosystem_specific":{"binaries":[
          {"binary_name":"bash-static","binary_version":"5.2.21-2ubuntu4"}]}},
          {"package":{"ecosystem":"Ubuntu:24.04:LTS","name":"linux-aws"},"ranges":[{"type":"ECOSYSTEM","events":[
          {"introduced":"0"},{"fixed":"6.8.0-1009.9"}]}],"ecosystem_specific":{"binaries":[
          {"binary_name":"linux-image-6.8.0-1009-aws","binary_version":"6.8.0-1009.9"}]}}]}"#,
        expect![[r#"
            ubuntu/UBUNTU-CVE-2024-0008 {CVE-2024-0008} ubuntu:24.04 source:bash [,) affected
            ubuntu/UBUNTU-CVE-2024-0008 {CVE-2024-0008} ubuntu:24.04 binary:bash-static [,) affected
            ubuntu/UBUNTU-CVE-2024-0008 {CVE-2024-0008} ubuntu:24.04 source:linux-aws [,6.8.0-1009.9) affected
        "#]],
    );
    check(
        r#"{"id":"UBUNTU-CVE-2024-0009","affected":[{"package":{"ecosystem":"Ubuntu:22.04:LTS","name":"a"},"ranges":[
          {"type":"ECOSYSTEM","events":[{"introduced":"0"}]}],"ecosystem_specific":{"binaries":[{"b":"1","liba":"1"}]}},
          {"package":{"ecosystem":"Ubuntu:22.04:LTS","name":"b"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},
          {"fixed":"2"}]}]},{"package":{"ecosystem":"Ubuntu:Pro:22.04:LTS","name":"a"},"ranges":[{"type":"ECOSYSTEM",
          "events":[{"introduced":"0"},{"fixed":"1-2esm1"}]}],"ecosystem_specific":{"binaries":[{"liba":"1-2esm1"}]}}]}"#,
        expect![[r#"
            ubuntu/UBUNTU-CVE-2024-0009 {CVE-2024-0009} ubuntu:22.04 binary:b [,) affected
            ubuntu/UBUNTU-CVE-2024-0009 {CVE-2024-0009} ubuntu:22.04 source:b [,2) affected
            ubuntu/UBUNTU-CVE-2024-0009 {CVE-2024-0009} ubuntu:22.04 source:a [,1-2esm1) affected
            ubuntu/UBUNTU-CVE-2024-0009 {CVE-2024-0009} ubuntu:22.04 binary:liba [,1-2esm1) affected
            skipped: osv/some some/a.json: an open entry beside its repair under Ubuntu Pro
        "#]],
    );
}

#[test]
fn a_repair_under_ubuntu_pro_counts_before_the_open_release() {
    check(
        r#"{"id":"UBUNTU-CVE-2024-0006","upstream":["CVE-2024-0006"],"severity":[{"type":"Ubuntu","score":"low"}],"affected":[
          {"package":{"ecosystem":"Ubuntu:18.04:LTS","name":"bash"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]},
          {"package":{"ecosystem":"Ubuntu:Pro:18.04:LTS","name":"bash"},"ranges":[{"type":"ECOSYSTEM",
          "events":[{"introduced":"0"},{"fixed":"4.4.18-2ubuntu1.3+esm1"}]}]},
          {"package":{"ecosystem":"Ubuntu:20.04:LTS","name":"bash"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}"#,
        expect![[r#"
            ubuntu/UBUNTU-CVE-2024-0006 {CVE-2024-0006} ubuntu:18.04 source:bash [,4.4.18-2ubuntu1.3+esm1) affected low
            ubuntu/UBUNTU-CVE-2024-0006 {CVE-2024-0006} ubuntu:20.04 source:bash [,) affected low
            skipped: osv/some some/a.json: an open entry beside its repair under Ubuntu Pro
        "#]],
    );
}

#[test]
fn what_says_nothing_is_skipped_with_its_reason() {
    for (json, reason) in [
        (r#"{"id":"GHSA-1","withdrawn":"2024-01-01T00:00:00Z"}"#, "it was withdrawn"),
        (r#"{"id":"OSV-1","affected":[{"package":{"ecosystem":"OSS-Fuzz","name":"x"}}]}"#, "ecosystem `OSS-Fuzz`"),
        (r#"{"id":"CVE-2024-0001","affected":[{"ranges":[{"type":"GIT","events":[]}]}]}"#, "a package without a name"),
        (r#"{"id":"GHSA-1","affected":[{"package":{"ecosystem":"npm","name":"x"}}]}"#, "without ranges and versions"),
        (
            r#"{"id":"ALBA-2024:1","affected":[{"package":{"ecosystem":"AlmaLinux:8","name":"x"},
              "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1"}]}]}]}"#,
            "it repairs no vulnerability",
        ),
        (r#"{"affected":[]}"#, "it is no OSV record"),
        ("[", "it is no OSV record"),
        (r#"{"id":""}"#, "it has no id"),
    ] {
        let kept = KeptRecords::read(&Osv, &[("a.json", json.as_bytes())]);
        assert_eq!(kept.records.len(), 0, "{json}");
        assert!(kept.skipped.iter().any(|line| line.contains(reason)), "{json}: {:?}", kept.skipped);
    }
}

#[test]
fn loose_files_of_other_kinds_are_skipped() {
    let kept = KeptRecords::read(&Osv, &[("README.md", b"hello"), ("npm/ecosystems.txt", b"npm")]);
    assert_eq!(kept.skipped.len(), 2);
}

#[test]
fn the_real_archives_are_read_whole() {
    let Some(folder) = test_support::test_data("feeds/osv") else { return };
    let mut kept = KeptRecords::default();
    Osv.read(&folder, &mut kept).unwrap();
    let count = |ecosystem: &str| kept.records.iter().filter(|(name, _)| name == ecosystem).count();
    assert_eq!(count("osv/Go"), 4_291 - 17);
    assert_eq!(count("osv/Rust"), 1_206 - 13);
    assert_eq!(count("osv/PyPI"), 2_661 - 10);
    assert_eq!(count("osv/npm"), 165);
    assert_eq!(count("osv/Maven"), 446);
    let advisories = kept.advisories();
    let is_modular = |affected: &&Affected| {
        affected.ranges.iter().any(|range| matches!(&range.end, RangeEnd::Fixed(end) if end.contains(".module")))
    };
    let modular: Vec<_> = advisories.iter().flat_map(|advisory| &advisory.affected).filter(is_modular).collect();
    let unnamed = modular.iter().filter(|affected| affected.module.is_none()).count();
    assert!(modular.len() > 10_000 && unnamed < 20, "{unnamed} of {}", modular.len());
    let alma = advisories.iter().find(|advisory| advisory.id == "ALSA-2022:0951").unwrap();
    assert_eq!(alma.vulnerabilities.len(), 12);
    assert_eq!(alma.url.as_deref(), Some("https://errata.almalinux.org/8/ALSA-2022-0951.html"));
    assert!(advisories.iter().all(|advisory| advisory.title.as_ref().is_none_or(|title| title.chars().count() <= 200)));
    assert!(kept.skipped.iter().any(|line| line.ends_with("it was withdrawn")));
    assert!(!kept.skipped.iter().any(|line| line.contains("it is no OSV record")));
}
