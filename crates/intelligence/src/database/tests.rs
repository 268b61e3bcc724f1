use model::Inventory;

use super::*;
use crate::exercise::reseal;
use crate::matching::MatchOptions;
use crate::sample::{database, package, records};

/// Enough records for several blocks of every larger section.
fn sample_bytes() -> Vec<u8> {
    let mut text = String::new();
    for n in 1..150 {
        text +=
            &format!("advisory debian CVE-2024-{n:04} severity=high title=Title_{n} modified=2024-05-01T00:00:00Z\n");
        text +=
            &format!("  debian:12 src source{} < 1.{n}-1\n  npm bin name{} >= 1.0.{n}, < 2.0.{n}\n", n % 15, n % 20);
        text += &format!("fact nvd CVE-2024-{n:04} GHSA-{n} score=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n");
    }
    crate::build::build_records(records(&text)).0
}

fn sample_inventory() -> Inventory {
    let lines: Vec<String> = (0..20)
        .flat_map(|n| [format!("deb source{n} 1.50-1 source=source{n}/1.50-1"), format!("npm name{n} 1.5.0")])
        .collect();
    Inventory {
        distribution: Some(model::Distribution { id: "debian".into(), version: "12".into(), ..Default::default() }),
        packages: lines.iter().map(|line| package(line)).collect(),
        ..Inventory::default()
    }
}

#[test]
fn a_flipped_bit_anywhere_is_noticed_and_never_changes_a_finding() {
    let bytes = sample_bytes();
    let (inventory, options) = (sample_inventory(), MatchOptions::default());
    let whole = Database::from_vec(bytes.clone()).unwrap().match_inventory(&inventory, &options);
    assert!(whole.findings.len() > 150 && whole.gaps.is_empty());
    for at in (0..bytes.len()).step_by(211).chain(0..300).chain(bytes.len() - 64..bytes.len()) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        let Ok(database) = Database::from_vec(damaged) else { continue };
        assert!(database.verify().is_err(), "byte {at}");
        let matches = database.match_inventory(&inventory, &options);
        if matches.gaps.is_empty() {
            assert_eq!(matches.findings, whole.findings, "byte {at}");
        } else {
            assert!(matches.findings.iter().all(|finding| whole.findings.contains(finding)), "byte {at}");
        }
        database.lookup("CVE-2024-0100");
        database.facts();
    }
}

#[test]
fn a_lie_behind_valid_checksums_does_not_panic() {
    let bytes = sample_bytes();
    let (inventory, options) = (sample_inventory(), MatchOptions::default());
    for at in (format::header_bytes(format::SECTION_COUNT - 1)..bytes.len()).step_by(193) {
        for value in [0, 0xff] {
            let mut lying = bytes.clone();
            lying[at] = value;
            reseal(&mut lying).unwrap();
            let database = Database::from_vec(lying).unwrap();
            database.verify().unwrap();
            if at % 3 == 0 {
                database.match_inventory(&inventory, &options);
            }
            database.lookup("CVE-2024-0100");
            database.facts();
        }
    }
}

#[test]
fn a_torn_or_foreign_file_is_refused() {
    let bytes = sample_bytes();
    for length in [8, 100, 4096, bytes.len() - 1] {
        let torn = Database::from_vec(bytes[..length].to_vec()).err().unwrap();
        assert!(matches!(torn, OpenDatabaseError::Torn { .. }), "{length}");
    }
    assert!(matches!(Database::from_vec(b"SQLite format 3".to_vec()), Err(OpenDatabaseError::NotADatabase)));
    let mut later = bytes;
    later[8] = 9;
    assert!(matches!(Database::from_vec(later), Err(OpenDatabaseError::OtherFormat { found: 9, known: 2 })));
}

#[test]
fn a_vulnerability_is_looked_up_by_any_of_its_ids() {
    let database = database(
        "advisory ghsa GHSA-jfh8-c2jp-5v3q CVE-2021-44228 severity=CRITICAL url=https://github.com/advisories/GHSA-jfh8-c2jp-5v3q published=2021-12-10T00:40:56Z
           maven bin org.apache.logging.log4j:log4j-core >= 2.13.0, < 2.15.0 = 2.0-beta9
         advisory debian DSA-5020-1 CVE-2021-44228 CVE-2021-45046 url=https://security-tracker.debian.org/tracker/x
           debian:11 src apache-log4j2 < 2.15.0-1~deb11u1
         fact nvd CVE-2021-44228 score=CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H kev epss=0.9 modified=2025-01-01T00:00:00Z",
    );
    let record = database.lookup("cve-2021-44228").unwrap();
    assert_eq!(database.lookup("GHSA-jfh8-c2jp-5v3q").unwrap(), record);
    assert_eq!(
        (record.id.as_str(), record.aliases.as_slice()),
        ("CVE-2021-44228", &["GHSA-jfh8-c2jp-5v3q".to_owned()][..])
    );
    assert_eq!(record.ratings, [("ghsa".to_owned(), "CRITICAL".to_owned())]);
    assert_eq!(record.scores[0].source, "nvd");
    assert!(record.kev);
    let urls: Vec<&str> = record.advisories.iter().filter_map(|one| one.url.as_deref()).collect();
    assert_eq!(
        urls,
        ["https://security-tracker.debian.org/tracker/x", "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q"]
    );
    let affected = &record.advisories[1].affected[0];
    assert_eq!(
        (affected.ranges.as_slice(), affected.versions.as_slice()),
        (&[">= 2.13.0, < 2.15.0".to_owned()][..], &["2.0-beta9".to_owned()][..])
    );
    let erratum = database.lookup("DSA-5020-1").unwrap();
    assert_eq!(erratum.aliases, ["CVE-2021-44228", "CVE-2021-45046"]);
    assert_eq!(database.lookup("CVE-1999-0001"), None);
    assert_eq!(database.facts().built, "2025-01-01T00:00:00Z");
}
