//! What VEX statements make of findings.
//!
//! A statement speaks of a finding where it names the vulnerability, by its id or an alias, and a product that is the
//! package, the image as a whole, or the package as a part of something that is here. Of several statements one counts:
//! the latest; at one time the one that names a version before one that does not; then the more careful status
//! (affected, under investigation, fixed, not affected); then the one that was given last. A statement without a time
//! is older than any with one.

mod product;

use std::cmp::Ordering;
use std::collections::HashMap;

use model::{FindingStatus, ScanReport, VexAssertion, VexStatement, VexStatus};

use crate::time;
use product::{Fit, Here};

/// Gives findings the status that statements say they have, and notes who says it.
///
/// What is affected keeps the vendor's own word for it, such as that it will not be repaired. Returns the places of the
/// statements that speak of nothing in the report, sorted.
pub fn apply_vex(report: &mut ScanReport, statements: &[VexStatement]) -> Vec<usize> {
    if statements.is_empty() {
        return Vec::new();
    }
    let mut by_id: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, statement) in statements.iter().enumerate() {
        for id in statement.ids.iter() {
            let places = by_id.entry(id.trim().to_ascii_uppercase()).or_default();
            if places.last() != Some(&at) {
                places.push(at);
            }
        }
    }
    let times: Vec<Option<i64>> =
        statements.iter().map(|statement| statement.timestamp.as_deref().and_then(time::parse)).collect();
    let mut is_matched = vec![false; statements.len()];
    let here = Here::new(&report.target, &report.inventory);
    for finding in &mut report.findings {
        let model::Finding::Vulnerability(finding) = finding else { continue };
        let Some(package) = report.inventory.packages.get(finding.package) else { continue };
        let ids = std::iter::once(&finding.id).chain(&finding.aliases);
        let mut candidates: Vec<usize> =
            ids.filter_map(|id| by_id.get(&id.to_ascii_uppercase())).flatten().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let mut counting: Option<(usize, Fit)> = None;
        for at in candidates {
            let Some(fit) = here.fit(&statements[at], package) else { continue };
            is_matched[at] = true;
            let rank = |(at, fit): (usize, Fit)| (times[at], fit, statements[at].status, at);
            if counting.is_none_or(|known| rank(known).cmp(&rank((at, fit))) == Ordering::Less) {
                counting = Some((at, fit));
            }
        }
        if let Some((at, _)) = counting {
            let statement = &statements[at];
            finding.vex = Some(Box::new(assertion(statement, finding.status)));
            finding.status = status(statement.status, finding.status);
        }
    }
    is_matched.iter().enumerate().filter(|(_, is_matched)| !**is_matched).map(|(at, _)| at).collect()
}

fn status(said: VexStatus, vendor: FindingStatus) -> FindingStatus {
    match (said, vendor) {
        (VexStatus::NotAffected, _) => FindingStatus::NotAffected,
        (VexStatus::Fixed, _) => FindingStatus::Fixed,
        (VexStatus::UnderInvestigation, _) => FindingStatus::UnderInvestigation,
        (VexStatus::Affected, FindingStatus::WillNotFix | FindingStatus::FixDeferred | FindingStatus::EndOfLife) => {
            vendor
        }
        (
            VexStatus::Affected,
            FindingStatus::Affected
            | FindingStatus::UnderInvestigation
            | FindingStatus::Fixed
            | FindingStatus::NotAffected,
        ) => FindingStatus::Affected,
    }
}

fn assertion(statement: &VexStatement, vendor_status: FindingStatus) -> VexAssertion {
    VexAssertion {
        status: statement.status,
        justification: statement.justification.clone(),
        detail: statement.detail.clone(),
        author: statement.document.author.clone(),
        timestamp: statement.timestamp.clone(),
        document: statement.document.id.clone().unwrap_or_else(|| statement.document.file.clone()),
        vendor_status,
    }
}

#[cfg(test)]
mod tests;
