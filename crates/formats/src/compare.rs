//! What is new in a report against an earlier one: what is open here and was not open there, by the same rule of sameness
//! as `bulkhead diff` has. What an exception covers or VEX settles is not open.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use model::{Comparison, Finding, FindingKind, ScanReport, VulnerabilityFinding};

use crate::diff::{Copies, FindingPlace, diff};

/// Compares a report with an earlier one. Of kinds that only one of them looked for, and of findings that only one of them
/// shows, nothing is new or gone.
pub fn compare(old: &ScanReport, new: &ScanReport) -> Comparison {
    let places: Vec<usize> = (0..new.findings.len()).filter(|at| !new.findings[*at].is_settled()).collect();
    let (open_before, open_now) = (open(old), open(new));
    let diff = diff(&open_before, &open_now);
    // Findings have no names: those that the difference holds are told by where they are in memory.
    let added: HashMap<*const VulnerabilityFinding, &Copies<'_, FindingPlace<'_>>> =
        diff.added.iter().map(|added| (std::ptr::from_ref(added.entry.finding), added)).collect();
    let others: HashSet<*const Finding> =
        diff.others_added.iter().map(|finding| std::ptr::from_ref(*finding)).collect();
    let (mut added_at, mut new_places) = (BTreeSet::new(), BTreeMap::new());
    for (at, finding) in places.into_iter().zip(&open_now.findings) {
        match finding {
            Finding::Vulnerability(finding) => {
                let Some(copies) = added.get(&std::ptr::from_ref(finding)) else { continue };
                if !copies.is_everywhere {
                    new_places.insert(at, copies.places.iter().map(|place| (*place).to_owned()).collect());
                }
            }
            Finding::Secret(_) | Finding::Malware(_) | Finding::License(_) | Finding::Misconfiguration(_) => {
                if !others.contains(&std::ptr::from_ref(finding)) {
                    continue;
                }
            }
        }
        added_at.insert(at);
    }
    Comparison {
        name: old.target.name.clone(),
        kind: old.target.kind,
        intelligence: old.intelligence.as_ref().map(|intelligence| intelligence.sequence),
        shown: old.shown.clone(),
        new: added_at,
        new_places,
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
