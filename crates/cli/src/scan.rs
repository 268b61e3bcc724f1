//! `bulkhead scan`: index → match → judge → write.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use intelligence::{Database, MatchOptions};
use model::{Finding, FindingStatus, ScanReport, TargetKind};
use scanner::ApprovedBases;

use crate::arguments::{ChoiceArguments, ScanArguments};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::installed;
use crate::open::{self, Opened};
use crate::output;
use crate::progress::Progress;

/// The most that is read of a list of approved base images.
const LARGEST_LIST_BYTES: u64 = 16 << 20;

/// A report, and how many findings were left out of it as not asked for.
pub(crate) struct Scanned {
    pub(crate) report: ScanReport,
    hidden: usize,
}

pub(crate) fn run(arguments: &ScanArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let destinations = output::destinations(&arguments.format, &arguments.output)?;
    let progress = Progress::new(environment, arguments.source.quiet);
    let bases = arguments.approved_bases.as_deref().map(read_approved_bases).transpose().map_err(Failure::Usage)?;
    let choice = &arguments.choice;
    let (intelligence, warning) = installed::open_for_scan(choice.intel.as_deref(), environment, choice.now)?;
    let opened = open::open(&arguments.target, &arguments.source, environment, &progress)?;

    let scanned = report(opened, &arguments.choice, bases.as_ref(), &intelligence, &progress)?;

    progress.clear();
    warning.iter().for_each(|warning| progress.warn(warning));
    output::write(&scanned.report, &destinations, arguments.output.lang, scanned.hidden, environment)?;
    let has_gaps = !scanned.report.inventory.gaps.is_empty();
    Ok(if arguments.fail_on_gaps && has_gaps { Outcome::Gaps } else { Outcome::Good })
}

/// Index → match.
pub(crate) fn report(
    mut opened: Opened,
    choice: &ChoiceArguments,
    bases: Option<&ApprovedBases>,
    intelligence: &Database,
    progress: &Progress,
) -> Result<Scanned, Failure> {
    let mut inventory = opened.index(progress)?;
    let target = opened.target();
    if let (Some(bases), Some(image)) = (bases, &mut inventory.image)
        && target.kind != TargetKind::Rootfs
    {
        bases.mark(image, target.digest.as_ref());
    }
    intelligence.name_archives(&mut inventory);
    let options = MatchOptions { rhel_advisories: choice.rhel_advisories.clone() };
    let matches = intelligence.match_inventory(&inventory, &options);
    inventory.gaps.extend(matches.gaps);
    inventory.gaps.sort();
    inventory.gaps.dedup();
    let matched = matches.findings.len();
    let findings = matches.findings.into_iter().map(Finding::Vulnerability);
    let findings: Vec<Finding> = findings.filter(|finding| is_wanted(finding, choice)).collect();
    let hidden = matched - findings.len();
    let report = ScanReport { target, findings, inventory, intelligence: Some(intelligence.facts()) };
    Ok(Scanned { report, hidden })
}

fn read_approved_bases(path: &Path) -> anyhow::Result<ApprovedBases> {
    let read = || -> anyhow::Result<ApprovedBases> {
        let mut text = String::new();
        File::open(path)?.take(LARGEST_LIST_BYTES).read_to_string(&mut text)?;
        Ok(text.parse()?)
    };
    read().with_context(|| format!("cannot use the list of approved base images {}", path.display()))
}

fn is_wanted(finding: &Finding, choice: &ChoiceArguments) -> bool {
    match finding {
        Finding::Vulnerability(finding) => {
            let severity = choice.severity.is_empty() || choice.severity.contains(&finding.severity);
            let repaired = matches!(finding.status, FindingStatus::Fixed | FindingStatus::NotAffected);
            severity && (!choice.fixable_only || (finding.fixed_version.is_some() && !repaired))
        }
    }
}
