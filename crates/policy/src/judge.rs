//! The verdict: policies and facts in, a decision with its reasons out. Nothing else decides.

mod image;
mod tally;
mod vulnerabilities;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use model::{
    ControlAction, ControlDecision, ControlVerdict, Decision, Evidence, EvidenceList, FindingKind, PolicyMode,
    PolicyVerdict, Reason, Verdict,
};

use crate::custom::{CheckProblem, MOST_STEPS_TOGETHER};
use crate::document::{Control, Policy, Rule};
use crate::exceptions::{self, Exception, Holding};
use crate::facts::Facts;
use crate::rego::{RegoCheck, RegoDenials};
pub use tally::MOST_EVIDENCE;
use tally::{Outcome, Tally};
pub(crate) use vulnerabilities::class;

/// The most messages of a check in Rego that its sentence says; all of them are evidence.
const MOST_TOLD: usize = 3;

/// Judges a target by policies at a moment (`now`, seconds since 1970).
///
/// Every policy that applies must allow; where none applies the target is denied, for nobody allows it. Where no policy
/// is given nobody was asked, and the decision is [`Decision::Unknown`]. `exceptions` must have been applied to the
/// report ([`crate::apply_exceptions`]); here they are told, and cover what is no finding.
pub fn judge(policies: &[Policy], exceptions: &[Exception], facts: &Facts<'_>, now: i64) -> Verdict {
    let holding = Holding::new(exceptions, facts, now);
    let mut bench =
        Bench { facts, holding: &holding, now, allowed: Vec::new(), steps_left: Cell::new(MOST_STEPS_TOGETHER) };
    let policies: Vec<PolicyVerdict> = policies.iter().map(|policy| bench.judge_by(policy)).collect();
    let mut reasons = Vec::new();
    let decision = match policies.iter().filter(|policy| policy.applied).map(|policy| policy.decision).max() {
        Some(decision) => decision,
        None if policies.is_empty() => Decision::Unknown,
        None => {
            reasons.push(reason("verdict.no_policy_applies", [("policies", policies.len().into())]));
            Decision::Deny
        }
    };
    Verdict {
        decision,
        subject: facts.report.target.name.clone(),
        policies,
        reasons,
        exceptions: exceptions::uses(exceptions, facts, now),
    }
}

/// Which vulnerabilities the policy itself lets pass, by place; empty where it lets none.
fn allowed(policy: &Policy, facts: &Facts<'_>) -> Vec<bool> {
    let mut allowed = Vec::new();
    for control in &policy.controls {
        let Rule::CveAllow { ids, .. } = &control.rule else { continue };
        allowed.resize(facts.vulnerabilities.len(), false);
        for at in ids.iter().flat_map(|id| facts.places(id)) {
            allowed[at] = true;
        }
    }
    allowed
}

/// The policies at work on a target, one after the other.
struct Bench<'a, 'f> {
    facts: &'a Facts<'f>,
    holding: &'a Holding<'a>,
    now: i64,
    /// Which vulnerabilities the policy at work lets pass, by place.
    allowed: Vec<bool>,
    /// How many steps custom checks may still take together.
    steps_left: Cell<u64>,
}

impl Bench<'_, '_> {
    fn judge_by(&mut self, policy: &Policy) -> PolicyVerdict {
        let scope = policy.scope.as_ref().map(|scope| scope.evaluate(&self.facts.attributes));
        let applied = scope.as_ref().is_none_or(|scope| scope.is_true);
        self.allowed = if applied { allowed(policy, self.facts) } else { Vec::new() };
        let controls: Vec<ControlVerdict> = match applied {
            true => policy.controls.iter().map(|control| self.judge(control)).collect(),
            false => Vec::new(),
        };
        // What would only have denied leaves no doubt about what is allowed.
        let (denied, in_doubt) = match policy.mode {
            PolicyMode::Enforce => (Decision::Deny, Decision::Unknown),
            PolicyMode::Audit => (Decision::WouldDeny, Decision::WouldDeny),
        };
        // A control that only tells when it fails tells as well that it could not be asked.
        let deciding = || controls.iter().filter(|control| control.action == ControlAction::Fail);
        let decision = match deciding().map(|control| control.decision).max() {
            // What a policy that does not apply says is never asked.
            _ if !applied => Decision::Allow,
            Some(ControlDecision::Fail) => denied,
            Some(ControlDecision::Error) => in_doubt,
            _ if deciding().any(|control| control.excepted > 0) => Decision::Excepted,
            _ => Decision::Allow,
        };
        PolicyVerdict {
            name: policy.name.clone(),
            version: policy.version.clone(),
            mode: policy.mode,
            applied,
            scope: scope.map(|scope| scope.terms).unwrap_or_default(),
            effects: policy.effects.clone(),
            decision,
            controls,
        }
    }

    fn judge(&self, control: &Control) -> ControlVerdict {
        let outcome = self.ask(control);
        let is_doubtful = outcome.is_doubtful();
        let Outcome { reasons, excepted, error, .. } = outcome;
        let decision = match control.action {
            _ if error => ControlDecision::Error,
            _ if reasons.is_empty() => ControlDecision::Pass,
            _ if is_doubtful => ControlDecision::Warn,
            ControlAction::Fail => ControlDecision::Fail,
            ControlAction::Warn | ControlAction::Audit => ControlDecision::Warn,
        };
        ControlVerdict {
            control: control.control.to_owned(),
            name: control.name.clone(),
            action: control.action,
            clauses: control.clauses.clone(),
            decision,
            reasons,
            excepted,
        }
    }

    fn ask(&self, control: &Control) -> Outcome {
        if let Some(detector) = needed(&control.rule)
            && !self.facts.report.detectors.contains(&detector)
        {
            // What was not looked for is not known to be absent.
            let parameters = [("detector", detector.detector().into())];
            return Outcome::failing(reason("verdict.not_looked_for", parameters));
        }
        match &control.rule {
            Rule::VulnerabilitySeverity(filter) => self.severity(filter),
            Rule::VulnerabilityAge { filter, days, since } => self.age(filter, *days, *since),
            Rule::Kev(filter) => self.exploited(filter),
            Rule::Epss { filter, probability, percentile } => self.likely(filter, *probability, *percentile),
            Rule::MaximumScore { filter, score, source } => self.score(filter, *score, *source),
            Rule::CveDeny { ids } => self.denied(ids),
            Rule::CveAllow { .. } => Outcome::default(),
            Rule::PackageDeny(packages) => self.packages_denied(packages),
            Rule::PackageRequire(packages) => self.packages_required(packages),
            Rule::LicenseDeny { names } => self.licenses_denied(names),
            Rule::LicenseAllow { names, passes_undeclared } => self.licenses_allowed(names, *passes_undeclared),
            Rule::LicenseCategory(categories) => self.license_categories(categories),
            Rule::Malware(place) => self.files(FindingKind::Malware, place, "verdict.malware"),
            Rule::Secret(place) => self.files(FindingKind::Secret, place, "verdict.secret"),
            Rule::Superuser => self.superuser(),
            Rule::ApprovedBase { names } => self.base(names),
            Rule::Signature { identities, kinds, attestations } => self.signature(identities, kinds, attestations),
            Rule::LabelRequire(labels) => self.labels_required(labels),
            Rule::LabelForbid(labels) => self.labels_forbidden(labels),
            Rule::MisconfigurationId { ids, place } => self.checks(ids, place),
            Rule::MisconfigurationSeverity(place) => {
                self.files(FindingKind::Misconfiguration, place, "verdict.misconfiguration.severity")
            }
            Rule::Gaps { ignore_paths, at_most } => self.gaps(ignore_paths, *at_most),
            Rule::ImageAge { days } => self.image_age(*days),
            Rule::EndOfLife { days_ahead } => self.end_of_life(*days_ahead),
            Rule::Custom(check) => match self.facts.cel().and_then(|report| check.passes(report, &self.steps_left)) {
                Ok(true) => Outcome::default(),
                Ok(false) => {
                    let code = if check.remedy.is_some() { "verdict.custom.with_remedy" } else { "verdict.custom" };
                    let remedy = check.remedy.clone().unwrap_or_default();
                    let parameters = [("message", check.message.clone().into()), ("remedy", remedy.into())];
                    Outcome::failing(reason(code, parameters))
                }
                Err(problem) => not_asked(control, &check.message, &problem),
            },
            Rule::Rego(check) => match self.facts.rego(check) {
                Ok(denials) => denied(check, denials),
                Err(problem) => not_asked(control, control.control, &problem),
            },
        }
    }
}

/// A custom check that gave no answer.
fn not_asked(control: &Control, otherwise: &str, problem: &CheckProblem) -> Outcome {
    let name = control.name.as_deref().unwrap_or(otherwise);
    Outcome { error: true, ..Outcome::failing(problem.reason(name)) }
}

/// What the rules of a program say.
fn denied(check: &RegoCheck, denials: RegoDenials) -> Outcome {
    let RegoDenials { messages, count } = denials;
    let left_out = count.saturating_sub(messages.len());
    let told = messages.iter().take(MOST_TOLD).map(String::as_str).collect::<Vec<_>>().join("; ");
    let mut tally = Tally::default();
    for id in messages {
        tally.take(&Arc::new(Evidence { id, ..Evidence::default() }), false);
    }
    tally.take_without_evidence(left_out);
    let code = if check.remedy.is_some() { "verdict.custom.rego.with_remedy" } else { "verdict.custom.rego" };
    let remedy = check.remedy.clone().unwrap_or_default();
    tally.outcome(code, [("messages", told.into()), ("remedy", remedy.into())])
}

/// What must have been looked for so that a rule can be asked.
pub(crate) fn needed(rule: &Rule) -> Option<FindingKind> {
    match rule {
        Rule::VulnerabilitySeverity(_)
        | Rule::VulnerabilityAge { .. }
        | Rule::Kev(_)
        | Rule::Epss { .. }
        | Rule::MaximumScore { .. }
        | Rule::CveDeny { .. } => Some(FindingKind::Vulnerability),
        Rule::Malware(_) => Some(FindingKind::Malware),
        Rule::Secret(_) => Some(FindingKind::Secret),
        Rule::LicenseCategory(_) => Some(FindingKind::License),
        Rule::MisconfigurationId { .. } | Rule::MisconfigurationSeverity(_) => Some(FindingKind::Misconfiguration),
        Rule::CveAllow { .. }
        | Rule::PackageDeny(_)
        | Rule::PackageRequire(_)
        | Rule::LicenseDeny { .. }
        | Rule::LicenseAllow { .. }
        | Rule::Superuser
        | Rule::ApprovedBase { .. }
        | Rule::Signature { .. }
        | Rule::LabelRequire(_)
        | Rule::LabelForbid(_)
        | Rule::Gaps { .. }
        | Rule::ImageAge { .. }
        | Rule::EndOfLife { .. }
        | Rule::Custom(_)
        | Rule::Rego(_) => None,
    }
}

impl Policy {
    /// Whether a control asks the report as a document.
    pub fn has_custom_checks(&self) -> bool {
        self.controls.iter().any(|control| matches!(control.rule, Rule::Custom(_) | Rule::Rego(_)))
    }

    /// Whether a control asks who signed the image.
    pub fn asks_for_signatures(&self) -> bool {
        self.controls.iter().any(|control| matches!(control.rule, Rule::Signature { .. }))
    }
}

/// A reason without evidence.
fn reason<const N: usize>(code: &str, parameters: [(&str, model::Parameter); N]) -> Reason {
    Reason {
        code: code.to_owned(),
        parameters: parameters.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
        evidence: EvidenceList::default(),
        evidence_count: 0,
    }
}
