//! Match → judge: from the index of an image to what follows of it at a moment.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use formats::VerdictTexts;
use intelligence::{Database, MatchOptions};
use model::{
    ExceptionState, Executable, Finding, FindingKind, HashedFile, MalwareEngine, PackageId, PolicyEffect, ScanReport,
    Severity, Sha256, Verdict,
};
use policy::{Attribute, Attributes, Facts, Policy, RegoCheck};
use serde_json::{Value, json};
use store::images::{Counts, DECISIONS, Evaluation, FindingRow, ImageName, NewVerdict};

use super::intelligence_file::fingerprint;
use super::rego::RegoProcesses;
use super::rules::Rules;
use crate::clock::SECOND;
use crate::{compressed, ids};
use rego_process::Together;

/// What an image is judged with.
pub(crate) struct Question<'a> {
    pub(crate) rules: &'a Rules,
    pub(crate) database: Option<&'a Database>,
    pub(crate) names: &'a BTreeSet<ImageName>,
    /// Repositories in which digests are approved, each with whether this one is.
    pub(crate) approvals: &'a [(String, bool)],
    /// How checks in Rego are asked.
    pub(crate) rego: &'a RegoProcesses,
    /// Microseconds since 1970.
    pub(crate) now: i64,
    /// Why it is judged.
    pub(crate) cause: &'a str,
}

/// Matches and judges an index; the report has findings and verdict afterwards.
pub(crate) fn evaluate(report: &mut ScanReport, question: &Question<'_>) -> Evaluation {
    evaluated(report, question, None)
}

/// The same of an image whose verdict has this hash: the object of one that says the same is left out. The report is of no use
/// afterwards, because its findings do not tell what was not asked of them.
pub(crate) fn evaluate_again(report: &mut ScanReport, question: &Question<'_>, former: &[u8]) -> Evaluation {
    evaluated(report, question, Some(former))
}

fn evaluated(report: &mut ScanReport, question: &Question<'_>, former: Option<&[u8]>) -> Evaluation {
    // Checks of people's own see the whole report.
    let is_told = former.is_none() || question.rules.policies.iter().any(Policy::has_custom_checks);
    find(report, question.database, &MatchOptions { leaves_out_advisories: !is_told, ..MatchOptions::default() });
    let scopes = judge(report, question);
    let approval = match question.approvals {
        [] => 0,
        approvals if approvals.iter().all(|(_, is_approved)| *is_approved) => 1,
        _ => 2,
    };
    let findings = rows(report);
    let findings_hash = hash_of(&findings);
    Evaluation {
        counts: counts(report),
        findings_hash,
        findings,
        approval,
        verdict: verdict(report, question, former.unwrap_or_default()),
        scopes,
        names: question.names.len(),
        generation: question.rules.generation,
        intelligence: fingerprint(question.database),
    }
}

/// Finds the vulnerabilities, and the executables that became known as malware after the image was scanned. Without
/// intelligence they were not looked for, and policies say so.
fn find(report: &mut ScanReport, database: Option<&Database>, options: &MatchOptions) {
    if let Some(database) = database {
        let matches = database.match_inventory(&report.inventory, options);
        report.inventory.gaps.extend(matches.gaps);
        report.inventory.gaps.sort();
        report.inventory.gaps.dedup();
        report.findings.extend(matches.findings.into_iter().map(Finding::Vulnerability));
        report.detectors.insert(FindingKind::Vulnerability);
        find_malware(report, database);
        report.intelligence = Some(database.facts());
    }
    Finding::sort(&mut report.findings);
}

/// Looks the executables up in the lists of known malware. What the scan found is left as it is: whoever scanned had all
/// files, and perhaps other lists.
fn find_malware(report: &mut ScanReport, database: &Database) {
    if !database.has_malware_lists() {
        return;
    }
    let known: BTreeSet<(&str, Sha256)> = report
        .findings
        .iter()
        .filter_map(|finding| match finding {
            Finding::Malware(found) if found.engine == MalwareEngine::Hash => Some((found.path.as_str(), found.sha256)),
            _ => None,
        })
        .collect();
    let unknown =
        report.inventory.executables.iter().filter(|file| !known.contains(&(file.path.as_str(), file.sha256)));
    let hashed = |file: &Executable| {
        let (sha256, layer) = (file.sha256, file.layer);
        HashedFile { path: file.path.clone(), sha256, layer, removed_in: None }
    };
    let files: Vec<HashedFile> = unknown.map(hashed).collect();
    let matches = database.match_files(&files);
    report.inventory.gaps.extend(matches.gaps);
    report.findings.extend(matches.findings.into_iter().map(Finding::Malware));
}

/// Judges, and tells which scopes the image belongs to, by which of its names.
fn judge(report: &mut ScanReport, question: &Question<'_>) -> BTreeMap<String, BTreeSet<ImageName>> {
    let Rules { policies, scopes, .. } = question.rules;
    let now = question.now / SECOND;
    let labels = super::index::labels(report);
    let os = super::index::os(report);
    let platform = report.target.platform.as_ref().map(ToString::to_string).unwrap_or_default();
    let digest = report.target.digest.as_ref().map(ToString::to_string).unwrap_or_default();
    let called = |names: &[&ImageName]| attributes(names.iter().copied(), &labels, &digest, &os, &platform);
    let members = scopes.members(question.names, called);
    let exceptions = &*question.rules.exceptions_within(&members.keys().cloned().collect());
    policy::apply_exceptions(report, exceptions, now);
    let together = Together::new();
    let mut facts = Facts::new(report);
    // An image with many names is in whatever takes in one of them.
    for name in question.names.iter().skip(1) {
        facts.attributes.add(Attribute::ImageRegistry, None, &name.registry);
        facts.attributes.add(Attribute::ImageRepository, None, &name.repository);
        if !name.tag.is_empty() {
            facts.attributes.add(Attribute::ImageTag, None, &name.tag);
        }
    }
    if policies.iter().any(Policy::has_custom_checks) {
        let ask = |check: &RegoCheck, document: &Value| together.ask(|| question.rego.ask(&digest, check, document));
        facts = facts.with_document(formats::report_document(report)).with_rego(Box::new(ask));
    }
    let mut verdict = policy::judge(policies, exceptions, &facts, now);
    drop(facts);
    // Of thousands of exceptions an image tells those that have to do with it.
    verdict.exceptions.retain(|exception| exception.state != ExceptionState::Unused && exception.findings > 0);
    let refusing: Vec<String> = question
        .approvals
        .iter()
        .filter(|(_, is_approved)| !is_approved)
        .map(|(repository, _)| repository.clone())
        .collect();
    policy::require_approval(&mut verdict, &digest, &refusing);
    report.verdict = Some(verdict);
    members
}

/// What application scopes ask of an image: what the store keeps of it, so that its scopes can be found without its index.
pub(crate) fn attributes<'a>(
    names: impl IntoIterator<Item = &'a ImageName>,
    labels: &BTreeSet<String>,
    digest: &str,
    os: &str,
    platform: &str,
) -> Attributes {
    let mut attributes = Attributes::default();
    attributes.add(Attribute::TargetKind, None, "image");
    attributes.add(Attribute::ImageDigest, None, digest);
    for name in names {
        attributes.add(Attribute::ImageName, None, name.text(digest));
        attributes.add(Attribute::TargetName, None, name.text(digest));
        attributes.add(Attribute::ImageRegistry, None, &name.registry);
        attributes.add(Attribute::ImageRepository, None, &name.repository);
        if !name.tag.is_empty() {
            attributes.add(Attribute::ImageTag, None, &name.tag);
        }
    }
    for (key, value) in labels.iter().filter_map(|label| label.split_once('=')) {
        attributes.add(Attribute::ImageLabel, Some(key), value);
    }
    let (id, version) = os.split_once(' ').unwrap_or((os, ""));
    if !id.is_empty() {
        attributes.add(Attribute::OsId, None, id);
        attributes.add(Attribute::OsVersion, None, version);
    }
    attributes.add(Attribute::OsType, None, platform.split('/').next().unwrap_or_default());
    attributes
}

fn verdict(report: &ScanReport, question: &Question<'_>, former: &[u8]) -> NewVerdict {
    let unjudged = Verdict::default();
    let judged = report.verdict.as_ref().unwrap_or(&unjudged);
    let texts = VerdictTexts::new(judged);
    let own = report.target.digest.as_ref().map(ToString::to_string);
    let hash = digest(&SHA256, texts.object(own.as_deref(), None).as_bytes()).as_ref().to_vec();
    let reasons = format!("[{},{}]", texts.reasons(), texts.exceptions());
    // The object is kept without id, time and intelligence: its row has these. Which version in the store a policy was, is told
    // and makes no other verdict: another version may say the same.
    let body = match hash == former {
        true => Vec::new(),
        false => {
            let text = texts.object(own.as_deref(), Some(&question.rules.versions));
            compressed::compress(text.as_bytes()).unwrap_or_default()
        }
    };
    let id = ids::new(question.now);
    let sequence = report.intelligence.as_ref().map(|facts| facts.sequence);
    let intelligence = sequence.and_then(|sequence| i64::try_from(sequence).ok());
    let effects = judged.effects();
    let denied_by = judged.policies.iter().filter(|policy| policy.denies()).map(|policy| policy.name.clone());
    NewVerdict {
        id,
        subject: judged.subject.clone(),
        decision: place(judged.decision.as_str()),
        effects,
        denied_by: denied_by.collect(),
        evaluated: question.now,
        intelligence,
        cause: question.cause.to_owned(),
        hash,
        reasons: digest(&SHA256, reasons.as_bytes()).as_ref().to_vec(),
        body,
    }
}

/// Whether an exception covers something in what was judged.
pub(crate) fn excepts(verdict: &NewVerdict, exception: &str) -> bool {
    let text = zstd::stream::decode_all(verdict.body.as_slice()).unwrap_or_default();
    let document: Value = serde_json::from_slice(&text).unwrap_or_default();
    let names = document["exceptions"].as_array().into_iter().flatten();
    names.into_iter().any(|own| own["name"] == exception)
}

/// The place of a decision among the words.
pub(crate) fn place(decision: &str) -> i64 {
    DECISIONS.iter().position(|word| *word == decision).and_then(|place| i64::try_from(place).ok()).unwrap_or(4)
}

/// Whether a finding counts: no exception covers it, and VEX does not settle it.
fn counts_for(finding: &Finding) -> bool {
    let is_settled = finding.vulnerability().is_some_and(model::VulnerabilityFinding::is_settled_by_vex);
    finding.excepted_by().is_none() && !is_settled
}

fn counts(report: &ScanReport) -> Counts {
    let mut counts =
        Counts { gaps: i64::try_from(report.inventory.gaps.len()).unwrap_or(i64::MAX), ..Counts::default() };
    for finding in report.findings.iter().filter(|finding| counts_for(finding)) {
        counts.severity = counts.severity.max(severity(finding.severity()));
        match finding {
            Finding::Vulnerability(found) => {
                counts.kev += i64::from(found.kev);
                counts.fixable += i64::from(found.fixed_version.is_some());
                match found.severity {
                    Severity::Critical => counts.critical += 1,
                    Severity::High => counts.high += 1,
                    Severity::Medium => counts.medium += 1,
                    Severity::Low => counts.low += 1,
                    Severity::None | Severity::Unknown => counts.unrated += 1,
                }
            }
            Finding::Secret(_) => counts.secrets += 1,
            Finding::Malware(_) => counts.malware += 1,
            Finding::Misconfiguration(_) => counts.misconfigurations += 1,
            Finding::License(_) => {}
        }
    }
    counts
}

fn severity(severity: Severity) -> i64 {
    match severity {
        Severity::Unknown => 0,
        Severity::None => 1,
        Severity::Low => 2,
        Severity::Medium => 3,
        Severity::High => 4,
        Severity::Critical => 5,
    }
}

fn rows(report: &ScanReport) -> Vec<FindingRow> {
    // Vulnerabilities of one package follow one another: its purl is written once for them.
    let mut written: Option<(PackageId, String)> = None;
    let rows = report.findings.iter().map(|finding| {
        let purl = finding.package().and_then(|id| {
            if written.as_ref().is_none_or(|(known, _)| *known != id) {
                written = report.inventory.packages.get(id).map(|package| (id, package.purl.to_string()));
            }
            written.as_ref().map(|(_, purl)| purl.clone())
        });
        row(finding, report, purl.unwrap_or_default())
    });
    rows.collect()
}

fn row(finding: &Finding, report: &ScanReport, purl: String) -> FindingRow {
    let package = finding.package().and_then(|id| report.inventory.packages.get(id));
    let vulnerability = finding.vulnerability();
    let score = vulnerability.and_then(|found| {
        let vendor = found.severity_source.as_deref();
        let own = found.scores.iter().find(|score| Some(score.source.as_str()) == vendor);
        own.or(found.scores.first()).map(|score| model::as_written(score.vector.base_score()))
    });
    FindingRow {
        kind: finding.kind().as_str().to_owned(),
        finding: super::index::kept(finding.id(), super::index::LONGEST_NAME_BYTES),
        severity: severity(finding.severity()),
        package: purl,
        package_name: package.map(|package| package.name.clone()).unwrap_or_default(),
        path: finding.path().unwrap_or_default().to_owned(),
        status: vulnerability.map(|found| found.status.as_str().to_owned()).unwrap_or_default(),
        fixed_version: vulnerability.and_then(|found| found.fixed_version.clone()),
        score,
        kev: vulnerability.is_some_and(|found| found.kev),
        epss: vulnerability.and_then(|found| found.epss).map(|epss| model::as_written(epss.probability)),
        excepted_by: finding.excepted_by().map(str::to_owned),
        title: title(finding),
        line: finding.line().map(i64::from),
        layer: finding.layer(&report.inventory).map(i64::from),
        published: vulnerability.and_then(|found| found.published.clone()),
    }
}

/// One line on a finding, in English.
fn title(finding: &Finding) -> Option<String> {
    match finding {
        Finding::Vulnerability(found) => found.title.clone(),
        Finding::Secret(found) => Some(found.title.clone()),
        Finding::Malware(found) => found.description.clone(),
        Finding::Misconfiguration(found) => Some(found.title.clone()),
        Finding::License(_) => None,
    }
}

/// A hash of rows; what differs in any column differs in it.
fn hash_of(findings: &[FindingRow]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(findings.len() * 256);
    for finding in findings {
        let FindingRow {
            kind,
            finding: id,
            severity,
            package,
            package_name,
            path,
            status,
            fixed_version,
            score,
            kev,
            epss,
            excepted_by,
            title,
            line,
            layer,
            published,
        } = finding;
        let texts = [kind, id, package, package_name, path, status].map(Some);
        let optional = [fixed_version, excepted_by, title, published].map(Option::as_ref);
        for text in texts.into_iter().chain(optional) {
            // No text is so long: it stands for none.
            bytes.extend(text.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
            bytes.extend_from_slice(text.map_or(&[], |text| text.as_bytes()));
        }
        bytes.extend([score.is_some(), epss.is_some(), line.is_some(), layer.is_some(), *kev].map(u8::from));
        bytes.extend([score, epss].iter().flat_map(|number| number.unwrap_or_default().to_le_bytes()));
        let numbers = [*severity, line.unwrap_or_default(), layer.unwrap_or_default()];
        bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
    digest(&SHA256, &bytes).as_ref().to_vec()
}

/// The verdict object for whoever does not know all names that it was reached under: the decision without what it rests on,
/// which may tell of the others.
pub(crate) fn reduced(stored: &store::verdicts::StoredVerdict, subject: &str) -> Value {
    let whole = told(stored);
    let mut document = json!({ "subject": subject, "policies": [], "reasons": [], "exceptions": [] });
    for key in ["schema", "id", "digest", "decision", "effects", "evaluated", "intelligence", "cause"] {
        if let Some(value) = whole.get(key) {
            document[key] = value.clone();
        }
    }
    document
}

/// The verdict object as it is told: what the store has, with id, time and intelligence.
pub(crate) fn told(stored: &store::verdicts::StoredVerdict) -> Value {
    let text = zstd::stream::decode_all(stored.body.as_slice()).unwrap_or_default();
    let mut document: Value = serde_json::from_slice(&text).unwrap_or_else(|_| json!({}));
    document["id"] = stored.id.clone().into();
    document["evaluated"] = api::Moment(stored.evaluated).text().into();
    document["intelligence"] = stored.intelligence.into();
    document["cause"] = stored.cause.clone().into();
    if document.get("effects").is_none() {
        // It was judged before verdicts told what follows. One that cannot be read is no permission.
        let read = formats::read_verdict(&document);
        let effects = read.map_or_else(|_| PolicyEffect::ALL.to_vec(), |verdict| verdict.effects());
        document["effects"] = effects.into_iter().map(PolicyEffect::as_str).collect::<Vec<_>>().into();
    }
    document
}

#[cfg(test)]
mod tests {
    use model::{LicenseCategory, LicenseFinding, LicenseSource};

    use super::*;

    fn finding() -> FindingRow {
        FindingRow {
            kind: "vulnerability".to_owned(),
            finding: "CVE-2026-1".to_owned(),
            severity: 4,
            package: "pkg:deb/a@1".to_owned(),
            package_name: "a".to_owned(),
            path: String::new(),
            status: "affected".to_owned(),
            fixed_version: None,
            score: Some(7.5),
            kev: false,
            epss: None,
            excepted_by: None,
            title: Some(String::new()),
            line: None,
            layer: None,
            published: None,
        }
    }

    #[test]
    fn every_row_has_the_purl_of_its_own_package() {
        let mut report =
            crate::sample::report(1, "shop/a:1", &[("left-pad", "1.0.0"), ("xz", "5.6.1"), ("qs", "1.0.0")]);
        let license = |source| {
            Finding::License(LicenseFinding {
                source,
                name: "GPL-3.0-only".to_owned(),
                category: LicenseCategory::Unknown,
                severity: Severity::Low,
                excepted_by: None,
            })
        };
        // One package twice, another, one that is not there, and the first once more.
        report.findings = [0, 0, 2, 9, 0].map(|id| license(LicenseSource::Package(id))).into();
        let told: Vec<(String, String)> =
            rows(&report).into_iter().map(|row| (row.package, row.package_name)).collect();
        let own = |name: &str, purl: &str| (purl.to_owned(), name.to_owned());
        let first = own("left-pad", "pkg:npm/left-pad@1.0.0");
        let none = own("", "");
        assert_eq!(told, [first.clone(), first.clone(), own("qs", "pkg:npm/qs@1.0.0"), none, first]);
    }

    #[test]
    fn findings_that_differ_in_any_column_have_another_hash() {
        let changes: [fn(&mut FindingRow); 20] = [
            |_| {},
            |row| row.kind.push('x'),
            |row| row.finding.push('x'),
            |row| row.severity = 5,
            |row| row.package.push('x'),
            |row| row.package_name.push('x'),
            |row| row.path.push('x'),
            |row| row.status.push('x'),
            |row| row.fixed_version = Some(String::new()),
            |row| row.score = None,
            |row| row.score = Some(7.6),
            |row| row.kev = true,
            |row| row.epss = Some(0.0),
            |row| row.excepted_by = Some("a".to_owned()),
            |row| row.title = None,
            |row| row.line = Some(0),
            |row| row.line = Some(1),
            |row| row.layer = Some(0),
            |row| row.layer = Some(1),
            |row| row.published = Some("2026-01-01".to_owned()),
        ];
        let hashes: BTreeSet<Vec<u8>> = changes
            .iter()
            .map(|change| {
                let mut row = finding();
                change(&mut row);
                hash_of(&[row])
            })
            .collect();
        assert_eq!(hashes.len(), changes.len());
        assert_ne!(hash_of(&[finding()]), hash_of(&[finding(), finding()]));
    }
}
