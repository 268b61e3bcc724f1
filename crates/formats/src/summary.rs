//! What a report says on top, sentence by sentence, for every format that people read: what the target is, how many of
//! what was found, what hides more, and what to do first.

mod upgrades;

use std::collections::BTreeSet;

use model::{
    BaseImage, Finding, FindingKind, FindingStatus, Healthcheck, Package, ScanReport, Severity, VulnerabilityFinding,
};

use crate::messages::Value;
use crate::table::{Style, severity_word};
use crate::told::is_harmless;
use crate::{Language, said};
pub(crate) use upgrades::{SHOWN_UPGRADES, upgrades};

/// A sentence, and how it stands out. Names from the target stand in it as they are.
pub(crate) struct Sentence {
    pub(crate) style: Option<Style>,
    pub(crate) text: String,
}

/// A vulnerability and the package that has it.
pub(crate) struct Row<'a> {
    pub(crate) finding: &'a VulnerabilityFinding,
    pub(crate) package: &'a Package,
}

/// The vulnerabilities of a report.
pub(crate) fn rows(report: &ScanReport) -> Vec<Row<'_>> {
    let packages = &report.inventory.packages;
    let findings = report.findings.iter().filter_map(Finding::vulnerability);
    findings.map(|finding| Row { finding, package: &packages[finding.package] }).collect()
}

/// The facts about the target, which stand on one line.
pub(crate) fn facts(report: &ScanReport, language: Language) -> Vec<Sentence> {
    let (target, inventory) = (&report.target, &report.inventory);
    let plain = |text: String| Sentence { style: None, text };
    let mut facts = Vec::new();
    facts.extend(target.platform.as_ref().map(|platform| plain(platform.to_string())));
    facts.extend(target.digest.as_ref().map(|digest| plain(digest.short().to_owned())));
    match &inventory.distribution {
        Some(distribution) => {
            let name = if distribution.name.is_empty() { &distribution.id } else { &distribution.name };
            facts.push(plain(name.clone()));
            if let Some(date) = &distribution.end_of_life {
                facts.push(plain(language.say("table.end_of_life", &[("date", Value::Text(date))])));
            }
        }
        None => facts.push(plain(language.say("table.no_distribution", &[]))),
    }
    facts.push(plain(language.say("table.packages", &[("count", Value::Count(inventory.packages.len()))])));
    if let Some(image) = &inventory.image {
        facts.extend(image.user.as_deref().map(|user| {
            plain(match image.runs_as_superuser() {
                true => language.say("table.root", &[]),
                false => language.say("table.user", &[("user", Value::Text(user))]),
            })
        }));
        facts.extend(image.base.as_ref().map(|base| base_image(base, language)));
        let looks = report.detectors.contains(&FindingKind::Misconfiguration);
        if looks && image.user.is_some() && image.healthcheck == Healthcheck::Unknown {
            facts.push(plain(language.say("table.healthcheck_unknown", &[])));
        }
    }
    facts
}

fn base_image(base: &BaseImage, language: Language) -> Sentence {
    let name = base.name.as_deref().filter(|name| !name.is_empty());
    let (code, style) = match (name, base.is_approved) {
        (Some(_), true) => ("table.base.approved", None),
        (Some(_), false) => ("table.base.unapproved_name", Some(Style::Alarm)),
        (None, _) => ("table.base.unapproved", Some(Style::Alarm)),
    };
    Sentence { style, text: language.say(code, &[("name", Value::Text(name.unwrap_or_default()))]) }
}

/// How many of what; and where there are none, why that says something or nothing. `hidden` findings were left out;
/// `mark` is the sign that exploited ones bear below, where they bear one.
pub(crate) fn sentences(report: &ScanReport, hidden: usize, mark: Option<&str>, language: Language) -> Vec<Sentence> {
    let mut sentences = of_vulnerabilities(report, hidden, mark, language);
    sentences.extend(said::settled_by_vex(report, language));
    sentences.extend(of_other_kinds(report, language));
    sentences.extend(of_base(report, language));
    sentences.extend(said::comparison(report, language));
    if hidden > 0 {
        let text = language.say("table.hidden", &[("count", Value::Count(hidden))]);
        sentences.push(Sentence { style: None, text });
    }
    let gaps = report.inventory.gaps.len();
    if gaps > 0 {
        let text = language.say("table.gaps", &[("count", Value::Count(gaps))]);
        sentences.push(Sentence { style: Some(Style::Alarm), text });
    }
    sentences
}

fn of_vulnerabilities(report: &ScanReport, hidden: usize, mark: Option<&str>, language: Language) -> Vec<Sentence> {
    let (rows, inventory) = (rows(report), &report.inventory);
    let one = |style, code: &str| vec![Sentence { style, text: language.say(code, &[]) }];
    if !rows.is_empty() {
        return counts(&rows, mark, language);
    }
    if !report.detectors.contains(&FindingKind::Vulnerability) {
        one(None, "table.not_looked_for")
    } else if report.intelligence.is_none() {
        one(Some(Style::Alarm), "table.not_checked")
    } else if inventory.packages.is_empty() && report.detectors.len() > 1 {
        // What else was looked for needs no packages.
        one(Some(Style::Alarm), "table.no_packages")
    } else if inventory.packages.is_empty() {
        one(Some(Style::Alarm), "table.nothing_to_check")
    } else if hidden > 0 {
        one(None, "table.none_shown")
    } else if inventory.gaps.is_empty() {
        one(Some(Style::Good), "table.none")
    } else {
        one(None, "table.none_in_what_was_read")
    }
}

fn counts(rows: &[Row<'_>], mark: Option<&str>, language: Language) -> Vec<Sentence> {
    let counted = Severity::DESCENDING.into_iter().filter_map(|severity| {
        let count = rows.iter().filter(|row| row.finding.severity == severity).count();
        let word = severity_word(language, severity);
        (count > 0).then(|| match language {
            Language::English => format!("{count} {word}"),
            Language::Japanese => format!("{word} {count}"),
        })
    });
    let severities = counted.collect::<Vec<_>>().join(", ");
    let distinct: BTreeSet<&str> = rows.iter().map(|row| row.finding.id.as_str()).collect();
    let parameters = [
        ("count", Value::Count(rows.len())),
        ("distinct", Value::Count(distinct.len())),
        ("severities", Value::Text(&severities)),
        ("fixable", Value::Count(rows.iter().filter(|row| row.is_fixable()).count())),
    ];
    let mut sentences = vec![Sentence { style: Some(Style::Strong), text: language.say("table.summary", &parameters) }];
    let exploited = rows.iter().filter(|row| row.finding.kev).count();
    if exploited > 0 {
        let code = if mark.is_some() { "table.exploited_count" } else { "told.exploited_count" };
        let parameters = [("count", Value::Count(exploited)), ("mark", Value::Text(mark.unwrap_or_default()))];
        let text = language.say(code, &parameters);
        sentences.push(Sentence { style: Some(Style::Alarm), text });
    }
    sentences
}

/// How many findings there are beside vulnerabilities; nothing where there are none.
fn of_other_kinds(report: &ScanReport, language: Language) -> Option<Sentence> {
    let kinds = [
        (FindingKind::Malware, "table.count.malware"),
        (FindingKind::Secret, "table.count.secret"),
        (FindingKind::Misconfiguration, "table.count.misconfiguration"),
        (FindingKind::License, "table.count.license"),
    ];
    let counted = kinds.into_iter().filter_map(|(kind, code)| {
        let count = report.findings.iter().filter(|finding| finding.kind() == kind && !is_harmless(finding)).count();
        (count > 0).then(|| language.say(code, &[("count", Value::Count(count))]))
    });
    let counted = counted.collect::<Vec<_>>();
    (!counted.is_empty()).then(|| Sentence { style: Some(Style::Strong), text: counted.join(", ") })
}

/// What comes with the base image, and whether another build of it is better.
fn of_base(report: &ScanReport, language: Language) -> Vec<Sentence> {
    let inventory = &report.inventory;
    let Some(base) = inventory.image.as_ref().and_then(|image| image.base.as_ref()) else { return Vec::new() };
    let of_base = |finding: &Finding| inventory.is_of_base(finding.layer(inventory));
    let count = |is_base| report.findings.iter().filter(|finding| of_base(finding) == Some(is_base)).count();
    let (with_base, added) = (count(true), count(false));
    let mut sentences = Vec::new();
    if with_base + added > 0 {
        let counts = [("base", Value::Count(with_base)), ("added", Value::Count(added))];
        sentences.push(Sentence { style: None, text: language.say("table.base.split", &counts) });
    }
    if let Some(better) = &base.better {
        let number = |count: u32| Value::Count(usize::try_from(count).unwrap_or(usize::MAX));
        let code = if better.brings == 0 { "table.base.better" } else { "table.base.better_brings" };
        let parameters = [
            ("name", Value::Text(&better.name)),
            ("repairs", number(better.repairs)),
            ("brings", number(better.brings)),
        ];
        sentences.push(Sentence { style: Some(Style::Good), text: language.say(code, &parameters) });
    }
    sentences
}

/// What the findings were judged by.
pub(crate) fn intelligence(report: &ScanReport, language: Language) -> Option<String> {
    let intelligence = report.intelligence.as_ref()?;
    let names: Vec<&str> = intelligence.sources.iter().map(|source| source.name.as_str()).collect();
    let day = intelligence.built.split('T').next().unwrap_or_default();
    let parameters = [("date", Value::Text(day)), ("sources", Value::Text(&names.join(", ")))];
    Some(language.say("table.intelligence", &parameters))
}

/// The heading above findings of a kind.
pub(crate) fn kind_heading(kind: FindingKind, language: Language) -> String {
    let code = match kind {
        FindingKind::Vulnerability => "told.vulnerabilities",
        FindingKind::Secret => "table.secrets",
        FindingKind::Malware => "table.malware",
        FindingKind::License => "table.licenses",
        FindingKind::Misconfiguration => "table.misconfigurations",
    };
    language.say(code, &[])
}

impl Row<'_> {
    /// Whether an upgrade repairs it.
    pub(crate) fn is_fixable(&self) -> bool {
        self.finding.fixed_version.is_some()
            && !matches!(self.finding.status, FindingStatus::Fixed | FindingStatus::NotAffected)
    }
}
