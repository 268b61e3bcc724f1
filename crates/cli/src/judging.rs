//! From `--policy` and `--exceptions` to a verdict on a report.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use formats::Language;
use model::{ControlDecision, ScanReport, Verdict, VexName, VexStatement, counted};
use policy::{BUILTIN_POLICIES, Exception, Facts, LARGEST_DOCUMENT_BYTES, Policy};

use crate::failure::{Failure, Outcome};
use crate::{installed, rego};

/// The most statements without effect that are named one by one.
const MOST_NAMED: usize = 20;

/// The policies, exceptions and VEX statements that a report is judged by, and the time of the judgement.
#[derive(Default)]
pub(crate) struct Judging {
    pub(crate) policies: Vec<Policy>,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) vex: Vec<VexStatement>,
    /// The VEX documents without a statement, as the command line names them.
    silent: Vec<String>,
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
            vex: Vec::new(),
            silent: Vec::new(),
            now,
        })
    }

    /// Adds the statements of VEX documents.
    pub(crate) fn with_vex(mut self, files: &[PathBuf]) -> Result<Judging, Failure> {
        for file in files {
            let statements = read_vex(file).map_err(Failure::Usage)?;
            if statements.is_empty() {
                self.silent.push(file.display().to_string());
            }
            self.vex.extend(statements);
        }
        Ok(self)
    }

    /// Gives the findings of a whole report the status that VEX statements say, marks those that exceptions cover, and
    /// judges it. Nobody is asked where nothing is given. Returns notes on statements that speak of nothing in it.
    pub(crate) fn judge(&self, report: &mut ScanReport) -> Vec<String> {
        let unmatched = policy::apply_vex(report, &self.vex);
        self.ask_policies(report);
        self.notes(&unmatched)
    }

    fn ask_policies(&self, report: &mut ScanReport) {
        if self.policies.is_empty() && self.exceptions.is_empty() {
            return;
        }
        policy::apply_exceptions(report, &self.exceptions, self.now);
        let mut facts = Facts::new(report);
        if self.policies.iter().any(Policy::has_custom_checks) {
            facts = facts.with_document(formats::report_document(report)).with_rego(rego::asker());
        }
        let verdict = policy::judge(&self.policies, &self.exceptions, &facts, self.now);
        drop(facts);
        report.verdict = Some(verdict);
    }

    fn notes(&self, unmatched: &[usize]) -> Vec<String> {
        let silent = self.silent.iter().map(|file| format!("{file}: the VEX document makes no statement"));
        let statements = unmatched.iter().filter_map(|at| self.vex.get(*at)).take(MOST_NAMED);
        let mut notes: Vec<String> = silent.chain(statements.map(note)).collect();
        if unmatched.len() > MOST_NAMED {
            let more = unmatched.len() - MOST_NAMED;
            let more = counted(more, "more VEX statement matches", "more VEX statements match");
            notes.push(format!("{more} nothing in this report"));
        }
        notes
    }
}

/// That a statement matches nothing, with what it speaks of.
fn note(statement: &VexStatement) -> String {
    let ids = statement.ids.join(", ");
    let name = |name: &VexName| match name {
        VexName::Purl(purl) => purl.to_string(),
        VexName::Digest(digest) => digest.to_string(),
        VexName::Cpe(text) | VexName::Other(text) => text.clone(),
    };
    let first = statement.products.first().map(|product| match (product.names.first(), product.within.as_deref()) {
        (Some(part), Some([whole, ..])) => format!("{} in {}", name(part), name(whole)),
        (Some(product), _) => name(product),
        (None, _) => "a product without package URL".to_owned(),
    });
    let more = statement.products.len().saturating_sub(1);
    let products = match (first, more) {
        (None, _) => "no product".to_owned(),
        (Some(first), 0) => first,
        (Some(first), more) => format!("{first} and {more} more"),
    };
    format!(
        "{}: statement {} ({ids}: {} for {products}) matches nothing in this report",
        statement.document.file,
        statement.number,
        statement.status.as_str()
    )
}

fn read_vex(path: &Path) -> anyhow::Result<Vec<VexStatement>> {
    let name = path.display().to_string();
    let read = || -> anyhow::Result<Vec<VexStatement>> {
        let mut bytes = Vec::new();
        File::open(path)?.take(formats::LARGEST_VEX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(formats::read_vex(&name, &bytes)?)
    };
    read().with_context(|| format!("cannot read the VEX document {name}"))
}

/// How a scan ends by its verdict: `None` where the verdict does not end it.
pub(crate) fn outcome(verdict: &Verdict, language: Language) -> Result<Option<Outcome>, Failure> {
    let controls =
        || verdict.policies.iter().flat_map(|policy| policy.controls.iter().map(move |control| (policy, control)));
    if let Some((policy, control)) = controls().find(|(policy, control)| policy.is_in_doubt_by(control)) {
        let reasons = control.reasons.iter();
        let told = reasons.map(|reason| formats::say(language, &reason.code, &reason.parameters));
        let told = told.collect::<Vec<_>>().join(" ");
        return Err(Failure::usage(format!(
            "policy {} could not judge: {}",
            policy.name,
            told.trim_end_matches(['.', '。'])
        )));
    }
    if !verdict.fails_pipeline() {
        return Ok(None);
    }
    let denying: Vec<_> = verdict.policies.iter().filter(|policy| policy.fails_pipeline()).collect();
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
        let nearest = policy::nearest(name, known.iter().copied()).unwrap_or_default();
        ensure!(
            !is_word,
            "{name} is neither a file nor a built-in policy; those are {}, and the nearest is {nearest}",
            known.join(", ")
        );
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
