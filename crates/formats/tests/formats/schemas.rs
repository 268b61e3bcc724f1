//! Every document is valid by the official schema of its format (`testdata/schemas`).

use boon::{Compiler, SchemaIndex, Schemas};
use formats::{Format, WriteOptions};
use model::ScanReport;
use serde_json::{Value, json};

use crate::sample;

const SARIF: &str = include_str!("../../testdata/schemas/sarif-2.1.0.schema.json");
const SPDX: &str = include_str!("../../testdata/schemas/spdx-2.3.schema.json");
const CYCLONEDX: &str = include_str!("../../testdata/schemas/bom-1.6.schema.json");
const LICENSES: &str = include_str!("../../testdata/schemas/spdx.schema.json");
const SIGNATURES: &str = include_str!("../../testdata/schemas/jsf-0.82.schema.json");

struct Validator {
    schemas: Schemas,
    index: SchemaIndex,
}

fn validator(format: Format) -> Validator {
    let mut compiler = Compiler::new();
    compiler.enable_format_assertions();
    let base = "http://cyclonedx.org/schema";
    let mut add = |name: &str, text: &str| {
        compiler.add_resource(name, serde_json::from_str(text).unwrap()).unwrap();
    };
    add(&format!("{base}/spdx.SNAPSHOT.schema.json"), LICENSES);
    add(&format!("{base}/jsf-0.82.SNAPSHOT.schema.json"), SIGNATURES);
    let (name, text) = match format {
        Format::Sarif => ("http://localhost/sarif.json".to_owned(), SARIF),
        Format::Spdx => ("http://localhost/spdx.json".to_owned(), SPDX),
        Format::Cyclonedx => (format!("{base}/bom-1.6.schema.json"), CYCLONEDX),
        format => unreachable!("{format:?} has no official schema here"),
    };
    add(&name, text);
    let mut schemas = Schemas::new();
    let index = compiler.compile(&name, &mut schemas).unwrap();
    Validator { schemas, index }
}

fn document(report: &ScanReport, format: Format) -> Value {
    let mut text = Vec::new();
    formats::write(report, format, &WriteOptions::default(), &mut text).unwrap();
    serde_json::from_slice(&text).unwrap()
}

/// Reports in which one thing of the rich one is missing.
fn reports() -> Vec<(&'static str, ScanReport)> {
    let mut no_distribution = sample::rich();
    no_distribution.inventory.distribution = None;
    let mut bare_findings = sample::rich();
    for finding in sample::vulnerabilities(&mut bare_findings) {
        *finding = sample::finding(&finding.id, finding.package, finding.severity);
    }
    let mut rolling = sample::rich();
    rolling.inventory.distribution = Some(model::Distribution { id: "wolfi".into(), ..Default::default() });
    let mut kinds = Vec::new();
    for kind in [model::TargetKind::Host, model::TargetKind::Directory, model::TargetKind::Sbom] {
        let mut report = sample::rich();
        report.target.kind = kind;
        kinds.push(("another kind of target", report));
    }
    let mut reports = vec![
        ("rich", sample::rich()),
        ("empty", sample::empty()),
        ("odd", sample::odd()),
        ("no distribution", no_distribution),
        ("bare findings", bare_findings),
        ("rolling", rolling),
    ];
    reports.extend(kinds);
    reports
}

fn check(format: Format) {
    let Validator { schemas, index } = validator(format);
    for (name, report) in reports() {
        if let Err(error) = schemas.validate(&document(&report, format), index) {
            panic!("{name}: {error:#}");
        }
    }
    assert!(schemas.validate(&serde_json::json!({ "version": 5 }), index).is_err(), "the schema rejects nothing");
}

#[test]
fn sarif_is_valid() {
    check(Format::Sarif);
}

#[test]
fn cyclonedx_is_valid() {
    check(Format::Cyclonedx);
}

#[test]
fn spdx_is_valid() {
    check(Format::Spdx);
}

#[test]
fn every_license_is_written_as_the_schema_has_it() {
    let mut report = sample::rich();
    report.inventory.packages[0].licenses =
        spdx::identifiers::LICENSES.iter().map(|license| license.name.to_owned()).collect();
    let Validator { schemas, index } = validator(Format::Cyclonedx);
    let bill = document(&report, Format::Cyclonedx);
    schemas.validate(&bill, index).unwrap();

    let schema: Value = serde_json::from_str(LICENSES).unwrap();
    let known: Vec<&str> = schema["enum"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    for row in bill["components"][1]["licenses"].as_array().unwrap() {
        let name = row["license"]["name"].as_str();
        assert!(name.is_none_or(|name| !known.contains(&name)), "{row} is an id of CycloneDX 1.6");
    }
}

#[test]
fn the_references_of_a_document_lead_somewhere() {
    for (name, report) in reports() {
        let bill = document(&report, Format::Cyclonedx);
        let mut refs: Vec<&str> = vec![bill["metadata"]["component"]["bom-ref"].as_str().unwrap()];
        refs.extend(bill["components"].as_array().unwrap().iter().filter_map(|row| row["bom-ref"].as_str()));
        let nodes: Vec<&str> =
            bill["dependencies"].as_array().unwrap().iter().filter_map(|row| row["ref"].as_str()).collect();
        assert_eq!(nodes, refs, "{name}: every component has its node");
        let ids: Vec<&str> = bill["vulnerabilities"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|row| row["bom-ref"].as_str())
            .collect();
        for row in bill["vulnerabilities"].as_array().into_iter().flatten() {
            for affected in row["affects"].as_array().unwrap() {
                assert!(refs.contains(&affected["ref"].as_str().unwrap()), "{name}: {affected}");
            }
        }
        let mut unique = ids.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), ids.len(), "{name}");

        let document = document(&report, Format::Spdx);
        let mut elements: Vec<&str> = vec!["SPDXRef-DOCUMENT"];
        elements.extend(document["packages"].as_array().unwrap().iter().filter_map(|row| row["SPDXID"].as_str()));
        for row in document["relationships"].as_array().unwrap() {
            for end in ["spdxElementId", "relatedSpdxElement"] {
                assert!(elements.contains(&row[end].as_str().unwrap()), "{name}: {row}");
            }
        }
    }
}

/// What GitHub's code scanning asks of a log beyond the schema.
#[test]
fn sarif_meets_what_code_scanning_asks() {
    for (name, report) in reports() {
        let log = document(&report, Format::Sarif);
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            assert!(rule["help"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
            for text in ["shortDescription", "fullDescription"] {
                let length = rule[text]["text"].as_str().unwrap().chars().count();
                assert!((1..=1024).contains(&length), "{name}: {text} has {length} characters");
            }
            if let Some(score) = rule["properties"]["security-severity"].as_str() {
                assert!((0.1..=10.0).contains(&score.parse::<f32>().unwrap()), "{name}: {score}");
            }
            // A license is no flaw of security, and must not be counted as one.
            let is_license = rule["name"] == "License";
            let tags = rule["properties"]["tags"].as_array().unwrap();
            assert_eq!(tags.iter().any(|tag| tag == "security"), !is_license, "{name}: {tags:?}");
            assert!(!is_license || rule["properties"]["security-severity"].is_null(), "{name}");
        }
        let artifacts = run["artifacts"].as_array().unwrap();
        let mut fingerprints = Vec::new();
        for result in run["results"].as_array().unwrap() {
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[rule]["id"], result["ruleId"], "{name}");
            let place = &result["locations"][0]["physicalLocation"];
            assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
            let location = &place["artifactLocation"];
            let uri = location["uri"].as_str().unwrap();
            assert!(!uri.is_empty() && !uri.starts_with('/') && !uri.contains(':'), "{name}: {uri}");
            let artifact = usize::try_from(location["index"].as_u64().unwrap()).unwrap();
            assert_eq!(artifacts[artifact]["location"]["uri"], uri, "{name}");
            assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
            fingerprints.push(result["partialFingerprints"]["bulkheadFinding/v1"].as_str().unwrap().to_owned());
        }
        let count = fingerprints.len();
        fingerprints.sort();
        fingerprints.dedup();
        assert!(fingerprints.len() == count || name == "odd", "{name}: findings share a fingerprint");
    }
}

/// What version 15.0.7 of GitLab's schema `container-scanning-report-format.json` asks of what we write, written anew from
/// it: which keys must be there, of which form, and how long. Keys that we do not write are left out.
fn gitlab_container_scanning() -> Value {
    let text = json!({ "type": "string", "minLength": 1 });
    let time = json!({ "type": "string", "pattern": "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$" });
    let url = json!({ "type": "string", "pattern": "^(https?|ftp)://.+" });
    let map = |required: &[&str], properties: Value| json!({ "type": "object", "required": required, "properties": properties });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let tool = map(
        &["id", "name", "version", "vendor"],
        json!({ "id": text, "name": text, "version": text, "vendor": map(&["name"], json!({ "name": text })) }),
    );
    let message = map(&["level", "value"], json!({ "level": { "enum": ["info", "warn", "fatal"] }, "value": text }));
    let scan = map(
        &["analyzer", "end_time", "scanner", "start_time", "status", "type"],
        json!({
            "analyzer": tool, "scanner": tool, "end_time": time, "start_time": time, "messages": list(message),
            "status": { "enum": ["success", "failure"] }, "type": { "enum": ["container_scanning"] },
        }),
    );
    let identifier = map(&["type", "name", "value"], json!({ "type": text, "name": text, "value": text, "url": url }));
    let dependency = map(
        &["package", "version"],
        json!({ "package": map(&["name"], json!({ "name": { "type": "string" } })), "version": { "type": "string" } }),
    );
    let location = map(
        &["dependency", "operating_system", "image"],
        json!({ "dependency": dependency, "operating_system": text, "image": text }),
    );
    let vulnerability = map(
        &["id", "identifiers", "location"],
        json!({
            "id": text,
            "name": { "type": "string", "maxLength": 255 },
            "description": { "type": "string", "maxLength": 1_048_576 },
            "severity": { "enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"] },
            "solution": { "type": "string", "maxLength": 7000 },
            "identifiers": { "type": "array", "minItems": 1, "items": identifier },
            "links": list(map(&["url"], json!({ "url": url }))),
            "location": location,
        }),
    );
    map(
        &["scan", "version", "vulnerabilities"],
        json!({
            "scan": scan,
            "version": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" },
            "vulnerabilities": list(vulnerability),
            "remediations": { "type": "array" },
        }),
    )
}

#[test]
fn gitlab_is_as_its_schema_of_container_scanning_asks() {
    let mut compiler = Compiler::new();
    compiler.add_resource("http://localhost/gitlab.json", gitlab_container_scanning()).unwrap();
    let mut schemas = Schemas::new();
    let index = compiler.compile("http://localhost/gitlab.json", &mut schemas).unwrap();
    let mut count = 0;
    for (name, mut report) in reports() {
        report.target.kind = model::TargetKind::Image;
        report.detectors = model::FindingKind::ALL.into();
        let mut long = report.clone();
        for finding in sample::vulnerabilities(&mut long) {
            finding.remedy = Some("é".repeat(8000));
            finding.title = Some("長".repeat(1000));
        }
        for report in [report, long] {
            let document = document(&report, Format::Gitlab);
            count += document["vulnerabilities"].as_array().unwrap().len();
            if let Err(error) = schemas.validate(&document, index) {
                panic!("{name}: {error:#}");
            }
        }
    }
    assert!(count > 0);
    assert!(schemas.validate(&json!({ "version": 5 }), index).is_err(), "the schema rejects nothing");
}
