//! ARCHITECTURE.md names only paths that exist, and every crate.

use std::path::Path;

use anyhow::Context;

use crate::Complaint;

/// Documents whose paths in backquotes must exist.
const DOCUMENTS: &[&str] = &[
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "docs/contributing/add-check.md",
    "docs/contributing/add-ecosystem.md",
    "docs/contributing/add-feed.md",
    "docs/contributing/add-format.md",
    "docs/contributing/add-secret-rule.md",
];

/// Folders with which a path of ours begins.
const ROOTS: &[&str] = &["crates/", "docs/", "content/", "scripts/", "fuzz/", "xtask/", ".ci/"];

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    for document in DOCUMENTS {
        let text = std::fs::read_to_string(root.join(document)).with_context(|| format!("cannot read {document}"))?;
        for path in quoted_paths(&text) {
            if !root.join(path).exists() {
                complaints.push(format!("{document} names {path}, which does not exist"));
            }
        }
    }
    let architecture = std::fs::read_to_string(root.join("ARCHITECTURE.md"))?;
    for entry in root.join("crates").read_dir()? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !architecture.contains(&format!("`{name}`")) {
            complaints.push(format!("ARCHITECTURE.md does not mention the crate `{name}`"));
        }
    }
    Ok(complaints)
}

/// Paths between backquotes, without line numbers, wildcards and placeholders.
fn quoted_paths(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2).filter(|quoted| {
        ROOTS.iter().any(|root| quoted.starts_with(root)) && !quoted.contains(['*', '<', '{', ' ', '…'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_between_backquotes_count() {
        let text = "See `crates/model/src/lib.rs`, `cargo test` and `docs/a/*.md`; crates/none is text.";
        assert_eq!(quoted_paths(text).collect::<Vec<_>>(), ["crates/model/src/lib.rs"]);
    }
}
