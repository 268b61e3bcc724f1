mod installed_versions;

use super::*;
use crate::sample::{database, package};

mod sources;

/// Matches packages of a distribution against a database; a finding is a line `package id fixed status`.
fn found(advisories: &str, system: (&str, &str), packages: &[&str]) -> Vec<String> {
    lines(&matches(advisories, system, packages), packages)
}

fn matches(advisories: &str, system: (&str, &str), packages: &[&str]) -> Matches {
    database(advisories).match_inventory(&inventory(system, packages), &MatchOptions::default())
}

fn inventory((id, version): (&str, &str), packages: &[&str]) -> Inventory {
    let distribution = Distribution { id: id.into(), version: version.into(), ..Distribution::default() };
    Inventory {
        distribution: Some(distribution).filter(|_| !id.is_empty()),
        packages: packages.iter().map(|line| package(line)).collect(),
        ..Inventory::default()
    }
}

fn lines(matches: &Matches, packages: &[&str]) -> Vec<String> {
    let line = |finding: &VulnerabilityFinding| {
        let name = packages[finding.package].split_whitespace().nth(1).unwrap();
        let fixed = finding.fixed_version.as_deref().unwrap_or("-");
        format!("{name} {} {fixed} {}", finding.id, finding.status.as_str())
    };
    matches.findings.iter().map(line).collect()
}

#[track_caller]
fn check(advisories: &str, system: (&str, &str), packages: &[&str], expected: &[&str]) {
    assert_eq!(found(advisories, system, packages), expected);
}

const DEBIAN: (&str, &str) = ("debian", "12");
const NONE: (&str, &str) = ("", "");

#[test]
fn findings_without_their_advisories_are_otherwise_the_same() {
    let advisories = "
        advisory debian DSA-1 CVE-2023-5363 severity=high
          debian:12 src openssl < 3.0.11-1~deb12u2
        advisory ghsa GHSA-a CVE-2024-3
          npm bin left-pad < 1.3
        fact nvd CVE-2023-5363 kev epss=0.1";
    let packages = ["deb libssl3 3.0.11-1~deb12u1 source=openssl/3.0.11-1~deb12u1", "npm left-pad 1.2"];
    let mut whole = matches(advisories, DEBIAN, &packages);
    assert!(whole.findings.len() == 2 && whole.findings.iter().all(|finding| finding.advisories.len() == 1));
    let options = MatchOptions { leaves_out_advisories: true, ..MatchOptions::default() };
    let without = database(advisories).match_inventory(&inventory(DEBIAN, &packages), &options);
    whole.findings.iter_mut().for_each(|finding| finding.advisories.clear());
    assert_eq!(without, whole);
}

#[test]
fn a_backported_fix_is_not_reported() {
    let advisories = "
        advisory debian CVE-2023-5363
          debian:12 src openssl < 3.0.11-1~deb12u2
        fact nvd CVE-2023-5363";
    let affected = ["deb libssl3 3.0.11-1~deb12u1 source=openssl/3.0.11-1~deb12u1"];
    check(advisories, DEBIAN, &affected, &["libssl3 CVE-2023-5363 3.0.11-1~deb12u2 affected"]);
    check(advisories, DEBIAN, &["deb libssl3 3.0.11-1~deb12u2 source=openssl/3.0.11-1~deb12u2"], &[]);
    check(advisories, ("debian", "11"), &affected, &[]);
}

#[test]
fn sources_are_found_by_source_and_binaries_by_their_own_name() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src gcc-defaults < 1.204
        advisory rocky RLSA-1 CVE-2024-0002
          rocky:9 bin curl < 7.76.1-20.el9";
    check(
        advisories,
        DEBIAN,
        &["deb gcc 4:12.2.0-3 source=gcc-defaults/1.203", "deb gcc-defaults 9 source=other/9"],
        &["gcc CVE-2024-0001 1.204 affected"],
    );
    check(
        advisories,
        ("rocky", "9.0"),
        &["rpm curl 7.76.1-14.el9 source=curl/7.76.1-14.el9", "rpm libcurl 7.76.1-14.el9 source=curl/7.76.1-14.el9"],
        &["curl CVE-2024-0002 7.76.1-20.el9 affected"],
    );
}

#[test]
fn an_advisory_on_several_cves_gives_a_finding_for_each() {
    let advisories = "
        advisory almalinux ALSA-2022:1 CVE-2022-0002 CVE-2022-0001 severity=Important
          almalinux:8 bin zlib < 1.2.11-18.el8_5";
    check(
        advisories,
        ("almalinux", "8.4"),
        &["rpm zlib 1.2.11-17.el8"],
        &["zlib CVE-2022-0001 1.2.11-18.el8_5 affected", "zlib CVE-2022-0002 1.2.11-18.el8_5 affected"],
    );
}

#[test]
fn a_member_of_the_rhel_family_uses_anothers_advisories_only_when_asked() {
    let advisories = "
        advisory almalinux ALSA-2022:1 CVE-2022-0001
          almalinux:8 bin zlib < 1.2.11-18.el8_5";
    let inventory = inventory(("rhel", "8.0"), &["rpm zlib 1.2.11-10.el8"]);
    let plain = database(advisories).match_inventory(&inventory, &MatchOptions::default());
    assert!(plain.findings.is_empty());
    assert!(plain.gaps[0].reason.contains("no advisories at all for rhel:8"), "{:?}", plain.gaps);
    let options = MatchOptions { rhel_advisories: Some("almalinux".into()), ..MatchOptions::default() };
    let asked = database(advisories).match_inventory(&inventory, &options);
    assert_eq!(asked.findings.len(), 1);
    assert_eq!(asked.notes, ["packages of rhel 8.0 are matched against the advisories of almalinux, as asked for"]);
}

#[test]
fn modules_only_match_their_own_stream() {
    let advisories = "
        advisory rocky RLSA-1 CVE-2022-0001
          rocky:8 bin nodejs module=nodejs:12 < 1:12.22.12-1.module+el8.6
        advisory rocky RLSA-2 CVE-2022-0002
          rocky:8 bin nodejs < 1:16.0-1.el8";
    let twelve = "rpm nodejs 1:12.21.0-1.module+el8.4 module=nodejs:12:8040020210708:522a0ee4";
    let fourteen = "rpm nodejs 1:12.21.0-1.module+el8.4 module=nodejs:14:8040020210708:522a0ee4";
    let expected = ["nodejs CVE-2022-0001 1:12.22.12-1.module+el8.6 affected"];
    check(advisories, ("rocky", "8.6"), &[twelve], &expected);
    check(advisories, ("rocky", "8.6"), &[fourteen], &[]);
    check(advisories, ("rocky", "8.6"), &["rpm nodejs 1:12.0-1.el8"], &["nodejs CVE-2022-0002 1:16.0-1.el8 affected"]);
}

#[test]
fn what_the_vendor_says_of_a_package_is_told_apart() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src a * will_not_fix
        advisory debian CVE-2024-0002
          debian:12 src a * fix_deferred
        advisory debian CVE-2024-0003
          debian:12 src a * end_of_life
        advisory debian CVE-2024-0004
          debian:12 src a * under_investigation
        advisory debian CVE-2024-0005
          debian:12 src a *
        advisory debian CVE-2024-0006
          debian:12 src a not_affected
        advisory debian CVE-2024-0007
          debian:12 src a < 0";
    check(
        advisories,
        DEBIAN,
        &["deb a 1-1"],
        &[
            "a CVE-2024-0001 - will_not_fix",
            "a CVE-2024-0002 - fix_deferred",
            "a CVE-2024-0003 - end_of_life",
            "a CVE-2024-0004 - under_investigation",
            "a CVE-2024-0005 - affected",
        ],
    );
}

#[test]
fn a_record_that_says_not_affected_silences_other_sources() {
    let advisories = "
        advisory other X-1 CVE-2024-0001 CVE-2024-0002
          debian:12 src a < 2
        advisory debian CVE-2024-0001
          debian:12 src a not_affected";
    check(advisories, DEBIAN, &["deb a 1-1"], &["a CVE-2024-0002 2 affected"]);
}

#[test]
fn the_record_on_one_cve_decides_over_the_erratum_on_several() {
    let advisories = "
        advisory debian DSA-1-1 CVE-2024-0001 CVE-2024-0002
          debian:12 src a < 3-1
        advisory debian CVE-2024-0001
          debian:12 src a < 2-1";
    check(advisories, DEBIAN, &["deb a 2-5"], &["a CVE-2024-0002 3-1 affected"]);
    let matches = matches(advisories, DEBIAN, &["deb a 1-1"]);
    assert_eq!(lines(&matches, &["deb a 1-1"])[0], "a CVE-2024-0001 2-1 affected");
    let ids: Vec<&str> = matches.findings[0].advisories.iter().map(|advisory| advisory.id.as_str()).collect();
    assert_eq!(ids, ["CVE-2024-0001", "DSA-1-1"]);
}

#[test]
fn several_sources_of_one_vulnerability_are_one_finding() {
    let advisories = "
        advisory ghsa GHSA-aaaa-bbbb-cccc CVE-2024-0001 severity=MODERATE title=Bad_thing
          pypi bin Some_Package >= 1.0, < 1.4 | >= 2.0, < 2.2
        advisory pypa PYSEC-2024-1 GHSA-aaaa-bbbb-cccc
          pypi bin some-package < 1.5 | >= 2.0, < 2.2 = 3.0
        fact nvd CVE-2024-0001 score=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    let packages = ["pypi some.package 1.2", "pypi some.package 2.1", "pypi some.package 3.0", "pypi some.package 1.6"];
    let matches = matches(advisories, NONE, &packages);
    assert_eq!(
        lines(&matches, &packages),
        [
            "some.package CVE-2024-0001 1.5 affected",
            "some.package CVE-2024-0001 2.2 affected",
            "some.package CVE-2024-0001 - affected"
        ]
    );
    let first = &matches.findings[0];
    assert_eq!(first.aliases, ["GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1"]);
    assert_eq!(first.advisories.len(), 2);
    assert_eq!((first.severity.as_str(), first.severity_source.as_deref()), ("medium", Some("ghsa")));
    assert_eq!(first.vendor_severity.as_deref(), Some("MODERATE"));
    assert_eq!(first.scores.len(), 1);
    assert_eq!(first.title.as_deref(), Some("Bad thing"));
}

#[test]
fn an_erratum_titles_only_what_it_matches() {
    let advisories = "
        advisory almalinux ALSA-2024:1 CVE-2024-0001 title=Important:_other_security_update
          almalinux:8 bin other < 2-1
        advisory almalinux ALSA-2024:2 CVE-2024-0002 title=Important:_other_security_update
          almalinux:8 bin other < 2-1
        advisory debian DSA-1-1 CVE-2024-0001 title=a_-_security_update
          debian:12 src a < 3-1
        advisory debian CVE-2024-0002
          debian:12 src a < 3-1
        advisory debian DSA-2-1 CVE-2024-0003 title=a_-_security_update
          debian:12 src a < 3-1
        fact nvd CVE-2024-0003 title=A_flaw_in_a.";
    let matches = matches(advisories, DEBIAN, &["deb a 1-1"]);
    let titles: Vec<Option<&str>> = matches.findings.iter().map(|finding| finding.title.as_deref()).collect();
    assert_eq!(titles, [Some("a - security update"), None, Some("A flaw in a.")]);
}

#[test]
fn an_erratum_tells_when_its_repair_came_out_and_other_advisories_do_not() {
    let advisories = "
        advisory debian DSA-1-1 CVE-2024-0001 published=2024-03-02T00:00:00Z
          debian:12 src a < 3-1
        advisory debian DSA-2-1 CVE-2024-0001 published=2024-02-01T00:00:00Z
          debian:12 src a < 2-1
        advisory debian CVE-2024-0002 published=2024-03-02T00:00:00Z
          debian:12 src a < 3-1
        advisory debian DSA-3-1 CVE-2024-0003
          debian:12 src a < 3-1";
    let matches = matches(advisories, DEBIAN, &["deb a 1-1"]);
    let days: Vec<Option<&str>> = matches.findings.iter().map(|finding| finding.fix_published.as_deref()).collect();
    assert_eq!(days, [Some("2024-03-02T00:00:00Z"), None, None]);
}

#[test]
fn of_several_branches_the_smallest_step_repairs() {
    let advisories = "
        advisory ghsa GHSA-1 CVE-2024-0001
          npm bin a >= 1.0.0, < 1.8.1 | >= 2.0.0, < 2.3.0";
    let packages = ["npm a 1.5.0", "npm a 2.0.0", "npm a 1.8.1", "npm a 2.0.0-beta.1"];
    check(advisories, NONE, &packages, &["a CVE-2024-0001 1.8.1 affected", "a CVE-2024-0001 2.3.0 affected"]);
}

#[test]
fn two_cves_are_never_taken_for_one() {
    let advisories = "
        advisory ghsa GHSA-1 CVE-2024-0001 GHSA-2
          npm bin a < 2.0.0
        advisory ghsa GHSA-2 CVE-2024-0002
          npm bin a < 3.0.0
        advisory other OTHER-1 GHSA-1
          npm bin a < 2.5.0";
    check(advisories, NONE, &["npm a 1.0.0"], &["a CVE-2024-0001 2.5.0 affected", "a CVE-2024-0002 3.0.0 affected"]);
}

#[test]
fn without_a_cve_the_advisory_gives_its_own_id() {
    let advisories = "
        advisory rustsec RUSTSEC-2024-0001 GHSA-1
          cargo bin a < 2.0.0
        advisory golang GO-2024-1
          golang bin github.com/A/b < 1.2.3";
    check(
        advisories,
        NONE,
        &["cargo a 1.0.0", "golang github.com/a/b v1.2.3-0.20240101000000-abcdefabcdef"],
        &["a RUSTSEC-2024-0001 2.0.0 affected", "github.com/a/b GO-2024-1 1.2.3 affected"],
    );
}

#[test]
fn a_rejected_cve_never_shows() {
    let advisories = "
        fact cna CVE-2024-0001 rejected
        advisory debian CVE-2024-0001
          debian:12 src a < 2
        advisory rocky RLSA-1 CVE-2024-0001
          debian:12 bin a < 2
        advisory ghsa GHSA-1 CVE-2024-0001
          npm bin a < 2.0.0";
    check(advisories, DEBIAN, &["deb a 1", "npm a 1.0.0"], &["a GHSA-1 2.0.0 affected"]);
    assert_eq!(database(advisories).lookup("CVE-2024-0001"), None);
}

#[test]
fn the_vendor_rates_before_nvd() {
    let advisories = "
        advisory debian CVE-2024-0001 severity=not_yet_assigned
          debian:12 src a < 2 severity=unimportant
        advisory debian CVE-2024-0002
          debian:12 src a < 2
        advisory debian CVE-2024-0003
          debian:12 src a < 2
        fact nvd CVE-2024-0001 score=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
        fact nvd CVE-2024-0002 score=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H kev epss=0.25
        fact cna CVE-2024-0003 severity=HIGH";
    let matches = matches(advisories, DEBIAN, &["deb a 1"]);
    let ratings: Vec<(&str, Option<&str>, Option<&str>)> = matches
        .findings
        .iter()
        .map(|one| (one.severity.as_str(), one.severity_source.as_deref(), one.vendor_severity.as_deref()))
        .collect();
    assert_eq!(
        ratings,
        [
            ("low", Some("debian"), Some("unimportant")),
            ("critical", Some("nvd"), None),
            ("high", Some("cna"), Some("HIGH"))
        ]
    );
    assert!(matches.findings[1].kev);
    assert_eq!(matches.findings[1].epss.map(|epss| epss.probability), Some(0.25));
}

#[test]
fn versions_that_are_none_are_compared_as_text() {
    let advisories = "
        advisory ghsa GHSA-1 CVE-2024-0001
          npm bin a < 2.0.0 = nightly~2";
    let packages = ["npm a nightly~2", "npm a nightly~3", "npm a 1.0.0"];
    check(advisories, NONE, &packages, &["a CVE-2024-0001 - affected", "a CVE-2024-0001 2.0.0 affected"]);
}

#[test]
fn go_itself_is_matched_however_its_version_is_written() {
    let advisories = "
        advisory golang GO-1 CVE-2024-0001
          golang bin stdlib < 1.21.8 | >= 1.22.0-0, < 1.22.1";
    let packages =
        ["golang stdlib go1.21.3", "golang stdlib 1.22rc1", "golang stdlib go1.22.1", "golang stdlib v1.22.0"];
    let found = found(advisories, NONE, &packages);
    assert_eq!(
        found,
        [
            "stdlib CVE-2024-0001 1.21.8 affected",
            "stdlib CVE-2024-0001 1.22.1 affected",
            "stdlib CVE-2024-0001 1.22.1 affected"
        ]
    );
}

#[test]
fn an_unknown_release_or_distribution_is_a_gap() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src a < 2";
    let reasons = |system, packages: &[&str]| -> Vec<String> {
        matches(advisories, system, packages).gaps.into_iter().map(|gap| gap.reason).collect()
    };
    assert_eq!(reasons(DEBIAN, &["deb a 1 source=a/1"]), [""; 0]);
    assert!(reasons(("debian", "13"), &["deb a 1", "deb b 1"])[0].contains("for debian:13, so that its 2 packages"));
    assert!(reasons(NONE, &["deb a 1"])[0].starts_with("no distribution is recognised"));
    assert!(reasons(DEBIAN, &["apk a 1"])[0].starts_with("debian has no advisories on apk packages"));
    assert!(reasons(NONE, &["npm a 1"]).is_empty());
}

#[test]
fn centos_stream_without_advisories_of_rhel_is_a_gap() {
    let advisories = "
        advisory redhat RHSA-2024:1 CVE-2024-0001
          rhel:9 bin curl < 7.76.1-20.el9";
    let packages = ["rpm curl 7.76.1-14.el9"];
    let covered = matches(advisories, ("centos", "9"), &packages);
    assert_eq!(lines(&covered, &packages), ["curl CVE-2024-0001 7.76.1-20.el9 affected"]);
    assert!(covered.gaps.is_empty() && covered.notes[0].contains("matched against those of rhel:9"));
    let uncovered = matches(advisories, ("centos", "10"), &packages);
    assert!(uncovered.findings.is_empty());
    assert!(uncovered.gaps[0].reason.contains("no advisories at all for rhel:10, so that its 1 package was"));
}

#[test]
fn archives_without_a_group_are_one_gap() {
    let advisories = "
        advisory ghsa GHSA-1 CVE-2022-1471
          maven bin org.yaml:snakeyaml < 2.0";
    let told = |packages: &[&str]| -> Vec<String> {
        let gaps = matches(advisories, NONE, packages).gaps;
        // Policies do not take all other packages for unknown on account of it.
        assert!(gaps.iter().all(|gap| gap.is_from_matching() && !gap.is_about_matching()), "{gaps:?}");
        gaps.into_iter().map(|gap| gap.reason).collect()
    };
    assert_eq!(
        told(&["maven snakeyaml 1.26 path=lib/snakeyaml-1.26.jar", "maven org.yaml:snakeyaml 1.26"]),
        ["the Maven group of 1 package such as snakeyaml `1.26` is unknown, so that advisories may be missed"]
    );
    assert_eq!(
        told(&["maven org.yaml/snakeyaml 1.26", "maven snakeyaml 1.26 path=a.jar path=b.jar", "npm snakeyaml 1.26"]),
        [
            "the Maven group of 2 packages such as org.yaml/snakeyaml `1.26` is unknown, so that advisories may be missed"
        ]
    );
    assert_eq!(told(&["maven org.yaml:other 1.26"]), [] as [&str; 0]);
    // What others lie in is the program itself.
    let library = "maven org.yaml:snakeyaml 2.0 path=app.jar!/lib/s.jar";
    assert_eq!(told(&["maven app 1 path=app.jar", library]), [] as [&str; 0]);
    assert_eq!(told(&["maven app 1 path=app.jar path=b.jar", library]).len(), 1);
    let deep = "maven org.yaml:snakeyaml 2.0 path=app.ear!/b.war!/lib/s.jar";
    assert_eq!(told(&["maven app 1 path=app.ear", "maven b 1 path=app.ear!/b.war", deep]), [] as [&str; 0]);
}

#[test]
fn archives_are_named_by_their_bytes() {
    let mut records = crate::sample::records(
        "advisory ghsa GHSA-1 CVE-2021-44228
           maven bin org.apache.logging.log4j:log4j-core >= 2.0, < 2.15.0",
    );
    let (name, version) = ("org.apache.logging.log4j:log4j-core".to_owned(), "2.14.1".to_owned());
    let sha1 = "0123456789abcdef0123456789abcdef01234567".to_owned();
    let archive = crate::advisory::ArchiveName { sha1: sha1.clone(), name, version };
    records.push(("maven".into(), crate::advisory::Record::Archive(archive)));
    let database = Database::from_vec(crate::build::build_records(records).0).unwrap();
    let line = format!("maven log4j-core unknown sha1={sha1}");
    let matches = database.match_inventory(&inventory(NONE, &[&line]), &MatchOptions::default());
    assert_eq!(matches.findings[0].id, "CVE-2021-44228");
    assert!(matches.gaps.is_empty(), "{:?}", matches.gaps);
    assert_eq!(database.archive(&sha1).unwrap().1, "2.14.1");
}

#[test]
fn an_erratum_in_parts_keeps_the_ranges_of_each_vulnerability() {
    let advisories = "
        advisory debian DSA-1-1 CVE-2024-0001
          debian:12 src a < 2-1
        advisory debian DSA-1-1 CVE-2024-0002
          debian:12 src a < 3-1";
    check(advisories, DEBIAN, &["deb a 2-1"], &["a CVE-2024-0002 3-1 affected"]);
    let erratum = database(advisories).lookup("DSA-1-1").unwrap();
    assert_eq!(erratum.aliases, ["CVE-2024-0001", "CVE-2024-0002"]);
    assert_eq!(erratum.advisories.len(), 2);
}

#[test]
fn the_repair_leaves_no_advisory_that_still_applies() {
    let advisories = "
        advisory rocky RLSA-1 CVE-2024-0001
          rocky:9 bin a < 2-1.el9
        advisory rocky RLSA-2 CVE-2024-0001
          rocky:9 bin a < 3-1.el9";
    check(advisories, ("rocky", "9.2"), &["rpm a 1-1.el9"], &["a CVE-2024-0001 3-1.el9 affected"]);
}

#[test]
fn packages_without_a_distribution_go_by_their_purl() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src a < 2";
    let mut inventory = inventory(NONE, &["deb a 1 source=a/1"]);
    inventory.packages[0].purl = "pkg:deb/debian/a@1?distro=debian-12.5".parse().unwrap();
    let matches = database(advisories).match_inventory(&inventory, &MatchOptions::default());
    assert_eq!((matches.findings.len(), matches.gaps.len()), (1, 0));
    inventory.packages[0].purl = "pkg:deb/debian/a@1?distro=bookworm".parse().unwrap();
    inventory.packages.insert(0, inventory.packages[0].clone());
    inventory.packages[0].purl = "pkg:deb/debian/a@1?distro=bullseye".parse().unwrap();
    let matches = database(advisories).match_inventory(&inventory, &MatchOptions::default());
    assert_eq!((matches.findings.len(), matches.gaps.len()), (1, 1));
}

#[test]
fn packages_of_another_distribution_go_by_their_purl() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src a < 2
        advisory alpine CVE-2024-0002
          alpine:3.19 src a < 2
        advisory debian CVE-2024-0003
          debian:11 src a < 2";
    let mut inventory = inventory(
        DEBIAN,
        &["deb", "apk", "deb", "deb"].map(|kind| format!("{kind} a 1 source=a/1")).each_ref().map(String::as_str),
    );
    let purls =
        ["deb/debian/a@1?distro=debian-12.5", "apk/alpine/a@1?distro=alpine-3.19.1", "deb/debian/a@1?distro=debian-11"];
    for (package, purl) in inventory.packages.iter_mut().zip(purls) {
        package.purl = format!("pkg:{purl}").parse().unwrap();
    }
    let matches = database(advisories).match_inventory(&inventory, &MatchOptions::default());
    let ids: Vec<&str> = matches.findings.iter().map(|finding| finding.id.as_str()).collect();
    assert_eq!(ids, ["CVE-2024-0001", "CVE-2024-0002", "CVE-2024-0003", "CVE-2024-0001"]);
    assert!(matches.gaps.is_empty(), "{:?}", matches.gaps);
}

#[test]
fn a_word_in_place_of_a_version_is_below_no_repair() {
    let advisories = "
        advisory pysec PYSEC-1
          pypi bin a < 2
        advisory pysec PYSEC-2
          pypi bin a *";
    check(advisories, NONE, &["pypi a unknown"], &["a PYSEC-2 - affected"]);
    check(advisories, NONE, &["pypi a 1-unknown"], &["a PYSEC-1 2 affected", "a PYSEC-2 - affected"]);
}

#[test]
fn a_package_of_the_system_whose_version_cannot_be_compared_is_a_gap() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src a < 2
        advisory alpine CVE-2024-0002
          alpine:3.19 src a < 2
        advisory rocky RLSA-1 CVE-2024-0003
          rocky:9 bin a < 2-1";
    for (system, good, bad) in [
        (DEBIAN, "deb a 2 source=a/2", "deb b not-a-version source=b/not-a-version"),
        (DEBIAN, "deb a 2 source=a/2", "deb b 1 source=b/x:1"),
        (("alpine", "3.19"), "apk a 2-r0 source=a/2-r0", "apk b latest source=b/latest"),
        (("rocky", "9.3"), "rpm a 2-1", "rpm b 1/0-1"),
    ] {
        assert!(matches(advisories, system, &[good]).gaps.is_empty(), "{good}");
        let gaps = matches(advisories, system, &[good, bad]).gaps;
        let [gap] = gaps.as_slice() else { panic!("{bad}: {gaps:?}") };
        assert!(gap.is_about_matching() && gap.reason.contains("1 package was not matched"), "{gap:?}");
        assert!(gap.reason.contains("such as b `"), "{gap:?}");
    }
}

#[test]
fn openeuler_is_matched_by_release_and_stream_and_without_epochs() {
    let advisories = "
        advisory openeuler OESA-2024-1 CVE-2024-0001
          openeuler:22.03-LTS-SP3 src openssl < 1.1.1m-30.oe2203sp3
        advisory openeuler OESA-2024-2 CVE-2024-0002
          openeuler:22.03-LTS src openssl *";
    let found = |version: &str| {
        let line = format!("rpm openssl-libs {version} source=openssl/{version}");
        let mut inventory = inventory(("openeuler", "22.03"), &[&line]);
        let distribution = inventory.distribution.as_mut().unwrap();
        distribution.codename = Some("LTS-SP3".into());
        let matches = database(advisories).match_inventory(&inventory, &MatchOptions::default());
        assert!(matches.gaps.is_empty(), "{:?}", matches.gaps);
        lines(&matches, &[&line])
    };
    assert_eq!(found("1:1.1.1m-29.oe2203sp3"), ["openssl-libs CVE-2024-0001 1.1.1m-30.oe2203sp3 affected"]);
    assert_eq!(found("1.1.1m-29.oe2203sp3"), ["openssl-libs CVE-2024-0001 1.1.1m-30.oe2203sp3 affected"]);
    assert!(found("1:1.1.1m-30.oe2203sp3").is_empty());
}

#[test]
fn an_advisory_of_amazon_on_one_architecture_is_about_that_alone() {
    let advisories = "
        advisory amazon ALAS2-2024-1 CVE-2024-0001
          amzn:2/aarch64 bin kernel < 0:4.14.1-1.amzn2
        advisory amazon ALAS2-2024-2 CVE-2024-0002
          amzn:2 bin kernel < 0:4.14.2-1.amzn2";
    let amazon = ("amzn", "2");
    let all = "kernel CVE-2024-0002 0:4.14.2-1.amzn2 affected";
    let one = "kernel CVE-2024-0001 0:4.14.1-1.amzn2 affected";
    check(advisories, amazon, &["rpm kernel 4.14.0-1.amzn2 arch=x86_64"], &[all]);
    check(advisories, amazon, &["rpm kernel 4.14.0-1.amzn2 arch=aarch64"], &[one, all]);
}

#[test]
fn names_and_versions_of_hostile_packages_do_no_harm() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src a *
        advisory ghsa GHSA-1
          npm bin a < 2.0.0
        advisory golang GO-1
          golang bin stdlib < 1.21.8";
    let database = database(advisories);
    let long = "9".repeat(100_000);
    for version in ["-", "::::", "~~~", "v", "\u{0}", "é", "rrrr", "1.2r", "go", long.as_str()] {
        let mut inventory = inventory(DEBIAN, &["deb a 1", "npm a 1", "golang stdlib 1", "maven a:b 1 sha1=zz"]);
        inventory.packages.iter_mut().for_each(|package| package.version = version.to_owned());
        let matches = database.match_inventory(&inventory, &MatchOptions::default());
        assert_eq!(matches.findings[0].id, "CVE-2024-0001", "every version is affected");
    }
}
