mod orders;

use std::cmp::Ordering;

use super::*;

/// Holds each line `a < b`, `a = b`, `a > b` of a table against the keys and tells those that do not hold.
fn failures(scheme: VersionScheme, table: &str) -> Vec<String> {
    let mut failures = Vec::new();
    for line in table.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') || line.starts_with("//") {
            continue;
        }
        let mut words = line.split_ascii_whitespace();
        let (Some(left), Some(relation), Some(right), None) = (words.next(), words.next(), words.next(), words.next())
        else {
            failures.push(format!("{line}: not a comparison"));
            continue;
        };
        let expected = match relation {
            "<" => Ordering::Less,
            "=" => Ordering::Equal,
            _ => Ordering::Greater,
        };
        match (scheme.key(left), scheme.key(right)) {
            (Ok(left), Ok(right)) if left.cmp(&right) == expected => {}
            (left, right) => failures.push(format!("{line}: {left:?} {right:?}")),
        }
    }
    failures
}

fn check(scheme: VersionScheme, files: &[&str]) {
    for file in files {
        let Some(path) = test_support::test_data(&format!("version-ordering/{file}")) else {
            continue;
        };
        let failures = failures(scheme, &std::fs::read_to_string(path).unwrap());
        assert!(failures.is_empty(), "{file}: {} comparisons\n{}", failures.len(), failures.join("\n"));
    }
}

#[test]
fn the_excerpt_of_all_tables_holds() {
    let mut schemes = 0;
    for section in include_str!("../../testdata/version-ordering.txt").split("\n[").skip(1) {
        let (name, table) = section.split_once("]\n").unwrap();
        let scheme = VersionScheme::ALL.into_iter().find(|scheme| format!("{scheme:?}") == name).unwrap();
        let failures = failures(scheme, table);
        assert!(failures.is_empty(), "{name}: {}", failures.join("\n"));
        schemes += 1;
    }
    assert_eq!(schemes, 12);
}

#[test]
fn the_tables_of_deb_hold() {
    check(VersionScheme::Deb, &["debian-versions.txt", "debian-versions-generated.txt"]);
}

#[test]
fn the_tables_of_apk_hold() {
    check(VersionScheme::Apk, &["alpine-versions.txt", "alpine-versions-generated.txt"]);
}

#[test]
fn the_tables_of_rpm_hold() {
    check(VersionScheme::Rpm, &["redhat-versions.txt"]);
}

#[test]
fn the_tables_of_maven_hold() {
    check(VersionScheme::Maven, &["maven-versions.txt", "maven-versions-generated.txt"]);
}

#[test]
fn the_tables_of_pypi_hold() {
    check(VersionScheme::Pypi, &["pypi-versions.txt", "pypi-versions-generated.txt"]);
}

#[test]
fn the_tables_of_gem_hold() {
    check(VersionScheme::Gem, &["rubygems-versions.txt", "rubygems-versions-generated.txt"]);
}

#[test]
fn the_tables_of_semver_hold() {
    check(VersionScheme::Semver, &["semver-versions.txt"]);
}

#[test]
fn the_tables_of_nuget_hold() {
    check(VersionScheme::Nuget, &["nuget-versions.txt"]);
}

#[test]
fn the_tables_of_packagist_hold() {
    check(VersionScheme::Packagist, &["packagist-versions.txt", "packagist-versions-generated.txt"]);
}

#[test]
fn the_tables_of_pub_hold() {
    check(VersionScheme::Pub, &["pub-versions.txt"]);
}

#[test]
fn the_tables_of_hackage_hold() {
    check(VersionScheme::Hackage, &["hackage-versions.txt"]);
}

#[test]
fn the_tables_of_cran_hold() {
    check(VersionScheme::Cran, &["cran-versions.txt", "cran-versions-generated.txt"]);
}

#[test]
fn systems_have_versions_of_a_form() {
    use VersionScheme::{Apk, Deb, Rpm};
    for (scheme, version, is_valid) in [
        (Deb, "1:2.36-9+deb12u4", true),
        (Deb, "0~20171227-0.2+b1", true),
        (Deb, "not-a-version", false),
        (Deb, "x:1", false),
        (Deb, "1.0 beta", false),
        (Deb, "1.0_1", false),
        (Deb, "", false),
        (Apk, "1.36.1-r15", true),
        (Apk, "20230506_git20231001-r1", true),
        (Apk, "9.6_p1-r0", true),
        (Apk, "latest", false),
        (Apk, "1.0-custom", false),
        (Rpm, "1:1.1.1k-12.el8_9", true),
        (Rpm, "(none):5.0-1", true),
        (Rpm, "fd431d51-4ae0493b", true),
        (Rpm, "1.0/2", false),
        (Rpm, "a:1-1", false),
        (Rpm, "-", false),
    ] {
        assert_eq!(scheme.is_valid(version), is_valid, "{scheme:?} {version}");
    }
}

#[test]
fn branches_of_composer_are_the_newest_of_their_line() {
    let table = "
        2.x-dev = 2.9999999.9999999.9999999-dev
        4.4.x-dev = 4.4.9999999.9999999-dev
        v4.4.X-DEV = 4.4.x-dev
        4.4.xdev = 4.4.x-dev
        1.2.3.x-dev = 1.2.3.9999999-dev
        2.x-dev > 2.99.0
        2.x-dev > 2.99.x-dev
        2.x-dev < 3.0.0-alpha1
        4.4.x-dev > 4.4.50
        4.4.x-dev < 4.5.0-beta1
        2.3-dev < 2.3
        2.3.0-dev < 2.3.0";
    assert_eq!(failures(VersionScheme::Packagist, table), [] as [&str; 0]);
    assert!(VersionScheme::Packagist.key("dev-main").is_err());
    assert!(VersionScheme::Packagist.key("Dev-2.x").is_err());
}

#[test]
fn what_stands_in_place_of_a_version_of_a_language_is_refused() {
    use VersionScheme::{Generic, Maven, Nuget, Packagist, Pub, Pypi, Semver};
    for (scheme, text, is_refused) in [
        (Semver, "1.2.3 - 2.3.4", true),
        (Semver, "1.2.x || 2.x", true),
        (Semver, "1.2.X", true),
        (Semver, "1.2.3-4.x", false),
        (Pub, "^1.0.0", true),
        (Nuget, "1.0.0-*", true),
        (Packagist, "~2.0", true),
        (Packagist, "=2.0", true),
        (Packagist, "2.x", true),
        (Packagist, "2.x-dev", false),
        (Packagist, "7.x-1.5", false),
        (Pypi, "~=1.0", true),
        (Pypi, "!=1.0", true),
        (Pypi, "{{ version }}", true),
        (Pypi, "$Revision: 1.5 $", true),
        (Maven, "latest.release", true),
        (Maven, "1.0-latest", false),
        (Maven, "2.3.x", false),
        (Maven, "0123456789012345678901234567890123456789", false),
        (Maven, "a123456789012345678901234567890123456789", true),
        (Generic, "3.8.*", true),
        (Generic, "1.1.1k", false),
        (VersionScheme::Deb, "", false),
        (VersionScheme::Rpm, "1.0^20240101", false),
    ] {
        assert_eq!(scheme.refuses(text), is_refused, "{scheme:?} {text}");
    }
    assert!(!Pypi.is_valid("unknown") && !Maven.is_valid("[1.0,2.0)") && Maven.is_valid("Hoxton.RELEASE"));
}
