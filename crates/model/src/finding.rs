//! Findings: whatever a scan reports as wrong.

use crate::{EpssScore, PackageId, Severity, SourcedScore};

/// Anything that a scan reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// A known vulnerability of an installed package.
    Vulnerability(VulnerabilityFinding),
}

/// A known vulnerability that applies to an installed package: one for each binary package and vulnerability.
#[derive(Debug, Clone, PartialEq)]
pub struct VulnerabilityFinding {
    /// The CVE id, or the advisory's own id where there is no CVE.
    pub id: String,
    /// The vulnerability's other ids, sorted.
    pub aliases: Vec<String>,
    /// The package, by its place in the inventory.
    pub package: PackageId,
    /// What the vendor says of this package.
    pub status: FindingStatus,
    /// The version that repairs it; of several fixed branches the smallest step from the installed version.
    pub fixed_version: Option<String>,
    /// Our rating: the first source's that rates it, vendor before NVD.
    pub severity: Severity,
    /// The source of that rating: `debian`, `nvd`, `ghsa`, …
    pub severity_source: Option<String>,
    /// That source's own word, where it is a word: `unimportant`, `moderate`.
    pub vendor_severity: Option<String>,
    /// Every score known, sorted by source, then version.
    pub scores: Vec<SourcedScore>,
    /// Whether CISA knows it to be exploited (Known Exploited Vulnerabilities catalog).
    pub kev: bool,
    /// The exploit prediction, where known.
    pub epss: Option<EpssScore>,
    /// What the sources say, sorted.
    pub advisories: Vec<AdvisoryReference>,
    /// One line on what it is.
    pub title: Option<String>,
    /// When it became public, RFC 3339.
    pub published: Option<String>,
    /// The command that repairs it here.
    pub remedy: Option<String>,
    /// The exception that covers it, by name.
    pub excepted_by: Option<String>,
}

/// What the vendor says of a vulnerability in a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingStatus {
    /// Affected, with or without a fixed version.
    Affected,
    /// Affected; the vendor will not repair it.
    WillNotFix,
    /// Affected; the vendor repairs it at some later time.
    FixDeferred,
    /// The vendor is still looking.
    UnderInvestigation,
    /// The release or package is no longer supported.
    EndOfLife,
    /// Repaired in place, as a VEX statement says.
    Fixed,
    /// Not affected, as a VEX statement says.
    NotAffected,
}

impl FindingStatus {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            FindingStatus::Affected => "affected",
            FindingStatus::WillNotFix => "will_not_fix",
            FindingStatus::FixDeferred => "fix_deferred",
            FindingStatus::UnderInvestigation => "under_investigation",
            FindingStatus::EndOfLife => "end_of_life",
            FindingStatus::Fixed => "fixed",
            FindingStatus::NotAffected => "not_affected",
        }
    }
}

/// One source's advisory on a vulnerability.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AdvisoryReference {
    /// `debian`, `ghsa`, `almalinux`, …
    pub source: String,
    /// The advisory's own id: `DSA-5000-1`, `GHSA-…`, `ALSA-2022:1234`.
    pub id: String,
    /// Where to read it.
    pub url: Option<String>,
}
