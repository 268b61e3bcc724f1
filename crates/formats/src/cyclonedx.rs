//! CycloneDX 1.6 (ECMA-424): the bill of materials with its vulnerabilities and what the vendor says of them, written so
//! that reading it back gives the same inventory. What CycloneDX has no field for goes into properties `bulkhead:…`
//! (`docs/reference/sbom.md`).

mod read;

pub(crate) use read::read;

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{
    Distribution, Finding, FindingStatus, Inventory, Package, ScanReport, Severity, SourcedScore, TargetKind,
    VulnerabilityFinding,
};
use serde_json::{Value, json};

use crate::WriteOptions;
use crate::licenses::{LicenseWord, license_word};
use crate::names::{document_uuid, timestamp};
use crate::properties::{of_distribution, of_package, of_target};

/// The `bom-ref` of the scanned target.
const TARGET_REF: &str = "target";
/// The `bom-ref` of the distribution.
const OS_REF: &str = "os";

/// Writes a report as a CycloneDX bill of materials.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let inventory = &report.inventory;
    let mut components: Vec<Value> = inventory.distribution.iter().map(operating_system).collect();
    components.extend(inventory.packages.iter().map(component));
    let mut bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": timestamp(report, options),
            "tools": { "components": [
                { "type": "application", "name": "bulkhead", "version": env!("CARGO_PKG_VERSION") },
            ] },
            "component": target(report),
            "properties": properties(of_target(report)),
        },
        "components": components,
        "dependencies": dependencies(inventory),
    });
    if !report.findings.is_empty() {
        bill["vulnerabilities"] = vulnerabilities(report).into();
    }
    // The serial number is derived from the content, so that the same report gives the same document.
    bill["serialNumber"] = format!("urn:uuid:{}", document_uuid(&bill.to_string())).into();
    serde_json::to_writer_pretty(&mut *out, &bill)?;
    out.write_all(b"\n")
}

fn target(report: &ScanReport) -> Value {
    let target = &report.target;
    let kind = match target.kind {
        TargetKind::Image | TargetKind::Container => "container",
        TargetKind::Rootfs | TargetKind::Host => "platform",
        TargetKind::Directory | TargetKind::Sbom => "application",
    };
    let mut component = json!({ "bom-ref": TARGET_REF, "type": kind, "name": target.name });
    if let Some(digest) = &target.digest {
        component["version"] = digest.to_string().into();
    }
    component
}

fn operating_system(distribution: &Distribution) -> Value {
    let mut component = json!({
        "bom-ref": OS_REF,
        "type": "operating-system",
        "name": distribution.id,
        "properties": properties(of_distribution(distribution)),
    });
    if !distribution.version.is_empty() {
        component["version"] = distribution.version.clone().into();
    }
    component
}

fn component(package: &Package) -> Value {
    let purl = package.purl.to_string();
    let mut component = json!({
        "bom-ref": purl,
        "type": "library",
        "name": package.purl.name(),
        "version": package.purl.version().unwrap_or(&package.version),
        "purl": purl,
        "properties": properties(of_package(package)),
    });
    if let Some(group) = package.purl.namespace() {
        component["group"] = group.into();
    }
    if !package.licenses.is_empty() {
        component["licenses"] = licenses(&package.licenses);
    }
    if let Some(sha1) = &package.sha1 {
        component["hashes"] = json!([{ "alg": "SHA-1", "content": sha1 }]);
    }
    if !package.paths.is_empty() {
        let places: Vec<Value> = package.paths.iter().map(|path| json!({ "location": path })).collect();
        component["evidence"] = json!({ "occurrences": places });
    }
    component
}

fn properties(list: Vec<(&'static str, String)>) -> Value {
    list.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// Licenses as CycloneDX wants them: either licenses one by one, or a single expression.
fn licenses(licenses: &[String]) -> Value {
    if let [only] = licenses
        && let LicenseWord::Expression(expression) = license_word(only)
    {
        return json!([{ "expression": expression }]);
    }
    let one = |license: &String| match license_word(license) {
        LicenseWord::Id(id) => json!({ "license": { "id": id } }),
        LicenseWord::Expression(name) | LicenseWord::Name(name) => json!({ "license": { "name": name } }),
    };
    licenses.iter().map(one).collect()
}

fn dependencies(inventory: &Inventory) -> Value {
    let purl = |id: &usize| inventory.packages.get(*id).map(|package| package.purl.to_string());
    let mut rows: Vec<Value> = Vec::new();
    let direct = inventory.packages.iter().filter(|package| package.direct != Some(false));
    let mut top: Vec<String> = direct.map(|package| package.purl.to_string()).collect();
    top.extend(inventory.distribution.iter().map(|_| OS_REF.to_owned()));
    top.sort();
    rows.push(json!({ "ref": TARGET_REF, "dependsOn": top }));
    for package in inventory.packages.iter().filter(|package| !package.dependencies.is_empty()) {
        let mut needs: Vec<String> = package.dependencies.iter().filter_map(purl).collect();
        needs.sort();
        rows.push(json!({ "ref": package.purl.to_string(), "dependsOn": needs }));
    }
    rows.into()
}

/// One vulnerability an id, with all the packages it is in.
fn vulnerabilities(report: &ScanReport) -> Vec<Value> {
    let mut by_id: BTreeMap<&str, Vec<&VulnerabilityFinding>> = BTreeMap::new();
    for finding in &report.findings {
        match finding {
            Finding::Vulnerability(finding) => by_id.entry(&finding.id).or_default().push(finding),
        }
    }
    // Packages that the vendor judges differently are vulnerabilities of their own: an analysis speaks of all it names.
    let mut rows = Vec::new();
    for findings in by_id.into_values() {
        let mut by_status: BTreeMap<FindingStatus, Vec<&VulnerabilityFinding>> = BTreeMap::new();
        for finding in findings {
            by_status.entry(finding.status).or_default().push(finding);
        }
        rows.extend(by_status.into_values().map(|findings| vulnerability(&findings, &report.inventory)));
    }
    rows
}

fn vulnerability(findings: &[&VulnerabilityFinding], inventory: &Inventory) -> Value {
    let first = findings[0];
    let worst = findings.iter().map(|finding| finding.severity).max().unwrap_or_default();
    let mut ratings: Vec<Value> = vec![json!({
        "source": { "name": first.severity_source.as_deref().unwrap_or("unknown") },
        "severity": severity_word(worst),
    })];
    ratings.extend(first.scores.iter().map(rating));
    let affects = findings.iter().map(|finding| {
        let package = &inventory.packages[finding.package];
        let version = package.purl.version().unwrap_or(&package.version);
        json!({ "ref": package.purl.to_string(), "versions": [{ "version": version, "status": affected_word(first.status) }] })
    });
    let references = first.aliases.iter().map(|alias| json!({ "id": alias, "source": { "name": source_of(alias) } }));
    let advisories = first.advisories.iter().filter_map(|advisory| {
        let url = advisory.url.as_deref()?;
        Some(json!({ "title": advisory.id, "url": url }))
    });
    let mut row = json!({
        "bom-ref": format!("{}/{}", first.id, first.status.as_str()),
        "id": first.id,
        "source": { "name": source_of(&first.id) },
        "references": references.collect::<Vec<_>>(),
        "ratings": ratings,
        "advisories": advisories.collect::<Vec<_>>(),
        "analysis": analysis(first),
        "affects": affects.collect::<Vec<_>>(),
    });
    if let Some(title) = &first.title {
        row["description"] = title.clone().into();
    }
    if let Some(published) = &first.published {
        row["published"] = published.clone().into();
    }
    let mut remedies: Vec<&str> = findings.iter().filter_map(|finding| finding.remedy.as_deref()).collect();
    remedies.sort_unstable();
    remedies.dedup();
    if !remedies.is_empty() {
        row["recommendation"] = remedies.join("\n").into();
    }
    row
}

fn rating(score: &SourcedScore) -> Value {
    let vector = score.vector.to_string();
    let method = match vector.split('/').next().unwrap_or_default() {
        "CVSS:4.0" => "CVSSv4",
        "CVSS:3.1" => "CVSSv31",
        "CVSS:3.0" => "CVSSv3",
        _ => "CVSSv2",
    };
    json!({
        "source": { "name": score.source },
        "score": (f64::from(score.vector.base_score()) * 10.0).round() / 10.0,
        "severity": severity_word(score.vector.severity()),
        "method": method,
        "vector": vector,
    })
}

/// What the vendor says, in the words of a CycloneDX VEX.
fn analysis(finding: &VulnerabilityFinding) -> Value {
    let (state, response) = match (finding.status, &finding.fixed_version) {
        (FindingStatus::Affected, Some(_)) => ("exploitable", Some("update")),
        (FindingStatus::Affected, None) => ("exploitable", None),
        (FindingStatus::WillNotFix | FindingStatus::EndOfLife, _) => ("exploitable", Some("will_not_fix")),
        (FindingStatus::FixDeferred, _) => ("exploitable", Some("can_not_fix")),
        (FindingStatus::UnderInvestigation, _) => ("in_triage", None),
        (FindingStatus::Fixed, _) => ("resolved", None),
        (FindingStatus::NotAffected, _) => ("not_affected", None),
    };
    let mut analysis = json!({ "state": state });
    if let Some(response) = response {
        analysis["response"] = json!([response]);
    }
    analysis
}

fn affected_word(status: FindingStatus) -> &'static str {
    match status {
        FindingStatus::Fixed | FindingStatus::NotAffected => "unaffected",
        FindingStatus::UnderInvestigation => "unknown",
        FindingStatus::Affected | FindingStatus::WillNotFix | FindingStatus::FixDeferred | FindingStatus::EndOfLife => {
            "affected"
        }
    }
}

fn severity_word(severity: Severity) -> &'static str {
    severity.as_str()
}

/// Who gives ids of this kind.
fn source_of(id: &str) -> &str {
    match id.split('-').next().unwrap_or_default() {
        "CVE" => "NVD",
        "GHSA" => "GitHub",
        "PYSEC" => "PyPA",
        prefix => prefix,
    }
}
