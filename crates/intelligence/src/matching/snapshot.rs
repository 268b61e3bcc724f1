//! The snapshot that is built into the program, as it lies in the repository: what it says of real images holds in a
//! bare clone too.

use std::collections::BTreeSet;

use model::{Distribution, Inventory};

use super::{MatchOptions, Matches};
use crate::database::Database;
use crate::sample::package;

static PACKED: &[u8] = include_bytes!("../../../../content/intelligence/snapshot.db.zst");

fn snapshot() -> Database {
    Database::from_vec(zstd::decode_all(PACKED).unwrap()).unwrap()
}

/// The findings of an image that is given as the list of its packages.
fn matches(id: &str, version: &str, list: &str, options: &MatchOptions) -> (Inventory, Matches) {
    let distribution = Some(Distribution { id: id.into(), version: version.into(), ..Distribution::default() });
    let packages = list.lines().map(package).collect();
    let inventory = Inventory { distribution, packages, ..Inventory::default() };
    let matches = snapshot().match_inventory(&inventory, options);
    assert_eq!(matches.gaps, []);
    (inventory, matches)
}

#[test]
fn the_snapshot_is_whole_and_small() {
    let snapshot = snapshot();
    snapshot.verify().unwrap();
    assert!(PACKED.len() < 3_000_000, "{}", PACKED.len());
    let covered = include_str!("../../../../content/intelligence/README.md");
    for source in snapshot.facts().sources {
        assert!(covered.contains(&format!("| `{}` |", source.name)), "the README says nothing of {}", source.name);
    }
    assert!(covered.contains(&snapshot.facts().built), "the README says how old it is: {}", snapshot.facts().built);
}

#[test]
fn images_of_the_rhel_family_have_the_vulnerabilities_that_almalinux_repaired() {
    let options = MatchOptions { rhel_advisories: Some("almalinux".into()), ..MatchOptions::default() };
    let distinct = |id: &str, version: &str, list: &str| {
        let (_, matches) = matches(id, version, list, &options);
        matches.findings.iter().map(|finding| finding.id.as_str()).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(distinct("rhel", "8.0", include_str!("../../testdata/ubi8-2019-05.packages")), 366);
    assert_eq!(distinct("rocky", "9.0", include_str!("../../testdata/rocky9.packages")), 228);
}

#[test]
fn a_debian_image_has_what_is_repaired_since_and_nothing_when_repaired() {
    let distinct = |list: &str| {
        let (inventory, matches) = matches("debian", "12", list, &MatchOptions::default());
        let with_fix = matches.findings.iter().filter(|finding| finding.fixed_version.is_some());
        let source = |id: usize| inventory.packages[id].source.as_ref().map(|source| source.name.clone());
        with_fix.map(|finding| (source(finding.package), finding.id.clone())).collect::<BTreeSet<_>>().len()
    };
    assert_eq!(distinct(include_str!("../../testdata/debian12-minbase-nosec.packages")), 15);
    assert_eq!(distinct(include_str!("../../testdata/debian12-minbase-sec.packages")), 0);
}
