//! `bulkhead convert`: saved report → another format.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{anyhow, ensure};
use model::ScanReport;

use crate::arguments::ConvertArguments;
use crate::environment::Environment;
use crate::failure::{Failure, Outcome};
use crate::output;
use crate::progress::Progress;

/// The largest saved report that is read.
const LARGEST_REPORT_BYTES: u64 = 1 << 30;

pub(crate) fn run(arguments: &ConvertArguments, environment: &Environment) -> Result<Outcome, Failure> {
    let destinations = output::destinations(&arguments.format, &arguments.output)?;
    let report = read(&arguments.report).map_err(Failure::Usage)?;
    let progress = Progress::new(environment, false);
    output::without_place(&report, &destinations).iter().for_each(|note| progress.note(note));
    output::write(&report, &destinations, output::Circumstances::default(), environment)?;
    Ok(Outcome::Good)
}

/// Reads a report that `scan --format json` wrote; `-` reads standard input.
pub(crate) fn read(path: &Path) -> anyhow::Result<ScanReport> {
    let is_stdin = path.as_os_str() == "-";
    let place = if is_stdin { "standard input".into() } else { path.display().to_string() };
    let read = || -> anyhow::Result<ScanReport> {
        let mut bytes = Vec::new();
        // One byte more than the limit tells a report that is too large from one that just fits.
        match is_stdin {
            true => std::io::stdin().lock().take(LARGEST_REPORT_BYTES + 1).read_to_end(&mut bytes)?,
            false => File::open(path)?.take(LARGEST_REPORT_BYTES + 1).read_to_end(&mut bytes)?,
        };
        ensure!(bytes.len() as u64 <= LARGEST_REPORT_BYTES, "it is larger than 1 GiB");
        Ok(formats::read_report(&bytes)?)
    };
    read().map_err(|error| {
        anyhow!("cannot read {place}: {error:#}; give a report that bulkhead scan --format json wrote")
    })
}
