//! `docs/coverage.tsv`: a capability said to work names a test that exists.

use std::path::Path;

use anyhow::Context;

use crate::Complaint;
use crate::length::source_files;

const FILE: &str = "docs/coverage.tsv";
const STATES: &[&str] = &["works", "partly", "planned"];

pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<Complaint>> {
    let text = std::fs::read_to_string(root.join(FILE)).with_context(|| format!("cannot read {FILE}"))?;
    let mut sources = Vec::new();
    for path in source_files(root)? {
        sources.push((path.strip_prefix(root)?.to_string_lossy().into_owned(), std::fs::read_to_string(&path)?));
    }
    let has_test = |proof: &str| {
        let Some((file, test)) = proof.split_once("::") else { return false };
        sources.iter().any(|(path, text)| path.ends_with(file) && text.contains(&format!("fn {test}(")))
    };
    let mut complaints = Vec::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let place = format!("{FILE}:{}", number + 1);
        let columns: Vec<&str> = line.split('\t').collect();
        let [row, state, proofs, missing] = columns.as_slice() else {
            complaints.push(format!("{place} has {} columns; write row, state, proof, missing", columns.len()));
            continue;
        };
        if !STATES.contains(state) {
            complaints.push(format!("{place} ({row}) is `{state}`; use works, partly or planned"));
        }
        for proof in proofs.split_whitespace().filter(|proof| !has_test(proof)) {
            complaints.push(format!("{place} ({row}) names {proof}, which is no test; write FILE.rs::test_name"));
        }
        match *state {
            "works" if proofs.is_empty() => {
                complaints.push(format!("{place} ({row}) works without a test that proves it"))
            }
            "works" if !missing.is_empty() => {
                complaints.push(format!("{place} ({row}) works and still misses something"))
            }
            "partly" if proofs.is_empty() || missing.is_empty() => {
                complaints
                    .push(format!("{place} ({row}) is partly there: name the test of the part and what is missing"));
            }
            _ => {}
        }
    }
    Ok(complaints)
}
