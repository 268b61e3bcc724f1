//! Findings: whatever a scan reports as wrong.

mod license;
mod malware;
mod misconfiguration;
mod secret;
mod vulnerability;

use std::cmp::Ordering;

pub use license::{LicenseCategory, LicenseFile, LicenseFinding, LicenseSource};
pub use malware::{MalwareEngine, MalwareFinding};
pub use misconfiguration::Misconfiguration;
pub use secret::{SecretFinding, SecretLocation};
pub use vulnerability::{AdvisoryReference, FindingStatus, VulnerabilityFinding};

use crate::{Inventory, PackageId, Severity};

/// Anything that a scan reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// A known vulnerability of an installed package.
    Vulnerability(VulnerabilityFinding),
    /// A password, key or token that anybody who has the target can read.
    Secret(SecretFinding),
    /// A file that is made to do harm, or looks like it.
    Malware(MalwareFinding),
    /// A license of a package that asks for attention, or one whose text is in a file.
    License(LicenseFinding),
    /// A setting that makes an attack easier.
    Misconfiguration(Misconfiguration),
}

/// The kinds of findings, in the order in which reports list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingKind {
    /// [`Finding::Vulnerability`]
    Vulnerability,
    /// [`Finding::Secret`]
    Secret,
    /// [`Finding::Malware`]
    Malware,
    /// [`Finding::License`]
    License,
    /// [`Finding::Misconfiguration`]
    Misconfiguration,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [FindingKind; 5] = [
        FindingKind::Vulnerability,
        FindingKind::Secret,
        FindingKind::Malware,
        FindingKind::License,
        FindingKind::Misconfiguration,
    ];

    /// The word for one finding of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingKind::Vulnerability => "vulnerability",
            FindingKind::Secret => "secret",
            FindingKind::Malware => "malware",
            FindingKind::License => "license",
            FindingKind::Misconfiguration => "misconfiguration",
        }
    }

    /// The word for what looks for findings of the kind.
    pub fn detector(self) -> &'static str {
        match self {
            FindingKind::Vulnerability => "vulnerabilities",
            FindingKind::Secret => "secrets",
            FindingKind::Malware => "malware",
            FindingKind::License => "licenses",
            FindingKind::Misconfiguration => "misconfigurations",
        }
    }
}

impl Finding {
    /// Its kind.
    pub fn kind(&self) -> FindingKind {
        match self {
            Finding::Vulnerability(_) => FindingKind::Vulnerability,
            Finding::Secret(_) => FindingKind::Secret,
            Finding::Malware(_) => FindingKind::Malware,
            Finding::License(_) => FindingKind::License,
            Finding::Misconfiguration(_) => FindingKind::Misconfiguration,
        }
    }

    /// The vulnerability, where it is one.
    pub fn vulnerability(&self) -> Option<&VulnerabilityFinding> {
        match self {
            Finding::Vulnerability(finding) => Some(finding),
            Finding::Secret(_) | Finding::Malware(_) | Finding::License(_) | Finding::Misconfiguration(_) => None,
        }
    }

    /// What it is called within its kind: the id of the vulnerability or check, the name of the rule or license.
    pub fn id(&self) -> &str {
        match self {
            Finding::Vulnerability(finding) => &finding.id,
            Finding::Secret(finding) => &finding.rule,
            Finding::Malware(finding) => &finding.rule,
            Finding::License(finding) => &finding.name,
            Finding::Misconfiguration(finding) => &finding.id,
        }
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        match self {
            Finding::Vulnerability(finding) => finding.severity,
            Finding::Secret(finding) => finding.severity,
            Finding::Malware(finding) => finding.severity,
            Finding::License(finding) => finding.severity,
            Finding::Misconfiguration(finding) => finding.severity,
        }
    }

    /// The file it is in, or the name of the variable, label or argument; `None` where it is about a package. Empty for the
    /// configuration of an image and for its history.
    pub fn path(&self) -> Option<&str> {
        match self {
            Finding::Secret(finding) => Some(&finding.path),
            Finding::Malware(finding) => Some(&finding.path),
            Finding::Misconfiguration(finding) => Some(&finding.path),
            Finding::License(finding) => finding.file().map(|file| file.path.as_str()),
            Finding::Vulnerability(_) => None,
        }
    }

    /// The line in its file, from 1, where it has one.
    pub fn line(&self) -> Option<u32> {
        match self {
            Finding::Secret(finding) => finding.line,
            Finding::Misconfiguration(finding) => finding.line,
            Finding::Malware(_) | Finding::License(_) | Finding::Vulnerability(_) => None,
        }
    }

    /// The package it is about, where it is about one.
    pub fn package(&self) -> Option<PackageId> {
        match self {
            Finding::Vulnerability(finding) => Some(finding.package),
            Finding::License(finding) => finding.package(),
            Finding::Secret(_) | Finding::Malware(_) | Finding::Misconfiguration(_) => None,
        }
    }

    /// Index of the layer that brought it; `None` outside images, and where no one layer did.
    pub fn layer(&self, inventory: &Inventory) -> Option<u32> {
        let of_package = |id: PackageId| inventory.packages.get(id)?.layer;
        match self {
            Finding::Vulnerability(finding) => of_package(finding.package),
            Finding::License(LicenseFinding { source: LicenseSource::Package(package), .. }) => of_package(*package),
            Finding::License(LicenseFinding { source: LicenseSource::File(file), .. }) => file.layer,
            Finding::Secret(finding) => finding.layer,
            Finding::Malware(finding) => finding.layer,
            Finding::Misconfiguration(finding) => finding.layer,
        }
    }

    /// The exception that covers it, by name.
    pub fn excepted_by(&self) -> Option<&str> {
        match self {
            Finding::Vulnerability(finding) => finding.excepted_by.as_deref(),
            Finding::Secret(finding) => finding.excepted_by.as_deref(),
            Finding::Malware(finding) => finding.excepted_by.as_deref(),
            Finding::License(finding) => finding.excepted_by.as_deref(),
            Finding::Misconfiguration(finding) => finding.excepted_by.as_deref(),
        }
    }

    /// Whether nobody needs to look at it: an exception covers it, or a VEX statement says that it is no danger here.
    pub fn is_settled(&self) -> bool {
        self.excepted_by().is_some() || self.vulnerability().is_some_and(VulnerabilityFinding::is_settled_by_vex)
    }

    /// The order of findings in reports: by kind; vulnerabilities by package and id, the others by their fields from the
    /// first.
    pub fn report_order(&self, other: &Finding) -> Ordering {
        match (self, other) {
            (Finding::Vulnerability(one), Finding::Vulnerability(other)) => {
                (one.package, &one.id).cmp(&(other.package, &other.id))
            }
            (Finding::Secret(one), Finding::Secret(other)) => one.cmp(other),
            (Finding::Malware(one), Finding::Malware(other)) => one.cmp(other),
            (Finding::License(one), Finding::License(other)) => one.cmp(other),
            (Finding::Misconfiguration(one), Finding::Misconfiguration(other)) => one.cmp(other),
            (one, other) => one.kind().cmp(&other.kind()),
        }
    }

    /// Puts findings into the order of reports, each once, whatever the order in which detectors brought them.
    pub fn sort(findings: &mut Vec<Finding>) {
        findings.sort_by(Finding::report_order);
        findings.dedup();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn license(package: PackageId, name: &str) -> Finding {
        Finding::License(LicenseFinding {
            source: LicenseSource::Package(package),
            name: name.into(),
            category: LicenseCategory::Unknown,
            severity: Severity::Low,
            excepted_by: None,
        })
    }

    fn malware(path: &str) -> Finding {
        Finding::Malware(MalwareFinding {
            path: path.into(),
            rule: "eicar".into(),
            engine: MalwareEngine::Hash,
            severity: Severity::Critical,
            sha256: "0".repeat(64).parse().unwrap(),
            description: None,
            layer: None,
            removed_in: None,
            excepted_by: None,
        })
    }

    #[test]
    fn findings_are_sorted_by_kind_and_then_by_place_each_once() {
        let mut findings = vec![license(1, "B"), malware("b"), license(0, "C"), malware("a"), license(1, "B")];
        Finding::sort(&mut findings);
        assert_eq!(findings, [malware("a"), malware("b"), license(0, "C"), license(1, "B")]);
        assert!(FindingKind::ALL.is_sorted());
    }
}
