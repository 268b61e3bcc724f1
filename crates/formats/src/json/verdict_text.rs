//! The verdict object as JSON text, written straight from the verdict: thousands of images a second are judged anew, and
//! each has one. What it says is what [`super::verdict_document`] says, to the byte.

use std::collections::BTreeMap;

use model::{
    ControlVerdict, Evidence, EvidenceList, ExceptionUse, Parameter, PolicyVerdict, Reason, ScopeTerm, Severity,
    Verdict,
};
use serde::{Serialize, Serializer};

/// Why the writing cannot fail: it goes into memory.
const TEXT_KEYS: &str = "a verdict has text keys only";

/// An empty list.
const NOTHING: &str = "[]";

/// A verdict whose object is written, once or more often with other things added. Its lists, which are the most of it, are
/// written once.
pub struct VerdictTexts<'a> {
    verdict: &'a Verdict,
    reasons: String,
    exceptions: String,
}

impl<'a> VerdictTexts<'a> {
    /// Prepares a verdict.
    pub fn new(verdict: &'a Verdict) -> VerdictTexts<'a> {
        let own = verdict.reasons.iter().map(|reason| ReasonText::new(reason, None));
        let applied = verdict.policies.iter().filter(|policy| policy.applied);
        let controls = applied.flat_map(|policy| policy.controls.iter().map(move |control| (policy, control)));
        let of_controls = controls.flat_map(|(policy, control)| {
            control.reasons.iter().map(move |reason| ReasonText::new(reason, Some((policy, control))))
        });
        let reasons: Vec<ReasonText<'_>> = own.chain(of_controls).collect();
        let exceptions: Vec<ExceptionText<'_>> = verdict.exceptions.iter().map(ExceptionText::new).collect();
        VerdictTexts { verdict, reasons: json(&reasons), exceptions: json(&exceptions) }
    }

    /// Its flat list of reasons.
    pub fn reasons(&self) -> &str {
        &self.reasons
    }

    /// Its list of exceptions.
    pub fn exceptions(&self) -> &str {
        &self.exceptions
    }

    /// The object with the digest of what was judged. With versions, each policy tells by its name which version in the store
    /// it was, `null` where there is none.
    pub fn object(&self, digest: Option<&str>, versions: Option<&BTreeMap<String, i64>>) -> String {
        let verdict = self.verdict;
        let policies: Vec<PolicyText<'_>> =
            verdict.policies.iter().map(|policy| PolicyText::new(policy, versions)).collect();
        let effects: Vec<&str> = verdict.effects().into_iter().map(|effect| effect.as_str()).collect();
        let (decision, subject) = (json(verdict.decision.as_str()), json(&verdict.subject));
        let (policies, effects, digest) = (json(&policies), json(&effects), json(&digest));
        // The order of its keys counts, as the hash of the object does: the last that says something takes the second place,
        // and what says nothing comes last.
        let told = [
            ("effects", effects.as_str()),
            ("subject", subject.as_str()),
            ("policies", policies.as_str()),
            ("reasons", self.reasons.as_str()),
            ("exceptions", self.exceptions.as_str()),
        ];
        let is_told = |(key, text): &(&str, &str)| *key == "policies" || !matches!(*text, NOTHING | "\"\"");
        let mut told: Vec<(&str, &str)> = told.into_iter().filter(is_told).collect();
        let mut members = vec![("decision", decision.as_str())];
        members.extend(told.pop());
        members.extend(told);
        for key in ["effects", "reasons", "exceptions"] {
            if members.iter().all(|(known, _)| *known != key) {
                members.push((key, NOTHING));
            }
        }
        members.push(("digest", digest.as_str()));
        let length = members.iter().map(|(key, text)| key.len() + text.len() + 4).sum::<usize>() + 2;
        let mut object = String::with_capacity(length);
        for (at, (key, text)) in members.iter().enumerate() {
            object.push_str(if at == 0 { "{\"" } else { ",\"" });
            object.push_str(key);
            object.push_str("\":");
            object.push_str(text);
        }
        object.push('}');
        object
    }
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect(TEXT_KEYS)
}

#[derive(Serialize)]
struct PolicyText<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version: &'a str,
    mode: &'static str,
    applied: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scope: Vec<TermText<'a>>,
    effects: Vec<&'static str>,
    decision: &'static str,
    controls: Vec<ControlText<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stored_version: Option<Option<i64>>,
}

impl<'a> PolicyText<'a> {
    fn new(policy: &'a PolicyVerdict, versions: Option<&BTreeMap<String, i64>>) -> PolicyText<'a> {
        PolicyText {
            name: &policy.name,
            version: &policy.version,
            mode: policy.mode.as_str(),
            applied: policy.applied,
            scope: policy.scope.iter().map(TermText::new).collect(),
            effects: policy.effects.iter().map(|effect| effect.as_str()).collect(),
            decision: policy.decision.as_str(),
            controls: policy.controls.iter().map(ControlText::new).collect(),
            stored_version: versions.map(|versions| versions.get(&policy.name).copied()),
        }
    }
}

#[derive(Serialize)]
struct TermText<'a> {
    term: &'a str,
    meaning: &'a str,
    #[serde(rename = "true")]
    is_true: bool,
}

impl<'a> TermText<'a> {
    fn new(term: &'a ScopeTerm) -> TermText<'a> {
        TermText { term: &term.term, meaning: &term.meaning, is_true: term.is_true }
    }
}

#[derive(Serialize)]
struct ControlText<'a> {
    control: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    action: &'static str,
    decision: &'static str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    clauses: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    excepted: Option<usize>,
}

impl<'a> ControlText<'a> {
    fn new(control: &'a ControlVerdict) -> ControlText<'a> {
        ControlText {
            control: &control.control,
            name: control.name.as_deref(),
            action: control.action.as_str(),
            decision: control.decision.as_str(),
            clauses: &control.clauses,
            excepted: Some(control.excepted).filter(|count| *count > 0),
        }
    }
}

#[derive(Serialize)]
struct ReasonText<'a> {
    code: &'a str,
    parameters: Parameters<'a>,
    remedy: Remedy<'a>,
    evidence_count: usize,
    evidence: Evidences<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    control: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<&'static str>,
}

impl<'a> ReasonText<'a> {
    fn new(reason: &'a Reason, of: Option<(&'a PolicyVerdict, &'a ControlVerdict)>) -> ReasonText<'a> {
        ReasonText {
            code: &reason.code,
            parameters: Parameters(&reason.parameters),
            remedy: Remedy(&reason.code),
            evidence_count: reason.evidence_count,
            evidence: Evidences(&reason.evidence),
            policy: of.map(|(policy, _)| policy.name.as_str()),
            control: of.map(|(_, control)| control.control.as_str()),
            decision: of.map(|(_, control)| control.decision.as_str()),
        }
    }
}

/// The code of a reason, of which that of the sentence on what to do is made.
struct Remedy<'a>(&'a str);

impl Serialize for Remedy<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.remedy", self.0))
    }
}

struct Parameters<'a>(&'a BTreeMap<String, Parameter>);

impl Serialize for Parameters<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, parameter)| (name, ParameterText(parameter))))
    }
}

struct ParameterText<'a>(&'a Parameter);

impl Serialize for ParameterText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Parameter::Count(count) => serializer.serialize_u64(*count),
            Parameter::Number(number) => serializer.serialize_f64(*number),
            Parameter::Text(text) => serializer.serialize_str(text),
        }
    }
}

struct Evidences<'a>(&'a EvidenceList);

impl Serialize for Evidences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(EvidenceText::new))
    }
}

#[derive(Serialize)]
struct EvidenceText<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixed_version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'a str>,
}

impl<'a> EvidenceText<'a> {
    fn new(evidence: &'a Evidence) -> EvidenceText<'a> {
        EvidenceText {
            kind: evidence.kind.map(|kind| kind.as_str()),
            id: &evidence.id,
            package: evidence.package.as_deref(),
            path: evidence.path.as_deref(),
            line: evidence.line,
            severity: evidence.severity,
            score: evidence.score,
            fixed_version: evidence.fixed_version.as_deref(),
            remedy: evidence.remedy.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct ExceptionText<'a> {
    name: &'a str,
    owner: &'a str,
    reason: &'a str,
    expires: &'a str,
    state: &'static str,
    findings: usize,
}

impl<'a> ExceptionText<'a> {
    fn new(exception: &'a ExceptionUse) -> ExceptionText<'a> {
        ExceptionText {
            name: &exception.name,
            owner: &exception.owner,
            reason: &exception.reason,
            expires: &exception.expires,
            state: exception.state.as_str(),
            findings: exception.findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{ControlAction, ControlDecision, Decision, ExceptionState, FindingKind, PolicyEffect, PolicyMode};
    use serde_json::Value;

    use super::*;

    fn evidence(id: &str) -> Evidence {
        Evidence {
            kind: Some(FindingKind::Vulnerability),
            id: id.into(),
            package: Some("pkg:npm/%40a/b@1".into()),
            severity: Some(Severity::High),
            score: Some(7.3),
            fixed_version: Some("1.1 \"beta\"".into()),
            remedy: Some("npm install b@1.1\n".into()),
            ..Evidence::default()
        }
    }

    fn reason(code: &str, evidence: Vec<Evidence>) -> Reason {
        let parameters = [
            ("count".to_owned(), Parameter::Count(u64::MAX)),
            ("score".to_owned(), Parameter::Number(9.0)),
            ("odd".to_owned(), Parameter::Number(f64::NAN)),
            ("text".to_owned(), Parameter::Text("ä \u{1}\\".into())),
        ];
        let evidence_count = evidence.len() + 2;
        Reason {
            code: code.into(),
            parameters: parameters.into(),
            evidence: evidence.into_iter().collect(),
            evidence_count,
        }
    }

    fn control(reasons: Vec<Reason>, excepted: usize) -> ControlVerdict {
        ControlVerdict {
            control: "vulnerability.severity".into(),
            name: (excepted > 1).then(|| "ours".to_owned()),
            action: ControlAction::Fail,
            clauses: if excepted > 0 { vec!["A.1".into()] } else { Vec::new() },
            decision: if reasons.is_empty() { ControlDecision::Pass } else { ControlDecision::Fail },
            reasons,
            excepted,
        }
    }

    fn policy(name: &str, applied: bool, controls: Vec<ControlVerdict>) -> PolicyVerdict {
        let term = ScopeTerm { term: "v1".into(), meaning: "image.name = *".into(), is_true: applied };
        PolicyVerdict {
            name: name.into(),
            version: if applied { "1".into() } else { String::new() },
            mode: PolicyMode::Enforce,
            applied,
            scope: if applied { Vec::new() } else { vec![term] },
            effects: vec![PolicyEffect::Block, PolicyEffect::Notify],
            decision: if controls.iter().any(|own| own.decision == ControlDecision::Fail) {
                Decision::Deny
            } else {
                Decision::Allow
            },
            controls,
        }
    }

    /// What servers wrote as long as they made a document first.
    fn by_document(verdict: &Verdict, versions: &BTreeMap<String, i64>) -> [String; 4] {
        let mut document = super::super::verdict_document(verdict);
        document["digest"] = "sha256:1".into();
        let plain = document.to_string();
        for policy in document["policies"].as_array_mut().into_iter().flatten() {
            let version = policy["name"].as_str().and_then(|name| versions.get(name)).copied();
            policy["stored_version"] = version.map_or(Value::Null, Value::from);
        }
        [plain, document.to_string(), document["reasons"].to_string(), document["exceptions"].to_string()]
    }

    #[test]
    fn the_text_is_that_of_the_document_to_the_byte() {
        let file = Evidence { path: Some("a/b".into()), line: Some(3), ..Evidence::default() };
        let exception = ExceptionUse {
            name: "old".into(),
            owner: "me@example.com".into(),
            reason: "none".into(),
            expires: "2026-01-01".into(),
            state: ExceptionState::Used,
            findings: 2,
        };
        let failing = || control(vec![reason("verdict.a", vec![evidence("CVE-1"), file.clone()])], 0);
        let policies = [
            Vec::new(),
            vec![policy("a", true, vec![control(Vec::new(), 0), control(Vec::new(), 2)])],
            vec![policy("a", true, vec![failing(), control(vec![reason("verdict.b", Vec::new())], 1)])],
            vec![policy("a", true, vec![failing()]), policy("b", false, Vec::new())],
        ];
        let versions: BTreeMap<String, i64> = [("a".to_owned(), 7)].into();
        let mut compared = 0;
        for policies in policies {
            for decision in Decision::ALL {
                for choice in 0..8 {
                    let verdict = Verdict {
                        decision,
                        subject: if choice & 1 == 0 { String::new() } else { "shop/api".into() },
                        policies: policies.clone(),
                        reasons: if choice & 2 == 0 { Vec::new() } else { vec![reason("verdict.c", Vec::new())] },
                        exceptions: if choice & 4 == 0 { Vec::new() } else { vec![exception.clone()] },
                    };
                    let texts = VerdictTexts::new(&verdict);
                    let written = [
                        texts.object(Some("sha256:1"), None),
                        texts.object(Some("sha256:1"), Some(&versions)),
                        texts.reasons().to_owned(),
                        texts.exceptions().to_owned(),
                    ];
                    assert_eq!(written, by_document(&verdict, &versions), "{verdict:?}");
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 160);
        assert!(VerdictTexts::new(&Verdict::default()).object(None, None).ends_with(r#","digest":null}"#));
    }
}
