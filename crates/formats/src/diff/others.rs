//! What changed of findings about anything but vulnerabilities. A finding that only moved to another line of its file is
//! the same.

use std::collections::BTreeMap;

use model::{Finding, LicenseSource, ScanReport};

/// A finding as it was and as it is.
#[derive(Debug, Clone, Copy)]
pub struct OtherChange<'a> {
    /// In the old report.
    pub old: &'a Finding,
    /// In the new report.
    pub new: &'a Finding,
}

/// What only one report has, and what changed.
#[derive(Default)]
pub(super) struct Others<'a> {
    pub(super) added: Vec<&'a Finding>,
    pub(super) removed: Vec<&'a Finding>,
    pub(super) changed: Vec<OtherChange<'a>>,
}

/// Compares the findings of kinds that both reports looked for.
pub(super) fn compare<'a>(old: &'a ScanReport, new: &'a ScanReport) -> Others<'a> {
    let mut others = Others::default();
    let mut known: BTreeMap<Vec<&'a str>, Vec<&'a Finding>> = BTreeMap::new();
    for finding in comparable(old, new) {
        known.entry(key(finding, old)).or_default().push(finding);
    }
    for finding in comparable(new, old) {
        let same = known.get_mut(&key(finding, new)).filter(|known| !known.is_empty());
        match same.map(|known| known.remove(0)) {
            None => others.added.push(finding),
            Some(known) if is_change(known, finding) => others.changed.push(OtherChange { old: known, new: finding }),
            Some(_) => {}
        }
    }
    others.removed = known.into_values().flatten().collect();
    others.removed.sort_by(|one, other| one.report_order(other));
    others
}

fn comparable<'a>(report: &'a ScanReport, other: &'a ScanReport) -> impl Iterator<Item = &'a Finding> {
    let others = report.findings.iter().filter(|finding| finding.vulnerability().is_none());
    others.filter(|finding| other.detectors.contains(&finding.kind()) && other.shown.takes_in(finding))
}

fn is_change(old: &Finding, new: &Finding) -> bool {
    let category = |finding: &Finding| match finding {
        Finding::License(license) => Some(license.category),
        Finding::Vulnerability(_) | Finding::Secret(_) | Finding::Malware(_) | Finding::Misconfiguration(_) => None,
    };
    old.severity() != new.severity() || category(old) != category(new)
}

/// What makes a finding the same one in two reports.
fn key<'a>(finding: &'a Finding, report: &'a ScanReport) -> Vec<&'a str> {
    match finding {
        Finding::Vulnerability(found) => vec!["vulnerability", &found.id],
        Finding::Secret(secret) => {
            vec!["secret", secret.location.as_str(), &secret.path, &secret.rule, &secret.matched]
        }
        Finding::Malware(malware) => vec!["malware", &malware.path, &malware.rule, malware.engine.as_str()],
        Finding::License(license) => match &license.source {
            LicenseSource::Package(package) => {
                let package = &report.inventory.packages[*package];
                vec!["license", package.ecosystem.purl_type(), &package.name, &license.name]
            }
            LicenseSource::File(file) => vec!["license", "", &file.path, &license.name],
        },
        Finding::Misconfiguration(found) => vec!["misconfiguration", &found.path, &found.id, &found.message],
    }
}

#[cfg(test)]
mod tests {
    use model::{Inventory, ScanTarget, SecretFinding, SecretLocation, Severity, TargetKind};

    use super::*;

    fn report(secrets: &[(&str, u32, Severity)]) -> ScanReport {
        let secret = |(path, line, severity): &(&str, u32, Severity)| {
            Finding::Secret(SecretFinding {
                location: SecretLocation::File,
                path: (*path).to_owned(),
                line: Some(*line),
                rule: "token".into(),
                title: "token".into(),
                matched: "to**".into(),
                number: None,
                severity: *severity,
                category: "token".into(),
                layer: None,
                removed_in: None,
                excepted_by: None,
            })
        };
        let target = ScanTarget { name: "a".into(), kind: TargetKind::Directory, digest: None, platform: None };
        ScanReport {
            target,
            inventory: Inventory::default(),
            detectors: model::FindingKind::ALL.into(),
            findings: secrets.iter().map(secret).collect(),
            signatures: Vec::new(),
            verdict: None,
            comparison: None,
            shown: model::Shown::default(),
            intelligence: None,
        }
    }

    #[test]
    fn a_moved_finding_is_the_same_and_another_severity_is_a_change() {
        let old = report(&[("a", 1, Severity::Low), ("b", 1, Severity::Low), ("c", 1, Severity::High)]);
        let new = report(&[("a", 9, Severity::Low), ("b", 1, Severity::High), ("d", 1, Severity::High)]);
        let others = compare(&old, &new);
        let path = |finding: &Finding| match finding {
            Finding::Secret(secret) => secret.path.clone(),
            _ => String::new(),
        };
        let paths = |findings: &[&Finding]| findings.iter().map(|finding| path(finding)).collect::<Vec<_>>();
        assert_eq!((paths(&others.added), paths(&others.removed)), (vec!["d".into()], vec!["c".into()]));
        assert_eq!(others.changed.iter().map(|change| path(change.new)).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn what_one_report_did_not_look_for_is_neither_new_nor_gone() {
        let old = ScanReport { detectors: [model::FindingKind::Malware].into(), ..report(&[]) };
        let new = report(&[("a", 1, Severity::Low)]);
        assert!(compare(&old, &new).added.is_empty() && compare(&new, &old).removed.is_empty());
    }
}
