//! Findings told in words, for the formats that are read by people outside a terminal: JUnit, GitLab, Markdown, HTML.

use model::{
    Finding, FindingKind, FindingStatus, LicenseSource, Package, RemedyStep, ScanReport, SecretLocation, Severity,
    VulnerabilityFinding,
};

use crate::messages::Value;
use crate::{Language, places, said};

/// A finding in words. Nothing of it is escaped: each format has its own way.
#[derive(Clone)]
pub(crate) struct Told<'a> {
    pub(crate) kind: FindingKind,
    pub(crate) id: &'a str,
    pub(crate) severity: Severity,
    /// What has it: a package with its version, or a place.
    pub(crate) subject: String,
    /// The file; the target's name where there is none.
    pub(crate) place: &'a str,
    /// Every place of the package that it is about; empty where it is about none.
    pub(crate) places: &'a [String],
    /// The line in that file, from 1.
    pub(crate) line: Option<u32>,
    /// What it is.
    pub(crate) text: String,
    /// What to do, or why nothing can be done.
    pub(crate) remedy: String,
    /// A web page about it.
    pub(crate) link: Option<&'a str>,
    /// Why it needs nobody's attention.
    pub(crate) settled: Option<String>,
    /// Known to be exploited.
    pub(crate) is_exploited: bool,
    /// Not in the earlier report that this one is compared to.
    pub(crate) is_new: bool,
}

impl Told<'_> {
    /// What has it, and where that is if the one does not say the other: `openssl 3.0.1 (var/lib/dpkg/status)`.
    pub(crate) fn subject_at_place(&self, language: Language) -> String {
        if self.places.len() > 1 {
            return format!("{} ({})", self.subject, places::named(self.places, language));
        }
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        match self.subject == self.place {
            true => format!("{}{line}", self.place),
            false => format!("{} ({}{line})", self.subject, self.place),
        }
    }

    /// The word of its severity, with what else matters of it.
    pub(crate) fn marked_severity(&self, language: Language, word: &str) -> String {
        let exploited = self.is_exploited.then(|| language.say("table.exploited", &[]));
        let new = self.is_new.then(|| language.say("compare.new", &[]));
        let marks: Vec<String> = new.into_iter().chain(exploited).chain(self.settled.clone()).collect();
        if marks.is_empty() { word.to_owned() } else { format!("{word} ({})", marks.join(", ")) }
    }
}

/// Every finding of the report in words, the most severe first within their kind.
pub(crate) fn told<'a>(report: &'a ScanReport, language: Language) -> Vec<Told<'a>> {
    let findings = report.findings.iter().enumerate().filter(|(_, finding)| !is_harmless(finding));
    let findings = findings.map(|(at, finding)| Told {
        is_new: said::is_new(report, at, finding.kind()) == Some(true),
        ..tell(finding, report, language)
    });
    let mut told: Vec<Told<'a>> = findings.collect();
    // Sorting is stable: findings of one severity stay in the order of the report.
    told.sort_by_key(|told| (told.kind, std::cmp::Reverse(told.severity)));
    told
}

/// Whether it is a text of a license that asks for nothing that anybody has to see to.
pub(crate) fn is_harmless(finding: &Finding) -> bool {
    finding.kind() == FindingKind::License && finding.severity() == Severity::None
}

fn tell<'a>(finding: &'a Finding, report: &'a ScanReport, language: Language) -> Told<'a> {
    let target = report.target.name.as_str();
    let or_target = |path: &'a str| if path.is_empty() { target } else { path };
    let package = |place: usize| &report.inventory.packages[place];
    let plain = Told {
        kind: finding.kind(),
        id: finding.id(),
        severity: finding.severity(),
        subject: String::new(),
        place: target,
        places: &[],
        line: None,
        text: String::new(),
        remedy: String::new(),
        link: None,
        settled: finding.excepted_by().map(|name| language.say("told.excepted", &[("name", Value::Text(name))])),
        is_exploited: false,
        is_new: false,
    };
    match finding {
        Finding::Vulnerability(found) => {
            let package = package(found.package);
            Told {
                subject: format!("{} {}", package.name, package.version),
                place: package.paths.first().map_or(target, String::as_str),
                places: places_of(package),
                text: found.title.clone().unwrap_or_default(),
                remedy: repair(found, language),
                link: web_page(found),
                settled: plain.settled.or_else(|| found.is_settled_by_vex().then(|| settled(found, language))),
                is_exploited: found.kev,
                ..plain
            }
        }
        Finding::Secret(found) => {
            let subject = match found.location {
                SecretLocation::File => language.removed(found.path.clone(), found.removed_in),
                location => language.secret_place(location, &found.path),
            };
            Told {
                subject,
                place: if found.location == SecretLocation::File { &found.path } else { target },
                line: found.line,
                text: format!("{}: {}", language.secret_title(found), found.shown()),
                remedy: language.say("told.remedy.secret", &[]),
                ..plain
            }
        }
        Finding::Malware(found) => {
            let rule = format!("{} ({}), SHA-256 {}", found.rule, found.engine.as_str(), found.sha256);
            Told {
                subject: language.removed(or_target(&found.path).to_owned(), found.removed_in),
                place: or_target(&found.path),
                text: match language.malware_description(found) {
                    "" => rule,
                    description => format!("{description}: {rule}"),
                },
                remedy: language.say("told.remedy.malware", &[]),
                ..plain
            }
        }
        Finding::License(found) => {
            let (subject, place, places) = match &found.source {
                LicenseSource::Package(id) => {
                    let package = package(*id);
                    let place = package.paths.first().map_or(target, String::as_str);
                    (format!("{} {}", package.name, package.version), place, places_of(package))
                }
                LicenseSource::File(file) => (file.path.clone(), or_target(&file.path), &[][..]),
            };
            Told {
                subject,
                place,
                places,
                text: format!("{} ({})", found.name, language.license_category(found.category)),
                remedy: language.say("told.remedy.license", &[]),
                ..plain
            }
        }
        Finding::Misconfiguration(found) => Told {
            subject: match found.path.as_str() {
                "" => language.say("table.image_configuration", &[]),
                path => path.to_owned(),
            },
            place: or_target(&found.path),
            line: found.line,
            text: format!("{}: {}", language.check_title(found), language.check_message(found)),
            remedy: language.check_remedy(found).into_owned(),
            ..plain
        },
    }
}

/// The places of a package; of one of the system its database alone, whatever files that consists of.
fn places_of(package: &Package) -> &[String] {
    if package.ecosystem.is_operating_system() { &[] } else { &package.paths }
}

/// Who says that a vulnerability is no danger here, and why.
fn settled(found: &VulnerabilityFinding, language: Language) -> String {
    match &found.vex {
        Some(vex) => said::said(vex, language),
        None => status_word(found.status, language),
    }
}

/// What repairs it, and what a VEX statement has to say to that.
fn repair(found: &VulnerabilityFinding, language: Language) -> String {
    let repair = usual_repair(found, language);
    match found.vex.as_deref().filter(|_| !found.is_settled_by_vex()) {
        Some(vex) => format!("{repair} ({})", said::said(vex, language)),
        None => repair,
    }
}

fn usual_repair(found: &VulnerabilityFinding, language: Language) -> String {
    match (&found.remedy, &found.fixed_version, found.status) {
        (_, _, status @ (FindingStatus::Fixed | FindingStatus::NotAffected)) => status_word(status, language),
        (Some(remedy), ..) => remedy_in(remedy, language).replace('\n', "; "),
        (None, Some(version), _) => language.say("told.repaired_in", &[("version", Value::Text(version))]),
        (None, None, FindingStatus::Affected) => language.say("told.no_repair", &[]),
        (None, None, status) => status_word(status, language),
    }
}

/// A remedy as people of the language read it, step by step, each a line: steps are sentences, commands stay what they are.
pub(crate) fn remedy_in(remedy: &str, language: Language) -> String {
    let said = |line: &str| match RemedyStep::recognize(line).filter(|_| language != Language::English) {
        Some(step) => language.say(
            &format!("remedy.{}", step.kind.as_str()),
            &[("name", Value::Text(&step.name)), ("version", Value::Text(&step.version))],
        ),
        None => line.to_owned(),
    };
    remedy.lines().map(said).collect::<Vec<_>>().join("\n")
}

fn status_word(status: FindingStatus, language: Language) -> String {
    language.say(&format!("table.status.{}", status.as_str()), &[])
}

/// The first page about a vulnerability that a browser may be sent to.
pub(crate) fn web_page(found: &VulnerabilityFinding) -> Option<&str> {
    found.advisories.iter().find_map(|advisory| advisory.url.as_deref()).filter(|url| is_web_page(url))
}

/// Whether an address from an advisory leads to the web, and holds nothing that any format could take for markup.
fn is_web_page(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&*+,;=".contains(&byte))
    })
}

/// How many findings of each severity there are, the worst first, without those that are settled.
pub(crate) fn by_severity(told: &[Told<'_>]) -> Vec<(Severity, usize)> {
    let count = |severity| told.iter().filter(|told| told.settled.is_none() && told.severity == severity).count();
    let counted = Severity::DESCENDING.into_iter().map(|severity| (severity, count(severity)));
    counted.filter(|(_, count)| *count > 0).collect()
}
