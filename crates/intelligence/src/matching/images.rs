//! The vulnerabilities of real images, by advisories that are read from the full test data.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use model::{Distribution, Inventory, Package};

use super::MatchOptions;
use crate::build::{BuildOptions, build};
use crate::database::Database;
use crate::sample::package;

/// A database of some feeds of the full test data.
fn database(feeds: &[&str]) -> Option<Database> {
    let folder = tempfile::tempdir().unwrap();
    for feed in feeds {
        let target = folder.path().join("feeds").join(feed);
        std::fs::create_dir_all(target.parent().unwrap()).unwrap();
        let data = test_support::test_data(&format!("feeds/{feed}"))?;
        if data.is_file() {
            std::fs::copy(data, target).unwrap();
        } else {
            std::os::unix::fs::symlink(data, target).unwrap();
        }
    }
    let out = folder.path().join("intelligence.db");
    build(&folder.path().join("feeds"), &out, &BuildOptions::default()).unwrap();
    Some(Database::open(&out).unwrap())
}

fn inventory(id: &str, version: &str, packages: Vec<Package>) -> Inventory {
    let distribution = Some(Distribution { id: id.into(), version: version.into(), ..Distribution::default() });
    Inventory { distribution, packages, ..Inventory::default() }
}

/// The distinct vulnerabilities of the rpm packages of a list, by AlmaLinux's advisories.
fn by_almalinux(id: &str, version: &str, list: &str) -> Option<usize> {
    let packages = list.lines().map(package).collect();
    let options = MatchOptions { rhel_advisories: Some("almalinux".into()), ..MatchOptions::default() };
    let matches = database(&["osv/AlmaLinux/all.zip"])?.match_inventory(&inventory(id, version, packages), &options);
    assert_eq!(matches.gaps, []);
    let ids: BTreeSet<&str> = matches.findings.iter().map(|finding| finding.id.as_str()).collect();
    Some(ids.len())
}

#[test]
fn images_of_the_rhel_family_have_the_vulnerabilities_that_almalinux_repaired() {
    let ubi = include_str!("../../testdata/ubi8-2019-05.packages");
    let rocky = include_str!("../../testdata/rocky9.packages");
    let Some(of_ubi) = by_almalinux("rhel", "8.0", ubi) else { return };
    assert_eq!(of_ubi, 366);
    assert_eq!(by_almalinux("rocky", "9.0", rocky), Some(228));
}

#[test]
fn debian_images_have_what_the_tracker_says_and_nothing_when_repaired() {
    let Some(database) = database(&["debian-tracker", "cve-list-v5", "kev"]) else { return };
    let mut expected = String::new();
    let list = test_support::test_data("images/debian/expected-minbase-nosec.json").unwrap();
    File::open(list).unwrap().read_to_string(&mut expected).unwrap();
    let expected: BTreeSet<[String; 4]> = serde_json::from_str(&expected).unwrap();
    assert_eq!(expected.len(), 15);
    assert_eq!(repairable(&database, "nosec"), expected);
    assert_eq!(repairable(&database, "sec"), BTreeSet::new());
}

/// Source, installed version, vulnerability and fixed version, of findings with a repair.
fn repairable(database: &Database, name: &str) -> BTreeSet<[String; 4]> {
    let archive = test_support::test_data(&format!("images/debian/debian12-minbase-{name}.slim.tar.zst")).unwrap();
    let inventory = inventory("debian", "12", dpkg_packages(&archive));
    let matches = database.match_inventory(&inventory, &MatchOptions::default());
    assert_eq!(matches.gaps, []);
    let with_fix =
        matches.findings.into_iter().filter_map(|finding| Some((finding.package, finding.id, finding.fixed_version?)));
    with_fix
        .map(|(package, id, fixed)| {
            let source = inventory.packages[package].source.clone().unwrap();
            [source.name, source.version, id, fixed]
        })
        .collect()
}

/// The packages of `var/lib/dpkg/status`, as far as matching needs them.
fn dpkg_packages(archive: &Path) -> Vec<Package> {
    let mut tar = tar::Archive::new(zstd::stream::read::Decoder::new(File::open(archive).unwrap()).unwrap());
    let mut status = String::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        if entry.path().unwrap().ends_with("var/lib/dpkg/status") {
            entry.read_to_string(&mut status).unwrap();
        }
    }
    let paragraphs = status.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    let packages: Vec<Package> = paragraphs
        .map(|paragraph| {
            let field = |name: &str| paragraph.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let (name, version) = (field("Package:").unwrap(), field("Version:").unwrap());
            let (source, source_version) = match field("Source:").map(|source| source.split_once(" (")) {
                Some(Some((source, version))) => (source, version.trim_end_matches(')')),
                Some(None) => (field("Source:").unwrap(), version),
                None => (name, version),
            };
            package(&format!("deb {name} {version} source={source}/{source_version}"))
        })
        .collect();
    assert!(packages.len() > 50);
    packages
}
