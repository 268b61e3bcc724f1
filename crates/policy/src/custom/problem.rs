//! Why a custom check gave no answer.

use model::{EvidenceList, Parameter, Reason};
use serde::{Deserialize, Serialize};

/// Why a custom check gave no answer. Verdicts have it as a code with parameters, which the catalogs word; as text it is an
/// English sentence without a full stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum CheckProblem {
    /// An expression may take too many steps on the report.
    #[error(
        "on this report it may take {steps} steps, and at most {most} are allowed; walk over fewer lists in one another"
    )]
    Steps {
        /// The most that it may take.
        steps: u64,
        /// What is allowed.
        most: u64,
    },
    /// All expressions together may take too many.
    #[error(
        "the custom checks before it may take all {most} steps that are allowed for one report; ask fewer, or simpler ones"
    )]
    StepsTogether {
        /// What is allowed.
        most: u64,
    },
    /// An expression may make too large a value.
    #[error("on this report it may make a value of {size} bytes, and at most {most} are allowed")]
    Size {
        /// The largest that it may make, in bytes.
        size: u64,
        /// What is allowed, in bytes.
        most: u64,
    },
    /// An expression gives something else than true or false.
    #[error("it gives no truth value; it must be true where the check passes, else false")]
    NoTruth,
    /// The report does not have what an expression asks for.
    #[error("the report has no `{key}`; ask with has() first where something may be absent")]
    NoKey {
        /// The key.
        key: String,
    },
    /// A rule of a program takes too many steps.
    #[error("the rule `{rule}` takes more than {most} steps on this report; walk over fewer lists in one another")]
    RuleSteps {
        /// The rule.
        rule: String,
        /// What is allowed.
        most: u64,
    },
    /// A rule of a program gives what is no message.
    #[error("the rule `{rule}` gives something that is no message; it must give texts, or maps with `msg`")]
    NoMessage {
        /// The rule.
        rule: String,
    },
    /// The process that asked had to be stopped.
    #[error(
        "it takes more than {seconds} seconds or {mebibytes} MiB of memory on this report, or nests its calls without end"
    )]
    Stopped {
        /// The processor time that it may take, in seconds.
        seconds: u64,
        /// The memory that it may take, in MiB.
        mebibytes: u64,
    },
    /// All programs together took too long.
    #[error("the checks in Rego before it took all {seconds} seconds that they may take together on one report")]
    TimeTogether {
        /// What is allowed, in seconds.
        seconds: u64,
    },
    /// It had to be stopped so often that it is not asked for a while.
    #[error("it had to be stopped {stops} times in a row, and rests; it is asked again later")]
    Rests {
        /// How often it was stopped.
        stops: u32,
    },
    /// Whoever judges gave no report to ask, or has no way to ask.
    #[error("whoever judges here has no way to ask custom checks")]
    NoWay,
    /// The process for it could not be asked.
    #[error("the process for it could not be asked: {reason}")]
    NoProcess {
        /// The system's reason.
        reason: String,
    },
    /// What the interpreter says, which is English.
    #[error("{reason}")]
    Interpreter {
        /// Its message.
        reason: String,
    },
}

impl CheckProblem {
    /// The code and the parameters that say it of a check.
    pub(crate) fn reason(&self, check: &str) -> Reason {
        let (code, parameters): (&str, Vec<(&str, Parameter)>) = match self {
            CheckProblem::Steps { steps, most } => ("steps", vec![("steps", count(*steps)), ("most", count(*most))]),
            CheckProblem::StepsTogether { most } => ("steps_together", vec![("most", count(*most))]),
            CheckProblem::Size { size, most } => ("size", vec![("size", count(*size)), ("most", count(*most))]),
            CheckProblem::NoTruth => ("no_truth", vec![]),
            CheckProblem::NoKey { key } => ("no_key", vec![("key", key.as_str().into())]),
            CheckProblem::RuleSteps { rule, most } => {
                ("rule_steps", vec![("rule", rule.as_str().into()), ("most", count(*most))])
            }
            CheckProblem::NoMessage { rule } => ("no_message", vec![("rule", rule.as_str().into())]),
            CheckProblem::Stopped { seconds, mebibytes } => {
                ("stopped", vec![("seconds", count(*seconds)), ("mebibytes", count(*mebibytes))])
            }
            CheckProblem::TimeTogether { seconds } => ("time_together", vec![("seconds", count(*seconds))]),
            CheckProblem::Rests { stops } => ("rests", vec![("stops", count(u64::from(*stops)))]),
            CheckProblem::NoWay => ("no_way", vec![]),
            CheckProblem::NoProcess { reason } => ("no_process", vec![("problem", reason.as_str().into())]),
            CheckProblem::Interpreter { reason } => ("error", vec![("problem", reason.as_str().into())]),
        };
        let parameters = std::iter::once(("name", Parameter::from(check))).chain(parameters);
        Reason {
            code: format!("verdict.custom.{code}"),
            parameters: parameters.map(|(name, value)| (name.to_owned(), value)).collect(),
            evidence: EvidenceList::default(),
            evidence_count: 0,
        }
    }
}

fn count(number: u64) -> Parameter {
    Parameter::Count(number)
}
