//! GitLab's security reports (version 15 of its report schemas): one report has one type, and each type its own place in a
//! pipeline (`artifacts:reports`).
//!
//! The type follows from what was scanned and looked for: vulnerabilities make `container_scanning` of an image and
//! `dependency_scanning` of anything else; a scan for secrets alone makes `secret_detection`; any other kind alone, or
//! together with secrets, makes `sast`. A report of vulnerabilities leaves the other kinds out, as GitLab would refuse it.

use std::io::{self, Write};

use model::{Decision, FindingKind, ScanReport, Severity, TargetKind};
use serde::Serialize;

use crate::messages::Value;
use crate::names::{text_uuid, timestamp};
use crate::told::{Told, told};
use crate::{Language, WriteOptions, verdict};

/// The version of the schemas that the reports follow.
const SCHEMA_VERSION: &str = "15.0.7";

/// GitLab refuses longer names, descriptions and solutions.
const LONGEST_NAME_CHARS: usize = 255;
const LONGEST_DESCRIPTION_CHARS: usize = 1_048_576;
const LONGEST_SOLUTION_CHARS: usize = 7000;

/// Writes the report.
pub(crate) fn write(report: &ScanReport, options: &WriteOptions, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &document(report, options)).map_err(io::Error::other)?;
    writeln!(out)
}

/// Whether the report has findings of a kind.
pub(crate) fn takes(report: &ScanReport, kind: FindingKind) -> bool {
    ReportType::of(report).takes(kind)
}

/// The types of reports, as GitLab names them.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum ReportType {
    ContainerScanning,
    DependencyScanning,
    SecretDetection,
    Sast,
}

impl ReportType {
    fn of(report: &ScanReport) -> ReportType {
        let looked_for = |kind| report.detectors.contains(&kind);
        if looked_for(FindingKind::Vulnerability) {
            match report.target.kind {
                TargetKind::Image | TargetKind::Container => ReportType::ContainerScanning,
                TargetKind::Rootfs | TargetKind::Directory | TargetKind::Sbom | TargetKind::Host => {
                    ReportType::DependencyScanning
                }
            }
        } else if report.detectors.iter().all(|kind| *kind == FindingKind::Secret) {
            ReportType::SecretDetection
        } else {
            ReportType::Sast
        }
    }

    fn takes(self, kind: FindingKind) -> bool {
        match self {
            ReportType::ContainerScanning | ReportType::DependencyScanning => kind == FindingKind::Vulnerability,
            ReportType::SecretDetection => kind == FindingKind::Secret,
            ReportType::Sast => kind != FindingKind::Vulnerability,
        }
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability<'a>>,
    remediations: [(); 0],
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    #[serde(rename = "type")]
    report_type: ReportType,
    start_time: String,
    end_time: String,
    status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    solution: String,
    identifiers: Vec<Identifier<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Link<'a>>,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    #[serde(rename = "type")]
    identifier_type: &'static str,
    name: &'a str,
    value: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Link<'a> {
    url: &'a str,
}

#[derive(Default, Serialize)]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operating_system: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dependency: Option<Dependency>,
}

#[derive(Serialize)]
struct Commit {
    sha: &'static str,
}

#[derive(Serialize)]
struct Dependency {
    package: PackageName,
    version: String,
}

#[derive(Serialize)]
struct PackageName {
    name: String,
}

fn document<'a>(report: &'a ScanReport, options: &WriteOptions) -> Document<'a> {
    let report_type = ReportType::of(report);
    let time = timestamp(report, options).trim_end_matches('Z').to_owned();
    let tool = || Tool {
        id: "bulkhead",
        name: "Bulkhead",
        version: env!("CARGO_PKG_VERSION"),
        vendor: Vendor { name: "Bulkhead" },
    };
    let told = told(report, options.language).into_iter();
    let told = told.filter(|told| report_type.takes(told.kind) && told.settled.is_none());
    let told = told.flat_map(|told| at_each_place(told, report_type));
    Document {
        version: SCHEMA_VERSION,
        scan: Scan {
            analyzer: tool(),
            scanner: tool(),
            report_type,
            start_time: time.clone(),
            end_time: time,
            status: "success",
            messages: messages(report, options.language),
        },
        vulnerabilities: told.map(|told| vulnerability(told, report, report_type)).collect(),
        remediations: [],
    }
}

/// A finding of a package that is in several manifests is one in each of them, so that a copy more or less changes none of
/// the others.
fn at_each_place(told: Told<'_>, report_type: ReportType) -> Vec<Told<'_>> {
    let places: Vec<&str> = told.places.iter().map(String::as_str).collect();
    if report_type != ReportType::DependencyScanning || places.len() < 2 {
        return vec![told];
    }
    places.into_iter().map(|place| Told { place, places: &[], ..told.clone() }).collect()
}

/// The verdict, and what could not be checked.
fn messages(report: &ScanReport, language: Language) -> Vec<Message> {
    let verdict = report.verdict.iter().flat_map(|verdict| {
        let level = if matches!(verdict.decision, Decision::Deny | Decision::Unknown) { "warn" } else { "info" };
        verdict::sentences(verdict, language).into_iter().map(move |value| Message { level, value })
    });
    let gaps = report.inventory.gaps.iter().map(|gap| {
        let reason = language.say("told.gap", &[("reason", Value::Text(&language.gap_reason(gap)))]);
        Message { level: "warn", value: if gap.path.is_empty() { reason } else { format!("{}: {reason}", gap.path) } }
    });
    verdict.chain(gaps).collect()
}

fn vulnerability<'a>(told: Told<'a>, report: &'a ScanReport, report_type: ReportType) -> Vulnerability<'a> {
    let location = location(&told, report, report_type);
    // The same finding has the same id in the next report, whatever line it has moved to.
    let id =
        text_uuid(&format!("{}\n{}\n{}\n{}\n{}", told.kind.as_str(), told.id, told.subject, told.place, told.text));
    let name = format!("{}: {}", told.id, told.subject);
    Vulnerability {
        id,
        name: at_most(LONGEST_NAME_CHARS, name.clone()),
        description: at_most(LONGEST_DESCRIPTION_CHARS, if told.text.is_empty() { name } else { told.text }),
        severity: severity_word(told.severity),
        solution: at_most(LONGEST_SOLUTION_CHARS, told.remedy),
        identifiers: vec![Identifier {
            identifier_type: identifier_type(told.kind, told.id),
            name: told.id,
            value: told.id,
            url: told.link,
        }],
        links: told.link.map(|url| Link { url }).into_iter().collect(),
        location,
    }
}

/// The beginning of a text that is longer than GitLab takes.
fn at_most(most: usize, text: String) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

/// A text that must not be empty.
fn known(text: &str) -> String {
    if text.is_empty() { "unknown".to_owned() } else { text.to_owned() }
}

fn location<'a>(told: &Told<'a>, report: &'a ScanReport, report_type: ReportType) -> Location<'a> {
    let dependency = || {
        let (name, version) = told.subject.rsplit_once(' ').unwrap_or((&told.subject, ""));
        Some(Dependency { package: PackageName { name: name.to_owned() }, version: version.to_owned() })
    };
    match report_type {
        ReportType::ContainerScanning => {
            let distribution = report.inventory.distribution.as_ref();
            let system = distribution.map(|distribution| format!("{} {}", distribution.id, distribution.version));
            Location {
                image: Some(&report.target.name),
                operating_system: Some(known(system.unwrap_or_default().trim())),
                dependency: dependency(),
                ..Location::default()
            }
        }
        ReportType::DependencyScanning => {
            Location { file: Some(told.place), dependency: dependency(), ..Location::default() }
        }
        ReportType::SecretDetection => Location {
            file: Some(told.place),
            start_line: Some(told.line.unwrap_or(1).max(1)),
            // What was scanned is the working tree, which is no commit; GitLab asks for one all the same.
            commit: Some(Commit { sha: "0000000" }),
            ..Location::default()
        },
        ReportType::Sast => {
            Location { file: Some(told.place), start_line: Some(told.line.unwrap_or(1).max(1)), ..Location::default() }
        }
    }
}

fn identifier_type(kind: FindingKind, id: &str) -> &'static str {
    match kind {
        FindingKind::Vulnerability if id.starts_with("CVE-") => "cve",
        FindingKind::Vulnerability if id.starts_with("GHSA-") => "ghsa",
        FindingKind::Vulnerability => "bulkhead_vulnerability",
        FindingKind::Secret => "bulkhead_secret_rule",
        FindingKind::Malware => "bulkhead_malware_rule",
        FindingKind::License => "bulkhead_license",
        FindingKind::Misconfiguration => "bulkhead_check",
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::None => "Info",
        Severity::Unknown => "Unknown",
    }
}
