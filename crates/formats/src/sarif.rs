//! SARIF 2.1.0 (OASIS Standard, 27 March 2020): one rule a vulnerability, one result a finding, one notification a gap.
//! A result's fingerprint depends on the vulnerability and the package's name and place, not on line numbers or versions
//! of anything else.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Finding, Package, ScanReport, Severity, VulnerabilityFinding};
use serde::Serialize;
use twox_hash::XxHash3_64;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const INFORMATION: &str = "https://github.com/bulkhead-security/bulkhead";

/// Writes a report as a SARIF log with one run.
pub(crate) fn write(report: &ScanReport, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &log(report))?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact<'a>>,
    results: Vec<ResultRow<'a>>,
    column_kind: &'static str,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    information_uri: &'static str,
    version: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    level: &'static str,
    message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

#[derive(Serialize)]
struct Artifact<'a> {
    location: ArtifactName<'a>,
}

#[derive(Serialize)]
struct ArtifactName<'a> {
    description: MessageOf<'a>,
}

#[derive(Serialize)]
struct MessageOf<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: Message,
    default_configuration: Configuration,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct RuleProperties {
    /// What code hosts sort by: the base score, or one in the middle of the severity's band.
    #[serde(rename = "security-severity")]
    security_severity: String,
    precision: &'static str,
    tags: [&'static str; 3],
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    properties: ResultProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultProperties<'a> {
    purl: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_version: Option<&'a str>,
    status: &'static str,
    kev: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    epss: Option<f32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

fn log(report: &ScanReport) -> Log<'_> {
    let findings: Vec<&VulnerabilityFinding> = report
        .findings
        .iter()
        .map(|finding| match finding {
            Finding::Vulnerability(finding) => finding,
        })
        .collect();
    let mut rules: BTreeMap<&str, &VulnerabilityFinding> = BTreeMap::new();
    for finding in &findings {
        let worst = rules.entry(&finding.id).or_insert(finding);
        if finding.severity > worst.severity {
            *worst = finding;
        }
    }
    let places: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(place, id)| (*id, place)).collect();
    let results = findings.iter().map(|finding| {
        let package = &report.inventory.packages[finding.package];
        result(finding, places[finding.id.as_str()], package, report)
    });
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "Bulkhead",
                    information_uri: INFORMATION,
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules.values().map(|finding| rule(finding)).collect(),
                },
            },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: report.inventory.gaps.iter().map(notification).collect(),
            }],
            artifacts: vec![Artifact {
                location: ArtifactName { description: MessageOf { text: &report.target.name } },
            }],
            results: results.collect(),
            column_kind: "unicodeCodePoints",
        }],
    }
}

fn rule(finding: &VulnerabilityFinding) -> Rule<'_> {
    let title = finding.title.as_deref().unwrap_or(&finding.id);
    let url = finding.advisories.iter().find_map(|advisory| advisory.url.clone());
    let see = url.as_deref().map(|url| format!(" See {url}")).unwrap_or_default();
    Rule {
        id: &finding.id,
        name: "KnownVulnerability",
        short_description: Message { text: format!("{} ({})", finding.id, finding.severity) },
        full_description: Message { text: title.to_owned() },
        help: Message { text: format!("{title}.{see}") },
        help_uri: url,
        default_configuration: Configuration { level: level(finding.severity) },
        properties: RuleProperties {
            security_severity: format!("{:.1}", security_severity(finding)),
            precision: "very-high",
            tags: ["security", "vulnerability", finding.severity.as_str()],
        },
    }
}

fn result<'a>(
    finding: &'a VulnerabilityFinding,
    rule_index: usize,
    package: &Package,
    report: &ScanReport,
) -> ResultRow<'a> {
    let repair = match (&finding.remedy, &finding.fixed_version) {
        (Some(remedy), _) => format!("Repair: {remedy}"),
        (None, Some(version)) => format!("Repaired in {version}"),
        (None, None) => "No version repairs it".to_owned(),
    };
    let manifest = package.paths.first().map_or("", String::as_str);
    // A result must be somewhere: what has no file of its own is in the target.
    let place = if manifest.is_empty() { report.target.name.as_str() } else { manifest };
    let fingerprint = format!("{}\n{}\n{}\n{manifest}", finding.id, package.ecosystem, package.name);
    ResultRow {
        rule_id: &finding.id,
        rule_index,
        level: level(finding.severity),
        message: Message {
            text: format!("{} {} has {} ({}). {repair}.", package.name, package.version, finding.id, finding.severity),
        },
        locations: vec![location(place, true)],
        partial_fingerprints: BTreeMap::from([(
            "bulkheadFinding/v1",
            format!("{:016x}", XxHash3_64::oneshot(fingerprint.as_bytes())),
        )]),
        properties: ResultProperties {
            purl: package.purl.to_string(),
            fixed_version: finding.fixed_version.as_deref(),
            status: finding.status.as_str(),
            kev: finding.kev,
            epss: finding.epss.map(|epss| epss.probability),
        },
    }
}

fn notification(gap: &model::Gap) -> Notification {
    Notification {
        level: "warning",
        message: Message { text: format!("Not read: {}", gap.reason) },
        locations: if gap.path.is_empty() { Vec::new() } else { vec![location(&gap.path, false)] },
    }
}

fn location(path: &str, with_region: bool) -> Location {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri: uri_of(path) },
            region: with_region.then_some(Region { start_line: 1 }),
        },
        message: None,
    }
}

/// A path as a relative URI reference (RFC 3986, 4.2): everything outside the unreserved characters is encoded, and a
/// colon in the first part cannot be taken for a scheme.
fn uri_of(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::None | Severity::Unknown => "note",
    }
}

fn security_severity(finding: &VulnerabilityFinding) -> f32 {
    let band = match finding.severity {
        Severity::Critical => 9.5,
        Severity::High => 8.0,
        Severity::Medium => 5.5,
        Severity::Low => 2.0,
        Severity::None | Severity::Unknown => 0.0,
    };
    let scores = finding.scores.iter().map(|score| score.vector.base_score());
    // A score that contradicts the rating would sort the finding where the vendor says it does not belong.
    scores
        .filter(|score| Severity::from_score(*score) == finding.severity)
        .fold(None, |best: Option<f32>, score| Some(best.map_or(score, |best| best.max(score))))
        .unwrap_or(band)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_uris() {
        assert_eq!(uri_of("/app/a b.jar!/c:d.jar"), "app/a%20b.jar%21/c%3Ad.jar");
        assert_eq!(uri_of("docker.io/library/debian:12"), "docker.io/library/debian%3A12");
    }
}
