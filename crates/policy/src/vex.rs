//! What VEX statements make of findings.
//!
//! A statement speaks of a finding where it names the vulnerability, by its id or an alias, and a product that is the
//! package, the image as a whole, or the package as a part of something that is here. Of several statements one counts:
//! the latest; at one time the one that names a version before one that does not; then the more careful status
//! (affected, under investigation, fixed, not affected); then the one that was given last. A statement without a time
//! is older than any with one.

mod index;
mod product;

use std::collections::HashSet;

use model::{FindingStatus, ScanReport, VexAssertion, VexStatement, VexStatus};

use index::Index;
use model::time;
use product::Here;

/// Gives findings the status that statements say they have, and notes who says it.
///
/// What is affected keeps the vendor's own word for it, such as that it will not be repaired. Returns the places of the
/// statements that speak of nothing in the report, sorted.
pub fn apply_vex(report: &mut ScanReport, statements: &[VexStatement]) -> Vec<usize> {
    if statements.is_empty() {
        return Vec::new();
    }
    let vulnerabilities = || report.findings.iter().filter_map(model::Finding::vulnerability);
    let ids = vulnerabilities().flat_map(|finding| std::iter::once(&finding.id).chain(&finding.aliases));
    let wanted: HashSet<String> = ids.map(|id| id.to_ascii_uppercase()).collect();
    let times = statements.iter().map(|statement| statement.timestamp.as_deref().and_then(time::parse)).collect();
    let here = Here::new(&report.target, &report.inventory);
    let mut index = Index::new(here, statements, times, &wanted);
    for finding in &mut report.findings {
        let model::Finding::Vulnerability(finding) = finding else { continue };
        let Some(package) = report.inventory.packages.get(finding.package) else { continue };
        let ids = std::iter::once(&finding.id).chain(&finding.aliases);
        if let Some(at) = index.counting(ids, package) {
            let statement = &statements[at];
            finding.vex = Some(Box::new(assertion(statement, finding.status)));
            finding.status = status(statement.status, finding.status);
        }
    }
    index.unmatched()
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
