//! CycloneDX 1.6 (ECMA-424): the bill of materials with its vulnerabilities and what the vendor says of them, written so
//! that reading it back gives the same inventory. What CycloneDX has no field for goes into properties `bulkhead:…`
//! (`docs/reference/sbom.md`).

mod read;

pub(crate) use read::read;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use model::{
    AdvisoryReference, Distribution, Finding, FindingStatus, Inventory, Package, ScanReport, SourcedScore, TargetKind,
    VexAssertion, VulnerabilityFinding,
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::licenses::{LicenseWord, is_cyclonedx_id, license_word};
use crate::listed::Listed;
use crate::names::{date_time, document_uuid, timestamp};
use crate::properties::{of_distribution, of_package, of_target};
use crate::{Language, WriteOptions, said};

/// The `bom-ref` of the scanned target.
const TARGET_REF: &str = "target";
/// The `bom-ref` of the distribution.
const OS_REF: &str = "os";

/// Writes a report as a CycloneDX bill of materials.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let inventory = &report.inventory;
    let mut bill = Bill {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        components: Listed(|| {
            inventory.distribution.iter().map(operating_system).chain(inventory.packages.iter().map(component))
        }),
        compositions: (!inventory.gaps.is_empty())
            .then(|| json!([{ "aggregate": "incomplete", "assemblies": [TARGET_REF] }])),
        dependencies: Listed(|| dependencies(inventory)),
        metadata: json!({
            "timestamp": timestamp(report, options),
            "tools": { "components": [
                { "type": "application", "name": "bulkhead", "version": env!("CARGO_PKG_VERSION") },
            ] },
            "component": target(report),
            "properties": properties(of_target(report)),
        }),
        serial_number: None,
        spec_version: "1.6",
        version: 1,
        vulnerabilities: (!report.findings.is_empty()).then(|| vulnerabilities(report)),
    };
    // The serial number is derived from the content, so that the same report gives the same document.
    bill.serial_number = Some(format!("urn:uuid:{}", document_uuid(&bill)?));
    serde_json::to_writer_pretty(&mut *out, &bill)?;
    out.write_all(b"\n")
}

/// The document. Its lists are made while they are written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bill<C, D> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    version: u32,
    metadata: Value,
    components: C,
    dependencies: D,
    #[serde(skip_serializing_if = "Option::is_none")]
    compositions: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vulnerabilities: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<String>,
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
    if let Some(sha1) = package.sha1.as_ref().filter(|sha1| is_sha1(sha1)) {
        component["hashes"] = json!([{ "alg": "SHA-1", "content": sha1 }]);
    }
    if !package.paths.is_empty() {
        let places: Vec<Value> = package.paths.iter().map(|path| json!({ "location": path })).collect();
        component["evidence"] = json!({ "occurrences": places });
    }
    component
}

fn is_sha1(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn properties(list: Vec<(&'static str, String)>) -> Value {
    list.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// Licenses as CycloneDX wants them: either licenses one by one, or a single expression.
fn licenses(licenses: &[String]) -> Value {
    if let [only] = licenses
        && let LicenseWord::Expression(expression) = license_word(only)
    {
        return json!([{ "expression": expression, "acknowledgement": "declared" }]);
    }
    let one = |license: &String| match license_word(license) {
        LicenseWord::Id(id) if is_cyclonedx_id(id) => json!({ "license": { "id": id, "acknowledgement": "declared" } }),
        LicenseWord::Id(_) | LicenseWord::Expression(_) | LicenseWord::Name(_) => {
            json!({ "license": { "name": license, "acknowledgement": "declared" } })
        }
    };
    licenses.iter().map(one).collect()
}

/// A node for every component, so that the graph can be followed from the target.
fn dependencies(inventory: &Inventory) -> impl Iterator<Item = Value> {
    let packages = &inventory.packages;
    let direct = packages.iter().filter(|package| package.direct != Some(false));
    let mut top: Vec<String> = direct.map(|package| package.purl.to_string()).collect();
    top.extend(inventory.distribution.iter().map(|_| OS_REF.to_owned()));
    let of_system = inventory.distribution.iter().map(|_| json!({ "ref": OS_REF }));
    let of_packages = packages.iter().map(|package| {
        let needs = package.dependencies.iter().filter_map(|id| packages.get(*id));
        node(&package.purl.to_string(), needs.map(|needed| needed.purl.to_string()).collect())
    });
    std::iter::once(node(TARGET_REF, top)).chain(of_system).chain(of_packages)
}

fn node(reference: &str, mut needs: Vec<String>) -> Value {
    needs.sort();
    needs.dedup();
    match needs.is_empty() {
        true => json!({ "ref": reference }),
        false => json!({ "ref": reference, "dependsOn": needs }),
    }
}

/// One vulnerability an id, with all the packages it is in.
fn vulnerabilities(report: &ScanReport) -> Vec<Value> {
    let mut by_id: BTreeMap<&str, Vec<&VulnerabilityFinding>> = BTreeMap::new();
    // For findings of other kinds the standard has no place.
    for finding in report.findings.iter().filter_map(Finding::vulnerability) {
        by_id.entry(&finding.id).or_default().push(finding);
    }
    // Packages that the vendor judges differently are vulnerabilities of their own: an analysis speaks of all it names.
    let mut rows = Vec::new();
    for findings in by_id.into_values() {
        let mut by_status: BTreeMap<FindingStatus, BTreeMap<Option<&VexAssertion>, Vec<&VulnerabilityFinding>>> =
            BTreeMap::new();
        for finding in findings {
            let by_saying = by_status.entry(finding.status).or_default();
            by_saying.entry(finding.vex.as_deref()).or_default().push(finding);
        }
        let groups = by_status.into_values().flat_map(|by_saying| by_saying.into_values().enumerate());
        rows.extend(groups.map(|(number, findings)| vulnerability(number, &findings, &report.inventory)));
    }
    rows
}

/// `number` counts the rows of one vulnerability and status, of which different people say different things.
fn vulnerability(number: usize, findings: &[&VulnerabilityFinding], inventory: &Inventory) -> Value {
    let first = findings[0];
    let worst = findings.iter().max_by_key(|finding| finding.severity).unwrap_or(&first);
    let mut ratings = vec![json!({
        "source": { "name": worst.severity_source.as_deref().unwrap_or("unknown") },
        "severity": worst.severity.as_str(),
    })];
    for score in findings.iter().flat_map(|finding| &finding.scores).map(rating) {
        if !ratings.contains(&score) {
            ratings.push(score);
        }
    }
    let aliases: BTreeSet<&String> = findings.iter().flat_map(|finding| &finding.aliases).collect();
    let references = aliases.into_iter().map(|alias| json!({ "id": alias, "source": { "name": source_of(alias) } }));
    let advisories: BTreeSet<(&str, &str)> = findings
        .iter()
        .flat_map(|finding| &finding.advisories)
        .filter_map(|advisory| Some((advisory.id.as_str(), advisory.url.as_deref().filter(|url| is_url(url))?)))
        .collect();
    let mut row = json!({
        "bom-ref": match number {
            0 => format!("{}/{}", first.id, first.status.as_str()),
            number => format!("{}/{}/{}", first.id, first.status.as_str(), number + 1),
        },
        "id": first.id,
        "source": told_by(first),
        "references": references.collect::<Vec<_>>(),
        "ratings": ratings,
        "advisories": advisories.iter().map(|(id, url)| json!({ "title": id, "url": url })).collect::<Vec<_>>(),
        "analysis": analysis(first, findings),
        "affects": findings.iter().map(|finding| affects(finding, inventory)).collect::<Vec<_>>(),
    });
    if let Some(title) = &first.title {
        row["description"] = title.clone().into();
    }
    if let Some(published) = first.published.as_deref().and_then(date_time) {
        row["published"] = published.into();
    }
    let remedies: BTreeSet<&str> = findings.iter().filter_map(|finding| finding.remedy.as_deref()).collect();
    if !remedies.is_empty() {
        row["recommendation"] = remedies.into_iter().collect::<Vec<_>>().join("\n").into();
    }
    let mut properties = Vec::new();
    if first.kev {
        properties.push(json!({ "name": "bulkhead:vulnerability:kev", "value": "true" }));
    }
    if let Some(epss) = first.epss {
        for (name, value) in [("probability", epss.probability), ("percentile", epss.percentile)] {
            let name = format!("bulkhead:vulnerability:epss:{name}");
            properties.push(json!({ "name": name, "value": value.to_string() }));
        }
    }
    if !properties.is_empty() {
        row["properties"] = properties.into();
    }
    row
}

/// The source that told the vulnerability: the one whose rating counts if it has an advisory, else the first one.
fn told_by(finding: &VulnerabilityFinding) -> Value {
    let rates = |advisory: &&AdvisoryReference| finding.severity_source.as_ref() == Some(&advisory.source);
    let advisory = finding.advisories.iter().find(rates).or(finding.advisories.first());
    let Some(advisory) = advisory else { return json!({ "name": source_of(&finding.id) }) };
    let mut source = json!({ "name": advisory.source });
    if let Some(url) = advisory.url.as_deref().filter(|url| is_url(url)) {
        source["url"] = url.into();
    }
    source
}

/// The installed version, and the one that repairs it.
fn affects(finding: &VulnerabilityFinding, inventory: &Inventory) -> Value {
    let package = &inventory.packages[finding.package];
    let installed = package.purl.version().unwrap_or(&package.version);
    let mut versions = vec![json!({ "version": installed, "status": affected_word(finding.status) })];
    if let Some(fixed) = finding.fixed_version.as_ref().filter(|fixed| !fixed.is_empty() && *fixed != installed) {
        versions.push(json!({ "version": fixed, "status": "unaffected" }));
    }
    json!({ "ref": package.purl.to_string(), "versions": versions })
}

/// Whether text can stand where an IRI is wanted.
fn is_url(text: &str) -> bool {
    let is_encoded = |(at, _): (usize, &str)| {
        text.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    (text.starts_with("https://") || text.starts_with("http://"))
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"{}|\\^`[]".contains(c))
        && text.match_indices('%').all(is_encoded)
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
        "severity": score.vector.severity().as_str(),
        "method": method,
        "vector": vector,
    })
}

/// What the vendor says, in the words of a CycloneDX VEX; the words that it lacks are the detail.
fn analysis(first: &VulnerabilityFinding, findings: &[&VulnerabilityFinding]) -> Value {
    let is_fixable = findings.iter().any(|finding| finding.fixed_version.is_some());
    let (state, response) = match first.status {
        FindingStatus::Affected if is_fixable => ("exploitable", Some("update")),
        FindingStatus::Affected | FindingStatus::FixDeferred => ("exploitable", None),
        FindingStatus::WillNotFix | FindingStatus::EndOfLife => ("exploitable", Some("will_not_fix")),
        FindingStatus::UnderInvestigation => ("in_triage", None),
        FindingStatus::Fixed => ("resolved", None),
        FindingStatus::NotAffected => ("not_affected", None),
    };
    let mut analysis = json!({ "state": state, "detail": first.status.as_str() });
    if let Some(vex) = &first.vex {
        analysis["detail"] = format!("{}; {}", first.status.as_str(), said::said(vex, Language::English)).into();
        if let Some(word) = vex.justification.as_deref().and_then(justification).filter(|_| state == "not_affected") {
            analysis["justification"] = word.into();
        }
        if let Some(time) = vex.timestamp.as_deref().and_then(date_time) {
            analysis["lastUpdated"] = time.into();
        }
    }
    if let Some(response) = response {
        analysis["response"] = json!([response]);
    }
    analysis
}

/// The justification in the words of CycloneDX (1.6, impactAnalysisJustification); none for one that it has no word for.
fn justification(word: &str) -> Option<&'static str> {
    const WORDS: [&str; 9] = [
        "code_not_present",
        "code_not_reachable",
        "requires_configuration",
        "requires_dependency",
        "requires_environment",
        "protected_by_compiler",
        "protected_at_runtime",
        "protected_at_perimeter",
        "protected_by_mitigating_control",
    ];
    match word {
        "component_not_present" | "vulnerable_code_not_present" => Some("code_not_present"),
        "vulnerable_code_not_in_execute_path" => Some("code_not_reachable"),
        "inline_mitigations_already_exist" => Some("protected_by_mitigating_control"),
        _ => WORDS.into_iter().find(|known| *known == word),
    }
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

/// Who gives ids of this kind.
fn source_of(id: &str) -> &str {
    match id.split('-').next().unwrap_or_default() {
        "CVE" => "NVD",
        "GHSA" => "GitHub",
        "PYSEC" => "PyPA",
        prefix => prefix,
    }
}
