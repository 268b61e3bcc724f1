//! `bulkhead sbom`: index → bill of materials.

use std::collections::BTreeSet;

use formats::Format;
use model::ScanReport;
use scanner::Detectors;

use crate::arguments::{SbomArguments, SbomFormat};
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::open;
use crate::output::{self, Destination};
use crate::progress::Progress;

pub(crate) fn run(arguments: &SbomArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let progress = Progress::new(environment, arguments.source.quiet);
    let mut opened = open::open(&arguments.target, &arguments.source, environment, &progress)?;
    let inventory = opened.index(&Detectors::default(), &progress)?.inventory;
    let report = ScanReport {
        target: opened.target(),
        inventory,
        detectors: BTreeSet::new(),
        findings: Vec::new(),
        signatures: Vec::new(),
        verdict: None,
        comparison: None,
        shown: model::Shown::default(),
        intelligence: None,
    };
    let format = match arguments.format {
        SbomFormat::Cyclonedx => Format::Cyclonedx,
        SbomFormat::Spdx => Format::Spdx,
    };
    progress.clear();
    let destination = Destination { format, file: arguments.output.output.clone() };
    output::write(&report, &[destination], output::Circumstances::default(), environment)?;
    Ok(if arguments.fail_on_gaps && !report.inventory.gaps.is_empty() { Outcome::Gaps } else { Outcome::Good })
}
