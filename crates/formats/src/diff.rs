//! What changed between two reports. A finding is the same finding when the vulnerability, the package's name and
//! ecosystem and the place are the same, whatever the version: so an upgrade that does not help is a change, and one that
//! helps is a finding that is gone.

mod json;
mod others;
mod signatures;
mod table;

use std::collections::BTreeMap;
use std::io;
use std::str::FromStr;

use model::{Ecosystem, Finding, FindingKind, Gap, Package, ScanReport, Signature, VulnerabilityFinding};

use crate::{UnknownFormat, WriteOptions};
pub use others::OtherChange;

/// What changed from an old report to a new one.
#[derive(Debug)]
pub struct ReportDiff<'a> {
    old: &'a ScanReport,
    new: &'a ScanReport,
    /// Findings that only the new report has.
    pub added: Vec<FindingPlace<'a>>,
    /// Findings that only the old report has.
    pub removed: Vec<FindingPlace<'a>>,
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
    /// Packages that only the new report has.
    pub packages_added: Vec<&'a Package>,
    /// Packages that only the old report has.
    pub packages_removed: Vec<&'a Package>,
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
    let finding_key = |place: &FindingPlace<'a>| (place.finding.id.as_str(), package_key(place.package));
    let version = |place: &FindingPlace<'a>| place.package.version.as_str();
    // What only one of the reports looked for is neither new nor gone.
    let both_looked = [old, new].iter().all(|report| report.detectors.contains(&FindingKind::Vulnerability));
    let places = |report, other| if both_looked { finding_places(report, other) } else { Vec::new() };
    let findings = paired(places(old, new), places(new, old), finding_key, version);
    let others = others::compare(old, new);
    let packages = paired(
        old.inventory.packages.iter().collect(),
        new.inventory.packages.iter().collect(),
        |package: &&'a Package| package_key(package),
        |package: &&'a Package| package.version.as_str(),
    );
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

/// What stays the same of a package across versions: ecosystem, name, architecture of the system, place.
type PackageKey<'a> = (Ecosystem, &'a str, Option<&'a str>, String);

fn package_key(package: &Package) -> PackageKey<'_> {
    (package.ecosystem, &package.name, package.architecture.as_deref(), place_of(package))
}

/// Where a package is: the system, or its first path. Installed trees and archives have the version in their names, and
/// it is left out so that an upgraded package stays in its place.
pub(crate) fn place_of(package: &Package) -> String {
    match package.paths.first() {
        _ if package.ecosystem.is_operating_system() => "os".to_owned(),
        Some(path) if package.version.is_empty() => path.clone(),
        Some(path) => path.replace(&package.version, "*"),
        None => String::new(),
    }
}

/// Entries that only one side has, and pairs of those that both have.
struct Paired<T> {
    old: Vec<T>,
    new: Vec<T>,
    both: Vec<(T, T)>,
}

/// Pairs entries with the same key. A lock file may list a package in several versions: equal versions are paired first,
/// the rest in order.
fn paired<'a, T: Copy, K: Ord>(
    old: Vec<T>,
    new: Vec<T>,
    key: impl Fn(&T) -> K,
    version: impl Fn(&T) -> &'a str,
) -> Paired<T> {
    let mut groups: BTreeMap<K, (Vec<T>, Vec<T>)> = BTreeMap::new();
    for entry in old {
        groups.entry(key(&entry)).or_default().0.push(entry);
    }
    for entry in new {
        groups.entry(key(&entry)).or_default().1.push(entry);
    }
    let mut paired = Paired { old: Vec::new(), new: Vec::new(), both: Vec::new() };
    for (mut old, mut new) in groups.into_values() {
        old.retain(|entry| match new.iter().position(|other| version(other) == version(entry)) {
            Some(place) => {
                paired.both.push((*entry, new.remove(place)));
                false
            }
            None => true,
        });
        let shared = old.len().min(new.len());
        paired.both.extend(old.drain(..shared).zip(new.drain(..shared)));
        paired.old.extend(old);
        paired.new.extend(new);
    }
    paired
}
