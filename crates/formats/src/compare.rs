//! What is new in a report against an earlier one: what is open here and was not open there, by the same rule of sameness
//! as `bulkhead diff` has. What an exception covers or VEX settles is not open.

use std::collections::{BTreeSet, HashSet};

use model::{Comparison, Finding, FindingKind, ScanReport, VulnerabilityFinding};

use crate::diff::diff;

/// Compares a report with an earlier one. Of kinds that only one of them looked for, and of findings that only one of them
/// shows, nothing is new or gone.
pub fn compare(old: &ScanReport, new: &ScanReport) -> Comparison {
    let places: Vec<usize> = (0..new.findings.len()).filter(|at| !new.findings[*at].is_settled()).collect();
    let (open_before, open_now) = (open(old), open(new));
    let diff = diff(&open_before, &open_now);
    // Findings have no names: those that the difference holds are told by where they are in memory.
    let added: HashSet<*const VulnerabilityFinding> =
        diff.added.iter().map(|added| std::ptr::from_ref(added.entry.finding)).collect();
    let others: HashSet<*const Finding> =
        diff.others_added.iter().map(|finding| std::ptr::from_ref(*finding)).collect();
    let is_new = |finding: &Finding| match finding {
        Finding::Vulnerability(finding) => added.contains(&std::ptr::from_ref(finding)),
        Finding::Secret(_) | Finding::Malware(_) | Finding::License(_) | Finding::Misconfiguration(_) => {
            others.contains(&std::ptr::from_ref(finding))
        }
    };
    let new_places: BTreeSet<usize> =
        places.iter().zip(&open_now.findings).filter(|(_, finding)| is_new(finding)).map(|(at, _)| *at).collect();
    Comparison {
        name: old.target.name.clone(),
        kind: old.target.kind,
        intelligence: old.intelligence.as_ref().map(|intelligence| intelligence.sequence),
        shown: old.shown.clone(),
        new: new_places,
        // What is gone at one of its places is open at the others.
        gone: diff.removed.iter().filter(|removed| removed.is_everywhere).count() + diff.others_removed.len(),
        not_compared: not_compared(old, new),
    }
}

fn not_compared(old: &ScanReport, new: &ScanReport) -> BTreeSet<FindingKind> {
    old.detectors.symmetric_difference(&new.detectors).copied().collect()
}

/// The report with its open findings alone.
fn open(report: &ScanReport) -> ScanReport {
    let findings = report.findings.iter().filter(|finding| !finding.is_settled()).cloned().collect();
    ScanReport { findings, ..report.clone() }
}
