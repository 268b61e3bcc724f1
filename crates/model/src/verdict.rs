//! The verdict of policies on a target: what was decided, by which controls, on what evidence.
//!
//! Everything that a person reads is a code with typed parameters; the sentences are made from the catalogs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::{FindingKind, Severity};

/// What policies say of a target. It names everything by itself, so that it stays readable after its policies and its
/// image are gone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdict {
    /// The outcome of all policies together.
    pub decision: Decision,
    /// What was judged: the name of the target.
    pub subject: String,
    /// Each policy, in the order given.
    pub policies: Vec<PolicyVerdict>,
    /// What decided beside the controls of a policy: that no policy applies, say.
    pub reasons: Vec<Reason>,
    /// Each exception that was offered, in the order given, and what became of it.
    pub exceptions: Vec<ExceptionUse>,
}

impl Verdict {
    /// Whether a pipeline ends by it: a policy denies that has this effect, nobody allows, or a control that may deny could not
    /// be judged.
    pub fn fails_pipeline(&self) -> bool {
        let is_denied = self.decision == Decision::Deny;
        self.policies.iter().any(|policy| policy.controls.iter().any(|control| policy.is_in_doubt_by(control)))
            || (is_denied && (!self.reasons.is_empty() || self.policies.iter().any(PolicyVerdict::fails_pipeline)))
    }

    /// What follows of it, sorted: the effects of the policies in force that deny or cannot tell. Every effect where that is no
    /// policy's doing: what nobody allows, a digest that is not approved.
    pub fn effects(&self) -> Vec<PolicyEffect> {
        if !matches!(self.decision, Decision::Unknown | Decision::Deny) {
            return Vec::new();
        }
        let refusing: Vec<&PolicyVerdict> = self.policies.iter().filter(|policy| policy.refuses()).collect();
        if refusing.is_empty() || !self.reasons.is_empty() {
            return PolicyEffect::ALL.to_vec();
        }
        let effects: BTreeSet<PolicyEffect> = refusing.iter().flat_map(|policy| &policy.effects).copied().collect();
        effects.into_iter().collect()
    }
}

/// The outcome of a verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Decision {
    /// Every control holds.
    Allow,
    /// Every control holds, but only because exceptions take findings out.
    Excepted,
    /// A control fails, or could not be asked, of a policy that only watches.
    WouldDeny,
    /// It cannot be told, because a custom check that may deny ended in an error.
    Unknown,
    /// A control fails, or no policy says anything: what nobody allows is denied.
    #[default]
    Deny,
}

impl Decision {
    /// Every decision, the mildest first.
    pub const ALL: [Decision; 5] =
        [Decision::Allow, Decision::Excepted, Decision::WouldDeny, Decision::Unknown, Decision::Deny];

    /// The word of the verdict object.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Allow => "allow",
            Decision::Excepted => "excepted",
            Decision::WouldDeny => "would_deny",
            Decision::Unknown => "unknown",
            Decision::Deny => "deny",
        }
    }

    /// The word of the report.
    pub fn compliance(self) -> &'static str {
        match self {
            Decision::Allow | Decision::Excepted | Decision::WouldDeny => "compliant",
            Decision::Unknown => "not_judged",
            Decision::Deny => "non_compliant",
        }
    }
}

/// Whether a policy decides or only watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PolicyMode {
    /// What fails is denied.
    #[default]
    Enforce,
    /// What fails is told.
    Audit,
}

impl PolicyMode {
    /// Every mode.
    pub const ALL: [PolicyMode; 2] = [PolicyMode::Enforce, PolicyMode::Audit];

    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            PolicyMode::Enforce => "enforce",
            PolicyMode::Audit => "audit",
        }
    }
}

/// What is done where a policy denies. Whoever asks for a verdict does its own part and leaves the others alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyEffect {
    /// A pipeline ends with exit code 1.
    FailPipeline,
    /// The image does not start.
    Block,
    /// The audit trail has a record.
    Record,
    /// People are told.
    Notify,
}

impl PolicyEffect {
    /// Every effect.
    pub const ALL: [PolicyEffect; 4] =
        [PolicyEffect::FailPipeline, PolicyEffect::Block, PolicyEffect::Record, PolicyEffect::Notify];

    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            PolicyEffect::FailPipeline => "fail_pipeline",
            PolicyEffect::Block => "block",
            PolicyEffect::Record => "record",
            PolicyEffect::Notify => "notify",
        }
    }
}

/// What one policy says.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyVerdict {
    /// The policy's name.
    pub name: String,
    /// The policy's own version, as its author writes it.
    pub version: String,
    /// Whether it decides or only watches.
    pub mode: PolicyMode,
    /// Whether its scope takes in the target. One that does not apply says nothing.
    pub applied: bool,
    /// The terms of its scope, in the order of the expression; empty where it has none.
    pub scope: Vec<ScopeTerm>,
    /// What is done where it denies, sorted.
    pub effects: Vec<PolicyEffect>,
    /// Its outcome alone.
    pub decision: Decision,
    /// Each of its controls, in the order of the policy.
    pub controls: Vec<ControlVerdict>,
}

impl PolicyVerdict {
    /// Whether it denies, and a pipeline shall end by that.
    pub fn fails_pipeline(&self) -> bool {
        self.denies() && self.effects.contains(&PolicyEffect::FailPipeline)
    }

    /// Whether the target is denied by it.
    pub fn denies(&self) -> bool {
        self.applied && self.decision == Decision::Deny
    }

    /// Whether it cannot allow the target because a control of it could not be asked. What only tells, or only watches, would
    /// not have denied it either.
    pub fn is_in_doubt_by(&self, control: &ControlVerdict) -> bool {
        control.decision == ControlDecision::Error
            && control.action == ControlAction::Fail
            && self.mode == PolicyMode::Enforce
    }

    /// Whether the target is not allowed by it: it denies, or cannot tell.
    fn refuses(&self) -> bool {
        self.denies() || self.applied && self.decision == Decision::Unknown
    }
}

/// A term of a scope expression and whether it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeTerm {
    /// The term as the policy names it: `v1`.
    pub term: String,
    /// What it asks: `image.repository = shop/*`.
    pub meaning: String,
    /// Whether it holds of the target.
    pub is_true: bool,
}

/// What a control does when it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ControlAction {
    /// The policy denies.
    #[default]
    Fail,
    /// People are warned.
    Warn,
    /// It is noted, as when trying a control out.
    Audit,
}

impl ControlAction {
    /// Every action.
    pub const ALL: [ControlAction; 3] = [ControlAction::Fail, ControlAction::Warn, ControlAction::Audit];

    /// The word in policies and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ControlAction::Fail => "fail",
            ControlAction::Warn => "warn",
            ControlAction::Audit => "audit",
        }
    }
}

/// What one control says.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlVerdict {
    /// The control: `cvss.maximum_score`.
    pub control: String,
    /// The name that the policy gives it, where it has one.
    pub name: Option<String>,
    /// What it does when it fails.
    pub action: ControlAction,
    /// The clauses of standards that it serves, as the policy states them.
    pub clauses: Vec<String>,
    /// The outcome.
    pub decision: ControlDecision,
    /// Why it does not pass; empty where it does. More than one where it fails in more than one way.
    pub reasons: Vec<Reason>,
    /// How many findings it would have counted but for exceptions.
    pub excepted: usize,
}

/// The outcome of a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlDecision {
    /// It holds.
    Pass,
    /// It does not, and only tells.
    Warn,
    /// It could not be asked: a custom check ended in an error.
    Error,
    /// It does not hold.
    Fail,
}

impl ControlDecision {
    /// Every outcome, the mildest first.
    pub const ALL: [ControlDecision; 4] =
        [ControlDecision::Pass, ControlDecision::Warn, ControlDecision::Error, ControlDecision::Fail];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ControlDecision::Pass => "pass",
            ControlDecision::Warn => "warn",
            ControlDecision::Error => "error",
            ControlDecision::Fail => "fail",
        }
    }
}

/// Why something does not hold, as data. The catalogs have a sentence for `code` and one on what to do for
/// `code.remedy`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The stable code: `verdict.cvss.maximum_score`.
    pub code: String,
    /// What goes into the sentence.
    pub parameters: BTreeMap<String, Parameter>,
    /// What it rests on, in the order of the report, at most as much as the judge keeps.
    pub evidence: EvidenceList,
    /// How much evidence there is in all.
    pub evidence_count: usize,
}

/// Pieces of evidence in their order. Of a report that many policies judge there are as many lists as reasons, and most of
/// their pieces are findings: those are places in one list that all of them share.
#[derive(Debug, Clone, Default)]
pub struct EvidenceList {
    shared: Arc<Vec<Evidence>>,
    own: Vec<Arc<Evidence>>,
    /// Places in the shared list; those behind its end are places in the own one.
    places: Vec<u32>,
}

impl EvidenceList {
    /// No piece yet, and the list that places will be of.
    pub fn of(shared: &Arc<Vec<Evidence>>) -> EvidenceList {
        EvidenceList { shared: Arc::clone(shared), ..EvidenceList::default() }
    }

    /// Adds the piece at a place of the shared list, which must have it.
    #[inline]
    pub fn push_shared(&mut self, place: u32) {
        debug_assert!((place as usize) < self.shared.len(), "the shared list has no such place");
        self.places.push(place);
    }

    /// Adds a piece.
    pub fn push(&mut self, evidence: Arc<Evidence>) {
        self.places.push(u32::try_from(self.shared.len() + self.own.len()).unwrap_or(u32::MAX));
        self.own.push(evidence);
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The pieces in their order.
    pub fn iter(&self) -> impl Iterator<Item = &Evidence> {
        self.places.iter().filter_map(|place| {
            let place = *place as usize;
            match place.checked_sub(self.shared.len()) {
                None => self.shared.get(place),
                Some(place) => self.own.get(place).map(|evidence| &**evidence),
            }
        })
    }
}

impl PartialEq for EvidenceList {
    fn eq(&self, other: &EvidenceList) -> bool {
        self.iter().eq(other.iter())
    }
}

impl FromIterator<Evidence> for EvidenceList {
    fn from_iter<I: IntoIterator<Item = Evidence>>(pieces: I) -> EvidenceList {
        let mut list = EvidenceList::default();
        pieces.into_iter().for_each(|evidence| list.push(Arc::new(evidence)));
        list
    }
}

/// A value that goes into a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Parameter {
    /// A number of things.
    Count(u64),
    /// A measure, such as a score.
    Number(f64),
    /// A name or other text, not to be translated.
    Text(String),
}

impl From<&str> for Parameter {
    fn from(text: &str) -> Parameter {
        Parameter::Text(text.to_owned())
    }
}

impl From<String> for Parameter {
    fn from(text: String) -> Parameter {
        Parameter::Text(text)
    }
}

impl From<f64> for Parameter {
    fn from(number: f64) -> Parameter {
        Parameter::Number(number)
    }
}

impl From<usize> for Parameter {
    fn from(count: usize) -> Parameter {
        Parameter::Count(count as u64)
    }
}

/// One thing that a reason rests on. What does not apply is `None`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The kind of the finding; `None` where it is none.
    pub kind: Option<FindingKind>,
    /// What the finding is called: the id of the vulnerability or check, the name of the rule, license or label.
    pub id: String,
    /// The package, as a purl.
    pub package: Option<String>,
    /// The file or other place.
    pub path: Option<String>,
    /// The line in that place, counted from 1.
    pub line: Option<u32>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// The score that counts, 0 to 10.
    pub score: Option<f64>,
    /// The version that repairs it.
    pub fixed_version: Option<String>,
    /// The command or deed that repairs it.
    pub remedy: Option<String>,
}

/// What became of an exception.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionUse {
    /// Its name.
    pub name: String,
    /// Who answers for it.
    pub owner: String,
    /// Why it was made.
    pub reason: String,
    /// The last day it holds, `YYYY-MM-DD`, or the moment from which it no longer does, RFC 3339.
    pub expires: String,
    /// Whether it counts.
    pub state: ExceptionState,
    /// How many findings it takes out, or would if it had not expired.
    pub findings: usize,
}

/// Whether an exception counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExceptionState {
    /// It takes findings out.
    Used,
    /// It holds, and nothing here falls under it.
    Unused,
    /// Its time is over: what falls under it counts again.
    Expired,
}

impl ExceptionState {
    /// Every state.
    pub const ALL: [ExceptionState; 3] = [ExceptionState::Used, ExceptionState::Unused, ExceptionState::Expired];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ExceptionState::Used => "used",
            ExceptionState::Unused => "unused",
            ExceptionState::Expired => "expired",
        }
    }
}
