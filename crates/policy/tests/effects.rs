//! What follows of a verdict, and what errors of checks make of it.

#![allow(clippy::unwrap_used, reason = "what these tests need is there, or the test fails")]

mod sample;

use model::{ControlDecision, Decision, Finding, PolicyEffect, ScanReport};
use policy::{Facts, Policy};
use sample::{image, package, vulnerability};

/// 2026-06-01.
const NOW: i64 = 1_780_272_000;

/// A custom check that ends in an error.
const BROKEN: &str = "custom, cel: report.nothing == 1, message: m";

/// A policy with a line at its head and one control.
fn policy(head: &str, control: &str) -> Policy {
    let text = format!("schema: bulkhead.policy/1\nname: p\n{head}\ncontrols: [{{control: {control}}}]\n");
    policy::read_policy("p.yaml", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// A report with a severe vulnerability, of an image that does not run as root.
fn report() -> ScanReport {
    let vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N";
    let finding = vulnerability("CVE-2025-0001", 0, Some(vector));
    image(vec![package("openssl", "3.0.1-1")], vec![Finding::Vulnerability(finding)])
}

#[test]
fn what_follows_are_the_effects_of_the_policies_in_force_that_refuse() {
    use PolicyEffect::{Block, Notify, Record};
    let report = report();
    let (fails, passes) = ("cvss.maximum_score, score: 1", "superuser");
    let effects = |policies: &[Policy]| {
        let document = serde_json::json!({"target": {"name": report.target.name}});
        policy::judge(policies, &[], &Facts::new(&report).with_document(document), NOW).effects()
    };
    let others = [policy("effects: [fail_pipeline]", passes), policy("mode: audit", fails)];
    let with_others = |own: &[Policy]| effects(&[&others[..], own].concat());
    let (first, second) = (policy("effects: [record, block]", fails), policy("effects: [record]", fails));
    assert!(with_others(&[]).is_empty());
    assert_eq!(with_others(std::slice::from_ref(&second)), [Record], "those of who denies");
    assert_eq!(with_others(&[first, second]), [Block, Record]);
    assert_eq!(with_others(&[policy("effects: [notify]", BROKEN)]), [Notify], "what cannot tell does not allow");
    assert_eq!(effects(&[policy("", fails)]), PolicyEffect::ALL, "a policy that does not say has every effect");
    let mut verdict = policy::judge(&[policy("effects: [record]", passes)], &[], &Facts::new(&report), NOW);
    policy::require_approval(&mut verdict, "sha256:0", &["docker.io/shop/api".to_owned()]);
    assert_eq!(verdict.effects(), PolicyEffect::ALL, "that is no policy's doing");
    assert_eq!(policy::unregistered("a").effects(), PolicyEffect::ALL);
}

/// Policies are tried out in audit, and controls with `warn`: whoever enforces goes by the others.
#[test]
fn what_only_would_deny_makes_nothing_unknown_by_its_error() {
    let report = report();
    let broken = |mode: &str, action: &str| policy(&format!("mode: {mode}"), &format!("{BROKEN}, action: {action}"));
    let allowing = policy("", "superuser");
    let document = serde_json::json!({"target": {"name": report.target.name}});
    let facts = Facts::new(&report).with_document(document);
    let judge = |own: Policy| {
        let verdict = policy::judge(&[allowing.clone(), own], &[], &facts, NOW);
        let control = &verdict.policies[1].controls[0];
        assert_eq!((control.decision, control.reasons.len()), (ControlDecision::Error, 1), "it is told all the same");
        (verdict.decision, verdict.fails_pipeline(), verdict.effects().is_empty())
    };
    assert_eq!(judge(broken("enforce", "fail")), (Decision::Unknown, true, false));
    assert_eq!(judge(broken("audit", "fail")), (Decision::WouldDeny, false, true));
    for (mode, action) in [("audit", "warn"), ("enforce", "warn"), ("enforce", "audit")] {
        assert_eq!(judge(broken(mode, action)), (Decision::Allow, false, true), "{mode} {action}");
    }
}
