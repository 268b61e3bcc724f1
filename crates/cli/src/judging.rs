//! From `--policy` and `--exceptions` to a verdict on a report.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use model::{ControlDecision, Decision, PolicyEffect, ScanReport, Verdict};
use policy::{BUILTIN_POLICIES, Exception, Facts, LARGEST_DOCUMENT_BYTES, Policy};

use crate::failure::{Failure, Outcome};
use crate::{installed, rego};

/// The policies and exceptions that a report is judged by, and the time of the judgement.
#[derive(Default)]
pub(crate) struct Judging {
    pub(crate) policies: Vec<Policy>,
    pub(crate) exceptions: Vec<Exception>,
    /// Seconds since 1970.
    pub(crate) now: i64,
}

impl Judging {
    /// Reads the files that the command line names; a built-in policy may be named instead of a file.
    pub(crate) fn read(policies: &[PathBuf], exceptions: &[PathBuf], now: Option<u64>) -> Result<Judging, Failure> {
        let policies: Result<_, _> = policies.iter().map(|path| read_policy(path)).collect();
        let exceptions: Result<Vec<_>, _> = exceptions.iter().map(|path| read_exceptions(path)).collect();
        let now = i64::try_from(now.unwrap_or_else(installed::clock)).unwrap_or(i64::MAX);
        Ok(Judging {
            policies: policies.map_err(Failure::Usage)?,
            exceptions: exceptions.map_err(Failure::Usage)?.concat(),
            now,
        })
    }

    /// Marks the findings of a whole report that exceptions cover, and judges it. Nobody is asked where nothing is given.
    pub(crate) fn judge(&self, report: &mut ScanReport) {
        if self.policies.is_empty() && self.exceptions.is_empty() {
            return;
        }
        policy::apply_exceptions(report, &self.exceptions, self.now);
        let mut facts = Facts::new(report);
        if self.policies.iter().any(Policy::has_custom_checks) {
            facts = facts.with_document(formats::report_document(report)).with_rego(Box::new(rego::ask));
        }
        let verdict = policy::judge(&self.policies, &self.exceptions, &facts, self.now);
        drop(facts);
        report.verdict = Some(verdict);
    }
}

/// How a scan ends by its verdict: `None` where the verdict does not end it.
pub(crate) fn outcome(verdict: &Verdict) -> Result<Option<Outcome>, Failure> {
    let controls =
        || verdict.policies.iter().flat_map(|policy| policy.controls.iter().map(move |control| (policy, control)));
    if let Some((policy, control)) = controls().find(|(_, control)| control.decision == ControlDecision::Error) {
        let reasons = control.reasons.iter();
        let told = reasons.map(|reason| formats::say(formats::Language::English, &reason.code, &reason.parameters));
        let told = told.collect::<Vec<_>>().join(" ");
        return Err(Failure::usage(format!("policy {} could not judge: {}", policy.name, told.trim_end_matches('.'))));
    }
    if verdict.decision != Decision::Deny {
        return Ok(None);
    }
    let denying: Vec<_> = verdict
        .policies
        .iter()
        .filter(|policy| policy.applied && policy.decision == Decision::Deny)
        .filter(|policy| policy.effects.contains(&PolicyEffect::FailPipeline))
        .collect();
    if denying.is_empty() && verdict.reasons.is_empty() {
        return Ok(None);
    }
    let failed = |policy: &&model::PolicyVerdict| {
        let failed = policy.controls.iter().filter(|control| control.decision == ControlDecision::Fail);
        let names: Vec<&str> = failed.map(|control| control.name.as_deref().unwrap_or(&control.control)).collect();
        format!("policy {}: {}", policy.name, names.join(", "))
    };
    let told = match denying.is_empty() {
        true => "no policy applies".to_owned(),
        false => denying.iter().map(failed).collect::<Vec<_>>().join("; "),
    };
    Ok(Some(Outcome::NotCompliant(format!("not compliant: {told}"))))
}

pub(crate) fn read_policy(path: &Path) -> anyhow::Result<Policy> {
    if let Some(name) = path.to_str()
        && !path.exists()
    {
        let name = name.strip_prefix("builtin:").unwrap_or(name);
        if let Some(policy) = policy::builtin_policy(name) {
            return Ok(policy);
        }
        let is_word = !name.contains(['/', '.']);
        let known: Vec<&str> = BUILTIN_POLICIES.iter().map(|(name, _)| *name).collect();
        ensure!(!is_word, "{name} is neither a file nor a built-in policy; those are {}", known.join(", "));
    }
    Ok(policy::read_policy(&path.display().to_string(), &read(path, "policy")?)?)
}

fn read_exceptions(path: &Path) -> anyhow::Result<Vec<Exception>> {
    Ok(policy::read_exceptions(&path.display().to_string(), &read(path, "list of exceptions")?)?)
}

/// Reads a document of bounded size.
pub(crate) fn read(path: &Path, what: &str) -> anyhow::Result<String> {
    let read = || -> anyhow::Result<String> {
        let mut bytes = Vec::new();
        // One byte more than the limit tells a document that is too large from one that just fits.
        File::open(path)?.take(LARGEST_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        ensure!(bytes.len() <= LARGEST_DOCUMENT_BYTES, "it is larger than {} MiB", LARGEST_DOCUMENT_BYTES >> 20);
        String::from_utf8(bytes).map_err(|_| anyhow::anyhow!("it is no UTF-8 text"))
    };
    read().with_context(|| format!("cannot read the {what} {}", path.display()))
}
