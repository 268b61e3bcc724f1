//! SPDX 2.3 (ISO/IEC 5962 successor) as JSON: the bill of materials. What SPDX has no field for goes into one annotation
//! a package, as a JSON object of the properties of `docs/reference/sbom.md`.

mod read;

pub(crate) use read::read;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use model::{Finding, Package, ScanReport, TargetKind};
use serde_json::{Map, Value, json};
use twox_hash::XxHash3_64;

use crate::WriteOptions;
use crate::licenses::{LicenseWord, license_word};
use crate::names::{document_uuid, timestamp};
use crate::properties::{of_distribution, of_package, of_target};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const TARGET: &str = "SPDXRef-Target";
const SYSTEM: &str = "SPDXRef-OperatingSystem";
const ANNOTATOR: &str = concat!("Tool: bulkhead-", env!("CARGO_PKG_VERSION"));

/// Writes a report as an SPDX document.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let created = timestamp(report, options);
    let mut texts: BTreeMap<String, &str> = BTreeMap::new();
    let mut packages = vec![target(report, &created)];
    let mut relationships = vec![relationship(DOCUMENT, "DESCRIBES", TARGET)];
    if let Some(distribution) = &report.inventory.distribution {
        let mut row =
            row(SYSTEM, &distribution.id, "OPERATING_SYSTEM", annotation(of_distribution(distribution), &created));
        if !distribution.version.is_empty() {
            row["versionInfo"] = distribution.version.clone().into();
        }
        packages.push(row);
        relationships.push(relationship(TARGET, "CONTAINS", SYSTEM));
    }
    let links = advisory_links(report);
    for (id, package) in report.inventory.packages.iter().enumerate() {
        packages.push(package_row(id, package, links.get(&id), &created, &mut texts));
        relationships.push(relationship(TARGET, "CONTAINS", &reference(id)));
        for needed in &package.dependencies {
            relationships.push(relationship(&reference(id), "DEPENDS_ON", &reference(*needed)));
        }
    }
    let extracted = texts.iter().map(|(id, text)| json!({ "licenseId": id, "extractedText": text, "name": text }));
    let mut document = json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": report.target.name,
        "creationInfo": { "created": created, "creators": [ANNOTATOR] },
        "packages": packages,
        "relationships": relationships,
    });
    if !texts.is_empty() {
        document["hasExtractedLicensingInfos"] = extracted.collect();
    }
    let uuid = document_uuid(&document.to_string());
    document["documentNamespace"] = format!("https://spdx.org/spdxdocs/bulkhead-{uuid}").into();
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn reference(id: usize) -> String {
    format!("SPDXRef-Package-{id}")
}

fn relationship(from: &str, kind: &str, to: &str) -> Value {
    json!({ "spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to })
}

fn row(reference: &str, name: &str, purpose: &str, annotation: Value) -> Value {
    json!({
        "SPDXID": reference,
        "name": name,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "NOASSERTION",
        "copyrightText": "NOASSERTION",
        "supplier": "NOASSERTION",
        "primaryPackagePurpose": purpose,
        "annotations": [annotation],
    })
}

fn target(report: &ScanReport, created: &str) -> Value {
    let purpose = match report.target.kind {
        TargetKind::Image | TargetKind::Container => "CONTAINER",
        TargetKind::Rootfs | TargetKind::Host => "OPERATING_SYSTEM",
        TargetKind::Directory | TargetKind::Sbom => "APPLICATION",
    };
    let mut row = row(TARGET, &report.target.name, purpose, annotation(of_target(report), created));
    if let Some(digest) = &report.target.digest {
        row["versionInfo"] = digest.to_string().into();
    }
    row
}

fn package_row<'a>(
    id: usize,
    package: &'a Package,
    links: Option<&BTreeSet<(&str, &str)>>,
    created: &str,
    texts: &mut BTreeMap<String, &'a str>,
) -> Value {
    let mut row = row(&reference(id), &package.name, "LIBRARY", annotation(of_package(package), created));
    row["versionInfo"] = package.version.clone().into();
    if let Some(source) = &package.source {
        row["sourceInfo"] = format!("built from source package {} {}", source.name, source.version).into();
    }
    if !package.licenses.is_empty() {
        row["licenseDeclared"] = declared(&package.licenses, texts).into();
    }
    if let Some(sha1) = package.sha1.as_ref().filter(|sha1| sha1.len() == 40) {
        row["checksums"] = json!([{ "algorithm": "SHA1", "checksumValue": sha1 }]);
    }
    let mut references = vec![json!({
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": package.purl.to_string(),
    })];
    references.extend(links.into_iter().flatten().map(|(id, url)| {
        json!({ "referenceCategory": "SECURITY", "referenceType": "advisory", "referenceLocator": url, "comment": id })
    }));
    row["externalRefs"] = references.into();
    row
}

/// The declared licenses as one SPDX expression; what is no SPDX license becomes a reference to its own words.
fn declared<'a>(licenses: &'a [String], texts: &mut BTreeMap<String, &'a str>) -> String {
    let mut words: Vec<String> = Vec::new();
    for license in licenses.iter().filter(|license| !matches!(license.as_str(), "" | "NOASSERTION" | "NONE")) {
        words.push(match license_word(license) {
            LicenseWord::Id(id) => id.to_owned(),
            LicenseWord::Expression(expression) if expression.contains("Ref-") => own_words(expression, texts),
            LicenseWord::Expression(expression) if licenses.len() == 1 => expression.to_owned(),
            LicenseWord::Expression(expression) => format!("({expression})"),
            LicenseWord::Name(name) => own_words(name, texts),
        });
    }
    words.dedup();
    if words.is_empty() { "NOASSERTION".to_owned() } else { words.join(" AND ") }
}

/// A reference to a license in its own words; so are references to texts that only another document has.
fn own_words<'a>(name: &'a str, texts: &mut BTreeMap<String, &'a str>) -> String {
    let id = format!("LicenseRef-{:016x}", XxHash3_64::oneshot(name.as_bytes()));
    texts.insert(id.clone(), name);
    id
}

/// Where to read of the vulnerabilities of each package: (id, url).
fn advisory_links(report: &ScanReport) -> BTreeMap<usize, BTreeSet<(&str, &str)>> {
    let mut links: BTreeMap<usize, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for finding in report.findings.iter().filter_map(Finding::vulnerability) {
        let urls = finding.advisories.iter().filter_map(|advisory| advisory.url.as_deref());
        let urls = urls.filter(|url| !url.is_empty() && !url.contains(char::is_whitespace));
        links.entry(finding.package).or_default().extend(urls.map(|url| (finding.id.as_str(), url)));
    }
    links
}

fn annotation(properties: Vec<(&'static str, String)>, created: &str) -> Value {
    let mut object: Map<String, Value> = Map::new();
    for (name, value) in properties {
        let values = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(values) = values {
            values.push(value.into());
        }
    }
    json!({
        "annotationDate": created,
        "annotationType": "OTHER",
        "annotator": ANNOTATOR,
        "comment": Value::Object(object).to_string(),
    })
}
