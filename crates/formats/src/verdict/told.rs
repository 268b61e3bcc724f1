//! A verdict in words, for every format: sentences in their order, nothing of them escaped or painted.

use model::{
    ControlDecision, ControlVerdict, Decision, Evidence, ExceptionState, ExceptionUse, PolicyVerdict, Reason, Verdict,
};

use super::say;
use crate::Language;
use crate::messages::Value;
use crate::table::{plain, severity_word};

/// A verdict in words.
pub(crate) struct ToldVerdict {
    pub(crate) decision: Decision,
    /// The sentence of the decision.
    pub(crate) sentence: String,
    /// What decided beside the controls of a policy.
    pub(crate) reasons: Vec<ToldReason>,
    pub(crate) policies: Vec<ToldPolicy>,
    /// Every exception, and whether it is one that no longer counts.
    pub(crate) exceptions: Vec<(ExceptionState, String)>,
}

/// A policy and what it says.
pub(crate) struct ToldPolicy {
    pub(crate) applied: bool,
    /// Name and version.
    pub(crate) name: String,
    pub(crate) sentence: String,
    /// The terms of its scope, and whether they hold.
    pub(crate) terms: Vec<String>,
    pub(crate) controls: Vec<ToldControl>,
}

/// A control and what became of it.
pub(crate) struct ToldControl {
    pub(crate) decision: ControlDecision,
    /// The word of its decision.
    pub(crate) word: String,
    pub(crate) name: String,
    pub(crate) reasons: Vec<ToldReason>,
    /// How many findings exceptions took out, where they did.
    pub(crate) excepted: Option<String>,
    pub(crate) clauses: Vec<String>,
}

/// Why something does not hold, and what to do about it.
pub(crate) struct ToldReason {
    pub(crate) sentence: String,
    /// So much of the evidence as was asked for, a line each.
    pub(crate) evidence: Vec<String>,
    /// How much evidence is not shown.
    pub(crate) more: Option<String>,
    pub(crate) remedy: String,
}

/// Puts a verdict into words, with so many pieces of evidence of each reason.
pub(crate) fn tell(verdict: &Verdict, language: Language, shown: usize) -> ToldVerdict {
    let teller = Teller { language, shown };
    ToldVerdict {
        decision: verdict.decision,
        sentence: language.say(&format!("verdict.decision.{}", verdict.decision.as_str()), &[]),
        reasons: verdict.reasons.iter().map(|reason| teller.reason(reason)).collect(),
        policies: verdict.policies.iter().map(|policy| teller.policy(policy)).collect(),
        exceptions: verdict.exceptions.iter().map(|used| (used.state, teller.exception(used))).collect(),
    }
}

struct Teller {
    language: Language,
    shown: usize,
}

impl Teller {
    fn say(&self, code: &str, parameters: &[(&str, Value<'_>)]) -> String {
        self.language.say(code, parameters)
    }

    fn policy(&self, policy: &PolicyVerdict) -> ToldPolicy {
        let failing = policy.controls.iter().filter(|control| control.decision != ControlDecision::Pass).count();
        let code = match (policy.applied, failing) {
            (false, _) => "verdict.policy.not_applied",
            (true, 0) => "verdict.policy.passes",
            (true, _) => match policy.decision {
                Decision::Deny => "verdict.policy.denies",
                Decision::WouldDeny => "verdict.policy.would_deny",
                Decision::Unknown => "verdict.policy.unknown",
                Decision::Allow | Decision::Excepted => "verdict.policy.warns",
            },
        };
        let name = match policy.version.is_empty() {
            true => plain(&policy.name),
            false => format!("{} {}", plain(&policy.name), plain(&policy.version)),
        };
        let parameters = [
            ("name", Value::Text(&name)),
            ("count", Value::Count(failing)),
            ("controls", Value::Count(policy.controls.len())),
        ];
        let sentence = self.say(code, &parameters);
        let terms = policy.scope.iter().map(|term| {
            let code = if term.is_true { "verdict.term.true" } else { "verdict.term.false" };
            let (name, meaning) = (plain(&term.term), plain(&term.meaning));
            self.say(code, &[("term", Value::Text(&name)), ("meaning", Value::Text(&meaning))])
        });
        ToldPolicy {
            applied: policy.applied,
            sentence,
            terms: terms.collect(),
            controls: policy.controls.iter().map(|control| self.control(control)).collect(),
            name,
        }
    }

    fn control(&self, control: &ControlVerdict) -> ToldControl {
        let name = match &control.name {
            Some(name) => format!("{} ({})", plain(name), plain(&control.control)),
            None => plain(&control.control),
        };
        let clauses = control.clauses.iter().map(|clause| {
            let clause = plain(clause);
            self.say("verdict.clause", &[("clause", Value::Text(&clause))])
        });
        ToldControl {
            decision: control.decision,
            word: self.say(&format!("verdict.control.{}", control.decision.as_str()), &[]),
            name,
            reasons: control.reasons.iter().map(|reason| self.reason(reason)).collect(),
            excepted: (control.excepted > 0)
                .then(|| self.say("verdict.excepted", &[("count", Value::Count(control.excepted))])),
            clauses: clauses.collect(),
        }
    }

    fn reason(&self, reason: &Reason) -> ToldReason {
        let more = reason.evidence_count.saturating_sub(self.shown.min(reason.evidence.len()));
        let remedy = say(self.language, &format!("{}.remedy", reason.code), &reason.parameters);
        ToldReason {
            sentence: say(self.language, &reason.code, &reason.parameters),
            evidence: reason.evidence.iter().take(self.shown).map(|evidence| self.evidence(evidence)).collect(),
            more: (more > 0 && !reason.evidence.is_empty())
                .then(|| self.say("verdict.more", &[("count", Value::Count(more))])),
            remedy: self.say("verdict.remedy", &[("remedy", Value::Text(&remedy))]),
        }
    }

    /// One piece of evidence: what, where, how bad, what repairs it.
    fn evidence(&self, evidence: &Evidence) -> String {
        let mut parts = vec![plain(&self.language.evidence_id(evidence))];
        parts.extend(evidence.package.as_deref().map(plain));
        if let Some(path) = &evidence.path {
            parts.push(match evidence.line {
                Some(line) => format!("{}:{line}", plain(path)),
                None => plain(path),
            });
        }
        let severity = evidence.severity.map(|severity| severity_word(self.language, severity));
        parts.push(match (severity, evidence.score) {
            (Some(severity), Some(score)) => format!("{severity} {score}"),
            (Some(severity), None) => severity,
            (None, _) => String::new(),
        });
        if let Some(remedy) = self.language.evidence_remedy(evidence) {
            parts.push(format!("→ {}", plain(&remedy)));
        } else if let Some(version) = &evidence.fixed_version {
            parts.push(format!("→ {}", plain(version)));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(" · ")
    }

    fn exception(&self, exception: &ExceptionUse) -> String {
        let code = match exception.state {
            ExceptionState::Expired => "verdict.exception.expired",
            ExceptionState::Used => "verdict.exception.used",
            ExceptionState::Unused => "verdict.exception.unused",
        };
        let [name, owner, reason, date] =
            [&exception.name, &exception.owner, &exception.reason, &exception.expires].map(|text| plain(text));
        let parameters = [
            ("name", Value::Text(&name)),
            ("owner", Value::Text(&owner)),
            ("reason", Value::Text(&reason)),
            ("date", Value::Text(&date)),
            ("count", Value::Count(exception.findings)),
        ];
        self.say(code, &parameters)
    }
}
