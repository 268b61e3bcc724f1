//! A package in several places: what is told of it, and what a copy more or less is in a comparison.

use formats::{DiffFormat, Format, Language, WriteOptions, compare, diff, write_diff};
use model::{Finding, FindingKind, ScanReport, Severity, TargetKind};
use serde_json::{Value, json};

use crate::sample;

/// A repository with one vulnerable package of a version in each of these places.
fn report(copies: &[(&str, &[&str])]) -> ScanReport {
    let mut report = sample::empty();
    report.target.name = "shop".into();
    report.target.kind = TargetKind::Directory;
    report.detectors = [FindingKind::Vulnerability].into();
    for (at, (version, places)) in copies.iter().enumerate() {
        let mut package = sample::package(&format!("pkg:npm/lodash@{version}"), "lodash", version);
        package.paths = places.iter().map(|place| (*place).to_owned()).collect();
        report.inventory.packages.push(package);
        let mut finding = sample::finding("CVE-2021-23337", at, Severity::High);
        finding.fixed_version = Some("4.17.21".into());
        finding.remedy = Some("npm install lodash@4.17.21\nyarn upgrade lodash@4.17.21".into());
        report.findings.push(Finding::Vulnerability(finding));
    }
    report
}

fn written(report: &ScanReport, format: Format) -> String {
    let mut text = Vec::new();
    formats::write(report, format, &WriteOptions::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn document(report: &ScanReport, format: Format) -> Value {
    serde_json::from_str(&written(report, format)).unwrap()
}

fn differences(old: &ScanReport, new: &ScanReport) -> (Value, String) {
    let difference = diff(old, new);
    let [json, table] = [DiffFormat::Json, DiffFormat::Table].map(|format| {
        let mut text = Vec::new();
        write_diff(&difference, format, &WriteOptions::default(), &mut text).unwrap();
        String::from_utf8(text).unwrap()
    });
    (serde_json::from_str(&json).unwrap(), table)
}

const BOTH: &[&str] = &["a/package-lock.json", "b/yarn.lock"];

#[test]
fn a_copy_less_is_gone_there_and_nothing_is_new() {
    let (old, new) = (report(&[("4.17.20", BOTH)]), report(&[("4.17.20", &BOTH[1..])]));
    let comparison = compare(&old, &new);
    assert!(comparison.new.is_empty(), "{comparison:?}");
    assert_eq!(comparison.gone, 0, "it is still open at the other place");
    let (json, table) = differences(&old, &new);
    assert_eq!(json["findings"]["added"], json!([]));
    assert_eq!(json["findings"]["removed"][0]["target"], "a/package-lock.json");
    assert_eq!(json["findings"]["removed"].as_array().unwrap().len(), 1);
    assert_eq!(json["packages"]["removed"][0]["target"], "a/package-lock.json");
    assert_eq!(json["packages"]["added"], json!([]));
    assert!(table.contains("a/package-lock.json") && !table.contains("b/yarn.lock"), "{table}");
    // Nothing is left of it at all.
    assert_eq!(compare(&old, &report(&[])).gone, 1);
}

#[test]
fn a_copy_more_is_new_there() {
    let (old, new) = (report(&[("4.17.20", &BOTH[1..])]), report(&[("4.17.20", BOTH)]));
    let comparison = compare(&old, &new);
    assert_eq!(comparison.new, [0].into());
    let told = ScanReport { comparison: Some(comparison), ..new.clone() };
    let states = |report: &ScanReport| -> Vec<String> {
        let sarif = document(report, Format::Sarif);
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        results.map(|result| result["baselineState"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&told), ["new", "unchanged"]);
    assert!(written(&told, Format::Table).contains("+ CVE-2021-23337 high  lodash 4.17.20  a/package-lock.json\n"));
    let json = written(&told, Format::Json);
    assert!(json.contains("\"targets\": [\n          \"a/package-lock.json\"\n        ]"), "{json}");
    assert_eq!(formats::read_report(json.as_bytes()).unwrap(), told);
    let (json, table) = differences(&old, &new);
    assert_eq!(json["findings"]["added"][0]["target"], "a/package-lock.json");
    assert_eq!(json["findings"]["added"][0]["targets"], Value::Null);
    assert_eq!(json["findings"]["removed"], json!([]));
    assert!(table.contains("a/package-lock.json") && !table.contains("b/yarn.lock"), "{table}");
}

#[test]
fn a_copy_in_another_version_is_a_change_of_that_copy() {
    let old = report(&[("4.17.20", BOTH)]);
    let new = report(&[("4.17.19", &BOTH[..1]), ("4.17.20", &BOTH[1..])]);
    assert!(compare(&old, &new).new.is_empty());
    let (json, _) = differences(&old, &new);
    assert_eq!((&json["findings"]["added"], &json["findings"]["removed"]), (&json!([]), &json!([])));
    let changed = json["findings"]["changed"].as_array().unwrap();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0]["new"]["version"], "4.17.19");
}

#[test]
fn reports_tell_every_place_and_the_step_for_each() {
    let report = report(&[("4.17.20", BOTH)]);
    let finding = &document(&report, Format::Json)["findings"][0];
    assert_eq!((&finding["target"], &finding["targets"]), (&json!(BOTH[0]), &json!(BOTH)));

    let sarif = document(&report, Format::Sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let places: Vec<&Value> =
        results.iter().map(|result| &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).collect();
    assert_eq!(places, BOTH);
    assert!(results.iter().all(|result| result["locations"].as_array().unwrap().len() == 1));
    assert_ne!(results[0]["partialFingerprints"], results[1]["partialFingerprints"]);
    let message = results[0]["message"]["text"].as_str().unwrap();
    assert!(message.contains("npm install lodash@4.17.21; yarn upgrade lodash@4.17.21"), "{message}");

    let gitlab = document(&report, Format::Gitlab);
    let places: Vec<&Value> =
        gitlab["vulnerabilities"].as_array().unwrap().iter().map(|found| &found["location"]["file"]).collect();
    assert_eq!(places, BOTH);
    assert_ne!(gitlab["vulnerabilities"][0]["id"], gitlab["vulnerabilities"][1]["id"]);

    for format in [Format::Table, Format::Junit, Format::Html, Format::Markdown] {
        let text = written(&report, format);
        assert!(BOTH.iter().all(|place| text.contains(place)), "{format:?}: {text}");
        for step in ["npm install lodash@4.17.21", "yarn upgrade lodash@4.17.21"] {
            let escaped = text.contains(step) || text.contains(&step.replace('@', "\\@"));
            assert!(escaped, "{format:?}: {step}: {text}");
        }
    }
}

#[test]
fn many_places_are_counted_in_tables_and_bounded_in_sarif() {
    let places: Vec<String> = (10..60).map(|number| format!("p{number}/package-lock.json")).collect();
    let places: Vec<&str> = places.iter().map(String::as_str).collect();
    let report = report(&[("4.17.20", &places)]);
    let table = written(&report, Format::Table);
    assert!(table.contains("p12/package-lock.json … and 47 more"), "{table}");
    let sarif = document(&report, Format::Sarif);
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let counts: Vec<usize> = results.iter().map(|result| result["locations"].as_array().unwrap().len()).collect();
    assert_eq!((counts.len(), counts.iter().sum::<usize>()), (20, 50));
    let japanese = WriteOptions { language: Language::Japanese, ..WriteOptions::default() };
    let mut text = Vec::new();
    formats::write(&report, Format::Markdown, &japanese, &mut text).unwrap();
    assert!(String::from_utf8(text).unwrap().contains("ほか"));
}
