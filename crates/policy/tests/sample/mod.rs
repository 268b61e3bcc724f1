//! A report and policies of any size, for tests and the bench.

#![allow(dead_code, clippy::unwrap_used, reason = "each user takes its part, and what it needs is there")]

use model::{
    Ecosystem, EpssScore, Finding, FindingKind, FindingStatus, ImageFacts, IntelligenceFacts, Inventory, Package, Purl,
    ScanReport, ScanTarget, Severity, SourcedScore, TargetKind, VulnerabilityFinding,
};
use policy::Policy;

/// A package of Debian.
pub(crate) fn package(name: &str, version: &str) -> Package {
    Package {
        ecosystem: Ecosystem::Deb,
        name: name.into(),
        version: version.into(),
        purl: Purl::new("deb", Some("debian"), name, Some(version)),
        source: None,
        architecture: None,
        module: None,
        licenses: vec!["MIT OR GPL-3.0-only".into()],
        paths: vec!["var/lib/dpkg/status".into()],
        layer: Some(0),
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: None,
        lock_tool: None,
    }
}

/// A vulnerability of the package at a place.
pub(crate) fn vulnerability(id: &str, package: usize, vector: Option<&str>) -> VulnerabilityFinding {
    let scores: Vec<SourcedScore> = vector
        .map(|vector| SourcedScore { source: "nvd".into(), vector: model::cvss::CvssVector::parse(vector).unwrap() })
        .into_iter()
        .collect();
    let severity = scores.first().map_or(Severity::Unknown, |score| score.vector.severity());
    VulnerabilityFinding {
        id: id.into(),
        aliases: Vec::new(),
        package,
        status: FindingStatus::Affected,
        fixed_version: None,
        severity,
        severity_source: None,
        vendor_severity: None,
        scores,
        kev: false,
        epss: None,
        advisories: Vec::new(),
        title: None,
        published: Some("2026-01-01T00:00:00Z".into()),
        fix_published: None,
        remedy: None,
        excepted_by: None,
        vex: None,
    }
}

/// An image with these packages and findings, scanned for everything.
pub(crate) fn image(packages: Vec<Package>, findings: Vec<Finding>) -> ScanReport {
    ScanReport {
        target: ScanTarget {
            name: "ghcr.io/shop/cart:1".into(),
            kind: TargetKind::Image,
            digest: None,
            platform: None,
        },
        inventory: Inventory {
            image: Some(ImageFacts { user: Some("app".into()), ..ImageFacts::default() }),
            packages,
            ..Inventory::default()
        },
        detectors: FindingKind::ALL.into_iter().collect(),
        findings,
        signatures: Vec::new(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: Some(IntelligenceFacts {
            sequence: 1,
            built: "2026-06-01T00:00:00Z".into(),
            sources: Vec::new(),
        }),
    }
}

/// A report of so many vulnerabilities of every severity.
pub(crate) fn report(findings: usize) -> ScanReport {
    let packages = (0..400).map(|at| package(&format!("lib{at}"), "1.0-1")).collect();
    let vectors = [
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
        "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:L/I:L/A:N",
        "CVSS:3.1/AV:L/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N",
    ];
    let finding = |at: usize| {
        let mut finding = vulnerability(&format!("CVE-2025-{at:05}"), at % 400, Some(vectors[at % 4]));
        finding.fixed_version = (!at.is_multiple_of(3)).then(|| "1.0-2".into());
        finding.kev = at.is_multiple_of(97);
        finding.epss = Some(EpssScore { probability: (at % 100) as f32 / 100.0, percentile: 0.5 });
        Finding::Vulnerability(finding)
    };
    image(packages, (0..findings).map(finding).collect())
}

/// A policy of ten controls; each number makes another.
pub(crate) fn policy(number: usize) -> Policy {
    let score = 4 + number % 6;
    let text = format!(
        "schema: bulkhead.policy/1
name: policy {number}
scope: {{variables: [{{attribute: image.repository, value: 'shop/*'}}]}}
controls:
- {{control: vulnerability.severity, at_least: high, fix: available}}
- {{control: cvss.maximum_score, score: {score}, published_days_ago: 30}}
- {{control: vulnerability.kev}}
- {{control: vulnerability.epss, probability: 0.9}}
- {{control: vulnerability.age, days: 90, at_least: medium}}
- {{control: cve.deny, ids: [CVE-2025-00001, CVE-2025-00777, CVE-2021-44228]}}
- {{control: cve.allow, ids: [CVE-2025-00002], reason: r}}
- {{control: superuser}}
- {{control: license.deny, names: ['AGPL-*']}}
- {{control: gaps}}
"
    );
    policy::read_policy("p.yaml", &text).unwrap()
}
