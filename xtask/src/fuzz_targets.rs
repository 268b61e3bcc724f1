//! Every fuzz target has its file, its entry in the manifest, its corpus and its line in the documentation.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;

use crate::Complaint;

const LIST: &str = "docs/contributing/fuzzing.md";

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let manifest = std::fs::read_to_string(root.join("fuzz/Cargo.toml")).context("cannot read fuzz/Cargo.toml")?;
    let list = std::fs::read_to_string(root.join(LIST)).with_context(|| format!("cannot read {LIST}"))?;
    let mut targets = BTreeSet::new();
    for entry in root.join("fuzz/fuzz_targets").read_dir().context("cannot read fuzz/fuzz_targets")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            targets.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    let mut complaints = Vec::new();
    for target in &targets {
        if !manifest.contains(&format!("name = \"{target}\"")) {
            complaints.push(format!("fuzz/Cargo.toml has no [[bin]] for fuzz/fuzz_targets/{target}.rs"));
        }
        if !list.contains(&format!("`{target}`")) {
            complaints.push(format!("{LIST} does not list the fuzz target `{target}`"));
        }
        let corpus = root.join("fuzz/corpus").join(target);
        if !corpus.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            complaints.push(format!("fuzz/corpus/{target} has no inputs"));
        }
    }
    Ok(complaints)
}
