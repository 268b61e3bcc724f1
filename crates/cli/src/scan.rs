//! `bulkhead scan`: index → match → judge → write.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use model::{Finding, FindingStatus, ScanReport, TargetKind};
use scanner::ApprovedBases;

use crate::arguments::ScanArguments;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::installed;
use crate::open;
use crate::output;
use crate::progress::Progress;

/// The most that is read of a list of approved base images.
const LARGEST_LIST_BYTES: u64 = 16 << 20;

pub(crate) fn run(arguments: &ScanArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let destinations = output::destinations(&arguments.format, &arguments.output)?;
    let progress = Progress::new(environment, arguments.source.quiet);

    let approved_bases = arguments.approved_bases.as_deref().map(read_approved_bases).transpose().map_err(Failure::Usage)?;
    let intelligence =
        installed::open_for_scan(arguments.intel.as_deref(), environment, &progress).map_err(Failure::Usage)?;
    let mut opened = open::open(&arguments.source, environment, &progress)?;

    let mut inventory = opened.index(&progress)?;
    let target = opened.target();
    if let (Some(bases), Some(image)) = (&approved_bases, &mut inventory.image)
        && target.kind != TargetKind::Rootfs
    {
        bases.mark(image, target.digest.as_ref());
    }
    let options = intelligence::MatchOptions { rhel_advisories: arguments.rhel_advisories.clone() };
    let matches = intelligence.match_inventory(&inventory, &options);
    inventory.gaps.extend(matches.gaps);
    inventory.gaps.sort();
    inventory.gaps.dedup();
    let matched = matches.findings.len();
    let findings =
        matches.findings.into_iter().map(Finding::Vulnerability).filter(|finding| is_wanted(finding, arguments));
    let report = ScanReport {
        target,
        findings: findings.collect(),
        inventory,
        intelligence: Some(intelligence.facts()),
    };

    progress.clear();
    let hidden = matched - report.findings.len();
    output::write(&report, &destinations, arguments.output.lang, hidden, environment)?;
    Ok(if arguments.fail_on_gaps && !report.inventory.gaps.is_empty() { Outcome::Gaps } else { Outcome::Good })
}

fn read_approved_bases(path: &Path) -> anyhow::Result<ApprovedBases> {
    let read = || -> anyhow::Result<ApprovedBases> {
        let mut text = String::new();
        File::open(path)?.take(LARGEST_LIST_BYTES).read_to_string(&mut text)?;
        Ok(text.parse()?)
    };
    read().with_context(|| format!("cannot use the list of approved base images {}", path.display()))
}

fn is_wanted(finding: &Finding, arguments: &ScanArguments) -> bool {
    match finding {
        Finding::Vulnerability(finding) => {
            let severity = arguments.severity.is_empty() || arguments.severity.contains(&finding.severity);
            let repaired = matches!(finding.status, FindingStatus::Fixed | FindingStatus::NotAffected);
            severity && (!arguments.fixable_only || (finding.fixed_version.is_some() && !repaired))
        }
    }
}
