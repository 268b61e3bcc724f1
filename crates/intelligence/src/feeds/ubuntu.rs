//! Ubuntu's security data: OSV records, and the CVE tracker's text files.
//!
//! Publisher: Canonical (github.com/canonical/ubuntu-security-notices `osv/`; git.launchpad.net/ubuntu-cve-tracker).
//! Layout: `ubuntu/**/*.json` and archives of them are OSV records (`feeds/osv.rs` tells what becomes of them);
//! `ubuntu/active/CVE-2024-1234`, `ubuntu/retired/…` and the like are the tracker's files. Give one of the two: they
//! say the same, and of both each says it once more.
//!
//! The tracker's file: `jammy_openssl: released (3.0.2-0ubuntu1.15)`, by release and source package.
//! | status | becomes |
//! |---|---|
//! | `released (VERSION)` | the range below the version |
//! | `needed`, `pending`, `active`, `in-progress` | every version |
//! | `needs-triage` | `UnderInvestigation` |
//! | `deferred` | `FixDeferred` |
//! | `ignored (REASON)` | `WillNotFix`; `EndOfLife` where the reason is the end of support |
//! | `not-affected` | `NotAffected` |
//! | `DNE` | nothing: the release does not have the package |
//!
//! `esm-infra/xenial_…` and `esm-apps/…` (Expanded Security Maintenance) speak of the same packages: what they release
//! counts before what the release itself leaves open. FIPS, real-time, snap and upstream lines are left out.
//! `Priority`, `Priority_PACKAGE` and `Priority_PACKAGE_RELEASE` are the severity, `CVSS` the scores, `PublicDate` the
//! time.
//!
//! Tested on files written after the published ones.

use std::collections::BTreeMap;
use std::path::Path;

use model::FindingStatus;
use model::version::VersionScheme;

use super::fields::{add_score, is_cve_id, time, title};
use super::files::{self, RECORD_LIMIT};
use super::osv::OsvReader;
use super::places::ubuntu_codename;
use crate::advisory::{Advisory, Affected, NameKind, RangeEnd, Record, VersionRange};
use crate::feed::{Feed, ReadFeedError, Sink};

const SOURCE_NAME: &str = "ubuntu";

/// The folder `ubuntu`.
pub(super) struct Ubuntu;

impl Feed for Ubuntu {
    fn folder(&self) -> &'static str {
        "ubuntu"
    }

    fn read(&self, folder: &Path, sink: &mut dyn Sink) -> Result<(), ReadFeedError> {
        let mut reader = OsvReader::default();
        for file in files::files_below(folder)? {
            let place = files::place_of(folder, &file);
            let name = place.rsplit('/').next().unwrap_or_default();
            if is_cve_id(name) {
                let bytes = files::read(&file, RECORD_LIMIT)?;
                match tracker_advisory(&String::from_utf8_lossy(&bytes), name) {
                    Ok(advisory) => sink.record(SOURCE_NAME, Record::Advisory(advisory)),
                    Err(reason) => sink.skipped(SOURCE_NAME, &place, reason.to_owned()),
                }
                continue;
            }
            let known = files::each_document(&file, &place, ".json", RECORD_LIMIT, &mut |place, bytes| match bytes {
                Ok(bytes) => drop(reader.read(SOURCE_NAME, place, bytes, sink)),
                Err(reason) => sink.skipped(SOURCE_NAME, place, reason),
            })?;
            if !known {
                sink.skipped(SOURCE_NAME, &place, "it is neither an OSV record nor a tracker's file".to_owned());
            }
        }
        reader.finish(sink);
        Ok(())
    }
}

/// One status line, by how much it counts: ESM's release before the release's own word before ESM's open words.
#[derive(Debug, Clone, PartialEq)]
struct Statement {
    rank: u8,
    status: FindingStatus,
    fixed: Option<String>,
}

fn tracker_advisory(text: &str, name: &str) -> Result<Advisory, &'static str> {
    let mut advisory = Advisory {
        source: "ubuntu".to_owned(),
        id: name.to_owned(),
        vulnerabilities: vec![name.to_owned()],
        url: Some(format!("https://ubuntu.com/security/{name}")),
        ..Advisory::default()
    };
    let mut statements: BTreeMap<(&'static str, &str), Statement> = BTreeMap::new();
    let mut priorities: BTreeMap<&str, &str> = BTreeMap::new();
    let mut description = String::new();
    let mut section = "";
    for line in text.lines() {
        if line.starts_with(' ') {
            match section {
                "Description" if description.len() < 2_000 => {
                    description.push_str(line.trim());
                    description.push(' ');
                }
                "CVSS" => {
                    let vector = line.trim().split_once(": ").map_or(line.trim(), |(_, vector)| vector);
                    add_score(&mut advisory.scores, vector.split_whitespace().next().unwrap_or_default());
                }
                _ => {}
            }
            continue;
        }
        let Some((key, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        section = key;
        match key {
            "Candidate" if value == "REJECTED" => return Err("it was rejected"),
            "PublicDate" => advisory.published = time(value),
            "Priority" => advisory.severity = word(value).map(str::to_owned),
            _ => match key.split_once('_') {
                Some(("Priority", of)) => {
                    priorities.extend(word(value).map(|word| (of, word)));
                }
                Some((release, package)) if !key.starts_with('#') => add(&mut statements, release, package, value),
                Some(_) | None => {}
            },
        }
    }
    if advisory.severity.as_deref() == Some("untriaged") {
        advisory.severity = None;
    }
    advisory.title = title(&description);
    advisory.affected = statements
        .into_iter()
        .map(|((namespace, package), statement)| affected(namespace, package, statement, &priorities))
        .collect();
    if advisory.affected.is_empty() { Err("it names no package of a known release") } else { Ok(advisory) }
}

fn word(value: &str) -> Option<&str> {
    value.split([' ', '(']).next().filter(|word| !word.is_empty() && word.len() <= 32)
}

fn add<'t>(
    statements: &mut BTreeMap<(&'static str, &'t str), Statement>,
    release: &str,
    package: &'t str,
    value: &str,
) {
    let (codename, is_esm) = match release.split_once('/') {
        None => (release, false),
        Some(("esm-infra" | "esm-infra-legacy" | "esm-apps" | "esm-apps-legacy", codename)) => (codename, true),
        Some((codename, "esm")) => (codename, true),
        Some(_) => return,
    };
    let Some(namespace) = ubuntu_codename(codename) else { return };
    let Some(statement) = statement(value, is_esm) else { return };
    let known = statements.entry((namespace, package)).or_insert_with(|| statement.clone());
    if statement.rank > known.rank {
        *known = statement;
    }
}

fn statement(value: &str, is_esm: bool) -> Option<Statement> {
    let (word, reason) = match value.split_once('(') {
        Some((word, reason)) => (word.trim(), reason.trim_end().trim_end_matches(')').trim()),
        None => (value, ""),
    };
    let is_past_end = ["end of", "end-of-life", "out of standard support", "out of support", "EOL"];
    let open_rank = if is_esm { 2 } else { 1 };
    let (rank, status, fixed) = match word {
        // A repair without a version was there before the package was.
        "released" if reason.is_empty() => (4, FindingStatus::NotAffected, None),
        "released" => (5, FindingStatus::Affected, Some(reason.to_owned())),
        "not-affected" => (4, FindingStatus::NotAffected, None),
        "needed" | "pending" | "active" | "in-progress" => (open_rank, FindingStatus::Affected, None),
        "needs-triage" => (open_rank, FindingStatus::UnderInvestigation, None),
        "deferred" => (open_rank, FindingStatus::FixDeferred, None),
        "ignored" if is_past_end.iter().any(|words| reason.contains(words)) => (0, FindingStatus::EndOfLife, None),
        "ignored" => (open_rank, FindingStatus::WillNotFix, None),
        _ => return None,
    };
    Some(Statement { rank, status, fixed })
}

fn affected(namespace: &str, package: &str, statement: Statement, priorities: &BTreeMap<&str, &str>) -> Affected {
    let of_release = priorities.iter().find(|(key, _)| {
        let parts = key.rsplit_once('_');
        parts.is_some_and(|(name, codename)| name == package && ubuntu_codename(codename) == Some(namespace))
    });
    let severity = of_release.map(|(_, word)| *word).or_else(|| priorities.get(package).copied());
    let range = statement.fixed.map(|fixed| VersionRange { introduced: None, end: RangeEnd::Fixed(fixed) });
    Affected {
        namespace: namespace.to_owned(),
        package: package.to_owned(),
        name_kind: NameKind::Source,
        module: None,
        scheme: VersionScheme::Deb,
        ranges: range.into_iter().collect(),
        versions: Vec::new(),
        status: statement.status,
        severity: severity.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::feeds::kept_records::KeptRecords;

    const TRACKED: &str = "\
Candidate: CVE-2023-1234
PublicDate: 2023-03-01 12:00:00 UTC
References:
 https://www.cve.org/CVERecord?id=CVE-2023-1234
Description:
 A flaw in
 a library.
Ubuntu-Description:
Notes:
 someone> only when built with X
Priority: medium
 Because.
Priority_openssl: low
Priority_openssl1.0_bionic: negligible
CVSS:
 nvd: CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H [9.8 CRITICAL]

Patches_openssl:
 upstream: https://example.org/commit/1
upstream_openssl: released (3.0.8)
trusty_openssl: ignored (end of standard support)
trusty/esm_openssl: needs-triage
esm-infra/xenial_openssl: released (1.0.2g-1ubuntu4.20+esm6)
xenial_openssl: needed
bionic_openssl1.0: deferred (2023-03-02)
focal_openssl: not-affected (1.1.1f-1)
jammy_openssl: released (3.0.2-0ubuntu1.9)
fips/jammy_openssl: needed
kinetic_openssl: ignored (end of life, was needed)
lunar_openssl: DNE
noble_openssl: ignored (too intrusive)
devel_openssl: needed
";

    fn check(name: &str, text: &str, expected: Expect) {
        expected.assert_eq(&KeptRecords::read(&Ubuntu, &[(name, text.as_bytes())]).lines());
    }

    #[test]
    fn each_status_of_the_tracker_is_told_apart() {
        check(
            "active/CVE-2023-1234",
            TRACKED,
            expect![[r#"
                ubuntu/CVE-2023-1234 {CVE-2023-1234} ubuntu:14.04 source:openssl under_investigation low
                ubuntu/CVE-2023-1234 {CVE-2023-1234} ubuntu:16.04 source:openssl [,1.0.2g-1ubuntu4.20+esm6) affected low
                ubuntu/CVE-2023-1234 {CVE-2023-1234} ubuntu:18.04 source:openssl1.0 fix_deferred negligible
                ubuntu/CVE-2023-1234 {CVE-2023-1234} ubuntu:20.04 source:openssl not_affected low
                ubuntu/CVE-2023-1234 {CVE-2023-1234} ubuntu:22.04 source:openssl [,3.0.2-0ubuntu1.9) affected low
                ubuntu/CVE-2023-1234 {CVE-2023-1234} ubuntu:22.10 source:openssl end_of_life low
                ubuntu/CVE-2023-1234 {CVE-2023-1234} ubuntu:24.04 source:openssl will_not_fix low
            "#]],
        );
        let kept = KeptRecords::read(&Ubuntu, &[("active/CVE-2023-1234", TRACKED.as_bytes())]);
        let advisory = kept.advisories()[0];
        assert_eq!(advisory.title.as_deref(), Some("A flaw in a library."));
        assert_eq!((advisory.severity.as_deref(), advisory.scores.len()), (Some("medium"), 1));
    }

    #[test]
    fn osv_records_are_read_too() {
        check(
            "osv/cve/2024/UBUNTU-CVE-2024-0001.json",
            r#"{"schema_version":"1.7.0","id":"UBUNTU-CVE-2024-0001","upstream":["CVE-2024-0001"],
              "modified":"2025-01-01T00:00:00Z","severity":[{"type":"Ubuntu","score":"medium"}],
              "affected":[{"package":{"ecosystem":"Ubuntu:22.04:LTS","name":"openssl","purl":"pkg:deb/ubuntu/openssl"},
                "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"3.0.2-0ubuntu1.9"}]}],
                "versions":["3.0.2-0ubuntu1"],"ecosystem_specific":{"binaries":[{"binary_name":"libssl3","binary_version":"3.0.2-0ubuntu1.9"}]}}]}"#,
            expect![[r#"
                ubuntu/UBUNTU-CVE-2024-0001 {CVE-2024-0001} ubuntu:22.04 source:openssl [,3.0.2-0ubuntu1.9) affected medium
                ubuntu/UBUNTU-CVE-2024-0001 {CVE-2024-0001} ubuntu:22.04 binary:libssl3 [,3.0.2-0ubuntu1.9) affected medium
            "#]],
        );
    }

    #[test]
    fn rejected_and_foreign_files_are_skipped() {
        for (name, text) in [
            ("retired/CVE-2020-0001", "Candidate: REJECTED\n"),
            ("retired/CVE-2020-0002", "Candidate: CVE-2020-0002\n"),
            ("README", "hello"),
        ] {
            let kept = KeptRecords::read(&Ubuntu, &[(name, text.as_bytes())]);
            assert_eq!((kept.records.len(), kept.skipped.len()), (0, 1), "{name}");
        }
    }
}
