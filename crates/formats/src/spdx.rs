//! SPDX 2.3 (ISO/IEC 5962 successor) as JSON: the bill of materials. What SPDX has no field for goes into one annotation
//! a package, as a JSON object of the properties of `docs/reference/sbom.md`.

mod read;

pub(crate) use read::read;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use model::{Finding, Package, ScanReport, TargetKind};
use serde::Serialize;
use serde_json::{Map, Value, json};
use twox_hash::XxHash3_64;

use crate::WriteOptions;
use crate::licenses::{LicenseWord, license_word};
use crate::listed::Listed;
use crate::names::{document_uuid, timestamp};
use crate::properties::{of_distribution, of_package, of_target};

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const TARGET: &str = "SPDXRef-Target";
const SYSTEM: &str = "SPDXRef-OperatingSystem";
const ANNOTATOR: &str = concat!("Tool: bulkhead-", env!("CARGO_PKG_VERSION"));

/// Writes a report as an SPDX document.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    let created = timestamp(report, options);
    let packages = &report.inventory.packages;
    // The references to licenses in their own words stand before the packages that have them.
    let mut texts: BTreeMap<String, &str> = BTreeMap::new();
    for package in packages {
        declared(&package.licenses, &mut texts);
    }
    let links = advisory_links(report);
    let mut document = Document {
        id: DOCUMENT,
        creation_info: json!({ "created": created, "creators": [ANNOTATOR] }),
        data_license: "CC0-1.0",
        document_namespace: None,
        extracted_texts: (!texts.is_empty()).then_some(Listed(|| {
            texts.iter().map(|(id, text)| json!({ "licenseId": id, "extractedText": text, "name": text }))
        })),
        name: &report.target.name,
        packages: Listed(|| {
            let of_packages = packages.iter().enumerate();
            let of_packages = of_packages.map(|(id, package)| package_row(id, package, links.get(&id), &created));
            let before = std::iter::once(target(report, &created)).chain(system(report, &created));
            before.chain(of_packages)
        }),
        relationships: Listed(|| relationships(report)),
        version: "SPDX-2.3",
    };
    let uuid = document_uuid(&document)?;
    document.document_namespace = Some(format!("https://spdx.org/spdxdocs/bulkhead-{uuid}"));
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// The document. Its lists are made while they are written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a, T, P, R> {
    #[serde(rename = "spdxVersion")]
    version: &'static str,
    data_license: &'static str,
    #[serde(rename = "SPDXID")]
    id: &'static str,
    name: &'a str,
    creation_info: Value,
    packages: P,
    relationships: R,
    #[serde(rename = "hasExtractedLicensingInfos", skip_serializing_if = "Option::is_none")]
    extracted_texts: Option<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document_namespace: Option<String>,
}

fn system(report: &ScanReport, created: &str) -> Option<Value> {
    let distribution = report.inventory.distribution.as_ref()?;
    let annotation = annotation(of_distribution(distribution), created);
    let mut row = row(SYSTEM, &distribution.id, "OPERATING_SYSTEM", annotation);
    if !distribution.version.is_empty() {
        row["versionInfo"] = distribution.version.clone().into();
    }
    Some(row)
}

fn relationships(report: &ScanReport) -> impl Iterator<Item = Value> {
    let inventory = &report.inventory;
    let of_system = inventory.distribution.iter().map(|_| relationship(TARGET, "CONTAINS", SYSTEM));
    let of_packages = inventory.packages.iter().enumerate().flat_map(|(id, package)| {
        let needed = package.dependencies.iter();
        let needed = needed.map(move |needed| relationship(&reference(id), "DEPENDS_ON", &reference(*needed)));
        std::iter::once(relationship(TARGET, "CONTAINS", &reference(id))).chain(needed)
    });
    std::iter::once(relationship(DOCUMENT, "DESCRIBES", TARGET)).chain(of_system).chain(of_packages)
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

fn package_row(id: usize, package: &Package, links: Option<&BTreeSet<(&str, &str)>>, created: &str) -> Value {
    let mut row = row(&reference(id), &package.name, "LIBRARY", annotation(of_package(package), created));
    row["versionInfo"] = package.version.clone().into();
    if let Some(source) = &package.source {
        row["sourceInfo"] = format!("built from source package {} {}", source.name, source.version).into();
    }
    if !package.licenses.is_empty() {
        row["licenseDeclared"] = declared(&package.licenses, &mut BTreeMap::new()).into();
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
