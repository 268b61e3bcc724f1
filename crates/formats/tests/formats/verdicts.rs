//! What every format for people says of a verdict.

use formats::{Format, Language, WriteOptions};
use model::{
    ControlAction, ControlDecision, ControlVerdict, Decision, Evidence, ExceptionState, ExceptionUse, FindingKind, Gap,
    Parameter, PolicyEffect, PolicyMode, PolicyVerdict, Reason, ScanReport, Severity, Verdict,
};

use crate::sample;

/// A report that one policy denies, with a control that passes and one that warns, and an exception that has expired.
fn judged(decision: Decision, mode: PolicyMode) -> ScanReport {
    let mut report = sample::rich();
    let control = |control: &str, decision, reasons| ControlVerdict {
        control: control.into(),
        name: None,
        action: ControlAction::Fail,
        clauses: Vec::new(),
        decision,
        reasons,
        excepted: 0,
    };
    let secret = reason("verdict.secret", evidence("aws-<key>"));
    let kev = reason("verdict.vulnerability.kev", evidence("CVE-2026-1"));
    report.verdict = Some(Verdict {
        decision,
        subject: report.target.name.clone(),
        policies: vec![PolicyVerdict {
            name: "shop <b>".into(),
            version: String::new(),
            mode,
            applied: true,
            scope: Vec::new(),
            effects: vec![PolicyEffect::FailPipeline],
            decision,
            controls: vec![
                control("secret", ControlDecision::Fail, vec![secret]),
                control("vulnerability.kev", ControlDecision::Warn, vec![kev]),
                control("malware", ControlDecision::Pass, Vec::new()),
            ],
        }],
        reasons: Vec::new(),
        exceptions: vec![ExceptionUse {
            name: "old".into(),
            owner: "me@example.com".into(),
            reason: "none".into(),
            expires: "2026-01-01".into(),
            state: ExceptionState::Expired,
            findings: 1,
        }],
    });
    report
}

fn reason(code: &str, evidence: Evidence) -> Reason {
    Reason {
        code: code.into(),
        parameters: [("count".to_owned(), Parameter::Count(1))].into(),
        evidence: [evidence].into_iter().collect(),
        evidence_count: 1,
    }
}

fn evidence(id: &str) -> Evidence {
    Evidence {
        kind: Some(FindingKind::Secret),
        id: id.into(),
        package: None,
        path: Some("app/.env".into()),
        line: Some(3),
        severity: Some(Severity::High),
        score: None,
        fixed_version: None,
        remedy: None,
    }
}

fn written(report: &ScanReport, format: Format, language: Language) -> String {
    let mut text = Vec::new();
    formats::write(report, format, &WriteOptions { language, ..WriteOptions::default() }, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn every_format_for_people_tells_the_verdict_and_the_expired_exception() {
    let report = judged(Decision::Deny, PolicyMode::Enforce);
    for (language, decision, expired) in
        [(Language::English, "Not compliant", "expired (2026-01-01)"), (Language::Japanese, "非準拠", "期限切れ")]
    {
        for format in [Format::Table, Format::Html, Format::Markdown, Format::Junit, Format::Gitlab] {
            let text = written(&report, format, language).replace('\\', "");
            for wanted in ["vulnerability.kev", "secret", expired] {
                assert!(text.contains(wanted), "{format:?} {language:?} {wanted}: {text}");
            }
            // JUnit says it by its cases.
            assert!(format == Format::Junit || text.contains(decision), "{format:?} {language:?}: {text}");
        }
    }
    let sarif = written(&report, Format::Sarif, Language::English);
    for wanted in ["Not compliant", r#""verdict": "non_compliant""#, "fail: secret", "expired (2026-01-01)"] {
        assert!(sarif.contains(wanted), "{wanted}: {sarif}");
    }
}

#[test]
fn a_case_of_junit_fails_where_its_control_denies_and_only_there() {
    let suite = |decision, mode| {
        let text = written(&judged(decision, mode), Format::Junit, Language::English);
        let (head, _) = text.split_once("</testsuite>").unwrap();
        head.split_once("<testsuite ").unwrap().1.to_owned()
    };
    let denied = suite(Decision::Deny, PolicyMode::Enforce);
    assert!(denied.contains(r#"name="policies""#) && denied.contains(r#"tests="4" failures="1""#), "{denied}");
    assert!(denied.contains(r#"skipped="2""#) && denied.contains("aws-&lt;key&gt;"), "{denied}");
    assert!(denied.contains(r#"classname="shop &lt;b&gt;" name="malware""#), "{denied}");
    let audited = suite(Decision::WouldDeny, PolicyMode::Audit);
    assert!(audited.contains(r#"failures="0""#) && audited.contains(r#"skipped="3""#), "{audited}");
}

#[test]
fn a_gap_of_the_whole_target_has_the_targets_name() {
    let mut report = sample::empty();
    report.inventory.gaps = vec![Gap { path: String::new(), reason: "nobody knows".into() }];
    let junit = written(&report, Format::Junit, Language::English);
    assert!(junit.contains(r#"name="scratch" file="scratch""#) && !junit.contains(r#"name="""#), "{junit}");
    let markdown = written(&report, Format::Markdown, Language::English);
    assert!(markdown.contains("- nobody knows"), "{markdown}");
    let html = written(&report, Format::Html, Language::English);
    assert!(html.contains("<li>nobody knows</li>"), "{html}");
}

#[test]
fn a_difference_names_kinds_and_packages_in_the_readers_language() {
    let (old, new) = (ScanReport { detectors: FindingKind::ALL.into(), ..sample::empty() }, sample::rich());
    let difference = |language| {
        let options = WriteOptions { language, ..WriteOptions::default() };
        let mut text = Vec::new();
        formats::write_diff(&formats::diff(&old, &new), formats::DiffFormat::Table, &options, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    };
    let japanese = difference(Language::Japanese);
    for word in ["(secret)", "(license)", "(misconfiguration)", "(malware)", "脆弱性: 新規"] {
        assert!(!japanese.contains(word), "{word}: {japanese}");
    }
    let english = difference(Language::English);
    assert!(english.lines().all(|line| line.is_empty() || !line.trim().is_empty()), "{english}");
    let (_, behind) = english.split_once("(license)\n").unwrap();
    assert!(behind.lines().next().unwrap().contains("libssl3 3.0.11"), "{english}");
}

#[test]
fn a_verdict_object_is_read_as_it_was_told() {
    for (decision, mode) in [(Decision::Deny, PolicyMode::Enforce), (Decision::WouldDeny, PolicyMode::Audit)] {
        let verdict = judged(decision, mode).verdict.unwrap();
        let mut document = formats::verdict_document(&verdict);
        let effects = if decision == Decision::Deny { vec!["fail_pipeline"] } else { Vec::new() };
        assert_eq!(document["effects"], serde_json::json!(effects));
        // What a server adds.
        document["id"] = "v1".into();
        document["policies"][0]["stored_version"] = 7.into();
        assert_eq!(formats::read_verdict(&document).unwrap(), verdict);
        document["reasons"][0]["control"] = "another".into();
        let problem = formats::read_verdict(&document).unwrap_err();
        assert!(problem.contains("`another`, which is not there"), "{problem}");
    }
    assert!(formats::read_verdict(&serde_json::json!({ "decision": "perhaps", "policies": [] })).is_err());
    assert!(formats::read_verdict(&serde_json::json!(null)).is_err());
}
