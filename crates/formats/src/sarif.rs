//! SARIF 2.1.0 (OASIS Standard, 27 March 2020): one rule a vulnerability or check, one result a finding and place,
//! one notification a gap: a copy more of a package is a result more, and a copy less takes away none of the others.
//! A result's fingerprint depends on the vulnerability and the package's name and place, not on line numbers or versions
//! of anything else.

mod others;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{FindingKind, FindingStatus, Package, ScanReport, Severity, VulnerabilityFinding};
use serde::Serialize;
use twox_hash::XxHash3_64;

use others::Other;

use crate::json::SignatureRow;
use crate::markup::markdown;
use crate::told::{is_harmless, web_page};
use crate::{Language, said, verdict};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// At most so many results for one finding: at the last of them are all places that are left. Code hosts refuse logs of too
/// many results, and a tree of Node's modules may have hundreds of copies.
const MOST_RESULTS: usize = 20;

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
    automation_details: AutomationDetails,
    invocations: [Invocation; 1],
    artifacts: Vec<Artifact>,
    results: Vec<ResultRow<'a>>,
    column_kind: &'static str,
    properties: RunProperties<'a>,
}

/// The category under which code hosts file the run, so that two images of one repository do not replace each other.
#[derive(Serialize)]
struct AutomationDetails {
    id: String,
}

#[derive(Serialize)]
struct RunProperties<'a> {
    target: &'a str,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<String>,
    /// The decision of the policies, in the word of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    signatures: Vec<SignatureRow<'a>>,
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
    semantic_version: &'static str,
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
struct Artifact {
    location: ArtifactLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: Cow<'a, str>,
    name: &'static str,
    short_description: Message,
    full_description: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<String>,
    help: Help,
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
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<String>,
    precision: &'static str,
    tags: [&'static str; 3],
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

/// Why a result needs nobody's attention.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRow<'a> {
    rule_id: Cow<'a, str>,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    /// Whether an earlier report has it (SARIF 2.1.0, 3.27.24); absent where none was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    properties: ResultProperties<'a>,
}

/// What only vulnerabilities have.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultProperties<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kev: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    epss: Option<f32>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

/// A place in something that has no lines (SARIF 2.1.0, 3.33).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    name: String,
    fully_qualified_name: String,
    kind: &'static str,
}

impl LogicalLocation {
    fn new(name: &str, fully_qualified_name: &str, kind: &'static str) -> LogicalLocation {
        LogicalLocation { name: name.to_owned(), fully_qualified_name: fully_qualified_name.to_owned(), kind }
    }
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
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

fn log(report: &ScanReport) -> Log<'_> {
    let numbered = || report.findings.iter().enumerate();
    let vulnerabilities = numbered().filter_map(|(at, finding)| Some((at, finding.vulnerability()?)));
    let (findings_at, findings): (Vec<usize>, Vec<&VulnerabilityFinding>) = vulnerabilities.unzip();
    let others: Vec<Other<'_>> = numbered()
        .filter(|(_, finding)| !is_harmless(finding))
        .filter_map(|(at, finding)| Other::of(at, finding, report))
        .collect();
    let mut rules: BTreeMap<String, Rule<'_>> = BTreeMap::new();
    for finding in &findings {
        rules.entry(finding.id.clone()).or_insert_with(|| rule(finding));
    }
    for other in &others {
        rules.entry(other.rule_id.clone()).or_insert_with(|| other.rule());
    }
    let rule_indexes: BTreeMap<String, usize> =
        rules.keys().enumerate().map(|(place, id)| (id.clone(), place)).collect();
    let package = |finding: &VulnerabilityFinding| &report.inventory.packages[finding.package];
    let places = findings.iter().flat_map(|finding| places_of(package(finding), report)).map(uri_of);
    let places = places.chain(others.iter().map(|other| uri_of(other.path)));
    let mut artifacts: BTreeMap<String, usize> = places.map(|uri| (uri, 0)).collect();
    artifacts.values_mut().enumerate().for_each(|(place, index)| *index = place);
    let target = &report.target;
    let mut seen = BTreeMap::new();
    let of_vulnerabilities = findings.iter().zip(findings_at).flat_map(|(finding, at)| {
        let rule_index = rule_indexes[&finding.id];
        let package = package(finding);
        let places = places_of(package, report);
        let (alone, together) = places.split_at(places.len().min(MOST_RESULTS - 1));
        let places = alone.chunks(1).chain((!together.is_empty()).then_some(together));
        let results = places.map(|places| {
            let result = result(finding, rule_index, package, places, &artifacts);
            (finding.severity, ResultRow { baseline_state: baseline_state_at(report, at, places), ..result })
        });
        results.collect::<Vec<_>>()
    });
    let of_others = others.into_iter().map(|other| {
        let place = rule_indexes[&other.rule_id];
        (other.finding.severity(), other.result(place, &artifacts, &mut seen))
    });
    // Code hosts show a part of a long list: the most severe come first. Sorting is stable.
    let mut results: Vec<(Severity, ResultRow<'_>)> = of_others.chain(of_vulnerabilities).collect();
    results.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
    let results = results.into_iter().map(|(_, result)| result).collect();
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "Bulkhead",
                    information_uri: INFORMATION,
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    version: env!("CARGO_PKG_VERSION"),
                    rules: rules.into_values().collect(),
                },
            },
            automation_details: AutomationDetails { id: format!("bulkhead/{}/", uri_of(&target.name)) },
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: judged(report)
                    .chain(report.inventory.gaps.iter().map(notification))
                    .collect(),
            }],
            results,
            artifacts: artifacts
                .into_keys()
                .map(|uri| Artifact { location: ArtifactLocation { uri, index: None } })
                .collect(),
            column_kind: "unicodeCodePoints",
            properties: RunProperties {
                target: &target.name,
                kind: target.kind.as_str(),
                digest: target.digest.as_ref().map(ToString::to_string),
                platform: target.platform.as_ref().map(ToString::to_string),
                verdict: report.verdict.as_ref().map(|verdict| verdict.decision.compliance()),
                signatures: report.signatures.iter().map(SignatureRow::from_model).collect(),
            },
        }],
    }
}

/// The files where a package is found, which are manifests in a repository; what has no file of its own is in the target.
fn places_of<'a>(package: &'a Package, report: &'a ScanReport) -> Vec<&'a str> {
    match package.paths.as_slice() {
        [] => vec![&report.target.name],
        // The database of the system is one, however many files it has.
        [first, ..] if package.ecosystem.is_operating_system() => vec![first],
        paths => paths.iter().map(String::as_str).collect(),
    }
}

fn rule(finding: &VulnerabilityFinding) -> Rule<'_> {
    let title = finding.title.as_deref().filter(|title| !title.is_empty()).unwrap_or(&finding.id);
    let url = web_page(finding);
    let text = match url {
        Some(url) => format!("{title} (see {url})"),
        None => title.to_owned(),
    };
    let markdown = match url {
        Some(url) => format!("{} ([{}]({url}))", markdown(title), markdown(&finding.id)),
        None => markdown(title),
    };
    Rule {
        id: (&finding.id).into(),
        name: "KnownVulnerability",
        short_description: Message { text: shortened(&format!("{} ({})", finding.id, finding.severity)) },
        full_description: Message { text: shortened(title) },
        help: Help { text, markdown },
        help_uri: url.map(str::to_owned),
        default_configuration: Configuration { level: level(finding.severity) },
        properties: RuleProperties {
            security_severity: security_severity(finding).map(|score| format!("{score:.1}")),
            precision: "very-high",
            tags: ["security", "vulnerability", finding.severity.as_str()],
        },
    }
}

/// Code hosts refuse descriptions of more than 1,024 characters.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(1_023) {
        Some((end, _)) if text[end..].chars().nth(1).is_some() => format!("{}…", &text[..end]),
        _ => text.to_owned(),
    }
}

fn result<'a>(
    finding: &'a VulnerabilityFinding,
    rule_index: usize,
    package: &Package,
    places: &[&str],
    artifacts: &BTreeMap<String, usize>,
) -> ResultRow<'a> {
    let repair = match (&finding.remedy, &finding.fixed_version, finding.status) {
        (_, _, FindingStatus::Fixed | FindingStatus::NotAffected) => "Nothing is to be done".to_owned(),
        (Some(remedy), ..) => format!("Repair: {}", remedy.replace('\n', "; ")),
        (None, Some(version), _) => format!("Repaired in {version}"),
        (None, None, FindingStatus::WillNotFix) => "The vendor will not repair it".to_owned(),
        (None, None, FindingStatus::EndOfLife) => "It is no longer supported".to_owned(),
        (None, None, FindingStatus::FixDeferred) => "The vendor has put the repair off".to_owned(),
        (None, None, FindingStatus::UnderInvestigation) => "The vendor is looking into it".to_owned(),
        (None, None, FindingStatus::Affected) => "No version repairs it".to_owned(),
    };
    let place = places.first().copied().unwrap_or_default();
    let locations = places.iter().map(|place| {
        let uri = uri_of(place);
        let index = artifacts.get(&uri).copied();
        location(uri, index, Some(1))
    });
    let fingerprint = format!("{}\n{}\n{}\n{place}", finding.id, package.ecosystem, package.name);
    let fingerprint = format!("{:016x}", XxHash3_64::oneshot(fingerprint.as_bytes()));
    ResultRow {
        rule_id: (&finding.id).into(),
        rule_index,
        level: level(finding.severity),
        message: Message {
            text: format!("{} {} has {} ({}). {repair}.", package.name, package.version, finding.id, finding.severity),
        },
        locations: locations.collect(),
        partial_fingerprints: BTreeMap::from([
            // The one that code hosts compare; they would compute it from the line, which all findings of a file share.
            ("primaryLocationLineHash", format!("{fingerprint}:1")),
            ("bulkheadFinding/v1", fingerprint),
        ]),
        suppressions: suppressions(finding),
        baseline_state: None,
        properties: ResultProperties {
            purl: Some(package.purl.to_string()),
            fixed_version: finding.fixed_version.as_deref(),
            status: Some(finding.status.as_str()),
            kev: Some(finding.kev),
            epss: finding.epss.map(|epss| epss.probability),
        },
    }
}

/// The word for whether an earlier report has a finding.
fn baseline_state(report: &ScanReport, at: usize, kind: FindingKind) -> Option<&'static str> {
    said::is_new(report, at, kind).map(|is_new| if is_new { "new" } else { "unchanged" })
}

/// The same of a vulnerability at these places of its package.
fn baseline_state_at(report: &ScanReport, at: usize, places: &[&str]) -> Option<&'static str> {
    let new_places = report.comparison.as_ref().and_then(|comparison| comparison.new_places.get(&at));
    match new_places {
        Some(new) if !places.iter().any(|place| new.contains(*place)) => Some("unchanged"),
        _ => baseline_state(report, at, FindingKind::Vulnerability),
    }
}

fn suppressions(finding: &VulnerabilityFinding) -> Vec<Suppression> {
    let said = |usual: &str| match &finding.vex {
        Some(vex) => format!("VEX: {}", said::said(vex, Language::English)),
        None => usual.to_owned(),
    };
    let justification = match (&finding.excepted_by, finding.status) {
        (Some(exception), _) => Some(exception.clone()),
        (None, FindingStatus::Fixed) => Some(said("A VEX statement says that it is repaired in place.")),
        (None, FindingStatus::NotAffected) => Some(said("A VEX statement says that the package is not affected.")),
        (
            None,
            FindingStatus::Affected
            | FindingStatus::WillNotFix
            | FindingStatus::FixDeferred
            | FindingStatus::UnderInvestigation
            | FindingStatus::EndOfLife,
        ) => None,
    };
    let suppression = |justification| Suppression { kind: "external", status: "accepted", justification };
    justification.map(suppression).into_iter().collect()
}

/// The verdict, which belongs to no place: sentence by sentence.
fn judged(report: &ScanReport) -> impl Iterator<Item = Notification> {
    let sentences = report.verdict.iter().flat_map(|verdict| verdict::sentences(verdict, Language::English));
    sentences.map(|text| Notification { level: "note", message: Message { text }, locations: Vec::new() })
}

fn notification(gap: &model::Gap) -> Notification {
    Notification {
        level: "warning",
        message: Message { text: format!("Not read: {}", gap.reason) },
        locations: if gap.path.is_empty() { Vec::new() } else { vec![location(uri_of(&gap.path), None, None)] },
    }
}

fn location(uri: String, index: Option<usize>, line: Option<u32>) -> Location {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation { uri, index },
            region: line.map(|start_line| Region { start_line }),
        },
        logical_locations: Vec::new(),
    }
}

/// A path as a relative URI reference (RFC 3986, 4.2): everything outside the unreserved characters is encoded, so that
/// a colon in the first part cannot be taken for a scheme.
fn uri_of(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    if uri.is_empty() { ".".to_owned() } else { uri }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::None | Severity::Unknown => "note",
    }
}

/// The score by which code hosts sort and block; none for what nobody has rated.
fn security_severity(finding: &VulnerabilityFinding) -> Option<f32> {
    let middle_of_band = middle_of_band(finding.severity)?;
    // A score that contradicts the rating would sort the finding where the vendor says it does not belong.
    let scores = finding.scores.iter().map(|score| score.vector.base_score());
    let fitting = scores.filter(|score| Severity::from_score(*score) == finding.severity);
    Some(fitting.max_by(f32::total_cmp).unwrap_or(middle_of_band))
}

/// A score in the middle of a severity's band; none for what nobody has rated.
fn middle_of_band(severity: Severity) -> Option<f32> {
    match severity {
        Severity::Critical => Some(9.5),
        Severity::High => Some(8.0),
        Severity::Medium => Some(5.5),
        Severity::Low => Some(2.0),
        Severity::None | Severity::Unknown => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_descriptions_are_shortened() {
        assert_eq!(shortened(&"ä".repeat(1_024)).chars().count(), 1_024);
        assert_eq!(shortened(&"ä".repeat(2_000)).chars().count(), 1_024);
    }

    #[test]
    fn paths_become_relative_uris() {
        assert_eq!(uri_of("/app/a b.jar!/c:d.jar"), "app/a%20b.jar%21/c%3Ad.jar");
        assert_eq!(uri_of("docker.io/library/debian:12"), "docker.io/library/debian%3A12");
    }
}
