//! The scan report: what `bulkhead scan` hands to the writers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    Comparison, Digest, Finding, FindingKind, Inventory, Platform, Severity, Signature, Verdict, VulnerabilityFinding,
};

/// The whole result of a scan, free of time and place: the same bytes in give the same report out.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanReport {
    /// What was scanned.
    pub target: ScanTarget,
    /// What is in it, gaps included.
    pub inventory: Inventory,
    /// The kinds of findings that were looked for: of any other kind the report says nothing.
    pub detectors: BTreeSet<FindingKind>,
    /// What is wrong with it, in the order of [`Finding::report_order`]: as much of it as is shown.
    pub findings: Vec<Finding>,
    /// Which findings were asked for. Policies have judged the others as well.
    pub shown: Shown,
    /// Who vouches for it, sorted.
    pub signatures: Vec<Signature>,
    /// What policies say of it; `None` where nobody asked one.
    pub verdict: Option<Verdict>,
    /// What is new against an earlier report; `None` where none was given.
    pub comparison: Option<Comparison>,
    /// What the findings are judged by.
    pub intelligence: Option<IntelligenceFacts>,
}

/// Which of the findings a report shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// Those of these severities; of any where it is empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub severities: BTreeSet<Severity>,
    /// Of vulnerabilities only those that an update repairs and that VEX has not settled.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixable_only: bool,
}

impl Shown {
    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.severities.is_empty() && !self.fixable_only
    }

    /// Whether whatever another choice shows is shown by this one as well.
    pub fn includes(&self, other: &Shown) -> bool {
        let has_severities = self.severities.is_empty()
            || (!other.severities.is_empty() && other.severities.is_subset(&self.severities));
        has_severities && (!self.fixable_only || other.fixable_only)
    }

    /// Whether a finding is among them.
    pub fn takes_in(&self, finding: &Finding) -> bool {
        let is_fixable =
            |finding: &VulnerabilityFinding| finding.fixed_version.is_some() && !finding.is_settled_by_vex();
        (self.severities.is_empty() || self.severities.contains(&finding.severity()))
            && (!self.fixable_only || finding.vulnerability().is_none_or(is_fixable))
    }
}

/// What was scanned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanTarget {
    /// The name as the user gave it, without its scheme.
    pub name: String,
    /// What sort of thing it is.
    pub kind: TargetKind,
    /// The digest of the manifest (or of the configuration, where a docker archive has no manifest), verified.
    pub digest: Option<Digest>,
    /// The platform the image is for.
    pub platform: Option<Platform>,
}

/// What sort of thing was scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// A container image, from wherever it came.
    Image,
    /// A root file system laid out in a folder.
    Rootfs,
    /// A folder, such as a repository.
    Directory,
    /// A software bill of materials.
    Sbom,
    /// The machine itself.
    Host,
    /// A running container.
    Container,
}

impl TargetKind {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            TargetKind::Image => "image",
            TargetKind::Rootfs => "rootfs",
            TargetKind::Directory => "directory",
            TargetKind::Sbom => "sbom",
            TargetKind::Host => "host",
            TargetKind::Container => "container",
        }
    }
}

/// Which intelligence the findings come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntelligenceFacts {
    /// The sequence number: the time of the newest record, in seconds since 1970.
    pub sequence: u64,
    /// The same time as RFC 3339.
    pub built: String,
    /// Its sources, sorted by name.
    pub sources: Vec<IntelligenceSource>,
}

/// One source of the intelligence.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct IntelligenceSource {
    /// `debian-tracker`, `osv/npm`, `kev`, …
    pub name: String,
    /// How many records it brought.
    pub records: u64,
    /// The time of its newest record, RFC 3339.
    pub updated: Option<String>,
}
