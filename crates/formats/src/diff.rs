//! What changed between two reports. A finding is the same finding when the vulnerability, the package's name and
//! ecosystem and the place are the same, whatever the version: so an upgrade that does not help is a change, and one that
//! helps is a finding that is gone. A package in several places is compared place by place: a copy more is new there, and a
//! copy less is gone there and nowhere else.

mod copies;
mod json;
mod others;
mod signatures;
mod table;

use std::io;
use std::str::FromStr;

use model::{Finding, FindingKind, Gap, Package, ScanReport, Signature, VulnerabilityFinding};

use crate::{UnknownFormat, WriteOptions};
pub use copies::Copies;
use copies::compared;
pub use others::OtherChange;

/// What changed from an old report to a new one.
#[derive(Debug)]
pub struct ReportDiff<'a> {
    old: &'a ScanReport,
    new: &'a ScanReport,
    /// Findings that only the new report has, or that it has in more places.
    pub added: Vec<Copies<'a, FindingPlace<'a>>>,
    /// Findings that only the old report has, or that it has in more places.
    pub removed: Vec<Copies<'a, FindingPlace<'a>>>,
    /// Findings of both that differ in severity, status, fixed version or the package's version.
    pub changed: Vec<FindingChange<'a>>,
    /// Findings about anything but vulnerabilities that only the new report has.
    pub others_added: Vec<&'a Finding>,
    /// Findings about anything but vulnerabilities that only the old report has.
    pub others_removed: Vec<&'a Finding>,
    /// Findings of both about anything but vulnerabilities that differ in severity or category.
    pub others_changed: Vec<OtherChange<'a>>,
    /// Kinds of findings that only one of the reports looked for: nothing is said of them.
    pub not_compared: Vec<FindingKind>,
    /// Packages that only the new report has, or that it has in more places.
    pub packages_added: Vec<Copies<'a, &'a Package>>,
    /// Packages that only the old report has, or that it has in more places.
    pub packages_removed: Vec<Copies<'a, &'a Package>>,
    /// Packages of both in different versions.
    pub packages_changed: Vec<PackageChange<'a>>,
    /// Signatures that only the new report has, or that hold only there.
    pub signatures_added: Vec<&'a Signature>,
    /// Signatures that only the old report has, or that hold only there.
    pub signatures_removed: Vec<&'a Signature>,
    /// Gaps that only the new report has.
    pub gaps_added: Vec<&'a Gap>,
}

/// A finding with the package it is in.
#[derive(Debug, Clone, Copy)]
pub struct FindingPlace<'a> {
    /// The finding.
    pub finding: &'a VulnerabilityFinding,
    /// Its package.
    pub package: &'a Package,
}

/// A finding as it was and as it is.
#[derive(Debug, Clone, Copy)]
pub struct FindingChange<'a> {
    /// In the old report.
    pub old: FindingPlace<'a>,
    /// In the new report.
    pub new: FindingPlace<'a>,
}

/// A package as it was and as it is.
#[derive(Debug, Clone, Copy)]
pub struct PackageChange<'a> {
    /// In the old report.
    pub old: &'a Package,
    /// In the new report.
    pub new: &'a Package,
}

impl ReportDiff<'_> {
    /// Whether the reports say the same of everything that is compared.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.others_added.is_empty()
            && self.others_removed.is_empty()
            && self.others_changed.is_empty()
            && self.packages_added.is_empty()
            && self.packages_removed.is_empty()
            && self.packages_changed.is_empty()
            && self.signatures_added.is_empty()
            && self.signatures_removed.is_empty()
            && self.gaps_added.is_empty()
    }
}

/// A format in which a difference can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffFormat {
    /// For people.
    Table,
    /// `bulkhead.diff/1`.
    Json,
}

impl FromStr for DiffFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<DiffFormat, UnknownFormat> {
        match name {
            "table" => Ok(DiffFormat::Table),
            "json" => Ok(DiffFormat::Json),
            _ => Err(UnknownFormat { name: name.to_owned() }),
        }
    }
}

/// Writes a difference.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write_diff(
    diff: &ReportDiff<'_>,
    format: DiffFormat,
    options: &WriteOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        DiffFormat::Table => table::write(diff, options, out),
        DiffFormat::Json => json::write(diff, out),
    }
}

/// Tells what changed from `old` to `new`.
pub fn diff<'a>(old: &'a ScanReport, new: &'a ScanReport) -> ReportDiff<'a> {
    // What only one of the reports looked for is neither new nor gone.
    let both_looked = [old, new].iter().all(|report| report.detectors.contains(&FindingKind::Vulnerability));
    let places = |report, other| if both_looked { finding_places(report, other) } else { Vec::new() };
    let id = |place: &FindingPlace<'a>| place.finding.id.as_str();
    let findings = compared(&places(old, new), &places(new, old), id, |place| place.package);
    let others = others::compare(old, new);
    let packages = |report: &'a ScanReport| report.inventory.packages.iter().collect::<Vec<_>>();
    let packages = compared(&packages(old), &packages(new), |_| "", |package| *package);
    let changed = findings.both.into_iter().map(|(old, new)| FindingChange { old, new });
    let packages_changed = packages.both.into_iter().map(|(old, new)| PackageChange { old, new });
    ReportDiff {
        old,
        new,
        added: findings.new,
        removed: findings.old,
        changed: changed.filter(FindingChange::is_change).collect(),
        others_added: others.added,
        others_removed: others.removed,
        others_changed: others.changed,
        not_compared: old.detectors.symmetric_difference(&new.detectors).copied().collect(),
        packages_added: packages.new,
        packages_removed: packages.old,
        packages_changed: packages_changed.filter(|change| change.old.version != change.new.version).collect(),
        signatures_added: signatures::missing(new, old),
        signatures_removed: signatures::missing(old, new),
        gaps_added: new.inventory.gaps.iter().filter(|gap| !old.inventory.gaps.contains(gap)).collect(),
    }
}

impl FindingChange<'_> {
    fn is_change(&self) -> bool {
        let (old, new) = (self.old.finding, self.new.finding);
        old.severity != new.severity
            || old.status != new.status
            || old.fixed_version != new.fixed_version
            || self.old.package.version != self.new.package.version
    }
}

/// The vulnerabilities of a report that the other one would show as well.
fn finding_places<'a>(report: &'a ScanReport, other: &ScanReport) -> Vec<FindingPlace<'a>> {
    let shown = report.findings.iter().filter(|finding| other.shown.takes_in(finding));
    let findings = shown.filter_map(Finding::vulnerability);
    findings.map(|finding| FindingPlace { finding, package: &report.inventory.packages[finding.package] }).collect()
}

/// Where a package is: the system, or its first path, as [`copies::place_without_version`] has it.
pub(crate) fn place_of(package: &Package) -> String {
    let path = package.paths.first().map_or("", String::as_str);
    copies::place_without_version(package, path)
}
