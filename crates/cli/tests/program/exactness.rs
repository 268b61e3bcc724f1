//! Real images against real advisories: every vulnerability that is known, and none beside.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::Value;
use test_support::test_data;

use crate::feeds::build_real;
use crate::run::{Program, ids, text};

/// Intelligence from the full test data, as far as the images need it; nothing where the data are not here.
static REAL: LazyLock<Option<(Program, PathBuf)>> = LazyLock::new(|| {
    let program = Program::new();
    let path = build_real(&program, &["debian-tracker", "cve-list-v5", "kev", "osv/AlmaLinux/all.zip"])?;
    Some((program, path))
});

fn scan(image: &str, more: &[&str]) -> Option<Value> {
    let (program, intelligence) = REAL.as_ref()?;
    let image = test_data(&format!("images/{image}"))?;
    let mut arguments = more.to_vec();
    arguments.push(image.to_str()?);
    Some(program.scan(intelligence, &arguments))
}

/// Distinct source package and vulnerability of what can be repaired.
fn repairable(report: &Value) -> BTreeSet<(String, String)> {
    let packages = report["packages"].as_array().unwrap();
    let findings = report["findings"].as_array().unwrap().iter().filter(|finding| !finding["fixed_version"].is_null());
    let pairs = findings.map(|finding| {
        let package = packages.iter().find(|package| package["purl"] == finding["package"]["purl"]).unwrap();
        (text(&package["source"]["name"]), text(&finding["id"]))
    });
    pairs.collect()
}

#[test]
fn debian_minbase_has_exactly_its_15_repairable_vulnerabilities() {
    let Some(report) = scan("debian/debian12-minbase-nosec.slim.tar.zst", &[]) else { return };
    let expected = test_data("images/debian/expected-minbase-nosec.json").unwrap();
    let expected: Vec<[String; 4]> = serde_json::from_slice(&std::fs::read(expected).unwrap()).unwrap();
    let expected: BTreeSet<(String, String)> = expected.into_iter().map(|[source, _, id, _]| (source, id)).collect();
    assert_eq!(expected.len(), 15);
    assert_eq!(repairable(&report), expected);
    assert_eq!(report["os"]["id"], "debian");
}

#[test]
fn a_patched_debian_minbase_has_none() {
    let Some(report) = scan("debian/debian12-minbase-sec.slim.tar.zst", &[]) else { return };
    assert_eq!(repairable(&report), BTreeSet::new());
    assert_eq!(report["gaps"], serde_json::json!([]));
}

#[test]
fn ubi_8_has_366_and_rocky_9_has_228_by_the_advisories_of_almalinux() {
    let options = ["--rhel-advisories", "almalinux"];
    let Some(report) = scan("rpm/ubi8-2019-05.rootfs.tar.gz", &options) else { return };
    assert_eq!(ids(&report).len(), 366);
    let Some(report) = scan("rpm/rocky9.rootfs.tar.gz", &options) else { return };
    assert_eq!(ids(&report).len(), 228);
    // Whose advisories were used is told, and without the option they are not.
    assert!(report.to_string().contains("almalinux"));
    let Some(report) = scan("rpm/rocky9.rootfs.tar.gz", &[]) else { return };
    assert!(ids(&report).is_empty());
}
