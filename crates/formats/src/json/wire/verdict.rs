//! The verdict in the report. `decision` has the words that pipelines read, `outcome` those of the verdict object.

use std::collections::BTreeMap;

use model::{
    ControlAction, ControlDecision, ControlVerdict, Decision, Evidence, ExceptionState, ExceptionUse, FindingKind,
    Parameter, PolicyEffect, PolicyMode, PolicyVerdict, Reason, ScopeTerm, Severity,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const NOT_JUDGED: &str = "not_judged";

#[derive(Serialize, Deserialize)]
pub(crate) struct VerdictRow {
    decision: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    /// What follows; it is not read, as the policies tell it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    effects: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    subject: String,
    policies: Vec<PolicyRow>,
    /// Everything that does not hold: what no control says first, then policy by policy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<FlatReasonRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exceptions: Vec<ExceptionRow>,
}

#[derive(Serialize, Deserialize)]
struct PolicyRow {
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    version: String,
    mode: String,
    applied: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scope: Vec<TermRow>,
    effects: Vec<String>,
    decision: String,
    outcome: String,
    controls: Vec<ControlRow>,
}

#[derive(Serialize, Deserialize)]
struct TermRow {
    term: String,
    meaning: String,
    #[serde(rename = "true")]
    is_true: bool,
}

#[derive(Serialize, Deserialize)]
struct ControlRow {
    control: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    action: String,
    decision: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    clauses: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<ReasonRow>,
    /// That of all reasons, one after the other.
    evidence: Vec<EvidenceRow>,
    #[serde(default, skip_serializing_if = "is_zero")]
    excepted: usize,
}

#[derive(Serialize, Deserialize)]
struct ReasonRow {
    code: String,
    parameters: BTreeMap<String, Value>,
    /// The code of the sentence on what to do.
    remedy: String,
    /// How much evidence there is.
    evidence_count: usize,
    /// How much of it stands under the control.
    evidence_kept: usize,
}

/// A reason that stands alone.
#[derive(Serialize, Deserialize)]
struct FlatReasonRow {
    #[serde(flatten)]
    reason: ReasonRow,
    /// The policy and the control that say so; none where it is no control's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    policy: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    control: Option<String>,
    /// What becomes of it: `fail`, `warn` or `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    #[serde(default)]
    evidence: Vec<EvidenceRow>,
}

#[derive(Serialize, Deserialize)]
struct EvidenceRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fixed_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct ExceptionRow {
    name: String,
    owner: String,
    reason: String,
    expires: String,
    state: String,
    findings: usize,
}

impl VerdictRow {
    pub(crate) fn from_model(verdict: Option<&model::Verdict>) -> VerdictRow {
        let Some(verdict) = verdict else {
            return VerdictRow {
                decision: NOT_JUDGED.into(),
                outcome: None,
                effects: Vec::new(),
                subject: String::new(),
                policies: Vec::new(),
                reasons: Vec::new(),
                exceptions: Vec::new(),
            };
        };
        VerdictRow {
            decision: verdict.decision.compliance().into(),
            outcome: Some(verdict.decision.as_str().into()),
            effects: verdict.effects().into_iter().map(|effect| effect.as_str().into()).collect(),
            subject: verdict.subject.clone(),
            policies: verdict.policies.iter().map(PolicyRow::from_model).collect(),
            reasons: FlatReasonRow::of(verdict),
            exceptions: verdict.exceptions.iter().map(ExceptionRow::from_model).collect(),
        }
    }

    /// `None` where nobody was asked.
    pub(super) fn into_model(self) -> Result<Option<model::Verdict>, String> {
        let Some(outcome) = self.outcome else { return Ok(None) };
        let policies: Result<_, String> = self.policies.into_iter().map(PolicyRow::into_model).collect();
        // Those of controls stand under the controls as well.
        let own = self.reasons.into_iter().filter(|reason| reason.control.is_none());
        let reasons: Result<_, String> = own.map(FlatReasonRow::into_model).collect();
        let exceptions: Result<_, String> = self.exceptions.into_iter().map(ExceptionRow::into_model).collect();
        Ok(Some(model::Verdict {
            decision: word(&outcome, &Decision::ALL, Decision::as_str)?,
            subject: self.subject,
            policies: policies?,
            reasons: reasons?,
            exceptions: exceptions?,
        }))
    }
}

impl VerdictRow {
    /// The same where reasons of controls stand in the flat list alone.
    pub(crate) fn into_model_by_flat_reasons(mut self) -> Result<model::Verdict, String> {
        let (of_controls, own): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.reasons).into_iter().partition(|reason| reason.control.is_some());
        self.reasons = own;
        let mut verdict = self.into_model()?.ok_or("it has no decision")?;
        for reason in of_controls {
            let (policy, control) = (reason.policy.clone(), reason.control.clone().unwrap_or_default());
            let decision = reason.decision.clone().unwrap_or_default();
            let policies = verdict.policies.iter_mut().filter(|own| Some(&own.name) == policy.as_ref());
            let mut controls = policies.flat_map(|policy| &mut policy.controls);
            let found = controls.find(|own| own.control == control && own.decision.as_str() == decision);
            let found = found.ok_or_else(|| format!("a reason is of the control `{control}`, which is not there"))?;
            found.reasons.push(reason.into_model()?);
        }
        Ok(verdict)
    }
}

impl FlatReasonRow {
    fn of(verdict: &model::Verdict) -> Vec<FlatReasonRow> {
        let own = verdict.reasons.iter().map(|reason| FlatReasonRow::new(reason, None));
        let applied = verdict.policies.iter().filter(|policy| policy.applied);
        let controls = applied.flat_map(|policy| policy.controls.iter().map(move |control| (policy, control)));
        let of_controls = controls.flat_map(|(policy, control)| {
            control.reasons.iter().map(move |reason| FlatReasonRow::new(reason, Some((policy, control))))
        });
        own.chain(of_controls).collect()
    }

    fn new(reason: &Reason, of: Option<(&PolicyVerdict, &ControlVerdict)>) -> FlatReasonRow {
        FlatReasonRow {
            reason: ReasonRow::from_model(reason),
            policy: of.map(|(policy, _)| policy.name.clone()),
            control: of.map(|(_, control)| control.control.clone()),
            decision: of.map(|(_, control)| control.decision.as_str().into()),
            evidence: reason.evidence.iter().map(EvidenceRow::from_model).collect(),
        }
    }

    fn into_model(self) -> Result<Reason, String> {
        let evidence: Result<Vec<Evidence>, String> = self.evidence.into_iter().map(EvidenceRow::into_model).collect();
        self.reason.into_model(&mut evidence?.into_iter())
    }
}

impl PolicyRow {
    fn from_model(policy: &PolicyVerdict) -> PolicyRow {
        let term = |term: &ScopeTerm| TermRow {
            term: term.term.clone(),
            meaning: term.meaning.clone(),
            is_true: term.is_true,
        };
        PolicyRow {
            name: policy.name.clone(),
            version: policy.version.clone(),
            mode: policy.mode.as_str().into(),
            applied: policy.applied,
            scope: policy.scope.iter().map(term).collect(),
            effects: policy.effects.iter().map(|effect| effect.as_str().into()).collect(),
            decision: if policy.applied { policy.decision.compliance() } else { NOT_JUDGED }.into(),
            outcome: policy.decision.as_str().into(),
            controls: policy.controls.iter().map(ControlRow::from_model).collect(),
        }
    }

    fn into_model(self) -> Result<PolicyVerdict, String> {
        let term = |term: TermRow| ScopeTerm { term: term.term, meaning: term.meaning, is_true: term.is_true };
        let effects: Result<_, String> =
            self.effects.iter().map(|effect| word(effect, &PolicyEffect::ALL, PolicyEffect::as_str)).collect();
        let controls: Result<_, String> = self.controls.into_iter().map(ControlRow::into_model).collect();
        Ok(PolicyVerdict {
            name: self.name,
            version: self.version,
            mode: word(&self.mode, &PolicyMode::ALL, PolicyMode::as_str)?,
            applied: self.applied,
            scope: self.scope.into_iter().map(term).collect(),
            effects: effects?,
            decision: word(&self.outcome, &Decision::ALL, Decision::as_str)?,
            controls: controls?,
        })
    }
}

impl ControlRow {
    fn from_model(control: &ControlVerdict) -> ControlRow {
        let evidence = control.reasons.iter().flat_map(|reason| reason.evidence.iter());
        ControlRow {
            control: control.control.clone(),
            name: control.name.clone(),
            action: control.action.as_str().into(),
            decision: control.decision.as_str().into(),
            clauses: control.clauses.clone(),
            reasons: control.reasons.iter().map(ReasonRow::from_model).collect(),
            evidence: evidence.map(EvidenceRow::from_model).collect(),
            excepted: control.excepted,
        }
    }

    fn into_model(self) -> Result<ControlVerdict, String> {
        let evidence: Result<Vec<Evidence>, String> = self.evidence.into_iter().map(EvidenceRow::into_model).collect();
        let mut evidence = evidence?.into_iter();
        let reasons: Result<_, String> =
            self.reasons.into_iter().map(|reason| reason.into_model(&mut evidence)).collect();
        Ok(ControlVerdict {
            control: self.control,
            name: self.name,
            action: word(&self.action, &ControlAction::ALL, ControlAction::as_str)?,
            clauses: self.clauses,
            decision: word(&self.decision, &ControlDecision::ALL, ControlDecision::as_str)?,
            reasons: reasons?,
            excepted: self.excepted,
        })
    }
}

impl ReasonRow {
    fn from_model(reason: &Reason) -> ReasonRow {
        let value = |parameter: &Parameter| match parameter {
            Parameter::Count(count) => Value::from(*count),
            Parameter::Number(number) => Value::from(*number),
            Parameter::Text(text) => Value::from(text.as_str()),
        };
        ReasonRow {
            code: reason.code.clone(),
            parameters: reason.parameters.iter().map(|(name, parameter)| (name.clone(), value(parameter))).collect(),
            remedy: format!("{}.remedy", reason.code),
            evidence_count: reason.evidence_count,
            evidence_kept: reason.evidence.len(),
        }
    }

    fn into_model(self, evidence: &mut dyn Iterator<Item = Evidence>) -> Result<Reason, String> {
        let parameter = |(name, value): (String, Value)| match value {
            Value::String(text) => Ok((name, Parameter::Text(text))),
            Value::Number(number) => match (number.as_u64(), number.as_f64()) {
                (Some(count), _) => Ok((name, Parameter::Count(count))),
                (None, Some(number)) => Ok((name, Parameter::Number(number))),
                (None, None) => Err(format!("the parameter `{name}` of a reason is no number")),
            },
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                Err(format!("the parameter `{name}` of a reason is neither text nor number"))
            }
        };
        let parameters: Result<_, String> = self.parameters.into_iter().map(parameter).collect();
        Ok(Reason {
            code: self.code,
            parameters: parameters?,
            evidence: evidence.take(self.evidence_kept).collect(),
            evidence_count: self.evidence_count,
        })
    }
}

impl EvidenceRow {
    fn from_model(evidence: &Evidence) -> EvidenceRow {
        EvidenceRow {
            kind: evidence.kind.map(|kind| kind.as_str().into()),
            id: evidence.id.clone(),
            package: evidence.package.clone(),
            path: evidence.path.clone(),
            line: evidence.line,
            severity: evidence.severity,
            score: evidence.score,
            fixed_version: evidence.fixed_version.clone(),
            remedy: evidence.remedy.clone(),
        }
    }

    fn into_model(self) -> Result<Evidence, String> {
        let kind = self.kind.map(|kind| word(&kind, &FindingKind::ALL, FindingKind::as_str)).transpose()?;
        Ok(Evidence {
            kind,
            id: self.id,
            package: self.package,
            path: self.path,
            line: self.line,
            severity: self.severity,
            score: self.score,
            fixed_version: self.fixed_version,
            remedy: self.remedy,
        })
    }
}

impl ExceptionRow {
    fn from_model(exception: &ExceptionUse) -> ExceptionRow {
        ExceptionRow {
            name: exception.name.clone(),
            owner: exception.owner.clone(),
            reason: exception.reason.clone(),
            expires: exception.expires.clone(),
            state: exception.state.as_str().into(),
            findings: exception.findings,
        }
    }

    fn into_model(self) -> Result<ExceptionUse, String> {
        Ok(ExceptionUse {
            state: word(&self.state, &ExceptionState::ALL, ExceptionState::as_str)?,
            name: self.name,
            owner: self.owner,
            reason: self.reason,
            expires: self.expires,
            findings: self.findings,
        })
    }
}

/// What a word stands for among all that are known.
fn word<T: Copy>(word: &str, all: &[T], name: fn(T) -> &'static str) -> Result<T, String> {
    let known = all.iter().copied().find(|value| name(*value) == word);
    known.ok_or_else(|| format!("`{word}` is no word of a verdict"))
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}
