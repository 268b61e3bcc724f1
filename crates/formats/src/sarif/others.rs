//! Rules and results of findings that are about no vulnerability.

use std::collections::BTreeMap;

use model::{Finding, FindingKind, LicenseSource, ScanReport, SecretLocation, Severity};
use twox_hash::XxHash3_64;

use crate::markup::markdown;

use super::{
    Configuration, Help, Location, LogicalLocation, Message, ResultProperties, ResultRow, Rule, RuleProperties,
    Suppression, baseline_state, level, location, middle_of_band, shortened, uri_of,
};

/// What SARIF says of such a finding, gathered from its kind.
pub(super) struct Other<'a> {
    baseline_state: Option<&'static str>,
    pub(super) finding: &'a Finding,
    /// The rule's id. Ids of rules for secrets and malware may be the same words, so the kind is part of theirs.
    pub(super) rule_id: String,
    name: &'static str,
    title: String,
    message: String,
    help: String,
    /// The file; the target itself where there is none.
    pub(super) path: &'a str,
    line: Option<u32>,
    /// Where it is in what has no lines: a variable, a label, the history.
    logical: Option<LogicalLocation>,
    /// What tells the finding from others in its file, whatever line it is on.
    identity: String,
}

impl<'a> Other<'a> {
    /// Nothing for a vulnerability.
    pub(super) fn of(at: usize, finding: &'a Finding, report: &'a ScanReport) -> Option<Other<'a>> {
        let target = report.target.name.as_str();
        let baseline_state = baseline_state(report, at, finding.kind());
        let or_target = |path: &'a str| if path.is_empty() { target } else { path };
        Some(match finding {
            Finding::Vulnerability(_) => return None,
            Finding::Secret(secret) => {
                let place = match secret.location {
                    SecretLocation::File => removed(secret.removed_in),
                    SecretLocation::Environment => format!(" in the environment variable {}", secret.path),
                    SecretLocation::Label => format!(" in the label {}", secret.path),
                    SecretLocation::Argument => format!(" in the build argument {}", secret.path),
                    SecretLocation::History => " in the history of the image".to_owned(),
                    SecretLocation::Configuration => format!(" in {} of the image's configuration", secret.path),
                };
                Other {
                    baseline_state,
                    finding,
                    rule_id: format!("secret/{}", secret.rule),
                    name: "Secret",
                    title: secret.title.clone(),
                    message: format!("{}{place}: {}", secret.title, secret.shown()),
                    help: "Revoke it, then take it out of the target and of every layer below.".to_owned(),
                    path: if secret.location == SecretLocation::File { &secret.path } else { target },
                    line: secret.line,
                    logical: logical_location(secret.location, &secret.path),
                    identity: format!("{}\n{}\n{}", secret.location.as_str(), secret.path, secret.shown()),
                }
            }
            Finding::Malware(malware) => Other {
                baseline_state,
                finding,
                rule_id: format!("malware/{}", malware.rule),
                name: "Malware",
                title: malware.description.clone().filter(|text| !text.is_empty()).unwrap_or(malware.rule.clone()),
                message: format!(
                    "{} ({}){}, SHA-256 {}",
                    malware.rule,
                    malware.engine.as_str(),
                    removed(malware.removed_in),
                    malware.sha256
                ),
                help: "Find out how the file came there, and rebuild the image without it.".to_owned(),
                path: or_target(&malware.path),
                line: None,
                logical: None,
                identity: malware.path.clone(),
            },
            Finding::License(license) => {
                let (path, message, identity) = match &license.source {
                    LicenseSource::Package(package) => {
                        let package = &report.inventory.packages[*package];
                        let message = format!("{} {} is under {}", package.name, package.version, license.name);
                        let path = package.paths.first().map_or(target, String::as_str);
                        (path, message, format!("{}\n{}", package.ecosystem, package.name))
                    }
                    LicenseSource::File(file) => {
                        let message = match file.confidence_percent {
                            Some(percent) => format!("{} holds {} ({percent} %)", file.path, license.name),
                            None => format!("{} holds an {}", file.path, license.name),
                        };
                        (or_target(&file.path), message, file.path.clone())
                    }
                };
                Other {
                    baseline_state,
                    finding,
                    rule_id: format!("license/{}", license.name),
                    name: "License",
                    title: format!("{} ({})", license.name, license.category.as_str()),
                    message,
                    help: "See whether its terms suit the way in which the target is passed on.".to_owned(),
                    path,
                    line: None,
                    logical: None,
                    identity,
                }
            }
            Finding::Misconfiguration(found) => Other {
                baseline_state,
                finding,
                rule_id: found.id.clone(),
                name: "Misconfiguration",
                title: found.title.clone(),
                message: found.message.clone(),
                help: found.remedy.clone().unwrap_or_else(|| found.title.clone()),
                path: or_target(&found.path),
                line: found.line,
                logical: found.path.is_empty().then(|| LogicalLocation::new("config", "config", "object")),
                identity: format!("{}\n{}", found.path, found.message),
            },
        })
    }

    pub(super) fn rule(&self) -> Rule<'a> {
        let severity = self.finding.severity();
        let is_license = self.finding.kind() == FindingKind::License;
        Rule {
            id: self.rule_id.clone().into(),
            name: self.name,
            short_description: Message { text: shortened(&self.title) },
            full_description: Message { text: shortened(&self.title) },
            help_uri: None,
            help: Help { text: self.help.clone(), markdown: markdown(&self.help) },
            default_configuration: Configuration { level: level(severity) },
            properties: RuleProperties {
                // Code hosts take whatever has a score for a flaw of security, which no license is.
                security_severity: middle_of_band(severity).filter(|_| !is_license).map(|score| format!("{score:.1}")),
                precision: if severity >= Severity::Medium { "high" } else { "medium" },
                tags: [
                    if is_license { "compliance" } else { "security" },
                    self.finding.kind().as_str(),
                    severity.as_str(),
                ],
            },
        }
    }

    /// `seen` counts the findings that nothing but their lines tells apart.
    pub(super) fn result(
        self,
        rule_index: usize,
        artifacts: &BTreeMap<String, usize>,
        seen: &mut BTreeMap<u64, usize>,
    ) -> ResultRow<'a> {
        let uri = uri_of(self.path);
        let index = artifacts.get(&uri).copied();
        let fingerprint = XxHash3_64::oneshot(format!("{}\n{}", self.rule_id, self.identity).as_bytes());
        let occurrence = seen.entry(fingerprint).or_default();
        *occurrence += 1;
        let fingerprint = format!("{fingerprint:016x}:{occurrence}");
        let justification = self.finding.excepted_by().map(str::to_owned);
        let suppression = |justification| Suppression { kind: "external", status: "accepted", justification };
        ResultRow {
            rule_id: self.rule_id.into(),
            rule_index,
            level: level(self.finding.severity()),
            message: Message { text: self.message },
            locations: vec![Location {
                logical_locations: self.logical.into_iter().collect(),
                ..location(uri, index, Some(self.line.unwrap_or(1).max(1)))
            }],
            partial_fingerprints: BTreeMap::from([
                ("primaryLocationLineHash", fingerprint.clone()),
                ("bulkheadFinding/v1", fingerprint),
            ]),
            suppressions: justification.map(suppression).into_iter().collect(),
            baseline_state: self.baseline_state,
            properties: ResultProperties::default(),
        }
    }
}

/// That an upper layer takes a file out of sight; the layer from 0 is told from 1.
fn removed(removed_in: Option<u32>) -> String {
    removed_in.map_or_else(String::new, |layer| {
        format!(" in a file that layer {} removes or replaces and the image still holds", u64::from(layer) + 1)
    })
}

/// The place in the image's configuration (OCI image-spec, config.md) that a secret is in; none for a file.
fn logical_location(location: SecretLocation, name: &str) -> Option<LogicalLocation> {
    Some(match location {
        SecretLocation::File => return None,
        SecretLocation::Environment => LogicalLocation::new(name, &format!("config.Env.{name}"), "variable"),
        SecretLocation::Label => LogicalLocation::new(name, &format!("config.Labels.{name}"), "property"),
        SecretLocation::Argument => LogicalLocation::new(name, &format!("history.{name}"), "parameter"),
        SecretLocation::History => LogicalLocation::new("history", "history", "array"),
        SecretLocation::Configuration => LogicalLocation::new(name, name, "property"),
    })
}
