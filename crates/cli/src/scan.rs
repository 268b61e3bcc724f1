//! `bulkhead scan`: index → match → judge → write.

use model::{Finding, FindingStatus, ScanReport};

use crate::arguments::ScanArguments;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::installed;
use crate::open;
use crate::output;
use crate::progress::Progress;

pub(crate) fn run(arguments: &ScanArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let destinations = output::destinations(&arguments.format, &arguments.output)?;
    let progress = Progress::new(environment, arguments.source.quiet);

    let intelligence = installed::open_fresh(arguments.intel.as_deref(), environment, arguments.now, &progress)?;
    let mut opened = open::open(&arguments.source, environment, &progress)?;

    let mut inventory = opened.index(&progress)?;
    intelligence.name_archives(&mut inventory);
    let options = intelligence::MatchOptions { rhel_advisories: arguments.rhel_advisories.clone() };
    let matches = intelligence.match_inventory(&inventory, &options);
    inventory.gaps.extend(matches.gaps);
    inventory.gaps.sort();
    inventory.gaps.dedup();
    let findings =
        matches.findings.into_iter().map(Finding::Vulnerability).filter(|finding| is_wanted(finding, arguments));
    let report = ScanReport {
        target: opened.target(),
        findings: findings.collect(),
        inventory,
        intelligence: Some(intelligence.facts()),
    };

    progress.clear();
    output::write(&report, &destinations, arguments.output.lang, environment)?;
    Ok(if arguments.fail_on_gaps && !report.inventory.gaps.is_empty() { Outcome::Gaps } else { Outcome::Good })
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
