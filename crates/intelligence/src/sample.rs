//! A small language for advisories and packages, so that a test reads like the rule it proves.
//!
//! ```text
//! advisory almalinux ALSA-2022:1 CVE-2022-1 severity=Important
//!   almalinux:8 bin openssl < 1:1.1.1k-5
//!   npm bin left-pad >= 1.0, < 1.3 | >= 2.0, <= 2.1 = 0.9
//! fact nvd CVE-2022-1 kev epss=0.5 severity=high
//! ```

use model::version::VersionScheme;
use model::{Ecosystem, EpssScore, FindingStatus, Package, Purl, SourcePackage};

use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange, VulnerabilityFacts};
use crate::database::Database;

/// A database of the records that the text describes.
pub(crate) fn database(text: &str) -> Database {
    Database::from_vec(crate::build::build_records(records(text)).0).unwrap()
}

/// The records that the text describes, all of the source `test`.
pub(crate) fn records(text: &str) -> Vec<(String, Record)> {
    let mut records: Vec<(String, Record)> = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "advisory" => records.push(("test".into(), Record::Advisory(advisory(&words[1..])))),
            "fact" => records.push(("test".into(), Record::Vulnerability(facts(&words[1..])))),
            _ => {
                let Some((_, Record::Advisory(advisory))) = records.last_mut() else { panic!("{line}") };
                advisory.affected.push(affected(&words));
            }
        }
    }
    records
}

fn advisory(words: &[&str]) -> Advisory {
    let mut advisory = Advisory { source: words[0].into(), id: words[1].into(), ..Advisory::default() };
    for word in &words[2..] {
        match word.split_once('=') {
            Some(("severity", value)) => advisory.severity = Some(value.into()),
            Some(("title", value)) => advisory.title = Some(value.replace('_', " ")),
            Some(("url", value)) => advisory.url = Some(value.into()),
            Some(("published", value)) => advisory.published = Some(value.into()),
            Some(("modified", value)) => advisory.modified = Some(value.into()),
            Some(("score", value)) => advisory.scores.extend(value.parse()),
            _ => advisory.vulnerabilities.push((*word).into()),
        }
    }
    advisory
}

fn facts(words: &[&str]) -> VulnerabilityFacts {
    let mut facts =
        VulnerabilityFacts { source: words[0].into(), id: words[1].into(), ..VulnerabilityFacts::default() };
    for word in &words[2..] {
        match word.split_once('=') {
            Some(("severity", value)) => facts.severity = Some(value.into()),
            Some(("title", value)) => facts.title = Some(value.replace('_', " ")),
            Some(("published", value)) => facts.published = Some(value.into()),
            Some(("modified", value)) => facts.modified = Some(value.into()),
            Some(("score", value)) => facts.scores.extend(value.parse()),
            Some(("epss", value)) => {
                let probability = value.parse().unwrap();
                facts.epss = Some(EpssScore { probability, percentile: probability });
            }
            _ if *word == "kev" => facts.kev = true,
            _ if *word == "rejected" => facts.rejected = true,
            _ => facts.aliases.push((*word).into()),
        }
    }
    facts
}

fn affected(words: &[&str]) -> Affected {
    let namespace = words[0];
    let mut affected = Affected {
        namespace: namespace.into(),
        package: words[2].into(),
        name_kind: if words[1] == "src" { NameKind::Source } else { NameKind::Binary },
        module: None,
        scheme: scheme(namespace),
        ranges: Vec::new(),
        versions: Vec::new(),
        status: FindingStatus::Affected,
        severity: None,
    };
    let mut range: Option<VersionRange> = None;
    let mut rest = words[3..].iter();
    while let Some(&word) = rest.next() {
        let value = |rest: &mut std::slice::Iter<'_, &str>| rest.next().unwrap().trim_end_matches(',').to_owned();
        match word {
            "*" => range = Some(VersionRange::default()),
            "|" => affected.ranges.extend(range.take()),
            "=" => affected.versions.push(value(&mut rest)),
            ">=" => range.get_or_insert_default().introduced = Some(value(&mut rest)),
            "<" => range.get_or_insert_default().end = RangeEnd::Fixed(value(&mut rest)),
            "<=" => range.get_or_insert_default().end = RangeEnd::LastAffected(value(&mut rest)),
            "<limit" => range.get_or_insert_default().end = RangeEnd::Limit(value(&mut rest)),
            "not_affected" => affected.status = FindingStatus::NotAffected,
            "will_not_fix" => affected.status = FindingStatus::WillNotFix,
            "fix_deferred" => affected.status = FindingStatus::FixDeferred,
            "end_of_life" => affected.status = FindingStatus::EndOfLife,
            "under_investigation" => affected.status = FindingStatus::UnderInvestigation,
            _ => match word.split_once('=') {
                Some(("module", value)) => affected.module = Some(value.into()),
                Some(("severity", value)) => affected.severity = Some(value.into()),
                _ => panic!("{word}"),
            },
        }
    }
    affected.ranges.extend(range);
    affected
}

fn scheme(namespace: &str) -> VersionScheme {
    match namespace.split(':').next().unwrap() {
        "debian" | "ubuntu" | "echo" => VersionScheme::Deb,
        "alpine" | "wolfi" | "chainguard" | "minimos" => VersionScheme::Apk,
        language => Ecosystem::from_purl_type(language).map_or(VersionScheme::Rpm, Ecosystem::version_scheme),
    }
}

/// A package: `deb libssl3 3.0.9-1 source=openssl/3.0.9-1 module=a:b:1:c arch=amd64 path=p sha1=…`.
pub(crate) fn package(line: &str) -> Package {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut package = Package {
        ecosystem: Ecosystem::from_purl_type(words[0]).unwrap(),
        name: words[1].into(),
        version: words[2].into(),
        purl: Purl::new(words[0], None, words[1], Some(words[2])),
        source: None,
        architecture: None,
        module: None,
        licenses: Vec::new(),
        paths: Vec::new(),
        layer: None,
        direct: None,
        development: false,
        dependencies: Vec::new(),
        sha1: None,
        lock_tool: None,
    };
    for word in &words[3..] {
        match word.split_once('=').unwrap() {
            ("source", value) => {
                let (name, version) = value.split_once('/').unwrap();
                package.source = Some(SourcePackage { name: name.into(), version: version.into() });
            }
            ("module", value) => package.module = Some(value.into()),
            ("arch", value) => package.architecture = Some(value.into()),
            ("path", value) => package.paths.push(value.into()),
            ("sha1", value) => package.sha1 = Some(value.into()),
            other => panic!("{other:?}"),
        }
    }
    package
}
