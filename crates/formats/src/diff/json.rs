//! `bulkhead.diff/1`: the difference as JSON, as `docs/reference/report.md` describes it.

use std::io::{self, Write};

use model::{Finding, Gap, Package, ScanReport, Shown};
use serde::Serialize;

use super::{Copies, FindingChange, FindingPlace, OtherChange, PackageChange, ReportDiff, place_of};
use crate::json::{FindingRow, SignatureRow};

const SCHEMA: &str = "bulkhead.diff/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    old: Side<'a>,
    new: Side<'a>,
    findings: Findings<'a>,
    packages: Packages<'a>,
    #[serde(skip_serializing_if = "Signatures::is_empty")]
    signatures: Signatures<'a>,
    gaps: Gaps<'a>,
    /// What only one of the reports looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    not_compared: Vec<&'static str>,
}

#[derive(Serialize)]
struct Side<'a> {
    name: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intelligence: Option<u64>,
    #[serde(skip_serializing_if = "Shown::is_everything")]
    shown: &'a Shown,
}

#[derive(Serialize)]
struct Findings<'a> {
    added: Vec<FindingRow<'a>>,
    removed: Vec<FindingRow<'a>>,
    changed: Vec<ChangedFinding<'a>>,
}

#[derive(Serialize)]
struct ChangedFinding<'a> {
    kind: &'static str,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<Name<'a>>,
    target: String,
    old: State<'a>,
    new: State<'a>,
}

#[derive(Serialize)]
struct Name<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    purl_type: &'static str,
}

#[derive(Serialize)]
struct State<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_version: Option<&'a str>,
}

#[derive(Serialize)]
struct Packages<'a> {
    added: Vec<PackageRow<'a>>,
    removed: Vec<PackageRow<'a>>,
    changed: Vec<ChangedPackage<'a>>,
}

#[derive(Serialize)]
struct PackageRow<'a> {
    purl: String,
    name: &'a str,
    version: &'a str,
    #[serde(rename = "type")]
    purl_type: &'static str,
    target: String,
    /// Every place, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    targets: Vec<&'a str>,
}

#[derive(Serialize)]
struct ChangedPackage<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    purl_type: &'static str,
    target: String,
    old: &'a str,
    new: &'a str,
}

#[derive(Serialize)]
struct Signatures<'a> {
    added: Vec<SignatureRow<'a>>,
    removed: Vec<SignatureRow<'a>>,
}

impl Signatures<'_> {
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

#[derive(Serialize)]
struct Gaps<'a> {
    added: &'a [&'a Gap],
}

/// Writes a difference as one indented JSON document with a final line break.
pub(super) fn write(diff: &ReportDiff<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        old: side(diff.old),
        new: side(diff.new),
        findings: Findings {
            added: finding_rows(&diff.added, &diff.others_added, diff.new),
            removed: finding_rows(&diff.removed, &diff.others_removed, diff.old),
            changed: diff
                .changed
                .iter()
                .map(changed_finding)
                .chain(diff.others_changed.iter().map(|change| changed_other(change, diff.new)))
                .collect(),
        },
        packages: Packages {
            added: diff.packages_added.iter().map(package_row).collect(),
            removed: diff.packages_removed.iter().map(package_row).collect(),
            changed: diff.packages_changed.iter().map(changed_package).collect(),
        },
        signatures: Signatures {
            added: diff.signatures_added.iter().map(|signature| SignatureRow::from_model(signature)).collect(),
            removed: diff.signatures_removed.iter().map(|signature| SignatureRow::from_model(signature)).collect(),
        },
        gaps: Gaps { added: &diff.gaps_added },
        not_compared: diff.not_compared.iter().map(|kind| kind.detector()).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn side(report: &ScanReport) -> Side<'_> {
    Side {
        name: &report.target.name,
        kind: report.target.kind.as_str(),
        digest: report.target.digest.as_ref().map(ToString::to_string),
        intelligence: report.intelligence.as_ref().map(|intelligence| intelligence.sequence),
        shown: &report.shown,
    }
}

fn finding_rows<'a>(
    found: &[Copies<'a, FindingPlace<'a>>],
    others: &[&'a Finding],
    report: &'a ScanReport,
) -> Vec<FindingRow<'a>> {
    let vulnerabilities = found
        .iter()
        .map(|copies| FindingRow::of_vulnerability_at(copies.entry.finding, &copies.places, &report.inventory));
    let others = others.iter().map(|finding| FindingRow::from_model(finding, &report.inventory));
    vulnerabilities.chain(others).collect()
}

fn changed_finding<'a>(change: &FindingChange<'a>) -> ChangedFinding<'a> {
    let state = |place: FindingPlace<'a>| State {
        version: Some(&place.package.version),
        severity: place.finding.severity.as_str(),
        status: Some(place.finding.status.as_str()),
        category: None,
        fixed_version: place.finding.fixed_version.as_deref(),
    };
    let package = change.new.package;
    ChangedFinding {
        kind: "vulnerability",
        id: &change.new.finding.id,
        package: Some(Name { name: &package.name, purl_type: package.ecosystem.purl_type() }),
        target: place_of(package),
        old: state(change.old),
        new: state(change.new),
    }
}

fn changed_other<'a>(change: &OtherChange<'a>, report: &'a ScanReport) -> ChangedFinding<'a> {
    let state = |finding: &Finding| State {
        version: None,
        severity: finding.severity().as_str(),
        status: None,
        category: match finding {
            Finding::License(license) => Some(license.category.as_str()),
            Finding::Vulnerability(_) | Finding::Secret(_) | Finding::Malware(_) | Finding::Misconfiguration(_) => None,
        },
        fixed_version: None,
    };
    let package = change.new.package().map(|id| &report.inventory.packages[id]);
    ChangedFinding {
        kind: change.new.kind().as_str(),
        id: change.new.id(),
        package: package.map(|package| Name { name: &package.name, purl_type: package.ecosystem.purl_type() }),
        target: match (package, change.new.path()) {
            (Some(package), _) => place_of(package),
            (None, path) => path.unwrap_or_default().to_owned(),
        },
        old: state(change.old),
        new: state(change.new),
    }
}

fn package_row<'a>(copies: &Copies<'a, &'a Package>) -> PackageRow<'a> {
    let package = copies.entry;
    PackageRow {
        purl: package.purl.to_string(),
        name: &package.name,
        version: &package.version,
        purl_type: package.ecosystem.purl_type(),
        target: match copies.places.as_slice() {
            [place, _, ..] => (*place).to_owned(),
            [place] if !copies.is_everywhere => (*place).to_owned(),
            [] | [_] => place_of(package),
        },
        targets: if copies.places.len() > 1 { copies.places.clone() } else { Vec::new() },
    }
}

fn changed_package<'a>(change: &PackageChange<'a>) -> ChangedPackage<'a> {
    ChangedPackage {
        name: &change.new.name,
        purl_type: change.new.ecosystem.purl_type(),
        target: place_of(change.new),
        old: &change.old.version,
        new: &change.new.version,
    }
}
