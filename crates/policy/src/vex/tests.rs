use std::sync::Arc;

use model::{
    Distribution, Ecosystem, Finding, FindingKind, Inventory, Package, Purl, ScanTarget, Severity, SourcePackage,
    TargetKind, VexName, VexProduct, VulnerabilityFinding,
};

use super::*;

const DIGEST: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn package(purl: &str) -> Package {
    let purl: Purl = purl.parse().unwrap();
    Package {
        ecosystem: Ecosystem::from_purl_type(purl.purl_type()).unwrap(),
        name: purl.name().into(),
        version: purl.version().unwrap_or_default().into(),
        source: Some(SourcePackage { name: format!("{}-src", purl.name()), version: "1:9".into() }),
        purl,
        architecture: None,
        module: None,
        licenses: Vec::new(),
        paths: Vec::new(),
        layer: None,
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: None,
        lock_tool: None,
    }
}

fn report(purls: &[&str]) -> ScanReport {
    let finding = |package| {
        Finding::Vulnerability(VulnerabilityFinding {
            id: "CVE-2024-1".into(),
            aliases: vec!["GHSA-1".into()],
            package,
            status: FindingStatus::WillNotFix,
            fixed_version: None,
            severity: Severity::High,
            severity_source: None,
            vendor_severity: None,
            scores: Vec::new(),
            kev: false,
            epss: None,
            advisories: Vec::new(),
            title: None,
            published: None,
            fix_published: None,
            remedy: None,
            excepted_by: None,
            vex: None,
        })
    };
    ScanReport {
        target: ScanTarget {
            name: "ghcr.io/shop/cart:1".into(),
            kind: TargetKind::Image,
            digest: Some(DIGEST.parse().unwrap()),
            platform: None,
        },
        inventory: Inventory {
            distribution: Some(Distribution {
                id: "rhel".into(),
                version: "9.4".into(),
                cpe: Some("cpe:/o:redhat:enterprise_linux:9::baseos".into()),
                codename: None,
                ..Distribution::default()
            }),
            packages: purls.iter().map(|purl| package(purl)).collect(),
            ..Inventory::default()
        },
        detectors: [FindingKind::Vulnerability].into(),
        findings: (0..purls.len()).map(finding).collect(),
        signatures: Vec::new(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: None,
    }
}

fn name(text: &str) -> VexName {
    match (text.parse(), text.starts_with("cpe:")) {
        (Ok(purl), _) => VexName::Purl(purl),
        (_, true) => VexName::Cpe(text.into()),
        _ => text.parse().map_or(VexName::Other(text.into()), VexName::Digest),
    }
}

/// A statement on a product, `part < whole`, with a status and a time.
fn statement(product: &str, status: VexStatus, time: Option<&str>) -> VexStatement {
    let (part, whole) = product.split_once(" < ").map_or((product, None), |(part, whole)| (part, Some(whole)));
    let (part, versions) = part.split_once(" in ").map_or((part, vec![]), |(part, range)| (part, vec![range.into()]));
    VexStatement {
        document: Arc::default(),
        number: 1,
        ids: ["ghsa-1".into()].into(),
        products: vec![Arc::new(VexProduct {
            names: [name(part)].into(),
            versions,
            within: whole.map(|whole| [name(whole)].into()),
        })],
        status,
        justification: None,
        detail: None,
        timestamp: time.map(str::to_owned),
    }
}

#[test]
fn products_are_packages_images_and_parts_of_what_is_here() {
    let check = |product: &str, expected: bool| {
        let mut report = report(&["pkg:deb/debian/openssl@3.0-1?arch=amd64&distro=rhel-9"]);
        let unmatched = apply_vex(&mut report, &[statement(product, VexStatus::NotAffected, None)]);
        let vulnerability = report.findings[0].vulnerability().unwrap();
        assert_eq!(vulnerability.status == FindingStatus::NotAffected, expected, "{product}");
        assert_eq!(unmatched.is_empty(), expected, "{product}");
    };
    check("pkg:deb/debian/openssl", true);
    check("pkg:deb/debian/openssl@3.0-1", true);
    check("pkg:deb/debian/openssl@3.0-2", false);
    check("pkg:deb/ubuntu/openssl", false);
    check("pkg:deb/debian/openssl?arch=amd64", true);
    check("pkg:deb/debian/openssl?arch=arm64", false);
    check("pkg:deb/debian/openssl?distro=rhel-9.4", true);
    check("pkg:deb/debian/openssl?distro=rhel-8", false);
    check("pkg:deb/debian/openssl-src@9?arch=source", true);
    check("pkg:deb/debian/openssl-src@8?arch=source", false);
    check("pkg:deb/debian/openssl in vers:deb/<3.0-2", true);
    check("pkg:deb/debian/openssl in vers:deb/>=3.0-2", false);
    check("pkg:deb/debian/openssl in 3.0-1", true);
    check("pkg:deb/debian/openssl in <= 4.2 of spring", false);
    check(&format!("pkg:oci/cart@{DIGEST}"), true);
    check(&format!("pkg:oci/other-name@{}", DIGEST.replace(':', "%3A")), true);
    check(&format!("pkg:oci/cart@{}", DIGEST.replace('a', "b")), false);
    check(DIGEST, true);
    check("pkg:oci/cart?repository_url=ghcr.io/shop/cart&tag=1", true);
    check("pkg:oci/cart?repository_url=ghcr.io/shop", true);
    check("pkg:oci/cart?repository_url=docker.io/shop/cart", false);
    check("pkg:oci/cart?tag=2", false);
    check("pkg:docker/shop/cart@1", true);
    check("ghcr.io/shop/cart:1", true);
    check("ghcr.io/shop/cart:2", false);
    check(&format!("pkg:deb/debian/openssl < pkg:oci/cart@{DIGEST}"), true);
    check(&format!("pkg:deb/debian/curl < pkg:oci/cart@{DIGEST}"), false);
    check("pkg:deb/debian/openssl < pkg:npm/not-here", false);
    check("pkg:deb/debian/openssl < pkg:deb/debian/openssl@3.0-1", true);
    check("pkg:deb/debian/openssl < cpe:/a:redhat:enterprise_linux:9::appstream", true);
    check("pkg:deb/debian/openssl < cpe:/a:redhat:enterprise_linux:8::appstream", false);
    check("pkg:deb/debian/openssl < cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*", true);
    check("pkg:deb/debian/openssl < A name without a package URL", false);
}

#[test]
fn the_latest_statement_counts_then_the_closest_then_the_most_careful() {
    use VexStatus::{Affected, Fixed, NotAffected, UnderInvestigation};
    let check = |statements: &[(&str, VexStatus, Option<&str>)], expected: FindingStatus| {
        let mut statements: Vec<VexStatement> =
            statements.iter().map(|(product, status, time)| statement(product, *status, *time)).collect();
        for _ in 0..2 {
            let mut report = report(&["pkg:npm/a@1"]);
            assert!(apply_vex(&mut report, &statements).is_empty(), "what is overruled is matched all the same");
            assert_eq!(report.findings[0].vulnerability().unwrap().status, expected);
            statements.reverse();
        }
    };
    let (a, a1) = ("pkg:npm/a", "pkg:npm/a@1");
    let (old, new) = (Some("2026-01-01T00:00:00Z"), Some("2026-01-01T00:00:00.5+00:00"));
    let newest = Some("2026-02-01T00:00:00+09:00");
    check(&[(a1, Affected, old), (a, NotAffected, newest)], FindingStatus::NotAffected);
    check(&[(a1, NotAffected, old), (a, Affected, newest)], FindingStatus::WillNotFix);
    check(&[(a1, Fixed, old), (a, Affected, old)], FindingStatus::Fixed);
    check(&[(a, Fixed, old), (DIGEST, Affected, old)], FindingStatus::Fixed);
    check(&[(a, NotAffected, old), (a, UnderInvestigation, new)], FindingStatus::UnderInvestigation);
    check(&[(a, NotAffected, old), (a, Fixed, old)], FindingStatus::Fixed);
    check(&[(a, NotAffected, None), (a, Affected, old)], FindingStatus::WillNotFix);
    check(&[(a, NotAffected, old), (a, Affected, Some("yesterday"))], FindingStatus::NotAffected);
}

#[test]
fn who_says_it_is_kept_beside_what_the_vendor_says() {
    let mut report = report(&["pkg:npm/a@1", "pkg:npm/b@1"]);
    let mut said = statement("pkg:npm/a", VexStatus::NotAffected, None);
    said.justification = Some("component_not_present".into());
    said.document = Arc::new(model::VexDocument { file: "v.json".into(), id: None, author: Some("Shop".into()) });
    apply_vex(&mut report, &[said]);
    let vex = report.findings[0].vulnerability().unwrap().vex.as_deref().unwrap();
    assert_eq!((vex.author.as_deref(), vex.document.as_str()), (Some("Shop"), "v.json"));
    assert_eq!(vex.vendor_status, FindingStatus::WillNotFix);
    assert!(report.findings[1].vulnerability().unwrap().vex.is_none());
}

/// A document of the size that vendors publish must cost its statements and the findings, not one times the other.
#[test]
fn many_statements_on_one_vulnerability_cost_no_more_for_many_findings() {
    let purls: Vec<String> = (0..3_000).map(|at| format!("pkg:npm/a@0.{at}.0")).collect();
    let many = |product: &dyn Fn(usize) -> String| -> Vec<VexStatement> {
        (0..50_000).map(|at| statement(&product(at), VexStatus::NotAffected, None)).collect()
    };
    let of_versions = many(&|at| format!("pkg:npm/a@0.{at}.0"));
    let of_one = many(&|_| "pkg:npm/a".to_owned());
    for (statements, unmatched) in [(of_versions, 47_000), (of_one, 0)] {
        let mut report = report(&purls.iter().map(String::as_str).collect::<Vec<_>>());
        let began = std::time::Instant::now();
        assert_eq!(apply_vex(&mut report, &statements).len(), unmatched);
        // Walking all of them for each finding takes minutes in a debug build, this far less than a second.
        assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
        let is_settled = |finding: &Finding| finding.vulnerability().unwrap().status == FindingStatus::NotAffected;
        assert!(report.findings.iter().all(is_settled));
    }
}
