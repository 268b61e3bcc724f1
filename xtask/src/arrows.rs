//! Which crate may use which: the floors of the house.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;

use crate::Complaint;

/// Every crate and what it may use, ground first. A crate that is not here does not belong to the house yet.
const ARROWS: &[(&str, &[&str])] = &[
    ("inflate", &[]),
    ("model", &[]),
    ("oci", &["inflate", "model"]),
    ("formats", &["model"]),
    ("licenses", &["model"]),
    ("malware", &["model"]),
    ("misconfiguration", &["model"]),
    ("policy", &["model"]),
    ("rego-process", &["policy"]),
    ("secrets", &["model"]),
    ("scanner", &["model", "oci", "licenses", "malware", "misconfiguration", "secrets"]),
    ("signatures", &["model"]),
    ("intelligence", &["model", "formats"]),
    ("store", &["model", "policy"]),
    ("api", &["model", "policy"]),
    ("daemon", &[]),
    ("allocator", &[]),
    ("server", &["allocator", "store", "api", "intelligence", "formats", "policy", "rego-process", "model", "daemon"]),
    (
        "cli",
        &[
            "allocator",
            "scanner",
            "intelligence",
            "formats",
            "policy",
            "rego-process",
            "oci",
            "licenses",
            "malware",
            "secrets",
            "signatures",
            "api",
            "model",
        ],
    ),
    ("test-support", &[]),
    ("xtask", &[]),
];

/// What any crate may use in its tests.
const IN_TESTS: &[&str] = &["test-support"];

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    for (name, manifest) in manifests(root)? {
        let Some(may_use) = allowed.get(name.as_str()) else {
            complaints.push(format!("crates/{name} has no row in xtask/src/arrows.rs; say there what it may use"));
            continue;
        };
        for (section, used) in internal_dependencies(&manifest, &allowed) {
            let is_test_use = section == "dev-dependencies" && IN_TESTS.contains(&used.as_str());
            if !may_use.contains(&used.as_str()) && !is_test_use {
                complaints.push(format!("{name} must not use {used} ([{section}] of its Cargo.toml)"));
            }
        }
    }
    Ok(complaints)
}

/// The manifests of the workspace's crates, by crate name.
fn manifests(root: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut manifests = BTreeMap::new();
    let crates = root.join("crates");
    for entry in crates.read_dir().with_context(|| format!("cannot read {}", crates.display()))? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = folder.join("Cargo.toml");
        let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        manifests.insert(name, text);
    }
    Ok(manifests)
}

/// (section, crate) for each of our crates that a manifest names in a dependency section.
fn internal_dependencies(manifest: &str, ours: &BTreeMap<&str, &[&str]>) -> Vec<(String, String)> {
    let mut section = String::new();
    let mut found = Vec::new();
    for line in manifest.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name.to_owned();
        } else if section.ends_with("dependencies") {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            if ours.contains_key(name) {
                found.push((section.clone(), name.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_only_point_down() {
        let known: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
        for (place, (name, used)) in ARROWS.iter().enumerate() {
            for target in *used {
                assert!(known[..place].contains(target), "{name} → {target}");
            }
        }
    }

    #[test]
    fn dependencies_of_every_section_are_seen() {
        let manifest = "[dependencies]\nmodel.workspace = true\nserde = \"1\"\n[dev-dependencies]\ntest-support.workspace = true\n";
        let found = internal_dependencies(manifest, &ARROWS.iter().copied().collect());
        assert_eq!(
            found,
            [("dependencies".into(), "model".into()), ("dev-dependencies".into(), "test-support".into())]
        );
    }
}
