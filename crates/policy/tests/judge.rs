//! Verdicts: each control red and green, and what all of them share.

#![allow(clippy::unwrap_used, reason = "what these tests need is there, or the test fails")]

mod sample;

use std::collections::BTreeMap;

use model::{
    BaseImage, ControlDecision, Decision, Distribution, ExceptionState, Finding, Gap, LayerFacts, LicenseCategory,
    LicenseFinding, LicenseSource, MalwareEngine, MalwareFinding, Misconfiguration, ScanReport, SecretFinding,
    SecretLocation, Severity, Signature, SignatureKind, SignatureProblem, TargetKind, Verdict,
};
use policy::{Exception, Facts, Policy};
use sample::{image, package, vulnerability};

/// 2026-06-01.
const NOW: i64 = 1_780_272_000;
const CRITICAL: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
/// 7.5
const HIGH: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";

fn policy(controls: &str) -> Policy {
    let text = format!("schema: bulkhead.policy/1\nname: p\ncontrols:\n{controls}\n");
    policy::read_policy("p.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn judged(report: &ScanReport, policy: &Policy, exceptions: &[Exception]) -> Verdict {
    let mut report = report.clone();
    policy::apply_exceptions(&mut report, exceptions, NOW);
    let document = serde_json::json!({"target": {"name": report.target.name}});
    policy::judge(std::slice::from_ref(policy), exceptions, &Facts::new(&report).with_document(document), NOW)
}

/// The code of the first reason of a policy with this one control; nothing where it passes.
fn told(report: &ScanReport, control: &str) -> Option<String> {
    let verdict = judged(report, &policy(&format!("- {{control: {control}}}")), &[]);
    let control = &verdict.policies[0].controls[0];
    assert_eq!(control.decision == ControlDecision::Fail, !control.reasons.is_empty());
    control.reasons.first().map(|reason| reason.code.strip_prefix("verdict.").unwrap().to_owned())
}

fn check(report: &ScanReport, control: &str, expected: Option<&str>) {
    assert_eq!(told(report, control).as_deref(), expected, "{control}");
}

/// What no source of the intelligence tells is not known to be harmless, where there is something to be told of.
#[test]
fn without_a_source_nobody_knows_what_is_exploited() {
    let told_with = |sources: &[&str], control: &str| {
        let mut report = one(|_| {});
        report.intelligence.as_mut().unwrap().sources = sources
            .iter()
            .map(|name| model::IntelligenceSource { name: (*name).into(), records: 1, updated: None })
            .collect();
        let verdict = judged(&report, &policy(&format!("- {{control: {control}}}")), &[]);
        let control = &verdict.policies[0].controls[0];
        assert_eq!(control.decision == ControlDecision::Warn, !control.reasons.is_empty(), "a doubt warns");
        control.reasons.first().map(|reason| reason.code.strip_prefix("verdict.").unwrap().to_owned())
    };
    let (kev, epss) = ("vulnerability.kev", "vulnerability.epss, probability: 0.1");
    assert_eq!(told_with(&["osv/npm"], kev).as_deref(), Some("vulnerability.kev_unknown"));
    assert_eq!(told_with(&["kev", "osv/npm"], kev), None);
    assert_eq!(told_with(&["cve-list-v5"], kev), None, "CISA tells it there too");
    assert_eq!(told_with(&["kev"], epss).as_deref(), Some("vulnerability.epss_unknown"));
    assert_eq!(told_with(&["epss"], epss), None);
    assert_eq!(told_with(&["kev"], "vulnerability.epss, probability: 0.1, fix: available"), None, "none is counted");
}

#[test]
fn what_nobody_knows_of_an_image_does_not_pass() {
    let mut report = one(|_| {});
    report.inventory.distribution = Some(Distribution::named("foobar", "9"));
    assert_eq!(told(&report, "os.end_of_life").unwrap(), "os.end_of_life_unknown");
    report.inventory.distribution.as_mut().unwrap().id = "wolfi".into();
    assert_eq!(told(&report, "os.end_of_life"), None, "it has no end");
    report.inventory.image.as_mut().unwrap().created = Some("2036-01-01T00:00:00Z".into());
    assert_eq!(told(&report, "image.age, days: 0").unwrap(), "image.age_future");
}

fn one(change: impl FnOnce(&mut model::VulnerabilityFinding)) -> ScanReport {
    let mut finding = vulnerability("CVE-2025-0001", 0, Some(HIGH));
    change(&mut finding);
    image(vec![package("openssl", "3.0.1-1")], vec![Finding::Vulnerability(finding)])
}

#[test]
fn a_score_fails_from_the_threshold_on() {
    let report = one(|_| {});
    check(&report, "cvss.maximum_score, score: 7.0", Some("cvss.maximum_score"));
    check(&report, "cvss.maximum_score, score: 7.5", Some("cvss.maximum_score"));
    check(&report, "cvss.maximum_score, score: 8.0", None);
    check(&report, "cvss.maximum_score, score: 7.0, fix: available", None);
    check(&report, "cvss.maximum_score, score: 7.0, fix: missing", Some("cvss.maximum_score"));
    let unscored = one(|finding| {
        finding.scores.clear();
        finding.severity = Severity::Critical;
    });
    check(&unscored, "cvss.maximum_score, score: 9.0", Some("cvss.maximum_score"));
    let two = one(|finding| {
        let vector = model::cvss::CvssVector::parse(CRITICAL).unwrap();
        finding.scores.push(model::SourcedScore { source: "ghsa".into(), vector });
    });
    check(&two, "cvss.maximum_score, score: 9.0", None);
    check(&two, "cvss.maximum_score, score: 9.0, source: highest", Some("cvss.maximum_score"));
}

#[test]
fn severities_fixes_and_ages_choose_what_counts() {
    let report = one(|finding| finding.fixed_version = Some("3.0.2".into()));
    check(&report, "vulnerability.severity, at_least: high", Some("vulnerability.severity"));
    check(&report, "vulnerability.severity, at_least: critical", None);
    check(&report, "vulnerability.severity, severities: [low, high]", Some("vulnerability.severity"));
    check(&report, "vulnerability.severity, at_least: high, fix: missing", None);
    check(&report, "vulnerability.severity, at_least: high, published_days_ago: 151", Some("vulnerability.severity"));
    check(&report, "vulnerability.severity, at_least: high, published_days_ago: 152", None);
    check(&report, "vulnerability.age, days: 150", Some("vulnerability.age"));
    check(&report, "vulnerability.age, days: 151", None);
    let undated = one(|finding| finding.published = None);
    check(&undated, "vulnerability.age, days: 3650", Some("vulnerability.age"));
    check(&undated, "vulnerability.age, days: 3650, since: fixed", None);
}

#[test]
fn a_repair_is_as_old_as_its_announcement_and_else_as_its_vulnerability() {
    let fixed = |day: Option<&str>| {
        one(|finding| {
            finding.fixed_version = Some("3.0.2".into());
            finding.fix_published = day.map(str::to_owned);
        })
    };
    // The vulnerability is 151 days old.
    check(&fixed(None), "vulnerability.age, days: 150, since: fixed", Some("vulnerability.age"));
    let announced = fixed(Some("2026-05-22T00:00:00Z"));
    check(&announced, "vulnerability.age, days: 9, since: fixed", Some("vulnerability.age"));
    check(&announced, "vulnerability.age, days: 10, since: fixed", None);
    check(&announced, "vulnerability.age, days: 150", Some("vulnerability.age"));
    check(&announced, "vulnerability.severity, at_least: high, fixed_days_ago: 10", Some("vulnerability.severity"));
    check(&announced, "vulnerability.severity, at_least: high, fixed_days_ago: 11", None);
}

#[test]
fn exploited_and_likely_vulnerabilities_fail() {
    let report = one(|finding| {
        finding.kev = true;
        finding.epss = Some(model::EpssScore { probability: 0.3, percentile: 0.96 });
    });
    check(&report, "vulnerability.kev", Some("vulnerability.kev"));
    check(&report, "vulnerability.epss, probability: 0.3", Some("vulnerability.epss"));
    check(&report, "vulnerability.epss, probability: 0.31", None);
    check(&report, "vulnerability.epss, percentile: 0.95", Some("vulnerability.epss_percentile"));
    check(&one(|_| {}), "vulnerability.kev", None);
}

#[test]
fn a_denied_cve_fails_whatever_its_score_and_an_allowed_one_does_not_count() {
    let report = one(|finding| {
        finding.severity = Severity::Low;
        finding.aliases = vec!["GHSA-abcd-efgh-ijkl".into()];
    });
    check(&report, "cve.deny, ids: [cve-2025-0001]", Some("cve.deny"));
    check(&report, "cve.deny, ids: [ghsa-ABCD-efgh-ijkl]", Some("cve.deny"));
    check(&report, "cve.deny, ids: [CVE-2025-0002]", None);
    let both = "- {control: cve.allow, ids: [CVE-2025-0001], reason: r}\n- {control: cvss.maximum_score, score: 1}";
    assert_eq!(judged(&report, &policy(both), &[]).decision, Decision::Allow);
}

#[test]
fn packages_by_name_ecosystem_and_versions() {
    let report = one(|_| {});
    check(&report, "package.deny, packages: [{name: openssl, version: <3.0.2}]", Some("package.deny"));
    check(&report, "package.deny, packages: [{name: 'open*', ecosystem: npm}]", None);
    check(&report, "package.deny, packages: [{name: openssl, version: '>=3.0.2'}]", None);
    check(&report, "package.require, packages: [{name: tini}]", Some("package.require"));
    check(&report, "package.require, packages: [{name: openssl}]", None);
}

#[test]
fn licenses_are_expressions() {
    let mut report = one(|_| {});
    check(&report, "license.deny, names: ['GPL-*']", None);
    report.inventory.packages[0].licenses = vec!["GPL-3.0-or-later".into()];
    check(&report, "license.deny, names: [GPL-3.0]", Some("license.deny"));
    check(&report, "license.allow, names: [MIT]", Some("license.allow"));
    check(&report, "license.allow, names: [MIT, 'gpl-3.0*']", None);
    report.inventory.packages[0].licenses.clear();
    check(&report, "license.allow, names: [MIT]", Some("license.undeclared"));
    check(&report, "license.allow, names: [MIT], undeclared: pass", None);
    report.findings.push(Finding::License(LicenseFinding {
        source: LicenseSource::Package(0),
        name: "GPL-3.0-only".into(),
        category: LicenseCategory::StrongCopyleft,
        severity: Severity::Medium,
        excepted_by: None,
    }));
    check(&report, "license.category, categories: [strong-copyleft]", Some("license.category"));
    check(&report, "license.category, categories: [proprietary]", None);
}

fn with_files() -> ScanReport {
    let mut report = one(|_| {});
    report.findings.push(Finding::Secret(SecretFinding {
        location: SecretLocation::File,
        path: "app/key.pem".into(),
        line: Some(1),
        rule: "private-key".into(),
        title: "private key".into(),
        matched: "***".into(),
        number: None,
        severity: Severity::High,
        category: "private-key".into(),
        layer: None,
        removed_in: None,
        excepted_by: None,
    }));
    report.findings.push(Finding::Malware(MalwareFinding {
        path: "app/e.txt".into(),
        rule: "eicar".into(),
        engine: MalwareEngine::Yara,
        severity: Severity::Critical,
        sha256: "0".repeat(64).parse().unwrap(),
        description: None,
        layer: None,
        removed_in: None,
        excepted_by: None,
    }));
    report.findings.push(Finding::Misconfiguration(Misconfiguration {
        path: "Dockerfile".into(),
        line: Some(3),
        id: "BHD-DOCKER-0002".into(),
        aliases: vec!["DS-0002".into()],
        severity: Severity::High,
        title: "t".into(),
        message: "m".into(),
        remedy: Some("r".into()),
        layer: None,
        excepted_by: None,
    }));
    report
}

#[test]
fn malware_secrets_and_misconfigurations_fail_where_they_are_asked_for() {
    let report = with_files();
    check(&report, "malware", Some("malware"));
    check(&report, "malware, ignore_paths: ['app/*']", None);
    check(&report, "secret", Some("secret"));
    check(&report, "secret, at_least: critical", None);
    check(&report, "misconfiguration.severity, at_least: high", Some("misconfiguration.severity"));
    check(&report, "misconfiguration.severity, at_least: critical", None);
    for id in ["DS-0002", "DS002", "AVD-DS-0002", "bhd-docker-0002"] {
        check(&report, &format!("misconfiguration.id, ids: [{id}]"), Some("misconfiguration.id"));
    }
    check(&report, "misconfiguration.id, ids: [DS-0003]", None);
    check(&one(|_| {}), "malware", None);
}

#[test]
fn what_was_not_looked_for_is_no_pass() {
    let mut report = one(|_| {});
    report.detectors.clear();
    for control in [
        "malware",
        "secret",
        "vulnerability.kev",
        "misconfiguration.severity",
        "license.category, categories: [unknown]",
    ] {
        check(&report, control, Some("not_looked_for"));
    }
}

#[test]
fn a_release_that_the_intelligence_does_not_cover_is_never_compliant() {
    let mut report = image(vec![package("openssl", "3")], Vec::new());
    check(&report, "vulnerability.severity, at_least: critical", None);
    let reason = format!(
        "the intelligence has no advisories at all for slackware 15, so that its 1 package was {}",
        Gap::UNMATCHED
    );
    report.inventory.gaps.push(Gap::new("", reason));
    check(&report, "vulnerability.severity, at_least: critical", Some("not_covered"));
    check(&report, "cve.deny, ids: [CVE-2021-44228]", Some("not_covered"));
    report.inventory.gaps.clear();
    report.intelligence = None;
    check(&report, "vulnerability.kev", Some("no_intelligence"));
}

#[test]
fn the_image_is_asked_for_user_base_labels_age_and_signatures() {
    let mut report = one(|_| {});
    check(&report, "superuser", None);
    for user in ["", "root", "0", "0:0", "00", "root:app"] {
        report.inventory.image.as_mut().unwrap().user = Some(user.into());
        check(&report, "superuser", Some("superuser"));
    }
    report.inventory.image.as_mut().unwrap().user = Some("toor".into());
    check(&report, "superuser", None);
    report.inventory.image.as_mut().unwrap().user_id = Some(0);
    check(&report, "superuser", Some("superuser"));
    // The archive of a root file system has no configuration that could say any of it.
    let facts = report.inventory.image.as_mut().unwrap();
    (facts.user, facts.user_id) = (None, None);
    for (kind, code) in [(TargetKind::Rootfs, None), (TargetKind::Image, Some("no_image"))] {
        report.target.kind = kind;
        check(&report, "superuser", code);
        check(&report, "base.approved", code);
    }
    report.inventory.image.as_mut().unwrap().user = Some("app".into());
    check(&report, "base.approved", Some("base.unknown"));
    let facts = report.inventory.image.as_mut().unwrap();
    facts.base = Some(BaseImage { name: Some("debian:12".into()), is_approved: false, ..BaseImage::default() });
    facts.labels = BTreeMap::from([("team".to_owned(), "shop".to_owned())]);
    facts.created = Some("2026-05-01T00:00:00Z".into());
    check(&report, "base.approved", Some("base.unapproved"));
    check(&report, "label.require, labels: [{key: team, value: 's*'}]", None);
    check(&report, "label.require, labels: [{key: team, value: a}]", Some("label.require"));
    check(&report, "label.forbid, labels: [{key: team}]", Some("label.forbid"));
    check(&report, "image.age, days: 31", None);
    check(&report, "image.age, days: 30", Some("image.age"));
    report.inventory.image.as_mut().unwrap().base.as_mut().unwrap().is_approved = true;
    check(&report, "base.approved", None);
    check(&report, "base.approved, names: ['alpine:*']", Some("base.unapproved"));

    check(&report, "signature", Some("signature.none"));
    report.signatures.push(Signature {
        kind: SignatureKind::Cosign,
        identity: Some("ci@example.com".into()),
        verified: false,
        issuer: None,
        problem: Some(SignatureProblem { code: "signature.key".into(), parameters: BTreeMap::new() }),
        attestations: Vec::new(),
    });
    check(&report, "signature", Some("signature.unverified"));
    report.signatures[0].verified = true;
    check(&report, "signature, identities: ['*@example.com']", None);
    check(&report, "signature, identities: ['*@example.org']", Some("signature.other"));
    check(&report, "signature, attestations: [https://slsa.dev/provenance/v1]", Some("signature.attestation"));
}

#[test]
fn gaps_and_the_end_of_support_fail() {
    let mut report = one(|_| {});
    report.inventory.gaps.push(Gap::new("app/a.jar", "it is torn"));
    check(&report, "gaps", Some("gaps"));
    check(&report, "gaps, at_most: 1", None);
    check(&report, "gaps, ignore_paths: ['*.jar']", None);
    let end = |date: &str| {
        Some(Distribution { id: "debian".into(), end_of_life: Some(date.into()), ..Distribution::default() })
    };
    report.inventory.distribution = end("2026-05-31");
    check(&report, "os.end_of_life", Some("os.end_of_life"));
    report.inventory.distribution = end("2026-06-01");
    check(&report, "os.end_of_life", None);
    check(&report, "os.end_of_life, days_ahead: 30", Some("os.end_of_life"));
}

#[test]
fn packages_of_an_approved_base_may_be_left_out() {
    let mut report = one(|_| {});
    let layer = LayerFacts { digest: None, diff_id: None, created_by: None, size_bytes: 0, base: Some(true) };
    let facts = report.inventory.image.as_mut().unwrap();
    facts.layers = vec![layer];
    facts.base = Some(BaseImage { is_approved: true, ..BaseImage::default() });
    check(&report, "vulnerability.severity, at_least: high", Some("vulnerability.severity"));
    check(&report, "vulnerability.severity, at_least: high, base_image: ignore", None);
    report.inventory.image.as_mut().unwrap().base.as_mut().unwrap().is_approved = false;
    check(&report, "vulnerability.severity, at_least: high, base_image: ignore", Some("vulnerability.severity"));
}

#[test]
fn deny_is_the_default() {
    let report = one(|_| {});
    let text = "schema: bulkhead.policy/1\nname: p\nscope: {variables: [{attribute: image.repository, value: other}]}\ncontrols: [{control: superuser}]\n";
    let elsewhere = policy::read_policy("p", text).unwrap();
    let verdict = judged(&report, &elsewhere, &[]);
    assert_eq!((verdict.decision, verdict.policies[0].applied), (Decision::Deny, false));
    assert_eq!(verdict.reasons[0].code, "verdict.no_policy_applies");
    let both = [elsewhere, policy("- {control: superuser}")];
    assert_eq!(policy::judge(&both, &[], &Facts::new(&report), NOW).decision, Decision::Allow);
    assert_eq!(policy::judge(&[], &[], &Facts::new(&report), NOW).decision, Decision::Unknown);
}

#[test]
fn warnings_and_audit_tell_and_do_not_deny() {
    let report = one(|_| {});
    for action in ["warn", "audit"] {
        let verdict =
            judged(&report, &policy(&format!("- {{control: cvss.maximum_score, score: 1, action: {action}}}")), &[]);
        assert_eq!(verdict.decision, Decision::Allow);
        assert_eq!(verdict.policies[0].controls[0].decision, ControlDecision::Warn);
    }
    let text = "schema: bulkhead.policy/1\nname: p\nmode: audit\ncontrols: [{control: cvss.maximum_score, score: 1}]\n";
    let watching = policy::read_policy("p", text).unwrap();
    assert_eq!(judged(&report, &watching, &[]).decision, Decision::WouldDeny);
}

#[test]
fn a_custom_check_counts_and_its_error_is_no_verdict() {
    let report = one(|_| {});
    check(&report, "custom, cel: \"report.target.name.startsWith('ghcr.io/')\", message: m", None);
    check(&report, "custom, cel: \"report.target.name == 'a'\", message: m", Some("custom"));
    let broken = policy("- {control: custom, cel: report.nothing == 1, message: m}");
    let verdict = judged(&report, &broken, &[]);
    assert_eq!(verdict.decision, Decision::Unknown);
    assert_eq!(verdict.policies[0].controls[0].decision, ControlDecision::Error);
}

fn exceptions(rows: &str) -> Vec<Exception> {
    let text = format!("schema: bulkhead.exceptions/1\nexceptions:\n{rows}\n");
    policy::read_exceptions("e.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn exceptions_count_until_they_expire_and_are_then_named() {
    let report = one(|_| {});
    let policy = policy("- {control: cvss.maximum_score, score: 7}");
    let judge = |expires: &str, what: &str| {
        let list = exceptions(&format!("- {{name: e, {what}, owner: o, reason: r, expires: {expires}}}"));
        let verdict = judged(&report, &policy, &list);
        (verdict.decision, verdict.exceptions[0].state, verdict.exceptions[0].findings)
    };
    let id = "ids: [CVE-2025-0001]";
    assert_eq!(judge("2026-06-01", id), (Decision::Excepted, ExceptionState::Used, 1));
    assert_eq!(judge("2026-05-31", id), (Decision::Deny, ExceptionState::Expired, 1));
    assert_eq!(judge("2026-06-01T00:00:00Z", id), (Decision::Deny, ExceptionState::Expired, 1));
    assert_eq!(judge("2027-01-01", "ids: [CVE-2025-0002]"), (Decision::Deny, ExceptionState::Unused, 0));
    assert_eq!(judge("2027-01-01", "package: {name: openssl, version: <3.0.2}").0, Decision::Excepted);
    assert_eq!(judge("2027-01-01", "package: {name: openssl, version: <3.0.1}").0, Decision::Deny);
    // A version that nobody can compare excuses nothing.
    assert_eq!(judge("2027-01-01", "package: {name: openssl, version: '<x:3'}").0, Decision::Deny);
    assert_eq!(judge("2027-01-01", "path: 'var/lib/*'").0, Decision::Excepted);
    assert_eq!(judge("2027-01-01", "path: /var/lib/*").0, Decision::Excepted, "paths begin at the top of the target");
    assert_eq!(judge("2027-01-01", "package: {name: 'open*', version: <3.0.2}").0, Decision::Excepted);
    let here = "ids: [CVE-2025-0001], scope: {variables: [{attribute: image.repository, value: 'shop/*'}]}";
    assert_eq!(judge("2027-01-01", here).0, Decision::Excepted);
    let elsewhere = "ids: [CVE-2025-0001], scope: {variables: [{attribute: image.repository, value: 'bank/*'}]}";
    assert_eq!(judge("2027-01-01", elsewhere).0, Decision::Deny);
}

/// Pipelines scan `docker save` archives: `image.tar` says nothing, the name in it does.
#[test]
fn the_names_in_an_archive_count_for_scopes() {
    let mut report = one(|_| {});
    report.target.name = "image.tar".into();
    let holds = |report: &ScanReport, attribute: &str, value: &str| {
        let what =
            format!("ids: [CVE-2025-0001], scope: {{variables: [{{attribute: {attribute}, value: '{value}'}}]}}");
        let list = exceptions(&format!("- {{name: e, {what}, owner: o, reason: r, expires: 2027-01-01}}"));
        judged(report, &policy("- {control: cvss.maximum_score, score: 7}"), &list).decision == Decision::Excepted
    };
    assert!(!holds(&report, "image.repository", "shop/*"));
    report.inventory.image.as_mut().unwrap().names = vec!["1.1".into(), "registry.example.com/shop/web:1.0".into()];
    for (attribute, value) in [
        ("image.repository", "shop/*"),
        ("image.registry", "registry.example.com"),
        ("image.tag", "1.0"),
        ("image.tag", "1.1"),
        ("image.name", "registry.example.com/shop/web:1.0"),
        ("image.name", "image.tar"),
    ] {
        assert!(holds(&report, attribute, value), "{attribute} {value}");
    }
    assert!(!holds(&report, "image.repository", "library/1.1"));
}

#[test]
fn exceptions_take_out_files_and_gaps_by_path() {
    let mut report = with_files();
    report.inventory.gaps.push(Gap::new("app/a.jar", "it is torn"));
    let list = exceptions(
        "- {name: key, kind: secret, path: app/key.pem, owner: o, reason: r, expires: 2027-01-01}
- {name: gap, kind: gap, path: app/a.jar, owner: o, reason: r, expires: 2027-01-01}
- {name: check, kind: misconfiguration, ids: [DS002], owner: o, reason: r, expires: 2027-01-01}",
    );
    let policy = policy("- {control: secret}\n- {control: gaps}\n- {control: misconfiguration.severity}");
    let verdict = judged(&report, &policy, &list);
    assert_eq!(verdict.decision, Decision::Excepted);
    assert!(verdict.exceptions.iter().all(|exception| exception.findings == 1));
}

/// What somebody accepted in one file is not accepted in the copy beside it.
#[test]
fn a_package_in_several_files_is_excepted_when_each_is() {
    let mut report = one(|_| {});
    report.inventory.packages[0].paths = vec!["a/lock.json".into(), "b/lock.json".into()];
    let policy = policy("- {control: cvss.maximum_score, score: 7}");
    let judge = |paths: &[(&str, &str)]| {
        let rows = paths.iter().map(|(name, path)| {
            format!("- {{name: {name}, path: '{path}', owner: o, reason: r, expires: 2027-01-01}}\n")
        });
        let verdict = judged(&report, &policy, &exceptions(&rows.collect::<String>()));
        (verdict.decision, verdict.exceptions.iter().map(|used| used.state).collect::<Vec<_>>())
    };
    use ExceptionState::{Unused, Used};
    assert_eq!(judge(&[("a", "a/lock.json")]), (Decision::Deny, vec![Unused]));
    assert_eq!(judge(&[("all", "*/lock.json")]), (Decision::Excepted, vec![Used]));
    assert_eq!(judge(&[("b", "b/*"), ("a", "a/lock.json")]), (Decision::Excepted, vec![Used, Used]));
    assert_eq!(judge(&[("b", "b/*"), ("c", "c/lock.json")]), (Decision::Deny, vec![Unused, Unused]));
}

#[test]
fn paths_that_do_not_count_may_begin_with_a_slash() {
    let report = with_files();
    let control = |path: &str| told(&report, &format!("secret, ignore_paths: ['{path}']"));
    assert_eq!(control("/app/*"), control("app/*"));
    assert_eq!(control("./app/*"), None);
}

/// Lists grow to thousands, reports to tens of thousands: what an exception names is looked up, and what is found of a
/// license holds for every policy.
#[test]
fn many_exceptions_cost_little_whatever_the_number_of_policies() {
    let packages: Vec<_> = (0..500)
        .map(|at| model::Package { licenses: vec!["MIT".into()], ..package("openssl", &format!("3.0.{at}-1")) })
        .collect();
    let findings = (0..500).map(|at| Finding::Vulnerability(vulnerability("CVE-2025-0001", at, Some(HIGH))));
    let mut report = image(packages, findings.collect());
    let rows = (0..1_000).map(|at| {
        format!(
            "- {{name: e{at}, package: {{name: 'open*', version: <2.{at}}}, owner: o, reason: r, expires: 2027-01-01}}"
        )
    });
    let list = exceptions(&rows.collect::<Vec<_>>().join("\n"));
    let policies: Vec<Policy> = (0..50).map(|_| policy("- {control: license.deny, names: [MIT]}")).collect();
    let began = std::time::Instant::now();
    policy::apply_exceptions(&mut report, &list, NOW);
    let verdict = policy::judge(&policies, &list, &Facts::new(&report), NOW);
    assert_eq!(verdict.decision, Decision::Deny);
    // Each exception with each package for each policy takes many minutes in a debug build.
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}

#[test]
fn the_sample_of_the_bench_is_judged_as_one_would_think() {
    let report = sample::report(2000);
    let policies: Vec<Policy> = (0..50).map(sample::policy).collect();
    let verdict = policy::judge(&policies, &[], &Facts::new(&report), NOW);
    assert_eq!(verdict.decision, Decision::Deny);
    let failing = |control: &&model::ControlVerdict| control.decision == ControlDecision::Fail;
    assert_eq!(verdict.policies[0].controls.iter().filter(failing).count(), 6);
    assert!(verdict.policies.iter().all(|policy| policy.applied && policy.decision == Decision::Deny));
}

#[test]
fn an_exception_for_a_license_by_its_old_name_covers_what_it_means() {
    let mut licensed = package("readline", "8.2");
    licensed.licenses = vec!["GPL-3.0-only".into()];
    let report = image(vec![licensed], Vec::new());
    let policy = policy("- {control: license.deny, names: [GPL-3.0]}");
    let list = exceptions("- {name: e, ids: [GPL-3.0], owner: o, reason: r, expires: 2027-01-01}");
    assert_eq!(judged(&report, &policy, &[]).decision, Decision::Deny);
    assert_eq!(judged(&report, &policy, &list).decision, Decision::Excepted);
}

#[test]
fn a_version_that_nobody_can_compare_is_denied_and_does_not_do_where_it_is_required() {
    let report = one(|_| {});
    let control =
        |name: &str, version: &str| format!("package.{name}, packages: [{{name: openssl, version: '{version}'}}]");
    // In Debian's versions what stands before a colon is a number.
    for (version, can_be_compared) in [("<1", true), ("<x:3", false)] {
        check(&report, &control("deny", version), (!can_be_compared).then_some("package.deny"));
        check(&report, &control("require", version), Some("package.require"));
    }
    check(&report, &control("require", ">=3"), None);
}
