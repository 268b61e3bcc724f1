//! Packages that tell the source package they were built from, and those that do not.

use super::*;

#[test]
fn a_binary_beside_its_source_is_found_by_the_source_where_that_is_known() {
    let advisories = "
        advisory ubuntu UBUNTU-CVE-2024-3333 CVE-2024-3333
          ubuntu:24.04 src openssl < 3.0.13-0ubuntu3.1
          ubuntu:24.04 bin libssl3t64 < 3.0.13-0ubuntu3.1
          ubuntu:24.04 bin ssl-metrics < 2:9-1ubuntu3.1";
    let ubuntu = ("ubuntu", "24.04");
    check(
        advisories,
        ubuntu,
        &["deb libssl3t64 3.0.13-0ubuntu3", "deb ssl-metrics 2:9-1ubuntu3", "deb ssl-other 2:9-1ubuntu3"],
        &["libssl3t64 CVE-2024-3333 3.0.13-0ubuntu3.1 affected", "ssl-metrics CVE-2024-3333 2:9-1ubuntu3.1 affected"],
    );
    check(advisories, ubuntu, &["deb libssl3t64 3.0.13-0ubuntu3.1", "deb ssl-metrics 2:9-1ubuntu3.1"], &[]);
    let known = ["deb libssl3t64 3.0.13-0ubuntu3 source=openssl/3.0.13-0ubuntu3"];
    check(advisories, ubuntu, &known, &["libssl3t64 CVE-2024-3333 3.0.13-0ubuntu3.1 affected"]);
    // The binary package of that name is built from another source here.
    check(advisories, ubuntu, &["deb libssl3t64 3.0.13-0ubuntu3 source=other/1"], &[]);
}

#[test]
fn packages_of_a_list_without_sources_are_one_gap() {
    let advisories = "
        advisory debian CVE-2024-0001
          debian:12 src openssl < 3.0.11-1~deb12u2
        advisory rocky RLSA-1 CVE-2024-0002
          rocky:9 bin curl < 7.76.1-20.el9
        advisory alpine CVE-2024-0003
          alpine:3.19 src openssl < 3.1.4-r5";
    let told = |system, packages: &[&str]| -> Vec<String> {
        let gaps = matches(advisories, system, packages).gaps;
        assert!(gaps.iter().all(|gap| gap.is_from_matching() && !gap.is_about_matching()), "{gaps:?}");
        gaps.into_iter().map(|gap| gap.reason).collect()
    };
    let alpine = ("alpine", "3.19.1");
    let gap = |what: &str| format!("the source of {what} is unknown, so that advisories may be missed");
    // Whether advisories name one of them changes nothing: stored images are not asked again for the sake of a gap.
    assert_eq!(
        told(DEBIAN, &["deb libc6 2.36-9", "deb libssl3 3.0.9-1", "deb openssl 3.0.15-1"]),
        [gap("3 packages such as libc6 `2.36-9`")]
    );
    assert_eq!(told(alpine, &["apk libssl3 3.1.4-r0"]), [gap("1 package such as libssl3 `3.1.4-r0`")]);
    // Where another one tells its source, these are their own.
    let sourced = "deb libssl3 3.0.9-1 source=openssl/3.0.9-1";
    assert_eq!(told(DEBIAN, &["deb base-files 12.4", sourced]), [] as [&str; 0]);
    assert_eq!(
        told(alpine, &["apk .build-deps 20240101.1", "apk musl 1.2.4-r2 source=musl/1.2.4-r2"]),
        [] as [&str; 0]
    );
    // Advisories on rpm name what is installed.
    assert_eq!(told(("rocky", "9.0"), &["rpm libcurl 7.76.1-14.el9"]), [] as [&str; 0]);
    // Whoever read the list has said so.
    let mut chiselled = inventory(DEBIAN, &["deb libc6 2.36-9"]);
    assert_eq!(database(advisories).match_inventory(&chiselled, &MatchOptions::default()).gaps.len(), 1);
    chiselled.gaps.push(Gap::new("var/lib/chisel/manifest.wall", Gap::NO_SOURCES));
    assert_eq!(database(advisories).match_inventory(&chiselled, &MatchOptions::default()).gaps, []);
}
